/* SPDX-License-Identifier: Apache-2.0 */
#include "store/id.h"

/* 0..15, or 16 for what is not a lower-case hex digit. */
static unsigned id_hex(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

static bool id_dash(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool id_pack(struct str id, unsigned char out[ID_PACKED])
{
    if (id.n != ID_UUID_TEXT)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < ID_UUID_TEXT; i++) {
        if (id_dash(i)) {
            if (id.p[i] != '-')
                return false;
            continue;
        }
        unsigned high = id_hex(id.p[i]), low = id_hex(id.p[++i]);
        if (high > 15 || low > 15)
            return false;
        out[n++] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void id_unpack(const unsigned char in[ID_PACKED], char out[ID_UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    for (size_t i = 0; i < ID_UUID_TEXT; i++) {
        if (id_dash(i)) {
            out[i] = '-';
            continue;
        }
        out[i] = digits[in[n] >> 4];
        out[++i] = digits[in[n++] & 15];
    }
}
