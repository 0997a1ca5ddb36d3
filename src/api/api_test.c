/* SPDX-License-Identifier: Apache-2.0
 * The parts of api that need no server: the route table, media types, subsets, outcomes, links. Interactions
 * are tested over HTTP in test/http. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "api/api_int.h"
#include "api/textmap.h"
#include "fhir_gen/names.h"

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct call call_to(const char *method, const char *path)
{
    return (struct call){.arena = &arena, .method = str_of(method), .path = str_of(path)};
}

static void test_routes(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        call_fn *run;
    } good[] = {
        {"GET", "/fhir/Patient/1", read_run},
        {"HEAD", "/fhir/Patient/1", read_run},
        {"GET", "/fhir/Patient/1/", read_run},
        {"GET", "/fhir/Patient/1/_history/2", vread_run},
        {"PUT", "/fhir/Patient/1", update_run},
        {"PUT", "/fhir/Patient", update_conditional_run},
        {"DELETE", "/fhir/Patient/1", delete_run},
        {"DELETE", "/fhir/Patient", delete_conditional_run},
        {"GET", "/fhir/Patient/1/_history", history_instance_run},
        {"GET", "/fhir/Patient/_history", history_type_run},
        {"GET", "/fhir/_history", history_system_run},
        {"POST", "/fhir/Patient", create_run},
        {"GET", "/fhir/Patient", search_call},
        {"POST", "/fhir/Patient/_search", search_call_form},
        {"POST", "/fhir/_search", search_call_form},
        {"GET", "/fhir", search_call},
        {"GET", "/fhir/", search_call},
        {"POST", "/fhir", bundle_run},
        {"GET", "/fhir/Patient/1/$everything", op_everything_run},
        {"GET", "/fhir/metadata", capability_run},
        {"GET", "/health", health_run},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        struct call c = call_to(good[i].method, good[i].path);
        struct err err = {0};
        if (!route_find(&c, &err) || c.route->run != good[i].run)
            fail_msg("%s %s", good[i].method, good[i].path);
    }
    static const struct {
        const char *method, *path;
        enum err_code code;
    } bad[] = {
        {"GET", "/fhir/Patient/1/2/3/4/5/6/7/8/9", ERR_URL},
        {"GET", "/fhir/patient", ERR_URL},
        {"GET", "/fhir/Nobody/1", ERR_TYPE_NONE},
        {"GET", "/fhir/Resource", ERR_TYPE_NONE},
        {"GET", "/fhir/HumanName/1", ERR_TYPE_NONE},
        {"GET", "/fhir/Patient/_", ERR_URL},
        {"POST", "/fhir/Patient/1", ERR_METHOD},
        {"DELETE", "/fhir", ERR_METHOD},
        {"GET", "/fhir/Patient/a!b", ERR_FHIR_ID},
        {"GET", "/fhir//1", ERR_URL},
        {"GET", "/fhir/Observation/1/$everything", ERR_URL},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct call c = call_to(bad[i].method, bad[i].path);
        struct err err = {0};
        if (route_find(&c, &err) || err.code != bad[i].code)
            fail_msg("%s %s: %s", bad[i].method, bad[i].path, err_info(err.code)->name);
    }
    struct call c = call_to("POST", "/fhir/Patient/1");
    assert_true(str_is(route_allow(&c), "GET, PUT, PATCH, DELETE"));
}

static void test_media_types(void **state)
{
    (void)state;
    static const struct {
        const char *accept, *format;
        enum call_format gives;
    } cases[] = {
        {"", NULL, FORMAT_JSON},
        {"*/*", NULL, FORMAT_JSON},
        {"application/*", NULL, FORMAT_JSON},
        {"application/json", NULL, FORMAT_JSON},
        {"application/fhir+json", NULL, FORMAT_JSON},
        {"text/html, */*;q=0.8", NULL, FORMAT_JSON},
        {"application/fhir+json; fhirVersion=4.0", NULL, FORMAT_JSON},
        {"application/xml;q=0.9, application/fhir+json", NULL, FORMAT_JSON},
        {"APPLICATION/FHIR+JSON; charset=\"UTF-8\"", NULL, FORMAT_JSON},
        {"application/fhir+xml", NULL, FORMAT_XML},
        {"application/xml", NULL, FORMAT_XML},
        {"text/xml;charset=utf-8", NULL, FORMAT_XML},
        {"application/fhir+xml;fhirVersion=4.0", NULL, FORMAT_XML},
        {"application/fhir+xml, application/fhir+json", NULL, FORMAT_XML},
        {"application/fhir+json, application/fhir+xml", NULL, FORMAT_JSON},
        {"application/fhir+xml, */*", NULL, FORMAT_XML},
        {"*/*, application/fhir+xml;q=0.5", NULL, FORMAT_JSON},
        {"application/fhir+json;q=0.3, application/fhir+xml;q=0.31", NULL, FORMAT_XML},
        {"application/json;q=0, */*", NULL, FORMAT_XML},
        {"application/json;q=0, application/xml;q=0.0", NULL, FORMAT_NONE},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", NULL, FORMAT_XML},
        {"application/fhir+xml;fhirVersion=3.0, application/fhir+json;q=0.1", NULL, FORMAT_JSON},
        {"text/html", NULL, FORMAT_NONE},
        {"application/fhir+json;fhirVersion=3.0", NULL, FORMAT_NONE},
        {"application/fhir+ndjson", NULL, FORMAT_NONE},
        {"application/json;charset=utf-16", NULL, FORMAT_NONE},
        {"application/fhir+xml", "json", FORMAT_JSON},
        {"text/html", "application/fhir xml", FORMAT_XML},
        {"", "text/xml", FORMAT_XML},
        {"", "application/fhir+xml;fhirVersion=4.0", FORMAT_XML},
        {"", "application/fhir+xml;fhirVersion=5.0", FORMAT_NONE},
        {"", "html", FORMAT_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct call c = {.arena = &arena, .wants.accept = str_of(cases[i].accept)};
        struct err err = {0};
        media_begin(&c);
        if (cases[i].format)
            assert_true(media_param(&c, STR("_format"), str_of(cases[i].format)));
        if (c.wants.format != cases[i].gives)
            fail_msg("%s %s: %d", cases[i].accept, cases[i].format ? cases[i].format : "", c.wants.format);
        assert_int_equal(media_acceptable(&c, &err), cases[i].gives != FORMAT_NONE);
        assert_int_equal(err.code, cases[i].gives == FORMAT_NONE ? ERR_NOT_ACCEPTABLE : ERR_OK);
    }
}

