/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "load/load_int.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

enum { LOAD_SOURCE_IN = 128 << 10 };

enum load_source_kind { LOAD_PLAIN, LOAD_GZIP, LOAD_BZIP2 };

struct load_source {
    int fd;
    enum load_source_kind kind;
    const char *path;
    uint64_t position;
    char *next; /* in in[]: not yet used */
    size_t left;
    bool eof;       /* of the file */
    bool in_stream; /* gzip, bzip2: a member has begun and not ended */
    z_stream z;
    bz_stream bz;
    char in[LOAD_SOURCE_IN];
};

static bool load_source_fill(struct load_source *s, struct err *err)
{
    if (s->left && s->next != s->in)
        memmove(s->in, s->next, s->left);
    s->next = s->in;
    while (!s->eof && s->left < LOAD_SOURCE_IN) {
        ssize_t r = read(s->fd, s->in + s->left, LOAD_SOURCE_IN - s->left);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return err_set(err, ERR_IO, s->path, strerror(errno), NULL);
        s->eof = r == 0;
        s->left += (size_t)r;
        s->position += (uint64_t)r;
    }
    return true;
}

static enum load_source_kind load_source_magic(struct str head)
{
    if (str_starts(head, STR("\x1f\x8b")))
        return LOAD_GZIP;
    if (str_starts(head, STR("BZh")))
        return LOAD_BZIP2;
    return LOAD_PLAIN;
}

struct load_source *load_source_open(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_set(err, ERR_IO, path, strerror(errno), NULL);
        return NULL;
    }
    struct load_source *s = os_alloc(sizeof *s);
    if (!s) {
        close(fd);
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(s, 0, offsetof(struct load_source, in));
    s->fd = fd;
    s->path = path;
    s->next = s->in;
    if (!load_source_fill(s, err)) {
        load_source_close(s);
        return NULL;
    }
    s->kind = load_source_magic((struct str){s->next, s->left});
    return s;
}

void load_source_close(struct load_source *s)
{
    if (!s)
        return;
    if (s->in_stream && s->kind == LOAD_GZIP)
        inflateEnd(&s->z);
    if (s->in_stream && s->kind == LOAD_BZIP2)
        BZ2_bzDecompressEnd(&s->bz);
    close(s->fd);
    os_free(s);
}

uint64_t load_source_position(const struct load_source *s)
{
    return s->position - s->left;
}

static void load_source_used(struct load_source *s, size_t left)
{
    s->next += s->left - left;
    s->left = left;
}

static bool load_source_gzip(struct load_source *s, char *to, size_t n, size_t *got, struct err *err)
{
    if (!s->in_stream) {
        s->z = (z_stream){.next_in = NULL};
        if (inflateInit2(&s->z, 16 + MAX_WBITS) != Z_OK)
            return err_set(err, ERR_NO_MEMORY, NULL);
        s->in_stream = true;
    }
    s->z.next_in = (unsigned char *)s->next;
    s->z.avail_in = (unsigned)s->left;
    s->z.next_out = (unsigned char *)to;
    s->z.avail_out = (unsigned)n;
    int rc = inflate(&s->z, Z_NO_FLUSH);
    load_source_used(s, s->z.avail_in);
    *got = n - s->z.avail_out;
    if (rc == Z_STREAM_END) {
        inflateEnd(&s->z);
        s->in_stream = false;
        return true;
    }
    return rc == Z_OK || rc == Z_BUF_ERROR
               ? true
               : err_set(err, ERR_LOAD_COMPRESSED, s->z.msg ? s->z.msg : "gzip", NULL);
}

static bool load_source_bzip2(struct load_source *s, char *to, size_t n, size_t *got, struct err *err)
{
    if (!s->in_stream) {
        s->bz = (bz_stream){.next_in = NULL};
        if (BZ2_bzDecompressInit(&s->bz, 0, 0) != BZ_OK)
            return err_set(err, ERR_NO_MEMORY, NULL);
        s->in_stream = true;
    }
    s->bz.next_in = s->next;
    s->bz.avail_in = (unsigned)s->left;
    s->bz.next_out = to;
    s->bz.avail_out = (unsigned)n;
    int rc = BZ2_bzDecompress(&s->bz);
    load_source_used(s, s->bz.avail_in);
    *got = n - s->bz.avail_out;
    if (rc == BZ_STREAM_END) {
        BZ2_bzDecompressEnd(&s->bz);
        s->in_stream = false;
        return true;
    }
    return rc == BZ_OK ? true : err_set(err, ERR_LOAD_COMPRESSED, "bzip2", NULL);
}

static bool load_source_plain(struct load_source *s, char *to, size_t n, size_t *got)
{
    *got = s->left < n ? s->left : n;
    memcpy(to, s->next, *got);
    load_source_used(s, s->left - *got);
    return true;
}

bool load_source_read(struct load_source *s, char *to, size_t n, size_t *got, struct err *err)
{
    n = n > INT32_MAX ? INT32_MAX : n; /* the libraries count in unsigned int */
    for (*got = 0;;) {
        if (s->left == 0 && !s->eof && !load_source_fill(s, err))
            return false;
        if (s->left == 0 && s->eof && !s->in_stream)
            return true; /* members may follow one another: the end is where none has begun */
        size_t left = s->left;
        bool ok = s->kind == LOAD_GZIP    ? load_source_gzip(s, to, n, got, err)
                  : s->kind == LOAD_BZIP2 ? load_source_bzip2(s, to, n, got, err)
                                          : load_source_plain(s, to, n, got);
        if (!ok || *got)
            return ok;
        if (left == s->left && s->in_stream && s->eof)
            return err_set(err, ERR_LOAD_TRUNCATED, NULL);
    }
}
