/* SPDX-License-Identifier: Apache-2.0
 * Vital signs, BMI and NEWS2 (Royal College of Physicians 2017, scale 1). */
#include "demo/demo_int.h"

#include <math.h>

/* Growth: height in cm and weight in kg at these ages in years, girls and boys alike enough. */
static const struct {
    double age, height, weight;
} growth[] = {{0, 50, 3.5},     {0.08, 54.5, 4.4}, {0.17, 58, 5.4},   {0.25, 61, 6.2},
              {0.5, 67.5, 7.9}, {1, 76, 9.9},      {1.5, 82.5, 11.3}, {2, 88, 12.5},
              {3, 96.5, 14.8},  {4, 104, 17},      {6, 117, 21},      {8, 129, 27},
              {10, 140, 33},    {12, 152, 42},     {14, 163, 52},     {18, 173, 65}};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void demo_vitals_size(const struct demo_patient *p, int64_t ms, double *cm, double *kg)
{
    double age = (double)(ms - p->birth_ms) / (double)DEMO_YEAR;
    const size_t last = sizeof growth / sizeof growth[0] - 1;
    if (age >= 18) {
        *cm = (int)((p->female ? 166 : 180) + 6.5 * p->height_z);
        *kg = (25.5 + 3.8 * p->bmi_z) * *cm * *cm / 10000.0;
        return;
    }
    size_t i = 0;
    while (i + 1 < last && age >= growth[i + 1].age)
        i++;
    double part = (age - growth[i].age) / (growth[i + 1].age - growth[i].age);
    double tall = 1 + 0.035 * p->height_z;
    *cm = (growth[i].height + part * (growth[i + 1].height - growth[i].height)) * tall;
    *kg = (growth[i].weight + part * (growth[i + 1].weight - growth[i].weight)) * tall * tall *
          (1 + 0.08 * p->bmi_z);
}

static void set_size(struct demo_patient *p, int64_t ms)
{
    double cm, kg;
    demo_vitals_size(p, ms, &cm, &kg);
    p->height_cm = (int)cm;
    p->usual.weight10 = clamp((int)(kg * 10), 30, 1600);
}

void demo_vitals_usual(struct demo *d)
{
    struct demo_patient *p = &d->p;
    int age = demo_fhir_age(p, p->end_ms);
    p->height_z = demo_rng_noise(&d->rng);
    p->bmi_z = demo_rng_noise(&d->rng);
    p->usual = (struct demo_vitals){.sat = 98, .temp10 = 367, .resp = age < 10 ? 22 : 15};
    /* One draw a statement: inside one initializer their order would be the compiler's. */
    p->usual.sys = clamp((int)((age < 18 ? 106 : 112 + age / 4) + 8 * demo_rng_noise(&d->rng)), 90, 165);
    p->usual.pulse = clamp((int)((age < 10 ? 92 : 70) + 7 * demo_rng_noise(&d->rng)), 50, 110);
    p->usual.dia = clamp(36 + p->usual.sys / 3 + (int)(4 * demo_rng_noise(&d->rng)), 52, 95);
    set_size(p, p->end_ms);
}

/* Points of one measure: the table says up to which value how many. */
struct points {
    int up_to, points;
};

static int points_of(const struct points *table, int value)
{
    while (value > table->up_to)
        table++;
    return table->points;
}

static int news2(const struct demo_vitals *v)
{
    static const struct points resp[] = {{8, 3}, {11, 1}, {20, 0}, {24, 2}, {999, 3}};
    static const struct points sat[] = {{91, 3}, {93, 2}, {95, 1}, {999, 0}};
    static const struct points sys[] = {{90, 3}, {100, 2}, {110, 1}, {219, 0}, {999, 3}};
    static const struct points pulse[] = {{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {999, 3}};
    static const struct points temp[] = {{350, 3}, {360, 1}, {380, 0}, {390, 1}, {999, 2}};
    return points_of(resp, v->resp) + points_of(sat, v->sat) + points_of(sys, v->sys) +
           points_of(pulse, v->pulse) + points_of(temp, v->temp10);
}

static void begin(struct demo *d, const char *system, const char *code, const char *display, const char *text)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Observation", id);
    demo_fhir_cstr(d, "status", "final");
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "observation-category", "vital-signs", "Vital Signs",
                       NULL);
    demo_fhir_concept(d, "code", system, code, display, text);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "effectiveDateTime", d->visit.start_ms + 10 * DEMO_MINUTE);
    json_out_array(&d->out, "performer");
    demo_fhir_role(d, NULL, d->visit.nurse);
    json_out_end_array(&d->out);
}

static void component(struct demo *d, const char *code, const char *display, const char *text, int value)
{
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_LOINC, code, display, text);
    demo_fhir_quantity(d, "valueQuantity", value, 0, "mmHg", "mm[Hg]");
    json_out_end_object(&d->out);
}

