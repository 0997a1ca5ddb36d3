/* SPDX-License-Identifier: Apache-2.0
 * Reading entries of a batch or transaction: all of them together within bounds, and each one's memory given
 * back but for its answer. */
#include "api/audited.h"
#include "api/guard.h"

/* What an entry's answer keeps of its headers. */
static const char *const kept_headers[] = {"Location", "ETag"};
enum { KEPT_HEADERS = sizeof(kept_headers) / sizeof(*kept_headers) };

/* Gives back what the answer was made in. The texts of its headers are in there too. */
static void give_back(struct call *c, struct arena_mark mark)
{
    struct http_response *r = c->resp;
    struct http_pair kept[KEPT_HEADERS];
    size_t count = 0, from[KEPT_HEADERS], whose;
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    if (r->body.n && !r->owned) { /* the body is in there too */
        buf_str(&text, r->body);
        if (buf_ok(&text))
            http_response_buf(r, &text);
        buf_release(&text);
    }
    if (r->body.n && !r->owned)
        return;
    for (size_t i = 0; i < r->header_count; i++)
        for (size_t k = 0; k < KEPT_HEADERS && count < KEPT_HEADERS; k++)
            if (str_is(r->headers[i].name, kept_headers[k])) {
                kept[count] = (struct http_pair){r->headers[i].name, r->headers[i].value};
                from[count++] = text.n;
                buf_str(&text, r->headers[i].value);
            }
    whose = text.n;
    audited_pack(c, &text);
    if (buf_ok(&text)) {
        arena_rewind(c->arena, mark);
        for (size_t i = 0; i < count; i++)
            kept[i].value = arena_str(c->arena, (struct str){text.p + from[i], kept[i].value.n});
        memcpy(r->headers, kept, count * sizeof(*kept));
        r->header_count = count;
        audited_unpack(c, str_sub(buf_get(&text), whose, text.n));
    }
    buf_release(&text);
}

/* A Bundle has room for FHIR resources only, and so much of them. */
static bool fits(struct bundle *b, struct call *c, struct err *err)
{
    struct http_response *r = c->resp;
    bool resource = !r->stream.read && (!r->body.n || r->content_type == media_type());
    b->read_bytes += r->body.n;
    if (resource && b->read_bytes <= API_READS_BYTES)
        return true;
    if (r->stream.read)
        r->stream.free(r->stream.arg);
    os_free(r->owned);
    *r = (struct http_response){0};
    return resource ? err_set(err, ERR_BUNDLE_READS, NULL)
                    : err_set_str(err, ERR_BUNDLE_ANSWER, call_path(c), STR(""));
}

static uint64_t time_for_reads(const struct store_read *r)
{
    unsigned ms = r && store_read_in_job(r) ? API_READS_WRITER_MS : API_READS_MS;
    return os_mono_ns() + (uint64_t)ms * 1000000;
}

void entry_read(struct bundle *b, struct entry *e, struct store_read *r, struct err *why)
{
    struct call *c = &e->call;
    struct err err = {0};
    struct arena_mark mark = arena_mark(c->arena);
    if (!b->reads_until_ns)
        b->reads_until_ns = time_for_reads(r);
    c->read = r;
    c->why = why;
    c->deadline_ns = b->reads_until_ns;
    e->answered = true;
    if (os_mono_ns() >= b->reads_until_ns || b->read_bytes >= API_READS_BYTES) {
        err_set(&err, ERR_BUNDLE_READS, NULL);
        outcome_fail(c, &err);
    } else {
        if (r)
            guard_reader(c, r);
        OS_ASSERT(c->route->run(c));
        if (r)
            audited_seen(c, r);
        if (!fits(b, c, &err))
            outcome_fail(c, &err);
        give_back(c, mark);
    }
    c->read = NULL;
    c->why = NULL;
}
