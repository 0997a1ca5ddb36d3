/* SPDX-License-Identifier: Apache-2.0
 * os: the only door to memory, clock, randomness and files, so that tests can turn them hostile.
 * Thread safe. The hooks in struct os_fault are for tests: they make the nth call fail. */
#ifndef HELHET_BASE_OS_H
#define HELHET_BASE_OS_H

#include <stdatomic.h>

#include "base/str.h"

/* Counts down on each call of its kind; the call that reaches zero fails, -1 is off. */
struct os_fault {
    atomic_long alloc_left;
    atomic_long write_left;
    atomic_long sync_left;
    atomic_llong clock_shift_ms; /* added to os_now_ms: a clock step */
};
extern struct os_fault os_fault;

void *os_alloc(size_t n);
void *os_realloc(void *p, size_t n);
void os_free(void *p);

/* Prints reason to stderr and aborts: only for our own broken invariants and the end of memory. */
_Noreturn void os_panic(const char *reason);
/* Our own invariants, checked in release too. Never on input. */
#define OS_ASSERT(cond) ((cond) ? (void)0 : os_panic(__FILE__ ": " #cond))

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t os_now_ms(void);
/* Nanoseconds of CLOCK_MONOTONIC, never going back. */
uint64_t os_mono_ns(void);
/* Cryptographically strong. */
void os_random(void *p, size_t n);

/* The whole file in memory from os_alloc; false with errno set, or EFBIG past max. */
bool os_file_read(const char *path, size_t max, char **data, size_t *n);
/* Writes beside path, syncs, renames over it: the file is the old or the new one, never a part. */
bool os_file_replace(const char *path, struct str data);
/* write(2) until all is out; false with errno. */
bool os_write_all(int fd, struct str data);
bool os_sync(int fd);

#endif
