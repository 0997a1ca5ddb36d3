/* SPDX-License-Identifier: Apache-2.0
 * view_out: the rows of a view as CSV (RFC 4180), NDJSON, a JSON array or Parquet. Bytes gather inside; the
 * caller takes them out now and then (view_out_bytes, view_out_clear), so a run of any length needs bounded
 * memory. One thread at a time.
 *
 * - JSON and NDJSON: null, true, numbers with their digits as FHIR has them, strings; collections are arrays,
 *   complex values objects.
 * - CSV: UTF-8, CRLF; null is nothing at all, the empty string is ""; collections and complex values are
 * their JSON.
 * - Parquet: BOOLEAN, INT32 (INT64 where FHIR's 32 bits may not do), DOUBLE for decimals, INT64 timestamps
 *   (microseconds, UTC) for instants, lists for collections, UTF-8 for everything else, for dates and times
 * of varying precision too, JSON for complex values. The tag "ansi/type" of a column chooses another:
 * VARCHAR, DATE, TIMESTAMP, DOUBLE, INTEGER, BIGINT, DECIMAL(p,s). A value that does not fit is
 * ERR_VIEW_VALUE: none is cut or rounded, but for DOUBLE. Pages are PLAIN, compressed with zstd; row groups
 * are bounded by VIEW_GROUP_BYTES and VIEW_GROUP_ROWS; each column has null count, least and greatest value.
 */
#ifndef HELHET_VIEW_OUT_H
#define HELHET_VIEW_OUT_H

#include "view/view.h"

enum {
    VIEW_GROUP_BYTES = 16 << 20, /* values of all columns in memory at once */
    VIEW_GROUP_ROWS = 128 << 10,
    VIEW_OUT_BYTES = 256 << 10, /* about what the caller should let gather */
};

enum view_format { VIEW_CSV, VIEW_NDJSON, VIEW_JSON, VIEW_PARQUET, VIEW_FORMAT_COUNT };

/* "csv" or "text/csv", "ndjson" … ; false when unknown. */
bool view_format_find(struct str name, enum view_format *out);
/* "csv" */
const char *view_format_name(enum view_format f);
/* "text/csv; charset=utf-8" */
const char *view_format_type(enum view_format f);

struct view_out;

/* header: CSV begins with the column names. v must outlive it. NULL with *err: no memory, or a column's tag
 * asks for what cannot be. */
struct view_out *view_out_new(const struct view *v, enum view_format f, bool header, struct err *err);
void view_out_free(struct view_out *o);
/* One row; a view_row_fn with arg the struct view_out. */
bool view_out_row(void *o, const struct view_cell *cells, struct err *err);
/* What ends the output. No rows after it. */
bool view_out_end(struct view_out *o, struct err *err);
/* Bytes not yet taken. */
struct str view_out_bytes(const struct view_out *o);
void view_out_clear(struct view_out *o);
uint64_t view_out_rows(const struct view_out *o);

#endif
