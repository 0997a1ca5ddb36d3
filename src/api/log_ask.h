/* SPDX-License-Identifier: Apache-2.0
 * log_ask: what the operations on the audit log share: who may ask, and which records are asked about. */
#ifndef HELHET_API_LOG_ASK_H
#define HELHET_API_LOG_ASK_H

#include "api/params.h"
#include "audit/audit_index.h"

/* For struct params_def tables: what log_ask_query reads. */
#define LOG_ASK_PARAMS                                                                                       \
    {.name = "since"}, {.name = "until"}, {.name = "user"}, {.name = "patient"},                             \
    {                                                                                                        \
        .name = "unit"                                                                                       \
    }

/* Is the caller a reviewer (the right log), or a client with scopes for AuditEvent? Without accounts: yes.
 * False with ERR_ACCESS_DENIED. */
bool log_ask_allowed(struct call *c, struct err *err);
/* since, until, user, patient and unit; user is "Practitioner/x", unit "Organization/x", patient an id or
 * "Patient/x". False with ERR_PARAM_VALUE. */
bool log_ask_query(struct call *c, const struct params *p, struct audit_query *out, struct err *err);
/* A whole number from 1 to max, fallback when absent. */
bool log_ask_count(const struct params *p, const char *name, uint64_t fallback, uint64_t max, uint64_t *out,
                   struct err *err);
/* One parameter of the answer: its name and value[x]. */
void log_ask_text(struct json_out *o, const char *name, const char *kind, struct str value);
void log_ask_number(struct json_out *o, const char *name, uint64_t value);
void log_ask_instant(struct json_out *o, const char *name, int64_t ms);
void log_ask_reference(struct json_out *o, const char *name, struct str reference, struct str display);

#endif
