/* SPDX-License-Identifier: Apache-2.0
 * Value sets and hierarchies over a store; the official terminology cases for $expand, where they ask for a
 * value set by URL and nothing more than which codes it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fhir/model.h"
#include "terms/terms_int.h"

enum { FILE_MAX = 4 << 20 };

struct world {
    char dir[64];
    struct search *search;
    struct store *store;
    struct terms *terms;
    struct arena arena;
    struct err err;
};

static struct world *world_new(void)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){0};
    arena_init(&w->arena);
    snprintf(w->dir, sizeof w->dir, "%s/helhet-terms-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    w->search = search_new(&w->err);
    struct store_options opt = {.dir = w->dir,
                                .create = true,
                                .schema = search_schema(w->search),
                                .hooks = search_hooks(w->search),
                                .cache_mib = 4};
    w->store = store_open(&opt, &w->err);
    assert_non_null(w->store);
    search_set_key(w->search, store_hash_key(w->store));
    w->terms = terms_new(w->search, &w->err);
    return w;
}

static void world_free(struct world *w)
{
    static const char *const files[] = {"helhet.db", "helhet.db-wal", "helhet.db-shm", "helhet.lock"};
    terms_free(w->terms);
    store_close(w->store);
    search_free(w->search);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(arena_printf(&w->arena, "%s/%s", w->dir, files[i]).p);
    rmdir(w->dir);
    arena_release(&w->arena);
    os_free(w);
}

static bool put_run(struct store_tx *tx, void *arg, struct err *err)
{
    return store_put(tx, arg, err);
}

/* Stores a whole resource of JSON under an id. */
static void put(struct world *w, struct str json, struct str id)
{
    struct json_doc doc;
    struct store_rows rows = {0};
    struct buf tail;
    buf_init(&tail, BUF_NO_MAX);
    if (!json_parse(&w->arena, json, &fhir_names, &doc, &w->err))
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[0]);
    fhir_type_id type = fhir_type_tree(&doc, 0);
    JSON_EACH(&doc, 0, c)
    {
        struct str key = {doc.nodes[c].key, doc.nodes[c].key_len};
        if (str_is(key, "resourceType") || str_is(key, "id") || str_is(key, "meta"))
            continue;
        buf_char(&tail, ',');
        json_write_string(&tail, key);
        buf_char(&tail, ':');
        json_write(&doc, c, &tail);
    }
    buf_char(&tail, '}');
    struct store_change c = {.op = 'U', .type = type, .id = id, .tail = buf_get(&tail)};
    c.head = arena_printf(&w->arena, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", fhir_types[type].name,
                          STR_ARG(id));
    assert_true(search_extract(w->search, &doc, 0, type, &w->arena, &rows, &w->err));
    c.rows = rows.item;
    c.row_count = rows.count;
    struct store_job job = {.run = put_run, .arg = &c, .agent = STR("test"), .reason = STR("test")};
    if (!store_run(w->store, &job, &w->err))
        fail_msg("%s", err_info(w->err.code)->name);
    buf_release(&tail);
}

static bool ask(struct world *w, enum search_codes what, const char *system, struct str value,
                struct search_code **out, size_t *count)
{
    struct store_read *r = store_read_begin(w->store, &w->err);
    bool ok = terms_codes(w->terms, r, what, str_of(system), value, &w->arena, out, count, &w->err);
    store_read_end(r);
    return ok;
}

/* The answer as "system|code system|code", or "!CODE: reason in English". */
static const char *answer(struct world *w, enum search_codes what, const char *system, const char *value)
{
    struct search_code *code;
    size_t count;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    if (ask(w, what, system, str_of(value), &code, &count)) {
        for (size_t i = 0; i < count; i++)
            buf_printf(&b, "%s%.*s|%.*s", i ? " " : "", STR_ARG(code[i].system), STR_ARG(code[i].code));
    } else {
        buf_printf(&b, "!%s: %s", err_info(w->err.code)->name, w->err.arg[2]);
    }
    const char *text = arena_cstr(&w->arena, buf_get(&b));
    buf_release(&b);
    return text;
}

static void check(struct world *w, enum search_codes what, const char *system, const char *value,
                  const char *want)
{
    const char *got = answer(w, what, system, value);
    if (strcmp(got, want) != 0)
        fail_msg("%s %s: %s", system, value, got);
}

