/* SPDX-License-Identifier: Apache-2.0
 * varint: unsigned numbers in 1 to 10 bytes, seven bits each, least first; signed ones zigzagged. */
#ifndef HELHET_STORE_VARINT_H
#define HELHET_STORE_VARINT_H

#include "base/buf.h"

static inline void varint_put(struct buf *out, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    for (; v > 127; v >>= 7)
        bytes[n++] = (char)(v | 128);
    bytes[n++] = (char)v;
    buf_add(out, bytes, n);
}

static inline void varint_put_signed(struct buf *out, int64_t v)
{
    varint_put(out, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

/* Takes one off the front; *ok turns false on damage. */
static inline uint64_t varint_take(struct str *s, bool *ok)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && s->n; shift += 7) {
        unsigned char c = (unsigned char)*s->p++;
        s->n--;
        v |= (uint64_t)(c & 127) << shift;
        if (c < 128)
            return v;
    }
    *ok = false;
    return 0;
}

static inline int64_t varint_take_signed(struct str *s, bool *ok)
{
    uint64_t v = varint_take(s, ok);
    return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

#endif
