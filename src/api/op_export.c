/* SPDX-License-Identifier: Apache-2.0
 * $export (FHIR Bulk Data Access 2.0, http://hl7.org/fhir/uv/bulkdata/STU2/export.html): everything that can
 * be wrong with what is asked for is found here; the job then has a request that is known to be good
 * (bulk/bulk.h says how it is written). */
#include "api/audited.h"
#include "api/params.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "jobs/jobs.h"

enum { EXPORT_FILTERS_MAX = 100 };

/* A query that chooses among the resources of one type. */
struct export_filter {
    fhir_type_id type;
    struct str query;
};

struct export
{
    struct call *c;
    struct params params;
    bool *type; /* by type id: asked for with _type */
    bool typed;
    struct export_filter filter[EXPORT_FILTERS_MAX];
    size_t filter_count;
    struct str *patient; /* ids */
    size_t patient_count;
    bool patients; /* only these */
    int64_t since_ms, until_ms;
    struct store_read *read;
    struct err *err;
};

static const struct params_def export_defs[] = {
    {.name = "_outputFormat"},
    {.name = "_since"},
    {.name = "_until"},
    {.name = "_type", .many = true},
    {.name = "_typeFilter", .many = true},
    {.name = "_elements", .many = true},
    {.name = "patient", .many = true, .complex = true},
    {.name = NULL},
};

static bool wrong(struct export *e, struct str value, const char *param)
{
    return err_set_str(e->err, ERR_PARAM_VALUE, value, str_of(param));
}

static bool read_format(struct export *e)
{
    static const char *const known[] = {"application/fhir+ndjson", "application/ndjson", "ndjson",
                                        "application/fhir ndjson"}; /* a '+' that was not escaped */
    struct str format = params_text(&e->params, "_outputFormat");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!format.p || str_is(format, known[i]))
            return true;
    return wrong(e, format, "_outputFormat");
}

static bool read_time(struct export *e, const char *name, int64_t *ms)
{
    struct time_value t;
    struct str text = params_text(&e->params, name);
    *ms = 0;
    if (!text.p)
        return true;
    if (!time_parse(text, false, &t) || t.precision < TIME_SECOND || !t.has_zone)
        return wrong(e, text, name);
    *ms = time_span(&t, 0).low_ms;
    return true;
}

/* Has a type any parameter that puts its resources in a patient's compartment? */
static bool in_compartment(fhir_type_id type)
{
    bool in = type == FHIR_TYPE_Patient;
    for (uint16_t i = 0; i < fhir_compartment_count; i++)
        for (const fhir_param_id *p = fhir_compartments[i].params;
             fhir_compartments[i].type == FHIR_TYPE_Patient && *p; p++)
            in = in || fhir_params[*p].base == type;
    return in;
}

static bool read_type(struct export *e, struct str name)
{
    fhir_type_id type = fhir_resource_find(name);
    if (!type || fhir_types[type].styr != e->c->styr)
        return wrong(e, name, "_type");
    if (e->c->type && !in_compartment(type) && !e->c->wants.lenient) {
        err_set_str(e->err, ERR_EXPORT_OUTSIDE, name, STR(""));
        return false;
    }
    e->type[type] = true;
    return true;
}

/* Each value is a list with commas, and may be repeated. */
static bool read_types(struct export *e)
{
    struct str part;
    e->type = ARENA_ARRAY(e->c->arena, bool, fhir_type_count);
    if (!e->type)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < e->params.count; i++) {
        struct str rest = e->params.item[i].text;
        if (!str_is(e->params.item[i].name, "_type"))
            continue;
        e->typed = true;
        while (rest.p && str_split(&rest, ',', &part))
            if (!read_type(e, part))
                return false;
    }
    for (fhir_type_id t = 1; !e->typed && t < fhir_type_count; t++)
        e->type[t] = fhir_types[t].kind == FHIR_RESOURCE && !fhir_types[t].abstract &&
                     fhir_types[t].styr == e->c->styr && (!e->c->type || in_compartment(t));
    return true;
}

/* ---- _typeFilter ---- */

/* The end of the query that text begins with: a comma followed by another "Type?", since queries have commas
 * too. */
static size_t filter_end(struct str text)
{
    for (size_t at = str_find(text, ',', 0); at != SIZE_MAX; at = str_find(text, ',', at + 1)) {
        size_t mark = str_find(text, '?', at);
        if (mark != SIZE_MAX && fhir_resource_find(str_sub(text, at + 1, mark)))
            return at;
    }
    return text.n;
}

/* What belongs to the shape of an answer has no meaning here. */
static bool shapes_answer(struct str name)
{
    static const char *const names[] = {"_count",     "_sort",         "_cursor",  "_total",
                                        "_include",   "_elements",     "_summary", "_revinclude",
                                        "_contained", "_containedType"};
    struct str plain = str_sub(name, 0, str_find(name, ':', 0));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(plain, names[i]))
            return true;
    return false;
}

