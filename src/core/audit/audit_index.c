/* SPDX-License-Identifier: Apache-2.0
 * Following: lines of the log into rows, a batch and the place that has been reached in one transaction. */
#include "audit/audit_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/audit_end.h"
#include "audit/audit_index_int.h"
#include "audit/audit_verify.h"
#include "base/os.h"
#include "base/time.h"
#include "json/json.h"

enum { INDEX_READ = 1 << 20, INDEX_CACHE_KIB = 8192, INDEX_APPLICATION = 0x48654175 /* "HeAu" */ };

static const char index_tables[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT UNIQUE NOT NULL);"
    "CREATE TABLE record(seq INTEGER PRIMARY KEY, time INTEGER, user INTEGER, account INTEGER, unit INTEGER,"
    " entity INTEGER, code INTEGER, outcome INTEGER, segment INTEGER, spare INTEGER, at INTEGER,"
    " bytes INTEGER, assignment INTEGER, about INTEGER, bits INTEGER,"
    " patients BLOB);" /* words, four bytes each: whom it names */
    "CREATE INDEX record_about ON record(about) WHERE about IS NOT NULL;"
    "CREATE INDEX record_marked ON record(seq) WHERE bits&7;"
    "CREATE TABLE span(number INTEGER PRIMARY KEY, low INTEGER NOT NULL, high INTEGER NOT NULL);"
    /* In which spans a user or a patient stands: a row for each record would cost more than to look through a
     * span's records. */
    "CREATE TABLE seen(word INTEGER, span INTEGER, PRIMARY KEY(word, span)) WITHOUT ROWID;";

static const char *const index_sql[] = {
#define SQL(name, text) [AUDIT_##name] = text,
#include "audit/audit_sql.def"
#undef SQL
};

static const struct side_form index_form = {
    .name = "audit.db",
    .tables = index_tables,
    .sql = index_sql,
    .sql_count = sizeof index_sql / sizeof *index_sql,
    .application = INDEX_APPLICATION,
    .format = 5,
    .cache_kib = INDEX_CACHE_KIB,
};

/* ---- what it has come to ---- */

static bool meta_get(struct audit_index *x, const char *key, struct str *text, int64_t *number,
                     struct err *err)
{
    sqlite3_stmt *st = side_get(&x->side, AUDIT_META_GET, err);
    if (!st)
        return false;
    side_bind_text(st, 1, str_of(key));
    int rc = side_step(&x->side, st, err);
    if (number)
        *number = rc > 0 ? sqlite3_column_int64(st, 0) : 0;
    if (text && rc > 0) {
        struct str blob = {sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0)};
        memcpy(x->place.hash, blob.p, blob.n == AUDIT_HASH_BYTES ? AUDIT_HASH_BYTES : 0);
    }
    sqlite3_reset(st);
    return rc >= 0;
}

static bool place_load(struct audit_index *x, struct err *err)
{
    int64_t seq, segment, at;
    struct str hash;
    x->place = (struct audit_end){0};
    if (!meta_get(x, "seq", NULL, &seq, err) || !meta_get(x, "segment", NULL, &segment, err) ||
        !meta_get(x, "at", NULL, &at, err) || !meta_get(x, "hash", &hash, NULL, err))
        return false;
    x->place.seq = (uint64_t)seq;
    x->place.segment = (uint32_t)segment;
    x->place.bytes = (uint64_t)at;
    return true;
}

static bool meta_put(struct audit_index *x, const char *key, int64_t value, struct err *err)
{
    sqlite3_stmt *st = side_get(&x->side, AUDIT_META_PUT, err);
    if (!st)
        return false;
    side_bind_text(st, 1, str_of(key));
    sqlite3_bind_int64(st, 2, value);
    return side_run(&x->side, st, NULL, err);
}

static bool place_save(struct audit_index *x, struct err *err)
{
    sqlite3_stmt *st;
    if (!meta_put(x, "seq", (int64_t)x->place.seq, err) || !meta_put(x, "segment", x->place.segment, err) ||
        !meta_put(x, "at", (int64_t)x->place.bytes, err) || !(st = side_get(&x->side, AUDIT_META_PUT, err)))
        return false;
    side_bind_text(st, 1, STR("hash"));
    side_bind_blob(st, 2, (struct str){(const char *)x->place.hash, AUDIT_HASH_BYTES});
    return side_run(&x->side, st, NULL, err);
}

