/* SPDX-License-Identifier: Apache-2.0
 * Cases of our own, each from a sentence of the specification; the official suite is path_suite_test.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fhir_gen/names.h"
#include "path/path_int.h"

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":"
    "\"o\","
    "\"name\":\"Vårdcentralen\"}],\"active\":true,\"name\":[{\"use\":\"official\",\"family\":\"Öberg\","
    "\"given\":[\"Åsa\",null],\"_given\":[null,{\"id\":\"g2\",\"extension\":[{\"url\":\"http://a\","
    "\"valueDecimal\":1.50}]}]},{\"use\":\"nickname\",\"given\":[\"Ås\"]}],\"gender\":\"female\","
    "\"birthDate\":\"1974-12\",\"_birthDate\":{\"extension\":[{\"url\":\"http://time\","
    "\"valueDateTime\":\"1974-12-25T14:35:45-05:00\"}]},\"_maritalStatus\":1,\"multipleBirthInteger\":2,"
    "\"managingOrganization\":{\"reference\":\"#o\"},\"generalPractitioner\":[{\"reference\":\"Practitioner/"
    "1\"},"
    "{\"reference\":\"https://x/fhir/Organization/2/_history/3\"},{\"display\":\"okänd\"}]}";

/* The document under test, made once. */
static struct arena doc_arena;
static struct json_doc doc;

static int set_up(void **state)
{
    (void)state;
    struct err err;
    arena_init(&doc_arena);
    return json_parse(&doc_arena, STR(patient), &fhir_names, &doc, &err) && fhir_type_tree(&doc, 0) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&doc_arena);
    return 0;
}

/* The result as JSON, or "!CODE". */
static void answer(const char *text, struct buf *out)
{
    struct arena arena;
    struct err err = {0};
    struct path_list list = {0};
    struct path_context ctx = {.doc = &doc, .now_ms = INT64_C(1795287117123)};
    arena_init(&arena);
    const struct path_expr *e = path_compile(&arena, str_of(text), FHIR_TYPE_Patient, &err);
    buf_clear(out);
    if (e && path_eval(e, &ctx, 0, &arena, &list, &err))
        path_write(&list, out);
    else
        buf_printf(out, "!%s", err_info(err.code)->name);
    buf_char(out, 0);
    arena_release(&arena);
}

struct example {
    const char *text, *want;
};

static void check(const struct example *cases, size_t n)
{
    struct buf out;
    unsigned wrong = 0;
    buf_init(&out, BUF_NO_MAX);
    for (size_t i = 0; i < n; i++) {
        answer(cases[i].text, &out);
        if (strcmp(out.p, cases[i].want) != 0) {
            printf("%s\n  gives %s\n  not   %s\n", cases[i].text, out.p, cases[i].want);
            wrong++;
        }
    }
    buf_release(&out);
    assert_int_equal(wrong, 0);
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void test_steps(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"Patient.name.family", "[\"Öberg\"]"},
        {"name.given",
         "[\"Åsa\",{\"id\":\"g2\",\"extension\":[{\"url\":\"http://a\",\"valueDecimal\":1.50}]},\"Ås\"]"},
        {"name.given.count()", "[3]"},
        {"name.given.where(hasValue())", "[\"Åsa\",\"Ås\"]"},
        {"name.given.extension('http://a').value", "[1.50]"},
        {"name.given.id", "[\"g2\"]"},
        {"name[0].given[1].extension.url", "[\"http://a\"]"},
        {"name[1].given[0]", "[\"Ås\"]"},
        {"name[2]", "[]"},
        {"multipleBirth", "[2]"},
        {"multipleBirth is integer", "[true]"},
        {"multipleBirth.ofType(boolean)", "[]"},
        {"multipleBirthInteger", "!PATH_SEMANTIC"},
        {"birthDate.extension('http://time').value", "[\"1974-12-25T14:35:45-05:00\"]"},
        {"birthDate.extension.exists()", "[true]"},
        {"DomainResource.id", "[\"p1\"]"},
        {"Resource.id", "[\"p1\"]"},
        {"Observation.code", "[]"},
        {"contained.name", "[\"Vårdcentralen\"]"},
        {"contained.type().name", "[\"Organization\"]"},
        {"name.type().name", "[\"HumanName\",\"HumanName\"]"},
        {"name.children().count()", "[6]"},
        {"name.given.descendants().count()", "[4]"},
        {"descendants().where($this is string).count() > 3", "[true]"},
        {"repeat(children()).count() > name.descendants().count()", "[true]"},
        {"%resource.id | %context.id | %rootResource.id", "[\"p1\"]"},
        {"`name`.`family`", "[\"Öberg\"]"},
        {"name.select(given.first() & '!')", "[\"Åsa!\",\"Ås!\"]"},
    };
    CHECK(cases);
}

