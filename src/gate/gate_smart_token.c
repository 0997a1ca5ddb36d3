/* SPDX-License-Identifier: Apache-2.0
 * The token endpoint, introspection and revocation: what apps call themselves, never a person's browser. */
#include "base/b64.h"
#include "gate/gate_smart.h"
#include "jose/jose.h"

enum { ID_TOKEN_S = 300 };

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_OAUTH_REQUEST, sv, en, NULL);
}

/* ---- who the app is ---- */

/* base64 with padding, as Basic has it (RFC 7617), by way of base64url. */
static bool basic_text(struct ask *a, struct str text, struct str *out)
{
    char *copy = arena_cstr(a->arena, text);
    while (text.n && text.p[text.n - 1] == '=')
        text.n--;
    for (size_t i = 0; copy && i < text.n; i++)
        copy[i] = copy[i] == '+' ? '-' : copy[i] == '/' ? '_' : copy[i];
    return copy && b64url_decode(a->arena, (struct str){copy, text.n}, out);
}

/* One part of Basic: form-encoded first (RFC 6749, 2.3.1). */
static bool decoded(struct ask *a, struct str part, struct str *out)
{
    struct http_pair *pairs;
    size_t n;
    struct err ignored;
    struct str query = arena_printf(a->arena, "x=%.*s", STR_ARG(part));
    if (str_find(part, '&', 0) != SIZE_MAX || !http_query_parse(a->arena, query, &pairs, &n, &ignored) ||
        n != 1)
        return false;
    *out = pairs[0].value;
    return true;
}

static bool read_basic(struct ask *a, struct str header, struct smart_proof *p, struct err *err)
{
    struct str text, id, secret, scheme = STR("Basic ");
    size_t colon;
    if (!str_starts(header, scheme) || !basic_text(a, str_sub(header, scheme.n, header.n), &text) ||
        (colon = str_find(text, ':', 0)) == SIZE_MAX || !decoded(a, str_sub(text, 0, colon), &id) ||
        !decoded(a, str_sub(text, colon + 1, text.n), &secret))
        return wrong(err, "Authorization ska vara Basic", "Authorization must be Basic");
    if (p->secret.p || (p->id.n && !str_eq(p->id, id)))
        return wrong(err, "appen säger två gånger vem den är", "the app says twice who it is");
    p->id = id;
    p->secret = secret;
    return true;
}

