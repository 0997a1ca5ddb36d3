/* SPDX-License-Identifier: Apache-2.0
 * Running: rows are made one at a time. A select with items (forEach) runs what comes after it once for each,
 * so the product of selects beside each other never stands in memory: only the frames of those under way. */
#include <stdio.h>

#include "view/view_int.h"

/* What is to be done when a select has set its columns: the steps of the select it stands in, from step on.
 */
struct frame {
    const struct view_select *list; /* selects beside each other */
    size_t count, step;
    const struct view_select
        *in; /* whose children they are: its unionAll comes after them; NULL at the root */
    const struct path_value *focus;
    struct path_value index; /* %rowIndex */
    const struct frame *up;
};

struct runner {
    const struct view *view;
    const struct view_input *in;
    struct path_context ctx;
    struct arena *arena;
    struct view_cell *cells;
    struct path_value *values; /* of the variables; the last is %rowIndex */
    uint64_t work;
    uint32_t rows, frames;
    view_row_fn *fn;
    void *arg;
    struct err *err;
};

enum { INDEX_TEXT_MAX = 16 };

/* ---- errors: with the resource's name and the element of the view ---- */

static bool fail(struct runner *r, struct str at, const char *sv, const char *en)
{
    struct str id = json_text(r->in->doc, json_get_key(r->in->doc, r->in->resource, STR("id")));
    char name[ERR_ARG_MAX];
    snprintf(name, sizeof name, "%s/%.*s", fhir_types[r->view->type].name, (int)(id.n < 64 ? id.n : 64),
             id.p ? id.p : "");
    err_set(r->err, ERR_VIEW_RUN, sv, en, name, NULL);
    r->err->path[0] = 0;
    err_at(r->err, at);
    return false;
}

/* An error of an expression, told as one of the view. */
static bool fail_path(struct runner *r, struct str at)
{
    struct err cause = *r->err;
    struct buf text[2];
    for (size_t lang = 0; lang < 2; lang++) {
        buf_init(&text[lang], ERR_ARG_MAX * 4);
        err_text(&cause, (enum err_lang)lang, &text[lang]);
        buf_char(&text[lang], 0);
    }
    if (cause.code == ERR_PATH_RUNTIME && buf_ok(&text[0]) && buf_ok(&text[1])) {
        fail(r, at, text[ERR_SV].p, text[ERR_EN].p);
        err_place(r->err, cause.line, cause.column);
    } else {
        err_at(r->err, at);
    }
    buf_release(&text[0]);
    buf_release(&text[1]);
    return false;
}

static bool eval(struct runner *r, const struct view_expr *e, const struct path_value *focus,
                 struct path_list *out)
{
    if (r->work > VIEW_WORK_MAX)
        return fail(r, e->at, "det blev för mycket arbete för en resurs", "too much work for one resource");
    return path_eval_on(e->path, &r->ctx, focus, r->arena, out, r->err) || fail_path(r, e->at);
}

static void set_index(struct runner *r, const struct path_value *index)
{
    r->values[r->view->variable_count - 1] = *index;
}

/* ---- cells ---- */

static bool set_cell(struct runner *r, uint32_t slot, const struct view_expr *e,
                     const struct path_value *focus)
{
    const struct view_column *c = &r->view->columns[slot];
    struct view_cell *cell = &r->cells[slot];
    struct path_list list = {0};
    const char *reason[2];
    uint32_t kept = 0;
    if (!eval(r, e, focus, &list))
        return false;
    for (uint32_t i = 0; i < list.count; i++) {
        struct path_value v;
        bool skip;
        if (!view_column_value(c, &list.item[i], &v, &skip, reason))
            return fail(r, e->at, reason[0], reason[1]);
        if (!skip)
            list.item[kept++] = v;
    }
    if (kept > 1 && !c->collection)
        return fail(r, e->at, "uttrycket gav flera värden men kolumnen har inte collection: true",
                    "the expression gave several values but the column has not collection: true");
    *cell = (struct view_cell){list.item, kept, kept == 0 && !c->collection};
    return true;
}

