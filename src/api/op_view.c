/* SPDX-License-Identifier: Apache-2.0
 * ViewDefinition/$run, also $viewdefinition-run (SQL-on-FHIR v2): a table of the resources of the record, or
 * of those sent along. What is ready within RUN_FIRST_BYTES and RUN_FIRST_MS is answered whole, so that an
 * error becomes an OperationOutcome; longer tables are streamed, and an error then cuts the connection, so
 * that nobody takes the part for the whole. */
#include "api/audited.h"
#include "api/guard.h"
#include "api/params.h"
#include "api/view_ask.h"
#include "base/log.h"
#include "fhir_gen/names.h"

enum { RUN_FIRST_BYTES = 4 << 20, RUN_FIRST_MS = 2000, RUN_MS_MAX = 300 * 1000 };

static const struct params_def run_params[] = {
    {"_format", false, false, false, false, false},       {"header", false, false, false, false, false},
    {"viewReference", false, false, false, false, false}, {"viewResource", false, false, true, true, false},
    {"patient", false, true, false, false, false},        {"group", false, true, false, false, false},
    {"_since", false, false, false, false, false},        {"_limit", false, false, false, false, false},
    {"resource", false, true, true, false, false},        {NULL, false, false, false, false, false},
};

/* A table under way, freed when the answer is: that is after the request's arena, in which params, view and
 * the lists of ask and source lie. */
struct run {
    struct call *call;
    struct params params;
    const struct view *view;
    struct view_ask ask;
    struct view_out *out;
    struct view_source source;
    struct access_view *seen; /* what the caller sees, for as long as rows are made */
    bool done;                /* the format is ended */
    bool streams;             /* the call is gone */
    size_t sent;
    uint64_t begun_ns;
};

/* ---- what is asked for ---- */

/* The stored definition with this id. */
static bool stored_view(struct run *u, struct store_read *r, struct str id, struct err *err)
{
    struct json_doc doc;
    if (!view_source_definition(r, id, u->call->arena, &doc, err))
        return false;
    u->view = view_compile(u->call->arena, &doc, 0, err);
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

static bool given_resources(struct run *u, struct store_read *r, struct err *err)
{
    for (size_t i = 0; i < u->params.count && !u->source.ended; i++)
        if (str_is(u->params.item[i].name, "resource") &&
            !view_source_node(&u->source, r, u->params.doc, u->params.item[i].node, err))
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
    access_view_free(u->seen);
    os_free(u);
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

/* Whose records the rows are of; of what follows the first part the log says that there are many. */
static void given(void *arg, struct store_read *r)
{
    struct run *u = arg;
    if (!u->streams)
        audited_seen(u->call, r);
}

static bool begin(struct run *u, struct err *err)
{
    struct call *c = u->call;
    if (c->entry)
        return err_set(err, ERR_METHOD, "$run", "Bundle.entry", NULL);
    if (!params_read(c, run_params, &u->params, err) || !view_ask_read(c, &u->params, &u->ask, err))
        return false;
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    bool ok = read_view(u, r, err);
    u->out = ok ? view_out_new(u->view, u->ask.format, u->ask.header, err) : NULL;
    ok = u->out &&
         view_source_init(&u->source, c->api->store, c->api->terms, r, u->view, u->out, &u->ask.source,
                          c->arena, err) &&
         (!params_find(&u->params, "resource") || given_resources(u, r, err));
    call_read_end(c, r);
    u->seen = access_view_hold(c->view);
    u->source.seen = u->seen ? access_view_store(u->seen) : c->api->audit ? &c->api->watch : NULL;
    u->source.given = given;
    u->source.given_arg = u;
    u->begun_ns = os_mono_ns();
    return ok;
}

static void answer(struct run *u)
{
    struct http_response *resp = u->call->resp;
    struct str name = view_name(u->view);
    resp->status = 200;
    resp->content_type = view_format_type(u->ask.format);
    http_response_header(resp, "Content-Disposition",
                         arena_printf(u->call->arena, "attachment; filename=\"%.*s.%s\"",
                                      (int)(name.n ? name.n : 4), name.n ? name.p : "view",
                                      view_format_name(u->ask.format)));
    if (!u->done) {
        u->streams = true;
        resp->stream = (struct http_stream){run_read, run_free, u, UINT64_MAX, NULL};
        return;
    }
    resp->body = arena_str(u->call->arena, view_out_bytes(u->out));
    run_free(u);
}

bool op_view_run(struct call *c)
{
    struct err err = {0};
    struct run *u = os_alloc(sizeof *u);
    if (!u)
        return outcome_fail(c, (err_set(&err, ERR_NO_MEMORY, NULL), &err));
    *u = (struct run){.call = c};
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
