/* SPDX-License-Identifier: Apache-2.0
 * The texts of searches: folding by ICU's own rules, separators, moments and numbers. */
#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/os.h"
#include "oracle/oracle_int.h"

enum { GROWTH = 8 }; /* folding can make a text longer */

static UTransliterator *transliterator(void)
{
    static UTransliterator *t;
    UErrorCode code = U_ZERO_ERROR;
    UChar id[120];
    if (t)
        return t;
    u_uastrcpy(id, "NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower; NFKC");
    t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    OS_ASSERT(t && U_SUCCESS(code));
    return t;
}

/* In place. */
static struct str squeeze(char *p, struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool space = strchr(" \t\r\n\f\v", s.p[i]) != NULL;
        if (!space)
            p[n++] = s.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    if (n && p[n - 1] == ' ')
        n--;
    return (struct str){p, n};
}

/* All of ASCII, of which folding leaves but the case: lower case; NULL when it is not. */
static char *fold_ascii(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80)
            return NULL;
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    }
    return p;
}

struct str oracle_text_fold(struct arena *a, struct str s)
{
    char *plain = fold_ascii(a, s);
    if (plain)
        return squeeze(plain, (struct str){plain, s.n});
    UErrorCode code = U_ZERO_ERROR;
    int32_t cap = (int32_t)s.n * GROWTH + 8, length = 0, limit;
    UChar *u = arena_alloc(a, (size_t)cap * sizeof *u), *folded = arena_alloc(a, (size_t)cap * sizeof *u);
    char *out = arena_alloc(a, (size_t)cap * 3);
    u_strFromUTF8(u, cap, &length, s.p, (int32_t)s.n, &code);
    length = u_strFoldCase(folded, cap, u, length, U_FOLD_CASE_DEFAULT, &code);
    limit = length;
    utrans_transUChars(transliterator(), folded, &length, cap, 0, &limit, &code);
    int32_t n = 0;
    u_strToUTF8(out, cap * 3, &n, folded, length, &code);
    OS_ASSERT(U_SUCCESS(code));
    return squeeze(out, (struct str){out, (size_t)n});
}

bool oracle_text_split(struct str *rest, char c, struct str *part)
{
    size_t i = 0;
    if (!rest->p)
        return false;
    while (i < rest->n && rest->p[i] != c)
        i += rest->p[i] == '\\' && i + 1 < rest->n ? 2 : 1;
    *part = (struct str){rest->p, i};
    *rest = i < rest->n ? (struct str){rest->p + i + 1, rest->n - i - 1} : (struct str){NULL, 0};
    return true;
}

struct str oracle_text_unescape(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n && strchr("\\,|$", s.p[i + 1]))
            i++;
        p[n++] = s.p[i];
    }
    return (struct str){p, n};
}

/* ---- moments ---- */

/* Days since 1970-01-01 in the proleptic Gregorian calendar, counted from 1 March of year 0. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2) {
        year--;
        month += 12;
    }
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 1 - 719468;
}

/* Exactly n digits at *i. */
static bool digits(struct str s, size_t *i, size_t n, int64_t *out)
{
    *out = 0;
    if (*i + n > s.n)
        return false;
    for (size_t k = 0; k < n; k++, (*i)++) {
        if (s.p[*i] < '0' || s.p[*i] > '9')
            return false;
        *out = *out * 10 + s.p[*i] - '0';
    }
    return true;
}

static bool take(struct str s, size_t *i, char c)
{
    if (*i < s.n && s.p[*i] == c) {
        ++*i;
        return true;
    }
    return false;
}

/* Z, ±hh:mm or nothing; minutes east. */
static bool zone(struct str s, size_t *i, int64_t *minutes)
{
    int64_t h, m;
    *minutes = 0;
    if (*i == s.n || take(s, i, 'Z'))
        return *i == s.n;
    bool west = s.p[*i] == '-';
    if (!take(s, i, '-') && !take(s, i, '+'))
        return false;
    if (!digits(s, i, 2, &h) || !take(s, i, ':') || !digits(s, i, 2, &m) || *i != s.n)
        return false;
    *minutes = west ? -(h * 60 + m) : h * 60 + m;
    return true;
}

