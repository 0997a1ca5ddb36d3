/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "identity/identity_int.h"

enum { IDLE_MS = 1000 * 1000, ABSOLUTE_MS = 5000 * 1000 };

static char dir[64];
static struct identity *id;
static struct arena arena;

#define PASSWORD "fjällräv på krukväxt"
#define OTHER "blå cykelhjälm vid ån"

static struct identity *open_dir(bool sessions)
{
    struct err err = {0};
    struct identity_options opt = {
        .dir = dir, .create = true, .sessions = sessions, .idle_ms = IDLE_MS, .absolute_ms = ABSOLUTE_MS};
    struct identity *i = identity_open(&opt, &err);
    assert_non_null(i);
    return i;
}

static int begin(void **state)
{
    (void)state;
    struct err err = {0};
    snprintf(dir, sizeof dir, "/tmp/helhet-identity-XXXXXX");
    assert_non_null(mkdtemp(dir));
    arena_init(&arena);
    id = open_dir(true);
    assert_true(identity_add(id, STR("Anna"), STR("Practitioner/p1"), STR(PASSWORD), &err));
    return 0;
}

static int end(void **state)
{
    (void)state;
    static const char *const files[] = {"", "-wal", "-shm"};
    char path[128];
    identity_close(id);
    arena_release(&arena);
    atomic_store(&os_fault.clock_shift_ms, 0);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/" IDENTITY_FILE "%s", dir, files[i]);
        unlink(path);
    }
    return rmdir(dir);
}

static struct str token(const struct identity_token *t)
{
    return str_of(t->text);
}

/* The code that logging in gives. */
static enum err_code login_from(struct identity *i, const char *name, const char *password,
                                const char *origin, struct identity_token *out)
{
    struct err err = {0};
    struct identity_token unused;
    struct identity_login l = {str_of(name), str_of(password), str_of(origin)};
    return identity_login(i, &l, out ? out : &unused, &err) ? ERR_OK : err.code;
}

static enum err_code login(const char *name, const char *password, struct identity_token *out)
{
    return login_from(id, name, password, "127.0.0.1", out);
}

static enum identity_state state_of(struct identity *i, const struct identity_token *t,
                                    struct access_caller *out)
{
    struct access_caller caller;
    return identity_session(i, token(t), true, &arena, out ? out : &caller);
}

