/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing, and the two ends of a login. */
#include "oidc/oidc.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "base/b64.h"
#include "oidc/oidc_int.h"

struct oidc *oidc_new(const char *file, struct err *err)
{
    struct oidc *o = os_alloc(sizeof *o);
    if (!o) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(o, 0, sizeof *o);
    arena_init(&o->arena);
    arena_init(&o->known.arena);
    pthread_mutex_init(&o->known.lock, NULL);
    pthread_mutex_init(&o->file_lock, NULL);
    o->known.refetch[0].left = o->known.refetch[1].left = OIDC_REFETCH_MAX;
    if (conf_read(file, &o->arena, &o->conf, err) &&
        (pending_init(&o->pendings) || err_set(err, ERR_NO_MEMORY, NULL)))
        return o;
    oidc_close(o);
    return NULL;
}

/* The issuer's own, 443, and 53 for names whose answers are long. */
size_t oidc_ports(const struct oidc *o, uint16_t out[OIDC_PORTS_MAX])
{
    size_t n = 0;
    out[n++] = link_port(o->conf.issuer);
    if (str_starts(o->conf.issuer, STR("https://"))) {
        out[n++] = 443;
        out[n++] = 53;
    }
    return n;
}

const char *oidc_ca_file(const struct oidc *o)
{
    return o->conf.ca_file.n ? o->conf.ca_file.p : NULL;
}

bool oidc_open(struct oidc *o, const char *dir, struct err *err)
{
    o->link = link_new(oidc_ca_file(o), err);
    return o->link && session_open(o, dir, err);
}

void oidc_stop(struct oidc *o)
{
    link_stop(o->link);
}

void oidc_close(struct oidc *o)
{
    if (!o)
        return;
    side_close(&o->file);
    link_free(o->link);
    pending_release(&o->pendings);
    jose_keys_free(o->known.keys);
    conf_release(&o->conf);
    pthread_mutex_destroy(&o->file_lock);
    pthread_mutex_destroy(&o->known.lock);
    arena_release(&o->known.arena);
    arena_release(&o->arena);
    os_free(o);
}

const char *const *oidc_name(const struct oidc *o)
{
    return o->conf.name;
}

bool oidc_provision(const struct oidc *o)
{
    return o->conf.provision;
}

/* ---- texts ---- */

void oidc_secret(char out[OIDC_SECRET_TEXT + 1])
{
    unsigned char bits[32];
    struct arena arena;
    arena_init(&arena);
    os_random(bits, sizeof bits);
    struct str text = b64url_encode(&arena, bits, sizeof bits);
    OS_ASSERT(text.n == OIDC_SECRET_TEXT);
    memcpy(out, text.p, OIDC_SECRET_TEXT);
    out[OIDC_SECRET_TEXT] = 0;
    OPENSSL_cleanse((char *)(uintptr_t)text.p, text.n);
    OPENSSL_cleanse(bits, sizeof bits);
    arena_release(&arena);
}

static bool unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void oidc_encode(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (unreserved(value.p[i]))
            buf_char(out, value.p[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)value.p[i]);
}

void oidc_param(struct buf *out, const char *name, struct str value)
{
    if (out->n && out->p[out->n - 1] != '?')
        buf_char(out, '&');
    buf_cstr(out, name);
    buf_char(out, '=');
    oidc_encode(out, value);
}

bool oidc_back_valid(struct str path)
{
    if (!path.n || path.n > OIDC_BACK_MAX || path.p[0] != '/')
        return false;
    /* "//host" and "/\host" are addresses of others to a browser; it takes tabs and line ends away first. */
    if (path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'))
        return false;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] <= ' ' || path.p[i] > '~' || path.p[i] == '\\')
            return false;
    return !str_starts(path, STR("/auth/")) || str_is(path, "/auth/back");
}

/* ---- beginning ---- */

static void copy(char *to, size_t max, struct str s)
{
    OS_ASSERT(s.n < max);
    if (s.n)
        memcpy(to, s.p, s.n);
    to[s.n] = 0;
}

