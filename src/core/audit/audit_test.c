/* SPDX-License-Identifier: Apache-2.0
 * The log as it is written: groups, chain, segments, the spare folder, refusal, and what verify finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/audit_verify.h"
#include "base/os.h"

static char dir[64], spare[80];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/helhet-audit-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(spare, sizeof spare, "%s-spare", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[400];
    snprintf(command, sizeof command, "rm -rf %s %s", dir, spare);
    return system(command);
}

static struct audit *open_log(bool with_spare, uint64_t segment_bytes)
{
    struct err err = {0};
    struct audit_options opt = {.dir = dir,
                                .spare = with_spare ? spare : NULL,
                                .segment_bytes = segment_bytes,
                                .retry_ms = 20,
                                .return_ms = 60};
    struct audit *a = audit_open(&opt, &err);
    if (!a)
        fail_msg("open: %s %s", err_info(err.code)->name, err.arg[1]);
    return a;
}

static struct audit_record record_of(const struct str *patient)
{
    return (struct audit_record){.who = {.kind = STR("staff"),
                                         .account = STR("anna"),
                                         .user = STR("Practitioner/1"),
                                         .unit = STR("Organization/u")},
                                 .action = STR("GET /fhir/[type]/[id]"),
                                 .code = 'R',
                                 .resource = STR("Observation/o-1"),
                                 .patient = patient,
                                 .patient_count = patient ? 1 : 0,
                                 .status = 200};
}

static void put_many(struct audit *a, int n)
{
    struct err err = {0};
    struct str patient = STR("p-1");
    struct audit_record r = record_of(&patient);
    for (int i = 0; i < n; i++)
        if (!audit_put(a, &r, 1, &err))
            fail_msg("put %d: %s", i, err_info(err.code)->name);
}

static struct audit_verify verify_with(struct audit_known known)
{
    struct err err = {0};
    struct audit_verify v = {.known = {known}};
    assert_true(audit_verify(dir, spare, &v, &err));
    return v;
}

static struct audit_verify verify(void)
{
    return verify_with((struct audit_known){0});
}

static void clean(uint64_t records)
{
    struct audit_verify v = verify();
    if (v.faults)
        fail_msg("%s in segment %u line %llu seq %llu", audit_fault_name(v.first.fault, ERR_EN),
                 v.first.segment, (unsigned long long)v.first.line, (unsigned long long)v.first.seq);
    assert_int_equal(v.records, records);
    assert_int_equal(v.last_seq, records);
}

static void path_of(char out[128], bool in_spare, unsigned number)
{
    snprintf(out, 128, "%s%s/%06u.log", in_spare ? spare : dir, in_spare ? "" : "/audit", number);
}

static char *text_of(unsigned number, size_t *n)
{
    char path[128], *text;
    path_of(path, false, number);
    assert_true(os_file_read(path, 1 << 24, &text, n));
    return text;
}

static void write_text(unsigned number, const char *text, size_t n)
{
    char path[128];
    path_of(path, false, number);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0640);
    assert_true(fd >= 0 && os_write_all(fd, (struct str){text, n}));
    close(fd);
}

/* ---- writing ---- */

static void test_chain(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 5);
    struct audit_status s = audit_status(a);
    assert_int_equal(s.records, 5);
    assert_int_equal(s.seq, 5);
    assert_int_equal(s.state, AUDIT_UP);
    audit_close(a);
    clean(5);
    a = open_log(false, 0); /* goes on where it ended */
    put_many(a, 3);
    audit_close(a);
    clean(8);
    assert_int_equal(verify().segments, 2);
}

