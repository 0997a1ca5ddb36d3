/* SPDX-License-Identifier: Apache-2.0
 * Cases of our own: what is refused and where, what is refused only while running, bounds, and the formats'
 * bytes. The official suite is view_suite_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/os.h"
#include "view/view_out.h"
#include "view/view_thrift.h"

static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{"
                              "\"family\":\"Öst\",\"given\":[\"A\","
                              "\"B\"]},{\"_family\":{\"extension\":[{\"url\":\"x\",\"valueCode\":\"masked\"}]"
                              "}}],\"birthDate\":\"1974\","
                              "\"multipleBirthInteger\":2,\"managingOrganization\":{\"reference\":"
                              "\"Organization/1\"},\"contact\":[{\"name\":"
                              "{\"family\":\"Ek\"}},{\"name\":{\"family\":\"Al\"}}]}";

/* The table as text, or "!CODE path: what" in English. */
static void table(const char *definition, const char *body, enum view_format f, struct buf *out)
{
    struct arena arena, mine;
    struct json_doc doc;
    struct err err = {0};
    struct view_out *o = NULL;
    arena_init(&arena);
    arena_init(&mine);
    buf_clear(out);
    assert_true(json_parse(&arena, str_of(definition), NULL, &doc, &err));
    const struct view *v = view_compile(&arena, &doc, 0, &err);
    if (v)
        o = view_out_new(v, f, true, &err);
    if (o && view_run_text(v, str_of(body), 0, NULL, &mine, view_out_row, o, NULL, &err) &&
        view_out_end(o, &err)) {
        buf_str(out, view_out_bytes(o));
    } else {
        buf_printf(out, "!%s %s: ", err_info(err.code)->name, err.path);
        err_text(&err, ERR_EN, out);
    }
    buf_char(out, 0);
    view_out_free(o);
    arena_release(&mine);
    arena_release(&arena);
}

#define SELECT(s) "{\"resource\":\"Patient\",\"select\":[" s "]}"
#define COLUMN(name, path, more) "{\"name\":\"" name "\",\"path\":\"" path "\"" more "}"
#define ONE(path, more) SELECT("{\"column\":[" COLUMN("c", path, more) "]}")

