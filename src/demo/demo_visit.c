/* SPDX-License-Identifier: Apache-2.0
 * A contact with care and what hangs directly on it: diagnosis and procedure. */
#include "demo/demo_int.h"

#include <stdio.h>

static const struct {
    struct demo_code class;
    const char *type;
} kinds[VISIT_KINDS] = {
    [VISIT_VC] = {{"AMB", "ambulatory"}, "Besök på vårdcentral"},
    [VISIT_MOTTAGNING] = {{"AMB", "ambulatory"}, "Mottagningsbesök"},
    [VISIT_PHONE] = {{"VR", "virtual"}, "Telefonkontakt"},
    [VISIT_VIDEO] = {{"VR", "virtual"}, "Distanskontakt via video"},
    [VISIT_HOME] = {{"HH", "home health"}, "Hembesök"},
    [VISIT_AKUT] = {{"EMER", "emergency"}, "Akutbesök"},
    [VISIT_WARD] = {{"IMP", "inpatient encounter"}, "Slutenvårdstillfälle"},
    [VISIT_TAND] = {{"AMB", "ambulatory"}, "Tandvårdsbesök"},
    [VISIT_BVC] = {{"AMB", "ambulatory"}, "Besök på barnavårdscentral"},
};

static void participant(struct demo *d, uint32_t staff, const char *code, const char *display)
{
    json_out_object(&d->out, NULL);
    demo_fhir_concepts(d, "type", DEMO_TERMINOLOGY "v3-ParticipationType", code, display, NULL);
    demo_fhir_role(d, "individual", staff);
    json_out_end_object(&d->out);
}

static void discharge(struct demo *d)
{
    json_out_object(&d->out, "hospitalization");
    demo_fhir_concept(d, "admitSource", DEMO_TERMINOLOGY "admit-source", "emd",
                      "From accident/emergency department", "Akutmottagning");
    if (demo_rng_chance(&d->rng, 850))
        demo_fhir_concept(d, "dischargeDisposition", DEMO_TERMINOLOGY "discharge-disposition", "home", "Home",
                          "Till hemmet");
    else
        demo_fhir_concept(d, "dischargeDisposition", DEMO_TERMINOLOGY "discharge-disposition", "long",
                          "Long-term care", "Till korttidsboende");
    json_out_end_object(&d->out);
}

/* Which of the unit's beds: two to a room, in the order they were taken. */
static void bed(struct demo *d)
{
    char name[DEMO_NAME_MAX];
    uint32_t n = d->unit[d->visit.unit].beds++;
    snprintf(name, sizeof name, "Sal %u, plats %u", n / 2 + 1, n % 2 + 1);
    json_out_object(&d->out, NULL);
    json_out_object(&d->out, "location");
    json_out_cstr(&d->out, "display", name);
    json_out_end_object(&d->out);
    json_out_cstr(&d->out, "status", "active");
    demo_fhir_concept(d, "physicalType", DEMO_TERMINOLOGY "location-physical-type", "bd", "Bed", "Vårdplats");
    json_out_end_object(&d->out);
}

/* R4 has no place for when a stay is planned to end; R5's plannedEndDate as its extension has. Not all are
 * planned. */
static void planned_end(struct demo *d, const struct demo_visit *v)
{
    if (d->unit[v->unit].beds % 3 == 2)
        return;
    json_out_array(&d->out, "extension");
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "url",
                  "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate");
    demo_fhir_time(d, "valueDateTime", v->end_ms);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void place(struct demo *d, bool in_bed)
{
    const struct demo_unit *u = &d->unit[d->visit.unit];
    json_out_array(&d->out, "location");
    json_out_object(&d->out, NULL);
    demo_fhir_reference(d, "location", "Location", u->location, u->name);
    json_out_end_object(&d->out);
    if (in_bed)
        bed(d);
    json_out_end_array(&d->out);
}

