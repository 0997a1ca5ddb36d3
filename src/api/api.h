/* SPDX-License-Identifier: Apache-2.0
 * api: FHIR R4 REST on /fhir, /health, /metrics and the files of the browser part, as one http_handler over a
 * store and a search. Reads are answered on the calling pool thread; writes are validated there and then
 * given to the store's writer, many to one commit, while the exchange is deferred. One const route table
 * (route.c) is what requests are routed by and what the CapabilityStatement is made from. */
#ifndef HELHET_API_API_H
#define HELHET_API_API_H

#include "access/access.h"
#include "http/http.h"
#include "search/search.h"
#include "store/store.h"

enum {
    API_BODY_MAX = 64 << 20,      /* what serve should give http_options.body_max */
    API_ENTRIES_MAX = 20000,      /* entries of one batch or transaction */
    API_READS_MS = 10000,         /* reads of one batch or transaction together */
    API_READS_WRITER_MS = 2000,   /* of one that writes: they hold up the writer */
    API_READS_BYTES = 128 << 20,  /* and what they answer */
    API_HISTORY_MAX = 1000,       /* versions on one history page */
    API_EVERYTHING_MAX = 100000,  /* resources in one $everything answer */
    API_WEB_FILES_MAX = 512,      /* files of the browser part */
    API_WEB_BYTES_MAX = 32 << 20, /* and their bytes together */
    API_INPUTS_MAX = 1000,        /* inputs of one $import */
};
/* Bytes of one uploaded file of $import, as sent. */
#define API_UPLOAD_MAX ((uint64_t)64 << 30)

struct access;
struct api;
struct audit;
struct jobs;
struct paper;
struct terms;

struct api_options {
    const char *web_dir;    /* built browser part (index.html, assets/…), read at api_new; NULL: none */
    const char *base_url;   /* "https://record.example/fhir"; NULL: http:// and the request's Host */
    bool explain;           /* answer _explain=true: for administrators */
    const char *agent;      /* who, in the commit log, for requests without a caller; NULL: "anonymous" */
    struct jobs *jobs;      /* long work ($export …); NULL: asking for it is refused */
    struct terms *terms;    /* memberOf and subsumes of FHIRPath; NULL: refused. Borrowed until api_free */
    struct access *access;  /* who may see and do what (access/access_view.h); NULL: everybody everything */
    const char *import_dir; /* folder whose files $import may read; NULL: none */
    struct paper *paper;    /* makes PDFs; NULL: none are made. Borrowed until api_free */
    struct audit *audit;    /* every call under /fhir is told of before its answer leaves; NULL: no log */
};

/* Borrows s, search and the options' texts until api_free. */
struct api *api_new(struct store *s, struct search *search, const struct api_options *opt, struct err *err);
/* Waits until nothing that was given to the store is under way: before what it asks (api_readiness_by) goes.
 * Only after http_stop. */
void api_wait(struct api *a);
/* The same, and ends it. NULL is fine. */
void api_free(struct api *a);
/* Lets /health and /metrics tell of the server; call after http_start. */
void api_served_by(struct api *a, const struct http_server *server);

/* Has a person ("Practitioner/x") an account that can be logged in with? With it, no write is made after
 * which nobody may administrate. Before requests come. */
void api_accounts_by(struct api *a, bool (*opens)(void *arg, struct str person), void *arg);
/* What api asks who may see what; NULL: everybody everything. Borrowed. */
struct access *api_access(const struct api *a);
/* Lets the access report tell when a person ("Practitioner/x") last logged in: ms, 0 never. Before requests
 * come. */
void api_logins_by(struct api *a, int64_t (*last)(void *arg, struct str person), void *arg);

/* The http_handler; api is struct api *. */
bool api_handle(void *api, struct http_request *req, struct http_response *resp);
/* The same for somebody: what is seen and done is what the caller may. caller and its texts live as long as
 * the request (its arena). NULL: everything, as api_handle does (no accounts in use). */
bool api_handle_as(struct api *a, const struct access_caller *caller, struct http_request *req,
                   struct http_response *resp);
/* Is the Host a request names this service's own? False with ERR_HOST. */
bool api_host_ours(const struct api *a, struct str host, struct err *err);
/* Answers why, or (NULL) that it is kept, in the client's language; tells no log and counts nowhere. */
void api_answer_untold(struct api *a, struct http_request *req, const struct err *why,
                       struct http_response *resp);
/* Is the path one that api answers itself (FHIR, health, metrics), not a file of the browser part? */
bool api_path(struct str path);
/* Beneath /fhir or /styr? */
bool api_record_path(struct str path);
/* The http_options.uploads: bodies of $import go to the disk. */
bool api_upload(void *api, struct http_request *req, struct http_upload *out, struct err *err);
/* The http_options.rested: what waits for the log is written. */
void api_rested(void *api);
/* The http_options.refused: gives what http itself refuses the same OperationOutcome as everything else. */
void api_refuse(void *api, struct http_request *req, const struct err *why, struct http_response *resp);
/* The same for what was refused before api saw it: caller as far as it is known (NULL: nobody is asked for),
 * action what it would have been (a constant; NULL: "refused"). */
void api_refuse_as(struct api *a, const struct access_caller *caller, const char *action,
                   struct http_request *req, const struct err *why, struct http_response *resp);

/* An answer outside /fhir that gives out or keeps patients' data (ids, borrowed until it is sent): told to
 * the audit log as any, then sent. The request must be deferred; action is a constant, "GET /me/drafts/[id]".
 */
void api_finish_told(struct api *a, const struct access_caller *caller, struct http_request *req,
                     const struct http_response *resp, const char *action, const struct str *patient,
                     size_t count);

#endif