#define CS                                                                                                   \
    "{\"resourceType\":\"CodeSystem\",\"url\":\"u:s\",\"status\":\"active\",\"content\":\"complete\","       \
    "\"property\":["                                                                                         \
    "{\"code\":\"isa\",\"uri\":\"http://hl7.org/fhir/concept-properties#parent\",\"type\":\"code\"}],"       \
    "\"concept\":[{\"code\":\"a\",\"concept\":[{\"code\":\"a1\",\"property\":[{\"code\":\"k\","              \
    "\"valueInteger\":1}]},"                                                                                 \
    "{\"code\":\"a2\",\"property\":[{\"code\":\"inactive\",\"valueBoolean\":true}]}]},{\"code\":\"b\","      \
    "\"property\":"                                                                                          \
    "[{\"code\":\"isa\",\"valueCode\":\"a1\"}]},{\"code\":\"c\"}]}"
#define VS(id, compose)                                                                                      \
    "{\"resourceType\":\"ValueSet\",\"url\":\"u:v-" id "\",\"status\":\"active\"," compose "}"
#define INCLUDE(x) "\"compose\":{\"include\":[" x "]}"
#define INCLUDES(x, y) "\"compose\":{\"include\":[" x "],\"exclude\":[" y "]}"
#define VERSION(v, concepts)                                                                                 \
    "{\"resourceType\":\"CodeSystem\",\"url\":\"u:w\",\"version\":\"" v                                      \
    "\",\"content\":\"complete\",\"concept\":[" concepts "]}"
#define FILTER(p, op, v)                                                                                     \
    "{\"system\":\"u:s\",\"filter\":[{\"property\":\"" p "\",\"op\":\"" op "\",\"value\":\"" v "\"}]}"

