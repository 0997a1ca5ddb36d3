/* SPDX-License-Identifier: Apache-2.0
 * gov_sections: the headings of a decision case, in the order that cases have them. */
#ifndef HELHET_API_GOV_SECTIONS_H
#define HELHET_API_GOV_SECTIONS_H

#include "rules/gov_rules_body.h"

struct gov_section {
    const char *code;    /* of CodeSystem case-section: the member's name too; NULL ends the table */
    const char *sv, *en; /* the heading */
    const char *missing, *missing_sv, *missing_en; /* the finding */
    const char *member[3];                         /* members that are part of it; NULL ends */
};

extern const struct gov_section gov_sections[];

/* Does the case say something under the heading? Of benefits: a benefit case, or why there is none. */
bool gov_sections_has(const struct gov_body *the_case, const struct gov_section *s);

#endif
