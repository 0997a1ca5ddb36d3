/* SPDX-License-Identifier: Apache-2.0
 * Index rows of hand-made resources, the reading of search URLs, folding. What searches find is in
 * search_store_test.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fhir_gen/names.h"
#include "fold/fold.h"
#include "search/search_int.h"

static struct search *s;
static struct arena arena;

static int setup(void **state)
{
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    s = search_new(&err);
    search_set_key(s, (struct hash_key){1, 2});
    return s ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    search_free(s);
    arena_release(&arena);
    return 0;
}

/* ---- folding ---- */

static void check_fold(const char *from, const char *to)
{
    struct str got = search_fold(&arena, str_of(from));
    assert_string_equal(arena_cstr(&arena, got), to);
    struct str again = search_fold(&arena, got);
    assert_true(str_eq(again, got));
}

static void test_fold(void **state)
{
    (void)state;
    check_fold("Åkerström", "akerstrom");
    check_fold("A\xCC\x8Akerstro\xCC\x88m", "akerstrom"); /* combining marks */
    check_fold("  Anna\t Karin\n", "anna karin");
    check_fold("ÉÈÊ ñ Ø æ ß Þ", "eee n o ae ss th");
    check_fold("\xEF\xBC\xA1\xEF\xBD\x82", "ab"); /* full width */
    check_fold("ŁÓDŹ Đorđe ŒUVRE", "lodz dorde oeuvre");
    check_fold("Ĳ ﬁ İ", "ij fi i");
    check_fold("中文 ΑΒΓ Я", "中文 αβγ я");
    check_fold("", "");
    check_fold(" \t", "");
    check_fold("a\xC2\xA0"
               "b",
               "a b");
}

/* The table for Latin-1 says what Unicode's own rules say: with a mark before it no letter takes the short
 * way. */
static void test_fold_latin(void **state)
{
    (void)state;
    for (unsigned c = 0xC0; c <= 0xFF; c++) {
        char plain[3] = {(char)0xC3, (char)(0x80 | (c & 63)), 0};
        struct str slow = arena_printf(&arena, "\xCC\x81%s", plain); /* a combining mark, dropped */
        assert_true(str_eq(search_fold(&arena, str_of(plain)), search_fold(&arena, slow)));
    }
}

/* ---- numbers ---- */

static void check_number(const char *text, double value, double low, double high)
{
    double v, l, h;
    assert_true(number_parse(str_of(text), &v, &l, &h));
    assert_true(v == value && l == low && h == nextafter(high, -INFINITY));
}

/* Case alone: what _filter and the keys of tokens go by. */
static void test_fold_case(void **state)
{
    char to[16];
    (void)state;
    assert_true(fold_same(STR("ÅÄÖ-b1"), STR("åäö-B1")) && fold_same(STR("ΣΑ"), STR("σα")));
    assert_true(!fold_same(STR("a"), STR("á")) && !fold_same(STR("ab"), STR("a")) &&
                fold_same(STR(""), STR("")));
    assert_true(fold_same(STR("K"), STR("\xE2\x84\xAA"))); /* the sign for kelvin */
    assert_true(fold_same(STR("A\xFFz"), STR("a\xFFZ")) && !fold_same(STR("\xFF"), STR("\xFE")));
    assert_true(fold_caseless(STR("http://loinc.org|8480-6")) && !fold_caseless(STR("aB")) &&
                !fold_caseless(STR("å")));
    assert_int_equal(fold_case(STR("ÅB\xFF"), to, sizeof to), 4);
    assert_memory_equal(to, "åb\xFF", 4);
    assert_true(fold_case(STR("AAAAAAAAAAAAAAAA"), to, sizeof to) == SIZE_MAX);
}

