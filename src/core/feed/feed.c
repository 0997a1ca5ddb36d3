/* SPDX-License-Identifier: Apache-2.0 */
#include "feed/feed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"

struct feed {
    struct feed_options opt;
    pthread_t thread;
    atomic_bool stopping;
    struct store_place place; /* of what has been taken */
    struct store_place next;  /* of what is being taken */
    int64_t seen;             /* commit up to which the log has been read to its end */
    unsigned passed;          /* parts since the place was written */
    _Atomic int64_t seq;
    char key[FEED_NAME_MAX + 8];
};

/* ---- labels ---- */

struct capture {
    const struct feed_options *opt;
    struct feed_change *to;
};

static void add_patient(struct feed_change *c, store_rid rid)
{
    for (uint8_t i = 0; i < c->patients; i++)
        if (c->patient[i] == rid)
            return;
    if (c->patients == FEED_PATIENTS_MAX)
        c->many = true;
    else
        c->patient[c->patients++] = rid;
}

/* Everything is seen, and what its label says is noted. */
static bool see(void *arg, struct store_read *r, const struct store_label *label, enum store_sight *out,
                struct err *err)
{
    const struct capture *k = arg;
    struct feed_change *c = k->to;
    uint16_t param = k->opt->about ? k->opt->about[label->type] : 0;
    size_t at = 0;
    (void)err;
    *out = STORE_SEEN;
    c->patients = 0;
    c->many = false;
    for (size_t i = 0; i < label->patient_count; i++)
        add_patient(c, label->patient[i]);
    for (store_rid t; param && (t = store_label_target(r, label, param, &at));)
        add_patient(c, t);
    c->unit = label->unit;
    c->provider = label->provider;
    c->flags = label->flags;
    c->date_ms = label->date_ms;
    return true;
}

/* The label of one change. Of what is current no body is opened. A version that has since been taken away
 * whole has none. */
static bool read_label(struct store_read *r, const struct feed_options *opt, struct feed_change *c,
                       struct arena *arena, struct err *err)
{
    struct capture k = {opt, c};
    struct store_view view = {.arg = &k, .see = see};
    struct store_version v;
    enum store_sight sight;
    struct arena_mark mark = arena_mark(arena);
    bool ok;
    store_read_view(r, &view);
    if (c->current && c->op != 'D')
        ok = store_sight_of(r, c->rid, 0, &sight, err);
    else
        ok = store_get_rid_version(r, c->rid, c->version, arena, &v, err) != STORE_FAILED;
    store_read_view(r, NULL);
    arena_rewind(arena, mark);
    return ok;
}

bool feed_read(struct store_read *r, const struct feed_options *opt, struct store_place *place,
               struct arena *arena, struct feed_change **out, size_t *count, struct err *err)
{
    struct store_followed *list;
    size_t n, kept = 0;
    *count = 0;
    if (!store_follow(r, place, arena, &list, &n, err))
        return false;
    *out = ARENA_ARRAY(arena, struct feed_change, n + 1);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct store_followed *f = &list[i];
        struct feed_change *c = &(*out)[kept];
        if (!f->type || (opt->types && !opt->types[f->type]))
            continue;
        *c = (struct feed_change){.rid = f->rid,
                                  .type = f->type,
                                  .version = f->version,
                                  .seq = f->seq,
                                  .op = f->op,
                                  .current = f->until == 0,
                                  .date_ms = INT64_MIN};
        if (!read_label(r, opt, c, arena, err))
            return false;
        kept++;
    }
    if (kept)
        (*out)[kept - 1].last = n < STORE_TOLD_MAX;
    *count = n ? kept : 0;
    return true;
}

/* ---- places ---- */

static bool mark(struct feed *f, struct store_tx *tx, struct store_place place, struct err *err)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%lld %lld", (long long)place.seq, (long long)place.part);
    return store_note_put(tx, f->key, (struct str){text, (size_t)n}, err);
}

bool feed_mark(struct feed *f, struct store_tx *tx, struct err *err)
{
    return mark(f, tx, f->next, err);
}

static bool mark_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct feed *f = arg;
    return mark(f, tx, f->place, err);
}

static bool mark_now(struct feed *f, struct err *err)
{
    struct store_job job = {.run = mark_run, .arg = f, .agent = STR("feed"), .reason = str_of(f->key)};
    f->passed = 0;
    return store_run(f->opt.store, &job, err);
}