static const struct {
    const char *id, *json, *want;
} sets[] = {
    {"all", VS("all", INCLUDE("{\"system\":\"u:s\"}")), "u:s|a u:s|a1 u:s|a2 u:s|b u:s|c"},
    {"unknown", VS("unknown", INCLUDE("{\"system\":\"u:x\"}")), "u:x|"},
    {"listed", VS("listed", INCLUDE("{\"system\":\"u:x\",\"concept\":[{\"code\":\"q\"},{\"code\":\"p\"}]}")),
     "u:x|p u:x|q"},
    {"isa", VS("isa", INCLUDE(FILTER("concept", "is-a", "a"))), "u:s|a u:s|a1 u:s|a2 u:s|b"},
    {"desc", VS("desc", INCLUDE(FILTER("concept", "descendent-of", "a1"))), "u:s|b"},
    {"nota", VS("nota", INCLUDE(FILTER("concept", "is-not-a", "a1"))), "u:s|a u:s|a2 u:s|c"},
    {"gen", VS("gen", INCLUDE(FILTER("concept", "generalizes", "b"))), "u:s|a u:s|a1 u:s|b"},
    {"eq", VS("eq", INCLUDE(FILTER("k", "=", "1"))), "u:s|a1"},
    {"ex", VS("ex", INCLUDE(FILTER("k", "exists", "false"))), "u:s|a u:s|a2 u:s|b u:s|c"},
    {"in", VS("in", INCLUDE(FILTER("code", "in", "a1, c"))), "u:s|a1 u:s|c"},
    {"notin", VS("notin", INCLUDE(FILTER("code", "not-in", "a,a1,a2"))), "u:s|b u:s|c"},
    {"re", VS("re", INCLUDE(FILTER("code", "regex", "a[0-9]"))), "u:s|a1 u:s|a2"},
    {"rebad", VS("rebad", INCLUDE(FILTER("code", "regex", "a["))), "!TERMS: the pattern a[ cannot be read"},
    {"op", VS("op", INCLUDE(FILTER("code", "like", "a"))), "!TERMS: the filter like is not supported"},
    {"nocode", VS("nocode", INCLUDE(FILTER("concept", "is-a", "zz"))),
     "!TERMS: the code zz is not in the code system"},
    {"absent",
     VS("absent", INCLUDE("{\"system\":\"u:x\",\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\","
                          "\"value\":\"1\"}]}")),
     "!TERMS: the code system u:x is not here"},
    {"import", VS("import", INCLUDE("{\"valueSet\":[\"u:v-isa\",\"u:v-in\"]}")), "u:s|a1"},
    {"both", VS("both", INCLUDE("{\"system\":\"u:s\",\"valueSet\":[\"u:v-gen\"]}")), "u:s|a u:s|a1 u:s|b"},
    {"wholeand", VS("wholeand", INCLUDE("{\"system\":\"u:x\",\"valueSet\":[\"u:v-listed\"]}")),
     "u:x|p u:x|q"},
    {"cycle", VS("cycle", INCLUDE("{\"valueSet\":[\"u:v-cycle2\"]}")), "!TERMS: u:v-cycle includes itself"},
    {"cycle2", VS("cycle2", INCLUDE("{\"valueSet\":[\"u:v-cycle\"]}")), "!TERMS: u:v-cycle2 includes itself"},
    {"ex1",
     VS("ex1",
        "\"compose\":{\"include\":[{\"system\":\"u:s\"}],\"exclude\":[" FILTER("concept", "is-a", "a1") "]}"),
     "u:s|a u:s|a2 u:s|c"},
    {"ex2",
     VS("ex2", "\"compose\":{\"include\":[{\"system\":\"u:x\"}],\"exclude\":[{\"system\":\"u:x\","
               "\"concept\":[{\"code\":\"1\"}]}]}"),
     "!TERMS: codes are excluded from all of u:x, which cannot be counted out"},
    {"exversion",
     VS("exversion",
        INCLUDES("{\"system\":\"u:w\",\"version\":\"1\"},{\"system\":\"u:w\",\"version\":\"2\"}",
                 "{\"system\":\"u:w\",\"version\":\"1\",\"concept\":[{\"code\":\"a\"},{\"code\":\"d\"}]}")),
     "u:w|a u:w|c"},
    {"exversion2",
     VS("exversion2",
        INCLUDES("{\"system\":\"u:w\",\"version\":\"2\"}", "{\"system\":\"u:w\",\"version\":\"1\"}")),
     "u:w|c"},
    {"active", VS("active", "\"compose\":{\"inactive\":false,\"include\":[{\"system\":\"u:s\"}]}"),
     "u:s|a u:s|a1 u:s|b u:s|c"},
    {"stored",
     VS("stored", "\"expansion\":{\"timestamp\":\"2020-01-01\",\"total\":3,\"contains\":[{\"system\":\"u:x\","
                  "\"code\":\"1\",\"abstract\":true,\"contains\":[{\"system\":\"u:x\",\"code\":\"2\"}]},"
                  "{\"system\":\"u:x\",\"code\":\"3\"}]}"),
     "u:x|2 u:x|3"},
    {"part",
     VS("part", "\"expansion\":{\"timestamp\":\"2020-01-01\",\"total\":30,\"contains\":[{\"system\":\"u:x\","
                "\"code\":\"1\"}]}"),
     "!TERMS: its expansion is only a part of 30 codes"},
    {"model",
     VS("model",
        "\"compose\":{\"include\":[{\"valueSet\":[\"http://hl7.org/fhir/ValueSet/administrative-gender\"],"
        "\"system\":\"http://hl7.org/fhir/administrative-gender\",\"concept\":[{\"code\":\"male\"}]}]}"),
     "http://hl7.org/fhir/administrative-gender|male"},
    {"none", VS("none", "\"name\":\"x\""), "!TERMS: u:v-none has neither compose nor expansion"},
};

static void test_sets(void **state)
{
    struct world *w = world_new();
    (void)state;
    put(w, STR(CS), STR("s"));
    put(w, STR(VERSION("1", "{\"code\":\"a\"},{\"code\":\"d\"}")), STR("w1"));
    put(w, STR(VERSION("2", "{\"code\":\"a\"},{\"code\":\"c\"}")), STR("w2"));
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        put(w, str_of(sets[i].json), str_of(sets[i].id));
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
            check(w, SEARCH_CODES_IN, "", arena_printf(&w->arena, "u:v-%s", sets[i].id).p, sets[i].want);
    check(w, SEARCH_CODES_IN, "", "ValueSet/desc", "u:s|b");
    check(w, SEARCH_CODES_IN, "", "desc", "u:s|b");
    check(w, SEARCH_CODES_IN, "", "u:nowhere", "!TERMS: there is no value set u:nowhere here");
    check(
        w, SEARCH_CODES_IN, "", "http://hl7.org/fhir/ValueSet/administrative-gender",
        "http://hl7.org/fhir/administrative-gender|female http://hl7.org/fhir/administrative-gender|male "
        "http://hl7.org/fhir/administrative-gender|other http://hl7.org/fhir/administrative-gender|unknown");
    check(w, SEARCH_CODES_BELOW, "u:s", "a1", "u:s|a1 u:s|b");
    check(w, SEARCH_CODES_ABOVE, "u:s", "b", "u:s|a u:s|a1 u:s|b");
    check(w, SEARCH_CODES_BELOW, "", "a1", "!TERMS: name the code system: system|code");
    check(w, SEARCH_CODES_BELOW, "u:x", "a1", "!TERMS: the code system u:x is not here");
    check(w, SEARCH_CODES_BELOW, "u:s", "zz", "!TERMS: the code is not in u:s");
    world_free(w);
}

