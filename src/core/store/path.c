/* SPDX-License-Identifier: Apache-2.0
 * Candidates: what an index says of one condition. A path may give too many (match.c decides), never too few.
 */
#include <math.h>

#include "store/lookup.h"
#include "store/plan.h"

enum { PATH_DAY_MS = 86400000 };

/* Where rids go while a path is read. */
struct sink {
    struct query *q;
    struct rid_list *out;
    store_rid after;
    size_t max;
    bool full;
};

typedef int path_fn(struct sink *s, struct cmatch *m, struct err *err);

static int sink_rid(struct sink *s, store_rid rid, struct err *err)
{
    if (!query_tick(s->q, err))
        return -1;
    if (rid <= s->after)
        return 1;
    if (s->out->count && s->out->item[s->out->count - 1] == rid)
        return 1;
    if (s->out->count >= s->max) {
        s->full = true;
        return 0;
    }
    return rid_list_add(s->out, s->q->arena, rid, err) ? 1 : -1;
}

/* Reads st to its end into the sink; with second only rows that have it in their second column. */
static int sink_read(struct sink *s, sqlite3_stmt *st, const int64_t *second, struct err *err)
{
    int rc = 1, more = 1;
    while (more > 0 && (rc = db_step(s->q->r->db, st, err)) > 0)
        if (!second || sqlite3_column_int64(st, 1) == *second)
            more = sink_rid(s, sqlite3_column_int64(st, 0), err);
    sqlite3_reset(st);
    return rc < 0 || more < 0 ? -1 : 1;
}

static sqlite3_stmt *path_stmt(struct sink *s, enum db_stmt which, int64_t a, int64_t b, int64_t c,
                               struct err *err)
{
    sqlite3_stmt *st = db_get(s->q->r->db, which, err);
    if (st) {
        sqlite3_bind_int64(st, 1, a);
        sqlite3_bind_int64(st, 2, b);
        sqlite3_bind_int64(st, 3, c);
    }
    return st;
}

static int path_token(struct sink *s, struct cmatch *m, struct err *err)
{
    static const int64_t mask = (INT64_C(1) << LOOKUP_CASE_BITS) - 1;
    if (m->m->any_case) {
        sqlite3_stmt *all = path_stmt(s, DB_PATH_TOKEN_CASE, m->param, m->key & ~mask, m->key | mask, err);
        return all ? sink_read(s, all, NULL, err) : -1;
    }
    sqlite3_stmt *st = path_stmt(s, DB_PATH_TOKEN, m->param, m->key, s->after, err);
    return st ? sink_read(s, st, m->m->any_name ? NULL : &m->name, err) : -1;
}

/* STRING and COMPOSITE: the texts that begin with the wanted one, or equal it. */
static int path_text(struct sink *s, struct cmatch *m, struct err *err)
{
    bool string = m->index == STORE_STRING;
    sqlite3_stmt *st = db_get(s->q->r->db, string ? DB_PATH_STRING : DB_PATH_COMPOSITE, err);
    if (!st)
        return -1;
    struct str from = table_text(m->m->row.text);
    char to[TABLE_TEXT_MAX + 1];
    size_t n = from.n;
    memcpy(to, from.n ? from.p : "", n);
    if (m->m->cmp == STORE_CMP_PREFIX) {
        memset(to + n, 0xFF, 1); /* no text has this byte: UTF-8 */
        n++;
    } else {
        to[n++] = 0; /* the text next in order */
    }
    sqlite3_bind_int64(st, 1, m->param);
    db_bind_blob(st, 2, from);
    db_bind_blob(st, 3, (struct str){to, n});
    return sink_read(s, st, NULL, err);
}

static int64_t minus(int64_t v, int64_t d)
{
    return v < INT64_MIN + d ? INT64_MIN : v - d;
}

static int path_date(struct sink *s, struct cmatch *m, struct err *err)
{
    int64_t low = m->m->row.low, high = m->m->row.high, from = INT64_MIN, to = INT64_MAX,
            long_from = INT64_MAX;
    const int64_t wide = PATH_DAY_MS + 1000; /* rows not in date_long span at most this */
    switch (m->m->cmp) {
    case STORE_CMP_EQ:
        from = low, to = high;
        break;
    case STORE_CMP_LT:
    case STORE_CMP_EB:
        to = low;
        break;
    case STORE_CMP_LE:
        to = high > low ? high : low;
        break;
    case STORE_CMP_GT:
        from = minus(high, wide), long_from = high;
        break;
    case STORE_CMP_GE:
        from = minus(high, wide), long_from = high;
        from = low < from ? low : from;
        break;
    case STORE_CMP_SA:
        from = high;
        break;
    case STORE_CMP_OVERLAP:
        from = minus(low, wide), to = high, long_from = low;
        break;
    default:
        break;
    }
    sqlite3_stmt *st = path_stmt(s, DB_PATH_DATE, m->param, table_seconds(from), table_seconds(to), err);
    int rc = st ? sink_read(s, st, NULL, err) : -1;
    if (rc < 0 || s->full || long_from == INT64_MAX)
        return rc;
    st = db_get(s->q->r->db, DB_PATH_DATE_LONG, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, m->param);
    sqlite3_bind_int64(st, 2, table_seconds(long_from));
    return sink_read(s, st, NULL, err);
}

