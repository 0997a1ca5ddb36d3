/* SPDX-License-Identifier: Apache-2.0
 * dict: bodies packed one by one with zstd and a trained dictionary. Dictionaries live in the store by id,
 * are never changed or deleted, and are trained from bodies of the same store. A packed body: one byte
 * dictionary id (0: none), then a zstd frame without its magic number, with content size and checksum. */
#ifndef HELHET_STORE_DICT_H
#define HELHET_STORE_DICT_H

#include <stdatomic.h>
#include <zstd.h>

#include "base/arena.h"
#include "store/db.h"

enum {
    DICT_MAX = 64, /* dictionaries of a store */
    DICT_BYTES = 110 * 1024,
    DICT_LEVEL = 3,
    DICT_SAMPLES_MIN = 1000,         /* fewer bodies do not make a dictionary */
    DICT_SAMPLE_BYTES_MAX = 8 << 20, /* bodies looked at in training */
    DICT_SAMPLE_MAX = 16 * 1024,     /* of each body, its beginning */
};

struct dict {
    ZSTD_CDict *pack;
    ZSTD_DDict *unpack;
};

struct dict_set {
    struct dict item[DICT_MAX + 1]; /* by id, from 1 */
    atomic_uint newest;             /* what the writer packs with; 0: none */
};

bool dict_load(struct dict_set *set, struct db *db, struct err *err);
void dict_release(struct dict_set *set);
/* Writes a dictionary; to be published once committed. */
bool dict_put(struct db *db, unsigned id, struct str data, struct err *err);
/* Makes a committed dictionary known; it must be in the database by then. */
bool dict_publish(struct dict_set *set, unsigned id, struct str data, struct err *err);

/* Collects samples, then trains. */
struct dict_trainer {
    struct buf text;
    size_t *size;
    size_t count, cap;
};
void dict_trainer_init(struct dict_trainer *t);
void dict_trainer_release(struct dict_trainer *t);
/* False when it is full. */
bool dict_trainer_add(struct dict_trainer *t, struct str body);
/* The dictionary into out; false when the samples do not make one. */
bool dict_trainer_run(struct dict_trainer *t, struct buf *out);

/* Appends the packed body. */
bool dict_pack(const struct dict_set *set, ZSTD_CCtx *ctx, struct str body, struct buf *out, struct err *err);
/* The body in arena; scratch is the reader's. max bytes at most. */
bool dict_unpack(const struct dict_set *set, ZSTD_DCtx *ctx, struct buf *scratch, struct str packed,
                 size_t max, struct arena *arena, struct str *out, struct err *err);

#endif
