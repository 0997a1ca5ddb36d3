/* SPDX-License-Identifier: Apache-2.0
 * confine: the service without rights it does not need. What parses strangers' bytes can then do no more,
 * should it be taken over, than what the kernel is told here: no other user's rights, no new ones, no other
 * files, no other programs, no ports but its own. Linux: capabilities(7), landlock(7), seccomp(2).
 *
 * All of it holds for the calling thread and those it starts, so it is done first, by the only thread. */
#ifndef HELHET_CONFINE_CONFINE_H
#define HELHET_CONFINE_CONFINE_H

#include "base/err.h"

enum { CONFINE_PATHS_MAX = 16, CONFINE_PORTS_MAX = 4 };

struct confine_path {
    const char *path; /* a folder with all in it, or a file; one that is not there is passed over */
    bool write;
    bool run; /* a folder of programs: confine_program alone */
};

/* What it needs. What every program needs (time zones, libraries, names of hosts) is known here. */
struct confine_needs {
    struct confine_path path[CONFINE_PATHS_MAX];
    size_t path_count;
    uint16_t listen;                     /* the TCP port it answers on; 0 picks a free one */
    uint16_t connect[CONFINE_PORTS_MAX]; /* TCP ports it calls; none: it calls nobody */
    size_t connect_count;
};

/* What came of it, for the log: a kernel may lack some. */
struct confine_done {
    unsigned uid;
    int landlock; /* the kernel's version of it, 0: none */
    bool seccomp;
};

/* Started as root, it becomes user, or, without one, whoever owns dir (where that is root: root without a
 * capability). Started as anybody else it stays so, and user must be that. Groups are the user's own one.
 * ERR_CONFINE_USER (no such user), ERR_CONFINE_OWNER (dir is another's), ERR_CONFINE_KERNEL. */
bool confine_user(const char *user, const char *dir, struct err *err);

/* No new rights, no core dumps, no files, ports or system calls but those needed; there is no way back. What
 * the kernel lacks is left out and told in *done; what it has and refuses is an error: ERR_CONFINE_KERNEL,
 * ERR_CONFINE_PATHS (more than there is room for). */
bool confine(const struct confine_needs *needs, struct confine_done *done, struct err *err);

/* For a program of another's that this process is about to become (execve): files to read and run, no files
 * to change, no sockets, no children, no other processes' memory; needs' ports are not looked at. What the
 * kernel lacks is left out. ERR_CONFINE_KERNEL. */
bool confine_program(const struct confine_needs *needs, struct err *err);

#endif
