/* SPDX-License-Identifier: Apache-2.0
 * N1 6: the operators. Each works on its two evaluated operands; the table says how. */
#include "path/path_int.h"

struct operands {
    struct path_run *run;
    const struct path_node *node;
    const struct path_frame *frame;
    struct path_list left, right; /* evaluated, except for boolean operators */
    struct path_list *out;
};

typedef bool ops_fn(struct operands *o);

static bool ops_error(const struct operands *o, const char *sv, const char *en)
{
    return path_run_fail(o->run, o->node, sv, en);
}

/* Both operands as single System values; *empty when one has none. */
static bool singles(const struct operands *o, struct path_value *a, struct path_value *b, bool *empty)
{
    *empty = o->left.count == 0 || o->right.count == 0;
    if (o->left.count > 1 || o->right.count > 1)
        return ops_error(o, "operatorn tar ett värde på varje sida",
                         "the operator takes one value on each side");
    if (*empty)
        return true;
    if (!path_value_system(&o->left.item[0], a) || !path_value_system(&o->right.item[0], b))
        return ops_error(o, "operatorn kan inte användas på sammansatta värden",
                         "the operator cannot be used on complex values");
    return true;
}

/* ---- arithmetic ---- */

typedef bool dec_fn(struct dec a, struct dec b, struct dec *out);

static bool push_number(struct operands *o, const struct path_value *a, const struct path_value *b,
                        dec_fn *fn)
{
    struct dec x, y, z;
    uint8_t kind = a->kind == PATH_INTEGER && b->kind == PATH_INTEGER ? PATH_INTEGER : PATH_DECIMAL;
    if (!path_value_dec(a, &x) || !path_value_dec(b, &y) || !fn(x, y, &z))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    return path_run_push_dec(o->run, o->out, kind, z, (struct str){NULL, 0});
}

/* a ± b in the unit of a. */
static bool add_quantities(struct operands *o, const struct path_value *a, const struct path_value *b,
                           dec_fn *fn)
{
    struct dec x, y;
    struct path_unit ua, ub;
    if (!path_value_dec(a, &x) || !path_value_dec(b, &y))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    if (!str_eq(a->unit, b->unit)) {
        if (!path_unit_parse(a->unit, &ua) || !path_unit_parse(b->unit, &ub) || ua.calendar != ub.calendar ||
            !path_unit_convert(y, &ub, &ua, &y))
            return true;
    }
    if (!fn(x, y, &x))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    return path_run_push_dec(o->run, o->out, PATH_QUANTITY, x, a->unit);
}

static bool add_moment(struct operands *o, const struct path_value *a, const struct path_value *b, int sign)
{
    struct path_moment m;
    struct dec d;
    char text[PATH_MOMENT_TEXT_MAX];
    if (b->kind != PATH_QUANTITY || !path_value_dec(b, &d))
        return ops_error(o, "till en tid kan bara en tidsmängd läggas",
                         "only a quantity of time can be added to a time");
    if (!path_moment_parse(a->kind, a->text, &m))
        return ops_error(o, "ogiltig tid", "not a valid time");
    if (!path_moment_add(a->kind, &m, sign < 0 ? dec_neg(d) : d, b->unit))
        return ops_error(o, "mängden är ingen tid som kan läggas till eller ger ett år utanför 1-9999",
                         "the quantity is no time that can be added, or gives a year outside 1-9999");
    size_t n = path_moment_format(a->kind, &m, text);
    char *p = path_run_alloc(o->run, n);
    if (!p)
        return false;
    memcpy(p, text, n);
    return path_run_push_text(o->run, o->out, a->kind, (struct str){p, n});
}

static bool push_concat(struct operands *o, struct str a, struct str b)
{
    if (a.n + b.n > PATH_STRING_MAX)
        return ops_error(o, "texten blev för lång", "the string became too long");
    char *p = path_run_alloc(o->run, a.n + b.n);
    if (!p)
        return false;
    if (a.n)
        memcpy(p, a.p, a.n);
    if (b.n)
        memcpy(p + a.n, b.p, b.n);
    return path_run_push_text(o->run, o->out, PATH_STRING, (struct str){p, a.n + b.n});
}

