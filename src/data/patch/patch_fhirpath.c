/* SPDX-License-Identifier: Apache-2.0
 * FHIRPath Patch (R4 fhirpatch.html): each operation sees the result of those before it, so the tree is
 * written and read again between them. */
#include "fhir_gen/names.h"
#include "patch/patch_value.h"
#include "path/path.h"

struct fp_patch {
    struct arena work;          /* of one operation */
    struct edit_budget budget;  /* over work */
    const struct json_doc *ops; /* the Parameters */
    uint32_t number;
    const struct fp_operation *op;
    /* parts of the operation, UINT32_MAX: absent */
    uint32_t part_path, part_name, part_value, part_index, part_source, part_destination;
    struct str path;
    int64_t now_ms;
    const struct path_terms *terms;
    /* the resource as it is now */
    struct json_doc doc;
    struct edit *root, **map;
    struct path_list found;
    struct err *err;
};

struct fp_operation {
    const char *name;
    bool (*run)(struct fp_patch *p);
    unsigned needs; /* enum part_bit */
};

enum part_bit { PART_NAME = 1, PART_VALUE = 2, PART_INDEX = 4, PART_SOURCE = 8, PART_DESTINATION = 16 };

static const char *op_name(const struct fp_patch *p)
{
    return p->op ? p->op->name : "?";
}

static bool wrong(struct fp_patch *p, const char *sv, const char *en)
{
    return patch_wrong(p->err, p->number, op_name(p), p->path, sv, en);
}

static bool failed(struct fp_patch *p, const char *sv, const char *en)
{
    return patch_failed(p->err, p->number, op_name(p), p->path, sv, en);
}

/* ---- what the path finds ---- */

static bool select_nodes(struct fp_patch *p)
{
    const struct path_context ctx = {.doc = &p->doc, .now_ms = p->now_ms, .terms = p->terms};
    struct err why = {0};
    const struct path_expr *e = path_compile(&p->work, p->path, fhir_resource_type(&p->doc, 0), &why);
    p->found = (struct path_list){0};
    if (!e || !path_eval(e, &ctx, 0, &p->work, &p->found, &why)) {
        struct buf sv, en;
        buf_init(&sv, ERR_ARG_MAX * 2);
        buf_init(&en, ERR_ARG_MAX * 2);
        err_text(&why, ERR_SV, &sv);
        err_text(&why, ERR_EN, &en);
        buf_char(&sv, 0);
        buf_char(&en, 0);
        wrong(p, buf_ok(&sv) ? sv.p : "FHIRPath", buf_ok(&en) ? en.p : "FHIRPath");
        buf_release(&sv);
        buf_release(&en);
        return false;
    }
    for (uint32_t i = 0; i < p->found.count; i++)
        if (p->found.item[i].kind != PATH_NODE || p->found.item[i].doc != &p->doc ||
            p->found.item[i].node >= p->doc.count)
            return failed(p, "sökvägen ger ett beräknat värde, inte ett element i resursen",
                          "the path gives a computed value, not an element of the resource");
    return true;
}

/* The one element that the path finds. */
static bool select_one(struct fp_patch *p, const struct path_value **out)
{
    if (p->found.count == 1) {
        *out = &p->found.item[0];
        return true;
    }
    if (!p->found.count)
        return failed(p, "sökvägen träffar inget element", "the path matches no element");
    return failed(p, "sökvägen träffar flera element, ett väntades",
                  "the path matches several elements, one was expected");
}

static bool place_found(struct fp_patch *p, const struct path_value *v, struct place *place)
{
    return (v->node && place_of(p->map[v->node], place)) ||
           failed(p, "hela resursen kan inte ändras så", "the whole resource cannot be changed so");
}

/* The list that everything found stands in. */
static bool select_list(struct fp_patch *p, struct place *list)
{
    if (!p->found.count)
        return failed(p, "sökvägen träffar ingen lista", "the path matches no list");
    for (uint32_t i = 0; i < p->found.count; i++) {
        struct place at;
        if (!place_found(p, &p->found.item[i], &at))
            return false;
        if (at.index < 0 || (i && (at.object != list->object || !str_eq(at.name, list->name))))
            return failed(p, "sökvägen ska träffa element i en och samma lista",
                          "the path must match elements of one list");
        if (!i)
            *list = at;
    }
    return true;
}

