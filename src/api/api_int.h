/* SPDX-License-Identifier: Apache-2.0
 * Private to api: one call (a request, or an entry of a batch or transaction) and what its interaction may
 * use. */
#ifndef HELHET_API_API_INT_H
#define HELHET_API_API_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/api.h"
#include "api/api_times.h"
#include "api/outcome.h"
#include "api/subset.h"
#include "base/os.h"
#include "check/check.h"
#include "fhir/model.h"
#include "path/path_cache.h"

enum {
    CALL_FORM_MAX = 1 << 20, /* bytes of a POST _search form */
    CALL_SEGMENTS_MAX = 8,   /* parts of a path */
    CALL_ID_BYTES = 36,      /* a server-made id: a UUID in lower case */
};

enum call_format { FORMAT_JSON, FORMAT_XML, FORMAT_NONE };
enum call_return { RETURN_DEFAULT, RETURN_MINIMAL, RETURN_REPRESENTATION, RETURN_OUTCOME };

struct access_view;
struct call;
struct guard_label;
struct readiness_ask;
struct receipt;
struct route;
struct web;

/* Fills c->resp and returns true, or has deferred the exchange and returns false. */
typedef bool call_fn(struct call *c);

/* What the headers and the general parameters ask for. Empty texts where absent. */
struct call_wants {
    struct str accept, content_type, host, if_match, if_none_match, if_modified_since, if_none_exist;
    struct str patient; /* Helhet-Patient (chart.h) */
    struct str by;      /* Helhet-Caller (chart.h) */
    struct str key;     /* Idempotency-Key (receipt.h) */
    struct str told;    /* Helhet-Receipt (receipt.h) */
    enum call_return returns;
    struct str format_param; /* _format as sent */
    enum call_format format; /* of the answer; NONE: none that we have */
    bool lenient, pretty;
    bool async; /* Prefer: respond-async */
    enum err_lang lang;
};

/* Ids of those whose records were given out or changed, each once. */
struct call_whose {
    struct str *item;
    size_t count, cap;
    uint16_t *slot; /* index + 1, by hash of the id; NULL while there are few */
    bool many;      /* and others */
    bool whole;     /* a stream's too: those of a file are known before it is sent */
};

enum { API_BASE_BYTES = 5 }; /* of "/fhir" and "/styr", which every base ends in */
/* The base as it is for types of the other kind, in arena when it differs. */
struct str base_of_type(struct arena *arena, struct str base, bool styr);

struct call {
    struct api *api;
    struct http_request *req; /* the request itself, also for entries */
    struct http_response *resp;
    struct arena *arena;
    const struct access_caller *caller; /* who asks; NULL: no accounts in use, everything is allowed */
    struct access_view *view;           /* what the caller sees (guard.h); NULL: everything */
    const struct route *route;
    bool styr;               /* asked on /styr: c->type is one of the steering's types (fhir_type.styr) */
    struct str method, path; /* "/fhir/…", also of what was asked on /styr */
    struct str query;        /* as sent */
    struct str body;
    struct str base;             /* "http://host/fhir", or "http://host/styr" */
    fhir_type_id type;           /* [type], 0 at system level */
    struct str id, vid;          /* [id], [vid] */
    fhir_type_id compartment;    /* [compartment]: type is what is searched in it, 0 for * */
    struct search_param *params; /* the query, decoded, without _format and _pretty */
    size_t param_count;
    struct call_wants wants;
    struct store_read *read; /* entries of a transaction: its reader; else NULL */
    uint64_t deadline_ns;    /* entries: when the Bundle's reads must be done; 0: none */
    struct receipt *receipt; /* of a request with a key; NULL: none */
    struct err *why;         /* entries: where outcome_fail leaves the first error; or NULL */
    uint64_t begun_ns;
    /* for the audit log (audited.c) */
    struct bundle *bundle; /* whose entries are told of too; NULL: none */
    struct call_whose whose;
    uint32_t flags;       /* enum audit_flag */
    uint64_t about;       /* a review: of which record */
    struct str reviewed;  /* a review: its outcome's code */
    struct str note;      /* what else is told of the call: a review's note, a sample's seed */
    bool wrote;           /* or tried to: whose is of what is written too */
    enum err_code failed; /* the first error of the answer */
    uint64_t withheld;
    bool was_xml; /* body came as XML: its lines are known, its columns are not */
    bool grant;   /* what is written is an access operation's own Consent (grant.h) */
    bool entry;   /* part of a Bundle: answers at once, never defers */
};

