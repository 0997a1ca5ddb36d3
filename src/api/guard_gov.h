/* SPDX-License-Identifier: Apache-2.0
 * guard_gov: where the rules of Steering (rules/gov_rules.h) are asked: for every write of a styr type, and
 * of a Bundle that may be frozen evidence, whoever writes, also without accounts. */
#ifndef HELHET_API_GUARD_GOV_H
#define HELHET_API_GUARD_GOV_H

#include "api/api_int.h"
#include "api/gov_import.h"
#include "rules/gov_rules.h"

/* On the writer's thread, before the change is made. In a transaction what is there is only noted, and
 * guard_gov_left asked when all is made: a decision and what it moves may come in any order. r has the
 * caller's view afterwards. */
bool guard_gov(struct write *w, struct store_read *r, struct err *err);
bool guard_gov_left(struct write *w, struct store_read *r, struct err *err);

/* The day on a Swedish clock, "2026-11-22". */
struct str guard_gov_today(struct arena *arena);

#endif
