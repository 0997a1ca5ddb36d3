/* SPDX-License-Identifier: Apache-2.0
 * Chains and _has along references that exist. */
#include <stdio.h>

#include "oracle/oracle_gen_int.h"

size_t oracle_gen_find(const struct oracle *o, fhir_type_id type, struct str id)
{
    size_t i = oracle_find(o, type, id);
    return i == SIZE_MAX || !oracle_is_there(o, i) ? SIZE_MAX : i;
}

struct oracle_param *oracle_gen_valued(struct oracle_gen *g, size_t i, const struct oracle_atom **atom)
{
    struct oracle_type *t = &g->o->type[g->o->resource[i].type];
    for (unsigned tries = 0; tries < 30; tries++) {
        struct oracle_param *p = &t->param[oracle_gen_dice(g, (unsigned)t->param_count)];
        if (str_is(p->code, "_lastUpdated") || p->type == FHIR_SEARCH_SPECIAL)
            continue;
        struct oracle_values *v = oracle_value_get(g->o, i, p);
        if (v->atoms.count == 0)
            continue;
        *atom = &v->atoms.item[oracle_gen_dice(g, (unsigned)v->atoms.count)];
        return p;
    }
    return NULL;
}

static void send(struct oracle_gen *g, const char *label, fhir_type_id type, struct str name,
                 struct str value)
{
    struct oracle_arg arg = {name, value};
    if (value.p)
        g->opt->emit(g->opt->arg, label, type, &arg, 1);
}

/* What follows the point, for resource j: a parameter of it, or of something it refers to. */
static bool rest_of(struct oracle_gen *g, size_t j, int depth, struct str *name, struct str *value)
{
    const struct oracle_atom *a = NULL;
    struct oracle_param *p = oracle_gen_valued(g, j, &a);
    if (!p)
        return false;
    size_t next =
        p->type == FHIR_SEARCH_REFERENCE && a->target ? oracle_gen_find(g->o, a->target, a->id) : SIZE_MAX;
    if (depth > 0 && next != SIZE_MAX) {
        struct str inner;
        if (!rest_of(g, next, depth - 1, &inner, value))
            return false;
        *name = arena_printf(&g->arena, "%.*s:%s.%.*s", STR_ARG(p->code), fhir_types[a->target].name,
                             STR_ARG(inner));
        return true;
    }
    *name = p->code;
    *value = oracle_gen_plain(g, p, a);
    if (p->type == FHIR_SEARCH_TOKEN && oracle_gen_dice(g, 5) == 0)
        *name = arena_printf(&g->arena, "%.*s:not", STR_ARG(p->code));
    else if (oracle_gen_dice(g, 8) == 0) {
        *name = arena_printf(&g->arena, "%.*s:missing", STR_ARG(p->code));
        *value = oracle_gen_dice(g, 2) ? STR("true") : STR("false");
    }
    return value->p != NULL;
}

void oracle_gen_chains(struct oracle_gen *g, size_t resource, const struct oracle_atom *a)
{
    const struct oracle_resource *r = &g->o->resource[resource];
    size_t target =
        g->p->type == FHIR_SEARCH_REFERENCE && a->target ? oracle_gen_find(g->o, a->target, a->id) : SIZE_MAX;
    struct str name, value;
    if (target == SIZE_MAX)
        return;
    for (int depth = 0; depth < 3; depth++) {
        static const char *const chain[] = {"chain", "chain 2", "chain 3"};
        static const char *const has[] = {"_has", "_has chain", "_has chain 2"};
        if (rest_of(g, target, depth, &name, &value))
            send(g, chain[depth], g->type,
                 arena_printf(&g->arena, "%.*s:%s.%.*s", STR_ARG(g->p->code), fhir_types[a->target].name,
                              STR_ARG(name)),
                 value);
        if (rest_of(g, resource, depth, &name, &value))
            send(g, has[depth], a->target,
                 arena_printf(&g->arena, "_has:%s:%.*s:%.*s", fhir_types[r->type].name, STR_ARG(g->p->code),
                              STR_ARG(name)),
                 value);
    }
    if (rest_of(g, target, 0, &name, &value))
        send(g, "chain untyped", g->type,
             arena_printf(&g->arena, "%.*s.%.*s", STR_ARG(g->p->code), STR_ARG(name)), value);
}
