/* SPDX-License-Identifier: Apache-2.0
 * Sort values and cursors. A resource with several values of a parameter sorts by its least one rising and
 * its greatest one falling; without a value it comes last either way; ties go by rid. */
#include "store/plan.h"

static bool sort_bad(struct err *err)
{
    return err_set(err, ERR_SEARCH_VALUE, "_sort", "_sort", NULL);
}

/* Which may stand where: the targets of a chain have neither a score nor the patient condition's date. */
static bool sort_known(const struct query *q, const struct store_sort *s, int depth)
{
    switch (s->index) {
    case STORE_DATE:
    case STORE_STRING:
    case STORE_NUMBER:
    case STORE_SORT_UPDATED:
    case STORE_SORT_ID:
        return true;
    case STORE_CLINICAL:
    case STORE_SORT_SCORE:
        return depth == 0;
    case STORE_SORT_TEXT:
        return q->r->s->hooks.sort_text != NULL;
    default:
        return s->index == STORE_REFERENCE && s->chain;
    }
}

static bool sort_compile_one(struct query *q, const struct store_sort *s, int depth, struct csort **out,
                             struct err *err)
{
    if (depth > PLAN_CHAIN_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "_sort", "16", NULL);
    if (!sort_known(q, s, depth))
        return sort_bad(err);
    struct csort *c = ARENA_NEW(q->arena, struct csort);
    *out = c;
    if (!c)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *c = (struct csort){.s = s,
                        .param = number_durable(&q->r->s->params, s->param),
                        .target = s->target ? number_durable(&q->r->s->types, s->target) : 0};
    map_int_init(&c->memo);
    bool of_param = rows_named(s->index) || s->index == STORE_SORT_TEXT;
    c->masked = of_param && sight_masks(q->r, c->param);
    q->sort_masked = q->sort_masked || (q->r->sight.on && (c->masked || s->index == STORE_SORT_TEXT));
    return s->index != STORE_REFERENCE || sort_compile_one(q, s->chain, depth + 1, &c->chain, err);
}

bool sort_compile(struct query *q, struct err *err)
{
    if (q->plan->sort_count > STORE_SORT_MAX)
        return sort_bad(err);
    for (size_t i = 0; i < q->plan->sort_count; i++)
        if (!sort_compile_one(q, &q->plan->sort[i], 0, &q->sort[i], err))
            return false;
    return true;
}

void sort_release(struct csort *s)
{
    for (; s; s = s->chain)
        map_int_release(&s->memo);
}

#define CMP(a, b) ((a) < (b) ? -1 : (a) > (b))

static int sort_cmp_value(const struct sort_value *a, const struct sort_value *b, bool descending)
{
    if (!a->present || !b->present)
        return b->present - a->present;
    int c = CMP(a->whole, b->whole);
    c = c ? c : CMP(a->real, b->real);
    c = c ? c : str_cmp(a->text, b->text);
    return descending ? -c : c;
}

/* Scores are best first. */
static bool sort_down(const struct store_sort *s)
{
    return (s->index == STORE_SORT_SCORE) != s->descending;
}

