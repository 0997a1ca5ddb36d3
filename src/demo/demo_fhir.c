/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo_int.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"
#include "base/time.h"

/* ---- Swedish local time ---- */

/* The last Sunday of a month at 01:00 UTC, when the clocks change. */
static int64_t last_sunday_ms(int year, int month)
{
    int64_t days = time_days(year, month, 31); /* March and October both have 31 days */
    int64_t weekday = (days + 4) % 7;          /* 0: Sunday; 1970-01-01 was a Thursday */
    return (days - weekday) * DEMO_DAY + DEMO_HOUR;
}

static int offset_minutes(int64_t ms)
{
    int year, month, day;
    time_civil((ms - (ms % DEMO_DAY + DEMO_DAY) % DEMO_DAY) / DEMO_DAY, &year, &month, &day);
    return year >= 1980 && ms >= last_sunday_ms(year, 3) && ms < last_sunday_ms(year, 10) ? 120 : 60;
}

/* Day number and milliseconds of the day, Swedish time. */
static int64_t local_day(int64_t ms, int64_t *rest)
{
    int64_t local = ms + offset_minutes(ms) * DEMO_MINUTE;
    int64_t in_day = (local % DEMO_DAY + DEMO_DAY) % DEMO_DAY;
    *rest = in_day;
    return (local - in_day) / DEMO_DAY;
}

void demo_fhir_local(int64_t ms, int *year, int *month, int *day)
{
    int64_t rest;
    time_civil(local_day(ms, &rest), year, month, day);
}

int demo_fhir_age(const struct demo_patient *p, int64_t ms)
{
    int y, m, day, by, bm, bd;
    demo_fhir_local(ms, &y, &m, &day);
    demo_fhir_local(p->birth_ms, &by, &bm, &bd);
    return y - by - (m < bm || (m == bm && day < bd) ? 1 : 0);
}

/* Weekends and the public holidays that have a fixed date. */
static bool is_holiday(int64_t day)
{
    static const struct {
        int month, day;
    } fixed[] = {{1, 1}, {1, 6}, {5, 1}, {6, 6}, {12, 24}, {12, 25}, {12, 26}, {12, 31}};
    int year, month, of_month;
    int64_t weekday = ((day + 4) % 7 + 7) % 7;
    time_civil(day, &year, &month, &of_month);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (fixed[i].month == month && fixed[i].day == of_month)
            return true;
    }
    return weekday == 0 || weekday == 6;
}

int64_t demo_fhir_office(struct demo *d, int64_t ms)
{
    int64_t rest, day = local_day(ms, &rest);
    while (is_holiday(day))
        day++;
    int64_t minute = 8 * 60 + 5 * demo_rng_between(&d->rng, 0, 90);
    int64_t at = day * DEMO_DAY + minute * DEMO_MINUTE;
    at -= offset_minutes(at) * DEMO_MINUTE;
    return at;
}

/* ---- resources ---- */

void demo_fhir_begin(struct demo *d, const char *type, const char *id)
{
    buf_clear(&d->buf);
    json_out_init(&d->out, &d->buf);
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "resourceType", type);
    json_out_cstr(&d->out, "id", id);
    demo_access_label(d, type);
}

void demo_fhir_end(struct demo *d)
{
    json_out_end_object(&d->out);
    OS_ASSERT(buf_ok(&d->buf));
    if (!d->stopped && !d->emit(d->arg, buf_get(&d->buf)))
        d->stopped = true;
}

void demo_fhir_cstr(struct demo *d, const char *key, const char *value)
{
    json_out_cstr(&d->out, key, value);
}

void demo_fhir_reference(struct demo *d, const char *key, const char *type, const char *id,
                         const char *display)
{
    char text[64 + DEMO_ID_MAX];
    snprintf(text, sizeof text, "%s/%s", type, id);
    json_out_object(&d->out, key);
    json_out_cstr(&d->out, "reference", text);
    if (display)
        json_out_cstr(&d->out, "display", display);
    json_out_end_object(&d->out);
}

void demo_fhir_patient(struct demo *d, const char *key)
{
    demo_fhir_reference(d, key, "Patient", d->p.id, NULL);
}

void demo_fhir_role(struct demo *d, const char *key, uint32_t staff)
{
    char shown[2 * DEMO_NAME_MAX];
    snprintf(shown, sizeof shown, "%s, %s", d->staff[staff].name, d->staff[staff].title);
    demo_fhir_reference(d, key, "PractitionerRole", d->staff[staff].role, shown);
}

