/* SPDX-License-Identifier: Apache-2.0
 * May a SearchParameter be written so? Decided in its own transaction, on the writer's thread, so that two
 * definitions cannot both be right alone and wrong together. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/own_int.h"

enum { ACCEPT_FOUND_MAX = 1000 };

/* One check under way. */
struct accept {
    struct search *s;
    struct store_read *r;
    struct store_tx *tx; /* NULL: only asking */
    struct arena arena;
    struct err *err;
    struct own_def def;
};

/* ---- active definitions as the transaction sees them ---- */

typedef bool found_fn(struct accept *a, const struct own_def *other, void *arg);

static bool each_hit(struct accept *a, const struct store_hits *hits, found_fn *fn, void *arg)
{
    for (size_t i = 0; i < hits->count; i++) {
        struct json_doc doc;
        struct own_def other;
        struct err ignored;
        if (str_eq(hits->item[i].id, a->def.id) ||
            !json_parse(&a->arena, hits->item[i].body, &fhir_names, &doc, &ignored) ||
            !own_def_read(&doc, 0, &other, &ignored) || !other.active)
            continue;
        other.id = hits->item[i].id;
        if (!fn(a, &other, arg))
            return false;
    }
    return true;
}

/* Calls fn for each other active definition that the match finds among SearchParameters. */
static bool each_found(struct accept *a, const char *code, struct store_match m, found_fn *fn, void *arg)
{
    fhir_type_id type = FHIR_TYPE_SearchParameter;
    struct store_hits hits;
    m.row.index = m.index;
    m.row.param = fhir_param_find(type, str_of(code));
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &m, .any_count = 1};
    struct store_plan plan = {
        .types = &type, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = ACCEPT_FOUND_MAX};
    if (!store_search(a->r, &plan, &a->arena, &hits, a->err))
        return false;
    if (hits.more)
        return err_set(a->err, ERR_SEARCH_LIMIT, "SearchParameter", "1000", NULL);
    return each_hit(a, &hits, fn, arg);
}

static bool has_base(const struct own_def *d, fhir_type_id base)
{
    for (size_t i = 0; i < d->base_count; i++)
        if (d->base[i] == base)
            return true;
    return false;
}

/* ---- its name ---- */

static bool refuse_taken(struct accept *a, fhir_type_id base, struct str by)
{
    err_set_str(a->err, ERR_SEARCH_OWN_TAKEN, str_of(fhir_types[base].name), by);
    err_at(a->err, STR("SearchParameter.code"));
    return false;
}

static bool found_clash(struct accept *a, const struct own_def *other, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < other->base_count; i++)
        if (str_eq(other->code, a->def.code) && has_base(&a->def, other->base[i]))
            return refuse_taken(a, other->base[i],
                                arena_printf(&a->arena, "SearchParameter/%.*s", STR_ARG(other->id)));
    return true;
}

static bool found_url(struct accept *a, const struct own_def *other, void *arg)
{
    (void)arg;
    if (!str_eq(other->url, a->def.url))
        return true;
    err_set_str(a->err, ERR_SEARCH_OWN_TAKEN, other->url,
                arena_printf(&a->arena, "SearchParameter/%.*s", STR_ARG(other->id)));
    err_at(a->err, STR("SearchParameter.url"));
    return false;
}

static bool check_names(struct accept *a)
{
    struct store_match code = {.index = STORE_TOKEN, .any_name = true, .row = {.text = a->def.code}};
    struct store_match url = {.index = STORE_URI, .row = {.name = a->def.url}};
    return each_found(a, "code", code, found_clash, NULL) && each_found(a, "url", url, found_url, NULL);
}

/* ---- components ---- */

struct component_search {
    struct own_component *k;
    fhir_type_id base;
    bool found;
};

static bool found_component(struct accept *a, const struct own_def *other, void *arg)
{
    struct component_search *f = arg;
    (void)a;
    if (!has_base(other, f->base))
        return true;
    f->k->type = other->type;
    f->found = true;
    return false;
}

static bool resolve(struct accept *a, unsigned i, fhir_type_id base)
{
    struct component_search f = {.k = &a->def.component[i], .base = base};
    struct str url = str_sub(f.k->definition, 0, str_find(f.k->definition, '|', 0));
    const struct fhir_type *t = &fhir_types[base];
    for (uint16_t p = 0; p < t->param_count; p++)
        if (str_is(url, fhir_params[t->param_first + p].url)) {
            f.k->type = fhir_params[t->param_first + p].type;
            return true;
        }
    struct store_match m = {.index = STORE_URI, .row = {.name = url}};
    a->err->code = ERR_OK;
    each_found(a, "url", m, found_component, &f);
    if (f.found || a->err->code)
        return f.found;
    err_set(a->err, ERR_SEARCH_OWN,
            arena_printf(&a->arena, "komponenten finns inte för %s", fhir_types[base].name).p,
            arena_printf(&a->arena, "the component is not defined for %s", fhir_types[base].name).p, NULL);
    err_at(a->err, arena_printf(&a->arena, "SearchParameter.component[%u].definition", i));
    return false;
}

