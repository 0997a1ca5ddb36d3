/* SPDX-License-Identifier: Apache-2.0
 * Every search parameter and constraint expression of R4 compiles; every search parameter runs on every
 * official example without error; the constraints of the base types hold on them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "path/path_int.h"

enum { R4_LINE_MAX = 32 * 1024 * 1024, R4_PATH_MAX = 512, R4_RULES_MAX = 4096 };

static const char *corpus(void)
{
    const char *c = getenv("HELHET_CORPUS");
    return c ? c : "../shared/corpus";
}

/* Parses each line of a compressed NDJSON file of the corpus; false when it is not there. */
static bool each_line(const char *file, void (*each)(const struct json_doc *doc))
{
    char path[R4_PATH_MAX];
    snprintf(path, sizeof path, "%s/fhir-r4-definitions/%s", corpus(), file);
    gzFile gz = gzopen(path, "rb");
    if (!gz) {
        printf("SKIPPED %s is not here\n", path);
        return false;
    }
    char *line = os_alloc(R4_LINE_MAX);
    while (gzgets(gz, line, R4_LINE_MAX)) {
        struct arena arena;
        struct json_doc doc;
        struct err err;
        arena_init(&arena);
        assert_true(json_parse(&arena, str_of(line), &fhir_names, &doc, &err));
        assert_true(fhir_type_tree(&doc, 0) != 0);
        each(&doc);
        arena_release(&arena);
    }
    os_free(line);
    gzclose(gz);
    return true;
}

static unsigned compiled, refused;

static const struct path_expr *compile(struct arena *arena, struct str text, fhir_type_id context,
                                       const char *what)
{
    struct err err = {0};
    const struct path_expr *e = path_compile(arena, text, context, &err);
    compiled++;
    if (!e) {
        struct buf b;
        buf_init(&b, BUF_NO_MAX);
        err_text(&err, ERR_EN, &b);
        printf("%s: %.*s: %.*s\n", what, STR_ARG(text), STR_ARG(buf_get(&b)));
        buf_release(&b);
        refused++;
    }
    return e;
}

static void compile_search(const struct json_doc *doc)
{
    struct arena arena;
    arena_init(&arena);
    uint32_t i = json_get(doc, 0, FHIR_NAME_expression);
    if (i != UINT32_MAX)
        compile(&arena, json_text(doc, i), 0, "SearchParameter");
    arena_release(&arena);
}

static void test_search_published(void **state)
{
    (void)state;
    compiled = refused = 0;
    if (!each_line("SearchParameter.ndjson.gz", compile_search))
        skip();
    printf("search parameters: %u expressions\n", compiled);
    assert_int_equal(refused, 0);
    assert_true(compiled > 1300);
}

static void test_search_model(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    compiled = refused = 0;
    for (fhir_param_id p = 1; p < fhir_param_count; p++) {
        const struct fhir_param *param = &fhir_params[p];
        if (param->expression[0])
            compile(&arena, str_of(param->expression), param->base, param->url);
        for (unsigned k = 0; k < param->component_count; k++)
            compile(&arena, str_of(param->component[k].expression), 0, param->url);
    }
    arena_release(&arena);
    printf("search parameters of the model: %u expressions\n", compiled);
    assert_int_equal(refused, 0);
}

/* ---- constraints ---- */

struct rule {
    fhir_type_id type; /* of the elements it is about */
    char key[32];
    const struct path_expr *expr;
};

static struct arena rules_arena;
static struct rule rules[R4_RULES_MAX];
static unsigned rule_count;

/* The type that the element's constraints see as context: 0 when it has several or none. */
static fhir_type_id element_type(const struct json_doc *doc, uint32_t element)
{
    struct str path = json_text(doc, json_get(doc, element, FHIR_NAME_path));
    fhir_type_id type = fhir_type_find(path);
    if (type)
        return type;
    uint32_t types = json_get(doc, element, FHIR_NAME_type);
    if (types == UINT32_MAX || doc->nodes[types].len != 1)
        return 0;
    return fhir_type_find(json_text(doc, json_get(doc, types + 1, FHIR_NAME_code)));
}

/* Wrong in R4 itself: they name elements that their context does not have. They compile where nothing is
 * known. */
static bool known_wrong(struct str key, struct str text)
{
    return (str_is(key, "inv-1") && str_starts(text, STR("substanceExposureRisk"))) || str_is(key, "cid-0");
}

static void compile_constraints(const struct json_doc *doc, uint32_t element, bool base)
{
    fhir_type_id type = element_type(doc, element);
    uint32_t list = json_get(doc, element, FHIR_NAME_constraint);
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, c)
    {
        struct str text = json_text(doc, json_get(doc, c, FHIR_NAME_expression));
        struct str key = json_text(doc, json_get(doc, c, FHIR_NAME_key));
        struct str severity = json_text(doc, json_get(doc, c, FHIR_NAME_severity));
        if (!text.p)
            continue;
        const struct path_expr *e =
            compile(&rules_arena, text, known_wrong(key, text) ? 0 : type, "constraint");
        bool own = fhir_type_find(json_text(doc, json_get(doc, element, FHIR_NAME_path))) != 0;
        if (!e || !base || !own || !str_is(severity, "error") || rule_count == R4_RULES_MAX)
            continue;
        struct rule *r = &rules[rule_count++];
        r->type = type;
        r->expr = e;
        snprintf(r->key, sizeof r->key, "%.*s", STR_ARG(key));
    }
}

