/* SPDX-License-Identifier: Apache-2.0
 * oracle_testkit: the same resources in a store and in the oracle, and one search asked of both. Included by
 * tests only, once per program. */
#ifndef HELHET_ORACLE_ORACLE_TESTKIT_H
#define HELHET_ORACLE_ORACLE_TESTKIT_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_gen.h"
#include "search/search.h"
#include "terms/terms.h"
#include "words/words.h"

enum { KIT_LABELS_MAX = 3000, KIT_FILE_MAX = 64 << 20, KIT_ARGS_MAX = 8, KIT_LABEL_MAX = 64 };

/* What searches are counted together: the first that the label begins with. */
struct kit_family {
    const char *begins, *name;
    size_t passed, failed, skipped;
};

struct kit_label {
    char text[KIT_LABEL_MAX];
    struct kit_family *family;
    size_t passed, failed;
    char first[1200];
};

struct pages_walk;

struct kit {
    struct search *s;
    struct store *store;
    struct terms *terms;
    struct words *words; /* opened by the test that needs it */
    struct words_hook hook;
    struct store_read *read;
    struct oracle *o;
    struct arena arena; /* lives with the resources */
    struct arena work;  /* one search */
    char dir[64];
    bool *expected, *found;
    bool *page, *with, *included; /* of one page: its matches, what should go with them, what does */
    struct kit_label label[KIT_LABELS_MAX];
    size_t label_count, passed, failed, shown, show;
    const char *only;
    int64_t seq;     /* the commit that the page at hand is of; 0: now */
    bool writing;    /* searches are walked through while the record changes (oracle_testpages.h) */
    uint64_t random; /* what is written */
    size_t made;     /* resources created so */
    struct pages_walk *walk;
};
static struct kit kit;

static struct kit_family kit_families[] = {
    {"pages", "search oracle: pages while the record is written", 0, 0, 0},
    {"words", "search oracle: _text, _content, :text", 0, 0, 0},
    {"terms", "search oracle: value sets and hierarchies", 0, 0, 0},
    {"token MIME", "search oracle: :below of MIME types", 0, 0, 0},
    {"canonical", "search oracle: canonical URLs with versions", 0, 0, 0},
    {"_contained", "search oracle: _contained", 0, 0, 0},
    {"_lastUpdated", "search oracle: _lastUpdated", 0, 0, 0},
    {"_total", "search oracle: _total", 0, 0, 0},
    {"_list", "search oracle: _list", 0, 0, 0},
    {"near", "search oracle: near", 0, 0, 0},
    {"_filter", "search oracle: _filter", 0, 0, 0},
    {"_sort", "search oracle: sorting", 0, 0, 0},
    {"_include", "search oracle: _include", 0, 0, 0},
    {"_revinclude", "search oracle: _revinclude", 0, 0, 0},
    {"chain", "search oracle: chains", 0, 0, 0},
    {"_has", "search oracle: _has", 0, 0, 0},
    {"compartment", "search oracle: compartments", 0, 0, 0},
    {"", "search oracle: values, prefixes, modifiers", 0, 0, 0},
};
enum { KIT_FAMILIES = sizeof kit_families / sizeof *kit_families };

static inline const char *kit_corpus(void)
{
    const char *corpus = getenv("HELHET_CORPUS");
    return corpus ? corpus : "../shared/corpus";
}

