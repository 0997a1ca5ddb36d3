/* SPDX-License-Identifier: Apache-2.0
 * $reindex and $reindex-status: how far the rows of a SearchParameter are, and making them, or all rows of
 * the record, anew while the service goes on. The answer is a Parameters resource. */
#include "api/api_int.h"
#include "base/time.h"
#include "search/own.h"

enum { REINDEX_BYTES_MAX = 8 << 20 };

static const char *const state_names[] = {
    [OWN_INDEXING] = "indexing", [OWN_VERIFYING] = "verifying", [OWN_READY] = "ready",
    [OWN_FAILED] = "failed",     [OWN_REMOVING] = "removing",   [OWN_REMOVED] = "none",
};

/* The least settled comes first: the state of several is that of the first. */
static const enum own_state order[] = {OWN_FAILED,   OWN_INDEXING, OWN_VERIFYING,
                                       OWN_REMOVING, OWN_READY,    OWN_REMOVED};

struct report {
    struct call *call;
    struct str source; /* of one SearchParameter; NULL: of all */
    struct own_status sum;
    unsigned count;
    struct json_out parts;
    struct buf text; /* the parameters of each type */
};

static unsigned rank(enum own_state state)
{
    unsigned i = 0;
    while (order[i] != state)
        i++;
    return i;
}

static void named(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

static void number(struct json_out *o, const char *name, uint64_t value)
{
    named(o, name);
    json_out_i64(o, "valueDecimal", (int64_t)value);
    json_out_end_object(o);
}

static void code(struct json_out *o, const char *name, const char *value)
{
    named(o, name);
    json_out_cstr(o, "valueCode", value);
    json_out_end_object(o);
}

static void moment(struct json_out *o, const char *name, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    if (!ms)
        return;
    size_t n = time_format(ms, text);
    named(o, name);
    json_out_string(o, "valueInstant", (struct str){text, n});
    json_out_end_object(o);
}

/* The figures of one parameter or of the sum. */
static void write_status(struct json_out *o, const struct own_status *st)
{
    code(o, "state", state_names[st->state]);
    number(o, "total", st->total);
    number(o, "done", st->done);
    number(o, "rows", st->rows);
    if (st->state == OWN_READY || st->state == OWN_FAILED) {
        number(o, "expected", st->expected);
        named(o, "verified");
        json_out_bool(o, "valueBoolean", st->state == OWN_READY && st->rows == st->expected);
        json_out_end_object(o);
    }
    moment(o, "started", st->started_ms);
    moment(o, "ended", st->ended_ms);
    if (st->per_second)
        number(o, "perSecond", st->per_second);
}

static void add_up(struct own_status *sum, const struct own_status *st)
{
    if (rank(st->state) < rank(sum->state))
        sum->state = st->state;
    sum->total += st->total;
    sum->done += st->done;
    sum->rows += st->rows;
    sum->expected += st->expected;
    if (st->started_ms && (!sum->started_ms || st->started_ms < sum->started_ms))
        sum->started_ms = st->started_ms;
    if (st->ended_ms > sum->ended_ms)
        sum->ended_ms = st->ended_ms;
    if (st->per_second > sum->per_second)
        sum->per_second = st->per_second;
}

static bool each_status(void *arg, const struct own_status *st)
{
    struct report *r = arg;
    const struct fhir_param *p = search_param(r->call->api->search, st->param);
    if (r->source.p && (!str_eq(st->source, r->source) || st->state == OWN_REMOVING))
        return true;
    add_up(&r->sum, st);
    r->count++;
    named(&r->parts, "parameter");
    json_out_array(&r->parts, "part");
    code(&r->parts, "type", fhir_types[p->base].name);
    code(&r->parts, "code", p->code);
    write_status(&r->parts, st);
    json_out_end_array(&r->parts);
    json_out_end_object(&r->parts);
    return true;
}

/* Answers with the figures of one SearchParameter, or of all and of the making anew of everything. */
static bool answer(struct call *c, struct str source, int status)
{
    struct report r = {.call = c, .source = source, .sum = {.state = OWN_REMOVED}};
    struct json_out o;
    struct buf out;
    struct err err = {0};
    buf_init(&r.text, REINDEX_BYTES_MAX);
    buf_init(&out, REINDEX_BYTES_MAX);
    json_out_init(&r.parts, &r.text);
    json_out_init(&o, &out);
    json_out_array(&r.parts, NULL);
    if (!source.p) {
        struct own_status all = own_index_all(c->api->search);
        named(&r.parts, "everything");
        json_out_array(&r.parts, "part");
        write_status(&r.parts, &all);
        json_out_end_array(&r.parts);
        json_out_end_object(&r.parts);
        add_up(&r.sum, &all);
    }
    own_each(c->api->search, each_status, &r);
    json_out_end_array(&r.parts);
    if (source.p && r.count == 0) {
        buf_release(&r.text);
        err_set_str(&err, ERR_SEARCH_OWN_NONE, source, STR(""));
        return outcome_fail(c, &err);
    }
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    write_status(&o, &r.sum);
    /* What each parameter told, without the brackets of its own list. */
    if (buf_ok(&r.text) && r.text.n > 2) {
        buf_char(&out, ',');
        buf_str(&out, str_sub(buf_get(&r.text), 1, r.text.n - 1));
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
    buf_release(&r.text);
    return resource_answer_buf(c, &out, status);
}

static const char *const no_params[] = {NULL};

bool op_reindex_status_run(struct call *c)
{
    struct err err = {0};
    if (!call_params_only(c, no_params, &err))
        return outcome_fail(c, &err);
    return answer(c, c->id, 200);
}

bool op_reindex_run(struct call *c)
{
    struct err err = {0};
    bool one = c->id.p != NULL;
    if (!call_params_only(c, no_params, &err) ||
        !(one ? own_index_again(c->api->search, c->id, &err) : own_index_again_all(c->api->search, &err)))
        return outcome_fail(c, &err);
    struct str where = one ? arena_printf(c->arena, "%.*s/SearchParameter/%.*s/$reindex-status",
                                          STR_ARG(c->base), STR_ARG(c->id))
                           : arena_printf(c->arena, "%.*s/$reindex-status", STR_ARG(c->base));
    http_response_header(c->resp, "Content-Location", where);
    return answer(c, c->id, 202);
}
