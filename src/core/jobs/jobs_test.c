/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/os.h"
#include "jobs/jobs.h"

enum { LINES = 1000, WAIT_TURNS = 20000, KEEP_SHORT_MS = 150 };

static char dir[64];
static struct arena arena;
static struct err err;
static atomic_bool gate;    /* the gated kind waits for it */
static atomic_int gated;    /* runs that have come to the gate */
static atomic_int attempts; /* of the last run */

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* ---- kinds ---- */

static const struct job_file_options lines_file = {
    .name = "Line",
    .suffix = "ndjson",
    .part = "output",
    .type = "Line",
    .content_type = "text/plain",
    .gzip = true,
    .split = true,
};

static bool write_lines(struct job *j, struct err *e)
{
    struct job_file *f = job_file_open(j, &lines_file, e);
    bool ok = f != NULL;
    for (int i = 0; ok && i < LINES; i++) {
        char text[64];
        int n = snprintf(text, sizeof text, "{\"line\":%d,\"for\":\"%.20s\"}\n", i, job_request(j).p);
        ok = job_file_write(f, (struct str){text, (size_t)n}, 1, e);
        job_progress(j, (uint64_t)i + 1, LINES);
    }
    if (ok)
        return job_file_close(f, e);
    job_file_drop(f);
    return false;
}

static bool lines_run(struct job *j, void *arg, struct err *e)
{
    (void)arg;
    attempts = (int)job_attempt(j);
    return write_lines(j, e) && job_result(j, STR("{\"said\":1}"), e);
}

/* Writes, then waits until it is let go or stopped. */
static bool gated_run(struct job *j, void *arg, struct err *e)
{
    (void)arg;
    attempts = (int)job_attempt(j);
    gated++;
    if (!write_lines(j, e))
        return false;
    while (!gate && !job_stopped(j))
        nap();
    return !job_stopped(j) || err_set(e, ERR_CANCELLED, NULL);
}

static bool failing_run(struct job *j, void *arg, struct err *e)
{
    (void)arg;
    write_lines(j, e);
    err_set(e, ERR_SEARCH_VALUE, "å\"ä", "_type", NULL);
    err_at(e, STR("Parameters.parameter[1]"));
    return false;
}

/* Keeps a number, one more each time, and dies at the second step. */
static bool steps_run(struct job *j, void *arg, struct err *e)
{
    int step = job_kept(j).n ? job_kept(j).p[0] - '0' : 0;
    (void)arg;
    attempts = (int)job_attempt(j);
    if (step == 3)
        return write_lines(j, e);
    char next[2] = {(char)('0' + step + 1), 0};
    if (!write_lines(j, e) || !job_keep(j, str_of(next), e))
        return false;
    raise(SIGKILL);
    return true;
}

static bool killer_run(struct job *j, void *arg, struct err *e)
{
    (void)j;
    (void)arg;
    (void)e;
    raise(SIGKILL);
    return true;
}

static const struct job_kind lines_kind = {"lines", lines_run, NULL}, gated_kind = {"gated", gated_run, NULL},
                             failing_kind = {"failing", failing_run, NULL},
                             steps_kind = {"steps", steps_run, NULL},
                             killer_kind = {"killer", killer_run, NULL};
static const struct job_kind *const kinds[] = {&lines_kind, &gated_kind, &failing_kind, &steps_kind,
                                               &killer_kind};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* ---- help ---- */

static struct jobs *open_with(size_t kind_count, int64_t keep_ms)
{
    struct jobs_options opt = {.dir = dir, .kinds = kinds, .kind_count = kind_count, .keep_ms = keep_ms};
    struct jobs *js = jobs_open(&opt, &err);
    assert_non_null(js);
    return js;
}

static struct jobs *open_all(void)
{
    return open_with(KIND_COUNT, 0);
}

static bool try_submit(struct jobs *js, const char *kind, char id[JOBS_ID_TEXT])
{
    struct jobs_request req = {
        .kind = kind, .text = STR("{\"a\":\"ö\"}"), .url = STR("http://x/$export"), .who = STR("tester")};
    return jobs_submit(js, &req, id, &err);
}

static struct str submit(struct jobs *js, const char *kind)
{
    char id[JOBS_ID_TEXT];
    assert_true(try_submit(js, kind, id));
    return arena_str(&arena, str_of(id));
}

static struct jobs_status status(struct jobs *js, struct str id)
{
    struct jobs_status st;
    assert_true(jobs_get(js, id, &arena, &st, &err));
    return st;
}

static struct jobs_status ended(struct jobs *js, struct str id)
{
    struct jobs_status st = status(js, id);
    for (int i = 0; st.state < JOBS_DONE && i < WAIT_TURNS; i++) {
        nap();
        st = status(js, id);
    }
    assert_true(st.state >= JOBS_DONE);
    return st;
}

