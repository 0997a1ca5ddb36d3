/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/os.h"
#include "xml/xml.h"

#define P(inner) "<Patient xmlns=\"http://hl7.org/fhir\">" inner "</Patient>"
#define DIV(inner) "<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">" inner "</div>"

/* XML and the JSON that it is. */
static const struct pair {
    const char *xml, *json;
} reads[] = {
    {P("<active value=\"true\"/>"), "{\"resourceType\":\"Patient\",\"active\":true}"},
    {"<f:Patient xmlns:f=\"http://hl7.org/fhir\"><f:active value=\"true\"/></f:Patient>",
     "{\"resourceType\":\"Patient\",\"active\":true}"},
    {"<?xml version=\"1.0\"?><!-- a --><Patient xmlns=\"http://hl7.org/fhir\" "
     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"x y\"><?pi?></Patient>",
     "{\"resourceType\":\"Patient\"}"},
    {P("<name><given value=\"A\"/><given id=\"g\"/><given value=\"C\"><extension url=\"u\"><valueDecimal "
       "value=\"1.50\"/></extension></given></name>"),
     "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null,\"C\"],\"_given\":[null,{\"id\":\"g\"},{"
     "\"extension\":[{\"url\":\"u\",\"valueDecimal\":1.50}]}]}]}"},
    {P("<name><given id=\"g\"/></name><birthDate><extension url=\"u\"><valueBoolean "
       "value=\"false\"/></extension></birthDate>"),
     "{\"resourceType\":\"Patient\",\"name\":[{\"_given\":[{\"id\":\"g\"}]}],\"_birthDate\":{\"extension\":[{"
     "\"url\":\"u\",\"valueBoolean\":false}]}}"},
    /* a '_' list within a '_' list */
    {P("<name><given value=\"A\"><extension url=\"u\"><valueHumanName><given value=\"x\"/><given "
       "id=\"y\"/></valueHumanName></extension></given><given value=\"B\"/></name>"),
     "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"B\"],\"_given\":[{\"extension\":[{\"url\":"
     "\"u\",\"valueHumanName\":{\"given\":[\"x\",null],\"_given\":[null,{\"id\":\"y\"}]}}]},null]}]}"},
    {P("<id value=\"p\"/><contained><Organization><id value=\"o\"/></Organization></contained>"
       "<contained><Basic id=\"no\"/></contained>"),
     NULL},
    {P("<id value=\"p\"/><contained><Organization><id value=\"o\"/></Organization></contained>"
       "<contained><Device/></contained><managingOrganization id=\"r\"><reference "
       "value=\"#o\"/></managingOrganization>"),
     "{\"resourceType\":\"Patient\",\"id\":\"p\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":"
     "\"o\"}"
     ",{\"resourceType\":\"Device\"}],\"managingOrganization\":{\"id\":\"r\",\"reference\":\"#o\"}}"},
    {P("<text><status value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a &amp; b<br/>\r\n<b "
       "class='x'>&#229;</b></div></text>"),
     "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"empty\",\"div\":\"" DIV(
         "a &amp; b<br/>\\n<b class='x'>&#229;</b>") "\"}}"},
    {"<Patient xmlns=\"http://hl7.org/fhir\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><text><status "
     "value=\"empty\"/><h:div>1 &lt; 2<h:br></h:br><h:i title=\"&quot;\"/></h:div></text></Patient>",
     "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"empty\",\"div\":\"" DIV(
         "1 &lt; 2<br/><i title=\\\"&quot;\\\"/>") "\"}}"},
    {"<Binary xmlns=\"http://hl7.org/fhir\"><contentType value=\"a&#10;&lt;&amp;&quot;\"/></Binary>",
     "{\"resourceType\":\"Binary\",\"contentType\":\"a\\n<&\\\"\"}"},
};

static void reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct buf out;
        struct err err = {0};
        buf_init(&out, BUF_NO_MAX);
        bool ok = xml_read(str_of(reads[i].xml), &out, &err);
        buf_char(&out, 0);
        assert_int_equal(ok, reads[i].json != NULL);
        if (ok) {
            /* Line breaks in the JSON stand where the XML has its own. */
            char *to = out.p;
            for (char *p = out.p; *p; p++)
                if (*p != '\n')
                    *to++ = *p;
            *to = 0;
            assert_string_equal(out.p, reads[i].json);
        }
        buf_release(&out);
    }
}

