/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"
#include "cliff/cliff.h"

static void months(void **state)
{
    (void)state;
    assert_int_equal(cliff_months_before(time_days(2026, 12, 31), 18), time_days(2025, 6, 30));
    assert_int_equal(cliff_months_before(time_days(2024, 2, 29), 12), time_days(2023, 2, 28));
    assert_int_equal(cliff_months_before(time_days(2024, 3, 31), 1), time_days(2024, 2, 29));
    assert_int_equal(cliff_months_before(time_days(2024, 1, 15), 1), time_days(2023, 12, 15));
    assert_int_equal(cliff_months_before(time_days(2024, 1, 15), 0), time_days(2024, 1, 15));
    assert_int_equal(cliff_months_before(time_days(2024, 6, 15), CLIFF_LEAD_MAX), time_days(1974, 6, 15));
}

static void quarters(void **state)
{
    int64_t today = time_days(2026, 3, 1);
    struct cliff_asset a = {.end = time_days(2026, 12, 31), .lead = 18, .criticality = 4, .cost = 100};
    struct cliff_asset b = {.end = time_days(2026, 10, 1), .lead = 6, .criticality = 9, .cost = 50};
    struct cliff_asset c = {.end = time_days(2025, 12, 31), .lead = 1};
    struct cliff_asset d = {.end = time_days(2030, 1, 1), .lead = 24, .criticality = 1};
    struct cliff_asset e = {.end = time_days(2026, 3, 1), .lead = 0};
    struct cliff_asset *all[] = {&a, &b, &c, &d, &e};
    struct cliff_bar bars[5];
    (void)state;
    assert_int_equal(cliff_quarters(all, 5, today, bars), 4);
    assert_ptr_equal(all[0], &c);
    assert_ptr_equal(all[2], &b);
    assert_ptr_equal(all[3], &a);
    assert_int_equal(a.state, CLIFF_PASSED);
    assert_int_equal(a.latest, time_days(2025, 6, 30));
    assert_int_equal(b.state, CLIFF_SOON);
    assert_int_equal(c.state, CLIFF_ENDED);
    assert_int_equal(d.state, CLIFF_LATER);
    assert_int_equal(e.state, CLIFF_SOON);
    assert_int_equal(bars[2].quarter, 2026 * 4 + 3);
    assert_int_equal(bars[2].first, 2);
    assert_int_equal(bars[2].count, 2);
    assert_int_equal(bars[2].late, 1);
    assert_int_equal(bars[2].by_criticality[4], 2);
    assert_true(bars[2].cost == 150);
    assert_int_equal(bars[0].late, 1);
    assert_int_equal(cliff_quarters(NULL, 0, today, bars), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(months), cmocka_unit_test(quarters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
