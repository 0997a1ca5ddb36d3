/* SPDX-License-Identifier: Apache-2.0
 * chart: the patient that a writing request says it is about (Helhet-Patient: ID, the id of the chart that is
 * open where it was made). Each patient whose record the request touches, by what a resource was and by what
 * it becomes, must be that one; else ERR_PATIENT_MISMATCH, and nothing of the request is written, neither of
 * a transaction nor of a batch. A resource that is in nobody's record touches no patient.
 *
 * Helhet-Caller: USER, or USER ASSIGNMENT ("Practitioner/x PractitionerRole/y"; empty without accounts): by
 * whom it was written, perhaps before somebody else logged in. Another caller: ERR_CALLER_OTHER, and nothing
 * is written. */
#ifndef HELHET_API_CHART_H
#define HELHET_API_CHART_H

#include "api/api_int.h"

/* When the route is known: is the header right, can it be held for what is asked, and is a Patient that is
 * named in the address this one? Reads pass. False with *err. */
bool chart_open(const struct call *c, struct err *err);
/* On the writer's thread, before w's change is put (or its match is answered with): is all that it touches in
 * the open chart? r has the caller's view, and has it back afterwards. */
bool chart_holds(struct write *w, struct store_read *r, struct err *err);

#endif
