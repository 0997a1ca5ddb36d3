/* SPDX-License-Identifier: Apache-2.0
 * Long work over HTTP, the asynchronous pattern of FHIR Bulk Data Access (http://hl7.org/fhir/uv/bulkdata):
 * 202 with where to ask, 202 with the progress while it runs, 200 with a list of files when it is done. */
#include "access/caller_json.h"
#include "api/audited.h"
#include "api/view_job.h"
#include "base/time.h"
#include "jobs/jobs.h"

enum { OP_JOB_BYTES_MAX = 32 << 20, OP_JOB_RETRY_S = 1 };

bool op_job_wanted(struct call *c, struct err *err)
{
    if (str_is(c->method, "HEAD")) /* asks, and must not set anything going */
        return err_set_str(err, ERR_METHOD, c->method, call_path(c));
    if (!c->wants.async || c->entry) /* an entry of a Bundle has no place for where to ask */
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

/* The request with who asked as its first member. */
static bool with_caller(struct call *c, struct str request, struct buf *out)
{
    struct json_out o;
    OS_ASSERT(request.n >= 2 && request.p[0] == '{');
    buf_init(out, JOB_REQUEST_MAX);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    caller_json_write(&o, "caller", c->caller);
    json_out_end_object(&o);
    out->n -= buf_ok(out); /* the brace: the rest follows */
    if (request.p[1] != '}')
        buf_char(out, ',');
    buf_str(out, str_sub(request, 1, request.n));
    return buf_ok(out);
}

/* A job is its starter's: to everybody else it is not there. */
static bool is_owner(struct call *c, const struct jobs_status *st)
{
    struct json_doc doc;
    struct access_caller owner;
    return !c->caller || (json_parse(c->arena, st->request, NULL, &doc, NULL) &&
                          caller_json_read(&doc, json_get_key(&doc, 0, STR("caller")), c->arena, &owner) &&
                          caller_json_same(&owner, c->caller));
}

static bool find_job(struct call *c, struct jobs_status *st, struct err *err)
{
    return jobs_get(c->api->long_jobs, c->id, c->arena, st, err) &&
           (is_owner(c, st) || err_set_str(err, ERR_NOT_FOUND, c->id, STR("")));
}

bool op_job_start(struct call *c, const char *kind, struct str request, struct jobs_draft *draft)
{
    struct err err = {0};
    char id[JOBS_ID_TEXT];
    struct jobs_request req = {
        .kind = kind, .text = request, .url = asked_url(c), .who = call_agent(c), .draft = draft};
    struct buf text;
    buf_init(&text, 0);
    if (c->caller && !with_caller(c, request, &text))
        err_set_str(&err, ERR_SEARCH_LIMIT, STR("Parameters"),
                    arena_printf(c->arena, "%d byte", JOB_REQUEST_MAX));
    else if (c->caller)
        req.text = buf_get(&text);
    bool ok = !err.code && jobs_submit(c->api->long_jobs, &req, id, &err);
    buf_release(&text);
    if (!ok) {
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

/* Which input a file of errors is of: "error-3.1.ndjson" is of the third. */
static void write_input(struct json_out *o, const struct jobs_file *f, const struct json_doc *result)
{
    struct str prefix = STR("error-");
    uint64_t n;
    uint32_t list = result ? json_get_key(result, 0, STR("inputs")) : UINT32_MAX;
    size_t dot = str_find(f->name, '.', 0);
    if (list == UINT32_MAX || !str_starts(f->name, prefix) ||
        !str_u64(str_sub(f->name, prefix.n, dot), UINT32_MAX, &n))
        return;
    JSON_EACH(result, list, c)
    {
        if (--n == 0 && json_text(result, c).n)
            json_out_string(o, "inputUrl", json_text(result, c));
    }
}

static void write_part(struct json_out *o, const struct call *c, const struct jobs_status *st,
                       const char *part, const struct json_doc *result)
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
        write_input(o, f, result);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

/* http://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status */
static void manifest_files(struct json_out *o, struct call *c, const struct jobs_status *st,
                           const struct json_doc *result)
{
    write_part(o, c, st, "output", result);
    write_part(o, c, st, "deleted", result);
    write_part(o, c, st, "error", result);
}

/* Counts by type, and the files of errors. */
static void manifest_import(struct json_out *o, struct call *c, const struct jobs_status *st,
                            const struct json_doc *result)
{
    struct buf counts;
    uint32_t output = result ? json_get_key(result, 0, STR("output")) : UINT32_MAX;
    buf_init(&counts, OP_JOB_BYTES_MAX);
    if (output != UINT32_MAX)
        json_write(result, output, &counts);
    json_out_raw(o, "output", counts.n ? buf_get(&counts) : STR("[]"));
    buf_release(&counts);
    write_part(o, c, st, "error", result);
}

/* How the result of each kind is told; the first is for every other kind too. */
static const struct manifest {
    const char *kind;
    void (*write)(struct json_out *o, struct call *c, const struct jobs_status *st,
                  const struct json_doc *result);
} manifests[] = {{"export", manifest_files}, {"import", manifest_import}};

static void write_manifest(struct json_out *o, struct call *c, const struct jobs_status *st)
{
    struct json_doc doc;
    char now[TIME_TEXT_MAX];
    struct str time = {now, time_format(st->created_ms, now)};
    const struct manifest *m = &manifests[0];
    bool told = st->result.n && json_parse(c->arena, st->result, NULL, &doc, NULL);
    struct str its = told ? json_text(&doc, json_get_key(&doc, 0, STR("transactionTime"))) : STR("");
    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++)
        if (str_is(st->kind, manifests[i].kind))
            m = &manifests[i];
    json_out_string(o, "transactionTime", its.n ? its : time);
    json_out_string(o, "request", st->url);
    json_out_bool(o, "requiresAccessToken", c->caller != NULL);
    m->write(o, c, st, told ? &doc : NULL);
}

static bool answer_done(struct call *c, const struct jobs_status *st)
{
    struct buf out;
    struct json_out o;
    char *expires = arena_alloc(c->arena, TIME_TEXT_MAX);
    buf_init(&out, OP_JOB_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    bool views = str_is(st->kind, VIEW_JOB_KIND);
    if (views)
        op_view_export_write(&o, c, st);
    else
        write_manifest(&o, c, st);
    json_out_end_object(&o);
    if (expires)
        http_response_header(c->resp, "Expires",
                             (struct str){expires, time_format_http(st->expires_ms, expires)});
    resource_answer_buf(c, &out, 200);
    if (!views)
        c->resp->content_type = "application/json";
    return true;
}

static bool answer_progress(struct call *c, const struct jobs_status *st)
{
    struct str text = STR("waiting");
    /* How much there is, is told in parts of a hundred: the whole is more than the caller may know. */
    if (st->state == JOBS_RUNNING && st->total && c->caller)
        text = arena_printf(c->arena, "%llu %%", (unsigned long long)(st->done * 100 / st->total));
    else if (st->state == JOBS_RUNNING && c->caller)
        text = STR("running");
    else if (st->state == JOBS_RUNNING && st->total)
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
        find_job(c, &st, &err);
    if (err.code)
        return outcome_fail(c, &err);
    if (st.state == JOBS_FAILED)
        return outcome_fail(c, &st.error);
    return st.state == JOBS_DONE ? answer_done(c, &st) : answer_progress(c, &st);
}

bool op_job_cancel_run(struct call *c)
{
    struct err err = {0};
    struct jobs_status st;
    if (!c->api->long_jobs)
        err_set(&err, ERR_JOBS_OFF, NULL);
    else if (call_params_only(c, no_params, &err) && find_job(c, &st, &err))
        jobs_cancel(c->api->long_jobs, c->id, &err);
    if (err.code)
        return outcome_fail(c, &err);
    c->resp->status = 202;
    return true;
}

/* Whose records the job's files hold, as it has told (api/job_whose.h). */
static void name_patients(struct call *c, const struct jobs_status *st)
{
    struct json_doc doc;
    uint32_t list, many;
    if (!st->result.n || !json_parse(c->arena, st->result, NULL, &doc, NULL) ||
        (list = json_get_key(&doc, 0, STR("patients"))) == UINT32_MAX ||
        (many = json_get_key(&doc, 0, STR("many"))) == UINT32_MAX)
        return;
    JSON_EACH(&doc, list, i)
    {
        audited_name(c, json_text(&doc, i));
    }
    c->whose.whole = true;
    c->whose.many = c->whose.many || doc.nodes[many].kind == JSON_TRUE;
}

bool op_job_file_run(struct call *c)
{
    struct err err = {0};
    struct jobs_file f;
    struct jobs_status st;
    int fd = -1;
    if (!c->api->long_jobs)
        err_set(&err, ERR_JOBS_OFF, NULL);
    else if (call_params_only(c, no_params, &err) && find_job(c, &st, &err))
        fd = jobs_file_open(c->api->long_jobs, c->id, c->vid, c->arena, &f, &err);
    if (fd < 0)
        return outcome_fail(c, &err);
    name_patients(c, &st);
    return job_stream_answer(c, fd, &f);
}
