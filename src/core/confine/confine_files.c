/* SPDX-License-Identifier: Apache-2.0
 * Which files, ports and processes the service reaches: Landlock,
 * docs.kernel.org/userspace-api/landlock.html. The distribution's header may be older than the kernel, so
 * what it lacks is named here. */
#include "confine/confine_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { /* versions of Landlock, by what came with them */
       FILES_ABI_REFER = 2,
       FILES_ABI_TRUNCATE,
       FILES_ABI_NET,
       FILES_ABI_IOCTL,
       FILES_ABI_SCOPE,
};

static const uint64_t files_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                      files_truncate = 1ULL << 14, files_ioctl = 1ULL << 15, /* device files */
    files_change = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                   LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |
                   LANDLOCK_ACCESS_FS_REFER | (1ULL << 14),
                      files_never = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                    (1ULL << 15),
                      files_of_a_file =
                          LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | (1ULL << 14);

enum { FILES_NET_BIND = 1, FILES_NET_CONNECT = 2, FILES_RULE_NET_PORT = 2 };
enum { FILES_SCOPE_ABSTRACT_UNIX = 1, FILES_SCOPE_SIGNAL = 2 };

struct files_ruleset {
    uint64_t fs, net, scope;
};

struct files_port {
    uint64_t access, port;
};

/* What every program of glibc, OpenSSL and ICU reads. */
static const char *const files_common[] = {
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/localtime",
    "/etc/ssl",
    "/etc/ld.so.cache",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/run/systemd/resolve",
    "/proc/self",
    "/proc/sys/vm",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/dev/random",
};

static size_t files_size(int abi)
{
    struct files_ruleset r;
    return abi >= FILES_ABI_SCOPE ? sizeof r : abi >= FILES_ABI_NET ? 2 * sizeof r.fs : sizeof r.fs;
}

static struct files_ruleset files_all(int abi)
{
    struct files_ruleset r = {.fs = files_read | files_change | files_never,
                              .net = FILES_NET_BIND | FILES_NET_CONNECT,
                              .scope = FILES_SCOPE_ABSTRACT_UNIX | FILES_SCOPE_SIGNAL};
    if (abi < FILES_ABI_REFER)
        r.fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
    if (abi < FILES_ABI_TRUNCATE)
        r.fs &= ~files_truncate;
    if (abi < FILES_ABI_IOCTL)
        r.fs &= ~files_ioctl;
    return r;
}

/* A path that is not there cannot be reached anyway. */
static bool files_allow(int rules, const char *path, uint64_t rights, struct err *err)
{
    struct stat st;
    struct landlock_path_beneath_attr at = {.allowed_access = rights,
                                            .parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (at.parent_fd < 0)
        return true;
    if (fstat(at.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
        at.allowed_access &= files_of_a_file;
    bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &at, 0) == 0 ||
              confine_refused(err, path);
    close(at.parent_fd);
    return ok;
}

static bool files_allow_port(int rules, uint16_t port, uint64_t how, struct err *err)
{
    struct files_port at = {.access = how, .port = port};
    return syscall(SYS_landlock_add_rule, rules, FILES_RULE_NET_PORT, &at, 0) == 0 ||
           confine_refused(err, "LANDLOCK_RULE_NET_PORT");
}

static bool files_rules(int rules, int abi, const struct confine_needs *needs, struct err *err)
{
    uint64_t all = files_all(abi).fs;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof files_common / sizeof *files_common; i++)
        ok = files_allow(rules, files_common[i], files_read, err);
    ok = ok && files_allow(rules, "/dev/null", files_read | LANDLOCK_ACCESS_FS_WRITE_FILE, err);
    for (size_t i = 0; ok && i < needs->path_count; i++) {
        uint64_t rights = files_read | (needs->path[i].write ? files_change : 0) |
                          (needs->path[i].run ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
        ok = files_allow(rules, needs->path[i].path, rights & all, err);
    }
    if (ok && abi >= FILES_ABI_NET) {
        ok = files_allow_port(rules, needs->listen, FILES_NET_BIND, err);
        for (size_t i = 0; ok && i < needs->connect_count; i++)
            ok = files_allow_port(rules, needs->connect[i], FILES_NET_CONNECT, err);
    }
    return ok;
}

bool confine_files(const struct confine_needs *needs, int *abi, struct err *err)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *abi = version > 0 ? (int)version : 0;
    if (!*abi)
        return errno == ENOSYS || errno == EOPNOTSUPP || confine_refused(err, "landlock");
    struct files_ruleset all = files_all(*abi);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, files_size(*abi), 0);
    if (rules < 0)
        return confine_refused(err, "landlock_create_ruleset");
    bool ok = files_rules(rules, *abi, needs, err) && (syscall(SYS_landlock_restrict_self, rules, 0) == 0 ||
                                                       confine_refused(err, "landlock_restrict_self"));
    close(rules);
    return ok;
}
