/* SPDX-License-Identifier: Apache-2.0
 * store: the durable record. Immutable versions, current versions, index rows and the hash-chained commit log
 * behind one interface; SQLite (WAL) is the embedded backend, PostgreSQL comes later behind the same header.
 *
 * The store knows no FHIR: resource types and search parameters are small integers of the caller's build
 * (named in struct store_schema; the store keeps its own durable numbering by name), index rows come from
 * struct store_hooks.
 *
 * Threads: exactly one writing connection, owned by the writer thread inside the store; any number of
 * readers, one struct store_read per thread at a time. Writes are jobs in a bounded queue; the writer runs
 * many in one transaction (each in its own savepoint), commits with synchronous=FULL, and only then reports
 * them done.
 *
 * Internal ids (store_rid) are allocated so that one patient's resources lie together. A reference to a
 * resource that is not here yet gets a rid too (a placeholder without version), so references are integers
 * from the start. */
#ifndef HELHET_STORE_STORE_H
#define HELHET_STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

enum {
    STORE_FORMAT = 2,          /* version of the files; a newer one is refused with ERR_STORE_NEWER, an older
                                * one (1: no labels) becomes this one and is read as it is */
    STORE_BODY_MAX = 64 << 20, /* bytes of one stored body */
    STORE_QUEUE_MAX = 4096,    /* jobs waiting; past it ERR_STORE_BUSY */
    STORE_GROUP_MAX = 512,     /* jobs in one transaction */
    STORE_SORT_MAX = 3,
    STORE_SEEN_MAX = 1024, /* patients that store_read_seen names; past it it says that there are many */
    STORE_TOLD_MAX = 4096, /* changes that store_tell's function is told of one by one */
};

struct store;      /* an open store */
struct store_read; /* a reader: one consistent snapshot between begin and end */
struct store_tx;   /* the writer's transaction, seen by a job */
struct store_version;

typedef int64_t store_rid; /* > 0; 0: none */

enum store_index {
    STORE_TOKEN,  /* text: code, name: system ("" when none) */
    STORE_STRING, /* text: folded value, exact: hash of the unfolded value; 0: a later word, never sorted by
                   */
    STORE_DATE,   /* [low, high) in ms; INT64_MIN / INT64_MAX open ends */
    STORE_NUMBER, /* [number_low, number_high]: also quantity; name: "system|code" or unit text, "" when none
                   */
    STORE_REFERENCE, /* target_type + text: id; target_type 0: name is an absolute URL */
    STORE_URI,       /* name: the URI */
    STORE_COMPOSITE, /* text: the components compared by equality, joined by search, exact: hash of the first
                      * one's system; then an ordered component in number_low/number_high (name: unit) and/or
                      * low/high */
    STORE_CLINICAL, /* target_type + text: the patient; hash: code; low: date (INT64_MIN none). Every resource
                     * in a patient's compartment has exactly one row with hash 0 for that patient; each of
                     * its codes gives one more, but only for the patient it is about. The (patient, type,
                     * code, date) rows behind the commonest searches, and the compartment */
    STORE_LABEL,    /* what the resource is labelled with (hash: STORE_LABEL_…), for views alone: nothing is
                     * found or sorted by it. UNIT, PROVIDER: target_type + text. FLAGS: low, bits 0 to 31. At
                     * most one of each; of more, the first unit and provider and all flags hold */
};
enum { STORE_LABEL_UNIT = 1, STORE_LABEL_PROVIDER = 2, STORE_LABEL_FLAGS = 3 }; /* store_row.hash of LABEL */

/* One index row of one resource. Strings are borrowed for the call. An interval given with its ends turned
 * round counts as what lies between them. */
struct store_row {
    uint8_t index;        /* enum store_index */
    uint16_t param;       /* build id of the search parameter; 0 for CLINICAL, LABEL */
    uint16_t target_type; /* build id of a type */
    struct str text, name;
    uint64_t hash, exact; /* hash_sip with the store's key: CLINICAL's code / see STRING, COMPOSITE; else 0 */
    int64_t low, high;
    double number_low, number_high;
};

struct store_rows {
    struct store_row *item;
    size_t count, cap;
    uint32_t epoch; /* hooks.epoch they were made under */
};