static void pass(int64_t ms)
{
    atomic_fetch_add(&os_fault.clock_shift_ms, ms);
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void test_accounts(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_account *list;
    size_t n;
    struct stat st;
    char path[128];
    assert_false(identity_add(id, STR("anna"), STR("Practitioner/p2"), STR(OTHER), &err));
    assert_int_equal(err.code, ERR_ACCOUNT_EXISTS);
    static const char *const names[] = {"", "a", "a b", "åsa", "a/b", "a'b", "\n\n"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(identity_add(id, str_of(names[i]), STR("Practitioner/p2"), STR(OTHER), &err));
        assert_int_equal(err.code, ERR_ACCOUNT_NAME);
    }
    static const char *const persons[] = {"",
                                          "Practitioner",
                                          "Practitioner/",
                                          "Observation/1",
                                          "Patient/a b",
                                          "Patient/1/_history/2",
                                          "http://x/Patient/1",
                                          "Group/1"};
    for (size_t i = 0; i < sizeof persons / sizeof *persons; i++) {
        assert_false(identity_add(id, STR("bo"), str_of(persons[i]), STR(OTHER), &err));
        assert_int_equal(err.code, ERR_ACCOUNT_PERSON);
    }
    assert_true(identity_add(id, STR("bo.ek@x"), STR("Patient/p"), STR(OTHER), &err));
    assert_true(identity_list(id, &arena, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_true(str_is(list[0].name, "anna") && str_is(list[1].person, "Patient/p") && list[1].enabled);
    assert_false(identity_enable(id, STR("nobody"), false, &err));
    assert_int_equal(err.code, ERR_ACCOUNT_NONE);
    assert_false(identity_set_password(id, STR("nobody"), STR(OTHER), &err));
    assert_int_equal(err.code, ERR_ACCOUNT_NONE);
    snprintf(path, sizeof path, "%s/" IDENTITY_FILE, dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/" IDENTITY_FILE "-wal", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct identity_options none = {.dir = "/nonexistent"};
    assert_null(identity_open(&none, &err));
    assert_int_equal(err.code, ERR_ACCOUNT_NO_FILE);
}

static void test_passwords(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "kort",
        "elva tecken",
        "lösenord1234",
        "Lösenord2026!",
        "Sommar2026!!",
        "P@ssw0rd123456",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abcdefghijklm",
        "asdfghjklöä123",
        "Göteborg2026!!",
        "helhet-helhet",
        "annakarin123",
        "annakarin",
        "iloveyou123456",
        "vinter2025vår",
        "l0s3n0rd l0s3n0rd",
        "\xff\xfe\xff",
        "Välkommen2026!",
        "sjukhus12345678",
        "1q2w3e4r5t6y",
        "hejhejhejhej",
    };
    static const char *const good[] = {
        PASSWORD, OTHER, "korrekt häst batteri", "xk3!pq9-vTr7m", "åäöåäö-brygga 7", "tolv tecken."};
    struct err err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (identity_password_fits(STR("annakarin"), str_of(bad[i]), &err))
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(err.code, ERR_ACCOUNT_PASSWORD);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!identity_password_fits(STR("annakarin"), str_of(good[i]), &err))
            fail_msg("%s: %s", good[i], err.arg[1]);
    char longest[IDENTITY_PASSWORD_MAX + 2] = "";
    for (size_t i = 0; i <= IDENTITY_PASSWORD_MAX; i++)
        longest[i] = (char)('!' + i * i % 90);
    assert_false(identity_password_fits(STR("x"), str_of(longest), &err));
    assert_true(identity_password_fits(STR("x"), (struct str){longest, IDENTITY_PASSWORD_MAX}, &err));
    /* ö as one character and as o with two dots is one password. */
    assert_true(
        identity_add(id, STR("olof"), STR("Practitioner/o"), STR("h\xc3\xb6stl\xc3\xb6v i diket"), &err));
    assert_int_equal(login("olof", "ho\xcc\x88stlo\xcc\x88v i diket", NULL), ERR_OK);
}

static void test_session(void **state)
{
    (void)state;
    struct identity_token t, second, resumed;
    struct access_caller c;
    struct err err = {0};
    assert_int_equal(login("ANNA", PASSWORD, &t), ERR_OK);
    assert_int_equal(strlen(t.text), IDENTITY_TOKEN_TEXT);
    assert_int_equal(state_of(id, &t, &c), IDENTITY_LIVE);
    assert_true(c.kind == ACCESS_STAFF && str_is(c.account, "anna") && str_is(c.user, "Practitioner/p1"));
    assert_true(c.assignment.n == 0 && c.session.n == SESSION_ID_TEXT);
    assert_int_equal(login("anna", PASSWORD, &second), ERR_OK);
    assert_string_not_equal(t.text, second.text);
    /* Resting, then woken by the password alone. */
    pass(IDLE_MS + 1);
    assert_int_equal(state_of(id, &t, &c), IDENTITY_IDLE);
    assert_false(identity_resume(id, token(&t), STR("fel lösenord helt"), &resumed, &err));
    assert_int_equal(err.code, ERR_LOGIN_WRONG);
    assert_true(identity_resume(id, token(&t), STR(PASSWORD), &resumed, &err));
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &resumed, NULL), IDENTITY_LIVE);
    /* Use keeps it awake, but not past its end. */
    for (int i = 0; i < 3; i++) {
        pass(IDLE_MS - 10);
        assert_int_equal(state_of(id, &resumed, NULL), IDENTITY_LIVE);
    }
    pass(ABSOLUTE_MS);
    assert_int_equal(state_of(id, &resumed, NULL), IDENTITY_NONE);
    assert_false(identity_resume(id, token(&resumed), STR(PASSWORD), &t, &err));
    assert_int_equal(err.code, ERR_LOGIN_REQUIRED);
}

static void test_not_touched(void **state)
{
    (void)state;
    struct identity_token t;
    struct access_caller c;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    pass(IDLE_MS - 100);
    assert_int_equal(identity_session(id, token(&t), false, &arena, &c), IDENTITY_LIVE);
    pass(200);
    assert_int_equal(identity_session(id, token(&t), false, &arena, &c), IDENTITY_IDLE);
}

