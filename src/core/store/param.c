/* SPDX-License-Identifier: Apache-2.0
 * Parameters made at run time: their numbers, notes about how far they are, and their rows, which are added
 * to and taken from resources that lie in the store already. */
#include "store/lookup.h"
#include "store/write.h"

/* ---- numbers ---- */

bool store_param_link(struct store_read *r, uint16_t param, struct err *err)
{
    return number_link(&r->s->params, r->db, "param_name", param, err);
}

bool store_param_strangers(struct store_read *r, store_name_fn *fn, void *arg, struct err *err)
{
    sqlite3_stmt *st = NULL;
    bool go = true;
    int rc = SQLITE_DONE;
    if (sqlite3_prepare_v2(r->db->h, "SELECT id,name FROM param_name ORDER BY id", -1, &st, NULL) !=
        SQLITE_OK)
        return db_fail(r->db, err);
    while (go && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(st, 0);
        if (id > 0 && id < NUMBER_MAX && !number_build(&r->s->params, (uint16_t)id))
            go = fn(arg, db_column_blob(st, 1));
    }
    bool ok = rc == SQLITE_DONE || !go || db_fail(r->db, err);
    sqlite3_finalize(st);
    return ok;
}

bool store_param_forget(struct store_tx *tx, struct str name, struct err *err)
{
    sqlite3_stmt *st = db_get(tx->w->db, DB_PARAM_FORGET, err);
    if (!st)
        return false;
    sqlite3_bind_text64(st, 1, name.p, name.n, SQLITE_STATIC, SQLITE_UTF8);
    return db_run(tx->w->db, st, err);
}

/* ---- notes ---- */

bool store_note_put(struct store_tx *tx, const char *key, struct str value, struct err *err)
{
    if (value.n)
        return schema_meta_put(tx->w->db, key, value, err);
    sqlite3_stmt *st = db_get(tx->w->db, DB_META_DROP, err);
    if (!st)
        return false;
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    return db_run(tx->w->db, st, err);
}

bool store_note_get(struct store_read *r, const char *key, struct arena *arena, struct str *value,
                    struct err *err)
{
    return schema_meta_get(r->db, key, arena, value, err);
}

/* ---- rows ---- */

/* Durable numbers of build ids; those without one have no rows. */
static uint16_t *param_numbers(struct store *s, struct arena *arena, const uint16_t *param, size_t count)
{
    uint16_t *out = arena_alloc(arena, (count + 1) * sizeof *out);
    for (size_t i = 0; out && i < count; i++)
        out[i] = number_durable(&s->params, param[i]);
    return out;
}

static bool param_in(const uint16_t *number, size_t count, const struct nrow *row)
{
    for (size_t i = 0; i < count; i++)
        if (number[i] && number[i] == row->param && rows_named(row->kind))
            return true;
    return false;
}

/* The state of rid's row in the transaction: 1 it is that version and there, 0 not, -1 failed. */
static int param_state(struct write *w, store_rid rid, uint32_t version, uint16_t *type, struct str *packed,
                       struct err *err)
{
    sqlite3_stmt *st = db_get(w->db, DB_RES_HEAD, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(w->db, st, err);
    if (rc <= 0)
        return rc;
    int64_t has = sqlite3_column_int64(st, 2);
    bool same = has > 0 && (version == 0 || has == version) && sqlite3_column_int(st, 4) != OP_DELETED;
    *type = (uint16_t)sqlite3_column_int(st, 0);
    *packed = same ? arena_str(&w->arena, db_column_blob(st, 5)) : (struct str){NULL, 0};
    sqlite3_reset(st);
    if (same && !packed->p) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return -1;
    }
    return same;
}

static bool param_same(const struct nrow *a, size_t a_count, const struct nrow *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++)
        same = rows_cmp(&a[i], &b[i]) == 0;
    return same;
}

/* Writes fresh (canonical) in place of old: the tables' difference and the packed form. */
static bool param_write(struct store_tx *tx, store_rid rid, uint16_t type, const struct nrow *old,
                        size_t old_count, const struct nrow *fresh, size_t count, struct err *err)
{
    struct write *w = tx->w;
    if (!write_difference(tx, rid, type, old, old_count, fresh, count, err))
        return false;
    buf_clear(&w->packed);
    rows_pack(fresh, count, rid, &w->packed);
    sqlite3_stmt *st = buf_ok(&w->packed) ? db_get(w->db, DB_RES_ROWS, err) : NULL;
    if (!st)
        return buf_ok(&w->packed) ? false : err_set(err, ERR_NO_MEMORY, NULL);
    sqlite3_bind_int64(st, 1, rid);
    db_bind_blob(st, 2, buf_get(&w->packed));
    return db_run(w->db, st, err);
}

/* The rows in durable terms; new targets get rids in the block of the resource's patient. */
static bool param_rows(struct store_tx *tx, store_rid rid, uint16_t type, const struct store_rows *rows,
                       struct nrow **out, size_t *count, struct err *err)
{
    struct write *w = tx->w;
    struct store_change c = {.op = 'U', .rows = rows->item, .row_count = rows->count};
    bool is_patient = number_build(&w->s->types, type) == w->s->patient_type;
    store_rid patient = 0;
    if (!is_patient && !write_patient(tx, &c, &patient, err))
        return false;
    return write_rows(tx, &c, is_patient ? rid : patient, out, count, err);
}

