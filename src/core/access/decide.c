/* SPDX-License-Identifier: Apache-2.0 */
#include "access/decide.h"

#include "base/time.h"
#include "search/label.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

enum verdict { NEXT, SEEN, HIDDEN, BLOCKED };

/* One question about one of the resource's patients (NULL: it has none). */
struct asked {
    const struct decide_question *q;
    const struct decide_caller *who;
    const struct decide_label *what;
    const struct decide_patient *whose;
};

struct rule {
    struct decide_rule told;
    enum verdict (*judge)(const struct asked *a);
};

static bool in_force(int64_t now, int64_t from, int64_t to)
{
    return from <= now && now < to;
}

/* ---- what the rules ask ---- */

static bool granted(const struct asked *a, enum decide_grant_kind kind, store_rid to_whom)
{
    const struct decide_patient *p = a->whose;
    for (size_t i = 0; p && to_whom && i < p->grant_count; i++)
        if (p->grant[i].kind == kind && p->grant[i].to_whom == to_whom &&
            in_force(a->q->now_ms, p->grant[i].from_ms, p->grant[i].to_ms))
            return true;
    return false;
}

static bool emergency(const struct asked *a)
{
    return granted(a, DECIDE_EMERGENCY, a->who->assignment);
}

static bool chosen(const struct asked *a)
{
    return granted(a, DECIDE_CHOICE, a->who->assignment) || emergency(a);
}

static bool lifted(const struct asked *a, store_rid block)
{
    const struct decide_patient *p = a->whose;
    for (size_t i = 0; i < p->grant_count; i++) {
        const struct decide_grant *g = &p->grant[i];
        if (g->kind == DECIDE_LIFTED && g->to_whom == a->who->unit && (!g->block || g->block == block) &&
            in_force(a->q->now_ms, g->from_ms, g->to_ms))
            return true;
    }
    return false;
}

/* A block that names what the unit is part of is about the unit too. Who wrote what is not known may be
 * anybody, the blocked unit too. */
static bool block_is_about(const struct decide_block *b, const struct decide_label *label)
{
    if (!label->unit && !label->provider)
        return true;
    for (size_t i = 0; i < label->path_count; i++)
        if (label->path[i] == b->org)
            return true;
    return b->org == label->unit || b->org == label->provider;
}

static bool own_unit(const struct asked *a)
{
    return a->what->unit && a->what->unit == a->who->unit;
}

static bool same_provider(const struct asked *a)
{
    return a->what->provider && a->what->provider == a->who->provider;
}

static bool related(const struct asked *a)
{
    const struct decide_patient *p = a->whose;
    for (size_t i = 0; i < p->relation_count; i++)
        if (p->relation[i].unit == a->who->unit &&
            in_force(a->q->now_ms, p->relation[i].from_ms, p->relation[i].to_ms))
            return true;
    return false;
}

/* ---- the rules ---- */

static enum verdict usable_rule(const struct asked *a)
{
    return a->who->usable ? NEXT : HIDDEN;
}

static enum verdict nobodys_rule(const struct asked *a)
{
    if (a->whose)
        return a->whose->known ? NEXT : HIDDEN;
    return own_unit(a) ? SEEN : HIDDEN;
}

static enum verdict block_rule(const struct asked *a)
{
    const struct decide_patient *p = a->whose;
    if (own_unit(a) || emergency(a))
        return NEXT;
    for (size_t i = 0; i < p->block_count; i++) {
        const struct decide_block *b = &p->block[i];
        if (in_force(a->q->now_ms, b->from_ms, b->to_ms) && block_is_about(b, a->what) &&
            !(b->outer && same_provider(a)) && !lifted(a, b->rid))
            return BLOCKED;
    }
    return NEXT;
}

static enum verdict own_unit_rule(const struct asked *a)
{
    if (!own_unit(a))
        return NEXT;
    return related(a) || chosen(a) ? SEEN : HIDDEN;
}

static enum verdict purpose_rule(const struct asked *a)
{
    return a->who->care ? NEXT : HIDDEN;
}

static enum verdict same_provider_rule(const struct asked *a)
{
    if (!same_provider(a))
        return NEXT;
    return chosen(a) ? SEEN : HIDDEN;
}

static enum verdict joined_rule(const struct asked *a)
{
    bool known = a->what->unit || a->what->provider;
    return a->who->joined && (a->what->joined || !known) ? NEXT : HIDDEN;
}

static enum verdict other_provider_rule(const struct asked *a)
{
    if (emergency(a))
        return SEEN;
    return chosen(a) && granted(a, DECIDE_CONSENT, a->who->provider) ? SEEN : HIDDEN;
}

