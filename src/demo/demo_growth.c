/* SPDX-License-Identifier: Apache-2.0
 * The growth of small children as the child health centre has measured it: weight and height at each visit,
 * the head's circumference to the age of two. Each child keeps to a curve of its own. */
#include "demo/demo_int.h"

enum { STREAM = 0x620, CHILD_YEARS = 7, HEAD_MONTHS = 24, MONTH_DAYS = 30 };

/* Ages in months at the visits of the programme; the head in millimetres of a child of middle size. */
static const struct {
    uint8_t months;
    uint16_t head;
} visits[] = {{0, 350},  {1, 375},  {2, 392},  {3, 406},  {4, 417}, {6, 435}, {8, 446},
              {10, 455}, {12, 462}, {18, 475}, {24, 485}, {36, 0},  {48, 0},  {66, 0}};

static void observation(struct demo *d, const struct demo_code *code, const char *text, int64_t ms,
                        double value, int decimals, const char *unit)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Observation", id);
    demo_fhir_cstr(d, "status", "final");
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "observation-category", "vital-signs", "Vital Signs",
                       NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_LOINC, code->code, code->display, text);
    demo_fhir_patient(d, "subject");
    demo_fhir_time(d, "effectiveDateTime", ms);
    json_out_array(&d->out, "performer");
    demo_fhir_role(d, NULL, d->visit.nurse);
    json_out_end_array(&d->out);
    demo_fhir_quantity(d, "valueQuantity", value, decimals, unit, unit);
    demo_fhir_end(d);
}

static void measured(struct demo *d, size_t i, int64_t ms)
{
    static const struct demo_code weight = {"29463-7", "Body weight"}, height = {"8302-2", "Body height"},
                                  head = {"9843-4", "Head Occipital-frontal circumference"};
    double cm, kg, spread = 0.006 * demo_rng_noise(&d->rng);
    demo_vitals_size(&d->p, ms, &cm, &kg);
    observation(d, &weight, "Vikt", ms, kg * (1 + 2 * spread), 2, "kg");
    observation(d, &height, "Längd", ms, cm * (1 + spread / 3), 1, "cm");
    if (visits[i].months <= HEAD_MONTHS)
        observation(d, &head, "Huvudomfång", ms, visits[i].head / 10.0 * (1 + 0.02 * d->p.height_z), 1, "cm");
}

void demo_growth_make(struct demo *d, uint32_t index)
{
    const struct demo_visit visit = d->visit;
    const struct demo_rng rng = d->rng;
    if (d->p.dead || d->p.protected_identity || demo_fhir_age(&d->p, d->p.end_ms) >= CHILD_YEARS)
        return;
    d->rng = demo_rng_stream(d->options->seed ^ STREAM, (uint64_t)index + 1);
    d->visit.nurse = demo_region_staff(d, demo_region_unit(d, UNIT_BVC), STAFF_NURSE);
    for (size_t i = 0; i < sizeof visits / sizeof visits[0]; i++) {
        int64_t at =
            d->p.birth_ms + (visits[i].months * MONTH_DAYS + demo_rng_between(&d->rng, 1, 9)) * DEMO_DAY;
        if (at < d->p.end_ms - 4 * DEMO_DAY)
            measured(d, i, demo_fhir_office(d, at));
    }
    d->visit = visit;
    d->rng = rng;
}