static void test_operators(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"1.50 + 1.5", "[3.00]"},
        {"0.1 + 0.2 = 0.3", "[true]"},
        {"7 div 2", "[3]"},
        {"-7 mod 3", "[-1]"},
        {"1 / 3", "[0.33333333333333333333]"},
        {"2 * 3 + 4 * 5", "[26]"},
        {"-name.count()", "[-2]"},
        {"'a' + {}", "[]"},
        {"'a' & {} & 'b'", "[\"ab\"]"},
        {"1 + 'a'", "!PATH_RUNTIME"},
        {"99999999999999999999999999999999999999 + 1", "!PATH_RUNTIME"},
        {"1 in (1 | 2)", "[true]"},
        {"{} in (1 | 2)", "[]"},
        {"1 in {}", "[false]"},
        {"(1 | 2) contains 3", "[false]"},
        {"(1 | 2) in (1 | 2)", "!PATH_RUNTIME"},
        {"1 | 1.0 | '1'", "[1,\"1\"]"},
        {"'ÅSA  öberg' ~ 'åsa Öberg'", "[true]"},
        {"'ÅSA' = 'åsa'", "[false]"},
        {"{} = {}", "[]"},
        {"{} ~ {}", "[true]"},
        {"(1 | 2) = (2 | 1)", "[false]"},
        {"(1 | 2) ~ (2 | 1)", "[true]"},
        {"name = name", "[true]"},
        {"name[0] = name[1]", "[false]"},
        {"gender = 'female'", "[true]"},
        {"birthDate = @1974-12", "[true]"},
        {"birthDate < @1974-12-25", "[]"},
        {"birthDate < @1975", "[true]"},
        {"active and {}", "[]"},
        {"false and (1 | 2)", "[false]"},
        {"true implies {}", "[]"},
        {"{} implies true", "[true]"},
        {"true xor true", "[false]"},
        {"1 is Integer", "[true]"},
        {"1 is System.Integer and (1 is Decimal).not()", "[true]"},
        {"active is boolean and (active is Boolean).not()", "[true]"},
        {"gender is string", "[true]"},
        {"gender as string", "[]"},
        {"(name as HumanName).use", "[\"official\",\"nickname\"]"},
        {"name.as(HumanName)", "!PATH_RUNTIME"},
        {"true | false and false", "!PATH_RUNTIME"},
        {"1 < 'a'", "!PATH_RUNTIME"},
        {"{} < 1", "[]"},
    };
    CHECK(cases);
}

