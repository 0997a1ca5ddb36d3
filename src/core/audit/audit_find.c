/* SPDX-License-Identifier: Apache-2.0
 * Finding: rows by what they are about, and their records read from the files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/audit_index.h"
#include "audit/audit_index_int.h"
#include "base/hash.h"

_Static_assert(AUDIT_SPAN == 1024, "as it stands in conditions");

enum { FIND_SQL_MAX = 1000, FIND_VALUES_MAX = 20 };

/* A statement under way: its text and the numbers for its place holders. */
struct find {
    struct buf sql;
    int64_t value[FIND_VALUES_MAX];
    int count;
    bool none; /* a text that stands in no record, a time of none */
};

static void add(struct find *f, const char *condition, int64_t value)
{
    OS_ASSERT(f->count < FIND_VALUES_MAX);
    f->value[f->count++] = value;
    buf_printf(&f->sql, " AND %s?%d", condition, f->count);
}

static bool add_word(struct audit_index *x, struct find *f, const char *condition, struct str text,
                     struct err *err)
{
    int64_t id;
    if (!text.n)
        return true;
    if (!audit_index_word(x, text, false, &id, err))
        return false;
    f->none = f->none || id == 0;
    add(f, condition, id);
    return true;
}

/* The first or last seq that can be of the time, by the spans; none when no span can. */
static bool add_span(struct audit_index *x, struct find *f, enum audit_stmt which, int64_t ms, bool from,
                     struct err *err)
{
    sqlite3_stmt *st = side_get(&x->side, which, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, ms);
    int rc = side_step(&x->side, st, err);
    bool none = rc <= 0 || sqlite3_column_type(st, 0) == SQLITE_NULL;
    int64_t number = none ? 0 : sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    f->none = f->none || none;
    add(f, from ? "r.seq>=" : "r.seq<", from ? number * AUDIT_SPAN : (number + 1) * AUDIT_SPAN);
    return rc >= 0;
}

static bool times(struct audit_index *x, const struct audit_query *q, struct find *f, struct err *err)
{
    if (q->low_ms && !add_span(x, f, AUDIT_SPAN_FROM, q->low_ms, true, err))
        return false;
    if (q->high_ms && !add_span(x, f, AUDIT_SPAN_TO, q->high_ms, false, err))
        return false;
    if (q->low_ms)
        add(f, "r.time>=", q->low_ms);
    if (q->high_ms)
        add(f, "r.time<", q->high_ms);
    return true;
}

/* names(patients, word): is the word among them? */
static void names(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    const char *p = sqlite3_value_blob(value[0]);
    size_t n = (size_t)sqlite3_value_bytes(value[0]);
    int32_t wanted = sqlite3_value_int(value[1]), word;
    bool found = false;
    (void)count;
    for (size_t i = 0; !found && i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        found = word == wanted;
    }
    sqlite3_result_int(ctx, found);
}

/* The conditions. Where a patient or a user is asked for, the spans they stand in lead. */
static bool conditions(struct audit_index *x, const struct audit_query *q, struct find *f, struct err *err)
{
    struct str leads = q->patient.n ? q->patient : q->user;
    buf_cstr(&f->sql, leads.n ? " FROM seen s CROSS JOIN record r ON r.seq>=s.span*1024 AND"
                                " r.seq<(s.span+1)*1024 WHERE 1"
                              : " FROM record r WHERE 1");
    if (!add_word(x, f, "s.word=", leads, err) || !add_word(x, f, "names(r.patients,", q->patient, err))
        return false;
    if (q->patient.n)
        buf_char(&f->sql, ')');
    if (!add_word(x, f, "r.user=", q->user, err) || !add_word(x, f, "r.account=", q->account, err) ||
        !add_word(x, f, "r.unit=", q->unit, err) || !add_word(x, f, "r.entity=", q->entity, err) ||
        !add_word(x, f, "r.assignment=", q->assignment, err))
        return false;
    if (q->about)
        add(f, "r.about=", (int64_t)q->about);
    if (q->bits & AUDIT_FLAGS_ALL && !(q->bits & ~(uint32_t)AUDIT_FLAGS_ALL))
        buf_cstr(&f->sql, " AND r.bits&7"); /* as the index of the marked ones is written */
    if (q->bits)
        add(f, "r.bits&", q->bits);
    if (q->code)
        add(f, "r.code=", q->code);
    if (q->outcome)
        add(f, "r.outcome=", q->outcome);
    if (q->seq)
        add(f, "r.seq=", (int64_t)q->seq);
    return times(x, q, f, err);
}

