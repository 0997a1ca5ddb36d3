/* SPDX-License-Identifier: Apache-2.0
 * Labels and views, one promise of store.h each. sight_test.c compares all ways of reading with a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_fake.h"
#include "store/store_int.h"
#include "store/varint.h"

enum { MANY = STORE_SEEN_MAX + 10 };

struct world {
    char *dir;
    struct store *s;
    struct arena a;
    struct err err;
};

static int up(void **state)
{
    struct world *w = os_alloc(sizeof *w);
    *w = (struct world){.dir = fake_dir()};
    struct store_options opt = fake_options(w->dir);
    arena_init(&w->a);
    w->s = store_open(&opt, &w->err);
    *state = w;
    return w->s ? 0 : -1;
}

static int down(void **state)
{
    struct world *w = *state;
    store_close(w->s);
    arena_release(&w->a);
    fake_remove(w->dir);
    os_free(w);
    return 0;
}

static struct store_row of_patient(const char *id)
{
    return (struct store_row){
        .index = STORE_CLINICAL, .target_type = FAKE_PATIENT, .text = str_of(id), .low = 7000};
}

static struct store_row label(uint64_t which, const char *id)
{
    return (struct store_row){
        .index = STORE_LABEL, .target_type = FAKE_GROUP, .text = str_of(id), .hash = which};
}

static store_rid put(struct world *w, char op, uint16_t type, const char *id, const struct store_row *rows,
                     size_t count)
{
    struct store_change c = fake_change(&w->a, op, type, id, rows, count, "text");
    if (!fake_put(w->s, &c, 1, &w->err))
        fail_msg("%s %s", err_info(w->err.code)->name, w->err.arg[0]);
    return c.rid;
}

/* ---- a view that notes what it is asked, and does as it is told ---- */

struct noted {
    struct store_label last;
    store_rid patient[4], subject;
    unsigned asked;
    enum store_sight answer;
    bool fails;
};

static bool note_see(void *arg, struct store_read *r, const struct store_label *l, enum store_sight *out,
                     struct err *err)
{
    struct noted *n = arg;
    size_t at = 0;
    n->asked++;
    n->last = *l;
    for (size_t i = 0; i < l->patient_count && i < 4; i++)
        n->patient[i] = l->patient[i];
    n->subject = store_label_target(r, l, FAKE_O_SUBJECT, &at);
    if (n->subject)
        assert_int_equal(store_label_target(r, l, FAKE_O_SUBJECT, &at), 0);
    *out = n->answer;
    return !n->fails || err_set(err, ERR_SEARCH_BUDGET, "facts", NULL);
}

#define VIEW(n) ((struct store_view){.arg = (n), .see = note_see})

/* ---- the tests ---- */

static void test_label(void **state)
{
    struct world *w = *state;
    struct store_row rows[] = {
        of_patient("p"),
        label(STORE_LABEL_UNIT, "unit"),
        label(STORE_LABEL_PROVIDER, "provider"),
        {.index = STORE_LABEL, .hash = STORE_LABEL_FLAGS, .low = 0x80000001},
        {.index = STORE_REFERENCE, .param = FAKE_O_SUBJECT, .target_type = FAKE_PATIENT, .text = STR("p")},
        {.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a")}};
    store_rid patient = put(w, 'C', FAKE_PATIENT, "p", NULL, 0);
    store_rid unit = put(w, 'C', FAKE_GROUP, "unit", NULL, 0);
    put(w, 'C', FAKE_OBS, "o", rows, sizeof rows / sizeof *rows);
    put(w, 'U', FAKE_OBS, "o", rows, 1);
    put(w, 'D', FAKE_OBS, "o", NULL, 0);
    struct noted n = {.answer = STORE_SEEN};
    struct store_view view = VIEW(&n);
    struct store_read *r = store_read_begin(w->s, &w->err);
    struct store_version v;
    store_read_view(r, &view);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("o"), 1, &w->a, &v, &w->err), STORE_FOUND);
    assert_true(n.last.type == FAKE_OBS && n.last.patient_count == 1 && n.patient[0] == patient);
    assert_true(n.last.unit == unit && n.last.provider && n.last.provider != unit);
    assert_true(n.last.flags == 0x80000001 && n.last.date_ms == 7000 && n.subject == patient);
    assert_false(n.last.deleted);
    assert_int_equal(store_get_version(r, FAKE_OBS, STR("o"), 2, &w->a, &v, &w->err), STORE_FOUND);
    assert_true(n.last.unit == 0 && n.last.provider == 0 && n.last.flags == 0 && n.patient[0] == patient);
    assert_int_equal(store_get(r, FAKE_OBS, STR("o"), &w->a, &v, &w->err), STORE_DELETED);
    assert_true(n.last.deleted && n.last.patient_count == 1 && n.last.seq == v.seq);
    assert_int_equal(store_get(r, FAKE_PATIENT, STR("p"), &w->a, &v, &w->err), STORE_FOUND);
    assert_true(n.last.patient_count == 1 && n.patient[0] == patient && n.last.date_ms == INT64_MIN);
    store_read_end(r);
}

