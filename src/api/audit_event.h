/* SPDX-License-Identifier: Apache-2.0
 * audit_event: the audit log as AuditEvents (R4 6.4), made of its records when they are asked for. Read and
 * searched only; what was stored as AuditEvent otherwise is not there while the service keeps a log.
 * Parameters: _id, date, patient, agent (a person, an assignment or a unit), altid (the account), entity,
 * action, outcome, flag, about (the reviews of a record), _count, _sort=-date, _total; one value each. Newest
 * first. */
#ifndef HELHET_API_AUDIT_EVENT_H
#define HELHET_API_AUDIT_EVENT_H

#include "api/api_int.h"
#include "audit/audit_index.h"

/* Is the call about the log? */
bool audit_event_is(const struct call *c);
/* Whether the route may be asked of it; false with *err. */
bool audit_event_allowed(const struct call *c, struct err *err);
bool audit_event_read(struct call *c);
bool audit_event_search(struct call *c);
/* The index with everything that is in the log now, to be closed. NULL with ERR_AUDIT_OFF, ERR_AUDIT_BEHIND.
 */
struct audit_index *audit_event_index(struct call *c, struct err *err);
/* Appends a record as AuditEvent, whole. */
bool audit_event_write(struct call *c, const struct audit_found *found, struct buf *out, struct err *err);
/* Its entry in the CapabilityStatement, after type and profile. */
void audit_event_capability(struct json_out *o);

#endif
