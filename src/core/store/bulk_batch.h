/* SPDX-License-Identifier: Apache-2.0
 * bulk_batch: one batch of a bulk load, with copies of everything, findable by id and by token. */
#ifndef HELHET_STORE_BULK_BATCH_H
#define HELHET_STORE_BULK_BATCH_H

#include "store/write.h"

enum {
    BULK_BATCH_CHANGES_MAX = 16384,
    BULK_BATCH_BYTES_MAX = 48 << 20, /* texts and rows */
};

struct bulk_batch {
    struct arena arena;
    struct store_change *change;
    struct write_ready *ready; /* beside change: what the writer need not do again */
    int64_t time_ms;           /* of the first change: the time of its commit */
    struct store *s;
    ZSTD_CCtx *cctx;
    struct chain *chain; /* NULL, as cctx: nothing is made ready */
    struct buf body, packed;
    size_t count, cap, bytes;
    struct map_text ids;      /* (type, id) → change */
    uint8_t asked[65536 / 8]; /* parameters whose tokens are looked for, by build id */
    uint64_t *token;          /* hashes of their token rows, open addressing; 0: empty */
    uint32_t *token_at;       /* the change it is of */
    size_t token_cap, token_count;
    struct hash_key key;
    struct str agent, reason;
    struct store_job job;
};

void bulk_batch_init(struct bulk_batch *l, struct store *s, struct str agent, struct str reason);
void bulk_batch_release(struct bulk_batch *l);
/* Ready for the next batch. */
void bulk_batch_clear(struct bulk_batch *l);
bool bulk_batch_add(struct bulk_batch *l, const struct store_change *c, struct err *err);
bool bulk_batch_full(const struct bulk_batch *l);
/* The change of this resource, NULL when the batch has none. Lives until bulk_batch_clear. */
const struct store_change *bulk_batch_get(const struct bulk_batch *l, uint16_t type, struct str id);
/* From now on token rows of the parameter can be found, those already there too. */
bool bulk_batch_ask(struct bulk_batch *l, uint16_t param, struct err *err);
/* The next change with this token row, of a parameter asked for; *at 0 to begin. NULL at the end. */
const struct store_change *bulk_batch_token(const struct bulk_batch *l, const struct store_row *row,
                                            size_t *at);
/* A dictionary from the batch's bodies; false when they do not make one. */
bool bulk_batch_train(const struct bulk_batch *l, struct buf *out);

#endif
