/* SPDX-License-Identifier: Apache-2.0
 * Private to core/jobs.
 *
 * Invariants
 *  1. A job in the list has its state.json on disk; one taken off the list has not, or is about to lose it.
 *  2. While a job is busy only its thread changes or frees it, under the lock where others may look.
 *  3. files is filled only by the run under way; others see it once the job has ended. */
#ifndef HELHET_JOBS_INT_H
#define HELHET_JOBS_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/os.h"
#include "jobs/jobs.h"

#define JOBS_STATE_FILE "state.json"
#define JOBS_FILES_DIR "files"

struct job {
    struct jobs *jobs;
    struct job *next; /* in order of submission */
    const struct job_kind *kind;
    struct arena arena; /* texts that live as long as the job */
    struct str id, kind_name, request, url, who;
    const char *dir;
    enum jobs_state state;
    bool busy;    /* a thread has it; others see it as running */
    bool removed; /* cancelled while busy: its thread removes it */
    atomic_bool stop;
    atomic_uint_fast64_t done, total;
    unsigned attempts;
    int64_t created_ms, started_ms, ended_ms, expires_ms;
    struct buf kept, result;
    struct err error;
    struct jobs_file *file;
    size_t file_count, file_cap;
    unsigned begun; /* files begun by this run, by which they are numbered */
};

struct jobs {
    struct jobs_options opt;
    const struct job_kind *kind[JOBS_KINDS_MAX];
    char *dir;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* work to do, or closing */
    pthread_cond_t keep; /* something to expire, or closing */
    struct job *first, *last;
    unsigned all, waiting, running, drafts;
    bool closing;
    pthread_t thread[JOBS_THREADS_MAX], keeper;
    unsigned threads;
    bool keeping;
};

/* jobs_state.c */
/* Writes ID/state.json; durable when it returns true. */
bool jobs_state_write(const struct job *j, struct err *err);
/* Fills a new job from ID/state.json. */
bool jobs_state_read(struct job *j, struct err *err);

/* jobs_dir.c: err_set of ERR_NO_SPACE or ERR_IO for errno. */
bool jobs_dir_fail(struct err *err, const char *path);
bool jobs_dir_make(const char *path, struct err *err);
/* Makes what was created in the folder durable. */
bool jobs_dir_sync(const char *path, struct err *err);
/* Removes the folder with everything in it, state.json first. */
void jobs_dir_remove(const char *path);
/* Removes what is in its folder of files. */
void jobs_dir_empty(const struct job *j);
/* dir/name in arena. */
const char *jobs_dir_path(struct arena *arena, const char *dir, struct str name);
/* Each entry of a folder but "." and "..", sorted by name; the names in arena. */
bool jobs_dir_list(const char *path, struct arena *arena, struct str **name, size_t *count, struct err *err);

/* job.c */
struct job *job_new(struct jobs *js, struct str id, struct err *err);
void job_free(struct job *j);
/* Path of one of its files. */
const char *job_path(struct arena *arena, const struct job *j, struct str name, bool gzip);
/* Adds a finished file to the list; texts are copied. */
bool job_add_file(struct job *j, const struct jobs_file *f, struct err *err);

#endif
