/* SPDX-License-Identifier: Apache-2.0
 * Keys and tokens of the RFCs, and what forged tokens are made of (RFC 8725). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/b64.h"
#include "jose/jose.h"

enum { ALL = JOSE_RS256 | JOSE_RS384 | JOSE_ES256 | JOSE_ES384 };

/* RFC 7515, A.2 and A.3: the same payload under two keys. */
static const char rsa_n[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
    "SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2et"
    "hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
#define PAYLOAD                                                                                              \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
static const char rs256[] =
    "eyJhbGciOiJSUzI1NiJ9." PAYLOAD
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJ"
    "dbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
    "9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXL"
    "IhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
static const char ec_key[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHv"
    "RVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
static const char es256[] =
    "eyJhbGciOiJFUzI1NiJ9." PAYLOAD
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

struct world {
    struct arena arena;
    struct jose_keys *rsa, *ec;
};

static struct jose_keys *keys(struct world *w, const char *fmt, ...)
{
    struct err err = {0};
    va_list ap;
    va_start(ap, fmt);
    struct str json = arena_vprintf(&w->arena, fmt, ap);
    va_end(ap);
    struct jose_keys *k = jose_keys_parse(json, false, &err);
    if (!k)
        fail_msg("%s %s", err_info(err.code)->name, err.arg[1]);
    return k;
}

static int setup(void **state)
{
    static struct world w;
    arena_init(&w.arena);
    w.rsa = keys(&w, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", rsa_n);
    w.ec = keys(&w, "%s", ec_key);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    jose_keys_free(w->rsa);
    jose_keys_free(w->ec);
    arena_release(&w->arena);
    return 0;
}

static enum err_code verify(struct world *w, const struct jose_keys *k, unsigned algs, struct str token)
{
    struct jose_token out;
    struct err err = {0};
    return jose_verify(k, algs, token, &w->arena, &out, &err) ? ERR_OK : err.code;
}

static struct str encode(struct world *w, const char *text)
{
    return b64url_encode(&w->arena, text, strlen(text));
}

/* The token of the RFC under another header. */
static struct str reheaded(struct world *w, const char *header, const char *token)
{
    return arena_printf(&w->arena, "%.*s%s", STR_ARG(encode(w, header)), strchr(token, '.'));
}

static void test_rfc_tokens(void **state)
{
    struct world *w = *state;
    struct jose_token out;
    struct json_doc claims;
    struct err err = {0};
    struct jose_expect expect = {.iss = STR("joe"), .now_s = 1300819380 - 10};
    assert_true(jose_verify(w->rsa, ALL, str_of(rs256), &w->arena, &out, &err));
    assert_int_equal(out.alg, JOSE_RS256);
    assert_true(jose_claims(&out, &expect, &w->arena, &claims, &err));
    assert_true(str_is(jose_claim(&claims, "iss"), "joe"));
    assert_int_equal(verify(w, w->ec, ALL, str_of(es256)), ERR_OK);
    assert_true(jose_peek(str_of(es256), &w->arena, &claims, &err));
    assert_true(str_is(jose_claim(&claims, "iss"), "joe"));
    /* Each only by its own key, and only while its algorithm is accepted. */
    assert_int_equal(verify(w, w->ec, ALL, str_of(rs256)), ERR_TOKEN_KEY);
    assert_int_equal(verify(w, w->rsa, ALL, str_of(es256)), ERR_TOKEN_KEY);
    assert_int_equal(verify(w, w->rsa, ALL & ~(unsigned)JOSE_RS256, str_of(rs256)), ERR_TOKEN_ALG);
}

static void test_rfc_thumbprint(void **state)
{
    struct world *w = *state;
    /* RFC 7638, 3.1 */
    struct jose_keys *k =
        keys(w, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
             "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
             "BJECPebWKRXjBZC"
             "iFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
             "FDW2QvzqY368QQMicAtaSqzs8KJZg"
             "nYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-"
             "G_xBniIq"
             "bw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw");
    assert_true(str_is(jose_key_thumbprint(k, 0, &w->arena), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    jose_keys_free(k);
}

static void test_pkce(void **state)
{
    (void)state;
    /* RFC 7636, appendix B */
    struct str verifier = STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    struct str challenge = STR("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert_true(jose_pkce(verifier, challenge));
    assert_false(jose_pkce(challenge, verifier));
    assert_false(jose_pkce(str_sub(verifier, 0, 42), challenge));
    assert_false(jose_pkce(verifier, str_sub(challenge, 0, 42)));
    assert_false(jose_pkce(STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX="), challenge));
}

/* Each algorithm: a new key signs, its public part verifies, any changed character does not. */
static void test_round_trip(void **state)
{
    static const enum jose_alg algs[] = {JOSE_RS256, JOSE_RS384, JOSE_ES256, JOSE_ES384};
    struct world *w = *state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        struct buf key, public, token;
        buf_init(&key, BUF_NO_MAX);
        buf_init(&public, BUF_NO_MAX);
        buf_init(&token, BUF_NO_MAX);
        assert_true(jose_key_make(algs[i], &key, &err));
        struct jose_keys *mine = jose_keys_parse(buf_get(&key), true, &err);
        assert_non_null(mine);
        assert_true(jose_keys_write(mine, &public, &err));
        assert_true(str_find_str(buf_get(&public), STR("\"d\"")) == SIZE_MAX);
        struct jose_keys *theirs = jose_keys_parse(buf_get(&public), false, &err);
        assert_non_null(theirs);
        assert_true(jose_sign(mine, algs[i], "JWT", STR("{\"exp\":1}"), &token, &err));
        assert_int_equal(verify(w, theirs, algs[i], buf_get(&token)), ERR_OK);
        for (size_t at = 0; at < token.n; at += 7) {
            char was = token.p[at];
            token.p[at] = was == 'A' ? 'B' : 'A';
            assert_int_not_equal(verify(w, theirs, ALL, buf_get(&token)), ERR_OK);
            token.p[at] = was;
        }
        /* A key for verifying does not sign. */
        assert_false(jose_sign(theirs, algs[i], NULL, STR("{}"), &token, &err));
        assert_int_equal(err.code, ERR_TOKEN_KEY);
        jose_keys_free(mine);
        jose_keys_free(theirs);
        buf_release(&key);
        buf_release(&public);
        buf_release(&token);
    }
}

static void test_forged_algorithms(void **state)
{
    struct world *w = *state;
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"none\"}", rs256)), ERR_TOKEN_ALG);
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"None\"}", rs256)), ERR_TOKEN_ALG);
    assert_int_equal(
        verify(w, w->rsa, ALL,
               arena_printf(&w->arena, "%.*s." PAYLOAD ".", STR_ARG(encode(w, "{\"alg\":\"none\"}")))),
        ERR_TOKEN_ALG);
    /* HMAC with the public key's modulus as the secret. */
    struct str text = arena_printf(&w->arena, "%.*s." PAYLOAD, STR_ARG(encode(w, "{\"alg\":\"HS256\"}")));
    HMAC(EVP_sha256(), rsa_n, sizeof rsa_n - 1, (const unsigned char *)text.p, text.n, mac, &n);
    struct str sig = b64url_encode(&w->arena, mac, n);
    assert_int_equal(
        verify(w, w->rsa, ALL, arena_printf(&w->arena, "%.*s.%.*s", STR_ARG(text), STR_ARG(sig))),
        ERR_TOKEN_ALG);
    /* Another algorithm of the same key, and of another. */
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"RS384\"}", rs256)), ERR_TOKEN_SIGNATURE);
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"ES256\"}", rs256)), ERR_TOKEN_KEY);
    assert_int_equal(verify(w, w->ec, ALL, reheaded(w, "{\"alg\":\"ES384\"}", es256)), ERR_TOKEN_KEY);
    /* A key in the header is nobody's. */
    struct str own = arena_printf(&w->arena, "{\"alg\":\"ES256\",\"jwk\":%s}", ec_key);
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, own.p, es256)), ERR_TOKEN_KEY);
    assert_int_equal(
        verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", rs256)),
        ERR_TOKEN_FORM);
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"RS256\",\"kid\":\"other\"}", rs256)),
                     ERR_TOKEN_KEY);
    assert_int_equal(verify(w, w->rsa, ALL, reheaded(w, "{\"alg\":\"RS256\",\"alg\":\"none\"}", rs256)),
                     ERR_TOKEN_FORM);
}

