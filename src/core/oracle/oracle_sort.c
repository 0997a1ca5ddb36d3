/* SPDX-License-Identifier: Apache-2.0
 * What resources are sorted by (R4 3.1.1.5.1): of several values the least, the greatest when descending;
 * those without a value come last either way. */
#include "base/os.h"
#include "oracle/oracle_int.h"

enum { SORT_BYTES = 200 }; /* what texts are compared by: search/README.md */

static int text_cmp(struct str a, struct str b)
{
    return str_cmp(str_sub(a, 0, SORT_BYTES), str_sub(b, 0, SORT_BYTES));
}

/* The order of two values of one parameter. */
static int atom_cmp(const struct oracle_atom *a, const struct oracle_atom *b)
{
    switch (a->type) {
    case FHIR_SEARCH_DATE:
        return a->low_ms < b->low_ms ? -1 : a->low_ms > b->low_ms;
    case FHIR_SEARCH_NUMBER:
    case FHIR_SEARCH_QUANTITY:
        if (a->range.low_none || b->range.low_none)
            return b->range.low_none - a->range.low_none;
        return dec_cmp(a->range.low, b->range.low);
    case FHIR_SEARCH_STRING:
        return text_cmp(a->folded, b->folded);
    default:
        return text_cmp(a->text, b->text);
    }
}

/* Tokens go by their code, references by "Type/id" or their URL. */
static bool key_of(struct oracle *o, struct oracle_atom *a)
{
    if (a->type == FHIR_SEARCH_TOKEN || (a->type == FHIR_SEARCH_REFERENCE && a->identifier))
        a->text = a->code.n ? a->code : a->system;
    else if (a->type == FHIR_SEARCH_REFERENCE && a->target)
        a->text = arena_printf(&o->arena, "%s/%.*s", fhir_types[a->target].name, STR_ARG(a->id));
    return a->type != FHIR_SEARCH_STRING || a->folded.n;
}

/* The value that resource i is sorted by; false when it has none. */
static bool best(struct oracle *o, size_t i, struct str name, bool descending, struct oracle_atom *out)
{
    struct oracle_param *p = oracle_param_find(o, o->resource[i].type, name);
    struct oracle_values *v = p ? oracle_value_get(o, i, p) : NULL;
    bool found = false;
    for (size_t k = 0; v && k < v->atoms.count; k++) {
        struct oracle_atom a = v->atoms.item[k];
        if (!key_of(o, &a))
            continue;
        int c = found ? atom_cmp(&a, out) : 0;
        if (!found || (descending ? c > 0 : c < 0))
            *out = a;
        found = true;
    }
    return found;
}

bool oracle_sort_right(struct oracle *o, struct str name, size_t i, size_t j)
{
    bool descending = str_starts(name, STR("-"));
    struct oracle_atom a, b;
    name = str_sub(name, descending, name.n);
    bool has_a = best(o, i, name, descending, &a), has_b = best(o, j, name, descending, &b);
    if (!has_a || !has_b)
        return has_a || !has_b;
    int c = atom_cmp(&a, &b);
    return descending ? c >= 0 : c <= 0;
}
