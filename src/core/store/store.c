/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "store/write.h"

#define STORE_PATIENT "Patient" /* resources of the type so named get blocks of rids of their own */

static char *store_path(const char *dir, const char *file)
{
    size_t n = strlen(dir) + strlen(file) + 2;
    char *p = os_alloc(n);
    if (p)
        snprintf(p, n, "%s/%s", dir, file);
    return p;
}

bool store_make_dir(const char *dir, struct err *err)
{
    char *path = store_path(dir, "");
    if (!path)
        return err_set(err, ERR_NO_MEMORY, NULL);
    bool ok = true;
    for (char *p = path + 1; *p && ok; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        ok = mkdir(path, 0750) == 0 || errno == EEXIST;
        *p = '/';
    }
    os_free(path);
    return ok || err_set(err, ERR_STORE_OPEN, dir, strerror(errno), NULL);
}

static bool store_lock(struct store *s, struct err *err)
{
    char *path = store_path(s->dir, STORE_LOCK);
    if (!path)
        return err_set(err, ERR_NO_MEMORY, NULL);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    os_free(path);
    if (s->lock_fd < 0)
        return err_set(err, ERR_STORE_OPEN, s->dir, strerror(errno), NULL);
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno == EWOULDBLOCK ? err_set(err, ERR_STORE_LOCKED, s->dir, NULL)
                                : err_set(err, ERR_STORE_OPEN, s->dir, strerror(errno), NULL);
}

static bool store_dir(struct store *s, bool create, struct err *err)
{
    struct stat st;
    s->path = store_path(s->dir, STORE_FILE);
    if (!s->path)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (create && !store_make_dir(s->dir, err))
        return false;
    if (stat(s->dir, &st) != 0)
        return err_set(err, ERR_STORE_OPEN, s->dir, strerror(errno), NULL);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_STORE_OPEN, s->dir, strerror(ENOTDIR), NULL);
    if (!create && stat(s->path, &st) != 0)
        return err_set(err, ERR_STORE_OPEN, s->dir, "no " STORE_FILE " there", NULL);
    return store_lock(s, err);
}

static bool store_keys(struct store *s, struct err *err)
{
    struct arena arena;
    struct str key, fingerprint;
    arena_init(&arena);
    arena_limit(&arena, STORE_ARENA_MAX);
    bool ok = schema_meta_get(&s->db, "key", &arena, &key, err) &&
              schema_meta_get(&s->db, "fingerprint", &arena, &fingerprint, err);
    if (ok && key.n != sizeof s->key)
        ok = err_set(err, ERR_STORE_CORRUPT, "hash key", NULL);
    if (ok) {
        memcpy(&s->key, key.p, sizeof s->key);
        atomic_store(&s->stale, !str_is(fingerprint, s->schema.fingerprint));
    }
    arena_release(&arena);
    return ok;
}

static void store_patient_type(struct store *s)
{
    for (uint16_t i = 1; i < s->schema.type_count; i++)
        if (s->schema.type_names[i] && strcmp(s->schema.type_names[i], STORE_PATIENT) == 0)
            s->patient_type = i;
}

/* An empty store takes the model it is opened with. */
static bool store_adopt(struct store *s, struct err *err)
{
    if (!atomic_load(&s->stale) || s->write->seq > 0)
        return true;
    if (!schema_meta_put(&s->db, "fingerprint", str_of(s->schema.fingerprint), err))
        return false;
    atomic_store(&s->stale, false);
    return true;
}

static bool store_start(struct store *s, bool create, struct err *err)
{
    if (!store_dir(s, create, err) || !db_open(&s->db, s->path, true, create, s->cache_kib, err))
        return false;
    if (!schema_check(s, err) || !store_keys(s, err))
        return false;
    if (!number_load(&s->types, &s->db, "type_name", DB_TYPE_PUT, s->schema.type_names, s->schema.type_count,
                     err) ||
        !number_load(&s->params, &s->db, "param_name", DB_PARAM_PUT, s->schema.param_names,
                     s->schema.param_count, err) ||
        !dict_load(&s->dicts, &s->db, err))
        return false;
    store_patient_type(s);
    s->write = write_new(s, err);
    if (!s->write || !store_adopt(s, err))
        return false;
    s->writer = writer_start(s, err);
    return s->writer != NULL;
}

struct store *store_open(const struct store_options *opt, struct err *err)
{
    struct store *s = os_alloc(sizeof *s);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *s = (struct store){.lock_fd = -1, .schema = opt->schema, .hooks = opt->hooks};
    s->cache_kib = (opt->cache_mib ? opt->cache_mib : STORE_CACHE_MIB) * 1024;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->seq_lock, NULL);
    pthread_cond_init(&s->seq_risen, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->read_lock, NULL);
    pthread_cond_init(&s->read_free, NULL);
    s->dir = store_path(opt->dir, "");
    if (!s->dir)
        err_set(err, ERR_NO_MEMORY, NULL);
    else {
        s->dir[strlen(s->dir) - 1] = 0;
        if (store_start(s, opt->create, err))
            return s;
    }
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    writer_stop(s->writer);
    read_close_all(s);
    write_free(s->write);
    touch_release(&s->touch);
    if (s->db.h && s->writer)
        db_checkpoint(&s->db, true, NULL);
    db_close(&s->db);
    dict_release(&s->dicts);
    number_release(&s->types);
    number_release(&s->params);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    pthread_mutex_destroy(&s->seq_lock);
    pthread_cond_destroy(&s->seq_risen);
    pthread_mutex_destroy(&s->read_lock);
    pthread_cond_destroy(&s->read_free);
    os_free(s->path);
    os_free(s->dir);
    os_free(s);
}

struct hash_key store_hash_key(const struct store *s)
{
    return s->key;
}

bool store_needs_reindex(const struct store *s)
{
    return atomic_load(&s->stale);
}

uint64_t store_disk_bytes(const struct store *s)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char path[4096];
        struct stat st;
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        if (stat(path, &st) == 0)
            sum += (uint64_t)st.st_size;
    }
    return sum;
}
