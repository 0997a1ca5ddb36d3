/* SPDX-License-Identifier: Apache-2.0
 * A _filter expression to conditions. "and" adds to the plan, "or" becomes one list of alternatives where it
 * can and a group where it cannot. On tokens, strings, references and URIs, ne is "has values, and none of
 * them equal". */
#include "fold/fold.h"
#include "search/filter_int.h"

#define BIT(op) (1u << (op))

enum {
    OPS_ORDER = BIT(FILTER_EQ) | BIT(FILTER_NE) | BIT(FILTER_GT) | BIT(FILTER_LT) | BIT(FILTER_GE) |
                BIT(FILTER_LE) | BIT(FILTER_AP) | BIT(FILTER_SA) | BIT(FILTER_EB),
    OPS_SAME = BIT(FILTER_EQ) | BIT(FILTER_NE) | BIT(FILTER_PR),
};

/* The operators that a parameter's type has an answer to. */
static unsigned ops_of(const struct search_kind *kind)
{
    static const unsigned ops[] = {
        [STORE_TOKEN] = OPS_SAME | BIT(FILTER_SS) | BIT(FILTER_SB) | BIT(FILTER_IN) | BIT(FILTER_NI),
        [STORE_STRING] = OPS_SAME | BIT(FILTER_CO) | BIT(FILTER_SW) | BIT(FILTER_EW),
        [STORE_DATE] = OPS_ORDER | BIT(FILTER_PR) | BIT(FILTER_PO),
        [STORE_NUMBER] = OPS_ORDER | BIT(FILTER_PR),
        [STORE_REFERENCE] = OPS_SAME | BIT(FILTER_RE),
        [STORE_URI] = OPS_SAME | BIT(FILTER_SW),
        [STORE_COMPOSITE] = BIT(FILTER_EQ) | BIT(FILTER_PR),
    };
    return ops[kind->index];
}

static const enum store_cmp cmps[FILTER_OP_COUNT] = {
    [FILTER_EQ] = STORE_CMP_EQ,      [FILTER_NE] = STORE_CMP_NE, [FILTER_GT] = STORE_CMP_GT,
    [FILTER_LT] = STORE_CMP_LT,      [FILTER_GE] = STORE_CMP_GE, [FILTER_LE] = STORE_CMP_LE,
    [FILTER_AP] = STORE_CMP_OVERLAP, [FILTER_SA] = STORE_CMP_SA, [FILTER_EB] = STORE_CMP_EB,
    [FILTER_PO] = STORE_CMP_OVERLAP,
};

/* A test on its last parameter. */
struct testing {
    const struct filter *f;
    bool any;    /* the alternatives wanted are "has any value" */
    bool negate; /* found out */
    bool exists; /* likewise: must have a value too */
};

static bool refuse_op(const struct query_of *q, const struct filter *f, unsigned ops)
{
    struct str list = STR("");
    for (int op = 0; op < FILTER_OP_COUNT; op++) {
        if (ops & BIT(op))
            list = arena_printf(q->arena, "%.*s%s%s", STR_ARG(list), list.n ? " " : "", filter_ops[op]);
    }
    struct str at = arena_printf(q->arena, "%zu", f->op_at);
    struct str sv = arena_printf(q->arena, "%s kan inte jämföras med %s; väntade %.*s", q->param->code,
                                 filter_ops[f->op], STR_ARG(list));
    struct str en = arena_printf(q->arena, "%s cannot be compared by %s; expected %.*s", q->param->code,
                                 filter_ops[f->op], STR_ARG(list));
    return err_set(q->err, ERR_SEARCH_FILTER, at.p, sv.p, en.p, NULL);
}

/* Search values have escapes of their own; a filter's have none left. */
static struct str escaped(struct arena *arena, struct str s)
{
    if (str_find(s, '\\', 0) == SIZE_MAX)
        return s;
    char *to = arena_alloc(arena, 2 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            to[n++] = '\\';
        to[n++] = s.p[i];
    }
    return (struct str){to, n};
}

static bool string_test(const struct query_of *q, enum filter_op op, struct str value, struct matches *out)
{
    size_t from = out->count;
    if (!string_kind.match(q, STORE_CMP_EQ, false, escaped(q->arena, value), out))
        return false;
    for (size_t i = from; i < out->count; i++) {
        out->item[i].cmp = op == FILTER_CO   ? STORE_CMP_CONTAINS
                           : op == FILTER_SW ? STORE_CMP_PREFIX
                           : op == FILTER_EW ? STORE_CMP_ENDS
                                             : STORE_CMP_EQ;
        out->item[i].whole = true;
    }
    return true;
}

