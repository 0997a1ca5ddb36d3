/* SPDX-License-Identifier: Apache-2.0
 * The verdict against an oracle that is written otherwise (as the invariants' words put it, with sorting and
 * counting), over random cases; and what must hold of every case: worse evidence never gives a better verdict
 * or an earlier day. */
#include "verdict/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CASES = 20000, CRITERIA_MAX = 14, TODAY = 20779 };

static uint64_t seed = 0x9E3779B97F4A7C15u;

static unsigned roll(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

struct one {
    struct verdict_criterion c;
    struct verdict_evidence e;
    struct verdict_point point[VERDICT_POINTS_MAX];
};

static void make(struct one *o)
{
    *o = (struct one){
        .c = {.compare = roll(3), .target = roll(11), .hard = roll(2), .max_age_days = (int)roll(30)}};
    o->e.measured = roll(8) > 0;
    o->e.value = roll(20) ? (double)roll(45) / 4 : NAN;
    o->e.day = TODAY - (int)roll(32) + (int)roll(3);
    o->e.kind = roll(4) ? VERDICT_MEASURED : roll(3);
    o->e.signature = roll(2);
    o->e.waiver.owner = roll(8) > 0;
    o->e.waiver.workaround = roll(8) > 0;
    o->e.waiver.expires = TODAY - 3 + (int)roll(9);
    o->e.point_count = roll(VERDICT_POINTS_MAX + 1);
    int day = TODAY - 200;
    double value = roll(40) / 4.0, step = ((double)roll(9) - 4) / 4;
    for (size_t i = 0; i < o->e.point_count; i++) {
        day += 1 + (int)roll(12);
        value += step + ((double)roll(5) - 2) / 8;
        o->point[i] = (struct verdict_point){day, value};
    }
    o->e.point = o->point;
}

/* ---- the oracle ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char *oracle_state(const struct one *o)
{
    if (!o->e.measured || isnan(o->e.value) || TODAY < o->e.day)
        return "missing";
    if (TODAY - o->e.day > o->c.max_age_days)
        return "stale";
    if (o->e.kind == VERDICT_ASSERTED && o->c.hard)
        return "unmet";
    if (o->e.kind == VERDICT_SIGNED && !o->e.signature)
        return "unmet";
    bool there = (o->c.compare == VERDICT_GE && o->e.value >= o->c.target) ||
                 (o->c.compare == VERDICT_LE && o->e.value <= o->c.target) ||
                 (o->c.compare == VERDICT_EQ && o->e.value == o->c.target);
    return there ? "met" : "unmet";
}

static bool oracle_waived(const struct one *o)
{
    if (o->c.hard || !strcmp(oracle_state(o), "met"))
        return false;
    return o->e.waiver.owner && o->e.waiver.workaround && TODAY <= o->e.waiver.expires;
}

/* Walks day by day along the median line until the target is reached. */
static int oracle_earliest(const struct one *o)
{
    double slope[VERDICT_POINTS_MAX * VERDICT_POINTS_MAX];
    size_t n = 0;
    const char *state = oracle_state(o);
    if (!strcmp(state, "met") || oracle_waived(o))
        return TODAY;
    if (!strcmp(state, "missing") || o->e.kind != VERDICT_MEASURED)
        return VERDICT_NEVER;
    double short_of = o->c.target - o->e.value;
    if (o->c.compare == VERDICT_GE && short_of < 0)
        short_of = 0;
    if (o->c.compare == VERDICT_LE && short_of > 0)
        short_of = 0;
    if (short_of == 0)
        return TODAY + 1;
    for (size_t i = 1; i < o->e.point_count; i++)
        for (size_t k = 0; k < i; k++)
            slope[n++] = (o->point[i].value - o->point[k].value) / (o->point[i].day - o->point[k].day);
    if (n < 3)
        return VERDICT_NEVER;
    qsort(slope, n, sizeof *slope, by_value);
    double step = n % 2                                         ? slope[n / 2]
                  : fabs(slope[n / 2]) < fabs(slope[n / 2 - 1]) ? slope[n / 2]
                                                                : slope[n / 2 - 1];
    if (n % 2 == 0 && slope[n / 2] * slope[n / 2 - 1] < 0)
        return VERDICT_NEVER;
    if (step * short_of <= 0)
        return VERDICT_NEVER;
    for (int d = 1; d <= VERDICT_HORIZON_DAYS; d++)
        if (fabs(step) * d >= fabs(short_of) * (1 - 1e-12))
            return o->e.day + d > TODAY ? o->e.day + d : TODAY + 1;
    return VERDICT_NEVER;
}

static void test_each(void **state)
{
    unsigned seen[4] = {0}, dates = 0;
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct one o;
        make(&o);
        struct verdict_result r = verdict_of(&o.c, &o.e, TODAY);
        assert_string_equal(verdict_state_name(r.state), oracle_state(&o));
        assert_int_equal(r.waived, oracle_waived(&o));
        int want = oracle_earliest(&o);
        /* A step that lands on the target but for rounding may be a day off in the one or the other. */
        if (abs(r.earliest - want) > 1)
            fail_msg("case %d: %d, the oracle says %d", i, r.earliest, want);
        seen[r.state]++;
        dates += r.state != VERDICT_MET && !r.waived && r.earliest != VERDICT_NEVER;
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(seen[i] > CASES / 50);
    assert_true(dates > CASES / 50);
}

static struct verdict_sum sum_of(const struct one *list, size_t n)
{
    struct verdict_result r[CRITERIA_MAX];
    bool hard[CRITERIA_MAX];
    for (size_t i = 0; i < n; i++) {
        r[i] = verdict_of(&list[i].c, &list[i].e, TODAY);
        hard[i] = list[i].c.hard;
    }
    return verdict_sum(r, hard, n);
}

/* Most are met, so that every verdict comes up. */
static size_t make_unit(struct one *list)
{
    size_t n = 1 + roll(CRITERIA_MAX);
    for (size_t i = 0; i < n; i++) {
        make(&list[i]);
        if (roll(12)) {
            list[i].e.measured = true;
            list[i].e.day = TODAY;
            list[i].e.kind = VERDICT_MEASURED;
            list[i].e.value = list[i].c.target;
        }
    }
    return n;
}

/* rc-1 as it is written: iif(hard and not met exists, no-go, iif(not met without waiver exists, incomplete,
 * …)). */
static enum verdict oracle_rc1(const struct one *list, size_t n)
{
    size_t hard_open = 0, bare_open = 0, open = 0;
    for (size_t i = 0; i < n; i++) {
        bool met = !strcmp(oracle_state(&list[i]), "met");
        hard_open += !met && list[i].c.hard;
        bare_open += !met && !oracle_waived(&list[i]);
        open += !met;
    }
    return hard_open   ? VERDICT_NO_GO
           : bare_open ? VERDICT_INCOMPLETE
           : open      ? VERDICT_CONDITIONS
                       : VERDICT_GO;
}

static void test_sum(void **state)
{
    unsigned seen[4] = {0};
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct one list[CRITERIA_MAX];
        size_t n = make_unit(list);
        struct verdict_sum sum = sum_of(list, n);
        assert_int_equal(sum.verdict, oracle_rc1(list, n));
        seen[sum.verdict]++;
        for (size_t k = 0; k < n; k++)
            assert_true(sum.earliest >= verdict_of(&list[k].c, &list[k].e, TODAY).earliest);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(seen[i] > CASES / 200);
    assert_int_equal(verdict_sum(NULL, NULL, 0).verdict, VERDICT_INCOMPLETE);
}

/* Makes one thing of the evidence worse. */
static void worsen(struct one *o)
{
    double away = o->c.compare == VERDICT_EQ   ? (o->e.value < o->c.target ? -1 : 1)
                  : o->c.compare == VERDICT_GE ? -1
                                               : 1;
    switch (roll(8)) {
    case 0:
        o->e.measured = false;
        break;
    case 1:
        o->e.value += away * (1 + roll(8)) / 4.0;
        break;
    case 2:
        o->e.day -= (int)roll(40);
        o->e.day = o->e.day > TODAY ? TODAY + 1 : o->e.day;
        break;
    case 3:
        o->e.kind = VERDICT_ASSERTED;
        o->c.hard = true;
        break;
    case 4:
        o->e.signature = false;
        break;
    case 5:
        o->e.waiver.owner = false;
        break;
    case 6:
        o->e.waiver.expires -= 5;
        break;
    default:
        o->c.max_age_days -= (int)roll(30);
    }
}

static void test_never_better(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct one list[CRITERIA_MAX];
        size_t n = make_unit(list), which = roll((unsigned)n);
        for (size_t k = 0; k < n; k++) /* evidence of tomorrow is none: moving it back is no worsening */
            if (list[k].e.day > TODAY)
                list[k].e.day = TODAY;
        struct verdict_sum before = sum_of(list, n);
        worsen(&list[which]);
        assert_true(sum_of(list, n).verdict >= before.verdict);
    }
}

