/* SPDX-License-Identifier: Apache-2.0
 * Criteria of conditional create, update, delete and references: a search that may match one resource. */
#include "api/api_int.h"

enum { CONDITION_TEXT_MAX = 100 };

struct str condition_text(struct arena *arena, fhir_type_id type, struct str query)
{
    return arena_printf(arena, "%s?%.*s", fhir_types[type].name,
                        (int)(query.n < CONDITION_TEXT_MAX ? query.n : CONDITION_TEXT_MAX), query.p);
}

enum condition_found condition_find(struct api *a, struct store_read *r, fhir_type_id type, struct str query,
                                    struct arena *arena, struct store_version *out, struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    struct search_query q;
    struct store_hits hits;
    if (!http_query_parse(arena, query, &pairs, &count, err))
        return CONDITION_FAILED;
    struct search_param *params = ARENA_ARRAY(arena, struct search_param, count + 1);
    if (!params) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return CONDITION_FAILED;
    }
    for (size_t i = 0; i < count; i++)
        params[i] = (struct search_param){pairs[i].name, pairs[i].value};
    if (!search_parse(a->search, r, type, params, count, false, arena, &q, err))
        return CONDITION_FAILED;
    if (q.plan.cond_count == 0) {
        /* Criteria that match everything are a mistake, and a dangerous one. */
        err_set_str(err, ERR_CRITERIA_EMPTY, condition_text(arena, type, query), STR(""));
        return CONDITION_FAILED;
    }
    q.plan.limit = 2;
    q.plan.count = false;
    q.plan.no_body = true;
    q.plan.sort_count = 0;
    if (!store_search(r, &q.plan, arena, &hits, err))
        return CONDITION_FAILED;
    if (hits.count == 0)
        return CONDITION_NONE;
    *out = hits.item[0];
    return hits.count == 1 && !hits.more ? CONDITION_ONE : CONDITION_MANY;
}
