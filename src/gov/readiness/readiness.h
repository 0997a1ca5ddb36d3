/* SPDX-License-Identifier: Apache-2.0
 * readiness: go or no-go that nobody writes (docs/READINESS.md). A follower of the record's changes measures
 * each open ReadinessCheckpoint's criteria (definitions/care/readiness.json says how) and writes results and
 * verdict into it. Beside the store, readiness.db holds what has been measured and its trend, for the board
 * and the critical line; it can be made again. */
#ifndef HELHET_READINESS_READINESS_H
#define HELHET_READINESS_READINESS_H

#include "feed/feed.h"
#include "search/search.h"

#define READINESS_STYR "https://helhet.example/styr/"

enum {
    READINESS_CRITERIA_MAX = 64, /* of a checkpoint; more are not met */
    READINESS_SLICE = 64,        /* checkpoints measured between two looks at the log */
    READINESS_AGAIN = 200,       /* and of those nobody touched, at each look */
    READINESS_ROSTER_MAX = 5000, /* people of a unit */
    READINESS_TIMES_DAY = 48,    /* reports of answer times in a day: versions of one resource */
    READINESS_TIMES_CALLS = 20,  /* the fewest that a 95th percentile is told of; fewer wait for more */
};

struct api;
struct readiness;
struct readiness_options {
    struct store *store;
    struct search *search;
    const char *dir; /* the store's folder */
    /* When a person ("Practitioner/x") last did something in an assignment ("PractitionerRole/y"): ms, 0:
     * never. The newest act's AuditEvent in *event, in arena, where there is one. NULL: not known, so not
     * met. On the follower's thread. */
    int64_t (*login)(void *arg, struct str person, struct str assignment, struct arena *arena,
                     struct str *event);
    /* Calls fn for each assignment in which something has been done after record *after of the log of
     * accesses, once each; *after moves on. UINT64_MAX: it begins where the log ends. False with *err. NULL:
     * there is no log. On the follower's thread. */
    bool (*acted)(void *arg, uint64_t *after, void (*fn)(void *fn_arg, struct str assignment), void *fn_arg,
                  struct err *err);
    void *arg;
    /* What the service knows of itself (readiness_own.c), for as long as a checkpoint is open: */
    const struct api *api; /* its answer times; NULL: not known */
    int64_t times_ms;      /* how often they are reported; 0: never */
    const char *web;       /* folder of the browser part, whose words.json tells of its texts; NULL: none */
    const char *release;   /* what the texts are of; NULL: nothing is said of texts */
};

/* Borrows the options' store and search. Everything open is measured anew, in the background. NULL with *err.
 */
struct readiness *readiness_start(const struct readiness_options *opt, struct err *err);
/* Before the store closes. NULL is fine. */
void readiness_stop(struct readiness *x);
/* The commit up to which all changes have been measured; older while something waits. From any thread. */
int64_t readiness_seq(const struct readiness *x);
/* A readiness_ask_fn (api/readiness_ask.h); arg is struct readiness *. From any thread. */
struct readiness_ask;
bool readiness_answer(void *arg, struct readiness_ask *ask, struct err *err);

#endif
