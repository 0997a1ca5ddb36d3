/* SPDX-License-Identifier: Apache-2.0
 * N1 5.7 mathematics; boundaries, precision and comparable of FHIRPath 3. */
#include <math.h>

#include "fhir_gen/names.h"
#include "path/path_int.h"

enum { BOUNDARY_DECIMALS = 8, BOUNDARY_DECIMALS_MAX = 28 };

/* The input as a number or quantity and its decimal. */
static bool number_input(const struct path_call *c, struct path_value *v, struct dec *d, bool *empty)
{
    if (!path_fn_one(c, v, empty))
        return false;
    if (*empty)
        return true;
    return path_value_dec(v, d) ||
           path_run_fail(c->run, c->node, "funktionen kräver ett tal", "the function needs a number");
}

/* Argument i as a number. */
static bool number_arg(const struct path_call *c, unsigned i, struct dec *d, bool *empty)
{
    struct path_list list = {0};
    struct path_value v;
    if (!path_fn_arg(c, i, &list))
        return false;
    *empty = list.count == 0;
    if (*empty)
        return true;
    if (list.count > 1 || !path_value_system(&list.item[0], &v) || !path_value_number(&v) ||
        !path_value_dec(&v, d))
        return path_run_fail(c->run, c->node->args[i], "argumentet ska vara ett tal",
                             "the argument must be a number");
    return true;
}

static bool fn_abs(const struct path_call *c)
{
    struct path_value v;
    struct dec d = {0};
    bool empty;
    if (!number_input(c, &v, &d, &empty))
        return false;
    return empty || path_run_push_dec(c->run, c->out, v.kind, d.coef < 0 ? dec_neg(d) : d, v.unit);
}

static bool round_to(const struct path_call *c, int64_t scale, enum dec_round mode, uint8_t kind)
{
    struct path_value v;
    struct dec d = {0};
    bool empty;
    if (!number_input(c, &v, &d, &empty))
        return false;
    if (empty)
        return true;
    if (scale < 0)
        return path_run_fail(c->run, c->node, "antalet decimaler kan inte vara negativt",
                             "the number of decimals cannot be negative");
    if (scale < d.scale && !dec_round(d, (unsigned)scale, mode, &d))
        return path_run_fail(c->run, c->node, "talet får inte plats i 38 siffror",
                             "the number does not fit into 38 digits");
    return path_run_push_dec(c->run, c->out, v.kind == PATH_QUANTITY ? v.kind : kind, d, v.unit);
}

static bool fn_ceiling(const struct path_call *c)
{
    return round_to(c, 0, DEC_CEILING, PATH_INTEGER);
}

static bool fn_floor(const struct path_call *c)
{
    return round_to(c, 0, DEC_FLOOR, PATH_INTEGER);
}

static bool fn_truncate(const struct path_call *c)
{
    return round_to(c, 0, DEC_DOWN, PATH_INTEGER);
}

static bool fn_round(const struct path_call *c)
{
    int64_t scale = 0;
    bool empty = false;
    if (c->node->argc && !path_fn_arg_int(c, 0, &scale, &empty))
        return false;
    return round_to(c, empty ? 0 : scale, DEC_HALF_UP, PATH_DECIMAL);
}

/* A double as decimal; not a number gives nothing (N1: sqrt(-1) is empty). */
static bool push_double(const struct path_call *c, double v, uint8_t kind)
{
    struct dec d;
    if (isnan(v) || isinf(v))
        return true;
    if (!dec_of_double(v, &d))
        return path_run_fail(c->run, c->node, "talet får inte plats i 38 siffror",
                             "the number does not fit into 38 digits");
    return path_run_push_dec(c->run, c->out, kind, d, (struct str){NULL, 0});
}

static bool by_double(const struct path_call *c, double (*fn)(double))
{
    struct path_value v;
    struct dec d = {0};
    bool empty;
    if (!number_input(c, &v, &d, &empty))
        return false;
    return empty || push_double(c, fn(dec_double(d)), PATH_DECIMAL);
}

static bool fn_exp(const struct path_call *c)
{
    return by_double(c, exp);
}

static bool fn_ln(const struct path_call *c)
{
    return by_double(c, log);
}

