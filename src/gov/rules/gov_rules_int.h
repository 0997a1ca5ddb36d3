/* SPDX-License-Identifier: Apache-2.0
 * Private to rules: reading bodies by the names of their members, and the table of rules. */
#ifndef HELHET_RULES_GOV_RULES_INT_H
#define HELHET_RULES_GOV_RULES_INT_H

#include "rules/gov_rules.h"

struct gov_ask {
    const struct gov_change *c;
    const struct gov_reads *reads;
    struct arena *arena;
    struct err *err;
    struct str name; /* "Type/id", for errors */
};

/* Reads what reference leads to; a missing one is GOV_MISSING. */
bool gov_rules_read(struct gov_ask *a, struct str reference, const char *what, struct gov_body *out);

/* ---- the rules, one function a type: false with *a->err ---- */

typedef bool gov_rule(struct gov_ask *a);
gov_rule gov_rules_decision, gov_rules_initiative, gov_rules_case, gov_rules_mandate;
gov_rule gov_rules_definition, gov_rules_readiness, gov_rules_risk, gov_rules_bundle, gov_rules_experience,
    gov_rules_report, gov_rules_kept;

#endif
