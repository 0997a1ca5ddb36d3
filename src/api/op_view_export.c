/* SPDX-License-Identifier: Apache-2.0
 * ViewDefinition/$viewdefinition-export, also $export (SQL-on-FHIR v2): some views as files, in the
 * background. What can be wrong with what is asked for is found here; the job gets the definitions
 * themselves, as they are now. */
#include "api/view_ask.h"
#include "api/view_job.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "jobs/jobs.h"

enum { EXPORT_VIEWS_MAX = 100 };

static const struct params_def export_params[] = {
    {.name = "view", .many = true, .complex = true},
    {.name = "viewReference", .many = true},
    {.name = "viewResource", .many = true, .complex = true, .bare = true},
    {.name = "_format"},
    {.name = "header"},
    {.name = "patient", .many = true},
    {.name = "group", .many = true},
    {.name = "_since"},
    {.name = "clientTrackingId"},
    {.name = NULL},
};

/* One view to export: its definition as text, and what its files are called. */
struct item {
    struct str name, text;
};

struct export
{
    struct call *call;
    struct params params;
    struct view_ask ask;
    struct store_read *read;
    struct item item[EXPORT_VIEWS_MAX];
    size_t count;
    struct err *err;
};

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
            return false;
    return s.n > 0 && s.n <= 64;
}

/* Compiled so that what is wrong is told now; the name is the one given, the view's own, or view1, view2 … */
static bool add_view(struct export *e, const struct json_doc *doc, uint32_t node, struct str name)
{
    struct call *c = e->call;
    const struct view *v = view_compile(c->arena, doc, node, e->err);
    struct buf text;
    if (!v)
        return false;
    if (e->count == EXPORT_VIEWS_MAX)
        return err_set_str(e->err, ERR_SEARCH_LIMIT, STR("view"),
                           arena_printf(c->arena, "%d", EXPORT_VIEWS_MAX));
    if (name.p && !is_word(name))
        return err_set_str(e->err, ERR_PARAM_VALUE, name, STR("view.name"));
    if (!name.p)
        name = is_word(view_name(v)) ? view_name(v) : arena_printf(c->arena, "view%zu", e->count + 1);
    for (size_t i = 0; i < e->count; i++)
        if (str_eq(e->item[i].name, name))
            return err_set_str(e->err, ERR_PARAM_REPEATED,
                               arena_printf(c->arena, "view.name %.*s", STR_ARG(name)), STR(""));
    /* That the format can hold its columns. */
    struct view_out *out = view_out_new(v, e->ask.format, e->ask.header, e->err);
    if (!out)
        return false;
    view_out_free(out);
    buf_init(&text, JOB_REQUEST_MAX);
    json_write(doc, node, &text);
    e->item[e->count++] = (struct item){name, arena_str(c->arena, buf_get(&text))};
    bool ok = buf_ok(&text);
    buf_release(&text);
    return ok || err_set(e->err, ERR_NO_MEMORY, NULL);
}

static bool add_stored(struct export *e, struct str id, struct str name)
{
    struct json_doc doc;
    return view_source_definition(e->read, id, e->call->arena, &doc, e->err) && add_view(e, &doc, 0, name);
}

static bool add_reference(struct export *e, struct str reference, struct str name)
{
    struct str start = STR("ViewDefinition/");
    if (!str_starts(reference, start))
        return err_set_str(e->err, ERR_PARAM_VALUE, reference.p ? reference : STR("?"), STR("viewReference"));
    return add_stored(e, str_sub(reference, start.n, reference.n), name);
}

/* view: parts name, and viewReference or viewResource. */
static bool add_parts(struct export *e, uint32_t node)
{
    const struct json_doc *doc = e->params.doc;
    uint32_t list = node == UINT32_MAX ? UINT32_MAX : json_get(doc, node, FHIR_NAME_part);
    uint32_t resource = UINT32_MAX;
    struct str name = {NULL, 0}, reference = {NULL, 0};
    if (list == UINT32_MAX)
        return err_set_str(e->err, ERR_PARAM_KIND, STR("view"), STR(""));
    JSON_EACH(doc, list, p)
    {
        struct str part = json_text(doc, json_get(doc, p, FHIR_NAME_name));
        uint32_t value = json_get_key(doc, p, STR("valueReference"));
        if (str_is(part, "name"))
            name = json_text(doc, json_get_key(doc, p, STR("valueString")));
        else if (str_is(part, "viewReference") && value != UINT32_MAX)
            reference = json_text(doc, json_get(doc, value, FHIR_NAME_reference));
        else if (str_is(part, "viewResource"))
            resource = json_get(doc, p, FHIR_NAME_resource);
        else
            return err_set_str(e->err, ERR_PARAM_UNKNOWN,
                               arena_printf(e->call->arena, "view.%.*s", STR_ARG(part)),
                               str_of(e->call->route->operation));
    }
    if ((reference.p != NULL) == (resource != UINT32_MAX))
        return err_set_str(e->err, ERR_PARAM_MISSING, STR("view.viewReference/viewResource"),
                           str_of(e->call->route->operation));
    return reference.p ? add_reference(e, reference, name) : add_view(e, doc, resource, name);
}

static bool add_all(struct export *e)
{
    const struct str none = {NULL, 0};
    if (e->call->id.n && !add_stored(e, e->call->id, none))
        return false;
    for (size_t i = 0; i < e->params.count; i++) {
        const struct params_value *v = &e->params.item[i];
        if ((str_is(v->name, "view") && !add_parts(e, v->node)) ||
            (str_is(v->name, "viewReference") && !add_reference(e, v->text, none)) ||
            (str_is(v->name, "viewResource") && !add_view(e, e->params.doc, v->node, none)))
            return false;
    }
    return e->count > 0 ||
           err_set_str(e->err, ERR_PARAM_MISSING, STR("view"), str_of(e->call->route->operation));
}

