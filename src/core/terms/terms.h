/* SPDX-License-Identifier: Apache-2.0
 * terms: which codes a value set holds (R4 ValueSet.compose, 4.9.8), and what a code subsumes, from the
 * ValueSet and CodeSystem resources in the store and the model's required bindings: behind :in, :not-in,
 * :below, :above and _filter's in, ss, sb. Nothing is asked of other servers: what is not here, or cannot be
 * counted out, is an error that names it, never a part of the answer.
 *
 * Expansions are kept until a ValueSet or CodeSystem changes. Any thread. */
#ifndef HELHET_TERMS_TERMS_H
#define HELHET_TERMS_TERMS_H

#include "path/path.h"
#include "search/search.h"

enum {
    TERMS_CODES_MAX = SEARCH_CODES_MAX, /* of one answer; a larger whole system is told as the system alone */
    TERMS_CONCEPTS_MAX = 500000,        /* of one code system, and what one expansion may look through */
    TERMS_NESTING_MAX = 16,             /* value sets that include value sets */
    TERMS_VERSIONS_MAX = 50,            /* resources with the same URL that are looked at */
    TERMS_KEPT_MAX = 64,                /* expansions remembered */
    TERMS_SESSION_SETS_MAX = 64,        /* value sets that the expressions of one session ask for */
    TERMS_SESSION_SYSTEMS_MAX = 16,     /* code systems, likewise */
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

/* ---- memberOf, subsumes and subsumedBy of FHIRPath (R4 2.9.1.5) ----
 *
 * A session is for one request, patch or view run, on one thread. What it has once looked up holds for as
 * long as it lives. Each value set and code system is read once, so that asking for each of a million
 * resources costs two binary searches. More of them than the bounds above is ERR_SEARCH_LIMIT; ERR_TERMS says
 * which one cannot be told. A value set that is not here is PATH_TERMS_UNKNOWN. */
struct terms_session;

/* NULL when there is no memory, and when t is NULL: expressions then know the model's required bindings only.
 */
struct terms_session *terms_session_new(struct terms *t);
void terms_session_free(struct terms_session *s);
/* Whom to read from until the next call: r as of the commit seq (0: as r is). r must be free to be used
 * whenever an expression runs. */
void terms_session_read(struct terms_session *s, struct store_read *r, int64_t seq);
/* For path_context; NULL without a session. Lives as long as s. */
const struct path_terms *terms_session_path(const struct terms_session *s);

#endif
