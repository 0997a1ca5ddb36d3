/* SPDX-License-Identifier: Apache-2.0 */
#include "access/region.h"

#include <stdlib.h>

#include "access/read_body.h"
#include "fhir_gen/names.h"

struct reading {
    struct arena *arena;
    struct region *g;
    struct str *part_of; /* beside org */
    size_t cap;
    struct err *err;
};

static bool add_org(void *arg, const struct store_version *v)
{
    struct reading *rd = arg;
    struct region *g = rd->g;
    struct json_doc doc;
    if (g->count == REGION_ORGS_MAX)
        return err_set(rd->err, ERR_ACCESS_REGION, "65536", NULL);
    if (g->count == rd->cap) {
        size_t cap = rd->cap ? rd->cap * 2 : 256;
        g->org = arena_grow(rd->arena, g->org, g->count, cap, sizeof *g->org);
        rd->part_of = arena_grow(rd->arena, rd->part_of, g->count, cap, sizeof *rd->part_of);
        rd->cap = cap;
    }
    struct str body = arena_str(rd->arena, v->body);
    if (!json_parse(rd->arena, body, &fhir_names, &doc, rd->err))
        return false;
    struct region_org o = {.rid = v->rid, .id = arena_str(rd->arena, v->id)};
    o.said = read_body_flag(&doc, 0, ACCESS_URL_SHARED, &o.joined);
    rd->part_of[g->count] = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_partOf));
    g->org[g->count++] = o;
    return true;
}

static int by_id(const void *a, const void *b, void *arg)
{
    const struct region *g = arg;
    return str_cmp(g->org[*(const uint32_t *)a].id, g->org[*(const uint32_t *)b].id);
}

static void order(struct region *g, struct arena *arena)
{
    g->by_id = ARENA_ARRAY(arena, uint32_t, g->count + 1);
    for (size_t i = 0; i < g->count; i++)
        g->by_id[i] = (uint32_t)i;
    qsort_r(g->by_id, g->count, sizeof *g->by_id, by_id, g);
}

/* Its way up. A circle is a way without an end. */
static bool climb(const struct region *g, struct region_org *o, struct err *err)
{
    o->shares = true;
    for (const struct region_org *at = o; at; at = region_find(g, at->parent)) {
        if (o->depth == REGION_DEPTH_MAX)
            return err_set_str(err, ERR_ACCESS_REGION, o->id, STR(""));
        o->path[o->depth++] = at->rid;
        o->shares = o->shares && (at->said ? at->joined : at->parent != 0);
    }
    return true;
}

const struct region *region_read(struct store_read *r, struct arena *arena, struct err *err)
{
    struct region *g = ARENA_NEW(arena, struct region);
    struct err why = {0};
    struct reading rd = {.arena = arena, .g = g, .err = &why};
    if (!store_scan(r, FHIR_TYPE_Organization, 0, add_org, &rd, &why) || why.code) {
        if (err)
            *err = why;
        return NULL;
    }
    order(g, arena);
    for (size_t i = 0; i < g->count; i++) {
        const struct region_org *parent = region_named(g, rd.part_of[i]);
        g->org[i].parent = parent ? parent->rid : 0;
    }
    for (size_t i = 0; i < g->count; i++)
        if (!climb(g, &g->org[i], err))
            return NULL;
    return g;
}

const struct region_org *region_find(const struct region *g, store_rid rid)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (g->org[mid].rid < rid)
            low = mid + 1;
        else
            high = mid;
    }
    return low < g->count && g->org[low].rid == rid ? &g->org[low] : NULL;
}

const struct region_org *region_named(const struct region *g, struct str reference)
{
    struct str id = read_body_id_of(reference, STR("Organization"));
    size_t low = 0, high = id.n ? g->count : 0;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = str_cmp(g->org[g->by_id[mid]].id, id);
        if (c == 0)
            return &g->org[g->by_id[mid]];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

size_t region_path(const struct region *g, store_rid unit, struct arena *arena,
                   struct str out[REGION_DEPTH_MAX])
{
    const struct region_org *o = unit ? region_find(g, unit) : NULL;
    size_t n = 0;
    for (size_t i = 0; o && i < o->depth; i++) {
        const struct region_org *at = region_find(g, o->path[i]);
        if (at)
            out[n++] = arena_printf(arena, "Organization/%.*s", STR_ARG(at->id));
    }
    return n;
}

store_rid region_provider(const struct region_org *o)
{
    return o ? o->path[o->depth - 1] : 0;
}
