/* SPDX-License-Identifier: Apache-2.0
 * Views against a naive model: random views over random stores, every way of reading, as of now, of an
 * earlier commit and inside jobs. The model leaves what is hidden out of the world before it answers; nothing
 * it leaves out may be told (a leak), nothing else may be missing (a wrong refusal). HELHET_SEED,
 * HELHET_PLANS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/find_oracle.h"
#include "store/store_int.h"
#include "store/varint.h"

#define NEED(cond)                                                                                           \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            print_error("%s:%d: %s\n", __func__, __LINE__, #cond);                                           \
            return false;                                                                                    \
        }                                                                                                    \
    } while (0)

enum { LOG_MAX = 6000, UNKNOWN = 31, PLANS_A_RULE = 4, NESTED_EVERY = 64 };

/* ---- what a version is labelled with, in the test's own terms: people are numbers, UNKNOWN not here ---- */

struct facts {
    uint16_t type;
    uint32_t patients, subjects; /* bits */
    int unit, provider;          /* -1: none */
    uint32_t flags;
    int64_t date_ms;
};

/* Every version that was ever written, in order. */
struct logged {
    size_t res; /* place in live */
    int64_t seq, time_ms;
    uint32_t version;
    bool deleted;
    struct facts facts; /* of a deletion: of what was deleted */
    struct res r;
};
static struct logged *versions;
static size_t version_count;

static int person(struct str id)
{
    int n = atoi(id.p + 1);
    return n < PATIENTS ? n : UNKNOWN;
}

static struct facts facts_of(const struct res *r)
{
    struct facts f = {.type = r->type, .unit = -1, .provider = -1, .date_ms = INT64_MIN};
    if (r->type == FAKE_PATIENT)
        f.patients = 1u << person(str_of(r->id));
    for (size_t i = 0; i < r->rows; i++) {
        const struct store_row *w = &r->row[i];
        if (w->index == STORE_CLINICAL && w->hash == 0) {
            f.patients |= 1u << person(w->text);
            f.date_ms = w->low;
        } else if (w->index == STORE_REFERENCE && w->param == FAKE_O_SUBJECT && w->target_type) {
            f.subjects |= 1u << person(w->text);
        } else if (w->index == STORE_LABEL && w->hash == STORE_LABEL_UNIT) {
            f.unit = person(w->text);
        } else if (w->index == STORE_LABEL && w->hash == STORE_LABEL_PROVIDER) {
            f.provider = person(w->text);
        } else if (w->index == STORE_LABEL) {
            f.flags = (uint32_t)w->low;
        }
    }
    return f;
}

static void log_change(const struct res *r, const struct store_change *c)
{
    OS_ASSERT(version_count < LOG_MAX);
    struct logged *l = &versions[version_count++];
    *l = (struct logged){.res = (size_t)(r - live),
                         .seq = c->seq,
                         .time_ms = c->time_ms,
                         .version = c->version,
                         .deleted = c->op == 'D',
                         .r = *r};
    l->facts = facts_of(r);
    for (size_t i = version_count - 1; l->deleted && i-- > 0;)
        if (versions[i].res == l->res) {
            l->facts = versions[i].facts;
            break;
        }
}

/* ---- the view: a random rule ---- */

enum type_rule { BY_LABEL, ALL, NOTHING };

struct rule {
    enum type_rule type[FAKE_TYPES];
    bool whole[FAKE_TYPES];
    uint32_t patients, units, providers; /* hidden ones */
    uint32_t hiding, masking;            /* flags */
    bool unlabelled, by_subject, by_date, no_mask;
    uint16_t masked[4];
    struct store_view view;
    /* what see found out of order */
    unsigned asked;
    bool wrong;
};

static enum store_sight judge(const struct rule *rule, const struct facts *f)
{
    enum type_rule t = rule->type[f->type];
    if (t != BY_LABEL)
        return t == ALL ? STORE_SEEN : STORE_HIDDEN;
    if (f->patients & rule->patients || f->flags & rule->hiding)
        return STORE_HIDDEN;
    if (f->unit >= 0 && rule->units & 1u << f->unit)
        return STORE_HIDDEN;
    if (f->unit < 0 && (rule->unlabelled || (rule->by_subject && f->subjects & rule->patients)))
        return STORE_HIDDEN;
    if (f->provider >= 0 && rule->providers & 1u << f->provider)
        return STORE_HIDDEN;
    if (rule->by_date && f->date_ms != INT64_MIN && f->date_ms > 1000000)
        return STORE_HIDDEN;
    if (f->flags & rule->masking)
        return rule->no_mask ? STORE_HIDDEN : STORE_MASKED;
    return STORE_SEEN;
}

