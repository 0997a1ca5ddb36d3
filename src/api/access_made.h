/* SPDX-License-Identifier: Apache-2.0
 * access_made: for tests: a random region written into a store as FHIR resources, beside the same region as
 * the oracle knows it (access/decide_oracle.h). */
#ifndef HELHET_API_ACCESS_MADE_H
#define HELHET_API_ACCESS_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "access/access_view.h"
#include "access/decide_oracle.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "search/search.h"

enum { MADE_THINGS = 90, MADE_TEXT_MAX = 4096 };

#define E "https://helhet.example/fhir/StructureDefinition/"
#define C "https://helhet.example/fhir/CodeSystem/"

static uint64_t random_state;

static inline uint32_t below(uint32_t n)
{
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static inline bool chance(uint32_t percent)
{
    return below(100) < percent;
}

struct thing {
    struct w_thing t;
    fhir_type_id type;
    char id[32];
};

struct real {
    struct w_world w;
    struct thing thing[MADE_THINGS + W_PATIENTS * 2];
    int things, papers; /* papers: Consents written */
    char dir[64];
    struct search *search;
    struct store *store;
    struct access *access;
    uint64_t calls, seen, masked;
};

/* ---- writing ---- */

struct made_put {
    struct real *r;
    const char *type, *id, *meta, *rest;
};

static inline bool made_put_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct made_put *p = arg;
    struct arena arena;
    struct json_doc doc;
    struct store_rows rows = {0};
    arena_init(&arena);
    struct str head = arena_printf(&arena, "{\"resourceType\":\"%s\",\"id\":\"%s\",", p->type, p->id);
    struct str tail = arena_printf(&arena, "%s%s}", p->rest[0] ? "," : "", p->rest);
    struct str text = arena_printf(&arena, "%.*s\"meta\":{\"versionId\":\"1\"%s}%.*s", STR_ARG(head), p->meta,
                                   STR_ARG(tail));
    fhir_type_id type = fhir_resource_find(str_of(p->type));
    bool ok = json_parse(&arena, text, &fhir_names, &doc, err);
    if (ok)
        fhir_type_tree(&doc, 0);
    ok = ok && search_extract(p->r->search, &doc, 0, type, &arena, &rows, err);
    struct store_change c = {.op = 'U',
                             .type = type,
                             .id = str_of(p->id),
                             .head = head,
                             .meta_rest = str_of(p->meta),
                             .tail = tail,
                             .rows = rows.item,
                             .row_count = rows.count,
                             .epoch = rows.epoch};
    ok = ok && store_put(tx, &c, err);
    arena_release(&arena);
    return ok;
}

static inline void made_put(struct real *r, const char *type, const char *id, const char *meta,
                            const char *rest)
{
    struct made_put p = {r, type, id, meta, rest};
    struct store_job job = {.run = made_put_run, .arg = &p, .agent = STR("test"), .reason = STR("test")};
    struct err err = {0};
    if (!store_run(r->store, &job, &err))
        fail_msg("%s/%s: %s %s", type, id, err_info(err.code)->name, err.arg[0]);
}

static inline const char *when(int64_t ms, char out[TIME_TEXT_MAX])
{
    size_t n = time_format(ms, out);
    out[n] = 0;
    return out;
}

static inline void put_org(struct real *r, int i)
{
    const struct w_org *o = &r->w.org[i];
    char id[16], rest[MADE_TEXT_MAX];
    size_t n = 0;
    snprintf(id, sizeof id, "o%d", i);
    rest[0] = 0;
    if (o->joined_said)
        n += (size_t)snprintf(rest, sizeof rest,
                              "\"extension\":[{\"url\":\"" E "shared-record\",\"valueBoolean\":%s}]",
                              o->joined ? "true" : "false");
    if (o->parent)
        snprintf(rest + n, sizeof rest - n, "%s\"partOf\":{\"reference\":\"Organization/o%d\"}", n ? "," : "",
                 o->parent);
    made_put(r, "Organization", id, "", rest);
}

static const char *const role_codes[W_ROLES] = {"physician", "nurse", "registrar", "controller"};

