/* SPDX-License-Identifier: Apache-2.0
 * Random resources and plans, and a plain evaluation of what store.h says of them: what the tests of
 * searching hold the store against. Included by find_test.c and sight_test.c only. */
#ifndef HELHET_STORE_FIND_ORACLE_H
#define HELHET_STORE_FIND_ORACLE_H

#include "store/store_fake.h"

enum {
    RES_MAX = 400,
    NEW_MAX = 100,
    ROWS_EACH = 16,
    PATIENTS = 12,
    PLANS = 400,
    ANY_MAX = 3,
    MANY = 14,
    COND_MAX = 3
};

struct res {
    char id[40];
    uint16_t type;
    bool alive;
    store_rid rid;
    int64_t time_ms;
    uint32_t version;
    char text[400]; /* what STORE_SORT_TEXT sorts by; "x": nothing */
    struct store_row row[ROWS_EACH];
    size_t rows;
};

static uint64_t seed_state;
static uint64_t dice(uint64_t n)
{
    seed_state ^= seed_state << 13;
    seed_state ^= seed_state >> 7;
    seed_state ^= seed_state << 17;
    return seed_state % n;
}

static const char *const codes[] = {"a1", "b2", "c3", "d4"};
static const char *const systems[] = {"", "urn:s1", "urn:s2", "urn:never"};
#define TEN "åäö-åäö-å-"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
static const char *const names[] = {"anna",
                                    "annika",
                                    "an",
                                    "björn",
                                    "bo",
                                    "åsa-lena-maria-av-en-mycket-lång-ätt-från-västerbotten",
                                    "åsa-lena-maria-av-en-mycket-lång-ätt-från-västergötland",
                                    LONG "slut",
                                    LONG "fin"};
static const char *const urls[] = {"http://x/a", "http://x/ab", "http://y", "urn:z"};

#define PICK(list) str_of((list)[dice(sizeof(list) / sizeof *(list))])

/* What is there; all is what the oracle looks at, this or a copy made otherwise. */
static struct res live[RES_MAX], *all = live;
static size_t all_count;
/* Told of every change that was made; may be NULL. */
static void (*on_change)(const struct res *r, const struct store_change *c);

static int64_t pick_ms(void)
{
    static const int64_t steps[] = {1, 1000, 86400000, 31LL * 86400000};
    return (int64_t)dice(40) * steps[dice(4)] - (dice(4) == 0 ? 5000 : 0);
}

static void pick_span(struct store_row *r)
{
    static const int64_t sizes[] = {1, 1000, 86400000, 31LL * 86400000, 366LL * 86400000};
    r->low = pick_ms();
    r->high = r->low + sizes[dice(5)];
    if (dice(12) == 0)
        r->low = INT64_MIN;
    if (dice(12) == 0)
        r->high = INT64_MAX;
    if (dice(40) == 0 && r->low != INT64_MIN)
        r->high = r->low - 5000;
}

static void pick_number(struct store_row *r)
{
    double v = (double)dice(50) / 2 - 5, half = dice(3) == 0 ? 0 : dice(4) == 0 ? 8 : 0.25;
    r->number_low = v - half;
    r->number_high = v + half;
    r->name = dice(3) ? STR("mg") : STR("");
}

static struct str pick_patient(void)
{
    static char id[8][16];
    static int turn;
    char *to = id[turn++ & 7];
    snprintf(to, 16, "p%d",
             (int)dice(dice(2) ? 2 : PATIENTS + 2)); /* two have much, so that there are pages */
    return str_of(to);
}

/* A random row, or the value a search compares with: the same shapes. */
static struct store_row pick_row(uint8_t index, uint16_t param, bool search)
{
    struct store_row r = {.index = index, .param = param};
    switch (index) {
    case STORE_TOKEN:
        r.text = PICK(codes);
        r.name = str_of(systems[dice(search ? 4 : 3)]);
        break;
    case STORE_STRING:
        r.text = PICK(names);
        if (search)
            r.text = str_sub(r.text, 0, 1 + dice(r.text.n));
        r.exact = dice(3);
        break;
    case STORE_DATE:
        pick_span(&r);
        break;
    case STORE_NUMBER:
        pick_number(&r);
        break;
    case STORE_REFERENCE:
        r.target_type = dice(5) ? FAKE_PATIENT : 0;
        if (r.target_type)
            r.text = pick_patient();
        else
            r.name = PICK(urls);
        break;
    case STORE_URI:
        r.name = PICK(urls);
        break;
    case STORE_COMPOSITE:
        r.text = PICK(names);
        r.exact = dice(2);
        if (dice(2))
            pick_number(&r);
        if (dice(2))
            pick_span(&r);
        break;
    }
    return r;
}