/* Whose records were given out: each once, and not more than are named. */
static void test_seen(void **state)
{
    struct world *w = *state;
    char id[16];
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "p%d", i);
        struct store_row row = of_patient(id);
        struct store_change c[2] = {fake_change(&w->a, 'C', FAKE_PATIENT, id, NULL, 0, "x"),
                                    fake_change(&w->a, 'C', FAKE_OBS, id, &row, 1, "x")};
        assert_true(fake_put(w->s, c, 2, &w->err));
    }
    struct noted n = {.answer = STORE_SEEN};
    struct store_view view = VIEW(&n);
    struct store_read *r = store_read_begin(w->s, &w->err);
    const store_rid *patient;
    size_t count;
    bool many;
    uint64_t withheld;
    uint16_t obs = FAKE_OBS;
    struct store_plan p = {.types = &obs, .type_count = 1, .limit = 10, .no_body = true};
    struct store_hits hits;
    store_read_view(r, &view);
    assert_true(store_search(r, &p, &w->a, &hits, &w->err));
    store_read_seen(r, &patient, &count, &many, &withheld);
    assert_true(hits.count == 10 && count == 0 && !many && withheld == 0); /* no body, nothing seen */
    p.no_body = false;
    assert_true(store_search(r, &p, &w->a, &hits, &w->err) && store_search(r, &p, &w->a, &hits, &w->err));
    store_read_seen(r, &patient, &count, &many, &withheld);
    assert_true(count == 10 && !many);
    p.limit = MANY;
    assert_true(store_search(r, &p, &w->a, &hits, &w->err));
    store_read_seen(r, &patient, &count, &many, &withheld);
    assert_true(hits.count == MANY && count == STORE_SEEN_MAX && many);
    n.answer = STORE_HIDDEN;
    store_read_view(r, &view);
    p.count = true;
    assert_true(store_search(r, &p, &w->a, &hits, &w->err));
    store_read_seen(r, &patient, &count, &many, &withheld);
    assert_true(hits.count == 0 && hits.total == 0 && hits.work == 0);
    assert_true(count == 0 && !many && withheld == MANY);
    store_read_end(r);
}

/* What cannot be judged is not given out. */
static void test_failing(void **state)
{
    struct world *w = *state;
    put(w, 'C', FAKE_PATIENT, "p", NULL, 0);
    struct noted n = {.answer = STORE_SEEN, .fails = true};
    struct store_view view = VIEW(&n);
    struct store_read *r = store_read_begin(w->s, &w->err);
    struct store_version v;
    struct store_hits hits;
    struct store_history h = {.type = FAKE_PATIENT};
    struct store_plan p = {.limit = 10};
    uint64_t count;
    store_read_view(r, &view);
#define FAILS(call, want)                                                                                    \
    w->err.code = ERR_OK;                                                                                    \
    assert_int_equal(call, want);                                                                            \
    assert_int_equal(w->err.code, ERR_SEARCH_BUDGET)
    FAILS(store_get(r, FAKE_PATIENT, STR("p"), &w->a, &v, &w->err), STORE_FAILED);
    FAILS(store_get_version(r, FAKE_PATIENT, STR("p"), 1, &w->a, &v, &w->err), STORE_FAILED);
    FAILS(store_search(r, &p, &w->a, &hits, &w->err), false);
    FAILS(store_count(r, FAKE_PATIENT, &count, &w->err), false);
    FAILS(store_history_count(r, &h, &count, &w->err), false);
    store_read_end(r);
    r = store_read_begin(w->s, &w->err); /* a reader begins without */
    assert_int_equal(store_get(r, FAKE_PATIENT, STR("p"), &w->a, &v, &w->err), STORE_FOUND);
    store_read_end(r);
}

static void test_whole(void **state)
{
    struct world *w = *state;
    static const bool whole[FAKE_TYPES] = {[FAKE_GROUP] = true};
    put(w, 'C', FAKE_GROUP, "g", NULL, 0);
    put(w, 'C', FAKE_PATIENT, "p", NULL, 0);
    struct noted n = {.answer = STORE_HIDDEN};
    struct store_view view = VIEW(&n);
    view.whole = whole;
    struct store_read *r = store_read_begin(w->s, &w->err);
    struct store_version v;
    uint64_t count;
    store_read_view(r, &view);
    assert_int_equal(store_get(r, FAKE_GROUP, STR("g"), &w->a, &v, &w->err), STORE_FOUND);
    assert_true(store_count(r, FAKE_GROUP, &count, &w->err) && count == 1 && n.asked == 0);
    assert_int_equal(store_get(r, FAKE_PATIENT, STR("p"), &w->a, &v, &w->err), STORE_ABSENT);
    assert_true(store_count(r, 0, &count, &w->err) && count == 1 && n.asked == 2);
    store_read_end(r);
}