static void structure(const struct json_doc *doc)
{
    struct str derivation = json_text(doc, json_get(doc, 0, FHIR_NAME_derivation));
    uint32_t snapshot = json_get(doc, 0, FHIR_NAME_snapshot);
    uint32_t elements = snapshot == UINT32_MAX ? UINT32_MAX : json_get(doc, snapshot, FHIR_NAME_element);
    if (elements == UINT32_MAX)
        return;
    JSON_EACH(doc, elements, e)
    compile_constraints(doc, e, str_is(derivation, "specialization"));
}

static void test_constraints(void **state)
{
    (void)state;
    compiled = refused = 0;
    arena_init(&rules_arena);
    if (!each_line("StructureDefinition.ndjson.gz", structure))
        skip();
    printf("constraints: %u expressions, %u kept for the examples\n", compiled, rule_count);
    assert_int_equal(refused, 0);
    assert_true(compiled > 10000);
}

/* ---- the official examples ---- */

static const struct path_expr **params;
static unsigned evaluated, failed, broken;

static void evaluate_params(const struct json_doc *doc, fhir_type_id type, const char *file)
{
    struct path_context ctx = {.doc = doc, .now_ms = INT64_C(1795000000000)};
    const struct fhir_type *t = &fhir_types[type];
    for (fhir_param_id p = t->param_first; p < t->param_first + t->param_count; p++) {
        struct arena arena;
        struct path_list list = {0};
        struct err err = {0};
        if (!params[p])
            continue;
        arena_init(&arena);
        evaluated++;
        if (!path_eval(params[p], &ctx, 0, &arena, &list, &err)) {
            failed++;
            printf("%s: %s: %s\n", file, fhir_params[p].code, err.arg[0]);
        }
        arena_release(&arena);
    }
}

/* The constraints of type on the element at node, which lies in resource. */
static void check_rules(const struct json_doc *doc, uint32_t node, uint32_t resource, fhir_type_id type,
                        const char *file)
{
    struct path_context ctx = {.doc = doc, .resource = resource, .now_ms = INT64_C(1795000000000)};
    for (unsigned i = 0; i < rule_count; i++) {
        struct arena arena;
        struct path_list list = {0};
        struct err err = {0};
        bool empty = false;
        if (rules[i].type != type)
            continue;
        arena_init(&arena);
        bool ok = path_eval(rules[i].expr, &ctx, node, &arena, &list, &err);
        if (!ok || (!path_truth(&list, &empty) && !empty)) {
            broken += ok;
            failed += !ok;
            if (!ok || getenv("FHIRPATH_VERBOSE"))
                printf("%s: %s %s %s\n", file, fhir_types[type].name, rules[i].key,
                       ok ? "false" : err.arg[0]);
        }
        arena_release(&arena);
    }
}

/* Node i of the type and all below; %resource is the nearest resource that is not contained. */
static void check_all_rules(const struct json_doc *doc, uint32_t i, uint32_t resource, const char *file)
{
    const struct json_node *n = &doc->nodes[i];
    fhir_type_id type = i ? fhir_elems[n->elem].type : fhir_resource_type(doc, 0);
    if (n->kind == JSON_ARRAY) {
        JSON_EACH(doc, i, item)
        check_all_rules(doc, item, resource, file);
        return;
    }
    if (n->kind != JSON_OBJECT || (i && !n->elem))
        return;
    if (fhir_types[type].kind == FHIR_RESOURCE) {
        type = fhir_resource_type(doc, i);
        resource = i && fhir_elems[n->elem].name == FHIR_NAME_contained ? resource : i;
    }
    if (fhir_types[type].kind != FHIR_PRIMITIVE)
        check_rules(doc, i, resource, type, file);
    JSON_EACH(doc, i, c)
    check_all_rules(doc, c, resource, file);
}

static void run_example(const char *folder, const char *name)
{
    char path[R4_PATH_MAX + 256];
    char *data;
    size_t n;
    struct arena arena;
    struct json_doc doc;
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!os_file_read(path, R4_LINE_MAX, &data, &n))
        return;
    arena_init(&arena);
    if (json_parse(&arena, (struct str){data, n}, &fhir_names, &doc, &err)) {
        fhir_type_id type = fhir_type_tree(&doc, 0);
        if (type) {
            evaluate_params(&doc, type, name);
            check_all_rules(&doc, 0, 0, name);
        }
    }
    arena_release(&arena);
    os_free(data);
}

static void test_examples(void **state)
{
    (void)state;
    char folder[R4_PATH_MAX];
    struct arena arena;
    unsigned files = 0;
    snprintf(folder, sizeof folder, "%s/fhir-r4-examples", corpus());
    DIR *dir = opendir(folder);
    if (!dir) {
        printf("SKIPPED %s is not here\n", folder);
        skip();
    }
    arena_init(&arena);
    params = ARENA_ARRAY(&arena, const struct path_expr *, fhir_param_count);
    for (fhir_param_id p = 1; p < fhir_param_count; p++)
        if (fhir_params[p].expression[0])
            params[p] = path_compile(&arena, str_of(fhir_params[p].expression), fhir_params[p].base, NULL);
    for (struct dirent *e; (e = readdir(dir));) {
        if (!str_ends(str_of(e->d_name), STR(".json")))
            continue;
        files++;
        run_example(folder, e->d_name);
    }
    closedir(dir);
    arena_release(&arena);
    arena_release(&rules_arena);
    printf("examples: %u files, %u search evaluations, %u errors; %u constraints false\n", files, evaluated,
           failed, broken);
    assert_int_equal(failed, 0);
    assert_int_equal(broken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_published),
        cmocka_unit_test(test_search_model),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_examples),
    };
    return cmocka_run_group_tests_name("fhirpath R4", tests, NULL, NULL);
}
