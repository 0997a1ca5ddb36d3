/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/check.h"

struct bad {
    enum err_code code;
    const char *path;
    const char *json;
};

#define P "{\"resourceType\":\"Patient\","
#define O "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"

/* One wrong thing each: the first issue has this code and path, and there is no other. */
static const struct bad bads[] = {
    {ERR_FHIR_NOT_OBJECT, "Resource", "[]"},
    {ERR_FHIR_NOT_OBJECT, "Resource", "\"Patient\""},
    {ERR_FHIR_TYPE_MISSING, "Resource", "{}"},
    {ERR_FHIR_TYPE_MISSING, "Resource", "{\"resourceType\":5}"},
    {ERR_FHIR_TYPE_UNKNOWN, "Resource.resourceType", "{\"resourceType\":\"patient\"}"},
    {ERR_FHIR_TYPE_UNKNOWN, "Resource.resourceType", "{\"resourceType\":\"DomainResource\"}"},
    {ERR_FHIR_TYPE_UNKNOWN, "Resource.resourceType", "{\"resourceType\":\"HumanName\"}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient.personnummer", P "\"personnummer\":\"x\"}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient.name[0].Family", P "\"name\":[{\"Family\":\"x\"}]}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient._name", P "\"_name\":[{\"id\":\"x\"}]}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient.name[0]._id",
     P "\"name\":[{\"_id\":{\"id\":\"x\"},\"text\":\"x\"}]}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient.name[0].resourceType",
     P "\"name\":[{\"resourceType\":\"HumanName\"}]}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient._resourceType", P "\"_resourceType\":{\"id\":\"x\"}}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Observation.value", O "\"value\":5}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Observation.valueAddress", O "\"valueAddress\":{\"text\":\"x\"}}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient._birthDate.value", P "\"_birthDate\":{\"value\":\"x\"}}"},
    {ERR_FHIR_ELEMENT_UNKNOWN, "Patient.meta.project", P "\"meta\":{\"project\":\"x\"}}"},
    {ERR_FHIR_CARDINALITY_MIN, "Observation.code", "{\"resourceType\":\"Observation\",\"status\":\"final\"}"},
    {ERR_FHIR_CARDINALITY_MIN, "Patient.communication[1].language",
     P "\"communication\":[{\"language\":{\"text\":\"x\"}},{\"preferred\":true}]}"},
    {ERR_FHIR_CARDINALITY_MIN, "MedicationRequest.medication[x]",
     "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\",\"intent\":\"order\",\"subject\":{"
     "\"display\":\"x\"}}"},
    {ERR_FHIR_CARDINALITY_MIN, "Patient.extension[0].url", P "\"extension\":[{\"valueString\":\"x\"}]}"},
    {ERR_FHIR_CARDINALITY_MIN, "Patient._birthDate.extension[0].url",
     P "\"_birthDate\":{\"extension\":[{\"valueString\":\"x\"}]}}"},
    {ERR_FHIR_CARDINALITY_MAX, "Patient.birthDate", P "\"birthDate\":[\"2000\"]}"},
    {ERR_FHIR_CARDINALITY_MAX, "Patient.maritalStatus",
     P "\"maritalStatus\":[{\"text\":\"x\"},{\"text\":\"y\"}]}"},
    {ERR_FHIR_NOT_ARRAY, "Patient.name", P "\"name\":{\"text\":\"x\"}}"},
    {ERR_FHIR_NOT_ARRAY, "Patient.name[0]._given", P "\"name\":[{\"_given\":{\"id\":\"x\"}}]}"},
    {ERR_FHIR_CHOICE, "Observation.valueString", O "\"valueInteger\":5,\"valueString\":\"x\"}"},
    {ERR_FHIR_CHOICE, "Patient._deceasedDateTime",
     P "\"deceasedBoolean\":true,\"_deceasedDateTime\":{\"id\":\"x\"}}"},
    {ERR_FHIR_KIND, "Patient.active", P "\"active\":\"true\"}"},
    {ERR_FHIR_KIND, "Patient.birthDate", P "\"birthDate\":2000}"},
    {ERR_FHIR_KIND, "Patient.birthDate", P "\"birthDate\":null}"},
    {ERR_FHIR_KIND, "Patient.name[0]", P "\"name\":[\"Åsa\"]}"},
    {ERR_FHIR_KIND, "Patient.name[1]", P "\"name\":[{\"text\":\"x\"},null]}"},
    {ERR_FHIR_KIND, "Patient.maritalStatus", P "\"maritalStatus\":\"gift\"}"},
    {ERR_FHIR_KIND, "Patient._birthDate", P "\"_birthDate\":\"x\"}"},
    {ERR_FHIR_KIND, "Observation.valueQuantity.value", O "\"valueQuantity\":{\"value\":\"5\"}}"},
    {ERR_FHIR_PRIMITIVE, "Patient.birthDate", P "\"birthDate\":\"2000-02-30\"}"},
    {ERR_FHIR_PRIMITIVE, "Observation.valueInteger", O "\"valueInteger\":5.0}"},
    {ERR_FHIR_PRIMITIVE, "Patient.text.div", P "\"text\":{\"status\":\"generated\",\"div\":\"<p/>\"}}"},
    {ERR_FHIR_PRIMITIVE, "Patient.meta.lastUpdated", P "\"meta\":{\"lastUpdated\":\"2026-11-21\"}}"},
    {ERR_FHIR_ID, "Patient.id", P "\"id\":\"å_1\"}"},
    {ERR_FHIR_EMPTY, "Patient.name[0]", P "\"name\":[{}]}"},
    {ERR_FHIR_EMPTY, "Patient.name", P "\"name\":[]}"},
    {ERR_FHIR_EMPTY, "Patient.birthDate", P "\"birthDate\":\"\"}"},
    {ERR_FHIR_EMPTY, "Patient._birthDate", P "\"_birthDate\":{}}"},
    {ERR_FHIR_EMPTY, "Patient.name[0].given[1]", P "\"name\":[{\"given\":[\"x\",null]}]}"},
    {ERR_FHIR_ALIGNMENT, "Patient.name[0]._given",
     P "\"name\":[{\"given\":[\"x\",\"y\"],\"_given\":[{\"id\":\"x\"}]}]}"},
    {ERR_FHIR_BINDING, "Patient.gender", P "\"gender\":\"kvinna\"}"},
    {ERR_FHIR_BINDING, "AllergyIntolerance.clinicalStatus.coding[0].code",
     "{\"resourceType\":\"AllergyIntolerance\",\"patient\":{\"display\":\"x\"},"
     "\"clinicalStatus\":{\"coding\":[{\"code\":\"aktiv\"}]}}"},
    {ERR_FHIR_CARDINALITY_MIN, "Patient.contained[0].status",
     P "\"contained\":[{\"resourceType\":\"Observation\",\"code\":{\"text\":\"x\"}}]}"},
    {ERR_FHIR_BINDING, "Bundle.entry[1].resource.gender",
     "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"fullUrl\":\"urn:x\"},{\"resource\":" P
     "\"gender\":\"x\"}}]}"},
    {ERR_FHIR_TYPE_MISSING, "Bundle.entry[0].resource",
     "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"id\":\"x\"}}]}"},
    {ERR_FHIR_KIND, "Parameters.parameter[0].part[0].valueBoolean",
     "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"a\",\"part\":[{\"name\":\"b\","
     "\"valueBoolean\":1}]}]}"},
};

