/* SPDX-License-Identifier: Apache-2.0
 * FHIR values to atoms, one function for each search type (R4 3.1.1.4.7 to 3.1.1.4.13). */
#include <stdlib.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

struct value {
    struct oracle *o;
    const struct oracle_param *p;
    const struct json_doc *doc;
    struct path_value v;
    struct oracle_atoms *out;
};

static struct oracle_atom *push(struct value *c, uint8_t type)
{
    struct oracle_atoms *l = c->out;
    if (l->count == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 4;
        l->item = arena_grow(&c->o->arena, l->item, l->count, cap, sizeof *l->item);
        l->cap = cap;
    }
    struct oracle_atom *a = &l->item[l->count++];
    *a = (struct oracle_atom){.type = type,
                              .doc = c->doc,
                              .source = c->v.type,
                              .node = c->v.kind == PATH_NODE ? c->v.node : UINT32_MAX};
    return a;
}

static bool is(const struct value *c, fhir_type_id base)
{
    return c->v.kind == PATH_NODE && fhir_type_is(c->v.type, base);
}

static struct str member(const struct value *c, uint32_t i, uint16_t name)
{
    uint32_t m =
        i == UINT32_MAX || c->doc->nodes[i].kind != JSON_OBJECT ? UINT32_MAX : json_get(c->doc, i, name);
    return json_text(c->doc, m);
}

static uint32_t child(const struct value *c, uint32_t i, uint16_t name)
{
    return i == UINT32_MAX || c->doc->nodes[i].kind != JSON_OBJECT ? UINT32_MAX : json_get(c->doc, i, name);
}

/* ---- token ---- */

static void token(struct value *c, struct str system, struct str code)
{
    if (!system.p && !code.p)
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_TOKEN);
    a->system = system;
    a->code = code;
}

static void coding(struct value *c, uint32_t i)
{
    token(c, member(c, i, FHIR_NAME_system), member(c, i, FHIR_NAME_code));
}

static void of_token(struct value *c)
{
    uint32_t n = c->v.node, list;
    if (c->v.kind != PATH_NODE) {
        token(c, (struct str){NULL, 0},
              c->v.kind == PATH_BOOLEAN ? str_of(c->v.boolean ? "true" : "false") : path_value_text(&c->v));
    } else if (is(c, FHIR_TYPE_Coding)) {
        coding(c, n);
    } else if (is(c, FHIR_TYPE_CodeableConcept)) {
        if ((list = child(c, n, FHIR_NAME_coding)) != UINT32_MAX) {
            JSON_EACH(c->doc, list, k) coding(c, k);
        }
    } else if (is(c, FHIR_TYPE_Identifier) || is(c, FHIR_TYPE_ContactPoint)) {
        token(c, member(c, n, FHIR_NAME_system), member(c, n, FHIR_NAME_value));
    } else if (fhir_types[c->v.type].kind == FHIR_PRIMITIVE) {
        struct str text = path_value_text(&c->v);
        token(c, (struct str){NULL, 0}, text);
        if (text.p && c->v.type == FHIR_TYPE_code)
            c->out->item[c->out->count - 1].binding = fhir_elems[c->doc->nodes[n].elem].binding;
    }
}

/* ---- string ---- */

static void string(struct value *c, struct str s)
{
    if (!s.p)
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_STRING);
    a->text = s;
    a->folded = oracle_text_fold(&c->o->arena, s);
}

/* A member that is a string or a list of them. */
static void strings(struct value *c, uint16_t name)
{
    uint32_t i = child(c, c->v.node, name);
    if (i == UINT32_MAX)
        return;
    if (c->doc->nodes[i].kind != JSON_ARRAY) {
        string(c, json_text(c->doc, i));
        return;
    }
    JSON_EACH(c->doc, i, k) string(c, json_text(c->doc, k));
}

static void of_string(struct value *c)
{
    static const uint16_t name[] = {FHIR_NAME_family, FHIR_NAME_given, FHIR_NAME_prefix, FHIR_NAME_suffix,
                                    FHIR_NAME_text};
    static const uint16_t address[] = {FHIR_NAME_line,  FHIR_NAME_city,       FHIR_NAME_district,
                                       FHIR_NAME_state, FHIR_NAME_postalCode, FHIR_NAME_country,
                                       FHIR_NAME_text};
    if (is(c, FHIR_TYPE_HumanName)) {
        for (size_t i = 0; i < sizeof name / sizeof *name; i++)
            strings(c, name[i]);
    } else if (is(c, FHIR_TYPE_Address)) {
        for (size_t i = 0; i < sizeof address / sizeof *address; i++)
            strings(c, address[i]);
    } else if (c->v.kind != PATH_NODE || fhir_types[c->v.type].kind == FHIR_PRIMITIVE) {
        string(c, path_value_text(&c->v));
    }
}

