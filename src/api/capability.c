/* SPDX-License-Identifier: Apache-2.0
 * The CapabilityStatement, made once from the route table and the model: what is not routed is not promised.
 */
#include <stdio.h>

#include "api/api_int.h"
#include "api/audit_event.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "search/own.h"

enum { CAPABILITY_BYTES_MAX = 8 << 20 };

static const char *const param_types[] = {
    [FHIR_SEARCH_NUMBER] = "number",       [FHIR_SEARCH_DATE] = "date",
    [FHIR_SEARCH_STRING] = "string",       [FHIR_SEARCH_TOKEN] = "token",
    [FHIR_SEARCH_REFERENCE] = "reference", [FHIR_SEARCH_COMPOSITE] = "composite",
    [FHIR_SEARCH_QUANTITY] = "quantity",   [FHIR_SEARCH_URI] = "uri",
    [FHIR_SEARCH_SPECIAL] = "special",
};

static const char integrity_text[] =
    "Referential integrity: a resource that current resources refer to cannot be deleted (409 with what "
    "refers to it; in a "
    "transaction this is looked up when all its changes are in). References to resources that are not here "
    "yet are "
    "accepted. In a transaction every urn:uuid: and conditional reference must resolve to exactly one "
    "resource, "
    "else nothing is stored. / Referensintegritet: en resurs som andra hänvisar till kan inte tas bort.\n\n"
    "Helhet-Patient: ID on a write says whose chart is open where it was made; when it touches another "
    "patient's "
    "record, nothing of it is stored (409 PATIENT_MISMATCH). / Helhet-Patient: ID talar om vems journal som "
    "är "
    "öppen; en skrivning som rör någon annans journal avvisas.\n\n"
    "Helhet-Caller: USER ASSIGNMENT on a write says who wrote it; from anybody else it is refused (409 "
    "CALLER_OTHER). "
    "/ Helhet-Caller talar om vem som skrev; en annan avsändare avvisas.\n\n"
    "Idempotency-Key: KEY (1 to 64 of A-Z a-z 0-9 -) on a write: the same request again is answered as the "
    "first "
    "time (Idempotency-Replayed: true) and done once; another one under that key is refused (422 "
    "KEY_REUSED). Kept "
    "30 days. Helhet-Receipt: title=TEXT&link=PATH (form-encoded, at most 400 and 200 bytes) beside it is "
    "what the caller "
    "calls what was done and the address of its screen; kept with the receipt, told in /me/receipts. / "
    "Idempotency-Key: samma begäran igen görs bara en gång.";

static void write_interactions(struct json_out *o, enum route_level a, enum route_level b)
{
    json_out_array(o, "interaction");
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &route_table[i];
        if (!r->interaction || (r->level != a && r->level != b))
            continue;
        json_out_object(o, NULL);
        json_out_cstr(o, "code", r->interaction);
        json_out_cstr(o, "documentation", r->en);
        json_out_end_object(o);
        if (strcmp(r->interaction, "transaction") == 0) {
            json_out_object(o, NULL);
            json_out_cstr(o, "code", "batch");
            json_out_end_object(o);
        }
    }
    json_out_end_array(o);
}

/* Is the route's operation told of already, by another method or level? */
static bool told(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (route_table[i].operation && strcmp(route_table[i].definition, route_table[at].definition) == 0)
            return true;
    return false;
}

/* The operations of one type; type NULL: those of every type and of the system, the steering's on its own
 * base. */
static void write_operations(struct json_out *o, const char *type, bool styr)
{
    bool any = false;
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &route_table[i];
        bool here = r->only_type ? type && strcmp(r->only_type, type) == 0 : !type;
        if (!r->operation || !here || told(i))
            continue;
        if (!styr && str_starts(str_of(r->definition), STR(ROUTE_STYR)))
            continue;
        if (!any)
            json_out_array(o, "operation");
        any = true;
        json_out_object(o, NULL);
        json_out_cstr(o, "name", r->operation);
        json_out_cstr(o, "definition", r->definition);
        json_out_cstr(o, "documentation", r->en);
        json_out_end_object(o);
    }
    if (any)
        json_out_end_array(o);
}

