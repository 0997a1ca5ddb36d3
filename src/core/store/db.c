/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <pthread.h>
#include <stdio.h>

enum { DB_BUSY_MS = 10000, DB_PAGE = 8192 };

static const char *const db_sql[DB_STMT_COUNT] = {
#define SQL(name, text) [DB_##name] = text,
#include "store/db_sql.def"
#undef SQL
};

const char *db_text(enum db_stmt which)
{
    return db_sql[which];
}

bool db_fail(struct db *db, struct err *err)
{
    int code = db->h ? sqlite3_errcode(db->h) : SQLITE_NOMEM;
    const char *text = db->h ? sqlite3_errmsg(db->h) : "";
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return err_set(err, ERR_NO_SPACE, NULL);
    case SQLITE_NOMEM:
        return err_set(err, ERR_NO_MEMORY, NULL);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_STORE_CORRUPT, text, NULL);
    case SQLITE_IOERR:
        return err_set(err, ERR_IO, sqlite3_db_filename(db->h, "main"), text, NULL);
    default:
        return err_set(err, ERR_STORE_SQL, text, NULL);
    }
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->h, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(db, err);
}

bool db_int(struct db *db, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) != SQLITE_OK)
        return db_fail(db, err);
    int rc = sqlite3_step(st);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(db, err);
    sqlite3_finalize(st);
    return ok;
}

void db_cache(struct db *db, unsigned kib)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%u", kib);
    sqlite3_exec(db->h, sql, NULL, NULL, NULL);
}

static int db_logged(void *arg, sqlite3 *h, const char *name, int pages)
{
    (void)h;
    (void)name;
    struct db *db = arg;
    db->log_pages = pages;
    atomic_fetch_add(&db->commits, 1);
    return SQLITE_OK;
}

static bool db_set_up(struct db *db, bool writer, unsigned cache_kib, struct err *err)
{
    sqlite3_busy_timeout(db->h, DB_BUSY_MS);
    sqlite3_extended_result_codes(db->h, 1);
    db_cache(db, cache_kib);
    if (!db_exec(db, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0", err))
        return false;
    if (!writer) {
        sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return db_exec(db, "PRAGMA query_only=1", err);
    }
    sqlite3_wal_hook(db->h, db_logged, db);
    char sql[160];
    snprintf(sql, sizeof sql,
             "PRAGMA page_size=%d; PRAGMA secure_delete=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
             DB_PAGE);
    return db_exec(db, sql, err);
}

/* Without allocation statistics SQLite's allocator takes no lock that all readers share. */
static void db_configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool db_open(struct db *db, const char *path, bool writer, bool create, unsigned cache_kib, struct err *err)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    pthread_once(&configured, db_configure);
    *db = (struct db){0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(path, &db->h, flags, NULL) != SQLITE_OK)
        err_set(err, ERR_STORE_OPEN, path, db->h ? sqlite3_errmsg(db->h) : "", NULL);
    else if (db_set_up(db, writer, cache_kib, err))
        return true;
    db_close(db);
    return false;
}

void db_close(struct db *db)
{
    for (int i = 0; i < DB_STMT_COUNT; i++) {
        sqlite3_finalize(db->stmt[0][i]);
        sqlite3_finalize(db->stmt[1][i]);
    }
    sqlite3_close(db->h);
    *db = (struct db){0};
}

sqlite3_stmt *db_get(struct db *db, enum db_stmt which, struct err *err)
{
    sqlite3_stmt **kept = &db->stmt[db->level][which], *st = *kept;
    if (!st) {
        if (sqlite3_prepare_v3(db->h, db_sql[which], -1, SQLITE_PREPARE_PERSISTENT, kept, NULL) !=
            SQLITE_OK) {
            db_fail(db, err);
            return NULL;
        }
        return *kept;
    }
    sqlite3_reset(st);
    return st;
}

int db_step(struct db *db, sqlite3_stmt *st, struct err *err)
{
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        db_fail(db, err);
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? 0 : -1;
}

bool db_run(struct db *db, sqlite3_stmt *st, struct err *err)
{
    return st && db_step(db, st, err) == 0;
}

void db_bind_blob(sqlite3_stmt *st, int at, struct str s)
{
    sqlite3_bind_blob64(st, at, s.p ? s.p : "", s.n, SQLITE_STATIC);
}

struct str db_column_blob(sqlite3_stmt *st, int at)
{
    const char *p = sqlite3_column_blob(st, at);
    return (struct str){p, p ? (size_t)sqlite3_column_bytes(st, at) : 0};
}

bool db_checkpoint(struct db *db, bool truncate, struct err *err)
{
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int rc = sqlite3_wal_checkpoint_v2(db->h, "main", mode, NULL, NULL);
    if (rc == SQLITE_OK)
        db->log_pages = 0;
    return rc == SQLITE_OK || rc == SQLITE_BUSY || db_fail(db, err);
}