/* ---- date ---- */

static void moment(struct value *c, struct str s)
{
    int64_t low, high;
    if (!s.p || !oracle_text_moment(s, &low, &high))
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_DATE);
    a->low_ms = low;
    a->high_ms = high;
}

/* The interval of a Period; an absent end is open. False when it has neither. */
static bool period(struct value *c, uint32_t i, int64_t *low, int64_t *high)
{
    struct str start = member(c, i, FHIR_NAME_start), end = member(c, i, FHIR_NAME_end);
    int64_t unused;
    *low = INT64_MIN;
    *high = INT64_MAX;
    if (start.p && !oracle_text_moment(start, low, &unused))
        return false;
    if (end.p && !oracle_text_moment(end, &unused, high))
        return false;
    return start.p || end.p;
}

/* Only the outer limits of a Timing matter: its events and the bounds of its repetition. */
static void timing(struct value *c)
{
    int64_t low = INT64_MAX, high = INT64_MIN, from, to;
    uint32_t events = child(c, c->v.node, FHIR_NAME_event);
    uint32_t repeat = child(c, c->v.node, FHIR_NAME_repeat);
    if (events != UINT32_MAX) {
        JSON_EACH(c->doc, events, e)
        {
            if (!oracle_text_moment(json_text(c->doc, e), &from, &to))
                continue;
            low = from < low ? from : low;
            high = to > high ? to : high;
        }
    }
    uint32_t bounds = child(c, repeat, FHIR_NAME_boundsPeriod);
    if (bounds != UINT32_MAX && period(c, bounds, &from, &to)) {
        low = from < low ? from : low;
        high = to > high ? to : high;
    }
    if (low >= high)
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_DATE);
    a->low_ms = low;
    a->high_ms = high;
}

static void of_date(struct value *c)
{
    int64_t low, high;
    if (is(c, FHIR_TYPE_Period)) {
        if (!period(c, c->v.node, &low, &high))
            return;
        struct oracle_atom *a = push(c, FHIR_SEARCH_DATE);
        a->low_ms = low;
        a->high_ms = high;
    } else if (is(c, FHIR_TYPE_Timing)) {
        timing(c);
    } else if (is(c, FHIR_TYPE_date) || is(c, FHIR_TYPE_dateTime) || is(c, FHIR_TYPE_instant) ||
               c->v.kind == PATH_DATE || c->v.kind == PATH_DATETIME) {
        moment(c, path_value_text(&c->v));
    }
}

/* ---- number and quantity ---- */

/* What 38 digits do not hold is nothing, or more than any of them (Observation/decimal). */
static bool decimal(struct str text, struct dec *out)
{
    if (!text.p || dec_parse(text, out))
        return text.p != NULL;
    bool small = str_find_str(text, STR("E-")) != SIZE_MAX || str_find_str(text, STR("e-")) != SIZE_MAX;
    return dec_parse(small ? STR("0") : str_starts(text, STR("-")) ? STR("-1e37") : STR("1e37"), out);
}

/* The ends of a Range; false when it has none. */
static bool range_of(struct value *c, uint32_t i, struct oracle_range *r)
{
    struct str low = member(c, child(c, i, FHIR_NAME_low), FHIR_NAME_value);
    struct str high = member(c, child(c, i, FHIR_NAME_high), FHIR_NAME_value);
    *r = (struct oracle_range){.low_none = !low.p, .high_none = !high.p};
    return (!low.p || dec_parse(low, &r->low)) && (!high.p || dec_parse(high, &r->high)) && (low.p || high.p);
}

static void of_number(struct value *c)
{
    struct oracle_range r = {.low_none = false};
    if (is(c, FHIR_TYPE_Range)) {
        if (range_of(c, c->v.node, &r))
            push(c, FHIR_SEARCH_NUMBER)->range = r;
    } else if (path_value_text(&c->v).p && dec_parse(path_value_text(&c->v), &r.low)) {
        r.high = r.low;
        push(c, FHIR_SEARCH_NUMBER)->range = r;
    }
}

/* A value with a comparator stands for all numbers it can mean. */
static void compared(struct oracle_range *r, struct str comparator)
{
    if (str_is(comparator, "<") || str_is(comparator, "<=")) {
        r->low_none = true;
        r->high_open = comparator.n == 1;
    } else if (str_is(comparator, ">") || str_is(comparator, ">=")) {
        r->high_none = true;
        r->low_open = comparator.n == 1;
    }
}

