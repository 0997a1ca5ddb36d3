/* SPDX-License-Identifier: Apache-2.0
 * Tests of the demo region: it is deterministic, whole, valid, and nobody in it exists. The official list of
 * test identities is read from HELHET_CORPUS (default ../shared/corpus) and that test skipped visibly where
 * it is absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/os.h"
#include "base/time.h"
#include "check/check.h"
#include "demo/demo.h"
#include "ids/orgnummer.h"
#include "ids/personnummer.h"

enum { PATIENTS = 400, CORPUS_FILE_MAX = 4 << 20, TYPES_MAX = 64, NUMBER_LEN = 12 };

static const int64_t now_ms = INT64_C(1795287600000); /* 2026-11-21 */
static const struct hash_key key = {1, 2};

/* Everything the tests ask about one run, gathered while it streams by. */
struct region {
    struct arena arena;
    uint64_t digest, resources, bytes;
    uint64_t *have, *want; /* hashes of "Type/id": resources, references */
    size_t have_n, have_cap, want_n, want_cap;
    char (*number)[NUMBER_LEN + 1];
    uint32_t patients, women, samordning, dead;
    uint32_t age[5]; /* 0-17, 18-39, 40-64, 65-79, 80- */
    struct {
        char name[40];
        uint32_t count;
    } type[TYPES_MAX];
    uint32_t notes, empty_notes, negations;
    uint32_t issues, late, hsa_bad;
    char first_issue[512];
    uint32_t request_state[16], task_state[16], encounter_state[8];
    char staff[4][160];     /* number and name of staff that have an identity number … */
    uint32_t staff_n, near; /* … and patients who are one of them */
};

static const char *const request_states[] = {"draft",     "active",           "on-hold", "revoked",
                                             "completed", "entered-in-error", NULL};
static const char *const task_states[] = {"requested",        "received", "accepted",  "rejected",
                                          "in-progress",      "on-hold",  "completed", "cancelled",
                                          "entered-in-error", NULL};

static const char *const encounter_states[] = {"finished", "in-progress", "arrived", NULL};

static void push(uint64_t **list, size_t *n, size_t *cap, uint64_t value)
{
    if (*n == *cap) {
        *cap = *cap ? 2 * *cap : 4096;
        *list = os_realloc(*list, *cap * sizeof **list);
        assert_non_null(*list);
    }
    (*list)[(*n)++] = value;
}

static struct str text_of(const struct json_doc *doc, uint32_t i, const char *member)
{
    return json_text(doc, json_get_key(doc, i, str_of(member)));
}

static void count_word(uint32_t *counts, const char *const *words, struct str word)
{
    for (int i = 0; words[i]; i++)
        counts[i] += str_is(word, words[i]);
}

static void count_type(struct region *r, struct str type)
{
    int i = 0;
    while (r->type[i].count && !str_is(type, r->type[i].name))
        assert_true(++i < TYPES_MAX);
    snprintf(r->type[i].name, sizeof r->type[i].name, "%.*s", STR_ARG(type));
    r->type[i].count++;
}

static uint32_t count_of(const struct region *r, const char *type)
{
    for (int i = 0; i < TYPES_MAX; i++) {
        if (strcmp(r->type[i].name, type) == 0)
            return r->type[i].count;
    }
    return 0;
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    return c && at ? (int)(at - digits) : -1;
}

static size_t base64_decode(struct str in, char *out)
{
    size_t n = 0;
    assert_true(in.n > 0 && in.n % 4 == 0);
    for (size_t i = 0; i < in.n; i += 4) {
        int a = base64_value(in.p[i]), b = base64_value(in.p[i + 1]);
        int c = in.p[i + 2] == '=' ? 0 : base64_value(in.p[i + 2]),
            e = in.p[i + 3] == '=' ? 0 : base64_value(in.p[i + 3]);
        assert_true(a >= 0 && b >= 0 && c >= 0 && e >= 0);
        uint32_t v = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | (uint32_t)e;
        out[n++] = (char)(v >> 16);
        if (in.p[i + 2] != '=')
            out[n++] = (char)(v >> 8);
        if (in.p[i + 3] != '=')
            out[n++] = (char)v;
    }
    return n;
}

