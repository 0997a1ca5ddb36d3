/* SPDX-License-Identifier: Apache-2.0
 * demo: a deterministic synthetic Swedish region: providers, units and staff, then patients one after another
 * with their contacts, diagnoses, medication, results, notes and referrals. The same options give the same
 * bytes on every machine: no clock, no global randomness. Nobody in it exists: patients have official test
 * identities (ids/testid.h), names are put together by chance, telephone numbers come from PTS's series for
 * fiction.
 *
 * Every text handed to emit is one FHIR R4 resource with an id; what a text refers to has been emitted before
 * it or belongs to the same patient. Memory is bounded by the region, not by the number of patients. One
 * call, one thread. */
#ifndef HELHET_DEMO_DEMO_H
#define HELHET_DEMO_DEMO_H

#include "base/err.h"

enum {
    DEMO_PATIENTS_MAX = 20000
}; /* the official test series hold no more in a plausible age distribution */

struct demo_options {
    uint32_t patients; /* 0..DEMO_PATIENTS_MAX */
    uint64_t seed;
    int64_t now_ms;   /* "today" of the region: nothing but plans lies after it; years 2024 to 2099 */
    bool record_only; /* nothing of the steering */
};

/* Emits the whole region. resource_json is borrowed for the call. False with USAGE in err when options are
 * outside their bounds, or with err untouched as soon as emit answers false. */
bool demo_generate(const struct demo_options *options, bool (*emit)(void *arg, struct str resource_json),
                   void *arg, struct err *err) __attribute__((warn_unused_result));

#endif