static const struct rule staff_rules[] = {
    {{"analysis", "PDL 4 kap. 2 §; HSLF-FS 2016:40 4 kap.",
      "Uppdraget är giltigt och har en behovs- och riskanalys",
      "The assignment is valid and has a needs-and-risk analysis"},
     usable_rule},
    {{"no-patient", "PDL 4 kap. 1 §", "Det som inte hör till en patient ses bara av den egna enheten",
      "What is about no patient is seen by its own unit alone"},
     nobodys_rule},
    {{"block", "PDL 4 kap. 4-5 §§; lag 2022:913 2 kap.", "Patienten har spärrat uppgifterna",
      "The patient has blocked the records"},
     block_rule},
    {{"own-unit", "PDL 4 kap. 1 §", "Egen enhet: vårdrelation eller angivet skäl",
      "Own unit: a care relation or a stated reason"},
     own_unit_rule},
    {{"purpose", "PDL 2 kap. 4 §", "Andra enheters uppgifter läses bara för vård",
      "Records of other units are read for care alone"},
     purpose_rule},
    {{"same-provider", "PDL 4 kap. 1 §; HSLF-FS 2016:40 4 kap.", "Annan enhet hos vårdgivaren: aktivt val",
      "Another unit of the provider: an active choice"},
     same_provider_rule},
    {{"joined", "lag 2022:913 2 kap.", "Bara enheter som har anslutit sig delar uppgifter",
      "Only units that have joined share records"},
     joined_rule},
    {{"other-provider", "lag 2022:913 3 kap.",
      "Annan vårdgivare: aktivt val och patientens samtycke, eller nödöppning",
      "Another provider: an active choice and the patient's consent, or an emergency opening"},
     other_provider_rule},
};

static enum verdict own_record_rule(const struct asked *a)
{
    return a->whose && a->whose->known && a->whose->rid == a->who->user ? NEXT : HIDDEN;
}

static int64_t birthday_ms(int64_t birth_ms, int years)
{
    int y, m, d;
    int64_t day = birth_ms / (24 * 3600000) - (birth_ms % (24 * 3600000) < 0);
    time_civil(day, &y, &m, &d);
    return time_days(y + years, m, d) * 24 * 3600000;
}

static enum verdict own_age_rule(const struct asked *a)
{
    int64_t born = a->whose->birth_ms;
    if (born == INT64_MIN)
        return HIDDEN;
    return a->q->now_ms >= birthday_ms(born, a->q->rules->times.own_age) ? NEXT : HIDDEN;
}

/* One account, a RelatedPerson for each child: the others are told by identity number. */
static bool is_caller(const struct decide_caller *c, const struct decide_guardian *g)
{
    for (size_t i = 0; g->person && i < c->person_count; i++)
        if (c->person[i] == g->person)
            return true;
    return g->rid == c->user;
}

static enum verdict custody_rule(const struct asked *a)
{
    const struct decide_patient *p = a->whose;
    for (size_t i = 0; p && p->known && i < p->guardian_count; i++)
        if (is_caller(a->who, &p->guardian[i]))
            return NEXT;
    return HIDDEN;
}

static enum verdict child_age_rule(const struct asked *a)
{
    int64_t born = a->whose->birth_ms;
    if (born == INT64_MIN)
        return HIDDEN;
    return a->q->now_ms < birthday_ms(born, a->q->rules->times.guardian_age) ? NEXT : HIDDEN;
}

static enum verdict release_rule(const struct asked *a)
{
    const struct rules_release *r = &a->q->rules->release[a->what->type];
    int64_t wait = (int64_t)r->days * 24 * 3600000;
    if (a->what->flags & DECIDE_GRANT)
        return a->what->flags & DECIDE_WISH ? SEEN : HIDDEN;
    if (!r->released || (r->sign && !(a->what->flags & DECIDE_SIGNED)))
        return HIDDEN;
    if (wait && (a->what->date_ms == INT64_MIN || a->q->now_ms - wait < a->what->date_ms))
        return HIDDEN;
    return SEEN;
}

#define RELEASE                                                                                              \
    {                                                                                                        \
        {"release", "PDL 5 kap. 5 §", "Uppgiften är utlämnad för direktåtkomst",                             \
         "The record is released for direct access"},                                                        \
            release_rule                                                                                     \
    }

static const struct rule patient_rules[] = {
    {{"own-record", "PDL 5 kap. 5 §", "Bara egna uppgifter", "One's own record alone"}, own_record_rule},
    {{"own-age", "PDL 5 kap. 5 §; FB 6 kap. 11 §", "Egen åtkomst från åldersgränsen",
      "Own access from the age limit on"},
     own_age_rule},
    RELEASE,
};