static void test_wrong_tokens(void **state)
{
    (void)state;
    struct identity_token t, altered;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    for (size_t i = 0; i < IDENTITY_TOKEN_TEXT; i++) {
        altered = t;
        altered.text[i] = t.text[i] == 'A' ? 'B' : 'A';
        assert_int_equal(state_of(id, &altered, NULL), IDENTITY_NONE);
    }
    /* The bits of the last character that stand for nothing do not make a second name for the session. */
    altered = t;
    altered.text[IDENTITY_TOKEN_TEXT - 1]++;
    assert_int_equal(state_of(id, &altered, NULL), IDENTITY_NONE);
    static const char *const none[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                       "////////////////////////////////////////////"};
    struct access_caller c;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(identity_session(id, str_of(none[i]), true, &arena, &c), IDENTITY_NONE);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_LIVE);
}

static void test_assign(void **state)
{
    (void)state;
    struct identity_token t, now;
    struct access_caller c;
    struct err err = {0};
    int64_t until = os_now_ms() + 1000;
    struct identity_role role = {STR("PractitionerRole/r"),
                                 STR("Organization/u"),
                                 STR("Organization/v"),
                                 STR("lakare"),
                                 STR("vard"),
                                 until};
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    assert_true(identity_assign(id, token(&t), &role, &now, &err));
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &now, &c), IDENTITY_LIVE);
    assert_true(str_is(c.assignment, "PractitionerRole/r") && str_is(c.unit, "Organization/u") &&
                str_is(c.provider, "Organization/v") && str_is(c.role, "lakare") &&
                str_is(c.purpose, "vard") && str_is(c.account, "anna"));
    pass(1001);
    assert_int_equal(state_of(id, &now, &c), IDENTITY_LIVE);
    assert_true(c.assignment.n == 0 && c.unit.n == 0 && c.role.n == 0);
    char longer[IDENTITY_ROLE_TEXT_MAX + 2];
    memset(longer, 'x', sizeof longer);
    role.unit = (struct str){longer, sizeof longer};
    assert_false(identity_assign(id, token(&now), &role, &t, &err));
    assert_int_equal(err.code, ERR_LOGIN_ASSIGNMENT_UNFIT);
    assert_int_equal(state_of(id, &now, NULL), IDENTITY_LIVE);
}

static void test_lock_out(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t;
    assert_true(identity_add(id, STR("bo"), STR("Practitioner/b"), STR(OTHER), &err));
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(login("anna", "inte rätt alls", NULL), ERR_LOGIN_WRONG);
        assert_int_equal(login("ingen.sadan", "inte rätt alls", NULL), ERR_LOGIN_WRONG);
    }
    /* Not even the right one now; a name that is nobody's waits alike. */
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_LOGIN_WAIT);
    assert_int_equal(login("ingen.sadan", PASSWORD, NULL), ERR_LOGIN_WAIT);
    /* Others, and those who are in already, are not hindered. */
    assert_int_equal(login("bo", OTHER, NULL), ERR_OK);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_LIVE);
    pass(15 * 1000 + 1);
    assert_int_equal(login("anna", "inte rätt alls", NULL), ERR_LOGIN_WRONG);
    pass(15 * 1000 + 1);
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_LOGIN_WAIT); /* twice as long now */
    pass(15 * 1000);
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_OK);
    assert_int_equal(login("anna", "inte rätt alls", NULL), ERR_LOGIN_WRONG);
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_OK);
}

static void test_throttle_bounds(void **state)
{
    (void)state;
    struct throttle t;
    char name[24];
    assert_true(throttle_init(&t));
    for (int i = 0; i < 5; i++)
        throttle_failed(&t, STR("anna"), true, STR("192.0.2.1"), 1000);
    /* A flood of names that are nobody's neither fills the memory nor frees the known one. */
    for (int i = 0; i < 200000; i++) {
        snprintf(name, sizeof name, "x%d", i);
        throttle_failed(&t, str_of(name), false, STR("192.0.2.2"), 2000);
    }
    assert_int_equal(throttle_wait(&t, STR("anna"), STR("192.0.2.1"), 1000), 15000);
    assert_true(throttle_wait(&t, STR("other"), STR("192.0.2.2"), 2000) > 0);
    /* An address fails sixty times at once, not more; it empties with time, and the longest wait is bounded.
     */
    for (int i = 0; i < 60; i++) {
        assert_int_equal(throttle_wait(&t, STR("z"), STR("2001:db8::1"), 5000), 0);
        throttle_failed(&t, STR("y"), false, STR("2001:db8::1"), 5000);
    }
    assert_true(throttle_wait(&t, STR("z"), STR("2001:db8::1"), 5000) > 0);
    assert_true(throttle_wait(&t, STR("z"), STR("2001:db8::ffff"), 5000) > 0);
    assert_int_equal(throttle_wait(&t, STR("z"), STR("2001:db8:0:1::1"), 5000), 0);
    assert_int_equal(throttle_wait(&t, STR("z"), STR("::ffff:192.0.2.9"), 5000), 0);
    assert_int_equal(throttle_wait(&t, STR("z"), STR("2001:db8::1"), 15001), 0);
    assert_int_equal(throttle_wait(&t, STR("y"), STR("x"), 5000), 15 * 60 * 1000);
    throttle_release(&t);
}

