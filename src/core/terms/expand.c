/* SPDX-License-Identifier: Apache-2.0
 * From a ValueSet to its codes: the expansion that it carries, else its compose; else a required binding of
 * the model. */
#include "terms/terms_int.h"

static uint32_t array_of(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    uint32_t c = json_get(doc, i, name);
    return c != UINT32_MAX && doc->nodes[c].kind == JSON_ARRAY ? c : UINT32_MAX;
}

static struct str text_at(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    return json_text(doc, json_get(doc, i, name));
}

static bool is_true(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    uint32_t c = json_get(doc, i, name);
    return c != UINT32_MAX && doc->nodes[c].kind == JSON_TRUE;
}

/* ---- a stored expansion ---- */

static bool add_contains(struct asking *a, const struct json_doc *doc, uint32_t list, struct list *out,
                         uint64_t *seen)
{
    JSON_EACH(doc, list, i)
    {
        uint32_t inner = array_of(doc, i, FHIR_NAME_contains);
        struct str code = text_at(doc, i, FHIR_NAME_code);
        ++*seen;
        if (code.n && !is_true(doc, i, FHIR_NAME_abstract) &&
            !list_add(a, out, text_at(doc, i, FHIR_NAME_system), code))
            return false;
        if (inner != UINT32_MAX && !add_contains(a, doc, inner, out, seen))
            return false;
    }
    return true;
}

/* *used: the value set carries its whole expansion. */
static bool expand_stored(struct asking *a, const struct json_doc *doc, struct list *out, bool *used)
{
    uint32_t expansion = json_get(doc, 0, FHIR_NAME_expansion), list;
    uint64_t seen = 0, total = 0;
    *used = false;
    if (expansion == UINT32_MAX || (list = array_of(doc, expansion, FHIR_NAME_contains)) == UINT32_MAX)
        return true;
    if (!add_contains(a, doc, list, out, &seen))
        return false;
    if (str_u64(text_at(doc, expansion, FHIR_NAME_total), UINT64_MAX / 16, &total) && total > seen) {
        out->count = 0;
        return json_get(doc, 0, FHIR_NAME_compose) != UINT32_MAX ||
               terms_fail(a, "dess expansion är bara en del av {} koder",
                          "its expansion is only a part of {} codes",
                          text_at(doc, expansion, FHIR_NAME_total));
    }
    *used = true;
    return true;
}

/* ---- compose ---- */

struct include {
    const struct json_doc *doc;
    uint32_t node;
    bool active_only; /* compose.inactive is false */
    bool count_out;   /* something is excluded: a whole system must be its codes */
};

/* Codes listed one by one; where the whole system is here, only those that it has. */
static bool include_listed(struct asking *a, const struct include *n, struct str canonical, struct str system,
                           uint32_t concepts, struct list *out)
{
    struct system s;
    if (system_load(a, canonical, &s) == LOAD_FAILED)
        return false;
    JSON_EACH(n->doc, concepts, i)
    {
        struct str code = text_at(n->doc, i, FHIR_NAME_code);
        uint32_t at = system_find(&s, code);
        if (at == UINT32_MAX ? s.complete : n->active_only && system_inactive(&s, at))
            continue;
        if (code.n && !list_add(a, out, system, code))
            return false;
    }
    return true;
}

static bool add_kept(const struct asking *a, const struct include *n, const struct system *s,
                     struct str system, const bool *keep, struct list *out)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (keep[i] && !(n->active_only && system_inactive(s, i)) &&
            !list_add(a, out, system, s->concept[i].code))
            return false;
    return true;
}

/* All of a system, or what passes the filters. */
static bool include_system(struct asking *a, const struct include *n, struct str canonical, struct str system,
                           uint32_t filters, struct list *out)
{
    struct system s;
    enum load_result found = system_load(a, canonical, &s);
    bool whole = filters == UINT32_MAX && !n->active_only, here = found == LOAD_FOUND && s.complete;
    if (found == LOAD_FAILED)
        return false;
    if (whole && (!here || (s.count > TERMS_CODES_MAX && !n->count_out)))
        return list_add(a, out, system, STR(""));
    if (found == LOAD_ABSENT)
        return terms_fail(a, "kodverket {} finns inte här", "the code system {} is not here", canonical);
    if (!here)
        return terms_fail(a, "kodverket {} finns bara delvis här", "the code system {} is here in part only",
                          canonical);
    bool *keep = arena_alloc(a->arena, (s.count + 1) * sizeof *keep);
    if (!keep)
        return err_set(a->err, ERR_NO_MEMORY, NULL);
    memset(keep, true, s.count * sizeof *keep);
    if (filters != UINT32_MAX)
        JSON_EACH(n->doc, filters, i)
        {
            if (!filter_apply(a, &s, n->doc, i, keep))
                return false;
        }
    return add_kept(a, n, &s, system, keep, out);
}

/* One include or exclude: its system part and each of its value sets, all of which must hold. */
static bool include_one(struct asking *a, const struct include *n, struct list *out)
{
    struct str system = text_at(n->doc, n->node, FHIR_NAME_system);
    uint32_t concepts = array_of(n->doc, n->node, FHIR_NAME_concept);
    uint32_t sets = array_of(n->doc, n->node, FHIR_NAME_valueSet);
    struct str version = text_at(n->doc, n->node, FHIR_NAME_version), canonical = system;
    bool any = system.n > 0;
    if (version.n)
        canonical = arena_printf(a->arena, "%.*s|%.*s", STR_ARG(system), STR_ARG(version));
    if (concepts != UINT32_MAX && !include_listed(a, n, canonical, system, concepts, out))
        return false;
    if (system.n && concepts == UINT32_MAX &&
        !include_system(a, n, canonical, system, array_of(n->doc, n->node, FHIR_NAME_filter), out))
        return false;
    list_sort(out);
    if (sets == UINT32_MAX)
        return true;
    JSON_EACH(n->doc, sets, i)
    {
        struct list inner = {0};
        if (!expand_canonical(a, json_text(n->doc, i), &inner) || (any && !list_both(a, out, &inner)))
            return false;
        if (!any)
            *out = inner;
        any = true;
    }
    return true;
}

