/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/desk.h"

#include <pthread.h>
#include <stdio.h>

#include "base/os.h"
#include "side/side.h"

enum { DESK_APPLICATION = 0x48654473 /* "HeDs" */, DESK_FORMAT = 1, DESK_CACHE_KIB = 1024 };

enum desk_stmt {
#define SQL(name, text) DESK_SQL_##name,
#include "desk/desk_sql.def"
#undef SQL
    DESK_STMTS
};

static const char *const desk_sql[DESK_STMTS] = {
#define SQL(name, text) [DESK_SQL_##name] = text,
#include "desk/desk_sql.def"
#undef SQL
};

static const struct side_form desk_form = {
    .name = "desk.db",
    .tables =
        "CREATE TABLE item(owner TEXT NOT NULL, what INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT "
        "NULL, patient TEXT NOT NULL, title TEXT NOT NULL, updated INTEGER NOT NULL, version INTEGER NOT "
        "NULL, content TEXT NOT NULL, PRIMARY KEY(owner,what,id));",
    .sql = desk_sql,
    .sql_count = DESK_STMTS,
    .application = DESK_APPLICATION,
    .format = DESK_FORMAT,
    .durable = true,
    .cache_kib = DESK_CACHE_KIB,
};

struct desk {
    struct side side; /* the thread's */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t wake;
    struct desk_job *first, **last;
    size_t queued;
    bool stopping;
};

