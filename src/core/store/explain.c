/* SPDX-License-Identifier: Apache-2.0
 * store_explain: a plan as it runs, and what each of its conditions would give alone. Values are not told:
 * they may be somebody's. */
#include <stdio.h>

#include "base/os.h"
#include "store/plan.h"

enum {
    EXPLAIN_STEPS_MS = 500,         /* for the steps of a plan that was given up */
    EXPLAIN_CANDIDATES_MAX = 65536, /* of one condition; past it "at least" */
    EXPLAIN_STEPS_MAX = 512,        /* what is deeper or later is left out, and said to be */
};

struct explain {
    struct store_read *r;
    struct arena *arena;
    struct store_explanation *out;
    const struct run *run; /* the search that was run */
};

static const char *const explain_index[] = {
    [STORE_TOKEN] = "token",         [STORE_STRING] = "string",       [STORE_DATE] = "date",
    [STORE_NUMBER] = "number",       [STORE_REFERENCE] = "reference", [STORE_URI] = "uri",
    [STORE_COMPOSITE] = "composite", [STORE_CLINICAL] = "clinical",
};

static const char *const explain_cmp[] = {
    [STORE_CMP_EQ] = "eq",
    [STORE_CMP_NE] = "ne",
    [STORE_CMP_LT] = "lt",
    [STORE_CMP_GT] = "gt",
    [STORE_CMP_LE] = "le",
    [STORE_CMP_GE] = "ge",
    [STORE_CMP_SA] = "sa",
    [STORE_CMP_EB] = "eb",
    [STORE_CMP_OVERLAP] = "overlap",
    [STORE_CMP_PREFIX] = "prefix",
    [STORE_CMP_CONTAINS] = "contains",
    [STORE_CMP_EXACT] = "exact",
    [STORE_CMP_BELOW] = "below",
    [STORE_CMP_ENDS] = "ends",
    [STORE_CMP_ANY] = "any",
};

static struct store_step *explain_step(struct explain *x, uint8_t depth)
{
    struct store_explanation *out = x->out;
    if (out->step_count == EXPLAIN_STEPS_MAX) {
        out->cut = true;
        return NULL;
    }
    struct store_step *s = &out->step[out->step_count++];
    *s = (struct store_step){.depth = depth};
    return s;
}

static struct str explain_what(struct explain *x, const struct ccond *c)
{
    static const char *const special[] = {[STORE_COND_IDS] = "ids",
                                          [STORE_COND_RIDS] = "rids",
                                          [STORE_COND_UPDATED] = "lastUpdated",
                                          [STORE_COND_GROUP] = "group"};
    const char *no = c->c->negate ? "not " : "";
    size_t n = c->sub_count + c->id_count + c->any_count;
    if ((c->c->kind != STORE_COND_MATCH && c->c->kind != STORE_COND_PATIENT) || c->any_count == 0)
        return arena_printf(x->arena, "%s%s (%zu)", no,
                            c->c->kind == STORE_COND_MATCH ? "nothing" : special[c->c->kind], n);
    const struct cmatch *m = &c->any[0];
    uint16_t param = m->m->row.param;
    const char *name = m->index != STORE_CLINICAL && param < x->r->s->schema.param_count
                           ? x->r->s->schema.param_names[param]
                           : NULL;
    return arena_printf(x->arena, "%s%s %s %s (%zu)", no, explain_index[m->index], name ? name : "patient",
                        m->chain ? (m->m->reverse ? "has" : "chain") : explain_cmp[m->m->cmp], n);
}

static const char *explain_why(struct explain *x, const struct query *q, const struct ccond *c,
                               const struct store_step *s)
{
    if (!s->usable)
        return c->c->negate ? "tells only what does not match" : "no index leads to it";
    if (q->depth || q->group)
        return s->complete ? "" : "more candidates than are counted here";
    if (s->leads)
        return x->run->listed ? "fewest candidates" : "none has few: this one is read in order, bit by bit";
    return s->complete ? "others have fewer candidates" : "more candidates than are counted here";
}

static bool explain_query(struct explain *x, struct query *q, uint8_t depth, struct err *err);

