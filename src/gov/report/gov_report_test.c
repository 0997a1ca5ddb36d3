/* SPDX-License-Identifier: Apache-2.0
 * Reports: what is lacking, facts that replace facts, bytes that stand, and text that stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/gov_report_int.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct json_doc parse(const char *text)
{
    struct json_doc doc;
    struct err err;
    assert_true(json_parse(&arena, str_of(text), NULL, &doc, &err));
    return doc;
}

static struct str text_of(struct buf *b)
{
    assert_true(buf_ok(b));
    struct str text = arena_str(&arena, buf_get(b));
    buf_release(b);
    return text;
}

static const char report[] =
    "{\"resourceType\":\"Report\",\"status\":\"draft\",\"kind\":\"weekly\",\"title\":\"T & T\",\"section\":["
    "{\"code\":\"a\",\"number\":\"7\",\"title\":\"Grupp\",\"kind\":\"group\",\"required\":true},"
    "{\"code\":\"b\",\"number\":\"7.1\",\"kind\":\"narrative\",\"required\":true},"
    "{\"code\":\"c\",\"number\":\"7.2\",\"title\":\"Hur?\",\"kind\":\"narrative\",\"statement\":\"x\"},"
    "{\"code\":\"d\",\"number\":\"8\",\"title\":\"D\",\"kind\":\"narrative\",\"required\":true,\"statement\":"
    "\" \\n\"},"
    "{\"code\":\"e\",\"title\":\"E\",\"kind\":\"query\",\"query\":\"Decision?\",\"count\":9,\"item\":[{"
    "\"title\":\"gammal\"}]}]}";

static void what_is_lacking(void **state)
{
    struct gov_report_gap gap[2];
    struct json_doc doc = parse(report);
    (void)state;
    assert_int_equal(gov_report_gaps(&doc, gap, 2), 3);
    assert_true(str_is(gap[0].code, "b") && gap[0].lack == GOV_REPORT_UNTITLED && gap[0].blocks);
    assert_true(str_is(gap[1].code, "c") && gap[1].lack == GOV_REPORT_UNDECIDED && !gap[1].blocks);
    doc = parse("{\"resourceType\":\"Report\"}");
    assert_int_equal(gov_report_gaps(&doc, gap, 2), 0);
}

static void facts_take_the_place_of_facts(void **state)
{
    struct gov_report_item item = {STR("2025-03-19"), STR("ny \"<b>\""), STR("Decision/x")};
    struct gov_report_facts facts = {STR("e"), 4, &item, 1};
    struct gov_report_change change = {
        .facts = &facts, .facts_count = 1, .date = STR("2025-03-20T12:00:00Z")};
    struct json_doc doc = parse(report), again;
    struct buf out;
    (void)state;
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    gov_report_write(&doc, &change, &out);
    again = parse(arena_cstr(&arena, text_of(&out)));
    struct gov_report_section s[8];
    assert_int_equal(gov_report_sections(&again, s, 8), 5);
    assert_int_equal(s[4].count, 4);
    assert_true(str_is(gov_report_get(&again, s[4].item + 1, "title"), "ny \"<b>\""));
    assert_true(str_is(gov_report_get(&again, 0, "status"), "draft"));
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    gov_report_page(&again, STR("https://x/styr"), &out);
    struct str page = text_of(&out);
    assert_int_not_equal(str_find_str(page, STR("… och 3 till")), SIZE_MAX);
    assert_int_not_equal(str_find_str(page, STR("ny &quot;&lt;b&gt;&quot;")), SIZE_MAX);
    assert_int_equal(str_find_str(page, STR("<b>")), SIZE_MAX);
}

static void the_same_report_gives_the_same_bytes(void **state)
{
    struct str text[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct json_doc doc = parse(report);
        struct buf out;
        buf_init(&out, GOV_REPORT_BYTES_MAX);
        gov_report_document(&doc, STR("r1"), &out);
        text[i] = text_of(&out);
    }
    assert_true(str_eq(text[0], text[1]));
}

static void what_is_written_is_text(void **state)
{
    static const char *const never[] = {"<script", "javascript:", "onerror", "<iframe"};
    struct buf out;
    (void)state;
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    gov_report_markdown(
        STR("<script>x</script>\n\n[a](javascript:alert(1)) <img src=x onerror=y>\n\n<iframe src=x>\n"),
        &out);
    struct str html = text_of(&out);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_int_equal(str_find_str(html, str_of(never[i])), SIZE_MAX);
}

static void a_definition_has_bounds(void **state)
{
    struct buf text, out;
    struct err err;
    (void)state;
    buf_init(&text, GOV_REPORT_BYTES_MAX);
    buf_cstr(&text, "{\"kind\":\"final\",\"section\":[{\"code\":\"0\"}");
    for (int i = 1; i <= GOV_REPORT_SECTIONS_MAX; i++)
        buf_printf(&text, ",{\"code\":\"%d\"}", i);
    buf_cstr(&text, "]}");
    struct json_doc doc = parse(arena_cstr(&arena, text_of(&text)));
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    assert_false(gov_report_begin(&doc, STR("ReportDefinition/x"), STR(""), STR(""), &out, &err));
    assert_int_equal(err.code, ERR_SEARCH_LIMIT);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_lacking),
        cmocka_unit_test(facts_take_the_place_of_facts),
        cmocka_unit_test(the_same_report_gives_the_same_bytes),
        cmocka_unit_test(what_is_written_is_text),
        cmocka_unit_test(a_definition_has_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