/* Tries the query, so that what is wrong with it is told now. */
static bool try_filter(struct export *e, fhir_type_id type, struct str query)
{
    struct http_pair *pairs;
    size_t count;
    struct search_query q;
    struct arena *arena = e->c->arena;
    if (!http_query_parse(arena, query, &pairs, &count, e->err))
        return false;
    struct search_param *params = ARENA_ARRAY(arena, struct search_param, count + 1);
    if (!params)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        if (shapes_answer(pairs[i].name))
            return err_set_str(e->err, ERR_SEARCH_PARAM_UNKNOWN, pairs[i].name, STR("_typeFilter"));
        params[i] = (struct search_param){pairs[i].name, pairs[i].value};
    }
    return search_parse(e->c->api->search, e->read, type, params, count, false, arena, &q, e->err);
}

static bool read_filter(struct export *e, struct str text)
{
    size_t mark = str_find(text, '?', 0);
    fhir_type_id type = mark == SIZE_MAX ? 0 : fhir_resource_find(str_sub(text, 0, mark));
    if (!type)
        return err_set(e->err, ERR_EXPORT_FILTER, arena_cstr(e->c->arena, str_sub(text, 0, 60)),
                       "skriv Typ?sökning, till exempel Observation?status=final",
                       "write Type?query, for example Observation?status=final", NULL);
    if (!e->type[type])
        return err_set(e->err, ERR_EXPORT_FILTER, fhir_types[type].name, "typen exporteras inte (se _type)",
                       "the type is not exported (see _type)", NULL);
    if (e->filter_count == EXPORT_FILTERS_MAX)
        return err_set_str(e->err, ERR_SEARCH_LIMIT, STR("_typeFilter"),
                           arena_printf(e->c->arena, "%d", EXPORT_FILTERS_MAX));
    struct str query = str_sub(text, mark + 1, text.n);
    e->filter[e->filter_count++] = (struct export_filter){type, query};
    return try_filter(e, type, query);
}

static bool read_filters(struct export *e)
{
    for (size_t i = 0; i < e->params.count; i++) {
        struct str rest = e->params.item[i].text;
        while (str_is(e->params.item[i].name, "_typeFilter")) {
            size_t end = filter_end(rest);
            if (!read_filter(e, str_sub(rest, 0, end)))
                return false;
            if (end == rest.n)
                break;
            rest = str_sub(rest, end + 1, rest.n);
        }
    }
    return true;
}

/* "Patient.name", "name"; the types must be known. */
static bool read_elements(struct export *e)
{
    struct str part;
    for (size_t i = 0; i < e->params.count; i++) {
        struct str rest = e->params.item[i].text;
        if (!str_is(e->params.item[i].name, "_elements"))
            continue;
        while (rest.p && str_split(&rest, ',', &part)) {
            size_t dot = str_find(part, '.', 0);
            if (part.n == 0 || (dot != SIZE_MAX && !fhir_resource_find(str_sub(part, 0, dot))))
                return wrong(e, part, "_elements");
        }
    }
    return true;
}

/* ---- patients ---- */

/* The id in "Patient/x", "http://here/fhir/Patient/x"; empty for anything else. */
static struct str patient_id(const struct export *e, struct str reference)
{
    struct str base = e->c->base, type = STR("Patient/");
    if (base.n && str_starts(reference, base) && reference.n > base.n && reference.p[base.n] == '/')
        reference = str_sub(reference, base.n + 1, reference.n);
    struct str id = str_starts(reference, type) ? str_sub(reference, type.n, reference.n) : STR("");
    return fhir_prim_valid(FHIR_PRIM_ID, id) ? id : STR("");
}

static bool is_active(const struct json_doc *doc, uint32_t member)
{
    struct time_value t;
    uint32_t inactive = json_get(doc, member, FHIR_NAME_inactive);
    if (inactive != UINT32_MAX && doc->nodes[inactive].kind == JSON_TRUE)
        return false;
    uint32_t period = json_get(doc, member, FHIR_NAME_period);
    struct str end = period == UINT32_MAX ? STR("") : json_text(doc, json_get(doc, period, FHIR_NAME_end));
    return !time_parse(end, true, &t) || time_span(&t, 0).high_ms > os_now_ms();
}

/* Active members that are patients. */
static bool read_members(struct export *e, const struct json_doc *doc)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_member);
    e->patient = list == UINT32_MAX ? NULL : ARENA_ARRAY(e->c->arena, struct str, doc->nodes[list].len + 1);
    if (list == UINT32_MAX)
        return true;
    if (!e->patient)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    JSON_EACH(doc, list, m)
    {
        uint32_t entity = json_get(doc, m, FHIR_NAME_entity);
        if (entity == UINT32_MAX || !is_active(doc, m))
            continue;
        struct str id = patient_id(e, json_text(doc, json_get(doc, entity, FHIR_NAME_reference)));
        if (id.n)
            e->patient[e->patient_count++] = id;
    }
    return true;
}

