/* SPDX-License-Identifier: Apache-2.0
 * RFC 4180. */
#include "view/view_out_int.h"

static bool needs_quotes(struct str s)
{
    if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return false;
}

static void write_field(struct buf *out, struct str s)
{
    if (!needs_quotes(s)) {
        buf_str(out, s);
        return;
    }
    buf_char(out, '"');
    for (size_t from = 0; from < s.n;) {
        size_t at = str_find(s, '"', from);
        size_t to = at == SIZE_MAX ? s.n : at + 1;
        buf_add(out, s.p + from, to - from);
        if (at != SIZE_MAX)
            buf_char(out, '"');
        from = to;
    }
    buf_char(out, '"');
}

static void write_cell(struct view_out *o, const struct view_column *c, const struct view_cell *cell)
{
    const struct path_value *v = cell->item;
    if (cell->null)
        return;
    if (!c->collection && v->kind != PATH_NODE && v->kind != PATH_QUANTITY && v->kind != PATH_TYPE) {
        write_field(&o->bytes, path_value_text(v));
        return;
    }
    buf_clear(&o->scratch);
    view_json_cell(&o->scratch, c, cell);
    write_field(&o->bytes, buf_get(&o->scratch));
}

static bool csv_begin(struct view_out *o, struct err *err)
{
    (void)err;
    for (size_t i = 0; o->header && i < o->column_count; i++) {
        if (i)
            buf_char(&o->bytes, ',');
        buf_str(&o->bytes, o->columns[i].name);
    }
    if (o->header)
        buf_cstr(&o->bytes, "\r\n");
    return true;
}

static bool csv_row(struct view_out *o, const struct view_cell *cells, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < o->column_count; i++) {
        if (i)
            buf_char(&o->bytes, ',');
        write_cell(o, &o->columns[i], &cells[i]);
    }
    buf_cstr(&o->bytes, "\r\n");
    return true;
}

static bool csv_end(struct view_out *o, struct err *err)
{
    (void)o;
    (void)err;
    return true;
}

const struct view_writer view_csv_writer = {
    .name = "csv",
    .alias = "text/csv",
    .type = "text/csv; charset=utf-8",
    .begin = csv_begin,
    .row = csv_row,
    .end = csv_end,
};
