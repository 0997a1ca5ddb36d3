/* SPDX-License-Identifier: Apache-2.0
 * The run of an import: one input after another through the load floor, in jobs small enough that who writes
 * meanwhile hardly notices. What went in is kept now and then, so that a run that is cut off goes on from
 * there: content that somebody has changed since is not put back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/outcome.h"
#include "base/os.h"
#include "base/time.h"
#include "bulk/bulk.h"
#include "load/load.h"

enum {
    IMPORT_BATCH = 100,         /* resources of one write */
    IMPORT_KEEP_MS = 250,       /* between what is kept */
    IMPORT_OUTCOMES = 4,        /* of enum load_outcome */
    IMPORT_COPY = 64 << 10,     /* bytes of the error file copied at a time */
    IMPORT_TEXT_MAX = 60 << 10, /* below JOB_KEPT_MAX */
};

/* An input and what became of it. */
struct input {
    fhir_type_id type; /* 0: any */
    struct str url;
    const char *path, *errors; /* the errors of this input, as they come; survives a run */
};

struct import {
    struct bulk *bulk;
    struct job *job;
    struct err *err;
    struct arena arena;
    struct json_doc doc; /* the request */
    struct input *input;
    size_t input_count, at;
    struct str source;
    uint64_t (*count)[IMPORT_OUTCOMES]; /* by type; 0: not known */
    uint32_t line;                      /* of input at: where it begins, or goes on */
    int fd;                             /* of its errors */
    uint64_t error_bytes, bytes_before, bytes_total;
    struct buf text;
    atomic_bool stop, broken; /* broken: broke says why */
    struct err broke;
    uint64_t kept_ns;
};

/* ---- the request ---- */

static struct str text_of(const struct json_doc *doc, uint32_t at, const char *key)
{
    struct str s = json_text(doc, json_get_key(doc, at, str_of(key)));
    return s.p ? s : STR("");
}

static bool read_request(struct import *m)
{
    if (!json_parse(&m->arena, job_request(m->job), NULL, &m->doc, m->err))
        return false;
    uint32_t list = json_get_key(&m->doc, 0, STR("inputs"));
    OS_ASSERT(list != UINT32_MAX);
    m->source = text_of(&m->doc, 0, "source");
    m->input = ARENA_ARRAY(&m->arena, struct input, m->doc.nodes[list].len + 1);
    m->count = arena_zalloc(&m->arena, fhir_type_count, sizeof *m->count);
    JSON_EACH(&m->doc, list, c)
    {
        struct input *in = &m->input[m->input_count++];
        struct stat st;
        struct str path = text_of(&m->doc, c, "path");
        in->type = fhir_resource_find(text_of(&m->doc, c, "type"));
        in->url = text_of(&m->doc, c, "url");
        in->path =
            path.n ? arena_cstr(&m->arena, path) : arena_printf(&m->arena, "%s/input", job_dir(m->job)).p;
        in->errors = arena_printf(&m->arena, "%s/errors-%zu", job_dir(m->job), m->input_count).p;
        m->bytes_total += stat(in->path, &st) == 0 ? (uint64_t)st.st_size : 0;
    }
    return true;
}

/* ---- what is kept ---- */

static void write_counts(const struct import *m, struct json_out *o)
{
    json_out_object(o, "counts");
    for (fhir_type_id t = 0; t < fhir_type_count; t++) {
        const uint64_t *c = m->count[t];
        if (!(c[LOAD_STORED] + c[LOAD_SAME] + c[LOAD_KEPT] + c[LOAD_REFUSED]))
            continue;
        json_out_array(o, t ? fhir_types[t].name : "?");
        for (int i = 0; i < IMPORT_OUTCOMES; i++)
            json_out_i64(o, NULL, (int64_t)c[i]);
        json_out_end_array(o);
    }
    json_out_end_object(o);
}

static void keep(struct import *m)
{
    struct json_out o;
    struct err err = {.code = ERR_OK};
    buf_clear(&m->text);
    json_out_init(&o, &m->text);
    json_out_object(&o, NULL);
    json_out_i64(&o, "input", (int64_t)m->at);
    json_out_i64(&o, "line", m->line);
    json_out_i64(&o, "errorBytes", (int64_t)m->error_bytes);
    write_counts(m, &o);
    json_out_end_object(&o);
    m->kept_ns = os_mono_ns();
    if (atomic_load(&m->broken) ||
        ((m->fd < 0 || os_sync(m->fd)) && job_keep(m->job, buf_get(&m->text), &err)))
        return;
    m->broke = err.code ? err : (struct err){.code = ERR_NO_SPACE};
    atomic_store(&m->broken, true);
}

