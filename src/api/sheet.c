/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sheet.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>

#include "api/body.h"
#include "base/log.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"
#include "paper/paper.h"
#include "rules/gov_rules.h"

enum {
    SHEET_ID_MAX = 64, /* of FHIR's id */
    SHEET_SUM_TEXT = 2 * SHA256_DIGEST_LENGTH,
    SHEET_BODY_MAX = 2 * PAPER_PDF_MAX,
};

/* One document on its way. */
struct sheet {
    struct paper_job job;
    struct api *api;
    struct call *call; /* NULL: nobody waits */
    struct arena *arena;
    struct arena own; /* when nobody waits: the sheet itself is from os_alloc */
    struct str id;    /* of the Report it is kept with; empty: it is not kept */
    struct str file, agent;
    struct str pdf; /* while it is kept */
};

/* ---- what is kept ---- */

/* pdf-ID; of a long id, pdf- and as much of its sum as there is room for. */
static struct str kept_id(struct arena *arena, struct str id)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char text[SHEET_SUM_TEXT + 1];
    if (id.n + sizeof SHEET_KEPT - 1 <= SHEET_ID_MAX)
        return arena_printf(arena, SHEET_KEPT "%.*s", STR_ARG(id));
    SHA256((const unsigned char *)id.p, id.n, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return arena_printf(arena, SHEET_KEPT "%.*s", (int)(SHEET_ID_MAX - sizeof SHEET_KEPT + 1), text);
}

static struct str sum_of(struct arena *arena, struct str bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char text[SHEET_SUM_TEXT + 1];
    SHA256((const unsigned char *)bytes.p, bytes.n, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return arena_str(arena, str_of(text));
}

static struct str encoded(struct arena *arena, struct str bytes)
{
    char *text = arena_alloc(arena, (bytes.n + 2) / 3 * 4 + 1);
    return text ? (struct str){text, (size_t)EVP_EncodeBlock((unsigned char *)text,
                                                             (const unsigned char *)bytes.p, (int)bytes.n)}
                : (struct str){0};
}

static struct str decoded(struct arena *arena, struct str text)
{
    unsigned char *bytes = arena_alloc(arena, text.n / 4 * 3 + 1);
    int n = bytes ? EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n) : -1;
    if (n < 0)
        return (struct str){0};
    for (size_t i = text.n; i > 0 && text.p[i - 1] == '=' && n > 0; i--)
        n--; /* padding counts as bytes there */
    return (struct str){(char *)bytes, (size_t)n};
}

/* The current version as the service keeps it. */
static bool read_kept(struct store_read *r, fhir_type_id type, struct str id, struct arena *arena,
                      struct json_doc *doc, bool *found, struct err *err)
{
    struct store_version v;
    enum store_found how = store_get(r, type, id, arena, &v, err);
    *found = how == STORE_FOUND;
    return how != STORE_FAILED && (!*found || json_parse(arena, v.body, &fhir_names, doc, err));
}

static struct str member(const struct json_doc *doc, const char *object, const char *key)
{
    uint32_t at = json_get_key(doc, 0, str_of(object));
    return at == UINT32_MAX ? STR("") : json_text(doc, json_get_key(doc, at, str_of(key)));
}

bool sheet_find(struct store_read *r, struct str id, struct arena *arena, struct str *pdf, bool *found,
                struct err *err)
{
    struct json_doc reference, binary;
    struct str name = kept_id(arena, id), report = arena_printf(arena, "Report/%.*s", STR_ARG(id));
    if (!read_kept(r, FHIR_TYPE_DocumentReference, name, arena, &reference, found, err))
        return false;
    /* One that is not the service's own is none. */
    if (!*found || !str_is(member(&reference, "masterIdentifier", "system"), GOV_RULES_EVIDENCE)) {
        *found = false;
        return true;
    }
    if (!read_kept(r, FHIR_TYPE_Binary, name, arena, &binary, found, err))
        return false;
    if (!*found)
        return true;
    *pdf = decoded(arena, json_text(&binary, json_get_key(&binary, 0, STR("data"))));
    return (pdf->p && str_eq(member(&binary, "securityContext", "reference"), report) &&
            str_eq(sum_of(arena, *pdf), member(&reference, "masterIdentifier", "value"))) ||
           err_set_str(err, ERR_PAPER_SUM, report, STR(""));
}