/* What the store must know of the model. Arrays are indexed by build id; entry 0 is NULL. */
struct store_schema {
    const char *fingerprint;       /* changes when extraction may give other rows */
    const char *const *type_names; /* "Patient" */
    uint16_t type_count;
    const char *const *param_names; /* "Patient.birthdate"; NULL at the end: room for parameters made later */
    uint16_t param_count;           /* that room included */
    uint16_t watched; /* build id of the type that hooks.accept and changed are about; 0: none */
};

struct store_hooks {
    void *arg;
    /* All index rows of a stored body, deterministically, in arena. Called by check on the
     * caller's thread and by reindex on the writer's. */
    bool (*extract)(void *arg, struct arena *arena, uint16_t type, struct str body, struct store_rows *out,
                    struct err *err);
    /* The text that a body sorts by in param (the least, or the greatest when descending), {NULL,0} when it
     * has none. NULL: STORE_SORT_TEXT is refused. */
    bool (*sort_text)(void *arg, struct arena *arena, uint16_t type, uint16_t param, bool descending,
                      struct str body, struct str *out, struct err *err);
    /* Rises when extraction may give other rows than before (a parameter made or withdrawn at run time).
     * Changes whose rows are of another epoch are extracted anew by the writer. NULL: never. */
    uint32_t (*epoch)(void *arg);
    /* Before a change of the watched type is written, in its transaction: false with *err refuses it. now has
     * rid 0 for a new one; its body is NULL for 'D'. Must write nothing but notes. May be NULL. */
    bool (*accept)(void *arg, struct store_tx *tx, const struct store_version *now, struct err *err);
    /* After a commit that changed these of the watched type, on the writer's thread, before any job of it is
     * told that it is done. May be NULL. */
    void (*changed)(void *arg, struct store_read *r, const store_rid *rid, size_t count);
    /* Has every resource the rows of param that it should? check passes over those that may not. NULL: yes.
     */
    bool (*settled)(void *arg, uint16_t param);
};

struct store_options {
    const char *dir; /* made when absent */
    bool create;     /* false: the store must exist */
    struct store_schema schema;
    struct store_hooks hooks;
    unsigned cache_mib; /* page cache of the writer; readers get a quarter each; 0: default */
};

/* Makes the folder dir with its parents; as store_open does when asked to create. ERR_STORE_OPEN. */
bool store_make_dir(const char *dir, struct err *err);
/* Opens (and recovers) the store, takes the directory lock, starts the writer thread. */
struct store *store_open(const struct store_options *opt, struct err *err);
/* Waits for queued jobs, checkpoints, closes. NULL is fine. */
void store_close(struct store *s);
/* Random per store, so that hashes cannot be aimed at. */
struct hash_key store_hash_key(const struct store *s);
/* True when the store's index rows come from another model: only store_reindex may write them. */
bool store_needs_reindex(const struct store *s);

/* ---- reading ---- */

struct store_version {
    store_rid rid;
    uint16_t type; /* build id */
    struct str id;
    uint32_t version; /* 1.. */
    int64_t seq;      /* commit */
    int64_t time_ms;  /* of the commit: meta.lastUpdated */
    char op;          /* 'C' created, 'U' updated, 'D' deleted */
    struct str body;  /* as stored, with meta.versionId and meta.lastUpdated; {NULL,0} for 'D' */
};

struct store_read *store_read_begin(struct store *s, struct err *err);
void store_read_end(struct store_read *r);
/* Sequence of the last commit this snapshot sees. */
int64_t store_read_seq(struct store_read *r);
/* From here on everything read through r is as of that commit: what was changed since is as it was, what was
 * created is not there, what was deleted is. 0: as of the snapshot again, as after begin. Not in a job. */
void store_read_pin(struct store_read *r, int64_t seq);
/* The commit that r reads as of: where it is pinned, else store_read_seq. */
int64_t store_read_as_of(struct store_read *r);

/* ---- views: what a reader may see ----
 *
 * A reader with a view reads as if what is hidden from it had never been written: a hidden resource is as
 * absent from every answer, count, total, order, page and chain as one that is only referred to. Each version
 * is judged by its own label, a deletion by the label of what was deleted. The one place where bodies leave
 * the store asks mask for masked ones. What the engine does for itself (checking, indexing, following, facts
 * that views decide by) it reads without a view. */

