/* SPDX-License-Identifier: Apache-2.0
 * Is a resource a match? Decided on its packed rows alone, exactly as store.h says. */
#include <stdlib.h>

#include "fold/fold.h"
#include "store/lookup.h"
#include "store/plan.h"

enum { MATCH_GATHER_MAX = 4096 }; /* results of a chain gathered to be compared with */

bool match_span(uint8_t cmp, int64_t low, int64_t high, int64_t want_low, int64_t want_high)
{
    bool within = low >= want_low && high <= want_high;
    switch (cmp) {
    case STORE_CMP_EQ:
        return within;
    case STORE_CMP_NE:
        return !within;
    case STORE_CMP_LT:
        return low < want_low;
    case STORE_CMP_GT:
        return high > want_high;
    case STORE_CMP_LE:
        return low < want_low || within;
    case STORE_CMP_GE:
        return high > want_high || within;
    case STORE_CMP_SA:
        return low >= want_high;
    case STORE_CMP_EB:
        return high <= want_low;
    case STORE_CMP_OVERLAP:
        return low < want_high && high > want_low;
    default:
        return cmp == STORE_CMP_ANY;
    }
}

/* Closed intervals here. */
bool match_number(uint8_t cmp, double low, double high, double want_low, double want_high)
{
    bool within = low >= want_low && high <= want_high;
    switch (cmp) {
    case STORE_CMP_EQ:
        return within;
    case STORE_CMP_NE:
        return !within;
    case STORE_CMP_LT:
        return low < want_low;
    case STORE_CMP_GT:
        return high > want_high;
    case STORE_CMP_LE:
        return low < want_low || within;
    case STORE_CMP_GE:
        return high > want_high || within;
    case STORE_CMP_SA:
        return low >= want_high;
    case STORE_CMP_EB:
        return high <= want_low;
    case STORE_CMP_OVERLAP:
        return low <= want_high && high >= want_low;
    default:
        return cmp == STORE_CMP_ANY;
    }
}

static bool match_string(const struct cmatch *m, const struct nrow *row)
{
    const struct store_row *want = &m->m->row;
    if (m->m->whole && row->key == 0)
        return false;
    switch (m->m->cmp) {
    case STORE_CMP_PREFIX:
        return str_starts(row->text, want->text);
    case STORE_CMP_CONTAINS:
        return str_find_str(row->text, want->text) != SIZE_MAX;
    case STORE_CMP_ENDS:
        return str_ends(row->text, want->text);
    case STORE_CMP_EXACT:
        return str_eq(row->text, want->text) && row->key == m->key;
    default:
        return str_eq(row->text, want->text);
    }
}

static bool match_composite(const struct cmatch *m, const struct nrow *row)
{
    const struct store_match *sm = m->m;
    if (!sm->any_exact && row->key != m->key)
        return false;
    if (sm->cmp == STORE_CMP_PREFIX)
        return str_starts(row->text, sm->row.text);
    if (!str_eq(row->text, sm->row.text))
        return false;
    if (sm->cmp != STORE_CMP_ANY &&
        !((sm->any_name || row->name == m->name) &&
          match_number(sm->cmp, row->number_low, row->number_high, sm->row.number_low, sm->row.number_high)))
        return false;
    return sm->cmp_span == STORE_CMP_ANY ||
           match_span(sm->cmp_span, row->low, row->high, sm->row.low, sm->row.high);
}

static bool rid_in(const struct rid_list *l, store_rid rid)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (l->item[mid] < rid)
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->count && l->item[low] == rid;
}

static bool match_token(const struct cmatch *m, const struct nrow *row)
{
    const struct store_match *sm = m->m;
    uint64_t other = (uint64_t)row->key ^ (uint64_t)m->key;
    if (!sm->any_text && (sm->any_case ? other >> LOOKUP_CASE_BITS : other))
        return false;
    return sm->any_name || (sm->any_case ? rid_in(&m->names, row->name) : row->name == m->name);
}

