/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/readiness_bench.h"

#include "base/os.h"
#include "readiness/readiness_int.h"

/* One criterion through the weeks. */
struct track {
    struct readiness_kept kept;
    double value, step;
};
/* A checkpoint whose weeks are versions. */
struct versioned {
    store_rid rid;
    struct str id, body;
    struct track *track;
    size_t count;
};
struct bench {
    struct readiness x; /* for what is written: the store and the search alone */
    struct side side;
    struct readiness_bench *out;
    struct err *err;
    struct arena arena;
    struct versioned *versioned;
    size_t versioned_count, versioned_max, at;
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

static double seconds(uint64_t since_ns)
{
    return (double)(os_mono_ns() - since_ns) / 1e9;
}

/* ---- a criterion that rises towards its target, more or less ---- */

static void track_begin(struct bench *b, const struct json_doc *doc, uint32_t i, struct track *t)
{
    struct str code = str_sub(readiness_find_text(doc, i, "code"), 0, READINESS_CODE_MAX - 1);
    *t = (struct track){.value = 20 + roll(b, 60), .step = ((double)roll(b, 12) - 2) / 10};
    t->kept = (struct readiness_kept){
        .ask = {VERDICT_GE, 95, !str_is(readiness_find_text(doc, i, "severity"), "soft"), 30},
        .numerator = -1,
        .denominator = -1};
    memcpy(t->kept.code, code.p, code.n);
}

static void track_week(struct bench *b, struct track *t, unsigned week)
{
    size_t n = t->kept.evidence.point_count;
    int32_t day = b->today - 7 * (int32_t)(b->weeks - 1 - week);
    t->value += t->step + ((double)roll(b, 5) - 2) / 4;
    t->value = t->value > 100 ? 100 : t->value < 0 ? 0 : t->value;
    verdict_note(t->kept.point, &n, day, t->value);
    t->kept.evidence = (struct verdict_evidence){.measured = true,
                                                 .value = t->value,
                                                 .day = day - (int32_t)roll(b, 33),
                                                 .point = t->kept.point,
                                                 .point_count = n};
    b->out->points++;
}

static size_t tracks(struct bench *b, const struct json_doc *doc, struct track *out)
{
    size_t n = 0;
    uint32_t list = json_get_key(doc, 0, STR("criterion"));
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, i)
    if (n < READINESS_CRITERIA_MAX)
        track_begin(b, doc, i, &out[n++]);
    return n;
}

/* ---- versions ---- */

static bool collect(void *arg, const struct store_version *v)
{
    struct bench *b = arg;
    struct arena arena;
    struct json_doc doc;
    /* No region's own checkpoint gets what was never measured. */
    if (!str_starts(v->id, STR("bench-")))
        return true;
    arena_init(&arena);
    struct track *all = ARENA_ARRAY(&arena, struct track, READINESS_CRITERIA_MAX);
    b->failed = !all || !json_parse(&arena, v->body, &fhir_names, &doc, b->err);
    if (!b->failed) {
        struct versioned *one = &b->versioned[b->versioned_count++];
        one->rid = v->rid;
        one->id = arena_str(&b->arena, v->id);
        one->body = arena_str(&b->arena, v->body);
        one->count = tracks(b, &doc, all);
        one->track = ARENA_ARRAY(&b->arena, struct track, one->count + 1);
        b->failed = !one->track || !one->body.p;
        if (!b->failed)
            memcpy(one->track, all, one->count * sizeof *all);
    }
    arena_release(&arena);
    return !b->failed && b->versioned_count < b->versioned_max;
}

static void to_row(const struct track *track, size_t count, struct readiness_row *row, int32_t day)
{
    row->kept_count = count;
    for (size_t i = 0; i < count; i++)
        row->kept[i] = track[i].kept;
    row->sum = readiness_check_row(row, day);
}

static bool write_week(struct bench *b, struct store_bulk *bulk, struct versioned *one, unsigned week,
                       struct arena *arena)
{
    struct json_doc doc;
    struct store_change change;
    struct str body;
    int32_t day = b->today - 7 * (int32_t)(b->weeks - 1 - week);
    struct readiness_row row = {.kept = ARENA_ARRAY(arena, struct readiness_kept, READINESS_CRITERIA_MAX)};
    if (!row.kept || !json_parse(arena, one->body, &fhir_names, &doc, b->err))
        return false;
    for (size_t i = 0; i < one->count; i++)
        track_week(b, &one->track[i], week);
    to_row(one->track, one->count, &row, day);
    return readiness_check_body(&doc, &row, day, arena, &body, b->err) &&
           readiness_check_change(&b->x, fhir_resource_find(STR("ReadinessCheckpoint")), one->id, body, 0,
                                  arena, &change, b->err) &&
           store_bulk_put(bulk, &change, b->err);
}

