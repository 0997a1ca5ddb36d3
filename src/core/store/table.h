/* SPDX-License-Identifier: Apache-2.0
 * table: the index tables as data. Each row of a resource gives one or two table rows; a table row is up to
 * five keys. Adding an index kind: a value in enum store_index, its packing in rows.c, a line in table_specs
 * and in table_of, its statements in db_sql.def, its access path in path.c and its comparison in match.c. */
#ifndef HELHET_STORE_TABLE_H
#define HELHET_STORE_TABLE_H

#include "store/db.h"
#include "store/rows.h"

enum table_id {
    TABLE_TOKEN,
    TABLE_STRING,
    TABLE_DATE,
    TABLE_DATE_LONG,
    TABLE_NUMBER,
    TABLE_NUMBER_LONG,
    TABLE_REFERENCE,
    TABLE_URI,
    TABLE_COMPOSITE,
    TABLE_CLINICAL,
    TABLE_INDEX_COUNT,
    TABLE_KIND = TABLE_INDEX_COUNT, /* not from rows: (type, rid) of every resource that has a version */
    TABLE_COUNT
};

enum {
    TABLE_KEYS = 5,
    TABLE_TEXT_MAX = 48,       /* bytes of a text in a key; the packed rows have all of it */
    TABLE_DATE_LONG_S = 86400, /* a date row longer than this also lies in date_long, by its end */
};

struct table_row {
    uint8_t table; /* enum table_id */
    int64_t key[TABLE_KEYS];
    struct str text; /* in place of key[1] of STRING and COMPOSITE */
};

struct table_spec {
    const char *name;
    uint8_t keys;
    bool text;              /* key 1 is text */
    bool real;              /* key 1 is a double's bits in order-keeping form */
    uint16_t put, del, has; /* enum db_stmt */
};
extern const struct table_spec table_specs[TABLE_COUNT];

/* The table rows of one row of the resource rid of a (durable) type: at most two into out; returns how many.
 */
int table_of(const struct nrow *row, store_rid rid, uint16_t type, struct table_row out[2]);
int table_cmp(const struct table_row *a, const struct table_row *b);
/* Binds all keys of row to one of its statements. */
void table_bind(sqlite3_stmt *st, const struct table_row *row);

/* Whole seconds, downwards: date keys are short so. */
int64_t table_seconds(int64_t ms);
/* A double as an integer of the same order, and back. */
int64_t table_real(double v);
double table_real_back(int64_t v);
/* Is the interval too wide to be found by its low end alone? */
bool table_number_long(double low, double high);
/* The part of a text that lies in keys. */
struct str table_text(struct str text);

#endif
