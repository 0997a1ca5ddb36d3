/* SPDX-License-Identifier: Apache-2.0
 * Whatever parses can be checked; what passes has the elements fhir_type_tree sets; every issue has a place.
 */
#include "base/os.h"
#include "check/check.h"

enum { FUZZ_MEMORY_MAX = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Elements as the tree function sets them, from the same nodes. */
static void compare_with_tree(struct json_doc *doc, struct arena *arena, fhir_type_id type)
{
    uint16_t *elem = ARENA_ARRAY(arena, uint16_t, doc->count);
    if (!elem)
        return;
    for (uint32_t i = 0; i < doc->count; i++) {
        elem[i] = doc->nodes[i].elem;
        doc->nodes[i].elem = 0;
    }
    OS_ASSERT(fhir_type_tree(doc, 0) == type);
    for (uint32_t i = 0; i < doc->count; i++)
        OS_ASSERT(doc->nodes[i].elem == elem[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct check_issues issues;
    struct arena arena;
    struct json_doc doc;
    struct err err;
    fhir_type_id type;
    arena_init(&arena);
    arena_limit(&arena, FUZZ_MEMORY_MAX);
    if (json_parse(&arena, (struct str){(const char *)data, n}, &fhir_names, &doc, &err)) {
        if (check_resource(&doc, 0, &type, &issues))
            compare_with_tree(&doc, &arena, type);
        OS_ASSERT(issues.count <= issues.total && issues.count <= CHECK_ISSUES_MAX);
        for (uint32_t i = 0; i < issues.count; i++)
            OS_ASSERT(issues.item[i].code && issues.item[i].path[0]);
    }
    arena_release(&arena);
    return 0;
}
