/* SPDX-License-Identifier: Apache-2.0
 * Life of resources, of jobs and of the store itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "store/store_fake.h"

struct world {
    char *dir;
    struct store *s;
    struct arena arena;
    struct err err;
};

static void world_reopen(struct world *w)
{
    struct store_options opt = fake_options(w->dir);
    store_close(w->s);
    w->s = store_open(&opt, &w->err);
    assert_non_null(w->s);
}

static int world_up(void **state)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){.dir = fake_dir()};
    arena_init(&w->arena);
    world_reopen(w);
    *state = w;
    return 0;
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

static struct store_change put(struct world *w, char op, uint16_t type, const char *id, const char *text)
{
    struct store_change c = fake_change(&w->arena, op, type, id, NULL, 0, text);
    if (!fake_put(w->s, &c, 1, &w->err))
        c.version = 0;
    return c;
}

static enum store_found get(struct world *w, uint16_t type, const char *id, struct store_version *v)
{
    struct store_read *r = store_read_begin(w->s, &w->err);
    assert_non_null(r);
    enum store_found found = store_get(r, type, str_of(id), &w->arena, v, &w->err);
    store_read_end(r);
    return found;
}

#define UUID "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"

static void test_life(void **state)
{
    struct world *w = *state;
    struct store_version v;
    assert_int_equal(get(w, FAKE_PATIENT, UUID, &v), STORE_ABSENT);
    struct store_change c = put(w, 'C', FAKE_PATIENT, UUID, "one");
    assert_int_equal(c.version, 1);
    assert_true(c.created);
    assert_int_equal(get(w, FAKE_PATIENT, UUID, &v), STORE_FOUND);
    assert_int_equal(v.type, FAKE_PATIENT);
    assert_true(str_is(v.id, UUID));
    assert_int_equal(v.op, 'C');
    assert_true(v.time_ms == c.time_ms && v.seq == c.seq);
    assert_true(str_find_str(v.body, STR("\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"")) != SIZE_MAX);
    assert_true(str_ends(v.body, STR("\"text\":\"one\",\"r\":[]}")));
    c = put(w, 'U', FAKE_PATIENT, UUID, "two");
    assert_int_equal(c.version, 2);
    assert_false(c.created);
    world_reopen(w);
    assert_int_equal(get(w, FAKE_PATIENT, UUID, &v), STORE_FOUND);
    assert_int_equal(v.version, 2);
    c = put(w, 'D', FAKE_PATIENT, UUID, "");
    assert_int_equal(c.version, 3);
    assert_int_equal(get(w, FAKE_PATIENT, UUID, &v), STORE_DELETED);
    c = put(w, 'D', FAKE_PATIENT, UUID, "");
    assert_true(c.noop);
    c = put(w, 'C', FAKE_PATIENT, UUID, "again");
    assert_int_equal(c.version, 4);
    assert_true(c.created);
}

static void test_versions(void **state)
{
    struct world *w = *state;
    struct store_version v;
    put(w, 'C', FAKE_OBS, "a", "one");
    put(w, 'U', FAKE_OBS, "a", "two");
    put(w, 'D', FAKE_OBS, "a", "");
    struct store_read *r = store_read_begin(w->s, &w->err);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("a"), 1, &w->arena, &v, &w->err), STORE_FOUND);
    assert_true(str_find_str(v.body, STR("\"one\"")) != SIZE_MAX);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("a"), 2, &w->arena, &v, &w->err), STORE_FOUND);
    assert_true(str_find_str(v.body, STR("\"two\"")) != SIZE_MAX);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("a"), 3, &w->arena, &v, &w->err), STORE_DELETED);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("a"), 4, &w->arena, &v, &w->err), STORE_ABSENT);
    assert_int_equal(store_get_version(r, FAKE_PATIENT, STR("a"), 1, &w->arena, &v, &w->err), STORE_ABSENT);
    store_read_end(r);
}

static void test_conditions(void **state)
{
    struct world *w = *state;
    put(w, 'C', FAKE_OBS, "a", "one");
    struct store_change c = fake_change(&w->arena, 'U', FAKE_OBS, "a", NULL, 0, "two");
    c.if_version = 2;
    assert_false(fake_put(w->s, &c, 1, &w->err));
    assert_int_equal(w->err.code, ERR_VERSION_CONFLICT);
    c.if_version = 1;
    assert_true(fake_put(w->s, &c, 1, &w->err));
    assert_int_equal(c.version, 2);
    put(w, 'C', FAKE_OBS, "a", "three");
    assert_int_equal(w->err.code, ERR_STORE_EXISTS);
    c = fake_change(&w->arena, 'U', FAKE_OBS, "a", NULL, 0, "two");
    c.skip_same = true;
    assert_true(fake_put(w->s, &c, 1, &w->err));
    assert_true(c.same);
    assert_int_equal(c.version, 2);
    c = fake_change(&w->arena, 'U', FAKE_OBS, "a", NULL, 0, "other");
    c.if_absent = true;
    assert_true(fake_put(w->s, &c, 1, &w->err));
    assert_true(c.exists && !c.same);
    c = fake_change(&w->arena, 'C', FAKE_OBS, "b", NULL, 0, "other");
    c.if_absent = true;
    assert_true(fake_put(w->s, &c, 1, &w->err));
    assert_true(!c.exists && c.version == 1);
}

/* Jobs of one group: what one undoes leaves the others alone. */
struct grouped {
    struct fake_job job[3];
    struct store_job sj[3];
    atomic_int over;
    int ok[3];
};

