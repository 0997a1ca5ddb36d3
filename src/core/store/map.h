/* SPDX-License-Identifier: Apache-2.0
 * map: two hash tables: (number, text) → integer, and integer → integer. Nothing is removed singly; a table
 * is cleared whole. Texts are copied. Memory failure in a put leaves the table without the entry and returns
 * false. */
#ifndef HELHET_STORE_MAP_H
#define HELHET_STORE_MAP_H

#include "base/arena.h"
#include "base/hash.h"

struct map_text {
    struct hash_key key;
    struct arena arena;
    struct map_text_entry *entry; /* in order of arrival */
    uint32_t *slot;               /* entry + 1; 0: empty; cap is a power of two */
    uint32_t cap, count;
};

struct map_text_entry {
    uint32_t hash, tag;
    struct str text;
    int64_t value;
};

void map_text_init(struct map_text *m, struct hash_key key);
void map_text_release(struct map_text *m);
void map_text_clear(struct map_text *m);
/* The entry, NULL when absent; valid until the next put. */
struct map_text_entry *map_text_get(const struct map_text *m, uint32_t tag, struct str text);
/* Adds or replaces. */
bool map_text_put(struct map_text *m, uint32_t tag, struct str text, int64_t value);

struct map_int {
    int64_t *key, *value; /* key 0: empty, so 0 is no key */
    size_t cap, count;
};

void map_int_init(struct map_int *m);
void map_int_release(struct map_int *m);
void map_int_clear(struct map_int *m);
int64_t *map_int_get(const struct map_int *m, int64_t key);
bool map_int_put(struct map_int *m, int64_t key, int64_t value);

#endif