/* Those of the people that are here have the first places. */
static int person_of(store_rid rid)
{
    for (int i = 0; i < PATIENTS; i++)
        if (live[i].rid == rid)
            return i;
    return UNKNOWN;
}

static bool see_nested(struct rule *rule, struct store_read *r, struct err *err);

static bool rule_see(void *arg, struct store_read *r, const struct store_label *label, enum store_sight *out,
                     struct err *err)
{
    struct rule *rule = arg;
    struct facts f = {
        .type = label->type, .unit = -1, .provider = -1, .flags = label->flags, .date_ms = label->date_ms};
    for (size_t i = 0; i < label->patient_count; i++)
        f.patients |= 1u << person_of(label->patient[i]);
    f.unit = label->unit ? person_of(label->unit) : -1;
    f.provider = label->provider ? person_of(label->provider) : -1;
    size_t at = 0;
    for (store_rid to; (to = store_label_target(r, label, FAKE_O_SUBJECT, &at)) != 0;)
        f.subjects |= 1u << person_of(to);
    rule->wrong = rule->wrong || rule->whole[f.type];
    *out = judge(rule, &f);
    return ++rule->asked % NESTED_EVERY || see_nested(rule, r, err);
}

/* Facts are read while something else is: all is seen, of now, and nothing is disturbed. */
static bool see_nested(struct rule *rule, struct store_read *r, struct err *err)
{
    static uint16_t obs = FAKE_OBS;
    struct store_match m = {.index = STORE_CLINICAL};
    struct store_cond c = {.kind = STORE_COND_PATIENT, .any = &m, .any_count = 1};
    struct store_plan by_patient = {.types = &obs, .type_count = 1, .cond = &c, .cond_count = 1, .limit = 3},
                      by_date = {.types = &obs, .type_count = 1, .limit = 5};
    struct store_hits hits;
    struct arena a;
    m.row = (struct store_row){.index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = STR("p0")};
    by_patient.sort[0] = (struct store_sort){STORE_CLINICAL, 0, true, NULL, 0};
    by_date.sort[0] = (struct store_sort){STORE_DATE, FAKE_O_DATE, true, NULL, 0};
    by_patient.sort_count = by_date.sort_count = 1;
    arena_init(&a);
    bool ok = store_search(r, &by_patient, &a, &hits, err) && store_search(r, &by_date, &a, &hits, err);
    rule->wrong = rule->wrong || hits.count != 5 || store_read_as_of(r) != store_read_seq(r);
    arena_release(&a);
    return ok;
}

