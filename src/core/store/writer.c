/* SPDX-License-Identifier: Apache-2.0
 * The writer thread: a bounded queue of jobs, many jobs a transaction, each in its savepoint, one sync for
 * all. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/os.h"
#include "store/write.h"

enum { WRITER_IDLE_MS = 200 };

struct writer {
    struct store *s;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct store_job *queue[STORE_QUEUE_MAX]; /* ring */
    size_t first, count;
    bool stop, started;
    bool tried_dict; /* training failed once: not again before the next open */
    struct store_job *group[STORE_GROUP_MAX];
    bool ok[STORE_GROUP_MAX];
    struct err err[STORE_GROUP_MAX];
};

/* ---- one group ---- */

static bool writer_simple(struct writer *w, enum db_stmt which, struct err *err)
{
    return db_run(&w->s->db, db_get(&w->s->db, which, err), err);
}

/* Has SQLite given the whole transaction up (full disk, no memory, I/O)? */
static bool writer_lost(struct writer *w)
{
    return sqlite3_get_autocommit(w->s->db.h) != 0;
}

static bool writer_job(struct writer *w, struct store_job *job, struct err *err)
{
    struct store_tx tx;
    struct write *wr = w->s->write;
    if (!writer_simple(w, DB_SAVEPOINT, err))
        return false;
    write_begin(wr, &tx);
    bool ok = job->run(&tx, job->arg, err);
    store_read_view(&wr->read, NULL);
    if (ok && tx.broken)
        ok = err_set(err, ERR_INTERNAL, "a failed change was kept", NULL);
    ok = ok && write_apply(&tx, err) && write_end(&tx, job->agent, job->reason, err);
    if (ok && writer_simple(w, DB_RELEASE, err))
        return true;
    if (!writer_lost(w)) {
        writer_simple(w, DB_UNDO, NULL);
        writer_simple(w, DB_RELEASE, NULL);
    }
    struct err again;
    if (!write_undo(&tx, &again) && err->code == ERR_OK)
        *err = again;
    return false;
}

/* Runs and commits; false: nothing of the group is in the store. */
static bool writer_transaction(struct writer *w, size_t n, struct err *err)
{
    read_part(w->s, false);
    if (!writer_simple(w, DB_BEGIN, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        w->err[i].code = ERR_OK;
        w->ok[i] = writer_job(w, w->group[i], &w->err[i]);
        if (!w->ok[i] && writer_lost(w)) {
            *err = w->err[i];
            return false;
        }
    }
    return writer_simple(w, DB_COMMIT, err);
}

/* Those of jobs that were undone are told of too: whoever is told looks at what there is. */
static void writer_changed(struct store *s, bool committed)
{
    struct write *w = s->write;
    if (committed && w->watched_count && s->hooks.changed)
        s->hooks.changed(s->hooks.arg, &w->read, w->watched, w->watched_count);
    w->watched_count = 0;
    touch_tell(&s->touch, committed, w->seq);
}

void writer_seq(struct store *s)
{
    pthread_mutex_lock(&s->seq_lock);
    bool risen = s->seq != s->write->seq;
    s->seq = s->write->seq;
    if (risen)
        pthread_cond_broadcast(&s->seq_risen);
    pthread_mutex_unlock(&s->seq_lock);
}

int64_t store_wait(struct store *s, int64_t seq, unsigned ms)
{
    uint64_t at = os_mono_ns() + ms * UINT64_C(1000000);
    struct timespec until = {(time_t)(at / 1000000000u), (long)(at % 1000000000u)};
    int rc = 0;
    pthread_mutex_lock(&s->seq_lock);
    while (s->seq <= seq && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&s->seq_risen, &s->seq_lock, &until);
    int64_t now = s->seq;
    pthread_mutex_unlock(&s->seq_lock);
    return now;
}

static void writer_group(struct writer *w, size_t n)
{
    struct store *s = w->s;
    uint16_t type_mark = s->types.next, param_mark = s->params.next;
    struct err err = {.code = ERR_OK};
    bool committed = writer_transaction(w, n, &err);
    if (!committed) {
        if (!writer_lost(w))
            writer_simple(w, DB_ROLLBACK, NULL);
        number_undo(&s->types, type_mark);
        number_undo(&s->params, param_mark);
        struct err again;
        write_load(s->write, &again);
    }
    writer_changed(s, committed);
    if (committed)
        writer_seq(s);
    for (size_t i = 0; i < n; i++) {
        const struct store_job *job = w->group[i];
        bool ok = committed && w->ok[i];
        const struct err *why = committed || w->err[i].code ? &w->err[i] : &err;
        if (job->done)
            job->done(job->arg, ok, ok ? NULL : why);
    }
}

/* ---- upkeep between groups ---- */

static void writer_add_dict(struct store *s, struct str data)
{
    unsigned id = atomic_load(&s->dicts.newest) + 1;
    if (dict_put(&s->db, id, data, NULL))
        dict_publish(&s->dicts, id, data, NULL);
}

/* Bodies of the store as samples. */
static bool writer_samples(struct writer *w, struct dict_trainer *t)
{
    struct write *wr = w->s->write;
    sqlite3_stmt *st = db_get(&w->s->db, DB_RES_SAMPLE, NULL);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, DICT_SAMPLES_MIN * 4);
    while (db_step(&w->s->db, st, NULL) > 0) {
        struct str body;
        arena_reset(&wr->arena);
        if (!dict_unpack(&w->s->dicts, wr->read.dctx, &wr->read.scratch, db_column_blob(st, 0),
                         STORE_BODY_MAX, &wr->arena, &body, NULL) ||
            !dict_trainer_add(t, body))
            break;
    }
    sqlite3_reset(st);
    return true;
}

