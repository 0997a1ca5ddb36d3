/* SPDX-License-Identifier: Apache-2.0
 * A search over everything added: each resource against each parameter, chains and _has followed from it. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

bool oracle_fail(struct oracle_ask *k, const char *reason, struct str what)
{
    if (!k->failed)
        snprintf(k->why, ORACLE_WHY_MAX, "%s: %.*s", reason, STR_ARG(what));
    k->failed = true;
    return false;
}

struct oracle *oracle_new(const char *dir)
{
    struct oracle *o = os_alloc(sizeof *o);
    memset(o, 0, sizeof *o);
    arena_init(&o->arena);
    o->type = ARENA_ARRAY(&o->arena, struct oracle_type, fhir_type_count);
    if (!oracle_param_read(o, dir)) {
        oracle_free(o);
        return NULL;
    }
    return o;
}

void oracle_free(struct oracle *o)
{
    if (!o)
        return;
    arena_release(&o->arena);
    os_free(o);
}

void oracle_set_now(struct oracle *o, int64_t now_ms)
{
    o->now_ms = now_ms;
}

size_t oracle_find(const struct oracle *o, fhir_type_id type, struct str id)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->resource[i].type == type && str_eq(o->resource[i].id, id))
            return i;
    }
    return SIZE_MAX;
}

size_t oracle_put(struct oracle *o, const struct oracle_resource *r)
{
    size_t i = oracle_find(o, r->type, r->id);
    if (i == SIZE_MAX)
        i = o->count++;
    OS_ASSERT(i < ORACLE_RESOURCES_MAX);
    o->resource[i] = *r;
    o->gone[i] = false;
    o->words[i] = NULL;
    o->values[i] = ARENA_ARRAY(&o->arena, struct oracle_values, o->type[r->type].param_count + 1);
    oracle_contained_note(o, i);
    return i;
}

void oracle_delete(struct oracle *o, size_t i)
{
    o->gone[i] = true;
}

bool oracle_is_there(const struct oracle *o, size_t i)
{
    return !o->gone[i];
}

size_t oracle_count(const struct oracle *o)
{
    return o->count;
}

const struct oracle_resource *oracle_get(const struct oracle *o, size_t i)
{
    return &o->resource[i];
}

/* ---- one condition ---- */

static bool is_true(struct oracle_ask *k, struct str value)
{
    if (!str_is(value, "true") && !str_is(value, "false"))
        oracle_fail(k, "true or false", value);
    return str_is(value, "true");
}

/* Value sets and hierarchies; false in *asked when the modifier is none of these. */
static bool in_terms(struct oracle_ask *k, const struct oracle_atoms *atoms, struct str modifier,
                     struct str value, bool *asked)
{
    bool set = str_is(modifier, "in"), above = str_is(modifier, "above"), found = false;
    *asked = set || above || str_is(modifier, "below");
    for (size_t i = 0; *asked && i < atoms->count && !found; i++) {
        const struct oracle_atom *a = &atoms->item[i];
        if (str_is(modifier, "below") && oracle_match_is_mime(a)) {
            int m = oracle_match_mime(k->o, a, value);
            found = m > 0 || (m < 0 && oracle_fail(k, "no such MIME type", value));
            continue;
        }
        found = set ? oracle_terms_in(k, a, oracle_text_unescape(&k->o->arena, value))
                    : oracle_terms_related(k, a, value, above);
    }
    return found;
}

static bool any_atom(struct oracle_ask *k, const struct oracle_param *p, const struct oracle_atoms *atoms,
                     struct str modifier, struct str value)
{
    bool asked = false;
    if (p->type == FHIR_SEARCH_TOKEN) {
        bool found = in_terms(k, atoms, modifier, value, &asked);
        if (asked)
            return found;
    }
    for (size_t i = 0; i < atoms->count; i++) {
        int m = oracle_match_atom(k->o, p, &atoms->item[i], modifier, value);
        if (m < 0)
            return oracle_fail(k, "no such value", value);
        if (m)
            return true;
    }
    return false;
}

/* Every component of the value holds in one and the same tuple. */
static bool any_tuple(struct oracle_ask *k, fhir_type_id type, const struct oracle_param *p,
                      const struct oracle_values *v, struct str value)
{
    for (size_t t = 0; t < v->tuple_count; t++) {
        struct str rest = value, part;
        size_t n = 0;
        bool all = true;
        while (all && n < p->component_count && oracle_text_split(&rest, '$', &part)) {
            const struct oracle_param *c = oracle_param_by_url(k->o, type, p->component[n].definition);
            all = c && any_atom(k, c, &v->tuple[t].component[n], (struct str){NULL, 0}, part);
            n++;
        }
        if (all && n == p->component_count && !rest.p)
            return true;
    }
    return false;
}