struct grouped_done {
    struct grouped *g;
    int at;
};

static bool grouped_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct grouped_done *d = arg;
    return fake_run(tx, &d->g->job[d->at], err);
}

static void grouped_done(void *arg, bool ok, const struct err *err)
{
    (void)err;
    struct grouped_done *d = arg;
    d->g->ok[d->at] = ok;
    atomic_fetch_add(&d->g->over, 1);
}

static void test_rollback(void **state)
{
    struct world *w = *state;
    struct store_row row = {.index = STORE_REFERENCE,
                            .param = FAKE_O_SUBJECT,
                            .target_type = FAKE_PATIENT,
                            .text = STR("p-undone")};
    struct store_change c[3] = {fake_change(&w->arena, 'C', FAKE_OBS, "x", NULL, 0, "x"),
                                fake_change(&w->arena, 'C', FAKE_OBS, "y", &row, 1, "y"),
                                fake_change(&w->arena, 'C', FAKE_OBS, "z", NULL, 0, "z")};
    struct grouped g = {0};
    struct grouped_done d[3];
    for (int i = 0; i < 3; i++) {
        d[i] = (struct grouped_done){&g, i};
        g.job[i] = (struct fake_job){&c[i], 1, i == 1};
        g.sj[i] = (struct store_job){grouped_run, grouped_done, &d[i], STR("a"), STR("r")};
    }
    for (int i = 0; i < 3; i++)
        assert_true(store_submit(w->s, &g.sj[i], &w->err));
    while (atomic_load(&g.over) < 3)
        usleep(1000);
    assert_true(g.ok[0] && !g.ok[1] && g.ok[2]);
    struct store_version v;
    assert_int_equal(get(w, FAKE_OBS, "x", &v), STORE_FOUND);
    assert_int_equal(get(w, FAKE_OBS, "y", &v), STORE_ABSENT);
    assert_int_equal(get(w, FAKE_OBS, "z", &v), STORE_FOUND);
    assert_int_equal(v.seq, 2);
    uint64_t n;
    struct store_read *r = store_read_begin(w->s, &w->err);
    assert_true(store_count(r, FAKE_OBS, &n, &w->err));
    assert_int_equal(n, 2);
    assert_true(store_count(r, 0, &n, &w->err));
    assert_int_equal(n, 2);
    store_read_end(r);
}

/* Names that readers remember: those of committed resources, whatever jobs that came to nothing were given.
 */
static void test_names(void **state)
{
    struct world *w = *state;
    enum { NAMES = 600 };
    char id[20];
    uint16_t type;
    struct str name;
    struct store_version v;
    for (int i = 0; i < NAMES; i++) {
        snprintf(id, sizeof id, "undone-%d", i);
        struct store_change c = fake_change(&w->arena, 'C', FAKE_OBS, id, NULL, 0, "x");
        if (i % 20 == 0) { /* takes a number, and gives it back */
            struct fake_job job = {&c, 1, true};
            struct store_job sj = {fake_run, NULL, &job, STR("a"), STR("r")};
            assert_false(store_run(w->s, &sj, &w->err));
        }
        snprintf(id, sizeof id, "n-%d", i);
        assert_int_equal(put(w, 'C', i % 2 ? FAKE_OBS : FAKE_PATIENT, id, "x").version, 1);
    }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < NAMES; i++) {
            snprintf(id, sizeof id, "n-%d", i);
            assert_int_equal(get(w, i % 2 ? FAKE_OBS : FAKE_PATIENT, id, &v), STORE_FOUND);
            struct store_read *r = store_read_begin(w->s, &w->err);
            assert_true(store_name(r, v.rid, &w->arena, &type, &name, &w->err));
            store_read_end(r);
            assert_int_equal(type, i % 2 ? FAKE_OBS : FAKE_PATIENT);
            assert_true(str_is(name, id));
        }
}

static void test_snapshot(void **state)
{
    struct world *w = *state;
    struct store_version v;
    put(w, 'C', FAKE_OBS, "a", "one");
    struct store_read *r = store_read_begin(w->s, &w->err);
    assert_int_equal(store_read_seq(r), 1);
    put(w, 'U', FAKE_OBS, "a", "two");
    put(w, 'C', FAKE_OBS, "b", "new");
    assert_int_equal(store_get(r, FAKE_OBS, STR("a"), &w->arena, &v, &w->err), STORE_FOUND);
    assert_int_equal(v.version, 1);
    assert_int_equal(store_get(r, FAKE_OBS, STR("b"), &w->arena, &v, &w->err), STORE_ABSENT);
    assert_int_equal(store_read_seq(r), 1);
    store_read_end(r);
    assert_int_equal(get(w, FAKE_OBS, "b", &v), STORE_FOUND);
}

