/* SPDX-License-Identifier: Apache-2.0
 * Prescriptions and the list of current medicines. */
#include "demo/demo_int.h"

#include <stdio.h>

enum { MONTH_DAYS = 30, SUPPLY_DAYS = 100, WARD_DOSES_MAX = 6, WARD_HOURS = 6 };
/* Beside the patient's own stream: what they are for leaves the rest of the region as it is. */
enum { WARD_STREAM = 0x3A4D, LIST_STREAM = 0x1157 };

static void medication(struct demo *d, const struct demo_drug *drug)
{
    demo_fhir_concept(d, "medicationCodeableConcept", DEMO_SYSTEM_ATC, drug->atc, NULL, drug->name);
}

static void timing(struct demo *d, const struct demo_drug *drug, int64_t start_ms)
{
    char unit[2] = {drug->period_unit == 'm' ? 'm' : drug->period_unit, '\0'};
    json_out_object(&d->out, "timing");
    json_out_object(&d->out, "repeat");
    if (drug->days) {
        json_out_object(&d->out, "boundsPeriod");
        demo_fhir_date(d, "start", start_ms);
        demo_fhir_date(d, "end", start_ms + drug->days * DEMO_DAY);
        json_out_end_object(&d->out);
    }
    json_out_i64(&d->out, "frequency", drug->frequency);
    json_out_i64(&d->out, "period", drug->period);
    json_out_cstr(&d->out, "periodUnit",
                  drug->period_unit == 'm'   ? "mo"
                  : drug->period_unit == 'w' ? "wk"
                                             : unit);
    struct str rest = str_of(drug->when), part;
    if (rest.n > 0) {
        json_out_array(&d->out, "when");
        while (str_split(&rest, ' ', &part))
            json_out_string(&d->out, NULL, part);
        json_out_end_array(&d->out);
    }
    json_out_end_object(&d->out);
    json_out_end_object(&d->out);
}

static void dosage(struct demo *d, const char *key, const struct demo_drug *drug, int64_t start_ms)
{
    json_out_array(&d->out, key);
    json_out_object(&d->out, NULL);
    json_out_i64(&d->out, "sequence", 1);
    json_out_cstr(&d->out, "text", drug->dosage);
    if (drug->period_unit)
        timing(d, drug, start_ms);
    else
        json_out_bool(&d->out, "asNeededBoolean", true);
    json_out_array(&d->out, "doseAndRate");
    json_out_object(&d->out, NULL);
    demo_fhir_quantity(d, "doseQuantity", drug->dose, 0, drug->unit, NULL);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void dispense(struct demo *d, const struct demo_drug *drug)
{
    int64_t days = drug->days ? drug->days : SUPPLY_DAYS;
    json_out_object(&d->out, "dispenseRequest");
    demo_fhir_period(d, "validityPeriod", d->visit.start_ms, d->visit.start_ms + DEMO_YEAR);
    json_out_i64(&d->out, "numberOfRepeatsAllowed", drug->days || !drug->period_unit ? 0 : 3);
    if (drug->period_unit) {
        int64_t unit_days = drug->period_unit == 'm' ? MONTH_DAYS : drug->period_unit == 'w' ? 7 : 1;
        double doses = (double)drug->dose * drug->frequency *
                       (double)((days + unit_days * drug->period - 1) / (unit_days * drug->period));
        demo_fhir_quantity(d, "quantity", doses, 0, drug->unit, NULL);
        demo_fhir_quantity(d, "expectedSupplyDuration", (double)days, 0, "dagar", "d");
    }
    json_out_end_object(&d->out);
}

static bool has(const struct demo_patient *p, enum demo_drug_id drug)
{
    for (uint32_t i = 0; i < p->med_count; i++) {
        if (p->meds[i] == drug)
            return true;
    }
    return false;
}

static void remember(struct demo_patient *p, enum demo_drug_id drug)
{
    if (p->med_count < DEMO_MEDS_MAX && !has(p, drug))
        p->meds[p->med_count++] = (uint8_t)drug;
}

bool demo_meds_fits(const struct demo_patient *p, enum demo_drug_id drug)
{
    /* One of each group is enough: against clots, on the renin-angiotensin system, beta blockers. */
    static const enum demo_drug_id groups[][3] = {
        {DRUG_APIXABAN, DRUG_ASA, DRUG_KLOPIDOGREL},
        {DRUG_ENALAPRIL, DRUG_LOSARTAN, DRUG_NONE},
        {DRUG_METOPROLOL, DRUG_BISOPROLOL, DRUG_NONE},
    };
    bool taken = has(p, drug);
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        bool member = drug == groups[g][0] || drug == groups[g][1] || drug == groups[g][2];
        for (int i = 0; member && i < 3 && groups[g][i] != DRUG_NONE; i++)
            taken |= has(p, groups[g][i]);
    }
    return !taken;
}

