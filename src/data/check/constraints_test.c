/* SPDX-License-Identifier: Apache-2.0
 * The constraints that are held (definitions/styr, and of R4 definitions/constraints) compile, say what they
 * mean in both languages, and are told whole; and a resource that breaks one is refused by it, at its place.
 */
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
    unsigned r4 = 0;
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
        r4 += r->r4;
    }
    assert_true(r4 > 80);
    assert_true(fhir_rule_count - r4 > 60);
    arena_release(&arena);
}

/* key: the constraint that is broken, at path; NULL: none is. */
static void check_at(const char *text, const char *key, const char *path)
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
        fail_msg("%s: %s %s %s", text, err_info(issues->item[0].code)->name, issues->item[0].path,
                 issues->item[0].arg[2]);
    if (key) {
        if (issues->total != 1)
            fail_msg("%s: %u issues", text, issues->total);
        assert_int_equal(issues->item[0].code, ERR_FHIR_INVARIANT);
        assert_string_equal(issues->item[0].arg[2], key);
        if (path)
            assert_string_equal(issues->item[0].path, path);
    }
    arena_release(&arena);
}

static void check(const char *text, const char *key)
{
    check_at(text, key, NULL);
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

#define OBSERVATION(more) "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":" X "," more "}"
#define X "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1\"}]}"
#define Y "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2\"}]}"
#define PERIOD(start, end) OBSERVATION("\"effectivePeriod\":{\"start\":\"" start "\",\"end\":\"" end "\"}")
#define PART(code) OBSERVATION("\"valueInteger\":1,\"component\":[{\"code\":" code ",\"valueInteger\":2}]")
#define LIST(inside) "{\"resourceType\":\"List\",\"status\":\"current\",\"mode\":\"working\"," inside "}"
#define BUNDLE(inside)                                                                                       \
    "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":" inside "}]}"

/* R4's own: of a datatype wherever it stands, of what is made from it, of a resource in another. */
static void test_r4(void **state)
{
    (void)state;
    check_at(PERIOD("2026-03-02", "2026-03-01"), "per-1", "Observation.effectivePeriod");
    check(PERIOD("2026-03-02", "2026-03-02"), NULL);
    /* Not to be compared, and right. */
    check(PERIOD("2026-03-02", "2026-03"), NULL);
    check(PERIOD("2026-03-02T23:30:00+01:00", "2026-03-02T22:45:00Z"), NULL);
    check_at(PERIOD("2026-03-02T23:30:00+01:00", "2026-03-02T22:15:00Z"), "per-1",
             "Observation.effectivePeriod");
    check_at(OBSERVATION("\"valueQuantity\":{\"value\":1,\"code\":\"mg\"}"), "qty-3",
             "Observation.valueQuantity");
    check_at(OBSERVATION("\"valueRange\":{\"low\":{\"value\":2},\"high\":{\"value\":1}}"), "rng-2",
             "Observation.valueRange");
    check_at(OBSERVATION("\"valueInteger\":1,\"dataAbsentReason\":{\"text\":\"x\"}"), "obs-6", "Observation");
    check_at(PART(X), "obs-7", "Observation");
    check(PART(Y), NULL);
    check_at(OBSERVATION("\"referenceRange\":[{\"text\":\"x\"},{\"age\":{\"low\":{\"value\":1}}}]"), "obs-3",
             "Observation.referenceRange[1]");
    /* An Age is a Quantity. */
    check_at("{\"resourceType\":\"Condition\",\"subject\":{\"display\":\"x\"},\"onsetAge\":{\"value\":-1,"
             "\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"}}",
             "age-1", "Condition.onsetAge");
    check_at(LIST("\"contained\":[" PART(X) "]"), "obs-7", "List.contained[0]");
    check(LIST("\"contained\":[" PART(Y) "]"), NULL);
    check_at(BUNDLE(PART(X)), "obs-7", "Bundle.entry[0].resource");
    check_at(BUNDLE(LIST("\"contained\":[" PERIOD("2026", "2025") "]")), "per-1",
             "Bundle.entry[0].resource.contained[0].effectivePeriod");
    check_at(
        "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\",\"item\":[{\"linkId\":\"1\","
        "\"item\":[{\"linkId\":\"2\",\"answer\":[{\"valueInteger\":1}],\"item\":[{\"linkId\":\"3\"}]}]}]}",
        "qrs-1", "QuestionnaireResponse.item[0].item[0]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_r4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
