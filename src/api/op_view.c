/* SPDX-License-Identifier: Apache-2.0
 * ViewDefinition/$run, also $viewdefinition-run (SQL-on-FHIR v2): a table of the resources of the record, or
 * of those sent along. What is ready within RUN_FIRST_BYTES and RUN_FIRST_MS is answered whole, so that an
 * error becomes an OperationOutcome; longer tables are streamed, and an error then cuts the connection, so
 * that nobody takes the part for the whole. */
#include "api/params.h"
#include "api/view_source.h"
#include "base/log.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { RUN_FIRST_BYTES = 4 << 20, RUN_FIRST_MS = 2000, RUN_MS_MAX = 300 * 1000 };

static const struct params_def run_params[] = {
    {"_format", false, false, false, false, false},       {"header", false, false, false, false, false},
    {"viewReference", false, false, false, false, false}, {"viewResource", false, false, true, true, false},
    {"patient", false, true, false, false, false},        {"group", false, true, false, false, false},
    {"_since", false, false, false, false, false},        {"_limit", false, false, false, false, false},
    {"resource", false, true, true, false, false},        {NULL, false, false, false, false, false},
};

/* A table under way. Everything but out and the source's arena lies in the request's arena. */
struct run {
    struct call *call;
    struct params params;
    const struct view *view;
    enum view_format format;
    bool header;
    struct view_source_ask ask;
    struct view_out *out;
    struct view_source source;
    bool done; /* the format is ended */
    size_t sent;
    uint64_t begun_ns;
};

/* ---- what is asked for ---- */

/* _format, else the first of Accept that is a table; NDJSON when anything goes. */
static bool read_format(struct run *u, struct err *err)
{
    struct str sent = u->call->wants.format_param, rest = u->call->wants.accept, part;
    struct str text = sent.p ? sent : params_text(&u->params, "_format");
    u->format = VIEW_NDJSON;
    if (text.p)
        return view_format_find(text, &u->format) || err_set_str(err, ERR_PARAM_VALUE, text, STR("_format"));
    if (!rest.n)
        return true;
    while (rest.p && str_split(&rest, ',', &part)) {
        while (part.n && part.p[0] == ' ')
            part = str_sub(part, 1, part.n);
        if (view_format_find(part, &u->format) || str_starts(part, STR("*/*")))
            return true;
    }
    return err_set_str(err, ERR_NOT_ACCEPTABLE, u->call->wants.accept, STR(""));
}

static struct str *all_of(struct run *u, const char *name, size_t *count)
{
    struct str *list = ARENA_ARRAY(u->call->arena, struct str, u->params.count + 1);
    *count = 0;
    for (size_t i = 0; list && i < u->params.count; i++)
        if (str_is(u->params.item[i].name, name))
            list[(*count)++] = u->params.item[i].text;
    return list;
}

static bool read_bounds(struct run *u, struct err *err)
{
    struct str header = params_text(&u->params, "header"), since = params_text(&u->params, "_since");
    struct str limit = params_text(&u->params, "_limit");
    struct time_value t;
    u->header = !str_is(header, "false");
    if (header.p && u->header && !str_is(header, "true"))
        return err_set_str(err, ERR_PARAM_VALUE, header, STR("header"));
    if (limit.p && (!str_u64(limit, INT32_MAX, &u->ask.limit) || u->ask.limit == 0))
        return err_set_str(err, ERR_PARAM_VALUE, limit, STR("_limit"));
    if (since.p && (!fhir_prim_valid(FHIR_PRIM_INSTANT, since) || !time_parse(since, false, &t)))
        return err_set_str(err, ERR_PARAM_VALUE, since, STR("_since"));
    u->ask.since_ms = since.p ? time_span(&t, 0).low_ms : 0;
    u->ask.patients = all_of(u, "patient", &u->ask.patient_count);
    u->ask.groups = all_of(u, "group", &u->ask.group_count);
    return (u->ask.patients && u->ask.groups) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* The stored definition with this id. */
static bool stored_view(struct run *u, struct store_read *r, struct str id, struct err *err)
{
    struct call *c = u->call;
    struct store_version v;
    struct json_doc doc;
    switch (store_get(r, FHIR_TYPE_ViewDefinition, id, c->arena, &v, err)) {
    case STORE_FOUND:
        break;
    case STORE_FAILED:
        return false;
    case STORE_DELETED:
        return err_set_str(err, ERR_GONE, resource_name(c->arena, FHIR_TYPE_ViewDefinition, id), STR(""));
    default:
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, FHIR_TYPE_ViewDefinition, id),
                           STR(""));
    }
    if (!json_parse(c->arena, v.body, &fhir_names, &doc, err))
        return false;
    u->view = view_compile(c->arena, &doc, 0, err);
    return u->view != NULL;
}

