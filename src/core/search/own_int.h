/* SPDX-License-Identifier: Apache-2.0
 * Private to own*.c: a definition as read from a SearchParameter, a parameter made of it, the register. */
#ifndef HELHET_SEARCH_OWN_INT_H
#define HELHET_SEARCH_OWN_INT_H

#include <stdatomic.h>

#include "search/own.h"
#include "search/search_int.h"

enum {
    OWN_BASES_MAX = 200,      /* resource types of one definition */
    OWN_TARGETS_MAX = 200,    /* target types of one definition */
    OWN_COMPONENTS_MAX = 3,   /* of a composite */
    OWN_COMPARATORS_MAX = 16, /* codes of a list in a definition */
    OWN_EXPRESSION_MAX = 16384,
    OWN_NAME_MAX = 256, /* bytes of "Type.code@hash" */
};

struct own_component {
    struct str definition, expression;
    fhir_param_id param; /* when resolved */
    uint8_t type;        /* enum fhir_search_type, when resolved */
};

/* A code of a list and what it stands for. */
struct own_code {
    const char *name;
    unsigned bit;
};

/* A SearchParameter, read; strings borrowed from its document. */
struct own_def {
    struct str id, url, code, expression;
    bool active;
    uint8_t type;                                            /* enum fhir_search_type */
    fhir_type_id listed[OWN_BASES_MAX], base[OWN_BASES_MAX]; /* as written; concrete, each once */
    size_t listed_count, base_count;
    fhir_type_id target[OWN_TARGETS_MAX];
    size_t target_count;
    struct own_component component[OWN_COMPONENTS_MAX];
    unsigned component_count;
    bool only_modifiers, only_comparators; /* the definition lists those there are */
    unsigned modifiers;                    /* bits of enum search_modifier */
    unsigned comparators;                  /* bits of enum store_cmp */
    bool no_or, no_and;
};

/* One parameter: everything but progress is immutable once it is published. */
struct own_param {
    struct fhir_param p;
    fhir_param_id id;
    const fhir_type_id *targets;
    uint16_t target_count;
    const char *name; /* in the store: "Patient.code@hash of what its rows depend on" */
    struct extract_param extract;
    bool only_modifiers, only_comparators, no_or, no_and;
    unsigned modifiers, comparators;
    struct str source; /* under the lock */
    /* progress: written by the indexer and the writer, read by any thread */
    atomic_int state; /* enum own_state */
    atomic_llong after, started_ms, ended_ms;
    atomic_ullong total, done, rows, expected, busy_ns;
    atomic_int tries;       /* comparisons that found a difference */
    atomic_uint generation; /* rises when it begins anew: what is under way for it then counts no more */
};

/* Parameters of one type, replaced as a whole. */
struct own_type {
    size_t count;
    fhir_param_id id[];
};

struct own_index; /* own_index.c */

struct own {
    _Atomic(struct own_param *) param[OWN_MAX];
    atomic_uint count, epoch, version;
    _Atomic(const struct own_type *) *type; /* by type id */
    struct store *store;
    _Atomic(struct own_index *) index; /* stays until search_free once it is there */
    struct own_param all;              /* the progress of own_index_again_all; id 0 */
};

/* ---- own_def.c ---- */

/* Reads and checks what can be told from the resource alone. What is not active is only read as that. False
 * with *err, whose path names the element. */
bool own_def_read(const struct json_doc *doc, uint32_t node, struct own_def *def, struct err *err);
/* Makes the parameter of one base in arena; components are resolved. Compiles; checks that the expression's
 * result suits the type. False with *err. */
bool own_def_make(struct arena *arena, const struct own_def *def, fhir_type_id base, struct own_param *out,
                  struct err *err);
/* Do the resolved components make a composite that rows can be made of? */
bool own_def_composite(const struct own_def *def, struct err *err);

/* ---- own_accept.c: the check before a change is written ---- */
bool own_accept(void *arg, struct store_tx *tx, const struct store_version *now, struct err *err);

/* ---- own.c ---- */
struct own *own_new(struct search *s);
void own_free(struct search *s);
/* NULL when id is the model's or nothing. */
struct own_param *own_get(const struct search *s, fhir_param_id id);
/* Parameter of the type by code; 0: none. */
fhir_param_id own_find(const struct search *s, fhir_type_id base, struct str code);
/* By the canonical URL (version left out) of the definition; the model's too. 0: none. */
fhir_param_id own_find_url(const struct search *s, fhir_type_id base, struct str url);
void own_changed(void *arg, struct store_read *r, const store_rid *rid, size_t count);
uint32_t own_epoch(void *arg);
bool own_settled(void *arg, uint16_t param);
/* Is there a parameter of that name in the store, not withdrawn? */
bool own_in_use(const struct search *s, const char *name);
/* Sets the state and lets whoever waits for one know. */
void own_set_state(struct search *s, struct own_param *p, enum own_state state);
/* From the beginning, as one that was never indexed. */
void own_begin_again(struct own_param *p);
/* The note about a parameter: its key, and its progress as text were it in this state and place. */
const char *own_note_key(struct arena *arena, const struct own_param *p);
struct str own_note_text(struct arena *arena, const struct own_param *p, enum own_state state, int64_t after);
void own_note_read(struct own_param *p, struct str note);
/* Frees it; it has been stopped, and the store is closed. */
void own_index_free(struct search *s);
/* Lets the indexer look for work. */
void own_index_wake(struct search *s);

/* ---- own_pass.c ---- */

/* One pass: parameters of one type in one state, or all rows of everything. */
struct own_pass {
    struct search *s;
    struct store *store;
    atomic_bool *stop;
    fhir_type_id type;
    bool all;
    enum own_state state; /* of the parameters: INDEXING, VERIFYING or REMOVING */
    store_rid after;      /* where it begins */
    struct own_param *param[OWN_RUN_MAX];
    unsigned generation[OWN_RUN_MAX];
    size_t count;
    /* while it runs */
    fhir_param_id id[OWN_RUN_MAX];
    const struct extract_param *extract[OWN_RUN_MAX];
    pthread_mutex_t lock;
    pthread_cond_t turned;
    store_rid next;
    uint64_t tickets, turn;
    unsigned limit;           /* resources of a slice */
    bool over, ended, failed; /* no more slices; the last one is done; err says why not */
    struct err err;
    uint64_t rows[OWN_RUN_MAX], expected[OWN_RUN_MAX], differ[OWN_RUN_MAX];
};
/* Runs it and puts its parameters into their next state. True when it was stopped or became outdated, too. */
bool own_pass_run(struct own_pass *p, unsigned workers, struct err *err);

/* ---- own_query.c: what searches ask ---- */

/* May the parameter be used with this modifier, these comparators and alternatives? */
bool own_query_allows(const struct query_of *q, struct str modifier, struct str value);
/* Are all parameters of a parsed search complete in r's snapshot (r NULL: now)? ERR_SEARCH_INDEXING. Also
 * multipleAnd. */
bool own_query_ready(const struct search *s, struct store_read *r, fhir_type_id type,
                     const struct search_query *q, struct err *err);
bool own_query_param_ready(const struct search *s, struct store_read *r, fhir_param_id id, struct err *err);

#endif
