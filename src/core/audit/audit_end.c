/* SPDX-License-Identifier: Apache-2.0
 * Where a log ends: the last line of the last segment that chains. What lies after it is torn (a write that a
 * crash cut off) or damage; both stay where they lie, and the next segment says where it goes on from. */
#include "audit/audit_end.h"

#include <errno.h>

#include "base/os.h"

bool audit_end_torn(struct str rest)
{
    struct audit_line line;
    uint64_t group = 0;
    size_t n = audit_file_line_bytes(rest);
    /* A whole line that does not chain was not cut off: a cut leaves its end away, or zeros in it. */
    if (n && !memchr(rest.p, 0, n))
        return false;
    for (; rest.n; rest = str_sub(rest, n, rest.n)) {
        n = audit_file_line_bytes(rest);
        n = n ? n : rest.n;
        if (!audit_file_line(str_sub(rest, 0, n), &line))
            continue;
        /* One write is cut off at most: the next one is begun when the one before is on disk. */
        if (line.head || (group && line.group != group))
            return false;
        group = line.group;
    }
    return true;
}

/* The zeros that the writer puts ahead are no content: of a segment that was closed they are gone, of one
 * that is open, or was when the machine stopped, they lie after it. */
static size_t content(const char *text, size_t n)
{
    while (n && !text[n - 1])
        n--;
    return n;
}

bool audit_end_read(const char *dir, const char *spare, const struct audit_segment *s, char **text, size_t *n,
                    struct err *err)
{
    char path[AUDIT_PATH_MAX];
    audit_file_path(path, dir, spare, s->spare, s->number);
    if (!os_file_read(path, AUDIT_SEGMENT_READ_MAX, text, n))
        return err_set(err, ERR_IO, path, strerror(errno), NULL);
    *n = content(*text, *n);
    return true;
}

/* Follows one segment from its head as far as it chains; false when it has no head. */
static bool end_of(struct audit_hash *h, struct arena *arena, struct str text, struct audit_end *out)
{
    struct audit_line line;
    struct audit_head head;
    unsigned char hash[AUDIT_HASH_BYTES];
    if (!audit_file_line(text, &line) || !audit_file_head(arena, &line, &head))
        return false;
    audit_hash_line(h, head.prev_hash, line.json, hash);
    if (memcmp(hash, line.hash, sizeof hash) != 0)
        return false;
    *out = (struct audit_end){.seq = head.first - 1, .segment = head.segment, .bytes = line.bytes};
    memcpy(out->hash, hash, sizeof hash);
    while (audit_file_line(str_sub(text, out->bytes, text.n), &line) && !line.head &&
           line.seq == out->seq + 1) {
        audit_hash_line(h, out->hash, line.json, hash);
        if (memcmp(hash, line.hash, sizeof hash) != 0)
            break;
        memcpy(out->hash, hash, sizeof hash);
        out->seq = line.seq;
        out->bytes += line.bytes;
    }
    return true;
}

bool audit_end_find(const char *dir, const char *spare, struct audit_end *out, bool *damaged, struct err *err)
{
    struct audit_segments all;
    struct audit_hash h = {0};
    struct arena arena;
    bool found = false;
    *out = (struct audit_end){0};
    *damaged = false;
    arena_init(&arena);
    bool ok = audit_hash_init(&h, err) && audit_file_list(&arena, dir, spare, &all, err);
    for (size_t i = ok ? all.count : 0; ok && !found && i-- > 0;) {
        char *text;
        size_t n;
        struct audit_end end;
        ok = audit_end_read(dir, spare, &all.item[i], &text, &n, err);
        if (!ok)
            break;
        struct str whole = {text, n};
        found = end_of(&h, &arena, whole, &end) && end.segment == all.item[i].number;
        if (found)
            *out = end;
        *damaged = *damaged || !audit_end_torn(found ? str_sub(whole, end.bytes, n) : whole);
        os_free(text);
    }
    if (ok && all.count)
        out->number_max = all.item[all.count - 1].number;
    audit_hash_release(&h);
    arena_release(&arena);
    return ok;
}
