/* SPDX-License-Identifier: Apache-2.0
 * Paths, queries and gzip bodies of any kind: refused or decoded, within bounds. */
#include "http/http_int.h"

enum { FUZZ_UNPACK_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena;
    struct err err = {0};
    struct http_pair *pairs;
    size_t count;
    struct str in = {(const char *)data, n}, path;
    arena_init(&arena);
    if (http_query_parse(&arena, in, &pairs, &count, &err)) {
        OS_ASSERT(count <= HTTP_PAIRS_MAX);
        for (size_t i = 0; i < count; i++)
            OS_ASSERT(pairs[i].name.n + pairs[i].value.n <= n &&
                      !memchr(pairs[i].value.p, 0, pairs[i].value.n));
    }
    if (http_query_path(&arena, in, &path, &err)) {
        OS_ASSERT(path.n <= n && path.p[0] == '/');
        OS_ASSERT(str_find_str(path, STR("/../")) == SIZE_MAX && !str_ends(path, STR("/..")));
    }
    struct buf out;
    buf_init(&out, FUZZ_UNPACK_MAX);
    gzip_unpack(in, &out, &err);
    OS_ASSERT(out.n <= FUZZ_UNPACK_MAX);
    buf_release(&out);
    arena_release(&arena);
    return 0;
}
