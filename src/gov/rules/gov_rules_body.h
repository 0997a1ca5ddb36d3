/* SPDX-License-Identifier: Apache-2.0
 * gov_rules_body: reading and comparing resources of Steering by the names of their members, as they are
 * written: no type of theirs is known to the code. Pure; what is given out is borrowed from the document. */
#ifndef HELHET_RULES_GOV_RULES_BODY_H
#define HELHET_RULES_GOV_RULES_BODY_H

#include "base/arena.h"
#include "base/err.h"
#include "json/json.h"

/* A resource: node of doc. doc NULL: there is none. */
struct gov_body {
    const struct json_doc *doc;
    uint32_t node;
};

static inline bool gov_is(const struct gov_body *b)
{
    return b->doc != NULL;
}
/* The member of that key; doc NULL when it has none. */
struct gov_body gov_rules_body_get(const struct gov_body *b, const char *key);
/* Its text, or that of the member at "a.b"; {NULL, 0} when absent. Arrays: of the first item. */
struct str gov_rules_body_text(const struct gov_body *b, const char *path);
/* The i-th item of the array at key (an object that is no array is its only item). */
bool gov_rules_body_item(const struct gov_body *b, const char *key, size_t i, struct gov_body *out);
size_t gov_rules_body_count(const struct gov_body *b, const char *key);
/* The item of the array at key whose member `by` has that text. */
bool gov_rules_body_find(const struct gov_body *b, const char *key, const char *by, struct str text,
                         struct gov_body *out);
bool gov_rules_body_true(const struct gov_body *b, const char *key);
/* The same but for the order of members: neither is there, or both say the same. */
bool gov_rules_body_same(const struct gov_body *a, const struct gov_body *b);
/* The same member of both. */
bool gov_rules_body_same_at(const struct gov_body *a, const struct gov_body *b, const char *key);
/* The first member that differs, of those not in the NULL-ended list (id and meta never count); NULL key:
 * none. */
struct str gov_rules_body_changed(const struct gov_body *a, const struct gov_body *b,
                                  const char *const *allowed);
/* Does b begin with all items of a, unchanged, at key? */
bool gov_rules_body_extends(const struct gov_body *a, const struct gov_body *b, const char *key);
/* Is the date (perhaps with a time) of text within a Period at key, both ends included? */
bool gov_rules_body_within(const struct gov_body *b, const char *key, struct str date);
/* a < b of two numbers as written; false when one is none. */
bool gov_rules_body_less(struct str a, struct str b);

#endif
