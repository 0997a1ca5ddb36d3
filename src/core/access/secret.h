/* SPDX-License-Identifier: Apache-2.0
 * secret: whether something of the steering is under secrecy now, whatever version of it is asked for: a case
 * by what it says of itself now, a decision by what its case says. */
#ifndef HELHET_ACCESS_SECRET_H
#define HELHET_ACCESS_SECRET_H

#include "base/arena.h"
#include "store/store.h"

/* Of rid, a DecisionCase or a Decision, read through r; arena is for the reading alone. What cannot be read,
 * is deleted or is not seen counts as secret, but for a decision whose case is not there. */
bool secret_of(struct store_read *r, store_rid rid, struct arena *arena, int64_t now_ms, bool *secret,
               struct err *err);

#endif
