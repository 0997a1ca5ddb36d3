/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_prune.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/audit_file.h"
#include "audit/audit_index.h"
#include "base/os.h"
#include "base/time.h"
#include "json/json.h"

enum { PRUNE_HEAD_READ = 4096 };

/* The head of a segment, and when it was begun. */
static bool begun(struct arena *arena, const char *path, struct audit_head *head, int64_t *ms)
{
    char *text = arena_alloc(arena, PRUNE_HEAD_READ);
    struct audit_line line;
    struct json_doc doc;
    struct time_value time;
    struct err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 && text ? read(fd, text, PRUNE_HEAD_READ) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0 || !audit_file_line((struct str){text, (size_t)n}, &line) ||
        !audit_file_head(arena, &line, head) || !json_parse(arena, line.json, NULL, &doc, &err) ||
        !time_parse(json_text(&doc, json_get_key(&doc, 0, STR("time"))), false, &time))
        return false;
    *ms = time_span(&time, 0).low_ms;
    return true;
}

/* How many files at the beginning lie before the first one begun after before_ms; *head is the first left. */
static size_t old_files(struct arena *arena, const char *dir, const char *spare,
                        const struct audit_segments *all, int64_t before_ms, struct audit_head *head)
{
    size_t count = 0;
    for (size_t i = 1; i < all->count; i++) {
        char path[AUDIT_PATH_MAX];
        struct audit_head h;
        int64_t ms;
        audit_file_path(path, dir, spare, all->item[i].spare, all->item[i].number);
        /* One that goes on from the file before it: what lies between the two counts for neither. */
        if (!begun(arena, path, &h, &ms))
            continue;
        if (ms >= before_ms)
            break;
        count = i;
        *head = h;
    }
    return count;
}

static bool note(struct audit *a, const struct audit_head *head, struct str by, struct err *err)
{
    char hash[AUDIT_HASH_HEX];
    audit_hash_hex(head->prev_hash, hash);
    struct audit_record r = {.who = {.kind = STR("system"), .account = by},
                             .action = STR("audit-prune"),
                             .code = 'D',
                             .about = head->first,
                             .note = {hash, AUDIT_HASH_HEX}};
    return audit_put(a, &r, 1, err);
}

static bool remove_files(const char *dir, const char *spare, const struct audit_segments *all, size_t count,
                         struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char path[AUDIT_PATH_MAX];
        audit_file_path(path, dir, spare, all->item[i].spare, all->item[i].number);
        if (unlink(path) != 0)
            return err_set(err, ERR_IO, path, strerror(errno), NULL);
    }
    return true;
}

static bool old_enough(int64_t before_ms, struct err *err)
{
    char years[8], date[TIME_TEXT_MAX];
    int year, month, day;
    time_civil(os_now_ms() / 86400000, &year, &month, &day);
    int64_t last = time_days(year - AUDIT_KEEP_YEARS, month, day) * 86400000;
    size_t n = time_format(last, date);
    if (before_ms <= last)
        return true;
    date[n < 10 ? n : 10] = 0;
    snprintf(years, sizeof years, "%d", AUDIT_KEEP_YEARS);
    return err_set(err, ERR_AUDIT_YOUNG, years, date, NULL);
}

bool audit_prune(const char *dir, const char *spare, int64_t before_ms, struct str by,
                 struct audit_pruned *out, struct err *err)
{
    struct audit_options opt = {.dir = dir, .spare = spare};
    struct audit_segments all;
    struct audit_head head = {0};
    struct arena arena;
    *out = (struct audit_pruned){0};
    if (!old_enough(before_ms, err))
        return false;
    struct audit *a = audit_open(&opt, err);
    if (!a)
        return false;
    arena_init(&arena);
    bool ok = audit_file_list(&arena, dir, spare, &all, err);
    size_t count = ok ? old_files(&arena, dir, spare, &all, before_ms, &head) : 0;
    /* The record first: files that are gone without one would be a fault. */
    if (ok && count) {
        *out = (struct audit_pruned){count, head.first};
        ok = note(a, &head, by, err) && remove_files(dir, spare, &all, count, err);
    }
    audit_close(a);
    struct audit_index *x = ok && count ? audit_index_current(dir, spare, err) : NULL;
    if (ok && count)
        ok = x && audit_index_prune(x, head.first, err);
    audit_index_close(x);
    arena_release(&arena);
    return ok;
}
