/* SPDX-License-Identifier: Apache-2.0
 * Random regions behind a server, asked over HTTP by everybody through every way to read, while blocks,
 * choices and relations come and go. What an answer names must be exactly what the oracle, which goes through
 * the whole region for each call, finds. HELHET_CALLS=n, HELHET_SEED=n. */
#include "api/access_ask.h"
#include "api/access_made.h"
#include "words/words.h"

enum { CALLS = 4000, PER_WORLD = 1000, PER_CHANGE = 50, URL_MAX = 4096 };

static struct real region;
static struct world web;

/* ---- who asks ---- */

/* A caller of the region, with scopes or without. */
struct asker {
    struct w_caller c;
    bool scoped;       /* has scopes; a machine always has */
    fhir_type_id only; /* they are of this type; 0: of all */
};

static bool in_scope(const struct asker *a, fhir_type_id type)
{
    return a->c.scope && (!a->only || a->only == type);
}

/* "s3/Composition/4": kind and number, scopes ('.': none at all, '-': of nothing, '*': all), the patient. */
static void name_of(const struct asker *a, char out[64])
{
    snprintf(out, 64, "%c%d/%s/%d", a->c.kind, a->c.number,
             !a->c.scope ? "-"
             : a->only   ? fhir_types[a->only].name
             : a->scoped ? "*"
                         : ".",
             a->c.scope_patient);
}

static bool handle_named(void *arg, struct http_request *req, struct http_response *resp)
{
    enum { ALL = ACCESS_READ | ACCESS_SEARCH | ACCESS_CREATE | ACCESS_UPDATE | ACCESS_DELETE };
    struct world *w = arg;
    struct access_caller *caller = ARENA_NEW(req->arena, struct access_caller);
    struct access_scope *one = ARENA_NEW(req->arena, struct access_scope);
    struct access_scopes *scopes = ARENA_NEW(req->arena, struct access_scopes);
    char(*texts)[32] = (char(*)[32])arena_alloc(req->arena, 96), type[48], context[16];
    struct w_caller c = {.scope = true};
    const char *who = arena_cstr(req->arena, http_header(req, "X-Test-Caller"));
    assert_int_equal(sscanf(who, "%c%d/%47[^/]/%d", &c.kind, &c.number, type, &c.scope_patient), 4);
    make_caller(&region, &c, texts, caller);
    caller->account = str_of(who);
    *one = (struct access_scope){c.scope_patient ? ACCESS_LEVEL_PATIENT : ACCESS_LEVEL_USER,
                                 arena_str(req->arena, str_of(type)), ALL, STR("")};
    snprintf(context, sizeof context, "p%d", c.scope_patient);
    *scopes = (struct access_scopes){one, type[0] != '-',
                                     c.scope_patient ? arena_str(req->arena, str_of(context)) : STR("")};
    caller->scopes = type[0] == '.' ? NULL : scopes;
    return api_handle_as(w->api, caller, req, resp);
}

static struct asker any_asker(void)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Composition, FHIR_TYPE_Observation,
                                         FHIR_TYPE_DiagnosticReport, FHIR_TYPE_Patient};
    struct asker a = {.c = {.kind = "sssssspppggm"[below(12)], .scope = true}};
    a.c.number = 1 + (int)below(a.c.kind == 's' ? W_STAFF : W_PATIENTS);
    a.scoped = a.c.kind == 'm' || chance(20);
    if (!a.scoped)
        return a;
    a.c.scope = chance(93);
    a.only = a.c.scope && chance(40) ? types[below(4)] : 0;
    a.c.scope_patient = a.c.scope && chance(30) ? 1 + (int)below(W_PATIENTS) : 0;
    return a;
}

/* ---- the oracle ---- */

/* One question: a way to ask with what was filled in. */
struct question {
    struct asker who;
    const struct thing *x, *y;
    fhir_type_id type;
    int patient; /* number */
    uint32_t action;
};

static bool is_person(fhir_type_id type)
{
    return type == FHIR_TYPE_Patient || type == FHIR_TYPE_RelatedPerson;
}

