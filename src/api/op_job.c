/* SPDX-License-Identifier: Apache-2.0
 * Long work over HTTP, the asynchronous pattern of FHIR Bulk Data Access (http://hl7.org/fhir/uv/bulkdata):
 * 202 with where to ask, 202 with the progress while it runs, 200 with a list of files when it is done. */
#include "api/api_int.h"
#include "base/time.h"
#include "jobs/jobs.h"

enum { OP_JOB_BYTES_MAX = 32 << 20, OP_JOB_RETRY_S = 1 };

bool op_job_wanted(struct call *c, struct err *err)
{
    if (!c->wants.async)
        return err_set(err, ERR_JOBS_ASYNC, arena_printf(c->arena, "$%s", c->route->operation).p, NULL);
    return c->api->long_jobs || err_set(err, ERR_JOBS_OFF, NULL);
}

static void retry_after(struct call *c, unsigned seconds)
{
    http_response_header(c->resp, "Retry-After", arena_printf(c->arena, "%u", seconds));
}

/* The address as it was asked for. */
static struct str asked_url(struct call *c)
{
    struct str path = str_sub(c->path, sizeof "/fhir" - 1, c->path.n);
    return arena_printf(c->arena, "%.*s%.*s%s%.*s", STR_ARG(c->base), STR_ARG(path), c->query.n ? "?" : "",
                        STR_ARG(c->query));
}

bool op_job_start(struct call *c, const char *kind, struct str request, struct jobs_draft *draft)
{
    struct err err = {0};
    char id[JOBS_ID_TEXT];
    struct jobs_request req = {
        .kind = kind, .text = request, .url = asked_url(c), .who = c->api->agent, .draft = draft};
    if (!jobs_submit(c->api->long_jobs, &req, id, &err)) {
        if (err.code == ERR_JOBS_FULL)
            retry_after(c, 10 * OP_JOB_RETRY_S);
        return outcome_fail(c, &err);
    }
    http_response_header(c->resp, "Content-Location",
                         arena_printf(c->arena, "%.*s/_job/%s", STR_ARG(c->base), id));
    c->resp->status = 202;
    return true;
}

/* ---- the list of files ---- */

static void write_part(struct json_out *o, const struct call *c, const struct jobs_status *st,
                       const char *part)
{
    json_out_array(o, part);
    for (size_t i = 0; i < st->file_count; i++) {
        const struct jobs_file *f = &st->file[i];
        if (!str_is(f->part, part))
            continue;
        json_out_object(o, NULL);
        json_out_string(o, "type", f->type);
        json_out_string(o, "url",
                        arena_printf(c->arena, "%.*s/_job/%.*s/%.*s", STR_ARG(c->base), STR_ARG(st->id),
                                     STR_ARG(f->name)));
        json_out_i64(o, "count", (int64_t)f->items);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

/* What the kind itself tells comes as an extension, the place that the standard has for it. */
static void write_result(struct json_out *o, struct str result)
{
    if (!result.n)
        return;
    json_out_object(o, "extension");
    json_out_raw(o, "https://helhet.dev/fhir/job-result", result);
    json_out_end_object(o);
}

/* http://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status */
static void manifest_bulk(struct json_out *o, struct call *c, const struct jobs_status *st)
{
    struct json_doc doc;
    char now[TIME_TEXT_MAX];
    struct str time = {now, time_format(st->created_ms, now)};
    if (st->result.n && json_parse(c->arena, st->result, NULL, &doc, NULL)) {
        struct str told = json_text(&doc, json_get_key(&doc, 0, STR("transactionTime")));
        time = told.n ? told : time;
    }
    json_out_string(o, "transactionTime", time);
    json_out_string(o, "request", st->url);
    json_out_bool(o, "requiresAccessToken", false);
    write_part(o, c, st, "output");
    write_part(o, c, st, "deleted");
    write_part(o, c, st, "error");
    if (!str_is(st->kind, "export"))
        write_result(o, st->result);
}

static bool answer_done(struct call *c, const struct jobs_status *st)
{
    struct buf out;
    struct json_out o;
    char *expires = arena_alloc(c->arena, TIME_TEXT_MAX);
    buf_init(&out, OP_JOB_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    manifest_bulk(&o, c, st);
    json_out_end_object(&o);
    if (expires)
        http_response_header(c->resp, "Expires",
                             (struct str){expires, time_format_http(st->expires_ms, expires)});
    resource_answer_buf(c, &out, 200);
    c->resp->content_type = "application/json";
    return true;
}

static bool answer_progress(struct call *c, const struct jobs_status *st)
{
    struct str text = STR("waiting");
    if (st->state == JOBS_RUNNING && st->total)
        text = arena_printf(c->arena, "%llu of %llu (%llu %%)", (unsigned long long)st->done,
                            (unsigned long long)st->total, (unsigned long long)(st->done * 100 / st->total));
    else if (st->state == JOBS_RUNNING)
        text = arena_printf(c->arena, "%llu", (unsigned long long)st->done);
    http_response_header(c->resp, "X-Progress", text);
    retry_after(c, OP_JOB_RETRY_S);
    c->resp->status = 202;
    return true;
}

static const char *const no_params[] = {NULL};

bool op_job_status_run(struct call *c)
{
    struct err err = {0};
    struct jobs_status st;
    if (!c->api->long_jobs)
        err_set(&err, ERR_JOBS_OFF, NULL);
    else if (call_params_only(c, no_params, &err))
        jobs_get(c->api->long_jobs, c->id, c->arena, &st, &err);
    if (err.code)
        return outcome_fail(c, &err);
    if (st.state == JOBS_FAILED)
        return outcome_fail(c, &st.error);
    return st.state == JOBS_DONE ? answer_done(c, &st) : answer_progress(c, &st);
}

bool op_job_cancel_run(struct call *c)
{
    struct err err = {0};
    if (!c->api->long_jobs)
        err_set(&err, ERR_JOBS_OFF, NULL);
    else if (call_params_only(c, no_params, &err))
        jobs_cancel(c->api->long_jobs, c->id, &err);
    if (err.code)
        return outcome_fail(c, &err);
    c->resp->status = 202;
    return true;
}

bool op_job_file_run(struct call *c)
{
    struct err err = {0};
    struct jobs_file f;
    int fd = -1;
    if (!c->api->long_jobs)
        err_set(&err, ERR_JOBS_OFF, NULL);
    else if (call_params_only(c, no_params, &err))
        fd = jobs_file_open(c->api->long_jobs, c->id, c->vid, c->arena, &f, &err);
    return fd < 0 ? outcome_fail(c, &err) : job_stream_answer(c, fd, &f);
}
