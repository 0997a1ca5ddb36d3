/* SPDX-License-Identifier: Apache-2.0
 * access_view: the decision between a request and the store. struct access holds the rules and, in memory,
 * what they ask for: the region, who callers are, and the facts of patients, each as of the commit it was
 * read at; the writer tells what changed before a commit is acknowledged, so that a block works from the
 * moment it is. A struct access_view is one caller's for one reader; its store_view is what the reader then
 * sees through. */
#ifndef HELHET_ACCESS_ACCESS_VIEW_H
#define HELHET_ACCESS_ACCESS_VIEW_H

#include "access/decide.h"
#include "access/region.h"
#include "access/scope.h"

enum {
    ACCESS_FACTS_SLOTS = 8192,  /* patients whose facts are kept */
    ACCESS_CALLERS_SLOTS = 256, /* assignments that are kept */
    ACCESS_KEPT_MS = 60000,     /* and for how long at most */
    ACCESS_CHOSEN_MAX = 4096,   /* patients one assignment has an active choice for at a time */
};

struct access;
struct access_view;

/* Reads the rules built in and is told by the store from here on. Borrows s. */
struct access *access_new(struct store *s, struct err *err);
void access_free(struct access *a); /* before the store closes; NULL is fine */
const struct rules *access_rules(const struct access *a);
/* What the criteria of scopes are read with, borrowed; before the first view. Without it they give nothing.
 */
void access_search(struct access *a, struct search *s);

/* caller lives as long as the view. action: ACCESS_READ or ACCESS_SEARCH, which see is asked about. r has no
 * view yet. A caller that cannot be told who it is (the assignment is gone, say) sees nothing of records: no
 * error. */
struct access_view *access_view_new(struct access *a, const struct access_caller *caller, uint32_t action,
                                    struct store_read *r, struct err *err);
void access_view_free(struct access_view *v); /* after the reader has ended; NULL is fine */
/* One more to free: for what goes on after the request has been answered. */
struct access_view *access_view_hold(struct access_view *v);
/* What see is asked about from here on. Not while a reader is being read through the view. */
void access_view_action(struct access_view *v, uint32_t action);
/* For store_read_view. */
const struct store_view *access_view_store(const struct access_view *v);

/* May the caller's role and scopes do all of actions to the type? grant: a Consent that rules access. */
bool access_view_may(const struct access_view *v, fhir_type_id type, bool grant, uint32_t actions);
/* The same to some of its resources at least: which ones, the view and access_view_writes say. */
bool access_view_may_some(const struct access_view *v, fhir_type_id type, uint32_t actions);
/* Do the scopes, if there are any, let action be done to a resource with these rows? r reads without view. */
bool access_view_writes(struct access_view *v, struct store_read *r, fhir_type_id type, struct str id,
                        const struct store_row *row, size_t count, uint32_t action);
/* Whether scopes are asked about what is seen: not where a write names whom it is about. */
void access_view_unscoped(struct access_view *v, bool on);
bool access_view_right(const struct access_view *v, enum rules_right right);
/* Do the scopes, if there are any, leave a right: do they hold what is done by it? */
bool access_view_right_scoped(const struct access_view *v, enum rules_right right);
/* Everything looked up. */
const struct decide_caller *access_view_caller(const struct access_view *v);
/* "Organization/x" of the caller's unit and provider, for labels; "" when it has none. */
struct str access_view_unit(const struct access_view *v);
struct str access_view_provider(const struct access_view *v);
/* The facts of a patient, borrowed until the view ends; r reads without view and pin. NULL with *err. */
const struct decide_patient *access_view_patient(struct access_view *v, struct store_read *r,
                                                 store_rid patient, struct err *err);
/* The same when they are in memory already, else NULL. */
const struct decide_patient *access_view_at_hand(struct access_view *v, store_rid patient);
const struct region *access_view_region(const struct access_view *v);

#endif
