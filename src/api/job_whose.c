/* SPDX-License-Identifier: Apache-2.0 */
#include "api/job_whose.h"

#include "fhir_gen/names.h"
#include "json/json.h"

/* Where rid is, or is to be. */
static size_t place_of(const struct job_whose *w, store_rid rid)
{
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (w->rid[mid] < rid)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool add_one(struct job_whose *w, struct store_read *r, store_rid rid, struct err *err)
{
    uint16_t type;
    struct str id;
    size_t at = place_of(w, rid);
    if (at < w->count && w->rid[at] == rid)
        return true;
    if (!store_name(r, rid, w->arena, &type, &id, err))
        return false;
    if (type != FHIR_TYPE_Patient)
        return true;
    if (w->count == JOB_WHOSE_MAX || w->bytes + id.n + sizeof "\"\"," > JOB_WHOSE_BYTES_MAX) {
        w->many = true;
        return true;
    }
    memmove(&w->rid[at + 1], &w->rid[at], (w->count - at) * sizeof *w->rid);
    w->rid[at] = rid;
    w->id[w->count++] = id;
    w->bytes += id.n + sizeof "\"\",";
    return true;
}

bool job_whose_add(struct job_whose *w, struct store_read *r, bool viewed, struct err *err)
{
    const store_rid *seen;
    store_rid copy[STORE_SEEN_MAX];
    size_t count;
    uint64_t withheld;
    bool many;
    if (!viewed || w->many) {
        w->many = true;
        return true;
    }
    store_read_seen(r, &seen, &count, &many, &withheld);
    w->many = many;
    if (!count)
        return true;
    memcpy(copy, seen, count * sizeof *copy); /* borrowed until the view is set anew */
    store_read_view(r, NULL);
    for (size_t i = 0; i < count && !w->many; i++)
        if (!add_one(w, r, copy[i], err))
            return false;
    return true;
}

void job_whose_write(const struct job_whose *w, struct buf *out)
{
    buf_cstr(out, ",\"patients\":[");
    for (size_t i = 0; i < w->count; i++) {
        buf_cstr(out, i ? "," : "");
        json_write_string(out, w->id[i]);
    }
    buf_printf(out, "],\"many\":%s", w->many ? "true" : "false");
}
