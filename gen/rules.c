/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <stdlib.h>

#include "fail.h"

/* Between the Swedish and the English of a text that people read. */
#define BETWEEN " / "

static void rule_add(struct tables *t, const struct source_resource *r, uint32_t node, const char *path)
{
    const struct source *s = &t->source;
    const char *human = source_need(s, r->doc, node, "human", path);
    const char *en = strstr(human, BETWEEN);
    if (strcmp(source_need(s, r->doc, node, "severity", path), "error") != 0)
        fail_at(path, "only constraints of severity error are held");
    if (!en || en == human || !en[sizeof BETWEEN - 1])
        fail_at(path, "the text of a constraint is Swedish" BETWEEN "English");
    if (t->rule_count == TABLES_RULES_MAX)
        fail_at(path, "more than %d constraints", TABLES_RULES_MAX);
    struct tables_rule *rule = &t->rule[t->rule_count];
    *rule = (struct tables_rule){.type = tables_type_need(t, path, r->url),
                                 .order = t->rule_count++,
                                 .key = source_need(s, r->doc, node, "key", path),
                                 .sv = arena_cstr(s->arena, (struct str){human, (size_t)(en - human)}),
                                 .en = en + sizeof BETWEEN - 1,
                                 .expression = source_need(s, r->doc, node, "expression", path)};
    /* A check depends on nothing but what is checked. */
    if (strstr(rule->expression, "now()") || strstr(rule->expression, "today()"))
        fail_at(path, "%s asks for the time", rule->key);
    for (uint32_t i = 1; i < t->rule_count - 1; i++)
        if (strcmp(t->rule[i].key, rule->key) == 0)
            fail_at(path, "%s is the key of two constraints", rule->key);
}

void rules_read(struct tables *t, const struct source_resource *r, uint32_t list)
{
    JSON_EACH(r->doc, list, e)
    {
        uint32_t constraints = source_child(r->doc, e, "constraint");
        if (constraints == UINT32_MAX)
            continue;
        const char *path = source_need(&t->source, r->doc, e, "path", r->url);
        if (!tables_type_find(t, path))
            fail_at(path, "constraints stand on the resource or on elements with children");
        JSON_EACH(r->doc, constraints, c)
        {
            rule_add(t, r, c, path);
        }
    }
}

static int by_type(const void *a, const void *b)
{
    const struct tables_rule *x = a, *y = b;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void rules_group(struct tables *t)
{
    qsort(t->rule + 1, t->rule_count - 1, sizeof *t->rule, by_type);
    for (uint32_t i = 1; i < t->rule_count; i++) {
        struct tables_type *type = &t->type[t->rule[i].type];
        if (!type->rule_count++)
            type->rule_first = i;
        if (type->rule_count > TABLES_RULES_PER_TYPE_MAX)
            fail_at(type->name, "more than %d constraints", TABLES_RULES_PER_TYPE_MAX);
    }
}
