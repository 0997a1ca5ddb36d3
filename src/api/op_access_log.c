/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$access-log (PDL 8 kap. 5 §, HSLF-FS 2016:40 4 kap. 10 §): from which care unit or provider
 * somebody has looked in the record, and when. For the patient and the guardian, and for reviewers who give
 * it to them. No more than that: no names, nothing of what was looked at, nothing of what was refused. */
#include "api/audit_event.h"
#include "api/guard.h"
#include "api/log_ask.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum {
    LOG_DEFAULT = 100,
    LOG_MAX = 1000,
    LOG_PAGE = 200,
    LOG_LOOKED_MAX = 100000, /* records that one call goes through */
    LOG_BYTES_MAX = 4 << 20,
    MINUTE_MS = 60 * 1000,
};

static const struct params_def log_params[] = {
    {.name = "since"}, {.name = "until"}, {.name = "_count"}, {.name = "_page"}, {0}};

struct access_log {
    struct call *call;
    struct store_read *read;
    struct json_out *out;
    uint64_t limit, given, looked;
    uint64_t before; /* 0: no more */
    int64_t minute;  /* of the one given last, with its unit */
    struct str unit;
};

/* What organizations are called is open to everybody who may log in. */
static struct str name_of(struct access_log *l, struct str organization, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct str id = str_sub(organization, strlen("Organization/"), organization.n);
    struct arena *arena = l->call->arena;
    if (!str_starts(organization, STR("Organization/")) ||
        store_get(l->read, FHIR_TYPE_Organization, id, arena, &v, err) != STORE_FOUND ||
        !json_parse(arena, v.body, &fhir_names, &doc, err))
        return STR("");
    return json_text(&doc, json_get(&doc, 0, FHIR_NAME_name));
}

/* Is it somebody's look in the record? The patient's and the guardian's own are not, nor what is asked of the
 * log itself. */
static bool is_access(const struct json_doc *doc)
{
    struct str kind = json_text(doc, json_get_key(doc, 0, STR("kind")));
    struct str resource = json_text(doc, json_get_key(doc, 0, STR("resource")));
    return str_is(json_text(doc, json_get_key(doc, 0, STR("outcome"))), "done") &&
           (str_is(kind, "staff") || str_is(kind, "system") || str_is(kind, "open")) &&
           !str_starts(resource, STR("AuditEvent"));
}

static void put_access(struct access_log *l, int64_t minute, struct str unit, bool provider, struct err *err)
{
    struct str name = unit.n ? name_of(l, unit, err) : STR("");
    json_out_object(l->out, NULL);
    json_out_cstr(l->out, "name", "access");
    json_out_array(l->out, "part");
    log_ask_instant(l->out, "time", minute * MINUTE_MS);
    if (!unit.n)
        name = l->call->wants.lang == ERR_SV ? STR("Tekniskt system") : STR("A technical system");
    log_ask_reference(l->out, provider ? "provider" : "unit", unit, name);
    json_out_end_array(l->out);
    json_out_end_object(l->out);
}

static bool take(struct access_log *l, const struct audit_found *f, struct err *err)
{
    struct json_doc doc;
    struct time_value time;
    if (!json_parse(l->call->arena, f->json, NULL, &doc, err))
        return false;
    if (!is_access(&doc) || !time_parse(json_text(&doc, json_get_key(&doc, 0, STR("time"))), false, &time))
        return true;
    int64_t minute = time_span(&time, 0).low_ms / MINUTE_MS;
    struct str unit = json_text(&doc, json_get_key(&doc, 0, STR("unit")));
    bool provider = !unit.n;
    if (provider)
        unit = json_text(&doc, json_get_key(&doc, 0, STR("provider")));
    if (l->given && minute == l->minute && str_eq(unit, l->unit))
        return true;
    l->minute = minute;
    l->unit = arena_str(l->call->arena, unit);
    l->given++;
    put_access(l, minute, unit, provider && unit.n, err);
    return err->code == ERR_OK;
}

