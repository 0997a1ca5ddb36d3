/* SPDX-License-Identifier: Apache-2.0
 * Finding patterns: the index's rows of a time as events, one for each record and patient; each kind of rule
 * takes those that it is about, puts them in groups (who, whose), and judges the groups. */
#include "audit/audit_flag.h"

#include <stdlib.h>

#include "audit/audit_flag_int.h"
#include "audit/audit_index_int.h"
#include "base/os.h"
#include "base/time.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
enum {
    HOUR_MS = 3600 * 1000,
    MINUTE_MS = 60 * 1000,
    HOURS = 24,
};

struct event {
    uint64_t seq;
    int64_t time, day; /* day: 0 unless a rule counts by days */
    int32_t user, unit, patient;
    uint8_t bits, outcome;
    bool several; /* the record names several patients */
};

struct look {
    struct audit_index *x;
    const struct audit_flag_rules *rules;
    const struct audit_flag_facts *facts;
    const struct audit_flag_query *q;
    struct arena *arena;
    struct audit_flags *out;
    struct err *err;
    struct event *event, *taken; /* of the time, by seq; those that a rule takes */
    size_t count, taken_count;
    uint64_t asked;
    const struct audit_flag_rule *rule;
};

/* ---- words ---- */

static struct str word_of(struct look *l, int64_t id)
{
    sqlite3_stmt *st = id ? side_get(&l->x->side, AUDIT_WORD_TEXT, l->err) : NULL;
    struct str text = {"", 0};
    if (!st)
        return text;
    sqlite3_bind_int64(st, 1, id);
    if (side_step(&l->x->side, st, l->err) > 0)
        text = arena_str(l->arena, side_column(st, 0));
    sqlite3_reset(st);
    return text;
}

/* ---- the events ---- */

static struct event *event_new(struct look *l, size_t *cap)
{
    if (l->count == *cap) {
        size_t more = *cap ? *cap * 2 : 1024;
        l->event = arena_grow(l->arena, l->event, *cap, more, sizeof *l->event);
        *cap = more;
    }
    return l->event ? &l->event[l->count++] : NULL;
}

/* One for each patient of a row, or one without. */
static bool add_row(struct look *l, sqlite3_stmt *st, size_t *cap)
{
    struct str patients = side_column(st, 6);
    size_t n = patients.n / sizeof(int32_t);
    for (size_t i = 0; i < (n ? n : 1); i++) {
        struct event *e = event_new(l, cap);
        if (!e)
            return err_set(l->err, ERR_NO_MEMORY, NULL);
        *e = (struct event){.seq = (uint64_t)sqlite3_column_int64(st, 0),
                            .time = sqlite3_column_int64(st, 1),
                            .user = sqlite3_column_int(st, 2),
                            .unit = sqlite3_column_int(st, 3),
                            .outcome = (uint8_t)sqlite3_column_int(st, 4),
                            .bits = (uint8_t)sqlite3_column_int(st, 5),
                            .several = n > 1};
        if (n)
            memcpy(&e->patient, patients.p + i * sizeof(int32_t), sizeof(int32_t));
    }
    l->out->records++;
    return true;
}

static bool load(struct look *l)
{
    sqlite3_stmt *st = side_get(&l->x->side, AUDIT_EVENTS, l->err);
    size_t cap = 0;
    int rc = 0;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, l->q->low_ms);
    sqlite3_bind_int64(st, 2, l->q->high_ms);
    while (l->count < AUDIT_FLAG_RECORDS_MAX && (rc = side_step(&l->x->side, st, l->err)) > 0)
        if (!add_row(l, st, &cap)) {
            sqlite3_reset(st);
            return false;
        }
    l->out->complete = l->count < AUDIT_FLAG_RECORDS_MAX;
    sqlite3_reset(st);
    return rc >= 0;
}

typedef bool take_fn(const struct audit_flag_rule *rule, struct event *e);
typedef int order_fn(const void *a, const void *b);

static bool take(struct look *l, take_fn *fn, order_fn *order)
{
    if (!l->taken)
        l->taken = ARENA_ARRAY(l->arena, struct event, l->count + 1);
    if (!l->taken)
        return err_set(l->err, ERR_NO_MEMORY, NULL);
    l->taken_count = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct event e = l->event[i];
        if (fn(l->rule, &e))
            l->taken[l->taken_count++] = e;
    }
    qsort(l->taken, l->taken_count, sizeof *l->taken, order);
    return true;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By who and whose, then in the order they came. */