/* ---- the definition ---- */

/* The model's own parameter may be posted as it is, nothing else under its name. */
static bool check_model(struct accept *a, fhir_type_id base, fhir_param_id id, const struct own_param *made)
{
    const struct fhir_param *p = &fhir_params[id];
    if (str_is(a->def.url, p->url) && p->type == a->def.type &&
        strcmp(p->expression, made->p.expression) == 0)
        return true;
    return refuse_taken(a, base, str_of(p->url));
}

static bool check_base(struct accept *a, fhir_type_id base)
{
    struct own_param made;
    for (unsigned i = 0; i < a->def.component_count; i++)
        if (!resolve(a, i, base))
            return false;
    if (a->def.component_count && !own_def_composite(&a->def, a->err))
        return false;
    if (!own_def_make(&a->arena, &a->def, base, &made, a->err))
        return false;
    fhir_param_id id = fhir_param_find(base, a->def.code);
    if (id)
        return check_model(a, base, id, &made);
    /* What a note says of an earlier life of the same definition is true no more. */
    return !a->tx || own_in_use(a->s, made.name) ||
           store_note_put(a->tx, own_note_key(&a->arena, &made), STR(""), a->err);
}

static bool check_active(struct accept *a)
{
    if (!check_names(a))
        return false;
    for (size_t i = 0; i < a->def.base_count; i++)
        if (!check_base(a, a->def.base[i]))
            return false;
    if (atomic_load(&a->s->own->count) + a->def.base_count <= OWN_MAX)
        return true;
    return err_set(a->err, ERR_SEARCH_OWN_FULL, "8192", NULL);
}

/* ---- what was, and is not any more ---- */

static bool found_user(struct accept *a, const struct own_def *other, void *arg)
{
    const struct own_param *p = arg;
    if (other->type != FHIR_SEARCH_COMPOSITE || !has_base(other, p->p.base))
        return true;
    err_set_str(a->err, ERR_SEARCH_OWN_USED, str_of(p->p.url),
                arena_printf(&a->arena, "SearchParameter/%.*s", STR_ARG(other->id)));
    return false;
}

/* Does the new definition still give this parameter? *usable: to composites, whatever its rows. */
static bool stays(struct accept *a, const struct own_param *p, bool *usable)
{
    struct own_param made;
    struct err ignored;
    bool same = a->def.active && has_base(&a->def, p->p.base);
    *usable = same && a->def.type == p->p.type && str_is(a->def.url, p->p.url);
    return same && own_def_make(&a->arena, &a->def, p->p.base, &made, &ignored) &&
           strcmp(made.name, p->name) == 0;
}

/* Rows written from this commit on lack what is withdrawn by it: its note must go with the same commit. */
static bool let_go(struct accept *a, struct str source)
{
    unsigned count = atomic_load(&a->s->own->count);
    for (unsigned i = 0; i < count; i++) {
        struct own_param *p = own_get(a->s, (fhir_param_id)(fhir_param_count + i));
        int state = atomic_load(&p->state);
        bool usable;
        if (state == OWN_REMOVING || state == OWN_REMOVED || !str_eq(p->source, source))
            continue;
        if (stays(a, p, &usable))
            continue;
        struct store_match m = {.index = STORE_REFERENCE, .row = {.name = str_of(p->p.url)}};
        if (!usable && !each_found(a, "component", m, found_user, p))
            return false;
        if (a->tx && !store_note_put(a->tx, own_note_key(&a->arena, p), STR(""), a->err))
            return false;
    }
    return true;
}

/* ---- the two ways in ---- */

static bool check_all(struct accept *a, struct str id)
{
    a->def.id = id;
    return (!a->def.active || check_active(a)) && let_go(a, id);
}

bool own_accept(void *arg, struct store_tx *tx, const struct store_version *now, struct err *err)
{
    struct accept a = {.s = arg, .r = store_tx_read(tx), .tx = tx, .err = err};
    struct json_doc doc;
    arena_init(&a.arena);
    bool ok = now->op == 'D' ||
              (json_parse(&a.arena, now->body, &fhir_names, &doc, err) && own_def_read(&doc, 0, &a.def, err));
    ok = ok && check_all(&a, now->id);
    arena_release(&a.arena);
    return ok;
}

bool own_check(struct search *s, struct store_read *r, const struct json_doc *doc, uint32_t node,
               struct str id, struct err *err)
{
    struct accept a = {.s = s, .r = r, .err = err};
    arena_init(&a.arena);
    bool ok = own_def_read(doc, node, &a.def, err) && check_all(&a, id);
    arena_release(&a.arena);
    return ok;
}
