/* SPDX-License-Identifier: Apache-2.0 */
#include "api/grant.h"

#include "access/read_body.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"

#define SCOPE_SYSTEM "http://terminology.hl7.org/CodeSystem/consentscope"
#define ROLE_SYSTEM "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

bool grant_open(struct call *c, enum rules_right right, bool own, struct err *err)
{
    struct store_version v;
    if (!c->view)
        return err_set(err, ERR_ACCESS_OFF, NULL);
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, FHIR_TYPE_Patient, c->id, c->arena, &v, err);
    call_read_end(c, r);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, FHIR_TYPE_Patient, c->id), STR(""));
    if (c->caller->kind == ACCESS_GUARDIAN)
        return err_set(err, ERR_ACCESS_GUARDIAN, NULL);
    if (!access_view_right_scoped(c->view, right))
        return err_set_str(err, ERR_SCOPE_BEYOND, call_path(c), STR(""));
    if (own && c->caller->kind == ACCESS_PATIENT && v.rid == access_view_caller(c->view)->user)
        return true;
    return (c->caller->kind == ACCESS_STAFF && access_view_right(c->view, right)) ||
           err_set(err, ERR_ACCESS_DENIED, c->route->sv, c->route->en, NULL);
}

bool grant_organization(struct call *c, struct str reference, struct str *out, struct err *err)
{
    const struct region_org *o = region_named(access_view_region(c->view), reference);
    if (!o)
        return err_set_str(err, ERR_PARAM_VALUE, reference, STR("organization"));
    *out = arena_printf(c->arena, "Organization/%.*s", STR_ARG(o->id));
    return true;
}

bool grant_number(struct call *c, struct str text, const char *name, uint64_t fallback, uint64_t max,
                  uint64_t *out, struct err *err)
{
    (void)c;
    *out = fallback;
    if (!text.n || (str_u64(text, max, out) && *out > 0))
        return true;
    return err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
}

/* ---- the Consent ---- */

static void coding(struct json_out *o, const char *system, const char *code)
{
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", system);
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_array(o);
}

static void concept(struct json_out *o, const char *key, const char *system, const char *code)
{
    json_out_object(o, key);
    coding(o, system, code);
    json_out_end_object(o);
}

