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
    m->any_case = q->any_case && index == STORE_TOKEN;
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

size_t value_place(struct str whole, struct str part)
{
    uintptr_t from = (uintptr_t)whole.p, at = (uintptr_t)part.p;
    size_t place = 1;
    if (!whole.p || !part.p || at < from || at > from + whole.n)
        return 0;
    for (size_t i = 0; i < at - from; i++)
        place += ((unsigned char)whole.p[i] & 0xC0) != 0x80;
    return place;
}

bool value_refuse(struct arena *arena, struct err *err, struct str name, struct str value, size_t place,
                  const char *sv, const char *en)
{
    struct str where = place ? arena_printf(arena, "position %zu: ", place) : STR("");
    struct str a = arena_printf(arena, " (%.*sväntade %s)", STR_ARG(where), sv);
    struct str b = arena_printf(arena, " (%.*sexpected %s)", STR_ARG(where), en);
    return err_set(err, ERR_SEARCH_VALUE, arena_cstr(arena, value), arena_cstr(arena, name), a.p, b.p, NULL);
}

bool value_expected(const struct query_of *q, struct str value, const char *sv, const char *en)
{
    size_t place = value_place(q->whole, value);
    if (q->at)
        place = place ? place + q->at - 1 : q->at;
    return value_refuse(q->arena, q->err, str_of(q->param->code), value, place, sv, en);
}

bool value_error(const struct query_of *q, struct str value)
{
    static const struct {
        const char *sv, *en;
    } expected[] = {
        [FHIR_SEARCH_NUMBER] = {"ett tal som 5.4", "a number such as 5.4"},
        [FHIR_SEARCH_DATE] = {"ett datum som 2026, 2026-11-21 eller 2026-11-21T10:30:00Z",
                              "a date such as 2026, 2026-11-21 or 2026-11-21T10:30:00Z"},
        [FHIR_SEARCH_STRING] = {"en text", "a text"},
        [FHIR_SEARCH_TOKEN] = {"kod, system|kod, |kod eller system|", "code, system|code, |code or system|"},
        [FHIR_SEARCH_REFERENCE] = {"ett id, Typ/id eller en URL", "an id, Type/id or a URL"},
        [FHIR_SEARCH_COMPOSITE] = {"delarnas värden med $ emellan", "the parts' values with $ between"},
        [FHIR_SEARCH_QUANTITY] = {"tal, tal|system|kod eller tal||enhet",
                                  "number, number|system|code or number||unit"},
        [FHIR_SEARCH_URI] = {"en URI", "a URI"},
        [FHIR_SEARCH_SPECIAL] = {"latitud|longitud|avstånd|enhet", "latitude|longitude|distance|unit"},
    };
    return value_expected(q, value, expected[q->param->type].sv, expected[q->param->type].en);
}
