/* SPDX-License-Identifier: Apache-2.0 */
#include "view/view_thrift.h"

#include "base/os.h"

enum { LIST_SHORT_MAX = 14, DELTA_MAX = 15 };

void view_thrift_varint(struct buf *out, uint64_t v)
{
    while (v >= 0x80) {
        buf_char(out, (char)(v | 0x80));
        v >>= 7;
    }
    buf_char(out, (char)v);
}

static void zigzag(struct view_thrift *t, int64_t v)
{
    view_thrift_varint(t->out, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

/* The head of a field; elements of lists (field 0) have none. */
static void head(struct view_thrift *t, int field, int type)
{
    if (field == 0)
        return;
    int delta = field - t->last[t->depth];
    OS_ASSERT(delta > 0 && delta <= DELTA_MAX);
    buf_char(t->out, (char)(delta << 4 | type));
    t->last[t->depth] = field;
}

void view_thrift_init(struct view_thrift *t, struct buf *out)
{
    *t = (struct view_thrift){.out = out};
}

void view_thrift_struct(struct view_thrift *t, int field)
{
    head(t, field, VIEW_THRIFT_STRUCT);
    OS_ASSERT(t->depth + 1 < VIEW_THRIFT_DEPTH_MAX);
    t->last[++t->depth] = 0;
}

void view_thrift_stop(struct view_thrift *t)
{
    buf_char(t->out, 0);
    if (t->depth)
        t->depth--;
}

void view_thrift_list(struct view_thrift *t, int field, enum view_thrift_type of, size_t count)
{
    head(t, field, VIEW_THRIFT_LIST);
    if (count <= LIST_SHORT_MAX) {
        buf_char(t->out, (char)(count << 4 | of));
    } else {
        buf_char(t->out, (char)(0xF0 | of));
        view_thrift_varint(t->out, count);
    }
}

void view_thrift_i16(struct view_thrift *t, int field, int16_t v)
{
    head(t, field, VIEW_THRIFT_I16);
    zigzag(t, v);
}

void view_thrift_i32(struct view_thrift *t, int field, int32_t v)
{
    head(t, field, VIEW_THRIFT_I32);
    zigzag(t, v);
}

void view_thrift_i64(struct view_thrift *t, int field, int64_t v)
{
    head(t, field, VIEW_THRIFT_I64);
    zigzag(t, v);
}

void view_thrift_byte(struct view_thrift *t, int field, int8_t v)
{
    head(t, field, VIEW_THRIFT_BYTE);
    buf_char(t->out, (char)v);
}

void view_thrift_bool(struct view_thrift *t, int field, bool v)
{
    head(t, field, v ? VIEW_THRIFT_TRUE : VIEW_THRIFT_FALSE);
}

void view_thrift_binary(struct view_thrift *t, int field, struct str v)
{
    head(t, field, VIEW_THRIFT_BINARY);
    view_thrift_varint(t->out, v.n);
    buf_str(t->out, v);
}

void view_thrift_empty(struct view_thrift *t, int field)
{
    view_thrift_struct(t, field);
    view_thrift_stop(t);
}
