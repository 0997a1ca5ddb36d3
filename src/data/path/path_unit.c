/* SPDX-License-Identifier: Apache-2.0
 * The part of UCUM (https://ucum.org) that clinical data uses: prefixes, products, quotients, exponents and
 * annotations over a table of atoms. Units on other than ratio scales (Cel, pH) and arbitrary units ([IU])
 * are not converted; path_compare lets them equal only themselves. */
#include "path/path_int.h"

enum { UNIT_DEPTH_MAX = 8, UNIT_EXPONENT_MAX = 9 };

struct atom {
    const char *code;
    const char *factor; /* to the base units */
    int exponent;
    int8_t dimension[PATH_UNIT_DIMENSIONS]; /* m s g rad K C cd mol */
    bool metric;
    bool calendar;
};

static const struct atom atoms[] = {
    {"m", "1", 0, {1}, true, false},
    {"s", "1", 0, {0, 1}, true, false},
    {"g", "1", 0, {0, 0, 1}, true, false},
    {"rad", "1", 0, {0, 0, 0, 1}, true, false},
    {"K", "1", 0, {0, 0, 0, 0, 1}, true, false},
    {"C", "1", 0, {0, 0, 0, 0, 0, 1}, true, false},
    {"cd", "1", 0, {0, 0, 0, 0, 0, 0, 1}, true, false},
    {"mol", "1", 0, {0, 0, 0, 0, 0, 0, 0, 1}, true, false},
    {"eq", "1", 0, {0, 0, 0, 0, 0, 0, 0, 1}, true, false},
    {"osm", "1", 0, {0, 0, 0, 0, 0, 0, 0, 1}, true, false},
    {"kat", "1", 0, {0, -1, 0, 0, 0, 0, 0, 1}, true, false},
    {"U", "1", -6, {0, -1, 0, 0, 0, 0, 0, 1}, true, false}, /* µmol/min; min below */
    {"%", "1", -2, {0}, false, false},
    {"[ppth]", "1", -3, {0}, false, false},
    {"[ppm]", "1", -6, {0}, false, false},
    {"[ppb]", "1", -9, {0}, false, false},
    {"[pi]", "3.1415926535897932384626433832795", 0, {0}, false, false},
    {"l", "1", -3, {3}, true, false},
    {"L", "1", -3, {3}, true, false},
    {"ar", "1", 2, {2}, true, false},
    {"t", "1", 6, {0, 0, 1}, true, false},
    {"u", "1.6605402", -24, {0, 0, 1}, true, false},
    {"min", "60", 0, {0, 1}, false, false},
    {"h", "3600", 0, {0, 1}, false, false},
    {"d", "86400", 0, {0, 1}, false, false},
    {"wk", "604800", 0, {0, 1}, false, false},
    {"mo", "2629800", 0, {0, 1}, false, false},
    {"mo_j", "2629800", 0, {0, 1}, false, false},
    {"a", "31557600", 0, {0, 1}, false, false},
    {"a_j", "31557600", 0, {0, 1}, false, false},
    {"year", "31557600", 0, {0, 1}, false, true},
    {"years", "31557600", 0, {0, 1}, false, true},
    {"month", "2629800", 0, {0, 1}, false, true},
    {"months", "2629800", 0, {0, 1}, false, true},
    {"week", "604800", 0, {0, 1}, false, false},
    {"weeks", "604800", 0, {0, 1}, false, false},
    {"day", "86400", 0, {0, 1}, false, false},
    {"days", "86400", 0, {0, 1}, false, false},
    {"hour", "3600", 0, {0, 1}, false, false},
    {"hours", "3600", 0, {0, 1}, false, false},
    {"minute", "60", 0, {0, 1}, false, false},
    {"minutes", "60", 0, {0, 1}, false, false},
    {"second", "1", 0, {0, 1}, false, false},
    {"seconds", "1", 0, {0, 1}, false, false},
    {"millisecond", "1", -3, {0, 1}, false, false},
    {"milliseconds", "1", -3, {0, 1}, false, false},
    {"Hz", "1", 0, {0, -1}, true, false},
    {"Bq", "1", 0, {0, -1}, true, false},
    {"Ci", "3.7", 10, {0, -1}, true, false},
    {"N", "1", 3, {1, -2, 1}, true, false},
    {"Pa", "1", 3, {-1, -2, 1}, true, false},
    {"bar", "1", 8, {-1, -2, 1}, true, false},
    {"atm", "101325", 3, {-1, -2, 1}, false, false},
    {"m[Hg]", "133.322", 6, {-1, -2, 1}, true, false},
    {"m[H2O]", "9806.65", 3, {-1, -2, 1}, true, false},
    {"J", "1", 3, {2, -2, 1}, true, false},
    {"cal", "4.184", 3, {2, -2, 1}, true, false},
    {"[Cal]", "4.184", 6, {2, -2, 1}, false, false},
    {"W", "1", 3, {2, -3, 1}, true, false},
    {"A", "1", 0, {0, -1, 0, 0, 0, 1}, true, false},
    {"V", "1", 3, {2, -2, 1, 0, 0, -1}, true, false},
    {"Ohm", "1", 3, {2, -1, 1, 0, 0, -2}, true, false},
    {"S", "1", -3, {-2, 1, -1, 0, 0, 2}, true, false},
    {"F", "1", -3, {-2, 2, -1, 0, 0, 2}, true, false},
    {"T", "1", 3, {0, -1, 1, 0, 0, -1}, true, false},
    {"Gy", "1", 0, {2, -2}, true, false},
    {"Sv", "1", 0, {2, -2}, true, false},
    {"lm", "1", 0, {0, 0, 0, 2, 0, 0, 1}, true, false},
    {"lx", "1", 0, {-2, 0, 0, 2, 0, 0, 1}, true, false},
    {"P", "1", 2, {-1, -1, 1}, true, false},
    {"deg", "0.01745329251994329576923690768489", 0, {0, 0, 0, 1}, false, false},
    {"[in_i]", "2.54", -2, {1}, false, false},
    {"[ft_i]", "0.3048", 0, {1}, false, false},
    {"[yd_i]", "0.9144", 0, {1}, false, false},
    {"[mi_i]", "1609.344", 0, {1}, false, false},
    {"[lb_av]", "453.59237", 0, {0, 0, 1}, false, false},
    {"[oz_av]", "28.349523125", 0, {0, 0, 1}, false, false},
    {"[gr]", "0.06479891", 0, {0, 0, 1}, false, false},
    {"[st_av]", "6350.29318", 0, {0, 0, 1}, false, false},
    {"[foz_us]", "29.5735295625", -6, {3}, false, false},
    {"[cup_us]", "236.5882365", -6, {3}, false, false},
    {"[gal_us]", "3785.411784", -6, {3}, false, false},
    {"[pt_us]", "473.176473", -6, {3}, false, false},
    {"[qt_us]", "946.352946", -6, {3}, false, false},
    {"[tbs_us]", "14.78676478125", -6, {3}, false, false},
    {"[tsp_us]", "4.92892159375", -6, {3}, false, false},
};

