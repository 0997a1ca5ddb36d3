/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"

#include "access/facts.h"
#include "access/read_body.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "search/label.h"

/* ---- what routes need ---- */

enum need {
    NEED_NOTHING, /* answered to anybody */
    NEED_CALLER,  /* what is read passes the view; what an operation needs it asks itself */
    NEED_EXPORT,  /* people with the right to export; clients of their own get what their scopes leave */
    NEED_IMPORT,  /* a client of its own that may do everything: what it imports is not held to the rules of
                     writes */
    NEED_MERGE,   /* staff who may change the type, in person; clients of their own that may do everything */
    NEED_ADMIN,   /* the administrator's, or such a client's */
};

static const struct {
    call_fn *run;
    enum need need;
    uint32_t actions; /* to the call's type */
} needs[] = {
    {capability_run, NEED_NOTHING, 0},
    {health_run, NEED_NOTHING, 0},
    {metrics_run, NEED_NOTHING, 0},
    {read_run, NEED_CALLER, ACCESS_READ},
    {vread_run, NEED_CALLER, ACCESS_READ},
    {history_instance_run, NEED_CALLER, ACCESS_READ},
    {history_type_run, NEED_CALLER, ACCESS_READ},
    {search_call, NEED_CALLER, ACCESS_SEARCH},
    {search_call_form, NEED_CALLER, ACCESS_SEARCH},
    {create_run, NEED_CALLER, ACCESS_CREATE},
    {update_run, NEED_CALLER, ACCESS_UPDATE},
    {update_conditional_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_SEARCH},
    {patch_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ},
    {patch_conditional_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ | ACCESS_SEARCH},
    {delete_run, NEED_CALLER, ACCESS_DELETE},
    {delete_conditional_run, NEED_CALLER, ACCESS_DELETE | ACCESS_SEARCH},
    {op_meta_add_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ},
    {op_meta_delete_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ},
    {op_everything_run, NEED_CALLER, ACCESS_READ},
    {op_lastn_run, NEED_CALLER, ACCESS_SEARCH},
    {op_as_basic_run, NEED_CALLER, ACCESS_READ},
    {op_stats_run, NEED_CALLER, ACCESS_SEARCH},
    {op_export_run, NEED_EXPORT, 0},
    {op_view_export_run, NEED_EXPORT, 0},
    {op_import_run, NEED_IMPORT, 0},
    {op_job_status_run, NEED_EXPORT, 0},
    {op_job_cancel_run, NEED_EXPORT, 0},
    {op_job_file_run, NEED_EXPORT, 0},
    {op_unknown_run, NEED_CALLER, ACCESS_CREATE},
    {op_merge_run, NEED_MERGE, ACCESS_READ | ACCESS_UPDATE},
    {op_unmerge_run, NEED_MERGE, ACCESS_READ | ACCESS_UPDATE},
    {op_report_begin_run, NEED_CALLER, ACCESS_CREATE},
    {op_report_refresh_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ},
    {op_report_finalize_run, NEED_CALLER, ACCESS_UPDATE | ACCESS_READ},
    {op_report_lint_run, NEED_CALLER, ACCESS_READ},
    {op_report_document_run, NEED_CALLER, ACCESS_READ},
    {op_report_page_run, NEED_CALLER, ACCESS_READ},
    {op_reindex_run, NEED_ADMIN, 0},
    {op_reindex_status_run, NEED_ADMIN, 0},
};

static bool refused(const struct call *c, struct err *err)
{
    if (c->caller->scopes) /* RFC 6750, 3.1 */
        http_response_header(c->resp, "WWW-Authenticate",
                             STR("Bearer realm=\"Helhet\", error=\"insufficient_scope\""));
    return err_set(err, ERR_ACCESS_DENIED, c->route->sv, c->route->en, NULL);
}

/* A client of its own whose scopes allow all of actions to every type, of every patient. */
static bool has_all(const struct call *c, uint32_t actions)
{
    const struct access_scopes *s = c->caller->scopes;
    uint32_t has = 0;
    for (size_t i = 0; s && c->caller->kind == ACCESS_SYSTEM && !s->patient.n && i < s->count; i++)
        if (str_is(s->item[i].type, "*") && !s->item[i].query.n)
            has |= s->item[i].actions;
    return (has & actions) == actions;
}

