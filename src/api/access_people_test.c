/* SPDX-License-Identifier: Apache-2.0
 * People who are something to each other: staff who are patients too, children and their guardians. */
#include "access_ask.h"

#include "access/access_near.h"
#include "base/time.h"

static struct world w;

#define NUMBER(system, value) "\"identifier\":[{\"system\":\"" system "\",\"value\":\"" value "\"}]"
#define PERSONNUMMER "http://electronichealth.se/identifier/personnummer"
#define PERSONNUMMER_OID "urn:oid:1.2.752.129.2.1.3.1"

static int open_world(void **state)
{
    (void)state;
    world_open(&w, "people");
    common(&w);
    staff(&w, "arne", "a", true);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* ---- staff who are patients ---- */

static uint32_t near_of(const char *assignment, const char *patient)
{
    char texts[2][64];
    struct err err = {0};
    uint32_t near = 0;
    snprintf(texts[0], sizeof texts[0], "Practitioner/p-%s", assignment);
    snprintf(texts[1], sizeof texts[1], "PractitionerRole/%s", assignment);
    struct access_caller c = {.kind = ACCESS_STAFF,
                              .user = str_of(texts[0]),
                              .assignment = str_of(texts[1]),
                              .purpose = STR("care")};
    struct store_read *r = store_read_begin(w.store, &err);
    struct access_view *v = access_view_new(w.access, &c, ACCESS_READ, r, &err);
    assert_non_null(v);
    assert_true(access_near(v, r, 0, str_of(patient), &near, &err));
    store_read_end(r);
    access_view_free(v);
    return near;
}

static void test_own_and_colleague(void **state)
{
    (void)state;
    assert_int_equal(near_of("anna", "one"), 0);
    put(&w, "Practitioner", "p-anna", NUMBER(PERSONNUMMER, "19121212-1212"));
    assert_int_equal(near_of("anna", "one"), 0);
    /* Another way of writing the same number, by another name of the same system. */
    put(&w, "Patient", "one", "\"birthDate\":\"1970-01-01\"," NUMBER(PERSONNUMMER_OID, "191212121212"));
    assert_int_equal(near_of("anna", "one"), ACCESS_NEAR_OWN);
    assert_int_equal(near_of("arne", "one"), ACCESS_NEAR_COLLEAGUE);
    assert_int_equal(near_of("anna", "two"), 0);
    assert_int_equal(near_of("bo", "one"), 0);      /* another unit */
    assert_int_equal(near_of("anna", "nobody"), 0); /* not here */
    /* What is kept in memory must notice: the assignment ends. */
    put(&w, "PractitionerRole", "anna",
        "\"active\":false,\"practitioner\":{\"reference\":\"Practitioner/p-anna\"},\"organization\":{"
        "\"reference\":\"Organization/a\"}");
    assert_int_equal(near_of("arne", "one"), 0);
    staff(&w, "anna", "a", true);
    assert_int_equal(near_of("arne", "one"), 0); /* staff() writes the Practitioner without a number */
}

/* ---- guardians ---- */

static void reads(const char *who, const char *path, int want)
{
    int got = status(&w, who, "GET", path, NULL);
    if (got != want)
        fail_msg("%s reads %s: %d, %d wanted", who, path, got, want);
}

#define GUARD(child, number)                                                                                 \
    NUMBER(PERSONNUMMER, number)                                                                             \
    ",\"patient\":{\"reference\":\"Patient/" child                                                           \
    "\"},\"relationship\":[{\"coding\":[{\"system\":\"http://"                                               \
    "terminology.hl7.org/CodeSystem/v3-RoleCode\",\"code\":\"GUARD\"}]}]"

/* One account for all of one's children: who the related persons are, their identity numbers tell. */
static void test_guardian_of_several(void **state)
{
    (void)state;
    char birth[64], path[128];
    int year, month, day;
    time_civil(os_now_ms() / (24 * 3600000), &year, &month, &day);
    put(&w, "RelatedPerson", "parent", GUARD("child", "189001019802"));
    snprintf(birth, sizeof birth, "\"birthDate\":\"%d-01-01\"", year - 12);
    put(&w, "Patient", "younger", birth);
    put(&w, "Observation", "oyounger", OBSERVATION_OF("a", "v1", "younger", "vanlig"));
    snprintf(birth, sizeof birth, "\"birthDate\":\"%d-01-01\"", year - 13);
    put(&w, "Patient", "older", birth);
    put(&w, "Observation", "oolder", OBSERVATION_OF("a", "v1", "older", "vanlig"));
    reads("RelatedPerson/parent", "Observation/oyounger", 404);
    put(&w, "RelatedPerson", "parent-of-younger", GUARD("younger", "18900101-9802"));
    put(&w, "RelatedPerson", "parent-of-older", GUARD("older", "18900101-9802"));
    put(&w, "RelatedPerson", "another", GUARD("older", "189001029819"));
    static const char *const seen[] = {"ochild", "oyounger"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "Observation/%s", seen[i]);
        reads("RelatedPerson/parent", path, 200);
        reads("RelatedPerson/another", path, 404);
    }
    reads("RelatedPerson/parent", "Patient/younger", 200);
    reads("RelatedPerson/parent", "RelatedPerson/parent-of-younger", 200);
    reads("RelatedPerson/parent", "Patient/older", 404); /* has reached the age where guardians see nothing */
    reads("RelatedPerson/parent", "Observation/oolder", 404);
    char *a = ask(&w, "RelatedPerson/parent", "GET", "Observation?_total=accurate", NULL, NULL);
    assert_non_null(strstr(a, "\"total\":2"));
    os_free(a);
    /* Custody ends with its period, at once. */
    put(&w, "RelatedPerson", "parent-of-younger",
        GUARD("younger", "18900101-9802") ",\"period\":{\"end\":\"2020-01-01\"}");
    reads("RelatedPerson/parent", "Observation/oyounger", 404);
    reads("RelatedPerson/parent", "Observation/ochild", 200);
}

