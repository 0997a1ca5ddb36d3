/* SPDX-License-Identifier: Apache-2.0
 * search_int: what the files of this folder share. A search type is one const struct search_kind: how a
 * FHIRPath value becomes index rows, and how a query value becomes alternatives of a plan. */
#ifndef HELHET_SEARCH_SEARCH_INT_H
#define HELHET_SEARCH_SEARCH_INT_H

#include <pthread.h>

#include "path/path.h"
#include "search/search.h"

enum {
    SEARCH_STRING_MAX = 4096,   /* bytes of a folded string kept in a row */
    SEARCH_WORD_MAX = 48,       /* bytes kept from a later word on */
    SEARCH_WORDS_MAX = 32,      /* later words of one string that get rows */
    SEARCH_CHAIN_MAX = 16,      /* steps of a chain or nested _has */
    SEARCH_STEPS_MAX = 5000,    /* steps of all chains of a search, every possible type counted */
    SEARCH_ITERATE_MAX = 8,     /* rounds of :iterate includes */
    SEARCH_KEY_MAX = 256,       /* bytes of a string as part of a composite's key */
    SEARCH_MATCHES_MAX = 20000, /* alternatives of one condition after expansion */
    SEARCH_ROWS_MAX = 400000,   /* rows of one resource */
    SEARCH_PAGE_KEY = 32,       /* bytes of the key that page links' keys are made from */
    SEARCH_ROWS_VERSION = 5,    /* raise when extraction gives other rows from the same model */
};

enum search_modifier {
    SEARCH_MOD_NONE = 0,
    SEARCH_MOD_EXACT = 1,
    SEARCH_MOD_CONTAINS = 2,
    SEARCH_MOD_MISSING = 4,
    SEARCH_MOD_NOT = 8,
    SEARCH_MOD_IDENTIFIER = 16,
    SEARCH_MOD_BELOW = 32,
    SEARCH_MOD_ABOVE = 64,
    SEARCH_MOD_TYPE = 128, /* the name of a resource type */
    SEARCH_MOD_TEXT = 256,
    SEARCH_MOD_IN = 512,
    SEARCH_MOD_NOT_IN = 1024,
    SEARCH_MOD_OF_TYPE = 2048,
};

/* A growing list of alternatives. */
struct matches {
    struct store_match *item;
    size_t count, cap;
};

/* Where rows of one parameter go. */
struct rows_to {
    struct search *s;
    struct arena *arena;
    fhir_param_id param;
    struct store_rows *out;
    bool *full; /* set when a row found no room: the extraction then fails */
};

/* What a query value is read with. */
struct query_of {
    struct search *s;
    struct arena *arena;
    const struct fhir_param *param;
    fhir_param_id param_id;
    unsigned modifier;   /* enum search_modifier */
    fhir_type_id target; /* SEARCH_MOD_TYPE */
    bool any_case;       /* tokens are compared without case: _filter */
    struct err *err;
    struct store_read *read; /* NULL: no store, then what must look something up finds nothing */
    struct str whole; /* the text that values are parts of, for positions; and where it begins itself */
    size_t at;
};

struct search_kind {
    uint8_t index;      /* enum store_index of its rows */
    unsigned modifiers; /* allowed ones */
    bool prefixes;      /* values may begin with eq, ne, gt … */
    /* Appends the rows of one value; values of other types give none. NULL: composite_rows. */
    void (*rows)(const struct rows_to *to, const struct path_value *v);
    /* Appends the alternatives of one value (still escaped, prefix already taken off into cmp). False: *err
     * set. */
    bool (*match)(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out);
};

extern const struct search_kind token_kind, string_kind, date_kind, number_kind, quantity_kind,
    reference_kind, uri_kind, composite_kind, near_kind;
/* The kind of a parameter; NULL when it cannot be searched by (no expression). */
const struct search_kind *search_kind_of(const struct fhir_param *p);

/* ---- value.c: reading parsed resources and escaped query values ---- */

/* A child of a complex value by interned name; UINT32_MAX when absent. */
uint32_t value_child(const struct path_value *v, uint16_t name);
/* Text of a child that is a string or number, {NULL,0} when absent. */
struct str value_text(const struct path_value *v, uint16_t name);
/* The value's own text, also "true" and "false"; {NULL,0} when it is complex or absent. */
struct str value_self(const struct path_value *v);
/* A path_value for a node below v (its type from the element table). */
struct path_value value_node(const struct path_value *v, uint32_t node);
/* A new cleared row of the parameter. */
struct store_row *value_row(const struct rows_to *to, enum store_index index);
/* A new cleared alternative of the parameter. */
struct store_match *value_match(const struct query_of *q, enum store_index index, struct matches *out);
/* Splits at the next sep that no backslash escapes; as str_split. */
bool value_split(struct str *rest, char sep, struct str *part);
/* Takes the backslashes off \, \| \$ \\. */
struct str value_unescape(struct arena *arena, struct str s);
/* Takes eq, ne, gt … off the value; ap gives approx. */
enum store_cmp value_prefix(struct str *value, bool *approx);
/* ERR_SEARCH_VALUE about this parameter, with the position of value in q->whole and what its type expects;
 * false. */