struct metric {
    atomic_uint_fast64_t count[6]; /* by hundreds of the status */
    atomic_uint_fast64_t micros;
};

enum { METRIC_ROUTES_MAX = 160 };

/* The CapabilityStatement after own parameters have changed, made once for each of their versions. */
struct capability_later {
    pthread_mutex_t lock;
    struct {
        char *text; /* NULL: not made yet */
        size_t n;
        uint32_t version;
    } base[2]; /* of /fhir and of /styr */
};

struct api {
    struct store *store;
    struct search *search;
    struct jobs *long_jobs;   /* NULL: none */
    struct access *access;    /* NULL: everybody may everything */
    struct terms *terms;      /* NULL: none */
    struct paper *paper;      /* NULL: none */
    struct path_cache *paths; /* expressions that came with requests */
    char *import_dir;         /* real path; NULL: no files of this machine */
    const struct http_server *_Atomic server;
    struct str base_url, agent;
    struct web *web;
    struct {
        char *text; /* made once */
        size_t n;
    } capability[2];             /* of /fhir and of /styr */
    uint32_t capability_version; /* own_version it tells of */
    struct capability_later later;
    int64_t started_ms;
    int64_t (*last_login)(void *arg, struct str person); /* NULL: not known */
    void *last_login_arg;
    bool (*opens)(void *arg, struct str person); /* has the person an open account? NULL: no accounts */
    void *opens_arg;
    bool (*readiness)(void *arg, struct readiness_ask *ask, struct err *err); /* NULL: none */
    void *readiness_arg;
    struct audit *audit; /* NULL: none */
    struct store_view
        watch; /* with a log, what readers without a caller's view look through (audited_watch) */
    bool *watch_whole;
    fhir_param_id *watch_about;
    atomic_bool merges;                       /* somebody has been merged: writes are held to it (merge.h) */
    atomic_int auditing;                      /* answers and refusals whose records are not on disk yet */
    atomic_int jobs;                          /* given to the store and not ended: api_free waits for them */
    struct metric metrics[METRIC_ROUTES_MAX]; /* by route; the last one is everything else */
    struct histogram time[API_KINDS];         /* api_times */
    int statm;                                /* /proc/self/statm, kept open: it may be out of reach later */
    bool explain;                             /* _explain is answered */
};

/* ---- call.c: making a call out of a request or an entry ---- */

/* Reads the headers and the general parameters. False with *err. */
bool call_headers(struct call *c, struct err *err);
/* The same for the call's query, unless its route reads criteria out of it itself. */
bool call_query_of_route(struct call *c, struct err *err);
/* Splits and decodes a raw query into c->params, taking _format and _pretty out. */
bool call_query(struct call *c, struct str query, struct err *err);
/* Any parameter not in the NULL-ended list is an error unless lenient. */
bool call_params_only(struct call *c, const char *const *allowed, struct err *err);
/* Value of the first parameter of that name, {NULL,0} when absent. */
struct str call_param(const struct call *c, const char *name);
/* The path as it was asked for: c->path, which is of /fhir always, with the base of the call. */
struct str call_path(const struct call *c);
/* Who does it, for logs of what was done: the caller's person, else its account, else the service's name. */
struct str call_agent(const struct call *c);
/* The call's reader: the transaction's, or a new one that call_read_end gives back. */
struct store_read *call_read_begin(struct call *c, struct err *err);
void call_read_end(struct call *c, struct store_read *r);

/* ---- media.c: JSON and XML, converted at one place on the way in and one on the way out ---- */

