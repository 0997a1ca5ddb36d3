/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$access-explain: why do I not see everything? Only what the law lets show (PDL 4 kap. 4-5 §§):
 * what the caller has for this patient and may do about it, that blocked records exist, and on a second step
 * (units=true) which blocks there are and of which units. near=true: only whether the record is one's own or
 * a colleague's, to be told before it is opened. A patient is told what one may do about one's own. */
#include "access/access_near.h"
#include "api/audited.h"
#include "api/grant.h"
#include "api/params.h"
#include "audit/audit.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"

#define HOUR_MS (INT64_C(3600) * 1000)

enum { EXPLAIN_GRANTS_MAX = 64 }; /* of the caller's own in force, the latest */

static const struct params_def explain_params[] = {{.name = "units"}, {.name = "near"}, {0}};

struct explaining {
    struct call *call;
    struct store_read *r; /* without view */
    const struct decide_patient *p;
    const struct decide_caller *me;
    struct json_out *out;
};

static bool now_in(int64_t from, int64_t to)
{
    int64_t now = os_now_ms();
    return from <= now && now < to;
}

/* Is the grant in force, and to the caller's assignment, unit or provider? */
static bool is_mine(const struct decide_caller *me, const struct decide_grant *g)
{
    const store_rid whom[] = {[DECIDE_CHOICE] = me->assignment,
                              [DECIDE_EMERGENCY] = me->assignment,
                              [DECIDE_LIFTED] = me->unit,
                              [DECIDE_CONSENT] = me->provider};
    return whom[g->kind] == g->to_whom && now_in(g->from_ms, g->to_ms);
}

static bool has_grant(const struct explaining *e, enum decide_grant_kind kind)
{
    for (size_t i = 0; i < e->p->grant_count; i++)
        if (e->p->grant[i].kind == kind && is_mine(e->me, &e->p->grant[i]))
            return true;
    return false;
}

static bool is_lifted(const struct explaining *e, store_rid block)
{
    for (size_t i = 0; i < e->p->grant_count; i++) {
        const struct decide_grant *g = &e->p->grant[i];
        if (g->kind == DECIDE_LIFTED && is_mine(e->me, g) && (!g->block || g->block == block))
            return true;
    }
    return false;
}

/* Does the block keep this caller from what it is about? */
static bool keeps_out(const struct explaining *e, const struct decide_block *b)
{
    const struct region_org *org = region_find(access_view_region(e->call->view), b->org);
    if (!now_in(b->from_ms, b->to_ms) || b->org == e->me->unit || is_lifted(e, b->rid))
        return false;
    return !(b->outer && org && region_provider(org) == e->me->provider);
}

/* ---- the answer ---- */

static void open_part(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

static void flag(struct json_out *o, const char *name, bool value)
{
    open_part(o, name);
    json_out_bool(o, "valueBoolean", value);
    json_out_end_object(o);
}

static void number(struct json_out *o, const char *name, int64_t value)
{
    open_part(o, name);
    json_out_i64(o, "valueInteger", value);
    json_out_end_object(o);
}

static void reference(struct json_out *o, const char *name, struct str to)
{
    open_part(o, name);
    fhir_out_reference(o, "valueReference", to);
    json_out_end_object(o);
}

static struct str organization(const struct explaining *e, store_rid rid)
{
    const struct region_org *org = region_find(access_view_region(e->call->view), rid);
    return org ? arena_printf(e->call->arena, "Organization/%.*s", STR_ARG(org->id)) : STR("");
}

/* What the caller's role may do about it, and for how long at most. */
static void means(const struct explaining *e)
{
    static const struct {
        enum rules_right right;
        const char *code;
    } rights[] = {{RULES_CHOOSE, "choose"},
                  {RULES_BLOCK, "block"},
                  {RULES_CONSENT, "consent"},
                  {RULES_EMERGENCY, "emergency"}};
    const struct rules_times *t = &access_rules(e->call->api->access)->times;
    bool own = e->me->kind == ACCESS_PATIENT;
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        if (own ? !(rights[i].right & (RULES_BLOCK | RULES_CONSENT))
                : !access_view_right(e->call->view, rights[i].right))
            continue;
        open_part(e->out, "may");
        json_out_cstr(e->out, "valueCode", rights[i].code);
        json_out_end_object(e->out);
    }
    number(e->out, "choiceHours", t->choice_ms / HOUR_MS);
    number(e->out, "emergencyHours", t->emergency_ms / HOUR_MS);
    number(e->out, "liftDays", t->lift_ms / (24 * HOUR_MS));
    number(e->out, "consentDays", t->consent_ms / (24 * HOUR_MS));
}

/* The Consents that the caller's own accesses stand in, newest first. */
static bool accesses(const struct explaining *e, struct err *err)
{
    size_t told = 0;
    store_rid last = 0;
    for (size_t i = e->p->grant_count; i-- > 0 && told < EXPLAIN_GRANTS_MAX;) {
        const struct decide_grant *g = &e->p->grant[i];
        struct store_version v;
        if (!is_mine(e->me, g) || g->rid == last)
            continue;
        last = g->rid;
        enum store_found found = store_get_rid(e->r, g->rid, e->call->arena, &v, err);
        if (found == STORE_FAILED)
            return false;
        if (found != STORE_FOUND)
            continue;
        open_part(e->out, "access");
        json_out_raw(e->out, "resource", v.body);
        json_out_end_object(e->out);
        told++;
    }
    return true;
}

