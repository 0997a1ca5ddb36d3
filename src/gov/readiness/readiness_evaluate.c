/* SPDX-License-Identifier: Apache-2.0
 * What a checkpoint would be on a day to come, if nothing is written until then: measured as it will be that
 * day, with what is in the record now. A look, never a result: nothing is written or kept. */
#include "fhir/out.h"
#include "readiness/readiness_int.h"

/* Today, or a day that a trend may speak of. */
static bool day_of(const struct readiness_ask *ask, int32_t today, int32_t *day, struct err *err)
{
    *day = today;
    if (!ask->as_of.n)
        return true;
    return (ask->as_of.n == sizeof "2026-11-22" - 1 && readiness_find_day(ask->as_of, day) && *day >= today &&
            *day <= today + VERDICT_HORIZON_DAYS) ||
           err_set_str(err, ERR_READINESS_AS_OF, ask->as_of, STR(""));
}

static const struct readiness_kept *same_code(const struct readiness_row *row, const struct readiness_kept *k)
{
    for (size_t i = 0; i < row->kept_count; i++)
        if (strcmp(row->kept[i].code, k->code) == 0)
            return &row->kept[i];
    return NULL;
}

/* What is not met today keeps today's earliest day, unless that will have passed: no trend is better known
 * for having been looked at later. */
static void carry(struct readiness_row *then, const struct readiness_row *now, int32_t day)
{
    struct verdict_result result[READINESS_CRITERIA_MAX];
    bool hard[READINESS_CRITERIA_MAX];
    for (size_t i = 0; i < then->kept_count; i++) {
        struct readiness_kept *k = &then->kept[i];
        const struct readiness_kept *was = same_code(now, k);
        bool stood = was && was->result.state != VERDICT_MET && !was->result.waived;
        if (stood && k->result.state != VERDICT_MET && !k->result.waived)
            k->result.earliest = was->result.earliest > day ? was->result.earliest : day + 1;
        result[i] = k->result;
        hard[i] = k->ask.hard;
    }
    then->sum = verdict_sum(result, hard, then->kept_count);
}

static void put_result(struct json_out *o, const struct readiness_kept *k, const struct readiness_kept *now)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "code", k->code);
    json_out_cstr(o, "state", verdict_state_name(k->result.state));
    if (now)
        json_out_cstr(o, "stateToday", verdict_state_name(now->result.state));
    json_out_cstr(o, "severity", k->ask.hard ? "hard" : "soft");
    if (k->result.waived)
        json_out_bool(o, "waived", true);
    readiness_line_measured(o, k);
    readiness_line_day(o, "earliest", k->result.earliest);
    json_out_end_object(o);
}

static void put(const struct readiness_ask *ask, const struct readiness_row *then,
                const struct readiness_row *now, int32_t today, int32_t day)
{
    struct json_out o;
    json_out_init(&o, ask->out);
    json_out_object(&o, NULL);
    json_out_string(&o, "checkpoint", arena_printf(ask->arena, "ReadinessCheckpoint/%.*s", STR_ARG(ask->id)));
    readiness_line_day(&o, "today", today);
    readiness_line_day(&o, "asOf", day);
    json_out_bool(&o, "lookForward", day > today);
    json_out_bool(&o, "saved", false);
    readiness_line_sum(&o, then->sum);
    json_out_cstr(&o, "verdictToday", verdict_name(now->sum.verdict));
    json_out_array(&o, "result");
    for (size_t i = 0; i < then->kept_count; i++)
        put_result(&o, &then->kept[i], same_code(now, &then->kept[i]));
    json_out_end_array(&o);
    json_out_end_object(&o);
}

bool readiness_evaluate(struct readiness_work *w, struct readiness_ask *ask, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct readiness_row now, then;
    int32_t today = w->today, day;
    struct str name = arena_printf(w->arena, "ReadinessCheckpoint/%.*s", STR_ARG(ask->id));
    if (!day_of(ask, today, &day, err))
        return false;
    int found = readiness_find_one(w->read, w->arena, name, &v, &doc, err);
    if (found <= 0)
        return found == 0 && err_set_str(err, ERR_NOT_FOUND, name, STR(""));
    if (!str_is(readiness_find_text(&doc, 0, "status"), "open"))
        return err_set_str(err, ERR_GOV_FROZEN, name, STR("asOf"));
    /* Measured with the follower's eyes; nobody is named. */
    store_read_view(w->read, NULL);
    if (!readiness_check_look(w, &v, &doc, &now, err))
        return false;
    w->today = day;
    w->roster = NULL;
    if (!readiness_check_look(w, &v, &doc, &then, err))
        return false;
    if (day > today)
        carry(&then, &now, day);
    put(ask, &then, &now, today, day);
    return true;
}