/* May the role and scopes do it to the type at all? Else the answer is 403. */
static bool allowed(const struct question *q, fhir_type_id type)
{
    struct w_thing t = {.kind = is_person(type) ? W_PATIENT : W_NOTE};
    const struct w_caller *c = &q->who.c;
    if (c->kind == 's' && !region.w.staff[c->number].usable)
        return false;
    return in_scope(&q->who, type) && (may(&region, c, &t) & q->action);
}

static enum w_sight sight(const struct question *q, const struct thing *x)
{
    struct w_caller c = q->who.c;
    /* A launch for somebody who is not here is of nobody. */
    bool of_nobody = c.scope_patient && !region.w.patient[c.scope_patient].here;
    c.scope = in_scope(&q->who, x->type) && !of_nobody;
    return w_sight(&region.w, &c, &x->t, may(&region, &c, &x->t), q->action);
}

static const struct thing *patient_thing(int number)
{
    for (int i = 0; i < region.things; i++)
        if (region.thing[i].type == FHIR_TYPE_Patient && region.thing[i].t.number == number)
            return &region.thing[i];
    return NULL;
}

static bool patient_seen(const struct question *q, int number)
{
    const struct thing *p = patient_thing(number);
    return p && sight(q, p) != W_HIDDEN;
}

static bool has_patient(const struct w_thing *t, int number)
{
    for (int i = 0; i < t->patients; i++)
        if (t->patient[i] == number)
            return true;
    return false;
}

/* What each question asks for, of a thing of its type: without asking who may see it. */
typedef bool match_fn(const struct question *q, const struct thing *x);

static bool m_all(const struct question *q, const struct thing *x)
{
    return q && x;
}
static bool m_subject(const struct question *q, const struct thing *x)
{
    return x->t.patients && x->t.patient[0] == q->patient;
}
static bool m_compartment(const struct question *q, const struct thing *x)
{
    return has_patient(&x->t, q->patient);
}
static bool m_ids(const struct question *q, const struct thing *x)
{
    return x == q->x || x == q->y;
}
static bool m_one(const struct question *q, const struct thing *x)
{
    return x == q->x;
}
static bool m_measured(const struct question *q, const struct thing *x)
{
    return x == q->x && x->t.patients;
}
static bool m_final(const struct question *q, const struct thing *x)
{
    (void)q;
    return x->t.is_signed;
}
static bool m_not_final(const struct question *q, const struct thing *x)
{
    return !m_final(q, x);
}
static bool m_old(const struct question *q, const struct thing *x)
{
    (void)q;
    return x->t.dated && x->t.date < region.w.now - 10 * W_DAY;
}
static bool m_nobodys(const struct question *q, const struct thing *x)
{
    (void)q;
    return x->t.patients == 0;
}
/* The text is masked with the rest: what is masked has no words. */
static bool m_words(const struct question *q, const struct thing *x)
{
    return sight(q, x) == W_SEEN;
}
static bool m_word(const struct question *q, const struct thing *x)
{
    return x == q->x && m_words(q, x);
}
/* Chains pass only what is seen. */
static bool m_of_the_old(const struct question *q, const struct thing *x)
{
    return x->t.patients && patient_seen(q, x->t.patient[0]) &&
           region.w.patient[x->t.patient[0]].birth_known &&
           region.w.patient[x->t.patient[0]].birth_year < 1990;
}
static bool m_of_town(const struct question *q, const struct thing *x)
{
    const struct thing *p = x->t.patients ? patient_thing(x->t.patient[0]) : NULL;
    return p && sight(q, p) == W_SEEN;
}
static bool m_has_final(const struct question *q, const struct thing *x)
{
    for (int i = 0; i < region.things; i++) {
        const struct thing *n = &region.thing[i];
        if (n->type == FHIR_TYPE_Composition && n->t.is_signed && n->t.patients &&
            n->t.patient[0] == x->t.number && sight(q, n) != W_HIDDEN)
            return true;
    }
    return false;
}
static bool m_self(const struct question *q, const struct thing *x)
{
    return x->t.number == q->patient;
}

