/* SPDX-License-Identifier: Apache-2.0
 * Observation/$stats (R4 observation-operation-stats): statistics over a subject's Observations of some codes
 * in a time. One Observation comes back for each code and unit (units are never mixed or converted). Values
 * of a code are Observation.value, Observation.component.value with that code and, for a panel, those of its
 * components and members. Entered in error, cancelled or with modifier extensions: counted in total-count
 * only. */
#include <math.h>
#include <stdlib.h>

#include "api/observations.h"
#include "api/params.h"
#include "api/statistic.h"
#include "base/dec.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum {
    STATS_GROUPS_MAX = 1000,
    STATS_VALUES_MAX = 200000,
    STATS_BYTES_MAX = 64 << 20,
    STATS_DIGITS = 12, /* significant digits of what is computed */
    HOUR_MS = 3600000,
};

struct value {
    double number;
    int64_t time_ms;
};

/* One code in one unit. */
struct group {
    struct str key, unit;       /* "system|code"; the unit as compared */
    const struct json_doc *doc; /* where code and quantity below lie */
    uint32_t code, quantity;    /* CodeableConcept; the first Quantity, for its unit (UINT32_MAX: none) */
    struct value *value;
    size_t count, cap, total;
};

struct stats {
    struct call *call;
    struct params params;
    struct str subject;
    struct str *wanted; /* keys asked for */
    size_t wanted_count;
    int64_t from_ms, to_ms;
    bool include;
    uint64_t limit;
    struct group *group;
    size_t group_count, value_count;
    struct store_version *source;
    size_t source_count;
    struct err *err;
};

static struct group *group_of(struct stats *s, struct str key, struct str unit)
{
    for (size_t i = 0; i < s->group_count; i++)
        if (str_eq(s->group[i].key, key) && str_eq(s->group[i].unit, unit))
            return &s->group[i];
    if (s->group_count == STATS_GROUPS_MAX) {
        err_set(s->err, ERR_SEARCH_LIMIT, "code", "1000", NULL);
        return NULL;
    }
    struct group *g = &s->group[s->group_count++];
    *g = (struct group){.key = key, .unit = unit, .quantity = UINT32_MAX};
    return g;
}

static struct str unit_of(const struct json_doc *doc, uint32_t quantity)
{
    struct str code = json_text(doc, json_get(doc, quantity, FHIR_NAME_code));
    return code.p ? code : json_text(doc, json_get(doc, quantity, FHIR_NAME_unit));
}

static bool add_value(struct stats *s, struct group *g, const struct observation *o, double number)
{
    if (s->value_count++ == STATS_VALUES_MAX)
        return err_set(s->err, ERR_SEARCH_LIMIT, "value", "200000", NULL);
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 32;
        g->value = arena_grow(s->call->arena, g->value, g->cap, cap, sizeof(*g->value));
        g->cap = cap;
    }
    if (!g->value)
        return err_set(s->err, ERR_NO_MEMORY, NULL);
    g->value[g->count++] = (struct value){number, o->time_ms};
    return true;
}

/* Takes the valueQuantity of the object at node (the Observation or a component) under key. */
static bool take(struct stats *s, const struct observation *o, uint32_t node, struct str key, bool usable)
{
    struct dec d;
    uint32_t quantity = json_get(&o->doc, node, FHIR_NAME_valueQuantity);
    struct str text = quantity == UINT32_MAX
                          ? (struct str){0}
                          : json_text(&o->doc, json_get(&o->doc, quantity, FHIR_NAME_value));
    bool has = usable && text.p && dec_parse(text, &d) &&
               json_get(&o->doc, quantity, FHIR_NAME_comparator) == UINT32_MAX;
    struct group *g = group_of(s, key, has ? unit_of(&o->doc, quantity) : STR(""));
    if (!g)
        return false;
    if (!g->doc) {
        g->doc = &o->doc;
        g->code = json_get(&o->doc, node, FHIR_NAME_code);
        g->quantity = has ? quantity : UINT32_MAX;
    }
    g->total++;
    return !has || add_value(s, g, o, dec_double(d));
}