/* A row of the right kind and parameter against an alternative that is no chain. */
static bool match_row(const struct cmatch *m, const struct nrow *row)
{
    const struct store_match *sm = m->m;
    if (sm->cmp == STORE_CMP_ANY && row->kind != STORE_COMPOSITE && row->kind != STORE_CLINICAL)
        return true;
    switch (row->kind) {
    case STORE_TOKEN:
        return match_token(m, row);
    case STORE_STRING:
        return match_string(m, row);
    case STORE_DATE:
        return match_span(sm->cmp, row->low, row->high, sm->row.low, sm->row.high);
    case STORE_NUMBER:
        return (sm->any_name || row->name == m->name) &&
               match_number(sm->cmp, row->number_low, row->number_high, sm->row.number_low,
                            sm->row.number_high);
    case STORE_REFERENCE:
        return sm->cmp == STORE_CMP_BELOW ? rid_in(&m->names, -row->name) : row->name == m->name;
    case STORE_URI:
        return sm->cmp == STORE_CMP_BELOW ? rid_in(&m->names, row->name) : row->name == m->name;
    case STORE_COMPOSITE:
        return match_composite(m, row);
    case STORE_CLINICAL:
        return row->name == m->name && row->key == m->key;
    }
    return false;
}

/* Names and keys are numbers only within a store; here they are the same (1) or not (2). */
bool store_match_row(const struct store_match *m, const struct store_row *row)
{
    enum { SAME = 1, OTHER = 2 };
    if (row->index != m->index || row->param != m->row.param)
        return false;
    if (m->cmp == STORE_CMP_BELOW && row->target_type == 0 &&
        (row->index == STORE_URI || row->index == STORE_REFERENCE))
        return str_starts(row->name, m->row.name);
    if (row->index == STORE_TOKEN && m->any_case)
        return m->cmp == STORE_CMP_ANY || ((m->any_text || fold_same(row->text, m->row.text)) &&
                                           (m->any_name || fold_same(row->name, m->row.name)));
    bool local = row->index == STORE_REFERENCE && row->target_type;
    bool named = local ? row->target_type == m->row.target_type && str_eq(row->text, m->row.text)
                       : row->target_type == m->row.target_type && str_eq(row->name, m->row.name);
    bool token = row->index == STORE_TOKEN;
    struct cmatch c = {.m = m, .name = SAME, .key = token ? SAME : (int64_t)m->row.exact};
    struct nrow n = {.kind = row->index, .text = row->text, .name = named ? SAME : OTHER};
    n.key = !token ? (int64_t)row->exact : str_eq(row->text, m->row.text) ? SAME : OTHER;
    n.low = row->low < row->high ? row->low : row->high;
    n.high = row->low < row->high ? row->high : row->low;
    n.number_low = row->number_low < row->number_high ? row->number_low : row->number_high;
    n.number_high = row->number_low < row->number_high ? row->number_high : row->number_low;
    return match_row(&c, &n);
}

static bool match_group(const struct cmatch *m, const struct rows_group *g)
{
    if (g->row.kind != m->index)
        return false;
    bool named = g->params == 0;
    for (int i = 0; i < g->params && !named; i++)
        named = g->param[i] == m->param;
    return named;
}

/* ---- chains ---- */

static int match_memo(struct cmatch *m, store_rid rid, struct err *err)
{
    if (m->result_known)
        return rid_in(&m->result, rid);
    const int64_t *known = map_int_get(&m->memo, rid);
    if (known)
        return *known == 1;
    int yes = match_rid(m->chain, rid, err);
    if (yes >= 0 && !map_int_put(&m->memo, rid, yes ? 1 : 2)) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return -1;
    }
    return yes;
}

static int cmp_past(const void *a, const void *b)
{
    const struct past_ref *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->rid < y->rid ? -1 : x->rid > y->rid;
}

static bool past_add(struct query *q, struct cmatch *m, store_rid rid, size_t *cap, struct err *err)
{
    const struct pin_state *s = pin_get(q->r, rid, err);
    if (!s)
        return false;
    struct str packed = s->packed;
    struct rows_group g;
    bool ok = s->exists;
    while (rows_next(&packed, rid, &g, &ok)) {
        if (!match_group(m, &g) || g.row.name <= 0)
            continue;
        if (m->past_count == *cap) {
            size_t grown = *cap ? *cap * 2 : 64;
            m->past = arena_grow(q->arena, m->past, *cap, grown, sizeof *m->past);
            *cap = grown;
        }
        if (!m->past)
            return err_set(err, ERR_NO_MEMORY, NULL);
        m->past[m->past_count++] = (struct past_ref){g.row.name, rid};
    }
    return true;
}

/* What the changed resources of the chain's types pointed at then: gathered once. */
static bool past_refs(struct query *q, struct cmatch *m, struct err *err)
{
    struct rid_list list;
    size_t cap = 0;
    if (m->past_known)
        return true;
    if (!pin_list(q->r, m->chain->type, m->chain->type_count, q->arena, &list, err))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (!query_work(q, err) || !past_add(q, m, list.item[i], &cap, err))
            return false;
    if (m->past_count)
        qsort(m->past, m->past_count, sizeof *m->past, cmp_past);
    m->past_known = true;
    return true;
}