static void test_number(void **state)
{
    double v, l, h;
    (void)state;
    check_number("100", 100, 99.5, 100.5);
    check_number("100.00", 100, 99.995, 100.005);
    check_number("5.4", 5.4, 5.35, 5.45);
    check_number("-0.5", -0.5, -0.55, -0.45);
    check_number("1e2", 100, 95, 105);
    check_number("5.40e-3", 0.0054, 0.00535, 0.00545);
    /* More digits than a double holds still find that double. */
    assert_true(number_parse(STR("0.88700000000000001"), &v, &l, &h));
    assert_true(l <= v && v <= h);
    static const char *const bad[] = {"", "x", "1x", "e", "1e", "1e999", "--1", "0x10", "nan", "inf", "1,5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse(str_of(bad[i]), &v, &l, &h));
}

/* ---- rows ---- */

static const char *row_text(const struct store_row *r)
{
    const char *param = r->param ? s->param_names[r->param] : "";
    struct str t = {0};
    switch (r->index) {
    case STORE_TOKEN:
        t = arena_printf(&arena, "%s token %.*s|%.*s", param, STR_ARG(r->name), STR_ARG(r->text));
        break;
    case STORE_STRING:
        t = arena_printf(&arena, "%s string %.*s%s", param, STR_ARG(r->text), r->exact ? "" : " (word)");
        break;
    case STORE_DATE:
        t = arena_printf(&arena, "%s date %lld %lld", param, (long long)r->low, (long long)r->high);
        break;
    case STORE_NUMBER:
        t = arena_printf(&arena, "%s number %g..%g %.*s", param, r->number_low, r->number_high,
                         STR_ARG(r->name));
        break;
    case STORE_REFERENCE:
        t = arena_printf(&arena, "%s reference %s/%.*s%.*s", param,
                         r->target_type ? fhir_types[r->target_type].name : "", STR_ARG(r->text),
                         STR_ARG(r->name));
        break;
    case STORE_URI:
        t = arena_printf(&arena, "%s uri %.*s", param, STR_ARG(r->name));
        break;
    case STORE_COMPOSITE:
        t = arena_printf(&arena, "%s composite %.*s %g..%g %.*s %lld..%lld", param, STR_ARG(r->text),
                         r->number_low, r->number_high, STR_ARG(r->name), (long long)r->low,
                         (long long)r->high);
        break;
    case STORE_CLINICAL:
        t = arena_printf(&arena, "clinical %.*s %s %lld", STR_ARG(r->text), r->hash ? "code" : "all",
                         (long long)r->low);
        break;
    case STORE_LABEL:
        t = arena_printf(&arena, "label %d %.*s %lld", (int)r->hash, STR_ARG(r->text), (long long)r->low);
        break;
    default:
        fail();
    }
    return t.p;
}

static struct store_rows rows_of(const char *json)
{
    struct json_doc doc;
    struct err err = {0};
    struct store_rows rows = {0};
    assert_true(json_parse(&arena, str_of(json), &fhir_names, &doc, &err));
    fhir_type_id type = fhir_type_tree(&doc, 0);
    assert_int_not_equal(type, 0);
    if (!search_extract(s, &doc, 0, type, &arena, &rows, &err))
        fail_msg("%s: %s %s", err_info(err.code)->name, err.path, err.arg[0]);
    return rows;
}

/* Every expected line is a row, and there are no others. */
static void check_rows(const char *json, const char *const *lines)
{
    struct store_rows rows = rows_of(json);
    size_t expected = 0;
    for (; lines[expected]; expected++) {
        size_t i = 0;
        while (i < rows.count && strcmp(row_text(&rows.item[i]), lines[expected]) != 0)
            i++;
        if (i == rows.count) {
            for (i = 0; i < rows.count; i++)
                print_message("  %s\n", row_text(&rows.item[i]));
            fail_msg("no row: %s", lines[expected]);
        }
    }
    for (size_t i = expected; expected != rows.count && i <= expected; i++) {
        for (size_t k = 0; k < rows.count; k++)
            print_message("  %s\n", row_text(&rows.item[k]));
        fail_msg("%zu rows, %zu expected", rows.count, expected);
    }
}

static void test_patient(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Patient.identifier token urn:x|19121212-1212",
        "Patient.name string akerstrom",
        "Patient.name string anna karin",
        "Patient.name string karin (word)",
        "Patient.family string akerstrom",
        "Patient.given string anna karin",
        "Patient.given string karin (word)",
        "Patient.phonetic string akerstrom",
        "Patient.phonetic string anna karin",
        "Patient.phonetic string karin (word)",
        "Patient.telecom token phone|070",
        "Patient.phone token phone|070",
        "Patient.gender token |female",
        "Patient.birthdate date -1800057600000 -1799971200000",
        "Patient.address string goteborg",
        "Patient.address-city string goteborg",
        "Patient.active token |true",
        "Patient.deceased token |false",
        "Patient.general-practitioner reference Practitioner/d1",
        "Patient._tag token urn:t|a",
        "Patient._profile uri http://p/1",
        "clinical p1 all -9223372036854775808",
        NULL,
    };
    check_rows(
        "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{\"profile\":[\"http://p/"
        "1\"],\"tag\":[{\"system\":"
        "\"urn:t\",\"code\":\"a\"}]},\"active\":true,\"identifier\":[{\"system\":\"urn:x\",\"value\":"
        "\"19121212-1212\"}],\"name\":[{\"family\":\"Åkerström\",\"given\":[\"Anna Karin\"]}],\"telecom\":[{"
        "\"system\":\"phone\",\"value\":\"070\"}],\"gender\":\"female\",\"birthDate\":\"1912-12-17\","
        "\"address\":[{"
        "\"city\":\"Göteborg\"}],\"generalPractitioner\":[{\"reference\":\"Practitioner/d1/_history/3\"}]}",
        lines);
}

