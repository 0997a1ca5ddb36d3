/* SPDX-License-Identifier: Apache-2.0
 * Which address a request came from. Whoever connects is this machine itself (listen.c), so behind a front
 * the client's address is what the front says it is: the last of X-Forwarded-For, which it added. What stands
 * before that, the client wrote. */
#include <arpa/inet.h>
#include <strings.h>
#include <sys/socket.h>

#include "http/http_int.h"

void origin_peer(const struct sockaddr *addr, char out[ORIGIN_MAX])
{
    const void *bytes = NULL;
    if (addr && addr->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    else if (addr && addr->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
    if (!bytes || !inet_ntop(addr->sa_family, bytes, out, ORIGIN_MAX))
        memcpy(out, "unix", sizeof "unix");
}

/* The numeric address that text is, in its one usual form; {NULL,0} when it is none. */
static struct str parse_address(struct arena *arena, struct str text)
{
    char in[ORIGIN_MAX], out[ORIGIN_MAX];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (text.n == 0 || text.n >= sizeof in)
        return (struct str){0};
    memcpy(in, text.p, text.n);
    in[text.n] = 0;
    int family = strchr(in, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, in, bytes) != 1 || !inet_ntop(family, bytes, out, sizeof out))
        return (struct str){0};
    return arena_str(arena, str_of(out));
}

/* What follows the last comma of the last such header. */
static struct str last_forwarded(const struct http_request *req)
{
    struct str found = {0}, part;
    for (size_t i = 0; i < req->header_count; i++)
        if (req->headers[i].name.n == sizeof "X-Forwarded-For" - 1 &&
            strncasecmp(req->headers[i].name.p, "X-Forwarded-For", sizeof "X-Forwarded-For" - 1) == 0)
            found = req->headers[i].value;
    struct str rest = found;
    while (rest.p && str_split(&rest, ',', &part))
        found = part;
    while (found.n && (found.p[0] == ' ' || found.p[0] == '\t'))
        found = str_sub(found, 1, found.n);
    return found;
}

bool origin_find(struct http_exchange *x, struct err *err)
{
    struct http_request *req = &x->req;
    req->origin = x->conn ? str_of(x->conn->origin) : STR("unknown");
    if (!x->server->opt.forwarded)
        return true;
    struct str told = last_forwarded(req);
    if (!told.p)
        return true;
    req->origin = parse_address(&x->arena, told);
    return req->origin.p || err_set(err, ERR_HTTP_FRAMING, "X-Forwarded-For", NULL);
}