static void test_refused(void **state)
{
    static const char *const cases[][2] = {
        {"[]", "!VIEW_INVALID ViewDefinition: "},
        {"{\"resource\":\"Patient\",\"select\":{}}", "!VIEW_INVALID ViewDefinition.select: "},
        {"{\"resource\":\"Patient\",\"select\":[]}", "!VIEW_INVALID ViewDefinition.select: "},
        {"{\"resource\":\"Patient\",\"select\":[{}]}", "!VIEW_INVALID ViewDefinition.select: "},
        {"{\"resource\":\"Patient\",\"select\":[3]}", "!VIEW_INVALID ViewDefinition.select: "},
        {"{\"resource\":\"Patient\",\"select\":[],\"x\":1}", "!VIEW_INVALID ViewDefinition.x: "},
        {"{\"resourceType\":\"Patient\",\"resource\":\"Patient\",\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.resourceType: "},
        {"{\"name\":\"1x\",\"resource\":\"Patient\",\"select\":[]}", "!VIEW_INVALID ViewDefinition.name: "},
        {"{\"resource\":\"Resource\",\"select\":[]}", "!VIEW_INVALID ViewDefinition.resource: "},
        {"{\"resource\":\"Patient\",\"modifierExtension\":[],\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.modifierExtension: "},
        {ONE("id", ",\"tags\":[]"), "!VIEW_INVALID ViewDefinition.select[0].column[0].tags: "},
        {ONE("id", ",\"type\":\"Katt\""), "!VIEW_INVALID ViewDefinition.select[0].column[0].type: "},
        {ONE("active", ",\"type\":\"integer\""), "!VIEW_INVALID ViewDefinition.select[0].column[0].path: "},
        {ONE("name", ""), "!VIEW_INVALID ViewDefinition.select[0].column[0].path: "},
        {ONE("name", ",\"type\":\"Address\",\"collection\":true"),
         "!VIEW_INVALID ViewDefinition.select[0].column[0].path: "},
        {ONE("id", ",\"collection\":\"true\""),
         "!VIEW_INVALID ViewDefinition.select[0].column[0].collection: "},
        {ONE("", ""), "!PATH_SYNTAX ViewDefinition.select[0].column[0].path: "},
        {ONE("namn", ""), "!PATH_SEMANTIC ViewDefinition.select[0].column[0].path: "},
        {ONE("Encounter.id", ""), "!PATH_SEMANTIC ViewDefinition.select[0].column[0].path: "},
        {ONE("%x", ""), "!PATH_SEMANTIC ViewDefinition.select[0].column[0].path: "},
        {SELECT("{\"forEach\":\"name\",\"forEachOrNull\":\"name\"}"),
         "!VIEW_INVALID ViewDefinition.select[0]: "},
        {SELECT("{\"repeat\":[]}"), "!VIEW_INVALID ViewDefinition.select[0].repeat: "},
        {SELECT("{\"repeat\":[\"%x\"]}"), "!PATH_SEMANTIC ViewDefinition.select[0].repeat[0]: "},
        {SELECT("{\"forEach\":\"name\",\"column\":[" COLUMN("c", "birthDate", "") "]}"),
         "!PATH_SEMANTIC ViewDefinition.select[0].column[0].path: "},
        {SELECT("{\"unionAll\":[{\"column\":[" COLUMN("c", "id", "") "]},{\"column\":[" COLUMN(
             "c", "id", "") "," COLUMN("d", "id", "") "]}]}"),
         "!VIEW_INVALID ViewDefinition.select[0].unionAll[1]: "},
        {SELECT("{\"unionAll\":[{\"column\":[" COLUMN("c", "id", "") "]},{\"column\":[" COLUMN("c", "active",
                                                                                               "") "]}]}"),
         "!VIEW_INVALID ViewDefinition.select[0].unionAll[1]: "},
        {"{\"resource\":\"Patient\",\"constant\":[{\"name\":\"ucum\",\"valueCode\":\"x\"}],\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.constant[0]: "},
        {"{\"resource\":\"Patient\",\"constant\":[{\"name\":\"d\",\"valueDate\":\"2024-13\"}],\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.constant[0].valueDate: "},
        {"{\"resource\":\"Patient\",\"constant\":[{\"name\":\"d\",\"valueCode\":\"x\",\"valueId\":\"y\"}],"
         "\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.constant[0].valueId: "},
        {"{\"resource\":\"Patient\",\"where\":[{\"path\":\"id\"}],\"select\":[]}",
         "!VIEW_INVALID ViewDefinition.where[0].path: "},
    };
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        table(cases[i][0], patient, VIEW_NDJSON, &out);
        if (strncmp(out.p, cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("%s: %s, wanted %s", cases[i][0], out.p, cases[i][1]);
    }
    buf_release(&out);
}

static void test_while_running(void **state)
{
    static const char *const cases[][2] = {
        {ONE("name.given", ""), "!VIEW_RUN ViewDefinition.select[0].column[0].path: "},
        {ONE("%resource.name.first()", ""), "!VIEW_RUN ViewDefinition.select[0].column[0].path: "},
        {ONE("%resource.birthDate", ",\"type\":\"boolean\""),
         "!VIEW_RUN ViewDefinition.select[0].column[0].path: "},
        {ONE("1000000 * 1000000", ",\"type\":\"integer\""),
         "!VIEW_RUN ViewDefinition.select[0].column[0].path: "},
        {ONE("name.single().family", ""), "!VIEW_RUN ViewDefinition.select[0].column[0].path: "},
        {"{\"resource\":\"Patient\",\"where\":[{\"path\":\"%resource.birthDate\"}],\"select\":[{\"column\":"
         "[" COLUMN("c", "id", "") "]}]}",
         "!VIEW_RUN ViewDefinition.where[0].path: "},
        {SELECT("{\"repeat\":[\"$this\"],\"column\":[" COLUMN("c", "id", "") "]}"),
         "!VIEW_RUN ViewDefinition.select[0]."},
        {SELECT("{\"repeat\":[\"$this | 1\",\"$this\"],\"column\":[" COLUMN("c", "1", "") "]}"),
         "!VIEW_RUN "},
    };
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        table(cases[i][0], patient, VIEW_NDJSON, &out);
        if (strncmp(out.p, cases[i][1], strlen(cases[i][1])) != 0 || !strstr(out.p, "Patient/p"))
            fail_msg("%s: %s, wanted %s", cases[i][0], out.p, cases[i][1]);
    }
    buf_release(&out);
}

