/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/os.h"

static char text[1 << 20];

/* Everything that was written to the pipe. */
static size_t drain(int fd)
{
    size_t n = 0;
    for (ssize_t r; (r = read(fd, text + n, sizeof(text) - 1 - n)) > 0;)
        n += (size_t)r;
    text[n] = 0;
    return n;
}

static void test_lines(void **state)
{
    (void)state;
    int p[2];
    struct log_line l;
    assert_int_equal(pipe(p), 0);
    log_open(LOG_LEVEL_INFO, p[1]);
    log_begin(&l, LOG_LEVEL_DEBUG, "hidden");
    log_end(&l);
    log_begin(&l, LOG_LEVEL_WARN, "event");
    log_str(&l, "text", STR("a\"b\\c\n\x01"));
    log_cstr(&l, "none", NULL);
    log_i64(&l, "low", INT64_MIN);
    log_i64(&l, "zero", 0);
    log_i64(&l, "high", INT64_MAX);
    log_end(&l);
    log_close();
    close(p[1]);
    drain(p[0]);
    close(p[0]);
    assert_null(strstr(text, "hidden"));
    assert_memory_equal(text, "{\"time\":\"2", 10);
    assert_non_null(strstr(
        text, "Z\",\"level\":\"warn\",\"event\":\"event\",\"text\":\"a\\u0022b\\u005cc\\u000a\\u0001\","
              "\"none\":\"\",\"low\":-9223372036854775808,\"zero\":0,\"high\":9223372036854775807}\n"));
}

/* Values of any length leave a whole object on one line. */
static void test_long_values(void **state)
{
    (void)state;
    int p[2];
    struct log_line l;
    static char value[3 * LOG_LINE_MAX];
    assert_int_equal(pipe(p), 0);
    log_open(LOG_LEVEL_INFO, p[1]);
    for (size_t n = 0; n < sizeof(value); n += 97) {
        memset(value, n % 2 ? 'x' : '\n', n);
        log_begin(&l, LOG_LEVEL_INFO, "long");
        log_str(&l, "a", (struct str){value, n});
        log_str(&l, "b", (struct str){value, n});
        log_i64(&l, "c", 7);
        assert_true(l.n <= LOG_LINE_MAX - 2);
        log_end(&l);
    }
    log_close();
    close(p[1]);
    drain(p[0]);
    close(p[0]);
    size_t lines = 0;
    for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1, lines++)
        assert_true(at[0] == '{' && end[-1] == '}');
    assert_int_equal(lines, (sizeof(value) + 96) / 97);
}

/* A reader that has stopped reading costs lines, which are counted, and never time. */
static void test_slow_reader(void **state)
{
    (void)state;
    int p[2];
    struct log_line l;
    assert_int_equal(pipe(p), 0);
    log_open(LOG_LEVEL_INFO, p[1]);
    uint64_t from = os_mono_ns();
    for (int i = 0; i < 20000; i++) {
        log_begin(&l, LOG_LEVEL_INFO, "many");
        log_i64(&l, "i", i);
        log_end(&l);
    }
    assert_true(os_mono_ns() - from < 5000000000u);
    /* Reading a little wakes the writer, which then tells how many were lost. */
    char some[1 << 16];
    for (int i = 0; i < 40 && !strstr(text, "log_dropped"); i++) {
        ssize_t r = read(p[0], some, sizeof(some) - 1);
        assert_true(r > 0);
        some[r] = 0;
        if (strstr(some, "log_dropped"))
            strcpy(text, "log_dropped");
        if (i > 8) {
            log_begin(&l, LOG_LEVEL_INFO, "more");
            log_end(&l);
        }
    }
    assert_non_null(strstr(text, "log_dropped"));
    close(p[0]);
    log_close();
    close(p[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_slow_reader),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