/* A low end from which every row that is not in number_long and ends after v must begin (table_number_long).
 */
static double number_from(double v)
{
    double near = v - 1, far = v > 0 ? v / 2 : -HUGE_VAL;
    return near < far ? near : far;
}

static int path_number(struct sink *s, struct cmatch *m, struct err *err)
{
    double low = m->m->row.number_low, high = m->m->row.number_high, from = -HUGE_VAL, to = HUGE_VAL;
    double long_from = HUGE_VAL;
    switch (m->m->cmp) {
    case STORE_CMP_EQ:
        from = low, to = high;
        break;
    case STORE_CMP_LT:
    case STORE_CMP_EB:
        to = low;
        break;
    case STORE_CMP_LE:
        to = high > low ? high : low;
        break;
    case STORE_CMP_GT:
        from = number_from(high), long_from = high;
        break;
    case STORE_CMP_GE:
        from = number_from(high), long_from = high;
        from = low < from ? low : from;
        break;
    case STORE_CMP_SA:
        from = high;
        break;
    case STORE_CMP_OVERLAP:
        from = number_from(low), to = high, long_from = low;
        break;
    default:
        break;
    }
    sqlite3_stmt *st = db_get(s->q->r->db, DB_PATH_NUMBER, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, m->param);
    sqlite3_bind_double(st, 2, from);
    sqlite3_bind_double(st, 3, to);
    int rc = sink_read(s, st, NULL, err);
    if (rc < 0 || s->full || long_from == HUGE_VAL)
        return rc;
    st = db_get(s->q->r->db, DB_PATH_NUMBER_LONG, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, m->param);
    sqlite3_bind_double(st, 2, long_from);
    return sink_read(s, st, NULL, err);
}

static int path_target(struct sink *s, const struct cmatch *m, store_rid target, struct err *err)
{
    sqlite3_stmt *st = path_stmt(s, DB_PATH_REFERENCE, target, m->param, s->after, err);
    return st ? sink_read(s, st, NULL, err) : -1;
}

/* The targets that resource rid refers to through the parameter. */
static int path_targets_of(struct sink *s, const struct cmatch *m, store_rid rid, struct err *err)
{
    struct store_read *r = s->q->r;
    struct pin_state head;
    struct rows_group g;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = m->masked ? sight_head(r, rid, &r->arena, &head, err) : pin_head(r, rid, &r->arena, &head, err);
    int more = ok ? 1 : -1;
    while (more > 0 && rows_next(&head.packed, rid, &g, &ok)) {
        bool named = false;
        for (int i = 0; i < g.params && !named; i++)
            named = g.param[i] == m->param;
        if (g.row.kind == STORE_REFERENCE && named && g.row.name > 0)
            more = sink_rid(s, g.row.name, err);
    }
    arena_rewind(&r->arena, mark);
    return more < 0 ? -1 : 1;
}

/* _has: all that the chain's results point at, gathered once. 1, 0 more than max, -1 failed. */
static int path_pointed(struct sink *s, struct cmatch *m, struct err *err)
{
    struct rid_list list = {0};
    struct sink to = {s->q, &list, 0, s->max, false};
    int rc = 1;
    for (size_t i = 0; i < m->result.count && rc > 0 && !to.full && !m->target_known; i++)
        rc = path_targets_of(&to, m, m->result.item[i], err);
    if (rc < 0 || to.full)
        return rc < 0 ? -1 : 0;
    if (!m->target_known) {
        rid_list_unique(&list);
        m->target = list;
        m->target_known = true;
    }
    return 1;
}

/* The chain's results, when they are no more than max. 1, 0 more, -1 failed. */
static int path_results(struct cmatch *m, size_t max, struct err *err)
{
    struct rid_list list = {0};
    if (m->result_known)
        return 1;
    int rc = choose_collect(m->chain, max, &list, err);
    rid_list_unique(&list);
    m->result = list;
    m->result_known = rc > 0;
    return rc;
}

