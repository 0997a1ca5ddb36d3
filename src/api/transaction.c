/* SPDX-License-Identifier: Apache-2.0
 * transaction (R4 3.1.0.11.2): all or nothing, in the order DELETE, POST, PUT, GET, with urn:uuid: and
 * conditional references rewritten to what the entries became.
 *
 * Everything is looked up and computed on the calling thread against a snapshot. In the writer's transaction
 * the lookups (not the computing) are made again; if one of them now finds something else, all is computed
 * anew there. */
#include "api/guard.h"
#include "api/guard_gov.h"
#include "api/refs.h"
#include "api/textmap.h"
#include "fhir_gen/names.h"

enum { TRANSACTION_LOOKUPS_FIRST = 16 };

/* Criteria of an entry or a reference, and what they found. */
struct lookup {
    fhir_type_id type;
    struct str query;
    enum condition_found found;
    struct store_version version;
};

struct transaction {
    struct api_job api;
    struct bundle *bundle;
    struct store_read *read; /* where lookups look, while planning */
    struct textmap urls;     /* fullUrl → entry */
    struct textmap asked;    /* "Type?query" → lookup */
    struct lookup *lookup;
    size_t lookup_count, lookup_cap;
    size_t current; /* entry whose references are being rewritten */
};

/* "Patient.name" of entry i's resource is "Bundle.entry[i].resource.name" of the whole. */
static void place_in_bundle(struct transaction *t, struct err *err, size_t i)
{
    struct str path = str_of(err->path);
    size_t dot = str_find(path, '.', 0);
    struct str rest = dot == SIZE_MAX ? STR("") : str_sub(path, dot, path.n);
    struct str whole = arena_printf(t->bundle->call->arena, "Bundle.entry[%zu]%s%.*s", i,
                                    path.n ? ".resource" : "", STR_ARG(rest));
    err->path[0] = 0;
    err_at(err, whole);
}

static const struct lookup *look_up(struct transaction *t, fhir_type_id type, struct str query,
                                    struct err *err)
{
    struct call *c = t->bundle->call;
    struct str name = arena_printf(c->arena, "%s?%.*s", fhir_types[type].name, STR_ARG(query));
    size_t at;
    bool full;
    if (textmap_get(&t->asked, name, &at))
        return &t->lookup[at];
    if (t->lookup_count == t->lookup_cap) {
        size_t cap = t->lookup_cap ? t->lookup_cap * 2 : TRANSACTION_LOOKUPS_FIRST;
        struct lookup *more = arena_grow(c->arena, t->lookup, t->lookup_cap, cap, sizeof(*more));
        if (!more) {
            err_set(err, ERR_NO_MEMORY, NULL);
            return NULL;
        }
        t->lookup = more;
        t->lookup_cap = cap;
    }
    struct lookup *l = &t->lookup[t->lookup_count];
    *l = (struct lookup){.type = type, .query = query};
    l->found = condition_find(c->api, t->read, type, query, c->arena, &l->version, err);
    if (l->found == CONDITION_FAILED)
        return NULL;
    if (!textmap_add(&t->asked, name, t->lookup_count, &full)) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    t->lookup_count++;
    return l;
}

/* The writing entries get the id they will have. */
static bool resolve_entry(struct transaction *t, struct entry *e, struct err *err)
{
    struct write *w = &e->write;
    if (!w->criteria.p)
        return true;
    size_t before = t->lookup_count;
    const struct lookup *l = look_up(t, e->call.type, w->criteria, err);
    if (!l)
        return false;
    /* Two entries under one condition would each be right alone and wrong together. */
    if (t->lookup_count == before)
        return err_set_str(err, ERR_BUNDLE_DUPLICATE, condition_text(e->call.arena, l->type, l->query),
                           STR(""));
    return write_resolved(w, l->found, &l->version, err);
}

static bool add_unique(struct textmap *m, struct str key, size_t value, struct err *err)
{
    bool full;
    if (textmap_add(m, key, value, &full))
        return true;
    return full ? err_set(err, ERR_NO_MEMORY, NULL) : err_set_str(err, ERR_BUNDLE_DUPLICATE, key, STR(""));
}

