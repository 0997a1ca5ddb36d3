/* SPDX-License-Identifier: Apache-2.0
 * Reports of the steering (src/gov/report): Report/$begin, Report/[id]/$refresh, $finalize, $lint,
 * $document, $page and $pdf. What a section of facts shows is a search of this service, run with the caller's
 * own view. */
#include <openssl/sha.h>
#include <stdio.h>

#include "access/secret.h"
#include "api/params.h"
#include "api/sheet.h"
#include "base/time.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"
#include "report/gov_report.h"

enum { GOV_REPORT_QUERY_MAX = 1000, SUM_TEXT = 2 * SHA256_DIGEST_LENGTH };

/* The current version, parsed. False with *err. */
static bool read_current(struct call *c, struct store_read *r, fhir_type_id type, struct str id,
                         struct json_doc *doc, struct err *err)
{
    struct store_version v;
    enum store_found found = store_get(r, type, id, c->arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                           resource_name(c->arena, type, id), STR(""));
    return json_parse(c->arena, v.body, &fhir_names, doc, err);
}

static bool read_asked(struct call *c, struct store_read *r, struct json_doc *doc, struct err *err)
{
    return read_current(c, r, c->type, c->id, doc, err);
}

/* ---- $begin ---- */

static bool begin_text(struct call *c, struct str *out, struct err *err)
{
    static const char *const params[] = {"definition", "from", "to", NULL};
    struct str definition = call_param(c, "definition"), id = definition;
    struct json_doc doc;
    struct buf text;
    struct str from = call_param(c, "from"), to = call_param(c, "to");
    if (!call_params_only(c, params, err))
        return false;
    if (!definition.n)
        return err_set(err, ERR_PARAM_MISSING, "definition", "begin", NULL);
    if (str_starts(id, STR("ReportDefinition/")))
        id = str_sub(id, sizeof "ReportDefinition/" - 1, id.n);
    if (!fhir_prim_valid(FHIR_PRIM_ID, id))
        return err_set_str(err, ERR_SEARCH_VALUE, definition, STR("definition"));
    if ((from.n && !fhir_prim_valid(FHIR_PRIM_DATE, from)) || (to.n && !fhir_prim_valid(FHIR_PRIM_DATE, to)))
        return err_set_str(err, ERR_FHIR_PRIMITIVE,
                           from.n && !fhir_prim_valid(FHIR_PRIM_DATE, from) ? from : to, STR("date"));
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    bool ok = read_current(c, r, FHIR_TYPE_ReportDefinition, id, &doc, err);
    buf_init(&text, GOV_REPORT_BYTES_MAX);
    ok = ok && gov_report_begin(&doc, resource_name(c->arena, FHIR_TYPE_ReportDefinition, id), from, to,
                                &text, err);
    call_read_end(c, r);
    *out = ok && buf_ok(&text) ? arena_str(c->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out->p || (!ok ? false : err_set(err, ERR_NO_MEMORY, NULL));
}

bool op_report_begin_run(struct call *c)
{
    struct err err = {0};
    if (!begin_text(c, &c->body, &err))
        return outcome_fail(c, &err);
    /* From here it is a create like any other, of the report. */
    c->wants.content_type = STR("application/fhir+json");
    c->query = (struct str){0};
    c->param_count = 0;
    return write_run(c, WRITE_CREATE);
}

/* ---- facts ---- */

/* Where the types say what they are called and when they are of, the first that is there. */
static const char *const titles[] = {"title", "name", "question",   "statement",
                                     "event", "text", "description"};
static const char *const dates[] = {"decidedOn", "date", "askedOn",    "receivedOn",
                                    "start",     "asOf", "contractEnd"};

static struct str first_text(const struct json_doc *doc, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str text = json_text(doc, json_get_key(doc, 0, str_of(names[i])));
        if (text.n)
            return text;
    }
    return (struct str){0};
}

/* A report is read by more than who sees a case under secrecy: it is counted, and not named. */
static bool is_secret(struct call *c, struct store_read *r, const struct store_version *v, bool *secret,
                      struct err *err)
{
    *secret = false;
    return (v->type != FHIR_TYPE_DecisionCase && v->type != FHIR_TYPE_Decision) ||
           secret_of(r, v->rid, c->arena, os_now_ms(), secret, err);
}

