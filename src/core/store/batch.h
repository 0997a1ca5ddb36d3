/* SPDX-License-Identifier: Apache-2.0
 * batch: what a transaction is about to insert, collected and then put in key order, because a b-tree filled
 * in key order takes a tenth of the time of one filled at random. A single write is a batch of one. */
#ifndef HELHET_STORE_BATCH_H
#define HELHET_STORE_BATCH_H

#include "store/store_int.h"

struct batch_res {
    store_rid rid;
    uint16_t type; /* durable */
    uint8_t op;    /* enum store_op */
    bool in_db;    /* the row is there already: its key too */
    uint32_t version;
    int64_t seq;
    struct str id, rows, body; /* in the batch's arena; body packed */
};

struct batch {
    struct arena arena;
    struct batch_res *res;
    size_t res_count, res_cap;
    struct table_row *row;
    size_t row_count, row_cap;
    struct map_int by_rid; /* rid → index in res + 1 */
};

void batch_init(struct batch *b);
void batch_release(struct batch *b);
void batch_clear(struct batch *b);
/* The entry of rid, NULL when the batch has none; valid until the next batch_add. */
struct batch_res *batch_get(const struct batch *b, store_rid rid);
/* A new entry (zeroed but for rid); NULL with err. */
struct batch_res *batch_add(struct batch *b, store_rid rid, struct err *err);
/* A row to insert; its text is copied. */
bool batch_row(struct batch *b, const struct table_row *row, struct err *err);
/* Inserts everything in key order, then clears. */
bool batch_apply(struct batch *b, struct db *db, struct err *err);

#endif
