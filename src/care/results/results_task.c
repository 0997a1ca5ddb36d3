/* SPDX-License-Identifier: Apache-2.0 */
#include "access/read_body.h"
#include "base/time.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"
#include "results/results_int.h"
#include "search/label.h"
#include "json/json.h"

enum { TITLE_MAX = 200, PARTS_MAX = 500 };

/* ---- reading ---- */

struct words_walk {
    const struct results_words *words;
    bool found;
};

/* A Coding: is it one of "system|code"? */
static bool is_category(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct words_walk *w = arg;
    struct str system = json_text(doc, json_get(doc, i, FHIR_NAME_system));
    struct str code = json_text(doc, json_get(doc, i, FHIR_NAME_code));
    for (size_t k = 0; k < w->words->count && !w->found; k++) {
        struct str word = w->words->item[k];
        w->found = word.n == system.n + 1 + code.n && str_starts(word, system) && word.p[system.n] == '|' &&
                   str_ends(word, code);
    }
    return !w->found;
}

static bool is_urgent(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct words_walk *w = arg;
    w->found = results_words_has(w->words, json_text(doc, json_get(doc, i, FHIR_NAME_code)));
    return !w->found;
}

static bool take_title(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct str *title = arg;
    *title = json_text(doc, i);
    return !title->n;
}

struct parts {
    struct result *res;
    struct arena *arena;
};

static bool take_part(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct parts *p = arg;
    struct str id = read_body_id_of(json_text(doc, i), STR("Observation"));
    if (!p->res->part)
        p->res->part = ARENA_ARRAY(p->arena, struct str, PARTS_MAX);
    if (id.n && p->res->part && p->res->part_count < PARTS_MAX)
        p->res->part[p->res->part_count++] = arena_str(p->arena, id);
    return true;
}

static bool take_request(void *arg, const struct json_doc *doc, uint32_t i)
{
    struct str *id = arg;
    *id = read_body_id_of(json_text(doc, i), STR("ServiceRequest"));
    return !id->n;
}

/* Who asked for it, and from which unit. */
static bool read_request(struct store_read *r, const struct json_doc *doc, struct arena *arena,
                         struct result *out, struct err *err)
{
    struct str id = {0};
    struct store_version v;
    struct json_doc request;
    read_body_walk(doc, 0, STR("basedOn.reference"), take_request, &id);
    if (!id.n)
        return true;
    enum store_found found = store_get(r, FHIR_TYPE_ServiceRequest, id, arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!json_parse(arena, v.body, &fhir_names, &request, err))
        return false;
    struct label label = label_read(&request, 0, FHIR_TYPE_ServiceRequest);
    out->requester = read_body_reference(&request, json_get(&request, 0, FHIR_NAME_requester));
    out->priority = json_text(&request, json_get(&request, 0, FHIR_NAME_priority));
    if (label.unit.n) {
        out->unit = label.unit;
        out->provider = label.provider;
    }
    return true;
}

static bool in_report(void *arg, const struct store_version *v)
{
    *(bool *)arg = v->type == FHIR_TYPE_DiagnosticReport;
    return v->type != FHIR_TYPE_DiagnosticReport;
}

static const struct results_rule *rule_of(const struct results_rules *rules, fhir_type_id type)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (rules->rule[i].type == type)
            return &rules->rule[i];
    return NULL;
}

/* What the body says by itself; false: it is no result. */
static bool read_self(const struct results_rules *rules, const struct json_doc *doc, fhir_type_id type,
                      struct arena *arena, struct result *out)
{
    struct words_walk urgent = {&rules->urgent, false};
    out->rule = rule_of(rules, type);
    struct words_walk category = {&out->rule->category, out->rule->category.count == 0};
    struct label label = label_read(doc, 0, type);
    out->status = json_text(doc, json_get(doc, 0, FHIR_NAME_status));
    out->patient = read_body_reference(doc, json_get(doc, 0, FHIR_NAME_subject));
    out->unit = label.unit;
    out->provider = label.provider;
    out->title = STR("");
    if (read_body_walk(doc, 0, STR("code.text"), take_title, &out->title))
        read_body_walk(doc, 0, STR("code.coding.display"), take_title, &out->title);
    if (!category.found)
        read_body_walk(doc, 0, STR("category.coding"), is_category, &category);
    read_body_walk(doc, 0, STR("interpretation.coding"), is_urgent, &urgent);
    out->priority = urgent.found ? STR("urgent") : STR("");
    if (type == FHIR_TYPE_DiagnosticReport)
        read_body_walk(doc, 0, STR("result.reference"), take_part, &(struct parts){out, arena});
    return category.found && results_words_has(&out->rule->status, out->status) &&
           read_body_id_of(out->patient, STR("Patient")).n;
}

