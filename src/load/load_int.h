/* SPDX-License-Identifier: Apache-2.0
 * Private to load: the run of text that travels from reader to worker, and what the workers share. */
#ifndef HELHET_LOAD_LOAD_INT_H
#define HELHET_LOAD_LOAD_INT_H

#include <pthread.h>
#include <stdio.h>

#include "check/check.h"
#include "load/load.h"
#include "load/load_source.h"

/* A run of whole records of one file. */
struct load_chunk {
    struct load_chunk *next;
    uint64_t ticket;     /* 0.. in input order */
    const char *file;    /* lives as long as the load */
    uint32_t line;       /* of the first byte, 1-based */
    bool document;       /* the text is one JSON document, not lines */
    bool last;           /* of its file */
    struct err fault;    /* what ended the file before its end: one more rejected entry, at fault.line */
    uint64_t bytes_done; /* bytes of input files behind this chunk's end */
    char *text;          /* os_alloc */
    size_t n;
};

/* Reader → workers, in order, bounded by count and bytes. */
struct load_queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    struct load_chunk *first, *last;
    size_t count, bytes;
    bool closed;
};

void load_queue_init(struct load_queue *q);
void load_queue_release(struct load_queue *q); /* frees what is left in it */
/* Takes c over. Waits while full, at most ms; false when still full then (c stays the caller's). */
bool load_queue_push(struct load_queue *q, struct load_chunk *c, unsigned ms);
/* NULL when closed and empty. */
struct load_chunk *load_queue_pop(struct load_queue *q);
void load_queue_close(struct load_queue *q);
/* Absolute time for pthread_cond_timedwait, ms from now. */
struct timespec load_queue_deadline(unsigned ms);
struct load_chunk *load_queue_chunk(const char *file, uint32_t line, const char *text, size_t n);
void load_queue_free(struct load_chunk *c);

enum load_entry_state { LOAD_READY, LOAD_UNCHANGED, LOAD_REJECTED };

/* One resource on its way in. */
struct load_entry {
    struct json_doc *doc;
    uint32_t node;   /* of the resource; UINT32_MAX when there is none */
    uint32_t line;   /* where its record begins in the file */
    uint32_t number; /* 1-based place in its Bundle; 0: no Bundle */
    uint32_t bundle; /* node of the Bundle when number > 0 */
    enum load_entry_state state;
    const struct err *err; /* REJECTED: why */
    /* Of a Bundle entry, else empty. */
    struct str full_url, if_none_exist, put_type, put_id, put_query;
    struct store_change change;
};

/* Report file: NDJSON written under the turn, so in input order. */
struct load_report {
    FILE *file;
    const char *path;
    struct buf line;
    struct err err; /* the first failure to write */
};
bool load_report_open(struct load_report *r, const char *path, struct err *err);
void load_report_rejected(struct load_report *r, const char *file, const struct load_entry *e);
/* Line of the file, from the record's line and the place within the record. */
uint32_t load_report_line(const struct load_entry *e);
/* A POST left alone because the id exists with another content. */
void load_report_kept(struct load_report *r, const char *file, const struct load_entry *e);
bool load_report_close(struct load_report *r, struct err *err);

struct load {
    struct load_options opt;
    struct store_bulk *bulk;   /* used under the turn only; NULL: by batches */
    struct load_report report; /* under the turn */
    struct hash_key key;
    struct load_queue queue;
    pthread_t thread[LOAD_WORKERS_MAX];
    struct load_worker *worker;
    unsigned worker_count, running; /* running: under turn_lock */
    uint64_t tickets;               /* given out by the reader */
    pthread_mutex_t turn_lock;
    pthread_cond_t turn_moved;
    uint64_t turn;           /* ticket that may touch the store now */
    uint64_t stop_ticket;    /* this one and later ones are left out; UINT64_MAX: none; under turn_lock */
    struct load_stats stats; /* under turn_lock */
    struct err fatal;        /* the first failure of the store; under turn_lock */
    atomic_bool dead;        /* fatal is set */
    uint64_t told_ns;        /* last progress call; reader only */
    uint64_t bytes_read;     /* of finished files; reader only */
    struct arena names;      /* file names; reader only */
};

