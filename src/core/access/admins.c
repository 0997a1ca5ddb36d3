/* SPDX-License-Identifier: Apache-2.0 */
#include "access/admins.h"

#include "access/access_int.h"
#include "access/read_body.h"
#include "fhir_gen/names.h"

struct looking {
    struct store_read *read;
    const struct rules *rules;
    const struct region *region;
    int64_t now_ms;
    admins_opens_fn *opens;
    void *arg;
    struct arena *arena;
};

/* Can it be acted in now, by somebody with an account? */
static bool holds(struct looking *l, const struct store_version *v, bool *any, struct err *err)
{
    struct json_doc doc;
    struct access_who who = {0};
    if (!json_parse(l->arena, v->body, &fhir_names, &doc, err))
        return false;
    struct str person = read_body_id_of(read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_practitioner)),
                                        STR("Practitioner"));
    struct access_caller caller = {.kind = ACCESS_STAFF,
                                   .user = arena_printf(l->arena, "Practitioner/%.*s", STR_ARG(person)),
                                   .assignment =
                                       arena_printf(l->arena, "PractitionerRole/%.*s", STR_ARG(v->id))};
    if (!person.n || !l->opens(l->arg, caller.user))
        return true;
    if (!access_who_read(l->read, l->rules, l->region, &caller, l->arena, &who, err))
        return false;
    const struct rules_role *role = rules_role(l->rules, who.role);
    *any = *any || (role && role->rights & RULES_ADMINISTRATE && who.unit && who.active && who.analysed &&
                    who.from_ms <= l->now_ms && l->now_ms < who.to_ms);
    return true;
}

/* Those whose role it is. */
static bool of_role(struct looking *l, struct str code, bool *any, struct err *err)
{
    uint16_t type = FHIR_TYPE_PractitionerRole;
    struct store_hits hits;
    struct store_match at = {.index = STORE_TOKEN,
                             .row = {.index = STORE_TOKEN,
                                     .param = fhir_param_find(FHIR_TYPE_PractitionerRole, STR("role")),
                                     .text = code,
                                     .name = STR(ACCESS_URL_ROLE)}};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &at, .any_count = 1};
    struct store_plan plan = {
        .types = &type, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = ADMINS_MAX};
    if (!store_search(l->read, &plan, l->arena, &hits, err))
        return false;
    for (size_t i = 0; i < hits.count && !*any; i++)
        if (!holds(l, &hits.item[i], any, err))
            return false;
    return true;
}

bool admins_any(struct store_read *r, const struct rules *rules, int64_t now_ms, admins_opens_fn *opens,
                void *arg, struct arena *arena, bool *any, struct err *err)
{
    struct looking l = {r, rules, region_read(r, arena, err), now_ms, opens, arg, arena};
    *any = false;
    for (size_t i = 0; l.region && i < rules->role_count && !*any; i++)
        if (rules->role[i].rights & RULES_ADMINISTRATE && !of_role(&l, rules->role[i].code, any, err))
            return false;
    return l.region != NULL;
}

bool admins_concern(const struct rules *rules, fhir_type_id type, const struct json_doc *doc)
{
    const struct rules_role *role;
    switch (type) {
    case FHIR_TYPE_PractitionerRole:
        role = rules_role(rules, read_body_code(doc, json_get(doc, 0, FHIR_NAME_code), ACCESS_URL_ROLE));
        return role && role->rights & RULES_ADMINISTRATE;
    case FHIR_TYPE_Library:
        return str_is(read_body_code(doc, json_get(doc, 0, FHIR_NAME_type), ACCESS_URL_LIBRARY),
                      "needs-and-risk-analysis");
    default:
        return type == FHIR_TYPE_Organization; /* an analysis holds for what is part of it */
    }
}