/* An identity written with its dash is found without it, and the other way round. */
static void test_identity(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    struct store_rows rows = rows_of("{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                                     "\"http://electronichealth.se/identifier/personnummer\",\"value\":"
                                     "\"19121212-1212\"}]}");
    unsigned found = 0;
    for (size_t i = 0; i < rows.count; i++)
        found += rows.item[i].index == STORE_TOKEN &&
                 (str_is(rows.item[i].text, "19121212-1212") || str_is(rows.item[i].text, "191212121212"));
    assert_int_equal(found, 2);
    static const char *const ways[] = {"19121212-1212", "121212+1212"};
    for (size_t i = 0; i < 2; i++) {
        struct search_param p = {STR("identifier"), str_of(ways[i])};
        err = (struct err){0};
        assert_true(search_parse(s, NULL, FHIR_TYPE_Patient, &p, 1, false, &arena, &q, &err));
        const struct store_cond *c = &q.plan.cond[0];
        assert_int_equal(c->any_count, 2);
        assert_true(str_is(c->any[1].row.text, "191212121212"));
    }
    /* 191212121212 itself asks once; other systems are left alone. */
    struct search_param plain[] = {{STR("identifier"), STR("191212121212")},
                                   {STR("identifier"), STR("urn:x|19121212-1212")}};
    assert_true(search_parse(s, NULL, FHIR_TYPE_Patient, plain, 2, false, &arena, &q, &err));
    assert_int_equal(q.plan.cond[0].any_count + q.plan.cond[1].any_count, 2);
}

static void test_observation(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Observation.status token |final",
        "Observation.code token http://loinc.org|29463-7",
        "Observation.combo-code token http://loinc.org|29463-7",
        "Observation.subject reference Patient/p1",
        "Observation.patient reference Patient/p1",
        "Observation.performer reference Patient/p2",
        "Observation.date date 1577836800000 1577923200000",
        "Observation.value-quantity number 72.5..72.5 http://unitsofmeasure.org|kg",
        "Observation.combo-value-quantity number 72.5..72.5 http://unitsofmeasure.org|kg",
        "Observation.code-value-quantity composite 29463-7 72.5..72.5 http://unitsofmeasure.org|kg 0..0",
        "Observation.combo-code-value-quantity composite 29463-7 72.5..72.5 http://unitsofmeasure.org|kg "
        "0..0",
        "clinical p1 all 1577836800000",
        "clinical p2 all 1577836800000",
        "clinical p1 code 1577836800000",
        "label 3  16",
        NULL,
    };
    check_rows("{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"final\",\"code\":{\"coding\":[{"
               "\"system\":"
               "\"http://loinc.org\",\"code\":\"29463-7\"}]},\"subject\":{\"reference\":\"Patient/"
               "p1\"},\"performer\":[{"
               "\"reference\":\"Patient/"
               "p2\"}],\"effectiveDateTime\":\"2020-01-01\",\"valueQuantity\":{\"value\":72.5,"
               "\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}",
               lines);
}

/* The server's labels, protected identity, and Consents that rule access. */
static void test_labels(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Consent.category token https://helhet.example/fhir/CodeSystem/access-category|block",
        "Consent.status token |active",
        "Consent._security token http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel|sekretessmarkering",
        "label 1 u1 0",
        "label 2 v1 0",
        "label 3  13",
        NULL,
    };
    check_rows(
        "{\"resourceType\":\"Consent\",\"id\":\"c1\",\"meta\":{\"extension\":[{\"url\":\"https://"
        "helhet.example/"
        "fhir/StructureDefinition/care-unit\",\"valueReference\":{\"reference\":\"Organization/"
        "u1\"}},{\"url\":"
        "\"https://helhet.example/fhir/StructureDefinition/care-provider\",\"valueReference\":{\"reference\":"
        "\"Organization/v1\"}}],\"security\":[{\"system\":\"http://hl7.se/fhir/ig/base/CodeSystem/"
        "SecurityLabel\","
        "\"code\":\"sekretessmarkering\"}]},\"status\":\"active\",\"category\":[{\"coding\":[{\"system\":"
        "\"https://helhet.example/fhir/CodeSystem/access-category\",\"code\":\"block\"}]}]}",
        lines);
}

