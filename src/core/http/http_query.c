/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_int.h"

/* Length of the UTF-8 character at p, 0 when it is not valid (overlong, surrogate, past U+10FFFF, cut). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

static bool utf8_valid(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t len = utf8_length((const unsigned char *)s.p + i, s.n - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool decode(struct arena *arena, struct str raw, bool plus, struct str *out, struct err *err)
{
    char *to = arena_alloc(arena, raw.n + 1);
    if (!to)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%') {
            int high = raw.n - i > 2 ? hex(raw.p[i + 1]) : -1;
            int low = raw.n - i > 2 ? hex(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return err_set(err, ERR_HTTP_TARGET, "%", NULL);
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == 0)
            return err_set(err, ERR_HTTP_TARGET, "%00", NULL);
        to[n++] = c;
    }
    to[n] = 0;
    *out = (struct str){to, n};
    return utf8_valid(*out) ? true : err_set(err, ERR_HTTP_TARGET, "UTF-8", NULL);
}

bool http_query_parse(struct arena *arena, struct str query, struct http_pair **pairs, size_t *count,
                      struct err *err)
{
    size_t max = 1;
    for (size_t i = 0; i < query.n; i++)
        max += query.p[i] == '&';
    if (max > HTTP_PAIRS_MAX)
        return err_set(err, ERR_HTTP_TARGET, "&", NULL);
    struct http_pair *out = ARENA_ARRAY(arena, struct http_pair, max);
    if (!out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t n = 0;
    struct str rest = query, part;
    while (query.n && str_split(&rest, '&', &part)) {
        if (part.n == 0)
            continue;
        size_t eq = str_find(part, '=', 0);
        struct str name = str_sub(part, 0, eq == SIZE_MAX ? part.n : eq);
        struct str value = eq == SIZE_MAX ? (struct str){"", 0} : str_sub(part, eq + 1, part.n);
        if (!decode(arena, name, true, &out[n].name, err) || !decode(arena, value, true, &out[n].value, err))
            return false;
        n++;
    }
    *pairs = out;
    *count = n;
    return true;
}

bool http_query_path(struct arena *arena, struct str raw, struct str *path, struct err *err)
{
    if (raw.n == 0 || raw.p[0] != '/')
        return err_set(err, ERR_HTTP_TARGET, "/", NULL);
    bool plain = memchr(raw.p, '%', raw.n) == NULL;
    for (size_t i = 0; plain && i < raw.n; i++)
        plain = (unsigned char)raw.p[i] > 0x20 && (unsigned char)raw.p[i] < 0x7f;
    if (plain)
        *path = raw;
    else if (!decode(arena, raw, false, path, err))
        return false;
    struct str rest = *path, part;
    while (str_split(&rest, '/', &part))
        if (str_is(part, ".") || str_is(part, ".."))
            return err_set(err, ERR_HTTP_TARGET, "..", NULL);
    for (size_t i = 0; i < path->n; i++)
        if ((unsigned char)path->p[i] < 0x20 || path->p[i] == 0x7f)
            return err_set(err, ERR_HTTP_TARGET, "control character", NULL);
    return true;
}
