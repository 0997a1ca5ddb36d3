/* SPDX-License-Identifier: Apache-2.0
 * search: between FHIR and the store. Extracts index rows from resources with compiled FHIRPath, and turns
 * search URLs (R4 3.1.1 "Search") into store plans. One file per search type, alike for both directions. */
#ifndef HELHET_SEARCH_SEARCH_H
#define HELHET_SEARCH_SEARCH_H

#include "fhir/model.h"
#include "store/store.h"

enum {
    SEARCH_COUNT_DEFAULT = 20,
    SEARCH_COUNT_MAX = 1000,
    SEARCH_PARAMS_MAX = 64,     /* parameters of one search */
    SEARCH_VALUES_MAX = 1000,   /* alternatives of one parameter */
    SEARCH_INCLUDES_MAX = 1000, /* included resources on one page */
    SEARCH_BUDGET_MS = 10000,   /* what search_set_budget changes */
    SEARCH_WORK_MAX = 2000000,
    SEARCH_CODES_MAX = 20000, /* codes of one value set or hierarchy */
    SEARCH_RIDS_MAX = 200000, /* resources that one text search gives */
};

struct search; /* compiled parameters; after search_new read only, any thread (lazy parts are locked inside)
                */

struct search *search_new(struct err *err);
void search_free(struct search *s);
/* A parameter of a resource type, whether the model's or made at run time; id as in struct search_query. */
const struct fhir_param *search_param(const struct search *s, fhir_param_id id);
/* By code; 0 when the type has none. */
fhir_param_id search_param_find(const struct search *s, fhir_type_id base, struct str code);
/* Are its values MIME types, so that :below is about these (R4 3.1.1.4.10.1)? */
bool search_param_mime(const struct fhir_param *p);
/* The types that a reference parameter may point at; *count 0: any. Borrowed from s. */
const fhir_type_id *search_targets(const struct search *s, fhir_param_id id, uint16_t *count);
/* What store_open needs. The schema and hooks borrow s. The hash key must be given before extracting or
 * planning. */
struct store_schema search_schema(struct search *s);
struct store_hooks search_hooks(struct search *s);
void search_set_key(struct search *s, struct hash_key key);

/* What a floor above gives search; set before the first search. What needs one that is absent is refused with
 * ERR_SEARCH_ABSENT. The callbacks' answers live in arena; r is the search's own snapshot. */
struct search_code {
    struct str system,
        code; /* system "": the code has none; NULL: of whatever system. code "": all of the system */
};
enum search_codes {
    SEARCH_CODES_IN,    /* value: the value set's URL (|version), "ValueSet/id" or its id; system unused */
    SEARCH_CODES_BELOW, /* value is a code of system ("": not given): it and all that it subsumes */
    SEARCH_CODES_ABOVE, /* it and all that subsume it */
};
struct search_terms {
    void *arg;
    /* At most SEARCH_CODES_MAX, else ERR_SEARCH_LIMIT. */
    bool (*codes)(void *arg, struct store_read *r, enum search_codes what, struct str system,
                  struct str value, struct arena *arena, struct search_code **out, size_t *count,
                  struct err *err);
};
enum search_words_in {
    SEARCH_WORDS_TEXT,    /* _text: the narrative */
    SEARCH_WORDS_CONTENT, /* _content: all of the resource */
    SEARCH_WORDS_PARAM,   /* :text: the texts and displays of one parameter's values */
};
struct search_words {
    void *arg;
    /* The resources of these types (count 0: all) that hold what query asks for as of the commit seq (that of
     * the pages; 0: r's own); rids ascending without repeats, score (NULL: none) beside them, 0..1. Too many:
     * ERR_SEARCH_LIMIT. param (of types[0], the only one then) only for SEARCH_WORDS_PARAM. */
    bool (*find)(void *arg, struct store_read *r, int64_t seq, enum search_words_in where,
                 fhir_param_id param, const fhir_type_id *types, size_t type_count, struct str query,
                 struct arena *arena, store_rid **rids, double **score, size_t *count, struct err *err);
};
void search_set_terms(struct search *s, const struct search_terms *terms);
void search_set_words(struct search *s, const struct search_words *words);

/* All index rows of the resource at i (elem filled), in arena, whose limit does not apply: a resource gives
 * rows in proportion to its size, and a bounded number (ERR_NO_MEMORY past it). Absolute URLs are references
 * to elsewhere. */
bool search_extract(struct search *s, const struct json_doc *doc, uint32_t i, fhir_type_id type,
                    struct arena *arena, struct store_rows *out, struct err *err);
/* The parameters that say when a resource of the type happened (care time, not record time): how many into
 * out, the first that has a value counts. */
size_t search_care_dates(struct search *s, fhir_type_id type, fhir_param_id out[2]);
/* Case, accents and width folded away, white space squeezed: what string rows and string searches are
 * compared by. */
struct str search_fold(struct arena *arena, struct str s);

/* :text: does a text of one of the parameter's values in a stored body (CodeableConcept.text, Coding.display,
 * Identifier.type.text, Reference.display) begin, or one of its words, with folded? */
bool search_text_begins(struct search *s, fhir_type_id type, fhir_param_id param, struct str body,
                        struct str folded, struct arena *arena, bool *yes, struct err *err);

struct search_param {
    struct str name, value; /* percent-decoded */
};

enum search_total { SEARCH_TOTAL_DEFAULT, SEARCH_TOTAL_NONE, SEARCH_TOTAL_ESTIMATE, SEARCH_TOTAL_ACCURATE };
enum search_summary {
    SEARCH_SUMMARY_FALSE,
    SEARCH_SUMMARY_TRUE,
    SEARCH_SUMMARY_TEXT,
    SEARCH_SUMMARY_DATA,
    SEARCH_SUMMARY_COUNT
};

