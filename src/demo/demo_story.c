/* SPDX-License-Identifier: Apache-2.0
 * Plays the stories of the tables on a patient: which ones, when they began, and every contact since. */
#include "demo/demo_int.h"

#include "base/os.h"

enum {
    BANDS = 6,
    CHECK_DAYS = 36,
    WINDOW_YEARS = 5, /* contacts older than this are only remembered as a diagnosis */
    CHART_YEARS = 12, /* and illness older than this has no first contact here */
    ACUTE_YEARS = 5,
    RENEW_DAYS = 330,          /* prescriptions are renewed about once a year */
    CURRENT_DAYS = 330,        /* and one older than this has run out */
    LEFT_DAYS = 3,             /* in hospital, for who is there today */
    IN_HOSPITAL_PERMILLE = 60, /* of those over 40: enough for wards to have several */
    WAITING_PERMILLE = 25,
    STOPPED_PERMILLE = 50,
    PHONE_PERMILLE = 170,
    VIDEO_PERMILLE = 60,
    NURSE_PERMILLE = 260,
    VISIT_MINUTES = 30,
    FIRST_MINUTES = 45,
    PHONE_MINUTES = 10,
    EMERGENCY_MINUTES = 190,
};

/* One story being played. */
struct play {
    const struct demo_story *story;
    char condition[DEMO_ID_MAX];
    int64_t onset_ms, renewed_ms;
    uint32_t stopped; /* bit set over story->drug */
};

static const struct demo_story_set *const sets[] = {&demo_stories_heart, &demo_stories_long,
                                                    &demo_stories_mind, &demo_stories_acute};

static int band(int age)
{
    static const int up_to[BANDS - 1] = {17, 39, 64, 74, 84};
    int i = 0;
    while (i < BANDS - 1 && age > up_to[i])
        i++;
    return i;
}

static bool sex_fits(const struct demo *d, const struct demo_story *s)
{
    return s->sex == 0 || (s->sex == 1) == d->p.female;
}

/* A weekday within the patient's time line. */
static int64_t office(struct demo *d, int64_t ms)
{
    int64_t at = demo_fhir_office(d, ms);
    while (at + 4 * DEMO_HOUR > d->p.end_ms)
        at -= 7 * DEMO_DAY;
    return at;
}

/* ---- the parts of a contact ---- */

static uint32_t plan_length(const struct demo_lab_plan *plan, uint32_t max)
{
    uint32_t n = 0;
    while (n < max && plan[n].lab != LAB_NONE)
        n++;
    return n;
}

static void back_to_story(struct demo *d, const struct play *play)
{
    memcpy(d->p.condition, play->condition, sizeof d->p.condition);
    d->p.diagnosis = play->story->diagnosis[0].display;
}

/* Until further notice: not a cure, and outside lasting illness not something for single occasions. */
static bool standing(const struct demo_story *s, int i)
{
    const struct demo_drug *drug = &demo_codes_drug[s->drug[i]];
    return drug->days == 0 && (s->lasting || drug->period_unit != 0);
}

/* What other stories have given already, or what goes badly with it, is not prescribed again. */
static void leave_out(struct demo *d, struct play *play)
{
    const int max = sizeof play->story->drug / sizeof play->story->drug[0];
    for (int i = 0; i < max && play->story->drug[i] != DRUG_NONE; i++)
        play->stopped |= demo_meds_fits(&d->p, play->story->drug[i]) ? 0 : 1U << i;
}

static const char *order_status(struct demo *d, struct play *play, int i)
{
    if (d->p.end_ms - d->visit.start_ms > CURRENT_DAYS * DEMO_DAY || d->p.dead)
        return "completed";
    if (!play->story->lasting)
        return standing(play->story, i) ? "active" : "completed";
    if (i > 0 && demo_rng_chance(&d->rng, STOPPED_PERMILLE)) {
        play->stopped |= 1U << i;
        return "stopped";
    }
    return "active";
}

