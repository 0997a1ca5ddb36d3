/* SPDX-License-Identifier: Apache-2.0
 * Searching against an oracle: every kind of index row, comparison, chain, sort and page, thousands of random
 * plans over random resources, against a plain evaluation of what store.h says. HELHET_SEED repeats a run,
 * HELHET_PLANS asks for more plans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/find_oracle.h"

/* ---- the test ---- */

/* Every explained condition that is complete has no fewer candidates than the plan has matches. */
static void test_explained(struct store_read *r, struct arena *a, struct store_plan *p, size_t n)
{
    struct store_explanation e;
    struct err err;
    p->cursor = (struct str){NULL, 0};
    assert_true(store_explain(r, p, a, &e, &err));
    assert_int_equal(e.hits, n < p->limit ? n : p->limit);
    size_t leads = 0;
    for (size_t i = 0; i < e.step_count; i++) {
        const struct store_step *s = &e.step[i];
        leads += s->leads;
        assert_true(s->what.n && (s->depth || !s->usable || !s->complete || s->candidates >= n));
        assert_true(s->usable || !s->leads);
    }
    assert_true(leads <= 1);
}

static void test_one_plan(struct store_read *r, struct arena *a, uint64_t seed, size_t at)
{
    struct store_plan p;
    const struct res *want[RES_MAX];
    size_t got = 0;
    pick_plan(a, &p, 0, FAKE_PATIENT + (uint16_t)(dice(8) ? dice(2) : 2));
    size_t n = plain_answer(&p, want);
    p.limit = (uint32_t)(1 + dice(30));
    p.count = dice(2);
    p.no_body = dice(2);
    struct store_hits hits = {.more = true};
    while (hits.more)
        if (!test_page(r, a, &p, want, &got, n, &hits)) {
            show(r, a, &p, seed, at);
            fail();
        }
    assert_int_equal(got, n);
    test_explained(r, a, &p, n);
}

static void test_plans(void **state)
{
    (void)state;
    struct world w;
    struct err err;
    world_open(&w);
    world_check(&w);
    struct store_read *r = store_read_begin(w.s, &err);
    for (size_t i = 0; i < w.plans; i++) {
        arena_reset(&w.a);
        test_one_plan(r, &w.a, w.seed, i);
    }
    store_read_end(r);
    world_close(&w);
}

/* ---- pages while others write: every page is of the first one's commit ---- */

static bool see_version(void *arg, const struct store_version *v)
{
    size_t *n = arg;
    *n += v->version;
    return true;
}

/* Sum of the versions of what refers to r (CLINICAL: what is in its compartment). */
static size_t plain_referrers(const struct res *r, uint8_t index)
{
    size_t n = 0;
    for (size_t k = 0; k < all_count; k++)
        for (size_t i = 0; i < all[k].rows && all[k].alive; i++)
            if (all[k].row[i].index == index && all[k].row[i].target_type == r->type &&
                str_is(all[k].row[i].text, r->id)) {
                n += all[k].version;
                break;
            }
    return n;
}

/* Everything else that can be read of a pinned reader, about one resource. */
static void test_pinned_reads(struct store_read *r, struct arena *a)
{
    struct res *w = &all[dice(all_count)];
    struct store_version v;
    struct err err;
    size_t targets = 0, referrers = 0, members = 0;
    uint64_t count, alive = 0;
    for (size_t i = 0; i < all_count; i++)
        alive += all[i].alive && all[i].type == w->type;
    assert_true(store_count(r, w->type, &count, &err));
    assert_int_equal(count, alive);
    assert_int_equal(store_get(r, w->type, str_of(w->id), a, &v, &err),
                     w->alive ? STORE_FOUND : STORE_DELETED);
    assert_true(!w->alive || v.version == w->version);
    assert_int_equal(store_get_version(r, w->type, str_of(w->id), v.version + 1, a, &v, &err), STORE_ABSENT);
    if (!w->alive)
        return;
    assert_true(store_targets(r, w->rid, see_target, &targets, &err));
    assert_int_equal(targets, plain_targets(w));
    assert_true(store_referrers(r, w->rid, 0, 0, see_version, &referrers, &err));
    assert_int_equal(referrers, plain_referrers(w, STORE_REFERENCE));
    if (w->type != FAKE_PATIENT)
        return;
    assert_true(store_compartment(r, w->rid, 0, see_version, &members, &err));
    assert_int_equal(members, plain_referrers(w, STORE_CLINICAL) + w->version);
}

