/* SPDX-License-Identifier: Apache-2.0
 * Readiness from end to end: a checkpoint's verdict follows the record with nobody writing it. */
#include <time.h>

#include "api/access_ask.h"
#include "api/readiness_ask.h"
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
    api_readiness_by(web.api, readiness_answer, ready);
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

/* A day that has come is dealt with: two looks of the follower's. */
static void settle_days(void)
{
    nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 500000000}, NULL);
    settle();
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

/* ---- the operations ---- */

static char *answer(const char *who, const char *method, const char *path, int want)
{
    char *a = ask_at(&web, who, method, "/styr", path, NULL, NULL);
    if (status_of(a) != want)
        fail_msg("%s %s: %d wanted\n%s", method, path, want, a);
    return a;
}

static void expect_in(const char *who, const char *path, const char *want)
{
    char *a = answer(who, "GET", path, 200);
    if (!strstr(a, want))
        fail_msg("%s: wanted %s\n%s", path, want, a);
    os_free(a);
}

static void expect_not_in(const char *who, const char *path, const char * not )
{
    char *a = answer(who, "GET", path, 200);
    if (strstr(a, not ))
        fail_msg("%s: %s is there\n%s", path, not, a);
    os_free(a);
}

static void test_line(void **state)
{
    (void)state;
    expect_in("machine", "ReadinessCheckpoint/$line?initiative=i", "\"verdict\":\"go\"");
    expect_in("machine", "ReadinessCheckpoint/$line?initiative=i", "\"code\":\"E3\",\"state\":\"met\"");
    expect_in("machine", "ReadinessCheckpoint/$line?initiative=Initiative/i", "\"name\":\"Avdelning 1\"");
    expect_in("machine", "ReadinessCheckpoint/$line?initiative=nobody", "\"checkpoint\":[]");
    os_free(answer("machine", "GET", "ReadinessCheckpoint/$line", 400));
}

/* From the cell to the named evidence: names to those who answer for it, shares to all. */
static void test_evidence(void **state)
{
    (void)state;
    passed("q6", "r2", false, 3000);
    settle();
    expect_in("machine", "ReadinessCheckpoint/c1/$evidence?criterion=E3",
              "\"evidence\":\"QuestionnaireResponse/q6\"");
    expect_in("machine", "ReadinessCheckpoint/c1/$evidence?criterion=E3", "\"peopleShown\":true");
    os_free(answer("machine", "GET", "ReadinessCheckpoint/c1/$evidence?criterion=E9", 400));
    os_free(answer("machine", "GET", "ReadinessCheckpoint/none/$evidence?criterion=E3", 404));
    expect_not_in("machine:ReadinessCheckpoint", "ReadinessCheckpoint/c1/$evidence?criterion=E3",
                  "PractitionerRole/r2");
    expect_in("machine:ReadinessCheckpoint", "ReadinessCheckpoint/c1/$evidence?criterion=E3",
              "\"peopleShown\":false");
    passed("q7", "r2", true, 4000);
    settle();
    expect("c1", "\"verdict\":\"go\"");
}

/* Nobody sets it, and no time is bought by turning the clock back or on. */
static void test_time(void **state)
{
    (void)state;
    atomic_store(&os_fault.clock_shift_ms, 89 * DAY);
    settle_days();
    expect("c1", "\"verdict\":\"go\"");
    atomic_store(&os_fault.clock_shift_ms, 92 * DAY);
    settle_days();
    expect("c1", "\"state\":\"stale\"");
    expect("c1", "\"verdict\":\"no-go\"");
    atomic_store(&os_fault.clock_shift_ms, 0);
    settle_days();
}

static void reporting(const char *id, const char *measure, const char *unit, const char *group)
{
    char rest[1500], when[TIME_TEXT_MAX + 1], subject[120] = "";
    when[time_format(os_now_ms(), when)] = 0;
    if (unit)
        snprintf(subject, sizeof subject, "\"subject\":{\"reference\":\"Organization/%s\"},", unit);
    snprintf(rest, sizeof rest,
             "\"status\":\"complete\",\"type\":\"summary\",\"measure\":\"" STYR
             "Measure/%s\",%s\"date\":\"%s\",\"period\":{\"start\":\"2026-01-01\"},\"group\":[%s]",
             measure, subject, when, group);
    put(&web, "MeasureReport", id, rest);
}

