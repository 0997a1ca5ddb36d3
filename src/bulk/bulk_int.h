/* SPDX-License-Identifier: Apache-2.0
 * Private to bulk: the request of an export as read back. */
#ifndef HELHET_BULK_INT_H
#define HELHET_BULK_INT_H

#include "bulk/bulk.h"

struct bulk_filter {
    fhir_type_id type;
    struct search_param *param;
    size_t param_count;
};

struct bulk_request {
    int64_t since_ms, until_ms;
    bool compartment;
    fhir_type_id *type;
    size_t type_count;
    struct bulk_filter *filter;
    size_t filter_count;
    struct str *element;
    size_t element_count;
    const struct access_caller *caller; /* NULL: sees everything */
    bool patients;                      /* only these */
    struct str *patient;
    size_t patient_count;
};

/* Texts are in arena. A request that this program does not understand (it may be another's) is an error. */
bool bulk_request_read(struct str text, struct arena *arena, struct bulk_request *out, struct err *err);

#endif
