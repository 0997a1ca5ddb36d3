/* SPDX-License-Identifier: Apache-2.0
 * dec: exact decimal numbers of at most 38 digits: value = coef / 10^scale. The scale is part of the number
 * (1.50 is not written as 1.5), so clinical precision survives arithmetic: 1.50 + 1.5 = 3.00. Every operation
 * that would need more than 38 digits says so by returning false; nothing is ever rounded silently. Pure
 * functions. */
#ifndef HELHET_BASE_DEC_H
#define HELHET_BASE_DEC_H

#include "base/str.h"

enum {
    DEC_DIGITS_MAX = 38, /* significant digits, and largest scale */
    DEC_TEXT_MAX = 48,   /* bytes that dec_format writes at most */
    DEC_DIV_SCALE = 20,  /* decimals of a quotient that does not end */
};

__extension__ typedef __int128 dec_coef;

struct dec {
    dec_coef coef; /* |coef| < 10^38 */
    uint8_t scale; /* 0..38 */
};

/* JSON number grammar with an optional '+' before it and leading zeros allowed: "-1.50", "2e3", "1E-2". False
 * on other text and past 38 digits. An exponent moves the point: "2e3" is 2000, "1.50e1" is 15.0. */
bool dec_parse(struct str text, struct dec *out);
struct dec dec_of_i64(int64_t v);
/* Shortest text that gives the same double, at most 17 digits; false for NaN, infinities and out of range. */
bool dec_of_double(double v, struct dec *out);
/* Exact decimal notation without exponent, all decimals kept; returns the length (no NUL). */
size_t dec_format(struct dec d, char out[DEC_TEXT_MAX]);
double dec_double(struct dec d);
/* The whole part when it fits; a fraction is cut off. */
bool dec_i64(struct dec d, int64_t *out);

bool dec_add(struct dec a, struct dec b, struct dec *out);
bool dec_sub(struct dec a, struct dec b, struct dec *out);
/* Scale is the sum of the scales, less trailing zeros when 38 digits would not hold it. */
bool dec_mul(struct dec a, struct dec b, struct dec *out);
/* Exact when the quotient ends within DEC_DIV_SCALE decimals (shortest form), else rounded half up there
 * (fewer decimals when 38 digits would not hold it). False when b is zero or the quotient does not fit. */
bool dec_div(struct dec a, struct dec b, struct dec *out);
/* Quotient cut to a whole number, and what is left (sign of a). False when b is zero. */
bool dec_quot(struct dec a, struct dec b, struct dec *out);
bool dec_rem(struct dec a, struct dec b, struct dec *out);
/* By value: 1.50 equals 1.5. */
int dec_cmp(struct dec a, struct dec b);
struct dec dec_neg(struct dec a);

enum dec_round { DEC_HALF_UP, DEC_DOWN, DEC_FLOOR, DEC_CEILING };
/* To scale decimals; adding zeros when there are fewer (false when 38 digits would not hold them). HALF_UP
 * rounds away from zero at the half. */
bool dec_round(struct dec a, unsigned scale, enum dec_round mode, struct dec *out);
/* Without trailing zeros after the point. */
struct dec dec_trim(struct dec a);
/* Digits of the coefficient, at least 1. */
unsigned dec_digits(struct dec a);

#endif
