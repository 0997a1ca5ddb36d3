/* SPDX-License-Identifier: Apache-2.0
 * The provider knows people, units and assignments by HSA-id; the record has them as identifiers. */
#include "access/read_body.h"
#include "fhir_gen/names.h"
#include "gate/gate_oidc.h"
#include "search/search.h"

/* The OID that Inera has published, and the one of the Swedish base profile 1.1.0. */
#define HSA_OFFICIAL "urn:oid:1.2.752.129.2.1.4.1"
#define HSA_BASE_PROFILE "urn:oid:1.2.752.29.4.19"

struct looking {
    struct gate *gate;
    struct store_read *read;
    struct arena *arena;
    const struct oidc_person *person;
};

/* ---- the person ---- */

static bool body_of(struct store_read *r, fhir_type_id type, struct str id, struct arena *arena,
                    struct json_doc *doc)
{
    struct store_version v;
    struct err ignored;
    return id.n && store_get(r, type, id, arena, &v, &ignored) == STORE_FOUND &&
           json_parse(arena, v.body, &fhir_names, doc, &ignored);
}

static bool active(const struct json_doc *doc)
{
    uint32_t i = json_get(doc, 0, FHIR_NAME_active);
    return i == UINT32_MAX || doc->nodes[i].kind != JSON_FALSE;
}

/* hsa has only letters, digits and hyphens: nothing in it means anything in a search. */
static bool find(struct looking *l, struct str hsa, struct store_hits *out, struct err *err)
{
    struct search_query q;
    struct search_param param = {
        STR("identifier"),
        arena_printf(l->arena, HSA_OFFICIAL "|%.*s," HSA_BASE_PROFILE "|%.*s", STR_ARG(hsa), STR_ARG(hsa))};
    if (!search_parse(l->gate->opt.search, l->read, FHIR_TYPE_Practitioner, &param, 1, false, l->arena, &q,
                      err))
        return false;
    q.plan.limit = 2;
    q.plan.count = false;
    q.plan.no_body = true;
    return store_search(l->read, &q.plan, l->arena, out, err);
}

bool oidc_person_find(struct gate *g, struct str hsa, struct arena *arena, struct str *user, struct err *err)
{
    struct looking l = {.gate = g, .arena = arena, .read = store_read_begin(g->opt.store, err)};
    struct store_hits hits;
    struct json_doc doc;
    if (!l.read)
        return false;
    bool ok = find(&l, hsa, &hits, err);
    /* Two people with one HSA-id are a fault of the register: nobody is let in as either. */
    if (ok && (hits.count != 1 || hits.more ||
               !body_of(l.read, FHIR_TYPE_Practitioner, hits.item[0].id, arena, &doc) || !active(&doc)))
        ok = err_set_str(err, ERR_OIDC_PERSON, hsa, STR(""));
    if (ok)
        *user = arena_printf(arena, "Practitioner/%.*s", STR_ARG(hits.item[0].id));
    store_read_end(l.read);
    return ok && (user->p || err_set(err, ERR_NO_MEMORY, NULL));
}

/* ---- the assignment ---- */

enum same { SAME_UNKNOWN, SAME_NO, SAME_YES };

static bool equal(struct str a, struct str b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Is hsa the resource's HSA-id? UNKNOWN: it has none. */
static enum same has_hsa(struct looking *l, fhir_type_id type, struct str reference, struct str hsa)
{
    struct json_doc doc;
    enum same found = SAME_UNKNOWN;
    struct str id = read_body_id_of(reference, str_of(fhir_types[type].name));
    if (!body_of(l->read, type, id, l->arena, &doc))
        return SAME_UNKNOWN;
    uint32_t list = json_get(&doc, 0, FHIR_NAME_identifier);
    if (list == UINT32_MAX || doc.nodes[list].kind != JSON_ARRAY)
        return SAME_UNKNOWN;
    JSON_EACH(&doc, list, i)
    {
        struct str system = json_text(&doc, json_get(&doc, i, FHIR_NAME_system));
        if (!str_is(system, HSA_OFFICIAL) && !str_is(system, HSA_BASE_PROFILE))
            continue;
        if (equal(json_text(&doc, json_get(&doc, i, FHIR_NAME_value)), hsa))
            return SAME_YES;
        found = SAME_NO;
    }
    return found;
}

/* The code of the purpose that the provider names, by its code or its Swedish name; "" when none is known. */
static struct str purpose_code(const struct rules *rules, struct str named)
{
    for (size_t i = 0; i < rules->purpose_count; i++)
        if (str_eq(rules->purpose[i].code, named) || equal(rules->purpose[i].sv, named))
            return rules->purpose[i].code;
    return STR("");
}

static bool purpose_of(struct looking *l, const struct assignment *a, struct str *out)
{
    struct str named = l->person->purpose;
    struct str code = named.n ? purpose_code(l->gate->rules, named) : a->purpose[0];
    for (size_t i = 0; i < a->purpose_count; i++)
        if (str_eq(a->purpose[i], code)) {
            *out = code;
            return true;
        }
    return false;
}

/* YES: it is the one the claims name; NO: another; UNKNOWN: it may be it. */
static enum same matches(struct looking *l, const struct assignment *a)
{
    const struct oidc_person *p = l->person;
    struct str purpose;
    if (a->unfit || !purpose_of(l, a, &purpose))
        return SAME_NO;
    enum same commission =
        p->commission.n ? has_hsa(l, FHIR_TYPE_PractitionerRole, a->id, p->commission) : SAME_UNKNOWN;
    if (commission == SAME_NO)
        return SAME_NO;
    if (p->unit.n && has_hsa(l, FHIR_TYPE_Organization, a->unit, p->unit) != SAME_YES)
        return SAME_NO;
    if (p->provider.n && has_hsa(l, FHIR_TYPE_Organization, a->provider, p->provider) == SAME_NO)
        return SAME_NO;
    return commission;
}

static const struct assignment *choose(struct looking *l, const struct person *who, struct str now,
                                       size_t *fit)
{
    const struct assignment *only = NULL, *named = NULL, *same = NULL;
    *fit = 0;
    for (size_t i = 0; i < who->count; i++) {
        const struct assignment *a = &who->assignment[i];
        enum same m = matches(l, a);
        if (m == SAME_NO)
            continue;
        if (m == SAME_YES)
            named = a;
        if (now.n && str_eq(a->id, now))
            same = a;
        only = a;
        ++*fit;
    }
    return named ? named : same ? same : *fit == 1 ? only : NULL;
}

bool oidc_person_choose(struct gate *g, const struct oidc_person *p, struct str user, struct str now,
                        struct arena *arena, const struct assignment **out, struct str *purpose,
                        struct err *err)
{
    struct looking l = {.gate = g, .arena = arena, .person = p};
    struct person who;
    size_t fit;
    if (!gate_person_read(g, user, arena, &who, err) || !(l.read = store_read_begin(g->opt.store, err)))
        return false;
    *out = choose(&l, &who, now, &fit);
    store_read_end(l.read);
    if (!fit) {
        struct str unit = p->unit.n ? p->unit : STR("–");
        return err_set(err, ERR_OIDC_ASSIGNMENT, arena_str(arena, p->hsa).p,
                       arena_printf(arena, "enhet %.*s", STR_ARG(unit)).p,
                       arena_printf(arena, "unit %.*s", STR_ARG(unit)).p, NULL);
    }
    return !*out || purpose_of(&l, *out, purpose) || err_set_str(err, ERR_OIDC_ASSIGNMENT, p->hsa, STR(""));
}
