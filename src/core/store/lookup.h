/* SPDX-License-Identifier: Apache-2.0
 * lookup: the caller's rows in the store's terms without changing the store, for check. */
#ifndef HELHET_STORE_LOOKUP_H
#define HELHET_STORE_LOOKUP_H

#include "store/store_int.h"

/* Canonical rows in arena. A name, parameter or target the store does not have gives a row that equals no
 * stored one. */
bool lookup_rows(struct store_read *r, const struct store_rows *rows, struct arena *arena, struct nrow **out,
                 size_t *count, struct err *err);
/* One row once its name and its target (rid, or 0) are known; name is used where the kind has one. */
void lookup_fill(const struct store_row *row, struct hash_key key, int64_t name, store_rid target,
                 struct nrow *out);
/* Which of the two a row needs. */
bool lookup_needs_target(const struct store_row *row);

#endif
