/* SPDX-License-Identifier: Apache-2.0
 * Canonical URLs and their versions (R4 3.1.1.4.13): :below=url is every version, :below=url|1 version 1 and
 * those that go on from it (1.0, 1.1-draft, not 10), :above=url|1.1 what stands above it: 1.1, 1, and
 * references that name no version. url=U|V asks a definition for its own url and version (R4 3.1.1.4.9). */
#include "fhir_gen/names.h"
#include "search/own_int.h"

/* What parts of a version are parted by. */
static const char separators[] = {'.', '-', '+'};

struct canonical {
    struct str url, version; /* version {NULL,0}: none */
};

static bool separates(char c)
{
    return memchr(separators, c, sizeof separators) != NULL;
}

bool canonical_param(const struct query_of *q)
{
    struct path_yield y = extract_yield(q->s, q->param->base, q->param_id);
    for (uint16_t i = 0; i < y.count; i++)
        if (y.types[i] == FHIR_TYPE_canonical)
            return true;
    return y.any;
}

static bool is_url(struct str text)
{
    fhir_type_id type;
    struct str id;
    return str_find(text, ':', 0) != SIZE_MAX && !reference_local(text, &type, &id);
}

bool canonical_asked(const struct query_of *q, const struct search_kind *kind, struct str values)
{
    struct str rest = values, part;
    bool asked = false;
    while (!asked && value_split(&rest, ',', &part)) {
        struct str version = part, url;
        value_split(&version, '|', &url);
        asked = kind == &reference_kind ? is_url(url) : kind == &uri_kind && version.p;
    }
    return asked && canonical_param(q);
}

static bool canonical_read(const struct query_of *q, struct str value, struct canonical *out)
{
    struct str rest = value, url;
    value_split(&rest, '|', &url);
    if (!is_url(url) || (rest.p && (rest.n == 0 || str_find(rest, '|', 0) != SIZE_MAX)))
        return value_expected(q, value, "en kanonisk URL, eller URL|version",
                              "a canonical URL, or URL|version");
    out->url = value_unescape(q->arena, url);
    out->version = rest.p ? value_unescape(q->arena, rest) : rest;
    return true;
}

static void name_match(const struct query_of *q, const struct search_kind *kind, enum store_cmp cmp,
                       struct str name, struct matches *out)
{
    struct store_match *m = value_match(q, (enum store_index)kind->index, out);
    m->cmp = (uint8_t)cmp;
    m->row.name = name;
}

bool canonical_below(const struct query_of *q, const struct search_kind *kind, struct str value,
                     struct matches *out)
{
    struct canonical c;
    if (!canonical_read(q, value, &c))
        return false;
    if (!c.version.p) { /* every version has a row without it */
        name_match(q, kind, STORE_CMP_EQ, c.url, out);
        return true;
    }
    struct str name = arena_printf(q->arena, "%.*s|%.*s", STR_ARG(c.url), STR_ARG(c.version));
    name_match(q, kind, STORE_CMP_EQ, name, out);
    for (size_t i = 0; i < sizeof separators; i++)
        name_match(q, kind, STORE_CMP_BELOW, arena_printf(q->arena, "%.*s%c", STR_ARG(name), separators[i]),
                   out);
    return true;
}

/* ---- :above, which rows cannot tell: the one without version is of every version ---- */

struct above {
    struct search *s;
    struct arena *arena;
    struct str param;
    struct canonical *item;
    size_t count;
};

static bool is_above(struct str text, const struct canonical *c)
{
    struct str version = text, url;
    str_split(&version, '|', &url);
    if (!str_eq(url, c->url))
        return false;
    if (!version.p)
        return true;
    return str_starts(c->version, version) &&
           (c->version.n == version.n || separates(c->version.p[version.n]));
}

static bool holds(void *arg, fhir_type_id type, const struct json_doc *doc, bool *yes, struct err *err)
{
    const struct above *a = arg;
    struct path_list list = {0};
    struct path_context ctx = {.doc = doc};
    if (!extract_values(a->s, type, search_param_find(a->s, type, a->param), &ctx, a->arena, &list, err))
        return false;
    for (uint32_t i = 0; i < list.count; i++) {
        struct str text = value_self(&list.item[i]);
        for (size_t k = 0; text.n && k < a->count; k++)
            *yes = *yes || is_above(text, &a->item[k]);
    }
    return true;
}

