/* SPDX-License-Identifier: Apache-2.0
 * The ten providers with their units and staff. HSA-ids are of Inera's test range (TSTNMT). */
#include "demo/demo_int.h"

#include <stdio.h>

#include "base/os.h"
#include "ids/idsystem.h"

enum { HSA_FIRST = 1001, CITY_VCS = 6, ACTIVE_SINCE_YEARS_MAX = 12 };
#define HSA_PREFIX "TSTNMT2321000156-"

#define BIT(kind) (1U << (kind))
#define COMMON_UNITS                                                                                         \
    (BIT(UNIT_AKUT) | BIT(UNIT_MED) | BIT(UNIT_KIR) | BIT(UNIT_ORT) | BIT(UNIT_RONTGEN) | BIT(UNIT_GERI) |   \
     BIT(UNIT_OGON))
#define COUNTY_UNITS                                                                                         \
    (COMMON_UNITS | BIT(UNIT_KARD) | BIT(UNIT_LUNG) | BIT(UNIT_STROKE) | BIT(UNIT_URO) | BIT(UNIT_GYN) |     \
     BIT(UNIT_ONH) | BIT(UNIT_HUD) | BIT(UNIT_PSYK) | BIT(UNIT_BARN) | BIT(UNIT_LAB))
#define ALL_UNITS (COUNTY_UNITS | BIT(UNIT_NEURO) | BIT(UNIT_REUMA) | BIT(UNIT_NJUR) | BIT(UNIT_ONK))

static const struct {
    const char *name, *place_code;
    uint32_t units;
} providers[PROVIDER_COUNT] = {
    [PROVIDER_SU] = {"Sahlgrenska Universitetssjukhuset", "1480", ALL_UNITS},
    [PROVIDER_NU] = {"NU-sjukvården", "1488", COUNTY_UNITS},
    [PROVIDER_SKAS] = {"Skaraborgs Sjukhus", "1496", COUNTY_UNITS},
    [PROVIDER_SAS] = {"Södra Älvsborgs Sjukhus", "1490", COUNTY_UNITS},
    [PROVIDER_SV] = {"Sjukhusen i Väster", "1482", COMMON_UNITS | BIT(UNIT_PSYK)},
    [PROVIDER_NARHALSAN] = {"Närhälsan", "1480", 0},
    [PROVIDER_REGIONHALSAN] = {"Regionhälsan", "1480", 0},
    [PROVIDER_FOLKTANDVARDEN] = {"Folktandvården", "1480", 0},
    [PROVIDER_HABILITERING] = {"Habilitering och hälsa", "1480", 0},
    [PROVIDER_KANSLI] = {"Patientnämndernas kansli", "1480", 0},
};

/* Where units outside hospitals lie; NULL ends. */
static const char *const bvc_places[] = {"1480", "1490", "1488", "1496", "1485",
                                         "1489", "1494", "1482", NULL};
static const char *const bmm_places[] = {"1480", "1490", "1488", "1496", "1441", "1481", NULL};
static const char *const tand_places[] = {"1480", "1490", "1488", "1496", "1485",
                                          "1494", "1481", "1491", NULL};
static const char *const hab_places[] = {"1480", "1490", "1488", "1496", NULL};
static const char *const kansli_places[] = {"1480", NULL};

static void next_hsa(struct demo *d, char out[DEMO_ID_MAX])
{
    snprintf(out, DEMO_ID_MAX, HSA_PREFIX "%u", HSA_FIRST + d->hsa_next++);
}

static void hsa_identifier(struct demo *d)
{
    char hsa[DEMO_ID_MAX];
    next_hsa(d, hsa);
    demo_fhir_identifier(d, "identifier", IDSYSTEM_HSA_ID, hsa);
}

static void address(struct demo *d, const char *key, uint32_t place)
{
    char line[DEMO_NAME_MAX], postal[8];
    demo_place_street(&d->rng, line);
    demo_place_postal(&d->rng, place, postal);
    json_out_object(&d->out, key);
    json_out_array(&d->out, "line");
    json_out_cstr(&d->out, NULL, line);
    json_out_end_array(&d->out);
    json_out_cstr(&d->out, "city", demo_place_table[place].city);
    json_out_cstr(&d->out, "postalCode", postal);
    json_out_cstr(&d->out, "country", "SE");
    json_out_end_object(&d->out);
}