static bool put(struct sheet *s, struct store_tx *tx, fhir_type_id type, struct str id, struct buf *body,
                struct err *err)
{
    struct store_change change = {.op = 'U'};
    struct store_rows rows = {0};
    struct json_doc doc, whole;
    if (!buf_ok(body))
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(s->arena, arena_str(s->arena, buf_get(body)), &fhir_names, &doc, err) ||
        !body_parts(&doc, 0, type, id, s->arena, &change, err))
        return false;
    struct str text = arena_printf(s->arena, "%.*s\"meta\":{\"versionId\":\"1\"%.*s}%.*s",
                                   STR_ARG(change.head), STR_ARG(change.meta_rest), STR_ARG(change.tail));
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(s->arena, text, &fhir_names, &whole, err))
        return false;
    fhir_type_tree(&whole, 0);
    if (!search_extract(s->api->search, &whole, 0, type, s->arena, &rows, err))
        return false;
    change.rows = rows.item;
    change.row_count = rows.count;
    change.epoch = rows.epoch;
    return store_put(tx, &change, err);
}

static void write_binary(const struct sheet *s, struct json_out *o)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "Binary");
    json_out_cstr(o, "contentType", "application/pdf");
    fhir_out_reference(o, "securityContext", arena_printf(s->arena, "Report/%.*s", STR_ARG(s->id)));
    json_out_string(o, "data", encoded(s->arena, s->pdf));
    json_out_end_object(o);
}

static void write_reference(const struct sheet *s, struct str name, int64_t time_ms, struct json_out *o)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "DocumentReference");
    json_out_object(o, "masterIdentifier");
    json_out_cstr(o, "system", GOV_RULES_EVIDENCE);
    json_out_string(o, "value", sum_of(s->arena, s->pdf));
    json_out_end_object(o);
    json_out_cstr(o, "status", "current");
    json_out_cstr(o, "docStatus", "final");
    fhir_out_instant(o, "date", time_ms);
    json_out_cstr(o, "description", "Fastställd rapport som PDF / Final report as PDF");
    json_out_array(o, "content");
    json_out_object(o, NULL);
    json_out_object(o, "attachment");
    json_out_cstr(o, "contentType", "application/pdf");
    json_out_string(o, "url", arena_printf(s->arena, "Binary/%.*s", STR_ARG(name)));
    json_out_raw(o, "size", arena_printf(s->arena, "%zu", s->pdf.n));
    json_out_end_object(o);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_object(o, "context");
    json_out_array(o, "related");
    fhir_out_reference(o, NULL, arena_printf(s->arena, "Report/%.*s", STR_ARG(s->id)));
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_end_object(o);
}

/* On the writer's thread. Kept by somebody else meanwhile: that one stands. */
static bool keep_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct sheet *s = arg;
    struct json_out o;
    struct buf binary, reference;
    struct str there, name = kept_id(s->arena, s->id);
    bool found;
    if (!sheet_find(store_tx_read(tx), s->id, s->arena, &there, &found, err))
        return false;
    if (found)
        return true;
    buf_init(&binary, SHEET_BODY_MAX);
    buf_init(&reference, SHEET_BODY_MAX);
    json_out_init(&o, &binary);
    write_binary(s, &o);
    json_out_init(&o, &reference);
    write_reference(s, name, store_tx_time_ms(tx), &o);
    bool ok = put(s, tx, FHIR_TYPE_Binary, name, &binary, err) &&
              put(s, tx, FHIR_TYPE_DocumentReference, name, &reference, err);
    buf_release(&binary);
    buf_release(&reference);
    return ok;
}

/* Keeps it, and has *pdf be what is kept. */
static bool keep(struct sheet *s, struct str *pdf, struct err *err)
{
    struct store_job job = {.run = keep_run, .arg = s, .agent = s->agent, .reason = STR("pdf")};
    bool found = false;
    s->pdf = *pdf;
    if (!store_run(s->api->store, &job, err))
        return false;
    struct store_read *r = store_read_begin(s->api->store, err);
    bool ok = r && sheet_find(r, s->id, s->arena, pdf, &found, err);
    store_read_end(r);
    return ok && (found || err_set(err, ERR_INTERNAL, "pdf", NULL));
}

