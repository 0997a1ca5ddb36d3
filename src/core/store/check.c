/* SPDX-License-Identifier: Apache-2.0
 * store_check: reads everything back. Sets are compared by looking each expected row up and comparing the
 * counts, so a missing row and one too many are both seen. */
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "store/change.h"
#include "store/lookup.h"

enum { CHECK_PROGRESS = 1024 };

struct check {
    struct store *s;
    struct store_read *r;
    struct store_check *out;
    struct chain *chain;
    struct arena arena; /* one resource or one part */
    uint64_t table_rows[TABLE_COUNT];
    uint64_t *counter; /* current resources by durable type */
    uint64_t versions_logged, done, total;
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *arg;
};

static void fault(struct check *k, const char *what, uint16_t type, struct str id, const char *more)
{
    struct err *first = &k->out->first;
    const char *name = k->s->schema.type_names[number_build(&k->s->types, type)];
    if (k->out->faults++)
        return;
    struct str text = arena_printf(&k->arena, "%s: %s/%.*s %s", what, name ? name : "?", STR_ARG(id), more);
    err_set_str(first, ERR_STORE_CORRUPT, text, (struct str){NULL, 0});
}

static void fault_at(struct check *k, const char *what, int64_t number)
{
    if (k->out->faults++)
        return;
    struct str text = arena_printf(&k->arena, "%s %lld", what, (long long)number);
    err_set_str(&k->out->first, ERR_STORE_CORRUPT, text, (struct str){NULL, 0});
}

static void tick(struct check *k)
{
    if (++k->done % CHECK_PROGRESS == 0 && k->progress)
        k->progress(k->arg, k->done, k->total);
}

/* ---- index rows ---- */

/* Is the row in its table? -1 failed. */
static int table_has(struct check *k, const struct table_row *row, struct err *err)
{
    sqlite3_stmt *st = db_get(k->r->db, table_specs[row->table].has, err);
    if (!st)
        return -1;
    table_bind(st, row);
    int rc = db_step(k->r->db, st, err);
    sqlite3_reset(st);
    return rc;
}

static int table_order(const void *a, const void *b)
{
    return table_cmp(a, b);
}

static bool check_tables(struct check *k, store_rid rid, uint16_t type, struct str id, const struct nrow *row,
                         size_t count, struct err *err)
{
    struct table_row *t = arena_alloc(&k->arena, (count * 2 + 1) * sizeof *t);
    size_t n = 0;
    if (!t)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        n += (size_t)table_of(&row[i], rid, type, t + n);
    if (n)
        qsort(t, n, sizeof *t, table_order);
    for (size_t i = 0; i < n; i++) {
        if (i && table_cmp(&t[i - 1], &t[i]) == 0)
            continue;
        int has = table_has(k, &t[i], err);
        if (has < 0)
            return false;
        if (!has)
            fault(k, "index row missing", type, id, table_specs[t[i].table].name);
        k->table_rows[t[i].table]++;
        k->out->rows++;
    }
    return true;
}

static bool settled(const struct check *k, uint16_t param)
{
    const struct store_hooks *h = &k->s->hooks;
    return !h->settled || h->settled(h->arg, param);
}

/* Leaves out the rows of parameters that are still being indexed or taken away. */
static void settled_stored(const struct check *k, struct nrow *row, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < *count; i++)
        if (!rows_named(row[i].kind) || settled(k, number_build(&k->s->params, row[i].param)))
            row[n++] = row[i];
    *count = n;
}

static void settled_fresh(const struct check *k, struct store_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (!rows_named(rows->item[i].index) || settled(k, rows->item[i].param))
            rows->item[n++] = rows->item[i];
    rows->count = n;
}

/* Do the packed rows equal what the body gives now? */
static bool check_rows(struct check *k, const struct store_version *v, uint16_t type, struct str packed,
                       struct err *err)
{
    struct store_rows rows = {0};
    struct nrow *stored, *fresh = NULL;
    size_t stored_count, fresh_count = 0;
    if (!rows_unpack(packed, v->rid, &k->arena, &stored, &stored_count)) {
        fault(k, "packed rows", type, v->id, "");
        return true;
    }
    struct err why;
    if (!k->s->hooks.extract(k->s->hooks.arg, &k->arena, v->type, v->body, &rows, &why)) {
        fault(k, "body does not parse", type, v->id, err_info(why.code)->name);
        return true;
    }
    settled_fresh(k, &rows);
    if (!lookup_rows(k->r, &rows, &k->arena, &fresh, &fresh_count, err))
        return false;
    if (!check_tables(k, v->rid, type, v->id, stored, stored_count, err))
        return false;
    settled_stored(k, stored, &stored_count);
    bool same = stored_count == fresh_count;
    for (size_t i = 0; i < stored_count && same; i++)
        same = rows_cmp(&stored[i], &fresh[i]) == 0;
    if (!same)
        fault(k, "index rows differ from the body", type, v->id, "");
    return true;
}

