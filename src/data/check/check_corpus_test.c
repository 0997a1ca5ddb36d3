/* SPDX-License-Identifier: Apache-2.0
 * check against resources others wrote: the official R4 examples, Synthea, and the cases of the HL7
 * validators. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/os.h"
#include "check/check.h"

enum { LINE_MAX_BYTES = 16 * 1024 * 1024, FILE_MAX_BYTES = 64 * 1024 * 1024, PATH_MAX_BYTES = 1024 };

/* A file that is rejected for a true reason. */
struct wrong {
    const char *file;
    enum err_code code; /* of the first issue */
    const char *path;
    const char *reason;
};

/* Official examples that break R4. */
static const struct wrong wrong_examples[] = {
    {"ImplementationGuide-fhir.json", ERR_FHIR_CARDINALITY_MIN, "ImplementationGuide.name",
     "name and status are required (1..1) and missing"},
    {"ig-r4.json", ERR_FHIR_CARDINALITY_MIN, "ImplementationGuide.name",
     "name and status are required (1..1) and missing"},
    {"Questionnaire-qs1.json", ERR_FHIR_CARDINALITY_MIN, "Questionnaire.item[0].item[0].linkId",
     "item.linkId is required (1..1) and missing"},
};

/* Validator cases that the HL7 Java validator passes and R4 forbids. */
static const struct wrong wrong_passes[] = {
    {"contained-resource.json", ERR_FHIR_ID, "Condition.contained[0].id",
     "an id has at most 64 characters, here 65"},
    {"json-comments-1.json", ERR_JSON_SYNTAX, "", "JSON has no comments"},
    {"json-comments-2.json", ERR_JSON_SYNTAX, "", "JSON has no comments"},
    {"matchetype/matchetype-pattern.json", ERR_FHIR_PRIMITIVE, "ValueSet.expansion.timestamp",
     "a template: $instant$ is no dateTime"},
};

/* Validator cases that basic validation must reject. */
static const struct wrong wrong_cases[] = {
    {"attachment-with-invalid-binary.json", ERR_FHIR_PRIMITIVE, "Media.content.data", "not base64"},
    {"synthea.json", ERR_FHIR_BINDING, "Encounter.status", "code not in the set"},
    {"cs-meta-profile.json", ERR_FHIR_NOT_ARRAY, "CodeSystem.meta.profile", "not a list"},
    {"empty-array.json", ERR_FHIR_EMPTY, "DocumentReference.category[0].coding", "empty list"},
    {"hakan-se.json", ERR_FHIR_PRIMITIVE, "MedicationRequest.authoredOn", "time without zone"},
    {"resource-invalid-id-1.json", ERR_FHIR_ID, "Location.id", "characters"},
    {"resource-invalid-id-2.json", ERR_FHIR_ID, "Location.id", "length"},
    {"resource-invalid-id-3.json", ERR_FHIR_ID, "Location.contained[0].id", "characters"},
    {"resource-invalid-eid-2.json", ERR_FHIR_PRIMITIVE, "Location.position.id", "over 1 MB"},
    {"patient-id-bad-1.json", ERR_FHIR_ID, "Patient.id", "characters"},
    {"bundle-ea-testcase.json", ERR_FHIR_CARDINALITY_MIN,
     "Bundle.entry[1].resource.contained[0].entry[0].resource.status", "missing"},
    {"json-comma-bad-1.json", ERR_JSON_SYNTAX, "", "comma"},
    {"ai4.json", ERR_FHIR_PRIMITIVE, "Patient.birthDate", "not a date"},
    {"obs-quantity.json", ERR_FHIR_CARDINALITY_MIN, "Observation.code", "missing"},
    {"obs-vs-2.json", ERR_FHIR_CARDINALITY_MIN, "Observation.text.div", "missing"},
    {"questionnaire/brianpos/open-choice-invalid-type-qr.json", ERR_FHIR_ELEMENT_UNKNOWN,
     "QuestionnaireResponse.item[0].answer[0].valueCode", "type not allowed"},
    {"bundle-sig-2.json", ERR_FHIR_KIND, "Bundle.meta", "not an object"},
    {"cs-order-prop.json", ERR_FHIR_KIND, "CodeSystem.concept[0].property[0].valueDecimal", "not a number"},
    {"patient-hs-1.json", ERR_FHIR_ALIGNMENT, "Patient.name[0]._given", "lists of different length"},
};

#define FIND(table, file) find_wrong((table), sizeof(table) / sizeof *(table), (file))

static const struct wrong *find_wrong(const struct wrong *table, size_t n, const char *file)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i].file, file))
            return &table[i];
    return NULL;
}

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

/* The first thing wrong with text; *err is ERR_OK when it is accepted. */
static void judge(struct arena *arena, struct str text, struct err *err)
{
    static struct check_issues issues;
    struct json_doc doc;
    fhir_type_id type;
    *err = (struct err){0};
    if (!json_parse(arena, text, &fhir_names, &doc, err))
        return;
    if (!check_resource(&doc, 0, &type, &issues))
        *err = issues.item[0];
}

static bool judge_file(const char *folder, const char *file, struct err *err)
{
    char path[PATH_MAX_BYTES], *data;
    size_t n;
    struct arena arena;
    corpus_path(path, folder, file);
    if (!os_file_read(path, FILE_MAX_BYTES, &data, &n))
        return false;
    arena_init(&arena);
    judge(&arena, (struct str){data, n}, err);
    arena_release(&arena);
    os_free(data);
    return true;
}

/* Is err what the table says of the file (none: accepted)? */
static bool as_expected(const struct wrong *want, const struct err *err)
{
    enum err_code code = want ? want->code : ERR_OK;
    bool json = want && !want->path[0];
    return err->code == code && (json || !strcmp(err->path, want ? want->path : ""));
}

