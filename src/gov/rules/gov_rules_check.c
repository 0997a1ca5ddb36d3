/* SPDX-License-Identifier: Apache-2.0
 * Checkpoints: criteria that are locked in advance, results and verdicts that only the system writes. It
 * writes them through the store, not this way. */
#include "rules/gov_rules_int.h"

/* ---- definitions ---- */

static bool is_locked(const struct gov_body *b)
{
    struct str status = gov_rules_body_text(b, "status");
    return str_is(status, "active") || str_is(status, "retired") || gov_rules_body_text(b, "lockedOn").n;
}

/* A final decision that says so. */
static bool decided(struct gov_ask *a, struct str ref, const char *outcome)
{
    struct gov_body decision;
    return gov_rules_read(a, ref, "decision", &decision) &&
           ((str_is(gov_rules_body_text(&decision, "status"), "final") &&
             (!outcome || str_is(gov_rules_body_text(&decision, "outcome"), outcome))) ||
            err_set_str(a->err, ERR_GOV_LOCKED, a->name, ref));
}

/* A locked one is retired by a decision, and changes in nothing else. */
static bool locked(struct gov_ask *a)
{
    static const char *const retire[] = {"status", "decision", NULL};
    const struct gov_change *c = a->c;
    if (!gov_is(&c->will))
        return err_set_str(a->err, ERR_GOV_LOCKED, a->name, STR("delete"));
    struct str from = gov_rules_body_text(&c->was, "status"), to = gov_rules_body_text(&c->will, "status");
    struct str key = gov_rules_body_changed(&c->was, &c->will, retire);
    if (key.p)
        return err_set_str(a->err, ERR_GOV_LOCKED, a->name, key);
    if (str_eq(from, to))
        return gov_rules_body_same_at(&c->was, &c->will, "decision") ||
               err_set_str(a->err, ERR_GOV_LOCKED, a->name, STR("decision"));
    if (!str_is(to, "retired"))
        return err_set_str(a->err, ERR_GOV_LOCKED, a->name, STR("status"));
    return c->way == GOV_IMPORT || decided(a, gov_rules_body_text(&c->will, "decision.reference"), NULL);
}

/* Is the target of one easier to reach? Another comparison counts as easier. */
static bool easier(const struct gov_body *old, const struct gov_body *new)
{
    struct str x = gov_rules_body_text(old, "target"), y = gov_rules_body_text(new, "target");
    struct str how = gov_rules_body_text(old, "comparator");
    if (!str_eq(how, gov_rules_body_text(new, "comparator")))
        return true;
    if (str_eq(x, y))
        return false;
    if (str_is(how, "ge"))
        return !gov_rules_body_less(x, y);
    return !str_is(how, "le") || !gov_rules_body_less(y, x);
}

/* Asks the new criterion less than the old one? Everything but words counts. */
static bool loosens(const struct gov_body *old, const struct gov_body *new)
{
    static const char *const words[] = {"title",    "area",        "measure",    "target",
                                        "severity", "overridable", "maxAgeDays", NULL};
    struct str age = gov_rules_body_text(old, "maxAgeDays"), to = gov_rules_body_text(new, "maxAgeDays");
    bool hard = str_is(gov_rules_body_text(old, "severity"), "hard");
    return easier(old, new) || gov_rules_body_changed(old, new, words).p ||
           (hard && !str_is(gov_rules_body_text(new, "severity"), "hard")) ||
           (!gov_rules_body_true(old, "overridable") && gov_rules_body_true(new, "overridable")) ||
           (age.n && (!to.n || gov_rules_body_less(age, to)));
}

/* One that replaces another and asks less of something is a loosening: by a decision that says just that, and
 * is named here, for all to see. */
