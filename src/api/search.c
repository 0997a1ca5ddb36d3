/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"
#include "api/api_int.h"
#include "api/audit_event.h"

enum { SEARCH_BYTES_MAX = 256 << 20, SEARCH_BYTES_EACH = 2048 };

/* What is searched, as the path it is asked by: links go there, and a page token is good for it alone. */
static struct str search_path(const struct call *c)
{
    struct str type = c->type ? str_of(fhir_types[c->type].name) : STR("");
    if (!c->compartment)
        return type;
    return arena_printf(c->arena, "%s/%.*s/%.*s", fhir_types[c->compartment].name, STR_ARG(c->id),
                        STR_ARG(c->type ? type : STR("*")));
}

/* A search being answered: where the page is, whether it was asked for by a token, and the search itself. */
struct asking {
    struct search_place place;
    struct str token; /* {NULL,0}: by its parameters */
    struct search_query q;
};

/* Links to pages show nothing of what is searched. */
/* What a page token is good for: this path, for who asked. Somebody else's link is no link: what it says of
 * totals and places is of their view. */
static struct str page_scope(const struct call *c)
{
    struct str path = search_path(c);
    if (!c->caller)
        return path;
    return arena_printf(c->arena, "%.*s %d %.*s %.*s %.*s", STR_ARG(path), (int)c->caller->kind,
                        STR_ARG(c->caller->account), STR_ARG(c->caller->user),
                        STR_ARG(c->caller->assignment));
}

static struct str page_url(struct call *c, const struct search_place *place, struct err *err)
{
    struct str path = search_path(c);
    struct search_param page = {STR("_page"),
                                search_page_seal(c->api->search, page_scope(c), place, c->arena)};
    if (!page.value.p) {
        err_set(err, ERR_SEARCH_LIMIT, "_page", "1048576", NULL);
        return page.value;
    }
    return bundle_url(c->arena, c->base, path, &page, 1);
}

static bool add_link(struct call *c, const char *relation, const struct search_place *place, struct link *out,
                     size_t *n, struct err *err)
{
    out[*n] = (struct link){relation, page_url(c, place, err)};
    return out[(*n)++].url.p != NULL;
}

/* The page that follows: this one is then the nearest back. */
static struct search_place place_after(const struct search_place *here, const struct search_page *page)
{
    struct search_place next = *here;
    next.cursor = page->next;
    next.seq = page->seq;
    next.has_total = page->has_total;
    next.total = page->total;
    next.back_count = here->back_count < SEARCH_PAGES_BACK ? here->back_count + 1 : SEARCH_PAGES_BACK;
    next.back[0] = here->cursor;
    for (size_t i = 1; i < next.back_count; i++)
        next.back[i] = here->back[i - 1];
    return next;
}

static struct search_place place_before(const struct search_place *here)
{
    struct search_place before = *here;
    before.cursor = here->back[0];
    before.back_count--;
    for (size_t i = 0; i < before.back_count; i++)
        before.back[i] = here->back[i + 1];
    if (before.cursor.n == 0)
        before.seq = 0;
    return before;
}

enum { LINKS_MAX = 4 };

static bool make_links(struct call *c, const struct asking *a, const struct search_page *page,
                       struct link out[LINKS_MAX], size_t *n, struct err *err)
{
    struct search_place here = a->place, first = {.param = here.param, .param_count = here.param_count};
    struct search_param token = {STR("_page"), a->token};
    bool ok = true;
    *n = 0;
    out[(*n)++] = (struct link){
        "self", a->token.p ? bundle_url(c->arena, c->base, search_path(c), &token, 1)
                           : bundle_url(c->arena, c->base, search_path(c), here.param, here.param_count)};
    if (here.cursor.n)
        ok = add_link(c, "first", &first, out, n, err);
    if (ok && here.back_count) {
        struct search_place before = place_before(&here);
        ok = add_link(c, "previous", &before, out, n, err);
    }
    if (ok && page->more) {
        struct search_place next = place_after(&here, page);
        ok = add_link(c, "next", &next, out, n, err);
    }
    return ok;
}