/* ---- resources ---- */

struct head {
    store_rid rid, key_rid;
    uint16_t type;
    struct str id, rows;
    uint32_t version;
    int op;
};

static int head_read(struct check *k, store_rid after, struct head *h, struct err *err)
{
    struct store_read *r = k->r;
    sqlite3_stmt *st = db_get(r->db, DB_RES_ABOVE, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, after);
    int rc = db_step(r->db, st, err);
    if (rc > 0) {
        h->rid = sqlite3_column_int64(st, 0);
        h->type = (uint16_t)sqlite3_column_int(st, 1);
        h->id = read_column_id(st, 2, &k->arena);
        h->version = (uint32_t)sqlite3_column_int64(st, 3);
        h->op = sqlite3_column_int(st, 4);
        h->rows = arena_str(&k->arena, db_column_blob(st, 5));
        sqlite3_reset(st);
        if ((!h->id.p || !h->rows.p) && !err_set(err, ERR_NO_MEMORY, NULL))
            return -1;
        if (!read_key(r, h->type, h->id, &h->key_rid, err))
            return -1;
    }
    return rc;
}

static bool check_resource(struct check *k, const struct head *h, struct err *err)
{
    struct store_version v;
    if (h->key_rid != h->rid)
        fault(k, "key", h->type, h->id, "");
    if (h->version == 0) {
        k->out->placeholders++;
        return true;
    }
    struct table_row kind = {.table = TABLE_KIND, .key = {h->type, h->rid}};
    int has = table_has(k, &kind, err);
    if (has < 0)
        return false;
    if (!has)
        fault(k, "kind", h->type, h->id, "");
    k->table_rows[TABLE_KIND]++;
    if (h->op == OP_DELETED)
        return h->rows.n == 0 || (fault(k, "rows of a deleted resource", h->type, h->id, ""), true);
    k->out->resources++;
    if (h->type < STORE_TYPES_MAX)
        k->counter[h->type]++;
    struct err why;
    enum store_found found = read_current(k->r, h->rid, true, &k->arena, &v, &why);
    if (found != STORE_FOUND) {
        fault(k, "body", h->type, h->id, why.arg[0]);
        return true;
    }
    return check_rows(k, &v, h->type, h->rows, err);
}

static bool check_resources(struct check *k, struct err *err)
{
    struct head h = {0};
    int rc;
    bool ok = true;
    while (ok && (rc = head_read(k, h.rid, &h, err)) != 0) {
        ok = rc > 0 && check_resource(k, &h, err);
        arena_reset(&k->arena);
        tick(k);
    }
    return ok;
}

/* ---- counts ---- */

static bool check_count(struct check *k, const char *table, uint64_t want, struct err *err)
{
    char sql[80];
    int64_t n;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    if (!db_int(k->r->db, sql, &n, err))
        return false;
    if ((uint64_t)n != want)
        fault(k, "row count", 0, str_of(table), "");
    return true;
}

static bool check_counts(struct check *k, struct err *err)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (!check_count(k, table_specs[i].name, k->table_rows[i], err))
            return false;
    for (uint16_t type = 1; type < k->s->types.next && type < STORE_TYPES_MAX; type++) {
        uint64_t n;
        uint16_t build = number_build(&k->s->types, type);
        if (build && !store_count(k->r, build, &n, err))
            return false;
        if (build && n != k->counter[type])
            fault(k, "counter", type, STR(""), "");
    }
    return check_count(k, "key",
                       k->out->resources + k->out->placeholders +
                           (k->table_rows[TABLE_KIND] - k->out->resources),
                       err) &&
           check_count(k, "history", k->versions_logged - k->table_rows[TABLE_KIND], err);
}

/* ---- the commit chain ---- */

struct commit {
    int64_t seq;
    struct chain_commit c;
    struct str hash;
};

static int commit_read(struct check *k, int64_t seq, struct commit *c, struct err *err)
{
    sqlite3_stmt *st = db_get(k->r->db, DB_COMMIT_GET, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, seq);
    int rc = db_step(k->r->db, st, err);
    if (rc > 0) {
        c->seq = seq;
        c->c = (struct chain_commit){seq, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 3),
                                     arena_str(&k->arena, db_column_blob(st, 1)),
                                     arena_str(&k->arena, db_column_blob(st, 2))};
        c->hash = arena_str(&k->arena, db_column_blob(st, 4));
        sqlite3_reset(st);
        if ((!c->c.agent.p || !c->c.reason.p || !c->hash.p) && !err_set(err, ERR_NO_MEMORY, NULL))
            return -1;
    }
    return rc;
}

