/* SPDX-License-Identifier: Apache-2.0
 * jobs: long work on the server. A job is submitted, waits for one of a few threads, runs, and its files can
 * be fetched until it expires. Everything of a job lies in DIR/ID/: state.json (replaced atomically) and its
 * files; a folder without state.json is a draft or a leftover and is removed at jobs_open. What was waiting
 * or running when the process ended, in whatever way, runs again at the next jobs_open; what was done is
 * still served.
 *
 * Ids are random (122 bits), so that only who was told one can ask for it; who asked is kept in the state.
 * Every function may be called from any thread. The floor knows no HTTP and no FHIR. */
#ifndef HELHET_JOBS_JOBS_H
#define HELHET_JOBS_JOBS_H

#include "jobs/job.h"

enum {
    JOBS_THREADS = 2, /* when not told */
    JOBS_THREADS_MAX = 16,
    JOBS_WAITING_MAX = 32, /* jobs waiting for a thread; past it ERR_JOBS_FULL */
    JOBS_ALL_MAX = 1000,   /* jobs of any state on disk; past it ERR_JOBS_FULL */
    JOBS_DRAFTS_MAX = 8,   /* drafts at once */
    JOBS_KINDS_MAX = 16,
    JOBS_ID_TEXT = 37,       /* a UUID and its NUL */
    JOBS_PATH_MAX = 4096,    /* of a file, with its folder */
    JOBS_KEEP_MS = 86400000, /* how long a finished job is kept when not told: a day */
};

struct jobs;

enum jobs_state { JOBS_WAITING, JOBS_RUNNING, JOBS_DONE, JOBS_FAILED };

struct jobs_options {
    const char *dir; /* made when absent; one process at a time (the store's lock sees to it) */
    const struct job_kind *const *kinds;
    size_t kind_count;
    unsigned threads; /* 0: JOBS_THREADS */
    int64_t keep_ms;  /* 0: JOBS_KEEP_MS */
};

/* Reads the folder, removes what expired, starts the threads. A job of a kind not given fails. */
struct jobs *jobs_open(const struct jobs_options *opt, struct err *err);
/* Asks every run to stop, waits for them, frees. They run again at the next open. NULL is fine. */
void jobs_close(struct jobs *js);

/* A folder for a job to be, so that files can be put there before it is submitted. */
struct jobs_draft {
    char id[JOBS_ID_TEXT];
    char dir[JOBS_PATH_MAX];
};
bool jobs_draft_new(struct jobs *js, struct jobs_draft *out, struct err *err);
/* Removes the folder of a draft that was not submitted. */
void jobs_draft_drop(struct jobs *js, struct jobs_draft *d);

struct jobs_request {
    const char *kind;         /* name; must be one of the kinds */
    struct str text;          /* for the run, JOB_REQUEST_MAX; copied, as the others */
    struct str url;           /* what was asked for, to be told in the answer */
    struct str who;           /* agent */
    struct jobs_draft *draft; /* taken over on success; NULL: none */
};
/* Durable when it returns. ERR_JOBS_FULL (429) when there are too many, ERR_NO_SPACE. */
bool jobs_submit(struct jobs *js, const struct jobs_request *req, char id[JOBS_ID_TEXT], struct err *err);

struct jobs_file {
    struct str name; /* "Patient.1.ndjson" */
    struct str part, type, content_type;
    uint64_t items, bytes; /* bytes as on disk */
    bool gzip;
};

struct jobs_status {
    enum jobs_state state;
    struct str id, kind, request, url, who, result;
    int64_t created_ms, started_ms, ended_ms, expires_ms; /* 0: not yet */
    uint64_t done, total;                                 /* progress; total 0: not known */
    unsigned attempts;
    struct err error;             /* FAILED: why; then there are no files */
    const struct jobs_file *file; /* DONE: its files, in the order they were ended */
    size_t file_count;
};

/* Copies what is known of the job into arena. ERR_NOT_FOUND for ids that are unknown, expired or cancelled.
 */
bool jobs_get(struct jobs *js, struct str id, struct arena *arena, struct jobs_status *out, struct err *err);
/* Ends it if it runs and removes it with its files; from now on it is not found. */
bool jobs_cancel(struct jobs *js, struct str id, struct err *err);
/* Opens a file of a finished job for reading: a file descriptor for the caller to close, -1 with err.
 * Removal does not disturb who has it open. */
int jobs_file_open(struct jobs *js, struct str id, struct str name, struct arena *arena,
                   struct jobs_file *out, struct err *err);

struct jobs_stats {
    unsigned waiting, running, kept; /* kept: all on disk */
};
struct jobs_stats jobs_stats(struct jobs *js);

#endif
