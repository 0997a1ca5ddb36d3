/* SPDX-License-Identifier: Apache-2.0
 * What the rules of access ask for: labels of units, roles with purposes and analyses, guardians, blocks and
 * consents. Chance comes from a stream of its own, so that the region is otherwise the same with and without
 * it. */
#include "demo/demo_int.h"

#include <stdio.h>

#define EXTENSION "https://helhet.example/fhir/StructureDefinition/"
#define CODES "https://helhet.example/fhir/CodeSystem/"

enum { BLOCK_PERMILLE = 12, CONSENT_PERMILLE = 30, CHILD_YEARS = 18, STREAM = 0x5eA };
enum { ANALYSIS_DAYS = 200, ANALYSIS_YEARS = 2, ANALYSIS_STREAM = 0xBE4A };
enum { SHOWN_BORN_BEFORE = 2000 };

/* What belongs to a region or to who people are, not to a record. */
static const char *const unlabelled[] = {
    "Organization",  "Location", "Practitioner", "PractitionerRole", "Patient",
    "RelatedPerson", "Library",  "Medication",   "ValueSet",         NULL};

static void organization(struct demo *d, const char *url, const char *id)
{
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "url", url);
    demo_fhir_reference(d, "valueReference", "Organization", id, NULL);
    json_out_end_object(&d->out);
}

void demo_access_label(struct demo *d, const char *type)
{
    const struct demo_unit *u = &d->unit[d->responsible];
    for (const char *const *t = unlabelled; *t; t++)
        if (strcmp(type, *t) == 0)
            return;
    json_out_object(&d->out, "meta");
    json_out_array(&d->out, "extension");
    organization(d, EXTENSION "care-unit", u->organization);
    organization(d, EXTENSION "care-provider", d->provider[u->provider].id);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
}

void demo_access_provider(struct demo *d, bool joined)
{
    json_out_array(&d->out, "extension");
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "url", EXTENSION "shared-record");
    json_out_bool(&d->out, "valueBoolean", joined);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

/* ---- roles ---- */

/* The first that fits a title counts; what fits none is another licensed profession's. */
static const struct {
    const char *part, *role, *purpose;
} roles[] = {
    {"Systemadministratör", "administrator", "administration"},
    {"Loggranskare", "controller", "oversight"},
    {"Registeransvarig", "registrar", "administration"},
    {"sekreterare", "secretary", "care"},
    {"Utredare", "secretary", "administration"},
    {"Handläggare", "secretary", "administration"},
    {"Undersköterska", "assistant", "care"},
    {"Tandsköterska", "assistant", "care"},
    {"läkare", "physician", "care"},
    {"Tandläkare", "physician", "care"},
    {"sköterska", "nurse", "care"},
    {"Barnmorska", "nurse", "care"},
    {"", "allied", "care"},
};

/* An id of its own chance, the same for a region's seed. */
static void analysis_id(const struct demo *d, enum demo_provider_index provider, char out[DEMO_ID_MAX])
{
    struct demo_rng r = demo_rng_stream(d->options->seed ^ ANALYSIS_STREAM, (uint64_t)provider + 1);
    demo_rng_uuid(&r, out);
}

static void context(struct demo *d, const char *code)
{
    json_out_object(&d->out, NULL);
    demo_fhir_coding(d, "code", DEMO_TERMINOLOGY "usage-context-type", code, NULL);
}

static void covered_roles(struct demo *d)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        size_t first = 0;
        while (strcmp(roles[first].role, roles[i].role) != 0)
            first++;
        if (first != i)
            continue;
        context(d, "user");
        demo_fhir_concept(d, "valueCodeableConcept", CODES "role", roles[i].role, NULL, NULL);
        json_out_end_object(&d->out);
    }
}

void demo_access_analysis(struct demo *d, enum demo_provider_index provider, const char *name)
{
    char id[DEMO_ID_MAX], title[DEMO_NAME_MAX + 64];
    int64_t now = d->options->now_ms;
    analysis_id(d, provider, id);
    snprintf(title, sizeof title, "Behovs- och riskanalys för behörigheter, %s", name);
    demo_fhir_begin(d, "Library", id);
    demo_fhir_cstr(d, "title", title);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_concept(d, "type", CODES "library-type", "needs-and-risk-analysis", "Behovs- och riskanalys",
                      NULL);
    demo_fhir_cstr(d, "publisher", name);
    json_out_array(&d->out, "useContext");
    context(d, "venue");
    demo_fhir_reference(d, "valueReference", "Organization", d->provider[provider].id, name);
    json_out_end_object(&d->out);
    covered_roles(d);
    json_out_end_array(&d->out);
    demo_fhir_date(d, "approvalDate", now - ANALYSIS_DAYS * DEMO_DAY);
    json_out_object(&d->out, "effectivePeriod");
    demo_fhir_date(d, "start", now - ANALYSIS_DAYS * DEMO_DAY);
    demo_fhir_date(d, "end", now + ANALYSIS_YEARS * DEMO_YEAR);
    json_out_end_object(&d->out);
    demo_fhir_end(d);
}

