/* SPDX-License-Identifier: Apache-2.0
 * Keys: a request sent again is done once and answered the same; a key names one request of one caller; what
 * failed may be tried again; what an answer shows again passes the view as it is then. */
#include <pthread.h>

#include "access_ask.h"
#include "api/receipt.h"

static struct world web;

#define KEY(k) "Idempotency-Key: " k "\r\n"
#define OBS                                                                                                  \
    "{\"resourceType\":\"Observation\",\"status\":\"preliminary\",\"code\":{\"text\":\"x\"},"                \
    "\"subject\":{\"reference\":\"Patient/one\"}}"
/* A FHIRPath Patch that replaces one element. */
#define PATCH(path, value)                                                                                   \
    "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":\"type\","  \
    "\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"" path "\"},{\"name\":\"value\"," value \
    "}]}]}"
#define ENTRY(method, url, more) "{\"request\":{\"method\":\"" method "\",\"url\":\"" url "\"}" more "}"
#define BUNDLE(type, entries) "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]}"

static int64_t commits(void)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(web.store, &err);
    int64_t seq = store_read_seq(r);
    store_read_end(r);
    return seq;
}

/* Headers that may differ are cut away: what is compared begins with the status. */
static char *answer(const char *who, const char *method, const char *path, const char *extra,
                    const char *body, bool replayed)
{
    char *a = ask(&web, who, method, path, extra, body);
    char *mark = strstr(a, "Idempotency-Replayed: true\r\n");
    if (!!mark != replayed)
        fail_msg("%s %s: replayed %d\n%s", method, path, !!mark, a);
    if (mark)
        memmove(mark, mark + strlen("Idempotency-Replayed: true\r\n"),
                strlen(mark + strlen("Idempotency-Replayed: true\r\n")) + 1);
    char *date = strstr(a, "Date: ");
    if (date)
        memset(date, 'x', strcspn(date, "\r"));
    return a;
}

static const struct {
    const char *method, *path, *extra, *body;
    int status;
} writes[] = {
    {"POST", "Observation", KEY("k1"), OBS, 201},
    {"POST", "Observation", KEY("k2") "Prefer: return=minimal\r\n", OBS, 201},
    {"POST", "Observation", KEY("k3") "Prefer: return=OperationOutcome\r\n", OBS, 201},
    {"PUT", "Observation/oa", KEY("k4") "If-Match: W/\"1\"\r\n",
     "{\"resourceType\":\"Observation\",\"id\":\"oa\",\"status\":\"amended\",\"code\":{\"text\":\"y\"},"
     "\"subject\":{\"reference\":\"Patient/one\"}}",
     200},
    {"PATCH", "Observation/oa", KEY("k5"), PATCH("Observation.status", "\"valueCode\":\"corrected\""), 200},
    {"POST", "Observation", KEY("k6") "If-None-Exist: _id=oa\r\n", OBS, 200},
    {"POST", "", KEY("k7"),
     BUNDLE("transaction", ENTRY("POST", "Observation", ",\"resource\":" OBS) "," ENTRY(
                               "DELETE", "Observation?_id=gone", "") "," ENTRY("GET", "Patient/one", "")),
     200},
    {"POST", "", KEY("k8") "Prefer: return=representation\r\n",
     BUNDLE("batch",
            ENTRY("POST", "Observation", ",\"resource\":" OBS) "," ENTRY(
                "PATCH", "Observation/nobody",
                ",\"resource\":{\"resourceType\":\"Parameters\"}") "," ENTRY("POST", "Observation", "")),
     200},
    {"DELETE", "Observation/ok", KEY("k9"), NULL, 204},
};

static void test_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        const char *m = writes[i].method, *p = writes[i].path, *e = writes[i].extra, *b = writes[i].body;
        char *first = answer("machine", m, p, e, b, false);
        int64_t before = commits();
        if (status_of(first) != writes[i].status)
            fail_msg("%zu: %d wanted\n%s", i, writes[i].status, first);
        for (int times = 0; times < 2; times++) {
            char *second = answer("machine", m, p, e, b, true);
            if (strcmp(first, second) != 0)
                fail_msg("%zu:\n%s\n---- and then\n%s", i, first, second);
            os_free(second);
        }
        assert_int_equal(commits(), before);
        os_free(first);
    }
}

static void expect(const char *who, const char *method, const char *path, const char *extra, const char *body,
                   int want, const char *code)
{
    char *a = ask(&web, who, method, path, extra, body);
    if (status_of(a) != want || (code && !strstr(a, code)))
        fail_msg("%s %s: %d %s wanted\n%s", method, path, want, code ? code : "", a);
    os_free(a);
}

static void test_one_request(void **state)
{
    (void)state;
    expect("machine", "POST", "Observation", KEY("one"), OBS, 201, NULL);
    int64_t before = commits();
    expect("machine", "POST", "Basic", KEY("one"), "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}",
           422, "KEY_REUSED");
    expect("machine", "POST", "Observation", KEY("one") "Helhet-Patient: one\r\n", OBS, 422, "KEY_REUSED");
    assert_int_equal(commits(), before);
    /* Another's is another. */
    expect("anna", "POST", "Observation", KEY("one"), OBS, 201, NULL);
    expect(NULL, "POST", "Observation", KEY("one"), OBS, 201, NULL);
    assert_int_equal(commits(), before + 2);
}

