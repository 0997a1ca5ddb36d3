/* SPDX-License-Identifier: Apache-2.0
 * Whose records the files of a job hold, for the log of whoever fetches them. */
#ifndef HELHET_API_JOB_WHOSE_H
#define HELHET_API_JOB_WHOSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

enum {
    JOB_WHOSE_MAX = 1000,          /* patients that are named; with more, that there are */
    JOB_WHOSE_BYTES_MAX = 48 << 10 /* of their ids: what a job keeps of its result is bounded */
};

/* Patients so far, each once. Zeroed to begin with; arena is the owner's. */
struct job_whose {
    struct arena *arena;
    store_rid rid[JOB_WHOSE_MAX]; /* ascending */
    struct str id[JOB_WHOSE_MAX]; /* in the order they came */
    size_t count, bytes;
    bool many;
};

/* Adds those whose records left through r since its view was set; r has no view afterwards. Without a view
 * nobody is known: there may be many. */
bool job_whose_add(struct job_whose *w, struct store_read *r, bool viewed, struct err *err);
/* Appends ,"patients":["…"],"many":false to an object begun in out. */
void job_whose_write(const struct job_whose *w, struct buf *out);

#endif
