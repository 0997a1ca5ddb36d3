/* SPDX-License-Identifier: Apache-2.0
 * Opening, closing, and telling how it stands. */
#include "words/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fhir/model.h"
#include "words/words_int.h"

static char *words_path(const char *dir)
{
    size_t n = strlen(dir) + sizeof "/" WORDS_FILE;
    char *p = os_alloc(n);
    if (p)
        snprintf(p, n, "%s/%s", dir, WORDS_FILE);
    return p;
}

/* Which store it is: its random key, hashed so that the key itself stays where it is. */
static int64_t words_store_id(const struct store *s)
{
    return (int64_t)hash_sip(store_hash_key(s), STR(WORDS_FILE));
}

/* doc.type is a build id: good for as long as the types are the same. */
static int64_t words_types(void)
{
    uint64_t sum = 0;
    for (fhir_type_id t = 1; t < fhir_type_count; t++)
        sum = hash_sip((struct hash_key){sum, t}, str_of(fhir_types[t].name));
    return (int64_t)sum;
}

/* Does the store still have the commit that the file has come to? A restored copy may not. */
static bool words_same_past(struct file *f, struct store_read *r)
{
    int64_t seq, mark;
    uint64_t theirs;
    if (!file_meta_get(f, "seq", &seq, NULL) || !file_meta_get(f, "mark", &mark, NULL))
        return false;
    return seq == 0 || (store_seq_mark(r, seq, &theirs, NULL) && (uint64_t)mark == theirs);
}

static bool words_start(struct words *w, struct err *err)
{
    struct store_read *r = store_read_begin(w->store, err);
    if (!r)
        return false;
    struct err first = {0};
    w->base = store_read_seq(r);
    bool ok = file_open(&w->file, w->path, true, &first) && file_fits(&w->file, w->store_id, w->types) &&
              words_same_past(&w->file, r);
    ok = ok || file_renew(&w->file, w->path, w->store_id, w->types, err);
    ok = ok && store_count(r, 0, &w->total, err);
    store_read_end(r);
    return ok && follow_load(w, err);
}

struct words *words_open(const char *dir, struct store *s, struct err *err)
{
    struct words *w = os_alloc(sizeof *w);
    pthread_condattr_t steady;
    if (!w) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *w = (struct words){.store = s, .path = words_path(dir)};
    w->store_id = words_store_id(s);
    w->types = words_types();
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->moved, &steady);
    pthread_cond_init(&w->wake, &steady);
    pthread_cond_init(&w->freed, NULL);
    pthread_condattr_destroy(&steady);
    text_init(&w->text);
    if (!w->path)
        err_set(err, ERR_NO_MEMORY, NULL);
    else if (words_start(w, err)) {
        w->running = pthread_create(&w->thread, NULL, follow_main, w) == 0;
        if (w->running)
            return w;
        err_set(err, ERR_NO_MEMORY, NULL);
    }
    words_close(w);
    return NULL;
}

void words_close(struct words *w)
{
    if (!w)
        return;
    if (w->running) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_signal(&w->wake);
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    while (w->free_files) {
        struct file *f = w->free_files;
        w->free_files = f->next;
        w->files--;
        file_close(f);
        os_free(f);
    }
    OS_ASSERT(w->files == 0);
    if (w->file.h)
        file_checkpoint(&w->file, true, NULL);
    file_close(&w->file);
    text_release(&w->text);
    pthread_cond_destroy(&w->moved);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->freed);
    pthread_mutex_destroy(&w->lock);
    os_free(w->path);
    os_free(w);
}

void words_status(struct words *w, struct words_status *out)
{
    pthread_mutex_lock(&w->lock);
    *out = (struct words_status){.present = true,
                                 .seq = w->complete,
                                 .store_seq = w->base > w->complete ? w->base : w->complete,
                                 .docs = w->docs,
                                 .failing = w->failure.code != ERR_OK};
    pthread_mutex_unlock(&w->lock);
    out->bytes = file_bytes(w->path);
}

/* ---- check ---- */

struct checking {
    struct file *file;
    struct store_read *other; /* a reader beside the one that scans; nobody else has the store */
    struct words_text text;
    struct words_status *out;
    int64_t seq;
    struct buf half; /* store_rid, ascending: what commit seq changed and is not followed yet */
    store_rid rid;   /* of the document looked at; INT64_MAX: there are no more */
    uint32_t version;
    sqlite3_stmt *st;
    struct err *err;
    bool ok;
};

static int check_order(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return x < y ? -1 : x > y;
}

