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
/* An issue about member name of object i that is not there. */
void issue_add_missing(struct issue_list *l, enum err_code code, uint32_t i, const char *name);

#endif
