/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct os_fault os_fault = {-1, -1, -1, 0};

/* True when this call is the one that shall fail. */
static bool os_fails(atomic_long *left)
{
    if (atomic_load_explicit(left, memory_order_relaxed) < 0)
        return false;
    return atomic_fetch_sub(left, 1) == 0;
}

void *os_alloc(size_t n)
{
    return os_fails(&os_fault.alloc_left) ? NULL : malloc(n ? n : 1);
}

void *os_realloc(void *p, size_t n)
{
    return os_fails(&os_fault.alloc_left) ? NULL : realloc(p, n ? n : 1);
}

void os_free(void *p)
{
    free(p);
}

_Noreturn void os_panic(const char *reason)
{
    fprintf(stderr, "helhet: %s\n", reason);
    abort();
}

int64_t os_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&os_fault.clock_shift_ms);
}

uint64_t os_mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void os_random(void *p, size_t n)
{
    unsigned char *to = p;
    while (n) {
        ssize_t got = getrandom(to, n, 0);
        if (got < 0 && errno != EINTR)
            os_panic("no randomness from the kernel");
        if (got > 0) {
            to += got;
            n -= (size_t)got;
        }
    }
}

bool os_file_read(const char *path, size_t max, char **data, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    char *p = NULL;
    size_t got = 0;
    int saved = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        saved = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        goto out;
    }
    if ((uintmax_t)st.st_size > max) {
        saved = EFBIG;
        goto out;
    }
    p = os_alloc((size_t)st.st_size + 1);
    if (!p) {
        saved = ENOMEM;
        goto out;
    }
    while (got < (size_t)st.st_size) {
        ssize_t r = read(fd, p + got, (size_t)st.st_size - got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0) {
            saved = errno;
            goto out;
        }
        if (r == 0)
            break;
        got += (size_t)r;
    }
    p[got] = 0;
out:
    close(fd);
    if (saved) {
        os_free(p);
        errno = saved;
        return false;
    }
    *data = p;
    *n = got;
    return true;
}

bool os_write_all(int fd, struct str data)
{
    if (os_fails(&os_fault.write_left)) {
        errno = ENOSPC;
        return false;
    }
    while (data.n) {
        ssize_t w = write(fd, data.p, data.n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return false;
        data.p += w;
        data.n -= (size_t)w;
    }
    return true;
}

bool os_sync(int fd)
{
    if (os_fails(&os_fault.sync_left)) {
        errno = EIO;
        return false;
    }
    return fdatasync(fd) == 0;
}

bool os_file_replace(const char *path, struct str data)
{
    size_t n = strlen(path);
    char *tmp = os_alloc(n + 5);
    if (!tmp)
        return false;
    memcpy(tmp, path, n);
    memcpy(tmp + n, ".new", 5);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && os_write_all(fd, data) && os_sync(fd);
    int saved = errno;
    if (fd >= 0)
        close(fd);
    ok = ok && rename(tmp, path) == 0;
    if (!ok) {
        saved = saved ? saved : errno;
        unlink(tmp);
        errno = saved;
    }
    os_free(tmp);
    return ok;
}
