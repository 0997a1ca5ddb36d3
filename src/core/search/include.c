/* SPDX-License-Identifier: Apache-2.0
 * _include reads the references anew from the bodies of the page: twenty small parses cost less than an index
 * from resource to target would at every write. _revinclude asks the store who refers. Nothing comes twice.
 */
#include "base/os.h"
#include "search/search_int.h"

/* What is on the page already, by rid, and which (type, id) were looked up; open addressing. */
struct seen {
    struct arena *arena;
    uint64_t *slot;
    size_t count, cap; /* cap a power of two */
};

struct including {
    struct search *s;
    struct store_read *r;
    const struct search_query *q;
    struct arena *arena;
    struct search_page *page;
    struct arena scratch; /* the parsed body at hand */
    struct seen seen;     /* in memory */
    struct arena memory;
    size_t cap;
    const struct search_include *rev; /* the _revinclude being followed */
    bool failed;                      /* the page's arena is full */
};

static bool seen_add(struct seen *s, uint64_t key)
{
    if (s->count * 2 >= s->cap) {
        struct seen bigger = {.arena = s->arena, .cap = s->cap ? s->cap * 2 : 256};
        bigger.slot = ARENA_ARRAY(s->arena, uint64_t, bigger.cap);
        for (size_t i = 0; i < s->cap; i++) {
            if (s->slot[i])
                seen_add(&bigger, s->slot[i]);
        }
        *s = bigger;
    }
    size_t at = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (s->cap - 1);
    while (s->slot[at]) {
        if (s->slot[at] == key)
            return false;
        at = (at + 1) & (s->cap - 1);
    }
    s->slot[at] = key;
    s->count++;
    return true;
}

/* rids are small positive numbers: the top bit keeps hashes of names apart from them. */
static uint64_t name_key(const struct including *in, uint16_t type, struct str id)
{
    struct hash_key key = in->s->key;
    key.k0 ^= type;
    return hash_sip(key, id) | (uint64_t)1 << 63;
}

static bool include_bad(struct str value, bool reverse, struct err *err)
{
    return err_set_str(err, ERR_SEARCH_VALUE, value, reverse ? STR("_revinclude") : STR("_include"));
}

bool include_parse(struct str value, fhir_type_id type, bool reverse, struct search_include *out,
                   struct err *err)
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
    out->param = fhir_param_find(out->source, code);
    if (rest.p || !out->param || fhir_params[out->param].type != FHIR_SEARCH_REFERENCE)
        return include_bad(value, reverse, err);
    return true;
}

/* Takes v into the page unless it is there; its strings live in the arena already. */
static void take(struct including *in, const struct store_version *v)
{
    struct search_page *p = in->page;
    if (!seen_add(&in->seen, (uint64_t)v->rid))
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

static bool fetch(struct including *in, const struct store_row *row, fhir_type_id target, struct err *err)
{
    struct store_version v;
    if (row->index != STORE_REFERENCE || !row->target_type || (target && row->target_type != target))
        return true;
    if (!seen_add(&in->seen, name_key(in, row->target_type, row->text)))
        return true;
    switch (store_get(in->r, row->target_type, row->text, in->arena, &v, err)) {
    case STORE_FOUND:
        take(in, &v);
        return !in->failed || err_set(err, ERR_NO_MEMORY, NULL);
    case STORE_FAILED:
        return false;
    default: /* a reference to what is not here, or no longer, includes nothing */
        return true;
    }
}

static bool wanted(const struct search_include *inc, fhir_type_id type, fhir_param_id param)
{
    return (inc->source == 0 || inc->source == type) && (inc->param == 0 || inc->param == param);
}

static bool follow_body(struct including *in, const struct store_version *v, const struct extract_type *t,
                        bool iterate_only, struct err *err)
{
    struct json_doc doc;
    bool parsed = false;
    for (size_t p = 0; p < t->param_count; p++) {
        struct store_rows rows = {0};
        for (size_t k = 0; k < in->q->include_count; k++) {
            const struct search_include *inc = &in->q->include[k];
            if (t->param[p].kind != &reference_kind || !wanted(inc, v->type, t->param[p].id) ||
                (iterate_only && !inc->iterate))
                continue;
            if (!parsed &&
                (!json_parse(&in->scratch, v->body, &fhir_names, &doc, err) || !fhir_type_tree(&doc, 0)))
                return false;
            parsed = true;
            if (rows.count == 0 && !extract_one(in->s, &doc, 0, &t->param[p], &in->scratch, &rows, err))
                return false;
            for (size_t i = 0; i < rows.count; i++) {
                if (!fetch(in, &rows.item[i], inc->target, err))
                    return false;
            }
        }
    }
    return true;
}

static bool follow_includes(struct including *in, const struct store_version *v, bool iterate_only,
                            struct err *err)
{
    bool any = false;
    for (size_t k = 0; k < in->q->include_count; k++) {
        const struct search_include *inc = &in->q->include[k];
        any = any || ((inc->source == 0 || inc->source == v->type) && (!iterate_only || inc->iterate));
    }
    if (!any || !v->body.p)
        return true;
    arena_reset(&in->scratch);
    const struct extract_type *t = extract_type_of(in->s, v->type, err);
    return t && follow_body(in, v, t, iterate_only, err);
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
    for (size_t i = 0; i < page->match_count; i++) {
        seen_add(&in->seen, (uint64_t)page->match[i].rid);
        seen_add(&in->seen, name_key(in, page->match[i].type, page->match[i].id));
    }
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

bool include_run(struct search *s, struct store_read *r, const struct search_query *q, struct arena *arena,
                 struct search_page *page, struct err *err)
{
    struct including in = {.s = s, .r = r, .q = q, .arena = arena, .page = page};
    if (q->include_count + q->revinclude_count == 0)
        return true;
    arena_init(&in.scratch);
    arena_init(&in.memory);
    in.seen.arena = &in.memory;
    bool ok = follow_page(&in, err);
    arena_release(&in.scratch);
    arena_release(&in.memory);
    return ok;
}
