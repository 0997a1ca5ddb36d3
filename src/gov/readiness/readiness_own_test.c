/* SPDX-License-Identifier: Apache-2.0
 * When the service reports of itself, and what counts as a text in both languages. The reports themselves:
 * test/http/styr-own.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "readiness/readiness_int.h"

#define SECOND UINT64_C(1000000000)

enum { DAY_S = 86400 };

/* Reports of so many days, when one is asked for every so many seconds and all that are due are made. */
static unsigned reports_of(unsigned days, unsigned every_s, unsigned *most)
{
    struct readiness_own own = {0};
    unsigned all = 0, today = 0;
    *most = 0;
    for (unsigned s = 1; s < days * DAY_S; s++) {
        today = s % DAY_S == 0 ? 0 : today;
        if (!readiness_own_due(&own, every_s * 1000, s * SECOND, (int32_t)(s / DAY_S)))
            continue;
        own.reports++;
        all++;
        if (++today > *most)
            *most = today;
    }
    return all;
}

static void test_bounded(void **state)
{
    (void)state;
    unsigned most;
    assert_int_equal(reports_of(3, 1, &most), 3 * READINESS_TIMES_DAY);
    assert_int_equal(most, READINESS_TIMES_DAY);
    assert_int_equal(reports_of(3, DAY_S, &most), 2);
    assert_int_equal(reports_of(4, 2 * 3600, &most), 4 * 12 - 1);
    assert_int_equal(most, 12);
}

/* A period that ends without a report (few calls, a full day) is followed by a whole one. */
static void test_periods(void **state)
{
    (void)state;
    struct readiness_own own = {0};
    assert_false(readiness_own_due(&own, 0, 1000 * SECOND, 0));
    assert_false(readiness_own_due(&own, 10000, 9 * SECOND, 0));
    assert_true(readiness_own_due(&own, 10000, 10 * SECOND, 0));
    assert_false(readiness_own_due(&own, 10000, 19 * SECOND, 0));
    assert_true(readiness_own_due(&own, 10000, 20 * SECOND, 0));
    own.reports = READINESS_TIMES_DAY;
    assert_false(readiness_own_due(&own, 10000, 30 * SECOND, 0));
    assert_true(readiness_own_due(&own, 10000, 40 * SECOND, 1));
    assert_int_equal(own.reports, 0);
}

static void test_texts(void **state)
{
    (void)state;
    assert_true(readiness_own_both("Ja", "Yes"));
    assert_false(readiness_own_both("", "Yes"));
    assert_false(readiness_own_both("Ja", ""));
    assert_false(readiness_own_both("Ja", "Ja"));
    assert_false(readiness_own_both(NULL, "Yes"));
    for (int code = ERR_OK + 1; code < ERR_COUNT; code++)
        assert_true(readiness_own_both(err_info((enum err_code)code)->text[ERR_SV],
                                       err_info((enum err_code)code)->text[ERR_EN]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bounded), cmocka_unit_test(test_periods),
                                       cmocka_unit_test(test_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
