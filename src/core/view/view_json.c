/* SPDX-License-Identifier: Apache-2.0 */
#include "base/dec.h"
#include "view/view_out_int.h"

/* FHIRPath allows 007 and JSON does not. */
static void write_number(struct buf *out, struct str text)
{
    char own[DEC_TEXT_MAX];
    struct dec d;
    struct str digits = str_sub(text, text.n && text.p[0] == '-', text.n);
    if (digits.n > 1 && digits.p[0] == '0' && digits.p[1] >= '0' && digits.p[1] <= '9' && dec_parse(text, &d))
        text = (struct str){own, dec_format(d, own)};
    buf_str(out, text);
}

/* Quantities and types have no node: as path_write writes them, without the brackets of its array. */
static void write_other(struct buf *out, const struct path_value *v)
{
    struct path_value copy = *v;
    struct path_list one = {&copy, 1, 1};
    struct buf array;
    buf_init(&array, BUF_NO_MAX);
    path_write(&one, &array);
    if (buf_ok(&array))
        buf_add(out, array.p + 1, array.n - 2);
    buf_release(&array);
}

void view_json_value(struct buf *out, const struct path_value *v)
{
    switch (v->kind) {
    case PATH_NODE:
        json_write(v->doc, v->node, out);
        break;
    case PATH_BOOLEAN:
        buf_cstr(out, v->boolean ? "true" : "false");
        break;
    case PATH_INTEGER:
    case PATH_DECIMAL:
        write_number(out, v->text);
        break;
    case PATH_QUANTITY:
    case PATH_TYPE:
        write_other(out, v);
        break;
    default:
        json_write_string(out, v->text);
        break;
    }
}

void view_json_cell(struct buf *out, const struct view_column *c, const struct view_cell *cell)
{
    if (cell->null) {
        buf_cstr(out, "null");
        return;
    }
    if (c->collection)
        buf_char(out, '[');
    for (uint32_t i = 0; i < cell->count; i++) {
        if (i)
            buf_char(out, ',');
        view_json_value(out, &cell->item[i]);
    }
    if (c->collection)
        buf_char(out, ']');
}

static void write_row(struct view_out *o, const struct view_cell *cells)
{
    for (size_t i = 0; i < o->column_count; i++) {
        buf_char(&o->bytes, i ? ',' : '{');
        json_write_string(&o->bytes, o->columns[i].name);
        buf_char(&o->bytes, ':');
        view_json_cell(&o->bytes, &o->columns[i], &cells[i]);
    }
    buf_char(&o->bytes, '}');
}

static bool line_row(struct view_out *o, const struct view_cell *cells, struct err *err)
{
    (void)err;
    write_row(o, cells);
    buf_char(&o->bytes, '\n');
    return true;
}

static bool line_end(struct view_out *o, struct err *err)
{
    (void)o;
    (void)err;
    return true;
}

static bool array_row(struct view_out *o, const struct view_cell *cells, struct err *err)
{
    (void)err;
    buf_cstr(&o->bytes, o->rows ? ",\n" : "[");
    write_row(o, cells);
    return true;
}

static bool array_end(struct view_out *o, struct err *err)
{
    (void)err;
    buf_cstr(&o->bytes, o->rows ? "]\n" : "[]\n");
    return true;
}

const struct view_writer view_json_lines = {
    .name = "ndjson",
    .alias = "application/x-ndjson",
    .type = "application/x-ndjson",
    .row = line_row,
    .end = line_end,
};

const struct view_writer view_json_array = {
    .name = "json",
    .alias = "application/json",
    .type = "application/json",
    .row = array_row,
    .end = array_end,
};
