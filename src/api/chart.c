/* SPDX-License-Identifier: Apache-2.0 */
#include "api/chart.h"

#include "api/audited.h"
#include "api/guard.h"
#include "fhir_gen/names.h"

/* Who it was written by, in which assignment, is who sends it. */
static bool own(const struct call *c, struct err *err)
{
    const struct access_caller *a = c->caller;
    struct str is = !a ? STR("")
                       : arena_printf(c->arena, "%.*s%s%.*s", STR_ARG(a->user), a->assignment.n ? " " : "",
                                      STR_ARG(a->assignment));
    return !c->wants.by.p || str_eq(c->wants.by, is) || err_set_str(err, ERR_CALLER_OTHER, c->wants.by, is);
}

bool chart_open(const struct call *c, struct err *err)
{
    struct str open = c->wants.patient;
    if (str_is(c->method, "GET") || str_is(c->method, "HEAD"))
        return true;
    if (!own(c, err))
        return false;
    if (!open.p)
        return true;
    if (!fhir_prim_valid(FHIR_PRIM_ID, open))
        return err_set_str(err, ERR_HEADER, STR("Helhet-Patient"), open);
    /* What is imported is written by a job of its own. */
    if (c->route->run == op_import_run)
        return err_set_str(err, ERR_PATIENT_UNHELD, str_of(c->route->name), STR(""));
    if (c->type == FHIR_TYPE_Patient && c->id.n && !str_eq(c->id, open))
        return err_set_str(err, ERR_PATIENT_MISMATCH, open, STR("Patient"));
    return true;
}

static bool other(const struct write *w, struct err *err)
{
    return err_set_str(err, ERR_PATIENT_MISMATCH, w->call->wants.patient,
                       str_of(fhir_types[w->call->type].name));
}

/* What it becomes. */
static bool will_hold(const struct write *w, struct err *err)
{
    const struct call *c = w->call;
    if (c->type == FHIR_TYPE_Patient && !str_eq(w->id, c->wants.patient))
        return other(w, err);
    for (size_t i = 0; i < w->change.row_count; i++) {
        const struct store_row *row = &w->change.rows[i];
        if (audited_whose(c, row) && !str_eq(row->text, c->wants.patient))
            return other(w, err);
    }
    return true;
}

/* The patients that r has given out since its view was set. */
static bool seen_hold(const struct write *w, struct store_read *r, struct err *err)
{
    const store_rid *patient;
    size_t count;
    uint64_t withheld;
    bool many;
    store_read_seen(r, &patient, &count, &many, &withheld);
    for (size_t i = 0; i < count; i++) {
        uint16_t type;
        struct str id;
        if (!store_name(r, patient[i], w->call->arena, &type, &id, err))
            return false;
        if (type == FHIR_TYPE_Patient && !str_eq(id, w->call->wants.patient))
            return other(w, err);
    }
    return !many || other(w, err);
}

/* What it was, whatever the caller sees of it. */
static bool did_hold(const struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    audited_seen(c, r);
    store_read_view(r, &c->api->watch);
    bool ok = store_get(r, c->type, w->id, c->arena, &v, err) != STORE_FAILED && seen_hold(w, r, err);
    store_read_view(r, NULL);
    guard_reader(c, r);
    return ok;
}

bool chart_holds(struct write *w, struct store_read *r, struct err *err)
{
    if (!w->call->wants.patient.p)
        return true;
    bool writes = w->kind != WRITE_DELETE && !w->matched;
    return (!writes || will_hold(w, err)) && did_hold(w, r, err);
}