void demo_access_role(struct demo *d, const char *title, enum demo_provider_index provider)
{
    char id[DEMO_ID_MAX];
    analysis_id(d, provider, id);
    size_t i = 0;
    while (!strstr(title, roles[i].part))
        i++;
    json_out_array(&d->out, "extension");
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "url", EXTENSION "needs-and-risk-analysis");
    demo_fhir_reference(d, "valueReference", "Library", id, NULL);
    json_out_end_object(&d->out);
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "url", EXTENSION "purpose");
    demo_fhir_cstr(d, "valueCode", roles[i].purpose);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_concepts(d, "code", CODES "role", roles[i].role, NULL, title);
}

/* ---- what patients wish ---- */

static void wish(struct demo *d, struct demo_rng *r, const char *category, bool deny, const char *org)
{
    char id[DEMO_ID_MAX];
    int64_t from = d->p.end_ms - demo_rng_between(r, 5, 300) * DEMO_DAY;
    demo_rng_uuid(r, id);
    demo_fhir_begin(d, "Consent", id);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_concept(d, "scope", DEMO_TERMINOLOGY "consentscope", "patient-privacy", "Privacy Consent",
                      NULL);
    demo_fhir_concepts(d, "category", CODES "access-category", category, NULL, NULL);
    demo_fhir_patient(d, "patient");
    demo_fhir_time(d, "dateTime", from);
    json_out_object(&d->out, "policyRule");
    demo_fhir_cstr(d, "text", deny ? "PDL 4 kap. 4 §" : "lag 2022:913 3 kap.");
    json_out_end_object(&d->out);
    json_out_object(&d->out, "provision");
    demo_fhir_cstr(d, "type", deny ? "deny" : "permit");
    demo_fhir_period(d, "period", from, deny ? 0 : from + 4 * DEMO_YEAR);
    json_out_array(&d->out, "actor");
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "role", DEMO_TERMINOLOGY "v3-ParticipationType", deny ? "CST" : "IRCP", NULL, NULL);
    demo_fhir_reference(d, "reference", "Organization", org, NULL);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    demo_fhir_end(d);
}

static void guardian(struct demo *d, struct demo_rng *r)
{
    char id[DEMO_ID_MAX], name[2 * DEMO_NAME_MAX];
    const char *given;
    do
        given = demo_names_given(r, demo_rng_chance(r, 500), d->p.birth_year - 32);
    while (!demo_names_allowed(given, d->p.family));
    demo_rng_uuid(r, id);
    snprintf(name, sizeof name, "%s %s", given, d->p.family);
    demo_fhir_begin(d, "RelatedPerson", id);
    json_out_bool(&d->out, "active", true);
    demo_fhir_patient(d, "patient");
    demo_fhir_concepts(d, "relationship", DEMO_TERMINOLOGY "v3-RoleCode", "GUARD", "guardian",
                       "Vårdnadshavare");
    json_out_array(&d->out, "name");
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "text", name);
    demo_fhir_cstr(d, "family", d->p.family);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

/* The first plain grown-up, whom the account "patient" is for (app/demo_accounts.c), has one of each in every
 * region, however small. */
static void shown(struct demo *d, struct demo_rng *r)
{
    d->access_shown = true;
    wish(d, r, "block", true, d->unit[d->p.vc].organization);
    wish(d, r, "consent", false, d->provider[d->p.hospital].id);
}

void demo_access_make(struct demo *d, uint32_t index)
{
    struct demo_rng r = demo_rng_stream(d->options->seed ^ STREAM, (uint64_t)index + 1);
    int age = demo_fhir_age(&d->p, d->p.end_ms);
    if (!d->access_shown && d->p.birth_year < SHOWN_BORN_BEFORE && !d->p.dead && !d->p.protected_identity) {
        shown(d, &r);
        return;
    }
    if (age < CHILD_YEARS)
        guardian(d, &r);
    else if (demo_rng_chance(&r, BLOCK_PERMILLE))
        wish(d, &r, "block", true, d->unit[d->responsible].organization);
    if (demo_rng_chance(&r, CONSENT_PERMILLE))
        wish(d, &r, "consent", false, d->provider[d->p.hospital].id);
}