/* The median of a few; hashing is what takes the time, and it does so either way. */
static uint64_t time_of(const char *name)
{
    uint64_t took[3];
    for (int i = 0; i < 3; i++) {
        uint64_t at = os_mono_ns();
        assert_int_equal(login(name, "inte rätt alls", NULL), ERR_LOGIN_WRONG);
        took[i] = os_mono_ns() - at;
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (took[j] > took[j + 1]) {
                uint64_t x = took[j];
                took[j] = took[j + 1];
                took[j + 1] = x;
            }
    return took[1];
}

static void test_same_time(void **state)
{
    (void)state;
    uint64_t known = time_of("anna"), unknown = time_of("ingen"), odd = time_of("x' OR 1=1");
    assert_true(known < unknown * 2 && unknown < known * 2);
    assert_true(odd < known * 2 && known < odd * 2);
    assert_true(known > 1000 * 1000);
}

static void test_disabled(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    assert_true(identity_enable(id, STR("anna"), false, &err));
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_LOGIN_WRONG);
    assert_true(identity_enable(id, STR("anna"), true, &err));
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    /* By another program: in force within a moment. */
    struct identity *other = open_dir(false);
    assert_true(identity_enable(other, STR("anna"), false, &err));
    for (int i = 0; i < 50 && state_of(id, &t, NULL) != IDENTITY_NONE; i++)
        sleep_ms(20);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    identity_close(other);
}

static void test_change_password(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t, second, now;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    assert_int_equal(login("anna", PASSWORD, &second), ERR_OK);
    assert_false(identity_change_password(id, token(&t), STR("fel lösenord helt"), STR(OTHER), &now, &err));
    assert_int_equal(err.code, ERR_LOGIN_WRONG);
    assert_false(identity_change_password(id, token(&t), STR(PASSWORD), STR("kort"), &now, &err));
    assert_int_equal(err.code, ERR_ACCOUNT_PASSWORD);
    assert_true(identity_change_password(id, token(&t), STR(PASSWORD), STR(OTHER), &now, &err));
    assert_int_equal(state_of(id, &now, NULL), IDENTITY_LIVE);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &second, NULL), IDENTITY_NONE);
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_LOGIN_WRONG);
    assert_int_equal(login("anna", OTHER, NULL), ERR_OK);
    assert_true(identity_set_password(id, STR("anna"), STR(PASSWORD), &err));
    assert_int_equal(state_of(id, &now, NULL), IDENTITY_NONE);
    assert_int_equal(identity_sessions(id), 0);
}

static void test_resume_tries(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t, now;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    for (int i = 0; i < IDENTITY_RESUME_TRIES; i++)
        assert_false(identity_resume(id, token(&t), STR("fel lösenord helt"), &now, &err));
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    assert_false(identity_resume(id, token(&t), STR(PASSWORD), &now, &err));
    assert_int_equal(err.code, ERR_LOGIN_REQUIRED);
    /* The account itself is not locked by it. */
    assert_int_equal(login("anna", PASSWORD, NULL), ERR_OK);
}

static void test_logout(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(login("anna", PASSWORD, &t[i]), ERR_OK);
    assert_true(identity_logout(id, token(&t[0]), false, &err));
    assert_int_equal(state_of(id, &t[0], NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &t[1], NULL), IDENTITY_LIVE);
    assert_true(identity_logout(id, token(&t[1]), true, &err));
    assert_int_equal(state_of(id, &t[2], NULL), IDENTITY_NONE);
    assert_true(identity_logout(id, token(&t[1]), true, &err));
    assert_true(identity_logout(id, STR("x"), false, &err));
}

