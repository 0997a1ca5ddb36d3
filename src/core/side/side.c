/* SPDX-License-Identifier: Apache-2.0 */
#include "side/side.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

static const char *const side_ends[] = {"", "-wal", "-shm"};

bool side_fail(struct side *s, struct err *err)
{
    int code = s->h ? sqlite3_errcode(s->h) & 0xFF : SQLITE_NOMEM;
    const char *text = s->h ? sqlite3_errmsg(s->h) : "";
    switch (code) {
    case SQLITE_FULL:
        return err_set(err, ERR_NO_SPACE, NULL);
    case SQLITE_NOMEM:
        return err_set(err, ERR_NO_MEMORY, NULL);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_STORE_CORRUPT, s->form->name, NULL);
    case SQLITE_IOERR:
    case SQLITE_READONLY:
        return err_set(err, ERR_IO, s->form->name, text, NULL);
    default:
        return err_set(err, ERR_STORE_SQL, text, NULL);
    }
}

bool side_exec(struct side *s, const char *sql, struct err *err)
{
    return sqlite3_exec(s->h, sql, NULL, NULL, NULL) == SQLITE_OK || side_fail(s, err);
}

static bool side_pragma(struct side *s, const char *name, int32_t *out, struct err *err)
{
    sqlite3_stmt *st = NULL;
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA %s", name);
    bool ok = sqlite3_prepare_v2(s->h, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;
    *out = ok ? sqlite3_column_int(st, 0) : 0;
    sqlite3_finalize(st);
    return ok || side_fail(s, err);
}

static bool side_make(struct side *s, struct err *err)
{
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", s->form->application,
             s->form->format);
    return side_end(s, side_exec(s, s->form->tables, err) && side_exec(s, sql, err), err);
}

/* A file without tables is new, however it came to be: a process may have died right after making it. */
static bool side_check(struct side *s, enum side_open how, struct err *err)
{
    int32_t application, format, pages;
    if (how == SIDE_CREATE && !side_begin(s, err))
        return false;
    bool ok = side_pragma(s, "application_id", &application, err) &&
              side_pragma(s, "user_version", &format, err) && side_pragma(s, "schema_version", &pages, err);
    if (ok && how == SIDE_CREATE && pages == 0)
        return side_make(s, err);
    ok = ok && ((application == s->form->application && format == s->form->format) ||
                err_set(err, ERR_SIDE_OTHER, s->path, NULL));
    if (how == SIDE_CREATE)
        sqlite3_exec(s->h, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

static bool side_set_up(struct side *s, enum side_open how, struct err *err)
{
    char sql[160];
    sqlite3_busy_timeout(s->h, SIDE_BUSY_MS);
    sqlite3_extended_result_codes(s->h, 1);
    snprintf(sql, sizeof sql, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%u",
             s->form->cache_kib);
    if (!side_exec(s, sql, err))
        return false;
    if (how == SIDE_READ)
        return side_exec(s, "PRAGMA query_only=1", err);
    /* What is deleted here may be a secret. */
    snprintf(sql, sizeof sql,
             "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA secure_delete=1; PRAGMA foreign_keys=1",
             s->form->durable ? "FULL" : "NORMAL");
    return side_exec(s, sql, err);
}

bool side_open(struct side *s, const struct side_form *form, const char *dir, enum side_open how,
               struct err *err)
{
    *s = (struct side){.form = form};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (how == SIDE_CREATE ? SQLITE_OPEN_CREATE : 0);
    int n = snprintf(s->path, sizeof s->path, "%s/%s", dir, form->name);
    s->stmt = os_alloc((form->sql_count + 1) * sizeof *s->stmt);
    if (!s->stmt || n < 0 || (size_t)n >= sizeof s->path) {
        side_close(s);
        return err_set(err, s->stmt ? ERR_STORE_OPEN : ERR_NO_MEMORY, form->name, "", NULL);
    }
    memset(s->stmt, 0, (form->sql_count + 1) * sizeof *s->stmt);
    mode_t mask = umask(0077);
    int rc = sqlite3_open_v2(s->path, &s->h, flags, NULL);
    bool ok = rc == SQLITE_OK ? side_set_up(s, how, err) && side_check(s, how, err)
                              : err_set(err, ERR_STORE_OPEN, s->path, s->h ? sqlite3_errmsg(s->h) : "", NULL);
    umask(mask);
    if (!ok)
        side_close(s);
    return ok;
}

void side_close(struct side *s)
{
    for (size_t i = 0; s->stmt && i < s->form->sql_count; i++)
        sqlite3_finalize(s->stmt[i]);
    os_free(s->stmt);
    sqlite3_close(s->h);
    *s = (struct side){0};
}

void side_remove(const struct side_form *form, const char *dir)
{
    for (size_t i = 0; i < sizeof side_ends / sizeof *side_ends; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s%s", dir, form->name, side_ends[i]);
        unlink(path);
    }
}

sqlite3_stmt *side_get(struct side *s, size_t which, struct err *err)
{
    OS_ASSERT(which < s->form->sql_count);
    sqlite3_stmt **st = &s->stmt[which];
    if (*st) {
        sqlite3_reset(*st);
        sqlite3_clear_bindings(*st);
    } else if (sqlite3_prepare_v3(s->h, s->form->sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) !=
               SQLITE_OK) {
        side_fail(s, err);
        return NULL;
    }
    return *st;
}

int side_step(struct side *s, sqlite3_stmt *st, struct err *err)
{
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        side_fail(s, err);
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? 0 : -1;
}

bool side_run(struct side *s, sqlite3_stmt *st, int *changed, struct err *err)
{
    bool ok = st && side_step(s, st, err) == 0;
    if (changed)
        *changed = ok ? sqlite3_changes(s->h) : 0;
    return ok;
}

bool side_begin(struct side *s, struct err *err)
{
    return side_exec(s, "BEGIN IMMEDIATE", err);
}

bool side_end(struct side *s, bool ok, struct err *err)
{
    if (ok && side_exec(s, "COMMIT", err))
        return true;
    sqlite3_exec(s->h, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

void side_bind_text(sqlite3_stmt *st, int at, struct str s)
{
    if (s.p)
        sqlite3_bind_text64(st, at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_bind_null(st, at);
}

void side_bind_blob(sqlite3_stmt *st, int at, struct str s)
{
    if (s.p)
        sqlite3_bind_blob64(st, at, s.p, s.n, SQLITE_STATIC);
    else
        sqlite3_bind_null(st, at);
}

struct str side_column(sqlite3_stmt *st, int at)
{
    if (sqlite3_column_type(st, at) == SQLITE_NULL)
        return (struct str){0};
    const char *p = sqlite3_column_blob(st, at);
    return (struct str){p ? p : "", p ? (size_t)sqlite3_column_bytes(st, at) : 0};
}
