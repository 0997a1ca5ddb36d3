/* SPDX-License-Identifier: Apache-2.0
 * Which system calls the service may make: seccomp(2), through libseccomp. calls.def is the list; here are
 * the few that may be made only in some ways. */
#include "confine/confine_int.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>

static const char *const calls_any[] = {
#define CALL(name) #name,
#include "confine/calls.def"
#undef CALL
#ifdef __SANITIZE_ADDRESS__ /* the sanitizer looks for leaks from a process of its own */
    "getdents",         "clone", "ptrace",   "prctl", "wait4",     "kill",
    "process_vm_readv", "mmap",  "mprotect", "ioctl", "prlimit64",
#endif
};

/* A call that may be made when the argument masked is this. */
struct calls_when {
    const char *name;
    unsigned arg;
    uint64_t mask, value;
};

static const struct calls_when calls_when[] = {
    {"mmap", 2, PROT_EXEC, 0},
    {"mprotect", 2, PROT_EXEC, 0},
    {"pkey_mprotect", 2, PROT_EXEC, 0},
    {"clone", 0, CLONE_THREAD, CLONE_THREAD}, /* clone3 hides its flags: glibc falls back to clone */
    {"socket", 0, UINT32_MAX, AF_UNIX},
    {"socket", 0, UINT32_MAX, AF_INET},
    {"socket", 0, UINT32_MAX, AF_INET6},
    {"ioctl", 1, UINT32_MAX, FIONBIO},
    {"ioctl", 1, UINT32_MAX, FIONREAD},
    {"ioctl", 1, UINT32_MAX, TCGETS}, /* isatty */
    {"prctl", 0, UINT32_MAX, PR_SET_NAME},
    {"prlimit64", 2, UINT64_MAX, 0}, /* to read */
};
/* Looking up a host asks the kernel for its own addresses. */
static const struct calls_when calls_names = {"socket", 0, UINT32_MAX, AF_NETLINK};

static int calls_number(const char *name)
{
    return seccomp_syscall_resolve_name(name);
}

/* Calls this machine's kind does not have (open, on arm64) have no number to allow. */
static int calls_allow(scmp_filter_ctx ctx, const char *name)
{
    int number = calls_number(name);
    return number < 0 ? 0 : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);
}

static int calls_allow_when(scmp_filter_ctx ctx, const struct calls_when *w)
{
    int number = calls_number(w->name);
    struct scmp_arg_cmp cmp = {w->arg, SCMP_CMP_MASKED_EQ, w->mask, w->value};
    for (size_t i = 0; i < sizeof calls_any / sizeof *calls_any; i++)
        if (calls_number(calls_any[i]) == number)
            return 0; /* allowed in every way */
    return number < 0 ? 0 : seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, number, 1, &cmp);
}

static int calls_fill(scmp_filter_ctx ctx, bool names)
{
    /* Binary search of the list rather than one comparison after another: each call passes it. */
    int rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (rc == 0)
        rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; rc == 0 && i < sizeof calls_any / sizeof *calls_any; i++)
        rc = calls_allow(ctx, calls_any[i]);
    for (size_t i = 0; rc == 0 && i < sizeof calls_when / sizeof *calls_when; i++)
        rc = calls_allow_when(ctx, &calls_when[i]);
    return rc == 0 && names ? calls_allow_when(ctx, &calls_names) : rc;
}

bool confine_calls(bool names, bool *done, struct err *err)
{
    *done = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 || errno != EINVAL;
    if (!*done)
        return true; /* a kernel built without it */
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!ctx)
        return err_set(err, ERR_NO_MEMORY, NULL);
    int rc = calls_fill(ctx, names);
    if (rc == 0)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
    errno = rc < 0 ? -rc : 0;
    return rc == 0 || confine_refused(err, "seccomp");
}