static bool allowed(struct call *c, enum need need, uint32_t actions, struct err *err)
{
    const uint32_t write = ACCESS_CREATE | ACCESS_UPDATE, read = ACCESS_READ | ACCESS_SEARCH;
    bool client = c->caller->kind == ACCESS_SYSTEM;
    switch (need) {
    case NEED_EXPORT:
        return (client && c->caller->scopes && c->caller->scopes->count) ||
               access_view_right(c->view, RULES_EXPORT) || refused(c, err);
    case NEED_IMPORT:
        return has_all(c, read | write | ACCESS_DELETE) || refused(c, err);
    case NEED_MERGE:
        if (client ? !has_all(c, read | write) : c->caller->kind != ACCESS_STAFF || c->caller->scopes != NULL)
            return refused(c, err);
        break;
    case NEED_ADMIN:
        return access_view_right(c->view, RULES_ADMINISTRATE) || has_all(c, read | write | ACCESS_DELETE) ||
               refused(c, err);
    default:
        break;
    }
    if (!actions || !c->type)
        return true;
    /* The log is read beside the store: nothing there holds it against criteria. */
    bool log = access_rules(c->api->access)->class_of[c->type] == RULES_LOG;
    return (log ? access_view_may(c->view, c->type, false, actions)
                : access_view_may_some(c->view, c->type, actions)) ||
           refused(c, err);
}

static bool make_view(struct call *c, struct err *err)
{
    struct store_read *r = c->view ? NULL : store_read_begin(c->api->store, err);
    if (c->view)
        return true;
    if (!r)
        return false;
    c->view = access_view_new(c->api->access, c->caller, ACCESS_READ, r, err);
    store_read_end(r);
    return c->view != NULL;
}

bool guard_open(struct call *c, struct err *err)
{
    size_t i = 0;
    if (!c->caller || !c->api->access)
        return true;
    while (i < sizeof needs / sizeof *needs && needs[i].run != c->route->run)
        i++;
    enum need need = i < sizeof needs / sizeof *needs ? needs[i].need : NEED_CALLER;
    if (need == NEED_NOTHING)
        return true;
    if (c->caller->kind == ACCESS_NOBODY)
        return err_set(err, ERR_ACCESS_LOGIN, NULL);
    uint32_t actions = i < sizeof needs / sizeof *needs ? needs[i].actions : 0;
    return make_view(c, err) && allowed(c, need, actions, err);
}

void guard_close(struct call *c)
{
    access_view_free(c->view);
    c->view = NULL;
}

void guard_reader(struct call *c, struct store_read *r)
{
    bool searches = c->route && (c->route->run == search_call || c->route->run == search_call_form);
    if (c->grant)
        return;
    if (!c->view && c->api->audit)
        store_read_view(r, &c->api->watch);
    if (!c->view)
        return;
    if (!store_read_in_job(r))
        access_view_action(c->view, searches ? ACCESS_SEARCH : ACCESS_READ);
    store_read_view(r, access_view_store(c->view));
}

/* ---- labels ---- */

static bool our_label(struct str url)
{
    return str_is(url, LABEL_UNIT_URL) || str_is(url, LABEL_PROVIDER_URL) || str_is(url, ACCESS_URL_CORRECTS);
}

static void label_one(struct buf *out, const char *url, struct str organization)
{
    if (!organization.n)
        return;
    buf_cstr(out, out->n && buf_get(out).p[out->n - 1] == '}' ? ",{\"url\":\"" : "{\"url\":\"");
    buf_cstr(out, url);
    buf_cstr(out, "\",\"valueReference\":{\"reference\":");
    json_write_string(out, organization);
    buf_cstr(out, "}}");
}