static bool replacing(struct gov_ask *a)
{
    const struct gov_body *will = &a->c->will;
    struct gov_body old, x, y;
    bool less = false;
    struct str ref = gov_rules_body_text(will, "replaces.reference");
    if (!ref.n)
        return true;
    if (!gov_rules_read(a, ref, "replaces", &old))
        return false;
    for (size_t i = 0; !less && gov_rules_body_item(&old, "criterion", i, &x); i++)
        less = !gov_rules_body_find(will, "criterion", "code", gov_rules_body_text(&x, "code"), &y) ||
               loosens(&x, &y);
    if (!less)
        return true;
    struct str by = gov_rules_body_text(will, "decision.reference");
    return by.n ? decided(a, by, "loosened")
                : err_set_str(a->err, ERR_GOV_LOOSENED, ref, gov_rules_body_text(&x, "code"));
}

bool gov_rules_definition(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    if (gov_is(&c->was) && is_locked(&c->was))
        return locked(a);
    return c->way == GOV_IMPORT || !gov_is(&c->will) || !is_locked(&c->will) || replacing(a);
}

/* ---- readiness ---- */

/* Set by the system alone. */
static const char *const measured[] = {"verdict",   "earliest", "asOf", "evaluatedAt",
                                       "extension", "frozenBy", NULL};

static bool system_only(struct gov_ask *a, const char *member)
{
    return err_set_str(a->err, ERR_GOV_SYSTEM, a->name, str_of(member));
}

/* The criteria are those of the definition, which is locked, all of them and nothing else. */
static bool copied(struct gov_ask *a)
{
    struct gov_body definition, mine, other;
    const struct gov_body *will = &a->c->will;
    struct str ref = gov_rules_body_text(will, "definition.reference");
    if (!gov_rules_read(a, ref, "definition", &definition))
        return false;
    if (!str_is(gov_rules_body_text(&definition, "status"), "active"))
        return err_set_str(a->err, ERR_GOV_UNLOCKED, ref, a->name);
    size_t n = gov_rules_body_count(&definition, "criterion");
    if (n == 0 || gov_rules_body_count(will, "criterion") != n)
        return err_set_str(a->err, ERR_GOV_CRITERIA, a->name, STR("criterion"));
    for (size_t i = 0; gov_rules_body_item(will, "criterion", i, &mine); i++)
        if (!gov_rules_body_find(&definition, "criterion", "code", gov_rules_body_text(&mine, "code"),
                                 &other) ||
            !gov_rules_body_same(&mine, &other))
            return err_set_str(a->err, ERR_GOV_CRITERIA, a->name, gov_rules_body_text(&mine, "code"));
    return true;
}

/* A waiver put to a result, or taken away: on soft criteria, with who, how and until when. */
static bool waiver(struct gov_ask *a, const struct gov_body *result)
{
    struct gov_body w = gov_rules_body_get(result, "waiver"), criterion;
    struct str code = gov_rules_body_text(result, "code");
    if (!gov_is(&w))
        return true;
    if (!gov_rules_body_find(gov_is(&a->c->was) ? &a->c->was : &a->c->will, "criterion", "code", code,
                             &criterion) ||
        !str_is(gov_rules_body_text(&criterion, "severity"), "soft") ||
        !str_is(gov_rules_body_text(result, "severity"), "soft"))
        return err_set_str(a->err, ERR_GOV_WAIVER_HARD, code, a->name);
    if (!gov_rules_body_text(&w, "owner.reference").n || !gov_rules_body_text(&w, "workaround").n ||
        !gov_rules_body_text(&w, "expires").n)
        return err_set_str(a->err, ERR_GOV_WAIVER_PARTS, code, a->name);
    return str_cmp(str_sub(gov_rules_body_text(&w, "expires"), 0, 10), a->c->today) >= 0 ||
           err_set_str(a->err, ERR_GOV_WAIVER_PARTS, code, a->name);
}

