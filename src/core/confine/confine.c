/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/confine_int.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

bool confine_refused(struct err *err, const char *what)
{
    return err_set(err, ERR_CONFINE_KERNEL, what, strerror(errno), NULL);
}

/* What was in memory stays there: patients' data in a core dump is a leak. */
static bool no_dumps(struct err *err)
{
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return confine_refused(err, "RLIMIT_CORE");
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks looks at the process from outside */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return confine_refused(err, "PR_SET_DUMPABLE");
#endif
    return true;
}

bool confine(const struct confine_needs *needs, struct confine_done *done, struct err *err)
{
    *done = (struct confine_done){.uid = (unsigned)geteuid()};
    if (needs->path_count > CONFINE_PATHS_MAX || needs->connect_count > CONFINE_PORTS_MAX)
        return err_set(err, ERR_CONFINE_PATHS, NULL);
    return no_dumps(err) &&
           (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 || confine_refused(err, "PR_SET_NO_NEW_PRIVS")) &&
           confine_files(needs, &done->landlock, err) &&
           confine_calls(needs->connect_count > 0, &done->seccomp, err);
}
