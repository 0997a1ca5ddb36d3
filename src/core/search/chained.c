/* SPDX-License-Identifier: Apache-2.0
 * Chains follow a reference forwards (subject:Patient.name), _has follows one backwards. Each step is a plan
 * of its own inside a condition of the plan before. */
#include "search/search_int.h"

static enum plan_result broken(const struct plan_of *p, struct str chain, struct str at, const char *sv,
                               const char *en)
{
    struct arena *a = p->arena;
    err_set(p->err, ERR_SEARCH_CHAIN, arena_cstr(a, chain), arena_cstr(a, at), sv, en, NULL);
    return PLAN_ERROR;
}

/* A plan for one type with what fill adds. */
static enum plan_result step(const struct plan_of *p, fhir_type_id type, struct str what, plan_fill *fill,
                             const void *arg, const struct store_plan **out)
{
    fhir_type_id *types = ARENA_ARRAY(p->arena, fhir_type_id, 1);
    types[0] = type;
    struct plan_of inner = plan_inner(p, types, 1);
    if (++inner.depth > SEARCH_CHAIN_MAX)
        return broken(p, what, STR("16"), " steg är det längsta", " steps is the longest");
    if (++p->work->steps > SEARCH_STEPS_MAX)
        return broken(p, what, STR(""), "för många möjliga typer; namnge dem, som subject:Patient.name",
                      "too many possible types; name them, as in subject:Patient.name");
    enum plan_result result = fill(&inner, arg);
    *out = plan_made(&inner);
    return result;
}

static bool is_concrete(fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract;
}

/* The types a chain may go on in: the one named, the parameter's targets, or all. */
static fhir_type_id *targets(const struct plan_of *p, fhir_param_id id, fhir_type_id named, size_t *count)
{
    uint16_t target_count;
    const fhir_type_id *target = search_targets(p->s, id, &target_count);
    fhir_type_id *list = ARENA_ARRAY(p->arena, fhir_type_id, fhir_type_count);
    *count = 0;
    if (named)
        list[(*count)++] = named;
    for (uint16_t i = 0; !named && i < target_count; i++) {
        fhir_type_id type = target[i];
        if (is_concrete(type))
            list[(*count)++] = type;
    }
    bool any = *count == 0;
    for (fhir_type_id t = 1; any && t < fhir_type_count; t++) {
        if (is_concrete(t))
            list[(*count)++] = t;
    }
    return list;
}

/* A type among several whose parameter of that name is of another kind: it cannot hold to what is asked. */
static bool is_other_kind(const struct plan_of *p, fhir_type_id named, size_t types)
{
    return !named && types > 1 && (p->err->code == ERR_SEARCH_MODIFIER || p->err->code == ERR_SEARCH_VALUE);
}

static enum plan_result follow(struct plan_of *p, fhir_param_id id, fhir_type_id named, struct str what,
                               plan_fill *fill, const void *arg, struct matches *out)
{
    size_t count, before = out->count;
    struct query_of q = plan_query(p, id);
    struct err refusal = {0};
    const fhir_type_id *list = targets(p, id, named, &count);
    for (size_t i = 0; i < count; i++) {
        const struct store_plan *plan;
        enum plan_result result = step(p, list[i], what, fill, arg, &plan);
        if (result == PLAN_ERROR && !is_other_kind(p, named, count))
            return result;
        refusal = result == PLAN_ERROR ? *p->err : refusal;
        if (result != PLAN_OK)
            continue;
        struct store_match *m = value_match(&q, STORE_REFERENCE, out);
        m->row.target_type = list[i];
        m->chain = plan;
    }
    if (out->count > before)
        return PLAN_OK;
    if (refusal.code) {
        *p->err = refusal;
        return PLAN_ERROR;
    }
    return broken(p, what, str_of(q.param->code), " leder inte till någon typ med den parametern",
                  " leads to no type with that parameter");
}

enum plan_result chained_follow(struct plan_of *p, struct str code, fhir_type_id named, struct str what,
                                plan_fill *fill, const void *arg)
{
    struct matches list = {0};
    for (size_t t = 0; t < p->type_count; t++) {
        fhir_param_id id = search_param_find(p->s, p->types[t], code);
        if (!id)
            return plan_unknown(p, code);
        if (search_param(p->s, id)->type != FHIR_SEARCH_REFERENCE)
            return broken(p, what, code, " är ingen referens", " is no reference");
        enum plan_result result = follow(p, id, named, what, fill, arg, &list);
        if (result != PLAN_OK)
            return result;
    }
    plan_any(p, &list);
    return PLAN_OK;
}

enum plan_result chained_back(struct plan_of *p, struct str type_name, struct str code, struct str what,
                              plan_fill *fill, const void *arg)
{
    fhir_type_id type = fhir_resource_find(type_name);
    fhir_param_id id = type ? search_param_find(p->s, type, code) : 0;
    if (!id || search_param(p->s, id)->type != FHIR_SEARCH_REFERENCE)
        return type ? broken(p, what, code, " är ingen referens", " is no reference")
                    : broken(p, what, type_name, " är ingen resurstyp", " is no resource type");
    const struct store_plan *plan;
    enum plan_result result = step(p, type, what, fill, arg, &plan);
    if (result != PLAN_OK)
        return PLAN_ERROR;
    struct matches list = {0};
    struct query_of q = plan_query(p, id);
    struct store_match *m = value_match(&q, STORE_REFERENCE, &list);
    m->chain = plan;
    m->reverse = true;
    plan_any(p, &list);
    return PLAN_OK;
}

/* ---- in a URL ---- */

static enum plan_result fill_tail(struct plan_of *inner, const void *arg)
{
    const struct search_param *tail = arg;
    return plan_add(inner, tail->name, tail->value);
}

enum plan_result chained_add(struct plan_of *p, struct str name, size_t dot, struct str value)
{
    struct str type_name = str_sub(name, 0, dot), code;
    struct search_param tail = {str_sub(name, dot + 1, name.n), value};
    fhir_type_id named = 0;
    str_split(&type_name, ':', &code);
    if (type_name.p && (named = fhir_resource_find(type_name)) == 0)
        return broken(p, name, type_name, " är ingen resurstyp", " is no resource type");
    return chained_follow(p, code, named, name, fill_tail, &tail);
}

enum plan_result chained_has(struct plan_of *p, struct str name, struct str value)
{
    struct str rest = name, part, type_name, code;
    if (!str_split(&rest, ':', &part) || !str_split(&rest, ':', &type_name) ||
        !str_split(&rest, ':', &code) || !rest.p)
        return broken(p, name, STR(""), "väntade _has:Typ:referens:parameter",
                      "expected _has:Type:reference:parameter");
    struct search_param tail = {rest, value};
    return chained_back(p, type_name, code, name, fill_tail, &tail);
}
