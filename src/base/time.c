/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { MS_SECOND = 1000, MS_MINUTE = 60000, MS_HOUR = 3600000, MS_DAY = 86400000, TIME_YEAR_MAX = 12 };

int64_t time_days(int year, int month, int day)
{
    /* Years start in March so that the leap day is the last of its year. */
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_civil(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

/* 01:00 UTC on the last Sunday of a month with 31 days. */
static int64_t last_sunday(int year, int month)
{
    int64_t last = time_days(year, month, 31);
    int64_t weekday = ((last + 4) % 7 + 7) % 7; /* 0: Sunday; 1970-01-01 was a Thursday */
    return (last - weekday) * MS_DAY + MS_HOUR;
}

int64_t time_swedish(int64_t ms)
{
    int year, month, day;
    time_civil(ms / MS_DAY - (ms % MS_DAY < 0), &year, &month, &day);
    bool summer = ms >= last_sunday(year, 3) && ms < last_sunday(year, 10);
    return summer ? 2 * MS_HOUR : MS_HOUR;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Exactly n digits at *at; moves *at past them. */
static bool digits(struct str s, size_t *at, int n, int *out)
{
    if (s.n - *at < (size_t)n)
        return false;
    int v = 0;
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
    if (*at < s.n && s.p[*at] == c) {
        ++*at;
        return true;
    }
    return false;
}

/* ".123456": at least one digit; keeps milliseconds. */
static bool fraction(struct str s, size_t *at, struct time_value *v)
{
    int scale = 100, count = 0;
    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
        v->milli += (s.p[*at] - '0') * scale;
        scale /= 10;
        ++*at;
        count++;
    }
    v->precision = TIME_FRACTION;
    return count > 0;
}

/* hh:mm[:ss[.f]] from *at. */
static bool clock_part(struct str s, size_t *at, bool lenient, struct time_value *v)
{
    if (!digits(s, at, 2, &v->hour) || !eat(s, at, ':') || !digits(s, at, 2, &v->minute))
        return false;
    v->precision = TIME_MINUTE;
    if (eat(s, at, ':')) {
        if (!digits(s, at, 2, &v->second))
            return false;
        v->precision = TIME_SECOND;
        if (eat(s, at, '.') && !fraction(s, at, v))
            return false;
    } else if (!lenient) {
        return false;
    }
    return v->hour <= 23 && v->minute <= 59 && v->second <= 60;
}

static bool zone_part(struct str s, size_t *at, struct time_value *v)
{
    if (eat(s, at, 'Z')) {
        v->has_zone = true;
        return true;
    }
    int sign = *at < s.n && s.p[*at] == '-' ? -1 : 1;
    if (!eat(s, at, '+') && !eat(s, at, '-'))
        return true;
    int h, m;
    if (!digits(s, at, 2, &h) || !eat(s, at, ':') || !digits(s, at, 2, &m) || h > 14 || m > 59)
        return false;
    v->has_zone = true;
    v->zone_minutes = sign * (h * 60 + m);
    return true;
}

bool time_parse(struct str s, bool lenient, struct time_value *v)
{
    size_t at = 0;
    *v = (struct time_value){.precision = TIME_YEAR};
    if (!digits(s, &at, 4, &v->year) || v->year == 0)
        return false;
    if (at == s.n)
        return true;
    if (!eat(s, &at, '-') || !digits(s, &at, 2, &v->month) || v->month < 1 || v->month > 12)
        return false;
    v->precision = TIME_MONTH;
    if (at == s.n)
        return true;
    if (!eat(s, &at, '-') || !digits(s, &at, 2, &v->day) || v->day < 1 ||
        v->day > month_days(v->year, v->month))
        return false;
    v->precision = TIME_DAY;
    if (at == s.n)
        return true;
    if (!eat(s, &at, 'T') || !clock_part(s, &at, lenient, v) || !zone_part(s, &at, v))
        return false;
    return at == s.n && (lenient || v->has_zone);
}

bool time_parse_clock(struct str s, struct time_value *v)
{
    size_t at = 0;
    *v = (struct time_value){0};
    return clock_part(s, &at, false, v) && at == s.n;
}

struct time_span time_span(const struct time_value *v, int zone_minutes)
{
    int month = v->month ? v->month : 1, day = v->day ? v->day : 1;
    int64_t low = time_days(v->year, month, day) * MS_DAY + (int64_t)v->hour * MS_HOUR +
                  (int64_t)v->minute * MS_MINUTE + (int64_t)v->second * MS_SECOND + v->milli;
    int64_t high = low + 1;
    switch (v->precision) {
    case TIME_YEAR:
        high = time_days(v->year + 1, 1, 1) * MS_DAY;
        break;
    case TIME_MONTH:
        high = time_days(v->year + (month == 12), month == 12 ? 1 : month + 1, 1) * MS_DAY;
        break;
    case TIME_DAY:
        high = low + MS_DAY;
        break;
    case TIME_HOUR:
        high = low + MS_HOUR;
        break;
    case TIME_MINUTE:
        high = low + MS_MINUTE;
        break;
    case TIME_SECOND:
        high = low + MS_SECOND;
        break;
    case TIME_FRACTION:
        break;
    }
    int64_t shift = (int64_t)(v->has_zone ? v->zone_minutes : zone_minutes) * MS_MINUTE;
    return (struct time_span){low - shift, high - shift};
}

/* Splits ms into day and time of day, also before 1970. */
static int64_t split_day(int64_t ms, int64_t *rest)
{
    int64_t day = ms / MS_DAY;
    if (ms % MS_DAY < 0)
        day--;
    *rest = ms - day * MS_DAY;
    return day;
}

/* Every write and every read has its time as text: without printf. */
static char *put_digits(char *to, int width, int64_t v)
{
    for (int i = width; i-- > 0; v /= 10)
        to[i] = (char)('0' + v % 10);
    return to + width;
}

static char *put_clock(char *to, int64_t rest)
{
    to = put_digits(to, 2, rest / MS_HOUR);
    *to++ = ':';
    to = put_digits(to, 2, rest / MS_MINUTE % 60);
    *to++ = ':';
    return put_digits(to, 2, rest / MS_SECOND % 60);
}

/* A year as printf's %04d has it. */
static char *put_year(char *to, int y)
{
    return y >= 0 && y <= 9999 ? put_digits(to, 4, y) : to + snprintf(to, TIME_YEAR_MAX, "%04d", y);
}

size_t time_format(int64_t ms, char out[TIME_TEXT_MAX])
{
    int64_t rest, days = split_day(ms, &rest);
    int y, m, d;
    time_civil(days, &y, &m, &d);
    char *at = put_year(out, y);
    *at++ = '-';
    at = put_digits(at, 2, m);
    *at++ = '-';
    at = put_digits(at, 2, d);
    *at++ = 'T';
    at = put_clock(at, rest);
    *at++ = '.';
    at = put_digits(at, 3, rest % MS_SECOND);
    *at++ = 'Z';
    *at = 0;
    return (size_t)(at - out);
}

size_t time_format_http(int64_t ms, char out[TIME_TEXT_MAX])
{
    static const char week[] = "Thu, Fri, Sat, Sun, Mon, Tue, Wed, ";
    static const char months[] = " Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
    int64_t rest, days = split_day(ms, &rest);
    int y, m, d;
    time_civil(days, &y, &m, &d);
    char *at = mempcpy(out, week + 5 * (((days % 7) + 7) % 7), 5);
    at = put_digits(at, 2, d);
    at = mempcpy(at, months + 4 * (m - 1), 5);
    at = put_year(at, y);
    *at++ = ' ';
    at = put_clock(at, rest);
    memcpy(at, " GMT", 5);
    return (size_t)(at + 4 - out);
}
