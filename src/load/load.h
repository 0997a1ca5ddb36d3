/* SPDX-License-Identifier: Apache-2.0
 * load: FHIR R4 into a store in bulk: resources, Bundles of every type, as JSON or XML, and NDJSON of either,
 * each plain, gzip or bzip2. What a file is, its first bytes say, not its name. One thread reads and splits,
 * worker threads parse, check, rewrite references and extract, and the store is fed strictly in input order,
 * so that a run is deterministic and a conditional reference sees everything before it.
 *
 * What an entry becomes:
 * - Ids are kept: resource.id, else the uuid of a urn:uuid fullUrl, else the id of a PUT address, else one
 * derived from the content, so that a second run finds the same resource again.
 * - POST in a Bundle creates and never changes what has that id already (counted as unchanged, noted in the
 * report when the content differs); PUT, NDJSON, collections and the like create or update; equal content
 * makes no new version.
 * - GET, DELETE, PATCH and entries without a resource are rejected; so is every entry that fails the check or
 * whose conditional reference has not exactly one match. The rest of the Bundle still goes in.
 * - History Bundles are read from the oldest entry to the newest.
 *
 * A load goes in bulk, or by batches (load_options.batch) beside other writers.
 *
 * in = stored + unchanged + rejected always holds. A whole file that cannot be read is one rejected entry. */
#ifndef HELHET_LOAD_LOAD_H
#define HELHET_LOAD_LOAD_H

#include <stdatomic.h>

#include "search/search.h"

enum {
    LOAD_RECORD_MAX = 128 << 20, /* bytes of one line or of one file that is a single document */
    LOAD_CHUNK = 256 << 10,      /* lines are handed to the workers in runs of about this many bytes */
    LOAD_QUEUE_MAX = 64,         /* runs waiting */
    LOAD_QUEUE_BYTES = 32 << 20, /* bytes waiting; one larger run alone may pass */
    LOAD_WORKERS_MAX = 16,
    LOAD_ARENA_MAX = 1 << 30, /* memory of one worker for one record; past it the record is rejected */
    LOAD_PATHS_MAX = 1000 * 1000,
    LOAD_TICK_MS = 200, /* between calls of progress */
};

struct load;

struct load_stats {
    uint64_t in, stored, unchanged, rejected;
    uint64_t kept;                    /* of unchanged: POST of another content under an id that exists */
    uint64_t files;                   /* read to their end */
    uint64_t bytes_done, bytes_total; /* of the files as they lie on disk */
};

typedef void load_progress_fn(void *arg, const struct load_stats *now);

/* What became of one entry. */
struct load_told {
    const char *file;
    uint32_t line;     /* in the file, where it begins or where the fault is; 0: not known */
    fhir_type_id type; /* 0: not known */
    enum load_outcome { LOAD_STORED, LOAD_SAME, LOAD_KEPT, LOAD_REFUSED } outcome;
    const struct err *err; /* REFUSED: why */
};
/* Called in input order, once the entry is durable (LOAD_BATCH loads) or handed over (bulk loads). Not on the
 * caller's thread, but never two at once. */
typedef void load_told_fn(void *arg, const struct load_told *told);
/* Every entry before next_line of the file has been told of and is durable: what a later load of the same
 * file may begin after (load_options.first_line). UINT32_MAX: all of it. Only of LOAD_BATCH loads; called as
 * load_told_fn is. */
typedef void load_mark_fn(void *arg, const char *file, uint32_t next_line);

struct load_options {
    struct store *store;
    struct search *search;
    unsigned workers;         /* 0: one per core */
    const char *report_path;  /* NDJSON, one line a rejection or note; replaced. NULL: none */
    struct str agent, reason; /* for the commit log */
    atomic_bool
        *stop; /* set it (a signal handler may) to finish what is under way and leave the rest; or NULL */
    load_progress_fn *progress; /* on the caller's thread inside load_file, load_text and load_end; or NULL */
    void *progress_arg;
    /* Not 0: no bulk load, but jobs of so many entries through the store's writer, so that others may write
     * meanwhile and wait for one such job at most. */
    unsigned batch;
    load_told_fn *told; /* or NULL */
    load_mark_fn *mark; /* or NULL */
    void *told_arg;
    uint32_t first_line;    /* lines of NDJSON before this one are left out; 0: none */
    fhir_type_id only_type; /* resources of another type are rejected; 0: any */
};

/* Begins a load. Unless it goes by batches the store must have no other writers until load_end. */
struct load *load_begin(const struct load_options *opt, struct err *err);
/* Tells how many bytes there will be, for the percentage. */
void load_expect(struct load *l, uint64_t bytes);
/* Reads and hands over one file; waits while the queue is full. False only when the load as a whole is over
 * (stopped, or the store failed): what is wrong with the file itself goes into the report. */
bool load_file(struct load *l, const char *path);
/* Hands over NDJSON text made by the caller (copied); name stands for a file in the report. */
bool load_text(struct load *l, const char *name, struct str text);
/* Waits for everything, makes it durable, frees l. False when the store or the report failed (*err says why;
 * stats still tell what went in). Stopping is no failure. */
bool load_end(struct load *l, struct load_stats *stats, struct err *err);

/* The files to read for the given paths, in order: a file is itself, a folder all its .json, .ndjson, .xml,
 * .gz and .bz2 files, recursively, sorted by name. Fails with the first path that does not exist. Strings in
 * arena.
 */
struct load_path {
    const char *path;
    uint64_t bytes;
};
bool load_paths(char *const *paths, size_t count, struct arena *arena, struct load_path **out,
                size_t *out_count, struct err *err);

#endif
