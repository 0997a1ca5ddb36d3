/* SPDX-License-Identifier: Apache-2.0
 * Reports: sections are the definition's, facts are the service's, a final one stands. */
#include "rules/gov_rules_int.h"

/* What a person may write in a section; the rest is the definition's, or found. */
static const char *const written[] = {"title", "statement", NULL};
/* And links, where there are no facts. */
static const char *const written_links[] = {"title", "statement", "item", NULL};
/* What a person may write of the whole. */
static const char *const whole[] = {"identifier",   "title",        "purpose",   "period",  "compiler",
                                    "commissioner", "spokesperson", "recipient", "section", "replaces",
                                    "meta",         "text",         "extension", NULL};

/* The first member of a section that is not a person's and has changed, or that a section has come or gone.
 */
static struct str section_changed(const struct gov_change *c)
{
    struct gov_body old, new;
    for (size_t i = 0;; i++) {
        bool was = gov_rules_body_item(&c->was, "section", i, &old);
        bool will = gov_rules_body_item(&c->will, "section", i, &new);
        if (was != will)
            return STR("section");
        if (!was)
            return (struct str){0};
        bool facts = gov_rules_body_text(&old, "query").n > 0;
        struct str key = gov_rules_body_changed(&old, &new, facts ? written : written_links);
        if (key.p)
            return key;
    }
}

bool gov_rules_report(struct gov_ask *a)
{
    static const char *const replaced[] = {"status", NULL};
    const struct gov_change *c = a->c;
    struct str from = gov_rules_body_text(&c->was, "status"), to = gov_rules_body_text(&c->will, "status");
    bool stands = gov_is(&c->was) && !str_is(from, "draft");
    if (stands && (!gov_is(&c->will) || gov_rules_body_changed(&c->was, &c->will, replaced).p ||
                   !(str_eq(from, to) || str_is(to, "replaced"))))
        return err_set(a->err, ERR_REPORT_FINAL, NULL);
    if (stands || c->way != GOV_CALL || !gov_is(&c->will))
        return true;
    if (!gov_is(&c->was))
        return err_set(a->err, ERR_REPORT_BEGIN, NULL);
    struct str key = gov_rules_body_changed(&c->was, &c->will, whole);
    if (!key.p)
        key = section_changed(c);
    return !key.p || err_set_str(a->err, ERR_REPORT_OWN, key, STR(""));
}

/* What the service keeps of a final report on paper: a Binary, and a DocumentReference with its sum. Nobody
 * else writes one, nobody changes it. */
static bool kept(const struct gov_body *b)
{
    struct gov_body id = gov_rules_body_get(b, "masterIdentifier");
    return gov_is(b) && (str_starts(gov_rules_body_text(b, "securityContext.reference"), STR("Report/")) ||
                         str_is(gov_rules_body_text(&id, "system"), GOV_RULES_EVIDENCE));
}

bool gov_rules_kept(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    if (c->way == GOV_IMPORT && !kept(&c->was))
        return true;
    if (!kept(&c->was) && !kept(&c->will))
        return true;
    return (gov_is(&c->was) && gov_is(&c->will) && !gov_rules_body_changed(&c->was, &c->will, NULL).p) ||
           err_set_str(a->err, ERR_PAPER_KEPT, a->name, STR(""));
}