static const struct wrong {
    const char *xml;
    enum err_code code;
    uint32_t line;
    const char *path;
} wrongs[] = {
    {"", ERR_XML_SYNTAX, 1, ""},
    {"{\"resourceType\":\"Patient\"}", ERR_XML_SYNTAX, 1, ""},
    {"<Patient xmlns=\"http://hl7.org/fhir\">\n<active", ERR_XML_SYNTAX, 2, "Patient"},
    {P("<active value=\"true\">"), ERR_XML_SYNTAX, 1, ""},
    {P("<active value=\"&nbsp;\"/>"), ERR_XML_SYNTAX, 1, ""},
    {P("<active value=\"true\"/>") "x", ERR_XML_SYNTAX, 1, ""},
    {P("<id value=\"\xFF\"/>"), ERR_XML_SYNTAX, 1, ""},
    {"<!DOCTYPE Patient [<!ENTITY a \"b\">]>" P("<id value=\"&a;\"/>"), ERR_XML_DTD, 1, ""},
    {"<!DOCTYPE Patient SYSTEM \"http://example.org/x.dtd\">" P(""), ERR_XML_DTD, 1, ""},
    {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" P(""), ERR_XML_ENCODING, 1, ""},
    {"\xFF\xFE<\0P\0", ERR_XML_ENCODING, 0, ""},
    {"<Patient/>", ERR_XML_NAMESPACE, 1, ""},
    {"<Patient xmlns=\"http://hl7.org/fhir1\"/>", ERR_XML_NAMESPACE, 1, ""},
    {P("<active xmlns=\"urn:x\" value=\"true\"/>"), ERR_XML_NAMESPACE, 1, "Patient"},
    {P("<text><status value=\"empty\"/><div>x</div></text>"), ERR_XML_NAMESPACE, 1, "Patient.text"},
    {P("<text><status value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/xhtml\"><p "
       "xmlns=\"urn:x\"/></div></text>"),
     ERR_XML_NAMESPACE, 1, "Patient.text"},
    {"<Patent xmlns=\"http://hl7.org/fhir\"/>", ERR_FHIR_TYPE_UNKNOWN, 1, ""},
    {"<HumanName xmlns=\"http://hl7.org/fhir\"/>", ERR_FHIR_TYPE_UNKNOWN, 1, ""},
    {"<Resource xmlns=\"http://hl7.org/fhir\"/>", ERR_FHIR_TYPE_UNKNOWN, 1, ""},
    {P("\n<name>\n<givn value=\"A\"/></name>"), ERR_FHIR_ELEMENT_UNKNOWN, 3, "Patient.name[0].givn"},
    {P("<name><id value=\"A\"/></name>"), ERR_FHIR_ELEMENT_UNKNOWN, 1, "Patient.name[0].id"},
    {P("<extension><url value=\"A\"/></extension>"), ERR_FHIR_ELEMENT_UNKNOWN, 1, "Patient.extension[0].url"},
    {P("<birthDate value=\"1971\"/><active value=\"true\"/>"), ERR_XML_ORDER, 1, "Patient"},
    {P("<name/><gender value=\"male\"/><name/>"), ERR_FHIR_EMPTY, 1, "Patient.name[0]"},
    {P("<name><text value=\"a\"/></name><gender value=\"male\"/><name/>"), ERR_XML_ORDER, 1, "Patient"},
    {P("<active value=\"true\"/><active value=\"true\"/>"), ERR_FHIR_CARDINALITY_MAX, 1, "Patient"},
    {P("<active/>"), ERR_FHIR_EMPTY, 1, "Patient.active"},
    {P("<active value=\"1\"/>"), ERR_FHIR_PRIMITIVE, 1, "Patient.active"},
    {P("<multipleBirthInteger value=\"01\"/>"), ERR_FHIR_PRIMITIVE, 1, "Patient.multipleBirthInteger"},
    {P("<active value=\"true\" valu=\"x\"/>"), ERR_XML_ATTRIBUTE, 1, "Patient.active"},
    {P("<name value=\"x\"/>"), ERR_XML_ATTRIBUTE, 1, "Patient.name[0]"},
    {P("<id id=\"x\" value=\"x\" url=\"y\"/>"), ERR_XML_ATTRIBUTE, 1, "Patient.id"},
    {"<Patient xmlns=\"http://hl7.org/fhir\" id=\"x\"/>", ERR_XML_ATTRIBUTE, 1, "Patient"},
    {P("<contained id=\"x\"><Device/></contained>"), ERR_XML_ATTRIBUTE, 1, "Patient.contained[0]"},
    {P("<contained/>"), ERR_XML_RESOURCE, 1, "Patient.contained[0]"},
    {P("<contained><Device/><Device/></contained>"), ERR_XML_RESOURCE, 1, "Patient.contained[0]"},
    {P("<contained><name/></contained>"), ERR_FHIR_TYPE_UNKNOWN, 1, "Patient.contained[0]"},
    {P("<name>Anna</name>"), ERR_XML_TEXT, 1, "Patient.name[0]"},
    {P("<name><![CDATA[Anna]]></name>"), ERR_XML_TEXT, 1, "Patient.name[0]"},
};

static void refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const struct wrong *w = &wrongs[i];
        struct buf out;
        struct err err = {0};
        size_t n = w->code == ERR_XML_ENCODING && w->xml[0] == '\xFF' ? 6 : strlen(w->xml);
        buf_init(&out, BUF_NO_MAX);
        bool ok = xml_read((struct str){w->xml, n}, &out, &err);
        buf_release(&out);
        if (ok || err.code != w->code || err.line != w->line ||
            (w->code != ERR_XML_SYNTAX && strcmp(err.path, w->path) != 0))
            fail_msg("%s\n%s line %u at %s", w->xml, ok ? "accepted" : err_info(err.code)->name, err.line,
                     err.path);
    }
}