/* Sets the format of the answer from Accept and _format, and takes _format and _pretty out of c->query. */
void media_begin(struct call *c);
/* Takes one decoded parameter if it is _format or _pretty. */
bool media_param(struct call *c, struct str name, struct str value);
/* Can we answer in what the client accepts? */
bool media_acceptable(struct call *c, struct err *err);
/* Makes c->body JSON when it is sent as XML. */
bool media_in(struct call *c, struct err *err);
/* Is the body, as media_in left it, what FHIR bodies are? */
bool media_content(struct call *c, struct err *err);
/* Gives an answer in FHIR JSON the form asked for: XML, or indented. Others are left alone. */
void media_out(struct call *c);
/* The Content-Type of an answer in FHIR JSON: set exactly this for media_out to know it. */
const char *media_type(void);

/* ---- route.c: the one table ---- */

/* LEVEL_FILE: no level, and gives a file as it is, whatever Accept says. */
enum route_level { LEVEL_SYSTEM, LEVEL_TYPE, LEVEL_INSTANCE, LEVEL_COMPARTMENT, LEVEL_NONE, LEVEL_FILE };

struct route {
    const char *name; /* "GET /fhir/[type]/[id]": method, one space, template */
    call_fn *run;
    enum route_level level;
    const char *interaction; /* its code in the CapabilityStatement, NULL: none */
    const char *operation;   /* "everything": the operation's name without '$' */
    const char *only_type;   /* operation: of this type alone; NULL: of every type, or of the system */
    const char *definition;  /* operation: canonical URL of its OperationDefinition */
    bool criteria;           /* the query is a condition, not parameters */
    const char *sv, *en;     /* what it does, for the CapabilityStatement's documentation */
};

/* Operations whose definition begins so are the steering's: told of on /styr alone. */
#define ROUTE_STYR "https://helhet.example/styr/OperationDefinition/"

extern const struct route route_table[];
extern const size_t route_count;

/* Finds the route of method and c->path, fills c->route, type, id and vid. False with *err (404, 405, 400).
 */
bool route_find(struct call *c, struct err *err);
/* The methods that c->path takes, "GET, PUT", for Allow; in the arena. */
struct str route_allow(struct call *c);

/* ---- outcome.c ---- */

/* Answers with an OperationOutcome of one error. Always true, so `return outcome_fail(...)` reads well. */
bool outcome_fail(struct call *c, const struct err *err);
bool outcome_fail_many(struct call *c, const struct check_issues *issues);
/* The same for what is wrong in the call's body, in its language. */
void outcome_write_of(struct call *c, struct buf *out, const struct err *errs, size_t count);
/* Appends one that says all is well. */
void outcome_write_done(struct buf *out, enum err_lang lang);
/* Appends one that says no faults were found. */
void outcome_write_valid(struct buf *out, enum err_lang lang);

/* ---- resource.c: answers that are one resource ---- */

/* The stored version, with ETag and Last-Modified, subset by _summary and _elements; 304 when the client has
 * it. */
bool resource_answer(struct call *c, const struct store_version *v, int status);
/* Appends the body, subset as asked. False with *err. */
bool resource_write(struct arena *arena, struct str body, const struct subset *s, struct buf *out,
                    struct err *err);
/* Headers of a version: ETag and Last-Modified. */
void resource_headers(struct call *c, uint32_t version, int64_t time_ms);
/* Answers with the body that c->resp has; readable when asked. Always true. */
bool resource_answer_set(struct call *c, int status);
/* Answers with a body built in *b. Always true. */
bool resource_answer_buf(struct call *c, struct buf *b, int status);
/* "Type/id" in the arena, for messages. */
struct str resource_name(struct arena *arena, fhir_type_id type, struct str id);

/* ---- subset.c: _summary and _elements ---- */

/* Reads _summary and _elements of a call; false with *err. */
bool subset_parse(struct call *c, struct subset *s, struct err *err);

/* ---- bundle.c: writing Bundles ---- */

struct link {
    const char *relation;
    struct str url;
};
/* Appends {"resourceType":"Bundle", … up to and with "entry":[ */
void bundle_begin(struct buf *out, const char *type, const struct link *links, size_t link_count,
                  bool has_total, uint64_t total);