/* The commonest plan: one patient's, newest first, or what one patient is pointed at by. */
static void pick_clinical(struct arena *a, struct store_plan *p)
{
    struct store_match *m = ARENA_ARRAY(a, struct store_match, 1);
    struct store_cond *c = ARENA_ARRAY(a, struct store_cond, 1);
    uint16_t *type = ARENA_ARRAY(a, uint16_t, 1);
    bool has = dice(2);
    *type = has ? FAKE_PATIENT : FAKE_OBS;
    m->index = has ? STORE_REFERENCE : STORE_CLINICAL;
    m->row = (struct store_row){.index = m->index, .target_type = FAKE_PATIENT, .text = STR("p0")};
    m->row.param = has ? FAKE_O_SUBJECT : 0;
    *c = (struct store_cond){.kind = has ? STORE_COND_MATCH : STORE_COND_PATIENT, .any = m, .any_count = 1};
    *p = (struct store_plan){.types = type, .type_count = 1, .cond = c, .cond_count = 1};
    if (has) {
        struct store_plan *chain = ARENA_NEW(a, struct store_plan);
        pick_plan(a, chain, 1, FAKE_OBS);
        m->reverse = true;
        m->chain = chain;
        c->negate = dice(2); /* then no list of what is pointed at is made beforehand */
        return;
    }
    p->sort[0] = (struct store_sort){STORE_CLINICAL, 0, true, NULL, 0};
    p->sort_count = 1;
}

static struct res then[RES_MAX]; /* a copy as of a page */

static void test_one_pinned(struct world *w, size_t at)
{
    struct store_plan p;
    struct err err;
    const struct res *want[RES_MAX];
    size_t got = 0;
    pick_plan(&w->a, &p, 0, FAKE_PATIENT + (uint16_t)(dice(8) ? dice(2) : 2));
    if (dice(4) == 0)
        pick_clinical(&w->a, &p);
    memcpy(then, live, sizeof live);
    size_t live_count = all_count, then_count = all_count;
    all = then;
    size_t n = plain_answer(&p, want);
    p.limit = (uint32_t)(1 + dice(dice(2) ? 2 : 10));
    p.count = dice(2);
    p.no_body = dice(2);
    struct store_hits hits = {.more = true};
    for (int page = 0; hits.more; page++) {
        struct store_read *r = store_read_begin(w->s, &err);
        all = then;
        all_count = then_count;
        if (!test_page(r, &w->a, &p, want, &got, n, &hits)) {
            show(r, &w->a, &p, w->seed, at);
            fail_msg("page %d", page);
        }
        store_read_pin(r, hits.seq);
        for (int k = 0; k < 3 && page; k++)
            test_pinned_reads(r, &w->a);
        store_read_end(r);
        all = live;
        all_count = live_count;
        for (uint64_t k = page < 6 ? dice(6) : 0; k; k--)
            fill_one(w->s, &w->keep, all_count == RES_MAX || dice(8));
        live_count = all_count;
    }
    all = live;
    all_count = live_count;
    assert_int_equal(got, n);
}

static void test_pinned(void **state)
{
    (void)state;
    struct world w;
    world_open(&w);
    for (size_t i = 0; i < w.plans / 4; i++) {
        arena_reset(&w.a);
        test_one_pinned(&w, i);
    }
    world_check(&w);
    world_close(&w);
}

static void put_one(struct store *s, struct arena *a, uint16_t type, const char *id, const char *subject)
{
    struct err err;
    struct store_row rows[2] = {{.index = STORE_TOKEN, .param = FAKE_O_CODE, .text = STR("a1")},
                                {.index = STORE_REFERENCE,
                                 .param = FAKE_O_SUBJECT,
                                 .target_type = FAKE_PATIENT,
                                 .text = str_of(subject ? subject : "")}};
    struct store_change c = fake_change(a, 'U', type, id, rows, subject ? 2 : 0, "x");
    assert_true(fake_put(s, &c, 1, &err));
}

