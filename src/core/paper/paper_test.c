/* SPDX-License-Identifier: Apache-2.0
 * The helper and what it runs: each thing a hostile document, or a program taken over by one, would try. */
#include "paper/paper.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

static char out_text[4096];

/* What a script says on standard output, as its "PDF". */
static enum err_code run(const char *script, unsigned time_ms, const char *html)
{
    struct paper_options opt = {.script = script, .time_ms = time_ms};
    struct err err = {0};
    struct buf out;
    struct paper *p = paper_open(&opt, &err);
    assert_non_null(p);
    buf_init(&out, PAPER_PDF_MAX);
    bool ok = paper_make(p, str_of(html), &out, &err);
    snprintf(out_text, sizeof out_text, "%.*s", STR_ARG(buf_get(&out)));
    buf_release(&out);
    paper_close(p);
    return ok ? ERR_OK : err.code;
}

static bool has_python(void)
{
    return access("/usr/bin/python3", X_OK) == 0;
}

#define NEEDS_PYTHON()                                                                                       \
    do {                                                                                                     \
        (void)state;                                                                                         \
        if (!has_python()) {                                                                                 \
            print_message("SKIPPED: no /usr/bin/python3\n");                                                 \
            skip();                                                                                          \
        }                                                                                                    \
    } while (0)

static void test_goes_through(void **state)
{
    NEEDS_PYTHON();
    assert_int_equal(run("import sys; sys.stdout.write(sys.stdin.read().upper())", 0, "<p>hej"), ERR_OK);
    assert_string_equal(out_text, "<P>HEJ");
}

static void test_not_installed(void **state)
{
    (void)state;
    struct paper_options opt = {.program = "/usr/bin/no-such-program"};
    struct err err = {0};
    struct buf out;
    struct paper *p = paper_open(&opt, &err);
    assert_non_null(p);
    buf_init(&out, 100);
    assert_false(paper_make(p, STR("<p>"), &out, &err));
    assert_int_equal(err.code, ERR_PAPER_MISSING);
    /* and it goes on */
    assert_false(paper_make(p, STR("<p>"), &out, &err));
    assert_int_equal(err.code, ERR_PAPER_MISSING);
    buf_release(&out);
    paper_close(p);
}

static void test_bounds(void **state)
{
    NEEDS_PYTHON();
    uint64_t begun = os_mono_ns();
    assert_int_equal(run("import time; time.sleep(60)", 500, "x"), ERR_PAPER_LIMIT);
    assert_int_equal(run("while True: pass", 500, "x"), ERR_PAPER_LIMIT);
    assert_true(os_mono_ns() - begun < 10ULL * 1000000000ULL);
    assert_int_equal(run("import sys\nwhile True: sys.stdout.write('x' * 1000000)", 0, "x"), ERR_PAPER_LIMIT);
    assert_int_equal(run("b = bytearray(2 << 30)\nprint('had it')", 0, "x"), ERR_PAPER_FAILED);
    assert_int_equal(run("import os; os.kill(os.getpid(), 11)", 0, "x"), ERR_PAPER_LIMIT);
    assert_int_equal(run("", 0, "x"), ERR_PAPER_FAILED);
}

static void test_size(void **state)
{
    (void)state;
    struct paper_options opt = {0};
    struct err err = {0};
    struct buf out;
    struct paper *p = paper_open(&opt, &err);
    buf_init(&out, 100);
    assert_false(paper_make(p, (struct str){"", PAPER_HTML_MAX + 1}, &out, &err));
    assert_int_equal(err.code, ERR_PAPER_SIZE);
    buf_release(&out);
    paper_close(p);
}

