/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gov_import.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "load/load_int.h"
#include "search/own.h"

/* Under turn_lock: is this chunk one to leave out? The first worker to notice the stop draws the line at its
 * own chunk, so that what goes in is always a prefix of the input. */
static bool load_turn_left_out(struct load *l, uint64_t ticket)
{
    if (l->opt.stop && atomic_load(l->opt.stop) && ticket < l->stop_ticket && l->turn == ticket)
        l->stop_ticket = ticket;
    return atomic_load(&l->dead) || ticket >= l->stop_ticket;
}

/* Waits for the chunk's turn, even when it is to be left out. */
static bool load_turn_wait(struct load_worker *w)
{
    struct load *l = w->load;
    pthread_mutex_lock(&l->turn_lock);
    while (l->turn != w->chunk->ticket && !atomic_load(&l->dead))
        pthread_cond_wait(&l->turn_moved, &l->turn_lock);
    bool out = w->has_turn ? atomic_load(&l->dead) : load_turn_left_out(l, w->chunk->ticket);
    w->has_turn = !out;
    pthread_mutex_unlock(&l->turn_lock);
    return !out;
}

bool load_turn_take(struct load_worker *w)
{
    return w->has_turn ? !atomic_load(&w->load->dead) : load_turn_wait(w);
}

bool load_turn_fatal(enum err_code code)
{
    return code == ERR_NO_SPACE || code == ERR_IO || code == ERR_STORE_SQL || code == ERR_STORE_CORRUPT ||
           code == ERR_STORE_BUSY || code == ERR_STORE_OPEN || code == ERR_INTERNAL || code == ERR_NO_MEMORY;
}

/* A SearchParameter is checked when all before it is in force, and in force before what comes after it: in a
 * batch, one that is refused would take the whole batch with it. */
static bool load_turn_settle(struct load_worker *w, struct load_entry *e, bool before)
{
    struct load *l = w->load;
    if (e->state != LOAD_READY || e->change.type != FHIR_TYPE_SearchParameter)
        return true;
    if (!store_bulk_flush(l->bulk, &w->err))
        return load_fail(l, &w->err);
    if (!before)
        return true;
    struct store_read *r = store_read_begin(l->opt.store, &w->err);
    if (!r)
        return load_fail(l, &w->err);
    if (!own_check(l->opt.search, r, e->doc, e->node, e->change.id, &w->err))
        load_entry_reject(w, e);
    store_read_end(r);
    return true;
}

/* Asks the rules of what is stored. */
static bool load_turn_ask(struct load_worker *w, struct load_entry *e, bool *holds)
{
    struct store_read *r = store_read_begin(w->load->opt.store, &w->err);
    if (!r)
        return load_fail(w->load, &w->err);
    *holds = guard_gov_import(r, e->change.type, e->change.id, e->doc, e->node, &w->arena, &w->err);
    store_read_end(r);
    return true;
}

/* What is decided, frozen, locked or the system's own is not brought in over. What it rests on may have come
 * just before it, and wait to be stored. */
static bool load_turn_rules(struct load_worker *w, struct load_entry *e)
{
    struct load *l = w->load;
    if (e->state != LOAD_READY || !guard_gov_concerns(e->change.type, e->change.id))
        return true;
    if (store_bulk_pending(l->bulk, e->change.type, e->change.id) && !store_bulk_flush(l->bulk, &w->err))
        return load_fail(l, &w->err);
    bool holds;
    if (!load_turn_ask(w, e, &holds))
        return false;
    if (!holds && w->err.code == ERR_GOV_MISSING &&
        (!store_bulk_flush(l->bulk, &w->err) || !load_turn_ask(w, e, &holds)))
        return load_fail(l, &w->err);
    if (!holds)
        load_entry_reject(w, e);
    return true;
}

static bool load_turn_one(struct load_worker *w, struct load_entry *e)
{
    if (!load_turn_settle(w, e, true) || !load_turn_rules(w, e))
        return false;
    if (e->state == LOAD_READY && !store_bulk_put(w->load->bulk, &e->change, &w->err)) {
        if (load_turn_fatal(w->err.code))
            return load_fail(w->load, &w->err);
        load_entry_reject(w, e);
    }
    return load_turn_settle(w, e, false);
}

