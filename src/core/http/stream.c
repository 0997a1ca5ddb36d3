/* SPDX-License-Identifier: Apache-2.0
 * Streamed answers, and those that sleep until there is more: a sleeping connection is suspended, so that it
 * costs its memory and no thread, and nothing asks for it until somebody wakes it. */
#include "http/http_int.h"

/* All that may wake or sleep is decided under one lock: there is little of it. */
static pthread_mutex_t stream_lock = PTHREAD_MUTEX_INITIALIZER;

struct http_wake {
    struct http_wake *prev, *next; /* in the server's list, while asleep */
    struct http_loop *loop;
    struct MHD_Connection *connection;
    bool asleep;
    bool told; /* woken while awake: there may be more than was last seen */
};

/* Outlives the exchange, on the same loop. */
struct answer_stream {
    struct http_stream from;
    struct http_loop *loop;
    struct MHD_Connection *connection;
};

struct http_wake *http_wake_new(void)
{
    struct http_wake *w = os_alloc(sizeof *w);
    if (w)
        memset(w, 0, sizeof *w);
    return w;
}

void http_wake_free(struct http_wake *w)
{
    OS_ASSERT(!w || !w->asleep);
    os_free(w);
}

/* Under the lock. */
static void rise(struct http_wake *w)
{
    struct http_server *s = w->loop->server;
    w->asleep = false;
    if (w->prev)
        w->prev->next = w->next;
    else
        s->asleep = w->next;
    if (w->next)
        w->next->prev = w->prev;
    MHD_resume_connection(w->connection);
    loop_wake(w->loop);
}

void http_wake(struct http_wake *w)
{
    pthread_mutex_lock(&stream_lock);
    if (w->asleep)
        rise(w);
    else
        w->told = true;
    pthread_mutex_unlock(&stream_lock);
}

void stream_wake_all(struct http_server *s)
{
    OS_ASSERT(s->stopping);
    pthread_mutex_lock(&stream_lock);
    while (s->asleep)
        rise(s->asleep);
    pthread_mutex_unlock(&stream_lock);
}

/* False: there may be more already, or the service stops. */
static bool fall_asleep(struct answer_stream *s)
{
    struct http_wake *w = s->from.wake;
    struct http_server *server = s->loop->server;
    pthread_mutex_lock(&stream_lock);
    bool sleeps = !w->told && !server->stopping;
    w->told = false;
    if (sleeps) {
        w->asleep = true;
        w->loop = s->loop;
        w->connection = s->connection;
        w->prev = NULL;
        w->next = server->asleep;
        if (w->next)
            w->next->prev = w;
        server->asleep = w;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&stream_lock);
    return sleeps;
}

static ssize_t stream_read(void *arg, uint64_t at, char *to, size_t n)
{
    struct answer_stream *s = arg;
    ssize_t got;
    (void)at;
    do {
        if (s->from.wake && s->loop->server->stopping)
            return MHD_CONTENT_READER_END_OF_STREAM;
        got = s->from.read(s->from.arg, to, n);
        if (got == HTTP_STREAM_LATER && fall_asleep(s))
            return 0;
    } while (got == HTTP_STREAM_LATER);
    s->loop->again = true;
    return got > 0 ? got : got == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_free(void *arg)
{
    struct answer_stream *s = arg;
    struct http_wake *w = s->from.wake;
    pthread_mutex_lock(&stream_lock);
    OS_ASSERT(!w || !w->asleep); /* libmicrohttpd ends no connection that is suspended */
    pthread_mutex_unlock(&stream_lock);
    s->from.free(s->from.arg);
    os_free(s);
}

struct MHD_Response *stream_response(struct http_exchange *x)
{
    struct answer_stream *s = os_alloc(sizeof *s);
    if (!s)
        return NULL;
    *s = (struct answer_stream){x->resp.stream, x->loop, x->connection};
    x->resp.stream.read = NULL;
    struct MHD_Response *out =
        MHD_create_response_from_callback(s->from.size, HTTP_STREAM_BLOCK, stream_read, s, stream_free);
    if (!out)
        stream_free(s);
    return out;
}
