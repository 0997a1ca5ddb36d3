/* SPDX-License-Identifier: Apache-2.0
 * access_near: is a patient the caller's own person, or a colleague of the caller's? It changes nothing in
 * what is seen: it is for the log, which flags both for review (HSLF-FS 2016:40 4 kap. 9 §; PDL 4 kap. 3 §).
 *
 * Who is who is told by identity numbers (personnummer, samordningsnummer) that a Patient and a Practitioner
 * both carry, in any written form. Colleagues are those who have an active PractitionerRole at the caller's
 * own unit. A Practitioner without an identity number is nobody's patient. */
#ifndef HELHET_ACCESS_ACCESS_NEAR_H
#define HELHET_ACCESS_ACCESS_NEAR_H

#include "access/access_view.h"

enum access_near {
    ACCESS_NEAR_OWN = 1,       /* the caller is the patient */
    ACCESS_NEAR_COLLEAGUE = 2, /* somebody else at the caller's unit is */
};
enum { ACCESS_NEAR_STAFF_MAX = 4096 }; /* assignments at one unit that are read */

/* ORs enum access_near into *near for a patient by id; nothing for callers who are not staff, and for who is
 * not here. patient may be 0: not known. r reads without view and pin. The unit's staff is read once and kept
 * in memory as callers are: a call costs one read of the Patient unless its facts are in memory. False with
 * *err when reading failed. Any thread, one view each. */
bool access_near(struct access_view *v, struct store_read *r, store_rid patient, struct str patient_id,
                 uint32_t *near, struct err *err);

#endif
