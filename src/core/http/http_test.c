/* SPDX-License-Identifier: Apache-2.0
 * Drives the server with raw sockets: what a well-behaved client library would never send is the point. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/os.h"
#include "http/http.h"

enum { BODY_MAX = 100 * 1000, REPLY_MAX = 4 << 20 };

static struct http_server *server;
static int port;
static atomic_int handled, finished;

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
    finished++;
    struct http_response resp = {.status = 201, .body = STR("deferred"), .content_type = "text/plain"};
    http_finish(l->req, &resp);
    return NULL;
}

static bool defer_handler(struct http_request *req, unsigned ms)
{
    struct later *l = ARENA_NEW(req->arena, struct later);
    *l = (struct later){req, ms};
    http_defer(req);
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, finish_later, l), 0);
    pthread_detach(t);
    return false;
}

/* ---- bodies that are not held ---- */

enum { STREAM_BYTES = 3 << 20, UPLOAD_MAX = 8 << 20 };
static atomic_int streams, uploads; /* made and not freed */
static uint64_t uploaded;

struct stream {
    size_t left;
    bool breaks;
};

static ssize_t stream_read(void *arg, char *to, size_t n)
{
    struct stream *s = arg;
    if (s->left == 0)
        return s->breaks ? -1 : 0;
    n = n < s->left ? n : s->left;
    memset(to, 's', n);
    s->left -= n;
    return (ssize_t)n;
}

static void stream_free(void *arg)
{
    os_free(arg);
    streams--;
}

static bool stream_answer(struct http_response *resp, bool sized, bool breaks)
{
    struct stream *s = os_alloc(sizeof *s);
    assert_non_null(s);
    *s = (struct stream){STREAM_BYTES, breaks};
    streams++;
    resp->stream = (struct http_stream){stream_read, stream_free, s, sized ? STREAM_BYTES : UINT64_MAX, NULL};
    return true;
}

static bool upload_write(void *arg, struct str data, struct err *err)
{
    assert_ptr_equal(arg, &uploaded);
    uploaded += data.n;
    return !memchr(data.p, '!', data.n) || err_set(err, ERR_NO_SPACE, NULL);
}

static void upload_free(void *arg)
{
    assert_ptr_equal(arg, &uploaded);
    uploads--;
}

static bool upload_ask(void *arg, struct http_request *req, struct http_upload *out, struct err *err)
{
    (void)arg;
    if (str_is(req->path, "/refuse"))
        return err_set(err, ERR_NOT_FOUND, "x", NULL);
    if (!str_is(req->path, "/upload"))
        return true;
    uploads++;
    uploaded = 0;
    *out = (struct http_upload){upload_write, upload_free, &uploaded, UPLOAD_MAX};
    return true;
}

static bool handler(void *arg, struct http_request *req, struct http_response *resp)
{
    (void)arg;
    handled++;
    resp->status = 200;
    resp->content_type = "application/json";
    resp->route = "test";
    if (str_is(req->path, "/defer"))
        return defer_handler(req, 50);
    if (str_is(req->path, "/defer-long"))
        return defer_handler(req, 1500);
    if (str_starts(req->path, STR("/stream")))
        return stream_answer(resp, str_is(req->path, "/stream-sized"), str_is(req->path, "/stream-broken"));
    if (str_is(req->path, "/upload"))
        OS_ASSERT(req->upload == &uploaded && req->body.n == 0);
    if (str_is(req->path, "/slow")) {
        sleep_ms(300);
        resp->body = STR("{\"slow\":true}");
    } else if (str_is(req->path, "/big")) {
        struct buf b;
        buf_init(&b, BUF_NO_MAX);
        for (int i = 0; i < 100000; i++)
            buf_cstr(&b, "\"text\",");
        http_response_buf(resp, &b);
    } else if (str_is(req->path, "/echo")) {
        http_response_header(resp, "X-Query", req->query);
        resp->body = req->body;
    } else {
        resp->body = req->path;
    }
    return true;
}

