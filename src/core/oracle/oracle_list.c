/* SPDX-License-Identifier: Apache-2.0
 * _list (R4 3.1.1.4.16): what the entries of a List refer to, those marked deleted left out. */
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

struct str oracle_list_item(const struct json_doc *doc, uint32_t entry)
{
    uint32_t item = json_get(doc, entry, FHIR_NAME_item), deleted = json_get(doc, entry, FHIR_NAME_deleted);
    if (item == UINT32_MAX || (deleted != UINT32_MAX && doc->nodes[deleted].kind == JSON_TRUE))
        return (struct str){NULL, 0};
    return json_text(doc, json_get(doc, item, FHIR_NAME_reference));
}

static bool holds(struct oracle *o, size_t list, struct str wanted)
{
    const struct json_doc *doc = o->resource[list].doc;
    uint32_t entries = json_get(doc, 0, FHIR_NAME_entry);
    if (entries == UINT32_MAX)
        return false;
    JSON_EACH(doc, entries, e)
    {
        struct str item = oracle_list_item(doc, e);
        if (str_starts(item, wanted) &&
            (item.n == wanted.n || str_starts(str_sub(item, wanted.n, item.n), STR("/_history/"))))
            return true;
    }
    return false;
}

/* Has the element (a code, or a concept) one of these codes, parted by spaces? */
static bool coded(const struct json_doc *doc, uint16_t name, const char *codes)
{
    struct str rest = str_of(codes), code;
    uint32_t at = json_get(doc, 0, name);
    uint32_t list =
        at == UINT32_MAX || doc->nodes[at].kind != JSON_OBJECT ? at : json_get(doc, at, FHIR_NAME_coding);
    if (list == UINT32_MAX)
        return false;
    while (str_split(&rest, ' ', &code)) {
        if (doc->nodes[list].kind == JSON_STRING && str_eq(json_text(doc, list), code))
            return true;
        if (doc->nodes[list].kind != JSON_ARRAY)
            continue;
        JSON_EACH(doc, list, c)
        {
            bool plain = doc->nodes[c].kind == JSON_STRING;
            if (str_eq(json_text(doc, plain ? c : json_get(doc, c, FHIR_NAME_code)), code))
                return true;
        }
    }
    return false;
}

/* The lists that the life-cycle page of R4 names: what is true now. */
static bool functional(struct oracle_ask *k, const struct oracle_resource *r, struct str name)
{
    bool problem = str_is(name, "$current-problems"), drugs = str_is(name, "$current-drug-allergies"),
         allergy = drugs || str_is(name, "$current-allergies");
    if (str_is(name, "$current-medications"))
        return (r->type == FHIR_TYPE_MedicationStatement || r->type == FHIR_TYPE_MedicationRequest) &&
               coded(r->doc, FHIR_NAME_status, "active");
    if (!problem && !allergy)
        return oracle_fail(k, "no such list", name);
    if (r->type != (problem ? FHIR_TYPE_Condition : FHIR_TYPE_AllergyIntolerance))
        return false;
    return coded(r->doc, FHIR_NAME_clinicalStatus, problem ? "active recurrence relapse" : "active") &&
           !coded(r->doc, FHIR_NAME_verificationStatus, "refuted entered-in-error") &&
           (!drugs || coded(r->doc, FHIR_NAME_category, "medication"));
}

bool oracle_list_holds(struct oracle_ask *k, size_t i, struct str value)
{
    const struct oracle_resource *r = &k->o->resource[i];
    struct str rest = value, id;
    struct str me = arena_printf(&k->o->arena, "%s/%.*s", fhir_types[r->type].name, STR_ARG(r->id));
    bool found = false;
    if (str_starts(value, STR("$")))
        return functional(k, r, value);
    while (oracle_text_split(&rest, ',', &id)) {
        size_t list = oracle_find(k->o, FHIR_TYPE_List, id);
        if (list == SIZE_MAX || k->o->gone[list])
            return oracle_fail(k, "no such List", id);
        found = found || holds(k->o, list, me);
    }
    return found;
}
