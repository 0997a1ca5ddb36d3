/* SPDX-License-Identifier: Apache-2.0
 * decide_oracle: the rules of access once more, for tests: written from docs/ACCESS.md as one long question
 * over a made-up region, sharing nothing with decide.c but the numbers of types and actions. Slow and plain.
 */
#ifndef HELHET_ACCESS_DECIDE_ORACLE_H
#define HELHET_ACCESS_DECIDE_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum { W_ORGS = 16, W_STAFF = 12, W_PATIENTS = 10, W_ROLES = 4, W_TYPES = 9, W_FEW = 6, W_HOUR = 3600000 };
#define W_DAY (24 * (int64_t)W_HOUR)

/* Organizations by number from 1; 0: none. parent 0: a provider. */
struct w_org {
    int parent;
    bool joined_said, joined; /* what its extension says, if it has one */
};
struct w_staff {
    int unit, role;
    bool usable, care;
};
struct w_block {
    int org;
    bool outer;
    int64_t from, to;
};
struct w_paper { /* what was granted: 'c' choice, 'e' emergency, 'l' lifting, 's' consent */
    char kind;
    int whom;  /* staff number from 1, unit or provider */
    int block; /* 'l': number from 1; 0: all */
    int64_t from, to;
};
struct w_met {
    int unit;
    int64_t from, to;
};
struct w_patient {
    bool here, confidential, protected_person;
    bool birth_known;
    int birth_year; /* born on the first of January */
    struct w_block block[W_FEW];
    int blocks;
    struct w_paper paper[W_FEW];
    int papers;
    struct w_met met[W_FEW];
    int mets;
    int guardian[W_FEW]; /* numbers of related persons, from 1 */
    int guardians;
};
struct w_world {
    struct w_org org[W_ORGS + 1];
    int orgs;
    struct w_staff staff[W_STAFF + 1];
    struct w_patient patient[W_PATIENTS + 1];
    int person_of[2 * W_PATIENTS + 1]; /* who a related person is; 0: nobody knows */
    uint32_t may[W_ROLES][W_TYPES];    /* by role and kind of type */
    bool sees_protected[W_ROLES], sees_drafts[W_ROLES], sees_secrets[W_ROLES];
    int64_t now;
    int now_year;
};
/* Kinds of type as the test picks them. */
enum w_kind { W_PATIENT, W_RELATED, W_NOTE, W_LAB, W_FLAG, W_CONSENT, W_ORGANIZATION, W_AUDIT, W_CASE };
struct w_thing {
    enum w_kind kind;
    int unit, provider; /* label; 0: none */
    int number;         /* W_PATIENT, W_RELATED: who */
    bool grant, wish, is_signed;
    bool working;                        /* W_CASE: not yet an official record */
    bool secret;                         /* W_CASE: under secrecy, to the end of secret_day */
    int64_t secret_day;                  /* since 1970, 0: without end */
    bool confidential, protected_person; /* W_PATIENT: its own labels */
    bool dated;
    int64_t date;
    int patient[3];
    int patients;
};
struct w_caller {
    char kind;  /* 's'taff 'p'atient 'g'uardian 'm'achine 'n'obody */
    int number; /* staff, patient, related person */
    bool search;
    bool scope; /* do scopes leave it? */
    int scope_patient;
};
enum w_sight { W_HIDDEN, W_MASKED, W_SEEN };

static inline int w_provider_of(const struct w_world *w, int org)
{
    while (org && w->org[org].parent)
        org = w->org[org].parent;
    return org;
}

/* An organization shares when its provider says that it has joined and nothing on the way says that it has
 * not. */
static inline bool w_shares(const struct w_world *w, int org)
{
    int at = org;
    if (!org)
        return false;
    for (; w->org[at].parent; at = w->org[at].parent)
        if (w->org[at].joined_said && !w->org[at].joined)
            return false;
    return w->org[at].joined_said && w->org[at].joined;
}

