/* SPDX-License-Identifier: Apache-2.0 */
#include "api/merge.h"

#include "access/read_body.h"
#include "api/audited.h"
#include "api/body.h"
#include "api/guard.h"
#include "api/params.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"
#include "search/label.h"

#define LIFECYCLE "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
#define MERGE_NOTE "merges"

/* ---- references ---- */

struct str merge_reference(const struct json_doc *doc, uint32_t i)
{
    const struct json_node *n = &doc->nodes[i];
    const struct fhir_elem *e = &fhir_elems[n->elem];
    if (n->kind != JSON_STRING || !n->elem || e->owner != FHIR_TYPE_Reference ||
        e->name != FHIR_NAME_reference)
        return (struct str){0};
    return json_text(doc, i);
}

bool merge_is(const struct merge *m, struct str text, struct str name)
{
    struct str base = m->call->base;
    if (str_starts(text, base) && text.n > base.n && text.p[base.n] == '/')
        text = str_sub(text, base.n + 1, text.n);
    return str_eq(text, name);
}

void merge_refer(struct json_doc *doc, uint32_t i, struct str text)
{
    struct json_node *n = &doc->nodes[i];
    n->text = text.p;
    n->len = (uint32_t)text.n;
    n->flags &= (uint8_t)~JSON_F_PLAIN;
}