int results_task_result(const struct results_rules *rules, struct store_read *r, fhir_type_id type,
                        const struct store_version *v, struct arena *arena, struct result *out,
                        struct err *err)
{
    struct json_doc doc;
    bool reported = false;
    *out = (struct result){.name = arena_printf(arena, "%s/%.*s", fhir_types[type].name, STR_ARG(v->id))};
    if (!json_parse(arena, v->body, &fhir_names, &doc, err))
        return -1;
    if (!read_self(rules, &doc, type, arena, out))
        return 0;
    struct str urgent = out->priority;
    if (!read_request(r, &doc, arena, out, err))
        return -1;
    if (!out->priority.n || str_is(out->priority, "routine"))
        out->priority = urgent.n ? urgent : STR("routine");
    if (type == FHIR_TYPE_Observation && !store_referrers(r, v->rid, 0, 0, in_report, &reported, err))
        return -1;
    return !reported && (out->requester.n || out->unit.n);
}

/* ---- writing ---- */

struct str results_task_id(struct store *s, struct arena *arena, struct str name)
{
    struct hash_key key = store_hash_key(s), other = {~key.k1, key.k0};
    struct str text = arena_printf(arena, "acknowledge %.*s", STR_ARG(name));
    return arena_printf(arena, "%016llx%016llx", (unsigned long long)hash_sip(key, text),
                        (unsigned long long)hash_sip(other, text));
}

static void label(struct json_out *o, const char *url, struct str to)
{
    if (!to.n)
        return;
    json_out_object(o, NULL);
    json_out_cstr(o, "url", url);
    fhir_out_reference(o, "valueReference", to);
    json_out_end_object(o);
}

static void concept(struct json_out *o, const char *key, const char *code, const char *text)
{
    json_out_object(o, key);
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", RESULTS_TASK_SYSTEM);
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_cstr(o, "text", text);
    json_out_end_object(o);
}

bool results_task_write(const struct result *res, int64_t now_ms, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Task");
    if (res->unit.n) {
        json_out_object(&o, "meta");
        json_out_array(&o, "extension");
        label(&o, LABEL_UNIT_URL, res->unit);
        label(&o, LABEL_PROVIDER_URL, res->provider);
        json_out_end_array(&o);
        json_out_end_object(&o);
    }
    json_out_cstr(&o, "status", "requested");
    json_out_cstr(&o, "intent", "order");
    json_out_string(&o, "priority", res->priority);
    concept(&o, "code", RESULTS_TASK_CODE, "Vidimera svar");
    if (res->title.n)
        json_out_string(&o, "description", str_sub(res->title, 0, TITLE_MAX));
    fhir_out_reference(&o, "focus", res->name);
    fhir_out_reference(&o, "for", res->patient);
    fhir_out_instant(&o, "authoredOn", now_ms);
    fhir_out_instant(&o, "lastModified", now_ms);
    fhir_out_reference(&o, "owner", res->requester.n ? res->requester : res->unit);
    json_out_end_object(&o);
    return buf_ok(out);
}

/* ---- changing ---- */

