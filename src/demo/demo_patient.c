/* SPDX-License-Identifier: Apache-2.0
 * Who a patient is. Names, addresses and relatives are chance; identities come from the official test series.
 */
#include "demo/demo_int.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"
#include "base/time.h"
#include "ids/idsystem.h"

#define SECURITY_LABEL "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"
#define SE_BASE "http://hl7.se/fhir/ig/base/StructureDefinition/"

enum { SAMORDNING_PERMILLE = 8, PROTECTED_PERMILLE = 10, TWO_NAMES_PERMILLE = 180, DIED_WITHIN_DAYS = 900 };
enum { SHOWN_PROTECTED = 7 }; /* this one is protected in every region that has so many */

/* Deceased patients, permille by age. */
static const struct {
    int age;
    uint32_t permille;
} deaths[] = {{40, 2}, {60, 8}, {70, 25}, {80, 60}, {90, 150}, {200, 300}};

static void meta(struct demo *d, bool population_register)
{
    json_out_object(&d->out, "meta");
    json_out_array(&d->out, "profile");
    demo_fhir_cstr(d, NULL, SE_BASE "SEBasePatient");
    json_out_end_array(&d->out);
    json_out_array(&d->out, "security");
    demo_fhir_coding(d, NULL, DEMO_TERMINOLOGY "v3-ActReason", "HTEST", "test health data");
    if (d->p.protected_identity && population_register)
        demo_fhir_coding(d, NULL, SECURITY_LABEL, "skyddadFolkbokforing", "Skyddad folkbokföring");
    else if (d->p.protected_identity)
        demo_fhir_coding(d, NULL, SECURITY_LABEL, "sekretessmarkering", "Sekretessmarkering");
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
}

static void name(struct demo *d, const char *second)
{
    json_out_array(&d->out, "name");
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "use", "official");
    json_out_cstr(&d->out, "text", d->p.name);
    json_out_cstr(&d->out, "family", d->p.family);
    json_out_array(&d->out, "given");
    json_out_cstr(&d->out, NULL, d->p.given);
    if (second)
        json_out_cstr(&d->out, NULL, second);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void contact_points(struct demo *d)
{
    char number[24];
    json_out_array(&d->out, "telecom");
    demo_place_mobile(&d->rng, number);
    demo_fhir_telecom(d, "phone", number, "mobile");
    if (demo_rng_chance(&d->rng, d->p.birth_year < 1960 ? 600 : 80)) {
        demo_place_phone(&d->rng, number);
        demo_fhir_telecom(d, "phone", number, "home");
    }
    json_out_end_array(&d->out);
}

/* Where the population register has the person; a protected one gets post through the tax agency. */
static void address(struct demo *d, bool population_register)
{
    const struct demo_place *place = &demo_place_table[d->p.place];
    char line[DEMO_NAME_MAX], postal[8];
    demo_place_street(&d->rng, line);
    demo_place_postal(&d->rng, d->p.place, postal);
    bool hidden = d->p.protected_identity && population_register;
    json_out_array(&d->out, "address");
    json_out_object(&d->out, NULL);
    json_out_array(&d->out, "extension");
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "url", SE_BASE "SEBaseAddressPersonExtension");
    demo_fhir_concept(d, "valueCodeableConcept", DEMO_SYSTEM_SNOMED,
                      hidden ? "63391000052104" : "63381000052101",
                      hidden ? "särskild postadress" : "folkbokföringsadress", NULL);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    json_out_cstr(&d->out, "use", "home");
    json_out_array(&d->out, "line");
    json_out_cstr(&d->out, NULL, hidden ? "Förmedlingsuppdrag" : line);
    if (hidden)
        json_out_cstr(&d->out, NULL, "Box 2820");
    json_out_end_array(&d->out);
    json_out_cstr(&d->out, "city", hidden ? "Göteborg" : place->city);
    if (!hidden) {
        json_out_cstr(&d->out, "district", place->municipality);
        json_out_cstr(&d->out, "state", "Västra Götalands län");
    }
    json_out_cstr(&d->out, "postalCode", hidden ? "40320" : postal);
    json_out_cstr(&d->out, "country", "SE");
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

