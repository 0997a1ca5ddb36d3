/* SPDX-License-Identifier: Apache-2.0
 * One pass over the resources of a type, which makes or compares the rows of some of its parameters. Threads
 * take slices in rid order, parse and extract side by side, and hand what differs from the stored rows to the
 * writer in that order, each slice with the notes of how far it came: a kill loses a slice's work at most. A
 * resource that gets a new version after its slice was read is left alone; its writer knew the parameters. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/own_int.h"

enum {
    PASS_SLICE_FIRST =
        256, /* resources of a slice; from then on as many as the writer takes the time below for */
    PASS_SLICE_MIN = 32,
    PASS_SLICE_MAX = 4096,
    PASS_BYTES_MAX = 8 << 20, /* of bodies of a slice */
    PASS_JOB_MS = 20,         /* the writer should be free again for others after this */
};

/* A resource in hand. */
struct item {
    struct store_version v;
    struct store_rows rows;
    bool put;
};

struct slice {
    struct own_pass *pass;
    struct arena arena;
    struct store_read *r;
    struct item *item;
    size_t count, cap, bytes, limit;
    uint64_t ticket;
    store_rid last;
    bool ended; /* nothing comes after it */
    uint64_t rows[OWN_RUN_MAX], expected[OWN_RUN_MAX], differ[OWN_RUN_MAX];
    uint64_t job_ns;
};

/* ---- reading ---- */

static bool take_one(void *arg, const struct store_version *v)
{
    struct slice *c = arg;
    if (c->count == c->limit || c->bytes > PASS_BYTES_MAX)
        return false;
    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 256;
        c->item = arena_grow(&c->arena, c->item, c->cap, cap, sizeof *c->item);
        c->cap = cap;
    }
    struct item *i = &c->item[c->count++];
    *i = (struct item){.v = *v};
    i->v.id = (struct str){NULL, 0};
    i->v.body = arena_str(&c->arena, v->body);
    c->bytes += v->body.n;
    c->last = v->rid;
    return true;
}

/* The next slice in the pass's order; false when there is none. Under the pass's lock. */
static bool take_slice(struct own_pass *p, struct slice *c, struct err *err)
{
    c->count = c->cap = c->bytes = 0;
    c->item = NULL;
    c->limit = p->limit;
    c->r = store_read_begin(p->store, err);
    if (!c->r)
        return false;
    if (!store_scan(c->r, p->all ? 0 : p->type, p->next, take_one, c, err)) {
        store_read_end(c->r);
        return false;
    }
    c->ended = c->count < c->limit && c->bytes <= PASS_BYTES_MAX;
    p->next = c->count ? c->last : p->next;
    p->over |= c->ended;
    c->ticket = p->tickets++;
    return true;
}

/* ---- extracting and comparing, on the slice's own thread ---- */

static bool extract_item(struct own_pass *p, struct slice *c, struct item *i, struct err *err)
{
    struct json_doc doc;
    if (!json_parse(&c->arena, i->v.body, &fhir_names, &doc, err))
        return false;
    fhir_type_id type = fhir_type_tree(&doc, 0);
    if (p->all)
        return search_extract(p->s, &doc, 0, type, &c->arena, &i->rows, err);
    return extract_some(p->s, &doc, 0, p->extract, p->count, &c->arena, &i->rows, err);
}

static bool compare_item(struct own_pass *p, struct slice *c, struct item *i, struct err *err)
{
    struct store_rows_seen seen[OWN_RUN_MAX];
    if (!store_rows_compare(c->r, i->v.rid, p->id, p->all ? 0 : p->count, &i->rows, seen, err))
        return false;
    for (size_t k = 0; k < p->count; k++) {
        c->rows[k] += seen[k].stored;
        c->expected[k] += seen[k].expected;
        c->differ[k] += !seen[k].same;
        i->put |= !seen[k].same;
    }
    return true;
}

static bool work_slice(struct own_pass *p, struct slice *c, struct err *err)
{
    for (size_t k = 0; k < p->count; k++)
        c->rows[k] = c->expected[k] = c->differ[k] = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!extract_item(p, c, &c->item[i], err) || !compare_item(p, c, &c->item[i], err))
            return false;
    return true;
}

/* ---- writing, on the writer's thread ---- */

/* Has one of the parameters begun anew or been withdrawn since the pass began? */
static bool outdated(const struct own_pass *p)
{
    for (size_t k = 0; k < p->count; k++)
        if (atomic_load(&p->param[k]->generation) != p->generation[k])
            return true;
    return false;
}

