/* SPDX-License-Identifier: Apache-2.0 */
#include "me/me.h"

#include <stdio.h>

#include "me/me_int.h"
#include "me/me_live.h"

static const struct me_route routes[] = {
    {"GET /live", 0, 0, me_live_run, true},
    {"GET /me/receipts", 0, 0, me_receipts_list, false},
    {"GET /me/receipts/[id]", 0, 0, me_receipts_one, false},
    {"GET /me/drafts", DESK_DRAFT, DESK_LIST, me_desk_run, true},
    {"GET /me/drafts/[id]", DESK_DRAFT, DESK_GET, me_desk_run, true},
    {"PUT /me/drafts/[id]", DESK_DRAFT, DESK_PUT, me_desk_run, true},
    {"DELETE /me/drafts/[id]", DESK_DRAFT, DESK_DROP, me_desk_run, true},
    {"GET /me/settings/[id]", DESK_SETTING, DESK_GET, me_desk_run, false},
    {"PUT /me/settings/[id]", DESK_SETTING, DESK_PUT, me_desk_run, false},
};

struct me *me_new(const struct me_options *opt, struct err *err)
{
    struct me *m = os_alloc(sizeof *m);
    if (!m) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *m = (struct me){.opt = *opt};
    m->live = live_new(m, err);
    if (m->live)
        return m;
    os_free(m);
    return NULL;
}

void me_free(struct me *m)
{
    if (!m)
        return;
    live_free(m->live);
    os_free(m);
}

void me_alive_by(struct me *m, bool (*alive)(void *arg, struct str token), void *arg)
{
    m->alive = alive;
    m->alive_arg = arg;
}

bool me_path(struct str path)
{
    return str_is(path, "/live") || str_is(path, "/me") || str_starts(path, STR("/me/"));
}

bool me_bytes_fit(const struct http_request *req, uint64_t n, struct err *err)
{
    uint64_t max = str_starts(req->path, STR("/me/settings/")) ? ME_SETTING_BYTES_MAX : ME_DRAFT_BYTES_MAX;
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)max);
    return n <= max || err_set(err, ERR_BODY_TOO_LARGE, text, NULL);
}

bool me_body_fits(const struct http_request *req, struct err *err)
{
    uint64_t n = 0;
    struct str length = http_header(req, "Content-Length");
    return !length.n || !str_u64(length, INT64_MAX, &n) || me_bytes_fit(req, n, err);
}

/* Does the path fit the template? *id is what stands for [id]. */
static bool fits(struct str path, struct str template, struct str *id)
{
    static const char last[] = "[id]";
    size_t n = template.n - (sizeof last - 1);
    if (template.n < sizeof last || !str_is(str_sub(template, n, template.n), last))
        return str_eq(path, template);
    *id = str_sub(path, n < path.n ? n : path.n, path.n);
    return str_starts(path, str_sub(template, 0, n)) && id->n && str_find(*id, '/', 0) == SIZE_MAX;
}

static const struct me_route *find(struct ask *a, struct err *err)
{
    struct str method = a->req->method, allow = {"", 0};
    /* A stream has no end to be measured. */
    if (str_is(method, "HEAD") && !str_is(a->req->path, "/live"))
        method = STR("GET");
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        struct str name = str_of(routes[i].name);
        size_t space = str_find(name, ' ', 0);
        if (!fits(a->req->path, str_sub(name, space + 1, name.n), &a->id))
            continue;
        if (str_eq(method, str_sub(name, 0, space)))
            return &routes[i];
        allow = arena_printf(a->req->arena, "%.*s%s%.*s", STR_ARG(allow), allow.n ? ", " : "", (int)space,
                             name.p);
    }
    if (!allow.n) {
        err_set_str(err, ERR_URL, a->req->path, STR(""));
        return NULL;
    }
    http_response_header(a->resp, "Allow", allow);
    err_set_str(err, ERR_METHOD, a->req->method, a->req->path);
    return NULL;
}

void me_answer(struct ask *a, struct http_response *resp, struct buf *body, int status)
{
    struct err err = {0};
    if (body && !buf_ok(body)) {
        buf_release(body);
        err_set(&err, ERR_NO_MEMORY, NULL);
        me_refuse(a, resp, &err);
        return;
    }
    resp->status = status;
    resp->route = a->route->name;
    http_response_header(resp, "Cache-Control", STR("no-store"));
    http_response_header(resp, "X-Content-Type-Options", STR("nosniff"));
    if (!body)
        return;
    resp->content_type = "application/json";
    http_response_buf(resp, body);
}

void me_refuse(struct ask *a, struct http_response *resp, const struct err *why)
{
    api_refuse_as(a->me->opt.api, a->caller, a->route ? a->route->name : NULL, a->req, why, resp);
}

bool me_handle(struct me *m, const struct access_caller *caller, struct str token, struct http_request *req,
               struct http_response *resp)
{
    struct err err = {0};
    /* Not in the request's arena: another thread may finish at once what is handed over, and free it. */
    bool deferred = false;
    struct ask *a = ARENA_NEW(req->arena, struct ask);
    if (!a) {
        resp->status = 503;
        return true;
    }
    *a = (struct ask){
        .me = m, .caller = caller, .token = token, .req = req, .resp = resp, .deferred = &deferred};
    a->route = find(a, &err);
    /* What is a person's own is not an app's. */
    if (a->route && caller && (caller->scopes || !caller->session.n))
        err_set(&err, ERR_ME_SESSION, NULL);
    if (!err.code && a->route->run(a, &err))
        return !deferred;
    me_refuse(a, resp, &err);
    return true;
}