static bool path_merged(const struct ccond *c)
{
    const struct cmatch *m = c->any;
    return c->c->kind == STORE_COND_MATCH && c->any_count == 1 && m->chain && !m->m->reverse &&
           m->result_known && m->result.count <= PLAN_MERGE_MAX;
}

bool path_few(struct ccond *c, struct err *err)
{
    struct cmatch *m = c->any;
    if (c->c->kind != STORE_COND_MATCH || c->any_count != 1 || !m->chain || m->m->reverse || !path_usable(c))
        return true;
    int exact = query_exact(m->chain, err);
    return exact > 0 ? path_results(m, PLAN_MERGE_MAX, err) >= 0 : exact == 0;
}

/* Of each result's referrers the first: enough to have the first of them all, in order. */
static int path_merge_chain(struct sink *s, struct cmatch *m, struct err *err)
{
    struct rid_list list = {0};
    size_t room = s->max - s->out->count;
    int rc = 1;
    for (size_t i = 0; i < m->result.count && rc > 0; i++) {
        struct sink to = {s->q, &list, s->after, list.count + room, false};
        rc = path_target(&to, m, m->result.item[i], err);
        s->full = s->full || to.full;
    }
    rid_list_unique(&list);
    s->full = s->full || list.count > room;
    for (size_t i = 0; i < list.count && i < room && rc > 0; i++)
        rc = rid_list_add(s->out, s->q->arena, list.item[i], err) ? 1 : -1;
    return rc;
}

/* Are there more of the chain's results than resources of the query's types? Then looking at these is less
 * work. */
static bool path_crowd(const struct query *q, const struct cmatch *m)
{
    uint64_t total = 0, n = 0;
    for (size_t i = 0; i < q->type_count; i++) {
        if (!store_count(q->r, number_build(&q->r->s->types, q->type[i]), &n, NULL))
            return false;
        total += n;
    }
    return q->type_count && m->result.count > total;
}

/* From the chain's results to what refers to them, or (_has) to what they refer to. */
static int path_chain(struct sink *s, struct cmatch *m, struct err *err)
{
    int rc = path_results(m, s->max, err);
    if (rc > 0 && m->m->reverse && !m->target_known && path_crowd(s->q, m))
        rc = 0;
    if (rc > 0 && m->result.count > s->max)
        rc = 0;
    if (rc > 0 && m->m->reverse)
        rc = path_pointed(s, m, err);
    s->full = s->full || rc == 0;
    const struct rid_list *from = m->m->reverse ? &m->target : &m->result;
    for (size_t i = 0; i < from->count && rc > 0 && !s->full; i++)
        rc = m->m->reverse ? sink_rid(s, from->item[i], err) : path_target(s, m, from->item[i], err);
    return rc < 0 ? -1 : 1;
}

static int path_reference(struct sink *s, struct cmatch *m, struct err *err)
{
    int rc = 1;
    if (m->chain || m->m->cmp != STORE_CMP_BELOW)
        return m->chain ? path_chain(s, m, err) : path_target(s, m, m->name, err);
    for (size_t i = 0; i < m->names.count && rc > 0 && !s->full; i++)
        rc = path_target(s, m, -m->names.item[i], err);
    return rc;
}

static int path_uri(struct sink *s, struct cmatch *m, struct err *err)
{
    bool below = m->m->cmp == STORE_CMP_BELOW;
    size_t n = below ? m->names.count : 1;
    int rc = 1;
    for (size_t i = 0; i < n && rc > 0 && !s->full; i++) {
        sqlite3_stmt *st =
            path_stmt(s, DB_PATH_URI, m->param, below ? m->names.item[i] : m->name, s->after, err);
        rc = st ? sink_read(s, st, NULL, err) : -1;
    }
    return rc;
}

static int path_patient_type(struct sink *s, const struct cmatch *m, uint16_t type, struct err *err)
{
    sqlite3_stmt *st = path_stmt(s, DB_PATH_PATIENT, m->name, type, m->key, err);
    return st ? sink_read(s, st, NULL, err) : -1;
}

static int path_patient(struct sink *s, struct cmatch *m, struct err *err)
{
    const struct query *q = s->q;
    int rc = 1;
    for (size_t i = 0; i < q->type_count && rc > 0 && !s->full; i++)
        rc = path_patient_type(s, m, q->type[i], err);
    if (q->of->types)
        return rc;
    sqlite3_stmt *st = db_get(q->r->db, DB_PATH_COMPARTMENT, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, m->name);
    return sink_read(s, st, &m->key, err);
}