static void test_rows(void **state)
{
    static const char *const cases[][2] = {
        {ONE("name.family", ",\"collection\":true"), "{\"c\":[\"Öst\"]}\n"}, /* the masked one has no value */
        {ONE("name[1].family", ""), "{\"c\":null}\n"},
        {ONE("active", ",\"type\":\"string\""), "{\"c\":\"true\"}\n"},
        {ONE("multipleBirth.ofType(integer)", ",\"type\":\"http://hl7.org/fhirpath/System.Decimal\""),
         "{\"c\":2}\n"},
        {ONE("007", ""), "{\"c\":7}\n"},
        {ONE("1.50", ""), "{\"c\":1.50}\n"},
        {ONE("managingOrganization", ",\"type\":\"Reference\""),
         "{\"c\":{\"reference\":\"Organization/1\"}}\n"},
        {ONE("getResourceKey() | managingOrganization.getReferenceKey()", ",\"collection\":true"),
         "{\"c\":[\"Patient/p\",\"Organization/1\"]}\n"},
        {ONE("%rowIndex", ""), "{\"c\":0}\n"},
        {SELECT("{\"forEach\":\"contact\",\"column\":[" COLUMN(
             "i", "%rowIndex", "") "],\"select\":[{\"forEach\":\"name\","
                                   "\"column\":[" COLUMN("k", "%rowIndex", "") "]}]},{\"column\":[" COLUMN(
                                       "j", "%rowIndex", "") "]}"),
         "{\"i\":0,\"k\":0,\"j\":0}\n{\"i\":1,\"k\":0,\"j\":0}\n"},
        {SELECT("{\"forEach\":\"contact\",\"select\":[{\"forEach\":\"name\",\"column\":[" COLUMN(
             "f", "family", "") "]},{\"column\":[" COLUMN("i", "%rowIndex", "") "]}]}"),
         "{\"f\":\"Ek\",\"i\":0}\n{\"f\":\"Al\",\"i\":1}\n"},
        {SELECT("{\"forEachOrNull\":\"link\",\"column\":[" COLUMN("a", "'A'", "") "," COLUMN(
             "b", "type",
             ",\"collection\":true") "],\"unionAll\":[{\"column\":[" COLUMN("d", "%rowIndex",
                                                                            "") "]},{\"column\":"
                                                                                "[" COLUMN("d", "1", "") "]}]"
                                                                                                         "}"),
         "{\"a\":null,\"b\":null,\"d\":null}\n"},
        {SELECT("{\"forEach\":\"name.given\",\"column\":[" COLUMN(
             "g", "$this", "") "]},{\"forEach\":\"contact.name\","
                               "\"column\":[" COLUMN("f", "family", "") "]}"),
         "{\"g\":\"A\",\"f\":\"Ek\"}\n{\"g\":\"A\",\"f\":\"Al\"}\n{\"g\":\"B\",\"f\":\"Ek\"}\n{\"g\":\"B\","
         "\"f\":\"Al\"}\n"},
        {SELECT("{\"forEach\":\"name.given.join('-')\",\"column\":[" COLUMN("g", "$this.length()", "") "]}"),
         "{\"g\":3}\n"},
    };
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        table(cases[i][0], patient, VIEW_NDJSON, &out);
        if (strcmp(out.p, cases[i][1]) != 0)
            fail_msg("%s: %s, wanted %s", cases[i][0], out.p, cases[i][1]);
    }
    buf_release(&out);
}

