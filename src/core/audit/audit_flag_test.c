/* SPDX-License-Identifier: Apache-2.0
 * Patterns: each kind of rule finds what it is about, at its limit and not below it, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit_flag.h"
#include "base/os.h"
#include "base/time.h"

#define TEXTS                                                                                                \
    "\"title\":[\"t\",\"t\"],\"what\":[\"w\",\"w\"],\"why\":[\"{count} av {limit}\",\"{count} of {limit}\"]"
#define RULE(code, more) "{\"code\":\"" code "\",\"kind\":\"" code "\",\"on\":true," more TEXTS "}"

/* clang-format off */
static const char rules_text[] = "{\"rule\":[" /* one a line */
    RULE("own", "") ","
    RULE("colleague", "") ","
    RULE("emergency", "") ","
    RULE("surname", "\"limit\":50,") ","
    RULE("address", "") ","
    RULE("many-patients", "\"limit\":4,\"minutes\":60,") ","
    RULE("hours", "\"limit\":2,\"days\":30,\"minimum\":10,\"share\":1,") ","
    RULE("name-search", "\"limit\":2,\"days\":7,") ","
    RULE("no-relation", "\"days\":30,") ","
    RULE("many-staff", "\"limit\":3,\"days\":7,") ","
    RULE("refusals", "\"limit\":3,\"minutes\":60,") "]}";
/* clang-format on */

