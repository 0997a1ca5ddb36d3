/* SPDX-License-Identifier: Apache-2.0 */
#include "api/audit_event.h"

#include <stdio.h>

#include "audit/audit_index.h"
#include "base/time.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"

enum { EVENT_WAIT_MS = 3000, EVENT_COUNT = 50, EVENT_BYTES_MAX = 64 << 20 };

bool audit_event_is(const struct call *c)
{
    return c->type == FHIR_TYPE_AuditEvent && !c->compartment && c->api->audit;
}

bool audit_event_allowed(const struct call *c, struct err *err)
{
    if (!audit_event_is(c) || c->route->run == read_run || c->route->run == search_call ||
        c->route->run == search_call_form)
        return true;
    static call_fn *const own[] = {op_audit_flags_run, op_audit_sample_run, op_audit_review_run,
                                   op_audit_mine_run};
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        if (c->route->run == own[i])
            return true;
    return err_set_str(err, ERR_METHOD, c->method, call_path(c));
}

/* ---- a record as AuditEvent ---- */

struct record {
    struct json_doc doc;
    bool mine; /* shown to whom it is about: without what the log knows beyond what that person did */
};

static struct str text_of(const struct record *r, const char *key)
{
    return json_text(&r->doc, json_get_key(&r->doc, 0, str_of(key)));
}

static void put_text(struct json_out *o, const char *key, struct str text)
{
    if (text.n)
        json_out_string(o, key, text);
}

static void put_coding(struct json_out *o, const char *key, const char *system, struct str code)
{
    json_out_object(o, key);
    json_out_cstr(o, "system", system);
    json_out_string(o, "code", code);
    json_out_end_object(o);
}

static void put_reference(struct json_out *o, const char *key, struct str reference)
{
    if (reference.n)
        fhir_out_reference(o, key, reference);
}

static void put_concept(struct json_out *o, const char *key, const char *system, struct str code)
{
    if (!code.n)
        return;
    json_out_array(o, key);
    json_out_object(o, NULL);
    json_out_array(o, "coding");
    put_coding(o, NULL, system, code);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_end_array(o);
}