static inline int kit_setup(void **state)
{
    struct err err = {0};
    char path[400];
    (void)state;
    kit = (struct kit){.only = getenv("HELHET_ORACLE_ONLY")};
    kit.show = getenv("HELHET_ORACLE_SHOW") ? strtoul(getenv("HELHET_ORACLE_SHOW"), NULL, 10) : 0;
    arena_init(&kit.arena);
    arena_init(&kit.work);
    snprintf(path, sizeof path, "%s/fhir-r4-definitions", kit_corpus());
    kit.o = oracle_new(path);
    kit.s = search_new(&err);
    snprintf(kit.dir, sizeof kit.dir, "/tmp/helhet-oracle-XXXXXX");
    assert_non_null(mkdtemp(kit.dir));
    struct store_options opt = {
        .dir = kit.dir, .create = true, .schema = search_schema(kit.s), .hooks = search_hooks(kit.s)};
    kit.store = store_open(&opt, &err);
    assert_non_null(kit.store);
    search_set_key(kit.s, store_hash_key(kit.store));
    kit.terms = terms_new(kit.s, &err);
    assert_non_null(kit.terms);
    struct search_terms terms = terms_for_search(kit.terms);
    search_set_terms(kit.s, &terms);
    kit.expected = os_alloc(ORACLE_RESOURCES_MAX * sizeof *kit.expected);
    kit.found = os_alloc(ORACLE_RESOURCES_MAX * sizeof *kit.found);
    kit.page = os_alloc(ORACLE_RESOURCES_MAX * sizeof *kit.page);
    kit.with = os_alloc(ORACLE_RESOURCES_MAX * sizeof *kit.with);
    kit.included = os_alloc(ORACLE_RESOURCES_MAX * sizeof *kit.included);
    return 0;
}

static inline int kit_teardown(void **state)
{
    char command[100];
    (void)state;
    if (kit.read)
        store_read_end(kit.read);
    words_close(kit.words);
    terms_free(kit.terms);
    store_close(kit.store);
    search_free(kit.s);
    oracle_free(kit.o);
    os_free(kit.expected);
    os_free(kit.found);
    os_free(kit.page);
    os_free(kit.with);
    os_free(kit.included);
    arena_release(&kit.arena);
    arena_release(&kit.work);
    snprintf(command, sizeof command, "rm -rf %s", kit.dir);
    return system(command);
}

/* ---- resources into both ---- */

static inline void kit_members(const struct json_doc *doc, uint32_t i, bool meta, struct buf *out)
{
    JSON_EACH(doc, i, c)
    {
        struct str key = {doc->nodes[c].key, doc->nodes[c].key_len};
        if (meta ? str_is(key, "versionId") || str_is(key, "lastUpdated")
                 : str_is(key, "resourceType") || str_is(key, "id") || str_is(key, "meta"))
            continue;
        buf_char(out, ',');
        json_write_string(out, key);
        buf_char(out, ':');
        json_write(doc, c, out);
    }
}

static inline bool kit_put(struct store_tx *tx, void *arg, struct err *err)
{
    const struct oracle_resource *r = arg;
    struct arena a;
    struct store_rows rows = {0};
    struct buf tail, rest;
    uint32_t meta = json_get(r->doc, 0, FHIR_NAME_meta);
    arena_init(&a);
    buf_init(&tail, BUF_NO_MAX);
    buf_init(&rest, BUF_NO_MAX);
    kit_members(r->doc, 0, false, &tail);
    buf_char(&tail, '}');
    if (meta != UINT32_MAX)
        kit_members(r->doc, meta, true, &rest);
    struct store_change change = {.op = 'U', .type = r->type, .id = r->id};
    change.head = arena_printf(&a, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", fhir_types[r->type].name,
                               STR_ARG(r->id));
    change.meta_rest = buf_get(&rest);
    change.tail = buf_get(&tail);
    bool ok = search_extract(kit.s, r->doc, 0, r->type, &a, &rows, err);
    change.rows = rows.item;
    change.row_count = rows.count;
    ok = ok && store_put(tx, &change, err);
    ((struct oracle_resource *)arg)->updated_ms = change.time_ms;
    buf_release(&tail);
    buf_release(&rest);
    arena_release(&a);
    return ok;
}

