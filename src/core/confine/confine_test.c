/* SPDX-License-Identifier: Apache-2.0
 * Each thing a taken-over service would try, in a process of its own that is confined first. */
#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/confine_testXXXXXX", inside[64], outside[64];
static struct confine_done done;

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(inside, sizeof inside, "%s/in", dir);
    snprintf(outside, sizeof outside, "%s/out", dir);
    int fd = open(outside, O_CREAT | O_WRONLY, 0600);
    return fd >= 0 && close(fd) == 0 && mkdir(inside, 0700) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    unlink(outside);
    return rmdir(inside) == 0 && rmdir(dir) == 0 ? 0 : -1;
}

/* What a child answers with: 0 it went as it should. */
typedef int (*confine_try)(void);

static int in_child(confine_try what, bool calls)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct confine_needs needs = {.path = {{.path = inside, .write = true}}, .path_count = 1};
        struct err err;
        if (!confine(&needs, &done, &err))
            _exit(100);
        if (calls ? !done.seccomp : !done.landlock)
            _exit(77);
        _exit(what());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int file_try(void)
{
    char name[80], other[80];
    snprintf(name, sizeof name, "%s/file", inside);
    snprintf(other, sizeof other, "%s/renamed", inside);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) != 0 || close(fd) != 0 ||
        rename(name, other) != 0 || unlink(other) != 0)
        return 1;
    if (open(outside, O_RDONLY) >= 0 || errno != EACCES)
        return 2;
    if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
        return 3;
    snprintf(name, sizeof name, "%s/new", dir);
    if (open(name, O_CREAT | O_WRONLY, 0600) >= 0 || errno != EACCES)
        return 4;
    if (truncate(outside, 0) == 0 && done.landlock >= 3)
        return 5;
    return unlink(outside) == 0 ? 6 : 0;
}

static int bind_try(void)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(18699)};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0)
        return 1;
    if (done.landlock < 4)
        return 0;
    if (bind(s, (struct sockaddr *)&a, sizeof a) == 0 || errno != EACCES)
        return 2;
    if (connect(s, (struct sockaddr *)&a, sizeof a) == 0 || errno != EACCES)
        return 3;
    a.sin_port = 0;
    return bind(s, (struct sockaddr *)&a, sizeof a) == 0 && listen(s, 1) == 0 ? 0 : 4;
}

static void *thread_try(void *arg)
{
    *(int *)arg = getpid() > 0;
    return NULL;
}

static int calls_try(void)
{
    char *const argv[] = {"true", NULL};
    pthread_t t;
    int ran = 0;
    if (execv("/bin/true", argv) == 0 || (errno != ENOSYS && errno != EACCES))
        return 1;
    if (socket(AF_NETLINK, SOCK_RAW, 0) >= 0 || socket(AF_PACKET, SOCK_RAW, 0) >= 0)
        return 2;
    if (chroot(dir) == 0 || setuid(65534) == 0 || sethostname("x", 1) == 0)
        return 3;
    if (pthread_create(&t, NULL, thread_try, &ran) != 0 || pthread_join(t, NULL) != 0 || !ran)
        return 4;
#ifndef __SANITIZE_ADDRESS__
    if (fork() >= 0)
        return 5;
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        return 6;
#endif
    return 0;
}

static int rights_try(void)
{
    struct rlimit core;
    char text[4096] = "";
    int fd = open("/proc/self/status", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 || !strstr(text, "NoNewPrivs:\t1"))
        return 2;
    return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 ? 0 : 1;
}

static void run(confine_try what, bool calls)
{
    int code = in_child(what, calls);
    if (code == 77) {
        print_message("the kernel lacks %s\n", calls ? "seccomp" : "Landlock");
        skip();
    }
    assert_int_equal(code, 0);
}

static void test_files(void **state)
{
    (void)state;
    run(file_try, false);
}

static void test_ports(void **state)
{
    (void)state;
    run(bind_try, false);
}

static void test_calls(void **state)
{
    (void)state;
    run(calls_try, true);
}

static void test_rights(void **state)
{
    (void)state;
    run(rights_try, true);
}

/* Root's powers are gone: a file of another's, closed to everybody, stays closed. */
static int root_try(void)
{
    struct err err;
    if (!confine_user(NULL, inside, &err))
        return 1;
    return geteuid() != 0 || (chown(outside, 65534, 65534) != 0 && errno == EPERM) ? 0 : 2;
}

static int owner_try(void)
{
    struct err err;
    if (chown(inside, 65534, 65534) != 0)
        return 1;
    if (confine_user("root", inside, &err) || err.code != ERR_CONFINE_OWNER)
        return 2;
    return confine_user(NULL, inside, &err) && geteuid() == 65534 && setuid(0) != 0 ? 0 : 3;
}

static void test_user(void **state)
{
    (void)state;
    struct err err;
    assert_false(confine_user("no-such-user-here", inside, &err));
    assert_int_equal(err.code, ERR_CONFINE_USER);
    if (geteuid() != 0) {
        assert_false(confine_user("root", inside, &err));
        assert_int_equal(err.code, ERR_CONFINE_ROOT);
        assert_true(confine_user(NULL, inside, &err));
        return;
    }
    confine_try tries[] = {root_try, owner_try};
    for (size_t i = 0; i < 2; i++) {
        int status;
        pid_t child = fork();
        if (child == 0)
            _exit(tries[i]());
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_int_equal(chown(inside, 0, 0), 0);
}

static void test_bounds(void **state)
{
    (void)state;
    struct confine_needs needs = {.path_count = CONFINE_PATHS_MAX + 1};
    struct err err;
    assert_false(confine(&needs, &done, &err));
    assert_int_equal(err.code, ERR_CONFINE_PATHS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),  cmocka_unit_test(test_ports), cmocka_unit_test(test_calls),
        cmocka_unit_test(test_rights), cmocka_unit_test(test_user),  cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
