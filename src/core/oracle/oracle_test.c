/* SPDX-License-Identifier: Apache-2.0
 * Every official R4 example in a store, and every generated search asked of it and of the oracle: the same
 * resources, each once, on however small pages. HELHET_SEED chooses the searches, HELHET_ORACLE_VALUES how
 * many values of each parameter (2), HELHET_ORACLE_SHOW how many differences are printed, HELHET_ORACLE_ONLY
 * a label they begin with. Skipped without the corpus. */
#include "oracle/oracle_testkit.h"

static void test_examples(void **state)
{
    const char *seed = getenv("HELHET_SEED"), *values = getenv("HELHET_ORACLE_VALUES");
    struct oracle_gen_options opt = {.seed = seed ? strtoull(seed, NULL, 10) : 1,
                                     .values = values ? (unsigned)strtoul(values, NULL, 10) : 2,
                                     .emit = compare};
    (void)state;
    if (!kit.o || kit_examples() == 0)
        skip();
    kit_begin();
    oracle_gen_run(kit.o, &opt);
    kit_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, kit_setup, kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
