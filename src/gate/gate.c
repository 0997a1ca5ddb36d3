/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate.h"

#include "gate/gate_int.h"
#include "gate/gate_oidc.h"
#include "gate/gate_pace.h"
#include "gate/gate_smart.h"

/* "https://host[:port]" and nothing more. */
static bool front_valid(struct str front)
{
    size_t from = str_starts(front, STR("https://")) ? 8 : str_starts(front, STR("http://")) ? 7 : 0;
    if (!from || front.n == from || front.n > 256)
        return false;
    for (size_t i = from; i < front.n; i++) {
        char c = front.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(".-:[]", c))))
            return false;
    }
    return true;
}

/* For streams: is their session in use, as the same person in the same assignment? */
static bool session_lives(void *arg, struct str token)
{
    const struct gate *g = arg;
    struct access_caller caller = {0};
    struct arena arena;
    arena_init(&arena);
    bool lives = identity_session(g->opt.identity, token, false, &arena, &caller) == IDENTITY_LIVE &&
                 (caller.kind != ACCESS_STAFF || caller.assignment.n);
    arena_release(&arena);
    return lives;
}

struct gate *gate_new(const struct gate_options *opt, struct err *err)
{
    struct gate *g = os_alloc(sizeof *g);
    if (!g) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(g, 0, sizeof *g);
    g->opt = *opt;
    g->front = str_of(opt->front ? opt->front : "");
    g->secure = str_starts(g->front, STR("https://"));
    /* The prefix makes browsers refuse it unless it is Secure, of this host alone, and of the whole site. */
    g->cookie = g->secure ? "__Host-helhet" : "helhet-session";
    arena_init(&g->arena);
    bool ok = true;
    if (opt->front && !front_valid(g->front))
        ok = err_set(err, ERR_USAGE, "--front https://host", NULL);
    if (ok && opt->identity) {
        g->rules = rules_read(rules_file, NULL, &g->arena, err);
        g->pace = gate_pace_new(opt->pace);
        ok = g->rules && (g->pace || err_set(err, ERR_NO_MEMORY, NULL)) && gate_smart_start(g, err) &&
             gate_work_start(&g->work, 1, err) && gate_work_start(&g->asked, 1, err) &&
             gate_oidc_start(g, err);
    }
    if (ok && opt->me && opt->identity)
        me_alive_by(opt->me, session_lives, g);
    if (ok)
        return g;
    gate_free(g);
    return NULL;
}

void gate_free(struct gate *g)
{
    if (!g)
        return;
    gate_oidc_stop(g);
    gate_work_stop(&g->work);
    gate_work_stop(&g->asked);
    gate_smart_stop(g);
    gate_pace_free(g->pace);
    arena_release(&g->arena);
    os_free(g);
}

/* ---- which requests need somebody ---- */

static bool reads(const struct http_request *req)
{
    return str_is(req->method, "GET") || str_is(req->method, "HEAD");
}

static bool from_here(const struct http_request *req)
{
    return str_is(req->origin, "unix") || str_is(req->origin, "::1") || str_starts(req->origin, STR("127."));
}

/* What api answers to anybody: the files of the browser part, whether the service lives, what it can do; and
 * its figures, to this machine. */
static bool is_public(const struct http_request *req)
{
    if (me_path(req->path))
        return false;
    if (!api_path(req->path) || str_is(req->path, "/health"))
        return true;
    if (str_is(req->path, "/metrics"))
        return from_here(req);
    return (str_is(req->path, "/fhir/metadata") || str_is(req->path, "/styr/metadata")) && reads(req);
}

/* The caller of a request that needs one, in its arena. False with *err; *caller is then as far as it is
 * known. */
static bool admit(struct gate *g, struct http_request *req, struct access_caller *caller, struct err *err)
{
    struct heads h;
    bool bearer;
    *caller = (struct access_caller){.origin = req->origin};
    if (!gate_smart_bearer(g, req, &bearer, caller, err) || bearer)
        return !err->code;
    gate_heads_read(g, req, &h);
    if (!h.token.p)
        return err_set(err, ERR_LOGIN_REQUIRED, NULL);
    if (h.cookie_twice)
        return err_set(err, ERR_HEADER, "Cookie", g->cookie, NULL);
    enum identity_state state = identity_session(g->opt.identity, h.token, true, req->arena, caller);
    caller->origin = req->origin;
    if (state != IDENTITY_LIVE)
        return identity_refuse(state, err);
    if (!gate_heads_ours(g, req, &h, err))
        return false;
    return caller->kind != ACCESS_STAFF || caller->assignment.n || err_set(err, ERR_LOGIN_ASSIGNMENT, NULL);
}