static bool same(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static sqlite3_stmt *begin(struct desk *d, enum desk_stmt which, struct desk_job *job, bool named)
{
    sqlite3_stmt *st = side_get(&d->side, which, &job->err);
    if (!st)
        return NULL;
    side_bind_text(st, 1, job->owner);
    sqlite3_bind_int(st, 2, (int)job->what);
    if (named)
        side_bind_text(st, 3, job->item.id);
    return st;
}

static bool copy(struct arena *arena, struct str from, struct str *to, struct err *err)
{
    *to = from.n ? arena_str(arena, from) : STR("");
    return to->p || err_set(err, ERR_NO_MEMORY, NULL);
}

/* What columns from first on say: kind, patient, title, updated, version. */
static bool read_row(struct desk_job *job, sqlite3_stmt *st, int first, struct desk_item *out)
{
    out->updated_ms = sqlite3_column_int64(st, first + 3);
    out->version = (uint32_t)sqlite3_column_int64(st, first + 4);
    return copy(job->arena, side_column(st, first), &out->kind, &job->err) &&
           copy(job->arena, side_column(st, first + 1), &out->patient, &job->err) &&
           copy(job->arena, side_column(st, first + 2), &out->title, &job->err);
}

/* 1 it is there (*out, in the job's arena), 0 not, -1 failed. */
static int find(struct desk *d, struct desk_job *job, struct desk_item *out)
{
    sqlite3_stmt *st = begin(d, DESK_SQL_GET, job, true);
    int rc = st ? side_step(&d->side, st, &job->err) : -1;
    *out = (struct desk_item){.id = job->item.id};
    if (rc > 0 &&
        !(read_row(job, st, 0, out) && copy(job->arena, side_column(st, 5), &out->content, &job->err)))
        rc = -1;
    if (st)
        sqlite3_reset(st);
    return rc;
}

static bool none(struct desk_job *job)
{
    return err_set_str(&job->err, ERR_ME_NONE, job->item.id, STR(""));
}

static bool do_get(struct desk *d, struct desk_job *job)
{
    int rc = find(d, job, &job->item);
    return rc > 0 || (rc == 0 && none(job));
}

static bool do_drop(struct desk *d, struct desk_job *job)
{
    return do_get(d, job) && side_run(&d->side, begin(d, DESK_SQL_DROP, job, true), NULL, &job->err);
}

static bool has_room(struct desk *d, struct desk_job *job)
{
    int max = job->what == DESK_DRAFT ? DESK_DRAFTS_MAX : DESK_SETTINGS_MAX;
    char text[16];
    sqlite3_stmt *st = begin(d, DESK_SQL_COUNT, job, false);
    if (!st || side_step(&d->side, st, &job->err) < 0)
        return false;
    int count = sqlite3_column_int(st, 0);
    sqlite3_reset(st);
    snprintf(text, sizeof text, "%d", max);
    return count < max || err_set(&job->err, ERR_ME_FULL, text, NULL);
}

/* Another version than the one that was to be replaced. */
static bool conflict(struct desk_job *job, uint32_t version)
{
    char now[16], asked[16];
    if (!job->item.version)
        return err_set_str(&job->err, ERR_EXISTS, job->item.id, STR(""));
    if (!version)
        return err_set(&job->err, ERR_VERSION_REQUIRED, NULL);
    snprintf(now, sizeof now, "%u", version);
    snprintf(asked, sizeof asked, "%u", job->item.version);
    return err_set(&job->err, ERR_VERSION_CONFLICT, now, asked, NULL);
}

static bool do_put(struct desk *d, struct desk_job *job)
{
    struct desk_item now, *item = &job->item;
    int rc = find(d, job, &now);
    if (rc < 0)
        return false;
    if (rc > 0 && same(now.content, item->content) && same(now.title, item->title) &&
        same(now.kind, item->kind) && same(now.patient, item->patient)) {
        *item = now;
        return true;
    }
    if (item->version != now.version)
        return conflict(job, now.version);
    if (rc == 0 && !has_room(d, job))
        return false;
    job->made = rc == 0;
    item->version++;
    item->updated_ms = os_now_ms();
    sqlite3_stmt *st = begin(d, DESK_SQL_PUT, job, true);
    if (!st)
        return false;
    side_bind_text(st, 4, item->kind);
    side_bind_text(st, 5, item->patient);
    side_bind_text(st, 6, item->title);
    sqlite3_bind_int64(st, 7, item->updated_ms);
    sqlite3_bind_int64(st, 8, item->version);
    side_bind_text(st, 9, item->content);
    return side_run(&d->side, st, NULL, &job->err);
}

static bool do_list(struct desk *d, struct desk_job *job)
{
    sqlite3_stmt *st = begin(d, DESK_SQL_LIST, job, false);
    job->list = ARENA_ARRAY(job->arena, struct desk_item, DESK_DRAFTS_MAX);
    if (!st || !job->list)
        return st ? err_set(&job->err, ERR_NO_MEMORY, NULL) : false;
    sqlite3_bind_int(st, 3, DESK_DRAFTS_MAX);
    int rc;
    bool ok = true;
    while (ok && (rc = side_step(&d->side, st, &job->err)) > 0) {
        struct desk_item *item = &job->list[job->count++];
        ok = copy(job->arena, side_column(st, 0), &item->id, &job->err) && read_row(job, st, 1, item);
    }
    sqlite3_reset(st);
    return ok && rc == 0;
}

/* ---- the thread ---- */

/* A fault of the file, not of the job. */
static bool is_fault(const struct desk_job *job)
{
    return !job->ok && err_info(job->err.code)->http >= 500 && job->err.code != ERR_NO_MEMORY;
}

static void fail_all(struct desk_job *jobs, const struct err *why)
{
    for (struct desk_job *j = jobs; j; j = j->next) {
        if (j->ok)
            j->err = *why;
        j->ok = false;
    }
}

static void do_group(struct desk *d, struct desk_job *jobs)
{
    static bool (*const verbs[])(struct desk * d, struct desk_job * job) = {
        [DESK_LIST] = do_list, [DESK_GET] = do_get, [DESK_PUT] = do_put, [DESK_DROP] = do_drop};
    struct err err = {0};
    bool ok = side_begin(&d->side, &err);
    for (struct desk_job *j = jobs; j; j = j->next) {
        j->ok = ok && verbs[j->verb](d, j);
        if (!ok)
            j->err = err;
        if (!is_fault(j))
            continue;
        err = j->err;
        ok = false;
    }
    if (!side_end(&d->side, ok, &err))
        fail_all(jobs, &err);
    for (struct desk_job *j = jobs, *next; j; j = next) {
        next = j->next; /* done may end it */
        j->done(j);
    }
}

/* Those that wait, at most a group; NULL: stop and the queue is empty. */
static struct desk_job *take(struct desk *d)
{
    pthread_mutex_lock(&d->lock);
    while (!d->first && !d->stopping)
        pthread_cond_wait(&d->wake, &d->lock);
    struct desk_job *jobs = d->first, *end = jobs;
    size_t n = jobs ? 1 : 0;
    while (end && end->next && n < DESK_GROUP_MAX) {
        end = end->next;
        n++;
    }
    d->first = end ? end->next : NULL;
    if (!d->first)
        d->last = &d->first;
    if (end)
        end->next = NULL;
    d->queued -= n;
    pthread_mutex_unlock(&d->lock);
    return jobs;
}

static void *desk_main(void *arg)
{
    struct desk *d = arg;
    for (struct desk_job *jobs; (jobs = take(d));)
        do_group(d, jobs);
    return NULL;
}

struct desk *desk_open(const char *dir, struct err *err)
{
    struct desk *d = os_alloc(sizeof *d);
    if (!d) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(d, 0, sizeof *d);
    d->last = &d->first;
    if (!side_open(&d->side, &desk_form, dir, SIDE_CREATE, err)) {
        os_free(d);
        return NULL;
    }
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, NULL);
    if (pthread_create(&d->thread, NULL, desk_main, d) == 0)
        return d;
    side_close(&d->side);
    os_free(d);
    err_set(err, ERR_NO_MEMORY, NULL);
    return NULL;
}

void desk_close(struct desk *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    side_close(&d->side);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    os_free(d);
}

bool desk_submit(struct desk *d, struct desk_job *job, struct err *err)
{
    pthread_mutex_lock(&d->lock);
    bool room = d->queued < DESK_QUEUE_MAX && !d->stopping;
    if (room) {
        job->next = NULL;
        *d->last = job;
        d->last = &job->next;
        d->queued++;
        pthread_cond_signal(&d->wake);
    }
    pthread_mutex_unlock(&d->lock);
    return room || err_set(err, ERR_ME_BUSY, NULL);
}