/* Resources without id, and a second one of the same name, are left out. */
static inline void kit_add(struct str json)
{
    struct err err = {0};
    struct json_doc *doc = ARENA_NEW(&kit.arena, struct json_doc);
    assert_true(json_parse(&kit.arena, arena_str(&kit.arena, json), &fhir_names, doc, &err));
    struct oracle_resource r = {.type = fhir_type_tree(doc, 0), .doc = doc};
    r.id = json_text(doc, json_get(doc, 0, FHIR_NAME_id));
    if (!r.type || !r.id.n || oracle_find(kit.o, r.type, r.id) != SIZE_MAX)
        return;
    struct store_job job = {.run = kit_put, .arg = &r, .agent = STR("test"), .reason = STR("test")};
    if (!store_run(kit.store, &job, &err))
        fail_msg("%.*s: %s %s %s", STR_ARG(r.id), err_info(err.code)->name, err.path, err.arg[0]);
    oracle_put(kit.o, &r);
}

static inline int kit_by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The official examples, in the order of their names. */
static inline size_t kit_examples(void)
{
    char path[700], dir[400];
    struct dirent **list;
    snprintf(dir, sizeof dir, "%s/fhir-r4-examples", kit_corpus());
    int n = scandir(dir, &list, NULL, kit_by_name);
    for (int i = 0; i < n; i++) {
        char *data;
        size_t len;
        snprintf(path, sizeof path, "%s/%s", dir, list[i]->d_name);
        if (str_ends(str_of(list[i]->d_name), STR(".json")) &&
            os_file_read(path, KIT_FILE_MAX, &data, &len)) {
            kit_add((struct str){data, len});
            os_free(data);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return oracle_count(kit.o);
}

/* MIME types with what may stand after them. */
static inline void kit_documents(void)
{
    static const char *const types[] = {
        "text/xml",  "text/xml; charset=UTF-8", "Text/XML;charset=utf-8", "text/xml-sgml",
        "image/png", "image/jp2; q=1;a=b",      "application/x",          "text/plain; a=b"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        kit_add(arena_printf(&kit.arena,
                             "{\"resourceType\":\"DocumentReference\",\"id\":\"mime-%zu\",\"status\":"
                             "\"current\",\"content\":[{\"attachment\":{\"contentType\":\"%s\"}}]}",
                             i, types[i]));
}

/* References to versions of definitions, and definitions of one URL. */
static inline void kit_canonicals(void)
{
    static const char *const versions[] = {"", "|1", "|1.1", "|1.1.2", "|10", "|1-draft", "|2"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        kit_add(arena_printf(
            &kit.arena,
            "{\"resourceType\":\"QuestionnaireResponse\",\"id\":\"qr-%zu\",\"meta\":{\"profile\":"
            "[\"http://x.example/p%s\"]},\"status\":\"completed\",\"questionnaire\":"
            "\"http://x.example/q%s\"}",
            i, versions[i], versions[i]));
        if (*versions[i])
            kit_add(arena_printf(&kit.arena,
                                 "{\"resourceType\":\"Questionnaire\",\"id\":\"q-%zu\",\"status\":\"active\","
                                 "\"url\":\"http://x.example/q\",\"version\":\"%s\"}",
                                 i, versions[i] + 1));
    }
}

/* What the examples have too little of: Lists of them, and places near each other. */
static inline void kit_more(void)
{
    enum { LISTS = 10, ENTRIES = 12, PLACES = 24 };
    size_t n = oracle_count(kit.o);
    kit_documents();
    kit_canonicals();
    for (size_t l = 0; l < LISTS; l++) {
        struct str json =
            arena_printf(&kit.arena,
                         "{\"resourceType\":\"List\",\"id\":\"list-%zu\",\"status\":\"current\","
                         "\"mode\":\"changes\",\"entry\":[",
                         l);
        for (size_t e = 0; e < ENTRIES; e++) {
            const struct oracle_resource *r = oracle_get(kit.o, (l * 131 + e * 37) % n);
            json = arena_printf(&kit.arena, "%.*s%s{\"deleted\":%s,\"item\":{\"reference\":\"%s/%.*s\"}}",
                                STR_ARG(json), e ? "," : "", e % 4 == 3 ? "true" : "false",
                                fhir_types[r->type].name, STR_ARG(r->id));
        }
        kit_add(arena_printf(&kit.arena, "%.*s]}", STR_ARG(json)));
    }
    for (size_t p = 0; p < PLACES; p++) {
        double shift = (double)(p * p) / 100, base = p % 3 ? 11.9 : -179.95;
        kit_add(arena_printf(&kit.arena,
                             "{\"resourceType\":\"Location\",\"id\":\"place-%zu\",\"position\":{"
                             "\"longitude\":%.3f,\"latitude\":%.3f}}",
                             p, base + shift, (p % 2 ? 56.5 : -33.1) + shift / 3));
    }
}

/* ---- one search of both ---- */

static inline void kit_begin(void)
{
    struct err err = {0};
    if (kit.read)
        store_read_end(kit.read);
    kit.read = store_read_begin(kit.store, &err);
    assert_non_null(kit.read);
    oracle_set_now(kit.o, os_now_ms());
}

/* Opens the text index and waits until it has followed everything. */
static inline void kit_words(void)
{
    struct err err = {0};
    struct words_status at = {0};
    kit.words = words_open(kit.dir, kit.store, &err);
    assert_non_null(kit.words);
    kit.hook = (struct words_hook){.words = kit.words, .search = kit.s};
    struct search_words words = words_for_search(&kit.hook);
    search_set_words(kit.s, &words);
    for (int i = 0; i < 6000; i++) {
        words_status(kit.words, &at);
        if (at.present && at.seq == at.store_seq)
            return;
        usleep(10000);
    }
    fail_msg("the text index does not come after");
}

static inline struct kit_label *kit_label(const char *text)
{
    for (size_t i = 0; i < kit.label_count; i++) {
        if (strcmp(kit.label[i].text, text) == 0)
            return &kit.label[i];
    }
    assert_true(kit.label_count < KIT_LABELS_MAX);
    struct kit_label *l = &kit.label[kit.label_count++];
    snprintf(l->text, sizeof l->text, "%s", text);
    for (l->family = kit_families; strncmp(text, l->family->begins, strlen(l->family->begins)) != 0;)
        l->family++;
    return l;
}

static inline size_t kit_index(const struct store_version *v)
{
    size_t i, hash = str_find(v->id, '#', 0);
    if (hash == SIZE_MAX) {
        i = oracle_find(kit.o, v->type, v->id);
    } else {
        i = oracle_find(kit.o, v->type, str_sub(v->id, 0, hash));
        i = i == SIZE_MAX ? i : oracle_find_contained(kit.o, i, str_sub(v->id, hash + 1, v->id.n));
    }
    if (i == SIZE_MAX)
        fail_msg("found what was never stored: %.*s", STR_ARG(v->id));
    return i;
}

/* The search as it is asked: _compartment goes into the address. */
static inline bool kit_parse(fhir_type_id type, const struct oracle_arg *args, size_t count, bool total,
                             struct search_query *q, struct err *err)
{
    struct search_param params[KIT_ARGS_MAX];
    struct search_within within = {.type = type, .seq = kit.seq};
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (str_is(args[i].name, "_compartment")) {
            struct str rest = args[i].value, part;
            str_split(&rest, '/', &part);
            within.compartment = fhir_resource_find(part);
            within.id = rest;
        } else {
            params[n++] = (struct search_param){args[i].name, args[i].value};
        }
    }
    if (total)
        params[n++] = (struct search_param){STR("_total"), STR("accurate")};
    return search_parse_within(kit.s, kit.read, &within, params, n, &kit.work, q, err);
}

/* Notes one page; false with a reason when a resource comes twice or out of order. */
static inline bool kit_page(const struct search_page *p, struct str sort, size_t *last, char *why, size_t max)
{
    for (size_t i = 0; i < p->match_count; i++) {
        size_t at = kit_index(&p->match[i]);
        if (kit.found[at]) {
            snprintf(why, max, "%.*s twice", STR_ARG(p->match[i].id));
            return false;
        }
        kit.found[at] = true;
        if (sort.p && *last != SIZE_MAX && !oracle_sort_right(kit.o, sort, *last, at)) {
            snprintf(why, max, "%.*s before %.*s", STR_ARG(oracle_get(kit.o, *last)->id),
                     STR_ARG(p->match[i].id));
            return false;
        }
        *last = at;
    }
    return true;
}

/* What goes with the page, each once. */
static inline bool kit_includes(const struct search_page *p, const struct oracle_arg *args, size_t count,
                                char *why, size_t max)
{
    memset(kit.page, 0, ORACLE_RESOURCES_MAX * sizeof *kit.page);
    memset(kit.included, 0, ORACLE_RESOURCES_MAX * sizeof *kit.included);
    for (size_t i = 0; i < p->match_count; i++)
        kit.page[kit_index(&p->match[i])] = true;
    if (!oracle_include(kit.o, args, count, kit.page, kit.with, why))
        return false;
    for (size_t i = 0; i < p->included_count; i++) {
        size_t at = kit_index(&p->included[i]);
        if (kit.included[at]) {
            snprintf(why, max, "%.*s included twice", STR_ARG(p->included[i].id));
            return false;
        }
        kit.included[at] = true;
    }
    for (size_t i = 0; i < oracle_count(kit.o); i++) {
        const struct oracle_resource *r = oracle_get(kit.o, i);
        if (kit.with[i] == kit.included[i])
            continue;
        snprintf(why, max, "%s/%.*s %s with %zu matches", fhir_types[r->type].name, STR_ARG(r->id),
                 kit.with[i] ? "not included" : "included", p->match_count);
        return false;
    }
    return true;
}

static inline bool kit_refused(const struct err *err, char *why, size_t max)
{
    snprintf(why, max, "%s %s %s %s", err_info(err->code)->name, err->arg[0], err->arg[1], err->arg[2]);
    return false;
}

/* The value of _total; {NULL,0} when it is not asked for. */
static inline struct str kit_total(const struct oracle_arg *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(args[i].name, "_total"))
            return args[i].value;
    }
    return (struct str){NULL, 0};
}

