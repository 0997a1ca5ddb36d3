/* SPDX-License-Identifier: Apache-2.0 */
#include "access/report.h"

#include <stdlib.h>

#include "access/read_body.h"
#include "fhir_gen/names.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* Names of things that are tried, which no store gives. */
#define TRIED_PATIENT INT64_MAX
#define TRIED_UNIT (INT64_MAX - 1)
#define TRIED_PROVIDER (INT64_MAX - 2)
#define TRIED_RECORD (INT64_MAX - 3)
#define TRIED_BLOCK (INT64_MAX - 4)

static const char *const where_code[] = {[REPORT_OWN] = "own-unit",
                                         [REPORT_SAME] = "same-provider",
                                         [REPORT_OTHER] = "other-provider",
                                         [REPORT_APART] = "not-joined"};

const char *report_where_code(enum report_where where)
{
    return where_code[where];
}

const char *report_have_code(enum report_have one)
{
    static const struct {
        enum report_have have;
        const char *code;
    } codes[] = {{REPORT_RELATION, "relation"},
                 {REPORT_CHOICE, "choice"},
                 {REPORT_CONSENT, "consent"},
                 {REPORT_EMERGENCY, "emergency"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].have == one)
            return codes[i].code;
    return "";
}

size_t report_enough(uint16_t reads, uint8_t out[REPORT_HAVES])
{
    size_t n = 0;
    for (unsigned have = 0; have < REPORT_HAVES; have++) {
        bool smaller = false;
        if (!(reads >> have & 1))
            continue;
        for (size_t i = 0; i < n; i++)
            smaller = smaller || (out[i] & have) == out[i];
        if (!smaller)
            out[n++] = (uint8_t)have;
    }
    return n;
}

/* ---- trying the decision ---- */

struct trial {
    const struct rules *rules;
    const struct region_org *unit;
    struct decide_caller me;
    int64_t now_ms;
};

static struct decide_label label_of(const struct trial *t, fhir_type_id type, enum report_where where,
                                    store_rid path[2])
{
    store_rid home = region_provider(t->unit);
    path[0] = where == REPORT_OWN ? t->unit->rid : TRIED_UNIT;
    path[1] = where == REPORT_OWN || where == REPORT_SAME ? home : TRIED_PROVIDER;
    return (struct decide_label){.type = type,
                                 .flags = DECIDE_SIGNED,
                                 .rid = TRIED_RECORD,
                                 .unit = path[0],
                                 .path = path,
                                 .path_count = 2,
                                 .provider = path[1],
                                 .joined = where != REPORT_APART,
                                 .date_ms = INT64_MIN};
}

