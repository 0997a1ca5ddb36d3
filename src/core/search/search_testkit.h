/* SPDX-License-Identifier: Apache-2.0
 * search_testkit: what the tests on a real store share: resources in memory beside the same ones in a store,
 * and the naive oracle, which asks a FHIRPath predicate of each. Included by tests only, once per program. */
#ifndef HELHET_SEARCH_SEARCH_TESTKIT_H
#define HELHET_SEARCH_SEARCH_TESTKIT_H

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
#include "search/search_int.h"

enum { RESOURCES_MAX = 20000, FOUND_MAX = 20000 };

struct resource {
    fhir_type_id type;
    struct str id;
    struct json_doc doc;
};

static struct search *s;
static struct store *store;
static struct arena arena;
static char dir[64];
static struct resource *all;
static size_t all_count;

/* ---- writing ---- */

struct load {
    const struct resource *r;
    size_t count;
};

static inline bool put_one(struct store_tx *tx, const struct resource *r, struct err *err)
{
    struct arena a;
    struct store_rows rows = {0};
    struct buf tail;
    arena_init(&a);
    buf_init(&tail, BUF_NO_MAX);
    JSON_EACH(&r->doc, 0, c)
    {
        struct str key = {r->doc.nodes[c].key, r->doc.nodes[c].key_len};
        if (str_is(key, "resourceType") || str_is(key, "id") || str_is(key, "meta"))
            continue;
        buf_char(&tail, ',');
        json_write_string(&tail, key);
        buf_char(&tail, ':');
        json_write(&r->doc, c, &tail);
    }
    buf_char(&tail, '}');
    struct store_change change = {.op = 'U', .type = r->type, .id = r->id};
    change.head = arena_printf(&a, "{\"resourceType\":\"%s\",\"id\":\"%.*s\",", fhir_types[r->type].name,
                               STR_ARG(r->id));
    change.meta_rest = STR("");
    change.tail = buf_get(&tail);
    bool ok = search_extract(s, &r->doc, 0, r->type, &a, &rows, err);
    change.rows = rows.item;
    change.row_count = rows.count;
    ok = ok && store_put(tx, &change, err);
    buf_release(&tail);
    arena_release(&a);
    return ok;
}

static inline bool put_all(struct store_tx *tx, void *arg, struct err *err)
{
    const struct load *l = arg;
    for (size_t i = 0; i < l->count; i++) {
        if (!put_one(tx, &l->r[i], err))
            return false;
    }
    return true;
}

static inline void add(const char *json, size_t n)
{
    struct err err = {0};
    struct resource *r = &all[all_count];
    struct str text = arena_str(&arena, (struct str){json, n});
    assert_true(all_count < RESOURCES_MAX);
    assert_true(json_parse(&arena, text, &fhir_names, &r->doc, &err));
    r->type = fhir_type_tree(&r->doc, 0);
    r->id = json_text(&r->doc, json_get(&r->doc, 0, FHIR_NAME_id));
    assert_int_not_equal(r->type, 0);
    all_count++;
}

static inline void addf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str text = arena_vprintf(&arena, fmt, ap);
    va_end(ap);
    add(text.p, text.n);
}

static inline void open_store(void)
{
    struct err err = {0};
    snprintf(dir, sizeof dir, "/tmp/helhet-search-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct store_options opt = {
        .dir = dir, .create = true, .schema = search_schema(s), .hooks = search_hooks(s)};
    store = store_open(&opt, &err);
    if (!store)
        fail_msg("%s %s", err_info(err.code)->name, err.arg[1]);
    search_set_key(s, store_hash_key(store));
}

static inline void load_all(void)
{
    struct err err = {0};
    struct load l = {all, all_count};
    struct store_job job = {.run = put_all, .arg = &l, .agent = STR("test"), .reason = STR("test")};
    if (!store_run(store, &job, &err))
        fail_msg("%s %s %s", err_info(err.code)->name, err.path, err.arg[0]);
}

static inline int setup(void **state)
{
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    s = search_new(&err);
    all = os_alloc(RESOURCES_MAX * sizeof *all);
    all_count = 0;
    open_store();
    return 0;
}

