/* SPDX-License-Identifier: Apache-2.0
 * lookup: the caller's rows in the store's terms without changing the store, for check. */
#ifndef HELHET_STORE_LOOKUP_H
#define HELHET_STORE_LOOKUP_H

#include "store/store_int.h"

enum { LOOKUP_CASE_BITS = 20, LOOKUP_CASE_MAX = 1024 /* bytes of a code; longer ones keep their case */ };

/* Canonical rows in arena. A name, parameter or target the store does not have gives a row that equals no
 * stored one. */
bool lookup_rows(struct store_read *r, const struct store_rows *rows, struct arena *arena, struct nrow **out,
                 size_t *count, struct err *err);
/* One row once its name and its target (rid, or 0) are known; name is used where the kind has one. */
void lookup_fill(const struct store_row *row, struct hash_key key, int64_t name, store_rid target,
                 struct nrow *out);
/* The key of a token's code. Its upper bits are of the code without case, so that codes which differ in case
 * alone lie beside each other; the lower LOOKUP_CASE_BITS are of the code as written. */
int64_t lookup_code(struct hash_key key, struct str code);
/* Which of the two a row needs. */
bool lookup_needs_target(const struct store_row *row);

#endif