static void add_challenge(struct http_response *resp, enum err_code why)
{
    if (why == ERR_BEARER)
        http_response_header(resp, "WWW-Authenticate",
                             STR("Bearer realm=\"Helhet\", error=\"invalid_token\""));
    else if (why == ERR_BEARER_QUERY)
        http_response_header(resp, "WWW-Authenticate",
                             STR("Bearer realm=\"Helhet\", error=\"invalid_request\""));
    else if (resp->status == 401)
        http_response_header(resp, "WWW-Authenticate", STR("Bearer realm=\"Helhet\""));
}

bool gate_refused(struct gate *g, struct http_request *req, const char *action,
                  const struct access_caller *caller, const struct err *why, struct http_response *resp)
{
    api_refuse_as(g->opt.api, caller, action, req, why, resp);
    add_challenge(resp, why->code);
    if (why->code == ERR_LOGIN_WAIT || why->code == ERR_LOGIN_PACE)
        http_response_header(resp, "Retry-After", arena_str(req->arena, str_of(why->arg[0])));
    return true;
}

/* What is the user's own. Without accounts too, other sites must not reach it through somebody's browser. */
static bool handle_me(struct gate *g, const struct access_caller *caller, struct http_request *req,
                      struct http_response *resp)
{
    struct heads h;
    struct err err = {0};
    gate_heads_read(g, req, &h);
    if (!api_host_ours(g->opt.api, h.host, &err) || !gate_heads_ours(g, req, &h, &err))
        return gate_refused(g, req, NULL, caller, &err, resp);
    return me_handle(g->opt.me, caller, h.token.p ? h.token : STR(""), req, resp);
}

bool gate_handle(void *gate, struct http_request *req, struct http_response *resp)
{
    struct gate *g = gate;
    struct access_caller *caller = NULL;
    struct err err = {0};
    if (gate_anon_path(g, req))
        return gate_anon_handle(g, req, resp);
    if (g->apps && gate_smart_path(req))
        return gate_smart_handle(g, req, resp);
    if (g->opt.oidc && gate_oidc_path(req->path))
        return gate_oidc_handle(g, req, resp);
    if (gate_auth_path(req->path))
        return gate_auth_handle(g, req, resp);
    if (g->apps)
        gate_smart_share(req, resp);
    bool own = g->opt.me && me_path(req->path);
    if (!g->opt.identity)
        return own ? handle_me(g, NULL, req, resp) : api_handle_as(g->opt.api, NULL, req, resp);
    caller = ARENA_NEW(req->arena, struct access_caller);
    if (!caller) {
        resp->status = 503;
        return true;
    }
    *caller = (struct access_caller){.origin = req->origin}; /* nobody, who sees what is public */
    if (!is_public(req) &&
        !(admit(g, req, caller, &err) && gate_pace_take(g->pace, caller, os_mono_ns(), &err)))
        return gate_refused(g, req, NULL, caller, &err, resp);
    return own ? handle_me(g, caller, req, resp) : api_handle_as(g->opt.api, caller, req, resp);
}

/* A body is taken in only from somebody: the memory of this machine is not for strangers. */
void gate_rested(void *gate)
{
    const struct gate *g = gate;
    api_rested(g->opt.api);
}

bool gate_upload(void *gate, struct http_request *req, struct http_upload *out, struct err *err)
{
    struct gate *g = gate;
    struct access_caller caller;
    if (gate_anon_path(g, req))
        return gate_body_upload(GATE_FORM_MAX, out, err);
    if (gate_auth_path(req->path))
        return gate_body_upload(
            (g->apps && gate_smart_path(req)) || gate_oidc_path(req->path) ? GATE_FORM_MAX : GATE_BODY_MAX,
            out, err);
    if (g->opt.identity && !is_public(req) && !admit(g, req, &caller, err))
        return false;
    if (me_path(req->path))
        return me_body_fits(req, err);
    return api_upload(g->opt.api, req, out, err);
}

void gate_refuse(void *gate, struct http_request *req, const struct err *why, struct http_response *resp)
{
    struct gate *g = gate;
    bool login = err_info(why->code)->http == 401 || why->code == ERR_LOGIN_CROSS_SITE ||
                 why->code == ERR_LOGIN_ASSIGNMENT;
    if (gate_anon_path(g, req)) {
        gate_anon_refuse(g, req, why, resp);
        return;
    }
    if (login) {
        struct access_caller caller = {.origin = req->origin};
        struct err again = {0};
        if (req->path.p)
            admit(g, req, &caller, &again);
        gate_refused(g, req, NULL, &caller, why, resp);
        return;
    }
    api_refuse(g->opt.api, req, why, resp);
}
