/* SPDX-License-Identifier: Apache-2.0
 * The addresses that apps call, and what all of them have in common. */
#include "gate/gate_smart.h"
#include "access/scope.h"

#include <strings.h>

enum { WORK = 1, OURS = 2, SHARED = 4, PAGE = 8 };

/* WORK: writes, or signs: on the gate's own thread. OURS: only from pages of this service, by its scripts.
 * SHARED: pages of other sites may read the answer. PAGE: refusals are pages. */
static const struct {
    const char *name;
    bool (*run)(struct ask *a);
    unsigned how;
} routes[] = {
    {"GET /fhir/.well-known/smart-configuration", conf_smart, SHARED},
    {"GET /fhir/.well-known/openid-configuration", conf_openid, SHARED},
    {"GET /auth/jwks", conf_keys, WORK | SHARED},
    {"GET /auth/authorize", authorize_show, WORK | PAGE},
    {"POST /auth/authorize", authorize_decide, WORK | PAGE},
    {"POST /auth/token", token_give, WORK | SHARED},
    {"POST /auth/introspect", token_introspect, WORK | SHARED},
    {"POST /auth/revoke", token_revoke, WORK | SHARED},
    {"GET /auth/apps", held_show, PAGE},
    {"POST /auth/apps", held_end, WORK | PAGE},
    {"POST /auth/launch", launch_begin, WORK | OURS},
    {"GET /auth/back", page_back, PAGE},
    {"GET /auth/app.css", page_style, 0},
    {"GET /auth/app.js", page_script, 0},
};
enum { ROUTES = sizeof routes / sizeof *routes };

bool gate_smart_start(struct gate *g, struct err *err)
{
    if (!g->opt.smart)
        return true;
    g->apps = os_alloc(sizeof *g->apps);
    if (!g->apps)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset(g->apps, 0, sizeof *g->apps);
    os_random(g->apps->key, sizeof g->apps->key);
    pthread_mutex_init(&g->apps->lock, NULL);
    return smart_tidy(g->opt.smart, os_now_ms(), err);
}

void gate_smart_stop(struct gate *g)
{
    if (!g->apps)
        return;
    pthread_mutex_destroy(&g->apps->lock);
    os_free(g->apps);
    g->apps = NULL;
}

void gate_smart_ended(struct gate *g, const struct access_caller *session, bool everywhere)
{
    struct err ignored = {0};
    if (g->opt.smart && session->account.n)
        smart_revoke_account(g->opt.smart, session->account, everywhere ? STR("") : session->session,
                             &ignored);
}

/* ---- other sites' pages ---- */

static struct str header(const struct http_request *req, const char *name)
{
    return http_header(req, name);
}

static bool shared_path(struct str path)
{
    for (size_t i = 0; i < ROUTES; i++)
        if (routes[i].how & SHARED && str_is(path, strchr(routes[i].name, '/')))
            return true;
    return str_is(path, "/fhir/metadata");
}

static bool preflight(const struct http_request *req)
{
    return str_is(req->method, "OPTIONS") && header(req, "Access-Control-Request-Method").p &&
           (shared_path(req->path) || api_record_path(req->path));
}

static void share(struct http_response *resp)
{
    http_response_header(resp, "Access-Control-Allow-Origin", STR("*"));
    http_response_header(
        resp, "Access-Control-Expose-Headers",
        STR("ETag, Location, Content-Location, Last-Modified, WWW-Authenticate, Retry-After"));
}

void gate_smart_share(const struct http_request *req, struct http_response *resp)
{
    if (header(req, "Origin").p && (header(req, "Authorization").p || shared_path(req->path)))
        share(resp);
}

static bool answer_preflight(struct http_response *resp)
{
    resp->status = 204;
    resp->route = "OPTIONS";
    http_response_header(resp, "Access-Control-Allow-Origin", STR("*"));
    http_response_header(resp, "Access-Control-Allow-Methods", STR("GET, POST, PUT, PATCH, DELETE"));
    http_response_header(
        resp, "Access-Control-Allow-Headers",
        STR("Authorization, Content-Type, Accept, Accept-Language, Prefer, If-Match, If-None-Match, "
            "If-None-Exist, If-Modified-Since, Helhet-Patient, Helhet-Caller, Idempotency-Key"));
    http_response_header(resp, "Access-Control-Max-Age", STR("600"));
    return true;
}

