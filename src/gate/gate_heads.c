/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "gate/gate_int.h"

static struct str trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = str_sub(s, 1, s.n);
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* The session cookie among those of one Cookie header (RFC 6265 4.2.1). */
static void read_cookies(const struct gate *g, struct str value, struct heads *out)
{
    struct str pair;
    struct str name = str_of(g->cookie);
    while (value.p && str_split(&value, ';', &pair)) {
        pair = trim(pair);
        if (!str_starts(pair, name) || pair.n == name.n || pair.p[name.n] != '=')
            continue;
        out->cookie_twice = out->token.p != NULL;
        out->token = str_sub(pair, name.n + 1, pair.n);
    }
}

void gate_heads_read(const struct gate *g, const struct http_request *req, struct heads *out)
{
    *out = (struct heads){0};
    const struct {
        struct str name;
        struct str *to;
    } wanted[] = {
        {STR("Host"), &out->host},
        {STR("Origin"), &out->origin},
        {STR("Sec-Fetch-Site"), &out->fetch_site},
        {STR("Helhet-Request"), &out->request},
        {STR("Content-Type"), &out->content_type},
        {STR("Content-Encoding"), &out->content_encoding},
    };
    for (size_t i = 0; i < req->header_count; i++) {
        const struct http_pair *h = &req->headers[i];
        if (h->name.n == 6 && strncasecmp(h->name.p, "Cookie", 6) == 0)
            read_cookies(g, h->value, out);
        for (size_t j = 0; j < sizeof wanted / sizeof *wanted; j++)
            if (h->name.n == wanted[j].name.n &&
                strncasecmp(h->name.p, wanted[j].name.p, wanted[j].name.n) == 0)
                *wanted[j].to = h->value;
    }
}

/* The origin of this service's own pages: the front's, else the address that was asked. */
static bool same_origin(const struct gate *g, const struct heads *h)
{
    static const char http[] = "http://";
    if (g->front.n)
        return str_eq(h->origin, g->front);
    return h->origin.n == sizeof http - 1 + h->host.n && str_starts(h->origin, STR("http://")) &&
           strncasecmp(h->origin.p + sizeof http - 1, h->host.p, h->host.n) == 0;
}

bool gate_heads_ours(const struct gate *g, const struct http_request *req, const struct heads *h,
                     struct err *err)
{
    bool reads = str_is(req->method, "GET") || str_is(req->method, "HEAD");
    bool asked = str_is(h->fetch_site, "none"); /* by a person: a bookmark, the address field */
    if (h->fetch_site.n && !str_is(h->fetch_site, "same-origin") && !(asked && reads))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Sec-Fetch-Site", NULL);
    if (h->origin.p && !same_origin(g, h))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Origin", NULL);
    if (!reads && !str_is(h->request, "1"))
        return err_set(err, ERR_LOGIN_CROSS_SITE, "Helhet-Request", NULL);
    return true;
}