static bool rule_mask(void *arg, struct arena *arena, uint16_t type, struct str body, struct str *out,
                      struct err *err)
{
    (void)arg;
    (void)type;
    size_t at = str_find_str(body, STR("\"text\":\"")), end = str_find(body, '"', at + 8);
    *out = arena_printf(arena, "%.*smasked%.*s", (int)at + 8, body.p, (int)(body.n - end), body.p + end);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static uint32_t pick_bits(uint64_t of)
{
    uint32_t bits = 0;
    for (int i = 0; i < PATIENTS; i++)
        bits |= dice(of) == 0 ? 1u << i : 0;
    return bits | (dice(of) == 0 ? 1u << UNKNOWN : 0);
}

static void pick_rule(struct rule *rule)
{
    *rule = (struct rule){.patients = pick_bits(1 + dice(8)),
                          .units = pick_bits(2 + dice(8)),
                          .providers = pick_bits(4 + dice(12)),
                          .hiding = dice(2) ? 1 : 0,
                          .masking = dice(3) ? 6 : 0,
                          .unlabelled = dice(6) == 0,
                          .by_subject = dice(2),
                          .by_date = dice(4) == 0,
                          .no_mask = dice(5) == 0};
    for (int i = 1; i < FAKE_TYPES; i++) {
        rule->type[i] = dice(8) ? BY_LABEL : dice(2) ? ALL : NOTHING;
        rule->whole[i] = rule->type[i] == ALL && dice(2);
    }
    rule->view = (struct store_view){.arg = rule,
                                     .see = rule_see,
                                     .mask = rule->no_mask ? NULL : rule_mask,
                                     .masked_param = rule->masked,
                                     .masked_count = dice(5)};
    for (size_t i = 0; i < rule->view.masked_count; i++)
        rule->masked[i] = (uint16_t)(1 + dice(FAKE_PARAMS - 1));
    if (rule->whole[1] || rule->whole[2] || rule->whole[3])
        rule->view.whole = rule->whole;
}

static bool is_masked(const struct rule *rule, uint16_t param)
{
    bool masked = false;
    for (size_t i = 0; i < rule->view.masked_count; i++)
        masked = masked || rule->masked[i] == param;
    return masked;
}

/* ---- the world as it is seen at a commit ---- */

struct look {
    const struct rule *rule;
    struct store_read *r;
    struct arena *a;
    int64_t seq;
    bool in_job;
    const struct logged *now[RES_MAX]; /* what each resource was then; NULL: not yet */
    enum store_sight sight[RES_MAX];
    struct res world[RES_MAX];
    size_t count;
    uint32_t given; /* people whose records were given out, as the model has it */
    struct err err;
};

static void mask_res(const struct rule *rule, struct res *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->rows; i++)
        if (r->row[i].index >= STORE_CLINICAL || !is_masked(rule, r->row[i].param))
            r->row[kept++] = r->row[i];
    r->rows = kept;
    /* Texts are sorted by as parameter 1. */
    snprintf(r->text, sizeof r->text, "%s", is_masked(rule, 1) ? "x" : "masked");
}

static void look_at(struct look *l)
{
    memset(l->now, 0, sizeof l->now);
    l->count = all_count;
    for (size_t i = 0; i < version_count; i++)
        if (versions[i].seq <= l->seq)
            l->now[versions[i].res] = &versions[i];
    for (size_t i = 0; i < l->count; i++) {
        l->world[i] = l->now[i] ? l->now[i]->r : live[i];
        struct res *w = &l->world[i];
        w->alive = l->now[i] && !l->now[i]->deleted;
        l->sight[i] = l->now[i] ? judge(l->rule, &l->now[i]->facts) : STORE_HIDDEN;
        if (l->sight[i] == STORE_MASKED)
            mask_res(l->rule, w);
        w->alive = w->alive && l->sight[i] != STORE_HIDDEN;
    }
}

/* A version that was given out with its body: of the right text, and remembered as given. */
static bool given(struct look *l, const struct store_version *v)
{
    const struct logged *g = NULL;
    for (size_t i = 0; i < version_count; i++)
        if (versions[i].r.rid == v->rid && versions[i].version == v->version)
            g = &versions[i];
    NEED(g && judge(l->rule, &g->facts) != STORE_HIDDEN);
    if (v->op == 'D') {
        NEED(!v->body.p);
        return true;
    }
    l->given |= g->facts.patients;
    bool masked = judge(l->rule, &g->facts) == STORE_MASKED;
    char text[sizeof g->r.text + 16], version[32];
    snprintf(text, sizeof text, "\"text\":\"%s\"", masked ? "masked" : g->r.text);
    snprintf(version, sizeof version, "\"versionId\":\"%u\"", g->version);
    NEED(v->body.p && str_find_str(v->body, str_of(text)) != SIZE_MAX &&
         str_find_str(v->body, str_of(version)) != SIZE_MAX);
    return true;
}

static bool check_given(struct look *l)
{
    const store_rid *patient;
    size_t count;
    bool many;
    uint64_t withheld;
    uint32_t bits = 0;
    store_read_seen(l->r, &patient, &count, &many, &withheld);
    for (size_t i = 0; i < count; i++) {
        NEED(person_of(patient[i]) == UNKNOWN || !(bits & 1u << person_of(patient[i])));
        bits |= 1u << person_of(patient[i]);
    }
    NEED(!many && bits == l->given);
    NEED(!l->rule->wrong);
    return true;
}

/* ---- each way of reading ---- */

