/* SPDX-License-Identifier: Apache-2.0
 * libmicrohttpd 0.9.75 is lax: it takes the first of two Content-Lengths, lets Transfer-Encoding win over
 * Content-Length, cuts a header at a NUL, joins folded lines, and accepts a bare LF. Each of these is a way
 * to make two programs see two different requests (RFC 9112 sections 5 and 6), so here they are refused and
 * the connection ends. */
#include <strings.h>

#include "http/http_int.h"

struct collect {
    struct http_exchange *x;
    struct http_pair *item;
    const char
        *expect; /* where the next header's name must lie: just past CR LF (cut to NULs) of the line before */
    const char *fault;
    struct http_pair *host, *length, *encoding;
};

static bool token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *name_fault(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!token_char((unsigned char)name.p[i]))
            return "header name";
    return name.n ? NULL : "header name";
}

static const char *value_fault(struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return "control character in a header";
    }
    return NULL;
}

static bool named(struct str name, const char *want)
{
    return name.n == strlen(want) && strncasecmp(name.p, want, name.n) == 0;
}

/* The headers whose repetition or combination decides where a request ends. */
static const char *framing_fault(struct collect *c, struct http_pair *h)
{
    static const char *const once[] = {"Host", "Content-Length", "Transfer-Encoding"};
    struct http_pair **slot[] = {&c->host, &c->length, &c->encoding};
    for (size_t i = 0; i < 3; i++) {
        if (!named(h->name, once[i]))
            continue;
        if (*slot[i])
            return i == 0 ? "Host twice" : i == 1 ? "Content-Length twice" : "Transfer-Encoding twice";
        *slot[i] = h;
    }
    return NULL;
}

static enum MHD_Result collect_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
                                      const char *value, size_t value_n)
{
    struct collect *c = cls;
    struct http_request *req = &c->x->req;
    (void)kind;
    if (req->header_count == HTTP_HEADERS_MAX) {
        c->fault = "too many headers";
        return MHD_NO;
    }
    struct http_pair *h = &c->item[req->header_count++];
    h->name = (struct str){key, key_n};
    h->value = (struct str){value ? value : "", value ? value_n : 0};
    /* libmicrohttpd ends each line in place, so an unfolded header without NUL begins exactly two bytes after
     * the one before it ends, and those two are NUL. */
    if (key != c->expect || (value && (value[value_n] || value[value_n + 1])))
        c->fault = "NUL, bare line feed or folded line in the headers";
    c->expect = h->value.p + h->value.n + 2;
    while (h->value.n && (h->value.p[h->value.n - 1] == ' ' || h->value.p[h->value.n - 1] == '\t'))
        h->value.n--;
    if (!c->fault)
        c->fault = name_fault(h->name);
    if (!c->fault)
        c->fault = value_fault(h->value);
    if (!c->fault)
        c->fault = framing_fault(c, h);
    return c->fault ? MHD_NO : MHD_YES;
}

/* Only what a name, an address and a port are made of: the value goes into links. */
static bool host_valid(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr(".-_:[]%", c)))
            return false;
    }
    return true;
}

static const char *combination_fault(const struct collect *c, const char *version)
{
    bool one = strcmp(version, "HTTP/1.1") == 0;
    if (!one && strcmp(version, "HTTP/1.0") != 0)
        return "HTTP version";
    if (one && !c->host)
        return "Host is missing";
    if (c->host && !host_valid(c->host->value))
        return "Host";
    if (c->length && c->encoding)
        return "Content-Length with Transfer-Encoding";
    if (c->encoding && (!one || !named(c->encoding->value, "chunked")))
        return "Transfer-Encoding";
    uint64_t length;
    if (c->length && !str_u64(c->length->value, INT64_MAX, &length))
        return "Content-Length";
    return NULL;
}

bool guard_check(struct http_exchange *x, const char *version, struct err *err)
{
    struct collect c = {.x = x, .expect = version + strlen(version) + 2};
    c.item = arena_alloc(&x->arena, HTTP_HEADERS_MAX * sizeof(*c.item));
    if (!c.item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    x->req.headers = c.item;
    x->req.header_count = 0;
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, collect_header, &c);
    /* After the last header comes the empty line, cut to NULs too; anything else is a header that was
     * dropped. */
    if (!c.fault && (c.expect[0] || c.expect[1]))
        c.fault = "NUL or empty name in the headers";
    if (!c.fault)
        c.fault = combination_fault(&c, version);
    return c.fault ? err_set(err, ERR_HTTP_FRAMING, c.fault, NULL) : true;
}
