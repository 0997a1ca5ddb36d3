/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$lift-block (PDL 4 kap. 5 §): the patient lets one unit see what is blocked, for a time. Staff
 * do it for their own unit; the patient for the unit that is named. Either may end it before its time. */
#include "access/read_body.h"
#include "api/grant.h"
#include "api/params.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct params_def lift_params[] = {
    {.name = "block"}, {.name = "organization"}, {.name = "days"}, {.name = "reason"}, {.name = "end"}, {0}};

bool op_lift_block_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    uint64_t days;
    struct grant g = {.category = "lifted", .from_ms = os_now_ms(), .law = "PDL 4 kap. 5 §"};
    if (!params_read(c, lift_params, &p, &err) || !grant_open(c, RULES_BLOCK, true, &err))
        return outcome_fail(c, &err);
    uint64_t most = (uint64_t)(access_rules(c->api->access)->times.lift_ms / DAY_MS);
    struct str block = params_text(&p, "block"), unit = params_text(&p, "organization");
    bool staff = c->caller->kind == ACCESS_STAFF;
    if (params_text(&p, "end").n)
        return grant_end(c, params_text(&p, "end"), g.category,
                         staff ? access_view_unit(c->view) : (struct str){0});
    if (!grant_number(c, params_text(&p, "days"), "days", 1, most, &days, &err) ||
        !grant_organization(c, staff ? access_view_unit(c->view) : unit, &g.actor, &err))
        return outcome_fail(c, &err);
    struct str id = read_body_id_of(block, STR("Consent"));
    if (block.n)
        g.source = id.n ? block : arena_printf(c->arena, "Consent/%.*s", STR_ARG(block));
    g.to_ms = g.from_ms + (int64_t)days * DAY_MS;
    g.reason = params_text(&p, "reason");
    return grant_make(c, &g);
}
