/* SPDX-License-Identifier: Apache-2.0
 * Ways of measuring that are not about people. */
#include <math.h>
#include <stdlib.h>

#include "base/dec.h"
#include "readiness/readiness_int.h"

enum { VALUE_MAX = 1 << 18, SCRIPTS_MAX = 2000, QUESTIONS_MAX = 5000 };

static void add_evidence(struct readiness_measure *m, struct str name)
{
    if (name.n && m->evidence_count < READINESS_EVIDENCE_MAX)
        m->evidence[m->evidence_count++] = name;
}

/* ---- the newest report of a Measure ---- */

struct newest {
    struct readiness_work *w;
    struct str id;
    struct json_doc doc;
    int32_t day;
};

/* A report that is of a release says nothing of another one. */
static bool of_release(const struct json_doc *doc, struct str release)
{
    uint32_t list = json_get_key(doc, 0, STR("identifier"));
    bool other = false;
    if (!release.n || list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(doc, list, i)
    {
        if (!str_is(readiness_find_text(doc, i, "system"), READINESS_RELEASE))
            continue;
        if (str_eq(readiness_find_text(doc, i, "value"), release))
            return true;
        other = true;
    }
    return !other;
}

static bool take_report(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct newest *n = arg;
    struct str when = readiness_find_text(doc, 0, "date");
    int32_t day;
    if (!readiness_find_day(when.n ? when : readiness_find_text(doc, 0, "period.end"), &day) ||
        day > n->w->today || !of_release(doc, n->w->release))
        return true;
    /* Of two of a day the one that was written last. */
    if (!n->id.n || day >= n->day)
        *n = (struct newest){n->w, v->id, *doc, day};
    return true;
}

/* Of the unit; with none, the whole region's. */
static bool find_report(struct readiness_work *w, struct str url, struct str unit, struct newest *out,
                        struct err *err)
{
    bool cut;
    const struct search_param params[] = {
        {STR("measure"), url},
        {STR("status"), STR("complete")},
        {unit.n ? STR("subject") : STR("subject:missing"), unit.n ? unit : STR("true")}};
    *out = (struct newest){.w = w};
    return readiness_find(w, fhir_resource_find(STR("MeasureReport")), params, 3, take_report, out, &cut,
                          err);
}

static bool number_of(const struct json_doc *doc, uint32_t i, double *out)
{
    struct dec d;
    if (i == UINT32_MAX || doc->nodes[i].kind != JSON_NUMBER || !dec_parse(json_text(doc, i), &d))
        return false;
    *out = dec_double(d);
    return true;
}

static void population(const struct json_doc *doc, uint32_t group, struct readiness_measure *m)
{
    uint32_t list = json_get_key(doc, group, STR("population"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return;
    JSON_EACH(doc, list, i)
    {
        struct str code = readiness_find_text(doc, i, "code.coding.code");
        double count;
        if (!number_of(doc, json_get_key(doc, i, STR("count")), &count) || !(count >= 0 && count < 1e15))
            continue;
        if (str_is(code, "numerator"))
            m->numerator = (int64_t)count;
        if (str_is(code, "denominator"))
            m->denominator = (int64_t)count;
    }
}

/* group[0]: its measureScore, else its numerator of its denominator in per cent. */
bool readiness_measure_score(const struct json_doc *doc, struct readiness_measure *m)
{
    uint32_t list = json_get_key(doc, 0, STR("group"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY || doc->nodes[list].len == 0)
        return false;
    uint32_t score = json_get_key(doc, list + 1, STR("measureScore"));
    population(doc, list + 1, m);
    if (score != UINT32_MAX)
        return number_of(doc, json_get_key(doc, score, STR("value")), &m->value);
    if (m->numerator < 0 || m->denominator <= 0)
        return false;
    m->value = floor((double)m->numerator * 10000 / (double)m->denominator) / 100;
    return true;
}

static void take_newest(struct readiness_work *w, struct readiness_measure *m, const struct newest *n)
{
    m->found = n->id.n && readiness_measure_score(&n->doc, m);
    if (!m->found)
        return;
    m->day = n->day;
    m->kind = VERDICT_MEASURED;
    add_evidence(m, arena_printf(w->arena, "MeasureReport/%.*s", STR_ARG(n->id)));
    uint32_t list = json_get_key(&n->doc, 0, STR("evaluatedResource"));
    if (list != UINT32_MAX && n->doc.nodes[list].kind == JSON_ARRAY)
        JSON_EACH(&n->doc, list, i)
    add_evidence(m, readiness_find_text(&n->doc, i, "reference"));
}

/* The whole region's, where the unit has none of its own. */
static bool measure_report(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    struct newest n;
    struct readiness_work all = *w;
    if (!find_report(w, m->rule->url, w->unit, &n, err))
        return false;
    if (n.id.n) {
        take_newest(w, m, &n);
        return true;
    }
    all.unit = STR("");
    if (w->memo && readiness_memo_get(w->memo, &all, m))
        return true;
    if (!find_report(w, m->rule->url, STR(""), &n, err))
        return false;
    take_newest(w, m, &n);
    if (w->memo)
        readiness_memo_put(w->memo, &all, m);
    return true;
}

/* ---- test findings ---- */

struct script {
    struct str name, id;
    int32_t day;
    bool failed;
};
struct findings {
    struct readiness_work *w;
    struct readiness_measure *m;
    struct script *script;
    size_t count, critical, high;
    bool full;
};

/* The newest report of each script counts. */
static bool take_test(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct findings *f = arg;
    struct str name = readiness_find_text(doc, 0, "testScript.reference");
    struct script now = {.name = name, .id = v->id};
    size_t i = 0;
    if (!readiness_find_day(readiness_find_text(doc, 0, "issued"), &now.day) || now.day > f->w->today)
        return true;
    now.failed = !str_is(readiness_find_text(doc, 0, "result"), "pass");
    while (i < f->count && !str_eq(f->script[i].name, name))
        i++;
    if (i == SCRIPTS_MAX) {
        f->full = true;
        return false;
    }
    if (i == f->count)
        f->script[f->count++] = now;
    else if (now.day > f->script[i].day || (now.day == f->script[i].day && now.failed))
        f->script[i] = now;
    return true;
}

static bool is_over(struct str status)
{
    static const char *const over[] = {"closed", "resolved"};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (str_is(status, over[i]))
            return true;
    return false;
}

/* Of no unit: of all. */
static bool concerns(const struct json_doc *doc, struct str unit)
{
    uint32_t list = json_get_key(doc, 0, STR("unit"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(doc, list, i)
    if (str_eq(readiness_find_text(doc, i, "reference"), unit))
        return true;
    return false;
}

static bool take_incident(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct findings *f = arg;
    struct str severity = readiness_find_text(doc, 0, "severity");
    struct str release = readiness_find_text(doc, 0, "release"),
               end = readiness_find_text(doc, 0, "workaround.expires");
    int32_t until;
    bool around = readiness_find_text(doc, 0, "workaround.acceptedBy.reference").n &&
                  (!end.n || (readiness_find_day(end, &until) && until >= f->w->today));
    if (is_over(readiness_find_text(doc, 0, "status")) || !concerns(doc, f->w->unit) ||
        (release.n && f->w->release.n && !str_eq(release, f->w->release)))
        return true;
    bool critical = str_is(severity, "critical"), high = str_is(severity, "high") && !around;
    f->critical += critical;
    f->high += high;
    if (critical || high)
        add_evidence(f->m, arena_printf(f->w->arena, "%s/%.*s", fhir_types[v->type].name, STR_ARG(v->id)));
    return true;
}

static bool find_tests(struct findings *f, struct err *err)
{
    bool cut;
    struct readiness_work *w = f->w;
    const struct search_param params[] = {
        {STR("identifier"), arena_printf(w->arena, READINESS_RELEASE "|%.*s", STR_ARG(w->release))}};
    f->script = ARENA_ARRAY(w->arena, struct script, SCRIPTS_MAX);
    if (!f->script)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return readiness_find(w, fhir_resource_find(STR("TestReport")), params, w->release.n ? 1 : 0, take_test,
                          f, &cut, err) &&
           (!(f->full || cut) || err_set(err, ERR_SEARCH_LIMIT, "TestReport", "2000", NULL));
}

/* Nothing has been found only where somebody has tested: without a report there is no result. */
static bool measure_findings(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    struct findings f = {.w = w, .m = m};
    size_t failed = 0;
    bool cut = false;
    if (!find_tests(&f, err) || (w->x->type.incident && !readiness_find(w, w->x->type.incident, NULL, 0,
                                                                        take_incident, &f, &cut, err)))
        return false;
    if (cut)
        return err_set(err, ERR_SEARCH_LIMIT, "Incident", "20000", NULL);
    m->found = f.count > 0;
    m->day = w->today;
    for (size_t i = 0; i < f.count; i++) {
        failed += f.script[i].failed;
        m->day = f.script[i].day < m->day ? f.script[i].day : m->day;
        if (f.script[i].failed)
            add_evidence(m, arena_printf(w->arena, "TestReport/%.*s", STR_ARG(f.script[i].id)));
    }
    for (size_t i = 0; i < f.count; i++)
        if (!f.script[i].failed)
            add_evidence(m, arena_printf(w->arena, "TestReport/%.*s", STR_ARG(f.script[i].id)));
    m->value = (double)(f.critical + f.high + failed);
    m->kind = VERDICT_MEASURED;
    m->note = arena_printf(w->arena,
                           "%zu kritiska, %zu allvarliga, %zu test som inte gick / %zu critical, %zu high, "
                           "%zu tests failed",
                           f.critical, f.high, failed, f.critical, f.high, failed);
    return true;
}

/* ---- orders that reach nobody ---- */

struct orders {
    struct readiness_work *w;
    struct readiness_measure *m;
    size_t count;
};

static bool take_order(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct orders *o = arg;
    (void)doc;
    o->count++;
    add_evidence(o->m, arena_printf(o->w->arena, "%s/%.*s", fhir_types[v->type].name, STR_ARG(v->id)));
    return true;
}

/* Who asks: the unit and everybody in its roster. */
static bool requesters(struct readiness_work *w, size_t *from, struct str *out, struct err *err)
{
    struct buf who;
    buf_init(&who, VALUE_MAX);
    buf_str(&who, w->unit);
    for (size_t n = 0; n < 400 && *from < w->roster_count; n++, ++*from) {
        const struct readiness_person *p = &w->roster[*from];
        buf_printf(&who, ",%.*s", STR_ARG(p->role));
        if (p->person.n)
            buf_printf(&who, ",%.*s", STR_ARG(p->person));
    }
    *out = buf_ok(&who) ? arena_str(w->arena, buf_get(&who)) : (struct str){0};
    buf_release(&who);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool measure_undeliverable(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    struct orders o = {w, m, 0};
    size_t from = 0;
    bool cut = false, more = false;
    if (!readiness_find_roster(w, err))
        return false;
    do {
        struct str who;
        if (!requesters(w, &from, &who, err))
            return false;
        const struct search_param order[] = {
            {STR("status"), STR("active")}, {STR("performer:missing"), STR("true")}, {STR("requester"), who}};
        const struct search_param task[] = {{STR("status"), STR("requested,ready,rejected,failed")},
                                            {STR("owner:missing"), STR("true")},
                                            {STR("requester"), who}};
        if (!readiness_find(w, fhir_resource_find(STR("ServiceRequest")), order, 3, take_order, &o, &cut,
                            err) ||
            !readiness_find(w, fhir_resource_find(STR("Task")), task, 3, take_order, &o, &more, err))
            return false;
    } while (from < w->roster_count && !cut && !more);
    m->found = true;
    m->value = (double)o.count;
    m->day = w->today;
    m->kind = VERDICT_MEASURED;
    return true;
}

/* ---- a signed document ---- */

struct document {
    struct readiness_work *w;
    struct str id;
    int32_t day;
};

static bool take_document(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct document *d = arg;
    int32_t day;
    if (readiness_find_day(readiness_find_text(doc, 0, "date"), &day) && day <= d->w->today &&
        (!d->id.n || day >= d->day)) {
        d->id = v->id;
        d->day = day;
    }
    return true;
}

static bool take_signature(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct str *id = arg;
    uint32_t list = json_get_key(doc, 0, STR("signature"));
    if (list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY && doc->nodes[list].len)
        *id = v->id;
    return !id->n;
}

static bool measure_signed(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    struct document d = {.w = w};
    struct str signature = {0};
    bool cut;
    const struct search_param of[] = {
        {STR("type"), m->rule->url},
        {STR("related"), w->unit},
        {STR("status"), STR("current")},
        {STR("identifier"), arena_printf(w->arena, READINESS_RELEASE "|%.*s", STR_ARG(w->release))}};
    if (!readiness_find(w, fhir_resource_find(STR("DocumentReference")), of, w->release.n ? 4 : 3,
                        take_document, &d, &cut, err))
        return false;
    if (!d.id.n)
        return true;
    struct str name = arena_printf(w->arena, "DocumentReference/%.*s", STR_ARG(d.id));
    const struct search_param by[] = {{STR("target"), name}};
    if (!readiness_find(w, fhir_resource_find(STR("Provenance")), by, 1, take_signature, &signature, &cut,
                        err))
        return false;
    m->found = true;
    m->value = signature.n ? 1 : 0;
    m->day = d.day;
    m->kind = VERDICT_SIGNED;
    add_evidence(m, name);
    if (signature.n) {
        m->signature = arena_printf(w->arena, "Provenance/%.*s", STR_ARG(signature));
        add_evidence(m, m->signature);
    }
    return true;
}

/* ---- questions ---- */

struct questions {
    struct readiness_work *w;
    double *hours;
    size_t count;
};

/* Hours to the answer, by days; of one without an answer, until now. */
static bool take_question(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct questions *q = arg;
    int32_t asked, answered;
    (void)v;
    if (!concerns(doc, q->w->unit) || !readiness_find_day(readiness_find_text(doc, 0, "askedOn"), &asked))
        return true;
    if (!readiness_find_day(readiness_find_text(doc, 0, "answeredOn"), &answered))
        answered = q->w->today;
    if (answered >= asked && q->count < QUESTIONS_MAX)
        q->hours[q->count++] = (double)(answered - asked) * 24;
    return q->count < QUESTIONS_MAX;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure_questions(struct readiness_work *w, struct readiness_measure *m, struct err *err)
{
    struct questions q = {.w = w, .hours = ARENA_ARRAY(w->arena, double, QUESTIONS_MAX)};
    bool cut;
    if (!q.hours)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!w->x->type.question)
        return true;
    if (!readiness_find(w, w->x->type.question, NULL, 0, take_question, &q, &cut, err))
        return false;
    if (!q.count)
        return true;
    qsort(q.hours, q.count, sizeof *q.hours, rising);
    m->found = true;
    m->value = q.hours[q.count / 2];
    m->denominator = (int64_t)q.count;
    m->day = w->today;
    m->kind = VERDICT_MEASURED;
    return true;
}

readiness_kind_fn *readiness_measure_kind(struct str name)
{
    static const struct {
        const char *name;
        readiness_kind_fn *measure;
    } kinds[] = {
        {"report", measure_report},
        {"findings", measure_findings},
        {"training", readiness_people_training},
        {"logins", readiness_people_logins},
        {"undeliverable", measure_undeliverable},
        {"signed", measure_signed},
        {"super-users", readiness_people_super},
        {"questions", measure_questions},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(name, kinds[i].name))
            return kinds[i].measure;
    return NULL;
}