static bool fn_sqrt(const struct path_call *c)
{
    return by_double(c, sqrt);
}

static bool fn_log(const struct path_call *c)
{
    struct path_value v;
    struct dec d = {0}, base = {0};
    bool empty, none;
    if (!number_input(c, &v, &d, &empty) || !number_arg(c, 0, &base, &none))
        return false;
    return empty || none || push_double(c, log(dec_double(d)) / log(dec_double(base)), PATH_DECIMAL);
}

/* Whole powers are exact while they fit. */
static bool exact_power(struct dec base, int64_t exponent, struct dec *out)
{
    *out = dec_of_i64(1);
    if (exponent < 0 || exponent > 128)
        return false;
    for (int64_t i = 0; i < exponent; i++)
        if (!dec_mul(*out, base, out))
            return false;
    return true;
}

static bool fn_power(const struct path_call *c)
{
    struct path_value v;
    struct dec base = {0}, exponent = {0}, result;
    bool empty, none;
    int64_t whole;
    if (!number_input(c, &v, &base, &empty) || !number_arg(c, 0, &exponent, &none))
        return false;
    if (empty || none)
        return true;
    if (dec_i64(exponent, &whole) && dec_cmp(exponent, dec_of_i64(whole)) == 0 &&
        exact_power(base, whole, &result))
        return path_run_push_dec(c->run, c->out, v.kind == PATH_INTEGER ? PATH_INTEGER : PATH_DECIMAL, result,
                                 (struct str){NULL, 0});
    return push_double(c, pow(dec_double(base), dec_double(exponent)), PATH_DECIMAL);
}

/* ---- boundaries ---- */

/* d ± half a unit of its last digit, then cut to the wanted decimals towards low or high. */
static bool decimal_boundary(struct dec d, int64_t scale, bool high, struct dec *out)
{
    struct dec half = {5, (uint8_t)(d.scale + 1)};
    if (scale < 0 || scale > BOUNDARY_DECIMALS_MAX || d.scale >= DEC_DIGITS_MAX)
        return false;
    /* The R4 suite: a value whose wanted decimals are all zero stays zero (0.0034 to one decimal). */
    if (scale < d.scale && dec_round(d, (unsigned)scale, DEC_DOWN, out) && out->coef == 0)
        return true;
    return (high ? dec_add : dec_sub)(d, half, out) &&
           dec_round(*out, (unsigned)scale, high ? DEC_CEILING : DEC_FLOOR, out);
}

static bool moment_boundary(const struct path_call *c, const struct path_value *v, int64_t digits, bool high)
{
    struct path_moment m;
    char text[PATH_MOMENT_TEXT_MAX];
    int64_t most = v->kind == PATH_DATE ? 8 : v->kind == PATH_TIME ? 9 : 17;
    if (digits < 0 || digits > most || !path_moment_parse(v->kind, v->text, &m) ||
        !path_moment_boundary(v->kind, &m, (unsigned)digits, high))
        return true;
    size_t n = path_moment_format(v->kind, &m, text);
    char *p = path_run_alloc(c->run, n);
    if (!p)
        return false;
    memcpy(p, text, n);
    return path_run_push_text(c->run, c->out, v->kind, (struct str){p, n});
}

static bool is_period(const struct path_list *input)
{
    return input->count == 1 && input->item[0].kind == PATH_NODE && input->item[0].type == FHIR_TYPE_Period;
}

/* A Period's low boundary is that of its start, its high boundary that of its end (SQL-on-FHIR v2). */
static bool period_end(const struct path_call *c, bool high, struct path_list *out)
{
    const struct path_step step = {high ? FHIR_NAME_end : FHIR_NAME_start, false};
    return path_step_chain(c->run, &c->input->item[0], &step, 1, out);
}

