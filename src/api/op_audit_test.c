/* SPDX-License-Identifier: Apache-2.0
 * The operations on the audit log, over HTTP: who may ask, what is told, and that what is done stands in the
 * log. */
#include "access_ask.h"

static struct world w;

#define PERSONNUMMER "http://electronichealth.se/identifier/personnummer"
#define NUMBER(value) "\"identifier\":[{\"system\":\"" PERSONNUMMER "\",\"value\":\"" value "\"}]"
#define KIM "kim@oversight"

static int open_world(void **state)
{
    (void)state;
    world_open(&w, "log");
    common(&w);
    staff(&w, "arne", "a", true);
    staff_as(&w, "kim", "a", "controller", true);
    put(&w, "Practitioner", "p-anna", NUMBER("19121212-1212"));
    put(&w, "Patient", "one",
        "\"birthDate\":\"1970-01-01\",\"name\":[{\"family\":\"Ett\"}]," NUMBER("191212121212"));
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static char *get(const char *who, const char *path)
{
    return ask(&w, who, "GET", path, NULL, NULL);
}

static void answers(const char *who, const char *path, int want)
{
    int got = status(&w, who, "GET", path, NULL);
    if (got != want)
        fail_msg("%s asks %s: %d, %d wanted", who, path, got, want);
}

static void has(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("%s is not in %s", what, text);
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* The number after what, 0 when it is not there. */
static unsigned long number_after(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    return at ? strtoul(at + strlen(what), NULL, 10) : 0;
}

static unsigned long newest(const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "AuditEvent?_count=1&%s", query);
    char *a = get(KIM, path);
    unsigned long seq = number_after(a, "\"resourceType\":\"AuditEvent\",\"id\":\"");
    os_free(a);
    return seq;
}

/* ---- what is marked at the access ---- */

static void test_marked(void **state)
{
    (void)state;
    answers("anna", "Observation/oa", 200); /* her own */
    answers("arne", "Observation/oa", 200); /* a colleague's */
    char *a = get(KIM, "AuditEvent?flag=own-record&_count=1");
    has(a, "\"valueCode\":\"own-record\"");
    has(a, "Practitioner/p-anna");
    os_free(a);
    a = get(KIM, "AuditEvent?flag=colleague-record&_count=1");
    has(a, "\"valueCode\":\"colleague-record\"");
    has(a, "Practitioner/p-arne");
    os_free(a);
    answers(KIM, "AuditEvent?flag=nonsense", 400);
    /* Two steps; the opening is what is marked. */
    a = ask(&w, "bo", "POST", "Patient/one/$emergency", NULL, NULL);
    char ticket[64], body[256];
    const char *at = strstr(a, "\"valueString\":\"");
    assert_non_null(at);
    sscanf(at, "\"valueString\":\"%60[^\"]", ticket);
    os_free(a);
    snprintf(body, sizeof body,
             "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"ticket\",\"valueString\":\"%s\"},"
             "{\"name\":\"reason\",\"valueString\":\"livsfara\"}]}",
             ticket);
    a = get(KIM, "AuditEvent?flag=emergency");
    has(a, "\"total\":0");
    os_free(a);
    assert_int_equal(status(&w, "bo", "POST", "Patient/one/$emergency", body), 201);
    a = get(KIM, "AuditEvent?flag=emergency");
    has(a, "\"total\":1");
    has(a, "Practitioner/p-bo");
    os_free(a);
}

static void test_agents(void **state)
{
    (void)state;
    answers("anna", "Observation/oa", 200);
    assert_true(newest("agent=Practitioner/p-anna") > 0);
    assert_int_equal(newest("agent=Practitioner/p-anna&patient=one"),
                     newest("agent=PractitionerRole/anna&patient=one"));
    assert_int_equal(newest("agent=Practitioner/nobody"), 0);
    assert_int_equal(newest("agent=PractitionerRole/nobody"), 0);
}

/* ---- the sample ---- */

static void test_sample(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++)
        answers("anna", "Observation/oa", 200);
    answers("anna", "AuditEvent/$sample", 403);
    answers("Patient/one", "AuditEvent/$sample", 403);
    answers("nobody", "AuditEvent/$sample", 401);
    char *a = get(KIM, "AuditEvent/$sample?n=5&seed=7&user=Practitioner/p-anna");
    char *b = get(KIM, "AuditEvent/$sample?n=5&seed=7&user=Practitioner/p-anna");
    char *c = get(KIM, "AuditEvent/$sample?n=5&seed=8&user=Practitioner/p-anna");
    assert_int_equal(count(a, "\"resourceType\":\"AuditEvent\""), 5);
    assert_true(number_after(a, "\"name\":\"population\",\"valueInteger\":") >= 12);
    has(a, "\"name\":\"seed\",\"valueString\":\"7\"");
    char *x = strstr(a, "\"sample\""), *y = strstr(b, "\"sample\""), *z = strstr(c, "\"sample\"");
    assert_string_equal(x, y);
    assert_string_not_equal(x, z);
    os_free(a);
    os_free(b);
    os_free(c);
    a = get(KIM, "AuditEvent?agent=Practitioner/p-kim&_count=1");
    has(a, "\"type\":\"note\",\"valueString\":\"seed 8, 5 of ");
    os_free(a);
    a = get(KIM, "AuditEvent/$sample?unit=Organization/b&until=2001-01-01");
    has(a, "\"name\":\"population\",\"valueInteger\":0");
    os_free(a);
    static const char *const bad[] = {"n=0",
                                      "n=201",
                                      "n=x",
                                      "seed=x",
                                      "since=x",
                                      "user=anna",
                                      "unit=Practitioner/x",
                                      "flag=x",
                                      "since=2026-02-01&until=2026-01-01",
                                      "who=me",
                                      "n=1&n=2",
                                      "patient=a%20b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[128];
        snprintf(path, sizeof path, "AuditEvent/$sample?%s", bad[i]);
        answers(KIM, path, 400);
    }
}

