/* SPDX-License-Identifier: Apache-2.0
 * audit_prune: removing what is older than the law asks for. Whole segments from the beginning only; the log
 * tells of it itself, and by that record verify knows the beginning that is left. */
#ifndef HELHET_AUDIT_AUDIT_PRUNE_H
#define HELHET_AUDIT_AUDIT_PRUNE_H

#include "audit/audit.h"

struct audit_pruned {
    uint64_t segments;
    uint64_t first; /* seq of the first record left */
};

/* Removes the segments that end before before_ms. ERR_AUDIT_YOUNG when that is less than AUDIT_KEEP_YEARS
 * ago, ERR_AUDIT_LOCKED while the log is written. by: who does it. */
bool audit_prune(const char *dir, const char *spare, int64_t before_ms, struct str by,
                 struct audit_pruned *out, struct err *err);

#endif
