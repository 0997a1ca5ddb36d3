/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/desk.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

struct world {
    char dir[64];
    struct desk *desk;
    struct arena arena;
};

struct waited {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over;
};

static void on_done(struct desk_job *job)
{
    struct waited *w = job->arg;
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

static enum err_code run(struct world *w, struct desk_job *job)
{
    struct waited wait = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    job->arena = &w->arena;
    job->done = on_done;
    job->arg = &wait;
    assert_true(desk_submit(w->desk, job, &job->err));
    pthread_mutex_lock(&wait.lock);
    while (!wait.over)
        pthread_cond_wait(&wait.wake, &wait.lock);
    pthread_mutex_unlock(&wait.lock);
    assert_int_equal(job->ok, job->err.code == ERR_OK);
    return job->err.code;
}

static enum err_code put(struct world *w, const char *owner, const char *id, const char *content,
                         uint32_t version, uint32_t want)
{
    struct desk_job job = {.verb = DESK_PUT, .owner = str_of(owner)};
    job.item = (struct desk_item){.id = str_of(id),
                                  .kind = STR("note"),
                                  .patient = STR("one"),
                                  .title = STR("Anteckning"),
                                  .content = str_of(content),
                                  .version = version};
    enum err_code code = run(w, &job);
    if (code == ERR_OK)
        assert_int_equal(job.item.version, want);
    return code;
}

static enum err_code get(struct world *w, const char *owner, const char *id, const char *want)
{
    struct desk_job job = {.verb = DESK_GET, .owner = str_of(owner), .item.id = str_of(id)};
    enum err_code code = run(w, &job);
    if (code == ERR_OK)
        assert_true(str_is(job.item.content, want));
    return code;
}

static void test_versions(void **state)
{
    struct world *w = *state;
    assert_int_equal(put(w, "anna", "a", "\"1\"", 0, 1), ERR_OK);
    assert_int_equal(put(w, "anna", "a", "\"2\"", 1, 2), ERR_OK);
    /* Another window, and the same again whose answer was lost. */
    assert_int_equal(put(w, "anna", "a", "\"x\"", 1, 0), ERR_VERSION_CONFLICT);
    assert_int_equal(put(w, "anna", "a", "\"x\"", 0, 0), ERR_EXISTS);
    assert_int_equal(put(w, "anna", "a", "\"2\"", 1, 2), ERR_OK);
    assert_int_equal(put(w, "anna", "a", "\"2\"", 0, 2), ERR_OK);
    assert_int_equal(put(w, "anna", "b", "\"x\"", 3, 0), ERR_VERSION_REQUIRED);
    assert_int_equal(get(w, "anna", "a", "\"2\""), ERR_OK);
}

static void test_owners(void **state)
{
    struct world *w = *state;
    assert_int_equal(put(w, "anna", "mine", "\"m\"", 0, 1), ERR_OK);
    assert_int_equal(get(w, "bo", "mine", ""), ERR_ME_NONE);
    assert_int_equal(get(w, "", "mine", ""), ERR_ME_NONE);
    struct desk_job drop = {.verb = DESK_DROP, .owner = STR("bo"), .item.id = STR("mine")};
    assert_int_equal(run(w, &drop), ERR_ME_NONE);
    struct desk_job setting = {
        .verb = DESK_GET, .what = DESK_SETTING, .owner = STR("anna"), .item.id = STR("mine")};
    assert_int_equal(run(w, &setting), ERR_ME_NONE);
    drop = (struct desk_job){.verb = DESK_DROP, .owner = STR("anna"), .item.id = STR("mine")};
    assert_int_equal(run(w, &drop), ERR_OK);
    assert_true(str_is(drop.item.patient, "one"));
    assert_int_equal(get(w, "anna", "mine", ""), ERR_ME_NONE);
}

static void test_room(void **state)
{
    struct world *w = *state;
    char id[16];
    for (int i = 0; i < DESK_DRAFTS_MAX; i++) {
        snprintf(id, sizeof id, "d%d", i);
        assert_int_equal(put(w, "full", id, "\"x\"", 0, 1), ERR_OK);
    }
    assert_int_equal(put(w, "full", "more", "\"x\"", 0, 1), ERR_ME_FULL);
    assert_int_equal(put(w, "full", "d7", "\"y\"", 1, 2), ERR_OK);
    struct desk_job list = {.verb = DESK_LIST, .owner = STR("full")};
    assert_int_equal(run(w, &list), ERR_OK);
    assert_int_equal(list.count, DESK_DRAFTS_MAX);
    for (size_t i = 1; i < list.count; i++)
        assert_true(list.list[i - 1].updated_ms >= list.list[i].updated_ms);
    assert_null(list.list[0].content.p);
}

static void *write_many(void *arg)
{
    struct world *w = arg, own = {.desk = w->desk};
    char id[32], text[16];
    arena_init(&own.arena);
    snprintf(id, sizeof id, "t%lx", (unsigned long)pthread_self());
    for (uint32_t v = 0; v < 50; v++) {
        snprintf(text, sizeof text, "\"%u\"", v);
        assert_int_equal(put(&own, "many", id, text, v, v + 1), ERR_OK);
    }
    arena_release(&own.arena);
    return NULL;
}

static void test_many(void **state)
{
    pthread_t t[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&t[i], NULL, write_many, *state), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
    struct desk_job list = {.verb = DESK_LIST, .owner = STR("many")};
    assert_int_equal(run(*state, &list), ERR_OK);
    assert_int_equal(list.count, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(list.list[i].version, 50);
}

/* A child keeps drafts until it is killed, telling of each that it was told is kept. */
static void keep_until_killed(const char *dir, int fd)
{
    struct world w = {0};
    struct err err;
    arena_init(&w.arena);
    w.desk = desk_open(dir, &err);
    if (!w.desk)
        _exit(1);
    for (uint32_t v = 0;; v++) {
        char text[16];
        snprintf(text, sizeof text, "\"%u\"", v);
        if (put(&w, "killed", "k", text, v, v + 1) != ERR_OK || write(fd, &v, sizeof v) != sizeof v)
            _exit(1);
    }
}

static void test_kill(void **state)
{
    struct world *w = *state, own = {0};
    struct err err;
    uint32_t told = 0, v;
    int fd[2];
    arena_init(&own.arena);
    snprintf(own.dir, sizeof own.dir, "%.50s/killed", w->dir);
    char command[128];
    snprintf(command, sizeof command, "mkdir -p %s", own.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(pipe(fd), 0);
    pid_t child = fork();
    if (child == 0)
        keep_until_killed(own.dir, fd[1]);
    close(fd[1]);
    for (int i = 0; i < 40; i++)
        assert_int_equal(read(fd[0], &told, sizeof told), sizeof told);
    kill(child, SIGKILL);
    while (read(fd[0], &v, sizeof v) == sizeof v)
        told = v;
    close(fd[0]);
    waitpid(child, NULL, 0);
    own.desk = desk_open(own.dir, &err);
    assert_non_null(own.desk);
    struct desk_job job = {.verb = DESK_GET, .owner = STR("killed"), .item.id = STR("k")};
    assert_int_equal(run(&own, &job), ERR_OK);
    assert_true(job.item.version >= told + 1);
    desk_close(own.desk);
    arena_release(&own.arena);
}

static int open_world(void **state)
{
    static struct world w;
    struct err err;
    snprintf(w.dir, sizeof w.dir, "/tmp/helhet-desk-XXXXXX");
    assert_non_null(mkdtemp(w.dir));
    arena_init(&w.arena);
    w.desk = desk_open(w.dir, &err);
    assert_non_null(w.desk);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    char command[128];
    desk_close(w->desk);
    arena_release(&w->arena);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions), cmocka_unit_test(test_owners), cmocka_unit_test(test_room),
        cmocka_unit_test(test_many),     cmocka_unit_test(test_kill),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
