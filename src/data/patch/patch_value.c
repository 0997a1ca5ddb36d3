/* SPDX-License-Identifier: Apache-2.0
 * The value of a FHIRPath Patch operation: value[x], a resource, or parts that make up an element of a type
 * that has no name of its own. */
#include "patch/patch_value.h"
#include "fhir_gen/names.h"

enum { VALUE_NAME_MAX = 128 };

static uint32_t list_of(const struct json_doc *doc, uint32_t node, uint16_t name)
{
    uint32_t i = json_get(doc, node, name);
    return i != UINT32_MAX && doc->nodes[i].kind == JSON_ARRAY ? i : UINT32_MAX;
}

/* The value[x] members of a parameter: its value and its '_' sibling, and how the type is spelled in the key.
 */
static void value_members(const struct json_doc *doc, uint32_t part, uint32_t *value, uint32_t *side,
                          struct str *type)
{
    *value = *side = UINT32_MAX;
    JSON_EACH(doc, part, c)
    {
        const struct json_node *n = &doc->nodes[c];
        if (!n->elem || fhir_elems[n->elem].path_name != FHIR_NAME_value)
            continue;
        bool under = n->flags & JSON_F_UNDERSCORE;
        *(under ? side : value) = c;
        *type = str_sub((struct str){n->key, n->key_len}, under ? 6 : 5, n->key_len);
    }
}

fhir_elem_id patch_value_elem(fhir_type_id type, struct str name, struct str suffix)
{
    char text[VALUE_NAME_MAX];
    uint16_t id = name.n && name.n < JSON_KEY_MAX ? fhir_names.find(name.p, name.n) : 0;
    fhir_elem_id elem = id ? fhir_elem_find(type, id) : 0;
    if (elem || !id || name.n + suffix.n > sizeof(text))
        return elem;
    elem = fhir_elem_find_path(type, id);
    if (!elem || !fhir_elems[elem].choice)
        return elem;
    memcpy(text, name.p, name.n);
    memcpy(text + name.n, suffix.p ? suffix.p : "", suffix.n);
    id = fhir_names.find(text, name.n + suffix.n);
    return id ? fhir_elem_find(type, id) : 0;
}

struct str patch_value_suffix(const struct json_doc *doc, uint32_t part)
{
    uint32_t value, side;
    struct str type = {0};
    value_members(doc, part, &value, &side, &type);
    return type;
}

static bool add_part(struct value_read *v, uint32_t part, fhir_type_id type, struct edit *object);

/* An object of type out of the parts in list. */
static struct edit *object_of(struct value_read *v, uint32_t list, fhir_type_id type)
{
    struct edit *object = edit_new(v->budget, JSON_OBJECT);
    if (!object)
        return NULL;
    JSON_EACH(v->doc, list, part)
    {
        if (!add_part(v, part, type, object))
            return NULL;
    }
    return object;
}

bool patch_value_read(struct value_read *v, uint32_t part, fhir_type_id type, struct content *out)
{
    const struct json_doc *doc = v->doc;
    uint32_t value, side, parts = list_of(doc, part, FHIR_NAME_part);
    uint32_t resource = json_get(doc, part, FHIR_NAME_resource);
    struct str suffix;
    value_members(doc, part, &value, &side, &suffix);
    int given =
        (value != UINT32_MAX || side != UINT32_MAX) + (parts != UINT32_MAX) + (resource != UINT32_MAX);
    *out = (struct content){0};
    if (given != 1) {
        v->sv = given ? "bara en av value[x], resource och part får anges"
                      : "value[x], resource eller part saknas";
        v->en = given ? "only one of value[x], resource and part may be given"
                      : "value[x], resource or part is missing";
        return false;
    }
    if (parts != UINT32_MAX)
        out->value = object_of(v, parts, type);
    else if (resource != UINT32_MAX)
        out->value = edit_of(v->budget, doc, resource, NULL);
    if (value != UINT32_MAX)
        out->value = edit_of(v->budget, doc, value, NULL);
    if (side != UINT32_MAX)
        out->side = edit_of(v->budget, doc, side, NULL);
    return out->value || out->side;
}

static bool add_part(struct value_read *v, uint32_t part, fhir_type_id type, struct edit *object)
{
    struct str name = json_text(v->doc, json_get(v->doc, part, FHIR_NAME_name));
    fhir_elem_id elem = patch_value_elem(type, name, patch_value_suffix(v->doc, part));
    struct content c;
    if (!elem) {
        v->sv = "en del av värdet har ett namn som elementets typ inte har";
        v->en = "a part of the value has a name that the element's type has not";
        return false;
    }
    if (!patch_value_read(v, part, fhir_elems[elem].type, &c))
        return false;
    struct str key = str_of(fhir_name_text[fhir_elems[elem].name]);
    if (fhir_elems[elem].many) {
        place_insert(v->budget, object, key, place_list_count(object, key), c);
        return true;
    }
    struct place p = {object, key, -1};
    if (edit_member(object, key)) {
        v->sv = "en del av värdet anges två gånger";
        v->en = "a part of the value is given twice";
        return false;
    }
    place_replace(v->budget, &p, c);
    return true;
}
