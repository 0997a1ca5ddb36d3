/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/os.h"
#include "patch/patch.h"

#define PATIENT(inner) "{\"resourceType\":\"Patient\"" inner "}"
#define FP(op) "{\"resourceType\":\"Parameters\",\"parameter\":[" op "]}"
#define OP(type, path, more)                                                                                 \
    "{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"" type                             \
    "\"},{\"name\":\"path\",\"valueString\":\"" path "\"}" more "]}"
#define VALUE(json) ",{\"name\":\"value\"," json "}"
#define NAME(name) ",{\"name\":\"name\",\"valueString\":\"" name "\"}"
#define INDEX(part, n) ",{\"name\":\"" part "\",\"valueInteger\":" n "}"

static struct arena arena;

/* What each patch makes of each text; a NULL result is an error of that code. */
static const struct {
    char kind; /* j, x, f */
    const char *text, *patch, *result;
    enum err_code code;
} cases[] = {
    {'j', "{\"a\":1}", "[]", "{\"a\":1}", 0},
    {'j', "{\"a\":1.50}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1.5}]", "{\"a\":1.50}", 0},
    {'j', "[1,2]", "[{\"op\":\"copy\",\"from\":\"/0\",\"path\":\"/-\"}]", "[1,2,1]", 0},
    {'j', "{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL,
     ERR_PATCH_FAILED},
    {'j', "{\"\":1}", "[{\"op\":\"remove\",\"path\":\"/\"}]", "{}", 0},
    {'j', "1", "[{\"op\":\"replace\",\"path\":\"\",\"value\":2}]", "2", 0},
    {'j', "1", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, ERR_PATCH_FAILED},
    {'j', "{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/2\",\"value\":2}]", NULL, ERR_PATCH_FAILED},
    {'j', "{\"a\":[1]}", "[{\"op\":\"replace\",\"path\":\"/a/-\",\"value\":2}]", NULL, ERR_PATCH_FAILED},
    {'j', "{\"a\":\"b\"}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":2}]", NULL, ERR_PATCH_FAILED},
    {'j', "{}", "{}", NULL, ERR_PATCH_SYNTAX},
    {'j', "{}", "[1]", NULL, ERR_PATCH_SYNTAX},
    {'x', "<a><b/></a>", "<diff><remove sel=\"a/b\"/></diff>",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n", 0},
    {'x', "<a>x<b/>y</a>", "<diff><add sel=\"a/b\" pos=\"after\">1<c/>2</add></diff>",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>x<b/>1<c/>2y</a>\n", 0},
    {'x', "<a>x<b/>y</a>", "<diff><add sel=\"a\" pos=\"prepend\">1<c/>2</add></diff>",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>1<c/>2x<b/>y</a>\n", 0},
    {'x', "<a> <b/> </a>", "<diff><remove sel=\"a/b\" ws=\"both\"/></diff>",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n", 0},
    {'x', "<a><b/></a>", "<diff><remove sel=\"a/b\" ws=\"after\"/></diff>", NULL, ERR_PATCH_FAILED},
    {'x', "<a><b/></a>", "<diff><remove sel=\"a\"/></diff>", NULL, ERR_PATCH_FAILED},
    {'x', "<a/>", "<diff><add sel=\"a\" type=\"@b c\">x</add></diff>", NULL, ERR_PATCH_SYNTAX},
    {'x', "<a/>", "<diff><ad sel=\"a\"/></diff>", NULL, ERR_PATCH_SYNTAX},
    {'x', "<a/>", "<diff>x<add sel=\"a\">y</add></diff>", NULL, ERR_PATCH_SYNTAX},
    /* A list of primitives and its '_' list stay in step. */
    {'f', PATIENT(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"b\"}]}]"),
     FP(OP("move", "Patient.name.given", INDEX("source", "1") INDEX("destination", "0"))),
     PATIENT(",\"name\":[{\"given\":[\"b\",\"a\"],\"_given\":[{\"id\":\"b\"},null]}]"), 0},
    {'f', PATIENT(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"b\"}]}]"),
     FP(OP("delete", "Patient.name.given[1]", "")), PATIENT(",\"name\":[{\"given\":[\"a\"]}]"), 0},
    {'f', PATIENT(",\"name\":[{\"given\":[\"a\",\"b\"],\"_given\":[null,{\"id\":\"b\"}]}]"),
     FP(OP("insert", "Patient.name.given", INDEX("index", "0") VALUE("\"valueString\":\"x\""))),
     PATIENT(",\"name\":[{\"given\":[\"x\",\"a\",\"b\"],\"_given\":[null,null,{\"id\":\"b\"}]}]"), 0},
    {'f', PATIENT(",\"birthDate\":\"2000\",\"_birthDate\":{\"id\":\"x\"}"),
     FP(OP("replace", "Patient.birthDate", VALUE("\"valueDate\":\"2001\""))),
     PATIENT(",\"birthDate\":\"2001\""), 0},
    /* An extension that goes leaves the value; a value that goes leaves nothing. */
    {'f',
     PATIENT(",\"birthDate\":\"2000\",\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\"}]}"),
     FP(OP("delete", "Patient.birthDate.extension", "")), PATIENT(",\"birthDate\":\"2000\""), 0},
    {'f', PATIENT(",\"deceasedBoolean\":true"),
     FP(OP("replace", "Patient.deceased", VALUE("\"valueDateTime\":\"2001\""))),
     PATIENT(",\"deceasedDateTime\":\"2001\""), 0},
    {'f', PATIENT(",\"deceasedBoolean\":true"),
     FP(OP("add", "Patient", NAME("deceased") VALUE("\"valueDateTime\":\"2001\""))), NULL, ERR_PATCH_FAILED},
    {'f', PATIENT(""), FP(OP("add", "Patient", NAME("nope") VALUE("\"valueCode\":\"c\""))), NULL,
     ERR_PATCH_FAILED},
    {'f', PATIENT(""),
     FP(OP(
         "add", "Patient",
         NAME("contained") ",{\"name\":\"value\",\"resource\":{\"resourceType\":\"Device\",\"id\":\"d\"}}")),
     PATIENT(",\"contained\":[{\"resourceType\":\"Device\",\"id\":\"d\"}]"), 0},
    {'f', PATIENT(""), FP(OP("delete", "Patient.name", "")), PATIENT(""), 0},
    {'f', PATIENT(""), FP(OP("delete", "Patient", "")), NULL, ERR_PATCH_FAILED},
    {'f', PATIENT(""), FP("{\"name\":\"op\"}"), NULL, ERR_PATCH_SYNTAX},
    {'f', PATIENT(""), FP(OP("add", "Patient", ",{\"name\":\"name\"}" VALUE("\"valueCode\":\"c\""))), NULL,
     ERR_PATCH_FAILED},
};

static bool apply(char kind, struct str text, struct str patch, struct str *out, struct err *err)
{
    if (kind == 'j')
        return patch_json(text, patch, &arena, out, err);
    if (kind == 'x')
        return patch_xml(text, patch, &arena, out, err);
    return patch_fhirpath(text, patch, 0, NULL, &arena, out, err);
}

static void operations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out = {0};
        struct err err = {0};
        arena_init(&arena);
        bool ok = apply(cases[i].kind, str_of(cases[i].text), str_of(cases[i].patch), &out, &err);
        bool right = cases[i].result ? ok && str_is(out, cases[i].result) : !ok && err.code == cases[i].code;
        if (!right)
            fail_msg("%s\n%s\n%.*s %s %s %s", cases[i].text, cases[i].patch, STR_ARG(out),
                     err.code ? err_info(err.code)->name : "", err.arg[0], err.arg[2]);
        arena_release(&arena);
    }
}

/* Work is bounded: a copy that doubles, XPath that multiplies, depth that grows. */
static void bombs(void **state)
{
    struct buf patch, xml;
    struct str out;
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    buf_init(&patch, BUF_NO_MAX);
    for (int i = 0; i < 100; i++)
        buf_printf(&patch, "%s{\"op\":\"copy\",\"from\":\"\",\"path\":\"/x%d\"}", i ? "," : "[", i);
    buf_char(&patch, ']');
    assert_false(patch_json(STR("{\"a\":1}"), buf_get(&patch), &arena, &out, &err));
    assert_true(err.code == ERR_PATCH_COST || err.code == ERR_PATCH_FAILED);
    buf_clear(&patch);
    buf_init(&xml, BUF_NO_MAX);
    buf_cstr(&xml, "<a>");
    for (int i = 0; i < 300; i++)
        buf_cstr(&xml, "<b/>");
    buf_cstr(&xml, "</a>");
    assert_false(
        patch_xml(buf_get(&xml),
                  STR("<diff><remove sel=\"//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]\"/></diff>"),
                  &arena, &out, &err));
    assert_int_equal(err.code, ERR_PATCH_COST);
    buf_release(&xml);
    buf_release(&patch);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(operations), cmocka_unit_test(bombs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
