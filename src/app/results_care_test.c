/* SPDX-License-Identifier: Apache-2.0
 * Results become Tasks to acknowledge: once each, owned by who asked, seen by the unit, handed over in time,
 * also when the follower is stopped and started. */
#include <time.h>

#include "api/access_ask.h"
#include "base/time.h"
#include "results/results.h"

#define HOUR ((int64_t)3600 * 1000)
#define WAIT_S 20

static struct world web;
static struct results *results;

static void start(void)
{
    struct err err = {0};
    results = results_start(web.store, web.search, &err);
    assert_non_null(results);
}

static int64_t last_seq(void)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(web.store, &err);
    int64_t seq = store_read_seq(r);
    store_read_end(r);
    return seq;
}

/* What has been written until now is dealt with. */
static void settle(void)
{
    int64_t seq = last_seq();
    for (int i = 0; results_seq(results) < seq; i++) {
        assert_true(i < WAIT_S * 100);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
}

static char *tasks(const char *who, const char *query)
{
    char path[256];
    snprintf(path, sizeof path, "Task?code=acknowledge&_count=100%s%s", query[0] ? "&" : "", query);
    char *a = ask(&web, who, "GET", path, NULL, NULL);
    assert_int_equal(status_of(a), 200);
    return a;
}

static int count_of(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void expect(const char *who, const char *query, int want)
{
    char *a = tasks(who, query);
    if (count_of(a, "\"resourceType\":\"Task\"") != want)
        fail_msg("%s %s: %d wanted\n%s", who, query, want, a);
    os_free(a);
}

static void expect_text(const char *query, const char *want)
{
    char *a = tasks("machine", query);
    if (!strstr(a, want))
        fail_msg("%s: %s\n%s", query, want, a);
    os_free(a);
}

static void today(char out[TIME_TEXT_MAX])
{
    out[time_format(os_now_ms(), out)] = 0;
}

/* A laboratory result of unit "lab"; more: members, begun with a comma. */
static void result(const char *type, const char *id, const char *status, const char *more)
{
    char rest[1024], now[TIME_TEXT_MAX + 1];
    today(now);
    snprintf(
        rest, sizeof rest,
        LABEL("b",
              "v1") ",\"status\":\"%s\",\"category\":[{\"coding\":[{\"system\":\"http://"
                    "terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"laboratory\"}]"
                    "}],\"code\":{\"text\":\"P-Kalium\"},\"effectiveDateTime\":\"%s\"," PATIENT("one") "%s",
        status, now, more);
    put(&web, type, id, rest);
}

#define BASED ",\"basedOn\":[{\"reference\":\"ServiceRequest/sr\"}]"

static void test_made(void **state)
{
    (void)state;
    result("DiagnosticReport", "r1", "preliminary", BASED);
    settle();
    expect("machine", "", 0);
    result("DiagnosticReport", "r1", "final", BASED);
    settle();
    expect("machine", "focus=DiagnosticReport/r1&owner=PractitionerRole/anna&patient=one&priority=urgent", 1);
    expect_text("focus=DiagnosticReport/r1", "\"description\":\"P-Kalium\"");
    /* It is labelled with the unit that asked: seen there. */
    expect("anna", "focus=DiagnosticReport/r1", 1);
    expect("cia", "focus=DiagnosticReport/r1", 0);
}

static void test_observation(void **state)
{
    (void)state;
    result("Observation", "o1", "final", "");
    result("Observation", "o2", "final", BASED);
    settle();
    expect("machine", "focus=Observation/o1&owner=Organization/b&status=requested", 1);
    expect("machine", "focus=Observation/o2&owner=PractitionerRole/anna&status=requested", 1);
    /* They turn out to be part of a report, and so is what is already. */
    result("DiagnosticReport", "r2", "final",
           ",\"result\":[{\"reference\":\"Observation/o1\"},{\"reference\":\"Observation/o3\"}]");
    settle();
    result("Observation", "o3", "final", "");
    settle();
    expect("machine", "focus=Observation/o1&status=cancelled", 1);
    expect("machine", "focus=Observation/o3", 0);
    expect("machine", "focus=DiagnosticReport/r2&owner=Organization/b", 1);
    /* No laboratory, long ago, of nobody's unit: nobody is asked. */
    put(&web, "Observation", "o4", OBSERVATION_OF("b", "v1", "one", "puls"));
    put(&web, "Observation", "o5",
        "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
        "observation-category\",\"code\":\"laboratory\"}]}],\"code\":{\"text\":\"x\"}," PATIENT("one"));
    put(&web, "Observation", "o6",
        LABEL("b", "v1") ",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":\"http://terminology."
                         "hl7.org/CodeSystem/observation-category\",\"code\":\"laboratory\"}]}],\"code\":{"
                         "\"text\":\"x\"},\"effectiveDateTime\":\"2001-01-01\"," PATIENT("one"));
    settle();
    for (char id[] = "focus=Observation/o4"; id[19] <= '6'; id[19]++)
        expect("machine", id, 0);
}

/* Finished and corrected: it is asked for again. */
static void test_corrected(void **state)
{
    (void)state;
    result("DiagnosticReport", "r3", "final", BASED);
    settle();
    char *a = tasks("machine", "focus=DiagnosticReport/r3");
    char *at, id[64], rest[1024];
    assert_non_null(strstr(a, "\"Task\",\"id\":\""));
    at = strstr(a, "\"Task\",\"id\":\"") + strlen("\"Task\",\"id\":\"");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(at, "\""), at);
    os_free(a);
    snprintf(
        rest, sizeof rest,
        LABEL("a", "v1") ",\"status\":\"completed\",\"intent\":\"order\",\"code\":{\"coding\":[{\"system\":"
                         "\"" RESULTS_TASK_SYSTEM "\",\"code\":\"acknowledge\"}]},\"focus\":{\"reference\":"
                         "\"DiagnosticReport/r3\"},\"for\":{\"reference\":\"Patient/one\"},\"owner\":{"
                         "\"reference\":\"PractitionerRole/anna\"}");
    put(&web, "Task", id, rest);
    result("DiagnosticReport", "r3", "corrected", BASED);
    settle();
    expect("machine", "focus=DiagnosticReport/r3&status=requested&business-status=corrected", 1);
}

static void test_escalated(void **state)
{
    struct err err = {0};
    (void)state;
    result("DiagnosticReport", "r4", "final", BASED); /* urgent: 24 hours */
    settle();
    assert_true(results_escalate(results, os_now_ms() + 23 * HOUR, &err));
    expect("machine", "focus=DiagnosticReport/r4&owner=PractitionerRole/anna", 1);
    assert_true(results_escalate(results, os_now_ms() + 25 * HOUR, &err));
    expect("machine",
           "focus=DiagnosticReport/r4&owner=Organization/a&business-status=escalated&status=requested", 1);
    int64_t before = last_seq();
    assert_true(results_escalate(results, os_now_ms() + 26 * HOUR, &err));
    assert_int_equal(last_seq(), before); /* once */
}

/* The id of the first Task of that question. */
static void id_of(const char *query, char id[64])
{
    char *a = tasks("machine", query), *at = strstr(a, "\"Task\",\"id\":\"");
    assert_non_null(at);
    at += strlen("\"Task\",\"id\":\"");
    snprintf(id, 64, "%.*s", (int)strcspn(at, "\""), at);
    os_free(a);
}

/* The unit has taken it over and hands it to a person, who does nothing either: it comes back in the same
 * time. */
static void test_handed_on(void **state)
{
    static const char *const focus = "focus=DiagnosticReport/r5";
    struct err err = {0};
    char id[64], now[TIME_TEXT_MAX + 1], rest[1024];
    (void)state;
    result("DiagnosticReport", "r5", "final", BASED);
    settle();
    assert_true(results_escalate(results, os_now_ms() + 25 * HOUR, &err));
    expect("machine", "focus=DiagnosticReport/r5&owner=Organization/a&business-status=escalated", 1);
    id_of(focus, id);
    today(now);
    snprintf(
        rest, sizeof rest,
        LABEL("a", "v1") ",\"status\":\"accepted\",\"intent\":\"order\",\"priority\":\"urgent\","
                         "\"businessStatus\":{\"coding\":[{\"system\":\"" RESULTS_TASK_SYSTEM
                         "\",\"code\":\"escalated\"}]},\"code\":{\"coding\":[{\"system\":"
                         "\"" RESULTS_TASK_SYSTEM "\",\"code\":\"acknowledge\"}]},\"focus\":{\"reference\":"
                         "\"DiagnosticReport/r5\"},\"for\":{\"reference\":\"Patient/one\"},\"authoredOn\":"
                         "\"%s\",\"owner\":{\"reference\":\"PractitionerRole/anna\"}",
        now);
    put(&web, "Task", id, rest);
    assert_true(results_escalate(results, os_now_ms() + 26 * HOUR, &err));
    expect("machine", "focus=DiagnosticReport/r5&owner=PractitionerRole/anna&business-status=handed-on", 1);
    int64_t before = last_seq();
    assert_true(results_escalate(results, os_now_ms() + 49 * HOUR, &err));
    assert_int_equal(last_seq(), before); /* 24 hours of her own */
    assert_true(results_escalate(results, os_now_ms() + 51 * HOUR, &err));
    expect("machine",
           "focus=DiagnosticReport/r5&owner=Organization/a&business-status=escalated&status=accepted", 1);
    before = last_seq();
    assert_true(results_escalate(results, os_now_ms() + 52 * HOUR, &err));
    assert_int_equal(last_seq(), before);
}

/* What is written while nobody follows is not lost, and not asked for twice. */
static void test_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        char id[24];
        results_stop(results);
        snprintf(id, sizeof id, "again%d", i);
        result("DiagnosticReport", id, "final", BASED);
        start();
        settle();
        results_stop(results);
        start();
        settle();
        char query[64];
        snprintf(query, sizeof query, "focus=DiagnosticReport/%s", id);
        expect("machine", query, 1);
        expect_text(query, "\"versionId\":\"1\"");
    }
}

static int open_world(void **state)
{
    (void)state;
    world_open(&web, "results");
    common(&web);
    put(&web, "ServiceRequest", "sr",
        LABEL("a",
              "v1") ",\"status\":\"active\",\"intent\":\"order\",\"priority\":\"urgent\",\"authoredOn\":"
                    "\"2026-11-01\",\"requester\":{\"reference\":\"PractitionerRole/anna\"}," PATIENT("one"));
    start();
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    results_stop(results);
    world_close(&web);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),      cmocka_unit_test(test_observation),
        cmocka_unit_test(test_corrected), cmocka_unit_test(test_escalated),
        cmocka_unit_test(test_handed_on), cmocka_unit_test(test_again),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
