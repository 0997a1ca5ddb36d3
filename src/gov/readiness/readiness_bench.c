/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/readiness_bench.h"

#include "base/os.h"
#include "readiness/readiness_int.h"

struct bench {
    struct side side;
    struct readiness_bench *out;
    struct err *err;
    unsigned weeks;
    int32_t today;
    uint64_t seed;
    bool failed;
};

static unsigned roll(struct bench *b, unsigned below)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 7;
    b->seed ^= b->seed << 17;
    return (unsigned)(b->seed >> 33) % below;
}

/* A criterion that rises towards its target, more or less. */
static void fill_one(struct bench *b, const struct json_doc *doc, uint32_t i, struct readiness_kept *k)
{
    size_t n = 0;
    struct str code = str_sub(readiness_find_text(doc, i, "code"), 0, READINESS_CODE_MAX - 1);
    double value = 20 + roll(b, 60), step = ((double)roll(b, 12) - 2) / 10;
    *k = (struct readiness_kept){
        .ask = {VERDICT_GE, 95, !str_is(readiness_find_text(doc, i, "severity"), "soft"), 30},
        .numerator = -1,
        .denominator = -1};
    memcpy(k->code, code.p, code.n);
    for (unsigned week = 0; week < b->weeks; week++) {
        value += step + ((double)roll(b, 5) - 2) / 4;
        value = value > 100 ? 100 : value < 0 ? 0 : value;
        verdict_note(k->point, &n, b->today - 7 * (int32_t)(b->weeks - 1 - week), value);
        b->out->points++;
    }
    k->evidence = (struct verdict_evidence){.measured = n > 0,
                                            .value = value,
                                            .day = b->today - (int32_t)roll(b, 33),
                                            .point = k->point,
                                            .point_count = n};
}

static bool fill(void *arg, const struct store_version *v)
{
    struct bench *b = arg;
    struct arena arena;
    struct json_doc doc;
    arena_init(&arena);
    struct readiness_kept *kept = ARENA_ARRAY(&arena, struct readiness_kept, READINESS_CRITERIA_MAX);
    b->failed = !kept || !json_parse(&arena, v->body, &fhir_names, &doc, b->err);
    uint32_t list = b->failed ? UINT32_MAX : json_get_key(&doc, 0, STR("criterion"));
    if (list != UINT32_MAX) {
        struct readiness_row row = {.rid = v->rid,
                                    .version = v->version,
                                    .id = v->id,
                                    .initiative = readiness_find_text(&doc, 0, "initiative.reference"),
                                    .unit = readiness_find_text(&doc, 0, "unit.reference"),
                                    .definition = readiness_find_text(&doc, 0, "definition.reference"),
                                    .wave = readiness_find_text(&doc, 0, "wave"),
                                    .open = true,
                                    .as_of = b->today,
                                    .kept = kept};
        JSON_EACH(&doc, list, i)
        if (row.kept_count < READINESS_CRITERIA_MAX)
            fill_one(b, &doc, i, &kept[row.kept_count++]);
        row.sum = readiness_check_row(&row, b->today);
        b->failed = !readiness_side_put(&b->side, &row, b->err);
        b->out->checkpoints++;
        b->out->criteria += row.kept_count;
    }
    arena_release(&arena);
    return !b->failed;
}

static bool evaluate(void *arg, const struct readiness_row *row)
{
    struct bench *b = arg;
    struct readiness_row now = *row;
    struct verdict_sum sum = readiness_check_row(&now, b->today);
    b->out->by_verdict[sum.verdict]++;
    b->out->dated += sum.verdict != VERDICT_GO && sum.earliest != VERDICT_NEVER;
    return true;
}

static double seconds(uint64_t since_ns)
{
    return (double)(os_mono_ns() - since_ns) / 1e9;
}

bool readiness_bench(const char *dir, struct store *s, unsigned weeks, struct readiness_bench *out,
                     struct err *err)
{
    struct bench b = {
        .out = out, .err = err, .weeks = weeks, .today = readiness_find_today(), .seed = 0x9E3779B97F4A7C15u};
    uint64_t begun = os_mono_ns();
    fhir_type_id type = fhir_resource_find(STR("ReadinessCheckpoint"));
    *out = (struct readiness_bench){0};
    struct store_read *r = store_read_begin(s, err);
    bool ok = r && readiness_side_open(&b.side, dir, true, err) && side_begin(&b.side, err);
    if (ok)
        ok = side_end(&b.side, store_scan(r, type, 0, fill, &b, err) && !b.failed, err);
    store_read_end(r);
    out->fill_s = seconds(begun);
    begun = os_mono_ns();
    ok = ok && readiness_side_each(&b.side, STR(""), evaluate, &b, err);
    out->evaluate_s = seconds(begun);
    side_close(&b.side);
    return ok;
}