static void order_drugs(struct demo *d, struct play *play)
{
    const struct demo_story *s = play->story;
    const int max = sizeof s->drug / sizeof s->drug[0];
    play->renewed_ms = d->visit.start_ms;
    for (int i = 0; i < max && s->drug[i] != DRUG_NONE; i++) {
        if (play->stopped & 1U << i)
            continue;
        d->p.prescribed = s->drug[i];
        if (!s->lasting && standing(s, i) && !demo_meds_fits(&d->p, s->drug[i]))
            continue;
        const char *status = order_status(d, play, i);
        demo_meds_order(d, s->drug[i], status,
                        standing(s, i) && (s->lasting || strcmp(status, "active") == 0));
    }
}

/* treated: medicines have taken most of what the illness did to the blood pressure. */
static void measurements(struct demo *d, const struct play *play, bool treated)
{
    const struct demo_story *s = play->story;
    struct demo_shift shift = s->shift;
    shift.sys = (int8_t)(treated && shift.sys > 0 ? shift.sys / 4 : shift.sys);
    demo_vitals_take(d, s->vitals, &shift);
    demo_labs_panel(d, s->labs, plan_length(s->labs, sizeof s->labs / sizeof s->labs[0]), !s->lasting);
}

static void note(struct demo *d, enum demo_note_kind kind, const char *text, uint32_t author)
{
    if (text)
        demo_note_write(d, kind, text, author, d->visit.end_ms);
}

static enum demo_note_kind visit_note(enum demo_visit_kind kind, enum demo_note_kind otherwise)
{
    return kind == VISIT_TAND ? NOTE_TAND : kind == VISIT_BVC ? NOTE_BVC : otherwise;
}

/* Who writes: the doctor, but at the midwives' and the child health nurses' the one who works there. */
static uint32_t author(const struct demo *d)
{
    enum demo_unit_kind kind = d->unit[d->visit.unit].kind;
    return kind == UNIT_BMM || kind == UNIT_BVC ? d->visit.nurse : d->visit.doctor;
}

static void referrals(struct demo *d, struct play *play)
{
    const struct demo_story *s = play->story;
    for (size_t i = 0; i < sizeof s->referral / sizeof s->referral[0]; i++) {
        if (s->referral[i].what && demo_rng_chance(&d->rng, s->referral[i].permille))
            demo_referral_make(d, &s->referral[i]);
    }
}

/* ---- in hospital ---- */

static void ward_days(struct demo *d, const struct demo_admission *a, int64_t admitted, int days)
{
    struct demo_shift shift = a->shift;
    for (int day = 0; day < days && admitted + day * DEMO_DAY + 8 * DEMO_HOUR < d->options->now_ms; day++) {
        /* Better day by day. */
        shift = (struct demo_shift){.sys = (int8_t)(a->shift.sys * (days - day) / (days + 1)),
                                    .pulse = (int8_t)(a->shift.pulse * (days - day) / (days + 1)),
                                    .sat = (int8_t)(a->shift.sat * (days - day) / (days + 1)),
                                    .temp10 = (int8_t)(a->shift.temp10 * (days - day) / (days + 1)),
                                    .resp = (int8_t)(a->shift.resp * (days - day) / (days + 1))};
        d->visit.start_ms = admitted + day * DEMO_DAY + 6 * DEMO_HOUR;
        demo_vitals_take(d, VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_TEMP | VITAL_RESP | VITAL_NEWS,
                         &shift);
        if (a->omvardnad && day % 2 == 0)
            demo_note_write(d, NOTE_OMVARDNAD, a->omvardnad, d->visit.nurse,
                            d->visit.start_ms + 2 * DEMO_HOUR);
    }
    d->visit.start_ms = admitted;
}

/* Who is in hospital now has what a ward works by, beside its orders (demo_meds_ward): the last mornings'
 * results, a plan and what was measured today. */
