/* SPDX-License-Identifier: Apache-2.0
 * side: a SQLite file beside the store (identity.db, audit.db, smart.db): what is not the record itself, or
 * can be made again from it. One connection with its prepared statements; a connection belongs to one thread
 * at a time and must not move. WAL; the file and its companions are the owner's alone (mode 0600), for there
 * are secrets in some. */
#ifndef HELHET_SIDE_SIDE_H
#define HELHET_SIDE_SIDE_H

#include <sqlite3.h>

#include "base/err.h"

/* What a file is: one const per kind. Statements are written in a .def as the store's, SQL(name, text). */
struct side_form {
    const char *name;       /* "identity.db", for errors */
    const char *tables;     /* what makes a new file */
    const char *const *sql; /* the statements, by number */
    size_t sql_count;
    int32_t application; /* PRAGMA application_id, so that no other file is taken for it */
    int32_t format;      /* PRAGMA user_version; another one is refused */
    bool durable; /* synchronous=FULL: what is acknowledged stays. Else NORMAL: the last transactions may go
                   * with the power, for what can be made again */
    unsigned cache_kib;
};

struct side {
    const struct side_form *form;
    sqlite3 *h;
    sqlite3_stmt **stmt;
    char path[4096];
};

enum side_open { SIDE_READ, SIDE_WRITE, SIDE_CREATE };
/* dir is the store's folder. SIDE_CREATE makes the file when absent; there is one writer at a time
 * (BEGIN IMMEDIATE waits SIDE_BUSY_MS for another's). ERR_STORE_OPEN, ERR_SIDE_OTHER. */
enum { SIDE_BUSY_MS = 10000 };
bool side_open(struct side *s, const struct side_form *form, const char *dir, enum side_open how,
               struct err *err);
/* Zeroed ones are fine. */
void side_close(struct side *s);
/* Deletes the file and its companions, for what is made again. The side must be closed. */
void side_remove(const struct side_form *form, const char *dir);

bool side_exec(struct side *s, const char *sql, struct err *err);
/* The statement, reset and without bindings; NULL with err. */
sqlite3_stmt *side_get(struct side *s, size_t which, struct err *err);
/* 1 a row, 0 the end (reset), -1 failed with err (reset too). */
int side_step(struct side *s, sqlite3_stmt *st, struct err *err);
/* Runs a statement that gives no rows; *changed (may be NULL): rows changed. */
bool side_run(struct side *s, sqlite3_stmt *st, int *changed, struct err *err);
/* err from the last failure; returns false. */
bool side_fail(struct side *s, struct err *err);

bool side_begin(struct side *s, struct err *err);
/* ok: commits, else rolls back; false when the commit fails or ok was false. */
bool side_end(struct side *s, bool ok, struct err *err);

/* Bindings of borrowed memory that outlives the step. A {NULL,0} is NULL. */
void side_bind_text(sqlite3_stmt *st, int at, struct str s);
void side_bind_blob(sqlite3_stmt *st, int at, struct str s);
/* Borrowed until the next step or reset; {NULL,0} for NULL. */
struct str side_column(sqlite3_stmt *st, int at);

#endif
