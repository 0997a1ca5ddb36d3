/* SPDX-License-Identifier: Apache-2.0
 * Operations about readiness (docs/READINESS.md): the critical line, the board, the evidence behind a result,
 * opening and freezing a checkpoint. The answers are JSON of their own, for the browser's pictures. */
#include "access/access_view.h"
#include "api/audited.h"
#include "api/params.h"
#include "api/readiness_ask.h"

enum { READINESS_BYTES_MAX = 64 << 20 };

void api_readiness_by(struct api *a, readiness_ask_fn *ask, void *arg)
{
    a->readiness = ask;
    a->readiness_arg = arg;
}

/* Type's rights are those of the checkpoint, which everything here tells of. */
static bool may(const struct call *c, uint32_t action, struct err *err)
{
    fhir_type_id type = fhir_resource_find(STR("ReadinessCheckpoint"));
    if (!c->view || access_view_may_some(c->view, type, action))
        return true;
    return err_set(err, ERR_ACCESS_DENIED, c->route->operation, c->route->operation, NULL);
}

static void who_asks(const struct call *c, struct readiness_ask *ask)
{
    fhir_type_id type = fhir_resource_find(STR("ReadinessCheckpoint"));
    ask->lang = c->wants.lang;
    ask->people = !c->view || access_view_may_some(c->view, type, ACCESS_UPDATE);
    if (c->caller) {
        ask->person = c->caller->user;
        ask->role = c->caller->assignment;
    }
}

static bool answer(struct call *c, struct buf *out)
{
    c->resp->status = 200;
    c->resp->content_type = "application/json;charset=utf-8";
    http_response_buf(c->resp, out);
    return true;
}

static bool ask_it(struct call *c, struct readiness_ask *ask, struct err *err)
{
    return c->api->readiness ? c->api->readiness(c->api->readiness_arg, ask, err)
                             : err_set_str(err, ERR_URL, call_path(c), STR(""));
}

static bool run(struct call *c, struct readiness_ask *ask)
{
    struct err err = {0};
    struct buf out;
    buf_init(&out, READINESS_BYTES_MAX);
    ask->arena = c->arena;
    ask->out = &out;
    who_asks(c, ask);
    bool ok = may(c, ACCESS_READ, &err) && (ask->read = call_read_begin(c, &err)) && ask_it(c, ask, &err);
    if (ask->read)
        call_read_end(c, ask->read);
    ok = ok && (buf_ok(&out) || err_set(&err, ERR_NO_MEMORY, NULL));
    if (ok)
        return answer(c, &out);
    buf_release(&out);
    return outcome_fail(c, &err);
}

/* ---- what writes: as any write is, with a receipt under its key and an answer of what was stored ---- */

struct asked {
    struct api_job api;
    struct readiness_ask ask;
    struct call of;     /* the call as it would be had the checkpoint been written by itself */
    struct write write; /* of that */
};

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct asked *j = arg;
    store_read_view(store_tx_read(tx), NULL);
    if (!j->ask.run(tx, j->ask.run_arg, err))
        return false;
    j->write.change = *j->ask.change;
    audited_written(j->api.call, &j->write.change);
    return true;
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct asked *j = arg;
    struct call *c = j->api.call;
    j->of.resp = c->resp;
    if (ok)
        write_answer(&j->write);
    else
        outcome_fail(c, err);
    api_job_end(c);
}

static bool run_write(struct call *c, const struct readiness_ask *ask, uint32_t action)
{
    struct err err = {0};
    struct asked *j = ARENA_NEW(c->arena, struct asked);
    if (!j) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    j->ask = *ask;
    j->ask.arena = c->arena;
    j->ask.agent = call_agent(c);
    who_asks(c, &j->ask);
    if (!may(c, action, &err) || !ask_it(c, &j->ask, &err))
        return outcome_fail(c, &err);
    j->of = *c;
    j->of.type = fhir_resource_find(STR("ReadinessCheckpoint"));
    j->write = (struct write){.call = &j->of,
                              .kind = action == ACCESS_CREATE ? WRITE_CREATE : WRITE_UPDATE,
                              .id = j->ask.checkpoint};
    j->api.write = &j->write;
    j->api.job.run = job_run;
    j->api.job.done = job_done;
    j->api.job.arg = j;
    return api_job_submit(c, &j->api);
}

bool op_readiness_line_run(struct call *c)
{
    static const struct params_def defs[] = {
        {.name = "initiative", .required = true}, {.name = "results"}, {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct str results = params_text(&p, "results");
    struct readiness_ask ask = {.what = READINESS_LINE,
                                .initiative = params_text(&p, "initiative"),
                                .counts = str_is(results, "counts")};
    if (results.n && !ask.counts && !str_is(results, "all")) {
        err_set_str(&err, ERR_PARAM_VALUE, results, STR("results"));
        return outcome_fail(c, &err);
    }
    return run(c, &ask);
}

bool op_readiness_board_run(struct call *c)
{
    static const struct params_def defs[] = {{0}};
    struct err err = {0};
    struct params p;
    struct readiness_ask ask = {.what = READINESS_BOARD};
    return params_read(c, defs, &p, &err) ? run(c, &ask) : outcome_fail(c, &err);
}

bool op_readiness_evidence_run(struct call *c)
{
    static const struct params_def defs[] = {{.name = "criterion", .required = true}, {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct readiness_ask ask = {
        .what = READINESS_EVIDENCE, .id = c->id, .code = params_text(&p, "criterion")};
    return run(c, &ask);
}

bool op_readiness_evaluate_run(struct call *c)
{
    static const struct params_def defs[] = {{.name = "asOf"}, {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct readiness_ask ask = {.what = READINESS_EVALUATE, .id = c->id, .as_of = params_text(&p, "asOf")};
    return run(c, &ask);
}

bool op_readiness_verify_run(struct call *c)
{
    static const struct params_def defs[] = {{0}};
    struct err err = {0};
    struct params p;
    struct readiness_ask ask = {.what = READINESS_VERIFY, .id = c->id};
    return params_read(c, defs, &p, &err) ? run(c, &ask) : outcome_fail(c, &err);
}

bool op_readiness_freeze_run(struct call *c)
{
    static const struct params_def defs[] = {{.name = "decision"}, {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct readiness_ask ask = {
        .what = READINESS_FREEZE, .id = c->id, .decision = params_text(&p, "decision")};
    return run_write(c, &ask, ACCESS_UPDATE);
}

bool op_readiness_open_run(struct call *c)
{
    static const struct params_def defs[] = {{.name = "unit", .required = true},
                                             {.name = "initiative"},
                                             {.name = "wave"},
                                             {.name = "release"},
                                             {.name = "plannedDate"},
                                             {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct readiness_ask ask = {.what = READINESS_OPEN,
                                .id = c->id,
                                .initiative = params_text(&p, "initiative"),
                                .unit = params_text(&p, "unit"),
                                .wave = params_text(&p, "wave"),
                                .release = params_text(&p, "release"),
                                .planned = params_text(&p, "plannedDate")};
    return run_write(c, &ask, ACCESS_CREATE);
}
