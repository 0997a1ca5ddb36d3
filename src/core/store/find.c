/* SPDX-License-Identifier: Apache-2.0
 * store_search: candidates, the match, the order, the page. */
#include <stdlib.h>

#include "store/plan.h"

enum {
    FIND_CHUNK = 64,
    FIND_CHUNK_MAX = 8192,
    FIND_LIST_SHORT = 4096,  /* candidates sorted without asking whether the date index would be quicker */
    FIND_HOPE_MAX = 2000,    /* resources looked at before a long list of candidates is made; */
    FIND_HOPE_MANY = 16,     /* fewer the more alternatives each is held against */
    FIND_STREAM_MAX = 20000, /* rows of the date index read in the hope of filling a page */
};

struct find {
    struct query *q;
    struct store_read *r;
    struct arena *arena;
    struct store_hits *out;
    struct sort_hit from; /* the cursor */
    bool has_cursor;
    size_t want;          /* limit + 1: one more tells whether there is a next page */
    struct sort_hit *hit; /* in order when streamed, a heap (worst first) when sorted */
    size_t hits;
    struct rid_list counted; /* all that match, when that is known from counting them */
    bool has_counted;
    bool exact; /* candidates that an index leads to are matches */
};

/* ---- in rid order ---- */

static bool find_add(struct find *f, const struct sort_hit *hit, struct err *err)
{
    if (!f->hit) {
        f->hit = arena_alloc(f->arena, f->want * sizeof *f->hit);
        if (!f->hit)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    f->hit[f->hits++] = *hit;
    return true;
}

static bool find_in_order(struct find *f, const struct rid_list *list, struct err *err)
{
    for (size_t i = 0; i < list->count && f->hits < f->want; i++) {
        struct sort_hit hit = {.rid = list->item[i]};
        int yes = f->exact ? query_tick(f->q, err) ? 1 : -1 : match_rid(f->q, hit.rid, err);
        if (yes < 0 || (yes && !find_add(f, &hit, err)))
            return false;
    }
    return true;
}

/* choose_path, unless the candidates are known already. */
static bool find_choose(struct find *f, store_rid after, bool all, struct ccond **best, struct rid_list *list,
                        bool *listed, struct err *err)
{
    if (!f->has_counted) {
        int exact = query_exact(f->q, err);
        if (exact < 0 || !choose_path(f->q, after, all, best, list, listed, err))
            return false;
        f->exact = exact && (*best || *listed);
        return true;
    }
    f->exact = true;
    size_t from = 0;
    while (from < f->counted.count && f->counted.item[from] <= after)
        from++;
    *best = NULL;
    *list = (struct rid_list){f->counted.item + from, f->counted.count - from, 0};
    *listed = true;
    return true;
}

/* What is asked for may be common: some resources are looked at in order before a long list is made. *after:
 * how far; *end: there are no more. */
static bool find_hope(struct find *f, store_rid *after, bool *end, struct err *err)
{
    struct rid_list list = {0};
    size_t alternatives = 0;
    for (size_t i = 0; i < f->q->cond_count; i++)
        alternatives += f->q->cond[i].any_count;
    const uint64_t until = f->q->run->work + FIND_HOPE_MAX / (1 + alternatives / FIND_HOPE_MANY);
    *end = false;
    while (!*end && f->hits < f->want && f->q->run->work < until) {
        list.count = 0;
        int rc = path_scan(f->q, *after, FIND_CHUNK, &list, err);
        size_t i = 0;
        for (; i < list.count && rc >= 0 && f->hits < f->want && f->q->run->work < until; i++) {
            struct sort_hit hit = {.rid = list.item[i]};
            int yes = match_rid(f->q, hit.rid, err);
            if (yes < 0 || (yes && !find_add(f, &hit, err)))
                return false;
            *after = hit.rid;
        }
        if (rc < 0)
            return false;
        *end = rc > 0 && i == list.count;
    }
    return true;
}

static bool find_by_rid(struct find *f, struct err *err)
{
    struct ccond *best;
    struct rid_list list = {0};
    bool listed;
    store_rid after = f->has_cursor ? f->from.rid : 0;
    if (!find_choose(f, after, false, &best, &list, &listed, err))
        return false;
    if (!listed && !best && choose_usable(f->q)) {
        bool end;
        if (!find_hope(f, &after, &end, err))
            return false;
        if (end || f->hits == f->want)
            return true;
        if (!find_choose(f, after, true, &best, &list, &listed, err))
            return false;
    }
    if (listed)
        return find_in_order(f, &list, err);
    int rc = 0;
    for (size_t chunk = FIND_CHUNK; rc == 0 && f->hits < f->want;
         chunk = chunk < FIND_CHUNK_MAX ? chunk * 2 : chunk) {
        list.count = 0;
        rc = best ? path_gather(f->q, best, after, chunk, &list, err)
                  : path_scan(f->q, after, chunk, &list, err);
        if (rc < 0 || !find_in_order(f, &list, err))
            return false;
        after = list.count ? list.item[list.count - 1] : after;
    }
    return true;
}

/* ---- sorted: the best `want` of all matches, in a heap with the worst on top ---- */

static void heap_down(struct find *f, size_t at)
{
    for (;;) {
        size_t worst = at, left = 2 * at + 1;
        for (size_t k = left; k < left + 2 && k < f->hits; k++)
            if (sort_cmp(f->q, &f->hit[k], &f->hit[worst]) > 0)
                worst = k;
        if (worst == at)
            return;
        struct sort_hit t = f->hit[at];
        f->hit[at] = f->hit[worst];
        f->hit[worst] = t;
        at = worst;
    }
}

static void heap_up(struct find *f, size_t at)
{
    while (at && sort_cmp(f->q, &f->hit[at], &f->hit[(at - 1) / 2]) > 0) {
        struct sort_hit t = f->hit[at];
        f->hit[at] = f->hit[(at - 1) / 2];
        f->hit[(at - 1) / 2] = t;
        at = (at - 1) / 2;
    }
}

/* Texts move to room of their own; that of the hit it replaces, when there is one. */
static bool find_texts(struct find *f, struct sort_hit *hit, const struct sort_hit *old, struct err *err)
{
    for (size_t i = 0; i < f->q->plan->sort_count; i++) {
        struct sort_value *v = &hit->value[i];
        v->room = old ? old->value[i].room : NULL;
        if (v->text.n == 0)
            continue;
        v->room = v->room ? v->room : arena_alloc(f->arena, SORT_TEXT_MAX);
        if (!v->room)
            return err_set(err, ERR_NO_MEMORY, NULL);
        memcpy(v->room, v->text.p, v->text.n);
        v->text.p = v->room;
    }
    return true;
}

static bool find_keep(struct find *f, struct sort_hit *hit, struct err *err)
{
    if (f->has_cursor && sort_cmp(f->q, hit, &f->from) <= 0)
        return true;
    bool full = f->hits == f->want;
    if (full && sort_cmp(f->q, hit, &f->hit[0]) >= 0)
        return true;
    if (!find_texts(f, hit, full ? &f->hit[0] : NULL, err))
        return false;
    if (!full) {
        if (!find_add(f, hit, err))
            return false;
        heap_up(f, f->hits - 1);
    } else {
        f->hit[0] = *hit;
        heap_down(f, 0);
    }
    return true;
}

/* Keeps a match if it is among the best; with second only if its date lies in it. One read serves the match
 * and the order. */
static bool find_rank(struct find *f, store_rid rid, const int64_t *second, struct err *err)
{
    struct sort_hit hit;
    struct pin_state head = {0};
    struct arena_mark mark = arena_mark(&f->r->arena);
    if (f->r->pin.seq != PIN_NOW)
        f->q->run->ticks += PLAN_TICKS / 4; /* an extraction takes as long as many rows */
    bool ok = query_work(f->q, err) && pin_read(f->r, rid, &f->r->arena, &head, err);
    int yes = !ok ? -1 : !head.exists ? 0 : f->exact ? 1 : match_head(f->q, rid, &head, err);
    if (yes > 0)
        ok = sort_values(f->q, rid, &head, &hit, err) &&
             ((second && table_seconds(hit.value[0].whole) != *second) || find_keep(f, &hit, err));
    arena_rewind(&f->r->arena, mark);
    return ok && yes >= 0;
}

static int cmp_hit(const void *a, const void *b, void *q)
{
    return sort_cmp(q, a, b);
}

/* ---- by one date: straight off the date index, whole seconds at a time, as its keys are ---- */

static bool find_dated(const struct find *f)
{
    const struct store_plan *p = f->q->plan;
    return p->sort_count == 1 && p->sort[0].index == STORE_DATE && f->q->sort[0]->param &&
           !(f->has_cursor && !f->from.value[0].present);
}

static sqlite3_stmt *dated_from(struct find *f, struct err *err)
{
    bool down = f->q->plan->sort[0].descending;
    sqlite3_stmt *st = db_get(f->r->db, down ? DB_PATH_DATE_DOWN : DB_PATH_DATE_UP, err);
    if (st) {
        int64_t edge = down ? INT64_MAX : INT64_MIN;
        sqlite3_bind_int64(st, 1, f->q->sort[0]->param);
        sqlite3_bind_int64(st, 2, table_seconds(f->has_cursor ? f->from.value[0].whole : edge));
    }
    return st;
}

/* Is all of the heap before a second of the index? Its worst is on top. */
static bool dated_before(const struct find *f, int64_t second)
{
    const struct sort_value *worst = &f->hit[0].value[0];
    int64_t at = table_seconds(worst->whole);
    return worst->present && (f->q->plan->sort[0].descending ? at > second : at < second);
}

/* What has changed since the pin is not where the index has it: its matches go into the heap beforehand. */
static int dated_past(struct find *f, struct err *err)
{
    struct rid_list list;
    int past = query_past(f->q, err);
    if (past <= 0)
        return past;
    if (!pin_list(f->r, f->q->type, f->q->type_count, f->arena, &list, err))
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (!find_rank(f, list.item[i], NULL, err))
            return -1;
    return 1;
}

/* 1: the page is full of what comes first; 0: not known without looking at everything; -1 failed. */
static int find_stream(struct find *f, struct err *err)
{
    uint64_t withheld = f->r->sight.withheld;
    f->exact = false;
    int past = dated_past(f, err);
    sqlite3_stmt *st = past < 0 ? NULL : dated_from(f, err);
    int rc = st ? 1 : -1;
    int64_t second = INT64_MAX;
    bool full = false, ok = true;
    for (int n = 0; n < FIND_STREAM_MAX && !full && ok && rc > 0; n++) {
        rc = db_step(f->r->db, st, err);
        if (rc <= 0)
            break;
        int64_t low = sqlite3_column_int64(st, 1);
        full = low != second && f->hits == f->want && dated_before(f, low);
        second = low;
        store_rid rid = sqlite3_column_int64(st, 0);
        /* One with several dates counts only where it sorts. */
        ok = full || (past && pin_changed(f->r, rid)) || find_rank(f, rid, &second, err);
    }
    if (st)
        sqlite3_reset(st);
    if (rc < 0 || !ok)
        return -1;
    if (full) {
        f->q->run->how = "in order off the date index";
    } else { /* all are looked at again */
        f->hits = 0;
        f->r->sight.withheld = withheld;
    }
    return full;
}

static bool find_all_sorted(struct find *f, struct ccond *best, struct rid_list *list, bool listed,
                            struct err *err)
{
    int rc = listed;
    store_rid after = 0;
    do {
        if (!listed) {
            list->count = 0;
            rc = best ? path_gather(f->q, best, after, FIND_CHUNK_MAX, list, err)
                      : path_scan(f->q, after, FIND_CHUNK_MAX, list, err);
        }
        for (size_t i = 0; i < list->count && rc >= 0; i++)
            if (!find_rank(f, list->item[i], NULL, err))
                rc = -1;
        after = list->count ? list->item[list->count - 1] : after;
    } while (rc == 0);
    return rc > 0;
}

static bool find_sorted(struct find *f, struct err *err)
{
    struct ccond *best;
    struct rid_list list = {0};
    bool listed;
    if (!find_choose(f, 0, true, &best, &list, &listed, err))
        return false;
    bool exact = f->exact;
    int streamed = find_dated(f) && (!listed || list.count > FIND_LIST_SHORT) ? find_stream(f, err) : 0;
    f->exact = exact;
    if (streamed < 0 || (streamed == 0 && !find_all_sorted(f, best, &list, listed, err)))
        return false;
    if (f->hits)
        qsort_r(f->hit, f->hits, sizeof *f->hit, cmp_hit, f->q);
    return true;
}

/* ---- one patient, one type, one code, newest first: read straight off the clinical index ---- */

static const struct cmatch *find_clinical_match(const struct query *q)
{
    const struct store_plan *p = q->plan;
    if (p->sort_count != 1 || p->sort[0].index != STORE_CLINICAL || !p->sort[0].descending ||
        q->type_count != 1)
        return NULL;
    const struct cmatch *m = NULL;
    for (size_t i = 0; i < q->cond_count; i++) {
        const struct ccond *c = &q->cond[i];
        if (c->c->kind != STORE_COND_PATIENT)
            continue;
        if (m || c->any_count != 1 || c->c->negate)
            return NULL;
        m = &c->any[0];
    }
    return m;
}

static sqlite3_stmt *clinical_from(struct find *f, const struct cmatch *m, int64_t past, store_rid rid,
                                   struct err *err)
{
    sqlite3_stmt *st = db_get(f->r->db, DB_PATH_CLINICAL, err);
    if (st) {
        sqlite3_bind_int64(st, 1, m->name);
        sqlite3_bind_int64(st, 2, f->q->type[0]);
        sqlite3_bind_int64(st, 3, m->key);
        sqlite3_bind_int64(st, 4, past);
        sqlite3_bind_int64(st, 5, rid);
    }
    return st;
}

/* One that has changed since the pin, where its date of then puts it. */
static bool clinical_past_one(struct find *f, const struct cmatch *m, store_rid rid, struct sort_hit *hits,
                              size_t *count, struct err *err)
{
    const struct pin_state *s = pin_get(f->r, rid, err);
    if (!s)
        return false;
    struct sort_hit hit;
    struct str packed = s->packed;
    struct rows_group g;
    bool ok = s->exists, has = false;
    while (!has && rows_next(&packed, rid, &g, &ok))
        has = g.row.kind == STORE_CLINICAL && g.row.name == m->name && g.row.key == m->key;
    if (!has)
        return true;
    int yes = match_rid(f->q, rid, err);
    if (yes <= 0 || !sort_values(f->q, rid, s, &hit, err))
        return yes == 0;
    if (!f->has_cursor || sort_cmp(f->q, &hit, &f->from) > 0)
        hits[(*count)++] = hit;
    return true;
}

static bool clinical_past(struct find *f, const struct cmatch *m, struct sort_hit **hits, size_t *count,
                          struct err *err)
{
    struct rid_list list;
    *count = 0;
    if (!pin_list(f->r, f->q->type, f->q->type_count, f->arena, &list, err))
        return false;
    *hits = arena_alloc(f->arena, (list.count + 1) * sizeof **hits);
    if (!*hits)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < list.count; i++)
        if (!clinical_past_one(f, m, list.item[i], *hits, count, err))
            return false;
    qsort_r(*hits, *count, sizeof **hits, cmp_hit, f->q);
    return true;
}

