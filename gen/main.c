/* SPDX-License-Identifier: Apache-2.0
 * model: FHIR definitions → the C tables of src/data/fhir and the browser's TypeScript types. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/os.h"
#include "fail.h"
#include "params.h"
#include "rules.h"
#include "types.h"
#include "write_c.h"
#include "write_ts.h"

static void write_file(struct arena *arena, const char *dir, const char *name, struct buf *b)
{
    const char *path = arena_printf(arena, "%s/%s", dir, name).p;
    if (!buf_ok(b) || !os_file_replace(path, buf_get(b)))
        fail_at(path, "cannot be written");
    buf_clear(b);
}

static void write_all(const struct tables *t, const char *dir)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    if (mkdir(dir, 0777) && errno != EEXIST)
        fail_at(dir, "cannot be made");
    write_c_tables(t, &b);
    write_file(t->arena, dir, "model_tables.c", &b);
    write_ts(t, &b);
    write_file(t->arena, dir, "fhir.ts", &b);
    write_c_names(t, &b); /* last: make waits for it */
    write_file(t->arena, dir, "names.h", &b);
    buf_release(&b);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: model PACKAGE_DIR OWN_DEFINITIONS_DIR OUT_DIR\n", stderr);
        return 2;
    }
    struct arena arena;
    arena_init(&arena);
    struct tables *t = ARENA_NEW(&arena, struct tables);
    t->arena = &arena;
    names_init(&t->names, &arena);
    names_add(&t->names, "resourceType");
    source_load(&t->source, &arena, argv[1], argv[2]);
    rules_said(t, argv[2]);
    types_build(t);
    params_build(t);
    params_compartments(t);
    names_hash(&t->names);
    write_all(t, argv[3]);
    printf("  model: %u types, %u elements, %u search parameters, %u bindings, %u names\n", t->type_count - 1,
           t->elem_count - 1, t->param_count - 1, t->binding_count - 1, t->names.count - 1);
    arena_release(&arena);
    return 0;
}
