/* SPDX-License-Identifier: Apache-2.0
 * Dates, dateTimes and times with their precision. A dateTime without zone can be any instant from 14 hours
 * before to 12 hours after the same clock time in UTC, so against a zoned one it is compared as that
 * interval. */
#include <stdio.h>

#include "base/time.h"
#include "path/path_int.h"

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };
enum { NANO_DIGITS = 9, ZONE_EAST_MAX = 14 * 60, ZONE_WEST_MAX = 12 * 60 };
static const int64_t NANO = 1000000000;

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool digits(struct str s, size_t *at, int n, int *out)
{
    int v = 0;
    if (s.n - *at < (size_t)n)
        return false;
    for (int i = 0; i < n; i++) {
        char c = s.p[*at + (size_t)i];
        if (c < '0' || c > '9')
            return false;
        v = v * 10 + (c - '0');
    }
    *at += (size_t)n;
    *out = v;
    return true;
}

static bool eat(struct str s, size_t *at, char c)
{
    if (*at >= s.n || s.p[*at] != c)
        return false;
    ++*at;
    return true;
}

static bool parse_fraction(struct str s, size_t *at, struct path_moment *m)
{
    int64_t unit = NANO / 10;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, m->fraction++) {
        m->nano += (s.p[*at] - '0') * unit;
        unit /= 10;
    }
    if (m->fraction > NANO_DIGITS)
        m->fraction = NANO_DIGITS;
    return m->fraction > 0;
}

/* hh[:mm[:ss[.f]]] */
static bool parse_clock(struct str s, size_t *at, struct path_moment *m)
{
    for (int i = HOUR; i < PARTS; i++) {
        if (i > HOUR && !eat(s, at, ':'))
            break;
        if (!digits(s, at, 2, &m->part[i]))
            return false;
        m->precision = i + 1;
    }
    if (m->precision == PARTS && eat(s, at, '.') && !parse_fraction(s, at, m))
        return false;
    return m->part[HOUR] <= 23 && m->part[MINUTE] <= 59 && m->part[SECOND] <= 59;
}

static bool parse_zone(struct str s, size_t *at, struct path_moment *m)
{
    int h, min, sign;
    if (*at == s.n)
        return true;
    m->has_zone = true;
    if (eat(s, at, 'Z'))
        return true;
    sign = s.p[*at] == '-' ? -1 : 1;
    if ((!eat(s, at, '+') && !eat(s, at, '-')) || !digits(s, at, 2, &h) || !eat(s, at, ':') ||
        !digits(s, at, 2, &min) || h > 14 || min > 59)
        return false;
    m->zone = sign * (h * 60 + min);
    return true;
}

static bool parse_date(struct str s, size_t *at, struct path_moment *m)
{
    m->part[MONTH] = m->part[DAY] = 1;
    if (!digits(s, at, 4, &m->part[YEAR]) || m->part[YEAR] == 0)
        return false;
    m->precision = YEAR + 1;
    if (!eat(s, at, '-'))
        return true;
    if (!digits(s, at, 2, &m->part[MONTH]) || m->part[MONTH] < 1 || m->part[MONTH] > 12)
        return false;
    m->precision = MONTH + 1;
    if (!eat(s, at, '-'))
        return true;
    m->precision = DAY + 1;
    return digits(s, at, 2, &m->part[DAY]) && m->part[DAY] >= 1 &&
           m->part[DAY] <= month_days(m->part[YEAR], m->part[MONTH]);
}

bool path_moment_parse(uint8_t kind, struct str s, struct path_moment *m)
{
    size_t at = 0;
    *m = (struct path_moment){.first = kind == PATH_TIME ? HOUR : YEAR};
    if (kind == PATH_TIME) {
        if (s.n && s.p[0] == 'T')
            at++;
        return parse_clock(s, &at, m) && at == s.n;
    }
    if (!parse_date(s, &at, m))
        return false;
    if (at == s.n)
        return true;
    if (kind == PATH_DATE || m->precision != DAY + 1 || !eat(s, &at, 'T'))
        return false;
    if (at == s.n)
        return true;
    return parse_clock(s, &at, m) && parse_zone(s, &at, m) && at == s.n;
}

size_t path_moment_format(uint8_t kind, const struct path_moment *m, char out[PATH_MOMENT_TEXT_MAX])
{
    static const char before[] = {0, '-', '-', 'T', ':', ':'};
    int n = 0;
    for (int i = m->first; i < m->precision; i++) {
        if (i > m->first)
            out[n++] = before[i];
        n += snprintf(out + n, PATH_MOMENT_TEXT_MAX - (size_t)n, i == YEAR ? "%04d" : "%02d", m->part[i]);
    }
    if (m->fraction > 0 && m->precision == PARTS) {
        char nano[16];
        snprintf(nano, sizeof nano, "%09d", (int)m->nano);
        n += snprintf(out + n, PATH_MOMENT_TEXT_MAX - (size_t)n, ".%.*s", m->fraction, nano);
    }
    if (kind == PATH_DATETIME && m->has_zone && m->precision > HOUR) {
        int zone = m->zone < 0 ? -m->zone : m->zone;
        if (zone == 0)
            out[n++] = 'Z';
        else
            n += snprintf(out + n, PATH_MOMENT_TEXT_MAX - (size_t)n, "%c%02d:%02d", m->zone < 0 ? '-' : '+',
                          zone / 60, zone % 60);
    }
    return (size_t)n;
}

