/* SPDX-License-Identifier: Apache-2.0
 * After a fault the walk goes on from what stands in the line, so that each fault is told once, and where it
 * is. */
#include "audit/audit_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/audit_end.h"
#include "base/os.h"
#include "json/json.h"

enum { VERIFY_HEAD_READ = 4096 };

/* A segment with what its head and the head of the one after it say. */
struct part {
    const struct audit_segment *segment;
    struct audit_head head;
    bool has_head;
    bool followed; /* another one goes on from it, after so many bytes: */
    uint64_t limit;
};

struct walk {
    struct audit_verify *v;
    struct audit_hash hash;
    struct arena arena;
    const char *dir, *spare;
    struct part *part;
    size_t count;

    const struct audit_segment *segment;
    struct str text;
    uint64_t line, byte; /* of the line being looked at */
    uint64_t seq;        /* of the last record */
    uint32_t number;     /* of the last segment with a head; 0: none */
    uint64_t counted;    /* bytes of it that chain */
    unsigned char last[AUDIT_HASH_BYTES];
    bool lost; /* what comes before is not known: the next line is believed */

    struct audit_head begin; /* of the first segment */
    uint64_t pruned_to;      /* what the log says of its own pruning: seq of the first record left */
    unsigned char pruned_hash[AUDIT_HASH_BYTES];
};

static const struct {
    const char *text[2];
} verify_names[AUDIT_FAULT_COUNT] = {
    [AUDIT_FAULT_NONE] = {{"inget", "none"}},
    [AUDIT_FAULT_CHANGED] = {{"ändrad", "changed"}},
    [AUDIT_FAULT_REMOVED] = {{"borttagen", "removed"}},
    [AUDIT_FAULT_MOVED] = {{"flyttad", "moved"}},
    [AUDIT_FAULT_DAMAGED] = {{"skadad", "damaged"}},
    [AUDIT_FAULT_HEAD] = {{"utbytt fil", "exchanged file"}},
    [AUDIT_FAULT_MISSING] = {{"fil saknas", "file missing"}},
    [AUDIT_FAULT_END] = {{"avkortad", "cut short"}},
};

const char *audit_fault_name(enum audit_fault fault, enum err_lang lang)
{
    return verify_names[fault].text[lang];
}

static void fault(struct walk *w, enum audit_fault what, uint64_t seq)
{
    struct audit_fault_at at = {.fault = what, .line = w->line, .byte = w->byte, .seq = seq};
    if (w->segment) {
        at.segment = w->segment->number;
        at.spare = w->segment->spare;
    }
    if (w->v->faults++ == 0)
        w->v->first = at;
    if (w->v->each)
        w->v->each(w->v->arg, &at);
}

/* ---- records ---- */

/* Does the record after the one at hand have a lower number? Then the two have changed places. */
static bool swapped(const struct walk *w, const struct audit_line *line)
{
    struct audit_line after;
    return audit_file_line(str_sub(w->text, w->byte + line->bytes, w->text.n), &after) && !after.head &&
           after.seq < line->seq;
}

/* The log's own word on what has been removed from its beginning. */
static void note_prune(struct walk *w, const struct audit_line *line)
{
    struct json_doc doc;
    struct err err;
    struct audit_line at = *line;
    uint64_t first;
    if (str_find_str(line->json, STR(",\"action\":\"audit-prune\"")) == SIZE_MAX ||
        !json_parse(&w->arena, at.json, NULL, &doc, &err))
        return;
    struct str note = json_text(&doc, json_get_key(&doc, 0, STR("note")));
    if (str_u64(json_text(&doc, json_get_key(&doc, 0, STR("about"))), UINT64_MAX, &first) &&
        audit_hash_read(note, w->pruned_hash))
        w->pruned_to = first;
}

