/* SPDX-License-Identifier: Apache-2.0
 * Bulk loading: two batches, one being filled by the caller while the writer thread writes the other. */
#include "base/os.h"
#include "store/body.h"
#include "store/bulk_batch.h"

enum {
    BULK_CACHE_MIB = 256,    /* the writer's page cache while loading */
    BULK_DICTS = 6,          /* dictionaries trained by one load */
    BULK_POOR_PERCENT = 150, /* packed this much worse than the best batch: train anew */
};

struct store_bulk {
    struct store *s;
    struct arena arena; /* of one call */
    struct bulk_batch load[2];
    int filling;
    bool flying; /* the other load is with the writer; only the caller changes this */
    pthread_mutex_t lock;
    pthread_cond_t landed;
    bool over, ok;  /* of the flight, under the lock */
    struct err err; /* the first failure */
    bool failed;
    struct store_bulk_stats stats;
    unsigned dicts;
    double best;                       /* least packed size per text byte of a batch so far */
    double last;                       /* of the last one */
    uint64_t text_bytes, packed_bytes; /* the writer's counters before the flight */
};

/* ---- flights ---- */

static bool flight_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct store_bulk *b = arg;
    struct bulk_batch *l = &b->load[!b->filling];
    struct write *w = tx->w;
    if (atomic_load(&b->s->stale))
        return err_set(err, ERR_STORE_REINDEX, NULL);
    tx->hold = true;
    b->text_bytes = w->text_bytes;
    b->packed_bytes = w->packed_bytes;
    /* The bodies made ready carry the load's time, so the commit takes it, unless the clock stepped back. */
    bool ready = l->time_ms >= w->time_ms;
    if (ready)
        tx->time_ms = l->time_ms;
    for (size_t i = 0; i < l->count; i++) {
        tx->ready = ready ? &l->ready[i] : NULL;
        if (!write_put(tx, &l->change[i], err))
            return false;
    }
    b->text_bytes = w->text_bytes - b->text_bytes;
    b->packed_bytes = w->packed_bytes - b->packed_bytes;
    return true;
}

static void flight_done(void *arg, bool ok, const struct err *err)
{
    struct store_bulk *b = arg;
    pthread_mutex_lock(&b->lock);
    b->over = true;
    b->ok = ok;
    if (!ok)
        b->err = *err;
    pthread_cond_signal(&b->landed);
    pthread_mutex_unlock(&b->lock);
}

static bool bulk_failed(struct store_bulk *b, struct err *err)
{
    if (b->failed && err)
        *err = b->err;
    return b->failed;
}

/* Waits for the flight, if any. */
static bool bulk_land(struct store_bulk *b, struct err *err)
{
    if (!b->flying)
        return !bulk_failed(b, err);
    struct bulk_batch *l = &b->load[!b->filling];
    pthread_mutex_lock(&b->lock);
    while (!b->over)
        pthread_cond_wait(&b->landed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    b->flying = false;
    b->failed = !b->ok;
    if (b->ok) {
        b->stats.stored += l->count;
        b->stats.batches++;
        b->last = b->text_bytes ? (double)b->packed_bytes / (double)b->text_bytes : 1;
        if (b->best == 0 || b->last < b->best)
            b->best = b->last;
    }
    bulk_batch_clear(l);
    return !bulk_failed(b, err);
}

/* ---- dictionaries ---- */

struct dict_job {
    struct store *s;
    unsigned id;
    struct str data;
};

static bool dict_job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct dict_job *j = arg;
    j->id = atomic_load(&j->s->dicts.newest) + 1;
    return dict_put(tx->w->db, j->id, j->data, err);
}

static void dict_job_done(void *arg, bool ok, const struct err *err)
{
    (void)err;
    struct dict_job *j = arg;
    if (ok)
        dict_publish(&j->s->dicts, j->id, j->data, NULL);
}

/* The first batch trains the first dictionary; one that packs much worse than the best trains another. A load
 * without one works too, so failures here are not errors. */
static void bulk_train(struct store_bulk *b, struct bulk_batch *l)
{
    bool first = atomic_load(&b->s->dicts.newest) == 0;
    bool poor = b->best > 0 && b->last * 100 > b->best * BULK_POOR_PERCENT;
    if (!(first || poor) || b->dicts >= BULK_DICTS || l->count < DICT_SAMPLES_MIN)
        return;
    struct buf data;
    buf_init(&data, BUF_NO_MAX);
    b->dicts++;
    if (bulk_batch_train(l, &data)) {
        struct dict_job j = {.s = b->s, .data = buf_get(&data)};
        struct store_job job = {dict_job_run, dict_job_done, &j, STR(""), STR("")};
        store_run(b->s, &job, NULL);
    }
    buf_release(&data);
}

