/* SPDX-License-Identifier: Apache-2.0
 * What parses must come back: writing and parsing again gives the same tree and the same bytes. */
#include "base/os.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct json_doc first, second;
    struct err err = {0};
    struct buf out, again;
    arena_init(&a);
    buf_init(&out, BUF_NO_MAX);
    buf_init(&again, BUF_NO_MAX);
    if (json_parse(&a, (struct str){(const char *)data, size}, NULL, &first, &err)) {
        json_write(&first, 0, &out);
        OS_ASSERT(json_parse(&a, buf_get(&out), NULL, &second, &err));
        json_write(&second, 0, &again);
        OS_ASSERT(first.count == second.count && str_eq(buf_get(&out), buf_get(&again)));
    } else {
        OS_ASSERT(err.code != ERR_OK);
    }
    buf_release(&out);
    buf_release(&again);
    arena_release(&a);
    return 0;
}
