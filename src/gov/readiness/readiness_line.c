/* SPDX-License-Identifier: Apache-2.0
 * The critical line: the units of an initiative by its checkpoints, out of readiness.db, and what has been
 * overridden. JSON (docs/READINESS.md). */
#include "readiness/readiness_int.h"

#include "base/dec.h"
#include "fhir/out.h"

enum { WAVES_MAX = 200, UNITS_MAX = 20000 };

struct wave {
    struct str name, definition;
    struct verdict_sum sum;
    size_t count;
};
struct line {
    struct readiness_ask *ask;
    struct readiness_work *work;
    struct json_out *o;
    struct wave wave[WAVES_MAX];
    size_t waves;
    struct verdict_sum all;
    size_t count;
    struct str *unit;
    size_t units;
};

void readiness_line_number(struct json_out *o, const char *key, double value)
{
    char text[DEC_TEXT_MAX];
    struct dec d;
    if (dec_of_double(value, &d))
        json_out_raw(o, key, (struct str){text, dec_format(dec_trim(d), text)});
}

void readiness_line_day(struct json_out *o, const char *key, int32_t day)
{
    char text[VERDICT_DAY_TEXT];
    if (day != VERDICT_NEVER)
        json_out_string(o, key, (struct str){text, verdict_day_text(day, text)});
}

void readiness_line_sum(struct json_out *o, struct verdict_sum sum)
{
    json_out_cstr(o, "verdict", verdict_name(sum.verdict));
    readiness_line_day(o, "earliest", sum.earliest);
}

void readiness_line_measured(struct json_out *o, const struct readiness_kept *k)
{
    readiness_line_number(o, "target", k->ask.target);
    if (k->evidence.measured) {
        readiness_line_number(o, "value", k->evidence.value);
        readiness_line_day(o, "measuredOn", k->evidence.day);
        readiness_line_day(o, "validUntil", k->result.valid_until);
    }
}

static void put_result(struct json_out *o, const struct readiness_kept *k)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "code", k->code);
    json_out_cstr(o, "state", verdict_state_name(k->result.state));
    json_out_cstr(o, "severity", k->ask.hard ? "hard" : "soft");
    json_out_bool(o, "overridable", k->overridable);
    if (k->result.waived)
        json_out_bool(o, "waived", true);
    readiness_line_measured(o, k);
    if (k->numerator >= 0)
        json_out_i64(o, "numerator", k->numerator);
    if (k->denominator >= 0)
        json_out_i64(o, "denominator", k->denominator);
    readiness_line_day(o, "earliest", k->result.earliest);
    json_out_end_object(o);
}

static void put_counts(struct json_out *o, const struct readiness_row *row)
{
    int64_t unmet = 0, stale = 0;
    for (size_t i = 0; i < row->kept_count; i++) {
        const struct verdict_result *r = &row->kept[i].result;
        stale += !r->waived && r->state == VERDICT_STALE;
        unmet += !r->waived && (r->state == VERDICT_UNMET || r->state == VERDICT_MISSING);
    }
    json_out_i64(o, "unmet", unmet);
    json_out_i64(o, "stale", stale);
}

static void put_row(struct json_out *o, const struct readiness_row *row, bool counts)
{
    json_out_object(o, NULL);
    json_out_string(o, "id", row->id);
    json_out_string(o, "unit", row->unit);
    json_out_string(o, "definition", row->definition);
    json_out_i64(o, "offsetDays", row->offset);
    if (row->release.n)
        json_out_string(o, "release", row->release);
    if (row->wave.n)
        json_out_string(o, "wave", row->wave);
    if (row->planned.n)
        json_out_string(o, "plannedDate", row->planned);
    json_out_cstr(o, "status", row->open ? "open" : "frozen");
    readiness_line_day(o, "asOf", row->as_of);
    readiness_line_sum(o, row->sum);
    if (counts) {
        put_counts(o, row);
    } else {
        json_out_array(o, "result");
        for (size_t i = 0; i < row->kept_count; i++)
            put_result(o, &row->kept[i]);
        json_out_end_array(o);
    }
    json_out_end_object(o);
}

static void add_wave(struct line *l, const struct readiness_row *row)
{
    size_t i = 0;
    while (i < l->waves &&
           !(str_eq(l->wave[i].name, row->wave) && str_eq(l->wave[i].definition, row->definition)))
        i++;
    if (i == WAVES_MAX)
        return;
    if (i == l->waves)
        l->wave[l->waves++] = (struct wave){arena_str(l->ask->arena, row->wave),
                                            arena_str(l->ask->arena, row->definition),
                                            {VERDICT_GO, INT32_MIN},
                                            0};
    l->wave[i].sum = verdict_worst(l->wave[i].sum, row->sum);
    l->wave[i].count++;
}

static bool take(void *arg, const struct readiness_row *row)
{
    struct line *l = arg;
    put_row(l->o, row, l->ask->counts);
    add_wave(l, row);
    l->all = verdict_worst(l->all, row->sum);
    l->count++;
    /* Rows come by unit. */
    if ((!l->units || !str_eq(l->unit[l->units - 1], row->unit)) && l->units < UNITS_MAX)
        l->unit[l->units++] = arena_str(l->ask->arena, row->unit);
    return buf_ok(l->ask->out);
}

