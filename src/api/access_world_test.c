/* SPDX-License-Identifier: Apache-2.0
 * Random regions written into a store as FHIR resources and read through the view, by everybody, one by one
 * and by search, while blocks, choices and relations come and go: compared with the oracle. HELHET_WORLDS=n,
 * HELHET_SEED=n. */
#include "access_made.h"

enum { WORLDS = 5, ROUNDS = 5 };

/* ---- reading ---- */

static const char *name_of(enum w_sight s)
{
    static const char *const names[] = {"hidden", "masked", "seen"};
    return names[s];
}

/* What the reader shows of it: hidden, masked (its labels are gone) or seen. */
static enum w_sight shown(struct store_read *read, const struct thing *x, const struct w_thing *t,
                          struct arena *arena)
{
    struct store_version v;
    struct err err = {0};
    enum store_found found = store_get(read, x->type, str_of(x->id), arena, &v, &err);
    if (found == STORE_FAILED)
        fail_msg("%s: %s %s", x->id, err_info(err.code)->name, err.arg[0]);
    if (found != STORE_FOUND)
        return W_HIDDEN;
    /* Only labelled bodies differ when masked. */
    return t->unit && str_find_str(v.body, STR("care-unit")) == SIZE_MAX ? W_MASKED : W_SEEN;
}

static void check_search(struct real *r, struct access_view *view, struct store_read *read,
                         const struct w_caller *c, fhir_type_id type, struct arena *arena)
{
    struct store_plan plan = {.types = &type, .type_count = 1, .limit = 1000, .count = true};
    struct store_hits hits;
    struct err err = {0};
    size_t want = 0;
    access_view_action(view, ACCESS_SEARCH);
    store_read_view(read, access_view_store(view));
    if (!store_search(read, &plan, arena, &hits, &err))
        fail_msg("search: %s %s", err_info(err.code)->name, err.arg[0]);
    for (int i = 0; i < r->things; i++)
        want += r->thing[i].type == type &&
                w_sight(&r->w, c, &r->thing[i].t, may(r, c, &r->thing[i].t), ACCESS_SEARCH) != W_HIDDEN;
    if (hits.count != want || hits.total != want)
        fail_msg("%c%d finds %zu of %s, total %llu, the oracle %zu", c->kind, c->number, hits.count,
                 fhir_types[type].name, (unsigned long long)hits.total, want);
    r->calls++;
}

static void check_caller(struct real *r, const struct w_caller *c)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Composition, FHIR_TYPE_DiagnosticReport,
                                         FHIR_TYPE_Observation, FHIR_TYPE_Patient};
    struct access_caller caller;
    struct arena arena;
    struct err err = {0};
    char texts[3][32];
    make_caller(r, c, texts, &caller);
    arena_init(&arena);
    struct store_read *read = store_read_begin(r->store, &err);
    assert_non_null(read);
    struct access_view *view = access_view_new(r->access, &caller, ACCESS_READ, read, &err);
    if (!view)
        fail_msg("%c%d: %s %s", c->kind, c->number, err_info(err.code)->name, err.arg[0]);
    store_read_view(read, access_view_store(view));
    for (int i = 0; i < r->things; i++) {
        const struct thing *x = &r->thing[i];
        enum w_sight want = w_sight(&r->w, c, &x->t, may(r, c, &x->t), ACCESS_READ),
                     got = shown(read, x, &x->t, &arena);
        if (want == W_MASKED && !x->t.unit)
            want = W_SEEN; /* nothing of it tells that it is masked */
        if (got != want)
            fail_msg("%c%d reads %s/%s: %s, the oracle %s", c->kind, c->number, fhir_types[x->type].name,
                     x->id, name_of(got), name_of(want));
        r->calls++;
        r->seen += want == W_SEEN;
        r->masked += want == W_MASKED;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check_search(r, view, read, c, types[i], &arena);
    store_read_end(read);
    access_view_free(view);
    arena_release(&arena);
}

static void check_all(struct real *r)
{
    for (int i = 1; i <= W_STAFF; i++)
        check_caller(r, &(struct w_caller){.kind = 's', .number = i, .scope = true});
    for (int i = 1; i <= W_PATIENTS; i++) {
        check_caller(r, &(struct w_caller){.kind = 'p', .number = i, .scope = true});
        check_caller(r, &(struct w_caller){.kind = 'g', .number = i, .scope = true});
    }
    check_caller(r, &(struct w_caller){.kind = 'm', .scope = true});
    check_caller(r, &(struct w_caller){.kind = 'm'});
}

/* ---- all of it ---- */

static void open_store(struct real *r)
{
    struct err err = {0};
    snprintf(r->dir, sizeof r->dir, "/tmp/helhet-world-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    r->search = search_new(&err);
    assert_non_null(r->search);
    struct store_options so = {
        .dir = r->dir, .create = true, .schema = search_schema(r->search), .hooks = search_hooks(r->search)};
    r->store = store_open(&so, &err);
    assert_non_null(r->store);
    search_set_key(r->search, store_hash_key(r->store));
    r->access = access_new(r->store, &err);
    assert_non_null(r->access);
}

static void close_store(struct real *r)
{
    char command[128];
    access_free(r->access);
    store_close(r->store);
    search_free(r->search);
    snprintf(command, sizeof command, "rm -rf %s", r->dir);
    assert_int_equal(system(command), 0);
}

static void run_world(struct real *r)
{
    r->things = r->papers = 0;
    open_store(r);
    make_world(r);
    for (int round = 0; round < ROUNDS; round++) {
        check_all(r);
        /* What is kept in memory must notice. */
        for (int k = 0; k < 3; k++) {
            add_block(r, 1 + (int)below(W_PATIENTS));
            add_paper(r, 1 + (int)below(W_PATIENTS));
            add_met(r, 1 + (int)below(W_PATIENTS));
        }
        /* Most rounds change nothing but patients' own. */
        if (chance(60))
            continue;
        int org = 1 + (int)below((uint32_t)r->w.orgs), staff = 1 + (int)below(W_STAFF);
        r->w.org[org].joined = !r->w.org[org].joined;
        put_org(r, org);
        r->w.staff[staff].usable = !r->w.staff[staff].usable;
        put_staff(r, staff);
    }
    check_all(r);
    close_store(r);
}

static void test_worlds(void **state)
{
    (void)state;
    const char *n = getenv("HELHET_WORLDS"), *seed = getenv("HELHET_SEED");
    long worlds = n ? strtol(n, NULL, 10) : WORLDS;
    struct real *r = os_alloc(sizeof *r);
    memset(r, 0, sizeof *r);
    random_state = seed ? strtoull(seed, NULL, 10) : 20261122;
    for (long i = 0; i < worlds; i++)
        run_world(r);
    assert_true(r->seen > r->calls / 50 && r->masked > 0);
    print_message("%llu calls, 0 leaks, 0 wrong refusals (%llu seen, %llu masked)\n",
                  (unsigned long long)r->calls, (unsigned long long)r->seen, (unsigned long long)r->masked);
    os_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
