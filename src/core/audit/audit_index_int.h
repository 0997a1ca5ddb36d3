/* SPDX-License-Identifier: Apache-2.0
 * Private to audit: the index. */
#ifndef HELHET_AUDIT_AUDIT_INDEX_INT_H
#define HELHET_AUDIT_AUDIT_INDEX_INT_H

#include "audit/audit_int.h"
#include "side/side.h"

enum audit_stmt {
#define SQL(name, text) AUDIT_##name,
#include "audit/audit_sql.def"
#undef SQL
    AUDIT_STMT_COUNT
};

struct audit_index {
    struct side side;
    char dir[AUDIT_PATH_MAX], spare[AUDIT_PATH_MAX];
    struct audit_end place; /* how far it has come */
};

/* The number of a text; 0 when it has none and add is false. */
bool audit_index_word(struct audit_index *x, struct str text, bool add, int64_t *id, struct err *err);

#endif
