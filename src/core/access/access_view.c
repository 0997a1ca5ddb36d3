/* SPDX-License-Identifier: Apache-2.0
 * One caller's view of one reader: gathers what the decision asks for, and no more than it asks for. */
#include "access/access_view.h"

#include <stdlib.h>

#include "access/access_int.h"
#include "access/facts.h"
#include "access/secret.h"
#include "base/os.h"
#include "fhir_gen/names.h"

enum { PATIENTS_MAX = 64 }; /* in one resource; more are judged as hidden */

struct known {
    store_rid patient;
    const struct decide_patient *facts;
};

struct access_view {
    atomic_uint refs;
    struct access *a;
    const struct access_caller *caller;
    struct arena arena;
    struct access_held *region, *who;
    const struct region *map;
    struct decide_caller me;
    struct scope_set *scopes;
    store_rid scope_patient; /* the patient in context; 0: none, -1: nobody here */
    bool unscoped;
    uint32_t action;
    int64_t now_ms;
    struct known *known; /* open hash by patient */
    size_t known_count, known_cap;
    struct access_held **held; /* that known points into */
    size_t held_count, held_cap;
    store_rid *chosen; /* ascending: patients with a grant in force for the assignment */
    size_t chosen_count;
    bool chosen_read, chosen_many;
    struct store_view view;
};

/* ---- what is kept ---- */

static bool get_region(struct access_view *v, struct store_read *r, struct err *err)
{
    struct access *a = v->a;
    if (!store_read_in_job(r))
        v->region = access_held_take(a, &a->region, atomic_load(&a->region_changed));
    if (!v->region) {
        v->region = access_held_new(store_read_in_job(r) ? 0 : store_read_seq(r));
        if (!v->region)
            return err_set(err, ERR_NO_MEMORY, NULL);
        v->region->region = region_read(r, &v->region->arena, err);
        if (!v->region->region)
            return false;
        if (!store_read_in_job(r))
            access_held_keep(a, &a->region, v->region);
    }
    v->map = v->region->region;
    return true;
}

/* Scopes of which all can be kept that is kept of who the caller is: those that no patient's record bounds.
 */
static size_t kept_scopes(const struct access_caller *c)
{
    return c->scopes && !c->scopes->patient.n ? c->scopes->count : 0;
}

static char *put_part(char *at, struct str s)
{
    *at++ = ' ';
    return s.n ? mempcpy(at, s.p, s.n) : at;
}

/* Everything that who the caller is depends on. Every request needs it, so it is joined without printf. */
static struct str caller_key(const struct access_caller *c, struct arena *arena)
{
    const struct str part[] = {c->user, c->assignment, c->role, c->purpose};
    size_t n = 1, scopes = kept_scopes(c);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        n += 1 + part[i].n;
    for (size_t i = 0; i < scopes; i++)
        n += 2 + sizeof(uint32_t) + c->scopes->item[i].type.n + 1 + c->scopes->item[i].query.n;
    char *text = arena_alloc(arena, n), *at = text;
    if (!text)
        return (struct str){0};
    *at++ = (char)('0' + (int)c->kind);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        at = put_part(at, part[i]);
    for (size_t i = 0; i < scopes; i++) {
        const struct access_scope *s = &c->scopes->item[i];
        *at++ = (char)('0' + (int)s->level);
        at = mempcpy(at, &s->actions, sizeof(uint32_t));
        at = put_part(put_part(at, s->type), s->query);
    }
    return (struct str){text, n};
}

static struct access_held **caller_slot(const struct access_view *v, struct str key)
{
    uint64_t h = hash_sip((struct hash_key){11, 17}, key);
    return &v->a->caller[h % ACCESS_CALLERS_SLOTS];
}

