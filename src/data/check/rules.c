/* SPDX-License-Identifier: Apache-2.0
 * The constraints of definitions/styr, and those of R4 in definitions/constraints, compiled once and held at
 * every write. */
#include <pthread.h>

#include "base/os.h"
#include "check/issue_int.h"
#include "fhir_gen/names.h"
#include "path/path.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct arena compiled_arena;
static const struct path_expr **compiled; /* by row of fhir_rules */

/* They come with the program: one that does not compile is a fault of ours (constraints_test). */
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

/* Steps for all constraints of one resource together; past it R4's are let through. Some thousand are usual.
 */
enum { RULES_WORK_MAX = 2 * PATH_STEPS_MAX };

/* A check under way. */
struct holding {
    struct issue_list *list;
    struct path_context ctx;
    struct arena arena;
    uint64_t work;
};

/* What cannot be reckoned is not known to hold, so ours does not. R4's are let through then: two times of
 * different precision, two quantities of different units cannot be compared, and are right. */
static bool holds(struct holding *h, uint16_t rule, uint32_t node)
{
    struct path_list list = {0};
    struct err err;
    bool empty = true;
    if (fhir_rules[rule].r4 && h->work > RULES_WORK_MAX)
        return true;
    bool known = path_eval(compiled[rule], &h->ctx, node, &h->arena, &list, &err);
    bool is = known && path_truth(&list, &empty);
    arena_reset(&h->arena);
    return known && !empty ? is : fhir_rules[rule].r4;
}

static void hold_node(struct holding *h, uint32_t i, fhir_type_id type)
{
    for (; type; type = fhir_types[type].base) {
        const struct fhir_type *t = &fhir_types[type];
        for (uint16_t k = 0; k < t->rule_count; k++)
            if (!holds(h, (uint16_t)(t->rule_first + k), i))
                issue_add_rule(h->list, i, &fhir_rules[t->rule_first + k]);
    }
}

/* The resource at i and what is in it. Those in it are each a %resource of its own; one that is contained has
 * the %rootResource of its container (R4 2.9.2). */
static void hold_resource(struct holding *h, uint32_t i, fhir_type_id type)
{
    const struct json_doc *doc = h->ctx.doc;
    const struct path_context outer = h->ctx;
    h->ctx.resource = i;
    if (fhir_elems[doc->nodes[i].elem].name != FHIR_NAME_contained || i == h->list->root)
        h->ctx.root_resource = i;
    hold_node(h, i, type);
    for (uint32_t n = i + 1; n < doc->nodes[i].end; n++) {
        const struct json_node *node = &doc->nodes[n];
        fhir_type_id of = fhir_elems[node->elem].type;
        if (!node->elem || node->kind != JSON_OBJECT)
            continue;
        if (fhir_types[of].kind == FHIR_RESOURCE) {
            hold_resource(h, n, fhir_resource_type(doc, n));
            n = node->end - 1;
        } else if (!fhir_types[of].prim) {
            hold_node(h, n, of);
        }
    }
    h->ctx = outer;
}

void rules_hold(struct issue_list *l, uint32_t i, fhir_type_id type)
{
    struct holding h = {.list = l, .ctx = {.doc = l->doc, .resource = i, .root_resource = i}};
    h.ctx.work = &h.work;
    pthread_once(&once, compile_all);
    arena_init(&h.arena);
    hold_resource(&h, i, type);
    arena_release(&h.arena);
}
