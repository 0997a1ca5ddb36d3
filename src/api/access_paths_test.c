/* SPDX-License-Identifier: Apache-2.0
 * Every way to read and to ask, over HTTP, in two records that differ only by what the caller may not see:
 * the answers must be the same. One is the naive oracle of the other. Then what the caller does see: no wrong
 * refusals. */
#include "access_ask.h"
#include "audited_oracle.h"

static struct world full, bare;

/* ---- the record ---- */

/* What anna of unit a may not see: other units' of the same patient, of one she does not care for, of the one
 * that has not joined. */
static void hidden(const struct world *w)
{
    put(w, "Encounter", "eb", ENCOUNTER_OF("b", "v1", "one"));
    put(w, "Observation", "ob", OBSERVATION_OF("b", "v1", "one", "dold"));
    put(w, "Observation", "ob", OBSERVATION_AS("b", "v1", "one", "dold2", "amended"));
    put(w, "Observation", "oc", OBSERVATION_OF("c", "v2", "one", "dold"));
    put(w, "Observation", "od", OBSERVATION_OF("d", "v3", "one", "dold"));
    put(w, "Observation", "ot", OBSERVATION_OF("a", "v1", "two", "dold"));
    put(w, "Condition", "cb",
        LABEL("b", "v1") ",\"code\":{\"text\":\"dold\",\"coding\":[{\"code\":\"dold\"}]},\"encounter\":{"
                         "\"reference\":\"Encounter/eb\"}," PATIENT("one"));
    put(w, "Observation", "gone", OBSERVATION_OF("b", "v1", "one", "dold"));
    assert_int_equal(status(w, "machine", "DELETE", "Observation/gone", NULL), 204);
}

static int open_worlds(void **state)
{
    (void)state;
    world_open(&full, "full");
    world_open(&bare, "bare");
    common(&full);
    common(&bare);
    hidden(&full);
    return 0;
}

static int close_worlds(void **state)
{
    (void)state;
    world_close(&full);
    world_close(&bare);
    return 0;
}

/* ---- comparing ---- */

/* Puts '#' for what differs between any two records: times, tokens of page links, made ids. */
static void blank(char *text, const char *before, const char *until)
{
    for (char *at = text; (at = strstr(at, before));) {
        at += strlen(before);
        char *end = at;
        while (*end && !strchr(until, *end))
            end++;
        memmove(at, end, strlen(end) + 1);
    }
}