/* ---- answering ---- */

static bool answer(struct call *c, struct str pdf, struct str file)
{
    struct buf out;
    struct err err = {0};
    buf_init(&out, PAPER_PDF_MAX + 1);
    buf_str(&out, pdf);
    if (!buf_ok(&out)) {
        buf_release(&out);
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    c->resp->status = 200;
    c->resp->content_type = "application/pdf";
    c->resp->no_gzip = true;
    http_response_buf(c->resp, &out);
    http_response_header(c->resp, "Content-Disposition",
                         arena_printf(c->arena, "inline; filename=\"%.*s.pdf\"", STR_ARG(file)));
    return true;
}

static void not_kept(const struct err *why)
{
    struct log_line l;
    struct buf text;
    buf_init(&text, ERR_ARG_MAX * 4);
    err_text(why, ERR_EN, &text);
    log_begin(&l, LOG_LEVEL_WARN, "pdf-not-kept");
    log_str(&l, "why", buf_get(&text));
    log_end(&l);
    buf_release(&text);
}

/* Nobody waits for it any more. */
static void leave(struct sheet *s, const struct err *why)
{
    struct api *a = s->api;
    if (why->code)
        not_kept(why);
    arena_release(&s->own);
    os_free(s);
    a->jobs--;
}

static void made(void *arg, struct str pdf, const struct err *why)
{
    struct sheet *s = arg;
    struct err err = *why;
    if (!err.code && s->id.n)
        keep(s, &pdf, &err);
    if (!s->call) {
        leave(s, &err);
        return;
    }
    if (err.code)
        outcome_fail(s->call, &err);
    else
        answer(s->call, pdf, s->file);
    api_job_end(s->call);
}

static bool begin(struct call *c, struct str html, struct str id, struct str file)
{
    struct err err = {0};
    struct sheet *s = ARENA_NEW(c->arena, struct sheet);
    struct http_response *resp = ARENA_NEW(c->arena, struct http_response);
    if (!s || !resp)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else if (!c->api->paper)
        err_set(&err, ERR_PAPER_MISSING, NULL);
    if (err.code)
        return outcome_fail(c, &err);
    *s = (struct sheet){.job = {.html = html, .done = made, .arg = s},
                        .api = c->api,
                        .call = c,
                        .arena = c->arena,
                        .id = id,
                        .file = file,
                        .agent = call_agent(c)};
    c->resp = resp;
    c->api->jobs++;
    http_defer(c->req);
    if (paper_submit(c->api->paper, &s->job, &err))
        return false;
    outcome_fail(c, &err);
    api_job_end(c);
    return false;
}

/* An entry of a Bundle answers at once, with a resource. */
static bool refuse_entry(struct call *c)
{
    struct err err = {0};
    err_set_str(&err, ERR_BUNDLE_ANSWER, c->path, STR(""));
    return outcome_fail(c, &err);
}

bool sheet_answer(struct call *c, struct str html, struct str file)
{
    return c->entry ? refuse_entry(c) : begin(c, html, (struct str){0}, file);
}

bool sheet_answer_report(struct call *c, struct str html, struct str id, struct str file)
{
    struct err err = {0};
    struct str pdf;
    bool found = false;
    if (c->entry)
        return refuse_entry(c);
    /* Without the caller's view: who sees the report sees it on paper. */
    struct store_read *r = store_read_begin(c->api->store, &err);
    bool ok = r && sheet_find(r, id, c->arena, &pdf, &found, &err);
    store_read_end(r);
    if (!ok)
        return outcome_fail(c, &err);
    return found ? answer(c, pdf, file) : begin(c, html, id, file);
}

void sheet_keep(struct api *a, struct str html, struct str id)
{
    struct err err = {0};
    struct sheet *s = a->paper ? os_alloc(sizeof *s) : NULL;
    if (!s)
        return;
    *s = (struct sheet){
        .job = {.done = made, .arg = s}, .api = a, .arena = &s->own, .agent = STR("gov/report")};
    arena_init(&s->own);
    s->job.html = arena_str(&s->own, html);
    s->id = arena_str(&s->own, id);
    a->jobs++;
    if (!paper_submit(a->paper, &s->job, &err))
        leave(s, &err);
}
