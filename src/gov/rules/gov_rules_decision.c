/* SPDX-License-Identifier: Apache-2.0
 * Decisions: final at signing; made by one person with a mandate, in their own name. */
#include "rules/gov_rules_int.h"

enum { PARTS_MAX = 8 }; /* portfolios above each other */

/* What may still be put to a final decision: that it was sent, that it was reported, that another one stands
 * in its place. */
static const char *const later[] = {"dispatch", "reportedAt", "reportedOn", "status", NULL};

static bool is_final(const struct gov_body *b)
{
    return str_is(gov_rules_body_text(b, "status"), "final");
}

static bool signed_once(const struct gov_body *b)
{
    return is_final(b) || str_is(gov_rules_body_text(b, "status"), "superseded");
}

/* Is the reference one of the list at key? */
static bool refers(const struct gov_body *b, const char *key, struct str reference)
{
    struct gov_body item;
    return reference.n && gov_rules_body_find(b, key, "reference", reference, &item);
}

/* Final becomes superseded when a final one says that it supersedes it; nothing else becomes of it. */
static bool stays_signed(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    struct gov_body by;
    bool found = false;
    if (gov_rules_body_same_at(&c->was, &c->will, "status"))
        return true;
    if (is_final(&c->was) && str_is(gov_rules_body_text(&c->will, "status"), "superseded") &&
        !a->reads->decided(a->reads->arg, a->name, GOV_SUPERSEDES, &by, &found, a->err))
        return false;
    return found || err_set_str(a->err, ERR_GOV_FINAL, a->name, STR("status"));
}

static bool stays(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    if (!gov_is(&c->will))
        return err_set_str(a->err, ERR_GOV_FINAL, a->name, STR("delete"));
    struct str key = gov_rules_body_changed(&c->was, &c->will, later);
    if (!key.p && !gov_rules_body_extends(&c->was, &c->will, "dispatch"))
        key = STR("dispatch");
    for (const char *const *m = later + 1; !key.p && strcmp(*m, "status") != 0; m++)
        if (gov_is(&(struct gov_body){gov_rules_body_get(&c->was, *m).doc, 0}) &&
            !gov_rules_body_same_at(&c->was, &c->will, *m))
            key = str_of(*m);
    return key.p ? err_set_str(a->err, ERR_GOV_FINAL, a->name, key) : stays_signed(a);
}

/* Nobody signs for another. What a board (nämnd) has decided is entered by the registrar. */
static bool signs(struct gov_ask *a, struct str kind, struct str decider)
{
    const struct gov_change *c = a->c;
    struct gov_body role;
    bool found;
    if (!c->login)
        return true;
    if (str_is(kind, "namnd"))
        return str_is(c->role, "diary-registrar") || err_set_str(a->err, ERR_GOV_REGISTRAR, a->name, c->role);
    if (str_eq(decider, c->assignment))
        return true;
    if (!a->reads->get(a->reads->arg, decider, &role, &found, a->err))
        return false;
    if (found && c->user.n && str_eq(gov_rules_body_text(&role, "practitioner.reference"), c->user))
        return true;
    return err_set_str(a->err, ERR_GOV_SIGN_OTHER, decider, c->assignment);
}

/* Is the code one of the list at key? An absent list covers nothing. */
static bool lists(const struct gov_body *b, const char *key, struct str code)
{
    struct gov_body item;
    for (size_t i = 0; code.n && gov_rules_body_item(b, key, i, &item); i++)
        if (str_eq(json_text(item.doc, item.node), code))
            return true;
    return false;
}

static bool refuse_mandate(struct gov_ask *a, struct str mandate, const char *sv, const char *en)
{
    return err_set(a->err, ERR_GOV_MANDATE, arena_cstr(a->arena, mandate), sv, en, NULL);
}