static bool add_all(const struct asking *a, struct list *to, const struct list *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!list_add(a, to, from->item[i].system, from->item[i].code))
            return false;
    return true;
}

/* A part of compose.include and what it gave. */
struct part {
    uint32_t node;
    struct list list;
};

static bool same_version(const struct json_doc *doc, uint32_t a, uint32_t b)
{
    return str_eq(text_at(doc, a, FHIR_NAME_system), text_at(doc, b, FHIR_NAME_system)) &&
           str_eq(text_at(doc, a, FHIR_NAME_version), text_at(doc, b, FHIR_NAME_version));
}

/* Takes what the exclude at n gives out of the parts. One that names a version of a system is about the part
 * that includes that version, if there is one: another version's code of the same name stays. */
static bool exclude_one(struct asking *a, const struct include *n, struct part *part, size_t count)
{
    struct list gone = {0};
    bool versioned = false;
    for (size_t i = 0; i < count && text_at(n->doc, n->node, FHIR_NAME_version).n; i++)
        versioned = versioned || same_version(n->doc, n->node, part[i].node);
    if (!include_one(a, n, &gone))
        return false;
    for (size_t i = 0; i < count; i++)
        if ((!versioned || same_version(n->doc, n->node, part[i].node)) &&
            !list_without(a, &part[i].list, &gone))
            return false;
    return true;
}

static bool expand_compose(struct asking *a, const struct json_doc *doc, uint32_t compose, struct list *out)
{
    uint32_t includes = array_of(doc, compose, FHIR_NAME_include),
             excludes = array_of(doc, compose, FHIR_NAME_exclude);
    uint32_t inactive = json_get(doc, compose, FHIR_NAME_inactive);
    struct include n = {.doc = doc, .count_out = excludes != UINT32_MAX};
    size_t count = 0;
    n.active_only = inactive != UINT32_MAX && doc->nodes[inactive].kind == JSON_FALSE;
    if (includes == UINT32_MAX)
        return terms_fail(a, "compose.include saknas", "compose.include is missing", STR(""));
    struct part *part = ARENA_ARRAY(a->arena, struct part, doc->nodes[includes].len + 1);
    if (!part)
        return err_set(a->err, ERR_NO_MEMORY, NULL);
    JSON_EACH(doc, includes, i)
    {
        n.node = part[count].node = i;
        if (!include_one(a, &n, &part[count++].list))
            return false;
    }
    n.active_only = false;
    if (excludes != UINT32_MAX)
        JSON_EACH(doc, excludes, i)
        {
            n.node = i;
            if (!exclude_one(a, &n, part, count))
                return false;
        }
    for (size_t i = 0; i < count; i++)
        if (!add_all(a, out, &part[i].list))
            return false;
    list_sort(out);
    list_tidy(out);
    return true;
}

/* ---- the whole ---- */

/* The required binding of the model to this set; 0: there is none. */
static uint16_t binding_of(struct str url)
{
    for (uint16_t i = 1; i < FHIR_BINDING_COUNT; i++)
        if (fhir_bindings[i].codes && str_is(url, fhir_bindings[i].value_set))
            return i;
    return 0;
}

/* A set that the model binds elements to. False: there is none. */
static bool expand_binding(const struct asking *a, struct str url, struct list *out)
{
    const struct fhir_binding *b = &fhir_bindings[binding_of(url)];
    if (!b->codes)
        return terms_fail(a, "värdemängden {} finns inte här", "there is no value set {} here", url);
    for (uint16_t c = 0; c < b->code_count; c++)
        if (!list_add(a, out, str_of(b->systems[c]), str_of(b->codes[c])))
            return false;
    return true;
}

enum load_result expand_known(const struct asking *a, struct str canonical)
{
    struct loaded set;
    enum load_result result = load_canonical(a, FHIR_TYPE_ValueSet, canonical, true, &set);
    return result == LOAD_ABSENT && binding_of(canonical) ? LOAD_FOUND : result;
}

static bool expand_loaded(struct asking *a, const struct loaded *set, struct str canonical, struct list *out)
{
    bool used;
    for (unsigned i = 0; i < a->depth; i++)
        if (a->within[i] == set->rid)
            return terms_fail(a, "{} innehåller sig själv", "{} includes itself", canonical);
    if (a->depth == TERMS_NESTING_MAX)
        return terms_fail(a, "för många värdemängder i varandra vid {}", "too many nested value sets at {}",
                          canonical);
    if (!expand_stored(a, &set->doc, out, &used))
        return false;
    uint32_t compose = json_get(&set->doc, 0, FHIR_NAME_compose);
    if (!used && compose == UINT32_MAX)
        return terms_fail(a, "{} har varken compose eller expansion", "{} has neither compose nor expansion",
                          canonical);
    a->within[a->depth++] = set->rid;
    bool ok = used || expand_compose(a, &set->doc, compose, out);
    a->depth--;
    list_sort(out);
    return ok;
}

bool expand_canonical(struct asking *a, struct str canonical, struct list *out)
{
    struct loaded set;
    switch (load_canonical(a, FHIR_TYPE_ValueSet, canonical, true, &set)) {
    case LOAD_FOUND:
        return expand_loaded(a, &set, canonical, out);
    case LOAD_ABSENT:
        return expand_binding(a, canonical, out);
    default:
        return false;
    }
}
