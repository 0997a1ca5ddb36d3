/* SPDX-License-Identifier: Apache-2.0
 * scope: what SMART scopes leave (SMART App Launch 2.2, "Scopes and Launch Context"), resource by resource.
 * Scopes only ever take away from what the rules give. Several are or'ed: an action is left when some scope
 * gives it for the resource's type, whose criteria the resource meets; patient/ scopes only on what is about
 * the patient in context, and beside that reading what is open. What cannot be held is left out. */
#ifndef HELHET_ACCESS_SCOPE_H
#define HELHET_ACCESS_SCOPE_H

#include "access/rules.h"
#include "search/search.h"

/* enum access_action, or-ed. */
struct scope_left {
    uint32_t any;     /* on whatever the rules let be seen */
    uint32_t patient; /* on what is about the patient in context */
};

struct scope_set; /* one caller's; not thread safe */

/* In arena; borrows all. search NULL: scopes with criteria give nothing. */
struct scope_set *scope_set_new(struct arena *arena, const struct access_caller *caller,
                                const struct rules *rules, struct search *search);
/* What is left of a type whatever its resources say; some: of some of them at least. */
struct scope_left scope_set_type(struct scope_set *set, fhir_type_id type, bool some);
/* What is left of action on a version in the store; r as the view has it. */
bool scope_set_label(struct scope_set *set, struct store_read *r, const struct store_label *label,
                     uint32_t action, struct scope_left *out, struct err *err);
/* The same on one with these rows. */
struct scope_left scope_set_rows(struct scope_set *set, struct store_read *r, fhir_type_id type,
                                 struct str id, const struct store_row *row, size_t count, uint32_t action);
/* Can the scope's criteria be held? None: true. ERR_SCOPE_CRITERIA says why not. */
bool scope_check(struct search *search, const struct rules *rules, const struct access_scope *scope,
                 struct arena *arena, struct err *err);

#endif
