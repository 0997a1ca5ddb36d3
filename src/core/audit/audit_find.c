/* SPDX-License-Identifier: Apache-2.0
 * Finding: rows by what they are about, and their records read from the files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/audit_index.h"
#include "audit/audit_index_int.h"

enum { FIND_SQL_MAX = 1000, FIND_VALUES_MAX = 12 };

/* A statement under way: its text and the numbers for its place holders. */
struct find {
    struct buf sql;
    int64_t value[FIND_VALUES_MAX];
    int count;
    bool none; /* a text that stands in no record */
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

/* The conditions; a patient's rows are gone by first where one is asked for. */
static bool conditions(struct audit_index *x, const struct audit_query *q, struct find *f, struct err *err)
{
    buf_cstr(&f->sql, q->patient.n ? " FROM patient p JOIN record r ON r.seq=p.seq WHERE 1"
                                   : " FROM record r WHERE 1");
    if (!add_word(x, f, "p.word=", q->patient, err) || !add_word(x, f, "r.user=", q->user, err) ||
        !add_word(x, f, "r.account=", q->account, err) || !add_word(x, f, "r.unit=", q->unit, err) ||
        !add_word(x, f, "r.entity=", q->entity, err))
        return false;
    if (q->code)
        add(f, "r.code=", q->code);
    if (q->outcome)
        add(f, "r.outcome=", q->outcome);
    if (q->seq)
        add(f, "r.seq=", (int64_t)q->seq);
    if (q->low_ms)
        add(f, "r.time>=", q->low_ms);
    if (q->high_ms)
        add(f, "r.time<", q->high_ms);
    return true;
}

static sqlite3_stmt *prepare(struct audit_index *x, struct find *f, struct err *err)
{
    sqlite3_stmt *st = NULL;
    if (!buf_ok(&f->sql))
        err_set(err, ERR_NO_MEMORY, NULL);
    else if (sqlite3_prepare_v2(x->side.h, f->sql.p, (int)f->sql.n, &st, NULL) != SQLITE_OK)
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
    buf_printf(&f->sql, " ORDER BY r.seq DESC LIMIT %zu", q->limit);
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
