/* SPDX-License-Identifier: Apache-2.0
 * N1 5.2 filtering and projection, 5.9 utility, 7 aggregates; sort. */
#include "path/path_int.h"

static bool fn_where(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++) {
        bool truth = false;
        if (!path_run_test(c->run, c->node->args[0], c->frame, &c->input->item[i], i, &truth))
            return false;
        if (truth && !path_run_push(c->run, c->out, &c->input->item[i]))
            return false;
    }
    return true;
}

static bool fn_select(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++)
        if (!path_run_item(c->run, c->node->args[0], c->frame, &c->input->item[i], i, c->out))
            return false;
    return true;
}

/* Adds what one item gives and is not there yet. */
static bool repeat_item(const struct path_call *c, struct path_value *item, struct path_list *all)
{
    struct path_list more = {0};
    if (!path_run_item(c->run, c->node->args[0], c->frame, item, -1, &more))
        return false;
    for (uint32_t i = 0; i < more.count; i++)
        if (!path_add_distinct(c->run, all, &more.item[i]))
            return false;
    return true;
}

static bool fn_repeat(const struct path_call *c)
{
    struct path_list all = {0};
    for (uint32_t i = 0; i < c->input->count; i++)
        if (!repeat_item(c, &c->input->item[i], &all))
            return false;
    for (uint32_t i = 0; i < all.count; i++) {
        struct path_value item = all.item[i]; /* the list moves when it grows */
        if (!repeat_item(c, &item, &all))
            return false;
    }
    return path_run_append(c->run, c->out, &all);
}

static bool fn_of_type(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++)
        if (path_value_as(&c->input->item[i], c->node->type) &&
            !path_run_push(c->run, c->out, &c->input->item[i]))
            return false;
    return true;
}

/* Several items are an error, except where nothing is known of them: R4's dom-3 says descendants().as(uri).
 */
static bool fn_as(const struct path_call *c)
{
    if (c->input->count > 1 && c->node->checked)
        return path_run_fail(c->run, c->node, "as() tar bara ett värde", "as() takes one value only");
    return fn_of_type(c);
}

static bool fn_is(const struct path_call *c)
{
    if (c->input->count > 1)
        return path_run_fail(c->run, c->node, "is() prövar bara ett värde", "is() tests one value only");
    return c->input->count == 0 ||
           path_run_push_bool(c->run, c->out, path_value_is(&c->input->item[0], c->node->type));
}

/* The criterion and the branch taken see the input as $this; the other branch is not evaluated. */
static bool fn_iif(const struct path_call *c)
{
    struct path_frame f = {c->node->left ? c->input : c->frame->self, c->frame->index, c->frame->total};
    struct path_list criterion = {0};
    struct path_value v;
    if (f.self->count > 1 && c->node->left)
        return path_run_fail(c->run, c->node, "iif() tar bara ett värde", "iif() takes one value only");
    if (!path_run(c->run, c->node->args[0], &f, &criterion))
        return false;
    bool truth = false;
    if (criterion.count > 1)
        return path_run_fail(c->run, c->node->args[0], "villkoret gav flera värden",
                             "the criterion gave several values");
    if (criterion.count == 1) {
        if (!path_value_system(&criterion.item[0], &v) || v.kind != PATH_BOOLEAN)
            return path_run_fail(c->run, c->node->args[0], "villkoret är inte booleskt",
                                 "the criterion is not boolean");
        truth = v.boolean;
    }
    if (truth)
        return path_run(c->run, c->node->args[1], &f, c->out);
    return c->node->argc < 3 || path_run(c->run, c->node->args[2], &f, c->out);
}

static bool fn_aggregate(const struct path_call *c)
{
    struct path_list total = {0};
    if (c->node->argc > 1 && !path_fn_arg(c, 1, &total))
        return false;
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct path_list self = {&c->input->item[i], 1, 1}, next = {0};
        struct path_frame f = {&self, i, &total};
        if (!path_run(c->run, c->node->args[0], &f, &next))
            return false;
        total = next;
    }
    return path_run_append(c->run, c->out, &total);
}

/* trace() hands its input on. Nothing is logged: the values are personal data. The arguments are still
 * evaluated so that their errors show. */
static bool fn_trace(const struct path_call *c)
{
    struct path_list ignored = {0};
    struct str name;
    bool empty;
    if (!path_fn_arg_text(c, 0, &name, &empty))
        return false;
    for (uint32_t i = 0; c->node->argc > 1 && i < c->input->count; i++)
        if (!path_run_item(c->run, c->node->args[1], c->frame, &c->input->item[i], i, &ignored))
            return false;
    return path_run_append(c->run, c->out, c->input);
}

/* ---- sort ---- */

struct sort_row {
    struct path_value item;
    struct path_value *keys; /* one a criterion; PATH_NODE with node UINT32_MAX: empty */
};

static bool key_empty(const struct path_value *v)
{
    return v->kind == PATH_NODE && v->node == UINT32_MAX;
}

