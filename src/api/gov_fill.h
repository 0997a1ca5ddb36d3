/* SPDX-License-Identifier: Apache-2.0
 * gov_fill: what the server itself puts into a go-live decision that is signed: the verdict that its frozen
 * checkpoints came to (the worst), and the evidence that the first of them was frozen with. */
#ifndef HELHET_API_GOV_FILL_H
#define HELHET_API_GOV_FILL_H

#include "api/api_int.h"

/* Puts what is absent into w's body before it is checked, in every way of writing; w->doc and w->node are
 * then another document, and w->filled is set. What is sent stays, for the rules to judge
 * (rules/gov_rules.h): it must say the same. So does everything when a checkpoint is not there, not seen or
 * not frozen. r: the call's reader; NULL: one of its own. False with *err when reading failed. */
bool gov_fill(struct write *w, struct store_read *r, struct err *err);

#endif