static bool try_one(const struct trial *t, fhir_type_id type, enum report_where where, unsigned have,
                    bool blocked)
{
    store_rid path[2];
    struct decide_label label = label_of(t, type, where, path);
    struct decide_block block = {TRIED_BLOCK, path[0], false, INT64_MIN, INT64_MAX};
    struct decide_relation relation = {t->me.unit, INT64_MIN, INT64_MAX};
    struct decide_grant grant[3];
    struct decide_patient patient = {.rid = TRIED_PATIENT,
                                     .known = true,
                                     .birth_ms = INT64_MIN,
                                     .block = &block,
                                     .block_count = blocked,
                                     .grant = grant,
                                     .relation = &relation,
                                     .relation_count = have & REPORT_RELATION ? 1 : 0};
    const struct {
        enum report_have have;
        enum decide_grant_kind kind;
        store_rid whom;
    } grants[] = {{REPORT_CHOICE, DECIDE_CHOICE, t->me.assignment},
                  {REPORT_CONSENT, DECIDE_CONSENT, t->me.provider},
                  {REPORT_EMERGENCY, DECIDE_EMERGENCY, t->me.assignment}};
    for (size_t i = 0; i < 3; i++)
        if (have & grants[i].have)
            grant[patient.grant_count++] = (struct decide_grant){
                .kind = grants[i].kind, .to_whom = grants[i].whom, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    const struct decide_patient *patients = &patient;
    struct decide_question q = {.rules = t->rules,
                                .caller = &t->me,
                                .label = &label,
                                .patient = &patients,
                                .patient_count = 1,
                                .now_ms = t->now_ms,
                                .action = ACCESS_READ};
    return decide_sight(&q).sight != DECIDE_HIDE;
}

/* A type of patients' records that the role may read; 0: none. */
static fhir_type_id readable(const struct rules *rules, const struct rules_role *role)
{
    for (fhir_type_id type = 1; type < fhir_type_count; type++)
        if (fhir_types[type].kind == FHIR_RESOURCE && rules->class_of[type] == RULES_RECORD &&
            rules_may(rules, role, type, false) & ACCESS_READ)
            return type;
    return 0;
}

static void try_all(const struct trial *t, struct report_row *row)
{
    fhir_type_id type = row->role && !row->unfit ? readable(t->rules, row->role) : 0;
    for (unsigned have = 0; type && have < REPORT_HAVES; have++)
        for (int where = 0; where < REPORT_WHERES; where++) {
            if (try_one(t, type, (enum report_where)where, have, false))
                row->reads[where] |= (uint16_t)(1U << have);
            if (try_one(t, type, (enum report_where)where, have, true))
                row->blocked[where] |= (uint16_t)(1U << have);
        }
}

bool report_may_read(const struct rules *rules, const struct report_row *row, fhir_type_id type)
{
    return row->role && !row->unfit && rules_may(rules, row->role, type, false) & ACCESS_READ;
}

/* ---- an assignment ---- */

struct making {
    struct store_read *r;
    const struct report_options *opt;
    struct arena *arena;
    struct report *out;
    const struct region_org *unit;
    struct str *body; /* of the PractitionerRoles */
    store_rid *rid;
    struct err *err;
    bool failed;
};

static bool each_role(void *arg, const struct store_version *v)
{
    struct making *m = arg;
    if (v->type != FHIR_TYPE_PractitionerRole)
        return true;
    if (m->out->count == REPORT_ROWS_MAX) {
        m->out->more = true;
        return false;
    }
    m->rid[m->out->count] = v->rid;
    m->body[m->out->count] = arena_str(m->arena, v->body);
    m->out->row[m->out->count].assignment = arena_printf(m->arena, "PractitionerRole/%.*s", STR_ARG(v->id));
    m->failed = !m->body[m->out->count++].p;
    return !m->failed;
}

static struct str title_of(const struct json_doc *doc, const struct rules_role *role)
{
    uint32_t code = json_get(doc, 0, FHIR_NAME_code);
    struct str text = code != UINT32_MAX && doc->nodes[code].kind == JSON_ARRAY && doc->nodes[code].len
                          ? json_text(doc, json_get(doc, code + 1, FHIR_NAME_text))
                          : STR("");
    return text.n ? text : role ? role->sv : STR("");
}

static void add_purpose(struct report_row *row, const struct rules *rules, size_t at)
{
    if (at < rules->purpose_count && row->role->purposes >> at & 1 &&
        row->purpose_count < REPORT_PURPOSES_MAX)
        row->purpose[row->purpose_count++] = rules->purpose[at].code;
}

/* Those the assignment names and its role may have; all of the role's when it names none. */
static void purposes(const struct json_doc *doc, const struct rules *rules, struct report_row *row)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_extension);
    bool named = false;
    if (list != UINT32_MAX && doc->nodes[list].kind == JSON_ARRAY) {
        JSON_EACH(doc, list, e)
        {
            if (!str_is(json_text(doc, json_get(doc, e, FHIR_NAME_url)), ACCESS_URL_PURPOSE))
                continue;
            named = true;
            add_purpose(row, rules,
                        rules_purpose(rules, json_text(doc, json_get_key(doc, e, STR("valueCode")))));
        }
    }
    for (size_t i = 0; !named && i < rules->purpose_count; i++)
        add_purpose(row, rules, i);
}

static bool cares(const struct rules *rules, const struct report_row *row)
{
    for (size_t i = 0; i < row->purpose_count; i++) {
        size_t at = rules_purpose(rules, row->purpose[i]);
        if (at < rules->purpose_count && rules->purpose[at].care)
            return true;
    }
    return false;
}

