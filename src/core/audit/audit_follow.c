/* SPDX-License-Identifier: Apache-2.0
 * The thread that keeps the index up to date: only when nothing else wants the processor, for it can always
 * be made up for. While the log grows fast it rests, up to a bound, so that the same words, pages and
 * transactions serve many records at once; whoever searches makes it hurry. */
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "audit/audit_index.h"
#include "audit/audit_index_int.h"
#include "base/log.h"

enum {
    FOLLOW_IDLE_MS = 200,
    FOLLOW_LAST_MS = 5000,
    FOLLOW_POLL_MS = 5,
    FOLLOW_FAILED_MS = 2000,
    FOLLOW_BUSY = 400,          /* records in FOLLOW_IDLE_MS: then it rests … */
    FOLLOW_BEHIND_MAX = 100000, /* … but is no more records behind */
};

struct audit_index_thread {
    struct audit *audit;
    struct audit_index *index;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, hurry; /* hurry: somebody waits for it */
    atomic_uint_fast64_t seq;
};

/* True when somebody waits for the index, or it is to stop. */
static bool wait_ms(struct audit_index_thread *t, unsigned ms)
{
    struct timespec until;
    int64_t end = os_now_ms() + ms;
    until.tv_sec = end / 1000;
    until.tv_nsec = end % 1000 * 1000000;
    pthread_mutex_lock(&t->lock);
    if (!t->stopping && !t->hurry)
        pthread_cond_timedwait(&t->wake, &t->lock, &until);
    bool hurry = t->hurry || t->stopping;
    t->hurry = false;
    pthread_mutex_unlock(&t->lock);
    return hurry;
}

/* Waits until there is reason to go on. */
static void rest(struct audit_index_thread *t)
{
    uint64_t before = audit_durable(t->audit), now;
    while (!wait_ms(t, FOLLOW_IDLE_MS)) {
        now = audit_durable(t->audit);
        if (now == t->index->place.seq)
            continue;
        if (now - before < FOLLOW_BUSY || now - t->index->place.seq > FOLLOW_BEHIND_MAX)
            return;
        before = now;
    }
}

static void follow_failed(const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_ERROR, "audit-index-failed");
    log_cstr(&l, "error", err_info(err->code)->name);
    log_cstr(&l, "place", err->arg[0]);
    log_end(&l);
}

static void *follow_main(void *arg)
{
    struct audit_index_thread *t = arg;
    uint64_t last_ns = 0;
    pthread_setschedparam(pthread_self(), SCHED_IDLE, &(struct sched_param){0});
    for (;;) {
        struct err err = {0};
        bool more = false;
        pthread_mutex_lock(&t->lock);
        bool stopping = t->stopping; /* before the round: what is durable by now is then in it */
        pthread_mutex_unlock(&t->lock);
        bool ok = audit_index_follow(t->index, audit_durable(t->audit), &more, &err);
        if (ok)
            atomic_store(&t->seq, t->index->place.seq);
        else
            follow_failed(&err);
        if (stopping && !last_ns)
            last_ns = os_mono_ns();
        if (stopping && (!ok || !more || os_mono_ns() - last_ns > (uint64_t)FOLLOW_LAST_MS * 1000000))
            return NULL;
        if (!ok)
            wait_ms(t, FOLLOW_FAILED_MS);
        else if (!more)
            rest(t);
    }
}

struct audit_index_thread *audit_index_start(struct audit *a, struct err *err)
{
    struct audit_index_thread *t = os_alloc(sizeof *t);
    if (!t) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(t, 0, sizeof *t);
    t->audit = a;
    t->index = audit_index_open(a->dir, a->spare[0] ? a->spare : NULL, true, err);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    if (t->index && pthread_create(&t->thread, NULL, follow_main, t) == 0)
        return t;
    if (t->index)
        err_set(err, ERR_NO_MEMORY, NULL);
    audit_index_close(t->index);
    os_free(t);
    return NULL;
}

void audit_index_stop(struct audit_index_thread *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    audit_index_close(t->index);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    os_free(t);
}

bool audit_index_wait(struct audit *a, unsigned ms, struct err *err)
{
    struct audit_index_thread *t = a->index;
    uint64_t want = audit_durable(a), begun = os_mono_ns(), have;
    char percent[24];
    if (!t)
        return err_set(err, ERR_AUDIT_BEHIND, "0", NULL);
    while ((have = atomic_load(&t->seq)) < want) {
        if (os_mono_ns() - begun > (uint64_t)ms * 1000000) {
            snprintf(percent, sizeof percent, "%llu", (unsigned long long)(have * 100 / want));
            return err_set(err, ERR_AUDIT_BEHIND, percent, NULL);
        }
        pthread_mutex_lock(&t->lock);
        t->hurry = true;
        pthread_cond_signal(&t->wake);
        pthread_mutex_unlock(&t->lock);
        nanosleep(&(struct timespec){.tv_nsec = FOLLOW_POLL_MS * 1000000L}, NULL);
    }
    return true;
}