static bool put_notes(struct own_pass *p, struct store_tx *tx, enum own_state state, store_rid after,
                      struct err *err)
{
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    for (size_t k = 0; ok && k < p->count; k++)
        ok = store_note_put(tx, own_note_key(&arena, p->param[k]),
                            own_note_text(&arena, p->param[k], state, after), err);
    arena_release(&arena);
    return ok;
}

static bool put_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct slice *c = arg;
    struct own_pass *p = c->pass;
    uint64_t begun = os_mono_ns();
    if (outdated(p))
        return err_set(err, ERR_CANCELLED, NULL);
    for (size_t i = 0; i < c->count; i++) {
        const struct item *it = &c->item[i];
        if (it->put &&
            !store_rows_put(tx, it->v.rid, it->v.version, p->id, p->all ? 0 : p->count, &it->rows, err))
            return false;
    }
    bool ok = put_notes(p, tx, p->state, c->last, err);
    c->job_ns = os_mono_ns() - begun;
    return ok;
}

/* Slices as long as the writer takes a moment for them. */
static void adapt(struct own_pass *p, uint64_t ns)
{
    uint64_t wanted = (uint64_t)PASS_JOB_MS * 1000000u;
    if (ns > wanted && p->limit > PASS_SLICE_MIN)
        p->limit /= 2;
    else if (ns < wanted / 3 && p->limit < PASS_SLICE_MAX)
        p->limit *= 2;
}

/* ---- a slice's turn ---- */

static bool slice_in_turn(struct own_pass *p, struct slice *c, bool ok, struct err *err)
{
    pthread_mutex_lock(&p->lock);
    while (p->turn != c->ticket)
        pthread_cond_wait(&p->turned, &p->lock);
    bool go = ok && !p->failed;
    pthread_mutex_unlock(&p->lock);
    if (go && p->state == OWN_INDEXING && c->count) {
        struct store_job job = {put_run, NULL, c, STR(""), STR("")};
        go = ok = store_run(p->store, &job, err);
    }
    pthread_mutex_lock(&p->lock);
    if (!ok && !p->failed) {
        p->failed = p->over = true;
        p->err = *err;
    }
    for (size_t k = 0; go && k < p->count; k++) {
        p->rows[k] += c->rows[k];
        p->differ[k] += c->differ[k];
        p->expected[k] += c->expected[k];
        atomic_fetch_add(&p->param[k]->done, c->count);
        atomic_store(&p->param[k]->expected, p->expected[k]);
        atomic_store(&p->param[k]->rows, p->state == OWN_INDEXING ? p->expected[k] : p->rows[k]);
        if (p->state == OWN_INDEXING && c->count)
            atomic_store(&p->param[k]->after, c->last);
    }
    p->ended |= go && c->ended;
    if (go && c->count && p->state == OWN_INDEXING)
        adapt(p, c->job_ns);
    p->turn++;
    pthread_cond_broadcast(&p->turned);
    pthread_mutex_unlock(&p->lock);
    return go;
}

static void *pass_worker(void *arg)
{
    struct own_pass *p = arg;
    struct slice c = {.pass = p};
    arena_init(&c.arena);
    for (bool go = true; go;) {
        struct err err = {0};
        pthread_mutex_lock(&p->lock);
        p->over |= atomic_load(p->stop) || outdated(p);
        bool taken = !p->over && take_slice(p, &c, &err);
        if (err.code && !p->failed) {
            p->failed = p->over = true;
            p->err = err;
        }
        pthread_mutex_unlock(&p->lock);
        if (!taken)
            break;
        bool ok = work_slice(p, &c, &err);
        store_read_end(c.r);
        go = slice_in_turn(p, &c, ok, &err) && !c.ended;
        arena_reset(&c.arena);
    }
    arena_release(&c.arena);
    return NULL;
}

/* ---- the whole pass ---- */

static bool pass_prepare(struct own_pass *p, struct err *err)
{
    struct store_read *r = store_read_begin(p->store, err);
    uint64_t total = 0;
    bool ok = r && store_count(r, p->all ? 0 : p->type, &total, err);
    store_read_end(r);
    if (p->state == OWN_VERIFYING)
        p->after = 0;
    p->next = p->after;
    p->limit = p->state == OWN_VERIFYING ? PASS_SLICE_MAX / 4 : PASS_SLICE_FIRST;
    for (size_t k = 0; k < p->count; k++) {
        struct own_param *q = p->param[k];
        p->id[k] = q->id;
        p->extract[k] = &q->extract;
        atomic_store(&q->total, total);
        if (p->after == 0)
            atomic_store(&q->done, 0);
        if (!atomic_load(&q->started_ms))
            atomic_store(&q->started_ms, os_now_ms());
    }
    return ok;
}