static void test_time(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"now()", "[\"2026-11-21T18:51:57.123Z\"]"},
        {"today()", "[\"2026-11-21\"]"},
        {"timeOfDay()", "[\"18:51:57.123\"]"},
        {"today() > birthDate", "[true]"},
        {"@2024-01-31 + 1 month", "[\"2024-02-29\"]"},
        {"@2024-02-29 + 1 year", "[\"2025-02-28\"]"},
        {"@2024-02-29 - 4 years", "[\"2020-02-29\"]"},
        {"@2024-12-31 + 1 day", "[\"2025-01-01\"]"},
        {"@2024-03 + 1 month", "[\"2024-04\"]"},
        {"@2024 + 12 months", "[\"2025\"]"},
        {"@2024-01-01T23:59:59.999Z + 1 millisecond", "[\"2024-01-02T00:00:00.000Z\"]"},
        {"@2024-01-01T00:00:00+01:00 - 1 second", "[\"2023-12-31T23:59:59+01:00\"]"},
        {"@T23:30 + 1 hour", "[\"00:30\"]"},
        {"@9999-12-31 + 1 day", "!PATH_RUNTIME"},
        {"@2024-01-01 + 1 'kg'", "!PATH_RUNTIME"},
        {"@2024-01-01T10:00:00Z = @2024-01-01T11:00:00+01:00", "[true]"},
        {"@2024-01-01T10:00:00Z < @2024-01-03T10:00:00", "[true]"},
        {"@2024-01 = @2024-01-01", "[]"},
        {"@2024-01 ~ @2024-01-01", "[false]"},
        {"@2024-13-01", "!PATH_SYNTAX"},
        {"@2023-02-29", "!PATH_SYNTAX"},
        {"@2024-01-05.toDateTime()", "[\"2024-01-05\"]"},
        {"@2024-01-05T10:00:00Z.toDate()", "[\"2024-01-05\"]"},
        {"@2014.lowBoundary(10)", "[]"},
        {"@2014-02.highBoundary()", "[\"2014-02-28\"]"},
    };
    CHECK(cases);
}

static void test_quantities(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"1 'kg' = 1000 'g'", "[true]"},
        {"1 'mmol/l' = 1 'mol/m3'", "[true]"},
        {"120 'mm[Hg]' > 15 'kPa'", "[true]"},
        {"1 'kg' > 1 'm'", "[]"},
        {"1 'kg' = 1 'm'", "[false]"},
        {"5 'mg' + 1 'g'", "[{\"value\":1005,\"unit\":\"mg\"}]"},
        {"1 '[IU]' = 1 '[IU]'", "[true]"},
        {"37.0 'Cel' ~ 37 'Cel'", "[true]"},
        {"1 year = 12 months", "[true]"},
        {"1 year = 1 'a'", "[]"},
        {"1 week.toString()", "[\"1 week\"]"},
        {"(10 'mg' / 2 'ml').unit", "[\"mg/ml\"]"},
        {"(10 'mg').value", "[10]"},
        {"'5.0 \\'mg\\''.toQuantity()", "[{\"value\":5.0,\"unit\":\"mg\"}]"},
        {"'5 mg'.toQuantity()", "[]"},
        {"3 'U/L' = 3 'u[IU]'", "[false]"},
        {"(1 'kg').toQuantity('g')", "[{\"value\":1000,\"unit\":\"g\"}]"},
        {"(14 days).toQuantity('weeks').toString()", "[\"2 weeks\"]"},
        {"(1 'kg').convertsToQuantity('m')", "[false]"},
        {"(1 'kg').convertsToQuantity('mg')", "[true]"},
        {"60 'U/l' = 1 'ukat/l'", "[true]"},
    };
    CHECK(cases);
}

