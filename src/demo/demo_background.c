/* SPDX-License-Identifier: Apache-2.0
 * What every chart has beside its stories: allergies or their absence, vaccinations, warnings, plans and
 * bookings. */
#include "demo/demo_int.h"

#include <stdio.h>

enum {
    NO_ALLERGY_PERMILLE = 620,
    INFECTION_FLAG_PERMILLE = 14,
    PLAN_PERMILLE = 420,
    CARE_PLAN_MEDS = 3,
    BOOKED_DAYS_MAX = 150,
    PENDING_PERMILLE = 330,
    PENDING_DAYS_MAX = 75,
    VACCINE_STREAM = 0x7ACC
};

/* ---- allergies ---- */

static const struct {
    struct demo_code code;                                          /* SNOMED CT */
    const char *text, *category, *criticality, *reaction, *warning; /* warning: of the critical ones */
    bool atc;                                                       /* code is ATC */
} allergies[] = {
    {{"J01CE", NULL}, "Penicillin", "medication", "high", "Urtikaria", "Överkänslig mot penicillin", true},
    {{"J01E", NULL}, "Trimetoprim/sulfa", "medication", "low", "Hudutslag", NULL, true},
    {{"M01A", NULL}, "NSAID", "medication", "high", "Astmaanfall", "Tål inte NSAID: astma", true},
    {{"N02AA", NULL}, "Opioider", "medication", "low", "Kraftigt illamående", NULL, true},
    {{"V08A", NULL},
     "Jodkontrastmedel",
     "medication",
     "high",
     "Anafylaktisk reaktion",
     "Överkänslig mot jodkontrast",
     true},
    {{"91935009", "Allergy to peanut"},
     "Jordnöt",
     "food",
     "high",
     "Anafylaxi",
     "Svår jordnötsallergi",
     false},
    {{"91930004", "Allergy to eggs"}, "Ägg", "food", "low", "Eksem", NULL, false},
    {{"425525006", "Allergy to dairy product"}, "Mjölkprotein", "food", "low", "Magbesvär", NULL, false},
    {{"300916003", "Latex allergy"},
     "Latex",
     "environment",
     "high",
     "Kontakturtikaria",
     "Latexallergi",
     false},
    {{"256277009", "Grass pollen"}, "Gräspollen", "environment", "low", "Rinokonjunktivit", NULL, false},
    {{"256417003", "Horse dander"}, "Häst", "environment", "low", "Nysningar och kliande ögon", NULL, false},
};

static void allergy_begin(struct demo *d)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "AllergyIntolerance", id);
    demo_fhir_concept(d, "clinicalStatus", DEMO_TERMINOLOGY "allergyintolerance-clinical", "active", "Active",
                      NULL);
    demo_fhir_concept(d, "verificationStatus", DEMO_TERMINOLOGY "allergyintolerance-verification",
                      "confirmed", "Confirmed", NULL);
}

static void allergy_end(struct demo *d)
{
    demo_fhir_patient(d, "patient");
    demo_fhir_date(d, "recordedDate", d->visit.start_ms);
    demo_fhir_role(d, "recorder", d->visit.nurse);
}

static void no_allergy(struct demo *d)
{
    allergy_begin(d);
    demo_fhir_concept(d, "code", DEMO_SYSTEM_SNOMED, "716186003", "No known allergy",
                      "Ingen känd överkänslighet");
    allergy_end(d);
    demo_fhir_end(d);
}

