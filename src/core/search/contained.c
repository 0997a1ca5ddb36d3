/* SPDX-License-Identifier: Apache-2.0
 * _contained (R4 3.1.1.5.5): searches among contained resources. They have no index rows of their own; the
 * containers are found by the types they contain (parameter contained-type), and each one's contained
 * resources are then extracted and held against the plan, one by one. */
#include "fhir_gen/names.h"
#include "search/search_int.h"

enum { OWN_PAGE = 1000 };

struct looking {
    struct search *s;
    struct store_read *read;
    const struct store_plan *plan;
    fhir_type_id type;
    struct arena arena; /* of one contained resource */
};

/* ---- a contained resource's rows against the plan ---- */

/* Is what the row refers to one of the chain's results? */
static int in_chain(struct looking *l, const struct store_plan *chain, const struct store_row *row,
                    struct err *err)
{
    bool typed = false;
    struct store_hits hits;
    for (size_t i = 0; i < chain->type_count; i++)
        typed = typed || chain->types[i] == row->target_type;
    if (!typed || !row->target_type)
        return 0;
    struct store_plan plan = *chain;
    struct store_cond *cond = ARENA_ARRAY(&l->arena, struct store_cond, chain->cond_count + 1);
    for (size_t i = 0; i < chain->cond_count; i++)
        cond[i] = chain->cond[i];
    cond[plan.cond_count++] = (struct store_cond){.kind = STORE_COND_IDS, .ids = &row->text, .id_count = 1};
    plan.cond = cond;
    plan.limit = 1;
    plan.no_body = true;
    return store_search(l->read, &plan, &l->arena, &hits, err) ? hits.count > 0 : -1;
}

/* Nothing outside refers to a contained resource, so _has never holds. */
static int alternative(struct looking *l, const struct store_match *m, const struct store_rows *rows,
                       struct err *err)
{
    int yes = 0;
    for (size_t i = 0; !m->reverse && i < rows->count && yes == 0; i++) {
        const struct store_row *row = &rows->item[i];
        if (!m->chain)
            yes = store_match_row(m, row);
        else if (row->index == STORE_REFERENCE && row->param == m->row.param)
            yes = in_chain(l, m->chain, row, err);
    }
    return yes;
}

static int all_hold(struct looking *l, const struct store_cond *cond, size_t count,
                    const struct store_rows *rows, struct err *err)
{
    int yes = 1;
    for (size_t i = 0; i < count && yes > 0; i++) {
        int some = 0;
        for (size_t k = 0; k < cond[i].sub_count && some == 0; k++)
            some = all_hold(l, cond[i].sub[k].cond, cond[i].sub[k].cond_count, rows, err);
        for (size_t k = 0; k < cond[i].any_count && some == 0; k++)
            some = alternative(l, &cond[i].any[k], rows, err);
        yes = some < 0 ? some : (some > 0) != cond[i].negate;
    }
    return yes;
}

/* Does the contained resource at node match? 1, 0, -1 failed. */
static int matches_at(struct looking *l, const struct json_doc *doc, uint32_t node, struct err *err)
{
    struct store_rows rows = {0};
    if (fhir_resource_type(doc, node) != l->type)
        return 0;
    arena_init(&l->arena);
    int yes = search_extract(l->s, doc, node, l->type, &l->arena, &rows, err)
                  ? all_hold(l, l->plan->cond, l->plan->cond_count, &rows, err)
                  : -1;
    arena_release(&l->arena);
    return yes;
}

static bool has_match(void *arg, fhir_type_id type, const struct json_doc *doc, bool *yes, struct err *err)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_contained);
    int found = 0;
    (void)type;
    if (list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY)
        JSON_EACH(doc, list, i)
        {
            found = found ? found : matches_at(arg, doc, i, err);
        }
    *yes = found > 0;
    return found >= 0;
}

/* ---- what it cannot be mixed with ---- */

static bool about_rows(const struct store_cond *cond, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cond[i].kind == STORE_COND_GROUP) {
            for (size_t k = 0; k < cond[i].sub_count; k++)
                if (!about_rows(cond[i].sub[k].cond, cond[i].sub[k].cond_count))
                    return false;
        } else if (cond[i].kind != STORE_COND_MATCH) {
            return false;
        }
    }
    return true;
}

static bool mixable(const struct plan_of *p, const struct search_query *q)
{
    if (p->type_count == 1 && q->plan.sort_count == 0 && q->include_count + q->revinclude_count == 0 &&
        about_rows(p->cond, p->cond_count))
        return true;
    return err_set(
        p->err, ERR_SEARCH_VALUE, "true", "_contained",
        " (går inte ihop med flera resurstyper, kompartment, _sort, _include, _id, _lastUpdated, _list, "
        "_text, _content, :text, :of-type och :below av MIME-typer)",
        " (cannot be mixed with several types, compartments, _sort, _include, _id, _lastUpdated, _list, "
        "_text, _content, :text, :of-type and :below of MIME types)",
        NULL);
}

/* ---- finding the containers ---- */

static fhir_type_id *container_types(const struct plan_of *p, size_t *count)
{
    fhir_type_id *types = ARENA_ARRAY(p->arena, fhir_type_id, fhir_type_count);
    *count = 0;
    for (fhir_type_id t = 1; t < fhir_type_count; t++)
        if (fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract &&
            search_param_find(p->s, t, STR("contained-type")))
            types[(*count)++] = t;
    return types;
}