static void load_turn_tell(struct load *l, const char *file, const struct load_entry *e)
{
    struct load_told told = {
        .file = file,
        .line = load_report_line(e),
        .type = e->change.type,
        .outcome = e->state == LOAD_REJECTED                      ? LOAD_REFUSED
                   : e->state == LOAD_UNCHANGED || e->change.same ? LOAD_SAME
                   : e->change.exists                             ? LOAD_KEPT
                                                                  : LOAD_STORED,
        .err = e->state == LOAD_REJECTED ? e->err : NULL,
    };
    l->opt.told(l->opt.told_arg, &told);
}

static void load_turn_count(struct load *l, const char *file, const struct load_entry *e,
                            struct load_stats *s)
{
    s->in++;
    if (l->opt.told)
        load_turn_tell(l, file, e);
    if (e->state == LOAD_REJECTED) {
        s->rejected++;
        load_report_rejected(&l->report, file, e);
    } else if (e->state == LOAD_UNCHANGED || e->change.same) {
        s->unchanged++;
    } else if (e->change.exists) {
        s->unchanged++;
        s->kept++;
        load_report_kept(&l->report, file, e);
    } else {
        s->stored++;
    }
}

bool load_turn_put(struct load_worker *w)
{
    struct load *l = w->load;
    struct load_stats s = {.in = 0};
    bool ok = true;
    size_t end = l->bulk ? w->count : w->put; /* up to here they may be put one by one, or are put already */
    for (; ok && w->put < w->count; w->put++) {
        struct load_entry *e = w->entry[w->put];
        ok = l->bulk ? load_turn_one(w, e) : w->put < end || load_online_put(w, &end);
        if (ok)
            load_turn_count(l, w->chunk->file, e, &s);
    }
    pthread_mutex_lock(&l->turn_lock);
    l->stats.in += s.in;
    l->stats.stored += s.stored;
    l->stats.unchanged += s.unchanged;
    l->stats.rejected += s.rejected;
    l->stats.kept += s.kept;
    pthread_mutex_unlock(&l->turn_lock);
    return ok;
}

/* What a later load of this file may begin after. */
static void load_turn_mark(struct load_worker *w)
{
    const struct load *l = w->load;
    const struct load_chunk *c = w->chunk;
    uint32_t next = c->line;
    if (!l->opt.mark || l->bulk)
        return;
    for (size_t i = 0; i < c->n; i++)
        next += c->text[i] == '\n';
    l->opt.mark(l->opt.told_arg, c->file, c->last || c->document ? UINT32_MAX : next);
}

/* Hands the turn to the next chunk. */
static void load_turn_pass(struct load_worker *w, bool done)
{
    struct load *l = w->load;
    if (!w->has_turn)
        load_turn_wait(w);
    pthread_mutex_lock(&l->turn_lock);
    if (l->turn == w->chunk->ticket) {
        l->turn++;
        l->stats.files += done && w->chunk->last;
        if (done)
            l->stats.bytes_done = w->chunk->bytes_done;
    }
    pthread_cond_broadcast(&l->turn_moved);
    pthread_mutex_unlock(&l->turn_lock);
}

static void load_turn_chunk(struct load_worker *w)
{
    w->has_turn = false;
    w->full = false;
    w->count = w->put = 0;
    bool ok = !load_over(w->load) && load_entry_chunk(w) && load_turn_take(w) && load_turn_put(w);
    if (ok)
        load_turn_mark(w);
    load_turn_pass(w, ok);
    load_queue_free(w->chunk);
    arena_reset(&w->arena);
}

void *load_turn_worker(void *worker)
{
    struct load_worker *w = worker;
    struct load *l = w->load;
    while ((w->chunk = load_queue_pop(&l->queue)))
        load_turn_chunk(w);
    pthread_mutex_lock(&l->turn_lock);
    l->running--;
    pthread_cond_broadcast(&l->turn_moved);
    pthread_mutex_unlock(&l->turn_lock);
    arena_release(&w->arena);
    os_free(w->entry);
    return NULL;
}