static bool routed(const char *name)
{
    for (size_t i = 0; i < route_count; i++)
        if (strcmp(route_table[i].name, name) == 0)
            return true;
    return false;
}

/* The parameters made at run time that can be searched by now. */
struct ready {
    size_t count;
    fhir_param_id id[OWN_MAX];
};

static bool note_ready(void *arg, const struct own_status *st)
{
    struct ready *r = arg;
    if (st->state == OWN_READY && r->count < OWN_MAX)
        r->id[r->count++] = st->param;
    return true;
}

static void write_include(struct json_out *o, const struct fhir_param *p, bool *any)
{
    char text[200];
    if (p->type != FHIR_SEARCH_REFERENCE)
        return;
    if (!*any)
        json_out_array(o, "searchInclude");
    *any = true;
    snprintf(text, sizeof(text), "%s:%s", fhir_types[p->base].name, p->code);
    json_out_cstr(o, NULL, text);
}

static void write_includes(struct json_out *o, const struct api *a, const struct ready *ready,
                           const struct fhir_type *t)
{
    bool any = false;
    for (uint16_t i = 0; i < t->param_count; i++)
        write_include(o, &fhir_params[t->param_first + i], &any);
    for (size_t i = 0; i < ready->count; i++) {
        const struct fhir_param *p = search_param(a->search, ready->id[i]);
        if (&fhir_types[p->base] == t)
            write_include(o, p, &any);
    }
    if (any)
        json_out_end_array(o);
}

static const char mime_text[] =
    ":below=text/xml hittar även text/xml; charset=UTF-8, och :below=image alla bildtyper. / "
    ":below finds MIME types by their base part or its first segment, whatever their parameters.";

static void write_param(struct json_out *o, const struct fhir_param *p)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", p->code);
    json_out_cstr(o, "definition", p->url);
    json_out_cstr(o, "type", param_types[p->type]);
    if (search_param_mime(p))
        json_out_cstr(o, "documentation", mime_text);
    json_out_end_object(o);
}

static void write_params(struct json_out *o, const struct api *a, const struct ready *ready,
                         const struct fhir_type *t)
{
    json_out_array(o, "searchParam");
    for (uint16_t i = 0; i < t->param_count; i++) {
        const struct fhir_param *p = &fhir_params[t->param_first + i];
        /* What has no expression is not indexed; _id and _lastUpdated the store knows by itself. */
        if (!p->expression[0] && strcmp(p->code, "_id") != 0 && strcmp(p->code, "_lastUpdated") != 0)
            continue;
        write_param(o, p);
    }
    for (size_t i = 0; i < ready->count; i++) {
        const struct fhir_param *p = search_param(a->search, ready->id[i]);
        if (&fhir_types[p->base] == t)
            write_param(o, p);
    }
    json_out_end_array(o);
}

static void write_resource(struct json_out *o, const struct api *a, const struct ready *ready,
                           const struct fhir_type *t)
{
    char profile[200];
    bool view = t == &fhir_types[FHIR_TYPE_ViewDefinition]; /* not R4's */
    const char *base = t->styr ? "https://helhet.example/styr"
                       : view  ? "https://sql-on-fhir.org/ig"
                               : "http://hl7.org/fhir";
    snprintf(profile, sizeof(profile), "%s/StructureDefinition/%s", base, t->name);
    json_out_object(o, NULL);
    json_out_cstr(o, "type", t->name);
    json_out_cstr(o, "profile", profile);
    if (a->audit && t == &fhir_types[FHIR_TYPE_AuditEvent]) {
        audit_event_capability(o);
        json_out_end_object(o);
        return;
    }
    write_interactions(o, LEVEL_INSTANCE, LEVEL_TYPE);
    json_out_cstr(o, "versioning", "versioned-update");
    json_out_bool(o, "readHistory", routed("GET /fhir/[type]/[id]/_history/[vid]"));
    json_out_bool(o, "updateCreate", true);
    json_out_bool(o, "conditionalCreate", true);
    json_out_cstr(o, "conditionalRead", "full-support");
    json_out_bool(o, "conditionalUpdate", routed("PUT /fhir/[type]"));
    json_out_cstr(o, "conditionalDelete", routed("DELETE /fhir/[type]") ? "single" : "not-supported");
    json_out_array(o, "referencePolicy");
    json_out_cstr(o, NULL, "literal");
    json_out_cstr(o, NULL, "logical");
    json_out_cstr(o, NULL, "local");
    json_out_end_array(o);
    write_includes(o, a, ready, t);
    write_params(o, a, ready, t);
    write_operations(o, t->name, t->styr);
    json_out_end_object(o);
}

