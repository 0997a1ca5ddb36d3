/* SPDX-License-Identifier: Apache-2.0
 * The expected figures come from closed forms (annuities), from published examples and from the SHLR case's
 * own figures; never from worth.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worth/worth.h"

#define NEAR(a, b, within) assert_true(fabs((a) - (b)) <= (within))

static const struct worth_item shlr[] = {
    {.cost = true, .low = 350000, .expected = 350000, .high = 350000},
    {.class = WORTH_REDISTRIBUTION, .low = 300000, .expected = 430000, .high = 500000, .years = 6},
};
static const struct worth_case shlr_case = {.rate = 0.03, .item = shlr, .item_count = 2};

/* Present value of 1 a year for n years. */
static double annuity(double rate, unsigned n)
{
    return (1 - pow(1 + rate, -(double)n)) / rate;
}

static void the_shlr_case(void **state)
{
    struct worth_sum s;
    (void)state;
    assert_true(worth_sum(&shlr_case, &s));
    assert_int_equal(llround(s.undiscounted), 80000);
    assert_int_equal(llround(s.npv), 38232);
    assert_int_equal(llround(s.late), 26924);
    assert_int_equal(llround(s.break_even), 387655);
    assert_int_equal(llround(s.short_tenth), -591);
    assert_int_equal(llround(s.npv_financial), -350000);
    assert_int_equal(s.irr.count, 1);
    assert_int_equal(llround(s.irr.rate[0] * 1000), 62);
    assert_true(s.pays_back);
    assert_int_equal(llround(s.payback * 10), 49);
    NEAR(s.npv, 430000.0 / 6 * annuity(0.03, 6) - 350000, 1e-6);
    NEAR(annuity(s.irr.rate[0], 6), 350000 / (430000.0 / 6), 1e-9);
    NEAR(s.break_even, 350000 * 6 / annuity(0.03, 6), 1e-6);
    /* (1 - 1.03^-n) / 0.03 = 350 / 71.67 between whole years is another curve: the year and its part */
    double five = 430000.0 / 6 * annuity(0.03, 5), sixth = 430000.0 / 6 / pow(1.03, 6);
    assert_true(s.pays_back_discounted);
    NEAR(s.payback_discounted, 5 + (350000 - five) / sixth, 1e-9);
    assert_int_equal(s.count[WORTH_REDISTRIBUTION], 1);
    assert_int_equal(s.count[WORTH_FINANCIAL], 0);
}

static void tornado_of_shlr(void **state)
{
    struct worth_sum s;
    (void)state;
    assert_true(worth_sum(&shlr_case, &s));
    assert_int_equal(s.bar_count, 1);
    assert_int_equal(s.bar[0].item, 1);
    NEAR(s.bar[0].low, 50000 * annuity(0.03, 6) - 350000, 1e-6);
    NEAR(s.bar[0].high, 500000.0 / 6 * annuity(0.03, 6) - 350000, 1e-6);
    NEAR(s.npv_low, s.bar[0].low, 1e-6);
    NEAR(s.npv_high, s.bar[0].high, 1e-6);
}

static void widest_bar_first(void **state)
{
    static const struct worth_item items[] = {
        {.cost = true, .low = 90, .expected = 100, .high = 130},
        {.class = WORTH_FINANCIAL, .low = 10, .expected = 200, .high = 400, .years = 2},
        {.class = WORTH_UNVALUED, .low = 0, .expected = 0, .high = 9, .years = 2},
        {.class = WORTH_REDISTRIBUTION, .low = 5, .expected = 6, .high = 7, .first = 1},
    };
    struct worth_case c = {.rate = 0, .item = items, .item_count = 4};
    struct worth_sum s;
    (void)state;
    assert_true(worth_sum(&c, &s));
    assert_int_equal(s.bar_count, 3);
    assert_int_equal(s.bar[0].item, 1);
    assert_int_equal(s.bar[1].item, 0);
    assert_int_equal(s.bar[2].item, 3);
    NEAR(s.npv, 106, 1e-9);
    NEAR(s.bar[1].low, 116, 1e-9); /* cheaper is better */
    NEAR(s.bar[1].high, 76, 1e-9);
    NEAR(s.npv_low, 10 + 5 - 130, 1e-9);
    NEAR(s.npv_high, 400 + 7 - 90, 1e-9);
    NEAR(s.npv_financial, 100, 1e-9);
    assert_int_equal(s.count[WORTH_UNVALUED], 1);
}