/* The index in order, into which the changed ones are merged. */
struct clinical {
    const struct cmatch *m;
    struct sort_hit *past;
    size_t past_count, at;
    bool pinned;
};

static bool clinical_merge(struct find *f, struct clinical *c, const struct sort_hit *before, struct err *err)
{
    while (c->at < c->past_count && f->hits < f->want &&
           (!before || sort_cmp(f->q, &c->past[c->at], before) < 0))
        if (!find_add(f, &c->past[c->at++], err))
            return false;
    return true;
}

/* One row of the index. */
static bool clinical_take(struct find *f, struct clinical *c, sqlite3_stmt *st, struct err *err)
{
    int64_t date = ~sqlite3_column_int64(st, 1);
    struct sort_hit hit = {.rid = sqlite3_column_int64(st, 0)};
    hit.value[0] = (struct sort_value){.present = date != INT64_MIN, .whole = date};
    if (!query_tick(f->q, err))
        return false;
    if (c->pinned && pin_changed(f->r, hit.rid))
        return true;
    /* One condition is what the path itself says; more are asked of the rows. */
    int yes = f->q->cond_count == 1 && f->q->whole ? 1 : match_rid(f->q, hit.rid, err);
    if (yes <= 0)
        return yes == 0;
    return clinical_merge(f, c, &hit, err) && (f->hits == f->want || find_add(f, &hit, err));
}

