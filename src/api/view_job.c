/* SPDX-License-Identifier: Apache-2.0 */
#include "api/view_job.h"

#include "access/access_view.h"
#include "access/caller_json.h"
#include "api/job_whose.h"
#include "api/view_source.h"
#include "base/time.h"

/* A run; it begins anew when it was cut off. */
struct run {
    struct job *job;
    struct store *store;
    struct terms *terms;
    struct access *access;
    struct access_caller *caller; /* NULL: sees everything */
    struct access_view *view;     /* of the slice at hand */
    struct job_whose *whose;
    struct err *err;
    struct arena arena;
    struct json_doc doc; /* the request */
    struct view_source_ask ask;
    enum view_format format;
    bool header;
    int64_t seq; /* the commit all views are of */
    uint64_t done, total;
};

static bool not_ours(struct err *err)
{
    return err_set(err, ERR_INTERNAL, "view-export: request", NULL);
}

static const struct str *texts(struct run *u, const char *key, size_t *count)
{
    uint32_t list = json_get_key(&u->doc, 0, str_of(key));
    *count = 0;
    if (list == UINT32_MAX)
        return NULL;
    struct str *out = ARENA_ARRAY(&u->arena, struct str, u->doc.nodes[list].len + 1);
    if (!out)
        return NULL;
    JSON_EACH(&u->doc, list, i)
    {
        out[(*count)++] = json_text(&u->doc, i);
    }
    return out;
}

static bool read_request(struct run *u, struct err *err)
{
    uint64_t since = 0;
    if (!json_parse(&u->arena, job_request(u->job), &fhir_names, &u->doc, err))
        return false;
    uint32_t header = json_get_key(&u->doc, 0, STR("header"));
    struct str format = json_text(&u->doc, json_get_key(&u->doc, 0, STR("format")));
    if (!view_format_find(format, &u->format) || header == UINT32_MAX ||
        !str_u64(json_text(&u->doc, json_get_key(&u->doc, 0, STR("since"))), INT64_MAX, &since))
        return not_ours(err);
    u->header = u->doc.nodes[header].kind == JSON_TRUE;
    u->ask.since_ms = (int64_t)since;
    u->ask.patients = texts(u, "patients", &u->ask.patient_count);
    u->ask.groups = texts(u, "groups", &u->ask.group_count);
    uint32_t caller = json_get_key(&u->doc, 0, STR("caller"));
    if (caller == UINT32_MAX)
        return true;
    u->caller = ARENA_NEW(&u->arena, struct access_caller);
    return u->access ? (u->caller && caller_json_read(&u->doc, caller, &u->arena, u->caller)) || not_ours(err)
                     : err_set(err, ERR_ACCESS_OFF, NULL);
}

/* What the caller may see is asked anew for each slice: a block counts from when it is there. */
static bool look_anew(struct run *u, struct store_read *r, struct err *err)
{
    if (!u->caller)
        return true;
    access_view_free(u->view);
    u->view = access_view_new(u->access, u->caller, ACCESS_READ, r, err);
    if (!u->view)
        return false;
    return u->caller->kind == ACCESS_SYSTEM || access_view_right(u->view, RULES_EXPORT) ||
           err_set(err, ERR_ACCESS_DENIED, "Export", "Export", NULL);
}

static bool look_at_slice(struct run *u, struct view_source *s, struct err *err)
{
    struct store_read *r = u->caller ? store_read_begin(u->store, err) : NULL;
    if (!u->caller)
        return true;
    bool ok = r && look_anew(u, r, err);
    store_read_end(r);
    s->seen = ok ? access_view_store(u->view) : NULL;
    return ok;
}

/* Writes out what is ready; rows told with the first bytes of them, at the latest with the last. */
static bool hand_over(struct view_out *out, struct job_file *file, uint64_t *told, struct err *err)
{
    uint64_t rows = view_out_rows(out) - *told;
    if (view_out_bytes(out).n == 0)
        return true;
    bool ok = job_file_write(file, view_out_bytes(out), rows, err);
    *told += rows;
    view_out_clear(out);
    return ok;
}

static void remember(void *arg, struct store_read *r)
{
    struct run *u = arg;
    job_whose_add(u->whose, r, u->view != NULL, u->err);
}

static bool run_slices(struct run *u, struct view_source *s, struct job_file *file, struct err *err)
{
    uint64_t told = 0;
    while (!s->ended) {
        uint64_t before = s->resources;
        if (job_stopped(u->job))
            return err_set(err, ERR_CANCELLED, NULL);
        if (!look_at_slice(u, s, err) || !view_source_next(s, err) || u->err->code)
            return false;
        u->done += s->resources - before;
        job_progress(u->job, u->done, u->total > u->done ? u->total : u->done);
        if (view_out_bytes(s->out).n >= VIEW_OUT_BYTES && !hand_over(s->out, file, &told, err))
            return false;
    }
    return view_out_end(s->out, err) && hand_over(s->out, file, &told, err);
}