#define SCORE(value) "{\"measureScore\":{\"value\":" value "}}"
#define SHARE(n, of)                                                                                         \
    "{\"population\":[{\"code\":{\"coding\":[{\"code\":\"numerator\"}]},\"count\":" n                        \
    "},{\"code\":{\"coding\":[{\"code\":\"denominator\"}]},\"count\":" of "}]}"

/* Those that come as reports, the region's and the unit's own. */
static void test_reports(void **state)
{
    (void)state;
    put(&web, "Organization", "w2", "\"name\":\"Avdelning 2\"");
    definition("d2", "-7",
               CRITERION("E6", "migration-reconciled", "ge", "100", "hard", "30",
                         "") "," CRITERION("E8", "untranslated-strings", "le", "0", "hard", "30", ""));
    checkpoint("c2", "d2", "w2",
               CRITERION("E6", "migration-reconciled", "ge", "100", "hard", "30",
                         "") "," CRITERION("E8", "untranslated-strings", "le", "0", "hard", "30", ""),
               MISSING("E6", "hard") "," MISSING("E8", "hard"), "no-go");
    settle();
    expect("c2", "\"code\":\"E6\",\"state\":\"missing\"");
    reporting("m1", "migration-reconciliation", "w2", SHARE("999", "1000"));
    reporting("m2", "untranslated-strings", NULL, SCORE("0"));
    settle();
    expect("c2", "\"code\":\"E6\",\"state\":\"unmet\"");
    expect("c2", "\"value\":99.9");
    expect("c2", "\"code\":\"E8\",\"state\":\"met\"");
    expect("c2", "{\"reference\":\"MeasureReport/m2\"}");
    reporting("m3", "migration-reconciliation", "w2", SHARE("1000", "1000"));
    settle();
    expect("c2", "\"verdict\":\"go\"");
    reporting("m4", "untranslated-strings", "w2", SCORE("3")); /* the unit's own is nearer */
    settle();
    expect("c2", "\"verdict\":\"no-go\"");
}

#define E1 CRITERION("E1", "open-findings", "le", "0", "hard", "30", "")
#define E4 CRITERION("E4", "logins-right-role", "ge", "100", "hard", "14", "")
#define E7 CRITERION("E7", "undeliverable-orders", "le", "0", "hard", "1", "")
#define E10 CRITERION("E10", "safety-case", "ge", "1", "hard", "400", "")

/* Tests and incidents, logins, orders to nobody, a signed document. */
static void test_measures(void **state)
{
    (void)state;
    definition("d3", "-7", E1 "," E4 "," E7 "," E10);
    checkpoint(
        "c3", "d3", "ward", E1 "," E4 "," E7 "," E10,
        MISSING("E1", "hard") "," MISSING("E4", "hard") "," MISSING("E7", "hard") "," MISSING("E10", "hard"),
        "no-go");
    settle();
    expect("c3", "\"code\":\"E1\",\"state\":\"missing\"");
    expect("c3", "\"code\":\"E4\",\"state\":\"unmet\"");
    expect("c3", "\"code\":\"E7\",\"state\":\"met\"");
    expect("c3", "\"code\":\"E10\",\"state\":\"missing\"");
    char now[TIME_TEXT_MAX + 1], rest[1000];
    now[time_format(os_now_ms(), now)] = 0;
    snprintf(rest, sizeof rest,
             "\"status\":\"completed\",\"testScript\":{\"reference\":\"TestScript/"
             "t\"},\"result\":\"pass\",\"issued\":\"%s\"",
             now);
    put(&web, "TestReport", "t1", rest);
    settle();
    expect("c3", "\"code\":\"E1\",\"state\":\"met\"");
    styr("Incident", "in1",
         "\"status\":\"open\",\"kind\":\"test-finding\",\"severity\":\"high\",\"title\":\"Fel ord\"");
    settle();
    expect("c3", "\"code\":\"E1\",\"state\":\"unmet\"");
    expect("c3", "{\"reference\":\"Incident/in1\"}");
    styr("Incident", "in1",
         "\"status\":\"workaround\",\"kind\":\"test-finding\",\"severity\":\"high\",\"title\":\"Fel "
         "ord\",\"workaround\":{\"description\":\"Ring\",\"acceptedBy\":{\"reference\":\"PractitionerRole/"
         "r1\"},"
         "\"acceptedOn\":\"2026-01-01\"}");
    settle();
    expect("c3", "\"code\":\"E1\",\"state\":\"met\"");
}

