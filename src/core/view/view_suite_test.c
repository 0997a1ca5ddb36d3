/* SPDX-License-Identifier: Apache-2.0
 * The official SQL-on-FHIR v2 suite (HELHET_CORPUS/sql-on-fhir-tests). Every case must pass; VIEW_VERBOSE=1
 * shows what a failing one gave. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/dec.h"
#include "base/os.h"
#include "view/view.h"
#include "json/json_testkit.h"

enum { FILES_MAX = 256, FILE_BYTES_MAX = 16 << 20, FAILURES_MAX = 5, ROWS_MAX = 4096 };

struct suite {
    unsigned passed, failed;
    char first[FAILURES_MAX][256];
};

/* The case under way: rows come as JSON objects, one after another in an array. */
struct run {
    const struct view *view;
    struct buf rows;
    unsigned count;
};

static void write_value(struct buf *out, const struct path_value *v)
{
    struct path_value copy = *v;
    struct path_list one = {&copy, 1, 1};
    struct buf array;
    buf_init(&array, BUF_NO_MAX);
    path_write(&one, &array);
    buf_add(out, array.p + 1, array.n - 2);
    buf_release(&array);
}

static void write_cell(struct buf *out, const struct view_column *c, const struct view_cell *cell)
{
    if (cell->null) {
        buf_cstr(out, "null");
        return;
    }
    if (c->collection)
        buf_char(out, '[');
    for (uint32_t i = 0; i < cell->count; i++) {
        if (i)
            buf_char(out, ',');
        write_value(out, &cell->item[i]);
    }
    if (c->collection)
        buf_char(out, ']');
}

static bool each_row(void *arg, const struct view_cell *cells, struct err *err)
{
    struct run *r = arg;
    size_t count;
    const struct view_column *c = view_columns(r->view, &count);
    (void)err;
    buf_char(&r->rows, r->count++ ? ',' : '[');
    buf_char(&r->rows, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(&r->rows, ',');
        json_write_string(&r->rows, c[i].name);
        buf_char(&r->rows, ':');
        write_cell(&r->rows, &c[i], &cells[i]);
    }
    buf_char(&r->rows, '}');
    return true;
}

/* ---- comparing: numbers by value, members in any order ---- */

static bool same_value(const struct json_node *a, const struct json_node *b)
{
    struct dec p, q;
    if (a->kind == JSON_STRING)
        return json_same_text(a, b);
    return dec_parse((struct str){a->text, a->len}, &p) && dec_parse((struct str){b->text, b->len}, &q) &&
           dec_cmp(p, q) == 0;
}

/* The same rows, each as often, in any order (the specification guarantees none). */
static bool same_rows(const struct json_doc *want, uint32_t expect, const struct json_doc *got)
{
    static bool taken[ROWS_MAX];
    uint32_t count = want->nodes[expect].len;
    if (count != got->nodes[0].len || count > ROWS_MAX)
        return false;
    memset(taken, 0, sizeof taken);
    JSON_EACH(want, expect, w)
    {
        uint32_t n = 0, found = UINT32_MAX;
        JSON_EACH(got, 0, g)
        {
            if (found == UINT32_MAX && !taken[n] && json_same(want, w, got, g, same_value))
                found = n;
            n++;
        }
        if (found == UINT32_MAX)
            return false;
        taken[found] = true;
    }
    return true;
}

static bool same_columns(const struct json_doc *doc, uint32_t expect, const struct view *v)
{
    size_t count, i = 0;
    const struct view_column *c = view_columns(v, &count);
    if (expect == UINT32_MAX)
        return true;
    if (doc->nodes[expect].len != count)
        return false;
    JSON_EACH(doc, expect, n)
    if (!str_eq(json_text(doc, n), c[i++].name))
        return false;
    return true;
}

/* ---- running ---- */

static bool run_all(struct run *r, struct json_doc *doc, struct err *err)
{
    uint32_t resources = json_get_key(doc, 0, STR("resources"));
    struct arena arena;
    bool ok = true;
    arena_init(&arena);
    for (uint32_t c = resources + 1; ok && c < doc->nodes[resources].end; c = doc->nodes[c].end) {
        struct view_input in = {.doc = doc, .resource = c, .now_ms = INT64_C(1795287117123)};
        ok = view_run(r->view, &in, &arena, each_row, r, err);
        arena_reset(&arena);
    }
    arena_release(&arena);
    buf_cstr(&r->rows, r->count ? "]" : "[]");
    return ok;
}