static bool beside(struct oracle_ask *k, size_t i, const struct oracle_values *v, struct str value)
{
    bool found = false;
    for (uint32_t n = 0; n < v->list.count && !found; n++)
        found = oracle_words_beside(k->o, k->o->resource[i].doc, &v->list.item[n], value);
    return found;
}

/* url=U|V asks a definition for both; *asked false: it is no such question. */
static bool own_version(struct oracle_ask *k, size_t i, const struct oracle_param *p, struct str modifier,
                        struct str value, bool *asked)
{
    const struct json_doc *doc = k->o->resource[i].doc;
    struct str version = oracle_text_unescape(&k->o->arena, value), url;
    str_split(&version, '|', &url);
    *asked = !modifier.n && p->type == FHIR_SEARCH_URI && str_is(p->code, "url") && version.n;
    return *asked && str_eq(json_text(doc, json_get(doc, 0, FHIR_NAME_url)), url) &&
           str_eq(json_text(doc, json_get(doc, 0, FHIR_NAME_version)), version);
}

static bool one_value(struct oracle_ask *k, size_t i, struct oracle_param *p, struct str modifier,
                      struct str value)
{
    struct oracle_values *v = oracle_value_get(k->o, i, p);
    if (str_is(modifier, "text"))
        return beside(k, i, v, value);
    bool asked, own = own_version(k, i, p, modifier, value, &asked);
    if (asked)
        return own;
    if (p->type == FHIR_SEARCH_COMPOSITE)
        return any_tuple(k, k->o->resource[i].type, p, v, value);
    return any_atom(k, p, &v->atoms, modifier, value);
}

/* Commas stand for "or"; :not and :not-in turn the whole round. */
static bool any_value(struct oracle_ask *k, size_t i, struct oracle_param *p, struct str modifier,
                      struct str value)
{
    struct str rest = value, part;
    bool not_in = str_is(modifier, "not-in"), not = not_in || str_is(modifier, "not"), found = false;
    struct str inner = not_in ? STR("in") : not ? (struct str){NULL, 0} : modifier;
    while (!found && oracle_text_split(&rest, ',', &part))
        found = one_value(k, i, p, inner, part);
    return found != not ;
}

/* _id and _lastUpdated are of the resource itself, and never missing. */
static bool is_special(struct str code)
{
    return str_is(code, "_id") || str_is(code, "_lastUpdated");
}

static bool special(struct oracle_ask *k, size_t i, struct str code, struct str modifier, struct str value)
{
    const struct oracle_resource *r = &k->o->resource[i];
    struct str rest = value, part;
    int64_t low, high;
    bool found = false;
    if (str_is(modifier, "missing"))
        return !is_true(k, value);
    while (oracle_text_split(&rest, ',', &part)) {
        if (str_is(code, "_id")) {
            found = found || str_eq(part, r->id);
            continue;
        }
        struct str prefix = oracle_match_prefix(&part);
        if (!oracle_text_moment(part, &low, &high))
            return oracle_fail(k, "no such instant", part);
        found =
            found || oracle_match_moment(prefix, r->updated_ms, r->updated_ms + 1, low, high, k->o->now_ms);
    }
    return found != str_is(modifier, "not");
}

/* ---- chains ---- */

static bool is_resource(const struct oracle *o, size_t i, fhir_type_id type, struct str id)
{
    return !o->gone[i] && o->resource[i].type == type && str_eq(o->resource[i].id, id);
}

bool oracle_refers(struct oracle *o, size_t i, struct oracle_param *p, size_t j)
{
    struct oracle_values *v = oracle_value_get(o, i, p);
    for (size_t a = 0; a < v->atoms.count; a++) {
        const struct oracle_atom *atom = &v->atoms.item[a];
        if (atom->target && is_resource(o, j, atom->target, atom->id))
            return true;
    }
    return false;
}

/* Some resource that i refers to through p holds what follows the point. */
static bool chained(struct oracle_ask *k, size_t i, struct oracle_param *p, struct str type, struct str rest,
                    struct str value)
{
    fhir_type_id only = type.n ? fhir_resource_find(type) : 0;
    struct oracle_values *v = oracle_value_get(k->o, i, p);
    if (type.n && !only)
        return oracle_fail(k, "no such type", type);
    for (size_t a = 0; a < v->atoms.count; a++) {
        const struct oracle_atom *atom = &v->atoms.item[a];
        if (!atom->target || (only && atom->target != only))
            continue;
        for (size_t j = 0; j < k->o->count; j++) {
            if (is_resource(k->o, j, atom->target, atom->id) && oracle_holds(k, j, rest, value))
                return true;
        }
    }
    return false;
}