static bool gone(struct jobs *js, struct str id)
{
    struct jobs_status st;
    return !jobs_get(js, id, &arena, &st, &err) && err.code == ERR_NOT_FOUND;
}

static bool exists(struct str id, const char *rest)
{
    struct stat st;
    return stat(arena_printf(&arena, "%s/%.*s%s", dir, STR_ARG(id), rest).p, &st) == 0;
}

static void wait_gone_from_disk(struct str id)
{
    for (int i = 0; exists(id, "") && i < WAIT_TURNS; i++)
        nap();
    assert_false(exists(id, ""));
}

/* Lines in a job's file as read back through gzip. */
static int lines_of(struct jobs *js, struct str id, struct str name)
{
    struct jobs_file file;
    char line[128];
    int n = 0, fd = jobs_file_open(js, id, name, &arena, &file, &err);
    assert_true(fd >= 0);
    gzFile z = gzdopen(fd, "rb");
    while (gzgets(z, line, sizeof line)) {
        int number;
        assert_int_equal(sscanf(line, "{\"line\":%d,", &number), 1);
        assert_int_equal(number, n);
        n++;
    }
    assert_int_equal(gzclose(z), Z_OK);
    assert_int_equal(file.items, n);
    return n;
}

static void assert_whole(struct jobs *js, struct str id)
{
    struct jobs_status st = ended(js, id);
    assert_int_equal(st.state, JOBS_DONE);
    assert_int_equal(st.file_count, 1);
    assert_true(st.file[0].gzip && str_is(st.file[0].part, "output") && str_is(st.file[0].type, "Line"));
    assert_int_equal(lines_of(js, id, st.file[0].name), LINES);
}

