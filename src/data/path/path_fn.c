/* SPDX-License-Identifier: Apache-2.0 */
#include "path/path_int.h"

static const struct path_fn *const tables[] = {
    path_fn_list_table,  path_fn_filter_table, path_fn_convert_table, path_fn_string_table,
    path_fn_regex_table, path_fn_encode_table, path_fn_math_table,    path_fn_fhir_table,
    path_fn_key_table,   path_fn_term_table,
};

const struct path_fn *path_fn_find(struct str name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct path_fn *f = tables[i]; f->name; f++)
            if (str_is(name, f->name))
                return f;
    return NULL;
}

bool path_fn_arg(const struct path_call *c, unsigned i, struct path_list *out)
{
    return path_run(c->run, c->node->args[i], c->frame, out);
}

/* Argument i as one System value of the kind. */
static bool arg_value(const struct path_call *c, unsigned i, uint8_t kind, const char *sv, const char *en,
                      struct path_value *out, bool *empty)
{
    struct path_list list = {0};
    if (!path_fn_arg(c, i, &list))
        return false;
    *empty = list.count == 0;
    if (*empty)
        return true;
    if (list.count > 1 || !path_value_system(&list.item[0], out) || out->kind != kind)
        return path_run_fail(c->run, c->node->args[i], sv, en);
    return true;
}

bool path_fn_arg_text(const struct path_call *c, unsigned i, struct str *out, bool *empty)
{
    struct path_value v = {0};
    bool ok = arg_value(c, i, PATH_STRING, "argumentet ska vara en text", "the argument must be a string", &v,
                        empty);
    *out = v.text;
    return ok;
}

bool path_fn_arg_int(const struct path_call *c, unsigned i, int64_t *out, bool *empty)
{
    struct path_value v = {0};
    struct dec d = {0};
    if (!arg_value(c, i, PATH_INTEGER, "argumentet ska vara ett heltal", "the argument must be an integer",
                   &v, empty))
        return false;
    if (!*empty && (!path_value_dec(&v, &d) || !dec_i64(d, out)))
        return path_run_fail(c->run, c->node->args[i], "heltalet är för stort", "the integer is too large");
    return true;
}

bool path_fn_one(const struct path_call *c, struct path_value *out, bool *empty)
{
    *empty = c->input->count == 0;
    if (c->input->count > 1)
        return path_run_fail(c->run, c->node, "funktionen tar bara ett värde",
                             "the function takes one value only");
    if (!*empty && !path_value_system(&c->input->item[0], out))
        *empty = true;
    return true;
}

bool path_fn_text(const struct path_call *c, struct str *out, bool *empty)
{
    struct path_value v;
    if (!path_fn_one(c, &v, empty))
        return false;
    if (*empty)
        return true;
    if (v.kind != PATH_STRING)
        return path_run_fail(c->run, c->node, "funktionen kräver en text", "the function needs a string");
    *out = v.text;
    return true;
}

bool path_fn_truth(struct path_run *r, const struct path_node *n, const struct path_list *list, bool *truth,
                   bool *empty)
{
    *truth = false;
    if (list->count > 1)
        return path_run_fail(r, n, "ett sant eller falskt väntades, men det är flera värden",
                             "true or false was expected, but there are several values");
    *truth = path_truth(list, empty);
    return true;
}