struct str merge_text(struct merge *m, const struct json_doc *doc, struct err *err)
{
    struct buf out;
    buf_init(&out, STORE_BODY_MAX);
    json_write(doc, 0, &out);
    struct str text = buf_ok(&out) ? arena_str(m->call->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    if (!text.p)
        err_set(err, ERR_NO_MEMORY, NULL);
    return text;
}

/* ---- links ---- */

static uint32_t link_to(const struct json_doc *doc, const char *type, struct str name)
{
    uint32_t links = json_get(doc, 0, FHIR_NAME_link);
    if (links == UINT32_MAX)
        return UINT32_MAX;
    JSON_EACH(doc, links, l)
    {
        struct str other = read_body_reference(doc, json_get(doc, l, FHIR_NAME_other));
        if (str_is(json_text(doc, json_get(doc, l, FHIR_NAME_type)), type) &&
            (!name.n || str_eq(other, name)))
            return l;
    }
    return UINT32_MAX;
}

struct str merge_replaced(const struct json_doc *doc)
{
    uint32_t l = link_to(doc, "replaced-by", STR(""));
    struct str none = {0};
    return l == UINT32_MAX ? none : read_body_reference(doc, json_get(doc, l, FHIR_NAME_other));
}

struct str merge_record(const struct merge *m)
{
    struct str none = {0};
    uint32_t l = link_to(&m->source.doc, "replaced-by", m->target.name);
    uint32_t e = l == UINT32_MAX ? UINT32_MAX : read_body_extension(&m->source.doc, l, MERGE_URL);
    return e == UINT32_MAX
               ? none
               : read_body_reference(&m->source.doc, json_get_key(&m->source.doc, e, STR("valueReference")));
}

/* ---- writing ---- */

bool merge_put(struct merge *m, fhir_type_id type, struct str id, struct str text,
               struct store_change *change, struct err *err)
{
    struct call *c = m->call;
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    struct store_rows rows = {0};
    *change = (struct store_change){.op = 'U', .type = type, .id = id};
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(c->arena, text, &fhir_names, doc, err))
        return false;
    fhir_type_tree(doc, 0);
    if (!body_parts(doc, 0, type, id, c->arena, change, err) ||
        !search_extract(c->api->search, doc, 0, type, c->arena, &rows, err))
        return false;
    change->rows = rows.item;
    change->row_count = rows.count;
    change->epoch = rows.epoch;
    return store_put(m->tx, change, err);
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

static void note_meta(struct json_out *o, const struct call *c)
{
    if (!c->view || c->caller->kind != ACCESS_STAFF)
        return;
    json_out_object(o, "meta");
    json_out_array(o, "extension");
    label(o, LABEL_UNIT_URL, access_view_unit(c->view));
    label(o, LABEL_PROVIDER_URL, access_view_provider(c->view));
    json_out_end_array(o);
    json_out_end_object(o);
}

static void note_moved(struct json_out *o, const struct merge *m)
{
    if (!m->moved_count)
        return;
    json_out_array(o, "extension");
    for (size_t i = 0; i < m->moved_count; i++)
        label(o, MERGE_MOVED_URL, m->moved[i]);
    json_out_end_array(o);
}

/* Who did it, when, and what it was called. */
static void note_who(struct json_out *o, const struct call *c, const char *code)
{
    struct str who = !c->caller ? STR("") : c->caller->assignment.n ? c->caller->assignment : c->caller->user;
    fhir_out_instant(o, "recorded", os_now_ms());
    json_out_object(o, "activity");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", LIFECYCLE);
    json_out_cstr(o, "code", code);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_array(o, "agent");
    json_out_object(o, NULL);
    json_out_object(o, "who");
    if (who.n)
        json_out_string(o, "reference", who);
    else
        json_out_string(o, "display", call_agent(c));
    json_out_end_object(o);
    json_out_end_object(o);
    json_out_end_array(o);
}

bool merge_note(struct merge *m, const char *code, struct err *err)
{
    const struct merge_side *sides[] = {&m->target, &m->source};
    struct arena *arena = m->call->arena;
    struct store_change change;
    struct json_out o;
    struct buf out;
    struct str id = str_sub(m->record, strlen("Provenance/"), m->record.n);
    buf_init(&out, STORE_BODY_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Provenance");
    json_out_string(&o, "id", id);
    note_meta(&o, m->call);
    note_moved(&o, m);
    json_out_array(&o, "target");
    for (size_t i = 0; i < 2; i++)
        fhir_out_reference(
            &o, NULL,
            arena_printf(arena, "%.*s/_history/%u", STR_ARG(sides[i]->name), sides[i]->change.version));
    json_out_end_array(&o);
    note_who(&o, m->call, code);
    json_out_end_object(&o);
    struct str text = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return merge_put(m, FHIR_TYPE_Provenance, id, text, &change, err);
}

/* ---- the two ---- */

static const struct params_def merge_params[] = {{.name = "source-patient", .required = true},
                                                 {.name = "target-patient", .required = true},
                                                 {.name = "preview"},
                                                 {0}};

/* "Patient/x", or "Patient/x/_history/n" of who wants to be sure that nothing has changed. */
static bool read_side(struct call *c, struct merge_side *s, struct str text, const char *name,
                      struct err *err)
{
    size_t mark = str_find_str(text, STR("/_history/"));
    uint64_t version = 0;
    struct str whole = mark == SIZE_MAX ? text : str_sub(text, 0, mark);
    s->id = read_body_id_of(whole, STR("Patient"));
    if (!s->id.n || !fhir_prim_valid(FHIR_PRIM_ID, s->id) ||
        (mark != SIZE_MAX && (!str_u64(str_sub(text, mark + 10, text.n), UINT32_MAX, &version) || !version)))
        return err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
    s->name = resource_name(c->arena, FHIR_TYPE_Patient, s->id);
    s->asked = (uint32_t)version;
    return true;
}

static bool read_params(struct call *c, struct merge *m, struct err *err)
{
    struct params p;
    if (!params_read(c, merge_params, &p, err) ||
        !read_side(c, &m->source, params_text(&p, "source-patient"), "source-patient", err) ||
        !read_side(c, &m->target, params_text(&p, "target-patient"), "target-patient", err))
        return false;
    struct str open = c->wants.patient, preview = params_text(&p, "preview");
    if (preview.n && !str_is(preview, "true") && !str_is(preview, "false"))
        return err_set_str(err, ERR_PARAM_VALUE, preview, STR("preview"));
    m->preview = str_is(preview, "true");
    if (str_eq(m->source.id, m->target.id))
        return err_set_str(err, ERR_MERGE_SAME, m->source.name, STR(""));
    /* Two records are touched: the chart that is open must be one of them. */
    if (open.p && !str_eq(open, m->source.id) && !str_eq(open, m->target.id))
        return err_set_str(err, ERR_PATIENT_MISMATCH, open, STR("Patient"));
    return true;
}

/* As the caller sees it, which must be all of it, in the version that was asked for. */
static bool read_patient(struct merge *m, struct merge_side *s, struct err *err)
{
    struct call *c = m->call;
    struct store_version seen;
    guard_reader(c, m->r);
    enum store_found found = store_get(m->r, FHIR_TYPE_Patient, s->id, c->arena, &seen, err);
    audited_seen(c, m->r);
    store_read_view(m->r, NULL);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND, s->name, STR(""));
    if (store_get(m->r, FHIR_TYPE_Patient, s->id, c->arena, &s->now, err) != STORE_FOUND)
        return err->code ? false : err_set_str(err, ERR_NOT_FOUND, s->name, STR(""));
    audited_name(c, s->id);
    if (!str_eq(seen.body, s->now.body))
        return err_set(err, ERR_ACCESS_MASKED, NULL);
    return write_version_holds(c->arena, s->now.version, s->asked, err) &&
           json_parse(c->arena, s->now.body, &fhir_names, &s->doc, err);
}

/* ---- the job ---- */

struct merge_job {
    struct merge merge;
    bool (*run)(struct merge *m, struct err *err);
};

/* The answer's resource is the target as it stands now. */
static void set_result(struct merge *m)
{
    struct write *w = &m->result;
    w->id = m->target.id;
    w->change = m->target.change;
    w->matched = !m->target.change.version;
    if (!w->matched)
        return;
    w->stored = m->target.now.body;
    w->change.version = m->target.now.version;
    w->change.time_ms = m->target.now.time_ms;
}

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct merge_job *j = arg;
    struct merge *m = &j->merge;
    m->tx = tx;
    m->r = store_tx_read(tx);
    m->moved_count = m->kept_count = 0;
    m->source.change = m->target.change = (struct store_change){0};
    m->record = arena_printf(m->call->arena, "Provenance/%.*s", STR_ARG(write_new_id(m->call->arena)));
    m->call->wrote = true;
    atomic_store(&m->call->api->merges, true);
    if (!read_patient(m, &m->source, err) || !read_patient(m, &m->target, err) || !j->run(m, err) ||
        !store_note_put(tx, MERGE_NOTE, STR("1"), err))
        return false;
    set_result(m);
    return true;
}