static void corrects_one(struct buf *out, const struct guard_label *l)
{
    char time[TIME_TEXT_MAX];
    if (l->kept.n) {
        if (out->n && buf_get(out).p[out->n - 1] == '}')
            buf_char(out, ',');
        buf_add(out, l->kept.p, l->kept.n);
    }
    if (!l->corrects.n)
        return;
    size_t n = time_format(l->time_ms, time);
    buf_cstr(out, out->n && buf_get(out).p[out->n - 1] == '}' ? ",{\"url\":\"" : "{\"url\":\"");
    buf_cstr(out,
             ACCESS_URL_CORRECTS "\",\"extension\":[{\"url\":\"version\",\"valueReference\":{\"reference\":");
    json_write_string(out, l->corrects);
    buf_cstr(out, "}},{\"url\":\"by\",\"valueReference\":{\"reference\":");
    json_write_string(out, l->by);
    buf_cstr(out, "}},{\"url\":\"at\",\"valueInstant\":\"");
    buf_add(out, time, n);
    buf_cstr(out, "\"}]}");
}

bool guard_label_put(struct store_change *change, const struct guard_label *label, struct arena *arena,
                     struct err *err)
{
    struct json_doc doc;
    struct buf list, rest;
    struct str text = change->meta_rest.n ? arena_printf(arena, "{%.*s}", (int)change->meta_rest.n - 1,
                                                         change->meta_rest.p + 1)
                                          : STR("{}");
    if (!json_parse(arena, text, &fhir_names, &doc, err))
        return false;
    buf_init(&list, STORE_BODY_MAX);
    buf_init(&rest, STORE_BODY_MAX);
    label_one(&list, LABEL_UNIT_URL, label->unit);
    label_one(&list, LABEL_PROVIDER_URL, label->provider);
    corrects_one(&list, label);
    JSON_EACH(&doc, 0, c)
    {
        if (doc.nodes[c].name == FHIR_NAME_extension && !(doc.nodes[c].flags & JSON_F_UNDERSCORE)) {
            JSON_EACH(&doc, c, e)
            {
                if (our_label(json_text(&doc, json_get(&doc, e, FHIR_NAME_url))))
                    continue;
                if (list.n)
                    buf_char(&list, ',');
                json_write(&doc, e, &list);
            }
            continue;
        }
        buf_char(&rest, ',');
        json_write_string(&rest, (struct str){doc.nodes[c].key, doc.nodes[c].key_len});
        buf_char(&rest, ':');
        json_write(&doc, c, &rest);
    }
    bool ok = buf_ok(&list) && buf_ok(&rest);
    change->meta_rest = !ok      ? (struct str){0}
                        : list.n ? arena_printf(arena, ",\"extension\":[%.*s]%.*s", STR_ARG(buf_get(&list)),
                                                STR_ARG(buf_get(&rest)))
                                 : arena_str(arena, buf_get(&rest));
    buf_release(&list);
    buf_release(&rest);
    return (ok && change->meta_rest.p) || err_set(err, ERR_NO_MEMORY, NULL);
}

/* ---- writes ---- */

struct guarded {
    struct write *w;
    struct store_read *r;
    struct store_version now;  /* the current version as the caller sees it */
    struct json_doc doc, full; /* its body, and as it is stored when that is more (masked) */
    struct label was;
    enum store_found found;
};

static bool not_found(struct write *w, struct err *err)
{
    return err_set_str(err, ERR_NOT_FOUND, resource_name(w->call->arena, w->call->type, w->id), STR(""));
}

static bool is_record(const struct write *w)
{
    return access_rules(w->call->api->access)->class_of[w->call->type] == RULES_RECORD;
}

/* What is corrected must say so: a signed text is never just replaced (PDL 3 kap. 14 §). */
static bool correction(const struct json_doc *doc, uint32_t node)
{
    static const char *const codes[] = {"amended", "corrected", "appended", "entered-in-error", NULL};
    uint16_t names[] = {FHIR_NAME_status, FHIR_NAME_docStatus};
    for (size_t i = 0; i < 2; i++) {
        struct str status = json_text(doc, json_get(doc, node, names[i]));
        for (const char *const *c = codes; status.n && *c; c++)
            if (str_is(status, *c))
                return true;
    }
    return false;
}

