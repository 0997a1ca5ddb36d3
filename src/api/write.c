/* SPDX-License-Identifier: Apache-2.0
 * Changing one resource, in two stages: everything that can be checked and computed is, on the calling pool
 * thread; what depends on the state of the record (criteria, versions, references) runs in the writer's
 * transaction. */
#include "api/audited.h"
#include "api/body.h"
#include "api/chart.h"
#include "api/gov_fill.h"
#include "api/guard.h"
#include "api/guard_gov.h"
#include "api/merge.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { WRITE_REFERRERS_MAX = 3 };

struct str write_new_id(struct arena *arena)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char r[16];
    char text[CALL_ID_BYTES], *to = text;
    os_random(r, sizeof(r));
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = hex[r[i] >> 4];
        *to++ = hex[r[i] & 15];
    }
    return arena_str(arena, (struct str){text, sizeof(text)});
}

/* W/"3" or "3" of If-Match. */
static bool parse_match(struct str tag, uint32_t *version, struct err *err)
{
    uint64_t n;
    struct str t = str_starts(tag, STR("W/")) ? str_sub(tag, 2, tag.n) : tag;
    if (t.n < 3 || t.p[0] != '"' || t.p[t.n - 1] != '"' || !str_u64(str_sub(t, 1, t.n - 1), UINT32_MAX, &n) ||
        n == 0)
        return err_set_str(err, ERR_HEADER, STR("If-Match"), tag);
    *version = (uint32_t)n;
    return true;
}

bool write_version_holds(struct arena *arena, uint32_t now, uint32_t asked, struct err *err)
{
    return !asked || asked == now ||
           err_set_str(err, ERR_VERSION_CONFLICT, arena_printf(arena, "%u", now),
                       arena_printf(arena, "%u", asked));
}

static const char *const write_params[] = {NULL};

bool write_prepare(struct call *c, struct write *w, enum write_kind kind, struct err *err)
{
    *w = (struct write){.call = c, .kind = kind, .id = c->id};
    bool by_criteria = kind != WRITE_CREATE && c->route->level == LEVEL_TYPE;
    if (!by_criteria && !call_params_only(c, write_params, err))
        return false;
    if (by_criteria) {
        if (c->query.n == 0)
            return err_set_str(err, ERR_CRITERIA_EMPTY, condition_text(c->arena, c->type, c->query), STR(""));
        w->criteria = c->query;
    } else if (kind == WRITE_CREATE && c->wants.if_none_exist.p) {
        w->criteria = c->wants.if_none_exist;
        size_t mark = str_find(w->criteria, '?', 0);
        if (mark != SIZE_MAX)
            w->criteria = str_sub(w->criteria, mark + 1, w->criteria.n);
    }
    if (kind == WRITE_CREATE)
        w->id = write_new_id(c->arena);
    w->change.op = kind == WRITE_CREATE ? 'C' : kind == WRITE_UPDATE ? 'U' : 'D';
    w->change.type = c->type;
    w->change.skip_same = kind == WRITE_UPDATE;
    if (kind == WRITE_UPDATE && str_is(c->wants.if_none_match, "*"))
        w->change.if_absent = true;
    return !c->wants.if_match.n || parse_match(c->wants.if_match, &w->change.if_version, err);
}

static void issue_add(struct check_issues *issues, const struct err *err)
{
    issues->item[0] = *err;
    issues->count = issues->total = 1;
}

/* The id in the body of an update must be the address's (R4 3.1.0.4). */
static bool check_id(struct write *w, struct err *err)
{
    if (w->kind != WRITE_UPDATE || !w->id.n)
        return true;
    struct str id = json_text(w->doc, json_get(w->doc, w->node, FHIR_NAME_id));
    if (str_eq(id, w->id))
        return true;
    err_set_str(err, ERR_FHIR_ID_MISMATCH, id, w->id);
    err_at(err, arena_printf(w->call->arena, "%s.id", fhir_types[w->call->type].name));
    return false;
}

void write_without_lines(struct check_issues *issues)
{
    for (uint32_t i = 0; i < issues->count; i++)
        issues->item[i].line = issues->item[i].column = 0;
}

