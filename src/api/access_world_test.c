/* SPDX-License-Identifier: Apache-2.0
 * Random regions written into a store as FHIR resources and read through the view, by everybody, one by one
 * and by search, while blocks, choices and relations come and go: compared with the oracle. HELHET_WORLDS=n,
 * HELHET_SEED=n. */
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

enum { WORLDS = 5, ROUNDS = 5, THINGS = 90, TEXT_MAX = 4096 };

#define E "https://helhet.example/fhir/StructureDefinition/"
#define C "https://helhet.example/fhir/CodeSystem/"

static uint64_t random_state;

static uint32_t below(uint32_t n)
{
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static bool chance(uint32_t percent)
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
    struct thing thing[THINGS + W_PATIENTS * 2];
    int things, papers; /* papers: Consents written */
    char dir[64];
    struct search *search;
    struct store *store;
    struct access *access;
    uint64_t calls, seen, masked;
};

/* ---- writing ---- */

struct put {
    struct real *r;
    const char *type, *id, *meta, *rest;
};

static bool put_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct put *p = arg;
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

static void put(struct real *r, const char *type, const char *id, const char *meta, const char *rest)
{
    struct put p = {r, type, id, meta, rest};
    struct store_job job = {.run = put_run, .arg = &p, .agent = STR("test"), .reason = STR("test")};
    struct err err = {0};
    if (!store_run(r->store, &job, &err))
        fail_msg("%s/%s: %s %s", type, id, err_info(err.code)->name, err.arg[0]);
}

static const char *when(int64_t ms, char out[TIME_TEXT_MAX])
{
    size_t n = time_format(ms, out);
    out[n] = 0;
    return out;
}

static void put_org(struct real *r, int i)
{
    const struct w_org *o = &r->w.org[i];
    char id[16], rest[TEXT_MAX];
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
    put(r, "Organization", id, "", rest);
}

static const char *const role_codes[W_ROLES] = {"physician", "nurse", "registrar", "controller"};

static void put_staff(struct real *r, int i)
{
    const struct w_staff *s = &r->w.staff[i];
    char id[16], rest[TEXT_MAX];
    snprintf(id, sizeof id, "s%d", i);
    snprintf(rest, sizeof rest,
             "%s\"practitioner\":{\"reference\":\"Practitioner/"
             "p%d\"},\"organization\":{\"reference\":\"Organization/o%d\"},"
             "\"code\":[{\"coding\":[{\"system\":\"" C "role\",\"code\":\"%s\"}]}]",
             s->usable ? "\"extension\":[{\"url\":\"" E "needs-and-risk-analysis\",\"valueUri\":\"urn:a\"}],"
                       : "",
             i, s->unit, role_codes[s->role]);
    put(r, "PractitionerRole", id, "", rest);
}

static void put_patient(struct real *r, int i)
{
    const struct w_patient *p = &r->w.patient[i];
    char id[16], meta[512] = "", rest[64] = "";
    snprintf(id, sizeof id, "p%d", i);
    if (p->confidential || p->protected_person)
        snprintf(meta, sizeof meta,
                 ",\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"
                 "SecurityLabel\",\"code\":\"%s\"}]",
                 p->confidential ? "sekretessmarkering" : "skyddadFolkbokforing");
    if (p->birth_known)
        snprintf(rest, sizeof rest, "\"birthDate\":\"%d-01-01\"", p->birth_year);
    if (p->here)
        put(r, "Patient", id, meta, rest);
}

/* A Consent of a category about an actor, for a time. */
static void put_consent(struct real *r, int patient, const char *category, const char *actor, int number,
                        bool outer, int block, int64_t from, int64_t to)
{
    char id[32], rest[TEXT_MAX], a[TIME_TEXT_MAX], b[TIME_TEXT_MAX], source[64] = "";
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
    put(r, "Consent", id, "", rest);
}

static void span(const struct w_world *w, int64_t *from, int64_t *to)
{
    static const int64_t begins[] = {-40, -2, 2}, ends[] = {-1, 1, 40};
    *from = w->now + begins[chance(80) ? 0 : below(3)] * W_DAY;
    *to = w->now + ends[chance(80) ? 2 : below(3)] * W_DAY;
}

static int any_org(const struct w_world *w)
{
    return 1 + (int)below((uint32_t)w->orgs);
}

static void add_block(struct real *r, int i)
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

static void add_paper(struct real *r, int i)
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
static void add_met(struct real *r, int i)
{
    struct w_patient *p = &r->w.patient[i];
    char id[32], rest[TEXT_MAX], text[TIME_TEXT_MAX];
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
    put(r, "ServiceRequest", id, "", rest);
}

