/* SPDX-License-Identifier: Apache-2.0
 * Parameters made at run time on a real store: every search type against a FHIRPath oracle over the bodies,
 * sorting, chains and includes by them, going on where indexing stopped, rows taken away. */
#include "search/search_testkit.h"

#include "search/own_int.h"

#define EXTENSION "http://example.org/fhir/StructureDefinition/"
enum { PATIENTS = 1500 };

struct made {
    const char *id, *type, *more;
};

/* Posted as they stand; more holds code, base, expression and the like. */
static const struct made definitions[] = {
    {"lan", "token",
     "\"code\":\"lan\",\"base\":[\"Patient\"],\"expression\":\"Patient.extension.where(url='" EXTENSION
     "lan').value\""},
    {"mellan", "string",
     "\"code\":\"mellan\",\"base\":[\"Patient\",\"Person\"],\"expression\":"
     "\"Patient.name.where(use='old').family | Person.name.family\""},
    {"vald", "date",
     "\"code\":\"vald\",\"base\":[\"Patient\"],\"expression\":\"Patient.extension.where(url='" EXTENSION
     "vald').value.as(date)\""},
    {"barn", "number",
     "\"code\":\"barn\",\"base\":[\"Patient\"],\"expression\":\"Patient.multipleBirth.as(integer)\""},
    {"vikt", "quantity",
     "\"code\":\"vikt\",\"base\":[\"Patient\"],\"expression\":\"Patient.extension.where(url='" EXTENSION
     "vikt').value.as(Quantity)\""},
    {"lakare", "reference",
     "\"code\":\"lakare\",\"base\":[\"Patient\"],\"target\":[\"Practitioner\"],\"expression\":"
     "\"Patient.extension.where(url='" EXTENSION "lakare').value.as(Reference)\""},
    {"sida", "uri", "\"code\":\"sida\",\"base\":[\"Patient\"],\"expression\":\"Patient.extension.url\""},
    {"sprak", "token",
     "\"code\":\"sprak\",\"base\":[\"DomainResource\"],\"expression\":\"DomainResource.language\""},
    {"par", "composite",
     "\"code\":\"par\",\"base\":[\"Patient\"],\"expression\":\"Patient\",\"component\":[{\"definition\":"
     "\"http://example.org/lan\",\"expression\":\"extension.where(url='" EXTENSION
     "lan').value\"},{\"definition\":\"http://example.org/"
     "vikt\",\"expression\":\"extension.where(url='" EXTENSION "vikt').value.as(Quantity)\"}]"},
};

static void add_people(void)
{
    for (int i = 0; i < 7; i++)
        addf("{\"resourceType\":\"Practitioner\",\"id\":\"d%d\",\"name\":[{\"family\":\"Doktor%d\"}]}", i, i);
    for (int i = 0; i < PATIENTS; i++)
        addf("{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"language\":\"%s\",\"extension\":[{\"url\":"
             "\"" EXTENSION
             "lan\",\"valueCoding\":{\"system\":\"urn:scb:lan\",\"code\":\"%02d\"}},{\"url\":\"" EXTENSION
             "%s\",\"valueDate\":\"20%02d-03-%02d\"},{\"url\":\"" EXTENSION
             "vikt\",\"valueQuantity\":{\"value\":%d.5,\"system\":\"http://"
             "unitsofmeasure.org\",\"code\":\"kg\"}},{"
             "\"url\":\"" EXTENSION
             "lakare\",\"valueReference\":{\"reference\":\"Practitioner/d%d\"}}],\"multipleBirthInteger\":%d,"
             "\"name\":[{\"use\":\"%s\",\"family\":\"Åkerlund%d\"}]}",
             i, i % 4 ? "sv" : "fi", i % 21, i % 5 ? "vald" : "annat", i % 20, 1 + i % 28, 50 + i % 40, i % 7,
             i % 6, i % 3 ? "old" : "official", i % 50);
}

static struct str definition(const struct made *m, const char *status)
{
    return arena_printf(
        &arena,
        "{\"resourceType\":\"SearchParameter\",\"id\":\"%s\",\"url\":\"http://example.org/%s\",\"name\":"
        "\"%s\",\"status\":\"%s\",\"description\":\"x\",\"type\":\"%s\",%s}",
        m->id, m->id, m->id, status, m->type, m->more);
}

static bool put_text(struct str text, struct err *err)
{
    struct resource r = {0};
    assert_true(json_parse(&arena, text, &fhir_names, &r.doc, err));
    r.type = fhir_type_tree(&r.doc, 0);
    r.id = json_text(&r.doc, json_get(&r.doc, 0, FHIR_NAME_id));
    struct load l = {&r, 1};
    struct store_job job = {.run = put_all, .arg = &l, .agent = STR("test"), .reason = STR("test")};
    return store_run(store, &job, err);
}