/* What a version is labelled with. Empty where the rows say nothing, as in stores from before labels. */
struct store_label {
    store_rid rid;
    uint16_t type;            /* build id */
    const store_rid *patient; /* whose record it is part of (CLINICAL rows of hash 0); of a Patient: itself */
    size_t patient_count;
    store_rid unit, provider; /* 0: not labelled */
    uint32_t flags;
    int64_t date_ms; /* of the CLINICAL row of hash 0; INT64_MIN: none */
    int64_t seq;     /* commit of the version */
    bool deleted;    /* it is a deletion: the rest is of what was deleted */
    struct str rows; /* for store_label_target */
};
/* The next target of the version's references through param, in this store (perhaps not here yet); 0: no
 * more. *at is 0 at first. */
store_rid store_label_target(const struct store_read *r, const struct store_label *label, uint16_t param,
                             size_t *at);
struct store_plan;
/* Do the version's rows meet the plan's conditions, by themselves? Conditions without chains; of the plan
 * nothing else counts but the types. */
bool store_label_meets(struct store_read *r, const struct store_label *label, const struct store_plan *plan,
                       bool *yes, struct err *err);

enum store_sight { STORE_HIDDEN, STORE_MASKED, STORE_SEEN };

/* Borrowed until the reader ends or gets another view. Called on the reader's thread. */
struct store_view {
    void *arg;
    /* What the caller may see of it. r reads all of its snapshot during the call, without view and pin (in a
     * job: what the job wrote too); it must not be pinned, be given a view or a plan with a cursor, or be
     * kept. False: failed, and what was being read fails with *err. Must not depend on when it is asked
     * during one snapshot; asked often: once for each resource that is looked at. */
    bool (*see)(void *arg, struct store_read *r, const struct store_label *label, enum store_sight *out,
                struct err *err);
    /* A masked resource's body as it may be shown, in arena. type: build id. NULL: masked counts as hidden.
     */
    bool (*mask)(void *arg, struct arena *arena, uint16_t type, struct str body, struct str *out,
                 struct err *err);
    const uint16_t *masked_param; /* build ids: rows of these are as if absent on a masked resource */
    size_t masked_count;
    uint16_t masked_from; /* and of every param from this build id on (made at run time); 0: none */
    /* By build id of type, schema.type_count long: everything of it is SEEN, so that see is not asked and
     * counts are kept. NULL: of none. */
    const bool *whole;
    /* By build id of type: a reference parameter that says whom it is about beside its patients (0: none):
     * who that leads to counts as seen too, whatever kind it is. NULL: none. */
    const uint16_t *about;
};
/* From here on everything read through r passes the view; store_read_seen begins anew. NULL: everything, as
 * after begin (the engine's own work). In a job it holds until the job's run returns. */
void store_read_view(struct store_read *r, const struct store_view *view);
/* Whose records were given out (versions with a body) through r since its view was set, each patient once;
 * *many when there are more than STORE_SEEN_MAX, of which the first are named. *withheld: how many times
 * something hidden would have been part of an answer (a page stops looking when it is full). Borrowed until
 * the view is set anew. */
void store_read_seen(struct store_read *r, const store_rid **patient, size_t *count, bool *many,
                     uint64_t *withheld);

/* What the reader's view shows of rid as of the commit seq, for what finds resources by more than their rows;
 * STORE_HIDDEN when there was none, STORE_SEEN without a view. Counts as nothing given out. */
bool store_sight_of(struct store_read *r, store_rid rid, int64_t seq, enum store_sight *out, struct err *err);

enum store_found { STORE_ABSENT, STORE_FOUND, STORE_DELETED, STORE_FAILED };

/* Current version of (type, id); strings in arena. STORE_DELETED fills all but the body. */
enum store_found store_get(struct store_read *r, uint16_t type, struct str id, struct arena *arena,
                           struct store_version *out, struct err *err);
enum store_found store_get_rid(struct store_read *r, store_rid rid, struct arena *arena,
                               struct store_version *out, struct err *err);
/* The type (build id) and id of rid, whatever is seen of it and whether or not it is here yet: for logs. type
 * 0: there is none. */
bool store_name(struct store_read *r, store_rid rid, struct arena *arena, uint16_t *type, struct str *id,
                struct err *err);