/* Each prints "no" when it could not. */
static const char *const tries[] = {
    "try:\n open('/etc/passwd').read(); print('read')\nexcept OSError: print('no')",
    "try:\n open('/tmp/paper_test_made', 'w'); print('wrote')\nexcept OSError: print('no')",
    "import socket\ntry:\n socket.socket(); print('socket')\nexcept OSError: print('no')",
    "import os\ntry:\n os.fork(); print('fork')\nexcept OSError: print('no')",
    "import os\ntry:\n os.posix_spawn('/usr/bin/true', ['true'], {}); print('spawn')\nexcept OSError: "
    "print('no')",
    "import os\ntry:\n os.listdir('/'); print('listed')\nexcept OSError: print('no')",
    "import os\ntry:\n open('/proc/%d/environ' % os.getppid()).read(); print('read')\nexcept OSError: "
    "print('no')",
};

static void test_confined(void **state)
{
    NEEDS_PYTHON();
    setenv("HELHET_SECRET", "hemligt", 1);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        assert_int_equal(run(tries[i], 0, "x"), ERR_OK);
        if (strcmp(out_text, "no\n") != 0)
            fail_msg("%s: %s", tries[i], out_text);
    }
    /* Nothing of ours is its: no environment, no descriptor, no signal that is blocked or ignored. */
    assert_int_equal(run("import os; print(sorted(os.environ))", 0, "x"), ERR_OK);
    assert_null(strstr(out_text, "HELHET_SECRET"));
    assert_int_equal(run("import os\nfor fd in range(3, 64):\n"
                         "    try: print(fd, os.fstat(fd))\n    except OSError: pass\nprint('none')",
                         0, "x"),
                     ERR_OK);
    assert_string_equal(out_text, "none\n");
    assert_int_equal(run("import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []), "
                         "signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)",
                         0, "x"),
                     ERR_OK);
    assert_string_equal(out_text, "set() True\n");
}

/* ---- the queue ---- */

struct told {
    struct paper_job job;
    pthread_mutex_t lock;
    pthread_cond_t come;
    bool done;
    enum err_code code;
};

static void told(void *arg, struct str pdf, const struct err *err)
{
    struct told *t = arg;
    (void)pdf;
    pthread_mutex_lock(&t->lock);
    t->done = true;
    t->code = err->code;
    pthread_cond_signal(&t->come);
    pthread_mutex_unlock(&t->lock);
}

static void told_init(struct told *t)
{
    *t = (struct told){.job = {.html = STR("x"), .done = told, .arg = t}};
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->come, NULL);
}

static void test_queue(void **state)
{
    NEEDS_PYTHON();
    struct paper_options opt = {.script = "import time; time.sleep(60)"};
    struct err err = {0};
    struct told all[PAPER_AT_ONCE + PAPER_WAITING_MAX], more;
    struct paper *p = paper_open(&opt, &err);
    assert_non_null(p);
    assert_true(paper_start(p, &err));
    size_t n = 0;
    for (; n < PAPER_AT_ONCE; n++) {
        told_init(&all[n]);
        assert_true(paper_submit(p, &all[n].job, &err));
    }
    usleep(300 * 1000); /* until they have been taken */
    for (; n < PAPER_AT_ONCE + PAPER_WAITING_MAX; n++) {
        told_init(&all[n]);
        assert_true(paper_submit(p, &all[n].job, &err));
    }
    told_init(&more);
    assert_false(paper_submit(p, &more.job, &err));
    assert_int_equal(err.code, ERR_PAPER_BUSY);
    /* Stopping ends all of it at once, what runs too. */
    uint64_t begun = os_mono_ns();
    paper_stop(p);
    assert_true(os_mono_ns() - begun < 5ULL * 1000000000ULL);
    for (size_t i = 0; i < n; i++) {
        assert_true(all[i].done);
        assert_int_equal(all[i].code, ERR_CANCELLED);
    }
    assert_false(paper_submit(p, &more.job, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    paper_close(p);
}

static void wait_told(struct told *t)
{
    pthread_mutex_lock(&t->lock);
    while (!t->done)
        pthread_cond_wait(&t->come, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

/* Kills one of the helpers, and waits until it is gone. */
static void kill_helper(void)
{
    char path[64];
    int pid = 0;
    siginfo_t gone;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &pid), 1);
    fclose(f);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &gone, WEXITED), 0);
}

