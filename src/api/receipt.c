/* SPDX-License-Identifier: Apache-2.0 */
#include "api/receipt.h"

#include <stdio.h>

#include "api/audited.h"
#include "api/guard.h"
#include "base/time.h"
#include "fhir_gen/names.h"

enum { RECEIPT_HASH = 32 };

struct receipt {
    struct str key, owner;
    struct str title, link; /* empty: none */
    char hash[RECEIPT_HASH];
};

struct str receipt_owner(const struct access_caller *caller)
{
    return caller ? caller->account : STR("");
}

bool receipt_key_valid(struct str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return key.n && key.n <= RECEIPT_KEY_MAX;
}

/* ---- a call with a key ---- */

/* What is written as one job of the store, whose answer can be told again. */
static bool keyable(const struct call *c)
{
    static call_fn *const runs[] = {
        create_run,
        update_run,
        update_conditional_run,
        patch_run,
        patch_conditional_run,
        delete_run,
        bundle_run,
        delete_conditional_run,
        op_block_run,
        op_unblock_run,
        op_lift_block_run,
        op_consent_run,
        op_active_choice_run,
        op_emergency_run,
        op_unknown_run,
        op_merge_run,
        op_unmerge_run,
        op_report_begin_run,
        op_report_refresh_run,
        op_report_finalize_run,
        op_readiness_freeze_run,
        op_readiness_open_run,
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (runs[i] == c->route->run)
            return true;
    return false;
}

/* Two keyed hashes over all that decides what the request does: no two that a caller can make are the same by
 * chance or by design. */
static bool hash_of(const struct call *c, char to[RECEIPT_HASH], struct err *err)
{
    const struct str part[] = {
        c->req->method,         c->req->target,   c->wants.if_match,     c->wants.if_none_match,
        c->wants.if_none_exist, c->wants.patient, c->wants.content_type, c->req->body};
    struct hash_key key = store_hash_key(c->api->store), other = {~key.k1, key.k0 ^ 0x5265636569707421u};
    struct buf text;
    char out[RECEIPT_HASH + 1];
    buf_init(&text, BUF_NO_MAX);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        buf_u64(&text, part[i].n);
        buf_char(&text, ':');
        buf_str(&text, part[i]);
    }
    bool ok = buf_ok(&text);
    if (ok)
        snprintf(out, sizeof out, "%016llx%016llx", (unsigned long long)hash_sip(key, buf_get(&text)),
                 (unsigned long long)hash_sip(other, buf_get(&text)));
    buf_release(&text);
    if (!ok)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memcpy(to, out, RECEIPT_HASH);
    return true;
}

static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

/* A link leads to a screen of the same origin, nowhere else. */
static bool told_one(struct receipt *r, const struct http_pair *p)
{
    struct str v = p->value;
    if (!printable(v))
        return false;
    if (str_is(p->name, "title") && !r->title.n) {
        r->title = v;
        return v.n <= RECEIPT_TITLE_MAX;
    }
    if (!str_is(p->name, "link") || r->link.n)
        return false;
    r->link = v;
    return v.n <= RECEIPT_LINK_MAX && v.n && v.p[0] == '/' &&
           (v.n == 1 || (v.p[1] != '/' && str_find(v, '\\', 0) == SIZE_MAX));
}

/* What the caller calls it, if it does. */
static bool read_told(struct call *c, struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    struct err why = {0};
    if (!c->wants.told.n)
        return true;
    bool ok = http_query_parse(c->arena, c->wants.told, &pairs, &count, &why);
    for (size_t i = 0; ok && i < count; i++)
        ok = told_one(c->receipt, &pairs[i]);
    return ok || err_set(err, ERR_HEADER, "Helhet-Receipt", "title=…&link=/…", NULL);
}

bool receipt_open(struct call *c, struct err *err)
{
    struct str key = c->wants.key;
    if (!key.p || str_is(c->method, "GET") || str_is(c->method, "HEAD"))
        return true;
    if (!receipt_key_valid(key))
        return err_set_str(err, ERR_HEADER, STR("Idempotency-Key"), str_sub(key, 0, RECEIPT_KEY_MAX));
    if (!keyable(c))
        return err_set_str(err, ERR_KEY_UNUSABLE, str_of(c->route->name), STR(""));
    c->receipt = ARENA_NEW(c->arena, struct receipt);
    if (!c->receipt)
        return err_set(err, ERR_NO_MEMORY, NULL);
    c->receipt->key = key;
    c->receipt->owner = receipt_owner(c->caller);
    return read_told(c, err) && hash_of(c, c->receipt->hash, err);
}