/* Where it was, or the end of the log. */
static bool begin(struct feed *f, struct err *err)
{
    struct arena arena;
    struct str text = {0};
    long long seq = 0, part = 0;
    arena_init(&arena);
    struct store_read *r = store_read_begin(f->opt.store, err);
    bool ok = r && (!f->opt.name || store_note_get(r, f->key, &arena, &text, err));
    int64_t last = ok ? store_read_seq(r) : 0;
    store_read_end(r);
    bool known =
        ok && text.n && sscanf(arena_cstr(&arena, text), "%lld %lld", &seq, &part) == 2 && seq <= last;
    arena_release(&arena);
    f->place = known ? (struct store_place){seq, part} : (struct store_place){last, INT64_MAX};
    f->seq = f->place.seq;
    f->seen = f->place.seq - 1;
    return ok && (!f->opt.name || known || mark_now(f, err));
}

/* ---- the thread ---- */

/* Parts of the log in one snapshot; false: it failed. *more: there are others. */
static bool take_some(struct feed *f, struct arena *arena, bool *more, struct err *err)
{
    struct store_read *r = store_read_begin(f->opt.store, err);
    bool ok = r != NULL;
    *more = ok;
    if (ok && f->opt.wanted && !f->opt.wanted(f->opt.arg, store_read_seq(r))) {
        f->place = (struct store_place){store_read_seq(r), INT64_MAX};
        f->seq = f->place.seq;
        *more = false;
    }
    for (int i = 0; ok && *more && i < FEED_PARTS && !f->stopping; i++) {
        struct feed_change *list;
        size_t count;
        int64_t before = f->place.seq;
        f->next = f->place;
        ok = feed_read(r, &f->opt, &f->next, arena, &list, &count, err);
        *more = ok && (f->next.seq != before || f->next.part != f->place.part);
        ok = ok && (count == 0 || f->opt.take(f->opt.arg, f, r, list, count, err) || !f->opt.name);
        arena_reset(arena);
        if (!ok || !*more)
            break;
        f->place = f->next;
        f->seq = f->place.seq;
        f->passed++;
    }
    if (ok && !*more)
        f->seen = store_read_seq(r);
    store_read_end(r);
    return ok;
}

static void tell(const struct feed *f, const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_WARN, "feed");
    log_cstr(&l, "name", f->opt.name ? f->opt.name : "");
    log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static void *feed_main(void *arg)
{
    struct feed *f = arg;
    struct arena arena;
    if (f->opt.nice)
        setpriority(PRIO_PROCESS, (id_t)gettid(), f->opt.nice);
    arena_init(&arena);
    while (!f->stopping) {
        struct err err = {0};
        bool more = false, busy = f->opt.busy && f->opt.busy(f->opt.arg);
        int64_t now = store_wait(f->opt.store, f->seen, busy ? 0 : FEED_TICK_MS);
        if (f->opt.tick)
            f->opt.tick(f->opt.arg);
        if (now <= f->seen)
            continue;
        bool ok = take_some(f, &arena, &more, &err);
        if (ok && f->opt.name && f->passed >= FEED_MARK_EVERY)
            ok = mark_now(f, &err);
        if (!ok)
            tell(f, &err);
        arena_reset(&arena);
        if (!ok || !more)
            pause_ms(ok ? FEED_PAUSE_MS : FEED_RETRY_MS);
    }
    arena_release(&arena);
    return NULL;
}

struct feed *feed_start(const struct feed_options *opt, struct err *err)
{
    struct feed *f = os_alloc(sizeof *f);
    if (!f) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(f, 0, sizeof *f);
    f->opt = *opt;
    OS_ASSERT(!opt->name || strlen(opt->name) <= FEED_NAME_MAX);
    snprintf(f->key, sizeof f->key, "feed %s", opt->name ? opt->name : "");
    if (begin(f, err) &&
        (pthread_create(&f->thread, NULL, feed_main, f) == 0 || err_set(err, ERR_NO_MEMORY, NULL)))
        return f;
    os_free(f);
    return NULL;
}

void feed_stop(struct feed *f)
{
    struct err err;
    if (!f)
        return;
    f->stopping = true;
    pthread_join(f->thread, NULL);
    if (f->opt.name && f->passed)
        mark_now(f, &err);
    os_free(f);
}

int64_t feed_seq(const struct feed *f)
{
    return f->seq;
}
