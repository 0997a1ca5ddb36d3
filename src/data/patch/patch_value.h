/* SPDX-License-Identifier: Apache-2.0
 * Private to patch: the value of a FHIRPath Patch operation. */
#ifndef HELHET_PATCH_PATCH_VALUE_H
#define HELHET_PATCH_PATCH_VALUE_H

#include "patch/patch_int.h"

struct value_read {
    struct edit_budget *budget;
    const struct json_doc *doc; /* the Parameters, elem filled */
    const char *sv, *en;        /* what is wrong; NULL: memory */
};

/* The content that the part named "value" tells, for an element of that type. False with v->sv. */
bool patch_value_read(struct value_read *v, uint32_t part, fhir_type_id type, struct content *out);
/* "Quantity" of valueQuantity; {NULL,0} when the part has no value[x]. */
struct str patch_value_suffix(const struct json_doc *doc, uint32_t part);
/* Element of type by its JSON name, or by its FHIRPath name and, for a choice, the value's type. 0: none. */
fhir_elem_id patch_value_elem(fhir_type_id type, struct str name, struct str suffix);

#endif
