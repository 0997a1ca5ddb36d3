/* SPDX-License-Identifier: Apache-2.0
 * Row groups are gathered column by column in memory, then written; their places are kept for the footer. */
#include <zstd.h>

#include "base/os.h"
#include "view/view_parquet_int.h"
#include "view/view_thrift.h"

enum { CODEC_ZSTD = 6, ENCODING_PLAIN = 0, ENCODING_RLE = 3, ZSTD_LEVEL = 3, PAGE_BYTES_MAX = 1 << 30 };

struct parquet {
    struct view_parquet_column *columns;
    size_t column_count;
    uint64_t rows, written; /* rows of all groups; bytes of the file so far */
    uint32_t group_rows;
    size_t groups;
    struct buf footer; /* the row groups, as the footer lists them */
    struct buf page, packed;
    ZSTD_CCtx *zstd;
};

static void column_release(struct view_parquet_column *p)
{
    buf_release(&p->values);
    buf_release(&p->definition.runs);
    buf_release(&p->repetition.runs);
    buf_release(&p->least);
    buf_release(&p->greatest);
}

static void parquet_free(struct view_out *o)
{
    struct parquet *q = o->state;
    if (!q)
        return;
    for (size_t i = 0; i < q->column_count; i++)
        column_release(&q->columns[i]);
    os_free(q->columns);
    buf_release(&q->footer);
    buf_release(&q->page);
    buf_release(&q->packed);
    ZSTD_freeCCtx(q->zstd);
    os_free(q);
}