/* ---- values ---- */

static bool read_value(struct fp_patch *p, fhir_type_id type, struct content *c)
{
    struct value_read v = {&p->budget, p->ops, NULL, NULL};
    if (patch_value_read(&v, p->part_value, type, c))
        return true;
    return v.sv ? wrong(p, v.sv, v.en) : patch_costly(p->err, p->number);
}

static bool read_index(struct fp_patch *p, uint32_t part, uint32_t max, uint32_t *out)
{
    uint64_t n;
    uint32_t node = json_get(p->ops, part, FHIR_NAME_valueInteger);
    if (!str_u64(json_text(p->ops, node), UINT32_MAX, &n))
        return wrong(p, "index, source och destination ska vara valueInteger, minst 0",
                     "index, source and destination must be valueInteger, at least 0");
    if (n > max)
        return failed(p, "listan är kortare än så", "the list is shorter than that");
    *out = (uint32_t)n;
    return true;
}

/* ---- operations ---- */

/* The object that holds the members of the element found: for a primitive its '_' object. */
static struct edit *members_of(struct fp_patch *p, const struct path_value *v)
{
    struct edit *e = p->map[v->node];
    struct place place;
    if (e->kind == JSON_OBJECT)
        return e;
    return place_of(e, &place) ? place_side(&p->budget, &place) : NULL;
}

static bool choice_taken(const struct edit *object, fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    for (fhir_elem_id i = fhir_elem_find_path(e->owner, e->path_name);
         i && fhir_elems[i].owner == e->owner && fhir_elems[i].path_name == e->path_name; i++) {
        struct str key = str_of(fhir_name_text[fhir_elems[i].name]);
        for (const struct edit *c = object->child; c; c = c->next)
            if (str_eq(c->key, key) ||
                (c->key.n == key.n + 1 && c->key.p[0] == '_' && str_eq(str_sub(c->key, 1, c->key.n), key)))
                return true;
    }
    return false;
}

static bool run_add(struct fp_patch *p)
{
    const struct path_value *v;
    struct content c;
    struct str name = json_text(p->ops, json_get(p->ops, p->part_name, FHIR_NAME_valueString));
    if (!select_one(p, &v))
        return false;
    fhir_elem_id elem = patch_value_elem(v->type, name, patch_value_suffix(p->ops, p->part_value));
    if (!elem)
        return failed(p, "elementet där har inget element med det namnet (och den värdetypen)",
                      "the element there has no element of that name (and value type)");
    if (!read_value(p, fhir_elems[elem].type, &c))
        return false;
    struct edit *object = members_of(p, v);
    if (!object)
        return patch_costly(p->err, p->number);
    struct str key = str_of(fhir_name_text[fhir_elems[elem].name]);
    if (fhir_elems[elem].many) {
        place_insert(&p->budget, object, key, place_list_count(object, key), c);
        return true;
    }
    if (choice_taken(object, elem))
        return failed(p, "elementet finns redan; använd replace", "the element exists already; use replace");
    place_replace(&p->budget, &(struct place){object, key, -1}, c);
    return true;
}

static bool run_insert(struct fp_patch *p)
{
    struct place list, at;
    struct content c;
    uint32_t index;
    if (!select_list(p, &list) || !read_index(p, p->part_index, p->found.count, &index) ||
        !read_value(p, p->found.item[0].type, &c))
        return false;
    bool last = index == p->found.count;
    if (!place_found(p, &p->found.item[last ? index - 1 : index], &at))
        return false;
    place_insert(&p->budget, list.object, list.name, (uint32_t)at.index + last, c);
    return true;
}

static bool run_delete(struct fp_patch *p)
{
    const struct path_value *v;
    struct place at;
    if (!p->found.count)
        return true; /* "except for the delete operation, it is an error if no element matches" */
    if (!select_one(p, &v) || !place_found(p, v, &at))
        return false;
    place_delete(&p->budget, &at);
    return true;
}