static void test_functions(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"name.exists(use = 'official')", "[true]"},
        {"name.all(given.exists())", "[true]"},
        {"name.where(use = 'nickname').given", "[\"Ås\"]"},
        {"name.where(given)", "!PATH_RUNTIME"},
        {"name.select($index)", "[0,1]"},
        {"(1|2|3).aggregate($total + $this, 0)", "[6]"},
        {"(3|1|2).sort()", "[1,2,3]"},
        {"('b'|'a').sort(-$this)", "[\"b\",\"a\"]"},
        {"(1|2|3).exclude(2)", "[1,3]"},
        {"(1|2).combine(2)", "[1,2,2]"},
        {"'abcdefghijklmnopqrstuvwxyzåäöabcdefghijklmnopqrstuvwxyz'.toChars().distinct().count()", "[29]"},
        {"('a'|'b').union('b'|'c')", "[\"a\",\"b\",\"c\"]"},
        {"(1|2).subsetOf(1|2|3)", "[true]"},
        {"iif(active, 'ja', 1/0)", "[\"ja\"]"},
        {"'räksmörgås'.length()", "[10]"},
        {"'räksmörgås'.upper()", "[\"RÄKSMÖRGÅS\"]"},
        {"'räksmörgås'.substring(1, 3)", "[\"äks\"]"},
        {"'räksmörgås'.indexOf('gås')", "[7]"},
        {"'räksmörgås'.lastIndexOf('r')", "[6]"},
        {"'åäö'.toChars()", "[\"å\",\"ä\",\"ö\"]"},
        {"'a,b'.split(',').join('-')", "[\"a-b\"]"},
        {"'åäö'.encode('base64').decode('base64')", "[\"åäö\"]"},
        {"'ff'.decode('hex')", "[]"},
        {"'<&>'.escape('html').unescape('html')", "[\"<&>\"]"},
        {"'abc'.matches('^[a-c]+$')", "[true]"},
        {"'abc'.matches('(')", "!PATH_SEMANTIC"},
        {"'abc'.matches('(' & '')", "!PATH_RUNTIME"},
        {"'abc'.matches('b' & '') and 'abc'.matchesFull('b').not() and 'abc'.matchesFull('a.c')", "[true]"},
        {"'2024-05'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1')", "[\"05/2024\"]"},
        {"'1.50'.toDecimal()", "[1.50]"},
        {"'x'.toInteger()", "[]"},
        {"(1|2).toInteger()", "!PATH_RUNTIME"},
        {"1.5.round()", "[2]"},
        {"(-1.5).truncate()", "[-1]"},
        {"2.power(10)", "[1024]"},
        {"2.sqrt().round(3)", "[1.414]"},
        {"(-1).sqrt()", "[]"},
        {"managingOrganization.resolve().name", "[\"Vårdcentralen\"]"},
        {"generalPractitioner.where(resolve() is Practitioner).reference", "[\"Practitioner/1\"]"},
        {"generalPractitioner.where(resolve() is Organization).reference.startsWith('https')", "[true]"},
        {"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "[true]"},
        {"gender.memberOf('http://x')", "!PATH_UNSUPPORTED"},
        {"gender.subsumes('x')", "!PATH_UNSUPPORTED"},
        {"'a'.subsumedBy('b')", "!PATH_UNSUPPORTED"},
        {"slice('a', 'b')", "!PATH_UNSUPPORTED"},
        {"checkModifiers('http://x').birthDate", "[\"1974-12\"]"},
        {"name.foo()", "!PATH_SEMANTIC"},
        {"name.first(1)", "!PATH_SEMANTIC"},
        {"name.ofType(Foo)", "!PATH_SEMANTIC"},
        {"%foo", "!PATH_SEMANTIC"},
        {"name.startsWith('a')", "!PATH_SEMANTIC"},
    };
    CHECK(cases);
}

static void test_syntax(void **state)
{
    (void)state;
    static const struct example cases[] = {
        {"", "!PATH_SYNTAX"},
        {"1 +", "!PATH_SYNTAX"},
        {"name.", "!PATH_SYNTAX"},
        {"name(", "!PATH_SYNTAX"},
        {"(1", "!PATH_SYNTAX"},
        {"'a", "!PATH_SYNTAX"},
        {"1 2", "!PATH_SYNTAX"},
        {"name[0", "!PATH_SYNTAX"},
        {"$that", "!PATH_SYNTAX"},
        {"1 /* x", "!PATH_SYNTAX"},
        {"\"a\"", "!PATH_SYNTAX"},
        {"'\\ud800'", "!PATH_SYNTAX"},
        {"'\\u0041\\u00e5\\ud83d\\ude00'", "[\"Aå😀\"]"},
        {"{}", "[]"},
        {"// ja\n1", "[1]"},
        {"1 /* a */ + /* b */ 1", "[2]"},
        {"100000000000000000000000000000000000000", "!PATH_SYNTAX"},
    };
    CHECK(cases);
}

