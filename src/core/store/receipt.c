/* SPDX-License-Identifier: Apache-2.0
 * Receipts: beside the record, in its transactions. */
#include "store/write.h"

enum { RECEIPT_DROP = 8 }; /* old ones let go of for each new one: more than come, so they cannot pile up */

static void bind_text(sqlite3_stmt *st, int at, struct str s)
{
    sqlite3_bind_text64(st, at, s.p ? s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static bool drop_old(struct store_tx *tx, struct err *err)
{
    sqlite3_stmt *st = db_get(tx->w->db, DB_RECEIPT_OLD, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, tx->time_ms - (int64_t)STORE_RECEIPT_DAYS * 24 * 3600 * 1000);
    sqlite3_bind_int(st, 2, RECEIPT_DROP);
    return db_run(tx->w->db, st, err);
}

bool store_receipt_put(struct store_tx *tx, struct str owner, struct str key, struct str value,
                       struct err *err)
{
    sqlite3_stmt *st = db_get(tx->w->db, DB_RECEIPT_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, tx->time_ms);
    bind_text(st, 2, owner);
    bind_text(st, 3, key);
    db_bind_blob(st, 4, value);
    return db_run(tx->w->db, st, err) && drop_old(tx, err);
}

/* The row that st stands on: number, time, key, value. */
static bool take(sqlite3_stmt *st, struct arena *arena, struct store_receipt *out, struct err *err)
{
    out->number = sqlite3_column_int64(st, 0);
    out->time_ms = sqlite3_column_int64(st, 1);
    out->key = arena_str(arena, db_column_blob(st, 2));
    out->value = arena_str(arena, db_column_blob(st, 3));
    return (out->key.p && out->value.p) || err_set(err, ERR_NO_MEMORY, NULL);
}

enum store_found store_receipt_get(struct store_read *r, struct str owner, struct str key,
                                   struct arena *arena, struct store_receipt *out, struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, DB_RECEIPT_GET, err);
    if (!st)
        return STORE_FAILED;
    bind_text(st, 1, owner);
    bind_text(st, 2, key);
    int rc = db_step(r->db, st, err);
    bool ok = rc <= 0 || take(st, arena, out, err);
    sqlite3_reset(st);
    return rc < 0 || !ok ? STORE_FAILED : rc > 0 ? STORE_FOUND : STORE_ABSENT;
}

bool store_receipt_list(struct store_read *r, struct str owner, int64_t before, int64_t before_ms,
                        uint32_t limit, struct arena *arena, struct store_receipt **out, size_t *count,
                        struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, DB_RECEIPT_LIST, err);
    *count = 0;
    *out = ARENA_ARRAY(arena, struct store_receipt, limit + 1);
    if (!st || !*out)
        return st ? err_set(err, ERR_NO_MEMORY, NULL) : false;
    bind_text(st, 1, owner);
    sqlite3_bind_int64(st, 2, before > 0 ? before : INT64_MAX);
    sqlite3_bind_int64(st, 3, limit);
    sqlite3_bind_int64(st, 4, before_ms > 0 ? before_ms : INT64_MAX);
    int rc;
    bool ok = true;
    while (ok && (rc = db_step(r->db, st, err)) > 0)
        ok = take(st, arena, &(*out)[(*count)++], err);
    sqlite3_reset(st);
    return ok && rc == 0;
}
