/* SPDX-License-Identifier: Apache-2.0
 * Private to access: what struct access keeps, and how it is shared between threads. */
#ifndef HELHET_ACCESS_ACCESS_INT_H
#define HELHET_ACCESS_ACCESS_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "access/access_view.h"

enum {
    ACCESS_DERIVE_MAX = 6,
    ACCESS_HELD_BYTES = 1024,      /* of what is kept of a patient or caller, to begin with */
    ACCESS_IDLE_VIEWS = 16,        /* kept for the next requests, with their memory … */
    ACCESS_IDLE_BYTES = 64 * 1024, /* … when it is no more than that */
};

/* Who a caller is, of the record: of one assignment, patient or guardian. */
struct access_who {
    struct str key; /* the assignment, or the user: "PractitionerRole/x" */
    store_rid user, assignment, unit, provider;
    struct str unit_name, provider_name; /* "Organization/x" */
    struct str role;                     /* of the PractitionerRole; "" when it says none */
    bool analysed, active, joined;
    uint64_t person[PERSON_KEYS_MAX]; /* GUARDIAN: person_key.h */
    size_t person_count;
    int64_t from_ms, to_ms;
};

struct access_colleague; /* access_near.c */

/* Something read at a commit and kept: read only, freed by the last that lets go. */
struct access_held {
    atomic_uint refs;
    int64_t seq, read_ms;
    struct arena arena;
    const struct region *region;
    struct access_who who;
    bool usable, *whole[2]; /* of who, without scopes: types that are seen whole, by action (READ, SEARCH) */
    struct decide_patient patient;
    /* The staff of a unit, by identity number. */
    store_rid staff_of;
    struct access_colleague *colleague;
    size_t colleague_count;
};

struct access {
    struct store *store;
    struct search *search; /* what reads the criteria of scopes; NULL: nothing */
    struct arena arena;
    const struct rules *rules;
    bool told;        /* the store tells us */
    bool *fact_types; /* by build id */
    bool *told_types;
    fhir_param_id (*derive)[ACCESS_DERIVE_MAX]; /* by type: references that lead to a unit */
    fhir_param_id
        *about; /* by type: of records outside the compartments, the reference to whom it is about; 0: none */
    fhir_param_id service_provider, role_organization, consent_patient, consent_actor, consent_period;
    pthread_mutex_t lock; /* the pointers below and refs taken through them */
    struct access_held *region, *caller[ACCESS_CALLERS_SLOTS], *facts[ACCESS_FACTS_SLOTS],
        *staff[ACCESS_CALLERS_SLOTS];
    _Atomic(struct access_view *) idle[ACCESS_IDLE_VIEWS];
    /* The last commit that changed what is kept there. */
    atomic_llong region_changed, roles_changed, staff_changed, all_changed, changed[ACCESS_FACTS_SLOTS];
};

struct access_held *access_held_new(int64_t seq);
void access_held_drop(struct access_held *h); /* NULL is fine */
/* The one kept in *slot when it is from since or later and young enough, with a reference of the caller's;
 * else NULL. */
struct access_held *access_held_take(struct access *a, struct access_held **slot, int64_t since);
/* Keeps h in *slot too, unless a newer one is there. */
void access_held_keep(struct access *a, struct access_held **slot, struct access_held *h);
size_t access_slot(store_rid rid);

/* Lets go of the views that are idle. */
void access_view_empty(struct access *a);
/* What a view is made of. */
struct access *access_view_access(const struct access_view *v);
const struct access_caller *access_view_asker(const struct access_view *v);

/* access_who.c: reads who the caller is. False with *err when reading failed; what is not there leaves zeros.
 */
bool access_who_read(struct store_read *r, const struct rules *rules, const struct region *region,
                     const struct access_caller *caller, struct arena *arena, struct access_who *out,
                     struct err *err);

/* access_mask.c: store_view.mask; arg is struct access_view. */
bool access_mask(const struct rules *rules, struct arena *arena, fhir_type_id type, struct str body,
                 struct str *out, struct err *err);

#endif
