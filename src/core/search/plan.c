/* SPDX-License-Identifier: Apache-2.0
 * One URL parameter to one condition of the plan. */
#include "base/os.h"
#include "search/search_int.h"

static const struct {
    const char *name;
    enum search_modifier modifier;
} modifiers[] = {
    {"exact", SEARCH_MOD_EXACT}, {"contains", SEARCH_MOD_CONTAINS},     {"missing", SEARCH_MOD_MISSING},
    {"not", SEARCH_MOD_NOT},     {"identifier", SEARCH_MOD_IDENTIFIER}, {"below", SEARCH_MOD_BELOW},
    {"above", SEARCH_MOD_ABOVE},
};

struct store_cond *plan_cond(struct plan_of *p, enum store_cond_kind kind)
{
    if (p->cond_count == p->cond_cap) {
        size_t cap = p->cond_cap ? p->cond_cap * 2 : 8;
        p->cond = arena_grow(p->arena, p->cond, p->cond_cap, cap, sizeof *p->cond);
        p->cond_param = arena_grow(p->arena, p->cond_param, p->cond_cap, cap, sizeof *p->cond_param);
        p->cond_cap = cap;
    }
    p->cond_param[p->cond_count] = 0;
    struct store_cond *c = &p->cond[p->cond_count++];
    *c = (struct store_cond){.kind = (uint8_t)kind};
    return c;
}

enum plan_result plan_unknown(const struct plan_of *p, struct str name)
{
    const char *type = p->type_count == 1 ? fhir_types[p->types[0]].name : "system";
    err_set_str(p->err, ERR_SEARCH_PARAM_UNKNOWN, name, str_of(type));
    return PLAN_UNKNOWN;
}

/* Reads the modifier for the parameter in q; false with *err when its kind does not allow it. */
static bool read_modifier(struct query_of *q, const struct search_kind *kind, struct str text)
{
    if (!text.p)
        return true;
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++) {
        if (str_is(text, modifiers[i].name))
            q->modifier = modifiers[i].modifier;
    }
    if (q->modifier == SEARCH_MOD_NONE && (q->target = fhir_resource_find(text)) != 0)
        q->modifier = SEARCH_MOD_TYPE;
    if (q->modifier & kind->modifiers)
        return true;
    return err_set_str(q->err, ERR_SEARCH_MODIFIER, text, str_of(q->param->code));
}

static bool add_missing(const struct query_of *q, const struct search_kind *kind, struct str value,
                        struct matches *out, bool *negate)
{
    *negate = str_is(value, "true");
    if (!*negate && !str_is(value, "false"))
        return value_error(q, value);
    struct store_match *m = value_match(q, kind->index, out);
    m->cmp = STORE_CMP_ANY;
    if (kind->index == STORE_COMPOSITE) { /* there ANY still compares the text: every text begins with none */
        m->cmp = STORE_CMP_PREFIX;
        m->any_exact = true;
    }
    /* A logical reference alone is a value too. */
    if (kind == &reference_kind)
        value_match(q, STORE_TOKEN, out)->cmp = STORE_CMP_ANY;
    return true;
}

static bool add_values(const struct plan_of *p, const struct query_of *q, const struct search_kind *kind,
                       struct str value, struct matches *out)
{
    struct str rest = value, part;
    unsigned count = 0;
    while (value_split(&rest, ',', &part)) {
        bool approx = false;
        if (++count > SEARCH_VALUES_MAX)
            return err_set(q->err, ERR_SEARCH_LIMIT, q->param->code, "1000", NULL);
        if (*p->matches + out->count > SEARCH_MATCHES_MAX)
            return err_set(q->err, ERR_SEARCH_LIMIT, q->param->code, "5000", NULL);
        enum store_cmp cmp = kind->prefixes ? value_prefix(&part, &approx) : STORE_CMP_EQ;
        if (!kind->match(q, cmp, approx, part, out))
            return false;
    }
    return true;
}

/* The alternatives of one parameter for every type searched. */
static enum plan_result add_param(struct plan_of *p, struct str code, struct str modifier, struct str value)
{
    struct matches list = {0};
    bool negate = false;
    fhir_param_id only = 0;
    unsigned used = SEARCH_MOD_NONE;
    for (size_t t = 0; t < p->type_count; t++) {
        fhir_param_id id = search_param_find(p->s, p->types[t], code);
        const struct search_kind *kind = id ? search_kind_of(search_param(p->s, id)) : NULL;
        if (!kind)
            return plan_unknown(p, code);
        struct query_of q = {
            .s = p->s, .arena = p->arena, .param = search_param(p->s, id), .param_id = id, .err = p->err};
        if (!read_modifier(&q, kind, modifier))
            return PLAN_ERROR;
        bool ok = q.modifier == SEARCH_MOD_MISSING ? add_missing(&q, kind, value, &list, &negate)
                                                   : add_values(p, &q, kind, value, &list);
        if (!ok)
            return PLAN_ERROR;
        only = id;
        used = q.modifier;
    }
    *p->matches += list.count;
    struct store_cond *c = plan_cond(p, STORE_COND_MATCH);
    c->any = list.item;
    c->any_count = list.count;
    c->negate = negate || used == SEARCH_MOD_NOT;
    if (p->type_count == 1 && (used == SEARCH_MOD_NONE || used == SEARCH_MOD_TYPE))
        p->cond_param[p->cond_count - 1] = only;
    return PLAN_OK;
}

enum plan_result plan_add(struct plan_of *p, struct str name, struct str value)
{
    if (str_starts(name, STR("_has:")))
        return chained_has(p, name, value);
    size_t dot = str_find(name, '.', 0);
    if (dot != SIZE_MAX)
        return chained_add(p, name, dot, value);
    struct str modifier = name, code;
    str_split(&modifier, ':', &code);
    bool handled;
    if (!special_cond(p, code, modifier, value, &handled))
        return PLAN_ERROR;
    return handled ? PLAN_OK : add_param(p, code, modifier, value);
}
