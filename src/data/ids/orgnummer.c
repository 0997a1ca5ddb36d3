/* SPDX-License-Identifier: Apache-2.0 */
#include "ids/orgnummer.h"

#include "ids/luhn.h"

enum { SHOWN_MAX = 64 };

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return true;
}

static struct str trim(struct str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_sub(s, 1, s.n);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Group digit 1-9; the third digit at least 2, which is what tells it from a personnummer. */
static bool valid_digits(const char d[ORGNUMMER_LEN])
{
    return all_digits((struct str){d, ORGNUMMER_LEN}) && d[0] != '0' && d[2] >= '2' &&
           luhn_digit((struct str){d, ORGNUMMER_LEN - 1}) == d[ORGNUMMER_LEN - 1];
}

bool orgnummer_parse(struct str text, char out[ORGNUMMER_LEN + 1], struct err *err)
{
    struct str s = trim(text);
    if ((s.n == 12 || s.n == 13) && str_starts(s, STR("16")))
        s = str_sub(s, 2, s.n);
    if (s.n == ORGNUMMER_LEN + 1 && s.p[6] == '-') {
        memcpy(out, s.p, 6);
        memcpy(out + 6, s.p + 7, 4);
    } else if (s.n == ORGNUMMER_LEN) {
        memcpy(out, s.p, ORGNUMMER_LEN);
    } else {
        return err_set_str(err, ERR_ORGNUMMER, str_sub(text, 0, SHOWN_MAX), STR(""));
    }
    out[ORGNUMMER_LEN] = '\0';
    return valid_digits(out) || err_set_str(err, ERR_ORGNUMMER, str_sub(text, 0, SHOWN_MAX), STR(""));
}

bool orgnummer_hsa_valid(struct str text)
{
    size_t country = str_starts(text, STR("TSTNMT")) ? 6 : 2;
    size_t dash = country + ORGNUMMER_LEN;
    if (text.n < dash + 2 || text.n > ORGNUMMER_HSA_MAX || text.p[dash] != '-' ||
        (country == 2 && !str_starts(text, STR("SE"))))
        return false;
    for (size_t i = dash + 1; i < text.n; i++) {
        char c = text.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return valid_digits(text.p + country);
}