/* The rest of the same checkpoint. */
static void test_signed(void **state)
{
    char now[TIME_TEXT_MAX + 1], rest[1000];
    (void)state;
    now[time_format(os_now_ms(), now)] = 0;
    login_ms = os_now_ms();
    put(&web, "ServiceRequest", "lost",
        "\"status\":\"active\",\"intent\":\"order\",\"subject\":{\"reference\":\"Patient/"
        "one\"},\"requester\":{"
        "\"reference\":\"PractitionerRole/r1\"}");
    snprintf(rest, sizeof rest,
             "\"status\":\"current\",\"type\":{\"coding\":[{\"system\":\"" STYR "CodeSystem/"
             "document\",\"code\":\"safety-case\"}]},\"date\":\"%s\",\"content\":[{\"attachment\":{\"title\":"
             "\"x\"}}],\"context\":{\"related\":[{\"reference\":\"Organization/ward\"}]}",
             now);
    put(&web, "DocumentReference", "doc", rest);
    settle();
    expect("c3", "\"code\":\"E1\",\"state\":\"met\"");
    expect("c3", "\"code\":\"E4\",\"state\":\"met\"");
    expect("c3", "\"code\":\"E7\",\"state\":\"unmet\"");
    expect("c3", "ServiceRequest/lost");
    expect("c3", "\"code\":\"E10\",\"state\":\"unmet\"");
    snprintf(
        rest, sizeof rest,
        "\"target\":[{\"reference\":\"DocumentReference/doc\"}],\"recorded\":\"%s\",\"agent\":[{\"who\":{"
        "\"reference\":\"PractitionerRole/"
        "r1\"}}],\"signature\":[{\"type\":[{\"system\":\"urn:iso-astm:E1762-95:2013\","
        "\"code\":\"1.2.840.10065.1.12.1.1\"}],\"when\":\"%s\",\"who\":{\"reference\":\"PractitionerRole/"
        "r1\"}}]",
        now, now);
    put(&web, "Provenance", "sign", rest);
    put(&web, "ServiceRequest", "lost",
        "\"status\":\"active\",\"intent\":\"order\",\"subject\":{\"reference\":\"Patient/"
        "one\"},\"requester\":{"
        "\"reference\":\"PractitionerRole/r1\"},\"performer\":[{\"reference\":\"Organization/b\"}]");
    settle();
    expect("c3", "\"code\":\"E10\",\"state\":\"met\"");
    expect("c3", "\"signature\":{\"reference\":\"Provenance/sign\"}");
    expect("c3", "\"verdict\":\"go\"");
    /* What was written by the system passes what is asked of everybody. */
    char *a = answer("machine", "GET", "ReadinessCheckpoint/c3/$validate", 200);
    assert_null(strstr(a, "\"severity\":\"error\""));
    os_free(a);
}