/* ---- the contract ---- */

static bool bulk_cache(struct store_tx *tx, void *arg, struct err *err)
{
    (void)err;
    db_cache(tx->w->db, *(unsigned *)arg);
    return true;
}

static void bulk_set_cache(struct store *s, unsigned kib)
{
    struct store_job job = {bulk_cache, NULL, &kib, STR(""), STR("")};
    store_run(s, &job, NULL);
}

struct store_bulk *store_bulk_begin(struct store *s, struct str agent, struct str reason, struct err *err)
{
    struct store_bulk *b = os_alloc(sizeof *b);
    if (!b) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *b = (struct store_bulk){.s = s};
    arena_init(&b->arena);
    arena_limit(&b->arena, STORE_ARENA_MAX);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->landed, NULL);
    for (int i = 0; i < 2; i++)
        bulk_batch_init(&b->load[i], s, agent, reason);
    bulk_set_cache(s, BULK_CACHE_MIB * 1024 > s->cache_kib ? BULK_CACHE_MIB * 1024 : s->cache_kib);
    return b;
}

/* Hands the filled batch to the writer. */
static bool bulk_launch(struct store_bulk *b, struct err *err)
{
    if (!bulk_land(b, err))
        return false;
    struct bulk_batch *l = &b->load[b->filling];
    if (l->count == 0)
        return true;
    bulk_train(b, l);
    b->filling = !b->filling;
    b->over = false;
    l->job = (struct store_job){flight_run, flight_done, b, l->agent, l->reason};
    b->flying = store_submit(b->s, &l->job, err);
    if (!b->flying)
        b->filling = !b->filling;
    return b->flying;
}

bool store_bulk_flush(struct store_bulk *b, struct err *err)
{
    return bulk_launch(b, err) && bulk_land(b, err);
}

/* Does the current version hold the change back? *go: no. */
static bool bulk_decide(struct store_bulk *b, struct store_change *c, const struct store_version *v,
                        bool current, bool *go, struct err *err)
{
    *go = true;
    c->created = !current && c->op != 'D';
    if (c->if_version && (!current || c->if_version != v->version)) {
        struct str have = arena_printf(&b->arena, "%u", current ? v->version : 0);
        return err_set_str(err, ERR_VERSION_CONFLICT, have, arena_printf(&b->arena, "%u", c->if_version));
    }
    if (c->op == 'D') {
        c->noop = !current;
        *go = current;
        return true;
    }
    if (!current)
        return true;
    bool equal = body_equals(c, v->version, v->time_ms, v->body);
    c->exists = c->if_absent;
    c->same = equal && (c->skip_same || c->if_absent);
    if (c->exists || (c->same && c->skip_same)) {
        *go = false;
        c->rid = v->rid;
        c->version = v->version;
        b->stats.same += c->same;
        return true;
    }
    c->same = false;
    return c->op != 'C' ||
           err_set_str(err, ERR_STORE_EXISTS, str_of(b->s->schema.type_names[c->type]), c->id);
}

static bool bulk_look(struct store_bulk *b, struct store_change *c, bool *go, struct err *err)
{
    struct store_version v;
    struct store_read *r = store_read_begin(b->s, err);
    if (!r)
        return false;
    arena_reset(&b->arena);
    enum store_found found = store_get(r, c->type, c->id, &b->arena, &v, err);
    store_read_end(r);
    return found != STORE_FAILED && bulk_decide(b, c, &v, found == STORE_FOUND, go, err);
}

static const struct store_change *bulk_pending(const struct store_bulk *b, uint16_t type, struct str id)
{
    const struct store_change *c = bulk_batch_get(&b->load[b->filling], type, id);
    return c || !b->flying ? c : bulk_batch_get(&b->load[!b->filling], type, id);
}

bool store_bulk_pending(const struct store_bulk *b, uint16_t type, struct str id)
{
    return bulk_pending(b, type, id) != NULL;
}

/* A pending change of the same resource that holds this one back: equal content, or there is one at all.
 * Without this, sets that bring the same organisation in many Bundles would be cut into very small batches.
 */
