/* SPDX-License-Identifier: Apache-2.0
 * _list: what a List holds, deleted entries left out; and the functional lists of R4 3.1.1.4.16
 * (http://hl7.org/fhir/R4/lifecycle.html#current), which are conditions on the resources themselves. */
#include "fhir_gen/names.h"
#include "search/search_int.h"

static bool refuse(const struct plan_of *p, struct str part, const char *sv, const char *en)
{
    return value_refuse(p->arena, p->err, STR("_list"), part, value_place(p->whole, part), sv, en);
}

/* ---- functional lists ---- */

static const struct {
    const char *list;
    fhir_type_id type;
    struct {
        const char *name, *value;
    } when[3];
} functional[] = {
    {"$current-problems",
     FHIR_TYPE_Condition,
     {{"clinical-status", "active,recurrence,relapse"},
      {"verification-status:not", "refuted,entered-in-error"}}},
    {"$current-allergies",
     FHIR_TYPE_AllergyIntolerance,
     {{"clinical-status", "active"}, {"verification-status:not", "refuted,entered-in-error"}}},
    {"$current-drug-allergies",
     FHIR_TYPE_AllergyIntolerance,
     {{"clinical-status", "active"},
      {"verification-status:not", "refuted,entered-in-error"},
      {"category", "medication"}}},
    {"$current-medications", FHIR_TYPE_MedicationStatement, {{"status", "active"}}},
    {"$current-medications", FHIR_TYPE_MedicationRequest, {{"status", "active"}}},
};

static bool functional_list(struct plan_of *p, struct str name)
{
    for (size_t i = 0; i < sizeof functional / sizeof functional[0]; i++) {
        if (!str_is(name, functional[i].list) || p->type_count != 1 || p->types[0] != functional[i].type)
            continue;
        for (size_t k = 0; k < 3 && functional[i].when[k].name; k++) {
            if (plan_add(p, str_of(functional[i].when[k].name), str_of(functional[i].when[k].value)) !=
                PLAN_OK)
                return false;
        }
        return true;
    }
    return refuse(p, name,
                  "$current-problems (Condition), $current-allergies och $current-drug-allergies "
                  "(AllergyIntolerance) eller $current-medications",
                  "$current-problems (Condition), $current-allergies, $current-drug-allergies "
                  "(AllergyIntolerance) or $current-medications");
}

/* ---- a List resource ---- */

struct items {
    struct plan_of *p;
    fhir_type_id type; /* of the items wanted */
    struct str *id;
    size_t count, cap;
};

static void take(struct items *out, const struct json_doc *doc, uint32_t entry)
{
    fhir_type_id type;
    struct str id;
    struct path_value v = {.kind = PATH_NODE, .node = entry, .doc = doc};
    uint32_t item = value_child(&v, FHIR_NAME_item);
    struct path_value reference = {.kind = PATH_NODE, .node = item, .doc = doc};
    if (item == UINT32_MAX || !reference_local(value_text(&reference, FHIR_NAME_reference), &type, &id) ||
        type != out->type)
        return;
    uint32_t deleted = value_child(&v, FHIR_NAME_deleted);
    if (deleted != UINT32_MAX && doc->nodes[deleted].kind == JSON_TRUE)
        return;
    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 32;
        out->id = arena_grow(out->p->arena, out->id, out->cap, cap, sizeof *out->id);
        out->cap = cap;
    }
    out->id[out->count++] = arena_str(out->p->arena, id);
}

static bool read_list(struct items *out, struct str id)
{
    struct plan_of *p = out->p;
    struct store_version v;
    struct json_doc doc;
    enum store_found found = store_get(p->read, FHIR_TYPE_List, id, p->arena, &v, p->err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(p->err, ERR_NOT_FOUND, arena_printf(p->arena, "List/%.*s", STR_ARG(id)), STR(""));
    if (!json_parse(p->arena, v.body, &fhir_names, &doc, p->err))
        return false;
    fhir_type_tree(&doc, 0);
    uint32_t entries = json_get(&doc, 0, FHIR_NAME_entry);
    if (entries == UINT32_MAX || doc.nodes[entries].kind != JSON_ARRAY)
        return true;
    JSON_EACH(&doc, entries, e)
    {
        take(out, &doc, e);
    }
    return true;
}

bool list_cond(struct plan_of *p, struct str value)
{
    struct str rest = value, part;
    struct items items = {.p = p};
    if (str_starts(value, STR("$")))
        return functional_list(p, value);
    if (p->type_count != 1)
        return refuse(p, value, "en sökning i en resurstyp", "a search of one resource type");
    items.type = p->types[0];
    while (value_split(&rest, ',', &part)) {
        struct str id = value_unescape(p->arena, part);
        if (str_starts(id, STR("List/")))
            id = str_sub(id, 5, id.n);
        if (!fhir_prim_valid(FHIR_PRIM_ID, id))
            return refuse(p, part, "en Lists id", "the id of a List");
        if (p->read && !read_list(&items, id))
            return false;
    }
    struct store_cond *c = plan_cond(p, STORE_COND_IDS);
    c->ids = items.id;
    c->id_count = items.count;
    return true;
}
