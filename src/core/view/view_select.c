/* SPDX-License-Identifier: Apache-2.0
 * ViewDefinition.select: the tree of selects, each compiled for the types that the one above it yields. */
#include "view/view_int.h"

enum { TYPES_MAX = 256, ROUNDS_MAX = 8 };

static const struct view_member select_members[] = {
    {"column", VIEW_M_OBJECTS, false},
    {"select", VIEW_M_OBJECTS, false},
    {"forEach", VIEW_M_STRING, false},
    {"forEachOrNull", VIEW_M_STRING, false},
    {"repeat", VIEW_M_STRINGS, false},
    {"unionAll", VIEW_M_OBJECTS, false},
    {NULL, 0, false},
};

static const struct {
    const char *name;
    uint8_t each;
} each_members[] = {
    {"forEach", VIEW_FOR_EACH},
    {"forEachOrNull", VIEW_FOR_EACH_OR_NULL},
    {"repeat", VIEW_REPEAT},
};

/* ---- forEach, forEachOrNull, repeat ---- */

static bool add_types(const struct path_yield *from, fhir_type_id *types, struct path_yield *to)
{
    to->any |= from->any;
    for (uint16_t i = 0; i < from->count; i++) {
        uint16_t k = 0;
        while (k < to->count && types[k] != from->types[i])
            k++;
        if (k < to->count)
            continue;
        if (to->count == TYPES_MAX)
            to->any = true;
        else
            types[to->count++] = from->types[i];
    }
    return true;
}

/* A repeat path goes on from what it yields itself, so it is compiled for more and more types until no new
 * ones come. What none of the types has yields nothing (the official suite wants that): it is compiled for
 * any type. */
static bool make_repeat(struct view_make *m, uint32_t list, const struct path_yield *focus,
                        struct view_select *s, struct path_yield *item)
{
    static const struct path_yield any = {.any = true, .many = true};
    fhir_type_id *yielded = ARENA_ARRAY(m->arena, fhir_type_id, TYPES_MAX);
    fhir_type_id *seen = ARENA_ARRAY(m->arena, fhir_type_id, TYPES_MAX);
    struct path_yield from = {.types = seen};
    if (!yielded || !seen)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    add_types(focus, seen, &from);
    *item = (struct path_yield){.types = yielded};
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        uint16_t before = from.count;
        bool was_any = from.any;
        size_t n = 0;
        JSON_EACH(m->doc, list, c)
        {
            struct err trial = {0};
            struct view_make quiet = *m;
            quiet.err = &trial;
            if (!view_member_expr(&quiet, c, &from, &s->paths[n]) &&
                (trial.code != ERR_PATH_SEMANTIC || !view_member_expr(m, c, &any, &s->paths[n]))) {
                if (trial.code != ERR_PATH_SEMANTIC)
                    *m->err = trial;
                return false;
            }
            struct path_yield y = path_expr_yield(s->paths[n++].path);
            add_types(&y, yielded, item);
        }
        add_types(item, seen, &from);
        if (from.count == before && from.any == was_any)
            return true;
    }
    item->any = true;
    return true;
}

static bool make_each(struct view_make *m, uint32_t node, const struct path_yield *focus,
                      struct view_select *s, struct path_yield *item)
{
    uint32_t at = UINT32_MAX;
    *item = *focus;
    for (size_t i = 0; i < sizeof each_members / sizeof *each_members; i++) {
        uint32_t found = view_member(m, node, each_members[i].name);
        if (found == UINT32_MAX)
            continue;
        if (at != UINT32_MAX)
            return view_member_fail(m, node, "bara en av forEach, forEachOrNull och repeat får anges",
                                    "only one of forEach, forEachOrNull and repeat may be given");
        at = found;
        s->each = each_members[i].each;
    }
    if (at == UINT32_MAX)
        return true;
    s->path_count = s->each == VIEW_REPEAT ? m->doc->nodes[at].len : 1;
    s->paths = ARENA_ARRAY(m->arena, struct view_expr, s->path_count + 1);
    if (!s->paths)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    if (s->each == VIEW_REPEAT)
        return s->path_count ? make_repeat(m, at, focus, s, item)
                             : view_member_fail(m, at, "listan är tom", "the array is empty");
    if (!view_member_expr(m, at, focus, s->paths))
        return false;
    *item = path_expr_yield(s->paths[0].path);
    return true;
}

/* ---- unionAll ---- */