/* The analysis of an assignment; of one that is not usable, in each way that there is. */
static inline void put_analysis(struct real *r, int i)
{
    static const char *const wrong[] = {"draft", "role", "unit", "ended"};
    const struct w_staff *s = &r->w.staff[i];
    const char *why = s->usable ? "" : wrong[i % 4];
    char id[16], rest[MADE_TEXT_MAX];
    snprintf(id, sizeof id, "s%d", i);
    snprintf(rest, sizeof rest,
             "\"status\":\"%s\",\"type\":{\"coding\":[{\"system\":\"" C
             "library-type\",\"code\":\"needs-and-risk-analysis\"}]},\"useContext\":["
             "{\"code\":{\"system\":\"http://terminology.hl7.org/CodeSystem/"
             "usage-context-type\",\"code\":\"user\"},"
             "\"valueCodeableConcept\":{\"coding\":[{\"system\":\"" C "role\",\"code\":\"%s\"}]}},"
             "{\"code\":{\"system\":\"http://terminology.hl7.org/CodeSystem/"
             "usage-context-type\",\"code\":\"venue\"},"
             "\"valueReference\":{\"reference\":\"Organization/"
             "o%d\"}}],\"effectivePeriod\":{\"end\":\"%s-12-31\"}",
             strcmp(why, "draft") == 0 ? "draft" : "active",
             strcmp(why, "role") == 0 ? "nobody" : role_codes[s->role],
             strcmp(why, "unit") == 0 ? 0 : s->unit, strcmp(why, "ended") == 0 ? "2001" : "2099");
    made_put(r, "Library", id, "", rest);
}

static inline void put_staff(struct real *r, int i)
{
    const struct w_staff *s = &r->w.staff[i];
    char id[16], link[256] = "", rest[MADE_TEXT_MAX];
    put_analysis(r, i);
    /* Some have none at all. */
    if (s->usable || i % 5)
        snprintf(link, sizeof link,
                 "\"extension\":[{\"url\":\"" E
                 "needs-and-risk-analysis\",\"valueReference\":{\"reference\":\"Library/s%d\"}}],",
                 i);
    snprintf(id, sizeof id, "s%d", i);
    snprintf(rest, sizeof rest,
             "%s\"practitioner\":{\"reference\":\"Practitioner/"
             "p%d\"},\"organization\":{\"reference\":\"Organization/o%d\"},"
             "\"code\":[{\"coding\":[{\"system\":\"" C "role\",\"code\":\"%s\"}]}]",
             link, i, s->unit, role_codes[s->role]);
    made_put(r, "PractitionerRole", id, "", rest);
}

static inline void put_patient(struct real *r, int i)
{
    const struct w_patient *p = &r->w.patient[i];
    char id[16], meta[512] = "", rest[128] = "";
    snprintf(id, sizeof id, "p%d", i);
    if (p->confidential || p->protected_person)
        snprintf(meta, sizeof meta,
                 ",\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"
                 "SecurityLabel\",\"code\":\"%s\"}]",
                 p->confidential ? "sekretessmarkering" : "skyddadFolkbokforing");
    snprintf(rest, sizeof rest, "\"address\":[{\"city\":\"Orten\"}]");
    if (p->birth_known)
        snprintf(rest + strlen(rest), sizeof rest - strlen(rest), ",\"birthDate\":\"%d-01-01\"",
                 p->birth_year);
    if (p->here)
        made_put(r, "Patient", id, meta, rest);
}

/* A Consent of a category about an actor, for a time. */
static inline void put_consent(struct real *r, int patient, const char *category, const char *actor,
                               int number, bool outer, int block, int64_t from, int64_t to)
{
    char id[32], rest[MADE_TEXT_MAX], a[TIME_TEXT_MAX], b[TIME_TEXT_MAX], source[64] = "";
    if (strcmp(category, "block") == 0)
        snprintf(id, sizeof id, "b%d-%d", patient, block);
    else
        snprintf(id, sizeof id, "c%d", ++r->papers);
    if (strcmp(category, "lifted") == 0 && block)
        snprintf(source, sizeof source, ",\"sourceReference\":{\"reference\":\"Consent/b%d-%d\"}", patient,
                 block);
    snprintf(rest, sizeof rest,
             "%s\"status\":\"active\",\"category\":[{\"coding\":[{\"system\":\"" C
             "access-category\",\"code\":\"%s\"}]}],\"patient\":{"
             "\"reference\":\"Patient/"
             "p%d\"}%s,\"provision\":{\"type\":\"permit\",\"period\":{\"start\":\"%s\",\"end\":\"%s\"},"
             "\"actor\":[{"
             "\"reference\":{\"reference\":\"%s%d\"}}]}",
             outer ? "\"extension\":[{\"url\":\"" E "outer-block\",\"valueBoolean\":true}]," : "", category,
             patient, source, when(from, a), when(to, b), actor, number);
    made_put(r, "Consent", id, "", rest);
}

