/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/dec.h"

static struct dec of(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static void check(struct dec d, const char *want)
{
    char text[DEC_TEXT_MAX + 1];
    text[dec_format(d, text)] = 0;
    assert_string_equal(text, want);
}

static void test_parse(void **state)
{
    (void)state;
    static const char *const same[] = {"0",
                                       "-1",
                                       "1.50",
                                       "0.00000001",
                                       "1234567890987654321.0",
                                       "0.00",
                                       "-0.5",
                                       "99999999999999999999999999999999999999"};
    static const char *const bad[] = {"",
                                      "-",
                                      ".5",
                                      "1.",
                                      "1e",
                                      "1e+",
                                      "a",
                                      "1a",
                                      "--1",
                                      "1.2.3",
                                      " 1",
                                      "1e5x",
                                      "100000000000000000000000000000000000000",
                                      "1e99999",
                                      "1e-60"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        check(of(same[i]), same[i]);
    struct dec d;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(dec_parse(str_of(bad[i]), &d));
    check(of("2e3"), "2000");
    check(of("1.50e1"), "15.0");
    check(of("1E-2"), "0.01");
    check(of("007.10"), "7.10");
    check(of("0e-60"), "0.00000000000000000000000000000000000000");
}

static void test_arithmetic(void **state)
{
    (void)state;
    struct dec d;
    assert_true(dec_add(of("1.50"), of("1.5"), &d));
    check(d, "3.00");
    assert_true(dec_sub(of("1.8"), of("1.2"), &d));
    check(d, "0.6");
    assert_true(dec_mul(of("1.50"), of("1.5"), &d));
    check(d, "2.250");
    assert_true(dec_div(of("1"), of("2"), &d));
    check(d, "0.5");
    assert_true(dec_div(of("-2"), of("3"), &d));
    check(d, "-0.66666666666666666667");
    assert_true(dec_div(of("0"), of("-3"), &d));
    check(d, "0");
    assert_false(dec_div(of("1"), of("0.0"), &d));
    assert_true(dec_quot(of("2.2"), of("1.8"), &d));
    check(d, "1");
    assert_true(dec_rem(of("2.2"), of("1.8"), &d));
    check(d, "0.4");
    assert_true(dec_rem(of("-5"), of("3"), &d));
    check(d, "-2");
    assert_false(dec_add(of("99999999999999999999999999999999999999"), of("1"), &d));
    assert_false(dec_add(of("99999999999999999999999999999999999999"), of("0.1"), &d));
    assert_false(dec_mul(of("99999999999999999999"), of("99999999999999999999"), &d));
}

static void test_compare(void **state)
{
    (void)state;
    assert_int_equal(dec_cmp(of("1.50"), of("1.5")), 0);
    assert_int_equal(dec_cmp(of("-1.5"), of("1")), -1);
    assert_int_equal(dec_cmp(of("-1.5"), of("-1.4")), -1);
    assert_int_equal(dec_cmp(of("0.00000000000000000000000000000000000001"), of("0")), 1);
    assert_int_equal(
        dec_cmp(of("99999999999999999999999999999999999999"), of("0.99999999999999999999999999999999999999")),
        1);
}

static void test_round(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned scale;
        enum dec_round mode;
        const char *want;
    } cases[] = {{"3.14159", 3, DEC_HALF_UP, "3.142"}, {"-2.5", 0, DEC_HALF_UP, "-3"},
                 {"1.25", 1, DEC_HALF_UP, "1.3"},      {"-1.56", 0, DEC_DOWN, "-1"},
                 {"-2.1", 0, DEC_FLOOR, "-3"},         {"1.1", 0, DEC_CEILING, "2"},
                 {"-1.1", 0, DEC_CEILING, "-1"},       {"1.5", 3, DEC_HALF_UP, "1.500"}};
    struct dec d;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(dec_round(of(cases[i].text), cases[i].scale, cases[i].mode, &d));
        check(d, cases[i].want);
    }
    assert_false(dec_round(of("12"), 37, DEC_HALF_UP, &d));
    check(dec_trim(of("1.500")), "1.5");
    check(dec_trim(of("100")), "100");
    assert_int_equal(dec_digits(of("1.58700")), 6);
}

static void test_convert(void **state)
{
    (void)state;
    struct dec d;
    int64_t i;
    assert_true(dec_of_double(0.1, &d));
    check(d, "0.1");
    assert_true(dec_of_double(2.718281828459045, &d));
    check(d, "2.718281828459045");
    assert_false(dec_of_double(1e300, &d));
    assert_true(dec_i64(of("-7.9"), &i));
    assert_int_equal(i, -7);
    assert_false(dec_i64(of("9223372036854775808"), &i));
    assert_true(dec_double(of("1.25")) == 1.25);
}

/* The C library's own reading and shortest writing of v. */
static void check_double(double v)
{
    char text[DEC_TEXT_MAX + 1], shortest[64];
    struct dec d, same;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(shortest, sizeof shortest, "%.*g", digits, v);
        if (strtod(shortest, NULL) == v)
            break;
    }
    assert_true(dec_of_double(v, &d));
    text[dec_format(d, text)] = 0;
    assert_true(dec_parse(str_of(shortest), &same));
    if (dec_cmp(d, same) != 0)
        fail_msg("%s, not %s", text, shortest);
    assert_true(strtod(text, NULL) == v && dec_double(d) == v);
}

static void test_doubles(void **state)
{
    (void)state;
    static const double some[] = {0,
                                  -0.0,
                                  1,
                                  -1,
                                  0.1,
                                  100,
                                  1e15,
                                  999999999999999.0,
                                  1e16,
                                  1.0 / 3,
                                  2.0 / 3,
                                  1e-6,
                                  1e-7,
                                  87.65,
                                  0.3,
                                  123456789.123456,
                                  1e20,
                                  4503599627370497.5,
                                  9007199254740993.0,
                                  0.1 + 0.2};
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        check_double(some[i]);
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double coef = (double)(int64_t)(seed >> (11 + i % 40)), power = pow(10, (double)(seed % 9));
        check_double(i % 2 ? coef / power : -coef / power);
    }
    for (int i = 0; i < 20000; i++) { /* a coefficient of any length, past what a double holds exactly too */
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        struct dec d = {(dec_coef)(seed >> (i % 50)) * (i % 3 ? 1 : 1000003), (uint8_t)(seed % 25)};
        char text[DEC_TEXT_MAX + 1];
        text[dec_format(d, text)] = 0;
        assert_true(dec_double(d) == strtod(text, NULL));
        struct dec back;
        assert_true(dec_parse(str_of(text), &back));
        assert_true(back.coef == d.coef && back.scale == d.scale);
    }
}

/* Against the machine's own integers: a seeded walk over sums, products and remainders. */
static void test_against_integers(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t a = (int32_t)(seed >> 32), b = (int32_t)(seed >> 11);
        struct dec d;
        int64_t got;
        assert_true(dec_add(dec_of_i64(a), dec_of_i64(b), &d) && dec_i64(d, &got));
        assert_true(got == a + b);
        assert_true(dec_mul(dec_of_i64(a), dec_of_i64(b), &d) && dec_i64(d, &got));
        assert_true(got == a * b);
        if (b != 0) {
            assert_true(dec_rem(dec_of_i64(a), dec_of_i64(b), &d) && dec_i64(d, &got));
            assert_true(got == a % b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),   cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_compare), cmocka_unit_test(test_round),
        cmocka_unit_test(test_convert), cmocka_unit_test(test_against_integers),
        cmocka_unit_test(test_doubles),
    };
    return cmocka_run_group_tests_name("dec", tests, NULL, NULL);
}