/* Depth is bounded in elements and in narrative. */
static void deep(void **state)
{
    static const struct {
        const char *before, *open;
    } cases[] = {
        {"<Patient xmlns=\"http://hl7.org/fhir\">", "<extension url=\"u\">"},
        {"<Patient xmlns=\"http://hl7.org/fhir\"><text><status value=\"empty\"/>",
         "<div xmlns=\"http://www.w3.org/1999/xhtml\">"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf in, out;
        struct err err = {0};
        buf_init(&in, BUF_NO_MAX);
        buf_init(&out, BUF_NO_MAX);
        buf_cstr(&in, cases[i].before);
        for (int k = 0; k < 100000; k++)
            buf_cstr(&in, cases[i].open);
        assert_false(xml_read(buf_get(&in), &out, &err));
        assert_int_equal(err.code, ERR_XML_DEPTH);
        buf_release(&in);
        buf_release(&out);
    }
}

static const struct {
    const char *json;
    enum err_code code;
    const char *path;
} unwritable[] = {
    {"{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\\u0001\"}]}", ERR_XML_UNWRITABLE,
     "Patient.name[0].text"},
    {"{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\uFFFF\"}]}", ERR_XML_UNWRITABLE,
     "Patient.name[0].text"},
    {"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div>&nbsp;</div>\"}}", ERR_XML_UNWRITABLE,
     "Patient.text.div"},
    {"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div><p></div>\"}}", ERR_XML_UNWRITABLE,
     "Patient.text.div"},
    {"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<p/>\"}}", ERR_XML_UNWRITABLE, "Patient.text.div"},
    {"{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div/><div/>\"}}", ERR_XML_UNWRITABLE,
     "Patient.text.div"},
    {"{\"resourceType\":\"Patient\",\"nam\":1}", ERR_FHIR_ELEMENT_UNKNOWN, "Patient.nam"},
    {"{\"resourceType\":\"Patient\",\"name\":{\"text\":\"a\"}}", ERR_FHIR_NOT_ARRAY, "Patient.name"},
    {"{\"resourceType\":\"Patient\",\"active\":null}", ERR_FHIR_EMPTY, "Patient.active"},
    {"{\"resourceType\":\"Patient\",\"active\":{}}", ERR_FHIR_KIND, "Patient.active"},
    {"{\"resourceType\":\"Patient\",\"contained\":[{}]}", ERR_FHIR_TYPE_MISSING, "Patient.contained[0]"},
    {"{\"resourceType\":\"Patent\"}", ERR_FHIR_TYPE_MISSING, "Resource"},
};

static void what_xml_cannot_carry(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unwritable / sizeof *unwritable; i++) {
        struct buf out;
        struct err err = {0};
        buf_init(&out, BUF_NO_MAX);
        bool ok = xml_write_text(str_of(unwritable[i].json), 0, false, &out, &err);
        buf_release(&out);
        if (ok || err.code != unwritable[i].code || strcmp(err.path, unwritable[i].path) != 0)
            fail_msg("%s\n%s at %s", unwritable[i].json, ok ? "written" : err_info(err.code)->name, err.path);
    }
}

static void writing(void **state)
{
    static const struct pair cases[] = {
        /* the model's order, attributes, references for what attributes would lose */
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><id "
         "value=\"p\"/><extension id=\"e\" url=\"u\"><valueString "
         "value=\"a&#10;&#9;&#13;&lt;&amp;&quot;å\"/></extension><active value=\"true\"/></Patient>",
         "{\"active\":true,\"extension\":[{\"valueString\":\"a\\n\\t\\r<&\\\"å\",\"url\":\"u\",\"id\":\"e\"}]"
         ","
         "\"id\":\"p\",\"resourceType\":\"Patient\"}"},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"/>",
         "{\"resourceType\":\"Patient\"}"},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><text><status "
         "value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/xhtml\" id='a'>x</div></text></Patient>",
         "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"empty\",\"div\":\" <div "
         "id='a'>x</div>\\n\"}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        struct err err = {0};
        buf_init(&out, BUF_NO_MAX);
        assert_true(xml_write_text(str_of(cases[i].json), 0, false, &out, &err));
        buf_char(&out, 0);
        assert_string_equal(out.p, cases[i].xml);
        buf_release(&out);
    }
}

/* Memory that runs out is an error, never a crash or a half answer taken for whole. */
static void memory_ends(void **state)
{
    (void)state;
    bool ok = false;
    for (long nth = 1; !ok && nth < 10000; nth++) {
        struct buf out;
        struct err err = {0};
        buf_init(&out, BUF_NO_MAX);
        os_fault.alloc_left = nth;
        ok = xml_read(str_of(reads[5].xml), &out, &err);
        os_fault.alloc_left = -1;
        assert_true(ok || err.code == ERR_NO_MEMORY || err.code == ERR_XML_SYNTAX);
        buf_release(&out);
    }
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading), cmocka_unit_test(refusals),
        cmocka_unit_test(deep),    cmocka_unit_test(what_xml_cannot_carry),
        cmocka_unit_test(writing), cmocka_unit_test(memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