static void allergy(struct demo *d, uint32_t i)
{
    allergy_begin(d);
    demo_fhir_cstr(d, "type", "allergy");
    json_out_array(&d->out, "category");
    json_out_cstr(&d->out, NULL, allergies[i].category);
    json_out_end_array(&d->out);
    demo_fhir_cstr(d, "criticality", allergies[i].criticality);
    demo_fhir_concept(d, "code", allergies[i].atc ? DEMO_SYSTEM_ATC : DEMO_SYSTEM_SNOMED,
                      allergies[i].code.code, allergies[i].code.display, allergies[i].text);
    allergy_end(d);
    json_out_array(&d->out, "reaction");
    json_out_object(&d->out, NULL);
    demo_fhir_concepts(d, "manifestation", NULL, NULL, NULL, allergies[i].reaction);
    demo_fhir_cstr(d, "severity", allergies[i].criticality[0] == 'h' ? "severe" : "mild");
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

enum { ALLERGY_COUNT = sizeof allergies / sizeof allergies[0], ALLERGY_NONE = ALLERGY_COUNT };

void demo_background_settle(struct demo *d)
{
    d->p.allergy =
        demo_rng_chance(&d->rng, NO_ALLERGY_PERMILLE) ? ALLERGY_NONE : demo_rng_below(&d->rng, ALLERGY_COUNT);
    if (d->p.allergy == ALLERGY_NONE)
        return;
    d->p.no_penicillin = strcmp(allergies[d->p.allergy].code.code, "J01CE") == 0;
    d->p.no_nsaid = strcmp(allergies[d->p.allergy].code.code, "M01A") == 0;
}

static void make_allergies(struct demo *d)
{
    uint32_t first = d->p.allergy;
    if (first == ALLERGY_NONE) {
        no_allergy(d);
        return;
    }
    allergy(d, first);
    /* A second one is never a medicine: that would have had to be known from the start. */
    if (allergies[first].atc && demo_rng_chance(&d->rng, 250))
        allergy(d, ALLERGY_COUNT - 1 - demo_rng_below(&d->rng, 5));
    if (allergies[first].criticality[0] == 'h')
        demo_background_flag(d, "safety", allergies[first].warning, d->visit.start_ms);
}

/* ---- warnings ---- */

/* The Swedish degrees of a warning; R4 has no place for them. */
static void alert_degree(struct demo *d, const char *category, const char *text)
{
    bool grave = strstr(text, "verkänslig") || strstr(text, "allergi") || strstr(text, "NSAID");
    bool observe = strcmp(category, "clinical") == 0;
    json_out_array(&d->out, "extension");
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "url", "https://helhet.example/fhir/StructureDefinition/alert-degree");
    demo_fhir_concept(d, "valueCodeableConcept", "https://helhet.example/fhir/CodeSystem/alert-degree",
                      grave     ? "life-threatening"
                      : observe ? "observation"
                                : "harmful",
                      NULL,
                      grave     ? "Livshotande"
                      : observe ? "Observandum"
                                : "Skadlig");
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void alert_kind(struct demo *d, const char *text)
{
    bool contagion = strncmp(text, "Smitta", strlen("Smitta")) == 0;
    demo_fhir_concept(d, NULL, "https://helhet.example/fhir/CodeSystem/alert-kind",
                      contagion ? "contagion" : "disease", NULL,
                      contagion ? "Smitta" : "Medicinskt tillstånd");
}

void demo_background_flag(struct demo *d, const char *category, const char *text, int64_t ms)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Flag", id);
    alert_degree(d, category, text);
    demo_fhir_cstr(d, "status", d->p.dead ? "inactive" : "active");
    json_out_array(&d->out, "category");
    demo_fhir_concept(d, NULL, DEMO_TERMINOLOGY "flag-category", category,
                      strcmp(category, "clinical") == 0 ? "Clinical" : "Safety",
                      strcmp(category, "clinical") == 0 ? "Observandum" : "Varning");
    alert_kind(d, text);
    json_out_end_array(&d->out);
    demo_fhir_concept(d, "code", NULL, NULL, NULL, text);
    demo_fhir_patient(d, "subject");
    demo_fhir_period(d, "period", ms, d->p.dead ? d->p.end_ms : 0);
    demo_fhir_encounter(d, "encounter");
    demo_fhir_role(d, "author", d->visit.doctor);
    demo_fhir_end(d);
}

static void make_infection_flag(struct demo *d)
{
    static const char *const carried[] = {"Smitta: MRSA, bärarskap", "Smitta: ESBL-bildande tarmbakterier",
                                          "Smitta: blodburen, hepatit C"};
    if (demo_rng_chance(&d->rng, INFECTION_FLAG_PERMILLE))
        demo_background_flag(d, "safety",
                             carried[demo_rng_below(&d->rng, sizeof carried / sizeof carried[0])],
                             d->visit.start_ms);
}

