/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs/jobs_int.h"

enum { JOBS_DIR_FIRST = 32 };

bool jobs_dir_fail(struct err *err, const char *path)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return err_set(err, ERR_NO_SPACE, NULL);
    return err_set(err, ERR_IO, path, strerror(errno), NULL);
}

bool jobs_dir_make(const char *path, struct err *err)
{
    return mkdir(path, 0750) == 0 || errno == EEXIST || jobs_dir_fail(err, path);
}

bool jobs_dir_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && os_sync(fd);
    if (!ok)
        jobs_dir_fail(err, path);
    if (fd >= 0)
        close(fd);
    return ok;
}

const char *jobs_dir_path(struct arena *arena, const char *dir, struct str name)
{
    return arena_printf(arena, "%s/%.*s", dir, STR_ARG(name)).p;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool jobs_dir_list(const char *path, struct arena *arena, struct str **name, size_t *count, struct err *err)
{
    DIR *d = opendir(path);
    size_t cap = 0;
    *name = NULL;
    *count = 0;
    if (!d)
        return jobs_dir_fail(err, path);
    for (const struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (*count == cap) {
            size_t more = cap ? cap * 2 : JOBS_DIR_FIRST;
            *name = arena_grow(arena, *name, cap, more, sizeof **name);
            cap = more;
        }
        (*name)[(*count)++] = arena_str(arena, str_of(e->d_name));
    }
    closedir(d);
    if (*count)
        qsort(*name, *count, sizeof **name, by_name);
    return true;
}

static void empty(const char *path)
{
    struct arena arena;
    struct str *name;
    size_t count;
    arena_init(&arena);
    if (jobs_dir_list(path, &arena, &name, &count, NULL))
        for (size_t i = 0; i < count; i++) {
            const char *entry = jobs_dir_path(&arena, path, name[i]);
            if (unlink(entry) != 0 && errno == EISDIR) {
                empty(entry); /* one level: a job's folder holds files and one folder of files */
                rmdir(entry);
            }
        }
    arena_release(&arena);
}

void jobs_dir_remove(const char *path)
{
    struct arena arena;
    arena_init(&arena);
    unlink(jobs_dir_path(&arena, path, STR(JOBS_STATE_FILE)));
    arena_release(&arena);
    empty(path);
    rmdir(path);
}

void jobs_dir_empty(const struct job *j)
{
    struct arena arena;
    arena_init(&arena);
    empty(jobs_dir_path(&arena, j->dir, STR(JOBS_FILES_DIR)));
    arena_release(&arena);
}
