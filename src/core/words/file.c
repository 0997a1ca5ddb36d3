/* SPDX-License-Identifier: Apache-2.0
 * words.db and its connections, under the same rules as the store's: one connection writes and checkpoints,
 * finders only query and never checkpoint. synchronous=NORMAL: a power cut may take the last transactions,
 * cursor and all, and they are followed again. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "words/words_int.h"

enum { FILE_BUSY_MS = 10000, FILE_STEPS = 20000, FILE_APPLICATION = 0x48654F72 /* "HeOr" */ };

static const char *const file_sql[WORDS_STMT_COUNT] = {
#define SQL(name, text) [WORDS_##name] = text,
#include "words/words_sql.def"
#undef SQL
};

static const char file_tables[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE doc(id INTEGER PRIMARY KEY, rid INTEGER, version INTEGER, type INTEGER, len INTEGER,"
    " seq INTEGER, until INTEGER);"
    "CREATE INDEX doc_rid ON doc(rid) WHERE until IS NULL;"
    "CREATE INDEX doc_until ON doc(until) WHERE until IS NOT NULL;"
    "CREATE VIRTUAL TABLE text USING fts5(narrative, content, content='', columnsize=0, detail=full,"
    " tokenize='ascii');"
    "INSERT INTO text(text,rank) VALUES('hashsize',16777216);";

bool file_fail(struct file *f, struct err *err)
{
    int code = f->h ? sqlite3_errcode(f->h) & 0xFF : SQLITE_NOMEM;
    const char *text = f->h ? sqlite3_errmsg(f->h) : "";
    switch (code) {
    case SQLITE_FULL:
        return err_set(err, ERR_NO_SPACE, NULL);
    case SQLITE_NOMEM:
        return err_set(err, ERR_NO_MEMORY, NULL);
    case SQLITE_INTERRUPT:
        return err_set(err, ERR_WORDS_SLOW, NULL);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_STORE_CORRUPT, WORDS_FILE, NULL);
    case SQLITE_IOERR:
        return err_set(err, ERR_IO, WORDS_FILE, text, NULL);
    default:
        return err_set(err, ERR_STORE_SQL, text, NULL);
    }
}

bool file_exec(struct file *f, const char *sql, struct err *err)
{
    return sqlite3_exec(f->h, sql, NULL, NULL, NULL) == SQLITE_OK || file_fail(f, err);
}

static int file_logged(void *arg, sqlite3 *h, const char *name, int pages)
{
    (void)h;
    (void)name;
    ((struct file *)arg)->log_pages = pages;
    return SQLITE_OK;
}

static int file_late(void *arg)
{
    const struct file *f = arg;
    return f->deadline_ns && os_mono_ns() > f->deadline_ns;
}

static bool file_set_up(struct file *f, bool writer, struct err *err)
{
    char sql[200];
    sqlite3_busy_timeout(f->h, FILE_BUSY_MS);
    sqlite3_extended_result_codes(f->h, 1);
    snprintf(
        sql, sizeof sql,
        "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-%d",
        writer ? WORDS_CACHE_KIB : WORDS_CACHE_KIB / 4);
    if (!file_exec(f, sql, err))
        return false;
    if (writer) {
        sqlite3_wal_hook(f->h, file_logged, f);
        return file_exec(f, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", err);
    }
    sqlite3_db_config(f->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_progress_handler(f->h, FILE_STEPS, file_late, f);
    if (!rank_register(f->h))
        return file_fail(f, err);
    return file_exec(f, "PRAGMA query_only=1", err);
}

bool file_open(struct file *f, const char *path, bool writer, struct err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
    *f = (struct file){0};
    if (sqlite3_open_v2(path, &f->h, flags, NULL) != SQLITE_OK)
        err_set(err, ERR_STORE_OPEN, path, f->h ? sqlite3_errmsg(f->h) : "", NULL);
    else if (file_set_up(f, writer, err))
        return true;
    file_close(f);
    return false;
}

void file_close(struct file *f)
{
    for (int i = 0; i < WORDS_STMT_COUNT; i++)
        sqlite3_finalize(f->stmt[i]);
    sqlite3_close(f->h);
    *f = (struct file){0};
}

sqlite3_stmt *file_get(struct file *f, enum words_stmt which, struct err *err)
{
    sqlite3_stmt **st = &f->stmt[which];
    if (*st) {
        sqlite3_reset(*st);
    } else if (sqlite3_prepare_v3(f->h, file_sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) !=
               SQLITE_OK) {
        file_fail(f, err);
        return NULL;
    }
    return *st;
}

int file_step(struct file *f, sqlite3_stmt *st, struct err *err)
{
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        file_fail(f, err);
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? 0 : -1;
}

bool file_run(struct file *f, sqlite3_stmt *st, struct err *err)
{
    return st && file_step(f, st, err) == 0;
}

bool file_meta_get(struct file *f, const char *key, int64_t *out, struct err *err)
{
    sqlite3_stmt *st = file_get(f, WORDS_META_GET, err);
    *out = 0;
    if (!st)
        return false;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    int rc = file_step(f, st, err);
    if (rc > 0)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return rc >= 0;
}

bool file_meta_put(struct file *f, const char *key, int64_t value, struct err *err)
{
    sqlite3_stmt *st = file_get(f, WORDS_META_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, value);
    return file_run(f, st, err);
}

bool file_create(struct file *f, int64_t store, int64_t types, struct err *err)
{
    char sql[80];
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", FILE_APPLICATION,
             WORDS_FORMAT);
    if (!file_exec(f, "BEGIN IMMEDIATE", err))
        return false;
    if (file_exec(f, file_tables, err) && file_meta_put(f, "store", store, err) &&
        file_meta_put(f, "types", types, err) && file_exec(f, sql, err) && file_exec(f, "COMMIT", err))
        return true;
    sqlite3_exec(f->h, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool file_fits(struct file *f, int64_t store, int64_t types)
{
    sqlite3_stmt *st = NULL;
    int64_t format = 0, theirs = 0, names = 0;
    if (sqlite3_prepare_v2(f->h, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        format = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return format == WORDS_FORMAT && file_meta_get(f, "store", &theirs, NULL) &&
           file_meta_get(f, "types", &names, NULL) && theirs == store && names == types;
}

bool file_checkpoint(struct file *f, bool truncate, struct err *err)
{
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int rc = sqlite3_wal_checkpoint_v2(f->h, "main", mode, NULL, NULL);
    if (rc == SQLITE_OK)
        f->log_pages = 0;
    return rc == SQLITE_OK || rc == SQLITE_BUSY || file_fail(f, err);
}

static const char *const file_ends[] = {"", "-wal", "-shm"};

uint64_t file_bytes(const char *path)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof file_ends / sizeof *file_ends; i++) {
        char name[4096];
        struct stat st;
        snprintf(name, sizeof name, "%s%s", path, file_ends[i]);
        if (stat(name, &st) == 0)
            sum += (uint64_t)st.st_size;
    }
    return sum;
}

void file_remove(const char *path)
{
    for (size_t i = 0; i < sizeof file_ends / sizeof *file_ends; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s%s", path, file_ends[i]);
        unlink(name);
    }
}

bool file_renew(struct file *f, const char *path, int64_t store, int64_t types, struct err *err)
{
    file_close(f);
    file_remove(path);
    return file_open(f, path, true, err) && file_create(f, store, types, err);
}