/* All that refers to one of the URLs, whatever the version: the candidates. */
static bool candidates(const struct query_of *q, const struct search_kind *kind, void *arg,
                       struct matches *out)
{
    const struct above *a = arg;
    for (size_t i = 0; i < a->count; i++)
        name_match(q, kind, STORE_CMP_EQ, a->item[i].url, out);
    return own_query_param_ready(q->s, q->read, q->param_id, q->err);
}

bool canonical_above(struct plan_of *p, struct str code, struct str value)
{
    struct str rest = value, part;
    struct above a = {.s = p->s, .arena = p->arena, .param = code};
    struct query_of q = plan_query(p, search_param_find(p->s, p->types[0], code));
    struct plan_of inner = verify_inner(p);
    struct matches list = {0};
    a.item = ARENA_ARRAY(p->arena, struct canonical, SEARCH_VALUES_MAX);
    while (value_split(&rest, ',', &part)) {
        if (a.count == SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, q.param->code, "1000", NULL);
        if (!canonical_read(&q, part, &a.item[a.count++]))
            return false;
    }
    if (plan_each(&inner, code, candidates, &a, &list) != PLAN_OK)
        return false;
    plan_any(&inner, &list);
    return verify_cond(p, &inner, holds, &a);
}

/* ---- a definition's own url|version ---- */

/* The parameter that a definition's version is searched by; 0 when the type is none. */
static fhir_param_id version_param(const struct search *s, fhir_type_id type)
{
    fhir_param_id id = search_param_find(s, type, STR("version"));
    return id && search_param(s, id)->type == FHIR_SEARCH_TOKEN ? id : 0;
}

bool canonical_own(const struct query_of *q, const struct search_kind *kind, struct str values)
{
    bool bar = false;
    struct str rest = values, part;
    while (!bar && value_split(&rest, ',', &part)) {
        struct str version = part, url;
        value_split(&version, '|', &url);
        bar = version.n > 0 && url.n > 0;
    }
    return bar && kind == &uri_kind && strcmp(q->param->code, "url") == 0 &&
           version_param(q->s, q->param->base);
}

/* One value for one type: its url, and (with version) its version too. */
static void own_part(struct plan_of *part, fhir_type_id type, struct str url, struct str version)
{
    struct query_of q = plan_query(part, search_param_find(part->s, type, STR("url")));
    struct matches urls = {0}, versions = {0};
    fhir_param_id id = version.p ? version_param(part->s, type) : 0;
    if (version.p && !id)
        url = (struct str){url.p, url.n + 1 + version.n};
    name_match(&q, &uri_kind, STORE_CMP_EQ, value_unescape(part->arena, url), &urls);
    plan_any(part, &urls);
    if (!id)
        return;
    q = plan_query(part, id);
    struct store_match *m = value_match(&q, STORE_TOKEN, &versions);
    m->any_name = true;
    m->row.text = value_unescape(part->arena, version);
    plan_any(part, &versions);
}

bool canonical_own_cond(struct plan_of *p, struct str values)
{
    struct str rest = values, part;
    struct store_plan *sub = NULL;
    size_t count = 0, cap = 0, asked = 0;
    while (value_split(&rest, ',', &part)) {
        struct matches none = {0};
        struct str version = part, url;
        value_split(&version, '|', &url);
        if (++asked > SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, "url", "1000", NULL);
        if (!plan_room(p, &none, "url"))
            return false;
        for (size_t t = 0; t < p->type_count; t++) {
            struct plan_of one = plan_inner(p, p->types, p->type_count);
            own_part(&one, p->types[t], url, version);
            if (count == cap) {
                size_t more = cap ? cap * 2 : 8;
                sub = arena_grow(p->arena, sub, cap, more, sizeof *sub);
                cap = more;
            }
            sub[count++] = *plan_made(&one);
        }
    }
    struct store_cond *c = plan_cond(p, STORE_COND_GROUP);
    c->sub = sub;
    c->sub_count = count;
    return true;
}