/* Is what is there signed, or was it, before it was marked as entered in error? Either way it stands. */
static bool stands(const struct guarded *g)
{
    return g->now.rid && (g->was.flags & LABEL_SIGNED || guard_attest_corrects(&g->doc, g->w->call->arena).n);
}

/* A countersignature, or a request for one, changes no text: it is no correction. */
static bool attests(const struct guarded *g)
{
    const struct write *w = g->w;
    return w->call->type == FHIR_TYPE_Composition && g->now.rid &&
           guard_attest_only(&g->doc, w->doc, w->node);
}

static bool signing(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    struct label will = label_read(w->doc, w->node, w->call->type);
    bool was = stands(g);
    const struct json_doc *before = g->now.rid ? &g->doc : NULL;
    bool staff = w->call->caller->kind == ACCESS_STAFF;
    if (staff && w->call->type == FHIR_TYPE_Composition &&
        !guard_attest_own(before, w->doc, w->node, w->call->caller))
        return err_set(err, ERR_ACCESS_DENIED, "Signering i någon annans namn", "Signing in another's name",
                       NULL);
    if (staff && !guard_attest_named(before, w->doc, w->node, w->call->type, w->call->caller))
        return err_set(err, ERR_ACCESS_DENIED, "Att signera eller skriva i någon annans namn",
                       "Signing or writing in another's name", NULL);
    if (was && !attests(g) && !correction(w->doc, w->node))
        return err_set_str(err, ERR_ACCESS_SIGNED, resource_name(w->call->arena, w->call->type, w->id),
                           STR(""));
    if (((will.flags & LABEL_SIGNED) || was) && w->call->caller->kind == ACCESS_STAFF &&
        !access_view_may(w->call->view, w->call->type, false, ACCESS_SIGN))
        return err_set(err, ERR_ACCESS_DENIED, "Signering", "Signing", NULL);
    return true;
}

/* The patients of the change's rows must be people that the caller sees. */
static bool patients_seen(struct guarded *g, struct err *err)
{
    const struct store_change *change = &g->w->change;
    fhir_param_id about = facts_about(access_rules(g->w->call->api->access), g->w->call->type);
    struct store_version v;
    for (size_t i = 0; i < change->row_count; i++) {
        const struct store_row *row = &change->rows[i];
        bool whose = row->index == STORE_CLINICAL
                         ? row->hash == 0
                         : about && row->index == STORE_REFERENCE && row->param == about &&
                               row->target_type == FHIR_TYPE_Patient;
        if (!whose || g->w->call->type == FHIR_TYPE_Patient)
            continue;
        enum store_found found = store_get(g->r, FHIR_TYPE_Patient, row->text, g->w->call->arena, &v, err);
        if (found == STORE_FAILED)
            return false;
        if (found != STORE_FOUND)
            return err_set_str(err, ERR_ACCESS_PATIENT,
                               resource_name(g->w->call->arena, FHIR_TYPE_Patient, row->text), STR(""));
    }
    return true;
}

/* Will the caller see the new version masked too? Else what is put back would come to light. */
static bool stays_masked(struct guarded *g, struct err *err)
{
    struct call *c = g->w->call;
    struct decide_patient const *p;
    struct store_version v;
    uint32_t hides = label_read(g->w->doc, g->w->node, c->type).flags;
    for (size_t i = 0; i < g->w->change.row_count; i++) {
        const struct store_row *row = &g->w->change.rows[i];
        if (row->index != STORE_CLINICAL || row->hash != 0)
            continue;
        enum store_found found = store_get(g->r, FHIR_TYPE_Patient, row->text, c->arena, &v, err);
        p = found == STORE_FOUND ? access_view_patient(c->view, g->r, v.rid, err) : NULL;
        if (found == STORE_FAILED || (found == STORE_FOUND && !p))
            return false;
        hides |= p && c->type != FHIR_TYPE_Patient ? p->flags : 0;
    }
    return hides & DECIDE_HIDDEN_IDENTITY || err_set(err, ERR_ACCESS_MASKED, NULL);
}

