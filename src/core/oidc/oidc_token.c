/* SPDX-License-Identifier: Apache-2.0
 * The code becomes an id_token, and the id_token a person (Core 1.0, 3.1.3). */
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "oidc/oidc_int.h"

enum { TOKEN_ASSERTION_S = 60, TOKEN_AGE_S = 600 };

/* ---- who we are ---- */

/* A signed assertion of this service, good for one request (RFC 7523, 2.2; Core 1.0, 9). */
static bool assertion(struct oidc *o, const struct provider *p, struct buf *out, struct err *err)
{
    static const enum jose_alg algs[] = {JOSE_RS256, JOSE_ES256, JOSE_RS384, JOSE_ES384};
    char jti[OIDC_SECRET_TEXT + 1];
    struct buf payload;
    struct json_out w;
    int64_t now = os_now_ms() / 1000;
    bool ok = false;
    oidc_secret(jti);
    buf_init(&payload, OIDC_ANSWER_MAX);
    json_out_init(&w, &payload);
    json_out_object(&w, NULL);
    json_out_string(&w, "iss", o->conf.client);
    json_out_string(&w, "sub", o->conf.client);
    json_out_string(&w, "aud", p->token);
    json_out_cstr(&w, "jti", jti);
    json_out_i64(&w, "iat", now);
    json_out_i64(&w, "exp", now + TOKEN_ASSERTION_S);
    json_out_end_object(&w);
    for (size_t i = 0; buf_ok(&payload) && !ok && i < sizeof algs / sizeof *algs; i++)
        ok = jose_sign(o->conf.keys, algs[i], "JWT", buf_get(&payload), out, err);
    buf_release(&payload);
    return ok;
}

static struct str encoded(struct str s, struct arena *arena)
{
    struct buf out;
    buf_init(&out, OIDC_ANSWER_MAX);
    oidc_encode(&out, s);
    struct str text = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){0};
    OPENSSL_cleanse(out.p, out.n);
    buf_release(&out);
    return text;
}

static bool prove(struct oidc *o, const struct provider *p, struct link_request *r, struct buf *body,
                  struct arena *arena, struct err *err)
{
    struct str secret = {o->conf.secret, o->conf.secret_n};
    struct buf token;
    if (o->conf.auth == CONF_BASIC) {
        r->user = encoded(o->conf.client, arena);
        r->password = encoded(secret, arena);
        return (r->user.p && r->password.p) || err_set(err, ERR_NO_MEMORY, NULL);
    }
    oidc_param(body, "client_id", o->conf.client);
    if (o->conf.auth == CONF_POST) {
        oidc_param(body, "client_secret", secret);
        return true;
    }
    buf_init(&token, JOSE_TOKEN_MAX);
    bool ok = assertion(o, p, &token, err);
    if (ok) {
        oidc_param(body, "client_assertion_type",
                   STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        oidc_param(body, "client_assertion", buf_get(&token));
    }
    buf_release(&token);
    return ok;
}

/* ---- the code ---- */

struct tokens {
    struct str id, access;
};

static bool read_tokens(struct oidc *o, const struct link_answer *a, struct arena *arena, struct tokens *out,
                        struct err *err)
{
    struct json_doc doc;
    struct err ignored;
    /* 4xx: the code is used, too old or not ours; a login that can be begun again. */
    if (a->status >= 400 && json_parse(arena, a->body, NULL, &doc, &ignored) &&
        doc.nodes[0].kind == JSON_OBJECT && str_is(jose_claim(&doc, "error"), "invalid_grant"))
        return err_set(err, ERR_OIDC_STATE, NULL);
    if (!provider_object(o, a, "token", arena, &doc, err))
        return false;
    struct str type = jose_claim(&doc, "token_type");
    *out = (struct tokens){jose_claim(&doc, "id_token"), jose_claim(&doc, "access_token")};
    if (!out->id.n || !out->access.n || type.n != 6 || strncasecmp(type.p, "bearer", 6) != 0)
        return provider_wrong(o, err, "token: id_token, access_token och Bearer väntades",
                              "token: id_token, access_token and Bearer were expected");
    return true;
}

static bool exchange(struct oidc *o, const struct provider *p, const struct pending *login, struct str code,
                     uint64_t deadline_ns, struct arena *arena, struct tokens *out, struct err *err)
{
    struct link_request r = {
        .url = p->token, .content_type = "application/x-www-form-urlencoded", .deadline_ns = deadline_ns};
    struct link_answer answer;
    struct buf body;
    buf_init(&body, OIDC_ANSWER_MAX);
    oidc_param(&body, "grant_type", STR("authorization_code"));
    oidc_param(&body, "code", code);
    oidc_param(&body, "redirect_uri", str_of(login->redirect));
    oidc_param(&body, "code_verifier", str_of(login->verifier));
    bool ok = prove(o, p, &r, &body, arena, err) && (buf_ok(&body) || err_set(err, ERR_NO_MEMORY, NULL));
    r.body = buf_get(&body);
    ok = ok && provider_ask(o, &r, arena, &answer, err) && read_tokens(o, &answer, arena, out, err);
    OPENSSL_cleanse(body.p, body.n);
    buf_release(&body);
    return ok;
}

/* ---- the id_token ---- */

static bool claim_wrong(struct err *err, const char *name)
{
    return err_set(err, ERR_TOKEN_CLAIM, name, NULL);
}

/* It is for us alone, or others too with us as the one it was made for (3.1.3.7, 3 to 5). */
static bool party_ok(const struct conf *c, const struct json_doc *claims, struct err *err)
{
    uint32_t aud = json_get_key(claims, 0, STR("aud"));
    uint32_t azp = json_get_key(claims, 0, STR("azp"));
    bool many = aud != UINT32_MAX && claims->nodes[aud].kind == JSON_ARRAY && claims->nodes[aud].len > 1;
    bool ours = azp != UINT32_MAX && str_eq(jose_claim(claims, "azp"), c->client);
    return ((azp == UINT32_MAX && !many) || ours) || claim_wrong(err, "azp");
}

/* at_hash binds the access token that userinfo is asked with (3.1.3.6). */
static bool hash_ok(enum jose_alg alg, const struct json_doc *claims, struct str access, struct arena *arena,
                    struct err *err)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (json_get_key(claims, 0, STR("at_hash")) == UINT32_MAX)
        return true;
    bool large = alg == JOSE_RS384 || alg == JOSE_ES384;
    struct str said = jose_claim(claims, "at_hash");
    bool ok = EVP_Digest(access.p, access.n, sum, &n, large ? EVP_sha384() : EVP_sha256(), NULL) == 1;
    struct str want = ok ? b64url_encode(arena, sum, n / 2) : (struct str){0};
    return (want.p && str_eq(said, want)) || claim_wrong(err, "at_hash");
}

