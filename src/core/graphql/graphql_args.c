/* SPDX-License-Identifier: Apache-2.0 */
#include "graphql/graphql_run_int.h"

const struct gql_argument *graphql_args_find(const struct gql_selection *s, const char *name)
{
    for (size_t i = 0; i < s->argument_count; i++)
        if (str_is(s->argument[i].name, name))
            return &s->argument[i];
    return NULL;
}

const struct gql_directive *graphql_args_directive(const struct gql_selection *s, const char *name)
{
    for (size_t i = 0; i < s->directive_count; i++)
        if (str_is(s->directive[i].name, name))
            return &s->directive[i];
    return NULL;
}

bool graphql_args_bad(struct gql_run *r, const struct gql_argument *a)
{
    return graphql_out_fail(r->err, a->place,
                            arena_printf(r->arena, "argumentet %.*s kan inte användas så", STR_ARG(a->name)),
                            arena_printf(r->arena, "argument %.*s cannot be used so", STR_ARG(a->name)));
}

static const struct gql_variable *declared(const struct gql_run *r, struct str name)
{
    for (size_t i = 0; i < r->operation->variable_count; i++)
        if (str_eq(r->operation->variable[i].name, name))
            return &r->operation->variable[i];
    return NULL;
}

static struct str json_value(const struct json_doc *doc, uint32_t node)
{
    switch (doc->nodes[node].kind) {
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    default:
        return json_text(doc, node);
    }
}

static bool variable(struct gql_run *r, const struct gql_value *v, struct str *out)
{
    const struct graphql_request *q = r->request;
    const struct gql_variable *d = declared(r, v->text);
    uint32_t given = q->variables ? json_get_key(q->variables, q->variables_node, v->text) : UINT32_MAX;
    *out = (struct str){0};
    if (!d)
        return graphql_out_fail(
            r->err, v->place, arena_printf(r->arena, "variabeln $%.*s är inte deklarerad", STR_ARG(v->text)),
            arena_printf(r->arena, "variable $%.*s is not declared", STR_ARG(v->text)));
    if (given != UINT32_MAX)
        *out = json_value(q->variables, given);
    else if (d->has_default)
        *out = d->value.text;
    if (out->p || !d->required)
        return true;
    return graphql_out_fail(r->err, v->place,
                            arena_printf(r->arena, "variabeln $%.*s saknar värde", STR_ARG(v->text)),
                            arena_printf(r->arena, "variable $%.*s has no value", STR_ARG(v->text)));
}

bool graphql_args_text(struct gql_run *r, const struct gql_argument *a, struct str *out)
{
    const struct gql_value *v = &a->value;
    while (v->kind == GQL_V_LIST && v->count == 1)
        v = &v->item[0];
    switch (v->kind) {
    case GQL_V_VARIABLE:
        return variable(r, v, out);
    case GQL_V_LIST:
    case GQL_V_OBJECT:
        return graphql_args_bad(r, a);
    case GQL_V_NULL:
        *out = (struct str){0};
        return true;
    default:
        *out = v->text;
        return true;
    }
}

bool graphql_args_included(struct gql_run *r, const struct gql_selection *s, bool *included)
{
    static const char *const known[] = {"skip", "include", "flatten", "first", "singleton", "slice"};
    *included = true;
    for (size_t i = 0; i < s->directive_count; i++) {
        const struct gql_directive *d = &s->directive[i];
        size_t k = 0;
        struct str text;
        while (k < sizeof(known) / sizeof(*known) && !str_is(d->name, known[k]))
            k++;
        if (k == sizeof(known) / sizeof(*known))
            return graphql_out_fail(r->err, d->place,
                                    arena_printf(r->arena, "okänt direktiv @%.*s", STR_ARG(d->name)),
                                    arena_printf(r->arena, "unknown directive @%.*s", STR_ARG(d->name)));
        if (k > 1)
            continue;
        if (d->argument_count != 1 || !str_is(d->argument[0].name, "if"))
            return graphql_out_fail(r->err, d->place, STR("(if: …) väntades"), STR("expected (if: …)"));
        if (!graphql_args_text(r, &d->argument[0], &text))
            return false;
        if (!str_is(text, "true") && !str_is(text, "false"))
            return graphql_args_bad(r, &d->argument[0]);
        *included = *included && str_is(text, "true") == (k == 1);
    }
    return true;
}
