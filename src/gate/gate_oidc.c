/* SPDX-License-Identifier: Apache-2.0
 * The three addresses of logging in through an outside provider:
 *
 *   POST /auth/oidc              a page of ours begins; {"back": "/patient/x"} gives {"url": …} to go to
 *   GET  /auth/oidc/callback     the browser comes back; a page, whatever happened
 *   POST /auth/oidc/backchannel  the provider says that somebody has logged out there
 *
 * A person that it vouches for gets a session as others do: same cookie, same limits, a new id each time. */
#include "gate/gate_oidc.h"

#include <sodium.h>
#include <strings.h>

#include "gate/gate_smart.h"

enum { OURS = 1, PAGE = 2, FORM = 4 };

struct visit {
    struct gate *gate;
    struct http_request *req;
    struct http_response *resp;
    struct arena *arena;
    struct heads heads;
    struct str origin; /* "https://record.example" */
    struct str back;   /* of a page: where the login was begun */
    struct access_caller caller;
    uint64_t deadline_ns;
    size_t route;
};

typedef bool visit_fn(struct visit *v, struct err *err);
static visit_fn begin, come_back, backchannel;

/* OURS: only from pages of this service, by its scripts, in JSON. PAGE: refusals are pages. FORM: a form. */
static const struct {
    const char *name;
    visit_fn *run;
    unsigned how;
} routes[] = {
    {"POST /auth/oidc", begin, OURS},
    {"GET " OIDC_CALLBACK, come_back, PAGE},
    {"POST " OIDC_BACKCHANNEL, backchannel, FORM},
};
enum { ROUTES = sizeof routes / sizeof *routes };

bool gate_oidc_start(struct gate *g, struct err *err)
{
    return !g->opt.oidc || gate_work_start(&g->outside, GATE_THREADS_MAX, err);
}

void gate_oidc_stop(struct gate *g)
{
    if (g->opt.oidc)
        oidc_stop(g->opt.oidc);
    gate_work_stop(&g->outside);
}

static struct str path_of(size_t route)
{
    return str_of(strchr(routes[route].name, '/'));
}

bool gate_oidc_path(struct str path)
{
    for (size_t i = 0; i < ROUTES; i++)
        if (str_eq(path, path_of(i)))
            return true;
    return false;
}

/* ---- the cookie that binds a login to the browser that began it ---- */

/* Lax, not Strict: it must come along when the provider sends the browser back. */
static const char *binding_name(const struct gate *g)
{
    return g->secure ? "__Host-helhet-oidc" : "helhet-oidc";
}

static void set_binding(struct visit *v, const char *secret)
{
    http_response_header(v->resp, "Set-Cookie",
                         arena_printf(v->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s; Max-Age=%d",
                                      binding_name(v->gate), secret, v->gate->secure ? "; Secure" : "",
                                      secret[0] ? OIDC_PENDING_MS / 1000 : 0));
}

/* Its value; {NULL,0} when it is not there once. */
static struct str binding_of(const struct visit *v)
{
    struct str name = str_of(binding_name(v->gate)), found = {0}, pair;
    size_t count = 0;
    for (size_t i = 0; i < v->req->header_count; i++) {
        struct str rest = v->req->headers[i].value;
        struct str header = v->req->headers[i].name;
        if (header.n != 6 || strncasecmp(header.p, "Cookie", 6) != 0)
            continue;
        while (rest.p && str_split(&rest, ';', &pair)) {
            while (pair.n && pair.p[0] == ' ')
                pair = str_sub(pair, 1, pair.n);
            if (!str_starts(pair, name) || pair.n == name.n || pair.p[name.n] != '=')
                continue;
            found = str_sub(pair, name.n + 1, pair.n);
            count++;
        }
    }
    return count == 1 ? found : (struct str){0};
}

/* ---- beginning ---- */

/* {"back": "/patient/x"}, or nothing at all. */
static bool read_back(struct visit *v, struct str *back, struct err *err)
{
    struct json_doc doc;
    struct str text = gate_body_of(v->req);
    *back = STR("/");
    if (!text.n)
        return true;
    if (!json_parse(v->arena, text, NULL, &doc, err))
        return false;
    bool ok = doc.nodes[0].kind == JSON_OBJECT && doc.nodes[0].len <= 1;
    uint32_t i = ok ? json_get_key(&doc, 0, STR("back")) : UINT32_MAX;
    if (ok && !doc.nodes[0].len)
        return true;
    if (i != UINT32_MAX && doc.nodes[i].kind == JSON_STRING && oidc_back_valid(json_text(&doc, i))) {
        *back = json_text(&doc, i);
        return true;
    }
    return err_set(err, ERR_LOGIN_BODY, "back ska vara en sida här, som /patient/x",
                   "back must be a page here, such as /patient/x", NULL);
}

