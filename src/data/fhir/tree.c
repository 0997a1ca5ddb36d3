/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir/model.h"
#include "fhir_gen/names.h"

fhir_type_id fhir_resource_type(const struct json_doc *doc, uint32_t i)
{
    if (doc->nodes[i].kind != JSON_OBJECT)
        return 0;
    return fhir_resource_find(json_text(doc, json_get(doc, i, FHIR_NAME_resourceType)));
}

/* Type that governs the members of object i reached through an element of type t: a resource names its own.
 */
static fhir_type_id object_type(const struct json_doc *doc, uint32_t i, fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_RESOURCE ? fhir_resource_type(doc, i) : t;
}

/* The depth of the recursion is that of the document: JSON_DEPTH_MAX. */
static void type_members(struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    JSON_EACH(doc, i, c)
    {
        struct json_node *n = &doc->nodes[c];
        fhir_elem_id elem = n->name ? fhir_elem_find(type, n->name) : 0;
        n->elem = elem;
        if (!elem || n->kind < JSON_ARRAY)
            continue;
        fhir_type_id t = fhir_elems[elem].type;
        if (n->kind == JSON_OBJECT) {
            type_members(doc, c, object_type(doc, c, t));
            continue;
        }
        JSON_EACH(doc, c, item)
        {
            doc->nodes[item].elem = elem;
            if (doc->nodes[item].kind == JSON_OBJECT)
                type_members(doc, item, object_type(doc, item, t));
        }
    }
}

fhir_type_id fhir_type_tree(struct json_doc *doc, uint32_t i)
{
    fhir_type_id type = fhir_resource_type(doc, i);
    if (type)
        type_members(doc, i, type);
    return type;
}

/* The child of at that holds node i, with its position among at's children. */
static uint32_t step_towards(const struct json_doc *doc, uint32_t at, uint32_t i, uint32_t *position)
{
    *position = 0;
    JSON_EACH(doc, at, c)
    {
        if (i < doc->nodes[c].end)
            return c;
        ++*position;
    }
    return UINT32_MAX;
}

void fhir_node_path(const struct json_doc *doc, uint32_t root, uint32_t i, struct buf *out)
{
    fhir_type_id type = fhir_resource_type(doc, root);
    buf_cstr(out, type ? fhir_types[type].name : "Resource");
    for (uint32_t at = root; at != i;) {
        uint32_t position;
        bool array = doc->nodes[at].kind == JSON_ARRAY;
        at = step_towards(doc, at, i, &position);
        if (at == UINT32_MAX)
            return;
        if (array) {
            buf_printf(out, "[%u]", position);
        } else {
            buf_char(out, '.');
            buf_add(out, doc->nodes[at].key, doc->nodes[at].key_len);
        }
    }
}
