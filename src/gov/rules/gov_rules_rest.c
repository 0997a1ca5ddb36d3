/* SPDX-License-Identifier: Apache-2.0
 * Mandates, accepted risks, frozen evidence, experiences. */
#include "rules/gov_rules_int.h"

/* Written by the registrar, who gives none to themselves. What a mandate once allowed is never changed: it is
 * ended, and another one given. */
bool gov_rules_mandate(struct gov_ask *a)
{
    static const char *const ending[] = {"status", "period", NULL};
    const struct gov_change *c = a->c;
    struct str from = gov_rules_body_text(&c->was, "status"), to = gov_rules_body_text(&c->will, "status");
    if (c->login && !str_is(c->role, "diary-registrar"))
        return err_set_str(a->err, ERR_GOV_REGISTRAR, a->name, c->role);
    if (c->login && gov_is(&c->will) && c->assignment.n &&
        str_eq(gov_rules_body_text(&c->will, "holder.reference"), c->assignment))
        return err_set_str(a->err, ERR_GOV_OWN_MANDATE, a->name, STR(""));
    if (!gov_is(&c->was) || !(str_is(from, "active") || str_is(from, "ended")))
        return true;
    if (!gov_is(&c->will))
        return err_set_str(a->err, ERR_GOV_MANDATE_GIVEN, a->name, STR("delete"));
    struct str key = gov_rules_body_changed(&c->was, &c->will, ending);
    struct gov_body old = gov_rules_body_get(&c->was, "period"), new = gov_rules_body_get(&c->will, "period");
    struct str was_end = gov_rules_body_text(&old, "end"), end = gov_rules_body_text(&new, "end");
    if (!key.p && !gov_rules_body_same_at(&old, &new, "start"))
        key = STR("period.start");
    if (!key.p && was_end.n && (!end.n || str_cmp(end, was_end) > 0))
        key = STR("period.end");
    if (!key.p && str_is(from, "ended") && !str_eq(from, to))
        key = STR("status");
    return !key.p || err_set_str(a->err, ERR_GOV_MANDATE_GIVEN, a->name, key);
}

/* Has the assignment that role, as its code says? */
static bool has_role(const struct gov_body *assignment, struct str role)
{
    struct gov_body code, coding;
    for (size_t i = 0; gov_rules_body_item(assignment, "code", i, &code); i++)
        if (gov_rules_body_find(&code, "coding", "code", role, &coding))
            return true;
    return false;
}

/* A high risk is accepted by the safety lead, in their own name; nobody else lives with it for the patients.
 */
bool gov_rules_risk(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    struct gov_body by;
    struct str score = gov_rules_body_text(&c->will, "score");
    struct str who = gov_rules_body_text(&c->will, "acceptedBy.reference");
    bool accepted = str_is(gov_rules_body_text(&c->will, "status"), "accepted");
    bool before = str_is(gov_rules_body_text(&c->was, "status"), "accepted");
    if (!accepted || (before && !gov_rules_body_changed(&c->was, &c->will, NULL).p) || c->way == GOV_IMPORT ||
        gov_rules_body_less(score, STR(GOV_RULES_SCORE)))
        return true;
    if (!gov_rules_read(a, who, "acceptedBy", &by))
        return false;
    return (has_role(&by, STR("safety-lead")) && (!c->login || str_eq(who, c->assignment))) ||
           err_set_str(a->err, ERR_GOV_SAFETY_LEAD, a->name, score);
}

/* A Bundle is evidence once it says so, or a final decision points at it. */
bool gov_rules_bundle(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    struct gov_body decision;
    bool found = str_is(gov_rules_body_text(&c->was, "identifier.system"), GOV_RULES_EVIDENCE);
    if (!gov_is(&c->was))
        return true;
    if (!found && !a->reads->decided(a->reads->arg, a->name, GOV_EVIDENCE, &decision, &found, a->err))
        return false;
    if (!found || (gov_is(&c->will) && !gov_rules_body_changed(&c->was, &c->will, NULL).p))
        return true;
    return err_set_str(a->err, ERR_GOV_FROZEN, a->name, STR("Bundle"));
}

/* Anonymous ones come by another way, without a session: a call leaves a trace in the log. What was said
 * stays as it was said; nobody codes as a person what a machine has coded, or in another's name. */
bool gov_rules_experience(struct gov_ask *a)
{
    static const char *const after[] = {"status", "coding",    "disposition", "outcome",
                                        "reply",  "repliedBy", "repliedOn",   NULL};
    const struct gov_change *c = a->c;
    struct gov_body coding;
    bool anonymous = gov_rules_body_true(&c->was, "anonymous");
    if (c->way == GOV_IMPORT)
        return true;
    if (gov_rules_body_true(&c->will, "anonymous") && !anonymous)
        return err_set_str(a->err, ERR_GOV_ANONYMOUS, STR("Experience/$report-anonymous"), STR(""));
    if (anonymous && gov_is(&c->will)) {
        struct str key = gov_rules_body_changed(&c->was, &c->will, after);
        if (key.p)
            return err_set_str(a->err, ERR_GOV_ANONYMOUS_KEPT, a->name, key);
    }
    for (size_t i = 0; c->login && gov_rules_body_item(&c->will, "coding", i, &coding); i++) {
        struct gov_body old;
        struct str coder = gov_rules_body_text(&coding, "coder.reference");
        bool there = gov_rules_body_item(&c->was, "coding", i, &old) && gov_rules_body_same(&old, &coding);
        if (!there && str_is(gov_rules_body_text(&coding, "coderKind"), "human") &&
            !str_eq(coder, c->assignment) && !str_eq(coder, c->user))
            return err_set_str(a->err, ERR_GOV_CODER, coder, c->assignment);
    }
    return true;
}
