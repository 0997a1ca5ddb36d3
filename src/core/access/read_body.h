/* SPDX-License-Identifier: Apache-2.0
 * read_body: reading what access needs out of stored bodies, whose form has been checked. Names of our
 * extensions and code systems, in one place. Pure. */
#ifndef HELHET_ACCESS_READ_BODY_H
#define HELHET_ACCESS_READ_BODY_H

#include "fhir/model.h"

#define ACCESS_URL_BASE "https://helhet.example/fhir/"
#define ACCESS_URL_EXTENSION ACCESS_URL_BASE "StructureDefinition/"
#define ACCESS_URL_UNIT ACCESS_URL_EXTENSION "care-unit"         /* Meta: valueReference(Organization) */
#define ACCESS_URL_PROVIDER ACCESS_URL_EXTENSION "care-provider" /* Meta: valueReference(Organization) */
#define ACCESS_URL_CORRECTS                                                                                  \
    ACCESS_URL_EXTENSION "corrects" /* Meta: what a correction corrects, who and when */
#define ACCESS_URL_SHARED                                                                                    \
    ACCESS_URL_EXTENSION "shared-record" /* Organization: valueBoolean, has joined (lag 2022:913) */
#define ACCESS_URL_ANALYSIS                                                                                  \
    ACCESS_URL_EXTENSION                                                                                     \
    "needs-and-risk-analysis" /* PractitionerRole: valueReference(Library), see analysis.h */
#define ACCESS_URL_PURPOSE ACCESS_URL_EXTENSION "purpose"   /* PractitionerRole: valueCode, repeats */
#define ACCESS_URL_OUTER ACCESS_URL_EXTENSION "outer-block" /* Consent: valueBoolean */
#define ACCESS_URL_REVIEW ACCESS_URL_EXTENSION "review"     /* Consent: valueBoolean, to be looked at */
#define ACCESS_URL_CATEGORY ACCESS_URL_BASE "CodeSystem/access-category" /* block, consent, … */
#define ACCESS_URL_ROLE ACCESS_URL_BASE "CodeSystem/role"
#define ACCESS_URL_LIBRARY ACCESS_URL_BASE "CodeSystem/library-type" /* needs-and-risk-analysis */
#define ACCESS_URL_REASON ACCESS_URL_EXTENSION "access-reason"       /* Consent: valueString, why */

/* The id of a relative or absolute reference to a type; {NULL, 0} when it is to something else. */
struct str read_body_id_of(struct str reference, struct str type);
/* The reference member of a Reference node; UINT32_MAX gives {NULL, 0}. */
struct str read_body_reference(const struct json_doc *doc, uint32_t i);
/* The extension of element i with that URL; UINT32_MAX when it has none. */
uint32_t read_body_extension(const struct json_doc *doc, uint32_t i, const char *url);
/* valueBoolean of an extension; false when there is none. */
bool read_body_flag(const struct json_doc *doc, uint32_t i, const char *url, bool *value);
/* valueReference of an extension of Meta. */
struct str read_body_label(const struct json_doc *doc, uint32_t i, const char *url);
/* The code of that system in the CodeableConcepts (or one) of element i; {NULL, 0}. */
struct str read_body_code(const struct json_doc *doc, uint32_t i, const char *system);
/* Calls fn for each node that a dotted path of members leads to, arrays gone through. */
typedef bool read_body_node_fn(void *arg, const struct json_doc *doc, uint32_t i);
bool read_body_walk(const struct json_doc *doc, uint32_t i, struct str path, read_body_node_fn *fn,
                    void *arg);
/* [low, high) of a date or dateTime; false when it is none. Without zone: Swedish winter time. */
bool read_body_time(struct str text, int64_t *low_ms, int64_t *high_ms);
/* Period node: open ends are INT64_MIN and INT64_MAX. UINT32_MAX: open both ways. */
void read_body_period(const struct json_doc *doc, uint32_t i, int64_t *from_ms, int64_t *to_ms);

#endif
