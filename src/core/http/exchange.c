/* SPDX-License-Identifier: Apache-2.0
 * One request from its first line to the end of its answer, as libmicrohttpd calls for it. */
#include <stdio.h>

#include "base/log.h"
#include "http/http_int.h"

static struct http_exchange *exchange_take(struct http_loop *l)
{
    pthread_mutex_lock(&l->lock);
    struct http_exchange *x = l->pool;
    if (x) {
        l->pool = x->next;
        l->pool_count--;
    }
    pthread_mutex_unlock(&l->lock);
    if (!x) {
        x = os_alloc(sizeof(*x));
        if (!x)
            return NULL;
        arena_init(&x->arena);
    }
    struct arena kept = x->arena;
    memset(x, 0, sizeof(*x));
    x->arena = kept;
    return x;
}

static void exchange_unref(struct http_exchange *x)
{
    if (atomic_fetch_sub(&x->refs, 1) != 1)
        return;
    struct http_server *s = x->server;
    struct http_loop *l = x->loop;
    answer_drop(&x->resp);
    if (x->req.upload)
        x->upload.free(x->req.upload);
    buf_release(&x->body);
    buf_release(&x->packed);
    s->bodies -= x->body_held;
    arena_reset(&x->arena);
    if (x->arena.total > EXCHANGE_KEEP_BYTES)
        arena_release(&x->arena);
    arena_limit(&x->arena, 0);
    pthread_mutex_lock(&l->lock);
    bool keep = l->pool_count < EXCHANGE_POOL_MAX;
    if (keep) {
        x->next = l->pool;
        l->pool = x;
        l->pool_count++;
    }
    pthread_mutex_unlock(&l->lock);
    if (!keep) {
        arena_release(&x->arena);
        os_free(x);
    }
    http_server_unref(s);
}

void exchange_pool_free(struct http_loop *l)
{
    while (l->pool) {
        struct http_exchange *x = l->pool;
        l->pool = x->next;
        arena_release(&x->arena);
        os_free(x);
    }
}

void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct http_loop *l = cls;
    struct http_server *s = l->server;
    struct http_exchange *x = exchange_take(l);
    if (!x)
        return NULL;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->conn = info ? info->socket_context : NULL;
    x->server = s;
    x->loop = l;
    x->connection = connection;
    x->refs = 1;
    x->begun_ns = os_mono_ns();
    x->req.arena = &x->arena;
    x->req.exchange = x;
    arena_limit(&x->arena, EXCHANGE_ARENA_MIN);
    /* A copy: libmicrohttpd goes on to cut the query up in place. */
    x->req.target = arena_str(&x->arena, str_of(uri ? uri : ""));
    if (!x->req.target.p)
        err_set(&x->why, ERR_NO_MEMORY, NULL);
    /* The query is read by http_query_parse; libmicrohttpd's own reading of it makes an entry of each pair in
     * the connection's small pool, and when that is full the connection hangs. An empty query gives it
     * nothing to read; the text lies in its buffer, which it goes on to cut up in place anyway. */
    char *query = uri ? strchr((char *)(uintptr_t)uri, '?') : NULL;
    if (query)
        query[1] = 0;
    s->refs++;
    s->in_flight++;
    s->requests++;
    return x;
}

/* Bytes of body this request may have. */
static uint64_t body_max(const struct http_exchange *x)
{
    return x->upload.write ? x->upload.max : x->server->opt.body_max;
}

static bool refuse_size(struct http_exchange *x)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)body_max(x));
    return err_set(&x->why, ERR_BODY_TOO_LARGE, text, NULL);
}

