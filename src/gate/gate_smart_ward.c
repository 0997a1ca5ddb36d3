/* SPDX-License-Identifier: Apache-2.0
 * The children that a guardian may act for. One account does for all of them: RelatedPersons that carry the
 * guardian's identity number, each for a child (docs/ACCESS.md). Which of these the guardian may see now, the
 * guardian's own view says: custody that has ended and children who have grown are not here. */
#include "access/access_view.h"
#include "access/person_key.h"
#include "access/read_body.h"
#include "fhir_gen/names.h"
#include "gate/gate_smart.h"

struct looking {
    struct ask *ask;
    struct ward *ward;
    size_t count;
};

static void add(struct looking *l, const struct json_doc *doc)
{
    struct str patient = json_get(doc, 0, FHIR_NAME_patient) == UINT32_MAX
                             ? STR("")
                             : read_body_reference(doc, json_get(doc, 0, FHIR_NAME_patient));
    struct str id = read_body_id_of(patient, STR("Patient"));
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->ward[i].id, id))
            return;
    if (id.n && l->count < GATE_WARDS_MAX)
        l->ward[l->count++] = (struct ward){.id = arena_str(l->ask->arena, id)};
}

static bool parse(struct looking *l, struct str body, struct json_doc *doc, struct err *err)
{
    return json_parse(l->ask->arena, body, &fhir_names, doc, err);
}

/* The patients of the other RelatedPersons with one of the numbers. Some that are found may be somebody
 * else's: the view is asked about each. */
static bool others(struct looking *l, struct store_read *r, struct str numbers, struct err *err)
{
    struct search_query q;
    struct store_hits hits;
    struct search_param param = {STR("identifier"), numbers};
    if (!search_parse(l->ask->gate->opt.search, r, FHIR_TYPE_RelatedPerson, &param, 1, false, l->ask->arena,
                      &q, err))
        return false;
    q.plan.limit = GATE_WARDS_MAX;
    q.plan.count = false;
    if (!store_search(r, &q.plan, l->ask->arena, &hits, err))
        return false;
    for (size_t i = 0; i < hits.count; i++) {
        struct json_doc doc;
        if (!parse(l, hits.item[i].body, &doc, err))
            return false;
        add(l, &doc);
    }
    return true;
}

static bool related(struct looking *l, struct store_read *r, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct str id = read_body_id_of(l->ask->caller.user, STR("RelatedPerson"));
    enum store_found found = store_get(r, FHIR_TYPE_RelatedPerson, id, l->ask->arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!parse(l, v.body, &doc, err))
        return false;
    add(l, &doc);
    struct str numbers = person_key_written(&doc, l->ask->arena);
    return !numbers.n || others(l, r, numbers, err);
}

/* Keeps those that the guardian sees, with their names. */
static bool seen(struct looking *l, struct store_read *r, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct store_version v;
        struct json_doc doc;
        struct ward w = l->ward[i];
        enum store_found found = store_get(r, FHIR_TYPE_Patient, w.id, l->ask->arena, &v, err);
        if (found == STORE_FAILED || (found == STORE_FOUND && !parse(l, v.body, &doc, err)))
            return false;
        if (found != STORE_FOUND)
            continue;
        w.name = gate_person_called(&doc, l->ask->arena);
        w.born = arena_str(l->ask->arena, json_text(&doc, json_get(&doc, 0, FHIR_NAME_birthDate)));
        l->ward[kept++] = w;
    }
    l->count = kept;
    return true;
}

static bool look(struct looking *l, struct store_read *all, struct err *err)
{
    struct ask *a = l->ask;
    if (!related(l, all, err))
        return false;
    struct store_read *r = store_read_begin(a->gate->opt.store, err);
    struct access_view *view =
        r ? access_view_new(api_access(a->gate->opt.api), &a->caller, ACCESS_READ, r, err) : NULL;
    if (view)
        store_read_view(r, access_view_store(view));
    bool ok = view && seen(l, r, err);
    if (r)
        store_read_end(r);
    access_view_free(view);
    return ok;
}

bool wards_read(struct ask *a, const struct ward **out, size_t *count, struct err *err)
{
    struct looking l = {.ask = a, .ward = ARENA_ARRAY(a->arena, struct ward, GATE_WARDS_MAX)};
    if (!l.ward)
        return err_set(err, ERR_NO_MEMORY, NULL);
    struct store_read *all = store_read_begin(a->gate->opt.store, err);
    if (!all)
        return false;
    bool ok = look(&l, all, err);
    store_read_end(all);
    *out = l.ward;
    *count = l.count;
    return ok;
}