static void blood_pressure(struct demo *d)
{
    begin(d, DEMO_SYSTEM_LOINC, "85354-9", "Blood pressure panel with all children optional", "Blodtryck");
    demo_fhir_concept(d, "bodySite", DEMO_SYSTEM_SNOMED, "368209003", "Right upper arm", "Höger överarm");
    json_out_array(&d->out, "component");
    component(d, "8480-6", "Systolic blood pressure", "Systoliskt", d->p.now.sys);
    component(d, "8462-4", "Diastolic blood pressure", "Diastoliskt", d->p.now.dia);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void simple(struct demo *d, const struct demo_code *code, const char *text, double value, int decimals,
                   const char *unit, const char *ucum)
{
    begin(d, DEMO_SYSTEM_LOINC, code->code, code->display, text);
    demo_fhir_quantity(d, "valueQuantity", value, decimals, unit, ucum);
    demo_fhir_end(d);
}

static void news(struct demo *d)
{
    begin(d, DEMO_SYSTEM_SNOMED, "1104051000000101",
          "Royal College of Physicians NEWS2 (National Early Warning Score 2) total score", "NEWS2");
    json_out_i64(&d->out, "valueInteger", d->p.now.news);
    /* Nobody here needs oxygen or is anything but alert: the two that are not measured with an instrument. */
    json_out_array(&d->out, "component");
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_SNOMED, "722742002", "Breathing room air", "Andas luft");
    json_out_bool(&d->out, "valueBoolean", true);
    json_out_end_object(&d->out);
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_SNOMED, "1104441000000107",
                      "ACVPU (Alert Confusion Voice Pain Unresponsive) scale score", "Medvetande (ACVPU)");
    demo_fhir_concept(d, "valueCodeableConcept", DEMO_SYSTEM_SNOMED, "248234008", "Mentally alert", "Alert");
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void measure(struct demo *d, const struct demo_shift *shift)
{
    struct demo_vitals *v = &d->p.now;
    const struct demo_vitals *u = &d->p.usual;
    set_size(&d->p, d->visit.start_ms);
    double swing = u->weight10 > 300 ? 8 : 1;
    v->sys = clamp(u->sys + shift->sys + (int)(6 * demo_rng_noise(&d->rng)), 70, 230);
    v->dia = clamp(u->dia + (v->sys - u->sys) / 3 + (int)(3 * demo_rng_noise(&d->rng)), 40, 130);
    v->dia = v->dia > v->sys - 20 ? v->sys - 20 : v->dia;
    v->pulse = clamp(u->pulse + shift->pulse + (int)(5 * demo_rng_noise(&d->rng)), 38, 180);
    v->sat = clamp(u->sat + shift->sat + (int)(0.9 * demo_rng_noise(&d->rng)), 78, 100);
    v->temp10 = clamp(u->temp10 + shift->temp10 + (int)(2 * demo_rng_noise(&d->rng)), 345, 412);
    v->resp = clamp(u->resp + shift->resp + (int)(1.3 * demo_rng_noise(&d->rng)), 8, 45);
    v->weight10 = clamp(u->weight10 + (int)(swing * demo_rng_noise(&d->rng)), 30, 1700);
    v->news = news2(v);
}

static void weight(struct demo *d, bool with_height)
{
    static const struct demo_code weight_code = {"29463-7", "Body weight"},
                                  height_code = {"8302-2", "Body height"},
                                  bmi_code = {"39156-5", "Body mass index (BMI) [Ratio]"};
    double metres = d->p.height_cm / 100.0;
    simple(d, &weight_code, "Vikt", d->p.now.weight10 / 10.0, 1, "kg", "kg");
    if (!with_height)
        return;
    simple(d, &height_code, "Längd", d->p.height_cm, 0, "cm", "cm");
    simple(d, &bmi_code, "BMI", d->p.now.weight10 / 10.0 / (metres * metres), 1, "kg/m²", "kg/m2");
}

void demo_vitals_take(struct demo *d, uint32_t which, const struct demo_shift *shift)
{
    static const struct demo_code pulse = {"8867-4", "Heart rate"},
                                  sat = {"59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"},
                                  temp = {"8310-5", "Body temperature"},
                                  resp = {"9279-1", "Respiratory rate"};
    measure(d, shift);
    if (which & VITAL_BP)
        blood_pressure(d);
    if (which & VITAL_PULSE)
        simple(d, &pulse, "Puls", d->p.now.pulse, 0, "slag/min", "/min");
    if (which & VITAL_SAT)
        simple(d, &sat, "Saturation (SpO₂)", d->p.now.sat, 0, "%", "%");
    if (which & VITAL_TEMP)
        simple(d, &temp, "Kroppstemperatur", d->p.now.temp10 / 10.0, 1, "°C", "Cel");
    if (which & VITAL_RESP)
        simple(d, &resp, "Andningsfrekvens", d->p.now.resp, 0, "andetag/min", "/min");
    if (which & VITAL_WEIGHT)
        weight(d, (which & VITAL_HEIGHT) != 0);
    if (which & VITAL_NEWS)
        news(d);
}
