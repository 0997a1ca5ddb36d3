/* SPDX-License-Identifier: Apache-2.0
 * Conditions held against one version that a view is asked about: its own rows alone, whatever it is now. */
#include "base/os.h"
#include "store/plan.h"

bool store_label_meets(struct store_read *r, const struct store_label *label, const struct store_plan *plan,
                       bool *yes, struct err *err)
{
    struct run run = {.r = r, .arena = &r->arena};
    struct store_plan only = {.types = plan->types,
                              .type_count = plan->type_count,
                              .cond = plan->cond,
                              .cond_count = plan->cond_count};
    struct arena_mark mark = arena_mark(&r->arena);
    struct query *q = NULL;
    int meets = -1;
    if (query_compile(&run, &only, 0, &q, err)) {
        OS_ASSERT(!q->chained);
        meets = match_resource(q, label->rid, number_durable(&r->s->types, label->type), label->seq,
                               label->rows, err);
    }
    query_release(q);
    arena_rewind(&r->arena, mark);
    *yes = meets > 0;
    return meets >= 0;
}