/* Both branches' column of one place; a type only one of them knows is the type of both. */
static bool join_column(const struct view_make *m, uint32_t node, struct view_column *a,
                        const struct view_column *b)
{
    if (!str_eq(a->name, b->name))
        return view_member_fail_on(m, node, "unionAll: kolumnerna ska ha samma namn och ordning; här står {}",
                                   "unionAll: columns must have the same names and order; here is {}",
                                   b->name);
    if (a->collection != b->collection)
        return view_member_fail_on(m, node, "unionAll: kolumnen {} är en lista i bara en av grenarna",
                                   "unionAll: column {} is a collection in one of the branches only",
                                   b->name);
    if (a->kind != VIEW_ANY && b->kind != VIEW_ANY && a->kind != b->kind)
        return view_member_fail_on(m, node, "unionAll: kolumnen {} har olika typer i grenarna",
                                   "unionAll: column {} has different types in the branches", b->name);
    if (a->kind == VIEW_ANY) {
        a->kind = b->kind;
        a->type = b->type;
        a->type_id = b->type_id;
    } else if (b->kind != VIEW_ANY && a->type_id != b->type_id) {
        a->type_id = 0; /* code here, string there: what they have in common */
    }
    a->wide |= b->wide;
    return true;
}

static bool make_union(struct view_make *m, uint32_t node, const struct path_yield *focus,
                       struct view_select *s, struct view_columns *columns);

static bool make_select(struct view_make *m, uint32_t node, const struct path_yield *focus,
                        struct view_select *s, struct view_columns *columns)
{
    struct path_yield item;
    uint32_t list = view_member(m, node, "column");
    if (m->depth >= VIEW_DEPTH_MAX || ++m->select_count > VIEW_SELECTS_MAX)
        return view_member_fail(m, node, "för många eller för djupt kapslade select",
                                "too many selects, or nested too deeply");
    if (!view_member_check(m, node, select_members) || !make_each(m, node, focus, s, &item))
        return false;
    m->depth++;
    s->first = (uint32_t)columns->count;
    s->columns = ARENA_ARRAY(m->arena, struct view_expr, view_member_count(m, node, "column") + 1);
    if (!s->columns)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t c = list + 1; list != UINT32_MAX && c < m->doc->nodes[list].end; c = m->doc->nodes[c].end)
        if (!view_column_make(m, c, &item, &s->columns[s->column_count++], columns))
            return false;
    if (!view_select_list(m, node, "select", &item, &s->children, &s->child_count, columns) ||
        !make_union(m, node, &item, s, columns))
        return false;
    s->count = (uint32_t)columns->count - s->first;
    m->depth--;
    return true;
}

/* The branches write the same columns: each is compiled as if it were the first, then compared with it. */
static bool make_union(struct view_make *m, uint32_t node, const struct path_yield *focus,
                       struct view_select *s, struct view_columns *columns)
{
    uint32_t list = view_member(m, node, "unionAll");
    size_t count = view_member_count(m, node, "unionAll"), from = columns->count, n;
    s->branches = ARENA_ARRAY(m->arena, struct view_select, count + 1);
    if (!s->branches)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t c = list + 1; s->branch_count < count; c = m->doc->nodes[c].end) {
        struct view_columns mine = {0}, *out = s->branch_count ? &mine : columns;
        for (size_t i = 0; s->branch_count && i < from; i++)
            if (!view_column_push(m, &mine, &columns->item[i], c))
                return false;
        if (!make_select(m, c, focus, &s->branches[s->branch_count++], out))
            return false;
        if (out->count != columns->count)
            return view_member_fail(m, c, "unionAll: grenarna har olika många kolumner",
                                    "unionAll: the branches differ in the number of columns");
        for (n = from; out == &mine && n < out->count; n++)
            if (!join_column(m, c, &columns->item[n], &mine.item[n]))
                return false;
    }
    return true;
}

bool view_select_list(struct view_make *m, uint32_t node, const char *name, const struct path_yield *focus,
                      struct view_select **out, size_t *count, struct view_columns *columns)
{
    uint32_t list = view_member(m, node, name);
    size_t n = view_member_count(m, node, name);
    *out = ARENA_ARRAY(m->arena, struct view_select, n + 1);
    if (!*out)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t c = list + 1; *count < n; c = m->doc->nodes[c].end)
        if (!make_select(m, c, focus, &(*out)[(*count)++], columns))
            return false;
    return true;
}