static sqlite3_stmt *prepare(struct audit_index *x, struct find *f, struct err *err)
{
    sqlite3_stmt *st = NULL;
    if (!buf_ok(&f->sql))
        err_set(err, ERR_NO_MEMORY, NULL);
    else if (sqlite3_create_function(x->side.h, "names", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, names,
                                     NULL, NULL) != SQLITE_OK ||
             sqlite3_prepare_v2(x->side.h, f->sql.p, (int)f->sql.n, &st, NULL) != SQLITE_OK)
        side_fail(&x->side, err);
    for (int i = 0; st && i < f->count; i++)
        sqlite3_bind_int64(st, i + 1, f->value[i]);
    return st;
}

/* A record from its file. The same file is read again and again: it is kept open. */
struct source {
    int fd;
    uint32_t segment;
    bool spare;
};

static bool source_read(struct audit_index *x, struct source *s, sqlite3_stmt *st, struct arena *arena,
                        struct audit_found *out, struct err *err)
{
    char path[AUDIT_PATH_MAX];
    uint32_t segment = (uint32_t)sqlite3_column_int64(st, 1);
    bool spare = sqlite3_column_int(st, 2);
    size_t n = (size_t)sqlite3_column_int64(st, 4);
    audit_file_path(path, x->dir, x->spare, spare, segment);
    if (s->fd < 0 || s->segment != segment || s->spare != spare) {
        if (s->fd >= 0)
            close(s->fd);
        *s = (struct source){open(path, O_RDONLY | O_CLOEXEC), segment, spare};
    }
    char *text = n <= AUDIT_LINE_MAX ? arena_alloc(arena, n + 1) : NULL;
    if (!text)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (s->fd < 0 || pread(s->fd, text, n, (off_t)sqlite3_column_int64(st, 3)) != (ssize_t)n)
        return err_set(err, ERR_IO, path, strerror(errno), NULL);
    *out = (struct audit_found){(uint64_t)sqlite3_column_int64(st, 0), {text, n}};
    return true;
}

static bool find_rows(struct audit_index *x, struct find *f, const struct audit_query *q, struct arena *arena,
                      struct audit_found *out, size_t *count, struct err *err)
{
    struct source source = {.fd = -1};
    if (q->before)
        add(f, "r.seq<", (int64_t)q->before);
    buf_printf(&f->sql, " ORDER BY %sr.seq DESC LIMIT %zu", q->patient.n || q->user.n ? "s.span DESC," : "",
               q->limit);
    sqlite3_stmt *st = prepare(x, f, err);
    bool ok = st;
    int rc;
    while (ok && (rc = sqlite3_step(st)) != SQLITE_DONE) {
        ok = rc == SQLITE_ROW ? source_read(x, &source, st, arena, &out[*count], err)
                              : side_fail(&x->side, err);
        *count += ok;
    }
    sqlite3_finalize(st);
    if (source.fd >= 0)
        close(source.fd);
    return ok;
}

bool audit_index_find(struct audit_index *x, const struct audit_query *q, struct arena *arena,
                      struct audit_found **out, size_t *count, uint64_t *total, struct err *err)
{
    struct find rows = {.count = 0}, all = {.count = 0};
    buf_init(&rows.sql, FIND_SQL_MAX);
    buf_init(&all.sql, FIND_SQL_MAX);
    OS_ASSERT(q->limit <= AUDIT_FIND_MAX);
    *count = 0;
    *out = ARENA_ARRAY(arena, struct audit_found, q->limit + 1);
    buf_cstr(&rows.sql, "SELECT r.seq,r.segment,r.spare,r.at,r.bytes");
    buf_cstr(&all.sql, "SELECT count(*)");
    bool ok = (*out || err_set(err, ERR_NO_MEMORY, NULL)) && conditions(x, q, &rows, err);
    if (ok && total) {
        *total = 0;
        ok = conditions(x, q, &all, err);
        sqlite3_stmt *st = ok && !all.none ? prepare(x, &all, err) : NULL;
        if (ok && !all.none) {
            ok = st && (sqlite3_step(st) == SQLITE_ROW || side_fail(&x->side, err));
            *total = ok ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
        }
        sqlite3_finalize(st);
    }
    if (ok && !rows.none && q->limit)
        ok = find_rows(x, &rows, q, arena, *out, count, err);
    buf_release(&rows.sql);
    buf_release(&all.sql);
    return ok;
}