/* ---- what requests have in common ---- */

struct str ask_param(const struct ask *a, const char *name)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_is(a->param[i].name, name))
            return a->param[i].value;
    return STR("");
}

bool ask_params(struct ask *a, struct str text, struct err *err)
{
    a->count = 0;
    if (text.n && !http_query_parse(a->arena, text, &a->param, &a->count, err))
        return false;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(a->param[i].name, a->param[k].name))
                return err_set(err, ERR_OAUTH_REQUEST, "en parameter står två gånger",
                               "a parameter is there twice", NULL);
    return true;
}

const char *ask_fault(const struct err *err)
{
    static const struct {
        enum err_code code;
        const char *name;
    } names[] = {
        {ERR_APP_PROOF, "invalid_client"},
        {ERR_APP_UNKNOWN, "invalid_client"},
        {ERR_GRANT, "invalid_grant"},
        {ERR_SCOPE, "invalid_scope"},
        {ERR_OAUTH_SCOPE, "invalid_scope"},
        {ERR_SCOPE_CRITERIA, "invalid_scope"},
        {ERR_OAUTH_CLIENT, "unauthorized_client"},
        {ERR_OAUTH_GRANT_TYPE, "unsupported_grant_type"},
        {ERR_OAUTH_RESPONSE_TYPE, "unsupported_response_type"},
        {ERR_OAUTH_DENIED, "access_denied"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == err->code)
            return names[i].name;
    int status = err_info(err->code)->http;
    return status == 503 ? "temporarily_unavailable" : status >= 500 ? "server_error" : "invalid_request";
}

bool ask_scopes_kept(struct ask *a, const struct smart_scopes *s, struct err *err)
{
    for (size_t i = 0; i < s->count; i++)
        if (!scope_check(a->gate->opt.search, a->gate->rules, &s->item[i], a->arena, err))
            return false;
    return true;
}

enum identity_state ask_who(struct ask *a)
{
    struct access_caller caller = {0};
    enum identity_state state = IDENTITY_NONE;
    if (a->heads.token.p && !a->heads.cookie_twice)
        state = identity_session(a->gate->opt.identity, a->heads.token, true, a->arena, &caller);
    if (state != IDENTITY_NONE)
        a->caller = caller;
    a->caller.origin = a->req->origin;
    return state == IDENTITY_LIVE && caller.kind == ACCESS_STAFF && !caller.assignment.n ? IDENTITY_IDLE
                                                                                         : state;
}

bool ask_ours(const struct ask *a, struct err *err)
{
    struct str origin = a->heads.origin;
    if (a->heads.fetch_site.n && !str_is(a->heads.fetch_site, "same-origin"))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Sec-Fetch-Site", NULL);
    if (origin.p && !str_eq(origin, a->origin))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Origin", NULL);
    return true;
}

bool ask_log(struct ask *a, struct err *err)
{
    return gate_done(a->gate, a->req, a->resp->route, &a->caller, err);
}

void ask_log_refusal(struct ask *a, const struct err *err)
{
    struct http_response unused = {0};
    api_refuse_as(a->gate->opt.api, &a->caller, a->resp->route, a->req, err, &unused);
    os_free(unused.owned);
}

bool ask_answer(struct ask *a, struct buf *out)
{
    if (!buf_ok(out)) {
        buf_release(out);
        a->resp->status = 503;
        return true;
    }
    gate_answer_seal(a->resp);
    http_response_buf(a->resp, out);
    return true;
}

/* What RFC 6749 lets a description have: printable ASCII without " and \. */
static struct str plain(struct ask *a, const struct err *err)
{
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    err_text(err, ERR_EN, &text);
    char *copy = buf_ok(&text) ? arena_cstr(a->arena, buf_get(&text)) : NULL;
    buf_release(&text);
    for (char *p = copy; p && *p; p++)
        if (*p < 32 || *p > 126 || *p == '"' || *p == '\\')
            *p = '?';
    return copy ? str_of(copy) : STR("");
}

bool ask_refuse(struct ask *a, const struct err *err)
{
    /* Why a proof failed is for the log: to who is not the app it would be a hint. */
    struct err shown = *err;
    if (shown.code == ERR_APP_PROOF || shown.code == ERR_APP_UNKNOWN)
        err_set(&shown, ERR_APP_PROOF, "", "see the log of the service", NULL);
    ask_log_refusal(a, err);
    struct buf out;
    struct json_out o;
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "error", ask_fault(&shown));
    json_out_string(&o, "error_description", plain(a, &shown));
    json_out_end_object(&o);
    ask_answer(a, &out);
    a->resp->status = err_info(shown.code)->http;
    if (a->resp->status == 401)
        http_response_header(a->resp, "WWW-Authenticate", STR("Basic realm=\"Helhet\""));
    gate_answer_later(a->resp);
    return true;
}

