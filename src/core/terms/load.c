/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/terms_int.h"

/* Versions compared part by part, numbers by value: 2.10 is after 2.9. */
static int load_version_cmp(struct str a, struct str b)
{
    struct str x, y;
    while (a.p && b.p) {
        uint64_t m, n;
        str_split(&a, '.', &x);
        str_split(&b, '.', &y);
        bool numbers = str_u64(x, UINT64_MAX / 16, &m) && str_u64(y, UINT64_MAX / 16, &n);
        int c = numbers ? (m > n) - (m < n) : str_cmp(x, y);
        if (c)
            return c;
    }
    return (a.p != NULL) - (b.p != NULL);
}

/* A version asked for may have x for any part: 1.2.x. */
static bool load_version_is(struct str theirs, struct str wanted)
{
    struct str x, y;
    while (theirs.p && wanted.p) {
        str_split(&theirs, '.', &x);
        str_split(&wanted, '.', &y);
        if (!str_eq(x, y) && !(str_is(y, "x") && x.n))
            return false;
    }
    return !theirs.p && !wanted.p;
}

static bool load_is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '.'))
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

static enum load_result load_parse(const struct asking *a, const struct store_version *v, struct loaded *out)
{
    out->rid = v->rid;
    if (!json_parse(a->arena, v->body, &fhir_names, &out->doc, a->err))
        return LOAD_FAILED;
    fhir_type_tree(&out->doc, 0);
    return LOAD_FOUND;
}

static enum load_result load_id(const struct asking *a, fhir_type_id type, struct str id, struct loaded *out)
{
    struct store_version v;
    switch (store_get(a->r, type, id, a->arena, &v, a->err)) {
    case STORE_FOUND:
        return load_parse(a, &v, out);
    case STORE_FAILED:
        return LOAD_FAILED;
    default:
        return LOAD_ABSENT;
    }
}

static enum load_result load_url(const struct asking *a, fhir_type_id type, struct str url,
                                 struct str version, struct loaded *out)
{
    fhir_param_id param = search_param_find(a->s, type, STR("url"));
    struct store_match match = {.index = STORE_URI, .cmp = STORE_CMP_EQ};
    match.row = (struct store_row){.index = STORE_URI, .param = param, .name = url};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &match, .any_count = 1};
    uint16_t types[1] = {type};
    struct store_plan plan = {
        .types = types, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = TERMS_VERSIONS_MAX};
    struct store_hits hits;
    enum load_result result = LOAD_ABSENT;
    struct str best = {NULL, 0};
    if (!store_search(a->r, &plan, a->arena, &hits, a->err))
        return LOAD_FAILED;
    for (size_t i = 0; i < hits.count; i++) {
        struct loaded l;
        if (load_parse(a, &hits.item[i], &l) == LOAD_FAILED)
            return LOAD_FAILED;
        struct str theirs = json_text(&l.doc, json_get(&l.doc, 0, FHIR_NAME_version));
        if (version.p && !load_version_is(theirs, version))
            continue;
        if (result == LOAD_FOUND && load_version_cmp(theirs, best) < 0)
            continue;
        *out = l;
        best = theirs;
        result = LOAD_FOUND;
    }
    return result;
}

enum load_result load_canonical(const struct asking *a, fhir_type_id type, struct str canonical, bool ids,
                                struct loaded *out)
{
    struct str rest = canonical, url;
    str_split(&rest, '|', &url);
    enum load_result result = load_url(a, type, url, rest, out);
    if (result != LOAD_ABSENT || !ids || rest.p)
        return result;
    struct str prefix = str_of(fhir_types[type].name), id = url;
    if (str_starts(url, prefix) && url.n > prefix.n && url.p[prefix.n] == '/')
        id = str_sub(url, prefix.n + 1, url.n);
    return load_is_id(id) ? load_id(a, type, id, out) : LOAD_ABSENT;
}
