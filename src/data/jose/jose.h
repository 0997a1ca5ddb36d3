/* SPDX-License-Identifier: Apache-2.0
 * jose: signed tokens. JWS compact serialisation (RFC 7515), JWK and JWK sets (RFC 7517), thumbprints
 * (RFC 7638) and the registered claims of JWT (RFC 7519), as SMART App Launch 2 and OpenID Connect need them.
 *
 * Narrow on purpose (RFC 8725): the caller says which algorithms it accepts, and a key only verifies what is
 * its own; there is no "none" and no HMAC, so a public key can never be taken for a shared secret. Keys come
 * from the caller alone: what a header says of keys (jwk, jku, x5c, x5u) is not looked at, and a header with
 * crit is refused.
 * Pure functions over memory; a set of keys may be used by any number of threads. */
#ifndef HELHET_JOSE_JOSE_H
#define HELHET_JOSE_JOSE_H

#include "json/json.h"

enum {
    JOSE_TOKEN_MAX = 16 * 1024, /* bytes of one compact token */
    JOSE_SET_MAX = 256 * 1024,  /* bytes of one JWK set */
    JOSE_KEYS_MAX = 64,         /* keys of one set */
    JOSE_KID_MAX = 256,         /* bytes of a key id */
    JOSE_RSA_MIN = 2048,        /* bits */
    JOSE_RSA_MAX = 8192,
    JOSE_TRIES_MAX = 4, /* keys tried for one token that names none */
    JOSE_LEEWAY_S = 60, /* clocks may differ by so much */
};

enum jose_alg { JOSE_RS256 = 1, JOSE_RS384 = 2, JOSE_ES256 = 4, JOSE_ES384 = 8 };

struct jose_keys;

/* Reads a JWK set, or one JWK. Of a set, keys of unknown types, for encryption, or out of range are passed
 * over (RFC 7517, 5); no usable key at all is an error. private: the keys sign, so each must have its private
 * part; else a private part is an error (ERR_JWK_PRIVATE), for who sent it has told it to the world. NULL
 * with *err. */
struct jose_keys *jose_keys_parse(struct str json, bool private, struct err *err);
void jose_keys_free(struct jose_keys *k);
size_t jose_keys_count(const struct jose_keys *k);

/* A new private key for alg as a JWK in JSON, appended to out; kid is its thumbprint. RSA has 3072 bits. */
bool jose_key_make(enum jose_alg alg, struct buf *out, struct err *err);
/* The public parts as a JWK set, appended: {"keys":[…]}. */
bool jose_keys_write(const struct jose_keys *k, struct buf *out, struct err *err);
/* SHA-256 thumbprint of the key at i, base64url, in arena. */
struct str jose_key_thumbprint(const struct jose_keys *k, size_t i, struct arena *arena);

/* Signs payload with the first key that can do alg, appended to out. typ goes into the header ("JWT"). */
bool jose_sign(const struct jose_keys *k, enum jose_alg alg, const char *typ, struct str payload,
               struct buf *out, struct err *err);

struct jose_token {
    enum jose_alg alg;
    struct str kid, typ;    /* "" when absent */
    struct str payload;     /* in arena */
    struct json_doc header; /* of the header */
};

/* Verifies a compact token against keys, algs (enum jose_alg, or-ed) being what is accepted. Everything of
 * *out lives in arena. ERR_TOKEN_FORM, _ALG, _KEY or _SIGNATURE. */
bool jose_verify(const struct jose_keys *k, unsigned algs, struct str token, struct arena *arena,
                 struct jose_token *out, struct err *err);
/* The claims of a token that is not verified, for choosing the keys to verify it with (by iss); nothing else
 * may be made of them. */
bool jose_peek(struct str token, struct arena *arena, struct json_doc *claims, struct err *err);

/* What claims must say. Empty texts are not asked for. */
struct jose_expect {
    struct str iss, sub, aud, nonce;
    int64_t now_s;      /* seconds since 1970 */
    int64_t lifetime_s; /* exp may lie at most so far ahead; 0: no matter */
    bool jti;           /* must be there */
};
/* Parses the payload as claims and checks them: exp is required and not past, nbf and iat not ahead (each
 * with JOSE_LEEWAY_S), iss and sub equal, aud equal or one of an array. ERR_TOKEN_CLAIM names the claim,
 * ERR_TOKEN_TIME what is wrong with the time. */
bool jose_claims(const struct jose_token *token, const struct jose_expect *expect, struct arena *arena,
                 struct json_doc *claims, struct err *err);
/* A claim's text; {NULL,0} when it is absent or no text. */
struct str jose_claim(const struct json_doc *claims, const char *name);
/* A NumericDate in whole seconds; false when it is absent or none. */
bool jose_claim_time(const struct json_doc *claims, const char *name, int64_t *seconds);

/* RFC 7636, 4.6: is challenge the base64url SHA-256 of verifier, and is verifier well formed (43 to 128
 * unreserved characters)? In constant time. */
bool jose_pkce(struct str verifier, struct str challenge);

#endif
