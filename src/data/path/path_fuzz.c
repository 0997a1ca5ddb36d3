/* SPDX-License-Identifier: Apache-2.0
 * Any text is an expression or an error; what compiles evaluates to values or an error, within its bounds,
 * and what it gives can be written. The first byte picks the context. */
#include "fhir_gen/names.h"
#include "path/path_int.h"

enum { FUZZ_MEMORY_MAX = 64 * 1024 * 1024, FUZZ_OUT_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"a\",\"contained\":[{\"resourceType\":\"Organization\",\"id\":"
    "\"o\"}],"
    "\"active\":true,\"name\":[{\"family\":\"Öberg\",\"given\":[\"Åsa\",null],\"_given\":[null,{\"id\":\"g\"}"
    "]}],"
    "\"birthDate\":\"1974-12\",\"_birthDate\":{\"extension\":[{\"url\":\"http://a\",\"valueDecimal\":1.50}]},"
    "\"multipleBirthInteger\":2,\"managingOrganization\":{\"reference\":\"#o\"},"
    "\"extension\":[{\"url\":\"http://b\",\"valueQuantity\":{\"value\":4,\"system\":\"http://"
    "unitsofmeasure.org\","
    "\"code\":\"mg\"}},{\"url\":\"http://c\",\"valueDateTime\":\"2012-04-15T10:00:00Z\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json_doc doc;
    struct err err;
    struct path_list list = {0};
    struct buf out;
    if (size == 0)
        return 0;
    arena_init(&arena);
    arena_limit(&arena, FUZZ_MEMORY_MAX);
    if (!json_parse(&arena, STR(patient), &fhir_names, &doc, &err) || !fhir_type_tree(&doc, 0))
        __builtin_trap();
    struct str text = {(const char *)data + 1, size - 1};
    const struct path_expr *e =
        path_compile_strict(&arena, text, data[0] & 1 ? FHIR_TYPE_Patient : 0, data[0] & 2, &err);
    struct path_context ctx = {.doc = &doc, .now_ms = INT64_C(1795000000000)};
    if (e && path_eval(e, &ctx, data[0] & 4 ? UINT32_MAX : 0, &arena, &list, &err)) {
        buf_init(&out, FUZZ_OUT_MAX);
        path_write(&list, &out);
        buf_release(&out);
    }
    arena_release(&arena);
    return 0;
}
