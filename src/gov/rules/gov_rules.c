/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/gov_rules_int.h"

static const struct {
    const char *type;
    gov_rule *rule;
} table[] = {
    {"Decision", gov_rules_decision},
    {"Initiative", gov_rules_initiative},
    {"DecisionCase", gov_rules_case},
    {"Mandate", gov_rules_mandate},
    {"CheckpointDefinition", gov_rules_definition},
    {"ReadinessCheckpoint", gov_rules_readiness},
    {"Risk", gov_rules_risk},
    {"Bundle", gov_rules_bundle},
    {"Experience", gov_rules_experience},
    {"Report", gov_rules_report},
    {"Binary", gov_rules_kept},
    {"DocumentReference", gov_rules_kept},
};

static gov_rule *rule_of(struct str type)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(type, table[i].type))
            return table[i].rule;
    return NULL;
}

bool gov_rules_of(struct str type)
{
    return rule_of(type) != NULL;
}

bool gov_rules_read(struct gov_ask *a, struct str reference, const char *what, struct gov_body *out)
{
    bool found = false;
    if (reference.n && !a->reads->get(a->reads->arg, reference, out, &found, a->err))
        return false;
    return found || err_set_str(a->err, ERR_GOV_MISSING, str_of(what), reference);
}

bool gov_rules_hold(const struct gov_change *c, const struct gov_reads *reads, struct arena *arena,
                    struct err *err)
{
    gov_rule *rule = rule_of(c->type);
    struct gov_ask a = {.c = c, .reads = reads, .arena = arena, .err = err};
    a.name = arena_printf(arena, "%.*s/%.*s", STR_ARG(c->type), STR_ARG(c->id));
    return !rule || rule(&a);
}
