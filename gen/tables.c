/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include "fail.h"

uint16_t tables_type_find(const struct tables *t, const char *name)
{
    for (uint32_t i = 1; i < t->type_count; i++)
        if (!strcmp(t->type[i].name, name))
            return (uint16_t)i;
    return 0;
}

uint16_t tables_type_need(const struct tables *t, const char *name, const char *where)
{
    uint16_t id = tables_type_find(t, name);
    if (!id)
        fail_at(where, "type %s is not defined", name);
    return id;
}

uint16_t tables_targets(struct tables *t, const uint16_t *types, uint32_t n)
{
    for (uint32_t i = 0; i + n <= t->target_count; i++)
        if (!memcmp(t->target + i, types, n * sizeof *types))
            return (uint16_t)i;
    if (t->target_count + n > TABLES_TARGETS_MAX)
        fail_at("targets", "more than %d", TABLES_TARGETS_MAX);
    uint32_t first = t->target_count;
    memcpy(t->target + first, types, n * sizeof *types);
    t->target_count += n;
    return (uint16_t)first;
}