static void test_bounds(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, BUF_NO_MAX);
    buf_init(&out, BUF_NO_MAX);
    for (int i = 0; i < 5000; i++)
        buf_char(&text, '(');
    buf_char(&text, 0);
    answer(text.p, &out);
    assert_string_equal(out.p, "!PATH_SYNTAX");
    buf_clear(&text);
    for (int i = 0; i < PATH_TEXT_MAX + 1; i++)
        buf_char(&text, ' ');
    buf_char(&text, 0);
    answer(text.p, &out);
    assert_string_equal(out.p, "!PATH_SYNTAX");
    /* Doubles at each turn; ends at the bound on work or memory, not in a hang. */
    answer("repeat('a' & $this.toString() & $this.toString())", &out);
    assert_true(out.p[0] == '!' || out.p[0] == '[');
    answer("descendants().select(%resource.descendants().select(%resource.descendants().select(%resource."
           "descendants()"
           ".select(%resource.descendants().select(%resource.descendants())))))",
           &out);
    assert_true(strcmp(out.p, "!PATH_RUNTIME") == 0 || strcmp(out.p, "!NO_MEMORY") == 0);
    answer("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')", &out);
    assert_string_equal(out.p, "!PATH_RUNTIME");
    buf_release(&text);
    buf_release(&out);
}

/* Little memory: an answer or NO_MEMORY, at every size. */
static void test_memory(void **state)
{
    (void)state;
    unsigned refused = 0, answered = 0;
    for (size_t limit = 0; limit < 1024 * 1024; limit += 16 * 1024) {
        struct arena arena;
        struct err err = {0};
        struct path_list list = {0};
        struct path_context ctx = {.doc = &doc};
        arena_init(&arena);
        arena_limit(&arena, limit + 1);
        const struct path_expr *e = path_compile(&arena,
                                                 STR("Patient.descendants().select(%resource.descendants() | "
                                                     "$this.toString()).count().toString()"),
                                                 FHIR_TYPE_Patient, &err);
        bool ok = e && path_eval(e, &ctx, 0, &arena, &list, &err);
        assert_true(ok || err.code == ERR_NO_MEMORY || err.code == ERR_PATH_RUNTIME);
        answered += ok;
        refused += !ok && err.code == ERR_NO_MEMORY;
        arena_release(&arena);
    }
    assert_true(answered > 0 && refused > 0);
}

/* Without a document: literals work, what needs one gives nothing. */
static void test_no_document(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    struct path_list list = {0};
    struct path_context ctx = {.doc = NULL};
    arena_init(&arena);
    const struct path_expr *e = path_compile(
        &arena, STR("%resource | %rootResource.id | '#a'.resolve() | 'x'.resolve() | Patient.id | 1 + 1"), 0,
        &err);
    assert_non_null(e);
    assert_true(path_eval(e, &ctx, UINT32_MAX, &arena, &list, &err));
    assert_int_equal(list.count, 1);
    assert_true(str_is(path_value_text(&list.item[0]), "2"));
    arena_release(&arena);
}

/* A hundred thousand names that are only extensions: linear where the places are walked side by side, and
 * within the bound on work where each looks for its own. */
