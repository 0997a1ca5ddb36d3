/* SPDX-License-Identifier: Apache-2.0
 * The official SearchParameter, ValueSet and CodeSystem resources, read anew. */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

enum {
    LINE_MAX_BYTES = 64 << 20,
    FILE_MAX = 400,
    SETS_MAX = 4096,
    COMPARTMENTS_MAX = 2000,
    PARAMS_MAX = 200
};

struct code_system {
    struct str url;
    struct str *code;
    size_t code_count;
};

struct set_include {
    struct str system;
    const struct code_system *all; /* whole system, when its codes are known */
    struct str *code;              /* listed ones */
    size_t code_count;
};

struct oracle_set {
    struct str url;
    struct set_include *include;
    size_t include_count;
};

struct systems {
    struct code_system *item;
    size_t count;
};

typedef void each_line(struct oracle *o, const struct json_doc *doc, void *arg);

/* Calls fn for every resource of an NDJSON file; a line's document lasts for the call. */
static bool each(struct oracle *o, const char *dir, const char *name, each_line *fn, void *arg)
{
    char path[FILE_MAX];
    snprintf(path, sizeof path, "%s/%s.ndjson.gz", dir, name);
    gzFile f = gzopen(path, "rb");
    if (!f)
        return false;
    char *line = os_alloc(LINE_MAX_BYTES);
    while (gzgets(f, line, LINE_MAX_BYTES)) {
        struct arena a;
        struct json_doc doc;
        struct err err = {0};
        arena_init(&a);
        if (json_parse(&a, str_of(line), &fhir_names, &doc, &err))
            fn(o, &doc, arg);
        arena_release(&a);
    }
    os_free(line);
    gzclose(f);
    return true;
}

static struct str text_of(struct oracle *o, const struct json_doc *doc, uint32_t i, const char *key)
{
    uint32_t c = i == UINT32_MAX ? i : json_get_key(doc, i, str_of(key));
    struct str t = json_text(doc, c);
    return t.p ? arena_str(&o->arena, t) : t;
}

static uint32_t list_of(const struct json_doc *doc, uint32_t i, const char *key)
{
    return i == UINT32_MAX ? i : json_get_key(doc, i, str_of(key));
}

/* ---- search parameters ---- */

static int search_type_of(struct str s)
{
    static const char *const names[] = {
        [FHIR_SEARCH_NUMBER] = "number",       [FHIR_SEARCH_DATE] = "date",
        [FHIR_SEARCH_STRING] = "string",       [FHIR_SEARCH_TOKEN] = "token",
        [FHIR_SEARCH_REFERENCE] = "reference", [FHIR_SEARCH_COMPOSITE] = "composite",
        [FHIR_SEARCH_QUANTITY] = "quantity",   [FHIR_SEARCH_URI] = "uri",
        [FHIR_SEARCH_SPECIAL] = "special",
    };
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (str_is(s, names[i]))
            return i;
    }
    return -1;
}

static void add_param(struct oracle *o, fhir_type_id type, const struct oracle_param *p)
{
    struct oracle_type *t = &o->type[type];
    for (size_t i = 0; i < t->param_count; i++) {
        if (str_eq(t->param[i].code, p->code))
            return;
    }
    if (!t->param)
        t->param = ARENA_ARRAY(&o->arena, struct oracle_param, PARAMS_MAX);
    OS_ASSERT(t->param_count < PARAMS_MAX);
    t->param[t->param_count++] = *p;
}

static void read_components(struct oracle *o, const struct json_doc *doc, struct oracle_param *p)
{
    uint32_t list = list_of(doc, 0, "component");
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, c)
    {
        OS_ASSERT(p->component_count < ORACLE_COMPONENTS_MAX);
        p->component[p->component_count].definition = text_of(o, doc, c, "definition");
        p->component[p->component_count++].expression = text_of(o, doc, c, "expression");
    }
}

static void read_targets(struct oracle *o, const struct json_doc *doc, struct oracle_param *p)
{
    uint32_t list = list_of(doc, 0, "target");
    if (list == UINT32_MAX)
        return;
    p->target = ARENA_ARRAY(&o->arena, fhir_type_id, doc->nodes[list].len);
    JSON_EACH(doc, list, c)
    {
        fhir_type_id t = fhir_resource_find(json_text(doc, c));
        if (t)
            p->target[p->target_count++] = t;
    }
}

