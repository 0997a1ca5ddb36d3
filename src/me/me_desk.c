/* SPDX-License-Identifier: Apache-2.0
 * Drafts and settings. The desk's own thread does the job and answers. */
#include "base/time.h"
#include "fhir/model.h"
#include "me/me_int.h"

/* Person before account: what one has written stays one's own, by whatever name one logs in. */
static struct str owner_of(const struct access_caller *caller)
{
    return !caller ? STR("") : caller->user.n ? caller->user : caller->account;
}

static bool wrong(struct err *err, const char *sv, const char *en)
{
    return err_set(err, ERR_ME_BODY, sv, en, NULL);
}

static bool plain(struct str s, size_t max, bool capitals)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || c == '-' ||
                  (capitals && ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')));
        if (!ok)
            return false;
    }
    return s.n && s.n <= max;
}

/* W/"3" or "3"; absent: 0. */
static bool read_version(const struct http_request *req, uint32_t *version, struct err *err)
{
    uint64_t n;
    struct str tag = http_header(req, "If-Match"), t = tag;
    *version = 0;
    if (!tag.p)
        return true;
    if (str_starts(t, STR("W/")))
        t = str_sub(t, 2, t.n);
    if (t.n < 3 || t.p[0] != '"' || t.p[t.n - 1] != '"' || !str_u64(str_sub(t, 1, t.n - 1), UINT32_MAX, &n) ||
        n == 0)
        return err_set_str(err, ERR_HEADER, STR("If-Match"), tag);
    *version = (uint32_t)n;
    return true;
}

