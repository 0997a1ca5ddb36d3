/* SPDX-License-Identifier: Apache-2.0
 * What a verified token says: the registered claims (RFC 7519, 4.1), and PKCE (RFC 7636). */
#include <openssl/crypto.h>

#include "base/b64.h"
#include "jose/jose_int.h"

enum { PKCE_MIN = 43, PKCE_MAX = 128 };

struct str jose_claim(const struct json_doc *claims, const char *name)
{
    uint32_t i = json_get_key(claims, 0, str_of(name));
    return i != UINT32_MAX && claims->nodes[i].kind == JSON_STRING ? json_text(claims, i) : (struct str){0};
}

bool jose_claim_time(const struct json_doc *claims, const char *name, int64_t *seconds)
{
    uint32_t i = json_get_key(claims, 0, str_of(name));
    uint64_t whole;
    if (i == UINT32_MAX || claims->nodes[i].kind != JSON_NUMBER)
        return false;
    /* Fractions are allowed and cut off; a sign or an exponent names no time that a token has. */
    struct str text = json_text(claims, i);
    size_t point = str_find(text, '.', 0);
    if (!str_u64(str_sub(text, 0, point), INT64_MAX / 4, &whole))
        return false;
    for (size_t k = point; point != SIZE_MAX && ++k < text.n;)
        if (text.p[k] < '0' || text.p[k] > '9')
            return false;
    *seconds = (int64_t)whole;
    return true;
}

static bool wrong(struct err *err, const char *claim)
{
    return err_set(err, ERR_TOKEN_CLAIM, claim, NULL);
}

static bool audience_is(const struct json_doc *claims, struct str aud)
{
    uint32_t i = json_get_key(claims, 0, STR("aud"));
    if (i == UINT32_MAX)
        return false;
    if (claims->nodes[i].kind != JSON_ARRAY)
        return str_eq(jose_claim(claims, "aud"), aud);
    JSON_EACH(claims, i, c)
    if (claims->nodes[c].kind == JSON_STRING && str_eq(json_text(claims, c), aud))
        return true;
    return false;
}

/* Is name absent, or a time that is not ahead? */
static bool not_ahead(const struct json_doc *claims, const char *name, int64_t now, bool *ok)
{
    int64_t at;
    if (json_get_key(claims, 0, str_of(name)) == UINT32_MAX)
        return true;
    *ok = *ok && jose_claim_time(claims, name, &at);
    return *ok && at <= now + JOSE_LEEWAY_S;
}

static bool check_times(const struct json_doc *claims, const struct jose_expect *expect, struct err *err)
{
    int64_t exp;
    bool ok = true;
    if (!jose_claim_time(claims, "exp", &exp))
        return wrong(err, "exp");
    if (exp <= expect->now_s - JOSE_LEEWAY_S)
        return err_set(err, ERR_TOKEN_TIME, "den har gått ut", "it has expired", NULL);
    if (expect->lifetime_s && exp > expect->now_s + expect->lifetime_s + JOSE_LEEWAY_S)
        return err_set(err, ERR_TOKEN_TIME, "den gäller för länge", "it lives too long", NULL);
    if (!not_ahead(claims, "nbf", expect->now_s, &ok) || !not_ahead(claims, "iat", expect->now_s, &ok))
        return ok ? err_set(err, ERR_TOKEN_TIME, "den gäller inte än", "it is not valid yet", NULL)
                  : wrong(err, "nbf/iat");
    return true;
}

bool jose_claims(const struct jose_token *token, const struct jose_expect *expect, struct arena *arena,
                 struct json_doc *claims, struct err *err)
{
    const struct {
        const char *name;
        struct str want;
    } equal[] = {{"iss", expect->iss}, {"sub", expect->sub}, {"nonce", expect->nonce}};
    struct err ignored;
    if (!json_parse(arena, token->payload, NULL, claims, &ignored) || claims->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_TOKEN_FORM, "innehållet är inte ett JSON-objekt",
                       "the payload is no JSON object", NULL);
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++)
        if (equal[i].want.n && !str_eq(jose_claim(claims, equal[i].name), equal[i].want))
            return wrong(err, equal[i].name);
    if (expect->aud.n && !audience_is(claims, expect->aud))
        return wrong(err, "aud");
    if (expect->jti && !jose_claim(claims, "jti").n)
        return wrong(err, "jti");
    return check_times(claims, expect, err);
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool jose_pkce(struct str verifier, struct str challenge)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct arena arena;
    if (verifier.n < PKCE_MIN || verifier.n > PKCE_MAX)
        return false;
    for (size_t i = 0; i < verifier.n; i++)
        if (!is_unreserved(verifier.p[i]))
            return false;
    if (EVP_Digest(verifier.p, verifier.n, digest, &n, EVP_sha256(), NULL) != 1)
        return false;
    arena_init(&arena);
    struct str want = b64url_encode(&arena, digest, n);
    bool same = want.n == challenge.n && CRYPTO_memcmp(want.p, challenge.p, want.n) == 0;
    arena_release(&arena);
    return same;
}
