/* SPDX-License-Identifier: Apache-2.0
 * store_reindex: all index rows anew from the bodies, in jobs of bounded size. Until the last one is
 * committed the store counts as stale, so a stop in the middle is made good by running it again. */
#include "base/os.h"
#include "store/write.h"

enum { REINDEX_JOB = 8192 };

struct reindex {
    struct store *s;
    store_rid after;
    uint64_t done;
    bool over;
};

static bool reindex_clear(struct store_tx *tx, void *arg, struct err *err)
{
    struct reindex *x = arg;
    atomic_store(&x->s->stale, true);
    return schema_meta_put(tx->w->db, "fingerprint", STR(""), err) && schema_clear_index(tx->w->db, err);
}

static bool reindex_put(struct store_tx *tx, store_rid rid, const struct nrow *row, size_t count,
                        uint16_t type, struct err *err)
{
    struct write *w = tx->w;
    if (!write_difference(tx, rid, type, NULL, 0, row, count, err))
        return false;
    buf_clear(&w->packed);
    rows_pack(row, count, rid, &w->packed);
    sqlite3_stmt *st = buf_ok(&w->packed) ? db_get(w->db, DB_RES_ROWS, err) : NULL;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    db_bind_blob(st, 2, buf_get(&w->packed));
    return db_run(w->db, st, err);
}

static bool reindex_one(struct store_tx *tx, store_rid rid, struct err *err)
{
    struct write *w = tx->w;
    struct store *s = w->s;
    struct store_version v;
    struct store_rows rows = {0};
    struct nrow *row;
    size_t count;
    store_rid patient = 0;
    arena_reset(&w->arena);
    enum store_found found = read_current(&w->read, rid, true, &w->arena, &v, err);
    if (found == STORE_DELETED)
        return true;
    if (found != STORE_FOUND || !s->hooks.extract(s->hooks.arg, &w->arena, v.type, v.body, &rows, err))
        return false;
    struct store_change c = {
        .op = 'U', .type = v.type, .id = v.id, .rows = rows.item, .row_count = rows.count};
    bool is_patient = v.type == s->patient_type;
    if (!is_patient && !write_patient(tx, &c, &patient, err))
        return false;
    return write_rows(tx, &c, is_patient ? rid : patient, &row, &count, err) &&
           reindex_put(tx, rid, row, count, number_durable(&s->types, v.type), err);
}

/* The next resource with a version; 0 at the end. */
static bool reindex_next(struct reindex *x, struct write *w, store_rid *rid, struct err *err)
{
    sqlite3_stmt *st = db_get(w->db, DB_RES_ALL, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, x->after);
    int rc = db_step(w->db, st, err);
    *rid = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_reset(st);
    return rc >= 0;
}

static bool reindex_some(struct store_tx *tx, void *arg, struct err *err)
{
    struct reindex *x = arg;
    tx->hold = true;
    for (int i = 0; i < REINDEX_JOB; i++) {
        store_rid rid;
        if (!reindex_next(x, tx->w, &rid, err))
            return false;
        x->over = rid == 0;
        if (x->over)
            return true;
        if (!reindex_one(tx, rid, err))
            return false;
        x->after = rid;
        x->done++;
    }
    return true;
}

static bool reindex_finish(struct store_tx *tx, void *arg, struct err *err)
{
    struct reindex *x = arg;
    return schema_meta_put(tx->w->db, "fingerprint", str_of(x->s->schema.fingerprint), err);
}

static bool reindex_job(struct reindex *x, bool (*run)(struct store_tx *tx, void *arg, struct err *err),
                        struct err *err)
{
    struct store_job job = {run, NULL, x, STR(""), STR("")};
    return store_run(x->s, &job, err);
}

bool store_reindex(struct store *s, void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
                   struct err *err)
{
    struct reindex x = {.s = s};
    uint64_t total = 0;
    struct store_read *r = store_read_begin(s, err);
    bool ok = r && store_count(r, 0, &total, err);
    store_read_end(r);
    ok = ok && reindex_job(&x, reindex_clear, err);
    while (ok && !x.over) {
        ok = reindex_job(&x, reindex_some, err);
        if (ok && progress)
            progress(arg, x.done, total);
    }
    if (!ok || !reindex_job(&x, reindex_finish, err))
        return false;
    atomic_store(&s->stale, false);
    return true;
}
