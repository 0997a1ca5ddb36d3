/* SPDX-License-Identifier: Apache-2.0
 * N1 5.5 conversion. Each kind has one converter; toX gives its result and convertsToX whether there is one.
 */
#include "path/path_int.h"

/* False: does not convert. out->text may be in scratch, which the caller copies. */
typedef bool convert_fn(const struct path_value *in, struct path_value *out);

static struct path_value value_of(uint8_t kind, struct str text)
{
    return (struct path_value){.kind = kind, .node = UINT32_MAX, .text = text};
}

static bool equal_fold(struct str a, const char *word)
{
    if (a.n != strlen(word))
        return false;
    for (size_t i = 0; i < a.n; i++) {
        char c = a.p[i] >= 'A' && a.p[i] <= 'Z' ? (char)(a.p[i] | 0x20) : a.p[i];
        if (word[i] != c)
            return false;
    }
    return true;
}

static bool to_boolean(const struct path_value *in, struct path_value *out)
{
    static const char *const words[2][6] = {{"false", "f", "no", "n", "0", "0.0"},
                                            {"true", "t", "yes", "y", "1", "1.0"}};
    struct dec d;
    *out = value_of(PATH_BOOLEAN, (struct str){NULL, 0});
    if (in->kind == PATH_BOOLEAN) {
        out->boolean = in->boolean;
        return true;
    }
    if (path_value_number(in)) {
        if (!path_value_dec(in, &d) || (dec_cmp(d, dec_of_i64(0)) != 0 && dec_cmp(d, dec_of_i64(1)) != 0))
            return false;
        out->boolean = d.coef != 0;
        return true;
    }
    if (in->kind != PATH_STRING)
        return false;
    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 6; i++)
            if (equal_fold(in->text, words[truth][i])) {
                out->boolean = truth;
                return true;
            }
    return false;
}

/* [+-]?digits */
static bool integer_text(struct str s)
{
    size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
    size_t from = at;
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    return at == s.n && at > from;
}

static bool to_integer(const struct path_value *in, struct path_value *out)
{
    struct dec d;
    *out = *in;
    if (in->kind == PATH_BOOLEAN)
        *out = value_of(PATH_INTEGER, in->boolean ? STR("1") : STR("0"));
    else if (in->kind == PATH_STRING && integer_text(in->text) && dec_parse(in->text, &d))
        *out = value_of(PATH_INTEGER, in->text.p[0] == '+' ? str_sub(in->text, 1, in->text.n) : in->text);
    return out->kind == PATH_INTEGER;
}

static bool decimal_text(struct str s)
{
    struct dec d;
    return str_find(s, 'e', 0) == SIZE_MAX && str_find(s, 'E', 0) == SIZE_MAX && dec_parse(s, &d);
}

static bool to_decimal(const struct path_value *in, struct path_value *out)
{
    *out = *in;
    if (in->kind == PATH_BOOLEAN)
        *out = value_of(PATH_DECIMAL, in->boolean ? STR("1.0") : STR("0.0"));
    else if (in->kind == PATH_INTEGER)
        out->kind = PATH_DECIMAL;
    else if (in->kind == PATH_STRING && decimal_text(in->text))
        *out = value_of(PATH_DECIMAL, in->text.p[0] == '+' ? str_sub(in->text, 1, in->text.n) : in->text);
    return out->kind == PATH_DECIMAL;
}

/* Quantities are written by fn_to_string: they need memory. */
static bool to_string(const struct path_value *in, struct path_value *out)
{
    *out = value_of(PATH_STRING, in->text);
    if (in->kind == PATH_BOOLEAN)
        out->text = in->boolean ? STR("true") : STR("false");
    return in->kind != PATH_TYPE && in->kind != PATH_NODE;
}

/* A string in the form of the kind, or a value of it. */
static bool to_moment(const struct path_value *in, uint8_t kind, struct path_value *out)
{
    struct path_moment m;
    *out = value_of(kind, in->text);
    return (in->kind == PATH_STRING || in->kind == kind) && path_moment_parse(kind, in->text, &m);
}

