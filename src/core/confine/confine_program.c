/* SPDX-License-Identifier: Apache-2.0
 * What another's program may not do. Its system calls are its own affair, so these are the few it must not
 * make rather than those it may. */
#include "confine/confine_int.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/prctl.h>

static const char *const program_never[] = {
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "fork",
    "vfork",
    "ptrace",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "bpf",
    "perf_event_open",
    "process_vm_readv",
    "process_vm_writev",
    "keyctl",
    "add_key",
    "request_key",
    "userfaultfd",
    "io_uring_setup",
    "kexec_load",
    "init_module",
    "finit_module",
    "open_by_handle_at",
    "pidfd_getfd",
    "name_to_handle_at",
    "setxattr",
    "kcmp",
    "quotactl",
};

static int program_deny(scmp_filter_ctx ctx, const char *name, uint32_t how)
{
    int number = seccomp_syscall_resolve_name(name);
    return number < 0 ? 0 : seccomp_rule_add(ctx, how, number, 0);
}

static int program_fill(scmp_filter_ctx ctx)
{
    struct scmp_arg_cmp no_thread = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
    int rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; rc == 0 && i < sizeof program_never / sizeof *program_never; i++)
        rc = program_deny(ctx, program_never[i], SCMP_ACT_ERRNO(EPERM));
    if (rc == 0) /* its flags cannot be seen: the C library falls back to clone */
        rc = program_deny(ctx, "clone3", SCMP_ACT_ERRNO(ENOSYS));
    return rc ? rc : seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &no_thread);
}

static bool program_calls(struct err *err)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
        return true; /* a kernel built without it */
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (!ctx)
        return err_set(err, ERR_NO_MEMORY, NULL);
    int rc = program_fill(ctx);
    if (rc == 0)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
    errno = rc < 0 ? -rc : 0;
    return rc == 0 || confine_refused(err, "seccomp");
}

bool confine_program(const struct confine_needs *needs, struct err *err)
{
    int landlock;
    return (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 || confine_refused(err, "PR_SET_NO_NEW_PRIVS")) &&
           confine_files(needs, &landlock, err) && program_calls(err);
}
