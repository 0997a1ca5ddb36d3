/* SPDX-License-Identifier: Apache-2.0
 * access_ask: for tests: a record behind a server with access on, asked over HTTP by anybody. Who asks is
 * what a header says: the gate's part is not tested with it. */
#ifndef HELHET_API_ACCESS_ASK_H
#define HELHET_API_ACCESS_ASK_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "access/access_view.h"
#include "api/api.h"
#include "audit/audit.h"
#include "base/os.h"
#include "http/http.h"
#include "search/search.h"
#include "store/store.h"

enum { ANSWER_MAX = 1 << 20 };

/* A record with its server. */
struct world {
    char dir[64];
    struct store *store;
    struct search *search;
    struct access *access;
    struct audit *audit;
    struct jobs *jobs;
    struct api *api;
    struct http_server *server;
    int port;
};

/* Who asks is what the header says: the gate's part is not tested here. */
static inline bool handle(void *arg, struct http_request *req, struct http_response *resp)
{
    struct world *w = arg;
    struct str who = http_header(req, "X-Test-Caller");
    struct access_caller *c = ARENA_NEW(req->arena, struct access_caller);
    static const struct access_scope everything[] = {
        {ACCESS_LEVEL_SYSTEM,
         {"*", 1},
         ACCESS_READ | ACCESS_SEARCH | ACCESS_CREATE | ACCESS_UPDATE | ACCESS_DELETE,
         {"", 0}}};
    static const struct access_scopes all = {everything, 1, {"", 0}};
    if (!who.n)
        return api_handle_as(w->api, NULL, req, resp);
    /* "name@purpose"; care when it says none. */
    size_t at = str_find(who, '@', 0);
    c->account = who;
    c->purpose = at == SIZE_MAX ? STR("care") : str_sub(who, at + 1, who.n);
    who = at == SIZE_MAX ? who : str_sub(who, 0, at);
    if (str_is(who, "machine")) {
        c->kind = ACCESS_SYSTEM;
        c->scopes = &all;
    } else if (str_starts(who, STR("blind:"))) { /* "blind:Type", which may create and update, and not read */
        struct access_scope *one = ARENA_NEW(req->arena, struct access_scope);
        struct access_scopes *few = ARENA_NEW(req->arena, struct access_scopes);
        *one = (struct access_scope){ACCESS_LEVEL_SYSTEM,
                                     str_sub(who, strlen("blind:"), who.n),
                                     ACCESS_CREATE | ACCESS_UPDATE,
                                     {"", 0}};
        *few = (struct access_scopes){one, 1, {"", 0}};
        c->kind = ACCESS_SYSTEM;
        c->scopes = few;
    } else if (str_starts(who, STR("machine:"))) { /* "machine:Type" or "machine:Type:patient", to read */
        struct access_scope *one = ARENA_NEW(req->arena, struct access_scope);
        struct access_scopes *few = ARENA_NEW(req->arena, struct access_scopes);
        struct str type = str_sub(who, strlen("machine:"), who.n), patient = STR("");
        size_t colon = str_find(type, ':', 0);
        if (colon != SIZE_MAX) {
            patient = str_sub(type, colon + 1, type.n);
            type = str_sub(type, 0, colon);
        }
        *one = (struct access_scope){patient.n ? ACCESS_LEVEL_PATIENT : ACCESS_LEVEL_SYSTEM,
                                     type,
                                     ACCESS_READ | ACCESS_SEARCH,
                                     {"", 0}};
        *few = (struct access_scopes){one, 1, patient};
        c->kind = ACCESS_SYSTEM;
        c->scopes = few;
    } else if (str_starts(who, STR("Patient/"))) {
        c->kind = ACCESS_PATIENT;
        c->user = who;
    } else if (str_starts(who, STR("RelatedPerson/"))) {
        c->kind = ACCESS_GUARDIAN;
        c->user = who;
    } else if (!str_is(who, "nobody")) {
        c->kind = ACCESS_STAFF;
        c->assignment = arena_printf(req->arena, "PractitionerRole/%.*s", STR_ARG(who));
        c->user = arena_printf(req->arena, "Practitioner/p-%.*s", STR_ARG(who));
        c->unit = http_header(req, "X-Test-Unit"); /* for the log, as the gate tells it */
    }
    return api_handle_as(w->api, c, req, resp);
}

static inline void world_store(struct world *w, const char *name)
{
    struct err err = {0};
    *w = (struct world){0};
    snprintf(w->dir, sizeof w->dir, "/tmp/helhet-access-%s-XXXXXX", name);
    assert_non_null(mkdtemp(w->dir));
    w->search = search_new(&err);
    assert_non_null(w->search);
    struct store_options so = {
        .dir = w->dir, .create = true, .schema = search_schema(w->search), .hooks = search_hooks(w->search)};
    w->store = store_open(&so, &err);
    assert_non_null(w->store);
    search_set_key(w->search, store_hash_key(w->store));
    w->access = access_new(w->store, &err);
    if (!w->access)
        fail_msg("%s %s", err.arg[0], err.arg[1]);
    struct audit_options log = {.dir = w->dir, .index = true};
    w->audit = audit_open(&log, &err);
    assert_non_null(w->audit);
}