static void index_all(void)
{
    struct err err = {0};
    assert_true(own_index_start(s, 2, &err));
    assert_true(own_index_wait(s, NULL, NULL, NULL));
    own_index_stop(s);
}

static void check_clean(void)
{
    struct store_check k = {0};
    struct err err = {0};
    assert_true(store_check(store, &k, NULL, NULL, &err));
    if (k.faults)
        fail_msg("%llu faults: %s", (unsigned long long)k.faults, k.first.arg[0]);
}

static int setup_own(void **state)
{
    struct err err = {0};
    setup(state);
    assert_true(own_load(s, store, &err));
    add_people();
    load_all();
    return 0;
}

/* As after a stop: the register is read from the store again. */
static void reopen(void)
{
    struct err err = {0};
    store_close(store);
    search_free(s);
    s = search_new(&err);
    struct store_options opt = {.dir = dir, .schema = search_schema(s), .hooks = search_hooks(s)};
    store = store_open(&opt, &err);
    assert_non_null(store);
    search_set_key(s, store_hash_key(store));
    assert_true(own_load(s, store, &err));
}

static void refused(const char *query, enum err_code code)
{
    struct err err = {0};
    struct search_query q;
    struct store_read *r = store_read_begin(store, &err);
    assert_false(parse("Patient", query, r, &arena, &q, &err));
    store_read_end(r);
    if (err.code != code)
        fail_msg("%s: %s", query, err_info(err.code)->name);
}

/* ---- every type, against the bodies ---- */

static const struct expect expects[] = {
    {"Patient", "lan=urn:scb:lan|07", "extension.where(url.endsWith('/lan')).value.code = '07'"},
    {"Patient", "lan:not=07", "extension.where(url.endsWith('/lan')).value.code != '07'"},
    {"Patient", "mellan=åkerlund1", "name.where(use = 'old').family.where(startsWith('Åkerlund1')).exists()"},
    {"Patient", "mellan:missing=true", "name.where(use = 'old').empty()"},
    {"Patient", "vald=ge2015-06-01", "extension.where(url.endsWith('/vald')).value > @2015-06-01"},
    {"Patient", "vald=2003", "extension.where(url.endsWith('/vald')).value.toString().startsWith('2003')"},
    {"Patient", "barn=gt3", "multipleBirth > 3"},
    {"Patient", "vikt=lt60|http://unitsofmeasure.org|kg",
     "extension.where(url.endsWith('/vikt')).value.value < 60"},
    {"Patient", "lakare=Practitioner/d3",
     "extension.where(url.endsWith('/lakare')).value.reference = 'Practitioner/d3'"},
    {"Patient", "lakare=d3", "extension.where(url.endsWith('/lakare')).value.reference = 'Practitioner/d3'"},
    {"Patient", "lakare.name=doktor5",
     "extension.where(url.endsWith('/lakare')).value.reference = 'Practitioner/d5'"},
    {"Patient", "sida=" EXTENSION "vald", "extension.where(url.endsWith('/vald')).exists()"},
    {"Patient", "sprak=fi", "language = 'fi'"},
    {"Patient", "par=07$gt70",
     "extension.where(url.endsWith('/lan')).value.code = '07' and "
     "extension.where(url.endsWith('/vikt')).value.value > 70"},
    {"Practitioner", "_has:Patient:lakare:lan=07", "id = 'd0'"},
};

static void post_all(void)
{
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        struct err err = {0};
        if (!put_text(definition(&definitions[i], "active"), &err))
            fail_msg("%s: %s %s %s", definitions[i].id, err_info(err.code)->name, err.path, err.arg[1]);
    }
}

static bool verified(void *arg, const struct own_status *st)
{
    unsigned *ready = arg;
    assert_int_equal(st->state, OWN_READY);
    assert_int_equal(st->rows, st->expected);
    ++*ready;
    return true;
}

static void test_types(void **state)
{
    (void)state;
    unsigned ready = 0;
    post_all();
    refused("lan=07", ERR_SEARCH_INDEXING);
    refused("lakare.name=x", ERR_SEARCH_INDEXING);
    refused("_sort=vald", ERR_SEARCH_INDEXING);
    index_all();
    own_each(s, verified, &ready);
    assert_true(ready > 100); /* DomainResource is every type */
    for (size_t i = 0; i < sizeof expects / sizeof *expects; i++)
        check_case(&expects[i]);
    check_clean();
    reopen();
    for (size_t i = 0; i < sizeof expects / sizeof *expects; i++)
        check_case(&expects[i]);
}

/* Of patient "p<i>", as add_people gave it. */
static uint64_t weight_of(struct str id)
{
    uint64_t i = 0;
    assert_true(str_u64(str_sub(id, 1, id.n), PATIENTS, &i));
    return 50 + i % 40;
}

