/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$unblock (PDL 4 kap. 5 §): the patient takes a block back. */
#include "api/grant.h"
#include "api/params.h"

static const struct params_def unblock_params[] = {{.name = "block", .required = true}, {0}};

bool op_unblock_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    if (!params_read(c, unblock_params, &p, &err) || !grant_open(c, RULES_BLOCK, true, &err))
        return outcome_fail(c, &err);
    return grant_end(c, params_text(&p, "block"), "block", (struct str){0});
}
