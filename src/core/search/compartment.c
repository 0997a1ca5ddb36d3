/* SPDX-License-Identifier: Apache-2.0
 * Compartments (http://hl7.org/fhir/R4/compartmentdefinition.html): what refers to a patient, an encounter …
 * through the parameters that the definition names, and that one itself. */
#include "fhir_gen/names.h"
#include "search/search_int.h"

static const fhir_param_id *params_of(fhir_type_id compartment)
{
    for (uint16_t c = 0; c < fhir_compartment_count; c++) {
        if (fhir_compartments[c].type == compartment)
            return fhir_compartments[c].params;
    }
    return NULL;
}

bool compartment_has(fhir_type_id compartment, fhir_type_id type)
{
    const fhir_param_id *id = params_of(compartment);
    if (!id || compartment == type)
        return id != NULL;
    for (; *id; id++) {
        if (fhir_params[*id].base == type)
            return true;
    }
    return false;
}

bool search_in_compartment(fhir_type_id compartment, fhir_type_id type)
{
    return compartment_has(compartment, type);
}

static bool searched(const struct plan_of *p, fhir_type_id type)
{
    for (size_t i = 0; i < p->type_count; i++) {
        if (p->types[i] == type)
            return true;
    }
    return false;
}

/* The references that put a resource into it. */
static void references(const struct plan_of *p, fhir_type_id compartment, struct str id, struct matches *out)
{
    for (const fhir_param_id *param = params_of(compartment); *param; param++) {
        if (!searched(p, fhir_params[*param].base))
            continue;
        struct query_of q = plan_query(p, *param);
        struct store_match *m = value_match(&q, STORE_REFERENCE, out);
        m->row.target_type = compartment;
        m->row.text = id;
    }
}

/* The resource that the compartment is about. */
static bool itself(struct plan_of *p, fhir_type_id compartment, struct str id)
{
    struct store_version v;
    store_rid *rid = ARENA_ARRAY(p->arena, store_rid, 1);
    struct store_cond *c = plan_cond(p, STORE_COND_RIDS);
    c->rids = rid;
    if (!p->read)
        return true;
    enum store_found found = store_get(p->read, compartment, id, p->arena, &v, p->err);
    if (found == STORE_FOUND)
        rid[c->rid_count++] = v.rid;
    return found != STORE_FAILED;
}

bool compartment_cond(struct plan_of *p, fhir_type_id compartment, struct str id)
{
    struct matches list = {0};
    if (compartment == FHIR_TYPE_Patient) {
        struct query_of q = plan_query(p, 0);
        struct store_match *m = value_match(&q, STORE_CLINICAL, &list);
        m->row.target_type = FHIR_TYPE_Patient;
        m->row.text = id;
        plan_any(p, &list)->kind = STORE_COND_PATIENT;
        return true;
    }
    references(p, compartment, id, &list);
    if (!searched(p, compartment)) {
        plan_any(p, &list);
        return true;
    }
    struct plan_of self = plan_inner(p, p->types, p->type_count), others = self;
    struct store_plan *sub = ARENA_ARRAY(p->arena, struct store_plan, 2);
    if (!itself(&self, compartment, id))
        return false;
    plan_any(&others, &list);
    sub[0] = *plan_made(&self);
    sub[1] = *plan_made(&others);
    struct store_cond *c = plan_cond(p, STORE_COND_GROUP);
    c->sub = sub;
    c->sub_count = list.count ? 2 : 1;
    return true;
}
