/* SPDX-License-Identifier: Apache-2.0
 * Sorting, compartments, searches over several types and over all. */
#include <stdio.h>

#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

static struct oracle_param *any_param(struct oracle_gen *g, fhir_type_id type)
{
    struct oracle_type *t = &g->o->type[type];
    return &t->param[oracle_gen_dice(g, (unsigned)t->param_count)];
}

static void emit(struct oracle_gen *g, const char *label, const struct oracle_arg *args, size_t count)
{
    g->opt->emit(g->opt->arg, label, g->type, args, count);
}

enum { SAMPLE = 8 };

static bool can_sort(const struct oracle_param *p)
{
    return p->type != FHIR_SEARCH_COMPOSITE && p->type != FHIR_SEARCH_SPECIAL;
}

/* "-code" or "code" of some parameter of the type; along a reference when one is given. */
static struct str key(struct oracle_gen *g, fhir_type_id type, struct str along)
{
    struct oracle_param *p;
    do
        p = any_param(g, type);
    while (!can_sort(p) || (along.n && str_is(p->code, "_lastUpdated")));
    return arena_printf(&g->arena, "%s%.*s%.*s", oracle_gen_dice(g, 2) ? "-" : "", STR_ARG(along),
                        STR_ARG(p->code));
}

/* By two and three keys, and by what a refers to. */
static void by_several(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct str none = {"", 0}, first = key(g, g->type, none), second = key(g, g->type, none);
    struct oracle_arg arg = {STR("_sort"),
                             arena_printf(&g->arena, "%.*s,%.*s", STR_ARG(first), STR_ARG(second))};
    emit(g, "_sort by two", &arg, 1);
    second = can_sort(g->p) ? g->p->code : key(g, g->type, none);
    struct str third = key(g, g->type, none);
    arg.value = arena_printf(&g->arena, "%.*s,-%.*s,%.*s", STR_ARG(first), STR_ARG(second), STR_ARG(third));
    emit(g, "_sort by three", &arg, 1);
    if (g->p->type != FHIR_SEARCH_REFERENCE || !a->target)
        return;
    struct str along = arena_printf(&g->arena, "%.*s:%s.", STR_ARG(g->p->code), fhir_types[a->target].name);
    arg.value = key(g, a->target, along);
    emit(g, "_sort chained", &arg, 1);
    struct str then = key(g, a->target, along);
    arg.value = arena_printf(&g->arena, "%.*s,%.*s", STR_ARG(first), STR_ARG(then));
    emit(g, "_sort chained second", &arg, 1);
}

/* All of the type in the order of the parameter, and those with a value of it in another's. */
void oracle_gen_sorted(struct oracle_gen *g, const struct oracle_atom *a)
{
    if (!can_sort(g->p))
        return;
    struct oracle_param *other = any_param(g, g->type);
    const char *down = oracle_gen_dice(g, 2) ? "-" : "";
    struct oracle_arg args[2] = {
        {STR("_sort"), arena_printf(&g->arena, "%s%.*s", down, STR_ARG(g->p->code))}};
    char label[40];
    snprintf(label, sizeof label, "_sort of kind %u%s", g->p->type, *down ? " down" : "");
    emit(g, label, args, 1);
    if (oracle_gen_some(g, SAMPLE))
        by_several(g, a);
    if (other->type == FHIR_SEARCH_COMPOSITE || other->type == FHIR_SEARCH_SPECIAL ||
        str_is(other->code, "_lastUpdated"))
        return;
    args[0].value = arena_printf(&g->arena, "%s%.*s", down, STR_ARG(other->code));
    args[1] = (struct oracle_arg){g->p->code, oracle_gen_plain(g, g->p, a)};
    if (args[1].value.p)
        emit(g, "_sort and", args, 2);
}

static bool has_compartment(const struct oracle *o, fhir_type_id of, fhir_type_id type)
{
    for (size_t c = 0; c < o->compartment_count; c++) {
        if (o->compartment[c].of == of && o->compartment[c].type == type)
            return true;
    }
    return false;
}

