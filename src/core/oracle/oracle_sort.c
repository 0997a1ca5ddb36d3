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

/* Tokens go by their code, references by "Type/id" or what they say, a canonical's version with it. */
static bool key_of(struct oracle *o, struct oracle_atom *a)
{
    if (a->type == FHIR_SEARCH_TOKEN || (a->type == FHIR_SEARCH_REFERENCE && a->identifier))
        a->text = a->code.n ? a->code : a->system;
    else if (a->type == FHIR_SEARCH_REFERENCE && a->target)
        a->text = arena_printf(&o->arena, "%s/%.*s", fhir_types[a->target].name, STR_ARG(a->id));
    else if (a->type == FHIR_SEARCH_REFERENCE && a->version.n)
        a->text = arena_printf(&o->arena, "%.*s|%.*s", STR_ARG(a->text), STR_ARG(a->version));
    return a->type != FHIR_SEARCH_STRING || a->folded.n;
}

/* The best value found so far, by one key. */
struct best {
    bool descending, found;
    struct oracle_atom atom;
};

static void offer(struct oracle *o, struct best *b, struct oracle_atom a)
{
    if (!key_of(o, &a))
        return;
    int c = b->found ? atom_cmp(&a, &b->atom) : 0;
    if (!b->found || (b->descending ? c > 0 : c < 0))
        b->atom = a;
    b->found = true;
}

/* All values of resource i by name, which may be a chain. */
static void values(struct oracle *o, size_t i, struct str name, struct best *b)
{
    struct str rest = name, head, code;
    str_split(&rest, '.', &head);
    struct str type = head;
    str_split(&type, ':', &code);
    if (!rest.p && str_is(code, "_lastUpdated")) {
        int64_t at = o->resource[i].updated_ms;
        offer(o, b, (struct oracle_atom){.type = FHIR_SEARCH_DATE, .low_ms = at, .high_ms = at + 1});
        return;
    }
    struct oracle_param *p = oracle_param_find(o, o->resource[i].type, code);
    struct oracle_values *v = p ? oracle_value_get(o, i, p) : NULL;
    for (size_t k = 0; v && !rest.p && k < v->atoms.count; k++)
        offer(o, b, v->atoms.item[k]);
    for (size_t k = 0; v && rest.p && k < v->atoms.count; k++) {
        const struct oracle_atom *a = &v->atoms.item[k];
        size_t j = a->target ? oracle_find(o, a->target, a->id) : SIZE_MAX;
        if (j != SIZE_MAX && !o->gone[j] && (!type.n || fhir_resource_find(type) == a->target))
            values(o, j, rest, b);
    }
}

static struct best best_of(struct oracle *o, struct str key, size_t i)
{
    struct best b = {.descending = str_starts(key, STR("-"))};
    values(o, i, str_sub(key, b.descending, key.n), &b);
    return b;
}

/* Below 0: i comes first by this key. */
static int key_cmp(struct oracle *o, struct str key, size_t i, size_t j)
{
    struct best a = best_of(o, key, i), b = best_of(o, key, j);
    if (!a.found || !b.found)
        return b.found - a.found;
    int c = atom_cmp(&a.atom, &b.atom);
    return a.descending ? -c : c;
}

bool oracle_sort_right(struct oracle *o, struct str keys, size_t i, size_t j)
{
    struct str key;
    while (str_split(&keys, ',', &key)) {
        int c = key_cmp(o, key, i, j);
        if (c != 0)
            return c < 0;
    }
    return true;
}