struct search_include {
    fhir_type_id source; /* type the parameter belongs to */
    fhir_param_id param; /* 0: all reference parameters ("*") */
    fhir_type_id target; /* 0: any */
    bool iterate;
};

/* A parsed search. */
struct search_query {
    struct store_plan plan;
    enum search_total total;
    enum search_summary summary;
    struct str *elements;
    size_t element_count;
    struct search_include *include, *revinclude;
    size_t include_count, revinclude_count;
    /* The parameters that were really used, for the self link, in order; ignored ones (lenient) are left out.
     */
    struct search_param *used;
    size_t used_count;
    struct str *ignored;
    size_t ignored_count;
    const struct search_contained *contained; /* _contained=true or both; NULL: not asked for */
    bool explain;                             /* _explain=true: the plan is asked for, not the page */
};

/* Where a search looks, and how. */
struct search_within {
    fhir_type_id type;        /* 0: all types (those of _type, those of the compartment) */
    fhir_type_id compartment; /* Patient, Encounter, RelatedPerson, Practitioner or Device; 0: everywhere */
    struct str id;            /* whose compartment */
    int64_t seq;              /* the commit that the pages are pinned to; 0: now */
    bool lenient;             /* unknown parameters are left out and told of in ignored */
    uint64_t deadline_ns;     /* an end before the budget's, os monotonic time; 0: none */
    bool styr;                /* all types: those of the steering, else those of R4 and the rest */
};
/* Is it one of the five, and can a resource of type be in one? The one it is about is in it too. */
bool search_in_compartment(fhir_type_id compartment, fhir_type_id type);

/* What one search may cost; more is ERR_SEARCH_BUDGET. 0: no bound. */
struct search_budget {
    uint64_t ms;       /* from search_parse on */
    uint64_t work_max; /* resources looked at */
};
void search_set_budget(struct search *s, struct search_budget budget);

/* type 0: system search (only common parameters and _type). lenient: unknown parameters are ignored, else
 * ERR_SEARCH_PARAM_UNKNOWN. Everything lives in
 * arena, whose limit does not apply: the bounds above do. r is what values are looked up in (lists, value
 * sets, words); NULL: they are taken as empty. */
bool search_parse(struct search *s, struct store_read *r, fhir_type_id type,
                  const struct search_param *params, size_t count, bool lenient, struct arena *arena,
                  struct search_query *out, struct err *err);

bool search_parse_within(struct search *s, struct store_read *r, const struct search_within *within,
                         const struct search_param *params, size_t count, struct arena *arena,
                         struct search_query *out, struct err *err);

/* What _contained found when the search was parsed. */
struct search_contained {
    struct store_plan plan; /* of the contained resources */
    fhir_type_id type;
    bool itself; /* _containedType=contained: the contained resource is the answer, not its container */
    const store_rid *own; /* _contained=both: those that match by themselves, rising */
    size_t own_count;
};

/* A whole page: matches in order, then included resources without repeats. */
struct search_page {
    struct store_version *match;
    size_t match_count;
    double *score; /* beside match, 0..1; NULL: not ranked */
    struct store_version *included;
    size_t included_count;
    bool included_cut; /* there were more than SEARCH_INCLUDES_MAX to include */
    bool more;
    struct str next; /* cursor */
    bool has_total;
    uint64_t total;
    int64_t seq;   /* the commit that it shows */
    uint64_t work; /* resources looked at */
};
bool search_run(struct search *s, struct store_read *r, const struct search_query *q, struct arena *arena,
                struct search_page *out, struct err *err);

/* ---- how it was done ---- */

struct search_explained_cond {
    struct str text; /* which parameters, how many values; none is shown */
    struct str path; /* the index that gives what it alone matches */
    uint64_t total;  /* how many that is */
};
struct search_explained {
    struct str path; /* the store's, of the whole search */
    struct search_explained_cond *cond;
    size_t cond_count;
    uint64_t found, included; /* on the page */
    uint64_t work;            /* resources looked at */
    uint64_t micros;
};
/* Runs the search, and each of its conditions alone. */
bool search_explain(struct search *s, struct store_read *r, const struct search_query *q, struct arena *arena,
                    struct search_explained *out, struct err *err);

/* ---- page links ---- */

enum {
    SEARCH_PAGES_BACK = 8,     /* pages that previous links reach back from a page */
    SEARCH_TOKEN_MAX = 1 << 20 /* bytes of what one link holds */
};

/* Where a page is: the search as it was asked, and where in its result. */
struct search_place {
    struct search_param *param;
    size_t param_count;
    struct str cursor; /* "": the first page */
    int64_t seq;       /* the commit that the pages are pinned to */
    bool has_total;    /* of the first page */
    uint64_t total;
    struct str back[SEARCH_PAGES_BACK]; /* cursors of the pages before, the nearest first; "": the first */
    size_t back_count;
};
/* A token for a link, in arena: encrypted and authenticated under the store's key, good for this scope (any
 * text that says what is searched) and as long as the store lives. {NULL,0} when it would be too long. */
struct str search_page_seal(const struct search *s, struct str scope, const struct search_place *place,
                            struct arena *arena);
/* ERR_SEARCH_PAGE for a token that is made up, cut or of another scope. */
bool search_page_open(const struct search *s, struct str scope, struct str token, struct arena *arena,
                      struct search_place *out, struct err *err);

#endif