static void put_agents(struct json_out *o, const struct record *r)
{
    struct str origin = text_of(r, "origin");
    json_out_array(o, "agent");
    json_out_object(o, NULL);
    put_concept(o, "role", "https://helhet.example/fhir/CodeSystem/role", text_of(r, "role"));
    put_reference(o, "who", text_of(r, "user"));
    put_text(o, "altId", text_of(r, "account"));
    json_out_bool(o, "requestor", true);
    if (origin.n) {
        json_out_object(o, "network");
        json_out_string(o, "address", origin);
        json_out_cstr(o, "type", "2");
        json_out_end_object(o);
    }
    json_out_end_object(o);
    static const char *const others[] = {"assignment", "unit", "provider"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct str who = text_of(r, others[i]);
        if (!who.n)
            continue;
        json_out_object(o, NULL);
        put_reference(o, "who", who);
        json_out_cstr(o, "name", others[i]);
        json_out_bool(o, "requestor", false);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void put_patient(struct json_out *o, struct str id)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_cstr(&b, "Patient/");
    buf_str(&b, id);
    json_out_object(o, NULL);
    put_reference(o, "what", buf_get(&b));
    put_coding(o, "type", "http://terminology.hl7.org/CodeSystem/audit-entity-type", STR("1"));
    put_coding(o, "role", "http://terminology.hl7.org/CodeSystem/object-role", STR("1"));
    json_out_end_object(o);
    buf_release(&b);
}

static void put_detail(struct json_out *o, const struct record *r, const char *name)
{
    uint32_t at = json_get_key(&r->doc, 0, str_of(name));
    if (at == UINT32_MAX)
        return;
    json_out_object(o, NULL);
    json_out_cstr(o, "type", name);
    json_out_string(o, "valueString",
                    r->doc.nodes[at].kind == JSON_TRUE ? STR("true") : json_text(&r->doc, at));
    json_out_end_object(o);
}

/* The resource, with what else the record says of the call. */
static void put_what(struct json_out *o, const struct record *r)
{
    static const char *const details[] = {"status",   "params", "many", "emergency", "session",
                                          "happened", "about",  "note", "withheld"};
    size_t shown = sizeof(details) / sizeof(*details) - (r->mine ? 3 : 0);
    struct str resource = text_of(r, "resource");
    size_t slash = str_find(resource, '/', 0);
    fhir_type_id type = slash == SIZE_MAX ? 0 : fhir_resource_find(str_sub(resource, 0, slash));
    json_out_object(o, NULL);
    if (type)
        put_reference(o, "what", resource);
    else
        json_out_string(o, "name", resource.n ? resource : text_of(r, "action"));
    put_coding(o, "type", "http://terminology.hl7.org/CodeSystem/audit-entity-type", STR("2"));
    json_out_array(o, "detail");
    for (size_t i = 0; i < shown; i++)
        put_detail(o, r, details[i]);
    put_detail(o, r, "seq");
    json_out_end_array(o);
    json_out_end_object(o);
}

static const struct {
    const char *name, *code;
} event_outcomes[] = {
    [AUDIT_DONE] = {"done", "0"}, [AUDIT_REFUSED] = {"refused", "4"}, [AUDIT_FAILED] = {"failed", "8"}};

enum { EVENT_OUTCOMES = sizeof(event_outcomes) / sizeof(*event_outcomes) };

static void put_flags(struct json_out *o, const struct record *r)
{
    uint32_t flags = json_get_key(&r->doc, 0, STR("flags"));
    if (flags == UINT32_MAX || r->mine)
        return;
    json_out_array(o, "extension");
    JSON_EACH(&r->doc, flags, i)
    {
        json_out_object(o, NULL);
        json_out_cstr(o, "url", "https://helhet.example/fhir/StructureDefinition/flag");
        json_out_string(o, "valueCode", json_text(&r->doc, i));
        json_out_end_object(o);
    }
    json_out_end_array(o);
}

static void put_event(struct json_out *o, const struct record *r)
{
    uint32_t patients = json_get_key(&r->doc, 0, STR("patients"));
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "AuditEvent");
    json_out_string(o, "id", text_of(r, "seq"));
    put_flags(o, r);
    put_coding(o, "type", "http://terminology.hl7.org/CodeSystem/audit-event-type", STR("rest"));
    json_out_array(o, "subtype");
    put_coding(o, NULL, "https://helhet.example/fhir/CodeSystem/audit-action", text_of(r, "action"));
    json_out_end_array(o);
    put_text(o, "action", text_of(r, "code"));
    json_out_string(o, "recorded", text_of(r, "time"));
    for (size_t i = 0; i < EVENT_OUTCOMES; i++)
        if (str_is(text_of(r, "outcome"), event_outcomes[i].name))
            json_out_cstr(o, "outcome", event_outcomes[i].code);
    put_text(o, "outcomeDesc", text_of(r, "why"));
    put_concept(o, "purposeOfEvent", "https://helhet.example/fhir/CodeSystem/purpose", text_of(r, "purpose"));
    put_agents(o, r);
    json_out_object(o, "source");
    json_out_object(o, "observer");
    json_out_cstr(o, "display", "Helhet");
    json_out_end_object(o);
    json_out_end_object(o);
    json_out_array(o, "entity");
    put_what(o, r);
    if (patients != UINT32_MAX)
        JSON_EACH(&r->doc, patients, i) put_patient(o, json_text(&r->doc, i));
    json_out_end_array(o);
    json_out_end_object(o);
}

static bool write_event(struct call *c, const struct audit_found *f, bool mine, const struct subset *s,
                        struct buf *out, struct err *err)
{
    struct record r = {.mine = mine};
    struct json_out o;
    struct buf event;
    buf_init(&event, EVENT_BYTES_MAX);
    json_out_init(&o, &event);
    bool ok = json_parse(c->arena, f->json, NULL, &r.doc, err);
    if (ok) {
        put_event(&o, &r);
        ok = (buf_ok(&event) || err_set(err, ERR_NO_MEMORY, NULL)) &&
             resource_write(c->arena, buf_get(&event), s, out, err);
    }
    buf_release(&event);
    return ok;
}

/* ---- asking the index ---- */

