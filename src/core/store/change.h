/* SPDX-License-Identifier: Apache-2.0
 * change: the change table's rows. One row holds up to STORE_PART changes of a commit in order of (rid,
 * version), each as varints: rid (difference to the one before), type, version << 2 | op. */
#ifndef HELHET_STORE_CHANGE_H
#define HELHET_STORE_CHANGE_H

#include "store/store_int.h"

struct change {
    store_rid rid;
    uint16_t type; /* durable */
    uint8_t op;    /* enum store_op */
    uint32_t version;
};

/* Appends one change after the one of rid before (0: first). */
void change_encode(struct buf *out, store_rid before, const struct change *c);
bool change_decode(struct str data, struct arena *arena, struct change **out, size_t *count, struct err *err);
/* The part nearest below, or above, (*seq, *part), which then say where it is; data in arena. 1, 0 none, -1
 * failed. */
int change_before(struct store_read *r, int64_t *seq, int64_t *part, struct arena *arena, struct str *data,
                  struct err *err);
int change_after(struct store_read *r, int64_t *seq, int64_t *part, struct arena *arena, struct str *data,
                 struct err *err);

#endif
