/* SPDX-License-Identifier: Apache-2.0
 * Private to gate: what it speaks with apps (SMART App Launch 2.2; RFC 6749, 6750, 7009, 7523, 7636, 7662;
 * OpenID Connect Core 1.0). Who an app is and what it has been granted is src/core/smart's.
 *
 * A person's answer to an app is given on a page of this service, in the ordinary session. The session's
 * cookie is not sent when another site leads here (SameSite=Strict), so the page first asks for itself
 * again. The form that says yes carries a seal over the session and the request, so that no other page can
 * say it for the person. */
#ifndef HELHET_GATE_GATE_SMART_H
#define HELHET_GATE_GATE_SMART_H

#include "gate/gate_int.h"

enum {
    GATE_LAUNCHES_MAX = 256,         /* EHR launches begun and not taken up */
    GATE_LAUNCH_MS = 5 * 60 * 1000,  /* how long one may wait */
    GATE_WARDS_MAX = 32,             /* children of one guardian */
    GATE_CONSENT_MS = 10 * 60 * 1000 /* how long a form may be looked at */
};

bool gate_smart_start(struct gate *g, struct err *err);
void gate_smart_stop(struct gate *g);
/* Is it one of the addresses below? */
bool gate_smart_path(const struct http_request *req);
bool gate_smart_handle(struct gate *g, struct http_request *req, struct http_response *resp);
/* Lets pages of other sites read the answer, when it is to a token or public: cookies never count there. */
void gate_smart_share(const struct http_request *req, struct http_response *resp);
/* The caller that an access token is for. *bearer: there was one (or something in its place); then false
 * with *err when it is not valid. */
bool gate_smart_bearer(struct gate *g, struct http_request *req, bool *bearer, struct access_caller *out,
                       struct err *err);
/* The session is over, and what apps have been granted for as long as it lasted. */
void gate_smart_ended(struct gate *g, const struct access_caller *session, bool everywhere);

/* ---- one request of an app ---- */

struct apps;

struct ask {
    struct gate *gate;
    struct http_request *req;
    struct http_response *resp;
    struct arena *arena;
    struct heads heads;
    struct str origin, base; /* "https://record.example" and its /fhir */
    struct http_pair *param; /* of the query, or of the form */
    size_t count;
    struct access_caller caller; /* the session's, or for the log the app */
    int64_t now_ms;
};

/* Value of a parameter, "" when it is absent. */
struct str ask_param(const struct ask *a, const char *name);
/* Reads the parameters of a query or form: each at most once. */
bool ask_params(struct ask *a, struct str text, struct err *err);
/* Can the criteria of all of them be held against each resource? ERR_SCOPE_CRITERIA. */
bool ask_scopes_kept(struct ask *a, const struct smart_scopes *s, struct err *err);
/* Who is logged in, in a->caller; staff without an assignment are IDLE. */
enum identity_state ask_who(struct ask *a);
/* Can a form on another site have sent it? The seal alone forbids it; this says so earlier. */
bool ask_ours(const struct ask *a, struct err *err);
/* The seal of a form: over when, the session's secret and what the form is about. In the arena. */
struct str ask_seal(const struct ask *a, struct str about);
bool ask_seal_holds(const struct ask *a, struct str seal, struct str about);
/* The fault as RFC 6749 names it, "invalid_request". */
const char *ask_fault(const struct err *err);
/* Tells the log that it was done, that it was not. False with *err: it may not be done. */
bool ask_log(struct ask *a, struct err *err);
void ask_log_refusal(struct ask *a, const struct err *err);
/* An error as JSON (RFC 6749, 5.2), told to the log. Always true. */
bool ask_refuse(struct ask *a, const struct err *err);
/* 200 with the JSON in out. Always true. */
bool ask_answer(struct ask *a, struct buf *out);

/* ---- gate_smart_conf.c ---- */
bool conf_smart(struct ask *a);
bool conf_openid(struct ask *a);
bool conf_keys(struct ask *a);

/* ---- gate_smart_token.c ---- */
bool token_give(struct ask *a);
bool token_introspect(struct ask *a);
bool token_revoke(struct ask *a);

/* ---- gate_smart_launch.c ---- */

/* An EHR launch: what a session was looking at when it began an app. */
struct launch {
    struct smart_token handle;
    char app[65], account[IDENTITY_NAME_MAX + 1], patient[65], encounter[65];
    int64_t until_ms;
};
struct apps {
    unsigned char key[32]; /* seals forms; a new one at each start */
    pthread_mutex_t lock;  /* of launch */
    struct launch launch[GATE_LAUNCHES_MAX];
    size_t next;
};
bool launch_begin(struct ask *a);
/* The launch that handle names, begun by the account for the app; good once when take. */
bool launch_find(struct gate *g, struct str handle, struct str app, struct str account, int64_t now_ms,
                 bool take, struct launch *out);

/* ---- gate_smart_ask.c: GET and POST /auth/authorize ---- */

/* A child that a guardian may act for. */
struct ward {
    struct str id, name, born;
};
struct wish {
    struct smart_app app;
    struct str redirect, state, challenge, nonce;
    struct smart_scopes scopes; /* within what the app may have and a person can give */
    struct str launch;          /* EHR launch, "" for none */
    struct str patient, encounter;
    bool choose;             /* a patient is to be chosen */
    const struct ward *ward; /* of these; count 0: of all whom staff may look up */
    size_t ward_count;
};
bool authorize_show(struct ask *a);
bool authorize_decide(struct ask *a);

/* ---- gate_smart_ward.c ---- */

/* The children that the caller, a guardian, may see as things are now; in the arena. */
bool wards_read(struct ask *a, const struct ward **out, size_t *count, struct err *err);

/* ---- gate_smart_held.c: GET and POST /auth/apps: what apps hold of oneself, and taking it back ---- */
bool held_show(struct ask *a);
bool held_end(struct ask *a);

/* ---- gate_smart_page.c ---- */

/* Each answers with a page. Always true. */
bool page_error(struct ask *a, const struct err *err);
/* The same, told to the log. */
bool page_refuse(struct ask *a, const struct err *err);
/* Asks for itself again, so that the cookie comes along. */
bool page_again(struct ask *a, struct str url);
/* Where a login through the outside provider, begun on the page above, comes back to: on to what was asked.
 */
bool page_back(struct ask *a);
bool page_login(struct ask *a, enum identity_state state);
bool page_consent(struct ask *a, const struct wish *w, const struct person *p, struct str seal);
/* Back to the page of apps, by GET. */
bool page_see_apps(struct ask *a);
/* Each app's is sealed over its id. */
bool page_held(struct ask *a, const struct smart_held *held, size_t count);
bool page_style(struct ask *a);
bool page_script(struct ask *a);

#endif
