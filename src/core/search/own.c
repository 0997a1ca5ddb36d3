/* SPDX-License-Identifier: Apache-2.0
 * The register of parameters made at run time. Readers take no lock: parameters and the lists of a type are
 * published whole and never changed; what replaces them leaves them valid until search_free. Only one thread
 * writes: the one that opens the store, then the store's writer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/own_int.h"

enum { OWN_NOTE_FIELDS = 8 };

static const char note_letters[] = {
    [OWN_INDEXING] = 'I', [OWN_VERIFYING] = 'V', [OWN_READY] = 'R',
    [OWN_FAILED] = 'F',   [OWN_REMOVING] = 'D',  [OWN_REMOVED] = 'X',
};

struct own *own_new(struct search *s)
{
    struct own *o = os_alloc(sizeof *o);
    if (!o)
        return NULL;
    memset((void *)o, 0, sizeof *o);
    o->type = arena_zalloc(&s->arena, fhir_type_count, sizeof *o->type);
    o->all.name = "*";
    atomic_store(&o->all.state, OWN_REMOVED);
    return o;
}

void own_free(struct search *s)
{
    if (!s->own)
        return;
    own_index_stop(s);
    own_index_free(s);
    os_free(s->own);
    s->own = NULL;
}

/* ---- reading ---- */

struct own_param *own_get(const struct search *s, fhir_param_id id)
{
    if (id < fhir_param_count || id - fhir_param_count >= OWN_MAX)
        return NULL;
    return atomic_load_explicit(&s->own->param[id - fhir_param_count], memory_order_acquire);
}

fhir_param_id own_find(const struct search *s, fhir_type_id base, struct str code)
{
    const struct own_type *t = atomic_load_explicit(&s->own->type[base], memory_order_acquire);
    for (size_t i = 0; t && i < t->count; i++)
        if (str_is(code, own_get(s, t->id[i])->p.code))
            return t->id[i];
    return 0;
}

static struct str without_version(struct str url)
{
    return str_sub(url, 0, str_find(url, '|', 0));
}

fhir_param_id own_find_url(const struct search *s, fhir_type_id base, struct str url)
{
    const struct fhir_type *ft = &fhir_types[base];
    const struct own_type *t = atomic_load_explicit(&s->own->type[base], memory_order_acquire);
    url = without_version(url);
    for (uint16_t i = 0; i < ft->param_count; i++)
        if (str_is(url, fhir_params[ft->param_first + i].url))
            return (fhir_param_id)(ft->param_first + i);
    for (size_t i = 0; t && i < t->count; i++)
        if (str_is(url, own_get(s, t->id[i])->p.url))
            return t->id[i];
    return 0;
}

uint32_t own_epoch(void *arg)
{
    const struct search *s = arg;
    return atomic_load_explicit(&s->own->epoch, memory_order_acquire);
}

uint32_t own_version(const struct search *s)
{
    return atomic_load(&s->own->version);
}

bool own_settled(void *arg, uint16_t param)
{
    const struct own_param *p = own_get(arg, param);
    return !p || atomic_load(&p->state) == OWN_READY;
}

static struct own_status status_of(const struct own_param *p)
{
    struct own_status st = {
        .param = p->id, .source = p->source, .state = (enum own_state)atomic_load(&p->state)};
    uint64_t busy = atomic_load(&p->busy_ns);
    st.total = atomic_load(&p->total);
    st.done = atomic_load(&p->done);
    st.rows = atomic_load(&p->rows);
    st.expected = atomic_load(&p->expected);
    st.started_ms = atomic_load(&p->started_ms);
    st.ended_ms = atomic_load(&p->ended_ms);
    st.per_second = busy ? (uint64_t)((double)st.total * 1e9 / (double)busy) : 0;
    return st;
}

void own_each(const struct search *s, own_each_fn *fn, void *arg)
{
    struct search *own = (struct search *)s; /* only its lock */
    unsigned count = atomic_load(&s->own->count);
    bool go = true;
    pthread_mutex_lock(&own->lock);
    for (unsigned i = 0; i < count && go; i++) {
        struct own_status st = status_of(own_get(s, (fhir_param_id)(fhir_param_count + i)));
        go = st.state == OWN_REMOVED || fn(arg, &st);
    }
    pthread_mutex_unlock(&own->lock);
}

struct own_status own_index_all(const struct search *s)
{
    return status_of(&s->own->all);
}