/* Those that match by themselves. */
static bool own_matches(const struct plan_of *p, const struct store_plan *plan, struct search_contained *out)
{
    struct store_plan page = *plan;
    store_rid *rids = NULL;
    size_t cap = 0;
    struct store_hits hits = {.more = p->read != NULL};
    page.limit = OWN_PAGE;
    page.no_body = true;
    page.deadline_ns = p->deadline_ns;
    while (hits.more) {
        if (!store_search(p->read, &page, p->arena, &hits, p->err))
            return false;
        if (out->own_count + hits.count > VERIFY_MAX)
            return err_set(p->err, ERR_SEARCH_BUDGET, "20000", NULL);
        rids = arena_grow(p->arena, rids, cap, out->own_count + hits.count, sizeof *rids);
        cap = out->own_count + hits.count;
        for (size_t i = 0; i < hits.count; i++)
            rids[out->own_count++] = hits.item[i].rid;
        page.cursor = hits.next;
    }
    out->own = verify_sorted(rids, &out->own_count);
    return true;
}

/* Both lists as one condition. */
static void join(struct plan_of *p, const struct search_contained *c)
{
    struct store_cond *cond = &p->cond[p->cond_count - 1];
    store_rid *all = ARENA_ARRAY(p->arena, store_rid, cond->rid_count + c->own_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < cond->rid_count; i++)
        all[n++] = cond->rids[i];
    for (size_t i = 0; i < c->own_count; i++)
        all[n++] = c->own[i];
    cond->rids = verify_sorted(all, &n);
    cond->rid_count = n;
}

bool contained_plan(struct plan_of *p, enum contained wanted, bool itself, struct search_query *q)
{
    size_t count;
    struct search_contained *c = ARENA_NEW(p->arena, struct search_contained);
    struct looking l = {.s = p->s, .read = p->read, .type = p->types[0], .plan = &c->plan};
    if (!mixable(p, q))
        return false;
    *c = (struct search_contained){.plan = *plan_made(p), .type = l.type, .itself = itself};
    fhir_type_id *types = container_types(p, &count);
    struct plan_of outer = plan_inner(p, types, count), candidates = plan_inner(p, types, count);
    if (plan_add(&candidates, STR("contained-type"), str_of(fhir_types[l.type].name)) != PLAN_OK)
        return false;
    if (!verify_cond(&outer, &candidates, has_match, &l) ||
        (wanted == CONTAINED_BOTH && !own_matches(p, &c->plan, c)))
        return false;
    if (wanted == CONTAINED_BOTH)
        join(&outer, c);
    p->types = types;
    p->type_count = count;
    p->cond = outer.cond;
    p->cond_param = outer.cond_param;
    p->cond_count = outer.cond_count;
    p->cond_cap = outer.cond_cap;
    q->plan.types = types;
    q->plan.type_count = count;
    q->contained = c;
    return true;
}

/* ---- the page ---- */

struct expanding {
    struct arena *arena;
    struct store_version *item;
    size_t count, cap;
    bool failed;
};

static void add(struct expanding *x, const struct store_version *v)
{
    if (x->count == x->cap) {
        size_t cap = x->cap ? x->cap * 2 : 32;
        x->item = arena_grow(x->arena, x->item, x->cap, cap, sizeof *x->item);
        x->cap = cap;
        x->failed = x->failed || !x->item;
    }
    if (!x->failed)
        x->item[x->count++] = *v;
}

/* The contained resource as an answer of its own: its address is the container's with its id as fragment. */
static void add_contained(struct expanding *x, const struct store_version *container,
                          const struct json_doc *doc, uint32_t node)
{
    struct store_version v = *container;
    struct buf body;
    buf_init(&body, STORE_BODY_MAX);
    json_write(doc, node, &body);
    v.body = arena_str(x->arena, buf_get(&body));
    v.id = arena_printf(x->arena, "%.*s#%.*s", STR_ARG(container->id),
                        STR_ARG(json_text(doc, json_get(doc, node, FHIR_NAME_id))));
    x->failed = x->failed || !buf_ok(&body) || !v.body.p;
    buf_release(&body);
    add(x, &v);
}

static bool is_own(const struct search_contained *c, store_rid rid)
{
    for (size_t i = 0; i < c->own_count; i++)
        if (c->own[i] == rid)
            return true;
    return false;
}

static bool expand(struct looking *l, const struct store_version *v, struct expanding *x, struct err *err)
{
    struct json_doc doc;
    if (!json_parse(x->arena, v->body, &fhir_names, &doc, err))
        return false;
    fhir_type_tree(&doc, 0);
    uint32_t list = json_get(&doc, 0, FHIR_NAME_contained);
    if (list == UINT32_MAX || doc.nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(&doc, list, i)
    {
        int yes = matches_at(l, &doc, i, err);
        if (yes < 0)
            return false;
        if (yes)
            add_contained(x, v, &doc, i);
    }
    return true;
}

bool contained_page(struct search *s, struct store_read *r, const struct search_contained *c,
                    struct arena *arena, struct search_page *page, struct err *err)
{
    struct looking l = {.s = s, .read = r, .type = c->type, .plan = &c->plan};
    struct expanding x = {.arena = arena};
    bool ok = true;
    if (!c->itself || page->match_count == 0)
        return true;
    for (size_t i = 0; ok && i < page->match_count; i++) {
        if (is_own(c, page->match[i].rid))
            add(&x, &page->match[i]);
        ok = expand(&l, &page->match[i], &x, err);
    }
    if (!ok || x.failed)
        return err->code ? false : err_set(err, ERR_NO_MEMORY, NULL);
    /* A container may hold several: the page then has more entries than containers, which are what it counts.
     */
    page->has_total = page->has_total && x.count == page->match_count;
    page->match = x.item;
    page->match_count = x.count;
    return true;
}