/* Microsoft's published examples of IRR and NPV (support.microsoft.com, "IRR function", "NPV function"). */
static void published(void **state)
{
    struct worth_flow five = {{-70000, 12000, 15000, 18000, 21000, 26000}};
    struct worth_flow four = {{-70000, 12000, 15000, 18000, 21000}};
    struct worth_flow npv = {{0, -10000, 3000, 4200, 6800}};
    struct worth_irr r;
    (void)state;
    worth_irr(&five, &r);
    assert_int_equal(r.count, 1);
    assert_int_equal(llround(r.rate[0] * 1000), 87);
    worth_irr(&four, &r);
    assert_int_equal(r.count, 1);
    assert_int_equal(llround(r.rate[0] * 1000), -21);
    NEAR(worth_npv(&npv, 0.1), 1188.44, 0.005);
}

/* -(x - 1.1)(x - 1.3) and its like: rates known beforehand. */
static void none_one_several(void **state)
{
    struct worth_flow two = {{-100, 240, -143}}, none = {{10, 20}}, never = {{100, -100, 100}};
    struct worth_irr r;
    (void)state;
    worth_irr(&two, &r);
    assert_int_equal(r.count, 2);
    NEAR(r.rate[0], 0.1, 1e-9);
    NEAR(r.rate[1], 0.3, 1e-9);
    worth_irr(&none, &r);
    assert_int_equal(r.count, 0);
    worth_irr(&never, &r);
    assert_int_equal(r.count, 0);
}

static void payback(void **state)
{
    struct worth_flow never = {{-100, 10, 10}}, relapse = {{-100, 150, -100, 100}}, at_once = {{5, 1}},
                      empty = {{0}};
    double y;
    (void)state;
    assert_false(worth_payback(&never, 0, &y));
    assert_true(worth_payback(&relapse, 0, &y));
    NEAR(y, 2.5, 1e-12); /* above nought in year 1, below again in 2 */
    assert_true(worth_payback(&at_once, 0, &y));
    NEAR(y, 0, 0);
    assert_false(worth_payback(&empty, 0, &y));
}

static void plan_and_outcome(void **state)
{
    static const struct worth_actual actual[] = {
        {.cost = true, .at = 0, .amount = 400000},
        {.class = WORTH_REDISTRIBUTION, .at = 1, .amount = 30000},
        {.class = WORTH_REDISTRIBUTION, .at = 1, .amount = 20000},
        {.class = WORTH_UNVALUED, .at = 2, .amount = 1},
    };
    struct worth_case c = shlr_case;
    struct worth_followed f;
    (void)state;
    c.actual = actual;
    c.actual_count = 4;
    assert_true(worth_follow(&c, &f));
    assert_int_equal(f.years, 7);
    assert_true(f.at[0].followed && f.at[1].followed && !f.at[2].followed);
    NEAR(f.planned_benefit, 430000.0 / 6, 1e-6);
    NEAR(f.actual_benefit, 50000, 1e-9);
    NEAR(f.planned_cost, 350000, 1e-9);
    NEAR(f.actual_cost, 400000, 1e-9);
    double part = 430000.0 / 6;
    NEAR(f.npv, part * annuity(0.03, 6) - part / 1.03 + 50000 / 1.03 - 400000, 1e-6);
}

static void outside_the_bounds(void **state)
{
    struct worth_item late = {.expected = 1, .high = 1, .first = 99, .years = 1};
    struct worth_item order = {.low = 2, .expected = 1, .high = 3};
    struct worth_case c = {.rate = 0.03, .item = &late, .item_count = 1};
    struct worth_sum s;
    struct worth_followed f;
    (void)state;
    assert_false(worth_sum(&c, &s));
    assert_false(worth_follow(&c, &f));
    late.years = 4294967295u;
    assert_false(worth_sum(&c, &s));
    c.item = &order;
    assert_false(worth_sum(&c, &s));
    c.item_count = 0;
    assert_true(worth_sum(&c, &s));
    assert_false(s.breaks_even || s.pays_back);
    c.rate = -1;
    assert_false(worth_sum(&c, &s));
    c.rate = NAN;
    assert_false(worth_sum(&c, &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shlr_case),    cmocka_unit_test(tornado_of_shlr),
        cmocka_unit_test(widest_bar_first), cmocka_unit_test(published),
        cmocka_unit_test(none_one_several), cmocka_unit_test(payback),
        cmocka_unit_test(plan_and_outcome), cmocka_unit_test(outside_the_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