bool write_check(struct write *w, struct check_issues *issues)
{
    fhir_type_id type;
    struct err err = {0};
    if (!check_resource(w->doc, w->node, &type, issues)) {
        if (w->filled || w->rewrite)
            write_without_lines(issues);
        return false;
    }
    if (type != w->call->type)
        err_set(&err, ERR_FHIR_TYPE_MISMATCH, fhir_types[type].name, fhir_types[w->call->type].name, NULL);
    if (err.code || !check_id(w, &err)) {
        issue_add(issues, &err);
        return false;
    }
    return true;
}

/* Parses and checks the body of a call of its own; false when it has been answered. */
static bool write_body(struct call *c, struct write *w)
{
    struct err err = {0};
    struct check_issues *issues = arena_alloc(c->arena, sizeof(*issues));
    w->doc = ARENA_NEW(c->arena, struct json_doc);
    if (!issues || !w->doc)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else if (c->body.n == 0)
        err_set(&err, ERR_BODY_MISSING, NULL);
    else if (media_content(c, &err))
        (void)(json_parse(c->arena, c->body, &fhir_names, w->doc, &err) &&
               (w->doc->nodes[0].kind == JSON_OBJECT || err_set(&err, ERR_FHIR_NOT_OBJECT, NULL)) &&
               gov_fill(w, NULL, &err));
    if (err.code) {
        outcome_fail(c, &err);
        return false;
    }
    if (write_check(w, issues))
        return true;
    outcome_fail_many(c, issues);
    return false;
}

/* The stored text of the change, as the store will put it together. */
static void join(const struct store_change *c, uint32_t version, int64_t time_ms, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    size_t n = time_format(time_ms, time);
    buf_room(out, c->head.n + c->meta_rest.n + c->tail.n + 100);
    buf_str(out, c->head);
    buf_cstr(out, "\"meta\":{\"versionId\":\"");
    buf_u64(out, version);
    buf_cstr(out, "\",\"lastUpdated\":\"");
    buf_add(out, time, n);
    buf_char(out, '"');
    buf_str(out, c->meta_rest);
    buf_char(out, '}');
    buf_str(out, c->tail);
}

