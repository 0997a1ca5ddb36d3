/* SPDX-License-Identifier: Apache-2.0
 * The formats of R4 2.24.0.1, scanned by hand: no regular expression runs at a write. */
#include "fhir/model.h"

enum { STRING_MAX_CHARS = 1024 * 1024, ID_MAX = 64 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Text still to be scanned. */
struct scan {
    const char *p, *end;
};

static bool take(struct scan *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static bool take_text(struct scan *s, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
        return false;
    s->p += n;
    return true;
}

/* One or more digits. */
static bool take_digits(struct scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && is_digit(*s->p))
        s->p++;
    return s->p > from;
}

/* Exactly n digits with a value in [min, max]. */
static bool take_number(struct scan *s, int n, int min, int max, int *out)
{
    int v = 0;
    if (s->end - s->p < n)
        return false;
    for (int i = 0; i < n; i++) {
        if (!is_digit(s->p[i]))
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    s->p += n;
    *out = v;
    return v >= min && v <= max;
}

/* "0" or digits without leading zero. */
static bool take_whole(struct scan *s)
{
    return take(s, '0') || (s->p < s->end && is_digit(*s->p) && take_digits(s));
}

static bool valid_boolean(struct str t)
{
    return str_eq(t, STR("true")) || str_eq(t, STR("false"));
}

/* A whole number in [min, 2^31 - 1]; min may be -2^31. */
static bool whole_between(struct str t, int64_t min)
{
    struct scan s = {t.p, t.p + t.n};
    bool negative = take(&s, '-');
    struct str digits = {s.p, (size_t)(s.end - s.p)};
    uint64_t v;
    if (!take_whole(&s) || s.p != s.end || !str_u64(digits, (uint64_t)INT32_MAX + negative, &v))
        return false;
    return (negative ? -(int64_t)v : (int64_t)v) >= min;
}

static bool valid_integer(struct str t)
{
    return whole_between(t, INT32_MIN);
}

static bool valid_unsigned(struct str t)
{
    return whole_between(t, 0);
}

static bool valid_positive(struct str t)
{
    return whole_between(t, 1);
}

static bool valid_decimal(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    take(&s, '-');
    if (!take_whole(&s) || (take(&s, '.') && !take_digits(&s)))
        return false;
    if (take(&s, 'e') || take(&s, 'E')) {
        if (!take(&s, '+'))
            take(&s, '-');
        if (!take_digits(&s))
            return false;
    }
    return s.p == s.end;
}

static bool valid_string(struct str t)
{
    if (t.n <= STRING_MAX_CHARS)
        return t.n > 0;
    size_t chars = 0;
    for (size_t i = 0; i < t.n; i++)
        chars += ((unsigned char)t.p[i] & 0xC0) != 0x80;
    return chars <= STRING_MAX_CHARS;
}

/* No white space at the ends, and only single ones inside. */
static bool valid_code(struct str t)
{
    bool space = true;
    for (size_t i = 0; i < t.n; i++) {
        bool now = is_space(t.p[i]);
        if (now && space)
            return false;
        space = now;
    }
    return !space;
}

static bool valid_id(struct str t)
{
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (!is_digit(c) && !((c | 32) >= 'a' && (c | 32) <= 'z') && c != '-' && c != '.')
            return false;
    }
    return t.n >= 1 && t.n <= ID_MAX;
}

static bool valid_uri(struct str t)
{
    for (size_t i = 0; i < t.n; i++)
        if (is_space(t.p[i]))
            return false;
    return t.n > 0;
}

static bool valid_oid(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    int arc;
    if (!take_text(&s, "urn:oid:") || !take_number(&s, 1, 0, 2, &arc) || s.p == s.end)
        return false;
    while (s.p < s.end)
        if (!take(&s, '.') || !take_whole(&s))
            return false;
    return true;
}

static bool valid_uuid(struct str t)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (!str_starts(t, STR("urn:uuid:")) || t.n != sizeof "urn:uuid:" + sizeof shape - 2)
        return false;
    const char *p = t.p + sizeof "urn:uuid:" - 1;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        bool hex = is_digit(p[i]) || (p[i] >= 'a' && p[i] <= 'f');
        if (shape[i] == 'x' ? !hex : p[i] != '-')
            return false;
    }
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* YYYY, YYYY-MM or YYYY-MM-DD; *whole when the day is there. */
static bool take_date(struct scan *s, bool *whole)
{
    int year, month, day;
    *whole = false;
    if (!take_number(s, 4, 1, 9999, &year))
        return false;
    if (!take(s, '-'))
        return true;
    if (!take_number(s, 2, 1, 12, &month))
        return false;
    if (!take(s, '-'))
        return true;
    *whole = true;
    return take_number(s, 2, 1, days_in(year, month), &day);
}