/* Seconds since 1970, as if in UTC; parts not given count as their lowest. */
static int64_t seconds(const struct path_moment *m)
{
    int64_t day = m->first == HOUR ? 0 : time_days(m->part[YEAR], m->part[MONTH], m->part[DAY]);
    return day * 86400 + m->part[HOUR] * 3600 + m->part[MINUTE] * 60 + m->part[SECOND];
}

static void set_seconds(struct path_moment *m, int64_t s)
{
    int64_t day = s / 86400, rest = s % 86400;
    if (rest < 0) {
        rest += 86400;
        day--;
    }
    if (m->first == YEAR)
        time_civil(day, &m->part[YEAR], &m->part[MONTH], &m->part[DAY]);
    m->part[HOUR] = (int)(rest / 3600);
    m->part[MINUTE] = (int)(rest / 60 % 60);
    m->part[SECOND] = (int)(rest % 60);
}

/* Length of what m stands for, in seconds, from the precision. */
static int64_t span(const struct path_moment *m)
{
    static const int64_t lengths[] = {0, 0, 86400, 3600, 60, 1};
    if (m->precision == YEAR + 1)
        return 86400 * (365 + (month_days(m->part[YEAR], 2) == 29));
    if (m->precision == MONTH + 1)
        return 86400 * (int64_t)month_days(m->part[YEAR], m->part[MONTH]);
    return lengths[m->precision - 1];
}

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* One has a zone and the other has not: the other is an interval wide as all zones. */
static enum path_tri order_mixed(const struct path_moment *a, const struct path_moment *b, int *order)
{
    int64_t low[2], high[2];
    const struct path_moment *m[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        int64_t s = seconds(m[i]) - m[i]->zone * 60;
        low[i] = m[i]->has_zone ? s : s - ZONE_EAST_MAX * 60;
        high[i] = s + span(m[i]) + (m[i]->has_zone ? 0 : ZONE_WEST_MAX * 60);
    }
    *order = high[0] <= low[1] ? -1 : high[1] <= low[0] ? 1 : 0;
    return *order ? PATH_YES : PATH_UNKNOWN;
}

enum path_tri path_moment_order(const struct path_moment *a, const struct path_moment *b, int *order)
{
    if (a->first != b->first)
        return PATH_NO;
    if (a->has_zone != b->has_zone)
        return order_mixed(a, b, order);
    struct path_moment x = *a, y = *b;
    if (x.has_zone && x.zone != y.zone) {
        set_seconds(&x, seconds(&x) - x.zone * 60);
        set_seconds(&y, seconds(&y) - y.zone * 60);
    }
    int common = x.precision < y.precision ? x.precision : y.precision;
    for (int i = x.first; i < common; i++)
        if (x.part[i] != y.part[i]) {
            *order = x.part[i] < y.part[i] ? -1 : 1;
            return PATH_YES;
        }
    if (x.precision != y.precision)
        return PATH_UNKNOWN;
    *order = x.precision == PARTS ? sign_of(x.nano - y.nano) : 0;
    return PATH_YES;
}

bool path_moment_equivalent(const struct path_moment *a, const struct path_moment *b)
{
    int order;
    return a->precision == b->precision && path_moment_order(a, b, &order) == PATH_YES && order == 0;
}

struct moment_unit {
    const char *word, *plural, *ucum;
    int part;       /* what it counts */
    int64_t factor; /* of that part; milliseconds: nanoseconds, part PARTS */
    bool calendar_only;
};

/* 'a' and 'mo' are mean lengths in UCUM and cannot be added to a calendar. */
static const struct moment_unit units[] = {
    {"year", "years", NULL, YEAR, 1, true},
    {"month", "months", NULL, MONTH, 1, true},
    {"week", "weeks", "wk", DAY, 7, false},
    {"day", "days", "d", DAY, 1, false},
    {"hour", "hours", "h", HOUR, 1, false},
    {"minute", "minutes", "min", MINUTE, 1, false},
    {"second", "seconds", "s", SECOND, 1, false},
    {"millisecond", "milliseconds", "ms", PARTS, 1000000, false},
};

static const struct moment_unit *find_unit(struct str name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(name, units[i].word) || str_is(name, units[i].plural) ||
            (units[i].ucum && str_is(name, units[i].ucum)))
            return &units[i];
    return NULL;
}

