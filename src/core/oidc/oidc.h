/* SPDX-License-Identifier: Apache-2.0
 * oidc: this service as a relying party of one outside provider that knows people by their HSA-id (OpenID
 * Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel Logout 1.0; RFC 7523, 7636, 9207).
 * Authorization code with PKCE (S256), state and nonce, and nothing else.
 *
 * What it knows of the provider (its addresses, its keys) it fetches when it is needed and keeps for
 * OIDC_KEPT_MS; what oidc.db in the store's folder knows is which sessions came through it. Functions marked
 * "asks" wait for the provider, at most until deadline_ns: only for threads that nobody else waits for.
 * Thread safe. Errors: ERR_OIDC_… and ERR_TOKEN_…; a provider that is down is ERR_OIDC_DOWN. */
#ifndef HELHET_OIDC_OIDC_H
#define HELHET_OIDC_OIDC_H

#include "base/arena.h"
#include "base/err.h"

#define OIDC_FILE "oidc.db"
/* Where the provider sends the browser back, and what it calls to log out; after the service's own origin. */
#define OIDC_CALLBACK "/auth/oidc/callback"
#define OIDC_BACKCHANNEL "/auth/oidc/backchannel"

enum {
    OIDC_PENDING_MAX = 2048,          /* logins begun and not finished; the oldest makes room */
    OIDC_PENDING_CLIENT_MAX = 256,    /* of one address */
    OIDC_PENDING_MS = 10 * 60 * 1000, /* how long a person may take at the provider */
    OIDC_KEPT_MS = 60 * 60 * 1000,    /* what is known of the provider */
    OIDC_DOWN_MS = 2000,              /* a provider that was down is not asked again so soon */
    OIDC_REFETCH_MAX = 4,             /* looks for new keys in a row; one more each OIDC_REFETCH_MS */
    OIDC_REFETCH_MS = 30 * 1000,
    OIDC_ANSWER_MAX = 64 * 1024, /* bytes of any answer but the keys */
    OIDC_TEXT_MAX = 255,         /* bytes of sub, sid, and what people are known by */
    OIDC_BACK_MAX = 512,         /* bytes of the screen to come back to */
    OIDC_HINT_MAX = 8192,        /* bytes of an id_token that is kept for logging out */
    OIDC_ACR_MAX = 8,
    OIDC_SECRET_TEXT = 43, /* 256 random bits */
    OIDC_LOGOUT_S = 300,   /* how old a logout token may be */
    OIDC_PORTS_MAX = 3,
    OIDC_SESSIONS_MAX = 256, /* ended by one logout token */
};
/* Sessions older than this are forgotten; serve --session-max is shorter. */
#define OIDC_SESSION_MS ((int64_t)32 * 24 * 3600 * 1000)

struct oidc;

/* Reads the configuration (README.md) and the secrets it names, before the process gives up its rights to do
 * so: afterwards nothing of them is read again. ERR_OIDC_CONF tells what is wrong. NULL with *err. */
struct oidc *oidc_new(const char *file, struct err *err);
/* TCP ports that it calls; the number of them. */
size_t oidc_ports(const struct oidc *o, uint16_t out[OIDC_PORTS_MAX]);
/* The file with certificates that is read at each call; NULL: the system's. */
const char *oidc_ca_file(const struct oidc *o);
/* Opens what it keeps in dir, the store's folder. Asks nothing. */
bool oidc_open(struct oidc *o, const char *dir, struct err *err);
/* Ends whatever asks. */
void oidc_stop(struct oidc *o);
/* When no thread is in here. NULL is fine. */
void oidc_close(struct oidc *o);
/* What people call it: [0] Swedish, [1] English. */
const char *const *oidc_name(const struct oidc *o);
/* May accounts be made for people it vouches for? */
bool oidc_provision(const struct oidc *o);

/* ---- logging in ---- */

/* Is it a path of this service's own pages, and nothing that a browser could take for another's? Of /auth
 * only /auth/back, the page that leads on to what an app asked. */
bool oidc_back_valid(struct str path);

struct oidc_begin {
    struct str origin;  /* "https://record.example": this service as browsers see it */
    struct str client;  /* address of the browser */
    struct str back;    /* oidc_back_valid */
    struct str session; /* public id of the session this browser has; "": none */
    bool rested;        /* it rests: whoever wakes it must show anew who it is */
    struct str hint;    /* who is expected; "": anybody */
    uint64_t deadline_ns;
};
struct oidc_begun {
    struct str url;                     /* where the browser is to go, in arena */
    char binding[OIDC_SECRET_TEXT + 1]; /* for a cookie: only the browser that began may finish */
};
/* Asks, when nothing fresh is known of the provider. */
bool oidc_begin(struct oidc *o, const struct oidc_begin *b, struct arena *arena, struct oidc_begun *out,
                struct err *err);

/* What the browser came back with; "" where absent. */
struct oidc_back {
    struct str code, state, iss, error, binding;
    uint64_t deadline_ns;
};
/* Who it is, all verified; "" where the provider says nothing. */
struct oidc_person {
    struct str hsa;                                 /* in capitals */
    struct str unit, provider, commission, purpose; /* HSA-ids in capitals; purpose as written */
    struct str sub, sid, hint;
    struct str back, session; /* as they were begun */
};
/* Asks. Each state is good once. back is filled as soon as the state is known, for errors too. */
bool oidc_finish(struct oidc *o, const struct oidc_back *b, struct arena *arena, struct oidc_person *out,
                 struct err *err);

/* ---- sessions that came through it ---- */

bool oidc_keep(struct oidc *o, struct str session, struct str account, const struct oidc_person *p,
               struct err *err);
/* Did it? *hsa, in arena: whose. */
bool oidc_kept(struct oidc *o, struct str session, struct arena *arena, struct str *hsa);
/* Forgets the session, and says where the browser should go to end it at the provider too; {NULL,0} when it
 * did not come through it or the provider has no such address. */
struct str oidc_leave(struct oidc *o, struct str session, struct str origin, struct arena *arena);

struct oidc_ended {
    struct str session, account;
};
/* Asks, when it does not know the key. The sessions that a logout token is about, forgotten; a token is good
 * once. In arena. */
bool oidc_logout(struct oidc *o, struct str token, uint64_t deadline_ns, struct arena *arena,
                 struct oidc_ended **out, size_t *count, struct err *err);

#endif