/* What comes along with a match: x belongs to m. */
static bool a_subject(const struct question *q, const struct thing *m, const struct thing *x)
{
    (void)q;
    return x->type == FHIR_TYPE_Patient && m->t.patients && m->t.patient[0] == x->t.number;
}
static bool a_notes(const struct question *q, const struct thing *m, const struct thing *x)
{
    (void)q;
    return x->type == FHIR_TYPE_Composition && x->t.patients && x->t.patient[0] == m->t.number;
}
/* The whole record, and the patients that it refers to. */
static bool a_record(const struct question *q, const struct thing *m, const struct thing *x)
{
    if (has_patient(&x->t, m->t.number))
        return true;
    for (int i = 0; x->type == FHIR_TYPE_Patient && i < region.things; i++) {
        const struct thing *n = &region.thing[i];
        if (has_patient(&n->t, m->t.number) && has_patient(&n->t, x->t.number) && sight(q, n) != W_HIDDEN)
            return true;
    }
    return false;
}

/* ---- the ways to ask ---- */

enum flag {
    ONE = 1,     /* of one resource (%x): hidden is 404, seen is ok */
    GUARDED = 2, /* the role must have the action for the type, else 403 */
    TOTAL = 4,   /* the answer has the number of matches */
    PAGES = 8,   /* next links are followed */
    SILENT = 16, /* the answer names nothing: only the total is looked at */
    TAGS = 32,   /* things are known by their tags */
    BODIES = 64, /* whole bodies: masked ones without their texts */
    NOTES = 128, /* of Compositions alone */
    OBSERVATIONS = 256,
    PERSONS = 512, /* of Patients */
    SORTED = 1024, /* ascending by date */
};

struct path {
    const char *name, *method, *url; /* %T type, %x and %y ids, %p number of a patient */
    uint32_t action, flags;
    match_fn *match;
    bool (*also)(const struct question *q, const struct thing *m, const struct thing *x);
    int ok;
    const char *extra, *body;
};

#define LIST (GUARDED | TOTAL | BODIES)
#define SEARCH_ACTION ACCESS_SEARCH
#define VIEW                                                                                                 \
    "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"viewResource\",\"resource\":{"              \
    "\"resourceType\":\"ViewDefinition\",\"resource\":\"%T\",\"status\":\"active\",\"select\":[{\"column\":" \
    "[{\"name\":\"id\",\"path\":\"id\"}]}]}}]}"
#define BATCH                                                                                                \
    "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":"   \
    "\"%T/%x\"}},{\"request\":{\"method\":\"GET\",\"url\":\"%T?_id=%y\"}}]}"
#define TRANSACTION                                                                                          \
    "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"GET\","     \
    "\"url\":\"%T?_id=%x,%y\"}}]}"

