/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "jobs/jobs_int.h"

enum { JOBS_KEEPER_MS = 1000, JOBS_LATER_MS = 3600 * 1000, JOBS_NICE = 10 };

/* ---- the list; all of this under the lock ---- */

static void list_add(struct jobs *js, struct job *j)
{
    j->next = NULL;
    if (js->last)
        js->last->next = j;
    else
        js->first = j;
    js->last = j;
    js->all++;
    js->waiting += j->state == JOBS_WAITING;
}

static void list_take(struct jobs *js, struct job *j)
{
    struct job **at = &js->first, *before = NULL;
    while (*at != j) {
        before = *at;
        at = &(*at)->next;
    }
    *at = j->next;
    if (js->last == j)
        js->last = before;
    js->all--;
    js->waiting -= j->state == JOBS_WAITING;
}

static bool is_expired(const struct job *j, int64_t now)
{
    return !j->busy && j->state >= JOBS_DONE && now >= j->expires_ms;
}

static struct job *list_find(struct jobs *js, struct str id)
{
    struct job *j = js->first;
    while (j && !str_eq(j->id, id))
        j = j->next;
    return j && !is_expired(j, os_now_ms()) ? j : NULL;
}

static struct job *list_waiting(struct jobs *js)
{
    struct job *j = js->first;
    while (j && j->state != JOBS_WAITING)
        j = j->next;
    return j;
}

static void say(const struct job *j, const char *event)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_INFO, event);
    log_str(&l, "kind", j->kind_name);
    log_i64(&l, "attempt", j->attempts);
    log_i64(&l, "files", (int64_t)j->file_count);
    if (j->ended_ms)
        log_i64(&l, "ms", j->ended_ms - j->started_ms);
    if (j->error.code)
        log_cstr(&l, "error", err_info(j->error.code)->name);
    log_end(&l);
}

/* ---- running ---- */

static const struct job_kind *kind_find(const struct jobs *js, struct str name)
{
    for (size_t i = 0; i < js->opt.kind_count; i++)
        if (str_is(name, js->kind[i]->name))
            return js->kind[i];
    return NULL;
}

/* What keeps a run from being begun; false with *err. */
static bool run_allowed(struct job *j, struct err *err)
{
    char text[16];
    if (!j->kind) {
        char name[JOB_LABEL_MAX];
        snprintf(name, sizeof name, "%.*s", STR_ARG(str_sub(j->kind_name, 0, sizeof name - 1)));
        return err_set(err, ERR_JOBS_KIND, name, NULL);
    }
    snprintf(text, sizeof text, "%d", JOB_ATTEMPTS_MAX);
    if (j->attempts >= JOB_ATTEMPTS_MAX)
        return err_set(err, ERR_JOBS_ATTEMPTS, text, NULL);
    return true;
}

/* One run, without the lock. The attempt is counted on disk first: a job that ends the process must not do so
 * for ever. */
static bool run(struct job *j, struct err *err)
{
    struct arena arena;
    if (!run_allowed(j, err))
        return false;
    j->attempts++;
    jobs_dir_empty(j);
    if (!jobs_state_write(j, err))
        return false;
    say(j, "job-begins");
    bool ok = j->kind->run(j, j->kind->arg, err);
    arena_init(&arena);
    ok = ok && jobs_dir_sync(jobs_dir_path(&arena, j->dir, STR(JOBS_FILES_DIR)), err);
    arena_release(&arena);
    return ok;
}

/* The job's end in memory, under the lock. */
static void end_as(struct jobs *js, struct job *j, bool ok, const struct err *err)
{
    bool again = !ok && js->closing && atomic_load(&j->stop) && err->code == ERR_CANCELLED;
    j->state = ok ? JOBS_DONE : again ? JOBS_WAITING : JOBS_FAILED;
    j->attempts -= again; /* the server's stop is not the job's fault */
    if (again)
        return;
    if (!ok)
        j->error = *err;
    j->ended_ms = os_now_ms();
    j->expires_ms = j->ended_ms + js->opt.keep_ms;
}

