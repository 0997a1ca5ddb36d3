/* SPDX-License-Identifier: Apache-2.0
 * params: the parameters of an operation (R4 3.2.0.2), from the query or from a posted Parameters resource
 * alike. An operation states what it takes in a const table; everything else is an error that names it,
 * unless the client asked for lenient handling. */
#ifndef HELHET_API_PARAMS_H
#define HELHET_API_PARAMS_H

#include "api/api_int.h"

enum { PARAMS_MAX = 1000 }; /* parameters of one call */

/* One parameter that an operation takes. The table ends with a NULL name. */
struct params_def {
    const char *name;
    bool required;
    bool many;
    bool complex;  /* a value[x] of a complex type, or a resource: only in Parameters */
    bool bare;     /* may be posted as the body itself (a resource that is no Parameters) */
    bool anything; /* name is "*": whatever is not in the table, kept for the operation to read */
};

struct params_value {
    struct str name;
    struct str text; /* primitive value as text, a Reference's reference; {NULL,0} for other complex ones */
    uint32_t node;   /* the value[x] or the resource in doc; UINT32_MAX when it came with the query */
};

struct params {
    struct json_doc *doc; /* the body, elem filled; NULL when there was none */
    struct params_value *item;
    size_t count;
};

/* Reads the query and, for POST, the body, which is checked against the model. False with *err. */
bool params_read(struct call *c, const struct params_def *defs, struct params *out, struct err *err);
/* The first of that name; NULL when absent. */
const struct params_value *params_find(const struct params *p, const char *name);
/* Its text, {NULL,0} when absent. */
struct str params_text(const struct params *p, const char *name);

#endif
