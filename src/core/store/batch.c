/* SPDX-License-Identifier: Apache-2.0 */
#include "store/batch.h"

#include <stdlib.h>

#include "base/os.h"

enum { BATCH_FIRST = 64, BATCH_RUN = 16 };

void batch_init(struct batch *b)
{
    *b = (struct batch){0};
    arena_init(&b->arena);
    arena_limit(&b->arena, STORE_ARENA_MAX);
    map_int_init(&b->by_rid);
}

void batch_release(struct batch *b)
{
    arena_release(&b->arena);
    os_free(b->res);
    os_free(b->row);
    map_int_release(&b->by_rid);
    batch_init(b);
}

void batch_clear(struct batch *b)
{
    arena_reset(&b->arena);
    map_int_clear(&b->by_rid);
    b->res_count = b->row_count = 0;
}

struct batch_res *batch_get(const struct batch *b, store_rid rid)
{
    const int64_t *at = map_int_get(&b->by_rid, rid);
    return at ? &b->res[*at - 1] : NULL;
}

/* Room for one more of size bytes. */
static bool batch_grow(void **item, size_t count, size_t *cap, size_t size, struct err *err)
{
    if (count < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : BATCH_FIRST;
    void *p = os_realloc(*item, more * size);
    if (!p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *item = p;
    *cap = more;
    return true;
}

struct batch_res *batch_add(struct batch *b, store_rid rid, struct err *err)
{
    void *item = b->res;
    bool ok = batch_grow(&item, b->res_count, &b->res_cap, sizeof *b->res, err);
    b->res = item;
    if (!ok)
        return NULL;
    if (!map_int_put(&b->by_rid, rid, (int64_t)b->res_count + 1)) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    struct batch_res *r = &b->res[b->res_count++];
    *r = (struct batch_res){.rid = rid};
    return r;
}

bool batch_row(struct batch *b, const struct table_row *row, struct err *err)
{
    void *item = b->row;
    bool ok = batch_grow(&item, b->row_count, &b->row_cap, sizeof *b->row, err);
    b->row = item;
    if (!ok)
        return false;
    struct table_row *to = &b->row[b->row_count];
    *to = *row;
    if (row->text.n) {
        to->text = arena_str(&b->arena, row->text);
        if (!to->text.p)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    b->row_count++;
    return true;
}

/* What decides the order of most rows, side by side in memory: sorting these is twice as fast as sorting the
 * rows. */
struct batch_key {
    uint64_t first, second;
    const struct table_row *row;
};

/* The first eight bytes of a text as a number of the same order. */
static uint64_t batch_text(struct str s)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
    return v;
}

static struct batch_key batch_key(const struct table_row *row)
{
    /* key[0] is a parameter, a rid or minus a name: far below 2^58 either way. */
    uint64_t first = (uint64_t)row->table << 60 | (uint64_t)(row->key[0] + ((int64_t)1 << 58));
    bool text = table_specs[row->table].text;
    return (struct batch_key){first, text ? batch_text(row->text) : (uint64_t)row->key[1] ^ (uint64_t)1 << 63,
                              row};
}

static inline bool batch_before(const struct batch_key *x, const struct batch_key *y)
{
    if (x->first != y->first)
        return x->first < y->first;
    if (x->second != y->second)
        return x->second < y->second;
    return table_cmp(x->row, y->row) < 0;
}

/* Insertion for short runs. */
static void batch_sort_run(struct batch_key *key, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct batch_key k = key[i];
        size_t at = i;
        for (; at > 0 && batch_before(&k, &key[at - 1]); at--)
            key[at] = key[at - 1];
        key[at] = k;
    }
}

/* Merge sort with the comparison inline: a load sorts a million keys a batch, and qsort's calls through a
 * pointer cost as much again as the sorting. room is as large as key. Gives the one of the two that holds the
 * result. */
static struct batch_key *batch_sort(struct batch_key *key, struct batch_key *room, size_t n)
{
    for (size_t i = 0; i < n; i += BATCH_RUN)
        batch_sort_run(key + i, n - i < BATCH_RUN ? n - i : BATCH_RUN);
    for (size_t width = BATCH_RUN; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t mid = from + width < n ? from + width : n, end = mid + width < n ? mid + width : n;
            size_t a = from, b = mid;
            for (size_t to = from; to < end; to++)
                room[to] = b >= end || (a < mid && !batch_before(&key[b], &key[a])) ? key[a++] : key[b++];
        }
        struct batch_key *swap = key;
        key = room;
        room = swap;
    }
    return key;
}

