/* SPDX-License-Identifier: Apache-2.0
 * demo_int: what the files of this floor share. Tables are const; everything that varies lives in struct
 * demo. */
#ifndef HELHET_DEMO_DEMO_INT_H
#define HELHET_DEMO_DEMO_INT_H

#include "base/buf.h"
#include "demo/demo.h"
#include "ids/personnummer.h"
#include "ids/testid.h"
#include "json/json.h"

enum {
    DEMO_ID_MAX = 40, /* a UUID and NUL */
    DEMO_NAME_MAX = 96,
    DEMO_UNITS_MAX = 256,
    DEMO_STAFF_MAX = 1280,
    DEMO_STORIES_MAX = 24, /* of one patient */
    DEMO_MEDS_MAX = 24,
    DEMO_PANEL_MAX = 12,     /* results in one lab panel */
    DEMO_TEXT_MAX = 1 << 16, /* bytes of one note */
    DEMO_RESOURCE_MAX = 1 << 18,
    DEMO_NESTING_MAX = 8, /* of choices in a text */
    DEMO_NEAR = 2,        /* staff who are patients too */
    DEMO_YEARS = TESTID_YEAR_LAST - TESTID_YEAR_FIRST + 1,
};

#define DEMO_MINUTE INT64_C(60000)
#define DEMO_HOUR (60 * DEMO_MINUTE)
#define DEMO_DAY (24 * DEMO_HOUR)
#define DEMO_YEAR (INT64_C(31556952) * 1000)

struct demo_code {
    const char *code, *display;
};

/* ---- SplitMix64 (Steele, Lea, Flood 2014): demo_rng.c ---- */
struct demo_rng {
    uint64_t state;
};
struct demo_rng demo_rng_stream(uint64_t seed, uint64_t stream);
uint32_t demo_rng_below(struct demo_rng *r, uint32_t n);     /* 0..n-1, n > 0 */
int demo_rng_between(struct demo_rng *r, int low, int high); /* low..high */
bool demo_rng_chance(struct demo_rng *r, uint32_t permille);
double demo_rng_noise(struct demo_rng *r); /* mean 0, deviation 1, within 3.5 */
void demo_rng_uuid(struct demo_rng *r, char out[DEMO_ID_MAX]);

/* ---- providers, units, staff: demo_region.c, tables in demo_units.c ---- */
enum demo_unit_kind {
    UNIT_VC,
    UNIT_BVC,
    UNIT_BMM,
    UNIT_TAND,
    UNIT_HAB,
    UNIT_KANSLI,
    UNIT_AKUT,
    UNIT_MED,
    UNIT_KARD,
    UNIT_LUNG,
    UNIT_STROKE,
    UNIT_KIR,
    UNIT_ORT,
    UNIT_URO,
    UNIT_GYN,
    UNIT_OGON,
    UNIT_ONH,
    UNIT_HUD,
    UNIT_PSYK,
    UNIT_BARN,
    UNIT_NEURO,
    UNIT_REUMA,
    UNIT_NJUR,
    UNIT_GERI,
    UNIT_ONK,
    UNIT_RONTGEN,
    UNIT_LAB,
    UNIT_KINDS
};
enum demo_provider_index {
    PROVIDER_SU,
    PROVIDER_NU,
    PROVIDER_SKAS,
    PROVIDER_SAS,
    PROVIDER_SV,
    PROVIDER_NARHALSAN,
    PROVIDER_REGIONHALSAN,
    PROVIDER_FOLKTANDVARDEN,
    PROVIDER_HABILITERING,
    PROVIDER_KANSLI,
    PROVIDER_COUNT
};
enum demo_profession { STAFF_DOCTOR, STAFF_NURSE, STAFF_OTHER };

