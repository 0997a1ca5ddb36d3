/* SPDX-License-Identifier: Apache-2.0
 * Keys: JWK (RFC 7517, RFC 7518 section 6) to and from OpenSSL's. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include "base/b64.h"
#include "base/os.h"
#include "jose/jose_int.h"

const struct jose_alg_info jose_algs[4] = {
    {JOSE_RS256, "RS256", "SHA256", NULL, NULL, 0},
    {JOSE_RS384, "RS384", "SHA384", NULL, NULL, 0},
    {JOSE_ES256, "ES256", "SHA256", "P-256", "prime256v1", 32},
    {JOSE_ES384, "ES384", "SHA384", "P-384", "secp384r1", 48},
};

enum { JOSE_RSA_NEW = 3072, JOSE_NUMBER_MAX = JOSE_RSA_MAX / 8, JOSE_POINT_MAX = 1 + 2 * 48 };

const struct jose_alg_info *jose_alg_find(struct str name)
{
    for (size_t i = 0; i < sizeof jose_algs / sizeof *jose_algs; i++)
        if (str_is(name, jose_algs[i].name))
            return &jose_algs[i];
    return NULL;
}

const struct jose_alg_info *jose_alg_info(enum jose_alg alg)
{
    for (size_t i = 0; i < sizeof jose_algs / sizeof *jose_algs; i++)
        if (jose_algs[i].alg == alg)
            return &jose_algs[i];
    return NULL;
}

/* ---- the numbers of a JWK ---- */

struct number {
    const char *member, *param; /* the JWK's name, OpenSSL's */
    bool secret;
};

static const struct number rsa_numbers[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N, false},         {"e", OSSL_PKEY_PARAM_RSA_E, false},
    {"d", OSSL_PKEY_PARAM_RSA_D, true},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1, true},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2, true},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, true},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, true}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, true},
};
static const struct number ec_numbers[] = {
    {"x", OSSL_PKEY_PARAM_EC_PUB_X, false},
    {"y", OSSL_PKEY_PARAM_EC_PUB_Y, false},
    {"d", OSSL_PKEY_PARAM_PRIV_KEY, true},
};

static struct str member(const struct json_doc *doc, uint32_t jwk, const char *name)
{
    return json_text(doc, json_get_key(doc, jwk, str_of(name)));
}

static BIGNUM *number_read(const struct json_doc *doc, uint32_t jwk, const char *name, struct arena *arena)
{
    struct str text = member(doc, jwk, name), bytes;
    if (!text.n || !b64url_decode(arena, text, &bytes) || bytes.n > JOSE_NUMBER_MAX)
        return NULL;
    return BN_bin2bn((const unsigned char *)bytes.p, (int)bytes.n, NULL);
}

static EVP_PKEY *pkey_build(const char *type, OSSL_PARAM_BLD *build, bool secret)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) != 1) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return pkey;
}

