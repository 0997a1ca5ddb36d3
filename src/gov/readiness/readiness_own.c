/* SPDX-License-Identifier: Apache-2.0
 * What the service knows of itself and criteria ask for: how long its answers took (response-p95), and how
 * many of the release's texts are not in both languages (untranslated-strings). Each is a MeasureReport of no
 * unit, under an id of its own, so that a region's own report of a unit is nearer. Written only while a
 * checkpoint is open. Nothing personal is in them: counts and times. */
#include <stdio.h>

#include "base/os.h"
#include "base/time.h"
#include "fhir/out.h"
#include "readiness/readiness_int.h"

#define TIMES_MEASURE "response-p95"
#define WORDS_MEASURE "untranslated-strings"
#define TIMES_ID "helhet-response-p95"
#define WORDS_ID "helhet-untranslated-strings"

enum { WORDS_FILE_MAX = 1 << 20, WORDS_PATH_MAX = 4096, TIMES_PER_MILLE = 950 };

struct own_report {
    struct readiness *x;
    struct arena arena;
    struct str id;
    struct buf text;
    struct json_out out;
};

/* ---- writing one ---- */

static void report_begin(struct own_report *p, struct readiness *x, const char *id, const char *measure,
                         const char *status, int64_t from_ms, int64_t to_ms)
{
    struct json_out *o = &p->out;
    p->x = x;
    p->id = str_of(id);
    arena_init(&p->arena);
    buf_init(&p->text, READINESS_BODY_MAX);
    json_out_init(o, &p->text);
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "MeasureReport");
    if (x->opt.release && strcmp(measure, WORDS_MEASURE) == 0) {
        json_out_array(o, "identifier");
        json_out_object(o, NULL);
        json_out_cstr(o, "system", READINESS_RELEASE);
        json_out_cstr(o, "value", x->opt.release);
        json_out_end_object(o);
        json_out_end_array(o);
    }
    json_out_cstr(o, "status", status);
    json_out_cstr(o, "type", "summary");
    json_out_string(o, "measure", readiness_rules_find(&x->rules, str_of(measure))->url);
    fhir_out_instant(o, "date", to_ms);
    json_out_object(o, "reporter");
    json_out_cstr(o, "display", "Helhet " HELHET_VERSION);
    json_out_end_object(o);
    json_out_object(o, "period");
    fhir_out_instant(o, "start", from_ms);
    fhir_out_instant(o, "end", to_ms);
    json_out_end_object(o);
    json_out_object(o, "improvementNotation");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", "http://terminology.hl7.org/CodeSystem/measure-improvement-notation");
    json_out_cstr(o, "code", "decrease");
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void population(struct json_out *o, const char *code, uint64_t count)
{
    json_out_object(o, NULL);
    json_out_object(o, "code");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", "http://terminology.hl7.org/CodeSystem/measure-population");
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_i64(o, "count", (int64_t)count);
    json_out_end_object(o);
}

static void group(struct own_report *p, const char *text, uint64_t numerator, uint64_t denominator,
                  struct str score, const char *unit, const char *code)
{
    struct json_out *o = &p->out;
    json_out_object(o, NULL);
    json_out_object(o, "code");
    json_out_cstr(o, "text", text);
    json_out_end_object(o);
    json_out_array(o, "population");
    population(o, "numerator", numerator);
    population(o, "denominator", denominator);
    json_out_end_array(o);
    json_out_object(o, "measureScore");
    json_out_raw(o, "value", score);
    json_out_cstr(o, "unit", unit);
    json_out_cstr(o, "system", "http://unitsofmeasure.org");
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_object(o);
}

static bool report_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct own_report *p = arg;
    struct store_change change;
    return readiness_check_put(p->x, tx, fhir_resource_find(STR("MeasureReport")), p->id, buf_get(&p->text),
                               0, &p->arena, &change, err);
}

static bool report_end(struct own_report *p, struct err *err)
{
    struct store_job job = {
        .run = report_run, .arg = p, .agent = STR("gov/readiness"), .reason = STR("own report")};
    json_out_end_object(&p->out);
    bool ok =
        (buf_ok(&p->text) || err_set(err, ERR_NO_MEMORY, NULL)) && store_run(p->x->opt.store, &job, err);
    buf_release(&p->text);
    arena_release(&p->arena);
    return ok;
}

/* ---- answer times ---- */