/* From here on it answers; jobs are the world's own, if it has any. */
static inline void world_serve(struct world *w, http_handler *handler, bool explain)
{
    struct err err = {0};
    struct api_options ao = {.access = w->access, .audit = w->audit, .jobs = w->jobs, .explain = explain};
    w->api = api_new(w->store, w->search, &ao, &err);
    assert_non_null(w->api);
    struct http_options ho = {
        .listen = "127.0.0.1:0", .threads = 2, .body_max = API_BODY_MAX, .handler = handler, .arg = w};
    w->server = http_start(&ho, &err);
    assert_non_null(w->server);
    struct str at = http_address(w->server);
    w->port = (int)strtol(at.p + str_find(at, ':', 0) + 1, NULL, 10);
}

static inline void world_open(struct world *w, const char *name)
{
    world_store(w, name);
    world_serve(w, handle, false);
}

static inline void world_stop(struct world *w)
{
    if (w->server)
        http_stop(w->server, 1000);
    w->server = NULL;
}

static inline void world_close(struct world *w)
{
    char command[128];
    world_stop(w);
    api_free(w->api);
    audit_close(w->audit);
    access_free(w->access);
    store_close(w->store);
    search_free(w->search);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    assert_int_equal(system(command), 0);
}

/* ---- asking ---- */

/* base: "/fhir" or "/styr". */
static inline char *ask_at(const struct world *w, const char *who, const char *method, const char *base,
                           const char *path, const char *extra, const char *body)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->port)};
    char *answer = os_alloc(ANSWER_MAX), head[2048];
    size_t n = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    int len = snprintf(
        head, sizeof head,
        "%s %s%s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: application/fhir+json\r\n"
        "Content-Type: application/fhir+json\r\nContent-Length: %zu\r\n%s%s%s%s\r\n",
        method, base, path[0] ? "/" : "", path, body ? strlen(body) : 0, who ? "X-Test-Caller: " : "",
        who ? who : "", who ? "\r\n" : "", extra ? extra : "");
    assert_true(os_write_all(fd, (struct str){head, (size_t)len}));
    if (body)
        assert_true(os_write_all(fd, str_of(body)));
    for (ssize_t got; n < ANSWER_MAX - 1 && (got = read(fd, answer + n, ANSWER_MAX - 1 - n)) > 0;)
        n += (size_t)got;
    answer[n] = 0;
    close(fd);
    return answer;
}

static inline char *ask(const struct world *w, const char *who, const char *method, const char *path,
                        const char *extra, const char *body)
{
    return ask_at(w, who, method, "/fhir", path, extra, body);
}

static inline int status_of(const char *answer)
{
    return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
}

static inline int status(const struct world *w, const char *who, const char *method, const char *path,
                         const char *body)
{
    char *a = ask(w, who, method, path, NULL, body);
    int s = status_of(a);
    os_free(a);
    return s;
}

static inline void put(const struct world *w, const char *type, const char *id, const char *rest)
{
    char path[128], body[4096];
    snprintf(path, sizeof path, "%s/%s", type, id);
    snprintf(body, sizeof body, "{\"resourceType\":\"%s\",\"id\":\"%s\"%s%s}", type, id, rest[0] ? "," : "",
             rest);
    char *a = ask(w, "machine", "PUT", path, NULL, body);
    if (status_of(a) != 201 && status_of(a) != 200)
        fail_msg("%s: %s", path, a);
    os_free(a);
}

/* ---- the record ---- */

#define E "https://helhet.example/fhir/StructureDefinition/"
#define LABEL(unit, provider)                                                                                \
    "\"meta\":{\"extension\":[{\"url\":\"" E                                                                 \
    "care-unit\",\"valueReference\":{\"reference\":\"Organization/" unit "\"}},{\"url\":\"" E                \
    "care-provider\",\"valueReference\":{\"reference\":\"Organization/" provider "\"}}]}"
#define PATIENT(id) "\"subject\":{\"reference\":\"Patient/" id "\"}"
#define ENCOUNTER_OF(unit, provider, patient)                                                                \
    LABEL(unit, provider)                                                                                    \
    ",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},\"period\":{\"start\":\"2026-10-01T08:00:00Z\"}," \
    "\"serviceProvider\":{"                                                                                  \
    "\"reference\":\"Organization/" unit "\"}," PATIENT(patient)
#define OBSERVATION_AS(unit, provider, patient, text, status)                                                \
    LABEL(unit, provider)                                                                                    \
    ",\"status\":\"" status "\",\"code\":{\"coding\":[{\"system\":\"urn:c\",\"code\":\"" text                \
    "\"}],\"text\":\"" text                                                                                  \
    "\"},\"effectiveDateTime\":\"2026-10-02\",\"valueQuantity\":{\"value\":5,\"unit\":\"mmol/L\"}," PATIENT( \
        patient)