/* ---- the review ---- */

static int review(const char *who, unsigned long seq, const char *outcome, const char *note)
{
    char path[64], body[1024];
    snprintf(path, sizeof path, "AuditEvent/%lu/$review", seq);
    snprintf(
        body, sizeof body,
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"outcome\",\"valueCode\":\"%s\"}%s%s%s]}",
        outcome, note ? ",{\"name\":\"note\",\"valueString\":\"" : "", note ? note : "", note ? "\"}" : "");
    return status(&w, who, "POST", path, body);
}

static void test_review(void **state)
{
    (void)state;
    char path[64], longest[300];
    answers("anna", "Observation/oa", 200);
    unsigned long seq = newest("agent=Practitioner/p-anna&patient=one");
    snprintf(path, sizeof path, "AuditEvent?about=%lu", seq);
    assert_int_equal(review("anna", seq, "ok", NULL), 403);
    assert_int_equal(review("machine", 9999999, "ok", NULL), 404);
    assert_int_equal(review(KIM, 9999999, "ok", NULL), 404);
    assert_int_equal(review(KIM, seq, "fine", NULL), 400);
    assert_int_equal(review(KIM, seq, "suspected", NULL), 400); /* why? */
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(review(KIM, seq, "question", longest), 400);
    char *a = get(KIM, path);
    has(a, "\"total\":0");
    os_free(a);
    assert_int_equal(review(KIM, seq, "question", "Frågat chefen"), 200);
    assert_int_equal(review(KIM, seq, "explained", "Egen journal, godkänt"), 200);
    a = get(KIM, path);
    has(a, "\"total\":2");
    has(a, "\"outcomeDesc\":\"question\"");
    has(a, "\"type\":\"note\",\"valueString\":\"Frågat chefen\"");
    os_free(a);
    /* Nobody reviews their own. */
    assert_int_equal(review(KIM, newest("agent=Practitioner/p-kim"), "ok", NULL), 403);
    snprintf(path, sizeof path, "AuditEvent/%lu/$review", seq);
    assert_int_equal(status(&w, KIM, "DELETE", path, NULL), 405);
    assert_int_equal(status(&w, KIM, "GET", path, NULL), 405);
}

/* ---- patterns ---- */

/* How many flags of that code an answer has, by what the rule says. */
static unsigned long flagged(const char *answer, const char *code)
{
    char name[64];
    snprintf(name, sizeof name, "\"name\":\"rule\",\"part\":[{\"name\":\"code\",\"valueCode\":\"%s\"}", code);
    const char *at = strstr(answer, name);
    if (!at)
        fail_msg("no rule %s in %s", code, answer);
    return number_after(at, "\"name\":\"found\",\"valueInteger\":");
}

#define HOME "\"address\":[{\"line\":[\"Provgatan 7 B\"],\"postalCode\":\"123 45\"}]"
#define HOME_TOO "\"address\":[{\"line\":[\"PROVGATAN 7b\"],\"postalCode\":\"12345\"}]"