static void test_components(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Observation.status token |final",
        "Observation.code token |bp",
        "Observation.combo-code token |bp",
        "Observation.combo-code token urn:s|sys",
        "Observation.component-code token urn:s|sys",
        "Observation.component-value-concept token urn:v|high",
        "Observation.combo-value-concept token urn:v|high",
        "Observation.component-code-value-concept composite sys\x1fhigh 0..0  0..0",
        "Observation.component-code-value-concept composite sys\x1furn:v|high 0..0  0..0",
        "Observation.combo-code-value-concept composite sys\x1fhigh 0..0  0..0",
        "Observation.combo-code-value-concept composite sys\x1furn:v|high 0..0  0..0",
        "Observation.subject token urn:pnr|191212121212",
        "Observation.date date -9223372036854775808 1577923200000",
        "Observation.value-string string lung rent",
        "Observation.value-string string rent (word)",
        "Observation.code-value-string composite bp\x1flung rent 0..0  0..0",
        "Observation.code-value-string composite bp\x1frent 0..0  0..0",
        "label 3  16",
        NULL,
    };
    check_rows(
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"code\":\"bp\"}]},"
        "\"subject\":{\"identifier\":{\"system\":\"urn:pnr\",\"value\":\"191212121212\"}},"
        "\"effectivePeriod\":{"
        "\"end\":\"2020-01-01\"},\"valueString\":\"Lung "
        "rent\",\"component\":[{\"code\":{\"coding\":[{\"system\":"
        "\"urn:s\",\"code\":\"sys\"}]},\"valueCodeableConcept\":{\"coding\":[{\"system\":\"urn:v\",\"code\":"
        "\"high\"}]}}]}",
        lines);
}

static void test_quantities(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "ChargeItem.code token |x",
        "ChargeItem.price-override number 12.5..12.5 urn:iso:std:iso:4217|SEK",
        "ChargeItem.price-override number 12.5..12.5 |SEK",
        "ChargeItem.quantity number 3..inf |burkar",
        "ChargeItem.factor-override number 0.25..0.25 ",
        "ChargeItem.occurrence date 1577836800000 1577923202000",
        NULL,
    };
    check_rows(
        "{\"resourceType\":\"ChargeItem\",\"status\":\"billed\",\"code\":{\"coding\":[{\"code\":\"x\"}]},"
        "\"occurrenceTiming\":{\"event\":[\"2020-01-02T00:00:01Z\",\"2020-01-01\"]},\"quantity\":{\"value\":"
        "3,"
        "\"comparator\":\">=\",\"unit\":\"burkar\"},\"factorOverride\":0.25,\"priceOverride\":{\"value\":12."
        "50,"
        "\"currency\":\"SEK\"}}",
        lines);
}

static void test_references(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "CarePlan.status token |active",
        "CarePlan.intent token |plan",
        "CarePlan.subject reference /http://other/fhir/Patient/9",
        "CarePlan.patient reference /http://other/fhir/Patient/9",
        "CarePlan.instantiates-canonical reference /http://x/PlanDefinition/1|2",
        "CarePlan.instantiates-canonical reference /http://x/PlanDefinition/1",
        "CarePlan.encounter reference Encounter/e.1",
        "CarePlan.goal token |", /* contained: nothing to search by, and yet not missing */
        NULL,
    };
    check_rows(
        "{\"resourceType\":\"CarePlan\",\"status\":\"active\",\"intent\":\"plan\",\"subject\":{\"reference\":"
        "\"http://other/fhir/Patient/9\"},\"encounter\":{\"reference\":\"Encounter/e.1\"},"
        "\"instantiatesCanonical\":[\"http://x/PlanDefinition/1|2\"],\"goal\":[{\"reference\":\"#g\"}]}",
        lines);
}

/* A document begins with its composition; what a collection begins with is none (and yet not missing). */
static void test_first_entry(void **state)
{
    (void)state;
    static const char *const document[] = {"Bundle.type token |document",
                                           "Bundle.composition reference Composition/c",
                                           "Bundle.message token |", NULL};
    static const char *const collection[] = {"Bundle.type token |collection", "Bundle.composition token |",
                                             "Bundle.message token |", NULL};
    check_rows("{\"resourceType\":\"Bundle\",\"type\":\"document\",\"entry\":[{\"resource\":{"
               "\"resourceType\":\"Composition\",\"id\":\"c\"}}]}",
               document);
    check_rows("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{"
               "\"resourceType\":\"Location\",\"id\":\"2\"}}]}",
               collection);
}

static void test_sequence(void **state)
{
    (void)state;
    struct store_rows rows =
        rows_of("{\"resourceType\":\"MolecularSequence\",\"coordinateSystem\":0,\"referenceSeq\":{"
                "\"chromosome\":{\"coding\":[{\"code\":\"1\"}]},\"windowStart\":5,\"windowEnd\":9}}");
    bool found = false;
    for (size_t i = 0; i < rows.count; i++)
        found =
            found || strcmp(row_text(&rows.item[i]),
                            "MolecularSequence.chromosome-window-coordinate composite 1 5..5  9..10") == 0;
    assert_true(found);
}