/* The key among those asked for that the concept has; {NULL,0} when none. */
static struct str wanted_key(struct stats *s, const struct json_doc *doc, uint32_t concept)
{
    struct str *keys = ARENA_ARRAY(s->call->arena, struct str, OBSERVATIONS_KEYS_MAX);
    size_t n = keys ? observations_keys(s->call->arena, doc, concept, keys) : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < s->wanted_count; k++) {
            size_t bar = str_find(keys[i], '|', 0);
            struct str code = str_sub(keys[i], bar == SIZE_MAX ? 0 : bar + 1, keys[i].n);
            if (str_eq(keys[i], s->wanted[k]) || str_eq(code, s->wanted[k]))
                return keys[i];
        }
    return (struct str){0};
}

/* A panel's part is known by its own first code. */
static struct str own_key(struct stats *s, const struct json_doc *doc, uint32_t concept)
{
    struct str *keys = ARENA_ARRAY(s->call->arena, struct str, OBSERVATIONS_KEYS_MAX);
    size_t n = keys ? observations_keys(s->call->arena, doc, concept, keys) : 0;
    return n ? keys[0] : (struct str){0};
}

static bool usable(const struct observation *o)
{
    struct str status = json_text(&o->doc, json_get(&o->doc, 0, FHIR_NAME_status));
    return !str_is(status, "entered-in-error") && !str_is(status, "cancelled") &&
           json_get(&o->doc, 0, FHIR_NAME_modifierExtension) == UINT32_MAX;
}

static bool take_components(struct stats *s, const struct observation *o, bool panel)
{
    uint32_t list = json_get(&o->doc, 0, FHIR_NAME_component);
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(&o->doc, list, i)
    {
        uint32_t concept = json_get(&o->doc, i, FHIR_NAME_code);
        struct str key = panel ? own_key(s, &o->doc, concept) : wanted_key(s, &o->doc, concept);
        if (key.p && !take(s, o, i, key, usable(o)))
            return false;
    }
    return true;
}

/* The Observations that a panel names as its members. */
static bool take_members(struct stats *s, struct store_read *r, const struct observation *o)
{
    uint32_t list = json_get(&o->doc, 0, FHIR_NAME_hasMember);
    struct str before = STR("Observation/");
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(&o->doc, list, i)
    {
        struct str ref = json_text(&o->doc, json_get(&o->doc, i, FHIR_NAME_reference));
        struct store_version v;
        struct observation *m = ARENA_NEW(s->call->arena, struct observation);
        if (!m)
            return err_set(s->err, ERR_NO_MEMORY, NULL);
        if (!str_starts(ref, before))
            continue;
        enum store_found found =
            store_get(r, FHIR_TYPE_Observation, str_sub(ref, before.n, ref.n), s->call->arena, &v, s->err);
        if (found == STORE_FAILED)
            return false;
        if (found != STORE_FOUND)
            continue;
        if (!observations_parse(s->call->arena, &v, m, s->err) ||
            !take(s, m, 0, own_key(s, &m->doc, json_get(&m->doc, 0, FHIR_NAME_code)), usable(m)))
            return false;
    }
    return true;
}

static bool take_observation(struct stats *s, struct store_read *r, const struct observation *o)
{
    if (o->time_ms < s->from_ms || o->time_ms >= s->to_ms)
        return true;
    if (s->include && s->source_count < s->limit)
        s->source[s->source_count++] = o->version;
    struct str key = wanted_key(s, &o->doc, json_get(&o->doc, 0, FHIR_NAME_code));
    bool parts = json_get(&o->doc, 0, FHIR_NAME_component) != UINT32_MAX ||
                 json_get(&o->doc, 0, FHIR_NAME_hasMember) != UINT32_MAX;
    bool panel = key.p && parts && json_get(&o->doc, 0, FHIR_NAME_valueQuantity) == UINT32_MAX;
    if (key.p && !panel && !take(s, o, 0, key, usable(o)))
        return false;
    return take_components(s, o, panel) && (!panel || take_members(s, r, o));
}