static bool set_columns(struct runner *r, const struct view_select *s, const struct path_value *focus)
{
    for (size_t i = 0; i < s->column_count; i++)
        if (!set_cell(r, s->first + (uint32_t)i, &s->columns[i], focus))
            return false;
    return true;
}

static bool emit(struct runner *r)
{
    if (++r->rows > VIEW_ROWS_MAX)
        return fail(r, r->view->columns[0].at, "resursen ger för många rader",
                    "the resource gives too many rows");
    return r->fn(r->arg, r->cells, r->err);
}

/* ---- selects ---- */

static bool run_frame(struct runner *r, const struct frame *f);

/* One item of a select: its columns, then what is in it, then what comes after it. */
static bool run_item(struct runner *r, const struct view_select *s, const struct path_value *focus,
                     const struct path_value *index, const struct frame *after)
{
    struct arena_mark mark = arena_mark(r->arena);
    struct frame f = {s->children, s->child_count, 0, s, focus, *index, after};
    set_index(r, index);
    bool ok = set_columns(r, s, focus) && run_frame(r, &f);
    arena_rewind(r->arena, mark);
    return ok;
}

static struct path_value index_value(uint32_t n, char text[INDEX_TEXT_MAX])
{
    int len = snprintf(text, INDEX_TEXT_MAX, "%u", n);
    return (struct path_value){.kind = PATH_INTEGER, .node = UINT32_MAX, .text = {text, (size_t)len}};
}

/* A repeat under way: its items are numbered through all depths. */
struct repeat {
    const struct view_select *select;
    struct path_value outer; /* %rowIndex of the paths themselves */
    const struct frame *after;
    uint32_t next;
};

/* Items before what is below them, paths in their order. */
static bool run_repeat(struct runner *r, struct repeat *p, const struct path_value *focus)
{
    char text[INDEX_TEXT_MAX];
    if (++r->frames > VIEW_FRAMES_MAX)
        return fail(r, p->select->paths[0].at, "repeat går för djupt", "repeat goes too deep");
    for (size_t i = 0; i < p->select->path_count; i++) {
        struct path_list list = {0};
        set_index(r, &p->outer);
        if (!eval(r, &p->select->paths[i], focus, &list))
            return false;
        for (uint32_t k = 0; k < list.count; k++) {
            struct path_value index = index_value(p->next++, text);
            if (!run_item(r, p->select, &list.item[k], &index, p->after) || !run_repeat(r, p, &list.item[k]))
                return false;
        }
    }
    r->frames--;
    return true;
}

static bool run_each(struct runner *r, const struct view_select *s, const struct path_value *focus,
                     const struct path_value *index, const struct frame *after)
{
    struct path_list list = {0};
    char text[INDEX_TEXT_MAX];
    set_index(r, index);
    if (!eval(r, &s->paths[0], focus, &list))
        return false;
    for (uint32_t i = 0; i < list.count; i++) {
        struct path_value here = index_value(i, text);
        if (!run_item(r, s, &list.item[i], &here, after))
            return false;
    }
    if (list.count || s->each == VIEW_FOR_EACH)
        return true;
    for (uint32_t i = 0; i < s->count; i++)
        r->cells[s->first + i] = (struct view_cell){.null = true};
    return run_frame(r, after);
}

static bool run_select(struct runner *r, const struct view_select *s, const struct path_value *focus,
                       const struct path_value *index, const struct frame *after)
{
    struct arena_mark mark = arena_mark(r->arena);
    struct repeat repeat = {s, *index, after, 0};
    bool ok;
    switch (s->each) {
    case VIEW_ONCE:
        return run_item(r, s, focus, index, after);
    case VIEW_REPEAT:
        ok = run_repeat(r, &repeat, focus);
        break;
    default:
        ok = run_each(r, s, focus, index, after);
        break;
    }
    arena_rewind(r->arena, mark);
    return ok;
}

