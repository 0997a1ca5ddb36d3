/* SPDX-License-Identifier: Apache-2.0
 * smart: what other programs may do, for whom (SMART App Launch 2.2 on OAuth 2.0, RFC 6749; RFC 7009, 7523,
 * 7636, 7662). Apps and what they have been granted are in smart.db in the store's folder, mode 0600; of
 * codes, tokens and client secrets only hashes. Tokens are opaque, 256 random bits: taken back, they end at
 * once. Thread safe; any number of programs may open it, and what another one changes (helhet app disable)
 * is in force here within SMART_WATCH_MS. */
#ifndef HELHET_SMART_SMART_H
#define HELHET_SMART_SMART_H

#include "access/access.h"
#include "base/arena.h"
#include "base/err.h"

#define SMART_FILE "smart.db"

enum {
    SMART_SCOPES_MAX = 64,         /* in one request */
    SMART_SCOPE_TEXT_MAX = 4096,   /* bytes of all of them */
    SMART_REDIRECTS_MAX = 8,       /* of one app */
    SMART_TOKEN_TEXT = 43,         /* base64url of 256 bits */
    SMART_CODE_MS = 60 * 1000,     /* a code's life */
    SMART_ACCESS_MS = 3600 * 1000, /* an access token's: a person's */
    SMART_SYSTEM_MS = 300 * 1000,  /* a backend service's */
    SMART_ASSERTION_S = 300,       /* the longest a client assertion may live (SMART: 5 minutes) */
    SMART_WATCH_MS = 100,
    SMART_HELD_MAX = 200, /* grants and consents of one account that are listed */
};
#define SMART_REFRESH_MS                                                                                     \
    ((int64_t)90 * 24 * 3600 * 1000) /* offline_access; online_access: the session's end */
#define SMART_CONSENT_MS ((int64_t)90 * 24 * 3600 * 1000) /* an answer that is remembered */

/* ---- scopes ---- */

enum smart_flag {
    SMART_OPENID = 1,
    SMART_FHIR_USER = 2, /* fhirUser or profile */
    SMART_LAUNCH = 4,
    SMART_LAUNCH_PATIENT = 8,
    SMART_LAUNCH_ENCOUNTER = 16,
    SMART_OFFLINE = 32,
    SMART_ONLINE = 64,
};
struct smart_scopes {
    struct access_scope *item;
    size_t count;
    unsigned flags;      /* enum smart_flag */
    struct str *ignored; /* scopes that nobody here knows (RFC 6749, 3.3) */
    size_t ignored_count;
};

/* Scopes divided by single spaces, v1 (patient/Observation.read) and v2 (user/Observation.rs?category=x).
 * What begins as a clinical scope must be one: ERR_SCOPE names it. In arena. */
bool smart_scopes_parse(struct str text, struct arena *arena, struct smart_scopes *out, struct err *err);
/* What of asked lies within allowed: actions both have, types both have, the criteria of both; nothing said
 * twice. ERR_SCOPE: more than SMART_SCOPES_MAX. */
bool smart_scopes_within(const struct smart_scopes *asked, const struct smart_scopes *allowed,
                         struct arena *arena, struct smart_scopes *out, struct err *err);
/* Is each of asked said by one of had? */
bool smart_scopes_all(const struct smart_scopes *asked, const struct smart_scopes *had);
/* The v2 text, in arena. */
struct str smart_scopes_text(const struct smart_scopes *s, struct arena *arena);

/* ---- apps ---- */

struct smart;

/* dir: the store's folder. create: makes the file when absent. */
struct smart *smart_open(const char *dir, bool create, struct err *err);
void smart_close(struct smart *s);

enum smart_kind {
    SMART_PUBLIC, /* a browser's or a phone's: no secret, PKCE */
    SMART_SECRET, /* a shared secret, as Basic or in the form */
    SMART_KEYS,   /* a signed assertion (private_key_jwt), by the keys registered */
};
struct smart_app {
    struct str id;   /* client_id; [A-Za-z0-9._-], at most 64 */
    struct str name; /* for people */
    enum smart_kind kind;
    struct str scopes;    /* what it may be granted at most */
    struct str redirects; /* addresses divided by spaces, compared letter by letter */
    struct str launch;    /* where an EHR launch begins; "" : none */
    struct str jwks;      /* SMART_KEYS: its public keys, a JWK set */
    bool enabled;
    int64_t made_ms;
};
/* Registers or changes an app. secret: of SMART_SECRET, else {NULL,0}; kept as a hash. Whoever has system
 * scopes must have keys. ERR_APP names what is wrong. */
bool smart_app_put(struct smart *s, const struct smart_app *app, struct str secret, struct err *err);
/* In arena; false with ERR_APP_UNKNOWN. */
bool smart_app_find(struct smart *s, struct str id, struct arena *arena, struct smart_app *out,
                    struct err *err);
bool smart_app_list(struct smart *s, struct arena *arena, struct smart_app **out, size_t *count,
                    struct err *err);