/* A named version, current or old. */
enum store_found store_get_version(struct store_read *r, uint16_t type, struct str id, uint32_t version,
                                   struct arena *arena, struct store_version *out, struct err *err);

/* Return false from the callback to stop early. Strings are borrowed for the call. */
typedef bool store_each_fn(void *arg, const struct store_version *v);

struct store_history {
    uint16_t type;      /* 0: whole system */
    const bool *types;  /* of the whole system: only those that are true here (by build id); NULL: all */
    struct str id;      /* "" : whole type */
    int64_t since_ms;   /* 0: all; commits at or after */
    int64_t before_seq; /* 0: newest first from the end; else only older than (before_seq, before_rid) */
    store_rid before_rid;
    uint32_t limit;
};
/* Newest first. */
bool store_history_each(struct store_read *r, const struct store_history *h, store_each_fn *fn, void *arg,
                        struct err *err);
/* How many versions the same question gives without before and limit. */
bool store_history_count(struct store_read *r, const struct store_history *h, uint64_t *count,
                         struct err *err);

/* All current resources (type 0: of every type) in rid order from after_rid on. For export and check. */
bool store_scan(struct store_read *r, uint16_t type, store_rid after_rid, store_each_fn *fn, void *arg,
                struct err *err);
/* Maintained counter of current resources of a type (0: all). O(1); with a view each is looked at. */
bool store_count(struct store_read *r, uint16_t type, uint64_t *count, struct err *err);

/* ---- being told: for what keeps a few facts in memory ---- */

struct store_told {
    uint16_t type;     /* build id */
    store_rid rid;     /* of the resource that was changed */
    store_rid patient; /* in whose compartment it is, or was before; 0: in nobody's */
};
/* After the commit seq, on the writer's thread, before any of its jobs is told that it is done. count 0: more
 * than STORE_TOLD_MAX, or not known which. Must not read. */
typedef void store_told_fn(void *arg, int64_t seq, const struct store_told *item, size_t count);
/* From here on fn is told of commits that change resources of these types (by build id; borrowed). One
 * function; types NULL: none any more. Waits for the writer. */
bool store_tell(struct store *s, const bool *types, store_told_fn *fn, void *arg, struct err *err);

/* Waits until there is a commit after seq, at most ms; the last commit. Readers begun from then on see it. */
int64_t store_wait(struct store *s, int64_t seq, unsigned ms);

/* ---- following: every change in the order it was committed, for what keeps a copy of its own ---- */

/* A place in the log of changes, between its parts; {0, 0} is before the first. */
struct store_place {
    int64_t seq, part;
};
struct store_followed {
    store_rid rid;
    uint16_t type; /* build id; 0: not of this build's model */
    uint32_t version;
    int64_t seq;   /* commit */
    int64_t until; /* commit of the version after it; 0: it is the current one */
    char op;       /* 'C', 'U', 'D' */
};
/* The changes of the part of the log after *place (one commit, at most 4096, by rid and version), in arena;
 * *place is then that part's. *count is 0 at the end. */
bool store_follow(struct store_read *r, struct store_place *place, struct arena *arena,
                  struct store_followed **out, size_t *count, struct err *err);
/* Did a commit after that one touch a resource of these types? After very much it is said to. */
bool store_touched(struct store_read *r, int64_t after_seq, const uint16_t *types, size_t count,
                   bool *touched, struct err *err);
/* A number that two stores, or two pasts of one, will not share for the same commit; 0: there is none. */
bool store_seq_mark(struct store_read *r, int64_t seq, uint64_t *mark, struct err *err);
/* A named version of rid, current or old. */
enum store_found store_get_rid_version(struct store_read *r, store_rid rid, uint32_t version,
                                       struct arena *arena, struct store_version *out, struct err *err);
/* Is it store_tx_read's, which sees what is not committed? */
bool store_read_in_job(const struct store_read *r);

/* ---- the record as of a commit: long walks in short snapshots ---- */

enum { STORE_AS_OF_SLICE = 512 }; /* resources looked at in one call */

