/* SPDX-License-Identifier: Apache-2.0
 * The indexer: a thread that looks for parameters whose rows are to be made, compared or taken away, and runs
 * one pass after another. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "search/own_int.h"

enum {
    INDEX_RETRY_MS = 3000, /* after a pass that could not go on (disk full) */
    INDEX_WAIT_MS = 200,   /* between two calls of progress */
    INDEX_SOME = 1024,     /* parameters of types without resources that are done at once */
};

struct own_index {
    struct search *s;
    unsigned workers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    bool work, at_rest; /* something may have to be done; nothing has */
    bool failing;       /* the last pass failed and will be tried again */
    bool started;       /* the caller's of start and stop */
    atomic_bool stop;
    struct own_pass pass;
};

/* ---- choosing ---- */

static struct own_param *param_at(const struct search *s, unsigned i)
{
    return own_get(s, (fhir_param_id)(fhir_param_count + i));
}

static void pass_add(struct own_pass *pass, struct own_param *p)
{
    pass->generation[pass->count] = atomic_load(&p->generation);
    pass->param[pass->count++] = p;
}

/* The parameters of one type that are in this state and at the same place. */
static bool pick_state(struct own_index *x, enum own_state state, struct own_pass *pass)
{
    unsigned count = atomic_load(&x->s->own->count);
    pass->state = state;
    for (unsigned i = 0; i < count && pass->count < OWN_RUN_MAX; i++) {
        struct own_param *p = param_at(x->s, i);
        store_rid after = atomic_load(&p->after);
        if (atomic_load(&p->state) != (int)state ||
            (pass->count && (pass->type != p->p.base || pass->after != after)))
            continue;
        pass->type = p->p.base;
        pass->after = after;
        pass_add(pass, p);
    }
    return pass->count > 0;
}

static bool pick_all(struct own_index *x, struct own_pass *pass)
{
    struct own_param *all = &x->s->own->all;
    int state = atomic_load(&all->state);
    if (state != OWN_INDEXING && state != OWN_VERIFYING)
        return false;
    pass->all = true;
    pass->state = (enum own_state)state;
    pass->after = atomic_load(&all->after);
    pass_add(pass, all);
    return true;
}

static bool pick(struct own_index *x, struct own_pass *pass)
{
    *pass = (struct own_pass){.s = x->s, .store = x->s->own->store, .stop = &x->stop};
    return pick_state(x, OWN_INDEXING, pass) || pick_state(x, OWN_VERIFYING, pass) || pick_all(x, pass) ||
           pick_state(x, OWN_REMOVING, pass);
}

/* ---- types without resources: nothing to do, but to say so ---- */

struct some {
    struct search *s;
    struct own_param *param[INDEX_SOME];
    unsigned generation[INDEX_SOME];
    size_t count;
};

static bool some_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct some *e = arg;
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    for (size_t i = 0; ok && i < e->count; i++) {
        struct own_param *p = e->param[i];
        uint64_t resources;
        if (atomic_load(&p->generation) != e->generation[i] ||
            !store_count(store_tx_read(tx), p->p.base, &resources, err) || resources)
            e->param[i] = NULL;
        else
            ok = store_note_put(tx, own_note_key(&arena, p), own_note_text(&arena, p, OWN_READY, 0), err);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return ok;
}

static void some_done(void *arg, bool ok, const struct err *err)
{
    struct some *e = arg;
    (void)err;
    for (size_t i = 0; ok && i < e->count; i++)
        if (e->param[i])
            own_set_state(e->s, e->param[i], OWN_READY);
}