/* Every type's parameters compile. */
static void test_compile_all(void **state)
{
    (void)state;
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        struct err err = {0};
        if (fhir_types[t].kind == FHIR_RESOURCE && !extract_type_of(s, t, &err))
            fail_msg("%s: %s %s", fhir_types[t].name, err.path, err.arg[0]);
    }
}

/* ---- parsing ---- */

static bool parse(const char *type, const char *query, bool lenient, struct search_query *q, struct err *err)
{
    struct search_param params[SEARCH_PARAMS_MAX];
    struct str rest = str_of(query), pair;
    size_t count = 0;
    while (str_split(&rest, '&', &pair)) {
        struct str value = pair;
        str_split(&value, '=', &params[count].name);
        params[count++].value = value.p ? value : STR("");
    }
    *err = (struct err){0};
    return search_parse(s, NULL, type ? fhir_resource_find(str_of(type)) : 0, params, count, lenient, &arena,
                        q, err);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *type, *query;
        enum err_code code;
        const char *param; /* must be named in the arguments */
    } cases[] = {
        {"Patient", "nosuch=1", ERR_SEARCH_PARAM_UNKNOWN, "nosuch"},
        {NULL, "name=x", ERR_SEARCH_PARAM_UNKNOWN, "name"},
        {"Patient", "_text=x", ERR_SEARCH_ABSENT, "_text"},
        {"Patient", "gender:in=http://x.example/vs", ERR_SEARCH_ABSENT, "gender"},
        {"Patient", "gender:text=x", ERR_SEARCH_ABSENT, "gender"},
        {"Patient", "gender:of-type=a|b|c", ERR_SEARCH_MODIFIER, "gender"},
        {"Patient", "gender:code-text=x", ERR_SEARCH_MODIFIER, "gender"},
        {"Patient", "identifier:of-type=b|c", ERR_SEARCH_VALUE, "identifier"},
        {"Library", "content-type:below=a/*,urn:x|b", ERR_SEARCH_VALUE, "content-type"},
        {"Patient", "_elements=name,nosuch", ERR_SEARCH_VALUE, "nosuch"},
        {"Patient", "_sort=name,link.nosuch", ERR_SEARCH_VALUE, "nosuch"},
        {"Patient", "_sort=name.family", ERR_SEARCH_VALUE, "name"},
        {"Patient", "_sort=_score", ERR_SEARCH_VALUE, "_score"},
        {"Observation", "_sort=subject.name", ERR_SEARCH_VALUE, "name"},
        {"Patient", "_summary=text&_include=Patient:link", ERR_SEARCH_VALUE, "_summary"},
        {"Patient", "gender:above=x", ERR_SEARCH_ABSENT, "gender"},
        {"Patient", "gender:exact=x", ERR_SEARCH_MODIFIER, "gender"},
        {"Patient", "name:not=x", ERR_SEARCH_MODIFIER, "name"},
        {"Patient", "birthdate:text=x", ERR_SEARCH_MODIFIER, "birthdate"},
        {"Patient", "_id:exact=x", ERR_SEARCH_MODIFIER, "_id"},
        {"Patient", "_count:exact=1", ERR_SEARCH_MODIFIER, "_count"},
        {"Patient", "birthdate=xx2010", ERR_SEARCH_VALUE, "birthdate"},
        {"Patient", "birthdate=2010-13", ERR_SEARCH_VALUE, "birthdate"},
        {"Patient", "birthdate=", ERR_SEARCH_VALUE, "birthdate"},
        {"Patient", "identifier=a|b|c", ERR_SEARCH_VALUE, "identifier"},
        {"Patient", "identifier=|", ERR_SEARCH_VALUE, "identifier"},
        {"Patient", "active:missing=maybe", ERR_SEARCH_VALUE, "active"},
        {"Patient", "_count=many", ERR_SEARCH_VALUE, "_count"},
        {"Patient", "_sort=nosuch", ERR_SEARCH_VALUE, "_sort"},
        {"Patient", "_total=most", ERR_SEARCH_VALUE, "_total"},
        {"Patient", "_summary=some", ERR_SEARCH_VALUE, "_summary"},
        {"Patient", "_lastUpdated=yesterday", ERR_SEARCH_VALUE, "_lastUpdated"},
        {"Patient", "_include=Patient:name", ERR_SEARCH_VALUE, "_include"},
        {"Patient", "_include=Nothing:x", ERR_SEARCH_VALUE, "_include"},
        {"Patient", "_include:deep=Patient:link", ERR_SEARCH_MODIFIER, "_include"},
        {"Observation", "value-quantity=high", ERR_SEARCH_VALUE, "value-quantity"},
        {"Observation", "value-quantity=5|kg", ERR_SEARCH_VALUE, "value-quantity"},
        {"Observation", "value-quantity=5|a|b|c", ERR_SEARCH_VALUE, "value-quantity"},
        {"Observation", "code-value-quantity=x", ERR_SEARCH_VALUE, "code-value-quantity"},
        {"Observation", "code-value-quantity=x$5$6", ERR_SEARCH_VALUE, "code-value-quantity"},
        {"Observation", "subject=not an id", ERR_SEARCH_VALUE, "subject"},
        {"Observation", "subject:Patient=Group/1", ERR_SEARCH_VALUE, "subject"},
        {"Observation", "subject:Nothing=1", ERR_SEARCH_MODIFIER, "subject"},
        {"Observation", "subject.nosuch=1", ERR_SEARCH_CHAIN, "subject"},
        {"Observation", "subject:Nothing.name=1", ERR_SEARCH_CHAIN, "Nothing"},
        {"Observation", "code.name=1", ERR_SEARCH_CHAIN, "code"},
        {"Patient", "_has:Observation:code=1", ERR_SEARCH_CHAIN, "_has"},
        {"Patient", "_has:Observation:code:status=final", ERR_SEARCH_CHAIN, "_has"},
        {"Location", "near=x", ERR_SEARCH_VALUE, "near"},
        {NULL, "_type=Nothing", ERR_SEARCH_VALUE, "_type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_query q;
        struct err err;
        if (parse(cases[i].type, cases[i].query, false, &q, &err))
            fail_msg("%s was taken", cases[i].query);
        if (err.code != cases[i].code)
            fail_msg("%s: %s", cases[i].query, err_info(err.code)->name);
        if (!strstr(err.arg[0], cases[i].param) && !strstr(err.arg[1], cases[i].param))
            fail_msg("%s: %s, %s", cases[i].query, err.arg[0], err.arg[1]);
    }
}

