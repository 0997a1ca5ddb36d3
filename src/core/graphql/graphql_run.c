/* SPDX-License-Identifier: Apache-2.0
 * Walking a resource by the query. A field is an element's JSON name (valueQuantity, _birthDate), or the name
 * of a choice (value). */
#include "fhir_gen/names.h"
#include "graphql/graphql_run_int.h"

/* The values of a field and what they are. */
struct values {
    uint32_t *node;
    size_t count, cap;
    fhir_type_id type;
    bool many, extension; /* extension: the '_' sibling of a primitive */
};

bool graphql_run_resource(struct gql_run *r)
{
    if (++r->resources > GRAPHQL_RESOURCES_MAX)
        return err_set(r->err, ERR_SEARCH_LIMIT, "GraphQL", "1000", NULL);
    return true;
}

bool graphql_run_value(struct gql_run *r)
{
    if (++r->values > GRAPHQL_VALUES_MAX)
        return err_set(r->err, ERR_SEARCH_LIMIT, "GraphQL", "500000", NULL);
    return true;
}

struct gql_object *graphql_run_object(struct gql_run *r, struct gql_member *m)
{
    struct gql_item *item = m ? graphql_out_item(r->arena, m) : NULL;
    struct gql_object *o = item ? ARENA_NEW(r->arena, struct gql_object) : NULL;
    if (!o)
        err_set(r->err, ERR_NO_MEMORY, NULL);
    else if (!graphql_run_value(r))
        return NULL;
    else
        item->object = o;
    return o;
}

static bool add_text(struct gql_run *r, struct gql_member *m, struct str json)
{
    struct gql_item *item = m ? graphql_out_item(r->arena, m) : NULL;
    if (!item)
        return err_set(r->err, ERR_NO_MEMORY, NULL);
    item->text = json;
    return graphql_run_value(r);
}

bool graphql_run_text(struct gql_run *r, struct gql_object *o, const struct gql_selection *field,
                      struct str json)
{
    return add_text(r, graphql_out_member(r->arena, o, field->alias, GQL_ONE, field->place), json);
}

static struct str json_of(struct gql_run *r, const struct json_doc *doc, uint32_t node)
{
    struct buf out;
    buf_init(&out, GRAPHQL_BYTES_MAX);
    json_write(doc, node, &out);
    struct str s = arena_str(r->arena, buf_get(&out));
    buf_release(&out);
    return s;
}

/* ---- finding a field's values ---- */

static bool add_value(struct gql_run *r, struct values *v, uint32_t node)
{
    if (v->count == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 8;
        v->node = arena_grow(r->arena, v->node, v->cap, cap, sizeof(*v->node));
        v->cap = cap;
    }
    if (!v->node)
        return err_set(r->err, ERR_NO_MEMORY, NULL);
    v->node[v->count++] = node;
    return true;
}

static bool add_node(struct gql_run *r, const struct json_doc *doc, uint32_t node, struct values *v)
{
    if (doc->nodes[node].kind != JSON_ARRAY)
        return doc->nodes[node].kind == JSON_NULL || add_value(r, v, node);
    JSON_EACH(doc, node, i)
    {
        if (doc->nodes[i].kind != JSON_NULL && !add_value(r, v, i))
            return false;
    }
    return true;
}

/* An element of the type by field name; 0 when it has none. *choice: name is that of a [x] element. */
static fhir_elem_id element_of(fhir_type_id type, struct str name, bool *choice)
{
    uint16_t id = fhir_names.find(name.p, name.n);
    fhir_elem_id e = id ? fhir_elem_find(type, id) : 0;
    *choice = false;
    if (!e && id && (e = fhir_elem_find_path(type, id)) != 0)
        *choice = true;
    return e;
}

static bool find_choice(struct gql_run *r, const struct gql_focus *f, fhir_elem_id e, struct values *v)
{
    uint16_t path = fhir_elems[e].path_name;
    for (; fhir_elems[e].path_name == path && fhir_elems[e].choice; e++) {
        uint32_t node = json_get(f->doc, f->node, fhir_elems[e].name);
        if (node == UINT32_MAX)
            continue;
        v->type = fhir_elems[e].type;
        return add_node(r, f->doc, node, v);
    }
    return true;
}

static bool unknown_field(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s)
{
    const char *type = f->doc ? fhir_types[f->type].name : "system";
    return graphql_out_fail(r->err, s->place,
                            arena_printf(r->arena, "%.*s finns inte i %s", STR_ARG(s->name), type),
                            arena_printf(r->arena, "%.*s is not in %s", STR_ARG(s->name), type));
}

