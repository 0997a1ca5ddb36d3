/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "base/os.h"
#include "check/issue_int.h"
#include "fhir_gen/names.h"

/* Elements of one type at most; ElementDefinition has the most. */
enum { CHECK_ELEMS_MAX = 512 };

static const struct str no_text = {0};

/* An object under check: which rows of its type's table have been met (of a choice: its first row). */
struct object {
    const struct fhir_type *type;
    uint64_t seen[CHECK_ELEMS_MAX / 64];
};

static void check_object(struct issue_list *l, struct json_doc *doc, uint32_t i, fhir_type_id type);
static fhir_type_id check_one_resource(struct issue_list *l, struct json_doc *doc, uint32_t i);

static struct str key_of(const struct json_doc *doc, uint32_t i)
{
    return (struct str){doc->nodes[i].key, doc->nodes[i].key_len};
}

static struct str name_of(fhir_elem_id elem)
{
    return str_of(fhir_name_text[fhir_elems[elem].name]);
}

/* Ids of elements, Extension.url and narrative are XML attributes or markup: they have no '_' sibling. */
static bool may_have_sibling(fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    uint8_t prim = fhir_types[e->type].prim;
    if (prim == FHIR_PRIM_NONE || prim == FHIR_PRIM_XHTML)
        return false;
    if (e->name == FHIR_NAME_id)
        return fhir_types[e->owner].kind == FHIR_RESOURCE;
    return !(e->name == FHIR_NAME_url && e->owner == FHIR_TYPE_Extension);
}

/* The JSON kind of a primitive's value, in words for messages. */
static const char *kind_word(enum fhir_prim prim)
{
    switch (prim) {
    case FHIR_PRIM_NONE:
        return "object";
    case FHIR_PRIM_BOOLEAN:
        return "boolean";
    case FHIR_PRIM_INTEGER:
    case FHIR_PRIM_POSITIVE_INT:
    case FHIR_PRIM_UNSIGNED_INT:
    case FHIR_PRIM_DECIMAL:
        return "number";
    default:
        return "string";
    }
}

static bool kind_fits(enum fhir_prim prim, uint8_t kind)
{
    switch (prim) {
    case FHIR_PRIM_NONE:
        return kind == JSON_OBJECT;
    case FHIR_PRIM_BOOLEAN:
        return kind == JSON_TRUE || kind == JSON_FALSE;
    case FHIR_PRIM_INTEGER:
    case FHIR_PRIM_POSITIVE_INT:
    case FHIR_PRIM_UNSIGNED_INT:
    case FHIR_PRIM_DECIMAL:
        return kind == JSON_NUMBER;
    default:
        return kind == JSON_STRING;
    }
}

static void check_primitive(struct issue_list *l, const struct json_doc *doc, uint32_t i, fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    enum fhir_prim prim = fhir_types[e->type].prim;
    if (prim == FHIR_PRIM_BOOLEAN)
        return;
    struct str text = {doc->nodes[i].text, doc->nodes[i].len};
    if (!text.n) {
        issue_add(l, ERR_FHIR_EMPTY, i, name_of(elem), no_text);
    } else if (!fhir_prim_valid(prim, text)) {
        bool id = prim == FHIR_PRIM_ID && fhir_types[e->owner].kind == FHIR_RESOURCE;
        issue_add(l, id ? ERR_FHIR_ID : ERR_FHIR_PRIMITIVE, i, text, str_of(fhir_types[e->type].name));
    } else if (e->binding && !fhir_binding_has(e->binding, text)) {
        issue_add(l, ERR_FHIR_BINDING, i, text, str_of(fhir_bindings[e->binding].value_set));
    }
}

/* A required binding on a CodeableConcept: when it has codes, one of them is in the set (R4 4.1.5.2). */
static void check_concept_binding(struct issue_list *l, const struct json_doc *doc, uint32_t i,
                                  uint16_t binding)
{
    uint32_t codings = json_get(doc, i, FHIR_NAME_coding), last = UINT32_MAX;
    if (codings == UINT32_MAX || doc->nodes[codings].kind != JSON_ARRAY)
        return;
    JSON_EACH(doc, codings, c)
    {
        uint32_t code = doc->nodes[c].kind == JSON_OBJECT ? json_get(doc, c, FHIR_NAME_code) : UINT32_MAX;
        if (code == UINT32_MAX || doc->nodes[code].kind != JSON_STRING)
            continue;
        if (fhir_binding_has(binding, json_text(doc, code)))
            return;
        last = code;
    }
    if (last != UINT32_MAX)
        issue_add(l, ERR_FHIR_BINDING, last, json_text(doc, last), str_of(fhir_bindings[binding].value_set));
}