/* The results are those that were there, but for waivers. *waived: one of those changed. */
static bool results(struct gov_ask *a, bool *waived)
{
    static const char *const may[] = {"waiver", NULL};
    struct gov_body x, y;
    const struct gov_body *was = &a->c->was, *will = &a->c->will;
    *waived = false;
    if (gov_rules_body_count(was, "result") != gov_rules_body_count(will, "result"))
        return system_only(a, "result");
    for (size_t i = 0; gov_rules_body_item(will, "result", i, &y); i++) {
        gov_rules_body_item(was, "result", i, &x);
        if (gov_rules_body_changed(&x, &y, may).p)
            return system_only(a, "result");
        if (gov_rules_body_same_at(&x, &y, "waiver"))
            continue;
        *waived = true;
        if (!waiver(a, &y))
            return false;
    }
    return true;
}

/* Nothing is known when a checkpoint is opened, and that is what it says: all is missing. What is soft may be
 * waived from the beginning. The verdict follows
 * from that (rc-1), so it is never go. */
static bool opened(struct gov_ask *a)
{
    static const char *const said[] = {"code", "severity", "state", "target", "waiver", NULL};
    const struct gov_body *will = &a->c->will;
    const struct gov_body none = {0};
    struct gov_body r;
    for (size_t i = 0; gov_rules_body_item(will, "result", i, &r); i++) {
        struct gov_body criterion;
        if (!str_is(gov_rules_body_text(&r, "state"), "missing"))
            return system_only(a, "result.state");
        JSON_EACH(r.doc, r.node, c)
        {
            struct str key = {r.doc->nodes[c].key, r.doc->nodes[c].key_len};
            const char *const *s = said;
            while (*s && !str_is(key, *s))
                s++;
            if (!*s)
                return system_only(a, "result");
        }
        if (!gov_rules_body_find(will, "criterion", "code", gov_rules_body_text(&r, "code"), &criterion) ||
            !gov_rules_body_same_at(&criterion, &r, "severity"))
            return err_set_str(a->err, ERR_GOV_CRITERIA, a->name, gov_rules_body_text(&r, "code"));
        if (!waiver(a, &r))
            return false;
    }
    for (const char *const *m = measured; *m; m++)
        if (strcmp(*m, "verdict") != 0 && strcmp(*m, "asOf") != 0 && !gov_rules_body_same_at(&none, will, *m))
            return system_only(a, *m);
    if (str_is(gov_rules_body_text(will, "status"), "frozen"))
        return err_set_str(a->err, ERR_GOV_FREEZE, a->name, STR(""));
    if (str_cmp(str_sub(gov_rules_body_text(will, "asOf"), 0, 10), a->c->today) > 0)
        return system_only(a, "asOf");
    return copied(a);
}

bool gov_rules_readiness(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    bool waived;
    if (!gov_is(&c->was))
        return opened(a);
    bool frozen = str_is(gov_rules_body_text(&c->was, "status"), "frozen");
    if (!gov_is(&c->will))
        return err_set_str(a->err, frozen ? ERR_GOV_FROZEN : ERR_GOV_KEEP, a->name, STR("delete"));
    if (frozen) {
        struct str key = gov_rules_body_changed(&c->was, &c->will, NULL);
        return !key.p || err_set_str(a->err, ERR_GOV_FROZEN, a->name, key);
    }
    if (!results(a, &waived))
        return false;
    for (const char *const *m = measured; *m; m++)
        if (!gov_rules_body_same_at(&c->was, &c->will, *m) && !(waived && m == measured))
            return system_only(a, *m);
    if (!gov_rules_body_same_at(&c->was, &c->will, "criterion") ||
        !gov_rules_body_same_at(&c->was, &c->will, "definition") ||
        !gov_rules_body_same_at(&c->was, &c->will, "unit") ||
        !gov_rules_body_same_at(&c->was, &c->will, "release"))
        return err_set_str(a->err, ERR_GOV_CRITERIA, a->name, STR("criterion"));
    return gov_rules_body_same_at(&c->was, &c->will, "status") ||
           err_set_str(a->err, ERR_GOV_FREEZE, a->name, STR(""));
}