static void ward_now(struct demo *d, const struct demo_admission *a, int64_t admitted)
{
    uint32_t n = plan_length(a->labs, sizeof a->labs / sizeof a->labs[0]);
    d->visit.start_ms = admitted + DEMO_HOUR;
    demo_background_ward_plan(d);
    for (int64_t ms = admitted + 10 * DEMO_HOUR; ms < d->options->now_ms; ms += DEMO_DAY) {
        d->visit.start_ms = ms;
        demo_labs_panel(d, a->labs, n, true);
    }
    d->visit.start_ms = d->options->now_ms - demo_rng_between(&d->rng, 40, 300) * DEMO_MINUTE;
    if (d->visit.start_ms > admitted)
        demo_vitals_take(d, VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_TEMP | VITAL_RESP | VITAL_NEWS,
                         &a->shift);
    d->visit.start_ms = admitted;
}

static void admission(struct demo *d, const struct demo_admission *a, int64_t ms)
{
    int days = demo_rng_between(&d->rng, a->days_min, a->days_max);
    ms -= ms % (5 * DEMO_MINUTE);
    bool ongoing = ms + (days + 2) * DEMO_DAY > d->p.end_ms;
    if (ongoing && (d->p.dead || ms + DEMO_DAY / 2 > d->p.end_ms))
        return;
    if (ongoing)
        days = (int)((d->p.end_ms - ms) / DEMO_DAY) + LEFT_DAYS;
    uint32_t n = plan_length(a->labs, sizeof a->labs / sizeof a->labs[0]);
    d->p.condition[0] = '\0';
    demo_visit_make(d, VISIT_AKUT, UNIT_AKUT, ms, EMERGENCY_MINUTES, a->reason);
    demo_condition_make(d, &a->diagnosis, ms,
                        ms + (days + 14) * DEMO_DAY > d->p.end_ms ? 0 : ms + (days + 14) * DEMO_DAY);
    demo_vitals_take(d, VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_TEMP | VITAL_RESP | VITAL_NEWS, &a->shift);
    demo_labs_panel(d, a->labs, n, true);
    int64_t admitted = d->visit.end_ms;
    demo_visit_make(d, VISIT_WARD, a->unit, admitted, days * 24 * 60 + 300, a->reason);
    demo_note_write(d, NOTE_INSKRIVNING, a->inskrivning, d->visit.doctor, admitted + DEMO_HOUR);
    if (a->procedure.code && admitted + DEMO_DAY < d->options->now_ms)
        demo_procedure_make(d, &a->procedure, admitted + 14 * DEMO_HOUR);
    ward_days(d, a, admitted, days);
    if (ongoing)
        ward_now(d, a, admitted);
    else
        demo_note_write(d, NOTE_EPIKRIS, a->epikris, d->visit.doctor, d->visit.end_ms);
}

/* ---- lasting illness ---- */

static void remember_curves(struct demo *d, const struct play *play)
{
    const struct demo_story *s = play->story;
    uint32_t n = plan_length(s->labs, sizeof s->labs / sizeof s->labs[0]);
    for (uint32_t i = 0; i < n; i++) {
        struct demo_trend *t = &d->p.trend[s->labs[i].lab];
        if (s->labs[i].from <= 0 || t->set)
            continue;
        float own = (float)(1 + demo_labs_spread(s->labs[i].lab, 0.13) * demo_rng_noise(&d->rng));
        *t = (struct demo_trend){true, play->onset_ms, s->labs[i].from * own, s->labs[i].to * own};
    }
}