/* _has:Type:param:rest: some resource of Type refers to i through param and holds rest. */
static bool reversed(struct oracle_ask *k, size_t i, struct str name, struct str value)
{
    struct str type, code;
    str_split(&name, ':', &type);
    if (!str_split(&name, ':', &code) || !name.p)
        return oracle_fail(k, "_has:Type:parameter:…", value);
    fhir_type_id t = fhir_resource_find(type);
    struct oracle_param *p = t ? oracle_param_find(k->o, t, code) : NULL;
    if (!p)
        return oracle_fail(k, "no such parameter", code);
    for (size_t j = 0; j < k->o->count; j++) {
        if (k->o->gone[j] || k->o->resource[j].type != t)
            continue;
        if (oracle_refers(k->o, j, p, i) && oracle_holds(k, j, name, value))
            return true;
    }
    return false;
}

bool oracle_holds(struct oracle_ask *k, size_t i, struct str name, struct str value)
{
    struct str rest = name, head, code, modifier = {NULL, 0};
    if (str_is(name, "_filter"))
        return oracle_filter_holds(k, i, value);
    if (str_is(name, "_text") || str_is(name, "_content"))
        return oracle_words_hold(k, i, str_is(name, "_content"), value);
    if (str_is(name, "_list"))
        return oracle_list_holds(k, i, value);
    if (str_starts(name, STR("_has:")))
        return reversed(k, i, str_sub(name, 5, name.n), value);
    str_split(&rest, '.', &head);
    code = head;
    size_t colon = str_find(head, ':', 0);
    if (colon != SIZE_MAX) {
        code = str_sub(head, 0, colon);
        modifier = str_sub(head, colon + 1, head.n);
    }
    if (!rest.p && is_special(code))
        return special(k, i, code, modifier, value);
    struct oracle_param *p = oracle_param_find(k->o, k->o->resource[i].type, code);
    if (!p)
        return false; /* a chain to a type that lacks it; the first is checked in oracle_search */
    if (rest.p)
        return chained(k, i, p, modifier, rest, value);
    if (str_is(modifier, "missing"))
        return is_true(k, value) != oracle_value_get(k->o, i, p)->present;
    return any_value(k, i, p, modifier, value);
}

/* Parameters that choose no resources. */
static bool is_result(struct str name)
{
    static const char *const names[] = {"_sort", "_total", "_count", "_contained", "_containedType"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        if (str_is(name, names[n]))
            return true;
    }
    return str_starts(name, STR("_include")) || str_starts(name, STR("_revinclude"));
}

/* _type, and _compartment ("Patient/x"), which stands for the path of the URL. */
static bool where(struct oracle_ask *k, size_t i, const struct oracle_arg *arg, bool *result)
{
    struct str rest = arg->value, part;
    *result = false;
    if (str_is(arg->name, "_compartment")) {
        str_split(&rest, '/', &part);
        *result = oracle_compartment_has(k->o, fhir_resource_find(part), rest, i);
        return true;
    }
    if (!str_is(arg->name, "_type"))
        return false;
    while (str_split(&rest, ',', &part))
        *result = *result || k->o->resource[i].type == fhir_resource_find(part);
    return true;
}

static bool accepts(struct oracle_ask *k, size_t i, const struct oracle_arg *arg)
{
    bool result;
    return is_result(arg->name) ||
           (where(k, i, arg, &result) ? result : oracle_holds(k, i, arg->name, arg->value));
}

struct all_of {
    struct oracle_ask *k;
    const struct oracle_arg *arg;
    size_t count;
};

static bool holds_all(void *arg, size_t i)
{
    const struct all_of *a = arg;
    bool yes = true;
    for (size_t n = 0; n < a->count && yes; n++)
        yes = accepts(a->k, i, &a->arg[n]);
    return yes;
}

bool oracle_search(struct oracle *o, fhir_type_id type, const struct oracle_arg *arg, size_t count,
                   bool *match, char why[ORACLE_WHY_MAX])
{
    struct oracle_ask k = {.o = o, .why = why};
    struct all_of all = {&k, arg, count};
    struct str contained = STR("false"), kind = STR("container");
    why[0] = '\0';
    memset(match, 0, ORACLE_RESOURCES_MAX * sizeof *match);
    for (size_t n = 0; n < count; n++) {
        contained = str_is(arg[n].name, "_contained") ? arg[n].value : contained;
        kind = str_is(arg[n].name, "_containedType") ? arg[n].value : kind;
    }
    if (!str_is(contained, "false"))
        oracle_contained_match(o, type, str_is(contained, "both"), str_is(kind, "contained"), holds_all, &all,
                               match);
    for (size_t i = 0; i < o->count && str_is(contained, "false"); i++)
        match[i] = !o->gone[i] && (!type || o->resource[i].type == type) && holds_all(&all, i);
    return !k.failed;
}
