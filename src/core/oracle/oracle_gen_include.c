/* SPDX-License-Identifier: Apache-2.0
 * _include and _revinclude along references that exist, and along some that do not. */
#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

enum { ARGS = 4, SAMPLE = 2 };

struct asked {
    struct oracle_gen *g;
    struct oracle_arg arg[ARGS];
    size_t count;
};

static void add(struct asked *a, const char *name, struct str value)
{
    a->arg[a->count++] = (struct oracle_arg){str_of(name), value};
}

static void send(struct asked *a, const char *label, fhir_type_id type)
{
    a->g->opt->emit(a->g->opt->arg, label, type, a->arg, a->count);
    a->count = 0;
}

static struct str directive(struct oracle_gen *g, fhir_type_id source, struct str code, fhir_type_id target)
{
    return arena_printf(&g->arena, "%s:%.*s%s%s", fhir_types[source].name, STR_ARG(code), target ? ":" : "",
                        target ? fhir_types[target].name : "");
}

/* A reference parameter of the type; NULL when it has none. */
static struct oracle_param *reference_of(struct oracle_gen *g, fhir_type_id type)
{
    struct oracle_type *t = &g->o->type[type];
    size_t from = oracle_gen_dice(g, (unsigned)t->param_count);
    for (size_t k = 0; k < t->param_count; k++) {
        struct oracle_param *p = &t->param[(from + k) % t->param_count];
        if (p->type == FHIR_SEARCH_REFERENCE)
            return p;
    }
    return NULL;
}

static void plain(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct asked k = {.g = g};
    struct str code = g->p->code;
    const struct oracle_param *other = reference_of(g, g->type);
    add(&k, "_include", directive(g, g->type, code, 0));
    send(&k, "_include", g->type);
    add(&k, "_include", directive(g, g->type, code, a->target));
    add(&k, "_sort", STR("-_id"));
    send(&k, "_include typed", g->type);
    add(&k, "_include", directive(g, g->type, code, FHIR_TYPE_Basic));
    send(&k, "_include of another type", g->type);
    add(&k, "_include", STR("*"));
    send(&k, "_include *", g->type);
    add(&k, "_include", directive(g, g->type, STR("*"), 0));
    send(&k, "_include Type:*", g->type);
    add(&k, "_include", directive(g, g->type, code, 0));
    add(&k, "_include", directive(g, g->type, other->code, 0));
    send(&k, "_include two", g->type);
    add(&k, "_revinclude", directive(g, g->type, code, 0));
    send(&k, "_revinclude", a->target);
    add(&k, "_revinclude", directive(g, g->type, code, a->target));
    add(&k, "_id", a->id);
    send(&k, "_revinclude typed", a->target);
    add(&k, "_revinclude", STR("*"));
    add(&k, "_id", a->id);
    send(&k, "_revinclude *", a->target);
    add(&k, "_revinclude", directive(g, g->type, STR("*"), 0));
    send(&k, "_revinclude Type:*", a->target);
}

/* From the included on: forwards, back, and both. */
static void iterated(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct asked k = {.g = g};
    const struct oracle_param *next = reference_of(g, a->target);
    if (!next)
        return;
    struct str first = directive(g, g->type, g->p->code, 0), then = directive(g, a->target, next->code, 0);
    add(&k, "_include", first);
    add(&k, "_include:iterate", then);
    send(&k, "_include :iterate", g->type);
    add(&k, "_include:iterate", first);
    add(&k, "_include:iterate", directive(g, a->target, STR("*"), 0));
    send(&k, "_include :iterate *", g->type);
    add(&k, "_include", first);
    add(&k, "_include", then);
    send(&k, "_include without :iterate", g->type);
    add(&k, "_include", first);
    add(&k, "_revinclude:iterate", first);
    send(&k, "_include and _revinclude:iterate", g->type);
    add(&k, "_revinclude", first);
    add(&k, "_include:iterate", directive(g, g->type, STR("*"), 0));
    send(&k, "_revinclude and _include:iterate", a->target);
}

void oracle_gen_includes(struct oracle_gen *g, const struct oracle_atom *a)
{
    struct asked k = {.g = g};
    if (g->p->type == FHIR_SEARCH_REFERENCE && a->target) {
        if (oracle_gen_some(g, SAMPLE))
            plain(g, a);
        if (oracle_gen_some(g, SAMPLE))
            iterated(g, a);
        return;
    }
    const struct oracle_param *p = reference_of(g, g->type);
    struct str value = oracle_gen_plain(g, g->p, a);
    if (!p || !value.p || !oracle_gen_some(g, 2 * SAMPLE))
        return;
    k.arg[k.count++] = (struct oracle_arg){g->p->code, value};
    add(&k, "_include", directive(g, g->type, p->code, 0));
    send(&k, "_include and a condition", g->type);
}
