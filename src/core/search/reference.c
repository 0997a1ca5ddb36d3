/* SPDX-License-Identifier: Apache-2.0
 * References to resources of this store have rows by type and id; all others, canonicals too, by their URL. A
 * logical reference (Reference.identifier) has a token row of the same parameter: the two indexes never mix.
 */
#include "fhir_gen/names.h"
#include "search/search_int.h"

enum { FEW_TARGETS = 40 };

static bool is_id(struct str s)
{
    if (s.n == 0 || s.n > 64)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '.'))
            return false;
    }
    return true;
}

bool reference_local(struct str text, fhir_type_id *type, struct str *id)
{
    size_t slash = str_find(text, '/', 0);
    if (slash == SIZE_MAX || slash == 0 || text.p[0] < 'A' || text.p[0] > 'Z')
        return false;
    struct str tail = str_sub(text, slash + 1, text.n);
    size_t end = str_find(tail, '/', 0);
    if (end != SIZE_MAX && !str_starts(str_sub(tail, end, tail.n), STR("/_history/")))
        return false;
    *id = str_sub(tail, 0, end == SIZE_MAX ? tail.n : end);
    *type = is_id(*id) ? fhir_resource_find(str_sub(text, 0, slash)) : 0;
    return *type != 0;
}

static void put_text(const struct rows_to *to, struct str text)
{
    fhir_type_id type;
    struct str id;
    if (text.n == 0 || text.p[0] == '#')
        return;
    struct store_row *r = value_row(to, STORE_REFERENCE);
    if (reference_local(text, &type, &id)) {
        r->target_type = type;
        r->text = id;
        return;
    }
    r->name = text;
    /* A canonical with version is found without it too. */
    size_t bar = str_find(text, '|', 0);
    if (bar != SIZE_MAX && bar > 0)
        value_row(to, STORE_REFERENCE)->name = str_sub(text, 0, bar);
}

static void rows_reference(const struct rows_to *to, const struct path_value *v)
{
    put_text(to, value_text(v, FHIR_NAME_reference));
    uint32_t identifier = value_child(v, FHIR_NAME_identifier);
    if (identifier == UINT32_MAX)
        return;
    struct path_value inner = value_node(v, identifier);
    token_rows_identifier(to, &inner);
}

static bool is_target(const struct rows_to *to, fhir_type_id type)
{
    uint16_t count;
    const fhir_type_id *target = search_targets(to->s, to->param, &count);
    for (uint16_t i = 0; i < count; i++) {
        if (target[i] == type)
            return true;
    }
    return count == 0;
}

/* A resource standing where a reference is expected: the composition that a document begins with, and not
 * what another Bundle does. */
static void rows_resource(const struct rows_to *to, const struct path_value *v)
{
    fhir_type_id type = fhir_resource_type(v->doc, v->node);
    struct str id = value_text(v, FHIR_NAME_id);
    if (!type || !is_id(id) || !is_target(to, type))
        return;
    struct store_row *r = value_row(to, STORE_REFERENCE);
    r->target_type = type;
    r->text = id;
}

static void rows(const struct rows_to *to, const struct path_value *v)
{
    if (v->kind == PATH_NODE && v->type == FHIR_TYPE_Reference)
        rows_reference(to, v);
    else if (v->kind == PATH_NODE && fhir_types[v->type].kind == FHIR_RESOURCE)
        rows_resource(to, v);
    else
        put_text(to, value_self(v));
}

static void match_type(const struct query_of *q, fhir_type_id type, struct str id, struct matches *out)
{
    struct store_match *m = value_match(q, STORE_REFERENCE, out);
    m->row.target_type = type;
    m->row.text = id;
}

static bool is_concrete(fhir_type_id t)
{
    return fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract;
}

/* An id alone: in any type that the parameter may point at. R4 lets `patient` point at groups too, but its
 * expression takes patients only. */
static void match_id(const struct query_of *q, struct str id, struct matches *out)
{
    const struct fhir_param *p = q->param;
    if (strcmp(p->code, "patient") == 0) {
        match_type(q, FHIR_TYPE_Patient, id, out);
        return;
    }
    /* Parameters that may point at anything hold canonicals too, and those need not look like URLs. */
    uint16_t count;
    const fhir_type_id *target = search_targets(q->s, q->param_id, &count);
    if (count == 0 || count > FEW_TARGETS)
        value_match(q, STORE_REFERENCE, out)->row.name = id;
    bool any = true;
    for (uint16_t i = 0; i < count; i++) {
        fhir_type_id type = target[i];
        if (!is_concrete(type))
            continue;
        match_type(q, type, id, out);
        any = false;
    }
    for (fhir_type_id t = 1; any && t < fhir_type_count; t++) {
        if (is_concrete(t))
            match_type(q, t, id, out);
    }
}

static bool match_typed(const struct query_of *q, struct str text, struct matches *out)
{
    fhir_type_id type;
    struct str id;
    if (reference_local(text, &type, &id)) {
        if (type != q->target)
            return value_error(q, text);
    } else {
        id = text;
    }
    if (!is_id(id))
        return value_error(q, text);
    match_type(q, q->target, id, out);
    return true;
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    (void)cmp;
    (void)approx;
    if (q->modifier == SEARCH_MOD_IDENTIFIER)
        return token_match_text(q, value, out);
    struct str text = value_unescape(q->arena, value), id;
    fhir_type_id type;
    if (q->modifier == SEARCH_MOD_TYPE)
        return match_typed(q, text, out);
    if (reference_local(text, &type, &id)) {
        match_type(q, type, id, out);
        return true;
    }
    if (is_id(text)) {
        match_id(q, text, out);
        return true;
    }
    if (text.n == 0 || str_find(text, ':', 0) == SIZE_MAX)
        return value_error(q, value);
    value_match(q, STORE_REFERENCE, out)->row.name = text;
    return true;
}

const struct search_kind reference_kind = {
    .index = STORE_REFERENCE,
    .modifiers = SEARCH_MOD_MISSING | SEARCH_MOD_TEXT | SEARCH_MOD_IDENTIFIER | SEARCH_MOD_TYPE |
                 SEARCH_MOD_BELOW | SEARCH_MOD_ABOVE,
    .rows = rows,
    .match = match,
};
