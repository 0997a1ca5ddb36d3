/* SPDX-License-Identifier: Apache-2.0 */
#include "base/b64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str b64url_encode(struct arena *arena, const void *p, size_t n)
{
    const unsigned char *in = p;
    char *out = arena_alloc(arena, n / 3 * 4 + 5), *at = out;
    if (!out)
        return (struct str){0};
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16;
        v |= i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0;
        v |= i + 2 < n ? in[i + 2] : 0;
        size_t chars = i + 2 < n ? 4 : n - i + 1;
        for (size_t k = 0; k < chars; k++)
            *at++ = digits[v >> (18 - 6 * k) & 63];
    }
    return (struct str){out, (size_t)(at - out)};
}

bool b64url_decode(struct arena *arena, struct str s, struct str *out)
{
    uint32_t v = 0;
    unsigned bits = 0;
    char *to = arena_alloc(arena, s.n + 1);
    *out = (struct str){to, 0};
    for (size_t i = 0; to && i < s.n; i++) {
        const char *at = s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!at)
            return false;
        v = v << 6 | (uint32_t)(at - digits);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        to[out->n++] = (char)(v >> bits);
    }
    if (!to || s.n % 4 == 1 || (v & ((1u << bits) - 1)) != 0)
        return false;
    to[out->n] = 0;
    return true;
}
