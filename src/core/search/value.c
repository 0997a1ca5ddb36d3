/* SPDX-License-Identifier: Apache-2.0 */
#include "search/search_int.h"

uint32_t value_child(const struct path_value *v, uint16_t name)
{
    if (v->kind != PATH_NODE || v->doc->nodes[v->node].kind != JSON_OBJECT)
        return UINT32_MAX;
    return json_get(v->doc, v->node, name);
}

struct str value_text(const struct path_value *v, uint16_t name)
{
    uint32_t child = value_child(v, name);
    if (child == UINT32_MAX)
        return (struct str){NULL, 0};
    return json_text(v->doc, child);
}

struct str value_self(const struct path_value *v)
{
    if (v->kind == PATH_BOOLEAN)
        return v->boolean ? STR("true") : STR("false");
    if (v->kind != PATH_NODE)
        return v->text;
    const struct json_node *n = &v->doc->nodes[v->node];
    if (n->flags & JSON_F_UNDERSCORE)
        return (struct str){NULL, 0};
    if (n->kind == JSON_TRUE)
        return STR("true");
    if (n->kind == JSON_FALSE)
        return STR("false");
    return json_text(v->doc, v->node);
}

struct path_value value_node(const struct path_value *v, uint32_t node)
{
    const struct json_node *n = &v->doc->nodes[node];
    return (struct path_value){
        .kind = PATH_NODE, .type = fhir_elems[n->elem].type, .node = node, .doc = v->doc};
}

struct store_row *value_row(const struct rows_to *to, enum store_index index)
{
    static _Thread_local struct store_row spill;
    struct store_rows *out = to->out;
    spill = (struct store_row){.index = (uint8_t)index, .param = to->param};
    if (out->count >= SEARCH_ROWS_MAX) {
        *to->full = true;
        return &spill;
    }
    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 64;
        out->item = arena_grow(to->arena, out->item, out->cap, cap, sizeof *out->item);
        out->cap = cap;
    }
    out->item[out->count] = spill;
    return &out->item[out->count++];
}

struct store_match *value_match(const struct query_of *q, enum store_index index, struct matches *out)
{
    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 4;
        out->item = arena_grow(q->arena, out->item, out->cap, cap, sizeof *out->item);
        out->cap = cap;
    }
    struct store_match *m = &out->item[out->count++];
    *m = (struct store_match){.index = (uint8_t)index, .cmp = STORE_CMP_EQ};
    m->row.index = (uint8_t)index;
    m->row.param = q->param_id;
    return m;
}

bool value_split(struct str *rest, char sep, struct str *part)
{
    if (!rest->p)
        return false;
    for (size_t i = 0; i < rest->n; i++) {
        if (rest->p[i] == '\\') {
            i++;
        } else if (rest->p[i] == sep) {
            *part = str_sub(*rest, 0, i);
            *rest = str_sub(*rest, i + 1, rest->n);
            return true;
        }
    }
    *part = *rest;
    *rest = (struct str){NULL, 0};
    return true;
}

struct str value_unescape(struct arena *arena, struct str s)
{
    if (str_find(s, '\\', 0) == SIZE_MAX)
        return s;
    char *to = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n && strchr(",|$\\", s.p[i + 1]))
            i++;
        to[n++] = s.p[i];
    }
    return (struct str){to, n};
}

enum store_cmp value_prefix(struct str *value, bool *approx)
{
    static const struct {
        char text[3];
        enum store_cmp cmp;
    } prefixes[] = {
        {"eq", STORE_CMP_EQ}, {"ne", STORE_CMP_NE}, {"lt", STORE_CMP_LT},
        {"gt", STORE_CMP_GT}, {"le", STORE_CMP_LE}, {"ge", STORE_CMP_GE},
        {"sa", STORE_CMP_SA}, {"eb", STORE_CMP_EB}, {"ap", STORE_CMP_OVERLAP},
    };
    *approx = false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (!str_starts(*value, str_of(prefixes[i].text)))
            continue;
        *value = str_sub(*value, 2, value->n);
        *approx = prefixes[i].cmp == STORE_CMP_OVERLAP;
        return prefixes[i].cmp;
    }
    return STORE_CMP_EQ;
}

bool value_error(const struct query_of *q, struct str value)
{
    return err_set_str(q->err, ERR_SEARCH_VALUE, value, str_of(q->param->code));
}
