/* SPDX-License-Identifier: Apache-2.0
 * Private to audit: the writer. */
#ifndef HELHET_AUDIT_AUDIT_INT_H
#define HELHET_AUDIT_AUDIT_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "audit/audit.h"
#include "audit/audit_end.h"
#include "base/os.h"

/* Submissions that wait: their records as text, each after its length, and the waiters in order. */
struct audit_batch {
    struct buf text;
    struct audit_wait *first, *last;
    size_t records, waits;
};

enum { AUDIT_BUFFER_KEEP = 1 << 20 }; /* bytes of buffers kept between groups */

struct audit_index_thread;

struct audit {
    char dir[AUDIT_PATH_MAX], spare[AUDIT_PATH_MAX]; /* spare "": none */
    struct audit_options opt;
    int lock_fd;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct audit_batch pending; /* under the lock */
    bool sleeping, stopping;
    bool ready; /* what is pending is to be written now */
    uint64_t written, groups, refused;
    /* Without the lock: the index's thread has the lowest priority, and would hold up every answer if it were
     * put aside with the lock in its hands. */
    atomic_uint_fast64_t durable; /* seq as far as others may read */
    atomic_int state;             /* enum audit_state */
    bool damaged;                 /* at open: more lay after the end than a crash explains */

    /* The writing thread's own. */
    pthread_t thread;
    bool started;
    struct audit_batch taken;
    size_t taken_waiting; /* of its records: those whose waiters have not been told */
    struct audit_hash hash;
    struct audit_end end;
    struct buf out;
    int fd; /* of the open segment, -1: none */
    bool fd_spare;
    uint64_t room;      /* bytes of the open segment that are there: content and zeros ahead of it */
    int month;          /* the open segment's, so that old ones can be pruned whole */
    uint64_t tried_ns;  /* last attempt at the main folder when in the spare one */
    const char *reason; /* why the next segment is begun */

    struct audit_index_thread *index; /* NULL: none */
};

/* ---- audit.c ---- */

/* Appends a record's text; false, with nothing changed, when there is no room. */
bool audit_batch_add(struct audit_batch *b, const struct audit_record *r);
/* seq of the last record that is on disk. */
uint64_t audit_durable(const struct audit *a);

/* ---- audit_text.c ---- */

/* Appends ,"time":…} of a record. */
void audit_text_put(struct buf *out, const struct audit_record *r, int64_t now_ms);
const char *audit_text_outcome(enum audit_outcome outcome);

/* ---- audit_write.c: the writing thread ---- */

void *audit_write_main(void *audit);

#endif