/* Runs in a process of its own, which is expected to be killed. */
static void in_child(void (*fn)(void))
{
    int how;
    pid_t pid = fork();
    if (pid == 0) {
        fn();
        _exit(3);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/helhet-jobs-XXXXXX");
    arena_init(&arena);
    gate = false;
    gated = attempts = 0;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    os_fault.write_left = os_fault.sync_left = os_fault.alloc_left = -1;
    os_fault.clock_shift_ms = 0;
    char cmd[128];
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    arena_release(&arena);
    return system(cmd);
}

/* ---- tests ---- */

static void test_done(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct str id = submit(js, "lines");
    assert_whole(js, id);
    struct jobs_status st = status(js, id);
    assert_true(str_is(st.kind, "lines") && str_is(st.who, "tester") && str_is(st.url, "http://x/$export") &&
                str_is(st.request, "{\"a\":\"ö\"}") && str_is(st.result, "{\"said\":1}"));
    assert_int_equal(st.done, LINES);
    assert_int_equal(st.attempts, 1);
    assert_int_equal(st.expires_ms - st.ended_ms, JOBS_KEEP_MS);
    struct jobs_file file;
    assert_int_equal(jobs_file_open(js, id, STR("../state.json"), &arena, &file, &err), -1);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_true(gone(js, STR("00000000-0000-4000-8000-000000000000")));
    jobs_close(js);
    js = open_all(); /* finished ones are still there */
    struct jobs_status again = status(js, id);
    assert_int_equal(again.created_ms, st.created_ms);
    assert_int_equal(again.expires_ms, st.expires_ms);
    assert_true(str_is(again.result, "{\"said\":1}"));
    assert_whole(js, id);
    jobs_close(js);
}

static void test_failed(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct str id = submit(js, "failing");
    for (int round = 0; round < 2; round++) {
        struct jobs_status st = ended(js, id);
        assert_int_equal(st.state, JOBS_FAILED);
        assert_int_equal(st.error.code, ERR_SEARCH_VALUE);
        assert_string_equal(st.error.arg[0], "å\"ä");
        assert_string_equal(st.error.path, "Parameters.parameter[1]");
        assert_int_equal(st.file_count, 0);
        jobs_close(js);
        js = open_all();
    }
    jobs_close(js);
}

static void test_cancel(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct str done = submit(js, "lines");
    assert_whole(js, done);
    struct str a = submit(js, "gated"), b = submit(js, "gated"), waiting = submit(js, "lines");
    while (gated < 2)
        nap();
    assert_int_equal(status(js, a).state, JOBS_RUNNING);
    assert_int_equal(status(js, waiting).state, JOBS_WAITING);
    assert_true(jobs_cancel(js, waiting, &err) && gone(js, waiting));
    assert_true(jobs_cancel(js, a, &err) && gone(js, a));
    assert_true(jobs_cancel(js, done, &err) && gone(js, done));
    assert_false(jobs_cancel(js, a, &err));
    wait_gone_from_disk(waiting);
    wait_gone_from_disk(a);
    wait_gone_from_disk(done);
    gate = true;
    assert_whole(js, b);
    jobs_close(js);
}

static void test_full(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    char id[JOBS_ID_TEXT];
    int taken = 0;
    while (taken < 2 * JOBS_WAITING_MAX && try_submit(js, "gated", id))
        taken++;
    assert_int_equal(err.code, ERR_JOBS_FULL);
    assert_in_range(taken, JOBS_WAITING_MAX, JOBS_WAITING_MAX + JOBS_THREADS);
    gate = true;
    while (jobs_stats(js).waiting + jobs_stats(js).running)
        nap();
    assert_true(try_submit(js, "gated", id));
    jobs_close(js);
}

static void test_draft(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct jobs_draft d[JOBS_DRAFTS_MAX + 1];
    for (int i = 0; i < JOBS_DRAFTS_MAX; i++)
        assert_true(jobs_draft_new(js, &d[i], &err));
    assert_false(jobs_draft_new(js, &d[JOBS_DRAFTS_MAX], &err));
    assert_int_equal(err.code, ERR_JOBS_FULL);
    for (int i = 2; i < JOBS_DRAFTS_MAX; i++)
        jobs_draft_drop(js, &d[i]);
    assert_false(exists(str_of(d[2].id), ""));
    const char *input = arena_printf(&arena, "%s/input", d[0].dir).p;
    assert_true(os_file_replace(input, STR("x")));
    struct jobs_request req = {.kind = "lines", .text = STR("{}"), .draft = &d[0]};
    char id[JOBS_ID_TEXT];
    assert_true(jobs_submit(js, &req, id, &err));
    assert_string_equal(id, d[0].id);
    assert_whole(js, str_of(id));
    assert_true(exists(str_of(id), "/input")); /* a run removes only its own files */
    jobs_close(js);
    assert_true(exists(str_of(d[1].id), ""));
    js = open_all(); /* a draft does not outlive its process */
    assert_false(exists(str_of(d[1].id), ""));
    assert_true(exists(str_of(id), "/input"));
    jobs_close(js);
}

static void test_expiry(void **state)
{
    (void)state;
    struct jobs *js = open_with(KIND_COUNT, KEEP_SHORT_MS);
    struct str a = submit(js, "lines");
    assert_whole(js, a);
    for (int i = 0; !gone(js, a) && i < WAIT_TURNS; i++)
        nap();
    assert_true(gone(js, a));
    wait_gone_from_disk(a);
    struct str b = submit(js, "lines");
    ended(js, b);
    jobs_close(js);
    os_fault.clock_shift_ms = 2 * KEEP_SHORT_MS; /* it expires while nobody is there */
    js = open_all();
    assert_true(gone(js, b));
    wait_gone_from_disk(b);
    jobs_close(js);
}

static void test_stop_and_go_on(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct str a = submit(js, "gated"), b = submit(js, "gated"), c = submit(js, "lines");
    while (gated < 2)
        nap();
    jobs_close(js); /* stops the two, the third never began */
    gate = true;
    js = open_all();
    assert_whole(js, a);
    assert_int_equal(status(js, a).attempts, 1); /* the stop is not counted */
    assert_whole(js, b);
    assert_whole(js, c);
    jobs_close(js);
}

static struct str child_id;
static void child_submits(void)
{
    struct jobs *js = open_all();
    char id[JOBS_ID_TEXT];
    try_submit(js, "steps", id);
    for (;;)
        nap();
}
static void child_opens(void)
{
    open_all();
    for (;;)
        nap();
}
static void child_submits_killer(void)
{
    struct jobs *js = open_all();
    char id[JOBS_ID_TEXT];
    try_submit(js, "killer", id);
    for (;;)
        nap();
}

/* The one job there is. */
static struct str only_job(void)
{
    char id[JOBS_ID_TEXT] = "", cmd[128];
    snprintf(cmd, sizeof cmd, "ls %s", dir);
    FILE *p = popen(cmd, "r");
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%36s", id), 1);
    pclose(p);
    return arena_str(&arena, str_of(id));
}

/* kill -9 three times on the way: what was kept is there, half files are not. */
static void test_killed(void **state)
{
    (void)state;
    in_child(child_submits);
    child_id = only_job();
    in_child(child_opens);
    in_child(child_opens);
    struct jobs *js = open_all();
    assert_whole(js, child_id);
    assert_int_equal(attempts, 4);
    jobs_close(js);
}

static void test_kills_for_ever(void **state)
{
    (void)state;
    in_child(child_submits_killer);
    for (int i = 1; i < JOB_ATTEMPTS_MAX; i++)
        in_child(child_opens);
    struct jobs *js = open_all();
    struct jobs_status st = ended(js, only_job());
    assert_int_equal(st.state, JOBS_FAILED);
    assert_int_equal(st.error.code, ERR_JOBS_ATTEMPTS);
    jobs_close(js);
}

static void test_unknown_kind(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    struct str id = submit(js, "gated");
    while (!gated)
        nap();
    jobs_close(js);
    js = open_with(1, 0);
    struct jobs_status st = ended(js, id);
    assert_int_equal(st.error.code, ERR_JOBS_KIND);
    jobs_close(js);
}

/* Each write and sync fails in turn: refused, failed or whole, never half; and then all is well again. */
static void test_full_disk(void **state)
{
    (void)state;
    struct jobs *js = open_all();
    int refused = 0, failed = 0, done = 0;
    for (long n = 0; n < 12; n++)
        for (int sync = 0; sync < 2; sync++) {
            char id[JOBS_ID_TEXT];
            atomic_long *left = sync ? &os_fault.sync_left : &os_fault.write_left;
            *left = n;
            bool taken = try_submit(js, "lines", id);
            if (taken) {
                struct jobs_status st = ended(js, str_of(id));
                *left = -1;
                failed += st.state == JOBS_FAILED;
                done += st.state == JOBS_DONE;
                if (st.state == JOBS_FAILED)
                    assert_true(st.error.code == (sync ? ERR_IO : ERR_NO_SPACE) && st.file_count == 0);
                else
                    assert_whole(js, str_of(id));
            }
            *left = -1;
            refused += !taken;
        }
    assert_true(refused > 0 && failed > 0 && done > 0);
    assert_whole(js, submit(js, "lines"));
    jobs_close(js);
}

static const struct job_file_options plain_file = {.name = "Big",
                                                   .suffix = "csv",
                                                   .part = "output",
                                                   .type = "Big",
                                                   .content_type = "text/csv",
                                                   .split = true};

static bool split_run(struct job *j, void *arg, struct err *e)
{
    static char block[1 << 20];
    (void)arg;
    memset(block, 'x', sizeof block);
    struct job_file *f = job_file_open(j, &plain_file, e);
    for (int i = 0; f && i < (JOB_FILE_BYTES >> 20) + 1; i++)
        if (!job_file_write(f, (struct str){block, sizeof block}, 2, e))
            return false;
    struct job_file *none = job_file_open(j, &lines_file, e); /* never written to: no file */
    return job_file_close(none, e) && job_file_close(f, e);
}

static void test_split(void **state)
{
    (void)state;
    static const struct job_kind split_kind = {"split", split_run, NULL};
    static const struct job_kind *const list[] = {&split_kind};
    struct jobs_options opt = {.dir = dir, .kinds = list, .kind_count = 1};
    struct jobs *js = jobs_open(&opt, &err);
    struct jobs_status st = ended(js, submit(js, "split"));
    assert_int_equal(st.state, JOBS_DONE);
    assert_int_equal(st.file_count, 2);
    assert_true(str_is(st.file[0].name, "Big.1.csv") && str_is(st.file[1].name, "Big.2.csv"));
    assert_int_equal(st.file[0].bytes, JOB_FILE_BYTES);
    assert_int_equal(st.file[1].bytes, 1 << 20);
    assert_int_equal(st.file[1].items, 2);
    jobs_close(js);
}

/* Many threads submit, look and cancel at once. */
static void *crowd(void *arg)
{
    struct jobs *js = arg;
    struct arena mine;
    struct err e;
    arena_init(&mine);
    for (int i = 0; i < 40; i++) {
        struct jobs_request req = {.kind = "lines", .text = STR("{}")};
        char id[JOBS_ID_TEXT];
        struct jobs_status st;
        if (!jobs_submit(js, &req, id, &e))
            continue;
        for (int k = 0; k < i % 7; k++)
            jobs_get(js, str_of(id), &mine, &st, &e);
        if (i % 3 == 0)
            jobs_cancel(js, str_of(id), &e);
        arena_reset(&mine);
    }
    arena_release(&mine);
    return NULL;
}

static void test_crowd(void **state)
{
    (void)state;
    struct jobs *js = open_with(KIND_COUNT, 20);
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, crowd, js);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    for (int i = 0; jobs_stats(js).kept && i < WAIT_TURNS; i++)
        nap();
    assert_int_equal(jobs_stats(js).kept, 0);
    jobs_close(js);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_done),  TEST(test_failed),         TEST(test_cancel),    TEST(test_full),
        TEST(test_draft), TEST(test_expiry),         TEST(test_killed),    TEST(test_kills_for_ever),
        TEST(test_split), TEST(test_stop_and_go_on), TEST(test_full_disk), TEST(test_unknown_kind),
        TEST(test_crowd),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
