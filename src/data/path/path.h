/* SPDX-License-Identifier: Apache-2.0
 * path: FHIRPath (normative N1, http://hl7.org/fhirpath/N1) with R4's additions. Text is compiled once
 * against the model into an immutable form that any thread may evaluate; evaluation works over the parsed
 * tree, allocates only in the caller's arena (scratch outside it is given back before the call returns), and
 * is bounded. */
#ifndef HELHET_PATH_PATH_H
#define HELHET_PATH_PATH_H

#include "fhir/model.h"

enum {
    PATH_TEXT_MAX = 64 * 1024,         /* bytes of an expression */
    PATH_DEPTH_MAX = 128,              /* nesting of an expression */
    PATH_STEPS_MAX = 10 * 1000 * 1000, /* work of one evaluation; past it PATH_RUNTIME */
    PATH_VARIABLES_MAX = 250,          /* variables of the caller's own */
};

struct path_expr; /* compiled, immutable */

enum path_kind {
    PATH_NODE, /* a node of the tree (complex or primitive); type and text through doc */
    PATH_BOOLEAN,
    PATH_INTEGER,
    PATH_DECIMAL,
    PATH_STRING,
    PATH_DATE,
    PATH_DATETIME,
    PATH_TIME,
    PATH_QUANTITY,
    PATH_TYPE /* what type() gives: text is the name, unit the namespace */
};

struct path_value {
    uint8_t kind;      /* enum path_kind */
    bool boolean;      /* PATH_BOOLEAN; PATH_QUANTITY: unit is a calendar word (7 days, not 7 'd') */
    fhir_type_id type; /* PATH_NODE: the FHIR type of the node (e.g. FHIR_TYPE_HumanName, FHIR_TYPE_code) */
    uint32_t node; /* PATH_NODE: index in the context's document; for a primitive whose value is absent the
                    * index of its '_' sibling */
    const struct json_doc *doc; /* PATH_NODE: the document node lies in */
    struct str text; /* every other kind but BOOLEAN: its literal text (decimals keep their digits); QUANTITY:
                        value */
    struct str unit; /* QUANTITY: UCUM code or calendar word ({NULL,0}: 1) */
};

struct path_list {
    struct path_value *item;
    uint32_t count, cap;
};

/* Finds the target of a reference for resolve(). Returns false when it cannot be resolved. When the type
 * alone is known (search indexing: "resolve() is Patient" on "Patient/1") it sets *type and leaves out->node
 * UINT32_MAX. */
typedef bool path_resolve_fn(void *arg, struct str reference, struct path_value *out);

/* What is known of codes. 1 yes, 0 no, -1 failed with *err. system {NULL,0}: not said. */
enum {
    PATH_TERMS_UNKNOWN = 2
}; /* member: there is no such value set; the function gives nothing (R4 2.9.1.5) */
struct path_terms {
    void *arg;
    int (*member)(void *arg, struct str system, struct str code, struct str value_set, struct err *err);
    /* Is code a the same as b or above it? */
    int (*subsumes)(void *arg, struct str system, struct str a, struct str b, struct err *err);
};

struct path_context {
    const struct json_doc *doc; /* with elem filled: fhir_type_tree or check_resource */
    uint32_t resource; /* %resource; contained resources and Bundle entries are evaluated on their own node */
    uint32_t root_resource; /* %rootResource */
    int64_t now_ms;         /* now(), today(): given, never read from a clock */
    path_resolve_fn
        *resolve; /* NULL: built-in: contained "#id", entries of a Bundle, else type from "Type/id" text */
    void *resolve_arg;
    const struct path_value *variables; /* the values of path_options.variables, in their order; a value of
                                         * kind PATH_NODE with node UINT32_MAX is empty */
    const struct path_terms *terms;     /* memberOf, subsumes; NULL: only the model's required bindings */
    uint64_t *work;                     /* NULL, or where the steps of each evaluation are added */
};

/* What an expression can yield, as known at compile. */
struct path_yield {
    const fhir_type_id *types; /* ids of the model, and of System types (path_value_type_kind tells both) */
    uint16_t count;
    bool any;  /* nothing is known about the types */
    bool many; /* can be more than one item */
};

/* A variable of the caller's own: %name. FHIR's and FHIRPath's own names (resource, context, ucum …) win. */
struct path_variable {
    struct str name;
    uint8_t kind; /* enum path_kind, a System type (not NODE, TYPE) */
};

struct path_options {
    bool strict;                           /* as path_compile_strict */
    bool view;                             /* SQL-on-FHIR v2's rules: join() of nothing is '' */
    const struct path_yield *focus;        /* types of the focus; NULL: the context type given */
    const struct path_variable *variables; /* names outside of these stay a compile error */
    size_t variable_count;                 /* at most PATH_VARIABLES_MAX (asserted) */
};

/* Compiles text for the context type (0: not known, then only syntax is checked). The result lives in arena.
 */
const struct path_expr *path_compile(struct arena *arena, struct str text, fhir_type_id context,
                                     struct err *err);
/* Same, but also refuses what can only give nothing or depends on chance: a path on another type than the
 * context's (Encounter.name on a Patient), order-dependent functions on children() and descendants(). */
const struct path_expr *path_compile_strict(struct arena *arena, struct str text, fhir_type_id context,
                                            bool strict, struct err *err);

/* Same with all choices; opt is borrowed for the call. */
const struct path_expr *path_compile_with(struct arena *arena, struct str text, fhir_type_id context,
                                          const struct path_options *opt, struct err *err);
/* Lives as long as the expression. */
struct path_yield path_expr_yield(const struct path_expr *expr);
/* The first function in it that asks path_context.terms (memberOf, subsumes, subsumedBy); NULL: none. Its
 * result depends on more than the resource. */
const char *path_expr_asks(const struct path_expr *expr);
/* Is name one of FHIR's or FHIRPath's own variables? */
bool path_variable_reserved(struct str name);

/* Evaluates on the focus node (usually ctx->resource; UINT32_MAX: nothing). Results are appended to *out in
 * arena. */
bool path_eval(const struct path_expr *expr, const struct path_context *ctx, uint32_t focus,
               struct arena *arena, struct path_list *out, struct err *err)
    __attribute__((warn_unused_result));

/* The same on any value (a node of the context's document or a computed one). */
bool path_eval_on(const struct path_expr *expr, const struct path_context *ctx,
                  const struct path_value *focus, struct arena *arena, struct path_list *out, struct err *err)
    __attribute__((warn_unused_result));

/* The result as the spec's boolean conversion: empty → *empty, one boolean, or one item → true. */
bool path_truth(const struct path_list *list, bool *empty);

/* A FHIR primitive or Quantity as the System value it stands for; false for other nodes and absent values. */
bool path_value_system(const struct path_value *v, struct path_value *out);
/* System kind a type stands for; PATH_NODE for complex types. */
uint8_t path_value_type_kind(fhir_type_id type);
/* A type's name as FHIRPath writes it: "HumanName", "System.String". */
const char *path_value_type_name(fhir_type_id type);
/* Text of a primitive value of any kind ({NULL,0} for complex ones). */
struct str path_value_text(const struct path_value *v);
/* Appends the list as a JSON array: nodes as their JSON, others as JSON values. */
void path_write(const struct path_list *list, struct buf *out);

#endif
