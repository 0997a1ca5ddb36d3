/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/b64.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/os.h"
#include "base/time.h"

static void test_str(void **state)
{
    (void)state;
    struct str rest = STR("a,,b"), part;
    uint64_t v;
    assert_true(str_split(&rest, ',', &part) && str_is(part, "a"));
    assert_true(str_split(&rest, ',', &part) && str_is(part, ""));
    assert_true(str_split(&rest, ',', &part) && str_is(part, "b"));
    assert_false(str_split(&rest, ',', &part));
    assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &v) && v == UINT64_MAX);
    assert_false(str_u64(STR("18446744073709551616"), UINT64_MAX, &v));
    assert_false(str_u64(STR(""), 9, &v));
    assert_false(str_u64(STR("10"), 9, &v));
    assert_int_equal(str_find_str(STR("abcabd"), STR("abd")), 3);
    assert_true(str_find_str(STR("ab"), STR("abc")) == SIZE_MAX);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    char *first = arena_cstr(&a, STR("kvar"));
    struct arena_mark m = arena_mark(&a);
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(&a, 1000), i, 1000);
    arena_rewind(&a, m);
    assert_string_equal(first, "kvar");
    assert_null(arena_zalloc(&a, SIZE_MAX / 4, 16));
    arena_release(&a);
    assert_int_equal(a.total, 0);
    arena_limit(&a, 64 * 1024);
    assert_null(arena_alloc(&a, 65 * 1024));
    assert_non_null(arena_alloc(&a, 60 * 1024));
    assert_null(arena_alloc(&a, 8 * 1024));
    arena_release(&a);
    arena_limit(&a, 0);
    arena_first(&a, 1000);
    assert_non_null(arena_alloc(&a, 900));
    assert_int_equal(a.total, 1000);
    assert_non_null(arena_alloc(&a, 1500));
    assert_int_equal(a.total, 3000);
    arena_release(&a);
}

static void test_buf(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    buf_printf(&b, "%d-%s", 7, "x");
    buf_i64(&b, INT64_MIN);
    assert_true(str_is(buf_get(&b), "7-x-9223372036854775808"));
    for (int i = 0; i < 1000; i++)
        buf_cstr(&b, "0123456789");
    assert_false(buf_ok(&b));
    assert_true(b.n <= 1000);
    buf_clear(&b);
    assert_true(buf_ok(&b));
    buf_release(&b);
}

/* The reference vector of the SipHash paper: key 00..0f, input 00..0e. */
static void test_hash(void **state)
{
    (void)state;
    char in[15];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)i;
    struct hash_key key = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
    assert_true(hash_sip(key, (struct str){in, sizeof in}) == 0xa129ca6149be45e5u);
}

static void test_err(void **state)
{
    (void)state;
    struct err err;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    assert_false(err_set(&err, ERR_FHIR_PRIMITIVE, "2021-13-01", "date", (const char *)NULL));
    err_at(&err, STR("Patient.birthDate"));
    err_at(&err, STR("Patient"));
    err_text(&err, ERR_SV, &b);
    assert_true(str_is(buf_get(&b), "2021-13-01 är inte giltigt som date"));
    assert_string_equal(err.path, "Patient.birthDate");
    /* Arguments are cut between characters, never inside one. */
    char long_text[400];
    for (size_t i = 0; i + 1 < sizeof long_text; i += 2)
        memcpy(long_text + i, "å", 2);
    err_set_str(&err, ERR_NOT_FOUND, (struct str){long_text, sizeof long_text}, STR(""));
    assert_int_equal(strlen(err.arg[0]) % 2, 0);
    /* Every code has both texts, a status and a name. */
    for (int c = ERR_OK + 1; c < ERR_COUNT; c++) {
        const struct err_info *i = err_info((enum err_code)c);
        assert_true(i->http >= 200 && i->http < 600 && i->text[ERR_SV][0] && i->text[ERR_EN][0] &&
                    i->issue[0]);
    }
    buf_release(&b);
}

static void span_is(const char *text, int zone, const char *low, const char *high)
{
    struct time_value v;
    char out[TIME_TEXT_MAX];
    assert_true(time_parse(str_of(text), true, &v));
    struct time_span s = time_span(&v, zone);
    time_format(s.low_ms, out);
    assert_string_equal(out, low);
    time_format(s.high_ms, out);
    assert_string_equal(out, high);
}