static bool write_versions(struct bench *b)
{
    struct arena arena;
    uint64_t begun = os_mono_ns();
    struct store_bulk *bulk =
        store_bulk_begin(b->x.opt.store, STR("gov/readiness"), STR("made up for a bench"), b->err);
    bool ok = bulk;
    arena_init(&arena);
    for (unsigned week = 0; ok && week < b->weeks; week++) {
        for (size_t i = 0; ok && i < b->versioned_count; i++) {
            ok = write_week(b, bulk, &b->versioned[i], week, &arena);
            b->out->versions += ok;
            arena_reset(&arena);
        }
        ok = ok && store_bulk_flush(bulk, b->err);
    }
    if (bulk)
        ok = store_bulk_end(bulk, !ok, b->err) && ok;
    arena_release(&arena);
    b->out->versions_s = seconds(begun);
    return ok;
}

static bool versions(struct bench *b)
{
    if (!b->versioned_max)
        return true;
    b->versioned = ARENA_ARRAY(&b->arena, struct versioned, b->versioned_max);
    if (!b->versioned)
        return err_set(b->err, ERR_NO_MEMORY, NULL);
    struct store_read *r = store_read_begin(b->x.opt.store, b->err);
    bool ok = r && store_scan(r, fhir_resource_find(STR("ReadinessCheckpoint")), 0, collect, b, b->err) &&
              !b->failed;
    store_read_end(r);
    return ok && write_versions(b);
}

/* ---- what is kept beside ---- */

/* Its weeks as they were written, or made up now. */
static size_t weeks_of(struct bench *b, const struct store_version *v, const struct json_doc *doc,
                       struct track *all)
{
    if (b->at < b->versioned_count && b->versioned[b->at].rid == v->rid) {
        const struct versioned *one = &b->versioned[b->at++];
        memcpy(all, one->track, one->count * sizeof *all);
        return one->count;
    }
    size_t n = tracks(b, doc, all);
    for (unsigned week = 0; week < b->weeks; week++)
        for (size_t i = 0; i < n; i++)
            track_week(b, &all[i], week);
    return n;
}

static bool fill(void *arg, const struct store_version *v)
{
    struct bench *b = arg;
    struct arena arena;
    struct json_doc doc;
    arena_init(&arena);
    struct track *all = ARENA_ARRAY(&arena, struct track, READINESS_CRITERIA_MAX);
    struct readiness_kept *kept = ARENA_ARRAY(&arena, struct readiness_kept, READINESS_CRITERIA_MAX);
    b->failed = !all || !kept || !json_parse(&arena, v->body, &fhir_names, &doc, b->err);
    if (!b->failed) {
        struct readiness_row row = readiness_check_head(v, &doc, b->today);
        row.kept = kept;
        to_row(all, weeks_of(b, v, &doc, all), &row, b->today);
        b->failed = !readiness_side_put(&b->side, &row, b->err);
        b->out->checkpoints++;
        b->out->criteria += row.kept_count;
    }
    arena_release(&arena);
    return !b->failed;
}

static bool fill_all(struct bench *b, const char *dir)
{
    uint64_t begun = os_mono_ns();
    struct store_read *r = store_read_begin(b->x.opt.store, b->err);
    bool ok = r && readiness_side_open(&b->side, dir, true, b->err) && side_begin(&b->side, b->err);
    if (ok)
        ok = side_end(&b->side,
                      store_scan(r, fhir_resource_find(STR("ReadinessCheckpoint")), 0, fill, b, b->err) &&
                          !b->failed,
                      b->err);
    store_read_end(r);
    b->out->fill_s = seconds(begun);
    return ok;
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

bool readiness_bench(const char *dir, struct store *s, struct search *search, unsigned weeks,
                     size_t versioned, struct readiness_bench *out, struct err *err)
{
    struct bench b = {.out = out,
                      .err = err,
                      .weeks = weeks,
                      .versioned_max = versioned,
                      .today = readiness_find_today(),
                      .seed = 0x9E3779B97F4A7C15u};
    b.x.opt.store = s;
    b.x.opt.search = search;
    *out = (struct readiness_bench){0};
    arena_init(&b.arena);
    bool ok = versions(&b) && fill_all(&b, dir);
    uint64_t begun = os_mono_ns();
    ok = ok && readiness_side_each(&b.side, STR(""), evaluate, &b, err);
    out->evaluate_s = seconds(begun);
    side_close(&b.side);
    arena_release(&b.arena);
    return ok;
}
