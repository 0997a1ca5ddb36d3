/* SPDX-License-Identifier: Apache-2.0
 * The tables against the published definitions of R4 4.0.1 (corpus): every type, element and search
 * parameter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/os.h"
#include "fhir/model.h"
#include "fhir_gen/names.h"

enum { LINE_MAX_BYTES = 16 * 1024 * 1024 };

/* One NDJSON file of definitions, line by line. */
struct reader {
    gzFile file;
    char *line;
    struct arena arena;
    struct json_doc doc;
};

static void reader_open(struct reader *r, const char *name)
{
    char path[1024];
    const char *corpus = getenv("HELHET_CORPUS");
    snprintf(path, sizeof path, "%s/fhir-r4-definitions/%s", corpus ? corpus : "../shared/corpus", name);
    r->file = gzopen(path, "rb");
    if (!r->file) {
        print_message("SKIPPED: %s is absent\n", path);
        skip();
    }
    r->line = os_alloc(LINE_MAX_BYTES);
    arena_init(&r->arena);
}

static bool reader_next(struct reader *r)
{
    struct err err;
    arena_reset(&r->arena);
    if (!gzgets(r->file, r->line, LINE_MAX_BYTES))
        return false;
    assert_true(json_parse(&r->arena, str_of(r->line), NULL, &r->doc, &err));
    return true;
}

static void reader_close(struct reader *r)
{
    gzclose(r->file);
    arena_release(&r->arena);
    os_free(r->line);
}

static uint32_t child(const struct reader *r, uint32_t i, const char *key)
{
    return i == UINT32_MAX ? UINT32_MAX : json_get_key(&r->doc, i, str_of(key));
}

static struct str text(const struct reader *r, uint32_t i, const char *key)
{
    return json_text(&r->doc, child(r, i, key));
}

static bool is_true(const struct reader *r, uint32_t i, const char *key)
{
    uint32_t c = child(r, i, key);
    return c != UINT32_MAX && r->doc.nodes[c].kind == JSON_TRUE;
}

/* The row for one alternative: name as in the definition, "value[x]" with its type. */
static fhir_elem_id find_row(fhir_type_id owner, struct str name, struct str type)
{
    char property[256];
    if (str_ends(name, STR("[x]")))
        snprintf(property, sizeof property, "%.*s%c%.*s", (int)name.n - 3, name.p, type.p[0] & ~32,
                 (int)type.n - 1, type.p + 1);
    else
        snprintf(property, sizeof property, "%.*s", STR_ARG(name));
    return fhir_elem_find(owner, fhir_names.find(property, strlen(property)));
}

static void compare_row(const struct reader *r, uint32_t e, struct str path, struct str name, struct str type,
                        fhir_type_id owner)
{
    fhir_elem_id id = find_row(owner, name, type);
    if (!id)
        fail_msg("%.*s (%.*s) is not in the tables", STR_ARG(path), STR_ARG(type));
    const struct fhir_elem *row = &fhir_elems[id];
    uint32_t binding = child(r, e, "binding");
    bool required = binding != UINT32_MAX && str_is(text(r, binding, "strength"), "required");
    if (row->min != (str_is(text(r, e, "min"), "1") ? 1 : 0) || row->many != str_is(text(r, e, "max"), "*") ||
        row->modifier != is_true(r, e, "isModifier") || row->summary != is_true(r, e, "isSummary") ||
        (row->binding != 0) != required || row->choice != str_ends(name, STR("[x]")))
        fail_msg("%.*s differs", STR_ARG(path));
    struct str set = required ? text(r, binding, "valueSet") : (struct str){0};
    if (required && !str_starts(set, str_of(fhir_bindings[row->binding].value_set)))
        fail_msg("%.*s is bound to %s", STR_ARG(path), fhir_bindings[row->binding].value_set);
    bool system = str_starts(type, STR("http://hl7.org/fhirpath/"));
    if (type.n && !system && fhir_types[row->type].kind != FHIR_BACKBONE &&
        !str_is(type, fhir_types[row->type].name))
        fail_msg("%.*s is a %s", STR_ARG(path), fhir_types[row->type].name);
}

