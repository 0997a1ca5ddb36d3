/* SPDX-License-Identifier: Apache-2.0
 * A slot: 8 bytes of checksum over the rest, 4 of length, 4 of nothing, the text, zeros. Zeros all through:
 * free. A slot whose checksum is wrong was being written when everything stopped, and was never acknowledged.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anon/anon_int.h"
#include "base/hash.h"
#include "base/os.h"

enum { HEAD_BYTES = 16, BOX_PATH_MAX = 4096 };

struct anon_box {
    pthread_mutex_t lock;
    int fd;
    char path[BOX_PATH_MAX];
    unsigned char slot[ANON_BOX_SLOT_BYTES]; /* one at a time */
};

static const struct hash_key check_key = {0x68656c686574616eULL, 0x6f6e79006d6f7573ULL};

static uint64_t check_of(const unsigned char *slot)
{
    return hash_sip(check_key, (struct str){(const char *)slot + 8, ANON_BOX_SLOT_BYTES - 8});
}

static bool failed(const struct anon_box *b, struct err *err)
{
    return err_set(err, ERR_IO, b->path, strerror(errno), NULL);
}

/* Every write looks like every other: the times of the file are its epoch, but for that of its inode, which
 * anon_box_touch moves along. */
void anon_box_touch(struct anon_box *b)
{
    static const struct timespec epoch[2] = {{0}, {0}};
    (void)futimens(b->fd, epoch);
}

/* All of its slots are there from the beginning, so that its size never tells how much is in it. */
static bool make_whole(int fd)
{
    struct stat st;
    const off_t whole = (off_t)ANON_BOX_SLOTS * ANON_BOX_SLOT_BYTES;
    if (fstat(fd, &st) != 0)
        return false;
    if (st.st_size == whole)
        return true;
    errno = posix_fallocate(fd, 0, whole);
    return errno == 0 && os_sync(fd);
}

struct anon_box *anon_box_open(const char *dir, struct err *err)
{
    struct anon_box *b = os_alloc(sizeof *b);
    if (!b) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(b, 0, sizeof *b);
    pthread_mutex_init(&b->lock, NULL);
    snprintf(b->path, sizeof b->path, "%.4000s/experiences.box", dir);
    b->fd = open(b->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (b->fd < 0 || !make_whole(b->fd)) {
        failed(b, err);
        anon_box_close(b);
        return NULL;
    }
    anon_box_touch(b);
    return b;
}

void anon_box_close(struct anon_box *b)
{
    if (!b)
        return;
    if (b->fd >= 0)
        close(b->fd);
    pthread_mutex_destroy(&b->lock);
    os_free(b);
}

static off_t place(size_t i)
{
    return (off_t)i * ANON_BOX_SLOT_BYTES;
}

/* Reads slot i into b->slot. *text is what waits there; empty: free. */
static bool look(struct anon_box *b, size_t i, struct str *text)
{
    uint64_t check;
    uint32_t n;
    *text = STR("");
    if (pread(b->fd, b->slot, ANON_BOX_SLOT_BYTES, place(i)) != ANON_BOX_SLOT_BYTES)
        return false;
    memcpy(&check, b->slot, sizeof check);
    memcpy(&n, b->slot + 8, sizeof n);
    if (n && n <= ANON_BOX_TEXT_MAX && check == check_of(b->slot))
        *text = (struct str){(const char *)b->slot + HEAD_BYTES, n};
    return true;
}

static bool store_slot(struct anon_box *b, size_t i)
{
    return pwrite(b->fd, b->slot, ANON_BOX_SLOT_BYTES, place(i)) == ANON_BOX_SLOT_BYTES;
}

void anon_box_shuffle(void *item, size_t count, size_t size)
{
    unsigned char *at = item, keep[64];
    OS_ASSERT(size <= sizeof keep);
    for (size_t i = count; i > 1; i--) {
        uint64_t r;
        os_random(&r, sizeof r);
        size_t j = (size_t)(r % i);
        memcpy(keep, at + (i - 1) * size, size);
        memmove(at + (i - 1) * size, at + j * size, size);
        memcpy(at + j * size, keep, size);
    }
}

/* A free slot, any of them: they are tried from a random one on, in a random step. */
static bool find_free(struct anon_box *b, size_t *out, struct err *err)
{
    uint16_t order[ANON_BOX_SLOTS];
    struct str text;
    for (size_t i = 0; i < ANON_BOX_SLOTS; i++)
        order[i] = (uint16_t)i;
    anon_box_shuffle(order, ANON_BOX_SLOTS, sizeof *order);
    for (size_t i = 0; i < ANON_BOX_SLOTS; i++) {
        if (!look(b, order[i], &text))
            return failed(b, err);
        *out = order[i];
        if (!text.n)
            return true;
    }
    return err_set(err, ERR_GOV_ANONYMOUS_BUSY, NULL);
}

bool anon_box_put(struct anon_box *b, struct str text, struct err *err)
{
    size_t i;
    uint32_t n = (uint32_t)text.n;
    OS_ASSERT(text.n && text.n <= ANON_BOX_TEXT_MAX);
    pthread_mutex_lock(&b->lock);
    bool ok = find_free(b, &i, err);
    if (ok) {
        memset(b->slot, 0, sizeof b->slot);
        memcpy(b->slot + 8, &n, sizeof n);
        memcpy(b->slot + HEAD_BYTES, text.p, text.n);
        uint64_t check = check_of(b->slot);
        memcpy(b->slot, &check, sizeof check);
        ok = (store_slot(b, i) && os_sync(b->fd)) || failed(b, err);
        anon_box_touch(b);
    }
    memset(b->slot, 0, sizeof b->slot);
    pthread_mutex_unlock(&b->lock);
    return ok;
}

size_t anon_box_count(struct anon_box *b)
{
    size_t count = 0;
    struct str text;
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; i < ANON_BOX_SLOTS; i++)
        count += look(b, i, &text) && text.n;
    pthread_mutex_unlock(&b->lock);
    return count;
}

struct waiting {
    struct str text;
    uint16_t slot;
};

bool anon_box_list(struct anon_box *b, struct arena *arena, struct str *text, uint16_t *slot, size_t *count,
                   struct err *err)
{
    struct waiting *all = ARENA_ARRAY(arena, struct waiting, ANON_BOX_SLOTS);
    bool ok = all || err_set(err, ERR_NO_MEMORY, NULL);
    *count = 0;
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; ok && i < ANON_BOX_SLOTS; i++) {
        struct str one;
        ok = look(b, i, &one) || failed(b, err);
        if (ok && one.n)
            all[(*count)++] = (struct waiting){arena_str(arena, one), (uint16_t)i};
    }
    pthread_mutex_unlock(&b->lock);
    if (!ok)
        return false;
    anon_box_shuffle(all, *count, sizeof *all);
    for (size_t i = 0; i < *count; i++) {
        text[i] = all[i].text;
        slot[i] = all[i].slot;
    }
    return true;
}

bool anon_box_clear(struct anon_box *b, const uint16_t *slot, size_t count, struct err *err)
{
    bool ok = true;
    pthread_mutex_lock(&b->lock);
    memset(b->slot, 0, sizeof b->slot);
    for (size_t i = 0; ok && i < count; i++)
        ok = store_slot(b, slot[i]) || failed(b, err);
    ok = ok && (os_sync(b->fd) || failed(b, err));
    anon_box_touch(b);
    pthread_mutex_unlock(&b->lock);
    return ok;
}