static const char *const type_names[W_TYPES] = {[W_PATIENT] = "Patient",
                                                [W_RELATED] = "RelatedPerson",
                                                [W_NOTE] = "Composition",
                                                [W_LAB] = "DiagnosticReport",
                                                [W_FLAG] = "Flag",
                                                [W_CONSENT] = "Consent",
                                                [W_ORGANIZATION] = "Organization",
                                                [W_AUDIT] = "AuditEvent"};

static void put_thing(struct real *r, struct thing *x)
{
    const struct w_thing *t = &x->t;
    char meta[TEXT_MAX] = "", rest[TEXT_MAX], date[TIME_TEXT_MAX];
    size_t n = 0;
    if (t->unit)
        snprintf(meta, sizeof meta,
                 ",\"extension\":[{\"url\":\"" E
                 "care-unit\",\"valueReference\":{\"reference\":\"Organization/o%d\"}},{\"url\":\"" E
                 "care-provider\",\"valueReference\":{\"reference\":\"Organization/o%d\"}}]",
                 t->unit, t->provider);
    n += (size_t)snprintf(rest, sizeof rest, "\"status\":\"%s\"", t->is_signed ? "final" : "preliminary");
    if (t->dated)
        n += (size_t)snprintf(rest + n, sizeof rest - n, ",\"%s\":\"%s\"",
                              t->kind == W_NOTE ? "date" : "effectiveDateTime", when(t->date, date));
    for (int i = 0; i < t->patients; i++)
        n += (size_t)snprintf(rest + n, sizeof rest - n,
                              i == 0   ? ",\"subject\":{\"reference\":\"Patient/p%d\"}"
                              : i == 1 ? ",\"author\":[{\"reference\":\"Patient/p%d\"}]"
                                       : "",
                              t->patient[i]);
    put(r, type_names[t->kind], x->id, meta, rest);
}

static void add_thing(struct real *r)
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
    x->type = fhir_resource_find(str_of(type_names[t->kind]));
    snprintf(x->id, sizeof x->id, "x%d", r->things++);
    put_thing(r, x);
}

/* Patients and the related are things to be seen too. */
static void add_people(struct real *r)
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
            char rest[TEXT_MAX];
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
            put(r, "RelatedPerson", x->id, "", rest);
        }
    }
}

static void make_world(struct real *r)
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
    for (int i = 0; i < THINGS; i++)
        add_thing(r);
}

/* ---- reading ---- */

static uint32_t may(const struct real *r, const struct w_caller *c, const struct w_thing *t)
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

static void make_caller(const struct real *r, const struct w_caller *c, char texts[3][32],
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

static const char *name_of(enum w_sight s)
{
    static const char *const names[] = {"hidden", "masked", "seen"};
    return names[s];
}

/* What the reader shows of it: hidden, masked (its labels are gone) or seen. */
static enum w_sight shown(struct store_read *read, const struct thing *x, const struct w_thing *t,
                          struct arena *arena)
{
    struct store_version v;
    struct err err = {0};
    enum store_found found = store_get(read, x->type, str_of(x->id), arena, &v, &err);
    if (found == STORE_FAILED)
        fail_msg("%s: %s %s", x->id, err_info(err.code)->name, err.arg[0]);
    if (found != STORE_FOUND)
        return W_HIDDEN;
    /* Only labelled bodies differ when masked. */
    return t->unit && str_find_str(v.body, STR("care-unit")) == SIZE_MAX ? W_MASKED : W_SEEN;
}

static void check_search(struct real *r, struct access_view *view, struct store_read *read,
                         const struct w_caller *c, fhir_type_id type, struct arena *arena)
{
    struct store_plan plan = {.types = &type, .type_count = 1, .limit = 1000, .count = true};
    struct store_hits hits;
    struct err err = {0};
    size_t want = 0;
    access_view_action(view, ACCESS_SEARCH);
    store_read_view(read, access_view_store(view));
    if (!store_search(read, &plan, arena, &hits, &err))
        fail_msg("search: %s %s", err_info(err.code)->name, err.arg[0]);
    for (int i = 0; i < r->things; i++)
        want += r->thing[i].type == type &&
                w_sight(&r->w, c, &r->thing[i].t, may(r, c, &r->thing[i].t), ACCESS_SEARCH) != W_HIDDEN;
    if (hits.count != want || hits.total != want)
        fail_msg("%c%d finds %zu of %s, total %llu, the oracle %zu", c->kind, c->number, hits.count,
                 fhir_types[type].name, (unsigned long long)hits.total, want);
    r->calls++;
}

static void check_caller(struct real *r, const struct w_caller *c)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Composition, FHIR_TYPE_DiagnosticReport,
                                         FHIR_TYPE_Patient};
    struct access_caller caller;
    struct arena arena;
    struct err err = {0};
    char texts[3][32];
    make_caller(r, c, texts, &caller);
    arena_init(&arena);
    struct store_read *read = store_read_begin(r->store, &err);
    assert_non_null(read);
    struct access_view *view = access_view_new(r->access, &caller, ACCESS_READ, read, &err);
    if (!view)
        fail_msg("%c%d: %s %s", c->kind, c->number, err_info(err.code)->name, err.arg[0]);
    store_read_view(read, access_view_store(view));
    for (int i = 0; i < r->things; i++) {
        const struct thing *x = &r->thing[i];
        enum w_sight want = w_sight(&r->w, c, &x->t, may(r, c, &x->t), ACCESS_READ),
                     got = shown(read, x, &x->t, &arena);
        if (want == W_MASKED && !x->t.unit)
            want = W_SEEN; /* nothing of it tells that it is masked */
        if (got != want)
            fail_msg("%c%d reads %s/%s: %s, the oracle %s", c->kind, c->number, type_names[x->t.kind], x->id,
                     name_of(got), name_of(want));
        r->calls++;
        r->seen += want == W_SEEN;
        r->masked += want == W_MASKED;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check_search(r, view, read, c, types[i], &arena);
    store_read_end(read);
    access_view_free(view);
    arena_release(&arena);
}