bool path_unit_word(struct str text)
{
    const struct moment_unit *u = find_unit(text);
    return u && (str_is(text, u->word) || str_is(text, u->plural));
}

/* Months roll the year, and the day falls back to the month's last. */
static bool add_months(struct path_moment *m, int64_t months)
{
    int64_t total = (int64_t)m->part[YEAR] * 12 + m->part[MONTH] - 1 + months;
    if (total < 12 || total >= 10000 * 12)
        return false;
    m->part[YEAR] = (int)(total / 12);
    m->part[MONTH] = (int)(total % 12) + 1;
    int last = month_days(m->part[YEAR], m->part[MONTH]);
    if (m->part[DAY] > last)
        m->part[DAY] = last;
    return true;
}

/* Exact time; what lies below the precision of m is computed and then cut away. */
static bool add_exact(struct path_moment *m, int64_t count, const struct moment_unit *u)
{
    static const int64_t length[] = {0, 0, 86400, 3600, 60, 1};
    int64_t limit = INT64_C(400) * 366 * 86400 * 1000;
    if (count > limit || count < -limit)
        return false;
    int64_t secs = u->part == PARTS ? 0 : count * u->factor * length[u->part];
    int64_t nano = m->nano + (u->part == PARTS ? count % 1000 * u->factor : 0);
    if (u->part == PARTS)
        secs = count / 1000;
    if (nano < 0 || nano >= NANO) {
        secs += nano < 0 ? -1 : 1;
        nano += nano < 0 ? NANO : -NANO;
    }
    m->nano = nano;
    set_seconds(m, seconds(m) + secs);
    return m->first == HOUR || (m->part[YEAR] >= 1 && m->part[YEAR] <= 9999);
}

bool path_moment_add(uint8_t kind, struct path_moment *m, struct dec amount, struct str unit)
{
    const struct moment_unit *u = find_unit(unit);
    int64_t count;
    if (!u || (kind == PATH_TIME && u->part < HOUR))
        return false;
    /* N1 6.7: decimals are ignored, also of seconds in the R4 suite. */
    if (!dec_i64(amount, &count) || count > INT32_MAX || count < INT32_MIN)
        return false;
    if (u->part <= MONTH) {
        int64_t months = count * (u->part == YEAR ? 12 : 1);
        if (m->precision == YEAR + 1)
            months = months / 12 * 12;
        return add_months(m, months);
    }
    if (m->precision <= MONTH + 1) {
        /* A partial date takes whole units of its own precision: 24 months of days are not known, 30 days are
         * one. */
        static const int64_t days[] = {1, 1, 1, 24, 1440, 86400};
        int64_t whole = u->part == PARTS ? count / 86400000 : count * u->factor / days[u->part];
        return add_months(m, m->precision == YEAR + 1 ? whole / 365 * 12 : whole / 30);
    }
    if (u->part == PARTS && m->precision == PARTS && m->fraction < 3)
        m->fraction = count % 1000 ? 3 : m->fraction;
    return add_exact(m, count, u);
}

unsigned path_moment_digits(uint8_t kind, const struct path_moment *m)
{
    static const unsigned to[] = {4, 6, 8, 10, 12, 14};
    unsigned n = to[m->precision - 1] - (kind == PATH_TIME ? 8 : 0);
    return m->fraction ? (kind == PATH_TIME ? 9 : 17) : n;
}

bool path_moment_boundary(uint8_t kind, struct path_moment *m, unsigned wanted, bool high)
{
    static const int lowest[] = {1, 1, 1, 0, 0, 0}, highest[] = {9999, 12, 31, 23, 59, 59};
    static const unsigned to[] = {4, 6, 8, 10, 12, 14};
    unsigned total = wanted + (kind == PATH_TIME ? 8 : 0);
    if (total > 17)
        return false;
    int precision = 0;
    while (precision < PARTS && to[precision] <= total)
        precision++;
    /* In the R4 suite an hour is followed by minute 00 in both boundaries: T08 is read as T08:00. */
    if (m->precision == HOUR + 1 && kind != PATH_DATE)
        m->precision = MINUTE + 1;
    for (int i = m->precision; i < PARTS; i++)
        m->part[i] = high ? highest[i] : lowest[i];
    if (high && m->precision <= DAY && m->first == YEAR)
        m->part[DAY] = month_days(m->part[YEAR], m->part[MONTH]);
    if (m->fraction < 3 && total == 17) {
        static const int64_t below[] = {999000000, 99000000, 9000000};
        m->nano += high ? below[m->fraction] : 0;
        m->fraction = 3;
    }
    m->precision = precision;
    if (total < 17)
        m->fraction = 0;
    if (kind == PATH_DATETIME && !m->has_zone && precision > DAY + 1) {
        m->has_zone = true;
        m->zone = high ? -ZONE_WEST_MAX : ZONE_EAST_MAX;
    }
    return precision > m->first;
}
