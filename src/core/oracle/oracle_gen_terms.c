/* SPDX-License-Identifier: Apache-2.0
 * :in, :not-in, :below and :above of tokens, and _filter's in, ni, ss and sb: each token parameter against
 * value sets that hold one of its codes and against others, and against codes near its own. */
#include <stdio.h>

#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

enum { SETS_TRIED = 40, SAMPLE = 2 };

static void send(struct oracle_gen *g, const char *label, const char *modifier, struct str value)
{
    char text[64];
    snprintf(text, sizeof text, "terms %s", label);
    oracle_gen_one(g, text, modifier, value);
}

static void filter(struct oracle_gen *g, const char *op, struct str value, const char *before,
                   const char *after)
{
    char label[64];
    struct oracle_arg arg = {STR("_filter"), arena_printf(&g->arena, "%s%.*s %s \"%.*s\"%s", before,
                                                          STR_ARG(g->p->code), op, STR_ARG(value), after)};
    snprintf(label, sizeof label, "terms _filter %s%s", *before ? "not " : "", op);
    g->opt->emit(g->opt->arg, label, g->type, &arg, 1);
}

static struct str url_of(const struct oracle_resource *r)
{
    return json_text(r->doc, json_get(r->doc, 0, FHIR_NAME_url));
}

/* A value set: by URL, with its version, by reference or by id. */
static struct str written(struct oracle_gen *g, const struct oracle_resource *r)
{
    struct str url = url_of(r), version = json_text(r->doc, json_get(r->doc, 0, FHIR_NAME_version));
    switch (oracle_gen_dice(g, 5)) {
    case 0:
        return arena_printf(&g->arena, "ValueSet/%.*s", STR_ARG(r->id));
    case 1:
        return r->id;
    case 2:
        return version.n ? arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(url), STR_ARG(version)) : url;
    default:
        return url;
    }
}

/* Some resource of the type, by chance. */
static const struct oracle_resource *some(struct oracle_gen *g, fhir_type_id type)
{
    size_t n = g->o->count, from = oracle_gen_dice(g, (unsigned)n);
    for (size_t k = 0; k < n; k++) {
        size_t i = (from + k) % n;
        if (!g->o->gone[i] && g->o->resource[i].type == type && url_of(&g->o->resource[i]).n)
            return &g->o->resource[i];
    }
    return NULL;
}

/* Some value set that can be asked for. */
static const struct oracle_resource *some_set(struct oracle_gen *g)
{
    static const struct oracle_atom none;
    char why[ORACLE_WHY_MAX];
    for (unsigned i = 0; i < SETS_TRIED; i++) {
        const struct oracle_resource *set = some(g, FHIR_TYPE_ValueSet);
        struct oracle_ask k = {.o = g->o, .why = why};
        if (set && !oracle_terms_in(&k, &none, url_of(set)) && !k.failed)
            return set;
    }
    return NULL;
}

static void ask_set(struct oracle_gen *g, const struct oracle_resource *set, struct str code)
{
    struct str name = written(g, set);
    const struct oracle_resource *more = some_set(g), *other = more ? more : set;
    struct str second = written(g, other);
    send(g, ":in", "in", name);
    send(g, ":not-in", "not-in", written(g, set));
    send(g, ":in or", "in", arena_printf(&g->arena, "%.*s,%.*s", STR_ARG(name), STR_ARG(second)));
    filter(g, "in", written(g, set), "", "");
    filter(g, "ni", written(g, set), "", "");
    filter(g, "in", written(g, set), "not (", ")");
    struct oracle_arg both[2] = {{arena_printf(&g->arena, "%.*s:in", STR_ARG(g->p->code)), name},
                                 {g->p->code, oracle_gen_escape(g, code)}};
    g->opt->emit(g->opt->arg, "terms :in and", g->type, both, 2);
}