static bool resolve_entries(struct transaction *t, struct err *err)
{
    struct bundle *b = t->bundle;
    struct textmap ids;
    textmap_init(&ids, b->call->arena, t->urls.key);
    for (size_t i = 0; i < b->count; i++) {
        struct entry *e = &b->item[i];
        struct write *w = &e->write;
        if (!e->writes)
            continue;
        bool ok = resolve_entry(t, e, err);
        if (ok && !w->matched && !w->nothing)
            ok = add_unique(&ids, resource_name(e->call.arena, e->call.type, w->id), i, err);
        if (ok && e->full_url.n && w->kind != WRITE_DELETE)
            ok = add_unique(&t->urls, e->full_url, i, err);
        if (!ok) {
            place_in_bundle(t, err, i);
            return false;
        }
    }
    return true;
}

/* An entry's fullUrl, or a relative reference read against the fullUrl of the entry it stands in. */
static bool find_entry(struct transaction *t, struct str from, size_t *at)
{
    if (textmap_get(&t->urls, from, at))
        return true;
    struct str own = t->bundle->item[t->current].full_url;
    if (!str_starts(own, STR("http")) || str_find(from, ':', 0) != SIZE_MAX)
        return false;
    size_t end = own.n;
    for (int slashes = 0; end && slashes < 2; slashes += own.p[end] == '/')
        end--;
    struct arena *arena = t->bundle->call->arena;
    return textmap_get(&t->urls, arena_printf(arena, "%.*s/%.*s", (int)end, own.p, STR_ARG(from)), at);
}

static bool map_conditional(struct transaction *t, struct str from, fhir_type_id type, struct str query,
                            struct arena *arena, struct str *to, struct err *err)
{
    const struct lookup *l = look_up(t, type, query, err);
    if (!l)
        return false;
    if (l->found == CONDITION_ONE) {
        *to = resource_name(arena, type, l->version.id);
        return true;
    }
    return err_set_str(err, l->found == CONDITION_NONE ? ERR_NO_MATCH : ERR_MULTIPLE_MATCHES, from,
                       STR("≥ 2"));
}

static bool map_reference(void *arg, bool is_reference, struct str from, struct arena *arena, struct str *to,
                          struct err *err)
{
    struct transaction *t = arg;
    fhir_type_id type;
    struct str query;
    size_t at;
    if (find_entry(t, from, &at)) {
        const struct entry *e = &t->bundle->item[at];
        *to = resource_name(arena, e->call.type, e->write.id);
        return true;
    }
    if (!is_reference)
        return true;
    if (refs_conditional(from, &type, &query))
        return map_conditional(t, from, type, query, arena, to, err);
    if (str_starts(from, STR("urn:uuid:")) || str_starts(from, STR("urn:oid:")))
        return err_set_str(err, ERR_REFERENCE_UNRESOLVED, from, STR(""));
    return true;
}

/* Ids, references, parts and index rows of every entry, looked up with t->read. */
static bool plan(struct transaction *t, struct err *err)
{
    struct bundle *b = t->bundle;
    struct hash_key key = store_hash_key(b->call->api->store);
    textmap_init(&t->urls, b->call->arena, key);
    textmap_init(&t->asked, b->call->arena, key);
    t->lookup = NULL;
    t->lookup_count = t->lookup_cap = 0;
    for (size_t i = 0; i < b->count; i++) {
        b->item[i].call.read = t->read;
        bool ok = entry_prepare(b, &b->item[i], err);
        b->item[i].call.read = NULL;
        if (!ok) {
            place_in_bundle(t, err, i);
            return false;
        }
    }
    if (!resolve_entries(t, err))
        return false;
    for (size_t i = 0; i < b->count; i++) {
        struct entry *e = &b->item[i];
        struct write *w = &e->write;
        if (!e->writes || w->matched || w->nothing)
            continue;
        t->current = i;
        bool ok = w->kind == WRITE_DELETE ||
                  (w->rewrite ? rewrite_perform(w, t->read, err)
                              : refs_rewrite(w->doc, w->node, b->call->arena, map_reference, t, err));
        if (!ok || !write_build(w, err)) {
            place_in_bundle(t, err, i);
            return false;
        }
    }
    return true;
}

/* Do the criteria still find what the plan was made from? */
static bool still_true(struct transaction *t, struct store_read *r, bool *same, struct err *err)
{
    struct call *c = t->bundle->call;
    *same = true;
    for (size_t i = 0; *same && i < t->lookup_count; i++) {
        struct lookup *l = &t->lookup[i];
        struct store_version v;
        enum condition_found found = condition_find(c->api, r, l->type, l->query, c->arena, &v, err);
        if (found == CONDITION_FAILED)
            return false;
        *same = found == l->found && (found != CONDITION_ONE || str_eq(v.id, l->version.id));
    }
    return true;
}