/* Some systems have a short name here (R4 _filter, "for convenience"): the part-th of value between bars. */
static struct str long_name(struct arena *arena, struct str value, int part)
{
    static const struct {
        const char *name, *system;
    } known[] = {{"loinc", "http://loinc.org"},
                 {"snomed", "http://snomed.info/sct"},
                 {"rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"},
                 {"ucum", "http://unitsofmeasure.org"}};
    struct str rest = value, system = {NULL, 0};
    for (int i = 0; i <= part && rest.p; i++)
        str_split(&rest, '|', &system);
    for (size_t i = 0; rest.p && i < sizeof known / sizeof known[0]; i++) {
        if (fold_same(system, str_of(known[i].name)))
            return arena_printf(arena, "%.*s%s|%.*s", (int)(system.p - value.p), value.p, known[i].system,
                                STR_ARG(rest));
    }
    return value;
}

static bool value_test(const struct query_of *q, const struct search_kind *kind, const struct filter *f,
                       struct matches *out)
{
    struct query_of of = *q;
    bool token = kind->index == STORE_TOKEN;
    struct str value =
        token || kind == &quantity_kind ? long_name(q->arena, f->value, token ? 0 : 1) : f->value;
    value = escaped(q->arena, value);
    of.any_case = token;
    if (f->op == FILTER_IN || f->op == FILTER_NI)
        return terms_match(q, SEARCH_CODES_IN, value, out);
    if (f->op == FILTER_SS || f->op == FILTER_SB)
        return terms_match(q, f->op == FILTER_SS ? SEARCH_CODES_BELOW : SEARCH_CODES_ABOVE, value, out);
    if (kind->index == STORE_STRING)
        return string_test(q, f->op, f->value, out);
    if (kind->index == STORE_URI && f->op == FILTER_SW)
        of.modifier = SEARCH_MOD_BELOW;
    return kind->match(&of, cmps[f->op], f->op == FILTER_AP, value, out);
}

static bool test_param(const struct query_of *q, const struct search_kind *kind, void *arg,
                       struct matches *out)
{
    struct testing *t = arg;
    const struct filter *f = t->f;
    unsigned ops = ops_of(kind);
    if (!(ops & BIT(f->op)))
        return refuse_op(q, f, ops);
    if (f->op == FILTER_PR || t->any) {
        bool missing;
        struct str value = t->any || str_is(f->value, "true") ? STR("false") : STR("true");
        if (!t->any && !str_is(f->value, "true") && !str_is(f->value, "false"))
            return value_expected(q, f->value, "true eller false", "true or false");
        bool ok = plan_missing(q, kind, value, out, &missing);
        t->negate = missing;
        return ok;
    }
    bool ordered = kind->index == STORE_DATE || kind->index == STORE_NUMBER;
    t->exists = f->op == FILTER_NE && !ordered;
    t->negate = t->exists || f->op == FILTER_NI;
    return value_test(q, kind, f, out);
}

/* "pr true" of what every resource has is all of them, "pr false" none. */
static enum plan_result test_present(struct plan_of *p, const struct query_of *q, const struct filter *f)
{
    bool present = str_is(f->value, "true");
    if (!present && !str_is(f->value, "false"))
        return value_expected(q, f->value, "true eller false", "true or false") ? PLAN_OK : PLAN_ERROR;
    plan_cond(p, STORE_COND_IDS)->negate = present;
    return PLAN_OK;
}

/* _id and _lastUpdated have no rows. */
static enum plan_result test_special(struct plan_of *p, const struct filter *f, struct str name)
{
    static const struct fhir_param id = {.code = "_id", .type = FHIR_SEARCH_TOKEN},
                                   updated = {.code = "_lastUpdated", .type = FHIR_SEARCH_DATE};
    bool is_id = str_is(name, "_id");
    struct query_of q = plan_query(p, 0);
    unsigned ops = BIT(FILTER_PR) | (is_id ? BIT(FILTER_EQ) | BIT(FILTER_NE) : OPS_ORDER | BIT(FILTER_PO));
    struct matches list = {0};
    q.param = is_id ? &id : &updated;
    if (!(ops & BIT(f->op)))
        return refuse_op(&q, f, ops) ? PLAN_OK : PLAN_ERROR;
    if (f->op == FILTER_PR)
        return test_present(p, &q, f);
    if (is_id) {
        struct str *ids = ARENA_ARRAY(p->arena, struct str, 1);
        struct store_cond *c = plan_cond(p, STORE_COND_IDS);
        ids[0] = f->value;
        c->ids = ids;
        c->id_count = 1;
        c->negate = f->op == FILTER_NE;
        return PLAN_OK;
    }
    if (!date_kind.match(&q, cmps[f->op], f->op == FILTER_AP, escaped(p->arena, f->value), &list))
        return PLAN_ERROR;
    plan_any(p, &list)->kind = STORE_COND_UPDATED;
    return PLAN_OK;
}

