/* SPDX-License-Identifier: Apache-2.0
 * Every call on its way out is a record in the audit log, and its answer leaves when the record is on disk.
 * A Bundle is a record for the whole and one for each entry, which lie together. */
#include "api/audited.h"

#include "audit/audit.h"
#include "fhir_gen/names.h"

enum { AUDITED_PARAMS_MAX = 256 };

/* ---- the record ---- */

static const char *const audited_kinds[] = {
    [ACCESS_NOBODY] = "nobody",     [ACCESS_STAFF] = "staff",   [ACCESS_PATIENT] = "patient",
    [ACCESS_GUARDIAN] = "guardian", [ACCESS_SYSTEM] = "system",
};

static struct audit_who who_of(const struct call *c)
{
    const struct access_caller *a = c->caller;
    struct audit_who who = {.kind = STR("open"), .account = c->api->agent, .origin = c->req->origin};
    if (!a)
        return who;
    return (struct audit_who){.kind = str_of(audited_kinds[a->kind]),
                              .account = a->account,
                              .user = a->user,
                              .assignment = a->assignment,
                              .role = a->role,
                              .unit = a->unit,
                              .provider = a->provider,
                              .purpose = a->purpose,
                              .session = a->session,
                              .origin = a->origin.n ? a->origin : who.origin};
}

/* AuditEvent.action of a call. */
static char code_of(const struct call *c)
{
    static const struct {
        const char *method;
        char code;
    } codes[] = {{"GET ", 'R'}, {"POST ", 'C'}, {"PUT ", 'U'}, {"PATCH ", 'U'}, {"DELETE ", 'D'}};
    if (!c->route || c->route->operation || c->route->run == search_call ||
        c->route->run == search_call_form || c->route->run == bundle_run)
        return 'E';
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (strncmp(c->route->name, codes[i].method, strlen(codes[i].method)) == 0)
            return codes[i].code;
    return 'E';
}

static struct str join(struct arena *arena, struct str type, struct str id)
{
    char *to = arena_alloc(arena, type.n + 1 + id.n);
    if (!to)
        return type;
    char *at = mempcpy(to, type.p, type.n);
    *at++ = '/';
    memcpy(at, id.p, id.n);
    return (struct str){to, type.n + 1 + id.n};
}

/* A created resource is named by the Location of the answer: …/Type/id/_history/1 */
static struct str id_of(const struct call *c)
{
    struct str at = {0};
    if (c->id.n)
        return c->id;
    for (size_t i = 0; i < c->resp->header_count; i++)
        if (str_is(c->resp->headers[i].name, "Location"))
            at = c->resp->headers[i].value;
    size_t end = str_find_str(at, STR("/_history/"));
    if (end == SIZE_MAX)
        return at.n ? STR("") : c->id;
    size_t from = end;
    while (from && at.p[from - 1] != '/')
        from--;
    return str_sub(at, from, end);
}

static struct str resource_of(const struct call *c)
{
    struct str id = id_of(c);
    fhir_type_id type = c->compartment ? c->compartment : c->type;
    struct str name = type ? str_of(fhir_types[type].name) : STR("");
    if (!type && c->route && c->route->level >= LEVEL_NONE && id.n)
        name = STR("_job");
    return name.n && id.n ? join(c->arena, name, id) : name;
}

/* Names only: what people search for may name them. */
static struct str params_of(const struct call *c)
{
    size_t n = 0;
    char *to = c->param_count ? arena_alloc(c->arena, AUDITED_PARAMS_MAX) : NULL;
    for (size_t i = 0; to && i < c->param_count; i++) {
        struct str name = c->params[i].name;
        if (n + name.n + 1 > AUDITED_PARAMS_MAX)
            break;
        if (n)
            to[n++] = ',';
        memcpy(to + n, name.p, name.n);
        n += name.n;
    }
    return (struct str){to, n};
}

static struct audit_record record_of(const struct call *c, int status, enum err_code why)
{
    return (struct audit_record){
        .who = who_of(c),
        .action = str_of(c->route ? c->route->name : "none"),
        .code = code_of(c),
        .resource = resource_of(c),
        .params = params_of(c),
        .patient = c->whose.item,
        .patient_count = c->whose.count,
        .many = c->whose.many,
        .outcome = status < 400   ? AUDIT_DONE
                   : status < 500 ? AUDIT_REFUSED
                                  : AUDIT_FAILED,
        .why = why ? str_of(err_info(why)->name) : c->reviewed,
        .status = status,
        .withheld = c->withheld,
        .emergency = audited_emergency(c),
        .flags = c->flags,
        .about = c->about,
        .note = c->note,
    };
}

