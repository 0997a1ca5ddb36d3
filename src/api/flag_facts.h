/* SPDX-License-Identifier: Apache-2.0
 * flag_facts: what the record knows for the patterns in the log (audit_flag.h): care relations, surnames and
 * addresses. Read without anybody's view: only yes or no leaves. */
#ifndef HELHET_API_FLAG_FACTS_H
#define HELHET_API_FLAG_FACTS_H

#include "audit/audit_flag.h"
#include "search/search.h"

struct flag_facts;

/* Reads as of now, until flag_facts_free. One thread. NULL with *err. */
struct flag_facts *flag_facts_new(struct store *store, struct search *search, struct err *err);
void flag_facts_free(struct flag_facts *f); /* NULL is fine */
struct audit_flag_facts flag_facts_get(struct flag_facts *f);
/* The rules built in, in arena. */
bool flag_facts_rules(struct arena *arena, struct audit_flag_rules *out, struct err *err);

#endif