static const struct path paths[] = {
    {"read", "GET", "%T/%x", ACCESS_READ, ONE | GUARDED | BODIES, m_one, NULL, 200, NULL, NULL},
    {"head", "HEAD", "%T/%x", ACCESS_READ, ONE | GUARDED | SILENT, m_one, NULL, 200, NULL, NULL},
    {"etag", "GET", "%T/%x", ACCESS_READ, ONE | GUARDED | SILENT, m_one, NULL, 304,
     "If-None-Match: W/\"1\"\r\n", NULL},
    {"vread", "GET", "%T/%x/_history/1", ACCESS_READ, ONE | GUARDED | BODIES, m_one, NULL, 200, NULL, NULL},
    {"history of one", "GET", "%T/%x/_history", ACCESS_READ, ONE | GUARDED | TOTAL | BODIES, m_one, NULL, 200,
     NULL, NULL},
    {"history of a type", "GET", "%T/_history?_count=500", ACCESS_READ, LIST, m_all, NULL, 200, NULL, NULL},
    {"history, pages", "GET", "%T/_history?_count=7", ACCESS_READ, LIST | PAGES, m_all, NULL, 200, NULL,
     NULL},
    {"meta of one", "GET", "%T/%x/$meta", ACCESS_READ, ONE | TAGS, m_one, NULL, 200, NULL, NULL},
    {"meta of a type", "GET", "%T/$meta", ACCESS_READ, TAGS, m_all, NULL, 200, NULL, NULL},
    {"validate", "GET", "%T/%x/$validate", ACCESS_READ, ONE | SILENT, m_one, NULL, 200, NULL, NULL},
    {"diff", "GET", "%T/%x/$diff?fromVersion=1&toVersion=1", ACCESS_READ, ONE | SILENT, m_one, NULL, 200,
     NULL, NULL},
    {"graphql of one", "GET", "%T/%x/$graphql?query={id}", ACCESS_READ, ONE, m_one, NULL, 200, NULL, NULL},
    {"graphql list", "GET", "$graphql?query={%TList(_count:500){id}}", ACCESS_READ, 0, m_all, NULL, 200, NULL,
     NULL},
    {"everything", "GET", "Patient/p%p/$everything", ACCESS_READ, PERSONS | ONE | GUARDED | BODIES, m_self,
     a_record, 200, NULL, NULL},
    {"view run", "POST", "$viewdefinition-run?_format=json", ACCESS_READ, 0, m_all, NULL, 200, NULL, VIEW},
    {"search", "GET", "%T?_count=500", SEARCH_ACTION, LIST, m_all, NULL, 200, NULL, NULL},
    {"search by form", "POST", "%T/_search?_count=500", SEARCH_ACTION, LIST, m_all, NULL, 200, NULL, ""},
    {"pages", "GET", "%T?_count=3", SEARCH_ACTION, LIST | PAGES, m_all, NULL, 200, NULL, NULL},
    {"sorted pages", "GET", "%T?_sort=date&_count=5", SEARCH_ACTION, LIST | PAGES | SORTED, m_all, NULL, 200,
     NULL, NULL},
    {"count", "GET", "%T?_summary=count", SEARCH_ACTION, LIST | SILENT, m_all, NULL, 200, NULL, NULL},
    {"total", "GET", "%T?status=final&_count=0&_total=accurate", SEARCH_ACTION, LIST | SILENT, m_final, NULL,
     200, NULL, NULL},
    {"estimate", "GET", "%T?_count=0&_total=estimate", SEARCH_ACTION, LIST | SILENT, m_all, NULL, 200, NULL,
     NULL},
    {"system", "GET", "?_type=%T&_count=500", SEARCH_ACTION, TOTAL | BODIES, m_all, NULL, 200, NULL, NULL},
    {"ids", "GET", "%T?_id=%x,%y", SEARCH_ACTION, LIST, m_ids, NULL, 200, NULL, NULL},
    {"patient", "GET", "%T?patient=p%p&_count=500", SEARCH_ACTION, LIST, m_subject, NULL, 200, NULL, NULL},
    {"compartment", "GET", "Patient/p%p/%T?_count=500", SEARCH_ACTION, LIST, m_compartment, NULL, 200, NULL,
     NULL},
    {"status", "GET", "%T?status=final&_count=500", SEARCH_ACTION, LIST, m_final, NULL, 200, NULL, NULL},
    {"negation", "GET", "%T?status:not=final&_count=500", SEARCH_ACTION, LIST, m_not_final, NULL, 200, NULL,
     NULL},
    {"date", "GET", "%T?date=lt%d&_count=500", SEARCH_ACTION, LIST, m_old, NULL, 200, NULL, NULL},
    {"missing", "GET", "%T?subject:missing=true&_count=500", SEARCH_ACTION, LIST, m_nobodys, NULL, 200, NULL,
     NULL},
    {"identifier", "GET", "%T?identifier=urn:i%7Ci-%x", SEARCH_ACTION, LIST, m_one, NULL, 200, NULL, NULL},
    {"chain", "GET", "%T?subject:Patient.birthdate=lt1990&_count=500", SEARCH_ACTION, LIST, m_of_the_old,
     NULL, 200, NULL, NULL},
    {"chain to what is masked", "GET", "%T?subject:Patient.address-city=Orten&_count=500", SEARCH_ACTION,
     LIST, m_of_town, NULL, 200, NULL, NULL},
    {"what is masked", "GET", "Patient?address-city=Orten&_count=500", SEARCH_ACTION, LIST | PERSONS, m_words,
     NULL, 200, NULL, NULL},
    {"content that is masked", "GET", "Patient?_content=Orten&_count=500", SEARCH_ACTION, LIST | PERSONS,
     m_words, NULL, 200, NULL, NULL},
    {"sorted by what is masked", "GET", "Patient?_sort=address-city&_count=500", SEARCH_ACTION,
     LIST | PERSONS, m_all, NULL, 200, NULL, NULL},
    {"reverse chain", "GET", "Patient?_has:Composition:subject:status=final&_count=500", SEARCH_ACTION,
     LIST | PERSONS, m_has_final, NULL, 200, NULL, NULL},
    {"filter", "GET", "%T?_filter=status%20eq%20final&_count=500", SEARCH_ACTION, LIST, m_final, NULL, 200,
     NULL, NULL},
    {"text", "GET", "%T?_text=ordet&_count=500", SEARCH_ACTION, LIST, m_words, NULL, 200, NULL, NULL},
    {"content", "GET", "%T?_content=%x", SEARCH_ACTION, LIST, m_word, NULL, 200, NULL, NULL},
    {"include", "GET", "Composition?_include=Composition:subject&_count=500", SEARCH_ACTION, LIST | NOTES,
     m_all, a_subject, 200, NULL, NULL},
    {"reverse include", "GET", "Patient?_id=p%p&_revinclude=Composition:subject", SEARCH_ACTION,
     LIST | PERSONS, m_self, a_notes, 200, NULL, NULL},
    {"lastn", "GET", "Observation/$lastn?patient=p%p&category=k", SEARCH_ACTION,
     GUARDED | OBSERVATIONS | BODIES, m_subject, NULL, 200, NULL, NULL},
    {"stats", "GET", "Observation/$stats?subject=Patient/p%s&code=urn:c%7Cc-%x&statistic=count",
     SEARCH_ACTION, ONE | GUARDED | OBSERVATIONS | SILENT, m_measured, NULL, 200, NULL, NULL},
    {"batch", "POST", "", ACCESS_READ, BODIES, m_ids, NULL, 200, NULL, BATCH},
    {"transaction", "POST", "", SEARCH_ACTION, GUARDED | BODIES, m_ids, NULL, 200, NULL, TRANSACTION},
};
enum { PATHS = sizeof paths / sizeof *paths };

