/* SPDX-License-Identifier: Apache-2.0
 * The box: what it acknowledged it has, in whatever order; what was cut off while being written it has not.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "anon/anon_int.h"

static char dir[] = "/tmp/helhet-anon-XXXXXX";
static char path[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/helhet-anon-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/experiences.box", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static size_t list(struct anon_box *b, struct arena *arena, struct str *text, uint16_t *slot)
{
    size_t count;
    struct err err;
    assert_true(anon_box_list(b, arena, text, slot, &count, &err));
    return count;
}

static void keeps_what_it_took(void **state)
{
    struct err err;
    struct arena arena;
    struct str text[ANON_BOX_SLOTS];
    uint16_t slot[ANON_BOX_SLOTS];
    struct stat st;
    bool seen[20] = {false};
    (void)state;
    arena_init(&arena);
    struct anon_box *b = anon_box_open(dir, &err);
    assert_non_null(b);
    for (int i = 0; i < 20; i++) {
        char t[8];
        assert_true(anon_box_put(b, (struct str){t, (size_t)snprintf(t, sizeof t, "t%d", i)}, &err));
    }
    anon_box_close(b);
    b = anon_box_open(dir, &err);
    assert_non_null(b);
    assert_int_equal(anon_box_count(b), 20);
    assert_int_equal(list(b, &arena, text, slot), 20);
    for (int i = 0; i < 20; i++) {
        uint64_t n;
        assert_true(text[i].p[0] == 't' && str_u64(str_sub(text[i], 1, text[i].n), 19, &n));
        assert_false(seen[n]);
        seen[n] = true;
    }
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mtime, 0);
    assert_int_equal(st.st_size, ANON_BOX_SLOTS * ANON_BOX_SLOT_BYTES);
    assert_true(anon_box_clear(b, slot, 19, &err));
    assert_int_equal(anon_box_count(b), 1);
    anon_box_close(b);
    arena_release(&arena);
}

static void a_torn_slot_is_free(void **state)
{
    struct err err;
    struct arena arena;
    struct str text[ANON_BOX_SLOTS];
    uint16_t slot[ANON_BOX_SLOTS];
    (void)state;
    arena_init(&arena);
    struct anon_box *b = anon_box_open(dir, &err);
    assert_true(anon_box_put(b, STR("helt"), &err));
    assert_true(anon_box_put(b, STR("kapat"), &err));
    assert_int_equal(list(b, &arena, text, slot), 2);
    size_t torn = str_is(text[0], "kapat") ? 0 : 1;
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "\0", 1, (off_t)slot[torn] * ANON_BOX_SLOT_BYTES + 18), 1);
    close(fd);
    assert_int_equal(list(b, &arena, text, slot), 1);
    assert_true(str_is(text[0], "helt"));
    anon_box_close(b);
    arena_release(&arena);
}

static void a_full_box_says_so(void **state)
{
    struct err err = {0};
    (void)state;
    struct anon_box *b = anon_box_open(dir, &err);
    for (int i = 0; i < ANON_BOX_SLOTS; i++)
        assert_true(anon_box_put(b, STR("x"), &err));
    assert_false(anon_box_put(b, STR("x"), &err));
    assert_int_equal(err.code, ERR_GOV_ANONYMOUS_BUSY);
    anon_box_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_it_took, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_slot_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_box_says_so, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
