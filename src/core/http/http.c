/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "http/http_int.h"

/* Room for the address and headers of a request: a search may name a thousand UUIDs. It is cleared for each
 * request, so no more than that. */
enum { CONNECTION_POOL_BYTES = 48 * 1024, STOP_SEND_MS = 500 };

/* Percent-decoding is ours (http_query.c): libmicrohttpd leaves everything as sent. */
static size_t unescape_nothing(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static void connection_event(void *cls, struct MHD_Connection *connection, void **ctx,
                             enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct conn *c = os_alloc(sizeof(*c));
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *ctx = c;
        if (!c)
            return;
        memset(c, 0, sizeof(*c));
        c->fd = info ? info->connect_fd : -1;
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        origin_peer(info ? info->client_addr : NULL, c->origin);
        watch_add(s, c);
        s->open++;
    } else if (*ctx) {
        watch_remove(s, *ctx);
        os_free(*ctx);
        *ctx = NULL;
        s->open--;
    }
}

/* libmicrohttpd's complaints are about malformed input and come as answers or not at all. */
static void ignore_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    (void)fmt;
    (void)ap;
}

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

static unsigned thread_count(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return wanted ? wanted : cores > 1 ? (unsigned)cores : 2;
}

static struct MHD_Daemon *daemon_start(struct http_server *s)
{
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    return MHD_start_daemon(flags, 0, NULL, NULL, exchange_call, s,                            /**/
                            MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL,                      /**/
                            MHD_OPTION_LISTEN_SOCKET, s->listen_fd,                            /**/
                            MHD_OPTION_THREAD_POOL_SIZE, thread_count(s->opt.threads),         /**/
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,       /**/
                            MHD_OPTION_CONNECTION_TIMEOUT, s->timeout_s,                       /**/
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL_BYTES, /**/
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,                                   /**/
                            MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,              /**/
                            MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s,                    /**/
                            MHD_OPTION_NOTIFY_COMPLETED, exchange_done, s,                     /**/
                            MHD_OPTION_NOTIFY_CONNECTION, connection_event, s, MHD_OPTION_END);
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
    s->daemon = watch_start(s) ? daemon_start(s) : NULL;
    if (!s->daemon) {
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
    MHD_quiesce_daemon(s->daemon);
    wait_idle(s, grace_ms);
    s->closing = true;
    while (!exchange_abandon(s))
        sleep_ms(1);
    wait_idle(s, STOP_SEND_MS);
    watch_stop(s);
    MHD_stop_daemon(s->daemon);
    listen_close(s);
    http_server_unref(s);
}

void http_server_unref(struct http_server *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    exchange_pool_free(s);
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