/* One value of an element: not an array. */
static void check_value(struct issue_list *l, struct json_doc *doc, uint32_t i, fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    const struct fhir_type *type = &fhir_types[e->type];
    if (!kind_fits(type->prim, doc->nodes[i].kind)) {
        issue_add(l, ERR_FHIR_KIND, i, name_of(elem), str_of(kind_word(type->prim)));
    } else if (type->prim) {
        check_primitive(l, doc, i, elem);
    } else if (type->kind == FHIR_RESOURCE) {
        check_one_resource(l, doc, i);
    } else {
        check_object(l, doc, i, e->type);
        if (e->binding)
            check_concept_binding(l, doc, i, e->binding);
    }
}

/* The member of object i that stands beside member c: "_given" for "given" and the reverse. UINT32_MAX: none.
 */
static uint32_t sibling_of(const struct json_doc *doc, uint32_t i, uint32_t c)
{
    JSON_EACH(doc, i, s)
    {
        if (s != c && doc->nodes[s].name == doc->nodes[c].name)
            return s;
    }
    return UINT32_MAX;
}

/* The '_' sibling of a primitive: id and extensions. */
static void check_sibling(struct issue_list *l, struct json_doc *doc, uint32_t i, fhir_elem_id elem)
{
    if (doc->nodes[i].kind == JSON_OBJECT)
        check_object(l, doc, i, fhir_elems[elem].type);
    else
        issue_add(l, ERR_FHIR_KIND, i, key_of(doc, i), STR("object"));
}

/* One item of a primitive's list or of its '_' list; null keeps the place of an item that is in the other
 * list only. */
static void check_primitive_item(struct issue_list *l, struct json_doc *doc, uint32_t item, bool underscore,
                                 bool in_other, fhir_elem_id elem)
{
    if (doc->nodes[item].kind != JSON_NULL) {
        if (underscore)
            check_sibling(l, doc, item, elem);
        else
            check_value(l, doc, item, elem);
    } else if (!in_other) {
        issue_add(l, ERR_FHIR_EMPTY, item, name_of(elem), no_text);
    }
}

/* A repeating primitive: its values and its '_' list are walked in step. */
static void check_primitive_items(struct issue_list *l, struct json_doc *doc, uint32_t object, uint32_t array,
                                  fhir_elem_id elem)
{
    bool underscore = doc->nodes[array].flags & JSON_F_UNDERSCORE;
    uint32_t other = sibling_of(doc, object, array), at = 0, end = 0;
    if (other != UINT32_MAX && doc->nodes[other].kind == JSON_ARRAY) {
        at = other + 1;
        end = doc->nodes[other].end;
        if (underscore && doc->nodes[other].len != doc->nodes[array].len)
            issue_add(l, ERR_FHIR_ALIGNMENT, array, name_of(elem), no_text);
    }
    JSON_EACH(doc, array, item)
    {
        bool in_other = at < end && doc->nodes[at].kind != JSON_NULL;
        doc->nodes[item].elem = elem;
        check_primitive_item(l, doc, item, underscore, in_other, elem);
        at = at < end ? doc->nodes[at].end : at;
    }
}

static void check_items(struct issue_list *l, struct json_doc *doc, uint32_t object, uint32_t array,
                        fhir_elem_id elem)
{
    if (!doc->nodes[array].len) {
        issue_add(l, ERR_FHIR_EMPTY, array, key_of(doc, array), no_text);
        return;
    }
    if (fhir_types[fhir_elems[elem].type].prim) {
        check_primitive_items(l, doc, object, array, elem);
        return;
    }
    JSON_EACH(doc, array, item)
    {
        doc->nodes[item].elem = elem;
        check_value(l, doc, item, elem);
    }
}

static void check_member_value(struct issue_list *l, struct json_doc *doc, uint32_t object, uint32_t i,
                               fhir_elem_id elem)
{
    const struct json_node *n = &doc->nodes[i];
    bool array = n->kind == JSON_ARRAY;
    if (fhir_elems[elem].many && !array)
        issue_add(l, ERR_FHIR_NOT_ARRAY, i, key_of(doc, i), no_text);
    else if (!fhir_elems[elem].many && array)
        issue_add(l, ERR_FHIR_CARDINALITY_MAX, i, key_of(doc, i), no_text);
    else if (array)
        check_items(l, doc, object, i, elem);
    else if (n->flags & JSON_F_UNDERSCORE)
        check_sibling(l, doc, i, elem);
    else
        check_value(l, doc, i, elem);
}

/* Has a member before i given another alternative of the same choice? */
static bool other_alternative(const struct json_doc *doc, uint32_t object, uint32_t i, fhir_elem_id elem)
{
    for (uint32_t c = object + 1; c < i; c = doc->nodes[c].end) {
        fhir_elem_id e = doc->nodes[c].elem;
        if (e && e != elem && fhir_elems[e].path_name == fhir_elems[elem].path_name)
            return true;
    }
    return false;
}

