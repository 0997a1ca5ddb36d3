/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rows.h"

#include <stdlib.h>

#include "store/varint.h"

enum { ROWS_DATE_S = 8, ROWS_PATIENT, ROWS_LABEL, ROWS_PLAIN }; /* codes besides enum store_index */
enum { ROWS_HAS_SPAN = 1, ROWS_HAS_NUMBER = 2, ROWS_SECOND = 1000 };

#define CMP(a, b) ((a) < (b) ? -1 : (a) > (b))

static bool is_label(const struct nrow *r)
{
    return r->kind == STORE_LABEL || (r->kind == STORE_CLINICAL && r->key == 0);
}

/* Where it comes in the packed form: what views need first. */
static int rows_rank(const struct nrow *r)
{
    return is_label(r) ? STORE_LABEL - r->kind : STORE_LABEL + r->kind;
}

/* Everything but the parameter. */
static int rows_cmp_values(const struct nrow *a, const struct nrow *b)
{
    int c = rows_rank(a) - rows_rank(b);
    c = c ? c : CMP(a->key, b->key);
    c = c ? c : CMP(a->name, b->name);
    c = c ? c : CMP(a->low, b->low);
    c = c ? c : CMP(a->high, b->high);
    c = c ? c : CMP(a->number_low, b->number_low);
    c = c ? c : CMP(a->number_high, b->number_high);
    return c ? c : str_cmp(a->text, b->text);
}

int rows_cmp(const struct nrow *a, const struct nrow *b)
{
    int c = rows_cmp_values(a, b);
    return c ? c : CMP(a->param, b->param);
}

static int rows_cmp_sort(const void *a, const void *b)
{
    return rows_cmp(a, b);
}

size_t rows_canonical(struct nrow *row, size_t count)
{
    if (count)
        qsort(row, count, sizeof *row, rows_cmp_sort);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (n == 0 || rows_cmp(&row[n - 1], &row[i]) != 0)
            row[n++] = row[i];
    return n;
}

static void put_text(struct buf *out, struct str s)
{
    varint_put(out, s.n);
    buf_str(out, s);
}

static void put_span(struct buf *out, int64_t low, int64_t high, int64_t unit)
{
    varint_put_signed(out, low / unit);
    varint_put(out, ((uint64_t)high - (uint64_t)low) / (uint64_t)unit);
}

static bool whole_seconds(const struct nrow *r)
{
    return r->low % ROWS_SECOND == 0 && r->high % ROWS_SECOND == 0 && r->high >= r->low &&
           r->low > INT64_MIN / 2 && r->high < INT64_MAX / 2;
}

static void put_number(struct buf *out, const struct nrow *r)
{
    buf_add(out, &r->number_low, 8);
    buf_add(out, &r->number_high, 8);
    varint_put(out, (uint64_t)r->name);
}

static void put_values(struct buf *out, const struct nrow *r, uint8_t code, store_rid rid)
{
    switch (code) {
    case STORE_TOKEN:
        buf_add(out, &r->key, 8);
        varint_put(out, (uint64_t)r->name);
        break;
    case STORE_STRING:
        buf_add(out, &r->key, 8);
        put_text(out, r->text);
        break;
    case STORE_DATE:
        put_span(out, r->low, r->high, 1);
        break;
    case ROWS_DATE_S:
        put_span(out, r->low, r->high, ROWS_SECOND);
        break;
    case STORE_NUMBER:
        put_number(out, r);
        break;
    case STORE_REFERENCE:
        varint_put_signed(out, r->name - rid);
        break;
    case STORE_URI:
        varint_put(out, (uint64_t)r->name);
        break;
    case STORE_COMPOSITE: {
        bool span = r->low || r->high, number = r->number_low != 0 || r->number_high != 0 || r->name;
        buf_add(out, &r->key, 8);
        put_text(out, r->text);
        buf_char(out, (char)((span ? ROWS_HAS_SPAN : 0) | (number ? ROWS_HAS_NUMBER : 0)));
        if (span)
            put_span(out, r->low, r->high, 1);
        if (number)
            put_number(out, r);
        break;
    }
    case STORE_CLINICAL:
        varint_put_signed(out, r->name - rid);
        buf_add(out, &r->key, 8);
        varint_put_signed(out, r->low);
        break;
    case ROWS_PATIENT:
        varint_put_signed(out, r->name - rid);
        varint_put_signed(out, r->low);
        break;
    case ROWS_LABEL:
        varint_put(out, (uint64_t)r->key);
        if (r->key == STORE_LABEL_FLAGS)
            varint_put(out, (uint64_t)r->low);
        else
            varint_put_signed(out, r->name - rid);
        break;
    }
}