void demo_fhir_unit(struct demo *d, const char *key, uint32_t unit)
{
    demo_fhir_reference(d, key, "Organization", d->unit[unit].organization, d->unit[unit].name);
}

void demo_fhir_encounter(struct demo *d, const char *key)
{
    demo_fhir_reference(d, key, "Encounter", d->visit.id, NULL);
}

/* ---- data types ---- */

void demo_fhir_coding(struct demo *d, const char *key, const char *system, const char *code,
                      const char *display)
{
    json_out_object(&d->out, key);
    json_out_cstr(&d->out, "system", system);
    json_out_cstr(&d->out, "code", code);
    if (display)
        json_out_cstr(&d->out, "display", display);
    json_out_end_object(&d->out);
}

void demo_fhir_concept(struct demo *d, const char *key, const char *system, const char *code,
                       const char *display, const char *text)
{
    json_out_object(&d->out, key);
    if (code) {
        json_out_array(&d->out, "coding");
        demo_fhir_coding(d, NULL, system, code, display);
        json_out_end_array(&d->out);
    }
    if (text)
        json_out_cstr(&d->out, "text", text);
    json_out_end_object(&d->out);
}

void demo_fhir_concepts(struct demo *d, const char *key, const char *system, const char *code,
                        const char *display, const char *text)
{
    json_out_array(&d->out, key);
    demo_fhir_concept(d, NULL, system, code, display, text);
    json_out_end_array(&d->out);
}

void demo_fhir_numbered(struct demo *d, const char *system, const char *value)
{
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "system", system);
    json_out_cstr(&d->out, "value", value);
    json_out_end_object(&d->out);
}

void demo_fhir_identifier(struct demo *d, const char *key, const char *system, const char *value)
{
    json_out_array(&d->out, key);
    demo_fhir_numbered(d, system, value);
    json_out_end_array(&d->out);
}

void demo_fhir_telecom(struct demo *d, const char *system, const char *value, const char *use)
{
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "system", system);
    json_out_cstr(&d->out, "value", value);
    json_out_cstr(&d->out, "use", use);
    json_out_end_object(&d->out);
}

void demo_fhir_time(struct demo *d, const char *key, int64_t ms)
{
    char text[96];
    int year, month, day, offset = offset_minutes(ms);
    int64_t rest, days = local_day(ms, &rest);
    time_civil(days, &year, &month, &day);
    int second = (int)(rest / 1000);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d+%02d:00", year, month, day, second / 3600,
             second / 60 % 60, second % 60, offset / 60);
    json_out_cstr(&d->out, key, text);
}

void demo_fhir_date(struct demo *d, const char *key, int64_t ms)
{
    char text[48];
    int year, month, day;
    demo_fhir_local(ms, &year, &month, &day);
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    json_out_cstr(&d->out, key, text);
}

void demo_fhir_period(struct demo *d, const char *key, int64_t start_ms, int64_t end_ms)
{
    json_out_object(&d->out, key);
    demo_fhir_time(d, "start", start_ms);
    if (end_ms)
        demo_fhir_time(d, "end", end_ms);
    json_out_end_object(&d->out);
}

void demo_fhir_decimal(struct demo *d, const char *key, double value, int decimals)
{
    static const int64_t power[] = {1, 10, 100, 1000};
    OS_ASSERT(decimals >= 0 && decimals <= 3 && value >= 0);
    char text[48];
    int64_t scaled = (int64_t)floor(value * (double)power[decimals] + 0.5);
    int n = decimals == 0 ? snprintf(text, sizeof text, "%lld", (long long)scaled)
                          : snprintf(text, sizeof text, "%lld.%0*lld", (long long)(scaled / power[decimals]),
                                     decimals, (long long)(scaled % power[decimals]));
    json_out_raw(&d->out, key, (struct str){text, (size_t)n});
}

void demo_fhir_quantity(struct demo *d, const char *key, double value, int decimals, const char *unit,
                        const char *ucum)
{
    json_out_object(&d->out, key);
    demo_fhir_decimal(d, "value", value, decimals);
    json_out_cstr(&d->out, "unit", unit);
    if (ucum) {
        json_out_cstr(&d->out, "system", "http://unitsofmeasure.org");
        json_out_cstr(&d->out, "code", ucum);
    }
    json_out_end_object(&d->out);
}

void demo_fhir_note(struct demo *d, const char *text)
{
    json_out_array(&d->out, "note");
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "text", text);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}
