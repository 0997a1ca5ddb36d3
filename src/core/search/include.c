/* SPDX-License-Identifier: Apache-2.0
 * _include asks the store what the page refers to, _revinclude who refers to the page; both read index rows,
 * so only the bodies that are shown are opened. Nothing comes twice. */
#include "base/os.h"
#include "search/search_int.h"

/* The rids on the page already; open addressing. */
struct seen {
    struct arena *arena;
    store_rid *slot;
    size_t count, cap; /* cap a power of two */
};

struct target {
    uint16_t param;
    store_rid rid;
};

struct including {
    struct store_read *r;
    const struct search_query *q;
    struct arena *arena;
    struct search_page *page;
    struct arena memory; /* seen and targets */
    struct seen seen;
    struct target *target; /* of the resource at hand */
    size_t target_count, target_cap;
    size_t cap;
    const struct search_include *rev; /* the _revinclude being followed */
    bool failed;                      /* the page's arena is full */
};

/* Where rid is, or the free slot where it belongs. */
static size_t seen_slot(const struct seen *s, store_rid rid)
{
    size_t at = (size_t)((uint64_t)rid * 0x9E3779B97F4A7C15u >> 32) & (s->cap - 1);
    while (s->slot[at] && s->slot[at] != rid)
        at = (at + 1) & (s->cap - 1);
    return at;
}

static bool seen_has(const struct seen *s, store_rid rid)
{
    return s->cap && s->slot[seen_slot(s, rid)] == rid;
}

/* True when it was not there before. */
static bool seen_add(struct seen *s, store_rid rid)
{
    if (s->count * 2 >= s->cap) {
        struct seen bigger = {.arena = s->arena, .cap = s->cap ? s->cap * 2 : 256};
        bigger.slot = ARENA_ARRAY(s->arena, store_rid, bigger.cap);
        for (size_t i = 0; i < s->cap; i++) {
            if (s->slot[i])
                bigger.slot[seen_slot(&bigger, s->slot[i])] = s->slot[i];
        }
        bigger.count = s->count;
        *s = bigger;
    }
    size_t at = seen_slot(s, rid);
    if (s->slot[at] == rid)
        return false;
    s->slot[at] = rid;
    s->count++;
    return true;
}

static bool include_bad(struct str value, bool reverse, struct err *err)
{
    return err_set_str(err, ERR_SEARCH_VALUE, value, reverse ? STR("_revinclude") : STR("_include"));
}

bool include_parse(const struct search *s, struct str value, fhir_type_id type, bool reverse,
                   struct search_include *out, struct err *err)
{
    struct str rest = value, source, code = {NULL, 0}, target = {NULL, 0};
    *out = (struct search_include){.source = reverse ? 0 : type};
    str_split(&rest, ':', &source);
    if (str_is(source, "*") && !rest.p)
        return true;
    out->source = fhir_resource_find(source);
    if (!out->source || !str_split(&rest, ':', &code))
        return include_bad(value, reverse, err);
    if (rest.p && str_split(&rest, ':', &target) && (out->target = fhir_resource_find(target)) == 0)
        return include_bad(value, reverse, err);
    if (str_is(code, "*"))
        return true;
    out->param = search_param_find(s, out->source, code);
    if (rest.p || !out->param || search_param(s, out->param)->type != FHIR_SEARCH_REFERENCE)
        return include_bad(value, reverse, err);
    return true;
}

/* Takes v into the page unless it is there; its strings live in the arena already. */
static void take(struct including *in, const struct store_version *v)
{
    struct search_page *p = in->page;
    if (!seen_add(&in->seen, v->rid))
        return;
    if (p->included_count == SEARCH_INCLUDES_MAX) {
        p->included_cut = true;
        return;
    }
    if (p->included_count == in->cap) {
        size_t cap = in->cap ? in->cap * 2 : 32;
        struct store_version *grown = arena_grow(in->arena, p->included, in->cap, cap, sizeof *p->included);
        if (!grown) {
            in->failed = true;
            return;
        }
        p->included = grown;
        in->cap = cap;
    }
    p->included[p->included_count++] = *v;
}

/* ---- forwards ---- */

