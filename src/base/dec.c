/* SPDX-License-Identifier: Apache-2.0 */
#include "base/dec.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"

/* 10^n for n up to 38; 10^38 itself still fits into 127 bits. */
static dec_coef pow10_of(unsigned n)
{
    static const int64_t small[] = {1,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000,
                                    100000000000000000,
                                    1000000000000000000};
    OS_ASSERT(n <= DEC_DIGITS_MAX);
    dec_coef v = 1;
    for (; n > 18; n -= 18)
        v *= small[18];
    return v * small[n];
}

static dec_coef magnitude(dec_coef v)
{
    return v < 0 ? -v : v;
}

static bool fits(dec_coef v)
{
    return magnitude(v) < pow10_of(DEC_DIGITS_MAX);
}

/* v * 10^n, false past 38 digits. */
static bool shift_up(dec_coef v, unsigned n, dec_coef *out)
{
    if (v == 0) {
        *out = 0;
        return true;
    }
    if (n > DEC_DIGITS_MAX || magnitude(v) >= pow10_of(DEC_DIGITS_MAX) / pow10_of(n))
        return n <= DEC_DIGITS_MAX && __builtin_mul_overflow(v, pow10_of(n), out) == 0 && fits(*out);
    *out = v * pow10_of(n);
    return true;
}

/* Moves the point by a decimal exponent. */
static bool apply_exponent(struct dec *d, int scale)
{
    if (scale < 0) {
        d->scale = 0;
        return scale >= -DEC_DIGITS_MAX && shift_up(d->coef, (unsigned)-scale, &d->coef);
    }
    for (; scale > DEC_DIGITS_MAX; scale--) {
        if (d->coef % 10 != 0)
            return false;
        d->coef /= 10;
    }
    d->scale = (uint8_t)scale;
    return true;
}

/* "e-12" at *at; at most four digits are taken, more cannot be in range. */
static bool parse_exponent(struct str s, size_t *at, int *exponent)
{
    int sign = 1, v = 0, digits = 0;
    ++*at;
    if (*at < s.n && (s.p[*at] == '-' || s.p[*at] == '+'))
        sign = s.p[(*at)++] == '-' ? -1 : 1;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, digits++) {
        if (digits >= 4)
            return false;
        v = v * 10 + (s.p[*at] - '0');
    }
    *exponent = sign * v;
    return digits > 0;
}

/* Digits at *at into the coefficient; count tells how many there were. */
static bool parse_digits(struct str s, size_t *at, dec_coef *coef, int *count)
{
    *count = 0;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, ++*count) {
        if (*coef >= pow10_of(DEC_DIGITS_MAX - 1))
            return false;
        *coef = *coef * 10 + (s.p[*at] - '0');
    }
    return *count > 0;
}