/* The protection itself is changed by who sees what it protects. */
static bool keeps_protection(const struct guarded *g, struct err *err)
{
    uint32_t will = label_read(g->w->doc, g->w->node, g->w->call->type).flags;
    bool same = ((will ^ g->was.flags) & DECIDE_HIDDEN_IDENTITY) == 0;
    return same || err_set(err, ERR_ACCESS_MASKED, NULL);
}

static bool merge(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    bool client = w->call->caller->kind == ACCESS_SYSTEM;
    if (!w->masked)
        return true;
    if (client && !label_read(w->doc, w->node, w->call->type).unit.n && g->was.unit.n) {
        /* It has not seen the labels: they stay. */
        w->label = ARENA_NEW(w->call->arena, struct guard_label);
        if (!w->label)
            return err_set(err, ERR_NO_MEMORY, NULL);
        w->label->unit = g->was.unit;
        w->label->provider = g->was.provider;
    }
    return (client || keeps_protection(g, err)) && guard_mask_merge(w, &g->full, &g->doc, err);
}

/* The label that the change is to have: the caller's own unit; what is there already keeps the one it was
 * written under, but for a unit's own. */
static struct guard_label label_for(struct guarded *g)
{
    struct call *c = g->w->call;
    struct guard_label l = {access_view_unit(c->view), access_view_provider(c->view), {0}, {0}, 0, {0}};
    if (g->now.rid && g->was.unit.n) {
        l.unit = g->was.unit;
        l.provider = g->was.provider;
    }
    if (stands(g) && attests(g))
        l.kept = guard_attest_corrects(&g->doc, c->arena);
    else if (stands(g)) {
        l.corrects = arena_printf(c->arena, "%s/%.*s/_history/%u", fhir_types[c->type].name,
                                  STR_ARG(g->w->id), g->now.version);
        l.by = c->caller->assignment.n ? c->caller->assignment : c->caller->user;
        l.time_ms = os_now_ms();
    }
    return l;
}

static bool may_change(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    struct call *c = w->call;
    bool own = !g->was.unit.n || str_eq(g->was.unit, access_view_unit(c->view));
    if (g->was.flags & LABEL_GRANT)
        return err_set(err, ERR_ACCESS_GRANT, NULL);
    if (c->caller->kind == ACCESS_SYSTEM)
        return true;
    if (is_record(w) && !own && (w->kind == WRITE_DELETE || !access_rules(c->api->access)->shared[c->type]))
        return err_set_str(err, ERR_ACCESS_OTHER_UNIT, resource_name(c->arena, c->type, w->id), STR(""));
    if (w->kind == WRITE_DELETE && stands(g))
        return err_set_str(err, ERR_ACCESS_SIGNED, resource_name(c->arena, c->type, w->id), STR(""));
    return true;
}

/* Is there more than the caller sees? Labels are masked with the rest: where there is one, there is not. */
static bool hidden_part(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    struct store_version full;
    if (!guard_mask_full(w, g->r, &full, err))
        return false;
    w->masked = !str_eq(full.body, g->now.body);
    if (!w->masked)
        return true;
    if (!json_parse(w->call->arena, full.body, &fhir_names, &g->full, err))
        return false;
    g->was = label_read(&g->full, 0, w->call->type);
    return true;
}

/* The current version, through the view. */
static bool current(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    g->found = store_get(g->r, w->call->type, w->id, w->call->arena, &g->now, err);
    if (g->found == STORE_FAILED)
        return false;
    if (g->found != STORE_FOUND) {
        g->now = (struct store_version){0};
        return true;
    }
    if (!json_parse(w->call->arena, g->now.body, &fhir_names, &g->doc, err))
        return false;
    g->was = label_read(&g->doc, 0, w->call->type);
    return g->was.unit.n || hidden_part(g, err);
}

bool guard_label(struct write *w, struct err *err)
{
    struct call *c = w->call;
    if (c->view && !w->label && c->caller->kind != ACCESS_SYSTEM) {
        w->label = arena_alloc(c->arena, sizeof *w->label);
        if (!w->label)
            return err_set(err, ERR_NO_MEMORY, NULL);
        *w->label = (struct guard_label){.unit = access_view_unit(c->view),
                                         .provider = access_view_provider(c->view)};
    }
    return !w->label || guard_label_put(&w->change, w->label, c->arena, err);
}

