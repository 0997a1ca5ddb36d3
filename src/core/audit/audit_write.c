/* SPDX-License-Identifier: Apache-2.0
 * The writing thread: takes what waits, writes it as one group, syncs once, calls the waiters back. A group
 * that cannot be written in one folder is written in the other, as the beginning of a new segment; one that
 * cannot be written at all is kept and tried again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit_int.h"
#include "base/log.h"
#include "base/time.h"

enum {
    WRITE_MODE = 0640,
    WRITE_FOLDER_MODE = 0750,
    WRITE_ROOM = 1 << 20, /* bytes of zeros written ahead at a time */
    WRITE_ZEROS = 1 << 16,
};

static int month_of(int64_t ms)
{
    int year, month, day;
    time_civil(ms / (24 * 3600 * 1000), &year, &month, &day);
    return year * 12 + month;
}

/* ---- one segment ---- */

/* The zeros ahead go; should that fail they may as well stay. */
static void segment_close(struct audit *a, const char *reason)
{
    if (a->fd >= 0 && a->room > a->end.bytes && ftruncate(a->fd, (off_t)a->end.bytes) == 0)
        a->room = 0;
    if (a->fd >= 0)
        close(a->fd);
    a->room = 0;
    a->fd = -1;
    a->reason = reason;
}

static bool folder_make(const char *path, struct err *err)
{
    return mkdir(path, WRITE_FOLDER_MODE) == 0 || errno == EEXIST ||
           err_set(err, ERR_IO, path, strerror(errno), NULL);
}

/* The new file's name must be on disk before what stands in it is told of. */
static bool folder_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && os_sync(fd);
    if (!ok)
        err_set(err, ERR_IO, path, strerror(errno), NULL);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool segment_open(struct audit *a, bool in_spare, struct err *err)
{
    char folder[AUDIT_PATH_MAX + 8], path[AUDIT_PATH_MAX];
    snprintf(folder, sizeof folder, "%s%s", in_spare ? a->spare : a->dir, in_spare ? "" : "/audit");
    if (!folder_make(folder, err))
        return false;
    audit_file_path(path, a->dir, a->spare, in_spare, a->end.number_max + 1);
    a->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, WRITE_MODE);
    if (a->fd < 0)
        return err_set(err, ERR_IO, path, strerror(errno), NULL);
    a->fd_spare = in_spare;
    a->room = 0;
    a->end.number_max++;
    if (folder_sync(folder, err))
        return true;
    unlink(path);
    segment_close(a, a->reason);
    return false;
}

/* Ends a line whose JSON begins at `from` of out with its hash. */
static void line_end(struct audit *a, struct audit_end *end, size_t from)
{
    if (!buf_ok(&a->out))
        return;
    audit_hash_line(&a->hash, end->hash, str_sub(buf_get(&a->out), from, a->out.n), end->hash);
    buf_char(&a->out, '\t');
    char *hex = buf_room(&a->out, AUDIT_HASH_HEX);
    if (!hex)
        return;
    audit_hash_hex(end->hash, hex);
    a->out.n += AUDIT_HASH_HEX;
    buf_char(&a->out, '\n');
}

static void put_head(struct audit *a, struct audit_end *end)
{
    char time[TIME_TEXT_MAX], prev[AUDIT_HASH_HEX];
    size_t from = a->out.n, n = time_format(os_now_ms(), time);
    audit_hash_hex(end->hash, prev);
    buf_printf(&a->out,
               "{\"segment\":%u,\"format\":%d,\"first\":%llu,\"time\":\"%.*s\",\"why\":\"%s\","
               "\"prev\":{\"segment\":%u,\"bytes\":%llu,\"hash\":\"%.*s\"}}",
               end->number_max, AUDIT_FORMAT, (unsigned long long)end->seq + 1, (int)n, time, a->reason,
               end->segment, (unsigned long long)end->bytes, AUDIT_HASH_HEX, prev);
    line_end(a, end, from);
    end->segment = end->number_max;
    end->bytes = 0;
}

static void put_records(struct audit *a, struct audit_end *end)
{
    struct str rest = buf_get(&a->taken.text);
    uint64_t group = end->seq + 1;
    while (rest.n) {
        uint32_t n;
        size_t from = a->out.n;
        memcpy(&n, rest.p, sizeof n);
        buf_cstr(&a->out, "{\"seq\":");
        buf_u64(&a->out, ++end->seq);
        buf_cstr(&a->out, ",\"g\":");
        buf_u64(&a->out, group);
        buf_add(&a->out, rest.p + sizeof n, n);
        line_end(a, end, from);
        rest = str_sub(rest, sizeof n + n, rest.n);
    }
}