static char dir[64];
static struct audit *log_now;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    snprintf(dir, sizeof dir, "/tmp/helhet-flag-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct audit_options opt = {.dir = dir};
    log_now = audit_open(&opt, &err);
    assert_non_null(log_now);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    os_fault.clock_shift_ms = 0;
    audit_close(log_now);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

/* ---- the log and the record ---- */

static void put(const char *user, const char *patient, const struct audit_record *more)
{
    char name[64];
    struct err err = {0};
    struct str one = str_of(patient);
    struct audit_record r = *more;
    snprintf(name, sizeof name, "Practitioner/%s", user);
    r.who = (struct audit_who){.kind = STR("staff"), .user = str_of(name), .unit = STR("Organization/u")};
    r.action = STR("GET /fhir/[type]/[id]");
    r.code = 'R';
    if (!r.patient && one.n) {
        r.patient = &one;
        r.patient_count = 1;
    }
    assert_true(audit_put(log_now, &r, 1, &err));
}

static void reads(const char *user, const char *patient)
{
    put(user, patient, &(struct audit_record){.status = 200});
}

/* Patients "kin…" are family, "home…" live together, "mine…" are in the unit's care. */
static bool related(void *arg, struct str unit, struct str patient, int64_t low, int64_t high, bool *yes,
                    struct err *err)
{
    (void)arg;
    (void)err;
    assert_true(str_is(unit, "Organization/u"));
    assert_true(low < high);
    *yes = str_starts(patient, STR("mine"));
    return true;
}

static bool same(void *arg, enum audit_flag_same what, struct str user, struct str patient, uint64_t limit,
                 bool *yes, struct err *err)
{
    (void)arg;
    (void)err;
    (void)user;
    assert_int_equal(limit, what == AUDIT_FLAG_SURNAME ? 50 : 0);
    *yes = str_starts(patient, what == AUDIT_FLAG_SURNAME ? STR("kin") : STR("home"));
    return true;
}

/* ---- looking ---- */

static struct arena arena;

static struct audit_flags look(const char *code, const char *user, bool facts)
{
    static const struct audit_flag_facts known = {.related = related, .same = same};
    struct audit_flag_rules rules;
    struct audit_flags found;
    struct err err = {0};
    bool more = true;
    struct audit_flag_query q = {.low_ms = os_now_ms() - 24 * 3600 * 1000,
                                 .high_ms = os_now_ms() + 1000,
                                 .code = str_of(code),
                                 .user = str_of(user),
                                 .limit = 100};
    arena_reset(&arena);
    struct audit_index *x = audit_index_open(dir, NULL, true, &err);
    while (x && more)
        assert_true(audit_index_follow(x, UINT64_MAX, &more, &err));
    assert_true(audit_flag_rules_read(str_of(rules_text), &arena, &rules, &err));
    if (!audit_flag_find(x, &rules, facts ? &known : NULL, &q, &arena, &found, &err))
        fail_msg("%s %s", err_info(err.code)->name, err.arg[0]);
    audit_index_close(x);
    return found;
}

static void one(const char *code, const char *user, uint64_t count, const char *patient)
{
    struct audit_flags f = look(code, user, true);
    if (f.count != 1)
        fail_msg("%s: %zu found", code, f.count);
    assert_true(str_is(f.item[0].rule->code, code));
    assert_int_equal(f.item[0].count, count);
    assert_true(str_is(f.item[0].patient, patient));
    assert_true(f.complete);
}

static void none(const char *code, const char *user)
{
    struct audit_flags f = look(code, user, true);
    if (f.count)
        fail_msg("%s of %s: %zu found", code, user, f.count);
}

static void test_marked(void **state)
{
    (void)state;
    struct str two[] = {STR("a"), STR("b")};
    reads("x", "a");
    put("x", "a", &(struct audit_record){.flags = AUDIT_FLAG_OWN});
    put("x", "a", &(struct audit_record){.flags = AUDIT_FLAG_OWN});
    put("y", "", &(struct audit_record){.flags = AUDIT_FLAG_COLLEAGUE, .patient = two, .patient_count = 2});
    put("x", "c", &(struct audit_record){.flags = AUDIT_FLAG_EMERGENCY});
    one("own", "", 2, "a");
    one("colleague", "", 1, ""); /* which of the two is not known */
    one("emergency", "Practitioner/x", 1, "c");
    none("emergency", "Practitioner/y");
    struct audit_flags f = look("own", "", true);
    assert_int_equal(f.item[0].event_count, 2);
    assert_int_equal(f.item[0].event[0], 3);
    assert_int_equal(f.item[0].event[1], 2);
    assert_int_equal(f.item[0].reviewed, 0);
    put("z", "", &(struct audit_record){.about = 3, .why = STR("ok")});
    assert_int_equal(look("own", "", true).item[0].reviewed, 1);
    assert_int_equal(look("own", "", true).records, 6);
}

static void test_pairs(void **state)
{
    (void)state;
    reads("x", "mine-1");
    reads("x", "kin-1");
    reads("x", "kin-1");
    reads("x", "home-1");
    one("surname", "", 2, "kin-1");
    one("address", "", 1, "home-1");
    assert_int_equal(look("no-relation", "", true).count, 2);
    put("x", "kin-2", &(struct audit_record){.outcome = AUDIT_REFUSED, .status = 403}); /* saw nothing */
    one("surname", "", 2, "kin-1");
    assert_int_equal(look("surname", "", false).count, 0); /* nobody to ask */
}

static void test_many_patients(void **state)
{
    (void)state;
    char patient[24];
    for (int i = 0; i < 3; i++) {
        snprintf(patient, sizeof patient, "mine-%d", i);
        reads("x", patient);
        reads("x", patient);
    }
    none("many-patients", "");
    os_fault.clock_shift_ms += 59 * 60 * 1000;
    reads("x", "mine-9");
    one("many-patients", "", 4, "");
    assert_int_equal(look("many-patients", "", true).item[0].event_count, 7);
}

static void test_window_has_an_end(void **state)
{
    (void)state;
    char patient[24];
    for (int i = 0; i < 6; i++) {
        snprintf(patient, sizeof patient, "mine-%d", i);
        reads("x", patient);
        os_fault.clock_shift_ms += 21 * 60 * 1000; /* three in any hour */
    }
    none("many-patients", "");
}

static void test_many_staff(void **state)
{
    (void)state;
    reads("a", "known");
    reads("b", "known");
    reads("b", "known");
    none("many-staff", "");
    reads("c", "known");
    reads("a", "mine-1");
    reads("b", "mine-1");
    reads("c", "mine-1");
    one("many-staff", "", 3, "known");
}

static void test_name_search(void **state)
{
    (void)state;
    const struct audit_record by_name = {.resource = STR("Patient"), .params = STR("_count,family:contains")};
    const struct audit_record by_number = {.resource = STR("Patient"), .params = STR("identifier")};
    const struct audit_record named_alike = {.resource = STR("Patient"), .params = STR("names")};
    struct str some[] = {STR("mine-1"), STR("p")};
    struct audit_record with_mine = by_name;
    with_mine.patient = some;
    with_mine.patient_count = 2;
    put("x", "p", &by_name);
    put("x", "p", &by_number);
    put("x", "p", &named_alike);
    put("x", "", &with_mine);
    none("name-search", "");
    put("x", "q", &by_name);
    one("name-search", "", 2, "");
}

static void test_refusals(void **state)
{
    (void)state;
    const struct audit_record no = {.outcome = AUDIT_REFUSED, .status = 404};
    const struct audit_record wrong = {.outcome = AUDIT_REFUSED, .status = 400};
    put("x", "", &no);
    put("x", "", &no);
    put("x", "", &wrong);
    put("y", "", &no);
    none("refusals", "");
    put("x", "p", &no);
    one("refusals", "", 3, "");
}

static void at(const char *text)
{
    struct time_value v;
    assert_true(time_parse(str_of(text), false, &v));
    os_fault.clock_shift_ms += time_span(&v, 0).low_ms - os_now_ms();
}

/* Work at half past twelve in winter: the same clock in summer is another hour of the world's. */
static void test_hours_summer(void **state)
{
    (void)state;
    char text[32];
    for (int day = 13; day < 25; day++) {
        snprintf(text, sizeof text, "2026-03-%dT11:30:00Z", day);
        at(text);
        reads("x", "mine-1");
        reads("y", "mine-1");
    }
    at("2026-04-10T09:30:00Z"); /* 11:30, an hour before */
    reads("x", "mine-1");
    reads("x", "mine-1");
    at("2026-04-10T12:30:00Z"); /* 14:30, two hours after */
    none("hours", "");
    reads("y", "mine-1");
    reads("y", "mine-1");
    one("hours", "Practitioner/y", 2, "");
    none("hours", "Practitioner/x");
}

/* Twelve days of work at one hour; then twice at another, twelve hours away. */
static void test_hours(void **state)
{
    (void)state;
    int64_t day = INT64_C(24) * 3600 * 1000;
    os_fault.clock_shift_ms = -13 * day;
    for (int i = 0; i < 12; i++) {
        reads("x", "mine-1");
        reads("y", "mine-1");
        os_fault.clock_shift_ms += day;
    }
    os_fault.clock_shift_ms = 0;
    reads("y", "mine-1");
    reads("y", "mine-1");
    none("hours", "");
    os_fault.clock_shift_ms = day / 2;
    reads("x", "mine-1");
    none("hours", "");
    reads("x", "mine-1");
    one("hours", "Practitioner/x", 2, "");
    none("hours", "Practitioner/y");
}

static void test_texts_and_rules(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[]",
        "{\"rule\":{}}",
        "{\"rule\":[1]}",
        "{\"rule\":[{\"code\":\"a\",\"kind\":\"nonsense\"," TEXTS "}]}",
        "{\"rule\":[{\"code\":\"a\",\"kind\":\"own\",\"limits\":1," TEXTS "}]}",
        "{\"rule\":[{\"code\":\"a\",\"kind\":\"own\",\"limit\":-1," TEXTS "}]}",
        "{\"rule\":[{\"code\":\"a\",\"kind\":\"own\",\"on\":1," TEXTS "}]}",
        "{\"rule\":[{\"code\":\"a\",\"kind\":\"own\",\"title\":[\"a\"]}]}",
        "{\"rule\":[{\"kind\":\"own\"," TEXTS "}]}",
    };
    struct audit_flag_rules rules;
    struct err err = {0};
    struct buf out;
    arena_reset(&arena);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (audit_flag_rules_read(str_of(bad[i]), &arena, &rules, &err))
            fail_msg("taken: %s", bad[i]);
    assert_true(audit_flag_rules_read(str_of(rules_text), &arena, &rules, &err));
    buf_init(&out, BUF_NO_MAX);
    audit_flag_text(&rules.item[3], rules.item[3].why[0], 7, &out);
    assert_true(str_is(buf_get(&out), "7 av 50"));
    buf_release(&out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_marked),        TEST(test_pairs),
        TEST(test_many_patients), TEST(test_window_has_an_end),
        TEST(test_many_staff),    TEST(test_name_search),
        TEST(test_refusals),      TEST(test_hours),
        TEST(test_hours_summer),  TEST(test_texts_and_rules),
    };
    arena_init(&arena);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
