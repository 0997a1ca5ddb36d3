/* SPDX-License-Identifier: Apache-2.0
 * Taking superseded documents out again. The FTS5 table keeps no texts, so each one's words are made once
 * more from its version, which the store never forgets. */
#include "words/words_int.h"

struct tidy_doc {
    int64_t id;
    store_rid rid;
    uint32_t version;
};

static bool tidy_count(struct words *w, uint64_t *count, struct err *err)
{
    sqlite3_stmt *st = file_get(&w->file, WORDS_COUNT_OLD, err);
    if (!st || file_step(&w->file, st, err) < 0)
        return false;
    *count = (uint64_t)sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return true;
}

static bool tidy_list(struct words *w, struct tidy_doc list[WORDS_TIDY_BATCH], size_t *count, struct err *err)
{
    sqlite3_stmt *st = file_get(&w->file, WORDS_DOC_OLD, err);
    int rc;
    *count = 0;
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, w->aged);
    sqlite3_bind_int(st, 2, WORDS_TIDY_BATCH);
    while ((rc = file_step(&w->file, st, err)) > 0 && *count < WORDS_TIDY_BATCH)
        list[(*count)++] = (struct tidy_doc){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
                                             (uint32_t)sqlite3_column_int64(st, 2)};
    sqlite3_reset(st);
    return rc >= 0;
}

static bool tidy_one(struct words *w, struct store_read *r, const struct tidy_doc *d, struct err *err)
{
    struct arena arena;
    struct store_version v;
    arena_init(&arena);
    bool ok = store_get_rid_version(r, d->rid, d->version, &arena, &v, err) == STORE_FOUND &&
              text_of(&w->text, v.body, err);
    arena_release(&arena);
    sqlite3_stmt *st = ok ? file_get(&w->file, WORDS_TEXT_DEL, err) : NULL;
    if (!st)
        return false;
    struct str narrative = buf_get(&w->text.narrative), content = buf_get(&w->text.content);
    sqlite3_bind_int64(st, 1, d->id);
    sqlite3_bind_text64(st, 2, narrative.n ? narrative.p : "", narrative.n, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(st, 3, content.n ? content.p : "", content.n, SQLITE_STATIC, SQLITE_UTF8);
    if (!file_run(&w->file, st, err) || !(st = file_get(&w->file, WORDS_DOC_DEL, err)))
        return false;
    sqlite3_bind_int64(st, 1, d->id);
    return file_run(&w->file, st, err);
}

static bool tidy_batch(struct words *w, struct store_read *r, const struct tidy_doc *list, size_t count,
                       struct err *err)
{
    int64_t floor = w->floor > w->aged ? w->floor : w->aged;
    bool ok = file_run(&w->file, file_get(&w->file, WORDS_BEGIN, err), err);
    for (size_t i = 0; ok && i < count; i++)
        ok = tidy_one(w, r, &list[i], err);
    ok = ok && file_meta_put(&w->file, "floor", floor, err) &&
         file_run(&w->file, file_get(&w->file, WORDS_COMMIT, err), err);
    if (!ok) {
        if (!sqlite3_get_autocommit(w->file.h))
            sqlite3_exec(w->file.h, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    pthread_mutex_lock(&w->lock);
    w->floor = floor;
    pthread_mutex_unlock(&w->lock);
    return true;
}

bool tidy_round(struct words *w, bool *more, struct err *err)
{
    struct tidy_doc *list = os_alloc(WORDS_TIDY_BATCH * sizeof *list);
    uint64_t old;
    size_t count = 0;
    *more = false;
    if (!list)
        return err_set(err, ERR_NO_MEMORY, NULL);
    bool ok = tidy_count(w, &old, err);
    if (ok && old >= WORDS_TIDY_MIN)
        ok = tidy_list(w, list, &count, err);
    struct store_read *r = ok && count ? store_read_begin(w->store, err) : NULL;
    if (r) {
        ok = tidy_batch(w, r, list, count, err);
        store_read_end(r);
        *more = ok && count == WORDS_TIDY_BATCH;
    } else if (count) {
        ok = false;
    }
    os_free(list);
    return ok;
}