/* Notes that elem is given. */
static void see(struct issue_list *l, const struct json_doc *doc, struct object *o, uint32_t object,
                uint32_t i, fhir_elem_id elem)
{
    fhir_elem_id row = elem;
    if (fhir_elems[elem].choice)
        row = fhir_elem_find_path(fhir_elems[elem].owner, fhir_elems[elem].path_name);
    uint32_t bit = row - o->type->elem_first;
    uint64_t mask = (uint64_t)1 << (bit % 64);
    if (fhir_elems[elem].choice && (o->seen[bit / 64] & mask) && other_alternative(doc, object, i, elem)) {
        char name[ERR_ARG_MAX];
        size_t n = strlen(fhir_name_text[fhir_elems[elem].path_name]);
        memcpy(name, fhir_name_text[fhir_elems[elem].path_name], n);
        memcpy(name + n, "[x]", 3);
        issue_add(l, ERR_FHIR_CHOICE, i, (struct str){name, n + 3}, no_text);
    }
    o->seen[bit / 64] |= mask;
}

static void check_member(struct issue_list *l, struct json_doc *doc, struct object *o, uint32_t object,
                         uint32_t i)
{
    struct json_node *n = &doc->nodes[i];
    bool underscore = n->flags & JSON_F_UNDERSCORE;
    n->elem = 0;
    if (n->name == FHIR_NAME_resourceType && !underscore && o->type->kind == FHIR_RESOURCE)
        return;
    fhir_elem_id elem = n->name ? fhir_elem_find((fhir_type_id)(o->type - fhir_types), n->name) : 0;
    if (!elem || (underscore && !may_have_sibling(elem))) {
        issue_add(l, ERR_FHIR_ELEMENT_UNKNOWN, i, key_of(doc, i), no_text);
        return;
    }
    n->elem = elem;
    see(l, doc, o, object, i, elem);
    check_member_value(l, doc, object, i, elem);
}

/* Every required element of the type is given. A choice stands as its first alternative. */
static void check_required(struct issue_list *l, uint32_t i, const struct object *o)
{
    uint16_t previous = 0;
    for (uint32_t k = 0; k < o->type->elem_count; k++) {
        const struct fhir_elem *e = &fhir_elems[o->type->elem_first + k];
        bool first = e->path_name != previous;
        previous = e->path_name;
        if (!e->min || !first || (o->seen[k / 64] >> (k % 64) & 1))
            continue;
        char name[ERR_ARG_MAX];
        size_t n = strlen(fhir_name_text[e->path_name]);
        memcpy(name, fhir_name_text[e->path_name], n);
        memcpy(name + n, e->choice ? "[x]" : "", e->choice ? 4 : 1);
        issue_add_missing(l, ERR_FHIR_CARDINALITY_MIN, i, name);
    }
}

static void check_object(struct issue_list *l, struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    struct object o = {.type = &fhir_types[type]};
    OS_ASSERT(o.type->elem_count <= CHECK_ELEMS_MAX);
    if (!doc->nodes[i].len) {
        issue_add(l, ERR_FHIR_EMPTY, i, key_of(doc, i), no_text);
        return;
    }
    JSON_EACH(doc, i, c)
    {
        check_member(l, doc, &o, i, c);
    }
    if (!o.type->prim)
        check_required(l, i, &o);
}

static fhir_type_id check_one_resource(struct issue_list *l, struct json_doc *doc, uint32_t i)
{
    if (doc->nodes[i].kind != JSON_OBJECT) {
        issue_add(l, ERR_FHIR_NOT_OBJECT, i, no_text, no_text);
        return 0;
    }
    uint32_t name = json_get(doc, i, FHIR_NAME_resourceType);
    if (name == UINT32_MAX || doc->nodes[name].kind != JSON_STRING) {
        issue_add(l, ERR_FHIR_TYPE_MISSING, i, no_text, no_text);
        return 0;
    }
    fhir_type_id type = fhir_resource_find(json_text(doc, name));
    if (!type)
        issue_add(l, ERR_FHIR_TYPE_UNKNOWN, name, json_text(doc, name), no_text);
    else
        check_object(l, doc, i, type);
    return type;
}

bool check_resource(struct json_doc *doc, uint32_t i, fhir_type_id *type, struct check_issues *issues)
{
    struct issue_list l = {doc, i, issues};
    issues->count = issues->total = 0;
    *type = check_one_resource(&l, doc, i);
    if (issues->total == 0)
        rules_hold(&l, i, *type);
    return issues->total == 0;
}