static void test_what_stands_there(void **state)
{
    (void)state;
    struct err err = {0};
    struct str patients[] = {STR("p-1"), STR("p-2")};
    struct audit_record r = record_of(patients);
    r.patient_count = 2;
    r.outcome = AUDIT_REFUSED;
    r.why = STR("a\"b\\c\n\xff\xc3\xa5");
    r.status = 403;
    r.withheld = 7;
    struct audit *a = open_log(false, 0);
    assert_true(audit_put(a, &r, 1, &err));
    audit_close(a);
    size_t n;
    char *text = text_of(1, &n);
    char *line = strchr(text, '\n') + 1, *time = strstr(line, "\"time\":\"");
    assert_non_null(time);
    memset(time + 8, 'T', 24);
    *strchr(line, '\t') = 0;
    assert_string_equal(
        line, "{\"seq\":1,\"g\":1,\"time\":\"TTTTTTTTTTTTTTTTTTTTTTTT\",\"action\":\"GET /fhir/[type]/[id]\","
              "\"code\":\"R\",\"resource\":\"Observation/o-1\",\"patients\":[\"p-1\",\"p-2\"],"
              "\"outcome\":\"refused\",\"why\":\"a\\\"b\\\\c??\xc3\xa5\",\"status\":403,\"withheld\":7,"
              "\"kind\":\"staff\",\"account\":\"anna\",\"user\":\"Practitioner/1\",\"unit\":"
              "\"Organization/u\"}");
    os_free(text);
}

static void test_segments(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 600);
    put_many(a, 20);
    audit_close(a);
    clean(20);
    assert_true(verify().segments > 5);
}

/* A whole submission lies together, and is told its number. */
static void test_many_in_one(void **state)
{
    (void)state;
    enum { N = 300 };
    struct err err = {0};
    static struct audit_record r[N];
    for (int i = 0; i < N; i++)
        r[i] = record_of(NULL);
    struct audit *a = open_log(false, 0);
    assert_true(audit_put(a, r, N, &err));
    assert_int_equal(audit_status(a).groups, 1);
    audit_close(a);
    clean(N);
}

static void test_locked(void **state)
{
    (void)state;
    struct err err = {0};
    struct audit *a = open_log(false, 0);
    struct audit_options opt = {.dir = dir};
    assert_null(audit_open(&opt, &err));
    assert_int_equal(err.code, ERR_AUDIT_LOCKED);
    audit_close(a);
}

/* ---- many threads ---- */

struct talker {
    struct audit *a;
    pthread_t thread;
    int n;
};

static void *talk(void *arg)
{
    struct talker *t = arg;
    struct err err = {0};
    struct audit_record r = record_of(NULL);
    for (int i = 0; i < t->n; i++)
        if (!audit_put(t->a, &r, 1, &err))
            abort();
    return NULL;
}

static void test_threads_share_syncs(void **state)
{
    (void)state;
    enum { THREADS = 16, EACH = 40 };
    struct talker t[THREADS];
    struct audit *a = open_log(false, 20000);
    for (int i = 0; i < THREADS; i++) {
        t[i] = (struct talker){.a = a, .n = EACH};
        pthread_create(&t[i].thread, NULL, talk, &t[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i].thread, NULL);
    struct audit_status s = audit_status(a);
    assert_int_equal(s.records, THREADS * EACH);
    assert_true(s.groups < THREADS * EACH);
    audit_close(a);
    clean(THREADS * EACH);
}

/* ---- tampering ---- */

static void expect(enum audit_fault fault, unsigned segment, uint64_t line, uint64_t seq)
{
    struct audit_verify v = verify();
    assert_true(v.faults > 0);
    if (v.first.fault != fault)
        fail_msg("found %s", audit_fault_name(v.first.fault, ERR_EN));
    assert_int_equal(v.first.segment, segment);
    assert_int_equal(v.first.line, line);
    assert_int_equal(v.first.seq, seq);
}

static struct str line_at(const char *text, size_t n, int number)
{
    struct str rest = {text, n}, line = {0};
    for (int i = 0; i <= number; i++)
        assert_true(str_split(&rest, '\n', &line));
    return (struct str){line.p, line.n + 1};
}

/* Every byte of a small log, changed in turn, is found in its line. */
static void test_every_byte(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 3);
    audit_close(a);
    size_t n;
    char *text = text_of(1, &n);
    uint64_t line = 1;
    for (size_t i = 0; i < n; i++) {
        char was = text[i];
        text[i] = (char)(was ^ 1);
        write_text(1, text, n);
        struct audit_verify v = verify();
        /* The end of the last line without its mark is a line cut off: told of, but no proof of tampering. */
        if (i == n - 1)
            assert_int_equal(v.torn, 1);
        else if (!v.faults || v.first.line != line)
            fail_msg("byte %zu of line %llu: %llu faults, first in line %llu", i, (unsigned long long)line,
                     (unsigned long long)v.faults, (unsigned long long)v.first.line);
        line += was == '\n';
        text[i] = was;
    }
    os_free(text);
}