static bool find_clinical(struct find *f, const struct cmatch *m, struct err *err)
{
    struct clinical c = {.m = m};
    int64_t past = INT64_MIN;
    store_rid rid = 0;
    if (f->has_cursor) {
        past = f->from.value[0].present ? ~f->from.value[0].whole : INT64_MAX;
        rid = f->from.rid;
    }
    int touched = query_past(f->q, err);
    c.pinned = touched > 0;
    if (touched < 0 || (touched && !clinical_past(f, m, &c.past, &c.past_count, err)))
        return false;
    sqlite3_stmt *st = clinical_from(f, m, past, rid, err);
    int rc = st ? 1 : -1;
    bool ok = true;
    while (f->hits < f->want && ok && rc > 0 && (rc = db_step(f->r->db, st, err)) > 0)
        ok = clinical_take(f, &c, st, err);
    if (st)
        sqlite3_reset(st);
    return ok && rc >= 0 && clinical_merge(f, &c, NULL, err);
}

/* ---- the page and the total ---- */

static bool find_page(struct find *f, struct err *err)
{
    struct store_hits *out = f->out;
    out->more = f->hits == f->want;
    size_t n = out->more ? f->hits - 1 : f->hits;
    out->item = arena_alloc(f->arena, (n + 1) * sizeof *out->item);
    if (sort_scored(f->q))
        out->score = arena_zalloc(f->arena, n + 1, sizeof *out->score);
    if (!out->item || (sort_scored(f->q) && !out->score))
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        enum store_found found =
            read_shown(f->r, f->hit[i].rid, !f->q->plan->no_body, f->arena, &out->item[out->count], err);
        if (found == STORE_FAILED)
            return false;
        if (out->score)
            out->score[out->count] = sort_score(f->q, f->hit[i].rid);
        out->count += found == STORE_FOUND;
    }
    if (out->more && n) {
        out->next = sort_cursor(f->q, out->seq, &f->hit[n - 1], f->arena);
        return out->next.p || err_set(err, ERR_NO_MEMORY, NULL);
    }
    return true;
}