/* ---- asking ---- */

static void fill(const char *form, const struct question *q, char out[URL_MAX])
{
    size_t n = 0;
    char date[TIME_TEXT_MAX];
    const struct w_thing *t = &q->x->t;
    for (const char *c = form; *c && n < URL_MAX - 128; c++) {
        int k = c[0] == '%' ? c[1] : 0;
        if (!k || !strchr("Txypsd", k)) {
            out[n++] = *c;
            continue;
        }
        c++;
        if (k == 'T')
            n += (size_t)snprintf(out + n, 64, "%s", fhir_types[q->type].name);
        else if (k == 'x' || k == 'y')
            n += (size_t)snprintf(out + n, 64, "%s", k == 'x' ? q->x->id : q->y->id);
        else if (k == 'd')
            n += (size_t)snprintf(out + n, 64, "%.10s", when(region.w.now - 10 * W_DAY, date));
        else
            n += (size_t)snprintf(out + n, 64, "%d", k == 'p' ? q->patient : t->patients ? t->patient[0] : 0);
    }
    out[n] = 0;
}

/* A thing of the type; there is always one. */
static const struct thing *any_thing(fhir_type_id type)
{
    for (;;) {
        const struct thing *x = &region.thing[below((uint32_t)region.things)];
        if (x->type == type)
            return x;
    }
}

