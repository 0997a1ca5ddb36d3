/* SPDX-License-Identifier: Apache-2.0
 * kill -9 at random moments: of writers committing in groups, and of a bulk load. Afterwards the store opens
 * within a second, checks clean, and has everything that was acknowledged. HELHET_CRASH_ROUNDS asks for more
 * than a few rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "store/store_fake.h"

enum {
    ROUNDS = 4,
    WRITERS = 4,
    KILL_MS_MAX = 400,
    OPEN_MS_MAX = 5000 /* 1 s is the aim; sanitizers and neighbours take time too */,
    BULK_FLUSH = 50
};

static int rounds(void)
{
    const char *given = getenv("HELHET_CRASH_ROUNDS");
    return given ? atoi(given) : ROUNDS;
}

/* What the child tells: this id has this version, durably. */
struct ack {
    uint32_t writer, number;
};

static void tell(int fd, uint32_t writer, uint32_t number)
{
    struct ack a = {writer, number};
    if (write(fd, &a, sizeof a) != sizeof a)
        _exit(3);
}

static void ack_id(char id[32], uint32_t writer, uint32_t number)
{
    snprintf(id, 32, "w%u-%u", writer, number);
}

static struct store_change ack_change(struct arena *a, uint32_t writer, uint32_t number)
{
    char id[32];
    struct store_row *row = ARENA_ARRAY(a, struct store_row, 3);
    ack_id(id, writer, number);
    row[0] = (struct store_row){.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a1")};
    row[1] =
        (struct store_row){.index = STORE_REFERENCE, .param = FAKE_O_SUBJECT, .target_type = FAKE_PATIENT};
    row[1].text = arena_printf(a, "p%u", number % 7);
    row[2] = (struct store_row){
        .index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = row[1].text, .low = number};
    return fake_change(a, 'U', FAKE_OBS, id, row, 3, "crash");
}

struct child {
    struct store *s;
    int fd;
    uint32_t writer, first;
};

static void *child_writer(void *arg)
{
    struct child *c = arg;
    struct arena a;
    struct err err;
    arena_init(&a);
    for (uint32_t n = c->first;; n++) {
        arena_reset(&a);
        struct store_change change = ack_change(&a, c->writer, n);
        if (!fake_put(c->s, &change, 1, &err))
            _exit(4);
        tell(c->fd, c->writer, n);
    }
    return NULL;
}

static void child_groups(struct store *s, int fd, uint32_t first)
{
    struct child c[WRITERS];
    pthread_t t[WRITERS];
    for (uint32_t i = 0; i < WRITERS; i++) {
        c[i] = (struct child){s, fd, i, first};
        pthread_create(&t[i], NULL, child_writer, &c[i]);
    }
    pause();
}

static void child_bulk(struct store *s, int fd, uint32_t first)
{
    struct err err;
    struct arena a;
    arena_init(&a);
    struct store_bulk *b = store_bulk_begin(s, STR("crash"), STR("load"), &err);
    for (uint32_t n = first; b; n++) {
        arena_reset(&a);
        struct store_change change = ack_change(&a, WRITERS, n);
        if (!store_bulk_put(b, &change, &err))
            _exit(4);
        if (n % BULK_FLUSH != BULK_FLUSH - 1)
            continue;
        if (!store_bulk_flush(b, &err))
            _exit(4);
        for (uint32_t k = n + 1 - BULK_FLUSH; k <= n; k++)
            if (k >= first)
                tell(fd, WRITERS, k);
    }
}

typedef void child_fn(struct store *s, int fd, uint32_t first);

static pid_t start(const char *dir, child_fn *fn, uint32_t first, int *from)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        struct store_options opt = fake_options(dir);
        struct err err;
        struct store *s = store_open(&opt, &err);
        if (!s)
            _exit(2);
        fn(s, fds[1], first);
        _exit(5);
    }
    close(fds[1]);
    *from = fds[0];
    return pid;
}

static void verify_one(struct store_read *r, const struct ack *a)
{
    struct store_version v;
    struct arena arena;
    struct err err;
    char id[32];
    arena_init(&arena);
    ack_id(id, a->writer, a->number);
    if (store_get(r, FAKE_OBS, str_of(id), &arena, &v, &err) != STORE_FOUND)
        fail_msg("acknowledged but lost: %s", id);
    arena_release(&arena);
}

/* Lets the child work, kills it, reads what it acknowledged and looks for all of it. */
static uint32_t crash_round(const char *dir, child_fn *fn, uint32_t first)
{
    static struct ack acks[1 << 16];
    int fd, status;
    size_t n = 0;
    uint16_t wait_ms;
    pid_t pid = start(dir, fn, first, &fd);
    os_random(&wait_ms, sizeof wait_ms);
    struct ack one;
    if (read(fd, &one, sizeof one) == sizeof one)
        acks[n++] = one;
    /* Draining while it works, or the pipe would stop it. */
    uint64_t until = os_mono_ns() + (uint64_t)(wait_ms % KILL_MS_MAX) * 1000000u;
    while (os_mono_ns() < until && n < 60000 && read(fd, &one, sizeof one) == sizeof one)
        acks[n++] = one;
    kill(pid, SIGKILL);
    while (n < 65536 && read(fd, &one, sizeof one) == sizeof one)
        acks[n++] = one;
    close(fd);
    assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));

    struct store_options opt = fake_options(dir);
    struct err err;
    uint64_t opened = os_mono_ns();
    struct store *s = store_open(&opt, &err);
    assert_non_null(s);
    assert_true((os_mono_ns() - opened) / 1000000u < OPEN_MS_MAX);
    struct store_check check;
    assert_true(store_check(s, &check, NULL, NULL, &err));
    if (check.faults)
        fail_msg("after the crash: %s", check.first.arg[0]);
    struct store_read *r = store_read_begin(s, &err);
    uint32_t next = first;
    for (size_t i = 0; i < n; i++) {
        verify_one(r, &acks[i]);
        next = acks[i].number >= next ? acks[i].number + 1 : next;
    }
    store_read_end(r);
    store_close(s);
    assert_true(n > 0);
    return next;
}

static void crash(child_fn *fn)
{
    char *dir = fake_dir();
    uint32_t first = 0;
    for (int i = 0; i < rounds(); i++)
        first = crash_round(dir, fn, first);
    fake_remove(dir);
}

static void test_groups(void **state)
{
    (void)state;
    crash(child_groups);
}

static void test_bulk(void **state)
{
    (void)state;
    crash(child_bulk);
}

/* Killed while the store is being made: the next start makes or finishes it. */
static void test_creation(void **state)
{
    (void)state;
    for (int i = 0; i < rounds() * 2; i++) {
        char *dir = fake_dir();
        struct store_options opt = fake_options(dir);
        struct err err;
        uint16_t wait;
        pid_t pid = fork();
        if (pid == 0) {
            store_open(&opt, &err);
            pause();
        }
        os_random(&wait, sizeof wait);
        usleep(wait % 20000);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        struct store *s = store_open(&opt, &err);
        if (!s)
            fail_msg("not opened: %s %s", err_info(err.code)->name, err.arg[1]);
        store_close(s);
        fake_remove(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_groups), cmocka_unit_test(test_bulk),
                                       cmocka_unit_test(test_creation)};
    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
