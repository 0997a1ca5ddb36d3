/* SPDX-License-Identifier: Apache-2.0
 * graphql: GraphQL (October 2021) queries as FHIR R4 uses them (http://hl7.org/fhir/R4/graphql.html): over
 * one resource, or over a system's searches. Text is parsed into an immutable document; running it walks
 * parsed resources and asks the host for everything else. Queries only: no mutations, subscriptions or
 * introspection. */
#ifndef HELHET_GRAPHQL_GRAPHQL_H
#define HELHET_GRAPHQL_GRAPHQL_H

#include "fhir/model.h"
#include "path/path.h"

enum {
    GRAPHQL_TEXT_MAX = 64 * 1024, /* bytes of a query */
    GRAPHQL_DEPTH_MAX = 32,       /* nesting of a query, fragments unfolded too */
    GRAPHQL_NODES_MAX = 10000,    /* fields, arguments and values of a query */
    GRAPHQL_RESOURCES_MAX = 1000, /* references followed and resources found, in one run */
    GRAPHQL_VALUES_MAX = 500000,  /* values of one answer */
    GRAPHQL_BYTES_MAX = 64 << 20, /* of one answer */
};

struct graphql_document; /* parsed, immutable, in the arena it was parsed into */

/* Parses a query. On failure *err is GRAPHQL_SYNTAX with line and column and what was expected. */
const struct graphql_document *graphql_parse(struct arena *arena, struct str text, struct err *err);

/* A resource as the host gives it: doc with elem filled. */
struct graphql_resource {
    const struct json_doc *doc;
    uint32_t node;
};

struct graphql_param {
    struct str name, value; /* as in a search URL, decoded */
};

/* What a search gave. Links are cursors for _cursor, empty where there is none. */
struct graphql_page {
    struct graphql_resource *item;
    size_t count;
    struct str *mode;  /* beside item; NULL: all match */
    struct str *score; /* decimal texts beside item; NULL: none */
    bool has_total;
    uint64_t total, offset, page_size;
    struct str first, previous, next, last;
};

struct graphql_host {
    void *arg;
    /* The resource that a reference leads to; out->doc NULL when there is none. False: *err set. */
    bool (*resolve)(void *arg, struct str reference, struct arena *arena, struct graphql_resource *out,
                    struct err *err);
    /* A search; wrong parameters are *err. */
    bool (*search)(void *arg, fhir_type_id type, const struct graphql_param *params, size_t count,
                   struct arena *arena, struct graphql_page *out, struct err *err);
    /* Compiles an expression for fhirpath: arguments. */
    const struct path_expr *(*compile)(void *arg, struct arena *arena, struct str text, fhir_type_id type,
                                       struct err *err);
    int64_t now_ms;                 /* now() of expressions */
    const struct path_terms *terms; /* their memberOf, subsumes; NULL: only the model's required bindings */
};

struct graphql_request {
    const struct graphql_document *document;
    struct str operation;             /* which of several; empty: the only one */
    const struct json_doc *variables; /* NULL: none */
    uint32_t variables_node;          /* the object in it */
    struct graphql_resource focus;    /* doc NULL: the system */
    struct graphql_host host;
};

/* Appends the data object. Errors have the place in the query. Nothing of *out is valid after a failure. */
bool graphql_run(const struct graphql_request *request, struct arena *arena, struct buf *out,
                 struct err *err);

#endif
