/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_ME_ME_INT_H
#define HELHET_ME_ME_INT_H

#include "base/os.h"
#include "me/me.h"
#include "json/json.h"

struct live;
struct me {
    struct me_options opt;
    struct live *live;
    bool (*alive)(void *arg, struct str token); /* NULL: no sessions */
    void *alive_arg;
};

struct ask;
struct me_route {
    const char *name;    /* "GET /me/drafts/[id]" */
    enum desk_what what; /* of what lies on the desk */
    enum desk_do verb;
    bool (*run)(struct ask *a, struct err *err); /* see ask */
    bool told;                                   /* the audit log is told (a PUT: of what is new) */
};

/* One request; in its arena. */
struct ask {
    struct me *me;
    const struct access_caller *caller;
    struct http_request *req;
    struct http_response *resp;
    const struct me_route *route;
    struct str token; /* of the session; "" without */
    struct str id;    /* the last part of the address, of routes that have one */
    bool *deferred;   /* run has taken the request over: this may then be gone at any time */
    struct desk_job job;
};

/* False with *err: n bytes are more than a body there may have. */
bool me_bytes_fit(const struct http_request *req, uint64_t n, struct err *err);
/* A finished answer of JSON. */
void me_answer(struct ask *a, struct http_response *resp, struct buf *body, int status);
/* An OperationOutcome. */
void me_refuse(struct ask *a, struct http_response *resp, const struct err *why);

/* ---- what routes run: false with *err, or resp is filled, or deferred is set ---- */
bool me_desk_run(struct ask *a, struct err *err);
bool me_receipts_list(struct ask *a, struct err *err);
bool me_receipts_one(struct ask *a, struct err *err);

#endif