/* hh:mm[:ss[.f+]][zone] after the T: start of it within the day in ms, and how long it is. */
static bool clock_of(struct str s, size_t *i, int64_t *ms, int64_t *span)
{
    int64_t h, m, sec = 0, fraction = 0, east;
    *span = 60 * 1000;
    if (!digits(s, i, 2, &h) || !take(s, i, ':') || !digits(s, i, 2, &m))
        return false;
    if (take(s, i, ':')) {
        *span = 1000;
        if (!digits(s, i, 2, &sec))
            return false;
        if (take(s, i, '.')) {
            int64_t digit;
            for (*span = 1000; digits(s, i, 1, &digit);) {
                if (*span > 1) {
                    *span /= 10;
                    fraction += digit * *span;
                }
            }
        }
    }
    if (!zone(s, i, &east))
        return false;
    *ms = ((h * 60 + m - east) * 60 + sec) * 1000 + fraction;
    return true;
}

bool oracle_text_moment(struct str s, int64_t *low_ms, int64_t *high_ms)
{
    static const int64_t day_ms = 86400 * 1000;
    int64_t year, month = 1, day = 1, ms, span;
    size_t i = 0;
    if (!digits(s, &i, 4, &year))
        return false;
    int64_t next_year = year + 1, next_month = 1;
    if (i < s.n) {
        if (!take(s, &i, '-') || !digits(s, &i, 2, &month) || month < 1 || month > 12)
            return false;
        next_year = month == 12 ? year + 1 : year;
        next_month = month == 12 ? 1 : month + 1;
    }
    if (i == s.n) {
        *low_ms = days_of(year, month, 1) * day_ms;
        *high_ms = days_of(next_year, next_month, 1) * day_ms;
        return true;
    }
    if (!take(s, &i, '-') || !digits(s, &i, 2, &day))
        return false;
    if (day < 1 || days_of(year, month, day) >= days_of(next_year, next_month, 1))
        return false;
    *low_ms = days_of(year, month, day) * day_ms;
    *high_ms = *low_ms + day_ms;
    if (i == s.n)
        return true;
    if (!take(s, &i, 'T') || !clock_of(s, &i, &ms, &span) || i != s.n)
        return false;
    *low_ms += ms;
    *high_ms = *low_ms + span;
    return true;
}

/* ---- numbers ---- */

bool oracle_text_number(struct str s, struct dec *value, struct dec *half)
{
    char text[64];
    struct str mantissa = s;
    int exponent = 0, decimals = 0;
    size_t e = str_find(s, 'e', 0);
    if (e == SIZE_MAX)
        e = str_find(s, 'E', 0);
    if (!dec_parse(s, value))
        return false;
    if (e != SIZE_MAX) {
        mantissa = str_sub(s, 0, e);
        for (size_t i = e + 1; i < s.n; i++) {
            if (s.p[i] >= '0' && s.p[i] <= '9')
                exponent = exponent * 10 + s.p[i] - '0';
        }
        if (s.p[e + 1] == '-')
            exponent = -exponent;
    }
    size_t point = str_find(mantissa, '.', 0);
    if (point != SIZE_MAX)
        decimals = (int)(mantissa.n - point - 1);
    /* Half a unit of the last digit written: 5 · 10^(−decimals − 1). With an exponent, R4's two examples (1e2
     * is [95, 105), 5.40e-3 is ± 0.00005) have half a tenth of the mantissa. */
    snprintf(text, sizeof text, "5e%d", e == SIZE_MAX ? -decimals - 1 : exponent - 2);
    return dec_parse(str_of(text), half);
}