/* The S256 challenge of a verifier (RFC 7636, 4.2), in arena. */
static struct str challenge_of(const char *verifier, struct arena *arena)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    bool ok = EVP_Digest(verifier, strlen(verifier), sum, &n, EVP_sha256(), NULL) == 1;
    OS_ASSERT(ok);
    return b64url_encode(arena, sum, n);
}

static void put_levels(const struct conf *c, struct buf *url)
{
    if (!c->acr_count)
        return;
    buf_cstr(url, "&acr_values=");
    for (size_t i = 0; i < c->acr_count; i++) {
        if (i)
            buf_cstr(url, "%20");
        oidc_encode(url, c->acr[i]);
    }
}

static bool address(struct oidc *o, const struct provider *p, const struct oidc_begin *b,
                    const struct pending *login, struct arena *arena, struct str *out, struct err *err)
{
    struct buf url;
    buf_init(&url, OIDC_ANSWER_MAX);
    buf_str(&url, p->authorization);
    buf_char(&url, str_find(p->authorization, '?', 0) == SIZE_MAX ? '?' : '&');
    buf_cstr(&url, "response_type=code");
    oidc_param(&url, "client_id", o->conf.client);
    oidc_param(&url, "redirect_uri", str_of(login->redirect));
    oidc_param(&url, "scope", o->conf.scope);
    oidc_param(&url, "state", str_of(login->state));
    oidc_param(&url, "nonce", str_of(login->nonce));
    oidc_param(&url, "code_challenge", challenge_of(login->verifier, arena));
    oidc_param(&url, "code_challenge_method", STR("S256"));
    put_levels(&o->conf, &url);
    /* Whoever sits there when a session has rested must show who it is, whatever the provider remembers. */
    if (b->rested)
        buf_cstr(&url, "&prompt=login&max_age=0");
    if (b->hint.n)
        oidc_param(&url, "login_hint", b->hint);
    *out = buf_ok(&url) ? arena_str(arena, buf_get(&url)) : (struct str){0};
    buf_release(&url);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

bool oidc_begin(struct oidc *o, const struct oidc_begin *b, struct arena *arena, struct oidc_begun *out,
                struct err *err)
{
    struct provider p;
    struct pending login = {.at_ms = os_now_ms(), .anew = b->rested};
    OS_ASSERT(oidc_back_valid(b->back));
    copy(login.back, sizeof login.back, b->back);
    copy(login.session, sizeof login.session, b->session);
    copy(login.client, sizeof login.client, str_sub(b->client, 0, sizeof login.client - 1));
    if (b->origin.n + sizeof OIDC_CALLBACK > sizeof login.redirect)
        return err_set_str(err, ERR_LINK_URL, b->origin, STR(""));
    snprintf(login.redirect, sizeof login.redirect, "%.*s" OIDC_CALLBACK, STR_ARG(b->origin));
    if (!provider_get(o, b->deadline_ns, arena, &p, err) ||
        !pending_add(&o->pendings, &login, login.at_ms, err))
        return false;
    bool ok = address(o, &p, b, &login, arena, &out->url, err);
    memcpy(out->binding, login.binding, sizeof out->binding);
    OPENSSL_cleanse(&login, sizeof login);
    return ok;
}

/* ---- finishing ---- */

static bool same(const char *a, struct str b)
{
    return b.n == strlen(a) && CRYPTO_memcmp(a, b.p, b.n) == 0;
}

/* An error code as RFC 6749 writes it; anything else is not shown. */
static struct str plain(struct str s)
{
    bool ok = s.n && s.n <= 64;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = unreserved(s.p[i]);
    return ok ? s : STR("error");
}

/* A text, or an array of one; {NULL,0} when it is absent, *odd when it is something else. */
static struct str text_of(const struct json_doc *doc, struct str name, bool *odd)
{
    uint32_t i = doc->count ? json_get_key(doc, 0, name) : UINT32_MAX;
    if (i != UINT32_MAX && doc->nodes[i].kind == JSON_ARRAY && doc->nodes[i].len == 1)
        i++;
    if (i == UINT32_MAX || doc->nodes[i].kind == JSON_NULL ||
        (doc->nodes[i].kind == JSON_ARRAY && !doc->nodes[i].len))
        return (struct str){0};
    struct str text = doc->nodes[i].kind == JSON_STRING ? json_text(doc, i) : (struct str){0};
    *odd = *odd || !text.n || text.n > OIDC_TEXT_MAX;
    return *odd ? (struct str){0} : text;
}

/* HSA-ids are compared in capitals; what no HSA-id can be is refused, so that none means more than itself. */
static bool hsa(struct str text, struct arena *arena, struct str *out)
{
    char *copied = arena_cstr(arena, text);
    for (char *p = copied; p && *p; p++) {
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
        if (!((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-'))
            return false;
    }
    *out = (struct str){copied, text.n};
    return copied && text.n <= 64 && strlen(copied) == text.n;
}

/* The claims of the id_token count, then those of userinfo. */
static bool read_claims(struct oidc *o, const struct answer *a, struct arena *arena, struct oidc_person *out,
                        struct err *err)
{
    struct str *const to[CONF_CLAIMS] = {[CONF_PERSON] = &out->hsa,
                                         [CONF_UNIT] = &out->unit,
                                         [CONF_PROVIDER] = &out->provider,
                                         [CONF_COMMISSION] = &out->commission,
                                         [CONF_PURPOSE] = &out->purpose};
    for (int i = 0; i < CONF_CLAIMS; i++) {
        struct str name = o->conf.claim[i];
        bool odd = false;
        struct str text = text_of(&a->claims, name, &odd);
        if (!text.p && !odd)
            text = text_of(&a->userinfo, name, &odd);
        *to[i] = text.p ? text : STR("");
        bool ok =
            !odd && (text.n || i != CONF_PERSON) && (!text.n || i == CONF_PURPOSE || hsa(text, arena, to[i]));
        if (!ok)
            return err_set_str(err, ERR_OIDC_CLAIM, name, STR(""));
    }
    out->sub = jose_claim(&a->claims, "sub");
    struct str sid = jose_claim(&a->claims, "sid");
    out->sid = sid.n && sid.n <= OIDC_TEXT_MAX ? sid : STR("");
    out->hint = a->id_token;
    return true;
}

bool oidc_finish(struct oidc *o, const struct oidc_back *b, struct arena *arena, struct oidc_person *out,
                 struct err *err)
{
    struct pending login;
    struct provider p;
    struct answer a = {0};
    *out = (struct oidc_person){.hsa = STR(""), .back = STR("/"), .session = STR("")};
    if (!pending_take(&o->pendings, b->state, os_now_ms(), &login) || !same(login.binding, b->binding))
        return err_set(err, ERR_OIDC_STATE, NULL);
    out->back = arena_str(arena, str_of(login.back));
    out->session = arena_str(arena, str_of(login.session));
    bool ok = provider_get(o, b->deadline_ns, arena, &p, err);
    /* Who answers is who was asked (RFC 9207, 2.4): else another provider's code would be sent to this one.
     */
    if (ok && (b->iss.n || p.says_iss) && !str_eq(b->iss, o->conf.issuer))
        ok = err_set(err, ERR_TOKEN_CLAIM, "iss", NULL);
    if (ok && b->error.n)
        ok = err_set_str(err, ERR_OIDC_DENIED, plain(b->error), STR(""));
    if (ok && !b->code.n)
        ok = err_set(err, ERR_OIDC_DENIED, "code", NULL);
    ok = ok && token_fetch(o, &p, &login, b->code, b->deadline_ns, arena, &a, err) &&
         read_claims(o, &a, arena, out, err);
    OPENSSL_cleanse(&login, sizeof login);
    return ok;
}