static void of_quantity(struct value *c)
{
    struct oracle_range r = {.low_none = false};
    uint32_t unit = c->v.node;
    if (is(c, FHIR_TYPE_Money)) {
        if (!decimal(member(c, unit, FHIR_NAME_value), &r.low))
            return;
        r.high = r.low;
        struct oracle_atom *a = push(c, FHIR_SEARCH_QUANTITY);
        a->range = r;
        a->system = STR("urn:iso:std:iso:4217");
        a->code = a->unit = member(c, unit, FHIR_NAME_currency);
        return;
    }
    if (is(c, FHIR_TYPE_Range)) {
        if (!range_of(c, unit, &r))
            return;
        unit = child(c, c->v.node, r.low_none ? FHIR_NAME_high : FHIR_NAME_low);
    } else if (is(c, FHIR_TYPE_Quantity)) {
        if (!decimal(member(c, unit, FHIR_NAME_value), &r.low))
            return;
        r.high = r.low;
        compared(&r, member(c, unit, FHIR_NAME_comparator));
    } else {
        return;
    }
    struct oracle_atom *a = push(c, FHIR_SEARCH_QUANTITY);
    a->range = r;
    a->system = member(c, unit, FHIR_NAME_system);
    a->code = member(c, unit, FHIR_NAME_code);
    a->unit = member(c, unit, FHIR_NAME_unit);
}

/* ---- reference and uri ---- */