static int by_pair(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = compare(x->user, y->user);
    c = c ? c : compare(x->patient, y->patient);
    c = c ? c : compare(x->day, y->day);
    return c ? c : compare((int64_t)x->seq, (int64_t)y->seq);
}

static int by_user(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = compare(x->user, y->user);
    return c ? c : compare((int64_t)x->seq, (int64_t)y->seq);
}

static int by_user_day(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = compare(x->user, y->user);
    c = c ? c : compare(x->day, y->day);
    return c ? c : compare((int64_t)x->seq, (int64_t)y->seq);
}

static int by_patient(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = compare(x->patient, y->patient);
    return c ? c : compare((int64_t)x->seq, (int64_t)y->seq);
}

/* ---- what is found ---- */

static uint64_t reviewed(struct look *l, const struct audit_flagged *f)
{
    uint64_t n = 0;
    for (size_t i = 0; i < f->event_count; i++) {
        sqlite3_stmt *st = side_get(&l->x->side, AUDIT_REVIEWED, l->err);
        if (!st)
            return n;
        sqlite3_bind_int64(st, 1, (int64_t)f->event[i]);
        n += side_step(&l->x->side, st, l->err) > 0;
        sqlite3_reset(st);
    }
    return n;
}

static bool wanted(struct str want, struct str have)
{
    return !want.n || str_eq(want, have);
}

/* One group of events is to be looked at. whose: all of one patient; who: all of one person. */
static bool found(struct look *l, const struct event *e, size_t n, uint64_t count, bool who, bool whose)
{
    struct audit_flagged f = {.rule = l->rule, .count = count, .from_ms = e[0].time, .to_ms = e[n - 1].time};
    f.user = who ? word_of(l, e[0].user) : STR("");
    f.unit = who ? word_of(l, e[n - 1].unit) : STR("");
    f.patient = whose ? word_of(l, e[0].patient) : STR("");
    if (!wanted(l->q->user, f.user) || !wanted(l->q->unit, f.unit) || !wanted(l->q->patient, f.patient))
        return true;
    for (size_t i = n; i-- && f.event_count < AUDIT_FLAG_EVENTS_MAX;)
        if (!f.event_count || f.event[f.event_count - 1] != e[i].seq)
            f.event[f.event_count++] = e[i].seq;
    l->out->found[l->rule - l->rules->item]++;
    if (l->out->count == AUDIT_FLAG_FOUND_MAX) {
        l->out->complete = false;
        return true;
    }
    l->out->item[l->out->count++] = f;
    return true;
}

static uint64_t records_of(const struct event *e, size_t n)
{
    uint64_t records = 0;
    for (size_t i = 0; i < n; i++)
        records += i == 0 || e[i].seq != e[i - 1].seq;
    return records;
}

/* ---- asking the facts ---- */

static bool may_ask(struct look *l)
{
    if (l->asked == AUDIT_FLAG_ASKED_MAX)
        l->out->complete = false;
    return l->asked < AUDIT_FLAG_ASKED_MAX && ++l->asked;
}

static bool related(struct look *l, const struct event *e, int64_t low, int64_t high, bool *yes)
{
    int64_t around = (int64_t)l->rule->days * DAY_MS;
    *yes = true; /* what cannot be asked is not flagged */
    return !may_ask(l) || l->facts->related(l->facts->arg, word_of(l, e->unit), word_of(l, e->patient),
                                            low - around, high + around, yes, l->err);
}

/* ---- pairs: one person and one patient ---- */

/* Which of several patients a mark is about is not known. */
static bool marked(struct event *e, uint8_t bit)
{
    if (e->several)
        e->patient = 0;
    return e->bits & bit;
}

static bool take_own(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    return marked(e, AUDIT_FLAG_OWN);
}

static bool take_colleague(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    return marked(e, AUDIT_FLAG_COLLEAGUE);
}

static bool take_emergency(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    return marked(e, AUDIT_FLAG_EMERGENCY);
}

/* A record of one patient, opened by staff. Lists of many are not somebody's record being read. */
static bool take_opened(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    return e->user && e->patient && !e->several && e->bits & AUDIT_BIT_STAFF &&
           !(e->bits & (AUDIT_BIT_NAME | AUDIT_BIT_MANY)) && e->outcome == AUDIT_DONE + 1;
}

