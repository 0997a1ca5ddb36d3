/* SPDX-License-Identifier: Apache-2.0
 * The run of an export: type after type, slice after slice, each slice in a snapshot of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "api/job_whose.h"
#include "api/subset.h"
#include "base/os.h"
#include "base/time.h"
#include "bulk/bulk.h"
#include "bulk/bulk_int.h"
#include "fhir_gen/names.h"

struct export
{
    struct bulk *bulk;
    struct job *job;
    struct bulk_request req;
    struct arena arena; /* as long as the run */
    struct arena work;  /* one resource */
    struct err *err;
    struct access_view *view; /* of the reader that is open; NULL: it sees everything */
    int64_t seq;
    store_rid *patient;
    size_t patient_count;
    store_rid *only; /* of the type at hand */
    size_t only_count, only_cap;
    bool by_hand; /* each holds resources against only */
    struct job_file *file, *gone;
    struct buf line, bundle;
    size_t bundle_count;
    struct str *element; /* of the type at hand */
    size_t element_count;
    uint64_t done, total;
    fhir_type_id type;
    struct job_whose *whose;
};

static int by_rid(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return (x > y) - (x < y);
}

static size_t sort_unique(store_rid *rid, size_t count)
{
    size_t n = 0;
    if (count)
        qsort(rid, count, sizeof *rid, by_rid);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || rid[n - 1] != rid[i])
            rid[n++] = rid[i];
    return n;
}

/* ---- readers, through the caller's view ---- */

static void read_end(struct export *e, struct store_read *r)
{
    store_read_end(r);
    access_view_free(e->view);
    e->view = NULL;
}

/* What the caller may see is asked anew each time: a block counts from when it is there. */
static struct store_read *read_begin(struct export *e, uint32_t action)
{
    struct access *access = e->bulk->access;
    struct store_read *r = store_read_begin(e->bulk->store, e->err);
    if (!r || !e->req.caller)
        return r;
    if (!access)
        err_set(e->err, ERR_ACCESS_OFF, NULL);
    else
        e->view = access_view_new(access, e->req.caller, action, r, e->err);
    if (!e->view) {
        store_read_end(r);
        return NULL;
    }
    store_read_view(r, access_view_store(e->view));
    return r;
}

/* Clients have scopes; people need the right. */
static bool may_export(struct export *e)
{
    bool staff = e->req.caller && e->req.caller->kind != ACCESS_SYSTEM;
    return !staff || access_view_right(e->view, RULES_EXPORT) ||
           err_set(e->err, ERR_ACCESS_DENIED, "Export", "Export", NULL);
}

/* Types of which the caller may see nothing are not gone through. */
static bool may_type(struct export *e, bool *may)
{
    *may = true;
    if (!e->req.caller)
        return true;
    struct store_read *r = read_begin(e, ACCESS_READ);
    if (!r)
        return false;
    *may = access_view_may_some(e->view, e->type, ACCESS_READ) ||
           access_view_may(e->view, e->type, true, ACCESS_READ);
    read_end(e, r);
    return true;
}

/* ---- whose, and which ---- */

/* The rids of the patients asked for; one that was deleted since has what it had. */
static bool find_patients(struct export *e, struct store_read *r)
{
    if (!e->req.patients)
        return true;
    e->patient = ARENA_ARRAY(&e->arena, store_rid, e->req.patient_count + 1);
    if (!e->patient)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < e->req.patient_count; i++) {
        struct store_version v;
        enum store_found found = store_get(r, FHIR_TYPE_Patient, e->req.patient[i], &e->work, &v, e->err);
        if (found == STORE_FAILED)
            return false;
        if (found != STORE_ABSENT)
            e->patient[e->patient_count++] = v.rid;
        arena_reset(&e->work);
    }
    e->patient_count = sort_unique(e->patient, e->patient_count);
    return true;
}

static bool only_add(struct export *e, store_rid rid)
{
    if (e->only_count == BULK_FILTER_MAX)
        return err_set_str(e->err, ERR_SEARCH_BUDGET, STR("20000000"), STR(""));
    if (e->only_count == e->only_cap) {
        size_t cap = 2 * e->only_cap + SEARCH_COUNT_MAX;
        store_rid *grown = os_realloc(e->only, cap * sizeof *grown);
        if (!grown)
            return err_set(e->err, ERR_NO_MEMORY, NULL);
        e->only = grown;
        e->only_cap = cap;
    }
    e->only[e->only_count++] = rid;
    return true;
}