static bool is_moment(const struct path_value *v)
{
    return v->kind == PATH_DATE || v->kind == PATH_DATETIME || v->kind == PATH_TIME;
}

static bool sum(struct operands *o, int sign)
{
    struct path_value a, b;
    bool empty;
    dec_fn *fn = sign > 0 ? dec_add : dec_sub;
    if (!singles(o, &a, &b, &empty))
        return false;
    if (empty)
        return true;
    if (path_value_number(&a) && path_value_number(&b))
        return push_number(o, &a, &b, fn);
    if (is_moment(&a))
        return add_moment(o, &a, &b, sign);
    if (a.kind == PATH_QUANTITY && b.kind == PATH_QUANTITY)
        return add_quantities(o, &a, &b, fn);
    if (a.kind == PATH_STRING && b.kind == PATH_STRING && sign > 0)
        return push_concat(o, a.text, b.text);
    return sign > 0 ? ops_error(o, "värdena kan inte adderas", "the values cannot be added")
                    : ops_error(o, "värdena kan inte subtraheras", "the values cannot be subtracted");
}

static bool op_add(struct operands *o)
{
    return sum(o, 1);
}

static bool op_subtract(struct operands *o)
{
    return sum(o, -1);
}

static bool is_one(struct str unit)
{
    return unit.n == 0 || str_is(unit, "1");
}

/* "g" / "m" is "g/m"; equal units leave 1. */
static struct str join_units(struct path_run *r, struct str a, struct str b, bool divide)
{
    if (is_one(b))
        return a;
    if (is_one(a) && !divide)
        return b;
    if (divide && str_eq(a, b))
        return STR("1");
    bool paren = divide && (str_find(b, '.', 0) != SIZE_MAX || str_find(b, '/', 0) != SIZE_MAX);
    char *p = path_run_alloc(r, a.n + b.n + 3);
    size_t n = 0;
    if (!p)
        return (struct str){NULL, 0};
    if (!is_one(a)) {
        memcpy(p, a.p, a.n);
        n = a.n;
    }
    p[n++] = divide ? '/' : '.';
    if (paren)
        p[n++] = '(';
    memcpy(p + n, b.p, b.n);
    n += b.n;
    if (paren)
        p[n++] = ')';
    return (struct str){p, n};
}

static bool scale_quantities(struct operands *o, const struct path_value *a, const struct path_value *b,
                             bool divide)
{
    struct dec x, y;
    if (!path_value_dec(a, &x) || !path_value_dec(b, &y))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    if (divide && y.coef == 0)
        return true;
    if (!(divide ? dec_div : dec_mul)(x, y, &x))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    struct str unit = join_units(o->run, a->unit, b->unit, divide);
    return path_run_push_dec(o->run, o->out, PATH_QUANTITY, x, unit);
}

/* Numbers or quantities on both sides? */
static bool scalable(const struct path_value *a, const struct path_value *b)
{
    return (path_value_number(a) || a->kind == PATH_QUANTITY) &&
           (path_value_number(b) || b->kind == PATH_QUANTITY);
}

static bool op_multiply(struct operands *o)
{
    struct path_value a, b;
    bool empty;
    if (!singles(o, &a, &b, &empty))
        return false;
    if (empty)
        return true;
    if (!scalable(&a, &b))
        return ops_error(o, "värdena kan inte multipliceras", "the values cannot be multiplied");
    if (a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY)
        return scale_quantities(o, &a, &b, false);
    return push_number(o, &a, &b, dec_mul);
}

/* Division: by zero gives nothing. */
static bool divide_by(struct operands *o, dec_fn *fn, bool quantities)
{
    struct path_value a, b;
    struct dec by;
    bool empty;
    if (!singles(o, &a, &b, &empty))
        return false;
    if (empty)
        return true;
    if (!scalable(&a, &b) || (!quantities && (a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY)))
        return ops_error(o, "värdena kan inte divideras", "the values cannot be divided");
    if (a.kind == PATH_QUANTITY || b.kind == PATH_QUANTITY)
        return scale_quantities(o, &a, &b, true);
    if (!path_value_dec(&b, &by))
        return ops_error(o, "talet får inte plats i 38 siffror", "the number does not fit into 38 digits");
    if (by.coef == 0)
        return true;
    if (fn == dec_div)
        a.kind = PATH_DECIMAL;
    if (fn == dec_quot)
        a.kind = b.kind = PATH_INTEGER;
    return push_number(o, &a, &b, fn);
}