/* Do the scopes let what is there be changed, and what it is to be? */
static bool in_scope(struct guarded *g, struct err *err)
{
    static const uint32_t actions[] = {
        [WRITE_CREATE] = ACCESS_CREATE, [WRITE_UPDATE] = ACCESS_UPDATE, [WRITE_DELETE] = ACCESS_DELETE};
    struct write *w = g->w;
    struct call *c = w->call;
    struct store_rows rows = {0};
    bool ok = true;
    if (!c->caller->scopes)
        return true;
    if (g->now.rid) {
        fhir_type_tree(&g->doc, 0);
        if (!search_extract(c->api->search, &g->doc, 0, c->type, c->arena, &rows, err))
            return false;
        ok = access_view_writes(c->view, g->r, c->type, w->id, rows.item, rows.count, actions[w->kind]);
    }
    if (ok && w->kind != WRITE_DELETE)
        ok = access_view_writes(c->view, g->r, c->type, w->id, w->change.rows, w->change.row_count,
                                actions[w->kind]);
    return ok || err_set_str(err, ERR_SCOPE_BEYOND, resource_name(c->arena, c->type, w->id), STR(""));
}

static bool relabel(struct guarded *g, struct err *err)
{
    struct write *w = g->w;
    struct guard_label l = label_for(g);
    if (w->call->caller->kind == ACCESS_SYSTEM)
        return true; /* clients of their own bring their labels */
    if (w->label && str_eq(l.unit, w->label->unit) && str_eq(l.provider, w->label->provider) &&
        !l.corrects.n && !l.kept.n)
        return true;
    w->label = arena_alloc(w->call->arena, sizeof *w->label);
    if (!w->label)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *w->label = l;
    w->built = false;
    return write_build(w, err);
}

/* Clients of their own choose ids, and may create where there is nothing: not write over what they do not
 * see, of which nobody could tell whether it is signed, or a block. */
static bool is_free(struct guarded *g, struct err *err)
{
    struct store_version full;
    if (!guard_mask_full(g->w, g->r, &full, err))
        return false;
    return !full.rid || err_set(err, ERR_ACCESS_DENIED, "Ändring av det som inte får läsas",
                                "Changing what may not be read", NULL);
}

static bool writes(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct guarded g = {.w = w, .r = r};
    if (w->kind != WRITE_CREATE && !current(&g, err))
        return false;
    /* Ids are the server's: whether one is taken is nobody's to find out. */
    if (w->kind == WRITE_UPDATE && !g.now.rid && !w->fresh && c->caller->kind != ACCESS_SYSTEM)
        return not_found(w, err);
    if (w->kind == WRITE_UPDATE && !g.now.rid && !w->fresh && !is_free(&g, err))
        return false;
    if (w->kind == WRITE_DELETE && g.found == STORE_ABSENT) {
        w->nothing = true;
        return true;
    }
    if (!in_scope(&g, err) || (g.now.rid && !may_change(&g, err)))
        return false;
    if (w->kind == WRITE_DELETE)
        return true;
    if (label_read(w->doc, w->node, c->type).flags & LABEL_GRANT)
        return err_set(err, ERR_ACCESS_GRANT, NULL);
    if (!merge(&g, err) || !relabel(&g, err) || (!w->built && !write_build(w, err)) || !signing(&g, err) ||
        !patients_seen(&g, err))
        return false;
    return !w->masked || c->caller->kind == ACCESS_SYSTEM || stays_masked(&g, err);
}

bool guard_write(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    if (!c->view || !c->caller || c->grant)
        return true;
    /* A person's app that may write but not read: what is there is looked at by the rules, then held against
     * its scopes. A client of its own writes over nothing that it may not read. */
    access_view_unscoped(c->view, c->caller->kind != ACCESS_SYSTEM);
    bool ok = writes(w, r, err);
    access_view_unscoped(c->view, false);
    return ok;
}
