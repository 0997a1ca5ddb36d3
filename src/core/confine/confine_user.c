/* SPDX-License-Identifier: Apache-2.0
 * Whose rights the service has: capabilities(7), credentials(7). */
#include "confine/confine_int.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { USER_CAPABILITY_MAX = 63, USER_NUMBER_MAX = 24 };

/* None of root's powers, now or later: those that are there, and those a program could be given. */
static bool user_no_capabilities(struct err *err)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    for (unsigned long c = 0; c <= USER_CAPABILITY_MAX; c++)
        if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0 && errno != EINVAL && errno != EPERM)
            return confine_refused(err, "PR_CAPBSET_DROP");
    return syscall(SYS_capset, &head, none) == 0 || confine_refused(err, "capset");
}

static bool user_become(uid_t uid, gid_t gid, struct err *err)
{
    return (setgroups(0, NULL) == 0 || confine_refused(err, "setgroups")) &&
           (setresgid(gid, gid, gid) == 0 || confine_refused(err, "setresgid")) &&
           (setresuid(uid, uid, uid) == 0 || confine_refused(err, "setresuid"));
}

static bool user_not_owner(const char *dir, uid_t owner, const char *user, struct err *err)
{
    char number[USER_NUMBER_MAX];
    struct passwd *p = getpwuid(owner);
    snprintf(number, sizeof number, "%u", (unsigned)owner);
    return err_set(err, ERR_CONFINE_OWNER, dir, p ? p->pw_name : number, user, NULL);
}

bool confine_user(const char *user, const char *dir, struct err *err)
{
    struct stat st;
    bool there = stat(dir, &st) == 0;
    struct passwd *p = user ? getpwnam(user) : NULL;
    if (user && !p)
        return err_set(err, ERR_CONFINE_USER, user, NULL);
    if (geteuid() != 0)
        return !p || p->pw_uid == geteuid() || err_set(err, ERR_CONFINE_ROOT, user, NULL);
    if (p && there && st.st_uid != p->pw_uid)
        return user_not_owner(dir, st.st_uid, user, err);
    bool ok = true;
    if (p)
        ok = user_become(p->pw_uid, p->pw_gid, err);
    else if (there && st.st_uid != 0)
        ok = user_become(st.st_uid, st.st_gid, err);
    return ok && (geteuid() != 0 || user_no_capabilities(err));
}
