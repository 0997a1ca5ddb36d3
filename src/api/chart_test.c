/* SPDX-License-Identifier: Apache-2.0
 * The patient token: whatever way a write takes, what touches another patient's record than the one that is
 * open is refused whole, by what it was and by what it becomes, with and without accounts. */
#include "access_ask.h"

static struct world web;

#define OPEN(id) "Helhet-Patient: " id "\r\n"
/* A FHIRPath Patch that replaces one element. */
#define PATCH(path, value)                                                                                   \
    "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","  \
    "\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"" path "\"},{\"name\":\"value\"," value \
    "}]}]}"

static void expect(const char *who, const char *method, const char *path, const char *extra, const char *body,
                   int want)
{
    char *a = ask(&web, who, method, path, extra, body);
    if (status_of(a) != want)
        fail_msg("%s %s %s: %d wanted\n%s", who ? who : "-", method, path, want, a);
    if (want == 409 && !strstr(a, "PATIENT_MISMATCH"))
        fail_msg("%s %s %s: another 409\n%s", who ? who : "-", method, path, a);
    os_free(a);
}

static size_t commits(void)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(web.store, &err);
    size_t seq = (size_t)store_read_seq(r);
    store_read_end(r);
    return seq;
}

#define OBS(rest)                                                                                            \
    "{\"resourceType\":\"Observation\"" rest ",\"status\":\"preliminary\",\"code\":{\"text\":\"x\"}"
#define OF(patient) ",\"subject\":{\"reference\":\"Patient/" patient "\"}}"
#define TASK_OF(patient)                                                                                     \
    "{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"order\",\"for\":{\"reference\":"       \
    "\"Patient/" patient "\"}}"
#define ENTRY(method, url, resource)                                                                         \
    "{\"request\":{\"method\":\"" method "\",\"url\":\"" url "\"},\"resource\":" resource "}"
#define BUNDLE(type, entries) "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]}"

/* Each of these touches somebody else's record than that of "one"; oc is of two. */
static const struct {
    const char *method, *path, *extra, *body;
} crossings[] = {
    {"POST", "Observation", OPEN("one"), OBS("") OF("two")},
    {"POST", "Task", OPEN("one"), TASK_OF("two")}, /* in no compartment, but about somebody */
    {"PUT", "Observation/oc", OPEN("one"), OBS(",\"id\":\"oc\"") OF("one")}, /* taken from two */
    {"PUT", "Observation/oo", OPEN("one"), OBS(",\"id\":\"oo\"") OF("two")}, /* given to two */
    {"PUT", "Patient/two", OPEN("one"), "{\"resourceType\":\"Patient\",\"id\":\"two\"}"},
    {"PATCH", "Observation/oc", OPEN("one"), PATCH("Observation.status", "\"valueCode\":\"cancelled\"")},
    {"PATCH", "Observation/oo", OPEN("one"),
     PATCH("Observation.subject", "\"valueReference\":{\"reference\":\"Patient/two\"}")},
    {"DELETE", "Observation/oc", OPEN("one"), NULL},
    {"PUT", "Observation?_id=oc", OPEN("one"), OBS("") OF("one")},
    {"DELETE", "Observation?_id=oc", OPEN("one"), NULL},
    /* nothing would be written, but what is answered is another's */
    {"POST", "Observation", OPEN("one") "If-None-Exist: _id=oc\r\n", OBS("") OF("one")},
    {"POST", "", OPEN("one"),
     BUNDLE("transaction", ENTRY("POST", "Observation", OBS("") OF("one")) "," ENTRY("POST", "Observation",
                                                                                     OBS("") OF("two")))},
    {"POST", "", OPEN("one"),
     BUNDLE("transaction", ENTRY("POST", "Observation", OBS("") OF("one")) ",{\"request\":{\"method\":"
                                                                           "\"DELETE\",\"url\":"
                                                                           "\"Observation/oc\"}}")},
    {"POST", "", OPEN("one"),
     BUNDLE("batch", ENTRY("POST", "Observation", OBS("") OF("one")) "," ENTRY("POST", "Observation",
                                                                               OBS("") OF("two")))},
    {"POST", "Observation/oc/$meta-add", OPEN("one"),
     "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{\"system\":"
     "\"urn:t\",\"code\":\"c\"}]}}]}"},
};

