/* SPDX-License-Identifier: Apache-2.0
 * Private to core/http: the server, its connections and exchanges. */
#ifndef HELHET_HTTP_HTTP_INT_H
#define HELHET_HTTP_HTTP_INT_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/os.h"
#include "http/http.h"

enum {
    EXCHANGE_POOL_MAX = 64,           /* exchanges kept for reuse */
    EXCHANGE_KEEP_BYTES = 256 * 1024, /* an idle exchange's arena is at most this large */
    EXCHANGE_ARENA_MIN = 64 << 20,    /* a request's arena may grow to this … */
    EXCHANGE_ARENA_TIMES = 10,        /* … and this many times its body */
    ORIGIN_MAX = 46,                  /* INET6_ADDRSTRLEN: a numeric address and NUL */
};

/* Where a connection is, for the watch: what may be slow and how slow. */
enum conn_phase { CONN_HEAD, CONN_BODY, CONN_ANSWER };

/* One TCP connection, from accept to close. In the server's list, under its lock. */
struct conn {
    struct conn *prev, *next;
    int fd;
    _Atomic uint8_t phase;
    _Atomic uint64_t since_ns; /* when the phase began */
    _Atomic uint64_t body_seen;
    char origin[ORIGIN_MAX]; /* who connected */
};

enum deferral { DEFER_NONE, DEFER_WAITING, DEFER_FINISHED, DEFER_ABANDONED };

/* One thread, its libmicrohttpd and the connections that they took. A connection stays with its loop. */
struct http_loop {
    struct http_server *server;
    struct MHD_Daemon *daemon; /* NULL: not started */
    pthread_t thread;
    bool running;
    int epoll_fd;       /* libmicrohttpd's, borrowed */
    int wake_fd;        /* readable: something was finished, or the loop is to end */
    atomic_bool woken;  /* it has been made so */
    atomic_bool ending; /* the thread returns */
    /* The thread's own. */
    unsigned held;        /* requests that http_hold keeps … */
    bool fresh;           /* … some of them since the round began */
    bool again, quiesced; /* there is more to do without waiting for anything */
    pthread_mutex_t lock; /* the lists below, and what becomes of those in deferring */
    struct http_exchange *pool;
    unsigned pool_count;
    struct http_exchange *deferring;
};

/* One request and its answer. Counted: the connection holds one, a deferral another. */
struct http_exchange {
    struct http_request req;
    struct http_response resp;
    struct arena arena;
    struct http_server *server;
    struct http_loop *loop;
    struct MHD_Connection *connection; /* while the request lasts */
    struct conn *conn;
    struct http_exchange *next;                    /* in the pool */
    struct http_exchange *defer_prev, *defer_next; /* in the loop's list of deferred ones */
    atomic_int refs;
    atomic_int deferral; /* enum deferral */
    uint64_t begun_ns;
    struct buf packed;         /* the answer's gzip */
    struct buf body;           /* as it arrives; its bytes are counted in server->bodies */
    size_t body_held;          /* what server->bodies has of this exchange */
    uint64_t body_seen;        /* bytes arrived, kept or not */
    struct http_upload upload; /* write set: the body goes there */
    struct err why;            /* why.code set: the request is refused */
    bool checked;              /* the first call has been made */
    bool answered;             /* a response has been queued */
    bool close;                /* the connection ends after this answer */
    bool held;                 /* deferred by http_hold: not suspended */
};

struct http_server {
    struct http_options opt;
    struct http_loop *loop;
    unsigned loops;
    unsigned timeout_s;
    char address[128];
    char unix_path[108]; /* "" for TCP */
    int listen_fd;
    atomic_int refs;      /* the owner and each exchange */
    atomic_int in_flight; /* requests begun and not completed */
    atomic_int handling;  /* handlers running */
    atomic_int resuming;  /* connections between undefer and MHD_resume_connection */
    atomic_bool stopping; /* answers end their connections */
    atomic_bool closing;  /* grace is over: no handler is called */
    atomic_uint_fast64_t requests, bytes_in, bytes_out, open, rejected;
    atomic_size_t bodies;     /* bytes of all bodies held */
    struct http_wake *asleep; /* streams that wait to be woken; stream.c's */
    pthread_mutex_t lock;     /* the list below */
    struct conn *conns;
    pthread_t watch;
    bool watching;
    pthread_cond_t watch_wake;
};

/* listen.c: opens the socket opt->listen names, loopback or unix only, and writes the address really bound.
 */
bool listen_open(struct http_server *s, struct err *err);
void listen_close(struct http_server *s);

/* loop.c: the threads. */
bool loop_start_all(struct http_server *s);
/* Stops accepting: soon after. */
void loop_quiesce_all(struct http_server *s);
/* Ends the threads and closes the connections. No request may be deferred any more. */
void loop_stop_all(struct http_server *s);
void loop_free_all(struct http_server *s);
/* From any thread: something of the loop's connections has changed. */
void loop_wake(struct http_loop *l);

/* watch.c: cuts connections that take too long to send a request. */
bool watch_start(struct http_server *s);
void watch_stop(struct http_server *s);
void watch_add(struct http_server *s, struct conn *c);
void watch_remove(struct http_server *s, struct conn *c);
/* c may be NULL: memory was short when the connection came. */
void watch_phase(struct conn *c, enum conn_phase phase);

/* guard.c: what libmicrohttpd lets through and RFC 9112 does not. Fills req->headers. */
bool guard_check(struct http_exchange *x, const char *version, struct err *err);

/* origin.c: where a request comes from. addr may be NULL. */
void origin_peer(const struct sockaddr *addr, char out[ORIGIN_MAX]);
/* Fills req->origin; false when a front names no address. */
bool origin_find(struct http_exchange *x, struct err *err);

/* exchange.c: libmicrohttpd's callbacks; cls is the struct http_loop. */
void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result exchange_call(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload, size_t *upload_n,
                              void **ctx);
void exchange_done(void *cls, struct MHD_Connection *connection, void **ctx,
                   enum MHD_RequestTerminationCode code);
/* Lets every deferred exchange go with 503; their http_finish then does nothing. True when none is left, no
 * handler runs and no connection is suspended. */
bool exchange_abandon(struct http_server *s);
void exchange_pool_free(struct http_loop *l);

/* answer.c: from a response to libmicrohttpd's. */
enum MHD_Result answer_queue(struct http_exchange *x);
/* Lets go of what a response owns and nobody will send. */
void answer_drop(struct http_response *r);
/* Fills x->resp for x->why. */
void answer_refusal(struct http_exchange *x);

/* stream.c: hands x's stream to libmicrohttpd. */
struct MHD_Response *stream_response(struct http_exchange *x);
/* Once the server is stopping: streams that can sleep end, none is suspended any more. */
void stream_wake_all(struct http_server *s);

/* gzip.c */
/* Appends the gzip of in at level 1. */
bool gzip_pack(struct str in, struct buf *out);
/* Appends the contents; fails with ERR_BODY_TOO_LARGE past out->max bytes, ERR_HTTP_GZIP when it is not gzip.
 */
bool gzip_unpack(struct str in, struct buf *out, struct err *err);

/* http_query.c */
/* Percent-decodes a path; refuses bad escapes, NUL, bad UTF-8, "." and "..". */
bool http_query_path(struct arena *arena, struct str raw, struct str *path, struct err *err);

void http_server_unref(struct http_server *s);

#endif
