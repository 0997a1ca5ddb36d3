/* SPDX-License-Identifier: Apache-2.0
 * results: results become Tasks to acknowledge, and go to the unit when nobody has (definitions/care/
 * results.json). A follower of the record's changes: each result once. */
#ifndef HELHET_RESULTS_RESULTS_H
#define HELHET_RESULTS_RESULTS_H

#include "feed/feed.h"
#include "search/search.h"

#define RESULTS_TASK_SYSTEM "https://helhet.example/fhir/CodeSystem/task"
#define RESULTS_TASK_CODE "acknowledge"

/* Tasks in one transaction, and how many such in one look at each kind of what waits. */
enum { RESULTS_PAGE = 200, RESULTS_PAGES = 50 };

struct results;

/* Borrows both. NULL with *err. */
struct results *results_start(struct store *s, struct search *search, struct err *err);
/* Before the store closes. NULL is fine. */
void results_stop(struct results *r);
/* The commit up to which results have become Tasks. */
int64_t results_seq(const struct results *r);
/* Hands over what has waited too long at that time; it is done every now and then by itself. */
bool results_escalate(struct results *r, int64_t now_ms, struct err *err);

#endif