struct store_as_of {
    uint16_t type; /* build id */
    int64_t seq;   /* the commit */
    store_rid after_rid;
    int64_t since_ms;          /* only versions of commits later than this; 0: all */
    bool deleted;              /* deleted ones too, without body */
    bool compartment;          /* only what lies in a patient's compartment; a patient lies in its own */
    const store_rid *patients; /* ascending: of these patients; NULL: of any */
    size_t patient_count;
    const store_rid *only; /* ascending: only these; NULL: all of the type */
    size_t only_count;
};
/* One slice of the resources of a type in rid order, each in the version that was current at commit seq: what
 * was created later is left out, what was changed or deleted later comes as it was. r may be another snapshot
 * for each slice, none older than seq. *last is where the next slice begins, *more tells whether there is
 * one. */
bool store_as_of(struct store_read *r, const struct store_as_of *q, store_each_fn *fn, void *arg,
                 store_rid *last, bool *more, struct err *err);
/* The last commit, and a time between it and every later one: each version of this commit or before has
 * lastUpdated at or before *time_ms, each later one after it. (While the clock lags behind the record it is
 * before this commit's own, so that who asks for what is later gets too much, never too little.) Goes through
 * the writer's queue, since only the writer knows. */
bool store_now(struct store *s, int64_t *seq, int64_t *time_ms, struct err *err);

/* ---- searching: a plan is data; the backend turns it into its own statements with a fixed join order ----
 */

enum store_cmp {
    STORE_CMP_EQ,       /* DATE, NUMBER: the row's interval lies within [low, high] */
    STORE_CMP_NE,       /* … does not */
    STORE_CMP_LT,       /* the row begins before low */
    STORE_CMP_GT,       /* the row ends after high */
    STORE_CMP_LE,       /* LT or EQ */
    STORE_CMP_GE,       /* GT or EQ */
    STORE_CMP_SA,       /* the row begins at or after high */
    STORE_CMP_EB,       /* the row ends at or before low */
    STORE_CMP_OVERLAP,  /* ap: the intervals touch */
    STORE_CMP_PREFIX,   /* STRING: text is a prefix */
    STORE_CMP_CONTAINS, /* STRING: text occurs in it */
    STORE_CMP_EXACT,    /* STRING: text equal and exact equal */
    STORE_CMP_BELOW,    /* URI, REFERENCE with target_type 0: name is a prefix */
    STORE_CMP_ENDS,     /* STRING: text ends so */
    STORE_CMP_ANY,      /* any row of this parameter (for :missing); COMPOSITE: that part is not compared */
};

struct store_plan;

/* One alternative. A resource matches when it has a row of (index, row.param) that compares so. */
struct store_match {
    uint8_t index;    /* enum store_index */
    uint8_t cmp;      /* enum store_cmp */
    bool any_name;    /* TOKEN, NUMBER: any system/unit; else row.name must be equal ("" = none) */
    bool any_text;    /* TOKEN: any code (system| searches) */
    bool any_case;    /* TOKEN: a code and system that are the same but for case will do */
    bool whole;       /* STRING: whole values alone, no later words */
    bool any_exact;   /* COMPOSITE: any system of the first component, else exact must be equal */
    uint8_t cmp_span; /* COMPOSITE: cmp is for number_low/high (any_name as NUMBER), cmp_span for low/high;
                       * text must be equal, or begin with row.text when cmp is STORE_CMP_PREFIX (then only
                       * text and exact) */
    struct store_row row;           /* the values compared with; COMPOSITE: as search made it */
    const struct store_plan *chain; /* REFERENCE: target is one of this plan's results (limit ignored) */
    bool reverse; /* with chain: _has — the chain's resources refer to this one through row.param */
};

/* Special conditions over the resource itself. */
enum store_cond_kind {
    STORE_COND_MATCH,   /* one of any[] */
    STORE_COND_IDS,     /* id is one of ids[] */
    STORE_COND_UPDATED, /* lastUpdated compares (cmp, low, high as DATE) */
    STORE_COND_GROUP, /* one of sub[] holds: all its conditions, of the same resource (nothing else of it) */
    STORE_COND_RIDS,  /* is one of rids[] */
    STORE_COND_PATIENT, /* has one of the CLINICAL rows any[].row (patient and exactly that hash, 0 too) */
};