/* What it is about lies in the mandate's scope: itself, or the portfolio or process it belongs to. */
static bool within(struct gov_ask *a, const struct gov_body *mandate, struct str name, bool *yes)
{
    struct gov_body about, up;
    bool found;
    *yes = refers(mandate, "scope", name);
    if (*yes || !name.n)
        return true;
    if (!a->reads->get(a->reads->arg, name, &about, &found, a->err))
        return false;
    struct str portfolio = found ? gov_rules_body_text(&about, "portfolio.reference") : STR("");
    *yes = found && (refers(mandate, "scope", portfolio) ||
                     refers(mandate, "scope", gov_rules_body_text(&about, "process.reference")) ||
                     refers(mandate, "scope", gov_rules_body_text(&about, "partOf.reference")));
    for (int i = 0; !*yes && portfolio.n && i < PARTS_MAX; i++) {
        if (!a->reads->get(a->reads->arg, portfolio, &up, &found, a->err))
            return false;
        portfolio = found ? gov_rules_body_text(&up, "partOf.reference") : STR("");
        *yes = refers(mandate, "scope", portfolio);
    }
    return true;
}

/* Everything that the decision says it is about: the initiative (or its case's), and its scope. */
static bool in_scope(struct gov_ask *a, const struct gov_body *mandate, const struct gov_body *in_case)
{
    struct gov_body item;
    struct str initiative = gov_rules_body_text(&a->c->will, "initiative.reference");
    bool yes = true, any = false;
    if (gov_rules_body_true(mandate, "allScope"))
        return true;
    if (!initiative.n)
        initiative = gov_rules_body_text(in_case, "initiative.reference");
    if (initiative.n && !within(a, mandate, initiative, &yes))
        return false;
    any = initiative.n;
    for (size_t i = 0; yes && gov_rules_body_item(&a->c->will, "scope", i, &item); i++) {
        any = true;
        if (!within(a, mandate, gov_rules_body_text(&item, "reference"), &yes))
            return false;
    }
    return (yes && any) || refuse_mandate(a, gov_rules_body_text(&a->c->will, "mandate.reference"),
                                          "det omfattar inte det som beslutet gäller",
                                          "it does not cover what the decision is about");
}

static bool amount_fits(struct gov_ask *a, const struct gov_body *mandate, const struct gov_body *in_case)
{
    const struct gov_body *from =
        gov_rules_body_count(&a->c->will, "amount") || !gov_is(in_case) ? &a->c->will : in_case;
    struct str amount = gov_rules_body_text(from, "amount.value");
    struct str limit = gov_rules_body_text(mandate, "amountLimit.value");
    if (!amount.n)
        return true;
    return (limit.n && !gov_rules_body_less(limit, amount) &&
            str_eq(gov_rules_body_text(from, "amount.currency"),
                   gov_rules_body_text(mandate, "amountLimit.currency"))) ||
           refuse_mandate(a, gov_rules_body_text(&a->c->will, "mandate.reference"),
                          "beloppet är större än det räcker till", "the amount is larger than its limit");
}

static bool covered(struct gov_ask *a, struct str kind, struct str decider)
{
    struct gov_body mandate, in_case = {0};
    struct str ref = gov_rules_body_text(&a->c->will, "mandate.reference");
    struct str the_case = gov_rules_body_text(&a->c->will, "case.reference");
    struct str day = gov_rules_body_text(&a->c->will, "decidedOn");
    if (!ref.n)
        return refuse_mandate(a, STR("mandate"), "mandat saknas", "no mandate is named");
    if (!gov_rules_read(a, ref, "mandate", &mandate) ||
        (the_case.n && !gov_rules_read(a, the_case, "case", &in_case)))
        return false;
    if (!str_is(gov_rules_body_text(&mandate, "status"), "active"))
        return refuse_mandate(a, ref, "det är inte aktivt", "it is not active");
    if (!str_eq(gov_rules_body_text(&mandate, "holder.reference"), decider))
        return refuse_mandate(a, ref, "det innehas av någon annan än beslutsfattaren",
                              "somebody other than the decider holds it");
    if (!gov_rules_body_within(&mandate, "period", day))
        return refuse_mandate(a, ref, "beslutsdagen ligger utanför dess tid",
                              "the day of the decision is outside its time");
    if (!lists(&mandate, "kind", kind))
        return refuse_mandate(a, ref, "det omfattar inte den sortens beslut",
                              "it does not cover decisions of that kind");
    return in_scope(a, &mandate, &in_case) && amount_fits(a, &mandate, &in_case);
}

/* ---- go-live ---- */

static bool passes(struct str verdict)
{
    return str_is(verdict, "go") || str_is(verdict, "go-with-conditions");
}

/* Each criterion that stops it must be named, and the checkpoint itself must say that it can be overridden:
 * what the decision says of that is not asked. */
