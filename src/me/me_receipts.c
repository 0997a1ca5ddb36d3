/* SPDX-License-Identifier: Apache-2.0 */
#include "api/receipt.h"
#include "base/time.h"
#include "me/me_int.h"

enum { RECEIPTS_BYTES_MAX = 64 << 20 };

struct page {
    uint64_t count;
    struct str before;
};

static bool read_page(struct ask *a, struct page *p, struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    p->count = ME_RECEIPTS_PAGE;
    if (!http_query_parse(a->req->arena, a->req->query, &pairs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_is(pairs[i].name, "before"))
            p->before = pairs[i].value;
        else if (!str_is(pairs[i].name, "_count"))
            return err_set_str(err, ERR_SEARCH_PARAM_UNKNOWN, pairs[i].name, str_of(a->route->name));
        else if (!str_u64(pairs[i].value, ME_RECEIPTS_PAGE_MAX, &p->count) || p->count == 0)
            return err_set_str(err, ERR_PARAM_VALUE, pairs[i].value, STR("_count"));
    }
    return true;
}

/* Where the page begins: a key of one's own, or a time. */
static bool begin_of(struct ask *a, struct store_read *r, struct str before, int64_t *number,
                     int64_t *before_ms, struct err *err)
{
    struct store_receipt one;
    struct time_value v;
    *number = 0;
    *before_ms = 0;
    if (!before.n)
        return true;
    if (time_parse(before, false, &v) && v.precision >= TIME_SECOND && v.has_zone) {
        *before_ms = time_span(&v, 0).low_ms;
        return true;
    }
    enum store_found found = receipt_key_valid(before) ? store_receipt_get(r, receipt_owner(a->caller),
                                                                           before, a->req->arena, &one, err)
                                                       : STORE_ABSENT;
    if (found == STORE_FOUND)
        *number = one.number;
    return found == STORE_FOUND ||
           (found == STORE_ABSENT && err_set_str(err, ERR_PARAM_VALUE, before, STR("before")));
}

static bool write_list(struct ask *a, struct store_read *r, const struct page *p, struct buf *out,
                       struct err *err)
{
    struct store_receipt *list;
    struct json_out o;
    size_t count;
    int64_t number, before_ms;
    if (!begin_of(a, r, p->before, &number, &before_ms, err) ||
        !store_receipt_list(r, receipt_owner(a->caller), number, before_ms, (uint32_t)p->count, a->req->arena,
                            &list, &count, err))
        return false;
    json_out_init(&o, out);
    json_out_array(&o, NULL);
    for (size_t i = 0; i < count; i++)
        if (!receipt_write(&o, a->req->arena, &list[i], err))
            return false;
    json_out_end_array(&o);
    return true;
}

bool me_receipts_list(struct ask *a, struct err *err)
{
    struct page p = {0};
    struct buf out;
    if (!read_page(a, &p, err))
        return false;
    struct store_read *r = store_read_begin(a->me->opt.store, err);
    if (!r)
        return false;
    buf_init(&out, RECEIPTS_BYTES_MAX);
    bool ok = write_list(a, r, &p, &out, err);
    store_read_end(r);
    if (ok)
        me_answer(a, a->resp, &out, 200);
    else
        buf_release(&out);
    return ok;
}

bool me_receipts_one(struct ask *a, struct err *err)
{
    struct store_receipt one;
    struct json_out o;
    struct buf out;
    struct store_read *r = store_read_begin(a->me->opt.store, err);
    if (!r)
        return false;
    enum store_found found = store_receipt_get(r, receipt_owner(a->caller), a->id, a->req->arena, &one, err);
    store_read_end(r);
    if (found != STORE_FOUND)
        return found == STORE_ABSENT && err_set_str(err, ERR_ME_NONE, a->id, STR(""));
    buf_init(&out, RECEIPTS_BYTES_MAX);
    json_out_init(&o, &out);
    if (!receipt_write(&o, a->req->arena, &one, err)) {
        buf_release(&out);
        return false;
    }
    me_answer(a, a->resp, &out, 200);
    return true;
}
