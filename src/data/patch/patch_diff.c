/* SPDX-License-Identifier: Apache-2.0
 * What must be done to one resource to get another, as a FHIRPath Patch. Members are compared by name, lists
 * by what they begin and end with alike; between those, items are changed one by one and the rest inserted or
 * deleted. An element is replaced as soon as its value or its '_' sibling differs. */
#include "fhir_gen/names.h"
#include "patch/patch.h"

struct diff {
    const struct json_doc *a, *b;
    struct arena *arena;
    struct str root; /* "Patient" */
    struct json_out o;
    size_t operations;
    bool full;
};

/* An element of one document: the value and its '_' sibling, either UINT32_MAX. */
struct side {
    const struct json_doc *doc;
    uint32_t value, under;
};

static struct str node_text(struct diff *d, const struct json_doc *doc, uint32_t node)
{
    struct buf out;
    if (node == UINT32_MAX || doc->nodes[node].kind == JSON_NULL)
        return STR("");
    buf_init(&out, BUF_NO_MAX);
    json_write(doc, node, &out);
    struct str s = arena_str(d->arena, buf_get(&out));
    buf_release(&out);
    return s;
}

static bool same(struct diff *d, const struct side *x, const struct side *y)
{
    struct arena_mark mark = arena_mark(d->arena);
    bool equal = str_eq(node_text(d, x->doc, x->value), node_text(d, y->doc, y->value)) &&
                 str_eq(node_text(d, x->doc, x->under), node_text(d, y->doc, y->under));
    arena_rewind(d->arena, mark);
    return equal;
}

/* ---- writing operations ---- */

/* "valueHumanName" for a type that value[x] can have; {NULL,0} for others. */
static struct str value_key(struct diff *d, fhir_type_id type)
{
    struct str key = arena_printf(d->arena, "value%s", fhir_types[type].name);
    char *first = (char *)key.p + 5;
    if (*first >= 'a' && *first <= 'z')
        *first = (char)(*first - 'a' + 'A');
    uint16_t name = fhir_names.find(key.p, key.n);
    fhir_type_id part = fhir_type_find(STR("Parameters.parameter"));
    return name && fhir_elem_find(part, name) ? key : (struct str){0};
}

static void write_content(struct diff *d, const struct side *s, fhir_type_id type);

/* A part for each child element of a value that has no value[x] of its own. */
static void write_parts(struct diff *d, const struct side *s)
{
    json_out_array(&d->o, "part");
    JSON_EACH(s->doc, s->value, m)
    {
        const struct json_node *n = &s->doc->nodes[m];
        const struct fhir_elem *e = &fhir_elems[n->elem];
        uint32_t count = n->kind == JSON_ARRAY ? n->len : 1, item = n->kind == JSON_ARRAY ? m + 1 : m;
        if (n->flags & JSON_F_UNDERSCORE || !n->elem)
            continue;
        for (uint32_t i = 0; i < count; i++, item = s->doc->nodes[item].end) {
            struct side child = {s->doc, item, UINT32_MAX};
            json_out_object(&d->o, NULL);
            json_out_cstr(&d->o, "name", fhir_name_text[e->name]);
            write_content(d, &child, e->type);
            json_out_end_object(&d->o);
        }
    }
    json_out_end_array(&d->o);
}

/* The value as members of a part: value[x] with its '_' sibling, a resource, or parts. */
static void write_content(struct diff *d, const struct side *s, fhir_type_id type)
{
    struct str key = value_key(d, type), text = node_text(d, s->doc, s->value),
               under = node_text(d, s->doc, s->under);
    if (!key.p && fhir_types[type].prim == FHIR_PRIM_XHTML)
        key = STR("valueString");
    if (fhir_types[type].kind == FHIR_RESOURCE) {
        json_out_raw(&d->o, "resource", text);
    } else if (!key.p) {
        write_parts(d, s);
    } else {
        if (text.n)
            json_out_raw(&d->o, arena_cstr(d->arena, key), text);
        if (under.n)
            json_out_raw(&d->o, arena_printf(d->arena, "_%.*s", STR_ARG(key)).p, under);
    }
}

static void begin(struct diff *d, const char *type, struct str path)
{
    d->full = d->full || ++d->operations > PATCH_OPERATIONS_MAX;
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "operation");
    json_out_array(&d->o, "part");
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "type");
    json_out_cstr(&d->o, "valueCode", type);
    json_out_end_object(&d->o);
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "path");
    json_out_string(&d->o, "valueString", path);
    json_out_end_object(&d->o);
}

static void end(struct diff *d)
{
    json_out_end_array(&d->o);
    json_out_end_object(&d->o);
}

static void write_value(struct diff *d, const struct side *s, fhir_type_id type)
{
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "value");
    write_content(d, s, type);
    json_out_end_object(&d->o);
}

static void op_delete(struct diff *d, struct str path)
{
    begin(d, "delete", path);
    end(d);
}