/* known: the illness is older than the chart, so this is where it is taken over. */
static void first_contact(struct demo *d, struct play *play, int64_t at, bool known)
{
    const struct demo_story *s = play->story;
    d->p.condition[0] = '\0';
    demo_visit_make(d, s->visit, s->unit, at, FIRST_MINUTES, s->reason);
    for (size_t i = sizeof s->diagnosis / sizeof s->diagnosis[0]; i-- > 0;) {
        if (s->diagnosis[i].code)
            demo_condition_make(d, &s->diagnosis[i], play->onset_ms, 0);
    }
    memcpy(play->condition, d->p.condition, sizeof play->condition);
    measurements(d, play, known);
    leave_out(d, play);
    order_drugs(d, play);
    note(d, visit_note(s->visit, known ? NOTE_DAGSNOTAT : NOTE_NYBESOK), known ? s->note : s->first,
         author(d));
    if (s->flag)
        demo_background_flag(d, "clinical", s->flag, at);
}

static void later_contact(struct demo *d, struct play *play, int64_t ms)
{
    const struct demo_story *s = play->story;
    back_to_story(d, play);
    bool phone = s->phone && demo_rng_chance(&d->rng, PHONE_PERMILLE);
    bool nurse = !phone && s->nurse && demo_rng_chance(&d->rng, NURSE_PERMILLE);
    bool video = !phone && !nurse && s->vitals == 0 && demo_rng_chance(&d->rng, VIDEO_PERMILLE);
    enum demo_visit_kind kind = phone ? VISIT_PHONE : video ? VISIT_VIDEO : s->visit;
    demo_visit_make(d, kind, s->unit, ms, phone ? PHONE_MINUTES : VISIT_MINUTES, s->reason);
    if (!phone && !video)
        measurements(d, play, true);
    if (ms - play->renewed_ms > RENEW_DAYS * DEMO_DAY)
        order_drugs(d, play);
    if (phone)
        note(d, NOTE_TELEFON, s->phone, d->visit.nurse);
    else
        note(d, nurse ? NOTE_OMVARDNAD : visit_note(s->visit, NOTE_DAGSNOTAT), nurse ? s->nurse : s->note,
             nurse ? d->visit.nurse : author(d));
    if (phone)
        return;
    if (s->procedure.code && demo_rng_chance(&d->rng, s->procedure_permille))
        demo_procedure_make(d, &s->procedure, ms + 10 * DEMO_MINUTE);
    referrals(d, play);
}

/* Prescriptions that have run out are renewed by telephone before today. */
static void renew(struct demo *d, struct play *play)
{
    if (d->p.dead || play->story->drug[0] == DRUG_NONE ||
        d->p.end_ms - play->renewed_ms < CURRENT_DAYS * DEMO_DAY)
        return;
    int64_t at = office(d, d->p.end_ms - demo_rng_between(&d->rng, 10, CURRENT_DAYS - 10) * DEMO_DAY);
    back_to_story(d, play);
    demo_visit_make(d, VISIT_PHONE, play->story->unit, at, PHONE_MINUTES, "Receptförnyelse");
    order_drugs(d, play);
    note(d, NOTE_TELEFON,
         "{Ringer|Hör av sig via 1177} för förnyelse av recept. {Inga nya besvär, inga biverkningar.|Mår bra "
         "av behandlingen, ingen ändring önskas.|Medicinen snart slut, inga biverkningar.} Recept förnyas{, "
         "kontroll bokas.|, ingen kontroll behövs nu.|. Kallelse till årskontroll skickas.}",
         d->visit.nurse);
}

static void play_lasting(struct demo *d, struct play *play)
{
    const struct demo_story *s = play->story;
    int64_t interval = DEMO_YEAR * 10 / s->visits_x10;
    int64_t window = d->p.end_ms - WINDOW_YEARS * DEMO_YEAR;
    bool known = play->onset_ms < d->p.end_ms - CHART_YEARS * DEMO_YEAR;
    int64_t first = known ? office(d, window + demo_rng_between(&d->rng, 5, 150) * DEMO_DAY) : play->onset_ms;
    int64_t from = first > window ? first : window;
    first_contact(d, play, first, known);
    for (int64_t ms = from + interval / 2; ms < d->p.end_ms - DEMO_DAY;
         ms += interval * demo_rng_between(&d->rng, 75, 125) / 100) {
        int64_t at = office(d, ms);
        if (at > first)
            later_contact(d, play, at);
    }
    renew(d, play);
    for (int64_t year = from; s->admission.permille && year < d->p.end_ms; year += DEMO_YEAR) {
        if (demo_rng_chance(&d->rng, s->admission.permille))
            admission(d, &s->admission, year + demo_rng_between(&d->rng, 20, 360) * DEMO_DAY);
    }
    back_to_story(d, play);
    if (!d->p.dead && demo_rng_chance(&d->rng, 350))
        demo_background_appointment(d, s->unit, s->reason);
}