static inline void span(const struct w_world *w, int64_t *from, int64_t *to)
{
    static const int64_t begins[] = {-40, -2, 2}, ends[] = {-1, 1, 40};
    *from = w->now + begins[chance(80) ? 0 : below(3)] * W_DAY;
    *to = w->now + ends[chance(80) ? 2 : below(3)] * W_DAY;
}

static inline int any_org(const struct w_world *w)
{
    return 1 + (int)below((uint32_t)w->orgs);
}

static inline void add_block(struct real *r, int i)
{
    struct w_patient *p = &r->w.patient[i];
    if (p->blocks == W_FEW)
        return;
    struct w_block *b = &p->block[p->blocks++];
    *b = (struct w_block){any_org(&r->w), chance(30), 0, 0};
    span(&r->w, &b->from, &b->to);
    put_consent(r, i, "block", "Organization/o", b->org, b->outer, p->blocks, b->from, b->to + 1);
    b->to += 2; /* an end is the whole of its last millisecond, as a period has it */
}

static inline void add_paper(struct real *r, int i)
{
    struct w_patient *p = &r->w.patient[i];
    static const struct {
        char kind;
        const char *category, *actor;
    } kinds[] = {{'c', "active-choice", "PractitionerRole/s"},
                 {'e', "emergency", "PractitionerRole/s"},
                 {'l', "lifted", "Organization/o"},
                 {'s', "consent", "Organization/o"}};
    size_t k = chance(50) ? 0 : below(4);
    if (p->papers == W_FEW)
        return;
    struct w_paper *g = &p->paper[p->papers++];
    *g = (struct w_paper){.kind = kinds[k].kind};
    g->whom = g->kind == 's'   ? w_provider_of(&r->w, any_org(&r->w))
              : g->kind == 'l' ? any_org(&r->w)
                               : 1 + (int)below(W_STAFF);
    g->block = g->kind == 'l' && p->blocks && chance(60) ? 1 + (int)below((uint32_t)p->blocks) : 0;
    span(&r->w, &g->from, &g->to);
    put_consent(r, i, kinds[k].category, kinds[k].actor, g->whom, false, g->block, g->from, g->to);
}

/* A referral to the unit: a relation from when it was written until a year after. */
static inline void add_met(struct real *r, int i)
{
    struct w_patient *p = &r->w.patient[i];
    char id[32], rest[MADE_TEXT_MAX], text[TIME_TEXT_MAX];
    int64_t at = r->w.now + (chance(75) ? -10 : chance(50) ? -400 : 5) * W_DAY;
    if (p->mets == W_FEW)
        return;
    struct w_met *m = &p->met[p->mets++];
    *m = (struct w_met){any_org(&r->w), at, at + 365 * W_DAY};
    snprintf(id, sizeof id, "r%d-%d", i, p->mets);
    snprintf(rest, sizeof rest,
             "\"status\":\"active\",\"intent\":\"order\",\"authoredOn\":\"%s\",\"subject\":{\"reference\":"
             "\"Patient/p%d\"},"
             "\"performer\":[{\"reference\":\"Organization/o%d\"}]",
             when(at, text), i, m->unit);
    made_put(r, "ServiceRequest", id, "", rest);
}

