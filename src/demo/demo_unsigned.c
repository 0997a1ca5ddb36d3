/* SPDX-License-Identifier: Apache-2.0
 * Notes that wait: in every region, however small, the physicians whom the accounts are for
 * (app/demo_accounts.c) have some to sign and one to countersign, of different age. Chance comes from a
 * stream of its own, so that the region is otherwise the same with and without them. */
#include "demo/demo_int.h"

#include <stdio.h>

#include "base/os.h"

#define SOKORD "https://helhet.example/fhir/CodeSystem/sokord"
#define DIV_OPEN                                                                                             \
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class=\"text\" style=\"white-space: pre-wrap\">"
#define DIV_CLOSE "</p></div>"

enum { STREAM = 0x051C, TEXT_MAX = 1024, SECTIONS = 2, GROWN_UP_YEARS = 25 };

static const struct waiting {
    enum demo_unit_kind unit;
    const char *author,
        *counter; /* titles at the unit; counter: who is to countersign what author has signed */
    int hours;    /* ago */
    struct demo_code type;
    const char *title, *reason;
    struct {
        const char *keyword, *title, *text;
    } section[SECTIONS];
} waiting[] = {
    {UNIT_MED,
     "Överläkare",
     NULL,
     3,
     {"34748-4", "Telephone encounter note"},
     "Telefonkontakt",
     "Frågor om provsvar",
     {{"kontaktorsak", "Kontaktorsak", "Ringer om provsvar från föregående vecka."},
      {"bedomning-plan", "Bedömning och plan",
       "Proverna är utan anmärkning. Ingen feber, inga nytillkomna besvär. Ingen ändring av läkemedel."}}},
    {UNIT_MED,
     "Överläkare",
     NULL,
     30,
     {"11506-3", "Progress note"},
     "Dagsnotat",
     "Uppföljning efter vårdtid",
     {{"aktuellt", "Aktuellt", "Mår bättre. Ingen andfåddhet i vila, ingen bröstsmärta. Sover gott."},
      {"bedomning-plan", "Bedömning och plan",
       "Fortsatt planering oförändrad.<br/>Ny kontroll om två veckor, tidigare vid försämring."}}},
    {UNIT_MED,
     "ST-läkare",
     "Överläkare",
     50,
     {"11488-4", "Consult note"},
     "Konsultation",
     "Bedömning inför åtgärd",
     {{"status", "Status", "AT gott. Hjärta: regelbunden rytm, inga biljud. Lungor: inga biljud."},
      {"bedomning", "Bedömning", "Inga medicinska hinder för planerad åtgärd."}}},
    {UNIT_MED,
     "Överläkare",
     NULL,
     9 * 24,
     {"18842-5", "Discharge summary"},
     "Epikris",
     "Utskrivning",
     {{"forlopp", "Förlopp", "Okomplicerat förlopp under vårdtiden. Ingen feber efter första dygnet."},
      {"planering", "Planering", "Återbesök till vårdcentralen om fyra veckor."}}},
    {UNIT_VC,
     "Specialistläkare",
     NULL,
     2,
     {"34748-4", "Telephone encounter note"},
     "Telefonkontakt",
     "Receptfråga",
     {{"kontaktorsak", "Kontaktorsak", "Ringer om förnyelse av recept."},
      {"bedomning-plan", "Bedömning och plan", "Stabil dosering, inga biverkningar. Receptet förnyas."}}},
    {UNIT_VC,
     "Specialistläkare",
     NULL,
     4 * 24,
     {"11506-3", "Progress note"},
     "Mottagningsbesök",
     "Blodtryckskontroll",
     {{"status", "Status", "Blodtryck 138/84 mmHg sittande, höger arm. Puls 72, regelbunden."},
      {"bedomning-plan", "Bedömning och plan", "Välreglerat. Ingen ändring. Ny kontroll om sex månader."}}},
};

