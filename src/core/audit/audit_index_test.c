/* SPDX-License-Identifier: Apache-2.0
 * The index against what was put in: every search compared with a plain reading of what was logged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit_index.h"
#include "audit/audit_prune.h"
#include "audit/audit_verify.h"
#include "base/os.h"
#include "base/time.h"

enum { RECORDS = 300, USERS = 7, PATIENTS = 5, SEGMENT = 5000 };

static char dir[64], spare[80];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/helhet-audit-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(spare, sizeof spare, "%s-spare", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s %s", dir, spare);
    return system(command);
}

/* Record i is by user i mod USERS about patients i mod PATIENTS and, of every third, one more. */
static void put(struct audit *a, int i)
{
    char user[32], one[32], two[32];
    struct err err = {0};
    snprintf(user, sizeof user, "Practitioner/%d", i % USERS);
    snprintf(one, sizeof one, "p%d", i % PATIENTS);
    snprintf(two, sizeof two, "p%d", (i + 1) % PATIENTS);
    struct str patient[] = {str_of(one), str_of(two)};
    struct audit_record r = {.who = {.user = str_of(user), .unit = STR("Organization/u")},
                             .action = STR("GET /fhir/[type]/[id]"),
                             .code = i % 2 ? 'R' : 'E',
                             .outcome = i % 10 == 0 ? AUDIT_REFUSED : AUDIT_DONE,
                             .patient = patient,
                             .patient_count = i % 3 == 0 ? 2 : 1};
    if (!audit_put(a, &r, 1, &err))
        fail_msg("%s", err_info(err.code)->name);
}

static struct audit *fill(bool index)
{
    struct err err = {0};
    struct audit_options opt = {
        .dir = dir, .spare = spare, .segment_bytes = SEGMENT, .return_ms = 10, .index = index};
    struct audit *a = audit_open(&opt, &err);
    assert_non_null(a);
    for (int i = 1; i <= RECORDS; i++)
        put(a, i);
    return a;
}

static bool about(int i, int patient)
{
    return i % PATIENTS == patient || (i % 3 == 0 && (i + 1) % PATIENTS == patient);
}

static struct audit_index *follow(void)
{
    struct err err = {0};
    struct audit_index *x = audit_index_open(dir, spare, true, &err);
    bool more = true;
    assert_non_null(x);
    while (more)
        assert_true(audit_index_follow(x, UINT64_MAX, &more, &err));
    return x;
}

/* Walks all pages of a search and compares with the numbers that should be there. */
static void compare(struct audit_index *x, struct audit_query q, bool (*right)(int i, int arg), int arg)
{
    struct err err = {0};
    struct arena arena;
    uint64_t total, expected = 0;
    int next = RECORDS;
    arena_init(&arena);
    for (int i = 1; i <= RECORDS; i++)
        expected += right(i, arg);
    q.limit = 7;
    for (;;) {
        struct audit_found *found;
        size_t count;
        assert_true(audit_index_find(x, &q, &arena, &found, &count, &total, &err));
        assert_int_equal(total, expected);
        for (size_t i = 0; i < count; i++, next--) {
            while (next > 0 && !right(next, arg))
                next--;
            assert_int_equal(found[i].seq, next);
            char begin[32];
            snprintf(begin, sizeof begin, "{\"seq\":%d,", next);
            assert_true(str_starts(found[i].json, str_of(begin)));
            q.before = found[i].seq;
        }
        if (count < q.limit)
            break;
    }
    while (next > 0 && !right(next, arg))
        next--;
    assert_int_equal(next, 0);
    arena_release(&arena);
}

static bool by_user(int i, int user)
{
    return i % USERS == user;
}

static bool refused(int i, int arg)
{
    (void)arg;
    return i % 10 == 0;
}

static bool all(int i, int arg)
{
    return i > arg;
}

static bool both(int i, int arg)
{
    return about(i, arg) && by_user(i, 3) && i % 2;
}

static void compare_all(struct audit_index *x)
{
    compare(x, (struct audit_query){.seq = 0}, all, 0);
    compare(x, (struct audit_query){.patient = STR("p2")}, about, 2);
    compare(x, (struct audit_query){.user = STR("Practitioner/3")}, by_user, 3);
    compare(x, (struct audit_query){.outcome = AUDIT_REFUSED + 1}, refused, 0);
    compare(x, (struct audit_query){.patient = STR("p4"), .user = STR("Practitioner/3"), .code = 'R'}, both,
            4);
    compare(x, (struct audit_query){.user = STR("Practitioner/none")}, all, RECORDS);
    compare(x, (struct audit_query){.patient = STR("p9")}, all, RECORDS);
}

