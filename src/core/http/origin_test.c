/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/http_int.h"

/* The address of a request with these headers, NULL when it is refused. */
static const char *origin(bool forwarded, const char *peer, const char *first, const char *second)
{
    static struct arena arena;
    static struct http_server server;
    static struct conn conn;
    struct http_pair headers[2] = {{STR("x-forwarded-for"), str_of(first)},
                                   {STR("X-Forwarded-For"), str_of(second)}};
    struct http_exchange x = {.server = &server, .conn = peer ? &conn : NULL};
    struct err err = {0};
    arena_release(&arena);
    server.opt.forwarded = forwarded;
    strncpy(conn.origin, peer ? peer : "", sizeof conn.origin - 1);
    x.arena = arena;
    x.req.headers = headers;
    x.req.header_count = second ? 2 : first ? 1 : 0;
    bool ok = origin_find(&x, &err);
    arena = x.arena;
    assert_int_equal(err.code, ok ? ERR_OK : ERR_HTTP_FRAMING);
    return ok ? x.req.origin.p : NULL;
}

static void test_peer(void **state)
{
    (void)state;
    char out[ORIGIN_MAX];
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    origin_peer((struct sockaddr *)&v4, out);
    assert_string_equal(out, "127.0.0.1");
    origin_peer((struct sockaddr *)&v6, out);
    assert_string_equal(out, "::1");
    origin_peer(NULL, out);
    assert_string_equal(out, "unix");
}

static void test_no_front(void **state)
{
    (void)state;
    assert_string_equal(origin(false, "127.0.0.1", "192.0.2.1", NULL), "127.0.0.1");
    assert_string_equal(origin(false, NULL, NULL, NULL), "unknown");
}

static void test_front(void **state)
{
    (void)state;
    assert_string_equal(origin(true, "unix", NULL, NULL), "unix");
    assert_string_equal(origin(true, "unix", "192.0.2.1", NULL), "192.0.2.1");
    /* What the client made up stands first; what the front saw, last. */
    assert_string_equal(origin(true, "unix", "10.0.0.1, 192.0.2.7", NULL), "192.0.2.7");
    assert_string_equal(origin(true, "unix", "10.0.0.1", "192.0.2.9"), "192.0.2.9");
    assert_string_equal(origin(true, "unix", "2001:DB8:0:0::1", NULL), "2001:db8::1");
    static const char *const bad[] = {"",
                                      "x",
                                      "192.0.2.1,",
                                      "192.0.2.1:80",
                                      "192.0.2.300",
                                      "unknown",
                                      "\"192.0.2.1\"",
                                      "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(origin(true, "unix", bad[i], NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_no_front),
        cmocka_unit_test(test_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