static void check_all(struct real *r)
{
    for (int i = 1; i <= W_STAFF; i++)
        check_caller(r, &(struct w_caller){.kind = 's', .number = i, .scope = true});
    for (int i = 1; i <= W_PATIENTS; i++) {
        check_caller(r, &(struct w_caller){.kind = 'p', .number = i, .scope = true});
        check_caller(r, &(struct w_caller){.kind = 'g', .number = i, .scope = true});
    }
    check_caller(r, &(struct w_caller){.kind = 'm', .scope = true});
    check_caller(r, &(struct w_caller){.kind = 'm'});
}

/* ---- all of it ---- */

static void open_store(struct real *r)
{
    struct err err = {0};
    snprintf(r->dir, sizeof r->dir, "/tmp/helhet-world-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    r->search = search_new(&err);
    assert_non_null(r->search);
    struct store_options so = {
        .dir = r->dir, .create = true, .schema = search_schema(r->search), .hooks = search_hooks(r->search)};
    r->store = store_open(&so, &err);
    assert_non_null(r->store);
    search_set_key(r->search, store_hash_key(r->store));
    r->access = access_new(r->store, &err);
    assert_non_null(r->access);
}

static void close_store(struct real *r)
{
    char command[128];
    access_free(r->access);
    store_close(r->store);
    search_free(r->search);
    snprintf(command, sizeof command, "rm -rf %s", r->dir);
    assert_int_equal(system(command), 0);
}

static void run_world(struct real *r)
{
    r->things = r->papers = 0;
    open_store(r);
    make_world(r);
    for (int round = 0; round < ROUNDS; round++) {
        check_all(r);
        /* What is kept in memory must notice. */
        for (int k = 0; k < 3; k++) {
            add_block(r, 1 + (int)below(W_PATIENTS));
            add_paper(r, 1 + (int)below(W_PATIENTS));
            add_met(r, 1 + (int)below(W_PATIENTS));
        }
        /* Most rounds change nothing but patients' own. */
        if (chance(60))
            continue;
        int org = 1 + (int)below((uint32_t)r->w.orgs), staff = 1 + (int)below(W_STAFF);
        r->w.org[org].joined = !r->w.org[org].joined;
        put_org(r, org);
        r->w.staff[staff].usable = !r->w.staff[staff].usable;
        put_staff(r, staff);
    }
    check_all(r);
    close_store(r);
}

static void test_worlds(void **state)
{
    (void)state;
    const char *n = getenv("HELHET_WORLDS"), *seed = getenv("HELHET_SEED");
    long worlds = n ? strtol(n, NULL, 10) : WORLDS;
    struct real *r = os_alloc(sizeof *r);
    memset(r, 0, sizeof *r);
    random_state = seed ? strtoull(seed, NULL, 10) : 20261122;
    for (long i = 0; i < worlds; i++)
        run_world(r);
    assert_true(r->seen > r->calls / 50 && r->masked > 0);
    print_message("%llu calls, 0 leaks, 0 wrong refusals (%llu seen, %llu masked)\n",
                  (unsigned long long)r->calls, (unsigned long long)r->seen, (unsigned long long)r->masked);
    os_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