/* One block in force: which Consent, of whom, whether it keeps the caller out. */
static bool block(const struct explaining *e, const struct decide_block *b, struct err *err)
{
    struct store_version v;
    struct str of = organization(e, b->org);
    if (!now_in(b->from_ms, b->to_ms) || !of.n)
        return true;
    enum store_found found = store_get_rid(e->r, b->rid, e->call->arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (keeps_out(e, b))
        reference(e->out, "unit", of);
    open_part(e->out, "block");
    json_out_array(e->out, "part");
    reference(e->out, "consent", resource_name(e->call->arena, FHIR_TYPE_Consent, v.id));
    reference(e->out, "organization", of);
    flag(e->out, "outer", b->outer);
    flag(e->out, "hides", keeps_out(e, b));
    json_out_end_array(e->out);
    json_out_end_object(e->out);
    return true;
}

static bool explain(const struct explaining *e, bool units, struct err *err)
{
    bool related = false, blocked = false, ok = true;
    for (size_t i = 0; i < e->p->relation_count; i++)
        related |= e->p->relation[i].unit == e->me->unit &&
                   now_in(e->p->relation[i].from_ms, e->p->relation[i].to_ms);
    for (size_t i = 0; i < e->p->block_count; i++)
        blocked |= keeps_out(e, &e->p->block[i]);
    json_out_object(e->out, NULL);
    json_out_cstr(e->out, "resourceType", "Parameters");
    json_out_array(e->out, "parameter");
    flag(e->out, "careRelation", related);
    flag(e->out, "care", e->me->care);
    flag(e->out, "activeChoice", has_grant(e, DECIDE_CHOICE));
    flag(e->out, "emergency", has_grant(e, DECIDE_EMERGENCY));
    flag(e->out, "consent", has_grant(e, DECIDE_CONSENT));
    flag(e->out, "joined", e->me->joined);
    flag(e->out, "blocked", blocked);
    means(e);
    ok = accesses(e, err);
    for (size_t i = 0; ok && units && i < e->p->block_count; i++)
        ok = block(e, &e->p->block[i], err);
    json_out_end_array(e->out);
    json_out_end_object(e->out);
    return ok;
}

static bool patient_of(struct explaining *e, struct err *err)
{
    struct store_version v;
    enum store_found found = store_get(e->r, FHIR_TYPE_Patient, e->call->id, e->call->arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(e->call->arena, FHIR_TYPE_Patient, e->call->id),
                           STR(""));
    audited_seen(e->call, e->r);
    store_read_view(e->r, NULL);
    e->p = access_view_patient(e->call->view, e->r, v.rid, err);
    return e->p != NULL;
}

/* The patient's own: what one may do, and for how long at most. */
static void explain_own(const struct explaining *e)
{
    json_out_object(e->out, NULL);
    json_out_cstr(e->out, "resourceType", "Parameters");
    json_out_array(e->out, "parameter");
    means(e);
    json_out_end_array(e->out);
    json_out_end_object(e->out);
}

/* Asking is no opening: it is logged, and not marked. */
static bool explain_near(const struct explaining *e, struct err *err)
{
    uint32_t near = 0;
    if (!access_near(e->call->view, e->r, e->p->rid, e->call->id, &near, err))
        return false;
    e->call->flags &= ~(uint32_t)(AUDIT_FLAG_OWN | AUDIT_FLAG_COLLEAGUE);
    json_out_object(e->out, NULL);
    json_out_cstr(e->out, "resourceType", "Parameters");
    json_out_array(e->out, "parameter");
    flag(e->out, "ownRecord", near & ACCESS_NEAR_OWN);
    flag(e->out, "colleague", near & ACCESS_NEAR_COLLEAGUE);
    json_out_end_array(e->out);
    json_out_end_object(e->out);
    return true;
}

/* Whoever may see the patient may ask whether it is a colleague; the rest is for who may open something. */
static bool may_ask(struct call *c, bool near, struct err *err)
{
    static const uint32_t any = RULES_CHOOSE | RULES_BLOCK | RULES_CONSENT | RULES_EMERGENCY;
    if (!near)
        return grant_open(c, (enum rules_right)any, true, err);
    if (!c->view)
        return err_set(err, ERR_ACCESS_OFF, NULL);
    return c->caller->kind == ACCESS_STAFF ||
           err_set(err, ERR_ACCESS_DENIED, c->route->sv, c->route->en, NULL);
}

static bool answer(struct explaining *e, const struct params *p, struct err *err)
{
    if (!patient_of(e, err))
        return false;
    if (str_is(params_text(p, "near"), "true"))
        return explain_near(e, err);
    if (e->me->kind != ACCESS_PATIENT)
        return explain(e, str_is(params_text(p, "units"), "true"), err);
    explain_own(e);
    return true;
}

bool op_access_explain_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct buf text;
    struct json_out out;
    if (!params_read(c, explain_params, &p, &err) ||
        !may_ask(c, str_is(params_text(&p, "near"), "true"), &err))
        return outcome_fail(c, &err);
    struct explaining e = {
        .call = c, .r = call_read_begin(c, &err), .me = access_view_caller(c->view), .out = &out};
    if (!e.r)
        return outcome_fail(c, &err);
    buf_init(&text, 1 << 20);
    json_out_init(&out, &text);
    bool ok = answer(&e, &p, &err);
    guard_reader(c, e.r); /* which may be a transaction's, and others read on through it */
    call_read_end(c, e.r);
    if (ok)
        return resource_answer_buf(c, &text, 200);
    buf_release(&text);
    return outcome_fail(c, &err);
}