static struct question any_question(const struct path *p)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Composition, FHIR_TYPE_Observation,
                                         FHIR_TYPE_DiagnosticReport};
    struct question q = {.who = any_asker(), .patient = 1 + (int)below(W_PATIENTS), .action = p->action};
    q.type = p->flags & NOTES          ? FHIR_TYPE_Composition
             : p->flags & OBSERVATIONS ? FHIR_TYPE_Observation
             : p->flags & PERSONS      ? FHIR_TYPE_Patient
                                       : types[below(3)];
    q.x = any_thing(q.type);
    q.y = any_thing(q.type);
    if (p->flags & PERSONS)
        q.patient = q.x->t.number;
    if (q.who.c.kind == 'p' && chance(60))
        q.patient = q.who.c.number;
    if (p->flags & PERSONS && patient_thing(q.patient))
        q.x = patient_thing(q.patient);
    return q;
}

/* ---- comparing ---- */

static bool wanted(const struct path *p, const struct question *q, const struct thing *x, bool *match)
{
    *match = x->type == q->type && p->match(q, x) && sight(q, x) != W_HIDDEN;
    if (*match)
        return true;
    for (int i = 0; p->also && i < region.things; i++) {
        const struct thing *m = &region.thing[i];
        if (m->type == q->type && p->match(q, m) && sight(q, m) != W_HIDDEN && p->also(q, m, x))
            return sight(q, x) != W_HIDDEN;
    }
    return false;
}

static bool names(const struct path *p, const char *answer, const struct thing *x)
{
    char mark[64];
    snprintf(mark, sizeof mark, p->flags & TAGS ? "\"code\":\"t-%s\"" : "\"id\":\"%s\"", x->id);
    return strstr(answer, mark);
}

static void wrong(const struct path *p, const struct question *q, const char *url, const char *what,
                  const char *id, const char *answer)
{
    char who[64];
    name_of(&q->who, who);
    fail_msg("%s (%s) asks %s %s: %s %s\n%.6000s", who, p->name, p->method, url, what, id, answer);
}

/* Everything an answer names, and how much of it. */
static void compare(const struct path *p, const struct question *q, const char *url, const char *answer)
{
    size_t count = 0;
    char total[32], words[64];
    const char *said = strstr(answer, "\"total\":");
    for (int i = 0; i < region.things; i++) {
        const struct thing *x = &region.thing[i];
        bool match, want = wanted(p, q, x, &match);
        count += match;
        if (p->flags & SILENT)
            continue;
        if (names(p, answer, x) != want)
            wrong(p, q, url, want ? "lacks" : "shows", x->id, answer);
        if (!want || !(p->flags & BODIES))
            continue;
        region.seen++;
        snprintf(words, sizeof words, "ordet %s<", x->id);
        bool whole = sight(q, x) == W_SEEN;
        region.masked += !whole;
        if (!is_person(x->type) && (strstr(answer, words) != NULL) != whole)
            wrong(p, q, url, whole ? "masks" : "does not mask", x->id, answer);
    }
    snprintf(total, sizeof total, "\"total\":%zu", count);
    if (p->flags & TOTAL &&
        (!said || strncmp(said, total, strlen(total)) != 0 || strchr("0123456789", said[strlen(total)])))
        wrong(p, q, url, "says another number than", total, answer);
}

static int64_t date_of(const char *id)
{
    for (int i = 0; i < region.things; i++)
        if (strcmp(region.thing[i].id, id) == 0)
            return region.thing[i].t.dated ? region.thing[i].t.date : INT64_MAX;
    return INT64_MAX;
}

static void in_order(const struct path *p, const struct question *q, const char *url, const char *answer)
{
    int64_t last = INT64_MIN;
    for (const char *at = answer; (at = strstr(at, "\"fullUrl\":\""));) {
        char id[32];
        at += strlen("\"fullUrl\":\"");
        const char *end = strchr(at, '"'), *slash = end;
        while (slash[-1] != '/')
            slash--;
        snprintf(id, sizeof id, "%.*s", (int)(end - slash), slash);
        int64_t date = date_of(id);
        if (date < last)
            wrong(p, q, url, "is not in order at", id, answer);
        last = date;
    }
}