bool audited_emergency(const struct call *c)
{
    return c->route && c->route->operation && strcmp(c->route->operation, "emergency") == 0;
}

/* The call's record and those of its entries. NULL without memory. */
static struct audit_record *records_of(struct call *c, size_t *count)
{
    size_t entries = c->bundle ? c->bundle->count : 0;
    struct audit_record *r = ARENA_ARRAY(c->arena, struct audit_record, 1 + entries);
    *count = 1 + entries;
    if (!r)
        return NULL;
    r[0] = record_of(c, c->resp->status, c->failed);
    for (size_t i = 0; i < entries; i++) {
        struct entry *e = &c->bundle->item[i];
        /* A Bundle that failed as a whole has done nothing of any entry. */
        bool done = c->resp->status < 400;
        r[1 + i] =
            record_of(&e->call, done ? e->resp.status : c->resp->status, done ? e->call.failed : c->failed);
    }
    return r;
}

/* ---- the answer, when the record is on disk ---- */

struct audited {
    struct audit_wait wait;
    struct call *call;
    struct http_response resp; /* the connection's own may be answered for us when the server stops */
    bool emergency;
};

/* Nothing of what was to be answered leaves. */
static void refuse(struct call *c, enum err_code code)
{
    struct err err = {0};
    if (c->resp->stream.read)
        c->resp->stream.free(c->resp->stream.arg);
    os_free(c->resp->owned);
    *c->resp = (struct http_response){.route = c->resp->route};
    err_set(&err, code, NULL);
    outcome_fail(c, &err);
    api_seal(c->resp);
}

static void audited_done(void *arg, enum audit_done how)
{
    struct audited *w = arg;
    struct call *c = w->call;
    struct api *a = c->api;
    if (how == AUDIT_LOST || (how == AUDIT_KEPT && !w->emergency))
        refuse(c, ERR_AUDIT_DOWN);
    http_finish(c->req, c->resp);
    a->auditing--;
}

bool audited_allowed(const struct call *c, struct err *err)
{
    if (!c->api->audit || audit_state(c->api->audit) != AUDIT_DOWN || audited_emergency(c) ||
        !api_record_path(c->req->path))
        return true;
    return err_set(err, ERR_AUDIT_DOWN, NULL);
}

/* What lies outside the record: health, metrics, the files of the browser part. */
static bool outside(struct str path)
{
    static const char *const ours[] = {"/auth", "/me/", "/live"};
    if (api_record_path(path))
        return false;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (str_starts(path, str_of(ours[i])))
            return false;
    return true;
}

bool audited_send(struct call *c, bool deferred)
{
    struct api *a = c->api;
    struct err err = {0};
    size_t count;
    if (!a->audit || outside(c->req->path))
        return true;
    struct audited *w = ARENA_NEW(c->arena, struct audited);
    struct audit_record *r = w ? records_of(c, &count) : NULL;
    if (!r) {
        refuse(c, ERR_NO_MEMORY);
        return true;
    }
    w->call = c;
    w->resp = *c->resp;
    c->resp = &w->resp;
    w->emergency = r->emergency;
    /* What has been done is told of, now or when the log can be written again; what has only been read is not
     * given out instead. */
    w->wait = (struct audit_wait){.done = audited_done, .arg = w, .keep = deferred || r->emergency};
    a->auditing++;
    w->wait.later = !deferred && http_hold(c->req);
    if (audit_submit(a->audit, r, count, &w->wait, &err))
        return false;
    refuse(c, err.code);
    http_finish(c->req, c->resp);
    a->auditing--;
    return false;
}

/* ---- what http refuses ---- */

struct refused {
    struct audit_wait wait;
    struct api *api;
};

static void refused_done(void *arg, enum audit_done how)
{
    struct refused *r = arg;
    struct api *a = r->api;
    (void)how;
    os_free(r);
    a->auditing--;
}

void audited_refused(struct call *c, const char *action, const struct err *why)
{
    struct api *a = c->api;
    struct str asked = c->req->path.n ? c->req->path : c->req->target;
    struct err err = {0};
    struct refused *w = a->audit && !outside(asked) ? os_alloc(sizeof(*w)) : NULL;
    if (!w)
        return;
    *w = (struct refused){.wait = {.done = refused_done, .arg = w}, .api = a};
    struct audit_record r = record_of(c, err_info(why->code)->http, why->code);
    r.action = str_of(action);
    a->auditing++;
    if (audit_submit(a->audit, &r, 1, &w->wait, &err))
        return;
    os_free(w);
    a->auditing--;
}
