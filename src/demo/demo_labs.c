/* SPDX-License-Identifier: Apache-2.0
 * Laboratory panels. A patient has an own level of each analysis; a story bends it from its onset to today,
 * so every sample of the patient, whoever takes it, lies on the same curve. */
#include "demo/demo_int.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"

enum { ANSWER_MINUTES_MIN = 90, ANSWER_MINUTES_MAX = 400 };

struct result {
    const struct demo_lab *lab;
    double value, low, high; /* NAN: no such limit */
    char id[DEMO_ID_MAX];
};

void demo_labs_usual(struct demo *d)
{
    for (int i = 1; i < LAB_COUNT; i++) {
        const struct demo_lab *lab = &demo_codes_lab[i];
        double low = lab->low[d->p.female], high = lab->no_upper ? 3 * low : lab->high[d->p.female];
        double middle = lab->typical > 0 ? lab->typical : (low + high) / 2;
        double spread = lab->typical > 0 ? lab->typical * 0.12 : (high - low) / 8;
        d->p.base[i] = (float)(middle + spread * demo_rng_noise(&d->rng));
    }
}

/* How much levels differ between people, as a part of the level: narrow intervals (sodium) bind more tightly.
 */
double demo_labs_spread(int lab, double most)
{
    const struct demo_lab *l = &demo_codes_lab[lab];
    if (l->low[0] <= 0 || l->no_upper)
        return most;
    double width = (double)(l->high[0] - l->low[0]) / (double)(l->high[0] + l->low[0]);
    return fmin(most, width / 2);
}

/* The level on the patient's curve at a time. */
static double level(const struct demo_patient *p, int lab, int64_t ms)
{
    const struct demo_trend *t = &p->trend[lab];
    if (!t->set || ms < t->from_ms)
        return p->base[lab];
    double part = p->end_ms > t->from_ms ? (double)(ms - t->from_ms) / (double)(p->end_ms - t->from_ms) : 1;
    return t->from + (t->to - t->from) * (part > 1 ? 1 : part);
}

static const double power[] = {1, 10, 100, 1000}; /* of ten */

static double rounded(double value, int decimals)
{
    return floor(value * power[decimals] + 0.5) / power[decimals];
}

static void measure(struct demo *d, int lab, double mean, struct result *r)
{
    *r = (struct result){.lab = &demo_codes_lab[lab]};
    r->low = r->lab->low[d->p.female] > 0 ? r->lab->low[d->p.female] : NAN;
    r->high = r->lab->no_upper ? NAN : r->lab->high[d->p.female];
    double step = 1 / power[r->lab->decimals];
    double width = isnan(r->low) || isnan(r->high) ? mean : r->high - r->low;
    double spread = fmin(fmax(width, 0) / 14, mean * 0.07);
    r->value = rounded(fmax(mean + spread * demo_rng_noise(&d->rng), step), r->lab->decimals);
    demo_rng_uuid(&d->rng, r->id);
    d->p.last[lab] = r->value;
}

static void limit(struct demo *d, const char *key, double value, const struct demo_lab *lab)
{
    if (!isnan(value))
        demo_fhir_quantity(d, key, value, lab->decimals, lab->unit, lab->ucum);
}

static void reference_range(struct demo *d, const struct result *r)
{
    char text[96];
    int n = r->lab->decimals;
    if (isnan(r->low))
        snprintf(text, sizeof text, "< %.*f %s", n, r->high, r->lab->unit);
    else if (isnan(r->high))
        snprintf(text, sizeof text, "> %.*f %s", n, r->low, r->lab->unit);
    else
        snprintf(text, sizeof text, "%.*f–%.*f %s", n, r->low, n, r->high, r->lab->unit);
    for (char *c = text; *c; c++)
        *c = *c == '.' ? ',' : *c;
    json_out_array(&d->out, "referenceRange");
    json_out_object(&d->out, NULL);
    limit(d, "low", r->low, r->lab);
    limit(d, "high", r->high, r->lab);
    json_out_cstr(&d->out, "text", text);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void observation(struct demo *d, const struct result *r, int64_t issued_ms, uint32_t lab_unit)
{
    const char *flag = !isnan(r->high) && r->value > r->high ? "H"
                       : !isnan(r->low) && r->value < r->low ? "L"
                                                             : "N";
    demo_fhir_begin(d, "Observation", r->id);
    demo_fhir_cstr(d, "status", "final");
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "observation-category", "laboratory", "Laboratory",
                       NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_NPU, r->lab->npu, r->lab->name, r->lab->name);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "effectiveDateTime", d->visit.start_ms);
    demo_fhir_time(d, "issued", issued_ms);
    json_out_array(&d->out, "performer");
    demo_fhir_unit(d, NULL, lab_unit);
    json_out_end_array(&d->out);
    demo_fhir_quantity(d, "valueQuantity", r->value, r->lab->decimals, r->lab->unit, r->lab->ucum);
    demo_fhir_concepts(d, "interpretation", DEMO_TERMINOLOGY "v3-ObservationInterpretation", flag,
                       *flag == 'H'   ? "High"
                       : *flag == 'L' ? "Low"
                                      : "Normal",
                       NULL);
    reference_range(d, r);
    demo_fhir_end(d);
}

static void report(struct demo *d, const struct result *results, uint32_t n, int64_t issued_ms,
                   uint32_t lab_unit)
{
    demo_rng_uuid(&d->rng, d->report);
    d->report_ms = issued_ms;
    demo_fhir_begin(d, "DiagnosticReport", d->report);
    demo_fhir_cstr(d, "status", "final");
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "v2-0074", "LAB", "Laboratory", NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_LOINC, "11502-2", "Laboratory report", "Provsvar klinisk kemi");
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "effectiveDateTime", d->visit.start_ms);
    demo_fhir_time(d, "issued", issued_ms);
    json_out_array(&d->out, "performer");
    demo_fhir_unit(d, NULL, lab_unit);
    json_out_end_array(&d->out);
    json_out_array(&d->out, "result");
    for (uint32_t i = 0; i < n; i++)
        demo_fhir_reference(d, NULL, "Observation", results[i].id, results[i].lab->name);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

void demo_labs_panel(struct demo *d, const struct demo_lab_plan *plan, uint32_t n, bool acute)
{
    struct result results[DEMO_PANEL_MAX];
    uint32_t count = 0;
    uint32_t lab_unit = demo_region_unit(d, UNIT_LAB);
    int64_t issued_ms =
        d->visit.start_ms + demo_rng_between(&d->rng, ANSWER_MINUTES_MIN, ANSWER_MINUTES_MAX) * DEMO_MINUTE;
    if (issued_ms > d->p.end_ms)
        issued_ms = d->p.end_ms;
    for (uint32_t i = 0; i < n && plan[i].lab != LAB_NONE; i++) {
        OS_ASSERT(count < DEMO_PANEL_MAX);
        double mean = acute && plan[i].from > 0
                          ? plan[i].from * (1 + demo_labs_spread(plan[i].lab, 0.2) * demo_rng_noise(&d->rng))
                          : level(&d->p, plan[i].lab, d->visit.start_ms);
        measure(d, plan[i].lab, fmax(mean, 0.01), &results[count]);
        observation(d, &results[count], issued_ms, lab_unit);
        count++;
    }
    if (count > 0)
        report(d, results, count, issued_ms, lab_unit);
}
