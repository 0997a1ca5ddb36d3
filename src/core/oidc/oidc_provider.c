/* SPDX-License-Identifier: Apache-2.0
 * The provider's addresses (Discovery 1.0) and keys. They are fetched outside the lock and put in place under
 * it; two threads that fetch at once do the work twice and harm nothing. */
#include "oidc/oidc_int.h"

bool provider_wrong(const struct oidc *o, struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_OIDC_ANSWER, o->conf.name[0], sv, en, NULL);
}

static bool down(struct oidc *o, struct err *err)
{
    return err_set(err, ERR_OIDC_DOWN, o->conf.name[0], NULL);
}

bool provider_ask(struct oidc *o, struct link_request *r, struct arena *arena, struct link_answer *out,
                  struct err *err)
{
    struct err why = {0};
    r->accept = "application/json";
    if (!r->answer_max)
        r->answer_max = OIDC_ANSWER_MAX;
    if (!link_ask(o->link, r, arena, out, &why)) {
        if (why.code == ERR_LINK_LARGE)
            return provider_wrong(o, err, "för stort", "too large");
        if (why.code == ERR_LINK_DOWN)
            return down(o, err);
        if (err)
            *err = why;
        return false;
    }
    return out->status < 500 || down(o, err);
}

bool provider_object(struct oidc *o, const struct link_answer *a, const char *what, struct arena *arena,
                     struct json_doc *out, struct err *err)
{
    struct err ignored;
    struct str sv =
        arena_printf(arena, "%s: status %d, %.*s", what, a->status, STR_ARG(str_sub(a->type, 0, 60)));
    bool json = str_is(a->type, "application/json") || str_ends(a->type, STR("+json"));
    if (a->status != 200 || !json)
        return provider_wrong(o, err, sv.p, sv.p);
    if (!json_parse(arena, a->body, NULL, out, &ignored) || out->nodes[0].kind != JSON_OBJECT)
        return provider_wrong(o, err, arena_printf(arena, "%s: inget JSON-objekt", what).p,
                              arena_printf(arena, "%s: no JSON object", what).p);
    return true;
}

/* ---- addresses ---- */

/* Its port is one that the process may call (oidc_ports). */
static bool port_ok(const struct oidc *o, struct str url)
{
    uint16_t ports[OIDC_PORTS_MAX];
    size_t n = oidc_ports(o, ports), i = 0;
    while (i < n && ports[i] != link_port(url))
        i++;
    return i < n;
}

/* CALLED: by this process; browsers go to the others. */
enum endpoint_how { ENDPOINT_MUST = 1, ENDPOINT_CALLED = 2 };

/* An address of the provider; a provider of https has no others. */
static bool endpoint(struct oidc *o, const struct json_doc *doc, const char *name, enum endpoint_how how,
                     struct str *out, struct err *err)
{
    struct str url = jose_claim(doc, name);
    bool tls = str_starts(o->conf.issuer, STR("https://"));
    *out = url.p ? url : STR("");
    if (!url.p && !(how & ENDPOINT_MUST))
        return true;
    return (link_url_valid(url) && (!tls || str_starts(url, STR("https://"))) &&
            (!(how & ENDPOINT_CALLED) || port_ok(o, url))) ||
           provider_wrong(o, err, name, name);
}

static bool lists(const struct json_doc *doc, const char *name, const char *value)
{
    uint32_t i = json_get_key(doc, 0, str_of(name));
    if (i == UINT32_MAX)
        return true; /* it does not say */
    if (doc->nodes[i].kind != JSON_ARRAY)
        return false;
    JSON_EACH(doc, i, c)
    if (str_is(json_text(doc, c), value))
        return true;
    return false;
}

static bool read_provider(struct oidc *o, const struct json_doc *doc, struct provider *out, struct err *err)
{
    uint32_t says = json_get_key(doc, 0, STR("authorization_response_iss_parameter_supported"));
    out->says_iss = says != UINT32_MAX && doc->nodes[says].kind == JSON_TRUE;
    if (!str_eq(jose_claim(doc, "issuer"), o->conf.issuer))
        return provider_wrong(o, err, "issuer är en annan", "another issuer");
    if (!lists(doc, "code_challenge_methods_supported", "S256") ||
        !lists(doc, "response_types_supported", "code"))
        return provider_wrong(o, err, "den kan inte code med S256", "it cannot do code with S256");
    return endpoint(o, doc, "authorization_endpoint", ENDPOINT_MUST, &out->authorization, err) &&
           endpoint(o, doc, "token_endpoint", ENDPOINT_MUST | ENDPOINT_CALLED, &out->token, err) &&
           endpoint(o, doc, "jwks_uri", ENDPOINT_MUST | ENDPOINT_CALLED, &out->jwks, err) &&
           endpoint(o, doc, "userinfo_endpoint", ENDPOINT_CALLED, &out->userinfo, err) &&
           endpoint(o, doc, "end_session_endpoint", 0, &out->end_session, err);
}

static void copy_provider(struct arena *arena, const struct provider *p, struct provider *out)
{
    *out = (struct provider){.authorization = arena_str(arena, p->authorization),
                             .token = arena_str(arena, p->token),
                             .userinfo = arena_str(arena, p->userinfo),
                             .end_session = arena_str(arena, p->end_session),
                             .jwks = arena_str(arena, p->jwks),
                             .says_iss = p->says_iss};
}

