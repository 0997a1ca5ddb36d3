/* SPDX-License-Identifier: Apache-2.0
 * One thread tries all passwords, one at a time and below the others in priority: a flood of logins takes at
 * most what one core has left, and 64 MiB, and never a thread that answers somebody who is at work. Attempts
 * on a name cannot overtake each other either, so none slips in before the name is locked. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gate/gate_int.h"

enum { WORK_NICE = 5 };

static struct job *take(struct gate *g)
{
    pthread_mutex_lock(&g->lock);
    while (!g->first && !g->stopping)
        pthread_cond_wait(&g->wake, &g->lock);
    struct job *j = g->first;
    if (j) {
        g->first = j->next;
        if (!g->first)
            g->last = &g->first;
        g->queued--;
    }
    pthread_mutex_unlock(&g->lock);
    return j;
}

static void *work_main(void *arg)
{
    struct gate *g = arg;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORK_NICE);
    for (struct job *j; (j = take(g));) {
        struct http_response resp = {0};
        struct err err = {0};
        struct http_request *req = j->req;
        if (g->stopping) {
            err_set(&err, ERR_HTTP_STOPPING, NULL);
            api_refuse(g->opt.api, req, &err, &resp);
        } else {
            (j->run ? j->run : gate_do)(j, &resp);
        }
        http_finish(req, &resp);
    }
    return NULL;
}

bool gate_work_start(struct gate *g, struct err *err)
{
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    g->last = &g->first;
    g->running = pthread_create(&g->worker, NULL, work_main, g) == 0;
    return g->running || err_set(err, ERR_NO_MEMORY, NULL);
}

void gate_work_stop(struct gate *g)
{
    if (!g->running)
        return;
    pthread_mutex_lock(&g->lock);
    g->stopping = true;
    pthread_cond_broadcast(&g->wake);
    pthread_mutex_unlock(&g->lock);
    pthread_join(g->worker, NULL);
    pthread_cond_destroy(&g->wake);
    pthread_mutex_destroy(&g->lock);
    g->running = false;
}

bool gate_work_submit(struct gate *g, struct job *job, struct err *err)
{
    pthread_mutex_lock(&g->lock);
    bool room = g->queued < GATE_QUEUE_MAX && !g->stopping;
    if (room) {
        http_defer(job->req);
        job->next = NULL;
        *g->last = job;
        g->last = &job->next;
        g->queued++;
        pthread_cond_signal(&g->wake);
    }
    pthread_mutex_unlock(&g->lock);
    return room || err_set(err, ERR_LOGIN_BUSY, NULL);
}