static void test_bounded_per_account(void **state)
{
    (void)state;
    struct identity_token first, t;
    assert_int_equal(login("anna", PASSWORD, &first), ERR_OK);
    pass(10);
    for (int i = 0; i < IDENTITY_SESSIONS_ACCOUNT; i++)
        assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    assert_int_equal(identity_sessions(id), IDENTITY_SESSIONS_ACCOUNT);
    assert_int_equal(state_of(id, &first, NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_LIVE);
}

static void test_restart(void **state)
{
    (void)state;
    struct err err = {0};
    struct identity_token t, ended, old;
    struct access_caller before, after;
    struct identity_role role = {STR("PractitionerRole/r"),
                                 STR("Organization/u"),
                                 STR("Organization/v"),
                                 STR("lakare"),
                                 STR("vard"),
                                 INT64_MAX};
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    assert_int_equal(login("anna", PASSWORD, &ended), ERR_OK);
    assert_true(identity_logout(id, token(&ended), false, &err));
    assert_true(identity_assign(id, token(&t), &role, &old, &err));
    assert_int_equal(state_of(id, &old, &before), IDENTITY_LIVE);
    identity_close(id);
    id = open_dir(true);
    assert_int_equal(state_of(id, &old, &after), IDENTITY_LIVE);
    assert_true(str_eq(before.session, after.session) && str_is(after.unit, "Organization/u"));
    assert_int_equal(state_of(id, &ended, NULL), IDENTITY_NONE);
    assert_int_equal(state_of(id, &t, NULL), IDENTITY_NONE);
    pass(ABSOLUTE_MS + 1);
    identity_close(id);
    id = open_dir(true);
    assert_int_equal(identity_sessions(id), 0);
}

/* What lies on disk gives nobody a session or a password. */
static void test_no_secrets_on_disk(void **state)
{
    (void)state;
    static const char *const files[] = {"", "-wal"};
    struct identity_token t;
    assert_int_equal(login("anna", PASSWORD, &t), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        char path[128], *data = NULL;
        size_t n = 0;
        snprintf(path, sizeof path, "%s/" IDENTITY_FILE "%s", dir, files[i]);
        assert_true(os_file_read(path, 64 << 20, &data, &n));
        struct str all = {data, n};
        assert_int_equal(str_find_str(all, token(&t)), SIZE_MAX);
        assert_int_equal(str_find_str(all, STR(PASSWORD)), SIZE_MAX);
        os_free(data);
    }
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct identity_token t = {""};
    bool done = false;
    for (long n = 0; !done && n < 200; n++) {
        atomic_store(&os_fault.alloc_left, n);
        enum err_code code = login("anna", PASSWORD, &t);
        long left = atomic_exchange(&os_fault.alloc_left, -1);
        done = left > 0;
        assert_true(code == ERR_OK || code == ERR_NO_MEMORY);
        assert_int_equal(code == ERR_OK, state_of(id, &t, NULL) == IDENTITY_LIVE);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_accounts, begin, end),
        cmocka_unit_test_setup_teardown(test_passwords, begin, end),
        cmocka_unit_test_setup_teardown(test_session, begin, end),
        cmocka_unit_test_setup_teardown(test_not_touched, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_tokens, begin, end),
        cmocka_unit_test_setup_teardown(test_assign, begin, end),
        cmocka_unit_test_setup_teardown(test_lock_out, begin, end),
        cmocka_unit_test(test_throttle_bounds),
        cmocka_unit_test_setup_teardown(test_same_time, begin, end),
        cmocka_unit_test_setup_teardown(test_disabled, begin, end),
        cmocka_unit_test_setup_teardown(test_change_password, begin, end),
        cmocka_unit_test_setup_teardown(test_resume_tries, begin, end),
        cmocka_unit_test_setup_teardown(test_logout, begin, end),
        cmocka_unit_test_setup_teardown(test_bounded_per_account, begin, end),
        cmocka_unit_test_setup_teardown(test_restart, begin, end),
        cmocka_unit_test_setup_teardown(test_no_secrets_on_disk, begin, end),
        cmocka_unit_test_setup_teardown(test_out_of_memory, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
