/* SPDX-License-Identifier: Apache-2.0
 * The follower: reads the store's log part by part and makes documents, a batch to a transaction, the cursor
 * with them. */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "words/words_int.h"

static uint64_t follow_ms(uint64_t since_ns)
{
    return (os_mono_ns() - since_ns) / 1000000;
}

bool follow_load(struct words *w, struct err *err)
{
    int64_t floor = 0;
    sqlite3_stmt *st = file_get(&w->file, WORDS_COUNT_CURRENT, err);
    if (!st || file_step(&w->file, st, err) < 0)
        return false;
    uint64_t docs = (uint64_t)sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    if (!file_meta_get(&w->file, "seq", &w->place.seq, err) ||
        !file_meta_get(&w->file, "part", &w->place.part, err) ||
        !file_meta_get(&w->file, "floor", &floor, err))
        return false;
    pthread_mutex_lock(&w->lock);
    w->docs = docs;
    w->floor = floor;
    w->complete = 0;
    pthread_mutex_unlock(&w->lock);
    w->gap = false;
    return true;
}

/* A document for the version; the number of documents that count as current changes by *docs. */
static bool follow_put(struct words *w, struct store_read *r, struct arena *arena,
                       const struct store_followed *f, int64_t *docs, struct err *err)
{
    struct store_version v;
    enum store_found found = store_get_rid_version(r, f->rid, f->version, arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!text_of(&w->text, v.body, err))
        return false;
    if (w->text.words == 0)
        return true;
    sqlite3_stmt *st = file_get(&w->file, WORDS_DOC_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, f->rid);
    sqlite3_bind_int64(st, 2, f->version);
    sqlite3_bind_int(st, 3, f->type);
    sqlite3_bind_int64(st, 4, w->text.words);
    sqlite3_bind_int64(st, 5, f->seq);
    if (!file_run(&w->file, st, err) || !(st = file_get(&w->file, WORDS_TEXT_PUT, err)))
        return false;
    struct str narrative = buf_get(&w->text.narrative), content = buf_get(&w->text.content);
    sqlite3_bind_int64(st, 1, sqlite3_last_insert_rowid(w->file.h));
    sqlite3_bind_text64(st, 2, narrative.n ? narrative.p : "", narrative.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(st, 3, content.n ? content.p : "", content.n, SQLITE_STATIC, SQLITE_UTF8);
    ++*docs;
    return file_run(&w->file, st, err);
}

static bool follow_one(struct words *w, struct store_read *r, struct arena *arena,
                       const struct store_followed *f, int64_t *docs, struct err *err)
{
    if (f->version > 1) {
        sqlite3_stmt *st = file_get(&w->file, WORDS_DOC_UNTIL, err);
        if (!st)
            return false;
        sqlite3_bind_int64(st, 1, f->rid);
        sqlite3_bind_int64(st, 2, f->seq);
        if (!file_run(&w->file, st, err))
            return false;
        *docs -= sqlite3_changes(w->file.h);
    }
    if (f->op == 'D' || f->type == 0)
        return true;
    /* Nobody asks as of commits before the start that the index had not reached. */
    if (f->until && f->until <= w->base) {
        w->gap = true;
        return true;
    }
    struct arena_mark mark = arena_mark(arena);
    bool ok = follow_put(w, r, arena, f, docs, err);
    arena_rewind(arena, mark);
    return ok;
}

/* Parts of the log until there are no more, or enough for one transaction. */
static bool follow_parts(struct words *w, struct store_read *r, struct store_place *place, int64_t *docs,
                         bool *more, struct err *err)
{
    struct arena arena;
    uint64_t begun = os_mono_ns();
    size_t done = 0, count = 1;
    bool ok = true;
    arena_init(&arena);
    while (ok && count && done < WORDS_BATCH && follow_ms(begun) < WORDS_BATCH_MS) {
        struct store_followed *f;
        arena_reset(&arena);
        ok = store_follow(r, place, &arena, &f, &count, err);
        if (ok && count && done == 0)
            ok = file_run(&w->file, file_get(&w->file, WORDS_BEGIN, err), err);
        for (size_t i = 0; ok && i < count; i++)
            ok = follow_one(w, r, &arena, &f[i], docs, err);
        done += ok ? count : 0;
    }
    *more = count > 0;
    arena_release(&arena);
    return ok;
}

/* The cursor into the open transaction, and its end. */
static bool follow_commit(struct words *w, struct store_read *r, const struct store_place *place,
                          int64_t floor, struct err *err)
{
    uint64_t mark;
    if (sqlite3_get_autocommit(w->file.h))
        return true;
    return store_seq_mark(r, place->seq, &mark, err) && file_meta_put(&w->file, "seq", place->seq, err) &&
           file_meta_put(&w->file, "part", place->part, err) &&
           file_meta_put(&w->file, "mark", (int64_t)mark, err) &&
           file_meta_put(&w->file, "floor", floor, err) &&
           file_run(&w->file, file_get(&w->file, WORDS_COMMIT, err), err);
}

static bool follow_snapshot(struct words *w, struct store_read *r, bool *more, struct err *err)
{
    struct store_place place = w->place;
    int64_t docs = 0, seq = store_read_seq(r), floor = w->floor;
    uint64_t total = 0;
    if (seq == w->complete && !*more)
        return true;
    bool ok = follow_parts(w, r, &place, &docs, more, err);
    if (w->gap && floor < w->base)
        floor = w->base;
    ok = ok && store_count(r, 0, &total, err) && follow_commit(w, r, &place, floor, err);
    if (!ok) {
        if (!sqlite3_get_autocommit(w->file.h))
            sqlite3_exec(w->file.h, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    w->place = place;
    pthread_mutex_lock(&w->lock);
    w->docs += (uint64_t)docs;
    w->total = total;
    w->floor = floor;
    if (!*more)
        w->complete = seq;
    pthread_cond_broadcast(&w->moved);
    pthread_mutex_unlock(&w->lock);
    return w->file.log_pages < WORDS_LOG_PAGES_MAX || file_checkpoint(&w->file, false, err);
}

bool follow_round(struct words *w, bool *more, struct err *err)
{
    struct store_read *r = store_read_begin(w->store, err);
    if (!r)
        return false;
    bool ok = follow_snapshot(w, r, more, err);
    store_read_end(r);
    return ok;
}

/* ---- the thread ---- */

/* Waits to be asked, at most ms. True to stop. */
static bool follow_wait(struct words *w, unsigned ms)
{
    uint64_t until = os_mono_ns() + (uint64_t)ms * 1000000;
    struct timespec at = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    pthread_mutex_lock(&w->lock);
    int rc = 0;
    while (!w->asked && !w->stop && rc == 0)
        rc = pthread_cond_timedwait(&w->wake, &w->lock, &at);
    w->asked = false;
    bool stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return stop;
}

static void follow_failed(struct words *w, const struct err *err)
{
    struct log_line l;
    pthread_mutex_lock(&w->lock);
    w->failure = *err;
    pthread_cond_broadcast(&w->moved);
    pthread_mutex_unlock(&w->lock);
    log_begin(&l, LOG_LEVEL_WARN, "words_failed");
    log_cstr(&l, "code", err_info(err->code)->name);
    log_cstr(&l, "detail", err->arg[0]);
    log_end(&l);
}

/* A damaged file is made anew, when the finders have let go of it. */
static bool follow_renew(struct words *w, struct err *err)
{
    struct log_line l;
    pthread_mutex_lock(&w->lock);
    w->renewing = true;
    w->complete = 0;
    while (w->files > 0) {
        struct file *f = w->free_files;
        if (!f) {
            pthread_cond_wait(&w->freed, &w->lock);
            continue;
        }
        w->free_files = f->next;
        w->files--;
        file_close(f);
        os_free(f);
    }
    bool ok = file_renew(&w->file, w->path, w->store_id, w->types, err);
    w->renewing = false;
    pthread_cond_broadcast(&w->freed);
    pthread_mutex_unlock(&w->lock);
    log_begin(&l, LOG_LEVEL_WARN, "words_renewed");
    log_end(&l);
    return ok && follow_load(w, err);
}

/* Notes how old commits are, for tidying. */
static void follow_age(struct words *w)
{
    if (w->noted_ns && follow_ms(w->noted_ns) < WORDS_TIDY_MS)
        return;
    w->aged = w->noted;
    w->noted = w->complete;
    w->noted_ns = os_mono_ns();
}

/* What is done when there is nothing to follow; the milliseconds to wait afterwards. */
static unsigned follow_idle(struct words *w, struct err *err)
{
    bool more = false;
    follow_age(w);
    if (w->idle_done)
        return WORDS_POLL_MS;
    if (!tidy_round(w, &more, err)) {
        follow_failed(w, err);
        return WORDS_RETRY_MS;
    }
    if (!more && w->file.log_pages)
        file_checkpoint(&w->file, true, NULL);
    w->idle_done = !more;
    return more ? 1 : WORDS_POLL_MS;
}

void *follow_main(void *words)
{
    struct words *w = words;
    struct err err = {0};
    bool more = true;
    unsigned wait = 0;
    setpriority(PRIO_PROCESS, (id_t)gettid(), WORDS_NICE);
    while (!follow_wait(w, wait)) {
        int64_t before = w->complete;
        if (!follow_round(w, &more, &err)) {
            follow_failed(w, &err);
            more = true;
            wait = err.code == ERR_STORE_CORRUPT && follow_renew(w, &err) ? 0 : WORDS_RETRY_MS;
            continue;
        }
        w->idle_done = w->idle_done && before == w->complete;
        pthread_mutex_lock(&w->lock);
        w->failure.code = ERR_OK;
        pthread_mutex_unlock(&w->lock);
        wait = more ? 0 : follow_idle(w, &err);
    }
    return NULL;
}
