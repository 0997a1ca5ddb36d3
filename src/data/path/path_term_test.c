/* SPDX-License-Identifier: Apache-2.0
 * memberOf, subsumes and checkModifiers with someone to ask about codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fhir_gen/names.h"
#include "path/path.h"

static const char observation[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"modifierExtension\":[{\"url\":\"http://known\","
    "\"valueBoolean\":true}],\"code\":{\"coding\":[{\"system\":\"http://other\",\"code\":\"a1\"},{\"system\":"
    "\"http://tree\",\"code\":\"a1\"}]},\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://tree\","
    "\"code\":\"a\"}]}}";

/* http://set holds what of http://tree begins with "a"; a code is above those that begin with it. */
static int member(void *arg, struct str system, struct str code, struct str value_set, struct err *err)
{
    (void)arg;
    if (!str_is(value_set, "http://set")) {
        err_set_str(err, ERR_NOT_FOUND, value_set, STR(""));
        return -1;
    }
    return (!system.p || str_is(system, "http://tree")) && str_starts(code, STR("a"));
}

static int subsumes(void *arg, struct str system, struct str a, struct str b, struct err *err)
{
    (void)arg;
    (void)err;
    return str_is(system, "http://tree") && str_starts(b, a);
}

struct example {
    const char *text, *result; /* JSON, or "!" and an error's name */
};

static void check(const struct example *e)
{
    static const struct path_terms terms = {NULL, member, subsumes};
    struct arena arena;
    struct json_doc doc;
    struct err err = {0};
    struct path_list list = {0};
    struct buf out;
    arena_init(&arena);
    buf_init(&out, BUF_NO_MAX);
    assert_true(json_parse(&arena, STR(observation), &fhir_names, &doc, NULL));
    fhir_type_tree(&doc, 0);
    struct path_context ctx = {.doc = &doc, .terms = &terms};
    const struct path_expr *expr = path_compile(&arena, str_of(e->text), FHIR_TYPE_Observation, &err);
    assert_non_null(expr);
    if (path_eval(expr, &ctx, 0, &arena, &list, &err))
        path_write(&list, &out);
    else
        buf_printf(&out, "!%s", err_info(err.code)->name);
    buf_char(&out, 0);
    if (strcmp(out.p, e->result) != 0)
        print_message("%s\n", e->text);
    assert_string_equal(out.p, e->result);
    buf_release(&out);
    arena_release(&arena);
}

static void cases(void **state)
{
    static const struct example list[] = {
        {"code.memberOf('http://set')", "[true]"},
        {"code.coding.first().memberOf('http://set')", "[false]"},
        {"code.coding[1].memberOf('http://set')", "[true]"},
        {"status.memberOf('http://set')", "[false]"},
        {"'abc'.memberOf('http://set')", "[true]"},
        {"code.memberOf('http://none')", "!NOT_FOUND"},
        {"code.coding.memberOf('http://set')", "!PATH_RUNTIME"},
        {"category.memberOf('http://set')", "[]"},
        {"status.memberOf('http://hl7.org/fhir/ValueSet/observation-status')", "[true]"},
        {"value.subsumes(code)", "[true]"},
        {"code.subsumes(value)", "[false]"},
        {"code.subsumedBy(value)", "[true]"},
        {"code.coding[0].subsumes(code.coding[1])", "[false]"},
        {"category.subsumes(code)", "[]"},
        {"checkModifiers('http://known').status", "[\"final\"]"},
        {"checkModifiers('http://a', 'http://known').status", "[\"final\"]"},
        {"checkModifiers('http://a').status", "!PATH_RUNTIME"},
        {"code.checkModifiers().coding.count()", "[2]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
        check(&list[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
