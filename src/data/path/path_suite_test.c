/* SPDX-License-Identifier: Apache-2.0
 * The official R4 FHIRPath suite (HELHET_CORPUS/fhirpath-tests). A ratchet: fewer passes than SUITE_PASSED
 * fail, and so do more, until the number is raised. FHIRPATH_VERBOSE=1 names every test that does not pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/os.h"
#include "path/path_int.h"

enum {
    SUITE_PASSED = 935,
    SUITE_FILE_MAX = 16 * 1024 * 1024,
    SUITE_OUTPUTS_MAX = 64,
    SUITE_INPUTS_MAX = 16,
    SUITE_PATH_MAX = 512
};

struct input {
    char name[64]; /* "patient-example.xml" as the suite names it */
    char *data;
    struct arena arena;
    struct json_doc doc;
};

struct suite {
    char folder[SUITE_PATH_MAX];
    struct input inputs[SUITE_INPUTS_MAX];
    unsigned input_count;
    unsigned passed, failed, skipped;
};

static const char *corpus(void)
{
    const char *c = getenv("HELHET_CORPUS");
    return c ? c : "../shared/corpus";
}

/* ---- the suite's inputs: FHIR XML as the JSON our parser reads ---- */

static void write_object(xmlNode *node, fhir_type_id type, bool resource, struct buf *out);

static bool is_element(const xmlNode *n, const xmlChar *name)
{
    return n->type == XML_ELEMENT_NODE && (!name || xmlStrEqual(n->name, name));
}

static xmlNode *first_element(xmlNode *node)
{
    xmlNode *c = node->children;
    while (c && c->type != XML_ELEMENT_NODE)
        c = c->next;
    return c;
}

static void write_attribute(xmlNode *node, const char *name, struct buf *out)
{
    xmlChar *v = xmlGetProp(node, (const xmlChar *)name);
    json_write_string(out, str_of((const char *)v));
    xmlFree(v);
}

static void write_xhtml(xmlNode *node, struct buf *out)
{
    xmlBuffer *b = xmlBufferCreate();
    xmlNodeDump(b, node->doc, node, 0, 0);
    json_write_string(out, str_of((const char *)xmlBufferContent(b)));
    xmlBufferFree(b);
}

/* The value of a primitive, or null. */
static void write_primitive(xmlNode *node, fhir_type_id type, struct buf *out)
{
    uint8_t kind = path_value_type_kind(type);
    xmlChar *v = xmlGetProp(node, (const xmlChar *)"value");
    if (fhir_types[type].prim == FHIR_PRIM_XHTML)
        write_xhtml(node, out);
    else if (!v)
        buf_cstr(out, "null");
    else if (kind == PATH_BOOLEAN || kind == PATH_INTEGER || kind == PATH_DECIMAL)
        buf_cstr(out, (const char *)v);
    else
        json_write_string(out, str_of((const char *)v));
    xmlFree(v);
}

/* One item: value, '_' sibling, object or resource. */
static void write_item_of(xmlNode *node, fhir_type_id type, bool under, struct buf *out)
{
    if (under && !first_element(node) && !xmlHasProp(node, (const xmlChar *)"id"))
        buf_cstr(out, "null");
    else if (under || fhir_types[type].kind == FHIR_COMPLEX || fhir_types[type].kind == FHIR_BACKBONE)
        write_object(node, type, false, out);
    else if (fhir_types[type].kind == FHIR_RESOURCE)
        write_object(first_element(node), 0, true, out);
    else
        write_primitive(node, type, out);
}

static void write_member(xmlNode *first, const struct fhir_elem *e, bool under, struct buf *out)
{
    unsigned count = 0;
    buf_printf(out, "%s\"%s%s\":%s", out->p[out->n - 1] == '{' ? "" : ",", under ? "_" : "",
               (const char *)first->name, e->many ? "[" : "");
    for (xmlNode *c = first; c; c = c->next)
        if (is_element(c, first->name)) {
            if (count++)
                buf_char(out, ',');
            write_item_of(c, e->type, under, out);
        }
    if (e->many)
        buf_char(out, ']');
}

static bool seen_before(xmlNode *node)
{
    for (xmlNode *c = node->prev; c; c = c->prev)
        if (is_element(c, node->name))
            return true;
    return false;
}

static bool any_under(xmlNode *first, fhir_type_id type)
{
    for (xmlNode *c = first; c; c = c->next)
        if (is_element(c, first->name) && fhir_types[type].kind == FHIR_PRIMITIVE &&
            fhir_types[type].prim != FHIR_PRIM_XHTML &&
            (first_element(c) || xmlHasProp(c, (const xmlChar *)"id")))
            return true;
    return false;
}

