/* SPDX-License-Identifier: Apache-2.0 */
#include "access/analysis.h"

#include "access/read_body.h"
#include "fhir_gen/names.h"

#define CONTEXT_TYPES "http://terminology.hl7.org/CodeSystem/usage-context-type"

/* The Library that the assignment's extension refers to; "" when there is none. */
static struct str linked(const struct json_doc *doc, bool *named)
{
    uint32_t e = read_body_extension(doc, 0, ACCESS_URL_ANALYSIS);
    *named = e != UINT32_MAX;
    uint32_t v = *named ? json_get_key(doc, e, STR("valueReference")) : UINT32_MAX;
    return read_body_id_of(read_body_reference(doc, v), STR("Library"));
}

static bool same_place(struct str a, struct str b)
{
    struct str x = read_body_id_of(a, STR("Organization")), y = read_body_id_of(b, STR("Organization"));
    return x.n && str_eq(x, y);
}

static bool covers_unit(const struct json_doc *doc, uint32_t context, const struct analysis_asked *asked)
{
    struct str place = read_body_reference(doc, json_get_key(doc, context, STR("valueReference")));
    for (size_t i = 0; i < asked->path_count; i++)
        if (same_place(place, asked->path[i]))
            return true;
    return false;
}

struct covered {
    bool role, unit;
};

static struct covered covered(const struct json_doc *doc, const struct analysis_asked *asked)
{
    struct covered c = {false, false};
    uint32_t list = json_get(doc, 0, FHIR_NAME_useContext);
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return c;
    JSON_EACH(doc, list, i)
    {
        uint32_t code = json_get(doc, i, FHIR_NAME_code);
        if (code == UINT32_MAX || doc->nodes[code].kind != JSON_OBJECT ||
            !str_is(json_text(doc, json_get(doc, code, FHIR_NAME_system)), CONTEXT_TYPES))
            continue;
        struct str what = json_text(doc, json_get(doc, code, FHIR_NAME_code));
        uint32_t concept = json_get_key(doc, i, STR("valueCodeableConcept"));
        if (str_is(what, "user") && asked->role.n)
            c.role = c.role || str_eq(read_body_code(doc, concept, ACCESS_URL_ROLE), asked->role);
        if (str_is(what, "venue"))
            c.unit = c.unit || covers_unit(doc, i, asked);
    }
    return c;
}

/* When it holds; false when it does not say until when. */
static bool times(const struct json_doc *doc, const struct rules *rules, struct analysis *out)
{
    int64_t low, high;
    read_body_period(doc, json_get(doc, 0, FHIR_NAME_effectivePeriod), &out->from_ms, &out->to_ms);
    if (out->to_ms != INT64_MAX)
        return true;
    if (!read_body_time(json_text(doc, json_get(doc, 0, FHIR_NAME_approvalDate)), &low, &high))
        return false;
    if (out->from_ms == INT64_MIN)
        out->from_ms = low;
    out->to_ms = low + rules->times.analysis_ms;
    return true;
}

static enum analysis_state judge(const struct json_doc *doc, const struct rules *rules,
                                 const struct analysis_asked *asked, struct analysis *out)
{
    bool timed = times(doc, rules, out);
    struct covered c = covered(doc, asked);
    if (!str_is(read_body_code(doc, json_get(doc, 0, FHIR_NAME_type), ACCESS_URL_LIBRARY),
                "needs-and-risk-analysis"))
        return ANALYSIS_GONE;
    if (!str_is(json_text(doc, json_get(doc, 0, FHIR_NAME_status)), "active"))
        return ANALYSIS_DRAFT;
    if (!c.role)
        return ANALYSIS_ROLE;
    if (!c.unit)
        return ANALYSIS_UNIT;
    return timed ? ANALYSIS_HOLDS : ANALYSIS_OPEN;
}

bool analysis_read(struct store_read *r, const struct rules *rules, const struct analysis_asked *asked,
                   struct arena *arena, struct analysis *out, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    bool named;
    struct str id = linked(asked->assignment, &named);
    *out = (struct analysis){named ? ANALYSIS_GONE : ANALYSIS_NONE, STR(""), STR(""), INT64_MIN, INT64_MAX};
    if (!id.n)
        return true;
    out->reference = arena_printf(arena, "Library/%.*s", STR_ARG(id));
    enum store_found found = store_get(r, FHIR_TYPE_Library, id, arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!json_parse(arena, v.body, &fhir_names, &doc, err))
        return false;
    struct str title = json_text(&doc, json_get(&doc, 0, FHIR_NAME_title));
    out->title = arena_str(arena, title.n ? title : json_text(&doc, json_get(&doc, 0, FHIR_NAME_name)));
    out->state = judge(&doc, rules, asked, out);
    return true;
}

const char *analysis_unfit(const struct analysis *a, int64_t now_ms)
{
    static const char *const why[] = {
        [ANALYSIS_HOLDS] = NULL,           [ANALYSIS_NONE] = "no-analysis",
        [ANALYSIS_GONE] = "analysis-gone", [ANALYSIS_DRAFT] = "analysis-draft",
        [ANALYSIS_ROLE] = "analysis-role", [ANALYSIS_UNIT] = "analysis-unit",
        [ANALYSIS_OPEN] = "analysis-open",
    };
    if (a->state != ANALYSIS_HOLDS)
        return why[a->state];
    return now_ms < a->from_ms ? "analysis-not-begun" : now_ms >= a->to_ms ? "analysis-ended" : NULL;
}
