/* SPDX-License-Identifier: Apache-2.0
 * Signing and verifying compact tokens. */
#include <openssl/ecdsa.h>

#include "base/b64.h"
#include "base/os.h"
#include "jose/jose_int.h"

enum { JOSE_SIGNATURE_MAX = JOSE_RSA_MAX / 8, JOSE_DER_MAX = 128 };

/* ---- EC signatures: r and s side by side (RFC 7518, 3.4), while OpenSSL has them in DER ---- */

static bool ec_to_der(const struct jose_alg_info *alg, struct str raw, unsigned char der[JOSE_DER_MAX],
                      size_t *n)
{
    const unsigned char *p = (const unsigned char *)raw.p;
    if (raw.n != 2 * alg->half)
        return false;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(p, (int)alg->half, NULL), *s = BN_bin2bn(p + alg->half, (int)alg->half, NULL);
    bool ok = sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1;
    if (!ok) {
        BN_free(r);
        BN_free(s);
    }
    int len = ok ? i2d_ECDSA_SIG(sig, NULL) : 0;
    ok = len > 0 && len <= JOSE_DER_MAX && i2d_ECDSA_SIG(sig, &der) == len;
    *n = (size_t)len;
    ECDSA_SIG_free(sig);
    return ok;
}

static bool ec_from_der(const struct jose_alg_info *alg, const unsigned char *der, size_t n,
                        unsigned char *raw)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
    bool ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)alg->half) == (int)alg->half &&
              BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + alg->half, (int)alg->half) == (int)alg->half;
    ECDSA_SIG_free(sig);
    return ok;
}

/* ---- signing ---- */

static const struct jose_key *key_for(const struct jose_keys *k, enum jose_alg alg)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->item[i].secret && k->item[i].algs & (unsigned)alg)
            return &k->item[i];
    return NULL;
}

/* n: bytes of the signature in its compact form. */
static bool sign(const struct jose_key *key, const struct jose_alg_info *alg, struct str text,
                 unsigned char to[JOSE_SIGNATURE_MAX], size_t *n)
{
    unsigned char raw[JOSE_DER_MAX];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    *n = JOSE_SIGNATURE_MAX;
    bool ok = ctx && EVP_DigestSignInit_ex(ctx, NULL, alg->digest, NULL, NULL, key->pkey, NULL) == 1 &&
              EVP_DigestSign(ctx, to, n, (const unsigned char *)text.p, text.n) == 1;
    EVP_MD_CTX_free(ctx);
    if (ok && alg->curve) {
        ok = ec_from_der(alg, to, *n, raw);
        *n = 2 * alg->half;
        memcpy(to, raw, *n);
    }
    return ok;
}

bool jose_sign(const struct jose_keys *k, enum jose_alg alg, const char *typ, struct str payload,
               struct buf *out, struct err *err)
{
    const struct jose_alg_info *info = jose_alg_info(alg);
    const struct jose_key *key = key_for(k, alg);
    unsigned char signature[JOSE_SIGNATURE_MAX];
    size_t n, begin = out->n;
    struct arena arena;
    struct buf header;
    struct json_out o;
    if (!key)
        return err_set(err, ERR_TOKEN_KEY, info->name, NULL);
    arena_init(&arena);
    buf_init(&header, JOSE_TOKEN_MAX);
    json_out_init(&o, &header);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "alg", info->name);
    if (typ)
        json_out_cstr(&o, "typ", typ);
    if (key->kid.n)
        json_out_string(&o, "kid", key->kid);
    json_out_end_object(&o);
    buf_str(out, b64url_encode(&arena, header.p, header.n));
    buf_char(out, '.');
    buf_str(out, b64url_encode(&arena, payload.p, payload.n));
    bool ok = buf_ok(&header) && buf_ok(out) &&
              sign(key, info, (struct str){out->p + begin, out->n - begin}, signature, &n);
    if (ok) {
        buf_char(out, '.');
        buf_str(out, b64url_encode(&arena, signature, n));
    }
    buf_release(&header);
    arena_release(&arena);
    return (ok && buf_ok(out)) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* ---- verifying ---- */

