/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/os.h"
#include "json/json.h"

static bool parse(struct arena *a, struct str text, unsigned allow, struct json_doc *doc, struct err *err)
{
    *err = (struct err){0};
    return json_parse_allow(a, text, NULL, allow, doc, err);
}

static void expect_same(const char *text)
{
    struct arena a;
    struct buf out;
    struct json_doc doc;
    struct err err;
    arena_init(&a);
    buf_init(&out, BUF_NO_MAX);
    assert_true(parse(&a, str_of(text), 0, &doc, &err));
    json_write(&doc, 0, &out);
    assert_int_equal(out.n, strlen(text));
    assert_memory_equal(out.p, text, out.n);
    buf_release(&out);
    arena_release(&a);
}

static void expect_error(const char *text, enum err_code code, unsigned line, unsigned column,
                         const char *path)
{
    struct arena a;
    struct json_doc doc;
    struct err err;
    arena_init(&a);
    assert_false(parse(&a, str_of(text), 0, &doc, &err));
    assert_int_equal(err.code, code);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_string_equal(err.path, path);
    arena_release(&a);
}

static void test_canonical_comes_back(void **state)
{
    (void)state;
    expect_same("{\"a\":[1,1.50,-0.0,1e400,true,false,null,\"å\\\"\\\\\\n\\u0001\"],\"_b\":{},\"\":[]}");
    expect_same("\"\"");
    expect_same("12345678901234567890.123456789012345678901234567890");
    expect_same("[[[[[[]]]]],{\"x\":{\"y\":{}}}]");
    expect_same("\"ingen blödning \xF0\x9F\xA9\xB8 e\xCC\x81\"");
}

static void test_escapes_are_read(void **state)
{
    (void)state;
    struct arena a;
    struct json_doc doc;
    struct err err;
    arena_init(&a);
    assert_true(parse(&a, STR("\"a\\u00e5\\ud83e\\ude78\\/\\b\""), 0, &doc, &err));
    assert_true(str_is(json_text(&doc, 0), "a\xC3\xA5\xF0\x9F\xA9\xB8/\b"));
    assert_false(doc.nodes[0].flags & JSON_F_PLAIN);
    arena_release(&a);
}

static void test_errors_have_their_place(void **state)
{
    (void)state;
    expect_error("", ERR_JSON_SYNTAX, 1, 1, "");
    expect_error("{\"a\":1,\n \"a\":2}", ERR_JSON_DUPLICATE, 2, 2, "");
    expect_error("{\"entry\":[{},{\"resource\":{\"x\":tru}}]}", ERR_JSON_SYNTAX, 1, 31, "entry[1].resource");
    expect_error("[\"\xC3\x28\"]", ERR_JSON_UTF8, 1, 3, "[0]");
    expect_error("[\"\\ud800\"]", ERR_JSON_UTF8, 1, 5, "[0]");
    expect_error("[\"\xED\xA0\x80\"]", ERR_JSON_UTF8, 1, 3, "[0]");
    expect_error("[1 2]", ERR_JSON_SYNTAX, 1, 4, "[0]");
    expect_error("\"å\tb\"", ERR_JSON_SYNTAX, 1, 3, "");
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    enum { DEEP = 10000 };
    struct arena a;
    struct json_doc doc;
    struct err err;
    char *text = os_alloc(DEEP);
    memset(text, '[', DEEP);
    arena_init(&a);
    assert_false(parse(&a, (struct str){text, DEEP}, 0, &doc, &err));
    assert_int_equal(err.code, ERR_JSON_DEPTH);
    assert_int_equal(err.column, JSON_DEPTH_MAX + 1);
    arena_release(&a);
    os_free(text);
}

/* Objects past the linear limit find duplicates through a table; the cost must not grow with the square. */
static void test_large_objects(void **state)
{
    (void)state;
    enum { MEMBERS = 20000 };
    struct buf text;
    struct arena a;
    struct json_doc doc;
    struct err err;
    for (int twice = 0; twice < 2; twice++) {
        buf_init(&text, BUF_NO_MAX);
        arena_init(&a);
        buf_char(&text, '{');
        for (int i = 0; i < MEMBERS; i++)
            buf_printf(&text, "%s\"k%d\":{\"k%d\":%d}", i ? "," : "", i, i, i);
        buf_cstr(&text, twice ? ",\"k777\":0}" : "}");
        assert_int_equal(parse(&a, buf_get(&text), 0, &doc, &err), !twice);
        if (twice)
            assert_int_equal(err.code, ERR_JSON_DUPLICATE);
        else
            assert_true(str_is(
                json_text(&doc, json_get_key(&doc, json_get_key(&doc, 0, STR("k19999")), STR("k19999"))),
                "19999"));
        arena_release(&a);
        buf_release(&text);
    }
}