static const char *const kind_texts[] = {[API_READ] = "Läsning / Read",
                                         [API_SEARCH] = "Sökning / Search",
                                         [API_WRITE] = "Skrivning / Write",
                                         [API_OPERATION] = "Operation / Operation",
                                         [API_KINDS] = "Alla anrop / All calls"};

/* The bound in milliseconds that 95 of 100 were within, and how many were. */
static void times_group(struct own_report *p, unsigned kind, const struct histogram_sum *s)
{
    char text[40];
    uint64_t micros = histogram_at(s, TIMES_PER_MILLE), within = s->total - s->count[HISTOGRAM_BUCKETS - 1];
    bool over = micros == UINT64_MAX;
    uint64_t shown = over ? HISTOGRAM_MICROS_MAX : micros;
    if (!over)
        within = histogram_within(s, micros);
    int n = snprintf(text, sizeof text, "%llu.%03llu", (unsigned long long)(shown / 1000),
                     (unsigned long long)(shown % 1000));
    if (s->total)
        group(p, kind_texts[kind], within, s->total, (struct str){text, (size_t)n}, "ms", "ms");
}

static bool times_write(struct readiness *x, const struct histogram_sum since[API_KINDS + 1], int64_t now,
                        struct err *err)
{
    struct own_report p;
    report_begin(&p, x, TIMES_ID, TIMES_MEASURE, "complete", x->own.since_ms, now);
    json_out_array(&p.out, "group");
    times_group(&p, API_KINDS, &since[API_KINDS]); /* the first is what the criterion reads */
    for (unsigned kind = 0; kind < API_KINDS; kind++)
        times_group(&p, kind, &since[kind]);
    json_out_end_array(&p.out);
    return report_end(&p, err);
}

/* Since the last report; the last is of all kinds. */
static void times_since(const struct readiness *x, struct histogram_sum out[API_KINDS + 1])
{
    out[API_KINDS] = (struct histogram_sum){0};
    for (unsigned kind = 0; kind < API_KINDS; kind++) {
        api_times(x->opt.api, kind, &out[kind]);
        histogram_sum_less(&out[kind], &x->own.before[kind]);
        histogram_sum_add(&out[API_KINDS], &out[kind]);
    }
}

bool readiness_own_due(struct readiness_own *own, int64_t every_ms, uint64_t now_ns, int32_t today)
{
    if (every_ms <= 0 || now_ns - own->tried_ns < (uint64_t)every_ms * 1000000)
        return false;
    own->tried_ns = now_ns;
    if (today != own->day)
        own->reports = 0;
    own->day = today;
    return own->reports < READINESS_TIMES_DAY;
}

/* What is not told of now, because it is little or the day has had its reports, is told of later. */
static bool times(struct readiness *x, int32_t today, struct err *err)
{
    if (!x->opt.api || !readiness_rules_find(&x->rules, STR(TIMES_MEASURE)) ||
        !readiness_own_due(&x->own, x->opt.times_ms, os_mono_ns(), today))
        return true;
    struct histogram_sum *since = os_alloc((API_KINDS + 1) * sizeof *since);
    int64_t now = os_now_ms();
    if (!since)
        return err_set(err, ERR_NO_MEMORY, NULL);
    times_since(x, since);
    bool some = since[API_KINDS].total >= READINESS_TIMES_CALLS,
         ok = !some || times_write(x, since, now, err);
    if (some && ok) {
        for (unsigned kind = 0; kind < API_KINDS; kind++)
            histogram_sum_add(&x->own.before[kind], &since[kind]);
        x->own.since_ms = now;
        x->own.reports++;
    }
    os_free(since);
    return ok;
}

/* ---- texts ---- */

/* Of the service itself: every error has a text in both languages, and not the same one, unless it has no
 * words. */
static void count_errors(struct readiness_own *own)
{
    for (int code = ERR_OK + 1; code < ERR_COUNT; code++) {
        const struct err_info *e = err_info((enum err_code)code);
        own->errors_checked++;
        own->errors_lacking += !readiness_own_both(e->text[ERR_SV], e->text[ERR_EN]);
    }
}

bool readiness_own_both(const char *sv, const char *en)
{
    return sv && en && *sv && *en && strcmp(sv, en) != 0;
}