static inline bool w_within(const struct w_world *w, int64_t from, int64_t to)
{
    return !(w->now < from) && w->now < to;
}

static inline bool w_part_of(const struct w_world *w, int org, int whole)
{
    for (; org; org = w->org[org].parent)
        if (org == whole)
            return true;
    return false;
}

static inline bool w_has_paper(const struct w_world *w, const struct w_patient *p, char kind, int whom)
{
    for (int i = 0; i < p->papers; i++)
        if (p->paper[i].kind == kind && p->paper[i].whom == whom &&
            w_within(w, p->paper[i].from, p->paper[i].to))
            return true;
    return false;
}

/* Does a block of this patient keep a person of that unit from what the thing's unit wrote? */
static inline bool w_kept_out(const struct w_world *w, const struct w_patient *p, const struct w_staff *s,
                              const struct w_thing *t)
{
    for (int i = 0; i < p->blocks; i++) {
        const struct w_block *b = &p->block[i];
        bool about = (!t->unit && !t->provider) || w_part_of(w, t->unit, b->org) || b->org == t->provider;
        bool open = false;
        if (!w_within(w, b->from, b->to) || !about)
            continue;
        if (b->outer && t->provider && w_provider_of(w, s->unit) == t->provider)
            continue;
        for (int k = 0; k < p->papers; k++)
            if (p->paper[k].kind == 'l' && p->paper[k].whom == s->unit &&
                (p->paper[k].block == 0 || p->paper[k].block == i + 1) &&
                w_within(w, p->paper[k].from, p->paper[k].to))
                open = true;
        if (!open)
            return true;
    }
    return false;
}

static inline bool w_staff_sees(const struct w_world *w, int who, const struct w_thing *t,
                                const struct w_patient *p)
{
    const struct w_staff *s = &w->staff[who];
    bool mine = t->unit == s->unit;
    if (!p)
        return mine;
    if (!p->here)
        return false;
    bool emergency = w_has_paper(w, p, 'e', who), choice = emergency || w_has_paper(w, p, 'c', who);
    if (mine) {
        for (int i = 0; i < p->mets; i++)
            if (p->met[i].unit == s->unit && w_within(w, p->met[i].from, p->met[i].to))
                return true;
        return choice;
    }
    if (!emergency && w_kept_out(w, p, s, t))
        return false;
    if (!s->care || !choice)
        return false;
    if (t->provider && t->provider == w_provider_of(w, s->unit))
        return true;
    if (!w_shares(w, s->unit) || ((t->unit || t->provider) && !w_shares(w, t->unit ? t->unit : t->provider)))
        return false;
    return emergency || w_has_paper(w, p, 's', w_provider_of(w, s->unit));
}

/* The same related person, or one that is the same person. */
static inline bool w_is_guardian(const struct w_world *w, const struct w_patient *p, int who)
{
    for (int i = 0; i < p->guardians; i++)
        if (p->guardian[i] == who || (w->person_of[who] && w->person_of[p->guardian[i]] == w->person_of[who]))
            return true;
    return false;
}

/* Notes are released when signed, laboratory answers when signed and 14 days old, flags never. */
static inline bool w_released(const struct w_world *w, const struct w_thing *t)
{
    if (t->grant)
        return t->wish;
    if (t->kind == W_NOTE)
        return t->is_signed;
    return t->kind == W_LAB && t->is_signed && t->dated && t->date <= w->now - 14 * W_DAY;
}

static inline bool w_own(const struct w_world *w, const struct w_caller *c, const struct w_patient *p,
                         int number)
{
    int age = w->now_year - p->birth_year; /* everybody is born on the first of January */
    if (!p->here || !p->birth_known)
        return false;
    return c->kind == 'p' ? number == c->number && age >= 16 : w_is_guardian(w, p, c->number) && age < 13;
}

