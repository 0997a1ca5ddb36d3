/* SPDX-License-Identifier: Apache-2.0
 * graphql_run_int: a run under way, shared by what walks elements (graphql_run.c), follows references and
 * searches (graphql_host.c) and reads arguments (graphql_args.c). */
#ifndef HELHET_GRAPHQL_RUN_INT_H
#define HELHET_GRAPHQL_RUN_INT_H

#include "graphql/graphql_int.h"

struct gql_run {
    const struct graphql_request *request;
    const struct gql_operation *operation;
    struct arena *arena;
    struct err *err;
    unsigned depth, resources, values;
};

/* Where the query stands: an object of a resource; doc NULL: the system. */
struct gql_focus {
    const struct json_doc *doc;
    uint32_t node, resource;
    fhir_type_id type;
};

/* ---- graphql_run.c ---- */

/* Answers the selections of set for focus into o. many: o collects what lists had flattened into it. */
bool graphql_run_set(struct gql_run *r, const struct gql_focus *focus, const struct gql_selection *set,
                     struct gql_object *o, bool many, struct str suffix);
/* Counts a resource that is looked at; false past the bound. */
bool graphql_run_resource(struct gql_run *r);
/* Counts a value of the answer. */
bool graphql_run_value(struct gql_run *r);
/* A new object as a value of the member. NULL without memory. */
struct gql_object *graphql_run_object(struct gql_run *r, struct gql_member *m);
bool graphql_run_text(struct gql_run *r, struct gql_object *o, const struct gql_selection *field,
                      struct str json);

/* ---- graphql_args.c ---- */

/* Argument by name; NULL when absent. */
const struct gql_argument *graphql_args_find(const struct gql_selection *s, const char *name);
const struct gql_directive *graphql_args_directive(const struct gql_selection *s, const char *name);
/* Its value as text, a variable's too; {NULL,0} when null. Lists give their first. False with *err. */
bool graphql_args_text(struct gql_run *r, const struct gql_argument *a, struct str *out);
/* @skip and @include. */
bool graphql_args_included(struct gql_run *r, const struct gql_selection *s, bool *included);
/* *err: something about the argument. */
bool graphql_args_bad(struct gql_run *r, const struct gql_argument *a);

/* ---- graphql_host.c ---- */

/* The field "resource" of a Reference. */
bool graphql_host_reference(struct gql_run *r, const struct gql_focus *focus,
                            const struct gql_selection *field, struct gql_object *o);
/* Patient(id: …), PatientList(…), PatientConnection(…), on the system or (lists) on a resource. *handled
 * tells whether it was one of those. */
bool graphql_host_search(struct gql_run *r, const struct gql_focus *focus, const struct gql_selection *field,
                         struct gql_object *o, bool *handled);

#endif