/* A store that grew by single writes gets its first dictionary when there is enough to learn from. */
static void writer_first_dict(struct writer *w)
{
    if (w->tried_dict || atomic_load(&w->s->dicts.newest) || w->s->write->plain < DICT_SAMPLES_MIN * 2)
        return;
    w->tried_dict = true;
    struct dict_trainer t;
    struct buf data;
    dict_trainer_init(&t);
    buf_init(&data, BUF_NO_MAX);
    if (writer_samples(w, &t) && dict_trainer_run(&t, &data))
        writer_add_dict(w->s, buf_get(&data));
    buf_release(&data);
    dict_trainer_release(&t);
}

static void writer_upkeep(struct writer *w, bool idle)
{
    struct db *db = &w->s->db;
    if (idle)
        writer_first_dict(w);
    if (db->log_pages <= (idle ? STORE_LOG_PAGES_IDLE : STORE_LOG_PAGES_MAX))
        return;
    read_part(w->s, true);
    db_checkpoint(db, false, NULL);
    read_part(w->s, false);
}

/* ---- the queue ---- */

/* Waits for jobs; 0: idle for a while, SIZE_MAX: stop and the queue is empty. */
static size_t writer_take(struct writer *w)
{
    uint64_t at = os_mono_ns() + WRITER_IDLE_MS * 1000000u;
    struct timespec until = {(time_t)(at / 1000000000u), (long)(at % 1000000000u)};
    pthread_mutex_lock(&w->lock);
    int rc = 0;
    while (w->count == 0 && !w->stop && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    size_t n = w->count < STORE_GROUP_MAX ? w->count : STORE_GROUP_MAX;
    for (size_t i = 0; i < n; i++)
        w->group[i] = w->queue[(w->first + i) % STORE_QUEUE_MAX];
    w->first = (w->first + n) % STORE_QUEUE_MAX;
    w->count -= n;
    bool end = n == 0 && w->stop;
    pthread_mutex_unlock(&w->lock);
    return end ? SIZE_MAX : n;
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    size_t n;
    while ((n = writer_take(w)) != SIZE_MAX) {
        if (n)
            writer_group(w, n);
        writer_upkeep(w, n == 0);
    }
    return NULL;
}

struct writer *writer_start(struct store *s, struct err *err)
{
    struct writer *w = os_alloc(sizeof *w);
    if (!w) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *w = (struct writer){.s = s};
    writer_seq(s);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);
    w->started = pthread_create(&w->thread, NULL, writer_main, w) == 0;
    if (w->started)
        return w;
    err_set(err, ERR_INTERNAL, "no writer thread", NULL);
    writer_stop(w);
    return NULL;
}

void writer_stop(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (w->started)
        pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    os_free(w);
}

bool store_submit(struct store *s, struct store_job *job, struct err *err)
{
    struct writer *w = s->writer;
    pthread_mutex_lock(&w->lock);
    bool ok = !w->stop && w->count < STORE_QUEUE_MAX;
    if (ok) {
        w->queue[(w->first + w->count++) % STORE_QUEUE_MAX] = job;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return ok || err_set(err, ERR_STORE_BUSY, NULL);
}

/* A job someone waits for. */
struct wait {
    struct store_job *job;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over, ok;
    struct err *err;
};

static bool wait_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct wait *w = arg;
    return w->job->run(tx, w->job->arg, err);
}

static void wait_done(void *arg, bool ok, const struct err *err)
{
    struct wait *w = arg;
    if (w->job->done)
        w->job->done(w->job->arg, ok, err);
    pthread_mutex_lock(&w->lock);
    if (!ok && w->err)
        *w->err = *err;
    w->ok = ok;
    w->over = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

bool store_run(struct store *s, struct store_job *job, struct err *err)
{
    struct wait w = {.job = job, .err = err};
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.wake, NULL);
    struct store_job waited = {wait_run, wait_done, &w, job->agent, job->reason};
    bool queued = store_submit(s, &waited, err);
    pthread_mutex_lock(&w.lock);
    while (queued && !w.over)
        pthread_cond_wait(&w.wake, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.wake);
    pthread_mutex_destroy(&w.lock);
    return w.ok;
}

/* ---- what a job sees ---- */

bool store_put(struct store_tx *tx, struct store_change *c, struct err *err)
{
    if (atomic_load(&tx->w->s->stale))
        return err_set(err, ERR_STORE_REINDEX, NULL);
    return write_put(tx, c, err);
}

struct store_read *store_tx_read(struct store_tx *tx)
{
    return &tx->w->read;
}

int64_t store_tx_time_ms(const struct store_tx *tx)
{
    return tx->time_ms;
}

int64_t store_tx_seq(const struct store_tx *tx)
{
    return tx->seq;
}
