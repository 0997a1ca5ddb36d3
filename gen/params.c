/* SPDX-License-Identifier: Apache-2.0 */
#include "params.h"

#include <ctype.h>
#include <stdlib.h>

#include "fail.h"

enum { TARGETS_MAX = 256 };

static const struct {
    const char *text, *name;
} search_types[] = {
    {"number", "FHIR_SEARCH_NUMBER"},       {"date", "FHIR_SEARCH_DATE"},
    {"string", "FHIR_SEARCH_STRING"},       {"token", "FHIR_SEARCH_TOKEN"},
    {"reference", "FHIR_SEARCH_REFERENCE"}, {"composite", "FHIR_SEARCH_COMPOSITE"},
    {"quantity", "FHIR_SEARCH_QUANTITY"},   {"uri", "FHIR_SEARCH_URI"},
    {"special", "FHIR_SEARCH_SPECIAL"},
};

/* Mistakes in R4's published expressions. */
static const struct {
    const char *wrong, *right;
} errata[] = {{"value.as(DateTime)", "value.as(dateTime)"}};

static const char *search_type(const char *text, const char *where)
{
    for (size_t i = 0; i < sizeof search_types / sizeof *search_types; i++)
        if (!strcmp(search_types[i].text, text))
            return search_types[i].name;
    fail_at(where, "unknown search type %s", text);
}

static const char *corrected(struct tables *t, const char *expression)
{
    for (size_t i = 0; i < sizeof errata / sizeof *errata; i++) {
        const char *at = strstr(expression, errata[i].wrong);
        if (at)
            return arena_printf(t->arena, "%.*s%s%s", (int)(at - expression), expression, errata[i].right,
                                at + strlen(errata[i].wrong))
                .p;
    }
    return expression;
}

/* Length of the first branch of a union: up to a '|' outside parentheses, brackets and quotes. */
static size_t branch_length(const char *p, const char *where)
{
    int depth = 0;
    char quote = 0;
    size_t i = 0;
    for (; p[i] && (p[i] != '|' || depth || quote); i++) {
        if (quote) {
            if (p[i] == '\\' && p[i + 1])
                i++;
            else if (p[i] == quote)
                quote = 0;
        } else if (p[i] == '\'' || p[i] == '`' || p[i] == '"') {
            quote = p[i];
        } else if (strchr("([{", p[i])) {
            depth++;
        } else if (strchr(")]}", p[i])) {
            depth--;
        }
    }
    if (depth || quote)
        fail_at(where, "cannot split '%s': unbalanced", p);
    return i;
}

static struct str trimmed(const char *p, size_t n)
{
    while (n && isspace((unsigned char)*p)) {
        p++;
        n--;
    }
    while (n && isspace((unsigned char)p[n - 1]))
        n--;
    return (struct str){p, n};
}

/* The identifier a branch begins with, past opening parentheses. */
static struct str head_of(struct str branch)
{
    size_t i = 0, from;
    while (i < branch.n && (branch.p[i] == '(' || branch.p[i] == ' '))
        i++;
    from = i;
    while (i < branch.n && (isalnum((unsigned char)branch.p[i]) || branch.p[i] == '_'))
        i++;
    return str_sub(branch, from, i);
}

/* Does the branch concern the base? A branch that begins with no type is relative to the one base there is.
 */
static bool branch_is(struct tables *t, struct str branch, const char *base, uint32_t base_count,
                      const char *where)
{
    struct str head = head_of(branch);
    if (!head.n)
        fail_at(where, "cannot tell the type of '%.*s'", STR_ARG(branch));
    if (isupper((unsigned char)head.p[0])) {
        tables_type_need(t, arena_cstr(t->arena, head), where);
        return str_is(head, base);
    }
    if (base_count != 1)
        fail_at(where, "'%.*s' does not say which type it is for", STR_ARG(branch));
    return true;
}

