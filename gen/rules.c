/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <stdlib.h>

#include "fail.h"

/* Between the Swedish and the English of a text that people read. */
#define BETWEEN " / "

/* The row to fill, with what does not depend on whose it is. */
static struct tables_rule *rule_next(struct tables *t, const struct source_resource *r, uint32_t node,
                                     const char *path, bool r4)
{
    const struct source *s = &t->source;
    if (strcmp(source_need(s, r->doc, node, "severity", path), "error") != 0)
        fail_at(path, "only constraints of severity error are held");
    if (t->rule_count == TABLES_RULES_MAX)
        fail_at(path, "more than %d constraints", TABLES_RULES_MAX);
    struct tables_rule *rule = &t->rule[t->rule_count];
    *rule = (struct tables_rule){.type = tables_type_need(t, path, r->url),
                                 .r4 = r4,
                                 .order = t->rule_count++,
                                 .key = source_need(s, r->doc, node, "key", path),
                                 .expression = source_need(s, r->doc, node, "expression", path)};
    /* A check depends on nothing but what is checked. */
    if (strstr(rule->expression, "now()") || strstr(rule->expression, "today()"))
        fail_at(path, "%s asks for the time", rule->key);
    for (uint32_t i = 1; i < t->rule_count - 1; i++)
        if (t->rule[i].r4 == r4 && strcmp(t->rule[i].key, rule->key) == 0)
            fail_at(path, "%s is the key of two constraints", rule->key);
    return rule;
}

static void rule_own(struct tables *t, const struct source_resource *r, uint32_t node, const char *path)
{
    const char *human = source_need(&t->source, r->doc, node, "human", path);
    const char *en = strstr(human, BETWEEN);
    if (!en || en == human || !en[sizeof BETWEEN - 1])
        fail_at(path, "the text of a constraint is Swedish" BETWEEN "English");
    struct tables_rule *rule = rule_next(t, r, node, path, false);
    rule->sv = arena_cstr(t->source.arena, (struct str){human, (size_t)(en - human)});
    rule->en = en + sizeof BETWEEN - 1;
}

/* R4 repeats a type's constraints in the snapshots of what is made from it, and on elements of that type: its
 * own are those it is the source of, on the type itself. */
static void rule_r4(struct tables *t, const struct source_resource *r, uint32_t node, const char *path)
{
    const struct source *s = &t->source;
    const char *key = source_need(s, r->doc, node, "key", path);
    const char *from = source_get(s, r->doc, node, "source");
    if (!tables_type_find(t, path))
        return;
    for (uint32_t i = 0; i < t->said_count; i++) {
        if (strcmp(t->said[i].key, key) != 0 || (from ? strcmp(from, r->url) != 0 : t->said[i].met))
            continue;
        struct tables_rule *rule = rule_next(t, r, node, path, true);
        rule->sv = t->said[i].sv;
        rule->en = t->said[i].en ? t->said[i].en : source_need(s, r->doc, node, "human", path);
        t->said[i].met = true;
        return;
    }
}

void rules_said(struct tables *t, const char *own_dir)
{
    struct source *s = &t->source;
    const char *path = arena_printf(s->arena, "%s/constraints/r4.json", own_dir).p;
    const struct json_doc *doc = source_file(s, path);
    uint32_t list = doc ? source_child(doc, 0, "constraint") : UINT32_MAX;
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, i)
    {
        if (t->said_count == TABLES_SAID_MAX)
            fail_at(path, "more than %d constraints", TABLES_SAID_MAX);
        t->said[t->said_count++] = (struct tables_said){.key = source_need(s, doc, i, "key", path),
                                                        .sv = source_need(s, doc, i, "sv", path),
                                                        .en = source_get(s, doc, i, "en")};
    }
}

void rules_read(struct tables *t, const struct source_resource *r, uint32_t list)
{
    bool styr =
        t->type[tables_type_need(t, source_need(&t->source, r->doc, r->node, "type", r->url), r->url)].styr;
    JSON_EACH(r->doc, list, e)
    {
        uint32_t constraints = source_child(r->doc, e, "constraint");
        if (constraints == UINT32_MAX)
            continue;
        const char *path = source_need(&t->source, r->doc, e, "path", r->url);
        if (styr && !tables_type_find(t, path))
            fail_at(path, "constraints stand on the resource or on elements with children");
        JSON_EACH(r->doc, constraints, c)
        {
            if (styr)
                rule_own(t, r, c, path);
            else
                rule_r4(t, r, c, path);
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
    for (uint32_t i = 0; i < t->said_count; i++)
        if (!t->said[i].met)
            fail_at(t->said[i].key, "R4 has no such constraint");
    qsort(t->rule + 1, t->rule_count - 1, sizeof *t->rule, by_type);
    for (uint32_t i = 1; i < t->rule_count; i++) {
        struct tables_type *type = &t->type[t->rule[i].type];
        if (!type->rule_count++)
            type->rule_first = i;
        if (type->rule_count > TABLES_RULES_PER_TYPE_MAX)
            fail_at(type->name, "more than %d constraints", TABLES_RULES_PER_TYPE_MAX);
    }
}
