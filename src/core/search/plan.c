/* SPDX-License-Identifier: Apache-2.0
 * One URL parameter to one condition of the plan. */
#include "base/os.h"
#include "search/own_int.h"

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

struct store_cond *plan_any(struct plan_of *p, const struct matches *list)
{
    p->work->matches += list->count;
    struct store_cond *c = plan_cond(p, STORE_COND_MATCH);
    c->any = list->item;
    c->any_count = list->count;
    return c;
}

struct plan_of plan_inner(const struct plan_of *p, const fhir_type_id *types, size_t type_count)
{
    struct plan_of inner = *p;
    inner.types = types;
    inner.type_count = type_count;
    inner.cond = NULL;
    inner.cond_param = NULL;
    inner.cond_count = inner.cond_cap = 0;
    inner.scored = false;
    return inner;
}

struct store_plan *plan_made(const struct plan_of *p)
{
    struct store_plan *plan = ARENA_NEW(p->arena, struct store_plan);
    *plan = (struct store_plan){
        .types = p->types, .type_count = p->type_count, .cond = p->cond, .cond_count = p->cond_count};
    return plan;
}

struct query_of plan_query(const struct plan_of *p, fhir_param_id id)
{
    return (struct query_of){
        .s = p->s,
        .arena = p->arena,
        .param = search_param(p->s, id),
        .param_id = id,
        .err = p->err,
        .read = p->read,
        .whole = p->whole,
        .at = p->at,
    };
}

enum plan_result plan_unknown(const struct plan_of *p, struct str name)
{
    const char *type = p->type_count == 1 ? fhir_types[p->types[0]].name : "system";
    err_set_str(p->err, ERR_SEARCH_PARAM_UNKNOWN, name, str_of(type));
    return PLAN_UNKNOWN;
}

bool plan_room(const struct plan_of *p, const struct matches *list, const char *code)
{
    return p->work->matches + list->count <= SEARCH_MATCHES_MAX ||
           err_set(p->err, ERR_SEARCH_LIMIT, code, "20000", NULL);
}

enum plan_result plan_each(struct plan_of *p, struct str code, plan_each_fn *fn, void *arg,
                           struct matches *out)
{
    for (size_t t = 0; t < p->type_count; t++) {
        fhir_param_id id = search_param_find(p->s, p->types[t], code);
        const struct search_kind *kind = id ? search_kind_of(search_param(p->s, id)) : NULL;
        if (!kind)
            return plan_unknown(p, code);
        struct query_of q = plan_query(p, id);
        if (!fn(&q, kind, arg, out) || !plan_room(p, out, q.param->code))
            return PLAN_ERROR;
    }
    return PLAN_OK;
}

bool plan_missing(const struct query_of *q, const struct search_kind *kind, struct str value,
                  struct matches *out, bool *negate)
{
    *negate = str_is(value, "true");
    if (!*negate && !str_is(value, "false"))
        return value_expected(q, value, "true eller false", "true or false");
    struct store_match *m = value_match(q, kind->index, out);
    m->cmp = STORE_CMP_ANY;
    if (kind->index == STORE_COMPOSITE) { /* there ANY still compares the text: every text begins with none */
        m->cmp = STORE_CMP_PREFIX;
        m->any_exact = true;
    }
    /* So is what only a token row tells of: a logical reference, a value with nothing to search by. */
    if (kind->index != STORE_TOKEN)
        value_match(q, STORE_TOKEN, out)->cmp = STORE_CMP_ANY;
    return true;
}

static bool add_value(const struct query_of *q, const struct search_kind *kind, struct str value,
                      struct matches *out)
{
    bool approx = false;
    enum store_cmp cmp = STORE_CMP_EQ;
    switch (q->modifier) {
    case SEARCH_MOD_IN:
    case SEARCH_MOD_NOT_IN:
        return terms_match(q, SEARCH_CODES_IN, value, out);
    case SEARCH_MOD_BELOW:
    case SEARCH_MOD_ABOVE:
        if (kind == &token_kind)
            return terms_match(q, q->modifier == SEARCH_MOD_BELOW ? SEARCH_CODES_BELOW : SEARCH_CODES_ABOVE,
                               value, out);
        if (canonical_asked(q, kind, value))
            return canonical_below(q, kind, value, out);
        if (kind == &reference_kind)
            return hierarchy_match(q, value, out);
        if (str_starts(value, STR("urn:")))
            return value_expected(q, value, "en URL, ingen URN", "a URL, no URN");
        break;
    default:
        break;
    }
    if (kind->prefixes)
        cmp = value_prefix(&value, &approx);
    return kind->match(q, cmp, approx, value, out);
}

