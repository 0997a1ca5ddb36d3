/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "side/side.h"

enum { PUT, GET, COUNT };
static const char *const sql[] = {"INSERT INTO t(name,value) VALUES(?1,?2)",
                                  "SELECT value FROM t WHERE name=?1", "SELECT count(*) FROM t"};
static const struct side_form form = {.name = "side.db",
                                      .tables = "CREATE TABLE t(name TEXT PRIMARY KEY, value BLOB);",
                                      .sql = sql,
                                      .sql_count = sizeof sql / sizeof *sql,
                                      .application = 0x48655365,
                                      .format = 1,
                                      .durable = true,
                                      .cache_kib = 256};

static char dir[] = "/tmp/side_testXXXXXX";

static int setup(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    side_remove(&form, dir);
    return rmdir(dir);
}

static bool put(struct side *s, const char *name, struct str value, struct err *err)
{
    sqlite3_stmt *st = side_get(s, PUT, err);
    int changed;
    side_bind_text(st, 1, str_of(name));
    side_bind_blob(st, 2, value);
    return side_run(s, st, &changed, err) && changed == 1;
}

static int count(struct side *s)
{
    struct err err = {0};
    sqlite3_stmt *st = side_get(s, COUNT, &err);
    assert_int_equal(side_step(s, st, &err), 1);
    int n = sqlite3_column_int(st, 0);
    assert_int_equal(side_step(s, st, &err), 0);
    return n;
}

static void test_keeps(void **state)
{
    (void)state;
    struct side s;
    struct err err = {0};
    struct stat st;
    char path[sizeof dir + 16];
    assert_false(side_open(&s, &form, dir, SIDE_WRITE, &err));
    assert_int_equal(err.code, ERR_STORE_OPEN);
    assert_true(side_open(&s, &form, dir, SIDE_CREATE, &err));
    assert_true(side_begin(&s, &err) && side_end(&s, put(&s, "kept", STR("1"), &err), &err));
    assert_true(side_begin(&s, &err) && put(&s, "not", STR("2"), &err));
    assert_false(side_end(&s, false, &err));
    assert_false(put(&s, "kept", STR("3"), &err));
    assert_int_equal(err.code, ERR_STORE_SQL);
    assert_true(put(&s, "null", (struct str){0}, &err) && put(&s, "empty", STR(""), &err));
    snprintf(path, sizeof path, "%s/side.db", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    side_close(&s);
    assert_true(side_open(&s, &form, dir, SIDE_READ, &err));
    assert_int_equal(count(&s), 3);
    assert_false(put(&s, "late", STR("4"), &err));
    sqlite3_stmt *get = side_get(&s, GET, &err);
    side_bind_text(get, 1, STR("null"));
    assert_int_equal(side_step(&s, get, &err), 1);
    assert_null(side_column(get, 0).p);
    get = side_get(&s, GET, &err);
    side_bind_text(get, 1, STR("empty"));
    assert_int_equal(side_step(&s, get, &err), 1);
    assert_non_null(side_column(get, 0).p);
    side_close(&s);
}

static void test_refuses_others(void **state)
{
    (void)state;
    struct side_form other = form, later = form;
    struct side s;
    struct err err = {0};
    other.application = 1;
    later.format = 2;
    assert_false(side_open(&s, &other, dir, SIDE_CREATE, &err));
    assert_int_equal(err.code, ERR_SIDE_OTHER);
    assert_false(side_open(&s, &later, dir, SIDE_CREATE, &err));
    assert_int_equal(err.code, ERR_SIDE_OTHER);
    assert_true(side_open(&s, &form, dir, SIDE_CREATE, &err));
    assert_int_equal(count(&s), 3);
    side_close(&s);
    side_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeps), cmocka_unit_test(test_refuses_others)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