/* The members of a thing's body after its meta; they are valid FHIR when it is dated. */
static inline const char *thing_rest(const struct thing *x, char rest[MADE_TEXT_MAX])
{
    const struct w_thing *t = &x->t;
    bool note = x->type == FHIR_TYPE_Composition;
    char date[TIME_TEXT_MAX];
    size_t n = (size_t)snprintf(
        rest, MADE_TEXT_MAX,
        "\"text\":{\"status\":\"generated\",\"div\":\"<div "
        "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">ordet %s</div>\"},"
        "\"identifier\":%s{\"system\":\"urn:i\",\"value\":\"i-%s\"}%s,\"status\":\"%s\"",
        x->id, note ? "" : "[", x->id, note ? "" : "]", t->is_signed ? "final" : "preliminary");
    if (note)
        n += (size_t)snprintf(rest + n, MADE_TEXT_MAX - n, ",\"type\":{\"text\":\"t\"}");
    else
        n += (size_t)snprintf(rest + n, MADE_TEXT_MAX - n,
                              ",\"code\":{\"coding\":[{\"system\":\"urn:c\",\"code\":\"c-%s\"}]}", x->id);
    if (x->type == FHIR_TYPE_Observation)
        n += (size_t)snprintf(rest + n, MADE_TEXT_MAX - n,
                              ",\"category\":[{\"coding\":[{\"system\":\"urn:k\",\"code\":\"k\"}]}],"
                              "\"valueQuantity\":{\"value\":5,\"unit\":\"g\"}");
    for (int i = 0; i < t->patients && (i == 0 || note); i++)
        n += (size_t)snprintf(rest + n, MADE_TEXT_MAX - n,
                              i == 0 ? ",\"subject\":{\"reference\":\"Patient/p%d\"}"
                                     : ",\"author\":[{\"reference\":\"Patient/p%d\"}]",
                              t->patient[i]);
    if (t->dated)
        n += (size_t)snprintf(rest + n, MADE_TEXT_MAX - n, ",\"%s\":\"%s\"",
                              note ? "date" : "effectiveDateTime", when(t->date, date));
    if (note)
        snprintf(rest + n, MADE_TEXT_MAX - n, "%s,\"title\":\"t\"",
                 t->patients == 2 ? "" : ",\"author\":[{\"display\":\"a\"}]");
    return rest;
}

/* Its tag, and its labels when it has any, each with a comma before. */
static inline const char *thing_meta(const struct thing *x, char meta[MADE_TEXT_MAX])
{
    size_t n = 0;
    meta[0] = 0;
    if (x->t.unit)
        n = (size_t)snprintf(
            meta, MADE_TEXT_MAX,
            ",\"extension\":[{\"url\":\"" E
            "care-unit\",\"valueReference\":{\"reference\":\"Organization/o%d\"}},{\"url\":\"" E
            "care-provider\",\"valueReference\":{\"reference\":\"Organization/o%d\"}}]",
            x->t.unit, x->t.provider);
    snprintf(meta + n, MADE_TEXT_MAX - n, ",\"tag\":[{\"system\":\"urn:t\",\"code\":\"t-%s\"}]", x->id);
    return meta;
}

static inline void put_thing(struct real *r, const struct thing *x)
{
    char meta[MADE_TEXT_MAX], rest[MADE_TEXT_MAX];
    made_put(r, fhir_types[x->type].name, x->id, thing_meta(x, meta), thing_rest(x, rest));
}

static inline void add_thing(struct real *r)
{
    struct thing *x = &r->thing[r->things];
    struct w_thing *t = &x->t;
    *x = (struct thing){.t = {.kind = chance(60) ? W_NOTE : W_LAB}};
    t->unit = chance(88) ? any_org(&r->w) : 0;
    t->provider = w_provider_of(&r->w, t->unit);
    t->is_signed = chance(70);
    t->dated = chance(90);
    t->date = r->w.now + (chance(60) ? -30 : -3) * W_DAY;
    t->patients = chance(6) ? 0 : t->kind == W_NOTE && chance(12) ? 2 : 1;
    for (int i = 0; i < t->patients; i++)
        t->patient[i] = 1 + (int)below(W_PATIENTS);
    if (t->patients == 2 && t->patient[0] == t->patient[1])
        t->patients = 1;
    /* An Observation is released as a note is. */
    x->type = t->kind == W_LAB                ? FHIR_TYPE_DiagnosticReport
              : t->patients < 2 && chance(50) ? FHIR_TYPE_Observation
                                              : FHIR_TYPE_Composition;
    snprintf(x->id, sizeof x->id, "x%d", r->things++);
    put_thing(r, x);
}

/* Patients and the related are things to be seen too. */
static inline void add_people(struct real *r)
{
    for (int i = 1; i <= W_PATIENTS; i++) {
        const struct w_patient *p = &r->w.patient[i];
        struct thing *x = &r->thing[r->things];
        if (p->here) {
            *x = (struct thing){.t = {.kind = W_PATIENT,
                                      .number = i,
                                      .patients = 1,
                                      .patient = {i},
                                      .confidential = p->confidential,
                                      .protected_person = p->protected_person},
                                .type = FHIR_TYPE_Patient};
            snprintf(x->id, sizeof x->id, "p%d", i);
            r->things++;
        }
        for (int g = 0; g < p->guardians; g++) {
            char rest[MADE_TEXT_MAX];
            x = &r->thing[r->things++];
            *x = (struct thing){
                .t = {.kind = W_RELATED, .number = p->guardian[g], .patients = 1, .patient = {i}},
                .type = FHIR_TYPE_RelatedPerson};
            snprintf(x->id, sizeof x->id, "g%d", p->guardian[g]);
            snprintf(rest, sizeof rest,
                     "\"patient\":{\"reference\":\"Patient/"
                     "p%d\"},\"relationship\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
                     "CodeSystem/v3-RoleCode\",\"code\":\"GUARD\"}]}]",
                     i);
            made_put(r, "RelatedPerson", x->id, "", rest);
        }
    }
}

