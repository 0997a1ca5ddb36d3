/* SPDX-License-Identifier: Apache-2.0
 * Which addresses may be asked. What asking does is in test/http/oidc.test.mjs, against servers. */
#include "link/link.h"

#include <setjmp.h>
#include <stdarg.h>

#include "base/os.h"

#include <cmocka.h>

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        uint16_t port; /* 0: may not be asked */
    } cases[] = {
        {"https://idp.example", 443},
        {"https://idp.example/x?y=z", 443},
        {"https://idp.example:8443/x", 8443},
        {"http://127.0.0.1:18660/x", 18660},
        {"http://localhost", 80},
        {"http://[::1]:80/", 80},
        {"http://idp.example", 0},
        {"http://127.0.0.1.evil.example/", 0},
        {"http://localhost.evil.example/", 0},
        {"http://127.0.0.1@evil.example/", 0},
        {"https://user:password@idp.example/", 0},
        {"https://idp.example/#x", 0},
        {"https://idp.example/\\evil", 0},
        {"https://idp.example/ x", 0},
        {"https://idp.example/\nHost: x", 0},
        {"https://", 0},
        {"https:///x", 0},
        {"HTTPS://idp.example", 0},
        {"file:///etc/passwd", 0},
        {"ftp://127.0.0.1/", 0},
        {"gopher://127.0.0.1/", 0},
        {"javascript:alert(1)", 0},
        {"//idp.example", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (link_port(str_of(cases[i].url)) != cases[i].port)
            fail_msg("%s", cases[i].url);
        assert_int_equal(link_url_valid(str_of(cases[i].url)), cases[i].port != 0);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    struct err err = {0};
    struct link_answer out;
    struct arena arena;
    arena_init(&arena);
    struct link *l = link_new(NULL, &err);
    assert_non_null(l);
    struct link_request r = {
        .url = STR("http://evil.example/"), .answer_max = 10, .deadline_ns = os_mono_ns() + 1000000000};
    assert_false(link_ask(l, &r, &arena, &out, &err));
    assert_int_equal(err.code, ERR_LINK_URL);
    r.url = STR("http://127.0.0.1:1/"); /* nobody is there */
    assert_false(link_ask(l, &r, &arena, &out, &err));
    assert_int_equal(err.code, ERR_LINK_DOWN);
    link_stop(l);
    assert_false(link_ask(l, &r, &arena, &out, &err));
    assert_int_equal(err.code, ERR_LINK_DOWN);
    assert_string_equal(err.arg[1], "stopping");
    link_free(l);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_addresses), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