/* ---- vaccinations ---- */

static const struct vaccine {
    struct demo_code code; /* ATC */
    int age_from, age_to;  /* given at age_from years to those at most age_to old today */
    int first_month;       /* added to age_from */
    uint16_t permille;
} vaccines[] = {
    {{"J07CA09", "Difteri, stelkramp, kikhosta, polio, Hib, hepatit B"}, 0, 17, 3, 970},
    {{"J07CA09", "Difteri, stelkramp, kikhosta, polio, Hib, hepatit B"}, 0, 17, 5, 965},
    {{"J07AL02", "Pneumokocker, konjugerat"}, 0, 15, 3, 960},
    {{"J07BH01", "Rotavirus"}, 0, 6, 2, 900},
    {{"J07BD52", "Mässling, påssjuka, röda hund"}, 1, 30, 6, 965},
    {{"J07CA02", "Difteri, stelkramp, kikhosta, polio"}, 5, 20, 2, 950},
    {{"J07BM03", "Humant papillomvirus, nonavalent"}, 11, 18, 4, 860},
    {{"J07AM01", "Stelkrampstoxoid"}, 30, 70, 0, 300},
    {{"J07AL02", "Pneumokocker, konjugerat"}, 66, 100, 3, 500},
};

/* Batch, place and which dose it was; from a stream of its own, so that no other chance is moved. */
static void vaccination_details(struct demo *d, int64_t ms, int dose)
{
    struct demo_rng own = {d->rng.state ^ VACCINE_STREAM};
    char batch[16];
    bool left = demo_rng_chance(&own, 700), small = ms - d->p.birth_ms < 2 * DEMO_YEAR;
    snprintf(batch, sizeof batch, "%c%c%04d", (char)('A' + demo_rng_below(&own, 26)),
             (char)('A' + demo_rng_below(&own, 26)), demo_rng_between(&own, 1, 9999));
    demo_fhir_cstr(d, "lotNumber", batch);
    demo_fhir_concept(d, "site", DEMO_TERMINOLOGY "v3-ActSite",
                      small  ? left ? "LT" : "RT"
                      : left ? "LA"
                             : "RA",
                      NULL,
                      small  ? left ? "Vänster lår" : "Höger lår"
                      : left ? "Vänster arm"
                             : "Höger arm");
    json_out_array(&d->out, "protocolApplied");
    json_out_object(&d->out, NULL);
    json_out_i64(&d->out, "doseNumberPositiveInt", dose);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
}

static void vaccination(struct demo *d, const struct demo_code *code, int64_t ms, int dose)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "Immunization", id);
    demo_fhir_cstr(d, "status", "completed");
    demo_fhir_concept(d, "vaccineCode", DEMO_SYSTEM_ATC, code->code, code->display, code->display);
    demo_fhir_patient(d, "patient");
    demo_fhir_date(d, "occurrenceDateTime", ms);
    json_out_bool(&d->out, "primarySource", true);
    demo_fhir_concept(d, "route", DEMO_TERMINOLOGY "v3-RouteOfAdministration", "IM",
                      "Injection, intramuscular", "Intramuskulärt");
    vaccination_details(d, ms, dose);
    json_out_array(&d->out, "performer");
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "actor", d->visit.nurse);
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void make_vaccinations(struct demo *d)
{
    static const struct demo_code flu = {"J07BB02", "Influensa, inaktiverat, spjälkat virus eller ytantigen"},
                                  covid = {"J07BN01", "Covid-19, RNA-baserat vaccin"};
    int age = demo_fhir_age(&d->p, d->p.end_ms);
    const char *before = "";
    int dose = 0;
    for (size_t i = 0; i < sizeof vaccines / sizeof vaccines[0]; i++) {
        const struct vaccine *v = &vaccines[i];
        int64_t at = d->p.birth_ms + v->age_from * DEMO_YEAR + v->first_month * 30 * DEMO_DAY;
        dose = strcmp(before, v->code.code) == 0 ? dose : 0;
        before = v->code.code;
        if (age <= v->age_to && at < d->p.end_ms && demo_rng_chance(&d->rng, v->permille))
            vaccination(d, &v->code, at, ++dose);
    }
    int flu_dose = 0, covid_dose = 0;
    int64_t autumn = d->p.end_ms - d->p.end_ms % DEMO_YEAR + 290 * DEMO_DAY;
    for (int64_t at = autumn - 4 * DEMO_YEAR; age >= 65 && at < d->p.end_ms; at += DEMO_YEAR) {
        if (demo_rng_chance(&d->rng, 680))
            vaccination(
                d, &flu,
                at + demo_rng_between(&d->rng, 0, 40) * DEMO_DAY > d->p.end_ms ? d->p.end_ms - DEMO_DAY : at,
                ++flu_dose);
        if (demo_rng_chance(&d->rng, 480))
            vaccination(d, &covid, at, ++covid_dose);
    }
}