/* What lies in a compartment, of one type or of all. */
static void compartment(struct oracle_gen *g, const struct oracle_resource *of)
{
    struct oracle_arg args[2] = {
        {STR("_compartment"),
         arena_printf(&g->arena, "%s/%.*s", fhir_types[of->type].name, STR_ARG(of->id))}};
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        size_t unused;
        if (!has_compartment(g->o, of->type, t) || oracle_gen_dice(g, 3))
            continue;
        struct oracle_param *p = any_param(g, t);
        g->type = t;
        emit(g, "compartment", args, 1);
        const struct oracle_atom *a = oracle_gen_pick(g, t, p, &unused);
        if (!a)
            continue;
        args[1] = (struct oracle_arg){p->code, oracle_gen_plain(g, p, a)};
        if (args[1].value.p)
            emit(g, "compartment and", args, 2);
    }
    g->type = 0;
    emit(g, "compartment, all types", args, 1);
}

void oracle_gen_compartments(struct oracle_gen *g)
{
    for (size_t i = 0; i < g->o->count; i++) {
        if (g->o->gone[i])
            continue;
        fhir_type_id t = g->o->resource[i].type;
        if (t == FHIR_TYPE_Patient || t == FHIR_TYPE_Encounter || t == FHIR_TYPE_Practitioner ||
            t == FHIR_TYPE_RelatedPerson || t == FHIR_TYPE_Device)
            compartment(g, &g->o->resource[i]);
        arena_reset(&g->arena);
    }
}

/* By the parameters that all types have. */
void oracle_gen_everywhere(struct oracle_gen *g)
{
    static const char *const common[] = {"_id", "_profile", "_tag", "_security", "_source"};
    g->type = 0;
    for (size_t i = 0; i < g->o->count; i += 1 + oracle_gen_dice(g, 5)) {
        const struct oracle_resource *r = &g->o->resource[i];
        const struct oracle_resource *other = &g->o->resource[oracle_gen_dice(g, (unsigned)g->o->count)];
        struct str types =
            arena_printf(&g->arena, "%s,%s", fhir_types[r->type].name, fhir_types[other->type].name);
        for (size_t k = 0; k < sizeof common / sizeof *common; k++) {
            struct oracle_param *p = oracle_param_find(g->o, r->type, str_of(common[k]));
            struct oracle_values *v = p ? oracle_value_get(g->o, i, p) : NULL;
            if (!v || !v->atoms.count)
                continue;
            struct oracle_arg args[2] = {{p->code, oracle_gen_plain(g, p, &v->atoms.item[0])},
                                         {STR("_type"), types}};
            emit(g, "all types", args, 1);
            emit(g, "some types", args, 2);
        }
        arena_reset(&g->arena);
    }
}

/* What the Lists hold, of each type in them: one List, two, and another condition with it. */
void oracle_gen_lists(struct oracle_gen *g)
{
    struct str before = {NULL, 0};
    for (size_t i = 0; i < g->o->count; i++) {
        const struct oracle_resource *r = &g->o->resource[i];
        uint32_t entries = r->type == FHIR_TYPE_List ? json_get(r->doc, 0, FHIR_NAME_entry) : UINT32_MAX;
        if (g->o->gone[i] || entries == UINT32_MAX)
            continue;
        JSON_EACH(r->doc, entries, e)
        {
            struct str rest = oracle_list_item(r->doc, e), type;
            struct oracle_arg args[2] = {{STR("_list"), r->id}, {STR("_id:not"), STR("example")}};
            if (!str_split(&rest, '/', &type) || (g->type = fhir_resource_find(type)) == 0)
                continue;
            emit(g, "_list", args, 1);
            emit(g, "_list and", args, 2);
            if (before.p)
                args[0].value = arena_printf(&g->arena, "%.*s,%.*s", STR_ARG(before), STR_ARG(r->id));
            emit(g, "_list two", args, 1);
        }
        before = r->id;
    }
}