static const char *const goods[] = {
    P "\"id\":\"a\"}",
    P "\"birthDate\":\"2000\",\"_birthDate\":{\"id\":\"x\"}}",
    P "\"_birthDate\":{\"extension\":[{\"url\":\"http://x\",\"valueCode\":\"unknown\"}]}}",
    P "\"name\":[{\"given\":[null,\"Åsa\"],\"_given\":[{\"id\":\"x\"},null]}]}",
    P "\"deceasedBoolean\":false,\"_deceasedBoolean\":{\"id\":\"x\"}}",
    P "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"X\"}],"
      "\"multipleBirthInteger\":2}",
    "{\"resourceType\":\"Observation\",\"_status\":{\"extension\":[{\"url\":\"http://"
    "x\",\"valueCode\":\"unknown\"}]},"
    "\"code\":{\"text\":\"x\"},\"component\":[{\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":1.50},"
    "\"referenceRange\":[{\"low\":{\"value\":-0.0}}]}]}",
    "{\"resourceType\":\"AllergyIntolerance\",\"patient\":{\"display\":\"x\"},\"clinicalStatus\":{\"coding\":"
    "[{\"system\":\"http://local\",\"code\":\"aktiv\"},{\"code\":\"active\"}]}}",
};

static void parse(struct arena *arena, const char *json, struct json_doc *doc)
{
    struct err err;
    arena_init(arena);
    if (!json_parse(arena, str_of(json), &fhir_names, doc, &err))
        fail_msg("%s: %s", json, err.arg[0]);
}