static void telecom(struct demo *d)
{
    char phone[24];
    demo_place_phone(&d->rng, phone);
    json_out_array(&d->out, "telecom");
    demo_fhir_telecom(d, "phone", phone, "work");
    json_out_end_array(&d->out);
}

static void organization(struct demo *d, const char *id, const char *name, const char *type,
                         const char *type_display, const char *specialty, uint32_t place, const char *part_of)
{
    demo_fhir_begin(d, "Organization", id);
    if (!part_of)
        demo_access_provider(d, strcmp(id, d->provider[PROVIDER_FOLKTANDVARDEN].id) != 0);
    hsa_identifier(d);
    json_out_bool(&d->out, "active", true);
    json_out_array(&d->out, "type");
    demo_fhir_concept(d, NULL, DEMO_TERMINOLOGY "organization-type", type, type_display, specialty);
    json_out_end_array(&d->out);
    demo_fhir_cstr(d, "name", name);
    telecom(d);
    json_out_array(&d->out, "address");
    address(d, NULL, place);
    json_out_end_array(&d->out);
    if (part_of)
        demo_fhir_reference(d, "partOf", "Organization", part_of, NULL);
    demo_fhir_end(d);
}

static void location(struct demo *d, const struct demo_unit *u)
{
    demo_fhir_begin(d, "Location", u->location);
    hsa_identifier(d);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_cstr(d, "name", u->name);
    demo_fhir_cstr(d, "mode", "instance");
    demo_fhir_concept(d, "physicalType", DEMO_TERMINOLOGY "location-physical-type", "si", "Site",
                      "Vårdenhet");
    address(d, "address", u->place);
    demo_fhir_reference(d, "managingOrganization", "Organization", u->organization, u->name);
    demo_fhir_end(d);
}