struct demo_staff {
    char role[DEMO_ID_MAX]; /* PractitionerRole: what everything refers to */
    char name[DEMO_NAME_MAX];
    const char *title; /* "Distriktssköterska" */
    enum demo_profession profession;
};
/* One of the staff who is a patient too. given NULL: not made yet. */
struct demo_near {
    char number[13];
    const char *given, *family;
};
struct demo_unit {
    enum demo_unit_kind kind;
    enum demo_provider_index provider;
    uint32_t place;
    char organization[DEMO_ID_MAX], location[DEMO_ID_MAX];
    char name[DEMO_NAME_MAX];
    uint32_t staff_from, staff_count;
    uint32_t beds; /* taken today */
};
/* What every unit of a kind is called, "Ortopedmottagningen"; who works there. */
struct demo_unit_model {
    const char *name, *specialty;
    const char *staff[6]; /* titles, NULL ends */
};
extern const struct demo_unit_model demo_units_model[UNIT_KINDS];
struct demo_provider { /* the table with names is in demo_region.c */
    char id[DEMO_ID_MAX];
};

/* ---- the 49 municipalities of Västra Götaland: demo_place.c ---- */
struct demo_place {
    const char *code, *municipality, *city;
    uint16_t postal_from, postal_span; /* first three digits and how many series follow */
    uint16_t weight;                   /* inhabitants, thousands */
    enum demo_provider_index hospital; /* the one that serves it */
};
extern const struct demo_place demo_place_table[];
extern const uint32_t demo_place_count;
uint32_t demo_place_pick(struct demo_rng *r);
uint32_t demo_place_find(const char *code);
void demo_place_street(struct demo_rng *r, char out[DEMO_NAME_MAX]);
void demo_place_postal(struct demo_rng *r, uint32_t place, char out[8]);
void demo_place_mobile(struct demo_rng *r, char out[24]);
void demo_place_phone(struct demo_rng *r, char out[24]);

/* ---- names and identities: demo_names.c, demo_people.c ---- */
const char *demo_names_given(struct demo_rng *r, bool female, int birth_year);
const char *demo_names_family(struct demo_rng *r);
/* False for pairs that are known people's names. */
bool demo_names_allowed(const char *given, const char *family);
struct demo_people {
    uint16_t taken[DEMO_YEARS]; /* identities given out, per year of birth */
    uint32_t samordning_taken;
    uint64_t seed;
};
int demo_people_birth_year(struct demo_rng *r, int year_now);
/* An unused test identity born in year, or as near as there is one (there are more than DEMO_PATIENTS_MAX).
 */
void demo_people_identity(struct demo_people *people, int year, char out[13]);
bool demo_people_samordning(struct demo_people *people, char out[13]);

/* ---- medicines and analyses: demo_codes.c ---- */
enum demo_drug_id {
    DRUG_NONE,
    DRUG_METFORMIN,
    DRUG_EMPAGLIFLOZIN,
    DRUG_INSULIN_GLARGIN,
    DRUG_INSULIN_ASPART,
    DRUG_ENALAPRIL,
    DRUG_AMLODIPIN,
    DRUG_LOSARTAN,
    DRUG_METOPROLOL,
    DRUG_BISOPROLOL,
    DRUG_FUROSEMID,
    DRUG_SPIRONOLAKTON,
    DRUG_APIXABAN,
    DRUG_ASA,
    DRUG_KLOPIDOGREL,
    DRUG_ATORVASTATIN,
    DRUG_NITRO,
    DRUG_TIOTROPIUM,
    DRUG_SALBUTAMOL,
    DRUG_BUDFORM,

    DRUG_SERTRALIN,
    DRUG_MIRTAZAPIN,
    DRUG_PROPIOMAZIN,
    DRUG_LEVOTYROXIN,
    DRUG_PARACETAMOL,
    DRUG_NAPROXEN,