bool store_rows_put(struct store_tx *tx, store_rid rid, uint32_t version, const uint16_t *param, size_t count,
                    const struct store_rows *rows, struct err *err)
{
    struct write *w = tx->w;
    struct str packed;
    struct nrow *old, *added, *fresh;
    size_t old_count, added_count, n = 0;
    uint16_t type;
    arena_reset(&w->arena);
    tx->hold = true;
    int found = param_state(w, rid, version, &type, &packed, err);
    if (found <= 0)
        return found == 0;
    if (!rows_unpack(packed, rid, &w->arena, &old, &old_count))
        return err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    if (!param_rows(tx, rid, type, rows, &added, &added_count, err))
        return false;
    uint16_t *number = param_numbers(w->s, &w->arena, param, count);
    fresh = arena_alloc(&w->arena, (old_count + added_count + 1) * sizeof *fresh);
    if (!number || !fresh)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; count && i < old_count; i++)
        if (!param_in(number, count, &old[i]))
            fresh[n++] = old[i];
    memcpy(fresh + n, added, added_count * sizeof *fresh);
    n = rows_canonical(fresh, n + added_count);
    if (n > ROWS_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "index rows", "65536", NULL);
    return param_same(old, old_count, fresh, n) || param_write(tx, rid, type, old, old_count, fresh, n, err);
}

static bool param_drop(struct store_tx *tx, store_rid rid, const uint16_t *number, size_t count,
                       struct err *err)
{
    struct write *w = tx->w;
    struct str packed;
    struct nrow *old, *fresh;
    size_t old_count, n = 0;
    uint16_t type;
    arena_reset(&w->arena);
    int found = param_state(w, rid, 0, &type, &packed, err);
    if (found <= 0)
        return found == 0;
    if (!rows_unpack(packed, rid, &w->arena, &old, &old_count))
        return err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    fresh = arena_alloc(&w->arena, (old_count + 1) * sizeof *fresh);
    if (!fresh)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < old_count; i++)
        if (!param_in(number, count, &old[i]))
            fresh[n++] = old[i];
    return n == old_count || param_write(tx, rid, type, old, old_count, fresh, n, err);
}

bool store_rows_drop(struct store_tx *tx, uint16_t type, store_rid *after, unsigned limit,
                     const uint16_t *param, size_t count, struct err *err)
{
    struct write *w = tx->w;
    struct arena *arena = &w->read.arena;
    struct arena_mark mark = arena_mark(arena);
    uint16_t durable = number_durable(&w->s->types, type);
    uint16_t *number = param_numbers(w->s, arena, param, count);
    bool ok = number || err_set(err, ERR_NO_MEMORY, NULL), last = durable == 0;
    tx->hold = true;
    for (unsigned i = 0; ok && !last && i < limit; i++) {
        sqlite3_stmt *st = db_get(w->db, DB_KIND_ALL, err);
        ok = st != NULL;
        if (!ok)
            break;
        sqlite3_bind_int64(st, 1, durable);
        sqlite3_bind_int64(st, 2, *after);
        int rc = db_step(w->db, st, err);
        store_rid rid = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
        sqlite3_reset(st);
        ok = rc >= 0;
        last = rc == 0;
        if (rc > 0) {
            ok = param_drop(tx, rid, number, count, err);
            *after = rid;
        }
    }
    if (last)
        *after = 0;
    arena_rewind(arena, mark);
    return ok;
}

/* ---- comparing ---- */

/* The packed rows of rid in the snapshot, in r->arena. */
static bool param_stored(struct store_read *r, store_rid rid, struct nrow **row, size_t *count,
                         struct err *err)
{
    *count = 0;
    sqlite3_stmt *st = db_get(r->db, DB_RES_HEAD, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    struct str packed = rc > 0 ? arena_str(&r->arena, db_column_blob(st, 5)) : (struct str){"", 0};
    sqlite3_reset(st);
    if (rc < 0 || !packed.p)
        return rc < 0 ? false : err_set(err, ERR_NO_MEMORY, NULL);
    return rows_unpack(packed, rid, &r->arena, row, count) ||
           err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
}

/* Compares the rows of one durable number (0: all) of both canonical lists. */
static struct store_rows_seen param_compare(uint16_t number, const struct nrow *a, size_t a_count,
                                            const struct nrow *b, size_t b_count)
{
    struct store_rows_seen seen = {.same = true};
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a_count && number && !param_in(&number, 1, &a[i]))
            i++;
        while (k < b_count && number && !param_in(&number, 1, &b[k]))
            k++;
        seen.stored |= i < a_count;
        seen.expected |= k < b_count;
        if (i == a_count || k == b_count)
            break;
        seen.same &= rows_cmp(&a[i++], &b[k++]) == 0;
    }
    seen.same &= i == a_count && k == b_count;
    return seen;
}

static struct store_rows_seen param_unwritten(uint16_t param, const struct store_rows *rows)
{
    struct store_rows_seen seen = {.same = true};
    for (size_t i = 0; i < rows->count; i++)
        seen.expected |= rows->item[i].param == param && rows_named(rows->item[i].index);
    seen.same = !seen.expected;
    return seen;
}

bool store_rows_compare(struct store_read *r, store_rid rid, const uint16_t *param, size_t count,
                        const struct store_rows *rows, struct store_rows_seen *seen, struct err *err)
{
    struct nrow *stored = NULL, *fresh = NULL;
    size_t stored_count, fresh_count = 0;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = param_stored(r, rid, &stored, &stored_count, err) &&
              lookup_rows(r, rows, &r->arena, &fresh, &fresh_count, err);
    for (size_t i = 0; ok && i < (count ? count : 1); i++) {
        uint16_t number = count ? number_durable(&r->s->params, param[i]) : 0;
        if (count && !number) /* no row of it was ever written */
            seen[i] = param_unwritten(param[i], rows);
        else
            seen[i] = param_compare(number, stored, stored_count, fresh, fresh_count);
    }
    arena_rewind(&r->arena, mark);
    return ok;
}
