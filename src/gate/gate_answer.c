/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate_int.h"

enum { ANSWER_BYTES_MAX = 1 << 18 };

static const char *const kind_code[] = {[ACCESS_NOBODY] = "nobody",
                                        [ACCESS_STAFF] = "staff",
                                        [ACCESS_PATIENT] = "patient",
                                        [ACCESS_GUARDIAN] = "guardian",
                                        [ACCESS_SYSTEM] = "system"};
static const char *const state_code[] = {[IDENTITY_NONE] = "none",
                                         [IDENTITY_IDLE] = "idle",
                                         [IDENTITY_CHANGE] = "change",
                                         [IDENTITY_LIVE] = "live"};

const char *gate_answer_kind(enum access_kind kind)
{
    return kind_code[kind];
}

void gate_answer_later(struct http_response *resp)
{
    _Static_assert(GATE_LATER_S == 2, "the text below");
    if (resp->status == 503)
        http_response_header(resp, "Retry-After", STR("2"));
}

void gate_answer_seal(struct http_response *resp)
{
    resp->status = 200;
    resp->content_type = "application/json";
    http_response_header(resp, "Cache-Control", STR("no-store"));
    http_response_header(resp, "X-Content-Type-Options", STR("nosniff"));
}

void gate_answer_open(struct http_response *resp)
{
    gate_answer_seal(resp);
    resp->body = STR("{\"access\":\"open\",\"state\":\"none\"}");
}

void gate_answer_cookie(const struct gate *g, struct http_request *req, struct http_response *resp,
                        const struct identity_token *token)
{
    http_response_header(resp, "Set-Cookie",
                         arena_printf(req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", g->cookie,
                                      token ? token->text : "", g->secure ? "; Secure" : "",
                                      token ? "" : "; Max-Age=0"));
}

static void write_named(struct json_out *o, const char *key, struct str reference, struct str name)
{
    json_out_object(o, key);
    json_out_string(o, "reference", reference);
    json_out_string(o, "display", name);
    json_out_end_object(o);
}

static void write_purpose(const struct gate *g, struct json_out *o, const char *key, struct str code)
{
    size_t at = rules_purpose(g->rules, code);
    json_out_object(o, key);
    json_out_string(o, "code", code);
    if (at < g->rules->purpose_count) {
        json_out_string(o, "sv", g->rules->purpose[at].sv);
        json_out_string(o, "en", g->rules->purpose[at].en);
    }
    json_out_end_object(o);
}

static void write_rights(struct json_out *o, const struct rules_role *role)
{
    const char *right;
    uint32_t bit;
    json_out_array(o, "rights");
    for (size_t i = 0; (right = rules_right_at(i, &bit)); i++)
        if (role->rights & bit)
            json_out_cstr(o, NULL, right);
    json_out_end_array(o);
}

static void write_assignment(const struct gate *g, struct json_out *o, const struct assignment *a)
{
    json_out_object(o, NULL);
    json_out_string(o, "id", a->id);
    json_out_string(o, "title", a->title);
    write_named(o, "unit", a->unit, a->unit_name);
    write_named(o, "provider", a->provider, a->provider_name);
    if (a->role) {
        json_out_object(o, "role");
        json_out_string(o, "code", a->role->code);
        json_out_string(o, "sv", a->role->sv);
        json_out_string(o, "en", a->role->en);
        write_rights(o, a->role);
        json_out_end_object(o);
    }
    json_out_array(o, "purposes");
    for (size_t i = 0; i < a->purpose_count; i++)
        write_purpose(g, o, NULL, a->purpose[i]);
    json_out_end_array(o);
    if (a->unfit)
        json_out_cstr(o, "unfit", a->unfit);
    json_out_end_object(o);
}

/* What the outside provider is called, when there is one. */
static void write_outside(const struct gate *g, struct json_out *o)
{
    if (!g->opt.oidc)
        return;
    json_out_object(o, "outside");
    json_out_cstr(o, "sv", oidc_name(g->opt.oidc)[ERR_SV]);
    json_out_cstr(o, "en", oidc_name(g->opt.oidc)[ERR_EN]);
    json_out_end_object(o);
}

static bool finish(struct http_response *resp, struct buf *out, struct err *err)
{
    if (!buf_ok(out)) {
        buf_release(out);
        return err_set(err, ERR_NO_MEMORY, NULL);
    }
    gate_answer_seal(resp);
    http_response_buf(resp, out);
    return true;
}

bool gate_answer_left(struct http_response *resp, struct str leave, struct err *err)
{
    struct buf out;
    struct json_out o;
    buf_init(&out, ANSWER_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "access", "on");
    json_out_cstr(&o, "state", state_code[IDENTITY_NONE]);
    json_out_string(&o, "leave", leave);
    json_out_end_object(&o);
    return finish(resp, &out, err);
}

static void write_who(struct gate *g, struct json_out *o, const struct access_caller *c,
                      const struct person *p)
{
    json_out_string(o, "account", c->account);
    json_out_cstr(o, "kind", kind_code[c->kind]);
    write_named(o, "user", c->user, p->name);
    if (c->assignment.n) {
        json_out_string(o, "assignment", c->assignment);
        write_purpose(g, o, "purpose", c->purpose);
    }
    json_out_array(o, "assignments");
    for (size_t i = 0; i < p->count; i++)
        write_assignment(g, o, &p->assignment[i]);
    json_out_end_array(o);
}

bool gate_answer_session(struct gate *g, struct http_request *req, struct http_response *resp,
                         enum identity_state state, const struct access_caller *caller, struct err *err)
{
    struct person p = {0};
    struct str hsa;
    struct buf out;
    struct json_out o;
    if (caller && !gate_person_read(g, caller->user, req->arena, &p, err))
        return false;
    buf_init(&out, ANSWER_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "access", "on");
    json_out_cstr(&o, "state", state_code[state]);
    write_outside(g, &o);
    if (caller)
        write_who(g, &o, caller, &p);
    if (caller && g->opt.oidc && oidc_kept(g->opt.oidc, caller->session, req->arena, &hsa))
        json_out_bool(&o, "through", true);
    json_out_end_object(&o);
    return finish(resp, &out, err);
}
