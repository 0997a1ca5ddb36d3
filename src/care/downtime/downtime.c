/* SPDX-License-Identifier: Apache-2.0
 * Rounds: which units there are, through whose eyes each is read, and the files. */
#include "downtime/downtime.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "downtime/downtime_int.h"
#include "fhir_gen/names.h"

enum { ROUND_ENCOUNTERS_MAX = 20000, ROUND_ROLES_MAX = 200, ROUND_FOLDER_MODE = 0750 };

struct round {
    const struct downtime_options *opt;
    struct arena arena; /* for the round: its units */
    int64_t now_ms;
    struct downtime_line *unit;
    size_t count;
    struct downtime_done *done;
    const atomic_bool *stopping; /* NULL: never */
};

/* Through whose eyes a unit is read. */
struct eyes {
    struct access_caller caller;
    struct access_view *view;
    struct store_read *r;
};

/* ---- units ---- */

static struct str reference(const struct json_doc *d, uint32_t i, const char *key, const char *type)
{
    uint32_t at = json_get_key(d, i, str_of(key));
    struct str ref = at == UINT32_MAX ? (struct str){0} : json_text(d, json_get_key(d, at, STR("reference")));
    return str_starts(ref, str_of(type)) ? ref : (struct str){0};
}

static bool add_unit(struct round *w, struct str ref, struct str name)
{
    struct str id = str_sub(ref, strlen("Organization/"), ref.n);
    if (!ref.n)
        return true;
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->unit[i].id, id))
            return true;
    if (w->count == DOWNTIME_UNITS_MAX)
        return false;
    w->unit[w->count++] = (struct downtime_line){id, name.n ? name : id, 0};
    return true;
}

/* The units that have somebody in their care, read without a view: nothing of this but their names leaves. */
static bool find_units(struct round *w, struct err *err)
{
    const struct search_param param[] = {{STR("status"), STR("arrived,triaged,in-progress,onleave")}};
    struct downtime_docs found;
    struct store_read *r = store_read_begin(w->opt->store, err);
    bool ok = r && downtime_find(r, w->opt->search, "Encounter", param, 1, ROUND_ENCOUNTERS_MAX, &w->arena,
                                 &found, NULL, err);
    w->unit = ARENA_ARRAY(&w->arena, struct downtime_line, DOWNTIME_UNITS_MAX);
    bool all = ok && !found.more;
    for (size_t i = 0; ok && w->unit && i < found.count; i++) {
        const struct json_doc *d = &found.item[i];
        uint32_t at = json_get_key(d, 0, STR("serviceProvider"));
        struct str name =
            at == UINT32_MAX ? (struct str){0} : json_text(d, json_get_key(d, at, STR("display")));
        all = add_unit(w, reference(d, 0, "serviceProvider", "Organization/"), name) && all;
    }
    if (r)
        store_read_end(r);
    if (ok && !all) { /* said aloud: somebody may think that all are there */
        struct log_line l;
        log_begin(&l, LOG_LEVEL_ERROR, "downtime-cut");
        log_i64(&l, "units", (int64_t)w->count);
        log_end(&l);
    }
    return ok && (w->unit || err_set(err, ERR_NO_MEMORY, NULL));
}

/* ---- whose eyes ---- */

static void close_eyes(struct eyes *e)
{
    if (e->r)
        store_read_end(e->r);
    access_view_free(e->view);
    *e = (struct eyes){0};
}

static bool open_eyes(struct round *w, struct eyes *e, struct err *err)
{
    e->r = store_read_begin(w->opt->store, err);
    if (e->r && w->opt->access) {
        e->view = access_view_new(w->opt->access, &e->caller, ACCESS_SEARCH, e->r, err);
        if (e->view)
            store_read_view(e->r, access_view_store(e->view));
    }
    return e->r && (e->view || !w->opt->access);
}

/* Does the assignment see what a page is made of? */
static bool sees(const struct eyes *e)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Patient, FHIR_TYPE_Encounter, FHIR_TYPE_MedicationRequest,
                                         FHIR_TYPE_AllergyIntolerance, FHIR_TYPE_Observation};
    bool all = access_view_caller(e->view)->usable;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        all = all && access_view_may(e->view, types[i], false, ACCESS_SEARCH);
    return all;
}

static bool find_roles(struct round *w, struct str unit, struct arena *arena, struct downtime_docs *out,
                       struct err *err)
{
    const struct search_param param[] = {{STR("organization"), unit}, {STR("active"), STR("true")}};
    struct store_read *r = store_read_begin(w->opt->store, err);
    bool ok = r && downtime_find(r, w->opt->search, "PractitionerRole", param, 2, ROUND_ROLES_MAX, arena, out,
                                 NULL, err);
    if (r)
        store_read_end(r);
    return ok;
}

