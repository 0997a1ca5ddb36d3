/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_near.h"

#include <stdlib.h>

#include "access/access_int.h"
#include "access/person_key.h"
#include "access/read_body.h"
#include "base/os.h"
#include "fhir_gen/names.h"

/* One identity number of one who works at the unit. */
struct access_colleague {
    uint64_t person;         /* person_key.h */
    struct str practitioner; /* id */
};

static bool read_person(struct store_read *r, fhir_type_id type, struct str id, struct arena *arena,
                        uint64_t out[PERSON_KEYS_MAX], size_t *count, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    *count = 0;
    enum store_found found = id.n ? store_get(r, type, id, arena, &v, err) : STORE_ABSENT;
    if (found == STORE_FOUND && !json_parse(arena, v.body, &fhir_names, &doc, err))
        return false;
    if (found == STORE_FOUND)
        *count = person_key_all(&doc, out);
    return found != STORE_FAILED;
}

/* ---- who works at a unit ---- */

static int by_person(const void *a, const void *b)
{
    const struct access_colleague *x = a, *y = b;
    return (x->person > y->person) - (x->person < y->person);
}

/* Whose assignment it is, when it holds. */
static struct str worker_of(const struct json_doc *doc, int64_t now)
{
    uint32_t active = json_get(doc, 0, FHIR_NAME_active);
    int64_t from, to;
    read_body_period(doc, json_get(doc, 0, FHIR_NAME_period), &from, &to);
    if ((active != UINT32_MAX && doc->nodes[active].kind == JSON_FALSE) || now < from || now >= to)
        return (struct str){0};
    return read_body_id_of(read_body_reference(doc, json_get(doc, 0, FHIR_NAME_practitioner)),
                           STR("Practitioner"));
}

static bool add_worker(struct access_held *h, struct store_read *r, struct str body, struct arena *work,
                       struct err *err)
{
    uint64_t person[PERSON_KEYS_MAX];
    struct json_doc doc;
    size_t count;
    if (!json_parse(work, body, &fhir_names, &doc, err))
        return false;
    struct str id = worker_of(&doc, h->read_ms);
    if (!read_person(r, FHIR_TYPE_Practitioner, id, work, person, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        h->colleague[h->colleague_count++] = (struct access_colleague){person[i], arena_str(&h->arena, id)};
    }
    return true;
}

static bool read_staff(struct access *a, struct store_read *r, struct str unit, struct access_held *h,
                       struct err *err)
{
    uint16_t type = FHIR_TYPE_PractitionerRole;
    struct store_match at = {.index = STORE_REFERENCE,
                             .row = {.index = STORE_REFERENCE,
                                     .param = a->role_organization,
                                     .target_type = FHIR_TYPE_Organization,
                                     .text = unit}};
    struct store_cond cond = {.kind = STORE_COND_MATCH, .any = &at, .any_count = 1};
    struct store_plan plan = {
        .types = &type, .type_count = 1, .cond = &cond, .cond_count = 1, .limit = ACCESS_NEAR_STAFF_MAX};
    struct store_hits hits;
    struct arena work;
    arena_init(&work);
    bool ok = store_search(r, &plan, &work, &hits, err);
    if (ok)
        h->colleague = ARENA_ARRAY(&h->arena, struct access_colleague, hits.count * PERSON_KEYS_MAX + 1);
    for (size_t i = 0; ok && i < hits.count; i++) {
        struct arena_mark mark = arena_mark(&work);
        ok = add_worker(h, r, hits.item[i].body, &work, err);
        arena_rewind(&work, mark);
    }
    arena_release(&work);
    if (ok)
        qsort(h->colleague, h->colleague_count, sizeof *h->colleague, by_person);
    return ok;
}

/* The staff of the caller's unit, with a reference of the caller's. */
static struct access_held *staff_of(struct access *a, struct store_read *r, const struct region_org *unit,
                                    struct err *err)
{
    struct access_held **slot = &a->staff[(uint64_t)unit->rid % ACCESS_CALLERS_SLOTS];
    bool job = store_read_in_job(r);
    struct access_held *h = job ? NULL : access_held_take(a, slot, atomic_load(&a->staff_changed));
    if (h && h->staff_of == unit->rid)
        return h;
    access_held_drop(h);
    h = access_held_new(job ? 0 : store_read_seq(r));
    if (!h) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    h->staff_of = unit->rid;
    if (!read_staff(a, r, unit->id, h, err)) {
        access_held_drop(h);
        return NULL;
    }
    if (!job)
        access_held_keep(a, slot, h);
    return h;
}

/* ---- the question ---- */

static uint32_t near_one(const struct access_held *h, uint64_t person, struct str self)
{
    uint32_t near = 0;
    size_t low = 0, high = h->colleague_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (h->colleague[mid].person < person)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < h->colleague_count && h->colleague[low].person == person; low++)
        near |= str_eq(h->colleague[low].practitioner, self) ? ACCESS_NEAR_OWN : ACCESS_NEAR_COLLEAGUE;
    return near;
}

/* The patient's identity numbers: of its facts, when they are in memory. */
static bool numbers_of(struct access_view *v, struct store_read *r, store_rid patient, struct str id,
                       uint64_t person[PERSON_KEYS_MAX], size_t *count, struct err *err)
{
    const struct decide_patient *known = patient ? access_view_at_hand(v, patient) : NULL;
    struct arena work;
    if (known) {
        memcpy(person, known->person, sizeof known->person);
        *count = known->person_count;
        return true;
    }
    arena_init(&work);
    bool ok = read_person(r, FHIR_TYPE_Patient, id, &work, person, count, err);
    arena_release(&work);
    return ok;
}

bool access_near(struct access_view *v, struct store_read *r, store_rid patient, struct str patient_id,
                 uint32_t *near, struct err *err)
{
    const struct decide_caller *me = access_view_caller(v);
    const struct region_org *unit =
        me->kind == ACCESS_STAFF && me->unit ? region_find(access_view_region(v), me->unit) : NULL;
    uint64_t person[PERSON_KEYS_MAX];
    size_t count;
    if (!unit)
        return true;
    struct access_held *h = staff_of(access_view_access(v), r, unit, err);
    if (!h)
        return false;
    bool ok = h->colleague_count == 0 || numbers_of(v, r, patient, patient_id, person, &count, err);
    for (size_t i = 0; ok && h->colleague_count && i < count; i++)
        *near |= near_one(h, person[i], read_body_id_of(access_view_asker(v)->user, STR("Practitioner")));
    access_held_drop(h);
    return ok;
}