#define OBSERVATION_OF(unit, provider, patient, text) OBSERVATION_AS(unit, provider, patient, text, "final")

/* A needs-and-risk analysis of one role at one unit. */
static inline void analysed_as(const struct world *w, const char *id, const char *unit, const char *role)
{
    char rest[1536];
    snprintf(
        rest, sizeof rest,
        "\"status\":\"active\",\"type\":{\"coding\":[{\"system\":\"https://helhet.example/fhir/CodeSystem/"
        "library-type\",\"code\":\"needs-and-risk-analysis\"}]},\"useContext\":[{\"code\":{\"system\":"
        "\"http://terminology.hl7.org/CodeSystem/usage-context-type\",\"code\":\"user\"},"
        "\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://helhet.example/fhir/CodeSystem/role\","
        "\"code\":\"%s\"}]}},{\"code\":{\"system\":"
        "\"http://terminology.hl7.org/CodeSystem/usage-context-type\",\"code\":\"venue\"},"
        "\"valueReference\":{\"reference\":\"Organization/%s\"}}],"
        "\"effectivePeriod\":{\"start\":\"2020-01-01\",\"end\":\"2099-12-31\"}",
        role, unit);
    put(w, "Library", id, rest);
}

static inline void staff_as(const struct world *w, const char *id, const char *unit, const char *role,
                            bool analysed)
{
    char person[64], link[256] = "", rest[1024];
    snprintf(person, sizeof person, "p-%s", id);
    put(w, "Practitioner", person, "\"active\":true");
    if (analysed) {
        analysed_as(w, id, unit, role);
        snprintf(link, sizeof link,
                 ",\"extension\":[{\"url\":\"" E
                 "needs-and-risk-analysis\",\"valueReference\":{\"reference\":\"Library/%s\"}}]",
                 id);
    }
    snprintf(rest, sizeof rest,
             "\"active\":true,\"practitioner\":{\"reference\":\"Practitioner/"
             "%s\"},\"organization\":{\"reference\":\"Organization/%s\"},"
             "\"code\":[{\"coding\":[{\"system\":\"https://helhet.example/fhir/CodeSystem/"
             "role\",\"code\":\"%s\"}]}]%s",
             person, unit, role, link);
    put(w, "PractitionerRole", id, rest);
}

static inline void staff(const struct world *w, const char *id, const char *unit, bool analysed)
{
    staff_as(w, id, unit, "physician", analysed);
}

#define SHARED(yes) "\"extension\":[{\"url\":\"" E "shared-record\",\"valueBoolean\":" yes "}],\"name\":\"V\""
#define PART_OF(provider) "\"name\":\"E\",\"partOf\":{\"reference\":\"Organization/" provider "\"}"

/* What both records have: two joined providers and one that is not, units, staff, four patients. */
static inline void common(const struct world *w)
{
    put(w, "Organization", "v1", SHARED("true"));
    put(w, "Organization", "v2", SHARED("true"));
    put(w, "Organization", "v3", SHARED("false"));
    put(w, "Organization", "a", PART_OF("v1"));
    put(w, "Organization", "b", PART_OF("v1"));
    put(w, "Organization", "c", PART_OF("v2"));
    put(w, "Organization", "d", PART_OF("v3"));
    staff(w, "anna", "a", true);
    staff(w, "bo", "b", true);
    staff(w, "cia", "c", true);
    staff(w, "odd", "a", false);
    put(w, "Patient", "one", "\"birthDate\":\"1970-01-01\",\"name\":[{\"family\":\"Ett\"}]");
    put(w, "Patient", "two", "\"birthDate\":\"1980-01-01\",\"name\":[{\"family\":\"Två\"}]");
    put(w, "Patient", "child", "\"birthDate\":\"2020-01-01\"");
    put(w, "Patient", "secret",
        "\"meta\":{\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"
        "SecurityLabel\",\"code\":\"sekretessmarkering\"}]},\"birthDate\":\"1960-01-01\",\"address\":[{"
        "\"city\":\"Hemligheten\"}],"
        "\"telecom\":[{\"system\":\"phone\",\"value\":\"0700999999\"}],\"name\":[{\"family\":\"Skydd\"}]");
    put(w, "RelatedPerson", "parent",
        "\"patient\":{\"reference\":\"Patient/child\"},\"relationship\":[{\"coding\":[{\"system\":\"http://"
        "terminology.hl7.org/"
        "CodeSystem/v3-RoleCode\",\"code\":\"GUARD\"}]}]");
    put(w, "Encounter", "ea", ENCOUNTER_OF("a", "v1", "one"));
    put(w, "Observation", "oa", OBSERVATION_OF("a", "v1", "one", "vanlig"));
    put(w, "Encounter", "es", ENCOUNTER_OF("a", "v1", "secret"));
    put(w, "Observation", "ochild", OBSERVATION_OF("a", "v1", "child", "vanlig"));
}

#endif