void demo_visit_make(struct demo *d, enum demo_visit_kind kind, enum demo_unit_kind unit, int64_t start_ms,
                     int64_t minutes, const char *reason)
{
    struct demo_visit *v = &d->visit;
    demo_rng_uuid(&d->rng, v->id);
    v->kind = kind;
    v->start_ms = start_ms;
    v->end_ms = start_ms + minutes * DEMO_MINUTE;
    v->unit = demo_region_unit(d, unit);
    v->doctor = demo_region_staff(d, v->unit, STAFF_DOCTOR);
    v->nurse = demo_region_staff(d, v->unit, STAFF_NURSE);
    d->p.reason = reason ? reason : "Kontroll";

    d->responsible = v->unit;
    demo_fhir_begin(d, "Encounter", v->id);
    bool ongoing = v->end_ms > d->options->now_ms;
    demo_fhir_cstr(d, "status", !ongoing ? "finished" : kind == VISIT_WARD ? "in-progress" : "arrived");
    if (kind == VISIT_WARD && ongoing)
        planned_end(d, v);
    demo_fhir_coding(d, "class", DEMO_TERMINOLOGY "v3-ActCode", kinds[kind].class.code,
                     kinds[kind].class.display);
    demo_fhir_concepts(d, "type", NULL, NULL, NULL, kinds[kind].type);
    demo_fhir_patient(d, "subject");
    json_out_array(&d->out, "participant");
    participant(d, v->doctor, "PPRF", "primary performer");
    if (kind == VISIT_WARD || kind == VISIT_AKUT)
        participant(d, v->nurse, "SPRF", "secondary performer");
    json_out_end_array(&d->out);
    demo_fhir_period(d, "period", v->start_ms, ongoing ? 0 : v->end_ms);
    demo_fhir_concepts(d, "reasonCode", NULL, NULL, NULL, d->p.reason);
    if (kind == VISIT_WARD && !ongoing)
        discharge(d);
    if (kind != VISIT_PHONE && kind != VISIT_VIDEO && kind != VISIT_HOME)
        place(d, kind == VISIT_WARD && ongoing);
    demo_fhir_unit(d, "serviceProvider", v->unit);
    demo_fhir_end(d);
}

void demo_condition_make(struct demo *d, const struct demo_code *code, int64_t onset_ms, int64_t resolved_ms)
{
    struct demo_patient *p = &d->p;
    demo_rng_uuid(&d->rng, p->condition);
    p->diagnosis = code->display;
    demo_fhir_begin(d, "Condition", p->condition);
    demo_fhir_concept(d, "clinicalStatus", DEMO_TERMINOLOGY "condition-clinical",
                      resolved_ms ? "resolved" : "active", resolved_ms ? "Resolved" : "Active", NULL);
    demo_fhir_concept(d, "verificationStatus", DEMO_TERMINOLOGY "condition-ver-status", "confirmed",
                      "Confirmed", NULL);
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "condition-category",
                       resolved_ms ? "encounter-diagnosis" : "problem-list-item",
                       resolved_ms ? "Encounter Diagnosis" : "Problem List Item", NULL);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_ICD, code->code, code->display, code->display);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_date(d, "onsetDateTime", onset_ms);
    if (resolved_ms)
        demo_fhir_date(d, "abatementDateTime", resolved_ms);
    demo_fhir_date(d, "recordedDate", d->visit.start_ms);
    demo_fhir_role(d, "recorder", d->visit.doctor);
    demo_fhir_end(d);
}

void demo_procedure_make(struct demo *d, const struct demo_code *code, int64_t ms)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Procedure", id);
    demo_fhir_cstr(d, "status", "completed");
    demo_fhir_concept(d, "code", DEMO_SYSTEM_KVA, code->code, code->display, code->display);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_period(d, "performedPeriod", ms, ms + demo_rng_between(&d->rng, 2, 18) * 5 * DEMO_MINUTE);
    json_out_array(&d->out, "performer");
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "actor", d->visit.doctor);
    demo_fhir_unit(d, "onBehalfOf", d->visit.unit);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    if (d->p.condition[0]) {
        json_out_array(&d->out, "reasonReference");
        demo_fhir_reference(d, NULL, "Condition", d->p.condition, d->p.diagnosis);
        json_out_end_array(&d->out);
    }
    demo_fhir_end(d);
}
