/* SPDX-License-Identifier: Apache-2.0
 * Inside of view_out: one writer a format. */
#ifndef HELHET_VIEW_OUT_INT_H
#define HELHET_VIEW_OUT_INT_H

#include "view/view_out.h"

struct view_writer {
    const char *name, *alias, *type; /* "csv", media type without and with charset */
    /* Each appends to o->bytes; false with *err. begin and free may be NULL. */
    bool (*begin)(struct view_out *o, struct err *err);
    bool (*row)(struct view_out *o, const struct view_cell *cells, struct err *err);
    bool (*end)(struct view_out *o, struct err *err);
    void (*free)(struct view_out *o);
};

struct view_out {
    const struct view_writer *writer;
    const struct view_column *columns;
    size_t column_count;
    bool header;
    uint64_t rows;
    struct buf bytes;
    struct buf scratch;
    void *state; /* the writer's own */
};

extern const struct view_writer view_csv_writer, view_json_lines, view_json_array, view_parquet_writer;

/* ---- view_json.c: values as JSON ---- */
void view_json_value(struct buf *out, const struct path_value *v);
/* The whole cell: null, a value or an array. */
void view_json_cell(struct buf *out, const struct view_column *c, const struct view_cell *cell);

#endif
