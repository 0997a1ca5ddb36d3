/* SPDX-License-Identifier: Apache-2.0
 * Private to api: a map from texts to numbers, in an arena. Keys are borrowed. */
#ifndef HELHET_API_TEXTMAP_H
#define HELHET_API_TEXTMAP_H

#include "base/arena.h"
#include "base/hash.h"

struct textmap_slot {
    uint64_t hash; /* 0: free */
    struct str key;
    size_t value;
};

struct textmap {
    struct arena *arena;
    struct hash_key key;
    struct textmap_slot *slot;
    size_t cap, count;
};

/* The key keeps senders from aiming at one slot. */
void textmap_init(struct textmap *m, struct arena *arena, struct hash_key key);
/* False when the key is there already (value untouched) or memory ends (*full). */
bool textmap_add(struct textmap *m, struct str key, size_t value, bool *full);
bool textmap_get(const struct textmap *m, struct str key, size_t *value);

#endif