static uint8_t rows_code(const struct nrow *r)
{
    if (r->kind == STORE_DATE && whole_seconds(r))
        return ROWS_DATE_S;
    if (r->kind == STORE_LABEL)
        return ROWS_LABEL;
    return is_label(r) ? ROWS_PATIENT : r->kind;
}

void rows_pack(const struct nrow *row, size_t count, store_rid rid, struct buf *out)
{
    if (count && !is_label(&row[0]))
        buf_char(out, ROWS_PLAIN);
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && end - i < ROWS_GROUP_PARAMS && rows_named(row[i].kind) &&
               rows_cmp_values(&row[i], &row[end]) == 0)
            end++;
        uint8_t code = rows_code(&row[i]);
        size_t params = rows_named(row[i].kind) ? end - i : 0;
        buf_char(out, (char)(code | params << 4));
        for (size_t k = 0; k < params; k++)
            varint_put(out, k ? (uint64_t)(row[i + k].param - row[i + k - 1].param) : row[i].param);
        put_values(out, &row[i], code, rid);
    }
}

/* The reader: every take checks what is left; on damage the rest becomes empty and *ok false. */
static void take_bytes(struct str *s, void *to, size_t n, bool *ok)
{
    if (s->n < n) {
        *ok = false;
        memset(to, 0, n);
        return;
    }
    memcpy(to, s->p, n);
    s->p += n;
    s->n -= n;
}

static struct str take_text(struct str *s, bool *ok)
{
    uint64_t n = varint_take(s, ok);
    if (n > s->n) {
        *ok = false;
        return (struct str){NULL, 0};
    }
    struct str text = {s->p, (size_t)n};
    s->p += n;
    s->n -= (size_t)n;
    return text;
}

static void take_span(struct str *s, struct nrow *r, int64_t unit, bool *ok)
{
    uint64_t low = (uint64_t)varint_take_signed(s, ok) * (uint64_t)unit;
    r->low = (int64_t)low;
    r->high = (int64_t)(low + varint_take(s, ok) * (uint64_t)unit);
}

static void take_number(struct str *s, struct nrow *r, bool *ok)
{
    take_bytes(s, &r->number_low, 8, ok);
    take_bytes(s, &r->number_high, 8, ok);
    r->name = (int64_t)varint_take(s, ok);
}

static int64_t take_target(struct str *s, store_rid rid, bool *ok)
{
    return (int64_t)((uint64_t)varint_take_signed(s, ok) + (uint64_t)rid);
}

static void take_values(struct str *s, struct nrow *r, uint8_t code, store_rid rid, bool *ok)
{
    switch (code) {
    case STORE_TOKEN:
        take_bytes(s, &r->key, 8, ok);
        r->name = (int64_t)varint_take(s, ok);
        break;
    case STORE_STRING:
        take_bytes(s, &r->key, 8, ok);
        r->text = take_text(s, ok);
        break;
    case STORE_DATE:
        take_span(s, r, 1, ok);
        break;
    case ROWS_DATE_S:
        take_span(s, r, ROWS_SECOND, ok);
        break;
    case STORE_NUMBER:
        take_number(s, r, ok);
        break;
    case STORE_REFERENCE:
        r->name = take_target(s, rid, ok);
        break;
    case STORE_URI:
        r->name = (int64_t)varint_take(s, ok);
        break;
    case STORE_COMPOSITE: {
        char flags = 0;
        take_bytes(s, &r->key, 8, ok);
        r->text = take_text(s, ok);
        take_bytes(s, &flags, 1, ok);
        if (flags & ROWS_HAS_SPAN)
            take_span(s, r, 1, ok);
        if (flags & ROWS_HAS_NUMBER)
            take_number(s, r, ok);
        break;
    }
    case STORE_CLINICAL:
        r->name = take_target(s, rid, ok);
        take_bytes(s, &r->key, 8, ok);
        r->low = varint_take_signed(s, ok);
        break;
    case ROWS_PATIENT:
        r->name = take_target(s, rid, ok);
        r->low = varint_take_signed(s, ok);
        break;
    case ROWS_LABEL:
        r->key = (int64_t)varint_take(s, ok);
        if (r->key == STORE_LABEL_FLAGS)
            r->low = (int64_t)varint_take(s, ok);
        else
            r->name = take_target(s, rid, ok);
        break;
    default:
        *ok = false;
    }
}

