/* SPDX-License-Identifier: Apache-2.0
 * tables_int: the generated tables that only this folder reads. */
#ifndef HELHET_FHIR_TABLES_INT_H
#define HELHET_FHIR_TABLES_INT_H

#include "fhir/model.h"
#include "fhir_gen/names.h"

/* Perfect hash of the names: slot of a word → its name id and its text in fhir_name_pool. */
struct fhir_name_slot {
    uint32_t offset;
    uint16_t name; /* 0: empty */
    uint16_t len;
};
extern const char fhir_name_pool[];
extern const uint32_t fhir_name_bucket_mask, fhir_name_slot_mask;
extern const struct fhir_name_slot fhir_name_slots[];
extern const uint16_t fhir_name_displacement[];
/* Type of each name that is one, else 0. */
extern const fhir_type_id fhir_name_type[];

/* Hash of the elements of each type, by name and (first alternative of a choice) path name: open addressing
 * in fhir_elem_slots[first .. first + 2^bits), never full. */
struct fhir_elem_index {
    uint32_t first, multiplier, bits;
};
extern const struct fhir_elem_index fhir_elem_indexes[];
extern const fhir_elem_id fhir_elem_slots[];

#endif
