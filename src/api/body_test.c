/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

static void parts(const char *text, const char *id, const char *head, const char *rest, const char *tail)
{
    struct json_doc doc;
    struct err err;
    struct store_change c = {.op = 'U'};
    assert_true(json_parse(&arena, str_of(text), &fhir_names, &doc, &err));
    fhir_type_id type = fhir_type_tree(&doc, 0);
    assert_true(body_parts(&doc, 0, type, str_of(id), &arena, &c, &err));
    assert_string_equal(arena_cstr(&arena, c.head), head);
    assert_string_equal(arena_cstr(&arena, c.meta_rest), rest);
    assert_string_equal(arena_cstr(&arena, c.tail), tail);
    assert_int_equal(c.type, type);
    assert_true(str_is(c.id, id));
}

static void test_order(void **state)
{
    (void)state;
    parts("{\"birthDate\":\"1912-12-12\",\"id\":\"old\",\"resourceType\":\"Patient\",\"active\":true}", "x",
          "{\"resourceType\":\"Patient\",\"id\":\"x\",", "",
          ",\"birthDate\":\"1912-12-12\",\"active\":true}");
}

static void test_meta(void **state)
{
    (void)state;
    parts("{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"7\",\"profile\":[\"http://p\"],"
          "\"lastUpdated\":\"2020-01-01T00:00:00Z\",\"_lastUpdated\":{\"id\":\"a\"},\"source\":\"s\"}}",
          "x", "{\"resourceType\":\"Patient\",\"id\":\"x\",", ",\"profile\":[\"http://p\"],\"source\":\"s\"",
          "}");
}

static void test_text_is_kept(void **state)
{
    (void)state;
    parts(
        "{\"resourceType\":\"Basic\",\"_id\":{\"extension\":[]},\"language\":\"sv\",\"text\":{\"status\":"
        "\"empty\","
        "\"div\":\"a\\u0301 å \\\"<>&\\\\ \\r\\n\"},\"extension\":[{\"url\":\"u\",\"valueDecimal\":1.50}]}",
        "x", "{\"resourceType\":\"Basic\",\"id\":\"x\",", "",
        ",\"_id\":{\"extension\":[]},\"language\":\"sv\",\"text\":{\"status\":\"empty\","
        "\"div\":\"a\xCC\x81 å \\\"<>&\\\\ \\r\\n\"},\"extension\":[{\"url\":\"u\",\"valueDecimal\":1.50}]}");
}

static void test_bad_meta(void **state)
{
    (void)state;
    struct json_doc doc;
    struct err err;
    struct store_change c;
    assert_true(json_parse(&arena, STR("{\"resourceType\":\"Basic\",\"meta\":[]}"), &fhir_names, &doc, &err));
    assert_false(body_parts(&doc, 0, fhir_resource_find(STR("Basic")), STR("x"), &arena, &c, &err));
    assert_int_equal(err.code, ERR_FHIR_KIND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_meta),
        cmocka_unit_test(test_text_is_kept),
        cmocka_unit_test(test_bad_meta),
    };
    int failed = cmocka_run_group_tests_name("body", tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
