/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>

#include "base/os.h"

enum { ARENA_BLOCK_MIN = 16 * 1024, ARENA_BLOCK_MAX = 4 * 1024 * 1024, ARENA_ALIGN = 16 };

struct arena_block {
    struct arena_block *prev;
    size_t size; /* bytes in data */
    alignas(ARENA_ALIGN) unsigned char data[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_limit(struct arena *a, size_t limit)
{
    a->limit = limit;
}

void arena_first(struct arena *a, size_t bytes)
{
    OS_ASSERT(!a->head);
    a->first = bytes;
}

static void arena_pop(struct arena *a)
{
    struct arena_block *b = a->head;
    a->head = b->prev;
    a->total -= b->size;
    os_free(b);
}

void arena_release(struct arena *a)
{
    while (a->head)
        arena_pop(a);
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    while (a->head && a->head->prev) {
        struct arena_block *old = a->head->prev;
        a->head->prev = old->prev;
        a->total -= old->size;
        os_free(old);
    }
    a->used = 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->head, a->used};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->head != m.head)
        arena_pop(a);
    a->used = m.used;
}

static bool arena_push(struct arena *a, size_t need)
{
    size_t size = a->head ? a->head->size * 2 : a->first ? a->first : ARENA_BLOCK_MIN;
    if (size > ARENA_BLOCK_MAX)
        size = ARENA_BLOCK_MAX;
    if (size < need)
        size = need;
    if (a->limit && (a->total >= a->limit || size > a->limit - a->total)) {
        if (a->total >= a->limit || need > a->limit - a->total)
            return false;
        size = need;
    }
    struct arena_block *b = os_alloc(sizeof *b + size);
    if (!b) {
        if (a->limit)
            return false;
        os_panic("out of memory");
    }
    b->prev = a->head;
    b->size = size;
    a->head = b;
    a->used = 0;
    a->total += size;
    return true;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (n == 0)
        n = ARENA_ALIGN;
    if ((!a->head || a->head->size - a->used < n) && !arena_push(a, n))
        return NULL;
    void *p = a->head->data + a->used;
    a->used += n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size)
        return NULL;
    void *p = arena_alloc(a, count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *arena_cstr(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (p) {
        if (s.n)
            memcpy(p, s.p, s.n);
        p[s.n] = 0;
    }
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_cstr(a, s);
    return (struct str){p, p ? s.n : 0};
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){p, p ? (size_t)n : 0};
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

void *arena_grow(struct arena *a, void *old, size_t old_n, size_t new_n, size_t size)
{
    if (size && new_n > SIZE_MAX / 2 / size)
        return NULL;
    void *p = arena_alloc(a, new_n * size);
    if (p && old_n)
        memcpy(p, old, old_n * size);
    return p;
}