/* Nobody sets a verdict or a result, whoever they are. */
static void test_nobody_sets(void **state)
{
    (void)state;
    char *a = read_styr("ReadinessCheckpoint/c2"), *body = strstr(a, "\r\n\r\n"), *at;
    assert_non_null(body);
    at = strstr(body, "\"verdict\":\"no-go\"");
    assert_non_null(at);
    memcpy(at, "\"verdict\":\"go\"   ", strlen("\"verdict\":\"no-go\""));
    char *b = ask_at(&web, "machine", "PUT", "/styr", "ReadinessCheckpoint/c2", NULL, body + 4);
    assert_true(status_of(b) >= 400);
    os_free(b);
    os_free(a);
    settle();
    expect("c2", "\"verdict\":\"no-go\"");
}

#define S1 CRITERION("S1", "pulse", "ge", "3", "soft", "90", "")

/* A waiver makes go-with-conditions, until it expires. */
static void test_waiver(void **state)
{
    char until[TIME_TEXT_MAX + 1];
    (void)state;
    definition("d4", "-7", S1);
    checkpoint("c4", "d4", "w2", S1, MISSING("S1", "soft"), "incomplete");
    settle();
    expect("c4", "\"verdict\":\"incomplete\"");
    char *a = read_styr("ReadinessCheckpoint/c4"), *body = strstr(a, "\r\n\r\n") + 4, text[6000];
    char *result = strstr(body, "\"state\":\"missing\""), *verdict;
    assert_non_null(result);
    day(until, 5 * DAY);
    snprintf(text, sizeof text,
             "%.*s\"waiver\":{\"owner\":{\"reference\":\"PractitionerRole/r1\"},\"workaround\":\"Möte varje "
             "dag\",\"motivation\":\"x\",\"expires\":\"%s\"},%s",
             (int)(result - body), body, until, result);
    verdict = strstr(text, "\"verdict\":\"incomplete\"");
    assert_non_null(verdict);
    char changed[7000];
    snprintf(changed, sizeof changed, "%.*s\"verdict\":\"go-with-conditions\"%s", (int)(verdict - text), text,
             verdict + strlen("\"verdict\":\"incomplete\""));
    char *b = ask_at(&web, "machine", "PUT", "/styr", "ReadinessCheckpoint/c4", NULL, changed);
    if (status_of(b) != 200)
        fail_msg("%s\n%s", changed, b);
    os_free(b);
    os_free(a);
    settle();
    expect("c4", "\"verdict\":\"go-with-conditions\"");
    atomic_store(&os_fault.clock_shift_ms, 7 * DAY);
    settle_days();
    expect("c4", "\"verdict\":\"incomplete\"");
    atomic_store(&os_fault.clock_shift_ms, 0);
    settle_days();
}

/* After live: a broken rule opens a case, a draft, and no second one. */
static void test_pause(void **state)
{
    (void)state;
#define P1 CRITERION("P1", "live-incidents", "le", "2", "hard", "7", ",\"onBreach\":\"pause-case\"")
    definition("d5", "1", P1);
    checkpoint("c5", "d5", "w2", P1, MISSING("P1", "hard"), "no-go");
    settle();
    expect_in("machine", "DecisionCase?kind=pause", "\"total\":0");
    reporting("live1", "live-incidents", "w2", SCORE("2"));
    settle();
    expect_in("machine", "DecisionCase?kind=pause", "\"total\":0");
    reporting("live2", "live-incidents", "w2", SCORE("2.5"));
    settle();
    expect_in("machine", "DecisionCase?kind=pause", "\"total\":1");
    expect_in("machine", "DecisionCase?kind=pause", "\"measured\":2.5,\"limit\":2");
    reporting("live3", "live-incidents", "w2", SCORE("9"));
    settle();
    expect_in("machine", "DecisionCase?kind=pause&status=draft", "\"total\":1");
}