static int64_t number_at(const struct json_doc *doc, uint32_t at)
{
    uint64_t n = 0;
    return str_u64(json_text(doc, at), INT64_MAX, &n) ? (int64_t)n : 0;
}

static void read_counts(struct import *m, const struct json_doc *doc)
{
    uint32_t counts = json_get_key(doc, 0, STR("counts"));
    JSON_EACH(doc, counts, c)
    {
        struct str name = {doc->nodes[c].key, doc->nodes[c].key_len};
        fhir_type_id type = fhir_resource_find(name);
        int i = 0;
        JSON_EACH(doc, c, n)
        if (i < IMPORT_OUTCOMES)
            m->count[type][i++] += (uint64_t)number_at(doc, n);
    }
}

/* Where the run before came to. */
static bool read_kept(struct import *m)
{
    struct json_doc doc;
    struct str kept = job_kept(m->job);
    m->line = 1;
    if (!kept.n)
        return true;
    if (!json_parse(&m->arena, kept, NULL, &doc, m->err))
        return false;
    m->at = (size_t)number_at(&doc, json_get_key(&doc, 0, STR("input")));
    m->line = (uint32_t)number_at(&doc, json_get_key(&doc, 0, STR("line")));
    m->error_bytes = (uint64_t)number_at(&doc, json_get_key(&doc, 0, STR("errorBytes")));
    if (json_get_key(&doc, 0, STR("counts")) != UINT32_MAX)
        read_counts(m, &doc);
    return true;
}

/* ---- told by the load ---- */

static void told(void *arg, const struct load_told *one)
{
    struct import *m = arg;
    m->count[one->type][one->outcome]++;
    if (one->outcome != LOAD_REFUSED || atomic_load(&m->broken))
        return;
    struct err err = *one->err;
    err.line = one->line;
    buf_clear(&m->text);
    outcome_write(&m->text, &err, 1, ERR_SV);
    buf_char(&m->text, '\n');
    if (buf_ok(&m->text) && os_write_all(m->fd, buf_get(&m->text))) {
        m->error_bytes += m->text.n;
        return;
    }
    err_set(&m->broke, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, "errors", strerror(errno), NULL);
    atomic_store(&m->broken, true);
}

static void mark(void *arg, const char *file, uint32_t next_line)
{
    struct import *m = arg;
    (void)file;
    m->line = next_line;
    if (os_mono_ns() - m->kept_ns > (uint64_t)IMPORT_KEEP_MS * 1000000)
        keep(m);
}

static void progress(void *arg, const struct load_stats *now)
{
    struct import *m = arg;
    if (job_stopped(m->job) || atomic_load(&m->broken))
        atomic_store(&m->stop, true);
    job_progress(m->job, m->bytes_before + now->bytes_done, m->bytes_total);
}

/* ---- one input ---- */

