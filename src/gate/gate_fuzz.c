/* SPDX-License-Identifier: Apache-2.0
 * Headers and a body of any kind under /auth. Lines are headers, "name:value", up to an empty one; the rest
 * is the body. No request that another site can have made passes, one cookie alone is believed, and what a
 * body names was asked for. */
#include <strings.h>

#include "gate/gate_int.h"

enum { FUZZ_HEADERS_MAX = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t headers_of(struct str *text, struct http_pair *out)
{
    struct str line, name;
    size_t n = 0;
    while (n < FUZZ_HEADERS_MAX && text->n && str_split(text, '\n', &line) && line.n) {
        str_split(&line, ':', &name);
        out[n++] = (struct http_pair){name, line.p ? line : STR("")};
    }
    return n;
}

/* Session cookies, found in another way than the gate's: by looking for the name wherever one may begin. */
static size_t cookies_of(const struct http_request *req, struct str name)
{
    size_t found = 0;
    for (size_t i = 0; i < req->header_count; i++) {
        struct str v = req->headers[i].value;
        bool begin = true;
        if (req->headers[i].name.n != 6 || strncasecmp(req->headers[i].name.p, "cookie", 6) != 0)
            continue;
        for (size_t at = 0; at < v.n; at++) {
            struct str rest = str_sub(v, at, v.n);
            found += begin && str_starts(rest, name) && rest.n > name.n && rest.p[name.n] == '=';
            begin = v.p[at] == ';' || (begin && (v.p[at] == ' ' || v.p[at] == '\t'));
        }
    }
    return found;
}

static void heads(const struct gate *g, struct http_request *req)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    struct heads h;
    gate_heads_read(g, req, &h);
    size_t cookies = cookies_of(req, str_of(g->cookie));
    if ((h.token.p != NULL) != (cookies > 0) || h.cookie_twice != (cookies > 1))
        os_panic("another number of session cookies");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct err err = {0};
        req->method = str_of(methods[i]);
        bool ours = gate_heads_ours(g, req, &h, &err);
        if (ours && i > 1 && !str_is(h.request, "1"))
            os_panic("a form could have sent it");
        if (ours && str_is(h.fetch_site, "cross-site"))
            os_panic("another site sent it");
        if (ours && g->front.n && h.origin.p && !str_eq(h.origin, g->front))
            os_panic("another origin");
        if (!ours && err.code != ERR_LOGIN_CROSS_SITE)
            os_panic("refused without a reason");
    }
}

static void body(struct str text, struct arena *arena)
{
    static const char *const login[] = {"name", "password", NULL};
    static const char *const search[] = {"text", "from", "count", NULL};
    static const char *const nothing[] = {NULL};
    static const char *const *const all[] = {login, search, nothing};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct gate_body b;
        struct err err = {0};
        if (!gate_body_read(arena, text, all[i], &b, &err)) {
            OS_ASSERT(err.code);
            continue;
        }
        if (b.old.p || b.now.p || b.assignment.p || b.purpose.p || b.person.p || b.everywhere ||
            (all[i] != login && (b.name.p || b.password.p)) ||
            (all[i] != search && (b.text.p || b.from || b.count)))
            os_panic("took what was not asked for");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gate gates[] = {{.cookie = "helhet"},
                                        {.cookie = "__Host-helhet", .front = STR("https://a.example")}};
    struct str text = {(const char *)data, size};
    struct http_pair pairs[FUZZ_HEADERS_MAX];
    struct arena arena;
    arena_init(&arena);
    struct http_request req = {.arena = &arena, .headers = pairs};
    req.header_count = headers_of(&text, pairs);
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        heads(&gates[i], &req);
    body(text.p ? text : STR(""), &arena);
    arena_release(&arena);
    return 0;
}
