/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_gen/names.h"
#include "search/search_int.h"

static void rows(const struct rows_to *to, const struct path_value *v)
{
    struct str text = value_self(v);
    if (!text.n)
        return;
    value_row(to, STORE_URI)->name = text;
    /* As in references: a canonical with version is found without it too. */
    size_t bar = v->kind == PATH_NODE && v->type == FHIR_TYPE_canonical ? str_find(text, '|', 0) : SIZE_MAX;
    if (bar != SIZE_MAX && bar > 0)
        value_row(to, STORE_URI)->name = str_sub(text, 0, bar);
}

/* :above — the URI itself and every parent at a '/' after the authority. */
static void match_above(const struct query_of *q, struct str uri, struct matches *out)
{
    value_match(q, STORE_URI, out)->row.name = uri;
    size_t scheme = str_find_str(uri, STR("://"));
    if (scheme == SIZE_MAX)
        return;
    for (size_t at = str_find(uri, '/', scheme + 3); at != SIZE_MAX; at = str_find(uri, '/', at + 1)) {
        value_match(q, STORE_URI, out)->row.name = str_sub(uri, 0, at);
        value_match(q, STORE_URI, out)->row.name = str_sub(uri, 0, at + 1);
    }
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    (void)cmp;
    (void)approx;
    struct str uri = value_unescape(q->arena, value);
    if (uri.n == 0)
        return value_error(q, value);
    if (q->modifier == SEARCH_MOD_ABOVE) {
        match_above(q, uri, out);
        return true;
    }
    struct store_match *m = value_match(q, STORE_URI, out);
    m->row.name = uri;
    if (q->modifier == SEARCH_MOD_BELOW)
        m->cmp = STORE_CMP_BELOW;
    return true;
}

const struct search_kind uri_kind = {
    .index = STORE_URI,
    .modifiers = SEARCH_MOD_MISSING | SEARCH_MOD_BELOW | SEARCH_MOD_ABOVE,
    .rows = rows,
    .match = match,
};