    DRUG_METOTREXAT,
    DRUG_FOLSYRA,
    DRUG_ALENDRONAT,
    DRUG_KALCIUM_D,
    DRUG_DONEPEZIL,
    DRUG_MEMANTIN,
    DRUG_LEUPRORELIN,
    DRUG_LEVETIRACETAM,
    DRUG_METYLFENIDAT,
    DRUG_MELATONIN,
    DRUG_PCV,
    DRUG_KLINDAMYCIN,
    DRUG_NITROFURANTOIN,
    DRUG_PIVMECILLINAM,
    DRUG_PCV_BARN,
    DRUG_ERYTROMYCIN_BARN,
    DRUG_PARACETAMOL_BARN,
    DRUG_FLUKLOXACILLIN,
    DRUG_CETIRIZIN,
    DRUG_HYDROKORTISON,
    DRUG_OMEPRAZOL,
    DRUG_JARN,
    DRUG_B12,
    DRUG_P_PILLER,
    DRUG_LAKTULOS,
    DRUG_COUNT
};
struct demo_drug {
    const char *atc, *name, *dosage; /* "Metformin 500 mg tablett"; the text the patient reads */
    const char *unit;                /* of one dose, "tablett" */
    float dose;
    uint8_t frequency, period; /* frequency times per period of unit */
    char period_unit;          /* 'd', 'w' or 'm'; 0: only when needed */
    const char *when;          /* event-timing codes, blank between: "MORN NIGHT" */
    uint8_t days;              /* of a cure; 0: until further notice */
};
extern const struct demo_drug demo_codes_drug[DRUG_COUNT];

enum demo_lab_id {
    LAB_NONE,
    LAB_HB,
    LAB_LPK,
    LAB_TPK,
    LAB_CRP,
    LAB_SR,
    LAB_KREA,
    LAB_NA,
    LAB_K,
    LAB_CA,
    LAB_ALB,
    LAB_HBA1C,
    LAB_GLUKOS,
    LAB_UALBKREA,
    LAB_KOL,
    LAB_LDL,
    LAB_HDL,
    LAB_TG,
    LAB_ALAT,
    LAB_TSH,
    LAB_T4,
    LAB_FERRITIN,
    LAB_B12,
    LAB_PSA,
    LAB_NTPROBNP,
    LAB_INR,
    LAB_URAT,
    LAB_DVIT,
    LAB_TNT,
    LAB_COUNT
};
struct demo_lab {
    const char *key, *npu, *name, *unit, *ucum; /* key: what note texts call it, "%HBA1C%" */
    uint8_t decimals;
    float low[2], high[2]; /* reference interval for man, woman; low 0: only an upper limit */
    float typical;         /* level of a healthy person; 0: middle of the interval */
    bool no_upper;         /* only a lower limit */
};
extern const struct demo_lab demo_codes_lab[LAB_COUNT];

/* ---- one patient ---- */
struct demo_trend {
    bool set;
    int64_t from_ms;
    float from, to; /* level at from_ms and at the end of the patient's time line */
};
struct demo_vitals {
    int sys, dia, pulse, sat, temp10, resp, weight10, news;
};
struct demo_patient {
    char id[DEMO_ID_MAX], number[13];
    char name[DEMO_NAME_MAX];
    const char *given, *family;
    bool female, protected_identity, samordning;
    int birth_year;
    int64_t birth_ms, end_ms; /* end: death or today */
    bool dead;
    uint32_t place;
    uint32_t vc; /* unit */
    enum demo_provider_index hospital;
    float base[LAB_COUNT]; /* own level of each analysis */
    struct demo_trend trend[LAB_COUNT];
    double last[LAB_COUNT]; /* newest result, NAN: none */
    struct demo_vitals usual, now;
    int height_cm;
    double height_z, bmi_z; /* deviations from what is usual at the age */
    bool no_penicillin, no_nsaid;
    uint32_t allergy;             /* of the table in demo_background.c */
    enum demo_drug_id prescribed; /* the latest */
    uint8_t meds[DEMO_MEDS_MAX];
    uint32_t med_count;
    char condition[DEMO_ID_MAX]; /* the one that texts and resources now are about; "" none */
    const char *diagnosis;       /* its name */
    const char *reason;
};

/* ---- contacts: demo_visit.c ---- */
enum demo_visit_kind {
    VISIT_VC,
    VISIT_MOTTAGNING,
    VISIT_PHONE,
    VISIT_VIDEO,
    VISIT_HOME,
    VISIT_AKUT,
    VISIT_WARD,
    VISIT_TAND,
    VISIT_BVC,
    VISIT_KINDS
};
struct demo_visit {
    char id[DEMO_ID_MAX];
    enum demo_visit_kind kind;
    int64_t start_ms, end_ms;
    uint32_t unit, doctor, nurse; /* indices */
};

