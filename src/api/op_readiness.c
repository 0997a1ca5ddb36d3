/* SPDX-License-Identifier: Apache-2.0
 * Operations about readiness (docs/READINESS.md): the critical line, the board, the evidence behind a result,
 * opening and freezing a checkpoint. The answers are JSON of their own, for the browser's pictures. */
#include "access/access_view.h"
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
    ask->people = !c->view || access_view_may_some(c->view, type, ACCESS_UPDATE);
    if (c->caller) {
        ask->person = c->caller->user;
        ask->role = c->caller->assignment;
    }
}

static bool answer(struct call *c, struct readiness_ask *ask, struct buf *out)
{
    if (ask->what == READINESS_FREEZE || ask->what == READINESS_OPEN)
        return resource_answer_buf(c, out, ask->created ? 201 : 200);
    c->resp->status = 200;
    c->resp->content_type = "application/json;charset=utf-8";
    http_response_buf(c->resp, out);
    return true;
}

static bool run(struct call *c, struct readiness_ask *ask, uint32_t action)
{
    struct err err = {0};
    struct buf out;
    bool writes = action != ACCESS_READ;
    buf_init(&out, READINESS_BYTES_MAX);
    ask->arena = c->arena;
    ask->out = &out;
    ask->agent = call_agent(c);
    who_asks(c, ask);
    bool ok = may(c, action, &err) && (c->api->readiness || err_set_str(&err, ERR_URL, c->path, STR(""))) &&
              (writes || (ask->read = call_read_begin(c, &err)));
    ok = ok && c->api->readiness(c->api->readiness_arg, ask, &err);
    if (ask->read)
        call_read_end(c, ask->read);
    ok = ok && (buf_ok(&out) || err_set(&err, ERR_NO_MEMORY, NULL));
    if (ok)
        return answer(c, ask, &out);
    buf_release(&out);
    return outcome_fail(c, &err);
}

bool op_readiness_line_run(struct call *c)
{
    static const struct params_def defs[] = {{.name = "initiative", .required = true}, {0}};
    struct err err = {0};
    struct params p;
    if (!params_read(c, defs, &p, &err))
        return outcome_fail(c, &err);
    struct readiness_ask ask = {.what = READINESS_LINE, .initiative = params_text(&p, "initiative")};
    return run(c, &ask, ACCESS_READ);
}

bool op_readiness_board_run(struct call *c)
{
    static const struct params_def defs[] = {{0}};
    struct err err = {0};
    struct params p;
    struct readiness_ask ask = {.what = READINESS_BOARD};
    return params_read(c, defs, &p, &err) ? run(c, &ask, ACCESS_READ) : outcome_fail(c, &err);
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
    return run(c, &ask, ACCESS_READ);
}

bool op_readiness_verify_run(struct call *c)
{
    static const struct params_def defs[] = {{0}};
    struct err err = {0};
    struct params p;
    struct readiness_ask ask = {.what = READINESS_VERIFY, .id = c->id};
    return params_read(c, defs, &p, &err) ? run(c, &ask, ACCESS_READ) : outcome_fail(c, &err);
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
    return run(c, &ask, ACCESS_UPDATE);
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
    return run(c, &ask, ACCESS_CREATE);
}