void own_set_state(struct search *s, struct own_param *p, enum own_state state)
{
    int before = atomic_exchange(&p->state, (int)state);
    if (p->id && (before == OWN_READY || state == OWN_READY))
        atomic_fetch_add(&s->own->version, 1);
}

/* ---- notes: progress that outlives the process ---- */

const char *own_note_key(struct arena *arena, const struct own_param *p)
{
    return arena_printf(arena, "param:%s", p->name).p;
}

struct str own_note_text(struct arena *arena, const struct own_param *p, enum own_state state, int64_t after)
{
    return arena_printf(arena, "%c %lld %llu %llu %llu %llu %lld %lld %llu", note_letters[state],
                        (long long)after, atomic_load(&p->total), atomic_load(&p->done),
                        atomic_load(&p->rows), atomic_load(&p->expected), atomic_load(&p->started_ms),
                        atomic_load(&p->ended_ms), atomic_load(&p->busy_ns));
}

void own_note_read(struct own_param *p, struct str note)
{
    char text[256], letter = 0;
    long long after = 0, started = 0, ended = 0;
    unsigned long long total = 0, done = 0, rows = 0, expected = 0, busy = 0;
    snprintf(text, sizeof text, "%.*s", STR_ARG(note));
    int n = sscanf(text, "%c %lld %llu %llu %llu %llu %lld %lld %llu", &letter, &after, &total, &done, &rows,
                   &expected, &started, &ended, &busy);
    int state = OWN_INDEXING;
    for (int i = 0; n > OWN_NOTE_FIELDS && i < (int)sizeof note_letters; i++)
        if (note_letters[i] == letter)
            state = i;
    if (n <= OWN_NOTE_FIELDS)
        after = 0;
    atomic_store(&p->after, after);
    atomic_store(&p->total, total);
    atomic_store(&p->done, done);
    atomic_store(&p->rows, rows);
    atomic_store(&p->expected, expected);
    atomic_store(&p->started_ms, started);
    atomic_store(&p->ended_ms, ended);
    atomic_store(&p->busy_ns, busy);
    atomic_store(&p->state, state);
}

void own_begin_again(struct own_param *p)
{
    atomic_fetch_add(&p->generation, 1);
    own_note_read(p, STR(""));
    atomic_store(&p->tries, 0);
}

/* ---- publishing; under the search's lock ---- */

/* An active definition in the store that this build cannot use. */
static void complain(const char *type, const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_ERROR, "search-parameter");
    log_cstr(&l, "type", type);
    log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

/* Replaces the type's list by one with id added (or taken out). */
static void put_in_type(struct search *s, fhir_type_id type, fhir_param_id id, bool there)
{
    const struct own_type *old = atomic_load(&s->own->type[type]);
    size_t count = old ? old->count : 0, n = 0;
    struct own_type *t = arena_zalloc(&s->arena, 1, sizeof *t + (count + 1) * sizeof t->id[0]);
    for (size_t i = 0; i < count; i++)
        if (old->id[i] != id)
            t->id[n++] = old->id[i];
    if (there)
        t->id[n++] = id;
    t->count = n;
    atomic_store_explicit(&s->own->type[type], t, memory_order_release);
    extract_refresh(s, type);
}

