/* SPDX-License-Identifier: Apache-2.0
 * The generic cell rate algorithm (ITU-T I.371): each session has the time at which all it has asked would
 * have been asked at its pace. One word a session, so that no lock is needed. */
#include "gate/gate_pace.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/os.h"

enum { PACE_NUMBER_MAX = 16 };
static const uint64_t pace_second_ns = 1000000000;

struct gate_pace {
    struct hash_key key;
    uint64_t step_ns, ahead_ns; /* between requests at the pace; how far ahead of it one may be */
    _Atomic uint64_t due_ns[GATE_PACE_SLOTS];
};

struct gate_pace *gate_pace_new(unsigned rate)
{
    struct gate_pace *p = os_alloc(sizeof *p);
    if (!p)
        return NULL;
    os_random(&p->key, sizeof p->key);
    p->step_ns = rate ? pace_second_ns / rate : 0;
    p->ahead_ns = GATE_PACE_BURST_S * pace_second_ns;
    for (size_t i = 0; i < GATE_PACE_SLOTS; i++)
        atomic_init(&p->due_ns[i], 0);
    return p;
}

void gate_pace_free(struct gate_pace *p)
{
    os_free(p);
}

bool gate_pace_take(struct gate_pace *p, const struct access_caller *caller, uint64_t now_ns, struct err *err)
{
    struct str who = caller->session.n ? caller->session : caller->account;
    if (!p->step_ns || caller->kind == ACCESS_SYSTEM || !who.n)
        return true;
    _Atomic uint64_t *slot = &p->due_ns[hash_sip(p->key, who) % GATE_PACE_SLOTS];
    uint64_t due = atomic_load_explicit(slot, memory_order_relaxed), next;
    do {
        next = (due > now_ns ? due : now_ns) + p->step_ns;
        if (next - now_ns > p->ahead_ns) {
            char seconds[PACE_NUMBER_MAX];
            uint64_t wait_ns = next - now_ns - p->ahead_ns;
            snprintf(seconds, sizeof seconds, "%u",
                     (unsigned)((wait_ns + pace_second_ns - 1) / pace_second_ns));
            return err_set(err, ERR_LOGIN_PACE, seconds, NULL);
        }
    } while (
        !atomic_compare_exchange_weak_explicit(slot, &due, next, memory_order_relaxed, memory_order_relaxed));
    return true;
}
