/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate_int.h"

bool gate_done(struct gate *g, const struct http_request *req, const char *action,
               const struct access_caller *caller, struct err *err)
{
    return gate_done_about(g, req, action, caller, STR(""), err);
}

bool gate_done_about(struct gate *g, const struct http_request *req, const char *action,
                     const struct access_caller *caller, struct str about, struct err *err)
{
    struct err why = {0};
    struct audit_record r = {
        .who = {.kind = str_of(gate_answer_kind(caller->kind)),
                .account = caller->account,
                .user = caller->user,
                .assignment = caller->assignment,
                .role = caller->role,
                .unit = caller->unit,
                .provider = caller->provider,
                .purpose = caller->purpose,
                .session = caller->session,
                .origin = req->origin},
        .action = str_of(action),
        .code = 'E',
        .resource = about,
        .outcome = AUDIT_DONE,
        .status = 200,
        .emergency = true,
    };
    if (!g->opt.audit || audit_put(g->opt.audit, &r, 1, &why) || why.code == ERR_AUDIT_DOWN)
        return true;
    *err = why;
    return false;
}
