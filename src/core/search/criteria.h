/* SPDX-License-Identifier: Apache-2.0
 * criteria: search parameters held against one resource at a time, by its own index rows: what narrows a
 * SMART scope ("Observation.rs?category=laboratory"). What asks other resources, texts or times of writing is
 * no criterion. */
#ifndef HELHET_SEARCH_CRITERIA_H
#define HELHET_SEARCH_CRITERIA_H

#include "search/search.h"

enum { CRITERIA_MAX = 16 }; /* parameters of one scope */

/* All of them must hold, for a resource of the type (0: of any, common parameters alone); *out in arena. r:
 * where value sets are looked up; NULL: they are taken as empty. False with *err: a search that is wrong, or
 * ERR_SEARCH_CRITERIA. */
bool criteria_parse(struct search *s, struct store_read *r, fhir_type_id type,
                    const struct search_param *params, size_t count, struct arena *arena,
                    struct store_plan *out, struct err *err);
/* Do these rows (of a resource that is about to be written) meet them? Pure. store_label_meets asks the same
 * of one that is there. */
bool criteria_meet(const struct store_plan *criteria, struct str id, const struct store_row *row,
                   size_t count);
/* Calls fn for each search parameter that is asked; false as soon as it is. */
bool criteria_each(const struct store_plan *criteria, bool (*fn)(void *arg, fhir_param_id param), void *arg);

#endif
