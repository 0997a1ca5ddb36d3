/* SPDX-License-Identifier: Apache-2.0
 * DecisionCase/[id]/$package: the case with its decisions as one document, for whoever asks for public
 * records (tryckfrihetsförordningen 2 kap., offentlighets- och sekretesslagen 2009:400). Working material
 * (drafts, notes, attachments not drawn up) is not in it; what is secret is masked, with the ground. */
#include "api/gov_out.h"
#include "api/gov_sections.h"
#include "api/guard_gov.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { PARTS_MAX = 200 };

static const struct params_def package_params[] = {{0}};

struct part {
    struct str name; /* "Type/id" */
    struct str body; /* as it may be shown */
    struct str title;
};

struct package {
    struct call *call;
    struct store_read *r;
    struct gov_body the_case;
    struct str today;
    struct part part[PARTS_MAX];
    size_t count;
    struct err *err;
};

/* ---- masking ---- */

/* The ground that hides the section today, "" when none does. A ground without section hides all. */
static struct str ground(const struct package *x, struct str section)
{
    struct gov_body s;
    for (size_t i = 0; gov_rules_body_item(&x->the_case, "secrecy", i, &s); i++) {
        struct str of = gov_rules_body_text(&s, "section"), until = gov_rules_body_text(&s, "until");
        if ((of.n && !str_eq(of, section)) ||
            (until.n && str_cmp(str_sub(until, 0, 10), str_sub(x->today, 0, until.n)) < 0))
            continue;
        return gov_rules_body_text(&s, "ground");
    }
    return STR("");
}

static const struct gov_section *section_of(struct str member)
{
    for (const struct gov_section *s = gov_sections; s->code; s++)
        for (size_t i = 0; i < 3 && s->member[i]; i++)
            if (str_is(member, s->member[i]))
                return s;
    return NULL;
}

/* Not disclosed: working material. */
static bool working(struct str member)
{
    return str_is(member, "note") || str_is(member, "attachment") || str_is(member, "proposedDecider");
}

static void mask_member(struct package *x, struct str key, uint32_t i, struct json_out *o)
{
    const struct json_doc *doc = x->the_case.doc;
    const struct gov_section *s = section_of(key);
    struct str why = s ? ground(x, str_of(s->code)) : STR("");
    struct buf text;
    if (working(key))
        return;
    if (why.n) {
        if (doc->nodes[i].kind == JSON_STRING)
            json_out_string(o, arena_cstr(x->call->arena, key),
                            arena_printf(x->call->arena, "[Sekretess: %.*s]", STR_ARG(why)));
        return;
    }
    buf_init(&text, STORE_BODY_MAX);
    json_write(doc, i, &text);
    if (buf_ok(&text))
        json_out_raw(o, arena_cstr(x->call->arena, key), buf_get(&text));
    buf_release(&text);
}

static bool masked_case(struct package *x, struct str *out)
{
    const struct json_doc *doc = x->the_case.doc;
    struct json_out o;
    struct buf b;
    buf_init(&b, STORE_BODY_MAX);
    json_out_init(&o, &b);
    json_out_object(&o, NULL);
    JSON_EACH(doc, x->the_case.node, c)
    {
        mask_member(x, (struct str){doc->nodes[c].key, doc->nodes[c].key_len}, c, &o);
    }
    json_out_end_object(&o);
    *out = buf_ok(&b) ? arena_str(x->call->arena, buf_get(&b)) : (struct str){0};
    buf_release(&b);
    return out->p || err_set(x->err, ERR_NO_MEMORY, NULL);
}

/* ---- gathering ---- */

static bool add(struct package *x, struct str name, struct str body, struct str title)
{
    for (size_t i = 0; i < x->count; i++)
        if (str_eq(x->part[i].name, name))
            return true;
    if (x->count == PARTS_MAX)
        return err_set(x->err, ERR_SEARCH_LIMIT, "DecisionCase/$package", "200", NULL);
    x->part[x->count++] = (struct part){name, body, title};
    return true;
}