static void op_replace(struct diff *d, struct str path, const struct side *s, fhir_type_id type)
{
    begin(d, "replace", path);
    write_value(d, s, type);
    end(d);
}

static void op_add(struct diff *d, struct str parent, const struct fhir_elem *e, const struct side *s)
{
    begin(d, "add", parent);
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "name");
    json_out_cstr(&d->o, "valueString", fhir_name_text[e->path_name]);
    json_out_end_object(&d->o);
    write_value(d, s, e->type);
    end(d);
}

static void op_insert(struct diff *d, struct str path, uint32_t index, const struct side *s,
                      fhir_type_id type)
{
    begin(d, "insert", path);
    json_out_object(&d->o, NULL);
    json_out_cstr(&d->o, "name", "index");
    json_out_i64(&d->o, "valueInteger", index);
    json_out_end_object(&d->o);
    write_value(d, s, type);
    end(d);
}

/* ---- comparing ---- */

static void diff_object(struct diff *d, struct str path, uint32_t a, uint32_t b);

static void diff_element(struct diff *d, struct str path, const struct side *x, const struct side *y,
                         fhir_type_id type)
{
    if (same(d, x, y))
        return;
    bool objects = x->value != UINT32_MAX && y->value != UINT32_MAX &&
                   x->doc->nodes[x->value].kind == JSON_OBJECT && y->doc->nodes[y->value].kind == JSON_OBJECT;
    if (objects && (type != FHIR_TYPE_Resource ||
                    fhir_resource_type(x->doc, x->value) == fhir_resource_type(y->doc, y->value)))
        diff_object(d, path, x->value, y->value);
    else
        op_replace(d, path, y, type == FHIR_TYPE_Resource ? fhir_resource_type(y->doc, y->value) : type);
}

/* Item i of a list and of the list of '_' siblings beside it. */
static struct side item_of(const struct side *list, uint32_t i)
{
    struct side s = {list->doc, UINT32_MAX, UINT32_MAX};
    const uint32_t from[] = {list->value, list->under};
    uint32_t *to[] = {&s.value, &s.under};
    for (int k = 0; k < 2; k++) {
        if (from[k] == UINT32_MAX || i >= list->doc->nodes[from[k]].len)
            continue;
        uint32_t node = from[k] + 1;
        for (uint32_t n = 0; n < i; n++)
            node = list->doc->nodes[node].end;
        if (list->doc->nodes[node].kind != JSON_NULL)
            *to[k] = node;
    }
    return s;
}

static uint32_t length(const struct side *list)
{
    uint32_t a = list->value == UINT32_MAX ? 0 : list->doc->nodes[list->value].len,
             b = list->under == UINT32_MAX ? 0 : list->doc->nodes[list->under].len;
    return a > b ? a : b;
}

static void diff_list(struct diff *d, struct str path, const struct side *x, const struct side *y,
                      fhir_type_id type)
{
    uint32_t nx = length(x), ny = length(y), head = 0, tail = 0;
    struct side p, q;
    while (head < nx && head < ny && (p = item_of(x, head), q = item_of(y, head), same(d, &p, &q)))
        head++;
    while (tail < nx - head && tail < ny - head &&
           (p = item_of(x, nx - 1 - tail), q = item_of(y, ny - 1 - tail), same(d, &p, &q)))
        tail++;
    uint32_t mx = nx - head - tail, my = ny - head - tail, both = mx < my ? mx : my;
    for (uint32_t i = head; i < head + both; i++) {
        p = item_of(x, i);
        q = item_of(y, i);
        diff_element(d, arena_printf(d->arena, "%.*s[%u]", STR_ARG(path), i), &p, &q, type);
    }
    for (uint32_t i = mx; i-- > both;)
        op_delete(d, arena_printf(d->arena, "%.*s[%u]", STR_ARG(path), head + i));
    for (uint32_t i = both; i < my; i++) {
        q = item_of(y, head + i);
        op_insert(d, path, head + i, &q,
                  type == FHIR_TYPE_Resource ? fhir_resource_type(q.doc, q.value) : type);
    }
}

/* The member of that name with its '_' sibling. */
static struct side member_of(struct diff *d, const struct json_doc *doc, uint32_t object, const char *name)
{
    return (struct side){doc, json_get_key(doc, object, str_of(name)),
                         json_get_key(doc, object, arena_printf(d->arena, "_%s", name))};
}

static bool present(const struct side *s)
{
    return s->value != UINT32_MAX || s->under != UINT32_MAX;
}

static void add_member(struct diff *d, struct str path, const struct fhir_elem *e, const struct side *s)
{
    for (uint32_t i = 0; e->many && i < length(s); i++) {
        struct side item = item_of(s, i);
        struct fhir_elem of = *e;
        if (e->type == FHIR_TYPE_Resource)
            of.type = fhir_resource_type(item.doc, item.value);
        op_add(d, path, &of, &item);
    }
    if (!e->many)
        op_add(d, path, e, s);
}