static inline void make_world(struct real *r)
{
    struct w_world *w = &r->w;
    int year, month, day;
    memset(w, 0, sizeof *w);
    w->now = os_now_ms();
    time_civil(w->now / W_DAY, &year, &month, &day);
    w->now_year = year;
    w->sees_protected[2] = true; /* registrar */
    w->orgs = 8;
    for (int i = 1; i <= w->orgs; i++) {
        w->org[i] = (struct w_org){i <= 3 ? 0 : 1 + (int)below((uint32_t)i - 1),
                                   i <= 3 ? chance(90) : chance(10), chance(75)};
        put_org(r, i);
    }
    for (int i = 1; i <= W_STAFF; i++) {
        w->staff[i] =
            (struct w_staff){any_org(w), chance(70) ? 0 : (int)below(W_ROLES), chance(92), chance(90)};
        put_staff(r, i);
    }
    for (int i = 1; i <= W_PATIENTS; i++) {
        struct w_patient *p = &w->patient[i];
        *p = (struct w_patient){.here = chance(93), .confidential = chance(15), .birth_known = chance(95)};
        p->protected_person = !p->confidential && chance(10);
        p->birth_year = year - (chance(50) ? 9 + (int)below(10) : (int)below(90));
        p->guardians = chance(60);
        p->guardian[0] = i;
        put_patient(r, i);
        for (int k = 0; k < 2; k++) {
            if (chance(40))
                add_block(r, i);
            if (chance(60))
                add_paper(r, i);
            if (chance(70))
                add_met(r, i);
        }
    }
    add_people(r);
    for (int i = 0; i < MADE_THINGS; i++)
        add_thing(r);
}

static inline uint32_t may(const struct real *r, const struct w_caller *c, const struct w_thing *t)
{
    const uint32_t both = ACCESS_READ | ACCESS_SEARCH;
    if (c->kind != 's')
        return both;
    bool person = t->kind == W_PATIENT || t->kind == W_RELATED;
    switch (r->w.staff[c->number].role) {
    case 0:
    case 1:
        return both;
    case 2:
        return person ? both : 0;
    default:
        return person ? ACCESS_READ : 0;
    }
}

static inline void make_caller(const struct real *r, const struct w_caller *c, char texts[3][32],
                               struct access_caller *out)
{
    static const struct access_scope all[] = {
        {ACCESS_LEVEL_SYSTEM, {"*", 1}, ACCESS_READ | ACCESS_SEARCH, {"", 0}}};
    static const struct access_scopes everything = {all, 1, {"", 0}}, nothing = {all, 0, {"", 0}};
    *out = (struct access_caller){.kind = c->kind == 's'   ? ACCESS_STAFF
                                          : c->kind == 'p' ? ACCESS_PATIENT
                                          : c->kind == 'g' ? ACCESS_GUARDIAN
                                                           : ACCESS_SYSTEM};
    snprintf(texts[0], 32,
             c->kind == 's'   ? "Practitioner/p%d"
             : c->kind == 'p' ? "Patient/p%d"
                              : "RelatedPerson/g%d",
             c->number);
    snprintf(texts[1], 32, "PractitionerRole/s%d", c->number);
    out->user = str_of(texts[0]);
    if (c->kind == 's') {
        out->assignment = str_of(texts[1]);
        /* Purposes that fit each role; care for those that the oracle calls so. */
        out->purpose = r->w.staff[c->number].role == 2   ? STR("administration")
                       : r->w.staff[c->number].role == 3 ? STR("oversight")
                       : r->w.staff[c->number].care      ? STR("care")
                                                         : STR("quality");
    }
    if (c->kind == 'm')
        out->scopes = c->scope ? &everything : &nothing;
}

#endif
