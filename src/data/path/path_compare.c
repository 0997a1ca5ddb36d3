/* SPDX-License-Identifier: Apache-2.0
 * N1 6.1 equality and equivalence, 6.2 comparison. */
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "path/path_int.h"

static bool is_moment(uint8_t kind)
{
    return kind == PATH_DATE || kind == PATH_DATETIME || kind == PATH_TIME;
}

static enum path_tri tri(bool b)
{
    return b ? PATH_YES : PATH_NO;
}

/* ---- strings ---- */

/* The next character as equivalence sees it: folded, all white space one blank. */
static int32_t next_folded(struct str s, int32_t *at)
{
    UChar32 c;
    if (*at >= (int32_t)s.n)
        return -1;
    U8_NEXT(s.p, *at, (int32_t)s.n, c);
    if (c < 0 || !u_isUWhiteSpace(c))
        return c < 0 ? 0xFFFD : u_foldCase(c, U_FOLD_CASE_DEFAULT);
    while (*at < (int32_t)s.n) {
        int32_t after = *at;
        U8_NEXT(s.p, after, (int32_t)s.n, c);
        if (c < 0 || !u_isUWhiteSpace(c))
            break;
        *at = after;
    }
    return ' ';
}

static bool strings_equivalent(struct str a, struct str b)
{
    int32_t i = 0, j = 0, x, y;
    do {
        x = next_folded(a, &i);
        y = next_folded(b, &j);
        if (x != y)
            return false;
    } while (x >= 0);
    return true;
}

/* ---- numbers and quantities ---- */

/* To the fewer decimals of the two. */
static bool decs_equivalent(struct dec a, struct dec b)
{
    unsigned scale = a.scale < b.scale ? a.scale : b.scale;
    return dec_round(a, scale, DEC_HALF_UP, &a) && dec_round(b, scale, DEC_HALF_UP, &b) && dec_cmp(a, b) == 0;
}

static bool same_unit(const struct path_value *a, const struct path_value *b)
{
    struct str one = STR("1"), ua = a->unit.n ? a->unit : one, ub = b->unit.n ? b->unit : one;
    return str_eq(ua, ub);
}

static enum path_tri quantity_order(const struct path_value *a, const struct path_value *b, int *order)
{
    struct dec da, db;
    struct path_unit ua, ub;
    if (!dec_parse(a->text, &da) || !dec_parse(b->text, &db))
        return PATH_UNKNOWN;
    if (same_unit(a, b)) {
        *order = dec_cmp(da, db);
        return PATH_YES;
    }
    if (!path_unit_parse(a->unit, &ua) || !path_unit_parse(b->unit, &ub))
        return PATH_NO;
    return path_unit_order(da, &ua, db, &ub, order);
}

static bool quantities_equivalent(const struct path_value *a, const struct path_value *b)
{
    struct dec da, db;
    struct path_unit ua, ub;
    if (!dec_parse(a->text, &da) || !dec_parse(b->text, &db))
        return false;
    if (same_unit(a, b))
        return decs_equivalent(da, db);
    return path_unit_parse(a->unit, &ua) && path_unit_parse(b->unit, &ub) &&
           path_unit_convert(db, &ub, &ua, &db) && decs_equivalent(da, db);
}

/* ---- complex values ---- */

static bool trees_match(struct path_run *r, const struct path_value *a, const struct path_value *b,
                        bool equivalent);

static bool at_node(struct path_run *r, const struct path_value *a, uint32_t i, const struct path_value *b,
                    uint32_t j, bool equivalent)
{
    struct path_value x = *a, y = *b;
    x.node = i;
    y.node = j;
    return trees_match(r, &x, &y, equivalent);
}

/* Arrays: item by item; for equivalence in any order. */
static bool arrays_match(struct path_run *r, const struct path_value *a, const struct path_value *b,
                         bool equivalent)
{
    uint32_t j = b->node + 1;
    JSON_EACH(a->doc, a->node, i)
    {
        bool hit = false;
        if (!equivalent) {
            hit = at_node(r, a, i, b, j, false);
            j = b->doc->nodes[j].end;
        } else {
            JSON_EACH(b->doc, b->node, k)
            hit = hit || at_node(r, a, i, b, k, true);
        }
        if (!hit)
            return false;
    }
    return true;
}

static bool objects_match(struct path_run *r, const struct path_value *a, const struct path_value *b,
                          bool equivalent)
{
    JSON_EACH(a->doc, a->node, i)
    {
        const struct json_node *n = &a->doc->nodes[i];
        uint32_t j = UINT32_MAX;
        JSON_EACH(b->doc, b->node, k)
        {
            const struct json_node *m = &b->doc->nodes[k];
            if (m->name == n->name && m->flags == n->flags && m->key_len == n->key_len &&
                memcmp(m->key, n->key, n->key_len) == 0)
                j = k;
        }
        if (j == UINT32_MAX || !at_node(r, a, i, b, j, equivalent))
            return false;
    }
    return true;
}