/* The branches of expression for one base, joined again. */
static const char *cut(struct tables *t, const char *expression, const char *base, uint32_t base_count,
                       const char *where)
{
    const char *out = "";
    for (const char *p = expression; *p;) {
        size_t n = branch_length(p, where);
        struct str branch = trimmed(p, n);
        if (branch_is(t, branch, base, base_count, where))
            out = arena_printf(t->arena, "%s%s%.*s", out, *out ? " | " : "", STR_ARG(branch)).p;
        p += n + (p[n] == '|');
    }
    if (!*out)
        fail_at(where, "no branch of '%s' is for %s", expression, base);
    return out;
}

static void read_targets(struct tables *t, const struct source_resource *r, struct tables_param *p)
{
    uint32_t list = source_child(r->doc, r->node, "target");
    if (list == UINT32_MAX)
        return;
    uint16_t types[TARGETS_MAX];
    uint32_t n = 0;
    JSON_EACH(r->doc, list, c)
    {
        const char *name = source_text(&t->source, r->doc, c);
        if (!strcmp(name, "Resource"))
            return;
        if (n == TARGETS_MAX)
            fail_at(r->url, "more than %d targets", TARGETS_MAX);
        types[n++] = tables_type_need(t, name, r->url);
    }
    if (n) {
        p->target_first = tables_targets(t, types, n);
        p->target_count = (uint16_t)n;
    }
}

static bool is_a(const struct tables *t, uint16_t type, uint16_t base)
{
    while (type && type != base)
        type = t->type[type].base;
    return type == base;
}

/* One row for each concrete resource type that is a base. */
static void add_base(struct tables *t, const struct tables_param *model, uint16_t base)
{
    for (uint32_t i = 1; i < t->type_count; i++) {
        if (t->type[i].kind != KIND_RESOURCE || t->type[i].abstract || !is_a(t, (uint16_t)i, base))
            continue;
        if (t->param_count == TABLES_PARAMS_MAX)
            fail_at(model->url, "more than %d search parameters", TABLES_PARAMS_MAX);
        t->param[t->param_count] = *model;
        t->param[t->param_count++].base = (uint16_t)i;
    }
}

static void read_param(struct tables *t, const struct source_resource *r)
{
    const struct source *s = &t->source;
    struct tables_param p = {.url = r->url, .source = r};
    p.code = source_need(s, r->doc, r->node, "code", r->url);
    p.type = search_type(source_need(s, r->doc, r->node, "type", r->url), r->url);
    read_targets(t, r, &p);
    const char *expression = source_get(s, r->doc, r->node, "expression");
    uint32_t bases = source_child(r->doc, r->node, "base");
    if (bases == UINT32_MAX)
        fail_at(r->url, "has no base");
    JSON_EACH(r->doc, bases, b)
    {
        const char *base = source_text(s, r->doc, b);
        uint16_t type = tables_type_need(t, base, r->url);
        p.expression =
            expression ? cut(t, corrected(t, expression), base, r->doc->nodes[bases].len, r->url) : "";
        add_base(t, &p, type);
    }
}

static int by_base_code(const void *a, const void *b)
{
    const struct tables_param *x = a, *y = b;
    if (x->base != y->base)
        return x->base < y->base ? -1 : 1;
    return strcmp(x->code, y->code);
}

static uint32_t find_url(const struct tables *t, uint16_t base, const char *url)
{
    const struct tables_type *type = &t->type[base];
    for (uint32_t i = type->param_first; i < type->param_first + type->param_count; i++)
        if (!strcmp(t->param[i].url, url))
            return i;
    return 0;
}

static uint32_t find_code(const struct tables *t, uint16_t base, const char *code)
{
    const struct tables_type *type = &t->type[base];
    for (uint32_t i = type->param_first; i < type->param_first + type->param_count; i++)
        if (!strcmp(t->param[i].code, code))
            return i;
    return 0;
}

