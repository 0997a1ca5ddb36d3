/* SPDX-License-Identifier: Apache-2.0
 * The provider says that somebody has logged out there (Back-Channel Logout 1.0, 2.4 and 2.6). */
#include "oidc/oidc_int.h"

static bool wrong(struct err *err, const char *claim)
{
    return err_set(err, ERR_TOKEN_CLAIM, claim, NULL);
}

static bool is_logout(const struct json_doc *claims)
{
    uint32_t events = json_get_key(claims, 0, STR("events"));
    if (events == UINT32_MAX || claims->nodes[events].kind != JSON_OBJECT)
        return false;
    uint32_t one = json_get_key(claims, events, STR("http://schemas.openid.net/event/backchannel-logout"));
    return one != UINT32_MAX && claims->nodes[one].kind == JSON_OBJECT;
}

static bool type_ok(struct str typ)
{
    static const char *const names[] = {"JWT", "logout+jwt", "application/logout+jwt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (typ.n == strlen(names[i]) && strncasecmp(typ.p, names[i], typ.n) == 0)
            return true;
    return !typ.n;
}

bool oidc_logout(struct oidc *o, struct str token, uint64_t deadline_ns, struct arena *arena,
                 struct oidc_ended **out, size_t *count, struct err *err)
{
    struct jose_token t;
    struct json_doc claims;
    int64_t now_ms = os_now_ms(), iat;
    struct jose_expect expect = {
        .iss = o->conf.issuer, .aud = o->conf.client, .now_s = now_ms / 1000, .jti = true};
    if (!provider_verify(o, token, true, deadline_ns, arena, &t, err) ||
        !jose_claims(&t, &expect, arena, &claims, err))
        return false;
    if (!type_ok(t.typ))
        return wrong(err, "typ");
    if (!jose_claim_time(&claims, "iat", &iat) || iat < expect.now_s - OIDC_LOGOUT_S)
        return wrong(err, "iat");
    /* An id_token has a nonce: it can never be played back as a logout. */
    if (json_get_key(&claims, 0, STR("nonce")) != UINT32_MAX)
        return wrong(err, "nonce");
    if (!is_logout(&claims))
        return wrong(err, "events");
    struct str sub = jose_claim(&claims, "sub"), sid = jose_claim(&claims, "sid");
    if (!sub.n && !sid.n)
        return wrong(err, "sub/sid");
    return session_once(o, jose_claim(&claims, "jti"), now_ms, err) &&
           session_forget(o, sub, sid, arena, out, count, err);
}
