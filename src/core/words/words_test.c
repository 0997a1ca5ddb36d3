/* SPDX-License-Identifier: Apache-2.0
 * The text index over a store with resources of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fhir/model.h"
#include "fhir_gen/names.h"
#include "words/words_int.h"

enum { DEADLINE_MS = 20000, CRASH_ROUNDS = 4, KILL_MS_MAX = 300, LATER = 100, MANY = 4096 + LATER };

struct world {
    char dir[64];
    struct search *search;
    struct store *store;
    struct words *words;
    struct arena arena;
    struct err err;
};

static void world_open(struct world *w, bool words)
{
    struct store_options opt = {.dir = w->dir,
                                .create = true,
                                .schema = search_schema(w->search),
                                .hooks = search_hooks(w->search),
                                .cache_mib = 4};
    w->store = store_open(&opt, &w->err);
    if (!w->store)
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[1]);
    search_set_key(w->search, store_hash_key(w->store));
    w->words = words ? words_open(w->dir, w->store, &w->err) : NULL;
    if (words && !w->words)
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[0]);
}

static void world_close(struct world *w)
{
    words_close(w->words);
    store_close(w->store);
    w->words = NULL;
    w->store = NULL;
}

static struct world *world_new(void)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){0};
    arena_init(&w->arena);
    snprintf(w->dir, sizeof w->dir, "%s/helhet-words-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    w->search = search_new(&w->err);
    assert_non_null(w->search);
    return w;
}

static int world_up(void **state)
{
    struct world *w = world_new();
    world_open(w, true);
    *state = w;
    return 0;
}

static int world_down(void **state)
{
    static const char *const files[] = {"helhet.db", "helhet.db-wal", "helhet.db-shm", "helhet.lock",
                                        "words.db",  "words.db-wal",  "words.db-shm"};
    struct world *w = *state;
    world_close(w);
    search_free(w->search);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(arena_printf(&w->arena, "%s/%s", w->dir, files[i]).p);
    rmdir(w->dir);
    arena_release(&w->arena);
    os_free(w);
    return 0;
}

static bool put_run(struct store_tx *tx, void *arg, struct err *err)
{
    return store_put(tx, arg, err);
}

/* Stores a resource of a type and id with these members ("" deletes it); the commit. */
static int64_t put(struct world *w, fhir_type_id type, const char *id, const char *members)
{
    struct store_change c = {.op = members[0] ? 'U' : 'D', .type = type, .id = str_of(id)};
    if (members[0]) {
        c.head =
            arena_printf(&w->arena, "{\"resourceType\":\"%s\",\"id\":\"%s\",", fhir_types[type].name, id);
        c.tail = arena_printf(&w->arena, ",%s}", members);
    }
    struct store_job job = {.run = put_run, .arg = &c, .agent = STR("test"), .reason = STR("test")};
    if (!store_run(w->store, &job, &w->err))
        fail_msg("%s", err_info(w->err.code)->name);
    return c.seq;
}

static bool find(struct world *w, const char *query, int64_t seq, enum words_where where,
                 struct words_hits *out)
{
    struct store_read *r = store_read_begin(w->store, &w->err);
    struct words_ask ask = {
        .query = str_of(query), .where = where, .seq = seq ? seq : store_read_seq(r), .score = true};
    store_read_end(r);
    uint64_t begun = os_mono_ns();
    bool ok;
    while (!(ok = words_find(w->words, &ask, &w->arena, out, &w->err)) && w->err.code == ERR_WORDS_BEHIND)
        assert_true((os_mono_ns() - begun) / 1000000 < DEADLINE_MS);
    return ok;
}

static size_t hits_of(struct world *w, const char *query, int64_t seq, enum words_where where)
{
    struct words_hits hits;
    if (!find(w, query, seq, where, &hits))
        fail_msg("%s: %s %s %s", query, err_info(w->err.code)->name, w->err.arg[0], w->err.arg[2]);
    return hits.count;
}

#define NOTE(text) "\"status\":\"current\",\"description\":\"" text "\""
#define DIV(html)                                                                                            \
    "\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">" html     \
    "</div>\"}"

/* ---- text ---- */