/* Who is kept, or read now (*fresh): then it is to be kept when all is known of it. */
static bool get_who(struct access_view *v, struct store_read *r, bool *fresh, struct err *err)
{
    struct access *a = v->a;
    struct str key = caller_key(v->caller, &v->arena);
    bool job = store_read_in_job(r);
    if (!key.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    v->who = job ? NULL : access_held_take(a, caller_slot(v, key), atomic_load(&a->roles_changed));
    if (v->who && !str_eq(v->who->who.key, key)) {
        access_held_drop(v->who);
        v->who = NULL;
    }
    *fresh = !v->who;
    if (v->who)
        return true;
    v->who = access_held_new(job ? 0 : store_read_seq(r));
    if (!v->who)
        return err_set(err, ERR_NO_MEMORY, NULL);
    v->who->who.key = arena_str(&v->who->arena, key);
    return access_who_read(r, v->a->rules, v->map, v->caller, &v->who->arena, &v->who->who, err);
}

/* ---- the caller ---- */

static bool purpose_fits(const struct access_view *v, bool *care)
{
    size_t p = rules_purpose(v->a->rules, v->caller->purpose);
    if (p == SIZE_MAX || !v->me.role)
        return false;
    *care = v->a->rules->purpose[p].care;
    return v->me.role->purposes & (UINT32_C(1) << p);
}

static void make_me(struct access_view *v)
{
    const struct access_caller *c = v->caller;
    const struct access_who *w = &v->who->who;
    const struct rules *rules = v->a->rules;
    v->me = (struct decide_caller){.kind = c->kind, .scoped = UINT32_MAX};
    v->me.user = w->user;
    v->me.person_count = w->person_count;
    memcpy(v->me.person, w->person, sizeof v->me.person);
    if (c->kind == ACCESS_PATIENT)
        v->me.role = &rules->patient;
    else if (c->kind == ACCESS_GUARDIAN)
        v->me.role = &rules->guardian;
    if (c->kind != ACCESS_STAFF)
        return;
    v->me.role = rules_role(rules, c->role.n ? c->role : w->role);
    v->me.assignment = w->assignment;
    v->me.unit = w->unit;
    v->me.provider = w->provider;
    v->me.joined = w->joined;
    v->me.usable = purpose_fits(v, &v->me.care) && w->assignment && w->unit && w->active && w->analysed &&
                   w->from_ms <= v->now_ms && v->now_ms < w->to_ms;
}

/* The patient in context. */
static bool scope_patient(struct access_view *v, struct store_read *r, struct err *err)
{
    const struct access_scopes *s = v->caller->scopes;
    struct store_version found;
    if (!s || !s->patient.n)
        return true;
    enum store_found got = store_get(r, FHIR_TYPE_Patient, s->patient, &v->arena, &found, err);
    v->scope_patient = got == STORE_FOUND ? found.rid : -1;
    return got != STORE_FAILED;
}

static bool *find_whole(struct access_view *v, uint32_t action, struct arena *arena)
{
    const struct rules *rules = v->a->rules;
    bool *whole = ARENA_ARRAY(arena, bool, fhir_type_count);
    for (fhir_type_id t = 1; t < fhir_type_count; t++) {
        enum rules_class k = (enum rules_class)rules->class_of[t];
        struct decide_label label = {.type = t, .date_ms = INT64_MIN};
        struct decide_question q = {rules, &v->me, &label, NULL, 0, v->now_ms, action};
        if (fhir_types[t].kind != FHIR_RESOURCE ||
            (k != RULES_OPEN && k != RULES_OTHER && k != RULES_LOG && k != RULES_STEERING))
            continue;
        if (rules->drafts[t])
            label.flags = DECIDE_WORKING; /* the worst there may be of it */
        if (rules->secrets[t])
            label.flags |= DECIDE_SECRET;
        v->me.scoped = scope_set_type(v->scopes, t, false).any;
        whole[t] = decide_sight(&q).sight == DECIDE_SEE;
    }
    return whole;
}

/* The types that need not be asked about, for the view's action: those kept with who it is, when they hold.
 */
static void set_whole(struct access_view *v)
{
    const struct access_held *who = v->who;
    bool kept = !v->caller->scopes || kept_scopes(v->caller);
    if (who->whole[0] && kept && who->usable == v->me.usable)
        v->view.whole = who->whole[v->action == ACCESS_SEARCH];
    else
        v->view.whole = find_whole(v, v->action, &v->arena);
}

/* What is known of who it is, kept for the next request. */
static void keep_who(struct access_view *v, struct store_read *r)
{
    struct access_held *who = v->who;
    if (store_read_in_job(r))
        return;
    if (!v->caller->scopes || kept_scopes(v->caller)) {
        who->usable = v->me.usable;
        who->whole[0] = find_whole(v, ACCESS_READ, &who->arena);
        who->whole[1] = find_whole(v, ACCESS_SEARCH, &who->arena);
    }
    access_held_keep(v->a, caller_slot(v, who->who.key), who);
}

/* ---- facts of patients ---- */

static size_t known_at(const struct access_view *v, store_rid patient)
{
    size_t at = access_slot(patient) & (v->known_cap - 1);
    while (v->known[at].patient && v->known[at].patient != patient)
        at = (at + 1) & (v->known_cap - 1);
    return at;
}

static void know(struct access_view *v, store_rid patient, const struct decide_patient *facts)
{
    if (v->known_count * 2 >= v->known_cap) {
        struct known *old = v->known;
        size_t old_cap = v->known_cap;
        v->known_cap = old_cap ? old_cap * 2 : 32;
        v->known = ARENA_ARRAY(&v->arena, struct known, v->known_cap);
        for (size_t i = 0; i < old_cap; i++)
            if (old[i].patient)
                v->known[known_at(v, old[i].patient)] = old[i];
    }
    v->known[known_at(v, patient)] = (struct known){patient, facts};
    v->known_count++;
}

static void hold(struct access_view *v, struct access_held *h)
{
    if (v->held_count == v->held_cap) {
        size_t cap = v->held_cap ? v->held_cap * 2 : 8;
        v->held = arena_grow(&v->arena, v->held, v->held_cap, cap, sizeof *v->held);
        v->held_cap = cap;
    }
    v->held[v->held_count++] = h;
    know(v, h->patient.rid, &h->patient);
}

/* What is at hand already: of this view, or of all. */
static const struct decide_patient *at_hand(struct access_view *v, store_rid patient)
{
    struct access *a = v->a;
    if (v->known_cap) {
        const struct known *k = &v->known[known_at(v, patient)];
        if (k->patient)
            return k->facts;
    }
    size_t slot = access_slot(patient);
    int64_t since = atomic_load(&a->changed[slot]), all = atomic_load(&a->all_changed);
    struct access_held *h = access_held_take(a, &a->facts[slot], since > all ? since : all);
    if (h && h->patient.rid != patient) {
        access_held_drop(h);
        h = NULL;
    }
    if (!h)
        return NULL;
    hold(v, h);
    return &h->patient;
}

const struct decide_patient *access_view_at_hand(struct access_view *v, store_rid patient)
{
    return at_hand(v, patient);
}

const struct decide_patient *access_view_patient(struct access_view *v, struct store_read *r,
                                                 store_rid patient, struct err *err)
{
    const struct decide_patient *p = at_hand(v, patient);
    if (p)
        return p;
    struct access_held *h = access_held_new(store_read_seq(r));
    if (!h) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    if (!facts_read(r, v->a->rules, v->map, patient, &h->arena, &h->patient, err)) {
        access_held_drop(h);
        return NULL;
    }
    /* What a job reads is not committed: it is this view's alone. */
    if (!store_read_in_job(r))
        access_held_keep(v->a, &v->a->facts[access_slot(patient)], h);
    hold(v, h);
    return &h->patient;
}

/* ---- patients with a grant in force: the only ones of whom another unit's records can be seen ---- */

static bool each_patient(void *arg, uint16_t param, store_rid target)
{
    struct access_view *v = arg;
    if (param == v->a->consent_patient && v->chosen_count < ACCESS_CHOSEN_MAX)
        v->chosen[v->chosen_count++] = target;
    return true;
}

static int by_rid(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return x < y ? -1 : x > y;
}

static bool read_chosen(struct access_view *v, struct store_read *r, struct err *err)
{
    uint16_t type = FHIR_TYPE_Consent;
    struct str id = v->caller->assignment;
    id = str_sub(id, strlen("PractitionerRole/"), id.n);
    struct store_match actor = {.index = STORE_REFERENCE,
                                .row = {.index = STORE_REFERENCE,
                                        .param = v->a->consent_actor,
                                        .target_type = FHIR_TYPE_PractitionerRole,
                                        .text = id}};
    struct store_match when = {
        .index = STORE_DATE,
        .cmp = STORE_CMP_OVERLAP,
        .row = {.index = STORE_DATE, .param = v->a->consent_period, .low = v->now_ms, .high = v->now_ms + 1}};
    struct store_cond cond[2] = {{.kind = STORE_COND_MATCH, .any = &actor, .any_count = 1},
                                 {.kind = STORE_COND_MATCH, .any = &when, .any_count = 1}};
    struct store_plan plan = {.types = &type,
                              .type_count = 1,
                              .cond = cond,
                              .cond_count = 2,
                              .limit = ACCESS_CHOSEN_MAX,
                              .no_body = true};
    struct store_hits hits;
    v->chosen = ARENA_ARRAY(&v->arena, store_rid, ACCESS_CHOSEN_MAX);
    if (!store_search(r, &plan, &v->arena, &hits, err))
        return false;
    for (size_t i = 0; i < hits.count; i++)
        if (!store_targets(r, hits.item[i].rid, each_patient, v, err))
            return false;
    v->chosen_many = hits.more;
    qsort(v->chosen, v->chosen_count, sizeof *v->chosen, by_rid);
    v->chosen_read = true;
    return true;
}

/* Cannot the patient's facts change that it is hidden? -1: failed. */
static int hopeless(struct access_view *v, struct store_read *r, store_rid patient, struct err *err)
{
    if (!v->chosen_read && !read_chosen(v, r, err))
        return -1;
    return !v->chosen_many && !bsearch(&patient, v->chosen, v->chosen_count, sizeof patient, by_rid);
}

/* ---- the label ---- */

struct leads {
    const struct access_view *v;
    const struct region_org *org;
};

static bool each_lead(void *arg, uint16_t param, store_rid target)
{
    struct leads *l = arg;
    if (param == l->v->a->service_provider || param == l->v->a->role_organization)
        l->org = region_find(l->v->map, target);
    return l->org == NULL;
}

/* The unit of what has no label: by its own provider, its encounter's, or where who made it works. */
static bool derive(struct access_view *v, struct store_read *r, const struct store_label *label,
                   const struct region_org **out, struct err *err)
{
    const fhir_param_id *by = v->a->derive[label->type];
    for (size_t i = 0; i < ACCESS_DERIVE_MAX && by[i]; i++) {
        size_t at = 0;
        for (store_rid t; (t = store_label_target(r, label, by[i], &at));) {
            struct leads l = {v, region_find(v->map, t)};
            if (!l.org && !store_targets(r, t, each_lead, &l, err))
                return false;
            *out = l.org;
            if (l.org)
                return true;
        }
    }
    return true;
}

static bool make_label(struct access_view *v, struct store_read *r, const struct store_label *from,
                       struct decide_label *out, struct err *err)
{
    const struct region_org *unit = from->unit ? region_find(v->map, from->unit) : NULL, *provider;
    *out = (struct decide_label){.type = from->type,
                                 .flags = from->flags,
                                 .rid = from->rid,
                                 .unit = from->unit,
                                 .provider = from->provider,
                                 .date_ms = from->date_ms};
    if (!from->unit && !from->provider && v->a->rules->class_of[from->type] == RULES_RECORD &&
        !derive(v, r, from, &unit, err))
        return false;
    if (unit) {
        out->unit = unit->rid;
        out->path = unit->path;
        out->path_count = unit->depth;
        out->joined = unit->shares;
        if (!out->provider)
            out->provider = region_provider(unit);
    } else if (!from->unit && from->provider) {
        provider = region_find(v->map, from->provider);
        out->joined = provider && provider->shares;
    }
    return true;
}

/* ---- the question ---- */

/* Whose facts the answer depends on: nobody's, where the label and the role tell all. */
static bool needs_facts(const struct access_view *v, const struct decide_label *label)
{
    enum rules_class k = (enum rules_class)v->a->rules->class_of[label->type];
    enum access_kind who = v->me.kind;
    if (k == RULES_PERSON && label->type == FHIR_TYPE_Patient)
        return who == ACCESS_PATIENT || who == ACCESS_GUARDIAN || v->me.scope_patient;
    if (label->flags & DECIDE_GRANT)
        return v->me.scope_patient || who == ACCESS_PATIENT || who == ACCESS_GUARDIAN;
    return k == RULES_PERSON || k == RULES_RECORD;
}

/* Fills patient[]; *hidden when nothing can be seen whatever they say. */
static bool gather(struct access_view *v, struct store_read *r, const struct store_label *from,
                   struct decide_question *q, const struct decide_patient **patient, bool *hidden,
                   struct err *err)
{
    bool foreign = decide_foreign(q);
    for (size_t i = 0; i < from->patient_count; i++) {
        /* Who has a grant is a short list, once it is read: the cheapest question of all. */
        bool listed = foreign && v->chosen_read;
        patient[i] = listed ? NULL : at_hand(v, from->patient[i]);
        int no_hope = !patient[i] && foreign ? hopeless(v, r, from->patient[i], err) : 0;
        if (no_hope < 0)
            return false;
        if (no_hope) {
            *hidden = true;
            return true;
        }
        if (!patient[i])
            patient[i] = access_view_patient(v, r, from->patient[i], err);
        if (!patient[i])
            return false;
    }
    q->patient = patient;
    q->patient_count = from->patient_count;
    return true;
}

static enum store_sight sight_of(enum decide_sees s)
{
    return s == DECIDE_SEE ? STORE_SEEN : s == DECIDE_MASK ? STORE_MASKED : STORE_HIDDEN;
}

/* The label, with whom it is about where the compartments do not say. */
static const struct store_label *with_patients(const struct access_view *v, struct store_read *r,
                                               const struct store_label *from, struct store_label *own,
                                               store_rid about[PATIENTS_MAX])
{
    fhir_param_id param = v->a->about[from->type];
    size_t at = 0, n = 0;
    if (!param || from->patient_count)
        return from;
    for (store_rid t; n < PATIENTS_MAX && (t = store_label_target(r, from, param, &at));)
        about[n++] = t;
    *own = *from;
    own->patient = about;
    own->patient_count = n;
    return own;
}

/* What scopes leave of it; *in false: nothing. */
static bool within_scopes(struct access_view *v, struct store_read *r, const struct store_label *label,
                          bool *in, struct err *err)
{
    struct scope_left left;
    v->me.scoped = UINT32_MAX;
    v->me.scope_patient = 0;
    *in = true;
    if (v->unscoped)
        return true;
    if (!scope_set_label(v->scopes, r, label, v->action, &left, err))
        return false;
    v->me.scoped = left.any | left.patient;
    if (left.any & v->action)
        return true;
    v->me.scope_patient = v->scope_patient;
    *in = left.patient & v->action;
    return true;
}

/* What it was before it came under secrecy is hidden with what it is, and a decision with its case. */
static bool hide_secret(struct access_view *v, struct store_read *r, store_rid rid, enum store_sight *out,
                        struct err *err)
{
    bool secret;
    struct arena_mark mark = arena_mark(&v->arena);
    if (v->me.role && v->me.role->rights & RULES_SECRETS)
        return true;
    bool ok = secret_of(r, rid, &v->arena, v->now_ms, &secret, err);
    arena_rewind(&v->arena, mark);
    if (ok && secret)
        *out = STORE_HIDDEN;
    return ok;
}

static bool see(void *arg, struct store_read *r, const struct store_label *from, enum store_sight *out,
                struct err *err)
{
    struct access_view *v = arg;
    const struct decide_patient *patient[PATIENTS_MAX];
    struct store_label own;
    store_rid about[PATIENTS_MAX];
    struct decide_label label;
    bool hidden = false, in;
    *out = STORE_HIDDEN;
    from = with_patients(v, r, from, &own, about);
    if (from->patient_count > PATIENTS_MAX || (v->me.kind == ACCESS_STAFF && !v->me.usable))
        return true;
    if (!within_scopes(v, r, from, &in, err))
        return false;
    if (!in)
        return true;
    if (!make_label(v, r, from, &label, err))
        return false;
    struct decide_question q = {v->a->rules, &v->me, &label, NULL, 0, v->now_ms, v->action};
    /* A role that may not see the type needs nobody's facts. */
    if (!(v->me.kind == ACCESS_SYSTEM
              ? v->me.scoped & v->action
              : rules_may(q.rules, v->me.role, from->type, from->flags & DECIDE_GRANT) & v->me.scoped &
                    v->action))
        return true;
    if (needs_facts(v, &label) && !gather(v, r, from, &q, patient, &hidden, err))
        return false;
    if (!hidden)
        *out = sight_of(decide_sight(&q).sight);
    return *out == STORE_HIDDEN || !v->a->rules->secrets[from->type] ||
           hide_secret(v, r, from->rid, out, err);
}

static bool mask(void *arg, struct arena *arena, uint16_t type, struct str body, struct str *out,
                 struct err *err)
{
    const struct access_view *v = arg;
    return access_mask(v->a->rules, arena, type, body, out, err);
}

/* ---- life ---- */

/* ---- views are used again, for nearly every request needs one ---- */

static struct access_view *view_take(struct access *a)
{
    struct access_view *v = NULL;
    for (size_t i = 0; !v && i < ACCESS_IDLE_VIEWS; i++)
        if (atomic_load_explicit(&a->idle[i], memory_order_relaxed))
            v = atomic_exchange(&a->idle[i], NULL);
    if (!v && (v = os_alloc(sizeof *v)))
        arena_init(&v->arena);
    return v;
}

static void view_drop(struct access_view *v)
{
    arena_release(&v->arena);
    os_free(v);
}

static void view_give(struct access_view *v)
{
    struct access *a = v->a;
    arena_reset(&v->arena);
    if (v->arena.total > ACCESS_IDLE_BYTES)
        arena_release(&v->arena);
    for (size_t i = 0; i < ACCESS_IDLE_VIEWS; i++) {
        struct access_view *none = NULL;
        if (atomic_compare_exchange_strong(&a->idle[i], &none, v))
            return;
    }
    view_drop(v);
}

void access_view_empty(struct access *a)
{
    for (size_t i = 0; i < ACCESS_IDLE_VIEWS; i++) {
        struct access_view *v = atomic_exchange(&a->idle[i], NULL);
        if (v)
            view_drop(v);
    }
}

struct access_view *access_view_new(struct access *a, const struct access_caller *caller, uint32_t action,
                                    struct store_read *r, struct err *err)
{
    struct access_view *v = view_take(a);
    if (!v) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    struct arena kept = v->arena;
    *v = (struct access_view){
        .a = a, .caller = caller, .action = action, .now_ms = os_now_ms(), .arena = kept};
    atomic_init(&v->refs, 1);
    bool fresh;
    if (!get_region(v, r, err) || !get_who(v, r, &fresh, err)) {
        access_view_free(v);
        return NULL;
    }
    make_me(v);
    v->scopes = scope_set_new(&v->arena, caller, a->rules, a->search);
    if (!scope_patient(v, r, err)) {
        access_view_free(v);
        return NULL;
    }
    if (fresh)
        keep_who(v, r);
    v->view = (struct store_view){.arg = v,
                                  .see = see,
                                  .mask = mask,
                                  .masked_param = a->rules->masked_param,
                                  .masked_count = a->rules->masked_count,
                                  .masked_from = fhir_param_count,
                                  .about = a->about};
    set_whole(v);
    return v;
}

void access_view_free(struct access_view *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) != 1)
        return;
    for (size_t i = 0; i < v->held_count; i++)
        access_held_drop(v->held[i]);
    access_held_drop(v->region);
    access_held_drop(v->who);
    view_give(v);
}

