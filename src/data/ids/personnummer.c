/* SPDX-License-Identifier: Apache-2.0 */
#include "ids/personnummer.h"

#include <stdio.h>

#include "base/os.h"
#include "base/time.h"
#include "ids/idsystem.h"
#include "ids/luhn.h"
#include "ids/testid.h"

enum { FORM_MAX = 64, SHORT_LEN = 10, DAY_SHIFT = 60, MS_PER_DAY = 86400000, YEAR_FIRST = 1800 };

/* What was written, without its sign and white space. */
struct written {
    char c[PERSONNUMMER_LEN];
    size_t n;
    char sign; /* '-', '+' or 0 */
    size_t sign_at;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes white space, also U+00A0, off both ends. */
static struct str trim(struct str s)
{
    for (;;) {
        if (s.n > 0 && is_space(s.p[0])) {
            s.p++;
            s.n--;
        } else if (s.n > 0 && is_space(s.p[s.n - 1])) {
            s.n--;
        } else if (s.n > 1 && memcmp(s.p, "\xc2\xa0", 2) == 0) {
            s.p += 2;
            s.n -= 2;
        } else if (s.n > 1 && memcmp(s.p + s.n - 2, "\xc2\xa0", 2) == 0) {
            s.n -= 2;
        } else {
            return s;
        }
    }
}

/* Bytes of the sign at p: '-', '+', U+2010..U+2015 or U+2212; 0 when there is none. */
static size_t sign_length(const char *p, size_t n)
{
    if (*p == '-' || *p == '+')
        return 1;
    if (n < 3 || p[0] != '\xe2')
        return 0;
    unsigned char b = (unsigned char)p[1], c = (unsigned char)p[2];
    return (b == 0x80 && c >= 0x90 && c <= 0x95) || (b == 0x88 && c == 0x92) ? 3 : 0;
}

/* Splits text into characters and sign. False when anything else is there or it is too long. */
static bool read_written(struct str text, struct written *w)
{
    struct str s = trim(text);
    *w = (struct written){.n = 0};
    for (size_t i = 0; i < s.n;) {
        size_t len = sign_length(s.p + i, s.n - i);
        if (len > 0) {
            if (w->sign)
                return false;
            w->sign = s.p[i] == '+' ? '+' : '-';
            w->sign_at = w->n;
            i += len;
            continue;
        }
        char c = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
        if (w->n == PERSONNUMMER_LEN || !(is_digit(c) || (c >= 'A' && c <= 'Z')))
            return false;
        w->c[w->n++] = c;
        i++;
    }
    return (w->n == SHORT_LEN || w->n == PERSONNUMMER_LEN) && (!w->sign || w->sign_at == w->n - 4);
}

static int number(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (p[i] - '0');
    return v;
}

static bool valid_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* The last day a birth can lie on: tomorrow in UTC, so that no time zone makes a newborn wrong. */
static int64_t last_birth_day(int64_t now_ms)
{
    return now_ms / MS_PER_DAY + 1;
}

/* The century of a ten digit form. A day that exists only in some centuries (29 February) is left for later.
 */
static int full_year(const struct written *w, int month, int day, int64_t now_ms)
{
    int year_now, month_now, day_now;
    time_civil(last_birth_day(now_ms), &year_now, &month_now, &day_now);
    int year = year_now / 100 * 100 + number(w->c, 2);
    int real_day = day >= DAY_SHIFT ? day - DAY_SHIFT : day;
    bool future = year > year_now ||
                  (year == year_now && (month > month_now || (month == month_now && real_day > day_now)));
    return year - (future ? 100 : 0) - (w->sign == '+' ? 100 : 0);
}

/* Region Stockholm: 99ÅÅÅÅNNNNNC. */
static bool read_stockholm(const struct written *w, int64_t now_ms, struct personnummer *out)
{
    int year_now, month, day;
    time_civil(last_birth_day(now_ms), &year_now, &month, &day);
    for (size_t i = 0; i < PERSONNUMMER_LEN; i++) {
        if (!is_digit(w->c[i]))
            return false;
    }
    int year = number(w->c + 2, 4);
    if (year < YEAR_FIRST || year > year_now || luhn_digit((struct str){w->c + 4, 7}) != w->c[11])
        return false;
    out->kind = PERSONNUMMER_RESERV_STOCKHOLM;
    out->year = year;
    out->month = out->day = 0;
    out->sex = PERSONNUMMER_SEX_UNKNOWN;
    memcpy(out->text, w->c, PERSONNUMMER_LEN);
    out->text[PERSONNUMMER_LEN] = '\0';
    return true;
}

/* Letters that may stand first of the last four, what they count as and what they make of the number. */
static const struct letter {
    char letter, counts_as;
    enum personnummer_kind kind;
    enum personnummer_sex sex; /* UNKNOWN: by the digit, for interim numbers */
} letters[] = {
    {'T', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'R', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'S', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'U', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'W', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'X', '1', PERSONNUMMER_INTERIM, PERSONNUMMER_SEX_UNKNOWN},
    {'K', '5', PERSONNUMMER_RESERV_VGR, PERSONNUMMER_FEMALE},
    {'M', '7', PERSONNUMMER_RESERV_VGR, PERSONNUMMER_MALE},
    {'X', '8', PERSONNUMMER_RESERV_VGR, PERSONNUMMER_SEX_UNKNOWN},
};

/* Checks the last digit and settles kind and sex. */
static bool check_tail(struct personnummer *out)
{
    char digits[9];
    memcpy(digits, out->text + 2, 9);
    enum personnummer_sex by_digit = (out->text[10] - '0') % 2 ? PERSONNUMMER_MALE : PERSONNUMMER_FEMALE;
    if (is_digit(out->text[8])) {
        out->sex = by_digit;
        return luhn_digit((struct str){digits, 9}) == out->text[11];
    }
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter != out->text[8])
            continue;
        digits[6] = letters[i].counts_as;
        if (luhn_digit((struct str){digits, 9}) != out->text[11])
            continue;
        out->kind = letters[i].kind;
        out->sex = out->kind == PERSONNUMMER_INTERIM ? by_digit : letters[i].sex;
        return true;
    }
    return false;
}

