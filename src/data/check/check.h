/* SPDX-License-Identifier: Apache-2.0
 * check: basic validation at write: resource type, unknown elements, cardinality, JSON kind, primitive
 * format, choice, empty objects and arrays, required bindings, array/underscore alignment (R4 "JSON
 * representation" 2.6.2). Sets nodes[].elem on the way (like fhir_type_tree). Of constraints, those of the
 * steering's own types (definitions/styr), rules.c. */
#ifndef HELHET_CHECK_CHECK_H
#define HELHET_CHECK_CHECK_H

#include "fhir/model.h"

enum { CHECK_ISSUES_MAX = 64 };

struct check_issues {
    struct err item[CHECK_ISSUES_MAX]; /* each with code, path and, where known, line and column */
    uint32_t count;                    /* kept in item */
    uint32_t total;                    /* found, at least count */
};

/* Checks the resource at i. True when total stays 0. *type is its type (0 when unknown). O(nodes). */
bool check_resource(struct json_doc *doc, uint32_t i, fhir_type_id *type, struct check_issues *issues);

#endif
