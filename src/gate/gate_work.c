/* SPDX-License-Identifier: Apache-2.0
 * Queues of requests that wait for threads of the gate's own.
 *
 * One thread tries all passwords, one at a time and below the others in priority: a flood of logins takes at
 * most what one core has left, and 64 MiB, and never a thread that answers somebody who is at work. Attempts
 * on a name cannot overtake each other either, so none slips in before the name is locked. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gate/gate_int.h"

enum { WORK_NICE = 5 };

static struct job *take(struct work *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stopping)
        pthread_cond_wait(&w->wake, &w->lock);
    struct job *j = w->first;
    if (j) {
        w->first = j->next;
        if (!w->first)
            w->last = &w->first;
        w->queued--;
    }
    pthread_mutex_unlock(&w->lock);
    return j;
}

static void *work_main(void *arg)
{
    struct work *w = arg;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORK_NICE);
    for (struct job *j; (j = take(w));) {
        struct http_response resp = {0};
        struct err err = {0};
        struct http_request *req = j->req;
        if (w->stopping) {
            err_set(&err, ERR_HTTP_STOPPING, NULL);
            api_refuse(j->gate->opt.api, req, &err, &resp);
        } else {
            (j->run ? j->run : gate_do)(j, &resp);
        }
        http_finish(req, &resp);
    }
    return NULL;
}

bool gate_work_start(struct work *w, size_t threads, struct err *err)
{
    OS_ASSERT(threads <= GATE_THREADS_MAX);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->last = &w->first;
    w->ready = true;
    while (w->threads < threads && pthread_create(&w->thread[w->threads], NULL, work_main, w) == 0)
        w->threads++;
    return w->threads == threads || err_set(err, ERR_NO_MEMORY, NULL);
}

void gate_work_stop(struct work *w)
{
    if (!w->ready)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->threads; i++)
        pthread_join(w->thread[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    w->ready = false;
}

bool gate_work_give(struct work *w, struct job *job, struct err *err)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->queued < GATE_QUEUE_MAX && !w->stopping;
    if (room) {
        http_defer(job->req);
        job->next = NULL;
        *w->last = job;
        w->last = &job->next;
        w->queued++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return room || err_set(err, ERR_LOGIN_BUSY, NULL);
}

bool gate_work_submit(struct gate *g, struct job *job, struct err *err)
{
    return gate_work_give(&g->work, job, err);
}