/* ---- what passes ---- */

/* The checks on the way and what it ends with. */
static void play_course(struct demo *d, struct play *play)
{
    const struct demo_story *s = play->story;
    int64_t end = play->onset_ms + s->course_days * DEMO_DAY;
    for (int64_t ms = play->onset_ms + CHECK_DAYS * DEMO_DAY; ms < end && ms < d->p.end_ms - DEMO_DAY;
         ms += CHECK_DAYS * DEMO_DAY) {
        demo_visit_make(d, s->visit, s->unit, office(d, ms), VISIT_MINUTES, s->reason);
        measurements(d, play, false);
        note(d, NOTE_DAGSNOTAT, s->note, d->visit.nurse);
    }
    if (end < d->p.end_ms)
        admission(d, &s->admission, end);
}

static void play_acute(struct demo *d, const struct demo_story *s, int64_t ms)
{
    struct play play = {.story = s, .onset_ms = ms};
    if (!s->course_days && s->admission.permille && demo_rng_chance(&d->rng, s->admission.permille)) {
        admission(d, &s->admission, ms);
        return;
    }
    d->p.condition[0] = '\0';
    demo_visit_make(d, s->visit, s->unit, ms, VISIT_MINUTES, s->reason);
    int64_t well = ms + (s->course_days ? s->course_days : demo_rng_between(&d->rng, 7, 60)) * DEMO_DAY;
    if (s->diagnosis[0].code)
        demo_condition_make(d, &s->diagnosis[0], ms - demo_rng_between(&d->rng, 0, 5) * DEMO_DAY,
                            well < d->p.end_ms ? well : 0);
    measurements(d, &play, false);
    order_drugs(d, &play);
    bool phone = s->visit == VISIT_PHONE;
    note(d, phone ? NOTE_TELEFON : visit_note(s->visit, NOTE_DAGSNOTAT), s->first,
         phone ? d->visit.nurse : author(d));
    if (s->procedure.code && demo_rng_chance(&d->rng, s->procedure_permille))
        demo_procedure_make(d, &s->procedure, ms + 15 * DEMO_MINUTE);
    struct demo_visit seen = d->visit;
    referrals(d, &play);
    d->visit = seen;
    if (s->course_days)
        play_course(d, &play);
    int64_t later = office(d, ms + demo_rng_between(&d->rng, 3, 12) * DEMO_DAY);
    if (s->phone && later > ms && demo_rng_chance(&d->rng, 250)) {
        demo_visit_make(d, VISIT_PHONE, s->unit, later, PHONE_MINUTES, s->reason);
        note(d, NOTE_TELEFON, s->phone, d->visit.nurse);
    }
}

/* ---- choosing ---- */

static void try_lasting(struct demo *d, const struct demo_story *s, struct play *plays, uint32_t *count)
{
    int age = demo_fhir_age(&d->p, d->p.end_ms);
    for (uint32_t i = 0; s->not_with && i < *count; i++) {
        if (strcmp(plays[i].story->name, s->not_with) == 0)
            return;
    }
    if (*count >= DEMO_STORIES_MAX || age < s->onset_from ||
        !demo_rng_chance(&d->rng, s->permille[band(age)]))
        return;
    int onset_age = demo_rng_between(&d->rng, s->onset_from, s->onset_to < age ? s->onset_to : age);
    int64_t onset = d->p.birth_ms + onset_age * DEMO_YEAR + demo_rng_between(&d->rng, 30, 320) * DEMO_DAY;
    if (onset > d->p.end_ms - 30 * DEMO_DAY)
        onset = d->p.end_ms - demo_rng_between(&d->rng, 30, 300) * DEMO_DAY;
    plays[(*count)++] = (struct play){.story = s, .onset_ms = office(d, onset)};
}