static bool judge_same(struct look *l, const struct event *e, size_t n, bool *yes)
{
    enum audit_flag_same what = l->rule->kind == FLAG_SURNAME ? AUDIT_FLAG_SURNAME : AUDIT_FLAG_ADDRESS;
    (void)n;
    *yes = false;
    return !may_ask(l) || l->facts->same(l->facts->arg, what, word_of(l, e->user), word_of(l, e->patient),
                                         l->rule->limit, yes, l->err);
}

static bool judge_related(struct look *l, const struct event *e, size_t n, bool *yes)
{
    bool relation;
    bool ok = related(l, e, e[0].time, e[n - 1].time, &relation);
    *yes = !relation;
    return ok;
}

typedef bool judge_fn(struct look *l, const struct event *e, size_t n, bool *yes);

static bool pairs(struct look *l, take_fn *fn, judge_fn *judge)
{
    if (!take(l, fn, by_pair))
        return false;
    for (size_t i = 0, n; i < l->taken_count; i += n) {
        const struct event *e = &l->taken[i];
        bool yes = true;
        for (n = 1; i + n < l->taken_count && e[n].user == e->user && e[n].patient == e->patient; n++)
            ;
        if (judge && !judge(l, e, n, &yes))
            return false;
        if (yes && !found(l, e, n, records_of(e, n), true, e->patient))
            return false;
    }
    return true;
}

/* ---- windows: how many different ones in a time ---- */

/* Counts by number, for one group. */
struct tally {
    int64_t *key;
    uint32_t *n;
    size_t cap, different;
};

static bool tally_init(struct tally *t, struct arena *arena, size_t events)
{
    *t = (struct tally){.cap = 16};
    while (t->cap < events * 2)
        t->cap *= 2;
    t->key = ARENA_ARRAY(arena, int64_t, t->cap);
    t->n = ARENA_ARRAY(arena, uint32_t, t->cap);
    return t->key && t->n;
}