static void test_removed(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 6);
    audit_close(a);
    size_t n;
    char *text = text_of(1, &n);
    struct str gone = line_at(text, n, 3); /* seq 3 */
    size_t at = (size_t)(gone.p - text);
    memmove(text + at, text + at + gone.n, n - at - gone.n);
    write_text(1, text, n - gone.n);
    os_free(text);
    expect(AUDIT_FAULT_REMOVED, 1, 4, 3);
    assert_int_equal(verify().faults, 1);
}

static void test_reordered(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 6);
    audit_close(a);
    size_t n;
    char *text = text_of(1, &n), *copy = os_alloc(n);
    struct str x = line_at(text, n, 3), y = line_at(text, n, 4);
    memcpy(copy, text, n);
    char *at = copy + (x.p - text);
    at = mempcpy(at, y.p, y.n);
    memcpy(at, x.p, x.n);
    write_text(1, copy, n);
    os_free(text);
    os_free(copy);
    expect(AUDIT_FAULT_MOVED, 1, 4, 3);
}

static void three_segments(void)
{
    for (int i = 0; i < 3; i++) {
        struct audit *a = open_log(false, 0);
        put_many(a, 4);
        audit_close(a);
    }
    clean(12);
}

static void test_segment_swapped(void **state)
{
    (void)state;
    three_segments();
    size_t n2, n3;
    char *two = text_of(2, &n2), *three = text_of(3, &n3);
    write_text(2, three, n3);
    write_text(3, two, n2);
    os_free(two);
    os_free(three);
    expect(AUDIT_FAULT_HEAD, 2, 1, 9);
}

static void test_segment_missing(void **state)
{
    (void)state;
    three_segments();
    char path[128];
    path_of(path, false, 2);
    unlink(path);
    expect(AUDIT_FAULT_MISSING, 3, 1, 5);
    path_of(path, false, 1);
    unlink(path);
    expect(AUDIT_FAULT_MISSING, 0, 0, 1);
}

/* A segment cut at a line's end, when another follows. */
static void test_segment_cut(void **state)
{
    (void)state;
    three_segments();
    size_t n;
    char *text = text_of(1, &n);
    write_text(1, text, n - line_at(text, n, 4).n);
    os_free(text);
    expect(AUDIT_FAULT_REMOVED, 1, 5, 4);
}

/* The end cut off whole can only be seen by who knows what was there. */
static void test_end_cut(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 6);
    audit_close(a);
    struct audit_verify v = verify();
    struct audit_known known = {.seq = v.last_seq};
    memcpy(known.hash, v.last_hash, sizeof known.hash);
    assert_int_equal(verify_with(known).faults, 0);
    size_t n;
    char *text = text_of(1, &n);
    write_text(1, text, n - line_at(text, n, 6).n);
    os_free(text);
    assert_int_equal(verify().faults, 0);
    v = verify_with(known);
    assert_int_equal(v.faults, 1);
    assert_int_equal(v.first.fault, AUDIT_FAULT_END);
    assert_int_equal(v.first.seq, 6);
    /* Written anew from there, it has another past. */
    a = open_log(false, 0);
    put_many(a, 1);
    audit_close(a);
    assert_int_equal(verify().faults, 0);
    v = verify_with(known);
    assert_int_equal(v.first.fault, AUDIT_FAULT_CHANGED);
}

