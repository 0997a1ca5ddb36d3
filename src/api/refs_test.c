/* SPDX-License-Identifier: Apache-2.0 */
#include "api/refs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

/* urn:uuid:1 is Patient/p; urn:uuid:bad cannot be resolved; everything else stays. */
static bool map(void *arg, bool is_reference, struct str from, struct arena *a, struct str *to,
                struct err *err)
{
    (void)a;
    int *references = arg;
    *references += is_reference;
    if (str_is(from, "urn:uuid:1"))
        *to = STR("Patient/p");
    if (str_is(from, "urn:uuid:bad"))
        return err_set_str(err, ERR_REFERENCE_UNRESOLVED, from, STR(""));
    return true;
}

static bool rewrite(const char *text, int *references, struct buf *out, struct err *err)
{
    struct json_doc doc;
    *err = (struct err){.code = ERR_OK};
    assert_true(json_parse(&arena, str_of(text), &fhir_names, &doc, err));
    assert_int_not_equal(fhir_type_tree(&doc, 0), 0);
    *references = 0;
    buf_clear(out);
    if (!refs_rewrite(&doc, 0, &arena, map, references, err))
        return false;
    json_write(&doc, 0, out);
    return true;
}

static void same(const char *from, int references, const char *to)
{
    struct buf out;
    struct err err;
    int n;
    buf_init(&out, BUF_NO_MAX);
    assert_true(rewrite(from, &n, &out, &err));
    buf_char(&out, 0);
    assert_string_equal(out.p, to);
    assert_int_equal(n, references);
    buf_release(&out);
}

static void test_references(void **state)
{
    (void)state;
    same("{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"urn:uuid:1\"},"
         "\"performer\":[{\"reference\":\"urn:uuid:1\"},{\"reference\":\"Practitioner/"
         "x\"},{\"reference\":\"#c\"}]}",
         3,
         "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"Patient/p\"},"
         "\"performer\":[{\"reference\":\"Patient/p\"},{\"reference\":\"Practitioner/"
         "x\"},{\"reference\":\"#c\"}]}");
}

static void test_only_addresses(void **state)
{
    (void)state;
    /* a string and a canonical stay; a uri, also inside an extension, does not */
    same("{\"resourceType\":\"Basic\",\"identifier\":[{\"system\":\"urn:uuid:1\",\"value\":\"urn:uuid:1\"}],"
         "\"extension\":[{\"url\":\"http://x\",\"valueCanonical\":\"urn:uuid:1\"},"
         "{\"url\":\"http://x\",\"valueUri\":\"urn:uuid:1\"}]}",
         0,
         "{\"resourceType\":\"Basic\",\"identifier\":[{\"system\":\"Patient/p\",\"value\":\"urn:uuid:1\"}],"
         "\"extension\":[{\"url\":\"http://x\",\"valueCanonical\":\"urn:uuid:1\"},"
         "{\"url\":\"http://x\",\"valueUri\":\"Patient/p\"}]}");
}

static void test_contained(void **state)
{
    (void)state;
    same("{\"resourceType\":\"Basic\",\"contained\":[{\"resourceType\":\"Condition\",\"id\":\"c\","
         "\"subject\":{\"reference\":\"urn:uuid:1\"}}]}",
         1,
         "{\"resourceType\":\"Basic\",\"contained\":[{\"resourceType\":\"Condition\",\"id\":\"c\","
         "\"subject\":{\"reference\":\"Patient/p\"}}]}");
}

static void test_narrative(void **state)
{
    (void)state;
    same("{\"resourceType\":\"Basic\",\"text\":{\"status\":\"generated\",\"div\":\"<div>urn:uuid:1 "
         "<a href=\\\"urn:uuid:1\\\">å</a><img alt='href=' src='urn:uuid:1'/><a "
         "xhref=\\\"urn:uuid:1\\\"/></div>\"}}",
         0,
         "{\"resourceType\":\"Basic\",\"text\":{\"status\":\"generated\",\"div\":\"<div>urn:uuid:1 "
         "<a href=\\\"Patient/p\\\">å</a><img alt='href=' src='Patient/p'/><a "
         "xhref=\\\"urn:uuid:1\\\"/></div>\"}}");
}

static void test_unresolved_has_its_place(void **state)
{
    (void)state;
    struct buf out;
    struct err err;
    int n;
    buf_init(&out, BUF_NO_MAX);
    assert_false(
        rewrite("{\"resourceType\":\"Observation\",\n\"performer\":[{\"reference\":\"Practitioner/x\"},\n"
                "{\"reference\":\"urn:uuid:bad\"}]}",
                &n, &out, &err));
    assert_int_equal(err.code, ERR_REFERENCE_UNRESOLVED);
    assert_string_equal(err.path, "Observation.performer[1].reference");
    assert_int_equal(err.line, 3);
    buf_release(&out);
}

static void test_conditional(void **state)
{
    (void)state;
    fhir_type_id type;
    struct str query;
    assert_true(refs_conditional(STR("Practitioner?identifier=http://x|1"), &type, &query));
    assert_string_equal(fhir_types[type].name, "Practitioner");
    assert_true(str_is(query, "identifier=http://x|1"));
    assert_false(refs_conditional(STR("Practitioner/1"), &type, &query));
    assert_false(refs_conditional(STR("Practitioner?"), &type, &query));
    assert_false(refs_conditional(STR("Nobody?identifier=1"), &type, &query));
    assert_false(refs_conditional(STR("http://server/Practitioner?identifier=1"), &type, &query));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_only_addresses),
        cmocka_unit_test(test_contained),
        cmocka_unit_test(test_narrative),
        cmocka_unit_test(test_unresolved_has_its_place),
        cmocka_unit_test(test_conditional),
    };
    int failed = cmocka_run_group_tests_name("refs", tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