/* Exactly one of the address, viewReference and viewResource says which view. */
static bool read_view(struct run *u, struct store_read *r, struct err *err)
{
    const struct params_value *resource = params_find(&u->params, "viewResource");
    struct str reference = params_text(&u->params, "viewReference"), start = STR("ViewDefinition/");
    unsigned given = (u->call->id.n > 0) + (resource != NULL) + (reference.p != NULL);
    if (given == 0)
        return err_set_str(err, ERR_PARAM_MISSING, STR("viewResource"), str_of(u->call->route->operation));
    if (given > 1)
        return err_set_str(err, ERR_PARAM_REPEATED, STR("viewResource/viewReference"), STR(""));
    if (u->call->id.n)
        return stored_view(u, r, u->call->id, err);
    if (reference.p && !str_starts(reference, start))
        return err_set_str(err, ERR_PARAM_VALUE, reference, STR("viewReference"));
    if (reference.p)
        return stored_view(u, r, str_sub(reference, start.n, reference.n), err);
    u->view = view_compile(u->call->arena, u->params.doc, resource->node, err);
    return u->view != NULL;
}

/* ---- making the table ---- */

static bool given_resources(struct run *u, struct err *err)
{
    for (size_t i = 0; i < u->params.count && !u->source.ended; i++)
        if (str_is(u->params.item[i].name, "resource") &&
            !view_source_node(&u->source, u->params.doc, u->params.item[i].node, err))
            return false;
    u->source.ended = true;
    return true;
}

/* One step nearer the end. False with *err. */
static bool advance(struct run *u, struct err *err)
{
    if (os_mono_ns() - u->begun_ns > (uint64_t)RUN_MS_MAX * 1000000)
        return err_set(err, ERR_VIEW_LONG, NULL);
    if (!u->source.ended)
        return view_source_next(&u->source, err);
    u->done = true;
    return view_out_end(u->out, err);
}

static void run_free(void *arg)
{
    struct run *u = arg;
    view_source_release(&u->source);
    view_out_free(u->out);
}

static ssize_t run_read(void *arg, char *to, size_t n)
{
    struct run *u = arg;
    struct err err = {0};
    while (u->sent == view_out_bytes(u->out).n) {
        view_out_clear(u->out);
        u->sent = 0;
        if (u->done)
            return 0;
        if (!advance(u, &err)) {
            struct log_line l;
            log_begin(&l, LOG_LEVEL_WARN, "view_run_cut");
            log_cstr(&l, "error", err_info(err.code)->name);
            log_end(&l);
            return -1;
        }
    }
    struct str left = str_sub(view_out_bytes(u->out), u->sent, SIZE_MAX);
    n = left.n < n ? left.n : n;
    memcpy(to, left.p, n);
    u->sent += n;
    return (ssize_t)n;
}

static bool begin(struct run *u, struct err *err)
{
    struct call *c = u->call;
    if (c->entry)
        return err_set(err, ERR_METHOD, "$run", "Bundle.entry", NULL);
    if (!params_read(c, run_params, &u->params, err) || !read_format(u, err) || !read_bounds(u, err))
        return false;
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    bool ok = read_view(u, r, err);
    u->out = ok ? view_out_new(u->view, u->format, u->header, err) : NULL;
    ok = u->out && view_source_init(&u->source, c->api->store, r, u->view, u->out, &u->ask, c->arena, err);
    call_read_end(c, r);
    u->begun_ns = os_mono_ns();
    return ok && (!params_find(&u->params, "resource") || given_resources(u, err));
}

static void answer(struct run *u)
{
    struct http_response *resp = u->call->resp;
    struct str name = view_name(u->view);
    resp->status = 200;
    resp->content_type = view_format_type(u->format);
    http_response_header(resp, "Content-Disposition",
                         arena_printf(u->call->arena, "attachment; filename=\"%.*s.%s\"",
                                      (int)(name.n ? name.n : 4), name.n ? name.p : "view",
                                      view_format_name(u->format)));
    if (!u->done) {
        resp->stream = (struct http_stream){run_read, run_free, u, UINT64_MAX};
        return;
    }
    resp->body = arena_str(u->call->arena, view_out_bytes(u->out));
    run_free(u);
}

bool op_view_run(struct call *c)
{
    struct err err = {0};
    struct run *u = ARENA_NEW(c->arena, struct run);
    if (!u)
        return outcome_fail(c, (err_set(&err, ERR_NO_MEMORY, NULL), &err));
    u->call = c;
    bool ok = begin(u, &err);
    while (ok && !u->done && view_out_bytes(u->out).n < RUN_FIRST_BYTES &&
           os_mono_ns() - u->begun_ns < (uint64_t)RUN_FIRST_MS * 1000000)
        ok = advance(u, &err);
    if (ok) {
        answer(u);
        return true;
    }
    run_free(u);
    return outcome_fail(c, &err);
}