static bool find_values(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                        struct values *v)
{
    struct str name = s->name;
    bool choice;
    if (name.n > 1 && name.p[0] == '_' && name.p[1] != '_') {
        v->extension = true;
        name = str_sub(name, 1, name.n);
    }
    fhir_elem_id e = element_of(f->type, name, &choice);
    if (!e || (v->extension && (choice || fhir_types[fhir_elems[e].type].kind != FHIR_PRIMITIVE)))
        return unknown_field(r, f, s);
    v->many = fhir_elems[e].many;
    v->type = v->extension ? FHIR_TYPE_Element : fhir_elems[e].type;
    if (choice)
        return find_choice(r, f, e, v);
    uint32_t node =
        v->extension ? json_get_key(f->doc, f->node, s->name) : json_get(f->doc, f->node, fhir_elems[e].name);
    return node == UINT32_MAX || add_node(r, f->doc, node, v);
}

/* ---- arguments that choose among the values ---- */

static fhir_type_id type_of(const struct gql_focus *f, const struct values *v, uint32_t node)
{
    return v->type == FHIR_TYPE_Resource ? fhir_resource_type(f->doc, node) : v->type;
}

static bool evaluate(struct gql_run *r, const struct gql_focus *f, fhir_type_id type, uint32_t node,
                     struct str text, struct path_list *out)
{
    const struct graphql_host *h = &r->request->host;
    const struct path_expr *e = h->compile(h->arg, r->arena, text, type, r->err);
    struct path_context ctx = {.doc = f->doc,
                               .resource = f->resource,
                               .root_resource = f->resource,
                               .now_ms = h->now_ms,
                               .terms = h->terms};
    return e && path_eval(e, &ctx, node, r->arena, out, r->err);
}

static bool keep_by_path(struct gql_run *r, const struct gql_focus *f, const struct values *v, uint32_t node,
                         struct str text, bool *keep)
{
    struct path_list list = {0};
    bool empty;
    if (!evaluate(r, f, type_of(f, v, node), node, text, &list))
        return false;
    *keep = path_truth(&list, &empty) && !empty;
    return true;
}

/* name(use: official): an element of the value that has this text. */
static bool keep_by_element(struct gql_run *r, const struct gql_focus *f, const struct values *v,
                            uint32_t node, const struct gql_argument *a, struct str text, bool *keep)
{
    bool choice;
    fhir_elem_id e = element_of(type_of(f, v, node), a->name, &choice);
    if (!e || choice || fhir_types[fhir_elems[e].type].kind != FHIR_PRIMITIVE)
        return graphql_args_bad(r, a);
    uint32_t child = json_get(f->doc, node, fhir_elems[e].name);
    *keep = false;
    if (child == UINT32_MAX)
        return true;
    uint32_t end = f->doc->nodes[child].kind == JSON_ARRAY ? f->doc->nodes[child].end : child + 1;
    for (uint32_t i = end == child + 1 ? child : child + 1; i < end && !*keep; i = f->doc->nodes[i].end) {
        uint8_t kind = f->doc->nodes[i].kind;
        struct str have = kind == JSON_TRUE    ? STR("true")
                          : kind == JSON_FALSE ? STR("false")
                                               : json_text(f->doc, i);
        *keep = have.p && str_eq(have, text);
    }
    return true;
}

static bool keep(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                 const struct values *v, uint32_t node, bool *out)
{
    *out = true;
    for (size_t i = 0; i < s->argument_count && *out; i++) {
        const struct gql_argument *a = &s->argument[i];
        struct str text;
        if (str_is(a->name, "_count") || str_is(a->name, "_offset"))
            continue;
        if (!graphql_args_text(r, a, &text))
            return false;
        if (!text.p)
            continue;
        if (!(str_is(a->name, "fhirpath") ? keep_by_path(r, f, v, node, text, out)
                                          : keep_by_element(r, f, v, node, a, text, out)))
            return false;
    }
    return true;
}

static bool number_of(struct gql_run *r, const struct gql_selection *s, const char *name, uint64_t *out)
{
    const struct gql_argument *a = graphql_args_find(s, name);
    struct str text;
    if (!a)
        return true;
    if (!graphql_args_text(r, a, &text))
        return false;
    return !text.p || str_u64(text, UINT32_MAX, out) || graphql_args_bad(r, a);
}

