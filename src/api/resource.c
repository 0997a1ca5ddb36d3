/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"
#include "base/time.h"

struct str resource_name(struct arena *arena, fhir_type_id type, struct str id)
{
    return arena_printf(arena, "%s/%.*s", fhir_types[type].name, STR_ARG(id));
}

/* W/"3", without printf: every read has one. */
static struct str etag_of(struct arena *arena, uint32_t version)
{
    enum { ETAG_MAX = 16 };
    char *end = arena_alloc(arena, ETAG_MAX);
    if (!end)
        return STR("W/\"0\"");
    end += ETAG_MAX;
    char *at = end;
    *--at = '"';
    do
        *--at = (char)('0' + version % 10);
    while (version /= 10);
    *--at = '"';
    *--at = '/';
    *--at = 'W';
    return (struct str){at, (size_t)(end - at)};
}

void resource_headers(struct call *c, uint32_t version, int64_t time_ms)
{
    char *time = arena_alloc(c->arena, TIME_TEXT_MAX);
    http_response_header(c->resp, "ETag", etag_of(c->arena, version));
    if (time)
        http_response_header(c->resp, "Last-Modified", (struct str){time, time_format_http(time_ms, time)});
}

bool resource_answer_set(struct call *c, int status)
{
    c->resp->status = status;
    c->resp->content_type = media_type();
    return true;
}

bool resource_answer_buf(struct call *c, struct buf *b, int status)
{
    if (!buf_ok(b)) {
        buf_release(b);
        c->resp->status = 503;
        c->resp->content_type = media_type();
        c->resp->body =
            STR("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":"
                "\"too-costly\",\"details\":{\"text\":\"Minnet räckte inte för begäran\"}}]}");
        return true;
    }
    http_response_buf(c->resp, b);
    buf_release(b);
    return resource_answer_set(c, status);
}

/* Does a weak comparison of If-None-Match find this version? */
static bool has_version(struct str tags, uint32_t version)
{
    struct str part;
    uint64_t number;
    while (tags.p && str_split(&tags, ',', &part)) {
        while (part.n && part.p[0] == ' ')
            part = str_sub(part, 1, part.n);
        if (str_is(part, "*"))
            return true;
        if (str_starts(part, STR("W/")))
            part = str_sub(part, 2, part.n);
        if (part.n > 2 && part.p[0] == '"' && str_u64(str_sub(part, 1, part.n - 1), UINT32_MAX, &number) &&
            number == version)
            return true;
    }
    return false;
}

static bool month_number(struct str name, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (str_eq(name, (struct str){names + 3 * i, 3})) {
            *month = i + 1;
            return true;
        }
    return false;
}

/* "Sat, 21 Nov 2026 18:51:57 GMT" to ms; false for anything else (then the condition is ignored, RFC 9110).
 */
static bool http_date(struct str s, int64_t *ms)
{
    uint64_t day, year, h, m, sec;
    int month;
    if (s.n != 29 || !str_ends(s, STR(" GMT")) || !str_u64(str_sub(s, 5, 7), 31, &day) ||
        !month_number(str_sub(s, 8, 11), &month) || !str_u64(str_sub(s, 12, 16), 9999, &year) ||
        !str_u64(str_sub(s, 17, 19), 23, &h) || !str_u64(str_sub(s, 20, 22), 59, &m) ||
        !str_u64(str_sub(s, 23, 25), 60, &sec))
        return false;
    int64_t days = time_days((int)year, month, (int)day);
    *ms = ((days * 24 + (int64_t)h) * 60 + (int64_t)m) * 60000 + (int64_t)sec * 1000;
    return true;
}

static bool not_modified(const struct call *c, const struct store_version *v)
{
    int64_t since;
    if (c->wants.if_none_match.n)
        return has_version(c->wants.if_none_match, v->version);
    /* Whole seconds: that is all an HTTP date can say. */
    return c->wants.if_modified_since.n && http_date(c->wants.if_modified_since, &since) &&
           v->time_ms / 1000 <= since / 1000;
}

bool resource_write(struct arena *arena, struct str body, const struct subset *s, struct buf *out,
                    struct err *err)
{
    if (subset_wanted(s))
        return subset_write(arena, body, s, out, err);
    buf_str(out, body);
    return true;
}

bool resource_answer(struct call *c, const struct store_version *v, int status)
{
    struct subset subset;
    struct err err = {0};
    resource_headers(c, v->version, v->time_ms);
    if (not_modified(c, v)) {
        c->resp->status = 304;
        return true;
    }
    if (!subset_parse(c, &subset, &err))
        return outcome_fail(c, &err);
    if (subset_wanted(&subset)) {
        struct buf out;
        buf_init(&out, STORE_BODY_MAX);
        if (!subset_write(c->arena, v->body, &subset, &out, &err)) {
            buf_release(&out);
            return outcome_fail(c, &err);
        }
        return resource_answer_buf(c, &out, status);
    }
    c->resp->body = v->body;
    return resource_answer_set(c, status);
}