static const struct rule guardian_rules[] = {
    {{"custody", "FB 6 kap. 11 §", "Bara barn som man är vårdnadshavare för",
      "Only children one has custody of"},
     custody_rule},
    {{"child-age", "FB 6 kap. 11 §", "Bara till barnets åldersgräns", "Only up to the child's age limit"},
     child_age_rule},
    RELEASE,
};

static enum verdict scope_rule(const struct asked *a)
{
    (void)a; /* what scopes leave has been asked before: role_allows, in_context */
    return SEEN;
}

static const struct rule system_rules[] = {
    {{"scope", "PDL 4 kap. 2 §", "Systemklienter ser vad deras behörighet säger",
      "System clients see what their scopes say"},
     scope_rule},
};

/* Beside the tables: what is asked before and after them. */
static const struct decide_rule draft_told = {
    "draft", "TF 2 kap. 12 §", "Arbetsmaterial och utkast ses av den som bereder eller beslutar",
    "Working material and drafts are seen by who prepares or decides"};
static const struct decide_rule secret_told = {"secrecy", "OSL 2009:400",
                                               "Ärenden med sekretess ses av den som har rätt till dem",
                                               "Cases under secrecy are seen by who has a right to them"};
static const struct decide_rule role_told = {"role", "PDL 4 kap. 2 §; HSLF-FS 2016:40 4 kap.",
                                             "Rollens behörighet till resurstypen",
                                             "What the role may do to the type"};
static const struct decide_rule context_told = {"context", "PDL 4 kap. 1-2 §§",
                                                "Appen är startad för en patient",
                                                "The app was launched for one patient"};
static const struct decide_rule identity_told = {"protected-identity", "OSL 21 kap. 3 §, 22 kap. 1 §",
                                                 "Skyddade personuppgifter visas inte",
                                                 "Protected identities are not shown"};

static const struct {
    const struct rule *rule;
    size_t count;
} rules_of[] = {
    [ACCESS_NOBODY] = {NULL, 0},
    [ACCESS_STAFF] = {staff_rules, sizeof(staff_rules) / sizeof(*staff_rules)},
    [ACCESS_PATIENT] = {patient_rules, sizeof(patient_rules) / sizeof(*patient_rules)},
    [ACCESS_GUARDIAN] = {guardian_rules, sizeof(guardian_rules) / sizeof(*guardian_rules)},
    [ACCESS_SYSTEM] = {system_rules, sizeof(system_rules) / sizeof(*system_rules)},
};

/* ---- putting it together ---- */

static enum rules_class class_of(const struct decide_question *q)
{
    return q->label->flags & DECIDE_GRANT ? RULES_GRANT
                                          : (enum rules_class)q->rules->class_of[q->label->type];
}

static bool role_allows(const struct decide_question *q)
{
    const struct decide_caller *c = q->caller;
    uint32_t may = c->kind == ACCESS_SYSTEM
                       ? UINT32_MAX
                       : rules_may(q->rules, c->role, q->label->type, q->label->flags & DECIDE_GRANT);
    return c->kind != ACCESS_NOBODY && (may & c->scoped & q->action);
}

static struct decide_answer hidden(const struct decide_rule *why, bool blocked)
{
    return (struct decide_answer){DECIDE_HIDE, why, blocked};
}

static struct decide_answer judge(const struct decide_question *q, const struct decide_patient *whose)
{
    struct asked a = {q, q->caller, q->label, whose};
    for (size_t i = 0; i < rules_of[q->caller->kind].count; i++) {
        const struct rule *r = &rules_of[q->caller->kind].rule[i];
        enum verdict v = r->judge(&a);
        if (v == SEEN)
            return (struct decide_answer){DECIDE_SEE, &r->told, false};
        if (v != NEXT)
            return hidden(&r->told, v == BLOCKED);
    }
    return hidden(NULL, false);
}

/* Scopes of a launch for one patient are of that patient alone, whoever has them. */
static bool in_context(const struct decide_question *q)
{
    for (size_t i = 0; i < q->patient_count; i++)
        if (q->patient[i]->rid != q->caller->scope_patient)
            return false;
    return q->patient_count > 0;
}