/* ---- everything of one run ---- */
struct demo {
    const struct demo_options *options;
    bool (*emit)(void *arg, struct str json);
    void *arg;
    bool stopped; /* emit said no: nothing more is made */
    struct buf buf, text, base64;
    struct json_out out;
    struct demo_rng rng;
    struct demo_unit unit[DEMO_UNITS_MAX];
    struct demo_staff staff[DEMO_STAFF_MAX];
    uint32_t unit_count, staff_count, hsa_next;
    struct demo_provider provider[PROVIDER_COUNT];
    struct demo_people people;
    struct demo_near near[DEMO_NEAR];
    struct demo_patient p;
    struct demo_visit visit;
    uint32_t responsible;     /* unit under whose responsibility what comes now is written */
    bool access_shown;        /* somebody has both a block and a consent */
    uint32_t unsigned_shown;  /* notes that wait for the accounts' physicians */
    uint32_t messages_shown;  /* units whose inboxes have got theirs */
    uint32_t results_shown;   /* results that wait to be acknowledged by them or by their units */
    char report[DEMO_ID_MAX]; /* the latest laboratory report, and when it was issued */
    int64_t report_ms;
};

/* ---- writing FHIR: demo_fhir.c. key NULL inside arrays. ---- */
#define DEMO_SYSTEM_ICD "urn:oid:1.2.752.116.1.1.1.1.8" /* ICD-10-SE */
#define DEMO_SYSTEM_KVA "urn:oid:1.2.752.116.1.3.2.1.4" /* KVÅ */
#define DEMO_SYSTEM_ATC "http://www.whocc.no/atc"
#define DEMO_SYSTEM_NPU "http://npu-terminology.org"
#define DEMO_SYSTEM_LOINC "http://loinc.org"
#define DEMO_SYSTEM_SNOMED "http://snomed.info/sct"
#define DEMO_TERMINOLOGY "http://terminology.hl7.org/CodeSystem/"
void demo_fhir_begin(struct demo *d, const char *type, const char *id);
void demo_fhir_end(struct demo *d); /* emits */
void demo_fhir_cstr(struct demo *d, const char *key, const char *value);
/* "TYPE/ID" with a display when not NULL. */
void demo_fhir_reference(struct demo *d, const char *key, const char *type, const char *id,
                         const char *display);
void demo_fhir_patient(struct demo *d, const char *key);
void demo_fhir_role(struct demo *d, const char *key, uint32_t staff);
void demo_fhir_unit(struct demo *d, const char *key, uint32_t unit);
void demo_fhir_encounter(struct demo *d, const char *key);
void demo_fhir_coding(struct demo *d, const char *key, const char *system, const char *code,
                      const char *display);
/* A CodeableConcept; code or text may be NULL. */
void demo_fhir_concept(struct demo *d, const char *key, const char *system, const char *code,
                       const char *display, const char *text);
/* The same as the one member of an array. */
void demo_fhir_concepts(struct demo *d, const char *key, const char *system, const char *code,
                        const char *display, const char *text);
void demo_fhir_numbered(struct demo *d, const char *system, const char *value); /* one Identifier */
/* The same as the one member of an array. */
void demo_fhir_identifier(struct demo *d, const char *key, const char *system, const char *value);
void demo_fhir_telecom(struct demo *d, const char *system, const char *value, const char *use);
void demo_fhir_time(struct demo *d, const char *key, int64_t ms); /* Swedish local time with its offset */
void demo_fhir_date(struct demo *d, const char *key, int64_t ms);
void demo_fhir_period(struct demo *d, const char *key, int64_t start_ms, int64_t end_ms); /* end 0: open */
void demo_fhir_decimal(struct demo *d, const char *key, double value, int decimals);
void demo_fhir_quantity(struct demo *d, const char *key, double value, int decimals, const char *unit,
                        const char *ucum);