static void test_time(void **state)
{
    (void)state;
    struct time_value v;
    span_is("2024", 0, "2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z");
    span_is("2024-12", 0, "2024-12-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z");
    span_is("2024-02-29", 60, "2024-02-28T23:00:00.000Z", "2024-02-29T23:00:00.000Z");
    span_is("1896-02-02T10:11:12+01:00", 0, "1896-02-02T09:11:12.000Z", "1896-02-02T09:11:13.000Z");
    span_is("2024-02-29T10:11:12.3456Z", 0, "2024-02-29T10:11:12.345Z", "2024-02-29T10:11:12.346Z");
    span_is("2024-02-29T10:11Z", 0, "2024-02-29T10:11:00.000Z", "2024-02-29T10:12:00.000Z");
    const char *bad[] = {"",
                         "0000",
                         "2023-02-29",
                         "2024-13",
                         "2024-1",
                         "2024-01-01T",
                         "2024-01-01T24:00:00Z",
                         "2024-01-01T10:00:00",
                         "20240101",
                         "2024-01-01T10:00Z",
                         "2024-01-01 10:00:00Z",
                         "2024-01-01T10:00:00.Z",
                         "2024-01-01T10:00:00+15:00"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(time_parse(str_of(bad[i]), false, &v));
    assert_true(time_parse_clock(STR("23:59:60"), &v));
    assert_false(time_parse_clock(STR("24:00:00"), &v));
    char out[TIME_TEXT_MAX];
    time_format_http(784111777000, out);
    assert_string_equal(out, "Sun, 06 Nov 1994 08:49:37 GMT");
    for (int64_t d = -200000; d < 200000; d += 37) {
        int y, m, day;
        time_civil(d, &y, &m, &day);
        assert_true(time_days(y, m, day) == d);
    }
}

static int64_t ms_of(const char *text)
{
    struct time_value v;
    assert_true(time_parse(str_of(text), false, &v));
    return time_span(&v, 0).low_ms;
}

static void test_swedish(void **state)
{
    (void)state;
    /* Summer time begins, and ends; months whose last day is a Sunday, and a leap year. */
    static const char *const turns[][2] = {{"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"},
                                           {"2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z"},
                                           {"2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"},
                                           {"1996-03-31T01:00:00Z", "1996-10-27T01:00:00Z"}};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        int64_t from = ms_of(turns[i][0]), to = ms_of(turns[i][1]);
        assert_int_equal(time_swedish(from - 1), 3600000);
        assert_int_equal(time_swedish(from), 7200000);
        assert_int_equal(time_swedish(to - 1), 7200000);
        assert_int_equal(time_swedish(to), 3600000);
    }
    assert_int_equal(time_swedish(ms_of("2026-12-31T23:59:59Z")), 3600000);
    assert_int_equal(time_swedish(ms_of("2027-01-01T00:00:00Z")), 3600000);
    assert_int_equal(time_swedish(ms_of("2026-06-30T22:00:00Z")), 7200000);
    assert_int_equal(time_swedish(-1), 3600000);
}

/* Every hour of forty years, against the machine's own time zones. */
static void test_swedish_zone(void **state)
{
    (void)state;
    struct tm there;
    time_t summer = 1751371200; /* 2025-07-01T12:00:00Z */
    assert_int_equal(setenv("TZ", "Europe/Stockholm", 1), 0);
    tzset();
    if (!localtime_r(&summer, &there) || there.tm_gmtoff != 7200) {
        unsetenv("TZ");
        tzset();
        print_message("SKIPPED: no time zone Europe/Stockholm here\n");
        skip();
    }
    for (int64_t s = ms_of("1996-01-01T00:00:00Z") / 1000; s < ms_of("2036-01-01T00:00:00Z") / 1000;
         s += 3600) {
        time_t t = (time_t)s;
        localtime_r(&t, &there);
        if (time_swedish(s * 1000) != (int64_t)there.tm_gmtoff * 1000)
            fail_msg("%lld: %ld", (long long)s, there.tm_gmtoff);
    }
    unsetenv("TZ");
    tzset();
}

static void test_file_replace(void **state)
{
    (void)state;
    char path[] = "/tmp/helhet-base-XXXXXX", *data;
    size_t n;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(os_file_replace(path, STR("ett")));
    atomic_store(&os_fault.write_left, 0);
    assert_false(os_file_replace(path, STR("två")));
    assert_int_equal(errno, ENOSPC);
    atomic_store(&os_fault.write_left, -1);
    assert_true(os_file_read(path, 100, &data, &n));
    assert_true(str_is((struct str){data, n}, "ett"));
    os_free(data);
    assert_false(os_file_read(path, 2, &data, &n));
    assert_int_equal(errno, EFBIG);
    unlink(path);
}

/* RFC 4648, 10 (without its padding), and RFC 7515, appendix C. */
static void test_b64url(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    static const char *const wrong[] = {"Z", "Zg==", "Zh", "Zm9", "Zm9v ", "Zm+v", "Zm/v", "Zm9v\n"};
    static const unsigned char octets[] = {3, 236, 255, 224, 193};
    struct arena arena;
    struct str out;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_true(str_is(b64url_encode(&arena, pairs[i][0], strlen(pairs[i][0])), pairs[i][1]));
        assert_true(b64url_decode(&arena, str_of(pairs[i][1]), &out) && str_is(out, pairs[i][0]));
    }
    assert_true(str_is(b64url_encode(&arena, octets, sizeof octets), "A-z_4ME"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(b64url_decode(&arena, str_of(wrong[i]), &out));
    assert_false(b64url_decode(&arena, (struct str){"Zm9\0", 4}, &out));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str),          cmocka_unit_test(test_arena),  cmocka_unit_test(test_buf),
        cmocka_unit_test(test_hash),         cmocka_unit_test(test_err),    cmocka_unit_test(test_time),
        cmocka_unit_test(test_file_replace), cmocka_unit_test(test_b64url), cmocka_unit_test(test_swedish),
        cmocka_unit_test(test_swedish_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
