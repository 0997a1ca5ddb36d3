/* SPDX-License-Identifier: Apache-2.0
 * Inside of view_parquet: Parquet (https://parquet.apache.org/docs/file-format/), the part that a table of
 * optional columns and lists of them needs: one PLAIN data page (version 1) a column and row group, zstd,
 * levels as runs. */
#ifndef HELHET_VIEW_PARQUET_INT_H
#define HELHET_VIEW_PARQUET_INT_H

#include "view/view_out_int.h"

enum view_parquet_type { /* Type of parquet.thrift */
                         VIEW_PARQUET_BOOLEAN = 0,
                         VIEW_PARQUET_INT32 = 1,
                         VIEW_PARQUET_INT64 = 2,
                         VIEW_PARQUET_DOUBLE = 5,
                         VIEW_PARQUET_BYTES = 6,
                         VIEW_PARQUET_FIXED = 7
};

enum view_parquet_form { /* what the values mean: ConvertedType and LogicalType */
                         VIEW_PARQUET_PLAIN,
                         VIEW_PARQUET_UTF8,
                         VIEW_PARQUET_JSON,
                         VIEW_PARQUET_DATE,
                         VIEW_PARQUET_TIMESTAMP,
                         VIEW_PARQUET_DECIMAL
};

enum { VIEW_PARQUET_FIXED_BYTES = 16, VIEW_PARQUET_STAT_MAX = 64 };

/* How a column is stored. */
struct view_parquet_shape {
    uint8_t type, form; /* enum view_parquet_type, _form */
    uint8_t precision, scale;
};

/* A run of equal levels, as they come. */
struct view_parquet_levels {
    struct buf runs;
    uint32_t level, length;
};

/* The column chunk being filled, and what the footer needs of those written. */
struct view_parquet_column {
    struct view_parquet_shape shape;
    struct buf values;
    struct view_parquet_levels definition, repetition;
    uint32_t levels, nulls, bits; /* in this row group; bits: booleans in the last byte */
    bool has_range, no_range;
    struct buf least, greatest; /* PLAIN, without the length of byte arrays */
};

/* How the column is stored; false when its tag asks for what cannot be. */
bool view_parquet_shape(const struct view_column *c, struct view_parquet_shape *out, struct err *err);
/* Appends one value in PLAIN; false (ERR_VIEW_VALUE) when it does not fit. scratch is for JSON. */
bool view_parquet_value(struct view_parquet_column *p, const struct view_column *c,
                        const struct path_value *v, struct buf *scratch, struct err *err);
/* Schema elements of the column (one, or three for a list). */
struct view_thrift;
void view_parquet_schema(struct view_thrift *t, const struct view_column *c,
                         const struct view_parquet_shape *shape);

#endif