static void sets(struct oracle_gen *g, const struct oracle_atom *a)
{
    char why[ORACLE_WHY_MAX];
    struct oracle_ask k = {.o = g->o, .why = why};
    const struct oracle_resource *any = some_set(g);
    for (unsigned i = 0; any && i < SETS_TRIED && !oracle_terms_in(&k, a, url_of(any)); i++)
        any = some_set(g);
    if (any)
        ask_set(g, any, a->code);
}

/* A value set that only the model knows: that of the element, and of any other. */
static void bound(struct oracle_gen *g, const struct oracle_atom *a)
{
    uint16_t b = a->binding ? a->binding : (uint16_t)(1 + oracle_gen_dice(g, FHIR_BINDING_COUNT - 1));
    struct str url = str_of(fhir_bindings[b].value_set);
    if (!fhir_bindings[b].codes || oracle_terms_find(g->o, url) != SIZE_MAX)
        return;
    send(g, ":in bound", "in", url);
    send(g, ":not-in bound", "not-in", url);
}

/* Some concept of the code system, at whatever depth. */
static struct str concept(struct oracle_gen *g, const struct json_doc *doc, uint32_t in)
{
    uint32_t list = json_get(doc, in, FHIR_NAME_concept), n = 0;
    if (list == UINT32_MAX || (in && oracle_gen_dice(g, 3) == 0))
        return json_text(doc, json_get(doc, in, FHIR_NAME_code));
    unsigned nth = oracle_gen_dice(g, doc->nodes[list].len);
    JSON_EACH(doc, list, c)
    {
        if (n++ == nth)
        return concept(g, doc, c);
    }
    return STR("");
}

static void hierarchy(struct oracle_gen *g, struct str system, struct str code)
{
    struct str value = arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(oracle_gen_escape(g, system)),
                                    STR_ARG(oracle_gen_escape(g, code)));
    struct str plain = arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(system), STR_ARG(code));
    if (!code.n || str_find(code, '"', 0) != SIZE_MAX)
        return;
    send(g, ":below", "below", value);
    send(g, ":above", "above", value);
    filter(g, "ss", plain, "", "");
    filter(g, "sb", plain, "", "");
    filter(g, "sb", plain, "not (", ")");
}

/* The code itself, one elsewhere in its system, and one of any other system. */
static void hierarchies(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str system = a->system.p ? a->system : oracle_param_system(g->o, a->binding, a->code, 0);
    const struct oracle_resource *any = some(g, FHIR_TYPE_CodeSystem);
    for (size_t i = 0; i < g->o->count; i++) {
        const struct oracle_resource *r = &g->o->resource[i];
        if (g->o->gone[i] || r->type != FHIR_TYPE_CodeSystem || !str_eq(url_of(r), system))
            continue;
        hierarchy(g, system, a->code);
        hierarchy(g, system, concept(g, r->doc, 0));
    }
    if (any && oracle_gen_dice(g, 4) == 0)
        hierarchy(g, url_of(any), concept(g, any->doc, 0));
}

void oracle_gen_terms(struct oracle *o, const struct oracle_gen_options *opt)
{
    struct oracle_gen g = {.o = o, .opt = opt, .state = opt->seed * 2654435761u + 4321};
    arena_init(&g.arena);
    for (g.type = 1; g.type < fhir_type_count; g.type++) {
        for (size_t p = 0; p < o->type[g.type].param_count; p++) {
            size_t unused;
            g.p = &o->type[g.type].param[p];
            for (unsigned i = 0; g.p->type == FHIR_SEARCH_TOKEN && i < opt->values; i++) {
                const struct oracle_atom *a =
                    str_is(g.p->code, "_id") ? NULL : oracle_gen_pick(&g, g.type, g.p, &unused);
                if (!a || !a->code.n)
                    break;
                if (oracle_gen_dice(&g, SAMPLE))
                    continue;
                sets(&g, a);
                bound(&g, a);
                hierarchies(&g, a);
                arena_reset(&g.arena);
            }
        }
    }
    arena_release(&g.arena);
}