static void delete_member(struct diff *d, struct str path, const struct fhir_elem *e, const struct side *s)
{
    for (uint32_t i = e->many ? length(s) : 0; i-- > 0;)
        op_delete(d, arena_printf(d->arena, "%.*s[%u]", STR_ARG(path), i));
    if (!e->many)
        op_delete(d, path);
}

/* Elements that the record itself sets: of the resource, not of those inside it. */
static bool own(struct diff *d, uint16_t name, struct str path)
{
    if (name == FHIR_NAME_resourceType)
        return true;
    if (str_eq(path, d->root))
        return name == FHIR_NAME_id;
    return (name == FHIR_NAME_versionId || name == FHIR_NAME_lastUpdated) && path.n == d->root.n + 5 &&
           str_starts(path, d->root) && str_ends(path, STR(".meta"));
}

/* Another alternative of the same choice that the object has; 0: none. */
static fhir_elem_id other_choice(struct diff *d, const struct json_doc *doc, uint32_t object, fhir_elem_id id)
{
    const struct fhir_elem *e = &fhir_elems[id];
    if (!e->choice)
        return 0;
    for (fhir_elem_id k = fhir_elem_find_path(e->owner, e->path_name);
         k && fhir_elems[k].path_name == e->path_name && fhir_elems[k].owner == e->owner; k++) {
        struct side s = member_of(d, doc, object, fhir_name_text[fhir_elems[k].name]);
        if (k != id && present(&s))
            return k;
    }
    return 0;
}

/* One element of the objects: in the first round what only b has, then what a has. So an object is never
 * without content in between. */
static void diff_member(struct diff *d, struct str path, uint32_t a, uint32_t b, fhir_elem_id id,
                        bool additions)
{
    const struct fhir_elem *e = &fhir_elems[id];
    struct arena_mark mark = arena_mark(d->arena);
    const char *name = fhir_name_text[e->name];
    struct side x = member_of(d, d->a, a, name), y = member_of(d, d->b, b, name);
    struct str at = arena_printf(d->arena, "%.*s.%s", STR_ARG(path), fhir_name_text[e->path_name]);
    if (!present(&x)) {
        if (additions && present(&y) && other_choice(d, d->a, a, id))
            op_replace(d, at, &y, e->type);
        else if (additions && present(&y))
            add_member(d, path, e, &y);
    } else if (!additions && !present(&y)) {
        if (!other_choice(d, d->b, b, id))
            delete_member(d, at, e, &x);
    } else if (!additions && e->many) {
        diff_list(d, at, &x, &y, e->type);
    } else if (!additions) {
        diff_element(d, at, &x, &y, e->type);
    }
    arena_rewind(d->arena, mark);
}

static void diff_object(struct diff *d, struct str path, uint32_t a, uint32_t b)
{
    uint32_t elem = d->a->nodes[a].elem;
    fhir_type_id type = fhir_resource_type(d->a, a);
    if (!type)
        type = fhir_elems[elem].type;
    const struct fhir_type *t = &fhir_types[type];
    for (int round = 0; round < 2; round++)
        for (fhir_elem_id e = t->elem_first; e < t->elem_first + t->elem_count; e++)
            if (!own(d, fhir_elems[e].name, path))
                diff_member(d, path, a, b, e, round == 0);
}

static bool parse(struct arena *arena, struct str text, struct json_doc *doc, struct err *err)
{
    return json_parse(arena, text, &fhir_names, doc, err) &&
           (fhir_type_tree(doc, 0) || err_set(err, ERR_FHIR_TYPE_UNKNOWN, "resourceType", NULL));
}

bool patch_diff(struct str from, struct str to, struct arena *arena, struct str *out, struct err *err)
{
    struct json_doc a, b;
    struct buf text;
    struct diff d = {.a = &a, .b = &b, .arena = arena};
    if (!parse(arena, from, &a, err) || !parse(arena, to, &b, err))
        return false;
    fhir_type_id type = fhir_resource_type(&a, 0);
    if (type != fhir_resource_type(&b, 0))
        return err_set(err, ERR_FHIR_TYPE_MISMATCH, fhir_types[fhir_resource_type(&b, 0)].name,
                       fhir_types[type].name, NULL);
    buf_init(&text, PATCH_BYTES_MAX);
    json_out_init(&d.o, &text);
    json_out_object(&d.o, NULL);
    json_out_cstr(&d.o, "resourceType", "Parameters");
    json_out_array(&d.o, "parameter");
    d.root = str_of(fhir_types[type].name);
    diff_object(&d, d.root, 0, 0);
    json_out_end_array(&d.o);
    json_out_end_object(&d.o);
    /* An empty list is not allowed in FHIR's JSON. */
    *out = d.operations ? arena_str(arena, buf_get(&text)) : STR("{\"resourceType\":\"Parameters\"}");
    bool ok = buf_ok(&text) && out->p;
    buf_release(&text);
    if (d.full)
        return err_set(err, ERR_SEARCH_LIMIT, "operation", "10000", NULL);
    return ok || err_set(err, ERR_NO_MEMORY, NULL);
}