static bool write_entry(struct call *c, const struct store_version *v, const char *mode, const double *score,
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
    buf_char(out, '"');
    if (score)
        buf_printf(out, ",\"score\":%.4f", *score);
    buf_cstr(out, "}}");
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

static bool write_page(struct call *c, const struct asking *a, const struct search_page *page,
                       struct buf *out, struct err *err)
{
    const struct search_query *q = &a->q;
    struct link links[LINKS_MAX];
    struct subset subset = {q->summary, q->elements, q->element_count};
    bool first = true, ok = true;
    size_t n;
    if (!make_links(c, a, page, links, &n, err))
        return false;
    buf_room(out, (page->match_count + page->included_count + 1) * SEARCH_BYTES_EACH);
    bundle_begin(out, "searchset", links, n, page->has_total, page->total);
    for (size_t i = 0; ok && i < page->match_count; i++)
        ok = write_entry(c, &page->match[i], "match", page->score ? &page->score[i] : NULL, &subset, &first,
                         out, err);
    for (size_t i = 0; ok && i < page->included_count; i++)
        ok = write_entry(c, &page->included[i], "include", NULL, &subset, &first, out, err);
    write_ignored(c, q, &first, out);
    bundle_end(out);
    return ok;
}

/* The parameters of the call, or those that its page token holds. */
static bool read_asked(struct call *c, struct store_read *r, struct asking *a, struct err *err)
{
    struct search_within within = {c->type,          c->compartment, c->id,  0,
                                   c->wants.lenient, c->deadline_ns, c->styr};
    const struct search_param *params = c->params;
    size_t count = c->param_count;
    *a = (struct asking){.token = call_param(c, "_page")};
    if (a->token.p) {
        if (count > 1)
            return err_set_str(err, ERR_SEARCH_PARAM_UNKNOWN,
                               c->params[str_is(c->params[0].name, "_page")].name, STR("_page"));
        if (!search_page_open(c->api->search, page_scope(c), a->token, c->arena, &a->place, err))
            return false;
        params = a->place.param;
        count = a->place.param_count;
        within.seq = a->place.seq;
    }
    /* A later page looks lists, trees and words up as they were for the first. */
    bool pin = within.seq && !store_read_in_job(r);
    if (pin)
        store_read_pin(r, within.seq);
    bool ok = search_parse_within(c->api->search, r, &within, params, count, c->arena, &a->q, err);
    if (pin)
        store_read_pin(r, 0);
    if (!ok)
        return false;
    a->place.param = a->q.used;
    a->place.param_count = a->q.used_count;
    a->q.plan.cursor = a->place.cursor;
    a->q.plan.count = a->q.plan.count && !a->place.has_total;
    return true;
}

static bool answer_page(struct call *c, const struct asking *a, struct search_page *page)
{
    struct err err = {0};
    struct buf out;
    if (a->place.has_total) {
        page->has_total = true;
        page->total = a->place.total;
    }
    buf_init(&out, SEARCH_BYTES_MAX);
    if (!write_page(c, a, page, &out, &err)) {
        buf_release(&out);
        return outcome_fail(c, &err);
    }
    return resource_answer_buf(c, &out, 200);
}

bool search_call(struct call *c)
{
    if (audit_event_is(c))
        return audit_event_search(c);
    struct err err = {0};
    struct asking *a = ARENA_NEW(c->arena, struct asking);
    struct search_page page;
    struct store_read *r = a ? call_read_begin(c, &err) : NULL;
    if (!r)
        return outcome_fail(c, &err);
    bool ok = read_asked(c, r, a, &err);
    if (ok && a->q.explain) {
        bool answered = explain_answer(c, r, &a->q);
        call_read_end(c, r);
        return answered;
    }
    ok = ok && search_run(c->api->search, r, &a->q, c->arena, &page, &err);
    call_read_end(c, r);
    return ok ? answer_page(c, a, &page) : outcome_fail(c, &err);
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
