/* SPDX-License-Identifier: Apache-2.0
 * What a search asks besides the parameters of a type: when it was written, in what order over several types,
 * how many there are, what is contained; and _has within _has. */
#include <stdio.h>
#include <time.h>

#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

static void emit(struct oracle_gen *g, const char *label, const struct oracle_arg *args, size_t count)
{
    g->opt->emit(g->opt->arg, label, g->type, args, count);
}

/* ---- _lastUpdated ---- */

/* The moment to the day, minute, second or millisecond. */
static struct str moment(struct oracle_gen *g, int64_t ms, int precision)
{
    char text[40];
    struct tm tm;
    time_t s = (time_t)(ms / 1000);
    gmtime_r(&s, &tm);
    static const char *const forms[] = {"%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ",
                                        "%Y-%m-%dT%H:%M:%S"};
    strftime(text, sizeof text, forms[precision], &tm);
    return precision < 4 ? arena_printf(&g->arena, "%s", text)
                         : arena_printf(&g->arena, "%s.%03dZ", text, (int)(ms % 1000));
}

static void updated(struct oracle_gen *g, const struct oracle_resource *r)
{
    static const char *const prefixes[] = {"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
    static const char *const names[] = {"year", "day", "minute", "second", "millisecond"};
    char label[40];
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        int precision = (int)oracle_gen_dice(g, 5);
        /* What is about now moves while the searches are asked. */
        if (str_is(str_of(prefixes[i]), "ap"))
            precision %= 2;
        struct str at = moment(g, r->updated_ms, precision);
        struct oracle_arg args[2] = {
            {STR("_lastUpdated"), arena_printf(&g->arena, "%s%.*s", prefixes[i], STR_ARG(at))},
            {STR("_lastUpdated"),
             arena_printf(&g->arena, "le%.*s", STR_ARG(moment(g, r->updated_ms + 50, 4)))}};
        snprintf(label, sizeof label, "_lastUpdated %s %s", prefixes[i], names[precision]);
        g->type = r->type;
        emit(g, label, args, 1);
        emit(g, "_lastUpdated and", args, 2);
        g->type = 0;
        if (oracle_gen_some(g, 6))
            emit(g, "_lastUpdated of all types", args, 1);
        args[1] =
            (struct oracle_arg){STR("_filter"), arena_printf(&g->arena, "_lastUpdated %s %.*s",
                                                             *prefixes[i] ? prefixes[i] : "po", STR_ARG(at))};
        g->type = r->type;
        emit(g, "_lastUpdated in _filter", &args[1], 1);
    }
}

/* ---- several types in order, and totals ---- */

static void ordered(struct oracle_gen *g, const struct oracle_resource *r,
                    const struct oracle_resource *other)
{
    static const char *const keys[] = {"_lastUpdated", "-_lastUpdated", "_id", "-_id", "-_lastUpdated,_id"};
    static const char *const totals[] = {"none", "estimate", "accurate"};
    struct str types =
        arena_printf(&g->arena, "%s,%s", fhir_types[r->type].name, fhir_types[other->type].name);
    const char *key = keys[oracle_gen_dice(g, sizeof keys / sizeof *keys)];
    struct oracle_arg args[3] = {{STR("_type"), types}, {STR("_sort"), str_of(key)}};
    g->type = 0;
    emit(g, "_sort of several types", args, 2);
    args[2] = (struct oracle_arg){STR("_lastUpdated"),
                                  arena_printf(&g->arena, "ge%.*s", STR_ARG(moment(g, r->updated_ms, 3)))};
    emit(g, "_sort of several types and", args, 3);
    const char *total = totals[oracle_gen_dice(g, 3)];
    args[1] = (struct oracle_arg){STR("_total"), str_of(total)};
    emit(g, total[0] == 'n' ? "_total none of several types" : "_total of several types", args, 2);
    g->type = r->type;
    for (size_t i = 0; i < 3; i++) {
        char label[40];
        args[0] = (struct oracle_arg){STR("_id:not"), other->id};
        args[1].value = str_of(totals[i]);
        snprintf(label, sizeof label, "_total %s", totals[i]);
        emit(g, label, args, 2);
    }
}

/* ---- contained resources ---- */