/* A body without id (creates mostly) is parsed again with its id in place: index rows may depend on it. */
static bool with_id(struct write *w, struct json_doc *doc, struct err *err)
{
    struct buf text;
    buf_init(&text, STORE_BODY_MAX);
    join(&w->change, 1, 0, &text);
    struct str copy = buf_ok(&text) ? arena_str(w->call->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    if (!copy.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(w->call->arena, copy, &fhir_names, doc, err))
        return false;
    fhir_type_tree(doc, 0);
    return true;
}

bool write_build(struct write *w, struct err *err)
{
    struct call *c = w->call;
    struct json_doc again, *doc = w->doc;
    struct store_rows rows = {0};
    uint32_t node = w->node;
    OS_ASSERT(w->id.n);
    w->change.id = w->id;
    c->wrote = true;
    if (w->kind == WRITE_DELETE || w->built)
        return true;
    if (!body_parts(doc, node, c->type, w->id, c->arena, &w->change, err) || !guard_label(w, err))
        return false;
    uint32_t id = json_get(doc, node, FHIR_NAME_id);
    if (!w->label && id != UINT32_MAX && doc->nodes[id].kind == JSON_STRING) {
        doc->nodes[id].text = w->id.p;
        doc->nodes[id].len = (uint32_t)w->id.n;
    } else {
        if (!with_id(w, &again, err))
            return false;
        doc = &again;
        node = 0;
    }
    if (!search_extract(c->api->search, doc, node, c->type, c->arena, &rows, err))
        return false;
    w->change.rows = rows.item;
    w->change.row_count = rows.count;
    w->change.epoch = rows.epoch;
    w->built = true;
    audited_written(c, &w->change);
    return true;
}

/* What one match means for each kind. */
static bool resolve_one(struct write *w, const struct store_version *v, struct err *err)
{
    struct str body_id =
        w->doc && !w->rewrite ? json_text(w->doc, json_get(w->doc, w->node, FHIR_NAME_id)) : (struct str){0};
    if (w->kind == WRITE_UPDATE && body_id.n && !str_eq(body_id, v->id))
        return err_set_str(err, ERR_FHIR_ID_MISMATCH, body_id, v->id);
    w->id = v->id;
    w->matched = w->kind == WRITE_CREATE;
    w->change.id = v->id;
    w->change.version = v->version;
    w->change.time_ms = v->time_ms;
    return true;
}

static void resolve_none(struct write *w)
{
    if (w->kind == WRITE_DELETE) {
        w->nothing = true;
    } else if (w->kind == WRITE_UPDATE) {
        struct str id = json_text(w->doc, json_get(w->doc, w->node, FHIR_NAME_id));
        w->id = id.n ? id : write_new_id(w->call->arena);
        w->fresh = !id.n;
    }
}

bool write_resolved(struct write *w, enum condition_found found, const struct store_version *v,
                    struct err *err)
{
    struct arena *arena = w->call->arena;
    w->matched = w->nothing = false;
    switch (found) {
    case CONDITION_NONE:
        if (w->rewrite)
            return err_set_str(err, ERR_NOT_FOUND, condition_text(arena, w->call->type, w->criteria),
                               STR(""));
        resolve_none(w);
        return true;
    case CONDITION_ONE:
        return resolve_one(w, v, err);
    case CONDITION_MANY:
        return err_set_str(err, ERR_MULTIPLE_MATCHES, condition_text(arena, w->call->type, w->criteria),
                           STR("≥ 2"));
    case CONDITION_FAILED:
        break;
    }
    return false;
}

static bool write_resolve(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    if (!w->criteria.p)
        return true;
    enum condition_found found = condition_find(c->api, r, c->type, w->criteria, c->arena, &v, err);
    return write_resolved(w, found, &v, err);
}

/* Conditional create that found one: nothing is written; the answer may need the body. */
static bool keep_matched(struct write *w, struct store_read *r, struct err *err)
{
    struct store_version v;
    if (store_get(r, w->call->type, w->id, w->call->arena, &v, err) == STORE_FOUND)
        w->stored = v.body;
    return err->code == ERR_OK;
}

static bool integrity_before(struct write *w, struct store_read *r, struct err *err)
{
    struct store_version v;
    if (store_get(r, w->call->type, w->id, w->call->arena, &v, err) != STORE_FOUND)
        return err->code == ERR_OK;
    w->change.rid = v.rid;
    return write_integrity(w, r, err);
}

/* If-Match on what has no version is told as that, not as "version 0". */
static bool name_missing_version(const struct write *w, struct err *err)
{
    if (err->code == ERR_VERSION_CONFLICT && w->change.if_version && str_is(str_of(err->arg[0]), "0"))
        err_set(err, ERR_VERSION_REQUIRED, NULL);
    return false;
}

/* Whose record is changed is told by what it was, too. guard_write reads that when there are accounts. */
static bool note_before(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    return c->view || !c->api->audit || w->kind == WRITE_CREATE ||
           store_get(r, c->type, w->id, c->arena, &v, err) != STORE_FAILED;
}

/* A second attempt begins with what was sent. */
static void begin_anew(struct write *w)
{
    if (!w->sent)
        return;
    w->doc = w->sent;
    w->node = w->sent_node;
    w->sent = NULL;
    w->built = false;
}

static bool perform(struct write *w, struct store_tx *tx, struct store_read *r, struct err *err)
{
    begin_anew(w);
    if (!write_resolve(w, r, err))
        return false;
    if (w->nothing)
        return true;
    if (w->matched)
        return chart_holds(w, r, err) && keep_matched(w, r, err);
    if ((w->rewrite && !rewrite_perform(w, r, err)) || !write_build(w, err) || !guard_write(w, r, err))
        return false;
    if (w->nothing)
        return true;
    if (!merge_holds(w, r, err) || !chart_holds(w, r, err) || !note_before(w, r, err) ||
        !guard_gov(w, r, err))
        return false;
    if ((w->kind == WRITE_DELETE && !w->late_integrity && !integrity_before(w, r, err)) ||
        !guard_admin(w, r, err))
        return false;
    if (!store_put(tx, &w->change, err))
        return name_missing_version(w, err);
    if (w->change.exists)
        return err_set_str(err, ERR_EXISTS, resource_name(w->call->arena, w->call->type, w->id), STR(""));
    return true;
}

bool write_perform(struct write *w, struct store_tx *tx, struct err *err)
{
    struct store_read *r = store_tx_read(tx);
    guard_reader(w->call, r);
    bool ok = perform(w, tx, r, err);
    audited_seen(w->call, r);
    return ok;
}

struct referrers {
    const struct write *write;
    struct str names;
    unsigned count;
};

static bool each_referrer(void *arg, const struct store_version *v)
{
    struct referrers *f = arg;
    struct arena *arena = f->write->call->arena;
    if (v->rid == f->write->change.rid)
        return true;
    if (f->count++ == WRITE_REFERRERS_MAX) {
        f->names = arena_printf(arena, "%.*s …", STR_ARG(f->names));
        return false;
    }
    f->names = arena_printf(arena, "%.*s%s%s/%.*s", STR_ARG(f->names), f->names.n ? ", " : "",
                            fhir_types[v->type].name, STR_ARG(v->id));
    return true;
}

bool write_integrity(struct write *w, struct store_read *r, struct err *err)
{
    struct referrers f = {.write = w, .names = {"", 0}};
    if (w->kind != WRITE_DELETE || w->nothing || w->change.noop || !w->change.rid)
        return true;
    if (!store_referrers(r, w->change.rid, 0, 0, each_referrer, &f, err))
        return false;
    if (!f.count)
        return true;
    return err_set_str(err, ERR_REFERENCED, resource_name(w->call->arena, w->call->type, w->id), f.names);
}

int write_result_status(const struct write *w)
{
    if (w->kind == WRITE_DELETE)
        return 204;
    if (w->matched)
        return 200;
    return w->change.created ? 201 : 200;
}

/* Without a word of what is hidden, if it cannot be made so. */
static void stored_masked(const struct write *w, struct buf *out)
{
    struct call *c = w->call;
    struct err err = {0};
    struct str shown;
    struct buf text;
    buf_init(&text, STORE_BODY_MAX);
    join(&w->change, w->change.version, w->change.time_ms, &text);
    if (buf_ok(&text) && guard_mask_text(c, c->type, buf_get(&text), &shown, &err))
        buf_str(out, shown);
    else
        buf_printf(out, "{\"resourceType\":\"%s\",\"id\":\"%.*s\"}", fhir_types[c->type].name,
                   STR_ARG(w->id));
    buf_release(&text);
}

void write_stored(const struct write *w, struct buf *out)
{
    if (w->matched)
        buf_str(out, w->stored);
    else if (w->masked)
        stored_masked(w, out);
    else
        join(&w->change, w->change.version, w->change.time_ms, out);
}

static void answer_body(struct write *w, int status)
{
    struct call *c = w->call;
    struct buf out;
    enum call_return returns = c->wants.returns;
    if (returns == RETURN_DEFAULT)
        returns = c->entry ? RETURN_MINIMAL : RETURN_REPRESENTATION;
    if (returns == RETURN_MINIMAL || status == 204) {
        c->resp->status = status;
        return;
    }
    buf_init(&out, BUF_NO_MAX);
    if (returns == RETURN_OUTCOME)
        outcome_write_done(&out, c->wants.lang);
    else
        write_stored(w, &out);
    resource_answer_buf(c, &out, status);
}

void write_answer(struct write *w)
{
    struct call *c = w->call;
    int status = write_result_status(w);
    if (w->change.version)
        resource_headers(c, w->change.version, w->change.time_ms);
    if (status == 201 || w->matched)
        http_response_header(c->resp, "Location",
                             arena_printf(c->arena, "%.*s/%s/%.*s/_history/%u",
                                          STR_ARG(base_of_type(c->arena, c->base, fhir_types[c->type].styr)),
                                          fhir_types[c->type].name, STR_ARG(w->id), w->change.version));
    answer_body(w, status);
}

struct write_job {
    struct api_job api;
    struct write write;
};

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct write_job *j = arg;
    return write_perform(&j->write, tx, err);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct write_job *j = arg;
    struct call *c = j->api.call;
    if (ok)
        write_answer(&j->write);
    else
        outcome_fail(c, err);
    api_job_end(c);
}

bool write_run(struct call *c, enum write_kind kind)
{
    struct err err = {0};
    struct write_job *j = ARENA_NEW(c->arena, struct write_job);
    if (!j) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    if (!write_prepare(c, &j->write, kind, &err))
        return outcome_fail(c, &err);
    if (kind != WRITE_DELETE && !write_body(c, &j->write))
        return true;
    if (j->write.id.n && !write_build(&j->write, &err))
        return outcome_fail(c, &err);
    j->api.write = &j->write;
    j->api.job.run = job_run;
    j->api.job.done = job_done;
    j->api.job.arg = j;
    return api_job_submit(c, &j->api);
}
