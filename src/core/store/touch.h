/* SPDX-License-Identifier: Apache-2.0
 * touch: what the caller of store_tell is told of after each commit. Used on the writer thread only, but for
 * being set before there is anything to write. */
#ifndef HELHET_STORE_TOUCH_H
#define HELHET_STORE_TOUCH_H

#include "store/rows.h"

struct touch {
    const bool *types; /* by build id; NULL: nobody wants to know */
    store_told_fn *fn;
    void *arg;
    struct store_told *item; /* STORE_TOLD_MAX of them, of the group of jobs */
    size_t count;
    bool many;
};

/* Notes a change of rid with its rows before and after. */
void touch_note(struct touch *t, uint16_t type, store_rid rid, const struct nrow *before, size_t before_count,
                const struct nrow *after, size_t after_count);
/* Tells of what was noted when it was committed, and begins anew. */
void touch_tell(struct touch *t, bool committed, int64_t seq);
void touch_release(struct touch *t);

#endif
