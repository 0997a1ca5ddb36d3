/* SPDX-License-Identifier: Apache-2.0
 * What waits in the inboxes of the physicians whom the accounts are for, beside results and notes: messages
 * from a nurse of their unit, tasks made by hand, and a team that things are handed to. The shapes are those
 * of the inbox's screens (web/src/inbox/message.ts). */
#include "demo/demo_int.h"

#define TASK_SYSTEM "https://helhet.example/fhir/CodeSystem/task"

enum { STREAM = 0x6D5, GROWN_UP_YEARS = 25, MEMBERS_MAX = 6 };
enum { TO_DOCTOR, TO_UNIT, TO_TEAM };
/* ABOUT: about the patient; else about nobody. TODO_TASK: made by hand, no message. */
enum { ABOUT = 1, BY_HAND = 2, URGENT = 4 };

static const struct message {
    enum demo_unit_kind unit;
    uint16_t hours; /* ago */
    uint8_t to, how;
    const char *topic, *text;
} messages[] = {
    {UNIT_VC, 2, TO_DOCTOR, ABOUT, "Recept ring åter",
     "Patienten ringde i dag. Tabletterna räcker till fredag.\nKan du förnya?"},
    {UNIT_VC, 6, TO_TEAM, 0, "Schema nästa vecka",
     "Onsdagens rond börjar kl. 10.\nSäg till om det inte går."},
    {UNIT_VC, 27, TO_DOCTOR, ABOUT | BY_HAND, "Skriv intyg", "Patienten behöver det till försäkringen."},
    {UNIT_VC, 30, TO_UNIT, ABOUT | BY_HAND, "Ring och boka återbesök", ""},
    {UNIT_MED, 1, TO_DOCTOR, ABOUT | URGENT, "Ring anhörig",
     "Dottern vill tala med dig före kl. 15.\nHon har frågor om hemgången."},
    {UNIT_MED, 5, TO_TEAM, 0, "Ronden flyttas", "I morgon rondar vi kl. 9."},
    {UNIT_MED, 26, TO_UNIT, ABOUT | BY_HAND, "Beställ sjuktransport", "Hem på fredag förmiddag."},
};
enum { MESSAGES = sizeof messages / sizeof *messages };

struct people {
    uint32_t unit, doctor, nurse;
    char team[DEMO_ID_MAX];
};

static bool find(const struct demo *d, enum demo_unit_kind kind, struct people *out)
{
    uint32_t unit;
    return demo_region_titled(d, kind, kind == UNIT_VC ? "Specialistläkare" : "Överläkare", &out->unit,
                              &out->doctor) &&
           demo_region_titled(d, kind, kind == UNIT_VC ? "Distriktssköterska" : "Sjuksköterska", &unit,
                              &out->nurse) &&
           unit == out->unit;
}

static void team(struct demo *d, const struct people *p)
{
    const struct demo_unit *u = &d->unit[p->unit];
    demo_fhir_begin(d, "CareTeam", p->team);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_cstr(d, "name", "Rondlaget");
    json_out_array(&d->out, "participant");
    for (uint32_t i = 0; i < u->staff_count && i < MEMBERS_MAX; i++) {
        json_out_object(&d->out, NULL);
        demo_fhir_role(d, "member", u->staff_from + i);
        json_out_end_object(&d->out);
    }
    json_out_end_array(&d->out);
    json_out_array(&d->out, "managingOrganization");
    demo_fhir_unit(d, NULL, p->unit);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void receiver(struct demo *d, const struct message *m, const struct people *p, const char *key)
{
    if (m->to == TO_DOCTOR)
        demo_fhir_role(d, key, p->doctor);
    else if (m->to == TO_UNIT)
        demo_fhir_unit(d, key, p->unit);
    else
        demo_fhir_reference(d, key, "CareTeam", p->team, "Rondlaget");
}

static void letter(struct demo *d, const struct message *m, const struct people *p, const char *id,
                   int64_t at)
{
    demo_fhir_begin(d, "Communication", id);
    demo_fhir_cstr(d, "status", "completed");
    demo_fhir_cstr(d, "priority", m->how & URGENT ? "urgent" : "routine");
    if (m->how & ABOUT)
        demo_fhir_patient(d, "subject");
    json_out_object(&d->out, "topic");
    demo_fhir_cstr(d, "text", m->topic);
    json_out_end_object(&d->out);
    demo_fhir_time(d, "sent", at);
    json_out_array(&d->out, "recipient");
    receiver(d, m, p, NULL);
    json_out_end_array(&d->out);
    demo_fhir_role(d, "sender", p->nurse);
    json_out_array(&d->out, "payload");
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "contentString", m->text);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void task(struct demo *d, const struct message *m, const struct people *p, const char *about,
                 int64_t at)
{
    bool by_hand = m->how & BY_HAND;
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Task", id);
    demo_fhir_cstr(d, "status", "requested");
    demo_fhir_cstr(d, "intent", "order");
    demo_fhir_cstr(d, "priority", m->how & URGENT ? "urgent" : "routine");
    demo_fhir_concept(d, "code", TASK_SYSTEM, by_hand ? "todo" : "message", NULL,
                      by_hand ? "Uppgift" : "Meddelande");
    demo_fhir_cstr(d, "description", m->topic);
    if (!by_hand)
        demo_fhir_reference(d, "focus", "Communication", about, NULL);
    if (m->how & ABOUT)
        demo_fhir_patient(d, "for");
    demo_fhir_time(d, "authoredOn", at);
    demo_fhir_time(d, "lastModified", at);
    demo_fhir_role(d, "requester", p->nurse);
    receiver(d, m, p, "owner");
    if (by_hand && m->text[0])
        demo_fhir_note(d, m->text);
    demo_fhir_end(d);
}

static void make(struct demo *d, const struct message *m, const struct people *p)
{
    char id[DEMO_ID_MAX];
    int64_t at = d->options->now_ms - m->hours * DEMO_HOUR;
    demo_rng_uuid(&d->rng, id);
    if (!(m->how & BY_HAND))
        letter(d, m, p, id, at);
    task(d, m, p, id, at);
}

/* All of a unit's at once, about one patient: the team has to be the same. */
static void unit_make(struct demo *d, enum demo_unit_kind kind)
{
    struct people p;
    if (!find(d, kind, &p))
        return;
    d->responsible = p.unit;
    demo_rng_uuid(&d->rng, p.team);
    team(d, &p);
    for (size_t i = 0; i < MESSAGES; i++)
        if (messages[i].unit == kind)
            make(d, &messages[i], &p);
}

void demo_messages_make(struct demo *d, uint32_t index)
{
    static const enum demo_unit_kind kinds[] = {UNIT_VC, UNIT_MED};
    const struct demo_rng rng = d->rng;
    uint32_t responsible = d->responsible;
    bool plain =
        demo_fhir_age(&d->p, d->p.end_ms) >= GROWN_UP_YEARS && !d->p.dead && !d->p.protected_identity;
    if (!plain || d->messages_shown == sizeof kinds / sizeof *kinds)
        return;
    d->rng = demo_rng_stream(d->options->seed ^ STREAM, (uint64_t)index + 1);
    unit_make(d, kinds[d->messages_shown++]);
    d->rng = rng;
    d->responsible = responsible;
}