/* How many of the candidates are seen. */
static bool explain_count(struct query *q, const struct rid_list *list, uint64_t *count, struct err *err)
{
    *count = list->count;
    for (size_t i = 0; q->r->sight.on && i < list->count; i++) {
        struct pin_state head;
        struct arena_mark mark = arena_mark(&q->r->arena);
        bool ok = query_tick(q, err) && sight_head(q->r, list->item[i], &q->r->arena, &head, err);
        arena_rewind(&q->r->arena, mark);
        if (!ok)
            return false;
        *count -= !head.exists;
    }
    return true;
}

/* Chains and parts, one deeper. */
static bool explain_inside(struct explain *x, struct ccond *c, uint8_t depth, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; i < c->sub_count && ok; i++)
        ok = explain_query(x, c->sub[i], depth, err);
    for (size_t i = 0; i < c->any_count && ok; i++)
        ok = !c->any[i].chain || explain_query(x, c->any[i].chain, depth, err);
    return ok;
}

static bool explain_cond(struct explain *x, struct query *q, struct ccond *c, uint8_t depth, struct err *err)
{
    struct store_step *s = explain_step(x, depth);
    struct rid_list list = {0};
    struct buf path;
    if (!s)
        return true;
    s->cond = c->c;
    s->what = explain_what(x, c);
    s->usable = path_usable(c);
    s->leads = !q->depth && !q->group && x->run->lead == c->c;
    int rc = s->usable ? path_gather(q, c, 0, EXPLAIN_CANDIDATES_MAX, &list, err) : 1;
    s->complete = rc > 0;
    if (rc < 0 || !explain_count(q, &list, &s->candidates, err))
        return false;
    s->why = str_of(explain_why(x, q, c, s));
    buf_init(&path, BUF_NO_MAX);
    if (s->usable)
        path_explain(c, &path);
    s->path = arena_str(x->arena, buf_get(&path));
    buf_release(&path);
    if (!s->what.p || !s->path.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return explain_inside(x, c, depth + 1, err);
}

static bool explain_query(struct explain *x, struct query *q, uint8_t depth, struct err *err)
{
    struct store_step *s = q->never ? explain_step(x, depth) : NULL;
    if (s) {
        s->what = STR("nothing can match");
        s->why = STR("it names what this store has never seen");
        s->complete = true;
    }
    for (size_t i = 0; i < q->cond_count; i++)
        if (!explain_cond(x, q, &q->cond[i], depth, err))
            return false;
    return true;
}

/* The search itself, all of its budget its own. */
static bool explain_run(struct explain *x, struct run *run, const struct store_plan *plan, struct err *err)
{
    struct store_hits hits;
    uint64_t began = os_mono_ns();
    bool ok = find_search(run, plan, &hits, err);
    x->out->time_ns = os_mono_ns() - began;
    x->out->work = run->work;
    x->out->hits = hits.count;
    x->out->total = hits.total;
    x->out->seq = hits.seq;
    x->out->how = str_of(run->how ? run->how : "nothing to look for");
    return ok;
}

bool store_explain(struct store_read *r, const struct store_plan *plan, struct arena *arena,
                   struct store_explanation *out, struct err *err)
{
    struct run run = {.r = r, .arena = arena, .work_max = plan->work_max, .deadline_ns = plan->deadline_ns};
    struct run alone = run;
    struct explain x = {r, arena, out, &run};
    struct query *q = NULL;
    *out = (struct store_explanation){0};
    out->step = arena_zalloc(arena, EXPLAIN_STEPS_MAX, sizeof *out->step);
    if (!out->step)
        return err_set(err, ERR_NO_MEMORY, NULL);
    bool ok = explain_run(&x, &run, plan, err);
    out->given_up = !ok && err->code == ERR_SEARCH_BUDGET;
    if (out->given_up) {
        alone.work_max = 0;
        alone.deadline_ns = os_mono_ns() + EXPLAIN_STEPS_MS * 1000000u;
    }
    ok = (ok || out->given_up) && query_compile(&alone, plan, 0, &q, err) && explain_query(&x, q, 0, err);
    query_release(q);
    return ok;
}