/* Walks the pages of the search; found[] is set. False with a reason in why. */
static inline bool kit_search(fhir_type_id type, const struct oracle_arg *args, size_t count, unsigned page,
                              char *why, size_t why_max)
{
    struct search_query q;
    struct search_page p;
    struct str cursor = {NULL, 0}, sort = {NULL, 0};
    struct err err = {0};
    size_t last = SIZE_MAX, total = SIZE_MAX, seen = 0;
    memset(kit.found, 0, ORACLE_RESOURCES_MAX * sizeof *kit.found);
    for (size_t i = 0; i < count; i++)
        sort = str_is(args[i].name, "_sort") ? args[i].value : sort;
    struct str wanted = kit_total(args, count);
    do {
        bool ok = kit_parse(type, args, count, !wanted.p && page < 10 && !cursor.p, &q, &err);
        q.plan.limit = page;
        q.plan.cursor = cursor;
        if (!ok || !search_run(kit.s, kit.read, &q, &kit.work, &p, &err))
            return kit_refused(&err, why, why_max);
        if (!kit_page(&p, sort, &last, why, why_max) || !kit_includes(&p, args, count, why, why_max))
            return false;
        total = p.has_total ? p.total : total;
        seen += p.match_count;
        if (wanted.p && p.has_total == str_is(wanted, "none")) {
            snprintf(why, why_max, "%s total", p.has_total ? "a" : "no");
            return false;
        }
        cursor = p.next;
    } while (p.more);
    /* Of contained resources on their own, containers are counted. */
    if (total == SIZE_MAX || total == seen || (q.contained && q.contained->itself))
        return true;
    snprintf(why, why_max, "total %zu of %zu", total, seen);
    return false;
}

