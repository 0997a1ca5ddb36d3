/* SPDX-License-Identifier: Apache-2.0
 * Columns and values of a view as Parquet has them. */
#include <stdlib.h>

#include "base/dec.h"
#include "base/time.h"
#include "view/view_parquet_int.h"
#include "view/view_thrift.h"

enum {
    PRECISION_MAX = 38,
    NUMBER_TEXT_MAX = 400, /* digits strtod is given; more do not change a double */
    MICROS_DIGITS = 6,
    DAY_MS = 24 * 60 * 60 * 1000
};

/* ---- the shape of a column ---- */

static bool refuse_tag(const struct view_column *c, struct err *err)
{
    err_set(err, ERR_VIEW_INVALID, "taggen ansi/type går inte att uppfylla för kolumnens typ",
            "the tag ansi/type cannot be met for the column's type", NULL);
    err_at(err, c->at);
    return false;
}

/* DECIMAL(p,s) or DECIMAL(p). */
static bool parse_decimal(struct str tag, struct view_parquet_shape *out)
{
    uint64_t p = 0, s = 0;
    struct str part, rest = str_sub(tag, 8, tag.n - 1);
    if (!str_starts(tag, STR("DECIMAL(")) || !str_ends(tag, STR(")")))
        return false;
    if (!str_split(&rest, ',', &part) || !str_u64(part, PRECISION_MAX, &p) || p == 0)
        return false;
    while (rest.n && rest.p[0] == ' ')
        rest = str_sub(rest, 1, rest.n);
    if (rest.p && !str_u64(rest, p, &s))
        return false;
    *out = (struct view_parquet_shape){VIEW_PARQUET_FIXED, VIEW_PARQUET_DECIMAL, (uint8_t)p, (uint8_t)s};
    return true;
}

static const struct view_parquet_shape by_kind[] = {
    [VIEW_ANY] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0},
    [VIEW_TEXT] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0},
    [VIEW_BOOLEAN] = {VIEW_PARQUET_BOOLEAN, VIEW_PARQUET_PLAIN, 0, 0},
    [VIEW_INTEGER] = {VIEW_PARQUET_INT32, VIEW_PARQUET_PLAIN, 0, 0},
    [VIEW_DECIMAL] = {VIEW_PARQUET_DOUBLE, VIEW_PARQUET_PLAIN, 0, 0},
    [VIEW_DATE] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0},
    [VIEW_DATETIME] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0},
    [VIEW_INSTANT] = {VIEW_PARQUET_INT64, VIEW_PARQUET_TIMESTAMP, 0, 0},
    [VIEW_TIME] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0},
    [VIEW_COMPLEX] = {VIEW_PARQUET_BYTES, VIEW_PARQUET_JSON, 0, 0},
};

/* Which tag a kind of column can have, and what it becomes. */
static const struct {
    const char *tag;
    uint8_t kind;
    struct view_parquet_shape shape;
} by_tag[] = {
    {"VARCHAR", VIEW_BOOLEAN, {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0}},
    {"VARCHAR", VIEW_INTEGER, {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0}},
    {"VARCHAR", VIEW_DECIMAL, {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0}},
    {"VARCHAR", VIEW_INSTANT, {VIEW_PARQUET_BYTES, VIEW_PARQUET_UTF8, 0, 0}},
    {"DATE", VIEW_DATE, {VIEW_PARQUET_INT32, VIEW_PARQUET_DATE, 0, 0}},
    {"TIMESTAMP", VIEW_DATETIME, {VIEW_PARQUET_INT64, VIEW_PARQUET_TIMESTAMP, 0, 0}},
    {"BIGINT", VIEW_INTEGER, {VIEW_PARQUET_INT64, VIEW_PARQUET_PLAIN, 0, 0}},
    {"DOUBLE", VIEW_INTEGER, {VIEW_PARQUET_DOUBLE, VIEW_PARQUET_PLAIN, 0, 0}},
};