bool value_error(const struct query_of *q, struct str value);
/* The same with what was expected instead. */
bool value_expected(const struct query_of *q, struct str value, const char *sv, const char *en);
/* Place of part in whole, in characters from 1; 0 when it is no part of it. */
size_t value_place(struct str whole, struct str part);
/* ERR_SEARCH_VALUE about any name; place 0: not known. False. */
bool value_refuse(struct arena *arena, struct err *err, struct str name, struct str value, size_t place,
                  const char *sv, const char *en);

/* ---- shared between types ---- */

/* number.c: the exact value of a decimal text and the closed interval it stands for with its implied
 * precision. */
bool number_parse(struct str text, double *value, double *low, double *high);
/* The exact value alone. */
bool number_value(struct str text, double *value);
/* Fills number_low and number_high of m for a compared number. */
void number_compare(struct store_match *m, enum store_cmp cmp, bool approx, double value, double low,
                    double high);
/* token.c: the alternatives for [system|]code in another parameter's token rows (reference :identifier). */
bool token_match_text(const struct query_of *q, struct str value, struct matches *out);
/* A system that the parameter's code element implies is no system of its rows. */
void token_implied(const struct query_of *q, struct store_match *m);
/* The required binding of the code element that the parameter's plain path "Type.a.b" leads to; 0 when it
 * leads to none. */
uint16_t token_binding(const struct fhir_param *p);
void token_rows_identifier(const struct rows_to *to, const struct path_value *v);
/* reference.c: splits "Type/id[/_history/v]"; false when it is none. */
bool reference_local(struct str text, fhir_type_id *type, struct str *id);

/* ---- composite.c ---- */

/* Rows of one value of the composite's expression; component lists are already evaluated. */
void composite_rows(const struct rows_to *to, const struct fhir_param *p, const struct path_list *components);

/* ---- extract.c ---- */

struct extract_param {
    fhir_param_id id;
    const struct search_kind *kind;
    const struct path_expr *expr;
    const struct path_expr *component[3];
    uint64_t roots; /* bits of the top-level elements it can begin with; all ones: any */
};

/* Everything compiled for one resource type. */
struct extract_type {
    struct extract_param *param;
    size_t model_count, param_count;    /* the model's parameters come first */
    fhir_param_id code, date[2], about; /* of the clinical row; 0: none. about: patient or subject */
    const fhir_param_id *compartment;   /* its parameters in the Patient compartment */
    size_t compartment_count;
};

/* Compiled on first use, under the search's lock. NULL with *err when an expression does not compile. */
const struct extract_type *extract_type_of(struct search *s, fhir_type_id type, struct err *err);
/* The values of one parameter's expression on ctx->resource (elem filled); one that fails gives none. */
bool extract_values(struct search *s, fhir_type_id type, fhir_param_id param, const struct path_context *ctx,
                    struct arena *arena, struct path_list *out, struct err *err);
/* What the parameter's expression can give on resources of the type; nothing when it has none. */
struct path_yield extract_yield(struct search *s, fhir_type_id type, fhir_param_id param);
/* Takes the type's own parameters anew from the register; under the search's lock. */
void extract_refresh(struct search *s, fhir_type_id type);
/* The rows of these parameters only. */
bool extract_some(struct search *s, const struct json_doc *doc, uint32_t i,
                  const struct extract_param *const *param, size_t count, struct arena *arena,
                  struct store_rows *out, struct err *err);
/* Bits of the top-level elements that an expression of plain paths can begin with; all ones: any. */
uint64_t extract_roots(fhir_type_id type, struct str expr);

/* ---- search.c ---- */

struct own;
struct search {
    struct own *own;    /* parameters made at run time */
    struct arena arena; /* compiled expressions and tables; guarded by lock after search_new */
    pthread_mutex_t lock;
    struct hash_key key;
    unsigned char page_key[SEARCH_PAGE_KEY]; /* from key; page.c's */
    bool has_page_key;
    _Atomic(const struct extract_type *) *type; /* by type id */
    const char **type_names, **param_names;
    char fingerprint[96];
    struct search_budget budget;
    struct search_terms terms; /* codes NULL: none */
    struct search_words words; /* find NULL: none */
};

