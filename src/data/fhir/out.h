/* SPDX-License-Identifier: Apache-2.0
 * out: FHIR datatypes (R4 2.24, 2.3) that the service writes itself, over json's writer. */
#ifndef HELHET_FHIR_OUT_H
#define HELHET_FHIR_OUT_H

#include "json/json.h"

/* key: {"reference": to}; key NULL in an array. */
void fhir_out_reference(struct json_out *o, const char *key, struct str to);
/* _key: {"extension": …}: the same text in another language ("sv", "en"), as
 * http://hl7.org/fhir/StructureDefinition/translation. */
void fhir_out_translation(struct json_out *o, const char *key, const char *lang, struct str text);
/* key: an instant in UTC, of ms since 1970. */
void fhir_out_instant(struct json_out *o, const char *key, int64_t ms);

#endif
