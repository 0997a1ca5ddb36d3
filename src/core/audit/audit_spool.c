/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit_file.h"
#include "audit/audit_int.h"
#include "base/log.h"
#include "base/time.h"
#include "json/json.h"

#define SPOOL_END ".json"
enum { SPOOL_NAME_MAX = 64 };

static void spool_path(char out[AUDIT_PATH_MAX], const char *dir, const char *name, const char *end)
{
    snprintf(out, AUDIT_PATH_MAX, "%.3800s/audit-in%s%.200s%s", dir, name[0] ? "/" : "", name, end);
}

static bool failed(const char *path, struct err *err)
{
    return err_set(err, ERR_IO, path, strerror(errno), NULL);
}

/* ---- leaving one ---- */

static void write_record(const struct audit_record *r, struct buf *out)
{
    const struct {
        const char *name;
        struct str text;
    } texts[] = {{"kind", r->who.kind}, {"account", r->who.account},
                 {"action", r->action}, {"resource", r->resource},
                 {"why", r->why},       {"note", r->note}};
    char time[TIME_TEXT_MAX];
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text.n)
            json_out_string(&o, texts[i].name, texts[i].text);
    json_out_string(&o, "code", (struct str){&r->code, 1});
    json_out_i64(&o, "about", (int64_t)r->about);
    json_out_i64(&o, "outcome", r->outcome);
    json_out_string(&o, "happened", (struct str){time, time_format(os_now_ms(), time)});
    json_out_end_object(&o);
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool leave(const char *dir, const struct audit_record *r, struct err *err)
{
    char folder[AUDIT_PATH_MAX], path[AUDIT_PATH_MAX], last[AUDIT_PATH_MAX], name[SPOOL_NAME_MAX];
    uint64_t random;
    struct buf text;
    os_random(&random, sizeof random);
    snprintf(name, sizeof name, "%lld-%016llx", (long long)os_now_ms(), (unsigned long long)random);
    spool_path(folder, dir, "", "");
    spool_path(path, dir, name, ".tmp");
    spool_path(last, dir, name, SPOOL_END);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return failed(folder, err);
    buf_init(&text, AUDIT_SPOOL_BYTES_MAX);
    write_record(r, &text);
    int fd = buf_ok(&text) ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    bool ok = fd >= 0 && os_write_all(fd, buf_get(&text)) && fsync(fd) == 0 && rename(path, last) == 0 &&
              sync_folder(folder);
    if (!ok)
        failed(path, err);
    if (fd >= 0)
        close(fd);
    buf_release(&text);
    return ok;
}

bool audit_spool_put(const char *dir, const char *spare, const struct audit_record *r, struct err *err)
{
    struct audit_options opt = {.dir = dir, .spare = spare};
    struct audit *a = audit_open(&opt, err);
    if (!a && err->code == ERR_AUDIT_LOCKED) {
        *err = (struct err){0};
        return leave(dir, r, err);
    }
    bool ok = a && audit_spool_take(a, dir, err) && audit_put(a, r, 1, err);
    audit_close(a);
    return ok;
}

/* ---- taking them in ---- */

static struct str text_of(const struct json_doc *doc, const char *key)
{
    return json_text(doc, json_get_key(doc, 0, str_of(key)));
}

static bool read_record(struct arena *arena, struct str text, struct audit_record *r)
{
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    struct err err;
    struct time_value time;
    uint64_t outcome;
    if (!doc || !json_parse(arena, text, NULL, doc, &err) || doc->nodes[0].kind != JSON_OBJECT)
        return false;
    struct str code = text_of(doc, "code");
    *r = (struct audit_record){.who = {.kind = text_of(doc, "kind"), .account = text_of(doc, "account")},
                               .action = text_of(doc, "action"),
                               .code = code.n ? code.p[0] : 'E',
                               .resource = text_of(doc, "resource"),
                               .why = text_of(doc, "why"),
                               .note = text_of(doc, "note")};
    if (!str_u64(text_of(doc, "about"), INT64_MAX, &r->about) ||
        !str_u64(text_of(doc, "outcome"), AUDIT_FAILED, &outcome) ||
        !time_parse(text_of(doc, "happened"), false, &time))
        return false;
    r->outcome = (enum audit_outcome)outcome;
    r->happened_ms = time_span(&time, 0).low_ms;
    return r->action.n;
}

static bool take_file(struct audit *a, const char *dir, const char *name, struct err *err)
{
    char path[AUDIT_PATH_MAX], aside[AUDIT_PATH_MAX], text[AUDIT_SPOOL_BYTES_MAX];
    struct audit_record r;
    struct arena arena;
    spool_path(path, dir, name, "");
    spool_path(aside, dir, name, ".bad");
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    if (fd >= 0)
        close(fd);
    arena_init(&arena);
    bool good = n >= 0 && n < (ssize_t)sizeof text && read_record(&arena, (struct str){text, (size_t)n}, &r);
    if (!good)
        r = (struct audit_record){.who = {.kind = STR("system")},
                                  .action = STR("audit-in"),
                                  .code = 'E',
                                  .outcome = AUDIT_FAILED,
                                  .note = str_of(name)};
    bool ok =
        audit_put(a, &r, 1, err) && ((good ? unlink(path) : rename(path, aside)) == 0 || failed(path, err));
    arena_release(&arena);
    return ok;
}

bool audit_spool_take(struct audit *a, const char *dir, struct err *err)
{
    char path[AUDIT_PATH_MAX];
    spool_path(path, dir, "", "");
    DIR *d = opendir(path);
    bool ok = true;
    if (!d)
        return errno == ENOENT || failed(path, err);
    for (struct dirent *e; ok && (e = readdir(d));) {
        size_t n = strlen(e->d_name), end = strlen(SPOOL_END);
        if (n > end && n < SPOOL_NAME_MAX && strcmp(e->d_name + n - end, SPOOL_END) == 0)
            ok = take_file(a, dir, e->d_name, err);
    }
    closedir(d);
    return ok;
}

/* ---- each second ---- */

struct audit_spool {
    struct audit *audit;
    const char *dir;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
};

static bool wait_a_while(struct audit_spool *s)
{
    struct timespec until;
    int64_t ms = os_now_ms() + AUDIT_SPOOL_MS;
    until = (struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    pthread_mutex_lock(&s->lock);
    if (!s->stopping)
        pthread_cond_timedwait(&s->wake, &s->lock, &until);
    bool on = !s->stopping;
    pthread_mutex_unlock(&s->lock);
    return on;
}

static void *spool_main(void *arg)
{
    struct audit_spool *s = arg;
    do {
        struct err err = {0};
        struct log_line l;
        if (audit_spool_take(s->audit, s->dir, &err))
            continue;
        log_begin(&l, LOG_LEVEL_WARN, "audit-in");
        log_cstr(&l, "error", err_info(err.code)->name);
        log_end(&l);
    } while (wait_a_while(s));
    return NULL;
}

struct audit_spool *audit_spool_start(struct audit *a, const char *dir, struct err *err)
{
    struct audit_spool *s = os_alloc(sizeof *s);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *s = (struct audit_spool){.audit = a, .dir = dir};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    if (pthread_create(&s->thread, NULL, spool_main, s) == 0)
        return s;
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    os_free(s);
    err_set(err, ERR_INTERNAL, "pthread_create", NULL);
    return NULL;
}

void audit_spool_stop(struct audit_spool *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    os_free(s);
}
