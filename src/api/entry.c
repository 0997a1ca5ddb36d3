/* SPDX-License-Identifier: Apache-2.0
 * Entries of a batch or transaction, each a call of its own. */
#include "api/audited.h"
#include "api/gov_fill.h"
#include "api/guard.h"
#include "base/time.h"
#include "fhir_gen/names.h"

static struct str text_of(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    return i == UINT32_MAX ? (struct str){0} : json_text(doc, json_get(doc, i, name));
}

/* The address without our own base and without a leading slash. */
static struct str local_url(const struct bundle *b, struct str url)
{
    struct str host = str_sub(b->call->base, 0, b->call->base.n - API_BASE_BYTES);
    struct str path = str_starts(url, host) ? str_sub(url, host.n, url.n) : STR("");
    if (path.n > API_BASE_BYTES && api_record_path(path))
        url = str_sub(path, API_BASE_BYTES, path.n);
    if (url.n && url.p[0] == '/')
        url = str_sub(url, 1, url.n);
    return url;
}

/* request.ifModifiedSince is an instant where the header is an HTTP date. */
static bool read_since(struct call *c, struct str instant, struct err *err)
{
    struct time_value v;
    char text[TIME_TEXT_MAX];
    c->wants.if_modified_since = (struct str){0};
    if (!instant.n)
        return true;
    if (!time_parse(instant, false, &v) || v.precision < TIME_SECOND || !v.has_zone)
        return err_set_str(err, ERR_FHIR_PRIMITIVE, instant, STR("instant"));
    size_t n = time_format_http(time_span(&v, 0).low_ms, text);
    c->wants.if_modified_since = arena_str(c->arena, (struct str){text, n});
    return c->wants.if_modified_since.p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool read_entry(struct bundle *b, struct entry *e, uint32_t node, struct err *err)
{
    const struct json_doc *doc = b->doc;
    struct call *c = &e->call;
    uint32_t request =
        doc->nodes[node].kind == JSON_OBJECT ? json_get(doc, node, FHIR_NAME_request) : UINT32_MAX;
    if (request == UINT32_MAX)
        return err_set(err, ERR_FHIR_CARDINALITY_MIN, "request", NULL);
    *c = *b->call;
    c->entry = true;
    c->resp = &e->resp;
    c->route = NULL;
    c->type = 0;
    c->id = c->vid = (struct str){0};
    c->params = NULL;
    c->param_count = 0;
    c->method = text_of(doc, request, FHIR_NAME_method);
    e->head = str_is(c->method, "HEAD");
    if (e->head)
        c->method = STR("GET");
    struct str url = local_url(b, text_of(doc, request, FHIR_NAME_url));
    size_t mark = str_find(url, '?', 0);
    c->query = mark == SIZE_MAX ? STR("") : str_sub(url, mark + 1, url.n);
    struct str raw = arena_printf(c->arena, "/fhir/%.*s", (int)(mark == SIZE_MAX ? url.n : mark), url.p);
    c->wants.if_match = text_of(doc, request, FHIR_NAME_ifMatch);
    c->wants.if_none_match = text_of(doc, request, FHIR_NAME_ifNoneMatch);
    c->wants.if_none_exist = text_of(doc, request, FHIR_NAME_ifNoneExist);
    c->wants.accept = (struct str){0};
    e->full_url = text_of(doc, node, FHIR_NAME_fullUrl);
    e->resource = json_get(doc, node, FHIR_NAME_resource);
    if (!c->method.n || !raw.p || !url.p)
        return err_set(err, ERR_FHIR_CARDINALITY_MIN, c->method.n ? "url" : "method", NULL);
    c->path = raw;
    return read_since(c, text_of(doc, request, FHIR_NAME_ifModifiedSince), err);
}

bool entry_parse(struct bundle *b, struct err *err)
{
    const struct json_doc *doc = b->doc;
    uint32_t list = json_get(doc, 0, FHIR_NAME_entry);
    if (list == UINT32_MAX)
        return true;
    if (doc->nodes[list].kind != JSON_ARRAY)
        return err_set(err, ERR_FHIR_NOT_ARRAY, "entry", NULL);
    if (doc->nodes[list].len > API_ENTRIES_MAX)
        return err_set_str(err, ERR_BUNDLE_ENTRIES, arena_printf(b->call->arena, "%d", API_ENTRIES_MAX),
                           STR(""));
    b->item = ARENA_ARRAY(b->call->arena, struct entry, doc->nodes[list].len);
    if (!b->item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    JSON_EACH(doc, list, node)
    {
        if (!read_entry(b, &b->item[b->count], node, err)) {
            err_at(err, arena_printf(b->call->arena, "Bundle.entry[%zu].request", b->count));
            json_place(doc, node, &err->line, &err->column);
            return false;
        }
        b->count++;
    }
    return true;
}

/* The interactions that write, and how. */
static bool write_kind_of(const struct call *c, enum write_kind *kind)
{
    static const struct {
        call_fn *run;
        enum write_kind kind;
    } kinds[] = {{create_run, WRITE_CREATE},
                 {update_run, WRITE_UPDATE},
                 {update_conditional_run, WRITE_UPDATE},
                 {patch_run, WRITE_UPDATE},
                 {patch_conditional_run, WRITE_UPDATE},
                 {delete_run, WRITE_DELETE},
                 {delete_conditional_run, WRITE_DELETE}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (kinds[i].run == c->route->run) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* What an entry may ask for: reads, searches, histories, operations; not Bundles in Bundles or the whole
 * service. */
static bool route_allowed(const struct call *c, bool writes, struct err *err)
{
    if (writes || (c->route->level < LEVEL_NONE && str_is(c->method, "GET")))
        return true;
    return err_set_str(err, ERR_BUNDLE_METHOD, c->method, call_path(c));
}

static bool prepare_write(struct bundle *b, struct entry *e, enum write_kind kind, struct err *err)
{
    if (!write_prepare(&e->call, &e->write, kind, err))
        return false;
    e->writes = true;
    e->write.doc = b->doc;
    e->write.node = e->resource;
    e->write.late_integrity = b->transaction;
    if (kind == WRITE_DELETE)
        return true;
    if (e->resource == UINT32_MAX)
        return err_set(err, ERR_FHIR_CARDINALITY_MIN, "resource", NULL);
    if (e->call.route->run == patch_run || e->call.route->run == patch_conditional_run)
        return patch_entry(&e->write, b->doc, e->resource, b->map, b->map_arg, err);
    if (!gov_fill(&e->write, NULL, err))
        return false;
    struct arena_mark mark = arena_mark(e->call.arena);
    struct check_issues *issues = arena_alloc(e->call.arena, sizeof(*issues));
    if (!issues)
        return err_set(err, ERR_NO_MEMORY, NULL);
    bool ok = write_check(&e->write, issues);
    if (!ok) {
        *err = issues->item[0];
        outcome_fail_many(&e->call, issues);
        e->answered = true;
    }
    arena_rewind(e->call.arena, mark);
    return ok;
}

bool entry_prepare(struct bundle *b, struct entry *e, struct err *err)
{
    struct call *c = &e->call;
    enum write_kind kind;
    bool ok = route_find(c, err) && guard_open(c, err) && call_query_of_route(c, err);
    bool writes = ok && write_kind_of(c, &kind);
    ok = ok && route_allowed(c, writes, err) && (!writes || prepare_write(b, e, kind, err));
    if (!ok && !e->answered) {
        outcome_fail(c, err);
        e->answered = true;
    }
    return ok;
}

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {{200, "200 OK"},
                 {201, "201 Created"},
                 {204, "204 No Content"},
                 {304, "304 Not Modified"},
                 {400, "400 Bad Request"},
                 {401, "401 Unauthorized"},
                 {403, "403 Forbidden"},
                 {404, "404 Not Found"},
                 {405, "405 Method Not Allowed"},
                 {406, "406 Not Acceptable"},
                 {409, "409 Conflict"},
                 {410, "410 Gone"},
                 {412, "412 Precondition Failed"},
                 {413, "413 Content Too Large"},
                 {415, "415 Unsupported Media Type"},
                 {422, "422 Unprocessable Content"},
                 {503, "503 Service Unavailable"},
                 {507, "507 Insufficient Storage"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return status < 500 ? "400 Bad Request" : "500 Internal Server Error";
}

static struct str header_of(const struct http_response *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_is(r->headers[i].name, name))
            return r->headers[i].value;
    return (struct str){0};
}

static void write_answer_of(const struct entry *e, struct buf *out)
{
    const struct http_response *r = &e->resp;
    bool fails = r->status >= 400;
    struct str location = header_of(r, "Location"), etag = header_of(r, "ETag");
    buf_char(out, '{');
    if (r->body.n && !fails && !e->head) {
        buf_cstr(out, "\"resource\":");
        buf_str(out, r->body);
        buf_char(out, ',');
    }
    buf_cstr(out, "\"response\":{\"status\":\"");
    buf_cstr(out, status_text(r->status));
    buf_char(out, '"');
    if (location.n) {
        buf_cstr(out, ",\"location\":");
        json_write_string(out, location);
    }
    if (etag.n) {
        buf_cstr(out, ",\"etag\":");
        json_write_string(out, etag);
    }
    if (e->writes && e->write.change.time_ms) {
        char time[TIME_TEXT_MAX];
        size_t n = time_format(e->write.change.time_ms, time);
        buf_cstr(out, ",\"lastModified\":\"");
        buf_add(out, time, n);
        buf_char(out, '"');
    }
    if (r->body.n && fails) {
        buf_cstr(out, ",\"outcome\":");
        buf_str(out, r->body);
    }
    buf_cstr(out, "}}");
}

void entry_answer(struct bundle *b)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    bundle_begin(&out, b->transaction ? "transaction-response" : "batch-response", NULL, 0, false, 0);
    for (size_t i = 0; i < b->count; i++) {
        if (i)
            buf_char(&out, ',');
        struct entry *e = &b->item[i];
        audited_patients(&e->call);
        if (e->resp.status >= 400 && !e->call.wrote)
            audited_sent(&e->call, b->doc, e->resource);
        write_answer_of(&b->item[i], &out);
    }
    bundle_end(&out);
    entry_release(b);
    resource_answer_buf(b->call, &out, 200);
}

void entry_release(struct bundle *b)
{
    for (size_t i = 0; i < b->count; i++) {
        os_free(b->item[i].resp.owned);
        b->item[i].resp.owned = NULL;
    }
}
