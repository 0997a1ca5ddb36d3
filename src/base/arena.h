/* SPDX-License-Identifier: Apache-2.0
 * arena: memory by lifetime. One arena per request, job or process; everything in it goes at once.
 * Growing never moves what was handed out. Allocation failure ends the process through os_panic unless the
 * arena has a limit (arena_limit), in which case arena_alloc returns NULL past it: set one wherever the
 * amount depends on input. Not thread safe: one arena, one thread at a time. */
#ifndef HELHET_BASE_ARENA_H
#define HELHET_BASE_ARENA_H

#include <stdarg.h>

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *head; /* newest block, NULL before the first allocation */
    size_t used;              /* bytes taken in head */
    size_t total;             /* bytes obtained from the system by all blocks */
    size_t limit;             /* 0: none */
    size_t first;             /* bytes of the first block; 0: ARENA_BLOCK_MIN */
};

struct arena_mark {
    struct arena_block *head;
    size_t used;
};

void arena_init(struct arena *a);
/* Past limit bytes arena_alloc returns NULL. */
void arena_limit(struct arena *a, size_t limit);
/* What little the arena will hold fits in so many bytes, of which there are to be thousands. Call it while
 * the arena is empty. */
void arena_first(struct arena *a, size_t bytes);
/* Gives everything back; limit and first stay. */
void arena_release(struct arena *a);
/* Forgets everything but keeps the newest block for reuse (a request loop's memory stays flat). */
void arena_reset(struct arena *a);

struct arena_mark arena_mark(const struct arena *a);
/* Forgets what was allocated since the mark. */
void arena_rewind(struct arena *a, struct arena_mark m);

/* n bytes, aligned to 16, not cleared. */
void *arena_alloc(struct arena *a, size_t n);
/* count * size bytes, cleared; NULL on overflow of the product or past the limit. */
void *arena_zalloc(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_zalloc((a), (count), sizeof(type)))

/* Copies; the result is followed by a NUL that is not counted. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Grows an array from old_n to new_n elements of size bytes (copying; new ones not cleared). */
void *arena_grow(struct arena *a, void *old, size_t old_n, size_t new_n, size_t size);

#endif