static bool trees_match(struct path_run *r, const struct path_value *a, const struct path_value *b,
                        bool equivalent)
{
    const struct json_node *n = &a->doc->nodes[a->node], *m = &b->doc->nodes[b->node];
    struct str s = json_text(a->doc, a->node), t = json_text(b->doc, b->node);
    struct dec x, y;
    if (n->kind != m->kind || !path_run_work(r, 1))
        return false;
    switch (n->kind) {
    case JSON_NUMBER:
        if (!dec_parse(s, &x) || !dec_parse(t, &y))
            return str_eq(s, t);
        return equivalent ? decs_equivalent(x, y) : dec_cmp(x, y) == 0;
    case JSON_STRING:
        return equivalent ? strings_equivalent(s, t) : str_eq(s, t);
    case JSON_ARRAY:
        return n->len == m->len && arrays_match(r, a, b, equivalent);
    case JSON_OBJECT:
        return n->len == m->len && objects_match(r, a, b, equivalent);
    default:
        return true;
    }
}

/* Two nodes without System value; also a type known without its resource equals only itself. */
static bool nodes_match(struct path_run *r, const struct path_value *a, const struct path_value *b,
                        bool equivalent)
{
    if (a->kind != PATH_NODE || b->kind != PATH_NODE)
        return false;
    if (a->node == UINT32_MAX || b->node == UINT32_MAX)
        return a->node == b->node && a->type == b->type;
    return trees_match(r, a, b, equivalent);
}

static bool same_node(const struct path_value *a, const struct path_value *b)
{
    return a->kind == PATH_NODE && b->kind == PATH_NODE && a->node == b->node && a->doc == b->doc &&
           a->node != UINT32_MAX;
}

/* ---- values ---- */

static enum path_tri moments_equal(const struct path_value *a, const struct path_value *b)
{
    struct path_moment x, y;
    int order;
    if (!path_moment_parse(a->kind, a->text, &x) || !path_moment_parse(b->kind, b->text, &y))
        return tri(str_eq(a->text, b->text));
    enum path_tri known = path_moment_order(&x, &y, &order);
    return known == PATH_YES ? tri(order == 0) : known;
}

static enum path_tri numbers_equal(const struct path_value *a, const struct path_value *b)
{
    struct dec x, y;
    if (!path_value_dec(a, &x) || !path_value_dec(b, &y))
        return tri(str_eq(a->text, b->text));
    return tri(dec_cmp(x, y) == 0);
}

enum path_tri path_equal(struct path_run *r, const struct path_value *a, const struct path_value *b)
{
    struct path_value x, y;
    if (same_node(a, b))
        return PATH_YES;
    bool sx = path_value_system(a, &x), sy = path_value_system(b, &y);
    if (!sx || !sy)
        return tri(!sx && !sy && nodes_match(r, a, b, false));
    if (path_value_number(&x) && path_value_number(&y))
        return numbers_equal(&x, &y);
    if (is_moment(x.kind) && is_moment(y.kind))
        return moments_equal(&x, &y);
    if ((x.kind == PATH_QUANTITY || y.kind == PATH_QUANTITY) &&
        (x.kind == y.kind || path_value_number(&x) || path_value_number(&y))) {
        int order;
        enum path_tri known = quantity_order(&x, &y, &order);
        return known == PATH_YES ? tri(order == 0) : known;
    }
    if (x.kind != y.kind)
        return PATH_NO;
    if (x.kind == PATH_BOOLEAN)
        return tri(x.boolean == y.boolean);
    return tri(str_eq(x.text, y.text) && str_eq(x.unit, y.unit));
}

static bool moments_equivalent(const struct path_value *a, const struct path_value *b)
{
    struct path_moment x, y;
    return path_moment_parse(a->kind, a->text, &x) && path_moment_parse(b->kind, b->text, &y) &&
           path_moment_equivalent(&x, &y);
}

bool path_equivalent(struct path_run *r, const struct path_value *a, const struct path_value *b)
{
    struct path_value x, y;
    struct dec dx, dy;
    if (same_node(a, b))
        return true;
    bool sx = path_value_system(a, &x), sy = path_value_system(b, &y);
    if (!sx || !sy)
        return !sx && !sy && nodes_match(r, a, b, true);
    if (path_value_number(&x) && path_value_number(&y))
        return path_value_dec(&x, &dx) && path_value_dec(&y, &dy) && decs_equivalent(dx, dy);
    if (is_moment(x.kind) && is_moment(y.kind))
        return moments_equivalent(&x, &y);
    if (x.kind != y.kind)
        return false;
    if (x.kind == PATH_QUANTITY)
        return quantities_equivalent(&x, &y);
    if (x.kind == PATH_BOOLEAN)
        return x.boolean == y.boolean;
    return strings_equivalent(x.text, y.text);
}

enum path_tri path_equal_lists(struct path_run *r, const struct path_list *a, const struct path_list *b)
{
    enum path_tri result = PATH_YES;
    if (a->count != b->count)
        return PATH_NO;
    for (uint32_t i = 0; i < a->count; i++) {
        enum path_tri one = path_equal(r, &a->item[i], &b->item[i]);
        if (one == PATH_NO)
            return PATH_NO;
        if (one == PATH_UNKNOWN)
            result = PATH_UNKNOWN;
    }
    return result;
}

