/* SPDX-License-Identifier: Apache-2.0 */
#include "search/search_int.h"

/* A whole type, or everything, has a maintained count. */
static bool count_of_all(struct store_read *r, const struct store_plan *plan, uint64_t *total,
                         struct err *err)
{
    *total = 0;
    if (!plan->types)
        return store_count(r, 0, total, err);
    for (size_t i = 0; i < plan->type_count; i++) {
        uint64_t n;
        if (!store_count(r, plan->types[i], &n, err))
            return false;
        *total += n;
    }
    return true;
}

/* The sum of the conditions' scores as a part of the greatest that it can be. */
static double *run_scores(const struct store_plan *plan, const struct store_hits *hits)
{
    double most = 0;
    for (size_t i = 0; i < plan->cond_count; i++)
        most += plan->cond[i].kind == STORE_COND_RIDS && plan->cond[i].score && !plan->cond[i].negate;
    for (size_t i = 0; hits->score && i < hits->count; i++) {
        double part = most > 1 ? hits->score[i] / most : hits->score[i];
        hits->score[i] = part > 1 ? 1 : part;
    }
    return hits->score;
}

static bool run_rest(struct store_read *r, const struct search_query *q, const struct store_plan *plan,
                     const struct store_hits *hits, struct arena *arena, struct search_page *out,
                     struct err *err)
{
    bool all = plan->cond_count == 0;
    out->match = hits->item;
    out->match_count = hits->count;
    out->score = run_scores(plan, hits);
    out->more = hits->more;
    out->next = hits->next;
    out->seq = hits->seq;
    out->work = hits->work;
    out->total = hits->total;
    out->has_total = plan->count;
    if (all && q->total != SEARCH_TOTAL_NONE) {
        if (!count_of_all(r, plan, &out->total, err))
            return false;
        out->has_total = true;
    } else if (!plan->count && q->total != SEARCH_TOTAL_NONE && plan->limit && !hits->more &&
               plan->cursor.n == 0) {
        /* The whole result is on this page. */
        out->total = hits->count;
        out->has_total = true;
    }
    return include_run(r, q, arena, out, err);
}

bool search_run(struct search *s, struct store_read *r, const struct search_query *q, struct arena *arena,
                struct search_page *out, struct err *err)
{
    struct store_plan plan = q->plan;
    struct store_hits hits = {0};
    bool all = plan.cond_count == 0;
    *out = (struct search_page){0};
    plan.count = plan.count && !all;
    if ((plan.limit || plan.count) && !store_search(r, &plan, arena, &hits, err)) {
        explain_budget(s, r, &plan, arena, err);
        return false;
    }
    /* Later pages are as of the first one's commit, and so is what is counted and included with them. */
    if (plan.cursor.n)
        store_read_pin(r, hits.seq);
    bool ok = run_rest(r, q, &plan, &hits, arena, out, err) &&
              (!q->contained || contained_page(s, r, q->contained, arena, out, err));
    if (plan.cursor.n)
        store_read_pin(r, 0);
    return ok;
}