static bool choose(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                   struct values *v)
{
    uint64_t count = UINT64_MAX, offset = 0;
    size_t kept = 0;
    if (!s->argument_count)
        return true;
    if (!number_of(r, s, "_count", &count) || !number_of(r, s, "_offset", &offset))
        return false;
    for (size_t i = 0; i < v->count; i++) {
        bool yes;
        if (!keep(r, f, s, v, v->node[i], &yes))
            return false;
        if (!yes)
            continue;
        if (offset)
            offset--;
        else if (kept < count)
            v->node[kept++] = v->node[i];
    }
    v->count = kept;
    return true;
}

/* ---- one field ---- */

/* The end of a name that @slice gives a value: ".official", or its number. */
static bool slice_suffix(struct gql_run *r, const struct gql_focus *f, const struct values *v, size_t i,
                         const struct gql_directive *slice, struct str *suffix)
{
    struct str path, text = {0};
    struct path_list list = {0};
    if (!slice)
        return true;
    if (slice->argument_count != 1 || !str_is(slice->argument[0].name, "path"))
        return graphql_out_fail(r->err, slice->place, STR("(path: …) väntades"), STR("expected (path: …)"));
    if (!graphql_args_text(r, &slice->argument[0], &path))
        return false;
    if (str_is(path, "$index")) {
        text = arena_printf(r->arena, "%zu", i);
    } else {
        if (!evaluate(r, f, type_of(f, v, v->node[i]), v->node[i], path, &list))
            return false;
        if (list.count)
            text = path_value_text(&list.item[0]);
    }
    *suffix = arena_printf(r->arena, "%.*s.%.*s", STR_ARG(*suffix), STR_ARG(text));
    return true;
}

static struct gql_member *member_of(struct gql_run *r, struct gql_object *o, const struct gql_selection *s,
                                    bool many, struct str suffix)
{
    struct str name =
        suffix.n ? arena_printf(r->arena, "%.*s%.*s", STR_ARG(s->alias), STR_ARG(suffix)) : s->alias;
    enum gql_list list = graphql_args_directive(s, "singleton") ? GQL_SINGLETON : many ? GQL_MANY : GQL_ONE;
    struct gql_member *m = graphql_out_member(r->arena, o, name, list, s->place);
    if (!m)
        err_set(r->err, ERR_NO_MEMORY, NULL);
    return m;
}

static bool add_one(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                    const struct values *v, uint32_t node, struct gql_member *m)
{
    struct gql_focus inner = {f->doc, node, f->resource, type_of(f, v, node)};
    bool complex = v->extension || fhir_types[inner.type].kind != FHIR_PRIMITIVE;
    if (fhir_types[inner.type].kind == FHIR_RESOURCE)
        inner.resource = node;
    if (complex != (s->count > 0))
        return graphql_out_fail(
            r->err, s->place,
            arena_printf(r->arena, "%.*s %s { … }", STR_ARG(s->name),
                         complex ? "ska följas av" : "kan inte ha"),
            arena_printf(r->arena, "%.*s %s { … }", STR_ARG(s->name), complex ? "needs" : "cannot have"));
    if (!complex)
        return add_text(r, m, json_of(r, f->doc, node));
    struct gql_object *o = graphql_run_object(r, m);
    return o && graphql_run_set(r, &inner, s, o, false, STR(""));
}

/* The values into o itself: their members take the place of the field. */
static bool flatten_one(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                        const struct values *v, uint32_t node, struct gql_object *o, bool many,
                        struct str suffix)
{
    struct gql_focus inner = {f->doc, node, f->resource, type_of(f, v, node)};
    if (!s->count)
        return graphql_out_fail(r->err, s->place, STR("@flatten behöver { … }"), STR("@flatten needs { … }"));
    return graphql_run_set(r, &inner, s, o, many, suffix);
}

static bool run_element(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                        struct gql_object *o, bool many, struct str suffix)
{
    struct values v = {0};
    const struct gql_directive *slice = graphql_args_directive(s, "slice");
    bool flatten = graphql_args_directive(s, "flatten"), first = graphql_args_directive(s, "first");
    if (slice && first)
        return graphql_out_fail(r->err, s->place, STR("@slice och @first går inte ihop"),
                                STR("@slice and @first do not go together"));
    if (!find_values(r, f, s, &v) || !choose(r, f, s, &v))
        return false;
    for (size_t i = 0; i < v.count && !(first && i); i++) {
        struct str end = suffix;
        if (!slice_suffix(r, f, &v, i, slice, &end))
            return false;
        if (flatten) {
            /* A slice makes names of its own, so what it holds is no list because of the slices. */
            if (!flatten_one(r, f, s, &v, v.node[i], o, v.many && !first && !slice, end))
                return false;
            continue;
        }
        struct gql_member *m = member_of(r, o, s, (v.many && !slice) || many, end);
        if (!m || !add_one(r, f, s, &v, v.node[i], m))
            return false;
    }
    return true;
}