bool path_equivalent_lists(struct path_run *r, const struct path_list *a, const struct path_list *b)
{
    if (a->count != b->count)
        return false;
    bool *used = path_run_alloc(r, b->count);
    if (!used)
        return false;
    memset(used, 0, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        bool hit = false;
        if (!path_run_work(r, b->count))
            return false;
        for (uint32_t j = 0; j < b->count && !hit; j++)
            if (!used[j] && path_equivalent(r, &a->item[i], &b->item[j]))
                hit = used[j] = true;
        if (!hit)
            return false;
    }
    return true;
}

enum path_tri path_order(const struct path_value *a, const struct path_value *b, int *order)
{
    struct path_value x, y;
    struct dec dx, dy;
    struct path_moment mx, my;
    if (!path_value_system(a, &x) || !path_value_system(b, &y))
        return PATH_NO;
    if (path_value_number(&x) && path_value_number(&y)) {
        if (!path_value_dec(&x, &dx) || !path_value_dec(&y, &dy))
            return PATH_UNKNOWN;
        *order = dec_cmp(dx, dy);
        return PATH_YES;
    }
    if (is_moment(x.kind) && is_moment(y.kind)) {
        if (!path_moment_parse(x.kind, x.text, &mx) || !path_moment_parse(y.kind, y.text, &my))
            return PATH_UNKNOWN;
        return path_moment_order(&mx, &my, order);
    }
    if (x.kind == PATH_QUANTITY && (y.kind == PATH_QUANTITY || path_value_number(&y)))
        return quantity_order(&x, &y, order) == PATH_YES ? PATH_YES : PATH_UNKNOWN;
    if (path_value_number(&x) && y.kind == PATH_QUANTITY)
        return quantity_order(&x, &y, order) == PATH_YES ? PATH_YES : PATH_UNKNOWN;
    if (x.kind != PATH_STRING || y.kind != PATH_STRING)
        return PATH_NO;
    *order = str_cmp(x.text, y.text);
    return PATH_YES;
}

bool path_contains(struct path_run *r, const struct path_list *list, const struct path_value *v)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (path_equal(r, &list->item[i], v) == PATH_YES)
            return true;
    return false;
}

/* ---- distinct ---- */

enum { DISTINCT_HASHED = 32 };
#define DISTINCT_NONE UINT32_MAX

/* Items by a hash that equal ones share: strings by their bytes, all else in one row. */
struct distinct {
    uint32_t *head, *next;
    uint32_t mask;
};

static bool distinct_init(struct path_run *r, struct distinct *d, uint32_t count)
{
    d->mask = 1;
    while (d->mask < count)
        d->mask = d->mask * 2 + 1;
    d->head = path_run_alloc(r, ((size_t)d->mask + 1) * sizeof *d->head);
    d->next = path_run_alloc(r, (size_t)count * sizeof *d->next);
    if (d->head)
        memset(d->head, 0xFF, ((size_t)d->mask + 1) * sizeof *d->head);
    return d->head && d->next;
}

/* FNV-1a. Whoever aims texts at one row meets the bound on work. */
static uint32_t distinct_hash(const struct path_value *v)
{
    struct path_value s;
    uint32_t h = 2166136261u;
    if (!path_value_system(v, &s) || s.kind != PATH_STRING)
        return 0;
    for (size_t i = 0; i < s.text.n; i++)
        h = (h ^ (unsigned char)s.text.p[i]) * 16777619u;
    return h;
}

static bool distinct_hashed(struct path_run *r, struct path_list *list, uint32_t from)
{
    struct distinct d;
    uint32_t kept = from;
    if (!distinct_init(r, &d, list->count - from))
        return false;
    for (uint32_t i = from; i < list->count; i++) {
        uint32_t row = distinct_hash(&list->item[i]) & d.mask, steps = 1;
        bool hit = false;
        for (uint32_t k = d.head[row]; k != DISTINCT_NONE && !hit; k = d.next[k], steps++)
            hit = path_equal(r, &list->item[from + k], &list->item[i]) == PATH_YES;
        if (!path_run_work(r, steps))
            return false;
        if (hit)
            continue;
        list->item[kept] = list->item[i];
        d.next[kept - from] = d.head[row];
        d.head[row] = kept - from;
        kept++;
    }
    list->count = kept;
    return true;
}

bool path_distinct_from(struct path_run *r, struct path_list *list, uint32_t from)
{
    uint32_t kept = from;
    if (list->count - from > DISTINCT_HASHED)
        return distinct_hashed(r, list, from);
    for (uint32_t i = from; i < list->count; i++) {
        struct path_list before = {list->item + from, kept - from, kept - from};
        if (!path_run_work(r, before.count))
            return false;
        if (!path_contains(r, &before, &list->item[i]))
            list->item[kept++] = list->item[i];
    }
    list->count = kept;
    return true;
}

bool path_add_distinct(struct path_run *r, struct path_list *list, const struct path_value *v)
{
    if (!path_run_work(r, list->count + 1u))
        return false;
    return path_contains(r, list, v) || path_run_push(r, list, v);
}