/* One that has been killed makes no document fail while there is another; without any it is said at once. */
static void test_helper_gone(void **state)
{
    NEEDS_PYTHON();
    struct paper_options opt = {.script = "print('made')"};
    struct err err = {0};
    struct told all[4], more;
    struct paper *p = paper_open(&opt, &err);
    assert_non_null(p);
    assert_true(paper_start(p, &err));
    kill_helper();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        told_init(&all[i]);
        assert_true(paper_submit(p, &all[i].job, &err));
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        wait_told(&all[i]);
        assert_int_equal(all[i].code, ERR_OK);
    }
    kill_helper();
    for (size_t i = 0; i < PAPER_AT_ONCE;
         i++) { /* a thread that has not seen it yet finds out by the first */
        told_init(&more);
        if (paper_submit(p, &more.job, &err)) {
            wait_told(&more);
            err.code = more.code;
        }
        assert_int_equal(err.code, ERR_PAPER_FAILED);
    }
    assert_false(paper_submit(p, &more.job, &err));
    assert_int_equal(err.code, ERR_PAPER_FAILED);
    paper_close(p);
}

/* ---- WeasyPrint ---- */

#define NEEDS_WEASYPRINT()                                                                                   \
    do {                                                                                                     \
        (void)state;                                                                                         \
        if (!has_python() || system("/usr/bin/python3 -I -c 'import weasyprint' 2>/dev/null") != 0) {        \
            print_message("SKIPPED: weasyprint is not installed\n");                                         \
            skip();                                                                                          \
        }                                                                                                    \
    } while (0)

static void test_pdf(void **state)
{
    NEEDS_WEASYPRINT();
    assert_int_equal(run(NULL, 0, "<p>Å ä ö"), ERR_OK);
    assert_memory_equal(out_text, "%PDF-", 5);
}

/* What a document refers to is fetched from nowhere, and the document is made all the same. */
static void test_refers(void **state)
{
    NEEDS_WEASYPRINT();
    assert_int_equal(run(NULL, 0,
                         "<link rel=stylesheet href=file:///etc/passwd><link rel=attachment "
                         "href=file:///etc/passwd><style>@import url(http://127.0.0.1:9/x);@font-face{font-"
                         "family:x;src:url(file:///etc/passwd)}p{background:url(file:///etc/hostname);font-"
                         "family:x}</style><p>text<img src=http://127.0.0.1:9/x.png><img "
                         "src=/etc/passwd><object data=file:///etc/passwd></object><svg><image "
                         "href=file:///etc/passwd></svg>"),
                     ERR_OK);
    assert_memory_equal(out_text, "%PDF-", 5);
}

static void test_huge(void **state)
{
    NEEDS_WEASYPRINT();
    struct buf b;
    buf_init(&b, PAPER_HTML_MAX);
    buf_cstr(&b, "<table>");
    for (int i = 0; i < 60000; i++)
        buf_cstr(&b, "<tr><td>a<td>b<td>c");
    uint64_t begun = os_mono_ns();
    buf_char(&b, 0);
    assert_int_equal(run(NULL, 4000, b.p), ERR_PAPER_LIMIT);
    assert_true(os_mono_ns() - begun < 10ULL * 1000000000ULL);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_through), cmocka_unit_test(test_not_installed),
        cmocka_unit_test(test_bounds),       cmocka_unit_test(test_size),
        cmocka_unit_test(test_confined),     cmocka_unit_test(test_queue),
        cmocka_unit_test(test_pdf),          cmocka_unit_test(test_refers),
        cmocka_unit_test(test_huge),         cmocka_unit_test(test_helper_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