static void test_long_arrays(void **state)
{
    (void)state;
    enum { NAMES = 100 * 1000 };
    struct arena arena;
    struct json_doc d;
    struct err err;
    struct buf b;
    struct path_list list = {0};
    struct path_context ctx = {.doc = &d};
    arena_init(&arena);
    buf_init(&b, BUF_NO_MAX);
    buf_cstr(&b, "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[null");
    for (int i = 1; i < NAMES; i++)
        buf_cstr(&b, ",null");
    buf_cstr(&b, "],\"_given\":[{\"id\":\"x\"}");
    for (int i = 1; i < NAMES; i++)
        buf_cstr(&b, ",{\"id\":\"x\"}");
    buf_cstr(&b, "]}]}");
    assert_true(json_parse(&arena, buf_get(&b), &fhir_names, &d, &err) && fhir_type_tree(&d, 0));
    const struct path_expr *e =
        path_compile(&arena, STR("Patient.name.given.id.count()"), FHIR_TYPE_Patient, &err);
    assert_true(e && path_eval(e, &ctx, 0, &arena, &list, &err));
    assert_true(str_is(path_value_text(&list.item[0]), "100000"));
    list.count = 0;
    e = path_compile(&arena, STR("Patient.name.given.select(id & $index.toString()).isDistinct()"),
                     FHIR_TYPE_Patient, &err);
    assert_true(e && path_eval(e, &ctx, 0, &arena, &list, &err));
    assert_true(list.item[0].boolean);
    list.count = 0;
    e = path_compile(&arena, STR("Patient.name.given.select(id).count()"), FHIR_TYPE_Patient, &err);
    assert_true(e && path_eval(e, &ctx, 0, &arena, &list, &err));
    assert_true(str_is(path_value_text(&list.item[0]), "100000"));
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == 'n' && str_starts(str_sub(buf_get(&b), i, b.n), STR("null")))
            memcpy(b.p + i, "\"ab\"", 4);
    assert_true(json_parse(&arena, buf_get(&b), &fhir_names, &d, &err) && fhir_type_tree(&d, 0));
    assert_false(path_eval(e, &ctx, 0, &arena, &list, &err));
    assert_int_equal(err.code, ERR_PATH_RUNTIME);
    buf_release(&b);
    arena_release(&arena);
}

/* Bytes that are no text. The first once ran past the end of a word of toBoolean(). */
static void test_bytes(void **state)
{
    (void)state;
    static const struct str bad[] = {
        {"'true\0\0\0'.toBoolean()", 21}, {"'\xff'", 3}, {"\0", 1}, {"name\xc3", 5}, {"1\xed\xa0\x80", 4}};
    struct arena arena;
    struct err err = {0};
    arena_init(&arena);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(path_compile(&arena, bad[i], 0, &err));
        assert_int_equal(err.code, ERR_PATH_SYNTAX);
    }
    arena_release(&arena);
}

/* The place of an error in a text of several lines. */
static void test_place(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    arena_init(&arena);
    assert_null(path_compile(&arena, STR("name.given\n  | näme"), 0, &err));
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 6);
    assert_null(path_compile(&arena, STR("name\n.\n  first()."), 0, &err));
    assert_int_equal(err.line, 3);
    arena_release(&arena);
}

static void *run_many(void *arg)
{
    const struct path_expr *e = arg;
    size_t wrong = 0;
    for (int i = 0; i < 2000; i++) {
        struct arena arena;
        struct err err;
        struct path_list list = {0};
        struct path_context ctx = {.doc = &doc};
        arena_init(&arena);
        wrong += !path_eval(e, &ctx, 0, &arena, &list, &err) || list.count != 2;
        arena_release(&arena);
    }
    return wrong ? arg : NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    pthread_t thread[2];
    void *wrong;
    arena_init(&arena);
    const struct path_expr *e = path_compile(
        &arena, STR("Patient.name.where(given.exists()).given.where(matches('Å'))"), FHIR_TYPE_Patient, &err);
    assert_non_null(e);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, run_many, (void *)(uintptr_t)e), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], &wrong);
        assert_null(wrong);
    }
    arena_release(&arena);
}