static void write_object(xmlNode *node, fhir_type_id type, bool resource, struct buf *out)
{
    static const char *const attributes[] = {"id", "url"};
    buf_char(out, '{');
    if (resource) {
        type = fhir_resource_find(str_of((const char *)node->name));
        buf_printf(out, "\"resourceType\":\"%s\"", (const char *)node->name);
    }
    for (size_t i = 0; i < 2; i++)
        if (xmlHasProp(node, (const xmlChar *)attributes[i])) {
            buf_printf(out, "%s\"%s\":", out->p[out->n - 1] == '{' ? "" : ",", attributes[i]);
            write_attribute(node, attributes[i], out);
        }
    for (xmlNode *c = node->children; c; c = c->next) {
        if (!is_element(c, NULL) || seen_before(c))
            continue;
        struct str name = str_of((const char *)c->name);
        fhir_elem_id elem = fhir_elem_find(type, fhir_names.find(name.p, name.n));
        assert_int_not_equal(elem, 0);
        write_member(c, &fhir_elems[elem], false, out);
        if (any_under(c, fhir_elems[elem].type))
            write_member(c, &fhir_elems[elem], true, out);
    }
    buf_char(out, '}');
}

/* The file, if XML as JSON, in memory from os_alloc. */
static bool read_input(const char *path, char **data, size_t *n)
{
    struct buf out;
    if (!str_ends(str_of(path), STR(".xml")))
        return os_file_read(path, SUITE_FILE_MAX, data, n);
    xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc)
        return false;
    buf_init(&out, BUF_NO_MAX);
    write_object(xmlDocGetRootElement(doc), 0, true, &out);
    xmlFreeDoc(doc);
    *data = buf_take(&out, n);
    return true;
}

/* The named input, loaded once; NULL when it is not there. */
static struct input *load(struct suite *s, const char *name)
{
    char path[SUITE_PATH_MAX + 64];
    size_t n;
    struct err err;
    for (unsigned i = 0; i < s->input_count; i++)
        if (strcmp(s->inputs[i].name, name) == 0)
            return &s->inputs[i];
    struct input *in = &s->inputs[s->input_count];
    snprintf(path, sizeof path, "%s/input/%s", s->folder, name);
    if (s->input_count == SUITE_INPUTS_MAX || !read_input(path, &in->data, &n))
        return NULL;
    snprintf(in->name, sizeof in->name, "%s", name);
    arena_init(&in->arena);
    assert_true(json_parse(&in->arena, (struct str){in->data, n}, &fhir_names, &in->doc, &err));
    assert_true(fhir_type_tree(&in->doc, 0) != 0);
    s->input_count++;
    return in;
}

static xmlNode *child(xmlNode *node, const char *name)
{
    for (xmlNode *c = node->children; c; c = c->next)
        if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, name) == 0)
            return c;
    return NULL;
}

/* Is the attribute there with this value? NULL value: there at all. */
static bool has(xmlNode *node, const char *name, const char *value)
{
    xmlChar *v = xmlGetProp(node, (const xmlChar *)name);
    bool hit = v && (!value || strcmp((const char *)v, value) == 0);
    xmlFree(v);
    return hit;
}

/* An item as the suite writes it. */
static void write_item(const struct path_value *v, struct buf *out)
{
    struct path_value s;
    if (path_value_system(v, &s) && s.kind == PATH_QUANTITY) {
        buf_str(out, s.text);
        buf_printf(out, " '%.*s'", STR_ARG(s.unit.n ? s.unit : STR("1")));
        return;
    }
    struct str text = path_value_text(v);
    buf_str(out, text);
}

static bool kind_matches(const char *type, const struct path_value *v)
{
    static const struct {
        const char *type;
        uint8_t kind;
    } kinds[] = {{"boolean", PATH_BOOLEAN},  {"integer", PATH_INTEGER},   {"decimal", PATH_DECIMAL},
                 {"string", PATH_STRING},    {"code", PATH_STRING},       {"id", PATH_STRING},
                 {"date", PATH_DATE},        {"dateTime", PATH_DATETIME}, {"time", PATH_TIME},
                 {"Quantity", PATH_QUANTITY}};
    struct path_value s;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return path_value_system(v, &s) && s.kind == kinds[i].kind;
    return false;
}

static bool output_matches(xmlNode *expected, const struct path_value *v)
{
    xmlChar *content = xmlNodeGetContent(expected), *type = xmlGetProp(expected, (const xmlChar *)"type");
    struct str want = str_of((const char *)content);
    struct path_value s;
    struct dec a, b;
    struct buf got;
    buf_init(&got, BUF_NO_MAX);
    write_item(v, &got);
    bool number = path_value_system(v, &s) && path_value_number(&s);
    if (want.n && want.p[0] == '@')
        want = str_sub(want, want.n > 1 && want.p[1] == 'T' ? 2 : 1, want.n);
    bool ok = str_eq(want, buf_get(&got));
    /* A zero has no sign here. */
    if (!ok && number && dec_parse(want, &a) && dec_parse(s.text, &b))
        ok = a.coef == 0 && b.coef == 0 && a.scale == b.scale;
    ok = ok && (!type || kind_matches((const char *)type, v));
    buf_release(&got);
    xmlFree(content);
    xmlFree(type);
    return ok;
}

