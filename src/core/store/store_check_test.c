/* SPDX-License-Identifier: Apache-2.0
 * Bulk loading equals single writes, check finds every planted fault, reindex restores, a newer format is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store_fake.h"

enum { MANY = 1500 };

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

/* The nth resource of a small world: patients, and observations of them with a row of each kind. */
static struct store_change nth(struct arena *a, int n, const char *text)
{
    char id[48];
    struct store_row *row = ARENA_ARRAY(a, struct store_row, 8);
    if (n % 10 == 0) {
        snprintf(id, sizeof id, "p%d", n);
        row[0] =
            (struct store_row){.index = STORE_STRING, .param = FAKE_P_NAME, .text = STR("anna"), .exact = 7};
        row[1] = (struct store_row){.index = STORE_TOKEN, .param = FAKE_P_IDENT, .name = STR("urn:s")};
        row[1].text = arena_printf(a, "i%d", n);
        return fake_change(a, 'U', FAKE_PATIENT, id, row, 2, text);
    }
    snprintf(id, sizeof id, "%08x-0000-4000-8000-000000000000", n * 7919);
    struct str patient = arena_printf(a, "p%d", n - n % 10 + (n % 3 ? 0 : 10));
    row[0] = (struct store_row){
        .index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a1"), .name = STR("urn:s")};
    row[1] = (struct store_row){
        .index = STORE_DATE, .param = FAKE_O_DATE, .low = n * 1000LL, .high = n * 1000LL + 1};
    row[2] = (struct store_row){
        .index = STORE_NUMBER, .param = FAKE_O_VALUE, .number_low = n, .number_high = n + 1};
    row[3] =
        (struct store_row){.index = STORE_REFERENCE, .param = FAKE_O_SUBJECT, .target_type = FAKE_PATIENT};
    row[3].text = patient;
    row[4] =
        (struct store_row){.index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = patient, .low = n};
    row[5] = (struct store_row){.index = STORE_URI, .param = FAKE_O_PROFILE, .name = STR("http://x")};
    row[6] = (struct store_row){.index = STORE_COMPOSITE, .param = FAKE_O_PAIR, .text = STR("k")};
    row[7] = (struct store_row){.index = STORE_STRING, .param = FAKE_O_NOTE, .text = STR("text")};
    return fake_change(a, 'U', FAKE_OBS, id, row, 8, text);
}

static void load(struct world *w, int from, int to, const char *text)
{
    struct store_bulk *b = store_bulk_begin(w->s, STR("tester"), STR("load"), &w->err);
    assert_non_null(b);
    for (int i = from; i < to; i++) {
        struct store_change c = nth(&w->arena, i, text);
        c.skip_same = true;
        assert_true(store_bulk_put(b, &c, &w->err));
    }
    assert_true(store_bulk_end(b, false, &w->err));
}

static struct store_check check(struct world *w)
{
    struct store_check out;
    assert_true(store_check(w->s, &out, NULL, NULL, &w->err));
    return out;
}

static void assert_clean(struct world *w)
{
    struct store_check out = check(w);
    if (out.faults)
        fail_msg("%d faults, first: %s", (int)out.faults, out.first.arg[0]);
}

struct same {
    struct store_read *other;
    struct arena arena;
    size_t count;
};

static bool same_each(void *arg, const struct store_version *v)
{
    struct same *s = arg;
    struct store_version x;
    struct err err;
    arena_reset(&s->arena);
    assert_int_equal(store_get(s->other, v->type, v->id, &s->arena, &x, &err), STORE_FOUND);
    size_t a = str_find_str(v->body, STR("},")), b = str_find_str(x.body, STR("},"));
    assert_true(str_eq(str_sub(v->body, a, v->body.n), str_sub(x.body, b, x.body.n)));
    assert_true(v->version == x.version && v->op == x.op);
    s->count++;
    return true;
}

static void test_bulk_equals_put(void **state)
{
    struct world *w = *state, one = {.dir = fake_dir()};
    arena_init(&one.arena);
    struct store_options opt = fake_options(one.dir);
    one.s = store_open(&opt, &one.err);
    load(w, 0, MANY, "first");
    load(w, 0, 200, "second");
    for (int i = 0; i < MANY + 200; i++) {
        struct store_change c = nth(&one.arena, i % MANY, i < MANY ? "first" : "second");
        assert_true(fake_put(one.s, &c, 1, &one.err));
    }
    assert_clean(w);
    assert_clean(&one);
    struct store_check a = check(w), b = check(&one);
    assert_true(a.resources == b.resources && a.versions == b.versions && a.placeholders == b.placeholders &&
                a.rows == b.rows);
    assert_int_equal(a.resources, MANY);
    assert_int_equal(a.versions, MANY + 200);
    struct same s = {store_read_begin(one.s, &w->err), {0}, 0};
    struct store_read *r = store_read_begin(w->s, &w->err);
    assert_true(store_scan(r, 0, 0, same_each, &s, &w->err));
    assert_int_equal(s.count, MANY);
    store_read_end(r);
    store_read_end(s.other);
    arena_release(&s.arena);
    store_close(one.s);
    fake_remove(one.dir);
    arena_release(&one.arena);
}

static void test_bulk_find(void **state)
{
    struct world *w = *state;
    struct store_bulk *b = store_bulk_begin(w->s, STR("a"), STR("r"), &w->err);
    unsigned n;
    struct str id;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 40; i++) {
            struct store_change c = nth(&w->arena, i, "x");
            c.skip_same = true;
            assert_true(store_bulk_put(b, &c, &w->err));
            assert_int_equal(c.same, round);
        }
        for (int i = 0; i < 40; i += 10) {
            struct str code = arena_printf(&w->arena, "i%d", i);
            assert_true(store_bulk_find(b, FAKE_PATIENT, FAKE_P_IDENT, STR("urn:s"), code, &n, &w->arena, &id,
                                        &w->err));
            assert_int_equal(n, 1);
            assert_true(str_eq(id, arena_printf(&w->arena, "p%d", i)));
            assert_true(store_bulk_find(b, FAKE_PATIENT, FAKE_P_IDENT, STR("urn:o"), code, &n, &w->arena, &id,
                                        &w->err));
            assert_int_equal(n, 0);
        }
        assert_true(
            store_bulk_find(b, FAKE_OBS, FAKE_O_CODE, STR("urn:s"), STR("a1"), &n, &w->arena, &id, &w->err));
        assert_int_equal(n, 2);
        assert_true(store_bulk_flush(b, &w->err));
        assert_int_equal(store_bulk_stats(b).stored, 40);
    }
    assert_int_equal(store_bulk_stats(b).same, 40);
    assert_true(store_bulk_end(b, false, &w->err));
    assert_clean(w);
}