/* ---- routing ---- */

static size_t find(const struct http_request *req, bool any_method)
{
    struct str method = str_is(req->method, "HEAD") ? STR("GET") : req->method;
    size_t i = 0;
    for (; i < ROUTES; i++) {
        struct str name = str_of(routes[i].name);
        size_t space = str_find(name, ' ', 0);
        if (str_eq(req->path, str_sub(name, space + 1, name.n)) &&
            (any_method || str_eq(method, str_sub(name, 0, space))))
            break;
    }
    return i;
}

/* Where all of the routes are: most requests are elsewhere. */
static bool near(struct str path)
{
    return str_starts(path, STR("/auth/")) || str_starts(path, STR("/fhir/.well-known/"));
}

bool gate_smart_path(const struct http_request *req)
{
    return preflight(req) || (near(req->path) && find(req, true) < ROUTES);
}

static bool refuse(struct ask *a, unsigned how, const struct err *err)
{
    return how & PAGE ? page_refuse(a, err) : ask_refuse(a, err);
}

static void work(struct job *job, struct http_response *resp)
{
    struct ask *a = job->arg;
    size_t i = find(a->req, false);
    a->resp = resp;
    resp->route = routes[i].name;
    if (routes[i].how & SHARED)
        share(resp);
    routes[i].run(a);
}

static bool form_ok(const struct ask *a, struct err *err)
{
    static const char form[] = "application/x-www-form-urlencoded", json[] = "application/json";
    struct str type = str_sub(a->heads.content_type, 0, str_find(a->heads.content_type, ';', 0));
    bool launch = str_is(a->req->path, "/auth/launch");
    struct str want = launch ? STR(json) : STR(form);
    if (type.n == want.n && strncasecmp(type.p, want.p, want.n) == 0 && !a->heads.content_encoding.n)
        return true;
    return err_set(err, ERR_OAUTH_REQUEST, want.p, want.p, NULL);
}

static bool run(struct ask *a, size_t i, struct err *err)
{
    bool reads = str_starts(str_of(routes[i].name), STR("GET"));
    if (!api_host_ours(a->gate->opt.api, a->heads.host, err) || (!reads && !form_ok(a, err)) ||
        (routes[i].how & OURS && !gate_heads_ours(a->gate, a->req, &a->heads, err)))
        return refuse(a, routes[i].how, err);
    if (!(routes[i].how & WORK)) {
        if (routes[i].how & SHARED)
            share(a->resp);
        return routes[i].run(a);
    }
    struct job *job = ARENA_NEW(a->arena, struct job);
    if (!job)
        return refuse(a, routes[i].how, (err_set(err, ERR_NO_MEMORY, NULL), err));
    *job = (struct job){.gate = a->gate, .req = a->req, .heads = a->heads, .run = work, .arg = a};
    if (gate_work_give(&a->gate->asked, job, err))
        return false;
    err_set(err, ERR_APPS_BUSY, NULL);
    return refuse(a, routes[i].how, err);
}

bool gate_smart_handle(struct gate *g, struct http_request *req, struct http_response *resp)
{
    struct err err = {0};
    size_t i = find(req, false);
    if (preflight(req))
        return answer_preflight(resp);
    struct ask *a = ARENA_NEW(req->arena, struct ask);
    if (!a) {
        resp->status = 503;
        return true;
    }
    *a = (struct ask){.gate = g, .req = req, .resp = resp, .arena = req->arena, .now_ms = os_now_ms()};
    a->caller.origin = req->origin;
    gate_heads_read(g, req, &a->heads);
    a->origin = g->front.n ? g->front : arena_printf(a->arena, "http://%.*s", STR_ARG(a->heads.host));
    a->base = arena_printf(a->arena, "%.*s/fhir", STR_ARG(a->origin));
    if (i == ROUTES) {
        struct str name = str_of(routes[find(req, true)].name);
        err_set_str(&err, ERR_METHOD, req->method, req->path);
        http_response_header(resp, "Allow", str_sub(name, 0, str_find(name, ' ', 0)));
        return ask_refuse(a, &err);
    }
    resp->route = routes[i].name;
    return run(a, i, &err);
}