static bool stopped(struct export *e)
{
    return job_stopped(e->job) ? !err_set(e->err, ERR_CANCELLED, NULL) : false;
}

/* All that a plan finds, page by page in one snapshot: only rids are read, which is quick, and no other's
 * writes can make a page too old. */
static bool plan_all(struct export *e, struct store_read *r, struct store_plan *plan)
{
    struct store_hits hits;
    plan->limit = SEARCH_COUNT_MAX;
    plan->count = false;
    plan->no_body = true;
    plan->sort_count = 0;
    plan->work_max = plan->deadline_ns = 0; /* nobody waits at the other end */
    do {
        struct arena_mark mark = arena_mark(&e->work);
        if (stopped(e) || !store_search(r, plan, &e->work, &hits, e->err))
            return false;
        for (size_t i = 0; i < hits.count; i++)
            if (!only_add(e, hits.item[i].rid))
                return false;
        plan->cursor = hits.more ? arena_str(&e->arena, hits.next) : STR("");
        arena_rewind(&e->work, mark);
    } while (hits.more);
    return true;
}

static bool filter_all(struct export *e, const struct bulk_filter *f)
{
    struct search_query q;
    struct store_read *r = read_begin(e, ACCESS_SEARCH);
    bool ok =
        r &&
        search_parse(e->bulk->search, r, f->type, f->param, f->param_count, false, &e->work, &q, e->err) &&
        plan_all(e, r, &q.plan);
    read_end(e, r);
    arena_reset(&e->work);
    return ok;
}

/* The compartments of some patients, as far as the type goes, by their clinical rows. */
static bool walk_some(struct export *e, size_t from, size_t to)
{
    uint16_t type = e->type;
    struct store_match *any = ARENA_ARRAY(&e->work, struct store_match, to - from);
    struct store_cond cond = {.kind = STORE_COND_PATIENT, .any = any, .any_count = to - from};
    struct store_plan plan = {.types = &type, .type_count = 1, .cond = &cond, .cond_count = 1};
    if (!any)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = from; i < to; i++) {
        any[i - from].index = any[i - from].row.index = STORE_CLINICAL;
        any[i - from].row.target_type = FHIR_TYPE_Patient;
        any[i - from].row.text = e->req.patient[i];
    }
    struct store_read *r = read_begin(e, ACCESS_READ);
    bool ok = r && plan_all(e, r, &plan);
    read_end(e, r);
    arena_reset(&e->work);
    return ok;
}

/* What has been changed since the commit of the export may have left a compartment, or the record. */
static bool walk_changed(struct export *e)
{
    struct store_place place = {e->seq, INT64_MAX};
    for (size_t count = 1; count;) {
        struct store_followed *list;
        struct store_read *r = store_read_begin(e->bulk->store, e->err);
        bool ok = r && store_follow(r, &place, &e->work, &list, &count, e->err);
        store_read_end(r);
        for (size_t i = 0; ok && i < count; i++)
            ok = list[i].type != e->type || only_add(e, list[i].rid);
        if (!ok || stopped(e))
            return false;
        arena_reset(&e->work);
    }
    return true;
}

/* Few patients in a large record: their compartments are walked instead of everything of the type. Superset
 * of what belongs; the walk as of the commit tells exactly. */
static bool walk_patients(struct export *e)
{
    for (size_t from = 0; from < e->req.patient_count; from += BULK_WALK_STEP) {
        size_t left = e->req.patient_count - from;
        if (!walk_some(e, from, from + (left < BULK_WALK_STEP ? left : BULK_WALK_STEP)))
            return false;
    }
    for (size_t i = 0; i < e->patient_count && e->type == FHIR_TYPE_Patient; i++)
        if (!only_add(e, e->patient[i]))
            return false;
    return walk_changed(e);
}

/* All that the filters of the type match; without filters, what few patients have. *filtered tells whether
 * there is such a choice at all. */