/* ---- parameters ---- */

static const struct params_def stats_defs[] = {
    {.name = "subject", .required = true},
    {.name = "code", .many = true},
    {.name = "system"},
    {.name = "coding", .many = true, .complex = true},
    {.name = "duration"},
    {.name = "period", .complex = true},
    {.name = "statistic", .required = true, .many = true},
    {.name = "include"},
    {.name = "limit"},
    {.name = NULL},
};

static bool bad(struct stats *s, const char *name)
{
    return err_set_str(s->err, ERR_PARAM_VALUE, params_text(&s->params, name), str_of(name));
}

static bool read_codes(struct stats *s)
{
    struct arena *arena = s->call->arena;
    struct str system = params_text(&s->params, "system");
    s->wanted = ARENA_ARRAY(arena, struct str, s->params.count + 1);
    if (!s->wanted)
        return err_set(s->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < s->params.count; i++) {
        const struct params_value *v = &s->params.item[i];
        if (str_is(v->name, "code"))
            s->wanted[s->wanted_count++] =
                system.p ? arena_printf(arena, "%.*s|%.*s", STR_ARG(system), STR_ARG(v->text)) : v->text;
        if (str_is(v->name, "coding"))
            s->wanted[s->wanted_count++] = arena_printf(
                arena, "%.*s|%.*s",
                STR_ARG(json_text(s->params.doc, json_get(s->params.doc, v->node, FHIR_NAME_system))),
                STR_ARG(json_text(s->params.doc, json_get(s->params.doc, v->node, FHIR_NAME_code))));
        if (str_is(v->name, "statistic") && !statistic_known(v->text))
            return err_set_str(s->err, ERR_PARAM_VALUE, v->text, v->name);
    }
    return s->wanted_count || err_set(s->err, ERR_PARAM_MISSING, "code / coding", "stats", NULL);
}

static bool read_end(struct stats *s, uint32_t period, uint16_t name, bool high, int64_t *out)
{
    struct time_value t;
    struct str text = json_text(s->params.doc, json_get(s->params.doc, period, name));
    if (!text.p)
        return true;
    if (!time_parse(text, true, &t))
        return bad(s, "period");
    struct time_span span = time_span(&t, 0);
    *out = high ? span.high_ms : span.low_ms;
    return true;
}

static bool read_time(struct stats *s)
{
    struct dec hours;
    const struct params_value *period = params_find(&s->params, "period");
    struct str duration = params_text(&s->params, "duration");
    s->from_ms = INT64_MIN;
    s->to_ms = INT64_MAX;
    if (duration.p) {
        if (!dec_parse(duration, &hours) || hours.coef <= 0 || dec_double(hours) > 1e7)
            return bad(s, "duration");
        s->to_ms = os_now_ms();
        s->from_ms = s->to_ms - (int64_t)(dec_double(hours) * HOUR_MS);
        return true;
    }
    return !period || (read_end(s, period->node, FHIR_NAME_start, false, &s->from_ms) &&
                       read_end(s, period->node, FHIR_NAME_end, true, &s->to_ms));
}

static bool read_params(struct stats *s)
{
    struct str include = params_text(&s->params, "include"), limit = params_text(&s->params, "limit");
    s->subject = params_text(&s->params, "subject");
    s->limit = OBSERVATIONS_MAX;
    if (s->subject.n == 0)
        return bad(s, "subject");
    s->include = str_is(include, "true");
    if (include.p && !s->include && !str_is(include, "false"))
        return bad(s, "include");
    if (limit.p && (!str_u64(limit, OBSERVATIONS_MAX, &s->limit) || s->limit == 0))
        return bad(s, "limit");
    return read_codes(s) && read_time(s);
}

