/* SPDX-License-Identifier: Apache-2.0
 * guard: who may do what, asked where calls come in and where writes are about to be made. What is seen is
 * the store's matter (call_read_begin gives readers the caller's view); this is what the caller may do at
 * all. A call without a caller, or an api without struct access, is open: everything is allowed. */
#ifndef HELHET_API_GUARD_H
#define HELHET_API_GUARD_H

#include "access/access_view.h"
#include "api/api_int.h"

/* Makes c->view and asks whether the caller's role and scopes allow the route. False with *err (401, 403).
 * For an entry of a Bundle the Bundle's view is used. */
bool guard_open(struct call *c, struct err *err);
/* Lets go of what guard_open made. */
void guard_close(struct call *c);
/* Gives the reader the caller's view. */
void guard_reader(struct call *c, struct store_read *r);

/* The caller's own labels for a body that has none yet, put into the change. */
bool guard_label(struct write *w, struct err *err);
/* On the writer's thread, before the change is made; r has the view. Whether it may be made (the resource and
 * its patients are seen, its unit's, not signed, no grant), and its labels: builds the change anew when they
 * are others than the caller's own. A hidden resource is an absent one. */
bool guard_write(struct write *w, struct store_read *r, struct err *err);

/* guard_admin.c: on the writer's thread, before the change is made: will anybody still be able to
 * administrate? Else ERR_ACCESS_LAST_ADMIN, unless nobody could before. In a transaction only w->admins is
 * set, and guard_admin_left asked when all is made: the right may pass from one to another. r has the view.
 */
bool guard_admin(struct write *w, struct store_read *r, struct err *err);
bool guard_admin_left(struct call *c, struct store_read *r, struct err *err);

/* guard_mask.c: a body as the caller sees one that is masked. */
bool guard_mask_text(const struct call *c, fhir_type_id type, struct str body, struct str *out,
                     struct err *err);
/* The current version as it is stored, whatever the caller sees (rid 0: there is none); r has its view back
 * afterwards. */
bool guard_mask_full(struct write *w, struct store_read *r, struct store_version *out, struct err *err);
/* Puts what the caller does not see of the current version into what it sent: w->doc is then both, w->sent
 * what it was. ERR_ACCESS_MASKED when what was sent touches what is hidden. */
bool guard_mask_merge(struct write *w, const struct json_doc *full, const struct json_doc *shown,
                      struct err *err);

/* The labels that a change gets. */
struct guard_label {
    struct str unit, provider; /* "Organization/x"; empty: none */
    struct str corrects; /* "Type/id/_history/n" of the signed version that this corrects; empty: none */
    struct str by;       /* who corrects */
    int64_t time_ms;     /* when */
    struct str kept; /* the correction that the current version is, as it stands in its meta; empty: none */
};
/* guard_attest.c: signatures, of Compositions attesters with a time. */
/* Is what is new in `will` that somebody attests what stands, or is asked to: attesters differ, nothing else
 * does, and no signature is gone? */
bool guard_attest_only(const struct json_doc *was, const struct json_doc *will, uint32_t node);
/* Is each signature that was not there before (was NULL: none were) the caller's own? */
bool guard_attest_own(const struct json_doc *was, const struct json_doc *will, uint32_t node,
                      const struct access_caller *caller);
/* Is who of the staff is said to have signed (DocumentReference.authenticator) or sent (Communication.sender)
 * the caller, where that is new or the document is signed now? */
bool guard_attest_named(const struct json_doc *was, const struct json_doc *will, uint32_t node,
                        fhir_type_id type, const struct access_caller *caller);
/* What the server noted of the correction that `was` is; empty when it is none, or there is no memory. */
struct str guard_attest_corrects(const struct json_doc *was, struct arena *arena);

/* Puts the labels of label in place of those in the change's meta. */
bool guard_label_put(struct store_change *change, const struct guard_label *label, struct arena *arena,
                     struct err *err);

#endif