static bool level_ok(const struct conf *c, const struct json_doc *claims, struct err *err)
{
    struct str acr = jose_claim(claims, "acr");
    for (size_t i = 0; i < c->acr_count; i++)
        if (acr.n && str_eq(acr, c->acr[i]))
            return true;
    return err_set_str(err, ERR_OIDC_LEVEL, acr.n ? str_sub(acr, 0, 100) : STR("–"), STR(""));
}

/* Made lately; and when the person was to show anew who it is, shown since. */
static bool times_ok(const struct pending *login, const struct json_doc *claims, int64_t now_s,
                     struct err *err)
{
    int64_t iat, at;
    if (!jose_claim_time(claims, "iat", &iat) || iat < now_s - TOKEN_AGE_S - JOSE_LEEWAY_S)
        return claim_wrong(err, "iat");
    if (!login->anew)
        return true;
    return (jose_claim_time(claims, "auth_time", &at) && at >= login->at_ms / 1000 - JOSE_LEEWAY_S) ||
           claim_wrong(err, "auth_time");
}

static bool type_ok(const struct jose_token *t, struct err *err)
{
    return !t->typ.n || (t->typ.n == 3 && strncasecmp(t->typ.p, "JWT", 3) == 0) || claim_wrong(err, "typ");
}

static bool verify(struct oidc *o, const struct pending *login, const struct tokens *t, uint64_t deadline_ns,
                   struct arena *arena, struct answer *out, struct err *err)
{
    struct jose_token token;
    struct jose_expect expect = {.iss = o->conf.issuer,
                                 .aud = o->conf.client,
                                 .nonce = str_of(login->nonce),
                                 .now_s = os_now_ms() / 1000};
    if (!provider_verify(o, t->id, false, deadline_ns, arena, &token, err) || !type_ok(&token, err) ||
        !jose_claims(&token, &expect, arena, &out->claims, err))
        return false;
    struct str sub = jose_claim(&out->claims, "sub");
    if (!sub.n || sub.n > OIDC_TEXT_MAX)
        return claim_wrong(err, "sub");
    out->id_token = t->id.n <= OIDC_HINT_MAX ? t->id : STR("");
    return party_ok(&o->conf, &out->claims, err) && times_ok(login, &out->claims, expect.now_s, err) &&
           hash_ok(token.alg, &out->claims, t->access, arena, err) && level_ok(&o->conf, &out->claims, err);
}

/* ---- userinfo ---- */

static bool has_all(const struct conf *c, const struct json_doc *claims)
{
    for (int i = 0; i < CONF_CLAIMS; i++)
        if (json_get_key(claims, 0, c->claim[i]) == UINT32_MAX)
            return false;
    return true;
}

/* What the id_token does not say; about the same person (5.3.2). */
static bool userinfo(struct oidc *o, const struct provider *p, const struct tokens *t, uint64_t deadline_ns,
                     struct arena *arena, struct answer *out, struct err *err)
{
    struct link_request r = {.url = p->userinfo, .bearer = t->access, .deadline_ns = deadline_ns};
    struct link_answer answer;
    if (!p->userinfo.n || has_all(&o->conf, &out->claims))
        return true;
    if (!provider_ask(o, &r, arena, &answer, err) ||
        !provider_object(o, &answer, "userinfo", arena, &out->userinfo, err))
        return false;
    return str_eq(jose_claim(&out->userinfo, "sub"), jose_claim(&out->claims, "sub")) ||
           claim_wrong(err, "sub (userinfo)");
}

bool token_fetch(struct oidc *o, const struct provider *p, const struct pending *login, struct str code,
                 uint64_t deadline_ns, struct arena *arena, struct answer *out, struct err *err)
{
    struct tokens t;
    return exchange(o, p, login, code, deadline_ns, arena, &t, err) &&
           verify(o, login, &t, deadline_ns, arena, out, err) &&
           userinfo(o, p, &t, deadline_ns, arena, out, err);
}
