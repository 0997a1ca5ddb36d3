/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fhir/model.h"
#include "fhir_gen/names.h"

static void every_name_is_found(void **state)
{
    (void)state;
    for (uint16_t i = 1; i < fhir_name_count; i++)
        assert_int_equal(fhir_names.find(fhir_name_text[i], strlen(fhir_name_text[i])), i);
    static const char *const unknown[] = {"",           "x",
                                          "Birthdate",  "birthDat",
                                          "birthDateX", "resourcetype",
                                          "åäö",        "averyveryveryverylongnamethatisinnotableatall"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_int_equal(fhir_names.find(unknown[i], strlen(unknown[i])), 0);
    assert_int_equal(fhir_names.find("resourceType", 12), FHIR_NAME_resourceType);
}

static void every_type_is_found(void **state)
{
    (void)state;
    for (fhir_type_id i = 1; i < fhir_type_count; i++)
        assert_int_equal(fhir_type_find(str_of(fhir_types[i].name)), i);
    assert_int_equal(fhir_type_find(STR("patient")), 0);
    assert_int_equal(fhir_type_find(STR("Patient.nothing")), 0);
    assert_int_equal(fhir_type_find(STR("")), 0);
    assert_int_equal(fhir_resource_find(STR("Patient")), FHIR_TYPE_Patient);
    assert_int_equal(fhir_resource_find(STR("DomainResource")), 0);
    assert_int_equal(fhir_resource_find(STR("HumanName")), 0);
}

/* Each row is found in its own type by its name, in no other place, and choices lie together. */
static void every_element_is_found(void **state)
{
    (void)state;
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        const struct fhir_type *type = &fhir_types[t];
        uint32_t found = 0;
        for (uint16_t name = 1; name < fhir_name_count; name++) {
            fhir_elem_id e = fhir_elem_find(t, name);
            found += e != 0;
            if (e)
                assert_true(e >= type->elem_first && e < type->elem_first + type->elem_count);
        }
        assert_int_equal(found, type->elem_count);
        for (uint32_t e = type->elem_first; e < (uint32_t)type->elem_first + type->elem_count; e++) {
            assert_int_equal(fhir_elem_find(t, fhir_elems[e].name), e);
            fhir_elem_id first = fhir_elem_find_path(t, fhir_elems[e].path_name);
            assert_true(first && first <= e);
            for (uint32_t k = first; k <= e; k++)
                assert_int_equal(fhir_elems[k].path_name, fhir_elems[e].path_name);
            assert_true(first == type->elem_first ||
                        fhir_elems[first - 1].path_name != fhir_elems[e].path_name);
        }
    }
}

static void elements_say_what_r4_says(void **state)
{
    (void)state;
    const struct fhir_elem *e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Patient, FHIR_NAME_contact)];
    assert_int_equal(e->type, FHIR_TYPE_Patient_contact);
    assert_true(e->many);
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Observation, FHIR_NAME_valueQuantity)];
    assert_true(e->choice);
    assert_int_equal(e->path_name, FHIR_NAME_value);
    assert_int_equal(e->type, FHIR_TYPE_Quantity);
    assert_int_equal(fhir_elem_find(FHIR_TYPE_Observation, FHIR_NAME_value), 0);
    assert_int_equal(fhir_elem_find_path(FHIR_TYPE_Observation, FHIR_NAME_valueQuantity), 0);
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Observation_component, FHIR_NAME_referenceRange)];
    assert_int_equal(e->type, FHIR_TYPE_Observation_referenceRange);
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Patient, FHIR_NAME_id)];
    assert_int_equal(e->type, FHIR_TYPE_id);
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Patient, FHIR_NAME_gender)];
    assert_true(fhir_binding_has(e->binding, STR("female")));
    assert_false(fhir_binding_has(e->binding, STR("kvinna")));
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Attachment, FHIR_NAME_contentType)];
    assert_true(e->binding && fhir_binding_has(e->binding, STR("anything/at-all")));
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Patient, FHIR_NAME_generalPractitioner)];
    assert_int_equal(e->target_count, 3);
    e = &fhir_elems[fhir_elem_find(FHIR_TYPE_Patient, FHIR_NAME_active)];
    assert_true(e->modifier && e->summary);
}