/* The compartments that can be searched, by their official definitions. */
static void write_compartments(struct json_out *o)
{
    json_out_array(o, "compartment");
    for (uint16_t i = 0; i < fhir_compartment_count; i++) {
        char url[200], *name;
        if (!fhir_compartments[i].type)
            continue;
        snprintf(url, sizeof(url), "http://hl7.org/fhir/CompartmentDefinition/%s",
                 fhir_types[fhir_compartments[i].type].name);
        name = strrchr(url, '/') + 1;
        *name = (char)(*name - 'A' + 'a');
        json_out_cstr(o, NULL, url);
    }
    json_out_end_array(o);
}

/* What every search takes, beyond the parameters of the types. */
static void write_common_params(struct json_out *o)
{
    static const struct {
        const char *name, *definition, *type;
    } params[] = {
        {"_filter", "http://hl7.org/fhir/SearchParameter/filter", "special"},
        {"_list", "http://hl7.org/fhir/SearchParameter/Resource-list", "special"},
        {"_text", "http://hl7.org/fhir/SearchParameter/DomainResource-text", "special"},
        {"_content", "http://hl7.org/fhir/SearchParameter/Resource-content", "special"},
    };
    json_out_array(o, "searchParam");
    for (size_t i = 0; i < sizeof(params) / sizeof(*params); i++) {
        json_out_object(o, NULL);
        json_out_cstr(o, "name", params[i].name);
        json_out_cstr(o, "definition", params[i].definition);
        json_out_cstr(o, "type", params[i].type);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void write_rest(struct json_out *o, const struct api *a, const struct ready *ready, bool styr)
{
    json_out_array(o, "rest");
    json_out_object(o, NULL);
    json_out_cstr(o, "mode", "server");
    json_out_cstr(o, "documentation", integrity_text);
    json_out_array(o, "resource");
    for (uint16_t i = 1; i < fhir_type_count; i++)
        if (fhir_types[i].kind == FHIR_RESOURCE && !fhir_types[i].abstract && fhir_types[i].styr == styr)
            write_resource(o, a, ready, &fhir_types[i]);
    json_out_end_array(o);
    write_interactions(o, LEVEL_SYSTEM, LEVEL_SYSTEM);
    write_common_params(o);
    write_operations(o, NULL, styr);
    if (!styr)
        write_compartments(o);
    json_out_end_object(o);
    json_out_end_array(o);
}

static void write_head(struct json_out *o, const struct api *a, bool styr)
{
    char date[TIME_TEXT_MAX];
    size_t n = time_format(a->started_ms, date);
    json_out_cstr(o, "resourceType", "CapabilityStatement");
    json_out_cstr(o, "name", "Helhet");
    json_out_cstr(o, "title", "Helhet");
    json_out_cstr(o, "status", "active");
    json_out_string(o, "date", (struct str){date, n});
    json_out_cstr(o, "kind", "instance");
    if (!styr) {
        json_out_array(o, "instantiates");
        json_out_cstr(o, NULL, "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data");
        json_out_end_array(o);
    }
    json_out_object(o, "software");
    json_out_cstr(o, "name", "Helhet");
    json_out_cstr(o, "version", HELHET_VERSION);
    json_out_end_object(o);
    json_out_object(o, "implementation");
    json_out_cstr(o, "description",
                  styr ? "Helhet: styrning, från idé till breddinförande / steering, from idea to broad "
                         "introduction"
                       : "Helhet, ett öppet regionalt vårdinformationssystem / an open regional care "
                         "information system");
    json_out_end_object(o);
    json_out_cstr(o, "fhirVersion", "4.0.1");
    json_out_array(o, "format");
    json_out_cstr(o, NULL, "application/fhir+json");
    json_out_cstr(o, NULL, "application/fhir+xml");
    json_out_cstr(o, NULL, "json");
    json_out_cstr(o, NULL, "xml");
    json_out_end_array(o);
    json_out_array(o, "patchFormat");
    json_out_cstr(o, NULL, "application/json-patch+json");
    json_out_cstr(o, NULL, "application/xml-patch+xml");
    json_out_cstr(o, NULL, "application/fhir+json");
    json_out_cstr(o, NULL, "application/fhir+xml");
    json_out_end_array(o);
}

static bool write_all(const struct api *a, bool styr, struct buf *out, struct err *err)
{
    struct json_out o;
    struct ready *ready = os_alloc(sizeof(*ready));
    buf_init(out, CAPABILITY_BYTES_MAX);
    if (!ready)
        return err_set(err, ERR_NO_MEMORY, NULL);
    ready->count = 0;
    own_each(a->search, note_ready, ready);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    write_head(&o, a, styr);
    write_rest(&o, a, ready, styr);
    json_out_end_object(&o);
    os_free(ready);
    return buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool capability_make(struct api *a, struct err *err)
{
    a->capability_version = own_version(a->search);
    for (int styr = 0; styr < 2; styr++) {
        struct buf out;
        bool ok = write_all(a, styr, &out, err);
        if (ok)
            a->capability[styr].text = buf_take(&out, &a->capability[styr].n);
        buf_release(&out);
        if (!ok)
            return false;
    }
    return true;
}

/* a->later for this version of the own parameters, with its lock held. */
static bool renew(struct api *a, bool styr, uint32_t version, struct err *err)
{
    struct capability_later *l = &a->later;
    struct buf out;
    if (l->base[styr].text && l->base[styr].version == version)
        return true;
    bool ok = write_all(a, styr, &out, err);
    if (ok) {
        os_free(l->base[styr].text);
        l->base[styr].text = buf_take(&out, &l->base[styr].n);
        l->base[styr].version = version; /* read before: what came while writing makes it anew next time */
    }
    buf_release(&out);
    return ok;
}

/* The statement as it is now: the one made at start, or when parameters have come or gone since, the one made
 * by the first who asked after that. False with *err. */
static bool current(struct call *c, struct str *text, struct err *err)
{
    struct api *a = c->api;
    struct capability_later *l = &a->later;
    uint32_t version = own_version(a->search);
    *text = (struct str){a->capability[c->styr].text, a->capability[c->styr].n};
    if (version == a->capability_version)
        return true;
    pthread_mutex_lock(&l->lock);
    bool ok = renew(a, c->styr, version, err);
    if (ok) /* the next version may replace it */
        *text = arena_str(c->arena, (struct str){l->base[c->styr].text, l->base[c->styr].n});
    pthread_mutex_unlock(&l->lock);
    return ok && (text->p || err_set(err, ERR_NO_MEMORY, NULL));
}

bool capability_run(struct call *c)
{
    static const char *const params[] = {"mode", "_summary", "_elements", NULL};
    struct err err = {0};
    struct subset subset;
    struct str text;
    struct buf out;
    if (!call_params_only(c, params, &err) || !subset_parse(c, &subset, &err) || !current(c, &text, &err))
        return outcome_fail(c, &err);
    if (!subset_wanted(&subset)) {
        c->resp->body = text;
        return resource_answer_set(c, 200);
    }
    buf_init(&out, BUF_NO_MAX);
    if (!resource_write(c->arena, text, &subset, &out, &err)) {
        buf_release(&out);
        return outcome_fail(c, &err);
    }
    return resource_answer_buf(c, &out, 200);
}