static bool bulk_held_back(struct store_bulk *b, struct store_change *c)
{
    const struct store_change *p = bulk_pending(b, c->type, c->id);
    if (!p || p->op == 'D' || c->op == 'D' || c->if_version || !(c->skip_same || c->if_absent))
        return false;
    bool equal = str_eq(p->head, c->head) && str_eq(p->meta_rest, c->meta_rest) && str_eq(p->tail, c->tail);
    if (!equal && !c->if_absent)
        return false;
    c->exists = c->if_absent;
    c->same = equal;
    b->stats.same += equal;
    return true;
}

bool store_bulk_put(struct store_bulk *b, struct store_change *c, struct err *err)
{
    bool go;
    c->created = c->same = c->noop = c->exists = false;
    if (bulk_failed(b, err))
        return false;
    if (bulk_held_back(b, c))
        return true;
    if (bulk_batch_get(&b->load[b->filling], c->type, c->id) && !store_bulk_flush(b, err))
        return false;
    if (b->flying && bulk_batch_get(&b->load[!b->filling], c->type, c->id) && !bulk_land(b, err))
        return false;
    if (!bulk_look(b, c, &go, err))
        return false;
    if (!go)
        return true;
    return bulk_batch_add(&b->load[b->filling], c, err) &&
           (!bulk_batch_full(&b->load[b->filling]) || bulk_launch(b, err));
}

/* ---- finding by token, pending ones included ---- */

struct bulk_search {
    struct store_bulk *b;
    struct arena *arena;
    unsigned count;
    struct str id;
};

static bool bulk_found(struct bulk_search *f, struct str id)
{
    if (f->count == 0)
        f->id = arena_str(f->arena, id);
    return ++f->count < 2;
}

static bool bulk_find_stored(struct bulk_search *f, uint16_t type, const struct store_match *m,
                             struct err *err)
{
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = m, .any_count = 1};
    struct store_plan plan = {
        .types = &type, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = 16, .no_body = true};
    struct store_hits hits = {.more = true};
    struct store_read *r = store_read_begin(f->b->s, err);
    if (!r)
        return false;
    bool ok = true;
    while (ok && hits.more && f->count < 2) {
        ok = store_search(r, &plan, &f->b->arena, &hits, err);
        for (size_t i = 0; ok && i < hits.count && f->count < 2; i++)
            if (!bulk_pending(f->b, type, hits.item[i].id))
                bulk_found(f, hits.item[i].id);
        plan.cursor = hits.next;
    }
    store_read_end(r);
    return ok;
}

bool store_bulk_find(struct store_bulk *b, uint16_t type, uint16_t param, struct str system, struct str code,
                     unsigned *count, struct arena *arena, struct str *id, struct err *err)
{
    struct bulk_search f = {.b = b, .arena = arena};
    struct store_match m = {.index = STORE_TOKEN, .row = {.index = STORE_TOKEN, .param = param}};
    m.row.text = code;
    m.row.name = system;
    arena_reset(&b->arena);
    if (bulk_failed(b, err) || !bulk_batch_ask(&b->load[0], param, err) ||
        !bulk_batch_ask(&b->load[1], param, err))
        return false;
    if (!bulk_find_stored(&f, type, &m, err))
        return false;
    for (int i = 0; i < 2; i++) {
        const struct bulk_batch *l = &b->load[i];
        size_t at = 0;
        const struct store_change *c;
        while (f.count < 2 && (i == b->filling || b->flying) && (c = bulk_batch_token(l, &m.row, &at)))
            if (c->type == type && !str_eq(c->id, f.id))
                bulk_found(&f, c->id);
    }
    *count = f.count;
    *id = f.id;
    return true;
}

struct store_bulk_stats store_bulk_stats(const struct store_bulk *b)
{
    return b->stats;
}

bool store_bulk_end(struct store_bulk *b, bool abandon, struct err *err)
{
    if (!b)
        return true;
    bool ok = abandon ? (bulk_land(b, NULL), true) : store_bulk_flush(b, err);
    bulk_set_cache(b->s, b->s->cache_kib);
    for (int i = 0; i < 2; i++)
        bulk_batch_release(&b->load[i]);
    arena_release(&b->arena);
    pthread_cond_destroy(&b->landed);
    pthread_mutex_destroy(&b->lock);
    os_free(b);
    return ok;
}
