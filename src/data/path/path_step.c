/* SPDX-License-Identifier: Apache-2.0
 * Steps in the flat tree. A primitive element is its value node, or the node of its '_' sibling when it has
 * extensions but no value. */
#include "path/path_int.h"

#define NONE UINT32_MAX

struct walk {
    struct path_run *run;
    const struct json_doc *doc;
    const struct path_step *steps;
    unsigned count;
    bool deep;
    struct path_list *out;
};

static uint32_t parent_of(const struct json_doc *doc, uint32_t i)
{
    uint32_t p = i;
    while (p > 0)
        if (doc->nodes[--p].end > i)
            return p;
    return NONE;
}

/* Child number k of an array, NONE past its end. */
static uint32_t nth(const struct json_doc *doc, uint32_t array, uint32_t k)
{
    JSON_EACH(doc, array, c)
    if (k-- == 0)
        return c;
    return NONE;
}

static uint32_t position(const struct json_doc *doc, uint32_t array, uint32_t i)
{
    uint32_t k = 0;
    JSON_EACH(doc, array, c)
    {
        if (c == i)
            break;
        k++;
    }
    return k;
}

/* The '_' object that belongs to the primitive value at i, or NONE. */
static uint32_t sibling_of(const struct json_doc *doc, uint32_t i)
{
    uint32_t parent = parent_of(doc, i), member = i;
    if (parent == NONE)
        return NONE;
    bool in_array = doc->nodes[parent].kind == JSON_ARRAY;
    if (in_array) {
        member = parent;
        parent = parent_of(doc, member);
        if (parent == NONE)
            return NONE;
    }
    JSON_EACH(doc, parent, c)
    {
        const struct json_node *n = &doc->nodes[c];
        if (!(n->flags & JSON_F_UNDERSCORE) || n->name != doc->nodes[member].name || !n->name)
            continue;
        if (!in_array)
            return n->kind == JSON_OBJECT ? c : NONE;
        uint32_t k = n->kind == JSON_ARRAY ? nth(doc, c, position(doc, member, i)) : NONE;
        return k != NONE && doc->nodes[k].kind == JSON_OBJECT ? k : NONE;
    }
    return NONE;
}

/* The object whose members are the children of the element at i, or NONE. */
static uint32_t container(const struct json_doc *doc, uint32_t i)
{
    if (i == NONE || doc->nodes[i].kind == JSON_OBJECT)
        return i;
    return sibling_of(doc, i);
}

static bool walk_object(struct walk *w, uint32_t i, unsigned k);
static bool walk_all(struct walk *w, uint32_t i);

/* One element found by step k: the result, or the start of the next step. */
static bool found(struct walk *w, uint32_t i, fhir_elem_id elem, unsigned k)
{
    if (k + 1 < w->count) {
        uint32_t object = container(w->doc, i);
        return object == NONE || walk_object(w, object, k + 1);
    }
    fhir_type_id type = fhir_elems[elem].type;
    if (fhir_types[type].kind == FHIR_RESOURCE) {
        fhir_type_id actual = fhir_resource_type(w->doc, i);
        type = actual ? actual : type;
    }
    struct path_value v = {.kind = PATH_NODE, .type = type, .node = i, .doc = w->doc};
    if (!path_run_push(w->run, w->out, &v))
        return false;
    uint32_t object = w->deep ? container(w->doc, i) : NONE;
    return object == NONE || walk_all(w, object);
}

/* The element in member value (NONE: absent) and its '_' sibling under (NONE: absent). */
static bool visit(struct walk *w, uint32_t value, uint32_t under, fhir_elem_id elem, unsigned k)
{
    const struct json_node *nodes = w->doc->nodes;
    uint32_t lead = value != NONE ? value : under;
    if (nodes[lead].kind != JSON_ARRAY) {
        if (nodes[lead].kind == JSON_NULL)
            lead = under;
        return lead == NONE || nodes[lead].kind == JSON_NULL || found(w, lead, elem, k);
    }
    uint32_t index = 0;
    JSON_EACH(w->doc, lead, c)
    {
        uint32_t item = c;
        if (nodes[c].kind == JSON_NULL)
            item = value != NONE && under != NONE && nodes[under].kind == JSON_ARRAY
                       ? nth(w->doc, under, index)
                       : NONE;
        index++;
        if (item != NONE && nodes[item].kind != JSON_NULL && !found(w, item, elem, k))
            return false;
    }
    return true;
}