/* ---- a random sample ---- */

struct drawn {
    uint64_t seq, lot;
};

/* Keeps the count with the lowest lots; a heap with the highest first. */
static void draw(struct drawn *heap, size_t *n, size_t count, struct drawn one)
{
    size_t i = 0;
    if (*n < count) {
        for (i = (*n)++; i && heap[(i - 1) / 2].lot < one.lot; i = (i - 1) / 2)
            heap[i] = heap[(i - 1) / 2];
        heap[i] = one;
        return;
    }
    if (!count || one.lot >= heap[0].lot)
        return;
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && heap[child + 1].lot > heap[child].lot)
            child++;
        if (heap[child].lot <= one.lot)
            break;
        heap[i] = heap[child];
    }
    heap[i] = one;
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = ((const struct drawn *)a)->seq, y = ((const struct drawn *)b)->seq;
    return (x < y) - (x > y);
}

static bool draw_all(struct audit_index *x, struct find *f, uint64_t seed, struct drawn *heap, size_t *n,
                     size_t count, uint64_t *population, struct err *err)
{
    struct hash_key key = {seed, 0x73616D706C65};
    sqlite3_stmt *st = prepare(x, f, err);
    int rc = SQLITE_DONE;
    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        uint64_t seq = (uint64_t)sqlite3_column_int64(st, 0);
        uint64_t lot = hash_sip(key, (struct str){(const char *)&seq, sizeof seq});
        draw(heap, n, count, (struct drawn){seq, lot});
        ++*population;
    }
    bool ok = st && (rc == SQLITE_DONE || side_fail(&x->side, err));
    sqlite3_finalize(st);
    return ok;
}

bool audit_index_pick(struct audit_index *x, const struct audit_query *q, uint64_t seed, struct arena *arena,
                      struct audit_found *out, size_t *count, uint64_t *population, struct err *err)
{
    struct find f = {.count = 0};
    size_t wanted = *count, n = 0;
    struct drawn *heap = ARENA_ARRAY(arena, struct drawn, wanted + 1);
    *count = 0;
    *population = 0;
    buf_init(&f.sql, FIND_SQL_MAX);
    buf_cstr(&f.sql, "SELECT r.seq");
    bool ok = (heap || err_set(err, ERR_NO_MEMORY, NULL)) && conditions(x, q, &f, err) &&
              (f.none || draw_all(x, &f, seed, heap, &n, wanted, population, err));
    buf_release(&f.sql);
    if (ok)
        qsort(heap, n, sizeof *heap, newest_first);
    for (size_t i = 0; ok && i < n; i++) {
        struct audit_query one = {.seq = heap[i].seq, .limit = 1};
        struct audit_found *found;
        size_t got;
        ok = audit_index_find(x, &one, arena, &found, &got, NULL, err);
        if (ok && got)
            out[(*count)++] = *found;
    }
    return ok;
}

/* ---- who has acted ---- */

static bool last_seq(struct audit_index *x, uint64_t *seq, struct err *err)
{
    sqlite3_stmt *st = side_get(&x->side, AUDIT_LAST, err);
    int rc = st ? side_step(&x->side, st, err) : -1;
    *seq = rc == 1 ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
    if (st)
        sqlite3_reset(st);
    return rc >= 0;
}

bool audit_index_acted(struct audit_index *x, uint64_t *after, audit_acted_fn *fn, void *arg, struct err *err)
{
    uint64_t last;
    int rc = -1;
    if (!last_seq(x, &last, err))
        return false;
    if (*after >= last) {
        *after = last;
        return true;
    }
    if (last - *after > AUDIT_ACTED_MAX)
        last = *after + AUDIT_ACTED_MAX;
    sqlite3_stmt *st = side_get(&x->side, AUDIT_ACTED, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, (int64_t)*after);
    sqlite3_bind_int64(st, 2, (int64_t)last);
    sqlite3_bind_int(st, 3, AUDIT_DONE + 1);
    while ((rc = side_step(&x->side, st, err)) == 1)
        fn(arg, side_column(st, 0));
    if (rc < 0)
        return false;
    *after = last;
    return true;
}