static bool check_search(struct look *l, struct store_plan *p)
{
    const struct res *want[RES_MAX];
    size_t got = 0;
    struct store_hits hits = {.more = true};
    all = l->world;
    size_t n = plain_answer(p, want);
    p->limit = (uint32_t)(1 + dice(30));
    p->count = dice(2);
    p->no_body = dice(4) == 0;
    while (hits.more) {
        NEED(test_page(l->r, l->a, p, want, &got, n, &hits));
        for (size_t i = 0; i < hits.count && !p->no_body; i++)
            NEED(given(l, &hits.item[i]));
        if (l->in_job) /* pages are not turned there */
            return true;
    }
    NEED(got == n);
    return true;
}

static bool check_explain(struct look *l, struct store_plan *p)
{
    const struct res *want[RES_MAX];
    struct store_explanation e;
    p->cursor = (struct str){NULL, 0};
    p->no_body = true;
    size_t n = plain_answer(p, want), there = 0;
    for (size_t i = 0; i < l->count; i++)
        there += l->world[i].alive;
    NEED(store_explain(l->r, p, l->a, &e, &l->err));
    NEED(e.hits == (n < p->limit ? n : p->limit));
    for (size_t i = 0; i < e.step_count; i++)
        NEED(e.step[i].candidates <= there * ANY_MAX * MANY &&
             (e.step[i].depth || !e.step[i].usable || !e.step[i].complete || e.step[i].candidates >= n));
    return true;
}

static enum store_found expected(const struct look *l, const struct logged *g)
{
    if (!g || judge(l->rule, &g->facts) == STORE_HIDDEN)
        return STORE_ABSENT;
    return g->deleted ? STORE_DELETED : STORE_FOUND;
}

static bool same_version(struct look *l, enum store_found found, const struct store_version *v,
                         const struct logged *g)
{
    NEED(found == expected(l, g));
    if (found == STORE_ABSENT) {
        NEED(!v->body.p && !v->id.p && v->version == 0 && v->seq == 0 && v->time_ms == 0);
        return true;
    }
    NEED(v->version == g->version && v->seq == g->seq && v->time_ms == g->time_ms && str_is(v->id, g->r.id));
    return given(l, v);
}

static bool check_gets(struct look *l, size_t at)
{
    struct store_version v = {0};
    struct res *w = &l->world[at];
    struct str id = str_of(w->id);
    NEED(same_version(l, store_get(l->r, w->type, id, l->a, &v, &l->err), &v, l->now[at]));
    NEED(same_version(l, store_get_rid(l->r, w->rid, l->a, &v, &l->err), &v, l->now[at]));
    uint32_t newest = l->now[at] ? l->now[at]->version : 0;
    for (size_t i = 0; i < version_count; i++) {
        const struct logged *g = &versions[i];
        if (g->res != at)
            continue;
        const struct logged *want = g->version <= newest ? g : NULL;
        v = (struct store_version){0};
        NEED(same_version(l, store_get_version(l->r, w->type, id, g->version, l->a, &v, &l->err), &v, want));
        NEED(same_version(l, store_get_rid_version(l->r, w->rid, g->version, l->a, &v, &l->err), &v, want));
    }
    v = (struct store_version){0};
    NEED(store_get_version(l->r, w->type, id, newest + 1, l->a, &v, &l->err) == STORE_ABSENT && !v.id.p);
    return true;
}

static bool check_withheld(struct look *l, size_t at)
{
    const store_rid *patient;
    size_t count;
    bool many;
    uint64_t before, after;
    struct store_version v;
    store_read_seen(l->r, &patient, &count, &many, &before);
    store_get(l->r, l->world[at].type, str_of(l->world[at].id), l->a, &v, &l->err);
    store_read_seen(l->r, &patient, &count, &many, &after);
    NEED(after - before == (l->now[at] && l->sight[at] == STORE_HIDDEN));
    return true;
}

static bool check_counts(struct look *l)
{
    for (uint16_t type = 0; type < FAKE_TYPES; type++) {
        uint64_t count, want = 0;
        for (size_t i = 0; i < l->count; i++)
            want += l->world[i].alive && (!type || l->world[i].type == type);
        /* The counter itself is written at the end of a job. */
        bool late = l->in_job && l->rule->whole[type];
        NEED(store_count(l->r, type, &count, &l->err) && (late || count == want));
    }
    return true;
}

/* What is given out one after another, against a list of versions. */
struct row_of {
    struct look *l;
    const struct logged *want[LOG_MAX];
    size_t count, at;
    bool wrong;
};