struct audit_index *audit_event_index(struct call *c, struct err *err)
{
    if (!c->api->audit) {
        err_set(err, ERR_AUDIT_OFF, NULL);
        return NULL;
    }
    return audit_index_wait(c->api->audit, EVENT_WAIT_MS, err) ? audit_index_beside(c->api->audit, err)
                                                               : NULL;
}

static bool find(struct call *c, const struct audit_query *q, struct audit_found **found, size_t *count,
                 uint64_t *total, struct err *err)
{
    struct audit_index *x = audit_event_index(c, err);
    bool ok = x && audit_index_find(x, q, c->arena, found, count, total, err);
    audit_index_close(x);
    return ok;
}

bool audit_event_read(struct call *c)
{
    static const char *const params[] = {"_summary", "_elements", NULL};
    struct audit_query q = {.limit = 1};
    struct audit_found *found;
    size_t count = 0;
    struct subset subset;
    struct buf out;
    struct err err = {0};
    bool number = str_u64(c->id, INT64_MAX, &q.seq) && q.seq;
    if (!call_params_only(c, params, &err) || !subset_parse(c, &subset, &err) ||
        (number && !find(c, &q, &found, &count, NULL, &err)))
        return outcome_fail(c, &err);
    if (!count) {
        err_set_str(&err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
        return outcome_fail(c, &err);
    }
    buf_init(&out, EVENT_BYTES_MAX);
    if (write_event(c, found, false, &subset, &out, &err))
        return resource_answer_buf(c, &out, 200);
    buf_release(&out);
    return outcome_fail(c, &err);
}

/* ---- searching ---- */

struct asked {
    struct audit_query q;
    bool no_total, mine;
};

typedef bool take_fn(struct asked *a, struct str value);

static bool take_id(struct asked *a, struct str value)
{
    return str_u64(value, INT64_MAX, &a->q.seq) && a->q.seq;
}

static void narrow(struct asked *a, int64_t low, int64_t high)
{
    if (low && low > a->q.low_ms)
        a->q.low_ms = low;
    if (high && (!a->q.high_ms || high < a->q.high_ms))
        a->q.high_ms = high;
}

static bool take_date(struct asked *a, struct str value)
{
    struct str prefix = str_sub(value, 0, 2);
    bool has = value.n > 2 && value.p[0] >= 'a';
    struct time_value v;
    if (!time_parse(has ? str_sub(value, 2, value.n) : value, true, &v))
        return false;
    struct time_span s = time_span(&v, 0);
    if (!has || str_is(prefix, "eq"))
        narrow(a, s.low_ms, s.high_ms);
    else if (str_is(prefix, "ge"))
        narrow(a, s.low_ms, 0);
    else if (str_is(prefix, "gt"))
        narrow(a, s.high_ms, 0);
    else if (str_is(prefix, "lt"))
        narrow(a, 0, s.low_ms);
    else if (str_is(prefix, "le"))
        narrow(a, 0, s.high_ms);
    else
        return false;
    return true;
}

static bool take_patient(struct asked *a, struct str value)
{
    if (str_starts(value, STR("Patient/")))
        value = str_sub(value, 8, value.n);
    a->q.patient = value;
    return fhir_prim_valid(FHIR_PRIM_ID, value);
}

/* A person, an assignment, or a unit. */
static bool take_agent(struct asked *a, struct str value)
{
    if (str_starts(value, STR("Organization/")))
        a->q.unit = value;
    else if (str_starts(value, STR("PractitionerRole/")))
        a->q.assignment = value;
    else
        a->q.user = value;
    return str_find(value, '/', 0) != SIZE_MAX;
}

static bool take_flag(struct asked *a, struct str value)
{
    a->q.bits = audit_flag_named(value);
    return a->q.bits;
}

static bool take_about(struct asked *a, struct str value)
{
    if (str_starts(value, STR("AuditEvent/")))
        value = str_sub(value, 11, value.n);
    return str_u64(value, INT64_MAX, &a->q.about) && a->q.about;
}

static bool take_account(struct asked *a, struct str value)
{
    a->q.account = value;
    return value.n > 0;
}

static bool take_entity(struct asked *a, struct str value)
{
    a->q.entity = value;
    return str_find(value, '/', 0) != SIZE_MAX;
}

static bool take_action(struct asked *a, struct str value)
{
    a->q.code = value.n == 1 ? value.p[0] : 0;
    return a->q.code && strchr("CRUDE", a->q.code);
}

static bool take_outcome(struct asked *a, struct str value)
{
    for (size_t i = 0; i < EVENT_OUTCOMES; i++)
        if (str_is(value, event_outcomes[i].code))
            a->q.outcome = (int)i + 1;
    return a->q.outcome;
}

static bool take_count(struct asked *a, struct str value)
{
    uint64_t n;
    bool ok = str_u64(value, UINT32_MAX, &n);
    a->q.limit = n < AUDIT_FIND_MAX ? (size_t)n : AUDIT_FIND_MAX;
    return ok;
}

static bool take_page(struct asked *a, struct str value)
{
    return str_u64(value, INT64_MAX, &a->q.before) && a->q.before;
}

static bool take_sort(struct asked *a, struct str value)
{
    (void)a;
    return str_is(value, "-date");
}

static bool take_total(struct asked *a, struct str value)
{
    a->no_total = str_is(value, "none");
    return a->no_total || str_is(value, "accurate") || str_is(value, "estimate");
}

static bool take_none(struct asked *a, struct str value)
{
    (void)a;
    (void)value;
    return true; /* read by subset_parse */
}

static const struct {
    const char *name, *type, *definition; /* type NULL: not a search parameter of the resource */
    take_fn *take;
} event_params[] = {
    {"_id", "token", "http://hl7.org/fhir/SearchParameter/Resource-id", take_id},
    {"date", "date", "http://hl7.org/fhir/SearchParameter/AuditEvent-date", take_date},
    {"patient", "reference", "http://hl7.org/fhir/SearchParameter/AuditEvent-patient", take_patient},
    {"agent", "reference", "http://hl7.org/fhir/SearchParameter/AuditEvent-agent", take_agent},
    {"altid", "token", "http://hl7.org/fhir/SearchParameter/AuditEvent-altid", take_account},
    {"entity", "reference", "http://hl7.org/fhir/SearchParameter/AuditEvent-entity", take_entity},
    {"action", "token", "http://hl7.org/fhir/SearchParameter/AuditEvent-action", take_action},
    {"outcome", "token", "http://hl7.org/fhir/SearchParameter/AuditEvent-outcome", take_outcome},
    {"flag", "token", "https://helhet.dev/fhir/SearchParameter/AuditEvent-flag", take_flag},
    {"about", "reference", "https://helhet.dev/fhir/SearchParameter/AuditEvent-about", take_about},
    {"_count", NULL, NULL, take_count},
    {"_page", NULL, NULL, take_page},
    {"_sort", NULL, NULL, take_sort},
    {"_total", NULL, NULL, take_total},
    {"_elements", NULL, NULL, take_none},
    {"_summary", NULL, NULL, take_none},
};

enum { EVENT_PARAMS = sizeof(event_params) / sizeof(*event_params) };

/* Each parameter once, but date, which narrows. */
static bool read_asked(struct call *c, struct asked *a, struct err *err)
{
    bool seen[EVENT_PARAMS] = {false};
    *a = (struct asked){.q.limit = EVENT_COUNT};
    for (size_t i = 0; i < c->param_count; i++) {
        const struct search_param *p = &c->params[i];
        size_t k = 0;
        while (k < EVENT_PARAMS && !str_is(p->name, event_params[k].name))
            k++;
        if (k == EVENT_PARAMS)
            return err_set_str(err, ERR_SEARCH_PARAM_UNKNOWN, p->name, STR("AuditEvent"));
        bool again = seen[k] && event_params[k].take != take_date;
        seen[k] = true;
        if (again || !event_params[k].take(a, p->value))
            return err_set_str(err, ERR_PARAM_VALUE, p->value, p->name);
    }
    return true;
}

static struct str page_url(struct call *c, uint64_t before)
{
    struct search_param *params = ARENA_ARRAY(c->arena, struct search_param, c->param_count + 1);
    size_t n = 0;
    for (size_t i = 0; params && i < c->param_count; i++)
        if (!str_is(c->params[i].name, "_page"))
            params[n++] = c->params[i];
    if (params && before)
        params[n++] =
            (struct search_param){STR("_page"), arena_printf(c->arena, "%llu", (unsigned long long)before)};
    return bundle_url(c->arena, c->base, c->route->operation ? STR("AuditEvent/$mine") : STR("AuditEvent"),
                      params, n);
}

static bool write_bundle(struct call *c, const struct asked *a, const struct audit_found *found, size_t count,
                         uint64_t total, struct buf *out, struct err *err)
{
    struct link links[2] = {{"self", page_url(c, a->q.before)}};
    size_t n = 1;
    struct subset subset;
    bool ok = subset_parse(c, &subset, err);
    if (count && count == a->q.limit)
        links[n++] = (struct link){"next", page_url(c, found[count - 1].seq)};
    bundle_begin(out, "searchset", links, n, !a->no_total, total);
    for (size_t i = 0; ok && i < count; i++) {
        buf_cstr(out, i ? ",{" : "{");
        bundle_full_url(out, c->base, c->type,
                        arena_printf(c->arena, "%llu", (unsigned long long)found[i].seq));
        buf_cstr(out, ",\"resource\":");
        ok = write_event(c, &found[i], a->mine, &subset, out, err);
        buf_cstr(out, ",\"search\":{\"mode\":\"match\"}}");
    }
    bundle_end(out);
    return ok;
}

static bool search(struct call *c, struct asked *a)
{
    struct audit_found *found;
    size_t count;
    uint64_t total = 0;
    struct buf out;
    struct err err = {0};
    if (!find(c, &a->q, &found, &count, a->no_total ? NULL : &total, &err))
        return outcome_fail(c, &err);
    buf_init(&out, EVENT_BYTES_MAX);
    if (write_bundle(c, a, found, count, total, &out, &err))
        return resource_answer_buf(c, &out, 200);
    buf_release(&out);
    return outcome_fail(c, &err);
}

bool audit_event_search(struct call *c)
{
    struct asked a;
    struct err err = {0};
    return read_asked(c, &a, &err) ? search(c, &a) : outcome_fail(c, &err);
}

/* What finds by what the log knows beyond what the person did is not for one's own log. */
static bool for_oneself(struct call *c, struct err *err)
{
    static const char *const others[] = {"agent", "altid", "flag", "about"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (call_param(c, others[i]).p)
            return err_set(err, ERR_PARAM_UNKNOWN, others[i], c->route->operation, NULL);
    return true;
}

bool op_audit_mine_run(struct call *c)
{
    struct asked a;
    struct err err = {0};
    if (!c->caller || c->caller->kind != ACCESS_STAFF || !c->caller->user.n) {
        err_set(&err, c->caller ? ERR_ACCESS_DENIED : ERR_ACCESS_OFF, c->route->sv, c->route->en, NULL);
        return outcome_fail(c, &err);
    }
    if (!for_oneself(c, &err) || !read_asked(c, &a, &err))
        return outcome_fail(c, &err);
    a.mine = true;
    a.q.user = c->caller->user;
    return search(c, &a);
}

bool audit_event_write(struct call *c, const struct audit_found *found, struct buf *out, struct err *err)
{
    static const struct subset all;
    return write_event(c, found, false, &all, out, err);
}

void audit_event_capability(struct json_out *o)
{
    static const char *const interactions[] = {"read", "search-type"};
    json_out_array(o, "interaction");
    for (size_t i = 0; i < sizeof(interactions) / sizeof(*interactions); i++) {
        json_out_object(o, NULL);
        json_out_cstr(o, "code", interactions[i]);
        json_out_end_object(o);
    }
    json_out_end_array(o);
    json_out_cstr(o, "documentation",
                  "The audit log: read-only, made of its records / Åtkomstloggen: kan bara läsas");
    json_out_cstr(o, "versioning", "no-version");
    json_out_array(o, "searchParam");
    for (size_t i = 0; i < EVENT_PARAMS; i++) {
        if (!event_params[i].type)
            continue;
        json_out_object(o, NULL);
        json_out_cstr(o, "name", event_params[i].name);
        json_out_cstr(o, "definition", event_params[i].definition);
        json_out_cstr(o, "type", event_params[i].type);
        json_out_end_object(o);
    }
    json_out_end_array(o);
}
