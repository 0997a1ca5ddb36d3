/* SPDX-License-Identifier: Apache-2.0
 * hash: SipHash-2-4 (keyed, 64 bits; Aumasson & Bernstein 2012) for tables and index keys, and perfect
 * hashing (hash and displace) over word sets closed at build. */
#ifndef HELHET_BASE_HASH_H
#define HELHET_BASE_HASH_H

#include "base/str.h"

struct hash_key {
    uint64_t k0, k1;
};

uint64_t hash_sip(struct hash_key key, struct str data);

/* Fast and unkeyed: only for looking words up in a set fixed at build, whose builder has checked that no two
 * of its words collide. Never for tables that input can fill. Words over 32 bytes are hashed by their ends
 * and length. */
static inline uint64_t hash_word(const char *p, size_t n)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;
    if (n >= 8) {
        memcpy(&a, p, 8);
        memcpy(&b, p + n - 8, 8);
        if (n > 16) {
            memcpy(&c, p + 8, 8);
            memcpy(&d, p + n - 16, 8);
        }
    } else if (n >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        a = low | (uint64_t)high << 32;
    } else if (n) {
        a = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
            (uint64_t)(unsigned char)p[n - 1] << 16;
    }
    a = (a ^ (n * 0x9E3779B97F4A7C15u) ^ (c * 0xD6E8FEB86659FD93u)) * 0xA0761D6478BD642Fu;
    b ^= a ^ (a >> 32) ^ (d * 0xE7037ED1A0B428DBu);
    b = (b ^ (b >> 32)) * 0x8EBC6AF09C88C6E3u;
    return b ^ (b >> 29);
}

/* Slot of a word in a table of mask + 1 slots, where displacement is the builder's number for the word's
 * bucket (hash & bucket mask). */
static inline uint32_t hash_slot(uint64_t hash, uint32_t displacement, uint32_t mask)
{
    return ((uint32_t)(hash >> 32) + displacement * ((uint32_t)(hash >> 12) | 1)) & mask;
}

#endif
