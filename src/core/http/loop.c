/* SPDX-License-Identifier: Apache-2.0
 * The threads that serve: one a core, each with a libmicrohttpd of its own on the same listening socket and a
 * loop of ours around it. So other threads that finish many requests at once wake a loop once, and a request
 * that waits for a moment (http_hold) is simply asked for again in the next round, which costs less than to
 * take its connection out of epoll and put it back. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "http/http_int.h"

/* Room for the address and headers of a request: a search may name a thousand UUIDs. It is cleared for each
 * request, so no more than that. */
enum {
    CONNECTION_POOL_BYTES = 48 * 1024,
    LOOP_HELD_MS = 1, /* between rounds while requests are held and nothing happens */
    LOOP_IDLE_MS = 1000,
};

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
    struct http_server *s = ((struct http_loop *)cls)->server;
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

/* ---- the loop ---- */

void loop_wake(struct http_loop *l)
{
    uint64_t one = 1;
    if (!atomic_exchange(&l->woken, true) && write(l->wake_fd, &one, sizeof one) < 0)
        l->woken = false; /* the round after LOOP_IDLE_MS, or the next wake, makes up for it */
}

/* Milliseconds until the next round must be. libmicrohttpd says 0 as long as a request is held. */
static int loop_patience(const struct http_loop *l)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(l->daemon, &ms) != MHD_YES || ms > LOOP_IDLE_MS)
        ms = LOOP_IDLE_MS;
    return ms == 0 && l->held ? LOOP_HELD_MS : (int)ms;
}

static void loop_wait(struct http_loop *l)
{
    struct pollfd fd[2] = {{.fd = l->epoll_fd, .events = POLLIN}, {.fd = l->wake_fd, .events = POLLIN}};
    uint64_t count;
    if (l->again || poll(fd, 2, loop_patience(l)) <= 0 || !fd[1].revents)
        return;
    /* In this order: who wakes after the second line is met by the next poll, who did before it by the round
     * that follows. */
    if (read(l->wake_fd, &count, sizeof count) == sizeof count)
        l->woken = false;
}

static void *loop_main(void *arg)
{
    struct http_loop *l = arg;
    while (!l->ending) {
        if (l->server->stopping && !l->quiesced) {
            MHD_quiesce_daemon(l->daemon);
            l->quiesced = true;
        }
        l->again = false;
        MHD_run(l->daemon);
        if (l->fresh && l->server->opt.rested)
            l->server->opt.rested(l->server->opt.arg);
        l->fresh = false;
        loop_wait(l);
    }
    return NULL;
}

/* ---- start and stop ---- */

static unsigned loop_count(unsigned wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return wanted ? wanted : cores > 1 ? (unsigned)cores : 2;
}

static struct MHD_Daemon *daemon_start(struct http_loop *l)
{
    struct http_server *s = l->server;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    unsigned most = (HTTP_CONNECTIONS_MAX + s->loops - 1) / s->loops;
    return MHD_start_daemon(flags, 0, NULL, NULL, exchange_call, l,                            /**/
                            MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL,                      /**/
                            MHD_OPTION_LISTEN_SOCKET, s->listen_fd,                            /**/
                            MHD_OPTION_CONNECTION_LIMIT, most,                                 /**/
                            MHD_OPTION_CONNECTION_TIMEOUT, s->timeout_s,                       /**/
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL_BYTES, /**/
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,                                   /**/
                            MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,              /**/
                            MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, l,                    /**/
                            MHD_OPTION_NOTIFY_COMPLETED, exchange_done, l,                     /**/
                            MHD_OPTION_NOTIFY_CONNECTION, connection_event, l, MHD_OPTION_END);
}

static bool loop_start(struct http_loop *l)
{
    sigset_t pipe, before;
    const union MHD_DaemonInfo *info;
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->daemon = l->wake_fd >= 0 ? daemon_start(l) : NULL;
    if (!l->daemon || !(info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD)))
        return false;
    l->epoll_fd = info->epoll_fd;
    /* A client that is gone is an error of its connection, no signal. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    l->running = pthread_create(&l->thread, NULL, loop_main, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return l->running;
}

bool loop_start_all(struct http_server *s)
{
    unsigned count = loop_count(s->opt.threads);
    s->loop = os_alloc(count * sizeof *s->loop);
    if (!s->loop)
        return false;
    memset(s->loop, 0, count * sizeof *s->loop);
    s->loops = count;
    for (unsigned i = 0; i < count; i++) {
        s->loop[i].server = s;
        s->loop[i].wake_fd = -1;
        pthread_mutex_init(&s->loop[i].lock, NULL);
    }
    for (unsigned i = 0; i < count; i++)
        if (!loop_start(&s->loop[i])) {
            loop_stop_all(s);
            return false;
        }
    return true;
}

void loop_quiesce_all(struct http_server *s)
{
    OS_ASSERT(s->stopping);
    for (unsigned i = 0; i < s->loops; i++)
        loop_wake(&s->loop[i]);
}

void loop_stop_all(struct http_server *s)
{
    for (unsigned i = 0; i < s->loops; i++) {
        struct http_loop *l = &s->loop[i];
        l->ending = true;
        if (!l->running)
            continue;
        loop_wake(l);
        pthread_join(l->thread, NULL);
        l->running = false;
    }
    for (unsigned i = 0; i < s->loops; i++) {
        struct http_loop *l = &s->loop[i];
        if (!l->daemon)
            continue;
        MHD_quiesce_daemon(l->daemon); /* else it closes the socket that they share */
        MHD_stop_daemon(l->daemon);
        l->daemon = NULL;
    }
}

void loop_free_all(struct http_server *s)
{
    for (unsigned i = 0; i < s->loops; i++) {
        struct http_loop *l = &s->loop[i];
        exchange_pool_free(l);
        if (l->wake_fd >= 0)
            close(l->wake_fd);
        pthread_mutex_destroy(&l->lock);
    }
    os_free(s->loop);
}
