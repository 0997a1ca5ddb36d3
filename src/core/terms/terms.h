/* SPDX-License-Identifier: Apache-2.0
 * terms: which codes a value set holds (R4 ValueSet.compose, 4.9.8), and what a code subsumes, from the
 * ValueSet and CodeSystem resources in the store and the model's required bindings: behind :in, :not-in,
 * :below, :above and _filter's in, ss, sb. Nothing is asked of other servers: what is not here, or cannot be
 * counted out, is an error that names it, never a part of the answer.
 *
 * Expansions are kept until a ValueSet or CodeSystem changes. Any thread. */
#ifndef HELHET_TERMS_TERMS_H
#define HELHET_TERMS_TERMS_H

#include "search/search.h"

enum {
    TERMS_CODES_MAX = SEARCH_CODES_MAX, /* of one answer; a larger whole system is told as the system alone */
    TERMS_CONCEPTS_MAX = 500000,        /* of one code system, and what one expansion may look through */
    TERMS_NESTING_MAX = 16,             /* value sets that include value sets */
    TERMS_VERSIONS_MAX = 50,            /* resources with the same URL that are looked at */
    TERMS_KEPT_MAX = 64,                /* expansions remembered */
};

struct terms;

/* Borrows s, which must outlive it. */
struct terms *terms_new(struct search *s, struct err *err);
void terms_free(struct terms *t);

/* The codes that search.h describes, in arena; see struct search_code for what stands for whole systems.
 * ERR_TERMS says which value set and why not. */
bool terms_codes(struct terms *t, struct store_read *r, enum search_codes what, struct str system,
                 struct str value, struct arena *arena, struct search_code **out, size_t *count,
                 struct err *err);
/* What search_set_terms takes. */
struct search_terms terms_for_search(struct terms *t);

#endif
