/* SPDX-License-Identifier: Apache-2.0
 * Screens to come back to, and logins under way. What is said with a provider is in test/http/oidc.test.mjs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "oidc/oidc_int.h"

#include <cmocka.h>

static void test_back(void **state)
{
    (void)state;
    static const char *const good[] = {"/", "/patient/x", "/patient/x?y=%C3%A5&z=1", "/authors",
                                       "/auth/back"};
    static const char *const bad[] = {"",          "x",          "//x",       "/\\x",        "/\t/x",
                                      "/ x",       "\\x",        "https://x", "/x\\y",       "/x\n",
                                      "/\xC3\xA5", "/auth/oidc", "/auth/",    "/auth/back/", "/auth/back?x"};
    char large[OIDC_BACK_MAX + 2];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(oidc_back_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(oidc_back_valid(str_of(bad[i])));
    memset(large, 'x', sizeof large);
    large[0] = '/';
    assert_true(oidc_back_valid((struct str){large, OIDC_BACK_MAX}));
    assert_false(oidc_back_valid((struct str){large, OIDC_BACK_MAX + 1}));
}

static void test_pending(void **state)
{
    (void)state;
    struct pendings p;
    struct pending one = {.client = "192.0.2.1", .at_ms = 1000}, out;
    struct err err = {0};
    assert_true(pending_init(&p));
    assert_true(pending_add(&p, &one, 1000, &err));
    assert_string_not_equal(one.state, one.nonce);
    assert_string_not_equal(one.verifier, one.binding);
    assert_false(pending_take(&p, STR(""), 1000, &out));
    assert_false(pending_take(&p, str_sub(str_of(one.state), 0, 42), 1000, &out));
    assert_true(pending_take(&p, str_of(one.state), 1000, &out));
    assert_string_equal(out.verifier, one.verifier);
    assert_false(pending_take(&p, str_of(one.state), 1000, &out)); /* good once */
    /* Too old, to the millisecond. */
    assert_true(pending_add(&p, &one, 1000, &err));
    assert_false(pending_take(&p, str_of(one.state), 1000 + OIDC_PENDING_MS, &out));
    assert_true(pending_add(&p, &one, 1000, &err));
    assert_true(pending_take(&p, str_of(one.state), 999 + OIDC_PENDING_MS, &out));
    pending_release(&p);
}

static void test_pending_bounds(void **state)
{
    (void)state;
    struct pendings p;
    struct pending one = {.client = "192.0.2.1"}, first, out;
    struct err err = {0};
    assert_true(pending_init(&p));
    for (int i = 0; i < OIDC_PENDING_CLIENT_MAX; i++)
        assert_true(pending_add(&p, &one, one.at_ms = 1000 + i, &err));
    assert_false(pending_add(&p, &one, 5000, &err));
    assert_int_equal(err.code, ERR_LOGIN_BUSY);
    /* Another address still gets in, also when every place is taken: the oldest makes room. */
    first = (struct pending){.client = "192.0.2.2", .at_ms = 1};
    assert_true(pending_add(&p, &first, 5000, &err));
    for (int i = 0; i < OIDC_PENDING_MAX; i++) {
        struct pending other = {.at_ms = 5000};
        snprintf(other.client, sizeof other.client, "198.51.100.%d", i / 8);
        assert_true(pending_add(&p, &other, 5000, &err));
    }
    assert_false(pending_take(&p, str_of(first.state), 5000, &out));
    /* Those of that address are over after a while. */
    one.at_ms = 5000 + OIDC_PENDING_MS;
    assert_true(pending_add(&p, &one, one.at_ms, &err));
    pending_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_back), cmocka_unit_test(test_pending),
                                       cmocka_unit_test(test_pending_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