/* ---- writing it down ---- */

/* "w": it wrote, or would have; a read of a Bundle has only its status. "o": what a failed one answered. */
static void put_entry(struct json_out *o, struct arena *arena, const struct write *w, int status,
                      struct str outcome)
{
    json_out_object(o, NULL);
    json_out_i64(o, "s", status);
    if (w)
        json_out_bool(o, "w", true);
    if (w && w->change.version && status < 400) {
        json_out_string(o, "r", resource_name(arena, w->call->type, w->id));
        json_out_i64(o, "v", w->change.version);
        json_out_i64(o, "t", w->change.time_ms);
        json_out_bool(o, "l", status == 201 || w->matched);
    }
    if (outcome.n)
        json_out_string(o, "o", outcome);
    json_out_end_object(o);
}

static void put_entries(struct json_out *o, const struct call *c)
{
    for (size_t i = 0; i < c->bundle->count; i++) {
        const struct entry *e = &c->bundle->item[i];
        bool failed = e->answered && e->resp.status >= 400;
        int status = failed ? e->resp.status : e->writes ? write_result_status(&e->write) : 200;
        put_entry(o, c->arena, e->writes && !failed ? &e->write : NULL, status,
                  failed ? e->resp.body : STR(""));
    }
}

static bool keep(struct call *c, struct store_tx *tx, const struct write *w, struct err *err)
{
    struct buf text;
    struct json_out o;
    buf_init(&text, RECEIPT_BYTES_MAX);
    json_out_init(&o, &text);
    json_out_object(&o, NULL);
    json_out_string(&o, "h", (struct str){c->receipt->hash, RECEIPT_HASH});
    json_out_string(&o, "m", c->req->method);
    json_out_string(&o, "p", c->req->path);
    json_out_string(&o, "pat", c->wants.patient);
    if (c->receipt->title.n)
        json_out_string(&o, "ti", c->receipt->title);
    if (c->receipt->link.n)
        json_out_string(&o, "li", c->receipt->link);
    json_out_i64(&o, "s", w ? write_result_status(w) : 200);
    json_out_bool(&o, "b", !w);
    json_out_array(&o, "e");
    if (w)
        put_entry(&o, c->arena, w, write_result_status(w), STR(""));
    else
        put_entries(&o, c);
    json_out_end_array(&o);
    json_out_end_object(&o);
    bool ok = buf_ok(&text) ? store_receipt_put(tx, c->receipt->owner, c->receipt->key, buf_get(&text), err)
                            : err_set_str(err, ERR_KEY_UNUSABLE, str_of(c->route->name), STR(""));
    buf_release(&text);
    return ok;
}

/* ---- reading it ---- */

static int64_t number(const struct json_doc *doc, uint32_t i, const char *key)
{
    uint64_t n = 0;
    str_u64(json_text(doc, json_get_key(doc, i, str_of(key))), INT64_MAX, &n);
    return (int64_t)n;
}

static struct str text(const struct json_doc *doc, uint32_t i, const char *key)
{
    struct str s = json_text(doc, json_get_key(doc, i, str_of(key)));
    return s.p ? s : STR("");
}

static bool yes(const struct json_doc *doc, uint32_t i, const char *key)
{
    uint32_t node = json_get_key(doc, i, str_of(key));
    return node != UINT32_MAX && doc->nodes[node].kind == JSON_TRUE;
}

static void write_result(struct json_out *o, const struct json_doc *doc, uint32_t e)
{
    bool some = e != UINT32_MAX;
    json_out_string(o, "resource", some ? text(doc, e, "r") : STR(""));
    json_out_string(o, "version", some ? text(doc, e, "v") : STR(""));
}

/* The first entry that wrote something. */
static uint32_t first_of(const struct json_doc *doc, uint32_t list)
{
    JSON_EACH(doc, list, e)
    if (text(doc, e, "r").n)
        return e;
    return UINT32_MAX;
}