static bool boundary(const struct path_call *c, bool high)
{
    struct path_value v;
    struct path_list end = {0};
    struct dec d;
    bool empty, none = true;
    int64_t digits = 0;
    if (is_period(c->input))
        return period_end(c, high, &end) &&
               (end.count == 0 ||
                boundary(&(struct path_call){c->run, c->node, c->frame, &end, c->out}, high));
    if (!path_fn_one(c, &v, &empty) || (c->node->argc && !path_fn_arg_int(c, 0, &digits, &none)))
        return false;
    if (empty)
        return true;
    switch (v.kind) {
    case PATH_INTEGER:
    case PATH_DECIMAL:
    case PATH_QUANTITY:
        if (!path_value_dec(&v, &d) || !decimal_boundary(d, none ? BOUNDARY_DECIMALS : digits, high, &d))
            return true;
        return path_run_push_dec(c->run, c->out, v.kind == PATH_INTEGER ? PATH_DECIMAL : v.kind, d, v.unit);
    case PATH_DATE:
        return moment_boundary(c, &v, none ? 8 : digits, high);
    case PATH_DATETIME:
        return moment_boundary(c, &v, none ? 17 : digits, high);
    case PATH_TIME:
        return moment_boundary(c, &v, none ? 9 : digits, high);
    default:
        return path_run_fail(c->run, c->node, "värdet har ingen gräns", "the value has no boundary");
    }
}

static bool fn_low_boundary(const struct path_call *c)
{
    return boundary(c, false);
}

static bool fn_high_boundary(const struct path_call *c)
{
    return boundary(c, true);
}

static bool fn_precision(const struct path_call *c)
{
    struct path_value v;
    struct path_moment m;
    struct dec d;
    bool empty;
    if (!path_fn_one(c, &v, &empty))
        return false;
    if (empty)
        return true;
    if (path_value_number(&v))
        return !path_value_dec(&v, &d) || path_run_push_int(c->run, c->out, d.scale);
    if (v.kind < PATH_DATE || v.kind > PATH_TIME)
        return path_run_fail(c->run, c->node, "värdet har ingen precision", "the value has no precision");
    return !path_moment_parse(v.kind, v.text, &m) ||
           path_run_push_int(c->run, c->out, path_moment_digits(v.kind, &m));
}

/* Can the two quantities be converted into each other? */
static bool fn_comparable(const struct path_call *c)
{
    struct path_list list = {0};
    struct path_value a, b;
    struct path_unit ua, ub;
    bool empty;
    if (!path_fn_one(c, &a, &empty) || !path_fn_arg(c, 0, &list))
        return false;
    if (empty || list.count == 0)
        return true;
    if (list.count > 1 || !path_value_system(&list.item[0], &b) || a.kind != PATH_QUANTITY ||
        b.kind != PATH_QUANTITY)
        return path_run_fail(c->run, c->node, "comparable() tar två mängder",
                             "comparable() takes two quantities");
    bool same = str_eq(a.unit, b.unit);
    return path_run_push_bool(c->run, c->out,
                              same || (path_unit_parse(a.unit, &ua) && path_unit_parse(b.unit, &ub) &&
                                       path_unit_comparable(&ua, &ub)));
}

const struct path_fn path_fn_math_table[] = {
    {"abs", 0, 0, PATH_R_FIRST, 0, fn_abs},
    {"ceiling", 0, 0, PATH_R_INTEGER, 0, fn_ceiling},
    {"exp", 0, 0, PATH_R_DECIMAL, 0, fn_exp},
    {"floor", 0, 0, PATH_R_INTEGER, 0, fn_floor},
    {"ln", 0, 0, PATH_R_DECIMAL, 0, fn_ln},
    {"log", 1, 1, PATH_R_DECIMAL, 0, fn_log},
    {"power", 1, 1, PATH_R_DECIMAL, 0, fn_power},
    {"round", 0, 1, PATH_R_DECIMAL, 0, fn_round},
    {"sqrt", 0, 0, PATH_R_DECIMAL, 0, fn_sqrt},
    {"truncate", 0, 0, PATH_R_INTEGER, 0, fn_truncate},
    {"lowBoundary", 0, 1, PATH_R_ANY, 0, fn_low_boundary},
    {"highBoundary", 0, 1, PATH_R_ANY, 0, fn_high_boundary},
    {"precision", 0, 0, PATH_R_INTEGER, 0, fn_precision},
    {"comparable", 1, 1, PATH_R_BOOLEAN, 0, fn_comparable},
    {NULL, 0, 0, 0, 0, NULL},
};
