/* SPDX-License-Identifier: Apache-2.0
 * libmicrohttpd times out connections where nothing happens; one that drips a byte now and then it keeps for
 * ever. A thread looks once a second for connections that take too long over their head or send their body
 * too slowly. */
#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "http/http_int.h"

enum { WATCH_LOOK_MS = 1000 };
static const uint64_t NS = 1000000000;

static bool too_slow(const struct http_server *s, const struct conn *c, uint64_t now)
{
    uint64_t since = c->since_ns;
    if (now <= since)
        return false;
    uint64_t seconds = (now - since) / NS;
    switch ((enum conn_phase)c->phase) {
    case CONN_HEAD:
        /* Twice: idle keep-alive connections are libmicrohttpd's to end, after one timeout. */
        return seconds > 2 * (uint64_t)s->timeout_s;
    case CONN_BODY:
        return seconds > s->timeout_s + c->body_seen / HTTP_BODY_RATE_MIN;
    case CONN_ANSWER:
        break;
    }
    return false;
}

static void *watch_run(void *arg)
{
    struct http_server *s = arg;
    pthread_mutex_lock(&s->lock);
    while (s->watching) {
        uint64_t now = os_mono_ns();
        for (struct conn *c = s->conns; c; c = c->next) {
            if (!too_slow(s, c, now))
                continue;
            s->rejected++;
            c->since_ns = now;
            /* Under the lock, and watch_remove takes it before the descriptor is closed: never another's. */
            shutdown(c->fd, SHUT_RDWR);
        }
        int64_t until_ms = os_now_ms() + WATCH_LOOK_MS;
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&s->watch_wake, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

bool watch_start(struct http_server *s)
{
    s->watching = true;
    if (pthread_create(&s->watch, NULL, watch_run, s) == 0)
        return true;
    s->watching = false;
    return false;
}

void watch_stop(struct http_server *s)
{
    pthread_mutex_lock(&s->lock);
    bool was = s->watching;
    s->watching = false;
    pthread_cond_signal(&s->watch_wake);
    pthread_mutex_unlock(&s->lock);
    if (was)
        pthread_join(s->watch, NULL);
}

void watch_add(struct http_server *s, struct conn *c)
{
    watch_phase(c, CONN_HEAD);
    pthread_mutex_lock(&s->lock);
    c->prev = NULL;
    c->next = s->conns;
    if (c->next)
        c->next->prev = c;
    s->conns = c;
    pthread_mutex_unlock(&s->lock);
}

void watch_remove(struct http_server *s, struct conn *c)
{
    pthread_mutex_lock(&s->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    pthread_mutex_unlock(&s->lock);
}

void watch_phase(struct conn *c, enum conn_phase phase)
{
    if (!c)
        return;
    c->since_ns = os_mono_ns();
    c->phase = (uint8_t)phase;
}