/* subject=…&combo-code=… */
static bool collect(struct stats *s, struct store_read *r, struct observations *all)
{
    struct arena *arena = s->call->arena;
    struct buf codes;
    buf_init(&codes, CALL_FORM_MAX);
    for (size_t i = 0; i < s->wanted_count; i++) {
        if (i)
            buf_char(&codes, ',');
        for (size_t k = 0; k < s->wanted[i].n; k++) {
            if (s->wanted[i].p[k] == ',' || s->wanted[i].p[k] == '\\' || s->wanted[i].p[k] == '$')
                buf_char(&codes, '\\');
            buf_char(&codes, s->wanted[i].p[k]);
        }
    }
    struct search_param params[] = {{STR("subject"), s->subject},
                                    {STR("combo-code"), arena_str(arena, buf_get(&codes))}};
    buf_release(&codes);
    if (!observations_read(s->call, r, params, 2, all, s->err))
        return false;
    s->source = ARENA_ARRAY(arena, struct store_version, all->count + 1);
    s->group = ARENA_ARRAY(arena, struct group, STATS_GROUPS_MAX);
    if (!s->source || !s->group)
        return err_set(s->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < all->count; i++)
        if (!take_observation(s, r, &all->item[i]))
            return false;
    return true;
}

/* ---- answer ---- */

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool make_series(struct stats *s, const struct group *g, struct statistic_series *out)
{
    enum { DAY_MS = 24 * HOUR_MS };
    double *sorted = ARENA_ARRAY(s->call->arena, double, g->count + 1),
           *value = ARENA_ARRAY(s->call->arena, double, g->count + 1),
           *day = ARENA_ARRAY(s->call->arena, double, g->count + 1);
    if (!sorted || !value || !day)
        return err_set(s->err, ERR_NO_MEMORY, NULL);
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < g->count; i++)
        first = g->value[i].time_ms != INT64_MIN && g->value[i].time_ms < first ? g->value[i].time_ms : first;
    for (size_t i = 0; i < g->count; i++) {
        int64_t time = g->value[i].time_ms == INT64_MIN ? first : g->value[i].time_ms;
        sorted[i] = value[i] = g->value[i].number;
        day[i] = (double)(time - first) / DAY_MS;
    }
    qsort(sorted, g->count, sizeof(*sorted), by_number);
    *out = (struct statistic_series){sorted, value, day, g->count, g->total};
    /* Those without a value have no unit either: they lie in a group of their own. */
    for (size_t i = 0; i < s->group_count; i++)
        if (s->group[i].count == 0 && str_eq(s->group[i].key, g->key))
            out->total += s->group[i].total;
    return true;
}

/* Twelve significant digits: what a double keeps of sums of measured values. */
static void write_number(struct json_out *o, struct arena *arena, double v)
{
    struct dec d;
    char text[DEC_TEXT_MAX];
    int whole = v != 0 ? (int)floor(log10(fabs(v))) + 1 : 1;
    int scale = STATS_DIGITS - whole;
    if (!dec_of_double(v, &d))
        return;
    if (scale >= 0 && (unsigned)scale < d.scale)
        dec_round(d, (unsigned)scale, DEC_HALF_UP, &d);
    d = dec_trim(d);
    json_out_raw(o, "value", arena_str(arena, (struct str){text, dec_format(d, text)}));
}

static void write_unit(struct json_out *o, const struct group *g, enum statistic_unit unit,
                       struct arena *arena)
{
    static const struct {
        uint16_t name;
        const char *key;
    } members[] = {{FHIR_NAME_unit, "unit"}, {FHIR_NAME_system, "system"}, {FHIR_NAME_code, "code"}};
    if (unit == STATISTIC_NONE || g->quantity == UINT32_MAX)
        return;
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        struct str text = json_text(g->doc, json_get(g->doc, g->quantity, members[i].name));
        if (!text.p)
            continue;
        if (unit == STATISTIC_PER_DAY && members[i].name != FHIR_NAME_system)
            text = arena_printf(arena, "%.*s/d", STR_ARG(text));
        json_out_string(o, members[i].key, text);
    }
}

