/* SPDX-License-Identifier: Apache-2.0
 * Readiness from end to end: a checkpoint's verdict follows the record with nobody writing it. */
#include <time.h>

#include "api/access_ask.h"
#include "base/time.h"
#include "readiness/readiness.h"

#define DAY ((int64_t)24 * 3600 * 1000)
#define STYR "https://helhet.example/styr/"
#define WAIT_S 20

static struct world web;
static struct readiness *ready;
static int64_t login_ms; /* when everybody last did something; 0: never */

static int64_t login(void *arg, struct str person, struct str assignment, struct arena *arena,
                     struct str *event)
{
    (void)arg;
    (void)person;
    (void)arena;
    *event = STR("AuditEvent/1");
    return str_starts(assignment, STR("PractitionerRole/")) ? login_ms : 0;
}

static void start(void)
{
    struct err err = {0};
    struct readiness_options opt = {.store = web.store, .search = web.search, .dir = web.dir, .login = login};
    ready = readiness_start(&opt, &err);
    if (!ready)
        fail_msg("%s %s %s", err_info(err.code)->name, err.arg[0], err.arg[1]);
}

static int64_t last_seq(void)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(web.store, &err);
    int64_t seq = store_read_seq(r);
    store_read_end(r);
    return seq;
}

/* What has been written until now is dealt with; ms that it took. */
static int64_t settle(void)
{
    int64_t seq = last_seq(), begun = (int64_t)(os_mono_ns() / 1000000);
    for (int i = 0; readiness_seq(ready) < seq; i++) {
        assert_true(i < WAIT_S * 100);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return (int64_t)(os_mono_ns() / 1000000) - begun;
}

static void day(char out[TIME_TEXT_MAX], int64_t shift)
{
    out[time_format(os_now_ms() + shift, out)] = 0;
    out[10] = 0;
}

/* ---- the steering's resources, written as the record is ---- */

static void styr(const char *type, const char *id, const char *rest)
{
    char path[160], body[8192];
    snprintf(path, sizeof path, "../styr/%s/%s", type, id);
    snprintf(body, sizeof body, "{\"resourceType\":\"%s\",\"id\":\"%s\",%s}", type, id, rest);
    char *a = ask_at(&web, "machine", "PUT", "/styr", path + strlen("../styr/"), NULL, body);
    if (status_of(a) != 201 && status_of(a) != 200)
        fail_msg("%s: %s", path, a);
    os_free(a);
}

static char *read_styr(const char *path)
{
    char *a = ask_at(&web, "machine", "GET", "/styr", path, NULL, NULL);
    if (status_of(a) != 200)
        fail_msg("%s: %s", path, a);
    return a;
}

static void expect(const char *id, const char *want)
{
    char path[100];
    snprintf(path, sizeof path, "ReadinessCheckpoint/%s", id);
    char *a = read_styr(path);
    if (!strstr(a, want))
        fail_msg("%s: wanted %s\n%s", id, want, a);
    os_free(a);
}

/* A rule's criterion; more: members, begun with a comma. */
#define CRITERION(code, measure, comparator, target, severity, age, more)                                    \
    "{\"code\":\"" code "\",\"title\":\"" code "\",\"measure\":\"" measure "\",\"comparator\":\"" comparator \
    "\",\"target\":" target ",\"severity\":\"" severity "\",\"overridable\":false,\"maxAgeDays\":" age       \
    ",\"evidenceKind\":\"measured\"" more "}"
#define E3 CRITERION("E3", "training-passed", "ge", "95", "hard", "90", ",\"scope\":\"role\"")

static void definition(const char *id, const char *offset, const char *criteria)
{
    char rest[6000];
    snprintf(rest, sizeof rest,
             "\"status\":\"active\",\"name\":\"%s\",\"offsetDays\":%s,\"lockedOn\":\"2026-01-01\","
             "\"criterion\":[%s]",
             id, offset, criteria);
    styr("CheckpointDefinition", id, rest);
}

#define MISSING(code, severity) "{\"code\":\"" code "\",\"state\":\"missing\",\"severity\":\"" severity "\"}"

/* As somebody opens it: nothing is measured. verdict is what the invariant gives of that. */
static void checkpoint(const char *id, const char *of, const char *unit, const char *criteria,
                       const char *results, const char *verdict)
{
    char rest[7000];
    snprintf(rest, sizeof rest,
             "\"status\":\"open\",\"definition\":{\"reference\":\"CheckpointDefinition/%s\"},\"initiative\":{"
             "\"reference\":\"Initiative/i\"},\"unit\":{\"reference\":\"Organization/"
             "%s\"},\"asOf\":\"2026-01-01\","
             "\"criterion\":[%s],\"result\":[%s],\"verdict\":\"%s\"",
             of, unit, criteria, results, verdict);
    styr("ReadinessCheckpoint", id, rest);
}

static void passed(const char *id, const char *who, bool ok, int64_t shift)
{
    char rest[1000], when[TIME_TEXT_MAX + 1];
    when[time_format(os_now_ms() + shift, when)] = 0;
    snprintf(rest, sizeof rest,
             "\"status\":\"completed\",\"questionnaire\":\"" STYR
             "Questionnaire/practical-training\",\"subject\":{\"reference\":\"PractitionerRole/"
             "%s\"},\"authored\":\"%s\","
             "\"item\":[{\"linkId\":\"passed\",\"answer\":[{\"valueBoolean\":%s}]}]",
             who, when, ok ? "true" : "false");
    put(&web, "QuestionnaireResponse", id, rest);
}

#define IN_UNIT(unit, person, role)                                                                          \
    "\"active\":true,\"practitioner\":{\"reference\":\"Practitioner/" person                                 \
    "\"},\"organization\":{\"reference\":\"Organization/" unit                                               \
    "\"},\"code\":[{\"coding\":[{\"system\":\"https://helhet.example/fhir/CodeSystem/"                       \
    "role\",\"code\":\"" role "\"}]}]"

static void roster(void)
{
    put(&web, "Organization", "ward", "\"name\":\"Avdelning 1\"");
    put(&web, "Practitioner", "p1", "\"active\":true");
    put(&web, "Practitioner", "p2", "\"active\":true");
    put(&web, "Practitioner", "p3", "\"active\":true");
    put(&web, "PractitionerRole", "r1", IN_UNIT("ward", "p1", "nurse"));
    put(&web, "PractitionerRole", "r2", IN_UNIT("ward", "p2", "nurse"));
    put(&web, "PractitionerRole", "r3", IN_UNIT("ward", "p3", "physician"));
}

static void test_training(void **state)
{
    (void)state;
    roster();
    definition("d1", "-30", E3);
    checkpoint("c1", "d1", "ward", E3, MISSING("E3", "hard"), "no-go");
    settle();
    expect("c1", "\"verdict\":\"no-go\"");
    passed("q1", "r1", true, 0);
    passed("q2", "r2", true, 0);
    settle();
    expect("c1", "\"state\":\"unmet\"");
    passed("q3", "r3", true, 0);
    assert_true(settle() < 5000);
    expect("c1", "\"state\":\"met\"");
    expect("c1", "\"verdict\":\"go\"");
    expect("c1", "\"numerator\":3,\"denominator\":3");
    /* Nobody is named in it. */
    char *a = read_styr("ReadinessCheckpoint/c1");
    assert_null(strstr(a, "QuestionnaireResponse/q1"));
    os_free(a);
    /* One fails a new try: nobody edits anything, and within five seconds it is no-go. */
    passed("q4", "r2", false, 1000);
    assert_true(settle() < 5000);
    expect("c1", "\"verdict\":\"no-go\"");
    expect("c1", "\"numerator\":2,\"denominator\":3");
    passed("q5", "r2", true, 2000);
    settle();
    expect("c1", "\"verdict\":\"go\"");
    expect("c1", "\"firstValue\":100");
}

int main(void)
{
    (void)day;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_training)};
    world_open(&web, "readiness");
    common(&web);
    start();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    readiness_stop(ready);
    world_close(&web);
    return failed;
}
