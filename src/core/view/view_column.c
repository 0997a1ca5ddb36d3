/* SPDX-License-Identifier: Apache-2.0
 * Columns: their types, given or found out from the expression, and values as the column holds them. */
#include "base/dec.h"
#include "fhir_gen/names.h"
#include "view/view_int.h"

static const struct view_member column_members[] = {
    {"name", VIEW_M_STRING, true},
    {"path", VIEW_M_STRING, true},
    {"description", VIEW_M_STRING, false},
    {"collection", VIEW_M_BOOLEAN, false},
    {"type", VIEW_M_STRING, false},
    {"tag", VIEW_M_OBJECTS, false},
    {NULL, 0, false},
};

static const struct view_member tag_members[] = {
    {"name", VIEW_M_STRING, true},
    {"value", VIEW_M_STRING, true},
    {NULL, 0, false},
};

static const uint8_t kind_of_path[] = {
    [PATH_NODE] = VIEW_COMPLEX,      [PATH_BOOLEAN] = VIEW_BOOLEAN, [PATH_INTEGER] = VIEW_INTEGER,
    [PATH_DECIMAL] = VIEW_DECIMAL,   [PATH_STRING] = VIEW_TEXT,     [PATH_DATE] = VIEW_DATE,
    [PATH_DATETIME] = VIEW_DATETIME, [PATH_TIME] = VIEW_TIME,       [PATH_QUANTITY] = VIEW_COMPLEX,
    [PATH_TYPE] = VIEW_COMPLEX,
};

static uint8_t kind_of(fhir_type_id type)
{
    if (type == FHIR_TYPE_instant)
        return VIEW_INSTANT;
    return kind_of_path[path_value_type_kind(type)];
}

static bool is_model(fhir_type_id type)
{
    return type < fhir_type_count;
}

/* ---- the type of a column ---- */

/* ViewDefinition.select.column.type: a StructureDefinition's URL or the end of it, or a System type. */
static bool find_type(const struct view_make *m, uint32_t node, struct view_column *c)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } systems[] = {{"Boolean", PATH_BOOLEAN}, {"Integer", PATH_INTEGER},  {"Decimal", PATH_DECIMAL},
                   {"String", PATH_STRING},   {"Date", PATH_DATE},        {"DateTime", PATH_DATETIME},
                   {"Time", PATH_TIME},       {"Quantity", PATH_QUANTITY}};
    static const char *const before[] = {"http://hl7.org/fhir/StructureDefinition/",
                                         "http://hl7.org/fhirpath/"};
    struct str name = json_text(m->doc, node);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (str_starts(name, str_of(before[i])))
            name = str_sub(name, strlen(before[i]), name.n);
    c->type = arena_str(m->arena, name);
    c->type_id = fhir_type_find(name);
    c->wide = str_is(name, "integer64");
    if (c->wide) { /* R5's, which R4 has not */
        c->kind = VIEW_INTEGER;
        return true;
    }
    for (size_t i = 0; i < sizeof systems / sizeof *systems && str_starts(name, STR("System.")); i++)
        if (str_is(str_sub(name, 7, name.n), systems[i].name)) {
            c->kind = kind_of_path[systems[i].kind];
            c->wide = c->kind == VIEW_INTEGER;
            return true;
        }
    c->kind = kind_of(c->type_id);
    return c->type_id || view_member_fail_on(m, node, "okänd typ {}", "unknown type {}", name);
}

/* May a column of this declared type hold values of the type y? string holds every primitive, as its text. */
static bool fits(const struct view_column *c, fhir_type_id y)
{
    uint8_t k = kind_of(y);
    switch (c->kind) {
    case VIEW_COMPLEX:
        return k == VIEW_COMPLEX &&
               (!c->type_id || !is_model(y) || fhir_type_is(y, c->type_id) || fhir_type_is(c->type_id, y));
    case VIEW_TEXT:
        return k == VIEW_TEXT || (k != VIEW_COMPLEX && (!c->type_id || c->type_id == FHIR_TYPE_string));
    case VIEW_DECIMAL:
        return k == VIEW_DECIMAL || k == VIEW_INTEGER;
    case VIEW_DATETIME:
        return k == VIEW_DATE || k == VIEW_DATETIME || k == VIEW_INSTANT;
    case VIEW_INSTANT:
        return k == VIEW_DATETIME || k == VIEW_INSTANT;
    default:
        return k == c->kind;
    }
}