void demo_fhir_note(struct demo *d, const char *text);
/* Year and month of the Swedish day of ms; 0 for what is not wanted may be passed as NULL. */
void demo_fhir_local(int64_t ms, int *year, int *month, int *day);
int demo_fhir_age(const struct demo_patient *p, int64_t ms);
/* A weekday at some office hour near ms, and not after the patient's end. */
int64_t demo_fhir_office(struct demo *d, int64_t ms);

/* ---- the rest, one file each ---- */
/* demo_access.c: meta with the unit's labels, when the type has any; right after the id. */
void demo_access_label(struct demo *d, const char *type);
/* The extension of a provider that has joined the shared record, or has not. */
void demo_access_provider(struct demo *d, bool joined);
/* The extensions and the code of an assignment. */
void demo_access_role(struct demo *d, const char *title, enum demo_provider_index provider);
/* The provider's needs-and-risk analysis, of all roles at all its units. */
void demo_access_analysis(struct demo *d, enum demo_provider_index provider, const char *name);
/* The patient's guardian, block and consent, for those who have them. */
void demo_access_make(struct demo *d, uint32_t index);
/* demo_unsigned.c: a note that waits for a signature, about this patient, until all there are have been made.
 */
void demo_unsigned_make(struct demo *d, uint32_t index);
/* demo_results.c: results of this patient that wait to be acknowledged, until all there are have been made.
 */
void demo_results_make(struct demo *d, uint32_t index);
/* demo_messages.c: messages and tasks about this patient in the accounts' inboxes, until each unit has had
 * its. */
void demo_messages_make(struct demo *d, uint32_t index);
void demo_region_emit(struct demo *d);
uint32_t demo_region_unit(struct demo *d, enum demo_unit_kind kind); /* the patient's one of that kind */
/* The first unit of the kind where somebody has the title, as the accounts look for it. */
bool demo_region_titled(const struct demo *d, enum demo_unit_kind kind, const char *title, uint32_t *unit,
                        uint32_t *staff);
uint32_t demo_region_staff(struct demo *d, uint32_t unit, enum demo_profession profession);
/* demo_near.c: the identity of a member of staff who is a patient too, NULL for all others. */
const struct demo_near *demo_near_staff(struct demo *d, enum demo_unit_kind unit, const char *title,
                                        bool female, const char *given, const char *family);
/* Who the patient of that index is of the staff, or NULL. */
const struct demo_near *demo_near_patient(const struct demo *d, uint32_t index);

/* What is steered, and who steers; the units' checkpoints, when the definitions they follow are there. */
void demo_styr_emit(struct demo *d);
void demo_styr_units(struct demo *d);
void demo_terms_emit(struct demo *d);                   /* value sets to code with */
void demo_range_emit(struct demo *d);                   /* the range of medicines to order from */
void demo_patient_make(struct demo *d, uint32_t index); /* fills d->p and emits */

/* Starts d->visit and emits its Encounter; end by length in minutes. reason NULL: none. */
void demo_visit_make(struct demo *d, enum demo_visit_kind kind, enum demo_unit_kind unit, int64_t start_ms,
                     int64_t minutes, const char *reason);

struct demo_lab_plan {
    uint8_t lab;    /* LAB_NONE ends */
    float from, to; /* level at onset and today; from 0: the patient's own level */
};
/* Draws the panel now. acute: from is today's level. */
void demo_labs_panel(struct demo *d, const struct demo_lab_plan *plan, uint32_t n, bool acute);
void demo_labs_usual(struct demo *d); /* own levels for a new patient */
double demo_labs_spread(int lab, double most);

enum demo_vital {
    VITAL_BP = 1,
    VITAL_PULSE = 2,
    VITAL_SAT = 4,
    VITAL_TEMP = 8,
    VITAL_RESP = 16,
    VITAL_WEIGHT = 32,
    VITAL_HEIGHT = 64,
    VITAL_NEWS = 128
};
struct demo_shift { /* what an illness does to the vital signs */
    int8_t sys, pulse, sat, temp10, resp;
};
void demo_vitals_usual(struct demo *d);
void demo_vitals_size(const struct demo_patient *p, int64_t ms, double *cm, double *kg); /* then */
void demo_growth_make(struct demo *d, uint32_t index); /* a small child's visits */
void demo_vitals_take(struct demo *d, uint32_t which, const struct demo_shift *shift);