static void test_flags(void **state)
{
    (void)state;
    char *a = get(KIM, "AuditEvent/$flags?user=Practitioner/p-arne");
    assert_int_equal(flagged(a, "same-surname") + flagged(a, "same-address") + flagged(a, "no-relation"), 0);
    os_free(a);
    put(&w, "Practitioner", "p-arne", "\"name\":[{\"family\":\"Ovanlig\"}]," HOME);
    put(&w, "Patient", "kin", "\"birthDate\":\"1970-01-01\",\"name\":[{\"family\":\"Ovanlig\"}]," HOME_TOO);
    for (int i = 0; i < 3; i++)
        os_free(ask(&w, "arne", "GET", "Patient/kin", "X-Test-Unit: Organization/a\r\n", NULL));
    answers("bo", "Patient/kin", 200);
    a = get(KIM, "AuditEvent/$flags?user=Practitioner/p-arne");
    has(a, "ingen anklagelse");
    has(a, "\"name\":\"complete\",\"valueBoolean\":true");
    assert_int_equal(flagged(a, "same-surname"), 1);
    assert_int_equal(flagged(a, "same-address"), 1);
    assert_int_equal(flagged(a, "no-relation"), 1);
    has(a, "3 åtkomster till en patient med samma, ovanliga efternamn.");
    has(a, "\"reference\":\"Patient/kin\"");
    assert_null(strstr(a, "Provgatan")); /* that it is the same, not where */
    os_free(a);
    a = ask(&w, KIM, "GET", "AuditEvent/$flags?flag=same-surname&patient=kin", "Accept-Language: en\r\n",
            NULL);
    has(a, "no accusation");
    has(a, "Same surname");
    assert_int_equal(flagged(a, "same-surname"), 1);
    assert_int_equal(flagged(a, "same-address"), 0); /* not asked for */
    assert_int_equal(review(KIM, number_after(a, "\"reference\":\"AuditEvent/"), "ok", NULL), 200);
    os_free(a);
    a = get(KIM, "AuditEvent/$flags?flag=same-surname");
    has(a, "\"name\":\"reviewed\",\"valueInteger\":1");
    os_free(a);
    answers("anna", "AuditEvent/$flags", 403);
    answers("machine", "AuditEvent/$flags", 200);
    answers("nobody", "AuditEvent/$flags", 401);
    static const char *const bad[] = {"flag=nonsense", "since=x", "_count=0",
                                      "_count=501",    "user=x",  "what=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[128];
        snprintf(path, sizeof path, "AuditEvent/$flags?%s", bad[i]);
        answers(KIM, path, 400);
    }
}

/* ---- one's own ---- */

static void test_mine(void **state)
{
    (void)state;
    answers("anna", "Observation/oa", 200);
    char *a = get("anna", "AuditEvent/$mine?_count=200");
    assert_true(count(a, "\"resourceType\":\"AuditEvent\"") > 0);
    assert_int_equal(count(a, "\"name\":\"agent\""), 0);
    assert_null(strstr(a, "p-arne"));
    assert_null(strstr(a, "own-record"));
    assert_null(strstr(a, "withheld"));
    os_free(a);
    a = get("anna", "AuditEvent/$mine?_count=1");
    has(a, "AuditEvent/$mine?");
    os_free(a);
    answers("anna", "AuditEvent/$mine?agent=Practitioner/p-arne", 400);
    answers("anna", "AuditEvent/$mine?flag=own-record", 400);
    answers("anna", "AuditEvent", 403);
    answers("Patient/one", "AuditEvent/$mine", 403);
    answers("machine", "AuditEvent/$mine", 403);
}

/* ---- what the patient is told ---- */

static void test_access_log(void **state)
{
    (void)state;
    os_free(ask(&w, "anna", "GET", "Observation/oa", "X-Test-Unit: Organization/a\r\n", NULL));
    os_free(ask(&w, "anna", "GET", "Observation/oa", "X-Test-Unit: Organization/nowhere\r\n", NULL));
    answers("bo", "Observation/ob", 404);
    char *a = get("Patient/one", "Patient/one/$access-log?_count=1000");
    has(a, "\"reference\":\"Organization/a\",\"display\":\"E\"");
    has(a, "\"reference\":\"Organization/nowhere\"}");
    has(a, "\"name\":\"time\",\"valueInstant\":\"");
    has(a, ":00.000Z\"");
    assert_null(strstr(a, "anna"));
    assert_null(strstr(a, "Practitioner"));
    assert_null(strstr(a, "Observation"));
    assert_null(strstr(a, "own-record"));
    os_free(a);
    answers("Patient/one", "Patient/two/$access-log", 404);
    answers("RelatedPerson/parent", "Patient/child/$access-log", 200);
    answers("RelatedPerson/parent", "Patient/one/$access-log", 404);
    answers("anna", "Patient/one/$access-log", 403);
    answers(KIM, "Patient/one/$access-log", 200);
    answers("nobody", "Patient/one/$access-log", 401);
    answers("Patient/one", "Patient/one/$access-log?_count=0", 400);
    answers("Patient/one", "Patient/one/$access-log?user=Practitioner/p-anna", 400);
    a = get("Patient/one", "Patient/one/$access-log?until=2001-01-01");
    assert_int_equal(count(a, "\"name\":\"access\""), 0);
    os_free(a);
    a = get("Patient/one", "Patient/one/$access-log?_count=1");
    assert_int_equal(count(a, "\"name\":\"access\""), 1);
    has(a, "\"name\":\"next\",\"valueUri\":\"");
    os_free(a);
}

/* Where a protected child is looked after is not for everybody with custody. */
static void test_protected_child(void **state)
{
    (void)state;
    put(&w, "Patient", "child",
        "\"meta\":{\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"
        "SecurityLabel\",\"code\":\"sekretessmarkering\"}]},\"birthDate\":\"2020-01-01\"");
    answers("RelatedPerson/parent", "Patient/child/$access-log", 403);
    put(&w, "Patient", "child", "\"birthDate\":\"2020-01-01\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marked),     cmocka_unit_test(test_agents),
        cmocka_unit_test(test_sample),     cmocka_unit_test(test_review),
        cmocka_unit_test(test_flags),      cmocka_unit_test(test_mine),
        cmocka_unit_test(test_access_log), cmocka_unit_test(test_protected_child),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
