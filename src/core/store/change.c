/* SPDX-License-Identifier: Apache-2.0 */
#include "store/change.h"

#include "store/varint.h"

void change_encode(struct buf *out, store_rid before, const struct change *c)
{
    varint_put(out, (uint64_t)(c->rid - before));
    varint_put(out, c->type);
    varint_put(out, (uint64_t)c->version << 2 | c->op);
}

bool change_decode(struct str data, struct arena *arena, struct change **out, size_t *count, struct err *err)
{
    bool ok = true;
    store_rid rid = 0;
    *count = 0;
    *out = arena_alloc(arena, STORE_PART * sizeof **out);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    while (data.n && ok && *count < STORE_PART) {
        struct change *c = &(*out)[(*count)++];
        rid += (store_rid)varint_take(&data, &ok);
        c->rid = rid;
        c->type = (uint16_t)varint_take(&data, &ok);
        uint64_t last = varint_take(&data, &ok);
        c->version = (uint32_t)(last >> 2);
        c->op = last & 3;
    }
    return (ok && data.n == 0) || err_set(err, ERR_STORE_CORRUPT, "change list", NULL);
}

static int change_near(struct store_read *r, enum db_stmt which, int64_t *seq, int64_t *part,
                       struct arena *arena, struct str *data, struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, which, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, *seq);
    sqlite3_bind_int64(st, 2, *part);
    int rc = db_step(r->db, st, err);
    if (rc > 0) {
        *seq = sqlite3_column_int64(st, 0);
        *part = sqlite3_column_int64(st, 1);
        *data = arena_str(arena, db_column_blob(st, 2));
        sqlite3_reset(st);
        if (!data->p && !err_set(err, ERR_NO_MEMORY, NULL))
            return -1;
    }
    return rc;
}

int change_before(struct store_read *r, int64_t *seq, int64_t *part, struct arena *arena, struct str *data,
                  struct err *err)
{
    return change_near(r, DB_CHANGE_BELOW, seq, part, arena, data, err);
}

int change_after(struct store_read *r, int64_t *seq, int64_t *part, struct arena *arena, struct str *data,
                 struct err *err)
{
    return change_near(r, DB_CHANGE_ABOVE, seq, part, arena, data, err);
}
