/* SPDX-License-Identifier: Apache-2.0
 * Private to audit: the index. */
#ifndef HELHET_AUDIT_AUDIT_INDEX_INT_H
#define HELHET_AUDIT_AUDIT_INDEX_INT_H

#include "audit/audit_int.h"
#include "base/hash.h"
#include "side/side.h"

enum audit_stmt {
#define SQL(name, text) AUDIT_##name,
#include "audit/audit_sql.def"
#undef SQL
    AUDIT_STMT_COUNT
};

enum {
    AUDIT_WORDS_KEPT = 4096, /* slots; a power of two */
    AUDIT_WORD_KEPT_MAX = 112,
    AUDIT_SPAN = 1024, /* seqs of one span */
};

/* A text whose number is at hand. */
struct audit_word {
    int64_t id;   /* 0: none */
    int64_t seen; /* 1 + the last span it is known to stand in; 0: none */
    uint32_t n;
    char text[AUDIT_WORD_KEPT_MAX];
};

/* When the records of one AUDIT_SPAN seqs were made: what a row for each time would cost is not worth it. */
struct audit_span {
    int64_t number; /* seq / AUDIT_SPAN; -1: none */
    int64_t low_ms, high_ms;
};

struct audit_index {
    struct side side;
    char dir[AUDIT_PATH_MAX], spare[AUDIT_PATH_MAX];
    struct audit_end place; /* how far it has come */
    struct audit_span span; /* of the records taken last, not yet in the file */
    struct hash_key key;
    struct audit_word *words; /* those looked up last; NULL: only finds */
};

/* The number of a text; 0 when it has none and add is false. */
bool audit_index_word(struct audit_index *x, struct str text, bool add, int64_t *id, struct err *err);

#endif