/* ---- plan.c, chained.c: conditions ---- */

/* What a search has cost so far, chains and groups together. */
struct plan_work {
    size_t matches; /* alternatives */
    size_t steps;   /* of chains */
};

/* A plan being made for one resource type (or several: system search). */
/* explain.c: adds to an ERR_SEARCH_BUDGET which condition is broad and what is missing. Cheap beside what the
 * search has cost. */
void explain_budget(struct search *s, struct store_read *r, const struct store_plan *plan,
                    struct arena *arena, struct err *err);

struct plan_of {
    struct search *s;
    struct store_read *read; /* may be NULL */
    struct arena *arena;
    struct err *err;
    const fhir_type_id *types; /* the types searched, at least one */
    size_t type_count;
    struct store_cond *cond;
    fhir_param_id *cond_param; /* of conditions that are plain OR lists of one parameter; else 0 */
    size_t cond_count, cond_cap;
    unsigned depth; /* of chains */
    struct plan_work *work;
    struct str whole; /* as in query_of */
    size_t at;
    bool scored;          /* some condition ranks what it finds */
    uint64_t deadline_ns; /* of searches made while planning; 0: none */
    int64_t seq;          /* the commit that the pages are pinned to; 0: now */
};

enum plan_result { PLAN_OK, PLAN_UNKNOWN, PLAN_ERROR };

/* Adds the condition of name=value. PLAN_UNKNOWN when the types have no such parameter (*err says so). */
enum plan_result plan_add(struct plan_of *p, struct str name, struct str value);
/* Adds an empty condition to fill. */
struct store_cond *plan_cond(struct plan_of *p, enum store_cond_kind kind);
/* A condition that is this OR list. */
struct store_cond *plan_any(struct plan_of *p, const struct matches *list);
/* A plan without conditions for the same search: a group's part, or (other types) a chain's step. */
struct plan_of plan_inner(const struct plan_of *p, const fhir_type_id *types, size_t type_count);
/* Its conditions as a plan of the store's, in p's arena. */
struct store_plan *plan_made(const struct plan_of *p);
/* What the values of a parameter are read with. */
struct query_of plan_query(const struct plan_of *p, fhir_param_id id);
/* ERR_SEARCH_PARAM_UNKNOWN with the name and the type. */
enum plan_result plan_unknown(const struct plan_of *p, struct str name);

/* The alternatives of one parameter for every type searched, into *out. */
typedef bool plan_each_fn(const struct query_of *q, const struct search_kind *kind, void *arg,
                          struct matches *out);
enum plan_result plan_each(struct plan_of *p, struct str code, plan_each_fn *fn, void *arg,
                           struct matches *out);
/* :missing: the alternatives of "has a value"; *negate when value is true. */
bool plan_missing(const struct query_of *q, const struct search_kind *kind, struct str value,
                  struct matches *out, bool *negate);
/* Room for one alternative more? Else ERR_SEARCH_LIMIT. */
bool plan_room(const struct plan_of *p, const struct matches *list, const char *code);

/* What a chain goes on with: adds the conditions on the resource it has come to. */
typedef enum plan_result plan_fill(struct plan_of *inner, const void *arg);
/* Follows reference code forwards, to the type named (0: to all it may point at). what: the chain, for
 * messages. */
enum plan_result chained_follow(struct plan_of *p, struct str code, fhir_type_id named, struct str what,
                                plan_fill *fill, const void *arg);
/* Follows type's reference code backwards. */
enum plan_result chained_back(struct plan_of *p, struct str type_name, struct str code, struct str what,
                              plan_fill *fill, const void *arg);
/* subject:Patient.name=…, the dot at that place of name, and _has:Observation:patient:code=… */
enum plan_result chained_add(struct plan_of *p, struct str name, size_t dot, struct str value);
enum plan_result chained_has(struct plan_of *p, struct str name, struct str value);
/* clinical.c: rewrites patient (and code) conditions, and a sort by its date, in terms of clinical rows. */
bool clinical_plan(struct plan_of *p, struct store_plan *plan);
/* special.c: _id and _lastUpdated, which have no rows, and what asks other floors (_text, _content). *handled
 * tells whether it was one of them. */
bool special_cond(struct plan_of *p, struct str code, struct str modifier, struct str value, bool *handled);

/* ---- compartment.c ---- */

bool compartment_has(fhir_type_id compartment, fhir_type_id type);
/* Adds the condition that the resource is in the compartment of compartment/id. */
bool compartment_cond(struct plan_of *p, fhir_type_id compartment, struct str id);

/* ---- sort.c ---- */