/* What is kept goes when a code system or value set changes, and only then; versions. */
static void test_changes(void **state)
{
    struct world *w = world_new();
    (void)state;
    put(w, STR(CS), STR("s"));
    put(w, STR(VS("x", "\"version\":\"2.9\"," INCLUDE(FILTER("concept", "is-a", "a1")))), STR("x29"));
    check(w, SEARCH_CODES_IN, "", "u:v-x", "u:s|a1 u:s|b");
    put(w, STR("{\"resourceType\":\"Patient\"}"), STR("p"));
    check(w, SEARCH_CODES_IN, "", "u:v-x", "u:s|a1 u:s|b");
    put(w, STR(VS("x", "\"version\":\"2.10\"," INCLUDE(FILTER("code", "=", "c")))), STR("x210"));
    check(w, SEARCH_CODES_IN, "", "u:v-x", "u:s|c");
    check(w, SEARCH_CODES_IN, "", "u:v-x|2.9", "u:s|a1 u:s|b");
    put(w, STR("{\"resourceType\":\"CodeSystem\",\"url\":\"u:s\",\"content\":\"fragment\"}"), STR("s"));
    check(w, SEARCH_CODES_IN, "", "u:v-x|2.9", "!TERMS: the code system u:s is here in part only");
    check(w, SEARCH_CODES_IN, "", "u:v-x|9", "!TERMS: there is no value set u:v-x|9 here");
    world_free(w);
}

/* More codes than a search can hold become the system itself. */
static void test_large(void **state)
{
    struct world *w = world_new();
    struct buf b;
    (void)state;
    buf_init(&b, BUF_NO_MAX);
    buf_cstr(&b, "{\"resourceType\":\"CodeSystem\",\"url\":\"u:big\",\"content\":\"complete\",\"concept\":[{"
                 "\"code\":\"top\","
                 "\"concept\":[");
    for (int i = 0; i < TERMS_CODES_MAX + 1; i++)
        buf_printf(&b, "%s{\"code\":\"%d\"}", i ? "," : "", i);
    buf_cstr(&b, "]}]}");
    put(w, buf_get(&b), STR("big"));
    put(w, STR(VS("big", INCLUDE("{\"system\":\"u:big\"}"))), STR("bigset"));
    check(w, SEARCH_CODES_IN, "", "u:v-big", "u:big|");
    struct search_code *code;
    size_t count;
    assert_false(ask(w, SEARCH_CODES_BELOW, "u:big", STR("top"), &code, &count));
    assert_int_equal(w->err.code, ERR_SEARCH_LIMIT);
    buf_release(&b);
    world_free(w);
}

/* ---- the official cases ---- */

static const char *corpus_file(struct arena *arena, struct str name)
{
    const char *corpus = getenv("HELHET_CORPUS");
    return arena_printf(arena, "%s/fhir-tx-tests/%.*s", corpus ? corpus : "../shared/corpus", STR_ARG(name))
        .p;
}

static bool read_json(struct arena *arena, struct str name, struct json_doc *doc)
{
    char *data;
    size_t n;
    struct err err;
    if (!os_file_read(corpus_file(arena, name), FILE_MAX, &data, &n))
        return false;
    struct str text = arena_str(arena, (struct str){data, n});
    os_free(data);
    return json_parse(arena, text, &fhir_names, doc, &err);
}

static struct str text_of_key(const struct json_doc *doc, uint32_t i, const char *key)
{
    return json_text(doc, json_get_key(doc, i, str_of(key)));
}

/* The URL of a request that only asks which codes there are; {NULL,0} otherwise. */
static struct str plain_url(const struct json_doc *doc)
{
    static const char *const harmless[] = {"excludeNested",     "includeDesignations",
                                           "includeDefinition", "displayLanguage",
                                           "property",          "designation"};
    struct str url = {NULL, 0}, version = {NULL, 0};
    uint32_t list = json_get_key(doc, 0, STR("parameter"));
    if (list == UINT32_MAX)
        return url;
    JSON_EACH(doc, list, i)
    {
        struct str name = text_of_key(doc, i, "name");
        bool known = false;
        if (str_is(name, "url"))
            url = text_of_key(doc, i, "valueUri");
        else if (str_is(name, "valueSetVersion"))
            version = text_of_key(doc, i, "valueString");
        for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++)
            known = known || str_is(name, harmless[k]);
        if (!known && !str_is(name, "url"))
            return (struct str){NULL, 0};
    }
    return version.p ? (struct str){NULL, 0} : url;
}

