/* SPDX-License-Identifier: Apache-2.0 */
#include "store/body.h"

#include "base/time.h"

enum { BODY_META_MAX = 128 };

/* The part only the writer knows. */
static struct str body_meta(uint32_t version, int64_t time_ms, char text[BODY_META_MAX])
{
    char time[TIME_TEXT_MAX];
    struct buf b = {.p = text, .cap = BODY_META_MAX, .max = BODY_META_MAX};
    size_t n = time_format(time_ms, time);
    buf_cstr(&b, "\"meta\":{\"versionId\":\"");
    buf_u64(&b, version);
    buf_cstr(&b, "\",\"lastUpdated\":\"");
    buf_add(&b, time, n);
    buf_char(&b, '"');
    return buf_get(&b);
}

bool body_build(const struct store_change *c, uint32_t version, int64_t time_ms, struct buf *out)
{
    char meta[BODY_META_MAX];
    buf_clear(out);
    buf_str(out, c->head);
    buf_str(out, body_meta(version, time_ms, meta));
    buf_str(out, c->meta_rest);
    buf_char(out, '}');
    buf_str(out, c->tail);
    return buf_ok(out);
}

static bool body_eat(struct str *rest, struct str part)
{
    bool begins = str_starts(*rest, part);
    *rest = str_sub(*rest, part.n, rest->n);
    return begins;
}

bool body_equals(const struct store_change *c, uint32_t version, int64_t time_ms, struct str body)
{
    char meta[BODY_META_MAX];
    return body_eat(&body, c->head) && body_eat(&body, body_meta(version, time_ms, meta)) &&
           body_eat(&body, c->meta_rest) && body_eat(&body, STR("}")) && str_eq(body, c->tail);
}