static void put_number(struct json_out *o, const char *name, size_t n)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_i64(o, "valueInteger", (int64_t)n);
    json_out_end_object(o);
}

static void put_resource(struct json_out *o, const char *name, struct buf *text)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_raw(o, "resource", buf_get(text));
    json_out_end_object(o);
    buf_release(text);
}

static void answer(struct merge *m)
{
    struct call *c = m->call;
    struct buf out, outcome, result;
    struct json_out o;
    buf_init(&outcome, 1 << 16);
    buf_init(&result, STORE_BODY_MAX);
    buf_init(&out, BUF_NO_MAX);
    outcome_write_done(&outcome, c->wants.lang);
    write_stored(&m->result, &result);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    put_resource(&o, "outcome", &outcome);
    put_resource(&o, "result", &result);
    put_number(&o, "moved", m->moved_count);
    put_number(&o, "kept", m->kept_count);
    json_out_end_array(&o);
    json_out_end_object(&o);
    http_response_header(c->resp, "Location",
                         arena_printf(c->arena, "%.*s/%.*s/_history/%u", STR_ARG(c->base),
                                      STR_ARG(m->target.name), m->result.change.version));
    resource_answer_buf(c, &out, 200);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct merge_job *j = arg;
    struct call *c = j->merge.call;
    if (ok)
        answer(&j->merge);
    else
        outcome_fail(c, err);
    api_job_end(c);
}

bool merge_submit(struct call *c, bool (*run)(struct merge *m, struct err *err))
{
    struct err err = {0};
    struct merge_job *j = ARENA_NEW(c->arena, struct merge_job);
    if (!j) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    j->run = run;
    j->merge.call = c;
    if (!read_params(c, &j->merge, &err))
        return outcome_fail(c, &err);
    c->params = NULL;
    c->param_count = 0;
    c->id = j->merge.target.id;
    j->merge.result = (struct write){.call = c, .kind = WRITE_UPDATE, .id = c->id};
    j->merge.api.write = &j->merge.result;
    j->merge.api.job = (struct store_job){.run = job_run, .done = job_done, .arg = j};
    return api_job_submit(c, &j->merge.api);
}

/* ---- held to it ---- */

bool merge_start(struct api *a, struct err *err)
{
    struct arena arena;
    struct str note = {0};
    struct store_read *r = store_read_begin(a->store, err);
    if (!r)
        return false;
    arena_init(&arena);
    bool ok = store_note_get(r, MERGE_NOTE, &arena, &note, err);
    atomic_store(&a->merges, note.n > 0);
    arena_release(&arena);
    store_read_end(r);
    return ok;
}

/* One that was merged by the operation: what others keep of links is theirs. */
static bool own_record(struct write *w, struct store_read *r, struct str id, struct err *err)
{
    struct arena *arena = w->call->arena;
    struct store_version v;
    struct json_doc doc;
    enum store_found found = store_get(r, FHIR_TYPE_Patient, id, arena, &v, err);
    if (found != STORE_FOUND || str_find_str(v.body, STR(MERGE_URL)) == SIZE_MAX)
        return found != STORE_FAILED;
    if (!json_parse(arena, v.body, &fhir_names, &doc, err))
        return false;
    struct str by = merge_replaced(&doc);
    return !by.n || err_set_str(err, ERR_PATIENT_MERGED, resource_name(arena, FHIR_TYPE_Patient, id), by);
}

bool merge_holds(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    bool ok = true;
    if (!atomic_load(&c->api->merges))
        return true;
    audited_seen(c, r);
    store_read_view(r, NULL);
    if (c->type == FHIR_TYPE_Patient && w->kind != WRITE_CREATE)
        ok = own_record(w, r, w->id, err);
    for (size_t i = 0; ok && w->kind != WRITE_DELETE && i < w->change.row_count; i++)
        if (audited_whose(c, &w->change.rows[i]))
            ok = own_record(w, r, w->change.rows[i].text, err);
    guard_reader(c, r);
    return ok;
}
