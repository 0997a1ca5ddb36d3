/* SPDX-License-Identifier: Apache-2.0
 * identity.db: what it is made of. Durable, so that an ended session or a changed password survives a power
 * cut. */
#include <stdio.h>
#include <unistd.h>

#include "identity/identity_int.h"

static const char *const file_sql[FILE_STMTS] = {
#define SQL(name, text) [FILE_##name] = text,
#include "identity/identity_sql.def"
#undef SQL
};

static const struct side_form file_form = {
    .name = IDENTITY_FILE,
    .tables = "CREATE TABLE account(name TEXT PRIMARY KEY, person TEXT NOT NULL, hash TEXT NOT NULL,"
              " enabled INTEGER NOT NULL, created_ms INTEGER NOT NULL, password_ms INTEGER NOT NULL,"
              " login_ms INTEGER NOT NULL) WITHOUT ROWID;"
              "CREATE TABLE session(hash BLOB PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL,"
              " person TEXT NOT NULL, assignment TEXT NOT NULL, unit TEXT NOT NULL, provider TEXT NOT NULL,"
              " role TEXT NOT NULL, purpose TEXT NOT NULL, begun_ms INTEGER NOT NULL,"
              " seen_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;"
              "CREATE INDEX session_account ON session(account);",
    .sql = file_sql,
    .sql_count = FILE_STMTS,
    .application = 0x48654964, /* "HeId" */
    .format = 1,
    .durable = true,
    .cache_kib = 2048,
};

bool identity_file_open(struct side *f, const char *dir, bool create, struct err *err)
{
    char path[sizeof f->path];
    snprintf(path, sizeof path, "%s/" IDENTITY_FILE, dir);
    if (!create && access(path, F_OK) != 0)
        return err_set(err, ERR_ACCOUNT_NO_FILE, path, NULL);
    return side_open(f, &file_form, dir, create ? SIDE_CREATE : SIDE_WRITE, err);
}
