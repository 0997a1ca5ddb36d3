/* SPDX-License-Identifier: Apache-2.0
 * OperationOutcomes: each error as an issue with its code, its element path, its text in the language asked
 * for and the other language in R4's translation extension. */
#include <stdio.h>

#include "api/api_int.h"
#include "fhir/out.h"

enum { OUTCOME_BYTES_MAX = 1 << 20 };

static const char *const lang_code[] = {"sv", "en"};

static void write_text(struct json_out *o, const struct err *e, enum err_lang lang)
{
    struct buf text;
    enum err_lang other = lang == ERR_SV ? ERR_EN : ERR_SV;
    buf_init(&text, 4096);
    err_text(e, lang, &text);
    json_out_string(o, "text", buf_get(&text));
    buf_clear(&text);
    err_text(e, other, &text);
    fhir_out_translation(o, "_text", lang_code[other], buf_get(&text));
    buf_release(&text);
}

static void write_issue(struct json_out *o, const struct err *e, enum err_lang lang)
{
    const struct err_info *info = err_info(e->code);
    json_out_object(o, NULL);
    json_out_cstr(o, "severity", info->http >= 500 && info->http != 503 ? "fatal" : "error");
    json_out_cstr(o, "code", info->issue);
    json_out_object(o, "details");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", "urn:helhet:error");
    json_out_cstr(o, "code", info->name);
    json_out_end_object(o);
    json_out_end_array(o);
    write_text(o, e, lang);
    json_out_end_object(o);
    if (e->line) {
        char place[64];
        int n = snprintf(place, sizeof(place), lang == ERR_SV ? "rad %u" : "line %u", e->line);
        if (e->column)
            n += snprintf(place + n, sizeof(place) - (size_t)n,
                          lang == ERR_SV ? ", kolumn %u" : ", column %u", e->column);
        json_out_string(o, "diagnostics", (struct str){place, (size_t)n});
    }
    if (e->path[0]) {
        json_out_array(o, "expression");
        json_out_cstr(o, NULL, e->path);
        json_out_end_array(o);
    }
    json_out_end_object(o);
}

static void outcome_begin(struct json_out *o, struct buf *out)
{
    json_out_init(o, out);
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "OperationOutcome");
    json_out_array(o, "issue");
}

static void outcome_end(struct json_out *o)
{
    json_out_end_array(o);
    json_out_end_object(o);
}

void outcome_write(struct buf *out, const struct err *errs, size_t count, enum err_lang lang)
{
    struct json_out o;
    outcome_begin(&o, out);
    for (size_t i = 0; i < count; i++)
        write_issue(&o, &errs[i], lang);
    outcome_end(&o);
}

void outcome_write_of(struct call *c, struct buf *out, const struct err *errs, size_t count)
{
    struct json_out o;
    outcome_begin(&o, out);
    for (size_t i = 0; i < count; i++) {
        struct err e = errs[i];
        /* Of a body that came as XML the columns are those of the JSON made from it. */
        if (c->was_xml)
            e.column = 0;
        write_issue(&o, &e, c->wants.lang);
    }
    outcome_end(&o);
}

static void write_fine(struct buf *out, const char *text)
{
    struct json_out o;
    outcome_begin(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "severity", "information");
    json_out_cstr(&o, "code", "informational");
    json_out_object(&o, "details");
    json_out_cstr(&o, "text", text);
    json_out_end_object(&o);
    json_out_end_object(&o);
    outcome_end(&o);
}

void outcome_write_done(struct buf *out, enum err_lang lang)
{
    write_fine(out, lang == ERR_SV ? "Sparat" : "Saved");
}

void outcome_write_valid(struct buf *out, enum err_lang lang)
{
    write_fine(out, lang == ERR_SV ? "Inga fel hittades" : "No faults were found");
}

static bool answer(struct call *c, const struct err *errs, size_t count)
{
    struct buf out;
    buf_init(&out, OUTCOME_BYTES_MAX);
    outcome_write_of(c, &out, errs, count);
    int status = err_info(errs[0].code)->http;
    if (c->why)
        *c->why = errs[0];
    c->failed = errs[0].code;
    if (errs[0].code == ERR_METHOD && c->path.n)
        http_response_header(c->resp, "Allow", route_allow(c));
    if (status == 503)
        http_response_header(c->resp, "Retry-After", STR("1"));
    return resource_answer_buf(c, &out, status);
}

bool outcome_fail(struct call *c, const struct err *err)
{
    struct err unnamed = {0};
    if (!err->code) {
        /* Something failed without saying why: a fault of ours, and still an answer. */
        err_set(&unnamed, ERR_INTERNAL, "?", NULL);
        err = &unnamed;
    }
    return answer(c, err, 1);
}

bool outcome_fail_many(struct call *c, const struct check_issues *issues)
{
    OS_ASSERT(issues->count);
    return answer(c, issues->item, issues->count);
}