/* ---- plans and bookings ---- */

void demo_background_appointment(struct demo *d, enum demo_unit_kind unit, const char *what)
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    uint32_t at = demo_region_unit(d, unit);
    int64_t start =
        demo_fhir_office(d, d->options->now_ms + demo_rng_between(&d->rng, 2, BOOKED_DAYS_MAX) * DEMO_DAY);
    demo_fhir_begin(d, "Appointment", id);
    demo_fhir_cstr(d, "status", demo_rng_chance(&d->rng, 850) ? "booked" : "proposed");
    demo_fhir_concepts(d, "serviceType", NULL, NULL, NULL, what);
    demo_fhir_cstr(d, "description", what);
    demo_fhir_time(d, "start", start);
    demo_fhir_time(d, "end", start + 30 * DEMO_MINUTE);
    demo_fhir_time(d, "created", d->visit.start_ms);
    json_out_array(&d->out, "participant");
    json_out_object(&d->out, NULL);
    demo_fhir_patient(d, "actor");
    demo_fhir_cstr(d, "status", "accepted");
    json_out_end_object(&d->out);
    json_out_object(&d->out, NULL);
    demo_fhir_role(d, "actor", demo_region_staff(d, at, STAFF_DOCTOR));
    demo_fhir_cstr(d, "status", "accepted");
    json_out_end_object(&d->out);
    json_out_object(&d->out, NULL);
    demo_fhir_reference(d, "actor", "Location", d->unit[at].location, d->unit[at].name);
    demo_fhir_cstr(d, "status", "accepted");
    json_out_end_object(&d->out);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void care_plan_step(struct demo *d, const char *text, const char *status)
{
    json_out_object(&d->out, NULL);
    json_out_object(&d->out, "detail");
    demo_fhir_cstr(d, "status", status);
    demo_fhir_cstr(d, "description", text);
    json_out_end_object(&d->out);
    json_out_end_object(&d->out);
}

static void care_plan(struct demo *d, const char *title, const char *text, const char *const step[3],
                      const char *const status[3])
{
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&d->rng, id);
    demo_fhir_begin(d, "CarePlan", id);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_cstr(d, "intent", "plan");
    demo_fhir_cstr(d, "title", title);
    demo_fhir_cstr(d, "description", text);
    demo_fhir_patient(d, "subject");
    demo_fhir_encounter(d, "encounter");
    demo_fhir_period(d, "period", d->visit.start_ms, 0);
    demo_fhir_role(d, "author", d->visit.doctor);
    json_out_array(&d->out, "activity");
    for (int i = 0; i < 3; i++)
        care_plan_step(d, step[i], status[i]);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

static void make_care_plan(struct demo *d)
{
    care_plan(d, "Patientkontrakt",
              "Överenskommen plan för uppföljning med fast vårdkontakt på vårdcentralen.",
              (const char *const[]){"Läkemedelsgenomgång en gång om året",
                                    "Blodtryck och blodprover hos distriktssköterska",
                                    "Fallprevention och fysisk aktivitet på recept"},
              (const char *const[]){"scheduled", "in-progress", "not-started"});
}

void demo_background_ward_plan(struct demo *d)
{
    care_plan(d, "Vårdplan", "Fortsatt behandling och kontroller under vårdtiden.",
              (const char *const[]){"Kontroller enligt NEWS2 var fjärde timme", "Mobilisering dagligen",
                                    "Utskrivningsplanering med kommunen"},
              (const char *const[]){"in-progress", "in-progress", "scheduled"});
}