/* One key of _sort, "-date", "_id" or a chain "subject:Patient.name", for resources of type (0: several). */
bool sort_parse_key(const struct plan_of *p, fhir_type_id type, struct str text, struct store_sort *out);
/* store_hooks.sort_text */
bool sort_text_of(void *arg, struct arena *arena, uint16_t type, uint16_t param, bool descending,
                  struct str body, struct str *out, struct err *err);

/* ---- modifier.c ---- */

/* Reads the text after ':' for the parameter in q ({NULL,0}: none); false with an error that names what its
 * kind allows. */
bool modifier_read(struct query_of *q, const struct search_kind *kind, struct str text);

/* ---- terms.c: codes of value sets and hierarchies, hits of words ---- */

/* :in, :not-in, :below and :above of a token. */
bool terms_match(const struct query_of *q, enum search_codes what, struct str value, struct matches *out);
/* The resources that a text search finds, as a condition. */
bool terms_words(struct plan_of *p, enum search_words_in where, struct str code, struct str value);

/* ---- hierarchy.c ---- */

/* :below and :above of a reference: the resource with this id and all that are part of it, or that it is part
 * of, by its type's own parameter (Location partof). */
bool hierarchy_match(const struct query_of *q, struct str value, struct matches *out);

/* ---- canonical.c: versions of canonical URLs ---- */

/* Can the parameter's values be canonical URLs? */
bool canonical_param(const struct query_of *q);
/* Are values (an OR list) asked of such a parameter by URL, so that :below and :above are about versions? */
bool canonical_asked(const struct query_of *q, const struct search_kind *kind, struct str values);
/* :below of one URL or URL|version. */
bool canonical_below(const struct query_of *q, const struct search_kind *kind, struct str value,
                     struct matches *out);
/* :above of an OR list, as a condition: looked up in the candidates' bodies. */
bool canonical_above(struct plan_of *p, struct str code, struct str value);
/* Is it url=URL|version of definitions that have a version? Then it is one condition, a group. */
bool canonical_own(const struct query_of *q, const struct search_kind *kind, struct str values);
bool canonical_own_cond(struct plan_of *p, struct str values);

/* ---- mime.c ---- */

/* :below of an OR list of MIME types, as a condition: looked up in the candidates' bodies. */
bool mime_below(struct plan_of *p, struct str code, struct str value);

/* ---- list.c ---- */

/* _list: ids of Lists, or one functional list. */
bool list_cond(struct plan_of *p, struct str value);

/* ---- contained.c ---- */

enum contained { CONTAINED_FALSE, CONTAINED_TRUE, CONTAINED_BOTH };

/* Turns p's conditions, which are about one type, into the resources that contain such ones (BOTH: and those
 * that are such themselves): p's types and conditions become that. What _contained cannot be mixed with is
 * *err. */
bool contained_plan(struct plan_of *p, enum contained wanted, bool itself, struct search_query *q);
/* Puts the contained resources in their containers' places on the page. */
bool contained_page(struct search *s, struct store_read *r, const struct search_contained *c,
                    struct arena *arena, struct search_page *page, struct err *err);

/* ---- filter_plan.c ---- */

/* Adds the conditions of a _filter expression; an unknown parameter in it is always an error. */
bool filter_cond(struct plan_of *p, struct str text);

/* ---- verify.c: what the rows do not say exactly is looked up in the bodies ---- */

enum { VERIFY_MAX = 20000 }; /* candidates of one condition; past it ERR_SEARCH_BUDGET */

/* Does the condition hold for the resource at node 0 of doc? False: *err set. */
typedef bool verify_fn(void *arg, fhir_type_id type, const struct json_doc *doc, bool *yes, struct err *err);
/* A plan for candidates: it begins with p's conditions so far, so that they are few. */
struct plan_of verify_inner(const struct plan_of *p);
/* Adds a RIDS condition of those candidates (conditions of inner) for which fn says yes. */
bool verify_cond(struct plan_of *p, const struct plan_of *inner, verify_fn *fn, void *arg);
/* identifier:of-type=system|code|value */
bool verify_of_type(struct plan_of *p, struct str code, struct str value);
/* Sorts in place and drops repeats. */
store_rid *verify_sorted(store_rid *rids, size_t *count);

/* ---- include.c ---- */

/* Reads "Type:param[:Target]", "Type:*" or "*" (of type). */
bool include_parse(const struct search *s, struct str value, fhir_type_id type, bool reverse,
                   struct search_include *out, struct err *err);
/* page.c: makes the key of page links from the store's. */
void page_keyed(struct search *s);
/* Adds the included resources of the page's matches. */
bool include_run(struct store_read *r, const struct search_query *q, struct arena *arena,
                 struct search_page *page, struct err *err);

#endif