/* The decoded text must be UTF-8 (the JSON parser judges), fully filled in, and read like prose. */
static void check_note(struct region *r, struct str data)
{
    struct arena scratch;
    struct buf quoted;
    struct json_doc doc;
    struct err err;
    arena_init(&scratch);
    buf_init(&quoted, BUF_NO_MAX);
    char *text = arena_alloc(&scratch, data.n + 1);
    struct str note = {text, base64_decode(data, text)};
    json_write_string(&quoted, note);
    assert_true(json_parse(&scratch, buf_get(&quoted), NULL, &doc, &err));
    assert_true(str_eq(json_text(&doc, 0), note));
    assert_int_equal(str_find(note, '{', 0), SIZE_MAX);
    assert_int_equal(str_find(note, '}', 0), SIZE_MAX);
    assert_int_equal(str_find(note, '%', 0), SIZE_MAX);
    assert_int_equal(str_find(note, '|', 0), SIZE_MAX);
    r->notes++;
    r->empty_notes += note.n < 40;
    r->negations +=
        str_find_str(note, STR("ing")) != SIZE_MAX || str_find_str(note, STR("Ing")) != SIZE_MAX ||
        str_find_str(note, STR("ej ")) != SIZE_MAX || str_find_str(note, STR("utan ")) != SIZE_MAX;
    buf_release(&quoted);
    arena_release(&scratch);
}

static void check_patient(struct region *r, const struct json_doc *doc)
{
    uint32_t identifier = json_get_key(doc, 0, STR("identifier")) + 1;
    struct str value = text_of(doc, identifier, "value");
    struct personnummer p;
    struct err err;
    assert_true(personnummer_parse(value, now_ms, &p, &err));
    assert_true(str_is(text_of(doc, identifier, "system"), personnummer_system(p.kind)));
    assert_true(personnummer_is_test(&p));
    assert_true(str_is(text_of(doc, 0, "gender"), p.sex == PERSONNUMMER_FEMALE ? "female" : "male"));
    struct time_value birth;
    assert_true(time_parse(text_of(doc, 0, "birthDate"), false, &birth));
    assert_int_equal(birth.year, p.year);
    assert_int_equal(birth.month, p.month);
    assert_int_equal(birth.day, p.day);
    r->women += p.sex == PERSONNUMMER_FEMALE;
    r->samordning += p.kind == PERSONNUMMER_SAMORDNING;
    r->dead += json_get_key(doc, 0, STR("deceasedDateTime")) != UINT32_MAX;
    int age = 2026 - p.year;
    r->age[age < 18 ? 0 : age < 40 ? 1 : age < 65 ? 2 : age < 80 ? 3 : 4]++;
    assert_true(r->patients < PATIENTS);
    memcpy(r->number[r->patients++], p.text, sizeof p.text);
}

/* "199001012384 Given Family" of a person with a number, in out. */
static bool identified(const struct json_doc *doc, char out[160])
{
    uint32_t list = json_get_key(doc, 0, STR("identifier"));
    uint32_t name = json_get_key(doc, 0, STR("name"));
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(doc, list, i)
    {
        if (!str_is(text_of(doc, i, "system"), personnummer_system(PERSONNUMMER_PERSON)))
            continue;
        struct str number = text_of(doc, i, "value"), text = text_of(doc, name + 1, "text");
        snprintf(out, 160, "%.*s %.*s", STR_ARG(number), STR_ARG(text));
        return true;
    }
    return false;
}

static void check_near(struct region *r, const struct json_doc *doc, bool patient)
{
    char one[160];
    if (!identified(doc, one))
        return;
    for (uint32_t i = 0; patient && i < r->staff_n; i++)
        r->near += strcmp(one, r->staff[i]) == 0;
    if (!patient) {
        assert_true(r->staff_n < 4);
        memcpy(r->staff[r->staff_n++], one, sizeof one);
    }
}

