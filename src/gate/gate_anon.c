/* SPDX-License-Identifier: Apache-2.0
 * Reports without author (anon/anon.h), before anything that knows of people: the cookie is not read, nothing
 * is told to the audit log, the log has no line of it, and it counts nowhere. What is looked at is only
 * whether our own pages can have made the request. */
#include "gate/gate_int.h"

_Static_assert((int)ANON_BODY_MAX == (int)GATE_FORM_MAX, "one kind of body serves both");

bool gate_anon_path(const struct gate *g, const struct http_request *req)
{
    return g->opt.anon && str_is(req->method, "POST") && req->path.p &&
           str_is(req->path, "/styr/Experience/$report-anonymous");
}

void gate_anon_refuse(struct gate *g, struct http_request *req, const struct err *why,
                      struct http_response *resp)
{
    api_answer_untold(g->opt.api, req, why, resp);
}

bool gate_anon_handle(struct gate *g, struct http_request *req, struct http_response *resp)
{
    struct heads h;
    struct err err = {0};
    gate_heads_read(g, req, &h);
    bool ok = api_host_ours(g->opt.api, h.host, &err) && gate_heads_ours(g, req, &h, &err) &&
              anon_take(g->opt.anon, gate_body_of(req), req->arena, &err);
    api_answer_untold(g->opt.api, req, ok ? NULL : &err, resp);
    return true;
}