int sort_cmp(const struct query *q, const struct sort_hit *a, const struct sort_hit *b)
{
    for (size_t i = 0; i < q->plan->sort_count; i++) {
        int c = sort_cmp_value(&a->value[i], &b->value[i], sort_down(&q->plan->sort[i]));
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
static bool sort_wanted(const struct query *q, const struct csort *s, const struct rows_group *g)
{
    if (g->row.kind != s->s->index || (g->row.kind == STORE_STRING && g->row.key == 0))
        return false;
    if (g->row.kind == STORE_CLINICAL)
        return sort_clinical(q, &g->row);
    for (int i = 0; i < g->params; i++)
        if (g->param[i] == s->param)
            return true;
    return false;
}

/* What a resource is sorted by, given what it is. */
struct sorting {
    struct query *q;
    store_rid rid;
    const struct pin_state *head;
    bool descending; /* of the sort itself, whatever the chain's parts say */
    enum store_sight sight;
};

static void sort_least(const struct sorting *to, const struct sort_value *v, struct sort_value *out)
{
    if (sort_cmp_value(v, out, to->descending) < 0)
        *out = *v;
}

static void sort_from_rows(const struct sorting *to, const struct csort *s, struct sort_value *out)
{
    struct rows_group g;
    struct str packed = to->head->packed;
    bool ok = true;
    while (rows_next(&packed, to->rid, &g, &ok)) {
        if (!sort_wanted(to->q, s, &g))
            continue;
        struct sort_value v = sort_of(&g.row);
        sort_least(to, &v, out);
    }
}

static bool sort_from_text(const struct sorting *to, const struct csort *s, struct sort_value *out,
                           struct err *err)
{
    struct store_read *r = to->q->r;
    const struct store_hooks *hooks = &r->s->hooks;
    struct store_version v;
    struct str text = {NULL, 0};
    enum store_found found =
        query_work(to->q, err) ? read_current(r, to->rid, true, &r->arena, &v, err) : STORE_FAILED;
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (to->sight == STORE_MASKED && !sight_mask(r, v.type, &r->arena, &v.body, err))
        return false;
    if (!hooks->sort_text(hooks->arg, &r->arena, v.type, s->s->param, to->descending, v.body, &text, err))
        return false;
    *out = (struct sort_value){.present = text.p != NULL, .text = str_sub(text, 0, SORT_TEXT_MAX)};
    return true;
}

static bool sort_value_of(const struct sorting *to, struct csort *s, struct sort_value *out, struct err *err);

static bool sort_remember(struct query *q, struct csort *s, store_rid target, const struct sort_value *v,
                          struct err *err)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        struct sort_value *grown = arena_grow(q->arena, s->known, s->count, cap, sizeof *grown);
        if (!grown)
            return err_set(err, ERR_NO_MEMORY, NULL);
        s->known = grown;
        s->cap = cap;
    }
    struct sort_value *to = &s->known[s->count++];
    *to = *v;
    if (v->text.n)
        to->text = arena_str(q->arena, v->text);
    return (!v->text.n || to->text.p) && map_int_put(&s->memo, target, (int64_t)s->count)
               ? true
               : err_set(err, ERR_NO_MEMORY, NULL);
}

static bool sort_sight(struct sorting *to, struct err *err)
{
    const struct pin_state *head = to->head;
    return !head->exists ||
           sight_rows(to->q->r, to->rid, head->type, head->seq, head->packed, false, &to->sight, err);
}

/* The value that a target sorts by; one that is not here, or hidden, has none. */
static bool sort_of_target(const struct sorting *to, struct csort *s, store_rid target,
                           struct sort_value *out, struct err *err)
{
    struct query *q = to->q;
    const int64_t *known = map_int_get(&s->memo, target);
    if (known) {
        *out = s->known[*known - 1];
        return true;
    }
    *out = (struct sort_value){0};
    struct pin_state head;
    struct arena_mark mark = arena_mark(&q->r->arena);
    struct sorting there = {q, target, &head, to->descending, STORE_SEEN};
    bool ok =
        query_work(q, err) && pin_read(q->r, target, &q->r->arena, &head, err) && sort_sight(&there, err);
    bool counts = ok && head.exists && there.sight != STORE_HIDDEN && (!s->target || head.type == s->target);
    ok =
        ok && (!counts || sort_value_of(&there, s->chain, out, err)) && sort_remember(q, s, target, out, err);
    if (ok)
        *out = s->known[s->count - 1];
    arena_rewind(&q->r->arena, mark);
    return ok;
}

