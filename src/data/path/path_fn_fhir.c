/* SPDX-License-Identifier: Apache-2.0
 * N1 5.8 tree navigation, 5.9 current time, and R4's additions (R4 FHIRPath 2.9.1.5). */
#include "base/time.h"
#include "fhir_gen/names.h"
#include "path/path_int.h"

static bool children(const struct path_call *c, bool deep)
{
    for (uint32_t i = 0; i < c->input->count; i++)
        if (!path_step_children(c->run, &c->input->item[i], deep, c->out))
            return false;
    return true;
}

static bool fn_children(const struct path_call *c)
{
    return children(c, false);
}

static bool fn_descendants(const struct path_call *c)
{
    return children(c, true);
}

/* The part [from, to) of the context's time as written in UTC. */
static bool push_now(const struct path_call *c, uint8_t kind, size_t from, size_t to)
{
    char text[TIME_TEXT_MAX];
    size_t n = time_format(c->run->ctx->now_ms, text);
    n = (to < n ? to : n) - from;
    char *p = path_run_alloc(c->run, n);
    if (!p)
        return false;
    memcpy(p, text + from, n);
    return path_run_push_text(c->run, c->out, kind, (struct str){p, n});
}

static bool fn_now(const struct path_call *c)
{
    return push_now(c, PATH_DATETIME, 0, TIME_TEXT_MAX);
}

static bool fn_today(const struct path_call *c)
{
    return push_now(c, PATH_DATE, 0, 10);
}

static bool fn_time_of_day(const struct path_call *c)
{
    return push_now(c, PATH_TIME, 11, 23);
}

/* The extensions of v with this url. */
static bool add_extensions(const struct path_call *c, const struct path_value *v, struct str url,
                           struct path_list *out)
{
    static const struct path_step step = {FHIR_NAME_extension, false};
    uint32_t from = out->count, kept = from;
    if (!path_step_chain(c->run, v, &step, 1, out))
        return false;
    for (uint32_t i = from; i < out->count; i++)
        if (str_eq(path_step_text(&out->item[i], FHIR_NAME_url), url))
            out->item[kept++] = out->item[i];
    out->count = kept;
    return true;
}

static bool fn_extension(const struct path_call *c)
{
    struct str url;
    bool empty;
    if (!path_fn_arg_text(c, 0, &url, &empty))
        return false;
    for (uint32_t i = 0; !empty && i < c->input->count; i++)
        if (!add_extensions(c, &c->input->item[i], url, c->out))
            return false;
    return true;
}

static bool fn_has_extension(const struct path_call *c)
{
    struct path_list found = {0};
    struct str url;
    bool empty;
    if (!path_fn_arg_text(c, 0, &url, &empty))
        return false;
    for (uint32_t i = 0; !empty && i < c->input->count; i++)
        if (!add_extensions(c, &c->input->item[i], url, &found))
            return false;
    return path_run_push_bool(c->run, c->out, found.count > 0);
}

static bool fn_has_value(const struct path_call *c)
{
    return path_run_push_bool(c->run, c->out,
                              c->input->count == 1 && path_step_has_value(&c->input->item[0]));
}

static bool fn_get_value(const struct path_call *c)
{
    struct path_value v;
    if (c->input->count != 1 || !path_step_has_value(&c->input->item[0]) ||
        !path_value_system(&c->input->item[0], &v))
        return true;
    return path_run_push(c->run, c->out, &v);
}

/* ---- resolve ---- */

/* Contained resource with this id in the context's resource or in the outermost one. */
static bool find_contained(const struct path_call *c, struct str id, struct path_value *out)
{
    const struct path_context *ctx = c->run->ctx;
    uint32_t roots[] = {ctx->resource, ctx->root_resource};
    for (size_t r = 0; r < sizeof roots / sizeof *roots; r++) {
        uint32_t list = json_get(ctx->doc, roots[r], FHIR_NAME_contained);
        if (list == UINT32_MAX || ctx->doc->nodes[list].kind != JSON_ARRAY)
            continue;
        JSON_EACH(ctx->doc, list, i)
        {
            if (ctx->doc->nodes[i].kind != JSON_OBJECT ||
                !str_eq(json_text(ctx->doc, json_get(ctx->doc, i, FHIR_NAME_id)), id))
                continue;
            *out = (struct path_value){.kind = PATH_NODE, .doc = ctx->doc, .node = i};
            out->type = fhir_resource_type(ctx->doc, i);
            return true;
        }
    }
    return false;
}

/* "Patient/1", "http://server/fhir/Patient/1", ".../Patient/1/_history/2": the type, 0 when it does not show.
 */
static fhir_type_id type_of_reference(struct str reference)
{
    struct str part, rest = reference, before[2] = {{NULL, 0}, {NULL, 0}};
    while (str_split(&rest, '/', &part)) {
        if (str_is(part, "_history"))
            break;
        before[0] = before[1];
        before[1] = part;
    }
    return before[0].p ? fhir_resource_find(before[0]) : 0;
}

