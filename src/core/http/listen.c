/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http_int.h"

enum { LISTEN_BACKLOG = 1024 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

/* Splits "host:port" at the last colon; false without one or with a bad port. */
static bool split(struct str text, struct str *host, uint64_t *port)
{
    for (size_t i = text.n; i-- > 0;) {
        if (text.p[i] != ':')
            continue;
        *host = str_sub(text, 0, i);
        return str_u64(str_sub(text, i + 1, text.n), 65535, port);
    }
    return false;
}

/* Numeric addresses only: a name could resolve to anything. "localhost" is 127.0.0.1. */
static bool parse_tcp(const char *listen, union address *a, socklen_t *n, struct err *err)
{
    struct str host = {0};
    uint64_t port = 0;
    char text[64];
    if (!split(str_of(listen), &host, &port) || host.n >= sizeof(text) - 1)
        return err_set(err, ERR_HTTP_LISTEN, listen, "skriv (write) 127.0.0.1:8080, [::1]:8080, unix:/…",
                       NULL);
    if (str_is(host, "localhost"))
        host = STR("127.0.0.1");
    if (host.n > 2 && host.p[0] == '[')
        host = str_sub(host, 1, host.n - 1);
    snprintf(text, sizeof(text), "%.*s", STR_ARG(host));
    if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons((uint16_t)port);
        *n = sizeof(a->v4);
        if ((ntohl(a->v4.sin_addr.s_addr) >> 24) != 127)
            return err_set(err, ERR_HTTP_LOOPBACK, listen, NULL);
        return true;
    }
    memset(a, 0, sizeof(*a));
    if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) != 1)
        return err_set(err, ERR_HTTP_LISTEN, listen, "skriv (write) 127.0.0.1:8080, [::1]:8080, unix:/…",
                       NULL);
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons((uint16_t)port);
    *n = sizeof(a->v6);
    if (!IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr))
        return err_set(err, ERR_HTTP_LOOPBACK, listen, NULL);
    return true;
}

/* A socket file left by a process that is gone is removed; one in use is not. */
static bool parse_unix(struct http_server *s, const char *path, union address *a, socklen_t *n,
                       struct err *err)
{
    if (strlen(path) == 0 || strlen(path) >= sizeof(a->local.sun_path))
        return err_set(err, ERR_HTTP_LISTEN, path, "unix:/path", NULL);
    a->local.sun_family = AF_UNIX;
    memcpy(a->local.sun_path, path, strlen(path) + 1);
    *n = sizeof(a->local);
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
        int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool used = probe >= 0 && connect(probe, &a->any, *n) == 0;
        if (probe >= 0)
            close(probe);
        if (used)
            return err_set(err, ERR_HTTP_LISTEN, path, strerror(EADDRINUSE), NULL);
        unlink(path);
    }
    memcpy(s->unix_path, path, strlen(path) + 1);
    return true;
}

static void name_bound(struct http_server *s)
{
    union address a = {0};
    socklen_t n = sizeof(a);
    char text[INET6_ADDRSTRLEN] = "";
    if (s->unix_path[0]) {
        snprintf(s->address, sizeof(s->address), "unix:%s", s->unix_path);
        chmod(s->unix_path, 0600);
        return;
    }
    getsockname(s->listen_fd, &a.any, &n);
    if (a.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof(text));
        snprintf(s->address, sizeof(s->address), "%s:%u", text, ntohs(a.v4.sin_port));
    } else {
        inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof(text));
        snprintf(s->address, sizeof(s->address), "[%s]:%u", text, ntohs(a.v6.sin6_port));
    }
}

bool listen_open(struct http_server *s, struct err *err)
{
    union address a = {0};
    socklen_t n = 0;
    const char *listen_text = s->opt.listen;
    bool local = strncmp(listen_text, "unix:", 5) == 0;
    s->listen_fd = -1;
    if (local ? !parse_unix(s, listen_text + 5, &a, &n, err) : !parse_tcp(listen_text, &a, &n, err))
        return false;
    int on = 1;
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        goto fail;
    if (!local)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, &a.any, n) < 0 || listen(fd, LISTEN_BACKLOG) < 0)
        goto fail;
    s->listen_fd = fd;
    name_bound(s);
    return true;
fail:
    err_set(err, ERR_HTTP_LISTEN, listen_text, strerror(errno), NULL);
    if (fd >= 0)
        close(fd);
    s->unix_path[0] = 0;
    return false;
}

void listen_close(struct http_server *s)
{
    if (s->listen_fd >= 0)
        close(s->listen_fd);
    s->listen_fd = -1;
    if (s->unix_path[0])
        unlink(s->unix_path);
    s->unix_path[0] = 0;
}