static bool note_target(void *arg, uint16_t param, store_rid target)
{
    struct including *in = arg;
    if (in->target_count == in->target_cap) {
        size_t cap = in->target_cap ? in->target_cap * 2 : 64;
        in->target = arena_grow(&in->memory, in->target, in->target_cap, cap, sizeof *in->target);
        in->target_cap = cap;
    }
    in->target[in->target_count++] = (struct target){param, target};
    return true;
}

/* Does some _include of a resource of this type go through the parameter, to that type (0: whatever it is)?
 */
static bool wanted(const struct including *in, uint16_t source, uint16_t param, uint16_t type,
                   bool iterate_only)
{
    for (size_t k = 0; k < in->q->include_count; k++) {
        const struct search_include *inc = &in->q->include[k];
        if ((inc->source == 0 || inc->source == source) &&
            (inc->param == 0 || param == 0 || inc->param == param) &&
            (inc->target == 0 || type == 0 || inc->target == type) && (inc->iterate || !iterate_only))
            return true;
    }
    return false;
}

static bool follow_includes(struct including *in, const struct store_version *v, bool iterate_only,
                            struct err *err)
{
    uint16_t source = v->type;
    if (!wanted(in, source, 0, 0, iterate_only))
        return true;
    in->target_count = 0;
    if (!store_targets(in->r, v->rid, note_target, in, err))
        return false;
    for (size_t i = 0; i < in->target_count && !in->page->included_cut; i++) {
        struct target t = in->target[i];
        struct store_version found;
        if (!wanted(in, source, t.param, 0, iterate_only) || seen_has(&in->seen, t.rid))
            continue;
        /* A reference to what is not here, or no longer, includes nothing. */
        enum store_found state = store_get_rid(in->r, t.rid, in->arena, &found, err);
        if (state == STORE_FAILED)
            return false;
        if (state == STORE_FOUND && wanted(in, source, t.param, found.type, iterate_only))
            take(in, &found);
        if (in->failed)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    return true;
}

/* ---- backwards ---- */

static bool take_referrer(void *arg, const struct store_version *v)
{
    struct including *in = arg;
    if (in->rev->source && v->type != in->rev->source)
        return true;
    struct store_version copy = *v;
    copy.id = arena_str(in->arena, v->id);
    copy.body = arena_str(in->arena, v->body);
    in->failed = in->failed || !copy.id.p || !copy.body.p;
    if (!in->failed)
        take(in, &copy);
    return !in->failed && !in->page->included_cut;
}

static bool follow_revincludes(struct including *in, const struct store_version *v, bool iterate_only,
                               struct err *err)
{
    for (size_t k = 0; k < in->q->revinclude_count; k++) {
        in->rev = &in->q->revinclude[k];
        if ((iterate_only && !in->rev->iterate) || (in->rev->target && in->rev->target != v->type))
            continue;
        if (!store_referrers(in->r, v->rid, in->rev->param, 0, take_referrer, in, err))
            return false;
        if (in->failed)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    return true;
}

static bool follow(struct including *in, const struct store_version *v, bool iterate_only, struct err *err)
{
    return follow_includes(in, v, iterate_only, err) && follow_revincludes(in, v, iterate_only, err);
}

static bool follow_page(struct including *in, struct err *err)
{
    struct search_page *page = in->page;
    for (size_t i = 0; i < page->match_count; i++)
        seen_add(&in->seen, page->match[i].rid);
    for (size_t i = 0; i < page->match_count; i++) {
        if (!follow(in, &page->match[i], false, err))
            return false;
    }
    /* :iterate goes on from what was included, round by round. */
    size_t from = 0;
    for (unsigned round = 0; round < SEARCH_ITERATE_MAX && from < page->included_count; round++) {
        size_t until = page->included_count;
        for (; from < until; from++) {
            struct store_version v = page->included[from];
            if (!follow(in, &v, true, err))
                return false;
        }
    }
    return true;
}

bool include_run(struct store_read *r, const struct search_query *q, struct arena *arena,
                 struct search_page *page, struct err *err)
{
    struct including in = {.r = r, .q = q, .arena = arena, .page = page};
    if (q->include_count + q->revinclude_count == 0)
        return true;
    arena_init(&in.memory);
    in.seen.arena = &in.memory;
    bool ok = follow_page(&in, err);
    arena_release(&in.memory);
    return ok;
}
