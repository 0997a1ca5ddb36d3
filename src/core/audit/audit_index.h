/* SPDX-License-Identifier: Apache-2.0
 * audit_index: audit.db, by which the log is searched: it follows the files, holds no record itself, and can
 * be made again from them (audit_index_open with a file that does not fit, or none, begins anew). One thread
 * at a time. */
#ifndef HELHET_AUDIT_AUDIT_INDEX_H
#define HELHET_AUDIT_AUDIT_INDEX_H

#include "audit/audit.h"
#include "audit/audit_file.h"

enum {
    AUDIT_INDEX_BATCH = 4096, /* records of one transaction */
    AUDIT_FIND_MAX = 1000,    /* records of one page */
};

/* What the index knows of a record in one number: enum audit_flag, and these. */
enum audit_bit {
    AUDIT_BIT_MANY = 8,    /* names not all of its patients */
    AUDIT_BIT_STAFF = 16,  /* by a person in an assignment */
    AUDIT_BIT_NAME = 32,   /* a search for people by name */
    AUDIT_BIT_DENIED = 64, /* 401, 403 or 404 */
};

struct audit_index;

/* write: follows; one process at a time (the log's lock). Else only finds; ERR_STORE_OPEN when there is no
 * index yet. */
struct audit_index *audit_index_open(const char *dir, const char *spare, bool write, struct err *err);
/* For who looks: brought up to date here when nobody writes the log, else as the writer keeps it (a moment
 * behind). */
struct audit_index *audit_index_current(const char *dir, const char *spare, struct err *err);
/* The index of a log that is written here, for finding. */
struct audit_index *audit_index_beside(const struct audit *a, struct err *err);
void audit_index_close(struct audit_index *x);
/* Forgets the records before seq first. */
bool audit_index_prune(struct audit_index *x, uint64_t first, struct err *err);
/* Takes up to AUDIT_INDEX_BATCH more records, none after seq until (UINT64_MAX: as far as the log chains).
 * *more: there are others. */
bool audit_index_follow(struct audit_index *x, uint64_t until, bool *more, struct err *err);
/* The last record it has, with its hash: what a log must still hold. seq 0: none. */
struct audit_known;
bool audit_index_known(struct audit_index *x, struct audit_known *out, struct err *err);

/* What is looked for: empty and 0 for all. */
struct audit_query {
    /* Whole texts as in the record; patient an id. */
    struct str patient, user, account, unit, entity, assignment;
    uint64_t about; /* reviews of this record */
    uint32_t bits;  /* any of these (enum audit_flag, audit_bit) */
    char code;
    int outcome; /* enum audit_outcome + 1 */
    uint64_t seq;
    int64_t low_ms, high_ms; /* [low, high); high 0: none */
    uint64_t before;         /* only older than this seq; 0: from the newest */
    size_t limit;            /* at most AUDIT_FIND_MAX */
};
struct audit_found {
    uint64_t seq;
    struct str json; /* the record, as it stands in the log */
};
/* Newest first, in arena. total NULL: not counted; of all, before and limit aside. */
bool audit_index_find(struct audit_index *x, const struct audit_query *q, struct arena *arena,
                      struct audit_found **out, size_t *count, uint64_t *total, struct err *err);

/* count records at random among those that q finds, newest first, in arena: the same for the same seed and
 * records, whoever asks. *population: how many there were. O(those). */
bool audit_index_pick(struct audit_index *x, const struct audit_query *q, uint64_t seed, struct arena *arena,
                      struct audit_found *out, size_t *count, uint64_t *population, struct err *err);

/* Calls fn for each assignment in which something has been done (AUDIT_DONE) in the records after *after,
 * once each, at most AUDIT_ACTED_MAX records on; *after moves on. UINT64_MAX: to the end, no call. */
enum { AUDIT_ACTED_MAX = 1 << 16 };
typedef void audit_acted_fn(void *arg, struct str assignment);
bool audit_index_acted(struct audit_index *x, uint64_t *after, audit_acted_fn *fn, void *arg,
                       struct err *err);

/* The thread that follows beside a writing log. */
struct audit_index_thread;
struct audit_index_thread *audit_index_start(struct audit *a, struct err *err);
void audit_index_stop(struct audit_index_thread *t);
/* Waits until the index has every record that is durable now, at most ms milliseconds; false with
 * ERR_AUDIT_BEHIND and how far it has come. */
bool audit_index_wait(struct audit *a, unsigned ms, struct err *err);

#endif