static bool run_field(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                      struct gql_object *o, bool many, struct str suffix)
{
    bool handled;
    if (str_is(s->name, "__typename") ||
        (str_is(s->name, "resourceType") && f->doc && f->node == f->resource))
        return graphql_run_text(
            r, o, s, arena_printf(r->arena, "\"%s\"", f->doc ? fhir_types[f->type].name : "Query"));
    if (f->doc && f->type == FHIR_TYPE_Reference && str_is(s->name, "resource"))
        return graphql_host_reference(r, f, s, o);
    if (!graphql_host_search(r, f, s, o, &handled))
        return false;
    if (handled)
        return true;
    return f->doc ? run_element(r, f, s, o, many, suffix) : unknown_field(r, f, s);
}

/* ---- selections ---- */

static bool of_type(const struct gql_focus *f, struct str type)
{
    fhir_type_id t = type.n ? fhir_type_find(type) : 0;
    if (!type.n)
        return true;
    return f->doc ? t && fhir_type_is(f->type, t) : str_is(type, "Query");
}

static const struct gql_fragment *fragment_of(const struct gql_run *r, struct str name)
{
    const struct graphql_document *d = r->request->document;
    for (size_t i = 0; i < d->fragment_count; i++)
        if (str_eq(d->fragment[i].name, name))
            return &d->fragment[i];
    return NULL;
}

static bool run_selection(struct gql_run *r, const struct gql_focus *f, const struct gql_selection *s,
                          struct gql_object *o, bool many, struct str suffix)
{
    bool included;
    if (!graphql_args_included(r, s, &included) || !included)
        return !included;
    if (s->kind == GQL_FIELD)
        return run_field(r, f, s, o, many, suffix);
    if (s->kind == GQL_INLINE)
        return !of_type(f, s->name) || graphql_run_set(r, f, s, o, many, suffix);
    const struct gql_fragment *fragment = fragment_of(r, s->name);
    if (!fragment)
        return graphql_out_fail(r->err, s->place,
                                arena_printf(r->arena, "fragmentet %.*s finns inte", STR_ARG(s->name)),
                                arena_printf(r->arena, "there is no fragment %.*s", STR_ARG(s->name)));
    return !of_type(f, fragment->type) || graphql_run_set(r, f, &fragment->set, o, many, suffix);
}

bool graphql_run_set(struct gql_run *r, const struct gql_focus *focus, const struct gql_selection *set,
                     struct gql_object *o, bool many, struct str suffix)
{
    if (++r->depth > GRAPHQL_DEPTH_MAX)
        return graphql_out_fail(r->err, set->place, STR("för djupt kapslat (högst 32)"),
                                STR("nested too deeply (at most 32)"));
    for (size_t i = 0; i < set->count; i++)
        if (!run_selection(r, focus, &set->item[i], o, many, suffix))
            return false;
    r->depth--;
    return true;
}

static const struct gql_operation *operation_of(const struct graphql_request *q, struct err *err)
{
    const struct graphql_document *d = q->document;
    if (!q->operation.n && d->operation_count == 1)
        return &d->operation[0];
    for (size_t i = 0; i < d->operation_count && q->operation.n; i++)
        if (str_eq(d->operation[i].name, q->operation))
            return &d->operation[i];
    graphql_out_fail(err, (struct gql_place){0}, STR("operationName pekar inte ut en av frågorna"),
                     STR("operationName does not name one of the queries"));
    return NULL;
}

bool graphql_run(const struct graphql_request *request, struct arena *arena, struct buf *out, struct err *err)
{
    struct err unused = {0};
    struct gql_object root = {0};
    struct gql_run r = {.request = request, .arena = arena, .err = err ? err : &unused};
    struct gql_focus focus = {
        .doc = request->focus.doc, .node = request->focus.node, .resource = request->focus.node};
    r.operation = operation_of(request, r.err);
    if (!r.operation)
        return false;
    if (focus.doc)
        focus.type = fhir_resource_type(focus.doc, focus.node);
    return graphql_run_set(&r, &focus, &r.operation->set, &root, false, STR("")) &&
           graphql_out_write(&root, out, r.err);
}
