/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing, and what callers do: encode, queue, wait. */
#include "audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit_index.h"
#include "audit/audit_int.h"
#include "base/log.h"

bool audit_batch_add(struct audit_batch *b, const struct audit_record *r)
{
    uint32_t n = 0;
    size_t before = b->text.n;
    buf_add(&b->text, &n, sizeof n);
    audit_text_put(&b->text, r, os_now_ms());
    if (!buf_ok(&b->text)) { /* as it was: buf keeps what was there */
        b->text.failed = false;
        b->text.n = before;
        return false;
    }
    n = (uint32_t)(b->text.n - before - sizeof n);
    memcpy(b->text.p + before, &n, sizeof n);
    b->records++;
    return true;
}

/* Under the lock: the records as text, all or none. */
static bool queue(struct audit *a, const struct audit_record *record, size_t count, struct err *err)
{
    size_t records = a->pending.records, bytes = a->pending.text.n;
    for (size_t i = 0; i < count; i++)
        if (!audit_batch_add(&a->pending, &record[i])) {
            a->pending.records = records;
            a->pending.text.n = bytes;
            return err_set(err, ERR_AUDIT_BUSY, NULL);
        }
    return true;
}

/* Under the lock: the writer has something to do. */
static void go(struct audit *a)
{
    a->ready = true;
    if (a->sleeping)
        pthread_cond_signal(&a->wake);
    a->sleeping = false;
}

void audit_flush(struct audit *a)
{
    pthread_mutex_lock(&a->lock);
    if (a->pending.records)
        go(a);
    pthread_mutex_unlock(&a->lock);
}

bool audit_submit(struct audit *a, const struct audit_record *record, size_t count, struct audit_wait *wait,
                  struct err *err)
{
    OS_ASSERT(count && count <= AUDIT_RECORDS_MAX);
    wait->next = NULL;
    wait->first_seq = 0;
    pthread_mutex_lock(&a->lock);
    bool down = a->state == AUDIT_DOWN && !wait->keep;
    a->refused += down;
    wait->at = a->pending.records;
    bool ok = !down && queue(a, record, count, err);
    if (ok) {
        if (a->pending.last)
            a->pending.last->next = wait;
        else
            a->pending.first = wait;
        a->pending.last = wait;
        a->pending.waits++;
        if (!wait->later)
            go(a);
    }
    pthread_mutex_unlock(&a->lock);
    return ok || (down && err_set(err, ERR_AUDIT_DOWN, NULL));
}

struct put {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over;
    enum audit_done how;
};

static void put_done(void *arg, enum audit_done how)
{
    struct put *p = arg;
    pthread_mutex_lock(&p->lock);
    p->over = true;
    p->how = how;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

bool audit_put(struct audit *a, const struct audit_record *record, size_t count, struct err *err)
{
    struct put p = {.over = false};
    struct audit_wait wait = {.done = put_done, .arg = &p, .keep = record->emergency};
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.wake, NULL);
    bool ok = audit_submit(a, record, count, &wait, err);
    pthread_mutex_lock(&p.lock);
    while (ok && !p.over)
        pthread_cond_wait(&p.wake, &p.lock);
    pthread_mutex_unlock(&p.lock);
    pthread_cond_destroy(&p.wake);
    pthread_mutex_destroy(&p.lock);
    return ok && (p.how == AUDIT_DURABLE || err_set(err, ERR_AUDIT_DOWN, NULL));
}

enum audit_state audit_state(const struct audit *a)
{
    return (enum audit_state)a->state;
}

struct audit_status audit_status(struct audit *a)
{
    pthread_mutex_lock(&a->lock);
    struct audit_status s = {.state = (enum audit_state)a->state,
                             .records = a->written,
                             .seq = audit_durable(a),
                             .groups = a->groups,
                             .waiting = a->pending.waits,
                             .refused = a->refused};
    pthread_mutex_unlock(&a->lock);
    return s;
}

uint64_t audit_durable(const struct audit *a)
{
    return a->durable;
}

/* ---- open and close ---- */

/* One writer at a time. A folder that cannot be made is no reason not to start: the spare one serves. */
static bool lock_take(struct audit *a, struct err *err)
{
    char path[AUDIT_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/audit.lock", a->dir);
    a->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (a->lock_fd >= 0 && flock(a->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (a->lock_fd >= 0 && errno == EWOULDBLOCK)
        return err_set(err, ERR_AUDIT_LOCKED, a->dir, NULL);
    return a->spare[0] || err_set(err, ERR_IO, path, strerror(errno), NULL);
}

static void log_end_found(const struct audit *a, bool damaged)
{
    struct log_line l;
    log_begin(&l, damaged ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, damaged ? "audit-damaged" : "audit-open");
    log_i64(&l, "seq", (int64_t)a->end.seq);
    log_i64(&l, "segment", a->end.segment);
    log_end(&l);
}

static bool start(struct audit *a, struct err *err)
{
    bool damaged;
    if (!lock_take(a, err) || !audit_hash_init(&a->hash, err) ||
        !audit_end_find(a->dir, a->spare[0] ? a->spare : NULL, &a->end, &damaged, err))
        return false;
    a->durable = a->end.seq;
    a->damaged = damaged;
    a->reason = damaged ? "damaged" : "start";
    log_end_found(a, damaged);
    a->started = pthread_create(&a->thread, NULL, audit_write_main, a) == 0;
    if (!a->started)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return !a->opt.index || (a->index = audit_index_start(a, err)) != NULL;
}

struct audit *audit_open(const struct audit_options *opt, struct err *err)
{
    struct audit *a = os_alloc(sizeof *a);
    if (!a) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(a, 0, sizeof *a);
    a->lock_fd = a->fd = -1;
    a->opt = *opt;
    a->opt.segment_bytes = opt->segment_bytes ? opt->segment_bytes : AUDIT_SEGMENT_BYTES;
    a->opt.retry_ms = opt->retry_ms ? opt->retry_ms : AUDIT_RETRY_MS;
    a->opt.return_ms = opt->return_ms ? opt->return_ms : AUDIT_RETURN_MS;
    snprintf(a->dir, sizeof a->dir, "%s", opt->dir);
    snprintf(a->spare, sizeof a->spare, "%s", opt->spare ? opt->spare : "");
    a->opt.dir = a->dir;
    a->opt.spare = a->spare[0] ? a->spare : NULL;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->wake, NULL);
    buf_init(&a->pending.text, AUDIT_QUEUE_BYTES_MAX);
    buf_init(&a->taken.text, BUF_NO_MAX);
    buf_init(&a->out, BUF_NO_MAX);
    if (start(a, err))
        return a;
    audit_close(a);
    return NULL;
}

void audit_close(struct audit *a)
{
    if (!a)
        return;
    if (a->started) {
        pthread_mutex_lock(&a->lock);
        a->stopping = true;
        pthread_cond_signal(&a->wake);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->thread, NULL);
    }
    audit_index_stop(a->index);
    if (a->taken.records) {
        struct log_line l;
        log_begin(&l, LOG_LEVEL_ERROR, "audit-lost");
        log_i64(&l, "records", (int64_t)a->taken.records);
        log_end(&l);
    }
    if (a->fd >= 0)
        close(a->fd);
    if (a->lock_fd >= 0)
        close(a->lock_fd);
    audit_hash_release(&a->hash);
    buf_release(&a->pending.text);
    buf_release(&a->taken.text);
    buf_release(&a->out);
    pthread_cond_destroy(&a->wake);
    pthread_mutex_destroy(&a->lock);
    os_free(a);
}
