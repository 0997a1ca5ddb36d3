/* SPDX-License-Identifier: Apache-2.0
 * job: what a kind of long work is, and what its run function sees. A kind is a const table; its run gets the
 * request as text, tells progress, looks now and then whether it is to stop, and makes files.
 *
 * A run may be cut off anywhere (kill -9, power, stop of the server) and is then run again in the next
 * process: its files of before are gone, but what it kept (job_keep) is there. So a run is either made to
 * begin anew, or to go on from what it kept. Files are seen by others only when the job is done. At most
 * JOB_ATTEMPTS_MAX runs are begun, so that a job that ends the process does not do so for ever.
 *
 * Threads: a job and its files belong to the thread its run was called on. */
#ifndef HELHET_JOBS_JOB_H
#define HELHET_JOBS_JOB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    JOB_REQUEST_MAX = 4 << 20, /* bytes of a request */
    JOB_KEPT_MAX = 64 << 10,   /* bytes of what a run keeps, and of its result */
    JOB_FILES_MAX = 10000,     /* files of one job */
    JOB_FILE_BYTES = 64 << 20, /* bytes of text in one file, before compression, when it is split */
    JOB_LABEL_MAX = 96,        /* bytes of a file's name, part, type or content type */
    JOB_ATTEMPTS_MAX = 5,
};

struct job;
struct job_file;

struct job_kind {
    const char *name; /* "export": a lower-case word, kept in the state file */
    /* False with *err when it failed, also with ERR_CANCELLED after job_stopped. */
    bool (*run)(struct job *j, void *arg, struct err *err);
    void *arg;
};

/* As given to jobs_submit; text lives as long as the job. */
struct str job_request(const struct job *j);
struct str job_id(const struct job *j);
/* The job's own folder, where a draft's files lie. */
const char *job_dir(const struct job *j);
/* 1 for the first run of this job. */
unsigned job_attempt(const struct job *j);
/* True when the run should end soon, with ERR_CANCELLED: someone cancelled, or the server stops (then it is
 * run again later). Cheap: ask at least every few hundred milliseconds. */
bool job_stopped(const struct job *j);
/* For people and X-Progress: done of total (0: not known). Cheap, not durable. */
void job_progress(struct job *j, uint64_t done, uint64_t total);
/* What the kind wants to tell of the finished job (JSON text); durable with the end of the job. */
bool job_result(struct job *j, struct str text, struct err *err);

/* Makes text durable now: what a later run of this job finds in job_kept. Costs a sync. */
bool job_keep(struct job *j, struct str text, struct err *err);
/* What was kept last, by this run or one before; empty when nothing was. */
struct str job_kept(const struct job *j);

/* ---- files: what a finished job gives ---- */

struct job_file_options {
    const char *name;         /* first part of the file's name: "Patient" gives "Patient.1.ndjson" */
    const char *suffix;       /* "ndjson" */
    const char *part;         /* list it belongs to in the answer: "output", "deleted", "error" */
    const char *type;         /* told in the answer: "Patient" */
    const char *content_type; /* "application/fhir+ndjson" */
    bool gzip;                /* kept compressed; whoever fetches it may get it so or plain */
    bool split;               /* a new file begins once JOB_FILE_BYTES have been written */
};

/* The options' texts must live until close. NULL with err. Nothing is on disk until the first write. */
struct job_file *job_file_open(struct job *j, const struct job_file_options *opt, struct err *err);
/* Appends data, which holds so many items (lines, rows). Data is never parted between files. ERR_NO_SPACE,
 * ERR_IO; after a failure only close or drop. */
bool job_file_write(struct job_file *f, struct str data, uint64_t items, struct err *err);
/* Ends it, makes it durable and adds it to the job's files; one never written to leaves no file. Frees f. */
bool job_file_close(struct job_file *f, struct err *err);
/* Ends it without adding it; frees f. NULL is fine. */
void job_file_drop(struct job_file *f);

#endif