static void check_text(const char *body, const char *narrative, const char *content)
{
    struct words_text t;
    struct err err;
    text_init(&t);
    assert_true(text_of(&t, str_of(body), &err));
    if (!str_is(buf_get(&t.narrative), narrative) || !str_is(buf_get(&t.content), content))
        fail_msg("%s gives [%.*s] [%.*s]", body, STR_ARG(buf_get(&t.narrative)),
                 STR_ARG(buf_get(&t.content)));
    text_release(&t);
}

static void test_text(void **state)
{
    (void)state;
    check_text("{\"resourceType\":\"Patient\",\"id\":\"hidden\"," DIV(
                   "<p>Fe<b>ber</b> &amp; h&aring;lla</p><p class='x>y'>"
                   "andn&#246;d</p><!-- ej --><table><tr><td>a</td></tr></table>") "}",
               "feber halla " WORDS_GAP " andnod " WORDS_GAP " a", "generated");
    check_text("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Åström\",\"given\":[\"Eva "
               "Karin\",\"Åström\"]}],"
               "\"birthDate\":\"1912-12-12\",\"gender\":\"female\"}",
               "", "astrom " WORDS_GAP " eva karin " WORDS_GAP " female");
    check_text(
        "{\"resourceType\":\"Observation\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
        "\"8302-2\",\"display\":\"Body height\"}],\"text\":\"Body height\"},\"subject\":{\"reference\":"
        "\"Patient/p\",\"display\":\"Eva\"},\"valueString\":\"ingen\",\"note\":[{\"text\":\"*Ej* här\"}]}",
        "", "8302 2 " WORDS_GAP " body height " WORDS_GAP " eva " WORDS_GAP " ingen " WORDS_GAP " ej har");
    check_text(
        "{\"resourceType\":\"DocumentReference\",\"content\":[{\"attachment\":{\"contentType\":\"text/"
        "plain\","
        "\"data\":\"SMOkciDDpHIgYWxsdA==\"}},{\"attachment\":{\"contentType\":\"text/html\",\"data\":"
        "\"PGI+ZmV0PC9iPg==\"}},{\"attachment\":{\"contentType\":\"image/png\",\"data\":\"SMOkcg==\"}}]}",
        "",
        "har ar allt " WORDS_GAP " text plain " WORDS_GAP " fet " WORDS_GAP " text html " WORDS_GAP
        " image png");
    check_text("{\"resourceType\":\"Binary\",\"contentType\":\"text/plain\",\"data\":\"YWxsdA==\"}", "",
               "allt " WORDS_GAP " text plain");
    check_text("{\"resourceType\":\"Nothing\"}", "", "");
}

/* ---- queries ---- */

static void test_query(void **state)
{
    static const struct {
        const char *query, *expr; /* NULL: wrong */
        unsigned column;
    } cases[] = {
        {"Feber", "((\"feber\"))", 0},
        {"feber ont", "((\"feber\" AND \"ont\"))", 0},
        {"feber AND ont", "((\"feber\" AND \"ont\"))", 0},
        {"(bone OR liver) and metastases", "((((\"bone\") OR (\"liver\")) AND \"metastases\"))", 0},
        {"\"ont i\" hals*", "((\"ont i\" AND \"hals\" *))", 0},
        {"\"ont i ha\"*", "((\"ont i ha\" *))", 0},
        {"feber -hosta NOT ont", "(((\"feber\") NOT (\"hosta\" OR \"ont\")))", 0},
        {"a,b", "((\"a\") OR (\"b\"))", 0},
        {"a\\,b", "((\"a b\"))", 0},
        {"8302-2", "((\"8302 2\"))", 0},
        {"and", "((\"and\"))", 0},
        {"or", "((\"or\"))", 0},
        {"vill and", "((\"vill\" AND \"and\"))", 0},
        {"NEAR(a b)", "((\"near\" AND ((\"a\" AND \"b\"))))", 0},
        {"narrative:x", "((\"narrative x\"))", 0},
        {"it's \\\"quoted\\\"", "((\"it s\" AND \"quoted\"))", 0},
        {"^x + {y}", NULL, 4},
        {"", NULL, 1},
        {"  ", NULL, 3},
        {"-feber", NULL, 1},
        {"feber -", NULL, 8},
        {"feber OR", NULL, 9},
        {"OR feber", NULL, 1},
        {"feber OR AND x", NULL, 10},
        {"feber AND", NULL, 7},
        {"AND feber", NULL, 1},
        {"(feber", NULL, 1},
        {"feber)", NULL, 6},
        {"åå \"feber", NULL, 4},
        {"fe*ber", NULL, 4},
        {"*", NULL, 1},
        {"a,,b", NULL, 3},
        {"()", NULL, 2},
        {"((((((((((((((((((x))))))))))))))))))", NULL, 17},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        struct err err = {0};
        unsigned phrases;
        buf_init(&out, BUF_NO_MAX);
        bool ok = query_expr(str_of(cases[i].query), false, WORDS_ALL, &out, &phrases, &err);
        if (ok != (cases[i].expr != NULL) || (ok && !str_is(buf_get(&out), cases[i].expr)))
            fail_msg("%s gives %.*s %s", cases[i].query, STR_ARG(buf_get(&out)), err.arg[0]);
        if (!ok && (err.code != ERR_WORDS_SYNTAX || atol(err.arg[0]) != cases[i].column))
            fail_msg("%s: column %s", cases[i].query, err.arg[0]);
        buf_release(&out);
    }
}

