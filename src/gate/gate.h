/* SPDX-License-Identifier: Apache-2.0
 * gate: who a request is from. The http_handler in front of api: it speaks HTTP for identity (/auth/…), and
 * makes the caller of every other request from its cookie, or refuses it. Without an identity the gate is
 * open and api answers as if there were no accounts.
 *
 * Closed, everything that api answers needs a session (and for staff an assignment), except /health, the
 * CapabilityStatement, and the files of the browser part; /metrics only for this machine. What is protected
 * is decided by the decoded path that api itself routes by (api_path), so no way of writing a path leads
 * round it.
 *
 * Against requests forged by other sites (CSRF): the cookie is SameSite=Strict; a request that a browser says
 * comes from elsewhere (Sec-Fetch-Site, Origin) is refused; and what is not GET or HEAD must carry the header
 * Helhet-Request: 1, which no form can send and no other site may.
 *
 * The audit log is told of every refusal, and of what is done under /auth before its answer leaves. Logging
 * in shows nobody's record, and must be possible for an emergency: when the log is down it keeps these
 * records until it can write them; when it cannot take them, nobody is let in. */
#ifndef HELHET_GATE_GATE_H
#define HELHET_GATE_GATE_H

#include "anon/anon.h"
#include "api/api.h"
#include "audit/audit.h"
#include "identity/identity.h"
#include "me/me.h"
#include "oidc/oidc.h"
#include "smart/smart.h"

enum {
    GATE_BODY_MAX = 4096,      /* bytes of a body under /auth */
    GATE_FORM_MAX = 16384,     /* of one that an app sends: a signed assertion is in it */
    GATE_QUEUE_MAX = 64,       /* requests that wait for the one thread that tries passwords */
    GATE_LATER_S = 2,          /* Retry-After when an app's request finds no room */
    GATE_THREADS_MAX = 4,      /* of one queue */
    GATE_OIDC_MS = 9000,       /* the longest a request waits for the outside provider */
    GATE_ASSIGNMENTS_MAX = 64, /* of one person */
    GATE_ACCOUNTS_PAGE = 25,   /* accounts of an answer, when it is not said */
    GATE_ACCOUNTS_PAGE_MAX = 100,
    GATE_PURPOSES_MAX = 8, /* of one assignment */
    GATE_PATH_MAX = 16,    /* of units in units */
};

struct gate_options {
    struct api *api;
    struct store *store;
    struct identity *identity; /* NULL: open */
    struct search *search;     /* people by HSA-id: needed with oidc; the criteria of scopes */
    struct oidc *oidc;   /* an outside provider that people log in through; NULL: none. Needs identity */
    struct smart *smart; /* apps and their tokens; NULL: no apps. Needs identity */
    const char *front;   /* "https://record.example": what browsers see; NULL: this very address by HTTP */
    struct audit *audit; /* NULL: no log */
    struct me *me;       /* what is the user's own; NULL: none */
    struct anon *anon;   /* experiences without author; NULL: none are taken */
    unsigned pace;       /* requests a second of one session (gate_pace.h); 0: no limit */
};

struct gate;

/* Borrows what the options name until gate_free. ERR_USAGE: front is no origin. */
struct gate *gate_new(const struct gate_options *opt, struct err *err);
/* Only after http_stop. NULL is fine. */
void gate_free(struct gate *g);

/* For struct http_options; arg is struct gate *. */
bool gate_handle(void *gate, struct http_request *req, struct http_response *resp);
bool gate_upload(void *gate, struct http_request *req, struct http_upload *out, struct err *err);
void gate_rested(void *gate);
void gate_refuse(void *gate, struct http_request *req, const struct err *why, struct http_response *resp);

#endif