static bool take_text(struct arena *arena, const struct json_doc *doc, uint32_t i, struct str *to,
                      struct err *err)
{
    struct buf text;
    buf_init(&text, ME_DRAFT_BYTES_MAX);
    json_write(doc, i, &text);
    *to = buf_ok(&text) ? arena_str(arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return to->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool read_member(struct ask *a, const struct json_doc *doc, uint32_t i, struct err *err)
{
    struct desk_item *item = &a->job.item;
    struct str key = {doc->nodes[i].key, doc->nodes[i].key_len};
    bool text = doc->nodes[i].kind == JSON_STRING;
    if (str_is(key, "content"))
        return take_text(a->req->arena, doc, i, &item->content, err);
    struct str *to = str_is(key, "kind")      ? &item->kind
                     : str_is(key, "patient") ? &item->patient
                     : str_is(key, "title")   ? &item->title
                                              : NULL;
    if (!to || !text)
        return wrong(err, "ett utkast är {kind, patient, title, content}, de tre första texter",
                     "a draft is {kind, patient, title, content}, the first three texts");
    *to = json_text(doc, i);
    return true;
}

static bool read_draft(struct ask *a, const struct json_doc *doc, struct err *err)
{
    struct desk_item *item = &a->job.item;
    if (doc->nodes[0].kind != JSON_OBJECT)
        return wrong(err, "ett objekt krävs", "an object is needed");
    JSON_EACH(doc, 0, i)
    if (!read_member(a, doc, i, err))
        return false;
    if (!item->content.p || !plain(item->kind, ME_KIND_MAX, true))
        return wrong(err, "kind (1 till 64 tecken: A–Z a–z 0–9 -) och content krävs",
                     "kind (1 to 64 characters: A–Z a–z 0–9 -) and content are needed");
    if (item->patient.n && !fhir_prim_valid(FHIR_PRIM_ID, item->patient))
        return wrong(err, "patient ska vara ett id eller tomt", "patient must be an id or empty");
    return item->title.n <= ME_TITLE_MAX ||
           wrong(err, "title är längre än 200 byte", "title is longer than 200 bytes");
}

static bool read_body(struct ask *a, struct err *err)
{
    struct json_doc doc;
    if (!a->req->body.n)
        return err_set(err, ERR_BODY_MISSING, NULL);
    if (!me_bytes_fit(a->req, a->req->body.n, err) ||
        !json_parse(a->req->arena, a->req->body, NULL, &doc, err))
        return false;
    return a->route->what == DESK_DRAFT ? read_draft(a, &doc, err)
                                        : take_text(a->req->arena, &doc, 0, &a->job.item.content, err);
}

/* ---- the answer ---- */

static void write_item(struct json_out *o, const struct ask *a, const struct desk_item *item)
{
    char time[TIME_TEXT_MAX];
    size_t n = time_format(item->updated_ms, time);
    json_out_object(o, NULL);
    json_out_string(o, "id", item->id);
    if (a->route->what == DESK_DRAFT) {
        json_out_string(o, "kind", item->kind);
        json_out_string(o, "patient", item->patient);
        json_out_string(o, "title", item->title);
    }
    json_out_string(o, "updated", (struct str){time, n});
    json_out_i64(o, "version", item->version);
    if (a->route->verb == DESK_GET)
        json_out_raw(o, "content", item->content);
    json_out_end_object(o);
}

static void write_answer(const struct ask *a, struct buf *out)
{
    const struct desk_job *job = &a->job;
    struct json_out o;
    json_out_init(&o, out);
    if (a->route->what == DESK_SETTING && job->verb == DESK_GET) {
        buf_str(out, job->item.content);
    } else if (job->verb == DESK_LIST) {
        json_out_array(&o, NULL);
        for (size_t i = 0; i < job->count; i++)
            write_item(&o, a, &job->list[i]);
        json_out_end_array(&o);
    } else {
        write_item(&o, a, &job->item);
    }
}

/* A setting that nobody has put there yet is no fault: there is nothing in it. */
static bool unset(const struct ask *a)
{
    return a->route->what == DESK_SETTING && a->job.verb == DESK_GET && a->job.err.code == ERR_ME_NONE;
}

static void fill(struct ask *a, struct http_response *resp)
{
    const struct desk_job *job = &a->job;
    struct buf out;
    if (!job->ok && unset(a)) {
        me_answer(a, resp, NULL, 204);
        return;
    }
    if (!job->ok) {
        me_refuse(a, resp, &job->err);
        return;
    }
    if (job->verb != DESK_LIST && job->verb != DESK_DROP)
        http_response_header(resp, "ETag", arena_printf(a->req->arena, "W/\"%u\"", job->item.version));
    if (job->verb == DESK_DROP) {
        me_answer(a, resp, NULL, 204);
        return;
    }
    buf_init(&out, BUF_NO_MAX);
    write_answer(a, &out);
    me_answer(a, resp, &out, job->made ? 201 : 200);
}

/* Whose the drafts are that were given out, made or dropped. */
static struct str *patients_of(const struct ask *a, size_t *count)
{
    const struct desk_item *item = a->job.verb == DESK_LIST ? a->job.list : &a->job.item;
    size_t n = a->job.verb == DESK_LIST ? a->job.count : 1;
    struct str *out = ARENA_ARRAY(a->req->arena, struct str, n + 1);
    *count = 0;
    for (size_t i = 0; out && i < n; i++)
        if (item[i].patient.n)
            out[(*count)++] = item[i].patient;
    return out;
}

static void on_done(struct desk_job *job)
{
    struct ask *a = job->arg;
    struct http_response resp = {0};
    size_t count = 0;
    fill(a, &resp);
    bool told = a->route->told && job->ok && (job->verb != DESK_PUT || job->made);
    struct str *patients = told ? patients_of(a, &count) : NULL;
    if (told)
        api_finish_told(a->me->opt.api, a->caller, a->req, &resp, a->route->name, patients, count);
    else
        http_finish(a->req, &resp);
}

bool me_desk_run(struct ask *a, struct err *err)
{
    struct desk_job *job = &a->job;
    bool named = a->route->verb != DESK_LIST;
    *job = (struct desk_job){.verb = a->route->verb,
                             .what = a->route->what,
                             .owner = owner_of(a->caller),
                             .arena = a->req->arena,
                             .done = on_done,
                             .arg = a};
    job->item = (struct desk_item){.id = a->id, .kind = STR(""), .patient = STR(""), .title = STR("")};
    if (named &&
        !(a->route->what == DESK_DRAFT ? plain(a->id, ME_ID_MAX, true) : plain(a->id, ME_NAME_MAX, false)))
        return err_set_str(err, ERR_ME_NONE, str_sub(a->id, 0, ME_ID_MAX), STR(""));
    if (job->verb == DESK_PUT && (!read_version(a->req, &job->item.version, err) || !read_body(a, err)))
        return false;
    http_defer(a->req);
    *a->deferred = true;
    if (desk_submit(a->me->opt.desk, job, err))
        return true;
    job->err = *err;
    struct http_response resp = {0};
    me_refuse(a, &resp, err);
    http_finish(a->req, &resp);
    return true;
}
