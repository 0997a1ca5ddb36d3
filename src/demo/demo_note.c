/* SPDX-License-Identifier: Apache-2.0
 * Notes: DocumentReference with the text itself, base64. */
#include "demo/demo_int.h"

#include <stdio.h>

#include "base/os.h"

static const struct {
    struct demo_code type; /* LOINC */
    const char *title;
} kinds[NOTE_KINDS] = {
    [NOTE_DAGSNOTAT] = {{"11506-3", "Progress note"}, "Daganteckning"},
    [NOTE_NYBESOK] = {{"34117-2", "History and physical note"}, "Nybesök"},
    [NOTE_EPIKRIS] = {{"18842-5", "Discharge summary"}, "Epikris"},
    [NOTE_INSKRIVNING] = {{"34117-2", "History and physical note"}, "Inskrivningsanteckning"},
    [NOTE_REMISSVAR] = {{"11488-4", "Consult note"}, "Remissvar"},
    [NOTE_TELEFON] = {{"34748-4", "Telephone encounter note"}, "Telefonkontakt"},
    [NOTE_OMVARDNAD] = {{"34746-8", "Nurse note"}, "Omvårdnadsanteckning"},
    [NOTE_TAND] = {{"11506-3", "Progress note"}, "Tandvårdsanteckning"},
    [NOTE_BVC] = {{"11506-3", "Progress note"}, "BVC-anteckning"},
};

static void base64(struct str in, struct buf *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < in.n; i += 3) {
        size_t left = in.n - i;
        uint32_t v = (uint32_t)(unsigned char)in.p[i] << 16;
        v |= left > 1 ? (uint32_t)(unsigned char)in.p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)(unsigned char)in.p[i + 2] : 0;
        buf_char(out, digit[v >> 18]);
        buf_char(out, digit[v >> 12 & 63]);
        buf_char(out, left > 1 ? digit[v >> 6 & 63] : '=');
        buf_char(out, left > 2 ? digit[v & 63] : '=');
    }
}

static void content(struct demo *d, const char *title, int64_t ms)
{
    json_out_array(&d->out, "content");
    json_out_object(&d->out, NULL);
    json_out_object(&d->out, "attachment");
    json_out_cstr(&d->out, "contentType", "text/plain; charset=utf-8");
    json_out_cstr(&d->out, "language", "sv");
    json_out_string(&d->out, "data", buf_get(&d->base64));
    json_out_cstr(&d->out, "title", title);
    demo_fhir_time(d, "creation", ms);
    json_out_end_object(&d->out);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void context(struct demo *d)
{
    json_out_object(&d->out, "context");
    json_out_array(&d->out, "encounter");
    demo_fhir_encounter(d, NULL);
    json_out_end_array(&d->out);
    demo_fhir_period(d, "period", d->visit.start_ms,
                     d->visit.end_ms > d->options->now_ms ? 0 : d->visit.end_ms);
    json_out_end_object(&d->out);
}

void demo_note_write(struct demo *d, enum demo_note_kind kind, const char *text, uint32_t author, int64_t ms)
{
    char id[DEMO_ID_MAX], title[2 * DEMO_NAME_MAX];
    snprintf(title, sizeof title, "%s, %s", kinds[kind].title, d->p.reason);
    buf_clear(&d->text);
    buf_clear(&d->base64);
    demo_text_render(d, text, &d->text);
    base64(buf_get(&d->text), &d->base64);
    OS_ASSERT(buf_ok(&d->text) && buf_ok(&d->base64));

    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "DocumentReference", id);
    demo_fhir_cstr(d, "status", "current");
    /* Some notes of the last days still wait for a signature. */
    bool unsigned_yet = d->options->now_ms - ms < 14 * DEMO_DAY && demo_rng_chance(&d->rng, 300);
    demo_fhir_cstr(d, "docStatus", unsigned_yet ? "preliminary" : "final");
    demo_fhir_concept(d, "type", DEMO_SYSTEM_LOINC, kinds[kind].type.code, kinds[kind].type.display,
                      kinds[kind].title);
    demo_fhir_patient(d, "subject");
    demo_fhir_time(d, "date", ms);
    json_out_array(&d->out, "author");
    demo_fhir_role(d, NULL, author);
    json_out_end_array(&d->out);
    if (!unsigned_yet)
        demo_fhir_role(d, "authenticator", author);
    demo_fhir_unit(d, "custodian", d->visit.unit);
    demo_fhir_cstr(d, "description", title);
    content(d, title, ms);
    context(d);
    demo_fhir_end(d);
}
