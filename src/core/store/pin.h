/* SPDX-License-Identifier: Apache-2.0
 * pin: the record as it was at an earlier commit, the reader's pin. What has not changed since lies in the
 * tables as it did then; of what has, the version of then is in the history and its rows are extracted anew.
 * Indexes only know what is now, so a pinned search also takes as candidates every resource that has changed
 * since and was there before. All of it is the reader's, and forgotten when the pin moves. */
#ifndef HELHET_STORE_PIN_H
#define HELHET_STORE_PIN_H

#include "base/err.h"
#include "store/map.h"
#include "store/store.h"

enum {
    PIN_CHANGED_MAX = 10000, /* changed resources of the types at hand; past it ERR_SEARCH_PAGE_OLD */
    PIN_WALK_MAX = 1 << 20,  /* changes since the pin that are walked; past it likewise */
};

#define PIN_NOW INT64_MAX /* no pin */

/* A resource as of the pin. */
struct pin_state {
    bool exists;
    uint16_t type; /* durable */
    int64_t seq;
    struct str id, packed;
};

struct pin {
    int64_t seq;
    int64_t kept;            /* the pin that all below is of */
    bool walked;             /* changed is filled */
    struct map_int changed;  /* rid → type << 2 | created since << 1 | there now */
    struct map_int known;    /* rid → its place in state + 1 */
    struct pin_state *state; /* in arena */
    size_t states, states_cap;
    struct arena arena;
};

struct rid_list;

void pin_init(struct pin *a);
void pin_release(struct pin *a);
/* Moves the pin; PIN_NOW lifts it, and what is known of the last one is kept in case it comes back. */
void pin_set(struct pin *a, int64_t pin);
/* No pin, nothing known: the snapshot ends. */
void pin_forget(struct pin *a);

/* The state of a resource whose current version is later than the pin; NULL with err. Valid until the next
 * call. */
const struct pin_state *pin_get(struct store_read *r, store_rid rid, struct err *err);
/* The rows of a version as its body gives them now, packed, in arena. */
bool pin_rows(struct store_read *r, const struct store_version *v, struct arena *arena, struct str *packed,
              struct err *err);
/* The state of any resource, read as of the pin or as it is now, in arena. False: failed. */
bool pin_read(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
              struct err *err);
/* The same without its id. */
bool pin_head(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
              struct err *err);
/* Has anything of these (durable) types changed since, things created included? type NULL: any. 1, 0, -1
 * failed. */
int pin_touched(struct store_read *r, const uint16_t *type, size_t count, struct err *err);
/* Has this resource? Only after pin_touched. */
bool pin_changed(const struct store_read *r, store_rid rid);
/* Those of these types that have, and existed before; rising, in arena. */
bool pin_list(struct store_read *r, const uint16_t *type, size_t count, struct arena *arena,
              struct rid_list *out, struct err *err);
/* Did it have a row of kind, in param (0: any), that names target? */
bool pin_points(const struct pin_state *s, store_rid rid, uint8_t kind, uint16_t param, store_rid target);
/* What points at target now (list, in the reader's arena) becomes what did then; type (0: any) is theirs. No
 * pin: left as it is. */
bool pin_pointing(struct store_read *r, uint16_t type, uint8_t kind, uint16_t param, store_rid target,
                  struct rid_list *list, struct err *err);
/* How many more resources of the type (0: all) there were then than now; negative when fewer. */
bool pin_more(struct store_read *r, uint16_t type, int64_t *more, struct err *err);

#endif
