/* SPDX-License-Identifier: Apache-2.0
 * From the caller's plan to the store's numbers. */
#include <stdio.h>

#include "base/os.h"
#include "fold/fold.h"
#include "store/lookup.h"
#include "store/plan.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_NO_MEMORY, NULL);
}

static bool plan_types(struct query *q, struct err *err)
{
    const struct store_plan *p = q->of;
    if (!p->types)
        return true;
    q->type = arena_alloc(q->arena, (p->type_count + 1) * sizeof *q->type);
    if (!q->type)
        return no_memory(err);
    for (size_t i = 0; i < p->type_count; i++) {
        uint16_t type = number_durable(&q->r->s->types, p->types[i]);
        bool seen = false;
        for (size_t k = 0; k < q->type_count && !seen; k++)
            seen = q->type[k] == type;
        if (type && !seen)
            q->type[q->type_count++] = type;
    }
    q->never = q->type_count == 0;
    return true;
}

/* rid of the target named by (target_type, text); 0 unknown. */
static bool plan_target(struct query *q, const struct store_row *row, store_rid *rid, struct err *err)
{
    uint16_t type = number_durable(&q->r->s->types, row->target_type);
    *rid = 0;
    return !type || read_key(q->r, type, row->text, rid, err);
}

/* The first text after all that begin with s; false when there is none. */
static bool plan_after(struct arena *arena, struct str s, struct str *out, struct err *err)
{
    *out = arena_str(arena, s);
    if (!out->p)
        return no_memory(err);
    while (out->n && (unsigned char)out->p[out->n - 1] == 0xFF)
        out->n--;
    if (out->n)
        ((char *)out->p)[out->n - 1]++;
    else
        *out = STR("\xFF\xFF\xFF\xFF");
    return true;
}

static bool plan_below(struct query *q, struct cmatch *m, struct err *err)
{
    struct str end;
    sqlite3_stmt *st = db_get(q->r->db, DB_NAME_RANGE, err);
    if (!st || !plan_after(q->arena, m->m->row.name, &end, err))
        return false;
    db_bind_blob(st, 1, m->m->row.name);
    db_bind_blob(st, 2, end);
    int rc;
    while ((rc = db_step(q->r->db, st, err)) > 0)
        if (!rid_list_add(&m->names, q->arena, sqlite3_column_int64(st, 0), err)) {
            sqlite3_reset(st);
            return false;
        }
    rid_list_unique(&m->names);
    m->never = m->names.count == 0;
    return rc == 0;
}

/* The names that are the wanted one but for case: few are kept, so all are looked at. */
static bool plan_case(struct query *q, struct cmatch *m, struct err *err)
{
    struct str wanted = m->m->row.name;
    if (wanted.n == 0)
        return rid_list_add(&m->names, q->arena, 0, err);
    sqlite3_stmt *st = db_get(q->r->db, DB_NAME_ALL, err);
    int rc = st ? 1 : -1;
    while (rc > 0 && (rc = db_step(q->r->db, st, err)) > 0)
        if (!query_tick(q, err) || (fold_same(db_column_blob(st, 1), wanted) &&
                                    !rid_list_add(&m->names, q->arena, sqlite3_column_int64(st, 0), err)))
            rc = -1;
    if (st)
        sqlite3_reset(st);
    rid_list_unique(&m->names);
    m->never = m->names.count == 0;
    return rc == 0;
}

static bool plan_reference(struct query *q, struct cmatch *m, struct err *err)
{
    const struct store_match *sm = m->m;
    if (sm->chain) {
        q->chained = true;
        return query_compile(q->run, sm->chain, q->depth + 1, &m->chain, err);
    }
    if (sm->cmp == STORE_CMP_ANY)
        return true;
    if (sm->cmp == STORE_CMP_BELOW)
        return plan_below(q, m, err);
    if (sm->row.target_type) {
        if (!plan_target(q, &sm->row, &m->name, err))
            return false;
        m->never = m->name == 0;
        return true;
    }
    if (!read_name(q->r, sm->row.name, &m->name, err))
        return false;
    m->never = m->name <= 0;
    m->name = -m->name;
    return true;
}

