/* SPDX-License-Identifier: Apache-2.0
 * Private to gate: logging in through an outside provider (src/core/oidc). The browser goes there from a page
 * of this service and comes back to a page of this service; what it carries both ways is only a name of what
 * is kept here. All of it waits on threads of its own. */
#ifndef HELHET_GATE_GATE_OIDC_H
#define HELHET_GATE_GATE_OIDC_H

#include "gate/gate_int.h"

bool gate_oidc_start(struct gate *g, struct err *err);
void gate_oidc_stop(struct gate *g);
/* Is it one of the addresses below? */
bool gate_oidc_path(struct str path);
bool gate_oidc_handle(struct gate *g, struct http_request *req, struct http_response *resp);
/* Where a browser that logs out should go, to do it there too; {NULL,0} when nowhere. */
struct str gate_oidc_leave(struct gate *g, const struct http_request *req, struct str session);

/* ---- gate_oidc_person.c: who a HSA-id is in the record ---- */

/* The one active Practitioner with that HSA-id: *user "Practitioner/x", in arena. ERR_OIDC_PERSON. */
bool oidc_person_find(struct gate *g, struct str hsa, struct arena *arena, struct str *user, struct err *err);
/* The assignment that the provider's claims leave: the one they name; now (an assignment's id), when it is
 * among them; the only one. *out NULL: several, and the person chooses. ERR_OIDC_ASSIGNMENT: none can be
 * used. *purpose: of *out. In arena. */
bool oidc_person_choose(struct gate *g, const struct oidc_person *p, struct str user, struct str now,
                        struct arena *arena, const struct assignment **out, struct str *purpose,
                        struct err *err);

/* ---- gate_oidc_page.c: the page that a browser meets when it comes back ---- */

/* Goes on to a path of our own, by itself: the session's cookie is not sent on the way from another site
 * (SameSite=Strict), but from this page it is. */
bool oidc_page_on(struct http_response *resp, struct str path);
/* What went wrong, in Swedish and English, with the way back to where the login was begun. */
bool oidc_page_error(struct http_response *resp, const struct err *err, struct str back);

#endif
