/* SPDX-License-Identifier: Apache-2.0
 * What lies under /auth. Whatever needs a password or writes goes to the gate's thread; who is logged in is
 * answered at once. */
#include <strings.h>

#include "gate/gate_int.h"

static const char *const login_members[] = {"name", "password", "assignment", "purpose", NULL};
static const char *const resume_members[] = {"password", NULL};
static const char *const logout_members[] = {"everywhere", NULL};
static const char *const assignment_members[] = {"assignment", "purpose", NULL};
static const char *const password_members[] = {"old", "new", NULL};

static const char *const search_members[] = {"text", "from", "count", NULL};
static const char *const add_members[] = {"name", "person", NULL};
static const char *const name_members[] = {"name", NULL};

static const struct auth_route routes[] = {
    {"GET /auth/session", GATE_SESSION, NULL},
    {"POST /auth/login", GATE_LOGIN, login_members},
    {"POST /auth/resume", GATE_RESUME, resume_members},
    {"POST /auth/logout", GATE_LOGOUT, logout_members},
    {"POST /auth/assignment", GATE_ASSIGNMENT, assignment_members},
    {"POST /auth/password", GATE_PASSWORD, password_members},
    {"POST /auth/accounts/search", GATE_ACCOUNTS_SEARCH, search_members},
    {"POST /auth/accounts", GATE_ACCOUNTS_ADD, add_members},
    {"POST /auth/accounts/enable", GATE_ACCOUNTS_ENABLE, name_members},
    {"POST /auth/accounts/disable", GATE_ACCOUNTS_DISABLE, name_members},
    {"POST /auth/accounts/unlock", GATE_ACCOUNTS_UNLOCK, name_members},
    {"POST /auth/accounts/reset", GATE_ACCOUNTS_RESET, name_members},
    {"POST /auth/accounts/end-sessions", GATE_ACCOUNTS_END, name_members},
};

bool gate_auth_path(struct str path)
{
    return str_is(path, "/auth") || str_starts(path, STR("/auth/"));
}

static struct str method_of(const struct auth_route *r)
{
    return str_sub(str_of(r->name), 0, str_find(str_of(r->name), ' ', 0));
}

/* The route of a request; NULL with *err (404, or 405 and Allow). */
static const struct auth_route *find(const struct http_request *req, struct http_response *resp,
                                     struct err *err)
{
    struct str method = str_is(req->method, "HEAD") ? STR("GET") : req->method;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct auth_route *r = &routes[i];
        if (!str_is(req->path, r->name + method_of(r).n + 1))
            continue;
        if (str_eq(method, method_of(r)))
            return r;
        err_set_str(err, ERR_METHOD, req->method, req->path);
        http_response_header(resp, "Allow", method_of(r));
        return NULL;
    }
    err_set_str(err, ERR_URL, req->path, STR(""));
    return NULL;
}

static bool content_ok(const struct heads *h, const struct http_request *req, struct err *err)
{
    struct str type = str_sub(h->content_type, 0, str_find(h->content_type, ';', 0));
    while (type.n && type.p[type.n - 1] == ' ')
        type.n--;
    bool json = type.n == 16 && strncasecmp(type.p, "application/json", 16) == 0;
    if ((!gate_body_of(req).n || json) && !h->content_encoding.n)
        return true;
    return err_set(err, ERR_LOGIN_CONTENT, NULL);
}

/* Who is logged in, or that nobody is. The idle limit does not count from this. */
static bool answer_session(struct gate *g, struct http_request *req, const struct heads *h,
                           struct http_response *resp)
{
    struct access_caller caller = {0};
    struct err err = {0};
    enum identity_state state = IDENTITY_NONE;
    if (h->token.p && !h->cookie_twice)
        state = identity_session(g->opt.identity, h->token, false, req->arena, &caller);
    if (!gate_answer_session(g, req, resp, state, state == IDENTITY_NONE ? NULL : &caller, &err))
        return gate_refused(g, req, routes[0].name, &caller, &err, resp);
    return true;
}

bool gate_auth_handle(struct gate *g, struct http_request *req, struct http_response *resp)
{
    struct err err = {0};
    struct access_caller nobody = {.origin = req->origin};
    struct heads h;
    const struct auth_route *r = find(req, resp, &err);
    gate_heads_read(g, req, &h);
    if (!r || !api_host_ours(g->opt.api, h.host, &err))
        return gate_refused(g, req, r ? r->name : NULL, &nobody, &err, resp);
    resp->route = r->name;
    if (!g->opt.identity) {
        if (r->what != GATE_SESSION) {
            err_set(&err, ERR_LOGIN_OFF, NULL);
            api_refuse(g->opt.api, req, &err, resp);
        } else {
            gate_answer_open(resp);
        }
        return true;
    }
    if (!gate_heads_ours(g, req, &h, &err) || !content_ok(&h, req, &err))
        return gate_refused(g, req, r ? r->name : NULL, &nobody, &err, resp);
    if (r->what == GATE_SESSION)
        return answer_session(g, req, &h, resp);
    struct job *job = ARENA_NEW(req->arena, struct job);
    if (!job)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else
        *job = (struct job){.gate = g,
                            .req = req,
                            .route = r,
                            .heads = h,
                            .run = r->what >= GATE_ACCOUNTS_SEARCH ? gate_accounts_do : gate_do};
    if (!job || !gate_work_submit(g, job, &err))
        return gate_refused(g, req, r ? r->name : NULL, &nobody, &err, resp);
    return false;
}