static void normalise(char *a)
{
    static const struct {
        const char *before, *until;
    } cuts[] = {{"\"lastUpdated\":\"", "\""},
                {"Last-Modified: ", "\r"},
                {"Date: ", "\r"},
                {"_page=", "\"&"},
                {"_cursor=", "\"&"},
                {"Content-Length: ", "\r"},
                {"\"timestamp\":\"", "\""},
                {"\"lastModified\":\"", "\""}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        blank(a, cuts[i].before, cuts[i].until);
}

struct path {
    const char *name, *method, *path, *extra, *body;
};

/* Asks, and proves that the log names exactly those whose records left. Labels in use over all are made from
 * every record that the caller sees: there the log names more than an answer of no ids can tell. */
static char *ask_logged(const struct world *w, const char *who, const struct path *p)
{
    long from = audited_oracle_end(w->dir);
    char *x = ask(w, who, p->method, p->path, p->extra, p->body);
    unsigned logged = audited_oracle_logged(w->dir, from);
    unsigned expected = audited_oracle_expected(status_of(x), p->path, p->body, x);
    expected |= logged & audited_oracle_perhaps(status_of(x), p->body);
    if (strcmp(p->path, "$meta") == 0)
        expected |= logged & 0xFFFF;
    if (logged != expected)
        fail_msg("%s: %s %s: the log names %x, the answer holds %x: %s", p->name, p->method, p->path, logged,
                 expected, x);
    return x;
}

static void same_in_both(const char *who, const struct path *p)
{
    char *x = ask_logged(&full, who, p);
    char *y = ask_logged(&bare, who, p);
    normalise(x);
    normalise(y);
    if (strcmp(x, y) != 0)
        fail_msg("%s: %s %s\n--- with what is hidden:\n%s\n--- without:\n%s", p->name, p->method, p->path, x,
                 y);
    if (getenv("HELHET_VERBOSE"))
        print_message("  %s (%s %s): %d\n", p->name, p->method, p->path, status_of(x));
    /* Nothing but what was asked with. */
    if (strstr(x, "dold") && !strstr(p->path, "dold") && !(p->body && strstr(p->body, "dold")))
        fail_msg("%s: %s %s shows what is hidden: %s", p->name, p->method, p->path, x);
    os_free(x);
    os_free(y);
}

static void each_same(const char *who, const struct path *p)
{
    for (; p->name; p++)
        same_in_both(who, p);
}

/* ---- the paths, one test each ---- */

#define PATHS(test, ...)                                                                                     \
    static void test_##test(void **state)                                                                    \
    {                                                                                                        \
        static const struct path paths[] = {__VA_ARGS__, {0}};                                               \
        (void)state;                                                                                         \
        each_same("anna", paths);                                                                            \
    }
#define GET(name, path)                                                                                      \
    {                                                                                                        \
        name, "GET", path, NULL, NULL                                                                        \
    }

PATHS(read, GET("hidden", "Observation/ob"), GET("another provider", "Observation/oc"),
      GET("not joined", "Observation/od"), GET("own unit, no relation", "Observation/ot"),
      GET("deleted", "Observation/gone"), GET("seen", "Observation/oa"),
      {"HEAD", "HEAD", "Observation/ob", NULL, NULL})
PATHS(etag, {"probe", "GET", "Observation/ob", "If-None-Match: W/\"2\"\r\n", NULL},
      {"probe of another", "GET", "Observation/ob", "If-None-Match: W/\"1\"\r\n", NULL},
      {"since", "GET", "Observation/ob", "If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT\r\n", NULL})
PATHS(vread, GET("current", "Observation/ob/_history/2"), GET("old", "Observation/ob/_history/1"),
      GET("never was", "Observation/ob/_history/9"), GET("before deletion", "Observation/gone/_history/1"))
PATHS(history, GET("instance", "Observation/ob/_history"), GET("type", "Observation/_history"),
      GET("system", "_history?_count=1000"), GET("short pages", "Observation/_history?_count=1"),
      GET("deleted", "Observation/gone/_history"))
PATHS(search, GET("all", "Observation"), GET("code", "Observation?code=dold"),
      GET("id", "Observation?_id=ob,oa"), GET("patient", "Observation?patient=one"),
      GET("date", "Observation?date=2026-10-02"), GET("missing", "Observation?code:missing=false"),
      GET("not", "Observation?code:not=vanlig"), GET("updated", "Observation?_lastUpdated=gt2020-01-01"),
      GET("value", "Observation?value-quantity=5"),
      GET("composite", "Observation?code-value-quantity=dold$5"),
      GET("system", "?_type=Observation,Condition,Encounter"), GET("compartment", "Patient/one/Observation"),
      GET("compartment of all", "Patient/one/*"), GET("encounter's compartment", "Encounter/eb/Condition"),
      GET("form", "Observation?_elements=code"))
PATHS(totals, GET("accurate", "Observation?_total=accurate"), GET("count", "Observation?_summary=count"),
      GET("none", "Observation?_count=0&_total=accurate"), GET("estimate", "Observation?_total=estimate"),
      GET("by patient", "Observation?patient=one&_summary=count"),
      GET("type alone", "Condition?_summary=count"))
PATHS(include, GET("include", "Condition?_include=Condition:encounter"),
      GET("include iterated", "Observation?_include=*&_include:iterate=*"),
      GET("revinclude", "Patient?_id=one&_revinclude=Observation:patient"),
      GET("revinclude of all", "Encounter?_revinclude=Condition:encounter"))
PATHS(chain, GET("to a hidden one", "Condition?encounter.status=finished"),
      GET("through the patient", "Observation?patient.family=Ett"),
      GET("to a hidden id", "Condition?encounter._id=eb"),
      GET("two steps", "Condition?encounter.patient.family=Ett"),
      GET("service provider", "Encounter?service-provider.name=E"))
PATHS(has, GET("patients with", "Patient?_has:Observation:patient:code=dold"),
      GET("patients with a condition", "Patient?_has:Condition:patient:code=dold"),
      GET("twice", "Organization?_has:Encounter:service-provider:_has:Condition:encounter:code=dold"),
      GET("negated", "Patient?_has:Observation:patient:code:not=vanlig"))
PATHS(sort, GET("code", "Observation?_sort=code"), GET("date", "Observation?_sort=-date"),
      GET("updated", "Observation?_sort=-_lastUpdated"),
      GET("along a chain", "Observation?_sort=patient.birthdate"),
      GET("small pages", "Observation?_sort=code&_count=1"))
PATHS(filter, GET("filter", "Observation?_filter=code%20eq%20dold"),
      GET("one that has", "Patient?_filter=name%20eq%20Ett"))
PATHS(everything, GET("patient", "Patient/one/$everything"),
      GET("since", "Patient/one/$everything?_since=2020-01-01"),
      GET("types", "Patient/one/$everything?_type=Observation"),
      GET("one without relation", "Patient/two/$everything"))
PATHS(statistics, GET("lastn", "Observation/$lastn?patient=one&code=dold"),
      GET("stats", "Observation/$stats?subject=Patient/one&code=dold&statistic=count"),
      GET("meta", "Observation/ob/$meta"), GET("meta of all", "$meta"), GET("diff", "Observation/ob/$diff"),
      GET("validate", "Observation/ob/$validate"))
PATHS(graphql, GET("list", "$graphql?query={ObservationList{id,code{text}}}"),
      GET("one", "$graphql?query={Observation(id:ob){id}}"),
      GET("instance", "Patient/one/$graphql?query={id,ConditionList(_reference:patient){id}}"),
      GET("reference", "$graphql?query={ConditionList{encounter{resource{id}}}}"))
PATHS(views, {"run", "POST", "$viewdefinition-run?_format=json", NULL,
              "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"viewResource\",\"resource\":{"
              "\"resourceType\":"
              "\"ViewDefinition\",\"resource\":\"Observation\",\"status\":\"active\",\"select\":[{\"column\":"
              "[{\"name\":\"id\","
              "\"path\":\"id\"},{\"name\":\"t\",\"path\":\"code.text\"}]}]}}]}"})
PATHS(export, GET("system", "$export"), GET("patients", "Patient/$export"), GET("a job", "_job/1"),
      {"import", "POST", "$import", NULL, "{}"})
PATHS(explain, GET("plan", "Observation?code=dold&_explain=true"),
      GET("access", "Patient/one/$access-explain"))

#define BUNDLE(type, entries) "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]}"
#define ENTRY(method, url) "{\"request\":{\"method\":\"" method "\",\"url\":\"" url "\"}}"
PATHS(
    bundles,
    {"batch", "POST", "", NULL,
     BUNDLE("batch", ENTRY("GET", "Observation/ob") "," ENTRY("GET", "Observation?code=dold") "," ENTRY(
                         "GET", "Observation/oa"))},
    {"transaction of reads", "POST", "", NULL,
     BUNDLE("transaction", ENTRY("GET", "Observation?patient=one"))},
    {"reads after an operation that looks behind the view", "POST", "", NULL,
     BUNDLE("transaction", ENTRY("GET", "Patient/one/$access-explain") "," ENTRY(
                               "GET", "Observation?patient=one") "," ENTRY("GET", "Observation?code=dold"))},
    {"each entry whose", "POST", "", NULL,
     BUNDLE("transaction", ENTRY("GET", "Observation/oa") "," ENTRY("GET", "Encounter/es"))},
    {"transaction that deletes", "POST", "", NULL, BUNDLE("transaction", ENTRY("DELETE", "Observation/ob"))},
    {"conditional delete", "POST", "", NULL, BUNDLE("transaction", ENTRY("DELETE", "Observation?code=dold"))})

#define NOTE(id)                                                                                             \
    "{\"resourceType\":\"Observation\"" id                                                                   \
    ",\"status\":\"preliminary\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":"                      \
    "\"Patient/one\"}}"
PATHS(writes, {"a chosen id that is taken", "PUT", "Observation/ob", NULL, NOTE(",\"id\":\"ob\"")},
      {"a chosen id that is free", "PUT", "Observation/nobody", NULL, NOTE(",\"id\":\"nobody\"")},
      {"with a version", "PUT", "Observation/ob", "If-Match: W/\"2\"\r\n", NOTE(",\"id\":\"ob\"")},
      {"delete", "DELETE", "Observation/ob", NULL, NULL},
      {"delete deleted", "DELETE", "Observation/gone", NULL, NULL},
      {"conditional delete", "DELETE", "Observation?code=dold", NULL, NULL},
      {"patch", "PATCH", "Observation/ob", "Prefer: return=minimal\r\n", "[]"},
      {"add a label", "POST", "Observation/ob/$meta-add", NULL,
       "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"code\":"
       "\"x\"}]}}]}"},
      {"a reference by condition", "POST", "", NULL,
       BUNDLE("transaction",
              "{\"resource\":{\"resourceType\":\"Condition\",\"subject\":{\"reference\":\"Patient/one\"},"
              "\"encounter\":{\"reference\":\"Encounter?_id=eb\"}},\"request\":{\"method\":\"POST\",\"url\":"
              "\"Condition\"}}")})

#define PATCH                                                                                                \
    "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","  \
    "\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"Observation.status\"},{\"name\":"       \
    "\"value\","                                                                                             \
    "\"valueCode\":\"amended\"}]}]}"
PATHS(conditional, {"patch", "PATCH", "Observation?code=dold", NULL, PATCH},
      {"patch of one", "PATCH", "Observation?_id=ob", NULL, PATCH},
      {"patch of a version", "PATCH", "Observation/ob", "If-Match: W/\"2\"\r\n", PATCH},
      {"patch of another version", "PATCH", "Observation/ob", "If-Match: W/\"1\"\r\n", PATCH},
      {"update that must be new", "PUT", "Observation/ob", "If-None-Match: *\r\n", NOTE(",\"id\":\"ob\"")},
      {"delete of a version", "DELETE", "Observation/ob", "If-Match: W/\"1\"\r\n", NULL},
      {"delete of many", "DELETE", "Observation?code:missing=false&_id=ob,oc", NULL, NULL})
PATHS(errors, GET("no operation", "Observation/ob/$nothing"), GET("no modifier", "Observation?code:bad=dold"),
      GET("no version", "Observation/ob/_history/x"), GET("no page", "Observation?_page=AAAA"),
      GET("no cursor", "Observation?_cursor=AAAA"), GET("no history page", "_history?_cursor=AAAA"),
      GET("no parameter", "Observation?nothing=ob"), {"no method", "POST", "Observation/ob", NULL, "{}"},
      {"no resource", "PUT", "Observation/ob", NULL, "{\"resourceType\":\"Observation\",\"id\":\"ob\"}"})

static void budget_both(uint64_t most)
{
    struct search_budget b = {most ? 0 : SEARCH_BUDGET_MS, most ? most : SEARCH_WORK_MAX};
    search_set_budget(full.search, b);
    search_set_budget(bare.search, b);
}

/* The answer with its numbers blanked. */
static char *without_numbers(char *answer)
{
    for (char *c = answer; *c; c++)
        *c = *c >= '0' && *c <= '9' ? '#' : *c;
    normalise(answer);
    return answer;
}

/* What is hidden costs work too, so a search may be given up for it: but how far it got, and what would make
 * it smaller, tells no more than of a search that is given up without it. */
static void test_budget(void **state)
{
    static const char *const paths[] = {
        "Observation?value-quantity=5",         "Observation?code:not=nothing",
        "Observation?patient.birthdate=gt1900", "Observation?_sort=-date",
        "Observation?_summary=count",           "Observation?_lastUpdated=gt2000"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *given_up = NULL;
        for (uint64_t most = 1; most < 6; most++) {
            budget_both(most);
            char *x = without_numbers(ask(&full, "anna", "GET", paths[i], NULL, NULL));
            char *y = without_numbers(ask(&bare, "anna", "GET", paths[i], NULL, NULL));
            if (!given_up && strstr(y, "SEARCH_BUDGET")) {
                given_up = y;
                y = NULL;
            }
            bool same = y && strcmp(x, y) == 0;
            if (!same && !(given_up && strcmp(x, given_up) == 0))
                fail_msg("%s, at most %u: %s", paths[i], (unsigned)most, x);
            os_free(x);
            os_free(y);
        }
        os_free(given_up);
    }
    budget_both(0);
}

/* What was hidden is still there, untouched by all of the above. */
static void test_untouched(void **state)
{
    (void)state;
    assert_int_equal(status(&full, "machine", "GET", "Observation/ob", NULL), 200);
    assert_int_equal(status(&full, "machine", "GET", "Observation/ob/_history/2", NULL), 200);
    assert_int_equal(status(&full, "machine", "GET", "Observation/ob/_history/3", NULL), 404);
    assert_int_equal(status(&full, "machine", "GET", "Observation/oc", NULL), 200);
}

/* A condition that only a hidden resource fulfils is not fulfilled: the new one is made, here as there. */
static void test_conditional_create(void **state)
{
    (void)state;
    const char *body = NOTE("");
    for (int i = 0; i < 2; i++) {
        char *a = ask(i ? &bare : &full, "anna", "POST", "Observation", "If-None-Exist: code=dold\r\n", body);
        assert_int_equal(status_of(a), 201);
        os_free(a);
    }
}

/* Nothing is updated that is not seen: there it is made, here as there. */
static void test_conditional_update(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(status(i ? &bare : &full, "anna", "PUT", "Observation?code=dold", NOTE("")), 201);
}

/* Somebody else's link to a page is no link. */
static void test_page_links(void **state)
{
    (void)state;
    char *a = ask(&full, "machine", "GET", "Observation?_count=1&_total=accurate", NULL, NULL), path[4096];
    char *at = strstr(a, "/fhir/Observation?_page=");
    assert_non_null(at);
    at += strlen("/fhir/");
    *strchr(at, '"') = 0;
    snprintf(path, sizeof path, "%s", at);
    os_free(a);
    assert_int_equal(status(&full, "machine", "GET", path, NULL), 200);
    assert_int_equal(status(&full, "anna", "GET", path, NULL), 400);
    assert_int_equal(status(&full, "nobody", "GET", path, NULL), 401);
}

/* ---- no wrong refusals, and what opens what ---- */

static void reads(const char *who, const char *path, int want)
{
    int got = status(&full, who, "GET", path, NULL);
    if (got != want)
        fail_msg("%s reads %s: %d, %d wanted", who, path, got, want);
}

/* Runs an operation on a patient; the id of the Consent that it made, in out. */
static int operate(const char *who, const char *patient, const char *op, const char *parameters, char out[64])
{
    char path[128], body[2048];
    snprintf(path, sizeof path, "Patient/%s/%s", patient, op);
    snprintf(body, sizeof body, "{\"resourceType\":\"Parameters\"%s%s%s}",
             parameters[0] ? ",\"parameter\":[" : "", parameters, parameters[0] ? "]" : "");
    char *a = ask(&full, who, "POST", path, NULL, body);
    int s = status_of(a);
    char *id = strstr(a, "/fhir/Consent/");
    out[0] = 0;
    if (id)
        snprintf(out, 64, "%.36s", id + strlen("/fhir/Consent/"));
    if (strstr(a, "\"ticket\"")) {
        char *ticket = strstr(a, "\"valueString\":\"") + strlen("\"valueString\":\"");
        snprintf(out, 64, "%.*s", (int)strcspn(ticket, "\""), ticket);
    }
    os_free(a);
    return s;
}

#define TEXT(name, value) "{\"name\":\"" name "\",\"valueString\":\"" value "\"}"

static void test_own_unit(void **state)
{
    (void)state;
    reads("anna", "Observation/oa", 200);
    reads("anna", "Encounter/ea", 200);
    reads("anna", "Patient/two", 200);
    reads("anna", "Organization/c", 200);
    reads("bo", "Observation/oa", 404);
    reads("bo", "Observation/ob", 200);
    reads("cia", "Observation/oc", 404); /* own unit, but no care relation */
    reads("odd", "Observation/oa", 403); /* no needs-and-risk analysis: no role */
    reads("nobody", "Observation/oa", 401);
    reads("machine", "Observation/od", 200);
    reads("anna", "AuditEvent", 403);
}

static void test_choice_and_consent(void **state)
{
    (void)state;
    char id[64];
    reads("cia", "Observation/oc", 404);
    assert_int_equal(operate("cia", "one", "$active-choice", "", id), 400); /* a reason is needed */
    assert_int_equal(operate("cia", "one", "$active-choice", TEXT("reason", "remiss"), id), 201);
    reads("cia", "Observation/oc", 200); /* own unit: a stated reason */
    reads("cia", "Observation/ob", 404); /* another provider: consent too */
    assert_int_equal(operate("cia", "one", "$consent", TEXT("days", "30"), id), 201);
    reads("cia", "Observation/ob", 200);
    reads("cia", "Observation/od", 404); /* has not joined */
    char withdraw[128];
    snprintf(withdraw, sizeof withdraw, TEXT("withdraw", "%s"), id);
    char ended[64];
    assert_int_equal(operate("cia", "one", "$consent", withdraw, ended), 200);
    reads("cia", "Observation/ob", 404);
}

/* What one has is told to oneself with the Consent it stands in, and ended by oneself alone. */
static void test_end(void **state)
{
    (void)state;
    char ticket[64], id[64], end[128], text[256];
    reads("cia", "Observation/oc", 200); /* by the choice above */
    char *why = ask(&full, "cia", "GET", "Patient/one/$access-explain", NULL, NULL);
    assert_non_null(strstr(why, "{\"name\":\"may\",\"valueCode\":\"emergency\"}"));
    assert_non_null(strstr(why, "{\"name\":\"choiceHours\",\"valueInteger\":24}"));
    assert_non_null(strstr(why, "\"valueString\":\"remiss\""));
    char *at = strstr(why, "\"resourceType\":\"Consent\",\"id\":\"");
    assert_non_null(at);
    snprintf(id, sizeof id, "%.36s", at + strlen("\"resourceType\":\"Consent\",\"id\":\""));
    os_free(why);
    why = ask(&full, "anna", "GET", "Patient/one/$access-explain?units=true", NULL, NULL);
    assert_null(strstr(why, "remiss")); /* somebody else's */
    os_free(why);
    snprintf(end, sizeof end, TEXT("end", "%s"), id);
    assert_int_equal(operate("anna", "one", "$active-choice", end, id), 404);
    assert_int_equal(operate("cia", "two", "$active-choice", end, id), 404);
    assert_int_equal(operate("cia", "one", "$emergency", end, id), 404); /* of another kind */
    assert_int_equal(operate("cia", "one", "$active-choice", end, id), 200);
    reads("cia", "Observation/oc", 404);
    assert_int_equal(operate("cia", "one", "$emergency", "", ticket), 200);
    snprintf(text, sizeof text, TEXT("ticket", "%s") "," TEXT("reason", "akut"), ticket);
    assert_int_equal(operate("cia", "one", "$emergency", text, id), 201);
    reads("cia", "Observation/oc", 200);
    snprintf(end, sizeof end, TEXT("end", "%s"), id);
    assert_int_equal(operate("bo", "one", "$emergency", end, id), 404);
    assert_int_equal(operate("cia", "one", "$emergency", end, id), 200);
    reads("cia", "Observation/oc", 404);
}

static void test_block(void **state)
{
    (void)state;
    char block[64], lift[64], ticket[64], text[256];
    assert_int_equal(operate("bo", "one", "$active-choice", TEXT("reason", "vård"), lift), 201);
    reads("bo", "Observation/oa", 200);
    assert_int_equal(operate("Patient/one", "one", "$block", TEXT("organization", "Organization/a"), block),
                     201);
    reads("bo", "Observation/oa", 404); /* from the moment it is acknowledged */
    reads("anna", "Observation/oa", 200);
    reads("Patient/one", "Observation/oa", 200);
    char *why = ask(&full, "bo", "GET", "Patient/one/$access-explain", NULL, NULL);
    assert_non_null(strstr(why, "{\"name\":\"blocked\",\"valueBoolean\":true}"));
    assert_null(strstr(why, "Organization/a"));
    os_free(why);
    why = ask(&full, "bo", "GET", "Patient/one/$access-explain?units=true", NULL, NULL);
    assert_non_null(strstr(why, "{\"name\":\"unit\",\"valueReference\":{\"reference\":\"Organization/a\"}}"));
    snprintf(text, sizeof text, "{\"reference\":\"Consent/%s\"}", block);
    assert_non_null(strstr(why, text));
    assert_non_null(strstr(why, "{\"name\":\"hides\",\"valueBoolean\":true}"));
    os_free(why);
    snprintf(text, sizeof text, TEXT("block", "%s") "," TEXT("days", "2"), block);
    assert_int_equal(operate("bo", "one", "$lift-block", text, lift), 201);
    reads("bo", "Observation/oa", 200);
    why = ask(&full, "bo", "GET", "Patient/one/$access-explain?units=true", NULL, NULL);
    assert_non_null(strstr(why, "{\"name\":\"hides\",\"valueBoolean\":false}"));
    os_free(why);
    snprintf(text, sizeof text, TEXT("end", "%s"), lift);
    assert_int_equal(operate("anna", "one", "$lift-block", text, ticket), 404); /* not that unit's */
    assert_int_equal(operate("bo", "one", "$lift-block", text, ticket), 200);
    reads("bo", "Observation/oa", 404);
    snprintf(text, sizeof text, TEXT("block", "%s") "," TEXT("days", "2"), block);
    assert_int_equal(operate("bo", "one", "$lift-block", text, lift), 201);
    reads("bo", "Observation/oa", 200);
    assert_int_equal(operate("Patient/one", "one", "$block", TEXT("organization", "Organization/v1"), lift),
                     201);
    reads("bo", "Observation/oa", 404); /* another block, of the whole provider */
    assert_int_equal(operate("bo", "one", "$emergency", "", ticket), 200);
    snprintf(text, sizeof text, TEXT("ticket", "%s"), ticket);
    assert_int_equal(operate("bo", "one", "$emergency", text, lift), 400); /* without a reason */
    snprintf(text, sizeof text, TEXT("ticket", "%s") "," TEXT("reason", "medvetslös"), ticket);
    assert_int_equal(operate("anna", "one", "$emergency", text, lift), 403); /* somebody else's ticket */
    assert_int_equal(operate("bo", "two", "$emergency", text, lift), 403);   /* another patient */
    assert_int_equal(operate("bo", "one", "$emergency", text, lift), 201);
    reads("bo", "Observation/oa", 200);
    snprintf(text, sizeof text, TEXT("block", "%s"), block);
    assert_int_equal(operate("bo", "two", "$unblock", text, lift), 404); /* not that patient's */
    assert_int_equal(operate("Patient/one", "one", "$unblock", text, lift), 200);
}

/* What several units work with keeps the label of the one that wrote it; a record is changed by its own unit.
 */
static void test_other_units(void **state)
{
    (void)state;
    static const char task[] =
        "{\"resourceType\":\"Task\",\"id\":\"t1\",\"status\":\"%s\",\"intent\":\"order\",\"for\":{"
        "\"reference\":\"Patient/one\"}}";
    char body[512];
    put(&full, "Task", "t1",
        LABEL("a",
              "v1") ",\"status\":\"requested\",\"intent\":\"order\",\"for\":{\"reference\":\"Patient/one\"}");
    reads("bo", "Task/t1", 200); /* by the opening above */
    snprintf(body, sizeof body, task, "accepted");
    char *a = ask(&full, "bo", "PUT", "Task/t1", NULL, body);
    assert_int_equal(status_of(a), 200);
    assert_non_null(strstr(a, "Organization/a\""));
    assert_null(strstr(a, "Organization/b\""));
    os_free(a);
    assert_int_equal(status(&full, "bo", "PUT", "Encounter/ea",
                            "{\"resourceType\":\"Encounter\",\"id\":\"ea\",\"status\":\"finished\",\"class\":"
                            "{\"code\":\"AMB\"},"
                            "\"subject\":{\"reference\":\"Patient/one\"}}"),
                     403);
    assert_int_equal(status(&full, "bo", "DELETE", "Encounter/ea", NULL), 403);
}

/* A client that may write and not read creates, and writes over nothing: no block, no signed text. */
static void test_blind_clients(void **state)
{
    (void)state;
    char block[64], path[128], body[512];
    assert_int_equal(operate("Patient/two", "two", "$block", TEXT("organization", "Organization/a"), block),
                     201);
    snprintf(path, sizeof path, "Consent/%s", block);
    snprintf(body, sizeof body,
             "{\"resourceType\":\"Consent\",\"id\":\"%s\",\"status\":\"inactive\",\"scope\":{\"text\":\"x\"},"
             "\"policyRule\":{\"text\":\"x\"},\"category\":[{\"text\":\"x\"}],\"patient\":{\"reference\":"
             "\"Patient/two\"}}",
             block);
    assert_int_equal(status(&full, "blind:Consent", "PUT", path, body), 403);
    assert_int_equal(status(&full, "machine", "PUT", path, body), 403);
    assert_int_equal(status(&full, "blind:Observation", "PUT", "Observation/oa", NOTE(",\"id\":\"oa\"")),
                     403);
    /* Whom it is about must be seen too; what is about nobody may be new. */
    assert_int_equal(
        status(&full, "blind:Observation", "PUT", "Observation/fresh", NOTE(",\"id\":\"fresh\"")), 422);
    assert_int_equal(status(&full, "blind:Observation", "PUT", "Observation/fresh",
                            "{\"resourceType\":\"Observation\",\"id\":\"fresh\",\"status\":\"preliminary\","
                            "\"code\":{\"text\":\"x\"}}"),
                     201);
    assert_int_equal(status(&full, "blind:Observation", "GET", "Observation/fresh", NULL), 403);
}

static void test_guardian(void **state)
{
    (void)state;
    char id[64];
    reads("RelatedPerson/parent", "Observation/ochild", 200);
    reads("RelatedPerson/parent", "Patient/child", 200);
    reads("RelatedPerson/parent", "Observation/oa", 404);
    reads("RelatedPerson/parent", "Patient/one", 404);
    assert_int_equal(
        operate("RelatedPerson/parent", "child", "$block", TEXT("organization", "Organization/a"), id), 403);
    reads("Patient/one", "Patient/one", 200);
    reads("Patient/one", "Patient/two", 404);
    reads("Patient/two", "Observation/oa", 404);
    reads("Patient/child", "Observation/ochild", 404); /* not yet old enough */
    assert_int_equal(operate("Patient/two", "one", "$block", TEXT("organization", "Organization/a"), id),
                     404);
}

static void test_protected_identity(void **state)
{
    (void)state;
    static const char *const paths[] = {"Patient/secret",
                                        "Patient?_id=secret",
                                        "Patient/secret/_history",
                                        "Encounter/es",
                                        "Patient/secret/_history/1",
                                        "Patient/secret/$everything",
                                        "Patient?_sort=address-city",
                                        "Encounter?patient=secret"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *a = ask(&full, "anna", "GET", paths[i], NULL, NULL);
        assert_int_equal(status_of(a), 200);
        if (strstr(a, "Hemligheten") || strstr(a, "0700999999") ||
            (strstr(a, "Patient/secret\"") && strstr(a, "serviceProvider")))
            fail_msg("%s shows %s", paths[i], a);
        os_free(a);
    }
    char *a = ask(&full, "anna", "GET", "Patient?address-city=Hemligheten&_total=accurate", NULL, NULL);
    assert_non_null(strstr(a, "\"total\":0"));
    os_free(a);
    a = ask(&full, "Patient/secret", "GET", "Patient/secret", NULL, NULL);
    assert_non_null(strstr(a, "Hemligheten"));
    os_free(a);
    assert_int_equal(
        status(&full, "anna", "PUT", "Patient/secret",
               "{\"resourceType\":\"Patient\",\"id\":\"secret\",\"name\":[{\"family\":\"Ny\"}]}"),
        403);
}

static void test_labels_and_signing(void **state)
{
    (void)state;
    static const char forged[] = "{\"resourceType\":\"Observation\"," LABEL(
        "b", "v2") ",\"status\":\"%s\",\"code\":{\"text\":\"prov\"}," PATIENT("one") "%s}";
    char body[2048], path[128], *a;
    snprintf(body, sizeof body, forged, "final", "");
    a = ask(&full, "anna", "POST", "Observation", NULL, body);
    assert_int_equal(status_of(a), 201);
    assert_non_null(strstr(a, "Organization/a\""));
    assert_null(strstr(a, "Organization/b\""));
    snprintf(path, sizeof path, "Observation/%.36s",
             strstr(a, "/fhir/Observation/") + strlen("/fhir/Observation/"));
    os_free(a);
    char with_id[128];
    snprintf(with_id, sizeof with_id, ",\"id\":\"%s\"", path + strlen("Observation/"));
    snprintf(body, sizeof body,
             "{\"resourceType\":\"Observation\"%s,\"status\":\"final\",\"code\":{\"text\":\"bytt\"},"
             "\"subject\":{\"reference\":\"Patient/one\"}}",
             with_id);
    assert_int_equal(status(&full, "anna", "PUT", path, body), 409); /* signed */
    assert_int_equal(status(&full, "anna", "DELETE", path, NULL), 409);
    snprintf(body, sizeof body,
             "{\"resourceType\":\"Observation\"%s,\"status\":\"corrected\",\"code\":{\"text\":\"bytt\"},"
             "\"subject\":{\"reference\":\"Patient/"
             "one\"}}",
             with_id);
    a = ask(&full, "anna", "PUT", path, NULL, body);
    assert_int_equal(status_of(a), 200);
    char version[160];
    snprintf(version, sizeof version, "%s/_history/1", path);
    assert_non_null(strstr(a, version)); /* points at the text that it corrects */
    assert_non_null(strstr(a, "PractitionerRole/anna"));
    os_free(a);
    reads("anna", version, 200);
    /* Marked as entered in error it is no draft again. */
    static const char marked[] =
        "{\"resourceType\":\"Observation\"%s,\"status\":\"%s\",\"code\":{\"text\":\"bytt\"},"
        "\"subject\":{\"reference\":\"Patient/one\"}}";
    snprintf(body, sizeof body, marked, with_id, "entered-in-error");
    assert_int_equal(status(&full, "anna", "PUT", path, body), 200);
    snprintf(body, sizeof body, marked, with_id, "preliminary");
    assert_int_equal(status(&full, "anna", "PUT", path, body), 409);
    assert_int_equal(status(&full, "anna", "DELETE", path, NULL), 409);
    snprintf(body, sizeof body, marked, with_id, "amended");
    assert_int_equal(status(&full, "anna", "PUT", path, body), 200);
    assert_int_equal(status(&full, "anna", "POST", "Observation",
                            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}"
                            ",\"subject\":{\"reference\":"
                            "\"Patient/nobody\"}}"),
                     422);
    assert_int_equal(status(&full, "anna", "POST", "Consent",
                            "{\"resourceType\":\"Consent\",\"status\":\"active\",\"scope\":{\"text\":\"x\"},"
                            "\"policyRule\":{\"text\":\"x\"},\"category\":[{\"coding\":[{\"system\":"
                            "\"https://helhet.example/fhir/CodeSystem/"
                            "access-category\",\"code\":\"emergency\"}]}],\"patient\":{\"reference\":"
                            "\"Patient/one\"}}"),
                     403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_etag),
        cmocka_unit_test(test_vread),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_include),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_has),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_graphql),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_export),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_bundles),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_page_links),
        cmocka_unit_test(test_conditional_create),
        cmocka_unit_test(test_conditional_update),
        cmocka_unit_test(test_own_unit),
        cmocka_unit_test(test_choice_and_consent),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_other_units),
        cmocka_unit_test(test_blind_clients),
        cmocka_unit_test(test_guardian),
        cmocka_unit_test(test_protected_identity),
        cmocka_unit_test(test_labels_and_signing),
    };
    return cmocka_run_group_tests(tests, open_worlds, close_worlds);
}