/* References, notes, times and HSA-ids wherever they stand. */
static void check_members(struct region *r, const struct json_doc *doc, bool planned)
{
    static const char *const times[] = {"effectiveDateTime", "issued",   "authoredOn",   "recordedDate",
                                        "lastModified",      "creation", "dateAsserted", "occurrenceDateTime",
                                        "deceasedDateTime",  NULL};
    for (uint32_t i = 1; i < doc->count; i++) {
        const struct json_node *n = &doc->nodes[i];
        if (n->kind != JSON_STRING || !n->key)
            continue;
        struct str name = {n->key, n->key_len}, value = json_text(doc, i);
        if (str_is(name, "reference"))
            push(&r->want, &r->want_n, &r->want_cap, hash_sip(key, value));
        if (str_is(name, "data"))
            check_note(r, value);
        if (str_starts(value, STR("TSTNMT")))
            r->hsa_bad += !orgnummer_hsa_valid(value);
        for (int t = 0; times[t] && !planned; t++) {
            struct time_value when;
            if (!str_is(name, times[t]))
                continue;
            assert_true(time_parse(value, false, &when));
            r->late += time_span(&when, 60).low_ms > now_ms;
        }
    }
}

static void check_model(struct region *r, struct json_doc *doc, struct str json)
{
    struct check_issues *issues = ARENA_NEW(&r->arena, struct check_issues);
    fhir_type_id type;
    if (check_resource(doc, 0, &type, issues))
        return;
    if (r->issues++ == 0)
        snprintf(r->first_issue, sizeof r->first_issue, "%s at %s (%s): %.*s",
                 err_info(issues->item[0].code)->name, issues->item[0].path, issues->item[0].arg[0],
                 (int)(json.n < 200 ? json.n : 200), json.p);
}

static bool gather(void *arg, struct str json)
{
    struct region *r = arg;
    struct json_doc doc;
    struct err err;
    char id[128];
    arena_reset(&r->arena);
    if (!json_parse(&r->arena, json, &fhir_names, &doc, &err))
        fail_msg("not JSON: %.*s", STR_ARG(str_sub(json, 0, 400)));
    struct str type = text_of(&doc, 0, "resourceType"), own = text_of(&doc, 0, "id");
    /* What is steered has names for ids. */
    assert_true(own.n == 36 || fhir_types[fhir_resource_find(type)].styr || str_starts(own, STR("styr-")));
    snprintf(id, sizeof id, "%.*s/%.*s", STR_ARG(type), STR_ARG(own));
    push(&r->have, &r->have_n, &r->have_cap, hash_sip(key, str_of(id)));
    count_type(r, type);
    check_members(r, &doc, str_is(type, "Appointment"));
    if (str_is(type, "Patient"))
        check_patient(r, &doc);
    if (str_is(type, "Patient") || str_is(type, "Practitioner"))
        check_near(r, &doc, str_is(type, "Patient"));
    if (str_is(type, "ServiceRequest"))
        count_word(r->request_state, request_states, text_of(&doc, 0, "status"));
    if (str_is(type, "Encounter"))
        count_word(r->encounter_state, encounter_states, text_of(&doc, 0, "status"));
    if (str_is(type, "Task"))
        count_word(r->task_state, task_states, text_of(&doc, 0, "status"));
    check_model(r, &doc, json);
    r->digest = hash_sip((struct hash_key){r->digest, r->resources}, json);
    r->resources++;
    r->bytes += json.n;
    return true;
}

/* ---- one run of PATIENTS for most tests ---- */

static struct region run;