/* A file that is no longer in its folder would take everything and keep nothing. */
static bool still_there(const struct audit *a)
{
    struct stat st;
    if (fstat(a->fd, &st) != 0)
        return false;
    errno = ENOENT;
    return st.st_nlink > 0;
}

/* Zeros ahead of what is to be written, a piece at a time: a sync then finds the file's size and blocks as
 * they were and has the records alone to write. Where there is no room for zeros there may be for the
 * records, so that it fails is nothing. */
static void make_room(struct audit *a, uint64_t from, uint64_t need)
{
    static const char zeros[WRITE_ZEROS];
    uint64_t more = a->opt.segment_bytes < WRITE_ROOM ? a->opt.segment_bytes : WRITE_ROOM, to = need + more;
    if (need <= a->room || lseek(a->fd, (off_t)a->room, SEEK_SET) < 0)
        return;
    while (a->room < to) {
        size_t n = to - a->room < WRITE_ZEROS ? (size_t)(to - a->room) : WRITE_ZEROS;
        if (!os_write_all(a->fd, (struct str){zeros, n})) {
            a->room = ftruncate(a->fd, (off_t)from) == 0 ? from : a->room;
            break;
        }
        a->room += n;
    }
}

/* What is in a->out, at the end of the segment, and on disk. */
static bool put_out(struct audit *a, uint64_t at)
{
    uint64_t need = at + a->out.n;
    make_room(a, at, need);
    if (lseek(a->fd, (off_t)at, SEEK_SET) < 0 || !os_write_all(a->fd, buf_get(&a->out)) || !os_sync(a->fd))
        return false;
    a->room = a->room < need ? need : a->room;
    return true;
}

/* Leaves the open segment after a failure: what was half written is taken back as far as that goes. Bytes
 * that stay are told of by the next head, which says how many count. */
static void segment_leave(struct audit *a, bool in_spare, bool new)
{
    char path[AUDIT_PATH_MAX];
    audit_file_path(path, a->dir, a->spare, in_spare, a->end.number_max);
    if (ftruncate(a->fd, new ? 0 : (off_t)a->end.bytes) == 0 && new)
        unlink(path);
    a->room = 0; /* has gone with it */
    segment_close(a, "failure");
}

/* Writes the group into the open segment, or as the beginning of a new one. */
static bool group_write(struct audit *a, bool in_spare, struct err *err)
{
    bool new = a->fd < 0;
    if (new && !segment_open(a, in_spare, err))
        return false;
    struct audit_end end = a->end;
    buf_clear(&a->out);
    if (new)
        put_head(a, &end);
    put_records(a, &end);
    uint64_t at = end.bytes;
    end.bytes += a->out.n;
    errno = ENOMEM;
    if (buf_ok(&a->out) && put_out(a, at) && still_there(a)) {
        a->end = end;
        a->month = month_of(os_now_ms());
        return true;
    }
    err_set(err, ERR_IO, in_spare ? a->spare : a->dir, strerror(errno), NULL);
    segment_leave(a, in_spare, new);
    return false;
}

/* ---- where to ---- */

static bool return_due(const struct audit *a)
{
    return os_mono_ns() - a->tried_ns >= (uint64_t)a->opt.return_ms * 1000000;
}

/* Is the open segment to be left for a new one? */
static void turn(struct audit *a)
{
    if (a->fd < 0)
        return;
    if (a->end.bytes >= a->opt.segment_bytes)
        segment_close(a, "full");
    else if (a->month != month_of(os_now_ms()))
        segment_close(a, "month");
    else if (a->fd_spare && return_due(a))
        segment_close(a, "return");
}

static bool write_somewhere(struct audit *a, struct err *err)
{
    bool failed[2] = {false, false};
    turn(a);
    if (a->fd >= 0) {
        if (group_write(a, a->fd_spare, err))
            return true;
        failed[a->fd_spare] = true;
    }
    /* First where it has not just failed, then everywhere with a new file. */
    for (int round = 0; round < 2; round++)
        for (int spare = 0; spare < (a->spare[0] ? 2 : 1); spare++) {
            bool wait = !spare && a->state == AUDIT_SPARE && !return_due(a);
            if (round == 0 && (failed[spare] || wait))
                continue;
            if (!spare)
                a->tried_ns = os_mono_ns();
            if (group_write(a, spare, err))
                return true;
            failed[spare] = true;
        }
    return false;
}

/* ---- telling ---- */

static const char *const write_states[] = {
    [AUDIT_UP] = "audit-up", [AUDIT_SPARE] = "audit-spare", [AUDIT_DOWN] = "audit-down"};