static void contained(struct oracle_gen *g, size_t at)
{
    static const char *const how[][2] = {
        {"true", "container"}, {"true", "contained"}, {"both", "container"}, {"both", "contained"}};
    const struct oracle_atom *a = NULL;
    struct oracle_param *p = oracle_gen_valued(g, at, &a);
    struct str value = p ? oracle_gen_plain(g, p, a) : (struct str){NULL, 0};
    if (!value.p || str_is(p->code, "_id"))
        return;
    g->type = g->o->resource[at].type;
    for (size_t i = 0; i < 4; i++) {
        char label[60];
        struct oracle_arg args[3] = {{p->code, value},
                                     {STR("_contained"), str_of(how[i][0])},
                                     {STR("_containedType"), str_of(how[i][1])}};
        snprintf(label, sizeof label, "_contained %s %s", how[i][0], how[i][1]);
        emit(g, label, args, 3);
        args[0].name = arena_printf(&g->arena, "%.*s:missing", STR_ARG(p->code));
        args[0].value = oracle_gen_dice(g, 2) ? STR("true") : STR("false");
        emit(g, "_contained :missing", args, 3);
        if (p->type != FHIR_SEARCH_TOKEN)
            continue;
        args[0].name = arena_printf(&g->arena, "%.*s:not", STR_ARG(p->code));
        args[0].value = value;
        emit(g, "_contained :not", args, 3);
    }
}

/* ---- _has within _has ---- */

/* A resource that refers to resource i, and by which parameter; SIZE_MAX: none. */
static size_t referrer(struct oracle_gen *g, size_t i, struct oracle_param **by)
{
    size_t n = g->o->count, from = oracle_gen_dice(g, (unsigned)n);
    for (size_t k = 0; k < n; k++) {
        size_t j = (from + k) % n;
        struct oracle_type *t = &g->o->type[g->o->resource[j].type];
        for (size_t p = 0; !g->o->gone[j] && p < t->param_count; p++) {
            *by = &t->param[p];
            if ((*by)->type == FHIR_SEARCH_REFERENCE && oracle_refers(g->o, j, *by, i))
                return j;
        }
    }
    return SIZE_MAX;
}

static void has_has(struct oracle_gen *g, size_t i)
{
    struct oracle_param *by, *by_too, *p;
    const struct oracle_atom *a = NULL;
    size_t j = referrer(g, i, &by), k = j == SIZE_MAX ? j : referrer(g, j, &by_too);
    if (k == SIZE_MAX || !(p = oracle_gen_valued(g, k, &a)))
        return;
    const char *mine = fhir_types[g->o->resource[i].type].name,
               *first = fhir_types[g->o->resource[j].type].name,
               *second = fhir_types[g->o->resource[k].type].name;
    struct str value = oracle_gen_plain(g, p, a);
    struct oracle_arg arg = {arena_printf(&g->arena, "_has:%s:%.*s:_has:%s:%.*s:%.*s", first,
                                          STR_ARG(by->code), second, STR_ARG(by_too->code), STR_ARG(p->code)),
                             value};
    g->type = g->o->resource[i].type;
    if (!value.p)
        return;
    emit(g, "_has nested", &arg, 1);
    arg.name = arena_printf(&g->arena, "_has:%s:%.*s:%.*s:%s._has:%s:%.*s:_id", first, STR_ARG(by->code),
                            STR_ARG(by->code), mine, first, STR_ARG(by->code));
    arg.value = g->o->resource[oracle_gen_dice(g, 2) ? j : k].id;
    emit(g, "_has chain _has", &arg, 1);
    arg.name = arena_printf(&g->arena, "%.*s:%s._has:%s:%.*s:%.*s", STR_ARG(by_too->code), first, second,
                            STR_ARG(by_too->code), STR_ARG(p->code));
    arg.value = value;
    g->type = g->o->resource[k].type;
    emit(g, "_has within a chain", &arg, 1);
}

void oracle_gen_system(struct oracle_gen *g)
{
    static const struct {
        const char *list;
        fhir_type_id type;
    } lists[] = {{"$current-problems", FHIR_TYPE_Condition},
                 {"$current-allergies", FHIR_TYPE_AllergyIntolerance},
                 {"$current-drug-allergies", FHIR_TYPE_AllergyIntolerance},
                 {"$current-medications", FHIR_TYPE_MedicationStatement},
                 {"$current-medications", FHIR_TYPE_MedicationRequest}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct oracle_arg arg = {STR("_list"), str_of(lists[i].list)};
        g->type = lists[i].type;
        emit(g, "_list functional", &arg, 1);
    }
    for (size_t i = 0; i < g->o->count; i += 1 + oracle_gen_dice(g, 9)) {
        size_t other = oracle_gen_dice(g, (unsigned)g->o->count);
        if (g->o->gone[i] || g->o->gone[other])
            continue;
        updated(g, &g->o->resource[i]);
        ordered(g, &g->o->resource[i], &g->o->resource[other]);
        has_has(g, i);
        arena_reset(&g->arena);
    }
    for (size_t n = 0; n < g->o->inside_count; n++) {
        for (unsigned v = 0; v < g->opt->values; v++)
            contained(g, ORACLE_RESOURCES_MAX - 1 - n);
        arena_reset(&g->arena);
    }
}
