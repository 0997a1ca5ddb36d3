/* SPDX-License-Identifier: Apache-2.0
 * CodeSystem as a graph: nesting, and the properties that name parents or children, are edges. */
#include <stdlib.h>

#include "terms/terms_int.h"

/* ---- reading ---- */

static uint32_t child_of(const struct json_doc *doc, uint32_t i, uint16_t name, enum json_kind kind)
{
    uint32_t c = json_get(doc, i, name);
    return c != UINT32_MAX && doc->nodes[c].kind == kind ? c : UINT32_MAX;
}

/* How many concepts the array at node holds, nested ones too. */
static size_t count_concepts(const struct json_doc *doc, uint32_t node)
{
    size_t n = 0;
    if (node == UINT32_MAX)
        return 0;
    JSON_EACH(doc, node, i)
    {
        n += 1 + count_concepts(doc, child_of(doc, i, FHIR_NAME_concept, JSON_ARRAY));
    }
    return n;
}

static void read_concepts(struct system *s, uint32_t node)
{
    if (node == UINT32_MAX)
        return;
    JSON_EACH(&s->file.doc, node, i)
    {
        struct str code = json_text(&s->file.doc, json_get(&s->file.doc, i, FHIR_NAME_code));
        s->concept[s->count++] = (struct concept){code, i};
        read_concepts(s, child_of(&s->file.doc, i, FHIR_NAME_concept, JSON_ARRAY));
    }
}

static int concept_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct concept *)a)->code, ((const struct concept *)b)->code);
}

uint32_t system_find(const struct system *s, struct str code)
{
    struct concept key = {.code = code};
    const struct concept *c = s->count ? bsearch(&key, s->concept, s->count, sizeof key, concept_cmp) : NULL;
    return c ? (uint32_t)(c - s->concept) : UINT32_MAX;
}

static bool add_edge(const struct asking *a, struct system *s, uint32_t parent, uint32_t child)
{
    if (parent == UINT32_MAX || child == UINT32_MAX)
        return true;
    if (s->edges == s->edge_cap) {
        size_t cap = s->edge_cap ? s->edge_cap * 2 : 64;
        s->down = arena_grow(a->arena, s->down, s->edge_cap, cap, sizeof *s->down);
        if (!s->down)
            return err_set(a->err, ERR_NO_MEMORY, NULL);
        s->edge_cap = cap;
    }
    s->down[s->edges++] = (struct edge){parent, child};
    return true;
}

/* What a property says of the hierarchy: 1 it names parents, -1 children, 0 nothing. */
static int property_sense(const struct system *s, struct str code)
{
    static const struct {
        const char *name;
        int sense;
    } senses[] = {{"parent", 1}, {"subsumedBy", 1}, {"child", -1}};
    struct str uri = {NULL, 0}, base = STR("http://hl7.org/fhir/concept-properties#");
    const struct json_doc *doc = &s->file.doc;
    uint32_t list = child_of(doc, 0, FHIR_NAME_property, JSON_ARRAY);
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, i)
        {
            if (str_eq(code, json_text(doc, json_get(doc, i, FHIR_NAME_code))))
                uri = json_text(doc, json_get(doc, i, FHIR_NAME_uri));
        }
    if (str_starts(uri, base))
        code = str_sub(uri, base.n, uri.n);
    for (size_t i = 0; i < sizeof senses / sizeof *senses; i++)
        if (str_is(code, senses[i].name))
            return senses[i].sense;
    return 0;
}

static struct str property_text(const struct json_doc *doc, uint32_t property)
{
    static const uint16_t names[] = {FHIR_NAME_valueCode,    FHIR_NAME_valueString,   FHIR_NAME_valueInteger,
                                     FHIR_NAME_valueDecimal, FHIR_NAME_valueDateTime, FHIR_NAME_valueBoolean};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t v = json_get(doc, property, names[i]);
        if (v == UINT32_MAX)
            continue;
        if (doc->nodes[v].kind == JSON_TRUE || doc->nodes[v].kind == JSON_FALSE)
            return doc->nodes[v].kind == JSON_TRUE ? STR("true") : STR("false");
        return json_text(doc, v);
    }
    uint32_t coding = json_get(doc, property, FHIR_NAME_valueCoding);
    return coding == UINT32_MAX ? (struct str){NULL, 0}
                                : json_text(doc, json_get(doc, coding, FHIR_NAME_code));
}

