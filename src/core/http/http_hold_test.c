/* SPDX-License-Identifier: Apache-2.0
 * Requests that http_hold keeps: answered from another thread, beside others, cut, and met by a stop. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "http/http.h"

enum { STREAM_BYTES = 3 << 20, MANY = 20 };

static struct http_server *server;
static int port;
static atomic_int handled, finished, rounds; /* rounds: that options.rested told of */

struct later {
    struct http_request *req;
    unsigned ms;
};

static void sleep_ms(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

static void *finish_later(void *arg)
{
    struct later *l = arg;
    sleep_ms(l->ms);
    struct http_response resp = {.status = 201, .body = STR("held"), .content_type = "text/plain"};
    http_finish(l->req, &resp);
    finished++;
    return NULL;
}

/* /hold/MS; 0: finished before the handler has returned. */
static bool hold(struct http_request *req)
{
    struct later *l = ARENA_NEW(req->arena, struct later);
    pthread_t t;
    *l = (struct later){req, (unsigned)atoi(req->path.p + strlen("/hold/"))};
    assert_true(http_hold(req));
    handled++;
    if (l->ms == 0) {
        finish_later(l);
        return false;
    }
    assert_int_equal(pthread_create(&t, NULL, finish_later, l), 0);
    pthread_detach(t);
    return false;
}

static ssize_t stream_read(void *arg, char *to, size_t n)
{
    size_t *left = arg;
    n = n < *left ? n : *left;
    memset(to, 's', n);
    *left -= n;
    return (ssize_t)n;
}

static bool handler(void *arg, struct http_request *req, struct http_response *resp)
{
    (void)arg;
    if (str_starts(req->path, STR("/hold/")))
        return hold(req);
    resp->status = 200;
    if (str_is(req->path, "/stream")) {
        size_t *left = os_alloc(sizeof *left);
        *left = STREAM_BYTES;
        resp->stream = (struct http_stream){stream_read, os_free, left, STREAM_BYTES, NULL};
    }
    return true;
}

static void rested(void *arg)
{
    (void)arg;
    rounds++;
}

static int start(void **state)
{
    (void)state;
    struct err err = {0};
    struct http_options opt = {.listen = "127.0.0.1:0",
                               .threads = 2,
                               .body_max = 1000,
                               .timeout_s = 1,
                               .handler = handler,
                               .rested = rested};
    server = http_start(&opt, &err);
    assert_non_null(server);
    port = atoi(strchr(http_address(server).p, ':') + 1);
    handled = finished = rounds = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, 1000);
    return 0;
}

/* Asks for the path on a connection of its own. */
static int ask(const char *path)
{
    char text[200];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    assert_int_equal(send(fd, text, (size_t)n, 0), n);
    return fd;
}

/* The status of what comes; its bytes up to and with the end of the text wanted. -1: the connection ended. */
static int hear(int fd, const char *end)
{
    static char text[1000];
    size_t n = 0;
    text[0] = 0;
    while (!strstr(text, end)) {
        struct pollfd p = {fd, POLLIN, 0};
        ssize_t got = poll(&p, 1, 4000) > 0 ? recv(fd, text + n, sizeof text - 1 - n, 0) : -1;
        if (got <= 0)
            return -1;
        n += (size_t)got;
        text[n] = 0;
    }
    return atoi(text + strlen("HTTP/1.1 "));
}

static void wait_for(atomic_int *what, int n)
{
    for (int i = 0; *what < n && i < 4000; i++)
        sleep_ms(1);
    assert_int_equal(*what, n);
}

static void test_many(void **state)
{
    (void)state;
    int fd[MANY];
    for (int i = 0; i < MANY; i++)
        fd[i] = ask(i % 4 ? "/hold/30" : "/hold/0");
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(hear(fd[i], "held"), 201);
        close(fd[i]);
    }
}

/* The end of a round is told of when something was held in it, before any of that is over, and else never. */
static void test_rested(void **state)
{
    (void)state;
    int fd = ask("/");
    assert_int_equal(hear(fd, "\r\n\r\n"), 200);
    close(fd);
    assert_int_equal(rounds, 0);
    fd = ask("/hold/500");
    wait_for(&rounds, 1);
    assert_int_equal(finished, 0);
    assert_int_equal(hear(fd, "held"), 201);
    close(fd);
    assert_int_equal(rounds, 1);
}

/* The next request may come before the answer. */
static void test_pipelined(void **state)
{
    (void)state;
    static const char more[] = "GET /hold/10 HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n";
    int fd = ask("/hold/30");
    assert_int_equal(send(fd, more, sizeof more - 1, 0), sizeof more - 1);
    assert_int_equal(hear(fd, " 200 "), 201);
    close(fd);
}

/* Others go on while requests are held: of a streamed answer each piece is a round. */
static void test_beside(void **state)
{
    (void)state;
    static char sink[1 << 16];
    int held[4];
    for (int i = 0; i < 4; i++)
        held[i] = ask("/hold/900");
    wait_for(&handled, 4);
    int fd = ask("/stream");
    for (size_t n = 0; n < STREAM_BYTES;) {
        ssize_t got = recv(fd, sink, sizeof sink, 0);
        assert_true(got > 0);
        n += (size_t)got;
    }
    assert_int_equal(finished, 0);
    close(fd);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(hear(held[i], "held"), 201);
        close(held[i]);
    }
}

/* Whose connection ends first gets nothing, and the late http_finish does no harm. */
static void test_cut(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        int fd = ask(i % 2 ? "/hold/20" : "/hold/1500");
        wait_for(&handled, i + 1);
        if (i == 0)
            assert_int_equal(hear(fd, "held"), -1); /* timeout_s is 1 */
        close(fd);
    }
    wait_for(&finished, 10);
    int fd = ask("/");
    assert_int_equal(hear(fd, "\r\n\r\n"), 200);
    close(fd);
}

static void test_stop(void **state)
{
    (void)state;
    int fd = ask("/hold/700");
    wait_for(&handled, 1);
    http_stop(server, 50);
    assert_int_equal(hear(fd, "\r\n\r\n"), 503);
    close(fd);
    wait_for(&finished, 1); /* it must find its exchange alive */
    sleep_ms(50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many, start, stop),
        cmocka_unit_test_setup_teardown(test_rested, start, stop),
        cmocka_unit_test_setup_teardown(test_pipelined, start, stop),
        cmocka_unit_test_setup_teardown(test_beside, start, stop),
        cmocka_unit_test_setup_teardown(test_cut, start, stop),
        cmocka_unit_test_setup(test_stop, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