static void test_guardians_cannot_block(void **state)
{
    (void)state;
#define TEXT_OF(name, value) "{\"name\":\"" name "\",\"valueString\":\"" value "\"}"
    static const struct {
        const char *op, *parameter;
    } ops[] = {{"$block", TEXT_OF("organization", "Organization/a")},
               {"$unblock", TEXT_OF("block", "x")},
               {"$lift-block", TEXT_OF("block", "x")},
               {"$consent", TEXT_OF("organization", "Organization/v1")},
               {"$active-choice", TEXT_OF("reason", "vill se")},
               {"$emergency", ""}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        char path[64], body[512];
        snprintf(path, sizeof path, "Patient/child/%s", ops[i].op);
        snprintf(body, sizeof body, "{\"resourceType\":\"Parameters\"%s%s%s}",
                 ops[i].parameter[0] ? ",\"parameter\":[" : "", ops[i].parameter,
                 ops[i].parameter[0] ? "]" : "");
        char *a = ask(&w, "RelatedPerson/parent", "POST", path, NULL, body);
        if (status_of(a) != 403)
            fail_msg("%s: %s", ops[i].op, a);
        os_free(a);
    }
}

/* ---- writes by who sees a protected person masked ---- */

#define SECURITY                                                                                             \
    "\"meta\":{\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"                           \
    "SecurityLabel\",\"code\":\"sekretessmarkering\"}]}"
#define SECRET(rest) "{\"resourceType\":\"Patient\",\"id\":\"secret\"," rest "}"
#define PATCH_OF(op)                                                                                         \
    "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[" op "]}]}"
#define PART(name, type, value) "{\"name\":\"" name "\",\"value" type "\":\"" value "\"}"

/* The answer must not tell the address; it is asked for by the patient, who sees it, afterwards. */
static void writes_secret(const char *method, const char *path, const char *body, int want)
{
    char *a = ask(&w, "anna", method, path, NULL, body);
    if (status_of(a) != want)
        fail_msg("%s %s: %d wanted: %s", method, path, want, a);
    if (strstr(a, "Hemligheten") || strstr(a, "0700999999") || strstr(a, "care-unit"))
        fail_msg("%s %s tells: %s", method, path, a);
    os_free(a);
    a = ask(&w, "Patient/secret", "GET", "Patient/secret", NULL, NULL);
    assert_non_null(strstr(a, "Hemligheten"));
    assert_non_null(strstr(a, "0700999999"));
    os_free(a);
}

static void shows(const char *who, const char *path, const char *text, bool want)
{
    char *a = ask(&w, who, "GET", path, NULL, NULL);
    if ((strstr(a, text) != NULL) != want)
        fail_msg("%s %s: %s %s: %s", who, path, want ? "lacks" : "has", text, a);
    os_free(a);
}

