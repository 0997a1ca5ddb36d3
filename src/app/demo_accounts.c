/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "access/read_body.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "identity/identity.h"

enum {
    ACCOUNTS_TEXT_MAX = 16 * 1024,
    ACCOUNTS_ADULT_YEAR = 2000,
    ACCOUNTS_CHILD_YEARS = 10,
    ACCOUNTS_DAY_MS = 86400000
};

/* Who is looked for: the first whose title is this, at a unit whose name has the part. */
static const struct wanted {
    const char *name, *title, *unit, *sv;
} wanted[] = {
    {"lakare", "Specialistläkare", "vårdcentral", "Läkare, vårdcentral"},
    {"distriktsskoterska", "Distriktssköterska", "vårdcentral", "Sjuksköterska, vårdcentral"},
    {"overlakare", "Överläkare", "Medicinkliniken", "Läkare, sjukhus"},
    {"sjukskoterska", "Sjuksköterska", "Medicinkliniken", "Sjuksköterska, sjukhus"},
    {"underskoterska", "Undersköterska", "", "Undersköterska"},
    {"fysioterapeut", "Fysioterapeut", "", "Annan legitimerad vårdpersonal"},
    {"sekreterare", "Handläggare", "", "Sekreterare (handläggare)"},
    {"registrator", "Registeransvarig", "", "Registeransvarig för skyddade personuppgifter"},
    {"loggranskare", "Loggranskare", "", "Loggranskare"},
    {"systemadmin", "Systemadministratör", "", "Systemadministratör"},
    {"processansvarig", "Processansvarig", "Koncernkontoret", "Processansvarig"},
    {"portfoljagare", "Portföljägare", "Koncernkontoret", "Portföljägare"},
    {"styrgrupp", "Ordförande i styrgrupp", "Koncernkontoret", "Styrgrupp"},
    {"handlaggare", "Handläggare av beslutsärenden", "Koncernkontoret", "Handläggare"},
    {"diarium", "Registrator av diariet", "Koncernkontoret", "Registrator (diarium)"},
    {"kommunikator", "Kommunikatör", "Koncernkontoret", "Kommunikatör"},
    {"chef", "Verksamhetschef", "Koncernkontoret", "Chef"},
    {"forandringsledare", "Förändringsledare", "Koncernkontoret", "Förändringsledare"},
    {"ekonom", "Ekonom", "Koncernkontoret", "Ekonom"},
    {"patientsakerhet", "Patientsäkerhetsansvarig", "Koncernkontoret", "Patientsäkerhetsansvarig"},
    {"systemagare", "Systemägare", "Koncernkontoret", "Systemägare"},
    {"beslutsfattare", "Hälso- och sjukvårdsutvecklingsdirektör", "Koncernkontoret", "Beslutsfattare"},
};
enum { ACCOUNTS_STAFF = sizeof wanted / sizeof *wanted, ACCOUNTS_ALL = ACCOUNTS_STAFF + 2 };

struct found {
    struct arena arena;
    struct store_read *read;
    struct str person[ACCOUNTS_ALL]; /* staff, then a patient, then a guardian */
};

static struct str reference_of(const struct json_doc *doc, uint16_t name, struct str *display)
{
    uint32_t i = json_get(doc, 0, name);
    *display = i == UINT32_MAX ? STR("") : json_text(doc, json_get(doc, i, FHIR_NAME_display));
    return read_body_reference(doc, i);
}

static void match_role(struct found *f, const struct json_doc *doc)
{
    struct str unit, name;
    struct str person = reference_of(doc, FHIR_NAME_practitioner, &name);
    reference_of(doc, FHIR_NAME_organization, &unit);
    uint32_t code = json_get(doc, 0, FHIR_NAME_code);
    struct str title = code != UINT32_MAX && doc->nodes[code].len
                           ? json_text(doc, json_get(doc, code + 1, FHIR_NAME_text))
                           : STR("");
    for (size_t i = 0; i < ACCOUNTS_STAFF; i++)
        if (!f->person[i].n && str_is(title, wanted[i].title) &&
            str_find_str(unit, str_of(wanted[i].unit)) != SIZE_MAX)
            f->person[i] = arena_str(&f->arena, person);
}

/* A living grown-up without protected identity. */
static bool plain_adult(const struct json_doc *doc, struct str body)
{
    uint64_t year = 0;
    struct str born = str_sub(json_text(doc, json_get(doc, 0, FHIR_NAME_birthDate)), 0, 4);
    return str_u64(born, 9999, &year) && year < ACCOUNTS_ADULT_YEAR &&
           str_find_str(body, STR("\"deceased")) == SIZE_MAX &&
           str_find_str(body, STR("sekretess")) == SIZE_MAX && str_find_str(body, STR("skydd")) == SIZE_MAX;
}

