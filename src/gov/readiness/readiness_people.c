/* SPDX-License-Identifier: Apache-2.0
 * Measures of people: of each role at the unit how many, and the worst role counts. The value rests on the
 * newest evidence that is enough for the target, and is as old as the oldest of that. */
#include <math.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/time.h"
#include "readiness/readiness_int.h"

enum { CHUNK = 200, VALUE_MAX = 1 << 16 };

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static int by_code(const void *a, const void *b)
{
    const struct readiness_person *x = a, *y = b;
    int c = str_cmp(x->code, y->code);
    if (c == 0)
        c = (x->day < y->day) - (x->day > y->day); /* the newest evidence first */
    return c ? c : str_cmp(x->role, y->role);
}

/* In hundredths of a per cent, cut: never more than it is. */
static int64_t share(size_t done, size_t of)
{
    return (int64_t)(done * 10000 / of);
}

/* One group [from, to) of the sorted roster: those done and the day of the oldest that the target needs. */
struct group {
    size_t of, done, first;
    int32_t day;
    const struct readiness_person *who;
};

static struct group group_of(const struct readiness_measure *m, struct readiness_work *w, size_t from,
                             size_t to)
{
    struct group g = {.of = to - from, .day = w->today, .who = &w->roster[from]};
    for (size_t i = from; i < to; i++) {
        g.first += w->roster[i].first_done;
        if (!w->roster[i].done)
            continue;
        g.done++;
        /* Days fall: this one is needed as long as those before were not enough. */
        if (g.done == 1 || (double)share(g.done - 1, g.of) / 100 < m->ask.target)
            g.day = w->roster[i].day;
    }
    /* Not enough is known today; the newest evidence of some is no age of the rest. */
    if ((double)share(g.done, g.of) / 100 < m->ask.target)
        g.day = w->today;
    return g;
}

static void add_part(struct readiness_measure *m, const struct group *g, bool tries)
{
    if (m->part_count == READINESS_PARTS_MAX)
        return;
    struct str name = g->who->display.n ? g->who->display : g->who->code;
    m->part[m->part_count++] = (struct readiness_part){.name = name.n ? name : STR("–"),
                                                       .numerator = (int64_t)g->done,
                                                       .denominator = (int64_t)g->of,
                                                       .value = (double)share(g->done, g->of) / 100,
                                                       .first = share(g->first, g->of),
                                                       .tried = tries};
}

/* Out of the roster, filled: the share of the worst group. */
static void sum_up(struct readiness_work *w, struct readiness_measure *m, bool tries)
{
    struct group worst = {0};
    size_t done = 0, first = 0;
    m->found = w->roster_count > 0;
    if (!m->found)
        return;
    if (!m->by_role)
        for (size_t i = 0; i < w->roster_count; i++)
            w->roster[i].code = w->roster[i].display = STR("");
    qsort(w->roster, w->roster_count, sizeof *w->roster, by_code);
    m->day = w->today;
    for (size_t from = 0, to; from < w->roster_count; from = to) {
        for (to = from + 1; to < w->roster_count && str_eq(w->roster[to].code, w->roster[from].code); to++)
            ;
        struct group g = group_of(m, w, from, to);
        if (from == 0 || share(g.done, g.of) < share(worst.done, worst.of))
            worst = g;
        add_part(m, &g, tries);
        m->day = g.day < m->day ? g.day : m->day;
        done += g.done;
        first += g.first;
    }
    m->value = (double)share(worst.done, worst.of) / 100;
    /* What is not met is so today. */
    if (m->value < m->ask.target)
        m->day = w->today;
    m->numerator = (int64_t)done;
    m->denominator = (int64_t)w->roster_count;
    m->kind = VERDICT_MEASURED;
    if (tries)
        m->note =
            arena_printf(w->arena,
                         "%zu av %zu godkända, %zu vid första försöket / %zu of %zu passed, %zu at the first "
                         "attempt",
                         done, w->roster_count, first, done, w->roster_count, first);
}

/* ---- practical training ---- */

struct training {
    struct readiness_work *w;
    const struct readiness_measure *m;
};