static bool op_divide(struct operands *o)
{
    return divide_by(o, dec_div, true);
}

static bool op_div(struct operands *o)
{
    return divide_by(o, dec_quot, false);
}

static bool op_mod(struct operands *o)
{
    return divide_by(o, dec_rem, false);
}

static bool op_concat(struct operands *o)
{
    struct str text[2] = {{"", 0}, {"", 0}};
    const struct path_list *side[2] = {&o->left, &o->right};
    for (int i = 0; i < 2; i++) {
        if (side[i]->count > 1)
            return ops_error(o, "& tar ett värde på varje sida", "& takes one value on each side");
        if (side[i]->count == 0)
            continue;
        text[i] = path_value_text(&side[i]->item[0]);
        if (!text[i].p)
            return ops_error(o, "& tar bara texter", "& takes only strings");
    }
    return push_concat(o, text[0], text[1]);
}

/* ---- comparison ---- */

static bool op_compare(struct operands *o)
{
    struct path_value a, b;
    bool empty;
    int order = 0;
    if (!singles(o, &a, &b, &empty))
        return false;
    if (empty)
        return true;
    enum path_tri known = path_order(&a, &b, &order);
    if (known == PATH_NO)
        return ops_error(o, "värdena är av olika slag och kan inte jämföras",
                         "the values are of different kinds and cannot be compared");
    if (known == PATH_UNKNOWN)
        return true;
    switch (o->node->binary) {
    case PATH_B_LESS:
        return path_run_push_bool(o->run, o->out, order < 0);
    case PATH_B_LESS_EQUAL:
        return path_run_push_bool(o->run, o->out, order <= 0);
    case PATH_B_GREATER:
        return path_run_push_bool(o->run, o->out, order > 0);
    default:
        return path_run_push_bool(o->run, o->out, order >= 0);
    }
}

static bool op_equal(struct operands *o)
{
    if (o->left.count == 0 || o->right.count == 0)
        return true;
    enum path_tri equal = path_equal_lists(o->run, &o->left, &o->right);
    if (equal == PATH_UNKNOWN)
        return true;
    return path_run_push_bool(o->run, o->out, (equal == PATH_YES) == (o->node->binary == PATH_B_EQUAL));
}

static bool op_equivalent(struct operands *o)
{
    bool equal = path_equivalent_lists(o->run, &o->left, &o->right);
    return path_run_push_bool(o->run, o->out, equal == (o->node->binary == PATH_B_EQUIVALENT));
}

static bool membership(struct operands *o, const struct path_list *item, const struct path_list *list)
{
    if (item->count > 1)
        return ops_error(o, "bara ett värde kan sökas i en lista",
                         "only one value can be looked for in a list");
    if (item->count == 0)
        return true;
    return path_run_work(o->run, list->count) &&
           path_run_push_bool(o->run, o->out, path_contains(o->run, list, &item->item[0]));
}

static bool op_in(struct operands *o)
{
    return membership(o, &o->left, &o->right);
}

static bool op_contains(struct operands *o)
{
    return membership(o, &o->right, &o->left);
}

/* ---- boolean logic: three values, N1 6.5 ---- */

static bool side_truth(struct operands *o, const struct path_node *side, enum path_tri *out)
{
    struct path_list list = {0};
    bool truth, empty = false;
    if (!path_run(o->run, side, o->frame, &list) || !path_fn_truth(o->run, side, &list, &truth, &empty))
        return false;
    *out = empty ? PATH_UNKNOWN : truth ? PATH_YES : PATH_NO;
    return true;
}