/* What is given instead to who does not tolerate it. */
static enum demo_drug_id tolerated(const struct demo_patient *p, enum demo_drug_id drug)
{
    static const struct {
        enum demo_drug_id drug, instead;
    } no_penicillin[] = {
        {DRUG_PCV, DRUG_KLINDAMYCIN},
        {DRUG_FLUKLOXACILLIN, DRUG_KLINDAMYCIN},
        {DRUG_PIVMECILLINAM, DRUG_NITROFURANTOIN},
    };
    /* Bleeding, heart failure and failing kidneys speak against NSAID. */
    if (drug == DRUG_NAPROXEN &&
        (p->no_nsaid || has(p, DRUG_APIXABAN) || has(p, DRUG_ASA) || has(p, DRUG_KLOPIDOGREL) ||
         has(p, DRUG_FUROSEMID) || has(p, DRUG_LOSARTAN)))
        return DRUG_PARACETAMOL;
    for (size_t i = 0; p->no_penicillin && i < sizeof no_penicillin / sizeof no_penicillin[0]; i++) {
        if (no_penicillin[i].drug == drug)
            return no_penicillin[i].instead;
    }
    return drug;
}

/* Small children get mixtures. */
static enum demo_drug_id for_age(int age, bool no_penicillin, enum demo_drug_id drug)
{
    if (age >= 10)
        return drug;
    if (drug == DRUG_PCV || drug == DRUG_FLUKLOXACILLIN)
        return no_penicillin ? DRUG_ERYTROMYCIN_BARN : DRUG_PCV_BARN;
    return drug == DRUG_PARACETAMOL || drug == DRUG_NAPROXEN ? DRUG_PARACETAMOL_BARN : drug;
}

void demo_meds_order(struct demo *d, enum demo_drug_id wanted, const char *status, bool standing)
{
    int age = demo_fhir_age(&d->p, d->visit.start_ms);
    enum demo_drug_id id = tolerated(&d->p, for_age(age, d->p.no_penicillin, wanted));
    d->p.prescribed = id;
    const struct demo_drug *drug = &demo_codes_drug[id];
    char request[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, request);
    if (standing && strcmp(status, "stopped") != 0)
        remember(&d->p, id);
    demo_fhir_begin(d, "MedicationRequest", request);
    demo_fhir_cstr(d, "status", status);
    if (strcmp(status, "stopped") == 0)
        demo_fhir_concept(d, "statusReason", NULL, NULL, NULL, "Utsatt på grund av biverkan");
    demo_fhir_cstr(d, "intent", "order");
    medication(d, drug);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "authoredOn", d->visit.start_ms + 20 * DEMO_MINUTE);
    demo_fhir_role(d, "requester", d->visit.doctor);
    if (d->p.condition[0]) {
        json_out_array(&d->out, "reasonReference");
        demo_fhir_reference(d, NULL, "Condition", d->p.condition, d->p.diagnosis);
        json_out_end_array(&d->out);
    }
    dosage(d, "dosageInstruction", drug, d->visit.start_ms);
    dispense(d, drug);
    demo_fhir_end(d);
}

