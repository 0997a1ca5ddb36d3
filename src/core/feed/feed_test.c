/* SPDX-License-Identifier: Apache-2.0
 * Followers: every change once and in order, across failures and restarts; what a named one writes and its
 * place are kept together. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "feed/feed.h"
#include "store/store_fake.h"

enum { CHANGES = 300, STOPS = 6, WAIT_MS = 20000 };

struct world {
    char *dir;
    struct store *store;
    struct arena arena;
};

/* A follower that copies each Obs to a Group, and fails now and then. */
struct copier {
    struct store *store;
    unsigned asked;
};

struct copying {
    struct feed *feed;
    struct store_change *change;
    size_t count;
};

static bool copy_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct copying *c = arg;
    for (size_t i = 0; i < c->count; i++)
        if (!store_put(tx, &c->change[i], err))
            return false;
    return feed_mark(c->feed, tx, err);
}

static bool take_copy(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                      size_t count, struct err *err)
{
    struct copier *k = arg;
    struct arena arena;
    struct copying c = {.feed = f};
    arena_init(&arena);
    c.change = ARENA_ARRAY(&arena, struct store_change, count);
    for (size_t i = 0; i < count; i++) {
        struct store_version v;
        assert_int_equal(list[i].type, FAKE_OBS);
        assert_int_equal(store_get_rid_version(r, list[i].rid, list[i].version, &arena, &v, err),
                         STORE_FOUND);
        c.change[c.count++] = fake_change(&arena, 'C', FAKE_GROUP,
                                          arena_printf(&arena, "g%.*s", STR_ARG(v.id)).p, NULL, 0, "copy");
    }
    struct store_job job = {copy_run, NULL, &c, STR("copier"), STR("test")};
    bool ok = ++k->asked % 50 == 0 ? err_set(err, ERR_CANCELLED, NULL) : store_run(k->store, &job, err);
    arena_release(&arena);
    return ok;
}

static void put_one(struct world *w, const char *id)
{
    struct err err;
    struct store_change c = fake_change(&w->arena, 'C', FAKE_OBS, id, NULL, 0, "text");
    if (!fake_put(w->store, &c, 1, &err))
        fail_msg("%s", err_info(err.code)->name);
}

static uint64_t count_of(struct world *w, uint16_t type)
{
    struct err err;
    uint64_t n = 0;
    struct store_read *r = store_read_begin(w->store, &err);
    assert_true(store_count(r, type, &n, &err));
    store_read_end(r);
    return n;
}

static void wait_for(struct world *w, uint16_t type, uint64_t n)
{
    for (int ms = 0; count_of(w, type) < n; ms += 5) {
        assert_true(ms < WAIT_MS);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

static void test_named(void **state)
{
    static const bool types[FAKE_TYPES] = {[FAKE_OBS] = true};
    struct world *w = *state;
    struct copier k = {w->store, 0};
    struct feed_options opt = {
        .store = w->store, .name = "copier", .types = types, .take = take_copy, .arg = &k};
    struct err err;
    char id[16];
    put_one(w, "before"); /* is not news */
    struct feed *f = feed_start(&opt, &err);
    assert_non_null(f);
    for (int i = 0; i < CHANGES; i++) {
        snprintf(id, sizeof id, "o%d", i % 1000);
        put_one(w, id);
        if (i % (CHANGES / STOPS) == 0) {
            feed_stop(f);
            snprintf(id, sizeof id, "s%d", i % 1000);
            put_one(w, id); /* while nobody follows */
            f = feed_start(&opt, &err);
            assert_non_null(f);
        }
    }
    /* A second copy of one would be refused ('C'), and never get further. */
    wait_for(w, FAKE_GROUP, CHANGES + STOPS);
    feed_stop(f);
    assert_int_equal(count_of(w, FAKE_GROUP), CHANGES + STOPS);
}

/* ---- without a name ---- */

struct seen {
    pthread_mutex_t lock;
    int64_t seq;
    unsigned count;
    bool wanted, order;
};

static bool take_seen(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                      size_t count, struct err *err)
{
    struct seen *s = arg;
    (void)f;
    (void)r;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < count; i++) {
        s->order = s->order && list[i].seq > s->seq && list[i].last && list[i].current;
        s->seq = list[i].seq;
        s->count++;
    }
    pthread_mutex_unlock(&s->lock);
    return err_set(err, ERR_CANCELLED, NULL); /* is not given again */
}

static bool is_wanted(void *arg, int64_t seq)
{
    struct seen *s = arg;
    (void)seq;
    pthread_mutex_lock(&s->lock);
    bool yes = s->wanted;
    pthread_mutex_unlock(&s->lock);
    return yes;
}

static void reach(const struct feed *f, struct world *w)
{
    struct err err;
    struct store_read *r = store_read_begin(w->store, &err);
    int64_t seq = store_read_seq(r);
    store_read_end(r);
    for (int ms = 0; feed_seq(f) < seq; ms += 5) {
        assert_true(ms < WAIT_MS);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

static void test_unnamed(void **state)
{
    struct world *w = *state;
    struct seen s = {.lock = PTHREAD_MUTEX_INITIALIZER, .order = true};
    struct feed_options opt = {.store = w->store, .wanted = is_wanted, .take = take_seen, .arg = &s};
    struct err err;
    char id[16];
    struct feed *f = feed_start(&opt, &err);
    assert_non_null(f);
    put_one(w, "unwanted");
    reach(f, w);
    pthread_mutex_lock(&s.lock);
    assert_int_equal(s.count, 0);
    s.wanted = true;
    pthread_mutex_unlock(&s.lock);
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "u%d", i);
        put_one(w, id);
    }
    reach(f, w);
    feed_stop(f);
    assert_int_equal(s.count, 50);
    assert_true(s.order);
}

static int open_world(void **state)
{
    static struct world w;
    struct err err;
    w.dir = fake_dir();
    arena_init(&w.arena);
    struct store_options opt = fake_options(w.dir);
    w.store = store_open(&opt, &err);
    assert_non_null(w.store);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    store_close(w->store);
    arena_release(&w->arena);
    fake_remove(w->dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_named), cmocka_unit_test(test_unnamed)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}