void access_view_action(struct access_view *v, uint32_t action)
{
    if (v->action == action)
        return;
    v->action = action;
    set_whole(v);
}

struct access_view *access_view_hold(struct access_view *v)
{
    if (v)
        atomic_fetch_add(&v->refs, 1);
    return v;
}

const struct store_view *access_view_store(const struct access_view *v)
{
    return &v->view;
}

static bool may(const struct access_view *v, fhir_type_id type, bool grant, uint32_t actions, bool some)
{
    struct scope_left left = scope_set_type(v->scopes, type, some);
    uint32_t role =
        v->me.kind == ACCESS_SYSTEM ? UINT32_MAX : rules_may(v->a->rules, v->me.role, type, grant);
    if (v->me.kind == ACCESS_NOBODY || (v->me.kind == ACCESS_STAFF && !v->me.usable))
        return false;
    return (role & (left.any | left.patient) & actions) == actions;
}

bool access_view_may(const struct access_view *v, fhir_type_id type, bool grant, uint32_t actions)
{
    return may(v, type, grant, actions, false);
}

bool access_view_may_some(const struct access_view *v, fhir_type_id type, uint32_t actions)
{
    return may(v, type, false, actions, true);
}

/* Is the written resource, by its rows, about the patient in context and nobody else? */
static bool about_context(const struct access_view *v, fhir_type_id type, struct str id,
                          const struct store_row *row, size_t count)
{
    struct str patient = v->caller->scopes->patient;
    bool some = type == FHIR_TYPE_Patient;
    if (some && !str_eq(id, patient))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool about = row[i].index == STORE_CLINICAL
                         ? row[i].hash == 0
                         : v->a->about[type] && row[i].index == STORE_REFERENCE &&
                               row[i].param == v->a->about[type] && row[i].target_type == FHIR_TYPE_Patient;
        if (about && !str_eq(row[i].text, patient))
            return false;
        some = some || about;
    }
    return some;
}