static enum own_state after_pass(const struct own_pass *p, size_t k)
{
    if (p->state == OWN_INDEXING)
        return OWN_VERIFYING;
    if (p->differ[k] == 0)
        return OWN_READY;
    return atomic_load(&p->param[k]->tries) ? OWN_FAILED : OWN_INDEXING;
}

static bool finish_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct own_pass *p = arg;
    struct arena arena;
    bool ok = !outdated(p) || err_set(err, ERR_CANCELLED, NULL);
    arena_init(&arena);
    for (size_t k = 0; ok && k < p->count; k++) {
        struct own_param *q = p->param[k];
        enum own_state state = after_pass(p, k);
        if (state == OWN_READY || state == OWN_FAILED)
            atomic_store(&q->ended_ms, os_now_ms());
        ok = store_note_put(tx, own_note_key(&arena, q), own_note_text(&arena, q, state, 0), err);
    }
    arena_release(&arena);
    return ok;
}

/* On the writer's thread, like every other change of a generation. */
static void finish_done(void *arg, bool ok, const struct err *err)
{
    struct own_pass *p = arg;
    (void)err;
    for (size_t k = 0; ok && k < p->count; k++) {
        struct own_param *q = p->param[k];
        enum own_state state = after_pass(p, k);
        atomic_store(&q->after, 0);
        if (p->state == OWN_VERIFYING && state != OWN_READY)
            atomic_fetch_add(&q->tries, 1);
        own_set_state(p->s, q, state);
    }
}

static bool pass_threads(struct own_pass *p, unsigned workers)
{
    pthread_t thread[OWN_WORKERS_MAX];
    unsigned started = 0;
    uint64_t begun = os_mono_ns();
    while (started + 1 < workers && pthread_create(&thread[started], NULL, pass_worker, p) == 0)
        started++;
    pass_worker(p);
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    for (size_t k = 0; k < p->count && p->state == OWN_INDEXING; k++)
        atomic_fetch_add(&p->param[k]->busy_ns, os_mono_ns() - begun);
    return !p->failed;
}

static bool rows_pass(struct own_pass *p, unsigned workers, struct err *err)
{
    if (!pass_prepare(p, err))
        return false;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->turned, NULL);
    bool ok = pass_threads(p, workers);
    pthread_cond_destroy(&p->turned);
    pthread_mutex_destroy(&p->lock);
    if (!ok) {
        *err = p->err;
        return err->code == ERR_CANCELLED;
    }
    if (!p->ended)
        return true; /* stopped, or begun anew */
    struct store_job job = {finish_run, finish_done, p, STR(""), STR("")};
    return store_run(p->store, &job, err) || err->code == ERR_CANCELLED;
}

/* ---- taking rows away ---- */

struct removal {
    struct own_pass *pass;
    store_rid after;
    uint64_t job_ns;
};

static bool remove_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct removal *x = arg;
    struct own_pass *p = x->pass;
    uint64_t begun = os_mono_ns();
    if (outdated(p))
        return err_set(err, ERR_CANCELLED, NULL);
    if (!store_rows_drop(tx, p->type, &x->after, p->limit, p->id, p->count, err))
        return false;
    bool ok = put_notes(p, tx, x->after ? OWN_REMOVING : OWN_REMOVED, x->after, err);
    x->job_ns = os_mono_ns() - begun;
    return ok;
}

static void remove_done(void *arg, bool ok, const struct err *err)
{
    struct removal *x = arg;
    struct own_pass *p = x->pass;
    (void)err;
    for (size_t k = 0; ok && k < p->count; k++) {
        atomic_store(&p->param[k]->after, x->after);
        if (!x->after)
            own_set_state(p->s, p->param[k], OWN_REMOVED);
    }
}

static bool removal_pass(struct own_pass *p, struct err *err)
{
    struct removal x = {.pass = p, .after = p->after};
    bool ok = pass_prepare(p, err);
    while (ok && !atomic_load(p->stop)) {
        struct store_job job = {remove_run, remove_done, &x, STR(""), STR("")};
        ok = store_run(p->store, &job, err);
        if (!x.after)
            break;
        adapt(p, x.job_ns);
    }
    return ok || err->code == ERR_CANCELLED;
}

bool own_pass_run(struct own_pass *p, unsigned workers, struct err *err)
{
    return p->state == OWN_REMOVING ? removal_pass(p, err) : rows_pass(p, workers, err);
}