/* ---- crashes ---- */

/* Every cut of the last line, and zeros in its place, are a torn end; the log goes on after it. */
static void test_torn(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 3);
    audit_close(a);
    size_t n, last;
    char *text = text_of(1, &n);
    last = line_at(text, n, 3).n;
    for (size_t cut = 1; cut < last; cut += 7) {
        write_text(1, text, n - cut);
        struct audit_verify v = verify();
        assert_int_equal(v.faults, 0);
        assert_int_equal(v.torn, 1);
        assert_int_equal(v.last_seq, 2);
        char *hole = os_alloc(n);
        memcpy(hole, text, n);
        memset(hole + n - cut, 0, cut);
        write_text(1, hole, n);
        v = verify();
        assert_int_equal(v.faults, 0);
        assert_int_equal(v.torn, 1);
        os_free(hole);
    }
    os_free(text);
    a = open_log(false, 0);
    put_many(a, 2);
    audit_close(a);
    struct audit_verify v = verify();
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.torn, 1);
    assert_int_equal(v.last_seq, 4);
}

static uint64_t bytes_of(unsigned number)
{
    char path[128];
    struct stat st;
    path_of(path, false, number);
    assert_int_equal(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

/* The zeros ahead of an open segment are neither torn nor damage; what they hide in the middle is. */
static void test_room(void **state)
{
    (void)state;
    struct audit *a = open_log(false, 0);
    put_many(a, 3);
    uint64_t open = bytes_of(1);
    clean(3);
    assert_int_equal(verify().torn, 0);
    audit_close(a);
    size_t n, last;
    char *text = text_of(1, &n), *room = os_alloc(n + 5000);
    assert_true(open > n + (1 << 19));
    last = line_at(text, n, 3).n;
    memset(room, 0, n + 5000);
    memcpy(room, text, n);
    write_text(1, room, n + 5000); /* as a crash between two groups leaves it */
    clean(3);
    assert_int_equal(verify().torn, 0);
    memset(room + n - 10, 0, 10); /* in the middle of one */
    write_text(1, room, n + 5000);
    struct audit_verify v = verify();
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.torn, 1);
    assert_int_equal(v.last_seq, 2);
    memset(room + n - last, 0, last); /* as if the last record had never been: the index knows better */
    write_text(1, room, n + 5000);
    struct audit_known known = {.seq = 3};
    v = verify_with(known);
    assert_int_equal(v.first.fault, AUDIT_FAULT_END);
    write_text(1, text, n);
    a = open_log(false, 0);
    put_many(a, 2);
    audit_close(a);
    clean(5);
    write_text(1, room, n + 5000); /* the next file says how much of it counts */
    assert_true(verify().faults > 0);
    os_free(room);
    os_free(text);
}

struct told {
    uint64_t seq;
    uint32_t thread;
};

struct child {
    struct audit *a;
    struct audit_wait wait;
    int fd;
    atomic_bool over;
};

static void child_done(void *arg, enum audit_done how)
{
    struct child *c = arg;
    struct told t = {c->wait.first_seq, 0};
    if (how != AUDIT_DURABLE || write(c->fd, &t, sizeof t) != sizeof t)
        _exit(3);
    atomic_store(&c->over, true);
}

static void *child_talk(void *arg)
{
    struct child *c = arg;
    struct err err = {0};
    struct str patient = STR("p-1");
    for (;;) {
        struct audit_record r = record_of(&patient);
        c->wait = (struct audit_wait){.done = child_done, .arg = c};
        atomic_store(&c->over, false);
        if (!audit_submit(c->a, &r, 1, &c->wait, &err))
            _exit(4);
        while (!atomic_load(&c->over))
            nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
    return NULL;
}

static pid_t child_start(int *from)
{
    enum { THREADS = 8 };
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        static struct child c[THREADS];
        pthread_t t;
        struct err err;
        struct audit_options opt = {.dir = dir, .segment_bytes = 30000};
        struct audit *a = audit_open(&opt, &err);
        close(fds[0]);
        for (int i = 0; a && i < THREADS; i++) {
            c[i].a = a;
            c[i].fd = fds[1];
            pthread_create(&t, NULL, child_talk, &c[i]);
        }
        if (!a)
            _exit(2);
        for (;;)
            pause();
    }
    close(fds[1]);
    *from = fds[0];
    return pid;
}

/* kill -9 in the middle of many: what was told durable is there, and the chain holds. */
static void test_kill(void **state)
{
    (void)state;
    const char *given = getenv("HELHET_CRASH_ROUNDS");
    int rounds = given ? atoi(given) : 4;
    uint64_t told = 0;
    for (int i = 0; i < rounds; i++) {
        int from, status;
        uint32_t ms;
        struct told t;
        pid_t pid = child_start(&from);
        os_random(&ms, sizeof ms);
        ms = 50 + ms % 300;
        nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
        kill(pid, SIGKILL);
        while (read(from, &t, sizeof t) == sizeof t)
            told = t.seq > told ? t.seq : told;
        close(from);
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        struct audit_verify v = verify();
        if (v.faults)
            fail_msg("%s: segment %u line %llu", audit_fault_name(v.first.fault, ERR_EN), v.first.segment,
                     (unsigned long long)v.first.line);
        assert_int_equal(v.records, v.last_seq);
        assert_true(v.last_seq >= told);
    }
    assert_true(told > 0);
}

/* ---- disks that fail ---- */

static void test_spare(void **state)
{
    (void)state;
    char path[128];
    struct audit *a = open_log(true, 0);
    put_many(a, 2);
    atomic_store(&os_fault.write_left, 0); /* the next write of the log */
    put_many(a, 1);
    assert_int_equal(audit_state(a), AUDIT_SPARE);
    path_of(path, true, 2);
    assert_int_equal(access(path, R_OK), 0);
    put_many(a, 2);
    nanosleep(&(struct timespec){.tv_nsec = 80 * 1000000}, NULL); /* past return_ms */
    put_many(a, 2);
    assert_int_equal(audit_state(a), AUDIT_UP);
    audit_close(a);
    struct audit_verify v = verify();
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.segments, 3);
    assert_int_equal(v.last_seq, 9); /* and two of the log's own: to the spare folder and back */
}