static void each_bad_thing_is_found_at_its_place(void **state)
{
    static struct check_issues issues;
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct arena arena;
        struct json_doc doc;
        fhir_type_id type;
        parse(&arena, bads[i].json, &doc);
        if (check_resource(&doc, 0, &type, &issues) || issues.total != 1)
            fail_msg("%s: %u issues", bads[i].json, issues.total);
        if (issues.item[0].code != bads[i].code || strcmp(issues.item[0].path, bads[i].path) != 0)
            fail_msg("%s: %s at %s", bads[i].json, err_info(issues.item[0].code)->name, issues.item[0].path);
        arena_release(&arena);
    }
}

static void good_things_pass(void **state)
{
    static struct check_issues issues;
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
        struct arena arena;
        struct json_doc doc;
        fhir_type_id type;
        parse(&arena, goods[i], &doc);
        if (!check_resource(&doc, 0, &type, &issues))
            fail_msg("%s: %s at %s", goods[i], err_info(issues.item[0].code)->name, issues.item[0].path);
        assert_int_not_equal(type, 0);
        arena_release(&arena);
    }
}

/* The same elements as fhir_type_tree sets. */
static void elements_are_set_on_the_way(void **state)
{
    static struct check_issues issues;
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
        struct arena a, b;
        struct json_doc x, y;
        fhir_type_id type;
        parse(&a, goods[i], &x);
        parse(&b, goods[i], &y);
        assert_true(check_resource(&x, 0, &type, &issues));
        assert_int_equal(fhir_type_tree(&y, 0), type);
        for (uint32_t n = 0; n < x.count; n++)
            assert_int_equal(x.nodes[n].elem, y.nodes[n].elem);
        arena_release(&a);
        arena_release(&b);
    }
}

static void issues_have_lines_and_texts(void **state)
{
    static struct check_issues issues;
    struct arena arena;
    struct json_doc doc;
    struct buf text;
    fhir_type_id type;
    (void)state;
    parse(&arena, "{\n \"resourceType\": \"Patient\",\n \"gender\": \"kvinna\"\n}", &doc);
    assert_false(check_resource(&doc, 0, &type, &issues));
    assert_int_equal(issues.item[0].line, 3);
    buf_init(&text, 0);
    err_text(&issues.item[0], ERR_SV, &text);
    buf_char(&text, 0);
    assert_string_equal(text.p,
                        "Koden kvinna finns inte i http://hl7.org/fhir/ValueSet/administrative-gender");
    buf_release(&text);
    arena_release(&arena);
}

/* Past the bound issues are counted, not kept. */
static void issues_are_bounded(void **state)
{
    static struct check_issues issues;
    struct arena arena;
    struct json_doc doc;
    struct buf json;
    fhir_type_id type;
    (void)state;
    buf_init(&json, 0);
    buf_cstr(&json, P "\"name\":[");
    for (int i = 0; i < 2 * CHECK_ISSUES_MAX; i++)
        buf_cstr(&json, i ? ",{}" : "{}");
    buf_cstr(&json, "]}");
    buf_char(&json, 0);
    parse(&arena, json.p, &doc);
    assert_false(check_resource(&doc, 0, &type, &issues));
    assert_int_equal(issues.count, CHECK_ISSUES_MAX);
    assert_int_equal(issues.total, 2 * CHECK_ISSUES_MAX);
    arena_release(&arena);
    buf_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_thing_is_found_at_its_place),
        cmocka_unit_test(good_things_pass),
        cmocka_unit_test(elements_are_set_on_the_way),
        cmocka_unit_test(issues_have_lines_and_texts),
        cmocka_unit_test(issues_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