/* The list of what points here now becomes what did then. */
static bool past_reverse(struct query *q, struct cmatch *m, store_rid target, struct rid_list *list,
                         struct err *err)
{
    size_t kept = 0, low = 0;
    if (!past_refs(q, m, err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!pin_changed(q->r, list->item[i]))
            list->item[kept++] = list->item[i];
    list->count = kept;
    for (size_t high = m->past_count; low < high;) {
        size_t mid = (low + high) / 2;
        if (m->past[mid].target < target)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < m->past_count && m->past[low].target == target; low++)
        if (!rid_list_add(list, &q->r->arena, m->past[low].rid, err))
            return false;
    return true;
}

/* What a chain leads to at once is gathered before the first comparison, if it is not very much. */
static bool match_gather(struct cmatch *m, struct err *err)
{
    struct rid_list list = {0};
    if (m->result_known || m->result_tried)
        return true;
    m->result_tried = true;
    int exact = query_exact(m->chain, err);
    int rc = exact > 0 ? choose_collect(m->chain, MATCH_GATHER_MAX, &list, err) : exact;
    m->result_known = rc > 0;
    if (rc > 0)
        m->result = list;
    return rc >= 0;
}

/* The place of the first of a rising list that is not less. */
static size_t rid_from(const struct rid_list *l, size_t low, store_rid rid)
{
    size_t high = l->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (l->item[mid] < rid)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Two rising lists, what refers to rid and what the chain gives: each leaps to where the other is. */
static int match_leap(struct query *q, struct cmatch *m, store_rid rid, struct err *err)
{
    size_t at = 0;
    store_rid next = 0;
    int rc = 1;
    while (rc > 0 && at < m->result.count) {
        sqlite3_stmt *st = query_tick(q, err) ? db_get(q->r->db, DB_PATH_REFERENCE, err) : NULL;
        if (!st)
            return -1;
        sqlite3_bind_int64(st, 1, rid);
        sqlite3_bind_int64(st, 2, m->param);
        sqlite3_bind_int64(st, 3, m->result.item[at] - 1);
        rc = db_step(q->r->db, st, err);
        next = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
        sqlite3_reset(st);
        if (rc > 0 && next == m->result.item[at])
            return 1;
        at = rid_from(&m->result, at, next);
    }
    return rc < 0 ? -1 : 0;
}

/* _has: does something that refers here through the parameter match the chain? */
static int match_reverse(struct query *q, struct cmatch *m, store_rid rid, struct err *err)
{
    struct rid_list list = {0};
    struct store_read *r = q->r;
    if (m->target_known)
        return rid_in(&m->target, rid);
    if (!match_gather(m, err))
        return -1;
    if (m->result_known && r->pin.seq == PIN_NOW && !m->masked)
        return match_leap(q, m, rid, err);
    struct arena_mark mark = arena_mark(&r->arena);
    sqlite3_stmt *st = db_get(r->db, DB_PATH_REFERENCE, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, rid);
    sqlite3_bind_int64(st, 2, m->param);
    sqlite3_bind_int64(st, 3, 0);
    int rc;
    while ((rc = db_step(r->db, st, err)) > 0)
        if (!rid_list_add(&list, &r->arena, sqlite3_column_int64(st, 0), err)) {
            sqlite3_reset(st);
            rc = -1;
            break;
        }
    int yes = rc < 0 ? -1 : 0;
    if (yes == 0 && r->pin.seq != PIN_NOW && !past_reverse(q, m, rid, &list, err))
        yes = -1;
    for (size_t i = 0; i < list.count && yes == 0; i++) {
        yes = match_memo(m, list.item[i], err);
        if (yes > 0 && m->masked)
            yes = sight_points(r, list.item[i], STORE_REFERENCE, m->param, rid, err);
    }
    arena_rewind(&r->arena, mark);
    return yes;
}

static int match_any(struct query *q, struct cmatch *m, store_rid rid, struct str packed, struct err *err)
{
    if (m->never)
        return 0;
    if (m->m->reverse && m->chain)
        return match_reverse(q, m, rid, err);
    struct rows_group g;
    bool ok = true;
    while (rows_next(&packed, rid, &g, &ok)) {
        if (!match_group(m, &g))
            continue;
        int yes = m->chain ? (g.row.name > 0 ? match_memo(m, g.row.name, err) : 0) : match_row(m, &g.row);
        if (yes)
            return yes;
    }
    if (!ok)
        err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    return ok ? 0 : -1;
}

/* ---- many alternatives: the rows look for them ---- */

/* Can it be found by one value? */
static bool order_found(const struct cmatch *m)
{
    const struct store_match *sm = m->m;
    if (m->never || m->chain || sm->cmp == STORE_CMP_ANY || sm->cmp == STORE_CMP_BELOW)
        return false;
    return (m->index == STORE_TOKEN && !sm->any_text && !sm->any_case) || m->index == STORE_REFERENCE ||
           m->index == STORE_URI;
}

static int64_t order_value(uint8_t kind, int64_t key, int64_t name)
{
    return kind == STORE_TOKEN ? key : name;
}

static int order_cmp(uint8_t index, uint16_t param, int64_t value, const struct cmatch *m)
{
    int64_t theirs = order_value(m->index, m->key, m->name);
    if (index != m->index)
        return index < m->index ? -1 : 1;
    if (param != m->param)
        return param < m->param ? -1 : 1;
    return value < theirs ? -1 : value > theirs;
}

static int cmp_order(const void *a, const void *b)
{
    const struct cmatch *x = *(struct cmatch *const *)a, *y = *(struct cmatch *const *)b;
    return order_cmp(x->index, x->param, order_value(x->index, x->key, x->name), y);
}

bool match_order(struct query *q, struct ccond *c, struct err *err)
{
    if (c->any_count < PLAN_ORDER_MIN)
        return true;
    c->order = arena_alloc(q->arena, c->any_count * sizeof(struct cmatch *));
    if (!c->order)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t last = c->any_count;
    for (size_t i = 0; i < c->any_count; i++)
        c->order[order_found(&c->any[i]) ? c->order_found++ : --last] = &c->any[i];
    qsort(c->order, c->order_found, sizeof(struct cmatch *), cmp_order);
    return true;
}

/* The alternatives that have just this value. */
static bool match_found(const struct ccond *c, const struct nrow *row, uint16_t param)
{
    int64_t value = order_value(row->kind, row->key, row->name);
    size_t low = 0, high = c->order_found;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (order_cmp(row->kind, param, value, c->order[mid]) > 0)
            low = mid + 1;
        else
            high = mid;
    }
    bool yes = false;
    for (; low < c->order_found && !yes && order_cmp(row->kind, param, value, c->order[low]) == 0; low++)
        yes = match_row(c->order[low], row);
    return yes;
}

static int match_many(struct query *q, struct ccond *c, store_rid rid, struct str packed, struct err *err)
{
    struct str rest = packed;
    struct rows_group g;
    bool ok = true;
    int yes = 0;
    while (!yes && c->order_found && rows_next(&rest, rid, &g, &ok))
        for (int i = 0; i < g.params && !yes; i++)
            yes = match_found(c, &g.row, g.param[i]);
    for (size_t i = c->order_found; i < c->any_count && yes == 0; i++)
        yes = match_any(q, c->order[i], rid, packed, err);
    if (!ok)
        err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    return ok ? yes : -1;
}

static int match_updated(struct query *q, const struct ccond *c, int64_t seq, struct err *err)
{
    int64_t time_ms;
    if (!read_time(q->r, seq, &time_ms, err))
        return -1;
    for (size_t i = 0; i < c->any_count; i++) {
        const struct store_match *m = c->any[i].m;
        if (match_span(m->cmp, time_ms, time_ms + 1, m->row.low, m->row.high))
            return 1;
    }
    return 0;
}

bool match_in(const struct ccond *c, store_rid rid, size_t *at)
{
    size_t low = 0, high = c->id_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->id[mid] < rid)
            low = mid + 1;
        else
            high = mid;
    }
    *at = low;
    return low < c->id_count && c->id[low] == rid;
}

