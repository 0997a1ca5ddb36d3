/* SPDX-License-Identifier: Apache-2.0
 * Sort values and cursors. A resource with several values of a parameter sorts by its least one rising and
 * its greatest one falling; without a value it comes last either way; ties go by rid. */
#include "store/plan.h"

enum { SORT_TEXT_MAX = 48 };

bool sort_check(const struct store_plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->sort_count; i++) {
        uint8_t index = plan->sort[i].index;
        bool known = index == STORE_DATE || index == STORE_STRING || index == STORE_NUMBER ||
                     index == STORE_CLINICAL || index == STORE_SORT_UPDATED || index == STORE_SORT_ID;
        if (!known || i >= STORE_SORT_MAX)
            return err_set(err, ERR_SEARCH_VALUE, "_sort", "_sort", NULL);
    }
    return true;
}

#define CMP(a, b) ((a) < (b) ? -1 : (a) > (b))

static int sort_cmp_value(const struct sort_value *a, const struct sort_value *b, bool descending)
{
    if (a->present != b->present)
        return a->present ? -1 : 1;
    int c = CMP(a->whole, b->whole);
    c = c ? c : CMP(a->real, b->real);
    c = c ? c : str_cmp(a->text, b->text);
    return descending ? -c : c;
}

int sort_cmp(const struct query *q, const struct sort_hit *a, const struct sort_hit *b)
{
    for (size_t i = 0; i < q->plan->sort_count; i++) {
        int c = sort_cmp_value(&a->value[i], &b->value[i], q->plan->sort[i].descending);
        if (c)
            return c;
    }
    return CMP(a->rid, b->rid);
}

static struct sort_value sort_of(const struct nrow *row)
{
    switch (row->kind) {
    case STORE_DATE:
    case STORE_CLINICAL:
        return (struct sort_value){.present = row->kind == STORE_DATE || row->low != INT64_MIN,
                                   .whole = row->low};
    case STORE_NUMBER:
        return (struct sort_value){.present = true, .real = row->number_low};
    default:
        return (struct sort_value){.present = true, .text = str_sub(row->text, 0, SORT_TEXT_MAX)};
    }
}

/* Is this row one that the plan's patient condition matched? */
static bool sort_clinical(const struct query *q, const struct nrow *row)
{
    for (size_t i = 0; i < q->cond_count; i++) {
        const struct ccond *c = &q->cond[i];
        for (size_t k = 0; c->c->kind == STORE_COND_PATIENT && k < c->any_count; k++)
            if (!c->any[k].never && row->name == c->any[k].name && row->key == c->any[k].key)
                return true;
    }
    return false;
}

/* A string's later words (exact 0) are there to be found, not to be sorted by. */
static bool sort_wanted(const struct query *q, size_t at, const struct rows_group *g)
{
    if (g->row.kind != q->plan->sort[at].index || (g->row.kind == STORE_STRING && g->row.key == 0))
        return false;
    if (g->row.kind == STORE_CLINICAL)
        return sort_clinical(q, &g->row);
    for (int i = 0; i < g->params; i++)
        if (g->param[i] == q->sort_param[at])
            return true;
    return false;
}

static void sort_from_rows(struct query *q, size_t at, store_rid rid, struct str packed,
                           struct sort_value *out)
{
    struct rows_group g;
    bool ok = true, descending = q->plan->sort[at].descending;
    while (rows_next(&packed, rid, &g, &ok)) {
        if (!sort_wanted(q, at, &g))
            continue;
        struct sort_value v = sort_of(&g.row);
        if (sort_cmp_value(&v, out, descending) < 0)
            *out = v;
    }
}

bool sort_values(struct query *q, store_rid rid, int64_t seq, struct str id, struct str packed,
                 struct sort_hit *out, struct err *err)
{
    *out = (struct sort_hit){.rid = rid};
    for (size_t i = 0; i < q->plan->sort_count; i++) {
        struct sort_value *v = &out->value[i];
        if (q->plan->sort[i].index == STORE_SORT_ID)
            *v = (struct sort_value){.present = true, .text = id};
        else if (q->plan->sort[i].index != STORE_SORT_UPDATED)
            sort_from_rows(q, i, rid, packed, v);
        else {
            v->present = true;
            if (!read_time(q->r, seq, &v->whole, err))
                return false;
        }
    }
    return true;
}

/* ---- cursors: the values and the rid as hex of little-endian bytes ---- */

static void cursor_bytes(struct buf *b, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *c = p;
    for (size_t i = 0; i < n; i++) {
        buf_char(b, digits[c[i] >> 4]);
        buf_char(b, digits[c[i] & 15]);
    }
}

struct str sort_cursor(const struct query *q, const struct sort_hit *hit, struct arena *arena)
{
    struct buf b;
    buf_init(&b, PLAN_CURSOR_MAX);
    for (size_t i = 0; i < q->plan->sort_count; i++) {
        const struct sort_value *v = &hit->value[i];
        unsigned char head[2] = {v->present, (unsigned char)v->text.n};
        cursor_bytes(&b, head, sizeof head);
        cursor_bytes(&b, &v->whole, sizeof v->whole);
        cursor_bytes(&b, &v->real, sizeof v->real);
        cursor_bytes(&b, v->text.p, v->text.n);
    }
    cursor_bytes(&b, &hit->rid, sizeof hit->rid);
    struct str s = buf_ok(&b) ? arena_str(arena, buf_get(&b)) : (struct str){NULL, 0};
    buf_release(&b);
    return s;
}

static unsigned cursor_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

static bool cursor_take(struct str *s, void *to, size_t n)
{
    unsigned char *p = to;
    if (s->n < n * 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned high = cursor_digit(s->p[2 * i]), low = cursor_digit(s->p[2 * i + 1]);
        if (high > 15 || low > 15)
            return false;
        p[i] = (unsigned char)(high << 4 | low);
    }
    *s = str_sub(*s, n * 2, s->n);
    return true;
}

static bool cursor_value(struct str *s, struct arena *arena, struct sort_value *v)
{
    unsigned char head[2];
    if (!cursor_take(s, head, sizeof head) || !cursor_take(s, &v->whole, sizeof v->whole) ||
        !cursor_take(s, &v->real, sizeof v->real))
        return false;
    v->present = head[0] != 0;
    char *text = arena_alloc(arena, head[1]);
    v->text = (struct str){text, head[1]};
    return text && cursor_take(s, text, head[1]);
}

bool sort_parse(const struct query *q, struct str cursor, struct arena *arena, struct sort_hit *out,
                struct err *err)
{
    *out = (struct sort_hit){0};
    bool ok = cursor.n <= PLAN_CURSOR_MAX;
    for (size_t i = 0; i < q->plan->sort_count && ok; i++)
        ok = cursor_value(&cursor, arena, &out->value[i]);
    ok = ok && cursor_take(&cursor, &out->rid, sizeof out->rid) && cursor.n == 0;
    return ok || err_set(err, ERR_SEARCH_PAGE, NULL);
}
