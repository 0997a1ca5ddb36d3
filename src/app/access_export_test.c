/* SPDX-License-Identifier: Apache-2.0
 * Long work and access: what is exported is what the one who asked may see, and a job is its starter's. */
#include "api/access_ask.h"
#include "api/view_job.h"
#include "bulk/bulk.h"
#include "jobs/jobs.h"

enum { TRIES = 600, WAIT_MS = 50 };

static struct world w;
static struct bulk bulk;
static struct view_job views;
static struct job_kind export_kind, import_kind, view_kind;

static int open_world(void **state)
{
    (void)state;
    static const struct job_kind *const kinds[] = {&export_kind, &import_kind, &view_kind};
    struct err err = {0};
    char dir[128];
    world_store(&w, "export");
    bulk = (struct bulk){.store = w.store, .search = w.search, .access = w.access};
    views = (struct view_job){.store = w.store, .access = w.access};
    export_kind = bulk_export(&bulk);
    import_kind = bulk_import(&bulk);
    view_kind = view_job_kind(&views);
    snprintf(dir, sizeof dir, "%s/jobs", w.dir);
    struct jobs_options opt = {.dir = dir, .kinds = kinds, .kind_count = 3};
    w.jobs = jobs_open(&opt, &err);
    assert_non_null(w.jobs);
    world_serve(&w, handle, true);
    common(&w);
    staff_as(&w, "chef", "a", "administrator", true);
    put(&w, "Observation", "o-two", OBSERVATION_OF("b", "v1", "two", "vanlig"));
    put(&w, "Observation", "o-secret", OBSERVATION_OF("a", "v1", "secret", "vanlig"));
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_stop(&w);
    jobs_close(w.jobs);
    world_close(&w);
    return 0;
}

/* ---- asking for long work ---- */

#define ASYNC "Prefer: respond-async\r\n"

/* Kicks off; the path of the job, "_job/id", in out. The status. */
static int start(const char *who, const char *method, const char *path, const char *body, char out[128])
{
    char *a = ask(&w, who, method, path, ASYNC, body), *at = strstr(a, "/fhir/_job/");
    int s = status_of(a);
    out[0] = 0;
    if (at)
        snprintf(out, 128, "%.*s", (int)strcspn(at + strlen("/fhir/"), "\r"), at + strlen("/fhir/"));
    os_free(a);
    return s;
}

/* The answer of the finished job. */
static char *wait_for(const char *who, const char *job)
{
    for (int i = 0; i < TRIES; i++) {
        char *a = ask(&w, who, "GET", job, NULL, NULL);
        if (status_of(a) != 202)
            return a;
        os_free(a);
        usleep(WAIT_MS * 1000);
    }
    fail_msg("%s never ends", job);
    return NULL;
}

/* All files of the job, one after the other. */
static char *files_of(const char *who, const char *job)
{
    char *manifest = wait_for(who, job), *all = os_alloc(ANSWER_MAX);
    size_t n = 0;
    all[0] = 0;
    if (status_of(manifest) != 200)
        fail_msg("%s: %s", job, manifest);
    for (char *at = manifest; (at = strstr(at, "/fhir/_job/"));) {
        char path[256];
        at += strlen("/fhir/");
        snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
        if (strcmp(path, job) == 0) /* the job itself, of views */
            continue;
        char *file = ask(&w, who, "GET", path, NULL, NULL);
        assert_int_equal(status_of(file), 200);
        assert_true(n + strlen(file) < ANSWER_MAX);
        memcpy(all + n, file, strlen(file) + 1);
        n += strlen(file);
        os_free(file);
    }
    os_free(manifest);
    return all;
}

static char *export(const char *who, const char *path)
{
    char job[128];
    int s = start(who, "GET", path, NULL, job);
    if (s != 202)
        fail_msg("%s asks for %s: %d", who, path, s);
    return files_of(who, job);
}