/* A resource as it is stored, but for its notes. */
static bool add_named(struct package *x, struct str reference, struct str title)
{
    struct gov_body b;
    struct json_out o;
    struct buf text;
    bool found;
    if (!reference.n || !gov_out_get(x->call, x->r, reference, &b, &found, x->err))
        return !reference.n;
    if (!found)
        return true;
    buf_init(&text, STORE_BODY_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    JSON_EACH(b.doc, b.node, c)
    {
        struct str key = {b.doc->nodes[c].key, b.doc->nodes[c].key_len};
        struct buf one;
        if (str_is(key, "note"))
            continue;
        buf_init(&one, STORE_BODY_MAX);
        json_write(b.doc, c, &one);
        json_out_raw(&o, arena_cstr(x->call->arena, key), buf_get(&one));
        buf_release(&one);
    }
    json_out_end_object(&o);
    struct str body = buf_ok(&text) ? arena_str(x->call->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return body.p ? add(x, reference, body, title) : err_set(x->err, ERR_NO_MEMORY, NULL);
}

static bool each_decision(void *arg, const struct store_version *v)
{
    struct package *x = arg;
    struct str decision = STR("Decision");
    if (v->type != fhir_resource_find(decision) || x->err->code)
        return !x->err->code;
    struct str name = resource_name(x->call->arena, v->type, arena_str(x->call->arena, v->id));
    struct gov_body b;
    bool found;
    if (!gov_out_get(x->call, x->r, name, &b, &found, x->err))
        return false;
    struct str status = gov_rules_body_text(&b, "status");
    if (!found || !(str_is(status, "final") || str_is(status, "superseded")) ||
        !str_eq(gov_rules_body_text(&b, "case.reference"),
                resource_name(x->call->arena, x->call->type, x->call->id)))
        return true;
    return add_named(x, name, STR("Beslut")) &&
           add_named(x, gov_rules_body_text(&b, "mandate.reference"), STR("Mandat")) &&
           add_named(x, gov_rules_body_text(&b, "protocol.reference"), STR("Protokoll"));
}

static bool attachments(struct package *x)
{
    struct gov_body a;
    for (size_t i = 0; gov_rules_body_item(&x->the_case, "attachment", i, &a); i++) {
        struct str status = gov_rules_body_text(&a, "recordStatus");
        if (!status.n || str_is(status, "arbetsmaterial"))
            continue;
        if (!add_named(x, gov_rules_body_text(&a, "document.reference"), gov_rules_body_text(&a, "title")))
            return false;
    }
    return true;
}

static bool gather(struct package *x)
{
    struct call *c = x->call;
    struct store_version v;
    struct str body, name = resource_name(c->arena, c->type, c->id);
    if (!gov_out_read(c, x->r, &x->the_case, &v, x->err))
        return false;
    if (!gov_rules_body_text(&x->the_case, "recordStatus").n ||
        str_is(gov_rules_body_text(&x->the_case, "recordStatus"), "arbetsmaterial"))
        return err_set_str(x->err, ERR_GOV_WORKING, name, STR(""));
    if (!masked_case(x, &body) || !add(x, name, body, STR("Ärende")))
        return false;
    if (!ground(x, STR("benefitCase")).n &&
        !add_named(x, gov_rules_body_text(&x->the_case, "benefitCase.reference"), STR("Nyttokalkyl")))
        return false;
    if (!store_referrers(x->r, v.rid, 0, 0, each_decision, x, x->err) || x->err->code)
        return false;
    return attachments(x);
}

/* ---- the document ---- */

static void narrative(struct json_out *o, struct arena *arena, struct str text)
{
    struct buf b;
    buf_init(&b, STORE_BODY_MAX);
    buf_cstr(&b, "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>");
    for (size_t i = 0; i < text.n; i++) {
        char ch = text.p[i];
        if (ch == '<' || ch == '>' || ch == '&')
            buf_cstr(&b, ch == '<' ? "&lt;" : ch == '>' ? "&gt;" : "&amp;");
        else if (ch == '\n')
            buf_cstr(&b, "<br/>");
        else
            buf_char(&b, ch);
    }
    buf_cstr(&b, "</p></div>");
    json_out_object(o, "text");
    json_out_cstr(o, "status", "generated");
    json_out_string(o, "div",
                    buf_ok(&b) ? arena_str(arena, buf_get(&b))
                               : STR("<div xmlns=\"http://www.w3.org/1999/xhtml\"/>"));
    json_out_end_object(o);
    buf_release(&b);
}

static void put_section(struct package *x, struct json_out *o, const struct gov_section *s)
{
    struct str why = ground(x, str_of(s->code));
    struct str text = gov_rules_body_text(&x->the_case, s->code);
    if (!why.n && !gov_sections_has(&x->the_case, s))
        return;
    json_out_object(o, NULL);
    json_out_cstr(o, "title", s->sv);
    if (why.n)
        narrative(o, x->call->arena, arena_printf(x->call->arena, "[Sekretess: %.*s]", STR_ARG(why)));
    else if (text.n)
        narrative(o, x->call->arena, text);
    else
        narrative(o, x->call->arena, STR("Se handlingen."));
    json_out_end_object(o);
}

/* The list of the records in it (handlingsförteckning). */
static void put_list(const struct package *x, struct json_out *o)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "title", "Handlingar i ärendet");
    json_out_array(o, "entry");
    for (size_t i = 0; i < x->count; i++) {
        json_out_object(o, NULL);
        json_out_string(o, "reference", x->part[i].name);
        json_out_string(o, "display", x->part[i].title);
        json_out_end_object(o);
    }
    json_out_end_array(o);
    json_out_end_object(o);
}

