/* SPDX-License-Identifier: Apache-2.0 */
#include "access/facts.h"

#include "access/person_key.h"
#include "access/read_body.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"

#define SECURITY "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"
#define ROLE_CODE "http://terminology.hl7.org/CodeSystem/v3-RoleCode"

struct load {
    struct store_read *r;
    const struct rules *rules;
    const struct region *region;
    struct arena *arena;
    struct decide_patient *p;
    struct decide_block *block;
    struct decide_grant *grant;
    struct decide_relation *relation;
    struct decide_guardian *guardian;
    size_t block_cap, grant_cap, relation_cap, guardian_cap;
    struct {
        struct str id;
        store_rid rid, unit;
    } role[FACTS_ROLES];
    size_t role_count;
    fhir_param_id role_organization;
};

bool *facts_types(const struct rules *rules, struct arena *arena)
{
    bool *types = ARENA_ARRAY(arena, bool, fhir_type_count);
    types[FHIR_TYPE_Patient] = types[FHIR_TYPE_Consent] = types[FHIR_TYPE_RelatedPerson] = true;
    for (size_t i = 0; i < rules->relation_count; i++)
        types[rules->relation[i].type] = true;
    return types;
}

/* Room for one more in an array of the load. */
#define MORE(l, list, count)                                                                                 \
    ((count) < (l)->list##_cap ? (void)0                                                                     \
                               : (void)((l)->list = arena_grow((l)->arena, (l)->list, (count),               \
                                                               (l)->list##_cap * 2 + 8, sizeof *(l)->list),  \
                                        (l)->list##_cap = (l)->list##_cap * 2 + 8))

/* ---- what references lead to ---- */

struct role_organization {
    fhir_param_id param;
    store_rid target;
};

static bool each_target(void *arg, uint16_t param, store_rid target)
{
    struct role_organization *o = arg;
    if (param == o->param)
        o->target = target;
    return true;
}

/* A PractitionerRole by reference: its rid and its organization's. 0 when it is not here. */
static void role_of(struct load *l, struct str id, store_rid *rid, store_rid *unit)
{
    struct store_version v;
    struct err err = {0};
    *rid = *unit = 0;
    for (size_t i = 0; i < l->role_count; i++) {
        if (str_eq(l->role[i].id, id)) {
            *rid = l->role[i].rid;
            *unit = l->role[i].unit;
            return;
        }
    }
    if (store_get(l->r, FHIR_TYPE_PractitionerRole, id, l->arena, &v, &err) != STORE_FOUND)
        return;
    struct role_organization o = {.param = l->role_organization};
    if (!store_targets(l->r, v.rid, each_target, &o, &err))
        return;
    *rid = v.rid;
    *unit = o.target;
    if (l->role_count < FACTS_ROLES) {
        l->role[l->role_count].id = id;
        l->role[l->role_count].rid = *rid;
        l->role[l->role_count++].unit = *unit;
    }
}

/* The unit that a reference means: an Organization, or where an assignment is. */
static store_rid unit_of(struct load *l, struct str reference)
{
    const struct region_org *o = region_named(l->region, reference);
    store_rid rid, unit = 0;
    struct str role = read_body_id_of(reference, STR("PractitionerRole"));
    if (o)
        return o->rid;
    if (role.n)
        role_of(l, role, &rid, &unit);
    return unit;
}

/* ---- Consents ---- */

static const struct {
    const char *code;
    int grant; /* enum decide_grant_kind; -1: a block */
} categories[] = {
    {"block", -1},
    {"active-choice", DECIDE_CHOICE},
    {"emergency", DECIDE_EMERGENCY},
    {"lifted", DECIDE_LIFTED},
    {"consent", DECIDE_CONSENT},
};

/* Every organization or assignment that the provision names. */
struct actors {
    struct load *load;
    store_rid item[8];
    size_t count;
};

static bool each_actor(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct actors *a = arg;
    struct str reference = read_body_reference(doc, i), role;
    const struct region_org *o = region_named(a->load->region, reference);
    store_rid rid = o ? o->rid : 0, unit;
    role = read_body_id_of(reference, STR("PractitionerRole"));
    if (role.n)
        role_of(a->load, role, &rid, &unit);
    if (rid && a->count < sizeof a->item / sizeof *a->item)
        a->item[a->count++] = rid;
    return true;
}

static store_rid lifted_block(struct load *l, const struct json_doc *doc)
{
    struct store_version v;
    struct err err = {0};
    struct str source = read_body_reference(doc, json_get_key(doc, 0, STR("sourceReference")));
    struct str id = read_body_id_of(source, STR("Consent"));
    if (!id.n)
        return 0;
    /* A block that is gone lifts nothing: no rid is -1. */
    return store_get(l->r, FHIR_TYPE_Consent, id, l->arena, &v, &err) == STORE_FOUND ? v.rid : -1;
}

static void add_block(struct load *l, store_rid rid, store_rid org, bool outer, int64_t from, int64_t to)
{
    struct decide_patient *p = l->p;
    MORE(l, block, p->block_count);
    l->block[p->block_count++] = (struct decide_block){rid, org, outer, from, to};
}

static void add_grant(struct load *l, struct decide_grant g)
{
    struct decide_patient *p = l->p;
    MORE(l, grant, p->grant_count);
    l->grant[p->grant_count++] = g;
}

static bool consent(struct load *l, const struct store_version *v, const struct json_doc *doc)
{
    struct str code = read_body_code(doc, json_get(doc, 0, FHIR_NAME_category), ACCESS_URL_CATEGORY);
    uint32_t provision = json_get_key(doc, 0, STR("provision"));
    size_t k = 0;
    int64_t from, to;
    bool outer = false;
    while (k < sizeof categories / sizeof *categories && !str_is(code, categories[k].code))
        k++;
    if (k == sizeof categories / sizeof *categories || provision == UINT32_MAX ||
        !str_is(json_text(doc, json_get(doc, 0, FHIR_NAME_status)), "active"))
        return true;
    read_body_period(doc, json_get(doc, provision, FHIR_NAME_period), &from, &to);
    struct actors who = {.load = l};
    read_body_walk(doc, provision, STR("actor.reference"), each_actor, &who);
    read_body_flag(doc, 0, ACCESS_URL_OUTER, &outer);
    store_rid block = categories[k].grant == DECIDE_LIFTED ? lifted_block(l, doc) : 0;
    for (size_t i = 0; i < who.count; i++) {
        if (categories[k].grant < 0)
            add_block(l, v->rid, who.item[i], outer, from, to);
        else
            add_grant(l, (struct decide_grant){(enum decide_grant_kind)categories[k].grant, who.item[i],
                                               block, from, to, v->rid});
    }
    return true;
}

/* ---- RelatedPersons ---- */

static bool related(struct load *l, const struct store_version *v, const struct json_doc *doc, int64_t now)
{
    struct decide_patient *p = l->p;
    uint32_t active = json_get(doc, 0, FHIR_NAME_active);
    int64_t from, to;
    read_body_period(doc, json_get(doc, 0, FHIR_NAME_period), &from, &to);
    if ((active != UINT32_MAX && doc->nodes[active].kind == JSON_FALSE) || now < from || now >= to ||
        !str_is(read_body_code(doc, json_get(doc, 0, FHIR_NAME_relationship), ROLE_CODE), "GUARD"))
        return true;
    uint64_t person[PERSON_KEYS_MAX] = {0};
    size_t persons = person_key_all(doc, person);
    for (size_t i = 0; i == 0 || i < persons; i++) {
        MORE(l, guardian, p->guardian_count);
        l->guardian[p->guardian_count++] = (struct decide_guardian){v->rid, person[i]};
    }
    return true;
}

/* ---- care relations ---- */

struct times {
    int64_t low, high;
    bool any;
};

static bool each_time(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct times *t = arg;
    int64_t low, high;
    if (!read_body_time(json_text(doc, i), &low, &high))
        return true;
    t->low = !t->any || low < t->low ? low : t->low;
    t->high = !t->any || high > t->high ? high : t->high;
    t->any = true;
    return true;
}

static void times_of(const struct json_doc *doc, const struct str paths[RULES_PATHS_MAX], struct times *t)
{
    for (size_t i = 0; i < RULES_PATHS_MAX && paths[i].n; i++)
        read_body_walk(doc, 0, paths[i], each_time, t);
}

struct units {
    struct load *load;
    int64_t from, to;
};

static void add_relation(struct load *l, store_rid unit, int64_t from, int64_t to)
{
    struct decide_patient *p = l->p;
    if (!unit)
        return;
    /* Spans that meet are one: a long history of visits stays short. */
    for (size_t i = 0; i < p->relation_count; i++) {
        struct decide_relation *r = &l->relation[i];
        if (r->unit == unit && from <= r->to_ms && r->from_ms <= to) {
            r->from_ms = from < r->from_ms ? from : r->from_ms;
            r->to_ms = to > r->to_ms ? to : r->to_ms;
            return;
        }
    }
    MORE(l, relation, p->relation_count);
    l->relation[p->relation_count++] = (struct decide_relation){unit, from, to};
}

static bool each_unit(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct units *u = arg;
    add_relation(u->load, unit_of(u->load, read_body_reference(doc, i)), u->from, u->to);
    return true;
}

static int64_t later(int64_t ms, int64_t by)
{
    return ms > INT64_MAX - by ? INT64_MAX : ms + by;
}

static void relation(struct load *l, const struct rules_relation *rule, const struct store_version *v,
                     const struct json_doc *doc)
{
    struct str status = json_text(doc, json_get(doc, 0, FHIR_NAME_status));
    struct times begin = {0}, end = {0};
    for (size_t i = 0; i < RULES_PATHS_MAX && rule->not_status[i].n; i++)
        if (str_eq(status, rule->not_status[i]))
            return;
    times_of(doc, rule->from, &begin);
    times_of(doc, rule->to, &end);
    if (!begin.any)
        begin.low = begin.high = v->time_ms;
    if (!end.any)
        end.high = rule->open ? INT64_MAX : begin.high;
    struct units u = {l, begin.low - rule->before_ms, later(end.high, rule->after_ms)};
    for (size_t i = 0; i < RULES_PATHS_MAX && rule->unit[i].n; i++)
        read_body_walk(doc, 0, rule->unit[i], each_unit, &u);
    if (rule->label)
        add_relation(l, unit_of(l, read_body_label(doc, 0, ACCESS_URL_UNIT)), u.from, u.to);
}

/* ---- the patient ---- */

static bool patient(struct load *l, struct str body, struct err *err)
{
    struct json_doc doc;
    struct time_value born;
    if (!json_parse(l->arena, body, &fhir_names, &doc, err))
        return false;
    uint32_t meta = json_get(&doc, 0, FHIR_NAME_meta);
    uint32_t security = meta == UINT32_MAX ? meta : json_get(&doc, meta, FHIR_NAME_security);
    if (security != UINT32_MAX) {
        JSON_EACH(&doc, security, c)
        {
            struct str code = json_text(&doc, json_get(&doc, c, FHIR_NAME_code));
            if (!str_is(json_text(&doc, json_get(&doc, c, FHIR_NAME_system)), SECURITY))
                continue;
            l->p->flags |= str_is(code, "sekretessmarkering")     ? DECIDE_CONFIDENTIAL
                           : str_is(code, "skyddadFolkbokforing") ? DECIDE_PROTECTED
                                                                  : 0u;
        }
    }
    /* A day without a place: birthdays are counted in the same. */
    if (time_parse(json_text(&doc, json_get(&doc, 0, FHIR_NAME_birthDate)), false, &born))
        l->p->birth_ms = time_span(&born, 0).low_ms;
    l->p->person_count = person_key_all(&doc, l->p->person);
    l->p->known = true;
    return true;
}

static bool resource(struct load *l, const struct store_version *v, struct err *err)
{
    struct json_doc doc;
    if (!json_parse(l->arena, v->body, &fhir_names, &doc, err))
        return false;
    if (v->type == FHIR_TYPE_Consent)
        return consent(l, v, &doc);
    if (v->type == FHIR_TYPE_RelatedPerson)
        return related(l, v, &doc, os_now_ms());
    for (size_t i = 0; i < l->rules->relation_count; i++)
        if (l->rules->relation[i].type == v->type)
            relation(l, &l->rules->relation[i], v, &doc);
    return true;
}

static bool in_compartment(fhir_type_id type)
{
    for (uint16_t c = 0; c < fhir_compartment_count; c++)
        for (const fhir_param_id *id = fhir_compartments[c].params;
             fhir_compartments[c].type == FHIR_TYPE_Patient && *id; id++)
            if (fhir_params[*id].base == type)
                return true;
    return false;
}

fhir_param_id facts_about(const struct rules *rules, fhir_type_id type)
{
    if (fhir_types[type].kind != FHIR_RESOURCE || rules->class_of[type] != RULES_RECORD ||
        in_compartment(type))
        return 0;
    fhir_param_id id = fhir_param_find(type, STR("patient"));
    return id ? id : fhir_param_find(type, STR("subject"));
}

/* Reads what one condition finds. */
static bool found_by(struct load *l, const uint16_t *types, size_t count, enum store_cond_kind kind,
                     const struct store_match *match, struct err *err)
{
    struct store_cond cond = {.kind = (uint8_t)kind, .any = match, .any_count = 1};
    struct store_hits hits;
    struct store_plan plan = {
        .types = types, .type_count = count, .cond = &cond, .cond_count = 1, .limit = FACTS_RESOURCES_MAX};
    if (!store_search(l->r, &plan, l->arena, &hits, err))
        return false;
    if (hits.more)
        return err_set(err, ERR_ACCESS_FACTS, "20000", NULL);
    for (size_t i = 0; i < hits.count; i++)
        if (!resource(l, &hits.item[i], err))
            return false;
    return true;
}

static bool resources(struct load *l, struct str id, struct err *err)
{
    uint16_t types[RULES_RELATIONS_MAX + 2] = {FHIR_TYPE_Consent, FHIR_TYPE_RelatedPerson};
    size_t count = 2;
    struct store_match match = {
        .index = STORE_CLINICAL,
        .row = {.index = STORE_CLINICAL, .target_type = FHIR_TYPE_Patient, .text = id}};
    for (size_t i = 0; i < l->rules->relation_count; i++) {
        uint16_t type = l->rules->relation[i].type;
        fhir_param_id about = facts_about(l->rules, type);
        struct store_match to = {
            .index = STORE_REFERENCE,
            .row = {.index = STORE_REFERENCE, .param = about, .target_type = FHIR_TYPE_Patient, .text = id}};
        if (!about)
            types[count++] = type;
        else if (!found_by(l, &type, 1, STORE_COND_MATCH, &to, err))
            return false;
    }
    return found_by(l, types, count, STORE_COND_PATIENT, &match, err);
}

bool facts_read(struct store_read *r, const struct rules *rules, const struct region *region, store_rid rid,
                struct arena *arena, struct decide_patient *out, struct err *err)
{
    struct store_version v;
    struct load l = {.r = r, .rules = rules, .region = region, .arena = arena, .p = out};
    *out = (struct decide_patient){.rid = rid, .birth_ms = INT64_MIN};
    l.role_organization = fhir_param_find(FHIR_TYPE_PractitionerRole, STR("organization"));
    enum store_found found = store_get_rid(r, rid, arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    /* What is not here, or deleted, is nobody's record: nothing is known, nothing is shown. */
    if (found != STORE_FOUND || v.type != FHIR_TYPE_Patient)
        return true;
    if (!patient(&l, v.body, err) || !resources(&l, v.id, err))
        return false;
    out->block = l.block;
    out->grant = l.grant;
    out->relation = l.relation;
    out->guardian = l.guardian;
    return true;
}