static void test_failed(void **state)
{
    static const char made[] = "{\"resourceType\":\"Patient\",\"id\":\"later\",\"active\":false}";
    (void)state;
    expect("machine", "PATCH", "Patient/later", KEY("f"), PATCH("Patient.active", "\"valueBoolean\":true"),
           404, NULL);
    expect("machine", "PUT", "Patient/later", NULL, made, 201, NULL);
    expect("machine", "PATCH", "Patient/later", KEY("f"), PATCH("Patient.active", "\"valueBoolean\":true"),
           200, NULL);
}

static void test_header(void **state)
{
    (void)state;
    int64_t before = commits();
    expect("machine", "POST", "Observation", KEY(""), OBS, 400, "HEADER");
    expect("machine", "POST", "Observation", KEY("a b"), OBS, 400, "HEADER");
    expect("machine", "POST", "Observation",
           KEY("12345678901234567890123456789012345678901234567890123456789012345"), OBS, 400, "HEADER");
    expect("machine", "POST", "Observation", KEY("a") KEY("a"), OBS, 400, "HEADER");
    expect("machine", "POST", "$import", KEY("a"), "{}", 400, "KEY_UNUSABLE");
    expect("machine", "GET", "Patient/one", KEY("a b"), NULL, 200, NULL);
    assert_int_equal(commits(), before);
}

/* What may not be seen any more is not shown again; that it was saved is. */
static void test_view(void **state)
{
    (void)state;
    char *first = ask(&web, "anna", "POST", "Observation", KEY("v"), OBS);
    assert_int_equal(status_of(first), 201);
    assert_non_null(strstr(first, "\"preliminary\""));
    os_free(first);
    staff(&web, "anna", "d", true); /* at another provider from now on */
    char *again = ask(&web, "anna", "POST", "Observation", KEY("v"), OBS);
    assert_int_equal(status_of(again), 201);
    assert_null(strstr(again, "\"preliminary\""));
    assert_non_null(strstr(again, "OperationOutcome"));
    os_free(again);
}

static void *send_one(void *arg)
{
    char *a = ask(&web, "machine", "POST", "", KEY("race"),
                  BUNDLE("transaction", ENTRY("POST", "Basic",
                                              ",\"resource\":{\"resourceType\":\"Basic\",\"code\":{\"text\":"
                                              "\"race\"}}")));
    *(int *)arg = status_of(a) == 200 ? (strstr(a, "Idempotency-Replayed") ? 1 : 2) : 0;
    os_free(a);
    return NULL;
}

static void test_race(void **state)
{
    enum { SENDERS = 8 };
    pthread_t t[SENDERS];
    int how[SENDERS], done = 0;
    int64_t before = commits();
    (void)state;
    for (int i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, send_one, &how[i]), 0);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(t[i], NULL);
        assert_true(how[i]);
        done += how[i] == 2;
    }
    assert_int_equal(done, 1);
    assert_int_equal(commits(), before + 1);
}

static void test_list(void **state)
{
    struct err err = {0};
    struct arena arena;
    struct store_receipt *list;
    struct store_receipt one;
    struct buf text;
    struct json_out o;
    size_t count;
    (void)state;
    arena_init(&arena);
    struct store_read *r = store_read_begin(web.store, &err);
    assert_true(store_receipt_list(r, STR("machine"), 0, 0, 3, &arena, &list, &count, &err));
    assert_int_equal(count, 3);
    assert_true(list[0].number > list[1].number && list[1].number > list[2].number);
    int64_t last = list[2].number;
    assert_true(store_receipt_list(r, STR("machine"), last, 0, 3, &arena, &list, &count, &err));
    assert_true(count > 0 && list[0].number < last);
    assert_true(store_receipt_list(r, STR("nobody"), 0, 0, 3, &arena, &list, &count, &err));
    assert_int_equal(count, 0);
    assert_int_equal(store_receipt_get(r, STR("machine"), STR("k8"), &arena, &one, &err), STORE_FOUND);
    buf_init(&text, BUF_NO_MAX);
    json_out_init(&o, &text);
    assert_true(receipt_write(&o, &arena, &one, &err));
    buf_char(&text, 0);
    assert_non_null(
        strstr(text.p, "\"path\":\"/fhir\",\"patient\":\"\",\"status\":200,\"resource\":\"Observation/"));
    assert_non_null(strstr(text.p, "{\"status\":404,\"resource\":\"\",\"version\":\"\"}"));
    buf_release(&text);
    store_read_end(r);
    arena_release(&arena);
}

static int open_world(void **state)
{
    (void)state;
    world_open(&web, "receipt");
    common(&web);
    put(&web, "Observation", "ok", OBSERVATION_OF("a", "v1", "one", "vanlig"));
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&web);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),  cmocka_unit_test(test_one_request), cmocka_unit_test(test_failed),
        cmocka_unit_test(test_header), cmocka_unit_test(test_race),        cmocka_unit_test(test_list),
        cmocka_unit_test(test_view),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