static const struct prefix {
    const char *code;
    int exponent;
} prefixes[] = {{"da", 1}, {"Y", 24},  {"Z", 21},  {"E", 18},  {"P", 15},  {"T", 12}, {"G", 9},
                {"M", 6},  {"k", 3},   {"h", 2},   {"d", -1},  {"c", -2},  {"m", -3}, {"u", -6},
                {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18}, {"z", -21}, {"y", -24}};

struct reader {
    struct str s;
    size_t at;
    unsigned depth;
};

static const struct atom *find_atom(struct str code)
{
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (str_is(code, atoms[i].code))
            return &atoms[i];
    return NULL;
}

static void set_one(struct path_unit *u)
{
    *u = (struct path_unit){.num = dec_of_i64(1), .den = dec_of_i64(1)};
}

static bool set_atom(struct str code, struct path_unit *u)
{
    int exponent = 0;
    const struct atom *a = find_atom(code);
    for (size_t i = 0; !a && i < sizeof prefixes / sizeof *prefixes; i++) {
        struct str p = str_of(prefixes[i].code);
        if (!str_starts(code, p) || code.n == p.n)
            continue;
        a = find_atom(str_sub(code, p.n, code.n));
        if (a && !a->metric)
            a = NULL;
        exponent = prefixes[i].exponent;
    }
    set_one(u);
    if (!a || !dec_parse(str_of(a->factor), &u->num))
        return false;
    if (str_is(str_of(a->code), "U"))
        u->den = dec_of_i64(60);
    u->exponent = a->exponent + exponent;
    u->calendar = a->calendar;
    memcpy(u->dimension, a->dimension, sizeof u->dimension);
    return true;
}

/* into *= by^power (power 1 or -1). */
static bool combine(struct path_unit *into, const struct path_unit *by, int power)
{
    const struct dec *num = power > 0 ? &by->num : &by->den, *den = power > 0 ? &by->den : &by->num;
    if (!dec_mul(into->num, *num, &into->num) || !dec_mul(into->den, *den, &into->den))
        return false;
    into->exponent += power * by->exponent;
    for (int i = 0; i < PATH_UNIT_DIMENSIONS; i++) {
        int d = into->dimension[i] + power * by->dimension[i];
        if (d > INT8_MAX || d < INT8_MIN)
            return false;
        into->dimension[i] = (int8_t)d;
    }
    into->calendar |= by->calendar;
    return into->exponent < 1000 && into->exponent > -1000;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : 0;
}

/* "{annotation}" counts as one. */
static bool skip_annotation(struct reader *r)
{
    if (peek(r) != '{')
        return true;
    size_t end = str_find(r->s, '}', r->at);
    r->at = end == SIZE_MAX ? r->at : end + 1;
    return end != SIZE_MAX;
}

/* [+-]digits after a unit; 1 when there are none. */
static int read_exponent(struct reader *r)
{
    size_t at = r->at;
    int sign = 1, v = 0;
    if (peek(r) == '+' || peek(r) == '-')
        sign = r->s.p[r->at++] == '-' ? -1 : 1;
    if (!is_digit(peek(r))) {
        r->at = at;
        return 1;
    }
    while (is_digit(peek(r)) && v <= UNIT_EXPONENT_MAX)
        v = v * 10 + (r->s.p[r->at++] - '0');
    return sign * v;
}

