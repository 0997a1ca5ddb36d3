/* SPDX-License-Identifier: Apache-2.0
 * audit_end: where a log ends, and what may lie after it. */
#ifndef HELHET_AUDIT_AUDIT_END_H
#define HELHET_AUDIT_AUDIT_END_H

#include "audit/audit_file.h"

/* Bytes of a segment file that is read: AUDIT_SEGMENT_BYTES and a last group. */
#define AUDIT_SEGMENT_READ_MAX ((size_t)512 << 20)

struct audit_end {
    uint64_t seq;                         /* last record */
    unsigned char hash[AUDIT_HASH_BYTES]; /* of the last line */
    uint32_t segment;                     /* last file that counts; 0: none */
    uint64_t bytes;                       /* of it that count */
    uint32_t number_max;                  /* of any file that lies there */
};

/* Reads the last segments back. damaged tells that more lies after the end than a crash explains. */
bool audit_end_find(const char *dir, const char *spare, struct audit_end *out, bool *damaged,
                    struct err *err);
/* Is rest, which follows the last line that chains, what a write cut off by a crash leaves? Nothing is too.
 */
bool audit_end_torn(struct str rest);
/* The bytes of a segment without the zeros at its end (room that was not used), to be freed with os_free. */
bool audit_end_read(const char *dir, const char *spare, const struct audit_segment *s, char **text, size_t *n,
                    struct err *err);

#endif
