/* SPDX-License-Identifier: Apache-2.0
 * http: HTTP/1.1 server on libmicrohttpd (epoll, thread pool), hidden behind this header so it can be
 * replaced. Listens on loopback or a unix socket only. Bodies are bounded, slow clients timed out, malformed
 * framing refused (duplicate Content-Length or Host, Content-Length with Transfer-Encoding, CR or NUL in
 * headers). */
#ifndef HELHET_HTTP_HTTP_H
#define HELHET_HTTP_HTTP_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    HTTP_URL_MAX = 40 * 1024, /* a thousand UUIDs fit; longer searches go by POST _search */
    HTTP_HEADERS_MAX = 100,
    HTTP_VALUE_MAX = 16 * 1024, /* bytes of a header of an answer, its end too; a longer one is left out */
    HTTP_CONNECTIONS_MAX = 4096,
    HTTP_TIMEOUT_S = 30,
    HTTP_BODY_RATE_MIN = 1024, /* bytes a second a body must arrive at, once HTTP_TIMEOUT_S has passed */
    HTTP_BODIES_MAX = 192 * 1024 * 1024, /* bytes of bodies held at once, all connections; past it 503 */
    HTTP_DRAIN_MAX = 256 * 1024 * 1024,  /* bytes of a refused body read on so that the connection can live */
    HTTP_PAIRS_MAX = 4096,               /* name=value pairs of one query or form */
    HTTP_GZIP_MIN = 1400,                /* smaller answers go as they are */
    HTTP_STREAM_BLOCK = 64 * 1024,       /* bytes asked for at a time of a streamed answer */
    HTTP_STREAM_LATER = -2,              /* nothing now; ask again when woken */
};

struct http_server;
struct http_wake;

struct http_pair {
    struct str name, value;
};

/* One request. Lives until its response has been sent; arena is the request's. */
struct http_request {
    struct arena *arena;
    struct str method; /* "GET" … as sent */
    struct str target; /* as sent, with query */
    struct str path;   /* percent-decoded, begins with '/', no "." or ".." segments */
    struct str query;  /* raw text after '?' */
    struct str body;   /* whole body, un-gzipped when Content-Encoding said gzip */
    struct str
        origin; /* numeric address of the client, "unix" for a local socket; see http_options.forwarded */
    const struct http_pair *headers;
    size_t header_count;
    struct http_exchange *exchange; /* for http_defer */
    void *upload; /* what http_upload.arg was, when the body was streamed (then body is empty); who takes it
                   * over sets it to NULL, else it is freed with the exchange */
};

/* Where a body goes that is not to be held in memory: bytes as they arrive, still compressed when
 * Content-Encoding says so. */
struct http_upload {
    bool (*write)(void *arg, struct str data, struct err *err); /* false: refused for *err */
    void (*free)(void *arg);
    void *arg;
    uint64_t max; /* bytes; past it 413 */
};

/* A body that is made while it is sent. read gives up to n bytes, 0 at the end, -1 when it broke (the
 * connection is then cut, so that nobody takes the part for the whole). On a pool thread: it may wait for the
 * disk, nothing else. free is called once in any case. */
struct http_stream {
    ssize_t (*read)(void *arg, char *to, size_t n); /* NULL: no stream */
    void (*free)(void *arg);
    void *arg;
    uint64_t size; /* UINT64_MAX: not known */
    /* Set: read may say HTTP_STREAM_LATER, and is asked again after http_wake; the connection costs no thread
     * meanwhile. It ends when the server stops. Borrowed until free is called. A client that has gone is not
     * noticed while the stream sleeps: wake it now and then. */
    struct http_wake *wake;
};

struct http_response {
    int status;
    struct http_pair headers[16];
    size_t header_count;
    /* The body: text that lives as long as the request (arena or constant), or a buffer handed over with
     * http_response_buf. gzip is applied by the server when the client accepts it and it pays. */
    struct str body;
    char *owned;               /* freed with os_free after sending */
    struct http_stream stream; /* instead of body; sent as it is */
    const char *content_type;
    bool no_gzip;
    bool quiet;        /* a routine answer: logged at debug level only */
    bool unlogged;     /* no line of it at any level */
    const char *route; /* template for log and figures, "GET /fhir/[type]/[id]"; a constant; NULL: none */
};

/* Called on a pool thread for each complete request. Fills *resp and returns true, or returns false after
 * having called http_defer or http_hold; then http_finish must be called exactly once, from any thread. */
typedef bool http_handler(void *arg, struct http_request *req, struct http_response *resp);

/* Fills the answer to a request that http itself refuses (malformed, too large, too many); why->code gives
 * the status. req->arena and the headers are there; method and path may be empty. */
typedef void http_refused(void *arg, struct http_request *req, const struct err *why,
                          struct http_response *resp);

/* Asked when the head of a request with a body has come and nothing refuses it: fills *out to have the body
 * streamed, leaves it to have it collected as usual; false with *err refuses the request. */
typedef bool http_uploads(void *arg, struct http_request *req, struct http_upload *out, struct err *err);

struct http_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "unix:/path"; port 0 picks one */
    unsigned threads;   /* 0: one per core */
    size_t body_max;    /* bytes, before and after un-gzip */
    unsigned timeout_s; /* 0: HTTP_TIMEOUT_S */
    bool forwarded;     /* a front of ours connects: the last address of X-Forwarded-For is the client's */
    http_handler *handler;
    http_refused *refused; /* NULL: plain text */
    http_uploads *uploads; /* NULL: every body is collected */
    /* A round of a thread is over in which http_hold was called; NULL: not told. */
    void (*rested)(void *arg);
    void *arg;
};

/* Fails with a clear error when the address is not loopback or is taken. */
struct http_server *http_start(const struct http_options *opt, struct err *err);
/* The address really bound, "127.0.0.1:43211". */
struct str http_address(const struct http_server *s);
/* Stops accepting, lets requests in flight finish for up to grace_ms, then closes. */
void http_stop(struct http_server *s, unsigned grace_ms);

/* Suspends the exchange: the handler returns false and the connection waits for http_finish. */
void http_defer(struct http_request *req);
/* The same for a wait of a moment that many share, such as a sync of the disk: cheaper to begin and to end,
 * but each round of its thread looks at it. Should the connection end first, http_finish does nothing. True
 * when options.rested will be called after it: what many wait for can then be begun once for all. */
bool http_hold(struct http_request *req);
void http_finish(struct http_request *req, const struct http_response *resp);

/* NULL: out of memory. */
struct http_wake *http_wake_new(void);
/* There is more, or an end. From any thread, at any time between new and free. */
void http_wake(struct http_wake *w);
/* In the stream's free, or before it was given away. NULL is fine. */
void http_wake_free(struct http_wake *w);

/* First header of that name (case-insensitive), {NULL,0} when absent. */
struct str http_header(const struct http_request *req, const char *name);
/* Does the client take a gzip answer? */
bool http_accepts_gzip(const struct http_request *req);
void http_response_header(struct http_response *resp, const char *name, struct str value);
/* Hands the buffer's memory over as the body. */
void http_response_buf(struct http_response *resp, struct buf *b);

/* Splits "a=1&b=2" and percent-decodes into the arena ('+' is a space). False on a bad escape, NUL, bad
 * UTF-8 or more than HTTP_PAIRS_MAX pairs. */
bool http_query_parse(struct arena *arena, struct str query, struct http_pair **pairs, size_t *count,
                      struct err *err);

struct http_stats {
    uint64_t requests, bytes_in, bytes_out, connections_open, rejected;
};
struct http_stats http_stats(const struct http_server *s);

#endif
