/* SPDX-License-Identifier: Apache-2.0
 * The record as of a commit, walked in slices while others write: always the state of that commit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_fake.h"

enum { PATIENTS = 12, THINGS = 1600, CHANGES_BETWEEN = 60, MEMBERS = 4 };

/* What the test itself knows of one resource. */
struct known {
    bool there, deleted;
    unsigned patient, text;
    int64_t seq, time_ms;
};

struct world {
    char *dir;
    struct store *s;
    struct arena arena;
    struct err err;
    struct known now[THINGS * 2], then[THINGS * 2];
    unsigned count; /* ids given out */
    bool seen[THINGS * 2];
    size_t given;
    int64_t since_ms;
    bool compartment, deleted;
    store_rid member[MEMBERS];
    size_t member_count;
};

/* The same row of numbers in every run. */
static unsigned chance(void)
{
    static uint64_t state = 7;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33);
}

static bool is_member(unsigned patient)
{
    return patient % 3 == 0; /* four of twelve */
}

static void change(struct world *w, unsigned i, char op)
{
    struct known *k = &w->now[i];
    if (op != 'D') { /* a deleted one belongs to whom it belonged to last */
        k->patient = chance() % PATIENTS;
        k->text = chance();
    }
    struct arena_mark mark = arena_mark(&w->arena);
    struct str patient = arena_printf(&w->arena, "p%u", k->patient);
    struct store_row row = {.index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = patient, .low = 5};
    struct store_change c = fake_change(&w->arena, op, FAKE_OBS, arena_printf(&w->arena, "o%u", i).p, &row,
                                        op == 'D' ? 0 : 1, arena_printf(&w->arena, "text%u", k->text).p);
    assert_true(fake_put(w->s, &c, 1, &w->err));
    if (!c.noop) {
        k->there = op != 'D';
        k->deleted = op == 'D';
        k->seq = c.seq;
        k->time_ms = c.time_ms;
    }
    arena_rewind(&w->arena, mark);
}

static void any_change(struct world *w)
{
    unsigned what = chance() % 10;
    if (what < 3 && w->count < THINGS * 2)
        change(w, w->count++, 'C');
    else
        change(w, chance() % w->count, what < 6 ? 'D' : 'U');
}

static int up(void **state)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){.dir = fake_dir()};
    arena_init(&w->arena);
    struct store_options opt = fake_options(w->dir);
    w->s = store_open(&opt, &w->err);
    assert_non_null(w->s);
    for (unsigned p = 0; p < PATIENTS; p++) {
        struct store_change c =
            fake_change(&w->arena, 'C', FAKE_PATIENT, arena_printf(&w->arena, "p%u", p).p, NULL, 0, "x");
        assert_true(fake_put(w->s, &c, 1, &w->err));
        if (is_member(p))
            w->member[w->member_count++] = c.rid;
    }
    while (w->count < THINGS)
        change(w, w->count++, 'C');
    for (int i = 0; i < THINGS / 4; i++)
        any_change(w);
    *state = w;
    return 0;
}

static int down(void **state)
{
    struct world *w = *state;
    store_close(w->s);
    fake_remove(w->dir);
    arena_release(&w->arena);
    os_free(w);
    return 0;
}

static bool each(void *arg, const struct store_version *v)
{
    struct world *w = arg;
    unsigned i = (unsigned)atoi(v->id.p + 1);
    const struct known *k = &w->then[i];
    assert_false(w->seen[i]);
    w->seen[i] = true;
    w->given++;
    assert_int_equal(v->seq, k->seq);
    assert_int_equal(v->op == 'D', k->deleted);
    if (v->op != 'D') {
        struct str text = arena_printf(&w->arena, "\"text%u\"", k->text);
        assert_true(str_find_str(v->body, text) != SIZE_MAX);
    }
    return true;
}

static bool expected(const struct world *w, const struct known *k)
{
    return (k->there || (k->deleted && w->deleted)) && k->time_ms > w->since_ms &&
           (!w->compartment || is_member(k->patient));
}