/* ---- planted faults ---- */

static void alter(struct world *w, const char *sql)
{
    char path[128];
    sqlite3 *h;
    snprintf(path, sizeof path, "%s/helhet.db", w->dir);
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    assert_int_equal(sqlite3_changes(h) > 0, 1);
    sqlite3_close(h);
}

static const char *const faults[] = {
    /* one byte in the middle of a body */
    "UPDATE resource SET body=CAST(substr(body,1,20)||x'5A'||substr(body,22) AS BLOB) WHERE rid=(SELECT "
    "max(rid) FROM resource)",
    "DELETE FROM token WHERE rid=(SELECT max(rid) FROM token)",
    "DELETE FROM string WHERE rid=(SELECT max(rid) FROM string)",
    "DELETE FROM date WHERE rid=(SELECT max(rid) FROM date)",
    "DELETE FROM number WHERE rid=(SELECT max(rid) FROM number)",
    "DELETE FROM reference WHERE rid=(SELECT max(rid) FROM reference)",
    "DELETE FROM uri WHERE rid=(SELECT max(rid) FROM uri)",
    "DELETE FROM composite WHERE rid=(SELECT max(rid) FROM composite)",
    "DELETE FROM clinical WHERE rid=(SELECT max(rid) FROM clinical)",
    "INSERT INTO token VALUES(1,2,3,4)",
    "DELETE FROM kind WHERE rid=(SELECT max(rid) FROM kind)",
    "DELETE FROM key WHERE rid=(SELECT max(rid) FROM key)",
    "UPDATE commit_log SET reason='other' WHERE seq=1",
    "UPDATE commit_log SET agent='other' WHERE seq=2",
    "UPDATE commit_log SET time=time-1 WHERE seq=2",
    "UPDATE commit_log SET n=n+1 WHERE seq=1",
    "DELETE FROM commit_log WHERE seq=1",
    "DELETE FROM change WHERE seq=2",
    "UPDATE counter SET n=n+1 WHERE type=1",
    "DELETE FROM history WHERE version=1 AND rid=(SELECT max(rid) FROM history)",
    "UPDATE history SET body=(SELECT body FROM resource WHERE rid=(SELECT max(rid) FROM resource)) WHERE "
    "version=1",
    "UPDATE resource SET seq=1 WHERE rid=(SELECT max(rid) FROM resource WHERE seq=2)",
    "UPDATE resource SET rows=NULL WHERE rid=(SELECT max(rid) FROM resource WHERE op<2)",
    "UPDATE resource SET version=9 WHERE rid=(SELECT max(rid) FROM resource WHERE version=2)",
};

