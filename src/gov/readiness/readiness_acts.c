/* SPDX-License-Identifier: Apache-2.0
 * Logins are no change of the record. What tells of them is the log of accesses: of the first thing that
 * somebody does in an assignment each day, the unit's checkpoints are measured anew. */
#include "base/hash.h"
#include "base/os.h"
#include "readiness/readiness_int.h"

enum { SLOTS = 1 << 16 }; /* assignments of a day that are remembered; those past it cost time, never truth */

struct readiness_seen {
    struct hash_key key;
    uint64_t after; /* the last record looked at */
    int32_t day;
    bool begun;
    size_t count;
    uint64_t slot[SLOTS]; /* 0: free */
};

struct readiness_seen *readiness_acts_new(void)
{
    struct readiness_seen *seen = os_alloc(sizeof *seen);
    if (!seen)
        return NULL;
    memset(seen, 0, sizeof *seen);
    os_random(&seen->key, sizeof seen->key);
    return seen;
}

void readiness_acts_free(struct readiness_seen *seen)
{
    os_free(seen);
}

static bool is_first(struct readiness_seen *seen, struct str assignment)
{
    uint64_t h = hash_sip(seen->key, assignment) | 1;
    size_t at = (size_t)(h >> 16) % SLOTS;
    if (seen->count > SLOTS / 4 * 3)
        return true;
    for (; seen->slot[at]; at = (at + 1) % SLOTS)
        if (seen->slot[at] == h)
            return false;
    seen->slot[at] = h;
    seen->count++;
    return true;
}

struct acts {
    struct readiness *x;
    struct arena *arena;
    struct act {
        struct str assignment;
        struct act *next;
    } * first;
    bool full;
};

static void take(void *arg, struct str assignment)
{
    struct acts *a = arg;
    if (!is_first(a->x->seen, assignment))
        return;
    struct act *act = ARENA_NEW(a->arena, struct act);
    a->full = a->full || !act;
    if (act)
        *act = (struct act){arena_str(a->arena, assignment), a->first};
    a->first = act ? act : a->first;
}

static bool mark(struct acts *a, struct err *err)
{
    if (a->full)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!a->first)
        return true;
    struct store_read *r = store_read_begin(a->x->opt.store, err);
    bool ok = r;
    for (const struct act *act = a->first; ok && act; act = act->next)
        ok = readiness_touch_person(a->x, r, act->assignment, a->arena, err);
    store_read_end(r);
    return ok;
}

bool readiness_acts(struct readiness *x, struct err *err)
{
    struct readiness_seen *seen = x->seen;
    struct acts a = {.x = x, .arena = &x->scratch};
    if (!x->opt.acted)
        return true;
    arena_reset(&x->scratch);
    if (seen->day != x->today) {
        memset(seen->slot, 0, sizeof seen->slot);
        seen->count = 0;
        seen->day = x->today;
    }
    /* What was done before the start is measured by the start. */
    uint64_t after = seen->begun ? seen->after : UINT64_MAX;
    pthread_mutex_lock(&x->lock);
    bool ok = x->opt.acted(x->opt.arg, &after, take, &a, err);
    pthread_mutex_unlock(&x->lock);
    ok = ok && mark(&a, err);
    seen->begun = ok;
    seen->after = after;
    return ok;
}