/* The newest of that name: one found without its definition at start may have been made anew. */
static struct own_param *find_name(const struct search *s, const char *name)
{
    for (unsigned i = atomic_load(&s->own->count); i > 0; i--) {
        struct own_param *p = own_get(s, (fhir_param_id)(fhir_param_count + i - 1));
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

/* A place in the register and a number in the store. NULL: full. */
static struct own_param *add_param(struct search *s, struct store_read *r, const struct own_param *made,
                                   struct err *err)
{
    unsigned at = atomic_load(&s->own->count);
    if (at == OWN_MAX) {
        err_set(err, ERR_SEARCH_OWN_FULL, "8192", NULL);
        return NULL;
    }
    struct own_param *p = ARENA_NEW(&s->arena, struct own_param);
    memcpy((void *)p, (const void *)made, sizeof *p);
    p->id = p->extract.id = (fhir_param_id)(fhir_param_count + at);
    s->param_names[p->id] = p->name;
    if (!store_param_link(r, p->id, err))
        return NULL;
    atomic_store_explicit(&s->own->param[at], p, memory_order_release);
    atomic_store_explicit(&s->own->count, at + 1, memory_order_release);
    return p;
}

/* In use already? Then nothing of its rows has changed. */
static bool in_use(const struct own_param *p)
{
    int state = atomic_load(&p->state);
    return state != OWN_REMOVING && state != OWN_REMOVED;
}

static bool resolve_components(const struct search *s, struct own_def *def, fhir_type_id base,
                               struct err *err)
{
    for (unsigned i = 0; i < def->component_count; i++) {
        struct own_component *k = &def->component[i];
        k->param = own_find_url(s, base, k->definition);
        if (!k->param)
            return err_set_str(err, ERR_SEARCH_OWN_NONE, k->definition, STR(""));
        k->type = search_param(s, k->param)->type;
    }
    return true;
}

bool own_in_use(const struct search *s, const char *name)
{
    const struct own_param *p = find_name(s, name);
    return p && in_use(p);
}

/* fresh: just written, so rows cannot be there already, whatever a note says. */
static bool publish_base(struct search *s, struct store_read *r, struct own_def *def, fhir_type_id base,
                         bool fresh, struct err *err)
{
    struct own_param made;
    struct str note = {NULL, 0};
    if (fhir_param_find(base, def->code))
        return true; /* the model's own, said again: accepted only when it is the same */
    if (!resolve_components(s, def, base, err) || !own_def_make(&s->arena, def, base, &made, err))
        return false;
    struct own_param *p = find_name(s, made.name);
    if (p && in_use(p))
        return true;
    if (p && !p->extract.expr) {
        own_set_state(s, p, OWN_REMOVED);
        p = NULL;
        fresh = true;
    }
    if (!p && !fresh && !store_note_get(r, own_note_key(&s->arena, &made), &s->arena, &note, err))
        return false;
    if (!p && !(p = add_param(s, r, &made, err)))
        return false;
    p->source = made.source;
    own_begin_again(p);
    if (note.n)
        own_note_read(p, note);
    if (!in_use(p))
        own_begin_again(p);
    put_in_type(s, base, p->id, true);
    atomic_fetch_add(&s->own->version, 1);
    return true;
}

/* Withdraws those of the source that keep does not name any more: all when it is NULL. */
static void withdraw(struct search *s, struct str source, const struct own_def *keep, struct arena *arena)
{
    unsigned count = atomic_load(&s->own->count);
    for (unsigned i = 0; i < count; i++) {
        struct own_param *p = own_get(s, (fhir_param_id)(fhir_param_count + i)), made;
        bool stays = false;
        struct err ignored;
        if (!in_use(p) || !str_eq(p->source, source))
            continue;
        for (size_t b = 0; keep && b < keep->base_count && !stays; b++)
            stays = keep->base[b] == p->p.base && own_def_make(arena, keep, p->p.base, &made, &ignored) &&
                    strcmp(made.name, p->name) == 0;
        if (stays)
            continue;
        put_in_type(s, p->p.base, p->id, false);
        own_begin_again(p);
        own_set_state(s, p, OWN_REMOVING);
        atomic_fetch_add(&s->own->version, 1);
    }
}

/* The components' search types, which a parameter's name depends on. */
static void component_types(const struct search *s, struct own_def *def)
{
    for (unsigned i = 0; i < def->component_count; i++) {
        struct own_component *k = &def->component[i];
        k->param = own_find_url(s, def->base[0], k->definition);
        k->type = k->param ? search_param(s, k->param)->type : FHIR_SEARCH_SPECIAL;
    }
}

/* Takes one SearchParameter over as it is now, when it is a composite (gone ones are not) as asked. */
static void take_over(struct search *s, struct store_read *r, const struct store_version *v, bool gone,
                      bool fresh, bool composites)
{
    struct arena arena;
    struct json_doc doc;
    struct own_def def = {.active = false};
    struct err err = {0};
    arena_init(&arena);
    bool ok =
        gone || (json_parse(&arena, v->body, &fhir_names, &doc, &err) && own_def_read(&doc, 0, &def, &err));
    bool active = ok && !gone && def.active;
    if ((active && def.type == FHIR_SEARCH_COMPOSITE) == composites) {
        if (!ok)
            complain("read", &err);
        component_types(s, &def);
        withdraw(s, v->id, active ? &def : NULL, &arena);
        for (size_t i = 0; active && i < def.base_count; i++)
            if (!publish_base(s, r, &def, def.base[i], fresh, &err))
                complain(fhir_types[def.base[i]].name, &err);
    }
    arena_release(&arena);
}

static void epoch_up(struct search *s)
{
    atomic_fetch_add_explicit(&s->own->epoch, 1, memory_order_acq_rel);
}

void own_changed(void *arg, struct store_read *r, const store_rid *rid, size_t count)
{
    struct search *s = arg;
    struct arena arena;
    arena_init(&arena);
    pthread_mutex_lock(&s->lock);
    /* Composites last: what they are made of may have come with them. */
    for (int composites = 0; composites < 2; composites++)
        for (size_t i = 0; i < count; i++) {
            struct store_version v;
            struct err err = {0};
            enum store_found found = store_get_rid(r, rid[i], &arena, &v, &err);
            if (found == STORE_FOUND || found == STORE_DELETED)
                take_over(s, r, &v, found == STORE_DELETED, true, composites);
            arena_reset(&arena);
        }
    epoch_up(s);
    pthread_mutex_unlock(&s->lock);
    arena_release(&arena);
    own_index_wake(s);
}

/* ---- at start ---- */

struct loading {
    struct search *s;
    struct store_read *r;
    bool composites;
    struct str *gone; /* names without rows */
    size_t gone_count, gone_cap;
    struct arena arena;
    struct err *err;
    bool failed;
};

static bool load_one(void *arg, const struct store_version *v)
{
    struct loading *l = arg;
    take_over(l->s, l->r, v, false, false, l->composites);
    return true;
}

/* A parameter that no SearchParameter stands for any more: its rows are to be removed, or have been. */
static bool load_stranger(void *arg, struct str name)
{
    struct loading *l = arg;
    struct search *s = l->s;
    size_t at = str_find(name, '@', 0), dot = str_find(name, '.', 0);
    fhir_type_id type = dot != SIZE_MAX ? fhir_resource_find(str_sub(name, 0, dot)) : 0;
    struct own_param made = {.name = arena_cstr(&s->arena, name)};
    struct str note;
    if (at == SIZE_MAX || !type || at < dot)
        return true;
    made.p = (struct fhir_param){.code = arena_cstr(&s->arena, str_sub(name, dot + 1, at)),
                                 .url = "",
                                 .expression = "",
                                 .base = type,
                                 .type = FHIR_SEARCH_SPECIAL};
    made.source = STR("");
    l->failed = !store_note_get(l->r, own_note_key(&l->arena, &made), &l->arena, &note, l->err);
    own_note_read(&made, note);
    if (!l->failed && atomic_load(&made.state) == OWN_REMOVED) {
        if (l->gone_count == l->gone_cap) {
            size_t cap = l->gone_cap ? l->gone_cap * 2 : 16;
            l->gone = arena_grow(&l->arena, l->gone, l->gone_cap, cap, sizeof *l->gone);
            l->gone_cap = cap;
        }
        l->gone[l->gone_count++] = arena_str(&l->arena, name);
        return true;
    }
    if (atomic_load(&made.state) != OWN_REMOVING)
        own_begin_again(&made);
    atomic_store(&made.state, OWN_REMOVING);
    l->failed |= !add_param(s, l->r, &made, l->err);
    return !l->failed;
}

static bool forget_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct loading *l = arg;
    for (size_t i = 0; i < l->gone_count; i++) {
        struct own_param p = {.name = l->gone[i].p};
        if (!store_param_forget(tx, l->gone[i], err) ||
            !store_note_put(tx, own_note_key(&l->arena, &p), STR(""), err))
            return false;
    }
    return true;
}

bool own_load(struct search *s, struct store *store, struct err *err)
{
    struct loading l = {.s = s, .err = err};
    bool ok;
    s->own->store = store;
    l.r = store_read_begin(store, err);
    if (!l.r)
        return false;
    arena_init(&l.arena);
    pthread_mutex_lock(&s->lock);
    ok = store_scan(l.r, FHIR_TYPE_SearchParameter, 0, load_one, &l, err);
    l.composites = true;
    ok = ok && store_scan(l.r, FHIR_TYPE_SearchParameter, 0, load_one, &l, err);
    ok = ok && store_param_strangers(l.r, load_stranger, &l, err) && !l.failed;
    struct str note = {NULL, 0};
    ok = ok && store_note_get(l.r, own_note_key(&l.arena, &s->own->all), &l.arena, &note, err);
    if (ok && note.n)
        own_note_read(&s->own->all, note);
    epoch_up(s);
    pthread_mutex_unlock(&s->lock);
    store_read_end(l.r);
    struct store_job job = {forget_run, NULL, &l, STR("helhet"), STR("search parameters")};
    ok = ok && (l.gone_count == 0 || store_run(store, &job, err));
    arena_release(&l.arena);
    return ok;
}