static void check_record(struct walk *w, const struct audit_line *line)
{
    unsigned char hash[AUDIT_HASH_BYTES];
    audit_hash_line(&w->hash, w->last, line->json, hash);
    bool chains = w->lost || memcmp(hash, line->hash, sizeof hash) == 0;
    w->v->records++;
    if (!w->lost && line->seq <= w->seq) {
        fault(w, AUDIT_FAULT_MOVED, line->seq);
        return;
    }
    if (!w->lost && line->seq > w->seq + 1)
        fault(w, swapped(w, line) ? AUDIT_FAULT_MOVED : AUDIT_FAULT_REMOVED, w->seq + 1);
    else if (!chains)
        fault(w, AUDIT_FAULT_CHANGED, line->seq);
    w->lost = false;
    memcpy(w->last, line->hash, sizeof w->last);
    w->seq = line->seq;
    if (!w->v->first_seq)
        w->v->first_seq = line->seq;
    for (size_t i = 0; i < sizeof w->v->known / sizeof *w->v->known; i++)
        if (w->v->known[i].seq == w->seq && memcmp(w->v->known[i].hash, w->last, AUDIT_HASH_BYTES) != 0)
            fault(w, AUDIT_FAULT_CHANGED, w->seq);
    note_prune(w, line);
}

/* ---- segments ---- */

static bool is_there(const struct walk *w, uint32_t number)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->part[i].segment->number == number)
            return true;
    return false;
}

/* Does the head go on from what came before it? */
static void check_head(struct walk *w, const struct part *p, const struct audit_line *line)
{
    const struct audit_head *h = &p->head;
    unsigned char hash[AUDIT_HASH_BYTES];
    audit_hash_line(&w->hash, h->prev_hash, line->json, hash);
    if (memcmp(hash, line->hash, sizeof hash) != 0)
        fault(w, AUDIT_FAULT_CHANGED, 0);
    else if (h->segment != w->segment->number)
        fault(w, AUDIT_FAULT_HEAD, h->first);
    else if (w->number == 0)
        w->begin = *h;
    else if (h->prev != w->number && !is_there(w, h->prev))
        fault(w, AUDIT_FAULT_MISSING, w->seq + 1);
    else if (!w->lost && (h->prev != w->number || h->first != w->seq + 1 || h->prev_bytes != w->counted ||
                          memcmp(h->prev_hash, w->last, sizeof w->last) != 0))
        fault(w, AUDIT_FAULT_HEAD, h->first);
    memcpy(w->last, line->hash, sizeof w->last);
    w->seq = h->first - 1;
    w->number = w->segment->number;
    w->lost = false;
}

static void step(struct walk *w, size_t bytes)
{
    w->byte += bytes;
    w->line++;
}

/* What lies after the last line that counts: left by a crash or a full disk, else damage. */
static void check_rest(struct walk *w, struct str rest, bool cut_by_head)
{
    struct audit_line line;
    unsigned char last[AUDIT_HASH_BYTES];
    uint64_t group = w->seq + 1, bytes = rest.n;
    if (!rest.n)
        return;
    /* A group that was written but not synced, and then written again elsewhere, may lie here whole. */
    memcpy(last, w->last, sizeof last);
    while (cut_by_head && audit_file_line(rest, &line) && !line.head && line.group == group) {
        unsigned char hash[AUDIT_HASH_BYTES];
        audit_hash_line(&w->hash, last, line.json, hash);
        if (memcmp(hash, line.hash, sizeof hash) != 0)
            break;
        memcpy(last, hash, sizeof last);
        rest = str_sub(rest, line.bytes, rest.n);
    }
    if (audit_end_torn(rest)) {
        w->v->torn++;
        w->v->torn_bytes += bytes;
        return;
    }
    fault(w, AUDIT_FAULT_DAMAGED, w->seq + 1);
}

/* A line that is none, in the middle: what comes after it is believed once. */
static void skip_damaged(struct walk *w)
{
    struct str rest = str_sub(w->text, w->byte, w->text.n);
    size_t n = audit_file_line_bytes(rest);
    fault(w, AUDIT_FAULT_DAMAGED, w->seq + 1);
    w->lost = true;
    step(w, n ? n : rest.n);
}

static void walk_records(struct walk *w, const struct part *p)
{
    uint64_t end = p->followed && p->limit < w->text.n ? p->limit : w->text.n;
    while (w->byte < end) {
        struct audit_line line;
        struct str rest = str_sub(w->text, w->byte, end);
        if (audit_file_line(rest, &line) && !line.head) {
            check_record(w, &line);
            step(w, line.bytes);
            arena_reset(&w->arena);
        } else if (!p->followed && audit_end_torn(rest)) {
            break;
        } else {
            skip_damaged(w);
        }
    }
    w->counted = w->byte < end ? w->byte : end;
    if (p->followed && p->limit > w->text.n) {
        fault(w, AUDIT_FAULT_REMOVED, w->seq + 1);
        w->lost = true;
    }
    check_rest(w, str_sub(w->text, w->counted, w->text.n), p->followed);
}