void personnummer_reserve(int year, enum personnummer_sex sex, unsigned serial,
                          char out[PERSONNUMMER_LEN + 1])
{
    enum { DAYS = 365, PER_DAY = 100 };
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    size_t of = 0;
    int month = 0, day = (int)(serial / PER_DAY % DAYS);
    OS_ASSERT(year >= YEAR_FIRST && year <= 9999);
    while (day >= lengths[month])
        day -= lengths[month++];
    while (letters[of].kind != PERSONNUMMER_RESERV_VGR || letters[of].sex != sex)
        of++;
    char text[32], digits[9];
    snprintf(text, sizeof text, "%04d%02d%02d%c%02u", year, month + 1, day + 1, letters[of].letter,
             serial % PER_DAY);
    memcpy(digits, text + 2, sizeof digits);
    digits[6] = letters[of].counts_as;
    memcpy(out, text, PERSONNUMMER_LEN - 1);
    out[PERSONNUMMER_LEN - 1] = luhn_digit((struct str){digits, sizeof digits});
    out[PERSONNUMMER_LEN] = '\0';
}

/* All but the ninth character must be digits, and that one a digit or a letter from the table. */
static bool check_characters(const char text[PERSONNUMMER_LEN])
{
    for (size_t i = 0; i < PERSONNUMMER_LEN; i++) {
        if (i != 8 && !is_digit(text[i]))
            return false;
    }
    if (is_digit(text[8]))
        return true;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == text[8])
            return true;
    }
    return false;
}

/* Fills text with twelve characters, adding the century. */
static bool complete(const struct written *w, int64_t now_ms, struct personnummer *out)
{
    out->text[PERSONNUMMER_LEN] = '\0';
    if (w->n == PERSONNUMMER_LEN) {
        memcpy(out->text, w->c, PERSONNUMMER_LEN);
        return check_characters(out->text);
    }
    memcpy(out->text, "00", 2);
    memcpy(out->text + 2, w->c, SHORT_LEN);
    if (!check_characters(out->text))
        return false;
    int year = full_year(w, number(w->c + 2, 2), number(w->c + 4, 2), now_ms);
    out->text[0] = (char)('0' + year / 1000);
    out->text[1] = (char)('0' + year / 100 % 10);
    return true;
}

/* Samordningsnummer are also given to people whose birth is not fully known: month or day 0, or a day that
 * the month does not have. What is not a calendar day becomes 0. */
static bool check_samordning_birth(struct personnummer *out)
{
    out->day -= DAY_SHIFT;
    out->kind = PERSONNUMMER_SAMORDNING;
    if (out->month > 12 || out->day > 31)
        return false;
    if (!valid_day(out->year, out->month, out->day))
        out->day = 0;
    return true;
}

/* Calendar, not in the future. */
static bool check_birth(struct personnummer *out, int64_t now_ms)
{
    out->year = number(out->text, 4);
    out->month = number(out->text + 4, 2);
    out->day = number(out->text + 6, 2);
    out->kind = PERSONNUMMER_PERSON;
    if (out->day >= DAY_SHIFT && is_digit(out->text[8])) {
        if (!check_samordning_birth(out))
            return false;
    } else if (!valid_day(out->year, out->month, out->day)) {
        return false;
    }
    int month = out->month ? out->month : 1, day = out->day ? out->day : 1;
    return out->year >= YEAR_FIRST && time_days(out->year, month, day) <= last_birth_day(now_ms);
}

bool personnummer_parse(struct str text, int64_t now_ms, struct personnummer *out, struct err *err)
{
    struct written w;
    struct str shown = str_sub(text, 0, FORM_MAX);
    if (!read_written(text, &w))
        return err_set_str(err, ERR_IDENTITY_FORM, shown, STR(""));
    if (w.n == PERSONNUMMER_LEN && memcmp(w.c, "99", 2) == 0 && !w.sign && read_stockholm(&w, now_ms, out))
        return true;
    if (!complete(&w, now_ms, out))
        return err_set_str(err, ERR_IDENTITY_FORM, shown, STR(""));
    if (!check_birth(out, now_ms))
        return err_set_str(err, ERR_IDENTITY_DATE, shown, STR(""));
    if (memcmp(out->text + 8, "000", 3) == 0 || !check_tail(out))
        return err_set_str(err, ERR_IDENTITY_CHECK, shown, STR(""));
    return true;
}

const char *personnummer_system(enum personnummer_kind kind)
{
    static const char *const system[] = {
        [PERSONNUMMER_PERSON] = IDSYSTEM_PERSONNUMMER,
        [PERSONNUMMER_SAMORDNING] = IDSYSTEM_SAMORDNINGSNUMMER,
        [PERSONNUMMER_INTERIM] = IDSYSTEM_RESERVNUMMER,
        [PERSONNUMMER_RESERV_VGR] = IDSYSTEM_RESERV_VGR,
        [PERSONNUMMER_RESERV_STOCKHOLM] = IDSYSTEM_RESERV_STOCKHOLM,
    };
    return system[kind];
}

bool personnummer_is_test(const struct personnummer *p)
{
    return testid_has(p->text);
}