static bool is_open(struct str status)
{
    static const char *const open[] = {"draft", "requested", "received", "accepted", "ready", "on-hold"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (str_is(status, open[i]))
            return true;
    return false;
}

static struct str code_of(const struct json_doc *doc)
{
    struct str code = {0};
    read_body_walk(doc, 0, STR("businessStatus.coding.code"), take_title, &code);
    return code;
}

/* When who has it since it was the unit's is to have acknowledged it; INT64_MIN: nobody has said. */
static int64_t due_of(const struct json_doc *doc)
{
    struct time_value value;
    struct str text = {0};
    read_body_walk(doc, 0, STR("restriction.period.end"), take_title, &text);
    return text.n && time_parse(text, false, &value) ? time_span(&value, 0).low_ms : INT64_MIN;
}

static bool may(const struct json_doc *doc, enum results_change how, struct str unit, int64_t now_ms)
{
    struct str status = json_text(doc, json_get(doc, 0, FHIR_NAME_status)), code = code_of(doc);
    bool units = str_eq(read_body_reference(doc, json_get(doc, 0, FHIR_NAME_owner)), unit);
    switch (how) {
    case RESULTS_ESCALATE:
        if (str_is(code, "handed-on"))
            return is_open(status) && unit.n && (units || due_of(doc) <= now_ms);
        return is_open(status) && unit.n && !units;
    case RESULTS_HAND:
        return is_open(status) && unit.n && !units && str_is(code, "escalated");
    case RESULTS_CANCEL:
        return is_open(status);
    case RESULTS_REOPEN:
        break;
    }
    return !is_open(status) && !str_is(status, "in-progress");
}

/* The members that a change writes anew, or leaves out. */
static bool replaces(enum results_change how, struct str key)
{
    static const struct {
        const char *key;
        unsigned changes;
    } table[] = {
        {"status", ~0u},
        {"businessStatus", ~0u},
        {"lastModified", ~0u},
        {"owner", 1u << RESULTS_ESCALATE},
        {"authoredOn", 1u << RESULTS_REOPEN},
        {"restriction", 1u << RESULTS_ESCALATE | 1u << RESULTS_HAND | 1u << RESULTS_REOPEN},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(key, table[i].key))
            return table[i].changes & 1u << how;
    return false;
}

static int64_t hours_of(const struct results_rules *rules, const struct json_doc *doc)
{
    struct str priority = json_text(doc, json_get_key(doc, 0, STR("priority")));
    for (size_t i = 0; i < rules->escalate_count; i++)
        if (str_eq(rules->escalate[i].priority, priority))
            return rules->escalate[i].hours;
    return rules->escalate[0].hours;
}

static void write_change(struct json_out *o, const struct results_rules *rules, const struct json_doc *doc,
                         enum results_change how, struct str unit, int64_t now_ms)
{
    static const struct {
        const char *status, *code, *text;
    } becomes[] = {
        [RESULTS_REOPEN] = {"requested", "corrected", "Svaret har rättats"},
        [RESULTS_CANCEL] = {"cancelled", "in-report", "Ingår i ett svar"},
        [RESULTS_ESCALATE] = {NULL, "escalated", "Övertagen av enheten"},
        [RESULTS_HAND] = {NULL, "handed-on", "Lämnad vidare av enheten"},
    };
    json_out_string(o, "status",
                    becomes[how].status ? str_of(becomes[how].status)
                                        : json_text(doc, json_get(doc, 0, FHIR_NAME_status)));
    concept(o, "businessStatus", becomes[how].code, becomes[how].text);
    if (how == RESULTS_ESCALATE)
        fhir_out_reference(o, "owner", unit);
    if (how == RESULTS_REOPEN)
        fhir_out_instant(o, "authoredOn", now_ms);
    if (how == RESULTS_HAND) {
        json_out_object(o, "restriction");
        json_out_object(o, "period");
        fhir_out_instant(o, "end", now_ms + hours_of(rules, doc) * 3600 * 1000);
        json_out_end_object(o);
        json_out_end_object(o);
    }
    fhir_out_instant(o, "lastModified", now_ms);
}

bool results_task_change(const struct results_rules *rules, struct str body, enum results_change how,
                         int64_t now_ms, struct arena *arena, struct buf *out, struct err *err)
{
    struct json_doc doc;
    struct json_out o;
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    struct str unit = read_body_label(&doc, 0, LABEL_UNIT_URL);
    if (!may(&doc, how, unit, now_ms))
        return false;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    JSON_EACH(&doc, 0, c)
    {
        struct str key = {doc.nodes[c].key, doc.nodes[c].key_len};
        struct buf text;
        if (replaces(how, key))
            continue;
        buf_init(&text, STORE_BODY_MAX);
        json_write(&doc, c, &text);
        json_out_raw(&o, arena_cstr(arena, key), buf_get(&text));
        buf_release(&text);
    }
    write_change(&o, rules, &doc, how, unit, now_ms);
    json_out_end_object(&o);
    return buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool results_task_may(struct str body, enum results_change how, int64_t now_ms, struct arena *arena)
{
    struct json_doc doc;
    struct err err = {0};
    return json_parse(arena, body, &fhir_names, &doc, &err) &&
           may(&doc, how, read_body_label(&doc, 0, LABEL_UNIT_URL), now_ms);
}