struct store_cond {
    uint8_t kind; /* enum store_cond_kind */
    bool negate;  /* :not, :missing=true */
    const struct store_match *any;
    size_t any_count;
    const struct str *ids;
    size_t id_count;
    const struct store_plan *sub; /* GROUP */
    size_t sub_count;
    const store_rid *rids; /* RIDS: ascending */
    const double *score;   /* RIDS: beside rids, for STORE_SORT_SCORE; NULL: none */
    size_t rid_count;
};

/* store_sort.index besides the kinds of rows. */
enum {
    STORE_SORT_SCORE = 0xFC,   /* what the plan's RIDS conditions give, best first unless descending */
    STORE_SORT_TEXT = 0xFD,    /* hooks.sort_text of the body: what is kept as a hash only */
    STORE_SORT_UPDATED = 0xFE, /* lastUpdated */
    STORE_SORT_ID = 0xFF,
};

struct store_sort {
    uint8_t index; /* DATE, STRING, NUMBER; CLINICAL: the date of the rows that the plan's PATIENT condition
                    * matched (param 0); STORE_SORT_… */
    uint16_t param;
    bool descending; /* resources without a value come last either way */
    /* param is a REFERENCE: sorted by the targets' own value, theirs by chain; those of one type alone (build
     * id; 0: any) */
    const struct store_sort *chain;
    uint16_t target;
};

/* Pages: a cursor names the commit of the first page, and every page shows the record as of that commit,
 * however much is written meanwhile. ERR_SEARCH_PAGE_OLD when too much has changed since. */
struct store_plan {
    const uint16_t *types; /* build ids; NULL: all */
    size_t type_count;
    const struct store_cond *cond; /* all must hold */
    size_t cond_count;
    struct store_sort sort[STORE_SORT_MAX];
    size_t sort_count;    /* 0: by rid */
    struct str cursor;    /* where the page begins: store_hits.next of the page before; empty: the start */
    uint32_t limit;       /* rows wanted; 0: none, count only */
    bool count;           /* also fill total, exactly */
    bool no_body;         /* rids and ids only */
    uint64_t work_max;    /* resources looked at before it is given up with ERR_SEARCH_BUDGET; 0: no bound */
    uint64_t deadline_ns; /* os monotonic time, likewise; 0: none */
};

struct store_hits {
    struct store_version *item; /* in arena */
    size_t count;
    bool more;
    /* With a cursor the page is as of seq: what is read besides needs store_read_pin(r, seq). */
    struct str next; /* cursor for the next page, in arena; opaque bytes made of printable ASCII */
    uint64_t total;  /* when plan.count */
    double *score;   /* beside item, when sorted by score */
    int64_t seq;     /* the commit that the pages are pinned to: this snapshot's, or the cursor's */
    uint64_t work;   /* resources looked at */
};

bool store_search(struct store_read *r, const struct store_plan *plan, struct arena *arena,
                  struct store_hits *out, struct err *err);
/* One condition of a plan, for people who ask why a search is slow. Texts are English. */
struct store_step {
    const struct store_cond *cond; /* of the plan; NULL: nothing can match */
    uint8_t depth;       /* 0: the plan's own; what is in a chain or a group is one deeper, right after it */
    bool usable;         /* an index leads to its matches */
    bool leads;          /* its candidates were gone through; no step leads: everything of the types was */
    bool complete;       /* candidates is all of them, else at least so many */
    uint64_t candidates; /* resources that the index gives for this condition alone */
    struct str what;     /* kind, parameter, comparison, (how many values); never the values */
    struct str path;     /* the statements, a line each */
    struct str why;      /* why it leads, or does not */
};
struct store_explanation {
    struct store_step *step; /* in arena */
    size_t step_count;
    bool cut;       /* there were more steps */
    bool given_up;  /* the plan's budget ended it; the steps are told all the same */
    struct str how; /* how the page was found */
    uint64_t work, hits, total, time_ns;
    int64_t seq;
};
/* Does a row that is in no store (a contained resource's) match an alternative that is no chain? Pure. */
bool store_match_row(const struct store_match *m, const struct store_row *row);
/* Runs the plan, then each of its conditions alone. */
bool store_explain(struct store_read *r, const struct store_plan *plan, struct arena *arena,
                   struct store_explanation *out, struct err *err);
/* Resources that refer to rid through param (0: any), in rid order from after_rid, bodies included. */
bool store_referrers(struct store_read *r, store_rid rid, uint16_t param, store_rid after_rid,
                     store_each_fn *fn, void *arg, struct err *err);
