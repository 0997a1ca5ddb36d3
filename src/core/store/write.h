/* SPDX-License-Identifier: Apache-2.0
 * write: one change after another within the writer's transaction. Used on the writer thread only. */
#ifndef HELHET_STORE_WRITE_H
#define HELHET_STORE_WRITE_H

#include "store/batch.h"

enum {
    WRITE_IDS_MAX = 1 << 18, /* remembered ids, names and blocks; past it they are forgotten between jobs */
    WRITE_NAMES_MAX = 1 << 16,
    WRITE_BLOCKS_MAX = 1 << 16,
};

struct write_change {
    store_rid rid;
    uint16_t type;
    uint8_t op;
    int8_t counted; /* change of the type's number of current resources */
    uint32_t version;
    unsigned char digest[CHAIN_BYTES];
};

struct write {
    struct store *s;
    struct db *db;
    struct store_read read; /* on the writer's connection */
    ZSTD_CCtx *cctx;
    struct chain *chain;
    struct map_text ids, names;
    struct map_int blocks; /* patient rid + 1 → next free rid of its block, 0 mod STORE_BLOCK: full */
    int64_t next_block;
    int64_t counter[STORE_TYPES_MAX];
    int64_t seq, time_ms; /* of the last commit */
    unsigned char hash[CHAIN_BYTES];
    struct batch batch;
    struct buf body, packed;
    struct arena arena;          /* one change */
    struct write_change *change; /* of the job */
    size_t change_count, change_cap;
    store_rid *watched; /* changed ones of the watched type, of the group */
    size_t watched_count, watched_cap;
    uint64_t plain;                    /* bodies packed without a dictionary since the start */
    uint64_t text_bytes, packed_bytes; /* bodies before and after packing since the start */
};

/* A body made ready before its transaction, as version 1 at the transaction's time. */
struct write_ready {
    struct str packed; /* empty: not made ready */
    size_t text_n;     /* bytes before packing */
    unsigned dict;     /* the dictionary it is packed with */
    unsigned char digest[CHAIN_BYTES];
};

struct store_tx {
    struct write *w;
    int64_t seq, time_ms;
    uint16_t type_mark, param_mark;  /* numbering before the job */
    bool hold;                       /* rows wait in the batch for write_apply */
    const struct write_ready *ready; /* of the change that is put next; NULL: none */
    bool broken;                     /* a put failed half way: the job cannot be kept */
};

struct write *write_new(struct store *s, struct err *err);
void write_free(struct write *w);
/* Forgets everything remembered and reads it again: after a transaction was lost. */
bool write_load(struct write *w, struct err *err);

/* Within the transaction: begin, any puts, then end (writes the commit) or undo (after ROLLBACK TO). */
void write_begin(struct write *w, struct store_tx *tx);
bool write_put(struct store_tx *tx, struct store_change *c, struct err *err);
/* Puts what is held back into the tables. */
bool write_apply(struct store_tx *tx, struct err *err);
bool write_end(struct store_tx *tx, struct str agent, struct str reason, struct err *err);
bool write_undo(struct store_tx *tx, struct err *err);

/* write_rows.c: the patient whose block new rids come from (of the first CLINICAL row), 0 when none. */
bool write_patient(struct store_tx *tx, const struct store_change *c, store_rid *patient, struct err *err);
/* The rows of a change in durable terms, canonical, in w->arena; makes placeholders. */
bool write_rows(struct store_tx *tx, const struct store_change *c, store_rid patient, struct nrow **out,
                size_t *count, struct err *err);
/* The rid of (build type, id), made when absent, in patient's block. */
bool write_target(struct store_tx *tx, uint16_t build_type, struct str id, store_rid patient, store_rid *rid,
                  struct err *err);
/* Known rid of (durable type, id), or 0. */
bool write_find(struct write *w, uint16_t type, struct str id, store_rid *rid, struct err *err);
/* A rid for a new row: in patient's block, or first of a block of its own. Adds it to the batch as a
 * placeholder. */
bool write_new_rid(struct store_tx *tx, uint16_t type, bool is_patient, struct str id, store_rid patient,
                   store_rid *rid, struct err *err);
bool write_name(struct write *w, struct str text, int64_t *id, struct err *err);
/* Removes from the tables what old has and fresh lacks, adds to the batch what fresh has and old lacks. Both
 * canonical. */
bool write_difference(struct store_tx *tx, store_rid rid, uint16_t type, const struct nrow *old,
                      size_t old_count, const struct nrow *fresh, size_t fresh_count, struct err *err);

#endif
