/* SPDX-License-Identifier: Apache-2.0
 * patch: changes to a resource told as operations: JSON Patch (RFC 6902, pointers RFC 6901), XML Patch
 * (RFC 5261, R4 3.1.0.9) and FHIRPath Patch (R4 fhirpatch.html). Pure functions over text, any thread: either
 * all operations apply and *out is the new text (in arena), or nothing and *err says which operation failed,
 * where, and what was expected: PATCH_SYNTAX for what is no patch, PATCH_FAILED for what does not fit the
 * text. The result is not validated here. */
#ifndef HELHET_PATCH_PATCH_H
#define HELHET_PATCH_PATCH_H

#include "fhir/model.h"
#include "path/path.h"

enum {
    PATCH_OPERATIONS_MAX = 10000,        /* of one patch */
    PATCH_STEPS_MAX = 20 * 1000 * 1000,  /* nodes visited or copied by one JSON Patch */
    PATCH_BYTES_MAX = 512 * 1024 * 1024, /* text rewritten by one FHIRPath Patch, all operations together */
    PATCH_XPATH_MAX = 1024,              /* bytes of one XPath */
    PATCH_XPATH_STEPS_MAX = 1000 * 1000, /* work of one XPath */
};

/* Any JSON by JSON Patch. */
bool patch_json(struct str text, struct str patch, struct arena *arena, struct str *out, struct err *err)
    __attribute__((warn_unused_result));
/* Any XML by XML Patch. The prefixes f (FHIR) and h (XHTML) may be used without being declared. */
bool patch_xml(struct str text, struct str patch, struct arena *arena, struct str *out, struct err *err)
    __attribute__((warn_unused_result));
/* A resource in JSON by XML Patch: as if it were stored as XML. */
bool patch_xml_resource(struct str text, struct str patch, struct arena *arena, struct str *out,
                        struct err *err) __attribute__((warn_unused_result));
/* A resource in JSON by FHIRPath Patch: a Parameters resource in JSON. now_ms is what now() gives, terms what
 * memberOf() and subsumes() ask (NULL: only the model's required bindings). */
bool patch_fhirpath(struct str text, struct str patch, int64_t now_ms, const struct path_terms *terms,
                    struct arena *arena, struct str *out, struct err *err)
    __attribute__((warn_unused_result));

/* The FHIRPath Patch (Parameters in JSON) that turns one resource into another of its type:
 * patch_fhirpath(from, *out) gives to, but for id, meta.versionId and meta.lastUpdated, which are left alone.
 */
bool patch_diff(struct str from, struct str to, struct arena *arena, struct str *out, struct err *err)
    __attribute__((warn_unused_result));

#endif