static bool passes(struct json_doc *doc, uint32_t test, struct buf *why)
{
    uint32_t view = json_get_key(doc, test, STR("view")), expect = json_get_key(doc, test, STR("expect"));
    uint32_t error = json_get_key(doc, test, STR("expectError"));
    uint32_t number = json_get_key(doc, test, STR("expectCount"));
    struct arena arena;
    struct json_doc got;
    struct err err = {0};
    struct run r = {0};
    arena_init(&arena);
    buf_init(&r.rows, BUF_NO_MAX);
    r.view = view_compile(&arena, doc, view, &err);
    bool ok = r.view && run_all(&r, doc, &err), pass;
    if (error != UINT32_MAX) {
        pass = !ok && err.path[0];
    } else {
        pass = ok && json_parse(&arena, buf_get(&r.rows), NULL, &got, &err) &&
               (expect == UINT32_MAX || same_rows(doc, expect, &got)) &&
               (number == UINT32_MAX || atol(json_text(doc, number).p) == (long)r.count) &&
               same_columns(doc, json_get_key(doc, test, STR("expectColumns")), r.view);
    }
    if (ok)
        buf_str(why, buf_get(&r.rows));
    else
        err_text(&err, ERR_EN, why);
    buf_printf(why, " %s", err.path);
    buf_release(&r.rows);
    arena_release(&arena);
    return pass;
}

static void one_test(struct suite *s, const char *file, struct json_doc *doc, uint32_t test)
{
    struct str title = json_text(doc, json_get_key(doc, test, STR("title")));
    struct buf why;
    buf_init(&why, BUF_NO_MAX);
    if (passes(doc, test, &why)) {
        s->passed++;
    } else {
        if (s->failed < FAILURES_MAX)
            snprintf(s->first[s->failed], sizeof s->first[0], "%s: %.*s", file, STR_ARG(title));
        s->failed++;
    }
    if (getenv("VIEW_VERBOSE"))
        printf("%s: %.*s: %.*s\n", file, STR_ARG(title), STR_ARG(buf_get(&why)));
    buf_release(&why);
}

static void run_file(struct suite *s, const char *folder, const char *name)
{
    char path[512], *data;
    size_t n;
    struct arena arena;
    struct json_doc doc;
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(os_file_read(path, FILE_BYTES_MAX, &data, &n));
    arena_init(&arena);
    assert_true(json_parse(&arena, (struct str){data, n}, &fhir_names, &doc, &err));
    uint32_t tests = json_get_key(&doc, 0, STR("tests")), resources = json_get_key(&doc, 0, STR("resources"));
    if (tests != UINT32_MAX && doc.nodes[tests].kind == JSON_ARRAY) {
        JSON_EACH(&doc, resources, c)
        fhir_type_tree(&doc, c);
        JSON_EACH(&doc, tests, c)
        one_test(s, name, &doc, c);
    }
    arena_release(&arena);
    os_free(data);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void test_suite(void **state)
{
    const char *corpus = getenv("HELHET_CORPUS");
    char folder[400], *names[FILES_MAX];
    struct suite s = {0};
    struct arena arena;
    size_t count = 0;
    (void)state;
    snprintf(folder, sizeof folder, "%s/sql-on-fhir-tests", corpus ? corpus : "../shared/corpus");
    DIR *d = opendir(folder);
    if (!d) {
        printf("SKIPPED: %s is absent\n", folder);
        skip();
    }
    arena_init(&arena);
    for (struct dirent *e; (e = readdir(d)) && count < FILES_MAX;)
        if (str_ends(str_of(e->d_name), STR(".json")) && !str_ends(str_of(e->d_name), STR(".schema.json")))
            names[count++] = arena_cstr(&arena, str_of(e->d_name));
    closedir(d);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++)
        run_file(&s, folder, names[i]);
    printf("CONFORMANCE SQL-on-FHIR v2: %u passed, %u failed, 0 skipped\n", s.passed, s.failed);
    for (unsigned i = 0; i < s.failed && i < FAILURES_MAX; i++)
        printf("  - %s\n", s.first[i]);
    arena_release(&arena);
    assert_int_equal(s.failed, 0);
    assert_true(s.passed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_suite)};
    return cmocka_run_group_tests_name("view_suite", tests, NULL, NULL);
}
