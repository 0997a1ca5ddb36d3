/* SPDX-License-Identifier: Apache-2.0
 * Loading beside other writers: bounded jobs through the store's queue instead of a bulk load. */
#include <time.h>

#include "api/gov_import.h"
#include "load/load_int.h"

enum { LOAD_ONLINE_WAIT_MS = 20 };

/* The entries of one job. */
struct load_online {
    struct load_worker *worker;
    size_t from, to;
};

static bool load_online_run(struct store_tx *tx, void *arg, struct err *err)
{
    const struct load_online *o = arg;
    for (size_t i = o->from; i < o->to; i++) {
        struct load_entry *e = o->worker->entry[i];
        if (e->state == LOAD_READY && (!guard_gov_import(store_tx_read(tx), e->change.type, e->change.id,
                                                         e->doc, e->node, &o->worker->arena, err) ||
                                       !store_put(tx, &e->change, err)))
            return false;
    }
    return true;
}

/* One job, again while the queue is full: others come first. */
static bool load_online_job(struct load_online *o, struct err *err)
{
    const struct load *l = o->worker->load;
    struct store_job job = {.run = load_online_run, .arg = o, .agent = l->opt.agent, .reason = l->opt.reason};
    for (;;) {
        err->code = ERR_OK;
        if (store_run(l->opt.store, &job, err))
            return true;
        if (err->code != ERR_STORE_BUSY || load_over(l))
            return false;
        nanosleep(&(struct timespec){.tv_nsec = LOAD_ONLINE_WAIT_MS * 1000000L}, NULL);
    }
}

/* One of several was refused, and with it all: each by itself, so that only the wrong one is rejected. */
static bool load_online_each(struct load_worker *w, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct load_online one = {w, i, i + 1};
        if (w->entry[i]->state != LOAD_READY || load_online_job(&one, &w->err))
            continue;
        if (load_turn_fatal(w->err.code))
            return load_fail(w->load, &w->err);
        load_entry_reject(w, w->entry[i]);
    }
    return true;
}

bool load_online_put(struct load_worker *w, size_t *end)
{
    struct load_online o = {w, w->put, w->put};
    size_t ready = 0;
    while (o.to < w->count && ready < w->load->opt.batch)
        ready += w->entry[o.to++]->state == LOAD_READY;
    *end = o.to;
    if (ready == 0 || load_online_job(&o, &w->err))
        return true;
    if (load_turn_fatal(w->err.code))
        return load_fail(w->load, &w->err);
    return load_online_each(w, o.from, o.to);
}