static void one_param(struct oracle *o, const struct json_doc *doc, void *arg)
{
    uint32_t base = list_of(doc, 0, "base");
    struct oracle_param p = {.code = text_of(o, doc, 0, "code"),
                             .url = text_of(o, doc, 0, "url"),
                             .expression = text_of(o, doc, 0, "expression")};
    int type = search_type_of(json_text(doc, json_get_key(doc, 0, STR("type"))));
    struct str id = json_text(doc, json_get_key(doc, 0, STR("id")));
    (void)arg;
    /* Two examples of the resource type, and parameters of extensions, are no part of the base. */
    if (base == UINT32_MAX || type < 0 || p.expression.n == 0 || str_starts(id, STR("example")) ||
        str_find_str(id, STR("-genetic-")) != SIZE_MAX || str_find_str(id, STR("-extensions-")) != SIZE_MAX)
        return;
    p.type = (uint8_t)type;
    read_components(o, doc, &p);
    read_targets(o, doc, &p);
    JSON_EACH(doc, base, b)
    {
        struct str name = json_text(doc, b);
        bool all = str_is(name, "Resource") || str_is(name, "DomainResource");
        for (fhir_type_id t = 1; t < fhir_type_count; t++) {
            if (fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract &&
                (all || str_is(name, fhir_types[t].name)))
                add_param(o, t, &p);
        }
    }
}

struct oracle_param *oracle_param_find(struct oracle *o, fhir_type_id type, struct str code)
{
    for (size_t i = 0; i < o->type[type].param_count; i++) {
        if (str_eq(o->type[type].param[i].code, code))
            return &o->type[type].param[i];
    }
    return NULL;
}

struct oracle_param *oracle_param_by_url(struct oracle *o, fhir_type_id type, struct str url)
{
    for (size_t i = 0; i < o->type[type].param_count; i++) {
        if (str_eq(o->type[type].param[i].url, url))
            return &o->type[type].param[i];
    }
    return NULL;
}

/* ---- the systems that required bindings imply ---- */

static void add_codes(struct oracle *o, const struct json_doc *doc, uint32_t concepts, struct code_system *s)
{
    if (concepts == UINT32_MAX)
        return;
    JSON_EACH(doc, concepts, c)
    {
        s->code[s->code_count++] = text_of(o, doc, c, "code");
        add_codes(o, doc, list_of(doc, c, "concept"), s);
    }
}

static void one_system(struct oracle *o, const struct json_doc *doc, void *arg)
{
    struct systems *all = arg;
    uint32_t concepts = list_of(doc, 0, "concept");
    if (concepts == UINT32_MAX || all->count == SETS_MAX)
        return;
    struct code_system *s = &all->item[all->count++];
    s->url = text_of(o, doc, 0, "url");
    s->code = ARENA_ARRAY(&o->arena, struct str, doc->count);
    add_codes(o, doc, concepts, s);
}

static bool is_bound(struct str url)
{
    for (fhir_elem_id e = 1; e < fhir_elem_count; e++) {
        if (fhir_elems[e].binding && str_is(url, fhir_bindings[fhir_elems[e].binding].value_set))
            return true;
    }
    return false;
}

static void one_include(struct oracle *o, const struct json_doc *doc, uint32_t i, const struct systems *all,
                        struct set_include *out)
{
    uint32_t concepts = list_of(doc, i, "concept");
    out->system = text_of(o, doc, i, "system");
    for (size_t k = 0; k < all->count && concepts == UINT32_MAX; k++) {
        if (str_eq(all->item[k].url, out->system))
            out->all = &all->item[k];
    }
    if (concepts == UINT32_MAX)
        return;
    out->code = ARENA_ARRAY(&o->arena, struct str, doc->nodes[concepts].len);
    JSON_EACH(doc, concepts, c) out->code[out->code_count++] = text_of(o, doc, c, "code");
}