static bool read_term(struct reader *r, struct path_unit *u);

/* Letters and [bracketed] parts up to an exponent, operator or annotation; "10*" and "10^" too. */
static struct str read_code(struct reader *r)
{
    size_t from = r->at;
    while (r->at < r->s.n && !strchr("./(){}", r->s.p[r->at]) && !is_digit(r->s.p[r->at]) &&
           r->s.p[r->at] != '+' && r->s.p[r->at] != '-') {
        if (r->s.p[r->at] == '[') {
            size_t end = str_find(r->s, ']', r->at);
            r->at = end == SIZE_MAX ? r->s.n - 1 : end;
        }
        r->at++;
    }
    return str_sub(r->s, from, r->at);
}

static bool read_integer(struct reader *r, struct path_unit *u)
{
    size_t from = r->at;
    set_one(u);
    while (is_digit(peek(r)))
        r->at++;
    struct str digits = str_sub(r->s, from, r->at);
    if (str_is(digits, "10") && (peek(r) == '*' || peek(r) == '^')) {
        r->at++;
        u->exponent = read_exponent(r);
        return u->exponent <= 100 && u->exponent >= -100;
    }
    return dec_parse(digits, &u->num) && u->num.coef != 0;
}

static bool read_component(struct reader *r, struct path_unit *u)
{
    struct path_unit base;
    set_one(u);
    if (peek(r) == '{')
        return skip_annotation(r);
    if (peek(r) == '(') {
        r->at++;
        if (!read_term(r, u) || peek(r) != ')')
            return false;
        r->at++;
        return true;
    }
    if (is_digit(peek(r)))
        return read_integer(r, u);
    if (!set_atom(read_code(r), &base))
        return false;
    int exponent = read_exponent(r);
    if (exponent > UNIT_EXPONENT_MAX || exponent < -UNIT_EXPONENT_MAX)
        return false;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); i++)
        if (!combine(u, &base, exponent < 0 ? -1 : 1))
            return false;
    return skip_annotation(r);
}

static bool read_term(struct reader *r, struct path_unit *u)
{
    struct path_unit part;
    int power = 1;
    set_one(u);
    if (++r->depth > UNIT_DEPTH_MAX)
        return false;
    if (peek(r) == '/') {
        power = -1;
        r->at++;
    }
    for (;;) {
        if (!read_component(r, &part) || !combine(u, &part, power))
            return false;
        if (peek(r) != '.' && peek(r) != '/')
            break;
        power = r->s.p[r->at++] == '/' ? -1 : 1;
    }
    r->depth--;
    return true;
}

bool path_unit_parse(struct str text, struct path_unit *out)
{
    struct reader r = {text, 0, 0};
    set_one(out);
    if (text.n == 0)
        return true;
    return read_term(&r, out) && r.at == text.n;
}

bool path_unit_comparable(const struct path_unit *a, const struct path_unit *b)
{
    return memcmp(a->dimension, b->dimension, sizeof a->dimension) == 0;
}

/* v * 10^n */
static bool scale(struct dec *v, int n)
{
    struct dec ten;
    char text[8] = "1e";
    if (n < -DEC_DIGITS_MAX || n > DEC_DIGITS_MAX)
        return false;
    size_t at = 2;
    if (n < 0)
        text[at++] = '-';
    unsigned m = (unsigned)(n < 0 ? -n : n);
    text[at++] = (char)('0' + m / 10);
    text[at++] = (char)('0' + m % 10);
    return dec_parse((struct str){text, at}, &ten) && dec_mul(*v, ten, v);
}

bool path_unit_convert(struct dec value, const struct path_unit *from, const struct path_unit *to,
                       struct dec *out)
{
    struct dec num, den;
    if (!path_unit_comparable(from, to) || !dec_mul(value, from->num, &num) || !dec_mul(num, to->den, &num) ||
        !dec_mul(from->den, to->num, &den) || !scale(&num, from->exponent - to->exponent))
        return false;
    if (den.coef == 1 && den.scale == 0) {
        *out = num;
        return true;
    }
    return dec_div(num, den, out);
}

enum path_tri path_unit_order(struct dec a, const struct path_unit *ua, struct dec b,
                              const struct path_unit *ub, int *order)
{
    if (!path_unit_comparable(ua, ub))
        return PATH_NO;
    if (ua->calendar != ub->calendar)
        return PATH_UNKNOWN;
    /* a * num_a * den_b * 10^(ea - eb) against b * num_b * den_a: no division, so no rounding. */
    int shift = ua->exponent - ub->exponent;
    if (!dec_mul(a, ua->num, &a) || !dec_mul(a, ub->den, &a) || !dec_mul(b, ub->num, &b) ||
        !dec_mul(b, ua->den, &b) || !scale(shift < 0 ? &b : &a, shift < 0 ? -shift : shift))
        return PATH_UNKNOWN;
    *order = dec_cmp(a, b);
    return PATH_YES;
}