static int match_all(struct query *q, store_rid rid, int64_t seq, struct str packed, struct err *err);

/* Conditions over the resource itself, and groups of conditions. */
static int match_special(struct query *q, struct ccond *c, store_rid rid, int64_t seq, struct str packed,
                         struct err *err)
{
    int yes = 0;
    size_t at;
    if (c->c->kind == STORE_COND_UPDATED)
        return match_updated(q, c, seq, err);
    if (c->c->kind != STORE_COND_GROUP)
        return match_in(c, rid, &at);
    for (size_t i = 0; i < c->sub_count && yes == 0; i++)
        yes = match_all(c->sub[i], rid, seq, packed, err);
    return yes;
}

static int match_cond(struct query *q, struct ccond *c, store_rid rid, int64_t seq, struct str packed,
                      struct err *err)
{
    int yes = 0;
    if (c->c->kind != STORE_COND_MATCH && c->c->kind != STORE_COND_PATIENT)
        yes = match_special(q, c, rid, seq, packed, err);
    else if (c->order)
        yes = match_many(q, c, rid, packed, err);
    else
        for (size_t i = 0; i < c->any_count && yes == 0; i++)
            yes = match_any(q, &c->any[i], rid, packed, err);
    return yes < 0 ? yes : (yes != 0) != c->c->negate;
}

