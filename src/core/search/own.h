/* SPDX-License-Identifier: Apache-2.0
 * own: search parameters made at run time out of SearchParameter resources (R4 SearchParameter). The
 * resources in the store are the truth: own_load reads them when the store is opened, and the store's hooks
 * (search_hooks) check each change of one before it is written and take it over after its commit, whatever
 * way it came. One parameter per (resource type, SearchParameter); it is immutable, a changed definition
 * makes a new one. Searches by a parameter whose rows are not complete are refused (ERR_SEARCH_INDEXING), in
 * the snapshot the search reads.
 *
 * The indexer is a thread that gives the resources already stored their rows, in slices through the writer:
 * it goes on where it was after a stop or a kill, compares at the end every resource's rows with what its
 * body gives, and takes the rows of withdrawn parameters away. */
#ifndef HELHET_SEARCH_OWN_H
#define HELHET_SEARCH_OWN_H

#include <stdatomic.h>

#include "search/search.h"

enum {
    OWN_MAX = 8192,       /* (resource type, definition) pairs one process has room for */
    OWN_RUN_MAX = 64,     /* parameters of one type indexed in one pass */
    OWN_WORKERS_MAX = 16, /* threads that extract */
};

enum own_state {
    OWN_INDEXING,  /* rows are being made */
    OWN_VERIFYING, /* all are made and are being compared with the bodies */
    OWN_READY,     /* can be searched by */
    OWN_FAILED,    /* the comparison found a difference twice, or the indexer could not go on */
    OWN_REMOVING,  /* withdrawn: its rows are being taken away */
    OWN_REMOVED
};

struct own_status {
    fhir_param_id param; /* 0: all rows of all resources (own_index_again_all) */
    enum own_state state;
    struct str source;            /* id of the SearchParameter; empty for withdrawn ones found at start */
    uint64_t total, done;         /* resources of the pass under way */
    uint64_t rows, expected;      /* resources that have rows, and that should by their bodies: verified */
    int64_t started_ms, ended_ms; /* 0: not yet */
    uint64_t per_second;          /* resources, of the indexing pass, without the comparison */
};

/* Loads the parameters of the store that s's schema and hooks were given to, before anything else uses it. */
bool own_load(struct search *s, struct store *store, struct err *err);
/* Would the SearchParameter at node, which is to have this id, be accepted as things stand in r? */
bool own_check(struct search *s, struct store_read *r, const struct json_doc *doc, uint32_t node,
               struct str id, struct err *err);

/* Calls fn, which must not search or write, for each parameter that there is or whose rows are being removed,
 * by id. False ends it. */
typedef bool own_each_fn(void *arg, const struct own_status *st);
void own_each(const struct search *s, own_each_fn *fn, void *arg);
/* Rises whenever a parameter becomes ready or stops being so. */
uint32_t own_version(const struct search *s);

/* Starts the indexer with as many threads (0: one per core). The store must stay open until own_index_stop,
 * which waits for the slice under way. */
bool own_index_start(struct search *s, unsigned workers, struct err *err);
void own_index_stop(struct search *s);
/* Waits until there is nothing to do, calling progress about every 200 ms; false when a parameter failed. */
bool own_index_wait(struct search *s, void (*progress)(void *arg, const struct own_status *now), void *arg,
                    atomic_bool *stop);
/* Makes the rows of one SearchParameter's parameters anew (source: its id). False when it has none. */
bool own_index_again(struct search *s, struct str source, struct err *err);
/* Makes all rows of all resources anew from the bodies, while searches go on with those there are. */
bool own_index_again_all(struct search *s, struct err *err);
/* How far that is; state OWN_READY when it ended well, OWN_REMOVED when it was never asked for. */
struct own_status own_index_all(const struct search *s);

#endif
