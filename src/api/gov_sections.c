/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gov_sections.h"

#define MISSING(sv, en) sv " saknas.", en " is missing."

const struct gov_section gov_sections[] = {
    {"need", "Behov", "Need", "need", MISSING("Behov", "The need"), {"need"}},
    {"proposal",
     "Förslag till beslut",
     "Proposed decision",
     "proposal",
     MISSING("Förslag till beslut", "The proposed decision"),
     {"proposal"}},
    {"functionality",
     "Funktionalitet",
     "Functionality",
     "functionality",
     MISSING("Funktionalitet", "The functionality"),
     {"functionality"}},
    {"coordination",
     "Regional samordning",
     "Regional coordination",
     "coordination",
     MISSING("Regional samordning", "Regional coordination"),
     {"coordination"}},
    {"benefitCase",
     "Nyttokalkyl",
     "Benefit case",
     "benefit",
     "Nyttokalkyl saknas.",
     "A benefit case is missing.",
     {"benefitCase", "benefitSummary", "benefitExemption"}},
    {"funding",
     "Finansiering och resurskonsekvenser",
     "Funding and resources",
     "funding",
     MISSING("Finansiering och resurskonsekvenser", "Funding and its consequences for resources"),
     {"funding"}},
    {0},
};

static bool blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\n' && s.p[i] != '\t' && s.p[i] != '\r')
            return false;
    return true;
}

bool gov_sections_has(const struct gov_body *the_case, const struct gov_section *s)
{
    if (str_is(str_of(s->code), "benefitCase"))
        return gov_rules_body_text(the_case, "benefitCase.reference").n ||
               !blank(gov_rules_body_text(the_case, "benefitExemption.motivation"));
    if (str_is(str_of(s->code), "coordination"))
        return gov_rules_body_count(the_case, "coordination") > 0;
    return !blank(gov_rules_body_text(the_case, s->code));
}
