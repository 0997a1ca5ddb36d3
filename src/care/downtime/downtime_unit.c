/* SPDX-License-Identifier: Apache-2.0
 * What stands on a unit's page, read through a view. */
#include <stdio.h>

#include "base/time.h"
#include "downtime/downtime_int.h"
#include "fhir_gen/names.h"

enum { UNIT_PARAMS_MAX = 6, UNIT_STEP = 200, UNIT_HOUR_MS = 3600 * 1000 };

/* Which resources of a patient a list is of; what has no status to search by is sorted out on the page. */
static const struct {
    const char *type;
    struct {
        const char *name, *value; /* value "": DOWNTIME_RESULTS_H ago */
    } param[UNIT_PARAMS_MAX - 2];
} unit_lists[DOWNTIME_LISTS] = {
    [DOWNTIME_FLAGS] = {"Flag", {{0}}},
    [DOWNTIME_ALLERGIES] = {"AllergyIntolerance", {{0}}},
    [DOWNTIME_CONDITIONS] = {"Condition", {{"clinical-status:not", "inactive,remission,resolved"}}},
    [DOWNTIME_ORDERS] = {"MedicationRequest",
                         {{"status", "active,on-hold"}, {"_include", "MedicationRequest:medication"}}},
    [DOWNTIME_STATEMENTS] = {"MedicationStatement",
                             {{"status", "active,intended,on-hold"},
                              {"_include", "MedicationStatement:medication"}}},
    [DOWNTIME_RESULTS] = {"Observation", {{"category", "laboratory"}, {"date", ""}, {"_sort", "-date"}}},
    [DOWNTIME_PLANS] = {"CarePlan", {{"status", "active,on-hold"}}},
};

static bool docs_add(struct downtime_docs *docs, const struct store_version *from, size_t count,
                     struct arena *arena, struct err *err)
{
    struct json_doc *all = ARENA_ARRAY(arena, struct json_doc, docs->count + count);
    if (!all)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < docs->count; i++)
        all[i] = docs->item[i];
    for (size_t i = 0; i < count; i++)
        if (!json_parse(arena, from[i].body, NULL, &all[docs->count + i], err))
            return false;
    docs->item = all;
    docs->count += count;
    return true;
}

bool downtime_find(struct store_read *r, struct search *s, const char *type, const struct search_param *param,
                   size_t count, size_t max, struct arena *arena, struct downtime_docs *out,
                   struct downtime_docs *included, struct err *err)
{
    struct search_query q;
    struct search_page page;
    bool ok = search_parse(s, r, fhir_type_find(str_of(type)), param, count, false, arena, &q, err);
    *out = (struct downtime_docs){0};
    q.plan.limit = ok && max < UNIT_STEP ? max : UNIT_STEP;
    for (bool more = ok; ok && more;) {
        ok = search_run(s, r, &q, arena, &page, err) &&
             docs_add(out, page.match, page.match_count, arena, err) &&
             (!included || docs_add(included, page.included, page.included_count, arena, err));
        more = ok && page.more && out->count < max;
        out->more = ok && page.more;
        q.plan.cursor = page.next;
    }
    return ok;
}

static uint64_t withheld(struct store_read *r)
{
    const store_rid *seen;
    size_t count;
    bool many;
    uint64_t n;
    store_read_seen(r, &seen, &count, &many, &n);
    return n;
}

static bool find_list(struct store_read *r, struct search *s, enum downtime_list list, int64_t now_ms,
                      struct downtime_patient *p, struct arena *arena, struct err *err)
{
    struct search_param param[UNIT_PARAMS_MAX] = {{STR("patient"), p->id}};
    char since[TIME_TEXT_MAX + 2] = "ge";
    size_t n = 1;
    since[2 + time_format(now_ms - (int64_t)DOWNTIME_RESULTS_H * UNIT_HOUR_MS, since + 2)] = 0;
    for (size_t i = 0; i < UNIT_PARAMS_MAX - 2 && unit_lists[list].param[i].name; i++) {
        const char *value = unit_lists[list].param[i].value;
        param[n++] =
            (struct search_param){str_of(unit_lists[list].param[i].name), str_of(value[0] ? value : since)};
    }
    uint64_t before = withheld(r);
    bool ok = downtime_find(r, s, unit_lists[list].type, param, n, DOWNTIME_LIST_MAX, arena, &p->list[list],
                            &p->medication, err);
    p->hidden[list] = withheld(r) > before;
    return ok;
}

static bool find_patient(struct store_read *r, struct search *s, int64_t now_ms, struct downtime_patient *p,
                         struct arena *arena, struct err *err)
{
    const struct search_param param[] = {{STR("_id"), p->id}};
    struct downtime_docs found;
    bool ok = downtime_find(r, s, "Patient", param, 1, 1, arena, &found, NULL, err);
    p->patient = ok && found.count ? found.item : NULL;
    for (int i = 0; ok && i < DOWNTIME_LISTS; i++)
        ok = find_list(r, s, (enum downtime_list)i, now_ms, p, arena, err);
    return ok;
}

/* Whose encounter it is; the newest of a patient's counts. */
static bool add_patient(struct downtime_unit *u, const struct json_doc *encounter)
{
    uint32_t subject = json_get_key(encounter, 0, STR("subject"));
    struct str ref = subject == UINT32_MAX
                         ? (struct str){0}
                         : json_text(encounter, json_get_key(encounter, subject, STR("reference")));
    if (!str_starts(ref, STR("Patient/")))
        return true;
    ref = str_sub(ref, strlen("Patient/"), ref.n);
    for (size_t i = 0; i < u->patient_count; i++)
        if (str_eq(u->patient[i].id, ref))
            return true;
    if (u->patient_count == DOWNTIME_PATIENTS_MAX)
        return false;
    u->patient[u->patient_count++] = (struct downtime_patient){.id = ref, .encounter = encounter};
    return true;
}

bool downtime_gather(struct store_read *r, struct search *s, struct arena *arena, struct downtime_unit *u,
                     struct err *err)
{
    const struct search_param param[] = {{STR("service-provider"), u->id},
                                         {STR("status"), STR("arrived,triaged,in-progress,onleave")},
                                         {STR("_sort"), STR("-date")}};
    struct downtime_docs found;
    u->patient = ARENA_ARRAY(arena, struct downtime_patient, DOWNTIME_PATIENTS_MAX);
    if (!u->patient)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!downtime_find(r, s, "Encounter", param, 3, 4 * DOWNTIME_PATIENTS_MAX, arena, &found, NULL, err))
        return false;
    u->more = found.more;
    for (size_t i = 0; i < found.count; i++)
        if (!add_patient(u, &found.item[i]))
            u->more = true;
    for (size_t i = 0; i < u->patient_count; i++)
        if (!find_patient(r, s, u->now_ms, &u->patient[i], arena, err))
            return false;
    u->withheld = withheld(r);
    return true;
}