static bool next_of(void *arg, const struct store_version *v)
{
    struct row_of *w = arg;
    const struct logged *g = w->at < w->count ? w->want[w->at++] : NULL;
    w->wrong = w->wrong || !g || g->r.rid != v->rid || g->version != v->version || !given(w->l, v);
    return !w->wrong;
}

static int cmp_logged_rid(const void *a, const void *b)
{
    const struct logged *x = *(const struct logged *const *)a, *y = *(const struct logged *const *)b;
    return x->r.rid < y->r.rid ? -1 : x->r.rid > y->r.rid;
}

static struct row_of *row_new(struct look *l)
{
    struct row_of *w = arena_alloc(l->a, sizeof *w);
    w->l = l;
    w->count = w->at = 0;
    w->wrong = false;
    return w;
}

/* Those of the world for which fn holds, in rid order. */
static struct row_of *row_world(struct look *l, bool (*fn)(const struct look *l, size_t i, const void *arg),
                                const void *arg)
{
    struct row_of *w = row_new(l);
    for (size_t i = 0; i < l->count; i++)
        if (l->world[i].alive && fn(l, i, arg))
            w->want[w->count++] = l->now[i];
    qsort(w->want, w->count, sizeof *w->want, cmp_logged_rid);
    return w;
}

static bool of_type(const struct look *l, size_t i, const void *arg)
{
    const uint16_t *type = arg;
    return !*type || l->world[i].type == *type;
}

static bool check_scan(struct look *l)
{
    uint16_t type = (uint16_t)dice(FAKE_TYPES);
    struct row_of *w = row_world(l, of_type, &type);
    NEED(store_scan(l->r, type, 0, next_of, w, &l->err) && !w->wrong && w->at == w->count);
    return true;
}

struct pointing {
    const struct res *to;
    uint8_t index;
    uint16_t param;
};

static bool points_to(const struct look *l, size_t i, const void *arg)
{
    const struct pointing *p = arg;
    const struct res *from = &l->world[i];
    for (size_t k = 0; k < from->rows; k++) {
        const struct store_row *w = &from->row[k];
        if (w->index == p->index && (!p->param || w->param == p->param) && w->target_type == p->to->type &&
            str_is(w->text, p->to->id))
            return true;
    }
    return false;
}

static bool check_around(struct look *l, size_t at)
{
    static const uint16_t params[] = {0, FAKE_O_SUBJECT, FAKE_G_MEMBER};
    struct res *w = &l->world[at];
    size_t targets = 0;
    struct pointing p = {w, STORE_REFERENCE, params[dice(3)]};
    NEED(store_targets(l->r, w->rid, see_target, &targets, &l->err));
    NEED(targets == (w->alive ? plain_targets(w) : 0));
    struct row_of *row = row_world(l, points_to, &p);
    NEED(store_referrers(l->r, w->rid, p.param, 0, next_of, row, &l->err));
    NEED(!row->wrong && row->at == row->count);
    if (w->type != FAKE_PATIENT)
        return true;
    p = (struct pointing){w, STORE_CLINICAL, 0};
    row = row_world(l, points_to, &p);
    if (w->alive) {
        memmove(row->want + 1, row->want, row->count++ * sizeof *row->want);
        row->want[0] = l->now[at];
    }
    NEED(store_compartment(l->r, w->rid, 0, next_of, row, &l->err));
    NEED(!row->wrong && row->at == row->count);
    return true;
}

static bool check_history(struct look *l)
{
    struct row_of *w = row_new(l);
    size_t at = dice(l->count);
    struct store_history h = {.type = (uint16_t)dice(FAKE_TYPES)};
    if (dice(2)) {
        h.type = l->world[at].type;
        h.id = str_of(l->world[at].id);
    }
    for (size_t i = version_count; i-- > 0;) {
        const struct logged *g = &versions[i];
        bool wanted = g->seq <= l->seq && (!h.type || g->r.type == h.type) && (!h.id.n || g->res == at);
        if (wanted && judge(l->rule, &g->facts) != STORE_HIDDEN)
            w->want[w->count++] = g;
    }
    uint64_t count;
    NEED(store_history_count(l->r, &h, &count, &l->err) && count == w->count);
    h.limit = (uint32_t)(1 + dice(20));
    do { /* page by page */
        size_t before = w->at;
        NEED(store_history_each(l->r, &h, next_of, w, &l->err) && !w->wrong);
        NEED(w->at == w->count || w->at - before == h.limit);
        if (w->at) {
            h.before_seq = w->want[w->at - 1]->seq;
            h.before_rid = w->want[w->at - 1]->r.rid;
        }
    } while (w->at < w->count);
    return true;
}

