/* SPDX-License-Identifier: Apache-2.0
 * Who somebody is and which assignments they have, read from the record as it is now: PractitionerRoles that
 * name the person, the unit each is at and the provider that is part of. What makes an assignment unfit here
 * makes access hide everything from it too (access_who); here it is told. */
#include "access/analysis.h"
#include "access/read_body.h"
#include "fhir_gen/names.h"
#include "gate/gate_int.h"

struct reading {
    struct gate *gate;
    struct arena *arena;
    struct person *out;
    int64_t now_ms;
    bool failed; /* memory, or a body that is none */
};

struct str gate_person_called(const struct json_doc *doc, struct arena *arena)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_name);
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY || doc->nodes[list].len == 0)
        return STR("");
    uint32_t name = list + 1, given = json_get(doc, name, FHIR_NAME_given);
    struct str text = json_text(doc, json_get(doc, name, FHIR_NAME_text));
    struct str family = json_text(doc, json_get(doc, name, FHIR_NAME_family));
    if (text.n)
        return arena_str(arena, text);
    struct str first = given != UINT32_MAX && doc->nodes[given].len ? json_text(doc, given + 1) : STR("");
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(first), first.n && family.n ? " " : "", STR_ARG(family));
}

/* The current body of "Type/id", parsed; false when it is not here. */
static bool body_of(struct store_read *r, fhir_type_id type, struct str reference, struct arena *arena,
                    struct store_version *v, struct json_doc *doc)
{
    struct str id = read_body_id_of(reference, str_of(fhir_types[type].name));
    struct err ignored;
    return id.n && store_get(r, type, id, arena, v, &ignored) == STORE_FOUND &&
           json_parse(arena, v->body, &fhir_names, doc, &ignored);
}

/* Goes up from the unit to the provider; both stay empty when the unit is not here. */
static void place(struct store_read *r, struct arena *arena, struct str unit, struct assignment *a)
{
    struct str at = unit;
    for (int i = 0; i < GATE_PATH_MAX && at.n; i++) {
        struct store_version v;
        struct json_doc doc;
        if (!body_of(r, FHIR_TYPE_Organization, at, arena, &v, &doc))
            return;
        a->provider = arena_printf(arena, "Organization/%.*s", STR_ARG(v.id));
        a->path[a->path_count++] = a->provider;
        a->provider_name = json_text(&doc, json_get(&doc, 0, FHIR_NAME_name));
        if (i == 0) {
            a->unit = a->provider;
            a->unit_name = a->provider_name;
        }
        at = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_partOf));
    }
}

/* What the person is called there: the text of the code, else the role's own name. */
static struct str title_of(const struct json_doc *doc, const struct rules_role *role)
{
    uint32_t code = json_get(doc, 0, FHIR_NAME_code);
    if (code != UINT32_MAX && doc->nodes[code].kind == JSON_ARRAY && doc->nodes[code].len) {
        struct str text = json_text(doc, json_get(doc, code + 1, FHIR_NAME_text));
        if (text.n)
            return text;
    }
    return role ? role->sv : STR("");
}

/* The purposes that the assignment names and its role may have; all of the role's when it names none. */
static void purposes(const struct rules *rules, const struct json_doc *doc, struct assignment *a)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_extension);
    bool named = false;
    a->purpose_count = 0;
    if (list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY) {
        JSON_EACH(doc, list, e)
        {
            if (!str_is(json_text(doc, json_get(doc, e, FHIR_NAME_url)), ACCESS_URL_PURPOSE))
                continue;
            named = true;
            size_t at = rules_purpose(rules, json_text(doc, json_get_key(doc, e, STR("valueCode"))));
            if (at < rules->purpose_count && a->role->purposes >> at & 1 &&
                a->purpose_count < GATE_PURPOSES_MAX)
                a->purpose[a->purpose_count++] = rules->purpose[at].code;
        }
    }
    for (size_t i = 0; !named && i < rules->purpose_count && a->purpose_count < GATE_PURPOSES_MAX; i++)
        if (a->role->purposes >> i & 1)
            a->purpose[a->purpose_count++] = rules->purpose[i].code;
}

/* Why nobody can act in it; NULL: it can be used. */
static const char *unfit(const struct json_doc *doc, const struct assignment *a, int64_t from_ms,
                         int64_t now_ms)
{
    uint32_t active = json_get(doc, 0, FHIR_NAME_active);
    if (active != UINT32_MAX && doc->nodes[active].kind == JSON_FALSE)
        return "inactive";
    if (now_ms < from_ms)
        return "not-begun";
    if (now_ms >= a->until_ms)
        return "ended";
    if (!a->role)
        return "no-role";
    if (!a->unit.n)
        return "no-unit";
    return a->purpose_count ? NULL : "no-purpose";
}

