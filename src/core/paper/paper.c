/* SPDX-License-Identifier: Apache-2.0
 * The service's side: a queue, and a thread for each helper that talks to it. */
#include "paper/paper_int.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

struct helper {
    struct paper *paper;
    int socket; /* -1: none */
    pid_t pid;
    pthread_t thread;
    bool running;
    bool gone; /* the process at the other end has ended */
};

struct paper {
    struct helper helper[PAPER_AT_ONCE];
    unsigned time_ms;
    pthread_mutex_t lock;
    pthread_cond_t come;
    struct paper_job *first, **last;
    size_t waiting;
    unsigned serving; /* helpers that are not gone */
    bool stopped;
};

bool paper_send(int socket, const void *data, size_t n)
{
    const char *p = data;
    while (n) {
        ssize_t sent = send(socket, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool paper_receive(int socket, void *to, size_t n)
{
    char *p = to;
    while (n) {
        ssize_t got = recv(socket, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool helper_fork(struct helper *h, const struct paper_options *opt, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(err, ERR_IO, "socketpair", strerror(errno), NULL);
    h->pid = fork();
    if (h->pid == 0)
        paper_far(pair[1], opt);
    close(pair[1]);
    h->socket = pair[0];
    return h->pid > 0 || err_set(err, ERR_IO, "fork", strerror(errno), NULL);
}

struct paper *paper_open(const struct paper_options *opt, struct err *err)
{
    struct paper *p = os_alloc(sizeof *p);
    if (!p) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *p = (struct paper){
        .last = &p->first, .time_ms = opt->time_ms ? opt->time_ms : PAPER_TIME_MS, .serving = PAPER_AT_ONCE};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->come, NULL);
    for (size_t i = 0; i < PAPER_AT_ONCE; i++)
        p->helper[i] = (struct helper){.paper = p, .socket = -1};
    for (size_t i = 0; i < PAPER_AT_ONCE; i++)
        if (!helper_fork(&p->helper[i], opt, err)) {
            paper_close(p);
            return NULL;
        }
    return p;
}

static bool fail(const struct paper *p, uint32_t result, struct err *err)
{
    char seconds[16], megabytes[16];
    if (result == PAPER_NOT_INSTALLED)
        return err_set(err, ERR_PAPER_MISSING, NULL);
    if (result != PAPER_TOO_MUCH)
        return err_set(err, ERR_PAPER_FAILED, NULL);
    snprintf(seconds, sizeof seconds, "%u", p->time_ms / 1000);
    snprintf(megabytes, sizeof megabytes, "%d", PAPER_MEMORY_MAX >> 20);
    return err_set(err, ERR_PAPER_LIMIT, seconds, megabytes, NULL);
}

static bool gone(struct helper *h, struct err *err)
{
    h->gone = true;
    return err_set(err, ERR_PAPER_FAILED, NULL);
}

static bool exchange(struct helper *h, struct str html, struct buf *out, struct err *err)
{
    struct paper_head head = {.n = (uint32_t)html.n};
    char part[16 * 1024];
    if (!paper_send(h->socket, &head, sizeof head) || !paper_send(h->socket, html.p, html.n) ||
        !paper_receive(h->socket, &head, sizeof head))
        return gone(h, err);
    if (head.result != PAPER_MADE)
        return fail(h->paper, head.result, err);
    for (size_t left = head.n; left;) {
        size_t n = left < sizeof part ? left : sizeof part;
        if (!paper_receive(h->socket, part, n))
            return gone(h, err);
        buf_str(out, (struct str){part, n});
        left -= n;
    }
    return buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool fits(struct str html, struct err *err)
{
    char megabytes[16];
    snprintf(megabytes, sizeof megabytes, "%d", PAPER_HTML_MAX >> 20);
    return html.n <= PAPER_HTML_MAX || err_set(err, ERR_PAPER_SIZE, megabytes, NULL);
}

bool paper_make(struct paper *p, struct str html, struct buf *out, struct err *err)
{
    return fits(html, err) && exchange(&p->helper[0], html, out, err);
}

/* The next job, or NULL at the end. */
static struct paper_job *take(struct paper *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->first && !p->stopped)
        pthread_cond_wait(&p->come, &p->lock);
    struct paper_job *job = p->stopped ? NULL : p->first;
    if (job) {
        p->first = job->next;
        p->waiting--;
        if (!p->first)
            p->last = &p->first;
    }
    pthread_mutex_unlock(&p->lock);
    return job;
}

static void tell_all(struct paper_job *job, enum err_code code)
{
    while (job) {
        struct paper_job *next = job->next;
        struct err err = {0};
        err_set(&err, code, NULL);
        job->done(job->arg, (struct str){0}, &err);
        job = next;
    }
}

/* All that waits, which then waits no more; under the lock. */
static struct paper_job *take_all(struct paper *p)
{
    struct paper_job *all = p->first;
    p->first = NULL;
    p->last = &p->first;
    p->waiting = 0;
    return all;
}

/* A job that came to nothing: cancelled when we have stopped. When its helper is gone another one takes it,
 * once; with the last helper what waits fails too. True: somebody else will tell the job. */
static bool pass_on(struct helper *h, struct paper_job *job, struct err *err)
{
    struct paper *p = h->paper;
    struct paper_job *left = NULL;
    bool passed = false;
    pthread_mutex_lock(&p->lock);
    if (p->stopped) {
        err_set(err, ERR_CANCELLED, NULL);
    } else if (h->gone && --p->serving == 0) {
        left = take_all(p);
    } else if (h->gone && !job->again) {
        passed = job->again = true;
        job->next = p->first;
        if (!p->first)
            p->last = &job->next;
        p->first = job;
        p->waiting++;
        pthread_cond_signal(&p->come);
    }
    pthread_mutex_unlock(&p->lock);
    tell_all(left, ERR_PAPER_FAILED);
    return passed;
}

static void *work(void *arg)
{
    struct helper *h = arg;
    for (struct paper_job *job; !h->gone && (job = take(h->paper));) {
        struct err err = {0};
        struct buf pdf;
        buf_init(&pdf, PAPER_PDF_MAX);
        bool ok = exchange(h, job->html, &pdf, &err);
        if (ok || !pass_on(h, job, &err))
            job->done(job->arg, ok ? buf_get(&pdf) : (struct str){0}, &err);
        buf_release(&pdf);
    }
    return NULL;
}

bool paper_start(struct paper *p, struct err *err)
{
    for (size_t i = 0; i < PAPER_AT_ONCE; i++) {
        struct helper *h = &p->helper[i];
        h->running = pthread_create(&h->thread, NULL, work, h) == 0;
        if (!h->running)
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    return true;
}

bool paper_submit(struct paper *p, struct paper_job *job, struct err *err)
{
    if (!fits(job->html, err))
        return false;
    pthread_mutex_lock(&p->lock);
    bool stopped = p->stopped, serving = p->serving > 0;
    bool ok = !stopped && serving && p->waiting < PAPER_WAITING_MAX;
    if (ok) {
        job->next = NULL;
        job->again = false;
        *p->last = job;
        p->last = &job->next;
        p->waiting++;
        pthread_cond_signal(&p->come);
    }
    pthread_mutex_unlock(&p->lock);
    return ok || err_set(err, stopped ? ERR_CANCELLED : serving ? ERR_PAPER_BUSY : ERR_PAPER_FAILED, NULL);
}

void paper_stop(struct paper *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    struct paper_job *left = take_all(p);
    p->stopped = true;
    pthread_cond_broadcast(&p->come);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < PAPER_AT_ONCE; i++)
        if (p->helper[i].socket >= 0)
            shutdown(p->helper[i].socket, SHUT_RDWR); /* the helper sees it, and kills what it runs */
    for (size_t i = 0; i < PAPER_AT_ONCE; i++)
        if (p->helper[i].running) {
            pthread_join(p->helper[i].thread, NULL);
            p->helper[i].running = false;
        }
    tell_all(left, ERR_CANCELLED);
}

void paper_close(struct paper *p)
{
    if (!p)
        return;
    paper_stop(p);
    for (size_t i = 0; i < PAPER_AT_ONCE; i++) {
        struct helper *h = &p->helper[i];
        if (h->socket >= 0)
            close(h->socket);
        while (h->pid > 0 && waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    pthread_cond_destroy(&p->come);
    pthread_mutex_destroy(&p->lock);
    os_free(p);
}
