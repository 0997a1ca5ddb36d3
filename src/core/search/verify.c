/* SPDX-License-Identifier: Apache-2.0
 * Conditions that index rows narrow down but do not decide: the candidates' bodies are read when the search
 * is parsed, and those that hold become a list of resources. Bounded, and no index grows for it. */
#include <stdlib.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/own_int.h"

enum { VERIFY_PAGE = 256 };

struct found_rids {
    struct arena *arena;
    store_rid *rid;
    size_t count, cap, looked;
};

static void note(struct found_rids *f, store_rid rid)
{
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 32;
        f->rid = arena_grow(f->arena, f->rid, f->cap, cap, sizeof *f->rid);
        f->cap = cap;
    }
    f->rid[f->count++] = rid;
}

static bool verify_body(struct arena *arena, const struct store_version *v, verify_fn *fn, void *arg,
                        bool *yes, struct err *err)
{
    struct json_doc doc;
    *yes = false;
    if (!json_parse(arena, v->body, &fhir_names, &doc, err))
        return false;
    fhir_type_id type = fhir_type_tree(&doc, 0);
    return type == 0 || fn(arg, type, &doc, yes, err);
}

/* One page of candidates; *more tells whether others follow. */
static bool verify_page(const struct plan_of *p, struct store_plan *plan, verify_fn *fn, void *arg,
                        struct arena *scratch, struct found_rids *out, bool *more)
{
    struct store_hits hits;
    if (!store_search(p->read, plan, scratch, &hits, p->err))
        return false;
    for (size_t i = 0; i < hits.count; i++) {
        bool yes;
        struct arena_mark mark = arena_mark(scratch);
        if (!verify_body(scratch, &hits.item[i], fn, arg, &yes, p->err))
            return false;
        arena_rewind(scratch, mark);
        if (yes)
            note(out, hits.item[i].rid);
    }
    out->looked += hits.count;
    *more = hits.more;
    if (hits.more && out->looked >= VERIFY_MAX)
        return err_set(p->err, ERR_SEARCH_BUDGET, "20000", NULL);
    plan->cursor = hits.more ? arena_str(p->arena, hits.next) : (struct str){NULL, 0};
    return true;
}

struct plan_of verify_inner(const struct plan_of *p)
{
    struct plan_of inner = plan_inner(p, p->types, p->type_count);
    for (size_t i = 0; i < p->cond_count; i++)
        *plan_cond(&inner, STORE_COND_MATCH) = p->cond[i];
    return inner;
}

bool verify_cond(struct plan_of *p, const struct plan_of *inner, verify_fn *fn, void *arg)
{
    struct store_plan *plan = plan_made(inner);
    struct found_rids found = {.arena = p->arena};
    struct arena scratch;
    bool ok = true, more = p->read != NULL;
    plan->limit = VERIFY_PAGE;
    plan->deadline_ns = p->deadline_ns;
    while (ok && more) {
        arena_init(&scratch);
        ok = verify_page(p, plan, fn, arg, &scratch, &found, &more);
        arena_release(&scratch);
    }
    struct store_cond *c = plan_cond(p, STORE_COND_RIDS);
    c->rids = verify_sorted(found.rid, &found.count);
    c->rid_count = found.count;
    return ok;
}

static int by_rid(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return (x > y) - (x < y);
}

store_rid *verify_sorted(store_rid *rids, size_t *count)
{
    size_t kept = 0;
    if (*count)
        qsort(rids, *count, sizeof *rids, by_rid);
    for (size_t i = 0; i < *count; i++) {
        if (kept == 0 || rids[kept - 1] != rids[i])
            rids[kept++] = rids[i];
    }
    *count = kept;
    return rids;
}

/* ---- identifier:of-type ---- */

struct typed {
    struct str system, code, value;
};

struct of_type {
    struct search *s;
    struct arena *arena;
    struct str param;
    struct typed *item;
    size_t count;
};

static bool has_coding(const struct path_value *identifier, const struct typed *want)
{
    uint32_t type = value_child(identifier, FHIR_NAME_type);
    if (type == UINT32_MAX)
        return false;
    struct path_value concept = value_node(identifier, type);
    uint32_t list = value_child(&concept, FHIR_NAME_coding);
    if (list == UINT32_MAX || identifier->doc->nodes[list].kind != JSON_ARRAY)
        return false;
    JSON_EACH(identifier->doc, list, i)
    {
        struct path_value coding = {.kind = PATH_NODE, .node = i, .doc = identifier->doc};
        if (str_eq(value_text(&coding, FHIR_NAME_code), want->code) &&
            str_eq(value_text(&coding, FHIR_NAME_system), want->system))
            return true;
    }
    return false;
}

static bool is_typed(void *arg, fhir_type_id type, const struct json_doc *doc, bool *yes, struct err *err)
{
    const struct of_type *o = arg;
    struct path_list list = {0};
    struct path_context ctx = {.doc = doc};
    if (!extract_values(o->s, type, search_param_find(o->s, type, o->param), &ctx, o->arena, &list, err))
        return false;
    for (uint32_t i = 0; i < list.count; i++) {
        struct str value = value_text(&list.item[i], FHIR_NAME_value);
        for (size_t k = 0; k < o->count; k++)
            *yes = *yes || (str_eq(value, o->item[k].value) && has_coding(&list.item[i], &o->item[k]));
    }
    return true;
}

static bool read_typed(const struct query_of *q, struct str value, struct typed *out)
{
    struct str rest = value;
    if (!value_split(&rest, '|', &out->system) || !value_split(&rest, '|', &out->code) || !rest.p ||
        out->code.n == 0 || rest.n == 0 || str_find(rest, '|', 0) != SIZE_MAX)
        return value_expected(q, value, "system|kod|värde", "system|code|value");
    out->system = value_unescape(q->arena, out->system);
    out->code = value_unescape(q->arena, out->code);
    out->value = value_unescape(q->arena, rest);
    return true;
}

/* The identifiers' values, whatever their system: the candidates. */
static bool typed_values(const struct query_of *q, const struct search_kind *kind, void *arg,
                         struct matches *out)
{
    const struct of_type *o = arg;
    (void)kind;
    for (size_t i = 0; i < o->count; i++) {
        struct store_match *m = value_match(q, STORE_TOKEN, out);
        m->any_name = true;
        m->row.text = o->item[i].value;
    }
    return own_query_param_ready(q->s, q->read, q->param_id, q->err);
}

bool verify_of_type(struct plan_of *p, struct str code, struct str value)
{
    struct str rest = value, part;
    struct of_type o = {.s = p->s, .arena = p->arena, .param = code};
    struct query_of q = plan_query(p, search_param_find(p->s, p->types[0], code));
    struct plan_of inner = verify_inner(p);
    struct matches list = {0};
    o.item = ARENA_ARRAY(p->arena, struct typed, SEARCH_VALUES_MAX);
    while (value_split(&rest, ',', &part)) {
        if (o.count == SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, q.param->code, "1000", NULL);
        if (!read_typed(&q, part, &o.item[o.count++]))
            return false;
    }
    if (plan_each(&inner, code, typed_values, &o, &list) != PLAN_OK)
        return false;
    plan_any(&inner, &list);
    return verify_cond(p, &inner, is_typed, &o);
}