/* The list as it was gone through at this visit. */
static void reconciled(struct demo *d, char (*ids)[DEMO_ID_MAX])
{
    struct demo_rng own = {d->rng.state ^ LIST_STREAM};
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&own, id);
    demo_fhir_begin(d, "List", id);
    demo_fhir_cstr(d, "status", "current");
    demo_fhir_cstr(d, "mode", "snapshot");
    demo_fhir_cstr(d, "title", "Avstämd läkemedelslista");
    demo_fhir_concept(d, "code", "http://loinc.org", "10160-0", "History of Medication use Narrative",
                      "Avstämd läkemedelslista");
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "date", d->visit.start_ms);
    demo_fhir_role(d, "source", d->visit.nurse);
    json_out_array(&d->out, "entry");
    for (uint32_t i = 0; i < d->p.med_count; i++) {
        json_out_object(&d->out, NULL);
        demo_fhir_reference(d, "item", "MedicationStatement", ids[i], NULL);
        json_out_end_object(&d->out);
    }
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

/* A dose that a nurse has given on the ward. */
static void given(struct demo *d, struct demo_rng *own, const struct demo_drug *drug, const char *request,
                  int64_t at_ms)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(own, id);
    demo_fhir_begin(d, "MedicationAdministration", id);
    demo_fhir_cstr(d, "status", "completed");
    medication(d, drug);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "context");
    demo_fhir_time(d, "effectiveDateTime", at_ms);
    json_out_array(&d->out, "performer");
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "actor", d->visit.nurse);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_reference(d, "request", "MedicationRequest", request, NULL);
    json_out_object(&d->out, "dosage");
    demo_fhir_quantity(d, "dose", drug->dose, 0, drug->unit, NULL);
    json_out_end_object(&d->out);
    demo_fhir_end(d);
}

void demo_meds_ward(struct demo *d)
{
    if (d->visit.kind != VISIT_WARD)
        return;
    struct demo_rng own = {d->rng.state ^ WARD_STREAM};
    const struct demo_drug *drug = &demo_codes_drug[DRUG_PARACETAMOL];
    char request[DEMO_ID_MAX];
    demo_rng_uuid(&own, request);
    demo_fhir_begin(d, "MedicationRequest", request);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_cstr(d, "intent", "order");
    demo_fhir_concepts(d, "category", DEMO_TERMINOLOGY "medicationrequest-category", "inpatient", "Inpatient",
                       "Sluten vård");
    medication(d, drug);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "authoredOn", d->visit.start_ms);
    demo_fhir_role(d, "requester", d->visit.doctor);
    demo_fhir_concepts(d, "reasonCode", NULL, NULL, NULL, "Smärta");
    dosage(d, "dosageInstruction", drug, d->visit.start_ms);
    demo_fhir_end(d);
    int64_t at = d->visit.start_ms + DEMO_HOUR;
    for (int i = 0; i < WARD_DOSES_MAX && at < d->p.end_ms && at < d->options->now_ms; i++) {
        given(d, &own, drug, request, at);
        at += WARD_HOURS * DEMO_HOUR;
    }
}

void demo_meds_statements(struct demo *d)
{
    char ids[DEMO_MEDS_MAX][DEMO_ID_MAX];
    for (uint32_t i = 0; i < d->p.med_count; i++) {
        const struct demo_drug *drug = &demo_codes_drug[d->p.meds[i]];
        demo_rng_uuid(&d->rng, ids[i]);
        demo_fhir_begin(d, "MedicationStatement", ids[i]);
        demo_fhir_cstr(d, "status", d->p.dead ? "completed" : "active");
        medication(d, drug);
        demo_fhir_patient(d, "subject");
        demo_fhir_encounter(d, "context");
        json_out_object(&d->out, "effectivePeriod");
        int64_t since = d->visit.start_ms - demo_rng_between(&d->rng, 30, 1500) * DEMO_DAY;
        demo_fhir_date(d, "start", since > d->p.birth_ms ? since : d->p.birth_ms);
        if (d->p.dead)
            demo_fhir_date(d, "end", d->p.end_ms);
        json_out_end_object(&d->out);
        demo_fhir_time(d, "dateAsserted", d->visit.start_ms);
        demo_fhir_role(d, "informationSource", d->visit.nurse);
        dosage(d, "dosage", drug, d->visit.start_ms);
        demo_fhir_end(d);
    }
    if (d->p.med_count > 0 && !d->p.dead)
        reconciled(d, ids);
}
