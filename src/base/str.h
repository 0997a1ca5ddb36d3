/* SPDX-License-Identifier: Apache-2.0
 * str: a borrowed run of UTF-8 bytes with a length; never owns memory, need not end in NUL. */
#ifndef HELHET_BASE_STR_H
#define HELHET_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* Printf arguments for "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p
/* A str over a string literal. */
#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})

static inline struct str str_of(const char *c)
{
    return (struct str){c, c ? strlen(c) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *c)
{
    return str_eq(a, str_of(c));
}

static inline bool str_starts(struct str a, struct str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str a, struct str suffix)
{
    return a.n >= suffix.n && (suffix.n == 0 || memcmp(a.p + a.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part [from, to) of s; both are clamped to s. */
struct str str_sub(struct str s, size_t from, size_t to);

/* Position of c in s at or after from, or SIZE_MAX. */
size_t str_find(struct str s, char c, size_t from);

/* Position of the bytes of needle in s, or SIZE_MAX. */
size_t str_find_str(struct str s, struct str needle);

/* Splits the part before the first sep off *rest. False when *rest is exhausted (rest->p == NULL).
 * "a,,b" gives "a", "", "b"; "" gives one empty part. */
bool str_split(struct str *rest, char sep, struct str *part);

/* Decimal digits only, no sign; false when empty, not digits, or above max. */
bool str_u64(struct str s, uint64_t max, uint64_t *out);

/* Bytewise order, shorter first on a tie: <0, 0, >0. */
int str_cmp(struct str a, struct str b);

#endif