static void test_media_bodies(void **state)
{
    (void)state;
    static const char *const bodies[] = {"", "*/*", "application/*", "text/plain",
                                         "application/fhir+json;fhirVersion=3.0"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct call c = {.arena = &arena, .body = STR("x"), .wants.content_type = str_of(bodies[i])};
        struct err err = {0};
        assert_true(media_in(&c, &err));
        assert_false(media_content(&c, &err));
        assert_int_equal(err.code, ERR_CONTENT_TYPE);
    }
    struct call c = {.arena = &arena,
                     .body = STR("<Patient xmlns=\"http://hl7.org/fhir\"/>"),
                     .wants.content_type = STR("application/xml; charset=UTF-8")};
    struct err err = {0};
    assert_true(media_in(&c, &err) && media_content(&c, &err));
    assert_true(str_is(c.body, "{\"resourceType\":\"Patient\"}"));
    c = (struct call){.arena = &arena,
                      .query = STR("a=1&_format=application%2Ffhir%2Bxml&b=%20&_pretty=true")};
    media_begin(&c);
    assert_true(str_is(c.query, "a=1&b=%20") && c.wants.format == FORMAT_XML && c.wants.pretty);
}

static void expect_subset(const char *in, struct subset s, const char *out)
{
    struct buf b;
    struct err err = {0};
    buf_init(&b, BUF_NO_MAX);
    assert_true(subset_write(&arena, str_of(in), &s, &b, &err));
    buf_char(&b, 0);
    assert_string_equal(b.p, out);
    buf_release(&b);
}

#define TAG                                                                                                  \
    "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}"

static void test_subset(void **state)
{
    (void)state;
    static const char patient[] =
        "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"t\"}]}"
        ","
        "\"text\":{\"status\":\"empty\",\"div\":\"<div/>\"},\"active\":true,\"_birthDate\":{\"id\":\"b\"},"
        "\"birthDate\":\"1950\",\"contact\":[{\"gender\":\"male\"}],"
        "\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"refer\"}]}";
    struct str names[] = {STR("Patient.birthDate"), STR("nonsense")};
    expect_subset(patient, (struct subset){.elements = names, .element_count = 2},
                  "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\",\"tag\":[{"
                  "\"code\":\"t\"}," TAG "]},\"_birthDate\":{\"id\":\"b\"},\"birthDate\":\"1950\"}");
    expect_subset(patient, (struct subset){.summary = SEARCH_SUMMARY_TEXT},
                  "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\",\"tag\":[{"
                  "\"code\":\"t\"}," TAG "]},\"text\":{\"status\":\"empty\",\"div\":\"<div/>\"}}");
    /* contact is no summary element of Patient, link is. */
    expect_subset(
        patient, (struct subset){.summary = SEARCH_SUMMARY_TRUE},
        "{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\",\"tag\":[{\"code\":\"t\"}"
        "," TAG
        "]},\"active\":true,\"_birthDate\":{\"id\":\"b\"},\"birthDate\":\"1950\",\"link\":[{\"other\":"
        "{\"reference\":\"Patient/2\"},\"type\":\"refer\"}]}");
    static const char basic[] =
        "{\"resourceType\":\"Basic\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\"},\"code\":{\"text\":\"x\"},"
        "\"created\":\"2020\"}";
    /* What is named for patients says nothing of others. */
    expect_subset(basic, (struct subset){.elements = names, .element_count = 1}, basic);
    expect_subset(basic, (struct subset){.elements = names, .element_count = 2},
                  "{\"resourceType\":\"Basic\",\"id\":\"1\",\"meta\":{\"versionId\":\"1\",\"tag\":[" TAG
                  "]},\"code\":{\"text\":\"x\"}}");
}

