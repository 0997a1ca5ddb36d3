/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load.h"

#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "load/load_int.h"

bool load_over(const struct load *l)
{
    return atomic_load(&l->dead) || (l->opt.stop && atomic_load(l->opt.stop));
}

bool load_fail(struct load *l, const struct err *err)
{
    pthread_mutex_lock(&l->turn_lock);
    if (!atomic_load(&l->dead))
        l->fatal = *err;
    atomic_store(&l->dead, true);
    pthread_cond_broadcast(&l->turn_moved);
    pthread_mutex_unlock(&l->turn_lock);
    return false;
}

void load_tick(struct load *l)
{
    uint64_t now = os_mono_ns();
    if (!l->opt.progress || now - l->told_ns < (uint64_t)LOAD_TICK_MS * 1000000)
        return;
    l->told_ns = now;
    pthread_mutex_lock(&l->turn_lock);
    struct load_stats s = l->stats;
    pthread_mutex_unlock(&l->turn_lock);
    l->opt.progress(l->opt.progress_arg, &s);
}

bool load_push(struct load *l, struct load_chunk *c)
{
    c->ticket = l->tickets++;
    while (!load_over(l)) {
        load_tick(l);
        if (load_queue_push(&l->queue, c, LOAD_TICK_MS))
            return true;
    }
    load_queue_free(c);
    return false;
}

static unsigned load_cores(unsigned wanted)
{
    long cores = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > LOAD_WORKERS_MAX ? LOAD_WORKERS_MAX : (unsigned)cores;
}

static void load_locks(struct load *l)
{
    pthread_condattr_t mono;
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->turn_lock, NULL);
    pthread_cond_init(&l->turn_moved, &mono);
    pthread_condattr_destroy(&mono);
}

static void load_free(struct load *l)
{
    load_queue_release(&l->queue);
    arena_release(&l->names);
    pthread_cond_destroy(&l->turn_moved);
    pthread_mutex_destroy(&l->turn_lock);
    os_free(l->worker);
    os_free(l);
}

/* False when not even one worker could be started. */
static bool load_start(struct load *l)
{
    unsigned wanted = load_cores(l->opt.workers);
    l->worker = os_alloc(wanted * sizeof *l->worker);
    l->running = wanted; /* before the first one may end */
    for (unsigned i = 0; l->worker && i < wanted; i++) {
        struct load_worker *w = &l->worker[i];
        *w = (struct load_worker){.load = l};
        arena_init(&w->arena);
        arena_limit(&w->arena, LOAD_ARENA_MAX);
        if (pthread_create(&l->thread[i], NULL, load_turn_worker, w) != 0)
            break;
        l->worker_count++;
    }
    pthread_mutex_lock(&l->turn_lock);
    l->running -= wanted - l->worker_count;
    pthread_mutex_unlock(&l->turn_lock);
    return l->worker_count > 0;
}

struct load *load_begin(const struct load_options *opt, struct err *err)
{
    struct load *l = os_alloc(sizeof *l);
    if (!l) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *l = (struct load){.opt = *opt, .stop_ticket = UINT64_MAX};
    l->key = store_hash_key(opt->store);
    load_locks(l);
    load_queue_init(&l->queue);
    arena_init(&l->names);
    if (!load_report_open(&l->report, opt->report_path, err))
        goto fail;
    if (!opt->batch && !(l->bulk = store_bulk_begin(opt->store, opt->agent, opt->reason, err)))
        goto fail_report;
    if (load_start(l))
        return l;
    err_set(err, ERR_NO_MEMORY, NULL);
    if (l->bulk)
        store_bulk_end(l->bulk, true, NULL);
fail_report:
    load_report_close(&l->report, &(struct err){.code = ERR_OK});
fail:
    load_free(l);
    return NULL;
}

void load_expect(struct load *l, uint64_t bytes)
{
    pthread_mutex_lock(&l->turn_lock);
    l->stats.bytes_total = bytes;
    pthread_mutex_unlock(&l->turn_lock);
}

bool load_file(struct load *l, const char *path)
{
    return !load_over(l) && load_split_file(l, path);
}

bool load_text(struct load *l, const char *name, struct str text)
{
    struct load_chunk *c = load_queue_chunk(arena_cstr(&l->names, str_of(name)), 1, text.p, text.n);
    if (!c)
        return load_fail(l, &(struct err){.code = ERR_NO_MEMORY});
    c->last = true;
    c->bytes_done = l->bytes_read += text.n;
    return load_push(l, c);
}

/* Until the last worker has gone, with progress meanwhile. */
static void load_join(struct load *l)
{
    load_queue_close(&l->queue);
    pthread_mutex_lock(&l->turn_lock);
    while (l->running) {
        struct timespec until = load_queue_deadline(LOAD_TICK_MS);
        pthread_cond_timedwait(&l->turn_moved, &l->turn_lock, &until);
        pthread_mutex_unlock(&l->turn_lock);
        load_tick(l);
        pthread_mutex_lock(&l->turn_lock);
    }
    pthread_mutex_unlock(&l->turn_lock);
    for (unsigned i = 0; i < l->worker_count; i++)
        pthread_join(l->thread[i], NULL);
}

bool load_end(struct load *l, struct load_stats *stats, struct err *err)
{
    load_join(l);
    bool ok = !atomic_load(&l->dead);
    if (!ok) {
        *err = l->fatal;
        if (l->bulk)
            l->stats.stored = store_bulk_stats(l->bulk).stored; /* the rest was never made durable */
    }
    struct err last;
    if (l->bulk && !store_bulk_end(l->bulk, !ok, &last) && ok) {
        *err = last;
        ok = false;
    }
    if (!load_report_close(&l->report, &last) && ok) {
        *err = last;
        ok = false;
    }
    *stats = l->stats;
    stats->in = stats->stored + stats->unchanged + stats->rejected;
    load_free(l);
    return ok;
}