/* words.json: made when the browser part is built (web/check/words.mjs). */
static bool read_words(struct readiness_own *own, const char *web)
{
    char path[WORDS_PATH_MAX], *data = NULL;
    struct arena arena;
    struct json_doc doc;
    struct err ignored;
    size_t n = 0;
    int length = web ? snprintf(path, sizeof path, "%s/words.json", web) : -1;
    if (length < 0 || length >= WORDS_PATH_MAX || !os_file_read(path, WORDS_FILE_MAX, &data, &n))
        return false;
    arena_init(&arena);
    bool ok =
        json_parse(&arena, (struct str){data, n}, NULL, &doc, &ignored) &&
        str_u64(json_text(&doc, json_get_key(&doc, 0, STR("checked"))), UINT32_MAX, &own->words_checked) &&
        str_u64(json_text(&doc, json_get_key(&doc, 0, STR("untranslated"))), UINT32_MAX,
                &own->words_lacking) &&
        own->words_checked > 0;
    arena_release(&arena);
    os_free(data);
    return ok;
}

void readiness_own_start(struct readiness *x)
{
    struct readiness_own *own = &x->own;
    own->since_ms = os_now_ms();
    own->tried_ns = os_mono_ns();
    own->words_known = read_words(own, x->opt.web);
    count_errors(own);
}

static void count_text(uint64_t count, char out[24], struct str *text)
{
    int n = snprintf(out, 24, "%llu", (unsigned long long)count);
    *text = (struct str){out, (size_t)n};
}

static void words_group(struct own_report *p, const char *text, uint64_t lacking, uint64_t checked)
{
    char number[24];
    struct str score;
    count_text(lacking, number, &score);
    group(p, text, lacking, checked, score, "1", "1");
}

/* Does what stands say the same, today? Of what is not known: does nothing stand? */
static bool words_stand(struct readiness *x, int32_t today, bool *yes, struct err *err)
{
    const struct readiness_own *own = &x->own;
    struct readiness_measure m = {.numerator = -1, .denominator = -1};
    struct store_version v;
    struct json_doc doc;
    struct arena arena;
    int32_t day;
    arena_init(&arena);
    struct store_read *r = store_read_begin(x->opt.store, err);
    int found = r ? readiness_find_one(r, &arena, STR("MeasureReport/" WORDS_ID), &v, &doc, err) : -1;
    if (found > 0) {
        bool complete = str_is(readiness_find_text(&doc, 0, "status"), "complete");
        bool same =
            complete && readiness_measure_score(&doc, &m) &&
            m.value == (double)(own->words_lacking + own->errors_lacking) &&
            m.denominator == (int64_t)(own->words_checked + own->errors_checked) &&
            str_is(readiness_find_text(&doc, 0, "identifier.value"), x->opt.release ? x->opt.release : "") &&
            readiness_find_day(readiness_find_text(&doc, 0, "date"), &day) && day == today;
        *yes = own->words_known ? same : !complete;
    } else {
        *yes = !own->words_known;
    }
    store_read_end(r);
    arena_release(&arena);
    return found >= 0;
}

static bool words_write(struct readiness *x, struct err *err)
{
    const struct readiness_own *own = &x->own;
    struct own_report p;
    int64_t now = os_now_ms();
    report_begin(&p, x, WORDS_ID, WORDS_MEASURE, own->words_known ? "complete" : "error", now, now);
    if (own->words_known) {
        json_out_array(&p.out, "group");
        words_group(&p, "Alla texter / All texts", own->words_lacking + own->errors_lacking,
                    own->words_checked + own->errors_checked);
        words_group(&p, "Webbdelens ord / Words of the browser part", own->words_lacking, own->words_checked);
        words_group(&p, "Tjänstens fel / Errors of the service", own->errors_lacking, own->errors_checked);
        json_out_end_array(&p.out);
    }
    return report_end(&p, err);
}

/* Once a day, where a release runs: the report is of what runs today. A release whose texts nobody has
 * counted takes back what an earlier one said. */
static bool words(struct readiness *x, int32_t today, struct err *err)
{
    bool stand;
    if (!x->opt.release || x->own.words_day == today || !readiness_rules_find(&x->rules, STR(WORDS_MEASURE)))
        return true;
    if (!words_stand(x, today, &stand, err) || (!stand && !words_write(x, err)))
        return false;
    x->own.words_day = today;
    return true;
}

bool readiness_own(struct readiness *x, int32_t today, struct err *err)
{
    bool any;
    return readiness_side_any(&x->side, &any, err) &&
           (!any || (words(x, today, err) && times(x, today, err)));
}