/* Of a child young enough that guardians may read (definitions/access/times.json, guardian_age). */
static bool young_child(struct found *f, const struct json_doc *doc)
{
    struct arena scratch;
    struct json_doc child;
    struct store_version v;
    struct err ignored;
    uint64_t year = 0;
    int now, month, day;
    time_civil(os_now_ms() / ACCOUNTS_DAY_MS, &now, &month, &day);
    arena_init(&scratch);
    struct str id =
        read_body_id_of(read_body_reference(doc, json_get(doc, 0, FHIR_NAME_patient)), STR("Patient"));
    bool young =
        id.n && store_get(f->read, FHIR_TYPE_Patient, id, &scratch, &v, &ignored) == STORE_FOUND &&
        json_parse(&scratch, v.body, &fhir_names, &child, &ignored) &&
        str_u64(str_sub(json_text(&child, json_get(&child, 0, FHIR_NAME_birthDate)), 0, 4), 9999, &year) &&
        (int)year >= now - ACCOUNTS_CHILD_YEARS;
    arena_release(&scratch);
    return young;
}

static bool each(void *arg, const struct store_version *v)
{
    struct found *f = arg;
    struct json_doc doc;
    struct arena scratch;
    struct err ignored;
    arena_init(&scratch);
    if (json_parse(&scratch, v->body, &fhir_names, &doc, &ignored)) {
        struct str *patient = &f->person[ACCOUNTS_STAFF], *guardian = &f->person[ACCOUNTS_STAFF + 1];
        if (v->type == FHIR_TYPE_PractitionerRole)
            match_role(f, &doc);
        else if (v->type == FHIR_TYPE_Patient && !patient->n && plain_adult(&doc, v->body))
            *patient = arena_printf(&f->arena, "Patient/%.*s", STR_ARG(v->id));
        else if (v->type == FHIR_TYPE_RelatedPerson && !guardian->n && young_child(f, &doc))
            *guardian = arena_printf(&f->arena, "RelatedPerson/%.*s", STR_ARG(v->id));
    }
    arena_release(&scratch);
    return true;
}

static bool find(struct store *s, struct found *f, struct err *err)
{
    static const fhir_type_id types[] = {FHIR_TYPE_PractitionerRole, FHIR_TYPE_Patient,
                                         FHIR_TYPE_RelatedPerson};
    struct store_read *r = store_read_begin(s, err);
    bool ok = r != NULL;
    f->read = r;
    for (size_t i = 0; ok && i < sizeof types / sizeof *types; i++)
        ok = store_scan(r, types[i], 0, each, f, err);
    if (r)
        store_read_end(r);
    return ok;
}

/* Makes the account and adds its line, unless it is there. */
static bool make_one(struct identity *id, const char *name, struct str person, const char *sv,
                     struct buf *lines, struct err *err)
{
    struct identity_once password;
    if (!person.n || identity_exists(id, str_of(name)))
        return true;
    identity_once_make(&password);
    if (!identity_add(id, str_of(name), person, str_of(password.text), err))
        return false;
    buf_printf(lines, "%-20s %-20s %s\n", name, password.text, sv);
    return true;
}

static bool make_all(struct identity *id, const struct found *f, struct buf *lines, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < ACCOUNTS_STAFF; i++)
        ok = make_one(id, wanted[i].name, f->person[i], wanted[i].sv, lines, err);
    return ok && make_one(id, "patient", f->person[ACCOUNTS_STAFF], "Patient", lines, err) &&
           make_one(id, "vardnadshavare", f->person[ACCOUNTS_STAFF + 1], "Vårdnadshavare", lines, err);
}

/* The file as it was, or its first lines. */
static void read_file(const char *path, struct buf *text)
{
    char *old = NULL;
    size_t n = 0;
    if (os_file_read(path, ACCOUNTS_TEXT_MAX / 2, &old, &n))
        buf_add(text, old, n);
    else
        buf_cstr(text,
                 "Konton i demoregionen, bara för prov (accounts of the demo region, for trials only)\n");
    os_free(old);
}

bool demo_accounts_make(struct store *s, const char *dir, struct err *err)
{
    struct found f = {0};
    struct buf text;
    struct identity_options opt = {.dir = dir, .create = true};
    struct identity *id = identity_open(&opt, err);
    arena_init(&f.arena);
    buf_init(&text, ACCOUNTS_TEXT_MAX);
    const char *path = arena_printf(&f.arena, "%s/" DEMO_ACCOUNTS_FILE, dir).p;
    read_file(path, &text);
    bool ok = id && find(s, &f, err) && make_all(id, &f, &text, err);
    mode_t mask = umask(0077);
    if (ok && !os_file_replace(path, buf_get(&text)))
        ok = err_set(err, ERR_IO, path, strerror(errno), NULL);
    umask(mask);
    if (ok)
        printf("\n%.*s%s\n\n", STR_ARG(buf_get(&text)), path);
    identity_close(id);
    buf_release(&text);
    arena_release(&f.arena);
    return ok;
}
