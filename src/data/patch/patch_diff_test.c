/* SPDX-License-Identifier: Apache-2.0
 * A difference told as a FHIRPath Patch, and that patch applied to the first gives the second: for hand-made
 * pairs, and for the official examples each turned into the next of its type. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "patch/patch.h"
#include "json/json_testkit.h"

enum { PATH_MAX_BYTES = 1024, FILE_MAX_BYTES = 16 * 1024 * 1024, FILES_MAX = 1024 };

/* Members that a difference leaves alone in the resource's own meta. */
static bool is_own(const struct json_node *n)
{
    return n->name == FHIR_NAME_versionId || n->name == FHIR_NAME_lastUpdated;
}

/* Members of object i but for those. */
static uint32_t others(const struct json_doc *doc, uint32_t i)
{
    uint32_t n = 0;
    if (i != UINT32_MAX)
        JSON_EACH(doc, i, c)
        {
            n += !is_own(&doc->nodes[c]);
        }
    return n;
}

static bool same_resource(const struct json_doc *a, const struct json_doc *b)
{
    uint32_t x = json_get(a, 0, FHIR_NAME_meta), y = json_get(b, 0, FHIR_NAME_meta);
    if (others(a, x) != others(b, y))
        return false;
    JSON_EACH(a, 0, c)
    {
        const struct json_node *n = &a->nodes[c];
        uint32_t other = json_get_key(b, 0, (struct str){n->key, n->key_len});
        if (n->name != FHIR_NAME_meta && (other == UINT32_MAX || !json_same(a, c, b, other, json_same_text)))
            return false;
    }
    if (x != UINT32_MAX && y != UINT32_MAX)
        JSON_EACH(a, x, c)
        {
            const struct json_node *n = &a->nodes[c];
            uint32_t other = json_get_key(b, y, (struct str){n->key, n->key_len});
            if (!is_own(n) && (other == UINT32_MAX || !json_same(a, c, b, other, json_same_text)))
                return false;
        }
    return a->nodes[0].len - (x != UINT32_MAX) == b->nodes[0].len - (y != UINT32_MAX);
}

/* Does the difference, applied, give the second (but for its id and version)? */
static bool round_trip(struct arena *arena, struct str from, struct str to, struct str *patch,
                       struct err *err)
{
    struct str result;
    struct json_doc have, want;
    if (!patch_diff(from, to, arena, patch, err) ||
        !patch_fhirpath(from, *patch, 0, NULL, arena, &result, err))
        return false;
    assert_true(json_parse(arena, result, &fhir_names, &have, NULL));
    assert_true(json_parse(arena, to, &fhir_names, &want, NULL));
    uint32_t a = json_get(&have, 0, FHIR_NAME_id), b = json_get(&want, 0, FHIR_NAME_id);
    if (a != UINT32_MAX && b != UINT32_MAX) {
        have.nodes[a].text = want.nodes[b].text;
        have.nodes[a].len = want.nodes[b].len;
    }
    return same_resource(&have, &want);
}

static void pairs(void **state)
{
    static const char *const list[][2] = {
        {"{\"resourceType\":\"Patient\",\"id\":\"a\",\"active\":true}",
         "{\"resourceType\":\"Patient\",\"id\":\"a\",\"active\":false,\"gender\":\"female\"}"},
        {"{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\"]}]}",
         "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"B\"}]}"},
        {"{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"B\",\"C\"]},{\"text\":\"x\"},{\"text\":"
         "\"y\"}]}",
         "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"C\"]},{\"text\":\"y\"}]}"},
        {"{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"k\"},\"valueString\":"
         "\"x\"}",
         "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"k\"},\"valueQuantity\":"
         "{"
         "\"value\":1.50}}"},
        {"{\"resourceType\":\"Patient\",\"birthDate\":\"1912-12-12\"}",
         "{\"resourceType\":\"Patient\",\"birthDate\":\"1912-12-12\",\"_birthDate\":{\"extension\":[{\"url\":"
         "\"http://x\","
         "\"valueDateTime\":\"1912-12-12T01:00:00Z\"}]},\"contact\":[{\"gender\":\"male\",\"name\":{"
         "\"given\":[\"A\"]}}]}"},
        {"{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"p\"}]}",
         "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"p\","
         "\"active\":true},{"
         "\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"O\"}]}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list) * 2; i++) {
        struct arena arena;
        struct str patch = STR("");
        struct err err = {0};
        arena_init(&arena);
        bool ok =
            round_trip(&arena, str_of(list[i / 2][i % 2]), str_of(list[i / 2][1 - i % 2]), &patch, &err);
        if (!ok)
            print_message("%zu: %.*s %s\n", i, STR_ARG(patch), err.arg[1]);
        assert_true(ok);
        arena_release(&arena);
    }
}

static void alike_is_empty(void **state)
{
    struct arena arena;
    struct str patch,
        text = STR("{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"1\"},\"active\":true}"),
        other = STR("{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"2\"},\"active\":true}");
    struct err err = {0};
    (void)state;
    arena_init(&arena);
    assert_true(patch_diff(text, other, &arena, &patch, &err));
    assert_true(str_is(patch, "{\"resourceType\":\"Parameters\"}"));
    assert_false(patch_diff(text, STR("{\"resourceType\":\"Group\"}"), &arena, &patch, &err));
    assert_int_equal(err.code, ERR_FHIR_TYPE_MISMATCH);
    arena_release(&arena);
}

/* ---- official examples ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool load(const char *folder, const char *file, struct arena *arena, struct str *out)
{
    char path[PATH_MAX_BYTES], *data;
    size_t n;
    snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (!os_file_read(path, FILE_MAX_BYTES, &data, &n))
        return false;
    *out = arena_str(arena, (struct str){data, n});
    os_free(data);
    return n < 200 * 1024;
}

static void examples(void **state)
{
    char folder[PATH_MAX_BYTES];
    struct dirent **files;
    unsigned passed = 0, failed = 0;
    const char *corpus = getenv("HELHET_CORPUS");
    (void)state;
    snprintf(folder, sizeof(folder), "%s/fhir-r4-examples", corpus ? corpus : "../shared/corpus");
    int count = scandir(folder, &files, NULL, by_name);
    if (count < 0) {
        print_message("SKIPPED: %s is absent\n", folder);
        skip();
    }
    for (int i = 0; i + 1 < count; i++) {
        struct arena arena;
        struct str from, to, patch = STR("");
        struct err err = {0};
        size_t n = strcspn(files[i]->d_name, "-");
        arena_init(&arena);
        if (strncmp(files[i]->d_name, files[i + 1]->d_name, n + 1) == 0 &&
            load(folder, files[i]->d_name, &arena, &from) &&
            load(folder, files[i + 1]->d_name, &arena, &to)) {
            bool ok = round_trip(&arena, from, to, &patch, &err);
            passed += ok;
            failed += !ok;
            if (!ok && failed < 6)
                print_message("%s: %s\n", files[i]->d_name, err.code ? err.arg[1] : "another result");
        }
        arena_release(&arena);
    }
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
    printf("CONFORMANCE $diff between official examples, patched back: %u passed, %u failed, 0 skipped\n",
           passed, failed);
    assert_int_equal(failed, 0);
    assert_true(passed > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs),
        cmocka_unit_test(alike_is_empty),
        cmocka_unit_test(examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
