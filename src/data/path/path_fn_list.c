/* SPDX-License-Identifier: Apache-2.0
 * N1 5.1 existence, 5.3 subsetting, 5.4 combining; and not(), type(). */
#include "fhir_gen/names.h"
#include "path/path_int.h"

static bool fn_empty(const struct path_call *c)
{
    return path_run_push_bool(c->run, c->out, c->input->count == 0);
}

static bool fn_exists(const struct path_call *c)
{
    bool truth = c->node->argc == 0 && c->input->count > 0;
    for (uint32_t i = 0; i < c->input->count && c->node->argc && !truth; i++)
        if (!path_run_test(c->run, c->node->args[0], c->frame, &c->input->item[i], i, &truth))
            return false;
    return path_run_push_bool(c->run, c->out, truth);
}

static bool fn_all(const struct path_call *c)
{
    bool truth = true;
    for (uint32_t i = 0; i < c->input->count && truth; i++)
        if (!path_run_test(c->run, c->node->args[0], c->frame, &c->input->item[i], i, &truth))
            return false;
    return path_run_push_bool(c->run, c->out, truth);
}

/* allTrue, anyTrue, allFalse, anyFalse. */
static bool quantify(const struct path_call *c, bool wanted, bool all)
{
    bool result = all;
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct path_value v;
        if (!path_value_system(&c->input->item[i], &v) || v.kind != PATH_BOOLEAN)
            return path_run_fail(c->run, c->node, "funktionen kräver booleska värden",
                                 "the function needs booleans");
        if ((v.boolean == wanted) != all)
            result = !all;
    }
    return path_run_push_bool(c->run, c->out, result);
}

static bool fn_all_true(const struct path_call *c)
{
    return quantify(c, true, true);
}

static bool fn_any_true(const struct path_call *c)
{
    return quantify(c, true, false);
}

static bool fn_all_false(const struct path_call *c)
{
    return quantify(c, false, true);
}

static bool fn_any_false(const struct path_call *c)
{
    return quantify(c, false, false);
}

/* Is every item of a in b? Nothing when comparing failed for lack of work left. */
static bool push_subset(const struct path_call *c, const struct path_list *a, const struct path_list *b)
{
    bool all = true;
    for (uint32_t i = 0; i < a->count && all; i++) {
        if (!path_run_work(c->run, b->count))
            return false;
        all = path_contains(c->run, b, &a->item[i]);
    }
    return path_run_push_bool(c->run, c->out, all);
}

static bool fn_subset_of(const struct path_call *c)
{
    struct path_list other = {0};
    return path_fn_arg(c, 0, &other) && push_subset(c, c->input, &other);
}

static bool fn_superset_of(const struct path_call *c)
{
    struct path_list other = {0};
    return path_fn_arg(c, 0, &other) && push_subset(c, &other, c->input);
}

static bool fn_count(const struct path_call *c)
{
    return path_run_push_int(c->run, c->out, c->input->count);
}

static bool fn_distinct(const struct path_call *c)
{
    uint32_t from = c->out->count;
    return path_run_append(c->run, c->out, c->input) && path_distinct_from(c->run, c->out, from);
}

static bool fn_is_distinct(const struct path_call *c)
{
    struct path_list list = {0};
    return path_run_append(c->run, &list, c->input) && path_distinct_from(c->run, &list, 0) &&
           path_run_push_bool(c->run, c->out, list.count == c->input->count);
}

static bool push_range(const struct path_call *c, int64_t from, int64_t to)
{
    for (int64_t i = from < 0 ? 0 : from; i < to && i < c->input->count; i++)
        if (!path_run_push(c->run, c->out, &c->input->item[i]))
            return false;
    return true;
}

static bool fn_single(const struct path_call *c)
{
    if (c->input->count > 1)
        return path_run_fail(c->run, c->node, "single(): det finns flera värden",
                             "single(): there are several values");
    return push_range(c, 0, 1);
}

static bool fn_first(const struct path_call *c)
{
    return push_range(c, 0, 1);
}

static bool fn_last(const struct path_call *c)
{
    return push_range(c, (int64_t)c->input->count - 1, c->input->count);
}

static bool fn_tail(const struct path_call *c)
{
    return push_range(c, 1, c->input->count);
}

static bool fn_skip(const struct path_call *c)
{
    int64_t n = 0;
    bool empty;
    return path_fn_arg_int(c, 0, &n, &empty) && push_range(c, empty ? 0 : n, c->input->count);
}

static bool fn_take(const struct path_call *c)
{
    int64_t n = 0;
    bool empty;
    return path_fn_arg_int(c, 0, &n, &empty) && push_range(c, 0, empty ? 0 : n);
}