bool receipt_write(struct json_out *o, struct arena *arena, const struct store_receipt *r, struct err *err)
{
    struct json_doc doc;
    char time[TIME_TEXT_MAX];
    if (!json_parse(arena, r->value, NULL, &doc, err))
        return false;
    uint32_t list = json_get_key(&doc, 0, STR("e"));
    size_t n = time_format(r->time_ms, time);
    json_out_object(o, NULL);
    json_out_string(o, "key", r->key);
    json_out_string(o, "time", (struct str){time, n});
    json_out_string(o, "method", text(&doc, 0, "m"));
    json_out_string(o, "path", text(&doc, 0, "p"));
    json_out_string(o, "patient", text(&doc, 0, "pat"));
    json_out_i64(o, "status", number(&doc, 0, "s"));
    write_result(o, &doc, first_of(&doc, list));
    json_out_string(o, "title", text(&doc, 0, "ti"));
    json_out_string(o, "link", text(&doc, 0, "li"));
    if (yes(&doc, 0, "b")) {
        json_out_array(o, "entry");
        JSON_EACH(&doc, list, e)
        {
            json_out_object(o, NULL);
            json_out_i64(o, "status", number(&doc, e, "s"));
            write_result(o, &doc, e);
            json_out_end_object(o);
        }
        json_out_end_array(o);
    }
    json_out_end_object(o);
    return true;
}

/* ---- answering it again ---- */

/* The version as the caller sees it now; without a body when it is not seen. */
static bool version_of(struct call *c, struct store_read *r, struct str resource, int64_t version,
                       struct str *body, struct err *err)
{
    struct store_version v;
    size_t slash = str_find(resource, '/', 0);
    fhir_type_id type = slash == SIZE_MAX ? 0 : fhir_resource_find(str_sub(resource, 0, slash));
    *body = (struct str){0};
    if (!type)
        return true;
    enum store_found found = store_get_version(r, type, str_sub(resource, slash + 1, resource.n),
                                               (uint32_t)version, c->arena, &v, err);
    if (found == STORE_FOUND)
        *body = v.body;
    return found != STORE_FAILED;
}

/* One result as the answer of c, a request or an entry. */
static bool answer_entry(struct call *c, struct store_read *r, const struct json_doc *doc, uint32_t e,
                         struct err *err)
{
    struct str resource = text(doc, e, "r"), failed = text(doc, e, "o"), body = {0};
    int64_t version = number(doc, e, "v");
    enum call_return returns = c->wants.returns;
    struct buf out;
    bool styr = fhir_types[fhir_resource_find(str_sub(resource, 0, str_find(resource, '/', 0)))].styr;
    if (returns == RETURN_DEFAULT)
        returns = c->entry ? RETURN_MINIMAL : RETURN_REPRESENTATION;
    c->resp->status = (int)number(doc, e, "s");
    if (version)
        resource_headers(c, (uint32_t)version, number(doc, e, "t"));
    if (yes(doc, e, "l"))
        http_response_header(c->resp, "Location",
                             arena_printf(c->arena, "%.*s/%.*s/_history/%llu",
                                          STR_ARG(base_of_type(c->arena, c->base, styr)), STR_ARG(resource),
                                          (unsigned long long)version));
    if (!failed.n && (returns == RETURN_MINIMAL || c->resp->status == 204))
        return true;
    if (!failed.n && returns == RETURN_REPRESENTATION && !version_of(c, r, resource, version, &body, err))
        return false;
    buf_init(&out, BUF_NO_MAX);
    if (failed.n)
        buf_str(&out, failed);
    else if (body.n)
        buf_str(&out, body);
    else
        outcome_write_done(&out, c->wants.lang);
    return resource_answer_buf(c, &out, c->resp->status);
}

/* The reads are made again, as a read is each time it is asked for. */
static bool answer_one(struct bundle *b, struct entry *e, struct store_read *r, const struct json_doc *doc,
                       uint32_t kept, struct err *err)
{
    struct err why = {0};
    if (!yes(doc, kept, "w") && !text(doc, kept, "o").n) {
        if (entry_prepare(b, e, &why))
            entry_read(b, e, r, NULL);
        return true;
    }
    (void)route_find(&e->call, &why); /* for the log */
    e->writes = yes(doc, kept, "w");
    e->write.change.time_ms = number(doc, kept, "t");
    return answer_entry(&e->call, r, doc, kept, err);
}

