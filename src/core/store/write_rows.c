/* SPDX-License-Identifier: Apache-2.0
 * From the caller's rows to the store's: names interned, targets resolved or given placeholders. */
#include <stdlib.h>

#include "base/os.h"
#include "store/lookup.h"
#include "store/write.h"

bool write_name(struct write *w, struct str text, int64_t *id, struct err *err)
{
    *id = 0;
    if (text.n == 0)
        return true;
    const struct map_text_entry *known = map_text_get(&w->names, 0, text);
    if (known) {
        *id = known->value;
        return true;
    }
    if (!read_name(&w->read, text, id, err))
        return false;
    if (*id < 0) {
        sqlite3_stmt *st = db_get(w->db, DB_NAME_PUT, err);
        if (!st)
            return false;
        db_bind_blob(st, 1, text);
        if (!db_run(w->db, st, err))
            return false;
        *id = sqlite3_last_insert_rowid(w->db->h);
    }
    return map_text_put(&w->names, 0, text, *id) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool write_find(struct write *w, uint16_t type, struct str id, store_rid *rid, struct err *err)
{
    const struct map_text_entry *known = map_text_get(&w->ids, type, id);
    *rid = known ? known->value : 0;
    if (known)
        return true;
    if (!read_key(&w->read, type, id, rid, err))
        return false;
    return !*rid || map_text_put(&w->ids, type, id, *rid) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* ---- blocks of rids ---- */

static bool block_new(struct write *w, store_rid patient, bool is_patient, store_rid *first, struct err *err)
{
    int64_t block = w->next_block++;
    *first = block * STORE_BLOCK;
    sqlite3_stmt *st = db_get(w->db, DB_BLOCK_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, is_patient ? *first : patient);
    sqlite3_bind_int64(st, 2, block);
    return db_run(w->db, st, err);
}

/* One integer from a statement with up to two integer parameters; *none when it is NULL or absent. */
static bool block_ask(struct write *w, enum db_stmt which, int64_t a, int64_t b, int64_t *out, bool *none,
                      struct err *err)
{
    sqlite3_stmt *st = db_get(w->db, which, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, a);
    if (sqlite3_bind_parameter_count(st) > 1)
        sqlite3_bind_int64(st, 2, b);
    int rc = db_step(w->db, st, err);
    *none = rc <= 0 || sqlite3_column_type(st, 0) == SQLITE_NULL;
    *out = *none ? 0 : sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return rc >= 0;
}

/* Next free rid of the patient's newest block, a multiple of STORE_BLOCK when there is none. */
static bool block_next(struct write *w, store_rid patient, int64_t *next, struct err *err)
{
    const int64_t *known = map_int_get(&w->blocks, patient + 1);
    if (known) {
        *next = *known;
        return true;
    }
    int64_t block, last;
    bool none;
    *next = 0;
    if (!block_ask(w, DB_BLOCK_LAST, patient, 0, &block, &none, err))
        return false;
    if (none)
        return true;
    int64_t first = block * STORE_BLOCK;
    if (!block_ask(w, DB_RES_LAST_IN, first, first + STORE_BLOCK - 1, &last, &none, err))
        return false;
    *next = none ? 0 : last + 1;
    return true;
}

static bool block_take(struct write *w, store_rid patient, bool is_patient, store_rid *rid, struct err *err)
{
    int64_t next = 0;
    if (!is_patient && !block_next(w, patient, &next, err))
        return false;
    if (next % STORE_BLOCK == 0 && !block_new(w, patient, is_patient, &next, err))
        return false;
    *rid = next;
    return map_int_put(&w->blocks, (is_patient ? next : patient) + 1, next + 1) ||
           err_set(err, ERR_NO_MEMORY, NULL);
}

bool write_new_rid(struct store_tx *tx, uint16_t type, bool is_patient, struct str id, store_rid patient,
                   store_rid *rid, struct err *err)
{
    struct write *w = tx->w;
    if (!block_take(w, patient, is_patient, rid, err))
        return false;
    struct batch_res *r = batch_add(&w->batch, *rid, err);
    if (!r)
        return false;
    r->type = type;
    r->op = OP_PLACEHOLDER;
    r->id = arena_str(&w->batch.arena, id);
    if (!r->id.p || !map_text_put(&w->ids, type, id, *rid))
        return err_set(err, ERR_NO_MEMORY, NULL);
    return true;
}

bool write_target(struct store_tx *tx, uint16_t build_type, struct str id, store_rid patient, store_rid *rid,
                  struct err *err)
{
    struct store *s = tx->w->s;
    uint16_t type = number_assign(&s->types, tx->w->db, build_type, err);
    if (!type || !write_find(tx->w, type, id, rid, err))
        return false;
    return *rid || write_new_rid(tx, type, build_type == s->patient_type, id, patient, rid, err);
}

/* ---- rows ---- */

static bool row_convert(struct store_tx *tx, const struct store_row *r, store_rid patient, struct nrow *out,
                        struct err *err)
{
    struct write *w = tx->w;
    int64_t name = 0;
    store_rid target = 0;
    out->param = 0;
    if (r->index > STORE_LABEL)
        return err_set(err, ERR_INTERNAL, "index kind", NULL);
    if (rows_named(r->index)) {
        out->param = number_assign(&w->s->params, w->db, r->param, err);
        if (!out->param)
            return false;
    }
    if (lookup_needs_target(r)) {
        if (!write_target(tx, r->target_type, r->text, patient, &target, err))
            return false;
    } else if (r->index != STORE_STRING && r->index != STORE_DATE && !write_name(w, r->name, &name, err)) {
        return false;
    }
    lookup_fill(r, w->s->key, name, target, out);
    return true;
}

bool write_patient(struct store_tx *tx, const struct store_change *c, store_rid *patient, struct err *err)
{
    *patient = 0;
    if (c->row_count > ROWS_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "index rows", "65536", NULL);
    for (size_t i = 0; i < c->row_count; i++)
        if (c->rows[i].index == STORE_CLINICAL)
            return write_target(tx, c->rows[i].target_type, c->rows[i].text, 0, patient, err);
    return true;
}

bool write_rows(struct store_tx *tx, const struct store_change *c, store_rid patient, struct nrow **out,
                size_t *count, struct err *err)
{
    *count = 0;
    *out = arena_alloc(&tx->w->arena, (c->row_count + 1) * sizeof **out);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < c->row_count; i++)
        if (!row_convert(tx, &c->rows[i], patient, &(*out)[i], err))
            return false;
    *count = rows_canonical(*out, c->row_count);
    return true;
}

/* ---- the difference between two versions' rows ---- */

static bool row_delete(struct db *db, const struct table_row *row, struct err *err)
{
    sqlite3_stmt *st = db_get(db, table_specs[row->table].del, err);
    if (!st)
        return false;
    table_bind(st, row);
    return db_run(db, st, err);
}

static int cmp_table_row(const void *a, const void *b)
{
    return table_cmp(a, b);
}

static bool table_rows(struct arena *arena, store_rid rid, uint16_t type, const struct nrow *row,
                       size_t count, struct table_row **out, size_t *n, struct err *err)
{
    *n = 0;
    *out = arena_alloc(arena, (count * 2 + 1) * sizeof **out);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        *n += (size_t)table_of(&row[i], rid, type, *out + *n);
    if (*n)
        qsort(*out, *n, sizeof **out, cmp_table_row);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (!kept || table_cmp(&(*out)[kept - 1], &(*out)[i]) != 0)
            (*out)[kept++] = (*out)[i];
    *n = kept;
    return true;
}

bool write_difference(struct store_tx *tx, store_rid rid, uint16_t type, const struct nrow *old,
                      size_t old_count, const struct nrow *fresh, size_t fresh_count, struct err *err)
{
    struct write *w = tx->w;
    struct table_row *a, *b;
    size_t an, bn, i = 0, k = 0;
    if (!table_rows(&w->arena, rid, type, old, old_count, &a, &an, err) ||
        !table_rows(&w->arena, rid, type, fresh, fresh_count, &b, &bn, err))
        return false;
    while (i < an || k < bn) {
        int c = i == an ? 1 : k == bn ? -1 : table_cmp(&a[i], &b[k]);
        if (c < 0 && !row_delete(w->db, &a[i], err))
            return false;
        if (c > 0 && !batch_row(&w->batch, &b[k], err))
            return false;
        i += c <= 0;
        k += c >= 0;
    }
    return true;
}
