/* SPDX-License-Identifier: Apache-2.0
 * Patient/$register-unknown: somebody whose identity is not known gets a reserve number (the region's own
 * form and system, ids/personnummer.h), a name that can be said aloud and told from others', and an Encounter
 * at the caller's unit: in one transaction, with nothing but this store. Numbers are counted by the writer,
 * so that no two are given the same; a number that came in some other way is passed over. */
#include "api/guard.h"
#include "api/params.h"
#include "base/time.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"
#include "ids/idsystem.h"
#include "ids/personnummer.h"

enum {
    UNKNOWN_AGE_MAX = 120,
    UNKNOWN_TRIES_MAX = 1000, /* numbers passed over */
    UNKNOWN_YEAR = 1900,      /* in the number of whoever's age nobody has estimated */
    UNKNOWN_BODY_MAX = 1 << 16,
};
#define ESTIMATED_URL "https://helhet.dev/fhir/StructureDefinition/estimated"
#define MS_PER_DAY (INT64_C(24) * 3600 * 1000)

static const struct unknown_sex {
    const char *code, *spoken, *counter;
    enum personnummer_sex sex;
} sexes[] = {
    {"unknown", "Person", "reserve-number X", PERSONNUMMER_SEX_UNKNOWN},
    {"female", "Kvinna", "reserve-number K", PERSONNUMMER_FEMALE},
    {"male", "Man", "reserve-number M", PERSONNUMMER_MALE},
};

static const struct params_def unknown_params[] = {{.name = "gender"}, {.name = "age"}, {0}};

struct unknown {
    struct api_job api;
    const struct unknown_sex *sex;
    bool aged;
    int year; /* of birth, when aged */
    struct call visit_call;
    struct write patient, visit;
    uint64_t serial;
    char number[PERSONNUMMER_LEN + 1];
};

static bool read_params(struct call *c, struct unknown *u, struct err *err)
{
    struct params p;
    uint64_t age = 0;
    int month, day, year;
    if (!params_read(c, unknown_params, &p, err))
        return false;
    struct str gender = params_text(&p, "gender"), text = params_text(&p, "age");
    for (size_t i = 0; i < sizeof sexes / sizeof *sexes; i++)
        if (str_is(gender.n ? gender : STR("unknown"), sexes[i].code))
            u->sex = &sexes[i];
    if (!u->sex)
        return err_set_str(err, ERR_PARAM_VALUE, gender, STR("gender"));
    if (text.n && !str_u64(text, UNKNOWN_AGE_MAX, &age))
        return err_set_str(err, ERR_PARAM_VALUE, text, STR("age"));
    time_civil(os_now_ms() / MS_PER_DAY, &year, &month, &day);
    u->aged = text.n;
    u->year = year - (int)age;
    return true;
}

/* ---- what is written ---- */

static void write_identifier(struct json_out *o, const struct unknown *u)
{
    json_out_array(o, "identifier");
    json_out_object(o, NULL);
    json_out_cstr(o, "use", "temp");
    json_out_object(o, "type");
    json_out_cstr(o, "text", "Reservnummer");
    json_out_end_object(o);
    json_out_cstr(o, "system", IDSYSTEM_RESERV_VGR);
    json_out_cstr(o, "value", u->number);
    json_out_end_object(o);
    json_out_end_array(o);
}

static void write_name(struct json_out *o, struct arena *arena, const struct unknown *u)
{
    struct str given = arena_printf(arena, "%s %llu", u->sex->spoken, (unsigned long long)u->serial);
    json_out_array(o, "name");
    json_out_object(o, NULL);
    json_out_cstr(o, "use", "temp");
    json_out_string(o, "text", arena_printf(arena, "Okänd %.*s", STR_ARG(given)));
    json_out_cstr(o, "family", "Okänd");
    json_out_array(o, "given");
    json_out_string(o, NULL, given);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_end_array(o);
}