static bool run_replace(struct fp_patch *p)
{
    const struct path_value *v;
    struct place at;
    struct content c;
    if (!select_one(p, &v) || !place_found(p, v, &at) || !read_value(p, v->type, &c))
        return false;
    /* An alternative of a choice may be replaced by another one. */
    const struct fhir_elem *e = &fhir_elems[p->doc.nodes[v->node].elem];
    struct str suffix = patch_value_suffix(p->ops, p->part_value);
    if (e->choice && suffix.n) {
        fhir_elem_id other = patch_value_elem(e->owner, str_of(fhir_name_text[e->path_name]), suffix);
        if (other && other != p->doc.nodes[v->node].elem) {
            place_take(&p->budget, &at);
            at.name = str_of(fhir_name_text[fhir_elems[other].name]);
        }
    }
    place_replace(&p->budget, &at, c);
    return true;
}

static bool run_move(struct fp_patch *p)
{
    struct place list, from, to;
    uint32_t source, destination;
    if (!select_list(p, &list) || !read_index(p, p->part_source, p->found.count - 1, &source) ||
        !read_index(p, p->part_destination, p->found.count - 1, &destination) ||
        !place_found(p, &p->found.item[source], &from) || !place_found(p, &p->found.item[destination], &to))
        return false;
    if (source == destination)
        return true;
    struct content c = place_take(&p->budget, &from);
    place_insert(&p->budget, list.object, list.name, (uint32_t)to.index, c);
    return true;
}

static const struct fp_operation operations[] = {
    {"add", run_add, PART_NAME | PART_VALUE},
    {"insert", run_insert, PART_INDEX | PART_VALUE},
    {"delete", run_delete, 0},
    {"replace", run_replace, PART_VALUE},
    {"move", run_move, PART_SOURCE | PART_DESTINATION},
};

/* ---- reading the patch ---- */

static const struct part_def {
    const char *name;
    size_t at;
    unsigned bit;
} part_defs[] = {
    {"path", offsetof(struct fp_patch, part_path), 0},
    {"name", offsetof(struct fp_patch, part_name), PART_NAME},
    {"value", offsetof(struct fp_patch, part_value), PART_VALUE},
    {"index", offsetof(struct fp_patch, part_index), PART_INDEX},
    {"source", offsetof(struct fp_patch, part_source), PART_SOURCE},
    {"destination", offsetof(struct fp_patch, part_destination), PART_DESTINATION},
};

static uint32_t *part_slot(struct fp_patch *p, const struct part_def *d)
{
    return (uint32_t *)(void *)((char *)p + d->at);
}

static bool read_type(struct fp_patch *p, uint32_t part)
{
    struct str name = json_text(p->ops, json_get(p->ops, part, FHIR_NAME_valueCode));
    if (!name.n)
        name = json_text(p->ops, json_get(p->ops, part, FHIR_NAME_valueString));
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
        if (str_is(name, operations[i].name))
            p->op = &operations[i];
    return p->op || wrong(p, "type ska vara add, insert, delete, replace eller move",
                          "type must be add, insert, delete, replace or move");
}

static bool read_part(struct fp_patch *p, uint32_t part)
{
    struct str name = json_text(p->ops, json_get(p->ops, part, FHIR_NAME_name));
    if (str_is(name, "type"))
        return read_type(p, part);
    for (size_t i = 0; i < sizeof(part_defs) / sizeof(*part_defs); i++) {
        if (!str_is(name, part_defs[i].name))
            continue;
        uint32_t *slot = part_slot(p, &part_defs[i]);
        if (*slot != UINT32_MAX)
            return wrong(p, "en del anges två gånger", "a part is given twice");
        *slot = part;
        return true;
    }
    p->path = name;
    return wrong(p, "okänd del; type, path, name, value, index, source och destination finns",
                 "unknown part; there are type, path, name, value, index, source and destination");
}

