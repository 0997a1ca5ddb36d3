/* SPDX-License-Identifier: Apache-2.0
 * $import: files into the record in the background, the counterpart of $export. The shape of the Parameters
 * is that of the bulk import proposals (inputFormat, inputSource, storageDetail, mode, input with type and
 * url); a body of NDJSON is an input by itself. What the job is asked for is told in bulk/bulk.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/params.h"
#include "fhir_gen/names.h"
#include "jobs/jobs.h"

/* ---- the body as the input ---- */

struct upload {
    struct api *api;
    struct jobs_draft draft;
    char path[JOBS_PATH_MAX + 8];
    int fd;
    uint64_t bytes;
};

static bool is_ndjson(struct str type)
{
    static const char *const names[] = {"application/fhir+ndjson", "application/ndjson",
                                        "application/x-ndjson", "ndjson"};
    size_t end = str_find(type, ';', 0);
    type = str_sub(type, 0, end == SIZE_MAX ? type.n : end);
    while (type.n && type.p[type.n - 1] == ' ')
        type.n--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (type.n == strlen(names[i]) && strncasecmp(type.p, names[i], type.n) == 0)
            return true;
    return false;
}

static bool disk_fails(struct err *err)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return err_set(err, ERR_NO_SPACE, NULL);
    return err_set(err, ERR_IO, "upload", strerror(errno), NULL);
}

static bool upload_write(void *arg, struct str data, struct err *err)
{
    struct upload *u = arg;
    u->bytes += data.n;
    return os_write_all(u->fd, data) || disk_fails(err);
}

static void upload_free(void *arg)
{
    struct upload *u = arg;
    if (u->fd >= 0)
        close(u->fd);
    if (u->draft.id[0])
        jobs_draft_drop(u->api->long_jobs, &u->draft);
    os_free(u);
}

