/* SPDX-License-Identifier: Apache-2.0
 * admins: can anybody still administrate? Who may is told by assignments and analyses, which are resources
 * like others: the one that ends the last of them would close the door for everybody. */
#ifndef HELHET_ACCESS_ADMINS_H
#define HELHET_ACCESS_ADMINS_H

#include "access/rules.h"
#include "store/store.h"

enum { ADMINS_MAX = 1000 }; /* assignments with one role that are looked at */

/* Has the person ("Practitioner/x") an account that can be logged in with? */
typedef bool admins_opens_fn(void *arg, struct str person);

/* Whether an assignment can be used at now_ms by somebody who can log in, and gives the right to administrate
 * (*any). r reads without a view, in a job what the job wrote too. In arena. False when reading failed. */
bool admins_any(struct store_read *r, const struct rules *rules, int64_t now_ms, admins_opens_fn *opens,
                void *arg, struct arena *arena, bool *any, struct err *err);
/* May a change of this body, as it is now, end an assignment that gives the right? */
bool admins_concern(const struct rules *rules, fhir_type_id type, const struct json_doc *doc);

#endif
