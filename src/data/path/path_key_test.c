/* SPDX-License-Identifier: Apache-2.0
 * What SQL-on-FHIR v2 adds: variables of the caller's own, keys, boundaries of a Period, join() of nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fhir_gen/names.h"
#include "path/path_int.h"

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"use\":\"official\",\"family\":\"Öberg\","
    "\"period\":{\"start\":\"2019-02\"}},{\"use\":\"old\",\"family\":\"Ek\"}],"
    "\"generalPractitioner\":[{\"reference\":\"Practitioner/1\"},{\"reference\":\"Organization/1/_history/"
    "3\"},"
    "{\"reference\":\"https://x/fhir/Organization/2\"},{\"reference\":\"#o\"},{\"display\":\"okänd\"},"
    "{\"reference\":\"Group/\"},{\"reference\":\"Katt/1\"},{\"reference\":\"Patient/1/2\"}]}";

static const struct path_variable variables[] = {
    {{"use", 3}, PATH_STRING}, {{"n", 1}, PATH_INTEGER}, {{"nothing", 7}, PATH_DECIMAL}};

/* The result as JSON, or "!CODE". */
static void answer(const char *text, struct buf *out)
{
    const struct path_value values[] = {
        {.kind = PATH_STRING, .node = UINT32_MAX, .text = STR("old")},
        {.kind = PATH_INTEGER, .node = UINT32_MAX, .text = STR("1")},
        {.kind = PATH_NODE, .node = UINT32_MAX},
    };
    struct path_options opt = {.strict = true, .view = true, .variables = variables, .variable_count = 3};
    struct arena arena;
    struct json_doc doc;
    struct err err = {0};
    struct path_list list = {0};
    arena_init(&arena);
    assert_true(json_parse(&arena, STR(patient), &fhir_names, &doc, &err) && fhir_type_tree(&doc, 0));
    struct path_context ctx = {.doc = &doc, .variables = values};
    const struct path_expr *e = path_compile_with(&arena, str_of(text), FHIR_TYPE_Patient, &opt, &err);
    buf_clear(out);
    if (e && path_eval(e, &ctx, 0, &arena, &list, &err))
        path_write(&list, out);
    else
        buf_printf(out, "!%s", err_info(err.code)->name);
    buf_char(out, 0);
    arena_release(&arena);
}

static void test_answers(void **state)
{
    static const char *const cases[][2] = {
        {"name.where(use = %use).family", "[\"Ek\"]"},
        {"name[%n].family", "[\"Ek\"]"},
        {"%n + 1", "[2]"},
        {"%nothing.empty()", "[true]"},
        {"%other", "!PATH_SEMANTIC"},
        {"%use.family", "!PATH_SEMANTIC"},
        {"%ucum", "[\"http://unitsofmeasure.org\"]"},
        {"getResourceKey()", "[\"Patient/p1\"]"},
        {"name.getResourceKey()", "!PATH_RUNTIME"},
        {"generalPractitioner.getReferenceKey()", "[\"Practitioner/1\",\"Organization/1\"]"},
        {"generalPractitioner.getReferenceKey(Organization)", "[\"Organization/1\"]"},
        {"generalPractitioner.getReferenceKey('Practitioner')", "[\"Practitioner/1\"]"},
        {"generalPractitioner.getReferenceKey(Patient)", "[]"},
        {"generalPractitioner.getReferenceKey('Katt')", "!PATH_SEMANTIC"},
        {"generalPractitioner.getReferenceKey(Katt)", "!PATH_SEMANTIC"},
        {"name.getReferenceKey()", "!PATH_SEMANTIC"},
        {"name.first().period.lowBoundary()", "[\"2019-02-01T00:00:00.000+14:00\"]"},
        {"name.first().period.highBoundary()", "[]"},
        {"name.given.join(',')", "[\"\"]"},
        {"name.family.join()", "[\"ÖbergEk\"]"},
        {"ofType('Patient')", "!PATH_SEMANTIC"},
    };
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        answer(cases[i][0], &out);
        if (strcmp(out.p, cases[i][1]) != 0)
            fail_msg("%s: %s, wanted %s", cases[i][0], out.p, cases[i][1]);
    }
    buf_release(&out);
}

/* Types, and whether there can be several, are known before anything is run. */
static void test_yield(void **state)
{
    static const struct {
        const char *text, *type;
        bool many;
    } cases[] = {
        {"id", "id", false},
        {"name.family", "string", true},
        {"name.first().family", "string", false},
        {"contact", "Patient.contact", true},
        {"getResourceKey()", "System.String", false},
        {"link.other.getReferenceKey()", "System.String", true},
        {"name.exists()", "System.Boolean", false},
    };
    struct arena arena;
    struct err err;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct path_expr *e = path_compile(&arena, str_of(cases[i].text), FHIR_TYPE_Patient, &err);
        assert_non_null(e);
        struct path_yield y = path_expr_yield(e);
        assert_int_equal(y.count, 1);
        assert_false(y.any);
        assert_string_equal(path_value_type_name(y.types[0]), cases[i].type);
        assert_int_equal(y.many, cases[i].many);
    }
    arena_release(&arena);
}

/* An expression for what another one yields, evaluated on each of its values. */
static void test_focus(void **state)
{
    struct arena arena;
    struct json_doc doc;
    struct err err;
    struct path_list names = {0}, list = {0};
    (void)state;
    arena_init(&arena);
    assert_true(json_parse(&arena, STR(patient), &fhir_names, &doc, &err) && fhir_type_tree(&doc, 0));
    struct path_context ctx = {.doc = &doc};
    const struct path_expr *each = path_compile(&arena, STR("name"), FHIR_TYPE_Patient, &err);
    struct path_yield y = path_expr_yield(each);
    struct path_options opt = {.strict = true, .focus = &y};
    const struct path_expr *e = path_compile_with(&arena, STR("family"), 0, &opt, &err);
    assert_non_null(e);
    assert_null(path_compile_with(&arena, STR("birthDate"), 0, &opt, &err));
    assert_int_equal(err.code, ERR_PATH_SEMANTIC);
    assert_true(path_eval(each, &ctx, 0, &arena, &names, &err));
    for (uint32_t i = 0; i < names.count; i++)
        assert_true(path_eval_on(e, &ctx, &names.item[i], &arena, &list, &err));
    assert_int_equal(list.count, 2);
    assert_true(str_is(path_value_text(&list.item[1]), "Ek"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_yield),
        cmocka_unit_test(test_focus),
    };
    return cmocka_run_group_tests_name("path_key", tests, NULL, NULL);
}
