/* SPDX-License-Identifier: Apache-2.0
 * region: the care providers and their units, from the Organizations in the store, in memory. What a unit is
 * part of, which provider it belongs to, and whether it shares its record with other providers. */
#ifndef HELHET_ACCESS_REGION_H
#define HELHET_ACCESS_REGION_H

#include "base/arena.h"
#include "store/store.h"

enum { REGION_ORGS_MAX = 65536, REGION_DEPTH_MAX = 16 };

struct region_org {
    store_rid rid, parent; /* parent 0: a provider */
    struct str id;
    store_rid path[REGION_DEPTH_MAX]; /* itself first, its provider last */
    uint8_t depth;
    bool said, joined; /* what its own extension says, if it has one */
    bool shares;       /* it, with what it is part of, shares */
};

struct region {
    struct region_org *org; /* by rid */
    size_t count;
    uint32_t *by_id; /* indexes of org by id */
};

/* Everything in arena. A circle of partOf, or more than REGION_DEPTH_MAX levels: ERR_ACCESS_REGION. */
const struct region *region_read(struct store_read *r, struct arena *arena, struct err *err);
/* NULL: it is no organization here. */
const struct region_org *region_find(const struct region *g, store_rid rid);
/* By "Organization/x", or the same after a base address. */
const struct region_org *region_named(const struct region *g, struct str reference);
/* "Organization/x" of the unit and of what it is part of, the provider last; how many. In arena. */
size_t region_path(const struct region *g, store_rid unit, struct arena *arena,
                   struct str out[REGION_DEPTH_MAX]);
store_rid region_provider(const struct region_org *o);

#endif
