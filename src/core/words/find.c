/* SPDX-License-Identifier: Apache-2.0
 * Finding: waits until the index is far enough, runs the FTS5 expression as of the commit asked for, ranks.
 */
#include <stdlib.h>
#include <time.h>

#include "words/words_int.h"

/* ---- finders: connections kept for the next search ---- */

static struct file *find_take(struct words *w, struct err *err)
{
    pthread_mutex_lock(&w->lock);
    while (w->renewing || (!w->free_files && w->files >= WORDS_READERS_MAX))
        pthread_cond_wait(&w->freed, &w->lock);
    struct file *f = w->free_files;
    if (f)
        w->free_files = f->next;
    else
        w->files++;
    pthread_mutex_unlock(&w->lock);
    if (f)
        return f;
    f = os_alloc(sizeof *f);
    if (f && file_open(f, w->path, false, err))
        return f;
    if (!f)
        err_set(err, ERR_NO_MEMORY, NULL);
    os_free(f);
    pthread_mutex_lock(&w->lock);
    w->files--;
    pthread_cond_broadcast(&w->freed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void find_give(struct words *w, struct file *f)
{
    pthread_mutex_lock(&w->lock);
    f->next = w->free_files;
    w->free_files = f;
    pthread_cond_broadcast(&w->freed);
    pthread_mutex_unlock(&w->lock);
}

/* ---- waiting ---- */

static bool find_behind(uint64_t docs, uint64_t total, struct err *err)
{
    char percent[8];
    struct buf b;
    uint64_t part = total ? docs * 100 / total : 0;
    buf_init(&b, sizeof percent);
    buf_u64(&b, part > 99 ? 99 : part);
    buf_char(&b, 0);
    memcpy(percent, b.p, b.n);
    buf_release(&b);
    return err_set(err, ERR_WORDS_BEHIND, percent, NULL);
}

/* Until the index has everything up to seq, but not longer than WORDS_WAIT_MS. */
static bool find_wait(struct words *w, int64_t seq, struct err *err)
{
    uint64_t until = os_mono_ns() + (uint64_t)WORDS_WAIT_MS * 1000000;
    struct timespec at = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    int rc = 0;
    pthread_mutex_lock(&w->lock);
    while (w->complete < seq && rc == 0 && !w->stop) {
        w->asked = true;
        pthread_cond_signal(&w->wake);
        rc = pthread_cond_timedwait(&w->moved, &w->lock, &at);
    }
    bool ok = w->complete >= seq;
    uint64_t docs = w->docs, total = w->total;
    pthread_mutex_unlock(&w->lock);
    return ok || find_behind(docs, total, err);
}

/* ---- one query ---- */

struct find_hit {
    store_rid rid;
    uint32_t version, at;
};

struct finding {
    const struct words_ask *ask;
    struct arena *arena;
    struct find_hit *hit;
    size_t count, cap;
    bool *type; /* wanted ones by build id; NULL: all */
    size_t type_cap;
    struct rank rank;
};

static bool find_types(struct finding *f)
{
    if (!f->ask->types)
        return true;
    for (size_t i = 0; i < f->ask->type_count; i++)
        f->type_cap = f->ask->types[i] >= f->type_cap ? f->ask->types[i] + 1u : f->type_cap;
    f->type = ARENA_ARRAY(f->arena, bool, f->type_cap + 1);
    for (size_t i = 0; f->type && i < f->ask->type_count; i++)
        f->type[f->ask->types[i]] = true;
    return f->type != NULL;
}

static bool find_row(struct finding *f, sqlite3_stmt *st, struct err *err)
{
    uint64_t type = (uint64_t)sqlite3_column_int64(st, 2);
    if (f->type && (type >= f->type_cap || !f->type[type]))
        return true;
    bool keep = true;
    if (f->ask->keep && !f->ask->keep(f->ask->keep_arg, sqlite3_column_int64(st, 0), &keep, err))
        return false;
    if (!keep)
        return true;
    if (f->count == WORDS_HITS_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "träffar på texten (hits of the text)", "1048576", NULL);
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 256;
        f->hit = arena_grow(f->arena, f->hit, f->cap, cap, sizeof *f->hit);
        if (!f->hit)
            return err_set(err, ERR_NO_MEMORY, NULL);
        f->cap = cap;
    }
    if (f->ask->score) {
        struct str tally = {sqlite3_column_blob(st, 4), (size_t)sqlite3_column_bytes(st, 4)};
        if (!rank_add(&f->rank, tally, (uint32_t)sqlite3_column_int64(st, 3)))
            return err_set(err, ERR_NO_MEMORY, NULL);
    }
    f->hit[f->count] = (struct find_hit){sqlite3_column_int64(st, 0), (uint32_t)sqlite3_column_int64(st, 1),
                                         (uint32_t)f->count};
    f->count++;
    return true;
}

static bool find_rows(struct finding *f, struct file *file, struct str expr, struct err *err)
{
    int64_t floor;
    if (!file_meta_get(file, "floor", &floor, err))
        return false;
    if (f->ask->seq < floor)
        return err_set(err, ERR_SEARCH_PAGE_OLD, NULL);
    sqlite3_stmt *st = file_get(file, f->ask->score ? WORDS_FIND_SCORE : WORDS_FIND, err);
    if (!st)
        return false;
    sqlite3_bind_text64(st, 1, expr.p, expr.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(st, 2, f->ask->seq);
    int rc;
    bool ok = true;
    while (ok && (rc = file_step(file, st, err)) > 0)
        ok = find_row(f, st, err);
    sqlite3_reset(st);
    return ok && rc == 0;
}

static int find_order(const void *a, const void *b)
{
    const struct find_hit *x = a, *y = b;
    return x->rid < y->rid ? -1 : x->rid > y->rid;
}

static bool find_result(struct finding *f, struct words_hits *out, struct err *err)
{
    double *score = f->ask->score ? rank_scores(&f->rank) : NULL;
    if (f->count)
        qsort(f->hit, f->count, sizeof *f->hit, find_order);
    *out = (struct words_hits){.count = f->count};
    out->rid = arena_alloc(f->arena, (f->count + 1) * sizeof *out->rid);
    out->version = arena_alloc(f->arena, (f->count + 1) * sizeof *out->version);
    out->score = score ? arena_alloc(f->arena, (f->count + 1) * sizeof *out->score) : NULL;
    if (!out->rid || !out->version || (f->ask->score && !out->score))
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < f->count; i++) {
        out->rid[i] = f->hit[i].rid;
        out->version[i] = f->hit[i].version;
        if (score)
            out->score[i] = score[f->hit[i].at];
    }
    return true;
}

static bool find_run(struct words *w, struct finding *f, struct str expr, struct err *err)
{
    struct file *file = find_take(w, err);
    if (!file)
        return false;
    file->deadline_ns = os_mono_ns() + (uint64_t)WORDS_FIND_MS * 1000000;
    bool ok = file_run(file, file_get(file, WORDS_SNAPSHOT, err), err) && find_rows(f, file, expr, err);
    file->deadline_ns = 0;
    if (!sqlite3_get_autocommit(file->h))
        file_run(file, file_get(file, WORDS_COMMIT, NULL), NULL);
    find_give(w, file);
    return ok;
}

bool words_find(struct words *w, const struct words_ask *ask, struct arena *arena, struct words_hits *out,
                struct err *err)
{
    struct finding f = {.ask = ask, .arena = arena};
    struct buf expr;
    unsigned phrases;
    buf_init(&expr, BUF_NO_MAX);
    bool ok =
        query_expr(ask->query, ask->start, ask->where, &expr, &phrases, err) && find_wait(w, ask->seq, err);
    f.rank = (struct rank){.arena = arena, .phrases = phrases < WORDS_PHRASES ? phrases : WORDS_PHRASES};
    if (ok && !find_types(&f))
        ok = err_set(err, ERR_NO_MEMORY, NULL);
    ok = ok && find_run(w, &f, buf_get(&expr), err) && find_result(&f, out, err);
    buf_release(&expr);
    return ok;
}
