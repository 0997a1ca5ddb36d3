/* SPDX-License-Identifier: Apache-2.0
 * Observation/$lastn (R4 observation-operation-lastn): the newest Observations of each code. Codes that stand
 * together in one Observation are the same group, transitively. */
#include "api/observations.h"
#include "fhir_gen/names.h"

enum { LASTN_BYTES_MAX = 256 << 20, LASTN_BYTES_EACH = 2048 };

struct group {
    struct str key;
    size_t parent; /* union-find */
    uint64_t taken;
    int64_t last_ms;
    bool last_dated;
};

struct lastn {
    struct call *call;
    struct group *group;
    size_t count, cap;
    size_t *slot; /* open hash of groups by key, index + 1 */
    size_t slots;
    struct hash_key key;
    uint64_t max;
};

static size_t *find_slot(struct lastn *l, struct str key)
{
    size_t at = hash_sip(l->key, key) & (l->slots - 1);
    while (l->slot[at] && !str_eq(l->group[l->slot[at] - 1].key, key))
        at = (at + 1) & (l->slots - 1);
    return &l->slot[at];
}

/* The group of a key, made when new; SIZE_MAX without memory. */
static size_t group_of(struct lastn *l, struct str key)
{
    size_t *slot = find_slot(l, key);
    if (*slot)
        return *slot - 1;
    if (l->count == l->cap)
        return SIZE_MAX;
    l->group[l->count] = (struct group){.key = key, .parent = l->count};
    *slot = ++l->count;
    return l->count - 1;
}

static size_t root_of(struct lastn *l, size_t g)
{
    while (l->group[g].parent != g)
        g = l->group[g].parent = l->group[l->group[g].parent].parent;
    return g;
}

/* Joins all codes of each Observation; without a code it is a group of its own kind. */
static bool make_groups(struct lastn *l, const struct observations *all, size_t *of, struct err *err)
{
    struct str *keys = ARENA_ARRAY(l->call->arena, struct str, OBSERVATIONS_KEYS_MAX);
    if (!keys)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < all->count; i++) {
        const struct json_doc *doc = &all->item[i].doc;
        size_t n = observations_keys(l->call->arena, doc, json_get(doc, 0, FHIR_NAME_code), keys);
        if (n == 0)
            keys[n++] = STR("");
        for (size_t k = 0; k < n; k++) {
            size_t g = group_of(l, keys[k]);
            if (g == SIZE_MAX)
                return err_set(err, ERR_SEARCH_LIMIT, "Observation.code", "65536", NULL);
            if (k == 0)
                of[i] = g;
            else
                l->group[root_of(l, g)].parent = root_of(l, of[i]);
        }
    }
    return true;
}

/* Among the newest of its group, or as new as the last one taken? */
static bool taken(struct lastn *l, size_t of, const struct observation *o)
{
    struct group *g = &l->group[root_of(l, of)];
    bool tie = g->taken && g->last_dated && o->dated && g->last_ms == o->time_ms;
    if (g->taken >= l->max && !tie)
        return false;
    g->taken++;
    g->last_ms = o->time_ms;
    g->last_dated = o->dated;
    return true;
}

static void write_entry(struct call *c, const struct store_version *v, bool first, struct buf *out)
{
    buf_cstr(out, first ? "{" : ",{");
    bundle_full_url(out, c->base, v->type, v->id);
    buf_cstr(out, ",\"resource\":");
    buf_str(out, v->body);
    buf_cstr(out, ",\"search\":{\"mode\":\"match\"}}");
}

static bool answer(struct lastn *l, const struct observations *all, const size_t *of)
{
    struct call *c = l->call;
    struct buf entries, out;
    uint64_t n = 0;
    buf_init(&entries, LASTN_BYTES_MAX);
    for (size_t i = 0; i < all->count; i++)
        if (taken(l, of[i], &all->item[i]))
            write_entry(c, &all->item[i].version, n++ == 0, &entries);
    struct link self = {"self",
                        bundle_url(c->arena, c->base, STR("Observation/$lastn"), c->params, c->param_count)};
    buf_init(&out, LASTN_BYTES_MAX);
    buf_room(&out, entries.n + LASTN_BYTES_EACH);
    bundle_begin(&out, "searchset", &self, 1, true, n);
    buf_str(&out, buf_get(&entries));
    bundle_end(&out);
    out.failed = out.failed || !buf_ok(&entries);
    buf_release(&entries);
    return resource_answer_buf(c, &out, 200);
}

static bool named(struct str name, const char *const *list)
{
    size_t end = 0;
    while (end < name.n && name.p[end] != ':' && name.p[end] != '.')
        end++;
    name = str_sub(name, 0, end);
    for (; *list; list++)
        if (str_is(name, *list))
            return true;
    return false;
}

/* Takes max out of the parameters and asks for what the definition asks for. */
static bool read_params(struct lastn *l, struct search_param *params, size_t *count, struct err *err)
{
    static const char *const subjects[] = {"patient", "subject", NULL};
    static const char *const codes[] = {"category",
                                        "code",
                                        "combo-code",
                                        "component-code",
                                        "code-value-concept",
                                        "code-value-date",
                                        "code-value-quantity",
                                        "code-value-string",
                                        NULL};
    static const char *const refused[] = {"_sort",     "_count", "_include", "_revinclude", "_summary",
                                          "_elements", "_total", "_cursor",  NULL};
    struct call *c = l->call;
    bool subject = false, code = false;
    l->max = 1;
    for (size_t i = 0; i < c->param_count; i++) {
        const struct search_param *p = &c->params[i];
        if (named(p->name, refused))
            return err_set_str(err, ERR_PARAM_UNKNOWN, p->name, STR("lastn"));
        subject = subject || named(p->name, subjects);
        code = code || named(p->name, codes);
        if (!str_is(p->name, "max"))
            params[(*count)++] = *p;
        else if (!str_u64(p->value, OBSERVATIONS_MAX, &l->max) || l->max == 0)
            return err_set_str(err, ERR_PARAM_VALUE, p->value, STR("max"));
    }
    if (!subject)
        return err_set(err, ERR_PARAM_MISSING, "patient", "lastn", NULL);
    return code || err_set(err, ERR_PARAM_MISSING, "category / code", "lastn", NULL);
}

static bool prepare(struct lastn *l, size_t observations, struct err *err)
{
    enum { CODES_MAX = 65536 };
    l->cap = observations * 4 < CODES_MAX ? observations * 4 + OBSERVATIONS_KEYS_MAX : CODES_MAX;
    for (l->slots = 64; l->slots < l->cap * 2;)
        l->slots *= 2;
    l->group = ARENA_ARRAY(l->call->arena, struct group, l->cap);
    l->slot = ARENA_ARRAY(l->call->arena, size_t, l->slots);
    return (l->group && l->slot) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool op_lastn_run(struct call *c)
{
    struct err err = {0};
    struct lastn l = {.call = c, .key = store_hash_key(c->api->store)};
    struct observations all;
    struct search_param *params = ARENA_ARRAY(c->arena, struct search_param, c->param_count + 1);
    size_t count = 0;
    if (!params)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (err.code || !read_params(&l, params, &count, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = observations_read(c, r, params, count, &all, &err);
    call_read_end(c, r);
    size_t *of = ARENA_ARRAY(c->arena, size_t, all.count + 1);
    if (ok && !of)
        ok = err_set(&err, ERR_NO_MEMORY, NULL);
    ok = ok && prepare(&l, all.count, &err) && make_groups(&l, &all, of, &err);
    return ok ? answer(&l, &all, of) : outcome_fail(c, &err);
}
