/* SPDX-License-Identifier: Apache-2.0
 * People who are something to each other: staff who are patients too, children and their guardians. */
#include "access_ask.h"

#include "access/access_near.h"

static struct world w;

#define NUMBER(system, value) "\"identifier\":[{\"system\":\"" system "\",\"value\":\"" value "\"}]"
#define PERSONNUMMER "http://electronichealth.se/identifier/personnummer"
#define PERSONNUMMER_OID "urn:oid:1.2.752.129.2.1.3.1"

static int open_world(void **state)
{
    (void)state;
    world_open(&w, "people");
    common(&w);
    staff(&w, "arne", "a", true);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

/* ---- staff who are patients ---- */

static uint32_t near_of(const char *assignment, const char *patient)
{
    char texts[2][64];
    struct err err = {0};
    uint32_t near = 0;
    snprintf(texts[0], sizeof texts[0], "Practitioner/p-%s", assignment);
    snprintf(texts[1], sizeof texts[1], "PractitionerRole/%s", assignment);
    struct access_caller c = {.kind = ACCESS_STAFF,
                              .user = str_of(texts[0]),
                              .assignment = str_of(texts[1]),
                              .purpose = STR("care")};
    struct store_read *r = store_read_begin(w.store, &err);
    struct access_view *v = access_view_new(w.access, &c, ACCESS_READ, r, &err);
    assert_non_null(v);
    assert_true(access_near(v, r, str_of(patient), &near, &err));
    store_read_end(r);
    access_view_free(v);
    return near;
}

static void test_own_and_colleague(void **state)
{
    (void)state;
    assert_int_equal(near_of("anna", "one"), 0);
    put(&w, "Practitioner", "p-anna", NUMBER(PERSONNUMMER, "19121212-1212"));
    assert_int_equal(near_of("anna", "one"), 0);
    /* Another way of writing the same number, by another name of the same system. */
    put(&w, "Patient", "one", "\"birthDate\":\"1970-01-01\"," NUMBER(PERSONNUMMER_OID, "191212121212"));
    assert_int_equal(near_of("anna", "one"), ACCESS_NEAR_OWN);
    assert_int_equal(near_of("arne", "one"), ACCESS_NEAR_COLLEAGUE);
    assert_int_equal(near_of("anna", "two"), 0);
    assert_int_equal(near_of("bo", "one"), 0);      /* another unit */
    assert_int_equal(near_of("anna", "nobody"), 0); /* not here */
    /* What is kept in memory must notice: the assignment ends. */
    put(&w, "PractitionerRole", "anna",
        "\"active\":false,\"practitioner\":{\"reference\":\"Practitioner/p-anna\"},\"organization\":{"
        "\"reference\":\"Organization/a\"}");
    assert_int_equal(near_of("arne", "one"), 0);
    staff(&w, "anna", "a", true);
    assert_int_equal(near_of("arne", "one"), 0); /* staff() writes the Practitioner without a number */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_and_colleague),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
