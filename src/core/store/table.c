/* SPDX-License-Identifier: Apache-2.0 */
#include "store/table.h"

#include <math.h>

#define SPEC(id, table_name, count, is_text, is_real)                                                        \
    [TABLE_##id] = {table_name, count, is_text, is_real, DB_##id##_PUT, DB_##id##_DEL, DB_##id##_HAS}

const struct table_spec table_specs[TABLE_COUNT] = {
    SPEC(TOKEN, "token", 4, false, false),         SPEC(STRING, "string", 3, true, false),
    SPEC(DATE, "date", 3, false, false),           SPEC(DATE_LONG, "date_long", 3, false, false),
    SPEC(NUMBER, "number", 3, false, true),        SPEC(NUMBER_LONG, "number_long", 3, false, true),
    SPEC(REFERENCE, "reference", 3, false, false), SPEC(URI, "uri", 3, false, false),
    SPEC(COMPOSITE, "composite", 3, true, false),  SPEC(CLINICAL, "clinical", 5, false, false),
    SPEC(KIND, "kind", 2, false, false),
};

int64_t table_seconds(int64_t ms)
{
    int64_t s = ms / 1000;
    return s - (ms % 1000 < 0);
}

int64_t table_real(double v)
{
    int64_t bits;
    v += 0.0; /* -0 and 0 are one key */
    memcpy(&bits, &v, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

double table_real_back(int64_t key)
{
    int64_t bits = key < 0 ? INT64_MIN - key : key;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

bool table_number_long(double low, double high)
{
    double size = fabs(low);
    return !(high - low <= (size > 1 ? size : 1));
}

struct str table_text(struct str text)
{
    return str_sub(text, 0, TABLE_TEXT_MAX);
}

static int table_of_date(const struct nrow *r, store_rid rid, struct table_row out[2])
{
    int64_t low = table_seconds(r->low), high = table_seconds(r->high);
    out[0] = (struct table_row){.table = TABLE_DATE, .key = {r->param, low, rid}};
    if (high - low <= TABLE_DATE_LONG_S)
        return 1;
    out[1] = (struct table_row){.table = TABLE_DATE_LONG, .key = {r->param, high, rid}};
    return 2;
}

static int table_of_number(const struct nrow *r, store_rid rid, struct table_row out[2])
{
    double low = r->number_low, high = r->number_high;
    out[0] = (struct table_row){.table = TABLE_NUMBER, .key = {r->param, table_real(low), rid}};
    if (!table_number_long(low, high))
        return 1;
    out[1] = (struct table_row){.table = TABLE_NUMBER_LONG, .key = {r->param, table_real(high), rid}};
    return 2;
}

int table_of(const struct nrow *r, store_rid rid, uint16_t type, struct table_row out[2])
{
    switch (r->kind) {
    case STORE_TOKEN:
        out[0] = (struct table_row){.table = TABLE_TOKEN, .key = {r->param, r->key, rid, r->name}};
        return 1;
    case STORE_STRING:
    case STORE_COMPOSITE:
        out[0] = (struct table_row){.table = r->kind == STORE_STRING ? TABLE_STRING : TABLE_COMPOSITE,
                                    .key = {r->param, 0, rid},
                                    .text = table_text(r->text)};
        return 1;
    case STORE_DATE:
        return table_of_date(r, rid, out);
    case STORE_NUMBER:
        return table_of_number(r, rid, out);
    case STORE_REFERENCE:
        out[0] = (struct table_row){.table = TABLE_REFERENCE, .key = {r->name, r->param, rid}};
        return 1;
    case STORE_URI:
        out[0] = (struct table_row){.table = TABLE_URI, .key = {r->param, r->name, rid}};
        return 1;
    case STORE_CLINICAL:
        out[0] = (struct table_row){.table = TABLE_CLINICAL, .key = {r->name, type, r->key, ~r->low, rid}};
        return 1;
    }
    return 0;
}

int table_cmp(const struct table_row *a, const struct table_row *b)
{
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    for (int i = 0; i < TABLE_KEYS; i++) {
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
        int c = i == 0 && table_specs[a->table].text ? str_cmp(a->text, b->text) : 0;
        if (c)
            return c;
    }
    return 0;
}

void table_bind(sqlite3_stmt *st, const struct table_row *row)
{
    const struct table_spec *spec = &table_specs[row->table];
    for (int i = 0; i < spec->keys; i++) {
        if (i == 1 && spec->text)
            db_bind_blob(st, i + 1, row->text);
        else if (i == 1 && spec->real)
            sqlite3_bind_double(st, i + 1, table_real_back(row->key[i]));
        else
            sqlite3_bind_int64(st, i + 1, row->key[i]);
    }
}
