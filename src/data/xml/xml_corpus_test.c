/* SPDX-License-Identifier: Apache-2.0
 * JSON → XML → JSON of every official R4 example and of Synthea loses nothing: the same members with the same
 * texts, decimals digit for digit, narrative byte for byte; and the XML of the JSON read back is the same
 * XML. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/os.h"
#include "xml/xml.h"
#include "json/json_testkit.h"

enum {
    LINE_MAX_BYTES = 16 * 1024 * 1024,
    FILE_MAX_BYTES = 64 * 1024 * 1024,
    PATH_MAX_BYTES = 1024,
    FAILURES_SHOWN = 5
};

struct tally {
    unsigned passed, failed;
    char first[FAILURES_SHOWN][1024];
};

static void corpus_path(char out[PATH_MAX_BYTES], const char *folder, const char *file)
{
    const char *corpus = getenv("HELHET_CORPUS");
    snprintf(out, PATH_MAX_BYTES, "%s/%s/%s", corpus ? corpus : "../shared/corpus", folder, file);
}

static DIR *corpus_open(const char *folder)
{
    char path[PATH_MAX_BYTES];
    corpus_path(path, folder, "");
    DIR *dir = opendir(path);
    if (!dir) {
        print_message("SKIPPED: %s is absent\n", path);
        skip();
    }
    return dir;
}

/* Texts are the same; of narrative the line ends are XML's. */
static bool same_text(const struct json_node *a, const struct json_node *b)
{
    uint32_t j = 0;
    for (uint32_t i = 0; i < a->len; i++) {
        if (a->text[i] == '\r' && i + 1 < a->len && a->text[i + 1] == '\n' && a->key && a->text[0] == '<')
            continue;
        if (j == b->len || a->text[i] != b->text[j++])
            return false;
    }
    return j == b->len;
}

/* NULL when text survives the way there and back, else what went wrong. */
static const char *round_trip(struct arena *arena, struct str text, bool pretty, struct err *err)
{
    struct json_doc before, after;
    struct buf xml, json, again;
    const char *wrong = NULL;
    buf_init(&xml, BUF_NO_MAX);
    buf_init(&json, BUF_NO_MAX);
    buf_init(&again, BUF_NO_MAX);
    *err = (struct err){0};
    if (!json_parse(arena, text, &fhir_names, &before, err))
        wrong = "JSON";
    else if (!fhir_type_tree(&before, 0) || !xml_write(&before, 0, pretty, &xml, err))
        wrong = "to XML";
    else if (!xml_read(buf_get(&xml), &json, err))
        wrong = "from XML";
    else if (!json_parse(arena, buf_get(&json), &fhir_names, &after, err))
        wrong = "JSON from XML";
    else if (!json_same(&before, 0, &after, 0, same_text))
        wrong = "not the same";
    else if (!fhir_type_tree(&after, 0) || !xml_write(&after, 0, pretty, &again, err))
        wrong = "to XML again";
    else if (!str_eq(buf_get(&xml), buf_get(&again)))
        wrong = "not the same XML again";
    buf_release(&xml);
    buf_release(&json);
    buf_release(&again);
    return wrong;
}

static void judge(struct tally *t, struct arena *arena, const char *name, struct str text, bool pretty)
{
    struct err err;
    const char *wrong = round_trip(arena, text, pretty, &err);
    if (!wrong) {
        t->passed++;
        return;
    }
    if (t->failed < FAILURES_SHOWN)
        snprintf(t->first[t->failed], sizeof t->first[0], "%s: %s %s %s", name, wrong,
                 err.code ? err_info(err.code)->name : "", err.path);
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

static void official_examples_lose_nothing(void **state)
{
    struct tally t = {0};
    (void)state;
    DIR *dir = corpus_open("fhir-r4-examples");
    for (struct dirent *e; (e = readdir(dir));) {
        char path[PATH_MAX_BYTES], *data;
        size_t n;
        struct arena arena;
        if (!str_ends(str_of(e->d_name), STR(".json")))
            continue;
        corpus_path(path, "fhir-r4-examples", e->d_name);
        assert_true(os_file_read(path, FILE_MAX_BYTES, &data, &n));
        arena_init(&arena);
        judge(&t, &arena, e->d_name, (struct str){data, n}, t.passed % 2);
        arena_release(&arena);
        os_free(data);
    }
    closedir(dir);
    report(&t, "official R4 examples, JSON to XML and back");
}

static void judge_lines(struct tally *t, const char *folder, const char *file)
{
    char path[PATH_MAX_BYTES], *line = os_alloc(LINE_MAX_BYTES);
    struct arena arena;
    corpus_path(path, folder, file);
    gzFile in = gzopen(path, "rb");
    assert_non_null(in);
    arena_init(&arena);
    while (gzgets(in, line, LINE_MAX_BYTES)) {
        judge(t, &arena, file, str_of(line), false);
        arena_reset(&arena);
    }
    gzclose(in);
    arena_release(&arena);
    os_free(line);
}

static void synthea_loses_nothing(void **state)
{
    static const char *const folders[] = {"synthea/r4-2025-80patients", "synthea/r4-2019-100patients"};
    struct tally t = {0};
    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *dir = corpus_open(folders[i]);
        for (struct dirent *e; (e = readdir(dir));)
            if (str_ends(str_of(e->d_name), STR(".ndjson.gz")) &&
                !str_starts(str_of(e->d_name), STR("bundles")))
                judge_lines(&t, folders[i], e->d_name);
        closedir(dir);
    }
    report(&t, "Synthea resources, JSON to XML and back");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(official_examples_lose_nothing),
        cmocka_unit_test(synthea_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
