/* SPDX-License-Identifier: Apache-2.0
 * audit: the log of every access and every refusal (patientdatalagen 2008:355, HSLF-FS 2016:40 4 kap. 9 §).
 *
 * Truth is append-only files, audit/NNNNNN.log in the store's folder: one record a line of JSON, a tab, and
 * the SHA-256 (hex) over the 32 bytes of the line before and the line's own JSON, so that nothing can be
 * changed, taken out or moved without being found (audit_verify.h). No clinical content and no search values
 * stand there: ids, names of routes and error codes do.
 *
 * One thread writes. Records that wait share one write and one fdatasync; each waiter is then called back.
 * When the folder cannot be written the log goes on in the spare folder; when that fails too the log is down:
 * only what may not be refused (keep) is taken, kept in memory and written when it is possible again.
 * The index of the log, audit.db, follows the files (audit_index.h). */
#ifndef HELHET_AUDIT_AUDIT_H
#define HELHET_AUDIT_AUDIT_H

#include "base/err.h"

enum {
    AUDIT_TEXT_MAX = 256,             /* bytes of one text; the rest is cut off */
    AUDIT_PATIENTS_MAX = 1000,        /* patients named by one record; more: many */
    AUDIT_RECORDS_MAX = 20001,        /* records of one submission */
    AUDIT_QUEUE_BYTES_MAX = 64 << 20, /* waiting; past it ERR_AUDIT_BUSY */
    AUDIT_SEGMENT_BYTES = 64 << 20,   /* a file that has grown past this is followed by a new one */
    AUDIT_RETRY_MS = 1000,            /* between attempts when the log is down */
    AUDIT_RETURN_MS = 60 * 1000,      /* in the spare folder: between attempts to go back */
    AUDIT_KEEP_YEARS = 5,             /* no younger segment is ever removed (HSLF-FS 2016:40 4 kap. 9 §) */
};

enum audit_outcome {
    AUDIT_DONE,
    AUDIT_REFUSED, /* by us: why says the error; nothing was given out or changed */
    AUDIT_FAILED,  /* ours: a fault */
};

/* Who. Texts as in struct access_caller ("Type/id"), "" where absent. */
struct audit_who {
    struct str kind; /* "staff", "patient", "guardian", "system", "nobody" */
    struct str account, user, assignment, role, unit, provider, purpose, session, origin;
};

/* What is marked at the moment of access, for review: bits. */
enum audit_flag {
    AUDIT_FLAG_OWN = 1,       /* staff in their own record */
    AUDIT_FLAG_COLLEAGUE = 2, /* the record of somebody at the same unit */
    AUDIT_FLAG_EMERGENCY = 4, /* an emergency opening */
    AUDIT_FLAGS_ALL = 7,
};

/* The one called that ("own-record"); 0: none is. */
uint32_t audit_flag_named(struct str name);

/* What happened. Borrowed for the call to audit_submit. */
struct audit_record {
    struct audit_who who;
    struct str action;         /* the route, "GET /fhir/[type]/[id]", or a word of the log's own */
    char code;                 /* C R U D E, as AuditEvent.action */
    struct str resource;       /* "Type/id", "Type" or "" */
    struct str params;         /* names of search parameters, never values */
    const struct str *patient; /* ids, without "Patient/" */
    size_t patient_count;
    bool many; /* more patients than are named */
    enum audit_outcome outcome;
    struct str why; /* name of the error, or a stated reason's code */
    int status;     /* HTTP; 0: none */
    uint64_t withheld;
    uint64_t about;  /* seq of the record this one is about (a review); 0: none */
    struct str note; /* of a review: the documented outcome */
    bool emergency;
    uint32_t flags;      /* enum audit_flag */
    int64_t happened_ms; /* when, for what was not logged at once (audit_spool.h); 0: now */
};

enum audit_done {
    AUDIT_DURABLE, /* on disk */
    AUDIT_KEPT,    /* in memory until it can be written: what asked to be kept */
    AUDIT_LOST,    /* not on disk: the answer must not leave. Kept and written later all the same */
};

/* One submission that waits; the caller's memory until done has been called. */
struct audit_wait {
    /* Once, on the log's thread, which it must not hold up; never before audit_submit has taken its lock, but
     * perhaps before it returns. */
    void (*done)(void *arg, enum audit_done how);
    void *arg;
    bool keep;  /* taken even when the log is down (AUDIT_KEPT): it is done already, or may not be refused */
    bool later; /* audit_flush will be called soon; until then others may come to the same group */
    uint64_t first_seq; /* when durable: of its first record */
    /* private */
    struct audit_wait *next;
    size_t at; /* its first record among those that wait */
};

enum audit_state { AUDIT_UP, AUDIT_SPARE, AUDIT_DOWN };

struct audit;

struct audit_options {
    const char *dir;        /* the store's folder, which is there */
    const char *spare;      /* another folder, made when absent; NULL: none */
    uint64_t segment_bytes; /* 0: AUDIT_SEGMENT_BYTES */
    unsigned retry_ms;      /* 0: AUDIT_RETRY_MS */
    unsigned return_ms;     /* 0: AUDIT_RETURN_MS */
    bool index;             /* keep audit.db up to date, on a thread of its own */
};

/* Finds the end of the log, takes its lock and starts. A torn end (a crash) is left as it lies; the next
 * segment says where it is continued. Fails when another process has the log, or neither folder can be read.
 */
struct audit *audit_open(const struct audit_options *opt, struct err *err);
/* Writes what waits, brings the index up to date (for at most a few seconds), closes. NULL is fine. */
void audit_close(struct audit *a);

/* Takes count records, which will lie together. False with *err (ERR_AUDIT_DOWN, ERR_AUDIT_BUSY,
 * ERR_NO_MEMORY): then done is not called. */
bool audit_submit(struct audit *a, const struct audit_record *record, size_t count, struct audit_wait *wait,
                  struct err *err);
/* What waits is written now, what was to be written later too. */
void audit_flush(struct audit *a);
/* The same as audit_submit, waiting on this thread. False with *err unless durable (ERR_AUDIT_DOWN also when
 * an emergency was kept). */
bool audit_put(struct audit *a, const struct audit_record *record, size_t count, struct err *err);

struct audit_status {
    enum audit_state state;
    uint64_t records, seq; /* since open; the last durable one */
    uint64_t groups;       /* fdatasyncs */
    uint64_t waiting;      /* submissions */
    uint64_t refused;      /* while down */
};
enum audit_state audit_state(const struct audit *a);
struct audit_status audit_status(struct audit *a);

#endif
