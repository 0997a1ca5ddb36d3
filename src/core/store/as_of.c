/* SPDX-License-Identifier: Apache-2.0
 * The record as it was at a commit, read in slices: each slice may be another snapshot, so a walk of hours
 * keeps neither the write-ahead log from being checkpointed nor a writer waiting. */
#include <time.h>

#include "store/store_int.h"

struct as_of {
    struct store_read *r;
    const struct store_as_of *q;
    store_each_fn *fn;
    void *arg;
    struct err *err;
    bool over;
};

/* Place of the first at or above rid. */
static size_t place_of(const store_rid *list, size_t count, store_rid rid)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (list[mid] < rid)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_in(const store_rid *list, size_t count, store_rid rid)
{
    size_t at = place_of(list, count, rid);
    return at < count && list[at] == rid;
}

static bool is_wanted(const struct store_as_of *q, store_rid patient)
{
    return patient > 0 && (!q->patients || is_in(q->patients, q->patient_count, patient));
}

/* By the packed rows of the current version. */
static bool in_rows(const struct as_of *a, store_rid rid, bool *in)
{
    sqlite3_stmt *st = db_get(a->r->db, DB_RES_HEAD, a->err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(a->r->db, st, a->err);
    struct str packed = rc > 0 ? db_column_blob(st, 5) : (struct str){NULL, 0};
    struct rows_group g;
    bool ok = true;
    while (!*in && rows_next(&packed, rid, &g, &ok))
        *in = g.row.kind == STORE_CLINICAL && g.row.key == 0 && is_wanted(a->q, g.row.name);
    sqlite3_reset(st);
    if (!ok)
        err_set(a->err, ERR_STORE_CORRUPT, "packed rows", NULL);
    return rc >= 0 && ok;
}

/* By extraction from the body of a version that is not current: its rows are gone. */
static bool in_body(const struct as_of *a, const struct store_version *v, bool *in)
{
    struct store *s = a->r->s;
    struct store_rows rows = {0};
    if (!s->hooks.extract(s->hooks.arg, &a->r->arena, v->type, v->body, &rows, a->err))
        return false;
    for (size_t i = 0; i < rows.count && !*in; i++) {
        const struct store_row *row = &rows.item[i];
        store_rid patient = 0;
        if (row->index != STORE_CLINICAL || row->hash != 0)
            continue;
        if (!read_key(a->r, number_durable(&s->types, row->target_type), row->text, &patient, a->err))
            return false;
        *in = is_wanted(a->q, patient);
    }
    return true;
}

/* The newest version at or before the commit, when that is not the current one; 0: there was none. */
static bool version_then(const struct as_of *a, const struct store_version *current, uint32_t *version)
{
    *version = 0;
    sqlite3_stmt *st = db_get(a->r->db, DB_HIST_LIST, a->err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, current->rid);
    sqlite3_bind_int64(st, 2, current->version);
    int rc;
    while ((rc = db_step(a->r->db, st, a->err)) > 0)
        if (sqlite3_column_int64(st, 1) <= a->q->seq) {
            *version = (uint32_t)sqlite3_column_int64(st, 0);
            break;
        }
    sqlite3_reset(st);
    return rc >= 0;
}

/* A deleted resource belongs to the patients its last content named. */
static bool member_before(const struct as_of *a, const struct store_version *v, bool *in)
{
    struct store_version before;
    if (v->version < 2)
        return true;
    enum store_found found = read_version(a->r, v->rid, v->version - 1, &a->r->arena, &before, a->err);
    if (found == STORE_FAILED)
        return false;
    return found != STORE_FOUND || in_body(a, &before, in);
}

static bool member(const struct as_of *a, const struct store_version *v, bool current, bool *in)
{
    const struct store_as_of *q = a->q;
    *in = !q->compartment || (v->type == a->r->s->patient_type && is_wanted(q, v->rid));
    if (*in)
        return true;
    if (v->op == 'D')
        return member_before(a, v, in);
    return current ? in_rows(a, v->rid, in) : in_body(a, v, in);
}

/* v is the head of what rid was then, or all of it when it is an old version. */
static bool give(struct as_of *a, struct store_version *v, bool current)
{
    bool in;
    if (v->time_ms <= a->q->since_ms || (v->op == 'D' && !a->q->deleted))
        return true;
    if (!member(a, v, current, &in))
        return false;
    if (!in)
        return true;
    enum store_found found =
        current && v->op != 'D'
            ? read_shown(a->r, v->rid, true, &a->r->arena, v, a->err)
            : read_judged(a->r, v->op == 'D' ? STORE_DELETED : STORE_FOUND, true, &a->r->arena, v, a->err);
    a->over = (found == STORE_FOUND || found == STORE_DELETED) && !a->fn(a->arg, v);
    return found != STORE_FAILED && (found != STORE_ABSENT || a->r->sight.on);
}

static bool one(struct as_of *a, store_rid rid)
{
    struct store_version v;
    enum store_found found = read_current(a->r, rid, false, &a->r->arena, &v, a->err);
    if (found == STORE_FAILED || found == STORE_ABSENT)
        return found == STORE_ABSENT;
    if (v.seq <= a->q->seq)
        return give(a, &v, true);
    uint32_t version;
    if (!version_then(a, &v, &version) || version == 0)
        return version == 0 && a->err->code == ERR_OK;
    found = read_version(a->r, rid, version, &a->r->arena, &v, a->err);
    return found == STORE_FAILED ? false : found == STORE_ABSENT || give(a, &v, false);
}

/* The next rids to look at, at most max. */
static bool next_rids(const struct as_of *a, store_rid after, store_rid *rid, size_t max, size_t *count)
{
    const struct store_as_of *q = a->q;
    *count = 0;
    if (q->only) {
        for (size_t at = place_of(q->only, q->only_count, after + 1); at < q->only_count && *count < max;
             at++)
            rid[(*count)++] = q->only[at];
        return true;
    }
    uint16_t durable = number_durable(&a->r->s->types, q->type);
    sqlite3_stmt *st = durable ? db_get(a->r->db, DB_KIND_ALL, a->err) : NULL;
    if (!st)
        return durable == 0;
    sqlite3_bind_int64(st, 1, durable);
    sqlite3_bind_int64(st, 2, after);
    int rc = 1;
    while (*count < max && (rc = db_step(a->r->db, st, a->err)) > 0)
        rid[(*count)++] = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return rc >= 0;
}

bool store_as_of(struct store_read *r, const struct store_as_of *q, store_each_fn *fn, void *arg,
                 store_rid *last, bool *more, struct err *err)
{
    struct as_of a = {.r = r, .q = q, .fn = fn, .arg = arg, .err = err};
    store_rid rid[STORE_AS_OF_SLICE];
    size_t n, i = 0;
    err->code = ERR_OK;
    *last = q->after_rid;
    if (!next_rids(&a, q->after_rid, rid, STORE_AS_OF_SLICE, &n))
        return false;
    for (; i < n && !a.over; i++) {
        struct arena_mark mark = arena_mark(&r->arena);
        bool ok = one(&a, rid[i]);
        arena_rewind(&r->arena, mark);
        if (!ok)
            return false;
        *last = rid[i];
    }
    *more = !a.over && n == STORE_AS_OF_SLICE;
    return true;
}

struct now {
    int64_t seq, time_ms, last_ms;
};

static bool now_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct now *n = arg;
    n->seq = store_tx_seq(tx) - 1;
    n->time_ms = store_tx_time_ms(tx);
    n->last_ms = 0;
    return n->seq == 0 || read_time(store_tx_read(tx), n->seq, &n->last_ms, err);
}

bool store_now(struct store *s, int64_t *seq, int64_t *time_ms, struct err *err)
{
    enum { TRIES = 50 };
    struct now n = {.seq = 0};
    struct store_job job = {.run = now_run, .arg = &n};
    for (int i = 0; i < TRIES; i++) {
        if (!store_run(s, &job, err))
            return false;
        if (n.time_ms > n.last_ms)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    *seq = n.seq;
    *time_ms = n.time_ms - 1;
    return true;
}