static void put_composition(struct package *x, struct json_out *o, struct str now)
{
    struct gov_body handler = gov_rules_body_get(&x->the_case, "handler"), id;
    struct str author = gov_rules_body_text(&handler, "reference");
    json_out_object(o, "resource");
    json_out_cstr(o, "resourceType", "Composition");
    json_out_cstr(o, "status", "final");
    json_out_object(o, "type");
    json_out_cstr(o, "text", "Ärende, utlämnande");
    json_out_end_object(o);
    json_out_string(o, "date", now);
    json_out_array(o, "author");
    json_out_object(o, NULL);
    json_out_string(o, author.n ? "reference" : "display", author.n ? author : STR("Registrator"));
    json_out_end_object(o);
    json_out_end_array(o);
    bool has = gov_rules_body_find(&x->the_case, "identifier", "system", STR("urn:se:diarium"), &id);
    struct str title = gov_rules_body_text(&x->the_case, "title");
    json_out_string(o, "title",
                    has ? arena_printf(x->call->arena, "%.*s %.*s",
                                       STR_ARG(gov_rules_body_text(&id, "value")), STR_ARG(title))
                        : title);
    json_out_array(o, "section");
    for (const struct gov_section *s = gov_sections; s->code; s++)
        put_section(x, o, s);
    put_list(x, o);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void full_url(struct package *x, struct json_out *o, struct str name)
{
    fhir_type_id type = fhir_resource_find(str_sub(name, 0, str_find(name, '/', 0)));
    json_out_string(o, "fullUrl",
                    arena_printf(x->call->arena, "%.*s/%.*s",
                                 STR_ARG(base_of_type(x->call->arena, x->call->base, fhir_types[type].styr)),
                                 STR_ARG(name)));
}

static void write_document(struct package *x, struct buf *out)
{
    struct call *c = x->call;
    struct json_out o;
    char text[TIME_TEXT_MAX];
    struct str now = arena_str(c->arena, (struct str){text, time_format(os_now_ms(), text)});
    struct str id = write_new_id(c->arena);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Bundle");
    json_out_object(&o, "identifier");
    json_out_cstr(&o, "system", "urn:ietf:rfc:3986");
    json_out_string(&o, "value", arena_printf(c->arena, "urn:uuid:%.*s", STR_ARG(id)));
    json_out_end_object(&o);
    json_out_cstr(&o, "type", "document");
    json_out_string(&o, "timestamp", now);
    json_out_array(&o, "entry");
    json_out_object(&o, NULL);
    json_out_string(&o, "fullUrl", arena_printf(c->arena, "urn:uuid:%.*s", STR_ARG(write_new_id(c->arena))));
    put_composition(x, &o, now);
    json_out_end_object(&o);
    for (size_t i = 0; i < x->count; i++) {
        json_out_object(&o, NULL);
        full_url(x, &o, x->part[i].name);
        json_out_raw(&o, "resource", x->part[i].body);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
}

bool op_gov_package_write(struct call *c, struct buf *out, struct err *err)
{
    struct package *x = ARENA_NEW(c->arena, struct package);
    if (!x)
        return err_set(err, ERR_NO_MEMORY, NULL);
    x->call = c;
    x->err = err;
    x->today = guard_gov_today(c->arena);
    x->r = call_read_begin(c, err);
    if (!x->r)
        return false;
    bool ok = gather(x);
    call_read_end(c, x->r);
    if (ok)
        write_document(x, out);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

bool op_gov_package_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct buf out;
    buf_init(&out, GOV_OUT_BYTES_MAX);
    if (params_read(c, package_params, &p, &err) && op_gov_package_write(c, &out, &err))
        return resource_answer_buf(c, &out, 200);
    buf_release(&out);
    return outcome_fail(c, &err);
}