static bool to_date(const struct path_value *in, struct path_value *out)
{
    struct path_moment m;
    if (in->kind != PATH_DATETIME)
        return to_moment(in, PATH_DATE, out);
    size_t end = str_find(in->text, 'T', 0);
    *out = value_of(PATH_DATE, str_sub(in->text, 0, end == SIZE_MAX ? in->text.n : end));
    return path_moment_parse(PATH_DATE, out->text, &m);
}

static bool to_datetime(const struct path_value *in, struct path_value *out)
{
    struct path_value as = *in;
    if (as.kind == PATH_DATE)
        as.kind = PATH_DATETIME;
    return to_moment(&as, PATH_DATETIME, out);
}

static bool to_time(const struct path_value *in, struct path_value *out)
{
    return to_moment(in, PATH_TIME, out);
}

/* "5", "5 days", "5 'mg'" */
static bool quantity_text(struct str s, struct path_value *out)
{
    size_t at = 0;
    while (at < s.n &&
           (s.p[at] == '-' || s.p[at] == '+' || s.p[at] == '.' || (s.p[at] >= '0' && s.p[at] <= '9')))
        at++;
    *out = value_of(PATH_QUANTITY, str_sub(s, 0, at));
    if (!decimal_text(out->text))
        return false;
    size_t unit = at;
    while (unit < s.n && (s.p[unit] == ' ' || s.p[unit] == '\t'))
        unit++;
    struct str rest = str_sub(s, unit, s.n);
    if (rest.n == 0)
        return unit == at;
    if (path_unit_word(rest)) {
        out->unit = rest;
        out->boolean = true;
        return unit > at;
    }
    out->unit = str_sub(rest, 1, rest.n - 1);
    return rest.n > 2 && rest.p[0] == '\'' && rest.p[rest.n - 1] == '\'' &&
           str_find(out->unit, '\'', 0) == SIZE_MAX;
}

static bool to_quantity(const struct path_value *in, struct path_value *out)
{
    *out = *in;
    if (in->kind == PATH_STRING)
        return quantity_text(in->text, out);
    if (in->kind == PATH_BOOLEAN)
        *out = value_of(PATH_QUANTITY, in->boolean ? STR("1.0") : STR("0.0"));
    else if (path_value_number(in))
        out->kind = PATH_QUANTITY;
    if (out->kind == PATH_QUANTITY && out->unit.n == 0)
        out->unit = STR("1");
    return out->kind == PATH_QUANTITY;
}

static bool converts(const struct path_call *c, convert_fn *fn)
{
    struct path_value v, out;
    bool empty;
    if (!path_fn_one(c, &v, &empty))
        return false;
    if (c->input->count == 0)
        return true;
    return path_run_push_bool(c->run, c->out, !empty && fn(&v, &out));
}

static bool convert(const struct path_call *c, convert_fn *fn)
{
    struct path_value v, out;
    bool empty;
    if (!path_fn_one(c, &v, &empty))
        return false;
    return empty || !fn(&v, &out) || path_run_push(c->run, c->out, &out);
}

/* toString() of a quantity is its literal. */
static bool fn_to_string(const struct path_call *c)
{
    struct path_value v;
    bool empty;
    if (!path_fn_one(c, &v, &empty))
        return false;
    if (empty || v.kind != PATH_QUANTITY)
        return convert(c, to_string);
    struct str unit = v.unit.n ? v.unit : STR("1");
    char *p = path_run_alloc(c->run, v.text.n + unit.n + 3);
    if (!p)
        return false;
    size_t n = v.text.n;
    memcpy(p, v.text.p, n);
    p[n++] = ' ';
    if (!v.boolean)
        p[n++] = '\'';
    memcpy(p + n, unit.p, unit.n);
    n += unit.n;
    if (!v.boolean)
        p[n++] = '\'';
    return path_run_push_text(c->run, c->out, PATH_STRING, (struct str){p, n});
}

