/* SPDX-License-Identifier: Apache-2.0
 * History of one resource, of a type, of everything: from the change table, newest first. */
#include "store/change.h"

struct history_walk {
    struct store_read *r;
    const struct store_history *h;
    uint16_t type; /* durable; 0: all */
    int64_t since_seq;
    store_each_fn *fn; /* NULL: only count */
    void *arg;
    uint64_t count;
    int64_t last_seq; /* of the version given last: the limit never parts two versions of one resource in a
                         commit */
    store_rid last_rid;
    bool over;
};

/* First sequence at or after since_ms; beyond the end when there is none. */
static bool history_since(struct store_read *r, int64_t since_ms, int64_t *seq, struct err *err)
{
    *seq = 0;
    if (since_ms <= 0)
        return true;
    sqlite3_stmt *st = db_get(r->db, DB_COMMIT_SINCE, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, since_ms);
    int rc = db_step(r->db, st, err);
    *seq = rc > 0 ? sqlite3_column_int64(st, 0) : INT64_MAX;
    sqlite3_reset(st);
    return rc >= 0;
}

static bool history_full(struct history_walk *w, int64_t seq, store_rid rid)
{
    bool same = w->last_seq == seq && w->last_rid == rid;
    w->last_seq = seq;
    w->last_rid = rid;
    return !same && w->h->limit && w->count >= w->h->limit;
}

static bool history_give(struct history_walk *w, int64_t seq, store_rid rid, uint32_t version,
                         struct err *err)
{
    if (w->fn && history_full(w, seq, rid)) {
        w->over = true;
        return true;
    }
    bool viewed = w->r->sight.on != NULL;
    if (!w->fn && !viewed) {
        w->count++;
        return true;
    }
    struct store_version v;
    struct arena_mark mark = arena_mark(&w->r->arena);
    enum store_found found = read_shown_version(w->r, rid, version, w->fn != NULL, &w->r->arena, &v, err);
    if (found == STORE_ABSENT && !viewed)
        err_set(err, ERR_STORE_CORRUPT, "a version is missing", NULL);
    bool ok = found == STORE_FOUND || found == STORE_DELETED;
    w->count += ok;
    w->over = ok && w->fn && !w->fn(w->arg, &v);
    arena_rewind(&w->r->arena, mark);
    return ok || (found == STORE_ABSENT && viewed);
}

static bool history_part(struct history_walk *w, int64_t seq, struct str data, struct err *err)
{
    struct change *c;
    size_t n;
    struct arena_mark mark = arena_mark(&w->r->arena);
    bool ok = change_decode(data, &w->r->arena, &c, &n, err);
    while (ok && n-- && !w->over) {
        if (w->type && c[n].type != w->type)
            continue;
        if (w->h->types && !w->h->types[number_build(&w->r->s->types, c[n].type)])
            continue;
        if (w->fn && w->h->before_seq && seq == w->h->before_seq && c[n].rid >= w->h->before_rid)
            continue;
        ok = history_give(w, seq, c[n].rid, c[n].version, err);
    }
    arena_rewind(&w->r->arena, mark);
    return ok;
}

static bool history_log(struct history_walk *w, struct err *err)
{
    int64_t seq = w->fn && w->h->before_seq ? w->h->before_seq : INT64_MAX - 1, part = INT64_MAX;
    seq = seq > w->r->pin.seq ? w->r->pin.seq : seq;
    while (!w->over) {
        struct str data;
        struct arena_mark mark = arena_mark(&w->r->arena);
        int rc = change_before(w->r, &seq, &part, &w->r->arena, &data, err);
        bool ok = rc > 0 && (seq < w->since_seq || history_part(w, seq, data, err));
        arena_rewind(&w->r->arena, mark);
        if (rc <= 0)
            return rc == 0;
        if (!ok)
            return false;
        if (seq < w->since_seq)
            return true;
    }
    return true;
}

struct history_version {
    uint32_t version;
    int64_t seq;
};

static bool history_versions(struct store_read *r, store_rid rid, struct history_version **out, size_t *count,
                             struct err *err)
{
    struct store_version current;
    *count = 0;
    enum store_found found = read_current(r, rid, false, &r->arena, &current, err);
    if (found == STORE_FAILED || found == STORE_ABSENT)
        return found == STORE_ABSENT;
    *out = arena_alloc(&r->arena, current.version * sizeof **out);
    sqlite3_stmt *st = *out ? db_get(r->db, DB_HIST_LIST, err) : NULL;
    if (!st)
        return *out ? false : err_set(err, ERR_NO_MEMORY, NULL);
    (*out)[(*count)++] = (struct history_version){current.version, current.seq};
    sqlite3_bind_int64(st, 1, rid);
    sqlite3_bind_int64(st, 2, current.version);
    int rc;
    while ((rc = db_step(r->db, st, err)) > 0 && *count < current.version)
        (*out)[(*count)++] =
            (struct history_version){(uint32_t)sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)};
    sqlite3_reset(st);
    return rc >= 0;
}

static bool history_one(struct history_walk *w, struct err *err)
{
    struct store_read *r = w->r;
    store_rid rid;
    struct history_version *v = NULL;
    size_t n = 0;
    if (!read_key(r, w->type, w->h->id, &rid, err))
        return false;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = !rid || history_versions(r, rid, &v, &n, err);
    int64_t before = w->fn && w->h->before_seq ? w->h->before_seq : INT64_MAX;
    for (size_t i = 0; i < n && ok && !w->over && v[i].seq >= w->since_seq; i++)
        if (v[i].seq < before)
            ok = history_give(w, v[i].seq, rid, v[i].version, err);
    arena_rewind(&r->arena, mark);
    return ok;
}

static bool history_walk(struct history_walk *w, struct err *err)
{
    w->type = number_durable(&w->r->s->types, w->h->type);
    if (w->h->type && !w->type)
        return true;
    if (!history_since(w->r, w->h->since_ms, &w->since_seq, err))
        return false;
    return w->h->id.n ? history_one(w, err) : history_log(w, err);
}

bool store_history_each(struct store_read *r, const struct store_history *h, store_each_fn *fn, void *arg,
                        struct err *err)
{
    struct history_walk w = {.r = r, .h = h, .fn = fn, .arg = arg};
    return history_walk(&w, err);
}

bool store_history_count(struct store_read *r, const struct store_history *h, uint64_t *count,
                         struct err *err)
{
    struct history_walk w = {.r = r, .h = h};
    bool ok = history_walk(&w, err);
    *count = w.count;
    return ok;
}
