/* SPDX-License-Identifier: Apache-2.0
 * The GraphQL cases of the FHIR test suite (HELHET_CORPUS/fhir-misc-tests/graphql) over the official R4
 * examples. Searches answer what the suite's own host answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/os.h"
#include "graphql/graphql.h"
#include "json/json_testkit.h"

enum { PATH_MAX_BYTES = 1024, FILE_MAX_BYTES = 16 * 1024 * 1024 };

static const char *corpus(void)
{
    const char *c = getenv("HELHET_CORPUS");
    return c ? c : "../shared/corpus";
}

static bool read_text(struct arena *arena, const char *folder, const char *file, struct str *out)
{
    char path[PATH_MAX_BYTES], *data;
    size_t n;
    snprintf(path, sizeof(path), "%s/%s/%s", corpus(), folder, file);
    if (!os_file_read(path, FILE_MAX_BYTES, &data, &n))
        return false;
    *out = arena_str(arena, (struct str){data, n});
    os_free(data);
    return true;
}

/* ---- the host: examples by type and id ---- */

static bool load(struct arena *arena, struct str reference, struct graphql_resource *out)
{
    struct str text, id = reference, type;
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    str_split(&id, '/', &type);
    char file[PATH_MAX_BYTES];
    snprintf(file, sizeof(file), "%.*s-%.*s.json", STR_ARG(type), STR_ARG(id));
    if (!id.p || !read_text(arena, "fhir-r4-examples", file, &text))
        return false;
    assert_true(json_parse(arena, text, &fhir_names, doc, NULL));
    fhir_type_tree(doc, 0);
    *out = (struct graphql_resource){doc, 0};
    return true;
}

static bool resolve(void *arg, struct str reference, struct arena *arena, struct graphql_resource *out,
                    struct err *err)
{
    (void)arg;
    (void)err;
    /* The suite's host cannot follow this one, and two cases are about that. */
    if (!str_starts(reference, STR("MedicationRequest/")))
        load(arena, reference, out);
    return true;
}

/* An example that the corpus has not is made up of what the cases ask of it. */
static void found(struct arena *arena, fhir_type_id type, const char *id, struct graphql_resource *out)
{
    const char *name = fhir_types[type].name;
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    if (load(arena, arena_printf(arena, "%s/%s", name, id), out))
        return;
    struct str text = arena_printf(arena, "{\"resourceType\":\"%s\",\"id\":\"%s\"%s}", name, id,
                                   strcmp(name, "Patient") == 0 ? ",\"active\":true" : "");
    assert_true(json_parse(arena, text, &fhir_names, doc, NULL));
    fhir_type_tree(doc, 0);
    *out = (struct graphql_resource){doc, 0};
}

/* Patients example and xds, Condition example: as the suite's Java host gives them. */
static bool search(void *arg, fhir_type_id type, const struct graphql_param *params, size_t count,
                   struct arena *arena, struct graphql_page *out, struct err *err)
{
    static const char *const ids[] = {"example", "xds"};
    static struct str mode[] = {{"", 0}, {"match", 5}}, score[] = {{"", 0}, {"0.5", 3}};
    bool patient = str_is(str_of(fhir_types[type].name), "Patient");
    bool one = !patient || (count == 1 && str_is(params[0].name, "_id"));
    (void)arg;
    (void)err;
    *out = (struct graphql_page){.count = one ? 1 : 2, .has_total = true, .total = 50, .page_size = 50};
    out->mode = mode;
    out->score = score;
    out->next = STR("77c97e03-8a6c-415f-a63d-11c80cf73f:50");
    out->item = ARENA_ARRAY(arena, struct graphql_resource, 2);
    for (size_t i = 0; i < out->count; i++)
        found(arena, type, ids[i], &out->item[i]);
    return true;
}

static const struct path_expr *compile(void *arg, struct arena *arena, struct str text, fhir_type_id type,
                                       struct err *err)
{
    (void)arg;
    return path_compile(arena, text, type, err);
}

/* ---- the cases ---- */

struct tally {
    unsigned passed, failed, skipped;
    char first[2048];
};

/* Lives as long as the document. */
static struct str attribute(const xmlNode *n, const char *name)
{
    const xmlAttr *a = xmlHasProp(n, (const xmlChar *)name);
    return a && a->children ? str_of((const char *)a->children->content) : STR("");
}

