/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "jobs/jobs_int.h"

enum {
    JOB_FILE_BUFFER = 256 << 10,
    JOB_FILE_LEVEL = 4,   /* most of what deflate can do with JSON, at several times the speed of 6 */
    JOB_FILE_WINDOW = 31, /* 15, and 16 for gzip's frame */
    JOB_FILE_MEMORY = 8,
};

struct job_file {
    struct job *job;
    struct job_file_options opt;
    int fd; /* -1: none is open */
    char name[2 * JOB_LABEL_MAX];
    struct arena arena; /* the path */
    const char *path;
    uint64_t text_bytes, items, bytes; /* of the file at hand */
    z_stream z;
    bool deflating, failed;
    size_t n;
    char out[JOB_FILE_BUFFER];
};

struct job_file *job_file_open(struct job *j, const struct job_file_options *opt, struct err *err)
{
    struct job_file *f = os_alloc(sizeof *f);
    if (!f) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(f, 0, offsetof(struct job_file, out));
    f->job = j;
    f->opt = *opt;
    f->fd = -1;
    arena_init(&f->arena);
    OS_ASSERT(strlen(opt->name) < JOB_LABEL_MAX && strlen(opt->suffix) < JOB_LABEL_MAX / 2 &&
              !strchr(opt->name, '/'));
    return f;
}

static bool fail(struct job_file *f, struct err *err)
{
    f->failed = true;
    return jobs_dir_fail(err, f->path);
}

static bool flush(struct job_file *f, struct err *err)
{
    if (f->n && !os_write_all(f->fd, (struct str){f->out, f->n}))
        return fail(f, err);
    f->bytes += f->n;
    f->n = 0;
    return true;
}

/* Makes the next file of the row. */
static bool begin(struct job_file *f, struct err *err)
{
    char max[24];
    struct job *j = f->job;
    if (j->begun >= JOB_FILES_MAX) {
        snprintf(max, sizeof max, "%d", JOB_FILES_MAX);
        f->failed = true;
        return err_set(err, ERR_JOBS_FILES, max, NULL);
    }
    snprintf(f->name, sizeof f->name, "%s.%u.%s", f->opt.name, ++j->begun, f->opt.suffix);
    arena_reset(&f->arena);
    f->path = job_path(&f->arena, j, str_of(f->name), f->opt.gzip);
    f->text_bytes = f->items = f->bytes = 0;
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (f->fd < 0)
        return fail(f, err);
    if (!f->opt.gzip)
        return true;
    f->z = (z_stream){.next_in = NULL};
    f->deflating = deflateInit2(&f->z, JOB_FILE_LEVEL, Z_DEFLATED, JOB_FILE_WINDOW, JOB_FILE_MEMORY,
                                Z_DEFAULT_STRATEGY) == Z_OK;
    f->failed = !f->deflating;
    return f->deflating || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool pack(struct job_file *f, struct str data, int how, struct err *err)
{
    f->z.next_in = (Bytef *)(uintptr_t)data.p;
    f->z.avail_in = (uInt)data.n;
    for (int rc = Z_OK;;) {
        f->z.next_out = (Bytef *)f->out + f->n;
        f->z.avail_out = (uInt)(JOB_FILE_BUFFER - f->n);
        rc = deflate(&f->z, how);
        OS_ASSERT(rc != Z_STREAM_ERROR);
        f->n = JOB_FILE_BUFFER - f->z.avail_out;
        if (how == Z_FINISH ? rc == Z_STREAM_END : f->z.avail_in == 0 && f->z.avail_out)
            return true;
        if (!flush(f, err))
            return false;
    }
}

static bool copy(struct job_file *f, struct str data, struct err *err)
{
    while (data.n) {
        size_t n = JOB_FILE_BUFFER - f->n < data.n ? JOB_FILE_BUFFER - f->n : data.n;
        memcpy(f->out + f->n, data.p, n);
        f->n += n;
        data = str_sub(data, n, data.n);
        if (f->n == JOB_FILE_BUFFER && !flush(f, err))
            return false;
    }
    return true;
}

static bool put(struct job_file *f, struct str data, struct err *err)
{
    enum { STEP = 1 << 30 }; /* zlib counts in unsigned int */
    if (!f->deflating)
        return copy(f, data, err);
    for (; data.n > STEP; data = str_sub(data, STEP, data.n))
        if (!pack(f, str_sub(data, 0, STEP), Z_NO_FLUSH, err))
            return false;
    return pack(f, data, Z_NO_FLUSH, err);
}

static void shut(struct job_file *f)
{
    if (f->deflating)
        deflateEnd(&f->z);
    if (f->fd >= 0)
        close(f->fd);
    f->deflating = false;
    f->fd = -1;
    f->n = 0;
}

/* Ends the file at hand and puts it in the job's list. */
static bool finish(struct job_file *f, struct err *err)
{
    if (f->fd < 0)
        return true;
    bool ok = (!f->deflating || pack(f, STR(""), Z_FINISH, err)) && flush(f, err) &&
              (os_sync(f->fd) || fail(f, err));
    struct jobs_file done = {
        .name = str_of(f->name),
        .part = str_of(f->opt.part),
        .type = str_of(f->opt.type),
        .content_type = str_of(f->opt.content_type),
        .items = f->items,
        .bytes = f->bytes,
        .gzip = f->opt.gzip,
    };
    shut(f);
    f->failed = !(ok && job_add_file(f->job, &done, err));
    return !f->failed;
}

bool job_file_write(struct job_file *f, struct str data, uint64_t items, struct err *err)
{
    OS_ASSERT(!f->failed);
    if (f->fd >= 0 && f->opt.split && f->text_bytes >= JOB_FILE_BYTES && !finish(f, err))
        return false;
    if (f->fd < 0 && !begin(f, err))
        return false;
    f->text_bytes += data.n;
    f->items += items;
    return put(f, data, err);
}

bool job_file_close(struct job_file *f, struct err *err)
{
    bool ok = !f->failed && finish(f, err);
    job_file_drop(f);
    return ok;
}

void job_file_drop(struct job_file *f)
{
    if (!f)
        return;
    bool left = f->fd >= 0;
    shut(f);
    if (left)
        unlink(f->path);
    arena_release(&f->arena);
    os_free(f);
}
