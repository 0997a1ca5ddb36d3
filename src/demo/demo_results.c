/* SPDX-License-Identifier: Apache-2.0
 * Results that wait to be acknowledged: by the physicians whom the accounts are for (app/demo_accounts.c), by
 * their units, and taken over by a unit. The Tasks have the shape that care/results gives them; it makes none
 * itself of what is imported. Chance comes from a stream of its own, so that the region is otherwise the same
 * with and without them. */
#include "demo/demo_int.h"

#define TASK_SYSTEM "https://helhet.example/fhir/CodeSystem/task"

enum { STREAM = 0x4E5, GROWN_UP_YEARS = 25, PANEL_MAX = 8, VISIT_MINUTES = 15 };

/* SAME: of the same patient as the one before. UNITS: the unit is to acknowledge it, as who asked is not
 * known, or as it has TAKEN it over. Otherwise the physician asked. */
enum { SAME = 1, UNITS = 2, TAKEN = 4, URGENT = 8 };

static const struct awaited {
    enum demo_unit_kind unit;
    uint16_t hours; /* ago */
    uint8_t how;
    struct demo_lab_plan labs[PANEL_MAX]; /* from: today's level; 0: the patient's own */
} awaited[] = {
    {UNIT_VC, 5, 0, {{LAB_HB, 0, 0}, {LAB_LPK, 0, 0}, {LAB_TPK, 0, 0}, {LAB_CRP, 0, 0}}},
    {UNIT_VC, 16, SAME, {{LAB_NA, 0, 0}, {LAB_K, 0, 0}, {LAB_KREA, 0, 0}}},
    {UNIT_VC, 28, SAME, {{LAB_TSH, 0, 0}, {LAB_T4, 0, 0}}},
    {UNIT_VC, 8, 0, {{LAB_CRP, 148, 0}, {LAB_LPK, 15.5F, 0}, {LAB_HB, 0, 0}}},
    {UNIT_VC, 26, 0, {{LAB_HBA1C, 61, 0}, {LAB_GLUKOS, 9.4F, 0}, {LAB_KREA, 0, 0}}},
    {UNIT_VC, 31, UNITS, {{LAB_FERRITIN, 0, 0}, {LAB_B12, 0, 0}, {LAB_HB, 0, 0}}},
    {UNIT_VC, 97, UNITS | TAKEN, {{LAB_KOL, 0, 0}, {LAB_LDL, 4.6F, 0}, {LAB_HDL, 0, 0}}},
    {UNIT_MED, 4, 0, {{LAB_NA, 0, 0}, {LAB_K, 0, 0}, {LAB_KREA, 0, 0}, {LAB_NTPROBNP, 0, 0}}},
    {UNIT_MED, 22, URGENT, {{LAB_K, 5.9F, 0}, {LAB_KREA, 168, 0}, {LAB_NA, 0, 0}}},
    {UNIT_MED, 30, UNITS, {{LAB_HB, 0, 0}, {LAB_CRP, 0, 0}}},
    {UNIT_MED, 80, UNITS | TAKEN, {{LAB_INR, 0, 0}, {LAB_HB, 0, 0}}},
};
enum { AWAITED = sizeof awaited / sizeof *awaited };

static void encounter(struct demo *d, uint32_t author)
{
    demo_fhir_begin(d, "Encounter", d->visit.id);
    demo_fhir_cstr(d, "status", "finished");
    demo_fhir_coding(d, "class", DEMO_TERMINOLOGY "v3-ActCode", "AMB", "ambulatory");
    demo_fhir_patient(d, "subject");
    json_out_array(&d->out, "participant");
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "individual", author);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_period(d, "period", d->visit.start_ms, d->visit.end_ms);
    demo_fhir_concepts(d, "reasonCode", NULL, NULL, NULL, "Provtagning");
    demo_fhir_unit(d, "serviceProvider", d->visit.unit);
    demo_fhir_end(d);
}

static void task(struct demo *d, const struct awaited *a, uint32_t owner)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Task", id);
    demo_fhir_cstr(d, "status", "requested");
    if (a->how & TAKEN)
        demo_fhir_concept(d, "businessStatus", TASK_SYSTEM, "escalated", NULL, "Övertagen av enheten");
    demo_fhir_cstr(d, "intent", "order");
    demo_fhir_cstr(d, "priority", a->how & URGENT ? "urgent" : "routine");
    demo_fhir_concept(d, "code", TASK_SYSTEM, "acknowledge", NULL, "Vidimera svar");
    demo_fhir_cstr(d, "description", "Provsvar klinisk kemi");
    demo_fhir_reference(d, "focus", "DiagnosticReport", d->report, NULL);
    demo_fhir_patient(d, "for");
    demo_fhir_time(d, "authoredOn", d->report_ms);
    demo_fhir_time(d, "lastModified", d->report_ms);
    if (a->how & UNITS)
        demo_fhir_unit(d, "owner", d->visit.unit);
    else
        demo_fhir_role(d, "owner", owner);
    demo_fhir_end(d);
}

static void result(struct demo *d, const struct awaited *a, uint32_t unit, uint32_t author)
{
    d->responsible = d->visit.unit = unit;
    d->visit.doctor = author;
    d->visit.start_ms = d->options->now_ms - a->hours * DEMO_HOUR;
    d->visit.end_ms = d->visit.start_ms + VISIT_MINUTES * DEMO_MINUTE;
    demo_rng_uuid(&d->rng, d->visit.id);
    encounter(d, author);
    demo_labs_panel(d, a->labs, PANEL_MAX, true);
    task(d, a, author);
}

void demo_results_make(struct demo *d, uint32_t index)
{
    uint32_t unit, author;
    const struct demo_visit visit = d->visit;
    const struct demo_rng rng = d->rng;
    uint32_t responsible = d->responsible;
    bool plain =
        demo_fhir_age(&d->p, d->p.end_ms) >= GROWN_UP_YEARS && !d->p.dead && !d->p.protected_identity;
    if (!plain || d->results_shown == AWAITED)
        return;
    d->rng = demo_rng_stream(d->options->seed ^ STREAM, (uint64_t)index + 1);
    do {
        const struct awaited *a = &awaited[d->results_shown++];
        if (demo_region_titled(d, a->unit, a->unit == UNIT_VC ? "Specialistläkare" : "Överläkare", &unit,
                               &author))
            result(d, a, unit, author);
    } while (d->results_shown < AWAITED && (awaited[d->results_shown].how & SAME));
    d->visit = visit;
    d->rng = rng;
    d->responsible = responsible;
}
