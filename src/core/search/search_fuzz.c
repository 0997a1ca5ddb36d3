/* SPDX-License-Identifier: Apache-2.0
 * Search URLs: first byte picks the type, the rest is the query text. Whatever comes, parsing ends with a
 * plan or with an error that says something. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const fhir_type_id types[] = {
    0,
    FHIR_TYPE_Patient,
    FHIR_TYPE_Observation,
    FHIR_TYPE_Encounter,
    FHIR_TYPE_Location,
    FHIR_TYPE_MolecularSequence,
    FHIR_TYPE_ValueSet,
    FHIR_TYPE_RiskAssessment,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct search *s;
    struct err err = {0};
    if (!s) {
        s = search_new(&err);
        OS_ASSERT(s);
        search_set_key(s, (struct hash_key){1, 2});
    }
    if (n == 0)
        return 0;
    struct arena arena;
    struct search_param params[SEARCH_PARAMS_MAX + 1];
    struct str rest = {(const char *)data + 1, n - 1}, pair;
    size_t count = 0;
    arena_init(&arena);
    while (count <= SEARCH_PARAMS_MAX && str_split(&rest, '&', &pair)) {
        struct str value = pair;
        str_split(&value, '=', &params[count].name);
        params[count++].value = value.p ? value : STR("");
    }
    struct search_query q;
    bool ok = search_parse(s, NULL, types[data[0] % 8], params, count, data[0] & 64, &arena, &q, &err);
    OS_ASSERT(ok || (err.code != ERR_OK && err.code != ERR_INTERNAL));
    OS_ASSERT(!ok || q.plan.limit <= SEARCH_COUNT_MAX);
    arena_release(&arena);
    return 0;
}