static const struct {
    uint8_t index;
    uint16_t param, type;
} kinds[] = {
    {STORE_STRING, FAKE_P_NAME, FAKE_PATIENT},    {STORE_DATE, FAKE_P_BIRTH, FAKE_PATIENT},
    {STORE_TOKEN, FAKE_P_IDENT, FAKE_PATIENT},    {STORE_TOKEN, FAKE_O_CODE, FAKE_OBS},
    {STORE_DATE, FAKE_O_DATE, FAKE_OBS},          {STORE_NUMBER, FAKE_O_VALUE, FAKE_OBS},
    {STORE_REFERENCE, FAKE_O_SUBJECT, FAKE_OBS},  {STORE_URI, FAKE_O_PROFILE, FAKE_OBS},
    {STORE_COMPOSITE, FAKE_O_PAIR, FAKE_OBS},     {STORE_STRING, FAKE_O_NOTE, FAKE_OBS},
    {STORE_REFERENCE, FAKE_G_MEMBER, FAKE_GROUP},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Units and providers are patients here: the store does not mind. */
static void pick_labels(struct res *r)
{
    for (uint64_t which = STORE_LABEL_UNIT; which <= STORE_LABEL_FLAGS; which++) {
        if (dice(2))
            continue;
        struct store_row *l = &r->row[r->rows++];
        *l = (struct store_row){.index = STORE_LABEL, .hash = which};
        if (which == STORE_LABEL_FLAGS) {
            l->low = (int64_t)dice(8);
        } else {
            l->target_type = FAKE_PATIENT;
            l->text = pick_patient();
        }
    }
}

static void pick_rows(struct res *r)
{
    r->rows = 0;
    pick_labels(r);
    for (size_t i = 0; i < KINDS; i++)
        for (uint64_t n = dice(3); kinds[i].type == r->type && n && r->rows < ROWS_EACH - 7; n--)
            r->row[r->rows++] = pick_row(kinds[i].index, kinds[i].param, false);
    if (r->type != FAKE_OBS || dice(4) == 0)
        return;
    struct store_row c = {.index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = pick_patient()};
    c.low = dice(6) ? pick_ms() : INT64_MIN;
    r->row[r->rows++] = c;
    for (uint64_t n = dice(3); n; n--) {
        c.hash = 0xF000000000000000u + dice(3);
        r->row[r->rows++] = c;
    }
}

/* ---- the oracle ---- */

static bool plain_span(uint8_t cmp, int64_t l, int64_t h, int64_t a, int64_t b)
{
    bool eq = l >= a && h <= b;
    return cmp == STORE_CMP_EQ        ? eq
           : cmp == STORE_CMP_NE      ? !eq
           : cmp == STORE_CMP_LT      ? l < a
           : cmp == STORE_CMP_GT      ? h > b
           : cmp == STORE_CMP_LE      ? l < a || eq
           : cmp == STORE_CMP_GE      ? h > b || eq
           : cmp == STORE_CMP_SA      ? l >= b
           : cmp == STORE_CMP_EB      ? h <= a
           : cmp == STORE_CMP_OVERLAP ? l < b && h > a
                                      : cmp == STORE_CMP_ANY;
}

static bool plain_number(uint8_t cmp, double l, double h, double a, double b)
{
    bool eq = l >= a && h <= b;
    return cmp == STORE_CMP_EQ        ? eq
           : cmp == STORE_CMP_NE      ? !eq
           : cmp == STORE_CMP_LT      ? l < a
           : cmp == STORE_CMP_GT      ? h > b
           : cmp == STORE_CMP_LE      ? l < a || eq
           : cmp == STORE_CMP_GE      ? h > b || eq
           : cmp == STORE_CMP_SA      ? l >= b
           : cmp == STORE_CMP_EB      ? h <= a
           : cmp == STORE_CMP_OVERLAP ? l <= b && h >= a
                                      : cmp == STORE_CMP_ANY;
}

static bool plain_row(const struct store_match *m, const struct store_row *given)
{
    const struct store_row *w = &m->row;
    struct store_row turned = *given, *r = &turned;
    if (r->high < r->low && r->index != STORE_CLINICAL)
        turned.low = given->high, turned.high = given->low;
    if (r->index != m->index || (r->index != STORE_CLINICAL && r->param != w->param))
        return false;
    if (m->cmp == STORE_CMP_ANY && r->index != STORE_COMPOSITE && r->index != STORE_CLINICAL)
        return true;
    switch (r->index) {
    case STORE_TOKEN:
        return (m->any_text || str_eq(r->text, w->text)) && (m->any_name || str_eq(r->name, w->name));
    case STORE_STRING:
        return m->cmp == STORE_CMP_PREFIX     ? str_starts(r->text, w->text)
               : m->cmp == STORE_CMP_CONTAINS ? str_find_str(r->text, w->text) != SIZE_MAX
               : m->cmp == STORE_CMP_ENDS     ? str_ends(r->text, w->text)
                                              : str_eq(r->text, w->text) && r->exact == w->exact;
    case STORE_DATE:
        return plain_span(m->cmp, r->low, r->high, w->low, w->high);
    case STORE_NUMBER:
        return (m->any_name || str_eq(r->name, w->name)) &&
               plain_number(m->cmp, r->number_low, r->number_high, w->number_low, w->number_high);
    case STORE_REFERENCE:
        if (m->cmp == STORE_CMP_BELOW)
            return !r->target_type && str_starts(r->name, w->name);
        return r->target_type == w->target_type &&
               (r->target_type ? str_eq(r->text, w->text) : str_eq(r->name, w->name));
    case STORE_URI:
        return m->cmp == STORE_CMP_BELOW ? str_starts(r->name, w->name) : str_eq(r->name, w->name);
    case STORE_COMPOSITE:
        if (m->cmp == STORE_CMP_PREFIX)
            return str_starts(r->text, w->text) && (m->any_exact || r->exact == w->exact);
        return str_eq(r->text, w->text) && (m->any_exact || r->exact == w->exact) &&
               (m->cmp == STORE_CMP_ANY ||
                ((m->any_name || str_eq(r->name, w->name)) &&
                 plain_number(m->cmp, r->number_low, r->number_high, w->number_low, w->number_high))) &&
               (m->cmp_span == STORE_CMP_ANY || plain_span(m->cmp_span, r->low, r->high, w->low, w->high));
    case STORE_CLINICAL:
        return str_eq(r->text, w->text) && r->hash == w->hash;
    }
    return false;
}

static bool plain_plan(const struct store_plan *p, const struct res *r);

static bool plain_match(const struct store_match *m, const struct res *r)
{
    for (size_t i = 0; i < r->rows && !m->chain; i++)
        if (plain_row(m, &r->row[i]))
            return true;
    for (size_t k = 0; k < all_count && m->chain; k++) {
        const struct res *from = m->reverse ? &all[k] : r, *to = m->reverse ? r : &all[k];
        if (!all[k].alive || !plain_plan(m->chain, &all[k]))
            continue;
        for (size_t i = 0; i < from->rows; i++)
            if (from->row[i].index == STORE_REFERENCE && from->row[i].param == m->row.param &&
                from->row[i].target_type == to->type && str_is(from->row[i].text, to->id))
                return true;
    }
    return false;
}

static bool plain_conds(const struct store_plan *p, const struct res *r);

static bool plain_cond(const struct store_cond *c, const struct res *r)
{
    bool yes = false;
    for (size_t i = 0; i < c->id_count; i++)
        yes = yes || str_is(c->ids[i], r->id);
    for (size_t i = 0; i < c->rid_count; i++)
        yes = yes || c->rids[i] == r->rid;
    for (size_t i = 0; i < c->sub_count; i++)
        yes = yes || plain_conds(&c->sub[i], r);
    for (size_t i = 0; i < c->any_count; i++)
        yes = yes || (c->kind == STORE_COND_UPDATED ? plain_span(c->any[i].cmp, r->time_ms, r->time_ms + 1,
                                                                 c->any[i].row.low, c->any[i].row.high)
                                                    : plain_match(&c->any[i], r));
    return yes != c->negate;
}

static bool plain_conds(const struct store_plan *p, const struct res *r)
{
    bool all_hold = true;
    for (size_t i = 0; i < p->cond_count && all_hold; i++)
        all_hold = plain_cond(&p->cond[i], r);
    return all_hold;
}

static bool plain_plan(const struct store_plan *p, const struct res *r)
{
    bool typed = !p->types;
    for (size_t i = 0; p->types && i < p->type_count; i++)
        typed = typed || p->types[i] == r->type;
    return typed && plain_conds(p, r);
}

struct plain {
    bool present;
    int64_t whole;
    double real;
    struct str text;
};

static int plain_cmp(const struct plain *a, const struct plain *b, bool down)
{
    if (!a->present || !b->present)
        return a->present ? -1 : b->present ? 1 : 0;
    int c = a->whole != b->whole ? (a->whole < b->whole ? -1 : 1)
            : a->real != b->real ? (a->real < b->real ? -1 : 1)
                                 : str_cmp(str_sub(a->text, 0, 200), str_sub(b->text, 0, 200));
    return down ? -c : c;
}

static void plain_best(struct plain *best, struct plain v, bool down)
{
    if (v.present && (!best->present || plain_cmp(&v, best, down) < 0))
        *best = v;
}

static double plain_score(const struct store_plan *p, const struct res *r)
{
    double sum = 0;
    for (size_t i = 0; i < p->cond_count; i++) {
        const struct store_cond *c = &p->cond[i];
        for (size_t k = 0; k < c->rid_count && c->score && !c->negate; k++)
            sum += c->rids[k] == r->rid ? c->score[k] : 0;
        for (size_t k = 0; k < c->sub_count && !c->negate; k++)
            sum += plain_score(&c->sub[k], r);
    }
    return sum;
}

/* Is it a row of the patient that the plan asks for? */
static bool plain_patient(const struct store_plan *p, const struct store_row *r)
{
    bool wanted = false;
    for (size_t c = 0; c < p->cond_count; c++)
        for (size_t m = 0; p->cond[c].kind == STORE_COND_PATIENT && m < p->cond[c].any_count; m++)
            wanted = wanted || plain_row(&p->cond[c].any[m], r);
    return wanted && r->low != INT64_MIN;
}

static struct plain plain_value(const struct store_plan *p, const struct store_sort *s, bool down,
                                const struct res *r)
{
    struct plain best = {0};
    if (s->index == STORE_SORT_UPDATED)
        return (struct plain){.present = true, .whole = r->time_ms};
    if (s->index == STORE_SORT_ID)
        return (struct plain){.present = true, .text = str_of(r->id)};
    if (s->index == STORE_SORT_SCORE)
        return (struct plain){.present = true, .real = plain_score(p, r)};
    if (s->index == STORE_SORT_TEXT)
        return (struct plain){.present = strcmp(r->text, "x") != 0, .text = str_of(r->text)};
    for (size_t i = 0; i < r->rows; i++) {
        const struct store_row *w = &r->row[i];
        bool wanted = w->index == s->index && w->param == s->param && (w->index != STORE_STRING || w->exact);
        if (!wanted || (w->index == STORE_CLINICAL && !plain_patient(p, w)))
            continue;
        bool turned = w->high < w->low && w->index != STORE_CLINICAL;
        struct plain v = {.present = true};
        if (s->index == STORE_STRING)
            v.text = w->text;
        else if (s->index == STORE_NUMBER)
            v.real = w->number_low;
        else
            v.whole = turned ? w->high : w->low;
        for (size_t k = 0; k < all_count && s->chain; k++)
            if (all[k].alive && all[k].type == w->target_type && str_is(w->text, all[k].id))
                plain_best(&best, plain_value(p, s->chain, down, &all[k]), down);
        if (!s->chain)
            plain_best(&best, v, down);
    }
    return best;
}

/* <0 when a sorts before b by one key. */
static int plain_sort(const struct store_plan *p, const struct store_sort *s, const struct res *a,
                      const struct res *b)
{
    struct plain x = plain_value(p, s, s->descending, a), y = plain_value(p, s, s->descending, b);
    return plain_cmp(&x, &y, (s->index == STORE_SORT_SCORE) != s->descending);
}

static int plain_order(const void *a, const void *b, void *plan)
{
    const struct store_plan *p = plan;
    const struct res *x = *(const struct res *const *)a, *y = *(const struct res *const *)b;
    for (size_t i = 0; i < p->sort_count; i++) {
        int c = plain_sort(p, &p->sort[i], x, y);
        if (c)
            return c;
    }
    return x->rid < y->rid ? -1 : x->rid > y->rid;
}

/* ---- random plans ---- */

static void pick_plan(struct arena *a, struct store_plan *p, int depth, uint16_t want_type);

static void pick_match(struct arena *a, struct store_match *m, uint16_t type, int depth)
{
    size_t k;
    do
        k = dice(KINDS);
    while (kinds[k].type != type);
    *m = (struct store_match){.index = kinds[k].index, .row = pick_row(kinds[k].index, kinds[k].param, true)};
    m->any_name = dice(2);
    m->any_text = dice(6) == 0;
    m->any_exact = dice(2);
    static const uint8_t strings[] = {STORE_CMP_PREFIX, STORE_CMP_CONTAINS, STORE_CMP_EXACT, STORE_CMP_ENDS};
    if (m->index == STORE_STRING)
        m->cmp = strings[dice(4)];
    if (m->cmp == STORE_CMP_ENDS && dice(2))
        m->row.text = str_sub(m->row.text, m->row.text.n / 2, m->row.text.n);
    else if (m->index == STORE_DATE || m->index == STORE_NUMBER)
        m->cmp = (uint8_t)dice(STORE_CMP_OVERLAP + 1);
    else if (m->index == STORE_URI || (m->index == STORE_REFERENCE && !m->row.target_type))
        m->cmp = dice(2) ? STORE_CMP_BELOW : STORE_CMP_EQ;
    else if (m->index == STORE_COMPOSITE) {
        m->cmp = dice(4) == 0 ? STORE_CMP_PREFIX
                 : dice(2)    ? STORE_CMP_ANY
                              : (uint8_t)dice(STORE_CMP_OVERLAP + 1);
        m->cmp_span = dice(2) ? STORE_CMP_ANY : (uint8_t)dice(STORE_CMP_OVERLAP + 1);
    }
    if (dice(10) == 0 && m->index != STORE_COMPOSITE)
        m->cmp = STORE_CMP_ANY;
    if (depth < 2 && m->index == STORE_REFERENCE && dice(2)) {
        struct store_plan *chain = ARENA_NEW(a, struct store_plan);
        pick_plan(a, chain, depth + 1, FAKE_PATIENT);
        m->chain = chain;
    } else if (depth < 2 && type == FAKE_PATIENT && dice(4) == 0) {
        struct store_plan *chain = ARENA_NEW(a, struct store_plan);
        bool group = dice(2);
        pick_plan(a, chain, depth + 1, group ? FAKE_GROUP : FAKE_OBS);
        *m = (struct store_match){.index = STORE_REFERENCE, .chain = chain, .reverse = true};
        m->row =
            (struct store_row){.index = STORE_REFERENCE, .param = group ? FAKE_G_MEMBER : FAKE_O_SUBJECT};
    }
}

static void pick_cond(struct arena *a, struct store_cond *c, uint16_t type, int depth);

static int by_rid(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return x < y ? -1 : x > y;
}

/* Parts with conditions of their own; some have none, and hold for everything. */
static void pick_group(struct arena *a, struct store_cond *c, uint16_t type, int depth)
{
    struct store_plan *sub = ARENA_ARRAY(a, struct store_plan, ANY_MAX);
    *c = (struct store_cond){
        .kind = STORE_COND_GROUP, .negate = c->negate, .sub = sub, .sub_count = dice(ANY_MAX + 1)};
    for (size_t i = 0; i < c->sub_count; i++) {
        struct store_cond *cond = ARENA_ARRAY(a, struct store_cond, COND_MAX);
        sub[i] = (struct store_plan){.cond = cond, .cond_count = dice(12) ? 1 + dice(COND_MAX - 1) : 0};
        for (size_t k = 0; k < sub[i].cond_count; k++)
            pick_cond(a, &cond[k], type, depth + 1);
    }
}

static void pick_rids(struct arena *a, struct store_cond *c)
{
    store_rid *rid = ARENA_ARRAY(a, store_rid, RES_MAX);
    double *score = ARENA_ARRAY(a, double, RES_MAX);
    *c = (struct store_cond){.kind = STORE_COND_RIDS, .negate = c->negate, .rids = rid};
    c->score = dice(2) ? score : NULL;
    for (size_t i = 0; i < RES_MAX; i++)
        score[i] = (double)dice(5) / 4;
    uint64_t part = 1 + dice(8);
    for (size_t i = 0; i < all_count; i++)
        if (dice(part) == 0)
            rid[c->rid_count++] = all[i].rid;
    qsort(rid, c->rid_count, sizeof *rid, by_rid);
}

static void pick_cond(struct arena *a, struct store_cond *c, uint16_t type, int depth)
{
    struct store_match *any = ARENA_ARRAY(a, struct store_match, MANY);
    *c = (struct store_cond){.kind = STORE_COND_MATCH,
                             .negate = dice(6) == 0,
                             .any = any,
                             .any_count = dice(8) ? 1 + dice(2) : MANY};
    uint64_t d = dice(16);
    if (d == 0) {
        struct str *ids = ARENA_ARRAY(a, struct str, ANY_MAX);
        c->kind = STORE_COND_IDS;
        c->ids = ids;
        c->id_count = 1 + dice(ANY_MAX);
        for (size_t i = 0; i < c->id_count; i++)
            ids[i] = str_of(all[dice(all_count)].id);
        c->any_count = 0;
    } else if (d == 1) {
        c->kind = STORE_COND_UPDATED;
        for (size_t i = 0; i < c->any_count; i++) {
            any[i] = (struct store_match){.cmp = (uint8_t)dice(STORE_CMP_OVERLAP + 1)};
            any[i].row.low = all[dice(all_count)].time_ms;
            any[i].row.high = any[i].row.low + 1 + (int64_t)dice(2000);
        }
    } else if (d == 15 && depth < 2) {
        pick_group(a, c, type, depth);
    } else if (d == 14) {
        pick_rids(a, c);
    } else if (type == FAKE_OBS && d < 6) {
        c->kind = STORE_COND_PATIENT;
        for (size_t i = 0; i < c->any_count; i++) {
            any[i] = (struct store_match){.index = STORE_CLINICAL};
            any[i].row = (struct store_row){.index = STORE_CLINICAL, .target_type = FAKE_PATIENT};
            any[i].row.text = arena_str(a, pick_patient());
            any[i].row.hash = dice(2) ? 0 : 0xF000000000000000u + dice(4);
        }
    } else {
        for (size_t i = 0; i < c->any_count; i++) {
            pick_match(a, &any[i], type, depth);
            any[i].row.text = arena_str(a, any[i].row.text);
        }
    }
}

static void pick_plan(struct arena *a, struct store_plan *p, int depth, uint16_t type)
{
    struct store_cond *cond = ARENA_ARRAY(a, struct store_cond, COND_MAX);
    uint16_t *types = ARENA_ARRAY(a, uint16_t, 2);
    *p = (struct store_plan){.types = types, .type_count = 1, .cond = cond, .cond_count = dice(COND_MAX + 1)};
    types[0] = type;
    if (depth == 0 && dice(12) == 0) {
        types[1] = FAKE_PATIENT + (uint16_t)dice(3);
        p->type_count = 2;
    }
    if (depth == 0 && dice(20) == 0)
        p->types = NULL;
    if (depth && p->cond_count == 0)
        p->cond_count = 1;
    bool patient = false, scored = false;
    for (size_t i = 0; i < p->cond_count; i++) {
        pick_cond(a, &cond[i], type, depth);
        patient = patient || cond[i].kind == STORE_COND_PATIENT;
        scored = scored || cond[i].score;
    }
    for (p->sort_count = depth ? 0 : dice(3); patient && p->sort_count == 0 && depth == 0 && dice(2);) {
        p->sort[0] = (struct store_sort){STORE_CLINICAL, 0, dice(4) != 0, NULL, 0};
        p->sort_count = 1;
        return;
    }
    static const struct store_sort name = {STORE_STRING, FAKE_P_NAME, false, NULL, 0},
                                   born = {STORE_DATE, FAKE_P_BIRTH, false, NULL, 0},
                                   text = {STORE_SORT_TEXT, 1, false, NULL, 0},
                                   subject = {STORE_REFERENCE, FAKE_O_SUBJECT, false, &name, 0};
    static const struct store_sort sorts[] = {name,
                                              born,
                                              text,
                                              subject,
                                              {STORE_DATE, FAKE_O_DATE, false, NULL, 0},
                                              {STORE_NUMBER, FAKE_O_VALUE, false, NULL, 0},
                                              {STORE_STRING, FAKE_O_NOTE, false, NULL, 0},
                                              {STORE_REFERENCE, FAKE_G_MEMBER, false, &text, 0},
                                              {STORE_REFERENCE, FAKE_O_SUBJECT, false, &born, 0},
                                              {STORE_SORT_SCORE, 0, false, NULL, 0},
                                              {STORE_SORT_UPDATED, 0, false, NULL, 0},
                                              {STORE_SORT_ID, 0, false, NULL, 0}};
    for (size_t i = 0; i < p->sort_count; i++) {
        p->sort[i] = sorts[dice(sizeof sorts / sizeof *sorts)];
        if (scored && dice(2))
            p->sort[i].index = STORE_SORT_SCORE;
        p->sort[i].descending = dice(2);
    }
}

/* ---- filling a store, and answers held against the oracle ---- */

static void fill_new(struct res *r)
{
    r->type = all_count <= PATIENTS ? FAKE_PATIENT : dice(8) ? FAKE_OBS : FAKE_GROUP;
    snprintf(r->id, sizeof r->id, "%s%d", r->type == FAKE_PATIENT ? "p" : "r", (int)all_count - 1);
    if (dice(2) && r->type != FAKE_PATIENT)
        snprintf(r->id, sizeof r->id, "%08x-0000-4000-8000-%012x", (unsigned)dice(1u << 31),
                 (unsigned)all_count);
}

/* Something new, or something changed or deleted. */
static void fill_one(struct store *s, struct arena *a, bool again)
{
    struct err err;
    struct res *r = again ? &all[dice(all_count)] : &all[all_count++];
    if (!again)
        fill_new(r);
    pick_rows(r);
    for (size_t k = 0; k < r->rows; k++)
        r->row[k].text = arena_str(a, r->row[k].text);
    r->alive = !again || dice(4);
    snprintf(r->text, sizeof r->text, "%s", dice(3) ? PICK(names).p : "x");
    struct store_change c = fake_change(a, r->alive ? 'U' : 'D', r->type, r->id, r->row, r->rows, r->text);
    if (!fake_put(s, &c, 1, &err))
        fail_msg("put: %s %s", err_info(err.code)->name, err.arg[0]);
    if (c.noop)
        return;
    r->rid = c.rid;
    r->time_ms = c.time_ms;
    r->version = c.version;
    if (on_change)
        on_change(r, &c);
    if (dice(50) == 0)
        usleep(3000);
}

static void fill(struct store *s, struct arena *a)
{
    all = live;
    all_count = 0;
    for (size_t i = 0; i < RES_MAX - NEW_MAX; i++)
        fill_one(s, a, i > 100 && dice(6) == 0);
}

static void show(struct store_read *r, struct arena *a, const struct store_plan *p, uint64_t seed, size_t at)
{
    struct store_explanation e;
    struct err err;
    bool ok = store_explain(r, p, a, &e, &err);
    print_error("seed %" PRIu64 " plan %zu: %.*s\n", seed, at, STR_ARG(ok ? e.how : STR("?")));
    for (size_t i = 0; i < e.step_count; i++)
        print_error("%*s%.*s: %.*s %" PRIu64 "\n", 2 * e.step[i].depth, "", STR_ARG(e.step[i].what),
                    STR_ARG(e.step[i].why), e.step[i].candidates);
    for (size_t i = 0; i < p->cond_count; i++)
        for (size_t k = 0; k < p->cond[i].any_count; k++) {
            const struct store_match *m = &p->cond[i].any[k];
            print_error(
                " cond %zu kind %u%s index %u cmp %u chain %d reverse %d param %u text %.*s low %" PRId64
                "\n",
                i, p->cond[i].kind, p->cond[i].negate ? " not" : "", m->index, m->cmp, m->chain != NULL,
                m->reverse, m->row.param, STR_ARG(m->row.text), m->row.low);
        }
    for (size_t i = 0; i < p->sort_count; i++)
        print_error(" sort index %u param %u %s\n", p->sort[i].index, p->sort[i].param,
                    p->sort[i].descending ? "down" : "up");
}

/* What the plan finds in all, in its order. */
static size_t plain_answer(struct store_plan *p, const struct res **want)
{
    size_t n = 0;
    for (size_t i = 0; i < all_count; i++)
        if (all[i].alive && plain_plan(p, &all[i]))
            want[n++] = &all[i];
    qsort_r(want, n, sizeof *want, plain_order, p);
    return n;
}

static bool page_same(const struct store_plan *p, const struct store_hits *hits, const struct res **want,
                      size_t got, size_t n)
{
    bool same = hits->count <= p->limit && got + hits->count <= n && (!p->count || hits->total == n) &&
                hits->more == (got + hits->count < n);
    for (size_t i = 0; i < hits->count && same; i++) {
        const struct res *w = want[got + i];
        const struct store_version *v = &hits->item[i];
        char version[32];
        snprintf(version, sizeof version, "\"versionId\":\"%u\"", w->version);
        same = str_is(v->id, w->id) && v->version == w->version &&
               (p->no_body || str_find_str(v->body, str_of(version)) != SIZE_MAX) &&
               (!hits->score || hits->score[i] == plain_score(p, w));
        if (!same)
            print_error("at %zu: %.*s, not %s\n", got + i, STR_ARG(v->id), w->id);
    }
    return same;
}

/* One page against the answer; the plan then stands at the next. */
static bool test_page(struct store_read *r, struct arena *a, struct store_plan *p, const struct res **want,
                      size_t *got, size_t n, struct store_hits *hits)
{
    struct err err = {0};
    if (!store_search(r, p, a, hits, &err)) {
        print_error("search: %s %s\n", err_info(err.code)->name, err.arg[0]);
        return false;
    }
    bool same = page_same(p, hits, want, *got, n);
    *got += hits->count;
    p->cursor = hits->next;
    if (!same)
        print_error("page differs: got %zu of %zu, total %" PRIu64 "\n", *got, n, hits->total);
    return same;
}

/* A store filled from a seed, for plans by the hundred. */
struct world {
    char *dir;
    struct store *s;
    struct arena keep, a;
    uint64_t seed;
    size_t plans;
};

static void world_open(struct world *w)
{
    const char *given = getenv("HELHET_SEED"), *plans = getenv("HELHET_PLANS");
    struct err err;
    w->seed = given ? strtoull(given, NULL, 10) : (uint64_t)os_now_ms();
    w->plans = plans ? strtoull(plans, NULL, 10) : PLANS;
    print_message("seed %" PRIu64 "\n", w->seed);
    seed_state = w->seed * 2654435761u + 88172645463325252u;
    w->dir = fake_dir();
    struct store_options opt = fake_options(w->dir);
    w->s = store_open(&opt, &err);
    arena_init(&w->keep);
    arena_init(&w->a);
    fill(w->s, &w->keep);
}

static void world_check(struct world *w)
{
    struct store_check check;
    struct err err;
    assert_true(store_check(w->s, &check, NULL, NULL, &err));
    if (check.faults)
        fail_msg("%s", check.first.arg[0]);
}

static void world_close(struct world *w)
{
    store_close(w->s);
    arena_release(&w->a);
    arena_release(&w->keep);
    fake_remove(w->dir);
}

static bool see_target(void *arg, uint16_t param, store_rid target)
{
    size_t *n = arg;
    (void)param;
    (void)target;
    return ++*n > 0;
}

static size_t plain_targets(const struct res *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->rows; i++) {
        bool first = r->row[i].index == STORE_REFERENCE && r->row[i].target_type;
        for (size_t k = 0; k < i && first; k++)
            first = r->row[k].index != STORE_REFERENCE || r->row[k].param != r->row[i].param ||
                    r->row[k].target_type != r->row[i].target_type || !str_eq(r->row[k].text, r->row[i].text);
        n += first;
    }
    return n;
}

#endif