struct seen {
    char text[512];
    int stop_after;
};

static bool see(void *arg, const struct store_version *v)
{
    struct seen *s = arg;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%.*s%u%c ", STR_ARG(v->id), v->version, v->op);
    return --s->stop_after != 0;
}

static void test_history(void **state)
{
    struct world *w = *state;
    put(w, 'C', FAKE_OBS, "a", "one");
    put(w, 'C', FAKE_PATIENT, "p", "one");
    put(w, 'U', FAKE_OBS, "a", "two");
    struct store_change both[2] = {fake_change(&w->arena, 'C', FAKE_OBS, "b", NULL, 0, ""),
                                   fake_change(&w->arena, 'D', FAKE_OBS, "a", NULL, 0, "")};
    assert_true(fake_put(w->s, both, 2, &w->err));
    static const struct {
        struct store_history h;
        const char *want;
        uint64_t count;
    } cases[] = {
        {{.limit = 10}, "b1C a3D a2U p1C a1C ", 5},
        {{.type = FAKE_OBS, .limit = 10}, "b1C a3D a2U a1C ", 4},
        {{.type = FAKE_OBS, .id = {"a", 1}, .limit = 10}, "a3D a2U a1C ", 3},
        {{.limit = 2}, "b1C a3D ", 5},
        {{.before_seq = 3, .before_rid = 1, .limit = 2}, "p1C a1C ", 5},
        {{.type = FAKE_OBS, .id = {"a", 1}, .before_seq = 3, .limit = 10}, "a1C ", 3},
        {{.type = FAKE_GROUP, .limit = 10}, "", 0},
        {{.since_ms = INT64_MAX, .limit = 10}, "", 0},
    };
    struct store_read *r = store_read_begin(w->s, &w->err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen s = {"", 0};
        uint64_t n;
        assert_true(store_history_each(r, &cases[i].h, see, &s, &w->err));
        assert_string_equal(s.text, cases[i].want);
        assert_true(store_history_count(r, &cases[i].h, &n, &w->err));
        assert_int_equal(n, cases[i].count);
    }
    struct seen s = {"", 0};
    assert_true(store_scan(r, 0, 0, see, &s, &w->err));
    assert_string_equal(s.text, "b1C p1C ");
    store_read_end(r);
}

static void test_clock_back(void **state)
{
    struct world *w = *state;
    struct store_change a = put(w, 'C', FAKE_OBS, "a", "one");
    atomic_store(&os_fault.clock_shift_ms, -3600000);
    struct store_change b = put(w, 'C', FAKE_OBS, "b", "one");
    atomic_store(&os_fault.clock_shift_ms, 0);
    assert_true(b.time_ms >= a.time_ms);
}

/* Many changes with reads between them, then a while of rest; the log's size on disk. */
static int64_t log_after_rest(struct world *w, int round)
{
    char id[16], path[128];
    struct store_version v;
    struct stat st;
    for (int i = 0; i < 150; i++) {
        snprintf(id, sizeof id, "p%d-%d", round, i);
        assert_int_equal(put(w, 'C', FAKE_PATIENT, id, "x").version, 1);
        struct store_read *other = store_read_begin(w->s, &w->err);
        assert_int_equal(get(w, FAKE_PATIENT, id, &v), STORE_FOUND);
        assert_int_equal(store_get(other, FAKE_PATIENT, str_of(id), &w->arena, &v, &w->err), STORE_FOUND);
        store_read_end(other);
    }
    nanosleep(&(struct timespec){.tv_nsec = 600000000}, NULL);
    snprintf(path, sizeof path, "%s/helhet.db-wal", w->dir);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

/* Free readers keep their snapshots; the log begins anew all the same. */
static void test_log(void **state)
{
    struct world *w = *state;
    int64_t first = log_after_rest(w, 0);
    assert_true(first > 500 * 4096);
    for (int round = 1; round < 4; round++)
        assert_true(log_after_rest(w, round) < first * 3 / 2);
}

static void test_doors(void **state)
{
    struct world *w = *state;
    struct store_options opt = fake_options(w->dir);
    assert_null(store_open(&opt, &w->err));
    assert_int_equal(w->err.code, ERR_STORE_LOCKED);
    char *other = fake_dir();
    opt = fake_options(other);
    opt.create = false;
    assert_null(store_open(&opt, &w->err));
    assert_int_equal(w->err.code, ERR_STORE_OPEN);
    char path[128];
    snprintf(path, sizeof path, "%s/helhet.db", other);
    assert_true(
        os_file_replace(path, STR("this is no database, but long enough to look like a file of some kind")));
    assert_null(store_open(&opt, &w->err));
    assert_true(w->err.code == ERR_STORE_CORRUPT || w->err.code == ERR_STORE_OPEN);
    fake_remove(other);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)
    const struct CMUnitTest tests[] = {
        T(test_life),     T(test_versions), T(test_conditions), T(test_rollback), T(test_names),
        T(test_snapshot), T(test_history),  T(test_clock_back), T(test_log),      T(test_doors),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