static bool answer_bundle(struct call *c, struct store_read *r, const struct json_doc *kept, struct err *err)
{
    struct bundle *b = ARENA_NEW(c->arena, struct bundle);
    size_t i = 0;
    if (!b)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!bundle_parse(c, b, err) || !entry_parse(b, err))
        return false;
    c->bundle = b;
    uint32_t list = json_get_key(kept, 0, STR("e"));
    JSON_EACH(kept, list, e)
    {
        if (i == b->count || !answer_one(b, &b->item[i++], r, kept, e, err)) {
            entry_release(b);
            return err->code ? false : err_set(err, ERR_INTERNAL, "a receipt of another Bundle", NULL);
        }
    }
    entry_answer(b);
    return true;
}

/* 1 answered, 0 there is no receipt, -1 failed. r has the caller's view. */
static int again(struct call *c, struct store_read *r, struct err *err)
{
    struct store_receipt kept;
    struct json_doc doc;
    enum store_found found = store_receipt_get(r, c->receipt->owner, c->receipt->key, c->arena, &kept, err);
    if (found != STORE_FOUND)
        return found == STORE_ABSENT ? 0 : -1;
    if (!json_parse(c->arena, kept.value, NULL, &doc, err))
        return -1;
    if (!str_eq(text(&doc, 0, "h"), (struct str){c->receipt->hash, RECEIPT_HASH})) {
        err_set_str(err, ERR_KEY_REUSED, c->receipt->key, STR(""));
        return -1;
    }
    os_free(c->resp->owned);
    *c->resp = (struct http_response){0};
    c->failed = 0;
    bool ok = yes(&doc, 0, "b") ? answer_bundle(c, r, &doc, err)
                                : answer_entry(c, r, &doc, json_get_key(&doc, 0, STR("e")) + 1, err);
    if (ok)
        http_response_header(c->resp, "Idempotency-Replayed", STR("true"));
    return ok ? 1 : -1;
}

static int again_now(struct call *c, struct err *err)
{
    struct store_read *r = call_read_begin(c, err);
    int rc = r ? again(c, r, err) : -1;
    call_read_end(c, r);
    return rc;
}

bool receipt_run(struct call *c)
{
    struct err err = {0};
    if (!c->receipt)
        return c->route->run(c);
    int rc = again_now(c, &err);
    if (rc)
        return rc > 0 || outcome_fail(c, &err);
    if (!c->route->run(c))
        return false;
    /* What could not be done may just have been done, by the same request sent twice at once. */
    if (c->resp->status >= 400)
        (void)again_now(c, &err);
    return true;
}

/* ---- in the writer's transaction ---- */

struct receipt_job {
    struct store_job inner;
    struct call *call;
    const struct write *write; /* NULL: a Bundle */
    bool again;
};

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct receipt_job *j = arg;
    struct call *c = j->call;
    struct store_read *r = store_tx_read(tx);
    guard_reader(c, r);
    int rc = again(c, r, err);
    j->again = rc > 0;
    if (j->again)
        audited_seen(c, r);
    if (rc)
        return rc > 0;
    return j->inner.run(tx, j->inner.arg, err) && keep(c, tx, j->write, err);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct receipt_job *j = arg;
    struct call *c = j->call;
    if (!j->again) {
        j->inner.done(j->inner.arg, ok, err);
        return;
    }
    if (!ok) {
        os_free(c->resp->owned);
        *c->resp = (struct http_response){0};
        outcome_fail(c, err);
    }
    api_job_end(c);
}

bool receipt_wrap(struct call *c, struct store_job *job, const struct write *w, struct err *err)
{
    if (!c->receipt)
        return true;
    struct receipt_job *j = ARENA_NEW(c->arena, struct receipt_job);
    if (!j)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *j = (struct receipt_job){*job, c, w, false};
    *job = (struct store_job){job_run, job_done, j, job->agent, job->reason};
    return true;
}