/* ---- finding ---- */

static void test_find(void **state)
{
    static const struct {
        const char *query;
        size_t all, narrative;
    } cases[] = {
        {"feber", 2, 0},           {"FEBER", 2, 0},    {"ingen feber", 1, 0},     {"\"ont i halsen\"", 1, 0},
        {"\"halsen ont\"", 0, 0},  {"hals*", 2, 1},    {"feber OR kyssar", 3, 1}, {"feber -ingen", 1, 0},
        {"angstrom", 2, 0},        {"Ångström", 2, 0}, {"här och", 1, 1},         {"i", 1, 0},
        {"\"kyssar slut\"", 0, 0}, {"slut", 1, 1},     {"hittas-ej", 0, 0},
    };
    struct world *w = *state;
    put(w, FHIR_TYPE_DocumentReference, "a", NOTE("Ingen feber, ont i halsen"));
    put(w, FHIR_TYPE_DocumentReference, "b", NOTE("Feber sedan Ångström ringde"));
    put(w, FHIR_TYPE_Patient, "c", "\"name\":[{\"family\":\"Ångström\"}]");
    put(w, FHIR_TYPE_Patient, "d", DIV("<p>Kyssar här och halsduk</p><p>Slut</p>"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t all = hits_of(w, cases[i].query, 0, WORDS_ALL),
               narrative = hits_of(w, cases[i].query, 0, WORDS_NARRATIVE);
        if (all != cases[i].all || narrative != cases[i].narrative)
            fail_msg("%s: %zu %zu", cases[i].query, all, narrative);
    }
    /* Ranking: the note that says it more, and in fewer words, comes first; 1 is the best. */
    struct words_hits hits;
    put(w, FHIR_TYPE_DocumentReference, "e", NOTE("feber feber feber"));
    assert_true(find(w, "feber", 0, WORDS_ALL, &hits));
    assert_int_equal(hits.count, 3);
    assert_true(hits.score[2] == 1 && hits.score[0] < 1 && hits.score[0] > 0);
    assert_true(hits.rid[0] < hits.rid[1] && hits.rid[1] < hits.rid[2]);
}

static void test_versions(void **state)
{
    struct world *w = *state;
    int64_t first = put(w, FHIR_TYPE_DocumentReference, "a", NOTE("tidigare feber"));
    int64_t second = put(w, FHIR_TYPE_DocumentReference, "a", NOTE("senare hosta"));
    int64_t third = put(w, FHIR_TYPE_DocumentReference, "a", "");
    int64_t fourth = put(w, FHIR_TYPE_DocumentReference, "a", NOTE("tidigare igen"));
    assert_int_equal(hits_of(w, "tidigare", first, WORDS_ALL), 1);
    assert_int_equal(hits_of(w, "senare", first, WORDS_ALL), 0);
    assert_int_equal(hits_of(w, "tidigare", second, WORDS_ALL), 0);
    assert_int_equal(hits_of(w, "senare", second, WORDS_ALL), 1);
    assert_int_equal(hits_of(w, "senare OR tidigare", third, WORDS_ALL), 0);
    assert_int_equal(hits_of(w, "tidigare", fourth, WORDS_ALL), 1);
    struct words_hits hits;
    assert_true(find(w, "igen", 0, WORDS_ALL, &hits));
    assert_int_equal(hits.version[0], 4);
    /* As of an older commit nothing moves, scores neither, whatever is written. */
    double score = 0;
    for (int i = 0; i < 40; i++) {
        char id[8];
        snprintf(id, sizeof id, "n%d", i);
        put(w, FHIR_TYPE_DocumentReference, id, i % 2 ? NOTE("feber och mer feber") : NOTE("hosta"));
        assert_true(find(w, "feber OR tidigare", first, WORDS_ALL, &hits));
        assert_int_equal(hits.count, 1);
        assert_true(i == 0 || score == hits.score[0]);
        score = hits.score[0];
    }
}

static void check_clean(struct world *w, bool complete)
{
    struct words_status s;
    if (!words_check(w->dir, w->store, &s, &w->err))
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[0]);
    assert_int_equal(s.faults, 0);
    if (complete)
        assert_true(s.present && s.seq == s.store_seq && s.docs > 0);
}

