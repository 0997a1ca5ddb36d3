/* SPDX-License-Identifier: Apache-2.0
 * Chains follow a reference forwards (subject:Patient.name), _has follows one backwards. Each step is a plan
 * of its own inside a condition of the plan before. */
#include "search/search_int.h"

enum { CHAIN_TARGETS_MAX = 40 }; /* more possible types than these: the type must be named */

static enum plan_result broken(const struct plan_of *p, struct str chain, struct str at)
{
    err_set_str(p->err, ERR_SEARCH_CHAIN, chain, at);
    return PLAN_ERROR;
}

/* A plan for one type with the single condition name=value. */
static enum plan_result step(const struct plan_of *p, fhir_type_id type, struct str name, struct str value,
                             const struct store_plan **out)
{
    fhir_type_id *types = ARENA_ARRAY(p->arena, fhir_type_id, 1);
    struct store_plan *plan = ARENA_NEW(p->arena, struct store_plan);
    types[0] = type;
    struct plan_of inner = {.s = p->s, .arena = p->arena, .err = p->err, .types = types, .type_count = 1};
    inner.depth = p->depth + 1;
    inner.matches = p->matches;
    if (inner.depth > SEARCH_CHAIN_MAX)
        return broken(p, name, STR("4"));
    enum plan_result result = plan_add(&inner, name, value);
    *plan = (struct store_plan){
        .types = types, .type_count = 1, .cond = inner.cond, .cond_count = inner.cond_count};
    *out = plan;
    return result;
}

/* The types a chain may go on in: the one named, or the parameter's targets. False when they are too many. */
static bool targets(const struct fhir_param *fp, fhir_type_id named, fhir_type_id *list, size_t *count)
{
    *count = 0;
    if (named) {
        list[(*count)++] = named;
        return true;
    }
    if (fp->target_count == 0 || fp->target_count > CHAIN_TARGETS_MAX)
        return false;
    for (uint16_t i = 0; i < fp->target_count; i++) {
        fhir_type_id type = fhir_targets[fp->target_first + i];
        if (fhir_types[type].kind == FHIR_RESOURCE && !fhir_types[type].abstract)
            list[(*count)++] = type;
    }
    return *count > 0;
}

static enum plan_result follow(struct plan_of *p, fhir_param_id id, fhir_type_id named, struct str tail,
                               struct str value, struct matches *out)
{
    fhir_type_id list[CHAIN_TARGETS_MAX];
    size_t count, before = out->count;
    struct query_of q = {
        .s = p->s, .arena = p->arena, .param = search_param(p->s, id), .param_id = id, .err = p->err};
    if (!targets(q.param, named, list, &count))
        return broken(p, str_of(q.param->code), tail);
    for (size_t i = 0; i < count; i++) {
        const struct store_plan *plan;
        enum plan_result result = step(p, list[i], tail, value, &plan);
        if (result == PLAN_ERROR)
            return result;
        if (result == PLAN_UNKNOWN)
            continue;
        struct store_match *m = value_match(&q, STORE_REFERENCE, out);
        m->row.target_type = list[i];
        m->chain = plan;
    }
    return out->count > before ? PLAN_OK : broken(p, str_of(q.param->code), tail);
}

enum plan_result chained_add(struct plan_of *p, struct str name, size_t dot, struct str value)
{
    struct str type_name = str_sub(name, 0, dot), tail = str_sub(name, dot + 1, name.n), code;
    struct matches list = {0};
    fhir_type_id named = 0;
    str_split(&type_name, ':', &code);
    if (type_name.p && (named = fhir_resource_find(type_name)) == 0)
        return broken(p, name, type_name);
    for (size_t t = 0; t < p->type_count; t++) {
        fhir_param_id id = search_param_find(p->s, p->types[t], code);
        if (!id)
            return plan_unknown(p, code);
        if (search_param(p->s, id)->type != FHIR_SEARCH_REFERENCE)
            return broken(p, name, code);
        enum plan_result result = follow(p, id, named, tail, value, &list);
        if (result != PLAN_OK)
            return result;
    }
    struct store_cond *c = plan_cond(p, STORE_COND_MATCH);
    c->any = list.item;
    c->any_count = list.count;
    return PLAN_OK;
}

enum plan_result chained_has(struct plan_of *p, struct str name, struct str value)
{
    struct str rest = name, part, type_name, code;
    if (!str_split(&rest, ':', &part) || !str_split(&rest, ':', &type_name) ||
        !str_split(&rest, ':', &code) || !rest.p)
        return broken(p, name, STR("_has:Type:parameter:parameter"));
    fhir_type_id type = fhir_resource_find(type_name);
    fhir_param_id id = type ? search_param_find(p->s, type, code) : 0;
    if (!id || search_param(p->s, id)->type != FHIR_SEARCH_REFERENCE)
        return broken(p, name, type ? code : type_name);
    const struct store_plan *plan;
    enum plan_result result = step(p, type, rest, value, &plan);
    if (result != PLAN_OK)
        return PLAN_ERROR;
    struct matches list = {0};
    struct query_of q = {
        .s = p->s, .arena = p->arena, .param = search_param(p->s, id), .param_id = id, .err = p->err};
    struct store_match *m = value_match(&q, STORE_REFERENCE, &list);
    m->chain = plan;
    m->reverse = true;
    struct store_cond *c = plan_cond(p, STORE_COND_MATCH);
    c->any = list.item;
    c->any_count = list.count;
    return PLAN_OK;
}
