/* SPDX-License-Identifier: Apache-2.0
 * Is a code in a value set (R4 ValueSet.compose, 4.9.8), does it subsume another (4.8)? Asked of the
 * resources themselves for each code, without ever counting a value set out: enumerated codes, whole systems,
 * is-a and descendent-of, value sets within value sets, excludes. Anything else is no search that the oracle
 * answers. */
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

enum { DEPTH_MAX = 40 };

static uint32_t list_of(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    return i == UINT32_MAX ? i : json_get(doc, i, name);
}

static struct str text_of(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    return json_text(doc, json_get(doc, i, name));
}

/* The resource of that URL, and of that version when one is named; else the greatest. SIZE_MAX: none. */
static size_t by_url(const struct oracle *o, fhir_type_id type, struct str canonical)
{
    struct str version = canonical, url, best = {NULL, 0};
    size_t found = SIZE_MAX;
    str_split(&version, '|', &url);
    for (size_t i = 0; i < o->count; i++) {
        const struct oracle_resource *r = &o->resource[i];
        if (o->gone[i] || r->type != type || !str_eq(text_of(r->doc, 0, FHIR_NAME_url), url))
            continue;
        struct str v = text_of(r->doc, 0, FHIR_NAME_version);
        if (version.p ? !str_eq(v, version) : found != SIZE_MAX && str_cmp(v, best) < 0)
            continue;
        found = i;
        best = v;
    }
    return found;
}

/* ---- subsumption ---- */

/* Finds the concept; *above is the one that it is written in, UINT32_MAX at the top. */
static uint32_t concept_of(const struct json_doc *doc, uint32_t in, struct str code, uint32_t *above)
{
    uint32_t list = list_of(doc, in, FHIR_NAME_concept);
    if (list == UINT32_MAX)
        return UINT32_MAX;
    JSON_EACH(doc, list, c)
    {
        *above = in ? in : UINT32_MAX;
        if (str_eq(text_of(doc, c, FHIR_NAME_code), code))
            return c;
        uint32_t inner = concept_of(doc, c, code, above);
        if (inner != UINT32_MAX)
            return inner;
    }
    return UINT32_MAX;
}

static bool has_property(const struct json_doc *doc, uint32_t concept, const char *name, struct str code)
{
    uint32_t list = list_of(doc, concept, FHIR_NAME_property);
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(doc, list, p)
    {
        if (str_is(text_of(doc, p, FHIR_NAME_code), name) &&
            str_eq(text_of(doc, p, FHIR_NAME_valueCode), code))
            return true;
    }
    return false;
}

static bool is_a(const struct json_doc *doc, struct str code, struct str ancestor, unsigned depth);

/* Some concept within `in` stands right above the concept of that code, by a property, and is an ancestor. */
static bool by_property(const struct json_doc *doc, uint32_t in, uint32_t concept, struct str ancestor,
                        unsigned depth)
{
    uint32_t list = list_of(doc, in, FHIR_NAME_concept);
    struct str code = text_of(doc, concept, FHIR_NAME_code);
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(doc, list, c)
    {
        struct str other = text_of(doc, c, FHIR_NAME_code);
        bool over = has_property(doc, concept, "parent", other) ||
                    has_property(doc, concept, "subsumedBy", other) || has_property(doc, c, "child", code);
        if ((over && is_a(doc, other, ancestor, depth + 1)) || by_property(doc, c, concept, ancestor, depth))
            return true;
    }
    return false;
}

static bool is_a(const struct json_doc *doc, struct str code, struct str ancestor, unsigned depth)
{
    uint32_t above, c = concept_of(doc, 0, code, &above);
    if (c == UINT32_MAX || depth > DEPTH_MAX)
        return false;
    if (str_eq(code, ancestor))
        return true;
    if (above != UINT32_MAX && is_a(doc, text_of(doc, above, FHIR_NAME_code), ancestor, depth + 1))
        return true;
    return by_property(doc, 0, c, ancestor, depth);
}

/* ---- value sets ---- */

static bool in_set(struct oracle_ask *k, struct str canonical, struct str system, struct str code,
                   unsigned depth);

/* The code system with all its codes; NULL when it is not here whole. */
static const struct json_doc *whole(const struct oracle *o, struct str canonical)
{
    size_t i = by_url(o, FHIR_TYPE_CodeSystem, canonical);
    const struct json_doc *doc = i == SIZE_MAX ? NULL : o->resource[i].doc;
    return doc && str_is(text_of(doc, 0, FHIR_NAME_content), "complete") ? doc : NULL;
}

static bool passes(struct oracle_ask *k, const struct json_doc *doc, uint32_t filter,
                   const struct json_doc *system, struct str code)
{
    uint32_t unused;
    struct str op = text_of(doc, filter, FHIR_NAME_op), value = text_of(doc, filter, FHIR_NAME_value);
    if (!str_is(text_of(doc, filter, FHIR_NAME_property), "concept") ||
        (!str_is(op, "is-a") && !str_is(op, "descendent-of")))
        return oracle_fail(k, "a filter not known here", op);
    if (concept_of(system, 0, value, &unused) == UINT32_MAX)
        return oracle_fail(k, "a code that is not in its system", value);
    return is_a(system, code, value, 0) && (str_is(op, "is-a") || !str_eq(code, value));
}

