/* SPDX-License-Identifier: Apache-2.0
 * number: the store's own durable numbers for resource types and search parameters, by name, so that a store
 * outlives the build that wrote it. A number is given at first use, so the common ones are small. Only the
 * writer assigns; any thread may look up. */
#ifndef HELHET_STORE_NUMBER_H
#define HELHET_STORE_NUMBER_H

#include <stdatomic.h>

#include "store/db.h"

enum { NUMBER_MAX = 16384 };

struct number {
    const char *const *names; /* of the build, borrowed; NULL from the end: not given yet */
    uint16_t count;
    _Atomic uint16_t *durable; /* by build id; 0: not yet numbered */
    _Atomic uint16_t *build;   /* by durable number; 0: not in this build */
    _Atomic uint16_t next;     /* the least number not given */
    enum db_stmt put;
};

/* Reads (id, name) rows of table. */
bool number_load(struct number *n, struct db *db, const char *table, enum db_stmt put,
                 const char *const *names, uint16_t count, struct err *err);
void number_release(struct number *n);
/* 0 when it has none yet. */
uint16_t number_durable(const struct number *n, uint16_t build);
uint16_t number_build(const struct number *n, uint16_t durable);
/* Reads the number that the build id's name, new since number_load, has in table. */
bool number_link(struct number *n, struct db *db, const char *table, uint16_t build, struct err *err);
/* Gives one when needed; 0 on failure. */
uint16_t number_assign(struct number *n, struct db *db, uint16_t build, struct err *err);
/* Forgets what was assigned since next was mark (the transaction was undone). */
void number_undo(struct number *n, uint16_t mark);

#endif
