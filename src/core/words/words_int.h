/* SPDX-License-Identifier: Apache-2.0
 * words_int: what the files of this folder share.
 *
 * Invariants
 *  1. Only the follower's thread uses words.db for writing; finders have read-only connections.
 *  2. doc.id rises with doc.seq: documents are numbered as they are followed.
 *  3. A document's text is a function of the version's body alone (text.c), so that it can be made again to
 *     take it out of the contentless FTS5 table.
 *  4. Every version v with v.seq <= meta.seq that was current at some commit >= meta.floor has its document,
 *     with until = the commit that superseded it, NULL while none <= meta.seq did. */
#ifndef HELHET_WORDS_INT_H
#define HELHET_WORDS_INT_H

#include <pthread.h>
#include <sqlite3.h>

#include "base/os.h"
#include "words/words.h"
#include "json/json.h"

enum {
    WORDS_BATCH = 2048,         /* changes of one transaction, at least, while there are more */
    WORDS_BATCH_MS = 300,       /* or so long */
    WORDS_POLL_MS = 200,        /* how often the store is asked when nobody searches */
    WORDS_RETRY_MS = 5000,      /* after a failure */
    WORDS_READERS_MAX = 16,     /* finders at once; past it they wait */
    WORDS_CACHE_KIB = 16 << 10, /* the follower's page cache; a finder's is a quarter */
    WORDS_LOG_PAGES_MAX = 4096, /* of write-ahead log: then checkpoint */
    WORDS_TIDY_MIN = 1000,      /* superseded documents worth tidying */
    WORDS_TIDY_BATCH = 500,     /* taken out in one transaction */
    WORDS_TIDY_MS = 3600000,    /* how long a superseded version is kept at least */
    WORDS_PHRASES = 16,         /* of a query that are counted apart for the score */
    WORDS_NICE = 10,            /* the follower stands back for who waits */
};

#define WORDS_FILE "words.db"

/* ---- text.c ---- */

/* What a body says: words separated by spaces, elements by WORDS_GAP. */
struct words_text {
    struct buf narrative, content;
    uint32_t words; /* of both */
    /* For WORDS_GAP between and repeats: hashes of what content holds already. */
    uint64_t *seen;
    size_t seen_count, seen_cap;
    struct hash_key key;
    struct arena scratch;
};

/* U+00B7 is in no word: phrases do not reach over it. */
#define WORDS_GAP "\xC2\xB7"

void text_init(struct words_text *t);
void text_release(struct words_text *t);
/* Fills t from a stored body. A body that does not parse has no text. */
bool text_of(struct words_text *t, struct str body, struct err *err);

/* ---- query.c ---- */

/* Appends the FTS5 expression of the query; its texts are our own words only. *phrases: how many. */
bool query_expr(struct str query, bool start, enum words_where where, struct buf *out, unsigned *phrases,
                struct err *err);

/* ---- file.c: the connections ---- */

enum words_stmt {
#define SQL(name, text) WORDS_##name,
#include "words/words_sql.def"
#undef SQL
    WORDS_STMT_COUNT
};

struct file {
    sqlite3 *h;
    sqlite3_stmt *stmt[WORDS_STMT_COUNT];
    int log_pages;
    uint64_t deadline_ns; /* a finder's; 0: none */
    struct file *next;    /* of free finders */
};

bool file_open(struct file *f, const char *path, bool writer, struct err *err);
void file_close(struct file *f);
bool file_exec(struct file *f, const char *sql, struct err *err);
sqlite3_stmt *file_get(struct file *f, enum words_stmt which, struct err *err);
/* 1 a row, 0 the end, -1 failed; reset unless a row. */
int file_step(struct file *f, sqlite3_stmt *st, struct err *err);
bool file_run(struct file *f, sqlite3_stmt *st, struct err *err);
bool file_fail(struct file *f, struct err *err);
/* meta: 0 when absent. */
bool file_meta_get(struct file *f, const char *key, int64_t *out, struct err *err);
bool file_meta_put(struct file *f, const char *key, int64_t value, struct err *err);
bool file_create(struct file *f, int64_t store, int64_t types, struct err *err);
/* Does the file belong to this store, format and model? */
bool file_fits(struct file *f, int64_t store, int64_t types);
bool file_checkpoint(struct file *f, bool truncate, struct err *err);
uint64_t file_bytes(const char *path);
void file_remove(const char *path);
/* Removes path and makes it anew. */
bool file_renew(struct file *f, const char *path, int64_t store, int64_t types, struct err *err);

/* ---- words.c ---- */

struct words {
    char *path;
    struct store *store;
    int64_t store_id, types; /* whose file it is: hashes of the store's key and of the model's types */
    struct file file;        /* the follower's */
    /* Follower's own. */
    struct store_place place;
    int64_t base; /* the store's commit at the start: versions superseded by then need no document */
    bool gap;     /* some were left out in this run: meta.floor is base */
    struct words_text text;
    int64_t aged, noted; /* commits reached WORDS_TIDY_MS ago and more, and since */
    uint64_t noted_ns;
    bool idle_done; /* nothing is left to do while idle */
    /* Shared. */
    pthread_mutex_t lock;
    pthread_cond_t moved, wake, freed;
    int64_t complete, floor; /* everything up to complete is in, as of floor and later */
    uint64_t docs, total;    /* progress */
    struct err failure;      /* code ERR_OK: none */
    bool asked, stop, running, renewing;
    struct file *free_files;
    unsigned files;
    pthread_t thread;
};

/* ---- follow.c ---- */

/* The thread: follows until w->stop. */
void *follow_main(void *words);
/* One round: follows to the end of a snapshot, or a batch's worth. *more: there was more. */
bool follow_round(struct words *w, bool *more, struct err *err);
/* Where the file is: place, floor. */
bool follow_load(struct words *w, struct err *err);

/* ---- tidy.c ---- */

/* Takes out documents superseded at or before w->aged, a batch of them; *more: some are left. */
bool tidy_round(struct words *w, bool *more, struct err *err);

/* ---- rank.c ---- */

/* Makes the SQL function words_tally known to the connection: per phrase of the match, up to WORDS_PHRASES,
 * how often it occurs in the row. */
bool rank_register(sqlite3 *h);

struct rank {
    struct arena *arena;
    unsigned phrases;
    unsigned char *tally; /* count rows of phrases bytes */
    uint32_t *length;
    size_t count, cap;
};
bool rank_add(struct rank *r, struct str tally, uint32_t length);
/* Scores of all rows, 0..1, in arena; NULL without memory. */
double *rank_scores(const struct rank *r);

#endif
