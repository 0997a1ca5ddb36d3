/* SPDX-License-Identifier: Apache-2.0 */
#include "api/params.h"

#include "fhir_gen/names.h"

const struct params_value *params_find(const struct params *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_is(p->item[i].name, name))
            return &p->item[i];
    return NULL;
}

struct str params_text(const struct params *p, const char *name)
{
    const struct params_value *v = params_find(p, name);
    return v ? v->text : (struct str){0};
}

static const struct params_def *def_of(const struct params_def *defs, struct str name)
{
    for (; defs->name; defs++)
        if (str_is(name, defs->name) || defs->anything)
            return defs;
    return NULL;
}

/* Takes one in, unless the operation does not know it or has it already. */
static bool add(struct call *c, const struct params_def *defs, struct params *p, const struct params_value *v,
                struct err *err)
{
    const struct params_def *def = def_of(defs, v->name);
    if (!def && c->wants.lenient)
        return true;
    if (!def)
        return err_set_str(err, ERR_PARAM_UNKNOWN, v->name, str_of(c->route->operation));
    if (!def->many && !def->anything && params_find(p, def->name))
        return err_set_str(err, ERR_PARAM_REPEATED, v->name, STR(""));
    if (def->complex ? v->node == UINT32_MAX : !v->text.p && !def->anything)
        return err_set_str(err, ERR_PARAM_KIND, v->name, STR(""));
    if (p->count == PARAMS_MAX)
        return err_set_str(err, ERR_SEARCH_LIMIT, STR("parameter"), arena_printf(c->arena, "%d", PARAMS_MAX));
    p->item[p->count++] = *v;
    return true;
}

/* The value's own text, "true" and "false", or what a Reference refers to. */
static struct str text_of(const struct json_doc *doc, uint32_t node)
{
    switch (doc->nodes[node].kind) {
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    case JSON_OBJECT:
        return json_text(doc, json_get(doc, node, FHIR_NAME_reference));
    default:
        return json_text(doc, node);
    }
}

static bool add_part(struct call *c, const struct params_def *defs, struct params *p, uint32_t i,
                     struct err *err)
{
    struct params_value v = {.name = json_text(p->doc, json_get(p->doc, i, FHIR_NAME_name)),
                             .node = UINT32_MAX};
    uint32_t resource = json_get(p->doc, i, FHIR_NAME_resource);
    JSON_EACH(p->doc, i, m)
    {
        const struct json_node *n = &p->doc->nodes[m];
        if (n->key_len > 5 && memcmp(n->key, "value", 5) == 0)
            v.node = m;
    }
    if (resource != UINT32_MAX)
        v.node = resource;
    else if (v.node != UINT32_MAX)
        v.text = text_of(p->doc, v.node);
    else
        v.node = i; /* made of parts: the operation reads them */
    if (add(c, defs, p, &v, err))
        return true;
    struct buf path;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(p->doc, 0, i, &path);
    err_at(err, buf_get(&path));
    buf_release(&path);
    return false;
}

/* The parameters of a Parameters resource, or the body as the one that may be bare. */
static bool add_body(struct call *c, const struct params_def *defs, struct params *p, struct err *err)
{
    if (fhir_resource_type(p->doc, 0) != FHIR_TYPE_Parameters) {
        const struct params_def *bare = defs;
        while (bare->name && !bare->bare)
            bare++;
        if (!bare->name)
            return err_set(err, ERR_FHIR_TYPE_MISMATCH, fhir_types[fhir_resource_type(p->doc, 0)].name,
                           "Parameters", NULL);
        struct params_value v = {.name = str_of(bare->name)};
        return add(c, defs, p, &v, err);
    }
    uint32_t list = json_get(p->doc, 0, FHIR_NAME_parameter);
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(p->doc, list, i)
    {
        if (!add_part(c, defs, p, i, err))
            return false;
    }
    return true;
}

static bool read_body(struct call *c, const struct params_def *defs, struct params *p, struct err *err)
{
    struct check_issues *issues = arena_alloc(c->arena, sizeof(*issues));
    p->doc = ARENA_NEW(c->arena, struct json_doc);
    if (!issues || !p->doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!media_content(c, err) || !json_parse(c->arena, c->body, &fhir_names, p->doc, err))
        return false;
    if (p->doc->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    fhir_type_id type = fhir_type_tree(p->doc, 0);
    if (type && !check_resource(p->doc, 0, &type, issues)) {
        *err = issues->item[0];
        return false;
    }
    return type ? add_body(c, defs, p, err) : err_set(err, ERR_FHIR_TYPE_UNKNOWN, "resourceType", NULL);
}

bool params_read(struct call *c, const struct params_def *defs, struct params *out, struct err *err)
{
    *out = (struct params){.item = ARENA_ARRAY(c->arena, struct params_value, PARAMS_MAX)};
    if (!out->item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < c->param_count; i++) {
        struct params_value v = {c->params[i].name, c->params[i].value, UINT32_MAX};
        if (!add(c, defs, out, &v, err))
            return false;
    }
    if (str_is(c->method, "POST") && c->body.n && !read_body(c, defs, out, err))
        return false;
    for (; defs->name; defs++)
        if (defs->required && !params_find(out, defs->name))
            return err_set(err, ERR_PARAM_MISSING, defs->name, c->route->operation, NULL);
    return true;
}