/* Does the array hold primitives, so that a '_' sibling may fill its gaps? */
static bool may_have_gaps(const struct json_node *nodes, uint32_t array)
{
    return nodes[array].kind == JSON_ARRAY && nodes[array].len > 0 && nodes[array + 1].kind != JSON_OBJECT;
}

static bool walk_object(struct walk *w, uint32_t i, unsigned k)
{
    const struct json_node *nodes = w->doc->nodes;
    const struct path_step step = w->steps[k];
    uint32_t value = NONE, under = NONE, end = nodes[i].end;
    if (!path_run_work(w->run, nodes[i].len + 1))
        return false;
    for (uint32_t c = i + 1; c < end; c = nodes[c].end) {
        const struct json_node *n = &nodes[c];
        if (n->name != step.name && !step.choice)
            continue;
        if (!n->elem || fhir_elems[n->elem].path_name != step.name)
            continue;
        if (n->flags & JSON_F_UNDERSCORE) {
            under = c;
            continue;
        }
        value = c;
        if (!may_have_gaps(nodes, c))
            break;
    }
    if (value == NONE && under == NONE)
        return true;
    return visit(w, value, under, nodes[value != NONE ? value : under].elem, k);
}

/* Every member of the object at i, each with its '_' sibling. */
static bool walk_all(struct walk *w, uint32_t i)
{
    const struct json_node *nodes = w->doc->nodes;
    if (!path_run_work(w->run, nodes[i].len + 1))
        return false;
    JSON_EACH(w->doc, i, c)
    {
        const struct json_node *n = &nodes[c];
        uint32_t twin = NONE;
        if (!n->elem)
            continue;
        bool under = n->flags & JSON_F_UNDERSCORE;
        if (under || may_have_gaps(nodes, c)) {
            JSON_EACH(w->doc, i, t)
            if (t != c && nodes[t].name == n->name && nodes[t].elem == n->elem)
                twin = t;
        }
        if (under && twin != NONE)
            continue; /* comes with its value */
        if (!visit(w, under ? NONE : c, under ? c : twin, n->elem, 0))
            return false;
    }
    return true;
}

bool path_step_chain(struct path_run *r, const struct path_value *v, const struct path_step *steps,
                     unsigned count, struct path_list *out)
{
    if (v->kind != PATH_NODE || v->node == NONE)
        return true;
    struct walk w = {r, v->doc, steps, count, false, out};
    uint32_t object = container(v->doc, v->node);
    return object == NONE || walk_object(&w, object, 0);
}

bool path_step_children(struct path_run *r, const struct path_value *v, bool deep, struct path_list *out)
{
    if (v->kind != PATH_NODE || v->node == NONE)
        return true;
    struct walk w = {r, v->doc, NULL, 1, deep, out};
    uint32_t object = container(v->doc, v->node);
    return object == NONE || walk_all(&w, object);
}

bool path_step_has_value(const struct path_value *v)
{
    if (v->kind != PATH_NODE)
        return true;
    if (v->node == NONE || fhir_types[v->type].kind != FHIR_PRIMITIVE)
        return false;
    uint8_t kind = v->doc->nodes[v->node].kind;
    return kind != JSON_OBJECT && kind != JSON_ARRAY && kind != JSON_NULL;
}

struct str path_step_text(const struct path_value *v, uint16_t name)
{
    uint32_t i = v->kind == PATH_NODE && v->node != NONE ? container(v->doc, v->node) : NONE;
    return i == NONE ? (struct str){NULL, 0} : json_text(v->doc, json_get(v->doc, i, name));
}