static void log_state(enum audit_state state, const struct err *err)
{
    struct log_line l;
    log_begin(&l, state == AUDIT_UP ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, write_states[state]);
    if (err->code) {
        log_cstr(&l, "error", err_info(err->code)->name);
        log_cstr(&l, "place", err->arg[0]);
        log_cstr(&l, "cause", err->arg[1]);
    }
    log_end(&l);
}

/* The log tells of itself: with the next group. */
static void note_state(struct audit *a, enum audit_state state, uint64_t refused)
{
    char note[64];
    snprintf(note, sizeof note, "refused %llu", (unsigned long long)refused);
    struct audit_record r = {.action = str_of(write_states[state]),
                             .code = 'E',
                             .who.kind = STR("system"),
                             .note = refused ? str_of(note) : STR("")};
    audit_batch_add(&a->pending, &r);
    a->ready = true;
}

static void set_state(struct audit *a, enum audit_state state, const struct err *err)
{
    pthread_mutex_lock(&a->lock);
    enum audit_state before = (enum audit_state)a->state;
    if (before != state) {
        a->state = (int)state;
        if (state != AUDIT_DOWN)
            note_state(a, state, a->refused);
        if (state != AUDIT_DOWN)
            a->refused = 0;
    }
    pthread_mutex_unlock(&a->lock);
    if (before != state)
        log_state(state, err);
}

static void call_back(struct audit *a, bool durable, uint64_t seq)
{
    struct audit_wait *w = a->taken.first;
    a->taken.first = a->taken.last = NULL;
    a->taken.waits = 0;
    while (w) {
        struct audit_wait *next = w->next; /* w may be gone afterwards */
        w->first_seq = durable ? seq + w->at : 0;
        w->done(w->arg, durable ? AUDIT_DURABLE : w->keep ? AUDIT_KEPT : AUDIT_LOST);
        w = next;
    }
}

/* One round: everything that is there, in one group. */
static void deliver(struct audit *a)
{
    struct err err = {0};
    uint64_t first = a->end.seq + 1;
    size_t records = a->taken.records;
    bool ok = write_somewhere(a, &err);
    set_state(a, !ok ? AUDIT_DOWN : a->fd_spare ? AUDIT_SPARE : AUDIT_UP, &err);
    if (ok) {
        a->durable = a->end.seq;
        pthread_mutex_lock(&a->lock);
        a->groups++;
        a->written += records;
        pthread_mutex_unlock(&a->lock);
        buf_clear(&a->taken.text);
        a->taken.records = 0;
        if (a->out.cap > AUDIT_BUFFER_KEEP)
            buf_release(&a->out);
        if (a->taken.text.cap > AUDIT_BUFFER_KEEP)
            buf_release(&a->taken.text);
    }
    /* Waiters whose records were kept from a round that failed have been told; those of this one are last. */
    call_back(a, ok, first + records - a->taken_waiting);
    a->taken_waiting = 0;
}

/* Puts what is pending behind what was kept. */
static void take(struct audit *a)
{
    struct audit_batch *to = &a->taken, *from = &a->pending;
    a->taken_waiting = from->records;
    to->first = from->first;
    to->last = from->last;
    to->waits = from->waits;
    if (to->records) {
        buf_str(&to->text, buf_get(&from->text));
        to->records += from->records;
        buf_clear(&from->text);
    } else {
        struct buf text = to->text;
        to->text = from->text;
        to->records = from->records;
        from->text = text;
    }
    from->first = from->last = NULL;
    from->records = from->waits = 0;
    a->ready = false;
}

static void sleep_until_retry(struct audit *a)
{
    struct timespec until;
    int64_t ms = os_now_ms() + a->opt.retry_ms;
    until.tv_sec = ms / 1000;
    until.tv_nsec = ms % 1000 * 1000000;
    pthread_cond_timedwait(&a->wake, &a->lock, &until);
}

void *audit_write_main(void *audit)
{
    struct audit *a = audit;
    pthread_mutex_lock(&a->lock);
    for (;;) {
        bool retried = false;
        while (!a->stopping && !a->ready && !retried) {
            a->sleeping = true;
            if (a->taken.records) {
                sleep_until_retry(a);
                retried = true;
            } else {
                pthread_cond_wait(&a->wake, &a->lock);
            }
            a->sleeping = false;
        }
        bool last = a->stopping;
        take(a);
        pthread_mutex_unlock(&a->lock);
        if (a->taken.records)
            deliver(a);
        pthread_mutex_lock(&a->lock);
        if (last && !a->pending.records)
            break;
    }
    pthread_mutex_unlock(&a->lock);
    segment_close(a, "stop");
    return NULL;
}
