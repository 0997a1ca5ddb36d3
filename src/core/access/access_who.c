/* SPDX-License-Identifier: Apache-2.0
 * Who a caller is, of the record: the gate says which assignment; where it is, whether it holds and has an
 * analysis is read here. */
#include "access/access_int.h"
#include "access/analysis.h"
#include "access/person_key.h"
#include "access/read_body.h"
#include "fhir_gen/names.h"

/* The rid of "Type/id" as it is now; 0 when it is not here. */
static bool rid_of(struct store_read *r, fhir_type_id type, struct str reference, struct arena *arena,
                   struct store_version *v, struct err *err)
{
    struct str id = read_body_id_of(reference, str_of(fhir_types[type].name));
    *v = (struct store_version){0};
    if (!id.n)
        return true;
    enum store_found found = store_get(r, type, id, arena, v, err);
    if (found != STORE_FOUND)
        *v = (struct store_version){0};
    return found != STORE_FAILED;
}

static void place(const struct region *region, struct str reference, struct arena *arena,
                  struct access_who *out)
{
    const struct region_org *unit = region_named(region, reference);
    if (!unit)
        return;
    const struct region_org *provider = region_find(region, region_provider(unit));
    out->unit = unit->rid;
    out->unit_name = arena_printf(arena, "Organization/%.*s", STR_ARG(unit->id));
    out->provider = provider->rid;
    out->provider_name = arena_printf(arena, "Organization/%.*s", STR_ARG(provider->id));
    out->joined = unit->shares;
}

/* The analysis narrows the time that the assignment holds for. */
static bool analysed(struct store_read *r, const struct rules *rules, const struct region *region,
                     const struct json_doc *doc, struct arena *arena, struct access_who *out, struct err *err)
{
    struct analysis a;
    struct str path[REGION_DEPTH_MAX];
    size_t n = region_path(region, out->unit, arena, path);
    struct analysis_asked asked = {doc, out->role, path, n};
    if (!analysis_read(r, rules, &asked, arena, &a, err))
        return false;
    out->analysed = a.state == ANALYSIS_HOLDS;
    if (!out->analysed)
        return true;
    out->from_ms = a.from_ms > out->from_ms ? a.from_ms : out->from_ms;
    out->to_ms = a.to_ms < out->to_ms ? a.to_ms : out->to_ms;
    return true;
}

static bool assignment(struct store_read *r, const struct rules *rules, const struct region *region,
                       const struct access_caller *caller, struct arena *arena, struct access_who *out,
                       struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    if (!rid_of(r, FHIR_TYPE_PractitionerRole, caller->assignment, arena, &v, err))
        return false;
    if (!v.rid)
        return true;
    if (!json_parse(arena, v.body, &fhir_names, &doc, err))
        return false;
    struct str person = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_practitioner));
    uint32_t active = json_get(&doc, 0, FHIR_NAME_active);
    out->assignment = v.rid;
    /* An assignment is one person's: somebody else's is none. */
    out->active = !(active != UINT32_MAX && doc.nodes[active].kind == JSON_FALSE) &&
                  str_eq(read_body_id_of(person, STR("Practitioner")),
                         read_body_id_of(caller->user, STR("Practitioner")));
    out->role = arena_str(arena, read_body_code(&doc, json_get(&doc, 0, FHIR_NAME_code), ACCESS_URL_ROLE));
    read_body_period(&doc, json_get(&doc, 0, FHIR_NAME_period), &out->from_ms, &out->to_ms);
    place(region, read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_organization)), arena, out);
    return (!out->role.n || out->role.p) && analysed(r, rules, region, &doc, arena, out, err);
}

bool access_who_read(struct store_read *r, const struct rules *rules, const struct region *region,
                     const struct access_caller *caller, struct arena *arena, struct access_who *out,
                     struct err *err)
{
    struct store_version v = {0};
    struct json_doc doc;
    switch (caller->kind) {
    case ACCESS_STAFF:
        return assignment(r, rules, region, caller, arena, out, err);
    case ACCESS_PATIENT:
        if (!rid_of(r, FHIR_TYPE_Patient, caller->user, arena, &v, err))
            return false;
        break;
    case ACCESS_GUARDIAN:
        if (!rid_of(r, FHIR_TYPE_RelatedPerson, caller->user, arena, &v, err) ||
            (v.rid && !json_parse(arena, v.body, &fhir_names, &doc, err)))
            return false;
        out->person_count = v.rid ? person_key_all(&doc, out->person) : 0;
        break;
    default:
        break;
    }
    out->user = v.rid;
    return true;
}