static void has(const char *text, const char *part, bool want)
{
    if ((strstr(text, part) != NULL) != want)
        fail_msg("%s %s: %s", want ? "lacks" : "has", part, text);
}

/* ---- what is exported ---- */

static void test_export_of_scopes(void **state)
{
    (void)state;
    char *all = export("machine:Observation", "$export");
    has(all, "\"id\":\"oa\"", true);
    has(all, "\"id\":\"o-two\"", true);
    has(all, "\"resourceType\":\"Patient\"", false);
    has(all, "\"resourceType\":\"Encounter\"", false);
    os_free(all);
    all = export("machine:*:one", "Patient/$export");
    has(all, "\"id\":\"oa\"", true);
    has(all, "\"id\":\"one\"", true);
    has(all, "o-two", false);
    has(all, "\"id\":\"two\"", false);
    os_free(all);
    all = export("machine:*:one", "$export?_since=2020-01-01T00:00:00Z");
    has(all, "o-two", false);
    os_free(all);
    all = export("machine:*:one", "$export?_type=Observation&_typeFilter=Observation%3Fcode=vanlig");
    has(all, "\"id\":\"oa\"", true);
    has(all, "o-two", false);
    os_free(all);
}

static void test_export_of_protected_identity(void **state)
{
    (void)state;
    char *all = export("machine", "$export?_type=Patient,Encounter");
    has(all, "\"id\":\"secret\"", true);
    has(all, "Hemligheten", false);
    has(all, "0700999999", false);
    os_free(all);
}

/* The right alone opens no record: the role sees what it sees. */
static void test_export_by_people(void **state)
{
    (void)state;
    char job[128];
    assert_int_equal(start("anna", "GET", "$export", NULL, job), 403);
    assert_int_equal(start("Patient/one", "GET", "$export", NULL, job), 403);
    assert_int_equal(start("RelatedPerson/parent", "GET", "Patient/$export", NULL, job), 403);
    assert_int_equal(start("nobody", "GET", "$export", NULL, job), 401);
    char *all = export("chef@administration", "$export");
    has(all, "\"resourceType\":\"Organization\"", true);
    has(all, "\"resourceType\":\"Patient\"", false);
    has(all, "\"resourceType\":\"Observation\"", false);
    os_free(all);
}

/* What may be seen is asked while it runs: an assignment that has ended exports nothing. */
static void test_export_by_who_may_no_longer(void **state)
{
    (void)state;
    char job[128];
    staff_as(&w, "gone", "a", "administrator", true);
    assert_int_equal(start("gone@administration", "GET", "$export", NULL, job), 202);
    os_free(wait_for("gone@administration", job));
    staff_as(&w, "gone", "a", "administrator", false);
    char *a = ask(&w, "gone@administration", "GET", job, NULL, NULL);
    assert_int_equal(status_of(a), 403);
    os_free(a);
}

static void test_export_of_views(void **state)
{
    (void)state;
    static const char body[] = "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"viewResource\","
                               "\"resource\":{\"resourceType\":"
                               "\"ViewDefinition\",\"name\":\"tabell\",\"resource\":\"Observation\","
                               "\"status\":\"active\",\"select\":[{"
                               "\"column\":[{\"name\":\"id\",\"path\":\"id\"}]}]}},{\"name\":\"_format\","
                               "\"valueCode\":\"ndjson\"}]}";
    char job[128];
    assert_int_equal(start("anna", "POST", "$viewdefinition-export", body, job), 403);
    assert_int_equal(start("machine:*:one", "POST", "$viewdefinition-export", body, job), 202);
    char *all = files_of("machine:*:one", job);
    has(all, "{\"id\":\"oa\"}", true);
    has(all, "o-two", false);
    os_free(all);
    assert_int_equal(start("machine:Patient", "POST", "$viewdefinition-export", body, job), 202);
    all = files_of("machine:Patient", job);
    has(all, "\"oa\"", false);
    os_free(all);
}

/* ---- whose job ---- */