/* hh:mm:ss[.f+]; R4 allows the leap second 60. */
static bool take_clock(struct scan *s)
{
    int v;
    return take_number(s, 2, 0, 23, &v) && take(s, ':') && take_number(s, 2, 0, 59, &v) && take(s, ':') &&
           take_number(s, 2, 0, 60, &v) && (!take(s, '.') || take_digits(s));
}

static bool take_zone(struct scan *s)
{
    int hour, minute;
    if (take(s, 'Z'))
        return true;
    if (!take(s, '+') && !take(s, '-'))
        return false;
    return take_number(s, 2, 0, 14, &hour) && take(s, ':') &&
           take_number(s, 2, 0, hour == 14 ? 0 : 59, &minute);
}

static bool valid_date(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    bool whole;
    return take_date(&s, &whole) && s.p == s.end;
}

static bool valid_datetime(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    bool whole;
    if (!take_date(&s, &whole))
        return false;
    if (s.p == s.end)
        return true;
    return whole && take(&s, 'T') && take_clock(&s) && take_zone(&s) && s.p == s.end;
}

static bool valid_instant(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    bool whole;
    return take_date(&s, &whole) && whole && take(&s, 'T') && take_clock(&s) && take_zone(&s) && s.p == s.end;
}

static bool valid_time(struct str t)
{
    struct scan s = {t.p, t.p + t.n};
    return take_clock(&s) && s.p == s.end;
}

/* Groups of four of the alphabet, padded at the end only (RFC 4648); white space between is allowed. */
static bool valid_base64(struct str t)
{
    size_t digits = 0, padding = 0;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (is_space(c))
            continue;
        if (c == '=') {
            padding++;
            continue;
        }
        if (padding || !(is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' || c == '/'))
            return false;
        digits++;
    }
    return digits && padding <= 2 && (digits + padding) % 4 == 0;
}

static bool valid_xhtml(struct str t)
{
    size_t i = 0;
    while (i < t.n && is_space(t.p[i]))
        i++;
    return str_starts(str_sub(t, i, t.n), STR("<div"));
}

bool fhir_prim_valid(enum fhir_prim prim, struct str text)
{
    static bool (*const formats[])(struct str) = {
        [FHIR_PRIM_BOOLEAN] = valid_boolean,
        [FHIR_PRIM_INTEGER] = valid_integer,
        [FHIR_PRIM_POSITIVE_INT] = valid_positive,
        [FHIR_PRIM_UNSIGNED_INT] = valid_unsigned,
        [FHIR_PRIM_DECIMAL] = valid_decimal,
        [FHIR_PRIM_STRING] = valid_string,
        [FHIR_PRIM_MARKDOWN] = valid_string,
        [FHIR_PRIM_CODE] = valid_code,
        [FHIR_PRIM_ID] = valid_id,
        [FHIR_PRIM_URI] = valid_uri,
        [FHIR_PRIM_URL] = valid_uri,
        [FHIR_PRIM_CANONICAL] = valid_uri,
        [FHIR_PRIM_OID] = valid_oid,
        [FHIR_PRIM_UUID] = valid_uuid,
        [FHIR_PRIM_DATE] = valid_date,
        [FHIR_PRIM_DATETIME] = valid_datetime,
        [FHIR_PRIM_INSTANT] = valid_instant,
        [FHIR_PRIM_TIME] = valid_time,
        [FHIR_PRIM_BASE64] = valid_base64,
        [FHIR_PRIM_XHTML] = valid_xhtml,
    };
    return formats[prim] && formats[prim](text);
}
