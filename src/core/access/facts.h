/* SPDX-License-Identifier: Apache-2.0
 * facts: what is known of one patient (struct decide_patient), read from the store: protected identity and
 * birth from the Patient, blocks and grants from its Consents, custody from its RelatedPersons, care
 * relations from what relations.json names. */
#ifndef HELHET_ACCESS_FACTS_H
#define HELHET_ACCESS_FACTS_H

#include "access/decide.h"
#include "access/region.h"

enum {
    FACTS_RESOURCES_MAX = 20000, /* of one patient that are read; more: ERR_ACCESS_FACTS */
    FACTS_ROLES = 16,            /* PractitionerRoles remembered while reading */
};

/* The types that change facts, by build id; true for those of relations.json too. In arena. */
bool *facts_types(const struct rules *rules, struct arena *arena);

/* Of a type of record that lies in no patient's compartment (Task), the parameter that says whom it is about;
 * 0: none. */
fhir_param_id facts_about(const struct rules *rules, fhir_type_id type);

/* Everything in arena. r must have no view and no pin. O(what the patient has of those types). */
bool facts_read(struct store_read *r, const struct rules *rules, const struct region *region,
                store_rid patient, struct arena *arena, struct decide_patient *out, struct err *err);

#endif