static void same_as_absent(const char *who, const char *method, const char *job, const char *rest)
{
    char path[256], none[256];
    snprintf(path, sizeof path, "%s%s", job, rest);
    snprintf(none, sizeof none, "_job/00000000-0000-4000-8000-000000000000%s", rest);
    char *a = ask(&w, who, method, path, NULL, NULL), *b = ask(&w, who, method, none, NULL, NULL);
    assert_int_equal(status_of(a), 404);
    char *x = strstr(a, "\r\n\r\n"), *y = strstr(b, "\r\n\r\n");
    for (char *id; (id = strstr(x, job + strlen("_job/")));)
        memcpy(id, "00000000-0000-4000-8000-000000000000", 36);
    assert_string_equal(x, y);
    os_free(a);
    os_free(b);
}

static void test_jobs_of_others(void **state)
{
    (void)state;
    static const char *const others[] = {"machine:Patient", "machine:Observation:one", "machine",
                                         "chef@administration"};
    char job[128];
    assert_int_equal(start("machine:Observation", "GET", "$export", NULL, job), 202);
    os_free(wait_for("machine:Observation", job));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        same_as_absent(others[i], "GET", job, "");
        same_as_absent(others[i], "GET", job, "/Observation.1.ndjson");
        same_as_absent(others[i], "DELETE", job, "");
    }
    assert_int_equal(status(&w, "machine:Observation", "GET", job, NULL), 200);
    assert_int_equal(status(&w, "machine:Observation", "DELETE", job, NULL), 202);
    assert_int_equal(status(&w, "machine:Observation", "GET", job, NULL), 404);
}

/* ---- what else is for some alone ---- */

static void test_import(void **state)
{
    (void)state;
    char job[128];
    assert_int_equal(start("machine:*", "POST", "$import", "{\"resourceType\":\"Parameters\"}", job), 403);
    assert_int_equal(
        start("chef@administration", "POST", "$import", "{\"resourceType\":\"Parameters\"}", job), 403);
    assert_int_equal(start("machine", "POST", "$import", "{\"resourceType\":\"Parameters\"}", job), 400);
}

static void test_reindex(void **state)
{
    (void)state;
    static const char *const paths[] = {"$reindex-status", "SearchParameter/x/$reindex-status"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(status(&w, "anna", "GET", paths[i], NULL), 403);
        assert_int_equal(status(&w, "Patient/one", "GET", paths[i], NULL), 403);
        assert_int_equal(status(&w, "machine:*", "GET", paths[i], NULL), 403);
        assert_int_equal(status(&w, "chef@administration", "GET", paths[i], NULL), i ? 404 : 200);
    }
    assert_int_equal(status(&w, "anna", "POST", "$reindex", NULL), 403);
    assert_int_equal(status(&w, "machine:*", "POST", "$reindex", NULL), 403);
}

/* How a search is run is for administrators, who see no more of records by it than by searching. */
static void test_explain(void **state)
{
    (void)state;
    assert_int_equal(status(&w, "anna", "GET", "Observation?code=vanlig&_explain=true", NULL), 403);
    assert_int_equal(status(&w, "Patient/one", "GET", "Observation?code=vanlig&_explain=true", NULL), 403);
    assert_int_equal(status(&w, "machine:*", "GET", "Observation?code=vanlig&_explain=true", NULL), 403);
    assert_int_equal(status(&w, "chef@administration", "GET", "Observation?code=vanlig&_explain=true", NULL),
                     403);
    assert_int_equal(status(&w, "chef@administration", "GET", "Organization?name=E&_explain=true", NULL),
                     200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_of_scopes), cmocka_unit_test(test_export_of_protected_identity),
        cmocka_unit_test(test_export_by_people), cmocka_unit_test(test_export_by_who_may_no_longer),
        cmocka_unit_test(test_export_of_views),  cmocka_unit_test(test_jobs_of_others),
        cmocka_unit_test(test_import),           cmocka_unit_test(test_reindex),
        cmocka_unit_test(test_explain),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