/* Tags that only say what is so anyway. */
static bool is_same(struct str tag, uint8_t kind)
{
    static const struct {
        const char *tag;
        uint8_t kind;
    } same[] = {{"VARCHAR", VIEW_TEXT},      {"VARCHAR", VIEW_DATE},
                {"VARCHAR", VIEW_DATETIME},  {"VARCHAR", VIEW_TIME},
                {"VARCHAR", VIEW_ANY},       {"BOOLEAN", VIEW_BOOLEAN},
                {"INTEGER", VIEW_INTEGER},   {"INT", VIEW_INTEGER},
                {"DOUBLE", VIEW_DECIMAL},    {"DOUBLE PRECISION", VIEW_DECIMAL},
                {"TIMESTAMP", VIEW_INSTANT}, {"TIMESTAMP WITH TIME ZONE", VIEW_INSTANT}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (str_is(tag, same[i].tag) && same[i].kind == kind)
            return true;
    return str_starts(tag, STR("CHARACTER")) && kind == VIEW_TEXT;
}

bool view_parquet_shape(const struct view_column *c, struct view_parquet_shape *out, struct err *err)
{
    struct str tag = view_column_tag(c, "ansi/type");
    *out = by_kind[c->kind];
    if (c->kind == VIEW_INTEGER && c->wide)
        out->type = VIEW_PARQUET_INT64;
    if (!tag.p || is_same(tag, c->kind))
        return true;
    for (size_t i = 0; i < sizeof by_tag / sizeof *by_tag; i++)
        if (str_is(tag, by_tag[i].tag) && c->kind == by_tag[i].kind) {
            *out = by_tag[i].shape;
            return true;
        }
    if ((c->kind == VIEW_DECIMAL || c->kind == VIEW_INTEGER) && parse_decimal(tag, out))
        return true;
    return refuse_tag(c, err);
}

/* ---- the schema ---- */

static void write_form(struct view_thrift *t, const struct view_parquet_shape *s)
{
    static const int8_t converted[] = {
        [VIEW_PARQUET_PLAIN] = -1, [VIEW_PARQUET_UTF8] = 0,       [VIEW_PARQUET_JSON] = 19,
        [VIEW_PARQUET_DATE] = 6,   [VIEW_PARQUET_TIMESTAMP] = 10, [VIEW_PARQUET_DECIMAL] = 5,
    };
    static const int8_t logical[] = {
        [VIEW_PARQUET_UTF8] = 1,      [VIEW_PARQUET_JSON] = 12,   [VIEW_PARQUET_DATE] = 6,
        [VIEW_PARQUET_TIMESTAMP] = 8, [VIEW_PARQUET_DECIMAL] = 5,
    };
    if (s->form == VIEW_PARQUET_PLAIN)
        return;
    view_thrift_i32(t, 6, converted[s->form]);
    if (s->form == VIEW_PARQUET_DECIMAL) {
        view_thrift_i32(t, 7, s->scale);
        view_thrift_i32(t, 8, s->precision);
    }
    view_thrift_struct(t, 10);
    view_thrift_struct(t, logical[s->form]);
    if (s->form == VIEW_PARQUET_DECIMAL) {
        view_thrift_i32(t, 1, s->scale);
        view_thrift_i32(t, 2, s->precision);
    } else if (s->form == VIEW_PARQUET_TIMESTAMP) {
        view_thrift_bool(t, 1, true);
        view_thrift_struct(t, 2);
        view_thrift_empty(t, 2); /* microseconds */
        view_thrift_stop(t);
    }
    view_thrift_stop(t);
    view_thrift_stop(t);
}

enum { REQUIRED, OPTIONAL, REPEATED, CONVERTED_LIST = 3, LOGICAL_LIST = 3 };

static void write_leaf(struct view_thrift *t, const struct view_parquet_shape *s, struct str name,
                       int repetition)
{
    view_thrift_struct(t, 0);
    view_thrift_i32(t, 1, s->type);
    if (s->type == VIEW_PARQUET_FIXED)
        view_thrift_i32(t, 2, VIEW_PARQUET_FIXED_BYTES);
    view_thrift_i32(t, 3, repetition);
    view_thrift_binary(t, 4, name);
    write_form(t, s);
    view_thrift_stop(t);
}

void view_parquet_schema(struct view_thrift *t, const struct view_column *c,
                         const struct view_parquet_shape *shape)
{
    if (!c->collection) {
        write_leaf(t, shape, c->name, OPTIONAL);
        return;
    }
    view_thrift_struct(t, 0);
    view_thrift_i32(t, 3, OPTIONAL);
    view_thrift_binary(t, 4, c->name);
    view_thrift_i32(t, 5, 1);
    view_thrift_i32(t, 6, CONVERTED_LIST);
    view_thrift_struct(t, 10);
    view_thrift_empty(t, LOGICAL_LIST);
    view_thrift_stop(t);
    view_thrift_stop(t);
    view_thrift_struct(t, 0);
    view_thrift_i32(t, 3, REPEATED);
    view_thrift_binary(t, 4, STR("list"));
    view_thrift_i32(t, 5, 1);
    view_thrift_stop(t);
    write_leaf(t, shape, STR("element"), REQUIRED);
}

/* ---- values ---- */

static bool unfit(const struct view_column *c, const char *what, struct str text, struct err *err)
{
    char cut[64];
    size_t n = text.n < sizeof cut - 1 ? text.n : sizeof cut - 1;
    memcpy(cut, text.n ? text.p : "", n);
    cut[n] = 0;
    char name[VIEW_NAME_MAX + 1];
    n = c->name.n < sizeof name - 1 ? c->name.n : sizeof name - 1;
    memcpy(name, c->name.p, n);
    name[n] = 0;
    err_set(err, ERR_VIEW_VALUE, name, cut, what, NULL);
    err_at(err, c->at);
    return false;
}

static void add_le(struct buf *out, uint64_t v, size_t bytes)
{
    char b[8];
    for (size_t i = 0; i < bytes; i++)
        b[i] = (char)(v >> (8 * i));
    buf_add(out, b, bytes);
}

/* Compared as the type is: numbers by value, bytes unsigned. */
static int compare(const struct view_parquet_column *p, struct str a, struct str b)
{
    int64_t x = 0, y = 0;
    double d, e;
    switch (p->shape.type) {
    case VIEW_PARQUET_INT32: {
        int32_t s, t;
        memcpy(&s, a.p, sizeof s);
        memcpy(&t, b.p, sizeof t);
        return (s > t) - (s < t);
    }
    case VIEW_PARQUET_INT64:
        memcpy(&x, a.p, sizeof x);
        memcpy(&y, b.p, sizeof y);
        return (x > y) - (x < y);
    case VIEW_PARQUET_DOUBLE:
        memcpy(&d, a.p, sizeof d);
        memcpy(&e, b.p, sizeof e);
        return (d > e) - (d < e);
    default:
        return str_cmp(a, b);
    }
}

static void keep(struct buf *slot, struct str v)
{
    buf_clear(slot);
    buf_str(slot, v);
}

/* Least and greatest so far. Long texts give no range, and decimals (signed, big end first) none here. */
static void note(struct view_parquet_column *p, struct str v)
{
    if (p->shape.type == VIEW_PARQUET_FIXED || v.n > VIEW_PARQUET_STAT_MAX)
        p->no_range = true;
    if (p->no_range)
        return;
    if (!p->has_range || compare(p, v, buf_get(&p->least)) < 0)
        keep(&p->least, v);
    if (!p->has_range || compare(p, v, buf_get(&p->greatest)) > 0)
        keep(&p->greatest, v);
    p->has_range = true;
}

static void add_boolean(struct view_parquet_column *p, bool v)
{
    char byte = v ? 1 : 0;
    if (p->bits % 8 == 0)
        buf_char(&p->values, 0);
    if (buf_ok(&p->values))
        p->values.p[p->values.n - 1] |= (char)(byte << (p->bits % 8));
    p->bits++;
    note(p, (struct str){&byte, 1});
}

static void add_fixed(struct view_parquet_column *p, uint64_t bits, size_t bytes)
{
    add_le(&p->values, bits, bytes);
    if (buf_ok(&p->values))
        note(p, (struct str){p->values.p + p->values.n - bytes, bytes});
}

static void add_bytes(struct view_parquet_column *p, struct str v)
{
    add_le(&p->values, v.n, 4);
    buf_str(&p->values, v);
    note(p, v);
}

/* A double that is the number as near as doubles go. */
static bool add_double(struct view_parquet_column *p, struct str text)
{
    char own[NUMBER_TEXT_MAX];
    uint64_t bits;
    size_t n = text.n < sizeof own - 1 ? text.n : sizeof own - 1;
    if (n < text.n)
        return false;
    memcpy(own, text.p, n);
    own[n] = 0;
    double d = strtod(own, NULL);
    if (d > 1.7e308 || d < -1.7e308)
        return false;
    memcpy(&bits, &d, sizeof bits);
    add_fixed(p, bits, sizeof bits);
    return true;
}

static bool add_integer(struct view_parquet_column *p, struct str text)
{
    struct dec d;
    int64_t v;
    if (!dec_parse(text, &d) || !dec_i64(d, &v) || dec_cmp(d, dec_of_i64(v)) != 0)
        return false;
    if (p->shape.type == VIEW_PARQUET_INT32 && (v < INT32_MIN || v > INT32_MAX))
        return false;
    add_fixed(p, (uint64_t)v, p->shape.type == VIEW_PARQUET_INT32 ? 4 : 8);
    return true;
}

/* Two's complement, big end first; more decimals than the scale has are refused, never rounded. */
static bool add_decimal(struct view_parquet_column *p, struct str text)
{
    char out[VIEW_PARQUET_FIXED_BYTES];
    struct dec d, scaled;
    if (!dec_parse(text, &d) || !dec_round(d, p->shape.scale, DEC_DOWN, &scaled) || dec_cmp(d, scaled) != 0 ||
        dec_digits(scaled) > p->shape.precision)
        return false;
    for (int i = VIEW_PARQUET_FIXED_BYTES - 1; i >= 0; i--) {
        out[i] = (char)(scaled.coef & 0xFF);
        scaled.coef >>= 8;
    }
    buf_add(&p->values, out, sizeof out);
    note(p, (struct str){out, sizeof out});
    return true;
}

static bool add_date(struct view_parquet_column *p, struct str text)
{
    struct time_value v;
    if (!time_parse(text, false, &v) || v.precision != TIME_DAY)
        return false;
    add_fixed(p, (uint64_t)time_days(v.year, v.month, v.day), 4);
    return true;
}

/* Microseconds since 1970 in UTC; needs seconds and a zone, and at most six decimals. */
static bool add_timestamp(struct view_parquet_column *p, struct str text)
{
    struct time_value v;
    size_t dot = str_find(text, '.', 0), end = dot + 1;
    int64_t fraction = 0;
    unsigned digits = 0;
    if (!time_parse(text, false, &v) || v.precision < TIME_SECOND || !v.has_zone)
        return false;
    for (; dot != SIZE_MAX && end < text.n && text.p[end] >= '0' && text.p[end] <= '9'; end++) {
        if (++digits > MICROS_DIGITS && text.p[end] != '0')
            return false;
        if (digits <= MICROS_DIGITS)
            fraction = fraction * 10 + (text.p[end] - '0');
    }
    for (; digits < MICROS_DIGITS; digits++)
        fraction *= 10;
    int64_t seconds = time_days(v.year, v.month, v.day) * (DAY_MS / 1000) + v.hour * 3600 + v.minute * 60 +
                      v.second - v.zone_minutes * 60;
    add_fixed(p, (uint64_t)(seconds * 1000000 + fraction), 8);
    return true;
}

bool view_parquet_value(struct view_parquet_column *p, const struct view_column *c,
                        const struct path_value *v, struct buf *scratch, struct err *err)
{
    static const char *const names[] = {"BOOLEAN", "INT32", "INT64", "", "", "DOUBLE", "UTF8", "DECIMAL"};
    struct str text = path_value_text(v);
    bool ok = true;
    if (p->shape.form == VIEW_PARQUET_DATE)
        ok = add_date(p, text);
    else if (p->shape.form == VIEW_PARQUET_TIMESTAMP)
        ok = add_timestamp(p, text);
    else if (p->shape.form == VIEW_PARQUET_DECIMAL)
        ok = add_decimal(p, text);
    else if (p->shape.type == VIEW_PARQUET_BOOLEAN)
        add_boolean(p, v->boolean);
    else if (p->shape.type == VIEW_PARQUET_DOUBLE)
        ok = add_double(p, text);
    else if (p->shape.type != VIEW_PARQUET_BYTES)
        ok = add_integer(p, text);
    else if (v->kind != PATH_NODE && v->kind != PATH_QUANTITY && v->kind != PATH_TYPE)
        add_bytes(p, text);
    else {
        buf_clear(scratch);
        view_json_value(scratch, v);
        add_bytes(p, buf_get(scratch));
    }
    return ok || unfit(c,
                       p->shape.form == VIEW_PARQUET_DATE        ? "DATE"
                       : p->shape.form == VIEW_PARQUET_TIMESTAMP ? "TIMESTAMP"
                                                                 : names[p->shape.type],
                       text, err);
}