static void test_sync_fails(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct audit *a = open_log(true, 0);
        put_many(a, 1);
        atomic_store(&os_fault.sync_left, i);
        put_many(a, 4);
        atomic_store(&os_fault.sync_left, -1);
        audit_close(a);
        assert_int_equal(verify().faults, 0);
    }
    assert_true(verify().records >= 25);
}

/* Makes path something that is no folder, or a folder again. */
static void spoil(const char *path, bool bad)
{
    char aside[128];
    snprintf(aside, sizeof aside, "%s.aside", path);
    if (bad) {
        rename(path, aside);
        close(open(path, O_CREAT | O_WRONLY, 0640));
    } else {
        unlink(path);
        rename(aside, path);
    }
}

static enum audit_done waited_how;
static atomic_bool waited;

static void wait_done(void *arg, enum audit_done how)
{
    (void)arg;
    waited_how = how;
    atomic_store(&waited, true);
}

/* No folder takes it: refused, but an emergency is kept and written when the disk is back. */
static void test_down(void **state)
{
    (void)state;
    char main_dir[100];
    struct err err = {0};
    struct audit_record r = record_of(NULL);
    struct audit_wait w = {.done = wait_done};
    struct audit *a = open_log(true, 600); /* a new file every few records */
    snprintf(main_dir, sizeof main_dir, "%s/audit", dir);
    put_many(a, 1);
    spoil(main_dir, true);
    put_many(a, 10);
    assert_int_equal(audit_state(a), AUDIT_SPARE);
    spoil(spare, true);
    int done = 0;
    while (audit_put(a, &r, 1, &err) && done < 10)
        done++;
    assert_int_equal(err.code, ERR_AUDIT_DOWN);
    assert_int_equal(audit_state(a), AUDIT_DOWN);
    assert_false(audit_submit(a, &r, 1, &w, &err));
    r.emergency = w.keep = true;
    assert_true(audit_submit(a, &r, 1, &w, &err));
    while (!atomic_load(&waited))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(waited_how, AUDIT_KEPT);
    spoil(main_dir, false);
    spoil(spare, false);
    for (int i = 0; i < 200 && audit_state(a) == AUDIT_DOWN; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000}, NULL);
    assert_int_equal(audit_state(a), AUDIT_UP);
    put_many(a, 1);
    audit_close(a);
    struct audit_verify v = verify();
    assert_int_equal(v.faults, 0);
    char command[400];
    snprintf(command, sizeof command, "cat %s/*.log %s/*.log | grep -q '\"emergency\":true'", main_dir,
             spare);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "cat %s/*.log | grep -q 'audit-up.*refused '", main_dir);
    assert_int_equal(system(command), 0);
}