static void test_crossings(void **state)
{
    static const char *const callers[] = {NULL, "machine", "anna"};
    (void)state;
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < sizeof crossings / sizeof *crossings; i++) {
            size_t before = commits();
            expect(callers[k], crossings[i].method, crossings[i].path, crossings[i].extra, crossings[i].body,
                   409);
            assert_int_equal(commits(), before);
        }
}

static void test_allowed(void **state)
{
    (void)state;
    expect("anna", "POST", "Observation", OPEN("one"), OBS("") OF("one"), 201);
    expect("anna", "POST", "Task", OPEN("one"), TASK_OF("one"), 201);
    expect("anna", "PUT", "Observation/oo", OPEN("one"), OBS(",\"id\":\"oo\"") OF("one"), 200);
    expect(NULL, "PUT", "Patient/one", OPEN("one"), "{\"resourceType\":\"Patient\",\"id\":\"one\"}", 200);
    expect("anna", "POST", "", OPEN("one"),
           BUNDLE("transaction", ENTRY("POST", "Observation", OBS("") OF("one"))), 200);
    expect("anna", "PATCH", "Observation/oo", OPEN("one"),
           PATCH("Observation.status", "\"valueCode\":\"registered\""), 200);
    /* In nobody's record. */
    expect(NULL, "POST", "Basic", OPEN("one"),
           "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"},\"created\":\"2026-01-01\"}", 201);
    /* Reads are no writes; without the token all is as it was. */
    expect("anna", "GET", "Observation/oc", OPEN("one"), NULL, 200);
    expect("anna", "POST", "Observation", NULL, OBS("") OF("two"), 201);
    expect("anna", "DELETE", "Observation/oo", OPEN("one"), NULL, 204);
}

static void test_operations(void **state)
{
    static const char reason[] =
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueString\":\"vård\"}]}";
    (void)state;
    size_t before = commits();
    expect("anna", "POST", "Patient/two/$active-choice", OPEN("one"), reason, 409);
    expect("anna", "POST", "Patient/two/$emergency", OPEN("one"), NULL, 409);
    assert_int_equal(commits(), before);
    expect("anna", "POST", "Patient/one/$emergency", OPEN("one"), "{\"resourceType\":\"Parameters\"}", 200);
}

static void test_header(void **state)
{
    (void)state;
    expect("anna", "POST", "Observation", OPEN("Patient/one"), OBS("") OF("one"), 400);
    expect("anna", "POST", "Observation", OPEN(""), OBS("") OF("one"), 400);
    expect("anna", "POST", "Observation", OPEN("one") OPEN("one"), OBS("") OF("one"), 400);
    char *a = ask(&web, "machine", "POST", "$import", OPEN("one"), "{}");
    assert_non_null(strstr(a, "PATIENT_UNHELD"));
    os_free(a);
}

static int open_world(void **state)
{
    (void)state;
    world_open(&web, "chart");
    common(&web);
    put(&web, "Observation", "oc",
        LABEL("a", "v1") ",\"status\":\"preliminary\",\"code\":{\"text\":\"x\"}," PATIENT("two"));
    put(&web, "Observation", "oo",
        LABEL("a", "v1") ",\"status\":\"preliminary\",\"code\":{\"text\":\"x\"}," PATIENT("one"));
    put(&web, "Encounter", "e2", ENCOUNTER_OF("a", "v1", "two"));
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&web);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crossings),
        cmocka_unit_test(test_operations),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_allowed),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
