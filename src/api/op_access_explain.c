/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$access-explain: why do I not see everything? Only what the law lets show (PDL 4 kap. 4-5 §§):
 * what the caller has for this patient, that blocked records exist, and on a second step (units=true) which
 * units they are of. */
#include "api/grant.h"
#include "api/params.h"
#include "fhir_gen/names.h"

static const struct params_def explain_params[] = {{.name = "units"}, {0}};

static bool now_in(int64_t from, int64_t to)
{
    int64_t now = os_now_ms();
    return from <= now && now < to;
}

static bool has_grant(const struct decide_patient *p, enum decide_grant_kind kind, store_rid whom)
{
    for (size_t i = 0; i < p->grant_count; i++)
        if (p->grant[i].kind == kind && p->grant[i].to_whom == whom &&
            now_in(p->grant[i].from_ms, p->grant[i].to_ms))
            return true;
    return false;
}

static bool is_lifted(const struct decide_patient *p, const struct decide_caller *me, store_rid block)
{
    for (size_t i = 0; i < p->grant_count; i++) {
        const struct decide_grant *g = &p->grant[i];
        if (g->kind == DECIDE_LIFTED && g->to_whom == me->unit && (!g->block || g->block == block) &&
            now_in(g->from_ms, g->to_ms))
            return true;
    }
    return false;
}

/* Does the block keep this caller from what it is about? */
static bool keeps_out(struct call *c, const struct decide_patient *p, const struct decide_block *b)
{
    const struct decide_caller *me = access_view_caller(c->view);
    const struct region_org *org = region_find(access_view_region(c->view), b->org);
    if (!now_in(b->from_ms, b->to_ms) || b->org == me->unit || is_lifted(p, me, b->rid))
        return false;
    return !(b->outer && org && region_provider(org) == me->provider);
}

static void flag(struct json_out *o, const char *name, bool value)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_bool(o, "valueBoolean", value);
    json_out_end_object(o);
}

static void unit(struct call *c, struct json_out *o, store_rid rid)
{
    const struct region_org *org = region_find(access_view_region(c->view), rid);
    if (!org)
        return;
    json_out_object(o, NULL);
    json_out_cstr(o, "name", "unit");
    json_out_object(o, "valueReference");
    json_out_string(o, "reference", arena_printf(c->arena, "Organization/%.*s", STR_ARG(org->id)));
    json_out_end_object(o);
    json_out_end_object(o);
}

static void write_answer_of(struct call *c, const struct decide_patient *p, bool units, struct buf *out)
{
    const struct decide_caller *me = access_view_caller(c->view);
    bool related = false, blocked = false;
    struct json_out o;
    for (size_t i = 0; i < p->relation_count; i++)
        related |= p->relation[i].unit == me->unit && now_in(p->relation[i].from_ms, p->relation[i].to_ms);
    for (size_t i = 0; i < p->block_count; i++)
        blocked |= keeps_out(c, p, &p->block[i]);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    flag(&o, "careRelation", related);
    flag(&o, "activeChoice", has_grant(p, DECIDE_CHOICE, me->assignment));
    flag(&o, "emergency", has_grant(p, DECIDE_EMERGENCY, me->assignment));
    flag(&o, "consent", has_grant(p, DECIDE_CONSENT, me->provider));
    flag(&o, "joined", me->joined);
    flag(&o, "blocked", blocked);
    for (size_t i = 0; units && i < p->block_count; i++)
        if (keeps_out(c, p, &p->block[i]))
            unit(c, &o, p->block[i].org);
    json_out_end_array(&o);
    json_out_end_object(&o);
}

bool op_access_explain_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct store_version v;
    struct buf out;
    if (!params_read(c, explain_params, &p, &err) || !grant_open(c, RULES_CHOOSE, false, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    const struct decide_patient *facts = NULL;
    if (store_get(r, FHIR_TYPE_Patient, c->id, c->arena, &v, &err) == STORE_FOUND) {
        store_read_view(r, NULL);
        facts = access_view_patient(c->view, r, v.rid, &err);
    } else if (!err.code) {
        err_set_str(&err, ERR_NOT_FOUND, resource_name(c->arena, FHIR_TYPE_Patient, c->id), STR(""));
    }
    call_read_end(c, r);
    if (!facts)
        return outcome_fail(c, &err);
    buf_init(&out, 1 << 20);
    write_answer_of(c, facts, str_is(params_text(&p, "units"), "true"), &out);
    return resource_answer_buf(c, &out, 200);
}