/* How much of the log is left to follow; a commit of many parts may be followed half. */
static bool check_behind(struct checking *c)
{
    struct store_place place = {.seq = c->seq};
    struct store_followed *f;
    struct arena arena;
    size_t count = 1;
    if (!file_meta_get(c->file, "part", &place.part, c->err))
        return false;
    arena_init(&arena);
    for (c->ok = true; c->ok && count;) {
        c->ok = store_follow(c->other, &place, &arena, &f, &count, c->err);
        for (size_t i = 0; c->ok && i < count && f[i].seq == c->seq; i++)
            buf_add(&c->half, &f[i].rid, sizeof f[i].rid);
        c->out->behind += c->ok ? count : 0;
        arena_reset(&arena);
    }
    arena_release(&arena);
    if (c->ok && !buf_ok(&c->half))
        c->ok = err_set(c->err, ERR_NO_MEMORY, NULL);
    if (c->ok && c->half.n)
        qsort(c->half.p, c->half.n / sizeof(store_rid), sizeof(store_rid), check_order);
    return c->ok;
}

/* Has the index come to what commit seq did with rid? */
static bool check_reached(const struct checking *c, store_rid rid, int64_t seq)
{
    return seq < c->seq || (seq == c->seq && !(c->half.n && bsearch(&rid, c->half.p, c->half.n / sizeof rid,
                                                                    sizeof rid, check_order)));
}

/* The next current document, in order of rid. */
static bool check_next(struct checking *c)
{
    int rc = file_step(c->file, c->st, c->err);
    c->rid = rc > 0 ? sqlite3_column_int64(c->st, 0) : INT64_MAX;
    c->version = rc > 0 ? (uint32_t)sqlite3_column_int64(c->st, 1) : 0;
    c->out->docs += rc > 0;
    return rc >= 0;
}

/* A document whose resource is not current: a fault unless it went after what is followed so far. */
static bool check_gone(struct checking *c)
{
    struct store_version v;
    struct arena arena;
    arena_init(&arena);
    enum store_found found = store_get_rid(c->other, c->rid, &arena, &v, c->err);
    arena_release(&arena);
    if (found == STORE_FAILED)
        return false;
    c->out->faults += found == STORE_ABSENT || check_reached(c, c->rid, v.seq);
    return check_next(c);
}

static bool check_resource(void *arg, const struct store_version *v)
{
    struct checking *c = arg;
    while (c->ok && c->rid < v->rid)
        c->ok = check_gone(c);
    bool has = c->rid == v->rid;
    /* What changed later is not followed yet. */
    if (c->ok && check_reached(c, v->rid, v->seq)) {
        c->ok = text_of(&c->text, v->body, c->err);
        c->out->faults += has != (c->text.words > 0) || (has && c->version != v->version);
    }
    if (c->ok && has)
        c->ok = check_next(c);
    return c->ok;
}

/* Documents against resources, both by rid. */
static bool check_docs(struct checking *c, struct store_read *r)
{
    c->ok = (c->st = file_get(c->file, WORDS_DOC_CURRENT, c->err)) != NULL && check_next(c);
    if (c->ok && !store_scan(r, 0, 0, check_resource, c, c->err))
        c->ok = false;
    while (c->ok && c->rid != INT64_MAX)
        c->ok = check_gone(c);
    if (c->st)
        sqlite3_reset(c->st);
    return c->ok;
}

static bool check_file(struct file *f, struct store *store, struct store_read *r, struct words_status *out,
                       struct err *err)
{
    struct checking c = {.file = f, .out = out, .err = err};
    if (!file_meta_get(f, "seq", &c.seq, err) ||
        !file_exec(f, "INSERT INTO text(text) VALUES('integrity-check')", err))
        return false;
    out->present = true;
    out->seq = c.seq;
    out->store_seq = store_read_seq(r);
    sqlite3_stmt *st = file_get(f, WORDS_COUNT_OLD, err);
    if (!st || file_step(f, st, err) < 0)
        return false;
    out->superseded = (uint64_t)sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    c.other = store_read_begin(store, err);
    if (!c.other)
        return false;
    text_init(&c.text);
    buf_init(&c.half, BUF_NO_MAX);
    bool ok = check_behind(&c) && check_docs(&c, r);
    buf_release(&c.half);
    text_release(&c.text);
    store_read_end(c.other);
    return ok;
}

bool words_check(const char *dir, struct store *s, struct words_status *out, struct err *err)
{
    struct file f = {0};
    char *path = words_path(dir);
    *out = (struct words_status){0};
    if (!path)
        return err_set(err, ERR_NO_MEMORY, NULL);
    struct store_read *r = store_read_begin(s, err);
    bool ok = r != NULL;
    if (ok && access(path, F_OK) == 0) {
        ok = file_open(&f, path, true, err);
        if (ok && file_fits(&f, words_store_id(s), words_types()) && words_same_past(&f, r))
            ok = check_file(&f, s, r, out, err);
        file_close(&f);
        out->bytes = file_bytes(path);
    }
    store_read_end(r);
    os_free(path);
    return ok;
}