static bool overrides(struct gov_ask *a, const struct gov_body *checkpoint)
{
    struct gov_body over = gov_rules_body_get(&a->c->will, "override"), r, named, criterion;
    if (!gov_rules_body_text(&over, "motivation").n || !gov_rules_body_count(&over, "notified"))
        return err_set_str(a->err, ERR_GOV_GO_LIVE, gov_rules_body_text(checkpoint, "verdict"),
                           STR("override.motivation, override.notified"));
    for (size_t i = 0; gov_rules_body_item(checkpoint, "result", i, &r); i++) {
        struct str code = gov_rules_body_text(&r, "code");
        if (str_is(gov_rules_body_text(&r, "state"), "met"))
            continue;
        if (!gov_rules_body_find(checkpoint, "criterion", "code", code, &criterion) ||
            !gov_rules_body_true(&criterion, "overridable"))
            return err_set_str(a->err, ERR_GOV_OVERRIDE, code, a->name);
        if (!gov_rules_body_find(&over, "criterion", "code", code, &named))
            return err_set_str(a->err, ERR_GOV_GO_LIVE, gov_rules_body_text(checkpoint, "verdict"), code);
    }
    return true;
}

/* The worst of the checkpoints that it rests on, each frozen. */
static bool worst_of(struct gov_ask *a, struct str *verdict)
{
    static const char *const order[] = {"go", "go-with-conditions", "incomplete", "no-go", NULL};
    struct gov_body item, checkpoint;
    int worst = -1;
    for (size_t i = 0; gov_rules_body_item(&a->c->will, "checkpoint", i, &item); i++) {
        struct str ref = gov_rules_body_text(&item, "reference");
        if (!gov_rules_read(a, ref, "checkpoint", &checkpoint))
            return false;
        struct str v = gov_rules_body_text(&checkpoint, "verdict");
        int at = 0;
        while (order[at] && !str_is(v, order[at]))
            at++;
        if (!str_is(gov_rules_body_text(&checkpoint, "status"), "frozen") || !order[at])
            return err_set_str(a->err, ERR_GOV_NOT_FROZEN, ref, STR(""));
        worst = at > worst ? at : worst;
    }
    if (worst < 0)
        return err_set_str(a->err, ERR_GOV_MISSING, STR("checkpoint"), STR("ReadinessCheckpoint"));
    *verdict = str_of(order[worst]);
    return true;
}

/* What the decision says was known is what one of its checkpoints was frozen with. */
static bool evidence(struct gov_ask *a)
{
    struct gov_body item, checkpoint, link, bundle;
    const struct gov_body *will = &a->c->will;
    struct str ref = gov_rules_body_text(will, "evidenceBundle.bundle.reference");
    struct str hash = gov_rules_body_text(will, "evidenceBundle.sha256");
    if (!gov_rules_read(a, ref, "evidenceBundle.bundle", &bundle))
        return false;
    struct str when = gov_rules_body_text(will, "evidenceBundle.frozenAt");
    if (when.n && !str_eq(when, gov_rules_body_text(&bundle, "timestamp")))
        return err_set_str(a->err, ERR_GOV_SYSTEM, a->name, STR("evidenceBundle.frozenAt"));
    for (size_t i = 0; gov_rules_body_item(will, "checkpoint", i, &item); i++) {
        if (!gov_rules_read(a, gov_rules_body_text(&item, "reference"), "checkpoint", &checkpoint))
            return false;
        if (gov_rules_body_find(&checkpoint, "extension", "url", STR(GOV_RULES_EVIDENCE_URL), &link) &&
            str_eq(gov_rules_body_text(&link, "valueReference.reference"), ref) &&
            str_eq(gov_rules_body_text(&link, "valueReference.identifier.value"), hash))
            return true;
    }
    return err_set_str(a->err, ERR_GOV_EVIDENCE, ref, STR(""));
}

static bool goes_live(struct gov_ask *a)
{
    struct gov_body item, checkpoint;
    const struct gov_body *will = &a->c->will;
    struct str verdict;
    if (!worst_of(a, &verdict))
        return false;
    if (!str_eq(gov_rules_body_text(will, "computedVerdict"), verdict))
        return err_set_str(a->err, ERR_GOV_VERDICT, gov_rules_body_text(will, "computedVerdict"), verdict);
    if (!evidence(a))
        return false;
    if (!str_is(gov_rules_body_text(will, "outcome"), "go") || passes(verdict))
        return true;
    for (size_t i = 0; gov_rules_body_item(will, "checkpoint", i, &item); i++)
        if (!gov_rules_read(a, gov_rules_body_text(&item, "reference"), "checkpoint", &checkpoint) ||
            (!passes(gov_rules_body_text(&checkpoint, "verdict")) && !overrides(a, &checkpoint)))
            return false;
    return true;
}

