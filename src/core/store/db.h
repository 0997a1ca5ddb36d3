/* SPDX-License-Identifier: Apache-2.0
 * db: one SQLite connection with its prepared statements. Everything that knows SQL is here and in schema.c,
 * so that another backend replaces these two. A struct db must not move; a connection belongs to one thread
 * at a time.
 *
 * Rules that hold here (measured, see the README): exactly one connection writes and checkpoints, readers are
 * query_only and never checkpoint; synchronous=FULL; no memory mapping; no statement needs the planner to
 * choose. */
#ifndef HELHET_STORE_DB_H
#define HELHET_STORE_DB_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/err.h"

enum db_stmt {
#define SQL(name, text) DB_##name,
#include "store/db_sql.def"
#undef SQL
    DB_STMT_COUNT
};

struct db {
    sqlite3 *h;
    sqlite3_stmt *stmt[2][DB_STMT_COUNT];
    unsigned level; /* 1: what reads in the midst of another's statements has statements of its own */
    int log_pages;  /* in the write-ahead log after this connection's last commit */
    _Atomic uint64_t commits; /* of this connection; any thread may look */
};

/* Opens path with cache_kib of page cache. create: makes the file when absent (writer only). */
bool db_open(struct db *db, const char *path, bool writer, bool create, unsigned cache_kib, struct err *err);
/* Closing the writer checkpoints; readers never do. */
void db_close(struct db *db);
bool db_exec(struct db *db, const char *sql, struct err *err);
/* The first column of the first row as an integer, 0 when there is none. */
bool db_int(struct db *db, const char *sql, int64_t *out, struct err *err);

/* The statement, reset and without bindings left over; NULL with err. */
sqlite3_stmt *db_get(struct db *db, enum db_stmt which, struct err *err);
/* 1 a row, 0 the end (the statement is reset), -1 failed with err (reset too). */
int db_step(struct db *db, sqlite3_stmt *st, struct err *err);
/* Runs a statement that gives no rows. */
bool db_run(struct db *db, sqlite3_stmt *st, struct err *err);
/* err from the connection's last failure; returns false. */
bool db_fail(struct db *db, struct err *err);
const char *db_text(enum db_stmt which);

/* Bindings of borrowed memory that outlives the step. */
void db_bind_blob(sqlite3_stmt *st, int at, struct str s);
/* Borrowed until the next step or reset. */
struct str db_column_blob(sqlite3_stmt *st, int at);

/* Moves committed pages from the log into the database; only on the writer. */
bool db_checkpoint(struct db *db, bool truncate, struct err *err);
void db_cache(struct db *db, unsigned kib);

#endif