static void test_limits(void **state)
{
    struct search_query q;
    struct err err;
    struct buf b;
    (void)state;
    buf_init(&b, BUF_NO_MAX);
    buf_cstr(&b, "gender=a");
    for (int i = 0; i < SEARCH_VALUES_MAX; i++)
        buf_cstr(&b, ",a");
    buf_char(&b, 0);
    assert_false(parse("Patient", b.p, false, &q, &err));
    assert_int_equal(err.code, ERR_SEARCH_LIMIT);
    buf_release(&b);
    b = (struct buf){0};
    for (int i = 0; i <= SEARCH_CHAIN_MAX; i++)
        buf_cstr(&b, "link:Patient.");
    buf_cstr(&b, "name=x");
    buf_char(&b, 0);
    assert_false(parse("Patient", b.p, false, &q, &err));
    assert_int_equal(err.code, ERR_SEARCH_CHAIN);
    assert_true(parse("Patient", b.p + strlen("link:Patient."), false, &q, &err));
    buf_release(&b);
    /* Every possible type of every step is work. */
    assert_false(parse("Provenance", "target.subject.subject.subject.name=x", false, &q, &err));
    assert_int_equal(err.code, ERR_SEARCH_CHAIN);
}

/* A wrong value is told by its place and by what was expected there, in both languages. */
static void test_places(void **state)
{
    static const struct {
        const char *query, *sv, *en;
    } cases[] = {
        {"birthdate=2010,ge20x0", "position 8: väntade ett datum", "position 8: expected a date"},
        {"identifier=åäö,a|b|c", "position 5: väntade kod, system|kod", "position 5: expected code"},
        {"_sort=name,-nosuch", "position 7: väntade en sökparameter", "position 7: expected a search param"},
        {"_count=x", "position 1: väntade ett heltal", "position 1: expected a whole number"},
        {"_elements=id,x", "position 4: väntade ett element", "position 4: expected an element"},
        {"_id=a,,b", "position 3: väntade ett id", "position 3: expected an id"},
        {"name:above=x", "där går :missing, :exact, :contains", "allowed there: :missing, :exact"},
        {"active:missing=ja", "position 1: väntade true eller false", "position 1: expected true or false"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_query q;
        struct err err;
        assert_false(parse("Patient", cases[i].query, false, &q, &err));
        if (!strstr(err.arg[2], cases[i].sv) || !strstr(err.arg[3], cases[i].en))
            fail_msg("%s: %s, %s", cases[i].query, err.arg[2], err.arg[3]);
    }
}

static void test_filter_errors(void **state)
{
    static const struct {
        const char *text, *place, *en;
        enum err_code code;
    } cases[] = {
        {"name", "5", "expected an operator (eq ne co", ERR_SEARCH_FILTER},
        {"name is x", "6", "found \"is\"", ERR_SEARCH_FILTER},
        {"name eq", "8", "expected a value, found the end", ERR_SEARCH_FILTER},
        {"name eq \"Åsa", "13", "expected a closing quotation mark", ERR_SEARCH_FILTER},
        {"name eq \"a\\q\"", "11", "JSON escape", ERR_SEARCH_FILTER},
        {"(name eq x", "11", "expected \"and\", \"or\" or \")\"", ERR_SEARCH_FILTER},
        {"name eq x)", "10", "expected \"and\", \"or\" or the end", ERR_SEARCH_FILTER},
        {"name eq x birthdate eq 2010", "11", "found \"birthdate\"", ERR_SEARCH_FILTER},
        {"not name eq x", "5", "expected \"(\" after not", ERR_SEARCH_FILTER},
        {"", "1", "expected a search parameter", ERR_SEARCH_FILTER},
        {"name eq x and ", "15", "expected a search parameter", ERR_SEARCH_FILTER},
        {"link[name eq x] eq 1", "16", "expected \".\"", ERR_SEARCH_FILTER},
        {"link:Nothing.name eq x", "6", "expected a resource type", ERR_SEARCH_FILTER},
        {"gender co x", "8", "gender cannot be compared by co; expected eq ne", ERR_SEARCH_FILTER},
        {"name gt x", "6", "name cannot be compared by gt", ERR_SEARCH_FILTER},
        {"_id co x", "5", "_id cannot be compared", ERR_SEARCH_FILTER},
        {"name eq x or birthdate eq 20x0", "", "position 27: expected a date", ERR_SEARCH_VALUE},
        {"gender pr ja", "", "position 11: expected true or false", ERR_SEARCH_VALUE},
        {"nosuch eq x", "nosuch", "", ERR_SEARCH_PARAM_UNKNOWN},
        {"name.family eq x", "name.family", "is no reference", ERR_SEARCH_CHAIN},
        {"gender in http://x.example", "gender", "", ERR_SEARCH_ABSENT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_query q;
        struct err err = {0};
        struct search_param param = {STR("_filter"), str_of(cases[i].text)};
        if (i == 9) /* an empty value is refused before it is read */
            continue;
        if (search_parse(s, NULL, FHIR_TYPE_Patient, &param, 1, true, &arena, &q, &err))
            fail_msg("%s was taken", cases[i].text);
        const char *en = cases[i].code == ERR_SEARCH_FILTER ? err.arg[2] : err.arg[3];
        if (err.code != cases[i].code || !strstr(en, cases[i].en) ||
            (cases[i].place[0] && strcmp(err.arg[0], cases[i].place) != 0))
            fail_msg("%s: %s %s, %s", cases[i].text, err_info(err.code)->name, err.arg[0], en);
    }
    char deep[200];
    memset(deep, '(', sizeof deep);
    struct search_param param = {STR("_filter"), {deep, sizeof deep}};
    struct search_query q;
    struct err err = {0};
    assert_false(search_parse(s, NULL, FHIR_TYPE_Patient, &param, 1, false, &arena, &q, &err));
    assert_non_null(strstr(err.arg[2], "32 levels"));
}

static void test_sort(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    assert_true(
        parse("Observation", "_sort=-subject:Patient.name,code,encounter:Encounter.date", false, &q, &err));
    assert_int_equal(q.plan.sort[0].index, STORE_REFERENCE);
    assert_true(q.plan.sort[0].descending && q.plan.sort[0].chain->descending);
    assert_int_equal(q.plan.sort[0].chain->index, STORE_STRING);
    assert_int_equal(q.plan.sort[1].index, STORE_SORT_TEXT);
    assert_int_equal(q.plan.sort[2].chain->index, STORE_DATE);
    assert_true(parse("Observation", "_sort=patient.birthdate", false, &q, &err));
    assert_int_equal(q.plan.sort[0].chain->index, STORE_DATE);
    struct store_hooks hooks = search_hooks(s);
    struct str text,
        body = STR("{\"resourceType\":\"Patient\",\"id\":\"x\",\"identifier\":[{\"value\":\"b\"},{"
                   "\"value\":\"a\"}]}");
    fhir_param_id id = search_param_find(s, FHIR_TYPE_Patient, STR("identifier"));
    assert_true(hooks.sort_text(s, &arena, FHIR_TYPE_Patient, id, false, body, &text, &err));
    assert_true(str_is(text, "a"));
    assert_true(hooks.sort_text(s, &arena, FHIR_TYPE_Patient, id, true, body, &text, &err));
    assert_true(str_is(text, "b"));
    id = search_param_find(s, FHIR_TYPE_Patient, STR("gender"));
    assert_true(hooks.sort_text(s, &arena, FHIR_TYPE_Patient, id, false, body, &text, &err));
    assert_null(text.p);
}

static void test_lenient(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    assert_true(parse("Patient", "nosuch=1&name=x&_count=5", true, &q, &err));
    assert_int_equal(q.ignored_count, 1);
    assert_true(str_is(q.ignored[0], "nosuch"));
    assert_int_equal(q.used_count, 2);
    assert_true(str_is(q.used[0].name, "name") && str_is(q.used[1].name, "_count"));
    assert_int_equal(q.plan.limit, 5);
    assert_int_equal(q.plan.cond_count, 1);
}

static void test_escapes(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    assert_true(parse("Patient", "identifier=a\\,b\\|c|d\\$e,f", false, &q, &err));
    assert_int_equal(q.plan.cond[0].any_count, 2);
    const struct store_match *m = q.plan.cond[0].any;
    assert_true(str_is(m[0].row.name, "a,b|c") && str_is(m[0].row.text, "d$e") && !m[0].any_name);
    assert_true(m[1].any_name && str_is(m[1].row.text, "f"));
    /* The system a code element implies is no system; another one is itself. */
    assert_true(parse("Patient", "gender=http://hl7.org/fhir/administrative-gender|male,urn:x|male", false,
                      &q, &err));
    m = q.plan.cond[0].any;
    assert_true(m[0].row.name.n == 0 && !m[0].any_name && str_is(m[1].row.name, "urn:x"));
}

/* patient and code become one condition on clinical rows, and so does the sort by their date. */
static void test_clinical(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    assert_true(parse("Observation", "patient=p1&code=8302-2&_sort=-date", false, &q, &err));
    assert_int_equal(q.plan.cond_count, 1);
    assert_int_equal(q.plan.cond[0].kind, STORE_COND_PATIENT);
    assert_true(q.plan.cond[0].any[0].row.hash == hash_sip(s->key, STR("8302-2")));
    assert_int_equal(q.plan.sort[0].index, STORE_CLINICAL);
    assert_true(q.plan.sort[0].descending);
    /* A system is not in the rows: the token stays. */
    assert_true(parse("Observation", "subject=Patient/p1&code=http://loinc.org|8302-2", false, &q, &err));
    assert_int_equal(q.plan.cond_count, 2);
    /* Observation's compartment has performers too: the reference stays. */
    assert_true(parse("Observation", "patient=p1", false, &q, &err));
    assert_int_equal(q.plan.cond_count, 2);
    assert_true(parse("Encounter", "patient=p1,p2", false, &q, &err));
    assert_int_equal(q.plan.cond_count, 1);
    assert_int_equal(q.plan.cond[0].any_count, 2);
    /* A group can be the subject: no clinical row. */
    assert_true(parse("Observation", "subject=p1&code=x", false, &q, &err));
    for (size_t i = 0; i < q.plan.cond_count; i++)
        assert_int_equal(q.plan.cond[i].kind, STORE_COND_MATCH);
    assert_true(parse("Condition", "patient=p1&_sort=onset-date", false, &q, &err));
    assert_int_equal(q.plan.sort[0].index, STORE_DATE);
}

static void test_chains(void **state)
{
    struct search_query q;
    struct err err;
    (void)state;
    assert_true(parse("Observation", "subject:Patient.name=x", false, &q, &err));
    const struct store_match *m = q.plan.cond[0].any;
    assert_int_equal(q.plan.cond[0].any_count, 1);
    assert_non_null(m->chain);
    assert_int_equal(m->chain->types[0], FHIR_TYPE_Patient);
    /* Patients and locations have a name; groups and devices have none. */
    assert_true(parse("Observation", "subject.name=x", false, &q, &err));
    assert_int_equal(q.plan.cond[0].any_count, 2);
    assert_true(parse("Patient", "_has:Observation:patient:code=1", false, &q, &err));
    assert_true(q.plan.cond[0].any[0].reverse);
    assert_int_equal(q.plan.cond[0].any[0].chain->types[0], FHIR_TYPE_Observation);
    assert_true(parse("Encounter", "service-provider:Organization.partof.name=x", false, &q, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),          cmocka_unit_test(test_fold_latin),
        cmocka_unit_test(test_fold_case),     cmocka_unit_test(test_number),
        cmocka_unit_test(test_patient),       cmocka_unit_test(test_identity),
        cmocka_unit_test(test_observation),   cmocka_unit_test(test_labels),
        cmocka_unit_test(test_components),    cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_references),    cmocka_unit_test(test_first_entry),
        cmocka_unit_test(test_sequence),      cmocka_unit_test(test_compile_all),
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_lenient),       cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_clinical),      cmocka_unit_test(test_chains),
        cmocka_unit_test(test_places),        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_filter_errors),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