/* ---- signing ---- */

/* What it replaces must have been decided, of the same initiative. */
static bool replaces(struct gov_ask *a)
{
    struct gov_body item, old;
    for (size_t i = 0; gov_rules_body_item(&a->c->will, "supersedes", i, &item); i++) {
        struct str ref = gov_rules_body_text(&item, "reference");
        if (str_eq(ref, a->name))
            return err_set_str(a->err, ERR_GOV_SUPERSEDES, a->name, ref);
        if (!gov_rules_read(a, ref, "supersedes", &old))
            return false;
        if (!signed_once(&old) || !gov_rules_body_same_at(&old, &a->c->will, "initiative"))
            return err_set_str(a->err, ERR_GOV_SUPERSEDES, a->name, ref);
    }
    return true;
}

/* A body may have endorsed the case; that is no decision, and without a case that has been put forward there
 * is nothing to decide. */
static bool case_ripe(struct gov_ask *a)
{
    static const char *const ripe[] = {"submitted", "endorsed", "decided", NULL};
    struct gov_body the_case;
    struct str ref = gov_rules_body_text(&a->c->will, "case.reference");
    if (!ref.n)
        return true;
    if (!gov_rules_read(a, ref, "case", &the_case))
        return false;
    struct str status = gov_rules_body_text(&the_case, "status");
    for (const char *const *r = ripe; *r; r++)
        if (str_is(status, *r))
            return true;
    return err_set_str(a->err, ERR_GOV_CASE_UNRIPE, ref, status);
}

static bool decider_of(struct gov_ask *a, struct str kind, struct str *out)
{
    bool board = str_is(kind, "namnd");
    const char *where = board ? "body.reference" : "decider.reference";
    struct str prefix = board ? STR("GovernanceBody/") : STR("PractitionerRole/");
    *out = gov_rules_body_text(&a->c->will, where);
    return str_starts(*out, prefix) || err_set_str(a->err, ERR_GOV_DECIDER, *out, kind);
}

static bool signing(struct gov_ask *a)
{
    const struct gov_body *will = &a->c->will;
    struct str kind = gov_rules_body_text(will, "kind"), day = gov_rules_body_text(will, "decidedOn"), who;
    if (day.n < 10 || str_cmp(str_sub(day, 0, 10), a->c->today) > 0)
        return err_set_str(a->err, ERR_GOV_DAY, day, a->c->today);
    if (!decider_of(a, kind, &who) || !signs(a, kind, who) || !covered(a, kind, who) || !case_ripe(a) ||
        !replaces(a))
        return false;
    return !str_is(kind, "go-live") || goes_live(a);
}

/* The system's own: until a go-live decision is signed there is nothing for them to say, and of other
 * decisions never. What they say when it is signed is judged by goes_live. */
static bool leaves_ours(struct gov_ask *a)
{
    static const char *const ours[] = {"_computedVerdict", "computedVerdict", "evidenceBundle"};
    const struct gov_change *c = a->c;
    bool live = is_final(&c->will) && str_is(gov_rules_body_text(&c->will, "kind"), "go-live");
    for (size_t i = 0; i < (live ? 1 : sizeof ours / sizeof *ours); i++)
        if (gov_rules_body_count(&c->will, ours[i]) && !gov_rules_body_same_at(&c->was, &c->will, ours[i]))
            return err_set_str(a->err, ERR_GOV_SYSTEM, a->name, str_of(ours[i]));
    return true;
}

bool gov_rules_decision(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    if (gov_is(&c->was) && signed_once(&c->was))
        return stays(a);
    if (c->way == GOV_IMPORT || !gov_is(&c->will))
        return true;
    if (str_is(gov_rules_body_text(&c->will, "status"), "superseded"))
        return err_set_str(a->err, ERR_GOV_SUPERSEDES, a->name, a->name);
    return leaves_ours(a) && (!is_final(&c->will) || signing(a));
}
