/* SPDX-License-Identifier: Apache-2.0 */
#include "load/load.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

static char dir[] = "/tmp/helhet-load-XXXXXX";
static struct arena arena;
static struct search *finder;
static struct store *record;
static unsigned stores;

static int setup(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return system(arena_printf(&arena, "rm -rf %s", dir).p) ? 1 : (arena_release(&arena), 0);
}

static const char *name(const char *tail)
{
    return arena_printf(&arena, "%s/%s", dir, tail).p;
}

static int open_record(void **state)
{
    (void)state;
    struct err err;
    finder = search_new(&err);
    assert_non_null(finder);
    struct store_options opt = {.dir = name(arena_printf(&arena, "store%u", stores++).p),
                                .create = true,
                                .schema = search_schema(finder),
                                .hooks = search_hooks(finder)};
    record = store_open(&opt, &err);
    assert_non_null(record);
    search_set_key(finder, store_hash_key(record));
    return 0;
}

static int close_record(void **state)
{
    (void)state;
    store_close(record);
    search_free(finder);
    return 0;
}

static struct load *begin(atomic_bool *stop, load_progress_fn *progress)
{
    struct load_options opt = {.store = record,
                               .search = finder,
                               .workers = 3,
                               .report_path = name("report"),
                               .agent = STR("test"),
                               .reason = STR("test"),
                               .stop = stop,
                               .progress = progress,
                               .progress_arg = stop};
    struct err err;
    struct load *l = load_begin(&opt, &err);
    assert_non_null(l);
    return l;
}

static struct load_stats load_all(const char *text)
{
    struct load_stats stats;
    struct err err;
    struct load *l = begin(NULL, NULL);
    assert_true(load_text(l, "text", str_of(text)));
    assert_true(load_end(l, &stats, &err));
    assert_int_equal(stats.in, stats.stored + stats.unchanged + stats.rejected);
    return stats;
}

static enum store_found find(const char *id, struct store_version *v)
{
    struct err err;
    struct store_read *r = store_read_begin(record, &err);
    assert_non_null(r);
    enum store_found f = store_get(r, fhir_resource_find(STR("Basic")), str_of(id), &arena, v, &err);
    store_read_end(r);
    return f;
}

static void touch(const char *tail)
{
    assert_true(os_file_replace(name(tail), STR("{}")));
}

static void test_paths(void **state)
{
    (void)state;
    mkdir(name("in"), 0700);
    mkdir(name("in/b"), 0700);
    touch("in/c.json");
    touch("in/a.ndjson.gz");
    touch("in/b/z.bz2");
    touch("in/b/y.txt");
    touch("in/d.xml");
    touch("in/readme.md");
    struct load_path *path;
    size_t count;
    struct err err;
    char *roots[] = {(char *)name("in/readme.md"), (char *)name("in")};
    assert_true(load_paths(roots, 2, &arena, &path, &count, &err));
    assert_int_equal(count, 5);
    assert_string_equal(path[0].path, name("in/readme.md"));
    assert_string_equal(path[1].path, name("in/a.ndjson.gz"));
    assert_string_equal(path[2].path, name("in/b/z.bz2"));
    assert_string_equal(path[3].path, name("in/c.json"));
    assert_int_equal(path[3].bytes, 2);
    assert_string_equal(path[4].path, name("in/d.xml"));
    char *missing[] = {(char *)name("nowhere")};
    assert_false(load_paths(missing, 1, &arena, &path, &count, &err));
    assert_int_equal(err.code, ERR_IO);
}

static void test_ids(void **state)
{
    (void)state;
    struct store_version v;
    struct load_stats s =
        load_all("{\"resourceType\":\"Basic\",\"id\":\"a\",\"code\":{\"text\":\"å\"}}\n"
                 "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"no id\"}}\n"
                 "{\"resourceType\":\"Basic\",\"id\":\"not an id\",\"code\":{\"text\":\"x\"}}\n");
    assert_int_equal(s.stored, 2);
    assert_int_equal(s.rejected, 1);
    assert_int_equal(find("a", &v), STORE_FOUND);
    s = load_all("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"no id\"}}");
    assert_int_equal(s.unchanged, 1);
}

#define POST(text)                                                                                           \
    "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"resource\":{\"resourceType\":\"Basic\","  \
    "\"id\":\"p\",\"code\":{\"text\":\"" text "\"}},\"request\":{\"method\":\"POST\",\"url\":\"Basic\"}}]}"

static void test_post_never_overwrites(void **state)
{
    (void)state;
    struct store_version v;
    struct load_stats s = load_all(POST("one") "\n" POST("two") "\n" POST("one"));
    assert_int_equal(s.stored, 1);
    assert_int_equal(s.unchanged, 2);
    assert_int_equal(s.kept, 1);
    assert_int_equal(find("p", &v), STORE_FOUND);
    assert_int_equal(v.version, 1);
    assert_true(str_find_str(v.body, STR("one")) != SIZE_MAX);
    char *report;
    size_t n;
    assert_true(os_file_read(name("report"), 10000, &report, &n));
    assert_true(str_find_str((struct str){report, n}, STR("\"outcome\":\"kept\"")) != SIZE_MAX);
    os_free(report);
}

