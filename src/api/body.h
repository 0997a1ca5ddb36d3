/* SPDX-License-Identifier: Apache-2.0
 * body: from a parsed resource to the three parts a store_change wants. */
#ifndef HELHET_API_BODY_H
#define HELHET_API_BODY_H

#include "fhir/model.h"
#include "store/store.h"

/* Fills head, meta_rest and tail of c (in arena) for the resource at i under the given id: resourceType and
 * id first, then meta without versionId and lastUpdated (which the store writes), then every other member in
 * its order. Sets c->type and c->id too. */
bool body_parts(const struct json_doc *doc, uint32_t i, fhir_type_id type, struct str id, struct arena *arena,
                struct store_change *c, struct err *err);

#endif
