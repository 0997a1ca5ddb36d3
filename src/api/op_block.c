/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$block (PDL 4 kap. 4 §, lag 2022:913 2 kap.): a unit's or a provider's records are kept from
 * others. By the patient, or by staff on the patient's word; never by a guardian. */
#include "api/grant.h"
#include "api/params.h"

static const struct params_def block_params[] = {
    {.name = "organization", .required = true}, {.name = "outer"}, {.name = "reason"}, {0}};

bool op_block_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct grant g = {.category = "block",
                      .deny = true,
                      .from_ms = os_now_ms(),
                      .to_ms = INT64_MAX,
                      .law = "PDL 4 kap. 4 §"};
    if (!params_read(c, block_params, &p, &err) || !grant_open(c, RULES_BLOCK, true, &err) ||
        !grant_organization(c, params_text(&p, "organization"), &g.actor, &err))
        return outcome_fail(c, &err);
    g.outer = str_is(params_text(&p, "outer"), "true");
    g.reason = params_text(&p, "reason");
    return grant_make(c, &g);
}
