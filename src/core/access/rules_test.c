/* SPDX-License-Identifier: Apache-2.0
 * The rules built in are whole; what is wrong in rules is told with its file. */
#include "access/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fhir_gen/names.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_built_in(void **state)
{
    (void)state;
    struct err err = {0};
    const struct rules *r = rules_read(rules_file, NULL, &arena, &err);
    if (!r)
        fail_msg("%s: %s", err.arg[0], err.arg[1]);
    const struct rules_role *nurse = rules_role(r, STR("nurse")),
                            *assistant = rules_role(r, STR("assistant"));
    assert_non_null(nurse);
    assert_true(rules_may(r, nurse, FHIR_TYPE_Observation, false) & ACCESS_CREATE);
    assert_false(rules_may(r, nurse, FHIR_TYPE_Consent, true) & ACCESS_READ);
    assert_false(rules_may(r, nurse, FHIR_TYPE_AuditEvent, false));
    /* A type that the role names goes before its class. */
    assert_false(rules_may(r, assistant, FHIR_TYPE_MedicationRequest, false) & ACCESS_CREATE);
    assert_true(rules_may(r, assistant, FHIR_TYPE_Observation, false) & ACCESS_CREATE);
    assert_null(rules_role(r, STR("king")));
    /* The steering: everybody at work reads it and tells of experiences; patients and guardians nothing. */
    const struct rules_role *owner = rules_role(r, STR("process-owner"));
    assert_int_equal(r->class_of[FHIR_TYPE_Decision], RULES_STEERING);
    assert_true(r->drafts[FHIR_TYPE_DecisionCase] && !r->drafts[FHIR_TYPE_Risk]);
    for (size_t i = 0; i < r->role_count; i++) {
        assert_true(rules_may(r, &r->role[i], FHIR_TYPE_Initiative, false) & ACCESS_SEARCH);
        assert_true(rules_may(r, &r->role[i], FHIR_TYPE_Initiative, false) & ACCESS_CREATE);
        assert_true(rules_may(r, &r->role[i], FHIR_TYPE_Experience, false) & ACCESS_CREATE);
        assert_true(rules_may(r, &r->role[i], FHIR_TYPE_Question, false) & ACCESS_CREATE);
    }
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        if (!fhir_types[t].styr)
            continue;
        assert_int_equal(r->class_of[t], RULES_STEERING);
        assert_false(rules_may(r, &r->patient, t, false) || rules_may(r, &r->guardian, t, false));
        for (size_t i = 0; i < r->role_count; i++)
            assert_false(rules_may(r, &r->role[i], t, false) & ACCESS_DELETE);
    }
    assert_true(owner->rights & RULES_DRAFTS && !(nurse->rights & RULES_DRAFTS));
    assert_false(rules_may(r, nurse, FHIR_TYPE_Decision, false) & ACCESS_UPDATE);
    assert_false(rules_may(r, owner, FHIR_TYPE_Decision, false) & ACCESS_CREATE);
    /* Every type of the patient's compartment is of a record, unless a file says otherwise. */
    assert_int_equal(r->class_of[FHIR_TYPE_Encounter], RULES_RECORD);
    assert_int_equal(r->class_of[FHIR_TYPE_Binary], RULES_RECORD);
    assert_int_equal(r->class_of[FHIR_TYPE_Patient], RULES_PERSON);
    assert_int_equal(r->class_of[FHIR_TYPE_AuditEvent], RULES_LOG);
    assert_int_equal(r->class_of[FHIR_TYPE_Organization], RULES_OPEN);
    for (size_t i = 1; i < r->masked_count; i++)
        assert_true(r->masked_param[i - 1] < r->masked_param[i]);
    assert_true(r->relation_count >= 6 && r->times.emergency_ms > 0);
}

struct instead {
    const char *name, *text;
};

static struct str file(void *arg, const char *name)
{
    const struct instead *in = arg;
    return strcmp(in->name, name) == 0 ? str_of(in->text) : rules_file(NULL, name);
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        struct instead in;
        const char *told;
    } wrong[] = {
        {{"roles", NULL}, "the file is missing"},
        {{"roles", "{"}, "not JSON, line 1"},
        {{"roles", "[]"}, "object expected"},
        {{"roles", "{\"role\":{}}"}, "array expected: role"},
        {{"roles", "{\"role\":[],\"rolls\":[]}"}, "unknown member rolls"},
        {{"roles", "{\"role\":[{\"code\":\"x\",\"sv\":\"x\",\"en\":\"x\",\"may\":{\"record\":[\"peek\"]}}]}"},
         "unknown word peek"},
        {{"roles", "{\"role\":[{\"code\":\"x\",\"sv\":\"x\",\"en\":\"x\",\"may\":{\"Patiennt\":[]}}]}"},
         "unknown resource type Patiennt"},
        {{"roles", "{\"role\":[{\"code\":\"x\",\"sv\":\"x\",\"may\":{}}]}"}, "code, sv and en are needed x"},
        {{"roles", "{\"role\":[{\"code\":\"x\",\"sv\":\"x\",\"en\":\"x\",\"may\":{},\"rights\":[],"
                   "\"purposes\":[\"fun\"]}]}"},
         "unknown purpose fun"},
        {{"roles",
          "{\"role\":[{\"code\":\"x\",\"sv\":\"x\",\"en\":\"x\",\"may\":{},\"rights\":[],\"purposes\":[]}]}"},
         "no purpose"},
        {{"types", "{\"open\":[\"Organisation\"]}"}, "unknown resource type Organisation"},
        {{"times", "{\"choice_hours\":\"x\"}"}, "number expected: choice_hours"},
        {{"masks", "{\"all\":{\"elements\":[],\"params\":[]},\"type\":[{\"type\":\"Patient\",\"elements\":[],"
                   "\"params\":[\"adress\"]}]}"},
         "unknown search parameter adress"},
        {{"release", "{\"release\":[{\"type\":\"Observation\",\"days\":-1}]}"}, "number expected: days"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = {0};
        struct instead in = wrong[i].in;
        assert_null(rules_read(file, &in, &arena, &err));
        assert_int_equal(err.code, ERR_ACCESS_RULES);
        assert_string_equal(err.arg[0], in.name);
        assert_string_equal(err.arg[1], wrong[i].told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_built_in, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