static bool index_empty(struct own_index *x, struct err *err)
{
    struct some *e = os_alloc(sizeof *e);
    struct store_read *r = e ? store_read_begin(x->s->own->store, err) : NULL;
    unsigned count = atomic_load(&x->s->own->count);
    bool ok = r != NULL;
    if (e)
        *e = (struct some){.s = x->s};
    for (unsigned i = 0; ok && i < count && e->count < INDEX_SOME; i++) {
        struct own_param *p = param_at(x->s, i);
        uint64_t resources = 0;
        unsigned generation = atomic_load(&p->generation);
        if (atomic_load(&p->state) != OWN_INDEXING)
            continue;
        ok = store_count(r, p->p.base, &resources, err);
        if (ok && resources == 0) {
            int64_t now = os_now_ms();
            atomic_store(&p->started_ms, now);
            atomic_store(&p->ended_ms, now);
            e->generation[e->count] = generation;
            e->param[e->count++] = p;
        }
    }
    store_read_end(r);
    struct store_job job = {some_run, some_done, e, STR(""), STR("")};
    ok = ok && (e->count == 0 || store_run(x->s->own->store, &job, err));
    os_free(e);
    return ok;
}

/* ---- the thread ---- */

static void complain(const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_ERROR, "search-parameter-indexing");
    log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

static struct timespec in_ms(unsigned ms)
{
    uint64_t at = os_mono_ns() + ms * UINT64_C(1000000);
    return (struct timespec){(time_t)(at / 1000000000u), (long)(at % 1000000000u)};
}

/* Waits for work, or after a failure for a while; false: stop. */
static bool index_rest(struct own_index *x, bool failed)
{
    struct timespec until = in_ms(INDEX_RETRY_MS);
    int rc = 0;
    pthread_mutex_lock(&x->lock);
    x->failing = failed;
    if (!failed && !x->work)
        x->at_rest = true;
    pthread_cond_broadcast(&x->idle);
    while (failed && !atomic_load(&x->stop) && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&x->wake, &x->lock, &until);
    while (!failed && !x->work && !atomic_load(&x->stop))
        pthread_cond_wait(&x->wake, &x->lock);
    x->work = x->at_rest = false;
    pthread_mutex_unlock(&x->lock);
    return !atomic_load(&x->stop);
}

static void *index_main(void *arg)
{
    struct own_index *x = arg;
    bool failed = false;
    do {
        struct err err = {0};
        failed = !index_empty(x, &err);
        while (!failed && !atomic_load(&x->stop) && pick(x, &x->pass))
            failed = !own_pass_run(&x->pass, x->workers, &err);
        if (failed && !atomic_load(&x->stop))
            complain(&err);
    } while (index_rest(x, failed));
    return NULL;
}

void own_index_wake(struct search *s)
{
    struct own_index *x = atomic_load(&s->own->index);
    if (!x)
        return;
    pthread_mutex_lock(&x->lock);
    x->work = true;
    x->at_rest = false;
    pthread_cond_broadcast(&x->wake);
    pthread_mutex_unlock(&x->lock);
}

static struct own_index *index_new(struct search *s)
{
    struct own_index *x = os_alloc(sizeof *x);
    pthread_condattr_t attr;
    if (!x)
        return NULL;
    memset((void *)x, 0, sizeof *x);
    x->s = s;
    pthread_mutex_init(&x->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&x->wake, &attr);
    pthread_cond_init(&x->idle, &attr);
    pthread_condattr_destroy(&attr);
    atomic_store(&s->own->index, x);
    return x;
}

bool own_index_start(struct search *s, unsigned workers, struct err *err)
{
    struct own_index *x = atomic_load(&s->own->index);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!x && !(x = index_new(s)))
        return err_set(err, ERR_NO_MEMORY, NULL);
    OS_ASSERT(!x->started);
    x->workers = workers ? workers : cores > 0 ? (unsigned)cores : 1;
    if (x->workers > OWN_WORKERS_MAX)
        x->workers = OWN_WORKERS_MAX;
    x->at_rest = false;
    atomic_store(&x->stop, false);
    x->started = pthread_create(&x->thread, NULL, index_main, x) == 0;
    return x->started || err_set(err, ERR_INTERNAL, "no indexing thread", NULL);
}