/* ---- referrals on their way ---- */

static const struct {
    uint8_t age_from;
    const char *reason;
    struct demo_referral_plan plan;
} pending[] = {
    {18,
     "Axelsmärta",
     {UNIT_ORT, "Ortopedbedömning axel",
      "%ålder%-årig %person% med axelsmärta sedan sex månader. Inget trauma. Abduktion till 80 grader, inga "
      "neurologiska bortfall. Fysioterapi utan effekt. Tacksam för bedömning.",
      "Subakromiellt smärtsyndrom. Injektion given. Ingen operationsindikation. Fortsatt fysioterapi.", 0}},
    {30,
     "Ändrade avföringsvanor",
     {UNIT_KIR, "Koloskopi, standardiserat vårdförlopp",
      "%ålder%-årig %person% med ändrade avföringsvanor sedan sex veckor och synligt blod. Ingen "
      "viktnedgång. F-Hb positiv. Tacksam för koloskopi enligt standardiserat vårdförlopp.",
      "Koloskopi till cekum. En polyp avlägsnad, inga tecken till tumör. Avslutas i vårdförloppet. Kontroll "
      "om tre år.",
      0}},
    {18,
     "Huvudvärk",
     {UNIT_NEURO, "Neurologbedömning huvudvärk",
      "Tilltagande huvudvärk utan aura. Inga fokala bortfall, ögonbottnar ua. Prövat två förebyggande "
      "läkemedel utan effekt. Tacksam för bedömning.",
      "Kronisk migrän utan aura. Inga tecken till sekundär huvudvärk, MR utan anmärkning. Föreslår byte av "
      "profylax.",
      0}},
    {40,
     "Andfåddhet",
     {UNIT_KARD, "Ekokardiografi",
      "Andfåddhet vid ansträngning. Inga ödem, inga blåsljud. Tacksam för ekokardiografi med frågan om svikt "
      "eller klaffel.",
      "Normalstor vänsterkammare med god funktion, EF 60 procent. Ingen klaffsjukdom.", 0}},
    {6,
     "Snarkningar",
     {UNIT_ONH, "Utredning av sömnapné",
      "Kraftiga snarkningar med andningsuppehåll, dagtrött. Inga näsbesvär. Tacksam för utredning.",
      "Nattlig registrering: AHI 18. Måttlig sömnapné. CPAP ordineras. Ingen operation.", 0}},
    {18,
     "Knäbesvär",
     {UNIT_RONTGEN, "MR knä",
      "Vridvåld mot {höger|vänster} knä, låsningar. Ingen hydrops i dag. Frågeställning: meniskskada?",
      "MR knä: längsgående ruptur i mediala meniskens bakhorn. Korsband intakta. Ingen fraktur.", 0}},
    {3,
     "Utslag",
     {UNIT_HUD, "Hudbedömning",
      "Utbrett eksem trots lokalbehandling. Inga infektionstecken. Tacksam för bedömning.",
      "Nummulärt eksem. Starkare lokal steroid i tre veckor. Inga allergitester behövs.", 0}},
    {20,
     "Långvarig buksmärta",
     {UNIT_MED, "Gastroenterologisk bedömning",
      "Återkommande buksmärtor och lös avföring. Kalprotektin förhöjt. Ingen feber, inga nattliga symtom. "
      "Tacksam för ställningstagande till inflammatorisk tarmsjukdom.",
      "Koloskopi utan tecken till inflammation. Bedöms som IBS. Ingen uppföljning hos oss.", 0}},
    {16,
     "Nedstämdhet",
     {UNIT_PSYK, "Psykiatrisk bedömning",
      "%ålder%-årig %person% med nedstämdhet och koncentrationssvårigheter. Inga suicidtankar. "
      "Frågeställning: adhd? Tacksam för utredning.",
      "Screening talar för adhd. Sätts på väntelista för utredning. Ingen akut åtgärd.", 0}},
    {60,
     "Dimsyn",
     {UNIT_OGON, "Ögonbedömning", "Gradvis försämrad syn. Ingen värk, inga blixtar. Tacksam för bedömning.",
      "Begynnande grå starr bilateralt, ingen glaukom. Ingen åtgärd nu, kontroll hos optiker.", 0}},
};