/* Gives a job that has ended to disk, list and expiry; frees it when it was cancelled meanwhile. */
static void end(struct jobs *js, struct job *j, bool ok, const struct err *err)
{
    struct err disk;
    if (!ok) { /* room for the state when the disk is full; nothing of it is served */
        jobs_dir_empty(j);
        j->file_count = 0;
    }
    pthread_mutex_lock(&js->lock);
    bool removed = j->removed;
    if (!removed)
        end_as(js, j, ok, err);
    pthread_mutex_unlock(&js->lock);
    /* Known as failed in this process when the disk cannot be told; the next one runs it again. */
    bool lost = !removed && !jobs_state_write(j, &disk) && j->state == JOBS_DONE;
    say(j, removed ? "job-cancelled" : ok && !lost ? "job-done" : "job-failed");
    pthread_mutex_lock(&js->lock);
    if (lost) {
        j->state = JOBS_FAILED;
        j->error = disk;
    }
    removed = j->removed;
    j->busy = false;
    js->running--;
    pthread_cond_signal(&js->keep);
    pthread_mutex_unlock(&js->lock);
    if (removed) {
        jobs_dir_remove(j->dir);
        job_free(j);
    }
}

static void *thread_main(void *arg)
{
    struct jobs *js = arg;
    /* Who waits for an answer comes first; threads that a run starts inherit it. */
    setpriority(PRIO_PROCESS, (id_t)gettid(), JOBS_NICE);
    pthread_mutex_lock(&js->lock);
    while (!js->closing) {
        struct job *j = list_waiting(js);
        if (!j) {
            pthread_cond_wait(&js->wake, &js->lock);
            continue;
        }
        struct err err = {.code = ERR_OK};
        j->state = JOBS_RUNNING;
        j->busy = true;
        j->started_ms = os_now_ms();
        js->waiting--;
        js->running++;
        pthread_mutex_unlock(&js->lock);
        bool ok = run(j, &err);
        end(js, j, ok, &err);
        pthread_mutex_lock(&js->lock);
    }
    pthread_mutex_unlock(&js->lock);
    return NULL;
}

/* ---- expiry ---- */

/* Takes one expired job off the list; NULL with the time until the next one, at most JOBS_LATER_MS. */
static struct job *take_expired(struct jobs *js, int64_t *wait_ms)
{
    int64_t now = os_now_ms();
    *wait_ms = JOBS_LATER_MS;
    for (struct job *j = js->first; j; j = j->next) {
        if (is_expired(j, now)) {
            list_take(js, j);
            return j;
        }
        if (!j->busy && j->state >= JOBS_DONE && j->expires_ms - now < *wait_ms)
            *wait_ms = j->expires_ms - now;
    }
    return NULL;
}

static void keeper_wait(struct jobs *js, int64_t ms)
{
    /* The clock may step: looked at again at least every so often. */
    ms = ms < 1 ? 1 : ms > JOBS_KEEPER_MS ? JOBS_KEEPER_MS : ms;
    uint64_t at = os_mono_ns() + (uint64_t)ms * 1000000u;
    struct timespec until = {(time_t)(at / 1000000000u), (long)(at % 1000000000u)};
    pthread_cond_timedwait(&js->keep, &js->lock, &until);
}

static void *keeper_main(void *arg)
{
    struct jobs *js = arg;
    int64_t wait_ms;
    pthread_mutex_lock(&js->lock);
    while (!js->closing) {
        struct job *j = take_expired(js, &wait_ms);
        if (!j) {
            keeper_wait(js, wait_ms);
            continue;
        }
        pthread_mutex_unlock(&js->lock);
        say(j, "job-expired");
        jobs_dir_remove(j->dir);
        job_free(j);
        pthread_mutex_lock(&js->lock);
    }
    pthread_mutex_unlock(&js->lock);
    return NULL;
}

