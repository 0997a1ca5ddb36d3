/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "load/load_int.h"

#include <time.h>

void load_queue_init(struct load_queue *q)
{
    *q = (struct load_queue){.closed = false};
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_t mono;
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &mono);
    pthread_cond_init(&q->emptied, &mono);
    pthread_condattr_destroy(&mono);
}

void load_queue_release(struct load_queue *q)
{
    while (q->first) {
        struct load_chunk *c = q->first;
        q->first = c->next;
        load_queue_free(c);
    }
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->emptied);
    pthread_mutex_destroy(&q->lock);
}

struct timespec load_queue_deadline(unsigned ms)
{
    uint64_t at = os_mono_ns() + (uint64_t)ms * 1000000;
    return (struct timespec){(time_t)(at / 1000000000), (long)(at % 1000000000)};
}

static bool load_queue_full(const struct load_queue *q, size_t n)
{
    return q->count >= LOAD_QUEUE_MAX || (q->count && q->bytes + n > LOAD_QUEUE_BYTES);
}

bool load_queue_push(struct load_queue *q, struct load_chunk *c, unsigned ms)
{
    struct timespec until = load_queue_deadline(ms);
    pthread_mutex_lock(&q->lock);
    int timed_out = 0;
    while (load_queue_full(q, c->n) && !q->closed && !timed_out)
        timed_out = pthread_cond_timedwait(&q->emptied, &q->lock, &until);
    bool room = !load_queue_full(q, c->n) && !q->closed;
    if (room) {
        c->next = NULL;
        if (q->last)
            q->last->next = c;
        else
            q->first = c;
        q->last = c;
        q->count++;
        q->bytes += c->n;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return room;
}

struct load_chunk *load_queue_pop(struct load_queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    struct load_chunk *c = q->first;
    if (c) {
        q->first = c->next;
        if (!q->first)
            q->last = NULL;
        q->count--;
        q->bytes -= c->n;
        pthread_cond_signal(&q->emptied);
    }
    pthread_mutex_unlock(&q->lock);
    return c;
}

void load_queue_close(struct load_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->lock);
}

struct load_chunk *load_queue_chunk(const char *file, uint32_t line, const char *text, size_t n)
{
    struct load_chunk *c = os_alloc(sizeof *c);
    if (!c)
        return NULL;
    *c = (struct load_chunk){.file = file, .line = line, .n = n, .text = os_alloc(n)};
    if (!c->text) {
        os_free(c);
        return NULL;
    }
    if (n)
        memcpy(c->text, text, n);
    return c;
}

void load_queue_free(struct load_chunk *c)
{
    if (c)
        os_free(c->text);
    os_free(c);
}
