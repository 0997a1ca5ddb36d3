/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http/http_int.h"

enum { STOP_SEND_MS = 500 };

/* Each connection is a descriptor; the usual soft limit of 1,024 is below our bound. */
static void raise_descriptors(void)
{
    struct rlimit r;
    rlim_t want = HTTP_CONNECTIONS_MAX + 512;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < want) {
        r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

struct http_server *http_start(const struct http_options *opt, struct err *err)
{
    OS_ASSERT(opt->listen && opt->handler && opt->body_max);
    struct http_server *s = os_alloc(sizeof(*s));
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(s, 0, sizeof(*s));
    s->opt = *opt;
    s->timeout_s = opt->timeout_s ? opt->timeout_s : HTTP_TIMEOUT_S;
    s->refs = 1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->watch_wake, NULL);
    if (!listen_open(s, err)) {
        http_server_unref(s);
        return NULL;
    }
    raise_descriptors();
    if (!watch_start(s) || !loop_start_all(s)) {
        err_set(err, ERR_HTTP_LISTEN, opt->listen, "libmicrohttpd", NULL);
        watch_stop(s);
        listen_close(s);
        http_server_unref(s);
        return NULL;
    }
    return s;
}

struct str http_address(const struct http_server *s)
{
    return str_of(s->address);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Waits until no request is in flight, at most ms. */
static void wait_idle(struct http_server *s, unsigned ms)
{
    uint64_t until = os_mono_ns() + (uint64_t)ms * 1000000;
    while (s->in_flight && os_mono_ns() < until)
        sleep_ms(1);
}

void http_stop(struct http_server *s, unsigned grace_ms)
{
    if (!s)
        return;
    s->stopping = true;
    loop_quiesce_all(s);
    stream_wake_all(s);
    wait_idle(s, grace_ms);
    s->closing = true;
    while (!exchange_abandon(s))
        sleep_ms(1);
    wait_idle(s, STOP_SEND_MS);
    watch_stop(s);
    loop_stop_all(s);
    listen_close(s);
    http_server_unref(s);
}

void http_server_unref(struct http_server *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    loop_free_all(s);
    pthread_cond_destroy(&s->watch_wake);
    pthread_mutex_destroy(&s->lock);
    os_free(s);
}

struct str http_header(const struct http_request *req, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < req->header_count; i++)
        if (req->headers[i].name.n == n && strncasecmp(req->headers[i].name.p, name, n) == 0)
            return req->headers[i].value;
    return (struct str){0};
}

void http_response_header(struct http_response *resp, const char *name, struct str value)
{
    OS_ASSERT(resp->header_count < sizeof(resp->headers) / sizeof(*resp->headers));
    resp->headers[resp->header_count++] = (struct http_pair){str_of(name), value};
}

void http_response_buf(struct http_response *resp, struct buf *b)
{
    OS_ASSERT(!resp->owned);
    size_t n;
    resp->owned = buf_take(b, &n);
    resp->body = (struct str){resp->owned, n};
}

struct http_stats http_stats(const struct http_server *s)
{
    return (struct http_stats){s->requests, s->bytes_in, s->bytes_out, s->open, s->rejected};
}