static const struct path {
    path_fn *fn;
    const char *name;
    enum db_stmt stmt;
} paths[] = {
    [STORE_TOKEN] = {path_token, "token", DB_PATH_TOKEN},
    [STORE_STRING] = {path_text, "string", DB_PATH_STRING},
    [STORE_DATE] = {path_date, "date", DB_PATH_DATE},
    [STORE_NUMBER] = {path_number, "number", DB_PATH_NUMBER},
    [STORE_REFERENCE] = {path_reference, "reference", DB_PATH_REFERENCE},
    [STORE_URI] = {path_uri, "uri", DB_PATH_URI},
    [STORE_COMPOSITE] = {path_text, "composite", DB_PATH_COMPOSITE},
    [STORE_CLINICAL] = {path_patient, "clinical", DB_PATH_PATIENT},
};

static bool path_match_usable(const struct cmatch *m)
{
    const struct store_match *sm = m->m;
    if (m->never)
        return true;
    if (m->index == STORE_REFERENCE && m->chain)
        return true;
    if (sm->cmp == STORE_CMP_ANY && m->index != STORE_COMPOSITE && m->index != STORE_CLINICAL)
        return false;
    return sm->cmp != STORE_CMP_NE && sm->cmp != STORE_CMP_CONTAINS && sm->cmp != STORE_CMP_ENDS &&
           !(m->index == STORE_TOKEN && sm->any_text);
}

static bool path_sub_usable(const struct query *sub)
{
    bool usable = sub->never;
    for (size_t i = 0; i < sub->cond_count && !usable; i++)
        usable = path_usable(&sub->cond[i]);
    return usable;
}

bool path_usable(const struct ccond *c)
{
    if (c->c->negate || c->c->kind == STORE_COND_UPDATED)
        return false;
    bool usable = true;
    for (size_t i = 0; i < c->sub_count && usable; i++)
        usable = path_sub_usable(c->sub[i]);
    for (size_t i = 0; i < c->any_count && usable; i++)
        usable = path_match_usable(&c->any[i]);
    return usable;
}

bool path_ordered(const struct ccond *c)
{
    if (c->c->kind == STORE_COND_IDS || c->c->kind == STORE_COND_RIDS)
        return !c->c->negate;
    if (path_merged(c))
        return !c->c->negate;
    if (c->c->kind != STORE_COND_MATCH || c->any_count != 1 || c->any[0].chain)
        return false;
    const struct cmatch *m = &c->any[0];
    return m->m->cmp != STORE_CMP_BELOW && !m->m->any_case &&
           (m->index == STORE_TOKEN || m->index == STORE_REFERENCE || m->index == STORE_URI);
}

/* Rows of a parameter named "Type.code" come from resources of that type only. */
static bool path_param_typed(const struct query *q, const struct cmatch *m)
{
    if (!q->of->types)
        return true;
    if (q->of->type_count != 1)
        return false;
    const struct store_schema *schema = &q->r->s->schema;
    struct str param = str_of(schema->param_names[m->m->row.param]);
    struct str type = str_of(schema->type_names[q->of->types[0]]);
    return str_starts(param, type) && param.n > type.n && param.p[type.n] == '.';
}

bool path_exact(const struct query *q, const struct ccond *c)
{
    if (!path_usable(c) || (c->c->kind != STORE_COND_MATCH && c->c->kind != STORE_COND_PATIENT))
        return false;
    if (c->c->kind == STORE_COND_PATIENT)
        return true;
    bool exact = true;
    for (size_t i = 0; i < c->any_count && exact; i++) {
        const struct cmatch *m = &c->any[i];
        bool kind = (m->index == STORE_TOKEN || m->index == STORE_REFERENCE || m->index == STORE_URI ||
                     (m->index == STORE_STRING && m->m->cmp == STORE_CMP_PREFIX && !m->m->whole &&
                      m->m->row.text.n <= TABLE_TEXT_MAX)) &&
                    !(m->m->reverse && m->chain) && !m->m->any_case;
        exact = m->never || (kind && path_param_typed(q, m));
    }
    return exact;
}

/* What any part leads to: of each part its narrowest condition. */
static int path_group(struct sink *s, struct ccond *c, struct err *err)
{
    int rc = 1;
    for (size_t i = 0; i < c->sub_count && rc > 0; i++) {
        struct ccond *best;
        struct rid_list list = {0};
        if (c->sub[i]->never)
            continue;
        size_t room = s->max - s->out->count;
        rc = room ? choose_round(c->sub[i], s->after, room, &best, &list, err) : 0;
        for (size_t k = 0; k < list.count && rc > 0; k++)
            if (sink_rid(s, list.item[k], err) < 0)
                rc = -1;
    }
    return rc;
}