static bool check_declared(const struct view_make *m, uint32_t node, const struct view_column *c,
                           const struct path_yield *y)
{
    if (y->any || y->count == 0)
        return true;
    for (uint16_t i = 0; i < y->count; i++)
        if (fits(c, y->types[i]))
            return true;
    return view_member_fail_on(m, node, "uttrycket ger {}, inte kolumnens typ",
                               "the expression gives {}, not the column's type",
                               str_of(path_value_type_name(y->types[0])));
}

/* Without a declared type: that of the expression, where it can only be one. */
static bool infer(const struct view_make *m, uint32_t node, struct view_column *c, const struct path_yield *y)
{
    c->kind = VIEW_ANY;
    c->type = STR("");
    if (y->any || y->count == 0)
        return true;
    c->kind = kind_of(y->types[0]);
    c->wide = !is_model(y->types[0]);
    for (uint16_t i = 1; i < y->count; i++) {
        uint8_t k = kind_of(y->types[i]);
        bool numbers =
            (k == VIEW_INTEGER || k == VIEW_DECIMAL) && (c->kind == VIEW_INTEGER || c->kind == VIEW_DECIMAL);
        c->kind = k == c->kind ? k : numbers ? VIEW_DECIMAL : VIEW_ANY;
        c->wide |= !is_model(y->types[i]);
    }
    if (c->kind == VIEW_COMPLEX)
        return view_member_fail_on(m, node, "uttrycket ger {}, som inte är primitivt: ange type",
                                   "the expression gives {}, which is not primitive: give its type",
                                   str_of(path_value_type_name(y->types[0])));
    if (y->count == 1) {
        c->type = str_of(path_value_type_name(y->types[0]));
        c->type_id = is_model(y->types[0]) ? y->types[0] : 0;
    }
    return true;
}

static bool make_tags(struct view_make *m, uint32_t node, struct view_column *c)
{
    uint32_t list = view_member(m, node, "tag");
    size_t count = view_member_count(m, node, "tag"), n = 0;
    struct view_tag *tags = ARENA_ARRAY(m->arena, struct view_tag, count + 1);
    if (!tags)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t t = list + 1; n < count; t = m->doc->nodes[t].end) {
        if (!view_member_check(m, t, tag_members))
            return false;
        tags[n].name = arena_str(m->arena, view_member_text(m, t, "name"));
        tags[n++].value = arena_str(m->arena, view_member_text(m, t, "value"));
    }
    c->tags = tags;
    c->tag_count = n;
    return true;
}

bool view_column_push(const struct view_make *m, struct view_columns *list, const struct view_column *c,
                      uint32_t node)
{
    if (list->count >= VIEW_COLUMNS_MAX)
        return view_member_fail(m, node, "för många kolumner", "too many columns");
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 16;
        list->item = arena_grow(m->arena, list->item, list->count, cap, sizeof *list->item);
        list->cap = cap;
        if (!list->item)
            return err_set(m->err, ERR_NO_MEMORY, NULL);
    }
    list->item[list->count++] = *c;
    return true;
}

bool view_column_make(struct view_make *m, uint32_t node, const struct path_yield *focus,
                      struct view_expr *expr, struct view_columns *out)
{
    struct view_column c = {.kind = VIEW_ANY};
    if (!view_member_check(m, node, column_members))
        return false;
    uint32_t name = view_member(m, node, "name"), path = view_member(m, node, "path");
    uint32_t type = view_member(m, node, "type"), collection = view_member(m, node, "collection");
    if (!view_member_name(m, name) || !view_member_expr(m, path, focus, expr) || !make_tags(m, node, &c))
        return false;
    struct path_yield y = path_expr_yield(expr->path);
    c.name = arena_str(m->arena, json_text(m->doc, name));
    c.description = arena_str(m->arena, view_member_text(m, node, "description"));
    c.at = view_member_path(m, node);
    c.collection = collection != UINT32_MAX && m->doc->nodes[collection].kind == JSON_TRUE;
    if (type == UINT32_MAX ? !infer(m, path, &c, &y)
                           : !find_type(m, type, &c) || !check_declared(m, path, &c, &y))
        return false;
    return view_column_push(m, out, &c, node);
}