/* Opened by the operation, frozen with its evidence; then nothing changes, and the hash holds. */
static void test_freeze(void **state)
{
    char id[64] = "", path[200];
    (void)state;
    os_free(
        answer("machine", "POST", "CheckpointDefinition/d1/$open?unit=ward", 400)); /* not Organization/… */
    char *a = answer("machine", "POST", "CheckpointDefinition/d1/$open?unit=Organization/ward&wave=1", 201);
    char *at = strstr(a, "\"id\":\"");
    assert_non_null(at);
    snprintf(id, sizeof id, "%.*s", (int)strcspn(at + 6, "\""), at + 6);
    os_free(a);
    settle();
    expect(id, "\"verdict\":\"go\"");
    snprintf(path, sizeof path, "ReadinessCheckpoint/%s/$verify", id);
    os_free(answer("machine", "GET", path, 409));
    snprintf(path, sizeof path, "ReadinessCheckpoint/%s/$freeze", id);
    os_free(answer("machine:ReadinessCheckpoint", "POST", path, 403));
    a = answer("machine", "POST", path, 200);
    assert_non_null(strstr(a, "/sha256\",\"value\":\""));
    os_free(a);
    os_free(answer("machine", "POST", path, 409));
    snprintf(path, sizeof path, "ReadinessCheckpoint/%s/$verify", id);
    expect_in("machine", path, "\"holds\":true");
    /* One fails afterwards: what was frozen stands. */
    passed("q8", "r1", false, 60000);
    settle();
    expect(id, "\"verdict\":\"go\"");
    expect("c1", "\"verdict\":\"no-go\"");
    snprintf(path, sizeof path, "ReadinessCheckpoint/%s", id);
    char *b = ask_at(&web, "machine", "DELETE", "/styr", path, NULL, NULL);
    assert_true(status_of(b) >= 400);
    os_free(b);
}

static void test_board(void **state)
{
    (void)state;
    styr("Initiative", "i",
         "\"status\":\"concept\",\"title\":\"Enkät\",\"phase\":1,\"phaseSince\":\"2026-01-01\"");
    styr("SystemAsset", "old",
         "\"status\":\"in-use\",\"name\":\"Gammalt system\",\"owner\":{\"reference\":\"Organization/v1\"},"
         "\"contractEnd\":\"2026-12-31\",\"leadTimeMonths\":24,\"replacedBy\":{\"reference\":\"Initiative/"
         "i\"}");
    styr("DecisionCase", "k",
         "\"status\":\"draft\",\"title\":\"VB2\",\"recordStatus\":\"arbetsmaterial\",\"initiative\":{"
         "\"reference\":"
         "\"Initiative/i\"},\"need\":\"x\"");
    expect_in("machine", "Initiative/$board", "\"text\":\"Nyttokalkyl saknas.\"");
    expect_in("machine", "Initiative/$board", "\"latestStart\":\"2024-12-31\",\"late\":true");
    expect_in("machine", "Initiative/$board", "\"verdict\":\"no-go\"");
    expect_in("machine", "Initiative/$board", "\"ageDays\":");
}

static void forget(void)
{
    char path[128];
    static const char *const ends[] = {"", "-wal", "-shm"};
    readiness_stop(ready);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/readiness.db%s", web.dir, ends[i]);
        unlink(path);
    }
    start();
    settle_days();
}

/* The file beside the store can be lost. */
static void test_again(void **state)
{
    (void)state;
    passed("q9", "r1", true, 120000);
    forget();
    settle();
    expect("c1", "\"verdict\":\"go\"");
    expect_in("machine", "ReadinessCheckpoint/$line?initiative=i", "\"verdict\":\"go\"");
}

/* 50, 60, 70 a week apart: 95 comes 18 days after the last, also when the file beside is lost meanwhile. */
static void test_trend(void **state)
{
    static const char *const values[] = {SCORE("50"), SCORE("60"), SCORE("70")};
    char when[TIME_TEXT_MAX], want[64], id[8];
    (void)state;
    put(&web, "Organization", "w3", "\"name\":\"Avdelning 3\"");
#define E2 CRITERION("E2", "document-types-exercised", "ge", "95", "hard", "30", "")
    definition("d6", "-60", E2);
    checkpoint("c6", "d6", "w3", E2, MISSING("E2", "hard"), "no-go");
    for (int i = 0; i < 3; i++) {
        atomic_store(&os_fault.clock_shift_ms, i * 7 * DAY);
        snprintf(id, sizeof id, "tr%d", i);
        reporting(id, "document-types-exercised", "w3", values[i]);
        settle_days();
        if (i == 1)
            forget();
    }
    day(when, 18 * DAY);
    snprintf(want, sizeof want, "\"earliest\":\"%s\"", when);
    expect("c6", want);
    expect("c6", "\"value\":50},{");
    atomic_store(&os_fault.clock_shift_ms, 0);
}

