/* SPDX-License-Identifier: Apache-2.0
 * :below and :above of a reference (R4 3.1.1.4.5): some types are part of one another through a parameter of
 * their own. The ids of a part of the tree are gathered when the search is parsed. */
#include "search/search_int.h"

enum { HIERARCHY_MAX = 5000 }; /* resources of one tree */

struct tree {
    const struct query_of *q;
    fhir_type_id type;
    fhir_param_id parent; /* the type's own reference to what it is part of */
    struct str *id;
    size_t count, cap;
};

static fhir_param_id parent_param(const struct search *s, fhir_type_id type)
{
    static const char *const names[] = {"partof", "part-of"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fhir_param_id id = search_param_find(s, type, str_of(names[i]));
        if (id && search_param(s, id)->type == FHIR_SEARCH_REFERENCE)
            return id;
    }
    return 0;
}

static bool add(struct tree *t, struct str id)
{
    for (size_t i = 0; i < t->count; i++) {
        if (str_eq(t->id[i], id))
            return true; /* a ring ends where it began */
    }
    if (t->count == HIERARCHY_MAX)
        return err_set(t->q->err, ERR_SEARCH_LIMIT, t->q->param->code, "5000", NULL);
    if (t->count == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 32;
        t->id = arena_grow(t->q->arena, t->id, t->cap, cap, sizeof *t->id);
        t->cap = cap;
    }
    t->id[t->count++] = id;
    return true;
}

/* Those that are part of id directly. */
static bool children(struct tree *t, struct str id)
{
    struct store_match match = {.index = STORE_REFERENCE, .cmp = STORE_CMP_EQ};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &match, .any_count = 1};
    struct store_plan plan = {
        .types = &t->type, .type_count = 1, .cond = &cond, .cond_count = 1, .no_body = true};
    struct store_hits hits;
    match.row =
        (struct store_row){.index = STORE_REFERENCE, .param = t->parent, .target_type = t->type, .text = id};
    plan.limit = HIERARCHY_MAX + 1;
    if (!store_search(t->q->read, &plan, t->q->arena, &hits, t->q->err))
        return false;
    for (size_t i = 0; i < hits.count; i++) {
        if (!add(t, hits.item[i].id))
            return false;
    }
    return true;
}

struct parent {
    fhir_param_id param;
    store_rid rid;
};

static bool note_parent(void *arg, uint16_t param, store_rid target)
{
    struct parent *p = arg;
    if (param == p->param)
        p->rid = target;
    return p->rid == 0;
}

/* What id is part of directly. */
static bool parents(struct tree *t, struct str id)
{
    struct store_version v;
    struct parent p = {t->parent, 0};
    enum store_found found = store_get(t->q->read, t->type, id, t->q->arena, &v, t->q->err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return true;
    if (!store_targets(t->q->read, v.rid, note_parent, &p, t->q->err))
        return false;
    if (p.rid == 0)
        return true;
    found = store_get_rid(t->q->read, p.rid, t->q->arena, &v, t->q->err);
    return found != STORE_FAILED && (found == STORE_ABSENT || v.type != t->type || add(t, v.id));
}

static bool gather(const struct query_of *q, fhir_type_id type, struct str id, struct matches *out)
{
    struct tree t = {.q = q, .type = type, .parent = parent_param(q->s, type)};
    if (!add(&t, id))
        return false;
    for (size_t i = 0; q->read && i < t.count; i++) {
        if (!(q->modifier == SEARCH_MOD_BELOW ? children(&t, t.id[i]) : parents(&t, t.id[i])))
            return false;
    }
    for (size_t i = 0; i < t.count; i++) {
        struct store_match *m = value_match(q, STORE_REFERENCE, out);
        m->row.target_type = type;
        m->row.text = t.id[i];
    }
    return true;
}

bool hierarchy_match(const struct query_of *q, struct str value, struct matches *out)
{
    struct str text = value_unescape(q->arena, value), id = text;
    fhir_type_id type;
    bool any = false;
    if (reference_local(text, &type, &id)) {
        if (!parent_param(q->s, type))
            return value_expected(q, value,
                                  "en resurs av en typ som har delar, som Location eller Organization",
                                  "a resource of a type that has parts, such as Location or Organization");
        return gather(q, type, id, out);
    }
    if (!fhir_prim_valid(FHIR_PRIM_ID, id))
        return value_error(q, value);
    for (uint16_t i = 0; i < q->param->target_count; i++) {
        type = fhir_targets[q->param->target_first + i];
        if (!parent_param(q->s, type))
            continue;
        any = true;
        if (!gather(q, type, id, out))
            return false;
    }
    return any || value_expected(q, value, "en parameter till en typ som har delar, som Location",
                                 "a parameter to a type that has parts, such as Location");
}
