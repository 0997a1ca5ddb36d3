/* SPDX-License-Identifier: Apache-2.0
 * Any text as the criteria of a scope: never a crash, and what is taken can be held against a resource. */
#include "access/scope.h"
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/criteria.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct search *search;
    static const struct rules *rules;
    static struct arena kept;
    static const char *const types[] = {"Observation", "Patient", "Encounter", "*"};
    struct err err = {0};
    struct arena arena;
    if (!search) {
        arena_init(&kept);
        search = search_new(&err);
        rules = rules_read(rules_file, NULL, &kept, &err);
        OS_ASSERT(search && rules);
    }
    arena_init(&arena);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct access_scope scope = {.level = ACCESS_LEVEL_SYSTEM,
                                     .type = str_of(types[i]),
                                     .actions = ACCESS_READ,
                                     .query = {(const char *)data, size}};
        struct access_scopes all = {.item = &scope, .count = 1, .patient = STR("")};
        struct access_caller caller = {.kind = ACCESS_SYSTEM, .scopes = &all};
        bool fits = scope_check(search, rules, &scope, &arena, &err);
        struct scope_set *set = scope_set_new(&arena, &caller, rules, search);
        /* Observation is the first of types; for "*" every type must have the parameter when it is granted.
         */
        struct scope_left left =
            scope_set_rows(set, NULL, FHIR_TYPE_Observation, STR("x"), NULL, 0, ACCESS_READ);
        if (left.any && size && !fits && i == 0)
            os_panic("held, though it cannot be");
    }
    arena_release(&arena);
    return 0;
}
