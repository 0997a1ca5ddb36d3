/* SPDX-License-Identifier: Apache-2.0
 * Private to oidc: the configuration, what is known of the provider, logins under way. */
#ifndef HELHET_OIDC_OIDC_INT_H
#define HELHET_OIDC_OIDC_INT_H

#include <pthread.h>

#include "base/os.h"
#include "jose/jose.h"
#include "link/link.h"
#include "oidc/oidc.h"
#include "side/side.h"

/* ---- oidc_conf.c ---- */

enum conf_auth { CONF_KEY, CONF_BASIC, CONF_POST };
enum conf_claim { CONF_PERSON, CONF_UNIT, CONF_PROVIDER, CONF_COMMISSION, CONF_PURPOSE, CONF_CLAIMS };
struct conf {
    struct str issuer, client, scope, ca_file, key_file, secret_file;
    enum conf_auth auth;
    struct jose_keys *keys; /* CONF_KEY */
    char *secret;           /* the others; wiped */
    size_t secret_n;
    const char *name[2];
    struct str acr[OIDC_ACR_MAX];
    size_t acr_count;
    unsigned algs; /* enum jose_alg */
    struct str claim[CONF_CLAIMS];
    bool provision;
};
/* Texts in arena. */
bool conf_read(const char *file, struct arena *arena, struct conf *out, struct err *err);
void conf_release(struct conf *c);

/* ---- oidc_provider.c: what is known of the provider ---- */

struct provider {
    struct str authorization, token, userinfo, end_session, jwks;
    bool says_iss; /* RFC 9207: each answer names who it is from */
};
struct known {
    pthread_mutex_t lock;
    struct arena arena; /* of provider */
    struct provider provider;
    int64_t at_ms;          /* 0: not known */
    int64_t down_ms;        /* when it was down last */
    struct jose_keys *keys; /* NULL: not known */
    int64_t keys_ms;
    struct refetch {
        unsigned left; /* looks for new keys */
        int64_t at_ms;
    } refetch[2]; /* for tokens of the provider itself, and for what strangers may send */
};
/* Its addresses, copied into arena; asks when they are not fresh. */
bool provider_get(struct oidc *o, uint64_t deadline_ns, struct arena *arena, struct provider *out,
                  struct err *err);
/* The same without asking: false when they are not known. */
bool provider_known(struct oidc *o, struct arena *arena, struct provider *out);
/* Verifies a token with its keys, which it fetches when they are old or the token's key is new. stranger: the
 * token came from anybody, who must not be able to keep the provider's own from new keys. */
bool provider_verify(struct oidc *o, struct str token, bool stranger, uint64_t deadline_ns,
                     struct arena *arena, struct jose_token *out, struct err *err);
/* A JSON object of an answer; what is else is ERR_OIDC_ANSWER. */
bool provider_object(struct oidc *o, const struct link_answer *a, const char *what, struct arena *arena,
                     struct json_doc *out, struct err *err);
bool provider_ask(struct oidc *o, struct link_request *r, struct arena *arena, struct link_answer *out,
                  struct err *err);
/* ERR_OIDC_ANSWER: sv and en say what is wrong. */
bool provider_wrong(const struct oidc *o, struct err *err, const char *sv, const char *en);

/* ---- oidc_pending.c: logins under way, in memory ---- */

struct pending {
    char state[OIDC_SECRET_TEXT + 1]; /* "": free */
    char nonce[OIDC_SECRET_TEXT + 1], verifier[OIDC_SECRET_TEXT + 1], binding[OIDC_SECRET_TEXT + 1];
    char client[48], session[32], back[OIDC_BACK_MAX + 1], redirect[320];
    int64_t at_ms;
    bool anew; /* the person must show who it is since then */
};
struct pendings {
    pthread_mutex_t lock;
    struct pending *item; /* OIDC_PENDING_MAX */
};
bool pending_init(struct pendings *p);
void pending_release(struct pendings *p);
/* Fills its secrets. ERR_LOGIN_BUSY when the address has too many. */
bool pending_add(struct pendings *p, struct pending *login, int64_t now_ms, struct err *err);
/* Takes it out, so that it is good once; false when there is none, or it is too old. */
bool pending_take(struct pendings *p, struct str state, int64_t now_ms, struct pending *out);

/* ---- oidc_token.c ---- */

struct answer {
    struct json_doc claims;   /* of the id_token */
    struct json_doc userinfo; /* count 0: not asked */
    struct str id_token;
};
/* Changes the code for an id_token, and verifies it. */
bool token_fetch(struct oidc *o, const struct provider *p, const struct pending *login, struct str code,
                 uint64_t deadline_ns, struct arena *arena, struct answer *out, struct err *err);

/* ---- oidc_session.c: oidc.db ---- */

bool session_open(struct oidc *o, const char *dir, struct err *err);
/* Notes that a logout token has been used; false with ERR_TOKEN_CLAIM when it was before. */
bool session_once(struct oidc *o, struct str jti, int64_t now_ms, struct err *err);
/* The sessions of this sid (and sub), or (sid "") of this sub, forgotten. */
bool session_forget(struct oidc *o, struct str sub, struct str sid, struct arena *arena,
                    struct oidc_ended **out, size_t *count, struct err *err);

struct oidc {
    struct arena arena; /* of conf */
    struct conf conf;
    struct link *link;
    struct known known;
    struct pendings pendings;
    pthread_mutex_t file_lock;
    struct side file;
};

/* 256 random bits in base64url. */
void oidc_secret(char out[OIDC_SECRET_TEXT + 1]);
/* Appends "name=value" percent-encoded (RFC 3986 unreserved), with '&' before when it is not the first. */
void oidc_param(struct buf *out, const char *name, struct str value);
void oidc_encode(struct buf *out, struct str value);

#endif