/* The names and targets of one alternative. */
static bool plan_values(struct query *q, struct cmatch *m, struct err *err)
{
    const struct store_match *sm = m->m;
    switch (m->index) {
    case STORE_TOKEN:
        m->key = lookup_code(q->r->s->key, sm->row.text);
        if (sm->any_case && !sm->any_name)
            return plan_case(q, m, err);
        break;
    case STORE_STRING:
    case STORE_COMPOSITE:
        m->key = (int64_t)sm->row.exact;
        break;
    case STORE_REFERENCE:
        return plan_reference(q, m, err);
    case STORE_CLINICAL:
        m->key = (int64_t)sm->row.hash;
        if (!plan_target(q, &sm->row, &m->name, err))
            return false;
        m->never = m->name == 0;
        return true;
    case STORE_URI:
        if (sm->cmp == STORE_CMP_BELOW)
            return plan_below(q, m, err);
        break;
    default:
        break;
    }
    if (!read_name(q->r, sm->row.name, &m->name, err))
        return false;
    bool compared =
        m->index == STORE_URI || ((m->index == STORE_TOKEN || m->index == STORE_NUMBER) && !sm->any_name);
    m->never = compared && m->name < 0 && sm->cmp != STORE_CMP_ANY;
    return true;
}

static bool plan_match(struct query *q, const struct store_match *sm, bool clinical, struct cmatch *m,
                       struct err *err)
{
    *m = (struct cmatch){.m = sm, .index = clinical ? STORE_CLINICAL : sm->index};
    map_int_init(&m->memo);
    if (m->index >= STORE_LABEL) {
        m->never = true;
        return true;
    }
    if (m->index != STORE_CLINICAL) {
        m->param = number_durable(&q->r->s->params, sm->row.param);
        if (!m->param) {
            m->never = true;
            return true;
        }
        m->masked = sight_masks(q->r, m->param);
        q->masked = q->masked || (m->masked && !sm->reverse);
    }
    return plan_values(q, m, err);
}

static bool plan_id(struct query *q, struct rid_list *to, uint16_t type, struct str id, struct err *err)
{
    store_rid rid;
    if (!read_key(q->r, type, id, &rid, err))
        return false;
    return !rid || rid_list_add(to, q->arena, rid, err);
}

static bool plan_ids(struct query *q, struct ccond *c, struct err *err)
{
    struct rid_list list = {0};
    for (size_t i = 0; i < c->c->id_count; i++) {
        for (size_t k = 0; k < q->type_count; k++)
            if (!plan_id(q, &list, q->type[k], c->c->ids[i], err))
                return false;
        for (uint16_t type = 1; !q->of->types && type < q->r->s->types.next; type++)
            if (!plan_id(q, &list, type, c->c->ids[i], err))
                return false;
    }
    rid_list_unique(&list);
    c->id = list.item;
    c->id_count = list.count;
    return true;
}

static bool plan_conds(struct query *q, struct err *err);

/* A part of a group: a query over the same resources with conditions of its own. */
static bool plan_sub(struct query *q, const struct store_plan *plan, struct query **out, struct err *err)
{
    struct query *sub = ARENA_NEW(q->arena, struct query);
    *out = sub;
    if (!sub)
        return no_memory(err);
    *sub = *q;
    sub->plan = plan;
    sub->group++;
    sub->cond = NULL;
    sub->cond_count = 0;
    sub->never = sub->chained = sub->masked = false;
    if (sub->group > PLAN_GROUP_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "( )", "64", NULL);
    bool ok = plan_conds(sub, err);
    q->chained = q->chained || sub->chained;
    q->masked = q->masked || sub->masked;
    return ok;
}

static bool plan_group(struct query *q, struct ccond *c, struct err *err)
{
    c->sub = arena_zalloc(q->arena, c->c->sub_count + 1, sizeof(struct query *));
    if (!c->sub)
        return no_memory(err);
    bool possible = false;
    for (size_t i = 0; i < c->c->sub_count; i++) {
        c->sub_count = i + 1;
        if (!plan_sub(q, &c->c->sub[i], &c->sub[i], err))
            return false;
        possible = possible || !c->sub[i]->never;
    }
    q->never = q->never || (!possible && !c->c->negate);
    return true;
}