/* standing: it stays on the patient's list of medicines. */
void demo_meds_order(struct demo *d, enum demo_drug_id drug, const char *status, bool standing);
/* False when the patient already has it, or one that must not be combined with it. */
bool demo_meds_fits(const struct demo_patient *p, enum demo_drug_id drug);
void demo_meds_statements(struct demo *d); /* and the list as it was gone through */
void demo_meds_ward(struct demo *d);       /* for who lies in a ward now: an order and the doses given */

/* Renders a text: {a|b} picks one, %name% is filled in (demo_text.c lists the names). Appends to out. */
void demo_text_render(struct demo *d, const char *text, struct buf *out);

enum demo_note_kind {
    NOTE_DAGSNOTAT,
    NOTE_NYBESOK,
    NOTE_EPIKRIS,
    NOTE_INSKRIVNING,
    NOTE_REMISSVAR,
    NOTE_TELEFON,
    NOTE_OMVARDNAD,
    NOTE_TAND,
    NOTE_BVC,
    NOTE_KINDS
};
void demo_note_write(struct demo *d, enum demo_note_kind kind, const char *text, uint32_t author, int64_t ms);

void demo_condition_make(struct demo *d, const struct demo_code *code, int64_t onset_ms, int64_t resolved_ms);
void demo_procedure_make(struct demo *d, const struct demo_code *code, int64_t ms);

struct demo_referral_plan {
    enum demo_unit_kind to;
    const char *what, *question, *answer; /* what NULL: none */
    uint16_t permille;                    /* of visits that send one */
};
void demo_referral_make(struct demo *d, const struct demo_referral_plan *plan);

/* Warnings, allergies, vaccinations, plans and bookings. */
void demo_background_settle(struct demo *d); /* what must be known before any contact: allergies */
void demo_background_make(struct demo *d);
void demo_background_ward_plan(struct demo *d); /* of who is in hospital now */
void demo_background_flag(struct demo *d, const char *category, const char *text, int64_t ms);
void demo_background_appointment(struct demo *d, enum demo_unit_kind unit, const char *what);

/* ---- clinical stories: engine in demo_story.c, tables in demo_stories_*.c ---- */
struct demo_admission {
    uint16_t permille; /* of a year with the illness, or of acute cases */
    enum demo_unit_kind unit;
    const char *reason;
    struct demo_code diagnosis, procedure; /* code NULL: none */
    uint8_t days_min, days_max;
    struct demo_lab_plan labs[5];
    struct demo_shift shift;
    const char *inskrivning, *omvardnad, *epikris;
};
struct demo_story {
    const char *name, *not_with;  /* not_with: name of an earlier story that rules this one out */
    uint8_t sex;                  /* 0 both, 1 women, 2 men */
    uint8_t onset_from, onset_to; /* age */
    uint16_t permille[6]; /* ages 0-17, 18-39, 40-64, 65-74, 75-84, 85-: have it (lasting), or catch it in a
                             year */
    bool lasting;
    bool needs_meds;      /* only for who has standing medicines */
    uint16_t course_days; /* passing, but with contacts until then: a pregnancy; 0: one contact */
    uint8_t visits_x10;   /* contacts a year, times ten */
    enum demo_unit_kind unit;
    enum demo_visit_kind visit;
    struct demo_code diagnosis[3];
    uint8_t drug[5];
    struct demo_lab_plan labs[8];
    uint32_t vitals;
    struct demo_shift shift;
    const char *reason;
    const char *first, *note, *phone, *nurse; /* texts; NULL: none */
    struct demo_code procedure;
    uint16_t procedure_permille; /* of visits */
    struct demo_referral_plan referral[2];
    struct demo_admission admission;
    const char *flag;
};
struct demo_story_set {
    const struct demo_story *story;
    uint32_t count;
};
extern const struct demo_story_set demo_stories_heart, demo_stories_long, demo_stories_mind,
    demo_stories_acute;
void demo_story_run(struct demo *d);

#endif
