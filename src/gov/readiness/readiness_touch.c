/* SPDX-License-Identifier: Apache-2.0
 * What a change of the record may change the readiness of: a unit's checkpoints, a definition's, or all. Too
 * many cost time, never truth. */
#include "readiness/readiness_int.h"

struct touch {
    struct readiness_work work;
    struct readiness *x;
    const struct feed_change *change;
    struct err *err;
    bool failed;
};
typedef bool touch_fn(struct touch *t, const struct json_doc *doc);

static bool mark(struct touch *t, struct str unit)
{
    if (!str_starts(unit, STR("Organization/")))
        return true;
    return readiness_side_mark(&t->x->side, unit, STR(""), READINESS_TOUCHED, t->err);
}

static bool mark_all(struct touch *t)
{
    return readiness_side_mark(&t->x->side, STR(""), STR(""), READINESS_WIDE, t->err);
}

static bool take_role(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct touch *t = arg;
    (void)v;
    t->failed = !mark(t, readiness_find_text(doc, 0, "organization.reference"));
    return !t->failed;
}

/* The units where somebody ("PractitionerRole/x" or "Practitioner/x") works. */
static bool mark_person(struct touch *t, struct str who)
{
    struct store_version v;
    struct json_doc doc;
    bool cut;
    if (str_starts(who, STR("PractitionerRole/"))) {
        int found = readiness_find_one(t->work.read, t->work.arena, who, &v, &doc, t->err);
        return found < 0 ? false : !found || mark(t, readiness_find_text(&doc, 0, "organization.reference"));
    }
    if (!str_starts(who, STR("Practitioner/")))
        return true;
    const struct search_param of[] = {{STR("practitioner"), who}};
    return readiness_find(&t->work, fhir_resource_find(STR("PractitionerRole")), of, 1, take_role, t, &cut,
                          t->err) &&
           !t->failed;
}

static bool touch_role(struct touch *t, const struct json_doc *doc)
{
    return mark(t, readiness_find_text(doc, 0, "organization.reference"));
}

static bool touch_response(struct touch *t, const struct json_doc *doc)
{
    return mark_person(t, readiness_find_text(doc, 0, "subject.reference"));
}

/* A unit's report is the unit's; one of no unit is everybody's. */
static bool touch_report(struct touch *t, const struct json_doc *doc)
{
    struct str url = readiness_find_text(doc, 0, "measure"),
               subject = readiness_find_text(doc, 0, "subject.reference");
    if (!str_starts(url, STR(READINESS_STYR)))
        return true;
    return subject.n ? mark(t, subject) : mark_all(t);
}

static bool touch_all(struct touch *t, const struct json_doc *doc)
{
    uint32_t list = json_get_key(doc, 0, STR("unit"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return mark_all(t);
    JSON_EACH(doc, list, i)
    if (!mark(t, readiness_find_text(doc, i, "reference")))
        return false;
    return true;
}

static bool touch_order(struct touch *t, const struct json_doc *doc)
{
    struct str who = readiness_find_text(doc, 0, "requester.reference");
    return str_starts(who, STR("Organization/")) ? mark(t, who) : mark_person(t, who);
}

static bool touch_document(struct touch *t, const struct json_doc *doc)
{
    uint32_t context = json_get_key(doc, 0, STR("context"));
    uint32_t list = context == UINT32_MAX ? context : json_get_key(doc, context, STR("related"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(doc, list, i)
    if (!mark(t, readiness_find_text(doc, i, "reference")))
        return false;
    return true;
}

/* A signature is its document's. */
static bool touch_signature(struct touch *t, const struct json_doc *doc)
{
    struct store_version v;
    struct json_doc of;
    struct str name = readiness_find_text(doc, 0, "target.reference");
    if (!str_starts(name, STR("DocumentReference/")))
        return true;
    int found = readiness_find_one(t->work.read, t->work.arena, name, &v, &of, t->err);
    return found < 0 ? false : !found || touch_document(t, &of);
}

static bool touch_definition(struct touch *t, const struct json_doc *doc)
{
    struct str name =
        arena_printf(t->work.arena, "CheckpointDefinition/%.*s", STR_ARG(readiness_find_text(doc, 0, "id")));
    return readiness_side_mark(&t->x->side, STR(""), name, READINESS_WIDE, t->err);
}

static const struct {
    const char *type;
    touch_fn *touch;
} touch_table[] = {
    {"PractitionerRole", touch_role},
    {"QuestionnaireResponse", touch_response},
    {"MeasureReport", touch_report},
    {"TestReport", touch_all},
    {"Incident", touch_all},
    {"Question", touch_all},
    {"ServiceRequest", touch_order},
    {"Task", touch_order},
    {"DocumentReference", touch_document},
    {"Provenance", touch_signature},
    {"CheckpointDefinition", touch_definition},
};

void readiness_touch_types(bool *types)
{
    for (size_t i = 0; i < sizeof touch_table / sizeof *touch_table; i++) {
        fhir_type_id type = fhir_resource_find(str_of(touch_table[i].type));
        if (type)
            types[type] = true;
    }
}

/* A version of the changed resource, as the table's row reads it. */
static bool touch_version(struct touch *t, touch_fn *fn, uint32_t version)
{
    struct store_version v;
    struct json_doc doc;
    enum store_found found =
        store_get_rid_version(t->work.read, t->change->rid, version, t->work.arena, &v, t->err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    return json_parse(t->work.arena, v.body, &fhir_names, &doc, t->err) && fn(t, &doc);
}

bool readiness_touch(struct readiness *x, struct store_read *r, const struct feed_change *c,
                     struct arena *arena, struct err *err)
{
    struct touch t = {.work = {.x = x, .read = r, .arena = arena, .today = readiness_find_today()},
                      .x = x,
                      .change = c,
                      .err = err};
    for (size_t i = 0; i < sizeof touch_table / sizeof *touch_table; i++) {
        if (!str_is(str_of(touch_table[i].type), fhir_types[c->type].name))
            continue;
        /* What it was about before, too: somebody who moves leaves a unit. */
        return touch_version(&t, touch_table[i].touch, c->version) &&
               (c->version < 2 || touch_version(&t, touch_table[i].touch, c->version - 1));
    }
    return true;
}

bool readiness_touch_person(struct readiness *x, struct store_read *r, struct str who, struct arena *arena,
                            struct err *err)
{
    struct touch t = {
        .work = {.x = x, .read = r, .arena = arena, .today = readiness_find_today()}, .x = x, .err = err};
    return mark_person(&t, who);
}
