/* SPDX-License-Identifier: Apache-2.0
 * analysis: the needs-and-risk analysis of an assignment (behovs- och riskanalys, PDL 4 kap. 2 §, HSLF-FS
 * 2016:40 4 kap. 2 §). The PractitionerRole's extension needs-and-risk-analysis refers to a Library whose
 * type is needs-and-risk-analysis; it is published (status active), names the roles (useContext user) and the
 * units (useContext venue: Organizations; what is part of one is covered with it) that it has weighed, and
 * holds for its effectivePeriod; one without an end holds analysis_days (times.json) from its approvalDate.
 */
#ifndef HELHET_ACCESS_ANALYSIS_H
#define HELHET_ACCESS_ANALYSIS_H

#include "access/rules.h"
#include "store/store.h"

enum analysis_state {
    ANALYSIS_HOLDS, /* from from_ms to to_ms */
    ANALYSIS_NONE,  /* none is linked */
    ANALYSIS_GONE,  /* what is linked is not here, or is no analysis */
    ANALYSIS_DRAFT, /* not published, or taken out of use */
    ANALYSIS_ROLE,  /* does not cover the role */
    ANALYSIS_UNIT,  /* does not cover the unit */
    ANALYSIS_OPEN,  /* does not say until when it holds */
};

struct analysis {
    enum analysis_state state;
    struct str reference, title; /* "Library/x"; "" */
    int64_t from_ms, to_ms;      /* when it HOLDS: [from, to); also told in other states when it says */
};

/* What the assignment asks of its analysis. */
struct analysis_asked {
    const struct json_doc *assignment; /* a PractitionerRole */
    struct str role;                   /* code in roles.json */
    const struct str *path;            /* "Organization/x": the unit and what it is part of */
    size_t path_count;
};

/* Texts in arena. r reads without a view. False when reading failed. */
bool analysis_read(struct store_read *r, const struct rules *rules, const struct analysis_asked *asked,
                   struct arena *arena, struct analysis *out, struct err *err);
/* Why an assignment with such an analysis cannot be used, a code as gate's ("no-analysis"); NULL: it can.
 * now: outside its time it is "analysis-ended" or "analysis-not-begun". */
const char *analysis_unfit(const struct analysis *a, int64_t now_ms);

#endif
