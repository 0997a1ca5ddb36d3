/* SPDX-License-Identifier: Apache-2.0
 * A quantity has a row named "system|code"; one more named "|code" when the system is not UCUM and one named
 * "|unit" when the unit's text is not the code. So "5||mg" asks for "http://unitsofmeasure.org|mg" or "|mg",
 * and the usual UCUM quantity needs one row. */
#include <math.h>

#include "fhir_gen/names.h"
#include "search/search_int.h"

#define UCUM STR("http://unitsofmeasure.org")
#define CURRENCY STR("urn:iso:std:iso:4217")

/* The interval a comparator makes of a value. */
static void bounds(struct str comparator, double value, double *low, double *high)
{
    *low = *high = value;
    if (str_is(comparator, "<"))
        *low = -INFINITY, *high = nextafter(value, -INFINITY);
    else if (str_is(comparator, "<="))
        *low = -INFINITY;
    else if (str_is(comparator, ">"))
        *low = nextafter(value, INFINITY), *high = INFINITY;
    else if (str_is(comparator, ">="))
        *high = INFINITY;
}

static void put(const struct rows_to *to, struct str name, double low, double high)
{
    struct store_row *r = value_row(to, STORE_NUMBER);
    r->name = name;
    r->number_low = low;
    r->number_high = high;
}

static struct str join(struct arena *arena, struct str system, struct str code)
{
    char *to = arena_alloc(arena, system.n + code.n + 2);
    if (system.n)
        memcpy(to, system.p, system.n);
    to[system.n] = '|';
    if (code.n)
        memcpy(to + system.n + 1, code.p, code.n);
    to[system.n + 1 + code.n] = 0;
    return (struct str){to, system.n + 1 + code.n};
}

static void put_units(const struct rows_to *to, struct str system, struct str code, struct str unit,
                      double low, double high)
{
    struct str none = STR("");
    if (code.n == 0 && unit.n == 0)
        put(to, none, low, high);
    if (code.n)
        put(to, join(to->arena, system.p ? system : none, code), low, high);
    if (code.n && system.n && !str_eq(system, UCUM))
        put(to, join(to->arena, none, code), low, high);
    if (unit.n && !str_eq(unit, code))
        put(to, join(to->arena, none, unit), low, high);
}

static bool child_number(const struct path_value *v, uint16_t name, double *value)
{
    return number_value(value_text(v, name), value);
}

static void rows_quantity(const struct rows_to *to, const struct path_value *v)
{
    double value, low, high;
    if (!child_number(v, FHIR_NAME_value, &value))
        return;
    bounds(value_text(v, FHIR_NAME_comparator), value, &low, &high);
    put_units(to, value_text(v, FHIR_NAME_system), value_text(v, FHIR_NAME_code),
              value_text(v, FHIR_NAME_unit), low, high);
}

static void rows_money(const struct rows_to *to, const struct path_value *v)
{
    double value;
    if (child_number(v, FHIR_NAME_value, &value))
        put_units(to, CURRENCY, value_text(v, FHIR_NAME_currency), (struct str){NULL, 0}, value, value);
}

/* A Range is open where an end is absent; its unit is that of the end there is. */
static void rows_range(const struct rows_to *to, const struct path_value *v)
{
    uint32_t low_node = value_child(v, FHIR_NAME_low), high_node = value_child(v, FHIR_NAME_high);
    double low = -INFINITY, high = INFINITY, n;
    struct path_value ends[2], *unit = NULL;
    if (low_node != UINT32_MAX) {
        ends[0] = value_node(v, low_node);
        low = child_number(&ends[0], FHIR_NAME_value, &n) ? n : low;
        unit = &ends[0];
    }
    if (high_node != UINT32_MAX) {
        ends[1] = value_node(v, high_node);
        high = child_number(&ends[1], FHIR_NAME_value, &n) ? n : high;
        unit = unit ? unit : &ends[1];
    }
    if (unit)
        put_units(to, value_text(unit, FHIR_NAME_system), value_text(unit, FHIR_NAME_code),
                  value_text(unit, FHIR_NAME_unit), low, high);
}

static void rows(const struct rows_to *to, const struct path_value *v)
{
    if (v->kind != PATH_NODE)
        return;
    if (v->type == FHIR_TYPE_Range)
        rows_range(to, v);
    else if (v->type == FHIR_TYPE_Money)
        rows_money(to, v);
    else if (fhir_type_is(v->type, FHIR_TYPE_Quantity))
        rows_quantity(to, v);
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    struct str rest = value, number_text, system = {NULL, 0}, code = {NULL, 0};
    double number, low, high;
    value_split(&rest, '|', &number_text);
    bool bare = rest.p == NULL;
    if (!bare &&
        (!value_split(&rest, '|', &system) || !value_split(&rest, '|', &code) || rest.p || code.n == 0))
        return value_error(q, value);
    if (!number_parse(number_text, &number, &low, &high))
        return value_error(q, value);
    system = value_unescape(q->arena, system);
    code = value_unescape(q->arena, code);
    struct str names[2] = {join(q->arena, system, code), join(q->arena, UCUM, code)};
    for (int i = 0; i < (bare || system.n ? 1 : 2); i++) {
        struct store_match *m = value_match(q, STORE_NUMBER, out);
        m->any_name = bare;
        m->row.name = bare ? STR("") : names[i];
        number_compare(m, cmp, approx, number, low, high);
    }
    return true;
}

const struct search_kind quantity_kind = {
    .index = STORE_NUMBER,
    .modifiers = SEARCH_MOD_MISSING,
    .prefixes = true,
    .rows = rows,
    .match = match,
};
