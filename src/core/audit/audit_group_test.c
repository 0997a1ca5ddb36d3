/* SPDX-License-Identifier: Apache-2.0
 * What shares one sync, and texts as they come to stand in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "audit/audit_int.h"

enum { MANY = 12, WHILE_MS = 60 };

static char dir[64];
static struct audit *a;
static atomic_int over;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    snprintf(dir, sizeof dir, "/tmp/helhet-group-XXXXXX");
    assert_non_null(mkdtemp(dir));
    struct audit_options opt = {.dir = dir};
    a = audit_open(&opt, &err);
    assert_non_null(a);
    over = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    audit_close(a);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void done(void *arg, enum audit_done how)
{
    *(enum audit_done *)arg = how;
    over++;
}

static void submit(struct audit_wait *w, enum audit_done *how, bool later)
{
    struct err err = {0};
    struct audit_record r = {.who = {.kind = STR("staff")}, .action = STR("read"), .code = 'R'};
    *w = (struct audit_wait){.done = done, .arg = how, .later = later};
    assert_true(audit_submit(a, &r, 1, w, &err));
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void wait_for(int n)
{
    for (int i = 0; over < n && i < 2000; i++)
        sleep_ms(1);
    assert_int_equal(over, n);
}

/* What is to be written later waits for audit_flush and then shares one sync. */
static void test_later(void **state)
{
    (void)state;
    struct audit_wait w[MANY];
    enum audit_done how[MANY];
    uint64_t groups = audit_status(a).groups;
    for (int i = 0; i < MANY; i++)
        submit(&w[i], &how[i], true);
    sleep_ms(WHILE_MS);
    assert_int_equal(over, 0);
    audit_flush(a);
    wait_for(MANY);
    assert_int_equal(audit_status(a).groups, groups + 1);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(how[i], AUDIT_DURABLE);
    audit_flush(a); /* of nothing */
    sleep_ms(1);
    assert_int_equal(audit_status(a).groups, groups + 1);
}

/* One that cannot wait takes along what came before it; closing takes all. */
static void test_sooner(void **state)
{
    (void)state;
    struct audit_wait w[4];
    enum audit_done how[4];
    submit(&w[0], &how[0], true);
    submit(&w[1], &how[1], false);
    wait_for(2);
    submit(&w[2], &how[2], true);
    submit(&w[3], &how[3], true);
    audit_close(a);
    wait_for(4);
    assert_int_equal(how[3], AUDIT_DURABLE);
    struct err err = {0};
    struct audit_options opt = {.dir = dir};
    a = audit_open(&opt, &err);
    assert_int_equal(audit_status(a).seq, 4);
}

/* The text of a record whose action is s, and what it should be, a byte at a time. */
static void compare(struct str s)
{
    static const char before[] = ",\"time\":\"1970-01-01T00:00:00.000Z\",\"action\":\"";
    struct buf got;
    char want[4 * AUDIT_TEXT_MAX], *at = want;
    struct audit_record r = {.action = s};
    buf_init(&got, BUF_NO_MAX);
    audit_text_put(&got, &r, 0);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            *at++ = '\\';
        *at++ = c < 0x20 || c >= 0x7F ? '?' : (char)c;
    }
    struct str text = buf_get(&got);
    assert_true(str_starts(text, STR(before)));
    assert_memory_equal(text.p + sizeof before - 1, want, (size_t)(at - want));
    assert_int_equal(text.p[sizeof before - 1 + (size_t)(at - want)], '"');
    buf_release(&got);
}

/* Each byte at each place of texts of each length: alone and after its like. */
static void test_texts(void **state)
{
    (void)state;
    enum { LONGEST = 34 };
    char text[LONGEST];
    for (size_t n = 1; n <= LONGEST; n++)
        for (size_t i = 0; i < n; i++)
            for (int c = 0; c < 0xC2; c++) { /* from there on a letter may be begun */
                memset(text, 'x', n);
                text[i] = (char)c;
                text[n - 1 - i] = (char)(i % 2 ? c : text[n - 1 - i]);
                compare((struct str){text, n});
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sooner, set_up, tear_down),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
