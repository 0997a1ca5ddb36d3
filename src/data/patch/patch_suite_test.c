/* SPDX-License-Identifier: Apache-2.0
 * The official patch cases (HELHET_CORPUS/fhir-misc-tests/patch): JSON Patch, XML Patch, FHIRPath Patch. XML
 * is compared in canonical form without white space between elements, JSON by content. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/os.h"
#include "patch/patch_int.h"
#include "xml/xml.h"
#include "xml/xml_tree.h"

enum { FILE_MAX_BYTES = 16 * 1024 * 1024, SUITE_PATH_MAX = 512, FAILURES_SHOWN = 5, SUITE_FHIRPATH = 33 };

struct tally {
    unsigned passed, failed;
    char first[FAILURES_SHOWN][512];
};

static struct arena arena;

static bool read_suite(const char *file, struct str *text)
{
    char path[SUITE_PATH_MAX], *data;
    const char *corpus = getenv("HELHET_CORPUS");
    size_t n;
    snprintf(path, sizeof path, "%s/fhir-misc-tests/patch/%s", corpus ? corpus : "../shared/corpus", file);
    if (!os_file_read(path, FILE_MAX_BYTES, &data, &n)) {
        print_message("SKIPPED: %s is absent\n", path);
        return false;
    }
    *text = arena_str(&arena, (struct str){data, n});
    os_free(data);
    return true;
}

static void count(struct tally *t, bool ok, const char *name, const struct err *err, struct str got)
{
    if (ok) {
        t->passed++;
        return;
    }
    if (t->failed < FAILURES_SHOWN)
        snprintf(t->first[t->failed], sizeof t->first[0], "%s: %s %.60s %.100s %.200s", name,
                 err->code ? err_info(err->code)->name : "no error", err->arg[0], err->arg[2],
                 got.n ? got.p : "");
    t->failed++;
}

static void report(const struct tally *t, const char *name)
{
    print_message("CONFORMANCE %s: %u passed, %u failed, 0 skipped\n", name, t->passed, t->failed);
    for (unsigned i = 0; i < t->failed && i < FAILURES_SHOWN; i++)
        print_message("  - %s\n", t->first[i]);
    assert_int_equal(t->failed, 0);
    assert_true(t->passed > 0);
}

/* ---- JSON ---- */

static struct str subtree(const struct json_doc *doc, uint32_t i)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    json_write(doc, i, &b);
    struct str s = arena_str(&arena, buf_get(&b));
    buf_release(&b);
    return s;
}

static bool same_json(struct str a, struct str b)
{
    struct json_doc x, y;
    struct err err;
    struct edit_budget budget = {&arena, PATCH_STEPS_MAX};
    assert_true(json_parse(&arena, a, NULL, &x, &err) && json_parse(&arena, b, NULL, &y, &err));
    return edit_equal(&budget, edit_of(&budget, &x, 0, NULL), edit_of(&budget, &y, 0, NULL));
}

static void json_cases(void **state)
{
    struct tally t = {0};
    struct str text;
    struct json_doc suite;
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    if (!read_suite("json-patch-tests.json", &text))
        skip();
    assert_true(json_parse(&arena, text, NULL, &suite, &err));
    JSON_EACH(&suite, 0, i)
    {
        struct str out = {0};
        uint32_t expected = json_get_key(&suite, i, STR("expected"));
        err = (struct err){0};
        bool ok = patch_json(subtree(&suite, json_get_key(&suite, i, STR("doc"))),
                             subtree(&suite, json_get_key(&suite, i, STR("patch"))), &arena, &out, &err);
        bool right = expected == UINT32_MAX ? !ok : ok && same_json(out, subtree(&suite, expected));
        count(&t, right, arena_cstr(&arena, json_text(&suite, json_get_key(&suite, i, STR("comment")))), &err,
              out);
    }
    report(&t, "JSON Patch, official cases");
    arena_release(&arena);
}

/* ---- XML ---- */

static xmlNode *child(xmlNode *node, const char *name)
{
    for (xmlNode *c = node ? node->children : NULL; c; c = c->next)
        if (c->type == XML_ELEMENT_NODE && (!name || xmlStrEqual(c->name, BAD_CAST name)))
            return c;
    return NULL;
}

