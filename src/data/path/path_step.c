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

/* The object whose members are the children of the element at i, or NONE. Looking for the sibling of a
 * primitive goes back to its parent, which in a long array is work to be counted. */
static bool container(struct path_run *r, const struct json_doc *doc, uint32_t i, uint32_t *object)
{
    *object = i;
    if (i == NONE || doc->nodes[i].kind == JSON_OBJECT)
        return true;
    uint32_t parent = parent_of(doc, i);
    *object = sibling_of(doc, i);
    return path_run_work(r, 3 * (uint64_t)(parent == NONE ? 0 : i - parent));
}

static bool walk_object(struct walk *w, uint32_t i, unsigned k);
static bool walk_all(struct walk *w, uint32_t i);

static bool is_object(const struct walk *w, uint32_t i)
{
    return i != NONE && w->doc->nodes[i].kind == JSON_OBJECT;
}

/* One element found by step k, with its '_' object (NONE: absent): the result, or the start of the next step.
 */
static bool found(struct walk *w, uint32_t value, uint32_t under, fhir_elem_id elem, unsigned k)
{
    uint32_t i = value != NONE && w->doc->nodes[value].kind != JSON_NULL ? value : under;
    uint32_t object = is_object(w, i) ? i : is_object(w, under) ? under : NONE;
    if (i == NONE || w->doc->nodes[i].kind == JSON_NULL)
        return true;
    if (k + 1 < w->count)
        return object == NONE || walk_object(w, object, k + 1);
    fhir_type_id type = fhir_elems[elem].type;
    if (fhir_types[type].kind == FHIR_RESOURCE) {
        fhir_type_id actual = fhir_resource_type(w->doc, i);
        type = actual ? actual : type;
    }
    struct path_value v = {.kind = PATH_NODE, .type = type, .node = i, .doc = w->doc};
    return path_run_push(w->run, w->out, &v) && (!w->deep || object == NONE || walk_all(w, object));
}

/* The element in member value (NONE: absent) and its '_' sibling under (NONE: absent). */
static bool visit(struct walk *w, uint32_t value, uint32_t under, fhir_elem_id elem, unsigned k)
{
    const struct json_node *nodes = w->doc->nodes;
    uint32_t lead = value != NONE ? value : under;
    if (nodes[lead].kind != JSON_ARRAY)
        return found(w, value, under, elem, k);
    /* Both arrays side by side: the item at one place belongs to the item at the same place. */
    uint32_t twin = value != NONE && under != NONE && nodes[under].kind == JSON_ARRAY ? under + 1 : NONE;
    JSON_EACH(w->doc, lead, c)
    {
        if (!found(w, value != NONE ? c : NONE, value != NONE ? twin : c, elem, k))
            return false;
        if (twin != NONE)
            twin = nodes[twin].end < nodes[under].end ? nodes[twin].end : NONE;
    }
    return true;
}

/* An array of primitives: its '_' sibling may fill gaps. */
static bool may_have_gaps(const struct json_node *nodes, uint32_t array)
{
    return nodes[array].kind == JSON_ARRAY && nodes[array].len > 0 && nodes[array + 1].kind != JSON_OBJECT;
}

/* Is the member at c all there is to the element, so that no '_' sibling need be looked for? */
static bool complete(const struct walk *w, uint32_t c, unsigned k)
{
    const struct json_node *nodes = w->doc->nodes;
    if (nodes[c].kind == JSON_ARRAY)
        return !may_have_gaps(nodes, c);
    return nodes[c].kind == JSON_OBJECT || (k + 1 == w->count && nodes[c].kind != JSON_NULL);
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
        if (complete(w, c, k))
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
        if (nodes[c].kind != JSON_OBJECT || under) {
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
    uint32_t object;
    if (v->kind != PATH_NODE || v->node == NONE)
        return true;
    struct walk w = {r, v->doc, steps, count, false, out};
    return container(r, v->doc, v->node, &object) && (object == NONE || walk_object(&w, object, 0));
}

bool path_step_children(struct path_run *r, const struct path_value *v, bool deep, struct path_list *out)
{
    uint32_t object;
    if (v->kind != PATH_NODE || v->node == NONE)
        return true;
    struct walk w = {r, v->doc, NULL, 1, deep, out};
    return container(r, v->doc, v->node, &object) && (object == NONE || walk_all(&w, object));
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
    if (v->kind != PATH_NODE || v->node == NONE || v->doc->nodes[v->node].kind != JSON_OBJECT)
        return (struct str){NULL, 0};
    return json_text(v->doc, json_get(v->doc, v->node, name));
}