/* Walks in slices, changing much between them; the answer is the state of the beginning. */
static void walk(struct world *w)
{
    int64_t seq, time_ms;
    assert_true(store_now(w->s, &seq, &time_ms, &w->err));
    memcpy(w->then, w->now, sizeof w->then);
    memset(w->seen, 0, sizeof w->seen);
    w->given = 0;
    for (unsigned i = 0; i < w->count; i++)
        assert_true(w->now[i].seq <= seq && w->now[i].time_ms <= time_ms);
    struct store_as_of q = {.type = FAKE_OBS,
                            .seq = seq,
                            .since_ms = w->since_ms,
                            .deleted = w->deleted,
                            .compartment = w->compartment,
                            .patients = w->member,
                            .patient_count = w->member_count};
    bool more = true;
    while (more) {
        for (int i = 0; i < CHANGES_BETWEEN; i++)
            any_change(w);
        struct store_read *r = store_read_begin(w->s, &w->err);
        assert_true(store_as_of(r, &q, each, w, &q.after_rid, &more, &w->err));
        store_read_end(r);
    }
    size_t want = 0;
    for (unsigned i = 0; i < THINGS * 2; i++) {
        assert_int_equal(w->seen[i], expected(w, &w->then[i]));
        want += expected(w, &w->then[i]);
    }
    assert_int_equal(w->given, want);
    assert_true(want > 10);
}

static void test_all(void **state)
{
    walk(*state);
}

static void test_compartment(void **state)
{
    struct world *w = *state;
    w->compartment = true;
    walk(w);
}

static void test_since(void **state)
{
    struct world *w = *state;
    int64_t seq;
    w->deleted = true;
    assert_true(store_now(w->s, &seq, &w->since_ms, &w->err));
    for (int i = 0; i < 200; i++)
        any_change(w);
    for (unsigned i = 0; i < w->count; i++)
        assert_int_equal(w->now[i].seq > seq, w->now[i].time_ms > w->since_ms);
    walk(w);
    w->compartment = true;
    walk(w);
}

static bool each_rid(void *arg, const struct store_version *v)
{
    struct store_rid_list {
        store_rid item[THINGS * 2];
        size_t n;
    } *l = arg;
    l->item[l->n++] = v->rid;
    return true;
}

static void test_only(void **state)
{
    struct world *w = *state;
    static struct {
        store_rid item[THINGS * 2];
        size_t n;
    } all, got;
    int64_t seq, time_ms;
    assert_true(store_now(w->s, &seq, &time_ms, &w->err));
    struct store_read *r = store_read_begin(w->s, &w->err);
    struct store_as_of q = {.type = FAKE_OBS, .seq = seq};
    for (bool more = true; more;)
        assert_true(store_as_of(r, &q, each_rid, &all, &q.after_rid, &more, &w->err));
    size_t half = 0;
    for (size_t i = 0; i < all.n; i += 2)
        all.item[half++] = all.item[i];
    struct store_as_of some = {.type = FAKE_OBS, .seq = seq, .only = all.item, .only_count = half};
    for (bool more = true; more;)
        assert_true(store_as_of(r, &some, each_rid, &got, &some.after_rid, &more, &w->err));
    store_read_end(r);
    assert_int_equal(got.n, half);
    assert_memory_equal(got.item, all.item, half * sizeof(store_rid));
}

/* A clock that was set back must not make anything be left out of what is later. */
static void test_clock_back(void **state)
{
    struct world *w = *state;
    int64_t seq, time_ms;
    os_fault.clock_shift_ms = -3600 * 1000;
    assert_true(store_now(w->s, &seq, &time_ms, &w->err));
    change(w, 0, 'U');
    assert_true(w->now[0].time_ms > time_ms);
    os_fault.clock_shift_ms = 0;
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_all), TEST(test_compartment), TEST(test_since), TEST(test_only), TEST(test_clock_back),
    };
    return cmocka_run_group_tests_name("as_of", tests, NULL, NULL);
}
