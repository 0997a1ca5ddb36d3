/* SPDX-License-Identifier: Apache-2.0 */
#include "anon/anon.h"

#include <pthread.h>
#include <time.h>

#include "anon/anon_int.h"
#include "api/body.h"
#include "base/log.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum {
    LOOK_MS = 200,
    TOUCH_MS = 60 * 1000,
    MINUTE_MS = 60 * 1000,
    PEOPLE_MS = 600 * 1000,
    MONTH_BYTES = 7,
    RESOURCE_BYTES_MAX = 1 << 16
};

struct anon {
    struct anon_options opt;
    struct anon_box *box;
    pthread_t thread;
    pthread_mutex_t lock; /* what is below */
    pthread_cond_t wake;
    bool stopping, running;
    int64_t minute; /* of the counted reports */
    unsigned taken;
    size_t people; /* at work here, until */
    uint64_t people_until;
};

/* ---- writing what waits ---- */

struct flush {
    struct anon *a;
    struct arena *arena;
    struct str text[ANON_BOX_SLOTS];
    uint16_t slot[ANON_BOX_SLOTS], done[ANON_BOX_SLOTS];
    size_t count, done_count;
};

/* Under the id that it got when it came: what was written before everything stopped is the same again. */
static bool put(struct flush *f, struct store_tx *tx, struct str id, struct str body, struct err *err)
{
    struct store_change change = {.op = 'U'};
    struct store_rows rows = {0};
    struct json_doc doc, whole;
    if (!json_parse(f->arena, body, &fhir_names, &doc, err) ||
        !body_parts(&doc, 0, FHIR_TYPE_Experience, id, f->arena, &change, err))
        return false;
    struct str text = arena_printf(f->arena, "%.*s\"meta\":{\"versionId\":\"1\"%.*s}%.*s",
                                   STR_ARG(change.head), STR_ARG(change.meta_rest), STR_ARG(change.tail));
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(f->arena, text, &fhir_names, &whole, err))
        return false;
    fhir_type_tree(&whole, 0);
    if (!search_extract(f->a->opt.search, &whole, 0, FHIR_TYPE_Experience, f->arena, &rows, err))
        return false;
    change.rows = rows.item;
    change.row_count = rows.count;
    change.epoch = rows.epoch;
    change.if_absent = true;
    return store_put(tx, &change, err);
}

static bool run(struct store_tx *tx, void *arg, struct err *err)
{
    struct flush *f = arg;
    char day[TIME_TEXT_MAX];
    time_format(store_tx_time_ms(tx), day);
    struct anon_cells *cells = anon_cell_read(store_tx_read(tx), f->arena, err);
    f->done_count = 0;
    for (size_t i = 0; cells && i < f->count; i++) {
        struct anon_form form;
        struct buf body;
        if (!anon_form_unpack(f->text[i], f->arena, &form, err))
            return false;
        size_t cell = anon_cell_hide(cells, &form);
        if (cell < ANON_CELL)
            continue; /* too few are left for anybody to be hidden among: it waits on */
        f->done[f->done_count++] = f->slot[i];
        buf_init(&body, RESOURCE_BYTES_MAX);
        bool ok = anon_form_resource(&form, cell, (struct str){day, MONTH_BYTES}, &body)
                      ? put(f, tx, form.id, buf_get(&body), err)
                      : err_set(err, ERR_NO_MEMORY, NULL);
        buf_release(&body);
        if (!ok)
            return false;
    }
    return cells != NULL;
}

static bool flush(struct anon *a, bool few, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    struct flush *f = ARENA_NEW(&arena, struct flush);
    bool ok = f || err_set(err, ERR_NO_MEMORY, NULL);
    if (ok) {
        *f = (struct flush){.a = a, .arena = &arena};
        ok = anon_box_list(a->box, &arena, f->text, f->slot, &f->count, err);
    }
    if (ok && f->count && (few || f->count >= ANON_CELL)) {
        struct store_job job = {.run = run, .arg = f, .agent = STR("gov/anon"), .reason = STR("experience")};
        ok = store_run(a->opt.store, &job, err) && anon_box_clear(a->box, f->done, f->done_count, err);
    }
    arena_release(&arena);
    return ok;
}

static void round_of(struct anon *a, int64_t round)
{
    struct log_line l;
    struct err err = {0};
    if (flush(a, round % ANON_ROUNDS == 0, &err))
        return;
    log_begin(&l, LOG_LEVEL_ERROR, "experiences_kept"); /* they wait on */
    log_cstr(&l, "error", err_info(err.code)->name);
    log_end(&l);
}