/* Only the year, and said to be estimated. */
static void write_birth(struct json_out *o, struct arena *arena, const struct unknown *u)
{
    if (!u->aged)
        return;
    json_out_string(o, "birthDate", arena_printf(arena, "%04d", u->year));
    json_out_object(o, "_birthDate");
    json_out_array(o, "extension");
    json_out_object(o, NULL);
    json_out_cstr(o, "url", ESTIMATED_URL);
    json_out_bool(o, "valueBoolean", true);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_patient(struct unknown *u, struct buf *out)
{
    struct json_out o;
    struct arena *arena = u->patient.call->arena;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Patient");
    write_identifier(&o, u);
    json_out_bool(&o, "active", true);
    write_name(&o, arena, u);
    json_out_cstr(&o, "gender", u->sex->code);
    write_birth(&o, arena, u);
    json_out_end_object(&o);
}

static void write_visit(struct unknown *u, struct buf *out)
{
    struct json_out o;
    const struct access_caller *who = u->patient.call->caller;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Encounter");
    json_out_cstr(&o, "status", "arrived");
    json_out_object(&o, "class");
    json_out_cstr(&o, "system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
    json_out_cstr(&o, "code", "EMER");
    json_out_end_object(&o);
    fhir_out_reference(&o, "subject",
                       resource_name(u->patient.call->arena, FHIR_TYPE_Patient, u->patient.id));
    json_out_object(&o, "period");
    fhir_out_instant(&o, "start", os_now_ms());
    json_out_end_object(&o);
    if (who && who->unit.n)
        fhir_out_reference(&o, "serviceProvider", who->unit);
    json_out_end_object(&o);
}

/* The text that fill writes becomes w's resource. */
static bool set_body(struct unknown *u, struct write *w, void (*fill)(struct unknown *, struct buf *),
                     struct err *err)
{
    struct arena *arena = w->call->arena;
    struct check_issues *issues = arena_alloc(arena, sizeof *issues);
    struct buf out;
    buf_init(&out, UNKNOWN_BODY_MAX);
    fill(u, &out);
    struct str text = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    w->built = false;
    w->doc = ARENA_NEW(arena, struct json_doc);
    if (!text.p || !w->doc || !issues)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, &fhir_names, w->doc, err))
        return false;
    if (!write_check(w, issues))
        *err = issues->item[0];
    return err->code == ERR_OK;
}

/* ---- the number ---- */

/* The next that nobody has, whatever the caller sees; the counter is durable with what is written. */
static bool next_number(struct unknown *u, struct store_tx *tx, struct store_read *r, struct err *err)
{
    struct call *c = u->patient.call;
    struct str note;
    struct store_version v;
    if (!store_note_get(r, u->sex->counter, c->arena, &note, err))
        return false;
    u->serial = 0;
    if (note.n && !str_u64(note, INT64_MAX, &u->serial))
        return err_set(err, ERR_INTERNAL, "the counter of reserve numbers", NULL);
    for (unsigned tries = 0; tries < UNKNOWN_TRIES_MAX; tries++) {
        u->serial++;
        personnummer_reserve(u->aged ? u->year : UNKNOWN_YEAR, u->sex->sex,
                             (unsigned)(u->serial % PERSONNUMMER_RESERVE_SERIALS), u->number);
        enum condition_found found = condition_find(
            c->api, r, FHIR_TYPE_Patient,
            arena_printf(c->arena, "identifier=%s|%s", IDSYSTEM_RESERV_VGR, u->number), c->arena, &v, err);
        if (found == CONDITION_FAILED)
            return false;
        if (found == CONDITION_NONE)
            return store_note_put(tx, u->sex->counter,
                                  arena_printf(c->arena, "%llu", (unsigned long long)u->serial), err);
    }
    return err_set(err, ERR_INTERNAL, "no reserve number is free", NULL);
}

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct unknown *u = arg;
    return next_number(u, tx, store_tx_read(tx), err) && set_body(u, &u->patient, write_patient, err) &&
           write_perform(&u->patient, tx, err) && set_body(u, &u->visit, write_visit, err) &&
           write_perform(&u->visit, tx, err);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct unknown *u = arg;
    struct call *c = u->api.call;
    if (ok)
        write_answer(&u->patient);
    else
        outcome_fail(c, err);
    api_job_end(c);
}

bool op_unknown_run(struct call *c)
{
    struct err err = {0};
    struct unknown *u = ARENA_NEW(c->arena, struct unknown);
    if (!u)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (!u || !read_params(c, u, &err))
        return outcome_fail(c, &err);
    c->params = NULL;
    c->param_count = 0;
    c->wants.if_none_exist = (struct str){0};
    u->visit_call = *c;
    u->visit_call.type = FHIR_TYPE_Encounter;
    if (!write_prepare(c, &u->patient, WRITE_CREATE, &err) ||
        !write_prepare(&u->visit_call, &u->visit, WRITE_CREATE, &err))
        return outcome_fail(c, &err);
    u->api.write = &u->patient;
    u->api.job = (struct store_job){.run = job_run, .done = job_done, .arg = u};
    return api_job_submit(c, &u->api);
}