static void test_masked_update(void **state)
{
    (void)state;
    writes_secret("PUT", "Patient/secret",
                  SECRET(SECURITY ",\"birthDate\":\"1960-01-01\",\"name\":[{\"family\":\"Ny\"}]"), 200);
    shows("anna", "Patient/secret", "\"Ny\"", true);
    shows("anna", "Patient/secret", "Hemligheten", false);
    /* What is hidden is not written over, and whether it is there is not told. */
    writes_secret("PUT", "Patient/secret", SECRET(SECURITY ",\"address\":[{\"city\":\"Annanstad\"}]"), 403);
    writes_secret("PUT", "Patient/secret", SECRET(SECURITY ",\"photo\":[{\"title\":\"x\"}]"), 403);
    /* Nor is the protection taken off. */
    writes_secret("PUT", "Patient/secret", SECRET("\"name\":[{\"family\":\"Ny\"}]"), 403);
    writes_secret(
        "POST", "Patient/secret/$meta-delete",
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"security\":[{"
        "\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel\",\"code\":"
        "\"sekretessmarkering\"}]}}]}",
        403);
}

static void test_masked_patch(void **state)
{
    (void)state;
    writes_secret("PATCH", "Patient/secret",
                  PATCH_OF(PART("type", "Code", "replace") "," PART(
                      "path", "String", "Patient.name[0].family") "," PART("value", "String", "Nyare")),
                  200);
    shows("Patient/secret", "Patient/secret", "Nyare", true);
    /* Paths into what is hidden lead nowhere, as where there is nothing. */
    char *a = ask(&w, "anna", "PATCH", "Patient/secret", NULL,
                  PATCH_OF(PART("type", "Code", "replace") "," PART(
                      "path", "String", "Patient.address[0].city") "," PART("value", "String", "X")));
    char *b = ask(&w, "anna", "PATCH", "Patient/two", NULL,
                  PATCH_OF(PART("type", "Code", "replace") "," PART(
                      "path", "String", "Patient.address[0].city") "," PART("value", "String", "X")));
    assert_int_equal(status_of(a), status_of(b));
    assert_string_equal(strstr(a, "\r\n\r\n"), strstr(b, "\r\n\r\n"));
    os_free(a);
    os_free(b);
    writes_secret("PATCH", "Patient/secret",
                  PATCH_OF(PART("type", "Code", "add") "," PART("path", "String", "Patient") "," PART(
                      "name", "String", "address") ",{\"name\":\"value\",\"valueAddress\":{\"city\":\"X\"}}"),
                  403);
    writes_secret(
        "POST", "Patient/secret/$meta-add",
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueMeta\":{\"tag\":[{"
        "\"code\":\"vip\"}]}}]}",
        200);
    static const char change[] = "\"request\":{\"method\":\"PUT\",\"url\":\"Patient/secret\"}";
    char bundle[2048];
    snprintf(bundle, sizeof bundle,
             "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"resource\":%s,%s}]}",
             SECRET(SECURITY ",\"birthDate\":\"1960-01-01\",\"name\":[{\"family\":\"Nyast\"}]"), change);
    writes_secret("POST", "", bundle, 200);
}

#define VISIT(patient)                                                                                       \
    "{\"resourceType\":\"Encounter\",\"id\":\"es\",\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"}," \
    "\"period\":{"                                                                                           \
    "\"start\":\"2026-10-01T08:00:00Z\"}," PATIENT(patient) "}"

/* Where a protected person was seen stays in the record, and stays hidden. */
static void test_masked_record(void **state)
{
    (void)state;
    writes_secret("PUT", "Encounter/es", VISIT("secret"), 200);
    shows("anna", "Encounter/es", "in-progress", true);
    shows("anna", "Encounter/es", "serviceProvider", false);
    shows("Patient/secret", "Encounter/es", "serviceProvider", true);
    writes_secret("PUT", "Encounter/es", VISIT("one"), 403); /* to somebody who is not protected */
    shows("Patient/secret", "Encounter/es", "serviceProvider", true);
}

/* A client of its own keeps what it does not send, and may send what is new. */
static void test_masked_for_clients(void **state)
{
    (void)state;
    put(&w, "Patient", "secret", SECURITY ",\"birthDate\":\"1960-01-01\",\"name\":[{\"family\":\"Skydd\"}]");
    shows("machine", "Patient/secret", "Hemligheten", false);
    shows("Patient/secret", "Patient/secret", "Hemligheten", true);
    put(&w, "Patient", "secret", SECURITY ",\"birthDate\":\"1960-01-01\",\"address\":[{\"city\":\"Nyort\"}]");
    shows("Patient/secret", "Patient/secret", "Nyort", true);
    shows("Patient/secret", "Patient/secret", "0700999999", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masked_update),       cmocka_unit_test(test_masked_patch),
        cmocka_unit_test(test_masked_record),       cmocka_unit_test(test_masked_for_clients),
        cmocka_unit_test(test_guardian_of_several), cmocka_unit_test(test_guardians_cannot_block),
        cmocka_unit_test(test_own_and_colleague),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