/* By its system: the codes listed, else what passes the filters, else all that it has. */
static bool by_system(struct oracle_ask *k, const struct json_doc *doc, uint32_t part, struct str system,
                      struct str code)
{
    struct str mine = text_of(doc, part, FHIR_NAME_system);
    uint32_t concepts = list_of(doc, part, FHIR_NAME_concept), above;
    uint32_t filters = list_of(doc, part, FHIR_NAME_filter);
    const struct json_doc *all = whole(k->o, mine);
    if (filters != UINT32_MAX && !all)
        return oracle_fail(k, "a code system that is not here", mine);
    bool in = str_eq(mine, system) && (!all || concept_of(all, 0, code, &above) != UINT32_MAX);
    if (filters !=
        UINT32_MAX) { /* each is looked at, so that a wrong one is told of whatever code is asked */
        JSON_EACH(doc, filters, f)
        {
            bool pass = passes(k, doc, f, all, code);
            in = in && pass;
        }
    }
    if (!in)
        return false;
    if (concepts == UINT32_MAX)
        return true;
    JSON_EACH(doc, concepts, c)
    {
        if (str_eq(text_of(doc, c, FHIR_NAME_code), code))
            return true;
    }
    return false;
}

/* An include or an exclude: its system and every one of its value sets. */
static bool in_part(struct oracle_ask *k, const struct json_doc *doc, uint32_t part, struct str system,
                    struct str code, unsigned depth)
{
    uint32_t sets = list_of(doc, part, FHIR_NAME_valueSet);
    bool in = !text_of(doc, part, FHIR_NAME_system).n || by_system(k, doc, part, system, code);
    if (sets == UINT32_MAX)
        return in;
    JSON_EACH(doc, sets, s)
    {
        bool inner = in_set(k, json_text(doc, s), system, code, depth + 1);
        in = in && inner;
    }
    return in;
}

static bool in_any(struct oracle_ask *k, const struct json_doc *doc, uint32_t parts, struct str system,
                   struct str code, unsigned depth)
{
    bool found = false;
    if (parts == UINT32_MAX)
        return false;
    JSON_EACH(doc, parts, p)
    {
        bool in = in_part(k, doc, p, system, code, depth);
        found = found || in;
    }
    return found;
}

/* The value set of that URL, else "ValueSet/id", else an id. */
size_t oracle_terms_find(const struct oracle *o, struct str canonical)
{
    size_t i = by_url(o, FHIR_TYPE_ValueSet, canonical);
    if (i != SIZE_MAX)
        return i;
    if (str_starts(canonical, STR("ValueSet/")))
        canonical = str_sub(canonical, 9, canonical.n);
    i = oracle_find(o, FHIR_TYPE_ValueSet, canonical);
    return i == SIZE_MAX || o->gone[i] ? SIZE_MAX : i;
}

/* A value set that is not here, but that the model binds elements to. */
static bool in_bound(struct oracle_ask *k, struct str url, struct str system, struct str code)
{
    for (uint16_t b = 1; b < FHIR_BINDING_COUNT; b++) {
        if (str_is(url, fhir_bindings[b].value_set) && fhir_bindings[b].codes)
            return oracle_param_implies(k->o, b, code, system);
    }
    return oracle_fail(k, "no such value set", url);
}

static bool in_set(struct oracle_ask *k, struct str canonical, struct str system, struct str code,
                   unsigned depth)
{
    size_t i = oracle_terms_find(k->o, canonical);
    if (i == SIZE_MAX)
        return in_bound(k, canonical, system, code);
    if (depth > DEPTH_MAX)
        return oracle_fail(k, "value sets too deep", canonical);
    const struct json_doc *doc = k->o->resource[i].doc;
    uint32_t compose = json_get(doc, 0, FHIR_NAME_compose);
    if (compose == UINT32_MAX || json_get(doc, 0, FHIR_NAME_expansion) != UINT32_MAX ||
        json_get(doc, compose, FHIR_NAME_inactive) != UINT32_MAX)
        return oracle_fail(k, "a value set not asked here", canonical);
    bool in = in_any(k, doc, list_of(doc, compose, FHIR_NAME_include), system, code, depth);
    bool out = in_any(k, doc, list_of(doc, compose, FHIR_NAME_exclude), system, code, depth);
    return in && !out;
}

/* ---- what searches ask ---- */

/* The nth system of the code: its own, else those that its required binding implies. */
static struct str nth_system(struct oracle *o, const struct oracle_atom *a, unsigned n)
{
    static const struct str none = {NULL, 0};
    if (a->system.p)
        return n ? none : a->system;
    return oracle_param_system(o, a->binding, a->code, n);
}

bool oracle_terms_in(struct oracle_ask *k, const struct oracle_atom *a, struct str canonical)
{
    struct str system;
    /* Of a code without system nothing is asked but whether the value set can be told. */
    bool found = in_set(k, canonical, STR(""), STR(""), 0);
    for (unsigned n = 0; !found && a->code.n && (system = nth_system(k->o, a, n)).p; n++)
        found = in_set(k, canonical, system, a->code, 0);
    return found;
}

bool oracle_terms_related(struct oracle_ask *k, const struct oracle_atom *a, struct str value, bool above)
{
    struct str rest = value, url, system;
    uint32_t unused;
    if (!oracle_text_split(&rest, '|', &url) || !rest.p)
        return oracle_fail(k, "system|code", value);
    url = oracle_text_unescape(&k->o->arena, url);
    struct str code = oracle_text_unescape(&k->o->arena, rest);
    const struct json_doc *doc = whole(k->o, url);
    if (!doc || concept_of(doc, 0, code, &unused) == UINT32_MAX)
        return oracle_fail(k, "a code that is not here", value);
    for (unsigned n = 0; a->code.n && (system = nth_system(k->o, a, n)).p; n++) {
        if (str_eq(system, url) && (above ? is_a(doc, code, a->code, 0) : is_a(doc, a->code, code, 0)))
            return true;
    }
    return false;
}
