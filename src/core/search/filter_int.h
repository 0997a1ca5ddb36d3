/* SPDX-License-Identifier: Apache-2.0
 * filter_int: a _filter expression (http://hl7.org/fhir/R4/search_filter.html) read into a tree. filter.c
 * reads, filter_plan.c makes conditions. */
#ifndef HELHET_SEARCH_FILTER_INT_H
#define HELHET_SEARCH_FILTER_INT_H

#include "search/search_int.h"

enum {
    FILTER_DEPTH_MAX = 32,  /* parentheses and brackets open at once */
    FILTER_TESTS_MAX = 500, /* of one expression */
};

enum filter_op {
    FILTER_EQ,
    FILTER_NE,
    FILTER_CO,
    FILTER_SW,
    FILTER_EW,
    FILTER_GT,
    FILTER_LT,
    FILTER_GE,
    FILTER_LE,
    FILTER_AP,
    FILTER_SA,
    FILTER_EB,
    FILTER_PR,
    FILTER_PO,
    FILTER_SS,
    FILTER_SB,
    FILTER_IN,
    FILTER_NI,
    FILTER_RE,
    FILTER_OP_COUNT
};
extern const char *const filter_ops[FILTER_OP_COUNT];

enum filter_kind { FILTER_TEST, FILTER_AND, FILTER_OR, FILTER_NOT };

struct filter;

/* One name of a path. */
struct filter_step {
    struct str name;             /* parameter; of a step backwards the reference */
    struct str type;             /* subject:Patient, _has:Observation:patient:; {NULL,0}: none */
    bool back;                   /* _has */
    const struct filter *nested; /* name[…] */
    size_t at;                   /* place in the text, in characters from 1 */
};

struct filter {
    enum filter_kind kind;
    const struct filter *a, *b; /* NOT: a alone */
    const struct filter_step *step;
    size_t step_count;
    enum filter_op op;
    struct str path, value; /* as text; the value unescaped */
    size_t op_at, value_at;
};

/* Reads text; NULL with ERR_SEARCH_FILTER, which says where and what was expected. */
const struct filter *filter_parse(struct arena *arena, struct str text, struct err *err);

#endif
