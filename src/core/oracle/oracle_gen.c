/* SPDX-License-Identifier: Apache-2.0
 * Goes through the parameters of every type that has resources. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

unsigned oracle_gen_dice(struct oracle_gen *g, unsigned n)
{
    g->state = g->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(g->state >> 33) % n;
}

bool oracle_gen_some(struct oracle_gen *g, unsigned n)
{
    return oracle_gen_dice(g, n) < (g->opt->values + 1) / 2;
}

struct str oracle_gen_escape(struct oracle_gen *g, struct str s)
{
    char *p = arena_alloc(&g->arena, 2 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("\\,|$", s.p[i]) && s.p[i])
            p[n++] = '\\';
        p[n++] = s.p[i];
    }
    return (struct str){p, n};
}

static void emit(struct oracle_gen *g, const char *label, const struct oracle_arg *args, size_t count)
{
    g->opt->emit(g->opt->arg, label, g->type, args, count);
}

void oracle_gen_one(struct oracle_gen *g, const char *label, const char *modifier, struct str value)
{
    struct oracle_arg arg = {
        .name = arena_printf(&g->arena, "%.*s%s%s", STR_ARG(g->p->code), *modifier ? ":" : "", modifier),
        .value = value};
    emit(g, label, &arg, 1);
}

const struct oracle_atom *oracle_gen_pick(struct oracle_gen *g, fhir_type_id type, struct oracle_param *p,
                                          size_t *resource)
{
    size_t n = oracle_count(g->o), from = oracle_gen_dice(g, (unsigned)n);
    for (size_t k = 0; k < n; k++) {
        size_t i = (from + k) % n;
        if (g->o->gone[i] || g->o->resource[i].type != type)
            continue;
        struct oracle_values *v = oracle_value_get(g->o, i, p);
        if (v->atoms.count == 0)
            continue;
        *resource = i;
        return &v->atoms.item[oracle_gen_dice(g, (unsigned)v->atoms.count)];
    }
    return NULL;
}

static struct oracle_param *any_param(struct oracle_gen *g, fhir_type_id type)
{
    struct oracle_type *t = &g->o->type[type];
    return &t->param[oracle_gen_dice(g, (unsigned)t->param_count)];
}

static void missing(struct oracle_gen *g)
{
    oracle_gen_one(g, "missing=true", "missing", STR("true"));
    oracle_gen_one(g, "missing=false", "missing", STR("false"));
}

/* This value and one of another parameter, of the same resource or of another. */
static void two(struct oracle_gen *g, size_t resource, const struct oracle_atom *a)
{
    struct oracle_param *other = any_param(g, g->type);
    struct oracle_values *v = oracle_value_get(g->o, resource, other);
    size_t elsewhere;
    const struct oracle_atom *b =
        v->atoms.count ? &v->atoms.item[0] : oracle_gen_pick(g, g->type, other, &elsewhere);
    if (!b)
        return;
    struct oracle_arg args[2] = {{g->p->code, oracle_gen_plain(g, g->p, a)},
                                 {other->code, oracle_gen_plain(g, other, b)}};
    if (args[0].value.p && args[1].value.p)
        emit(g, "and", args, 2);
}

/* Values of two resources, either of which will do. */
static void either(struct oracle_gen *g, const struct oracle_atom *a)
{
    size_t other;
    const struct oracle_atom *b = oracle_gen_pick(g, g->type, g->p, &other);
    struct str x = oracle_gen_plain(g, g->p, a), y = b ? oracle_gen_plain(g, g->p, b) : (struct str){NULL, 0};
    if (x.p && y.p)
        oracle_gen_one(g, "or", "", arena_printf(&g->arena, "%.*s,%.*s", STR_ARG(x), STR_ARG(y)));
}

/* ---- composites ---- */

static const struct oracle_tuple *pick_tuple(struct oracle_gen *g)
{
    size_t n = oracle_count(g->o), from = oracle_gen_dice(g, (unsigned)n);
    for (size_t k = 0; k < n; k++) {
        size_t i = (from + k) % n;
        struct oracle_values *v =
            !g->o->gone[i] && g->o->resource[i].type == g->type ? oracle_value_get(g->o, i, g->p) : NULL;
        if (v && v->tuple_count)
            return &v->tuple[oracle_gen_dice(g, (unsigned)v->tuple_count)];
    }
    return NULL;
}

/* One value for each component, all from one tuple or (mixed) from any. */
static void composite(struct oracle_gen *g, bool mixed)
{
    const struct oracle_tuple *t = pick_tuple(g);
    struct str value = {"", 0};
    for (size_t k = 0; t && k < g->p->component_count; k++) {
        struct oracle_param *c = oracle_param_by_url(g->o, g->type, g->p->component[k].definition);
        const struct oracle_atoms *atoms = &t->component[k];
        if (!c || !atoms->count)
            return;
        struct str part = oracle_gen_plain(g, c, &atoms->item[oracle_gen_dice(g, (unsigned)atoms->count)]);
        if (!part.p)
            return;
        value = arena_printf(&g->arena, "%.*s%s%.*s", STR_ARG(value), k ? "$" : "", STR_ARG(part));
        if (mixed)
            t = pick_tuple(g);
    }
    if (t)
        oracle_gen_one(g, mixed ? "composite mixed" : "composite", "", value);
}

/* ---- all ---- */

static void one_param(struct oracle_gen *g)
{
    size_t resource;
    if (g->p->type == FHIR_SEARCH_COMPOSITE) {
        for (unsigned i = 0; i < 4 * g->opt->values; i++)
            composite(g, i % 4 == 3);
        return;
    }
    missing(g);
    for (unsigned i = 0; i < g->opt->values; i++) {
        const struct oracle_atom *a = oracle_gen_pick(g, g->type, g->p, &resource);
        if (!a)
            return;
        oracle_gen_forms(g, a);
        two(g, resource, a);
        either(g, a);
        oracle_gen_sorted(g, a);
        oracle_gen_chains(g, resource, a);
        oracle_gen_filters(g, resource, a);
        oracle_gen_includes(g, a);
    }
}

void oracle_gen_run(struct oracle *o, const struct oracle_gen_options *opt)
{
    struct oracle_gen g = {.o = o, .opt = opt, .state = opt->seed * 2654435761u + 12345};
    bool seen[FHIR_TYPE_COUNT] = {false};
    arena_init(&g.arena);
    for (size_t i = 0; i < o->count; i++)
        seen[o->resource[i].type] = true;
    for (g.type = 1; g.type < fhir_type_count; g.type++) {
        for (size_t p = 0; seen[g.type] && p < o->type[g.type].param_count; p++) {
            g.p = &o->type[g.type].param[p];
            if (str_is(g.p->code, "_id") || str_is(g.p->code, "_lastUpdated"))
                continue;
            one_param(&g);
            arena_reset(&g.arena);
        }
    }
    oracle_gen_compartments(&g);
    oracle_gen_lists(&g);
    oracle_gen_everywhere(&g);
    oracle_gen_system(&g);
    arena_release(&g.arena);
}
