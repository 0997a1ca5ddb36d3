/* SPDX-License-Identifier: Apache-2.0
 * issue: adding to the list of issues, each with the path and place of a node. */
#ifndef HELHET_CHECK_ISSUE_INT_H
#define HELHET_CHECK_ISSUE_INT_H

#include "check/check.h"

/* A check under way: the resource at root and where its issues go. */
struct issue_list {
    const struct json_doc *doc;
    uint32_t root;
    struct check_issues *out;
};

/* An issue about node i with up to two arguments for its text ({NULL,0}: none). Past CHECK_ISSUES_MAX only
 * counted. */
void issue_add(struct issue_list *l, enum err_code code, uint32_t i, struct str a, struct str b);
/* The same with all three texts of ERR_FHIR_INVARIANT. */
void issue_add_rule(struct issue_list *l, uint32_t i, const struct fhir_rule *rule);
/* An issue about member name of object i that is not there. */
void issue_add_missing(struct issue_list *l, enum err_code code, uint32_t i, const char *name);

/* rules.c: holds the resource at i (structurally right, elements noted) against the constraints of its type
 * and of its elements' types. What a constraint gives must be true: empty is not. */
void rules_hold(struct issue_list *l, uint32_t i, fhir_type_id type);

#endif