void own_index_stop(struct search *s)
{
    struct own_index *x = s && s->own ? atomic_load(&s->own->index) : NULL;
    if (!x || !x->started)
        return;
    pthread_mutex_lock(&x->lock);
    atomic_store(&x->stop, true);
    pthread_cond_broadcast(&x->wake);
    pthread_mutex_unlock(&x->lock);
    pthread_join(x->thread, NULL);
    x->started = false;
}

void own_index_free(struct search *s)
{
    struct own_index *x = atomic_load(&s->own->index);
    if (!x)
        return;
    pthread_cond_destroy(&x->wake);
    pthread_cond_destroy(&x->idle);
    pthread_mutex_destroy(&x->lock);
    os_free(x);
}

/* ---- waiting ---- */

struct busiest {
    struct own_status st;
    bool any, failed;
};

static bool note_busy(void *arg, const struct own_status *st)
{
    struct busiest *b = arg;
    b->failed |= st->state == OWN_FAILED;
    if (!b->any && (st->state == OWN_INDEXING || st->state == OWN_VERIFYING || st->state == OWN_REMOVING)) {
        b->st = *st;
        b->any = true;
    }
    return true;
}

bool own_index_wait(struct search *s, void (*progress)(void *arg, const struct own_status *now), void *arg,
                    atomic_bool *stop)
{
    struct own_index *x = atomic_load(&s->own->index);
    struct busiest b = {.any = false};
    bool over = false;
    while (x && !over && !(stop && atomic_load(stop))) {
        struct timespec until = in_ms(INDEX_WAIT_MS);
        pthread_mutex_lock(&x->lock);
        if (!x->at_rest)
            pthread_cond_timedwait(&x->idle, &x->lock, &until);
        over = x->at_rest;
        pthread_mutex_unlock(&x->lock);
        b = (struct busiest){.any = false};
        own_each(s, note_busy, &b);
        struct own_status all = own_index_all(s);
        note_busy(&b, &all);
        if (progress && b.any && !over)
            progress(arg, &b.st);
    }
    return over && !b.failed;
}

/* ---- again ---- */

struct again {
    struct search *s;
    struct str source;
    bool all;
    unsigned count;
};

static bool again_is(const struct again *a, const struct own_param *p)
{
    int state = atomic_load(&p->state);
    return state != OWN_REMOVING && state != OWN_REMOVED && str_eq(p->source, a->source);
}

static bool again_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct again *a = arg;
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    unsigned count = atomic_load(&a->s->own->count);
    for (unsigned i = 0; ok && !a->all && i < count; i++) {
        struct own_param *p = param_at(a->s, i);
        if (again_is(a, p))
            ok = store_note_put(tx, own_note_key(&arena, p), STR(""), err);
    }
    struct own_param *all = &a->s->own->all;
    if (a->all)
        ok = store_note_put(tx, own_note_key(&arena, all), own_note_text(&arena, all, OWN_INDEXING, 0), err);
    arena_release(&arena);
    return ok;
}

/* On the writer's thread, where parameters come and go. */
static void again_done(void *arg, bool ok, const struct err *err)
{
    struct again *a = arg;
    (void)err;
    unsigned count = atomic_load(&a->s->own->count);
    for (unsigned i = 0; ok && !a->all && i < count; i++) {
        struct own_param *p = param_at(a->s, i);
        if (!again_is(a, p))
            continue;
        own_set_state(a->s, p, OWN_INDEXING);
        own_begin_again(p);
        a->count++;
    }
    if (ok && a->all)
        own_begin_again(&a->s->own->all);
    own_index_wake(a->s);
}

bool own_index_again(struct search *s, struct str source, struct err *err)
{
    struct again a = {.s = s, .source = source};
    struct store_job job = {again_run, again_done, &a, STR(""), STR("")};
    if (!store_run(s->own->store, &job, err))
        return false;
    return a.count > 0 || err_set_str(err, ERR_SEARCH_OWN_NONE, source, STR(""));
}

bool own_index_again_all(struct search *s, struct err *err)
{
    struct again a = {.s = s, .all = true};
    struct store_job job = {again_run, again_done, &a, STR(""), STR("")};
    return store_run(s->own->store, &job, err);
}
