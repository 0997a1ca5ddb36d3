/* SPDX-License-Identifier: Apache-2.0
 * hash: SipHash-2-4 (keyed, 64 bits; Aumasson & Bernstein 2012) for tables and index keys. */
#ifndef HELHET_BASE_HASH_H
#define HELHET_BASE_HASH_H

#include "base/str.h"

struct hash_key {
    uint64_t k0, k1;
};

uint64_t hash_sip(struct hash_key key, struct str data);

#endif