static void official_examples_pass_or_are_truly_wrong(void **state)
{
    unsigned passed = 0, rejected = 0;
    (void)state;
    DIR *dir = corpus_open("fhir-r4-examples");
    for (struct dirent *e; (e = readdir(dir));) {
        struct err err;
        if (e->d_name[0] == '.' || !str_ends(str_of(e->d_name), STR(".json")))
            continue;
        assert_true(judge_file("fhir-r4-examples", e->d_name, &err));
        const struct wrong *want = FIND(wrong_examples, e->d_name);
        if (!as_expected(want, &err))
            fail_msg("%s: %s at %s", e->d_name, err_info(err.code)->name, err.path);
        passed++;
        rejected += want != NULL;
    }
    closedir(dir);
    assert_int_equal(rejected, sizeof wrong_examples / sizeof *wrong_examples);
    print_message("CONFORMANCE official R4 examples, validation: %u passed, 0 failed, 0 skipped\n", passed);
}

static unsigned judge_lines(const char *folder, const char *file)
{
    char path[PATH_MAX_BYTES], *line = os_alloc(LINE_MAX_BYTES);
    unsigned count = 0;
    struct arena arena;
    corpus_path(path, folder, file);
    gzFile in = gzopen(path, "rb");
    assert_non_null(in);
    arena_init(&arena);
    while (gzgets(in, line, LINE_MAX_BYTES)) {
        struct err err;
        judge(&arena, str_of(line), &err);
        arena_reset(&arena);
        count++;
        if (err.code)
            fail_msg("%s line %u: %s at %s: %s", file, count, err_info(err.code)->name, err.path, err.arg[0]);
    }
    gzclose(in);
    arena_release(&arena);
    os_free(line);
    return count;
}

static void synthea_is_accepted_whole(void **state)
{
    static const char *const folders[] = {"synthea/r4-2025-80patients", "synthea/r4-2019-100patients"};
    unsigned resources = 0;
    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *dir = corpus_open(folders[i]);
        for (struct dirent *e; (e = readdir(dir));)
            if (str_ends(str_of(e->d_name), STR(".ndjson.gz")) &&
                !str_starts(str_of(e->d_name), STR("bundles")))
                resources += judge_lines(folders[i], e->d_name);
        closedir(dir);
    }
    print_message("CONFORMANCE Synthea resources, validation: %u passed, 0 failed, 0 skipped\n", resources);
}

/* Does the Java validator's outcome have an error? */
static bool java_rejects(struct arena *arena, struct str file)
{
    char path[PATH_MAX_BYTES], name[PATH_MAX_BYTES], *data;
    size_t n;
    struct json_doc doc;
    struct err err;
    bool found = false;
    snprintf(name, sizeof name, "outcomes/%.*s", STR_ARG(file));
    corpus_path(path, "fhir-validation-tests", name);
    if (!os_file_read(path, FILE_MAX_BYTES, &data, &n))
        return true;
    assert_true(json_parse(arena, (struct str){data, n}, NULL, &doc, &err));
    uint32_t issues = json_get_key(&doc, 0, STR("issue"));
    if (issues != UINT32_MAX) {
        JSON_EACH(&doc, issues, i)
        {
            struct str severity = json_text(&doc, json_get_key(&doc, i, STR("severity")));
            found |= str_is(severity, "error") || str_is(severity, "fatal");
        }
    }
    os_free(data);
    return found;
}

/* One case of the manifest: what the Java validator passes is accepted, but for what R4 truly forbids. */
static bool judge_case(struct arena *arena, const struct json_doc *manifest, uint32_t i)
{
    struct err err;
    struct str file = json_text(manifest, json_get_key(manifest, i, STR("file")));
    struct str java = json_text(manifest, json_get_key(manifest, i, STR("java")));
    if (!str_ends(file, STR(".json")) || !java.n || java_rejects(arena, java))
        return false;
    const char *name = arena_cstr(arena, file);
    if (!judge_file("fhir-validation-tests", name, &err))
        return false;
    if (!as_expected(FIND(wrong_passes, name), &err))
        fail_msg("%s: %s at %s", name, err_info(err.code)->name, err.path);
    return true;
}

static void validator_cases_agree(void **state)
{
    char path[PATH_MAX_BYTES], *data;
    size_t n, bad = sizeof wrong_cases / sizeof *wrong_cases;
    unsigned passed = 0, skipped = 0;
    struct arena arena;
    struct json_doc manifest;
    struct err err;
    (void)state;
    closedir(corpus_open("fhir-validation-tests"));
    corpus_path(path, "fhir-validation-tests", "manifest.json");
    assert_true(os_file_read(path, FILE_MAX_BYTES, &data, &n));
    arena_init(&arena);
    assert_true(json_parse(&arena, (struct str){data, n}, NULL, &manifest, &err));
    uint32_t cases = json_get_key(&manifest, 0, STR("test-cases"));
    JSON_EACH(&manifest, cases, i)
    {
        if (judge_case(&arena, &manifest, i))
            passed++;
        else
            skipped++;
    }
    for (size_t i = 0; i < bad; i++) {
        assert_true(judge_file("fhir-validation-tests", wrong_cases[i].file, &err));
        if (!as_expected(&wrong_cases[i], &err))
            fail_msg("%s: %s at %s", wrong_cases[i].file, err_info(err.code)->name, err.path);
    }
    arena_release(&arena);
    os_free(data);
    print_message("CONFORMANCE validator cases, basic level: %zu passed, 0 failed, %zu skipped\n",
                  passed + bad, skipped - bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(official_examples_pass_or_are_truly_wrong),
        cmocka_unit_test(synthea_is_accepted_whole),
        cmocka_unit_test(validator_cases_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
