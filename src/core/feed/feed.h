/* SPDX-License-Identifier: Apache-2.0
 * feed: every change of the record in the order it was committed, for those who act on it or tell of it. Each
 * follower is a thread of its own. */
#ifndef HELHET_FEED_FEED_H
#define HELHET_FEED_FEED_H

#include "store/store.h"

enum {
    FEED_TICK_MS = 1000,
    FEED_RETRY_MS = 1000, /* after take has failed */
    FEED_PAUSE_MS = 20,   /* after the end of the log: what is committed meanwhile is read together */
    FEED_PATIENTS_MAX = 4,
    FEED_PARTS = 16,       /* parts of the log read in one snapshot */
    FEED_MARK_EVERY = 512, /* parts passed over before a named follower's place is written anyway */
    FEED_NAME_MAX = 40,
};

/* One version that was written, by its label; of a deletion by that of what was deleted. */
struct feed_change {
    store_rid rid;
    uint16_t type; /* build id; 0: not of this model */
    uint32_t version;
    int64_t seq;
    char op;                              /* 'C', 'U', 'D' */
    bool current;                         /* no later version */
    bool last;                            /* of its commit */
    store_rid patient[FEED_PATIENTS_MAX]; /* whose record it is in, or whom it is about */
    uint8_t patients;
    bool many; /* and others */
    store_rid unit, provider;
    uint32_t flags;
    int64_t date_ms; /* clinical date; INT64_MIN: none */
};

struct feed;
struct feed_options {
    struct store *store;
    const char *name;      /* where its place is kept (a constant); NULL: nowhere, it begins now */
    const bool *types;     /* by build id: which are wanted; NULL: all. Borrowed */
    const uint16_t *about; /* by build id, as store_view.about; NULL: none. Borrowed */
    /* Before a snapshot is read: false passes over everything up to seq. May be NULL. */
    bool (*wanted)(void *arg, int64_t seq);
    /* On the follower's thread. r reads everything, as of the snapshot in which the log was read. False with
     * *err: the same again after FEED_RETRY_MS, when it has a name; else it goes on. */
    bool (*take)(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                 size_t count, struct err *err);
    /* At least each FEED_TICK_MS, between takes. May be NULL. */
    void (*tick)(void *arg);
    /* After a tick: has it more to do? Then the next one comes at once, what is new in the log between. NULL:
     * no. */
    bool (*busy)(void *arg);
    int nice; /* how far the thread stands back for who waits for an answer (setpriority(2)); 0: not at all */
    void *arg;
};

/* NULL with *err. */
struct feed *feed_start(const struct feed_options *opt, struct err *err);
/* Waits for what is being taken; what is left comes after the next start. NULL is fine. */
void feed_stop(struct feed *f);
/* The commit up to which everything has been taken. From any thread. */
int64_t feed_seq(const struct feed *f);

/* In a job: the named follower has taken everything up to the end of list's part of the log, which take was
 * given last. Its own changes and this are kept together. */
bool feed_mark(struct feed *f, struct store_tx *tx, struct err *err);

/* The changes after *place (the next part of the log), in arena, with the same labels; *count 0 at the end. r
 * as it comes from store_read_begin; it has no view afterwards. */
bool feed_read(struct store_read *r, const struct feed_options *opt, struct store_place *place,
               struct arena *arena, struct feed_change **out, size_t *count, struct err *err);

#endif