static int match_all(struct query *q, store_rid rid, int64_t seq, struct str packed, struct err *err)
{
    int yes = !q->never;
    for (size_t i = 0; i < q->cond_count && yes > 0; i++)
        yes = match_cond(q, &q->cond[i], rid, seq, packed, err);
    return yes;
}

int match_resource(struct query *q, store_rid rid, uint16_t type, int64_t seq, struct str packed,
                   struct err *err)
{
    bool typed = q->of->types == NULL;
    for (size_t i = 0; i < q->type_count && !typed; i++)
        typed = q->type[i] == type;
    return typed ? match_all(q, rid, seq, packed, err) : 0;
}

/* match_resource, and what the view lets be seen of it. It is asked last, of those few that match, unless it
 * may take rows away; work does not tell that something was hidden. */
static int match_shown(struct query *q, store_rid rid, uint16_t type, int64_t seq, struct str packed,
                       struct err *err)
{
    struct store_read *r = q->r;
    enum store_sight sight = STORE_SEEN;
    struct arena_mark mark = arena_mark(&r->arena);
    struct str rows = packed;
    bool ok = !q->masked || (sight_rows(r, rid, type, seq, packed, false, &sight, err) &&
                             (sight != STORE_MASKED || sight_mask_rows(r, rid, &r->arena, &rows, err)));
    int yes = ok ? match_resource(q, rid, type, seq, rows, err) : -1;
    if (yes > 0 && !q->masked && !sight_rows(r, rid, type, seq, packed, false, &sight, err))
        yes = -1;
    if (yes > 0 && sight == STORE_HIDDEN) {
        yes = 0;
        q->run->work--;
        if (!q->depth)
            sight_withhold(r);
    }
    arena_rewind(&r->arena, mark);
    return yes;
}

static int match_one(struct query *q, store_rid rid, uint16_t type, int64_t seq, struct str packed,
                     struct err *err)
{
    return q->r->sight.on ? match_shown(q, rid, type, seq, packed, err)
                          : match_resource(q, rid, type, seq, packed, err);
}

int match_head(struct query *q, store_rid rid, const struct pin_state *head, struct err *err)
{
    return match_one(q, rid, head->type, head->seq, head->packed, err);
}

/* A resource that has changed since the pin, as it was. */
static int match_past(struct query *q, store_rid rid, struct err *err)
{
    q->run->ticks += PLAN_TICKS / 4; /* an extraction takes as long as many rows */
    const struct pin_state *s = query_tick(q, err) ? pin_get(q->r, rid, err) : NULL;
    if (!s)
        return -1;
    return s->exists ? match_one(q, rid, s->type, s->seq, s->packed, err) : 0;
}

int match_rid(struct query *q, store_rid rid, struct err *err)
{
    struct store_read *r = q->r;
    sqlite3_stmt *st = query_work(q, err) ? db_get(r->db, DB_RES_HEAD, err) : NULL;
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    if (rc <= 0)
        return rc;
    int yes = 0;
    if (sqlite3_column_int64(st, 3) > r->pin.seq) {
        sqlite3_reset(st);
        return match_past(q, rid, err);
    }
    if (sqlite3_column_int64(st, 2) > 0 && sqlite3_column_int(st, 4) != OP_DELETED) {
        struct arena_mark mark = arena_mark(&r->arena);
        uint16_t type = (uint16_t)sqlite3_column_int(st, 0);
        int64_t seq = sqlite3_column_int64(st, 3);
        struct str packed = db_column_blob(st, 5);
        if (q->chained) {
            packed = arena_str(&r->arena, packed);
            sqlite3_reset(st);
        }
        yes = packed.p || !q->chained ? match_one(q, rid, type, seq, packed, err) : -1;
        if (!packed.p && q->chained)
            err_set(err, ERR_NO_MEMORY, NULL);
        arena_rewind(&r->arena, mark);
    }
    sqlite3_reset(st);
    return yes;
}