static bool each_role(void *arg, const struct store_version *v)
{
    struct reading *g = arg;
    struct json_doc *doc = ARENA_NEW(g->arena, struct json_doc);
    struct err ignored;
    if (v->type != FHIR_TYPE_PractitionerRole)
        return true;
    if (g->out->count == GATE_ASSIGNMENTS_MAX)
        return false;
    struct str body = arena_str(g->arena, v->body);
    if (!doc || !body.p || !json_parse(g->arena, body, &fhir_names, doc, &ignored)) {
        g->failed = true;
        return false;
    }
    int64_t from_ms;
    struct assignment *a = &g->out->assignment[g->out->count++];
    a->doc = doc;
    a->id = arena_printf(g->arena, "PractitionerRole/%.*s", STR_ARG(v->id));
    a->role =
        rules_role(g->gate->rules, read_body_code(doc, json_get(doc, 0, FHIR_NAME_code), ACCESS_URL_ROLE));
    a->title = title_of(doc, a->role);
    a->unit = read_body_reference(doc, json_get(doc, 0, FHIR_NAME_organization));
    read_body_period(doc, json_get(doc, 0, FHIR_NAME_period), &from_ms, &a->until_ms);
    if (a->role)
        purposes(g->gate->rules, doc, a);
    /* Finished by finish, when the units have been read. */
    a->unfit = unfit(doc, a, from_ms, g->now_ms);
    return true;
}

/* Is the assignment weighed by an analysis that holds? It ends with it. */
static bool weigh(struct reading *g, struct store_read *r, struct assignment *a, struct err *err)
{
    struct analysis found;
    struct analysis_asked asked = {a->doc, a->role->code, a->path, a->path_count};
    if (!analysis_read(r, g->gate->rules, &asked, g->arena, &found, err))
        return false;
    a->unfit = analysis_unfit(&found, g->now_ms);
    if (found.state == ANALYSIS_HOLDS && found.to_ms < a->until_ms)
        a->until_ms = found.to_ms;
    return true;
}

static bool finish(struct reading *g, struct store_read *r, struct err *err)
{
    for (size_t i = 0; i < g->out->count; i++) {
        struct assignment *a = &g->out->assignment[i];
        struct str unit = a->unit;
        a->unit = a->provider = a->unit_name = a->provider_name = STR("");
        place(r, g->arena, unit, a);
        if (!a->unfit && !a->unit.n)
            a->unfit = "no-unit";
        if (!a->unfit && !weigh(g, r, a, err))
            return false;
    }
    return true;
}

/* The person's own resource and name; *v stays empty when it is not here. */
static struct str read_name(struct store_read *r, struct str user, struct arena *arena,
                            struct store_version *v)
{
    static const struct {
        fhir_type_id type;
        enum access_kind kind;
    } types[] = {{FHIR_TYPE_Practitioner, ACCESS_STAFF},
                 {FHIR_TYPE_Patient, ACCESS_PATIENT},
                 {FHIR_TYPE_RelatedPerson, ACCESS_GUARDIAN}};
    struct json_doc doc;
    *v = (struct store_version){0};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (identity_kind(user) == types[i].kind && body_of(r, types[i].type, user, arena, v, &doc))
            return gate_person_called(&doc, arena);
    return STR("");
}

struct str gate_person_name(struct store_read *r, struct str user, struct arena *arena)
{
    struct store_version v;
    return read_name(r, user, arena, &v);
}

static bool read_person(struct reading *g, struct store_read *r, struct str user, struct err *err)
{
    struct store_version v;
    g->out->name = read_name(r, user, g->arena, &v);
    if (!v.rid || v.type != FHIR_TYPE_Practitioner)
        return true;
    fhir_param_id param = fhir_param_find(FHIR_TYPE_PractitionerRole, STR("practitioner"));
    if (!store_referrers(r, v.rid, param, 0, each_role, g, err))
        return false;
    if (!finish(g, r, err))
        return false;
    return !g->failed || err_set(err, ERR_NO_MEMORY, NULL);
}

bool gate_person_read(struct gate *g, struct str user, struct arena *arena, struct person *out,
                      struct err *err)
{
    struct reading reading = {g, arena, out, os_now_ms(), false};
    *out = (struct person){.name = STR("")};
    out->assignment = ARENA_ARRAY(arena, struct assignment, GATE_ASSIGNMENTS_MAX);
    if (!out->assignment)
        return err_set(err, ERR_NO_MEMORY, NULL);
    struct store_read *r = store_read_begin(g->opt.store, err);
    if (!r)
        return false;
    bool ok = read_person(&reading, r, user, err);
    store_read_end(r);
    return ok;
}