/* Forgets the numbers at hand: after a transaction that came to nothing they may be nobody's. */
static void words_forget(struct audit_index *x)
{
    for (size_t i = 0; x->words && i < AUDIT_WORDS_KEPT; i++)
        x->words[i].id = 0;
}

static bool words_begin(struct audit_index *x)
{
    x->words = os_alloc(sizeof *x->words * AUDIT_WORDS_KEPT);
    words_forget(x);
    return x->words;
}

struct audit_index *audit_index_open(const char *dir, const char *spare, bool write, struct err *err)
{
    struct audit_index *x = os_alloc(sizeof *x);
    struct err first = {0};
    if (!x) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(x, 0, sizeof *x);
    snprintf(x->dir, sizeof x->dir, "%s", dir);
    snprintf(x->spare, sizeof x->spare, "%s", spare ? spare : "");
    x->span.number = -1;
    os_random(&x->key, sizeof x->key);
    if (write && !words_begin(x)) {
        audit_index_close(x);
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    bool ok = side_open(&x->side, &index_form, dir, write ? SIDE_CREATE : SIDE_READ, &first) &&
              place_load(x, &first);
    if (!ok && write) { /* damaged, or of another format: made again */
        side_close(&x->side);
        side_remove(&index_form, dir);
        ok = side_open(&x->side, &index_form, dir, SIDE_CREATE, &first) && place_load(x, &first);
    }
    if (ok)
        return x;
    *err = first;
    audit_index_close(x);
    return NULL;
}

struct audit_index *audit_index_current(const char *dir, const char *spare, struct err *err)
{
    char path[AUDIT_PATH_MAX];
    bool more = true;
    snprintf(path, sizeof path, "%s/audit.lock", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    bool alone = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    struct audit_index *x = audit_index_open(dir, spare, alone, err);
    while (x && alone && more)
        if (!audit_index_follow(x, UINT64_MAX, &more, err)) {
            audit_index_close(x);
            x = NULL;
        }
    if (fd >= 0)
        close(fd);
    return x;
}

struct audit_index *audit_index_beside(const struct audit *a, struct err *err)
{
    return audit_index_open(a->dir, a->spare[0] ? a->spare : NULL, false, err);
}

_Static_assert(AUDIT_SPAN == 1024, "PRUNE_SPAN of audit_sql.def");

bool audit_index_prune(struct audit_index *x, uint64_t first, struct err *err)
{
    static const enum audit_stmt statements[] = {AUDIT_PRUNE_SEEN, AUDIT_PRUNE_RECORD, AUDIT_PRUNE_SPAN};
    bool ok = side_begin(&x->side, err);
    for (size_t i = 0; ok && i < sizeof statements / sizeof *statements; i++) {
        sqlite3_stmt *st = side_get(&x->side, statements[i], err);
        if (st)
            sqlite3_bind_int64(st, 1, (int64_t)first);
        ok = st && side_run(&x->side, st, NULL, err);
    }
    return side_end(&x->side, ok, err);
}

void audit_index_close(struct audit_index *x)
{
    if (!x)
        return;
    side_close(&x->side);
    os_free(x->words);
    os_free(x);
}

bool audit_index_known(struct audit_index *x, struct audit_known *out, struct err *err)
{
    if (!place_load(x, err))
        return false;
    out->seq = x->place.seq;
    memcpy(out->hash, x->place.hash, sizeof out->hash);
    return true;
}

/* ---- one record ---- */

static struct str text_of(const struct json_doc *doc, const char *key)
{
    return json_text(doc, json_get_key(doc, 0, str_of(key)));
}

static bool word_find(struct audit_index *x, struct str text, bool add, int64_t *id, struct err *err)
{
    sqlite3_stmt *st = side_get(&x->side, AUDIT_WORD_GET, err);
    if (!st)
        return false;
    side_bind_text(st, 1, text);
    int rc = side_step(&x->side, st, err);
    if (rc > 0)
        *id = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    if (rc || !add)
        return rc >= 0;
    if (!(st = side_get(&x->side, AUDIT_WORD_PUT, err)))
        return false;
    side_bind_text(st, 1, text);
    bool ok = side_run(&x->side, st, NULL, err);
    *id = sqlite3_last_insert_rowid(x->side.h);
    return ok;
}

/* Where a text's number is kept; NULL: nowhere. */
static struct audit_word *word_slot(struct audit_index *x, struct str text)
{
    if (!x->words || text.n > AUDIT_WORD_KEPT_MAX)
        return NULL;
    return &x->words[hash_sip(x->key, text) & (AUDIT_WORDS_KEPT - 1)];
}

bool audit_index_word(struct audit_index *x, struct str text, bool add, int64_t *id, struct err *err)
{
    *id = 0;
    if (!text.n)
        return true;
    struct audit_word *at = word_slot(x, text);
    if (at && at->id && at->n == text.n && memcmp(at->text, text.p, text.n) == 0) {
        *id = at->id;
        return true;
    }
    if (!word_find(x, text, add, id, err))
        return false;
    if (at && *id) {
        *at = (struct audit_word){.id = *id, .n = (uint32_t)text.n};
        memcpy(at->text, text.p, text.n);
    }
    return true;
}

/* A word, and that it stands in the span of seq. */
static bool seen_word(struct audit_index *x, struct str text, uint64_t seq, int64_t *id, struct err *err)
{
    int64_t span = (int64_t)(seq / AUDIT_SPAN);
    if (!audit_index_word(x, text, true, id, err) || !*id)
        return !text.n;
    struct audit_word *at = word_slot(x, text);
    if (at && at->id == *id && at->seen == span + 1)
        return true;
    sqlite3_stmt *st = side_get(&x->side, AUDIT_SEEN_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, *id);
    sqlite3_bind_int64(st, 2, span);
    if (at && at->id == *id)
        at->seen = span + 1;
    return side_run(&x->side, st, NULL, err);
}

static bool bind_word(struct audit_index *x, const struct json_doc *doc, const char *key, int64_t *id,
                      struct err *err)
{
    return audit_index_word(x, text_of(doc, key), true, id, err);
}

static int outcome_of(struct str text)
{
    for (int i = 0; i < 3; i++)
        if (str_is(text, audit_text_outcome((enum audit_outcome)i)))
            return i + 1;
    return 0;
}

/* Their numbers also one after the other, four bytes each, in packed. */
static bool put_patients(struct audit_index *x, const struct json_doc *doc, uint64_t seq, struct arena *arena,
                         struct str *packed, struct err *err)
{
    uint32_t list = json_get_key(doc, 0, STR("patients"));
    *packed = (struct str){NULL, 0};
    if (list == UINT32_MAX)
        return true;
    char *to = arena_alloc(arena, (size_t)(doc->nodes[list].end - list) * sizeof(int32_t));
    if (!to)
        return err_set(err, ERR_NO_MEMORY, NULL);
    packed->p = to;
    JSON_EACH(doc, list, i)
    {
        int64_t id;
        if (!seen_word(x, json_text(doc, i), seq, &id, err))
            return false;
        int32_t word = (int32_t)id;
        memcpy(to + packed->n, &word, sizeof word);
        packed->n += sizeof word;
    }
    return true;
}

/* Is it a search for people by what they are called? By identity number is how people are found at work. */
static bool by_name(const struct json_doc *doc)
{
    static const char *const names[] = {"name", "family", "given", "phonetic"};
    struct str params = text_of(doc, "params"), one;
    struct str resource = text_of(doc, "resource");
    while (str_is(resource, "Patient") && params.n && str_split(&params, ',', &one))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (str_starts(one, str_of(names[i])) &&
                (one.n == strlen(names[i]) || one.p[strlen(names[i])] == ':'))
                return true;
    return false;
}

static int64_t bits_of(const struct json_doc *doc)
{
    uint32_t flags = json_get_key(doc, 0, STR("flags")), many = json_get_key(doc, 0, STR("many"));
    struct str status = text_of(doc, "status");
    int64_t bits = 0;
    if (flags != UINT32_MAX)
        JSON_EACH(doc, flags, i) bits |= audit_flag_named(json_text(doc, i));
    if (many != UINT32_MAX)
        bits |= AUDIT_BIT_MANY;
    if (str_is(text_of(doc, "kind"), "staff"))
        bits |= AUDIT_BIT_STAFF;
    if (by_name(doc))
        bits |= AUDIT_BIT_NAME;
    if (str_is(status, "401") || str_is(status, "403") || str_is(status, "404"))
        bits |= AUDIT_BIT_DENIED;
    return bits;
}

static bool span_save(struct audit_index *x, struct err *err)
{
    if (x->span.number < 0)
        return true;
    sqlite3_stmt *st = side_get(&x->side, AUDIT_SPAN_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, x->span.number);
    sqlite3_bind_int64(st, 2, x->span.low_ms);
    sqlite3_bind_int64(st, 3, x->span.high_ms);
    x->span.number = -1;
    return side_run(&x->side, st, NULL, err);
}

static bool span_add(struct audit_index *x, uint64_t seq, int64_t ms, struct err *err)
{
    struct audit_span *s = &x->span;
    int64_t number = (int64_t)(seq / AUDIT_SPAN);
    if (s->number != number) {
        if (!span_save(x, err))
            return false;
        *s = (struct audit_span){number, ms, ms};
    }
    s->low_ms = ms < s->low_ms ? ms : s->low_ms;
    s->high_ms = ms > s->high_ms ? ms : s->high_ms;
    return true;
}

static bool put_record(struct audit_index *x, struct arena *arena, const struct audit_line *line, bool spare,
                       struct err *err)
{
    static const char *const words[] = {"account", "unit", "resource", "assignment"};
    enum { WORDS = sizeof words / sizeof *words };
    struct json_doc doc;
    struct time_value time;
    int64_t id[WORDS], user;
    uint64_t about;
    struct str patients;
    if (!json_parse(arena, line->json, NULL, &doc, err))
        return false;
    for (int i = 0; i < WORDS; i++)
        if (!bind_word(x, &doc, words[i], &id[i], err))
            return false;
    if (!seen_word(x, text_of(&doc, "user"), line->seq, &user, err) ||
        !put_patients(x, &doc, line->seq, arena, &patients, err))
        return false;
    struct str code = text_of(&doc, "code");
    bool timed = time_parse(text_of(&doc, "time"), false, &time);
    sqlite3_stmt *st = side_get(&x->side, AUDIT_RECORD_PUT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, (int64_t)line->seq);
    int64_t ms = timed ? time_span(&time, 0).low_ms : 0;
    sqlite3_bind_int64(st, 2, ms);
    if (user)
        sqlite3_bind_int64(st, 3, user);
    for (int i = 0; i < WORDS; i++)
        if (id[i])
            sqlite3_bind_int64(st, i == 3 ? 13 : 4 + i, id[i]);
    sqlite3_bind_int64(st, 7, code.n ? code.p[0] : 0);
    sqlite3_bind_int64(st, 8, outcome_of(text_of(&doc, "outcome")));
    sqlite3_bind_int64(st, 9, x->place.segment);
    sqlite3_bind_int64(st, 10, spare);
    sqlite3_bind_int64(st, 11, (int64_t)x->place.bytes);
    sqlite3_bind_int64(st, 12, (int64_t)line->json.n);
    if (str_u64(text_of(&doc, "about"), INT64_MAX, &about))
        sqlite3_bind_int64(st, 14, (int64_t)about);
    sqlite3_bind_int64(st, 15, bits_of(&doc));
    side_bind_blob(st, 16, patients);
    return side_run(&x->side, st, NULL, err) && span_add(x, line->seq, ms, err);
}

/* ---- following ---- */

/* The segment that the place lies in, or the one after it when that is at its end. */
struct reading {
    const struct audit_segment *segment;
    uint64_t limit; /* bytes of it that count */
};

static bool head_of(struct audit_index *x, struct arena *arena, const struct audit_segment *s,
                    struct audit_head *head)
{
    char path[AUDIT_PATH_MAX], text[4096];
    struct audit_line line;
    audit_file_path(path, x->dir, x->spare, s->spare, s->number);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    if (fd >= 0)
        close(fd);
    return n > 0 && audit_file_line((struct str){text, (size_t)n}, &line) &&
           audit_file_head(arena, &line, head);
}

/* False at the end of what there is. */
static bool where(struct audit_index *x, struct arena *arena, const struct audit_segments *all,
                  struct reading *out)
{
    struct audit_head head;
    const struct audit_segment *here = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct audit_segment *s = &all->item[i];
        if (s->number == x->place.segment) {
            here = s;
            continue;
        }
        if (s->number < x->place.segment || !head_of(x, arena, s, &head) || head.segment != s->number)
            continue;
        if (here && head.prev == here->number && x->place.bytes < head.prev_bytes) {
            *out = (struct reading){here, head.prev_bytes};
            return true;
        }
        x->place.segment = s->number;
        x->place.bytes = 0;
        here = s;
    }
    *out = (struct reading){here, here ? here->bytes : 0};
    return here && x->place.bytes < here->bytes;
}

/* Takes lines of one block. Stops at what is no whole line, or does not come next. */
static bool take_lines(struct audit_index *x, struct str text, bool spare, uint64_t until, size_t *taken,
                       struct err *err)
{
    struct audit_line line;
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    while (ok && *taken < AUDIT_INDEX_BATCH && audit_file_line(text, &line)) {
        if (!line.head && (line.seq > until || line.seq != x->place.seq + 1) && x->place.seq)
            break;
        ok = line.head || put_record(x, &arena, &line, spare, err);
        x->place.bytes += line.bytes;
        if (!line.head) {
            x->place.seq = line.seq;
            ++*taken;
        }
        memcpy(x->place.hash, line.hash, sizeof x->place.hash);
        text = str_sub(text, line.bytes, text.n);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return ok;
}

static bool read_block(struct audit_index *x, const struct reading *r, char *block, size_t *n,
                       struct err *err)
{
    char path[AUDIT_PATH_MAX];
    audit_file_path(path, x->dir, x->spare, r->segment->spare, r->segment->number);
    uint64_t left = r->limit - x->place.bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got =
        fd >= 0 ? pread(fd, block, left < INDEX_READ ? (size_t)left : INDEX_READ, (off_t)x->place.bytes) : -1;
    if (fd >= 0)
        close(fd);
    *n = got > 0 ? (size_t)got : 0;
    return got >= 0 || err_set(err, ERR_IO, path, strerror(errno), NULL);
}

bool audit_index_follow(struct audit_index *x, uint64_t until, bool *more, struct err *err)
{
    struct audit_segments all;
    struct arena arena;
    struct reading r;
    size_t taken = 0, before = SIZE_MAX;
    struct audit_end begun = x->place;
    char *block = os_alloc(INDEX_READ);
    arena_init(&arena);
    bool ok = block || err_set(err, ERR_NO_MEMORY, NULL);
    ok = ok && audit_file_list(&arena, x->dir, x->spare[0] ? x->spare : NULL, &all, err) &&
         side_begin(&x->side, err);
    if (ok) {
        uint64_t at = UINT64_MAX;
        while (ok && taken < AUDIT_INDEX_BATCH && where(x, &arena, &all, &r) &&
               (taken != before || at != x->place.bytes)) {
            size_t n;
            before = taken;
            at = x->place.bytes;
            ok = read_block(x, &r, block, &n, err) &&
                 take_lines(x, (struct str){block, n}, r.segment->spare, until, &taken, err);
        }
        ok = side_end(&x->side, ok && span_save(x, err) && place_save(x, err), err);
    }
    if (!ok) {
        x->place = begun;
        x->span.number = -1;
        words_forget(x);
    }
    *more = ok && taken == AUDIT_INDEX_BATCH;
    arena_release(&arena);
    os_free(block);
    return ok;
}