/* Rows of the element, one for each type it may have. */
static uint32_t compare_element(const struct reader *r, uint32_t e)
{
    struct str path = text(r, e, "path");
    size_t dot = path.n;
    while (dot && path.p[dot - 1] != '.')
        dot--;
    if (!dot || str_is(text(r, e, "max"), "0"))
        return 0;
    fhir_type_id owner = fhir_type_find(str_sub(path, 0, dot - 1));
    struct str name = str_sub(path, dot, path.n);
    if (!owner)
        fail_msg("%.*s has no owner", STR_ARG(path));
    if (fhir_types[owner].kind == FHIR_PRIMITIVE && str_is(name, "value"))
        return 0;
    uint32_t types = child(r, e, "type"), rows = 0;
    if (types == UINT32_MAX) {
        compare_row(r, e, path, name, (struct str){0}, owner);
        return 1;
    }
    JSON_EACH(&r->doc, types, t)
    {
        compare_row(r, e, path, name, text(r, t, "code"), owner);
        rows++;
    }
    return rows;
}

/* The resource types that are not R4's. */
static bool is_own(fhir_type_id type)
{
    struct str name = str_of(fhir_types[type].name), root;
    str_split(&name, '.', &root);
    return str_is(root, "ViewDefinition") || fhir_types[fhir_type_find(root)].styr;
}

static void every_type_is_r4s(void **state)
{
    struct reader r;
    uint32_t resources = 0, here = 0, rows = 0, own = 0;
    (void)state;
    reader_open(&r, "StructureDefinition.ndjson.gz");
    while (reader_next(&r)) {
        struct str kind = text(&r, 0, "kind");
        if (str_is(text(&r, 0, "derivation"), "constraint") || str_is(kind, "logical"))
            continue;
        resources += str_is(kind, "resource");
        fhir_type_id type = fhir_type_find(text(&r, 0, "type"));
        assert_true(type);
        assert_int_equal(fhir_types[type].abstract, is_true(&r, 0, "abstract"));
        uint32_t list = child(&r, child(&r, 0, "snapshot"), "element");
        JSON_EACH(&r.doc, list, e)
        {
            rows += compare_element(&r, e);
        }
    }
    reader_close(&r);
    for (fhir_type_id i = 1; i < fhir_type_count; i++)
        here += fhir_types[i].kind == FHIR_RESOURCE && !is_own(i);
    for (uint32_t i = 1; i < fhir_elem_count; i++)
        own += is_own(fhir_elems[i].owner);
    /* Every row was met, so there is none beyond R4's and our own. */
    assert_int_equal(resources, here);
    assert_int_equal(rows + own, fhir_elem_count - 1);
    print_message("CONFORMANCE R4 resource types and their elements: %u passed, 0 failed, 0 skipped\n",
                  resources + rows);
}

/* Published, but by R4's own examples and extension packs, outside the base specification's registry. */
static bool is_extension_pack(struct str url)
{
    static const char *const prefixes[] = {
        "http://hl7.org/fhir/SearchParameter/device-extensions-",
        "http://hl7.org/fhir/SearchParameter/valueset-extensions-",
        "http://hl7.org/fhir/SearchParameter/codesystem-extensions-",
        "http://hl7.org/fhir/SearchParameter/patient-extensions-",
        "http://hl7.org/fhir/SearchParameter/questionnaireresponse-extensions-",
        "http://hl7.org/fhir/SearchParameter/observation-genetic-",
        "http://hl7.org/fhir/SearchParameter/diagnosticreport-genetic-",
        "http://hl7.org/fhir/SearchParameter/example",
        "http://hl7.org/fhir/SearchParameter/filter",
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_starts(url, str_of(prefixes[i])))
            return true;
    return false;
}

/* The rows of one published parameter: its base, or all types below an abstract base. */
static uint32_t compare_parameter(const struct reader *r, struct str base, struct str code, struct str url)
{
    fhir_type_id type = fhir_type_find(base);
    uint32_t rows = 0;
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        if (fhir_types[t].kind != FHIR_RESOURCE || fhir_types[t].abstract || !fhir_type_is(t, type))
            continue;
        const struct fhir_param *p = &fhir_params[fhir_param_find(t, code)];
        if (!str_is(url, p->url))
            fail_msg("%s has no %.*s", fhir_types[t].name, STR_ARG(code));
        uint32_t targets = child(r, 0, "target");
        if (p->target_count && (targets == UINT32_MAX || p->target_count != r->doc.nodes[targets].len))
            fail_msg("%.*s differs in targets", STR_ARG(url));
        rows++;
    }
    return rows;
}

