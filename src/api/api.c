/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "api/api.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "api/audited.h"
#include "api/chart.h"
#include "api/guard.h"
#include "api/merge.h"
#include "audit/audit.h"
#include "base/log.h"

struct api *api_new(struct store *s, struct search *search, const struct api_options *opt, struct err *err)
{
    struct api *a = os_alloc(sizeof(*a));
    if (!a) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(a, 0, sizeof(*a));
    pthread_mutex_init(&a->later.lock, NULL);
    a->store = s;
    a->search = search;
    a->long_jobs = opt->jobs;
    a->access = opt->access;
    if (a->access)
        access_search(a->access, search);
    a->terms = opt->terms;
    a->explain = opt->explain;
    a->paper = opt->paper;
    a->audit = opt->audit;
    a->import_dir = opt->import_dir ? realpath(opt->import_dir, NULL) : NULL;
    a->base_url = str_of(opt->base_url);
    while (a->base_url.n && a->base_url.p[a->base_url.n - 1] == '/')
        a->base_url.n--;
    OS_ASSERT(!a->base_url.n || str_ends(a->base_url, STR("/fhir")));
    a->agent = str_of(opt->agent ? opt->agent : "anonymous");
    a->started_ms = os_now_ms();
    a->statm = metrics_open();
    if (opt->import_dir && !a->import_dir) {
        err_set(err, ERR_IO, opt->import_dir, strerror(errno), NULL);
        api_free(a);
        return NULL;
    }
    a->paths = path_cache_new();
    if (!a->paths)
        err_set(err, ERR_NO_MEMORY, NULL);
    if (!a->paths || !audited_watch(a, err) || !capability_make(a, err) || !merge_start(a, err) ||
        (opt->web_dir && !(a->web = web_new(opt->web_dir, err)))) {
        api_free(a);
        return NULL;
    }
    return a;
}