static void test_planted(void **state)
{
    struct world *w = *state;
    struct store_options opt = fake_options(w->dir);
    load(w, 0, 60, "first");
    load(w, 0, 30, "second");
    store_close(w->s);
    char from[160], cmd[512];
    snprintf(from, sizeof from, "%s.good", w->dir);
    snprintf(cmd, sizeof cmd, "cp %s/helhet.db %s", w->dir, from);
    assert_int_equal(system(cmd), 0);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        snprintf(cmd, sizeof cmd, "cp %s %s/helhet.db", from, w->dir);
        assert_int_equal(system(cmd), 0);
        alter(w, faults[i]);
        w->s = store_open(&opt, &w->err);
        assert_non_null(w->s);
        if (check(w).faults == 0)
            fail_msg("not seen: %s", faults[i]);
        store_close(w->s);
    }
    snprintf(cmd, sizeof cmd, "cp %s %s/helhet.db", from, w->dir);
    assert_int_equal(system(cmd), 0);
    unlink(from);
    w->s = store_open(&opt, &w->err);
    assert_clean(w);
}

static void test_reindex(void **state)
{
    struct world *w = *state;
    load(w, 0, 300, "first");
    store_close(w->s);
    struct store_options opt = fake_options(w->dir);
    opt.schema.fingerprint = "fake-2";
    w->s = store_open(&opt, &w->err);
    assert_non_null(w->s);
    assert_true(store_needs_reindex(w->s));
    struct store_change c = nth(&w->arena, 1, "x");
    assert_false(fake_put(w->s, &c, 1, &w->err));
    assert_int_equal(w->err.code, ERR_STORE_REINDEX);
    assert_true(store_reindex(w->s, NULL, NULL, &w->err));
    assert_false(store_needs_reindex(w->s));
    assert_clean(w);
    assert_true(fake_put(w->s, &c, 1, &w->err));
    assert_clean(w);
    store_close(w->s);
    w->s = store_open(&opt, &w->err);
    assert_false(store_needs_reindex(w->s));
}

static void test_newer(void **state)
{
    struct world *w = *state;
    store_close(w->s);
    char path[128];
    sqlite3 *h;
    snprintf(path, sizeof path, "%s/helhet.db", w->dir);
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "PRAGMA user_version=999", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    struct store_options opt = fake_options(w->dir);
    w->s = store_open(&opt, &w->err);
    assert_null(w->s);
    assert_int_equal(w->err.code, ERR_STORE_NEWER);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)
    const struct CMUnitTest tests[] = {T(test_bulk_equals_put), T(test_bulk_find), T(test_planted),
                                       T(test_reindex), T(test_newer)};
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