/* A relative; a parent for the young. */
static void relative(struct demo *d, int age)
{
    static const char *const adult[] = {"Make/maka", "Sambo", "Dotter", "Son", "Syster", "Bror", "God man"};
    bool woman = demo_rng_chance(&d->rng, 600);
    const char *relation = age < 18 ? (woman ? "Mor, vårdnadshavare" : "Far, vårdnadshavare")
                                    : adult[demo_rng_below(&d->rng, sizeof adult / sizeof adult[0])];
    int born = age < 18 ? d->p.birth_year - demo_rng_between(&d->rng, 22, 40) : 1975;
    const char *given, *family;
    char full[DEMO_NAME_MAX], number[24];
    do {
        given = demo_names_given(&d->rng, woman, born);
        family = demo_rng_chance(&d->rng, 600) ? d->p.family : demo_names_family(&d->rng);
    } while (!demo_names_allowed(given, family));
    snprintf(full, sizeof full, "%s %s", given, family);
    demo_place_mobile(&d->rng, number);
    json_out_array(&d->out, "contact");
    json_out_object(&d->out, NULL);
    demo_fhir_concepts(d, "relationship", DEMO_TERMINOLOGY "v2-0131", age < 18 ? "N" : "C",
                       age < 18 ? "Next-of-Kin" : "Emergency Contact", relation);
    json_out_object(&d->out, "name");
    json_out_cstr(&d->out, "text", full);
    json_out_cstr(&d->out, "family", family);
    json_out_array(&d->out, "given");
    json_out_cstr(&d->out, NULL, given);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    json_out_array(&d->out, "telecom");
    demo_fhir_telecom(d, "phone", number, "mobile");
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void marital_status(struct demo *d, int age)
{
    static const struct demo_code status[] = {
        {"OG", "Ogift"}, {"G", "Gift"}, {"S", "Skild"}, {"Ä", "Änka/änkling"}};
    if (age < 18)
        return;
    uint32_t draw = demo_rng_below(&d->rng, 100);
    int i = age < 35   ? (draw < 75 ? 0 : 1)
            : age < 75 ? (draw < 25   ? 0
                          : draw < 80 ? 1
                                      : 2)
                       : (draw < 45   ? 1
                          : draw < 60 ? 2
                                      : 3);
    demo_fhir_concept(d, "maritalStatus", "http://hl7.se/fhir/ig/base/CodeSystem/se-base-marital-status",
                      status[i].code, status[i].display, NULL);
}

static void language(struct demo *d)
{
    static const struct demo_code other[] = {{"ar", "Arabiska"}, {"fi", "Finska"}, {"so", "Somaliska"},
                                             {"bs", "Bosniska"}, {"pl", "Polska"}, {"en", "Engelska"},
                                             {"fa", "Persiska"}};
    if (!d->p.samordning && !demo_rng_chance(&d->rng, 60))
        return;
    const struct demo_code *l = &other[demo_rng_below(&d->rng, sizeof other / sizeof other[0])];
    json_out_array(&d->out, "communication");
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "language", "urn:ietf:bcp:47", l->code, l->display, l->display);
    json_out_bool(&d->out, "preferred", true);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void resource(struct demo *d)
{
    struct demo_patient *p = &d->p;
    int age = demo_fhir_age(p, p->end_ms);
    bool population_register = demo_rng_chance(&d->rng, 300);
    const char *second = demo_rng_chance(&d->rng, TWO_NAMES_PERMILLE)
                             ? demo_names_given(&d->rng, p->female, p->birth_year - 35)
                             : NULL;
    demo_fhir_begin(d, "Patient", p->id);
    meta(d, population_register);
    demo_fhir_identifier(d, "identifier", p->samordning ? IDSYSTEM_SAMORDNINGSNUMMER : IDSYSTEM_PERSONNUMMER,
                         p->number);
    json_out_bool(&d->out, "active", !p->dead);
    name(d, second);
    if (!p->protected_identity)
        contact_points(d);
    demo_fhir_cstr(d, "gender", p->female ? "female" : "male");
    demo_fhir_date(d, "birthDate", p->birth_ms);
    if (p->dead)
        demo_fhir_date(d, "deceasedDateTime", p->end_ms);
    address(d, population_register);
    marital_status(d, age);
    if (!p->protected_identity && (age < 18 || demo_rng_chance(&d->rng, age > 70 ? 850 : 350)))
        relative(d, age);
    language(d);
    json_out_array(&d->out, "generalPractitioner");
    demo_fhir_unit(d, NULL, p->vc);
    json_out_end_array(&d->out);
    demo_fhir_reference(d, "managingOrganization", "Organization", d->provider[PROVIDER_NARHALSAN].id,
                        "Närhälsan");
    demo_fhir_end(d);
}

static void settle_death(struct demo *d, const struct demo_near *near)
{
    struct demo_patient *p = &d->p;
    p->end_ms = d->options->now_ms;
    int age = demo_fhir_age(p, p->end_ms);
    size_t i = 0;
    while (age > deaths[i].age)
        i++;
    p->dead = demo_rng_chance(&d->rng, deaths[i].permille);
    if (p->dead && age > 20 && !near)
        p->end_ms -= demo_rng_between(&d->rng, 2, DIED_WITHIN_DAYS) * DEMO_DAY + 3 * DEMO_HOUR;
    else
        p->dead = false;
}

static void settle_home(struct demo *d)
{
    struct demo_patient *p = &d->p;
    p->place = demo_place_pick(&d->rng);
    p->hospital = demo_place_table[p->place].hospital;
    uint32_t candidates[DEMO_UNITS_MAX], n = 0;
    for (uint32_t i = 0; i < d->unit_count; i++) {
        if (d->unit[i].kind == UNIT_VC && d->unit[i].place == p->place)
            candidates[n++] = i;
    }
    OS_ASSERT(n > 0);
    p->vc = candidates[demo_rng_below(&d->rng, n)];
}

static void settle_name(struct demo *d, const struct demo_near *near)
{
    struct demo_patient *p = &d->p;
    do {
        p->given = demo_names_given(&d->rng, p->female, p->birth_year);
        p->family = demo_names_family(&d->rng);
    } while (!demo_names_allowed(p->given, p->family));
    if (near) {
        p->given = near->given;
        p->family = near->family;
    }
    snprintf(p->name, sizeof p->name, "%s %s", p->given, p->family);
}

void demo_patient_make(struct demo *d, uint32_t index)
{
    struct demo_patient *p = &d->p;
    int year_now, month, day;
    d->rng = demo_rng_stream(d->options->seed, (uint64_t)index + 1);
    *p = (struct demo_patient){.birth_year = 0};
    demo_rng_uuid(&d->rng, p->id);
    demo_fhir_local(d->options->now_ms, &year_now, &month, &day);
    const struct demo_near *near = demo_near_patient(d, index);
    int wanted = demo_people_birth_year(&d->rng, year_now);
    p->samordning = demo_rng_chance(&d->rng, SAMORDNING_PERMILLE) && !near &&
                    demo_people_samordning(&d->people, p->number);
    if (near)
        memcpy(p->number, near->number, sizeof p->number);
    else if (!p->samordning)
        demo_people_identity(&d->people, wanted, p->number);
    struct personnummer number;
    bool valid =
        personnummer_parse((struct str){p->number, PERSONNUMMER_LEN}, d->options->now_ms, &number, NULL);
    OS_ASSERT(valid);
    p->female = number.sex == PERSONNUMMER_FEMALE;
    p->birth_year = number.year;
    p->birth_ms = time_days(number.year, number.month, number.day) * DEMO_DAY + 11 * DEMO_HOUR;
    p->protected_identity = demo_rng_chance(&d->rng, PROTECTED_PERMILLE) || index == SHOWN_PROTECTED;
    for (int i = 0; i < LAB_COUNT; i++)
        p->last[i] = NAN;
    settle_death(d, near);
    settle_home(d);
    settle_name(d, near);
    d->responsible = p->vc;
    resource(d);
}