static void add_contains(const struct json_doc *doc, uint32_t list, struct list *out, const struct asking *a)
{
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, i)
    {
        list_add(a, out, text_of_key(doc, i, "system"), text_of_key(doc, i, "code"));
        add_contains(doc, json_get_key(doc, i, STR("contains")), out, a);
    }
}

static void load_setup(struct world *w, const struct json_doc *cases, uint32_t suite)
{
    uint32_t setup = json_get_key(cases, suite, STR("setup"));
    if (setup == UINT32_MAX)
        return;
    JSON_EACH(cases, setup, i)
    {
        struct json_doc doc;
        if (!read_json(&w->arena, json_text(cases, i), &doc) || !fhir_resource_type(&doc, 0))
            continue;
        put(w, doc.source, arena_printf(&w->arena, "r%u", i));
    }
}

/* Does the expansion say itself that it lists a part only (of a fragment)? */
static bool unclosed(const struct json_doc *doc, uint32_t expansion)
{
    uint32_t list = json_get_key(doc, expansion, STR("extension"));
    bool yes = false;
    if (list != UINT32_MAX)
        JSON_EACH(doc, list, i)
        {
            uint32_t value = json_get_key(doc, i, STR("valueBoolean"));
            yes = yes || (str_ends(text_of_key(doc, i, "url"), STR("/valueset-unclosed")) &&
                          value != UINT32_MAX && doc->nodes[value].kind == JSON_TRUE);
        }
    return yes;
}

/* Then what a search asks for is all of it: whole systems, which hold every code that is listed. */
static bool holds_all(const struct search_code *got, size_t count, const struct list *want)
{
    bool all = true;
    for (size_t w = 0; all && w < want->count; w++) {
        all = false;
        for (size_t i = 0; i < count; i++)
            all = all || (got[i].code.n == 0 && str_eq(got[i].system, want->item[w].system));
    }
    return all;
}

/* 1 passed, 0 failed, -1 not of this kind. */
static int run_case(struct world *w, const struct json_doc *cases, uint32_t test)
{
    struct json_doc request, response;
    struct asking a = {.arena = &w->arena, .err = &w->err};
    struct list want = {0};
    struct search_code *got;
    size_t count = 0;
    if (!str_is(text_of_key(cases, test, "operation"), "expand") || text_of_key(cases, test, "mode").n ||
        text_of_key(cases, test, "profile").n || text_of_key(cases, test, "http-code").n ||
        !read_json(&w->arena, text_of_key(cases, test, "request"), &request) ||
        !read_json(&w->arena, text_of_key(cases, test, "response"), &response))
        return -1;
    struct str url = plain_url(&request);
    uint32_t expansion = json_get_key(&response, 0, STR("expansion"));
    if (!url.p)
        return -1;
    if (!str_is(text_of_key(&response, 0, "resourceType"), "ValueSet"))
        return !ask(w, SEARCH_CODES_IN, "", url, &got, &count);
    add_contains(&response, json_get_key(&response, expansion, STR("contains")), &want, &a);
    list_sort(&want);
    if (!ask(w, SEARCH_CODES_IN, "", url, &got, &count))
        return 0;
    bool same = unclosed(&response, expansion) ? holds_all(got, count, &want) : count == want.count;
    for (size_t i = 0; same && !unclosed(&response, expansion) && i < count; i++)
        same = list_has(&want, got[i].system, got[i].code);
    w->err.code = ERR_OK;
    return same;
}

