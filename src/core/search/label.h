/* SPDX-License-Identifier: Apache-2.0
 * label: what a resource says of who may see it, as rows of STORE_LABEL: the unit and provider under whose
 * responsibility it was written (meta.extension care-unit and care-provider, which the server sets),
 * protected identity (meta.security, HL7 Sweden's base profiles), Consents that rule access, and whether it
 * is signed. */
#ifndef HELHET_SEARCH_LABEL_H
#define HELHET_SEARCH_LABEL_H

#include "fhir/model.h"

#define LABEL_UNIT_URL "https://helhet.example/fhir/StructureDefinition/care-unit"
#define LABEL_PROVIDER_URL "https://helhet.example/fhir/StructureDefinition/care-provider"
#define LABEL_GRANT_SYSTEM "https://helhet.example/fhir/CodeSystem/access-category"

/* Bits of a STORE_LABEL_FLAGS row. */
enum label_flag {
    LABEL_CONFIDENTIAL = 1 << 0, /* sekretessmarkering */
    LABEL_PROTECTED = 1 << 1,    /* skyddad folkbokföring */
    LABEL_GRANT = 1 << 2,        /* a Consent that rules access */
    LABEL_WISH = 1 << 3,         /* … as the patient wishes: block, consent, lifting */
    LABEL_SIGNED = 1 << 4,       /* in a final status */
    LABEL_WORKING = 1 << 5,      /* steering: working material, not yet an official record */
    LABEL_SECRET = 1 << 6,       /* steering: something in it is secret, until LABEL_UNTIL's day */
};
/* The last day of it in bits 8 to 23, since 1970-01-01; 0: without end. */
enum { LABEL_UNTIL_SHIFT = 8, LABEL_UNTIL_MAX = 0xffff };

struct label {
    struct str unit, provider; /* "Organization/x"; empty: none */
    uint32_t flags;            /* enum label_flag */
};

/* Of the resource at i; texts are the document's. */
struct label label_read(const struct json_doc *doc, uint32_t i, fhir_type_id type);

#endif