static int set_up(void **state)
{
    (void)state;
    arena_init(&run.arena);
    run.number = os_alloc(PATIENTS * sizeof *run.number);
    struct demo_options options = {PATIENTS, 1, now_ms, false};
    struct err err;
    return demo_generate(&options, gather, &run, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&run.arena);
    os_free(run.have);
    os_free(run.want);
    os_free(run.number);
    return 0;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void ids_are_unique_and_references_resolve(void **state)
{
    (void)state;
    assert_true(run.want_n > run.have_n);
    qsort(run.have, run.have_n, sizeof *run.have, by_value);
    for (size_t i = 1; i < run.have_n; i++)
        assert_true(run.have[i] != run.have[i - 1]);
    for (size_t i = 0; i < run.want_n; i++)
        assert_non_null(bsearch(&run.want[i], run.have, run.have_n, sizeof *run.have, by_value));
}

static void model_finds_no_issue(void **state)
{
    (void)state;
    if (run.issues)
        fail_msg("%u resources with issues; the first: %s", run.issues, run.first_issue);
}

static void content_is_rich(void **state)
{
    (void)state;
    static const char *const types[] = {"Organization",
                                        "Location",
                                        "Practitioner",
                                        "PractitionerRole",
                                        "Patient",
                                        "Encounter",
                                        "Condition",
                                        "Observation",
                                        "DiagnosticReport",
                                        "MedicationRequest",
                                        "MedicationStatement",
                                        "MedicationAdministration",
                                        "List",
                                        "AllergyIntolerance",
                                        "Immunization",
                                        "Procedure",
                                        "DocumentReference",
                                        "ServiceRequest",
                                        "Task",
                                        "Communication",
                                        "CareTeam",
                                        "Appointment",
                                        "Flag",
                                        "CarePlan",
                                        "ValueSet"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (count_of(&run, types[i]) == 0)
            fail_msg("no %s", types[i]);
    }
    assert_int_equal(run.patients, PATIENTS);
    uint64_t staff = count_of(&run, "Organization") + count_of(&run, "Location") +
                     2 * (uint64_t)count_of(&run, "Practitioner");
    uint64_t each = (run.resources - staff) / PATIENTS;
    print_message("%llu resources, %llu a patient, %llu bytes each\n", (unsigned long long)run.resources,
                  (unsigned long long)each, (unsigned long long)(run.bytes / run.resources));
    assert_in_range(each, 60, 150);
}

static void referrals_are_in_every_state(void **state)
{
    (void)state;
    for (int i = 0; request_states[i]; i++) {
        if (run.request_state[i] == 0)
            fail_msg("no ServiceRequest is %s", request_states[i]);
    }
    for (int i = 0; task_states[i]; i++) {
        if (run.task_state[i] == 0)
            fail_msg("no Task is %s", task_states[i]);
    }
}

static void some_are_in_hospital_today(void **state)
{
    (void)state;
    assert_in_range(run.encounter_state[1], 1, PATIENTS / 20);
    assert_in_range(run.encounter_state[2], 1, PATIENTS / 20); /* and some wait */
    assert_int_equal(run.encounter_state[0] + run.encounter_state[1] + run.encounter_state[2],
                     count_of(&run, "Encounter"));
}

static void notes_are_prose(void **state)
{
    (void)state;
    assert_true(run.notes > 5 * PATIENTS);
    assert_int_equal(run.empty_notes, 0);
    assert_true(run.negations * 10 > run.notes * 8);
}

static void nothing_lies_in_the_future(void **state)
{
    (void)state;
    assert_int_equal(run.late, 0);
    assert_int_equal(run.hsa_bad, 0);
}

static void ages_and_sexes_are_plausible(void **state)
{
    (void)state;
    assert_in_range(run.women * 100 / PATIENTS, 40, 60);
    assert_in_range(run.age[0] * 100 / PATIENTS, 13, 27);
    assert_in_range(run.age[1] * 100 / PATIENTS, 20, 38);
    assert_in_range(run.age[2] * 100 / PATIENTS, 22, 41);
    assert_in_range(run.age[3] * 100 / PATIENTS, 8, 23);
    assert_in_range(run.age[4] * 100 / PATIENTS, 2, 12);
    assert_in_range(run.dead, 1, PATIENTS / 20);
    assert_in_range(run.samordning, 1, PATIENTS / 20);
}

static int by_number(const void *a, const void *b)
{
    return memcmp(a, b, NUMBER_LEN);
}

static void identities_are_official_and_used_once(void **state)
{
    (void)state;
    char path[512], *list[2];
    size_t n[2];
    static const char *const names[] = {"testpersonnummer.txt", "testsamordningsnummer.txt"};
    qsort(run.number, PATIENTS, sizeof *run.number, by_number);
    for (int i = 1; i < PATIENTS; i++)
        assert_memory_not_equal(run.number[i - 1], run.number[i], NUMBER_LEN);
    const char *dir = getenv("HELHET_CORPUS");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/personnummer/%s", dir ? dir : "../shared/corpus", names[i]);
        if (!os_file_read(path, CORPUS_FILE_MAX, &list[i], &n[i])) {
            print_message("SKIPPED: %s is not here\n", path);
            if (i == 1)
                os_free(list[0]);
            skip();
        }
    }
    for (int i = 0; i < PATIENTS; i++) {
        if (!memmem(list[0], n[0], run.number[i], NUMBER_LEN) &&
            !memmem(list[1], n[1], run.number[i], NUMBER_LEN))
            fail_msg("%s is not an official test identity", run.number[i]);
    }
    os_free(list[0]);
    os_free(list[1]);
}