/* A lower last point and value never give an earlier day, with the same evidence otherwise. */
static void test_never_earlier(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        struct one o;
        make(&o);
        o.c.compare = VERDICT_GE;
        o.e.kind = VERDICT_MEASURED;
        if (isnan(o.e.value))
            continue;
        if (o.e.point_count)
            o.point[o.e.point_count - 1].value = o.e.value;
        int32_t before = verdict_of(&o.c, &o.e, TODAY).earliest;
        o.e.value -= 0.5;
        if (o.e.point_count)
            o.point[o.e.point_count - 1].value -= 0.5;
        assert_true(verdict_of(&o.c, &o.e, TODAY).earliest >= before);
    }
}

/* Time alone: evidence is met on its last day and stale the day after, and never becomes fresh again. */
static void test_time(void **state)
{
    (void)state;
    struct verdict_criterion c = {VERDICT_GE, 95, true, 14};
    struct verdict_evidence e = {.measured = true, .value = 95, .day = TODAY};
    for (int d = -3; d < 60; d++) {
        enum verdict_state want = d < 0 ? VERDICT_MISSING : d <= 14 ? VERDICT_MET : VERDICT_STALE;
        assert_int_equal(verdict_of(&c, &e, TODAY + d).state, want);
    }
    struct verdict_result stale = verdict_of(&c, &e, TODAY + 20);
    assert_int_equal(stale.earliest, TODAY + 21); /* it can be measured again tomorrow */
}

