/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/jobs_int.h"

enum { JOB_FILES_FIRST = 16 };

struct job *job_new(struct jobs *js, struct str id, struct err *err)
{
    struct job *j = os_alloc(sizeof *j);
    if (!j) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(j, 0, sizeof *j);
    j->jobs = js;
    arena_init(&j->arena);
    buf_init(&j->kept, JOB_KEPT_MAX);
    buf_init(&j->result, JOB_KEPT_MAX);
    j->id = arena_str(&j->arena, id);
    j->dir = jobs_dir_path(&j->arena, js->dir, j->id);
    return j;
}

void job_free(struct job *j)
{
    if (!j)
        return;
    buf_release(&j->kept);
    buf_release(&j->result);
    arena_release(&j->arena);
    os_free(j->file);
    os_free(j);
}

struct str job_request(const struct job *j)
{
    return j->request;
}

struct str job_id(const struct job *j)
{
    return j->id;
}

const char *job_dir(const struct job *j)
{
    return j->dir;
}

unsigned job_attempt(const struct job *j)
{
    return j->attempts;
}

bool job_stopped(const struct job *j)
{
    return atomic_load(&j->stop);
}

void job_progress(struct job *j, uint64_t done, uint64_t total)
{
    atomic_store(&j->done, done);
    atomic_store(&j->total, total);
}

/* Replaces what b holds, under the lock since jobs_get may look. */
static bool set_text(struct job *j, struct buf *b, struct str text, struct err *err)
{
    pthread_mutex_lock(&j->jobs->lock);
    buf_clear(b);
    buf_str(b, text);
    bool ok = buf_ok(b);
    if (!ok)
        buf_clear(b);
    pthread_mutex_unlock(&j->jobs->lock);
    return ok || err_set(err, ERR_NO_MEMORY, NULL);
}

bool job_result(struct job *j, struct str text, struct err *err)
{
    return set_text(j, &j->result, text, err);
}

bool job_keep(struct job *j, struct str text, struct err *err)
{
    return set_text(j, &j->kept, text, err) && jobs_state_write(j, err);
}

struct str job_kept(const struct job *j)
{
    return buf_get(&j->kept);
}

const char *job_path(struct arena *arena, const struct job *j, struct str name, bool gzip)
{
    return arena_printf(arena, "%s/%s/%.*s%s", j->dir, JOBS_FILES_DIR, STR_ARG(name), gzip ? ".gz" : "").p;
}

bool job_add_file(struct job *j, const struct jobs_file *f, struct err *err)
{
    if (j->file_count == j->file_cap) {
        size_t cap = j->file_cap ? j->file_cap * 2 : JOB_FILES_FIRST;
        struct jobs_file *grown = os_realloc(j->file, cap * sizeof *grown);
        if (!grown)
            return err_set(err, ERR_NO_MEMORY, NULL);
        j->file = grown;
        j->file_cap = cap;
    }
    struct jobs_file *to = &j->file[j->file_count++];
    *to = *f;
    to->name = arena_str(&j->arena, f->name);
    to->part = arena_str(&j->arena, f->part);
    to->type = arena_str(&j->arena, f->type);
    to->content_type = arena_str(&j->arena, f->content_type);
    return true;
}
