/* SPDX-License-Identifier: Apache-2.0
 * history of an instance, a type and the system, newest first. A page's cursor is (commit, resource), so
 * pages neither repeat nor lose versions while new ones arrive. */
#include "api/api_int.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { HISTORY_COUNT_DEFAULT = 20, HISTORY_BYTES_MAX = 256 << 20 };

static const char *const history_params[] = {"_since", "_count", "_cursor", "_summary", "_elements", NULL};

struct page {
    struct call *call;
    struct buf out;
    struct subset subset;
    struct err err;
    uint32_t count, limit;
    bool first, more, exists, failed;
    int64_t last_seq;
    store_rid last_rid;
};

static bool parse_cursor(struct str text, struct store_history *h)
{
    size_t dash = str_find(text, '-', 0);
    uint64_t seq, rid;
    if (dash == SIZE_MAX || !str_u64(str_sub(text, 0, dash), INT64_MAX, &seq) ||
        !str_u64(str_sub(text, dash + 1, text.n), INT64_MAX, &rid))
        return false;
    h->before_seq = (int64_t)seq;
    h->before_rid = (store_rid)rid;
    return true;
}

static bool parse_params(struct call *c, struct store_history *h, struct err *err)
{
    struct str since = call_param(c, "_since"), count = call_param(c, "_count"),
               cursor = call_param(c, "_cursor");
    struct time_value t;
    uint64_t n = HISTORY_COUNT_DEFAULT;
    if (since.p) {
        if (!time_parse(since, true, &t))
            return err_set_str(err, ERR_SEARCH_VALUE, since, STR("_since"));
        h->since_ms = time_span(&t, 0).low_ms;
    }
    if (count.p && !str_u64(count, UINT32_MAX, &n))
        return err_set_str(err, ERR_SEARCH_VALUE, count, STR("_count"));
    if (cursor.p && !parse_cursor(cursor, h))
        return err_set(err, ERR_SEARCH_PAGE, NULL);
    /* One more than asked tells whether there is a next page. */
    h->limit = (uint32_t)(n > API_HISTORY_MAX ? API_HISTORY_MAX : n) + 1;
    return true;
}

static void write_request(struct buf *out, const struct store_version *v)
{
    static const struct {
        char op;
        const char *method, *status;
    } ops[] = {{'C', "POST", "201 Created"}, {'U', "PUT", "200 OK"}, {'D', "DELETE", "204 No Content"}};
    size_t i = v->op == 'C' ? 0 : v->op == 'U' ? 1 : 2;
    buf_cstr(out, ",\"request\":{\"method\":\"");
    buf_cstr(out, ops[i].method);
    buf_cstr(out, "\",\"url\":\"");
    buf_cstr(out, fhir_types[v->type].name);
    if (v->op != 'C') {
        buf_char(out, '/');
        buf_str(out, v->id);
    }
    char time[TIME_TEXT_MAX];
    size_t n = time_format(v->time_ms, time);
    buf_cstr(out, "\"},\"response\":{\"status\":\"");
    buf_cstr(out, ops[i].status);
    buf_cstr(out, "\",\"etag\":\"W/\\\"");
    buf_u64(out, v->version);
    buf_cstr(out, "\\\"\",\"lastModified\":\"");
    buf_add(out, time, n);
    buf_cstr(out, "\"}}");
}

static bool each_version(void *arg, const struct store_version *v)
{
    struct page *p = arg;
    p->exists = true;
    if (p->count == p->limit) {
        /* A page of none has no place to go on from. */
        p->more = p->limit > 0;
        return false;
    }
    buf_cstr(&p->out, p->first ? "{" : ",{");
    p->first = false;
    bundle_full_url(&p->out, p->call->base, v->type, v->id);
    if (v->op != 'D') {
        buf_cstr(&p->out, ",\"resource\":");
        if (!resource_write(p->call->arena, v->body, &p->subset, &p->out, &p->err)) {
            p->failed = true;
            return false;
        }
    }
    write_request(&p->out, v);
    p->count++;
    p->last_seq = v->seq;
    p->last_rid = v->rid;
    return true;
}

static struct str next_url(struct call *c, const struct page *p, struct str path)
{
    struct search_param *next = ARENA_ARRAY(c->arena, struct search_param, c->param_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->param_count; i++)
        if (!str_is(c->params[i].name, "_cursor"))
            next[n++] = c->params[i];
    struct str cursor = arena_printf(c->arena, "%lld-%lld", (long long)p->last_seq, (long long)p->last_rid);
    next[n++] = (struct search_param){STR("_cursor"), cursor};
    return bundle_url(c->arena, c->base, path, next, n);
}

/* The entries are written before the head, whose next link depends on them; then the two are joined. */
static bool answer(struct call *c, struct page *p, uint64_t total)
{
    struct buf out;
    struct link links[2];
    struct str path = c->type ? str_of(fhir_types[c->type].name) : STR("");
    if (c->id.n)
        path = resource_name(c->arena, c->type, c->id);
    path = arena_printf(c->arena, "%.*s%s_history", STR_ARG(path), path.n ? "/" : "");
    links[0] = (struct link){"self", bundle_url(c->arena, c->base, path, c->params, c->param_count)};
    if (p->more)
        links[1] = (struct link){"next", next_url(c, p, path)};
    buf_init(&out, HISTORY_BYTES_MAX);
    buf_room(&out, p->out.n + 1024);
    bundle_begin(&out, "history", links, p->more ? 2 : 1, true, total);
    buf_str(&out, buf_get(&p->out));
    bundle_end(&out);
    if (!buf_ok(&p->out))
        out.failed = true;
    return resource_answer_buf(c, &out, 200);
}

static bool history_read(struct call *c, struct store_read *r, struct page *p, uint64_t *total,
                         struct err *err)
{
    bool types[FHIR_TYPE_COUNT];
    struct store_history h = {.type = c->type, .types = c->type ? NULL : types, .id = c->id};
    for (fhir_type_id t = 0; h.types && t < FHIR_TYPE_COUNT; t++)
        types[t] = fhir_types[t].styr == c->styr;
    if (!parse_params(c, &h, err) || !subset_parse(c, &p->subset, err))
        return false;
    p->limit = h.limit - 1;
    if (!store_history_each(r, &h, each_version, p, err) || !store_history_count(r, &h, total, err))
        return false;
    if (p->failed) {
        *err = p->err;
        return false;
    }
    /* Nothing at all: was there ever such a resource? */
    struct store_version v;
    if (!p->exists && c->id.n && store_get(r, c->type, c->id, c->arena, &v, err) == STORE_ABSENT)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
    return true;
}

static bool history(struct call *c)
{
    struct err err = {0};
    struct page p = {.call = c, .first = true};
    uint64_t total = 0;
    if (!call_params_only(c, history_params, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    buf_init(&p.out, HISTORY_BYTES_MAX);
    bool ok = history_read(c, r, &p, &total, &err);
    call_read_end(c, r);
    bool done = ok ? answer(c, &p, total) : outcome_fail(c, &err);
    buf_release(&p.out);
    return done;
}

bool history_instance_run(struct call *c)
{
    return history(c);
}

bool history_type_run(struct call *c)
{
    return history(c);
}

bool history_system_run(struct call *c)
{
    return history(c);
}