static struct str joined(struct arena *arena, const char *type, struct str id)
{
    return arena_printf(arena, "%s%.*s", type, STR_ARG(id));
}

/* The first assignment of the unit, by id, that sees enough. False with err->code 0: none does. */
static bool find_eyes(struct round *w, struct str unit, struct arena *arena, struct eyes *out,
                      struct err *err)
{
    struct downtime_docs roles;
    *out = (struct eyes){0};
    if (!w->opt->access)
        return open_eyes(w, out, err);
    if (!find_roles(w, unit, arena, &roles, err))
        return false;
    for (size_t i = 0; i < roles.count; i++) {
        const struct json_doc *d = &roles.item[i];
        struct str id = json_text(d, json_get_key(d, 0, STR("id")));
        out->caller = (struct access_caller){.kind = ACCESS_STAFF,
                                             .account = STR("system:downtime"),
                                             .user = reference(d, 0, "practitioner", "Practitioner/"),
                                             .assignment = joined(arena, "PractitionerRole/", id),
                                             .unit = joined(arena, "Organization/", unit),
                                             .purpose = STR("care")};
        if (!open_eyes(w, out, err))
            return false;
        if (sees(out))
            return true;
        close_eyes(out);
    }
    return false;
}

/* ---- one page ---- */

/* In the log before the file is there: who was written about, with whose eyes. */
static bool tell(struct round *w, const struct eyes *e, const struct downtime_unit *u, struct arena *arena,
                 struct err *err)
{
    struct str *patient = ARENA_ARRAY(arena, struct str, u->patient_count + 1);
    size_t n = 0;
    if (!w->opt->audit)
        return true;
    if (!patient)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < u->patient_count; i++)
        if (u->patient[i].patient)
            patient[n++] = u->patient[i].id;
    struct audit_record record = {.who = {.kind = STR("system"),
                                          .account = STR("system:downtime"),
                                          .assignment = e->caller.assignment,
                                          .unit = joined(arena, "Organization/", u->id),
                                          .purpose = STR("care")},
                                  .action = STR("downtime-copy"),
                                  .code = 'R',
                                  .resource = joined(arena, "Organization/", u->id),
                                  .patient = patient,
                                  .patient_count = n,
                                  .withheld = u->withheld};
    return audit_put(w->opt->audit, &record, 1, err);
}

static bool put_file(const struct round *w, struct str name, const struct buf *text, struct err *err)
{
    char path[DOWNTIME_PATH_MAX];
    if (!buf_ok(text))
        return err_set(err, ERR_NO_MEMORY, NULL);
    snprintf(path, sizeof path, "%s/%.*s.html", w->opt->dir, STR_ARG(name));
    return os_file_replace(path, buf_get(text)) || err_set(err, ERR_IO, path, strerror(errno), NULL);
}

static bool put_unit(struct round *w, struct downtime_line *line, struct eyes *e, struct arena *arena,
                     struct err *err)
{
    struct downtime_unit u = {.id = line->id, .name = line->name, .now_ms = w->now_ms};
    struct buf text;
    buf_init(&text, DOWNTIME_PAGE_MAX);
    bool ok = downtime_gather(e->r, w->opt->search, arena, &u, err);
    if (ok)
        downtime_page(&u, &text);
    ok = ok && tell(w, e, &u, arena, err) && put_file(w, line->id, &text, err);
    buf_release(&text);
    line->patients = u.patient_count;
    w->done->patients += ok ? u.patient_count : 0;
    return ok;
}

static void log_unit(const char *what, struct str unit, const struct err *err)
{
    struct log_line l;
    log_begin(&l, err->code ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, what);
    log_str(&l, "unit", unit);
    if (err->code)
        log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

/* A unit that fails keeps the page it has, whose age can be seen; the others go on. */
static void write_unit(struct round *w, struct downtime_line *line)
{
    struct arena arena;
    struct err err = {0};
    struct eyes eyes;
    arena_init(&arena);
    bool found = find_eyes(w, line->id, &arena, &eyes, &err);
    bool ok = found && put_unit(w, line, &eyes, &arena, &err);
    w->done->units += ok;
    w->done->unseen += !found && !err.code;
    w->done->failed += err.code != 0;
    if (!ok)
        log_unit(err.code ? "downtime-failed" : "downtime-unseen", line->id, &err);
    close_eyes(&eyes);
    arena_release(&arena);
}

/* ---- the folder ---- */

/* Is it the page of a unit that is in this round? */
static bool current(const struct round *w, struct str name)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->unit[i].id, name))
            return true;
    return str_is(name, "index");
}