static void tally_add(struct tally *t, int64_t key, int by)
{
    size_t at = ((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32 & (t->cap - 1);
    while (t->key[at] && t->key[at] != key)
        at = (at + 1) & (t->cap - 1);
    t->key[at] = key;
    t->different += by > 0 && t->n[at] == 0;
    t->n[at] = (uint32_t)((int)t->n[at] + by);
    t->different -= by < 0 && t->n[at] == 0;
}

static int64_t number_of(const struct look *l, const struct event *e)
{
    if (l->rule->kind == FLAG_MANY_PATIENTS)
        return e->patient;
    return l->rule->kind == FLAG_MANY_STAFF ? e->user : (int64_t)e->seq;
}

/* Each longest run of events of a group in which every window that ends reaches the limit. */
static bool windows(struct look *l, const struct event *e, size_t n)
{
    int64_t wide = l->rule->minutes ? (int64_t)l->rule->minutes * MINUTE_MS : (int64_t)l->rule->days * DAY_MS;
    struct arena_mark mark = arena_mark(l->arena);
    struct tally t;
    size_t low = 0, begun = SIZE_MAX, most = 0;
    bool who = l->rule->kind != FLAG_MANY_STAFF, ok = true;
    if (n < l->rule->limit)
        return true;
    if (!tally_init(&t, l->arena, n))
        return err_set(l->err, ERR_NO_MEMORY, NULL);
    size_t runs = 0, run[AUDIT_FLAG_EVENTS_MAX][3];
    for (size_t i = 0; i <= n; i++) {
        if (i < n) {
            tally_add(&t, number_of(l, &e[i]), 1);
            for (; e[i].time - e[low].time >= wide; low++)
                tally_add(&t, number_of(l, &e[low]), -1);
        }
        bool over = i < n && t.different >= l->rule->limit && l->rule->limit;
        if (over && begun == SIZE_MAX)
            begun = low;
        most = over && t.different > most ? t.different : most;
        if (over || begun == SIZE_MAX)
            continue;
        if (runs < AUDIT_FLAG_EVENTS_MAX)
            memcpy(run[runs++], (size_t[]){begun, i, most}, sizeof *run);
        else
            l->out->complete = false;
        begun = SIZE_MAX;
        most = 0;
    }
    arena_rewind(l->arena, mark);
    for (size_t k = 0; ok && k < runs; k++)
        ok = found(l, &e[run[k][0]], run[k][1] - run[k][0], run[k][2], who, !who);
    return ok;
}

static bool take_refused(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    return e->user && e->bits & AUDIT_BIT_STAFF && e->bits & AUDIT_BIT_DENIED &&
           e->outcome == AUDIT_REFUSED + 1;
}

static bool by_person(struct look *l, take_fn *fn)
{
    if (!take(l, fn, by_user))
        return false;
    for (size_t i = 0, n; i < l->taken_count; i += n) {
        for (n = 1; i + n < l->taken_count && l->taken[i + n].user == l->taken[i].user; n++)
            ;
        if (!windows(l, &l->taken[i], n))
            return false;
    }
    return true;
}

/* Of one patient: those whose unit has no relation are kept, when there can be enough of them. */
static bool strangers(struct look *l, struct event *e, size_t n)
{
    size_t kept = 0;
    if (n < l->rule->limit)
        return true;
    for (size_t i = 0; i < n; i++) {
        bool relation;
        if (!related(l, &e[i], e[i].time, e[i].time, &relation))
            return false;
        if (!relation)
            e[kept++] = e[i];
    }
    return !kept || windows(l, e, kept);
}

static size_t different_users(const struct event *e, size_t n, uint64_t enough)
{
    size_t users = 0;
    for (size_t i = 0; i < n && users < enough; i++) {
        size_t k = 0;
        while (k < i && e[k].user != e[i].user)
            k++;
        users += k == i;
    }
    return users;
}

static bool many_staff(struct look *l)
{
    if (!take(l, take_opened, by_patient))
        return false;
    for (size_t i = 0, n; i < l->taken_count; i += n) {
        struct event *e = &l->taken[i];
        for (n = 1; i + n < l->taken_count && e[n].patient == e->patient; n++)
            ;
        if (different_users(e, n, l->rule->limit) >= l->rule->limit && !strangers(l, e, n))
            return false;
    }
    return true;
}

/* ---- days ---- */

static bool take_name(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    e->day = (e->time + time_swedish(e->time)) / DAY_MS;
    return e->user && e->patient && e->bits & AUDIT_BIT_STAFF && e->bits & AUDIT_BIT_NAME &&
           e->outcome == AUDIT_DONE + 1;
}

/* Keeps the searches none of whose patients the unit has anything to do with; returns how many. */
static bool unrelated_searches(struct look *l, struct event *e, size_t *n, uint64_t *searches)
{
    size_t kept = 0;
    *searches = 0;
    for (size_t i = 0, k; i < *n; i += k) {
        bool any = false;
        for (k = 0; i + k < *n && e[i + k].seq == e[i].seq; k++) {
            bool relation = false;
            if (!any && !related(l, &e[i + k], e[i + k].time, e[i + k].time, &relation))
                return false;
            any |= relation;
        }
        if (any)
            continue;
        memmove(&e[kept], &e[i], k * sizeof *e);
        kept += k;
        ++*searches;
    }
    *n = kept;
    return true;
}

static bool name_searches(struct look *l)
{
    if (!take(l, take_name, by_user_day))
        return false;
    for (size_t i = 0, n; i < l->taken_count; i += n) {
        struct event *e = &l->taken[i];
        uint64_t searches;
        for (n = 1; i + n < l->taken_count && e[n].user == e->user && e[n].day == e->day; n++)
            ;
        size_t kept = n;
        if (!unrelated_searches(l, e, &kept, &searches))
            return false;
        if (kept && searches >= l->rule->limit && !found(l, e, kept, searches, true, false))
            return false;
    }
    return true;
}

/* The hour that a Swedish clock shows. */
static int64_t swedish_hour(int64_t time_ms)
{
    return (time_ms + time_swedish(time_ms)) / HOUR_MS % HOURS;
}

/* How a person's accesses lie over the day, in the rule's days before the time looked at. */
static bool usual(struct look *l, int32_t user, uint64_t hour[HOURS], uint64_t *all)
{
    sqlite3_stmt *st = side_get(&l->x->side, AUDIT_HOURS, l->err);
    int rc;
    *all = 0;
    memset(hour, 0, HOURS * sizeof *hour);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, user);
    sqlite3_bind_int64(st, 2, l->q->low_ms - (int64_t)l->rule->days * DAY_MS);
    sqlite3_bind_int64(st, 3, l->q->low_ms);
    while ((rc = side_step(&l->x->side, st, l->err)) > 0) {
        hour[swedish_hour(sqlite3_column_int64(st, 0) * HOUR_MS)] += (uint64_t)sqlite3_column_int64(st, 1);
        *all += (uint64_t)sqlite3_column_int64(st, 1);
    }
    return rc == 0;
}

static bool take_timed(const struct audit_flag_rule *rule, struct event *e)
{
    (void)rule;
    e->day = (e->time + time_swedish(e->time)) / DAY_MS;
    return e->user && e->bits & AUDIT_BIT_STAFF;
}

static bool unusual(const struct look *l, const struct event *e, const uint64_t hour[HOURS], uint64_t all)
{
    int64_t h = swedish_hour(e->time);
    uint64_t near = hour[(h + HOURS - 1) % HOURS] + hour[h] + hour[(h + 1) % HOURS];
    return near * 100 <= all * l->rule->share;
}

static bool hours(struct look *l)
{
    uint64_t hour[HOURS], all = 0;
    int32_t user = 0;
    if (!take(l, take_timed, by_user_day))
        return false;
    for (size_t i = 0, n; i < l->taken_count; i += n) {
        struct event *e = &l->taken[i];
        size_t kept = 0;
        if (e->user != user && !usual(l, e->user, hour, &all))
            return false;
        user = e->user;
        for (n = 0; i + n < l->taken_count && e[n].user == user && e[n].day == e->day; n++)
            if (all >= l->rule->minimum && unusual(l, &e[n], hour, all))
                kept = n + 1;
        size_t odd = 0; /* those that are, in front */
        for (size_t k = 0; k < kept; k++)
            if (unusual(l, &e[k], hour, all)) {
                struct event one = e[k];
                e[k] = e[odd];
                e[odd++] = one;
            }
        uint64_t records = records_of(e, odd);
        if (odd && records >= l->rule->limit && !found(l, e, odd, records, true, false))
            return false;
    }
    return true;
}

/* ---- all rules ---- */

static bool look_by(struct look *l)
{
    switch ((enum flag_kind)l->rule->kind) {
    case FLAG_OWN:
        return pairs(l, take_own, NULL);
    case FLAG_COLLEAGUE:
        return pairs(l, take_colleague, NULL);
    case FLAG_EMERGENCY:
        return pairs(l, take_emergency, NULL);
    case FLAG_SURNAME:
    case FLAG_ADDRESS:
        return pairs(l, take_opened, judge_same);
    case FLAG_NO_RELATION:
        return pairs(l, take_opened, judge_related);
    case FLAG_MANY_PATIENTS:
        return by_person(l, take_opened);
    case FLAG_REFUSALS:
        return by_person(l, take_refused);
    case FLAG_MANY_STAFF:
        return many_staff(l);
    case FLAG_NAME_SEARCH:
        return name_searches(l);
    case FLAG_HOURS:
        return hours(l);
    case FLAG_KINDS:
        break;
    }
    return true;
}

static int newest_first(const void *a, const void *b)
{
    const struct audit_flagged *x = a, *y = b;
    return compare(y->to_ms, x->to_ms);
}

bool audit_flag_find(struct audit_index *x, const struct audit_flag_rules *rules,
                     const struct audit_flag_facts *facts, const struct audit_flag_query *q,
                     struct arena *arena, struct audit_flags *out, struct err *err)
{
    struct look l = {.x = x, .rules = rules, .facts = facts, .q = q, .arena = arena, .out = out, .err = err};
    *out = (struct audit_flags){.complete = true};
    out->item = ARENA_ARRAY(arena, struct audit_flagged, AUDIT_FLAG_FOUND_MAX);
    if (!out->item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!load(&l))
        return false;
    for (size_t i = 0; i < rules->count; i++) {
        l.rule = &rules->item[i];
        if (!l.rule->on || !wanted(q->code, l.rule->code) || (audit_flag_needs_facts(l.rule) && !facts))
            continue;
        if (!look_by(&l) || err->code)
            return false;
    }
    qsort(out->item, out->count, sizeof *out->item, newest_first);
    out->count = out->count > q->limit ? q->limit : out->count;
    for (size_t i = 0; i < out->count; i++)
        out->item[i].reviewed = reviewed(&l, &out->item[i]);
    return err->code == ERR_OK;
}
