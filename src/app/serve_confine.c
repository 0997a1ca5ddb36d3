/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_confine.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/store.h"

enum { SERVE_SOCKET_MAX = 4096, SERVE_PORT_MAX = 65535 };

/* unix:/run/helhet/helhet.sock: the folder, for the socket is made in it and removed. Else the port's number.
 * A listen that is neither is the HTTP server's error to tell. */
static void serve_listen(const char *listen, char *folder, struct confine_needs *out)
{
    static const char scheme[] = "unix:";
    if (strncmp(listen, scheme, sizeof scheme - 1) == 0) {
        const char *path = listen + sizeof scheme - 1, *slash = strrchr(path, '/');
        size_t n = slash ? (size_t)(slash - path) : 0;
        if (n >= SERVE_SOCKET_MAX)
            return;
        memcpy(folder, n ? path : slash ? "/" : ".", n ? n : 1);
        folder[n ? n : 1] = 0;
        out->path[out->path_count++] = (struct confine_path){.path = folder, .write = true};
    } else {
        const char *colon = strrchr(listen, ':');
        uint64_t port;
        if (colon && str_u64(str_of(colon + 1), SERVE_PORT_MAX, &port))
            out->listen = (uint16_t)port;
    }
}

_Static_assert((int)OIDC_PORTS_MAX <= (int)CONFINE_PORTS_MAX, "ports");

bool serve_confine(const struct serve_needs *needs, struct confine_done *done, struct err *err)
{
    char folder[SERVE_SOCKET_MAX];
    struct confine_needs all = {.path = {{.path = needs->data, .write = true}}, .path_count = 1};
    const struct confine_path more[] = {{.path = needs->web},
                                        {.path = needs->import_dir},
                                        {.path = needs->audit_spare, .write = true},
                                        {.path = needs->reserve, .write = true}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].path)
            all.path[all.path_count++] = more[i];
    if (needs->oidc) {
        all.connect_count = oidc_ports(needs->oidc, all.connect);
        if (oidc_ca_file(needs->oidc))
            all.path[all.path_count++] = (struct confine_path){.path = oidc_ca_file(needs->oidc)};
    }
    serve_listen(needs->listen, folder, &all);
    return confine_user(needs->user, needs->data, err) && store_make_dir(needs->data, err) &&
           (!needs->audit_spare || store_make_dir(needs->audit_spare, err)) &&
           (!needs->reserve || store_make_dir(needs->reserve, err)) &&
           (!needs->paper || (*needs->paper = paper_open(needs->paper_opt, err))) && confine(&all, done, err);
}

void serve_confined(const struct confine_done *done)
{
    bool whole = done->landlock && done->seccomp;
    struct log_line l;
    log_begin(&l, whole ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "confined");
    log_i64(&l, "uid", done->uid);
    log_i64(&l, "landlock", done->landlock);
    log_cstr(&l, "seccomp", done->seccomp ? "on" : "none");
    log_end(&l);
}
