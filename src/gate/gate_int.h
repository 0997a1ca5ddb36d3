/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_GATE_GATE_INT_H
#define HELHET_GATE_GATE_INT_H

#include <pthread.h>

#include "access/rules.h"
#include "base/os.h"
#include "gate/gate.h"
#include "json/json.h"

/* The headers the gate goes by, found in one pass. Empty where absent. */
struct heads {
    struct str host, origin, fetch_site, request, content_type, content_encoding;
    struct str token;  /* of the session cookie; .p NULL: none */
    bool cookie_twice; /* two session cookies: neither is believed */
};

struct job;
struct apps;
struct gate_pace;

/* A bounded queue and its threads (gate_work.c). */
struct work {
    pthread_t thread[GATE_THREADS_MAX];
    size_t threads;
    pthread_mutex_t lock; /* the queue */
    pthread_cond_t wake;
    struct job *first, **last;
    size_t queued;
    bool ready, stopping;
};

struct gate {
    struct gate_options opt;
    struct arena arena; /* the rules, for the gate's life */
    const struct rules *rules;
    struct str front;    /* "https://record.example", "" without */
    const char *cookie;  /* the session cookie's name */
    bool secure;         /* TLS in front: the cookie says so */
    struct work work;    /* passwords, and what writes */
    struct work outside; /* what waits for the outside provider */
    struct work asked;   /* apps: a storm of logins does not keep them waiting */
    struct apps *apps;   /* of gate_smart.c; NULL: no apps */
    struct gate_pace *pace;
};

/* ---- gate_heads.c ---- */

void gate_heads_read(const struct gate *g, const struct http_request *req, struct heads *out);
/* Is the request one that this service's own pages can have made? False with ERR_LOGIN_CROSS_SITE. */
bool gate_heads_ours(const struct gate *g, const struct http_request *req, const struct heads *h,
                     struct err *err);

/* ---- gate_anon.c: reports without author: no session, no log ---- */

bool gate_anon_path(const struct gate *g, const struct http_request *req);
bool gate_anon_handle(struct gate *g, struct http_request *req, struct http_response *resp);
void gate_anon_refuse(struct gate *g, struct http_request *req, const struct err *why,
                      struct http_response *resp);

/* ---- gate_auth.c: what lies under /auth ---- */

enum gate_what {
    GATE_LOGIN,
    GATE_RESUME,
    GATE_LOGOUT,
    GATE_ASSIGNMENT,
    GATE_PASSWORD,
    GATE_SESSION,
    GATE_ACCOUNTS_SEARCH, /* from here on: gate_accounts.c */
    GATE_ACCOUNTS_ADD,
    GATE_ACCOUNTS_ENABLE,
    GATE_ACCOUNTS_DISABLE,
    GATE_ACCOUNTS_UNLOCK,
    GATE_ACCOUNTS_RESET,
    GATE_ACCOUNTS_END,
};
struct auth_route {
    const char *name; /* "POST /auth/login" */
    enum gate_what what;
    const char *const *members; /* of the body, NULL ends */
};
bool gate_auth_path(struct str path);
bool gate_auth_handle(struct gate *g, struct http_request *req, struct http_response *resp);
/* Every refusal of the gate: an OperationOutcome, told to the log. caller as far as it is known; action NULL:
 * not under /auth. Always true. */
bool gate_refused(struct gate *g, struct http_request *req, const char *action,
                  const struct access_caller *caller, const struct err *why, struct http_response *resp);
/* Tells the log that it was done; false with *err when it cannot take it. */
bool gate_done(struct gate *g, const struct http_request *req, const char *action,
               const struct access_caller *caller, struct err *err);
/* The same of something done to the account of a person ("Practitioner/x", "" for none). */
bool gate_done_about(struct gate *g, const struct http_request *req, const char *action,
                     const struct access_caller *caller, struct str about, struct err *err);

/* ---- gate_work.c: threads that requests wait for ---- */

struct job {
    struct job *next;
    struct gate *gate;
    struct http_request *req;
    const struct auth_route *route;
    struct heads heads;
    /* What is done; NULL: gate_do */
    void (*run)(struct job *job, struct http_response *resp);
    void *arg;
};

bool gate_work_start(struct work *w, size_t threads, struct err *err);
/* One that was not started is fine. */
void gate_work_stop(struct work *w);
/* Defers the request and has it answered there; false with ERR_LOGIN_BUSY. */
bool gate_work_give(struct work *w, struct job *job, struct err *err);
/* The same by the one thread that tries passwords. */
bool gate_work_submit(struct gate *g, struct job *job, struct err *err);

/* ---- gate_do.c: what the thread does ---- */

/* Fills the answer; http_finish is the thread's. */
void gate_do(struct job *job, struct http_response *resp);

/* ---- gate_accounts.c: accounts, for administrators ---- */

void gate_accounts_do(struct job *job, struct http_response *resp);

/* ---- gate_body.c: bodies under /auth, wiped when they have been used ---- */

/* max: GATE_BODY_MAX or GATE_FORM_MAX. */
bool gate_body_upload(size_t max, struct http_upload *out, struct err *err);
/* The body that was streamed, "" when there was none. */
struct str gate_body_of(const struct http_request *req);
/* Reads an object whose members are all among names, strings but for "everywhere" (a boolean), "from" and
 * "count" (whole numbers). */
struct gate_body {
    struct str name, password, old, now, assignment, purpose, person, text;
    uint64_t from, count;
    bool everywhere;
};
bool gate_body_read(struct arena *arena, struct str text, const char *const *names, struct gate_body *out,
                    struct err *err);

/* ---- gate_person.c: who somebody is, of the record ---- */

struct assignment {
    struct str id; /* "PractitionerRole/x" */
    struct str unit, unit_name, provider, provider_name, title;
    const struct rules_role *role; /* NULL: the role is none we know */
    struct str purpose[GATE_PURPOSES_MAX];
    size_t purpose_count;
    int64_t until_ms;
    const char *unfit;              /* why it cannot be used: a code; NULL: it can */
    const struct json_doc *doc;     /* the PractitionerRole */
    struct str path[GATE_PATH_MAX]; /* "Organization/x": the unit and what it is part of */
    size_t path_count;
};
struct person {
    struct str name;
    struct assignment *assignment;
    size_t count;
};
/* The name of a Practitioner, Patient or RelatedPerson, "" when it is not here. */
struct str gate_person_name(struct store_read *r, struct str user, struct arena *arena);
/* "Anna Ek" of the body of one of these. */
struct str gate_person_called(const struct json_doc *doc, struct arena *arena);
bool gate_person_read(struct gate *g, struct str user, struct arena *arena, struct person *out,
                      struct err *err);

/* ---- gate_answer.c ---- */

/* What GET /auth/session tells: caller NULL when nobody is logged in. */
bool gate_answer_session(struct gate *g, struct http_request *req, struct http_response *resp,
                         enum identity_state state, const struct access_caller *caller, struct err *err);
void gate_answer_open(struct http_response *resp);
/* Set-Cookie; token NULL takes it away. */
void gate_answer_cookie(const struct gate *g, struct http_request *req, struct http_response *resp,
                        const struct identity_token *token);
/* That nobody is logged in any more, and where to end the login at the outside provider too. */
bool gate_answer_left(struct http_response *resp, struct str leave, struct err *err);
/* What a kind of caller is called. */
const char *gate_answer_kind(enum access_kind kind);
/* When to come again, on a 503. */
void gate_answer_later(struct http_response *resp);
/* Headers of everything under /auth. */
void gate_answer_seal(struct http_response *resp);

#endif
