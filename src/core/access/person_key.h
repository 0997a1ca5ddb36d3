/* SPDX-License-Identifier: Apache-2.0
 * person_key: who somebody is, by identity number (personnummer, samordningsnummer), as a number that can be
 * compared: the same for every written form of the same identity, never the same for two. Pure. */
#ifndef HELHET_ACCESS_PERSON_KEY_H
#define HELHET_ACCESS_PERSON_KEY_H

#include "fhir/model.h"

enum { PERSON_KEYS_MAX = 4 }; /* identity numbers of one person; more are not looked at */

/* The keys of the identifiers of a Patient, Practitioner or RelatedPerson; none is 0. */
size_t person_key_all(const struct json_doc *doc, uint64_t out[PERSON_KEYS_MAX]);

/* Every way that the same identity numbers may be written, joined by commas: what an identifier is searched
 * by to find all resources of the person (some may be others': the keys tell). "" when there is none. */
struct str person_key_written(const struct json_doc *doc, struct arena *arena);

#endif
