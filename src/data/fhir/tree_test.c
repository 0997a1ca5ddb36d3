/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fhir/model.h"
#include "fhir_gen/names.h"

struct fixture {
    struct arena arena;
    struct json_doc doc;
};

static void load(struct fixture *f, const char *text)
{
    struct err err;
    arena_init(&f->arena);
    assert_true(json_parse(&f->arena, str_of(text), &fhir_names, &f->doc, &err));
}

static uint32_t get(const struct fixture *f, uint32_t i, const char *key)
{
    uint32_t c = json_get_key(&f->doc, i, str_of(key));
    assert_int_not_equal(c, UINT32_MAX);
    return c;
}

static void assert_elem(const struct fixture *f, uint32_t i, fhir_type_id owner, uint16_t name)
{
    const struct fhir_elem *e = &fhir_elems[f->doc.nodes[i].elem];
    assert_int_equal(e->owner, owner);
    assert_int_equal(e->name, name);
}

static void assert_path(const struct fixture *f, uint32_t root, uint32_t i, const char *want)
{
    struct buf b;
    buf_init(&b, 0);
    fhir_node_path(&f->doc, root, i, &b);
    buf_char(&b, 0);
    assert_string_equal(b.p, want);
    buf_release(&b);
}

static void elements_are_filled_everywhere(void **state)
{
    struct fixture f;
    (void)state;
    load(&f,
         "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":"
         "\"Patient\","
         "\"unknown\":{\"id\":\"x\"},\"name\":[{\"given\":[\"Åsa\",null],\"_given\":[null,{\"id\":\"g\"}]}],"
         "\"contained\":[{\"resourceType\":\"Organization\",\"name\":\"X\"}],"
         "\"deceasedBoolean\":false}}]}");
    assert_int_equal(fhir_type_tree(&f.doc, 0), FHIR_TYPE_Bundle);
    uint32_t entries = get(&f, 0, "entry"), entry = entries + 1, patient = get(&f, entry, "resource");
    assert_elem(&f, entries, FHIR_TYPE_Bundle, FHIR_NAME_entry);
    assert_elem(&f, entry, FHIR_TYPE_Bundle, FHIR_NAME_entry);
    assert_elem(&f, patient, FHIR_TYPE_Bundle_entry, FHIR_NAME_resource);
    uint32_t name = get(&f, patient, "name"), given = get(&f, name + 1, "given");
    assert_elem(&f, given + 1, FHIR_TYPE_HumanName, FHIR_NAME_given);
    uint32_t sibling = get(&f, name + 1, "_given");
    assert_elem(&f, sibling, FHIR_TYPE_HumanName, FHIR_NAME_given);
    assert_elem(&f, get(&f, sibling + 2, "id"), FHIR_TYPE_string, FHIR_NAME_id);
    uint32_t organization = get(&f, patient, "contained") + 1;
    assert_elem(&f, get(&f, organization, "name"), FHIR_TYPE_Organization, FHIR_NAME_name);
    assert_int_equal(f.doc.nodes[get(&f, patient, "unknown")].elem, 0);
    assert_int_equal(fhir_resource_type(&f.doc, organization), FHIR_TYPE_Organization);
    assert_path(&f, 0, given + 2, "Bundle.entry[0].resource.name[0].given[1]");
    assert_path(&f, patient, given + 1, "Patient.name[0].given[0]");
    assert_path(&f, patient, patient, "Patient");
    arena_release(&f.arena);
}

static void what_is_no_resource_has_no_type(void **state)
{
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "\"Patient\"",
                                        "{\"resourceType\":1}",
                                        "{\"resourceType\":\"HumanName\"}",
                                        "{\"resourceType\":\"Resource\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fixture f;
        load(&f, texts[i]);
        assert_int_equal(fhir_resource_type(&f.doc, 0), 0);
        assert_int_equal(fhir_type_tree(&f.doc, 0), 0);
        arena_release(&f.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_filled_everywhere),
        cmocka_unit_test(what_is_no_resource_has_no_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