static void test_forged_signatures(void **state)
{
    static const unsigned char zero[96] = {0};
    struct world *w = *state;
    size_t cut = strlen(es256) - strlen(strrchr(es256, '.') + 1);
    const size_t lengths[] = {0, 1, 63, 64, 65, 96};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct str sig = b64url_encode(&w->arena, zero, lengths[i]);
        struct str token = arena_printf(&w->arena, "%.*s%.*s", (int)cut, es256, STR_ARG(sig));
        assert_int_equal(verify(w, w->ec, ALL, token), ERR_TOKEN_SIGNATURE);
    }
    static const char *const broken[] = {"",
                                         ".",
                                         "..",
                                         "...",
                                         "a.b",
                                         "a.b.c.d",
                                         "e30.e30.",
                                         "bnVsbA..",
                                         "W10.e30.e30",
                                         "eyJhbGciOjF9.e30.e30",
                                         "e30=.e30.e30"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(verify(w, w->ec, ALL, str_of(broken[i])), ERR_TOKEN_FORM);
    char *long_token = arena_alloc(&w->arena, JOSE_TOKEN_MAX + 1);
    memset(long_token, 'A', JOSE_TOKEN_MAX + 1);
    assert_int_equal(verify(w, w->ec, ALL, (struct str){long_token, JOSE_TOKEN_MAX + 1}), ERR_TOKEN_FORM);
}