static bool read_group(struct export *e)
{
    struct store_version v;
    struct json_doc doc;
    struct call *c = e->c;
    e->patients = true;
    enum store_found found = store_get(e->read, c->type, c->id, c->arena, &v, e->err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(e->err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                           resource_name(c->arena, c->type, c->id), STR(""));
    return json_parse(c->arena, v.body, &fhir_names, &doc, e->err) && read_members(e, &doc);
}

static bool has_patient(const struct export *e, struct str id)
{
    for (size_t i = 0; i < e->patient_count; i++)
        if (str_eq(e->patient[i], id))
            return true;
    return false;
}

/* A patient that is asked for must be here, and in the group when there is one. */
static bool take_patient(struct export *e, struct str reference, struct str *id)
{
    struct store_version v;
    *id = patient_id(e, reference);
    if (!id->n)
        return wrong(e, reference.p ? reference : STR("?"), "patient");
    if (e->patients && !has_patient(e, *id))
        return err_set_str(e->err, ERR_EXPORT_MEMBER, reference, STR(""));
    enum store_found found = store_get(e->read, FHIR_TYPE_Patient, *id, e->c->arena, &v, e->err);
    return found == STORE_FOUND ||
           (found != STORE_FAILED && err_set_str(e->err, ERR_REFERENCE_UNRESOLVED, reference, STR("")));
}

static bool read_patients(struct export *e)
{
    struct str *list = ARENA_ARRAY(e->c->arena, struct str, e->params.count + 1);
    size_t n = 0;
    if (!list)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < e->params.count; i++)
        if (str_is(e->params.item[i].name, "patient") && !take_patient(e, e->params.item[i].text, &list[n++]))
            return false;
    if (n == 0)
        return true;
    if (e->c->route->level == LEVEL_SYSTEM)
        return err_set_str(e->err, ERR_PARAM_UNKNOWN, STR("patient"), STR("export"));
    e->patient = list;
    e->patient_count = n;
    e->patients = true;
    return true;
}

/* ---- the request of the job ---- */

static void write_elements(const struct export *e, struct json_out *o)
{
    struct str part;
    json_out_array(o, "elements");
    for (size_t i = 0; i < e->params.count; i++) {
        struct str rest = e->params.item[i].text;
        if (!str_is(e->params.item[i].name, "_elements"))
            continue;
        while (rest.p && str_split(&rest, ',', &part))
            json_out_string(o, NULL, part);
    }
    json_out_end_array(o);
}

static void write_request(const struct export *e, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_i64(&o, "since", e->since_ms);
    json_out_i64(&o, "until", e->until_ms);
    json_out_bool(&o, "compartment", e->c->route->level != LEVEL_SYSTEM);
    json_out_array(&o, "types");
    for (fhir_type_id t = 1; t < fhir_type_count; t++)
        if (e->type[t])
            json_out_cstr(&o, NULL, fhir_types[t].name);
    json_out_end_array(&o);
    json_out_array(&o, "filters");
    for (size_t i = 0; i < e->filter_count; i++) {
        json_out_object(&o, NULL);
        json_out_cstr(&o, "type", fhir_types[e->filter[i].type].name);
        json_out_string(&o, "query", e->filter[i].query);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    write_elements(e, &o);
    if (e->patients) {
        json_out_array(&o, "patients");
        for (size_t i = 0; i < e->patient_count; i++)
            json_out_string(&o, NULL, e->patient[i]);
        json_out_end_array(&o);
    }
    json_out_end_object(&o);
}

static bool read_all(struct export *e)
{
    if (!params_read(e->c, export_defs, &e->params, e->err) || !read_format(e) ||
        !read_time(e, "_since", &e->since_ms) || !read_time(e, "_until", &e->until_ms) || !read_types(e) ||
        !read_elements(e))
        return false;
    e->read = call_read_begin(e->c, e->err);
    bool ok = e->read && (e->c->route->level != LEVEL_INSTANCE || read_group(e)) && read_patients(e) &&
              read_filters(e);
    call_read_end(e->c, e->read);
    return ok;
}

bool op_export_run(struct call *c)
{
    struct err err = {0};
    struct export *e = ARENA_NEW(c->arena, struct export);
    struct buf request;
    if (!e)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else
        *e = (struct export){.c = c, .err = &err};
    if (!e || !op_job_wanted(c, &err) || !read_all(e))
        return outcome_fail(c, &err);
    buf_init(&request, JOB_REQUEST_MAX);
    write_request(e, &request);
    for (size_t i = 0; i < e->patient_count; i++)
        audited_name(c, e->patient[i]);
    if (!buf_ok(&request)) {
        err_set_str(&err, ERR_SEARCH_LIMIT, STR("Group.member"),
                    arena_printf(c->arena, "%d byte", JOB_REQUEST_MAX));
        outcome_fail(c, &err);
    } else {
        op_job_start(c, "export", buf_get(&request), NULL);
    }
    buf_release(&request);
    return true;
}