static int start(void **state)
{
    (void)state;
    struct err err = {0};
    struct http_options opt = {.listen = "127.0.0.1:0",
                               .threads = 2,
                               .body_max = BODY_MAX,
                               .timeout_s = 1,
                               .handler = handler,
                               .uploads = upload_ask};
    server = http_start(&opt, &err);
    assert_non_null(server);
    port = atoi(strchr(http_address(server).p, ':') + 1);
    handled = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server, 1000);
    return 0;
}

static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static void tell(int fd, const void *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t w = send(fd, (const char *)p + at, n - at, MSG_NOSIGNAL);
        if (w <= 0)
            return;
        at += (size_t)w;
    }
}

static void say(int fd, const char *text)
{
    tell(fd, text, strlen(text));
}

static char reply[REPLY_MAX + 1];
static size_t reply_n;

/* Reads one whole answer (by Content-Length) or until the connection ends; returns the status, 0 when none
 * came. */
static int hear(int fd)
{
    reply_n = 0;
    size_t want = SIZE_MAX;
    while (reply_n < want && reply_n < REPLY_MAX) {
        struct pollfd p = {fd, POLLIN, 0};
        if (poll(&p, 1, 5000) <= 0)
            break;
        ssize_t r = recv(fd, reply + reply_n, REPLY_MAX - reply_n, 0);
        if (r <= 0)
            break;
        reply_n += (size_t)r;
        reply[reply_n] = 0;
        char *end = strstr(reply, "\r\n\r\n");
        char *length = end ? strcasestr(reply, "Content-Length:") : NULL;
        if (length && length < end)
            want = (size_t)(end + 4 - reply) + (size_t)atol(length + 15);
    }
    reply[reply_n] = 0;
    return reply_n > 12 ? atoi(reply + 9) : 0;
}

/* The other end has closed (nothing more comes). */
static bool closed(int fd)
{
    char c;
    struct pollfd p = {fd, POLLIN, 0};
    return poll(&p, 1, 4000) > 0 && recv(fd, &c, 1, 0) <= 0;
}

static int once_n(const void *text, size_t n)
{
    int fd = dial();
    tell(fd, text, n);
    int status = hear(fd);
    close(fd);
    return status;
}

static int once(const char *text)
{
    return once_n(text, strlen(text));
}