/* A file taken away under the log does not swallow records. */
static void test_unlinked(void **state)
{
    (void)state;
    char path[128];
    struct audit *a = open_log(false, 0);
    put_many(a, 2);
    path_of(path, false, 1);
    unlink(path);
    put_many(a, 2);
    audit_close(a);
    path_of(path, false, 2);
    assert_int_equal(access(path, R_OK), 0);
    expect(AUDIT_FAULT_MISSING, 0, 0, 1);
}

/* A full disk, as the kernel tells of one: no file may grow past a limit. */
static void test_full(void **state)
{
    (void)state;
    struct rlimit was, small = {.rlim_cur = 2000, .rlim_max = RLIM_INFINITY};
    struct err err = {0};
    struct audit_record r = record_of(NULL);
    getrlimit(RLIMIT_FSIZE, &was);
    small.rlim_max = was.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    struct audit *a = open_log(false, 0);
    put_many(a, 3);
    setrlimit(RLIMIT_FSIZE, &small);
    put_many(a, 20); /* goes on in new files */
    small.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &small);
    bool ok = audit_put(a, &r, 1, &err);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_false(ok);
    assert_int_equal(err.code, ERR_AUDIT_DOWN);
    for (int i = 0; i < 200 && audit_state(a) == AUDIT_DOWN; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000}, NULL);
    put_many(a, 1);
    audit_close(a);
    struct audit_verify v = verify();
    assert_int_equal(v.faults, 0);
    assert_int_equal(v.last_seq, 3 + 20 + 1 + 1 + 1); /* the refused one is told of too, and the way back */
}

/* The nth allocation failing never harms the chain. */
static void test_no_memory(void **state)
{
    (void)state;
    struct err err = {0};
    struct str patient = STR("p-1");
    struct audit_record r = record_of(&patient);
    for (int i = 0; i < 12; i++) {
        struct audit *a = open_log(false, 0);
        atomic_store(&os_fault.alloc_left, i);
        for (int k = 0; k < 3; k++)
            audit_put(a, &r, 1, &err);
        atomic_store(&os_fault.alloc_left, -1);
        for (int k = 0; k < 200 && audit_state(a) == AUDIT_DOWN; k++)
            nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000}, NULL);
        put_many(a, 1);
        audit_close(a);
        assert_int_equal(verify().faults, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_chain),
        TEST(test_what_stands_there),
        TEST(test_segments),
        TEST(test_many_in_one),
        TEST(test_locked),
        TEST(test_threads_share_syncs),
        TEST(test_every_byte),
        TEST(test_removed),
        TEST(test_reordered),
        TEST(test_segment_swapped),
        TEST(test_segment_missing),
        TEST(test_segment_cut),
        TEST(test_end_cut),
        TEST(test_torn),
        TEST(test_room),
        TEST(test_kill),
        TEST(test_spare),
        TEST(test_sync_fails),
        TEST(test_down),
        TEST(test_unlinked),
        TEST(test_full),
        TEST(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