static bool form(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_TOKEN_FORM, sv, en, NULL);
}

struct parts {
    struct str header, payload, signature;
    struct str text; /* what is signed */
};

static bool split(struct str token, struct arena *arena, struct parts *out, struct err *err)
{
    struct str rest = token, part[3];
    size_t count = 0;
    if (token.n > JOSE_TOKEN_MAX)
        return form(err, "den är för lång", "it is too long");
    for (struct str p; str_split(&rest, '.', &p); count++)
        if (count < 3)
            part[count] = p;
    if (count != 3)
        return form(err, "tre delar med punkt emellan väntades",
                    "three parts between full stops were expected");
    out->text = (struct str){token.p, part[0].n + 1 + part[1].n};
    return (b64url_decode(arena, part[0], &out->header) && b64url_decode(arena, part[1], &out->payload) &&
            b64url_decode(arena, part[2], &out->signature)) ||
           form(err, "en del är inte base64url", "a part is not base64url");
}

static bool header_read(struct str text, struct arena *arena, struct jose_token *out, struct str *alg,
                        struct err *err)
{
    struct err ignored;
    if (!json_parse(arena, text, NULL, &out->header, &ignored) || out->header.nodes[0].kind != JSON_OBJECT)
        return form(err, "huvudet är inte ett JSON-objekt", "the header is no JSON object");
    if (json_get_key(&out->header, 0, STR("crit")) != UINT32_MAX)
        return form(err, "huvudet har crit, som inte stöds", "the header has crit, which is not supported");
    *alg = jose_claim(&out->header, "alg");
    out->kid = jose_claim(&out->header, "kid");
    out->typ = jose_claim(&out->header, "typ");
    return alg->p || form(err, "huvudet saknar alg", "the header lacks alg");
}

static bool verify(const struct jose_key *key, const struct jose_alg_info *alg, struct str text,
                   struct str signature)
{
    unsigned char der[JOSE_DER_MAX];
    const unsigned char *p = (const unsigned char *)signature.p;
    size_t n = signature.n;
    if (alg->curve) {
        if (!ec_to_der(alg, signature, der, &n))
            return false;
        p = der;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestVerifyInit_ex(ctx, NULL, alg->digest, NULL, NULL, key->pkey, NULL) == 1 &&
              EVP_DigestVerify(ctx, p, n, (const unsigned char *)text.p, text.n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool jose_verify(const struct jose_keys *k, unsigned algs, struct str token, struct arena *arena,
                 struct jose_token *out, struct err *err)
{
    struct parts parts;
    struct str name;
    *out = (struct jose_token){.kid = STR("")};
    if (!split(token, arena, &parts, err) || !header_read(parts.header, arena, out, &name, err))
        return false;
    const struct jose_alg_info *alg = jose_alg_find(name);
    if (!alg || !(algs & (unsigned)alg->alg))
        return err_set_str(err, ERR_TOKEN_ALG, name, STR(""));
    out->alg = alg->alg;
    out->payload = parts.payload;
    unsigned tries = 0;
    for (size_t i = 0; i < k->count && tries < JOSE_TRIES_MAX; i++) {
        const struct jose_key *key = &k->item[i];
        if (!(key->algs & (unsigned)alg->alg) || (out->kid.n && !str_eq(key->kid, out->kid)))
            continue;
        tries++;
        if (verify(key, alg, parts.text, parts.signature))
            return true;
    }
    return tries ? err_set(err, ERR_TOKEN_SIGNATURE, NULL)
                 : err_set_str(err, ERR_TOKEN_KEY, out->kid.n ? out->kid : name, STR(""));
}

bool jose_peek(struct str token, struct arena *arena, struct json_doc *claims, struct err *err)
{
    struct parts parts;
    struct err ignored;
    return split(token, arena, &parts, err) &&
           ((json_parse(arena, parts.payload, NULL, claims, &ignored) &&
             claims->nodes[0].kind == JSON_OBJECT) ||
            form(err, "innehållet är inte ett JSON-objekt", "the payload is no JSON object"));
}
