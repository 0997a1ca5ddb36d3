/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard_gov.h"

#include "api/guard.h"
#include "api/sheet.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { DAY_BYTES = 10 };

struct reading {
    struct store_read *r; /* without a view: rules hold whatever the caller sees */
    struct arena *arena;
};

struct str guard_gov_today(struct arena *arena)
{
    char text[TIME_TEXT_MAX];
    int64_t now = os_now_ms();
    time_format(now + time_swedish(now), text);
    return arena_str(arena, (struct str){text, DAY_BYTES});
}

static bool parse(struct reading *x, struct str body, struct gov_body *out, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(x->arena, struct json_doc);
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *out = (struct gov_body){doc, 0};
    return json_parse(x->arena, body, &fhir_names, doc, err);
}

/* "Type/id" without version; anything else is found nowhere. */
static fhir_type_id split(struct str reference, struct str *id)
{
    size_t slash = str_find(reference, '/', 0);
    *id = slash == SIZE_MAX ? STR("") : str_sub(reference, slash + 1, reference.n);
    return id->n && str_find(*id, '/', 0) == SIZE_MAX ? fhir_resource_find(str_sub(reference, 0, slash)) : 0;
}

static bool get(void *arg, struct str reference, struct gov_body *out, bool *found, struct err *err)
{
    struct reading *x = arg;
    struct store_version v;
    struct str id;
    fhir_type_id type = split(reference, &id);
    *out = (struct gov_body){0};
    *found = false;
    if (!type)
        return true;
    enum store_found how = store_get(x->r, type, id, x->arena, &v, err);
    if (how != STORE_FOUND)
        return how != STORE_FAILED;
    *found = true;
    return parse(x, v.body, out, err);
}

/* ---- decisions that refer to something ---- */

static const char *const members[] = {
    [GOV_CASE] = "case", [GOV_SUPERSEDES] = "supersedes", [GOV_EVIDENCE] = "evidenceBundle"};

struct referring {
    struct reading *x;
    struct str name;
    enum gov_how how;
    fhir_type_id decision;
    struct gov_body out;
    bool found, failed;
    struct err *err;
};

/* Does the element at node, an object or a list of such, hold that reference? */
static bool refers(const struct json_doc *doc, uint32_t node, struct str name)
{
    if (node == UINT32_MAX)
        return false;
    if (doc->nodes[node].kind == JSON_ARRAY) {
        JSON_EACH(doc, node, c)
        {
            if (refers(doc, c, name))
                return true;
        }
        return false;
    }
    if (doc->nodes[node].kind != JSON_OBJECT)
        return false;
    return str_eq(json_text(doc, json_get_key(doc, node, STR("reference"))), name) ||
           refers(doc, json_get_key(doc, node, STR("bundle")), name);
}

static bool each(void *arg, const struct store_version *v)
{
    struct referring *f = arg;
    struct gov_body b;
    if (v->type != f->decision)
        return true;
    struct str body = arena_str(f->x->arena, v->body);
    f->failed = !parse(f->x, body, &b, f->err);
    if (f->failed)
        return false;
    uint32_t at = json_get_key(b.doc, 0, str_of(members[f->how]));
    f->found = str_is(json_text(b.doc, json_get_key(b.doc, 0, STR("status"))), "final") &&
               refers(b.doc, at, f->name);
    if (f->found)
        f->out = b;
    return !f->found;
}

static bool decided(void *arg, struct str reference, enum gov_how how, struct gov_body *out, bool *found,
                    struct err *err)
{
    struct reading *x = arg;
    struct store_version v;
    struct str id;
    struct referring f = {.x = x, .name = reference, .how = how, .err = err};
    fhir_type_id type = split(reference, &id);
    f.decision = fhir_resource_find(STR("Decision"));
    *found = false;
    enum store_found there = type ? store_get(x->r, type, id, x->arena, &v, err) : STORE_ABSENT;
    if (there != STORE_FOUND)
        return there != STORE_FAILED;
    if (!store_referrers(x->r, v.rid, 0, 0, each, &f, err) || f.failed)
        return false;
    *found = f.found;
    *out = f.out;
    return true;
}

/* ---- asking ---- */

bool guard_gov_concerns(fhir_type_id type, struct str id)
{
    /* Of files and their references, a report's on paper alone, by their names (sheet.h): no other is held
     * up. */
    bool paper =
        (type == FHIR_TYPE_Binary || type == FHIR_TYPE_DocumentReference) && str_starts(id, STR(SHEET_KEPT));
    return (fhir_types[type].styr || type == FHIR_TYPE_Bundle || paper) &&
           gov_rules_of(str_of(fhir_types[type].name));
}

static bool ask(struct gov_change *change, struct store_read *r, struct arena *arena, struct err *err)
{
    struct reading x = {r, arena};
    struct gov_reads reads = {&x, get, decided};
    change->today = guard_gov_today(arena);
    return gov_rules_hold(change, &reads, arena, err);
}

/* What these write the service has found by itself, or made after a definition. */
static enum gov_way way_of(const struct call *c)
{
    static call_fn *const own[] = {op_report_begin_run, op_report_refresh_run, op_report_finalize_run};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (c->route->run == own[i])
            return GOV_OWN;
    return GOV_CALL;
}

static bool hold(struct write *w, const struct json_doc *was, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    const struct access_caller *who = c->caller;
    struct gov_change change = {.type = str_of(fhir_types[c->type].name),
                                .id = w->id,
                                .was = {was, 0},
                                .will = {w->kind == WRITE_DELETE ? NULL : w->doc, w->node},
                                .way = way_of(c),
                                .login = who != NULL};
    if (who) {
        change.user = who->user;
        change.assignment = who->assignment;
        change.role = who->role;
    }
    store_read_view(r, NULL);
    bool ok = ask(&change, r, c->arena, err);
    guard_reader(c, r);
    return ok;
}

bool guard_gov(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    w->gov_was = NULL;
    w->gov = guard_gov_concerns(c->type, w->id);
    if (!w->gov)
        return true;
    if (w->kind != WRITE_CREATE) {
        /* Whoever has not seen what stands is told that, before what the rules say of it. */
        if (!guard_mask_full(w, r, &v, err) ||
            (v.rid && !write_version_holds(c->arena, v.version, w->change.if_version, err)))
            return false;
        w->gov_was = v.rid ? ARENA_NEW(c->arena, struct json_doc) : NULL;
        if (v.rid && !w->gov_was)
            return err_set(err, ERR_NO_MEMORY, NULL);
        if (v.rid && !json_parse(c->arena, v.body, &fhir_names, w->gov_was, err))
            return false;
    }
    return w->late_integrity || hold(w, w->gov_was, r, err);
}

bool guard_gov_left(struct write *w, struct store_read *r, struct err *err)
{
    return !w->gov || w->matched || w->nothing || hold(w, w->gov_was, r, err);
}

bool guard_gov_import(struct store_read *r, fhir_type_id type, struct str id, const struct json_doc *doc,
                      uint32_t node, struct arena *arena, struct err *err)
{
    struct reading x = {r, arena};
    struct gov_change change = {
        .type = str_of(fhir_types[type].name), .id = id, .will = {doc, node}, .way = GOV_IMPORT};
    struct store_version v;
    if (!guard_gov_concerns(type, id))
        return true;
    enum store_found found = store_get(r, type, id, arena, &v, err);
    if (found == STORE_FAILED || (found == STORE_FOUND && !parse(&x, v.body, &change.was, err)))
        return false;
    return ask(&change, r, arena, err);
}
