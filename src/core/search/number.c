/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "base/dec.h"
#include "fhir_gen/names.h"
#include "search/search_int.h"

enum { NUMBER_TEXT_MAX = 100 };

/* The double nearest to mantissa with the exponent text ("", "e3"), so that row and query round alike. */
static double to_double(struct dec mantissa, struct str exponent)
{
    char text[DEC_TEXT_MAX + NUMBER_TEXT_MAX];
    size_t n = dec_format(mantissa, text);
    memcpy(text + n, exponent.p, exponent.n);
    text[n + exponent.n] = 0;
    return strtod(text, NULL);
}

bool number_parse(struct str text, double *value, double *low, double *high)
{
    struct dec whole;
    if (text.n == 0 || text.n >= NUMBER_TEXT_MAX)
        return false;
    size_t e = 0;
    while (e < text.n && text.p[e] != 'e' && text.p[e] != 'E')
        e++;
    struct str exponent = str_sub(text, e, text.n);
    if (exponent.n == 1 || !dec_parse(text, &whole) || !dec_parse(str_sub(text, 0, e), &whole))
        return false;
    *value = to_double(whole, exponent);
    *low = *high = *value;
    /* Half a unit of the last place given: 5.4 stands for [5.35, 5.45). In scientific notation R4's two
     * examples (1e2 is [95, 105), 5.40e-3 is ±0.00005) both mean half a tenth of the mantissa. */
    struct dec half = {5, (uint8_t)(exponent.n                     ? 2
                                    : whole.scale < DEC_DIGITS_MAX ? whole.scale + 1
                                                                   : DEC_DIGITS_MAX)};
    struct dec bound;
    if (dec_sub(whole, half, &bound))
        *low = to_double(bound, exponent);
    if (dec_add(whole, half, &bound))
        *high = fmax(*value, nextafter(to_double(bound, exponent), -INFINITY));
    return isfinite(*value);
}

void number_compare(struct store_match *m, enum store_cmp cmp, bool approx, double value, double low,
                    double high)
{
    m->cmp = (uint8_t)cmp;
    m->row.number_low = m->row.number_high = value;
    if (approx) {
        double tenth = fabs(value) / 10;
        m->row.number_low = fmin(low, value - tenth);
        m->row.number_high = fmax(high, value + tenth);
    } else if (cmp == STORE_CMP_EQ || cmp == STORE_CMP_NE) {
        m->row.number_low = low;
        m->row.number_high = high;
    } else if (cmp == STORE_CMP_SA) { /* numbers have no width: after is strictly after */
        m->row.number_high = nextafter(value, INFINITY);
    } else if (cmp == STORE_CMP_EB) {
        m->row.number_low = nextafter(value, -INFINITY);
    }
}

bool number_value(struct str text, double *value)
{
    char copy[NUMBER_TEXT_MAX], *end;
    if (text.n == 0 || text.n >= NUMBER_TEXT_MAX ||
        (text.p[0] != '-' && (text.p[0] < '0' || text.p[0] > '9')))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = 0;
    *value = strtod(copy, &end);
    return end == copy + text.n && isfinite(*value);
}

/* A Range's ends make an interval. */
static void rows_range(const struct rows_to *to, const struct path_value *v)
{
    uint32_t low = value_child(v, FHIR_NAME_low), high = value_child(v, FHIR_NAME_high);
    double from = -INFINITY, until = INFINITY, n;
    if (low != UINT32_MAX) {
        struct path_value end = value_node(v, low);
        from = number_value(value_text(&end, FHIR_NAME_value), &n) ? n : from;
    }
    if (high != UINT32_MAX) {
        struct path_value end = value_node(v, high);
        until = number_value(value_text(&end, FHIR_NAME_value), &n) ? n : until;
    }
    struct store_row *r = value_row(to, STORE_NUMBER);
    r->number_low = from;
    r->number_high = until;
}

static void rows(const struct rows_to *to, const struct path_value *v)
{
    double value;
    if (v->kind == PATH_NODE && v->type == FHIR_TYPE_Range) {
        rows_range(to, v);
        return;
    }
    if (!number_value(value_self(v), &value))
        return;
    struct store_row *r = value_row(to, STORE_NUMBER);
    r->number_low = r->number_high = value;
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    double number, low, high;
    if (!number_parse(value_unescape(q->arena, value), &number, &low, &high))
        return value_error(q, value);
    struct store_match *m = value_match(q, STORE_NUMBER, out);
    m->any_name = true;
    number_compare(m, cmp, approx, number, low, high);
    return true;
}

const struct search_kind number_kind = {
    .index = STORE_NUMBER,
    .modifiers = SEARCH_MOD_MISSING,
    .prefixes = true,
    .rows = rows,
    .match = match,
};