static const char *unfit(const struct json_doc *doc, const struct report_row *row, int64_t now_ms)
{
    uint32_t active = json_get(doc, 0, FHIR_NAME_active);
    if (active != UINT32_MAX && doc->nodes[active].kind == JSON_FALSE)
        return "inactive";
    if (now_ms < row->from_ms)
        return "not-begun";
    if (now_ms >= row->to_ms)
        return "ended";
    if (!row->role)
        return "no-role";
    return row->purpose_count ? analysis_unfit(&row->analysis, now_ms) : "no-purpose";
}

/* Name of a Practitioner or an Organization; "" when it is not here. */
static bool name_of(struct making *m, fhir_type_id type, struct str id, struct str *out)
{
    struct store_version v;
    struct json_doc doc;
    *out = STR("");
    enum store_found found = id.n ? store_get(m->r, type, id, m->arena, &v, m->err) : STORE_ABSENT;
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!json_parse(m->arena, v.body, &fhir_names, &doc, m->err))
        return false;
    uint32_t name = json_get(&doc, 0, FHIR_NAME_name);
    if (name == UINT32_MAX)
        return true;
    if (doc.nodes[name].kind != JSON_ARRAY) {
        *out = json_text(&doc, name);
        return true;
    }
    uint32_t given = json_get(&doc, name + 1, FHIR_NAME_given);
    struct str text = json_text(&doc, json_get(&doc, name + 1, FHIR_NAME_text));
    struct str first = given != UINT32_MAX && doc.nodes[given].len ? json_text(&doc, given + 1) : STR("");
    struct str family = json_text(&doc, json_get(&doc, name + 1, FHIR_NAME_family));
    *out = text.n ? text
                  : arena_printf(m->arena, "%.*s%s%.*s", STR_ARG(first), first.n && family.n ? " " : "",
                                 STR_ARG(family));
    return true;
}

/* Counts the assignment's Consents of the last days. */
static bool each_consent(void *arg, const struct store_version *v)
{
    struct {
        struct report_row *row;
        struct arena *arena;
        int64_t since_ms;
    } *c = arg;
    struct arena_mark mark = arena_mark(c->arena);
    struct json_doc doc;
    struct err ignored;
    int64_t low, high;
    if (v->type == FHIR_TYPE_Consent && json_parse(c->arena, v->body, &fhir_names, &doc, &ignored) &&
        read_body_time(json_text(&doc, json_get(&doc, 0, FHIR_NAME_dateTime)), &low, &high) &&
        low >= c->since_ms) {
        struct str kind = read_body_code(&doc, json_get(&doc, 0, FHIR_NAME_category), ACCESS_URL_CATEGORY);
        c->row->emergencies += str_is(kind, "emergency");
        c->row->choices += str_is(kind, "active-choice");
    }
    arena_rewind(c->arena, mark);
    return true;
}

static bool count_grants(struct making *m, store_rid assignment, struct report_row *row)
{
    struct {
        struct report_row *row;
        struct arena *arena;
        int64_t since_ms;
    } c = {row, m->arena, m->opt->now_ms - REPORT_DAYS * DAY_MS};
    fhir_param_id actor = fhir_param_find(FHIR_TYPE_Consent, STR("actor"));
    return store_referrers(m->r, assignment, actor, 0, each_consent, &c, m->err);
}

