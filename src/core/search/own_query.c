/* SPDX-License-Identifier: Apache-2.0
 * What a search may do with parameters made at run time: only what their definitions allow, and only when
 * their rows are complete in the snapshot that is searched. */
#include <stdio.h>

#include "base/os.h"
#include "search/own_int.h"

static unsigned percent(const struct own_param *p)
{
    uint64_t total = atomic_load(&p->total), done = atomic_load(&p->done);
    unsigned all = total ? (unsigned)(done >= total ? 100 : done * 100 / total) : 0;
    /* Making is nine tenths of the way, comparing the last. */
    return atomic_load(&p->state) == OWN_VERIFYING ? 90 + all / 11 : all * 9 / 10;
}

bool own_query_param_ready(const struct search *s, struct store_read *r, fhir_param_id id, struct err *err)
{
    const struct own_param *p = own_get(s, id);
    struct arena arena;
    struct str note = {NULL, 0};
    char done[16];
    if (!p)
        return true;
    if (atomic_load(&p->state) == OWN_FAILED)
        return err_set(err, ERR_SEARCH_INDEX_FAILED, p->p.code, NULL);
    bool ready = atomic_load(&p->state) == OWN_READY;
    if (ready && r) {
        /* It may have become so after the snapshot was taken. */
        arena_init(&arena);
        if (!store_note_get(r, own_note_key(&arena, p), &arena, &note, err)) {
            arena_release(&arena);
            return false;
        }
        ready = note.n && note.p[0] == 'R';
        arena_release(&arena);
    }
    snprintf(done, sizeof done, "%u", ready ? 0 : percent(p));
    return ready || err_set(err, ERR_SEARCH_INDEXING, p->p.code, done, NULL);
}

/* ---- every parameter of a plan ---- */

static bool plan_ready(const struct search *s, struct store_read *r, const struct store_plan *plan,
                       struct err *err);

static bool cond_ready(const struct search *s, struct store_read *r, const struct store_cond *c,
                       struct err *err)
{
    for (size_t i = 0; i < c->any_count; i++) {
        const struct store_match *m = &c->any[i];
        /* Alternatives of one parameter follow each other: one question for all. */
        bool asked = i && c->any[i - 1].row.param == m->row.param;
        if (!asked && !own_query_param_ready(s, r, m->row.param, err))
            return false;
        if (m->chain && !plan_ready(s, r, m->chain, err))
            return false;
    }
    for (size_t i = 0; i < c->sub_count; i++)
        if (!plan_ready(s, r, &c->sub[i], err))
            return false;
    return true;
}

static bool plan_ready(const struct search *s, struct store_read *r, const struct store_plan *plan,
                       struct err *err)
{
    for (size_t i = 0; i < plan->cond_count; i++)
        if (!cond_ready(s, r, &plan->cond[i], err))
            return false;
    for (size_t i = 0; i < plan->sort_count; i++)
        for (const struct store_sort *sort = &plan->sort[i]; sort; sort = sort->chain)
            if (!own_query_param_ready(s, r, sort->param, err))
                return false;
    return true;
}

static bool includes_ready(const struct search *s, struct store_read *r, const struct search_include *list,
                           size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!own_query_param_ready(s, r, list[i].param, err))
            return false;
    return true;
}

/* ---- multipleAnd ---- */

static struct str code_of(struct str name)
{
    struct str rest = name, code;
    str_split(&rest, ':', &code);
    return code;
}

static bool and_allowed(const struct search *s, fhir_type_id type, const struct search_query *q,
                        struct err *err)
{
    for (size_t i = 0; i < q->used_count; i++) {
        struct str code = code_of(q->used[i].name);
        const struct own_param *p = own_get(s, type ? own_find(s, type, code) : 0);
        for (size_t k = 0; p && p->no_and && k < i; k++)
            if (str_eq(code_of(q->used[k].name), code))
                return err_set(err, ERR_SEARCH_LIMIT, p->p.code, "1", NULL);
    }
    return true;
}

bool own_query_ready(const struct search *s, struct store_read *r, fhir_type_id type,
                     const struct search_query *q, struct err *err)
{
    if (atomic_load(&s->own->count) == 0)
        return true;
    return plan_ready(s, r, &q->plan, err) && includes_ready(s, r, q->include, q->include_count, err) &&
           includes_ready(s, r, q->revinclude, q->revinclude_count, err) && and_allowed(s, type, q, err);
}

/* ---- what the definition allows ---- */

bool own_query_allows(const struct query_of *q, struct str modifier, struct str value)
{
    const struct own_param *p = own_get(q->s, q->param_id);
    struct str rest = value, part;
    unsigned count = 0;
    if (!p)
        return true;
    if (p->only_modifiers && modifier.p && !(q->modifier & p->modifiers))
        return err_set_str(q->err, ERR_SEARCH_MODIFIER, modifier, str_of(p->p.code));
    while (value_split(&rest, ',', &part)) {
        bool approx = false;
        if (++count > 1 && p->no_or)
            return err_set(q->err, ERR_SEARCH_LIMIT, p->p.code, "1", NULL);
        if (!p->only_comparators || !search_kind_of(&p->p)->prefixes || q->modifier == SEARCH_MOD_MISSING)
            continue;
        struct str bare = part;
        enum store_cmp cmp = value_prefix(&bare, &approx);
        if (!(p->comparators & (1u << (approx ? STORE_CMP_OVERLAP : cmp))))
            return value_error(q, part);
    }
    return true;
}