static bool choose_resources(struct export *e, bool *filtered)
{
    *filtered = false;
    e->only_count = 0;
    for (size_t i = 0; i < e->req.filter_count; i++) {
        if (e->req.filter[i].type != e->type)
            continue;
        *filtered = true;
        if (!filter_all(e, &e->req.filter[i]))
            return false;
    }
    /* Deleted resources have no clinical rows: who asks for deletions has everything looked at. */
    if (!*filtered && e->req.patients && e->req.patient_count <= BULK_WALK_MAX && !e->req.since_ms) {
        *filtered = true;
        if (!walk_patients(e))
            return false;
    }
    e->only_count = sort_unique(e->only, e->only_count);
    return true;
}

/* ---- what is written ---- */

static const char ndjson[] = "application/fhir+ndjson";

static bool bundle_end(struct export *e)
{
    static const struct job_file_options opt = {.name = "deleted",
                                                .suffix = "ndjson",
                                                .part = "deleted",
                                                .type = "Bundle",
                                                .content_type = ndjson,
                                                .gzip = true,
                                                .split = true};
    if (e->bundle_count == 0)
        return true;
    buf_cstr(&e->bundle, "]}\n");
    if (!buf_ok(&e->bundle))
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    if (!e->gone && !(e->gone = job_file_open(e->job, &opt, e->err)))
        return false;
    bool ok = job_file_write(e->gone, buf_get(&e->bundle), 1, e->err);
    buf_clear(&e->bundle);
    e->bundle_count = 0;
    return ok;
}