static void test_file(void **state)
{
    struct world *w = *state;
    char path[100];
    put(w, FHIR_TYPE_DocumentReference, "a", NOTE("tidigare"));
    put(w, FHIR_TYPE_DocumentReference, "a", NOTE("senare"));
    assert_int_equal(hits_of(w, "senare", 0, WORDS_ALL), 1);
    world_close(w);
    world_open(w, false);
    check_clean(w, true);
    world_close(w);
    /* Deleted: made anew; what was superseded before cannot be asked for. */
    snprintf(path, sizeof path, "%s/words.db", w->dir);
    assert_int_equal(unlink(path), 0);
    world_open(w, true);
    assert_int_equal(hits_of(w, "senare", 0, WORDS_ALL), 1);
    struct words_hits hits;
    assert_false(find(w, "tidigare", 1, WORDS_ALL, &hits));
    assert_int_equal(w->err.code, ERR_SEARCH_PAGE_OLD);
    world_close(w);
    /* Damaged: likewise. */
    struct str junk = STR("not a database, but long enough to be looked at as one");
    assert_true(os_file_replace(path, junk));
    world_open(w, true);
    assert_int_equal(hits_of(w, "senare", 0, WORDS_ALL), 1);
}

static bool put_many_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct world *w = arg;
    bool ok = true;
    for (int i = 0; ok && i < MANY; i++) {
        struct arena_mark mark = arena_mark(&w->arena);
        struct str id = arena_printf(&w->arena, "m%d", i);
        struct store_change c = {.op = 'U', .type = FHIR_TYPE_DocumentReference, .id = id};
        c.head = arena_printf(&w->arena, "{\"resourceType\":\"DocumentReference\",\"id\":\"%s\",", id.p);
        c.tail = STR("," NOTE("många") "}");
        ok = store_put(tx, &c, err);
        arena_rewind(&w->arena, mark);
    }
    return ok;
}

/* Begins the index and stops in the middle of the first commit, as a process that is killed there. */
static void follow_part(struct world *w)
{
    char path[100];
    snprintf(path, sizeof path, "%s/words.db", w->dir);
    for (int64_t part = -1; part != 0;) {
        unlink(path);
        struct words *words = words_open(w->dir, w->store, &w->err);
        bool more = true;
        pthread_mutex_lock(&words->lock);
        words->stop = true;
        pthread_cond_signal(&words->wake);
        pthread_mutex_unlock(&words->lock);
        pthread_join(words->thread, NULL);
        words->running = false;
        assert_true(words->place.seq || follow_round(words, &more, &w->err));
        part = words->place.seq == 1 ? words->place.part : -1; /* else the thread was faster than we are */
        words_close(words);
    }
}

static struct words_status checked(struct world *w)
{
    struct words_status s;
    if (!words_check(w->dir, w->store, &s, &w->err))
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[0]);
    return s;
}