#define CONVERT(name, converter)                                                                             \
    static bool fn_to_##name(const struct path_call *c)                                                      \
    {                                                                                                        \
        return convert(c, converter);                                                                        \
    }
#define CONVERTS(name, converter)                                                                            \
    static bool fn_converts_##name(const struct path_call *c)                                                \
    {                                                                                                        \
        return converts(c, converter);                                                                       \
    }
CONVERT(boolean, to_boolean)
CONVERT(integer, to_integer)
CONVERT(decimal, to_decimal)
CONVERT(date, to_date)
CONVERT(datetime, to_datetime)
CONVERT(time, to_time)
CONVERTS(boolean, to_boolean)
CONVERTS(integer, to_integer)
CONVERTS(decimal, to_decimal)
CONVERTS(string, to_string)
CONVERTS(date, to_date)
CONVERTS(datetime, to_datetime)
CONVERTS(time, to_time)

/* The input as a quantity, in the unit of the argument when there is one. *none: it is not convertible. */
static bool quantity(const struct path_call *c, struct path_value *out, struct dec *d, bool *none)
{
    struct path_value v;
    struct path_unit from, to;
    struct str unit;
    bool empty, no_unit = true;
    if (!path_fn_one(c, &v, &empty) || (c->node->argc && !path_fn_arg_text(c, 0, &unit, &no_unit)))
        return false;
    *none = empty || !to_quantity(&v, out) || !path_value_dec(out, d);
    if (*none || no_unit || str_eq(unit, out->unit))
        return true;
    *none = !path_unit_parse(out->unit, &from) || !path_unit_parse(unit, &to) ||
            from.calendar != to.calendar || !path_unit_convert(*d, &from, &to, d);
    out->unit = unit;
    out->boolean = path_unit_word(unit);
    out->text = (struct str){NULL, 0};
    return true;
}

static bool fn_to_quantity(const struct path_call *c)
{
    struct path_value v;
    struct dec d;
    bool none;
    if (!quantity(c, &v, &d, &none))
        return false;
    if (none)
        return true;
    if (v.text.p)
        return path_run_push(c->run, c->out, &v);
    if (!path_run_push_dec(c->run, c->out, PATH_QUANTITY, d, v.unit))
        return false;
    c->out->item[c->out->count - 1].boolean = v.boolean;
    return true;
}

static bool fn_converts_quantity(const struct path_call *c)
{
    struct path_value v;
    struct dec d;
    bool none;
    return quantity(c, &v, &d, &none) && (c->input->count == 0 || path_run_push_bool(c->run, c->out, !none));
}

const struct path_fn path_fn_convert_table[] = {
    {"toBoolean", 0, 0, PATH_R_BOOLEAN, 0, fn_to_boolean},
    {"toInteger", 0, 0, PATH_R_INTEGER, 0, fn_to_integer},
    {"toDecimal", 0, 0, PATH_R_DECIMAL, 0, fn_to_decimal},
    {"toString", 0, 0, PATH_R_STRING, 0, fn_to_string},
    {"toDate", 0, 0, PATH_R_DATE, 0, fn_to_date},
    {"toDateTime", 0, 0, PATH_R_DATETIME, 0, fn_to_datetime},
    {"toTime", 0, 0, PATH_R_TIME, 0, fn_to_time},
    {"toQuantity", 0, 1, PATH_R_QUANTITY, 0, fn_to_quantity},
    {"convertsToBoolean", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_boolean},
    {"convertsToInteger", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_integer},
    {"convertsToDecimal", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_decimal},
    {"convertsToString", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_string},
    {"convertsToDate", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_date},
    {"convertsToDateTime", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_datetime},
    {"convertsToTime", 0, 0, PATH_R_BOOLEAN, 0, fn_converts_time},
    {"convertsToQuantity", 0, 1, PATH_R_BOOLEAN, 0, fn_converts_quantity},
    {NULL, 0, 0, 0, 0, NULL},
};
