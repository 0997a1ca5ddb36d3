/* SPDX-License-Identifier: Apache-2.0
 * audit_file: the log's folders and files as they lie on disk, and one line of them. Shared by the writer,
 * the verifier and the index. */
#ifndef HELHET_AUDIT_AUDIT_FILE_H
#define HELHET_AUDIT_AUDIT_FILE_H

#include "base/arena.h"
#include "base/err.h"

enum {
    AUDIT_FORMAT = 1,
    AUDIT_HASH_BYTES = 32,
    AUDIT_HASH_HEX = 64,
    AUDIT_LINE_MAX = 1 << 20, /* bytes of one line; a longer one is damage */
    AUDIT_PATH_MAX = 4096,
    AUDIT_SEGMENTS_MAX = 999999,
};

/* A file of the log. */
struct audit_segment {
    uint32_t number;
    bool spare; /* lies in the spare folder */
    uint64_t bytes;
};

struct audit_segments {
    struct audit_segment *item; /* by number; in the main folder before the spare one */
    size_t count;
};

/* What a segment's first line says: what it goes on from. */
struct audit_head {
    uint32_t segment;
    uint64_t first;      /* seq of its first record */
    uint32_t prev;       /* segment before it; 0: none */
    uint64_t prev_bytes; /* of that one that count */
    unsigned char prev_hash[AUDIT_HASH_BYTES];
};

/* One line, cut apart but not parsed. */
struct audit_line {
    struct str json;
    unsigned char hash[AUDIT_HASH_BYTES];
    bool head;           /* a segment's first line */
    uint64_t seq, group; /* of a record */
    size_t bytes;        /* with its end */
};

/* Lists the files of DIR/audit and, when not NULL, of spare, in arena. A folder that is absent has none. */
bool audit_file_list(struct arena *arena, const char *dir, const char *spare, struct audit_segments *out,
                     struct err *err);
void audit_file_path(char out[AUDIT_PATH_MAX], const char *dir, const char *spare, bool in_spare,
                     uint32_t number);
/* Cuts the first line off text. False when it is no line of a log (damaged, torn, or none). */
bool audit_file_line(struct str text, struct audit_line *out);
/* Length of the first line of text with its end, 0 when it has no end. */
size_t audit_file_line_bytes(struct str text);
bool audit_file_head(struct arena *arena, const struct audit_line *line, struct audit_head *out);

/* SHA-256 over prev and json. One struct a thread. */
struct audit_hash {
    void *md, *ctx;
};
bool audit_hash_init(struct audit_hash *h, struct err *err);
void audit_hash_release(struct audit_hash *h);
void audit_hash_line(struct audit_hash *h, const unsigned char prev[AUDIT_HASH_BYTES], struct str json,
                     unsigned char out[AUDIT_HASH_BYTES]);
bool audit_hash_read(struct str hex, unsigned char out[AUDIT_HASH_BYTES]);
void audit_hash_hex(const unsigned char hash[AUDIT_HASH_BYTES], char out[AUDIT_HASH_HEX]);

#endif