/* oracle_testpages.h */
static inline bool kit_walk(fhir_type_id type, const struct oracle_arg *args, size_t count, char *why,
                            size_t why_max);
static inline void pages_apply(void);

static inline bool kit_same(char *why, size_t max)
{
    size_t expected = 0, missing = 0, extra = 0, example = 0;
    for (size_t i = 0; i < ORACLE_RESOURCES_MAX; i++) {
        expected += kit.expected[i];
        missing += kit.expected[i] && !kit.found[i];
        extra += kit.found[i] && !kit.expected[i];
        if (kit.expected[i] != kit.found[i])
            example = i;
    }
    if (!missing && !extra)
        return true;
    const struct oracle_resource *r = oracle_get(kit.o, example);
    snprintf(why, max, "%zu expected, %zu missing, %zu extra, e.g. %s/%.*s", expected, missing, extra,
             fhir_types[r->type].name, STR_ARG(r->id));
    return false;
}

static inline void kit_url(fhir_type_id type, const struct oracle_arg *args, size_t count, struct buf *out)
{
    buf_cstr(out, type ? fhir_types[type].name : "");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%c%.*s=%.*s", i ? '&' : '?', STR_ARG(args[i].name), STR_ARG(args[i].value));
}

/* oracle_gen_emit */
static inline void compare(void *arg, const char *text, fhir_type_id type, const struct oracle_arg *args,
                           size_t count)
{
    char why[ORACLE_WHY_MAX] = "";
    (void)arg;
    if (kit.only && strncmp(text, kit.only, strlen(kit.only)) != 0)
        return;
    struct kit_label *l = kit_label(text);
    if (!oracle_search(kit.o, type, args, count, kit.expected, why)) {
        l->family->skipped++;
        return;
    }
    unsigned page = (kit.passed + kit.failed) % 5 == 0 ? 2 : 1000;
    bool ok = (kit.writing ? kit_walk(type, args, count, why, sizeof why)
                           : kit_search(type, args, count, page, why, sizeof why)) &&
              kit_same(why, sizeof why);
    pages_apply();
    arena_reset(&kit.work);
    kit.passed += ok;
    kit.failed += !ok;
    l->passed += ok;
    l->failed += !ok;
    l->family->passed += ok;
    l->family->failed += !ok;
    if (ok || (l->failed > 1 && kit.shown >= kit.show))
        return;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    kit_url(type, args, count, &b);
    buf_printf(&b, "  # %s", why);
    if (l->failed == 1)
        snprintf(l->first, sizeof l->first, "%.*s", STR_ARG(buf_get(&b)));
    if (kit.shown < kit.show)
        print_message("[%s] %.*s\n", text, STR_ARG(buf_get(&b)));
    kit.shown++;
    buf_release(&b);
}

static inline void kit_failures(const struct kit_family *f)
{
    for (size_t i = 0; i < kit.label_count; i++) {
        const struct kit_label *l = &kit.label[i];
        if (l->failed && l->family == f)
            print_message("  - %s (%zu of %zu): %s\n", l->text, l->failed, l->failed + l->passed, l->first);
    }
}

static inline void kit_end(void)
{
    print_message("%zu resources, %zu kinds of searches\n", oracle_count(kit.o), kit.label_count);
    for (size_t i = 0; i < KIT_FAMILIES; i++) {
        const struct kit_family *f = &kit_families[i];
        if (f->passed + f->failed + f->skipped == 0)
            continue;
        print_message("CONFORMANCE %s: %zu passed, %zu failed, %zu skipped\n", f->name, f->passed, f->failed,
                      f->skipped);
        kit_failures(f);
    }
    for (size_t i = 0; i < KIT_FAMILIES; i++)
        kit_families[i].passed = kit_families[i].failed = kit_families[i].skipped = 0;
    assert_int_equal(kit.failed, 0);
}

#endif