/* A deleted resource is an entry of a transaction that deletes it. */
static bool write_deleted(struct export *e, const struct store_version *v)
{
    if (e->bundle_count == 0)
        buf_cstr(&e->bundle, "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
    buf_printf(&e->bundle, "%s{\"request\":{\"method\":\"DELETE\",\"url\":\"%s/%.*s\"}}",
               e->bundle_count ? "," : "", fhir_types[v->type].name, STR_ARG(v->id));
    return ++e->bundle_count < BULK_DELETED_MAX || bundle_end(e);
}

static bool write_flush(struct export *e, uint64_t items)
{
    struct job_file_options opt = {.name = fhir_types[e->type].name,
                                   .suffix = "ndjson",
                                   .part = "output",
                                   .type = fhir_types[e->type].name,
                                   .content_type = ndjson,
                                   .gzip = true,
                                   .split = true};
    if (!buf_ok(&e->line))
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    if (!e->file && !(e->file = job_file_open(e->job, &opt, e->err)))
        return false;
    bool ok = job_file_write(e->file, buf_get(&e->line), items, e->err);
    buf_clear(&e->line);
    return ok;
}

static bool write_resource(struct export *e, const struct store_version *v)
{
    if (e->element_count) {
        struct subset s = {SEARCH_SUMMARY_FALSE, e->element, e->element_count};
        if (!subset_write(&e->work, v->body, &s, &e->line, e->err))
            return false;
        arena_reset(&e->work);
    } else {
        buf_str(&e->line, v->body);
    }
    buf_char(&e->line, '\n');
    return write_flush(e, 1);
}

static bool is_chosen(const struct export *e, store_rid rid)
{
    return e->only_count && bsearch(&rid, e->only, e->only_count, sizeof *e->only, by_rid);
}

static bool each(void *arg, const struct store_version *v)
{
    struct export *e = arg;
    if (e->req.until_ms && v->time_ms > e->req.until_ms)
        return true;
    if (e->by_hand && v->op != 'D' && !is_chosen(e, v->rid))
        return true;
    if (v->op == 'D' ? write_deleted(e, v) : write_resource(e, v))
        return true;
    OS_ASSERT(e->err->code);
    return false;
}

/* "name" and those "Type.name" that are of the type at hand. */
static bool choose_elements(struct export *e)
{
    e->element_count = 0;
    e->element = ARENA_ARRAY(&e->arena, struct str, e->req.element_count + 1);
    if (!e->element)
        return err_set(e->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < e->req.element_count; i++) {
        struct str want = e->req.element[i];
        size_t dot = str_find(want, '.', 0);
        if (dot == SIZE_MAX || str_is(str_sub(want, 0, dot), fhir_types[e->type].name))
            e->element[e->element_count++] = want;
    }
    return true;
}

/* ---- the walk ---- */

static bool slice(struct export *e, struct store_as_of *q, bool *more)
{
    struct store_read *r = read_begin(e, ACCESS_READ);
    if (!r)
        return false;
    bool ok = store_as_of(r, q, each, e, &q->after_rid, more, e->err) &&
              job_whose_add(e->whose, r, e->view != NULL, e->err);
    read_end(e, r);
    return ok && e->err->code == ERR_OK;
}

static bool export_slices(struct export *e, bool filtered)
{
    struct store_as_of q = {
        .type = e->type,
        .seq = e->seq,
        .since_ms = e->req.since_ms,
        .deleted = e->req.since_ms > 0,
        .compartment = e->req.compartment || e->req.patients,
        .patients = e->patient,
        .patient_count = e->patient_count,
        .only = filtered ? e->only : NULL,
        .only_count = e->only_count,
    };
    /* No filter finds what has been deleted: all deletions of the type are told then. */
    e->by_hand = filtered && e->req.since_ms;
    if (e->by_hand)
        q.only = NULL;
    else if (filtered && e->only_count == 0)
        return true;
    for (bool more = true; more;) {
        if (stopped(e) || !slice(e, &q, &more))
            return false;
        e->done += STORE_AS_OF_SLICE;
        job_progress(e->job, e->done < e->total ? e->done : e->total, e->total);
    }
    return true;
}

/* Of everything, for the progress alone. */
static bool count_of(struct export *e, fhir_type_id type, uint64_t *count)
{
    struct store_read *r = store_read_begin(e->bulk->store, e->err);
    bool ok = r && store_count(r, type, count, e->err);
    store_read_end(r);
    return ok;
}

static bool export_type(struct export *e)
{
    bool filtered, may = false;
    uint64_t count = 0, before = e->done;
    bool ok = count_of(e, e->type, &count) && may_type(e, &may) &&
              (!may || (choose_elements(e) && choose_resources(e, &filtered) && export_slices(e, filtered)));
    if (e->file && ok)
        ok = job_file_close(e->file, e->err);
    else
        job_file_drop(e->file);
    e->file = NULL;
    e->done = before + count; /* slices count placeholders and the deleted too */
    job_progress(e->job, e->done < e->total ? e->done : e->total, e->total);
    return ok;
}

static bool begin(struct export *e, int64_t *time_ms)
{
    if (!bulk_request_read(job_request(e->job), &e->arena, &e->req, e->err) ||
        !store_now(e->bulk->store, &e->seq, time_ms, e->err))
        return false;
    for (size_t i = 0; i < e->req.type_count; i++) {
        uint64_t n;
        if (!count_of(e, e->req.type[i], &n))
            return false;
        e->total += n;
    }
    struct store_read *r = read_begin(e, ACCESS_READ);
    bool ok = r && may_export(e) && find_patients(e, r);
    read_end(e, r);
    return ok;
}

static bool finish(struct export *e, int64_t time_ms)
{
    char text[TIME_TEXT_MAX];
    struct buf result;
    if (!bundle_end(e))
        return false;
    bool ok = !e->gone || job_file_close(e->gone, e->err);
    e->gone = NULL;
    time_format(time_ms, text);
    buf_init(&result, JOB_KEPT_MAX);
    buf_printf(&result, "{\"transactionTime\":\"%s\"", text);
    job_whose_write(e->whose, &result);
    buf_char(&result, '}');
    ok = ok && (buf_ok(&result) ? job_result(e->job, buf_get(&result), e->err)
                                : err_set(e->err, ERR_NO_MEMORY, NULL));
    buf_release(&result);
    return ok;
}

static bool export_run(struct job *j, void *arg, struct err *err)
{
    struct export e = {.bulk = arg, .job = j, .err = err};
    int64_t time_ms;
    arena_init(&e.arena);
    arena_init(&e.work);
    buf_init(&e.line, STORE_BODY_MAX + 1);
    buf_init(&e.bundle, BUF_NO_MAX);
    e.whose = ARENA_NEW(&e.arena, struct job_whose);
    if (e.whose)
        *e.whose = (struct job_whose){.arena = &e.arena};
    bool ok = e.whose ? begin(&e, &time_ms) : err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; ok && i < e.req.type_count; i++) {
        e.type = e.req.type[i];
        ok = export_type(&e);
    }
    ok = ok && finish(&e, time_ms);
    job_file_drop(e.gone);
    os_free(e.only);
    buf_release(&e.line);
    buf_release(&e.bundle);
    arena_release(&e.work);
    arena_release(&e.arena);
    return ok;
}

struct job_kind bulk_export(struct bulk *b)
{
    return (struct job_kind){"export", export_run, b};
}