static uint16_t find_id(const char *p, size_t n)
{
    return n == 2 && memcmp(p, "id", 2) == 0 ? 7 : 0;
}

static void test_names_and_underscore(void **state)
{
    (void)state;
    static const struct json_names names = {find_id};
    struct arena a;
    struct json_doc doc;
    struct err err;
    arena_init(&a);
    assert_true(json_parse(&a, STR("{\"_id\":{},\"id\":\"x\",\"other\":1}"), &names, &doc, &err));
    uint32_t id = json_get(&doc, 0, 7);
    assert_true(str_is(json_text(&doc, id), "x"));
    assert_int_equal(doc.nodes[1].name, 7);
    assert_int_equal(doc.nodes[1].flags & JSON_F_UNDERSCORE, JSON_F_UNDERSCORE);
    assert_int_equal(doc.nodes[3].name, 0);
    arena_release(&a);
}

static void test_out(void **state)
{
    (void)state;
    struct buf b;
    struct json_out o;
    buf_init(&b, BUF_NO_MAX);
    json_out_init(&o, &b);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "a", "x\"y");
    json_out_array(&o, "b");
    json_out_i64(&o, NULL, -9);
    json_out_bool(&o, NULL, true);
    json_out_end_array(&o);
    json_out_raw(&o, "c", STR("1.50"));
    json_out_end_object(&o);
    assert_true(str_is(buf_get(&b), "{\"a\":\"x\\\"y\",\"b\":[-9,true],\"c\":1.50}"));
    buf_release(&b);
}

/* Memory that ends at any point gives an error, never a crash. */
static void test_fail_the_nth(void **state)
{
    (void)state;
    const char *text = "{\"a\":[1,2,{\"b\":\"\\n\"}]}";
    for (long n = 0; n < 4; n++) {
        struct arena a;
        struct json_doc doc;
        struct err err;
        arena_init(&a);
        arena_limit(&a, 1 << 20);
        atomic_store(&os_fault.alloc_left, n);
        bool ok = parse(&a, str_of(text), 0, &doc, &err);
        atomic_store(&os_fault.alloc_left, -1);
        assert_true(ok || err.code == ERR_NO_MEMORY);
        arena_release(&a);
    }
}

/* The JSONTestSuite: y_ must parse, n_ must not, i_ must not crash. */
static void test_suite(void **state)
{
    (void)state;
    char dir_path[512];
    const char *corpus = getenv("HELHET_CORPUS");
    unsigned yes = 0, no = 0;
    snprintf(dir_path, sizeof dir_path, "%s/json-parsing", corpus ? corpus : "../shared/corpus");
    DIR *dir = opendir(dir_path);
    if (!dir) {
        print_message("SKIPPED: %s is absent\n", dir_path);
        skip();
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char path[1024];
        char *data;
        size_t n;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir_path, e->d_name);
        assert_true(os_file_read(path, 1 << 24, &data, &n));
        struct arena a;
        struct json_doc doc;
        struct err err;
        arena_init(&a);
        bool ok = parse(&a, (struct str){data, n}, JSON_ALLOW_DUPLICATES | JSON_ALLOW_NUL, &doc, &err);
        if (strncmp(e->d_name, "y_", 2) == 0 && ++yes && !ok)
            fail_msg("%s must parse", e->d_name);
        if (strncmp(e->d_name, "n_", 2) == 0 && ++no && ok)
            fail_msg("%s must not parse", e->d_name);
        if (!ok)
            assert_true(err.line > 0 && err.column > 0);
        arena_release(&a);
        os_free(data);
    }
    closedir(dir);
    assert_true(yes > 0 && no > 0);
    print_message("CONFORMANCE JSONTestSuite (y_ and n_): %u passed, 0 failed, 0 skipped\n", yes + no);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_comes_back),
        cmocka_unit_test(test_escapes_are_read),
        cmocka_unit_test(test_errors_have_their_place),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_large_objects),
        cmocka_unit_test(test_names_and_underscore),
        cmocka_unit_test(test_out),
        cmocka_unit_test(test_fail_the_nth),
        cmocka_unit_test(test_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