/* Candidates as the indexes have them now. */
static int path_index(struct query *q, struct ccond *c, store_rid after, size_t max, struct rid_list *out,
                      struct err *err)
{
    struct sink s = {q, out, after, out->count + max, false};
    int rc = 1;
    if (c->c->kind == STORE_COND_GROUP)
        return path_group(&s, c, err);
    for (size_t i = 0; i < c->id_count && rc > 0; i++)
        rc = sink_rid(&s, c->id[i], err);
    if (path_merged(c))
        return path_merge_chain(&s, &c->any[0], err) < 0 ? -1 : !s.full;
    for (size_t i = 0; i < c->any_count && rc > 0 && !s.full; i++)
        if (!c->any[i].never)
            rc = paths[c->any[i].index].fn(&s, &c->any[i], err);
    return rc < 0 ? -1 : !s.full;
}

/* Indexes know what is now: pinned, what has changed since joins every condition's candidates. */
static int path_merge(struct query *q, store_rid after, size_t max, size_t from, int rc, struct rid_list *out,
                      struct err *err)
{
    if (!q->past_known && !pin_list(q->r, q->type, q->type_count, q->arena, &q->past, err))
        return -1;
    q->past_known = true;
    store_rid last = rc > 0 ? INT64_MAX : out->count > from ? out->item[out->count - 1] : 0;
    for (size_t i = 0; i < q->past.count && q->past.item[i] <= last; i++)
        if (q->past.item[i] > after && !rid_list_add(out, q->arena, q->past.item[i], err))
            return -1;
    struct rid_list fresh = {out->item + from, out->count - from, 0};
    rid_list_unique(&fresh);
    if (fresh.count > max) {
        fresh.count = max;
        rc = 0;
    }
    out->count = from + fresh.count;
    return rc;
}

int path_gather(struct query *q, struct ccond *c, store_rid after, size_t max, struct rid_list *out,
                struct err *err)
{
    size_t from = out->count;
    int rc = path_index(q, c, after, max, out, err);
    /* A group's parts are left to the query around them. */
    if (rc < 0 || q->r->pin.seq == PIN_NOW || q->group)
        return rc;
    return path_merge(q, after, max, from, rc, out, err);
}

int path_scan(struct query *q, store_rid after, size_t max, struct rid_list *out, struct err *err)
{
    struct sink s = {q, out, after, out->count + max, false};
    bool all = q->of->types == NULL;
    if (all || q->type_count == 1) {
        sqlite3_stmt *st = db_get(q->r->db, all ? DB_RES_ALL : DB_KIND_ALL, err);
        if (!st)
            return -1;
        if (!all)
            sqlite3_bind_int64(st, 1, q->type[0]);
        sqlite3_bind_int64(st, all ? 1 : 2, after);
        int rc = sink_read(&s, st, NULL, err);
        return rc < 0 ? -1 : !s.full;
    }
    /* Several types: the first max of each are enough to have the first max of all. */
    size_t from = out->count;
    bool cut = false;
    for (size_t i = 0; i < q->type_count; i++) {
        sqlite3_stmt *st = db_get(q->r->db, DB_KIND_ALL, err);
        if (!st)
            return -1;
        sqlite3_bind_int64(st, 1, q->type[i]);
        sqlite3_bind_int64(st, 2, after);
        s.max = out->count + max;
        s.full = false;
        if (sink_read(&s, st, NULL, err) < 0)
            return -1;
        cut = cut || s.full;
    }
    struct rid_list fresh = {out->item + from, out->count - from, 0};
    rid_list_unique(&fresh);
    if (fresh.count > max) {
        fresh.count = max;
        cut = true;
    }
    out->count = from + fresh.count;
    return !cut;
}

void path_explain(const struct ccond *c, struct buf *out)
{
    if (c->c->kind == STORE_COND_IDS || c->c->kind == STORE_COND_RIDS) {
        buf_printf(out, "by %zu ids\n", c->id_count);
        return;
    }
    for (size_t i = 0; i < c->sub_count; i++)
        for (size_t k = 0; k < c->sub[i]->cond_count; k++)
            if (path_usable(&c->sub[i]->cond[k]))
                path_explain(&c->sub[i]->cond[k], out);
    for (size_t i = 0; i < c->any_count; i++) {
        const struct cmatch *m = &c->any[i];
        const struct path *p = &paths[m->index];
        if (i && m->index == c->any[i - 1].index) /* alternatives are alike, mostly */
            continue;
        buf_printf(out, "by %s%s: %s\n", p->name,
                   m->never   ? " (never seen)"
                   : m->chain ? " (chain)"
                              : "",
                   db_text(p->stmt));
    }
}