static void test_find(void **state)
{
    (void)state;
    audit_close(fill(false));
    struct audit_index *x = follow();
    compare_all(x);
    audit_index_close(x);
}

enum { TIMES_GROUPS = 12, TIMES_EACH = 250 };

/* [low, high) of made-up bounds against the times that stand in the records. */
static void times_between(struct audit_index *x, const int64_t *ms, int64_t low, int64_t high)
{
    struct err err = {0};
    struct arena arena;
    struct audit_found *found;
    size_t count;
    uint64_t total, expected = 0;
    for (int i = 0; i < TIMES_GROUPS * TIMES_EACH; i++)
        expected += ms[i] >= low && (!high || ms[i] < high);
    arena_init(&arena);
    struct audit_query q = {.low_ms = low, .high_ms = high, .limit = 1};
    assert_true(audit_index_find(x, &q, &arena, &found, &count, &total, &err));
    assert_int_equal(total, expected);
    assert_int_equal(count, expected > 0);
    arena_release(&arena);
}

/* Over several spans of the index. */
static void test_times(void **state)
{
    (void)state;
    static struct audit_record r[TIMES_EACH];
    static int64_t ms[TIMES_GROUPS * TIMES_EACH];
    struct err err = {0};
    struct audit_options opt = {.dir = dir};
    struct audit *a = audit_open(&opt, &err);
    assert_non_null(a);
    for (int i = 0; i < TIMES_GROUPS; i++) {
        assert_true(audit_put(a, r, TIMES_EACH, &err));
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    }
    audit_close(a);
    struct audit_index *x = follow();
    struct arena arena;
    arena_init(&arena);
    for (uint64_t before = 0, n = AUDIT_FIND_MAX; n == AUDIT_FIND_MAX;) {
        struct audit_found *found;
        struct audit_query q = {.before = before, .limit = AUDIT_FIND_MAX};
        assert_true(audit_index_find(x, &q, &arena, &found, &n, NULL, &err));
        for (size_t i = 0; i < n; i++) {
            struct time_value time;
            size_t at = str_find_str(found[i].json, STR("\"time\":\"")) + 8;
            struct str text = str_sub(found[i].json, at, found[i].json.n);
            assert_true(time_parse(str_sub(text, 0, str_find(text, '"', 0)), false, &time));
            before = found[i].seq;
            ms[before - 1] = time_span(&time, 0).low_ms;
        }
    }
    int64_t first = ms[0], last = ms[TIMES_GROUPS * TIMES_EACH - 1];
    for (int64_t low = first - 1; low <= last + 1; low += 2)
        times_between(x, ms, low, low + 7);
    times_between(x, ms, last, 0);
    times_between(x, ms, last + 1, 0);
    times_between(x, ms, 0, first);
    times_between(x, ms, 0, first + 1);
    arena_release(&arena);
    audit_index_close(x);
}

/* Removed or damaged, it is made again. */
static void test_again(void **state)
{
    (void)state;
    char path[100];
    audit_close(fill(true));
    for (int damage = 0; damage < 2; damage++) {
        snprintf(path, sizeof path, "%s/audit.db", dir);
        assert_int_equal(damage ? truncate(path, 100) : unlink(path), 0);
        snprintf(path, sizeof path, "%s/audit.db-wal", dir);
        unlink(path);
        struct audit_index *x = follow();
        compare_all(x);
        audit_index_close(x);
    }
}

/* Beside a log that is written. */
static void test_beside(void **state)
{
    (void)state;
    struct err err = {0};
    struct audit *a = fill(true);
    if (!audit_index_wait(a, 20000, &err))
        fail_msg("%s %s", err_info(err.code)->name, err.arg[0]);
    struct audit_index *x = audit_index_open(dir, spare, false, &err);
    assert_non_null(x);
    compare_all(x);
    audit_index_close(x);
    audit_close(a);
}

/* The index bears witness of an end that was cut off. */
static void test_witness(void **state)
{
    (void)state;
    struct err err = {0};
    char command[300];
    audit_close(fill(true));
    struct audit_verify v = {.known = {{0}}};
    struct audit_index *x = audit_index_open(dir, spare, false, &err);
    assert_true(audit_index_known(x, &v.known[0], &err));
    audit_index_close(x);
    assert_int_equal(v.known[0].seq, RECORDS);
    assert_true(audit_verify(dir, spare, &v, &err));
    assert_int_equal(v.faults, 0);
    snprintf(command, sizeof command, "f=$(ls %s/audit/*.log | tail -1); sed -i '$d' $f", dir);
    assert_int_equal(system(command), 0);
    struct audit_verify again = {.known = {v.known[0]}};
    assert_true(audit_verify(dir, spare, &again, &err));
    assert_int_equal(again.first.fault, AUDIT_FAULT_END);
    assert_int_equal(again.first.seq, RECORDS);
}

