/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$active-choice (PDL 4 kap. 1 §, HSLF-FS 2016:40 4 kap.): a person states why records of other
 * units, or of a patient without a care relation, are needed; it holds for that assignment and patient, for a
 * time, or until the same person ends it. */
#include "api/grant.h"
#include "api/params.h"

#define HOUR_MS (INT64_C(3600) * 1000)

static const struct params_def choice_params[] = {
    {.name = "reason"}, {.name = "hours"}, {.name = "end"}, {0}};

bool op_active_choice_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    uint64_t hours;
    struct grant g = {.category = "active-choice", .from_ms = os_now_ms(), .law = "PDL 4 kap. 1 §"};
    if (!params_read(c, choice_params, &p, &err) || !grant_open(c, RULES_CHOOSE, false, &err))
        return outcome_fail(c, &err);
    if (params_text(&p, "end").n)
        return grant_end(c, params_text(&p, "end"), g.category, c->caller->assignment);
    g.reason = params_text(&p, "reason");
    if (!g.reason.n) {
        err_set(&err, ERR_PARAM_MISSING, "reason", c->route->operation, NULL);
        return outcome_fail(c, &err);
    }
    uint64_t most = (uint64_t)(access_rules(c->api->access)->times.choice_ms / HOUR_MS);
    if (!grant_number(c, params_text(&p, "hours"), "hours", most, most, &hours, &err))
        return outcome_fail(c, &err);
    g.actor = c->caller->assignment;
    g.to_ms = g.from_ms + (int64_t)hours * HOUR_MS;
    return grant_make(c, &g);
}