bool system_property(const struct system *s, uint32_t at, struct str property, uint32_t *next,
                     struct str *text)
{
    const struct json_doc *doc = &s->file.doc;
    uint32_t list = child_of(doc, s->concept[at].node, FHIR_NAME_property, JSON_ARRAY);
    if (list == UINT32_MAX)
        return false;
    for (uint32_t i = *next ? *next : list + 1; i < doc->nodes[list].end; i = doc->nodes[i].end) {
        *next = doc->nodes[i].end;
        if (!str_eq(property, json_text(doc, json_get(doc, i, FHIR_NAME_code))))
            continue;
        *text = property_text(doc, i);
        return true;
    }
    return false;
}

bool system_inactive(const struct system *s, uint32_t at)
{
    struct str text;
    for (uint32_t next = 0; system_property(s, at, STR("inactive"), &next, &text);)
        if (str_is(text, "true"))
            return true;
    for (uint32_t next = 0; system_property(s, at, STR("status"), &next, &text);)
        if (str_is(text, "retired") || str_is(text, "inactive"))
            return true;
    return false;
}

/* The edges of one concept: to those nested in it, and those its properties name. */
static bool edges_of(const struct asking *a, struct system *s, uint32_t at)
{
    const struct json_doc *doc = &s->file.doc;
    uint32_t node = s->concept[at].node;
    uint32_t nested = child_of(doc, node, FHIR_NAME_concept, JSON_ARRAY);
    uint32_t list = child_of(doc, node, FHIR_NAME_property, JSON_ARRAY);
    if (nested != UINT32_MAX)
        JSON_EACH(doc, nested, i)
        {
            if (!add_edge(a, s, at, system_find(s, json_text(doc, json_get(doc, i, FHIR_NAME_code)))))
                return false;
        }
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, i)
        {
            int sense = property_sense(s, json_text(doc, json_get(doc, i, FHIR_NAME_code)));
            uint32_t other = sense ? system_find(s, property_text(doc, i)) : UINT32_MAX;
            if (!add_edge(a, s, sense > 0 ? other : at, sense > 0 ? at : other))
                return false;
        }
    return true;
}

static int edge_cmp(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

static bool read_edges(const struct asking *a, struct system *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (!edges_of(a, s, i))
            return false;
    s->up = arena_alloc(a->arena, (s->edges + 1) * sizeof *s->up);
    if (!s->up)
        return err_set(a->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < s->edges; i++)
        s->up[i] = (struct edge){s->down[i].to, s->down[i].from};
    if (s->edges) {
        qsort(s->down, s->edges, sizeof *s->down, edge_cmp);
        qsort(s->up, s->edges, sizeof *s->up, edge_cmp);
    }
    return true;
}

enum load_result system_load(struct asking *a, struct str url, struct system *out)
{
    *out = (struct system){0};
    enum load_result result = load_canonical(a, FHIR_TYPE_CodeSystem, url, false, &out->file);
    if (result != LOAD_FOUND)
        return result;
    const struct json_doc *doc = &out->file.doc;
    uint32_t list = child_of(doc, 0, FHIR_NAME_concept, JSON_ARRAY);
    size_t n = count_concepts(doc, list);
    a->work += n;
    if (a->work > TERMS_CONCEPTS_MAX) {
        terms_fail(a, "{} har för många koder", "{} has too many codes", url);
        return LOAD_FAILED;
    }
    out->url = json_text(doc, json_get(doc, 0, FHIR_NAME_url));
    out->complete = str_is(json_text(doc, json_get(doc, 0, FHIR_NAME_content)), "complete");
    out->concept = arena_alloc(a->arena, (n + 1) * sizeof *out->concept);
    if (!out->concept) {
        err_set(a->err, ERR_NO_MEMORY, NULL);
        return LOAD_FAILED;
    }
    read_concepts(out, list);
    if (n)
        qsort(out->concept, n, sizeof *out->concept, concept_cmp);
    return read_edges(a, out) ? LOAD_FOUND : LOAD_FAILED;
}

/* ---- walking ---- */

/* The first edge from at; edges when there is none. */
static size_t edge_first(const struct edge *list, size_t count, uint32_t at)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (list[mid].from < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool system_mark(const struct asking *a, const struct system *s, uint32_t at, bool up, bool *mark)
{
    const struct edge *list = up ? s->up : s->down;
    uint32_t *stack = arena_alloc(a->arena, (s->count + 1) * sizeof *stack);
    size_t n = 0;
    if (!stack)
        return err_set(a->err, ERR_NO_MEMORY, NULL);
    memset(mark, 0, s->count * sizeof *mark);
    mark[at] = true;
    stack[n++] = at;
    while (n) {
        uint32_t from = stack[--n];
        for (size_t i = edge_first(list, s->edges, from); i < s->edges && list[i].from == from; i++) {
            if (mark[list[i].to])
                continue;
            mark[list[i].to] = true;
            stack[n++] = list[i].to;
        }
    }
    return true;
}