/* Who a person of RULES_PERSON is: staff may look people up; a patient and a guardian see their own. */
static struct decide_answer judge_person(const struct decide_question *q)
{
    const struct decide_caller *c = q->caller;
    bool staff = c->kind == ACCESS_STAFF;
    if (staff)
        return c->usable ? (struct decide_answer){DECIDE_SEE, &role_told, false}
                         : hidden(&staff_rules[0].told, false);
    if (c->kind == ACCESS_SYSTEM)
        return (struct decide_answer){DECIDE_SEE, &system_rules[0].told, false};
    if (q->label->rid == c->user)
        return (struct decide_answer){DECIDE_SEE, &role_told, false};
    if (!q->patient_count)
        return hidden(&role_told, false);
    for (size_t i = 0; i < q->patient_count; i++) {
        const struct rule *r = rules_of[c->kind].rule;
        struct asked a = {q, c, q->label, q->patient[i]};
        for (size_t k = 0; k < rules_of[c->kind].count && r[k].judge != release_rule; k++)
            if (r[k].judge(&a) != NEXT && r[k].judge(&a) != SEEN)
                return hidden(&r[k].told, false);
    }
    return (struct decide_answer){DECIDE_SEE, &role_told, false};
}

/* Rule 6, last: what is seen of a protected identity is masked, but for who is it and who has the right. */
static struct decide_answer masked(const struct decide_question *q, struct decide_answer a)
{
    const struct decide_caller *c = q->caller;
    uint32_t flags = q->label->flags;
    if (a.sight != DECIDE_SEE || (c->role && c->role->rights & RULES_PROTECTED))
        return a;
    for (size_t i = 0; i < q->patient_count; i++)
        if (!(c->kind == ACCESS_PATIENT && q->patient[i]->rid == c->user))
            flags |= q->patient[i]->flags;
    if (c->kind == ACCESS_PATIENT && q->label->rid == c->user)
        flags = 0;
    return flags & DECIDE_HIDDEN_IDENTITY ? (struct decide_answer){DECIDE_MASK, &identity_told, false} : a;
}

static struct decide_answer judge_record(const struct decide_question *q)
{
    struct decide_answer a = {0};
    if (!q->patient_count)
        return judge(q, NULL);
    for (size_t i = 0; i < q->patient_count; i++) {
        a = judge(q, q->patient[i]);
        if (a.sight == DECIDE_HIDE)
            return a;
    }
    return a;
}

/* What is not yet an official record, for a role that has no part in it. */
static bool hides_draft(const struct decide_question *q)
{
    const struct rules_role *role = q->caller->role;
    return q->caller->kind != ACCESS_SYSTEM && q->label->flags & DECIDE_WORKING &&
           class_of(q) == RULES_STEERING && !(role && role->rights & RULES_DRAFTS);
}

bool decide_secret(uint32_t flags, int64_t now_ms)
{
    int64_t last = (flags >> LABEL_UNTIL_SHIFT) & LABEL_UNTIL_MAX;
    return flags & DECIDE_SECRET && (!last || (now_ms + time_swedish(now_ms)) / DAY_MS <= last);
}

/* The whole case, whatever part of it is secret: what is left can tell of the rest. Clients have no right. */
static bool hides_secret(const struct decide_question *q)
{
    const struct rules_role *role = q->caller->role;
    return q->rules->secrets[q->label->type] && decide_secret(q->label->flags, q->now_ms) &&
           !(role && role->rights & RULES_SECRETS);
}

struct decide_answer decide_sight(const struct decide_question *q)
{
    if (!role_allows(q))
        return hidden(&role_told, false);
    enum rules_class k = class_of(q);
    if (q->caller->scope_patient && (k == RULES_RECORD || k == RULES_PERSON || k == RULES_GRANT) &&
        !in_context(q))
        return hidden(&context_told, false);
    switch (k) {
    case RULES_RECORD:
        return masked(q, judge_record(q));
    case RULES_GRANT:
        if (q->caller->kind == ACCESS_PATIENT)
            return judge_record(q);
        break;
    case RULES_PERSON:
        return masked(q, judge_person(q));
    default:
        break;
    }
    if (q->caller->kind == ACCESS_STAFF && !q->caller->usable)
        return hidden(&staff_rules[0].told, false);
    if (hides_draft(q))
        return hidden(&draft_told, false);
    if (hides_secret(q))
        return hidden(&secret_told, false);
    return (struct decide_answer){DECIDE_SEE, &role_told, false};
}

bool decide_foreign(const struct decide_question *q)
{
    return q->caller->kind == ACCESS_STAFF && class_of(q) == RULES_RECORD &&
           !(q->label->unit && q->label->unit == q->caller->unit);
}

const struct decide_rule *decide_rule_at(size_t i)
{
    for (size_t k = 0; k < sizeof(rules_of) / sizeof(*rules_of); k++) {
        if (i < rules_of[k].count)
            return &rules_of[k].rule[i].told;
        i -= rules_of[k].count;
    }
    return i == 0   ? &role_told
           : i == 1 ? &context_told
           : i == 2 ? &identity_told
           : i == 3 ? &draft_told
           : i == 4 ? &secret_told
                    : NULL;
}