/* ---- opening and closing ---- */

static bool load_one(struct jobs *js, struct str id, struct err *err)
{
    struct err why;
    if (id.n != JOBS_ID_TEXT - 1) /* not one of ours */
        return true;
    struct job *j = job_new(js, id, err);
    if (!j)
        return false;
    if (!jobs_state_read(j, &why)) {
        bool memory = why.code == ERR_NO_MEMORY;
        if (!memory) /* a draft, a leftover, or damage: nothing to go by */
            jobs_dir_remove(j->dir);
        job_free(j);
        return !memory || err_set(err, ERR_NO_MEMORY, NULL);
    }
    if (j->state == JOBS_RUNNING)
        j->state = JOBS_WAITING;
    if (j->state == JOBS_WAITING)
        j->file_count = 0;
    j->kind = kind_find(js, j->kind_name);
    list_add(js, j);
    return true;
}

static int by_creation(const void *a, const void *b)
{
    const struct job *x = *(struct job *const *)a, *y = *(struct job *const *)b;
    return (x->created_ms > y->created_ms) - (x->created_ms < y->created_ms);
}

/* The order of submission again: folders are listed by name. */
static bool sort_jobs(struct jobs *js, struct err *err)
{
    size_t n = js->all, i = 0;
    struct job **all = os_alloc((n + 1) * sizeof(struct job *));
    if (!all)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (struct job *j = js->first; j; j = j->next)
        all[i++] = j;
    qsort(all, n, sizeof *all, by_creation);
    js->first = js->last = NULL;
    js->all = js->waiting = 0;
    for (i = 0; i < n; i++)
        list_add(js, all[i]);
    os_free(all);
    return true;
}