static void human_name(struct demo *d, const char *given, const char *family)
{
    char full[DEMO_NAME_MAX];
    snprintf(full, sizeof full, "%s %s", given, family);
    json_out_array(&d->out, "name");
    json_out_object(&d->out, NULL);
    json_out_cstr(&d->out, "use", "official");
    json_out_cstr(&d->out, "text", full);
    json_out_cstr(&d->out, "family", family);
    json_out_array(&d->out, "given");
    json_out_cstr(&d->out, NULL, given);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

/* What a title means for who signs what, and the licence behind it; the first that fits counts. */
static const struct {
    const char *part, *licence;
    enum demo_profession profession;
} titles[] = {
    {"Tandläkare", "Legitimerad tandläkare", STAFF_DOCTOR},
    {"Röntgensjuksköterska", "Legitimerad röntgensjuksköterska", STAFF_NURSE},
    {"läkare", "Legitimerad läkare", STAFF_DOCTOR},
    {"Barnmorska", "Legitimerad barnmorska", STAFF_NURSE},
    {"sjuksköterska", "Legitimerad sjuksköterska", STAFF_NURSE},
    {"Sjuksköterska", "Legitimerad sjuksköterska", STAFF_NURSE},
    {"Distriktssköterska", "Legitimerad sjuksköterska", STAFF_NURSE},
    {"Tandhygienist", "Legitimerad tandhygienist", STAFF_NURSE},
    {"Fysioterapeut", "Legitimerad fysioterapeut", STAFF_OTHER},
    {"Arbetsterapeut", "Legitimerad arbetsterapeut", STAFF_OTHER},
    {"Psykolog", "Legitimerad psykolog", STAFF_OTHER},
    {"Logoped", "Legitimerad logoped", STAFF_OTHER},
    {"Dietist", "Legitimerad dietist", STAFF_OTHER},
    {"Audionom", "Legitimerad audionom", STAFF_OTHER},
    {"Biomedicinsk", "Legitimerad biomedicinsk analytiker", STAFF_OTHER},
};

static void identifiers(struct demo *d, const struct demo_near *near)
{
    char hsa[DEMO_ID_MAX];
    next_hsa(d, hsa);
    json_out_array(&d->out, "identifier");
    demo_fhir_numbered(d, IDSYSTEM_HSA_ID, hsa);
    if (near)
        demo_fhir_numbered(d, IDSYSTEM_PERSONNUMMER, near->number);
    json_out_end_array(&d->out);
}

static void practitioner(struct demo *d, const char *id, bool female, const char *given, const char *family,
                         const char *licence, const struct demo_near *near)
{
    demo_fhir_begin(d, "Practitioner", id);
    identifiers(d, near);
    json_out_bool(&d->out, "active", true);
    human_name(d, given, family);
    demo_fhir_cstr(d, "gender", female ? "female" : "male");
    if (licence) {
        json_out_array(&d->out, "qualification");
        json_out_object(&d->out, NULL);
        demo_fhir_concept(d, "code", NULL, NULL, NULL, licence);
        json_out_end_object(&d->out);
        json_out_end_array(&d->out);
    }
    demo_fhir_end(d);
}

/* The assignment: this person, at this unit, as this. */
static void role(struct demo *d, const struct demo_staff *s, const char *person, const struct demo_unit *u)
{
    int64_t since = d->options->now_ms - (1 + demo_rng_below(&d->rng, ACTIVE_SINCE_YEARS_MAX)) * DEMO_YEAR;
    demo_fhir_begin(d, "PractitionerRole", s->role);
    demo_access_role(d, s->title, (enum demo_provider_index)u->provider);
    hsa_identifier(d);
    json_out_bool(&d->out, "active", true);
    json_out_object(&d->out, "period");
    demo_fhir_date(d, "start", since);
    json_out_end_object(&d->out);
    demo_fhir_reference(d, "practitioner", "Practitioner", person, s->name);
    demo_fhir_reference(d, "organization", "Organization", u->organization, u->name);
    demo_fhir_concepts(d, "specialty", NULL, NULL, NULL, demo_units_model[u->kind].specialty);
    json_out_array(&d->out, "location");
    demo_fhir_reference(d, NULL, "Location", u->location, u->name);
    json_out_end_array(&d->out);
    telecom(d);
    demo_fhir_end(d);
}

static void staff(struct demo *d, struct demo_unit *u, const char *title)
{
    OS_ASSERT(d->staff_count < DEMO_STAFF_MAX);
    struct demo_staff *s = &d->staff[d->staff_count++];
    int year_now, month, day;
    demo_fhir_local(d->options->now_ms, &year_now, &month, &day);
    bool female = demo_rng_chance(&d->rng, 650);
    const char *given, *family;
    do {
        given = demo_names_given(&d->rng, female, year_now - demo_rng_between(&d->rng, 28, 64));
        family = demo_names_family(&d->rng);
    } while (!demo_names_allowed(given, family));
    snprintf(s->name, sizeof s->name, "%s %s", given, family);
    s->title = title;
    s->profession = STAFF_OTHER;
    const char *licence = NULL;
    for (size_t i = 0; i < sizeof titles / sizeof titles[0] && !licence; i++) {
        if (strstr(title, titles[i].part)) {
            licence = titles[i].licence;
            s->profession = titles[i].profession;
        }
    }
    char person[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, person);
    demo_rng_uuid(&d->rng, s->role);
    practitioner(d, person, female, given, family, licence,
                 demo_near_staff(d, u->kind, title, female, given, family));
    role(d, s, person, u);
    u->staff_count++;
}

static void unit(struct demo *d, enum demo_unit_kind kind, enum demo_provider_index provider, uint32_t place,
                 const char *name)
{
    OS_ASSERT(d->unit_count < DEMO_UNITS_MAX);
    struct demo_unit *u = &d->unit[d->unit_count++];
    *u = (struct demo_unit){.kind = kind, .provider = provider, .place = place, .staff_from = d->staff_count};
    snprintf(u->name, sizeof u->name, "%s", name);
    demo_rng_uuid(&d->rng, u->organization);
    demo_rng_uuid(&d->rng, u->location);
    organization(d, u->organization, u->name, "dept", "Hospital Department", demo_units_model[kind].specialty,
                 place, d->provider[provider].id);
    location(d, u);
    for (const char *const *title = demo_units_model[kind].staff; *title; title++)
        staff(d, u, *title);
}

static void hospital_units(struct demo *d, enum demo_provider_index provider)
{
    char name[DEMO_NAME_MAX];
    for (int kind = 0; kind < UNIT_KINDS; kind++) {
        if (!(providers[provider].units & BIT(kind)))
            continue;
        snprintf(name, sizeof name, "%s, %s", demo_units_model[kind].name, providers[provider].name);
        unit(d, (enum demo_unit_kind)kind, provider, demo_place_find(providers[provider].place_code), name);
    }
}

static void local_units(struct demo *d, enum demo_provider_index provider, enum demo_unit_kind kind,
                        const char *const *places)
{
    char name[DEMO_NAME_MAX];
    for (; *places; places++) {
        uint32_t place = demo_place_find(*places);
        const char *city = demo_place_table[place].city;
        if (kind == UNIT_TAND || kind == UNIT_HAB)
            snprintf(name, sizeof name, "%s %s", demo_units_model[kind].name, city);
        else if (kind == UNIT_KANSLI)
            snprintf(name, sizeof name, "%s", demo_units_model[kind].name);
        else
            snprintf(name, sizeof name, "%s %s %s", providers[provider].name, city,
                     demo_units_model[kind].name);
        unit(d, kind, provider, place, name);
    }
}

static void health_centres(struct demo *d)
{
    static const char *const parts[CITY_VCS] = {"Centrum", "Hisingen", "Majorna",
                                                "Angered", "Frölunda", "Örgryte"};
    char name[DEMO_NAME_MAX];
    for (uint32_t place = 0; place < demo_place_count; place++) {
        uint32_t copies = place == 0 ? CITY_VCS : 1;
        for (uint32_t i = 0; i < copies; i++) {
            snprintf(name, sizeof name, "Närhälsan %s vårdcentral",
                     copies > 1 ? parts[i] : demo_place_table[place].city);
            unit(d, UNIT_VC, PROVIDER_NARHALSAN, place, name);
        }
    }
}

void demo_region_emit(struct demo *d)
{
    for (int i = 0; i < PROVIDER_COUNT; i++) {
        demo_rng_uuid(&d->rng, d->provider[i].id);
        organization(d, d->provider[i].id, providers[i].name, "prov", "Healthcare Provider", NULL,
                     demo_place_find(providers[i].place_code), NULL);
        demo_access_analysis(d, (enum demo_provider_index)i, providers[i].name);
    }
    for (int i = PROVIDER_SU; i <= PROVIDER_SV; i++)
        hospital_units(d, (enum demo_provider_index)i);
    health_centres(d);
    local_units(d, PROVIDER_REGIONHALSAN, UNIT_BMM, bmm_places);
    local_units(d, PROVIDER_NARHALSAN, UNIT_BVC, bvc_places);
    local_units(d, PROVIDER_FOLKTANDVARDEN, UNIT_TAND, tand_places);
    local_units(d, PROVIDER_HABILITERING, UNIT_HAB, hab_places);
    local_units(d, PROVIDER_KANSLI, UNIT_KANSLI, kansli_places);
}

/* How well a unit serves the patient: nearer is higher, 0 not at all. */
static int fit(const struct demo *d, const struct demo_unit *u, enum demo_unit_kind kind)
{
    if (u->kind != kind)
        return 0;
    if (u->place == d->p.place)
        return 4;
    if (u->provider == d->p.hospital || demo_place_table[u->place].hospital == d->p.hospital)
        return 3;
    return u->provider == PROVIDER_SU ? 2 : 1;
}

uint32_t demo_region_unit(struct demo *d, enum demo_unit_kind kind)
{
    if (kind == UNIT_VC)
        return d->p.vc;
    uint32_t best = 0;
    int best_fit = 0;
    for (uint32_t i = 0; i < d->unit_count; i++) {
        int f = fit(d, &d->unit[i], kind);
        if (f > best_fit) {
            best = i;
            best_fit = f;
        }
    }
    OS_ASSERT(best_fit > 0);
    return best;
}

uint32_t demo_region_staff(struct demo *d, uint32_t at, enum demo_profession profession)
{
    const struct demo_unit *u = &d->unit[at];
    uint32_t from = demo_rng_below(&d->rng, u->staff_count);
    for (uint32_t i = 0; i < u->staff_count; i++) {
        uint32_t s = u->staff_from + (from + i) % u->staff_count;
        if (d->staff[s].profession == profession)
            return s;
    }
    return u->staff_from + from;
}

bool demo_region_titled(const struct demo *d, enum demo_unit_kind kind, const char *title, uint32_t *unit,
                        uint32_t *staff)
{
    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t s = 0; d->unit[u].kind == kind && s < d->unit[u].staff_count; s++)
            if (strcmp(d->staff[d->unit[u].staff_from + s].title, title) == 0) {
                *unit = u;
                *staff = d->unit[u].staff_from + s;
                return true;
            }
    return false;
}