/* Splits the target; false with x->why. */
static bool parse_target(struct http_exchange *x)
{
    struct http_request *req = &x->req;
    char text[24];
    if (req->target.n > HTTP_URL_MAX) {
        snprintf(text, sizeof(text), "%d", HTTP_URL_MAX);
        return err_set(&x->why, ERR_HTTP_URL_LONG, text, NULL);
    }
    size_t mark = str_find(req->target, '?', 0);
    bool has = mark != SIZE_MAX;
    req->query = has ? str_sub(req->target, mark + 1, req->target.n) : STR("");
    return http_query_path(&x->arena, str_sub(req->target, 0, has ? mark : req->target.n), &req->path,
                           &x->why);
}

static bool body_encoding_ok(struct http_exchange *x)
{
    struct str e = http_header(&x->req, "Content-Encoding");
    if (!e.n || str_is(e, "gzip") || str_is(e, "identity"))
        return true;
    return err_set_str(&x->why, ERR_HTTP_ENCODING, e, STR(""));
}

/* Is the body to be streamed? Else it must fit in memory. False with x->why. */
static bool body_way(struct http_exchange *x, bool body, uint64_t length)
{
    const struct http_options *opt = &x->server->opt;
    if (body && opt->uploads && !opt->uploads(opt->arg, &x->req, &x->upload, &x->why))
        return false;
    x->req.upload = x->upload.write ? x->upload.arg : NULL;
    return length <= body_max(x) || refuse_size(x);
}

/* The head has come. What must be refused at once is answered here, and libmicrohttpd then ends the
 * connection when a body was announced; what can be refused after the body is, so that the connection lives
 * on. */
static enum MHD_Result exchange_head(struct http_exchange *x, const char *method, const char *version)
{
    struct http_request *req = &x->req;
    x->checked = true;
    req->method = str_of(method);
    if (!guard_check(x, version, &x->why) || !origin_find(x, &x->why)) {
        x->close = true;
        answer_refusal(x);
        return answer_queue(x);
    }
    uint64_t length = 0;
    struct str text = http_header(req, "Content-Length");
    bool known = text.n && str_u64(text, INT64_MAX, &length);
    bool body = known ? length > 0 : http_header(req, "Transfer-Encoding").n > 0;
    if (x->why.code == ERR_OK && parse_target(x) && body_encoding_ok(x))
        body_way(x, body, length);
    if (x->why.code && body && (length > HTTP_DRAIN_MAX || http_header(req, "Expect").n)) {
        x->close = true;
        answer_refusal(x);
        return answer_queue(x);
    }
    if (x->conn)
        x->conn->body_seen = 0;
    watch_phase(x->conn, body ? CONN_BODY : CONN_ANSWER);
    buf_init(&x->body, x->server->opt.body_max);
    return MHD_YES;
}

/* Counts n more bytes against what all bodies may hold together. */
static bool body_reserve(struct http_exchange *x, size_t n)
{
    struct http_server *s = x->server;
    if (atomic_fetch_add(&s->bodies, n) + n > HTTP_BODIES_MAX) {
        s->bodies -= n;
        return err_set(&x->why, ERR_HTTP_CROWDED, NULL);
    }
    x->body_held += n;
    return true;
}

static enum MHD_Result exchange_upload(struct http_exchange *x, const char *data, size_t n)
{
    x->body_seen += n;
    x->loop->again = true;
    x->server->bytes_in += n;
    if (x->conn)
        x->conn->body_seen = x->body_seen;
    if (x->answered)
        return MHD_YES;
    if (x->why.code && x->body_seen > HTTP_DRAIN_MAX)
        return MHD_NO;
    if (!x->why.code && x->body_seen > body_max(x))
        refuse_size(x);
    if (!x->why.code && x->upload.write) {
        x->upload.write(x->upload.arg, (struct str){data, n}, &x->why);
    } else if (!x->why.code && body_reserve(x, n)) {
        buf_add(&x->body, data, n);
        if (!buf_ok(&x->body))
            err_set(&x->why, ERR_NO_MEMORY, NULL);
    }
    if (x->why.code && x->body.p) {
        buf_release(&x->body);
        x->server->bodies -= x->body_held;
        x->body_held = 0;
    }
    return MHD_YES;
}

