/* SPDX-License-Identifier: Apache-2.0 */
#include "api/refs.h"
#include "http/http.h"
#include "load/load_int.h"

enum { LOAD_REFS_FIRST = 64, LOAD_REFS_PARAMS_MAX = 16 };

struct load_refs_slot {
    struct str from, to;
};

static struct load_refs_slot *load_refs_place(const struct load_refs *r, struct str from)
{
    size_t at = hash_sip(r->worker->load->key, from) & (r->slot_count - 1);
    while (r->slot[at].from.n && !str_eq(r->slot[at].from, from))
        at = (at + 1) & (r->slot_count - 1);
    return &r->slot[at];
}

static bool load_refs_grow(struct load_refs *r)
{
    struct load_refs old = *r;
    r->slot_count = old.slot_count ? old.slot_count * 2 : LOAD_REFS_FIRST;
    r->slot = ARENA_ARRAY(&r->worker->arena, struct load_refs_slot, r->slot_count);
    r->worker->full = !r->slot;
    if (!r->slot)
        return false;
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slot[i].from.n)
            *load_refs_place(r, old.slot[i].from) = old.slot[i];
    return true;
}

bool load_refs_add(struct load_refs *r, struct str from, fhir_type_id type, struct str id)
{
    if (2 * (r->used + 1) > r->slot_count && !load_refs_grow(r))
        return false;
    struct load_refs_slot *s = load_refs_place(r, from);
    if (s->from.n == 0) {
        s->from = from;
        s->to = arena_printf(&r->worker->arena, "%s/%.*s", fhir_types[type].name, STR_ARG(id));
        r->used++;
    }
    r->worker->full = !s->to.p;
    return s->to.p != NULL;
}

struct str load_refs_get(const struct load_refs *r, struct str from)
{
    return r->slot && from.n ? load_refs_place(r, from)->to : (struct str){NULL, 0};
}

/* A single identifier=system|value: answered by the store's own token index, pending resources included. */
static bool load_refs_token(fhir_type_id type, const struct http_pair *pair, size_t count, struct str *system,
                            struct str *code)
{
    if (count != 1 || !str_is(pair->name, "identifier") || !fhir_param_find(type, STR("identifier")))
        return false;
    size_t bar = str_find(pair->value, '|', 0);
    if (bar == SIZE_MAX || bar + 1 >= pair->value.n || str_find(pair->value, ',', 0) != SIZE_MAX ||
        str_find(pair->value, '\\', 0) != SIZE_MAX)
        return false;
    *system = str_sub(pair->value, 0, bar);
    *code = str_sub(pair->value, bar + 1, pair->value.n);
    return str_find(*code, '|', 0) == SIZE_MAX;
}

/* Any other search: what is pending is made durable first, so that the ordinary engine sees it. */
static bool load_refs_search(struct load_worker *w, fhir_type_id type, const struct http_pair *pair, size_t n,
                             unsigned *count, struct str *id, struct err *err)
{
    struct load *l = w->load;
    struct search_param params[LOAD_REFS_PARAMS_MAX];
    struct search_query query;
    struct store_hits hits;
    for (size_t i = 0; i < n; i++)
        params[i] = (struct search_param){pair[i].name, pair[i].value};
    if (l->bulk && !store_bulk_flush(l->bulk, err))
        return load_fail(l, err);
    struct store_read *r = store_read_begin(l->opt.store, err);
    if (!r)
        return false;
    bool ok = search_parse(l->opt.search, r, type, params, n, false, &w->arena, &query, err);
    if (ok) {
        query.plan.limit = 2;
        query.plan.no_body = true;
        query.plan.count = false;
        ok = store_search(r, &query.plan, &w->arena, &hits, err);
    }
    store_read_end(r);
    if (!ok)
        return false;
    *count = (unsigned)hits.count;
    *id = hits.count ? hits.item[0].id : (struct str){NULL, 0};
    return true;
}

bool load_refs_find(struct load_worker *w, fhir_type_id type, struct str query, unsigned *count,
                    struct str *id, bool *over, struct err *err)
{
    struct http_pair *pair = NULL;
    struct str system, code;
    size_t n = 0;
    *over = !load_turn_take(w) || !load_turn_put(w);
    if (*over)
        return err_set(err, ERR_CANCELLED, NULL);
    if (!http_query_parse(&w->arena, query, &pair, &n, err))
        return false;
    if (n > LOAD_REFS_PARAMS_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "parameter", "16", NULL);
    bool ok = w->load->bulk && load_refs_token(type, pair, n, &system, &code)
                  ? store_bulk_find(w->load->bulk, type, fhir_param_find(type, STR("identifier")), system,
                                    code, count, &w->arena, id, err)
                  : load_refs_search(w, type, pair, n, count, id, err);
    if (!ok && load_turn_fatal(err->code))
        load_fail(w->load, err);
    *over = atomic_load(&w->load->dead);
    return ok;
}

/* A conditional reference: exactly one match, remembered for the rest of the Bundle. */
static bool load_refs_condition(struct load_refs *r, struct str from, fhir_type_id type, struct str query,
                                struct str *to, struct err *err)
{
    unsigned count = 0;
    struct str id = {NULL, 0};
    if (!load_refs_find(r->worker, type, query, &count, &id, &r->over, err))
        return false;
    if (count == 0)
        return err_set_str(err, ERR_NO_MATCH, from, STR(""));
    if (count > 1)
        return err_set_str(err, ERR_MULTIPLE_MATCHES, from, STR("≥ 2"));
    if (!load_refs_add(r, from, type, id)) {
        r->over = true;
        return err_set(err, ERR_CANCELLED, NULL);
    }
    *to = load_refs_get(r, from);
    return true;
}

bool load_refs_map(void *arg, bool is_reference, struct str from, struct arena *arena, struct str *to,
                   struct err *err)
{
    struct load_refs *r = arg;
    fhir_type_id type = 0;
    struct str query;
    (void)arena;
    /* Only references may be addresses of another kind than urn: a StructureDefinition's url is often its
     * entry's fullUrl too, and stays what it is. */
    if (!is_reference && !str_starts(from, STR("urn:")))
        return true;
    *to = load_refs_get(r, from);
    if (to->n || !is_reference || !refs_conditional(from, &type, &query))
        return true;
    return load_refs_condition(r, from, type, query, to, err);
}