/* "-x" as a criterion means descending by x, for texts too. */
static bool descending(const struct path_node *n)
{
    return n->op == PATH_OP_MINUS;
}

static bool sort_key(const struct path_call *c, const struct path_node *criterion, struct path_value *item,
                     int64_t index, struct path_value *key)
{
    struct path_list list = {0};
    const struct path_node *n = descending(criterion) ? criterion->left : criterion;
    *key = (struct path_value){.kind = PATH_NODE, .node = UINT32_MAX};
    if (!path_run_item(c->run, n, c->frame, item, index, &list))
        return false;
    if (list.count > 1)
        return path_run_fail(c->run, n, "sorteringsnyckeln gav flera värden",
                             "the sort key gave several values");
    if (list.count == 1 && !path_value_system(&list.item[0], key))
        return path_run_fail(c->run, n, "sorteringsnyckeln kan inte ordnas",
                             "the sort key cannot be ordered");
    return true;
}

/* Empty keys count as the highest. Sets *bad when two cannot be compared. */
static int sort_compare(const struct path_call *c, const struct sort_row *a, const struct sort_row *b,
                        bool *bad)
{
    unsigned keys = c->node->argc ? c->node->argc : 1;
    for (unsigned k = 0; k < keys; k++) {
        int order = 0;
        bool ea = key_empty(&a->keys[k]), eb = key_empty(&b->keys[k]);
        if (ea || eb)
            order = (int)ea - (int)eb;
        else if (path_order(&a->keys[k], &b->keys[k], &order) == PATH_NO)
            *bad = true;
        if (c->node->argc && descending(c->node->args[k]))
            order = -order;
        if (order)
            return order;
    }
    return 0;
}

/* Stable merge of the sorted halves of rows through spare. */
static void sort_rows(const struct path_call *c, struct sort_row *rows, struct sort_row *spare, uint32_t n,
                      bool *bad)
{
    if (n < 2)
        return;
    uint32_t half = n / 2, i = 0, j = half, k = 0;
    sort_rows(c, rows, spare, half, bad);
    sort_rows(c, rows + half, spare, n - half, bad);
    memcpy(spare, rows, n * sizeof *rows);
    while (i < half || j < n) {
        bool left = j >= n || (i < half && sort_compare(c, &spare[i], &spare[j], bad) <= 0);
        rows[k++] = left ? spare[i++] : spare[j++];
    }
}

static bool fn_sort(const struct path_call *c)
{
    uint32_t n = c->input->count, keys = c->node->argc ? c->node->argc : 1;
    bool bad = false;
    struct sort_row *rows = path_run_alloc(c->run, (n + 1) * sizeof *rows);
    struct sort_row *spare = path_run_alloc(c->run, (n + 1) * sizeof *rows);
    if (!rows || !spare || !path_run_work(c->run, (uint64_t)n * 32))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        rows[i].item = c->input->item[i];
        rows[i].keys = path_run_alloc(c->run, keys * sizeof(struct path_value));
        if (!rows[i].keys)
            return false;
        if (c->node->argc == 0 && !path_value_system(&rows[i].item, &rows[i].keys[0]))
            return path_run_fail(c->run, c->node, "värdena kan inte ordnas", "the values cannot be ordered");
        for (unsigned k = 0; k < c->node->argc; k++)
            if (!sort_key(c, c->node->args[k], &rows[i].item, i, &rows[i].keys[k]))
                return false;
    }
    sort_rows(c, rows, spare, n, &bad);
    if (bad)
        return path_run_fail(c->run, c->node, "värdena kan inte jämföras", "the values cannot be compared");
    for (uint32_t i = 0; i < n; i++)
        if (!path_run_push(c->run, c->out, &rows[i].item))
            return false;
    return true;
}

const struct path_fn path_fn_filter_table[] = {
    {"where", 1, 1, PATH_R_INPUT, PATH_F_LAMBDA, fn_where},
    {"select", 1, 1, PATH_R_ARG, PATH_F_LAMBDA, fn_select},
    {"repeat", 1, 1, PATH_R_ANY, PATH_F_REPEAT, fn_repeat},
    {"ofType", 1, 1, PATH_R_TYPE, PATH_F_TYPE, fn_of_type},
    {"as", 1, 1, PATH_R_TYPE, PATH_F_TYPE, fn_as},
    {"is", 1, 1, PATH_R_BOOLEAN, PATH_F_TYPE, fn_is},
    {"iif", 2, 3, PATH_R_ANY, PATH_F_INPUT | PATH_F_CRITERION, fn_iif},
    {"aggregate", 1, 2, PATH_R_ANY, PATH_F_REPEAT, fn_aggregate},
    {"trace", 1, 2, PATH_R_INPUT, PATH_F_LAMBDA, fn_trace},
    {"sort", 0, PATH_ARGS_MAX, PATH_R_INPUT, PATH_F_LAMBDA, fn_sort},
    {NULL, 0, 0, 0, 0, NULL},
};
