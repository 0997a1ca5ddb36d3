/* SPDX-License-Identifier: Apache-2.0
 * audit_verify: reads the whole log back and proves the chain, or says what is wrong and where. Also of a log
 * that is being written. */
#ifndef HELHET_AUDIT_AUDIT_VERIFY_H
#define HELHET_AUDIT_AUDIT_VERIFY_H

#include "audit/audit_file.h"

enum audit_fault {
    AUDIT_FAULT_NONE,
    AUDIT_FAULT_CHANGED, /* the line does not give the hash that stands in it: changed */
    AUDIT_FAULT_REMOVED, /* records between the one before and this one are gone */
    AUDIT_FAULT_MOVED,   /* the record stands where another should */
    AUDIT_FAULT_DAMAGED, /* not a line of a log, and no crash explains it */
    AUDIT_FAULT_HEAD, /* the segment does not go on from the one before it: exchanged, or from another log */
    AUDIT_FAULT_MISSING, /* a segment is gone */
    AUDIT_FAULT_END,     /* the log ends before a record that is known to have been there */
    AUDIT_FAULT_COUNT
};

/* Where: of the fault. */
struct audit_fault_at {
    enum audit_fault fault;
    uint32_t segment;
    bool spare;
    uint64_t line, byte; /* of the segment; line is 1-based, the head's is 1 */
    uint64_t seq;        /* the record, or the first one gone; 0: none */
};

/* A record known from elsewhere (the index, a note on paper): it must be there with this hash. seq 0: none.
 */
struct audit_known {
    uint64_t seq;
    unsigned char hash[AUDIT_HASH_BYTES];
};

struct audit_verify {
    /* in */
    struct audit_known known[2];
    /* out */
    uint64_t segments, records, bytes;
    uint64_t first_seq, last_seq; /* 0: none */
    unsigned char last_hash[AUDIT_HASH_BYTES];
    uint64_t torn, torn_bytes; /* ends that a crash cut off: nobody was answered on them */
    uint64_t pruned;           /* segments removed at the beginning, with a record that says so */
    uint64_t faults;
    struct audit_fault_at first;                              /* the first of them */
    void (*each)(void *arg, const struct audit_fault_at *at); /* in: of every fault; may be NULL */
    void *arg;
};

/* False with *err when the log cannot be read at all; faults are no failure. */
bool audit_verify(const char *dir, const char *spare, struct audit_verify *v, struct err *err);
/* "changed", … */
const char *audit_fault_name(enum audit_fault fault, enum err_lang lang);

#endif