/* ---- access tokens ---- */

static bool not_valid(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_BEARER, sv, en, NULL);
}

/* The token of the one Authorization header; false with *err, and *there when there is one at all. */
static bool token_of(const struct http_request *req, bool *there, struct str *out, struct err *err)
{
    static const char scheme[] = "Bearer ";
    size_t seen = 0;
    struct str value = {0};
    for (size_t i = 0; i < req->header_count; i++)
        if (req->headers[i].name.n == 13 && strncasecmp(req->headers[i].name.p, "Authorization", 13) == 0) {
            value = req->headers[i].value;
            seen++;
        }
    *there = seen > 0;
    if (!seen)
        return true;
    if (seen > 1)
        return not_valid(err, "två Authorization", "two Authorization headers");
    if (value.n < sizeof scheme - 1 || strncasecmp(value.p, scheme, sizeof scheme - 1) != 0)
        return not_valid(err, "bara Bearer godtas", "only Bearer is accepted");
    *out = str_sub(value, sizeof scheme - 1, value.n);
    return out->n == SMART_TOKEN_TEXT || not_valid(err, "fel form", "not well formed");
}

/* Is a token where it would end up in logs and histories (RFC 6750, 5.3)? */
static bool in_query(const struct http_request *req)
{
    struct str rest = req->query, one;
    while (rest.p && str_split(&rest, '&', &one))
        if (str_starts(one, STR("access_token=")))
            return true;
    return false;
}

/* What the grant says, as access asks for it. Scopes of one patient without a patient are none. */
static bool scopes_of(struct arena *arena, const struct smart_grant *grant, struct access_caller *out,
                      struct err *err)
{
    struct smart_scopes s;
    struct access_scopes *all = ARENA_NEW(arena, struct access_scopes);
    size_t kept = 0;
    bool of_patient = false;
    if (!all)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!smart_scopes_parse(grant->scopes, arena, &s, err))
        return false;
    for (size_t i = 0; i < s.count; i++) {
        bool patient = s.item[i].level == ACCESS_LEVEL_PATIENT;
        bool system = s.item[i].level == ACCESS_LEVEL_SYSTEM;
        if ((patient && !grant->patient.n) || system != (grant->caller.kind == ACCESS_SYSTEM))
            continue;
        of_patient = of_patient || patient;
        s.item[kept++] = s.item[i];
    }
    *all = (struct access_scopes){s.item, kept, of_patient ? grant->patient : STR("")};
    out->scopes = all;
    return true;
}

bool gate_smart_bearer(struct gate *g, struct http_request *req, bool *bearer, struct access_caller *out,
                       struct err *err)
{
    struct str token = {0};
    struct smart_grant grant;
    int64_t until_ms;
    *bearer = false;
    if (!g->apps)
        return true;
    if (in_query(req)) {
        *bearer = true;
        return err_set(err, ERR_BEARER_QUERY, NULL);
    }
    if (!token_of(req, bearer, &token, err) || !*bearer)
        return !*bearer;
    if (!smart_token_find(g->opt.smart, token, os_now_ms(), req->arena, &grant, &until_ms, err))
        return err->code != ERR_GRANT ? false
                                      : not_valid(err, "okänd, för gammal eller tillbakatagen",
                                                  "unknown, too old or taken back");
    *out = grant.caller;
    out->origin = req->origin;
    if (out->kind != ACCESS_SYSTEM && !identity_enabled(g->opt.identity, out->account))
        return not_valid(err, "kontot är avstängt", "the account is turned off");
    out->session = arena_printf(req->arena, "%.*s#%lld", STR_ARG(grant.app), (long long)grant.id);
    return scopes_of(req->arena, &grant, out, err);
}