static void test_keep_alive(void **state)
{
    (void)state;
    int fd = dial();
    for (int i = 0; i < 3; i++) {
        say(fd, "GET /a%C3%A5?x=%20y HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_int_equal(hear(fd), 200);
        assert_non_null(strstr(reply, "/a\xc3\xa5"));
    }
    say(fd, "POST /echo?a=%C3%A5 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    assert_int_equal(hear(fd), 200);
    assert_non_null(strstr(reply, "hello"));
    assert_non_null(strstr(reply, "X-Query: a=%C3%A5"));
    /* Two requests in one packet. */
    say(fd, "GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /two HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(hear(fd), 200);
    assert_non_null(strstr(reply, "/one"));
    if (!strstr(reply, "/two")) {
        assert_int_equal(hear(fd), 200);
        assert_non_null(strstr(reply, "/two"));
    }
    close(fd);
    assert_int_equal(handled, 6);
}

struct probe {
    const char *name, *text;
    size_t n;
};
#define PROBE(name, text)                                                                                    \
    {                                                                                                        \
        name, text, sizeof(text) - 1                                                                         \
    }

/* Ways to make two programs see two different requests, and other malformed ones. */
static const struct probe probes[] = {
    PROBE("two equal Content-Length",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    PROBE("two different Content-Length",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc"),
    PROBE("Content-Length list", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc"),
    PROBE("negative Content-Length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc"),
    PROBE("signed Content-Length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc"),
    PROBE("Content-Length and chunked",
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    PROBE(
        "two Transfer-Encoding",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
    PROBE("unknown Transfer-Encoding",
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    PROBE("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    PROBE("no Host", "GET / HTTP/1.1\r\n\r\n"),
    PROBE("two Host", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    PROBE("Host with markup", "GET / HTTP/1.1\r\nHost: a/\"><b\r\n\r\n"),
    PROBE("space before colon", "GET / HTTP/1.1\r\nHost: h\r\nX-A : b\r\n\r\n"),
    PROBE("space in name", "GET / HTTP/1.1\r\nHost: h\r\nX A: b\r\n\r\n"),
    PROBE("no colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n"),
    PROBE("empty name", "GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n"),
    PROBE("NUL in value", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\0Content-Length: 3\r\nX-B: c\r\n\r\n"),
    PROBE("NUL in the last value", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\0Content-Length: 3\r\n\r\n"),
    PROBE("NUL before the last character", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\0c\r\n\r\n"),
    PROBE("NUL in name", "GET / HTTP/1.1\r\nHost: h\r\nX-\0A: b\r\nX-B: c\r\n\r\n"),
    PROBE("CR in value", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\rX-B: c\r\n\r\n"),
    PROBE("bare LF", "GET / HTTP/1.1\r\nHost: h\nX-A: b\r\n\r\n"),
    PROBE("folded line", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\nX-B: d\r\n\r\n"),
    PROBE("HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
    PROBE("bad escape", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("escaped NUL", "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("bad UTF-8", "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("dot segments", "GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("escaped dot segments", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("space in target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
    PROBE("unknown encoding",
          "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx"),
    PROBE("false gzip",
          "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
};

static void test_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(probes) / sizeof(*probes); i++) {
        int status = once_n(probes[i].text, probes[i].n);
        /* No answer but an ended connection is libmicrohttpd's way with some of them. */
        if ((status < 400 || status > 505) && status != 0)
            fail_msg("%s: %d", probes[i].name, status);
    }
    assert_int_equal(handled, 0);
    /* And the server is well. */
    assert_int_equal(once("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
}

static void test_malformed_ends_connection(void **state)
{
    (void)state;
    int fd = dial();
    say(fd, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 41\r\n\r\n"
            "abcGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(hear(fd), 400);
    assert_true(closed(fd));
    close(fd);
    assert_int_equal(handled, 0);
}

static void test_many_headers_in_pieces(void **state)
{
    (void)state;
    int fd = dial();
    char line[64];
    say(fd, "GET /pieces HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 90; i++) {
        int n = snprintf(line, sizeof(line), "X-Header-%d:  value %d \r\n", i, i);
        tell(fd, line, (size_t)n / 2);
        if (i % 10 == 0)
            sleep_ms(2);
        tell(fd, line + n / 2, (size_t)(n - n / 2));
    }
    say(fd, "\r\n");
    assert_int_equal(hear(fd), 200);
    close(fd);
    fd = dial();
    say(fd, "GET /pieces HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 150; i++)
        say(fd, "X: y\r\n");
    say(fd, "\r\n");
    assert_int_equal(hear(fd), 400);
    close(fd);
}

static void test_url_too_long(void **state)
{
    (void)state;
    char *text = malloc(80 * 1000);
    size_t sizes[] = {HTTP_URL_MAX + 100, 70 * 1000};
    for (size_t i = 0; i < 2; i++) {
        int n = sprintf(text, "GET /");
        memset(text + n, 'a', sizes[i]);
        sprintf(text + n + sizes[i], " HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(once(text), 414);
    }
    free(text);
    assert_int_equal(handled, 0);
}

static void test_many_pairs(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_cstr(&b, "GET /echo?");
    for (int i = 0; i < 3000; i++)
        buf_cstr(&b, "n=a&");
    buf_cstr(&b, "end HTTP/1.1\r\nHost: h\r\n\r\n");
    buf_char(&b, 0);
    assert_int_equal(once(b.p), 200);
    assert_int_equal(handled, 1);
    buf_release(&b);
}

static void test_body_too_large(void **state)
{
    (void)state;
    int fd = dial();
    char head[128], *body = malloc(BODY_MAX * 3);
    memset(body, 'x', BODY_MAX * 3);
    sprintf(head, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", BODY_MAX * 3);
    say(fd, head);
    tell(fd, body, BODY_MAX * 3);
    assert_int_equal(hear(fd), 413);
    /* The same connection goes on. */
    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    sprintf(head, "%x\r\n", BODY_MAX + 1);
    say(fd, head);
    tell(fd, body, BODY_MAX + 1);
    say(fd, "\r\n0\r\n\r\n");
    assert_int_equal(hear(fd), 413);
    sprintf(head, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", BODY_MAX);
    say(fd, head);
    tell(fd, body, BODY_MAX);
    assert_int_equal(hear(fd), 200);
    /* A client that asks first is told before it sends. */
    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 90000000\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(hear(fd), 413);
    assert_true(closed(fd));
    close(fd);
    free(body);
    assert_int_equal(handled, 1);
}

static void test_huge_length(void **state)
{
    (void)state;
    int fd = dial();
    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\nabc");
    assert_int_equal(hear(fd), 413);
    assert_true(closed(fd));
    close(fd);
}

static void test_expect_continue(void **state)
{
    (void)state;
    int fd = dial();
    say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    char line[64] = "";
    assert_true(recv(fd, line, 25, MSG_WAITALL) > 0);
    assert_memory_equal(line, "HTTP/1.1 100", 12);
    say(fd, "abc");
    assert_int_equal(hear(fd), 200);
    close(fd);
}

static size_t gzip_of(const char *in, size_t n, unsigned char *out, size_t max)
{
    z_stream z = {
        .next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)max};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static int post_gzip(const char *in, size_t n)
{
    static unsigned char packed[1 << 20];
    char head[160];
    size_t got = gzip_of(in, n, packed, sizeof(packed));
    sprintf(head, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
            got);
    int fd = dial();
    say(fd, head);
    tell(fd, packed, got);
    int status = hear(fd);
    close(fd);
    return status;
}

static void test_gzip_body(void **state)
{
    (void)state;
    assert_int_equal(post_gzip("hej hej hej", 11), 200);
    assert_non_null(strstr(reply, "hej hej hej"));
    /* A bomb: 50 MB in 50 kB. Exactly the bound is let through, one more is not. */
    char *zeros = calloc(1, 50 << 20);
    assert_int_equal(post_gzip(zeros, 50 << 20), 413);
    assert_int_equal(post_gzip(zeros, BODY_MAX + 1), 413);
    assert_int_equal(post_gzip(zeros, BODY_MAX), 200);
    free(zeros);
}

static void test_gzip_answer(void **state)
{
    (void)state;
    assert_int_equal(once("GET /big HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
    assert_null(strcasestr(reply, "content-encoding"));
    size_t plain = reply_n;
    assert_true(plain > 700000);
    assert_int_equal(once("GET /big HTTP/1.1\r\nHost: h\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n"), 200);
    assert_non_null(strcasestr(reply, "content-encoding: gzip"));
    assert_true(reply_n < plain / 10);
    assert_int_equal(once("GET /big HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip;q=0\r\n\r\n"), 200);
    assert_null(strcasestr(reply, "content-encoding"));
    assert_int_equal(once("GET /small HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n"), 200);
    assert_null(strcasestr(reply, "content-encoding"));
}

static void test_defer(void **state)
{
    (void)state;
    int fd[20];
    for (int i = 0; i < 20; i++) {
        fd[i] = dial();
        say(fd[i], "POST /defer HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hear(fd[i]), 201);
        assert_non_null(strstr(reply, "deferred"));
        say(fd[i], "GET /after HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(hear(fd[i]), 200);
        close(fd[i]);
    }
}

static void test_slow_head_and_body(void **state)
{
    (void)state;
    /* One byte every 100 ms: never idle, never done. timeout_s is 1, the watch looks once a second. */
    int head = dial(), body = dial();
    say(head, "GET / HTTP/1.1\r\n");
    say(body, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    bool head_cut = false, body_cut = false;
    for (int i = 0; i < 60 && !(head_cut && body_cut); i++) {
        say(head, "X");
        say(body, "x");
        sleep_ms(100);
        struct pollfd p[2] = {{head, POLLIN, 0}, {body, POLLIN, 0}};
        poll(p, 2, 0);
        head_cut = head_cut || p[0].revents;
        body_cut = body_cut || p[1].revents;
    }
    assert_true(head_cut);
    assert_true(body_cut);
    close(head);
    close(body);
    assert_int_equal(handled, 0);
}

static void *stop_server(void *arg)
{
    http_stop(server, *(unsigned *)arg);
    return NULL;
}

static void test_graceful_stop(void **state)
{
    (void)state;
    int slow = dial(), deferred = dial(), idle = dial();
    say(idle, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(hear(idle), 200);
    say(slow, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    say(deferred, "GET /defer HTTP/1.1\r\nHost: h\r\n\r\n");
    while (handled < 3)
        sleep_ms(1);
    pthread_t t;
    unsigned grace = 3000;
    uint64_t from = os_mono_ns();
    assert_int_equal(pthread_create(&t, NULL, stop_server, &grace), 0);
    assert_int_equal(hear(deferred), 201);
    assert_non_null(strstr(reply, "Connection: close"));
    assert_int_equal(hear(slow), 200);
    pthread_join(t, NULL);
    assert_true(os_mono_ns() - from < 2000000000u);
    assert_true(closed(idle));
    close(slow);
    close(deferred);
    close(idle);
}

static void test_stop_past_grace(void **state)
{
    (void)state;
    int fd = dial();
    finished = 0;
    say(fd, "GET /defer-long HTTP/1.1\r\nHost: h\r\n\r\n");
    while (handled < 1)
        sleep_ms(1);
    unsigned grace = 50;
    stop_server(&grace);
    assert_int_equal(hear(fd), 503);
    close(fd);
    /* The late http_finish must find its exchange alive. */
    while (!finished)
        sleep_ms(10);
    sleep_ms(50);
}

static void refuse_listen(const char *where, enum err_code code)
{
    struct err err = {0};
    struct http_options opt = {.listen = where, .body_max = 1, .handler = handler};
    assert_null(http_start(&opt, &err));
    assert_int_equal(err.code, code);
}

static void test_listen(void **state)
{
    (void)state;
    refuse_listen("0.0.0.0:0", ERR_HTTP_LOOPBACK);
    refuse_listen("192.0.2.1:8080", ERR_HTTP_LOOPBACK);
    refuse_listen("[::]:0", ERR_HTTP_LOOPBACK);
    refuse_listen("example.org:80", ERR_HTTP_LISTEN);
    refuse_listen("8080", ERR_HTTP_LISTEN);
    refuse_listen("127.0.0.1:99999", ERR_HTTP_LISTEN);
    refuse_listen("unix:", ERR_HTTP_LISTEN);
    refuse_listen(http_address(server).p, ERR_HTTP_LISTEN);
}

static void test_unix_socket(void **state)
{
    (void)state;
    char path[] = "/tmp/helhet-http-XXXXXX", where[64];
    assert_non_null(mkdtemp(path));
    snprintf(where, sizeof(where), "unix:%s/s", path);
    struct err err = {0};
    struct http_options opt = {.listen = where, .body_max = 100, .handler = handler};
    struct http_server *s = http_start(&opt, &err);
    assert_non_null(s);
    refuse_listen(where, ERR_HTTP_LISTEN);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    strcpy(a.sun_path, where + 5);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    say(fd, "GET /u HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(hear(fd), 200);
    close(fd);
    http_stop(s, 100);
    assert_int_not_equal(access(where + 5, F_OK), 0);
    rmdir(path);
}

/* Memory ends at the nth allocation: the request may be refused or its connection ended, the server lives. */
static void test_out_of_memory(void **state)
{
    (void)state;
    static const char *const asked[] = {
        "GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        "GET /big HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    };
    for (size_t a = 0; a < sizeof(asked) / sizeof(*asked); a++)
        for (int n = 1; n < 30; n++) {
            int fd = dial();
            os_fault.alloc_left = n;
            say(fd, asked[a]);
            shutdown(fd, SHUT_WR);
            hear(fd);
            os_fault.alloc_left = -1;
            close(fd);
            assert_int_equal(once("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
        }
}

static void test_stream(void **state)
{
    (void)state;
    int fd = dial();
    for (int i = 0; i < 2; i++) {
        say(fd, "GET /stream-sized HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
        assert_int_equal(hear(fd), 200);
        assert_int_equal(strlen(strstr(reply, "\r\n\r\n") + 4), STREAM_BYTES);
        assert_null(strcasestr(reply, "Content-Encoding"));
    }
    say(fd, "HEAD /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_int_equal(hear(fd), 200);
    assert_true(closed(fd));
    close(fd);
    assert_int_equal(once("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), 200);
    assert_true(reply_n > STREAM_BYTES && strcmp(reply + reply_n - 7, "\r\n0\r\n\r\n") == 0);
    /* A body that broke ends without its end. */
    assert_int_equal(once("GET /stream-broken HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
    assert_true(reply_n > STREAM_BYTES && strcmp(reply + reply_n - 7, "\r\n0\r\n\r\n") != 0);
    fd = dial(); /* the client goes away in the middle */
    say(fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    close(fd);
    for (int i = 0; streams && i < 1000; i++)
        sleep_ms(5);
    assert_int_equal(streams, 0);
}

static void upload(const char *path, size_t n, int status)
{
    static char body[UPLOAD_MAX + 2];
    char head[128];
    memset(body, n % 2 ? '!' : 'u', sizeof body);
    int fd = dial();
    snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", path, n);
    say(fd, head);
    tell(fd, body, n);
    assert_int_equal(hear(fd), status);
    close(fd);
}

static void test_upload(void **state)
{
    (void)state;
    upload("/upload", 50 * BODY_MAX, 200);
    assert_int_equal(uploaded, 50 * BODY_MAX);
    upload("/upload", UPLOAD_MAX, 200);
    upload("/upload", UPLOAD_MAX + 2, 413);
    upload("/upload", BODY_MAX + 1, 507); /* what it is written to refuses it */
    upload("/refuse", 10, 404);
    upload("/echo", 2 * BODY_MAX, 413);
    for (int i = 0; uploads && i < 1000; i++)
        sleep_ms(5);
    assert_int_equal(uploads, 0);
}

static void test_query(void **state)
{
    (void)state;
    struct arena a;
    struct http_pair *pairs;
    size_t n;
    struct err err = {0};
    arena_init(&a);
    assert_true(http_query_parse(&a, STR("a=1&b=%C3%A5+x&&c&d=a%3Db=c"), &pairs, &n, &err));
    assert_int_equal(n, 4);
    assert_true(str_is(pairs[1].value, "\xc3\xa5 x"));
    assert_true(str_is(pairs[2].name, "c") && pairs[2].value.n == 0);
    assert_true(str_is(pairs[3].value, "a=b=c"));
    const char *bad[] = {"a=%", "a=%4", "a=%zz", "a=%00", "a=%c3", "%ed%a0%80=1", "a=%c0%80"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(http_query_parse(&a, str_of(bad[i]), &pairs, &n, &err));
    struct buf many;
    buf_init(&many, BUF_NO_MAX);
    for (int i = 0; i <= HTTP_PAIRS_MAX; i++)
        buf_cstr(&many, "a&");
    assert_false(http_query_parse(&a, buf_get(&many), &pairs, &n, &err));
    buf_release(&many);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keep_alive, start, stop),
        cmocka_unit_test_setup_teardown(test_malformed, start, stop),
        cmocka_unit_test_setup_teardown(test_malformed_ends_connection, start, stop),
        cmocka_unit_test_setup_teardown(test_many_headers_in_pieces, start, stop),
        cmocka_unit_test_setup_teardown(test_url_too_long, start, stop),
        cmocka_unit_test_setup_teardown(test_many_pairs, start, stop),
        cmocka_unit_test_setup_teardown(test_body_too_large, start, stop),
        cmocka_unit_test_setup_teardown(test_huge_length, start, stop),
        cmocka_unit_test_setup_teardown(test_expect_continue, start, stop),
        cmocka_unit_test_setup_teardown(test_gzip_body, start, stop),
        cmocka_unit_test_setup_teardown(test_gzip_answer, start, stop),
        cmocka_unit_test_setup_teardown(test_defer, start, stop),
        cmocka_unit_test_setup_teardown(test_slow_head_and_body, start, stop),
        cmocka_unit_test_setup(test_graceful_stop, start),
        cmocka_unit_test_setup(test_stop_past_grace, start),
        cmocka_unit_test_setup_teardown(test_listen, start, stop),
        cmocka_unit_test_setup_teardown(test_out_of_memory, start, stop),
        cmocka_unit_test_setup_teardown(test_stream, start, stop),
        cmocka_unit_test_setup_teardown(test_upload, start, stop),
        cmocka_unit_test(test_unix_socket),
        cmocka_unit_test(test_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
