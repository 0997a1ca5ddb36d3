/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"

enum { SEARCH_BYTES_MAX = 256 << 20, SEARCH_BYTES_EACH = 2048 };

/* The path of the search itself, whatever way it was asked: pages are fetched with GET. */
static struct str search_path(const struct call *c)
{
    return c->type ? str_of(fhir_types[c->type].name) : STR("");
}

static size_t make_links(struct call *c, const struct search_query *q, const struct search_page *page,
                         struct link out[2])
{
    out[0] = (struct link){"self", bundle_url(c->arena, c->base, search_path(c), q->used, q->used_count)};
    if (!page->more)
        return 1;
    struct search_param *next = ARENA_ARRAY(c->arena, struct search_param, q->used_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < q->used_count; i++)
        if (!str_is(q->used[i].name, "_cursor"))
            next[n++] = q->used[i];
    next[n++] = (struct search_param){STR("_cursor"), page->next};
    out[1] = (struct link){"next", bundle_url(c->arena, c->base, search_path(c), next, n)};
    return 2;
}

static bool write_entry(struct call *c, const struct store_version *v, const char *mode,
                        const struct subset *s, bool *first, struct buf *out, struct err *err)
{
    buf_cstr(out, *first ? "{" : ",{");
    *first = false;
    bundle_full_url(out, c->base, v->type, v->id);
    buf_cstr(out, ",\"resource\":");
    if (!resource_write(c->arena, v->body, s, out, err))
        return false;
    buf_cstr(out, ",\"search\":{\"mode\":\"");
    buf_cstr(out, mode);
    buf_cstr(out, "\"}}");
    return true;
}

/* Parameters that lenient handling left out are told of in an outcome entry. */
static void write_ignored(struct call *c, const struct search_query *q, bool *first, struct buf *out)
{
    for (size_t i = 0; i < q->ignored_count; i++) {
        struct err err = {0};
        err_set_str(&err, ERR_SEARCH_PARAM_UNKNOWN, q->ignored[i], search_path(c));
        buf_cstr(out, *first ? "{\"resource\":" : ",{\"resource\":");
        *first = false;
        outcome_write(out, &err, 1, c->wants.lang);
        buf_cstr(out, ",\"search\":{\"mode\":\"outcome\"}}");
    }
}

static bool write_page(struct call *c, const struct search_query *q, const struct search_page *page,
                       struct buf *out, struct err *err)
{
    struct link links[2];
    struct subset subset = {q->summary, q->elements, q->element_count};
    bool first = true, ok = true;
    size_t n = make_links(c, q, page, links);
    buf_room(out, (page->match_count + page->included_count + 1) * SEARCH_BYTES_EACH);
    bundle_begin(out, "searchset", links, n, page->has_total, page->total);
    for (size_t i = 0; ok && i < page->match_count; i++)
        ok = write_entry(c, &page->match[i], "match", &subset, &first, out, err);
    for (size_t i = 0; ok && i < page->included_count; i++)
        ok = write_entry(c, &page->included[i], "include", &subset, &first, out, err);
    write_ignored(c, q, &first, out);
    bundle_end(out);
    return ok;
}

bool search_call(struct call *c)
{
    struct err err = {0};
    struct search_query q;
    struct search_page page;
    struct buf out;
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = search_parse(c->api->search, r, c->type, c->params, c->param_count, c->wants.lenient, c->arena,
                           &q, &err) &&
              search_run(c->api->search, r, &q, c->arena, &page, &err);
    call_read_end(c, r);
    if (!ok)
        return outcome_fail(c, &err);
    buf_init(&out, SEARCH_BYTES_MAX);
    if (!write_page(c, &q, &page, &out, &err)) {
        buf_release(&out);
        return outcome_fail(c, &err);
    }
    return resource_answer_buf(c, &out, 200);
}

bool search_call_form(struct call *c)
{
    static const char form[] = "application/x-www-form-urlencoded";
    struct err err = {0};
    struct str type = c->wants.content_type;
    size_t semi = str_find(type, ';', 0);
    type = str_sub(type, 0, semi == SIZE_MAX ? type.n : semi);
    if (c->body.n && !str_is(type, form)) {
        err_set_str(&err, ERR_CONTENT_TYPE_FORM, c->wants.content_type, STR(""));
        return outcome_fail(c, &err);
    }
    if (c->body.n > CALL_FORM_MAX) {
        err_set_str(&err, ERR_BODY_TOO_LARGE, arena_printf(c->arena, "%d", CALL_FORM_MAX), STR(""));
        return outcome_fail(c, &err);
    }
    if (!call_query(c, c->body, &err))
        return outcome_fail(c, &err);
    return search_call(c);
}