static bool begin(struct visit *v, struct err *err)
{
    struct oidc *o = v->gate->opt.oidc;
    struct oidc_begin b = {.origin = v->origin,
                           .client = v->req->origin,
                           .session = STR(""),
                           .hint = STR(""),
                           .deadline_ns = v->deadline_ns};
    struct oidc_begun out;
    struct access_caller c = {0};
    enum identity_state state = IDENTITY_NONE;
    struct buf text;
    struct json_out w;
    if (!read_back(v, &b.back, err))
        return false;
    if (v->heads.token.p && !v->heads.cookie_twice)
        state = identity_session(v->gate->opt.identity, v->heads.token, false, v->arena, &c);
    if (state != IDENTITY_NONE) {
        c.origin = v->req->origin;
        v->caller = c;
        b.session = c.session;
        b.rested = state == IDENTITY_IDLE;
        oidc_kept(o, c.session, v->arena, &b.hint);
    }
    if (!oidc_begin(o, &b, v->arena, &out, err))
        return false;
    buf_init(&text, OIDC_ANSWER_MAX);
    json_out_init(&w, &text);
    json_out_object(&w, NULL);
    json_out_string(&w, "url", out.url);
    json_out_end_object(&w);
    if (!buf_ok(&text)) {
        buf_release(&text);
        return err_set(err, ERR_NO_MEMORY, NULL);
    }
    gate_answer_seal(v->resp);
    set_binding(v, out.binding);
    http_response_buf(v->resp, &text);
    return true;
}

/* ---- coming back ---- */