/* References inside a Bundle find its entries. */
static void test_bundle(void **state)
{
    (void)state;
    static const char bundle[] =
        "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"urn:uuid:1\","
        "\"resource\":"
        "{\"resourceType\":\"Patient\",\"gender\":\"male\"}},{\"fullUrl\":\"http://x/Patient/"
        "2\",\"resource\":"
        "{\"resourceType\":\"Patient\",\"gender\":\"female\"}},{\"resource\":{\"resourceType\":\"Encounter\","
        "\"subject\":{\"reference\":\"urn:uuid:1\"},\"participant\":[{\"individual\":{\"reference\":"
        "\"Patient/2\"}}]}}]}";
    struct arena arena;
    struct json_doc d;
    struct err err;
    struct buf out;
    struct path_list list = {0};
    struct path_context ctx = {.doc = &d};
    arena_init(&arena);
    buf_init(&out, BUF_NO_MAX);
    assert_true(json_parse(&arena, STR(bundle), &fhir_names, &d, &err) && fhir_type_tree(&d, 0));
    const struct path_expr *e = path_compile(&arena,
                                             STR("Bundle.entry.resource.ofType(Encounter).select(subject | "
                                                 "participant.individual).resolve().gender"),
                                             FHIR_TYPE_Bundle, &err);
    assert_non_null(e);
    assert_true(path_eval(e, &ctx, 0, &arena, &list, &err));
    path_write(&list, &out);
    assert_true(str_is(buf_get(&out), "[\"male\",\"female\"]"));
    buf_release(&out);
    arena_release(&arena);
}

static bool resolve_patient(void *arg, struct str reference, struct path_value *out)
{
    (void)arg;
    *out = (struct path_value){.kind = PATH_NODE, .doc = &doc, .node = 0, .type = FHIR_TYPE_Patient};
    return str_is(reference, "Practitioner/1");
}

static void test_resolver(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    struct path_list list = {0};
    struct path_context ctx = {.doc = &doc, .resolve = resolve_patient};
    arena_init(&arena);
    const struct path_expr *e =
        path_compile(&arena, STR("generalPractitioner.resolve().gender"), FHIR_TYPE_Patient, &err);
    assert_non_null(e);
    assert_true(path_eval(e, &ctx, 0, &arena, &list, &err));
    assert_int_equal(list.count, 1);
    assert_true(str_is(path_value_text(&list.item[0]), "female"));
    arena_release(&arena);
}

static void test_html(void **state)
{
    (void)state;
    static const char *const good[] = {
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Hej</p></div>",
        "<div><img src='#a'/></div>",
        "<div>a &lt; b<br/><!-- not shown --><table><tr><td>1</td></tr></table></div>",
    };
    static const char *const bad[] = {
        "",
        "text",
        "<p>Hej</p>",
        "<div></div>",
        "<div>  <p/></div>",
        "<div>a<script>x</script></div>",
        "<div>a",
        "<div><p>a</div></p>",
        "<div onclick=\"x\">a</div>",
        "<div>a</div><div>b</div>",
        "<div>a</div>b",
        "<div><a href=\"javascript:x\">a</a></div>",
        "<div><p class=x>a</p></div>",
        "<div>a</div",
        "<div>a<iframe/></div>",
        "<div><object>a</object></div>",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(path_html_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(path_html_valid(str_of(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),     cmocka_unit_test(test_operators),
        cmocka_unit_test(test_time),      cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_functions), cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_bounds),    cmocka_unit_test(test_place),
        cmocka_unit_test(test_bytes),     cmocka_unit_test(test_long_arrays),
        cmocka_unit_test(test_memory),    cmocka_unit_test(test_no_document),
        cmocka_unit_test(test_threads),   cmocka_unit_test(test_resolver),
        cmocka_unit_test(test_bundle),    cmocka_unit_test(test_html),
    };
    return cmocka_run_group_tests_name("path", tests, set_up, tear_down);
}
