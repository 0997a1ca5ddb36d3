/* SPDX-License-Identifier: Apache-2.0
 * Organization/[id]/$access-report: who can see what at a unit, for whoever administrates or reviews. As
 * Parameters, or with output=csv as a table. */
#include "access/access_view.h"
#include "access/report.h"
#include "api/params.h"

enum { ACCESS_REPORT_BYTES_MAX = 16 << 20 };

static const struct params_def access_report_params[] = {{.name = "output"}, {0}};

static int64_t last_login(void *arg, struct str person)
{
    const struct api *a = arg;
    return a->last_login ? a->last_login(a->last_login_arg, person) : 0;
}

static bool make(struct call *c, struct report *rep, struct err *err)
{
    struct store_read *r = store_read_begin(c->api->store, err);
    if (!r)
        return false;
    struct report_options opt = {.rules = access_rules(c->api->access),
                                 .region = region_read(r, c->arena, err),
                                 .unit = c->id,
                                 .now_ms = os_now_ms(),
                                 .login = last_login,
                                 .arg = c->api};
    bool ok = opt.region && report_make(r, &opt, c->arena, rep, err);
    store_read_end(r);
    return ok;
}

static bool allowed(const struct call *c, struct err *err)
{
    if (!c->api->access)
        return err_set(err, ERR_ACCESS_OFF, NULL);
    if (!c->view || access_view_right(c->view, RULES_ADMINISTRATE) ||
        access_view_right(c->view, RULES_LOG_READ))
        return true;
    return err_set(err, ERR_ACCESS_DENIED, "$access-report", "$access-report", NULL);
}

bool op_access_report_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct report rep;
    struct buf text;
    if (!params_read(c, access_report_params, &p, &err) || !allowed(c, &err))
        return outcome_fail(c, &err);
    struct str output = params_text(&p, "output");
    bool csv = str_is(output, "csv");
    if (output.n && !csv && !str_is(output, "fhir"))
        err_set_str(&err, ERR_PARAM_VALUE, output, STR("output"));
    if (err.code || !make(c, &rep, &err))
        return outcome_fail(c, &err);
    buf_init(&text, ACCESS_REPORT_BYTES_MAX);
    if (!csv) {
        report_write(&rep, &text);
        return resource_answer_buf(c, &text, 200);
    }
    report_csv(&rep, true, &text);
    if (!buf_ok(&text)) {
        buf_release(&text);
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    c->resp->status = 200;
    c->resp->content_type = "text/csv; charset=utf-8; header=present";
    http_response_header(c->resp, "Content-Disposition",
                         arena_printf(c->arena, "attachment; filename=\"access-%.*s.csv\"", STR_ARG(c->id)));
    http_response_buf(c->resp, &text);
    return true;
}
