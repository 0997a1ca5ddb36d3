/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lookup.h"

#include "fold/fold.h"

/* A period that ends before it begins counts as what lies between. */
static void fill_span(const struct store_row *row, struct nrow *out)
{
    bool turned = row->high < row->low;
    out->low = turned ? row->high : row->low;
    out->high = turned ? row->low : row->high;
}

/* Adding zero turns -0 into 0: one value, one key. */
static void fill_number(const struct store_row *row, struct nrow *out)
{
    bool turned = row->number_high < row->number_low;
    out->number_low = (turned ? row->number_high : row->number_low) + 0.0;
    out->number_high = (turned ? row->number_low : row->number_high) + 0.0;
}

int64_t lookup_code(struct hash_key key, struct str code)
{
    static const uint64_t mask = (UINT64_C(1) << LOOKUP_CASE_BITS) - 1;
    uint64_t exact = hash_sip(key, code);
    if (fold_caseless(code))
        return (int64_t)exact;
    char folded[LOOKUP_CASE_MAX];
    size_t n = fold_case(code, folded, sizeof folded);
    uint64_t upper = n == SIZE_MAX ? exact : hash_sip(key, (struct str){folded, n});
    return (int64_t)((upper & ~mask) | (exact & mask));
}

bool lookup_needs_target(const struct store_row *row)
{
    return row->index == STORE_CLINICAL ||
           ((row->index == STORE_REFERENCE || row->index == STORE_LABEL) && row->target_type);
}

void lookup_fill(const struct store_row *row, struct hash_key key, int64_t name, store_rid target,
                 struct nrow *out)
{
    uint16_t param = out->param;
    *out = (struct nrow){.kind = row->index, .param = param};
    switch (row->index) {
    case STORE_TOKEN:
        out->key = lookup_code(key, row->text);
        out->name = name;
        break;
    case STORE_STRING:
        out->key = (int64_t)row->exact;
        out->text = row->text;
        break;
    case STORE_DATE:
        fill_span(row, out);
        break;
    case STORE_NUMBER:
        fill_number(row, out);
        out->name = name;
        break;
    case STORE_REFERENCE:
        out->name = row->target_type ? target : -name;
        break;
    case STORE_URI:
        out->name = name;
        break;
    case STORE_COMPOSITE:
        out->key = (int64_t)row->exact;
        out->text = row->text;
        out->name = name;
        fill_span(row, out);
        fill_number(row, out);
        break;
    case STORE_CLINICAL:
        out->key = (int64_t)row->hash;
        out->low = row->low;
        out->name = target;
        break;
    case STORE_LABEL:
        out->key = (int64_t)row->hash;
        out->low = row->hash == STORE_LABEL_FLAGS ? (int64_t)(uint32_t)row->low : 0;
        out->name = row->hash == STORE_LABEL_FLAGS ? 0 : target;
        break;
    }
}

static bool lookup_row(struct store_read *r, const struct store_row *row, struct nrow *out, struct err *err)
{
    int64_t name = 0;
    store_rid target = 0;
    uint16_t type = number_durable(&r->s->types, row->target_type);
    bool needs = lookup_needs_target(row);
    if (needs && type && !read_key(r, type, row->text, &target, err))
        return false;
    if (!needs && row->index != STORE_STRING && row->index != STORE_DATE &&
        !read_name(r, row->name, &name, err))
        return false;
    out->param = rows_named(row->index) ? number_durable(&r->s->params, row->param) : 0;
    lookup_fill(row, r->s->key, name, target, out);
    return true;
}

bool lookup_rows(struct store_read *r, const struct store_rows *rows, struct arena *arena, struct nrow **out,
                 size_t *count, struct err *err)
{
    *out = arena_alloc(arena, (rows->count + 1) * sizeof **out);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < rows->count; i++)
        if (!lookup_row(r, &rows->item[i], &(*out)[i], err))
            return false;
    *count = rows_canonical(*out, rows->count);
    return true;
}