static bool run_into(struct run *u, const struct view *v, struct view_out *out, struct job_file *file,
                     struct err *err)
{
    struct view_source source;
    struct store_read *r = store_read_begin(u->store, err);
    bool looked = r && look_anew(u, r, err);
    if (looked && u->view)
        store_read_view(r, access_view_store(u->view));
    bool ok = looked && view_source_init(&source, u->store, u->terms, r, v, out, &u->ask, &u->arena, err);
    if (r)
        store_read_end(r);
    source.slice.seq = u->seq;
    source.given = remember;
    source.given_arg = u;
    ok = ok && run_slices(u, &source, file, err);
    if (looked)
        view_source_release(&source);
    return ok;
}

static bool run_view(struct run *u, uint32_t item, struct err *err)
{
    const char *name = arena_cstr(&u->arena, json_text(&u->doc, json_get_key(&u->doc, item, STR("name"))));
    uint32_t node = json_get_key(&u->doc, item, STR("view"));
    if (!name || node == UINT32_MAX)
        return not_ours(err);
    const struct view *v = view_compile(&u->arena, &u->doc, node, err);
    struct view_out *out = v ? view_out_new(v, u->format, u->header, err) : NULL;
    struct job_file_options opt = {.name = name,
                                   .suffix = view_format_name(u->format),
                                   .part = "output",
                                   .type = name,
                                   .content_type = view_format_type(u->format),
                                   .gzip = u->format != VIEW_PARQUET,
                                   .split = u->format == VIEW_NDJSON};
    struct job_file *file = out ? job_file_open(u->job, &opt, err) : NULL;
    bool ok = file && run_into(u, v, out, file, err);
    view_out_free(out);
    if (ok)
        return job_file_close(file, err);
    job_file_drop(file);
    return false;
}

/* How many resources there are to go through, for the progress. */
static bool count_all(struct run *u, uint32_t list, struct err *err)
{
    struct store_read *r = store_read_begin(u->store, err);
    bool ok = r != NULL;
    if (!r)
        return false;
    JSON_EACH(&u->doc, list, i)
    {
        uint64_t n = 0;
        uint32_t view = json_get_key(&u->doc, i, STR("view"));
        struct str type =
            view == UINT32_MAX ? STR("") : json_text(&u->doc, json_get_key(&u->doc, view, STR("resource")));
        ok = ok && store_count(r, fhir_resource_find(type), &n, err);
        u->total += n;
    }
    store_read_end(r);
    return ok;
}

static bool finish(struct run *u, int64_t time_ms, struct err *err)
{
    char time[TIME_TEXT_MAX];
    struct buf result;
    buf_init(&result, JOB_KEPT_MAX);
    buf_printf(&result, "{\"transactionTime\":\"%.*s\"", (int)time_format(time_ms, time), time);
    job_whose_write(u->whose, &result);
    buf_char(&result, '}');
    bool ok = buf_ok(&result) ? job_result(u->job, buf_get(&result), err) : err_set(err, ERR_NO_MEMORY, NULL);
    buf_release(&result);
    return ok;
}

static bool run_all(struct run *u, struct err *err)
{
    int64_t time_ms;
    if (!read_request(u, err) || !store_now(u->store, &u->seq, &time_ms, err))
        return false;
    uint32_t list = json_get_key(&u->doc, 0, STR("views"));
    if (list == UINT32_MAX || !count_all(u, list, err))
        return list == UINT32_MAX ? not_ours(err) : false;
    JSON_EACH(&u->doc, list, i)
    if (!run_view(u, i, err))
        return false;
    return finish(u, time_ms, err);
}

static bool view_job_run(struct job *j, void *arg, struct err *err)
{
    const struct view_job *on = arg;
    struct run u = {.job = j, .store = on->store, .terms = on->terms, .access = on->access, .err = err};
    arena_init(&u.arena);
    u.whose = ARENA_NEW(&u.arena, struct job_whose);
    if (u.whose)
        *u.whose = (struct job_whose){.arena = &u.arena};
    bool ok = u.whose ? run_all(&u, err) : err_set(err, ERR_NO_MEMORY, NULL);
    access_view_free(u.view);
    arena_release(&u.arena);
    return ok;
}

struct job_kind view_job_kind(struct view_job *on)
{
    return (struct job_kind){.name = VIEW_JOB_KIND, .run = view_job_run, .arg = on};
}
