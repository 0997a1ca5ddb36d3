/* SPDX-License-Identifier: Apache-2.0
 * Opening, closing, and the thread that follows what other programs change, writes down when sessions were
 * last used and forgets the old. */
#include "identity/identity.h"

#include <sodium.h>
#include <time.h>

#include "base/log.h"
#include "identity/identity_int.h"

enum { WATCH_SEEN_MS = 30 * 1000 }; /* how often times of use are written, and the old forgotten */

struct sweep {
    struct identity *id;
    int64_t now_ms;
    bool ok;
};

/* Did another connection write since this was last asked? */
static bool moved(struct identity *id)
{
    sqlite3_stmt *s = side_get(&id->file, FILE_MOVED, NULL);
    int32_t now = s && side_step(&id->file, s, NULL) == 1 ? sqlite3_column_int(s, 0) : id->version;
    if (s)
        sqlite3_reset(s);
    bool changed = now != id->version;
    id->version = now;
    return changed;
}

/* What another program has ended. */
static void drop_forgotten(void *arg, struct session *s)
{
    struct identity *id = arg;
    if (!session_file_has(&id->file, s->hash))
        session_remove(&id->sessions, s);
}

static void sweep_one(void *arg, struct session *s)
{
    struct sweep *w = arg;
    if (!w->ok)
        return;
    if (session_state(w->id, s, w->now_ms) == IDENTITY_NONE) {
        w->ok = session_file_forget(&w->id->file, s->hash, NULL);
        if (w->ok)
            session_remove(&w->id->sessions, s);
    } else if (s->seen_ms != s->saved_ms) {
        w->ok = session_file_seen(&w->id->file, s, NULL);
    }
}

static void sweep(struct identity *id)
{
    struct sweep w = {id, os_now_ms(), true};
    struct err err = {0};
    pthread_mutex_lock(&id->lock);
    if (side_begin(&id->file, &err)) {
        session_each(&id->sessions, sweep_one, &w);
        if (!side_end(&id->file, w.ok, &err))
            w.ok = false;
    }
    pthread_mutex_unlock(&id->lock);
    if (!w.ok || err.code) {
        struct log_line l;
        log_begin(&l, LOG_LEVEL_ERROR, "identity");
        log_cstr(&l, "failed", err_info(err.code)->name);
        log_end(&l);
    }
}

static void *watch_main(void *arg)
{
    struct identity *id = arg;
    uint64_t swept_ns = os_mono_ns();
    pthread_mutex_lock(&id->watch_lock);
    while (id->watching) {
        int64_t until_ms = (int64_t)(os_mono_ns() / 1000000) + IDENTITY_WATCH_MS;
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&id->watch_wake, &id->watch_lock, &until);
        pthread_mutex_unlock(&id->watch_lock);
        pthread_mutex_lock(&id->lock);
        if (moved(id))
            session_each(&id->sessions, drop_forgotten, id);
        pthread_mutex_unlock(&id->lock);
        if (os_mono_ns() - swept_ns > (uint64_t)WATCH_SEEN_MS * 1000000) {
            sweep(id);
            swept_ns = os_mono_ns();
        }
        pthread_mutex_lock(&id->watch_lock);
    }
    pthread_mutex_unlock(&id->watch_lock);
    return NULL;
}

static void init_locks(struct identity *id)
{
    pthread_condattr_t steady;
    pthread_mutex_init(&id->lock, NULL);
    pthread_mutex_init(&id->watch_lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&id->watch_wake, &steady);
    pthread_condattr_destroy(&steady);
}

static bool open_parts(struct identity *id, const struct identity_options *opt, struct err *err)
{
    if (sodium_init() < 0)
        return err_set(err, ERR_INTERNAL, "libsodium", NULL);
    if (!session_init(&id->sessions) || !throttle_init(&id->throttle))
        return err_set(err, ERR_NO_MEMORY, NULL);
    password_dummy(id->dummy);
    if (!identity_file_open(&id->file, opt->dir, opt->create, err))
        return false;
    if (!opt->sessions)
        return true;
    moved(id);
    if (!session_file_load(&id->file, &id->sessions, os_now_ms() - id->absolute_ms, err))
        return false;
    id->watching = true;
    id->watching = pthread_create(&id->watch, NULL, watch_main, id) == 0;
    return id->watching || err_set(err, ERR_NO_MEMORY, NULL);
}

struct identity *identity_open(const struct identity_options *opt, struct err *err)
{
    struct identity *id = os_alloc(sizeof *id);
    if (!id) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(id, 0, sizeof *id);
    id->idle_ms = opt->idle_ms ? opt->idle_ms : IDENTITY_IDLE_MS;
    id->absolute_ms = opt->absolute_ms ? opt->absolute_ms : IDENTITY_ABSOLUTE_MS;
    init_locks(id);
    if (open_parts(id, opt, err))
        return id;
    identity_close(id);
    return NULL;
}

void identity_close(struct identity *id)
{
    if (!id)
        return;
    if (id->watching) {
        pthread_mutex_lock(&id->watch_lock);
        id->watching = false;
        pthread_cond_signal(&id->watch_wake);
        pthread_mutex_unlock(&id->watch_lock);
        pthread_join(id->watch, NULL);
        sweep(id);
    }
    side_close(&id->file);
    session_release(&id->sessions);
    throttle_release(&id->throttle);
    pthread_cond_destroy(&id->watch_wake);
    pthread_mutex_destroy(&id->watch_lock);
    pthread_mutex_destroy(&id->lock);
    sodium_memzero(id->dummy, sizeof id->dummy);
    os_free(id);
}
