/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "http/http_int.h"

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, GZIP_STEP = 64 * 1024 };

bool gzip_pack(struct str in, struct buf *out)
{
    z_stream z = {0};
    if (in.n > UINT32_MAX ||
        deflateInit2(&z, 1, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong bound = deflateBound(&z, in.n);
    char *to = buf_room(out, bound);
    int rc = Z_MEM_ERROR;
    if (to) {
        z.next_in = (Bytef *)(uintptr_t)in.p;
        z.avail_in = (uInt)in.n;
        z.next_out = (Bytef *)to;
        z.avail_out = (uInt)bound;
        rc = deflate(&z, Z_FINISH);
        out->n += z.total_out;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END;
}

/* The output grows by steps up to its maximum, so a small body that claims to be large costs nothing. */
bool gzip_unpack(struct str in, struct buf *out, struct err *err)
{
    z_stream z = {0};
    if (in.n > UINT32_MAX || inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return err_set(err, ERR_NO_MEMORY, NULL);
    z.next_in = (Bytef *)(uintptr_t)in.p;
    z.avail_in = (uInt)in.n;
    int rc = Z_OK;
    while (rc == Z_OK) {
        size_t step = out->max - out->n < GZIP_STEP ? out->max - out->n : GZIP_STEP;
        /* One byte past the maximum tells a body that fills it from one that is larger. */
        char probe;
        char *to = step ? buf_room(out, step) : &probe;
        if (!to) {
            inflateEnd(&z);
            return err_set(err, ERR_NO_MEMORY, NULL);
        }
        z.next_out = (Bytef *)to;
        z.avail_out = step ? (uInt)step : 1;
        rc = inflate(&z, Z_NO_FLUSH);
        if (step)
            out->n += step - z.avail_out;
        else if (z.avail_out == 0)
            rc = Z_BUF_ERROR;
    }
    bool whole = rc == Z_STREAM_END && z.avail_in == 0;
    bool large = out->n == out->max && rc == Z_BUF_ERROR;
    inflateEnd(&z);
    if (whole)
        return true;
    if (!large)
        return err_set(err, ERR_HTTP_GZIP, NULL);
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    buf_u64(&text, out->max);
    buf_char(&text, 0);
    err_set(err, ERR_BODY_TOO_LARGE, buf_ok(&text) ? text.p : "", NULL);
    buf_release(&text);
    return false;
}