static bool find_total_of_types(struct find *f, struct err *err)
{
    const struct query *q = f->q;
    uint64_t n;
    if (!q->plan->types)
        return read_count(f->r, 0, &f->out->total, err);
    for (size_t i = 0; i < q->type_count; i++) {
        if (!read_count(f->r, number_build(&f->r->s->types, q->type[i]), &n, err))
            return false;
        f->out->total += n;
    }
    return true;
}

static bool find_total(struct find *f, struct err *err)
{
    struct query *q = f->q;
    struct rid_list list = {0};
    f->out->total = 0;
    if (q->never)
        return true;
    if (q->cond_count == 0 && q->whole)
        return find_total_of_types(f, err);
    int rc = choose_collect(q, PLAN_CANDIDATES_MAX, &list, err);
    f->out->total = list.count;
    f->counted = list;
    f->has_counted = rc > 0;
    return rc > 0 || (rc == 0 && err_set(err, ERR_SEARCH_LIMIT, "_total", "4194304", NULL));
}

/* The page goes on from where the one before ended, as of its commit. */
static bool find_resume(struct find *f, struct err *err)
{
    f->has_cursor = true;
    if (!sort_parse(f->q, f->q->plan->cursor, f->arena, &f->out->seq, &f->from, err))
        return false;
    /* A job's own changes are in no list of changes yet; nobody turns pages there. */
    if (f->r->in_job || f->out->seq > store_read_seq(f->r) || f->out->seq <= 0)
        return err_set(err, ERR_SEARCH_PAGE, NULL);
    store_read_pin(f->r, f->out->seq);
    return true;
}

