/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as a query over a small patient: no crash, bounded work, and an answer that is JSON. */
#include <stdlib.h>

#include "base/os.h"
#include "graphql/graphql.h"

static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{\"use\":"
                              "\"official\",\"family\":\"A\","
                              "\"given\":[\"B\",\"C\"]},{\"family\":\"D\"}],\"generalPractitioner\":[{"
                              "\"reference\":\"#x\"}],\"contained\":[{"
                              "\"resourceType\":\"Practitioner\",\"id\":\"x\"}]}";

static bool resolve(void *arg, struct str reference, struct arena *arena, struct graphql_resource *out,
                    struct err *err)
{
    (void)reference;
    (void)arena;
    (void)err;
    *out = *(struct graphql_resource *)arg;
    return true;
}

static bool search(void *arg, fhir_type_id type, const struct graphql_param *params, size_t count,
                   struct arena *arena, struct graphql_page *out, struct err *err)
{
    (void)type;
    (void)params;
    (void)count;
    (void)arena;
    (void)err;
    *out = (struct graphql_page){.item = arg, .count = 1};
    return true;
}

static const struct path_expr *compile(void *arg, struct arena *arena, struct str text, fhir_type_id type,
                                       struct err *err)
{
    (void)arg;
    return path_compile(arena, text, type, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json_doc doc, answer;
    struct err err = {0};
    struct buf out;
    arena_init(&arena);
    if (!json_parse(&arena, STR(patient), &fhir_names, &doc, NULL))
        abort();
    fhir_type_tree(&doc, 0);
    struct graphql_resource focus = {&doc, 0};
    struct graphql_request q = {.focus = focus, .host = {&focus, resolve, search, compile, 0}};
    if (size && data[0] & 1)
        q.focus.doc = NULL;
    q.document = size ? graphql_parse(&arena, (struct str){(const char *)data + 1, size - 1}, &err) : NULL;
    buf_init(&out, GRAPHQL_BYTES_MAX);
    if (q.document && graphql_run(&q, &arena, &out, &err) &&
        !json_parse_allow(&arena, buf_get(&out), NULL, JSON_ALLOW_DUPLICATES, &answer, NULL))
        abort();
    buf_release(&out);
    arena_release(&arena);
    return 0;
}