static void test_outcome(void **state)
{
    (void)state;
    struct err err = {0};
    struct json_doc doc;
    struct buf b;
    err_set(&err, ERR_FHIR_BINDING, "\"å\\", "x", NULL);
    err_at(&err, STR("Patient.gender"));
    err_place(&err, 3, 14);
    buf_init(&b, BUF_NO_MAX);
    outcome_write(&b, &err, 1, ERR_EN);
    assert_true(json_parse(&arena, buf_get(&b), &fhir_names, &doc, &err));
    struct check_issues *issues = arena_alloc(&arena, sizeof(*issues));
    fhir_type_id type;
    assert_true(check_resource(&doc, 0, &type, issues));
    assert_int_equal(type, FHIR_TYPE_OperationOutcome);
    assert_true(str_find_str(buf_get(&b), STR("\"diagnostics\":\"line 3, column 14\"")) != SIZE_MAX);
    assert_true(str_find_str(buf_get(&b), STR("\"expression\":[\"Patient.gender\"]")) != SIZE_MAX);
    assert_true(str_find_str(buf_get(&b), STR("\"text\":\"Code \\\"å\\\\ is not in x\"")) != SIZE_MAX);
    buf_release(&b);
}

static void test_capability(void **state)
{
    (void)state;
    struct err err = {0};
    struct api a = {0};
    struct json_doc doc;
    fhir_type_id type;
    a.search = search_new(&err); /* the parameters of the record's own stand in it too */
    assert_non_null(a.search);
    assert_true(capability_make(&a, &err));
    assert_true(
        json_parse(&arena, (struct str){a.capability[0].text, a.capability[0].n}, &fhir_names, &doc, &err));
    struct check_issues *issues = arena_alloc(&arena, sizeof(*issues));
    if (!check_resource(&doc, 0, &type, issues)) {
        struct buf b;
        buf_init(&b, BUF_NO_MAX);
        err_text(&issues->item[0], ERR_EN, &b);
        fail_msg("%s: %.*s", issues->item[0].path, (int)b.n, b.p);
    }
    assert_int_equal(type, FHIR_TYPE_CapabilityStatement);
    for (size_t i = 0; i < route_count; i++) {
        char code[64];
        snprintf(code, sizeof(code), "\"code\":\"%s\"", route_table[i].interaction);
        if (route_table[i].interaction)
            assert_true(str_find_str((struct str){a.capability[0].text, a.capability[0].n}, str_of(code)) !=
                        SIZE_MAX);
    }
    os_free(a.capability[0].text);
    os_free(a.capability[1].text);
    search_free(a.search);
}

static void test_links(void **state)
{
    (void)state;
    struct search_param p[] = {{STR("name:exact"), STR("Åsa & \"b\"")}, {STR("_cursor"), STR("a=b")}};
    assert_true(str_is(bundle_url(&arena, STR("http://h/fhir"), STR("Patient"), p, 2),
                       "http://h/fhir/Patient?name:exact=%C3%85sa%20%26%20%22b%22&_cursor=a%3Db"));
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    bundle_begin(&b, "searchset", NULL, 0, true, 0);
    bundle_end(&b);
    buf_char(&b, 0);
    assert_string_equal(b.p, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0}");
    buf_release(&b);
}

static void test_textmap(void **state)
{
    (void)state;
    struct textmap m;
    bool full;
    size_t value;
    textmap_init(&m, &arena, (struct hash_key){1, 2});
    assert_false(textmap_get(&m, STR("x"), &value));
    for (size_t i = 0; i < 5000; i++)
        assert_true(textmap_add(&m, arena_printf(&arena, "key %zu", i), i, &full));
    assert_false(textmap_add(&m, STR("key 17"), 1, &full));
    assert_false(full);
    for (size_t i = 0; i < 5000; i++) {
        assert_true(textmap_get(&m, arena_printf(&arena, "key %zu", i), &value));
        assert_int_equal(value, i);
    }
    assert_false(textmap_get(&m, STR("key 5000"), &value));
}

static void test_ids(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct str id = write_new_id(&arena);
        assert_int_equal(id.n, CALL_ID_BYTES);
        assert_true(fhir_prim_valid(FHIR_PRIM_ID, id));
        assert_true(id.p[14] == '4' && strchr("89ab", id.p[19]));
        assert_false(str_eq(id, write_new_id(&arena)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),       cmocka_unit_test(test_media_types),
        cmocka_unit_test(test_media_bodies), cmocka_unit_test(test_subset),
        cmocka_unit_test(test_outcome),      cmocka_unit_test(test_capability),
        cmocka_unit_test(test_links),        cmocka_unit_test(test_textmap),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