static bool read_answer(struct visit *v, struct oidc_back *out, struct err *err)
{
    struct http_pair *pair;
    size_t count;
    *out = (struct oidc_back){.binding = binding_of(v), .deadline_ns = v->deadline_ns};
    const struct {
        const char *name;
        struct str *to;
    } wanted[] = {{"code", &out->code}, {"state", &out->state}, {"iss", &out->iss}, {"error", &out->error}};
    if (!http_query_parse(v->arena, v->req->query, &pair, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
            if (!str_is(pair[i].name, wanted[k].name))
                continue;
            if (wanted[k].to->p)
                return err_set(err, ERR_OIDC_STATE, NULL);
            *wanted[k].to = pair[i].value;
        }
    return true;
}

/* Puts the session of *token in the assignment, when one is settled; *token is then the new one. */
static bool assign(struct visit *v, const struct assignment *a, struct str purpose,
                   struct identity_token *token, struct err *err)
{
    struct identity_token now;
    if (!a)
        return true;
    struct identity_role role = {.assignment = a->id,
                                 .unit = a->unit,
                                 .provider = a->provider,
                                 .role = a->role->code,
                                 .purpose = purpose,
                                 .until_ms = a->until_ms};
    if (!identity_assign(v->gate->opt.identity, str_of(token->text), &role, &now, err))
        return false;
    *token = now;
    sodium_memzero(&now, sizeof now);
    return true;
}

/* The session that this browser had and that nobody shall have now. */
static void end_session(struct visit *v, struct str session)
{
    char account[IDENTITY_NAME_MAX + 1];
    if (!session.n || !identity_end(v->gate->opt.identity, session, account, NULL) || !account[0])
        return;
    struct access_caller c = {.account = str_of(account), .session = session};
    gate_smart_ended(v->gate, &c, false);
}

/* Who the token's session is now, for the log and for what follows. */
static bool know(struct visit *v, const struct identity_token *token)
{
    struct access_caller c = {0};
    if (identity_session(v->gate->opt.identity, str_of(token->text), true, v->arena, &c) != IDENTITY_LIVE)
        return false;
    v->caller = c;
    v->caller.origin = v->req->origin;
    return true;
}

/* Begins a session of the person, in the assignment that the provider leaves (NULL: to be chosen). */
static bool enter_new(struct visit *v, const struct oidc_person *p, struct str user,
                      struct identity_token *out, struct err *err)
{
    const struct assignment *a;
    struct str purpose;
    return oidc_person_choose(v->gate, p, user, STR(""), v->arena, &a, &purpose, err) &&
           identity_login_outside(v->gate->opt.identity, user, p->hsa, oidc_provision(v->gate->opt.oidc), out,
                                  err) &&
           assign(v, a, purpose, out, err) && know(v, out);
}

/* Wakes the session this browser had, in its assignment or the one that the provider names now. *over: it is
 * another's, has ended, or does not go with what the provider says: nobody goes on in it. */
static bool wake(struct visit *v, const struct oidc_person *p, struct str user, struct identity_token *out,
                 bool *over, struct err *err)
{
    const struct assignment *a;
    struct str purpose;
    struct err why = {0};
    if (!identity_wake(v->gate->opt.identity, p->session, user, out, &why) || !know(v, out)) {
        *over = !why.code || why.code == ERR_LOGIN_REQUIRED;
        *err = why;
        return false;
    }
    if (!oidc_person_choose(v->gate, p, user, v->caller.assignment, v->arena, &a, &purpose, err))
        return false;
    *over = !a && v->caller.assignment.n;
    bool same =
        a && str_eq(a->id, v->caller.assignment) && (!p->purpose.n || str_eq(purpose, v->caller.purpose));
    return !*over && (same || (assign(v, a, purpose, out, err) && know(v, out)));
}

static bool enter(struct visit *v, struct oidc_person *p, struct str user, struct identity_token *out,
                  struct err *err)
{
    bool over = false;
    if (!p->session.n)
        return enter_new(v, p, user, out, err);
    if (wake(v, p, user, out, &over, err))
        return true;
    if (!over)
        return false;
    /* Somebody else may sit there now: what the one before was looking at is not theirs to land in. */
    end_session(v, p->session);
    p->back = STR("/");
    *err = (struct err){0};
    return enter_new(v, p, user, out, err);
}

static bool let_in(struct visit *v, struct oidc_person *p, struct identity_token *token, struct err *err)
{
    struct str user;
    /* Vouched for, if not let in: the log says whose HSA-id it was. */
    v->caller.account = p->hsa;
    if (!oidc_person_find(v->gate, p->hsa, v->arena, &user, err))
        return false;
    v->caller.user = user;
    bool ok = enter(v, p, user, token, err) &&
              oidc_keep(v->gate->opt.oidc, v->caller.session, v->caller.account, p, err) &&
              gate_done(v->gate, v->req, routes[v->route].name, &v->caller, err);
    if (!ok && token->text[0])
        identity_logout(v->gate->opt.identity, str_of(token->text), false, NULL);
    if (!ok && !err->code)
        err_set(err, ERR_LOGIN_REQUIRED, NULL);
    return ok;
}

static bool come_back(struct visit *v, struct err *err)
{
    struct oidc_back back;
    struct oidc_person p;
    struct identity_token token = {{0}};
    set_binding(v, "");
    bool ok = read_answer(v, &back, err);
    if (ok) {
        ok = oidc_finish(v->gate->opt.oidc, &back, v->arena, &p, err);
        v->back = p.back;
    }
    ok = ok && let_in(v, &p, &token, err);
    if (ok) {
        gate_answer_cookie(v->gate, v->req, v->resp, &token);
        oidc_page_on(v->resp, p.back);
    }
    sodium_memzero(&token, sizeof token);
    return ok;
}

/* ---- logging out ---- */

struct str gate_oidc_leave(struct gate *g, const struct http_request *req, struct str session)
{
    struct heads h;
    if (!g->opt.oidc)
        return (struct str){0};
    gate_heads_read(g, req, &h);
    struct str origin = g->front.n ? g->front : arena_printf(req->arena, "http://%.*s", STR_ARG(h.host));
    return oidc_leave(g->opt.oidc, session, origin, req->arena);
}

static bool backchannel(struct visit *v, struct err *err)
{
    struct http_pair *pair;
    struct oidc_ended *ended;
    size_t count = 0, n;
    struct str token = {0};
    if (!http_query_parse(v->arena, gate_body_of(v->req), &pair, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (str_is(pair[i].name, "logout_token")) {
            if (token.p)
                return err_set(err, ERR_OAUTH_REQUEST, "logout_token", "logout_token", NULL);
            token = pair[i].value;
        }
    if (!token.n)
        return err_set(err, ERR_OAUTH_REQUEST, "logout_token saknas", "logout_token is missing", NULL);
    if (!oidc_logout(v->gate->opt.oidc, token, v->deadline_ns, v->arena, &ended, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        v->caller = (struct access_caller){
            .account = ended[i].account, .session = ended[i].session, .origin = v->req->origin};
        end_session(v, ended[i].session);
        if (!gate_done(v->gate, v->req, routes[v->route].name, &v->caller, err))
            return false;
    }
    gate_answer_seal(v->resp);
    v->resp->body = STR("{}");
    return true;
}

/* ---- routing ---- */

static bool refuse(struct visit *v, const struct err *err)
{
    struct http_response unused = {0};
    if (!(routes[v->route].how & PAGE))
        return gate_refused(v->gate, v->req, routes[v->route].name, &v->caller, err, v->resp);
    api_refuse_as(v->gate->opt.api, &v->caller, routes[v->route].name, v->req, err, &unused);
    os_free(unused.owned);
    return oidc_page_error(v->resp, err, v->back);
}

static void work(struct job *job, struct http_response *resp)
{
    struct visit *v = job->arg;
    struct err err = {0};
    v->resp = resp;
    resp->route = routes[v->route].name;
    if (!routes[v->route].run(v, &err))
        refuse(v, &err);
}

static bool content_ok(const struct visit *v, struct err *err)
{
    static const char form[] = "application/x-www-form-urlencoded", json[] = "application/json";
    unsigned how = routes[v->route].how;
    struct str want = how & FORM ? STR(form) : STR(json);
    struct str type = str_sub(v->heads.content_type, 0, str_find(v->heads.content_type, ';', 0));
    if (how & PAGE || (how & OURS && !gate_body_of(v->req).n))
        return true;
    return (type.n == want.n && strncasecmp(type.p, want.p, want.n) == 0 && !v->heads.content_encoding.n) ||
           err_set(err, how & FORM ? ERR_OAUTH_REQUEST : ERR_LOGIN_CONTENT, want.p, want.p, NULL);
}

/* The browser comes back as a page of its own, not as a picture or a frame in somebody's page. */
static bool page_ok(const struct visit *v, struct err *err)
{
    struct str dest = http_header(v->req, "Sec-Fetch-Dest");
    if (!(routes[v->route].how & PAGE) || !dest.p || str_is(dest, "document"))
        return true;
    return err_set(err, ERR_LOGIN_CROSS_SITE, "Sec-Fetch-Dest", NULL);
}

static bool method_ok(struct visit *v, struct err *err)
{
    struct str name = str_of(routes[v->route].name);
    struct str method = str_sub(name, 0, str_find(name, ' ', 0));
    if (str_eq(v->req->method, method))
        return true;
    http_response_header(v->resp, "Allow", method);
    return err_set_str(err, ERR_METHOD, v->req->method, v->req->path);
}

bool gate_oidc_handle(struct gate *g, struct http_request *req, struct http_response *resp)
{
    struct err err = {0};
    struct visit *v = ARENA_NEW(req->arena, struct visit);
    struct job *job = ARENA_NEW(req->arena, struct job);
    if (!v || !job) {
        resp->status = 503;
        return true;
    }
    *v = (struct visit){.gate = g, .req = req, .resp = resp, .arena = req->arena, .back = STR("/")};
    v->deadline_ns = os_mono_ns() + (uint64_t)GATE_OIDC_MS * 1000000;
    v->caller.origin = req->origin;
    while (!str_eq(req->path, path_of(v->route)))
        v->route++;
    resp->route = routes[v->route].name;
    gate_heads_read(g, req, &v->heads);
    v->origin = g->front.n ? g->front : arena_printf(v->arena, "http://%.*s", STR_ARG(v->heads.host));
    *job = (struct job){.gate = g, .req = req, .heads = v->heads, .run = work, .arg = v};
    bool ours = routes[v->route].how & OURS;
    if (!method_ok(v, &err) || !api_host_ours(g->opt.api, v->heads.host, &err) ||
        (ours && !gate_heads_ours(g, req, &v->heads, &err)) || !page_ok(v, &err) || !content_ok(v, &err) ||
        !gate_work_give(&g->outside, job, &err))
        return refuse(v, &err);
    return false;
}