/* Are the patients and groups there? */
static bool try_patients(struct export *e)
{
    struct view_source source;
    struct json_doc doc;
    if (e->ask.source.patient_count + e->ask.source.group_count == 0)
        return true;
    if (!json_parse(e->call->arena, e->item[0].text, &fhir_names, &doc, e->err))
        return false;
    const struct view *v = view_compile(e->call->arena, &doc, 0, e->err);
    bool ok = v && view_source_init(&source, e->call->api->store, NULL, e->read, v, NULL, &e->ask.source,
                                    e->call->arena, e->err);
    if (v)
        view_source_release(&source);
    return ok;
}

static void write_texts(struct json_out *o, const char *key, const struct str *list, size_t count)
{
    json_out_array(o, key);
    for (size_t i = 0; i < count; i++)
        json_out_string(o, NULL, list[i]);
    json_out_end_array(o);
}

static void write_request(const struct export *e, struct buf *out)
{
    struct json_out o;
    struct str tracking = params_text(&e->params, "clientTrackingId");
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "format", view_format_name(e->ask.format));
    json_out_bool(&o, "header", e->ask.header);
    json_out_i64(&o, "since", e->ask.source.since_ms);
    write_texts(&o, "patients", e->ask.source.patients, e->ask.source.patient_count);
    write_texts(&o, "groups", e->ask.source.groups, e->ask.source.group_count);
    if (tracking.p)
        json_out_string(&o, "tracking", tracking);
    json_out_array(&o, "views");
    for (size_t i = 0; i < e->count; i++) {
        json_out_object(&o, NULL);
        json_out_string(&o, "name", e->item[i].name);
        json_out_raw(&o, "view", e->item[i].text);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
}

static bool read_all(struct export *e)
{
    if (!params_read(e->call, export_params, &e->params, e->err) ||
        !view_ask_read(e->call, &e->params, &e->ask, e->err))
        return false;
    e->read = call_read_begin(e->call, e->err);
    bool ok = e->read && add_all(e) && try_patients(e);
    call_read_end(e->call, e->read);
    return ok;
}

bool op_view_export_run(struct call *c)
{
    struct err err = {0};
    struct buf request;
    struct export *e = ARENA_NEW(c->arena, struct export);
    if (!e)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else
        *e = (struct export){.call = c, .err = &err};
    if (!e || !op_job_wanted(c, &err) || !read_all(e))
        return outcome_fail(c, &err);
    buf_init(&request, JOB_REQUEST_MAX);
    write_request(e, &request);
    if (!buf_ok(&request)) {
        err_set_str(&err, ERR_SEARCH_LIMIT, STR("view"), arena_printf(c->arena, "%d byte", JOB_REQUEST_MAX));
        outcome_fail(c, &err);
    } else {
        op_job_start(c, VIEW_JOB_KIND, buf_get(&request), NULL);
    }
    buf_release(&request);
    return true;
}

/* ---- the answer of a finished one: Parameters, as the operation's definition says ---- */

static void write_text(struct json_out *o, const char *name, const char *key, struct str value)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_string(o, key, value);
    json_out_end_object(o);
}

static void write_outputs(struct json_out *o, struct call *c, const struct jobs_status *st)
{
    for (size_t i = 0; i < st->file_count; i++) {
        bool first = i == 0 || !str_eq(st->file[i].type, st->file[i - 1].type);
        bool last = i + 1 == st->file_count || !str_eq(st->file[i].type, st->file[i + 1].type);
        if (first) {
            json_out_object(o, NULL);
            json_out_cstr(o, "name", "output");
            json_out_array(o, "part");
            write_text(o, "name", "valueString", st->file[i].type);
        }
        write_text(o, "location", "valueUri",
                   arena_printf(c->arena, "%.*s/_job/%.*s/%.*s", STR_ARG(c->base), STR_ARG(st->id),
                                STR_ARG(st->file[i].name)));
        if (last) {
            json_out_end_array(o);
            json_out_end_object(o);
        }
    }
}

void op_view_export_write(struct json_out *o, struct call *c, const struct jobs_status *st)
{
    char begun[TIME_TEXT_MAX], ended[TIME_TEXT_MAX];
    struct json_doc doc;
    struct str tracking = {NULL, 0}, format = {NULL, 0};
    if (json_parse(c->arena, st->request, NULL, &doc, NULL)) {
        tracking = json_text(&doc, json_get_key(&doc, 0, STR("tracking")));
        format = json_text(&doc, json_get_key(&doc, 0, STR("format")));
    }
    json_out_cstr(o, "resourceType", "Parameters");
    json_out_array(o, "parameter");
    write_text(o, "exportId", "valueString", st->id);
    if (tracking.p)
        write_text(o, "clientTrackingId", "valueString", tracking);
    write_text(o, "status", "valueCode", STR("completed"));
    write_text(o, "location", "valueUri",
               arena_printf(c->arena, "%.*s/_job/%.*s", STR_ARG(c->base), STR_ARG(st->id)));
    write_text(o, "_format", "valueCode", format);
    write_text(o, "exportStartTime", "valueInstant", (struct str){begun, time_format(st->started_ms, begun)});
    write_text(o, "exportEndTime", "valueInstant", (struct str){ended, time_format(st->ended_ms, ended)});
    json_out_object(o, NULL);
    json_out_cstr(o, "name", "exportDuration");
    json_out_i64(o, "valueInteger", (st->ended_ms - st->started_ms) / 1000);
    json_out_end_object(o);
    write_outputs(o, c, st);
    json_out_end_array(o);
}
