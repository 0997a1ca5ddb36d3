/* SPDX-License-Identifier: Apache-2.0
 * The examples of SMART App Launch 2.2, and what is no scope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "smart/smart.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct smart_scopes parse(const char *text)
{
    struct smart_scopes s;
    struct err err = {0};
    if (!smart_scopes_parse(str_of(text), &arena, &s, &err))
        fail_msg("%s: %s", text, err.arg[0]);
    return s;
}

static void test_grammar(void **state)
{
    static const char *const pairs[][2] = {
        {"patient/Observation.rs", "patient/Observation.rs"},
        {"patient/*.cruds", "patient/*.cruds"},
        {"user/Observation.read", "user/Observation.rs"},
        {"system/Patient.write", "system/Patient.cud"},
        {"patient/*.*", "patient/*.cruds"},
        {"patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
         "observation-category|laboratory",
         "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/"
         "observation-category|laboratory"},
        {"user/Patient.r  openid fhirUser", "openid fhirUser user/Patient.r"},
        {"launch launch/patient launch/encounter offline_access online_access profile openid",
         "openid fhirUser launch launch/patient launch/encounter offline_access online_access"},
        {"", ""},
        {"smart/orchestrate_launch email", ""},
    };
    static const char *const wrong[] = {"patient/Observation",     "patient/Observation.",
                                        "patient/Obs.rs",          "patient/Observation.sr",
                                        "patient/Observation.rr",  "user/.rs",
                                        "patient/Observation.rs?", "system/*.readwrite",
                                        "patient/observation.r",   "patient/*.rs.r",
                                        "user/*.s?code=a\001b",    "user/*.s?code=a\\,b",
                                        "user/*.s?code=å",         "open\"id"};
    static const char nul[] = "user/*.s?code=a\0b";
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct smart_scopes s = parse(pairs[i][0]);
        struct str text = smart_scopes_text(&s, &arena);
        if (!str_is(text, pairs[i][1]))
            fail_msg("%s: %.*s", pairs[i][0], STR_ARG(text));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct smart_scopes s;
        struct err err = {0};
        assert_false(smart_scopes_parse(str_of(wrong[i]), &arena, &s, &err));
        assert_int_equal(err.code, ERR_SCOPE);
        assert_string_equal(err.arg[0], wrong[i]);
    }
    struct smart_scopes s;
    assert_false(smart_scopes_parse((struct str){nul, sizeof nul - 1}, &arena, &s, NULL));
}

static void test_bounds(void **state)
{
    struct smart_scopes s;
    struct err err = {0};
    struct buf b;
    (void)state;
    buf_init(&b, BUF_NO_MAX);
    for (int i = 0; i < SMART_SCOPES_MAX; i++)
        buf_cstr(&b, "user/Patient.r ");
    assert_true(smart_scopes_parse(buf_get(&b), &arena, &s, &err));
    buf_cstr(&b, "user/Patient.r");
    assert_false(smart_scopes_parse(buf_get(&b), &arena, &s, &err));
    while (b.n <= SMART_SCOPE_TEXT_MAX)
        buf_char(&b, ' ');
    assert_false(smart_scopes_parse(buf_get(&b), &arena, &s, &err));
    buf_release(&b);
}

static void within(const char *asked, const char *allowed, const char *want)
{
    struct smart_scopes a = parse(asked), b = parse(allowed), out;
    assert_true(smart_scopes_within(&a, &b, &arena, &out, NULL));
    struct str text = smart_scopes_text(&out, &arena);
    if (!str_is(text, want))
        fail_msg("%s in %s: %.*s", asked, allowed, STR_ARG(text));
}

static void test_no_escalation(void **state)
{
    (void)state;
    within("user/Observation.cruds", "user/*.rs", "user/Observation.rs");
    within("user/*.cruds", "user/Observation.rs user/Patient.r", "user/Observation.rs user/Patient.r");
    within("system/*.cruds", "user/*.cruds", "");
    within("patient/Observation.rs", "patient/Condition.rs", "");
    within("patient/Observation.rs", "patient/Observation.rs?category=laboratory",
           "patient/Observation.rs?category=laboratory");
    within("patient/Observation.rs?category=vital-signs", "patient/Observation.rs?category=laboratory",
           "patient/Observation.rs?category=vital-signs&category=laboratory");
    within("patient/Observation.rs?category=a", "patient/*.r", "patient/Observation.r?category=a");
    within("openid offline_access launch", "openid launch", "openid launch");
    within("user/Patient.c", "user/Patient.rs", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_no_escalation),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