static void test_history_ends_with_the_newest(void **state)
{
    (void)state;
    struct store_version v;
    struct load_stats s =
        load_all("{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":["
                 "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"h\",\"code\":{\"text\":\"new\"}}},"
                 "{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"h\",\"code\":{\"text\":\"old\"}}}]}");
    assert_int_equal(s.stored, 2);
    assert_int_equal(find("h", &v), STORE_FOUND);
    assert_int_equal(v.version, 2);
    assert_true(str_find_str(v.body, STR("new")) != SIZE_MAX);
}

static void stop_now(void *arg, const struct load_stats *now)
{
    if (now->in > 50)
        atomic_store((atomic_bool *)arg, true);
}

/* After a stop, what is in is a prefix of what was handed over. */
static void test_stop_leaves_a_prefix(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    atomic_bool stop = false;
    struct load_stats s;
    struct err err;
    struct store_version v;
    struct load *l = begin(&stop, stop_now);
    unsigned given = 0;
    char line[100];
    while (given < MANY) {
        int n = snprintf(line, sizeof line,
                         "{\"resourceType\":\"Basic\",\"id\":\"s%u\",\"code\":{\"text\":\"x\"}}", given++);
        if (!load_text(l, "text", (struct str){line, (size_t)n}))
            break;
    }
    assert_true(load_end(l, &s, &err));
    assert_true(given < MANY);
    assert_true(s.stored > 0);
    char id[20];
    for (unsigned i = 0; i < given; i++) {
        snprintf(id, sizeof id, "s%u", i);
        assert_int_equal(find(id, &v), i < s.stored ? STORE_FOUND : STORE_ABSENT);
    }
}

/* What a load by batches tells. */
struct heard {
    unsigned outcome[4];
    uint32_t last_line, wrong_line, next_line;
    fhir_type_id wrong_type;
};

static void hear(void *arg, const struct load_told *told)
{
    struct heard *h = arg;
    h->outcome[told->outcome]++;
    h->last_line = told->line;
    if (told->outcome != LOAD_REFUSED)
        return;
    assert_non_null(told->err);
    h->wrong_line = told->line;
    h->wrong_type = told->type;
}

static void hear_mark(void *arg, const char *file, uint32_t next_line)
{
    (void)file;
    ((struct heard *)arg)->next_line = next_line;
}

static struct heard load_batches(const char *path, uint32_t first_line, fhir_type_id only,
                                 struct load_stats *stats)
{
    struct heard h = {.next_line = 0};
    struct err err;
    struct load_options opt = {.store = record,
                               .search = finder,
                               .workers = 2,
                               .batch = 7,
                               .agent = STR("test"),
                               .reason = STR("test"),
                               .told = hear,
                               .mark = hear_mark,
                               .told_arg = &h,
                               .first_line = first_line,
                               .only_type = only};
    struct load *l = load_begin(&opt, &err);
    assert_non_null(l);
    assert_true(load_file(l, path));
    assert_true(load_end(l, stats, &err));
    return h;
}

/* Beside other writers, from a line on, and with types held. */
static void test_batches(void **state)
{
    (void)state;
    enum { LINES = 100, BAD = 40 };
    struct load_stats s;
    struct store_version v;
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    for (int i = 1; i <= LINES; i++)
        buf_printf(&text,
                   i == BAD ? "nonsense\n"
                            : "{\"resourceType\":\"Basic\",\"id\":\"n%d\",\"code\":{\"text\":\"x\"}}\n",
                   i);
    const char *path = name("batches.ndjson");
    assert_true(os_file_replace(path, buf_get(&text)));
    buf_release(&text);
    struct heard h = load_batches(path, 61, 0, &s);
    assert_int_equal(s.in, LINES - 60);
    assert_int_equal(h.outcome[LOAD_STORED], LINES - 60);
    assert_int_equal(find("n60", &v), STORE_ABSENT);
    assert_int_equal(find("n61", &v), STORE_FOUND);
    h = load_batches(path, 0, 0, &s);
    assert_int_equal(s.stored, 59);
    assert_int_equal(s.unchanged, 40);
    assert_int_equal(s.rejected, 1);
    assert_int_equal(h.outcome[LOAD_STORED] + h.outcome[LOAD_SAME], LINES - 1);
    assert_int_equal(h.wrong_line, BAD);
    assert_int_equal(h.last_line, LINES);
    assert_int_equal(h.next_line, UINT32_MAX);
    h = load_batches(path, 99, fhir_resource_find(STR("Patient")), &s);
    assert_int_equal(h.outcome[LOAD_REFUSED], 2);
    assert_int_equal(h.wrong_type, fhir_resource_find(STR("Basic")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test_setup_teardown(test_ids, open_record, close_record),
        cmocka_unit_test_setup_teardown(test_post_never_overwrites, open_record, close_record),
        cmocka_unit_test_setup_teardown(test_history_ends_with_the_newest, open_record, close_record),
        cmocka_unit_test_setup_teardown(test_batches, open_record, close_record),
        cmocka_unit_test_setup_teardown(test_stop_leaves_a_prefix, open_record, close_record),
    };
    return cmocka_run_group_tests_name("load", tests, setup, teardown);
}