/* One change's digest from what is stored now. */
static bool check_change(struct check *k, int64_t seq, const struct change *c, struct err *err)
{
    struct store_version v;
    struct err why = {0};
    unsigned char digest[CHAIN_BYTES];
    struct arena_mark mark = arena_mark(&k->arena);
    enum store_found found = read_version(k->r, c->rid, c->version, &k->arena, &v, &why);
    if (found != STORE_FOUND && found != STORE_DELETED) {
        fault(k, "version unreadable", c->type, STR(""), why.arg[0]);
        return true;
    }
    if (v.seq != seq || number_durable(&k->s->types, v.type) != c->type)
        fault(k, "version of another commit", c->type, v.id, "");
    const char *type = k->s->schema.type_names[v.type];
    struct chain_change change = {str_of(type), v.id, v.body, v.version, (char)c->op};
    bool ok = chain_change(k->chain, &change, digest, err) && chain_add(k->chain, digest, err);
    k->out->versions++;
    arena_rewind(&k->arena, mark);
    tick(k);
    return ok;
}

static bool check_changes(struct check *k, int64_t seq, uint64_t *n, struct err *err)
{
    int64_t at = seq, part = -1;
    for (;;) {
        struct str data;
        struct change *c;
        size_t count;
        struct arena_mark mark = arena_mark(&k->arena);
        int rc = change_after(k->r, &at, &part, &k->arena, &data, err);
        if (rc <= 0 || at != seq)
            return rc >= 0;
        if (!change_decode(data, &k->arena, &c, &count, NULL)) {
            fault_at(k, "change list of commit", seq);
            return true;
        }
        for (size_t i = 0; i < count; i++)
            if (!check_change(k, seq, &c[i], err))
                return false;
        *n += count;
        arena_rewind(&k->arena, mark);
    }
}

static bool check_commit(struct check *k, const struct commit *c, unsigned char hash[CHAIN_BYTES],
                         int64_t *time_ms, struct err *err)
{
    uint64_t n = 0;
    unsigned char got[CHAIN_BYTES];
    if (c->c.time_ms < *time_ms)
        fault_at(k, "time goes back in commit", c->seq);
    *time_ms = c->c.time_ms;
    if (!chain_begin(k->chain, hash, &c->c, err) || !check_changes(k, c->seq, &n, err) ||
        !chain_end(k->chain, got, err))
        return false;
    if (n != (uint64_t)c->c.n || c->hash.n != CHAIN_BYTES || memcmp(got, c->hash.p, CHAIN_BYTES) != 0)
        fault_at(k, "the chain breaks at commit", c->seq);
    k->versions_logged += n;
    /* The stored hash goes on, so that one broken link is one fault. */
    if (c->hash.n == CHAIN_BYTES)
        memcpy(hash, c->hash.p, CHAIN_BYTES);
    return true;
}

static bool check_chain(struct check *k, struct err *err)
{
    unsigned char hash[CHAIN_BYTES] = {0};
    int64_t last = store_read_seq(k->r), time_ms = 0;
    for (int64_t seq = 1; seq <= last; seq++) {
        struct commit c;
        int rc = commit_read(k, seq, &c, err);
        if (rc < 0)
            return false;
        if (rc == 0)
            fault_at(k, "commit missing", seq);
        else if (!check_commit(k, &c, hash, &time_ms, err))
            return false;
        k->out->commits++;
        arena_reset(&k->arena);
    }
    return true;
}

/* ---- all of it ---- */

static bool check_file(struct check *k, struct err *err)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(k->r->db->h, "PRAGMA quick_check(1)", -1, &st, NULL) != SQLITE_OK)
        return db_fail(k->r->db, err);
    int rc = sqlite3_step(st);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : "";
    if (rc != SQLITE_ROW || strcmp(text, "ok") != 0)
        fault(k, "database file", 0, str_of(text), "");
    sqlite3_finalize(st);
    return true;
}

static bool check_run(struct check *k, struct err *err)
{
    int64_t n;
    if (!db_int(k->r->db, "SELECT count(*) FROM resource", &n, err))
        return false;
    k->total = (uint64_t)n * 2;
    return check_file(k, err) && check_resources(k, err) && check_chain(k, err) && check_counts(k, err);
}

bool store_check(struct store *s, struct store_check *out,
                 void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg, struct err *err)
{
    *out = (struct store_check){.bytes = store_disk_bytes(s)};
    struct check k = {.s = s, .out = out, .progress = progress, .arg = arg};
    if (store_needs_reindex(s))
        return err_set(err, ERR_STORE_REINDEX, NULL);
    k.r = store_read_begin(s, err);
    if (!k.r)
        return false;
    arena_init(&k.arena);
    arena_limit(&k.arena, STORE_ARENA_MAX);
    k.counter = arena_zalloc(&k.r->arena, STORE_TYPES_MAX, sizeof *k.counter);
    k.chain = chain_new(err);
    bool ok = k.chain && k.counter && check_run(&k, err);
    chain_free(k.chain);
    arena_release(&k.arena);
    store_read_end(k.r);
    if (ok && progress)
        progress(arg, k.total, k.total);
    return ok;
}