static bool each_page(struct access_log *l, struct audit_index *x, struct audit_query *q, struct err *err)
{
    size_t count = 1;
    q->limit = LOG_PAGE;
    while (count && l->given < l->limit && l->looked < LOG_LOOKED_MAX) {
        struct audit_found *found;
        if (!audit_index_find(x, q, l->call->arena, &found, &count, NULL, err))
            return false;
        size_t i = 0;
        for (; i < count && l->given < l->limit; i++, l->looked++) {
            if (!take(l, &found[i], err))
                return false;
            q->before = found[i].seq;
        }
        l->before = i == count && count < LOG_PAGE ? 0 : q->before;
    }
    return true;
}

/* The patient, seen by the caller; its id is the log's. Where a protected person is looked after tells where
 * that person is: who sees such a one masked is not told. */
static bool may_ask(struct call *c, struct err *err)
{
    struct store_version v;
    const struct decide_patient *p = NULL;
    bool own = c->view && (c->caller->kind == ACCESS_PATIENT || c->caller->kind == ACCESS_GUARDIAN);
    if (!own && !log_ask_allowed(c, err))
        return false;
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, FHIR_TYPE_Patient, c->id, c->arena, &v, err);
    call_read_end(c, r);
    if (found == STORE_FOUND && own && c->caller->kind == ACCESS_GUARDIAN) {
        r = store_read_begin(c->api->store, err);
        p = r ? access_view_patient(c->view, r, v.rid, err) : NULL;
        store_read_end(r);
        if (!p)
            return false;
        if (p->flags & DECIDE_HIDDEN_IDENTITY)
            return err_set(err, ERR_ACCESS_MASKED, NULL);
    }
    return found == STORE_FOUND ||
           (found != STORE_FAILED &&
            err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, FHIR_TYPE_Patient, c->id), STR("")));
}

static bool read_query(struct call *c, struct audit_query *q, uint64_t *limit, struct err *err)
{
    struct params p;
    if (!params_read(c, log_params, &p, err) || !log_ask_query(c, &p, q, err) ||
        !log_ask_count(&p, "_count", LOG_DEFAULT, LOG_MAX, limit, err) ||
        !log_ask_count(&p, "_page", 0, INT64_MAX, &q->before, err))
        return false;
    q->patient = c->id;
    q->outcome = AUDIT_DONE + 1;
    return true;
}

static void put_next(struct access_log *l)
{
    struct call *c = l->call;
    struct search_param *params = ARENA_ARRAY(c->arena, struct search_param, c->param_count + 1);
    size_t n = 0;
    if (!l->before || !params)
        return;
    for (size_t i = 0; i < c->param_count; i++)
        if (!str_is(c->params[i].name, "_page"))
            params[n++] = c->params[i];
    params[n++] =
        (struct search_param){STR("_page"), arena_printf(c->arena, "%llu", (unsigned long long)l->before)};
    struct str path = arena_printf(c->arena, "Patient/%.*s/$access-log", STR_ARG(c->id));
    log_ask_text(l->out, "next", "valueUri", bundle_url(c->arena, c->base, path, params, n));
}

bool op_access_log_run(struct call *c)
{
    struct err err = {0};
    struct audit_query q = {.limit = 0};
    struct buf out;
    struct json_out o;
    struct access_log l = {.call = c, .out = &o};
    if (!may_ask(c, &err) || !read_query(c, &q, &l.limit, &err))
        return outcome_fail(c, &err);
    buf_init(&out, LOG_BYTES_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    log_ask_text(
        &o, "notice", "valueString",
        c->wants.lang == ERR_SV
            ? STR("Vårdenheter och vårdgivare som har tagit del av journalen, och när, till hela "
                  "minuter. Frågor om en åtkomst ställs till vårdgivaren.")
            : STR("Care units and providers that have looked in the record, and when, to the minute. "
                  "Questions about an access are for the provider."));
    struct audit_index *x = audit_event_index(c, &err);
    l.read = x ? store_read_begin(c->api->store, &err) : NULL;
    bool ok = l.read && each_page(&l, x, &q, &err);
    store_read_end(l.read);
    audit_index_close(x);
    put_next(&l);
    json_out_end_array(&o);
    json_out_end_object(&o);
    if (ok)
        return resource_answer_buf(c, &out, 200);
    buf_release(&out);
    return outcome_fail(c, &err);
}
