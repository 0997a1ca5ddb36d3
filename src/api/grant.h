/* SPDX-License-Identifier: Apache-2.0
 * grant: blocks, liftings, consents, active choices and emergency openings, which are Consents of the
 * category https://helhet.example/fhir/CodeSystem/access-category that only the Patient operations make and
 * end. */
#ifndef HELHET_API_GRANT_H
#define HELHET_API_GRANT_H

#include "api/guard.h"

struct grant {
    const char *category;   /* code of the category */
    bool deny;              /* provision.type */
    struct str actor;       /* "Organization/x" or "PractitionerRole/x" that it is about */
    struct str source;      /* "Consent/x": the block that is lifted; empty: none */
    struct str reason;      /* why, in words; empty: none */
    int64_t from_ms, to_ms; /* INT64_MAX: until it is ended */
    bool outer, review;
    const char *law;
};

/* The call's patient as the caller sees it: ERR_NOT_FOUND, or ERR_ACCESS_OFF without accounts. Staff need
 * right (of those in rights), the patient none where own is true. False with *err. */
bool grant_open(struct call *c, enum rules_right right, bool own, struct err *err);
/* An organization of the region by reference, as "Organization/x"; ERR_PARAM_VALUE. */
bool grant_organization(struct call *c, struct str reference, struct str *out, struct err *err);
/* Writes it and answers with the Consent. Always as a call_fn returns. */
bool grant_make(struct call *c, const struct grant *g);
/* Ends the patient's own active Consent of that category ("Consent/x" or x) and answers with it. actor: only
 * one that is about it; empty: whoever it is about. Any other: ERR_NOT_FOUND. */
bool grant_end(struct call *c, struct str reference, const char *category, struct str actor);
/* A whole number of a parameter, fallback when absent, at most max; false with *err. */
bool grant_number(struct call *c, struct str text, const char *name, uint64_t fallback, uint64_t max,
                  uint64_t *out, struct err *err);

#endif