static inline int teardown(void **state)
{
    char command[100];
    (void)state;
    store_close(store);
    search_free(s);
    os_free(all);
    arena_release(&arena);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

/* ---- searching ---- */

static inline bool parse(const char *type, const char *query, struct store_read *r, struct arena *a,
                         struct search_query *q, struct err *err)
{
    struct search_param params[SEARCH_PARAMS_MAX];
    struct str rest = str_of(query), pair;
    size_t count = 0;
    while (str_split(&rest, '&', &pair)) {
        struct str value = pair;
        str_split(&value, '=', &params[count].name);
        params[count++].value = value.p ? value : STR("");
    }
    return search_parse(s, r, type ? fhir_resource_find(str_of(type)) : 0, params, count, false, a, q, err);
}

struct found {
    struct str id[FOUND_MAX]; /* in the page order */
    size_t count;
};
static struct found found;

/* Walks all pages of the search; ids go to found. */
static inline void search_all(const char *type, const char *query, unsigned page_size)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(store, &err);
    struct search_query q;
    struct search_page page;
    struct str cursor = {NULL, 0};
    found.count = 0;
    do {
        if (!parse(type, query, r, &arena, &q, &err))
            fail_msg("%s: %s %s %s", query, err_info(err.code)->name, err.arg[0], err.arg[1]);
        q.plan.limit = page_size;
        q.plan.cursor = cursor;
        if (!search_run(s, r, &q, &arena, &page, &err))
            fail_msg("%s: %s %s %s", query, err_info(err.code)->name, err.arg[0], err.arg[1]);
        for (size_t i = 0; i < page.match_count; i++) {
            assert_true(found.count < FOUND_MAX);
            found.id[found.count++] = page.match[i].id;
        }
        cursor = page.next;
        assert_true(!page.more || page.next.n > 0);
    } while (page.more);
    store_read_end(r);
}

static inline int by_id(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static inline bool resolve(void *arg, struct str reference, struct path_value *out)
{
    fhir_type_id type;
    struct str id;
    (void)arg;
    if (!reference_local(reference, &type, &id))
        return false;
    for (size_t i = 0; i < all_count; i++) {
        if (all[i].type == type && str_eq(all[i].id, id)) {
            *out = (struct path_value){.kind = PATH_NODE, .type = type, .node = 0, .doc = &all[i].doc};
            return true;
        }
    }
    return false;
}

static inline bool holds(const struct path_expr *expr, const struct resource *r, struct arena *a)
{
    struct path_context ctx = {.doc = &r->doc, .resolve = resolve};
    struct path_list list = {0};
    struct err err = {0};
    bool empty;
    if (!path_eval(expr, &ctx, 0, a, &list, &err))
        fail_msg("%.*s: %s", STR_ARG(r->id), err.arg[0]);
    return path_truth(&list, &empty) && !empty;
}

struct expect {
    const char *type, *query, *predicate;
};

static inline void check_case(const struct expect *e)
{
    struct err err = {0};
    fhir_type_id type = fhir_resource_find(str_of(e->type));
    const struct path_expr *expr = path_compile(&arena, str_of(e->predicate), type, &err);
    if (!expr)
        fail_msg("%s: %s", e->predicate, err.arg[0]);
    search_all(e->type, e->query, 37);
    qsort(found.id, found.count, sizeof found.id[0], by_id);
    size_t expected = 0, missing = 0, extra = 0;
    const char *example = "";
    for (size_t i = 0; i < all_count; i++) {
        if (all[i].type != type)
            continue;
        struct arena_mark mark = arena_mark(&arena);
        bool want = holds(expr, &all[i], &arena);
        arena_rewind(&arena, mark);
        bool got = bsearch(&all[i].id, found.id, found.count, sizeof found.id[0], by_id) != NULL;
        expected += want;
        missing += want && !got;
        extra += got && !want;
        if (want != got)
            example = arena_cstr(&arena, all[i].id);
    }
    for (size_t i = 1; i < found.count; i++) {
        if (str_eq(found.id[i - 1], found.id[i]))
            fail_msg("%s?%s: %.*s twice", e->type, e->query, STR_ARG(found.id[i]));
    }
    if (missing || extra || found.count != expected)
        fail_msg("%s?%s: %zu expected, %zu found, %zu missing, %zu extra, e.g. %s", e->type, e->query,
                 expected, found.count, missing, extra, example);
    if (expected == 0)
        fail_msg("%s?%s: an empty case shows nothing", e->type, e->query);
}

#endif
