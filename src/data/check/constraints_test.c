/* SPDX-License-Identifier: Apache-2.0
 * The constraints of definitions/styr compile, say what they mean in both languages, and are told whole; and
 * a resource that breaks one is refused by it. */
#include "check/check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/arena.h"
#include "fhir_gen/names.h"
#include "path/path.h"

static void test_compile(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_true(fhir_rule_count > 60);
    for (uint16_t i = 1; i < fhir_rule_count; i++) {
        const struct fhir_rule *r = &fhir_rules[i];
        struct err err = {0};
        if (!path_compile(&arena, str_of(r->expression), r->type, &err))
            fail_msg("%s: %s: %s", r->key, err_info(err.code)->name, err.arg[1]);
        err_set(&err, ERR_FHIR_INVARIANT, r->sv, r->en, r->key, NULL);
        /* What people read is not cut. */
        assert_string_equal(err.arg[0], r->sv);
        assert_string_equal(err.arg[1], r->en);
        assert_string_not_equal(r->sv, r->en);
    }
    arena_release(&arena);
}

static void check(const char *text, const char *key)
{
    struct arena arena;
    struct json_doc doc;
    struct err err;
    fhir_type_id type;
    arena_init(&arena);
    struct check_issues *issues = ARENA_NEW(&arena, struct check_issues);
    assert_true(json_parse(&arena, str_of(text), &fhir_names, &doc, &err));
    bool ok = check_resource(&doc, 0, &type, issues);
    if (!key && !ok)
        fail_msg("%s %s", err_info(issues->item[0].code)->name, issues->item[0].arg[2]);
    if (key) {
        assert_int_equal(issues->total, 1);
        assert_int_equal(issues->item[0].code, ERR_FHIR_INVARIANT);
        assert_string_equal(issues->item[0].arg[2], key);
    }
    arena_release(&arena);
}

static void test_held(void **state)
{
    (void)state;
    check("{\"resourceType\":\"Initiative\",\"status\":\"idea\",\"title\":\"x\",\"phase\":1}", NULL);
    check("{\"resourceType\":\"Initiative\",\"status\":\"idea\",\"title\":\"x\",\"phase\":2}", "ini-1");
    check("{\"resourceType\":\"Initiative\",\"status\":\"parked\",\"title\":\"x\",\"phase\":1}", "ini-2");
    /* On an element: the second of them breaks it. */
    check("{\"resourceType\":\"CheckpointDefinition\",\"status\":\"draft\",\"name\":\"T-30\",\"offsetDays\":-"
          "30,"
          "\"criterion\":[{\"code\":\"E11\",\"title\":\"x\",\"severity\":\"hard\",\"overridable\":false,"
          "\"evidenceKind\":\"signed\"},{\"code\":\"E3\",\"title\":\"x\",\"severity\":\"hard\","
          "\"overridable\":true,\"evidenceKind\":\"measured\"}]}",
          "cd-4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile),
        cmocka_unit_test(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