static bool is_id(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z');
        if (!letter && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-' && s.p[i] != '.')
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

/* "Type/id" or "Type/id/_history/n". */
static bool relative(struct str s, fhir_type_id *type, struct str *id)
{
    size_t slash = str_find(s, '/', 0), next;
    if (slash == SIZE_MAX)
        return false;
    next = str_find(s, '/', slash + 1);
    *type = fhir_resource_find(str_sub(s, 0, slash));
    *id = str_sub(s, slash + 1, next == SIZE_MAX ? s.n : next);
    return *type && is_id(*id) && (next == SIZE_MAX || str_starts(str_sub(s, next, s.n), STR("/_history/")));
}

static void canonical(struct value *c, struct str s)
{
    size_t bar = str_find(s, '|', 0);
    struct oracle_atom *a = push(c, FHIR_SEARCH_REFERENCE);
    if (relative(s, &a->target, &a->id))
        return;
    a->text = str_sub(s, 0, bar == SIZE_MAX ? s.n : bar);
    if (bar != SIZE_MAX)
        a->version = str_sub(s, bar + 1, s.n);
}

/* A resource in a Bundle, where the parameter is for its type: the composition that a document begins with.
 */
static void of_resource(struct value *c)
{
    struct str id = member(c, c->v.node, FHIR_NAME_id);
    bool wanted = c->p->target_count == 0;
    for (size_t i = 0; i < c->p->target_count; i++)
        wanted = wanted || c->p->target[i] == c->v.type;
    if (!wanted || !is_id(id))
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_REFERENCE);
    a->target = c->v.type;
    a->id = id;
}

static void of_reference(struct value *c)
{
    if (c->v.kind == PATH_NODE && fhir_types[c->v.type].kind == FHIR_RESOURCE) {
        of_resource(c);
        return;
    }
    if (is(c, FHIR_TYPE_Reference)) {
        struct str s = member(c, c->v.node, FHIR_NAME_reference);
        uint32_t identifier = child(c, c->v.node, FHIR_NAME_identifier);
        if (s.p && s.n && s.p[0] != '#') {
            struct oracle_atom *a = push(c, FHIR_SEARCH_REFERENCE);
            if (!relative(s, &a->target, &a->id))
                a->text = s;
        }
        if (identifier != UINT32_MAX) {
            struct oracle_atom *a = push(c, FHIR_SEARCH_REFERENCE);
            a->identifier = true;
            a->system = member(c, identifier, FHIR_NAME_system);
            a->code = member(c, identifier, FHIR_NAME_value);
        }
    } else if (c->v.kind == PATH_NODE && fhir_types[c->v.type].kind == FHIR_PRIMITIVE) {
        struct str s = path_value_text(&c->v);
        if (s.p && s.n && s.p[0] != '#')
            canonical(c, s);
    }
}

static void of_uri(struct value *c)
{
    struct str s = path_value_text(&c->v);
    if (s.p)
        push(c, FHIR_SEARCH_URI)->text = s;
}

/* Location.position, which near asks for. */
static void of_position(struct value *c)
{
    struct str latitude = member(c, c->v.node, FHIR_NAME_latitude);
    struct str longitude = member(c, c->v.node, FHIR_NAME_longitude);
    if (c->v.kind != PATH_NODE || !latitude.p || !longitude.p)
        return;
    struct oracle_atom *a = push(c, FHIR_SEARCH_SPECIAL);
    a->latitude = strtod(arena_str(&c->o->arena, latitude).p, NULL);
    a->longitude = strtod(arena_str(&c->o->arena, longitude).p, NULL);
}

/* ---- a parameter in a resource ---- */

static void atoms_of(struct value *c, uint8_t type)
{
    switch (type) {
    case FHIR_SEARCH_TOKEN:
        of_token(c);
        break;
    case FHIR_SEARCH_STRING:
        of_string(c);
        break;
    case FHIR_SEARCH_DATE:
        of_date(c);
        break;
    case FHIR_SEARCH_NUMBER:
        of_number(c);
        break;
    case FHIR_SEARCH_QUANTITY:
        of_quantity(c);
        break;
    case FHIR_SEARCH_REFERENCE:
        of_reference(c);
        break;
    case FHIR_SEARCH_URI:
        of_uri(c);
        break;
    case FHIR_SEARCH_SPECIAL:
        of_position(c);
        break;
    default:
        break;
    }
}

/* A primitive has a value, anything else a member that is not an extension or an id. */
static bool has_value(const struct json_doc *doc, const struct path_value *v)
{
    if (v->kind != PATH_NODE)
        return true;
    if (doc->nodes[v->node].kind != JSON_OBJECT)
        return path_value_text(v).p != NULL;
    if (doc->nodes[v->node].flags & JSON_F_UNDERSCORE)
        return false;
    JSON_EACH(doc, v->node, m)
    {
        if (doc->nodes[m].name != FHIR_NAME_extension && doc->nodes[m].name != FHIR_NAME_id)
            return true;
    }
    return false;
}

static void eval(struct oracle *o, const struct oracle_resource *r, const struct path_expr *e, uint32_t focus,
                 struct path_list *out)
{
    struct path_context ctx = {.doc = r->doc, .now_ms = o->now_ms};
    struct err err = {0};
    if (!path_eval(e, &ctx, focus, &o->arena, out, &err))
        os_panic(err.arg[0]);
}

static const struct path_expr *compile(struct oracle *o, struct str text, fhir_type_id context)
{
    struct err err = {0};
    const struct path_expr *e = path_compile(&o->arena, text, context, &err);
    if (!e)
        os_panic(arena_printf(&o->arena, "%.*s: %s", STR_ARG(text), err.arg[0]).p);
    return e;
}

static void tuples_of(struct oracle *o, const struct oracle_resource *r, struct oracle_param *p,
                      const struct path_list *list, struct oracle_values *out)
{
    out->tuple = ARENA_ARRAY(&o->arena, struct oracle_tuple, list->count + 1);
    for (uint32_t i = 0; i < list->count; i++) {
        struct oracle_tuple *t = &out->tuple[out->tuple_count++];
        for (size_t k = 0; k < p->component_count; k++) {
            struct oracle_param *part = oracle_param_by_url(o, r->type, p->component[k].definition);
            struct path_list values = {0};
            if (!p->compiled_component[k])
                p->compiled_component[k] = compile(o, p->component[k].expression, 0);
            eval(o, r, p->compiled_component[k], list->item[i].node, &values);
            for (uint32_t n = 0; n < values.count && part; n++) {
                struct value c = {o, part, r->doc, values.item[n], &t->component[k]};
                atoms_of(&c, part->type);
            }
        }
    }
}

struct oracle_values *oracle_value_get(struct oracle *o, size_t resource, struct oracle_param *p)
{
    const struct oracle_resource *r = &o->resource[resource];
    struct oracle_type *t = &o->type[r->type];
    struct oracle_values *out = &o->values[resource][p - t->param];
    struct path_list list = {0};
    if (out->done)
        return out;
    out->done = true;
    if (!p->compiled)
        p->compiled = compile(o, p->expression, r->type);
    eval(o, r, p->compiled, 0, &list);
    for (uint32_t i = 0; i < list.count; i++) {
        struct value c = {o, p, r->doc, list.item[i], &out->atoms};
        out->present = out->present || has_value(r->doc, &list.item[i]);
        atoms_of(&c, p->type);
    }
    out->list = list;
    if (p->type == FHIR_SEARCH_COMPOSITE)
        tuples_of(o, r, p, &list, out);
    return out;
}
