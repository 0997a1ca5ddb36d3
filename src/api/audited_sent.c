/* SPDX-License-Identifier: Apache-2.0
 * Whose record a write that was refused would have been in. Nothing of it was taken in, and it may be faulty:
 * its references are read where the type says whom it is about (the patient compartment's parameters), with
 * no more asked of it than that it is JSON. */
#include "access/read_body.h"
#include "api/audited.h"
#include "fhir_gen/names.h"

enum {
    SENT_BYTES_MAX = 1 << 20, /* a larger body is not read again: the log says many */
    SENT_DEPTH_MAX = 16,
};

static void name_references(struct call *c, const struct json_doc *doc, uint32_t i, unsigned depth)
{
    uint8_t kind = doc->nodes[i].kind;
    if ((kind != JSON_OBJECT && kind != JSON_ARRAY) || depth == SENT_DEPTH_MAX)
        return;
    struct str id =
        kind == JSON_OBJECT ? read_body_id_of(read_body_reference(doc, i), STR("Patient")) : (struct str){0};
    if (id.n && fhir_prim_valid(FHIR_PRIM_ID, id))
        audited_name(c, id);
    JSON_EACH(doc, i, child)
    {
        name_references(c, doc, child, depth + 1);
    }
}

/* The member that an expression begins with: "subject" of "Observation.subject.where(…)". */
static struct str first_member(const char *expression, const char *type)
{
    struct str text = str_of(expression);
    size_t n = strlen(type);
    for (size_t at = 0; at + n + 1 < text.n; at++) {
        if (memcmp(text.p + at, type, n) != 0 || text.p[at + n] != '.')
            continue;
        size_t from = at + n + 1, to = from;
        while (to < text.n &&
               ((text.p[to] >= 'a' && text.p[to] <= 'z') || (text.p[to] >= 'A' && text.p[to] <= 'Z')))
            to++;
        return str_sub(text, from, to);
    }
    return (struct str){0};
}

static void name_by(struct call *c, const struct json_doc *doc, uint32_t node, fhir_param_id param,
                    fhir_type_id type)
{
    struct str member = first_member(fhir_params[param].expression, fhir_types[type].name);
    uint32_t at = member.n ? json_get_key(doc, node, member) : UINT32_MAX;
    if (at != UINT32_MAX)
        name_references(c, doc, at, 0);
}

void audited_sent(struct call *c, const struct json_doc *doc, uint32_t node)
{
    if (!c->api->audit || node == UINT32_MAX || doc->nodes[node].kind != JSON_OBJECT)
        return;
    fhir_type_id type = fhir_resource_find(json_text(doc, json_get_key(doc, node, STR("resourceType"))));
    struct str id = json_text(doc, json_get(doc, node, FHIR_NAME_id));
    if (type == FHIR_TYPE_Patient && fhir_prim_valid(FHIR_PRIM_ID, id))
        audited_name(c, id);
    if (!type || type == FHIR_TYPE_Patient)
        return;
    for (uint16_t i = 0; i < fhir_compartment_count; i++)
        for (const fhir_param_id *p = fhir_compartments[i].params;
             fhir_compartments[i].type == FHIR_TYPE_Patient && *p; p++)
            if (fhir_params[*p].base == type)
                name_by(c, doc, node, *p, type);
    if (c->api->watch.about[type])
        name_by(c, doc, node, c->api->watch.about[type], type);
}

void audited_sent_body(struct call *c)
{
    struct json_doc doc;
    struct err ignored;
    size_t at = 0;
    if (c->body.n > SENT_BYTES_MAX) {
        c->whose.many = true;
        return;
    }
    if (!media_in(c, &ignored))
        return;
    while (at < c->body.n && strchr(" \t\r\n", c->body.p[at]))
        at++;
    if (at == c->body.n || c->body.p[at] != '{')
        return;
    if (json_parse(c->arena, c->body, &fhir_names, &doc, &ignored))
        audited_sent(c, &doc, 0);
}