/* Un-gzips the body in place of what arrived. */
static bool body_unpack(struct http_exchange *x)
{
    struct buf whole;
    if (!str_is(http_header(&x->req, "Content-Encoding"), "gzip") || x->body.n == 0)
        return true;
    buf_init(&whole, x->server->opt.body_max);
    bool ok = gzip_unpack(buf_get(&x->body), &whole, &x->why) && body_reserve(x, whole.n);
    buf_release(&x->body);
    if (ok)
        x->body = whole;
    else
        buf_release(&whole);
    return ok;
}

static enum MHD_Result exchange_whole(struct http_exchange *x)
{
    watch_phase(x->conn, CONN_ANSWER);
    if (!x->why.code)
        body_unpack(x);
    if (x->why.code) {
        answer_refusal(x);
        return answer_queue(x);
    }
    x->req.body = buf_get(&x->body);
    arena_limit(&x->arena, EXCHANGE_ARENA_MIN + EXCHANGE_ARENA_TIMES * x->req.body.n);
    struct http_server *s = x->server;
    s->handling++;
    bool refused = s->closing && !err_set(&x->why, ERR_HTTP_STOPPING, NULL);
    bool answered = refused || s->opt.handler(s->opt.arg, &x->req, &x->resp);
    s->handling--;
    if (refused)
        answer_refusal(x);
    /* A deferred exchange may be in another thread's hands already. */
    return answered ? answer_queue(x) : MHD_YES;
}

/* A held request is held no more. What was queued for it is sent in the next round. */
static void exchange_release(struct http_exchange *x)
{
    x->loop->again = true;
    x->loop->held -= x->held;
    x->held = false;
}

enum MHD_Result exchange_call(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload, size_t *upload_n,
                              void **ctx)
{
    struct http_exchange *x = *ctx;
    (void)cls;
    (void)connection;
    (void)url;
    if (!x)
        return MHD_NO;
    if (!x->checked)
        return exchange_head(x, method, version);
    if (*upload_n) {
        size_t n = *upload_n;
        *upload_n = 0;
        return exchange_upload(x, upload, n);
    }
    switch ((enum deferral)x->deferral) {
    case DEFER_NONE:
        return x->answered ? MHD_YES : exchange_whole(x);
    case DEFER_WAITING:
        break;
    case DEFER_FINISHED:
    case DEFER_ABANDONED:
        exchange_release(x);
        return x->answered ? MHD_YES : answer_queue(x);
    }
    return MHD_YES;
}

