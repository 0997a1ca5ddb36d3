/* SPDX-License-Identifier: Apache-2.0
 * state.json: one object, every member named below, so that a person can read it too. */
#include "jobs/jobs_int.h"
#include "json/json.h"

enum { STATE_BYTES_MAX = 64 << 20 };

static const char *const state_names[] = {
    [JOBS_WAITING] = "waiting",
    [JOBS_RUNNING] = "running",
    [JOBS_DONE] = "done",
    [JOBS_FAILED] = "failed",
};
enum { STATE_COUNT = sizeof state_names / sizeof *state_names };

static void write_error(struct json_out *o, const struct err *e)
{
    json_out_object(o, "error");
    json_out_cstr(o, "code", err_info(e->code)->name);
    json_out_cstr(o, "path", e->path);
    json_out_i64(o, "line", e->line);
    json_out_i64(o, "column", e->column);
    json_out_array(o, "args");
    for (size_t i = 0; i < ERR_ARGS; i++)
        json_out_cstr(o, NULL, e->arg[i]);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_files(struct json_out *o, const struct job *j)
{
    json_out_array(o, "files");
    for (size_t i = 0; i < j->file_count; i++) {
        const struct jobs_file *f = &j->file[i];
        json_out_object(o, NULL);
        json_out_string(o, "name", f->name);
        json_out_string(o, "part", f->part);
        json_out_string(o, "type", f->type);
        json_out_string(o, "contentType", f->content_type);
        json_out_i64(o, "items", (int64_t)f->items);
        json_out_i64(o, "bytes", (int64_t)f->bytes);
        json_out_bool(o, "gzip", f->gzip);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write_times(struct json_out *o, const struct job *j)
{
    json_out_i64(o, "createdMs", j->created_ms);
    json_out_i64(o, "startedMs", j->started_ms);
    json_out_i64(o, "endedMs", j->ended_ms);
    json_out_i64(o, "expiresMs", j->expires_ms);
    json_out_i64(o, "attempts", j->attempts);
}

bool jobs_state_write(const struct job *j, struct err *err)
{
    struct buf text;
    struct json_out o;
    struct arena arena;
    buf_init(&text, STATE_BYTES_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    json_out_string(&o, "kind", j->kind_name);
    json_out_cstr(&o, "state", state_names[j->state]);
    json_out_string(&o, "who", j->who);
    json_out_string(&o, "url", j->url);
    json_out_string(&o, "request", j->request);
    json_out_string(&o, "kept", buf_get(&j->kept));
    json_out_string(&o, "result", buf_get(&j->result));
    write_times(&o, j);
    if (j->error.code)
        write_error(&o, &j->error);
    write_files(&o, j);
    json_out_end_object(&o);
    arena_init(&arena);
    const char *path = jobs_dir_path(&arena, j->dir, STR(JOBS_STATE_FILE));
    bool ok = buf_ok(&text) || err_set(err, ERR_NO_MEMORY, NULL);
    ok = ok && (os_file_replace(path, buf_get(&text)) || jobs_dir_fail(err, path)) &&
         jobs_dir_sync(j->dir, err);
    arena_release(&arena);
    buf_release(&text);
    return ok;
}

/* ---- and back ---- */

static struct str text_of(const struct json_doc *doc, uint32_t at, const char *key)
{
    struct str s = json_text(doc, json_get_key(doc, at, str_of(key)));
    return s.p ? s : STR("");
}

static int64_t number_of(const struct json_doc *doc, uint32_t at, const char *key)
{
    uint64_t n = 0;
    return str_u64(text_of(doc, at, key), INT64_MAX, &n) ? (int64_t)n : 0;
}

static void read_error(const struct json_doc *doc, uint32_t at, struct err *e)
{
    struct str name = text_of(doc, at, "code"), args[ERR_ARGS] = {{NULL, 0}};
    uint32_t list = json_get_key(doc, at, STR("args"));
    size_t n = 0;
    for (int code = ERR_OK + 1; code < ERR_COUNT; code++)
        if (str_is(name, err_info((enum err_code)code)->name))
            e->code = (enum err_code)code;
    if (!e->code)
        err_set(e, ERR_INTERNAL, "state.json", NULL);
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, c)
    if (n < ERR_ARGS)
        args[n++] = json_text(doc, c);
    for (size_t i = 0; i < n; i++) {
        size_t len = args[i].n < ERR_ARG_MAX - 1 ? args[i].n : ERR_ARG_MAX - 1;
        memcpy(e->arg[i], args[i].p ? args[i].p : "", len);
        e->arg[i][len] = 0;
    }
    err_at(e, text_of(doc, at, "path"));
    err_place(e, (uint32_t)number_of(doc, at, "line"), (uint32_t)number_of(doc, at, "column"));
}

static bool read_files(struct job *j, const struct json_doc *doc, struct err *err)
{
    uint32_t list = json_get_key(doc, 0, STR("files"));
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(doc, list, c)
    {
        uint32_t gzip = json_get_key(doc, c, STR("gzip"));
        struct jobs_file f = {
            .name = text_of(doc, c, "name"),
            .part = text_of(doc, c, "part"),
            .type = text_of(doc, c, "type"),
            .content_type = text_of(doc, c, "contentType"),
            .items = (uint64_t)number_of(doc, c, "items"),
            .bytes = (uint64_t)number_of(doc, c, "bytes"),
            .gzip = gzip != UINT32_MAX && doc->nodes[gzip].kind == JSON_TRUE,
        };
        if (!job_add_file(j, &f, err))
            return false;
    }
    return true;
}

static bool read_doc(struct job *j, const struct json_doc *doc, struct err *err)
{
    struct str state = text_of(doc, 0, "state");
    int which = 0;
    while (which < STATE_COUNT && !str_is(state, state_names[which]))
        which++;
    if (which == STATE_COUNT)
        return err_set(err, ERR_IO, JOBS_STATE_FILE, "state", NULL);
    j->state = (enum jobs_state)which;
    j->kind_name = arena_str(&j->arena, text_of(doc, 0, "kind"));
    j->who = arena_str(&j->arena, text_of(doc, 0, "who"));
    j->url = arena_str(&j->arena, text_of(doc, 0, "url"));
    j->request = arena_str(&j->arena, text_of(doc, 0, "request"));
    buf_str(&j->kept, text_of(doc, 0, "kept"));
    buf_str(&j->result, text_of(doc, 0, "result"));
    j->created_ms = number_of(doc, 0, "createdMs");
    j->started_ms = number_of(doc, 0, "startedMs");
    j->ended_ms = number_of(doc, 0, "endedMs");
    j->expires_ms = number_of(doc, 0, "expiresMs");
    j->attempts = (unsigned)number_of(doc, 0, "attempts");
    uint32_t error = json_get_key(doc, 0, STR("error"));
    if (error != UINT32_MAX)
        read_error(doc, error, &j->error);
    return read_files(j, doc, err);
}

bool jobs_state_read(struct job *j, struct err *err)
{
    struct arena arena;
    struct json_doc doc;
    char *data = NULL;
    size_t n = 0;
    arena_init(&arena);
    const char *path = jobs_dir_path(&arena, j->dir, STR(JOBS_STATE_FILE));
    bool ok = os_file_read(path, STATE_BYTES_MAX, &data, &n) || jobs_dir_fail(err, path);
    if (ok && json_parse(&arena, (struct str){data, n}, NULL, &doc, err) && doc.nodes[0].kind == JSON_OBJECT)
        ok = read_doc(j, &doc, err);
    else if (ok)
        ok = err_set(err, ERR_IO, path, "JSON", NULL);
    os_free(data);
    arena_release(&arena);
    return ok;
}