/* The log of all that was ever committed: a pin is not for it. */
static bool check_follow(struct look *l)
{
    struct store_place place = {0, 0};
    struct store_followed *f;
    size_t n = 1, at = 0;
    while (n) {
        NEED(store_follow(l->r, &place, l->a, &f, &n, &l->err));
        for (size_t i = 0; i < n; i++) {
            while (at < version_count && judge(l->rule, &versions[at].facts) == STORE_HIDDEN)
                at++;
            NEED(at < version_count && f[i].rid == versions[at].r.rid &&
                 f[i].version == versions[at].version);
            int64_t until = 0;
            for (size_t k = version_count; k-- > at + 1;)
                if (versions[k].res == versions[at].res && judge(l->rule, &versions[k].facts) != STORE_HIDDEN)
                    until = versions[k].seq;
            NEED(f[i].until == until);
            at++;
        }
    }
    while (at < version_count && judge(l->rule, &versions[at].facts) == STORE_HIDDEN)
        at++;
    NEED(at == version_count);
    return true;
}

static bool check_touched(struct look *l)
{
    uint16_t type = (uint16_t)(1 + dice(FAKE_TYPES - 1));
    int64_t after = versions[version_count - 1 - dice(20)].seq;
    bool touched, want = false;
    for (size_t i = 0; i < version_count; i++)
        want = want || (versions[i].seq > after && versions[i].r.type == type &&
                        judge(l->rule, &versions[i].facts) != STORE_HIDDEN);
    NEED(store_touched(l->r, after, &type, 1, &touched, &l->err) && touched == want);
    return true;
}

static bool check_as_of(struct look *l)
{
    struct store_as_of q = {.type = (uint16_t)(1 + dice(FAKE_TYPES - 1)), .seq = l->seq, .deleted = dice(2)};
    struct row_of *w = row_new(l);
    for (size_t i = 0; i < l->count; i++)
        if (l->now[i] && l->sight[i] != STORE_HIDDEN && l->world[i].type == q.type &&
            (q.deleted || !l->now[i]->deleted))
            w->want[w->count++] = l->now[i];
    qsort(w->want, w->count, sizeof *w->want, cmp_logged_rid);
    for (bool more = true; more;)
        NEED(store_as_of(l->r, &q, next_of, w, &q.after_rid, &more, &l->err));
    NEED(!w->wrong && w->at == w->count);
    return true;
}

/* All but searches. */
static bool check_reads(struct look *l)
{
    for (int i = 0; i < 4; i++) {
        size_t at = dice(l->count);
        NEED(check_gets(l, at) && check_withheld(l, at) && check_around(l, dice(2) ? at : dice(PATIENTS)));
    }
    return check_counts(l) && check_scan(l);
}

static bool check_logs(struct look *l, bool pinned)
{
    NEED(check_history(l));
    if (pinned)
        return true;
    NEED(check_follow(l) && check_touched(l) && check_as_of(l));
    l->seq = versions[version_count - 1 - dice(60)].seq; /* the walk itself is as of a commit */
    look_at(l);
    return check_as_of(l);
}

/* ---- the tests ---- */

static struct look look;
static struct rule rule;

static void look_begin(struct store_read *r, struct arena *a, int64_t seq, bool in_job)
{
    store_read_view(r, &rule.view);
    look.rule = &rule;
    look.r = r;
    look.a = a;
    look.seq = seq;
    look.in_job = in_job;
    look.given = 0;
    look_at(&look);
}

static void up(struct world *w)
{
    versions = os_alloc(LOG_MAX * sizeof *versions);
    version_count = 0;
    on_change = log_change;
    world_open(w);
}

static void down(struct world *w)
{
    on_change = NULL;
    world_close(w);
    os_free(versions);
}