/* item "passed", valueBoolean true. */
static bool passed(const struct json_doc *doc)
{
    uint32_t list = json_get_key(doc, 0, STR("item"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return false;
    JSON_EACH(doc, list, i)
    {
        uint32_t answers = json_get_key(doc, i, STR("answer"));
        if (!str_is(readiness_find_text(doc, i, "linkId"), "passed") || answers == UINT32_MAX ||
            doc->nodes[answers].len != 1)
            continue;
        uint32_t value = json_get_key(doc, answers + 1, STR("valueBoolean"));
        return value != UINT32_MAX && doc->nodes[value].kind == JSON_TRUE;
    }
    return false;
}

static bool try_time(const struct json_doc *doc, int64_t *ms)
{
    struct time_value v;
    struct str text = readiness_find_text(doc, 0, "authored");
    if (!text.n || !time_parse(text, false, &v))
        return false;
    *ms = time_span(&v, 60).low_ms;
    return true;
}

/* The last try counts, and the first is told of. */
static bool take_try(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct training *t = arg;
    struct str status = readiness_find_text(doc, 0, "status"),
               who = readiness_find_text(doc, 0, "subject.reference");
    int64_t ms;
    int32_t day;
    if ((!str_is(status, "completed") && !str_is(status, "amended")) || !try_time(doc, &ms) ||
        !readiness_find_day(readiness_find_text(doc, 0, "authored"), &day) || day > t->w->today)
        return true;
    bool ok = passed(doc);
    for (size_t i = 0; i < t->w->roster_count; i++) {
        struct readiness_person *p = &t->w->roster[i];
        if (!str_eq(p->role, who) && !str_eq(p->person, who))
            continue;
        if (p->tries == 0 || ms < p->first_ms) {
            p->first_ms = ms;
            p->first_done = ok;
        }
        if (p->tries++ == 0 || ms > p->time_ms || (ms == p->time_ms && !ok)) {
            p->time_ms = ms;
            p->day = day;
            p->done = ok;
            p->evidence = arena_printf(t->w->arena, "QuestionnaireResponse/%.*s", STR_ARG(v->id));
        }
    }
    return true;
}

static bool find_tries(struct readiness_work *w, struct readiness_measure *m, size_t from, bool *cut,
                       struct err *err)
{
    struct training t = {w, m};
    struct buf who;
    buf_init(&who, VALUE_MAX);
    for (size_t i = from; i < w->roster_count && i < from + CHUNK; i++) {
        const struct readiness_person *p = &w->roster[i];
        buf_printf(&who, "%s%.*s", i > from ? "," : "", STR_ARG(p->role));
        if (p->person.n)
            buf_printf(&who, ",%.*s", STR_ARG(p->person));
    }
    struct str value = arena_str(w->arena, buf_get(&who));
    bool ok = buf_ok(&who) && value.p;
    buf_release(&who);
    const struct search_param params[] = {{STR("questionnaire"), m->rule->url}, {STR("subject"), value}};
    return ok ? readiness_find(w, fhir_resource_find(STR("QuestionnaireResponse")), params, 2, take_try, &t,
                               cut, err)
              : err_set(err, ERR_NO_MEMORY, NULL);
}

/* The roster is shared by the measures of a checkpoint: what the one before found out is forgotten. */
static bool begin(struct readiness_work *w, struct err *err)
{
    w->roster = NULL;
    return readiness_find_roster(w, err);
}

bool readiness_people_training(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    bool cut = false;
    if (!begin(w, err))
        return false;
    for (size_t from = 0; from < w->roster_count && !cut; from += CHUNK)
        if (!find_tries(w, m, from, &cut, err))
            return false;
    if (cut)
        return err_set(err, ERR_SEARCH_LIMIT, "QuestionnaireResponse", "20000", NULL);
    sum_up(w, m, true);
    return true;
}

/* ---- logins ---- */

bool readiness_people_logins(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    const struct readiness_options *opt = &w->x->opt;
    if (!begin(w, err))
        return false;
    if (!opt->login)
        return true;
    for (size_t i = 0; i < w->roster_count; i++) {
        struct readiness_person *p = &w->roster[i];
        pthread_mutex_lock(&w->x->lock);
        int64_t ms = opt->login(opt->arg, p->person, p->role, w->arena, &p->evidence);
        pthread_mutex_unlock(&w->x->lock);
        if (ms <= 0)
            continue;
        p->time_ms = ms;
        p->day = (int32_t)((ms + time_swedish(ms)) / DAY_MS);
        p->done = p->first_done = p->day <= w->today && (!m->window || p->day >= w->today - m->window);
    }
    sum_up(w, m, false);
    return true;
}

/* ---- super-users: one of so many ---- */

static bool is_super(const struct readiness_person *p, struct str url)
{
    size_t bar = str_find(url, '|', 0);
    return bar != SIZE_MAX && str_eq(p->code, str_sub(url, bar + 1, url.n));
}

bool readiness_people_super(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    size_t super = 0;
    if (!begin(w, err))
        return false;
    for (size_t i = 0; i < w->roster_count; i++) {
        w->roster[i].done = is_super(&w->roster[i], m->rule->url);
        w->roster[i].day = w->today;
        super += w->roster[i].done;
    }
    size_t others = w->roster_count - super;
    m->found = w->roster_count > 0;
    m->value = super ? ceil((double)others * 100 / (double)super) / 100 : (double)READINESS_ROSTER_MAX;
    m->numerator = (int64_t)others;
    m->denominator = (int64_t)super;
    m->day = w->today;
    m->kind = VERDICT_MEASURED;
    m->note = arena_printf(w->arena, "%zu superanvändare, %zu andra / %zu super-users, %zu others", super,
                           others, super, others);
    return true;
}
