/* SPDX-License-Identifier: Apache-2.0
 * refs: rewriting the references of a parsed resource (R4 3.1.0.11.2 transaction processing rules): every
 * Reference.reference, every uri, url, oid and uuid element (never canonical: R4 says they are not replaced),
 * and href/src in narrative. Shared by the transaction interaction and the importer. */
#ifndef HELHET_API_REFS_H
#define HELHET_API_REFS_H

#include "fhir/model.h"

/* Maps one reference text. Leaves *to empty when it is to stay as it is; false with *err when it cannot be
 * resolved. is_reference tells Reference.reference from the other elements. */
typedef bool refs_map_fn(void *arg, bool is_reference, struct str from, struct arena *arena, struct str *to,
                         struct err *err);

/* Rewrites in place below resource i (elem must be filled). On failure err has the element path. */
bool refs_rewrite(struct json_doc *doc, uint32_t i, struct arena *arena, refs_map_fn *map, void *arg,
                  struct err *err);

/* Splits "Type?query" conditional references; false when it is none. */
bool refs_conditional(struct str reference, fhir_type_id *type, struct str *query);

#endif