void api_wait(struct api *a)
{
    /* Jobs whose exchange was abandoned at a hurried stop still end here. */
    while (a->jobs || a->auditing)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void api_free(struct api *a)
{
    if (!a)
        return;
    api_wait(a);
    if (a->statm >= 0)
        close(a->statm);
    web_free(a->web);
    path_cache_free(a->paths);
    os_free(a->import_dir);
    for (size_t i = 0; i < 2; i++) {
        os_free(a->capability[i].text);
        os_free(a->later.base[i].text);
    }
    os_free(a->watch_whole);
    os_free(a->watch_about);
    pthread_mutex_destroy(&a->later.lock);
    os_free(a);
}

void api_logins_by(struct api *a, int64_t (*last)(void *arg, struct str person), void *arg)
{
    a->last_login = last;
    a->last_login_arg = arg;
}

void api_accounts_by(struct api *a, bool (*opens)(void *arg, struct str person), void *arg)
{
    a->opens = opens;
    a->opens_arg = arg;
}

struct access *api_access(const struct api *a)
{
    return a->access;
}

void api_served_by(struct api *a, const struct http_server *server)
{
    a->server = server;
}

/* Host names that cannot be another site's: without accounts, a page that has its own name point at this
 * machine must not be able to read the record (DNS rebinding). With base_url set, what stands in front has
 * checked. */
static bool host_is_local(struct str host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    size_t end = host.n && host.p[0] == '[' ? str_find(host, ']', 0) : str_find(host, ':', 0);
    if (end != SIZE_MAX && host.p[0] == '[')
        end++;
    host = str_sub(host, 0, end == SIZE_MAX ? host.n : end);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (host.n == strlen(names[i]) && strncasecmp(host.p, names[i], host.n) == 0)
            return true;
    return host.n == 0;
}

bool api_host_ours(const struct api *a, struct str host, struct err *err)
{
    return a->base_url.n || host_is_local(host) || err_set_str(err, ERR_HOST, host, STR(""));
}

/* Every request needs it, so it is joined without printf. */
static struct str base_of_host(struct arena *arena, struct str host, bool styr)
{
    static const char before[] = "http://";
    const char *after = styr ? "/styr" : "/fhir";
    size_t n = sizeof(before) - 1 + host.n + API_BASE_BYTES;
    char *to = arena_alloc(arena, n), *at = to;
    if (!to)
        return STR("");
    at = mempcpy(at, before, sizeof(before) - 1);
    at = mempcpy(at, host.p, host.n);
    memcpy(at, after, API_BASE_BYTES);
    return (struct str){to, n};
}

struct str base_of_type(struct arena *arena, struct str base, bool styr)
{
    if (base.n < API_BASE_BYTES || styr == str_ends(base, STR("/styr")))
        return base;
    struct str host = str_sub(base, 0, base.n - API_BASE_BYTES);
    return arena_printf(arena, "%.*s%s", STR_ARG(host), styr ? "/styr" : "/fhir");
}

void api_rested(void *api)
{
    struct api *a = api;
    if (a->audit)
        audit_flush(a->audit);
}

bool api_upload(void *api, struct http_request *req, struct http_upload *out, struct err *err)
{
    struct call c = {.api = api, .req = req, .arena = req->arena, .method = req->method, .path = req->path};
    if (!str_is(req->path, "/fhir/$import") || !str_is(req->method, "POST"))
        return true;
    return call_headers(&c, err) && api_host_ours(c.api, c.wants.host, err) && op_import_upload(&c, out, err);
}

static bool call_open(struct call *c, struct err *err)
{
    c->query = c->req->query;
    if (!call_headers(c, err))
        return false;
    media_begin(c);
    if (!api_host_ours(c->api, c->wants.host, err))
        return false;
    if (c->api->base_url.n)
        c->base = c->styr ? base_of_type(c->arena, c->api->base_url, true) : c->api->base_url;
    else
        c->base = base_of_host(c->arena, c->wants.host.n ? c->wants.host : STR("localhost"), c->styr);
    return true;
}

/* Every answer under /fhir is somebody's data: not kept by caches, not guessed at by browsers. */
void api_seal(struct http_response *resp)
{
    http_response_header(resp, "Cache-Control", STR("no-store"));
    http_response_header(resp, "X-Content-Type-Options", STR("nosniff"));
}

static uint64_t micros_since(uint64_t begun)
{
    return (os_mono_ns() - begun) / 1000;
}

static bool beneath(struct str path, const char *base)
{
    return str_starts(path, str_of(base)) && (path.n == API_BASE_BYTES || path.p[API_BASE_BYTES] == '/');
}

bool api_record_path(struct str path)
{
    return beneath(path, "/fhir") || beneath(path, "/styr");
}

bool api_path(struct str path)
{
    return api_record_path(path) || str_is(path, "/health") || str_is(path, "/metrics");
}

/* What is asked on /styr goes through the same table of routes. */
static void route_by(struct call *c, struct str path)
{
    c->styr = beneath(path, "/styr");
    c->path =
        c->styr ? arena_printf(c->arena, "/fhir%.*s", STR_ARG(str_sub(path, API_BASE_BYTES, path.n))) : path;
}

static bool dispatch(struct call *c)
{
    struct err err = {0};
    if (!call_open(c, &err) || !route_find(c, &err) || !guard_open(c, &err) || !chart_open(c, &err) ||
        !receipt_open(c, &err) || !call_query_of_route(c, &err) || !audited_allowed(c, &err) ||
        (c->route->level != LEVEL_FILE && (!media_acceptable(c, &err) || !media_in(c, &err))))
        return outcome_fail(c, &err);
    return receipt_run(c);
}

bool api_handle(void *api, struct http_request *req, struct http_response *resp)
{
    return api_handle_as(api, NULL, req, resp);
}

bool api_handle_as(struct api *a, const struct access_caller *caller, struct http_request *req,
                   struct http_response *resp)
{
    if (!api_path(req->path))
        return web_answer(a, req, resp);
    struct call *c = ARENA_NEW(req->arena, struct call);
    if (!c) {
        resp->status = 503;
        return true;
    }
    *c = (struct call){.api = a,
                       .req = req,
                       .resp = resp,
                       .arena = req->arena,
                       .caller = caller,
                       .method = req->method,
                       .body = req->body,
                       .begun_ns = os_mono_ns()};
    route_by(c, req->path);
    if (!dispatch(c))
        return false;
    audited_patients(c);
    guard_close(c);
    media_out(c);
    resp->route = c->route ? c->route->name : "none";
    api_seal(resp);
    metrics_count(a, c->route, resp->status, micros_since(c->begun_ns));
    return audited_send(c, false);
}

void api_refuse(void *api, struct http_request *req, const struct err *why, struct http_response *resp)
{
    api_refuse_as(api, NULL, NULL, req, why, resp);
}

void api_answer_untold(struct api *a, struct http_request *req, const struct err *why,
                       struct http_response *resp)
{
    struct call c = {.api = a, .req = req, .resp = resp, .arena = req->arena, .method = req->method};
    struct err ignored;
    struct buf out;
    if (call_headers(&c, &ignored))
        media_begin(&c);
    buf_init(&out, 1 << 16);
    if (why) {
        outcome_fail(&c, why);
    } else {
        outcome_write_done(&out, c.wants.lang);
        resource_answer_buf(&c, &out, 202);
    }
    buf_release(&out);
    media_out(&c);
    api_seal(resp);
    resp->unlogged = true;
}

void api_refuse_as(struct api *a, const struct access_caller *caller, const char *action,
                   struct http_request *req, const struct err *why, struct http_response *resp)
{
    struct call c = {.api = a, .req = req, .resp = resp, .arena = req->arena, .method = req->method};
    struct err ignored;
    c.caller = caller;
    c.query = req->query;
    if (call_headers(&c, &ignored))
        media_begin(&c);
    outcome_fail(&c, why);
    media_out(&c);
    api_seal(resp);
    resp->route = "refused";
    audited_refused(&c, action ? action : "refused", why);
}

void api_finish_told(struct api *a, const struct access_caller *caller, struct http_request *req,
                     const struct http_response *resp, const char *action, const struct str *patient,
                     size_t count)
{
    struct call *c = ARENA_NEW(req->arena, struct call);
    struct route *route = ARENA_NEW(req->arena, struct route);
    struct http_response *copy = ARENA_NEW(req->arena, struct http_response);
    if (!c || !route || !copy) {
        os_free(resp->owned);
        if (resp->stream.read)
            resp->stream.free(resp->stream.arg);
        http_finish(req, &(struct http_response){.status = 503, .route = action});
        return;
    }
    *copy = *resp;
    *route = (struct route){.name = action, .level = LEVEL_NONE};
    *c = (struct call){.api = a,
                       .req = req,
                       .resp = copy,
                       .arena = req->arena,
                       .caller = caller,
                       .method = req->method,
                       .route = route};
    for (size_t i = 0; i < count; i++)
        audited_name(c, patient[i]);
    if (audited_send(c, true))
        http_finish(req, c->resp);
}

bool api_job_submit(struct call *c, struct api_job *job)
{
    struct err err = {0};
    struct http_response *resp = ARENA_NEW(c->arena, struct http_response);
    job->call = c;
    job->job.agent = call_agent(c);
    job->job.reason = str_of(c->route->name);
    if (!resp)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (!resp || !receipt_wrap(c, &job->job, job->write, &err))
        return outcome_fail(c, &err);
    c->resp = resp;
    c->api->jobs++;
    http_defer(c->req);
    if (store_submit(c->api->store, &job->job, &err))
        return false;
    outcome_fail(c, &err);
    api_job_end(c);
    return false;
}

void api_job_end(struct call *c)
{
    struct api *a = c->api;
    audited_patients(c);
    guard_close(c);
    media_out(c);
    c->resp->route = c->route->name;
    api_seal(c->resp);
    metrics_count(a, c->route, c->resp->status, micros_since(c->begun_ns));
    if (audited_send(c, true))
        http_finish(c->req, c->resp);
    a->jobs--;
}
