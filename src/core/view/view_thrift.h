/* SPDX-License-Identifier: Apache-2.0
 * view_thrift: Thrift's compact protocol, the part that Parquet's metadata needs (writing only). Fields are
 * written in the order of their ids. */
#ifndef HELHET_VIEW_THRIFT_H
#define HELHET_VIEW_THRIFT_H

#include "base/buf.h"

enum { VIEW_THRIFT_DEPTH_MAX = 16 };

enum view_thrift_type {
    VIEW_THRIFT_TRUE = 1,
    VIEW_THRIFT_FALSE = 2,
    VIEW_THRIFT_BYTE = 3,
    VIEW_THRIFT_I16 = 4,
    VIEW_THRIFT_I32 = 5,
    VIEW_THRIFT_I64 = 6,
    VIEW_THRIFT_BINARY = 8,
    VIEW_THRIFT_LIST = 9,
    VIEW_THRIFT_STRUCT = 12
};

struct view_thrift {
    struct buf *out;
    int last[VIEW_THRIFT_DEPTH_MAX]; /* id of the field before, for each struct that is open */
    unsigned depth;
};

/* Begins with the fields of the outermost struct; end it with view_thrift_stop. */
void view_thrift_init(struct view_thrift *t, struct buf *out);
/* field 0: an element of a list. */
void view_thrift_struct(struct view_thrift *t, int field);
void view_thrift_stop(struct view_thrift *t);
void view_thrift_list(struct view_thrift *t, int field, enum view_thrift_type of, size_t count);
void view_thrift_i16(struct view_thrift *t, int field, int16_t v);
void view_thrift_i32(struct view_thrift *t, int field, int32_t v);
void view_thrift_i64(struct view_thrift *t, int field, int64_t v);
void view_thrift_byte(struct view_thrift *t, int field, int8_t v);
void view_thrift_bool(struct view_thrift *t, int field, bool v);
void view_thrift_binary(struct view_thrift *t, int field, struct str v);
/* A struct without fields (the branches of Parquet's unions). */
void view_thrift_empty(struct view_thrift *t, int field);
/* An unsigned number, seven bits a byte, least first (also Parquet's run lengths). */
void view_thrift_varint(struct buf *out, uint64_t v);

#endif