static void test_official(void **state)
{
    struct arena arena;
    struct json_doc cases;
    unsigned passed = 0, failed = 0, skipped = 0;
    struct buf failures;
    (void)state;
    arena_init(&arena);
    buf_init(&failures, BUF_NO_MAX);
    if (!read_json(&arena, STR("test-cases.json"), &cases)) {
        arena_release(&arena);
        skip();
    }
    uint32_t suites = json_get_key(&cases, 0, STR("suites"));
    JSON_EACH(&cases, suites, s)
    {
        if (str_is(text_of_key(&cases, s, "mode"), "tx.fhir.org"))
            continue;
        struct world *w = world_new();
        load_setup(w, &cases, s);
        uint32_t tests = json_get_key(&cases, s, STR("tests"));
        JSON_EACH(&cases, tests, t)
        {
            int result = run_case(w, &cases, t);
            passed += result == 1;
            failed += result == 0;
            skipped += result < 0 && str_is(text_of_key(&cases, t, "operation"), "expand");
            if (result == 0)
                buf_printf(&failures, "  - %.*s: %s %s\n", STR_ARG(text_of_key(&cases, t, "name")),
                           w->err.code ? err_info(w->err.code)->name : "other codes",
                           w->err.code ? w->err.arg[2] : "");
        }
        world_free(w);
    }
    print_message("CONFORMANCE terminology $expand by URL: %u passed, %u failed, %u skipped\n%.*s", passed,
                  failed, skipped, STR_ARG(buf_get(&failures)));
    assert_true(passed >= 40);
    buf_release(&failures);
    arena_release(&arena);
}

/* ---- sessions ---- */

static int subsumes(const struct path_terms *p, unsigned system, struct err *err)
{
    char url[40];
    snprintf(url, sizeof url, "http://x.example/cs/%u", system);
    return p->subsumes(p->arg, str_of(url), STR("a"), STR("b"), err);
}

static int member(const struct path_terms *p, const char *form, unsigned set, struct err *err)
{
    char url[40];
    snprintf(url, sizeof url, form, set);
    return p->member(p->arg, STR("http://x.example/cs/0"), STR("b"), str_of(url), err);
}

/* What one session may look up is bounded; what it has looked up it goes on answering. */
static void test_session_bounds(void **state)
{
    enum { SYSTEMS = TERMS_SESSION_SYSTEMS_MAX, SETS = TERMS_SESSION_SETS_MAX };
    struct world *w = world_new();
    struct err err = {0};
    (void)state;
    for (unsigned i = 0; i <= SYSTEMS; i++)
        put(w,
            arena_printf(
                &w->arena,
                "{\"resourceType\":\"CodeSystem\",\"status\":\"active\",\"content\":\"complete\",\"url\":"
                "\"http://x.example/cs/%u\",\"concept\":[{\"code\":\"a\",\"concept\":[{\"code\":\"b\"}]}]}",
                i),
            arena_printf(&w->arena, "cs-%u", i));
    put(w,
        STR("{\"resourceType\":\"ValueSet\",\"status\":\"active\",\"url\":\"http://x.example/vs/"
            "0\",\"compose\":{"
            "\"include\":[{\"system\":\"http://x.example/cs/0\"}]}}"),
        STR("vs-0"));
    struct store_read *r = store_read_begin(w->store, &w->err);
    struct terms_session *s = terms_session_new(w->terms);
    terms_session_read(s, r, 0);
    const struct path_terms *p = terms_session_path(s);
    for (unsigned i = 0; i < SYSTEMS; i++)
        assert_int_equal(subsumes(p, i, &err), 1);
    assert_int_equal(subsumes(p, SYSTEMS, &err), -1);
    assert_int_equal(err.code, ERR_SEARCH_LIMIT);
    assert_string_equal(err.arg[0], "subsumes");
    err = (struct err){0};
    assert_int_equal(subsumes(p, 0, &err), 1);
    assert_int_equal(member(p, "http://x.example/vs/%u", 0, &err), 1);
    for (unsigned i = 1; i < SETS; i++)
        assert_int_equal(member(p, "http://x.example/none/%u", i, &err), PATH_TERMS_UNKNOWN);
    assert_int_equal(member(p, "http://x.example/none/%u", SETS, &err), -1);
    assert_int_equal(err.code, ERR_SEARCH_LIMIT);
    assert_string_equal(err.arg[0], "memberOf");
    err = (struct err){0};
    assert_int_equal(member(p, "http://x.example/vs/%u", 0, &err), 1);
    assert_int_equal(member(p, "http://x.example/none/%u", 1, &err), PATH_TERMS_UNKNOWN);
    terms_session_free(s);
    s = terms_session_new(w->terms);
    terms_session_read(s, r, 0);
    assert_int_equal(subsumes(terms_session_path(s), SYSTEMS, &err), 1);
    terms_session_free(s);
    store_read_end(r);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sets), cmocka_unit_test(test_changes),
                                       cmocka_unit_test(test_large), cmocka_unit_test(test_session_bounds),
                                       cmocka_unit_test(test_official)};
    return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