bool access_view_writes(struct access_view *v, struct store_read *r, fhir_type_id type, struct str id,
                        const struct store_row *row, size_t count, uint32_t action)
{
    struct scope_left left = scope_set_rows(v->scopes, r, type, id, row, count, action);
    if (left.any & action)
        return true;
    return (left.patient & action) && about_context(v, type, id, row, count);
}

void access_view_unscoped(struct access_view *v, bool on)
{
    v->unscoped = on;
}

bool access_view_right_scoped(const struct access_view *v, enum rules_right right)
{
    static const struct {
        uint32_t rights;
        fhir_type_id type;
        uint32_t actions;
    } needs[] = {
        {RULES_CHOOSE | RULES_BLOCK | RULES_CONSENT | RULES_EMERGENCY, FHIR_TYPE_Consent, ACCESS_CREATE},
        {RULES_LOG_READ, FHIR_TYPE_AuditEvent, ACCESS_READ | ACCESS_SEARCH},
        {RULES_ADMINISTRATE | RULES_EXPORT, 0, 0},
    };
    for (size_t i = 0; v->caller->scopes && i < sizeof needs / sizeof *needs; i++) {
        struct scope_left left = {0, 0};
        if (!(needs[i].rights & (uint32_t)right))
            continue;
        if (needs[i].type)
            left = scope_set_type(v->scopes, needs[i].type, false);
        return needs[i].type && ((left.any | left.patient) & needs[i].actions) == needs[i].actions;
    }
    return true;
}

bool access_view_right(const struct access_view *v, enum rules_right right)
{
    if (v->me.kind == ACCESS_STAFF && !v->me.usable)
        return false;
    return v->me.role && (v->me.role->rights & (uint32_t)right) && access_view_right_scoped(v, right);
}

const struct decide_caller *access_view_caller(const struct access_view *v)
{
    return &v->me;
}

struct str access_view_unit(const struct access_view *v)
{
    return v->who->who.unit ? v->who->who.unit_name : STR("");
}

struct str access_view_provider(const struct access_view *v)
{
    return v->who->who.provider ? v->who->who.provider_name : STR("");
}

const struct region *access_view_region(const struct access_view *v)
{
    return v->map;
}

struct access *access_view_access(const struct access_view *v)
{
    return v->a;
}

const struct access_caller *access_view_asker(const struct access_view *v)
{
    return v->caller;
}
