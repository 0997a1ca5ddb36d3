/* SPDX-License-Identifier: Apache-2.0
 * sight: what a reader may see (store.h). Every function of the contract that tells of resources asks here
 * before it does; read_current and what else begins with read_ or pin_ does not, and is for the store's own
 * work: there a view would hide from the engine what it must keep right. While a view is asked, the reader is
 * without it and without its pin, and has statements of its own (db.level), so that what is being read stays
 * where it is. */
#ifndef HELHET_STORE_SIGHT_H
#define HELHET_STORE_SIGHT_H

#include "base/err.h"
#include "store/map.h"
#include "store/pin.h"
#include "store/rows.h"
#include "store/store.h"

struct sight {
    const struct store_view *on; /* NULL: everything is seen */
    bool asking;
    struct map_int known; /* patients that are in patient */
    store_rid *patient;   /* STORE_SEEN_MAX of them */
    size_t count;
    store_rid last;
    bool many;
    uint64_t withheld;
};

void sight_init(struct sight *v);
void sight_release(struct sight *v);
/* No view, nobody seen. */
void sight_forget(struct sight *v);

/* What is seen of the version that rid has in packed; type is durable. give: its body is given out, so whose
 * it is is remembered. False: failed. */
bool sight_rows(struct store_read *r, store_rid rid, uint16_t type, int64_t seq, struct str packed, bool give,
                enum store_sight *out, struct err *err);
/* The same of a version as it was read, with its body: its rows are extracted anew; a deletion's are those of
 * the version before it. */
bool sight_version(struct store_read *r, const struct store_version *v, bool give, enum store_sight *out,
                   struct err *err);
/* pin_head through the view: what is hidden does not exist, of what is masked rows are missing. */
bool sight_head(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
                struct err *err);
/* Has it, as far as is seen, a row of kind, in param (0: any), that names target? 1, 0, -1 failed. */
int sight_points(struct store_read *r, store_rid rid, uint8_t kind, uint16_t param, store_rid target,
                 struct err *err);
/* What is withheld is counted. */
void sight_withhold(struct store_read *r);
/* The body as it may be shown. */
bool sight_mask(struct store_read *r, uint16_t build_type, struct arena *arena, struct str *body,
                struct err *err);
/* Are rows of this (durable) parameter as if absent on masked resources? */
bool sight_masks(const struct store_read *r, uint16_t param);
/* packed without them, in arena. */
bool sight_mask_rows(struct store_read *r, store_rid rid, struct arena *arena, struct str *packed,
                     struct err *err);
/* Is everything of this (durable) type seen? Without a view it is. */
bool sight_whole(const struct store_read *r, uint16_t type);

#endif