static void make_pending_referral(struct demo *d)
{
    uint32_t i = demo_rng_below(&d->rng, sizeof pending / sizeof pending[0]);
    if (demo_fhir_age(&d->p, d->p.end_ms) < pending[i].age_from ||
        !demo_rng_chance(&d->rng, PENDING_PERMILLE))
        return;
    int64_t at = demo_fhir_office(d, d->p.end_ms - demo_rng_between(&d->rng, 3, PENDING_DAYS_MAX) * DEMO_DAY);
    d->p.condition[0] = '\0';
    demo_visit_make(d, VISIT_VC, UNIT_VC, at, 30, pending[i].reason);
    demo_referral_make(d, &pending[i].plan);
}

/* ---- the last contact ---- */

static void make_death(struct demo *d)
{
    d->p.condition[0] = '\0';
    demo_visit_make(d, VISIT_HOME, UNIT_VC, d->p.end_ms - DEMO_HOUR, 60, "Dödsfall");
    demo_note_write(d, NOTE_DAGSNOTAT,
                    "{Väntat dödsfall i hemmet.|Dödsfall på särskilt boende.} Inga hjärtljud, ingen andning, "
                    "ljusstela pupiller. Anhöriga {är närvarande|underrättade per telefon}. Inga "
                    "omständigheter som talar för onaturlig död. Ingen pacemaker. Dödsbevis skrivs.",
                    d->visit.doctor, d->visit.end_ms);
}

/* The contact where all this is recorded. */
static void make_review(struct demo *d)
{
    int age = demo_fhir_age(&d->p, d->p.end_ms);
    int64_t at = demo_fhir_office(d, d->p.end_ms - demo_rng_between(&d->rng, 20, 500) * DEMO_DAY);
    d->p.condition[0] = '\0';
    demo_visit_make(d, age < 6 ? VISIT_BVC : VISIT_VC, age < 6 ? UNIT_BVC : UNIT_VC, at, 20,
                    "Genomgång av läkemedel och överkänslighet");
    demo_note_write(
        d, NOTE_OMVARDNAD,
        age < 18 ? "Besök tillsammans med vårdnadshavare. {Inga stående läkemedel utöver det som står i "
                   "listan.|Läkemedelslistan stämmer, inga ändringar.} {Frågar om överkänslighet och "
                   "vaccinationer, uppgifterna uppdaterade.|Överkänslighet kontrollerad, vaccinationer "
                   "enligt programmet.} {Inga frågor i övrigt.|Ingen oro hos vårdnadshavaren.|Vikt och längd "
                   "följer kurvan, inget att anmärka.}"
                 : "Genomgång av läkemedelslista och överkänslighet tillsammans med patienten. {Inga "
                   "ändringar.|Ett läkemedel som inte används längre tas bort ur listan.}\n\nAktuella "
                   "läkemedel\n%läkemedel%\n\n{Samtycke till sammanhållen journalföring finns.|Har inga "
                   "spärrar.|Informerad om sammanhållen journalföring, inga invändningar.} {Uppgift om "
                   "närstående kontrollerad.|Inga närstående ska kontaktas.|Telefonnummer till närstående "
                   "uppdaterat.} {Behöver inte tolk.|Inget behov av hjälpmedel.|Ingen fallrisk.|}",
        d->visit.nurse, d->visit.end_ms);
}

void demo_background_make(struct demo *d)
{
    make_review(d);
    make_allergies(d);
    make_infection_flag(d);
    make_vaccinations(d);
    demo_meds_statements(d);
    if (!d->p.dead && d->p.med_count >= CARE_PLAN_MEDS && demo_rng_chance(&d->rng, PLAN_PERMILLE))
        make_care_plan(d);
    if (!d->p.dead && demo_rng_chance(&d->rng, 150))
        demo_background_appointment(d, UNIT_VC, "Årskontroll");
    make_pending_referral(d);
    if (d->p.dead)
        make_death(d);
}
