/* SPDX-License-Identifier: Apache-2.0
 * The tables, and what must hold before a store is used. */
#include <stdio.h>

#include "base/os.h"
#include "store/store_int.h"

enum { SCHEMA_APPLICATION = 0x48656C68 }; /* "Helh" in the file's header */

static const char schema_tables[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;"
    "CREATE TABLE dict(id INTEGER PRIMARY KEY, data BLOB);"
    "CREATE TABLE type_name(id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
    "CREATE TABLE param_name(id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
    "CREATE TABLE name(id INTEGER PRIMARY KEY, text BLOB UNIQUE);"
    "CREATE TABLE counter(type INTEGER PRIMARY KEY, n INTEGER);"
    "CREATE TABLE block(patient INTEGER, block INTEGER, PRIMARY KEY(patient, block)) WITHOUT ROWID;"
    "CREATE TABLE commit_log(seq INTEGER PRIMARY KEY, time INTEGER, agent TEXT, reason TEXT, n INTEGER, hash "
    "BLOB);"
    "CREATE INDEX commit_time ON commit_log(time);"
    "CREATE TABLE change(seq INTEGER, part INTEGER, data BLOB, PRIMARY KEY(seq, part)) WITHOUT ROWID;"
    "CREATE TABLE resource(rid INTEGER PRIMARY KEY, type INTEGER, id, version INTEGER, seq INTEGER, op "
    "INTEGER,"
    " rows BLOB, body BLOB);"
    "CREATE TABLE history(rid INTEGER, version INTEGER, seq INTEGER, op INTEGER, body BLOB,"
    " PRIMARY KEY(rid, version));"
    "CREATE TABLE key(id, type INTEGER, rid INTEGER, PRIMARY KEY(id, type)) WITHOUT ROWID;"
    "CREATE TABLE kind(type INTEGER, rid INTEGER, PRIMARY KEY(type, rid)) WITHOUT ROWID;"
    "CREATE TABLE token(param INTEGER, code INTEGER, rid INTEGER, system INTEGER,"
    " PRIMARY KEY(param, code, rid, system)) WITHOUT ROWID;"
    "CREATE TABLE string(param INTEGER, text BLOB, rid INTEGER, PRIMARY KEY(param, text, rid)) WITHOUT ROWID;"
    "CREATE TABLE date(param INTEGER, low INTEGER, rid INTEGER, PRIMARY KEY(param, low, rid)) WITHOUT ROWID;"
    "CREATE TABLE date_long(param INTEGER, high INTEGER, rid INTEGER, PRIMARY KEY(param, high, rid)) WITHOUT "
    "ROWID;"
    "CREATE TABLE number(param INTEGER, low REAL, rid INTEGER, PRIMARY KEY(param, low, rid)) WITHOUT ROWID;"
    "CREATE TABLE number_long(param INTEGER, high REAL, rid INTEGER, PRIMARY KEY(param, high, rid)) WITHOUT "
    "ROWID;"
    "CREATE TABLE reference(target INTEGER, param INTEGER, rid INTEGER,"
    " PRIMARY KEY(target, param, rid)) WITHOUT ROWID;"
    "CREATE TABLE uri(param INTEGER, name INTEGER, rid INTEGER, PRIMARY KEY(param, name, rid)) WITHOUT ROWID;"
    "CREATE TABLE composite(param INTEGER, text BLOB, rid INTEGER, PRIMARY KEY(param, text, rid)) WITHOUT "
    "ROWID;"
    "CREATE TABLE clinical(patient INTEGER, type INTEGER, code INTEGER, past INTEGER, rid INTEGER,"
    " PRIMARY KEY(patient, type, code, past, rid)) WITHOUT ROWID;";

/* Beside the record, made in older stores too: programs that do not know it leave it alone. */
static const char schema_beside[] =
    "CREATE TABLE IF NOT EXISTS receipt(number INTEGER PRIMARY KEY, time INTEGER, owner TEXT, key TEXT,"
    " value BLOB, UNIQUE(owner, key));"
    "CREATE INDEX IF NOT EXISTS receipt_owner ON receipt(owner);";

bool schema_meta_put(struct db *db, const char *key, struct str value, struct err *err)
{
    sqlite3_stmt *st = db_get(db, DB_META_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    db_bind_blob(st, 2, value);
    return db_run(db, st, err);
}

bool schema_meta_get(struct db *db, const char *key, struct arena *arena, struct str *value, struct err *err)
{
    sqlite3_stmt *st = db_get(db, DB_META_GET, err);
    if (!st)
        return false;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    int rc = db_step(db, st, err);
    *value = rc > 0 ? arena_str(arena, db_column_blob(st, 0)) : (struct str){NULL, 0};
    sqlite3_reset(st);
    return rc >= 0 && (rc == 0 || value->p || err_set(err, ERR_NO_MEMORY, NULL));
}

static bool schema_write_meta(struct store *s, struct err *err)
{
    struct db *db = &s->db;
    struct hash_key key;
    os_random(&key, sizeof key);
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", SCHEMA_APPLICATION,
             STORE_FORMAT);
    return schema_meta_put(db, "key", (struct str){(const char *)&key, sizeof key}, err) &&
           schema_meta_put(db, "fingerprint", str_of(s->schema.fingerprint), err) && db_exec(db, sql, err);
}

bool schema_create(struct store *s, struct err *err)
{
    if (!db_exec(&s->db, "BEGIN IMMEDIATE", err))
        return false;
    if (db_exec(&s->db, schema_tables, err) && db_exec(&s->db, schema_beside, err) &&
        schema_write_meta(s, err) && db_exec(&s->db, "COMMIT", err))
        return true;
    db_exec(&s->db, "ROLLBACK", NULL);
    return false;
}

static bool schema_newer(int64_t format, struct err *err)
{
    char theirs[24], ours[24];
    snprintf(theirs, sizeof theirs, "%lld", (long long)format);
    snprintf(ours, sizeof ours, "%d", STORE_FORMAT);
    return err_set(err, ERR_STORE_NEWER, theirs, ours, NULL);
}

bool schema_check(struct store *s, struct err *err)
{
    int64_t application, format, tables;
    if (!db_int(&s->db, "PRAGMA application_id", &application, err) ||
        !db_int(&s->db, "PRAGMA user_version", &format, err) ||
        !db_int(&s->db, "SELECT count(*) FROM sqlite_master", &tables, err))
        return false;
    if (application == 0 && tables == 0)
        return schema_create(s, err);
    if (application != SCHEMA_APPLICATION)
        return err_set(err, ERR_STORE_OPEN, s->dir, STORE_FILE " is not a Helhet store", NULL);
    if (format > STORE_FORMAT)
        return schema_newer(format, err);
    /* Older files are read as they are; what is added to them from now on, older programs cannot read. */
    char sql[48];
    snprintf(sql, sizeof sql, "PRAGMA user_version=%d", STORE_FORMAT);
    return (format == STORE_FORMAT || db_exec(&s->db, sql, err)) && db_exec(&s->db, schema_beside, err);
}

bool schema_clear_index(struct db *db, struct err *err)
{
    for (int i = 0; i < TABLE_INDEX_COUNT; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "DELETE FROM %s", table_specs[i].name);
        if (!db_exec(db, sql, err))
            return false;
    }
    return true;
}