/* Appends "fullUrl":"…" for a resource. */
void bundle_full_url(struct buf *out, struct str base, fhir_type_id type, struct str id);
void bundle_end(struct buf *out);
/* The same, with links that were not known at the beginning. */
void bundle_end_links(struct buf *out, const struct link *links, size_t count);
/* base/path?params… with each percent-encoded. */
struct str bundle_url(struct arena *arena, struct str base, struct str path,
                      const struct search_param *params, size_t count);
/* Appends s percent-encoded for a query. */
void bundle_encode(struct buf *out, struct str s);

/* ---- explain.c ---- */

/* Answers with how the search is run, or 403. Always true. */
bool explain_answer(struct call *c, struct store_read *r, const struct search_query *q);

/* ---- condition.c: criteria of conditional interactions ---- */

enum condition_found { CONDITION_NONE, CONDITION_ONE, CONDITION_MANY, CONDITION_FAILED };
/* Looks query up among resources of type; CONDITION_ONE fills *out (no body). */
enum condition_found condition_find(struct api *a, struct store_read *r, fhir_type_id type, struct str query,
                                    struct arena *arena, struct store_version *out, struct err *err);
/* "Type?query" cut to fit a message. */
struct str condition_text(struct arena *arena, fhir_type_id type, struct str query);

/* ---- write.c: changing one resource ---- */

enum write_kind { WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE };

struct write;
/* Makes the new body of w's resource from its current one. On the calling thread and, when another write
 * came between, on the writer's: it must give the same for the same. */
typedef bool rewrite_fn(struct write *w, struct str body, struct str *out, struct err *err);

/* One change that a call asks for, from checked body to answer. Its memory is the call's arena. */
struct write {
    struct call *call;
    enum write_kind kind;
    struct json_doc *doc; /* the body, checked; NULL for deletes */
    uint32_t node;        /* the resource in it */
    struct str id;        /* empty until the condition has been looked up */
    struct str criteria;  /* query of a conditional interaction, {NULL,0} for others */
    bool admins;          /* it may end somebody's right to administrate (guard_admin.c) */
    bool late_integrity;  /* in a transaction: what refers to a deleted resource is looked up at its end */
    bool built;           /* change has parts and rows for id */
    bool filled;          /* gov_fill.c: the service has put elements of its own into doc */
    bool fresh;           /* an update that creates, under an id of ours */
    struct guard_label *label; /* the labels that the body gets; NULL: its own */
    bool masked;               /* the caller sees it masked: so is the answer */
    struct json_doc *gov_was;  /* guard_gov.c: what is there; NULL: nothing */
    bool gov;                  /* guard_gov.c: its rules are asked */
    struct json_doc *sent;     /* the body before what is masked was put into it; NULL: nothing was */
    uint32_t sent_node;
    rewrite_fn *rewrite; /* the body is made from the current version; doc is then room for it */
    void *rewrite_arg;
    void (*rewrite_answer)(struct write *w); /* instead of an update's answer; NULL: that */
    struct store_read *rewrite_read;         /* that the current version was read with, while rewrite runs */
    uint32_t base_version;                   /* that doc was made from */
    struct store_change change;
    /* after write_perform */
    bool matched;      /* conditional create: this exists already, nothing written */
    bool nothing;      /* conditional delete: no match */
    struct str stored; /* matched: its body, when the answer needs it */
};

/* The whole of a create, update or delete: checks on this thread, then defers the call and gives it to the
 * store. */
bool write_run(struct call *c, enum write_kind kind);
/* If-Match: false, with ERR_VERSION_CONFLICT, when asked (0: none is) is not the version that stands. */
bool write_version_holds(struct arena *arena, uint32_t now, uint32_t asked, struct err *err);
/* Id, criteria and preconditions of the call. */
bool write_prepare(struct call *c, struct write *w, enum write_kind kind, struct err *err);
/* Checks the resource at w->node against the model and the address. False with issues. */
bool write_check(struct write *w, struct check_issues *issues);
/* When the lines are those of a text that the client has never seen. */
void write_without_lines(struct check_issues *issues);
/* Parts and index rows for w->id. */
bool write_build(struct write *w, struct err *err);
/* What the criteria found: sets w->id, matched or nothing; several are an error. */
bool write_resolved(struct write *w, enum condition_found found, const struct store_version *v,
                    struct err *err);