static void encounter(struct demo *d, const struct waiting *w, uint32_t author, int64_t ms)
{
    demo_fhir_begin(d, "Encounter", d->visit.id);
    demo_fhir_cstr(d, "status", "finished");
    demo_fhir_coding(d, "class", DEMO_TERMINOLOGY "v3-ActCode", "VR", "virtual");
    demo_fhir_patient(d, "subject");
    json_out_array(&d->out, "participant");
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "individual", author);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_period(d, "period", ms - 20 * DEMO_MINUTE, ms);
    demo_fhir_concepts(d, "reasonCode", NULL, NULL, NULL, w->reason);
    demo_fhir_unit(d, "serviceProvider", d->visit.unit);
    demo_fhir_end(d);
}

static void attester(struct demo *d, const char *mode, uint32_t who, int64_t signed_ms)
{
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "mode", mode);
    if (signed_ms)
        demo_fhir_time(d, "time", signed_ms);
    demo_fhir_role(d, "party", who);
    json_out_end_object(&d->out);
}

static void sections(struct demo *d, const struct waiting *w)
{
    char div[TEXT_MAX];
    json_out_array(&d->out, "section");
    for (size_t i = 0; i < SECTIONS; i++) {
        snprintf(div, sizeof div, DIV_OPEN "%s" DIV_CLOSE, w->section[i].text);
        json_out_object(&d->out, NULL);
        demo_fhir_cstr(d, "title", w->section[i].title);
        demo_fhir_concept(d, "code", SOKORD, w->section[i].keyword, w->section[i].title, NULL);
        json_out_object(&d->out, "text");
        demo_fhir_cstr(d, "status", "additional");
        demo_fhir_cstr(d, "div", div);
        json_out_end_object(&d->out);
        json_out_end_object(&d->out);
    }
    json_out_end_array(&d->out);
}

static void note(struct demo *d, const struct waiting *w, uint32_t author, uint32_t counter, int64_t ms)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Composition", id);
    demo_fhir_cstr(d, "status", w->counter ? "final" : "preliminary");
    demo_fhir_concept(d, "type", DEMO_SYSTEM_LOINC, w->type.code, w->type.display, w->title);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_time(d, "date", ms);
    json_out_array(&d->out, "author");
    demo_fhir_role(d, NULL, author);
    json_out_end_array(&d->out);
    demo_fhir_cstr(d, "title", w->title);
    json_out_array(&d->out, "attester");
    attester(d, "legal", author, w->counter ? ms + DEMO_HOUR : 0);
    if (w->counter)
        attester(d, "professional", counter, 0);
    json_out_end_array(&d->out);
    demo_fhir_unit(d, "custodian", d->visit.unit);
    sections(d, w);
    demo_fhir_end(d);
}

void demo_unsigned_make(struct demo *d, uint32_t index)
{
    uint32_t unit, author, counter = 0;
    const struct demo_visit visit = d->visit;
    const struct demo_rng rng = d->rng;
    uint32_t responsible = d->responsible;
    bool plain =
        demo_fhir_age(&d->p, d->p.end_ms) >= GROWN_UP_YEARS && !d->p.dead && !d->p.protected_identity;
    if (!plain || d->unsigned_shown == sizeof waiting / sizeof *waiting)
        return;
    const struct waiting *w = &waiting[d->unsigned_shown++];
    if (!demo_region_titled(d, w->unit, w->author, &unit, &author) ||
        (w->counter && !demo_region_titled(d, w->unit, w->counter, &unit, &counter)))
        return;
    int64_t ms = d->options->now_ms - w->hours * DEMO_HOUR;
    d->rng = demo_rng_stream(d->options->seed ^ STREAM, (uint64_t)index + 1);
    d->responsible = d->visit.unit = unit;
    demo_rng_uuid(&d->rng, d->visit.id);
    encounter(d, w, author, ms);
    note(d, w, author, counter, ms);
    d->visit = visit;
    d->rng = rng;
    d->responsible = responsible;
}