/* Each operation has the parts it needs and no others. */
static bool parts_fit(struct fp_patch *p)
{
    for (size_t i = 0; i < sizeof(part_defs) / sizeof(*part_defs); i++) {
        bool has = *part_slot(p, &part_defs[i]) != UINT32_MAX;
        bool needs = !part_defs[i].bit || (p->op->needs & part_defs[i].bit);
        if (has == needs)
            continue;
        p->path = str_of(part_defs[i].name);
        return needs ? wrong(p, "en del som operationen behöver saknas",
                             "a part that the operation needs is missing")
                     : wrong(p, "operationen har ingen sådan del", "the operation has no such part");
    }
    return true;
}

static bool read_operation(struct fp_patch *p, uint32_t node)
{
    uint32_t parts = json_get(p->ops, node, FHIR_NAME_part);
    p->op = NULL;
    p->path = (struct str){"", 0};
    for (size_t i = 0; i < sizeof(part_defs) / sizeof(*part_defs); i++)
        *part_slot(p, &part_defs[i]) = UINT32_MAX;
    if (!str_is(json_text(p->ops, json_get(p->ops, node, FHIR_NAME_name)), "operation"))
        return wrong(p, "parametern ska heta operation", "the parameter must be named operation");
    if (parts == UINT32_MAX || p->ops->nodes[parts].kind != JSON_ARRAY)
        return wrong(p, "operationen saknar delar (part)", "the operation has no parts");
    JSON_EACH(p->ops, parts, part)
    {
        if (!read_part(p, part))
            return false;
    }
    if (!p->op)
        return wrong(p, "type saknas", "type is missing");
    if (!parts_fit(p))
        return false;
    p->path = json_text(p->ops, json_get(p->ops, p->part_path, FHIR_NAME_valueString));
    return p->path.n || wrong(p, "path ska vara valueString", "path must be a valueString");
}

static bool run_one(struct fp_patch *p, uint32_t node, struct arena *arena, struct str *text)
{
    if (!read_operation(p, node) || !json_parse(&p->work, *text, &fhir_names, &p->doc, p->err))
        return false;
    fhir_type_tree(&p->doc, 0);
    p->budget = (struct edit_budget){&p->work, PATCH_STEPS_MAX};
    p->map = ARENA_ARRAY(&p->work, struct edit *, p->doc.count);
    p->root = p->map ? edit_of(&p->budget, &p->doc, 0, p->map) : NULL;
    if (!p->root)
        return err_set(p->err, ERR_NO_MEMORY, NULL);
    if (!select_nodes(p) || !p->op->run(p))
        return false;
    if (!p->budget.steps || !edit_within(&p->budget, p->root, JSON_DEPTH_MAX))
        return patch_costly(p->err, p->number);
    *text = edit_text(p->root, arena);
    return text->p || err_set(p->err, ERR_NO_MEMORY, NULL);
}

bool patch_fhirpath(struct str text, struct str patch, int64_t now_ms, const struct path_terms *terms,
                    struct arena *arena, struct str *out, struct err *err)
{
    struct json_doc ops;
    struct fp_patch p = {.ops = &ops, .now_ms = now_ms, .terms = terms, .err = err, .path = {"", 0}};
    uint64_t bytes = 0;
    bool ok = true;
    if (!json_parse(arena, patch, &fhir_names, &ops, err))
        return false;
    if (fhir_type_tree(&ops, 0) != FHIR_TYPE_Parameters)
        return patch_wrong(err, 0, "FHIRPath Patch", STR(""), "en Parameters-resurs väntades",
                           "a Parameters resource was expected");
    uint32_t list = json_get(&ops, 0, FHIR_NAME_parameter);
    *out = text;
    if (list == UINT32_MAX)
        return true;
    if (ops.nodes[list].kind != JSON_ARRAY)
        return err_set(err, ERR_FHIR_NOT_ARRAY, "parameter", NULL);
    arena_init(&p.work);
    arena_limit(&p.work, arena->limit);
    JSON_EACH(&ops, list, node)
    {
        bytes += out->n;
        if (bytes > PATCH_BYTES_MAX || p.number >= PATCH_OPERATIONS_MAX)
            ok = patch_costly(err, p.number);
        ok = ok && run_one(&p, node, arena, out);
        arena_reset(&p.work);
        if (!ok) {
            json_place(&ops, node + 1, &err->line, &err->column);
            break;
        }
        p.number++;
    }
    arena_release(&p.work);
    return ok;
}