/* A URL parameter's modifier and values, and what was found out about them. */
struct asked {
    const struct plan_of *plan;
    struct str modifier, value;
    bool negate;
    fhir_param_id only;
    unsigned used;
    bool above, own; /* canonical_above, canonical_own_cond make the condition */
    size_t mime;     /* types of which mime_below makes it */
};

static bool add_values(const struct query_of *q, const struct search_kind *kind, void *arg,
                       struct matches *out)
{
    struct asked *a = arg;
    struct query_of of = *q;
    struct str rest = a->value, part;
    unsigned count = 0;
    if (!modifier_read(&of, kind, a->modifier) || !own_query_allows(&of, a->modifier, a->value))
        return false;
    a->only = q->param_id;
    a->used = of.modifier;
    if (of.modifier == SEARCH_MOD_MISSING)
        return plan_missing(&of, kind, a->value, out, &a->negate);
    if (of.modifier == SEARCH_MOD_TEXT || of.modifier == SEARCH_MOD_OF_TYPE)
        return true;
    a->above = a->above || (of.modifier == SEARCH_MOD_ABOVE && canonical_asked(&of, kind, a->value));
    a->own = a->own || (of.modifier == SEARCH_MOD_NONE && canonical_own(&of, kind, a->value));
    a->mime += of.modifier == SEARCH_MOD_BELOW && kind == &token_kind && search_param_mime(of.param);
    if (a->above || a->own || a->mime)
        return true;
    while (value_split(&rest, ',', &part)) {
        if (++count > SEARCH_VALUES_MAX)
            return err_set(q->err, ERR_SEARCH_LIMIT, q->param->code, "1000", NULL);
        if (!plan_room(a->plan, out, q->param->code) || !add_value(&of, kind, part, out))
            return false;
    }
    return true;
}

/* The condition where one must be made of more than alternatives; PLAN_UNKNOWN: it need not. */
static enum plan_result add_made(struct plan_of *p, const struct asked *a, struct str code)
{
    bool ok;
    if (a->used == SEARCH_MOD_TEXT)
        ok = terms_words(p, SEARCH_WORDS_PARAM, code, a->value);
    else if (a->used == SEARCH_MOD_OF_TYPE)
        ok = verify_of_type(p, code, a->value);
    else if (a->above)
        ok = canonical_above(p, code, a->value);
    else if (a->own)
        ok = canonical_own_cond(p, a->value);
    else if (a->mime == p->type_count)
        ok = mime_below(p, code, a->value);
    else if (a->mime)
        ok = err_set(p->err, ERR_SEARCH_MODIFIER, "below", arena_cstr(p->arena, code),
                     " (MIME-typer i den ena resurstypen, begrepp i den andra)",
                     " (MIME types in one resource type, concepts in another)", NULL);
    else
        return PLAN_UNKNOWN;
    return ok ? PLAN_OK : PLAN_ERROR;
}

static enum plan_result add_param(struct plan_of *p, struct str code, struct str modifier, struct str value)
{
    struct matches list = {0};
    struct asked a = {.plan = p, .modifier = modifier, .value = value};
    enum plan_result result = plan_each(p, code, add_values, &a, &list);
    if (result != PLAN_OK)
        return result;
    result = add_made(p, &a, code);
    if (result != PLAN_UNKNOWN)
        return result;
    struct store_cond *c = plan_any(p, &list);
    c->negate = a.negate || a.used == SEARCH_MOD_NOT || a.used == SEARCH_MOD_NOT_IN;
    if (p->type_count == 1 && (a.used == SEARCH_MOD_NONE || a.used == SEARCH_MOD_TYPE))
        p->cond_param[p->cond_count - 1] = a.only;
    return PLAN_OK;
}

enum plan_result plan_add(struct plan_of *p, struct str name, struct str value)
{
    p->whole = value;
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
