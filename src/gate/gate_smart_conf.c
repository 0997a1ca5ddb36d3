/* SPDX-License-Identifier: Apache-2.0
 * What apps ask first: SMART's configuration (SMART App Launch 2.2, "Conformance"), OpenID Connect Discovery
 * 1.0, and the keys that id_tokens are signed with. */
#include "gate/gate_smart.h"
#include "jose/jose.h"

enum { CONF_BYTES_MAX = 64 * 1024 };

static const char *const grant_types[] = {"authorization_code", "refresh_token", "client_credentials", NULL};
static const char *const token_auth[] = {"private_key_jwt", "client_secret_basic", "client_secret_post",
                                         "none", NULL};
static const char *const assertion_algs[] = {"RS384", "ES384", NULL};
static const char *const id_token_algs[] = {"RS256", NULL};
static const char *const codes[] = {"code", NULL};
static const char *const pkce[] = {"S256", NULL};
static const char *const subjects[] = {"public", NULL};
static const char *const claims[] = {"iss", "sub", "aud", "exp", "iat", "nonce", "fhirUser", NULL};
static const char *const scopes[] = {"openid",
                                     "fhirUser",
                                     "profile",
                                     "launch",
                                     "launch/patient",
                                     "offline_access",
                                     "online_access",
                                     "patient/*.rs",
                                     "user/*.rs",
                                     "user/*.cruds",
                                     "system/*.rs",
                                     "system/*.cruds",
                                     NULL};
static const char *const capabilities[] = {"launch-ehr",
                                           "launch-standalone",
                                           "authorize-post",
                                           "client-public",
                                           "client-confidential-symmetric",
                                           "client-confidential-asymmetric",
                                           "sso-openid-connect",
                                           "context-ehr-patient",
                                           "context-ehr-encounter",
                                           "context-standalone-patient",
                                           "permission-offline",
                                           "permission-online",
                                           "permission-patient",
                                           "permission-user",
                                           "permission-v1",
                                           "permission-v2",
                                           NULL};

static void list(struct json_out *o, const char *key, const char *const *item)
{
    json_out_array(o, key);
    for (; *item; item++)
        json_out_cstr(o, NULL, *item);
    json_out_end_array(o);
}

static void address(struct ask *a, struct json_out *o, const char *key, const char *path)
{
    json_out_string(o, key, arena_printf(a->arena, "%.*s%s", STR_ARG(a->origin), path));
}

/* What both documents tell. */
static void common(struct ask *a, struct json_out *o)
{
    json_out_string(o, "issuer", a->base);
    address(a, o, "jwks_uri", "/auth/jwks");
    address(a, o, "authorization_endpoint", "/auth/authorize");
    address(a, o, "token_endpoint", "/auth/token");
    address(a, o, "introspection_endpoint", "/auth/introspect");
    address(a, o, "revocation_endpoint", "/auth/revoke");
    list(o, "grant_types_supported", grant_types);
    list(o, "response_types_supported", codes);
    list(o, "scopes_supported", scopes);
    list(o, "code_challenge_methods_supported", pkce);
    list(o, "token_endpoint_auth_methods_supported", token_auth);
    list(o, "token_endpoint_auth_signing_alg_values_supported", assertion_algs);
}

bool conf_smart(struct ask *a)
{
    struct buf out;
    struct json_out o;
    buf_init(&out, CONF_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    common(a, &o);
    list(&o, "capabilities", capabilities);
    json_out_end_object(&o);
    return ask_answer(a, &out);
}

bool conf_openid(struct ask *a)
{
    struct buf out;
    struct json_out o;
    buf_init(&out, CONF_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    common(a, &o);
    list(&o, "subject_types_supported", subjects);
    list(&o, "id_token_signing_alg_values_supported", id_token_algs);
    list(&o, "claims_supported", claims);
    json_out_end_object(&o);
    return ask_answer(a, &out);
}

bool conf_keys(struct ask *a)
{
    struct err err = {0};
    struct buf out;
    const struct jose_keys *keys = smart_keys(a->gate->opt.smart, &err);
    buf_init(&out, CONF_BYTES_MAX);
    if (keys && jose_keys_write(keys, &out, &err))
        return ask_answer(a, &out);
    buf_release(&out);
    return ask_refuse(a, &err);
}