static void every_search_parameter_is_r4s(void **state)
{
    struct reader r;
    uint32_t total = 0, packs = 0, rows = 0, own = 0;
    (void)state;
    reader_open(&r, "SearchParameter.ndjson.gz");
    while (reader_next(&r)) {
        struct str url = text(&r, 0, "url");
        total++;
        if (is_extension_pack(url)) {
            packs++;
            continue;
        }
        uint32_t bases = child(&r, 0, "base");
        assert_int_not_equal(bases, UINT32_MAX);
        JSON_EACH(&r.doc, bases, b)
        {
            rows += compare_parameter(&r, json_text(&r.doc, b), text(&r, 0, "code"), url);
        }
    }
    reader_close(&r);
    for (fhir_param_id i = 1; i < fhir_param_count; i++)
        own += !str_starts(str_of(fhir_params[i].url), STR("http://hl7.org/fhir/"));
    assert_int_equal(rows + own, fhir_param_count - 1);
    print_message(
        "%u published search parameters: %u of extension packs and examples, the rest are %u rows here\n",
        total, packs, rows);
}

static const struct fhir_compartment *compartment_of(fhir_type_id type)
{
    for (uint16_t i = 0; i < fhir_compartment_count; i++)
        if (fhir_compartments[i].type == type)
            return &fhir_compartments[i];
    fail_msg("%s has no compartment", fhir_types[type].name);
    return NULL;
}

static bool has_param(const struct fhir_compartment *c, fhir_param_id param)
{
    const fhir_param_id *p = c->params;
    while (*p && *p != param)
        p++;
    return *p != 0;
}

/* Parameters of one member type of a compartment, all found here. */
static uint32_t compare_members(const struct reader *r, uint32_t entry, const struct fhir_compartment *c)
{
    uint32_t list = child(r, entry, "param"), count = 0;
    if (list == UINT32_MAX)
        return 0;
    fhir_type_id base = fhir_type_find(text(r, entry, "code"));
    JSON_EACH(&r->doc, list, p)
    {
        struct str code = json_text(&r->doc, p);
        if (str_is(code, "{def}"))
            continue;
        assert_true(has_param(c, fhir_param_find(base, code)));
        count++;
    }
    return count;
}

static void every_compartment_is_r4s(void **state)
{
    struct reader r;
    uint32_t here = 0, published = 0;
    (void)state;
    reader_open(&r, "CompartmentDefinition.ndjson.gz");
    while (reader_next(&r)) {
        if (str_is(text(&r, 0, "id"), "example"))
            continue;
        const struct fhir_compartment *c = compartment_of(fhir_type_find(text(&r, 0, "code")));
        uint32_t list = child(&r, 0, "resource");
        JSON_EACH(&r.doc, list, entry)
        {
            published += compare_members(&r, entry, c);
        }
        for (const fhir_param_id *p = c->params; *p; p++)
            here++;
    }
    reader_close(&r);
    assert_int_equal(here, published);
    print_message("%u compartment parameters equal those published\n", here);
}

/* Listed sets are sorted, without doubles and not empty. */
static void every_binding_has_codes(void **state)
{
    uint32_t open = 0;
    (void)state;
    for (uint16_t i = 1; i < FHIR_BINDING_COUNT; i++) {
        open += fhir_bindings[i].codes == NULL;
        for (uint16_t k = 1; k < fhir_bindings[i].code_count; k++)
            assert_true(strcmp(fhir_bindings[i].codes[k - 1], fhir_bindings[i].codes[k]) < 0);
        assert_true(!fhir_bindings[i].codes || fhir_bindings[i].code_count);
    }
    print_message("%d required value sets, %u of them not enumerable\n", FHIR_BINDING_COUNT - 1, open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_r4s),
        cmocka_unit_test(every_search_parameter_is_r4s),
        cmocka_unit_test(every_compartment_is_r4s),
        cmocka_unit_test(every_binding_has_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