/* The pages after the first, as one text. */
static char *all_pages(const char *who, const char *url, char *first)
{
    static const char next[] = "\"relation\":\"next\",\"url\":\"http://localhost/fhir/";
    size_t n = strlen(first), cap = 8 * (size_t)ANSWER_MAX;
    char *all = os_alloc(cap), path[URL_MAX];
    (void)url;
    memcpy(all, first, n + 1);
    os_free(first);
    for (char *at = all, *link; (link = strstr(at, next));) {
        link += strlen(next);
        snprintf(path, sizeof path, "%.*s", (int)strcspn(link, "\""), link);
        char *page = ask(&web, who, "GET", path, NULL, NULL);
        size_t got = strlen(page);
        assert_int_equal(status_of(page), 200);
        assert_true(n + got < cap);
        memcpy(all + n, page, got + 1);
        at = all + n;
        n += got;
        os_free(page);
    }
    return all;
}

static int status_wanted(const struct path *p, const struct question *q)
{
    if (p->flags & GUARDED && !allowed(q, q->type))
        return 403;
    if (!(p->flags & ONE))
        return p->ok;
    for (int i = 0; i < region.things; i++)
        if (region.thing[i].type == q->type && p->match(q, &region.thing[i]))
            return sight(q, &region.thing[i]) == W_HIDDEN ? 404 : p->ok;
    return 404;
}

static void ask_once(void)
{
    const struct path *p = &paths[below(PATHS)];
    struct question q = any_question(p);
    char who[64], url[URL_MAX], body[URL_MAX];
    name_of(&q.who, who);
    fill(p->url, &q, url);
    fill(p->body ? p->body : "", &q, body);
    const char *extra = p->extra;
    char *answer = ask(&web, who, p->method, url, extra, p->body ? body : NULL);
    int want = status_wanted(p, &q);
    if (status_of(answer) != want) {
        char text[32];
        snprintf(text, sizeof text, "%d", want);
        wrong(p, &q, url, "should be", text, answer);
    }
    if (want == 200 && p->flags & PAGES)
        answer = all_pages(who, url, answer);
    if (want == 200)
        compare(p, &q, url, answer);
    if (want == 200 && p->flags & SORTED)
        in_order(p, &q, url, answer);
    os_free(answer);
    region.calls++;
}

/* ---- all of it ---- */

static void change(void)
{
    add_block(&region, 1 + (int)below(W_PATIENTS));
    add_paper(&region, 1 + (int)below(W_PATIENTS));
    add_met(&region, 1 + (int)below(W_PATIENTS));
}

static struct words_hook hook;

static struct words *open_region(void)
{
    struct err err = {0};
    world_store(&web, "calls");
    struct words *words = words_open(web.dir, web.store, &err);
    assert_non_null(words);
    hook = (struct words_hook){words, web.search};
    struct search_words for_search = words_for_search(&hook);
    search_set_words(web.search, &for_search);
    world_serve(&web, handle_named, true);
    region.search = web.search;
    region.store = web.store;
    region.access = web.access;
    region.things = region.papers = 0;
    make_world(&region);
    return words;
}

/* The index goes before the store, and nobody asks any more. */
static void close_region(struct words *words)
{
    world_stop(&web);
    words_close(words);
    world_close(&web);
}

static void test_calls(void **state)
{
    (void)state;
    const char *n = getenv("HELHET_CALLS"), *seed = getenv("HELHET_SEED");
    uint64_t calls = n ? strtoull(n, NULL, 10) : CALLS;
    random_state = seed ? strtoull(seed, NULL, 10) : 20261122;
    memset(&region, 0, sizeof region);
    while (region.calls < calls) {
        struct words *words = open_region();
        for (int i = 0; i < PER_WORLD && region.calls < calls; i++) {
            if (i % PER_CHANGE == 0)
                change();
            ask_once();
        }
        close_region(words);
    }
    assert_true(region.seen > calls / 4 && region.masked > 0);
    print_message("%llu calls by %d ways, 0 leaks, 0 wrong refusals (%llu resources seen, %llu masked)\n",
                  (unsigned long long)region.calls, (int)PATHS, (unsigned long long)region.seen,
                  (unsigned long long)region.masked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
