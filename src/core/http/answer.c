/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "http/http_int.h"

/* Does a comma-separated Accept-Encoding offer gzip with a weight above zero? */
static bool accepts_gzip(struct str accept)
{
    struct str part;
    while (accept.p && str_split(&accept, ',', &part)) {
        size_t semi = str_find(part, ';', 0);
        struct str name = str_sub(part, 0, semi == SIZE_MAX ? part.n : semi);
        while (name.n && name.p[0] == ' ')
            name = str_sub(name, 1, name.n);
        while (name.n && name.p[name.n - 1] == ' ')
            name.n--;
        if (!(name.n == 4 && strncasecmp(name.p, "gzip", 4) == 0) && !str_is(name, "*"))
            continue;
        struct str weight = semi == SIZE_MAX ? STR("") : str_sub(part, semi + 1, part.n);
        size_t q = str_find(weight, '=', 0);
        bool zero = q != SIZE_MAX;
        for (size_t i = q + 1; zero && i < weight.n; i++)
            zero = weight.p[i] == '0' || weight.p[i] == '.' || weight.p[i] == ' ';
        return !zero;
    }
    return false;
}

bool http_accepts_gzip(const struct http_request *req)
{
    return accepts_gzip(http_header(req, "Accept-Encoding"));
}

static bool compressible(const struct http_response *r)
{
    static const char *const kinds[] = {"json", "text/", "javascript", "xml", "svg"};
    if (r->no_gzip || r->body.n < HTTP_GZIP_MIN || !r->content_type)
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strstr(r->content_type, kinds[i]))
            return true;
    return false;
}

void answer_refusal(struct http_exchange *x)
{
    struct http_response *r = &x->resp;
    answer_drop(r);
    *r = (struct http_response){.status = err_info(x->why.code)->http, .route = "refused"};
    x->server->rejected++;
    if (x->server->opt.refused) {
        x->server->opt.refused(x->server->opt.arg, &x->req, &x->why, r);
        return;
    }
    struct buf text;
    buf_init(&text, 4096);
    err_text(&x->why, ERR_SV, &text);
    buf_char(&text, '\n');
    r->content_type = "text/plain; charset=utf-8";
    if (buf_ok(&text))
        http_response_buf(r, &text);
    buf_release(&text);
}

static void add(struct MHD_Response *to, const char *name, struct str value)
{
    char text[HTTP_VALUE_MAX];
    if (value.n >= sizeof(text))
        return;
    memcpy(text, value.p, value.n);
    text[value.n] = 0;
    MHD_add_response_header(to, name, text);
}

void answer_drop(struct http_response *r)
{
    os_free(r->owned);
    r->owned = NULL;
    if (r->stream.read)
        r->stream.free(r->stream.arg);
    r->stream.read = NULL;
}

enum MHD_Result answer_queue(struct http_exchange *x)
{
    struct http_response *r = &x->resp;
    struct str body = r->body;
    bool streams = r->stream.read != NULL;
    bool packs = !streams && compressible(r), packed = false;
    if (packs && http_accepts_gzip(&x->req)) {
        buf_init(&x->packed, BUF_NO_MAX);
        packed = gzip_pack(body, &x->packed);
        if (packed)
            body = buf_get(&x->packed);
    }
    struct MHD_Response *out =
        streams ? stream_response(x)
                : MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
    if (!out)
        return MHD_NO;
    if (r->content_type && (body.n || streams))
        MHD_add_response_header(out, "Content-Type", r->content_type);
    if (packed)
        MHD_add_response_header(out, "Content-Encoding", "gzip");
    if (packs)
        MHD_add_response_header(out, "Vary", "Accept-Encoding");
    for (size_t i = 0; i < r->header_count; i++)
        add(out, r->headers[i].name.p, r->headers[i].value);
    if (x->close || x->server->stopping)
        MHD_add_response_header(out, "Connection", "close");
    x->answered = true;
    x->server->bytes_out += body.n;
    watch_phase(x->conn, CONN_ANSWER);
    enum MHD_Result done = MHD_queue_response(x->connection, (unsigned)r->status, out);
    MHD_destroy_response(out);
    return done;
}
