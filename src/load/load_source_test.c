/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>

#include <bzlib.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/os.h"
#include "load/load_int.h"

enum { TEXT_MAX = 300000, PACKED_MAX = 400000 };

static char text[TEXT_MAX], packed[PACKED_MAX], got_text[3 * TEXT_MAX];
static size_t text_n;
static char path[] = "/tmp/helhet-source-XXXXXX";

static int setup(void **state)
{
    (void)state;
    uint32_t x = 1;
    while (text_n + 16 < TEXT_MAX) {
        x = x * 1664525 + 1013904223;
        text_n += (size_t)snprintf(text + text_n, 16, "å%u\n", x >> 12);
    }
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static size_t gzip(const char *from, size_t n, char *to, size_t room)
{
    z_stream z = {.next_in = (unsigned char *)from, .avail_in = (unsigned)n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (unsigned char *)to;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t bzip(const char *from, size_t n, char *to, size_t room)
{
    unsigned got = (unsigned)room;
    assert_int_equal(BZ2_bzBuffToBuffCompress(to, &got, (char *)from, (unsigned)n, 1, 0, 0), BZ_OK);
    return got;
}

/* Writes the file and reads it through in steps of step bytes. */
static bool read_all(const char *data, size_t n, size_t step, size_t *total, struct err *err)
{
    assert_true(os_file_replace(path, (struct str){data, n}));
    *err = (struct err){.code = ERR_OK};
    struct load_source *s = load_source_open(path, err);
    assert_non_null(s);
    size_t got = 1;
    bool ok = true;
    for (*total = 0; ok && got; *total += got) {
        assert_true(*total + step <= sizeof got_text);
        ok = load_source_read(s, got_text + *total, step, &got, err);
        got = ok ? got : 0;
    }
    if (ok)
        assert_int_equal(load_source_position(s), n);
    load_source_close(s);
    return ok;
}

static void whole(const char *data, size_t n, size_t times)
{
    static const size_t steps[] = {1000, 4096, 65536, 299999};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct err err;
        size_t total;
        assert_true(read_all(data, n, steps[i], &total, &err));
        assert_int_equal(total, text_n * times);
        assert_memory_equal(got_text, text, text_n);
        assert_memory_equal(got_text + total - text_n, text, text_n);
    }
}

static void test_plain(void **state)
{
    (void)state;
    whole(text, text_n, 1);
}

static void test_gzip(void **state)
{
    (void)state;
    size_t n = gzip(text, text_n, packed, PACKED_MAX / 2);
    whole(packed, n, 1);
}

static void test_bzip2(void **state)
{
    (void)state;
    whole(packed, bzip(text, text_n, packed, PACKED_MAX), 1);
}

static void test_members(void **state)
{
    (void)state;
    size_t n = bzip(text, text_n, packed, PACKED_MAX);
    memmove(packed + n, packed, n < PACKED_MAX - n ? n : 0);
    assert_true(2 * n <= PACKED_MAX);
    struct err err;
    size_t total;
    assert_true(read_all(packed, 2 * n, 65536, &total, &err));
    assert_int_equal(total, 2 * text_n);
}

/* Every cut of a small file: told as cut, and what came before it is right. */
static void cut(size_t n, size_t head)
{
    for (size_t at = head; at < n; at++) {
        struct err err;
        size_t total;
        assert_false(read_all(packed, at, 700, &total, &err));
        assert_int_equal(err.code, ERR_LOAD_TRUNCATED);
        assert_memory_equal(got_text, text, total);
    }
}

static void test_cut(void **state)
{
    (void)state;
    cut(gzip(text, 900, packed, PACKED_MAX), 2);
    cut(bzip(text, 900, packed, PACKED_MAX), 3);
}

static void test_damaged(void **state)
{
    (void)state;
    struct err err;
    size_t total, n = gzip(text, text_n, packed, PACKED_MAX / 2);
    memset(packed + n / 2, 0x55, 64);
    assert_false(read_all(packed, n, 4096, &total, &err));
    assert_int_equal(err.code, ERR_LOAD_COMPRESSED);
    n = bzip(text, text_n, packed, PACKED_MAX);
    packed[n / 2] ^= 1;
    assert_false(read_all(packed, n, 4096, &total, &err));
    assert_int_equal(err.code, ERR_LOAD_COMPRESSED);
    n = gzip(text, 900, packed, PACKED_MAX);
    memcpy(packed + n, "rubbish", 7);
    assert_false(read_all(packed, n + 7, 4096, &total, &err));
}

static void test_empty_and_missing(void **state)
{
    (void)state;
    struct err err;
    size_t total;
    assert_true(read_all("", 0, 100, &total, &err));
    assert_int_equal(total, 0);
    assert_null(load_source_open("/nonexistent/file", &err));
    assert_int_equal(err.code, ERR_IO);
    struct load_source *s = load_source_open("/", &err);
    assert_null(s);
    assert_int_equal(err.code, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_bzip2),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_empty_and_missing),
    };
    return cmocka_run_group_tests_name("load_source", tests, setup, teardown);
}