/* The end of a day on the Swedish clock; the worlds are all in June, two hours east of Greenwich. */
static inline int64_t w_swedish_end(int64_t day)
{
    return (day + 1) * W_DAY - 2 * (int64_t)W_HOUR;
}

static inline bool w_person_seen(const struct w_world *w, const struct w_caller *c, const struct w_thing *t)
{
    if (c->kind == 's' || c->kind == 'm')
        return true;
    if ((c->kind == 'p' && t->kind == W_PATIENT && t->number == c->number) ||
        (c->kind == 'g' && t->kind == W_RELATED && t->number == c->number))
        return true;
    for (int i = 0; i < t->patients; i++) {
        if (!w_own(w, c, &w->patient[t->patient[i]], t->patient[i]))
            return false;
    }
    return t->patients > 0;
}

static inline bool w_record_seen(const struct w_world *w, const struct w_caller *c, const struct w_thing *t)
{
    if (t->patients == 0)
        return c->kind == 's' ? w_staff_sees(w, c->number, t, 0) : c->kind == 'm';
    for (int i = 0; i < t->patients; i++) {
        const struct w_patient *p = &w->patient[t->patient[i]];
        bool ok;
        if (c->kind == 's')
            ok = w_staff_sees(w, c->number, t, p);
        else if (c->kind == 'm')
            ok = true;
        else
            ok = w_own(w, c, p, t->patient[i]) && w_released(w, t);
        if (!ok)
            return false;
    }
    return true;
}

static inline enum w_sight w_sight(const struct w_world *w, const struct w_caller *c, const struct w_thing *t,
                                   uint32_t may, uint32_t action)
{
    bool protected_person = t->confidential || t->protected_person, seen;
    if (c->kind == 'n' || !c->scope || (c->kind != 'm' && !(may & action)))
        return W_HIDDEN;
    if (c->kind == 's' && !w->staff[c->number].usable)
        return W_HIDDEN;
    /* A launch for one patient leaves nothing of anybody else's, and nothing that is nobody's. */
    if (c->scope_patient && t->kind != W_ORGANIZATION && t->kind != W_AUDIT && t->kind != W_CASE) {
        for (int i = 0; i < t->patients; i++)
            if (t->patient[i] != c->scope_patient)
                return W_HIDDEN;
        if (t->patients == 0)
            return W_HIDDEN;
    }
    /* Working material of the steering: staff whose role has a part in it, and clients by their scopes. */
    if (t->kind == W_CASE && t->secret && (t->secret_day == 0 || w->now < w_swedish_end(t->secret_day)) &&
        !(c->kind == 's' && w->sees_secrets[w->staff[c->number].role]))
        return W_HIDDEN;
    if (t->kind == W_CASE)
        return t->working && !(c->kind == 'm' || (c->kind == 's' && w->sees_drafts[w->staff[c->number].role]))
                   ? W_HIDDEN
                   : W_SEEN;
    if (t->kind == W_ORGANIZATION || t->kind == W_AUDIT ||
        (t->kind == W_CONSENT && t->grant && c->kind != 'p'))
        return W_SEEN;
    if (t->kind == W_PATIENT || t->kind == W_RELATED)
        seen = w_person_seen(w, c, t);
    else
        seen = w_record_seen(w, c, t);
    if (!seen)
        return W_HIDDEN;
    for (int i = 0; i < t->patients; i++) {
        const struct w_patient *p = &w->patient[t->patient[i]];
        /* Nothing is known of who is not here. */
        if (p->here && !(c->kind == 'p' && c->number == t->patient[i]))
            protected_person = protected_person || p->confidential || p->protected_person;
    }
    if (c->kind == 'p' && t->kind == W_PATIENT && t->number == c->number)
        protected_person = false;
    if (c->kind == 's' && w->sees_protected[w->staff[c->number].role])
        protected_person = false;
    if (t->kind == W_CONSENT && t->grant)
        protected_person = false; /* one's own wishes name no address */
    return protected_person ? W_MASKED : W_SEEN;
}

#endif