/* One's own record and a colleague's are there to be flagged. */
static void some_staff_are_patients(void **state)
{
    (void)state;
    assert_int_equal(run.staff_n, 2);
    assert_int_equal(run.near, 2);
}

/* ---- determinism and bounds ---- */

static bool digest_only(void *arg, struct str json)
{
    uint64_t *digest = arg;
    *digest = hash_sip((struct hash_key){*digest, 0}, json);
    return true;
}

static uint64_t digest_of(uint32_t patients, uint64_t seed, int64_t when_ms)
{
    uint64_t digest = 0;
    struct demo_options options = {patients, seed, when_ms, false};
    struct err err;
    assert_true(demo_generate(&options, digest_only, &digest, &err));
    return digest;
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    uint64_t first = digest_of(40, 7, now_ms);
    assert_true(first == digest_of(40, 7, now_ms));
    assert_true(first != digest_of(40, 8, now_ms));
    assert_true(first != digest_of(41, 7, now_ms));
    assert_true(first != digest_of(40, 7, now_ms + INT64_C(86400000) * 40));
}

/* Other seeds and days: every table text is filled in without a broken invariant. */
static void any_day_works(void **state)
{
    (void)state;
    static const int64_t days[] = {INT64_C(1704067200000), INT64_C(1709164800000), INT64_C(1774749600000),
                                   INT64_C(2524608000000)};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++)
        digest_of(60, 100 + i, days[i]);
}

static bool stop_at_tenth(void *arg, struct str json)
{
    (void)json;
    return ++*(int *)arg < 10;
}

static void emit_can_stop(void **state)
{
    (void)state;
    int calls = 0;
    struct demo_options options = {5, 1, now_ms, false};
    struct err err = {.code = ERR_OK};
    assert_false(demo_generate(&options, stop_at_tenth, &calls, &err));
    assert_int_equal(calls, 10);
    assert_int_equal(err.code, ERR_OK);
}

static void options_are_bounded(void **state)
{
    (void)state;
    uint64_t digest = 0;
    struct err err = {.code = ERR_OK};
    struct demo_options many = {DEMO_PATIENTS_MAX + 1, 1, now_ms, false}, early = {1, 1, 0, false};
    assert_false(demo_generate(&many, digest_only, &digest, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(demo_generate(&early, digest_only, &digest, &err));
    assert_int_equal(digest, 0);
    digest_of(0, 1, now_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_references_resolve),
        cmocka_unit_test(model_finds_no_issue),
        cmocka_unit_test(content_is_rich),
        cmocka_unit_test(referrals_are_in_every_state),
        cmocka_unit_test(some_are_in_hospital_today),
        cmocka_unit_test(notes_are_prose),
        cmocka_unit_test(nothing_lies_in_the_future),
        cmocka_unit_test(ages_and_sexes_are_plausible),
        cmocka_unit_test(identities_are_official_and_used_once),
        cmocka_unit_test(some_staff_are_patients),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(any_day_works),
        cmocka_unit_test(emit_can_stop),
        cmocka_unit_test(options_are_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