/* The next step of f: a select beside, the branches of its unionAll, or what comes after it. */
static bool run_frame(struct runner *r, const struct frame *f)
{
    if (!f)
        return emit(r);
    if (++r->frames > VIEW_FRAMES_MAX)
        return fail(r, r->view->columns[0].at, "vyn är för djupt kapslad", "the view is nested too deeply");
    bool ok = true;
    if (f->step < f->count) {
        struct frame after = *f;
        after.step++;
        ok = run_select(r, &f->list[f->step], f->focus, &f->index, &after);
    } else if (f->in && f->in->branch_count) {
        for (size_t i = 0; ok && i < f->in->branch_count; i++)
            ok = run_select(r, &f->in->branches[i], f->focus, &f->index, f->up);
    } else {
        ok = run_frame(r, f->up);
    }
    r->frames--;
    return ok;
}

/* ---- where ---- */

static bool holds(struct runner *r, const struct path_value *focus, bool *keep)
{
    struct arena_mark mark = arena_mark(r->arena);
    *keep = true;
    for (size_t i = 0; *keep && i < r->view->where_count; i++) {
        const struct view_expr *e = &r->view->where[i];
        struct path_list list = {0};
        struct path_value v = {0};
        if (!eval(r, e, focus, &list))
            return false;
        if (list.count > 1 ||
            (list.count == 1 && (!path_value_system(&list.item[0], &v) || v.kind != PATH_BOOLEAN)))
            return fail(r, e->at, "villkoret gav inte sant eller falskt",
                        "the condition did not give true or false");
        *keep = list.count == 1 && v.boolean;
        arena_rewind(r->arena, mark);
    }
    return true;
}

bool view_run(const struct view *v, const struct view_input *in, struct arena *arena, view_row_fn *fn,
              void *arg, struct err *err)
{
    struct path_value focus = {.kind = PATH_NODE, .node = in->resource, .doc = in->doc, .type = v->type};
    struct runner r = {.view = v, .in = in, .arena = arena, .fn = fn, .arg = arg, .err = err};
    struct frame root = {.list = v->selects, .count = v->select_count, .focus = &focus};
    bool keep;
    *err = (struct err){0};
    if (fhir_resource_type(in->doc, in->resource) != v->type)
        return true;
    r.cells = ARENA_ARRAY(arena, struct view_cell, v->column_count);
    r.values = ARENA_ARRAY(arena, struct path_value, v->variable_count);
    if (!r.cells || !r.values)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memcpy(r.values, v->values, v->variable_count * sizeof *r.values);
    root.index = v->values[v->variable_count - 1];
    r.ctx = (struct path_context){.doc = in->doc,
                                  .resource = in->resource,
                                  .root_resource = in->resource,
                                  .now_ms = in->now_ms,
                                  .variables = r.values,
                                  .terms = in->terms,
                                  .work = &r.work};
    return holds(&r, &focus, &keep) && (!keep || run_frame(&r, &root));
}

/* What a document that fhir_type_tree knows nothing of lacks. */
static bool no_resource(const struct json_doc *doc, struct err *err)
{
    if (doc->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    struct str type = json_text(doc, json_get_key(doc, 0, STR("resourceType")));
    return type.p ? err_set_str(err, ERR_FHIR_TYPE_UNKNOWN, type, (struct str){NULL, 0})
                  : err_set(err, ERR_FHIR_TYPE_MISSING, NULL);
}

bool view_run_text(const struct view *v, struct str body, int64_t now_ms, const struct path_terms *terms,
                   struct arena *arena, view_row_fn *fn, void *arg, bool *other, struct err *err)
{
    struct json_doc doc;
    struct view_input in = {.doc = &doc, .now_ms = now_ms, .terms = terms};
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    fhir_type_id type = fhir_type_tree(&doc, 0);
    if (!type)
        return no_resource(&doc, err);
    if (other)
        *other = type != v->type;
    return view_run(v, &in, arena, fn, arg, err);
}