/* 50, 55, 60 … a week apart, one wild point: 95 is nine weeks from 50. */
static void test_trend(void **state)
{
    (void)state;
    struct verdict_point p[VERDICT_POINTS_MAX];
    size_t n = 0;
    for (int week = 0; week < 6; week++)
        verdict_note(p, &n, TODAY - 35 + week * 7, week == 3 ? 20 : 50 + week * 5);
    assert_int_equal(n, 6);
    struct verdict_criterion c = {VERDICT_GE, 95, true, 14};
    struct verdict_evidence e = {.measured = true, .value = 75, .day = TODAY, .point = p, .point_count = n};
    assert_int_equal(verdict_of(&c, &e, TODAY).earliest, TODAY + 28);
    c.compare = VERDICT_LE;
    c.target = 10; /* it goes away from there */
    assert_int_equal(verdict_of(&c, &e, TODAY).earliest, VERDICT_NEVER);
    e.point_count = 2;
    c = (struct verdict_criterion){VERDICT_GE, 95, true, 14};
    assert_int_equal(verdict_of(&c, &e, TODAY).earliest, VERDICT_NEVER);
}

/* Daily notes become a week's apart, the newest always last. */
static void test_note(void **state)
{
    (void)state;
    struct verdict_point p[VERDICT_POINTS_MAX];
    size_t n = 0;
    for (int d = 0; d < 400; d++) {
        verdict_note(p, &n, TODAY + d, d);
        assert_true(p[n - 1].day == TODAY + d && p[n - 1].value == d);
        for (size_t i = 1; i + 1 < n; i++)
            assert_true(p[i].day - p[i - 1].day >= VERDICT_POINTS_APART);
    }
    assert_int_equal(n, VERDICT_POINTS_MAX);
    verdict_note(p, &n, TODAY, 7); /* long ago */
    assert_true(p[n - 1].value == 399);
}

static void test_words(void **state)
{
    enum verdict v;
    char text[VERDICT_DAY_TEXT];
    (void)state;
    for (int i = VERDICT_GO; i <= VERDICT_NO_GO; i++)
        assert_true(verdict_find(str_of(verdict_name(i)), &v) && (int)v == i);
    assert_false(verdict_find(STR("Go"), &v));
    assert_int_equal(verdict_day_text(TODAY, text), 10);
    assert_string_equal(text, "2026-11-22");
    struct verdict_sum worst = verdict_worst((struct verdict_sum){VERDICT_GO, VERDICT_NEVER},
                                             (struct verdict_sum){VERDICT_NO_GO, TODAY});
    assert_true(worst.verdict == VERDICT_NO_GO && worst.earliest == VERDICT_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),         cmocka_unit_test(test_sum),
        cmocka_unit_test(test_never_better), cmocka_unit_test(test_never_earlier),
        cmocka_unit_test(test_time),         cmocka_unit_test(test_trend),
        cmocka_unit_test(test_note),         cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