static bool find_run(struct find *f, struct err *err)
{
    const struct store_plan *p = f->q->plan;
    if (p->cursor.n && !find_resume(f, err))
        return false;
    if (p->count && !find_total(f, err))
        return false;
    if (p->limit == 0 || f->q->never)
        return true;
    f->want = (size_t)p->limit + 1;
    const struct cmatch *clinical = find_clinical_match(f->q);
    f->q->run->how = clinical        ? "newest first off the clinical index"
                     : p->sort_count ? "all candidates, the first of their order kept"
                                     : "in the store's own order";
    bool ok = clinical        ? find_clinical(f, clinical, err)
              : p->sort_count ? find_sorted(f, err)
                              : find_by_rid(f, err);
    return ok && find_page(f, err);
}

bool find_search(struct run *run, const struct store_plan *plan, struct store_hits *out, struct err *err)
{
    struct store_read *r = run->r;
    int64_t pin = r->pin.seq;
    *out = (struct store_hits){.seq = pin == PIN_NOW ? store_read_seq(r) : pin};
    struct find f = {.r = r, .arena = run->arena, .out = out};
    bool ok = query_compile(run, plan, 0, &f.q, err) && find_run(&f, err);
    out->work = run->work;
    query_release(f.q);
    pin_set(&r->pin, pin);
    return ok;
}

bool store_search(struct store_read *r, const struct store_plan *plan, struct arena *arena,
                  struct store_hits *out, struct err *err)
{
    struct run run = {.r = r, .arena = arena, .work_max = plan->work_max, .deadline_ns = plan->deadline_ns};
    return find_search(&run, plan, out, err);
}