static bool plan_any(struct query *q, struct ccond *c, struct err *err)
{
    const struct store_cond *sc = c->c;
    c->any = arena_zalloc(q->arena, sc->any_count + 1, sizeof *c->any);
    if (!c->any)
        return no_memory(err);
    bool possible = sc->kind == STORE_COND_UPDATED;
    for (size_t i = 0; i < sc->any_count; i++) {
        struct cmatch *m = &c->any[c->any_count++];
        if (sc->kind == STORE_COND_UPDATED)
            *m = (struct cmatch){.m = &sc->any[i]};
        else if (!plan_match(q, &sc->any[i], sc->kind == STORE_COND_PATIENT, m, err))
            return false;
        possible = possible || !m->never;
    }
    q->never = q->never || (!possible && !sc->negate);
    return sc->kind != STORE_COND_MATCH || match_order(q, c, err);
}

static bool plan_cond(struct query *q, const struct store_cond *sc, struct ccond *c, struct err *err)
{
    *c = (struct ccond){.c = sc};
    switch (sc->kind) {
    case STORE_COND_IDS:
        return plan_ids(q, c, err);
    case STORE_COND_RIDS:
        c->id = sc->rids;
        c->id_count = sc->rid_count;
        return true;
    case STORE_COND_GROUP:
        return plan_group(q, c, err);
    default:
        return plan_any(q, c, err);
    }
}

static bool plan_conds(struct query *q, struct err *err)
{
    q->cond = arena_zalloc(q->arena, q->plan->cond_count + 1, sizeof *q->cond);
    if (!q->cond)
        return no_memory(err);
    for (size_t i = 0; i < q->plan->cond_count; i++) {
        q->cond_count = i + 1;
        if (!plan_cond(q, &q->plan->cond[i], &q->cond[i], err))
            return false;
    }
    return true;
}

/* Does the view, if there is one, let everything of the types be seen? */
static bool plan_whole(const struct query *q)
{
    bool whole = !q->r->sight.on || q->of->types;
    for (size_t i = 0; i < q->type_count && whole; i++)
        whole = sight_whole(q->r, q->type[i]);
    return whole;
}

bool query_compile(struct run *run, const struct store_plan *plan, int depth, struct query **out,
                   struct err *err)
{
    struct query *q = ARENA_NEW(run->arena, struct query);
    *out = q;
    if (!q)
        return no_memory(err);
    *q = (struct query){
        .run = run, .r = run->r, .arena = run->arena, .plan = plan, .of = plan, .depth = depth};
    if (depth > PLAN_CHAIN_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "chain", "16", NULL);
    if (!plan_types(q, err) || !plan_conds(q, err))
        return false;
    q->whole = plan_whole(q);
    return depth > 0 || sort_compile(q, err);
}

static void plan_release(struct ccond *c)
{
    for (size_t k = 0; k < c->any_count; k++) {
        map_int_release(&c->any[k].memo);
        query_release(c->any[k].chain);
    }
    for (size_t k = 0; k < c->sub_count; k++)
        query_release(c->sub[k]);
}

void query_release(struct query *q)
{
    for (size_t i = 0; q && i < q->cond_count; i++)
        plan_release(&q->cond[i]);
    for (size_t i = 0; q && i < STORE_SORT_MAX && !q->group; i++)
        sort_release(q->sort[i]);
}

int query_past(struct query *q, struct err *err)
{
    return q->r->pin.seq == PIN_NOW ? 0 : pin_touched(q->r, q->type, q->type_count, err);
}

int query_exact(struct query *q, struct err *err)
{
    /* With a view each resource is looked at all the same, unless all of them are seen. */
    if (!q->whole || q->cond_count != 1 || !path_exact(q, &q->cond[0]))
        return 0;
    int past = query_past(q, err);
    return past < 0 ? -1 : !past;
}

/* ---- the budget ---- */

static bool over_budget(const struct run *run, struct err *err)
{
    char work[24];
    snprintf(work, sizeof work, "%llu", (unsigned long long)run->work);
    return err_set(err, ERR_SEARCH_BUDGET, work, NULL);
}

bool query_tick(struct query *q, struct err *err)
{
    struct run *run = q->run;
    if (++run->ticks < PLAN_TICKS)
        return true;
    run->ticks = 0;
    if (!run->deadline_ns || os_mono_ns() < run->deadline_ns)
        return true;
    return over_budget(run, err);
}

bool query_work(struct query *q, struct err *err)
{
    struct run *run = q->run;
    if (run->work_max && run->work >= run->work_max)
        return over_budget(run, err);
    run->work++;
    return query_tick(q, err);
}