static void *work(void *arg)
{
    struct anon *a = arg;
    int64_t every = (int64_t)a->opt.every_s * 1000, last = os_now_ms() / every;
    uint64_t touched = os_mono_ns();
    pthread_mutex_lock(&a->lock);
    while (!a->stopping) {
        int64_t to = os_now_ms() - os_fault.clock_shift_ms + LOOK_MS;
        struct timespec until = {.tv_sec = to / 1000, .tv_nsec = to % 1000 * 1000000};
        pthread_cond_timedwait(&a->wake, &a->lock, &until);
        if (a->stopping)
            break;
        pthread_mutex_unlock(&a->lock);
        int64_t now = os_now_ms() / every;
        if (now != last)
            round_of(a, now);
        last = now;
        if (os_mono_ns() - touched > TOUCH_MS * UINT64_C(1000000)) {
            anon_box_touch(a->box);
            touched = os_mono_ns();
        }
        pthread_mutex_lock(&a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* ---- taking ---- */

/* All senders together: nobody is told apart. */
static bool pace(struct anon *a, struct err *err)
{
    int64_t minute = os_now_ms() / MINUTE_MS;
    pthread_mutex_lock(&a->lock);
    if (minute != a->minute)
        a->taken = 0;
    a->minute = minute;
    bool ok = a->taken < ANON_RATE;
    a->taken += ok;
    pthread_mutex_unlock(&a->lock);
    return ok || err_set(err, ERR_GOV_ANONYMOUS_PACE, NULL);
}

static bool count_people(struct anon *a, size_t *people, struct err *err)
{
    struct arena arena;
    struct anon_form nowhere = {0};
    struct store_read *r = store_read_begin(a->opt.store, err);
    if (!r)
        return false;
    arena_init(&arena);
    struct anon_cells *cells = anon_cell_read(r, &arena, err);
    *people = cells ? anon_cell_hide(cells, &nowhere) : 0;
    arena_release(&arena);
    store_read_end(r);
    return cells != NULL;
}

/* With fewer people than this nobody can be hidden among them. Looked up again after a while. */
static bool enough(struct anon *a, struct err *err)
{
    uint64_t now = os_mono_ns();
    size_t people;
    pthread_mutex_lock(&a->lock);
    bool known = a->people_until > now;
    people = a->people;
    pthread_mutex_unlock(&a->lock);
    if (!known) {
        if (!count_people(a, &people, err))
            return false;
        pthread_mutex_lock(&a->lock);
        a->people = people;
        a->people_until = people < ANON_CELL ? now : now + PEOPLE_MS * UINT64_C(1000000);
        pthread_mutex_unlock(&a->lock);
    }
    return people >= ANON_CELL || err_set(err, ERR_GOV_ANONYMOUS_FEW, NULL);
}

bool anon_take(struct anon *a, struct str body, struct arena *arena, struct err *err)
{
    struct anon_form form;
    struct buf text;
    if (!anon_form_read(body, arena, &form, err) || !pace(a, err) || !enough(a, err))
        return false;
    buf_init(&text, RESOURCE_BYTES_MAX);
    bool ok = anon_form_pack(&form, &text) ? anon_box_put(a->box, buf_get(&text), err)
                                           : err_set(err, ERR_GOV_ANONYMOUS_FORM, "statement", NULL);
    buf_release(&text);
    return ok;
}

/* ---- life ---- */

struct anon *anon_start(const struct anon_options *opt, struct err *err)
{
    struct anon *a = os_alloc(sizeof *a);
    if (!a) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *a = (struct anon){.opt = *opt};
    a->opt.every_s = a->opt.every_s ? a->opt.every_s : ANON_EVERY_S;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->wake, NULL);
    a->box = anon_box_open(opt->dir, err);
    a->running = a->box && pthread_create(&a->thread, NULL, work, a) == 0;
    if (a->running)
        return a;
    if (a->box)
        err_set(err, ERR_INTERNAL, "pthread_create", NULL);
    anon_stop(a);
    return NULL;
}

void anon_stop(struct anon *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stopping = true;
    pthread_cond_signal(&a->wake);
    pthread_mutex_unlock(&a->lock);
    if (a->running)
        pthread_join(a->thread, NULL);
    anon_box_close(a->box);
    pthread_cond_destroy(&a->wake);
    pthread_mutex_destroy(&a->lock);
    os_free(a);
}