static bool parquet_begin(struct view_out *o, struct err *err)
{
    struct parquet *q = os_alloc(sizeof *q);
    if (!q)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *q = (struct parquet){.zstd = ZSTD_createCCtx()};
    o->state = q;
    buf_init(&q->footer, BUF_NO_MAX);
    buf_init(&q->page, BUF_NO_MAX);
    buf_init(&q->packed, BUF_NO_MAX);
    q->columns = os_alloc(o->column_count * sizeof *q->columns);
    if (!q->columns || !q->zstd)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset(q->columns, 0, o->column_count * sizeof *q->columns);
    q->column_count = o->column_count;
    ZSTD_CCtx_setParameter(q->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    for (size_t i = 0; i < o->column_count; i++)
        if (!view_parquet_shape(&o->columns[i], &q->columns[i].shape, err))
            return false;
    buf_cstr(&o->bytes, "PAR1");
    q->written = 4;
    return true;
}

/* ---- levels: runs of equal ones ---- */

static void level_flush(struct view_parquet_levels *l)
{
    if (l->length) {
        view_thrift_varint(&l->runs, (uint64_t)l->length << 1);
        buf_char(&l->runs, (char)l->level);
    }
    l->length = 0;
}

static void level_add(struct view_parquet_levels *l, uint32_t level)
{
    if (l->length && l->level != level)
        level_flush(l);
    l->level = level;
    l->length++;
}

static bool add_cell(struct view_parquet_column *p, const struct view_column *c, const struct view_cell *cell,
                     struct buf *scratch, struct err *err)
{
    uint32_t full = c->collection ? 2 : 1, entries = cell->count ? cell->count : 1;
    for (uint32_t i = 0; i < entries; i++) {
        level_add(&p->definition, cell->count ? full : cell->null ? 0 : 1);
        level_add(&p->repetition, i ? 1 : 0);
        p->levels++;
    }
    p->nulls += cell->count == 0;
    for (uint32_t i = 0; i < cell->count; i++)
        if (!view_parquet_value(p, c, &cell->item[i], scratch, err))
            return false;
    return true;
}

/* ---- row groups ---- */

static void add_levels(struct buf *page, struct view_parquet_levels *l)
{
    char size[4];
    level_flush(l);
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (char)(l->runs.n >> (8 * i));
    buf_add(page, size, sizeof size);
    buf_str(page, buf_get(&l->runs));
}

/* The page as it lies in the file: levels, values, compressed together. */
static bool pack(struct parquet *q, struct view_parquet_column *p, const struct view_column *c,
                 struct err *err)
{
    buf_clear(&q->page);
    buf_clear(&q->packed);
    if (c->collection)
        add_levels(&q->page, &p->repetition);
    add_levels(&q->page, &p->definition);
    buf_str(&q->page, buf_get(&p->values));
    size_t bound = ZSTD_compressBound(q->page.n);
    char *to = buf_room(&q->packed, bound);
    if (!buf_ok(&q->page) || !to || q->page.n > PAGE_BYTES_MAX)
        return err_set(err, ERR_NO_MEMORY, NULL);
    size_t n = ZSTD_compress2(q->zstd, to, bound, q->page.p, q->page.n);
    if (ZSTD_isError(n))
        return err_set(err, ERR_INTERNAL, ZSTD_getErrorName(n), NULL);
    q->packed.n += n;
    return true;
}

static void write_page_header(struct parquet *q, const struct view_parquet_column *p, struct buf *out)
{
    struct view_thrift t;
    view_thrift_init(&t, out);
    view_thrift_i32(&t, 1, 0); /* a data page */
    view_thrift_i32(&t, 2, (int32_t)q->page.n);
    view_thrift_i32(&t, 3, (int32_t)q->packed.n);
    view_thrift_struct(&t, 5);
    view_thrift_i32(&t, 1, (int32_t)p->levels);
    view_thrift_i32(&t, 2, ENCODING_PLAIN);
    view_thrift_i32(&t, 3, ENCODING_RLE);
    view_thrift_i32(&t, 4, ENCODING_RLE);
    view_thrift_stop(&t);
    view_thrift_stop(&t);
}

static void write_statistics(struct view_thrift *t, const struct view_parquet_column *p)
{
    view_thrift_struct(t, 12);
    view_thrift_i64(t, 3, p->nulls);
    if (p->has_range && !p->no_range) {
        view_thrift_binary(t, 5, buf_get(&p->greatest));
        view_thrift_binary(t, 6, buf_get(&p->least));
    }
    view_thrift_stop(t);
}

/* Where a column chunk lies: its first page at offset, of size bytes with the page's header. */
static void write_chunk(struct view_thrift *t, const struct view_parquet_column *p,
                        const struct view_column *c, uint64_t offset, uint64_t whole, uint64_t size)
{
    view_thrift_struct(t, 0);
    view_thrift_i64(t, 2, (int64_t)offset);
    view_thrift_struct(t, 3);
    view_thrift_i32(t, 1, p->shape.type);
    view_thrift_list(t, 2, VIEW_THRIFT_I32, 2);
    view_thrift_i32(t, 0, ENCODING_PLAIN);
    view_thrift_i32(t, 0, ENCODING_RLE);
    view_thrift_list(t, 3, VIEW_THRIFT_BINARY, c->collection ? 3 : 1);
    view_thrift_binary(t, 0, c->name);
    if (c->collection) {
        view_thrift_binary(t, 0, STR("list"));
        view_thrift_binary(t, 0, STR("element"));
    }
    view_thrift_i32(t, 4, CODEC_ZSTD);
    view_thrift_i64(t, 5, p->levels);
    view_thrift_i64(t, 6, (int64_t)whole);
    view_thrift_i64(t, 7, (int64_t)size);
    view_thrift_i64(t, 9, (int64_t)offset);
    write_statistics(t, p);
    view_thrift_stop(t);
    view_thrift_stop(t);
}

static void column_clear(struct view_parquet_column *p)
{
    buf_clear(&p->values);
    buf_clear(&p->definition.runs);
    buf_clear(&p->repetition.runs);
    p->definition.length = p->repetition.length = 0;
    p->levels = p->nulls = p->bits = 0;
    p->has_range = p->no_range = false;
}

static bool flush_group(struct view_out *o, struct err *err)
{
    struct parquet *q = o->state;
    struct view_thrift t;
    uint64_t begin = q->written, whole = 0;
    if (q->group_rows == 0)
        return true;
    view_thrift_init(&t, &q->footer);
    view_thrift_list(&t, 1, VIEW_THRIFT_STRUCT, q->column_count);
    for (size_t i = 0; i < q->column_count; i++) {
        struct view_parquet_column *p = &q->columns[i];
        size_t before = o->bytes.n;
        if (!pack(q, p, &o->columns[i], err))
            return false;
        write_page_header(q, p, &o->bytes);
        size_t head = o->bytes.n - before;
        buf_str(&o->bytes, buf_get(&q->packed));
        write_chunk(&t, p, &o->columns[i], q->written, head + q->page.n, head + q->packed.n);
        q->written += head + q->packed.n;
        whole += head + q->page.n;
        column_clear(p);
    }
    view_thrift_i64(&t, 2, (int64_t)whole);
    view_thrift_i64(&t, 3, q->group_rows);
    view_thrift_i64(&t, 5, (int64_t)begin);
    view_thrift_i64(&t, 6, (int64_t)(q->written - begin));
    view_thrift_stop(&t);
    q->rows += q->group_rows;
    q->group_rows = 0;
    q->groups++;
    return buf_ok(&q->footer) || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool parquet_row(struct view_out *o, const struct view_cell *cells, struct err *err)
{
    struct parquet *q = o->state;
    size_t bytes = 0;
    for (size_t i = 0; i < q->column_count; i++) {
        if (!add_cell(&q->columns[i], &o->columns[i], &cells[i], &o->scratch, err))
            return false;
        bytes += q->columns[i].values.n;
        if (!buf_ok(&q->columns[i].values))
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    q->group_rows++;
    return (q->group_rows < VIEW_GROUP_ROWS && bytes < VIEW_GROUP_BYTES) || flush_group(o, err);
}

/* ---- the footer ---- */

static size_t schema_count(const struct view_out *o)
{
    size_t n = 1;
    for (size_t i = 0; i < o->column_count; i++)
        n += o->columns[i].collection ? 3 : 1;
    return n;
}

static void write_footer(struct view_out *o)
{
    struct parquet *q = o->state;
    struct view_thrift t;
    view_thrift_init(&t, &o->bytes);
    view_thrift_i32(&t, 1, 1); /* of the format */
    view_thrift_list(&t, 2, VIEW_THRIFT_STRUCT, schema_count(o));
    view_thrift_struct(&t, 0);
    view_thrift_binary(&t, 4, STR("view"));
    view_thrift_i32(&t, 5, (int32_t)o->column_count);
    view_thrift_stop(&t);
    for (size_t i = 0; i < o->column_count; i++)
        view_parquet_schema(&t, &o->columns[i], &q->columns[i].shape);
    view_thrift_i64(&t, 3, (int64_t)q->rows);
    view_thrift_list(&t, 4, VIEW_THRIFT_STRUCT, q->groups);
    buf_str(&o->bytes, buf_get(&q->footer));
    view_thrift_binary(&t, 6, STR("helhet " HELHET_VERSION));
    view_thrift_list(&t, 7, VIEW_THRIFT_STRUCT,
                     q->column_count); /* least and greatest are in the type's order */
    for (size_t i = 0; i < q->column_count; i++) {
        view_thrift_struct(&t, 0);
        view_thrift_empty(&t, 1);
        view_thrift_stop(&t);
    }
    view_thrift_stop(&t);
}

static bool parquet_end(struct view_out *o, struct err *err)
{
    char size[4];
    if (!flush_group(o, err))
        return false;
    size_t before = o->bytes.n;
    write_footer(o);
    size_t n = o->bytes.n - before;
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (char)(n >> (8 * i));
    buf_add(&o->bytes, size, sizeof size);
    buf_cstr(&o->bytes, "PAR1");
    return true;
}

const struct view_writer view_parquet_writer = {
    .name = "parquet",
    .alias = "application/vnd.apache.parquet",
    .type = "application/vnd.apache.parquet",
    .begin = parquet_begin,
    .row = parquet_row,
    .end = parquet_end,
    .free = parquet_free,
};