static void exchange_log(const struct http_exchange *x, enum MHD_RequestTerminationCode code)
{
    struct log_line l;
    if (x->resp.unlogged)
        return;
    log_begin(&l, x->resp.quiet ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "request");
    if (l.off)
        return;
    log_str(&l, "method", str_sub(x->req.method, 0, 16));
    log_cstr(&l, "route", x->resp.route ? x->resp.route : "");
    log_i64(&l, "status", x->answered ? x->resp.status : 0);
    log_i64(&l, "in", (int64_t)x->body_seen);
    log_i64(&l, "out", (int64_t)(x->packed.n ? x->packed.n : x->resp.body.n));
    log_i64(&l, "us", (int64_t)((os_mono_ns() - x->begun_ns) / 1000));
    if (x->why.code)
        log_cstr(&l, "refused", err_info(x->why.code)->name);
    if (code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        log_cstr(&l, "ended", code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED ? "timeout" : "cut");
    log_end(&l);
}

/* Under the loop's lock. */
static void list_add(struct http_exchange *x)
{
    struct http_loop *l = x->loop;
    x->deferral = DEFER_WAITING;
    x->defer_prev = NULL;
    x->defer_next = l->deferring;
    if (x->defer_next)
        x->defer_next->defer_prev = x;
    l->deferring = x;
}

static void list_remove(struct http_exchange *x, enum deferral what)
{
    x->deferral = (int)what;
    if (x->defer_prev)
        x->defer_prev->defer_next = x->defer_next;
    else
        x->loop->deferring = x->defer_next;
    if (x->defer_next)
        x->defer_next->defer_prev = x->defer_prev;
}

/* A held request whose connection ended first: its http_finish will do nothing. */
static void exchange_lost(struct http_exchange *x)
{
    pthread_mutex_lock(&x->loop->lock);
    if (x->deferral == DEFER_WAITING)
        list_remove(x, DEFER_ABANDONED);
    pthread_mutex_unlock(&x->loop->lock);
    exchange_release(x);
}

void exchange_done(void *cls, struct MHD_Connection *connection, void **ctx,
                   enum MHD_RequestTerminationCode code)
{
    struct http_loop *l = cls;
    struct http_exchange *x = *ctx;
    (void)connection;
    if (!x)
        return;
    *ctx = NULL;
    if (x->held)
        exchange_lost(x);
    exchange_log(x, code);
    watch_phase(x->conn, CONN_HEAD);
    l->server->in_flight--;
    exchange_unref(x);
}

static void defer(struct http_exchange *x)
{
    OS_ASSERT(x->deferral == DEFER_NONE && !x->answered);
    x->refs++;
    pthread_mutex_lock(&x->loop->lock);
    list_add(x);
    pthread_mutex_unlock(&x->loop->lock);
}

void http_defer(struct http_request *req)
{
    struct http_exchange *x = req->exchange;
    defer(x);
    MHD_suspend_connection(x->connection);
}

bool http_hold(struct http_request *req)
{
    struct http_exchange *x = req->exchange;
    bool told = x->server->opt.rested;
    x->held = x->loop->fresh = true;
    x->loop->held++;
    defer(x);
    return told;
}

/* Takes x out of the deferred list as what, with its answer, and wakes its connection; false when that has
 * been done already. http_stop waits for s->resuming: a connection must not be suspended when its server
 * goes. */
static bool undefer(struct http_exchange *x, enum deferral what, const struct http_response *resp)
{
    struct http_server *s = x->server;
    struct http_loop *l = x->loop;
    pthread_mutex_lock(&l->lock);
    bool waiting = x->deferral == DEFER_WAITING, held = x->held;
    if (waiting) {
        s->resuming++;
        x->resp = *resp;
        list_remove(x, what);
    }
    pthread_mutex_unlock(&l->lock);
    if (!waiting)
        return false;
    if (!held)
        MHD_resume_connection(x->connection);
    loop_wake(l);
    s->resuming--;
    return true;
}

void http_finish(struct http_request *req, const struct http_response *resp)
{
    struct http_exchange *x = req->exchange;
    /* An abandoned exchange has answered for itself: what this answer owns is only let go. */
    if (!undefer(x, DEFER_FINISHED, resp))
        answer_drop(&(struct http_response){.owned = resp->owned, .stream = resp->stream});
    exchange_unref(x);
}

/* The request's arena is still its job's, so this answer is made of constants. */
static const struct http_response stopping_answer = {
    .status = 503,
    .content_type = "text/plain; charset=utf-8",
    .body = {"Tjänsten stängs; försök igen om en stund.\n",
             sizeof("Tjänsten stängs; försök igen om en stund.\n") - 1},
    .no_gzip = true,
    .route = "refused",
};

static bool abandon_one(struct http_loop *l)
{
    pthread_mutex_lock(&l->lock);
    struct http_exchange *x = l->deferring;
    if (x)
        x->refs++;
    pthread_mutex_unlock(&l->lock);
    if (!x)
        return false;
    undefer(x, DEFER_ABANDONED, &stopping_answer);
    exchange_unref(x);
    return true;
}

bool exchange_abandon(struct http_server *s)
{
    for (unsigned i = 0; i < s->loops; i++)
        while (abandon_one(&s->loop[i]))
            ;
    return s->handling == 0 && s->resuming == 0;
}
