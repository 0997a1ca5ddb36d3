/* SPDX-License-Identifier: Apache-2.0
 * A view definition, a line feed, a resource. Whatever comes, compiling ends with a view or with an error
 * that names its place, and running ends, in every format, with rows or with an error. */
#include "base/os.h"
#include "view/view_out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { FUZZ_ROWS_MAX = 2000, FUZZ_MEMORY_MAX = 256 << 20 };

static bool each_row(void *out, const struct view_cell *cells, struct err *err)
{
    return view_out_row(out, cells, err) && view_out_rows(out) < FUZZ_ROWS_MAX;
}

static void run(const struct view *v, struct str body, enum view_format f)
{
    struct err err = {0};
    struct arena arena;
    struct view_out *out = view_out_new(v, f, true, &err);
    if (!out) {
        OS_ASSERT(err.code == ERR_VIEW_INVALID && err.path[0]);
        return;
    }
    arena_init(&arena);
    arena_limit(&arena, FUZZ_MEMORY_MAX);
    bool ok = view_run_text(v, body, 0, NULL, &arena, each_row, out, NULL, &err);
    OS_ASSERT(ok || err.code != ERR_INTERNAL);
    OS_ASSERT(!ok || view_out_end(out, &err));
    view_out_free(out);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str all = {(const char *)data, n};
    size_t at = str_find(all, '\n', 0);
    struct str text = str_sub(all, 0, at == SIZE_MAX ? n : at);
    struct str body = at == SIZE_MAX
                          ? STR("{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"Öst\"}]}")
                          : str_sub(all, at + 1, n);
    struct arena arena;
    struct json_doc doc;
    struct err err = {0};
    arena_init(&arena);
    arena_limit(&arena, FUZZ_MEMORY_MAX);
    if (json_parse(&arena, text, &fhir_names, &doc, &err)) {
        const struct view *v = view_compile(&arena, &doc, 0, &err);
        OS_ASSERT(v || err.code == ERR_NO_MEMORY || (err.code != ERR_OK && err.path[0]));
        for (int f = 0; v && f < VIEW_FORMAT_COUNT; f++)
            run(v, body, (enum view_format)f);
    }
    arena_release(&arena);
    return 0;
}