static bool op_logic(struct operands *o)
{
    /* [operator][left][right], each PATH_NO, PATH_YES, PATH_UNKNOWN */
    static const uint8_t table[4][3][3] = {
        {{PATH_NO, PATH_NO, PATH_NO},
         {PATH_NO, PATH_YES, PATH_UNKNOWN},
         {PATH_NO, PATH_UNKNOWN, PATH_UNKNOWN}},
        {{PATH_NO, PATH_YES, PATH_UNKNOWN},
         {PATH_YES, PATH_YES, PATH_YES},
         {PATH_UNKNOWN, PATH_YES, PATH_UNKNOWN}},
        {{PATH_NO, PATH_YES, PATH_UNKNOWN},
         {PATH_YES, PATH_NO, PATH_UNKNOWN},
         {PATH_UNKNOWN, PATH_UNKNOWN, PATH_UNKNOWN}},
        {{PATH_YES, PATH_YES, PATH_YES},
         {PATH_NO, PATH_YES, PATH_UNKNOWN},
         {PATH_UNKNOWN, PATH_YES, PATH_UNKNOWN}},
    };
    enum path_tri left, right = PATH_UNKNOWN;
    if (!side_truth(o, o->node->left, &left))
        return false;
    const uint8_t *row = table[o->node->binary - PATH_B_AND][left];
    bool decided = row[PATH_NO] == row[PATH_YES] && row[PATH_YES] == row[PATH_UNKNOWN];
    if (!decided && !side_truth(o, o->node->right, &right))
        return false;
    return row[right] == PATH_UNKNOWN || path_run_push_bool(o->run, o->out, row[right] == PATH_YES);
}

static bool op_union(struct operands *o)
{
    uint32_t from = o->out->count;
    return path_run(o->run, o->node->left, o->frame, o->out) &&
           path_run(o->run, o->node->right, o->frame, o->out) && path_distinct_from(o->run, o->out, from);
}

static const struct {
    ops_fn *run;
    bool lazy; /* evaluates its operands itself */
} operators[] = {
    [PATH_B_MULTIPLY] = {op_multiply, false},
    [PATH_B_DIVIDE] = {op_divide, false},
    [PATH_B_DIV] = {op_div, false},
    [PATH_B_MOD] = {op_mod, false},
    [PATH_B_ADD] = {op_add, false},
    [PATH_B_SUBTRACT] = {op_subtract, false},
    [PATH_B_CONCAT] = {op_concat, false},
    [PATH_B_UNION] = {op_union, true},
    [PATH_B_LESS] = {op_compare, false},
    [PATH_B_LESS_EQUAL] = {op_compare, false},
    [PATH_B_GREATER] = {op_compare, false},
    [PATH_B_GREATER_EQUAL] = {op_compare, false},
    [PATH_B_EQUAL] = {op_equal, false},
    [PATH_B_EQUIVALENT] = {op_equivalent, false},
    [PATH_B_NOT_EQUAL] = {op_equal, false},
    [PATH_B_NOT_EQUIVALENT] = {op_equivalent, false},
    [PATH_B_IN] = {op_in, false},
    [PATH_B_CONTAINS] = {op_contains, false},
    [PATH_B_AND] = {op_logic, true},
    [PATH_B_OR] = {op_logic, true},
    [PATH_B_XOR] = {op_logic, true},
    [PATH_B_IMPLIES] = {op_logic, true},
};

bool path_ops_binary(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                     struct path_list *out)
{
    struct operands o = {.run = r, .node = n, .frame = f, .out = out};
    if (!operators[n->binary].lazy &&
        (!path_run(r, n->left, f, &o.left) || !path_run(r, n->right, f, &o.right)))
        return false;
    return operators[n->binary].run(&o);
}

bool path_ops_sign(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                   struct path_list *out)
{
    struct path_list list = {0};
    struct path_value v;
    struct dec d;
    if (!path_run(r, n->left, f, &list))
        return false;
    if (list.count == 0)
        return true;
    if (list.count > 1 || !path_value_system(&list.item[0], &v) || !path_value_dec(&v, &d))
        return path_run_fail(r, n, "tecknet + eller - kräver ett tal", "the sign + or - needs a number");
    return path_run_push_dec(r, out, v.kind, n->op == PATH_OP_MINUS ? dec_neg(d) : d, v.unit);
}