/* On the writer thread: resolves, builds what could not be built before, and writes. */
bool write_perform(struct write *w, struct store_tx *tx, struct err *err);
/* On the writer thread: does a current resource refer to what w deleted? */
bool write_integrity(struct write *w, struct store_read *r, struct err *err);
/* Appends the body as it was stored by an applied write. */
void write_stored(const struct write *w, struct buf *out);
/* The status of an applied write. */
int write_result_status(const struct write *w);
/* Fills the call's answer for an applied write. */
void write_answer(struct write *w);
/* A UUID in lower case. */
struct str write_new_id(struct arena *arena);

/* ---- receipt.c: requests with a key (receipt.h) ---- */

/* Reads the key, when the route is known. False with *err. */
bool receipt_open(struct call *c, struct err *err);
/* Runs the call's route, unless it has a key under which it has been done: then it is answered again. */
bool receipt_run(struct call *c);
/* Has the job, which writes w or (NULL) the call's Bundle, leave a receipt. False with *err. */
bool receipt_wrap(struct call *c, struct store_job *job, const struct write *w, struct err *err);

/* ---- rewrite.c: changes made from the current version ---- */

/* Runs an update whose body rewrite makes; the call's route says whether its resource is named by id or by
 * criteria. Answers 404 or 410 when there is none. */
bool rewrite_run(struct call *c, rewrite_fn *rewrite, void *arg, void (*answer)(struct write *w));
/* On the writer thread: w->doc from the version that is current there. */
bool rewrite_perform(struct write *w, struct store_read *r, struct err *err);

/* ---- patch.c ---- */

/* refs_map_fn of refs.h: what references in a patched resource become. */
typedef bool patch_map_fn(void *arg, bool is_reference, struct str from, struct arena *arena, struct str *to,
                          struct err *err);
/* Makes w, prepared as an update, the patch that an entry's resource (at node of doc) tells: a Binary or a
 * Parameters. map NULL: references stay. */
bool patch_entry(struct write *w, const struct json_doc *doc, uint32_t node, patch_map_fn *map, void *map_arg,
                 struct err *err);

/* ---- interactions, one file each ---- */
call_fn capability_run, read_run, vread_run, update_run, update_conditional_run, delete_run,
    delete_conditional_run, patch_run, patch_conditional_run;
call_fn history_instance_run, history_type_run, history_system_run, create_run, search_call, search_call_form;
call_fn op_access_report_run;
call_fn op_graphql_run, op_validate_run, op_lastn_run, op_stats_run, op_diff_run;
call_fn op_as_basic_run;
call_fn op_view_run, op_view_export_run;
call_fn op_meta_run, op_meta_add_run, op_meta_delete_run;
call_fn op_block_run, op_unblock_run, op_lift_block_run, op_consent_run, op_active_choice_run;
call_fn op_emergency_run, op_access_explain_run;
call_fn op_unknown_run, op_merge_run, op_unmerge_run;
call_fn op_audit_flags_run, op_audit_sample_run, op_audit_review_run, op_audit_mine_run, op_access_log_run;
call_fn op_export_run, op_import_run, op_job_status_run, op_job_cancel_run, op_job_file_run;
call_fn op_reindex_run, op_reindex_status_run;
call_fn op_report_begin_run, op_report_refresh_run, op_report_finalize_run, op_report_lint_run,
    op_report_document_run, op_report_page_run, op_report_pdf_run;
call_fn op_gov_paper_case_run, op_gov_paper_decision_run;
call_fn op_readiness_line_run, op_readiness_board_run, op_readiness_evidence_run, op_readiness_verify_run,
    op_readiness_evaluate_run, op_readiness_freeze_run, op_readiness_open_run;
/* op_gov_package.c: appends the document Bundle of the case that the call names. */
bool op_gov_package_write(struct call *c, struct buf *out, struct err *err);
call_fn op_gov_calculate_run, op_gov_cliff_run, op_gov_lint_run, op_gov_package_run;
call_fn op_gov_themes_run, op_gov_anonymous_run;
call_fn op_everything_run, bundle_run, health_run, metrics_run;

