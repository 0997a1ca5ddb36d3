/* SPDX-License-Identifier: Apache-2.0
 * A job's file on its way out: as it lies on disk, or unpacked block by block for who does not take gzip. */
#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#include "api/api_int.h"
#include "jobs/jobs.h"

enum { STREAM_IN = 64 << 10, STREAM_WINDOW = 31 };

struct stream {
    int fd;
    bool unpacks, over;
    z_stream z;
    char in[STREAM_IN];
};

static ssize_t read_some(int fd, char *to, size_t n)
{
    ssize_t got;
    do
        got = read(fd, to, n);
    while (got < 0 && errno == EINTR);
    return got;
}

static ssize_t stream_read(void *arg, char *to, size_t n)
{
    struct stream *s = arg;
    if (!s->unpacks)
        return read_some(s->fd, to, n);
    s->z.next_out = (Bytef *)to;
    s->z.avail_out = (uInt)n;
    while (!s->over && s->z.avail_out == n) {
        if (s->z.avail_in == 0) {
            ssize_t got = read_some(s->fd, s->in, sizeof s->in);
            if (got <= 0) /* the file ends before its gzip does */
                return -1;
            s->z.next_in = (Bytef *)s->in;
            s->z.avail_in = (uInt)got;
        }
        int rc = inflate(&s->z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END)
            return -1;
        s->over = rc == Z_STREAM_END;
    }
    return (ssize_t)(n - s->z.avail_out);
}

static void stream_free(void *arg)
{
    struct stream *s = arg;
    if (s->unpacks)
        inflateEnd(&s->z);
    close(s->fd);
    os_free(s);
}

bool job_stream_answer(struct call *c, int fd, const struct jobs_file *f)
{
    struct err err = {0};
    struct stream *s = os_alloc(sizeof *s);
    bool packed = f->gzip && http_accepts_gzip(c->req);
    if (s) {
        memset(s, 0, offsetof(struct stream, in));
        s->fd = fd;
        s->unpacks = f->gzip && !packed;
    }
    if (!s || (s->unpacks && inflateInit2(&s->z, STREAM_WINDOW) != Z_OK)) {
        close(fd);
        os_free(s);
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    c->resp->stream =
        (struct http_stream){stream_read, stream_free, s, s->unpacks ? UINT64_MAX : f->bytes, NULL};
    c->resp->status = 200;
    c->resp->content_type = arena_cstr(c->arena, f->content_type);
    if (packed)
        http_response_header(c->resp, "Content-Encoding", STR("gzip"));
    if (f->gzip)
        http_response_header(c->resp, "Vary", STR("Accept-Encoding"));
    return true;
}