static void extensions(struct json_out *o, const struct grant *g)
{
    const struct {
        bool on;
        const char *url;
    } flags[] = {{g->outer, ACCESS_URL_OUTER}, {g->review, ACCESS_URL_REVIEW}};
    if (!g->outer && !g->review && !g->reason.n)
        return;
    json_out_array(o, "extension");
    for (size_t i = 0; i < 2; i++) {
        if (!flags[i].on)
            continue;
        json_out_object(o, NULL);
        json_out_cstr(o, "url", flags[i].url);
        json_out_bool(o, "valueBoolean", true);
        json_out_end_object(o);
    }
    if (g->reason.n) {
        json_out_object(o, NULL);
        json_out_cstr(o, "url", ACCESS_URL_REASON);
        json_out_string(o, "valueString", g->reason);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void provision(struct json_out *o, const struct grant *g)
{
    json_out_object(o, "provision");
    json_out_cstr(o, "type", g->deny ? "deny" : "permit");
    json_out_object(o, "period");
    fhir_out_instant(o, "start", g->from_ms);
    if (g->to_ms != INT64_MAX)
        fhir_out_instant(o, "end", g->to_ms);
    json_out_end_object(o);
    json_out_array(o, "actor");
    json_out_object(o, NULL);
    concept(o, "role", ROLE_SYSTEM, g->deny ? "CST" : "IRCP");
    fhir_out_reference(o, "reference", g->actor);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_consent(const struct call *c, const struct grant *g, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Consent");
    extensions(&o, g);
    json_out_cstr(&o, "status", "active");
    concept(&o, "scope", SCOPE_SYSTEM, "patient-privacy");
    json_out_array(&o, "category");
    json_out_object(&o, NULL);
    coding(&o, ACCESS_URL_CATEGORY, g->category);
    json_out_end_object(&o);
    json_out_end_array(&o);
    fhir_out_reference(&o, "patient", resource_name(c->arena, FHIR_TYPE_Patient, c->id));
    fhir_out_instant(&o, "dateTime", g->from_ms);
    json_out_array(&o, "performer");
    fhir_out_reference(&o, NULL, c->caller->assignment.n ? c->caller->assignment : c->caller->user);
    json_out_end_array(&o);
    if (g->source.n)
        fhir_out_reference(&o, "sourceReference", g->source);
    json_out_object(&o, "policyRule");
    json_out_cstr(&o, "text", g->law);
    json_out_end_object(&o);
    provision(&o, g);
    json_out_end_object(&o);
}

/* From here on the call is the writing of a Consent. */
static void become_consent(struct call *c, struct str id)
{
    c->type = FHIR_TYPE_Consent;
    c->id = id;
    c->params = NULL;
    c->param_count = 0;
    c->was_xml = false;
    c->grant = true;
    c->wants.content_type = STR("application/fhir+json");
    c->wants.if_match = c->wants.if_none_match = c->wants.if_none_exist = (struct str){0};
}

bool grant_make(struct call *c, const struct grant *g)
{
    struct err err = {0};
    struct buf out;
    buf_init(&out, 1 << 20);
    write_consent(c, g, &out);
    c->body = buf_ok(&out) ? arena_str(c->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    if (!c->body.p) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    become_consent(c, (struct str){0});
    return write_run(c, WRITE_CREATE);
}

/* ---- ending one ---- */

struct ending {
    struct str patient; /* "Patient/x" */
    const char *category;
    struct str named, actor; /* actor empty: any */
};

static bool is_actor(void *arg, const struct json_doc *doc, uint32_t i)
{
    const struct ending *e = arg;
    return !str_eq(read_body_reference(doc, i), e->actor);
}

/* Is the Consent about who may end it? */
static bool of_actor(struct ending *e, const struct json_doc *doc)
{
    uint32_t provision = json_get_key(doc, 0, STR("provision"));
    return !e->actor.n ||
           (provision != UINT32_MAX && !read_body_walk(doc, provision, STR("actor.reference"), is_actor, e));
}

static bool end_consent(struct write *w, struct str body, struct str *out, struct err *err)
{
    struct ending *e = w->rewrite_arg;
    struct json_doc doc;
    struct buf text;
    if (!json_parse(w->call->arena, body, &fhir_names, &doc, err))
        return false;
    uint32_t status = json_get(&doc, 0, FHIR_NAME_status);
    struct str patient = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_patient));
    struct str code = read_body_code(&doc, json_get(&doc, 0, FHIR_NAME_category), ACCESS_URL_CATEGORY);
    /* Somebody else's, or of another kind: as if there were none. */
    if (!str_eq(patient, e->patient) || !str_is(code, e->category) || status == UINT32_MAX ||
        !of_actor(e, &doc))
        return err_set_str(err, ERR_NOT_FOUND, e->named, STR(""));
    doc.nodes[status].text = "inactive";
    doc.nodes[status].len = 8;
    buf_init(&text, STORE_BODY_MAX);
    json_write(&doc, 0, &text);
    *out = buf_ok(&text) ? arena_str(w->call->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

bool grant_end(struct call *c, struct str named, const char *category, struct str actor)
{
    struct err err = {0};
    struct ending *e = arena_alloc(c->arena, sizeof *e);
    struct str id = read_body_id_of(named, STR("Consent"));
    if (!e) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    *e = (struct ending){resource_name(c->arena, FHIR_TYPE_Patient, c->id), category, named, actor};
    become_consent(c, id.n ? id : named);
    return rewrite_run(c, end_consent, e, NULL);
}