/* A stop in the middle of catching up is no fault, what is wrong before it is one. */
static void test_behind(void **state)
{
    struct world *w = *state;
    struct store_job job = {.run = put_many_run, .arg = w, .agent = STR("test"), .reason = STR("test")};
    struct words_status s;
    struct file f = {0};
    char path[100];
    words_close(w->words);
    w->words = NULL;
    assert_true(store_run(w->store, &job, &w->err));
    put(w, FHIR_TYPE_DocumentReference, "m0", NOTE("ändrad"));
    put(w, FHIR_TYPE_DocumentReference, "m1", "");
    put(w, FHIR_TYPE_DocumentReference, "n", NOTE("ny"));
    follow_part(w);
    s = checked(w);
    assert_int_equal(s.faults, 0);
    /* m0 and m1 were superseded before it began; that is done, the rest of the commit and three more are not.
     */
    assert_int_equal(s.docs, MANY - LATER - 2);
    assert_int_equal(s.behind, LATER + 3);
    assert_int_equal(s.seq, 1);
    snprintf(path, sizeof path, "%s/words.db", w->dir);
    assert_true(file_open(&f, path, true, &w->err));
    assert_true(file_exec(&f, "UPDATE doc SET version=7 WHERE id=10", &w->err));
    assert_true(file_exec(&f, "UPDATE doc SET until=1 WHERE id=11", &w->err));
    file_close(&f);
    s = checked(w);
    assert_int_equal(s.faults, 2);
    assert_int_equal(s.behind, LATER + 3);
}

static void test_tidy(void **state)
{
    struct world *w = *state;
    struct words_status s;
    for (int i = 0; i < WORDS_TIDY_MIN + 10; i++)
        put(w, FHIR_TYPE_DocumentReference, "a", i % 2 ? NOTE("udda") : NOTE("jämna"));
    assert_int_equal(hits_of(w, "udda", 0, WORDS_ALL), 1);
    world_close(w);
    world_open(w, false);
    assert_true(words_check(w->dir, w->store, &s, &w->err) && s.superseded >= WORDS_TIDY_MIN);
    struct words *words = words_open(w->dir, w->store, &w->err);
    bool more = true;
    pthread_mutex_lock(&words->lock);
    words->stop = true;
    pthread_cond_signal(&words->wake);
    pthread_mutex_unlock(&words->lock);
    pthread_join(words->thread, NULL);
    words->running = false;
    words->aged = WORDS_TIDY_MIN;
    while (more)
        assert_true(tidy_round(words, &more, &w->err));
    words_close(words);
    assert_true(words_check(w->dir, w->store, &s, &w->err));
    assert_int_equal(s.faults, 0);
    assert_true(s.superseded < WORDS_TIDY_MIN);
    w->words = words_open(w->dir, w->store, &w->err);
    assert_int_equal(hits_of(w, "udda", 0, WORDS_ALL), 1);
    assert_int_equal(hits_of(w, "jamna", 0, WORDS_ALL), 0);
    struct words_hits hits;
    assert_false(find(w, "udda", 3, WORDS_ALL, &hits));
    assert_int_equal(w->err.code, ERR_SEARCH_PAGE_OLD);
}

/* ---- kill -9 while it follows ---- */

static void crash_child(struct world *w, unsigned first)
{
    world_open(w, true);
    for (unsigned i = first;; i++) {
        char id[16];
        snprintf(id, sizeof id, "d%u", i % 97);
        put(w, FHIR_TYPE_DocumentReference, id,
            i % 7 == 0 ? "" : arena_printf(&w->arena, NOTE("anteckning nummer%u ord%u"), i, i % 11).p);
    }
}

static void test_crash(void **state)
{
    struct world *w = *state;
    const char *given = getenv("HELHET_CRASH_ROUNDS");
    long rounds = given ? strtol(given, NULL, 10) : CRASH_ROUNDS;
    world_close(w);
    for (long i = 0; i < rounds; i++) {
        uint16_t wait;
        int status;
        pid_t pid = fork();
        if (pid == 0)
            crash_child(w, (unsigned)i * 1000 + 1);
        os_random(&wait, sizeof wait);
        usleep(100000 + (useconds_t)(wait % KILL_MS_MAX) * 1000);
        kill(pid, SIGKILL);
        assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
        world_open(w, false);
        check_clean(w, false);
        w->words = words_open(w->dir, w->store, &w->err);
        hits_of(w, "anteckning", 0, WORDS_ALL);
        world_close(w);
        world_open(w, false);
        check_clean(w, true);
        world_close(w);
    }
    world_open(w, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_query),
        cmocka_unit_test_setup_teardown(test_find, world_up, world_down),
        cmocka_unit_test_setup_teardown(test_versions, world_up, world_down),
        cmocka_unit_test_setup_teardown(test_file, world_up, world_down),
        cmocka_unit_test_setup_teardown(test_behind, world_up, world_down),
        cmocka_unit_test_setup_teardown(test_tidy, world_up, world_down),
        cmocka_unit_test_setup_teardown(test_crash, world_up, world_down),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