/* Whom nothing with the code points at: what points elsewhere since the first page pointed where it did. */
static void test_pinned_has(void **state)
{
    (void)state;
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct err err;
    struct store *s = store_open(&opt, &err);
    struct arena a;
    arena_init(&a);
    static const char *const ids[] = {"pa", "pb", "pc"};
    for (int i = 0; i < 3; i++)
        put_one(s, &a, FAKE_PATIENT, ids[i], NULL);
    put_one(s, &a, FAKE_OBS, "x", "pc");
    uint16_t patient = FAKE_PATIENT, obs = FAKE_OBS;
    struct store_match code = {.index = STORE_TOKEN, .row = {.param = FAKE_O_CODE, .text = STR("a1")}};
    struct store_cond coded = {.kind = STORE_COND_MATCH, .any = &code, .any_count = 1};
    struct store_plan chain = {.types = &obs, .type_count = 1, .cond = &coded, .cond_count = 1};
    struct store_match has = {
        .index = STORE_REFERENCE, .row = {.param = FAKE_O_SUBJECT}, .chain = &chain, .reverse = true};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .negate = true, .any = &has, .any_count = 1};
    struct store_plan p = {
        .types = &patient, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = 1, .count = true};
    struct store_hits hits = {.more = true};
    for (int page = 0; page < 2; page++) {
        struct store_read *r = store_read_begin(s, &err);
        assert_true(store_search(r, &p, &a, &hits, &err));
        assert_int_equal(hits.total, 2);
        assert_true(hits.count == 1 && str_is(hits.item[0].id, ids[page]) && hits.more == (page == 0));
        p.cursor = hits.next;
        store_read_end(r);
        put_one(s, &a, FAKE_OBS, "x", "pb");
    }
    arena_release(&a);
    store_close(s);
    fake_remove(dir);
}

static void test_bad_cursor(void **state)
{
    (void)state;
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct err err;
    struct store *s = store_open(&opt, &err);
    struct store_read *r = store_read_begin(s, &err);
    struct arena a;
    struct store_hits hits;
    arena_init(&a);
    static const char *const bad[] = {"x", "00", "zz00000000000000", "000000000000000000", "ä"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct store_plan p = {.limit = 1, .cursor = str_of(bad[i])};
        assert_false(store_search(r, &p, &a, &hits, &err));
        assert_int_equal(err.code, ERR_SEARCH_PAGE);
    }
    arena_release(&a);
    store_read_end(r);
    store_close(s);
    fake_remove(dir);
}

/* Every way of searching stops at its bound, and says so. */
static void test_budget(void **state)
{
    (void)state;
    char *dir = fake_dir();
    struct store_options opt = fake_options(dir);
    struct err err;
    struct store *s = store_open(&opt, &err);
    struct arena a;
    arena_init(&a);
    seed_state = 88172645463325252u;
    fill(s, &a);
    struct store_read *r = store_read_begin(s, &err);
    struct store_match any = {.index = STORE_TOKEN, .cmp = STORE_CMP_ANY, .row = {.param = FAKE_O_CODE}};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &any, .any_count = 1};
    struct store_hits hits;
    for (int how = 0; how < 3; how++) {
        struct store_plan p = {.cond = &cond, .cond_count = 1, .limit = 50, .work_max = 40};
        p.sort_count = how == 1;
        p.sort[0].index = STORE_SORT_UPDATED;
        p.count = how == 2;
        p.limit = how == 2 ? 0 : 50;
        assert_false(store_search(r, &p, &a, &hits, &err));
        assert_int_equal(err.code, ERR_SEARCH_BUDGET);
        p.work_max = 100000;
        assert_true(store_search(r, &p, &a, &hits, &err));
        p.deadline_ns = 1; /* long past */
        assert_false(store_search(r, &p, &a, &hits, &err));
        assert_int_equal(err.code, ERR_SEARCH_BUDGET);
        p.deadline_ns = 0;
        assert_true(store_search(r, &p, &a, &hits, &err));
        assert_in_range(hits.work, 41, 2 * RES_MAX);
    }
    arena_release(&a);
    store_read_end(r);
    store_close(s);
    fake_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plans), cmocka_unit_test(test_pinned),
                                       cmocka_unit_test(test_pinned_has), cmocka_unit_test(test_bad_cursor),
                                       cmocka_unit_test(test_budget)};
    return cmocka_run_group_tests_name("find", tests, NULL, NULL);
}
