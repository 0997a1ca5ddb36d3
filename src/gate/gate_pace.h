/* SPDX-License-Identifier: Apache-2.0
 * gate_pace: how fast one person may ask. A screen asks in bursts and then rests; a program in a person's
 * session that copies the record does not. Apps of their own (system scopes) are held back by nginx. */
#ifndef HELHET_GATE_GATE_PACE_H
#define HELHET_GATE_GATE_PACE_H

#include "access/access.h"
#include "base/err.h"

enum {
    GATE_PACE_RATE = 200, /* requests a second in the long run, unless said */
    GATE_PACE_RATE_MAX = 100000,
    GATE_PACE_BURST_S = 10, /* that many seconds' worth may come at once */
    GATE_PACE_SLOTS = 4096, /* sessions kept apart; two in one slot share its pace */
};

struct gate_pace;

/* rate 0: no limit. NULL: out of memory. */
struct gate_pace *gate_pace_new(unsigned rate);
/* NULL is fine. */
void gate_pace_free(struct gate_pace *p);

/* Counts a request of caller at now (os_mono_ns). ERR_LOGIN_PACE: more than its pace; its argument is the
 * seconds to wait. Threads may call. */
bool gate_pace_take(struct gate_pace *p, const struct access_caller *caller, uint64_t now_ns,
                    struct err *err);

#endif
