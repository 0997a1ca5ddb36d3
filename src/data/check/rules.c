/* SPDX-License-Identifier: Apache-2.0
 * The constraints of definitions/styr, compiled once and held at every write. */
#include <pthread.h>

#include "base/os.h"
#include "check/issue_int.h"
#include "fhir_gen/names.h"
#include "path/path.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct arena compiled_arena;
static const struct path_expr **compiled; /* by row of fhir_rules */

/* They come with the program: one that does not compile is a fault of ours (rules_test). */
static void compile_all(void)
{
    arena_init(&compiled_arena);
    compiled = ARENA_ARRAY(&compiled_arena, const struct path_expr *, fhir_rule_count);
    OS_ASSERT(compiled);
    for (uint16_t i = 1; i < fhir_rule_count; i++) {
        struct err err;
        compiled[i] =
            path_compile(&compiled_arena, str_of(fhir_rules[i].expression), fhir_rules[i].type, &err);
        OS_ASSERT(compiled[i]);
    }
}

/* False too for what cannot be reckoned: what is not known to hold does not. */
static bool holds(const struct path_context *ctx, uint16_t rule, uint32_t node, struct arena *arena)
{
    struct path_list list = {0};
    struct err err;
    bool empty;
    return path_eval(compiled[rule], ctx, node, arena, &list, &err) && path_truth(&list, &empty) && !empty;
}

static void hold_node(struct issue_list *l, const struct path_context *ctx, uint32_t i, fhir_type_id type,
                      struct arena *arena)
{
    const struct fhir_type *t = &fhir_types[type];
    for (uint16_t k = 0; k < t->rule_count; k++)
        if (!holds(ctx, (uint16_t)(t->rule_first + k), i, arena))
            issue_add_rule(l, i, &fhir_rules[t->rule_first + k]);
}

void rules_hold(struct issue_list *l, uint32_t i, fhir_type_id type)
{
    const struct json_doc *doc = l->doc;
    struct path_context ctx = {.doc = doc, .resource = i, .root_resource = i};
    struct arena arena;
    pthread_once(&once, compile_all);
    arena_init(&arena);
    hold_node(l, &ctx, i, type, &arena);
    for (uint32_t n = i + 1; n < doc->nodes[i].end; n++) {
        fhir_type_id of = fhir_elems[doc->nodes[n].elem].type;
        if (doc->nodes[n].elem && doc->nodes[n].kind == JSON_OBJECT && fhir_types[of].kind == FHIR_BACKBONE)
            hold_node(l, &ctx, n, of, &arena);
    }
    arena_release(&arena);
}
