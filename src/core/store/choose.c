/* SPDX-License-Identifier: Apache-2.0
 * Which condition to go by? There are no statistics to keep or trust: the candidates of every usable
 * condition are gathered up to a bound that grows, and the first to be complete, the smallest of them, wins.
 */
#include "store/plan.h"

enum {
    CHOOSE_FIRST = 256,
    CHOOSE_STEP = 16,
    CHOOSE_MANY = 64,       /* alternatives */
    CHOOSE_CHAIN = 512,     /* results of a chain that are gathered before a scan is tried */
    CHOOSE_SMALL = 1 << 20, /* a type with no more resources may be scanned in hope, before a long list */
};

int choose_round(struct query *q, store_rid after, size_t max, struct ccond **best, struct rid_list *list,
                 struct err *err)
{
    *best = NULL;
    for (size_t i = 0; i < q->cond_count; i++) {
        struct ccond *c = &q->cond[i];
        if (!path_usable(c))
            continue;
        struct rid_list tried = {0};
        /* Once something is complete, others need only beat it. */
        size_t bound = *best ? list->count : max;
        int rc = bound ? path_gather(q, c, after, bound, &tried, err) : 0;
        if (rc < 0)
            return -1;
        if (rc > 0 && (!*best || tried.count < list->count)) {
            *best = c;
            *list = tried;
        }
    }
    return *best != NULL;
}

static struct ccond *choose_first(struct query *q, bool ordered)
{
    for (size_t i = 0; i < q->cond_count; i++)
        if (path_usable(&q->cond[i]) && (!ordered || path_ordered(&q->cond[i])))
            return &q->cond[i];
    return NULL;
}

size_t choose_usable(const struct query *q)
{
    size_t n = 0;
    for (size_t i = 0; i < q->cond_count; i++)
        n += path_usable(&q->cond[i]);
    return n;
}

/* Few enough resources that a scan of the first of them finds whatever is common among them. */
static bool choose_small(struct query *q)
{
    struct err unused = {0};
    uint64_t total = 0, n = 0;
    for (size_t i = 0; i < q->type_count && total <= CHOOSE_SMALL; i++) {
        if (!read_count(q->r, number_build(&q->r->s->types, q->type[i]), &n, &unused))
            return false;
        total += n;
    }
    return q->type_count && total <= CHOOSE_SMALL;
}

/* How many candidates are worth gathering at most before something else is tried. A list of many alternatives
 * is never read twice. */
static size_t choose_most(struct query *q, bool ordered, bool all)
{
    bool chain = false;
    if (all || (!ordered && !choose_small(q)))
        return PLAN_CANDIDATES_MAX;
    for (size_t i = 0; i < q->cond_count && !ordered; i++) {
        const struct ccond *c = &q->cond[i];
        if (c->any_count > CHOOSE_MANY)
            return PLAN_CANDIDATES_MAX;
        for (size_t k = 0; k < c->any_count; k++)
            chain = chain || (c->any[k].chain && path_usable(c));
    }
    return chain ? CHOOSE_CHAIN : CHOOSE_FIRST * CHOOSE_STEP;
}

static bool choose_of(struct query *q, store_rid after, bool all, struct ccond **best, struct rid_list *list,
                      bool *listed, struct err *err)
{
    size_t usable = choose_usable(q);
    *best = NULL;
    *listed = false;
    if (usable == 0)
        return true;
    for (size_t i = 0; i < q->cond_count; i++)
        if (!path_few(&q->cond[i], err))
            return false;
    struct ccond *ordered = choose_first(q, true);
    size_t most = choose_most(q, ordered != NULL, all), max = CHOOSE_FIRST;
    if (usable == 1)
        max = ordered && !all ? 0 : most;
    for (; max; max = max < most / CHOOSE_STEP ? max * CHOOSE_STEP : most) {
        int rc = choose_round(q, after, max, best, list, err);
        if (rc < 0)
            return false;
        if (rc > 0) {
            rid_list_unique(list);
            *listed = true;
            return true;
        }
        /* Nothing selective: read the ordered one, or all, bit by bit: that is likely to fill the page soon.
         */
        if (max >= most)
            break;
    }
    *best = ordered;
    return true;
}

/* For who asks how it was. */
static void choose_note(struct query *q, const struct ccond *best, bool listed)
{
    if (q->depth)
        return;
    q->run->lead = best ? best->c : NULL;
    q->run->listed = listed;
}

bool choose_path(struct query *q, store_rid after, bool all, struct ccond **best, struct rid_list *list,
                 bool *listed, struct err *err)
{
    bool ok = choose_of(q, after, all, best, list, listed, err);
    if (ok)
        choose_note(q, *best, *listed);
    return ok;
}

/* Accepted rids of list into out. */
static int choose_filter(struct query *q, const struct rid_list *list, size_t max, struct rid_list *out,
                         struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        int yes = match_rid(q, list->item[i], err);
        if (yes < 0)
            return -1;
        if (yes && out->count >= max)
            return 0;
        if (yes && !rid_list_add(out, q->arena, list->item[i], err))
            return -1;
    }
    return 1;
}

int choose_collect(struct query *q, size_t max, struct rid_list *out, struct err *err)
{
    struct ccond *best;
    struct rid_list list = {0};
    bool listed;
    if (q->never)
        return 1;
    int exact = query_exact(q, err);
    if (exact < 0)
        return -1;
    /* What the index says of the only condition is the answer. */
    if (exact) {
        choose_note(q, &q->cond[0], true);
        int rc = path_gather(q, &q->cond[0], 0, max, out, err);
        rid_list_unique(out);
        return rc;
    }
    if (!choose_path(q, 0, true, &best, &list, &listed, err))
        return -1;
    if (listed)
        return choose_filter(q, &list, max, out, err);
    int rc = 0;
    struct rid_list chunk = {0};
    for (store_rid after = 0; rc == 0;) {
        chunk.count = 0;
        rc = best ? path_gather(q, best, after, CHOOSE_FIRST * CHOOSE_STEP, &chunk, err)
                  : path_scan(q, after, CHOOSE_FIRST * CHOOSE_STEP, &chunk, err);
        int kept = rc < 0 ? -1 : choose_filter(q, &chunk, max, out, err);
        if (kept <= 0)
            return kept;
        after = chunk.count ? chunk.item[chunk.count - 1] : after;
    }
    return rc;
}