static void one_set(struct oracle *o, const struct json_doc *doc, void *arg)
{
    struct str url = json_text(doc, json_get_key(doc, 0, STR("url")));
    uint32_t include = list_of(doc, list_of(doc, 0, "compose"), "include");
    if (include == UINT32_MAX || o->set_count == SETS_MAX || !is_bound(url))
        return;
    struct oracle_set *set = &o->set[o->set_count++];
    set->url = arena_str(&o->arena, url);
    set->include = ARENA_ARRAY(&o->arena, struct set_include, doc->nodes[include].len);
    JSON_EACH(doc, include, c) one_include(o, doc, c, arg, &set->include[set->include_count++]);
}

static bool has(const struct str *list, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i], code))
            return true;
    }
    return false;
}

struct str oracle_param_system(struct oracle *o, uint16_t binding, struct str code, unsigned n)
{
    for (size_t i = 0; binding && i < o->set_count; i++) {
        if (!str_is(o->set[i].url, fhir_bindings[binding].value_set))
            continue;
        for (size_t k = 0; k < o->set[i].include_count; k++) {
            const struct set_include *in = &o->set[i].include[k];
            bool holds = in->code ? has(in->code, in->code_count, code)
                                  : !in->all || has(in->all->code, in->all->code_count, code);
            if (in->system.p && holds && n-- == 0)
                return in->system;
        }
    }
    return (struct str){NULL, 0};
}

bool oracle_param_implies(struct oracle *o, uint16_t binding, struct str code, struct str system)
{
    struct str s;
    for (unsigned n = 0; (s = oracle_param_system(o, binding, code, n)).p; n++) {
        if (str_eq(s, system))
            return true;
    }
    return false;
}

/* ---- compartments ---- */

static void one_compartment(struct oracle *o, const struct json_doc *doc, void *arg)
{
    fhir_type_id of = fhir_resource_find(json_text(doc, json_get_key(doc, 0, STR("code"))));
    uint32_t list = list_of(doc, 0, "resource");
    (void)arg;
    if (!of || list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, r)
    {
        uint32_t params = list_of(doc, r, "param");
        fhir_type_id type = fhir_resource_find(json_text(doc, json_get_key(doc, r, STR("code"))));
        if (params == UINT32_MAX || !type || o->compartment_count == COMPARTMENTS_MAX)
            continue;
        struct oracle_compartment *c = &o->compartment[o->compartment_count++];
        *c = (struct oracle_compartment){.of = of, .type = type};
        c->param = ARENA_ARRAY(&o->arena, struct str, doc->nodes[params].len);
        JSON_EACH(doc, params, p) c->param[c->param_count++] = arena_str(&o->arena, json_text(doc, p));
    }
}

/* Refers i through the parameter to type/id? */
static bool refers(struct oracle *o, size_t i, struct str code, fhir_type_id type, struct str id)
{
    struct oracle_param *p = oracle_param_find(o, o->resource[i].type, code);
    struct oracle_values *v = p ? oracle_value_get(o, i, p) : NULL;
    for (size_t a = 0; v && a < v->atoms.count; a++) {
        if (v->atoms.item[a].target == type && str_eq(v->atoms.item[a].id, id))
            return true;
    }
    return false;
}

bool oracle_compartment_has(struct oracle *o, fhir_type_id type, struct str id, size_t i)
{
    if (o->resource[i].type == type && str_eq(o->resource[i].id, id))
        return true;
    for (size_t c = 0; c < o->compartment_count; c++) {
        const struct oracle_compartment *k = &o->compartment[c];
        for (size_t p = 0; k->of == type && k->type == o->resource[i].type && p < k->param_count; p++) {
            if (refers(o, i, k->param[p], type, id))
                return true;
        }
    }
    return false;
}

bool oracle_param_read(struct oracle *o, const char *dir)
{
    struct systems all = {.item = ARENA_ARRAY(&o->arena, struct code_system, SETS_MAX)};
    o->set = ARENA_ARRAY(&o->arena, struct oracle_set, SETS_MAX);
    o->compartment = ARENA_ARRAY(&o->arena, struct oracle_compartment, COMPARTMENTS_MAX);
    return each(o, dir, "SearchParameter", one_param, NULL) &&
           each(o, dir, "CompartmentDefinition", one_compartment, NULL) &&
           each(o, dir, "CodeSystem", one_system, &all) && each(o, dir, "ValueSet", one_set, &all);
}