static bool read_item(struct call *c, struct store_read *r, const struct store_version *v,
                      struct gov_report_item *out, struct err *err)
{
    struct json_doc doc;
    bool secret;
    if (!is_secret(c, r, v, &secret, err))
        return false;
    if (secret) {
        *out = (struct gov_report_item){.title = STR("[Sekretess]")};
        return true;
    }
    if (!json_parse(c->arena, v->body, &fhir_names, &doc, err))
        return false;
    *out = (struct gov_report_item){.date = first_text(&doc, dates, sizeof dates / sizeof *dates),
                                    .title = first_text(&doc, titles, sizeof titles / sizeof *titles),
                                    .reference = resource_name(c->arena, v->type, v->id)};
    return true;
}

/* The query with {from} and {to} as the report's days. */
static struct str fill(struct call *c, struct str query, struct str from, struct str to)
{
    struct buf out;
    buf_init(&out, GOV_REPORT_QUERY_MAX);
    for (size_t i = 0; i < query.n; i++) {
        struct str rest = str_sub(query, i, query.n);
        if (str_starts(rest, STR("{from}"))) {
            buf_str(&out, from);
            i += 5;
        } else if (str_starts(rest, STR("{to}"))) {
            buf_str(&out, to);
            i += 3;
        } else {
            buf_char(&out, query.p[i]);
        }
    }
    struct str text = buf_ok(&out) ? arena_str(c->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    return text;
}

static bool run_query(struct call *c, struct store_read *r, struct str query, struct search_page *page,
                      struct err *err)
{
    struct http_pair *pairs;
    struct search_query q;
    size_t count, mark = str_find(query, '?', 0);
    fhir_type_id type = fhir_resource_find(str_sub(query, 0, mark == SIZE_MAX ? query.n : mark));
    if (!type)
        return err_set_str(err, ERR_TYPE_NONE, str_sub(query, 0, mark == SIZE_MAX ? query.n : mark), STR(""));
    if (!http_query_parse(c->arena, mark == SIZE_MAX ? STR("") : str_sub(query, mark + 1, query.n), &pairs,
                          &count, err))
        return false;
    struct search_param *params = ARENA_ARRAY(c->arena, struct search_param, count + 2);
    if (!params)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        params[i] = (struct search_param){pairs[i].name, pairs[i].value};
    params[count++] =
        (struct search_param){STR("_count"), arena_printf(c->arena, "%d", GOV_REPORT_ITEMS_MAX)};
    params[count++] = (struct search_param){STR("_total"), STR("accurate")};
    return search_parse(c->api->search, r, type, params, count, false, c->arena, &q, err) &&
           search_run(c->api->search, r, &q, c->arena, page, err);
}

static bool read_facts(struct call *c, struct store_read *r, const struct json_doc *doc, uint32_t section,
                       struct gov_report_facts *out, struct err *err)
{
    uint32_t period = json_get_key(doc, 0, STR("period"));
    struct str from =
        period == UINT32_MAX ? STR("") : json_text(doc, json_get_key(doc, period, STR("start")));
    struct str to = period == UINT32_MAX ? STR("") : json_text(doc, json_get_key(doc, period, STR("end")));
    struct str code = json_text(doc, json_get_key(doc, section, STR("code")));
    struct str query = fill(c, json_text(doc, json_get_key(doc, section, STR("query"))), from, to);
    struct search_page page = {0};
    if (!query.n || !run_query(c, r, query, &page, err)) {
        if (!query.n)
            err_set_str(err, ERR_SEARCH_VALUE, code, STR("query"));
        err_at(err, arena_printf(c->arena, "Report.section.where(code = '%.*s').query", STR_ARG(code)));
        return false;
    }
    *out = (struct gov_report_facts){.code = code,
                                     .count = page.has_total ? page.total : page.match_count,
                                     .item =
                                         ARENA_ARRAY(c->arena, struct gov_report_item, page.match_count + 1)};
    if (!out->item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < page.match_count && out->item_count < GOV_REPORT_ITEMS_MAX; i++)
        if (!read_item(c, r, &page.match[i], &out->item[out->item_count++], err))
            return false;
    return true;
}

/* The facts of all sections that have a query. */
static bool read_all_facts(struct call *c, struct store_read *r, const struct json_doc *doc,
                           struct gov_report_change *change, struct err *err)
{
    uint32_t list = json_get_key(doc, 0, STR("section"));
    struct gov_report_facts *facts = ARENA_ARRAY(c->arena, struct gov_report_facts, GOV_REPORT_SECTIONS_MAX);
    if (!facts)
        return err_set(err, ERR_NO_MEMORY, NULL);
    change->facts = facts;
    if (list == UINT32_MAX)
        return true;
    JSON_EACH(doc, list, s)
    {
        if (json_get_key(doc, s, STR("query")) == UINT32_MAX ||
            change->facts_count == GOV_REPORT_SECTIONS_MAX)
            continue;
        if (!read_facts(c, r, doc, s, &facts[change->facts_count], err))
            return false;
        change->facts_count++;
    }
    return true;
}

/* ---- $refresh and $finalize ---- */

struct renewal {
    struct gov_report_change change;
    bool final;
};

static bool may_change(const struct json_doc *doc, struct err *err)
{
    return str_is(json_text(doc, json_get_key(doc, 0, STR("status"))), "draft") ||
           err_set(err, ERR_REPORT_FINAL, NULL);
}

static bool no_gaps(struct call *c, const struct json_doc *doc, struct err *err)
{
    struct gov_report_gap gap[GOV_REPORT_SECTIONS_MAX];
    size_t n = gov_report_gaps(doc, gap, GOV_REPORT_SECTIONS_MAX);
    struct buf list;
    buf_init(&list, ERR_ARG_MAX * 4);
    for (size_t i = 0; i < n && i < GOV_REPORT_SECTIONS_MAX; i++)
        if (gap[i].blocks)
            buf_printf(&list, "%s%.*s", list.n ? ", " : "",
                       STR_ARG(gap[i].number.n ? gap[i].number : gap[i].code));
    bool ok = list.n == 0;
    if (!ok)
        err_set_str(err, ERR_REPORT_GAPS, arena_str(c->arena, buf_get(&list)), STR(""));
    buf_release(&list);
    return ok;
}

/* The sum of the document that a final body gives: of the report without its sum. */
static struct str sum_of(struct call *c, struct str body)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char *text = arena_alloc(c->arena, SUM_TEXT + 1);
    struct json_doc doc;
    struct err ignored;
    struct buf out;
    if (!text || !json_parse(c->arena, body, &fhir_names, &doc, &ignored))
        return (struct str){0};
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    gov_report_document(&doc, c->id, &out);
    SHA256((const unsigned char *)out.p, out.n, digest);
    bool ok = buf_ok(&out);
    buf_release(&out);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return ok ? (struct str){text, SUM_TEXT} : (struct str){0};
}