static bool outputs_match(xmlNode *test, const struct path_list *list)
{
    xmlNode *expected[SUITE_OUTPUTS_MAX];
    bool used[SUITE_OUTPUTS_MAX] = {false};
    uint32_t n = 0;
    for (xmlNode *c = test->children; c; c = c->next)
        if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, "output") == 0 &&
            n < SUITE_OUTPUTS_MAX)
            expected[n++] = c;
    if (n != list->count)
        return false;
    bool unordered = has(test, "ordered", "false");
    for (uint32_t i = 0; i < n; i++) {
        bool hit = false;
        for (uint32_t j = unordered ? 0 : i; j < (unordered ? n : i + 1) && !hit; j++)
            if (!used[j] && output_matches(expected[j], &list->item[i]))
                hit = used[j] = true;
        if (!hit)
            return false;
    }
    return true;
}

/* Where an invalid expression must be refused: syntax and semantics at compile, the rest at any stage. */
static bool refused_right(xmlNode *expression, bool compiled, bool evaluated, const struct err *err)
{
    if (has(expression, "invalid", "syntax"))
        return !compiled && err->code == ERR_PATH_SYNTAX;
    if (has(expression, "invalid", "semantic"))
        return !compiled && err->code == ERR_PATH_SEMANTIC;
    return !compiled || !evaluated;
}

static void suite_case(struct suite *s, xmlNode *test)
{
    xmlNode *expression = child(test, "expression");
    xmlChar *file = xmlGetProp(test, (const xmlChar *)"inputfile");
    xmlChar *name = xmlGetProp(test, (const xmlChar *)"name");
    xmlChar *text = xmlNodeGetContent(expression);
    struct input *in = file ? load(s, (const char *)file) : NULL;
    if (file && !in) {
        s->skipped++;
        printf("SKIPPED %s: %s is not here\n", name, file);
    } else {
        struct arena arena;
        struct err err = {0};
        struct buf reason;
        struct path_list list = {0};
        struct path_context ctx = {.doc = in ? &in->doc : NULL, .now_ms = INT64_C(1795000000000)};
        arena_init(&arena);
        buf_init(&reason, BUF_NO_MAX);
        const struct path_expr *e =
            path_compile_strict(&arena, str_of((const char *)text), in ? fhir_resource_type(&in->doc, 0) : 0,
                                has(test, "mode", "strict"), &err);
        bool ok = e && path_eval(e, &ctx, in ? 0 : UINT32_MAX, &arena, &list, &err), empty;
        bool pass = has(expression, "invalid", NULL) ? refused_right(expression, e, ok, &err)
                    : has(test, "predicate", "true") ? ok && path_truth(&list, &empty)
                                                     : ok && outputs_match(test, &list);
        s->passed += pass;
        s->failed += !pass;
        if (!pass && getenv("FHIRPATH_VERBOSE")) {
            if (ok)
                path_write(&list, &reason);
            else
                err_text(&err, ERR_EN, &reason);
            printf("not passed %s: %s -> %.*s\n", name, text, STR_ARG(buf_get(&reason)));
        }
        buf_release(&reason);
        arena_release(&arena);
    }
    xmlFree(file);
    xmlFree(name);
    xmlFree(text);
}

static void test_suite(void **state)
{
    (void)state;
    static struct suite s;
    char path[SUITE_PATH_MAX + 32];
    snprintf(s.folder, sizeof s.folder, "%s/fhirpath-tests", corpus());
    snprintf(path, sizeof path, "%s/tests-fhir-r4.xml", s.folder);
    xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) {
        printf("SKIPPED %s is not here\n", path);
        skip();
    }
    for (xmlNode *g = xmlDocGetRootElement(doc)->children; g; g = g->next)
        for (xmlNode *t = g->type == XML_ELEMENT_NODE ? g->children : NULL; t; t = t->next)
            if (t->type == XML_ELEMENT_NODE && strcmp((const char *)t->name, "test") == 0)
                suite_case(&s, t);
    printf("CONFORMANCE FHIRPath R4: %u passed, %u failed, %u skipped\n", s.passed, s.failed, s.skipped);
    for (unsigned i = 0; i < s.input_count; i++) {
        arena_release(&s.inputs[i].arena);
        os_free(s.inputs[i].data);
    }
    xmlFreeDoc(doc);
    xmlCleanupParser();
    assert_int_equal(s.passed, SUITE_PASSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_suite)};
    return cmocka_run_group_tests_name("fhirpath suite", tests, NULL, NULL);
}