enum { MANY = 65, MANY_BYTES = 40000 }; /* criteria: one more than can be measured */

static void many(const char *type, const char *id, const char *rest, bool results)
{
    char *body = os_alloc(MANY_BYTES), path[100];
    int n = snprintf(body, MANY_BYTES, "{\"resourceType\":\"%s\",\"id\":\"%s\",%s,\"criterion\":[", type, id,
                     rest);
    for (int i = 0; i < MANY; i++)
        n += snprintf(
            body + n, (size_t)(MANY_BYTES - n),
            "%s{\"code\":\"M%d\",\"title\":\"x\",\"measure\":\"pulse\",\"comparator\":\"ge\",\"target\":"
            "1,\"severity\":\"hard\",\"overridable\":false,\"maxAgeDays\":30,\"evidenceKind\":\"measured\"}",
            i ? "," : "", i);
    n += snprintf(body + n, (size_t)(MANY_BYTES - n), "]%s", results ? ",\"result\":[" : "}");
    for (int i = 0; results && i < MANY; i++)
        n += snprintf(body + n, (size_t)(MANY_BYTES - n),
                      "%s{\"code\":\"M%d\",\"state\":\"missing\",\"severity\":\"hard\"}", i ? "," : "", i);
    if (results)
        snprintf(body + n, (size_t)(MANY_BYTES - n), "],\"verdict\":\"no-go\"}");
    snprintf(path, sizeof path, "%s/%s", type, id);
    char *a = ask_at(&web, "machine", "PUT", "/styr", path, NULL, body);
    if (status_of(a) != 201)
        fail_msg("%s: %s", path, a);
    os_free(a);
    os_free(body);
}

/* One that cannot be measured is not go, and keeps no other from being measured. It is tried again and again,
 * so that not everything is ever done: the last test. */
static void test_broken(void **state)
{
    (void)state;
    passed("q10", "r1", true, 180000);
    settle();
    many("CheckpointDefinition", "d9",
         "\"status\":\"active\",\"name\":\"d9\",\"offsetDays\":-7,\"lockedOn\":\"2026-01-01\"", false);
    many("ReadinessCheckpoint", "c9",
         "\"status\":\"open\",\"definition\":{\"reference\":\"CheckpointDefinition/"
         "d9\"},\"unit\":{\"reference\":"
         "\"Organization/ward\"},\"asOf\":\"2026-01-01\"",
         true);
    passed("q11", "r1", false, 240000);
    nanosleep(&(struct timespec){.tv_sec = 4}, NULL);
    expect("c1", "\"verdict\":\"no-go\"");
    expect("c9", "\"verdict\":\"no-go\"");
    assert_true(readiness_seq(ready) < last_seq());
    os_free(answer("machine", "POST", "ReadinessCheckpoint/c9/$freeze", 503));
    os_free(answer("machine", "POST", "ReadinessCheckpoint/c1/$freeze", 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_training), cmocka_unit_test(test_line),    cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_time),     cmocka_unit_test(test_reports), cmocka_unit_test(test_measures),
        cmocka_unit_test(test_signed),   cmocka_unit_test(test_pause),   cmocka_unit_test(test_nobody_sets),
        cmocka_unit_test(test_waiver),   cmocka_unit_test(test_freeze),  cmocka_unit_test(test_board),
        cmocka_unit_test(test_again),    cmocka_unit_test(test_trend),   cmocka_unit_test(test_broken),
    };
    world_open(&web, "readiness");
    common(&web);
    start();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    readiness_stop(ready);
    world_close(&web);
    return failed;
}