/* Off ends all it has been granted. */
bool smart_app_enable(struct smart *s, struct str id, bool on, struct err *err);
/* Is uri one that the app has registered? */
bool smart_app_redirects(const struct smart_app *app, struct str uri);

/* How a client says who it is at the token endpoint. Exactly one way may be used, the app's own. */
struct smart_proof {
    struct str id;        /* client_id as sent, "" when only the assertion says it */
    struct str secret;    /* {NULL,0}: none */
    struct str assertion; /* client_assertion; {NULL,0}: none */
    struct str audience;  /* the token endpoint's address */
};
/* The app, enabled, that proof proves. An assertion is good once (jti), RS384 or ES384. One error for all
 * that fails: ERR_APP_PROOF (its {0} and {1} say why for the log, not for the client). */
bool smart_app_prove(struct smart *s, const struct smart_proof *proof, int64_t now_ms, struct arena *arena,
                     struct smart_app *out, struct err *err);

/* ---- grants: what an app may do for somebody ---- */

struct smart_token {
    char text[SMART_TOKEN_TEXT + 1];
};
struct smart_grant {
    int64_t id;                    /* filled */
    struct str app;                /* client_id */
    struct access_caller caller;   /* for whom; without scopes and origin */
    struct str scopes;             /* granted, v2 text */
    struct str patient, encounter; /* ids in context, "" for none */
    int64_t begun_ms, until_ms;    /* until: nothing of the grant lives longer */
};
/* What a code is bound to. */
struct smart_code {
    struct str redirect, challenge; /* PKCE S256 */
    struct str nonce;
};
/* Keeps a grant and gives a code for it, good once and for SMART_CODE_MS. */
bool smart_code_make(struct smart *s, const struct smart_grant *grant, const struct smart_code *code,
                     int64_t now_ms, struct smart_token *out, struct err *err);
/* Takes the code: of this app, for this redirect, by this PKCE verifier. A code that is used twice takes all
 * its grant's tokens back (RFC 6749, 4.1.2). ERR_GRANT for all that fails. */
bool smart_code_take(struct smart *s, struct str code, struct str app, struct str redirect,
                     struct str verifier, int64_t now_ms, struct arena *arena, struct smart_grant *out,
                     struct str *nonce, struct err *err);
/* A grant without a code: a backend service's, or an operator's (helhet token). */
bool smart_grant_make(struct smart *s, const struct smart_grant *grant, int64_t now_ms, int64_t *id,
                      struct err *err);
/* An access token for a grant, and (refresh not NULL) a refresh token. */
bool smart_tokens_make(struct smart *s, int64_t grant, int64_t now_ms, int64_t life_ms,
                       struct smart_token *access, struct smart_token *refresh, struct err *err);
/* A refresh token is good once and gives the next; one used twice takes the grant back, for one of the two
 * has stolen it. */
bool smart_refresh(struct smart *s, struct str token, struct str app, int64_t now_ms, struct arena *arena,
                   struct smart_grant *out, struct err *err);
/* For whom an access token is: on every request, no more than a hash and a look in memory once seen. *out's
 * texts (scopes among them) in arena. ERR_GRANT. */
bool smart_token_find(struct smart *s, struct str token, int64_t now_ms, struct arena *arena,
                      struct smart_grant *out, int64_t *until_ms, struct err *err);
/* Takes a token back: an access token alone, with a refresh token all of its grant.
 * Unknown ones are fine (RFC 7009, 2.2). Only the app's own. */
bool smart_revoke(struct smart *s, struct str token, struct str app, struct err *err);
/* Takes back everything granted for an account, or (session not "") in one session of it. */
bool smart_revoke_account(struct smart *s, struct str account, struct str session, struct err *err);
/* ---- what a person has said yes to ---- */

/* Remembers the answer: this app, these scopes (v2 text), for SMART_CONSENT_MS from now. */
bool smart_consent_put(struct smart *s, struct str account, struct str app, struct str scopes, int64_t now_ms,
                       struct err *err);
/* Did the person say yes to all of that already? *yes. */
bool smart_consent_has(struct smart *s, struct str account, struct str app, const struct smart_scopes *asked,
                       int64_t now_ms, struct arena *arena, bool *yes, struct err *err);
/* What one app holds of somebody: a grant in force, or (remembered) an answer. */
struct smart_held {
    struct str app, name, scopes, patient;
    bool remembered, offline; /* offline: lives on without the session */
    int64_t begun_ms, until_ms;
};
/* By app, in arena; at most SMART_HELD_MAX. */
bool smart_held_list(struct smart *s, struct str account, int64_t now_ms, struct arena *arena,
                     struct smart_held **out, size_t *count, struct err *err);
/* Ends all that the app holds of the account, at once, its answers too. */
bool smart_held_end(struct smart *s, struct str account, struct str app, struct err *err);
/* Forgets what has been over for a day. */
bool smart_tidy(struct smart *s, int64_t now_ms, struct err *err);

/* ---- the server's own keys, for id_token (OpenID Connect) ---- */

struct jose_keys;
/* The keys, made at first; borrowed until smart_close. */
const struct jose_keys *smart_keys(struct smart *s, struct err *err);

#endif