/* The element as a document of its own, "" for none. */
static struct str document(xmlNode *node)
{
    xmlChar *text = NULL;
    int n = 0;
    if (!node)
        return STR("");
    xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
    xmlDocSetRootElement(doc, xmlDocCopyNode(node, doc, 1));
    xmlDocDumpMemoryEnc(doc, &text, &n, "UTF-8");
    struct str s = arena_str(&arena, (struct str){(const char *)text, (size_t)n});
    xmlFree(text);
    xmlFreeDoc(doc);
    return s;
}

static void drop_blanks(xmlNode *node)
{
    for (xmlNode *c = node->children, *next; c; c = next) {
        next = c->next;
        if (c->type == XML_TEXT_NODE && xmlIsBlankNode(c)) {
            xmlUnlinkNode(c);
            xmlFreeNode(c);
        } else if (c->type == XML_ELEMENT_NODE) {
            drop_blanks(c);
        }
    }
}

static struct str canonical(struct str text)
{
    struct err err = {0};
    xmlChar *out = NULL;
    xmlDoc *doc = xml_tree_read(text, &err);
    if (!doc)
        return STR("");
    drop_blanks(xmlDocGetRootElement(doc));
    int n = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_1_0, NULL, 1, &out);
    struct str s = arena_str(&arena, (struct str){(const char *)out, n > 0 ? (size_t)n : 0});
    xmlFree(out);
    xmlFreeDoc(doc);
    return s;
}

static const char *case_name(xmlNode *c)
{
    xmlChar *name = xmlGetProp(c, BAD_CAST "name");
    const char *copy = arena_cstr(&arena, str_of((const char *)name));
    xmlFree(name);
    return copy;
}

static void xml_cases(void **state)
{
    struct tally t = {0};
    struct str text;
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    if (!read_suite("xml-patch-tests.xml", &text))
        skip();
    xmlDoc *suite = xml_tree_read(text, &err);
    assert_non_null(suite);
    for (xmlNode *c = xmlDocGetRootElement(suite)->children; c; c = c->next) {
        struct str out = {0};
        if (c->type != XML_ELEMENT_NODE)
            continue;
        err = (struct err){0};
        xmlNode *patched = child(c, "patched");
        bool ok = patch_xml(document(child(child(c, "target"), NULL)), document(child(c, "patch")), &arena,
                            &out, &err);
        bool right = patched ? ok && str_eq(canonical(out), canonical(document(child(patched, NULL)))) : !ok;
        count(&t, right, case_name(c), &err, out);
    }
    xmlFreeDoc(suite);
    report(&t, "XML Patch, official cases");
    arena_release(&arena);
}

/* ---- FHIRPath ---- */

static struct str as_json(struct str xml)
{
    struct buf b;
    struct err err = {0};
    buf_init(&b, BUF_NO_MAX);
    if (!xml_read(xml, &b, &err))
        fail_msg("%.*s: %s", STR_ARG(xml), err_info(err.code)->name);
    struct str s = arena_str(&arena, buf_get(&b));
    buf_release(&b);
    return s;
}

static struct str as_canonical_xml(struct str json)
{
    struct buf b;
    struct err err = {0};
    buf_init(&b, BUF_NO_MAX);
    struct str s = xml_write_text(json, 0, false, &b, &err) ? canonical(buf_get(&b)) : STR("");
    buf_release(&b);
    return s;
}

static void fhirpath_cases(void **state)
{
    struct tally t = {0};
    struct str text;
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    if (!read_suite("fhir-patch-tests.xml", &text))
        skip();
    xmlDoc *suite = xml_tree_read(text, &err);
    assert_non_null(suite);
    for (xmlNode *c = xmlDocGetRootElement(suite)->children; c; c = c->next) {
        struct str out = {0};
        if (c->type != XML_ELEMENT_NODE)
            continue;
        err = (struct err){0};
        xmlNode *output = child(c, "output");
        bool ok =
            patch_fhirpath(as_json(document(child(child(c, "input"), NULL))),
                           as_json(document(child(child(c, "diff"), NULL))), 0, NULL, &arena, &out, &err);
        bool right = output ? ok && str_eq(as_canonical_xml(out),
                                           as_canonical_xml(as_json(document(child(output, NULL)))))
                            : !ok;
        count(&t, right, case_name(c), &err, out);
    }
    xmlFreeDoc(suite);
    report(&t, "FHIRPath Patch, official cases");
    assert_int_equal(t.passed, SUITE_FHIRPATH);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_cases),
        cmocka_unit_test(xml_cases),
        cmocka_unit_test(fhirpath_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
