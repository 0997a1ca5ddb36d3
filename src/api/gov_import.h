/* SPDX-License-Identifier: Apache-2.0
 * gov_import: the rules of Steering for what is imported: nothing decided, frozen, locked or measured by the
 * system is brought in over what is there. */
#ifndef HELHET_API_GOV_IMPORT_H
#define HELHET_API_GOV_IMPORT_H

#include "fhir/model.h"
#include "store/store.h"

/* Has the type such rules? */
bool guard_gov_concerns(fhir_type_id type, struct str id);
/* The rules of one resource (at node of doc) that is imported under that id; r reads all of what is there
 * before it. */
bool guard_gov_import(struct store_read *r, fhir_type_id type, struct str id, const struct json_doc *doc,
                      uint32_t node, struct arena *arena, struct err *err);

#endif
