/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "view/view_int.h"

static const char *const kind_text[][2] = {
    [VIEW_M_STRING] = {"ska vara en text", "must be a string"},
    [VIEW_M_STRINGS] = {"ska vara en lista av texter", "must be an array of strings"},
    [VIEW_M_BOOLEAN] = {"ska vara true eller false", "must be true or false"},
    [VIEW_M_OBJECTS] = {"ska vara en lista av objekt", "must be an array of objects"},
};

uint32_t view_member(const struct view_make *m, uint32_t node, const char *name)
{
    return json_get_key(m->doc, node, str_of(name));
}

struct str view_member_text(const struct view_make *m, uint32_t node, const char *name)
{
    return json_text(m->doc, view_member(m, node, name));
}

size_t view_member_count(const struct view_make *m, uint32_t node, const char *name)
{
    uint32_t list = view_member(m, node, name);
    return list == UINT32_MAX ? 0 : m->doc->nodes[list].len;
}

struct str view_member_path(const struct view_make *m, uint32_t node)
{
    struct buf b;
    buf_init(&b, ERR_PATH_MAX);
    fhir_node_path(m->doc, m->root, node, &b);
    struct str s = buf_get(&b), rest;
    size_t dot = str_find(s, '.', 0);
    rest = dot == SIZE_MAX ? STR("") : str_sub(s, dot, s.n);
    s = arena_printf(m->arena, "ViewDefinition%.*s", STR_ARG(rest));
    buf_release(&b);
    return s;
}

bool view_member_fail(const struct view_make *m, uint32_t node, const char *sv, const char *en)
{
    err_set(m->err, ERR_VIEW_INVALID, sv, en, NULL);
    err_at(m->err, view_member_path(m, node));
    return false;
}

bool view_member_fail_on(const struct view_make *m, uint32_t node, const char *sv, const char *en,
                         struct str what)
{
    char text[2][ERR_ARG_MAX];
    const char *const format[2] = {sv, en};
    int n = (int)(what.n < 80 ? what.n : 80);
    for (size_t i = 0; i < 2; i++) {
        const char *mark = strstr(format[i], "{}");
        int before = mark ? (int)(mark - format[i]) : (int)strlen(format[i]);
        snprintf(text[i], ERR_ARG_MAX, "%.*s%.*s%s", before, format[i], n, what.p ? what.p : "",
                 mark ? mark + 2 : "");
    }
    return view_member_fail(m, node, text[0], text[1]);
}

static bool all_children(const struct view_make *m, uint32_t node, enum json_kind kind)
{
    if (m->doc->nodes[node].kind != JSON_ARRAY)
        return false;
    JSON_EACH(m->doc, node, c)
    if (m->doc->nodes[c].kind != kind)
        return false;
    return true;
}

static bool is_kind(const struct view_make *m, uint32_t node, uint8_t kind)
{
    uint8_t k = m->doc->nodes[node].kind;
    switch (kind) {
    case VIEW_M_STRING:
        return k == JSON_STRING;
    case VIEW_M_BOOLEAN:
        return k == JSON_TRUE || k == JSON_FALSE;
    case VIEW_M_STRINGS:
        return all_children(m, node, JSON_STRING);
    case VIEW_M_OBJECTS:
        return all_children(m, node, JSON_OBJECT);
    default:
        return true;
    }
}

/* In every element: FHIR's id and extensions; a modifier extension could change the meaning, so it is
 * refused. */
static bool in_every_element(struct str key)
{
    return str_is(key, "id") || str_is(key, "extension") || str_is(key, "fhir_comments");
}

bool view_member_check(const struct view_make *m, uint32_t node, const struct view_member *table)
{
    if (m->doc->nodes[node].kind != JSON_OBJECT)
        return view_member_fail(m, node, "ska vara ett objekt", "must be an object");
    JSON_EACH(m->doc, node, c)
    {
        struct str key = {m->doc->nodes[c].key, m->doc->nodes[c].key_len};
        const struct view_member *t = table;
        if (key.n && key.p[0] == '_') /* extensions of a primitive */
            key = str_sub(key, 1, key.n);
        while (t->name && !str_is(key, t->name))
            t++;
        if (!t->name && !in_every_element(key))
            return view_member_fail_on(m, c, "okänt element {}", "unknown element {}", key);
        if (t->name && m->doc->nodes[c].key[0] != '_' && !is_kind(m, c, t->kind))
            return view_member_fail(m, c, kind_text[t->kind][0], kind_text[t->kind][1]);
    }
    for (const struct view_member *t = table; t->name; t++)
        if (t->required && view_member(m, node, t->name) == UINT32_MAX)
            return view_member_fail_on(m, node, "{} saknas", "{} is missing", str_of(t->name));
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool view_member_name(const struct view_make *m, uint32_t node)
{
    struct str s = json_text(m->doc, node);
    bool ok = s.n > 0 && s.n <= VIEW_NAME_MAX && is_letter(s.p[0]);
    for (size_t i = 1; ok && i < s.n; i++)
        ok = is_letter(s.p[i]) || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
    return ok ||
           view_member_fail_on(m, node, "namnet {} ska börja med en bokstav a–z och ha bara a–z, 0–9 och _",
                               "the name {} must begin with a letter and have only a-z, 0-9 and _", s);
}

bool view_member_expr(const struct view_make *m, uint32_t node, const struct path_yield *focus,
                      struct view_expr *out)
{
    struct path_options opt = {.strict = true,
                               .view = true,
                               .focus = focus,
                               .variables = m->view->variables,
                               .variable_count = m->view->variable_count};
    out->at = view_member_path(m, node);
    out->path = path_compile_with(m->arena, json_text(m->doc, node), 0, &opt, m->err);
    if (!out->path)
        err_at(m->err, out->at);
    return out->path != NULL;
}
