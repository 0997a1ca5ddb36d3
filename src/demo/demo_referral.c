/* SPDX-License-Identifier: Apache-2.0
 * Referrals: a ServiceRequest and the Task that follows it at the receiver, in every state both can be in. */
#include "demo/demo_int.h"

#include <stdio.h>

enum { ANSWERED_DAYS = 150, DRAFT_DAYS = 14, DAYS_TO_ANSWER = 35 };

static const struct state {
    const char *request, *task, *business; /* task NULL: none */
    uint16_t weight_old, weight_recent, weight_new;
} states[] = {
    {"draft", NULL, "Utkast, inte skickad", 0, 0, 12},
    {"active", "requested", "Skickad, inte mottagen", 0, 4, 30},
    {"active", "received", "Mottagen, inte bedömd", 0, 10, 25},
    {"active", "accepted", "Accepterad, väntar på tid", 4, 30, 15},
    {"active", "in-progress", "Tid bokad", 2, 25, 5},
    {"active", "rejected", "Avvisad, åter till inremittent", 5, 6, 4},
    {"on-hold", "on-hold", "Vilar i väntan på komplettering", 2, 8, 4},
    {"revoked", "cancelled", "Återkallad av inremittent", 4, 4, 2},
    {"completed", "completed", "Besvarad", 80, 12, 1},
    {"entered-in-error", "entered-in-error", "Felaktigt registrerad", 2, 1, 2},
};

static const struct state *pick_state(struct demo *d, int64_t age_ms)
{
    uint32_t total = 0;
    uint16_t weight[sizeof states / sizeof states[0]];
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        weight[i] = age_ms > ANSWERED_DAYS * DEMO_DAY ? states[i].weight_old
                    : age_ms > DRAFT_DAYS * DEMO_DAY  ? states[i].weight_recent
                                                      : states[i].weight_new;
        total += weight[i];
    }
    size_t i = 0;
    for (uint32_t left = demo_rng_below(&d->rng, total); left >= weight[i]; i++)
        left -= weight[i];
    return &states[i];
}

static void request(struct demo *d, const char *id, const struct demo_referral_plan *plan,
                    const struct state *s, uint32_t receiver)
{
    char number[40];
    int year, month, day;
    demo_fhir_local(d->visit.start_ms, &year, &month, &day);
    snprintf(number, sizeof number, "R%04d-%06u", year, (unsigned)demo_rng_below(&d->rng, 1000000));
    buf_clear(&d->text);
    demo_text_render(d, plan->question, &d->text);
    demo_fhir_begin(d, "ServiceRequest", id);
    demo_fhir_identifier(d, "identifier", "https://helhet.example/identifier/remiss", number);
    demo_fhir_cstr(d, "status", s->request);
    demo_fhir_cstr(d, "intent", "order");
    demo_fhir_concepts(d, "category", DEMO_SYSTEM_SNOMED, "3457005", "Patient referral", "Remiss");
    uint32_t urgency = demo_rng_below(&d->rng, 10);
    demo_fhir_cstr(d, "priority", urgency == 0 ? "asap" : urgency < 3 ? "urgent" : "routine");
    demo_fhir_concept(d, "code", NULL, NULL, NULL, plan->what);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "authoredOn", d->visit.start_ms + 25 * DEMO_MINUTE);
    demo_fhir_role(d, "requester", d->visit.doctor);
    json_out_array(&d->out, "performer");
    demo_fhir_unit(d, NULL, receiver);
    json_out_end_array(&d->out);
    if (d->p.condition[0]) {
        json_out_array(&d->out, "reasonReference");
        demo_fhir_reference(d, NULL, "Condition", d->p.condition, d->p.diagnosis);
        json_out_end_array(&d->out);
    }
    json_out_array(&d->out, "note");
    json_out_object(&d->out, NULL);
    json_out_string(&d->out, "text", buf_get(&d->text));
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void task(struct demo *d, const char *request_id, const struct demo_referral_plan *plan,
                 const struct state *s, uint32_t receiver, int64_t changed_ms)
{
    static const char *const reasons[] = {
        "Patienten bör i första hand bedömas i primärvården",
        "Remissen saknar uppgift om aktuellt status och tidigare utredning",
        "Tillhör annan enhets upptagningsområde",
    };
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Task", id);
    demo_fhir_cstr(d, "status", s->task);
    if (strcmp(s->task, "rejected") == 0 || strcmp(s->task, "on-hold") == 0)
        demo_fhir_concept(d, "statusReason", NULL, NULL, NULL,
                          reasons[demo_rng_below(&d->rng, sizeof reasons / sizeof reasons[0])]);
    demo_fhir_concept(d, "businessStatus", NULL, NULL, NULL, s->business);
    demo_fhir_cstr(d, "intent", "order");
    demo_fhir_concept(d, "code", NULL, NULL, NULL, "Hantera remiss");
    demo_fhir_cstr(d, "description", plan->what);
    demo_fhir_reference(d, "focus", "ServiceRequest", request_id, plan->what);
    demo_fhir_patient(d, "for");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "authoredOn", d->visit.start_ms + 25 * DEMO_MINUTE);
    demo_fhir_time(d, "lastModified", changed_ms);
    demo_fhir_role(d, "requester", d->visit.doctor);
    demo_fhir_unit(d, "owner", receiver);
    demo_fhir_end(d);
}

/* The receiver sees the patient and answers. The contact in d->visit is the receiver's from here on. */
static void answer(struct demo *d, const struct demo_referral_plan *plan, int64_t ms)
{
    const char *reason = d->p.reason;
    demo_visit_make(d, VISIT_MOTTAGNING, plan->to, ms, 30, plan->what);
    demo_note_write(d, NOTE_REMISSVAR, plan->answer, d->visit.doctor, d->visit.end_ms);
    d->p.reason = reason;
}

void demo_referral_make(struct demo *d, const struct demo_referral_plan *plan)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    int64_t sent = d->visit.start_ms, age_ms = d->p.end_ms - sent;
    const struct state *s = pick_state(d, age_ms);
    uint32_t receiver = demo_region_unit(d, plan->to);
    request(d, id, plan, s, receiver);
    if (!s->task)
        return;
    int64_t changed = sent + demo_rng_between(&d->rng, 1, DAYS_TO_ANSWER) * DEMO_DAY;
    if (changed > d->p.end_ms)
        changed = sent + (d->p.end_ms - sent) / 2;
    int64_t seen = demo_fhir_office(d, changed);
    bool answered = strcmp(s->request, "completed") == 0 && seen > sent && seen + 2 * DEMO_HOUR < d->p.end_ms;
    task(d, id, plan, s, receiver, answered ? seen + 2 * DEMO_HOUR : changed);
    if (answered) {
        struct demo_visit back = d->visit;
        answer(d, plan, seen);
        d->visit = back;
    } else if (strcmp(s->task, "in-progress") == 0 && !d->p.dead) {
        demo_background_appointment(d, plan->to, plan->what);
    }
}
