/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/os.h"
#include "fhir/model.h"

struct format_case {
    enum fhir_prim prim;
    const char *good, *bad; /* separated by '|' */
};

/* The examples and limits of R4 2.24.0.1. */
static const struct format_case cases[] = {
    {FHIR_PRIM_BOOLEAN, "true|false", "|TRUE|1|0|yes"},
    {FHIR_PRIM_INTEGER, "0|-0|1|-1|2147483647|-2147483648", "|+1|01|-|1.0|2147483648|-2147483649|1e3| 1|x"},
    {FHIR_PRIM_UNSIGNED_INT, "0|7|2147483647", "|-1|01|2147483648"},
    {FHIR_PRIM_POSITIVE_INT, "1|2147483647", "0|-1|01|2147483648"},
    {FHIR_PRIM_DECIMAL, "0|-0|1.50|-1.5e-10|2E+3|100000000000000000000000000000.01",
     "|.5|5.|01|+1|1e|NaN|1,5|--1"},
    {FHIR_PRIM_STRING, "a| |å\r\n\tö|<b>", ""},
    {FHIR_PRIM_MARKDOWN, "# a\n\n* b", ""},
    {FHIR_PRIM_CODE, "a|a b|å-1", "| a|a |a  b|a\tb c |\n"},
    {FHIR_PRIM_ID, "a|A-1.b|1234567890123456789012345678901234567890123456789012345678901234",
     "|a_b|å|a b|12345678901234567890123456789012345678901234567890123456789012345"},
    {FHIR_PRIM_URI, "urn:x|http://a.se/b?c#d|#e", "|a b|a\tb| a"},
    {FHIR_PRIM_URL, "https://a.se", "|a b"},
    {FHIR_PRIM_CANONICAL, "http://a.se/b%7C1", "|a b"},
    {FHIR_PRIM_OID, "urn:oid:1.2.752.129|urn:oid:2.0",
     "|1.2.3|urn:oid:3.1|urn:oid:1|urn:oid:1.02|urn:oid:1.|urn:oid:1..2"},
    {FHIR_PRIM_UUID, "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
     "|c757873d-ec9a-4326-a141-556f43239520|urn:uuid:C757873D-ec9a-4326-a141-556f43239520|"
     "urn:uuid:c757873dec9a4326a141556f43239520|urn:uuid:c757873d-ec9a-4326-a141-556f4323952"},
    {FHIR_PRIM_DATE, "2026|2026-11|2026-11-21|2024-02-29|2000-02-29|0001",
     "|26|0000|2026-13|2026-00|2026-02-29|1900-02-29|2026-11-31|2026-1-1|2026-11-21T10:00:00Z|20261121"},
    {FHIR_PRIM_DATETIME,
     "2026|2026-11|2026-11-21|2026-11-21T18:51:57Z|2026-11-21T18:51:57.123456789+01:00|"
     "2016-12-31T23:59:60Z|2026-11-21T00:00:00+14:00|2026-11-21T00:00:00-00:00",
     "|2026-11-21T18:51Z|2026-11-21T18:51:57|2026-11-21T24:00:00Z|2026-11-21T18:60:00Z|2026-11-21T18:51:61Z|"
     "2026-11-21T18:51:57+14:01|2026-11-21T18:51:57+15:00|2026-11-21T18:51:57.Z|2026-11T18:51:57Z|"
     "2026-11-21 18:51:57Z|2026-11-21T18:51:57z|2026-11-21T18:51:57Z "},
    {FHIR_PRIM_INSTANT, "2026-11-21T18:51:57Z|2026-11-21T18:51:57.1+01:00",
     "|2026|2026-11-21|2026-11-21T18:51:57"},
    {FHIR_PRIM_TIME, "18:51:57|00:00:00.5|23:59:60", "|18:51|24:00:00|18:51:57Z|8:51:57|18:51:57."},
    {FHIR_PRIM_BASE64, "YWJj|YWI=|YQ==|YW Jj\r\nYWJj|+/+/", "|YWJ|YWJj=|=|====|YQ=a|YW-j|%%%2"},
    {FHIR_PRIM_XHTML, "<div/>|<div xmlns=\"http://www.w3.org/1999/xhtml\">å</div>|\n <div>a</div>",
     "|a|<p>a</p>|&lt;div"},
};

static void each(const struct format_case *c, const char *texts, bool want)
{
    struct str rest = str_of(texts), text;
    while (str_split(&rest, '|', &text))
        if (fhir_prim_valid(c->prim, text) != want)
            fail_msg("format %d: '%.*s' is %s", c->prim, STR_ARG(text), want ? "valid" : "not valid");
}

static void formats_follow_r4(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        each(&cases[i], cases[i].good, true);
        each(&cases[i], cases[i].bad, false);
    }
    assert_false(fhir_prim_valid(FHIR_PRIM_NONE, STR("a")));
}

static void strings_end_at_a_million_characters(void **state)
{
    (void)state;
    size_t max = 1024 * 1024, n = 2 * max;
    char *p = os_alloc(n + 1);
    for (size_t i = 0; i < n; i += 2)
        memcpy(p + i, "å", 2);
    p[n] = 'a';
    assert_true(fhir_prim_valid(FHIR_PRIM_STRING, (struct str){p, n}));
    assert_false(fhir_prim_valid(FHIR_PRIM_STRING, (struct str){p, n + 1}));
    os_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_follow_r4),
        cmocka_unit_test(strings_end_at_a_million_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