bool op_import_upload(struct call *c, struct http_upload *out, struct err *err)
{
    if (!is_ndjson(c->wants.content_type))
        return true;
    if (!c->wants.async)
        return err_set(err, ERR_JOBS_ASYNC, "$import", NULL);
    if (!c->api->long_jobs)
        return err_set(err, ERR_JOBS_OFF, NULL);
    struct upload *u = os_alloc(sizeof *u);
    if (!u)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *u = (struct upload){.api = c->api, .fd = -1};
    if (jobs_draft_new(c->api->long_jobs, &u->draft, err)) {
        snprintf(u->path, sizeof u->path, "%s/input", u->draft.dir);
        u->fd = open(u->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        if (u->fd < 0)
            disk_fails(err);
    } else {
        u->draft.id[0] = 0;
    }
    if (u->fd < 0) {
        upload_free(u);
        return false;
    }
    *out = (struct http_upload){upload_write, upload_free, u, API_UPLOAD_MAX};
    return true;
}

/* ---- the request of the job ---- */

struct import {
    struct call *c;
    struct params params;
    struct json_out out;
    struct err *err;
    size_t inputs;
};

static void write_input(struct import *m, const char *type, struct str url, struct str path)
{
    json_out_object(&m->out, NULL);
    json_out_cstr(&m->out, "type", type);
    json_out_string(&m->out, "url", url);
    json_out_string(&m->out, "path", path);
    json_out_end_object(&m->out);
    m->inputs++;
}

static const struct params_def upload_defs[] = {{.name = "mode"}, {.name = "_type"}, {.name = NULL}};

static const struct params_def import_defs[] = {
    {.name = "inputFormat"},
    {.name = "inputSource"},
    {.name = "mode"},
    {.name = "storageDetail", .complex = true},
    {.name = "input", .required = true, .many = true, .complex = true},
    {.name = NULL},
};

static bool wrong(struct import *m, struct str value, const char *param)
{
    return err_set_str(m->err, ERR_PARAM_VALUE, value, str_of(param));
}

/* What is here is changed, what is not is created; nothing else is offered. */
static bool read_mode(struct import *m)
{
    struct str mode = params_text(&m->params, "mode"), format = params_text(&m->params, "inputFormat");
    if (format.p && !is_ndjson(format))
        return wrong(m, format, "inputFormat");
    return !mode.p || str_is(mode, "merge") || str_is(mode, "IncrementalLoad") || wrong(m, mode, "mode");
}

/* The text of a part of that name, {NULL,0} when absent. */
static struct str part_of(const struct json_doc *doc, uint32_t parameter, const char *name)
{
    uint32_t list = json_get(doc, parameter, FHIR_NAME_part);
    if (list == UINT32_MAX)
        return (struct str){0};
    JSON_EACH(doc, list, p)
    {
        if (!str_is(json_text(doc, json_get(doc, p, FHIR_NAME_name)), name))
            continue;
        JSON_EACH(doc, p, v)
        {
            const struct json_node *n = &doc->nodes[v];
            if (n->key_len > 5 && memcmp(n->key, "value", 5) == 0)
                return json_text(doc, v);
        }
    }
    return (struct str){0};
}

static bool parts_only(struct import *m, uint32_t parameter, const char *const *allowed)
{
    const struct json_doc *doc = m->params.doc;
    uint32_t list = json_get(doc, parameter, FHIR_NAME_part);
    if (list == UINT32_MAX || m->c->wants.lenient)
        return true;
    JSON_EACH(doc, list, p)
    {
        struct str name = json_text(doc, json_get(doc, p, FHIR_NAME_name));
        const char *const *a = allowed;
        while (*a && !str_is(name, *a))
            a++;
        if (!*a)
            return err_set_str(m->err, ERR_PARAM_UNKNOWN, name, STR("import"));
    }
    return true;
}

/* The real path of a file: address below the import folder; nothing a link or ".." leads out of it. */
static bool resolve(struct import *m, struct str url, struct str *path)
{
    const char *dir = m->c->api->import_dir;
    struct str scheme = STR("file:");
    struct stat st;
    if (!str_starts(url, scheme) || !dir)
        return err_set_str(m->err, ERR_IMPORT_URL, url, STR(""));
    struct str rest = str_sub(url, scheme.n, url.n);
    if (str_starts(rest, STR("///")))
        rest = str_sub(rest, 2, rest.n);
    char real[PATH_MAX];
    const char *asked = rest.n && rest.p[0] == '/'
                            ? arena_cstr(m->c->arena, rest)
                            : arena_printf(m->c->arena, "%s/%.*s", dir, STR_ARG(rest)).p;
    size_t n = strlen(dir);
    bool inside = asked && strlen(asked) == strcspn(asked, "\n") && realpath(asked, real) &&
                  strncmp(real, dir, n) == 0 && real[n] == '/' && stat(real, &st) == 0 && S_ISREG(st.st_mode);
    if (!inside)
        return err_set_str(m->err, ERR_IMPORT_OUTSIDE, url, STR(""));
    *path = arena_str(m->c->arena, str_of(real));
    return true;
}

static bool read_input(struct import *m, uint32_t parameter)
{
    static const char *const parts[] = {"type", "url", NULL};
    struct str type = part_of(m->params.doc, parameter, "type"),
               url = part_of(m->params.doc, parameter, "url"), path;
    if (!parts_only(m, parameter, parts))
        return false;
    if (!url.p)
        return err_set(m->err, ERR_PARAM_MISSING, "input.url", "import", NULL);
    if (type.p && !fhir_resource_find(type))
        return wrong(m, type, "input.type");
    if (m->inputs == API_INPUTS_MAX)
        return err_set_str(m->err, ERR_SEARCH_LIMIT, STR("input"),
                           arena_printf(m->c->arena, "%d", API_INPUTS_MAX));
    if (!resolve(m, url, &path))
        return false;
    write_input(m, type.p ? fhir_types[fhir_resource_find(type)].name : "", url, path);
    return true;
}

static bool read_storage(struct import *m)
{
    static const char *const parts[] = {"type", NULL};
    const struct params_value *v = params_find(&m->params, "storageDetail");
    if (!v)
        return true;
    struct str type = part_of(m->params.doc, v->node, "type");
    if (!parts_only(m, v->node, parts))
        return false;
    return str_is(type, "file") || wrong(m, type.p ? type : STR("?"), "storageDetail.type");
}

static bool read_parameters(struct import *m)
{
    if (m->c->body.n == 0)
        return err_set(m->err, ERR_BODY_MISSING, NULL);
    if (!params_read(m->c, import_defs, &m->params, m->err) || !read_mode(m) || !read_storage(m))
        return false;
    for (size_t i = 0; i < m->params.count; i++)
        if (str_is(m->params.item[i].name, "input") && !read_input(m, m->params.item[i].node))
            return false;
    return true;
}

/* Makes the upload durable and the one input. */
static bool read_upload(struct import *m, struct upload *u)
{
    if (!params_read(m->c, upload_defs, &m->params, m->err) || !read_mode(m))
        return false;
    struct str type = params_text(&m->params, "_type");
    if (type.p && !fhir_resource_find(type))
        return wrong(m, type, "_type");
    if (u->bytes == 0)
        return err_set(m->err, ERR_BODY_MISSING, NULL);
    if (!os_sync(u->fd))
        return disk_fails(m->err);
    write_input(m, type.p ? fhir_types[fhir_resource_find(type)].name : "", STR(""), STR(""));
    return true;
}

bool op_import_run(struct call *c)
{
    struct err err = {0};
    struct import m = {.c = c, .err = &err};
    struct upload *u = c->req->upload;
    struct buf request;
    buf_init(&request, JOB_REQUEST_MAX);
    json_out_init(&m.out, &request);
    json_out_object(&m.out, NULL);
    json_out_array(&m.out, "inputs");
    bool ok = op_job_wanted(c, &err) && (u ? read_upload(&m, u) : read_parameters(&m));
    json_out_end_array(&m.out);
    json_out_string(&m.out, "source", params_text(&m.params, "inputSource"));
    json_out_end_object(&m.out);
    if (ok && !buf_ok(&request))
        ok = err_set_str(&err, ERR_SEARCH_LIMIT, STR("input"),
                         arena_printf(c->arena, "%d byte", JOB_REQUEST_MAX));
    if (!ok)
        outcome_fail(c, &err);
    else
        op_job_start(c, "import", buf_get(&request), u ? &u->draft : NULL);
    if (ok && u && c->resp->status == 202)
        u->draft.id[0] = 0; /* the job's now */
    buf_release(&request);
    return true;
}