/* A worker with the chunk it has in hand. */
struct load_worker {
    struct load *load;
    struct arena arena; /* lives from chunk to chunk */
    struct load_chunk *chunk;
    bool has_turn;
    struct load_entry *
        *entry;             /* of the chunk, in put order; the list is os_alloc's, the entries the arena's */
    size_t count, cap, put; /* put: how many of them went to the store already */
    bool from_xml;          /* the record at hand was XML: its lines are still right, columns are not */
    bool full;              /* the record at hand needs more memory than a worker may have */
    struct err err;         /* why the entry at hand fails, until load_entry_reject keeps it */
    struct check_issues issues;
};

/* True once the load is over: stopped or failed. */
bool load_over(const struct load *l);
/* Records the first failure of the load as a whole. Always false. */
bool load_fail(struct load *l, const struct err *err);
/* Calls progress when it is time; the reader's thread only. */
void load_tick(struct load *l);
/* Gives the chunk its ticket and queues it (taken over in any case). False when the load is over. */
bool load_push(struct load *l, struct load_chunk *c);

/* Takes chunks from the queue until it closes. */
void *load_turn_worker(void *worker);
/* Waits until all earlier chunks are in the store. False when this chunk is to be left out. Once had, the
 * turn stays until the chunk ends. */
bool load_turn_take(struct load_worker *w);
/* Puts the entries not yet put, in order, with the turn held. False when the load is over. */
bool load_turn_put(struct load_worker *w);

/* Does this failure say nothing about the resource, so that the load as a whole is over? */
bool load_turn_fatal(enum err_code code);

/* load_online.c: puts the READY entries from w->put on that one job may hold, and waits until they are
 * durable. False when the load is over. *end is the first one not put. */
bool load_online_put(struct load_worker *w, size_t *end);

/* Parses the chunk's records and appends their entries, each READY, UNCHANGED or REJECTED. False when the
 * load is over. */
bool load_entry_chunk(struct load_worker *w);
/* Appends e, which must live in the worker's arena, to the list. */
bool load_entry_add(struct load_worker *w, struct load_entry *e);
/* Rejects e for what w->err says. */
void load_entry_reject(struct load_worker *w, struct load_entry *e);
/* Checks the resource and gives it its type and id. On failure e is REJECTED. */
void load_entry_check(struct load_worker *w, struct load_entry *e);
struct load_refs;
/* References, index rows and body. On failure e is REJECTED; false when the load is over. */
bool load_entry_ready(struct load_worker *w, struct load_entry *e, struct load_refs *refs);
/* All entries of the Bundle at the root of doc. False when the load is over. */
bool load_bundle(struct load_worker *w, struct json_doc *doc, uint32_t line);

/* Which address stands for which resource within one Bundle, and what its conditions were found to mean. */
struct load_refs {
    struct load_worker *worker;
    struct load_refs_slot *slot; /* open addressing, a power of two; NULL: none */
    size_t slot_count, used;
    bool over; /* a lookup was cut off by the end of the load */
};
/* from is an absolute address, Type/id or Type?query; the first one stays. Borrowed. */
bool load_refs_add(struct load_refs *r, struct str from, fhir_type_id type, struct str id);
/* "Type/id" or an empty text. */
struct str load_refs_get(const struct load_refs *r, struct str from);
/* refs_map_fn with a struct load_refs. */
bool load_refs_map(void *arg, bool is_reference, struct str from, struct arena *arena, struct str *to,
                   struct err *err);
/* Resources of type that match a search query, counted to 2, and the id of one. Takes the turn. *over tells
 * that the load is over. */
bool load_refs_find(struct load_worker *w, fhir_type_id type, struct str query, unsigned *count,
                    struct str *id, bool *over, struct err *err);

/* Reads one file through to the queue. False when the load is over. */
bool load_split_file(struct load *l, const char *path);

#endif