static bool load_all(struct jobs *js, struct err *err)
{
    struct arena arena;
    struct str *name;
    size_t count;
    arena_init(&arena);
    bool ok = jobs_dir_list(js->dir, &arena, &name, &count, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = load_one(js, name[i], err);
    arena_release(&arena);
    return ok && sort_jobs(js, err);
}

static bool start_threads(struct jobs *js, struct err *err)
{
    unsigned wanted = js->opt.threads < JOBS_THREADS_MAX ? js->opt.threads : JOBS_THREADS_MAX;
    while (js->threads < wanted && pthread_create(&js->thread[js->threads], NULL, thread_main, js) == 0)
        js->threads++;
    js->keeping = pthread_create(&js->keeper, NULL, keeper_main, js) == 0;
    return (js->threads && js->keeping) || err_set(err, ERR_NO_MEMORY, NULL);
}

static void init_locks(struct jobs *js)
{
    pthread_condattr_t mono;
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_mutex_init(&js->lock, NULL);
    pthread_cond_init(&js->wake, NULL);
    pthread_cond_init(&js->keep, &mono);
    pthread_condattr_destroy(&mono);
}

struct jobs *jobs_open(const struct jobs_options *opt, struct err *err)
{
    size_t n = strlen(opt->dir);
    struct jobs *js = os_alloc(sizeof *js);
    char *dir = os_alloc(n + 1);
    OS_ASSERT(opt->kind_count <= JOBS_KINDS_MAX && n + JOBS_ID_TEXT + 1 < JOBS_PATH_MAX);
    if (!js || !dir) {
        os_free(js);
        os_free(dir);
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(js, 0, sizeof *js);
    js->opt = *opt;
    js->opt.threads = opt->threads ? opt->threads : JOBS_THREADS;
    js->opt.keep_ms = opt->keep_ms ? opt->keep_ms : JOBS_KEEP_MS;
    js->dir = memcpy(dir, opt->dir, n + 1);
    for (size_t i = 0; i < opt->kind_count; i++)
        js->kind[i] = opt->kinds[i];
    init_locks(js);
    if (jobs_dir_make(js->dir, err) && load_all(js, err) && start_threads(js, err))
        return js;
    jobs_close(js);
    return NULL;
}

void jobs_close(struct jobs *js)
{
    if (!js)
        return;
    pthread_mutex_lock(&js->lock);
    js->closing = true;
    for (struct job *j = js->first; j; j = j->next)
        atomic_store(&j->stop, true);
    pthread_cond_broadcast(&js->wake);
    pthread_cond_broadcast(&js->keep);
    pthread_mutex_unlock(&js->lock);
    for (unsigned i = 0; i < js->threads; i++)
        pthread_join(js->thread[i], NULL);
    if (js->keeping)
        pthread_join(js->keeper, NULL);
    while (js->first) {
        struct job *j = js->first;
        js->first = j->next;
        job_free(j);
    }
    pthread_cond_destroy(&js->wake);
    pthread_cond_destroy(&js->keep);
    pthread_mutex_destroy(&js->lock);
    os_free(js->dir);
    os_free(js);
}

/* ---- submitting ---- */

static void new_id(char id[JOBS_ID_TEXT])
{
    unsigned char r[16];
    char *to = id;
    os_random(r, sizeof r);
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = "0123456789abcdef"[r[i] >> 4];
        *to++ = "0123456789abcdef"[r[i] & 15];
    }
    *to = 0;
}

/* Takes a place for a draft. */
static bool reserve(struct jobs *js, struct err *err)
{
    pthread_mutex_lock(&js->lock);
    bool ok = js->drafts < JOBS_DRAFTS_MAX && js->waiting < JOBS_WAITING_MAX && js->all < JOBS_ALL_MAX &&
              !js->closing;
    js->drafts += ok;
    pthread_mutex_unlock(&js->lock);
    return ok || err_set(err, ERR_JOBS_FULL, NULL);
}

static void unreserve(struct jobs *js)
{
    pthread_mutex_lock(&js->lock);
    js->drafts--;
    pthread_mutex_unlock(&js->lock);
}

bool jobs_draft_new(struct jobs *js, struct jobs_draft *d, struct err *err)
{
    struct arena arena;
    if (!reserve(js, err))
        return false;
    new_id(d->id);
    snprintf(d->dir, sizeof d->dir, "%s/%s", js->dir, d->id);
    arena_init(&arena);
    bool ok =
        jobs_dir_make(d->dir, err) && jobs_dir_make(jobs_dir_path(&arena, d->dir, STR(JOBS_FILES_DIR)), err);
    arena_release(&arena);
    if (!ok)
        jobs_draft_drop(js, d);
    return ok;
}

void jobs_draft_drop(struct jobs *js, struct jobs_draft *d)
{
    jobs_dir_remove(d->dir);
    unreserve(js);
}

static struct job *make(struct jobs *js, const struct jobs_request *req, const char *id, struct err *err)
{
    struct job *j = job_new(js, str_of(id), err);
    if (!j)
        return NULL;
    j->kind = kind_find(js, str_of(req->kind));
    OS_ASSERT(j->kind && req->text.n <= JOB_REQUEST_MAX);
    j->kind_name = str_of(j->kind->name);
    j->request = arena_str(&j->arena, req->text);
    j->url = arena_str(&j->arena, req->url);
    j->who = arena_str(&j->arena, req->who);
    j->created_ms = os_now_ms();
    if (jobs_state_write(j, err) && jobs_dir_sync(js->dir, err))
        return j;
    job_free(j);
    return NULL;
}

bool jobs_submit(struct jobs *js, const struct jobs_request *req, char id[JOBS_ID_TEXT], struct err *err)
{
    struct jobs_draft own, *d = req->draft ? req->draft : &own;
    if (!req->draft && !jobs_draft_new(js, &own, err))
        return false;
    struct job *j = make(js, req, d->id, err);
    if (!j) {
        if (!req->draft)
            jobs_draft_drop(js, &own);
        return false;
    }
    memcpy(id, d->id, JOBS_ID_TEXT);
    pthread_mutex_lock(&js->lock);
    js->drafts--;
    list_add(js, j);
    pthread_cond_signal(&js->wake);
    pthread_mutex_unlock(&js->lock);
    return true;
}

/* ---- asking ---- */

static void copy_files(const struct job *j, struct arena *arena, struct jobs_status *out)
{
    if (j->busy || j->state != JOBS_DONE || !j->file_count)
        return;
    struct jobs_file *to = ARENA_ARRAY(arena, struct jobs_file, j->file_count);
    for (size_t i = 0; to && i < j->file_count; i++) {
        to[i] = j->file[i];
        to[i].name = arena_str(arena, to[i].name);
        to[i].part = arena_str(arena, to[i].part);
        to[i].type = arena_str(arena, to[i].type);
        to[i].content_type = arena_str(arena, to[i].content_type);
    }
    out->file = to;
    out->file_count = to ? j->file_count : 0;
}

static void copy_status(const struct job *j, struct arena *arena, struct jobs_status *out)
{
    *out = (struct jobs_status){
        .state = j->busy ? JOBS_RUNNING : j->state,
        .id = arena_str(arena, j->id),
        .kind = arena_str(arena, j->kind_name),
        .request = arena_str(arena, j->request),
        .url = arena_str(arena, j->url),
        .who = arena_str(arena, j->who),
        .result = arena_str(arena, buf_get(&j->result)),
        .created_ms = j->created_ms,
        .started_ms = j->started_ms,
        .ended_ms = j->ended_ms,
        .expires_ms = j->expires_ms,
        .done = atomic_load(&j->done),
        .total = atomic_load(&j->total),
        .attempts = j->attempts,
    };
    if (!j->busy)
        out->error = j->error;
    copy_files(j, arena, out);
}

bool jobs_get(struct jobs *js, struct str id, struct arena *arena, struct jobs_status *out, struct err *err)
{
    pthread_mutex_lock(&js->lock);
    const struct job *j = list_find(js, id);
    if (j)
        copy_status(j, arena, out);
    pthread_mutex_unlock(&js->lock);
    return j || err_set_str(err, ERR_NOT_FOUND, id, STR(""));
}

bool jobs_cancel(struct jobs *js, struct str id, struct err *err)
{
    pthread_mutex_lock(&js->lock);
    struct job *j = list_find(js, id);
    bool found = j, busy = j && j->busy;
    if (j) {
        list_take(js, j);
        j->removed = true;
        atomic_store(&j->stop, true);
    }
    pthread_mutex_unlock(&js->lock);
    if (!found)
        return err_set_str(err, ERR_NOT_FOUND, id, STR(""));
    if (!busy) { /* else its thread does it, once the run has let go */
        jobs_dir_remove(j->dir);
        job_free(j);
    }
    return true;
}

int jobs_file_open(struct jobs *js, struct str id, struct str name, struct arena *arena,
                   struct jobs_file *out, struct err *err)
{
    struct jobs_status st;
    if (!jobs_get(js, id, arena, &st, err))
        return -1;
    for (size_t i = 0; i < st.file_count; i++) {
        if (!str_eq(st.file[i].name, name))
            continue;
        *out = st.file[i];
        const char *path = arena_printf(arena, "%s/%.*s/%s/%.*s%s", js->dir, STR_ARG(id), JOBS_FILES_DIR,
                                        STR_ARG(name), out->gzip ? ".gz" : "")
                               .p;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            jobs_dir_fail(err, path);
        return fd;
    }
    err_set_str(err, ERR_NOT_FOUND, name, STR(""));
    return -1;
}

struct jobs_stats jobs_stats(struct jobs *js)
{
    pthread_mutex_lock(&js->lock);
    struct jobs_stats s = {js->waiting, js->running, js->all};
    pthread_mutex_unlock(&js->lock);
    return s;
}