static int batch_cmp_rid(const void *a, const void *b)
{
    const struct batch_res *x = a, *y = b;
    return x->rid < y->rid ? -1 : x->rid > y->rid;
}

/* As the key table orders: text ids before packed ones, which order as their bytes. */
static int batch_cmp_id(const void *a, const void *b)
{
    const struct batch_res *x = *(const struct batch_res *const *)a, *y = *(const struct batch_res *const *)b;
    if ((x->id.n == ID_UUID_TEXT) != (y->id.n == ID_UUID_TEXT))
        return x->id.n == ID_UUID_TEXT ? 1 : -1;
    int c = str_cmp(x->id, y->id);
    return c ? c : (x->type > y->type) - (x->type < y->type);
}

static bool batch_put_rows(struct batch *b, struct db *db, struct err *err)
{
    struct batch_key *key = arena_alloc(&b->arena, (b->row_count + 1) * 2 * sizeof *key);
    if (!key)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < b->row_count; i++)
        key[i] = batch_key(&b->row[i]);
    key = batch_sort(key, key + b->row_count, b->row_count);
    sqlite3_stmt *st = NULL;
    for (size_t i = 0; i < b->row_count; i++) {
        const struct table_row *row = key[i].row, *last = i ? key[i - 1].row : NULL;
        if (last && table_cmp(last, row) == 0)
            continue;
        if (!last || last->table != row->table)
            st = db_get(db, table_specs[row->table].put, err);
        if (!st)
            return false;
        table_bind(st, row);
        if (!db_run(db, st, err))
            return false;
    }
    return true;
}

static bool batch_put_key(struct db *db, sqlite3_stmt *st, const struct batch_res *r, struct err *err)
{
    unsigned char packed[ID_PACKED];
    read_bind_id(st, 1, r->id, packed);
    sqlite3_bind_int64(st, 2, r->type);
    sqlite3_bind_int64(st, 3, r->rid);
    return db_run(db, st, err);
}

static bool batch_put_keys(struct batch *b, struct db *db, struct err *err)
{
    size_t n = 0;
    const struct batch_res **by_id = arena_alloc(&b->arena, (b->res_count + 1) * sizeof *by_id);
    if (!by_id)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < b->res_count; i++)
        if (!b->res[i].in_db)
            by_id[n++] = &b->res[i];
    if (n)
        qsort(by_id, n, sizeof *by_id, batch_cmp_id);
    sqlite3_stmt *st = n ? db_get(db, DB_KEY_PUT, err) : NULL;
    for (size_t i = 0; i < n; i++)
        if (!st || !batch_put_key(db, st, by_id[i], err))
            return false;
    return true;
}

static bool batch_put_res(struct db *db, sqlite3_stmt *st, const struct batch_res *r, struct err *err)
{
    unsigned char packed[ID_PACKED];
    sqlite3_bind_int64(st, 1, r->rid);
    sqlite3_bind_int64(st, 2, r->type);
    read_bind_id(st, 3, r->id, packed);
    sqlite3_bind_int64(st, 4, r->version);
    sqlite3_bind_int64(st, 5, r->seq);
    sqlite3_bind_int64(st, 6, r->op);
    if (r->rows.n)
        db_bind_blob(st, 7, r->rows);
    else
        sqlite3_bind_null(st, 7);
    if (r->body.n)
        db_bind_blob(st, 8, r->body);
    else
        sqlite3_bind_null(st, 8);
    return db_run(db, st, err);
}

static bool batch_put_resources(struct batch *b, struct db *db, struct err *err)
{
    if (b->res_count)
        qsort(b->res, b->res_count, sizeof *b->res, batch_cmp_rid);
    sqlite3_stmt *st = b->res_count ? db_get(db, DB_RES_PUT, err) : NULL;
    for (size_t i = 0; i < b->res_count; i++)
        if (!st || !batch_put_res(db, st, &b->res[i], err))
            return false;
    return true;
}

bool batch_apply(struct batch *b, struct db *db, struct err *err)
{
    bool ok = batch_put_resources(b, db, err) && batch_put_keys(b, db, err) && batch_put_rows(b, db, err);
    batch_clear(b);
    return ok;
}
