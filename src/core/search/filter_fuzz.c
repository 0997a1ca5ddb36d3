/* SPDX-License-Identifier: Apache-2.0
 * _filter expressions: the first byte picks the type, the rest is the text. Whatever comes, it becomes
 * conditions or an error that says where and what was expected. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const fhir_type_id types[] = {FHIR_TYPE_Patient, FHIR_TYPE_Observation, FHIR_TYPE_ValueSet, 0};
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
    struct search_param param = {STR("_filter"), {(const char *)data + 1, n - 1}};
    struct search_query q;
    arena_init(&arena);
    bool ok = search_parse(s, NULL, types[data[0] % 4], &param, 1, false, &arena, &q, &err);
    OS_ASSERT(ok || (err.code != ERR_OK && err.code != ERR_INTERNAL && (err.arg[0][0] || err.arg[1][0])));
    arena_release(&arena);
    return 0;
}