static bool walk_part(struct walk *w, const struct part *p, struct err *err)
{
    struct audit_line line;
    char *text;
    size_t n;
    if (!audit_end_read(w->dir, w->spare, p->segment, &text, &n, err))
        return false;
    w->segment = p->segment;
    w->text = (struct str){text, n};
    w->line = 1;
    w->byte = 0;
    w->v->segments++;
    w->v->bytes += n;
    if (p->has_head && audit_file_line(w->text, &line)) {
        check_head(w, p, &line);
        step(w, line.bytes);
        walk_records(w, p);
    } else if (audit_end_torn(w->text)) {
        w->v->torn += n > 0; /* begun, and nothing came of it */
        w->v->torn_bytes += n;
    } else {
        skip_damaged(w);
        w->number = p->segment->number;
        walk_records(w, p);
    }
    os_free(text);
    return true;
}

/* ---- the whole ---- */

static bool read_head(struct walk *w, struct part *p)
{
    char path[AUDIT_PATH_MAX], text[VERIFY_HEAD_READ];
    struct audit_line line;
    audit_file_path(path, w->dir, w->spare, p->segment->spare, p->segment->number);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    if (fd >= 0)
        close(fd);
    p->has_head = n > 0 && audit_file_line((struct str){text, (size_t)n}, &line) &&
                  audit_file_head(&w->arena, &line, &p->head);
    return true;
}

static bool read_heads(struct walk *w, const struct audit_segments *all)
{
    w->part = os_alloc((all->count + 1) * sizeof *w->part);
    w->count = all->count;
    for (size_t i = 0; w->part && i < all->count; i++) {
        w->part[i] = (struct part){.segment = &all->item[i]};
        read_head(w, &w->part[i]);
        for (size_t k = i; w->part[i].has_head && k-- > 0;)
            if (w->part[k].segment->number == w->part[i].head.prev && !w->part[k].followed) {
                w->part[k].followed = true;
                w->part[k].limit = w->part[i].head.prev_bytes;
                break;
            }
    }
    return w->part;
}

/* A log that begins in the middle must say itself that its beginning was removed. */
static void check_begin(struct walk *w)
{
    w->segment = NULL;
    w->line = w->byte = 0;
    if (!w->begin.prev)
        return;
    if (w->pruned_to == w->begin.first && memcmp(w->pruned_hash, w->begin.prev_hash, AUDIT_HASH_BYTES) == 0)
        w->v->pruned = w->begin.prev;
    else
        fault(w, AUDIT_FAULT_MISSING, 1);
}

static void check_end(struct walk *w)
{
    w->segment = w->count ? w->part[w->count - 1].segment : NULL;
    for (size_t i = 0; i < sizeof w->v->known / sizeof *w->v->known; i++)
        if (w->v->known[i].seq > w->seq)
            fault(w, AUDIT_FAULT_END, w->seq + 1);
    w->v->last_seq = w->v->records ? w->seq : 0;
    memcpy(w->v->last_hash, w->last, sizeof w->last);
}

bool audit_verify(const char *dir, const char *spare, struct audit_verify *v, struct err *err)
{
    struct walk w = {.v = v, .dir = dir, .spare = spare};
    struct audit_segments all;
    struct arena list;
    arena_init(&list);
    arena_init(&w.arena);
    bool ok = audit_hash_init(&w.hash, err) && audit_file_list(&list, dir, spare, &all, err) &&
              (read_heads(&w, &all) || err_set(err, ERR_NO_MEMORY, NULL));
    for (size_t i = 0; ok && i < w.count; i++)
        ok = walk_part(&w, &w.part[i], err);
    if (ok) {
        check_begin(&w);
        check_end(&w);
    }
    os_free(w.part);
    audit_hash_release(&w.hash);
    arena_release(&w.arena);
    arena_release(&list);
    return ok;
}