static EVP_PKEY *rsa_read(const struct json_doc *doc, uint32_t jwk, bool secret, struct arena *arena)
{
    enum { NUMBERS = sizeof rsa_numbers / sizeof *rsa_numbers };
    BIGNUM *bn[NUMBERS] = {NULL};
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    bool ok = build != NULL;
    for (size_t i = 0; i < NUMBERS && ok; i++) {
        if (rsa_numbers[i].secret && !secret)
            continue;
        bn[i] = number_read(doc, jwk, rsa_numbers[i].member, arena);
        ok = bn[i] && OSSL_PARAM_BLD_push_BN(build, rsa_numbers[i].param, bn[i]) == 1;
    }
    int bits = ok ? BN_num_bits(bn[0]) : 0;
    /* e: odd and greater than one, and of a size that makes no verification costly. */
    ok = bits >= JOSE_RSA_MIN && bits <= JOSE_RSA_MAX && BN_is_odd(bn[1]) && !BN_is_one(bn[1]) &&
         BN_num_bits(bn[1]) <= 64;
    EVP_PKEY *pkey = ok ? pkey_build("RSA", build, secret) : NULL;
    for (size_t i = 0; i < NUMBERS; i++)
        BN_clear_free(bn[i]);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

/* The coordinates have the curve's full length (RFC 7518, 6.2.1.2), so the point is 04 x y. */
static bool ec_point(const struct json_doc *doc, uint32_t jwk, size_t half, struct arena *arena,
                     unsigned char point[JOSE_POINT_MAX])
{
    struct str x, y;
    if (!b64url_decode(arena, member(doc, jwk, "x"), &x) ||
        !b64url_decode(arena, member(doc, jwk, "y"), &y) || x.n != half || y.n != half)
        return false;
    point[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(point + 1, x.p, half);
    memcpy(point + 1 + half, y.p, half);
    return true;
}

static EVP_PKEY *ec_read(const struct json_doc *doc, uint32_t jwk, const struct jose_alg_info *alg,
                         bool secret, struct arena *arena)
{
    unsigned char point[JOSE_POINT_MAX];
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = secret ? number_read(doc, jwk, "d", arena) : NULL;
    bool ok =
        build && ec_point(doc, jwk, alg->half, arena, point) && (!secret || d) &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, alg->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * alg->half) == 1 &&
        (!secret || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1);
    EVP_PKEY *pkey = ok ? pkey_build("EC", build, secret) : NULL;
    /* A point that is not on the curve would give a private key away bit by bit. */
    EVP_PKEY_CTX *check = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
    if (pkey && (!check || EVP_PKEY_public_check(check) != 1)) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(check);
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static const struct jose_alg_info *curve_find(struct str name)
{
    for (size_t i = 0; i < sizeof jose_algs / sizeof *jose_algs; i++)
        if (jose_algs[i].curve && str_is(name, jose_algs[i].curve))
            return &jose_algs[i];
    return NULL;
}

/* ---- sets ---- */

static bool has_secret(const struct json_doc *doc, uint32_t jwk)
{
    return json_get_key(doc, jwk, STR("d")) != UINT32_MAX || json_get_key(doc, jwk, STR("k")) != UINT32_MAX ||
           json_get_key(doc, jwk, STR("p")) != UINT32_MAX;
}

/* Fills *out; false: not a key for us. */
static bool key_read(const struct json_doc *doc, uint32_t jwk, bool secret, struct arena *arena,
                     struct jose_key *out)
{
    struct str kty = member(doc, jwk, "kty"), use = member(doc, jwk, "use"), alg = member(doc, jwk, "alg");
    struct str kid = member(doc, jwk, "kid");
    *out = (struct jose_key){.secret = secret};
    if ((use.p && !str_is(use, "sig")) || kid.n > JOSE_KID_MAX)
        return false;
    if (str_is(kty, "RSA")) {
        out->algs = JOSE_RS256 | JOSE_RS384;
        out->pkey = rsa_read(doc, jwk, secret, arena);
    } else if (str_is(kty, "EC")) {
        const struct jose_alg_info *curve = curve_find(member(doc, jwk, "crv"));
        out->algs = curve ? curve->alg : 0;
        out->pkey = curve ? ec_read(doc, jwk, curve, secret, arena) : NULL;
    }
    if (alg.p) {
        const struct jose_alg_info *own = jose_alg_find(alg);
        out->algs &= own ? (unsigned)own->alg : 0;
    }
    out->kid = arena_str(arena, kid);
    if (out->pkey && out->algs)
        return true;
    EVP_PKEY_free(out->pkey);
    return false;
}

static bool keys_read(struct jose_keys *k, const struct json_doc *doc, bool secret, struct err *err)
{
    uint32_t list = json_get_key(doc, 0, STR("keys"));
    bool set = list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY;
    if (doc->nodes[0].kind != JSON_OBJECT || (list != UINT32_MAX && !set))
        return err_set(err, ERR_JWK, "en JWK eller ett JWK-set väntades", "a JWK or a JWK set was expected",
                       NULL);
    for (uint32_t i = set ? list + 1 : 0; i < (set ? doc->nodes[list].end : 1); i = doc->nodes[i].end) {
        if (doc->nodes[i].kind != JSON_OBJECT)
            continue;
        if (!secret && has_secret(doc, i))
            return err_set(err, ERR_JWK_PRIVATE, NULL);
        if (k->count == JOSE_KEYS_MAX)
            return err_set(err, ERR_JWK, "fler än 64 nycklar", "more than 64 keys", NULL);
        if (key_read(doc, i, secret, &k->arena, &k->item[k->count]))
            k->count++;
    }
    return k->count ||
           err_set(err, ERR_JWK, "ingen användbar nyckel (RSA från 2048 bitar, EC P-256 eller P-384)",
                   "no usable key (RSA of 2048 bits or more, EC P-256 or P-384)", NULL);
}

struct jose_keys *jose_keys_parse(struct str json, bool private, struct err *err)
{
    struct json_doc doc;
    struct arena text;
    struct jose_keys *k = os_alloc(sizeof *k);
    if (!k) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(k, 0, sizeof *k);
    arena_init(&k->arena);
    arena_init(&text);
    bool ok = json.n <= JOSE_SET_MAX || err_set(err, ERR_JWK, "för stort", "too large", NULL);
    ok = ok && json_parse(&text, json, NULL, &doc, err) && keys_read(k, &doc, private, err);
    arena_release(&text);
    if (ok)
        return k;
    jose_keys_free(k);
    return NULL;
}

void jose_keys_free(struct jose_keys *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->count; i++)
        EVP_PKEY_free(k->item[i].pkey);
    arena_release(&k->arena);
    os_free(k);
}

size_t jose_keys_count(const struct jose_keys *k)
{
    return k->count;
}

/* ---- writing ---- */

/* half: bytes that an EC number is filled up to; 0: as long as it is. */
static bool number_write(EVP_PKEY *pkey, const struct number *number, size_t half, struct json_out *o,
                         struct arena *arena)
{
    BIGNUM *bn = NULL;
    if (EVP_PKEY_get_bn_param(pkey, number->param, &bn) != 1)
        return false;
    int n = half ? (int)half : BN_num_bytes(bn);
    unsigned char *bytes = arena_alloc(arena, (size_t)n + 1);
    bool ok = bytes && BN_bn2binpad(bn, bytes, n) == n;
    if (ok)
        json_out_string(o, number->member, b64url_encode(arena, bytes, (size_t)n));
    if (bytes)
        OPENSSL_cleanse(bytes, (size_t)n);
    BN_clear_free(bn);
    return ok;
}

static bool numbers_write(EVP_PKEY *pkey, const struct jose_alg_info *alg, bool secret, struct json_out *o,
                          struct arena *arena)
{
    const struct number *number = alg->curve ? ec_numbers : rsa_numbers;
    size_t count =
        alg->curve ? sizeof ec_numbers / sizeof *ec_numbers : sizeof rsa_numbers / sizeof *rsa_numbers;
    for (size_t i = 0; i < count; i++)
        if ((secret || !number[i].secret) && !number_write(pkey, &number[i], alg->half, o, arena))
            return false;
    return true;
}

/* RFC 7638: the required members alone, by name, in order of their names. */
static struct str thumbprint(EVP_PKEY *pkey, const struct jose_alg_info *alg, struct arena *arena)
{
    static const struct number rsa[] = {{"e", OSSL_PKEY_PARAM_RSA_E, false},
                                        {"n", OSSL_PKEY_PARAM_RSA_N, false}};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct buf text;
    struct json_out o;
    buf_init(&text, JOSE_SET_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    bool ok;
    if (alg->curve) {
        json_out_cstr(&o, "crv", alg->curve);
        json_out_cstr(&o, "kty", "EC");
        ok = number_write(pkey, &ec_numbers[0], alg->half, &o, arena) &&
             number_write(pkey, &ec_numbers[1], alg->half, &o, arena);
    } else {
        ok = number_write(pkey, &rsa[0], 0, &o, arena);
        json_out_cstr(&o, "kty", "RSA");
        ok = ok && number_write(pkey, &rsa[1], 0, &o, arena);
    }
    json_out_end_object(&o);
    ok = ok && buf_ok(&text) && EVP_Digest(text.p, text.n, digest, &n, EVP_sha256(), NULL) == 1;
    buf_release(&text);
    return ok ? b64url_encode(arena, digest, n) : (struct str){0};
}

static const struct jose_alg_info *key_alg(const struct jose_key *key)
{
    for (size_t i = 0; i < sizeof jose_algs / sizeof *jose_algs; i++)
        if (key->algs & (unsigned)jose_algs[i].alg)
            return &jose_algs[i];
    return NULL;
}

struct str jose_key_thumbprint(const struct jose_keys *k, size_t i, struct arena *arena)
{
    OS_ASSERT(i < k->count);
    return thumbprint(k->item[i].pkey, key_alg(&k->item[i]), arena);
}

static bool key_write(EVP_PKEY *pkey, const struct jose_alg_info *alg, struct str kid, bool named,
                      bool secret, struct json_out *o, struct arena *arena)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "kty", alg->curve ? "EC" : "RSA");
    if (alg->curve)
        json_out_cstr(o, "crv", alg->curve);
    json_out_cstr(o, "use", "sig");
    if (named)
        json_out_cstr(o, "alg", alg->name);
    if (kid.n)
        json_out_string(o, "kid", kid);
    bool ok = numbers_write(pkey, alg, secret, o, arena);
    json_out_end_object(o);
    return ok;
}

bool jose_key_make(enum jose_alg alg, struct buf *out, struct err *err)
{
    const struct jose_alg_info *info = jose_alg_info(alg);
    struct arena arena;
    struct json_out o;
    OS_ASSERT(info);
    EVP_PKEY *pkey = info->curve ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", info->group)
                                 : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)JOSE_RSA_NEW);
    arena_init(&arena);
    json_out_init(&o, out);
    bool ok = pkey && key_write(pkey, info, thumbprint(pkey, info, &arena), true, true, &o, &arena);
    arena_release(&arena);
    EVP_PKEY_free(pkey);
    return (ok && buf_ok(out)) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool jose_keys_write(const struct jose_keys *k, struct buf *out, struct err *err)
{
    struct arena arena;
    struct json_out o;
    bool ok = true;
    arena_init(&arena);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_array(&o, "keys");
    for (size_t i = 0; i < k->count && ok; i++) {
        const struct jose_key *key = &k->item[i];
        const struct jose_alg_info *alg = key_alg(key);
        ok = key_write(key->pkey, alg, key->kid, key->algs == (unsigned)alg->alg, false, &o, &arena);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
    arena_release(&arena);
    return (ok && buf_ok(out)) || err_set(err, ERR_NO_MEMORY, NULL);
}