/* Opens the errors of the input where the run before left them. */
static bool open_errors(struct import *m, const struct input *in)
{
    m->fd = open(in->errors, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (m->fd >= 0 && ftruncate(m->fd, (off_t)m->error_bytes) == 0 &&
        lseek(m->fd, 0, SEEK_END) == (off_t)m->error_bytes)
        return true;
    return err_set(m->err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, in->errors, strerror(errno), NULL);
}

static bool import_load(struct import *m, const struct input *in)
{
    struct load_stats stats;
    struct load_options opt = {
        .store = m->bulk->store,
        .search = m->bulk->search,
        .workers = 1, /* the others are for who waits for an answer */
        .agent = STR("import"),
        .reason = STR("POST /fhir/$import"),
        .stop = &m->stop,
        .progress = progress,
        .progress_arg = m,
        .batch = IMPORT_BATCH,
        .told = told,
        .mark = mark,
        .told_arg = m,
        .first_line = m->line,
        .only_type = in->type,
    };
    struct load *l = load_begin(&opt, m->err);
    if (!l)
        return false;
    load_file(l, in->path);
    bool ok = load_end(l, &stats, m->err);
    m->bytes_before += stats.bytes_done;
    if (job_stopped(m->job))
        return err_set(m->err, ERR_CANCELLED, NULL);
    if (atomic_load(&m->broken)) {
        *m->err = m->broke;
        return false;
    }
    return ok;
}

static bool import_one(struct import *m)
{
    const struct input *in = &m->input[m->at];
    bool ok = open_errors(m, in) && (m->line == UINT32_MAX || import_load(m, in));
    if (ok) { /* the next one begins at its beginning */
        int fd = m->fd;
        ok = os_sync(fd) || err_set(m->err, ERR_IO, in->errors, strerror(errno), NULL);
        m->at++;
        m->line = 1;
        m->error_bytes = 0;
        m->fd = -1;
        close(fd);
        keep(m);
    } else if (m->fd >= 0) {
        close(m->fd);
        m->fd = -1;
    }
    if (ok && atomic_load(&m->broken)) {
        *m->err = m->broke;
        ok = false;
    }
    return ok;
}

/* ---- the end ---- */

/* The errors of the nth input as a file of the job: "error-3.1.ndjson" is of the third. */
static bool give_errors(struct import *m, size_t n)
{
    char name[32], block[IMPORT_COPY];
    snprintf(name, sizeof name, "error-%zu", n + 1);
    struct job_file_options opt = {.name = name,
                                   .suffix = "ndjson",
                                   .part = "error",
                                   .type = "OperationOutcome",
                                   .content_type = "application/fhir+ndjson",
                                   .gzip = true};
    int fd = open(m->input[n].errors, O_RDONLY | O_CLOEXEC);
    struct job_file *f = fd >= 0 ? job_file_open(m->job, &opt, m->err) : NULL;
    ssize_t got = 0;
    bool ok = f || (fd < 0 && err_set(m->err, ERR_IO, m->input[n].errors, strerror(errno), NULL));
    while (ok && (got = read(fd, block, sizeof block)) > 0) {
        uint64_t lines = 0;
        for (ssize_t i = 0; i < got; i++)
            lines += block[i] == '\n';
        ok = job_file_write(f, (struct str){block, (size_t)got}, lines, m->err);
    }
    if (fd >= 0)
        close(fd);
    if (ok)
        return job_file_close(f, m->err);
    job_file_drop(f);
    return false;
}

static void write_output(const struct import *m, struct json_out *o)
{
    static const char *const names[] = {"stored", "unchanged", "kept", "rejected"};
    json_out_array(o, "output");
    for (fhir_type_id t = 0; t < fhir_type_count; t++) {
        const uint64_t *c = m->count[t];
        uint64_t all = c[LOAD_STORED] + c[LOAD_SAME] + c[LOAD_KEPT] + c[LOAD_REFUSED];
        if (!all)
            continue;
        json_out_object(o, NULL);
        json_out_cstr(o, "type", t ? fhir_types[t].name : "?");
        json_out_i64(o, "count", (int64_t)(all - c[LOAD_REFUSED]));
        for (int i = 0; i < IMPORT_OUTCOMES; i++)
            json_out_i64(o, names[i], (int64_t)c[i]);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static bool finish(struct import *m)
{
    struct json_out o;
    char time[TIME_TEXT_MAX];
    for (size_t i = 0; i < m->input_count; i++)
        if (!give_errors(m, i))
            return false;
    buf_clear(&m->text);
    json_out_init(&o, &m->text);
    json_out_object(&o, NULL);
    json_out_string(&o, "transactionTime", (struct str){time, time_format(os_now_ms(), time)});
    json_out_string(&o, "inputSource", m->source);
    write_output(m, &o);
    json_out_array(&o, "inputs");
    for (size_t i = 0; i < m->input_count && m->text.n < IMPORT_TEXT_MAX; i++)
        json_out_string(&o, NULL, m->input[i].url);
    json_out_end_array(&o);
    json_out_end_object(&o);
    return job_result(m->job, buf_get(&m->text), m->err);
}

static bool import_run(struct job *j, void *arg, struct err *err)
{
    struct import m = {.bulk = arg, .job = j, .err = err, .fd = -1};
    arena_init(&m.arena);
    buf_init(&m.text, BUF_NO_MAX);
    bool ok = read_request(&m) && read_kept(&m);
    while (ok && m.at < m.input_count)
        ok = import_one(&m);
    ok = ok && finish(&m);
    buf_release(&m.text);
    arena_release(&m.arena);
    return ok;
}

struct job_kind bulk_import(struct bulk *b)
{
    return (struct job_kind){"import", import_run, b};
}
