/* SPDX-License-Identifier: Apache-2.0
 * Every official R4 example in a store, and every generated search asked of it and of the oracle: the same
 * resources, each once, on however small pages; then some of them again while the record is written.
 * HELHET_SEED chooses the searches, HELHET_ORACLE_VALUES how many values of each parameter (2), and how many
 * walks, HELHET_ORACLE_SHOW how many differences are printed, HELHET_ORACLE_ONLY a label they begin with.
 * Skipped without the corpus. */
#include "oracle/oracle_testpages.h"
#include "oracle/oracle_testterms.h"

static struct oracle_gen_options options(void)
{
    const char *seed = getenv("HELHET_SEED"), *values = getenv("HELHET_ORACLE_VALUES");
    return (struct oracle_gen_options){.seed = seed ? strtoull(seed, NULL, 10) : 1,
                                       .values = values ? (unsigned)strtoul(values, NULL, 10) : 2};
}

static void test_examples(void **state)
{
    struct oracle_gen_options opt = options();
    (void)state;
    if (!kit.o || kit_examples() == 0)
        skip();
    kit_more();
    kit_begin();
    opt.emit = compare;
    oracle_gen_run(kit.o, &opt);
    kit_end();
}

static void test_pages(void **state)
{
    struct oracle_gen_options opt = options();
    size_t left = (size_t)PAGES_WALKS * opt.values / 2;
    (void)state;
    if (!kit.o || oracle_count(kit.o) == 0)
        skip();
    kit.writing = true;
    kit.random = opt.seed++;
    opt.emit = walk;
    opt.arg = &left;
    oracle_gen_run(kit.o, &opt);
    kit_end();
}

static void test_terms(void **state)
{
    struct oracle_gen_options opt = options();
    (void)state;
    if (!kit.o || oracle_count(kit.o) == 0)
        skip();
    kit.writing = false;
    terms_add(opt.seed);
    kit_begin();
    opt.emit = compare;
    oracle_gen_terms(kit.o, &opt);
    kit_end();
}

static void test_words(void **state)
{
    struct oracle_gen_options opt = options();
    (void)state;
    if (!kit.o || oracle_count(kit.o) == 0)
        skip();
    kit_words();
    kit_begin();
    opt.emit = compare;
    oracle_gen_words(kit.o, &opt);
    kit_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_terms),
    };
    return cmocka_run_group_tests(tests, kit_setup, kit_teardown);
}