static bool prove(struct ask *a, struct smart_app *app, struct err *err)
{
    struct str secret = ask_param(a, "client_secret"), assertion = ask_param(a, "client_assertion");
    struct str basic = http_header(a->req, "Authorization");
    struct smart_proof proof = {.id = ask_param(a, "client_id"),
                                .secret = secret.n ? secret : (struct str){0},
                                .assertion = assertion.n ? assertion : (struct str){0},
                                .audience = arena_printf(a->arena, "%.*s/auth/token", STR_ARG(a->origin))};
    if (assertion.n && !str_is(ask_param(a, "client_assertion_type"),
                               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
        return wrong(err, "client_assertion_type är en annan än jwt-bearer",
                     "client_assertion_type is not jwt-bearer");
    if (basic.p && !read_basic(a, basic, &proof, err))
        return false;
    if (!smart_app_prove(a->gate->opt.smart, &proof, a->now_ms, a->arena, app, err))
        return false;
    a->caller.account = app->id;
    return true;
}

/* ---- tokens ---- */

struct given {
    struct smart_grant grant;
    struct smart_scopes scopes;
    struct smart_token access, refresh;
    bool refreshes;
    int64_t life_ms;
    struct str nonce;
};

/* Signed with RS256, which every client can verify (OpenID Connect Core, 2 and 15.1). */
static bool id_token(struct ask *a, const struct given *g, struct buf *out, struct err *err)
{
    const struct jose_keys *keys = smart_keys(a->gate->opt.smart, err);
    const struct access_caller *c = &g->grant.caller;
    struct buf text;
    struct json_out o;
    buf_init(&text, BUF_NO_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    json_out_string(&o, "iss", a->base);
    json_out_string(&o, "sub", c->user);
    json_out_string(&o, "aud", g->grant.app);
    json_out_i64(&o, "iat", a->now_ms / 1000);
    json_out_i64(&o, "exp", a->now_ms / 1000 + ID_TOKEN_S);
    if (g->nonce.n)
        json_out_string(&o, "nonce", g->nonce);
    if (g->scopes.flags & SMART_FHIR_USER)
        json_out_string(&o, "fhirUser",
                        arena_printf(a->arena, "%.*s/%.*s", STR_ARG(a->base), STR_ARG(c->user)));
    json_out_end_object(&o);
    bool ok = keys && jose_sign(keys, JOSE_RS256, "JWT", buf_get(&text), out, err);
    buf_release(&text);
    return ok;
}

static bool answer_tokens(struct ask *a, const struct given *g, struct err *err)
{
    struct buf out, id;
    struct json_out o;
    buf_init(&id, BUF_NO_MAX);
    if (g->scopes.flags & SMART_OPENID && !id_token(a, g, &id, err)) {
        buf_release(&id);
        return false;
    }
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "access_token", g->access.text);
    json_out_cstr(&o, "token_type", "Bearer");
    json_out_i64(&o, "expires_in", g->life_ms / 1000);
    json_out_string(&o, "scope", g->grant.scopes);
    if (g->refreshes)
        json_out_cstr(&o, "refresh_token", g->refresh.text);
    if (id.n)
        json_out_string(&o, "id_token", buf_get(&id));
    if (g->grant.patient.n)
        json_out_string(&o, "patient", g->grant.patient);
    if (g->grant.encounter.n)
        json_out_string(&o, "encounter", g->grant.encounter);
    json_out_end_object(&o);
    buf_release(&id);
    http_response_header(a->resp, "Pragma", STR("no-cache"));
    return ask_answer(a, &out);
}

/* Tokens for a grant; none leave that the log was not told of. */
static bool finish(struct ask *a, struct given *g, struct err *err)
{
    struct smart *s = a->gate->opt.smart;
    if (!smart_scopes_parse(g->grant.scopes, a->arena, &g->scopes, err))
        return false;
    a->caller = g->grant.caller;
    a->caller.origin = a->req->origin;
    a->caller.session = arena_printf(a->arena, "%.*s#%lld", STR_ARG(g->grant.app), (long long)g->grant.id);
    g->refreshes = g->scopes.flags & (SMART_OFFLINE | SMART_ONLINE) && g->grant.caller.kind != ACCESS_SYSTEM;
    g->life_ms = g->grant.caller.kind == ACCESS_SYSTEM ? SMART_SYSTEM_MS : SMART_ACCESS_MS;
    if (g->grant.until_ms - a->now_ms < g->life_ms)
        g->life_ms = g->grant.until_ms - a->now_ms;
    return ask_log(a, err) &&
           smart_tokens_make(s, g->grant.id, a->now_ms, g->life_ms, &g->access,
                             g->refreshes ? &g->refresh : NULL, err) &&
           answer_tokens(a, g, err);
}

/* The person must still have an account in use; and be logged in, when that is how long it lasts. */
static bool still_there(struct ask *a, const struct smart_grant *g, struct err *err)
{
    int64_t until_ms;
    if (g->caller.session.n && identity_session_of(a->gate->opt.identity, g->caller.account,
                                                   g->caller.session, &until_ms) != IDENTITY_LIVE)
        return err_set(err, ERR_GRANT, "sessionen är slut, eller vilar", "the session has ended, or rests",
                       NULL);
    return identity_enabled(a->gate->opt.identity, g->caller.account) ||
           err_set(err, ERR_GRANT, "kontot är avstängt", "the account is turned off", NULL);
}

static bool by_code(struct ask *a, const struct smart_app *app, struct err *err)
{
    struct given g = {0};
    struct str code = ask_param(a, "code"), verifier = ask_param(a, "code_verifier");
    if (!code.n || !verifier.n)
        return wrong(err, "code och code_verifier krävs", "code and code_verifier are needed");
    return smart_code_take(a->gate->opt.smart, code, app->id, ask_param(a, "redirect_uri"), verifier,
                           a->now_ms, a->arena, &g.grant, &g.nonce, err) &&
           still_there(a, &g.grant, err) && finish(a, &g, err);
}

/* A narrower wish becomes a grant of its own; one beyond what was granted is refused (RFC 6749, 6). */
static bool narrowed(struct ask *a, struct smart_grant *g, struct err *err)
{
    struct smart_scopes asked, had;
    struct str scope = ask_param(a, "scope");
    if (!scope.n)
        return true;
    if (!smart_scopes_parse(scope, a->arena, &asked, err) ||
        !smart_scopes_parse(g->scopes, a->arena, &had, err))
        return false;
    struct str want = smart_scopes_text(&asked, a->arena);
    if (!smart_scopes_all(&asked, &had))
        return err_set_str(err, ERR_OAUTH_SCOPE, want, STR(""));
    if (!ask_scopes_kept(a, &asked, err))
        return false;
    if (str_eq(want, g->scopes))
        return true;
    g->scopes = want;
    return smart_grant_make(a->gate->opt.smart, g, a->now_ms, &g->id, err);
}

static bool by_refresh(struct ask *a, const struct smart_app *app, struct err *err)
{
    struct given g = {0};
    struct str token = ask_param(a, "refresh_token");
    if (!token.n)
        return wrong(err, "refresh_token krävs", "refresh_token is needed");
    return smart_refresh(a->gate->opt.smart, token, app->id, a->now_ms, a->arena, &g.grant, err) &&
           still_there(a, &g.grant, err) && narrowed(a, &g.grant, err) && finish(a, &g, err);
}

/* A program of its own: system scopes, and only for whoever has keys. */
static bool by_itself(struct ask *a, const struct smart_app *app, struct err *err)
{
    struct given g = {0};
    struct smart_scopes asked, may, both;
    struct str scope = ask_param(a, "scope");
    size_t kept = 0;
    if (app->kind != SMART_KEYS)
        return err_set(err, ERR_OAUTH_CLIENT, "client_credentials kräver nycklar",
                       "client_credentials needs keys", NULL);
    if (!smart_scopes_parse(scope, a->arena, &asked, err) ||
        !smart_scopes_parse(app->scopes, a->arena, &may, err))
        return false;
    if (!ask_scopes_kept(a, &asked, err) || !smart_scopes_within(&asked, &may, a->arena, &both, err))
        return false;
    for (size_t i = 0; i < both.count; i++)
        if (both.item[i].level == ACCESS_LEVEL_SYSTEM)
            both.item[kept++] = both.item[i];
    both.count = kept;
    both.flags = 0;
    if (!kept)
        return err_set_str(err, ERR_OAUTH_SCOPE, scope, STR(""));
    g.grant = (struct smart_grant){.app = app->id,
                                   .caller = {.kind = ACCESS_SYSTEM, .account = app->id},
                                   .scopes = smart_scopes_text(&both, a->arena),
                                   .until_ms = a->now_ms + SMART_SYSTEM_MS};
    return smart_grant_make(a->gate->opt.smart, &g.grant, a->now_ms, &g.grant.id, err) && finish(a, &g, err);
}

static const struct {
    const char *name;
    bool (*run)(struct ask *a, const struct smart_app *app, struct err *err);
} grant_types[] = {
    {"authorization_code", by_code}, {"refresh_token", by_refresh}, {"client_credentials", by_itself}};

static bool give(struct ask *a, struct err *err)
{
    struct smart_app app;
    if (!ask_params(a, gate_body_of(a->req), err) || !prove(a, &app, err))
        return false;
    struct str type = ask_param(a, "grant_type");
    for (size_t i = 0; i < sizeof grant_types / sizeof *grant_types; i++)
        if (str_is(type, grant_types[i].name))
            return grant_types[i].run(a, &app, err);
    return err_set_str(err, ERR_OAUTH_GRANT_TYPE, type, STR(""));
}

bool token_give(struct ask *a)
{
    struct err err = {0};
    return give(a, &err) || ask_refuse(a, &err);
}

/* ---- introspection (RFC 7662): of the app's own tokens; any other is told of as not active ---- */

static void introspected(struct ask *a, struct json_out *o, const struct smart_grant *g, int64_t until_ms)
{
    json_out_bool(o, "active", true);
    json_out_string(o, "scope", g->scopes);
    json_out_string(o, "client_id", g->app);
    json_out_cstr(o, "token_type", "Bearer");
    json_out_i64(o, "exp", until_ms / 1000);
    json_out_i64(o, "iat", g->begun_ms / 1000);
    json_out_string(o, "iss", a->base);
    json_out_string(o, "sub", g->caller.user.n ? g->caller.user : g->caller.account);
    if (g->caller.user.n)
        json_out_string(o, "fhirUser",
                        arena_printf(a->arena, "%.*s/%.*s", STR_ARG(a->base), STR_ARG(g->caller.user)));
    if (g->patient.n)
        json_out_string(o, "patient", g->patient);
    if (g->encounter.n)
        json_out_string(o, "encounter", g->encounter);
}

static bool introspect(struct ask *a, struct err *err)
{
    struct smart_app app;
    struct smart_grant g;
    struct buf out;
    struct json_out o;
    struct err unknown = {0};
    int64_t until_ms;
    if (!ask_params(a, gate_body_of(a->req), err) || !prove(a, &app, err))
        return false;
    if (!ask_param(a, "token").n)
        return wrong(err, "token krävs", "token is needed");
    bool found = smart_token_find(a->gate->opt.smart, ask_param(a, "token"), a->now_ms, a->arena, &g,
                                  &until_ms, &unknown);
    if (!found && unknown.code != ERR_GRANT) {
        *err = unknown;
        return false;
    }
    bool active =
        found && str_eq(g.app, app.id) &&
        (g.caller.kind == ACCESS_SYSTEM || identity_enabled(a->gate->opt.identity, g.caller.account));
    if (!ask_log(a, err))
        return false;
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    if (active)
        introspected(a, &o, &g, until_ms);
    else
        json_out_bool(&o, "active", false);
    json_out_end_object(&o);
    return ask_answer(a, &out);
}

bool token_introspect(struct ask *a)
{
    struct err err = {0};
    return introspect(a, &err) || ask_refuse(a, &err);
}

/* ---- revocation (RFC 7009) ---- */

bool token_revoke(struct ask *a)
{
    struct smart_app app;
    struct err err = {0};
    struct buf out;
    if (!ask_params(a, gate_body_of(a->req), &err) || !prove(a, &app, &err) ||
        (!ask_param(a, "token").n && !wrong(&err, "token krävs", "token is needed")) || !ask_log(a, &err) ||
        !smart_revoke(a->gate->opt.smart, ask_param(a, "token"), app.id, &err))
        return ask_refuse(a, &err);
    buf_init(&out, BUF_NO_MAX);
    buf_cstr(&out, "{}");
    return ask_answer(a, &out);
}