/* The worst unit of each wave, and of them all. */
static void put_waves(struct line *l)
{
    json_out_array(l->o, "wave");
    for (size_t i = 0; i < l->waves; i++) {
        json_out_object(l->o, NULL);
        if (l->wave[i].name.n)
            json_out_string(l->o, "wave", l->wave[i].name);
        json_out_string(l->o, "definition", l->wave[i].definition);
        json_out_i64(l->o, "count", (int64_t)l->wave[i].count);
        readiness_line_sum(l->o, l->wave[i].sum);
        json_out_end_object(l->o);
    }
    json_out_end_array(l->o);
    if (!l->count)
        return;
    json_out_object(l->o, "programme");
    readiness_line_sum(l->o, l->all);
    json_out_end_object(l->o);
}

static bool put_units(struct line *l, struct err *err)
{
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    json_out_array(l->o, "unit");
    for (size_t i = 0; ok && i < l->units; i++) {
        struct store_version v;
        struct json_doc doc;
        int found = readiness_find_one(l->ask->read, &arena, l->unit[i], &v, &doc, err);
        ok = found >= 0;
        json_out_object(l->o, NULL);
        json_out_string(l->o, "reference", l->unit[i]);
        if (found > 0) {
            json_out_string(l->o, "name", readiness_find_text(&doc, 0, "name"));
            json_out_string(l->o, "partOf", readiness_find_text(&doc, 0, "partOf.reference"));
        }
        json_out_end_object(l->o);
        arena_reset(&arena);
    }
    json_out_end_array(l->o);
    arena_release(&arena);
    return ok;
}

/* The checkpoints' definitions: the columns. */
static bool put_definitions(struct line *l, struct err *err)
{
    bool ok = true;
    json_out_array(l->o, "definition");
    for (size_t i = 0; ok && i < l->waves; i++) {
        struct store_version v;
        struct json_doc doc;
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || str_eq(l->wave[k].definition, l->wave[i].definition);
        int found =
            seen ? 0 : readiness_find_one(l->ask->read, l->ask->arena, l->wave[i].definition, &v, &doc, err);
        ok = found >= 0;
        if (found <= 0)
            continue;
        json_out_object(l->o, NULL);
        json_out_string(l->o, "reference", l->wave[i].definition);
        json_out_string(l->o, "name", readiness_find_text(&doc, 0, "name"));
        json_out_string(l->o, "title", readiness_find_text(&doc, 0, "title"));
        json_out_raw(l->o, "offsetDays", readiness_find_text(&doc, 0, "offsetDays"));
        json_out_string(l->o, "lockedOn", readiness_find_text(&doc, 0, "lockedOn"));
        json_out_end_object(l->o);
    }
    json_out_end_array(l->o);
    return ok;
}

/* A decision that went over a verdict is seen on the line. */
static bool take_decision(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct line *l = arg;
    if (json_get_key(doc, 0, STR("override")) == UINT32_MAX)
        return true;
    json_out_object(l->o, NULL);
    json_out_string(l->o, "decision", arena_printf(l->ask->arena, "Decision/%.*s", STR_ARG(v->id)));
    json_out_string(l->o, "title", readiness_find_text(doc, 0, "title"));
    json_out_string(l->o, "decidedOn", readiness_find_text(doc, 0, "decidedOn"));
    json_out_string(l->o, "decider", readiness_find_text(doc, 0, "decider.reference"));
    json_out_string(l->o, "outcome", readiness_find_text(doc, 0, "outcome"));
    json_out_string(l->o, "computedVerdict", readiness_find_text(doc, 0, "computedVerdict"));
    json_out_string(l->o, "motivation", readiness_find_text(doc, 0, "override.motivation"));
    json_out_end_object(l->o);
    return true;
}

static bool put_overrides(struct line *l, struct err *err)
{
    bool cut;
    const struct search_param of[] = {{STR("initiative"), l->ask->initiative}};
    fhir_type_id type = fhir_resource_find(STR("Decision"));
    json_out_array(l->o, "override");
    bool ok = !type || readiness_find(l->work, type, of, 1, take_decision, l, &cut, err);
    json_out_end_array(l->o);
    return ok;
}

bool readiness_line(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct json_out o;
    struct line *l = ARENA_NEW(ask->arena, struct line);
    struct str *units = ARENA_ARRAY(ask->arena, struct str, UNITS_MAX);
    if (!l || !units)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *l = (struct line){.ask = ask, .work = w, .o = &o, .all = {VERDICT_GO, INT32_MIN}, .unit = units};
    if (!str_starts(ask->initiative, STR("Initiative/")) && !str_starts(ask->initiative, STR("Project/")))
        ask->initiative = arena_printf(ask->arena, "Initiative/%.*s", STR_ARG(ask->initiative));
    json_out_init(&o, ask->out);
    json_out_object(&o, NULL);
    json_out_string(&o, "initiative", ask->initiative);
    readiness_line_day(&o, "today", w->today);
    json_out_array(&o, "checkpoint");
    pthread_mutex_lock(&w->x->lock);
    bool ok = readiness_side_each(&w->x->look, ask->initiative, take, l, err);
    pthread_mutex_unlock(&w->x->lock);
    json_out_end_array(&o);
    ok = ok && put_units(l, err) && put_definitions(l, err) && put_overrides(l, err);
    put_waves(l);
    json_out_end_object(&o);
    return ok;
}