/* ---- op_job.c: long work ---- */

/* Submits a job of this kind (see jobs/jobs.h) and answers 202 with where to ask for it; refused without
 * Prefer: respond-async. */
struct jobs_draft;
bool op_job_start(struct call *c, const char *kind, struct str request, struct jobs_draft *draft);
/* Is the call asked for in the way long work must be? False with *err. */
bool op_job_wanted(struct call *c, struct err *err);

/* A body of NDJSON goes to the disk as it comes; any other is left alone. */
bool op_import_upload(struct call *c, struct http_upload *out, struct err *err);

/* ---- op_view_export.c ---- */

/* The members of the Parameters that tell of a finished export of views. */
struct jobs_status;
void op_view_export_write(struct json_out *o, struct call *c, const struct jobs_status *st);

/* ---- job_stream.c ---- */

/* A finished job's file as the answer: packed when the client takes it so, else unpacked on the way. */
struct jobs_file;
bool job_stream_answer(struct call *c, int fd, const struct jobs_file *f);

/* ---- entry.c, batch.c, transaction.c ---- */

/* An entry of a batch or transaction: a call of its own, with an answer of its own. */
struct entry {
    struct call call;
    struct http_response resp;
    struct write write;
    bool writes;   /* write is used, else call.route->run answers */
    bool answered; /* resp is filled (refused before it could run) */
    bool head;     /* HEAD: a GET whose resource is left out */
    struct str full_url;
    uint32_t resource; /* node of the resource, UINT32_MAX when there is none */
};

struct bundle {
    struct call *call;
    struct json_doc *doc;
    struct entry *item;
    size_t count;
    bool transaction;
    patch_map_fn *map; /* transaction: what references in patched resources become */
    void *map_arg;
    uint64_t reads_until_ns; /* set by the first read */
    size_t read_bytes;       /* answered by reads */
};

/* bundle.c: the call's body as a Bundle whose type is known. False with *err. */
bool bundle_parse(struct call *c, struct bundle *b, struct err *err);
/* Fills b->item from the parsed Bundle: method, address, headers, resource. False with *err for what is no
 * entry at all (path of the entry). */
bool entry_parse(struct bundle *b, struct err *err);
/* Routes the entry and, for writes, checks its resource. On failure the entry is answered with an
 * OperationOutcome, and *err is the first fault. */
bool entry_prepare(struct bundle *b, struct entry *e, struct err *err);
/* entry_read.c: runs a reading entry with this reader (NULL: its own). The reads of a Bundle share bounds
 * (API_READS_…); past them they are answered ERR_BUNDLE_READS. why: of a failed one, its error; or NULL. */
void entry_read(struct bundle *b, struct entry *e, struct store_read *r, struct err *why);
/* The answer Bundle, into the call of the whole. */
void entry_answer(struct bundle *b);
/* Lets go of what the entries' answers own. */
void entry_release(struct bundle *b);
bool batch_run(struct bundle *b);
bool transaction_run(struct bundle *b);

/* ---- api.c ---- */

/* Gives a job to the store: the call is deferred, c->resp becomes memory of its own. done must call
 * api_job_end. */
struct api_job {
    struct store_job job;
    struct call *call;
    const struct write *write; /* what it writes; NULL: the call's Bundle */
};
bool api_job_submit(struct call *c, struct api_job *job);
/* The answer is in c->resp: sends it. Nothing of the call may be touched afterwards. */
void api_job_end(struct call *c);
/* Headers that every answer under /fhir has. */
void api_seal(struct http_response *resp);

/* ---- capability.c ---- */
bool capability_make(struct api *a, struct err *err);

/* ---- web.c: the browser part ---- */
struct web *web_new(const char *dir, struct err *err);
void web_free(struct web *w);
bool web_answer(struct api *a, struct http_request *req, struct http_response *resp);

/* ---- metrics.c ---- */
/* Memory in use, for metrics_run; -1: not told. */
int metrics_open(void);
void metrics_count(struct api *a, const struct route *route, int status, uint64_t micros);

#endif