static void types_derive(void **state)
{
    (void)state;
    assert_true(fhir_type_is(FHIR_TYPE_Age, FHIR_TYPE_Quantity));
    assert_true(fhir_type_is(FHIR_TYPE_code, FHIR_TYPE_string));
    assert_true(fhir_type_is(FHIR_TYPE_Patient, FHIR_TYPE_Resource));
    assert_false(fhir_type_is(FHIR_TYPE_Bundle, FHIR_TYPE_DomainResource));
    assert_false(fhir_type_is(FHIR_TYPE_Quantity, FHIR_TYPE_Age));
    assert_false(fhir_type_is(0, FHIR_TYPE_Age));
}

static const struct fhir_param *param(fhir_type_id base, const char *code)
{
    return &fhir_params[fhir_param_find(base, str_of(code))];
}

static void parameters_are_cut_by_type(void **state)
{
    (void)state;
    for (fhir_param_id i = 1; i < fhir_param_count; i++)
        assert_int_equal(fhir_param_find(fhir_params[i].base, str_of(fhir_params[i].code)), i);
    assert_int_equal(fhir_param_find(FHIR_TYPE_Patient, STR("nothing")), 0);
    assert_string_equal(param(FHIR_TYPE_Patient, "birthdate")->expression, "Patient.birthDate");
    assert_string_equal(param(FHIR_TYPE_Observation, "patient")->expression,
                        "Observation.subject.where(resolve() is Patient)");
    assert_string_equal(param(FHIR_TYPE_Observation, "date")->expression, "Observation.effective");
    assert_string_equal(param(FHIR_TYPE_Patient, "_id")->expression, "Resource.id");
    assert_string_equal(param(FHIR_TYPE_InsurancePlan, "name")->expression, "name | alias");
    assert_string_equal(param(FHIR_TYPE_Observation, "combo-code")->expression,
                        "Observation.code | Observation.component.code");
    assert_int_equal(fhir_param_find(FHIR_TYPE_Bundle, STR("_text")), 0);
    const struct fhir_param *p = param(FHIR_TYPE_Observation, "code-value-quantity");
    assert_int_equal(p->type, FHIR_SEARCH_COMPOSITE);
    assert_int_equal(p->component_count, 2);
    assert_string_equal(fhir_params[p->component[0].param].code, "code");
    assert_string_equal(fhir_params[p->component[1].param].code, "value-quantity");
    assert_string_equal(p->component[1].expression, "value.as(Quantity)");
}

static void own_definitions_stand_beside_r4s(void **state)
{
    (void)state;
    assert_string_equal(param(FHIR_TYPE_Observation, "issued")->expression, "Observation.issued");
    assert_int_equal(param(FHIR_TYPE_Observation, "issued")->type, FHIR_SEARCH_DATE);
}

static bool in_compartment(fhir_type_id compartment, fhir_type_id base, const char *code)
{
    fhir_param_id want = fhir_param_find(base, str_of(code));
    for (uint16_t i = 0; i < fhir_compartment_count; i++)
        for (const fhir_param_id *p = fhir_compartments[i].params; *p; p++)
            if (fhir_compartments[i].type == compartment && *p == want)
                return want != 0;
    return false;
}

static void compartments_are_all_five(void **state)
{
    (void)state;
    assert_int_equal(fhir_compartment_count, 5);
    assert_true(in_compartment(FHIR_TYPE_Patient, FHIR_TYPE_Observation, "subject"));
    assert_true(in_compartment(FHIR_TYPE_Encounter, FHIR_TYPE_Condition, "encounter"));
    assert_true(in_compartment(FHIR_TYPE_Device, FHIR_TYPE_Observation, "device"));
    assert_false(in_compartment(FHIR_TYPE_Patient, FHIR_TYPE_Observation, "device"));
}

static void fingerprint_is_sha256(void **state)
{
    (void)state;
    assert_int_equal(strspn(fhir_model_fingerprint, "0123456789abcdef"), 64);
    assert_int_equal(strlen(fhir_model_fingerprint), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_found),
        cmocka_unit_test(every_type_is_found),
        cmocka_unit_test(every_element_is_found),
        cmocka_unit_test(elements_say_what_r4_says),
        cmocka_unit_test(types_derive),
        cmocka_unit_test(parameters_are_cut_by_type),
        cmocka_unit_test(own_definitions_stand_beside_r4s),
        cmocka_unit_test(compartments_are_all_five),
        cmocka_unit_test(fingerprint_is_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
