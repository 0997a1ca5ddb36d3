/* SPDX-License-Identifier: Apache-2.0
 * A ViewDefinition, compiled. */
#include "fhir_gen/names.h"
#include "view/view_int.h"

/* What a ViewDefinition may hold. Those of FHIR's canonical resources say things about it, not of what it
 * does. */
static const struct view_member view_members[] = {
    {"resourceType", VIEW_M_STRING, false},
    {"meta", VIEW_M_IGNORED, false},
    {"language", VIEW_M_STRING, false},
    {"text", VIEW_M_IGNORED, false},
    {"contained", VIEW_M_IGNORED, false},
    {"url", VIEW_M_STRING, false},
    {"identifier", VIEW_M_IGNORED, false},
    {"version", VIEW_M_STRING, false},
    {"versionAlgorithmString", VIEW_M_IGNORED, false},
    {"versionAlgorithmCoding", VIEW_M_IGNORED, false},
    {"name", VIEW_M_STRING, false},
    {"title", VIEW_M_STRING, false},
    {"status", VIEW_M_STRING, false},
    {"experimental", VIEW_M_BOOLEAN, false},
    {"date", VIEW_M_STRING, false},
    {"publisher", VIEW_M_STRING, false},
    {"contact", VIEW_M_IGNORED, false},
    {"description", VIEW_M_STRING, false},
    {"useContext", VIEW_M_IGNORED, false},
    {"jurisdiction", VIEW_M_IGNORED, false},
    {"purpose", VIEW_M_STRING, false},
    {"copyright", VIEW_M_STRING, false},
    {"copyrightLabel", VIEW_M_STRING, false},
    {"resource", VIEW_M_STRING, true},
    {"profile", VIEW_M_STRINGS, false},
    {"fhirVersion", VIEW_M_STRINGS, false},
    {"constant", VIEW_M_OBJECTS, false},
    {"select", VIEW_M_OBJECTS, true},
    {"where", VIEW_M_OBJECTS, false},
    {NULL, 0, false},
};

static const struct view_member where_members[] = {
    {"path", VIEW_M_STRING, true},
    {"description", VIEW_M_STRING, false},
    {NULL, 0, false},
};

static bool make_head(struct view_make *m)
{
    if (!view_member_check(m, m->root, view_members))
        return false;
    uint32_t type = view_member(m, m->root, "resourceType"), name = view_member(m, m->root, "name");
    struct str text = json_text(m->doc, type);
    if (type != UINT32_MAX && !str_is(text, "ViewDefinition") && !str_ends(text, STR("/ViewDefinition")))
        return view_member_fail_on(m, type, "resursen är {}, inte ViewDefinition",
                                   "the resource is {}, not ViewDefinition", text);
    if (name != UINT32_MAX && !view_member_name(m, name))
        return false;
    m->view->name = name == UINT32_MAX ? STR("") : arena_str(m->arena, json_text(m->doc, name));
    uint32_t resource = view_member(m, m->root, "resource");
    m->view->type = fhir_resource_find(json_text(m->doc, resource));
    return m->view->type || view_member_fail_on(m, resource, "okänd resurstyp {}", "unknown resource type {}",
                                                json_text(m->doc, resource));
}

/* Where versions are named, R4 must be among them: elements have other names in others. */
static bool check_version(const struct view_make *m)
{
    uint32_t list = view_member(m, m->root, "fhirVersion");
    if (list == UINT32_MAX || m->doc->nodes[list].len == 0)
        return true;
    JSON_EACH(m->doc, list, c)
    if (str_starts(json_text(m->doc, c), STR("4.0")))
        return true;
    return view_member_fail(m, list, "vyn är inte för FHIR R4 (4.0.1)",
                            "the view is not for FHIR R4 (4.0.1)");
}

static bool can_be_boolean(const struct path_yield *y)
{
    for (uint16_t i = 0; i < y->count; i++)
        if (path_value_type_kind(y->types[i]) == PATH_BOOLEAN)
            return true;
    return y->any || y->count == 0;
}

static bool make_where(struct view_make *m, const struct path_yield *focus)
{
    uint32_t list = view_member(m, m->root, "where");
    size_t count = view_member_count(m, m->root, "where");
    struct view *v = m->view;
    v->where = ARENA_ARRAY(m->arena, struct view_expr, count + 1);
    if (!v->where)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t c = list + 1; v->where_count < count; c = m->doc->nodes[c].end) {
        struct view_expr *e = &v->where[v->where_count++];
        if (!view_member_check(m, c, where_members) ||
            !view_member_expr(m, view_member(m, c, "path"), focus, e))
            return false;
        struct path_yield y = path_expr_yield(e->path);
        if (!can_be_boolean(&y))
            return view_member_fail_on(m, view_member(m, c, "path"), "villkoret är inte booleskt utan {}",
                                       "the condition is not boolean but {}",
                                       str_of(path_value_type_name(y.types[0])));
    }
    return true;
}

static bool check_names(const struct view_make *m, const struct view_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(columns->item[i].name, columns->item[k].name)) {
                view_member_fail_on(m, m->root, "kolumnen {} finns två gånger", "column {} occurs twice",
                                    columns->item[i].name);
                m->err->path[0] = 0;
                err_at(m->err, columns->item[i].at);
                return false;
            }
    return columns->count > 0 || view_member_fail(m, view_member(m, m->root, "select"),
                                                  "vyn har inga kolumner", "the view has no columns");
}

const struct view *view_compile(struct arena *arena, const struct json_doc *doc, uint32_t at, struct err *err)
{
    struct view *v = ARENA_NEW(arena, struct view);
    struct view_make m = {.arena = arena, .doc = doc, .root = at, .err = err, .view = v};
    struct view_columns columns = {0};
    *err = (struct err){0};
    if (!v) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    if (!make_head(&m) || !check_version(&m) || !view_constant_all(&m))
        return NULL;
    struct path_yield focus = {.types = &v->type, .count = 1};
    if (!make_where(&m, &focus) ||
        !view_select_list(&m, at, "select", &focus, &v->selects, &v->select_count, &columns) ||
        !check_names(&m, &columns))
        return NULL;
    v->columns = columns.item;
    v->column_count = columns.count;
    return v;
}

fhir_type_id view_type(const struct view *v)
{
    return v->type;
}

struct str view_name(const struct view *v)
{
    return v->name;
}

const struct view_column *view_columns(const struct view *v, size_t *count)
{
    *count = v->column_count;
    return v->columns;
}