static bool discover(struct oidc *o, uint64_t deadline_ns, struct arena *arena, struct provider *out,
                     struct err *err)
{
    struct str base = o->conf.issuer;
    struct link_answer answer;
    struct json_doc doc;
    if (str_ends(base, STR("/")))
        base.n--;
    struct link_request r = {.url =
                                 arena_printf(arena, "%.*s/.well-known/openid-configuration", STR_ARG(base)),
                             .deadline_ns = deadline_ns};
    return provider_ask(o, &r, arena, &answer, err) &&
           provider_object(o, &answer, "openid-configuration", arena, &doc, err) &&
           read_provider(o, &doc, out, err);
}

/* 1: known, 0: to be asked for, -1: it was down a moment ago. */
static int look(struct oidc *o, struct arena *arena, struct provider *out)
{
    struct known *k = &o->known;
    int64_t now = os_now_ms();
    pthread_mutex_lock(&k->lock);
    bool fresh = k->at_ms && now >= k->at_ms && now - k->at_ms < OIDC_KEPT_MS;
    bool dead = !fresh && k->down_ms && now >= k->down_ms && now - k->down_ms < OIDC_DOWN_MS;
    if (fresh)
        copy_provider(arena, &k->provider, out);
    pthread_mutex_unlock(&k->lock);
    return fresh ? 1 : dead ? -1 : 0;
}

static void note(struct oidc *o, const struct provider *p)
{
    struct known *k = &o->known;
    pthread_mutex_lock(&k->lock);
    k->down_ms = p ? 0 : os_now_ms();
    if (p) {
        arena_release(&k->arena);
        copy_provider(&k->arena, p, &k->provider);
        k->at_ms = os_now_ms();
    }
    pthread_mutex_unlock(&k->lock);
}

bool provider_known(struct oidc *o, struct arena *arena, struct provider *out)
{
    return look(o, arena, out) == 1;
}

bool provider_get(struct oidc *o, uint64_t deadline_ns, struct arena *arena, struct provider *out,
                  struct err *err)
{
    int known = look(o, arena, out);
    if (known > 0)
        return true;
    if (known < 0)
        return down(o, err);
    bool ok = discover(o, deadline_ns, arena, out, err);
    note(o, ok ? out : NULL);
    return ok;
}

/* ---- keys ---- */

/* May the keys be looked for once more? Tokens with made-up keys must not make us ask without end. Under the
 * lock. */
static bool may_refetch(struct refetch *r, int64_t now)
{
    int64_t more = r->at_ms ? (now - r->at_ms) / OIDC_REFETCH_MS : 0;
    if (more > 0 || !r->at_ms) {
        int64_t sum = r->left + (more > 0 ? more : 0);
        r->left = sum > OIDC_REFETCH_MAX ? OIDC_REFETCH_MAX : (unsigned)sum;
        r->at_ms = now;
    }
    if (!r->left)
        return false;
    r->left--;
    return true;
}

static bool fetch_keys(struct oidc *o, uint64_t deadline_ns, struct arena *arena, struct err *err)
{
    struct provider p;
    struct link_answer answer;
    struct err why = {0};
    if (!provider_get(o, deadline_ns, arena, &p, err))
        return false;
    struct link_request r = {.url = p.jwks, .answer_max = JOSE_SET_MAX, .deadline_ns = deadline_ns};
    if (!provider_ask(o, &r, arena, &answer, err))
        return false;
    struct jose_keys *keys = answer.status == 200 ? jose_keys_parse(answer.body, false, &why) : NULL;
    if (!keys)
        return provider_wrong(o, err, "nycklarna (jwks_uri)", "the keys (jwks_uri)");
    struct known *k = &o->known;
    pthread_mutex_lock(&k->lock);
    jose_keys_free(k->keys);
    k->keys = keys;
    k->keys_ms = os_now_ms();
    pthread_mutex_unlock(&k->lock);
    return true;
}

/* *again: with newer keys it might do. */
static bool verify_once(struct oidc *o, struct str token, bool stranger, struct arena *arena,
                        struct jose_token *out, bool *again, struct err *err)
{
    struct known *k = &o->known;
    int64_t now = os_now_ms();
    bool ok = false;
    pthread_mutex_lock(&k->lock);
    bool fresh = k->keys && now >= k->keys_ms && now - k->keys_ms < OIDC_KEPT_MS;
    if (fresh) {
        ok = jose_verify(k->keys, o->conf.algs, token, arena, out, err);
        *again = !ok && (err->code == ERR_TOKEN_KEY || (err->code == ERR_TOKEN_SIGNATURE && !out->kid.n)) &&
                 may_refetch(&k->refetch[stranger], now);
    } else {
        err_set(err, ERR_TOKEN_KEY, "", NULL);
        *again = true;
    }
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool provider_verify(struct oidc *o, struct str token, bool stranger, uint64_t deadline_ns,
                     struct arena *arena, struct jose_token *out, struct err *err)
{
    struct err first = {0}, second = {0};
    bool again = false;
    if (verify_once(o, token, stranger, arena, out, &again, &first))
        return true;
    if (!again) {
        *err = first;
        return false;
    }
    if (!fetch_keys(o, deadline_ns, arena, err))
        return false;
    if (verify_once(o, token, stranger, arena, out, &again, &second))
        return true;
    *err = second;
    return false;
}
