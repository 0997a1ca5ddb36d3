/* SPDX-License-Identifier: Apache-2.0
 * A schema and hooks without FHIR for the store's tests: a body carries its index rows as text, so that
 * extraction can be repeated from what is stored. Included by tests only. */
#ifndef HELHET_STORE_FAKE_H
#define HELHET_STORE_FAKE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "store/store.h"

enum { FAKE_NONE, FAKE_PATIENT, FAKE_OBS, FAKE_GROUP, FAKE_TYPES };
enum {
    FAKE_P_NAME = 1, /* Patient: string */
    FAKE_P_BIRTH,    /* date */
    FAKE_P_IDENT,    /* token */
    FAKE_O_CODE,     /* Obs: token */
    FAKE_O_DATE,
    FAKE_O_VALUE,   /* number */
    FAKE_O_SUBJECT, /* reference */
    FAKE_O_PROFILE, /* uri */
    FAKE_O_PAIR,    /* composite */
    FAKE_O_NOTE,    /* string */
    FAKE_G_MEMBER,  /* Group: reference */
    FAKE_PARAMS
};

static const char *const fake_types[FAKE_TYPES] = {NULL, "Patient", "Obs", "Group"};
static const char *const fake_params[FAKE_PARAMS] = {
    NULL,        "Patient.name", "Patient.birth", "Patient.ident", "Obs.code", "Obs.date",
    "Obs.value", "Obs.subject",  "Obs.profile",   "Obs.pair",      "Obs.note", "Group.member"};

/* Texts have no blanks or quotes; "~" stands for the empty one. */
static inline void fake_write_row(struct buf *b, const struct store_row *r)
{
    buf_printf(b, "%u %u %u %" PRIx64 " %" PRIx64 " %" PRId64 " %" PRId64 " %a %a %.*s %.*s", r->index,
               r->param, r->target_type, r->hash, r->exact, r->low, r->high, r->number_low, r->number_high,
               r->text.n ? (int)r->text.n : 1, r->text.n ? r->text.p : "~", r->name.n ? (int)r->name.n : 1,
               r->name.n ? r->name.p : "~");
}

static inline struct str fake_tail(struct arena *arena, const struct store_row *rows, size_t count,
                                   struct str text)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_printf(&b, ",\"text\":\"%.*s\",\"r\":[", STR_ARG(text));
    for (size_t i = 0; i < count; i++) {
        buf_cstr(&b, i ? ",\"" : "\"");
        fake_write_row(&b, &rows[i]);
        buf_char(&b, '"');
    }
    buf_cstr(&b, "]}");
    struct str s = arena_str(arena, buf_get(&b));
    buf_release(&b);
    return s;
}

static inline bool fake_read_row(struct arena *arena, struct str line, struct store_row *r)
{
    char *text = arena_alloc(arena, line.n + 1), *name = arena_alloc(arena, line.n + 1);
    unsigned index, param, type;
    int n =
        sscanf(arena_cstr(arena, line),
               "%u %u %u %" SCNx64 " %" SCNx64 " %" SCNd64 " %" SCNd64 " %la %la %s %s", &index, &param,
               &type, &r->hash, &r->exact, &r->low, &r->high, &r->number_low, &r->number_high, text, name);
    r->index = (uint8_t)index;
    r->param = (uint16_t)param;
    r->target_type = (uint16_t)type;
    r->text = strcmp(text, "~") == 0 ? STR("") : str_of(text);
    r->name = strcmp(name, "~") == 0 ? STR("") : str_of(name);
    return n == 11;
}

static inline bool fake_extract(void *arg, struct arena *arena, uint16_t type, struct str body,
                                struct store_rows *out, struct err *err)
{
    (void)arg;
    (void)type;
    *out = (struct store_rows){0};
    size_t at = str_find_str(body, STR("\"r\":["));
    if (at == SIZE_MAX)
        return err_set(err, ERR_INTERNAL, "no rows in body", NULL);
    struct str rest = str_sub(body, at + 5, body.n), part;
    bool in = false;
    out->item = arena_alloc(arena, (rest.n / 10 + 1) * sizeof *out->item);
    while (str_split(&rest, '"', &part)) {
        if (in) {
            struct store_row *r = &out->item[out->count++];
            *r = (struct store_row){0};
            if (!fake_read_row(arena, part, r))
                return err_set(err, ERR_INTERNAL, "row in body", NULL);
        }
        in = !in;
    }
    return true;
}

/* The body's text; "x" stands for none. */
static inline bool fake_sort_text(void *arg, struct arena *arena, uint16_t type, uint16_t param,
                                  bool descending, struct str body, struct str *out, struct err *err)
{
    (void)arg;
    (void)type;
    (void)param;
    (void)descending;
    size_t at = str_find_str(body, STR("\"text\":\""));
    if (at == SIZE_MAX)
        return err_set(err, ERR_INTERNAL, "no text in body", NULL);
    struct str rest = str_sub(body, at + 8, body.n), text;
    str_split(&rest, '"', &text);
    *out = str_is(text, "x") ? (struct str){NULL, 0} : arena_str(arena, text);
    return true;
}

static inline struct store_options fake_options(const char *dir)
{
    return (struct store_options){
        .dir = dir,
        .create = true,
        .schema = {"fake-1", fake_types, FAKE_TYPES, fake_params, FAKE_PARAMS},
        .hooks = {NULL, fake_extract, fake_sort_text},
        .cache_mib = 4,
    };
}

/* A folder of this process's own; removed by fake_remove. */
static inline char *fake_dir(void)
{
    char *path = os_alloc(64);
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, 64, "%s/helhet-store-XXXXXX", base);
    if (!mkdtemp(path))
        os_panic("mkdtemp");
    return path;
}

static inline void fake_remove(char *dir)
{
    static const char *const files[] = {"helhet.db", "helhet.db-wal", "helhet.db-shm", "helhet.lock"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
    os_free(dir);
}

/* A change with its texts in arena. */
static inline struct store_change fake_change(struct arena *arena, char op, uint16_t type, const char *id,
                                              const struct store_row *rows, size_t count, const char *text)
{
    struct store_change c = {.op = op, .type = type, .id = arena_str(arena, str_of(id))};
    if (op == 'D')
        return c;
    c.head = arena_printf(arena, "{\"resourceType\":\"%s\",\"id\":\"%s\",", fake_types[type], id);
    c.tail = fake_tail(arena, rows, count, str_of(text));
    c.rows = rows;
    c.row_count = count;
    return c;
}

struct fake_job {
    struct store_change *change;
    size_t count;
    bool refuse; /* undo it all at the end */
};

static inline bool fake_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct fake_job *j = arg;
    for (size_t i = 0; i < j->count; i++)
        if (!store_put(tx, &j->change[i], err))
            return false;
    return !j->refuse || err_set(err, ERR_CANCELLED, NULL);
}

static inline bool fake_put(struct store *s, struct store_change *change, size_t count, struct err *err)
{
    struct fake_job j = {change, count, false};
    struct store_job job = {fake_run, NULL, &j, STR("tester"), STR("test")};
    return store_run(s, &job, err);
}

#endif