static bool sort_from_chain(const struct sorting *to, struct csort *s, struct sort_value *out,
                            struct err *err)
{
    struct rows_group g;
    struct str packed = to->head->packed;
    bool ok = true;
    while (rows_next(&packed, to->rid, &g, &ok)) {
        struct sort_value v;
        if (!sort_wanted(to->q, s, &g) || g.row.name <= 0)
            continue;
        if (!sort_of_target(to, s, g.row.name, &v, err))
            return false;
        sort_least(to, &v, out);
    }
    return true;
}

static bool sort_value_of(const struct sorting *to, struct csort *s, struct sort_value *out, struct err *err)
{
    *out = (struct sort_value){0};
    if (to->sight == STORE_MASKED && s->masked)
        return true;
    switch (s->s->index) {
    case STORE_SORT_ID:
        *out = (struct sort_value){.present = true, .text = to->head->id};
        return true;
    case STORE_SORT_UPDATED:
        out->present = true;
        return read_time(to->q->r, to->head->seq, &out->whole, err);
    case STORE_SORT_SCORE:
        *out = (struct sort_value){.present = true, .real = sort_score(to->q, to->rid)};
        return true;
    case STORE_SORT_TEXT:
        return sort_from_text(to, s, out, err);
    case STORE_REFERENCE:
        return sort_from_chain(to, s, out, err);
    default:
        sort_from_rows(to, s, out);
        return true;
    }
}

bool sort_values(struct query *q, store_rid rid, const struct pin_state *head, struct sort_hit *out,
                 struct err *err)
{
    enum store_sight sight = STORE_SEEN;
    *out = (struct sort_hit){.rid = rid};
    if (q->sort_masked && !sight_rows(q->r, rid, head->type, head->seq, head->packed, false, &sight, err))
        return false;
    for (size_t i = 0; i < q->plan->sort_count; i++) {
        struct sorting to = {q, rid, head, q->plan->sort[i].descending, sight};
        if (!sort_value_of(&to, q->sort[i], &out->value[i], err))
            return false;
    }
    return true;
}

bool sort_scored(const struct query *q)
{
    bool scored = false;
    for (size_t i = 0; i < q->plan->sort_count; i++)
        scored = scored || q->plan->sort[i].index == STORE_SORT_SCORE;
    return scored;
}

double sort_score(const struct query *q, store_rid rid)
{
    double sum = 0;
    for (size_t i = 0; i < q->cond_count; i++) {
        const struct ccond *c = &q->cond[i];
        size_t at;
        if (c->c->kind == STORE_COND_RIDS && c->c->score && !c->c->negate && match_in(c, rid, &at))
            sum += c->c->score[at];
        for (size_t k = 0; k < c->sub_count && !c->c->negate; k++)
            sum += sort_score(c->sub[k], rid);
    }
    return sum;
}

/* ---- cursors: the commit, the values and the rid as hex of little-endian bytes ---- */

static void cursor_bytes(struct buf *b, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *c = p;
    for (size_t i = 0; i < n; i++) {
        buf_char(b, digits[c[i] >> 4]);
        buf_char(b, digits[c[i] & 15]);
    }
}

struct str sort_cursor(const struct query *q, int64_t seq, const struct sort_hit *hit, struct arena *arena)
{
    struct buf b;
    buf_init(&b, PLAN_CURSOR_MAX);
    cursor_bytes(&b, &seq, sizeof seq);
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

bool sort_parse(const struct query *q, struct str cursor, struct arena *arena, int64_t *seq,
                struct sort_hit *out, struct err *err)
{
    *out = (struct sort_hit){0};
    bool ok = cursor.n <= PLAN_CURSOR_MAX && cursor_take(&cursor, seq, sizeof *seq);
    for (size_t i = 0; i < q->plan->sort_count && ok; i++)
        ok = cursor_value(&cursor, arena, &out->value[i]);
    ok = ok && cursor_take(&cursor, &out->rid, sizeof out->rid) && cursor.n == 0;
    return ok || err_set(err, ERR_SEARCH_PAGE, NULL);
}