static void try_acute(struct demo *d, const struct demo_story *s)
{
    for (int year = ACUTE_YEARS; year > 0; year--) {
        int64_t ms = d->p.end_ms - year * DEMO_YEAR + demo_rng_between(&d->rng, 2, 350) * DEMO_DAY;
        int age = demo_fhir_age(&d->p, ms);
        if (s->needs_meds && d->p.med_count == 0)
            return;
        if (age < s->onset_from || age > s->onset_to || !demo_rng_chance(&d->rng, s->permille[band(age)]))
            continue;
        int64_t at = office(d, ms);
        if (at > d->p.birth_ms + 30 * DEMO_DAY)
            play_acute(d, s, at);
        year -= s->course_days ? 1 : 0; /* not two pregnancies in a year */
    }
}

/* Calls back for every story of one kind that the patient's sex allows. */
static void each_story(struct demo *d, bool lasting, struct play *plays, uint32_t *count)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        for (uint32_t k = 0; k < sets[i]->count; k++) {
            const struct demo_story *s = &sets[i]->story[k];
            if (s->lasting != lasting || !sex_fits(d, s))
                continue;
            if (lasting)
                try_lasting(d, s, plays, count);
            else
                try_acute(d, s);
        }
    }
}

/* Some lie in a ward today. */
static void play_in_hospital(struct demo *d)
{
    static const struct demo_story_set *const passing = &demo_stories_acute;
    uint32_t from = demo_rng_below(&d->rng, passing->count);
    for (uint32_t i = 0; i < passing->count; i++) {
        const struct demo_story *s = &passing->story[(from + i) % passing->count];
        if (!s->admission.permille || s->course_days || !sex_fits(d, s))
            continue;
        admission(d, &s->admission, d->p.end_ms - demo_rng_between(&d->rng, 20, 90) * DEMO_HOUR);
        demo_meds_ward(d);
        return;
    }
}

/* Some sit in a waiting room now. */
static void play_waiting(struct demo *d)
{
    static const char *const reasons[] = {"Bröstsmärta", "Buksmärta", "Feber", "Yrsel", "Sårskada", "Andnöd"};
    const char *reason = reasons[demo_rng_below(&d->rng, sizeof reasons / sizeof reasons[0])];
    static const struct demo_shift none = {0};
    demo_visit_make(d, VISIT_AKUT, UNIT_AKUT, d->p.end_ms - demo_rng_between(&d->rng, 15, 150) * DEMO_MINUTE,
                    EMERGENCY_MINUTES + 150, reason);
    demo_vitals_take(d, VITAL_BP | VITAL_PULSE | VITAL_SAT | VITAL_TEMP | VITAL_RESP | VITAL_NEWS, &none);
}

void demo_story_run(struct demo *d)
{
    struct play plays[DEMO_STORIES_MAX];
    uint32_t count = 0;
    demo_labs_usual(d);
    demo_vitals_usual(d);
    demo_background_settle(d);
    each_story(d, true, plays, &count);
    for (uint32_t i = 0; i < count; i++)
        remember_curves(d, &plays[i]);
    for (uint32_t i = 0; i < count && !d->stopped; i++)
        play_lasting(d, &plays[i]);
    each_story(d, false, NULL, NULL);
    if (!d->p.dead && demo_fhir_age(&d->p, d->p.end_ms) >= 40 &&
        demo_rng_chance(&d->rng, IN_HOSPITAL_PERMILLE))
        play_in_hospital(d);
    else if (!d->p.dead && demo_rng_chance(&d->rng, WAITING_PERMILLE))
        play_waiting(d);
}