static void test_sort_and_include(void **state)
{
    (void)state;
    struct err err = {0};
    struct search_query q;
    struct search_page page;
    post_all();
    index_all();
    search_all("Patient", "_sort=-vikt&lan=07", 10);
    for (size_t i = 1; i < found.count; i++) {
        assert_true(weight_of(found.id[i - 1]) >= weight_of(found.id[i]));
    }
    struct store_read *r = store_read_begin(store, &err);
    assert_true(parse("Patient", "lan=07&_include=Patient:lakare", r, &arena, &q, &err));
    assert_true(search_run(s, r, &q, &arena, &page, &err));
    assert_int_equal(page.included_count, 1); /* 7, 28, 49 …: all have the same */
    store_read_end(r);
}

/* ---- what definitions allow ---- */

static void test_limits(void **state)
{
    (void)state;
    struct err err = {0};
    static const struct made narrow = {
        "smal", "date",
        "\"code\":\"smal\",\"base\":[\"Patient\"],\"expression\":\"Patient.extension.where(url='" EXTENSION
        "vald').value.as(date)\",\"multipleOr\":false,\"multipleAnd\":false,\"comparator\":[\"eq\",\"gt\"],"
        "\"modifier\":[\"missing\"]"};
    assert_true(put_text(definition(&narrow, "active"), &err));
    index_all();
    refused("smal=2003,2004", ERR_SEARCH_LIMIT);
    refused("smal=gt2003&smal=2004", ERR_SEARCH_LIMIT);
    refused("smal=lt2003", ERR_SEARCH_VALUE);
    search_all("Patient", "smal=gt2010", 100);
    assert_true(found.count > 0);
}

/* ---- stops, changes, withdrawals ---- */

/* Lets the indexer work until it has done something of the first parameter, and stops it. True when that was
 * not all. */
static bool stop_in_the_middle(const struct own_param *p)
{
    struct err err = {0};
    assert_true(own_index_start(s, 1, &err));
    while (atomic_load(&p->state) == OWN_INDEXING && atomic_load(&p->after) == 0)
        continue;
    own_index_stop(s);
    return atomic_load(&p->state) == OWN_INDEXING && atomic_load(&p->after) > 0;
}

static void test_resume(void **state)
{
    (void)state;
    struct err err = {0};
    bool middle = false;
    fhir_type_id patient = FHIR_TYPE_Patient;
    assert_true(put_text(definition(&definitions[0], "active"), &err));
    for (int tries = 0; !middle && tries < 100; tries++) {
        assert_true(own_index_again(s, STR("lan"), &err));
        middle = stop_in_the_middle(own_get(s, own_find(s, patient, STR("lan"))));
    }
    assert_true(middle);
    int64_t after = atomic_load(&own_get(s, own_find(s, patient, STR("lan")))->after);
    reopen();
    const struct own_param *p = own_get(s, own_find(s, patient, STR("lan")));
    assert_int_equal(atomic_load(&p->state), OWN_INDEXING);
    assert_int_equal(atomic_load(&p->after), after); /* goes on where it was */
    refused("lan=07", ERR_SEARCH_INDEXING);
    check_clean();
    index_all();
    check_case(&expects[0]);
    check_clean();
}

static void test_change_and_withdraw(void **state)
{
    (void)state;
    struct err err = {0};
    struct made other = definitions[0];
    assert_true(put_text(definition(&definitions[0], "active"), &err));
    index_all();
    other.type = "string";
    other.more = "\"code\":\"lan\",\"base\":[\"Patient\"],\"expression\":\"Patient.name.family\"";
    assert_true(put_text(definition(&other, "active"), &err));
    refused("lan=07", ERR_SEARCH_INDEXING);
    index_all();
    search_all("Patient", "lan=åkerlund7", 100);
    assert_int_equal(found.count, PATIENTS / 50);
    check_clean();
    assert_true(put_text(definition(&other, "retired"), &err));
    refused("lan=07", ERR_SEARCH_PARAM_UNKNOWN);
    reopen();
    index_all();
    check_clean();
    reopen(); /* the names of what is gone are forgotten now */
    assert_true(put_text(definition(&definitions[0], "active"), &err));
    index_all();
    check_case(&expects[0]);
    check_clean();
}

static void test_all_again(void **state)
{
    (void)state;
    struct err err = {0};
    post_all();
    assert_true(own_index_again_all(s, &err));
    index_all();
    struct own_status now = own_index_all(s);
    assert_int_equal(now.state, OWN_READY);
    assert_int_equal(now.rows, now.expected);
    check_clean();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_types, setup_own, teardown),
        cmocka_unit_test_setup_teardown(test_sort_and_include, setup_own, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup_own, teardown),
        cmocka_unit_test_setup_teardown(test_resume, setup_own, teardown),
        cmocka_unit_test_setup_teardown(test_change_and_withdraw, setup_own, teardown),
        cmocka_unit_test_setup_teardown(test_all_again, setup_own, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