static enum err_code parse(const char *json, bool private)
{
    struct err err = {0};
    struct jose_keys *k = jose_keys_parse(str_of(json), private, &err);
    jose_keys_free(k);
    return k ? ERR_OK : err.code;
}

static void test_bad_keys(void **state)
{
    struct world *w = *state;
    assert_int_equal(parse("[]", false), ERR_JWK);
    assert_int_equal(parse("{\"keys\":{}}", false), ERR_JWK);
    assert_int_equal(parse("{\"keys\":[]}", false), ERR_JWK);
    assert_int_equal(parse("{\"keys\":[1,{\"kty\":\"OKP\"}]}", false), ERR_JWK);
    assert_int_equal(parse("{\"kty\":\"oct\",\"k\":\"AAAA\"}", false), ERR_JWK_PRIVATE);
    /* 1,024 bits; the number one as exponent; a point that is not on the curve; a coordinate cut short. */
    struct str small = arena_printf(&w->arena, "{\"kty\":\"RSA\",\"n\":\"%.171s\",\"e\":\"AQAB\"}", rsa_n);
    assert_int_equal(parse(small.p, false), ERR_JWK);
    struct str one = arena_printf(&w->arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQ\"}", rsa_n);
    assert_int_equal(parse(one.p, false), ERR_JWK);
    assert_int_equal(
        parse("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
              "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
              false),
        ERR_JWK);
    assert_int_equal(parse("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83O\",\"y\":\"x_FE\"}", false),
                     ERR_JWK);
    assert_int_equal(parse(ec_key, true), ERR_JWK);
    struct str enc = arena_printf(&w->arena, "%.*s,\"use\":\"enc\"}", (int)strlen(ec_key) - 1, ec_key);
    assert_int_equal(parse(enc.p, false), ERR_JWK);
    struct str other = arena_printf(&w->arena, "%.*s,\"alg\":\"ES384\"}", (int)strlen(ec_key) - 1, ec_key);
    assert_int_equal(parse(other.p, false), ERR_JWK);
    struct str mixed = arena_printf(&w->arena, "{\"keys\":[{\"kty\":\"X\"},%s]}", ec_key);
    assert_int_equal(parse(mixed.p, false), ERR_OK);
}

static enum err_code claims(struct world *w, const char *payload, const struct jose_expect *expect)
{
    struct jose_token token = {.payload = str_of(payload)};
    struct json_doc doc;
    struct err err = {0};
    return jose_claims(&token, expect, &w->arena, &doc, &err) ? ERR_OK : err.code;
}

static void test_claims(void **state)
{
    struct world *w = *state;
    struct jose_expect e = {.iss = STR("i"), .aud = STR("a"), .now_s = 1000, .lifetime_s = 300, .jti = true};
    static const struct {
        const char *payload;
        enum err_code want;
    } cases[] = {
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300}", ERR_OK},
        {"{\"iss\":\"i\",\"aud\":[\"b\",\"a\"],\"jti\":\"1\",\"exp\":1300.5}", ERR_OK},
        {"{\"iss\":\"x\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":[\"i\"],\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"b\",\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":[\"b\"],\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":[[\"a\"]],\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"jti\":\"1\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1300}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\"}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":\"1300\"}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1e9}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":-1}", ERR_TOKEN_CLAIM},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":940}", ERR_TOKEN_TIME},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":941}", ERR_OK},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1361}", ERR_TOKEN_TIME},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300,\"nbf\":1061}", ERR_TOKEN_TIME},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300,\"nbf\":1060}", ERR_OK},
        {"{\"iss\":\"i\",\"aud\":\"a\",\"jti\":\"1\",\"exp\":1300,\"iat\":true}", ERR_TOKEN_CLAIM},
        {"[]", ERR_TOKEN_FORM},
        {"{", ERR_TOKEN_FORM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (claims(w, cases[i].payload, &e) != cases[i].want)
            fail_msg("%s", cases[i].payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_tokens),
        cmocka_unit_test(test_rfc_thumbprint),
        cmocka_unit_test(test_pkce),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_forged_algorithms),
        cmocka_unit_test(test_forged_signatures),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_claims),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