/* Plans over what is seen, now and as of an earlier commit, and all other ways of reading. */
static bool one_round(struct world *w, size_t at)
{
    struct store_plan p;
    struct err err;
    all = live;
    for (uint64_t k = at % PLANS_A_RULE ? 0 : 1 + dice(6); k; k--)
        if (version_count < LOG_MAX - 10)
            fill_one(w->s, &w->keep, all_count == RES_MAX || dice(8));
    pick_plan(&w->a, &p, 0, FAKE_PATIENT + (uint16_t)(dice(8) ? dice(2) : 2));
    struct store_read *r = store_read_begin(w->s, &err);
    bool pinned = dice(3) == 0;
    int64_t seq = pinned ? versions[version_count - 1 - dice(60)].seq : store_read_seq(r);
    store_read_pin(r, seq);
    pinned = pinned && seq < store_read_seq(r);
    look_begin(r, &w->a, seq, false);
    bool ok = check_search(&look, &p);
    if (!ok)
        show(r, &w->a, &p, w->seed, at);
    ok = ok && check_explain(&look, &p);
    if (ok && at % PLANS_A_RULE == 0)
        ok = check_reads(&look) && check_logs(&look, pinned);
    ok = ok && check_given(&look);
    store_read_end(r);
    all = live;
    return ok;
}

/* In a job, which also sees what it wrote itself. A check that fails there is told of here. */
struct in_job {
    struct world *w;
    size_t at;
    bool ok;
};

static bool job_change(struct in_job *j, struct store_tx *tx)
{
    struct res *r = &live[dice(all_count)];
    pick_rows(r);
    for (size_t k = 0; k < r->rows; k++)
        r->row[k].text = arena_str(&j->w->keep, r->row[k].text);
    r->alive = dice(4) != 0;
    snprintf(r->text, sizeof r->text, "in-a-job");
    struct store_change c =
        fake_change(&j->w->keep, r->alive ? 'U' : 'D', r->type, r->id, r->row, r->rows, r->text);
    NEED(store_put(tx, &c, &look.err));
    if (c.noop)
        return true;
    r->version = c.version;
    r->time_ms = c.time_ms;
    log_change(r, &c);
    return true;
}

static bool job_checks(struct in_job *j, struct store_tx *tx)
{
    struct store_plan p;
    struct store_version v;
    struct store_read *r = store_tx_read(tx);
    NEED(!r->sight.on); /* nothing is left of the job before */
    pick_plan(&j->w->a, &p, 0, FAKE_PATIENT + (uint16_t)dice(3));
    look_begin(r, &j->w->a, store_tx_seq(tx) - 1, true);
    NEED(check_search(&look, &p) && check_reads(&look) && check_given(&look));
    all = live;
    for (int i = 0; i < 3; i++)
        NEED(job_change(j, tx));
    look_begin(r, &j->w->a, store_tx_seq(tx), true);
    NEED(check_counts(&look));
    for (size_t i = 0; i < look.count; i++) {
        enum store_found found = store_get(r, live[i].type, str_of(live[i].id), &j->w->a, &v, &look.err);
        NEED(found == expected(&look, look.now[i]));
        NEED(found != STORE_FOUND || (v.version == look.now[i]->version && given(&look, &v)));
    }
    return check_given(&look);
}

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct in_job *j = arg;
    (void)err;
    j->ok = job_checks(j, tx);
    return true;
}

static void test_jobs(void **state)
{
    (void)state;
    struct world w;
    struct err err;
    up(&w);
    for (size_t i = 0; i < w.plans / 8; i++) {
        struct in_job j = {&w, i, false};
        struct store_job job = {job_run, NULL, &j, STR("tester"), STR("test")};
        arena_reset(&w.a);
        pick_rule(&rule);
        all = live;
        assert_true(store_run(w.s, &job, &err));
        if (!j.ok)
            fail_msg("seed %" PRIu64 " round %zu: %s", w.seed, i, err_info(look.err.code)->name);
    }
    all = live;
    world_check(&w);
    down(&w);
}

static void test_views(void **state)
{
    (void)state;
    struct world w;
    up(&w);
    for (size_t i = 0; i < w.plans / 2; i++) {
        arena_reset(&w.a);
        if (i % PLANS_A_RULE == 0)
            pick_rule(&rule);
        if (!one_round(&w, i))
            fail_msg("seed %" PRIu64 " round %zu: %s", w.seed, i, err_info(look.err.code)->name);
    }
    world_check(&w);
    down(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_views), cmocka_unit_test(test_jobs)};
    return cmocka_run_group_tests_name("sight", tests, NULL, NULL);
}
