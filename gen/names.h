/* SPDX-License-Identifier: Apache-2.0
 * names: the closed set of names (element names, FHIRPath names, type names) numbered from 1, and a perfect
 * hash over it (hash and displace: base/hash.h). */
#ifndef HELHET_GEN_NAMES_H
#define HELHET_GEN_NAMES_H

#include "base/arena.h"

enum { NAMES_MAX = 16384, NAMES_TABLE = 4 * NAMES_MAX };

struct names {
    struct arena *arena;
    const char *text[NAMES_MAX]; /* [0] is "" */
    uint32_t count;
    uint16_t table[NAMES_TABLE]; /* open addressing while building */

    /* The finished hash. */
    uint32_t bucket_mask, slot_mask;
    uint16_t *displacement; /* bucket_mask + 1 */
    uint16_t *slot;         /* slot_mask + 1, name id or 0 */
};

void names_init(struct names *n, struct arena *arena);
/* Number of text, added when new. Ends the program on a text that is no C identifier. */
uint16_t names_add(struct names *n, const char *text);
void names_hash(struct names *n);

#endif
