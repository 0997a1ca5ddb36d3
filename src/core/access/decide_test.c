/* SPDX-License-Identifier: Apache-2.0
 * Random regions, and every decision compared with the oracle's. HELHET_DECISIONS=n, HELHET_SEED=n. */
#include "access/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "access/decide_oracle.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "search/label.h"

enum { DECISIONS = 200000, PER_WORLD = 400, NOW_YEAR = 2026 };

/* rids of a world: organizations, staff's assignments and so on each have their hundred. */
enum {
    RID_ORG = 100,
    RID_STAFF = 200,
    RID_PATIENT = 300,
    RID_RELATED = 400,
    RID_BLOCK = 500,
    RID_THING = 900
};

static uint64_t random_state;

static uint32_t below(uint32_t n)
{
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static bool chance(uint32_t percent)
{
    return below(100) < percent;
}

/* ---- a region ---- */

static void span(const struct w_world *w, int64_t *from, int64_t *to)
{
    static const int64_t edges[] = {-40 * W_DAY, -1, 0, 1, W_DAY, 40 * W_DAY};
    *from = w->now + edges[chance(70) ? 0 : below(4)];
    *to = w->now + edges[chance(70) ? 5 : below(6)];
}

static int unit_of(const struct w_world *w)
{
    return 1 + (int)below((uint32_t)w->orgs);
}

static void make_patient(const struct w_world *w, struct w_patient *p)
{
    *p = (struct w_patient){.here = chance(93), .confidential = chance(12), .protected_person = chance(8)};
    p->birth_known = chance(95);
    p->birth_year = NOW_YEAR - (chance(50) ? 11 + (int)below(7) : (int)below(90));
    p->blocks = (int)below(3);
    for (int i = 0; i < p->blocks; i++) {
        p->block[i].org = unit_of(w);
        p->block[i].outer = chance(30);
        span(w, &p->block[i].from, &p->block[i].to);
    }
    p->papers = (int)below(W_FEW);
    for (int i = 0; i < p->papers; i++) {
        struct w_paper *g = &p->paper[i];
        g->kind = "ccells"[below(6)];
        g->whom = g->kind == 'l'   ? unit_of(w)
                  : g->kind == 's' ? w_provider_of(w, unit_of(w))
                                   : 1 + (int)below(W_STAFF);
        g->block = g->kind == 'l' && p->blocks && chance(60) ? 1 + (int)below((uint32_t)p->blocks) : 0;
        span(w, &g->from, &g->to);
    }
    p->mets = (int)below(4);
    for (int i = 0; i < p->mets; i++) {
        p->met[i].unit = unit_of(w);
        span(w, &p->met[i].from, &p->met[i].to);
    }
    p->guardians = (int)below(3);
    for (int i = 0; i < p->guardians; i++)
        p->guardian[i] = 1 + (int)below(W_PATIENTS);
}

static void make_world(struct w_world *w)
{
    static const uint32_t sets[] = {ACCESS_READ | ACCESS_SEARCH, ACCESS_READ | ACCESS_SEARCH, ACCESS_READ, 0};
    memset(w, 0, sizeof *w);
    w->now_year = NOW_YEAR;
    w->now = time_days(NOW_YEAR, 6, 15) * W_DAY + (chance(50) ? 12345 : 22 * (int64_t)W_HOUR);
    w->orgs = 3 + (int)below(W_ORGS - 3);
    for (int i = 1; i <= w->orgs; i++) {
        w->org[i].parent = i <= 3 ? 0 : 1 + (int)below((uint32_t)i - 1);
        w->org[i].joined_said = i <= 3 ? chance(85) : chance(15);
        w->org[i].joined = chance(i <= 3 ? 85 : 40);
    }
    for (int i = 1; i <= W_STAFF; i++)
        w->staff[i] = (struct w_staff){unit_of(w), (int)below(W_ROLES), chance(90), chance(85)};
    for (int i = 1; i <= W_PATIENTS; i++)
        make_patient(w, &w->patient[i]);
    for (int i = 1; i <= W_PATIENTS; i++)
        w->person_of[i] = (int)below(W_PATIENTS / 2); /* 0: nobody knows */
    for (int r = 0; r < W_ROLES; r++) {
        w->sees_protected[r] = chance(20);
        w->sees_drafts[r] = chance(40);
        w->sees_secrets[r] = chance(40);
        for (int t = 0; t < W_TYPES; t++)
            w->may[r][t] = sets[below(4)];
    }
}

/* ---- the same region as rules and facts ---- */

static const char *const type_names[W_TYPES] = {
    [W_PATIENT] = "Patient",
    [W_RELATED] = "RelatedPerson",
    [W_NOTE] = "Composition",
    [W_LAB] = "DiagnosticReport",
    [W_FLAG] = "Flag",
    [W_CONSENT] = "Consent",
    [W_ORGANIZATION] = "Organization",
    [W_AUDIT] = "AuditEvent",
    [W_CASE] = "DecisionCase",
};

static const char *action_words(uint32_t set)
{
    return set & ACCESS_SEARCH ? "[\"read\",\"search\"]" : set ? "[\"read\"]" : "[]";
}

/* roles.json of the world; the rest of the rules are those that are built in. */
struct files {
    char roles[8192];
    const struct w_world *w;
};

static const char *rights_words(const struct w_world *w, int r)
{
    static const char *const words[8] = {"",
                                         "\"protected\"",
                                         "\"drafts\"",
                                         "\"protected\",\"drafts\"",
                                         "\"secrets\"",
                                         "\"protected\",\"secrets\"",
                                         "\"drafts\",\"secrets\"",
                                         "\"protected\",\"drafts\",\"secrets\""};
    return words[w->sees_protected[r] + 2 * w->sees_drafts[r] + 4 * w->sees_secrets[r]];
}

static struct str world_file(void *arg, const char *name)
{
    struct files *f = arg;
    size_t n = 0, max = sizeof f->roles;
    if (strcmp(name, "roles") != 0)
        return rules_file(NULL, name);
    n += (size_t)snprintf(f->roles + n, max - n, "{\"role\":[");
    for (int r = 0; r < W_ROLES; r++) {
        n += (size_t)snprintf(
            f->roles + n, max - n,
            "%s{\"code\":\"r%d\",\"sv\":\"x\",\"en\":\"x\",\"purposes\":[\"care\"],\"rights\":"
            "[%s],\"may\":{\"grant\":%s",
            r ? "," : "", r, rights_words(f->w, r), action_words(f->w->may[r][W_CONSENT]));
        for (int t = 0; t < W_TYPES; t++)
            n += (size_t)snprintf(f->roles + n, max - n, ",\"%s\":%s", type_names[t],
                                  action_words(f->w->may[r][t]));
        n += (size_t)snprintf(f->roles + n, max - n, "}}");
    }
    n += (size_t)snprintf(
        f->roles + n, max - n,
        "],\"patient\":{\"open\":[\"read\",\"search\"],\"person\":[\"read\",\"search\"],"
        "\"record\":[\"read\",\"search\"],\"grant\":[\"read\"]},\"guardian\":{\"open\":[\"read\"],"
        "\"person\":[\"read\",\"search\"],\"record\":[\"read\",\"search\"]}}");
    return (struct str){f->roles, n};
}

static uint32_t self_may(const struct w_world *w, const struct w_caller *c, const struct w_thing *t)
{
    const uint32_t both = ACCESS_READ | ACCESS_SEARCH;
    if (c->kind == 's')
        return w->may[w->staff[c->number].role][t->kind];
    if (t->kind == W_AUDIT || t->kind == W_CASE)
        return 0;
    if (c->kind == 'p')
        return t->grant ? ACCESS_READ : both;
    return t->grant ? 0 : t->kind == W_ORGANIZATION ? ACCESS_READ : both;
}

struct facts {
    struct decide_patient p[W_PATIENTS + 1];
    struct decide_block block[W_PATIENTS + 1][W_FEW];
    struct decide_grant grant[W_PATIENTS + 1][W_FEW];
    struct decide_relation relation[W_PATIENTS + 1][W_FEW];
    struct decide_guardian guardian[W_PATIENTS + 1][W_FEW];
};

static struct decide_grant grant_of(const struct w_paper *g, int patient)
{
    static const struct {
        char kind;
        enum decide_grant_kind to;
        int rid;
    } kinds[] = {{'c', DECIDE_CHOICE, RID_STAFF},
                 {'e', DECIDE_EMERGENCY, RID_STAFF},
                 {'l', DECIDE_LIFTED, RID_ORG},
                 {'s', DECIDE_CONSENT, RID_ORG}};
    size_t k = 0;
    while (kinds[k].kind != g->kind)
        k++;
    return (struct decide_grant){kinds[k].to,
                                 kinds[k].rid + g->whom,
                                 g->block ? RID_BLOCK + patient * W_FEW + g->block : 0,
                                 g->from,
                                 g->to,
                                 0};
}

static void make_facts(const struct w_world *w, struct facts *f)
{
    memset(f, 0, sizeof *f);
    for (int i = 1; i <= W_PATIENTS; i++) {
        const struct w_patient *p = &w->patient[i];
        for (int k = 0; k < p->blocks; k++)
            f->block[i][k] = (struct decide_block){RID_BLOCK + i * W_FEW + k + 1, RID_ORG + p->block[k].org,
                                                   p->block[k].outer, p->block[k].from, p->block[k].to};
        for (int k = 0; k < p->papers; k++)
            f->grant[i][k] = grant_of(&p->paper[k], i);
        for (int k = 0; k < p->mets; k++)
            f->relation[i][k] =
                (struct decide_relation){RID_ORG + p->met[k].unit, p->met[k].from, p->met[k].to};
        for (int k = 0; k < p->guardians; k++)
            f->guardian[i][k] = (struct decide_guardian){RID_RELATED + p->guardian[k],
                                                         (uint64_t)w->person_of[p->guardian[k]]};
        f->p[i] = (struct decide_patient){
            .rid = RID_PATIENT + i,
            .known = p->here,
            .flags = (p->here && p->confidential ? DECIDE_CONFIDENTIAL : 0u) |
                     (p->here && p->protected_person ? DECIDE_PROTECTED : 0u),
            .birth_ms = p->birth_known ? time_days(p->birth_year, 1, 1) * W_DAY : INT64_MIN,
            .block = f->block[i],
            .block_count = (size_t)p->blocks,
            .grant = f->grant[i],
            .grant_count = (size_t)p->papers,
            .relation = f->relation[i],
            .relation_count = (size_t)p->mets,
            .guardian = f->guardian[i],
            .guardian_count = (size_t)p->guardians,
        };
    }
}

/* ---- questions ---- */

static struct w_thing make_thing(const struct w_world *w, const struct w_caller *c)
{
    struct w_thing t = {.kind = (enum w_kind)below(W_TYPES)};
    if (chance(50))
        t.kind = chance(60) ? W_NOTE : W_LAB;
    t.unit = chance(85) ? (c->kind == 's' && chance(35) ? w->staff[c->number].unit : unit_of(w)) : 0;
    t.provider = t.unit ? w_provider_of(w, t.unit) : chance(30) ? w_provider_of(w, unit_of(w)) : 0;
    t.grant = t.kind == W_CONSENT && chance(70);
    t.wish = t.grant && chance(50);
    t.is_signed = chance(60);
    t.working = t.kind == W_CASE && chance(50);
    t.secret = t.kind == W_CASE && chance(50);
    /* The last day, 1 to 3 days from now on the Swedish calendar or before it; 0: without end. */
    t.secret_day = chance(40) ? 0 : (w->now + time_swedish(w->now)) / W_DAY + (int64_t)below(5) - 2;
    t.dated = chance(85);
    t.date = w->now - 14 * W_DAY + ((int64_t)below(5) - 2) * (chance(50) ? 1 : W_DAY);
    t.patients = chance(10) ? 0 : chance(85) ? 1 : 1 + (int)below(3);
    for (int i = 0; i < t.patients; i++)
        t.patient[i] = c->kind == 'p' && chance(70) ? c->number : 1 + (int)below(W_PATIENTS);
    if (t.kind == W_PATIENT) {
        t.number = t.patient[0] = t.patients ? t.patient[0] : 1;
        t.patients = 1;
        t.confidential = w->patient[t.number].confidential;
        t.protected_person = w->patient[t.number].protected_person;
    } else if (t.kind == W_RELATED) {
        t.number = 1 + (int)below(W_PATIENTS);
        t.patients = 1;
        t.patient[0] = 1 + (int)below(W_PATIENTS);
    } else if (t.kind == W_ORGANIZATION || t.kind == W_AUDIT || t.kind == W_CASE) {
        t.patients = 0;
    }
    return t;
}

static struct w_caller make_caller(void)
{
    struct w_caller c = {.kind = "ssssspgmn"[below(9)], .search = chance(50), .scope = chance(95)};
    c.number = 1 + (int)below(c.kind == 's' ? W_STAFF : W_PATIENTS);
    if (chance(c.kind == 'm' ? 30 : 10))
        c.scope_patient = 1 + (int)below(W_PATIENTS);
    return c;
}

static struct decide_caller caller_of(const struct w_world *w, const struct rules *rules,
                                      const struct w_caller *c)
{
    struct decide_caller d = {.scoped = c->scope ? UINT32_MAX : 0};
    char code[8];
    d.scope_patient = c->scope_patient ? RID_PATIENT + c->scope_patient : 0;
    switch (c->kind) {
    case 's':
        snprintf(code, sizeof code, "r%d", w->staff[c->number].role);
        d.kind = ACCESS_STAFF;
        d.usable = w->staff[c->number].usable;
        d.care = w->staff[c->number].care;
        d.assignment = RID_STAFF + c->number;
        d.unit = RID_ORG + w->staff[c->number].unit;
        d.provider = RID_ORG + w_provider_of(w, w->staff[c->number].unit);
        d.joined = w_shares(w, w->staff[c->number].unit);
        d.role = rules_role(rules, str_of(code));
        break;
    case 'p':
        d.kind = ACCESS_PATIENT;
        d.user = RID_PATIENT + c->number;
        d.role = &rules->patient;
        break;
    case 'g':
        d.kind = ACCESS_GUARDIAN;
        d.user = RID_RELATED + c->number;
        d.person[0] = (uint64_t)w->person_of[c->number];
        d.person_count = w->person_of[c->number] != 0;
        d.role = &rules->guardian;
        break;
    case 'm':
        d.kind = ACCESS_SYSTEM;
        break;
    default:
        break;
    }
    return d;
}

struct tally {
    uint64_t count, seen, masked, blocked;
};

static void ask(const struct w_world *w, const struct rules *rules, const struct facts *facts,
                struct tally *sum)
{
    struct w_caller c = make_caller();
    struct w_thing t = make_thing(w, &c);
    struct decide_caller caller = caller_of(w, rules, &c);
    store_rid path[W_ORGS + 1];
    const struct decide_patient *patients[3];
    struct decide_label label = {
        .type = fhir_resource_find(str_of(type_names[t.kind])),
        .flags = (t.grant ? DECIDE_GRANT : 0u) | (t.wish ? DECIDE_WISH : 0u) |
                 (t.is_signed ? DECIDE_SIGNED : 0u) | (t.confidential ? DECIDE_CONFIDENTIAL : 0u) |
                 (t.protected_person ? DECIDE_PROTECTED : 0u) | (t.working ? DECIDE_WORKING : 0u) |
                 (t.secret ? DECIDE_SECRET | (uint32_t)t.secret_day << LABEL_UNTIL_SHIFT : 0u),
        .rid = t.kind == W_PATIENT   ? RID_PATIENT + t.number
               : t.kind == W_RELATED ? RID_RELATED + t.number
                                     : RID_THING,
        .unit = t.unit ? RID_ORG + t.unit : 0,
        .provider = t.provider ? RID_ORG + t.provider : 0,
        .path = path,
        .joined = w_shares(w, t.unit ? t.unit : t.provider),
        .date_ms = t.dated ? t.date : INT64_MIN,
    };
    for (int o = t.unit; o; o = w->org[o].parent)
        path[label.path_count++] = RID_ORG + o;
    for (int i = 0; i < t.patients; i++)
        patients[i] = &facts->p[t.patient[i]];
    struct decide_question q = {
        rules, &caller, &label, patients, (size_t)t.patients, w->now, c.search ? ACCESS_SEARCH : ACCESS_READ};
    struct decide_answer got = decide_sight(&q);
    enum w_sight want = w_sight(w, &c, &t, self_may(w, &c, &t), q.action);
    if ((int)got.sight != (int)want)
        fail_msg("caller %c%d, %s of unit %d: %d, the oracle %d, by %s", c.kind, c.number, type_names[t.kind],
                 t.unit, (int)got.sight, (int)want, got.rule ? got.rule->name : "no rule");
    sum->count++;
    sum->seen += want == W_SEEN;
    sum->masked += want == W_MASKED;
    sum->blocked += got.blocked;
}

static void test_against_the_oracle(void **state)
{
    (void)state;
    const char *n = getenv("HELHET_DECISIONS"), *seed = getenv("HELHET_SEED");
    uint64_t wanted = n ? strtoull(n, NULL, 10) : DECISIONS;
    struct tally sum = {0};
    struct w_world *w = os_alloc(sizeof *w);
    struct facts *facts = os_alloc(sizeof *facts);
    struct files *files = os_alloc(sizeof *files);
    random_state = seed ? strtoull(seed, NULL, 10) : 20261122;
    while (sum.count < wanted) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena);
        make_world(w);
        make_facts(w, facts);
        files->w = w;
        const struct rules *rules = rules_read(world_file, files, &arena, &err);
        if (!rules)
            fail_msg("%s %s", err.arg[0], err.arg[1]);
        for (int i = 0; i < PER_WORLD; i++)
            ask(w, rules, facts, &sum);
        arena_release(&arena);
    }
    /* A test of nothing but refusals would prove little. */
    assert_true(sum.seen > wanted / 20 && sum.masked > wanted / 100 && sum.blocked > wanted / 200);
    print_message("%llu decisions, 0 differences (%llu seen, %llu masked, %llu blocked)\n",
                  (unsigned long long)sum.count, (unsigned long long)sum.seen, (unsigned long long)sum.masked,
                  (unsigned long long)sum.blocked);
    os_free(w);
    os_free(facts);
    os_free(files);
}

/* Each rule has a name, a paragraph and both languages. */
static void test_rules_are_told(void **state)
{
    (void)state;
    size_t i = 0;
    for (const struct decide_rule *r; (r = decide_rule_at(i)); i++)
        assert_true(r->name[0] && r->law[0] && r->sv[0] && r->en[0]);
    assert_true(i >= 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_the_oracle),
        cmocka_unit_test(test_rules_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