/* ---- stores from before labels ---- */

/* Rows as format 1 packed them: patients among the other clinical rows, last. */
static struct str pack_1(struct arena *a, struct str packed, store_rid rid)
{
    struct nrow *row;
    size_t count, n = 0;
    struct buf out;
    assert_true(rows_unpack(packed, rid, a, &row, &count));
    buf_init(&out, BUF_NO_MAX);
    while (n < count && row[n].kind == STORE_CLINICAL && row[n].key == 0)
        n++;
    rows_pack(row + n, count - n, rid, &out);
    struct str rest = buf_get(&out);
    struct str s = arena_str(a, str_sub(rest, rest.n ? 1 : 0, rest.n)); /* without PLAIN */
    buf_clear(&out);
    buf_str(&out, s);
    for (size_t i = 0; i < n; i++) {
        buf_char(&out, STORE_CLINICAL);
        varint_put_signed(&out, row[i].name - rid);
        buf_add(&out, &row[i].key, 8);
        varint_put_signed(&out, row[i].low);
    }
    s = arena_str(a, buf_get(&out));
    buf_release(&out);
    return s;
}

static void make_format_1(struct world *w)
{
    char path[128];
    sqlite3 *h;
    sqlite3_stmt *get, *set;
    snprintf(path, sizeof path, "%s/%s", w->dir, STORE_FILE);
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    sqlite3_prepare_v2(h, "SELECT rid,rows FROM resource WHERE length(rows)>0", -1, &get, NULL);
    sqlite3_prepare_v2(h, "UPDATE resource SET rows=?2 WHERE rid=?1", -1, &set, NULL);
    int changed = 0;
    while (sqlite3_step(get) == SQLITE_ROW) {
        store_rid rid = sqlite3_column_int64(get, 0);
        struct str s = pack_1(&w->a, db_column_blob(get, 1), rid);
        sqlite3_bind_int64(set, 1, rid);
        db_bind_blob(set, 2, s);
        assert_int_equal(sqlite3_step(set), SQLITE_DONE);
        sqlite3_reset(set);
        changed++;
    }
    sqlite3_finalize(get);
    sqlite3_finalize(set);
    assert_int_equal(sqlite3_exec(h, "PRAGMA user_version=1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    assert_int_equal(changed, 2);
}

static void test_format_1(void **state)
{
    struct world *w = *state;
    struct store_row rows[] = {of_patient("p"),
                               {.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a")},
                               {.index = STORE_DATE, .param = FAKE_O_DATE, .low = 1, .high = 2}};
    struct store_row coded = of_patient("p");
    coded.hash = 99;
    store_rid patient = put(w, 'C', FAKE_PATIENT, "p", NULL, 0);
    put(w, 'C', FAKE_OBS, "old", rows, 3);
    struct store_row more[] = {rows[0], rows[1], coded};
    put(w, 'C', FAKE_OBS, "coded", more, 3);
    store_close(w->s);
    make_format_1(w);
    struct store_options opt = fake_options(w->dir);
    w->s = store_open(&opt, &w->err);
    assert_non_null(w->s);
    put(w, 'C', FAKE_OBS, "new", rows, 3);
    put(w, 'U', FAKE_OBS, "coded", more, 2);
    struct noted n = {.answer = STORE_SEEN};
    struct store_view view = VIEW(&n);
    struct store_read *r = store_read_begin(w->s, &w->err);
    struct store_version v;
    store_read_view(r, &view);
    static const char *const ids[] = {"old", "coded", "new"};
    for (int i = 0; i < 3; i++) {
        n.last = (struct store_label){0};
        assert_int_equal(store_get(r, FAKE_OBS, str_of(ids[i]), &w->a, &v, &w->err), STORE_FOUND);
        assert_true(n.last.patient_count == 1 && n.patient[0] == patient && n.last.date_ms == 7000);
        assert_true(!n.last.unit && !n.last.provider && !n.last.flags);
    }
    store_read_end(r);
    struct store_check check;
    assert_true(store_check(w->s, &check, NULL, NULL, &w->err));
    assert_int_equal(check.faults, 0);
    int64_t format;
    assert_true(db_int(&w->s->db, "PRAGMA user_version", &format, &w->err) && format == STORE_FORMAT);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, up, down)
    const struct CMUnitTest tests[] = {TEST(test_label), TEST(test_seen), TEST(test_failing),
                                       TEST(test_whole), TEST(test_format_1)};
    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