static void write_component(struct json_out *o, const struct group *g, const struct statistic *st, double v,
                            struct arena *arena)
{
    json_out_object(o, NULL);
    json_out_object(o, "code");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", "http://terminology.hl7.org/CodeSystem/observation-statistics");
    json_out_cstr(o, "code", st->code);
    json_out_cstr(o, "display", st->display);
    json_out_end_object(o);
    json_out_end_array(o);
    if (st->text)
        json_out_cstr(o, "text", st->text);
    json_out_end_object(o);
    json_out_object(o, "valueQuantity");
    write_number(o, arena, v);
    write_unit(o, g, st->unit, arena);
    json_out_end_object(o);
    json_out_end_object(o);
}

static void write_period(struct json_out *o, const struct stats *s)
{
    static const char *const names[] = {"start", "end"};
    const int64_t ends[] = {s->from_ms, s->to_ms};
    if (s->from_ms == INT64_MIN && s->to_ms == INT64_MAX)
        return;
    json_out_object(o, "effectivePeriod");
    for (int i = 0; i < 2; i++) {
        char text[TIME_TEXT_MAX];
        if (ends[i] != INT64_MIN && ends[i] != INT64_MAX)
            json_out_string(o, names[i], (struct str){text, time_format(ends[i], text)});
    }
    json_out_end_object(o);
}

static bool asked(const struct stats *s, const struct statistic *st)
{
    for (size_t i = 0; i < s->params.count; i++)
        if (str_is(s->params.item[i].name, "statistic") && str_is(s->params.item[i].text, st->code))
            return true;
    return false;
}

static bool write_group(struct stats *s, const struct group *g, struct json_out *o)
{
    struct statistic_series series;
    struct buf code;
    if (!make_series(s, g, &series))
        return false;
    buf_init(&code, STATS_BYTES_MAX);
    json_write(g->doc, g->code, &code);
    json_out_object(o, NULL);
    json_out_cstr(o, "name", "statistics");
    json_out_object(o, "resource");
    json_out_cstr(o, "resourceType", "Observation");
    json_out_cstr(o, "status", "final");
    json_out_raw(o, "code", buf_get(&code));
    buf_release(&code);
    json_out_object(o, "subject");
    json_out_string(o, "reference", s->subject);
    json_out_end_object(o);
    write_period(o, s);
    json_out_array(o, "component");
    for (size_t i = 0; i < statistic_count; i++) {
        double v;
        const struct statistic *st = &statistic_table[i];
        if (asked(s, st) && st->compute(&series, &v))
            write_component(o, g, st, v, s->call->arena);
    }
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_end_object(o);
    return true;
}

static bool answer(struct stats *s)
{
    struct json_out o;
    struct buf out;
    bool ok = true;
    size_t written = 0;
    buf_init(&out, STATS_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    for (size_t i = 0; ok && i < s->group_count; i++) {
        if (!s->group[i].count)
            continue;
        ok = write_group(s, &s->group[i], &o);
        written++;
    }
    for (size_t i = 0; i < s->source_count; i++) {
        json_out_object(&o, NULL);
        json_out_cstr(&o, "name", "source");
        json_out_raw(&o, "resource", s->source[i].body);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
    if (ok && !written)
        ok = err_set(s->err, ERR_STATS_NONE, NULL);
    if (ok)
        return resource_answer_buf(s->call, &out, 200);
    buf_release(&out);
    return outcome_fail(s->call, s->err);
}

bool op_stats_run(struct call *c)
{
    struct err err = {0};
    struct observations all;
    struct stats *s = ARENA_NEW(c->arena, struct stats);
    if (!s) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    s->call = c;
    s->err = &err;
    if (!params_read(c, stats_defs, &s->params, &err) || !read_params(s))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = collect(s, r, &all);
    call_read_end(c, r);
    return ok ? answer(s) : outcome_fail(c, &err);
}
