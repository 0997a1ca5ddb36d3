/* SPDX-License-Identifier: Apache-2.0
 * The modifiers of R4 3.1.1.4.5, and which search type takes which. */
#include "fhir_gen/names.h"
#include "search/search_int.h"

static const struct {
    const char *name;
    enum search_modifier modifier;
} modifiers[] = {
    {"missing", SEARCH_MOD_MISSING},
    {"exact", SEARCH_MOD_EXACT},
    {"contains", SEARCH_MOD_CONTAINS},
    {"not", SEARCH_MOD_NOT},
    {"text", SEARCH_MOD_TEXT},
    {"in", SEARCH_MOD_IN},
    {"not-in", SEARCH_MOD_NOT_IN},
    {"below", SEARCH_MOD_BELOW},
    {"above", SEARCH_MOD_ABOVE},
    {"of-type", SEARCH_MOD_OF_TYPE},
    {"identifier", SEARCH_MOD_IDENTIFIER},
};

enum { MODIFIER_COUNT = sizeof modifiers / sizeof modifiers[0] };

/* Only identifiers have a type of their own. */
static bool has_type(const struct query_of *q)
{
    struct path_yield y = extract_yield(q->s, q->param->base, q->param_id);
    for (uint16_t i = 0; i < y.count; i++)
        if (y.types[i] == FHIR_TYPE_Identifier)
            return true;
    return y.any;
}

static unsigned allowed(const struct query_of *q, const struct search_kind *kind)
{
    unsigned mods = kind->modifiers;
    return mods & SEARCH_MOD_OF_TYPE && !has_type(q) ? mods & ~(unsigned)SEARCH_MOD_OF_TYPE : mods;
}

static bool refuse(const struct query_of *q, unsigned mods, struct str text)
{
    struct str list = STR("");
    for (size_t i = 0; i < MODIFIER_COUNT; i++) {
        if (modifiers[i].modifier & mods)
            list = arena_printf(q->arena, "%.*s%s:%s", STR_ARG(list), list.n ? ", " : "", modifiers[i].name);
    }
    if (mods & SEARCH_MOD_TYPE)
        list = arena_printf(q->arena, "%.*s, :Patient …", STR_ARG(list));
    struct str sv = arena_printf(q->arena, " (där går %.*s)", STR_ARG(list));
    struct str en = arena_printf(q->arena, " (allowed there: %.*s)", STR_ARG(list));
    return err_set(q->err, ERR_SEARCH_MODIFIER, arena_cstr(q->arena, text), q->param->code, sv.p, en.p, NULL);
}

bool modifier_read(struct query_of *q, const struct search_kind *kind, struct str text)
{
    if (!text.p)
        return true;
    for (size_t i = 0; i < MODIFIER_COUNT; i++) {
        if (str_is(text, modifiers[i].name))
            q->modifier = modifiers[i].modifier;
    }
    if (q->modifier == SEARCH_MOD_NONE && (q->target = fhir_resource_find(text)) != 0)
        q->modifier = SEARCH_MOD_TYPE;
    unsigned mods = allowed(q, kind);
    return q->modifier & mods ? true : refuse(q, mods, text);
}