static bool renew_text(struct call *c, const struct json_doc *doc, const struct gov_report_change *change,
                       struct str *out, struct err *err)
{
    struct buf text;
    buf_init(&text, GOV_REPORT_BYTES_MAX);
    gov_report_write(doc, change, &text);
    *out = buf_ok(&text) ? arena_str(c->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool renew(struct write *w, struct str body, struct str *out, struct err *err)
{
    const struct renewal *n = w->rewrite_arg;
    struct call *c = w->call;
    struct json_doc doc;
    struct gov_report_change change = n->change;
    if (!json_parse(c->arena, body, &fhir_names, &doc, err) || !may_change(&doc, err) ||
        (n->final && !no_gaps(c, &doc, err)))
        return false;
    change.status = n->final ? STR("final") : (struct str){0};
    if (!renew_text(c, &doc, &change, out, err) || !n->final)
        return out->p != NULL;
    change.sum = sum_of(c, *out);
    return change.sum.p ? renew_text(c, &doc, &change, out, err) : err_set(err, ERR_NO_MEMORY, NULL);
}

/* What is final is put on paper once, by itself (sheet.h). */
static void answer_final(struct write *w)
{
    struct buf html;
    buf_init(&html, GOV_REPORT_BYTES_MAX);
    gov_report_paper(w->doc, &html);
    if (buf_ok(&html))
        sheet_keep(w->call->api, buf_get(&html), w->id);
    buf_release(&html);
    write_answer(w);
}

static bool renew_run(struct call *c, bool final)
{
    static const char *const params[] = {NULL};
    struct err err = {0};
    struct json_doc doc;
    char date[TIME_TEXT_MAX];
    struct renewal *n = ARENA_NEW(c->arena, struct renewal);
    if (!n)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (!n || !call_params_only(c, params, &err))
        return outcome_fail(c, &err);
    *n = (struct renewal){.final = final};
    size_t length = time_format(os_now_ms(), date);
    n->change.date = arena_str(c->arena, (struct str){date, length});
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = read_asked(c, r, &doc, &err) && may_change(&doc, &err) &&
              read_all_facts(c, r, &doc, &n->change, &err);
    call_read_end(c, r);
    return ok ? rewrite_run(c, renew, n, final ? answer_final : NULL) : outcome_fail(c, &err);
}

bool op_report_refresh_run(struct call *c)
{
    return renew_run(c, false);
}

bool op_report_finalize_run(struct call *c)
{
    return renew_run(c, true);
}

/* ---- $lint, $document, $page ---- */

typedef bool show_fn(struct call *c, const struct json_doc *doc, struct buf *out);

/* In the language that is asked for, with the other as a translation. */
static void put_both(struct json_out *o, const struct call *c, struct str sv, struct str en)
{
    bool english = c->wants.lang == ERR_EN;
    json_out_string(o, "text", english ? en : sv);
    fhir_out_translation(o, "_text", english ? "sv" : "en", english ? sv : en);
}

static struct str gap_text(const struct call *c, const struct gov_report_gap *gap, enum err_lang lang)
{
    return arena_printf(c->arena, "%.*s %.*s: %s", STR_ARG(gap->number), STR_ARG(gap->title),
                        gov_report_lack_text(gap->lack, lang));
}

static bool show_gaps(struct call *c, const struct json_doc *doc, struct buf *out)
{
    struct gov_report_gap gap[GOV_REPORT_SECTIONS_MAX];
    size_t n = gov_report_gaps(doc, gap, GOV_REPORT_SECTIONS_MAX);
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "OperationOutcome");
    json_out_array(&o, "issue");
    for (size_t i = 0; i < n && i < GOV_REPORT_SECTIONS_MAX; i++) {
        json_out_object(&o, NULL);
        json_out_cstr(&o, "severity", gap[i].blocks ? "error" : "warning");
        json_out_cstr(&o, "code", gap[i].blocks ? "required" : "incomplete");
        json_out_object(&o, "details");
        put_both(&o, c, gap_text(c, &gap[i], ERR_SV), gap_text(c, &gap[i], ERR_EN));
        json_out_end_object(&o);
        json_out_array(&o, "expression");
        json_out_string(&o, NULL,
                        arena_printf(c->arena, "Report.section.where(code = '%.*s')", STR_ARG(gap[i].code)));
        json_out_end_array(&o);
        json_out_end_object(&o);
    }
    if (n == 0) {
        json_out_object(&o, NULL);
        json_out_cstr(&o, "severity", "information");
        json_out_cstr(&o, "code", "informational");
        json_out_object(&o, "details");
        put_both(&o, c, STR("Inget saknas"), STR("Nothing is lacking"));
        json_out_end_object(&o);
        json_out_end_object(&o);
    }
    json_out_end_array(&o);
    json_out_end_object(&o);
    return resource_answer_buf(c, out, 200);
}

static bool show_document(struct call *c, const struct json_doc *doc, struct buf *out)
{
    gov_report_document(doc, c->id, out);
    return resource_answer_buf(c, out, 200);
}

static bool show_page(struct call *c, const struct json_doc *doc, struct buf *out)
{
    gov_report_page(doc, c->base, out);
    struct err err = {0};
    struct str text = buf_ok(out) ? arena_str(c->arena, buf_get(out)) : (struct str){0};
    buf_release(out);
    if (!text.p) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    c->resp->status = 200;
    c->resp->content_type = "text/html; charset=utf-8";
    c->resp->body = text;
    http_response_header(c->resp, "Content-Security-Policy",
                         STR("default-src 'none'; style-src 'unsafe-inline'"));
    return true;
}

static bool show_pdf(struct call *c, const struct json_doc *doc, struct buf *out)
{
    gov_report_paper(doc, out);
    struct err err = {0};
    struct str html = buf_ok(out) ? arena_str(c->arena, buf_get(out)) : (struct str){0};
    struct str file = arena_printf(c->arena, "rapport-%.*s", STR_ARG(c->id));
    buf_release(out);
    if (!html.p) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    if (str_is(json_text(doc, json_get_key(doc, 0, STR("status"))), "draft"))
        return sheet_answer(c, html, file);
    return sheet_answer_report(c, html, c->id, file);
}

static bool show_run(struct call *c, show_fn *show)
{
    static const char *const params[] = {NULL};
    struct err err = {0};
    struct json_doc doc;
    struct buf out;
    if (!call_params_only(c, params, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = read_asked(c, r, &doc, &err);
    call_read_end(c, r);
    if (!ok)
        return outcome_fail(c, &err);
    buf_init(&out, GOV_REPORT_BYTES_MAX);
    return show(c, &doc, &out);
}

bool op_report_lint_run(struct call *c)
{
    return show_run(c, show_gaps);
}

bool op_report_document_run(struct call *c)
{
    return show_run(c, show_document);
}

bool op_report_page_run(struct call *c)
{
    return show_run(c, show_page);
}

bool op_report_pdf_run(struct call *c)
{
    return show_run(c, show_pdf);
}