static enum plan_result test_leaf(struct plan_of *p, const struct filter *f)
{
    struct str name = f->step[f->step_count - 1].name;
    struct testing t = {.f = f};
    struct matches list = {0}, any = {0};
    p->whole = f->value;
    p->at = f->value_at;
    if (str_is(name, "_id") || str_is(name, "_lastUpdated"))
        return test_special(p, f, name);
    enum plan_result result = plan_each(p, name, test_param, &t, &list);
    if (result != PLAN_OK)
        return result;
    plan_any(p, &list)->negate = t.negate;
    if (!t.exists)
        return PLAN_OK;
    t.any = true;
    result = plan_each(p, name, test_param, &t, &any);
    if (result == PLAN_OK)
        plan_any(p, &any);
    return result;
}

static enum plan_result add(struct plan_of *p, const struct filter *f);

struct tail {
    const struct filter *f;
    size_t step;
};

static enum plan_result add_test(struct plan_of *p, const struct filter *f, size_t step);

static enum plan_result fill(struct plan_of *inner, const void *arg)
{
    const struct tail *t = arg;
    const struct filter *nested = t->f->step[t->step].nested;
    enum plan_result result = nested ? add(inner, nested) : PLAN_OK;
    return result == PLAN_OK ? add_test(inner, t->f, t->step + 1) : result;
}

static enum plan_result add_test(struct plan_of *p, const struct filter *f, size_t step)
{
    const struct filter_step *s = &f->step[step];
    struct tail tail = {f, step};
    if (s->back)
        return chained_back(p, s->type, s->name, f->path, fill, &tail);
    if (step + 1 == f->step_count)
        return test_leaf(p, f);
    return chained_follow(p, s->name, s->type.p ? fhir_resource_find(s->type) : 0, f->path, fill, &tail);
}

/* Is the part a plain list of alternatives? */
static bool is_list(const struct plan_of *p)
{
    return p->cond_count == 1 && p->cond[0].kind == STORE_COND_MATCH && !p->cond[0].negate;
}

static void merge(struct plan_of *p, const struct plan_of *part, size_t count)
{
    struct matches list = {0};
    for (size_t i = 0; i < count; i++)
        list.cap += part[i].cond[0].any_count;
    list.item = ARENA_ARRAY(p->arena, struct store_match, list.cap + 1);
    for (size_t i = 0; i < count; i++) {
        const struct store_cond *c = &part[i].cond[0];
        if (c->any_count)
            memcpy(list.item + list.count, c->any, c->any_count * sizeof *list.item);
        list.count += c->any_count;
    }
    struct store_cond *c = plan_cond(p, STORE_COND_MATCH);
    c->any = list.item;
    c->any_count = list.count;
}

static void group(struct plan_of *p, const struct plan_of *part, size_t count, bool negate)
{
    struct store_plan *sub = ARENA_ARRAY(p->arena, struct store_plan, count);
    for (size_t i = 0; i < count; i++)
        sub[i] = *plan_made(&part[i]);
    struct store_cond *c = plan_cond(p, STORE_COND_GROUP);
    c->sub = sub;
    c->sub_count = count;
    c->negate = negate;
}

static enum plan_result add_or(struct plan_of *p, const struct filter *f)
{
    struct plan_of part[2];
    const struct filter *side[] = {f->a, f->b};
    for (int i = 0; i < 2; i++) {
        part[i] = plan_inner(p, p->types, p->type_count);
        enum plan_result result = add(&part[i], side[i]);
        if (result != PLAN_OK)
            return result;
    }
    if (is_list(&part[0]) && is_list(&part[1]))
        merge(p, part, 2);
    else
        group(p, part, 2, false);
    return PLAN_OK;
}

static enum plan_result add_not(struct plan_of *p, const struct filter *f)
{
    struct plan_of part = plan_inner(p, p->types, p->type_count);
    enum plan_result result = add(&part, f->a);
    if (result != PLAN_OK)
        return result;
    if (part.cond_count != 1) {
        group(p, &part, 1, true);
        return PLAN_OK;
    }
    struct store_cond turned = part.cond[0];
    turned.negate = !turned.negate;
    *plan_cond(p, (enum store_cond_kind)turned.kind) = turned;
    return PLAN_OK;
}

static enum plan_result add(struct plan_of *p, const struct filter *f)
{
    enum plan_result result;
    switch (f->kind) {
    case FILTER_AND:
        result = add(p, f->a);
        return result == PLAN_OK ? add(p, f->b) : result;
    case FILTER_OR:
        return add_or(p, f);
    case FILTER_NOT:
        return add_not(p, f);
    default:
        return add_test(p, f, 0);
    }
}

bool filter_cond(struct plan_of *p, struct str text)
{
    const struct filter *f = filter_parse(p->arena, text, p->err);
    bool ok = f && add(p, f) == PLAN_OK;
    p->at = 0;
    return ok;
}
