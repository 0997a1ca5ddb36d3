/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "readiness/readiness_int.h"

struct memo_entry {
    struct str release;
    struct readiness_measure measure;
};
/* What is of no unit stands for the whole snapshot, what is of a unit until there is another unit's. */
struct memo_half {
    struct arena arena;
    struct str unit;
    struct memo_entry entry[READINESS_MEMO_MAX];
    size_t count;
};
struct readiness_memo {
    struct memo_half of_all, of_unit;
};

static void half_clear(struct memo_half *h)
{
    arena_reset(&h->arena);
    h->count = 0;
    h->unit = STR("");
}

struct readiness_memo *readiness_memo_new(void)
{
    struct readiness_memo *memo = os_alloc(sizeof *memo);
    if (!memo)
        return NULL;
    arena_init(&memo->of_all.arena);
    arena_init(&memo->of_unit.arena);
    readiness_memo_clear(memo);
    return memo;
}

void readiness_memo_free(struct readiness_memo *memo)
{
    if (!memo)
        return;
    arena_release(&memo->of_all.arena);
    arena_release(&memo->of_unit.arena);
    os_free(memo);
}

void readiness_memo_clear(struct readiness_memo *memo)
{
    half_clear(&memo->of_all);
    half_clear(&memo->of_unit);
}

/* What a measurement depends on besides the unit, the release and the snapshot. */
static bool is_same(const struct readiness_measure *a, const struct readiness_measure *b)
{
    return a->rule == b->rule && !(a->ask.target < b->ask.target) && !(a->ask.target > b->ask.target) &&
           a->window == b->window && a->by_role == b->by_role;
}

bool readiness_memo_get(const struct readiness_memo *memo, const struct readiness_work *w,
                        struct readiness_measure *m)
{
    const struct memo_half *h = w->unit.n ? &memo->of_unit : &memo->of_all;
    if (!str_eq(h->unit, w->unit))
        return false;
    for (size_t i = 0; i < h->count; i++)
        if (is_same(&h->entry[i].measure, m) && str_eq(h->entry[i].release, w->release)) {
            struct verdict_criterion ask = m->ask;
            *m = h->entry[i].measure;
            m->ask = ask;
            return true;
        }
    return false;
}

void readiness_memo_put(struct readiness_memo *memo, const struct readiness_work *w,
                        const struct readiness_measure *m)
{
    struct memo_half *h = w->unit.n ? &memo->of_unit : &memo->of_all;
    if (!str_eq(h->unit, w->unit)) {
        half_clear(h);
        h->unit = arena_str(&h->arena, w->unit);
    }
    if (h->count == READINESS_MEMO_MAX)
        return;
    struct memo_entry *e = &h->entry[h->count++];
    e->release = arena_str(&h->arena, w->release);
    e->measure = *m;
    e->measure.signature = arena_str(&h->arena, m->signature);
    e->measure.note = arena_str(&h->arena, m->note);
    for (size_t i = 0; i < m->evidence_count; i++)
        e->measure.evidence[i] = arena_str(&h->arena, m->evidence[i]);
    for (size_t i = 0; i < m->part_count; i++)
        e->measure.part[i].name = arena_str(&h->arena, m->part[i].name);
}
