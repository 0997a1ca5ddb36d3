/* SPDX-License-Identifier: Apache-2.0
 * buf: a growable byte buffer with a named maximum. Past the maximum, or when memory ends, the buffer turns
 * "failed": later writes do nothing and buf_ok says false, so a chain of writes needs one check at its end.
 */
#ifndef HELHET_BASE_BUF_H
#define HELHET_BASE_BUF_H

#include "base/str.h"

enum { BUF_NO_MAX = 0 };

struct buf {
    char *p;
    size_t n, cap;
    size_t max; /* BUF_NO_MAX: none */
    bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
/* Empties, keeps the memory, clears failed. */
void buf_clear(struct buf *b);
bool buf_ok(const struct buf *b);
struct str buf_get(const struct buf *b);
/* Gives the memory (made with os_alloc) to the caller; the buffer is empty afterwards. */
char *buf_take(struct buf *b, size_t *n);

/* Room for n more bytes at b->p + b->n, NULL when failed; add to b->n what was written. */
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_cstr(struct buf *b, const char *c);
void buf_char(struct buf *b, char c);
/* As text or as a quoted attribute value of HTML. */
void buf_html(struct buf *b, struct str s);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