bool dec_parse(struct str s, struct dec *out)
{
    size_t at = 0;
    bool negative = false;
    dec_coef coef = 0;
    int whole, decimals = 0, exponent = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        negative = s.p[at++] == '-';
    if (!parse_digits(s, &at, &coef, &whole))
        return false;
    if (at < s.n && s.p[at] == '.') {
        at++;
        if (!parse_digits(s, &at, &coef, &decimals))
            return false;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E') && !parse_exponent(s, &at, &exponent))
        return false;
    *out = (struct dec){negative ? -coef : coef, 0};
    return at == s.n && apply_exponent(out, decimals - exponent);
}

struct dec dec_of_i64(int64_t v)
{
    return (struct dec){v, 0};
}

enum { EXACT_SCALE = 22 };           /* 10^22 is the last power of ten that is a double */
#define EXACT_MAX 9007199254740992.0 /* 2^53: every whole number up to it is a double */

static double power_exact(unsigned n)
{
    static const double power[EXACT_SCALE + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return power[n];
}

/* Up to 15 digits are one double's alone, and a quotient of two exact doubles is rounded once (IEEE
 * 754, 5.4.1): the fewest decimals that give v back are its shortest text. False when these decimals do not
 * reach. */
static bool of_few_decimals(double v, struct dec *out)
{
    enum { DECIMALS = 6 };
    for (unsigned scale = 0; scale <= DECIMALS; scale++) {
        double scaled = v * power_exact(scale);
        if (fabs(scaled) >= 1e15 - 1)
            return false;
        int64_t coef = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
        if ((double)coef / power_exact(scale) == v) {
            *out = (struct dec){coef, (uint8_t)scale};
            return true;
        }
    }
    return false;
}

bool dec_of_double(double v, struct dec *out)
{
    char text[40];
    if (!isfinite(v))
        return false;
    if (of_few_decimals(v, out))
        return true;
    for (int digits = 15; digits <= 17; digits++) {
        int n = snprintf(text, sizeof text, "%.*g", digits, v);
        if (!dec_parse((struct str){text, (size_t)n}, out))
            return false;
        if (dec_double(*out) == v)
            break;
    }
    return true;
}

size_t dec_format(struct dec d, char out[DEC_TEXT_MAX])
{
    char digits[DEC_DIGITS_MAX + 2];
    size_t n = 0, at = 0;
    dec_coef v = magnitude(d.coef);
    for (; v > INT64_MAX; v /= 10) /* the slow division */
        digits[n++] = (char)('0' + (int)(v % 10));
    int64_t low = (int64_t)v;
    do {
        digits[n++] = (char)('0' + low % 10);
        low /= 10;
    } while (low != 0 || n <= d.scale);
    if (d.coef < 0)
        out[at++] = '-';
    while (n > 0) {
        if (n == d.scale)
            out[at++] = '.';
        out[at++] = digits[--n];
    }
    return at;
}

double dec_double(struct dec d)
{
    if (magnitude(d.coef) <= (int64_t)EXACT_MAX && d.scale <= EXACT_SCALE)
        return (double)(int64_t)d.coef / power_exact(d.scale);
    char text[DEC_TEXT_MAX + 1];
    text[dec_format(d, text)] = 0;
    double v = 0;
    return sscanf(text, "%lf", &v) == 1 ? v : 0;
}

bool dec_i64(struct dec d, int64_t *out)
{
    dec_coef v = d.coef / pow10_of(d.scale);
    *out = (int64_t)v;
    return v >= INT64_MIN && v <= INT64_MAX;
}

/* Brings both to the larger scale. */
static bool align(struct dec *a, struct dec *b)
{
    uint8_t scale = a->scale > b->scale ? a->scale : b->scale;
    if (!shift_up(a->coef, scale - a->scale, &a->coef) || !shift_up(b->coef, scale - b->scale, &b->coef))
        return false;
    a->scale = b->scale = scale;
    return true;
}

bool dec_add(struct dec a, struct dec b, struct dec *out)
{
    if (!align(&a, &b))
        return false;
    *out = (struct dec){a.coef + b.coef, a.scale};
    return fits(out->coef);
}

bool dec_sub(struct dec a, struct dec b, struct dec *out)
{
    return dec_add(a, dec_neg(b), out);
}

bool dec_mul(struct dec a, struct dec b, struct dec *out)
{
    dec_coef v;
    if (__builtin_mul_overflow(a.coef, b.coef, &v) || !fits(v)) {
        struct dec ta = dec_trim(a), tb = dec_trim(b);
        if ((ta.scale == a.scale && tb.scale == b.scale) || __builtin_mul_overflow(ta.coef, tb.coef, &v) ||
            !fits(v))
            return false;
        a = ta;
        b = tb;
    }
    *out = (struct dec){v, 0};
    return apply_exponent(out, a.scale + b.scale);
}

/* Long division: whole quotient first, then one decimal at a time while digits fit. */
bool dec_div(struct dec a, struct dec b, struct dec *out)
{
    if (b.coef == 0 || !align(&a, &b))
        return false;
    bool negative = (a.coef < 0) != (b.coef < 0);
    dec_coef left = magnitude(a.coef), by = magnitude(b.coef);
    dec_coef quot = left / by;
    unsigned scale = 0;
    left %= by;
    while (left != 0 && scale < DEC_DIV_SCALE && quot < pow10_of(DEC_DIGITS_MAX - 2) &&
           by < pow10_of(DEC_DIGITS_MAX - 1)) {
        left *= 10;
        quot = quot * 10 + left / by;
        left %= by;
        scale++;
    }
    if (left >= by - left)
        quot++;
    *out = dec_trim((struct dec){negative ? -quot : quot, (uint8_t)scale});
    return fits(out->coef);
}

bool dec_quot(struct dec a, struct dec b, struct dec *out)
{
    if (b.coef == 0 || !align(&a, &b))
        return false;
    *out = (struct dec){a.coef / b.coef, 0};
    return true;
}

bool dec_rem(struct dec a, struct dec b, struct dec *out)
{
    if (b.coef == 0 || !align(&a, &b))
        return false;
    *out = (struct dec){a.coef % b.coef, a.scale};
    return true;
}

int dec_cmp(struct dec a, struct dec b)
{
    if (a.scale == b.scale)
        return (a.coef > b.coef) - (a.coef < b.coef);
    dec_coef wa = a.coef / pow10_of(a.scale), wb = b.coef / pow10_of(b.scale);
    if (wa != wb)
        return wa < wb ? -1 : 1;
    /* Whole parts are equal, so the fractions decide; at a common scale of at most 38 they always fit. */
    struct dec fa = {a.coef % pow10_of(a.scale), a.scale}, fb = {b.coef % pow10_of(b.scale), b.scale};
    bool fit = align(&fa, &fb);
    OS_ASSERT(fit);
    return (fa.coef > fb.coef) - (fa.coef < fb.coef);
}

struct dec dec_neg(struct dec a)
{
    return (struct dec){-a.coef, a.scale};
}

bool dec_round(struct dec a, unsigned scale, enum dec_round mode, struct dec *out)
{
    if (scale > DEC_DIGITS_MAX)
        return false;
    if (scale >= a.scale) {
        *out = (struct dec){0, (uint8_t)scale};
        return shift_up(a.coef, scale - a.scale, &out->coef);
    }
    dec_coef unit = pow10_of(a.scale - scale);
    dec_coef quot = a.coef / unit, left = a.coef % unit;
    if (mode == DEC_HALF_UP && magnitude(left) >= unit - magnitude(left))
        quot += left < 0 ? -1 : 1;
    else if (mode == DEC_FLOOR && left < 0)
        quot--;
    else if (mode == DEC_CEILING && left > 0)
        quot++;
    *out = (struct dec){quot, (uint8_t)scale};
    return true;
}

struct dec dec_trim(struct dec a)
{
    while (a.scale > 0 && a.coef % 10 == 0) {
        a.coef /= 10;
        a.scale--;
    }
    return a;
}

unsigned dec_digits(struct dec a)
{
    unsigned n = 1;
    for (dec_coef v = magnitude(a.coef); v >= 10; v /= 10)
        n++;
    return n;
}
