/* SPDX-License-Identifier: Apache-2.0 */
#include "store/number.h"

#include <stdio.h>

#include "base/os.h"

static uint16_t number_find(const struct number *n, const char *name)
{
    for (uint16_t i = 1; i < n->count && n->names[i]; i++)
        if (strcmp(n->names[i], name) == 0)
            return i;
    return 0;
}

static bool number_read(struct number *n, struct db *db, sqlite3_stmt *st, struct err *err)
{
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(st, 0);
        const char *name = (const char *)sqlite3_column_text(st, 1);
        if (id < 1 || id >= NUMBER_MAX || !name)
            return err_set(err, ERR_STORE_CORRUPT, "numbering", NULL);
        uint16_t build = number_find(n, name);
        atomic_store(&n->build[id], build);
        atomic_store(&n->durable[build], build ? (uint16_t)id : 0);
        if (id >= n->next)
            n->next = (uint16_t)(id + 1);
    }
    return rc == SQLITE_DONE || db_fail(db, err);
}

bool number_load(struct number *n, struct db *db, const char *table, enum db_stmt put,
                 const char *const *names, uint16_t count, struct err *err)
{
    size_t build_bytes = NUMBER_MAX * sizeof *n->build, durable_bytes = (count + 1u) * sizeof *n->durable;
    *n = (struct number){.names = names, .count = count, .next = 1, .put = put};
    n->durable = os_alloc(durable_bytes);
    n->build = os_alloc(build_bytes);
    if (!n->durable || !n->build)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset((void *)n->durable, 0, durable_bytes);
    memset((void *)n->build, 0, build_bytes);
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT id,name FROM %s", table);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) != SQLITE_OK)
        return db_fail(db, err);
    bool ok = number_read(n, db, st, err);
    sqlite3_finalize(st);
    return ok;
}

bool number_link(struct number *n, struct db *db, const char *table, uint16_t build, struct err *err)
{
    char sql[80];
    sqlite3_stmt *st = NULL;
    OS_ASSERT(build > 0 && build < n->count && n->names[build]);
    snprintf(sql, sizeof sql, "SELECT id FROM %s WHERE name=?1", table);
    if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) != SQLITE_OK)
        return db_fail(db, err);
    sqlite3_bind_text(st, 1, n->names[build], -1, SQLITE_STATIC);
    int rc = sqlite3_step(st);
    int64_t id = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(db, err);
    sqlite3_finalize(st);
    if (id > 0 && id < NUMBER_MAX) {
        atomic_store(&n->build[id], build);
        atomic_store(&n->durable[build], (uint16_t)id);
    }
    return ok;
}

void number_release(struct number *n)
{
    os_free((void *)n->durable);
    os_free((void *)n->build);
    *n = (struct number){0};
}

uint16_t number_durable(const struct number *n, uint16_t build)
{
    return build < n->count ? atomic_load_explicit(&n->durable[build], memory_order_relaxed) : 0;
}

uint16_t number_build(const struct number *n, uint16_t durable)
{
    return durable < NUMBER_MAX ? atomic_load_explicit(&n->build[durable], memory_order_relaxed) : 0;
}

uint16_t number_assign(struct number *n, struct db *db, uint16_t build, struct err *err)
{
    uint16_t id = number_durable(n, build);
    if (id)
        return id;
    OS_ASSERT(build > 0 && build < n->count && n->names[build]);
    if (n->next >= NUMBER_MAX) {
        err_set(err, ERR_INTERNAL, "numbering is full", NULL);
        return 0;
    }
    sqlite3_stmt *st = db_get(db, n->put, err);
    if (!st)
        return 0;
    sqlite3_bind_int64(st, 1, n->next);
    sqlite3_bind_text(st, 2, n->names[build], -1, SQLITE_STATIC);
    if (!db_run(db, st, err))
        return 0;
    id = n->next++;
    atomic_store(&n->build[id], build);
    atomic_store(&n->durable[build], id);
    return id;
}

void number_undo(struct number *n, uint16_t mark)
{
    while (n->next > mark) {
        uint16_t build = number_build(n, --n->next);
        atomic_store(&n->durable[build], 0);
        atomic_store(&n->build[n->next], 0);
    }
}