static bool fn_intersect(const struct path_call *c)
{
    struct path_list other = {0}, list = {0};
    if (!path_fn_arg(c, 0, &other))
        return false;
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct path_value *v = &c->input->item[i];
        if (!path_run_work(c->run, other.count))
            return false;
        if (path_contains(c->run, &other, v) && !path_add_distinct(c->run, &list, v))
            return false;
    }
    return path_run_append(c->run, c->out, &list);
}

static bool fn_exclude(const struct path_call *c)
{
    struct path_list other = {0};
    if (!path_fn_arg(c, 0, &other))
        return false;
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct path_value *v = &c->input->item[i];
        if (!path_run_work(c->run, other.count))
            return false;
        if (!path_contains(c->run, &other, v) && !path_run_push(c->run, c->out, v))
            return false;
    }
    return true;
}

static bool fn_union(const struct path_call *c)
{
    uint32_t from = c->out->count;
    return path_run_append(c->run, c->out, c->input) && path_fn_arg(c, 0, c->out) &&
           path_distinct_from(c->run, c->out, from);
}

static bool fn_combine(const struct path_call *c)
{
    return path_run_append(c->run, c->out, c->input) && path_fn_arg(c, 0, c->out);
}

static bool fn_not(const struct path_call *c)
{
    bool truth, empty = false;
    if (!path_fn_truth(c->run, c->node, c->input, &truth, &empty))
        return false;
    return empty || path_run_push_bool(c->run, c->out, !truth);
}

static bool fn_type(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++) {
        const struct path_value *v = &c->input->item[i];
        struct path_value t = {.kind = PATH_TYPE, .node = UINT32_MAX, .unit = STR("System")};
        if (v->kind == PATH_NODE) {
            fhir_type_id type = v->type;
            t.unit = STR("FHIR");
            while (fhir_types[type].kind == FHIR_BACKBONE && fhir_types[type].base)
                type = fhir_types[type].base;
            t.text = str_of(fhir_types[type].name);
        } else {
            t.text = str_of(path_value_kind_name(v->kind));
        }
        if (!path_run_push(c->run, c->out, &t))
            return false;
    }
    return true;
}

const struct path_fn path_fn_list_table[] = {
    {"empty", 0, 0, PATH_R_BOOLEAN, 0, fn_empty},
    {"exists", 0, 1, PATH_R_BOOLEAN, PATH_F_LAMBDA, fn_exists},
    {"all", 1, 1, PATH_R_BOOLEAN, PATH_F_LAMBDA, fn_all},
    {"allTrue", 0, 0, PATH_R_BOOLEAN, 0, fn_all_true},
    {"anyTrue", 0, 0, PATH_R_BOOLEAN, 0, fn_any_true},
    {"allFalse", 0, 0, PATH_R_BOOLEAN, 0, fn_all_false},
    {"anyFalse", 0, 0, PATH_R_BOOLEAN, 0, fn_any_false},
    {"subsetOf", 1, 1, PATH_R_BOOLEAN, 0, fn_subset_of},
    {"supersetOf", 1, 1, PATH_R_BOOLEAN, 0, fn_superset_of},
    {"count", 0, 0, PATH_R_INTEGER, 0, fn_count},
    {"distinct", 0, 0, PATH_R_INPUT, 0, fn_distinct},
    {"isDistinct", 0, 0, PATH_R_BOOLEAN, 0, fn_is_distinct},
    {"single", 0, 0, PATH_R_FIRST, 0, fn_single},
    {"first", 0, 0, PATH_R_FIRST, PATH_F_ORDERED, fn_first},
    {"last", 0, 0, PATH_R_FIRST, PATH_F_ORDERED, fn_last},
    {"tail", 0, 0, PATH_R_INPUT, PATH_F_ORDERED, fn_tail},
    {"skip", 1, 1, PATH_R_INPUT, PATH_F_ORDERED, fn_skip},
    {"take", 1, 1, PATH_R_INPUT, PATH_F_ORDERED, fn_take},
    {"intersect", 1, 1, PATH_R_INPUT, 0, fn_intersect},
    {"exclude", 1, 1, PATH_R_INPUT, 0, fn_exclude},
    {"union", 1, 1, PATH_R_ANY, 0, fn_union},
    {"combine", 1, 1, PATH_R_ANY, 0, fn_combine},
    {"not", 0, 0, PATH_R_BOOLEAN, 0, fn_not},
    {"type", 0, 0, PATH_R_CLASS, 0, fn_type},
    {NULL, 0, 0, 0, 0, NULL},
};
