/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"

#include <stdlib.h>

#include "fail.h"

enum { CODES_MAX = 8192, NESTING_MAX = 8, SYSTEMS_MAX = 16 };

/* A code and the system it is of. */
struct coded {
    const char *code, *system;
};

/* The codes of one value set while they are gathered. */
struct gather {
    struct tables *t;
    struct coded code[CODES_MAX];
    uint32_t count;
};

static void gather_code(struct gather *g, const char *code, const char *system)
{
    if (g->count == CODES_MAX)
        fail_at(system, "more than %d codes", CODES_MAX);
    g->code[g->count++] = (struct coded){code, system};
}

/* All concepts of a code system, also nested ones. */
static void gather_concepts(struct gather *g, const struct json_doc *doc, uint32_t parent, const char *where)
{
    uint32_t list = source_child(doc, parent, "concept");
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, c)
    {
        gather_code(g, source_need(&g->t->source, doc, c, "code", where), where);
        gather_concepts(g, doc, c, where);
    }
}

/* Resource types of our own are resource types too: a SearchParameter or a CapabilityStatement may name them.
 */
static void gather_own_types(struct gather *g)
{
    const struct source *s = &g->t->source;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct source_resource *r = &s->list[i];
        if (r->gone || !r->own || strcmp(r->type, "StructureDefinition") != 0 ||
            str_starts(str_of(r->url), STR("http://hl7.org/fhir/")))
            continue;
        const char *derivation = source_get(s, r->doc, r->node, "derivation");
        if (strcmp(source_need(s, r->doc, r->node, "kind", r->url), "resource") == 0 &&
            (!derivation || strcmp(derivation, "constraint") != 0))
            gather_code(g, source_need(s, r->doc, r->node, "type", r->url), r->url);
    }
}

static bool gather_system(struct gather *g, const char *system)
{
    const struct source_resource *cs = source_find(&g->t->source, "CodeSystem", system);
    if (!cs || strcmp(source_need(&g->t->source, cs->doc, cs->node, "content", system), "complete") != 0)
        return false;
    gather_concepts(g, cs->doc, cs->node, system);
    if (strcmp(system, "http://hl7.org/fhir/resource-types") == 0)
        gather_own_types(g);
    return true;
}

static bool gather_set(struct gather *g, const char *canonical, int depth);

static bool gather_sets(struct gather *g, const struct json_doc *doc, uint32_t list, int depth)
{
    if (doc->nodes[list].len != 1)
        return false; /* several sets in one include mean their intersection */
    return gather_set(g, source_text(&g->t->source, doc, list + 1), depth + 1);
}

static bool gather_include(struct gather *g, const struct json_doc *doc, uint32_t include, int depth)
{
    const struct source *s = &g->t->source;
    const char *system = source_get(s, doc, include, "system");
    uint32_t sets = source_child(doc, include, "valueSet");
    if (source_child(doc, include, "filter") != UINT32_MAX || (system && sets != UINT32_MAX))
        return false;
    if (source_child(doc, include, "concept") != UINT32_MAX) {
        gather_concepts(g, doc, include, system);
        return true;
    }
    if (sets != UINT32_MAX)
        return gather_sets(g, doc, sets, depth);
    return system && gather_system(g, system);
}

/* False when the set cannot be listed. */
static bool gather_set(struct gather *g, const char *canonical, int depth)
{
    const struct source_resource *vs = source_find(&g->t->source, "ValueSet", canonical);
    if (!vs || depth == NESTING_MAX)
        return false;
    uint32_t compose = source_child(vs->doc, vs->node, "compose");
    if (compose == UINT32_MAX || source_child(vs->doc, compose, "exclude") != UINT32_MAX)
        return false;
    uint32_t include = source_child(vs->doc, compose, "include");
    if (include == UINT32_MAX)
        fail_at(canonical, "compose has no include");
    JSON_EACH(vs->doc, include, i)
    {
        if (!gather_include(g, vs->doc, i, depth))
            return false;
    }
    return true;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct coded *)a)->code, ((const struct coded *)b)->code);
}

static void finish(struct gather *g, struct tables_binding *b)
{
    qsort(g->code, g->count, sizeof *g->code, by_code);
    b->codes = ARENA_ARRAY(g->t->arena, const char *, g->count + 1);
    b->systems = ARENA_ARRAY(g->t->arena, const char *, g->count + 1);
    for (uint32_t i = 0; i < g->count; i++) {
        if (i && strcmp(g->code[i].code, g->code[i - 1].code) == 0)
            continue;
        b->codes[b->code_count] = g->code[i].code;
        b->systems[b->code_count++] = g->code[i].system;
    }
}

/* The systems that a set which cannot be listed takes codes from. */
static void open_systems(struct tables *t, const char *canonical, struct tables_binding *b)
{
    const struct source_resource *vs = source_find(&t->source, "ValueSet", canonical);
    uint32_t compose = vs ? source_child(vs->doc, vs->node, "compose") : UINT32_MAX;
    uint32_t include = compose == UINT32_MAX ? compose : source_child(vs->doc, compose, "include");
    uint32_t count = 0;
    b->systems = ARENA_ARRAY(t->arena, const char *, SYSTEMS_MAX + 1);
    if (include == UINT32_MAX)
        return;
    JSON_EACH(vs->doc, include, i)
    {
        const char *system = source_get(&t->source, vs->doc, i, "system");
        if (system && count < SYSTEMS_MAX)
            b->systems[count++] = system;
    }
}

uint16_t codes_binding(struct tables *t, const char *value_set)
{
    struct str url = str_of(value_set);
    size_t bar = str_find(url, '|', 0);
    const char *name = arena_cstr(t->arena, str_sub(url, 0, bar));
    if (!t->binding_count) {
        t->binding[0] = (struct tables_binding){.value_set = ""};
        t->binding_count = 1;
    }
    for (uint32_t i = 1; i < t->binding_count; i++)
        if (!strcmp(t->binding[i].value_set, name))
            return (uint16_t)i;
    if (t->binding_count == TABLES_BINDINGS_MAX)
        fail_at(name, "more than %d bindings", TABLES_BINDINGS_MAX);
    struct tables_binding *b = &t->binding[t->binding_count];
    *b = (struct tables_binding){.value_set = name};
    struct gather *g = ARENA_NEW(t->arena, struct gather);
    g->t = t;
    if (gather_set(g, name, 0))
        finish(g, b);
    else
        open_systems(t, name, b);
    return (uint16_t)t->binding_count++;
}
