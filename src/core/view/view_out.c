/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "view/view_out_int.h"

static const struct view_writer *const writers[] = {
    [VIEW_CSV] = &view_csv_writer,
    [VIEW_NDJSON] = &view_json_lines,
    [VIEW_JSON] = &view_json_array,
    [VIEW_PARQUET] = &view_parquet_writer,
};

bool view_format_find(struct str name, enum view_format *out)
{
    size_t semicolon = str_find(name, ';', 0);
    name = str_sub(name, 0, semicolon == SIZE_MAX ? name.n : semicolon);
    for (int f = 0; f < VIEW_FORMAT_COUNT; f++)
        if (str_is(name, writers[f]->name) || str_is(name, writers[f]->alias)) {
            *out = (enum view_format)f;
            return true;
        }
    return false;
}

const char *view_format_name(enum view_format f)
{
    return writers[f]->name;
}

const char *view_format_type(enum view_format f)
{
    return writers[f]->type;
}

struct view_out *view_out_new(const struct view *v, enum view_format f, bool header, struct err *err)
{
    struct view_out *o = os_alloc(sizeof *o);
    if (!o) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *o = (struct view_out){.writer = writers[f], .header = header};
    o->columns = view_columns(v, &o->column_count);
    buf_init(&o->bytes, BUF_NO_MAX);
    buf_init(&o->scratch, BUF_NO_MAX);
    if (o->writer->begin && !o->writer->begin(o, err)) {
        view_out_free(o);
        return NULL;
    }
    return o;
}

void view_out_free(struct view_out *o)
{
    if (!o)
        return;
    if (o->writer->free)
        o->writer->free(o);
    buf_release(&o->bytes);
    buf_release(&o->scratch);
    os_free(o);
}

static bool whole(const struct view_out *o, struct err *err)
{
    return (buf_ok(&o->bytes) && buf_ok(&o->scratch)) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool view_out_row(void *arg, const struct view_cell *cells, struct err *err)
{
    struct view_out *o = arg;
    if (!o->writer->row(o, cells, err) || !whole(o, err))
        return false;
    o->rows++;
    return true;
}

bool view_out_end(struct view_out *o, struct err *err)
{
    return o->writer->end(o, err) && whole(o, err);
}

struct str view_out_bytes(const struct view_out *o)
{
    return buf_get(&o->bytes);
}

void view_out_clear(struct view_out *o)
{
    buf_clear(&o->bytes);
}

uint64_t view_out_rows(const struct view_out *o)
{
    return o->rows;
}