/* The record has changed since the plan was made: again, from the text, where nothing can change any more. */
static bool plan_again(struct transaction *t, struct store_read *r, struct err *err)
{
    struct bundle *b = t->bundle;
    if (!json_parse(b->call->arena, b->call->body, &fhir_names, b->doc, err))
        return false;
    fhir_type_tree(b->doc, 0);
    entry_release(b);
    b->count = 0;
    t->read = r;
    return entry_parse(b, err) && plan(t, err);
}

static bool apply_kind(struct transaction *t, enum write_kind kind, struct store_tx *tx, struct err *err)
{
    for (size_t i = 0; i < t->bundle->count; i++) {
        struct entry *e = &t->bundle->item[i];
        if (!e->writes || e->write.kind != kind)
            continue;
        e->write.criteria = (struct str){0};
        t->current = i;
        if (!write_perform(&e->write, tx, err)) {
            place_in_bundle(t, err, i);
            return false;
        }
    }
    return true;
}

static bool apply_reads(struct transaction *t, struct store_read *r, struct err *err)
{
    for (size_t i = 0; i < t->bundle->count; i++) {
        struct entry *e = &t->bundle->item[i];
        if (e->writes)
            continue;
        entry_read(t->bundle, e, r, err);
        if (e->resp.status < 400)
            continue;
        if (!err->code)
            err_set_str(err, ERR_BUNDLE, e->call.path, STR(""));
        err->path[0] = 0;
        err_at(err, arena_printf(e->call.arena, "Bundle.entry[%zu].request.url", i));
        return false;
    }
    return true;
}

/* Deleting goes first, so that ids may change hands; what only the end can tell is asked at the end. */
static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct transaction *t = arg;
    struct store_read *r = store_tx_read(tx);
    bool same;
    t->read = r;
    guard_reader(t->bundle->call, r);
    if (!still_true(t, r, &same, err) || (!same && !plan_again(t, r, err)))
        return false;
    static const enum write_kind order[] = {WRITE_DELETE, WRITE_CREATE, WRITE_UPDATE};
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
        if (!apply_kind(t, order[i], tx, err))
            return false;
    bool admins = false;
    for (size_t i = 0; i < t->bundle->count; i++) {
        struct entry *e = &t->bundle->item[i];
        admins = admins || (e->writes && e->write.admins);
        if (e->writes && (!write_integrity(&e->write, r, err) || !guard_gov_left(&e->write, r, err))) {
            place_in_bundle(t, err, i);
            return false;
        }
    }
    return (!admins || guard_admin_left(t->bundle->call, r, err)) && apply_reads(t, r, err);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct transaction *t = arg;
    struct bundle *b = t->bundle;
    struct call *c = b->call;
    for (size_t i = 0; ok && i < b->count; i++)
        if (b->item[i].writes)
            write_answer(&b->item[i].write);
    if (ok) {
        entry_answer(b);
    } else {
        entry_release(b);
        outcome_fail(c, err);
    }
    api_job_end(c);
}

static bool writes_any(const struct bundle *b)
{
    bool any = false;
    for (size_t i = 0; i < b->count; i++)
        any = any || b->item[i].writes;
    return any;
}

/* Reads alone need no writer: one snapshot answers them all. */
static bool answer_reads(struct transaction *t, bool ok, const struct err *err)
{
    if (ok) {
        entry_answer(t->bundle);
        return true;
    }
    entry_release(t->bundle);
    return outcome_fail(t->bundle->call, err);
}

bool transaction_run(struct bundle *b)
{
    struct call *c = b->call;
    struct err err = {0};
    struct transaction *t = ARENA_NEW(c->arena, struct transaction);
    bool planned = false, writes = true;
    if (!t) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    t->bundle = b;
    b->map = map_reference;
    b->map_arg = t;
    t->read = store_read_begin(c->api->store, &err);
    if (t->read) {
        guard_reader(c, t->read);
        planned = plan(t, &err);
        writes = writes_any(b);
        if (planned && !writes)
            planned = apply_reads(t, t->read, &err);
        store_read_end(t->read);
    }
    if (!planned || !writes)
        return answer_reads(t, planned, &err);
    t->api.job.run = job_run;
    t->api.job.done = job_done;
    t->api.job.arg = t;
    return api_job_submit(c, &t->api);
}
