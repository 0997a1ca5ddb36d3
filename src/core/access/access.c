/* SPDX-License-Identifier: Apache-2.0
 * What is kept in memory, and how it is known to be too old. */
#include "access/access_int.h"
#include "access/facts.h"
#include "base/os.h"
#include "fhir_gen/names.h"

/* References by which an unlabelled resource's unit is derived, in this order. */
static const char *const derived_by[ACCESS_DERIVE_MAX] = {"service-provider", "encounter", "performer",
                                                          "author",           "recorder",  "requester"};

size_t access_slot(store_rid rid)
{
    uint64_t h = (uint64_t)rid * 0x9E3779B97F4A7C15u;
    return (size_t)(h >> 51) & (ACCESS_FACTS_SLOTS - 1);
}

struct access_held *access_held_new(int64_t seq)
{
    struct access_held *h = os_alloc(sizeof *h);
    if (!h)
        return NULL;
    *h = (struct access_held){.seq = seq, .read_ms = os_now_ms()};
    atomic_init(&h->refs, 1);
    arena_init(&h->arena);
    arena_first(&h->arena, ACCESS_HELD_BYTES);
    return h;
}

void access_held_drop(struct access_held *h)
{
    if (!h || atomic_fetch_sub(&h->refs, 1) != 1)
        return;
    arena_release(&h->arena);
    os_free(h);
}

struct access_held *access_held_take(struct access *a, struct access_held **slot, int64_t since)
{
    int64_t now = os_now_ms();
    pthread_mutex_lock(&a->lock);
    struct access_held *h = *slot;
    if (h && (h->seq < since || now - h->read_ms > ACCESS_KEPT_MS || now < h->read_ms))
        h = NULL;
    if (h)
        atomic_fetch_add(&h->refs, 1);
    pthread_mutex_unlock(&a->lock);
    return h;
}

void access_held_keep(struct access *a, struct access_held **slot, struct access_held *h)
{
    pthread_mutex_lock(&a->lock);
    struct access_held *old = *slot;
    if (old && old->seq > h->seq) {
        old = NULL;
    } else {
        atomic_fetch_add(&h->refs, 1);
        *slot = h;
    }
    pthread_mutex_unlock(&a->lock);
    access_held_drop(old);
}

static void raise_to(atomic_llong *to, int64_t seq)
{
    long long was = atomic_load(to);
    while (was < seq && !atomic_compare_exchange_weak(to, &was, seq))
        ;
}

/* On the writer's thread, before the commit is acknowledged. */
static void told(void *arg, int64_t seq, const struct store_told *item, size_t count)
{
    struct access *a = arg;
    if (count == 0) {
        raise_to(&a->all_changed, seq);
        raise_to(&a->region_changed, seq);
        raise_to(&a->roles_changed, seq);
        raise_to(&a->staff_changed, seq);
    }
    for (size_t i = 0; i < count; i++) {
        if (item[i].type == FHIR_TYPE_PractitionerRole || item[i].type == FHIR_TYPE_Practitioner)
            raise_to(&a->staff_changed, seq);
        if (item[i].type == FHIR_TYPE_Organization) {
            /* What facts and callers name are rids of organizations by reference: those too are read again.
             */
            raise_to(&a->region_changed, seq);
            raise_to(&a->all_changed, seq);
            raise_to(&a->roles_changed, seq);
        } else if (item[i].type == FHIR_TYPE_PractitionerRole || item[i].type == FHIR_TYPE_Library) {
            raise_to(&a->roles_changed, seq);
        } else if (item[i].type == FHIR_TYPE_Patient || item[i].type == FHIR_TYPE_RelatedPerson) {
            raise_to(&a->roles_changed, seq);
        }
        /* A relation that lies in no compartment (a Task): whose it was is not told. */
        if (!item[i].patient && a->fact_types[item[i].type])
            raise_to(&a->all_changed, seq);
        if (item[i].patient)
            raise_to(&a->changed[access_slot(item[i].patient)], seq);
    }
}

static void find_params(struct access *a)
{
    a->about = ARENA_ARRAY(&a->arena, fhir_param_id, fhir_type_count);
    a->derive =
        (fhir_param_id(*)[ACCESS_DERIVE_MAX])arena_zalloc(&a->arena, fhir_type_count, sizeof *a->derive);
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        size_t n = 0;
        a->about[t] = facts_about(a->rules, t);
        for (size_t k = 0; fhir_types[t].kind == FHIR_RESOURCE && k < ACCESS_DERIVE_MAX; k++) {
            fhir_param_id id = fhir_param_find(t, str_of(derived_by[k]));
            if (id)
                a->derive[t][n++] = id;
        }
    }
    a->service_provider = fhir_param_find(FHIR_TYPE_Encounter, STR("service-provider"));
    a->role_organization = fhir_param_find(FHIR_TYPE_PractitionerRole, STR("organization"));
    a->consent_patient = fhir_param_find(FHIR_TYPE_Consent, STR("patient"));
    a->consent_actor = fhir_param_find(FHIR_TYPE_Consent, STR("actor"));
    a->consent_period = fhir_param_find(FHIR_TYPE_Consent, STR("period"));
}

struct access *access_new(struct store *s, struct err *err)
{
    struct access *a = os_alloc(sizeof *a);
    if (!a) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(a, 0, sizeof *a);
    a->store = s;
    arena_init(&a->arena);
    pthread_mutex_init(&a->lock, NULL);
    a->rules = rules_read(rules_file, NULL, &a->arena, err);
    if (a->rules) {
        find_params(a);
        a->fact_types = facts_types(a->rules, &a->arena);
        a->told_types = facts_types(a->rules, &a->arena);
        a->told_types[FHIR_TYPE_Organization] = a->told_types[FHIR_TYPE_PractitionerRole] =
            a->told_types[FHIR_TYPE_Library] = true;
        a->told_types[FHIR_TYPE_Practitioner] = true;
        a->told = store_tell(s, a->told_types, told, a, err);
        if (a->told)
            return a;
    }
    access_free(a);
    return NULL;
}

void access_free(struct access *a)
{
    if (!a)
        return;
    if (a->told)
        store_tell(a->store, NULL, NULL, NULL, NULL);
    access_view_empty(a);
    access_held_drop(a->region);
    for (size_t i = 0; i < ACCESS_CALLERS_SLOTS; i++)
        access_held_drop(a->caller[i]), access_held_drop(a->staff[i]);
    for (size_t i = 0; i < ACCESS_FACTS_SLOTS; i++)
        access_held_drop(a->facts[i]);
    pthread_mutex_destroy(&a->lock);
    arena_release(&a->arena);
    os_free(a);
}

void access_search(struct access *a, struct search *s)
{
    a->search = s;
}

const struct rules *access_rules(const struct access *a)
{
    return a->rules;
}
