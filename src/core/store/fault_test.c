/* SPDX-License-Identifier: Apache-2.0
 * Hostile surroundings: a full disk, and every allocation failing in its turn. Nothing acknowledged is lost,
 * the store goes on, and it checks clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_fake.h"
#include "store/write.h"

enum { TRIES = 4000, FAULTS_MAX = 400 };

struct world {
    char *dir;
    struct store *s;
    struct arena arena;
    struct err err;
};

static int world_up(void **state)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){.dir = fake_dir()};
    arena_init(&w->arena);
    struct store_options opt = fake_options(w->dir);
    w->s = store_open(&opt, &w->err);
    *state = w;
    return w->s ? 0 : -1;
}

static int world_down(void **state)
{
    struct world *w = *state;
    store_close(w->s);
    fake_remove(w->dir);
    arena_release(&w->arena);
    os_free(w);
    return 0;
}

static struct store_change observation(struct arena *a, int n)
{
    char id[32], *text = arena_alloc(a, 3001);
    struct store_row *row = ARENA_ARRAY(a, struct store_row, 4);
    snprintf(id, sizeof id, "o%d", n);
    for (int i = 0; i < 3000; i++)
        text[i] = (char)('a' + (n * 31 + i * i * 7 + (i >> 3)) % 26);
    text[3000] = 0;
    row[0] = (struct store_row){
        .index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a1"), .name = STR("urn:s")};
    row[1] =
        (struct store_row){.index = STORE_STRING, .param = FAKE_O_NOTE, .text = arena_printf(a, "note%d", n)};
    row[2] =
        (struct store_row){.index = STORE_REFERENCE, .param = FAKE_O_SUBJECT, .target_type = FAKE_PATIENT};
    row[2].text = arena_printf(a, "p%d", n / 3);
    row[3] = (struct store_row){
        .index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = row[2].text, .low = n};
    return fake_change(a, 'U', FAKE_OBS, id, row, 4, text);
}

static void assert_whole(struct world *w, const bool *stored, int n)
{
    struct store_check check;
    struct store_version v;
    char id[32];
    assert_true(store_check(w->s, &check, NULL, NULL, &w->err));
    if (check.faults)
        fail_msg("%s", check.first.arg[0]);
    struct store_read *r = store_read_begin(w->s, &w->err);
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "o%d", i);
        enum store_found found = store_get(r, FAKE_OBS, str_of(id), &w->arena, &v, &w->err);
        assert_int_equal(found, stored[i] ? STORE_FOUND : STORE_ABSENT);
    }
    store_read_end(r);
}

static bool limit_pages(struct store_tx *tx, void *arg, struct err *err)
{
    return db_exec(tx->w->db, arg, err);
}

static void set_pages(struct world *w, const char *sql)
{
    struct store_job job = {limit_pages, NULL, (void *)(uintptr_t)sql, STR(""), STR("")};
    assert_true(store_run(w->s, &job, &w->err));
}

static void test_full(void **state)
{
    struct world *w = *state;
    static bool stored[TRIES];
    int n = 0, full = 0;
    memset(stored, 0, sizeof stored);
    set_pages(w, "PRAGMA max_page_count=120");
    for (; full < 20 && n < TRIES; n++) {
        struct store_change c = observation(&w->arena, n);
        stored[n] = fake_put(w->s, &c, 1, &w->err);
        full += !stored[n];
        if (!stored[n])
            assert_int_equal(w->err.code, ERR_NO_SPACE);
    }
    assert_int_equal(full, 20);
    assert_whole(w, stored, n);
    struct store_bulk *b = store_bulk_begin(w->s, STR("a"), STR("r"), &w->err);
    for (int i = n; i < n + 500; i++) {
        struct store_change c = observation(&w->arena, i);
        assert_true(store_bulk_put(b, &c, &w->err));
    }
    assert_false(store_bulk_flush(b, &w->err));
    assert_int_equal(w->err.code, ERR_NO_SPACE);
    store_bulk_end(b, true, NULL);
    assert_whole(w, stored, n);
    set_pages(w, "PRAGMA max_page_count=1000000");
    struct store_change c = observation(&w->arena, n);
    assert_true(fake_put(w->s, &c, 1, &w->err));
    stored[n++] = true;
    assert_whole(w, stored, n);
}

/* Fails the kth allocation of each kind of call until none fails any more. */
static void test_memory(void **state)
{
    struct world *w = *state;
    static bool stored[FAULTS_MAX];
    int n = 0, failed = 0, clean = 0;
    memset(stored, 0, sizeof stored);
    for (; n < FAULTS_MAX && clean < 10; n++) {
        struct store_change c = observation(&w->arena, n);
        c.skip_same = true;
        /* The writer remembers memory between jobs; a new store has to ask again. */
        store_close(w->s);
        struct store_options opt = fake_options(w->dir);
        atomic_store(&os_fault.alloc_left, n);
        w->s = store_open(&opt, &w->err);
        if (w->s)
            stored[n] = fake_put(w->s, &c, 1, &w->err);
        bool reached = atomic_load(&os_fault.alloc_left) < 0;
        atomic_store(&os_fault.alloc_left, -1);
        clean += !reached;
        failed += !stored[n];
        if (!w->s)
            w->s = store_open(&opt, &w->err);
        assert_non_null(w->s);
    }
    assert_true(failed > 10 && clean == 10);
    assert_whole(w, stored, n);
}

static void test_read_memory(void **state)
{
    struct world *w = *state;
    struct store_change c[20];
    for (int i = 0; i < 20; i++)
        c[i] = observation(&w->arena, i);
    assert_true(fake_put(w->s, c, 20, &w->err));
    uint16_t type = FAKE_OBS;
    struct store_match m = {.index = STORE_TOKEN, .any_name = true};
    m.row = (struct store_row){.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a1")};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &m, .any_count = 1};
    struct store_plan plan = {
        .types = &type, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = 50, .count = true};
    int failed = 0, clean = 0;
    for (int k = 0; clean < 3; k++) {
        struct arena a;
        struct store_hits hits;
        arena_init(&a);
        arena_limit(&a, 16 << 20);
        atomic_store(&os_fault.alloc_left, k);
        struct store_read *r = store_read_begin(w->s, &w->err);
        bool ok = r && store_search(r, &plan, &a, &hits, &w->err);
        bool reached = atomic_load(&os_fault.alloc_left) < 0;
        atomic_store(&os_fault.alloc_left, -1);
        if (ok)
            assert_int_equal(hits.count, 20);
        else
            assert_int_equal(w->err.code, ERR_NO_MEMORY);
        clean += !reached;
        failed += !ok;
        store_read_end(r);
        arena_release(&a);
    }
    assert_true(failed > 0);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)
    const struct CMUnitTest tests[] = {T(test_full), T(test_memory), T(test_read_memory)};
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