/* What is old is removed with a record that says so, and verify believes only that; nothing young goes. */
static void test_prune(void **state)
{
    (void)state;
    enum { DAY = 86400 };
    const long long six_years = 6LL * 365 * DAY * 1000;
    struct err err = {0};
    struct audit_pruned gone;
    struct audit_verify v = {.known = {{0}}};
    struct audit_found *found;
    struct arena arena;
    size_t count;
    char command[300];
    atomic_store(&os_fault.clock_shift_ms, -six_years);
    audit_close(fill(false));
    atomic_store(&os_fault.clock_shift_ms, 0);
    audit_close(fill(false));
    assert_false(audit_prune(dir, spare, os_now_ms() - 365LL * DAY * 1000, STR("anna"), &gone, &err));
    assert_int_equal(err.code, ERR_AUDIT_YOUNG);
    assert_true(audit_prune(dir, spare, os_now_ms() - six_years + DAY * 1000LL, STR("anna"), &gone, &err));
    assert_true(gone.segments > 3);
    assert_true(audit_verify(dir, spare, &v, &err));
    assert_int_equal(v.faults, 0);
    assert_true(v.pruned > 0);
    assert_int_equal(v.first_seq, gone.first);
    struct audit_index *x = audit_index_current(dir, spare, &err);
    assert_non_null(x);
    arena_init(&arena);
    struct audit_query q = {.seq = gone.first, .limit = 1};
    assert_true(audit_index_find(x, &q, &arena, &found, &count, NULL, &err));
    assert_int_equal(count, 1);
    q.seq = gone.first - 1;
    assert_true(audit_index_find(x, &q, &arena, &found, &count, NULL, &err));
    assert_int_equal(count, 0);
    audit_index_close(x);
    arena_release(&arena);
    snprintf(command, sizeof command, "rm $(ls %s/audit/*.log | head -1)", dir);
    assert_int_equal(system(command), 0);
    struct audit_verify again = {.known = {{0}}};
    assert_true(audit_verify(dir, spare, &again, &err));
    assert_int_equal(again.first.fault, AUDIT_FAULT_MISSING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

struct told {
    size_t count;
    bool ward, other;
};

static void tell(void *arg, struct str assignment)
{
    struct told *t = arg;
    t->count++;
    t->ward = t->ward || str_is(assignment, "PractitionerRole/ward");
    t->other = t->other || str_is(assignment, "PractitionerRole/other");
}

static void act(struct audit *a, const char *assignment, enum audit_outcome outcome)
{
    struct err err = {0};
    struct audit_record r = {.who = {.user = STR("Practitioner/1"), .assignment = str_of(assignment)},
                             .action = STR("GET /fhir/[type]/[id]"),
                             .code = 'R',
                             .outcome = outcome};
    assert_true(audit_put(a, &r, 1, &err));
}

/* Each assignment once, only what was done, only what came after. */
static void test_acted(void **state)
{
    struct err err = {0};
    struct audit *a = fill(true);
    uint64_t after = UINT64_MAX;
    struct told t = {0};
    (void)state;
    assert_true(audit_index_wait(a, 5000, &err));
    struct audit_index *x = audit_index_beside(a, &err);
    assert_non_null(x);
    assert_true(audit_index_acted(x, &after, tell, &t, &err));
    assert_int_equal(after, RECORDS);
    act(a, "PractitionerRole/ward", AUDIT_DONE);
    act(a, "PractitionerRole/ward", AUDIT_DONE);
    act(a, "PractitionerRole/other", AUDIT_REFUSED);
    assert_true(audit_index_wait(a, 5000, &err));
    assert_true(audit_index_acted(x, &after, tell, &t, &err));
    assert_int_equal(t.count, 1);
    assert_true(t.ward && !t.other);
    assert_int_equal(after, RECORDS + 3);
    assert_true(audit_index_acted(x, &after, tell, &t, &err));
    assert_int_equal(t.count, 1);
    audit_index_close(x);
    audit_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_find),   TEST(test_times),   TEST(test_again),
                                       TEST(test_beside), TEST(test_witness), TEST(test_prune),
                                       TEST(test_acted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
