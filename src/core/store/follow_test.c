/* SPDX-License-Identifier: Apache-2.0
 * The log read forwards: each change once, in order, with the commit that superseded it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_fake.h"

enum { BIG = STORE_GROUP_MAX * 20 };

static void put(struct store *s, struct arena *arena, char op, const char *id)
{
    struct err err;
    struct store_change c = fake_change(arena, op, FAKE_OBS, id, NULL, 0, "text");
    if (!fake_put(s, &c, 1, &err))
        fail_msg("%s", err_info(err.code)->name);
}

static void test_follow(void **state)
{
    static const struct {
        char op;
        int64_t seq, until;
        uint32_t version;
    } want[] = {{'C', 1, 3, 1}, {'C', 2, 0, 1}, {'U', 3, 5, 2},
                {'C', 4, 0, 1}, {'U', 5, 6, 3}, {'D', 6, 0, 4}};
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct arena arena;
    struct err err;
    struct store *s = store_open(&opt, &err);
    struct store_place place = {0, 0};
    struct store_followed *f = NULL;
    size_t n = 0, count;
    (void)state;
    arena_init(&arena);
    put(s, &arena, 'C', "a");
    put(s, &arena, 'C', "b");
    put(s, &arena, 'U', "a");
    put(s, &arena, 'C', "c");
    put(s, &arena, 'U', "a");
    put(s, &arena, 'D', "a");
    struct store_read *r = store_read_begin(s, &err);
    for (; store_follow(r, &place, &arena, &f, &count, &err) && count; n++) {
        assert_int_equal(count, 1);
        assert_true(f->op == want[n].op && f->seq == want[n].seq && f->until == want[n].until);
        assert_int_equal(f->version, want[n].version);
        assert_int_equal(f->type, FAKE_OBS);
        assert_int_equal(place.seq, want[n].seq);
    }
    assert_int_equal(n, 6);
    struct store_version v;
    assert_int_equal(store_get_rid_version(r, f->rid, 2, &arena, &v, &err), STORE_FOUND);
    assert_int_equal(v.seq, 3);
    uint64_t mark, other;
    assert_true(store_seq_mark(r, 3, &mark, &err) && store_seq_mark(r, 4, &other, &err) && mark != other);
    assert_true(store_seq_mark(r, 99, &mark, &err) && mark == 0);
    store_read_end(r);
    store_close(s);
    arena_release(&arena);
    fake_remove(dir);
}

/* One commit larger than a part of the log. */
static void test_parts(void **state)
{
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct arena arena;
    struct err err;
    struct store *s = store_open(&opt, &err);
    struct store_place place = {0, 0}, before = place;
    struct store_followed *f;
    size_t sum = 0, count;
    (void)state;
    arena_init(&arena);
    struct store_change *c = ARENA_ARRAY(&arena, struct store_change, BIG);
    for (size_t i = 0; i < BIG; i++)
        c[i] = fake_change(&arena, 'C', FAKE_OBS, arena_printf(&arena, "o%zu", i).p, NULL, 0, "text");
    assert_true(fake_put(s, c, BIG, &err));
    struct store_read *r = store_read_begin(s, &err);
    while (store_follow(r, &place, &arena, &f, &count, &err) && count) {
        assert_true(place.seq == 1 && (before.seq == 0 || place.part > before.part));
        for (size_t i = 0; i < count; i++)
            assert_true(f[i].seq == 1 && f[i].until == 0 && f[i].op == 'C');
        before = place;
        sum += count;
    }
    assert_int_equal(sum, BIG);
    store_read_end(r);
    store_close(s);
    arena_release(&arena);
    fake_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_follow), cmocka_unit_test(test_parts)};
    return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