/* Only names that we may have given: an id and ".html". */
static bool ours(struct str name)
{
    return name.n > 5 && str_is(str_sub(name, name.n - 5, name.n), ".html") &&
           fhir_prim_valid(FHIR_PRIM_ID, str_sub(name, 0, name.n - 5));
}

/* A unit that has nobody in its care any more has no page: what it held is nobody's business now. */
static void remove_old(const struct round *w)
{
    char path[DOWNTIME_PATH_MAX];
    DIR *dir = opendir(w->opt->dir);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        struct str name = str_of(e->d_name);
        if (!ours(name) || current(w, str_sub(name, 0, name.n - 5)))
            continue;
        snprintf(path, sizeof path, "%s/%s", w->opt->dir, e->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
}

static bool put_index(struct round *w, struct err *err)
{
    struct buf text;
    size_t n = 0;
    char path[DOWNTIME_PATH_MAX];
    for (size_t i = 0; i < w->count; i++) { /* those that have a page, of this round or before */
        snprintf(path, sizeof path, "%s/%.*s.html", w->opt->dir, STR_ARG(w->unit[i].id));
        if (access(path, F_OK) == 0)
            w->unit[n++] = w->unit[i];
    }
    buf_init(&text, DOWNTIME_PAGE_MAX);
    downtime_index(w->unit, n, w->now_ms, w->opt->every_s ? w->opt->every_s : DOWNTIME_EVERY_S, &text);
    bool ok = put_file(w, STR("index"), &text, err);
    buf_release(&text);
    return ok;
}

static bool write_round(const struct downtime_options *opt, const atomic_bool *stopping,
                        struct downtime_done *out, struct err *err)
{
    struct round w = {.opt = opt, .now_ms = os_now_ms(), .done = out, .stopping = stopping};
    *out = (struct downtime_done){0};
    if (mkdir(opt->dir, ROUND_FOLDER_MODE) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, opt->dir, strerror(errno), NULL);
    arena_init(&w.arena);
    bool ok = find_units(&w, err), stopped = false;
    for (size_t i = 0; ok && !stopped && i < w.count; i++) {
        stopped = stopping && *stopping;
        if (!stopped)
            write_unit(&w, &w.unit[i]);
    }
    if (ok && !stopped) {
        remove_old(&w);
        ok = put_index(&w, err);
    }
    arena_release(&w.arena);
    return ok;
}

bool downtime_write(const struct downtime_options *opt, struct downtime_done *out, struct err *err)
{
    return write_round(opt, NULL, out, err);
}

/* ---- the thread ---- */

struct downtime {
    struct downtime_options opt;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool stopping;
};

static void log_round(const struct downtime_done *done, uint64_t begun_ns, const struct err *err)
{
    struct log_line l;
    bool bad = err->code || done->failed;
    log_begin(&l, bad ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "downtime-copy");
    log_i64(&l, "units", (int64_t)done->units);
    log_i64(&l, "patients", (int64_t)done->patients);
    log_i64(&l, "unseen", (int64_t)done->unseen);
    log_i64(&l, "failed", (int64_t)done->failed);
    log_i64(&l, "ms", (int64_t)((os_mono_ns() - begun_ns) / 1000000));
    if (err->code) {
        log_cstr(&l, "error", err_info(err->code)->name);
        log_cstr(&l, "place", err->arg[0]);
    }
    log_end(&l);
}

static void sleep_until_next(struct downtime *d)
{
    uint64_t now = os_mono_ns();
    struct timespec until = {.tv_sec = (time_t)(now / 1000000000), .tv_nsec = (long)(now % 1000000000)};
    until.tv_sec += d->opt.every_s ? d->opt.every_s : DOWNTIME_EVERY_S;
    pthread_mutex_lock(&d->lock);
    while (!d->stopping && pthread_cond_timedwait(&d->wake, &d->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&d->lock);
}

static void *downtime_main(void *arg)
{
    struct downtime *d = arg;
    while (!d->stopping) {
        struct downtime_done done;
        struct err err = {0};
        uint64_t begun = os_mono_ns();
        write_round(&d->opt, &d->stopping, &done, &err);
        log_round(&done, begun, &err);
        sleep_until_next(d);
    }
    return NULL;
}

struct downtime *downtime_start(const struct downtime_options *opt, struct err *err)
{
    struct downtime *d = os_alloc(sizeof *d);
    pthread_condattr_t monotonic;
    if (!d) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(d, 0, sizeof *d);
    d->opt = *opt;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&d->thread, NULL, downtime_main, d) == 0)
        return d;
    os_free(d);
    err_set(err, ERR_NO_MEMORY, NULL);
    return NULL;
}

void downtime_stop(struct downtime *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    os_free(d);
}