static void test_formats(void **state)
{
    static const char def[] = SELECT("{\"column\":[" COLUMN("a", "'x, \\\"y\\\"'", "") "," COLUMN(
        "b", "name[1].family", "") "," COLUMN("c", "name.skip(5).family.join()",
                                              "") "," COLUMN("d", "name.given", ",\"collection\":true") "]}");
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    table(def, patient, VIEW_CSV, &out);
    assert_string_equal(out.p, "a,b,c,d\r\n\"x, \"\"y\"\"\",,\"\",\"[\"\"A\"\",\"\"B\"\"]\"\r\n");
    table(def, patient, VIEW_JSON, &out);
    assert_string_equal(out.p, "[{\"a\":\"x, \\\"y\\\"\",\"b\":null,\"c\":\"\",\"d\":[\"A\",\"B\"]}]\n");
    table(def, "{\"resourceType\":\"Group\",\"id\":\"g\"}", VIEW_JSON, &out);
    assert_string_equal(out.p, "[]\n");
    table(def, patient, VIEW_PARQUET, &out);
    assert_memory_equal(out.p, "PAR1", 4);
    assert_memory_equal(out.p + out.n - 5, "PAR1", 4);
    table(ONE("birthDate", ",\"tag\":[{\"name\":\"ansi/type\",\"value\":\"DATE\"}]"), patient, VIEW_PARQUET,
          &out);
    assert_string_equal(
        out.p, "!VIEW_VALUE ViewDefinition.select[0].column[0]: Column c cannot be written: 1974 does "
               "not fit DATE");
    table(ONE("active", ",\"tag\":[{\"name\":\"ansi/type\",\"value\":\"DATE\"}]"), patient, VIEW_PARQUET,
          &out);
    assert_memory_equal(out.p, "!VIEW_INVALID ViewDefinition.select[0].column[0]: ", 50);
    table(ONE("1.239", ",\"tag\":[{\"name\":\"ansi/type\",\"value\":\"DECIMAL(5,2)\"}]"), patient,
          VIEW_PARQUET, &out);
    assert_memory_equal(out.p, "!VIEW_VALUE", 11);
    buf_release(&out);
}

/* Thrift's compact protocol: numbers are zigzag, field ids deltas. */
static void test_thrift(void **state)
{
    static const unsigned char want[] = {0x15, 0x01, 0x16, 0x80, 0x02, 0x28, 0x02, 'h', 'i',
                                         0x11, 0x19, 0x25, 0x02, 0x03, 0x1C, 0x00, 0x00};
    struct view_thrift t;
    struct buf out;
    (void)state;
    buf_init(&out, BUF_NO_MAX);
    view_thrift_init(&t, &out);
    view_thrift_i32(&t, 1, -1);
    view_thrift_i64(&t, 2, 128);
    view_thrift_binary(&t, 4, STR("hi"));
    view_thrift_bool(&t, 5, true);
    view_thrift_list(&t, 6, VIEW_THRIFT_I32, 2);
    view_thrift_i32(&t, 0, 1);
    view_thrift_i32(&t, 0, -2);
    view_thrift_empty(&t, 7);
    view_thrift_stop(&t);
    assert_int_equal(out.n, sizeof want);
    assert_memory_equal(out.p, want, sizeof want);
    buf_release(&out);
}

/* Nesting past the bound is refused, not followed. */
static void test_bounds(void **state)
{
    struct buf def, out;
    (void)state;
    buf_init(&def, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    buf_cstr(&def, "{\"resource\":\"Patient\",\"select\":[");
    for (int i = 0; i <= VIEW_DEPTH_MAX; i++)
        buf_cstr(&def, "{\"select\":[");
    buf_cstr(&def, "{\"column\":[" COLUMN("c", "id", "") "]}");
    for (int i = 0; i <= VIEW_DEPTH_MAX; i++)
        buf_cstr(&def, "]}");
    buf_cstr(&def, "]}");
    buf_char(&def, 0);
    table(def.p, patient, VIEW_CSV, &out);
    assert_non_null(strstr(out.p, "nested too deeply"));
    buf_clear(&def);
    buf_cstr(&def, "{\"resource\":\"Patient\",\"select\":[{\"column\":[");
    for (int i = 0; i <= VIEW_COLUMNS_MAX; i++)
        buf_printf(&def, "%s{\"name\":\"c%d\",\"path\":\"id\"}", i ? "," : "", i);
    buf_cstr(&def, "]}]}");
    buf_char(&def, 0);
    table(def.p, patient, VIEW_CSV, &out);
    assert_non_null(strstr(out.p, "too many columns"));
    buf_release(&def);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused), cmocka_unit_test(test_while_running), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_formats), cmocka_unit_test(test_thrift),        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