static bool fill(struct making *m, size_t i)
{
    struct report_row *row = &m->out->row[i];
    const struct report_options *o = m->opt;
    struct json_doc doc;
    struct str path[REGION_DEPTH_MAX];
    if (!json_parse(m->arena, m->body[i], &fhir_names, &doc, m->err))
        return false;
    struct str person = read_body_reference(&doc, json_get(&doc, 0, FHIR_NAME_practitioner));
    struct str id = read_body_id_of(person, STR("Practitioner"));
    row->person = id.n ? arena_printf(m->arena, "Practitioner/%.*s", STR_ARG(id)) : STR("");
    row->role =
        rules_role(o->rules, read_body_code(&doc, json_get(&doc, 0, FHIR_NAME_code), ACCESS_URL_ROLE));
    row->title = title_of(&doc, row->role);
    read_body_period(&doc, json_get(&doc, 0, FHIR_NAME_period), &row->from_ms, &row->to_ms);
    if (row->role)
        purposes(&doc, o->rules, row);
    struct analysis_asked asked = {&doc, row->role ? row->role->code : STR(""), path,
                                   region_path(o->region, m->unit->rid, m->arena, path)};
    if (!analysis_read(m->r, o->rules, &asked, m->arena, &row->analysis, m->err) ||
        !name_of(m, FHIR_TYPE_Practitioner, id, &row->name) || !count_grants(m, m->rid[i], row))
        return false;
    row->unfit = unfit(&doc, row, o->now_ms);
    row->login_ms = o->login && row->person.n ? o->login(o->arg, row->person) : 0;
    struct trial t = {.rules = o->rules,
                      .unit = m->unit,
                      .me = {.kind = ACCESS_STAFF,
                             .usable = !row->unfit,
                             .care = cares(o->rules, row),
                             .assignment = m->rid[i],
                             .unit = m->unit->rid,
                             .provider = region_provider(m->unit),
                             .joined = m->unit->shares,
                             .role = row->role,
                             .scoped = UINT32_MAX},
                      .now_ms = o->now_ms};
    try_all(&t, row);
    return true;
}

/* ---- the other units ---- */

static bool add_place(struct making *m, enum report_where where, const struct region_org *o)
{
    struct report *out = m->out;
    if (out->place_count == REPORT_PLACES_MAX) {
        out->more = true;
        return true;
    }
    struct report_place *p = &out->place[out->place_count++];
    p->where = where;
    p->id = arena_printf(m->arena, "Organization/%.*s", STR_ARG(o->id));
    return name_of(m, FHIR_TYPE_Organization, o->id, &p->name);
}

/* Every unit of the same provider; of others the provider, and units that share otherwise than it does. */
static bool places(struct making *m)
{
    const struct region *g = m->opt->region;
    store_rid home = region_provider(m->unit);
    for (size_t i = 0; i < g->count; i++) {
        const struct region_org *o = &g->org[i], *top = region_find(g, region_provider(o));
        bool ok = true;
        if (o == m->unit)
            continue;
        if (top->rid == home)
            ok = add_place(m, REPORT_SAME, o);
        else if (o == top || o->shares != top->shares)
            ok = add_place(m, o->shares ? REPORT_OTHER : REPORT_APART, o);
        if (!ok)
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct report_row *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    return c ? c : str_cmp(x->assignment, y->assignment);
}

bool report_make(struct store_read *r, const struct report_options *opt, struct arena *arena,
                 struct report *out, struct err *err)
{
    struct str named = arena_printf(arena, "Organization/%.*s", STR_ARG(opt->unit));
    struct making m = {r, opt, arena, out, region_named(opt->region, named), NULL, NULL, err, false};
    *out = (struct report){.unit = named, .made_ms = opt->now_ms};
    if (!m.unit)
        return err_set_str(err, ERR_NOT_FOUND, named, STR(""));
    const struct region_org *top = region_find(opt->region, region_provider(m.unit));
    out->provider = arena_printf(arena, "Organization/%.*s", STR_ARG(top->id));
    out->joined = m.unit->shares;
    out->row = ARENA_ARRAY(arena, struct report_row, REPORT_ROWS_MAX);
    out->place = ARENA_ARRAY(arena, struct report_place, REPORT_PLACES_MAX);
    m.body = ARENA_ARRAY(arena, struct str, REPORT_ROWS_MAX);
    m.rid = ARENA_ARRAY(arena, store_rid, REPORT_ROWS_MAX);
    if (!out->row || !out->place || !m.body || !m.rid)
        return err_set(err, ERR_NO_MEMORY, NULL);
    fhir_param_id at = fhir_param_find(FHIR_TYPE_PractitionerRole, STR("organization"));
    if (!name_of(&m, FHIR_TYPE_Organization, m.unit->id, &out->unit_name) ||
        !name_of(&m, FHIR_TYPE_Organization, top->id, &out->provider_name) ||
        !store_referrers(r, m.unit->rid, at, 0, each_role, &m, err))
        return false;
    if (m.failed)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < out->count; i++)
        if (!fill(&m, i))
            return false;
    if (!places(&m))
        return false;
    qsort(out->row, out->count, sizeof *out->row, by_name);
    return true;
}