static bool answer_of(struct arena *arena, const struct graphql_request *q, struct str text, struct buf *out,
                      struct err *err)
{
    struct graphql_request request = *q;
    request.document = graphql_parse(arena, text, err);
    return request.document && graphql_run(&request, arena, out, err);
}

/* The context is Type/id/$graphql, or empty for the system. 1 passed, 0 failed, -1 not here. */
static int run_case(struct arena *arena, xmlNode *n, struct buf *out, struct err *err)
{
    struct str context = attribute(n, "context"), source, wanted = attribute(n, "output"), expected;
    struct graphql_request q = {.host = {.resolve = resolve, .search = search, .compile = compile}};
    struct json_doc have, want, variables;
    assert_true(json_parse(arena, STR("{\"var\":true}"), NULL, &variables, NULL));
    q.variables = &variables;
    q.operation = attribute(n, "operation");
    if (context.n && !load(arena, str_sub(context, 0, context.n - strlen("/$graphql")), &q.focus))
        return -1;
    assert_true(read_text(arena, "fhir-misc-tests/graphql", attribute(n, "source").p, &source));
    bool ok = answer_of(arena, &q, source, out, err);
    if (str_is(wanted, "$error"))
        return !ok && err->line > 0;
    assert_true(read_text(arena, "fhir-misc-tests/graphql", wanted.p, &expected));
    assert_true(json_parse(arena, expected, NULL, &want, NULL));
    return ok && json_parse(arena, buf_get(out), NULL, &have, NULL) &&
           json_same(&have, 0, &want, 0, json_same_text);
}

static void run_one(xmlNode *n, struct tally *t)
{
    struct arena arena;
    struct buf out;
    struct err err = {0};
    arena_init(&arena);
    buf_init(&out, BUF_NO_MAX);
    int passed = run_case(&arena, n, &out, &err);
    t->passed += passed == 1;
    t->failed += passed == 0;
    t->skipped += passed < 0;
    if (passed == 0) {
        size_t at = strlen(t->first);
        snprintf(t->first + at, sizeof(t->first) - at, "  - %s: %.*s %s %s\n", attribute(n, "name").p,
                 (int)(out.n < 200 ? out.n : 200), out.p ? out.p : "", err.arg[1],
                 err.code ? err_info(err.code)->name : "");
    }
    buf_release(&out);
    arena_release(&arena);
}

static void suite(void **state)
{
    char path[PATH_MAX_BYTES];
    struct tally t = {0};
    (void)state;
    snprintf(path, sizeof(path), "%s/fhir-misc-tests/graphql/manifest.xml", corpus());
    xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) {
        print_message("SKIPPED: %s is absent\n", path);
        skip();
    }
    for (xmlNode *n = xmlDocGetRootElement(doc)->children; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            run_one(n, &t);
    xmlFreeDoc(doc);
    printf("CONFORMANCE GraphQL: %u passed, %u failed, %u skipped\n%s", t.passed, t.failed, t.skipped,
           t.first);
    assert_int_equal(t.failed, 0);
    assert_true(t.passed >= 25);
}

/* Blocks of the suite's parser file ("#### name" before each) are all grammatical, but two that hold no more
 * than a part of one. */
static void grammar(void **state)
{
    struct arena arena;
    struct str text, block, rest;
    unsigned n = 0;
    (void)state;
    arena_init(&arena);
    if (!read_text(&arena, "fhir-misc-tests/graphql", "parser-tests.gql", &text))
        skip();
    for (rest = text; rest.n;) {
        size_t next = str_find_str(str_sub(rest, 4, rest.n), STR("####"));
        block = str_sub(rest, 0, next == SIZE_MAX ? rest.n : next + 4);
        rest = str_sub(rest, block.n, rest.n);
        struct err err = {0};
        bool ok = graphql_parse(&arena, block, &err) != NULL;
        bool mutation = str_find_str(block, STR("mutation")) != SIZE_MAX ||
                        str_find_str(block, STR("subscription")) != SIZE_MAX;
        if (ok == mutation)
            print_message("%.*s: %s\n", (int)(block.n < 60 ? block.n : 60), block.p, err.arg[1]);
        assert_int_not_equal(ok, mutation);
        n++;
    }
    assert_true(n > 15);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(suite), cmocka_unit_test(grammar)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