static void read_components(struct tables *t, struct tables_param *p)
{
    const struct source_resource *r = p->source;
    uint32_t list = source_child(r->doc, r->node, "component");
    bool composite = !strcmp(p->type, "FHIR_SEARCH_COMPOSITE");
    if (composite != (list != UINT32_MAX))
        fail_at(p->url, "components and type do not agree");
    if (!composite)
        return;
    JSON_EACH(r->doc, list, c)
    {
        const char *definition = source_need(&t->source, r->doc, c, "definition", p->url);
        if (p->component_count == TABLES_COMPONENTS_MAX)
            fail_at(p->url, "more than %d components", TABLES_COMPONENTS_MAX);
        uint32_t i = p->component_count++;
        p->component[i].param = find_url(t, p->base, definition);
        if (!p->component[i].param)
            fail_at(p->url, "component %s is not defined for %s", definition, t->type[p->base].name);
        p->component[i].expression = corrected(t, source_need(&t->source, r->doc, c, "expression", p->url));
    }
}

void params_build(struct tables *t)
{
    t->param_count = 1;
    t->param[0] =
        (struct tables_param){.code = "", .url = "", .expression = "", .type = "FHIR_SEARCH_NUMBER"};
    for (uint32_t i = 0; i < t->source.count; i++)
        if (!t->source.list[i].gone && !strcmp(t->source.list[i].type, "SearchParameter"))
            read_param(t, &t->source.list[i]);
    qsort(t->param + 1, t->param_count - 1, sizeof *t->param, by_base_code);
    for (uint32_t i = 1; i < t->param_count; i++) {
        const struct tables_param *p = &t->param[i], *old = p - 1;
        if (p->base == old->base && !strcmp(p->code, old->code))
            fail_at(p->url, "%s already has %s from %s", t->type[p->base].name, p->code, old->url);
        struct tables_type *type = &t->type[p->base];
        if (!type->param_count++)
            type->param_first = i;
    }
    for (uint32_t i = 1; i < t->param_count; i++)
        read_components(t, &t->param[i]);
}

/* The parameters of one resource type that put it into a compartment. "{def}" is the compartment's own
 * resource. */
static void read_members(struct tables *t, const struct source_resource *r, uint32_t entry,
                         struct tables_compartment *c)
{
    const char *name = source_need(&t->source, r->doc, entry, "code", r->url);
    uint16_t base = tables_type_need(t, name, r->url);
    uint32_t list = source_child(r->doc, entry, "param");
    if (list == UINT32_MAX)
        return;
    JSON_EACH(r->doc, list, p)
    {
        const char *code = source_text(&t->source, r->doc, p);
        if (!strcmp(code, "{def}"))
            continue;
        uint32_t id = find_code(t, base, code);
        if (!id)
            fail_at(r->url, "%s has no search parameter %s", name, code);
        if (c->count == TABLES_COMPARTMENT_PARAMS_MAX)
            fail_at(r->url, "more than %d parameters", TABLES_COMPARTMENT_PARAMS_MAX);
        c->params[c->count++] = (uint16_t)id;
    }
}

void params_compartments(struct tables *t)
{
    for (uint32_t i = 0; i < t->source.count; i++) {
        const struct source_resource *r = &t->source.list[i];
        if (r->gone || strcmp(r->type, "CompartmentDefinition") != 0)
            continue;
        if (t->compartment_count == TABLES_COMPARTMENTS_MAX)
            fail_at(r->url, "more than %d compartments", TABLES_COMPARTMENTS_MAX);
        struct tables_compartment *c = &t->compartment[t->compartment_count++];
        c->type = tables_type_need(t, source_need(&t->source, r->doc, r->node, "code", r->url), r->url);
        uint32_t list = source_child(r->doc, r->node, "resource");
        if (list == UINT32_MAX)
            fail_at(r->url, "has no resource");
        JSON_EACH(r->doc, list, entry)
        {
            read_members(t, r, entry, c);
        }
    }
}
