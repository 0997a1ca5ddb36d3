/* SPDX-License-Identifier: Apache-2.0
 * Sessions on disk, so that a restart of the service logs nobody out. */
#include "identity/identity_int.h"

static void bind_hash(sqlite3_stmt *s, const unsigned char hash[SESSION_HASH])
{
    sqlite3_bind_blob(s, 1, hash, SESSION_HASH, SQLITE_TRANSIENT);
}

bool session_file_save(struct side *f, const struct session *s, struct err *err)
{
    sqlite3_stmt *stmt = side_get(f, FILE_SESSION_ADD, err);
    bind_hash(stmt, s->hash);
    side_bind_text(stmt, 2, str_of(s->id));
    for (int i = 0; i < SESSION_TEXTS; i++)
        side_bind_text(stmt, 3 + i, session_text(s, (enum session_text)i));
    sqlite3_bind_int64(stmt, 10, s->begun_ms);
    sqlite3_bind_int64(stmt, 11, s->seen_ms);
    sqlite3_bind_int64(stmt, 12, s->until_ms);
    return side_run(f, stmt, NULL, err);
}

bool session_file_forget(struct side *f, const unsigned char hash[SESSION_HASH], struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_SESSION_FORGET, err);
    bind_hash(s, hash);
    return side_run(f, s, NULL, err);
}

bool session_file_forget_all(struct side *f, struct str account, struct err *err)
{
    sqlite3_stmt *s = side_get(f, FILE_SESSION_FORGET_ALL, err);
    side_bind_text(s, 1, account);
    return side_run(f, s, NULL, err);
}

bool session_file_has(struct side *f, const unsigned char hash[SESSION_HASH])
{
    sqlite3_stmt *s = side_get(f, FILE_SESSION_HAS, NULL);
    if (!s)
        return true; /* not known to be forgotten */
    bind_hash(s, hash);
    bool has = sqlite3_step(s) != SQLITE_DONE;
    sqlite3_reset(s);
    return has;
}

bool session_file_seen(struct side *f, struct session *s, struct err *err)
{
    sqlite3_stmt *stmt = side_get(f, FILE_SESSION_SEEN, err);
    int64_t seen_ms = s->seen_ms;
    bind_hash(stmt, s->hash);
    sqlite3_bind_int64(stmt, 2, seen_ms);
    if (!side_run(f, stmt, NULL, err))
        return false;
    s->saved_ms = seen_ms;
    return true;
}

static struct str column(sqlite3_stmt *s, int at)
{
    const char *text = (const char *)sqlite3_column_text(s, at);
    return (struct str){text ? text : "", text ? (size_t)sqlite3_column_bytes(s, at) : 0};
}

/* NULL with *err only when memory is short; a row that is not whole is passed over. */
static struct session *read_row(sqlite3_stmt *row, struct err *err)
{
    struct str text[SESSION_TEXTS], id = column(row, 1);
    for (int i = 0; i < SESSION_TEXTS; i++) {
        text[i] = column(row, 2 + i);
        if (text[i].n > IDENTITY_ROLE_TEXT_MAX)
            return NULL;
    }
    if (sqlite3_column_bytes(row, 0) != SESSION_HASH || id.n != SESSION_ID_TEXT)
        return NULL;
    struct session *s = session_new(text, err);
    if (!s)
        return NULL;
    memcpy(s->hash, sqlite3_column_blob(row, 0), SESSION_HASH);
    memcpy(s->id, id.p, id.n);
    s->begun_ms = sqlite3_column_int64(row, 9);
    s->seen_ms = s->saved_ms = sqlite3_column_int64(row, 10);
    s->until_ms = sqlite3_column_int64(row, 11);
    s->change = sqlite3_column_int(row, 12) != 0;
    return s;
}

bool session_file_load(struct side *f, struct session_table *t, int64_t oldest_ms, struct err *err)
{
    sqlite3_stmt *old = side_get(f, FILE_SESSION_FORGET_OLD, err);
    struct err why = {0};
    sqlite3_bind_int64(old, 1, oldest_ms);
    if (!side_run(f, old, NULL, err))
        return false;
    sqlite3_stmt *s = side_get(f, FILE_SESSION_LIST, err);
    if (!s)
        return false;
    sqlite3_bind_int(s, 1, IDENTITY_SESSIONS_MAX);
    int code;
    while (!why.code && (code = sqlite3_step(s)) == SQLITE_ROW) {
        struct session *one = read_row(s, &why);
        if (one)
            session_add(t, one);
    }
    if (why.code)
        *err = why;
    bool ok = !why.code && (code == SQLITE_DONE || side_fail(f, err));
    sqlite3_reset(s);
    return ok;
}