/* The entry of a Bundle whose fullUrl is the reference, or ends in it ("Patient/1"). */
static bool find_entry(const struct path_call *c, struct str reference, struct path_value *out)
{
    const struct json_doc *doc = c->run->ctx->doc;
    uint32_t root = c->run->ctx->root_resource;
    uint32_t list =
        fhir_resource_type(doc, root) == FHIR_TYPE_Bundle ? json_get(doc, root, FHIR_NAME_entry) : UINT32_MAX;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return false;
    JSON_EACH(doc, list, e)
    {
        struct str url = json_text(doc, json_get(doc, e, FHIR_NAME_fullUrl));
        uint32_t resource = json_get(doc, e, FHIR_NAME_resource);
        bool whole = str_eq(url, reference);
        bool tail = url.n > reference.n && str_ends(url, reference) && url.p[url.n - reference.n - 1] == '/';
        if (resource == UINT32_MAX || !reference.n || (!whole && !tail))
            continue;
        *out = (struct path_value){.kind = PATH_NODE, .doc = doc, .node = resource};
        out->type = fhir_resource_type(doc, resource);
        return true;
    }
    return false;
}

/* Without the caller's help: contained resources, Bundle entries, else only the type. */
static bool resolve_alone(const struct path_call *c, struct str reference, struct path_value *out)
{
    if (c->run->ctx->doc && reference.n && reference.p[0] == '#') {
        if (reference.n > 1)
            return find_contained(c, str_sub(reference, 1, reference.n), out);
        *out = (struct path_value){
            .kind = PATH_NODE, .doc = c->run->ctx->doc, .node = c->run->ctx->root_resource};
        out->type = fhir_resource_type(out->doc, out->node);
        return true;
    }
    if (c->run->ctx->doc && find_entry(c, reference, out))
        return true;
    *out = (struct path_value){.kind = PATH_NODE, .node = UINT32_MAX, .type = type_of_reference(reference)};
    return out->type != 0;
}

static bool fn_resolve(const struct path_call *c)
{
    const struct path_context *ctx = c->run->ctx;
    for (uint32_t i = 0; i < c->input->count; i++) {
        const struct path_value *v = &c->input->item[i];
        struct path_value s, found = {0};
        struct str reference = {NULL, 0};
        if (v->kind == PATH_NODE && fhir_types[v->type].kind != FHIR_PRIMITIVE)
            reference = path_step_text(v, FHIR_NAME_reference);
        else if (path_value_system(v, &s) && s.kind == PATH_STRING)
            reference = s.text;
        if (!reference.p)
            continue;
        bool ok = ctx->resolve ? ctx->resolve(ctx->resolve_arg, reference, &found)
                               : resolve_alone(c, reference, &found);
        if (ok && !path_run_push(c->run, c->out, &found))
            return false;
    }
    return true;
}

/* ---- conformance ---- */

/* R4's own definitions are the types; profiles are known to no one on this floor. */
static bool fn_conforms_to(const struct path_call *c)
{
    static const struct str base = {"http://hl7.org/fhir/StructureDefinition/", 40};
    struct str url;
    bool empty;
    if (!path_fn_arg_text(c, 0, &url, &empty))
        return false;
    if (c->input->count > 1)
        return path_run_fail(c->run, c->node, "conformsTo() prövar bara ett värde",
                             "conformsTo() tests one value only");
    if (empty || c->input->count == 0)
        return true;
    fhir_type_id type = str_starts(url, base) ? fhir_type_find(str_sub(url, base.n, url.n)) : 0;
    if (!type)
        return path_run_fail(c->run, c->node, "profilen i conformsTo() är okänd",
                             "the profile in conformsTo() is unknown");
    struct path_type wanted = {type, 0};
    return path_run_push_bool(c->run, c->out, path_value_is(&c->input->item[0], wanted));
}

static bool fn_html_checks(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++)
        if (!path_run_push_bool(c->run, c->out, path_html_valid(path_value_text(&c->input->item[i]))))
            return false;
    return true;
}

const struct path_fn path_fn_fhir_table[] = {
    {"children", 0, 0, PATH_R_UNORDERED, 0, fn_children},
    {"descendants", 0, 0, PATH_R_UNORDERED, 0, fn_descendants},
    {"now", 0, 0, PATH_R_DATETIME, 0, fn_now},
    {"today", 0, 0, PATH_R_DATE, 0, fn_today},
    {"timeOfDay", 0, 0, PATH_R_TIME, 0, fn_time_of_day},
    {"extension", 1, 1, PATH_R_EXTENSION, 0, fn_extension},
    {"hasExtension", 1, 1, PATH_R_BOOLEAN, 0, fn_has_extension},
    {"hasValue", 0, 0, PATH_R_BOOLEAN, 0, fn_has_value},
    {"getValue", 0, 0, PATH_R_ANY, 0, fn_get_value},
    {"resolve", 0, 0, PATH_R_ANY, 0, fn_resolve},
    {"conformsTo", 1, 1, PATH_R_BOOLEAN, 0, fn_conforms_to},
    {"htmlChecks", 0, 0, PATH_R_BOOLEAN, 0, fn_html_checks},
    {"elementDefinition", 0, 0, PATH_R_ANY, 0, NULL},
    {"slice", 2, 2, PATH_R_ANY, 0, NULL},
    {NULL, 0, 0, 0, 0, NULL},
};
