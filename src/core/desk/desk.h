/* SPDX-License-Identifier: Apache-2.0
 * desk: what lies on somebody's desk: drafts of what is being written, and settings. Kept for its owner alone
 * in desk.db in the store's folder, durable before anybody is told so; no part of the record.
 *
 * Thread safe: jobs are queued, one thread does them, many in one transaction, and calls each one's done
 * after the sync. */
#ifndef HELHET_DESK_DESK_H
#define HELHET_DESK_DESK_H

#include "base/arena.h"
#include "base/err.h"

enum {
    DESK_DRAFTS_MAX = 500,   /* of one owner */
    DESK_SETTINGS_MAX = 100, /* of one owner */
    DESK_QUEUE_MAX = 1024,   /* jobs waiting; past it ERR_ME_BUSY */
    DESK_GROUP_MAX = 256,    /* jobs in one transaction */
};

struct desk;

enum desk_what { DESK_DRAFT, DESK_SETTING };
enum desk_do { DESK_LIST, DESK_GET, DESK_PUT, DESK_DROP };

struct desk_item {
    struct str id, kind, patient, title, content; /* kind, patient, title: of drafts; content not in lists */
    int64_t updated_ms;
    uint32_t version; /* 1.. */
};

struct desk_job {
    enum desk_do verb;
    enum desk_what what;
    struct str owner;
    struct arena *arena;   /* of results */
    struct desk_item item; /* id; PUT: all, and version is the one it replaces, 0: it is new */
    /* On the desk's thread, once; job is the caller's again. */
    void (*done)(struct desk_job *job);
    void *arg;
    /* Results. PUT, GET, DROP: item is as it lies there (PUT without content); LIST: newest first. */
    bool ok;
    struct err err;
    struct desk_item *list;
    size_t count;
    bool made; /* PUT: it was not there before */
    struct desk_job *next;
};

/* Opens, or makes, the file in the store's folder and starts the thread. */
struct desk *desk_open(const char *dir, struct err *err);
/* Does what waits, closes. NULL is fine. */
void desk_close(struct desk *d);

/* Queues; false with *err when there is no room, and done is not called.
 *
 * A job fails with ERR_ME_NONE (GET, DROP: not there), ERR_VERSION_CONFLICT or ERR_VERSION_REQUIRED (PUT:
 * item is there in another version, or not there), ERR_EXISTS (PUT of what is new: it is there), ERR_ME_FULL.
 * A PUT of exactly what is there already is done, whatever version it names: its answer was lost. */
bool desk_submit(struct desk *d, struct desk_job *job, struct err *err);

#endif