/* What the current version of rid refers to in this store (resources not yet here too), each (parameter,
 * target) once; read from its index rows, no body is opened. fn must not use the reader; false from it stops
 * early. */
typedef bool store_target_fn(void *arg, uint16_t param, store_rid target);
bool store_targets(struct store_read *r, store_rid rid, store_target_fn *fn, void *arg, struct err *err);
/* Everything in a patient's compartment with the patient first, then by rid from after_rid. */
bool store_compartment(struct store_read *r, store_rid patient, store_rid after_rid, store_each_fn *fn,
                       void *arg, struct err *err);

/* ---- writing ---- */

/* One change. The body is head + `"meta":{"versionId":"N","lastUpdated":"T"` + meta_rest + `}` + tail, so
 * that the writer can put in what only it knows: head = `{"resourceType":"Patient","id":"x",`, meta_rest = ``
 * or `,"profile":[…]`, tail = `,"name":…}` or `}`. */
struct store_change {
    char op; /* 'C' create (id must be free or deleted), 'U' create or update, 'D' delete */
    uint16_t type;
    struct str id;
    struct str head, meta_rest, tail; /* not for 'D' */
    const struct store_row *rows;
    size_t row_count;
    uint32_t epoch;      /* of rows: store_rows.epoch */
    uint32_t if_version; /* 0: no matter; else the current version must be this: ERR_VERSION_CONFLICT */
    bool skip_same;      /* same content as the current version: no new version, same = true */
    bool if_absent; /* a current version exists: nothing is written, exists = true (same tells whether equal)
                     */
    /* filled */
    store_rid rid;
    uint32_t version;
    int64_t seq, time_ms;
    bool created; /* there was no current version before */
    bool same;
    bool noop;   /* 'D' of what is absent or deleted already */
    bool exists; /* if_absent held it back */
};

/* Applies one change within the job's transaction. Everything borrowed only for the call. */
bool store_put(struct store_tx *tx, struct store_change *c, struct err *err);
/* A reader inside the transaction: sees what the job and those before it wrote. Not to be ended. A view that
 * the job gives it ends with the job; hooks and the writing itself read without. */
struct store_read *store_tx_read(struct store_tx *tx);
/* The commit's own time and sequence. */
int64_t store_tx_time_ms(const struct store_tx *tx);
int64_t store_tx_seq(const struct store_tx *tx);

struct store_job {
    /* On the writer thread, inside a savepoint: true keeps its changes, false undoes them (and *err says
     * why). */
    bool (*run)(struct store_tx *tx, void *arg, struct err *err);
    /* After the commit is durable (ok), or after failure: err then says why. On the writer thread: be brief.
     */
    void (*done)(void *arg, bool ok, const struct err *err);
    void *arg;
    struct str agent;  /* who, for the commit log */
    struct str reason; /* why */
};
/* Queues; false when the queue is full (ERR_STORE_BUSY) or the store closes. The job's memory is the caller's
 * until done. */
bool store_submit(struct store *s, struct store_job *job, struct err *err);
/* Queues and waits. */
bool store_run(struct store *s, struct store_job *job, struct err *err);

/* ---- receipts: what a caller was told of a request, durable with what the request did ----
 *
 * By owner and key, each once; the value is the caller's own bytes. Kept for STORE_RECEIPT_DAYS at least;
 * older ones go as new ones come. They are no part of the record: no version, no view, no history. */

enum { STORE_RECEIPT_DAYS = 30 };
struct store_receipt {
    int64_t number; /* rises */
    int64_t time_ms;
    struct str key, value;
};
/* In a job: kept and undone with it. The owner must have none of that key. */
bool store_receipt_put(struct store_tx *tx, struct str owner, struct str key, struct str value,
                       struct err *err);
/* STORE_FOUND, STORE_ABSENT, STORE_FAILED. Texts in arena. */
enum store_found store_receipt_get(struct store_read *r, struct str owner, struct str key,
                                   struct arena *arena, struct store_receipt *out, struct err *err);
/* The owner's, newest first, at most limit; before, before_ms: only those of a lower number and time (0:
 * all).
 */
