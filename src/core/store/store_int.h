/* SPDX-License-Identifier: Apache-2.0
 * The store's inside: what the files of this folder share.
 *
 * Invariants
 *  1. Only the writer thread uses store.db for writing; readers have connections of their own.
 *  2. A version's body never changes once committed. Index tables hold exactly what the packed rows of the
 * current, not deleted resources give (table_of); kind holds every resource that has a version.
 *  3. seq rises by one a commit, time never goes back.
 *  4. What the writer remembers in memory (write.h) is a copy of what its transaction sees; it is forgotten
 * when a savepoint is undone. */
#ifndef HELHET_STORE_INT_H
#define HELHET_STORE_INT_H

#include <pthread.h>

#include "store/chain.h"
#include "store/db.h"
#include "store/dict.h"
#include "store/id.h"
#include "store/map.h"
#include "store/number.h"
#include "store/pin.h"
#include "store/rows.h"
#include "store/sight.h"
#include "store/store.h"
#include "store/table.h"
#include "store/touch.h"

enum {
    STORE_CACHE_MIB = 48,        /* the writer's page cache when not told */
    STORE_READERS_MAX = 64,      /* snapshots at once; past it store_read_begin waits */
    STORE_BLOCK = 256,           /* rids of one patient's block */
    STORE_TYPES_MAX = 1024,      /* durable type numbers */
    STORE_PART = 4096,           /* changes in one row of the change table */
    STORE_LOG_PAGES_MAX = 12800, /* 100 MiB of write-ahead log: then checkpoint at once */
    STORE_LOG_PAGES_IDLE = 500,  /* checkpoint when idle past this */
    STORE_TIMES = 256,           /* commit times a reader remembers */
    STORE_NAMES = 256,           /* names of resources it remembers … */
    STORE_NAME_MAX = 64,         /* … of this length */
};

/* Bytes of any one arena in here: work on one resource, one page or one batch. Past it: ERR_NO_MEMORY. */
#define STORE_ARENA_MAX ((size_t)1 << 30)

#define STORE_FILE "helhet.db"
#define STORE_LOCK "helhet.lock"

/* op as stored: small numbers take no room in a row. */
enum store_op { OP_CREATED = 0, OP_UPDATED = 1, OP_DELETED = 2, OP_PLACEHOLDER = 3 };

struct write;
struct writer;

struct store {
    char *dir, *path;
    int lock_fd;
    struct store_schema schema;
    struct store_hooks hooks;
    struct hash_key key;
    unsigned cache_kib;
    uint16_t patient_type; /* build id of the type whose resources get blocks; 0: none */
    atomic_bool stale;     /* index rows come from another model */
    struct number types, params;
    struct dict_set dicts;
    struct db db;
    struct write *write;
    struct writer *writer;
    struct touch touch;
    pthread_mutex_t seq_lock;
    pthread_cond_t seq_risen;
    int64_t seq; /* of the last commit, for store_wait */
    pthread_mutex_t read_lock;
    pthread_cond_t read_free;
    struct store_read *free_reads;
    unsigned reads; /* open readers, free ones too */
    bool read_part; /* free readers must not keep their snapshots */
};

struct store_read {
    struct store *s;
    struct db *db; /* own, or the writer's inside a job */
    struct db own;
    ZSTD_DCtx *dctx;
    struct buf scratch; /* packed body being unpacked */
    struct arena arena; /* work memory of one call; arena_mark/rewind around its use */
    int64_t seq;        /* -1: not asked yet */
    bool in_job;
    bool open;        /* in a transaction; a free reader keeps its snapshot for whoever comes next, */
    uint64_t commits; /* if db.commits is still what it was when it began */
    struct pin pin;
    struct sight sight;
    struct {
        int64_t seq, time_ms;
    } times[STORE_TIMES];
    struct read_name { /* of committed resources, which never get another name */
        store_rid rid;
        uint16_t type;
        uint8_t n;
        char id[STORE_NAME_MAX];
    } names[STORE_NAMES];
    struct store_read *next;
};

/* read.c */
bool read_init(struct store_read *r, struct store *s, struct db *db, struct err *err);
void read_release(struct store_read *r);
/* rid of (durable type, id); 0 when it has none. */
bool read_key(struct store_read *r, uint16_t type, struct str id, store_rid *rid, struct err *err);
/* id of a name; 0 is "", -1 unknown. */
bool read_name(struct store_read *r, struct str text, int64_t *id, struct err *err);
bool read_time(struct store_read *r, int64_t seq, int64_t *time_ms, struct err *err);
/* The current version of rid, or as of the pin; body only when wanted. */
enum store_found read_current(struct store_read *r, store_rid rid, bool body, struct arena *arena,
                              struct store_version *out, struct err *err);
/* The same as far as the reader's view lets it be seen: body masked, hidden as absent. */
enum store_found read_shown(struct store_read *r, store_rid rid, bool body, struct arena *arena,
                            struct store_version *out, struct err *err);
/* out as it was found, with its body: what the view lets be seen of it. body: it is given out. */
enum store_found read_judged(struct store_read *r, enum store_found found, bool body, struct arena *arena,
                             struct store_version *out, struct err *err);
/* Version of rid, current or old; read_shown_version through the view, body only when wanted. */
enum store_found read_shown_version(struct store_read *r, store_rid rid, uint32_t version, bool body,
                                    struct arena *arena, struct store_version *out, struct err *err);
enum store_found read_version(struct store_read *r, store_rid rid, uint32_t version, struct arena *arena,
                              struct store_version *out, struct err *err);
/* How many current resources of a (build) type there are, whatever is seen of them. */
bool read_count(struct store_read *r, uint16_t type, uint64_t *count, struct err *err);
/* Binds the id as it is stored (blob or text); packed is room for it. */
void read_bind_id(sqlite3_stmt *st, int at, struct str id, unsigned char packed[ID_PACKED]);
struct str read_column_id(sqlite3_stmt *st, int at, struct arena *arena);
void read_close_all(struct store *s);
/* Ends the snapshots that free readers keep, which are in the way of the log's beginning anew. part: none is
 * kept either until the next call without. */
void read_part(struct store *s, bool part);

/* A growing list of rids in an arena. */
struct rid_list {
    store_rid *item;
    size_t count, cap;
};
bool rid_list_add(struct rid_list *l, struct arena *arena, store_rid rid, struct err *err);
/* Sorts and drops repeats. */
void rid_list_unique(struct rid_list *l);

/* schema.c */
bool schema_create(struct store *s, struct err *err);
bool schema_check(struct store *s, struct err *err);
/* Empties every index table. */
bool schema_clear_index(struct db *db, struct err *err);
bool schema_meta_put(struct db *db, const char *key, struct str value, struct err *err);
bool schema_meta_get(struct db *db, const char *key, struct arena *arena, struct str *value, struct err *err);

/* writer.c */
struct writer *writer_start(struct store *s, struct err *err);
void writer_stop(struct writer *w);
/* Tells store_wait of the last commit. */
void writer_seq(struct store *s);

#endif
