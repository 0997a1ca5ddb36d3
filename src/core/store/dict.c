/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dict.h"

#include <zdict.h>

#include "base/os.h"

enum { DICT_MAGIC_BYTES = 4, DICT_SAMPLES_MAX = 32768 };

bool dict_publish(struct dict_set *set, unsigned id, struct str data, struct err *err)
{
    if (id < 1 || id > DICT_MAX || set->item[id].pack)
        return err_set(err, ERR_STORE_CORRUPT, "dictionary", NULL);
    set->item[id].pack = ZSTD_createCDict(data.p, data.n, DICT_LEVEL);
    set->item[id].unpack = ZSTD_createDDict(data.p, data.n);
    if (!set->item[id].pack || !set->item[id].unpack)
        return err_set(err, ERR_NO_MEMORY, NULL);
    atomic_store(&set->newest, id);
    return true;
}

bool dict_put(struct db *db, unsigned id, struct str data, struct err *err)
{
    if (id > DICT_MAX)
        return err_set(err, ERR_INTERNAL, "dictionaries are used up", NULL);
    sqlite3_stmt *st = db_get(db, DB_DICT_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, id);
    db_bind_blob(st, 2, data);
    return db_run(db, st, err);
}

bool dict_load(struct dict_set *set, struct db *db, struct err *err)
{
    sqlite3_stmt *st = db_get(db, DB_DICT_ALL, err);
    int rc = st ? 1 : -1;
    while (rc > 0 && (rc = db_step(db, st, err)) > 0)
        if (!dict_publish(set, (unsigned)sqlite3_column_int64(st, 0), db_column_blob(st, 1), err))
            rc = -1;
    if (st)
        sqlite3_reset(st);
    return rc == 0;
}

void dict_release(struct dict_set *set)
{
    for (unsigned i = 1; i <= DICT_MAX; i++) {
        ZSTD_freeCDict(set->item[i].pack);
        ZSTD_freeDDict(set->item[i].unpack);
    }
    memset(set->item, 0, sizeof set->item);
    atomic_store(&set->newest, 0);
}

void dict_trainer_init(struct dict_trainer *t)
{
    *t = (struct dict_trainer){0};
    buf_init(&t->text, DICT_SAMPLE_BYTES_MAX);
}

void dict_trainer_release(struct dict_trainer *t)
{
    buf_release(&t->text);
    os_free(t->size);
    t->size = NULL;
}

bool dict_trainer_add(struct dict_trainer *t, struct str body)
{
    if (t->count == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : DICT_SAMPLES_MIN;
        size_t *size = cap <= DICT_SAMPLES_MAX ? os_realloc(t->size, cap * sizeof *size) : NULL;
        if (!size)
            return false;
        t->size = size;
        t->cap = cap;
    }
    body = str_sub(body, 0, DICT_SAMPLE_MAX);
    buf_str(&t->text, body);
    if (!buf_ok(&t->text))
        return false;
    t->size[t->count++] = body.n;
    return true;
}

bool dict_trainer_run(struct dict_trainer *t, struct buf *out)
{
    char *to = t->count >= DICT_SAMPLES_MIN ? buf_room(out, DICT_BYTES) : NULL;
    if (!to)
        return false;
    size_t n = ZDICT_trainFromBuffer(to, DICT_BYTES, t->text.p, t->size, (unsigned)t->count);
    if (ZDICT_isError(n))
        return false;
    out->n += n;
    return true;
}

bool dict_pack(const struct dict_set *set, ZSTD_CCtx *ctx, struct str body, struct buf *out, struct err *err)
{
    unsigned id = atomic_load_explicit(&set->newest, memory_order_acquire);
    size_t bound = ZSTD_compressBound(body.n);
    char *to = buf_room(out, bound + 1);
    if (!to)
        return err_set(err, ERR_NO_MEMORY, NULL);
    ZSTD_CCtx_reset(ctx, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, DICT_LEVEL);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_dictIDFlag, 0);
    if (id)
        ZSTD_CCtx_refCDict(ctx, set->item[id].pack);
    size_t n = ZSTD_compress2(ctx, to, bound, body.p, body.n);
    if (ZSTD_isError(n))
        return err_set(err, ERR_INTERNAL, ZSTD_getErrorName(n), NULL);
    memmove(to + 1, to + DICT_MAGIC_BYTES, n - DICT_MAGIC_BYTES);
    to[0] = (char)id;
    out->n += n - DICT_MAGIC_BYTES + 1;
    return true;
}

static bool dict_bad(struct err *err, const char *why)
{
    return err_set(err, ERR_STORE_CORRUPT, why, NULL);
}

bool dict_unpack(const struct dict_set *set, ZSTD_DCtx *ctx, struct buf *scratch, struct str packed,
                 size_t max, struct arena *arena, struct str *out, struct err *err)
{
    static const unsigned char magic[DICT_MAGIC_BYTES] = {0x28, 0xB5, 0x2F, 0xFD};
    unsigned id = packed.n ? (unsigned char)packed.p[0] : DICT_MAX + 1;
    if (id > DICT_MAX || (id && !set->item[id].unpack))
        return dict_bad(err, "body with an unknown dictionary");
    buf_clear(scratch);
    buf_add(scratch, magic, sizeof magic);
    buf_add(scratch, packed.p + 1, packed.n - 1);
    if (!buf_ok(scratch))
        return err_set(err, ERR_NO_MEMORY, NULL);
    unsigned long long n = ZSTD_getFrameContentSize(scratch->p, scratch->n);
    if (n > max)
        return dict_bad(err, "body without a valid size");
    char *to = arena_alloc(arena, (size_t)n + 1);
    if (!to)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t got =
        id ? ZSTD_decompress_usingDDict(ctx, to, (size_t)n, scratch->p, scratch->n, set->item[id].unpack)
           : ZSTD_decompressDCtx(ctx, to, (size_t)n, scratch->p, scratch->n);
    if (ZSTD_isError(got) || got != n)
        return dict_bad(err, "body does not unpack");
    to[n] = 0;
    *out = (struct str){to, (size_t)n};
    return true;
}