bool store_receipt_list(struct store_read *r, struct str owner, int64_t before, int64_t before_ms,
                        uint32_t limit, struct arena *arena, struct store_receipt **out, size_t *count,
                        struct err *err);

/* ---- bulk loading: one caller, no other jobs meanwhile; batches are sorted outside the database and each
 * batch is durable as a whole when store_bulk_flush (or an automatic flush inside put) returns ---- */

struct store_bulk;
struct store_bulk_stats {
    uint64_t stored, same, batches;
};
struct store_bulk *store_bulk_begin(struct store *s, struct str agent, struct str reason, struct err *err);
/* As store_put, but of the filled fields only created, same, exists, noop and (when they hold it back) rid
 * and version. Copies what it needs. May wait for the batch before. After a failed batch every call fails
 * with its error. */
bool store_bulk_put(struct store_bulk *b, struct store_change *c, struct err *err);
/* Resources of type with this token in param, pending ones included: how many (counts to 2), and the id of
 * one. */
bool store_bulk_find(struct store_bulk *b, uint16_t type, uint16_t param, struct str system, struct str code,
                     unsigned *count, struct arena *arena, struct str *id, struct err *err);
/* Was something put for this resource that readers do not see yet? */
bool store_bulk_pending(const struct store_bulk *b, uint16_t type, struct str id);
bool store_bulk_flush(struct store_bulk *b, struct err *err);
/* Resources stored and durable so far: what a restart need not repeat. */
struct store_bulk_stats store_bulk_stats(const struct store_bulk *b);
/* Flushes unless abandon; frees. */
bool store_bulk_end(struct store_bulk *b, bool abandon, struct err *err);

/* ---- upkeep ---- */

struct store_check {
    uint64_t resources, versions, placeholders, rows, commits;
    uint64_t bytes; /* on disk */
    uint64_t faults;
    struct err first; /* the first fault, with what and where */
};
/* Reads everything back: bodies decompress, rows equal what hooks.extract gives, the commit chain holds,
 * counters agree. progress may be NULL; called with done and total now and then. False when the check itself
 * failed; faults tell. */
bool store_check(struct store *s, struct store_check *out,
                 void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg, struct err *err);
/* Throws all index rows away and makes them anew from the bodies. */
bool store_reindex(struct store *s, void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
                   struct err *err);

/* ---- parameters made at run time: rows added to, compared with and taken from what lies in the store ----
 */

/* Gives param, whose name schema.param_names has got since the store was opened, the number that its name has
 * in the store already, if any. On the writer's thread, or before anything is written. */
bool store_param_link(struct store_read *r, uint16_t param, struct err *err);
/* The names in the store that no parameter of the schema has; false from fn stops early. */
typedef bool store_name_fn(void *arg, struct str name);
bool store_param_strangers(struct store_read *r, store_name_fn *fn, void *arg, struct err *err);
/* Forgets a stranger, of which no resource may have rows any more. */
bool store_param_forget(struct store_tx *tx, struct str name, struct err *err);

/* Short texts of the caller's own, durable with the transaction, by key; an empty one is absent. */
bool store_note_put(struct store_tx *tx, const char *key, struct str value, struct err *err);
bool store_note_get(struct store_read *r, const char *key, struct arena *arena, struct str *value,
                    struct err *err);

/* In place of all rows that the current version of rid has of param[] (count 0: of all rows), these. Nothing
 * is done when it has another version by now or is deleted: what was written since has its rows already. */
bool store_rows_put(struct store_tx *tx, store_rid rid, uint32_t version, const uint16_t *param, size_t count,
                    const struct store_rows *rows, struct err *err);
/* Takes all rows of param[] from the next limit resources of type after *after, which moves on; 0 at the end.
 */
bool store_rows_drop(struct store_tx *tx, uint16_t type, store_rid *after, unsigned limit,
                     const uint16_t *param, size_t count, struct err *err);
/* Has rid rows of param[i] in this snapshot, has it in rows, and are they the same? count 0: all rows, one
 * answer. */
struct store_rows_seen {
    bool stored, expected, same;
};
bool store_rows_compare(struct store_read *r, store_rid rid, const uint16_t *param, size_t count,
                        const struct store_rows *rows, struct store_rows_seen *seen, struct err *err);
/* Bytes on disk. */
uint64_t store_disk_bytes(const struct store *s);

#endif