static const uint8_t rows_kinds[16] = {
    [STORE_TOKEN] = STORE_TOKEN,         [STORE_STRING] = STORE_STRING,       [STORE_DATE] = STORE_DATE,
    [STORE_NUMBER] = STORE_NUMBER,       [STORE_REFERENCE] = STORE_REFERENCE, [STORE_URI] = STORE_URI,
    [STORE_COMPOSITE] = STORE_COMPOSITE, [STORE_CLINICAL] = STORE_CLINICAL,   [ROWS_DATE_S] = STORE_DATE,
    [ROWS_PATIENT] = STORE_CLINICAL,     [ROWS_LABEL] = STORE_LABEL,
};

bool rows_next(struct str *packed, store_rid rid, struct rows_group *out, bool *ok)
{
    if (packed->n && *packed->p == ROWS_PLAIN)
        *packed = (struct str){packed->p + 1, packed->n - 1};
    if (packed->n == 0 || !*ok)
        return false;
    unsigned char head = (unsigned char)*packed->p++;
    packed->n--;
    uint8_t code = head & 15;
    out->row = (struct nrow){.kind = rows_kinds[code]};
    out->params = head >> 4;
    uint16_t param = 0;
    for (int i = 0; i < out->params; i++) {
        param = (uint16_t)(param + varint_take(packed, ok));
        out->param[i] = param;
    }
    take_values(packed, &out->row, code, rid, ok);
    return *ok;
}

/* Format 1: among all others. */
static bool next_label_1(struct str *packed, store_rid rid, struct rows_label *out, bool *ok)
{
    struct rows_group g;
    while (rows_next(packed, rid, &g, ok))
        if (is_label(&g.row)) {
            *out = (struct rows_label){.name = g.row.name, .low = g.row.low};
            return true;
        }
    return false;
}

bool rows_next_label(struct str *packed, store_rid rid, struct rows_label *out, bool *ok)
{
    char code = packed->n ? *packed->p : ROWS_PLAIN;
    bool label = code == ROWS_LABEL;
    if (!label && code != ROWS_PATIENT)
        return code != ROWS_PLAIN && !out->first && next_label_1(packed, rid, out, ok);
    packed->p++;
    packed->n--;
    *out = (struct rows_label){.first = true, .low = INT64_MIN};
    out->which = label ? (int64_t)varint_take(packed, ok) : 0;
    if (out->which == STORE_LABEL_FLAGS) {
        out->low = (int64_t)varint_take(packed, ok);
        return *ok;
    }
    out->name = take_target(packed, rid, ok);
    if (!label)
        out->low = varint_take_signed(packed, ok);
    return *ok;
}

static bool rows_in_order(const struct nrow *row, size_t count)
{
    bool in_order = true;
    for (size_t i = 1; i < count && in_order; i++)
        in_order = rows_cmp(&row[i - 1], &row[i]) < 0;
    return in_order;
}

bool rows_unpack(struct str packed, store_rid rid, struct arena *arena, struct nrow **row, size_t *count)
{
    bool ok = true;
    struct rows_group g;
    size_t n = 0;
    for (struct str s = packed; rows_next(&s, rid, &g, &ok);)
        n += g.params ? g.params : 1;
    *row = n ? arena_alloc(arena, n * sizeof **row) : NULL;
    if (n && !*row)
        return false;
    n = 0;
    for (struct str s = packed; rows_next(&s, rid, &g, &ok);)
        for (int i = 0; i == 0 || i < g.params; i++) {
            (*row)[n] = g.row;
            (*row)[n++].param = g.params ? g.param[i] : 0;
        }
    *count = rows_in_order(*row, n) ? n : rows_canonical(*row, n); /* format 1 had another order */
    return ok;
}