struct str view_column_tag(const struct view_column *c, const char *name)
{
    for (size_t i = 0; i < c->tag_count; i++)
        if (str_is(c->tags[i].name, name))
            return c->tags[i].value;
    return (struct str){NULL, 0};
}

/* ---- values ---- */

static bool refuse(const char *reason[2], const char *sv, const char *en)
{
    reason[0] = sv;
    reason[1] = en;
    return false;
}

static bool complex_value(const struct view_column *c, const struct path_value *in, const char *reason[2])
{
    if (c->kind != VIEW_COMPLEX)
        return refuse(reason, "värdet är inte primitivt: ange kolumnens type",
                      "the value is not primitive: give the column's type");
    if (in->kind == PATH_NODE && in->node == UINT32_MAX)
        return refuse(reason, "värdet är en resurs som inte är hämtad",
                      "the value is a resource that is not at hand");
    if (c->type_id && in->kind == PATH_NODE && !fhir_type_is(in->type, c->type_id))
        return refuse(reason, "värdet är av en annan typ än kolumnen",
                      "the value is of another type than the column");
    return true;
}

/* FHIR's integers have 32 bits, others here 64. */
static bool integer_fits(const struct view_column *c, struct str text)
{
    struct dec d;
    int64_t v;
    return dec_parse(text, &d) && dec_i64(d, &v) && dec_cmp(d, dec_of_i64(v)) == 0 &&
           (c->wide || (v >= INT32_MIN && v <= INT32_MAX));
}

/* A date and time with seconds and zone. */
static bool is_instant(struct str text)
{
    return fhir_prim_valid(FHIR_PRIM_INSTANT, text);
}

bool view_column_value(const struct view_column *c, const struct path_value *in, struct path_value *out,
                       bool *skip, const char *reason[2])
{
    *skip = false;
    *out = *in;
    if (in->kind == PATH_NODE && (in->node == UINT32_MAX || fhir_types[in->type].kind != FHIR_PRIMITIVE))
        return complex_value(c, in, reason);
    if (!path_value_system(in, out)) { /* a primitive with extensions only */
        *skip = true;
        return true;
    }
    uint8_t k = kind_of_path[out->kind];
    if (k == VIEW_COMPLEX)
        return complex_value(c, out, reason);
    if (c->kind == VIEW_ANY)
        return true;
    fhir_type_id type = in->kind == PATH_NODE ? in->type : 0;
    if (!(type ? fits(c, type)
               : k == c->kind || (c->kind == VIEW_DECIMAL && k == VIEW_INTEGER) ||
                     (c->kind == VIEW_DATETIME && k == VIEW_DATE) ||
                     (c->kind == VIEW_INSTANT && k == VIEW_DATETIME) ||
                     (c->kind == VIEW_TEXT && (!c->type_id || c->type_id == FHIR_TYPE_string))))
        return refuse(reason, "värdet är av en annan typ än kolumnen",
                      "the value is of another type than the column");
    if (c->kind == VIEW_INTEGER && !integer_fits(c, out->text))
        return refuse(reason, "heltalet ryms inte i kolumnens typ",
                      "the integer does not fit the column's type");
    if (c->kind == VIEW_INSTANT && !is_instant(out->text))
        return refuse(reason, "tidpunkten är inte ett instant", "the time is not an instant");
    if (c->kind == VIEW_TEXT && k == VIEW_BOOLEAN)
        out->text = out->boolean ? STR("true") : STR("false");
    if (c->kind == VIEW_TEXT)
        out->kind = PATH_STRING;
    return true;
}
